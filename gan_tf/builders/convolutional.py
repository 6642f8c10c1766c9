"""Convolutional networks: the lecture's DCGAN, and the classifier that judges garments."""

from gan_tf import checks
from gan_tf.builders.common import (
    check_activations,
    image_shape_of,
    leaky_relu,
    smallest_size,
)
from gan_tf.builders.weights import with_weights
from gan_tf.layers import ReferenceBatch, VirtualBatchNormalization, WithoutReference
import keras
from keras import layers
import numpy as np


def dcgan_generator(
    latent_dim=100,
    image_shape=(28, 28, 1),
    filters=(128, 64),
    activation="selu",
    output_activation="tanh",
    batch_normalization=True,
    weights=None,
):
    """The lecture's DCGAN generator: transposed convolutions that double the size.

    A dense layer makes `filters[0]` small feature maps, and every further entry of `filters`, and
    the output, doubles height and width. BatchNormalization stands before each doubling.

    Args:
        latent_dim: Integer >= 1, values in a latent vector.
        image_shape: Tuple `(height, width, channels)`; height and width are multiples of
            `2 ** len(filters)`.
        filters: Tuple of integers, feature maps from the smallest size on.
        activation: Activation of the hidden convolutions. The lecture has selu, the paper relu.
        output_activation: "tanh" for images in [-1, 1].
        batch_normalization: Whether to normalise before each doubling.
        weights: None; "fashion_mnist" for trained weights that come with the package, of the
            network that `builders.weights.SHIPPED` names; or the path of a weights file.

    Returns:
        `keras.Sequential` from `(batch, latent_dim)` to `(batch, *image_shape)`.

    Raises:
        ValueError: If the image cannot be reached by doublings.

    Reference:
        KTH ID2223, 'DCGAN for Fashion MNIST'; Radford et al. 2015, section 3, arXiv:1511.06434.
    """
    latent_dim = checks.at_least(1, latent_dim=latent_dim)
    image_shape, filters = image_shape_of(image_shape), checks.some_sizes(filters=filters)
    checks.flag(batch_normalization=batch_normalization)
    check_activations(activation=activation, output_activation=output_activation)
    height, width = smallest_size(image_shape, len(filters))
    model = keras.Sequential(
        [
            keras.Input((latent_dim,)),
            layers.Dense(height * width * filters[0]),
            layers.Reshape((height, width, filters[0])),
        ],
        name="generator",
    )
    channels = (*filters[1:], image_shape[-1])
    activations = (*[activation] * (len(filters) - 1), output_activation)
    for count, function in zip(channels, activations, strict=True):
        if batch_normalization:
            model.add(layers.BatchNormalization())
        model.add(layers.Conv2DTranspose(count, 5, 2, padding="same", activation=function))
    return with_weights(model, "dcgan_generator", weights)


def dcgan_discriminator(
    image_shape=(28, 28, 1),
    filters=(64, 128),
    activation=None,
    dropout=0.4,
    batch_normalization=False,
    output_activation=None,
):
    """The lecture's DCGAN discriminator: strided convolutions that halve the size.

    Args:
        image_shape: Tuple `(height, width, channels)`.
        filters: Tuple of integers, feature maps from the largest size on.
        activation: Activation of the convolutions; leaky ReLU with slope 0.2 by default.
        dropout: Float in [0, 1), rate after each convolution. The paper has none.
        batch_normalization: Whether to normalise after each convolution but the first, as the
            paper does and the lecture does not.
        output_activation: None for logits; "sigmoid" as in the lecture.

    Returns:
        `keras.Sequential` from `(batch, *image_shape)` to `(batch, 1)`.

    Raises:
        ValueError: If `dropout` is outside [0, 1).

    Reference:
        KTH ID2223, 'DCGAN for Fashion MNIST'; Radford et al. 2015, section 3, arXiv:1511.06434.
    """
    image_shape, filters = image_shape_of(image_shape), checks.sizes(filters=filters)
    dropout = checks.share_below(1, dropout=dropout)
    checks.flag(batch_normalization=batch_normalization)
    check_activations(activation=activation, output_activation=output_activation)
    model = keras.Sequential([keras.Input(image_shape)], name="discriminator")
    for place, count in enumerate(filters):
        normalized = batch_normalization and place > 0
        # BatchNormalization subtracts the mean, so a bias before it would have no effect.
        model.add(layers.Conv2D(count, 5, 2, padding="same", use_bias=not normalized))
        if normalized:
            model.add(layers.BatchNormalization())
        model.add(layers.Activation(activation) if activation else leaky_relu())
        if dropout:
            model.add(layers.Dropout(dropout))
    model.add(layers.Flatten())
    model.add(layers.Dense(1, activation=output_activation))
    return model


