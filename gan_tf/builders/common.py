"""What the builders share: the activation of discriminators, and checks of arguments."""

import keras
from keras import layers


def leaky_relu():
    """Slope 0.2 as in the DCGAN paper; the layer's own default is 0.3."""
    return layers.LeakyReLU(negative_slope=0.2)


def check_rate(dropout):
    """Raises a ValueError unless a share of units to drop is in [0, 1)."""
    if not isinstance(dropout, (int, float)) or not 0 <= dropout < 1:
        raise ValueError(f"dropout must be in [0, 1). Received: dropout={dropout!r}")


def check_positive(**sizes):
    """Raises a ValueError unless each is an integer >= 1."""
    for name, value in sizes.items():
        if not _is_size(value):
            raise ValueError(f"{name} must be an integer >= 1. Received: {name}={value!r}")


def check_sizes(**shapes):
    """Raises a ValueError unless each is a tuple of integers >= 1, which may be empty."""
    for name, value in shapes.items():
        if not isinstance(value, (tuple, list)) or not all(map(_is_size, value)):
            raise ValueError(f"{name} must be a tuple of integers >= 1. Received: {name}={value!r}")


def check_image_shape(image_shape):
    """Raises a ValueError unless it is a tuple of three integers >= 1."""
    check_sizes(image_shape=image_shape)
    if len(image_shape) != 3:
        raise ValueError(
            "image_shape must be (height, width, channels), grey images having one channel. "
            f"Received: image_shape={image_shape!r}"
        )


def check_activation(**activations):
    """Raises a ValueError unless each is None, a function, or a name that Keras knows."""
    for name, value in activations.items():
        try:
            keras.activations.get(value)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"{name} must be the name of a Keras activation, a function or None. "
                f"Received: {name}={value!r}"
            ) from error


def _is_size(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
