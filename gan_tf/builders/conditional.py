"""The DCGAN under a condition: a generator that obeys it, and three ways to judge that."""

from gan_tf import checks, layers
from gan_tf.builders.common import image_shape_of, leaky_relu
from gan_tf.builders.convolutional import dcgan_generator
import keras

WAYS = ("concatenation", "classifier", "projection")


def conditional_generator(latent_dim=100, condition_dim=10, image_shape=(28, 28, 1), **kwargs):
    """A DCGAN generator that is also fed a condition, joined to the latents.

    Args:
        latent_dim: Integer >= 1, values in a latent vector.
        condition_dim: Integer >= 1, values of the condition: classes, or codes.
        image_shape: Tuple `(height, width, channels)`.
        **kwargs: Those of `dcgan_generator`.

    Returns:
        `keras.Model` from `[latents, condition]` to images.

    Raises:
        ValueError: As `dcgan_generator`.

    Reference:
        Mirza and Osindero 2014, section 3.1, arXiv:1411.1784.
    """
    latent_dim, condition_dim = checks.at_least(
        1, latent_dim=latent_dim, condition_dim=condition_dim
    )
    latents = keras.Input((latent_dim,), name="latents")
    condition = keras.Input((condition_dim,), name="condition")
    body = dcgan_generator(latent_dim + condition_dim, image_shape, **kwargs)
    x = keras.layers.Concatenate()([latents, condition])
    for layer in body.layers:
        x = layer(x)
    return keras.Model([latents, condition], x, name="generator")


def conditional_discriminator(
    condition_dim=10, image_shape=(28, 28, 1), filters=(64, 128), way="projection"
):
    """A DCGAN discriminator that is told the condition, or that leaves it to a classifier.

    Args:
        condition_dim: Integer >= 1, values of the condition.
        image_shape: Tuple `(height, width, channels)`.
        filters: Tuple of integers, feature maps from the largest size on.
        way: "concatenation", the condition as further channels of the image; "projection", an inner
            product of the features with an embedding of the condition; or "classifier", where the
            discriminator is told nothing: `ACGAN` takes a `head` beside it.

    Returns:
        `keras.Model` from `[images, condition]`, or from images alone, to logits `(batch, 1)`.

    Raises:
        ValueError: If a name is unknown, or a size not positive.

    Reference:
        Concatenation: Mirza and Osindero 2014, arXiv:1411.1784. Classifier: Odena et al. 2017,
        arXiv:1610.09585. Projection: Miyato and Koyama 2018, arXiv:1802.05637.
    """
    checks.one_of(WAYS, way=way)
    condition_dim = checks.at_least(1, condition_dim=condition_dim)
    shape, filters = image_shape_of(image_shape), checks.sizes(filters=filters)
    images = keras.Input(shape, name="images")
    condition = keras.Input((condition_dim,), name="condition")
    x = layers.ClassPlanes()([images, condition]) if way == "concatenation" else images
    for count in filters:
        x = leaky_relu()(keras.layers.Conv2D(count, 5, 2, padding="same")(x))
    features = keras.layers.Flatten(name="features")(x)
    if way == "projection":
        logits = layers.ClassProjection()([features, condition])
    else:
        logits = keras.layers.Dense(1)(features)
    inputs = images if way == "classifier" else [images, condition]
    return keras.Model(inputs, logits, name="discriminator")


def head(discriminator, units, hidden=(), name="classifier"):
    """Another network on the features of a discriminator: a classifier, or InfoGAN's recogniser.

    Args:
        discriminator: Built Keras model whose last layer is dense. All before it is shared.
        units: Integer >= 1, numbers that come out, without an activation.
        hidden: Tuple of integers, widths of dense layers in between, with leaky ReLU.
        name: String, the new model's.

    Returns:
        `keras.Model` from images to `(batch, units)`.

    Raises:
        ValueError: If the discriminator is not built, or ends in another layer.

    Reference:
        Odena et al. 2017, arXiv:1610.09585; Chen et al. 2016, appendix C, arXiv:1606.03657.
    """
    units, hidden = checks.at_least(1, units=units), checks.sizes(hidden=hidden)
    last = getattr(discriminator, "layers", [None])[-1]
    if not isinstance(last, keras.layers.Dense) or not discriminator.built:
        expected = "a built Keras model that ends in a Dense layer"
        raise checks.argument_error("discriminator", discriminator, expected)
    x = last.input
    for width in hidden:
        x = leaky_relu()(keras.layers.Dense(width)(x))
    return keras.Model(discriminator.inputs[0], keras.layers.Dense(units)(x), name=name)
