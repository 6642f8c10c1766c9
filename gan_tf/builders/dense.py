"""Dense networks: the lecture's simple GAN, and players for points in the plane."""

import math

from gan_tf import checks
from gan_tf.builders.common import check_activations, leaky_relu
from gan_tf.builders.weights import with_weights
import keras
from keras import layers


def dense_generator(
    latent_dim=30,
    output_shape=(28, 28),
    units=(100, 150),
    activation="selu",
    output_activation="sigmoid",
    weights=None,
):
    """The lecture's simple generator: dense layers, then the shape of an image.

    Args:
        latent_dim: Integer >= 1, values in a latent vector.
        output_shape: Tuple, shape of one image or point, without the batch.
        units: Tuple of integers, widths of the hidden layers.
        activation: Activation of the hidden layers.
        output_activation: "sigmoid" for images in [0, 1], "tanh" for [-1, 1], None for points.
        weights: None; "fashion_mnist" for trained weights that come with the package, of the
            network that `builders.weights.SHIPPED` names; or the path of a weights file.

    Returns:
        `keras.Sequential` from `(batch, latent_dim)` to `(batch, *output_shape)`.

    Reference:
        KTH ID2223, 'A simple GAN for Fashion MNIST'; selu: Klambauer et al. 2017,
        arXiv:1706.02515.
    """
    latent_dim = checks.at_least(1, latent_dim=latent_dim)
    output_shape, units = checks.sizes(output_shape=output_shape, units=units)
    check_activations(activation=activation, output_activation=output_activation)
    model = keras.Sequential(
        [
            keras.Input((latent_dim,)),
            *[layers.Dense(width, activation=activation) for width in units],
            layers.Dense(math.prod(output_shape), activation=output_activation),
            layers.Reshape(output_shape),
        ],
        name="generator",
    )
    return with_weights(model, "dense_generator", weights)


def dense_discriminator(
    input_shape=(28, 28), units=(150, 100), activation="selu", output_activation=None
):
    """The lecture's simple discriminator: flattens, then dense layers.

    Args:
        input_shape: Tuple, shape of one image or point, without the batch.
        units: Tuple of integers, widths of the hidden layers.
        activation: Activation of the hidden layers.
        output_activation: None for logits; "sigmoid" as in the lecture, for `train_gan` with
            `binary_crossentropy`.

    Returns:
        `keras.Sequential` from `(batch, *input_shape)` to `(batch, 1)`.

    Reference:
        KTH ID2223, 'A simple GAN for Fashion MNIST'.
    """
    input_shape, units = checks.sizes(input_shape=input_shape, units=units)
    check_activations(activation=activation, output_activation=output_activation)
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Flatten(),
            *[layers.Dense(width, activation=activation) for width in units],
            layers.Dense(1, activation=output_activation),
        ],
        name="discriminator",
    )


def point_generator(latent_dim=2, dim=2, units=(64, 64), activation="relu"):
    """A small generator of points, for data that can be drawn in a plane.

    Args:
        latent_dim: Integer >= 1, values in a latent vector.
        dim: Integer >= 1, coordinates of a point.
        units: Tuple of integers, widths of the hidden layers.
        activation: Activation of the hidden layers.

    Returns:
        `keras.Sequential` from `(batch, latent_dim)` to `(batch, dim)`, unbounded.
    """
    checks.at_least(1, dim=dim)
    return dense_generator(latent_dim, (dim,), units, activation, output_activation=None)


def point_discriminator(dim=2, units=(64, 64), activation=None):
    """A small discriminator of points.

    Args:
        dim: Integer >= 1, coordinates of a point.
        units: Tuple of integers, widths of the hidden layers.
        activation: Activation of the hidden layers; leaky ReLU with slope 0.2 by default.

    Returns:
        `keras.Sequential` from `(batch, dim)` to logits `(batch, 1)`.
    """
    checks.at_least(1, dim=dim)
    return dense_discriminator((dim,), units, activation or leaky_relu())
