"""Networks of a LAPGAN: they add detail to an enlarged image, and judge it."""

from gan_tf import checks
from gan_tf.builders.common import image_shape_of, leaky_relu
import keras
from keras.layers import Concatenate, Conv2D, Dense, Flatten, ReLU


def lapgan_generator(image_shape=(28, 28, 1), filters=(64, 64), kernel_size=5):
    """Makes the detail of one level of a LAPGAN from noise and the enlarged coarse image.

    The noise is one more channel of the image. No layer changes the size, so the network is all
    convolutions, and the residual has no bounds.

    Args:
        image_shape: Tuple `(height, width, channels)`, of the finer size.
        filters: Tuple of integers, feature maps of the convolutions before the last.
        kernel_size: Integer >= 1, height and width of all kernels.

    Returns:
        `keras.Model` from `[latents, enlarged]`, `(batch, height, width, 1)` and
        `(batch, *image_shape)`, to residuals `(batch, *image_shape)`.

    Raises:
        ValueError: If a size is not positive.

    Reference:
        Denton et al. 2015, section 3.1, arXiv:1506.05751; sizes are ours.
    """
    shape, filters = image_shape_of(image_shape), checks.some_sizes(filters=filters)
    kernel_size = checks.at_least(1, kernel_size=kernel_size)
    latents = keras.Input((*shape[:2], 1), name="latents")
    enlarged = keras.Input(shape, name="enlarged")
    x = Concatenate()([latents, enlarged])
    for count in filters:
        x = ReLU()(Conv2D(count, kernel_size, padding="same")(x))
    residuals = Conv2D(shape[-1], kernel_size, padding="same", dtype="float32")(x)
    return keras.Model([latents, enlarged], residuals, name="generator")


def lapgan_discriminator(image_shape=(28, 28, 1), filters=(64, 64), kernel_size=5):
    """Judges an image of one level of a LAPGAN, and whether it fits its coarse image.

    Args:
        image_shape: Tuple `(height, width, channels)`.
        filters: Tuple of integers, feature maps of the convolutions, each of which halves the size.
        kernel_size: Integer >= 1, height and width of all kernels.

    Returns:
        `keras.Model` from `[enlarged, images]`, both `(batch, *image_shape)`, to logits
        `(batch, 1)`.

    Raises:
        ValueError: If a size is not positive.

    Reference:
        Denton et al. 2015, section 3.1, arXiv:1506.05751; sizes are ours, and there is no dropout.
    """
    shape, filters = image_shape_of(image_shape), checks.some_sizes(filters=filters)
    kernel_size = checks.at_least(1, kernel_size=kernel_size)
    enlarged, images = keras.Input(shape, name="enlarged"), keras.Input(shape, name="images")
    x = Concatenate()([enlarged, images])
    for count in filters:
        x = leaky_relu()(Conv2D(count, kernel_size, 2, padding="same")(x))
    return keras.Model([enlarged, images], Dense(1)(Flatten()(x)), name="discriminator")
