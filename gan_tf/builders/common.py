"""What the builders share: the activation of discriminators, and checks of arguments."""

from gan_tf import checks
import keras
from keras import layers


def leaky_relu():
    """Slope 0.2 as in the DCGAN paper; the layer's own default is 0.3."""
    return layers.LeakyReLU(negative_slope=0.2)


def image_shape_of(image_shape):
    """The shape `(height, width, channels)` as a tuple; a ValueError if it is another."""
    shape = checks.sizes(image_shape=image_shape)
    if len(shape) != 3:
        expected = "(height, width, channels), grey images having one channel"
        raise checks.argument_error("image_shape", image_shape, expected)
    return shape


def check_activations(**activations):
    """Raises a ValueError unless each is None, a function, or a name that Keras knows."""
    for name, value in activations.items():
        try:
            keras.activations.get(value)
        except (TypeError, ValueError) as error:
            expected = "the name of a Keras activation, a function or None"
            raise checks.argument_error(name, value, expected) from error


def smallest_size(image_shape, doublings):
    """Height and width before so many doublings; a ValueError if they are no whole numbers."""
    height, width, _ = image_shape
    factor = 2**doublings
    if height % factor or width % factor:
        raise ValueError(
            f"With {doublings} doublings, height and width must be multiples of {factor}. "
            f"Received: image_shape={image_shape}. Change len(filters), or pad the images."
        )
    return height // factor, width // factor