def with_virtual_batch_normalization(model, reference):
    """The same network with virtual in place of batch normalisation.

    Args:
        model: `keras.Sequential` with BatchNormalization layers.
        reference: Array `(num_reference, *input_shape)`, chosen once: latents for a generator,
            real images for a discriminator. They pass through the network with every batch.

    Returns:
        A new `keras.Sequential` with new weights, `model.name` and the same shapes.

    Raises:
        ValueError: If the model has no BatchNormalization, or the reference another shape.

    Reference:
        Salimans et al. 2016, section 3.5, arXiv:1606.03498.
    """
    input_shape, shape = tuple(model.input_shape[1:]), tuple(np.shape(reference))
    if input_shape != shape[1:] or shape[0] == 0:
        sizes = ", ".join(map(str, input_shape))
        raise ValueError(
            f"reference must have shape (num_reference, {sizes}). Received: shape {shape}"
        )
    if not any(isinstance(layer, layers.BatchNormalization) for layer in model.layers):
        raise ValueError(f"{model.name} has no BatchNormalization layer that could be replaced.")
    stack = [keras.Input(input_shape), ReferenceBatch(reference)]
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            stack.append(VirtualBatchNormalization(len(reference)))
        else:
            stack.append(type(layer).from_config(layer.get_config()))
    return keras.Sequential([*stack, WithoutReference(len(reference))], name=model.name)


def image_classifier(
    image_shape=(28, 28, 1),
    num_classes=10,
    blocks=((16,), (44, 44), (44,)),
    num_features=64,
    dropout=0.3,
):
    """A small convolutional classifier, whose features judge what a generator makes.

    Args:
        image_shape: Tuple `(height, width, channels)`.
        num_classes: Integer >= 1.
        blocks: Tuple of tuples of integers: feature maps of the convolutions of each block, which
            ends in a pooling that halves the size.
        num_features: Integer, width of the last hidden layer, which is called "features".
        dropout: Float in [0, 1), rate before the last hidden layer.

    Returns:
        `keras.Sequential` from `(batch, *image_shape)` in [-1, 1] to probabilities
        `(batch, num_classes)`.

    Raises:
        ValueError: If a size is not positive, or `dropout` outside [0, 1).

    Reference:
        Blocks as in Simonyan and Zisserman 2015, arXiv:1409.1556; batch normalisation, Ioffe and
        Szegedy 2015, arXiv:1502.03167.
    """
    image_shape = image_shape_of(image_shape)
    num_classes, num_features = checks.at_least(
        1, num_classes=num_classes, num_features=num_features
    )
    dropout = checks.share_below(1, dropout=dropout)
    model = keras.Sequential([keras.Input(image_shape)], name="classifier")
    for block in blocks:
        for count in checks.sizes(blocks=block):
            model.add(layers.Conv2D(count, 3, padding="same", use_bias=False))
            model.add(layers.BatchNormalization())
            model.add(layers.ReLU())
        model.add(layers.MaxPooling2D(padding="same"))
    model.add(layers.Flatten())
    model.add(layers.Dropout(dropout))
    model.add(layers.Dense(num_features, activation="relu", name="features"))
    model.add(layers.Dense(num_classes, activation="softmax", name="probabilities"))
    return model


def attribute_classifier(image_shape, attributes, filters=(24, 24, 32, 32), num_features=48):
    """A small convolutional network that reads several attributes off an image at once.

    Args:
        image_shape: Tuple `(height, width, channels)`.
        attributes: Dictionary from names of attributes to their numbers of values, at least 2.
        filters: Tuple of integers, feature maps of the convolutions, each of which halves the size.
        num_features: Integer, width of the last hidden layer, which is called "features".

    Returns:
        `keras.Model` from `(batch, *image_shape)` in [-1, 1] to a dictionary of probabilities
        `(batch, num_values)`, one for each attribute.

    Raises:
        ValueError: If a size is not positive, or an attribute has fewer than two values.

    Reference:
        Caruana 1997, 'Multitask learning', for one body with several heads.
    """
    image_shape, filters = image_shape_of(image_shape), checks.sizes(filters=filters)
    num_features = checks.at_least(1, num_features=num_features)
    checks.at_least(2, **attributes)
    images = keras.Input(image_shape, name="images")
    x = images
    for place, count in enumerate(filters):
        kernel_size = 3 if place else 5
        x = layers.Conv2D(count, kernel_size, 2, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Dense(num_features, activation="relu", name="features")(layers.Flatten()(x))
    heads = {
        name: layers.Dense(count, activation="softmax", name=name)(x)
        for name, count in attributes.items()
    }
    return keras.Model(images, heads, name="attribute_classifier")
