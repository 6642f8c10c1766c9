"""Dense players for games that look for latents: an encoder, its inverse, a judge of pairs."""

import math

from gan_tf import checks
from gan_tf.builders.common import leaky_relu
import keras
from keras import layers


def dense_decoder(latent_dim=20, image_shape=(28, 28, 1), units=(256, 256), num_classes=0):
    """A generator of dense layers with batch normalisation, for images in [-1, 1].

    Args:
        latent_dim: Integer >= 1, values in a latent vector.
        image_shape: Tuple, shape of one image, without the batch.
        units: Tuple of integers, widths of the hidden layers.
        num_classes: Integer >= 0; above 0 the model also takes so many probabilities.

    Returns:
        `keras.Model` from `(batch, latent_dim)`, or from `[latents, probabilities]`, to images.

    Reference:
        Donahue et al. 2017, appendix C.1, arXiv:1605.09782, narrower and with leaky ReLU.
    """
    latent_dim = checks.at_least(1, latent_dim=latent_dim)
    image_shape, units = checks.sizes(image_shape=image_shape, units=units)
    inputs = [keras.Input((latent_dim,), name="latents")]
    if checks.at_least(0, num_classes=num_classes):
        inputs.append(keras.Input((num_classes,), name="probabilities"))
    hidden = layers.Concatenate()(inputs) if num_classes else inputs[0]
    flat = layers.Dense(math.prod(image_shape), activation="tanh")(_normalised(hidden, units))
    images = layers.Reshape(image_shape)(flat)
    return keras.Model(inputs if num_classes else inputs[0], images, name="generator")


def dense_encoder(image_shape=(28, 28, 1), latent_dim=20, units=(256, 256), num_classes=0):
    """The other way: from images to codes, with the same layers in the opposite order.

    Args:
        image_shape: Tuple, shape of one image, without the batch.
        latent_dim: Integer >= 1, values in a code.
        units: Tuple of integers, widths of the hidden layers.
        num_classes: Integer >= 0; above 0 the model also gives logits of so many classes.

    Returns:
        `keras.Model` from images to codes `(batch, latent_dim)`, or to `[codes, logits]`.

    Reference:
        Donahue et al. 2017, appendix C.1, arXiv:1605.09782, narrower.
    """
    latent_dim = checks.at_least(1, latent_dim=latent_dim)
    image_shape, units = checks.sizes(image_shape=image_shape, units=units)
    images = keras.Input(image_shape, name="images")
    hidden = _normalised(layers.Flatten()(images), units)
    outputs = [layers.Dense(latent_dim, name="codes")(hidden)]
    if checks.at_least(0, num_classes=num_classes):
        outputs.append(layers.Dense(num_classes, name="logits")(hidden))
    return keras.Model(images, outputs if num_classes else outputs[0], name="encoder")


def pair_discriminator(image_shape=(28, 28, 1), latent_dim=20, units=256, dropout=0.0):
    """Judges an image together with a code, as BiGAN's discriminator does.

    Image and code have a hidden layer each before they meet in another one. Joined at the entrance,
    the few values of the code would hardly be heard beside the many pixels.

    Args:
        image_shape: Tuple, shape of one image, without the batch.
        latent_dim: Integer >= 1, values in a code.
        units: Integer >= 1, width of each of the three hidden layers.
        dropout: Float in [0, 1), after each hidden layer.

    Returns:
        `keras.Model` from `[images, codes]` to logits `(batch, 1)`.

    Reference:
        Dumoulin et al. 2017, section 2.1 for the pairs and appendix A for the layers of their own
        and the dropout, arXiv:1606.00704.
    """
    latent_dim, units = checks.at_least(1, latent_dim=latent_dim, units=units)
    image_shape = checks.sizes(image_shape=image_shape)
    dropout = checks.share_below(1, dropout=dropout)
    inputs = [keras.Input(image_shape, name="images"), keras.Input((latent_dim,), name="codes")]

    def layer(x):
        hidden = leaky_relu()(layers.Dense(units)(x))
        return layers.Dropout(dropout)(hidden) if dropout else hidden

    joined = layers.Concatenate()([layer(layers.Flatten()(inputs[0])), layer(inputs[1])])
    return keras.Model(inputs, layers.Dense(1)(layer(joined)), name="discriminator")


def _normalised(hidden, units):
    """Dense layers, each with batch normalisation and leaky ReLU."""
    for width in units:
        hidden = layers.BatchNormalization(momentum=0.9)(layers.Dense(width)(hidden))
        hidden = leaky_relu()(hidden)
    return hidden
