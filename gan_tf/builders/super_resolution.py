"""Networks that enlarge a picture."""

from gan_tf import checks
from gan_tf.builders.common import check_activations, image_shape_of, leaky_relu
from gan_tf.layers import PixelShuffle
import keras
from keras.layers import (
    Activation,
    Add,
    BatchNormalization,
    Concatenate,
    Conv2D,
    PReLU,
    Rescaling,
)

RESIDUAL_SCALE = 0.2  # ESRGAN's β


def srgan_generator(
    small_shape=(24, 24, 3), scale=4, filters=64, num_blocks=16, output_activation=None
):
    """The generator of SRGAN, and the SRResNet that learns the mean squared error alone.

    It works on the small picture, where convolutions are cheap, and enlarges at the end, each
    doubling by a `PixelShuffle`. It is all convolutions, so one for another size takes its
    weights: `larger.set_weights(generator.get_weights())`.

    Args:
        small_shape: Tuple `(height, width, channels)` of the small pictures.
        scale: 2, 4 or 8, how much larger the images are.
        filters: Integer >= 1, feature maps of all layers but the last.
        num_blocks: Integer >= 1, residual blocks, with batch normalisation.
        output_activation: Name of a Keras activation, or None as in the paper; "tanh" keeps images
            in [-1, 1].

    Returns:
        `keras.Model` from `(batch, *small_shape)` to images of `scale` times the height and width.

    Raises:
        ValueError: If an argument is out of range.

    Reference:
        Ledig et al. 2017, section 2.1.1 and figure 4, arXiv:1609.04802.
    """
    small, doublings, filters, num_blocks = _checked(small_shape, scale, filters, num_blocks)
    check_activations(output_activation=output_activation)
    first = x = _prelu(Conv2D(filters, 9, padding="same")(small))
    for _ in range(num_blocks):
        y = _prelu(BatchNormalization()(_plain(x, filters)))
        x = Add()([x, BatchNormalization()(_plain(y, filters))])
    x = Add()([first, BatchNormalization()(_plain(x, filters))])
    for _ in range(doublings):
        x = _prelu(PixelShuffle(2)(Conv2D(4 * filters, 3, padding="same")(x)))
    last = Conv2D(small.shape[-1], 9, padding="same")(x)
    images = Activation(output_activation, dtype="float32")(last)
    return keras.Model(small, images, name="generator")


def esrgan_generator(
    small_shape=(32, 32, 3),
    scale=4,
    filters=64,
    num_blocks=23,
    growth=32,
    output_activation=None,
):
    """The generator of ESRGAN: residual blocks of residual dense blocks, without normalisation.

    In a dense block each convolution sees all that those before it made. A fifth of what the block
    makes is added to its input, and so again for each three dense blocks.

    Args:
        small_shape: Tuple `(height, width, channels)` of the small pictures.
        scale: 2, 4 or 8, how much larger the images are.
        filters: Integer >= 1, feature maps between the blocks.
        num_blocks: Integer >= 1, of three dense blocks each.
        growth: Integer >= 1, feature maps that each convolution in a dense block adds.
        output_activation: As for `srgan_generator`.

    Returns:
        `keras.Model` from `(batch, *small_shape)` to images of `scale` times the height and width.

    Raises:
        ValueError: If an argument is out of range.

    Reference:
        Wang et al. 2018, section 3.1, arXiv:1809.00219. Departure: each doubling is a
        `PixelShuffle` as in SRGAN; the published code repeats pixels before a convolution.
    """
    small, doublings, filters, num_blocks = _checked(small_shape, scale, filters, num_blocks)
    growth = checks.at_least(1, growth=growth)
    check_activations(output_activation=output_activation)
    first = x = Conv2D(filters, 3, padding="same")(small)
    for number in range(1, num_blocks + 1):
        y = x
        for _ in range(3):
            y = _dense_block(y, filters, growth)
        x = Add(name=f"block_{number}")([x, Rescaling(RESIDUAL_SCALE)(y)])
    x = Add()([first, Conv2D(filters, 3, padding="same")(x)])
    for _ in range(doublings):
        x = leaky_relu()(PixelShuffle(2)(Conv2D(4 * filters, 3, padding="same")(x)))
    x = leaky_relu()(Conv2D(filters, 3, padding="same")(x))
    last = Conv2D(small.shape[-1], 3, padding="same")(x)
    images = Activation(output_activation, dtype="float32")(last)
    return keras.Model(small, images, name="generator")


def _checked(small_shape, scale, filters, num_blocks):
    """An input for the small pictures, the number of doublings, and both sizes."""
    shape = image_shape_of(small_shape)
    checks.one_of((2, 4, 8), scale=scale)
    sizes = checks.at_least(1, filters=filters, num_blocks=num_blocks)
    return keras.Input(shape, name="small"), int(scale).bit_length() - 1, *sizes


def _plain(x, filters):
    """A convolution that a normalisation follows."""
    return Conv2D(filters, 3, padding="same", use_bias=False)(x)


def _prelu(x):
    """Leaky ReLU whose slope is learned for each feature map, from 0.25 on."""
    quarter = keras.initializers.Constant(0.25)
    return PReLU(alpha_initializer=quarter, shared_axes=[1, 2])(x)


def _dense_block(x, filters, growth):
    """Five convolutions, each seeing all before it; a fifth of the last one is added to x."""

    def conv(count, seen):
        # He's initialisation with a tenth of its deviation, as in the published code.
        small = keras.initializers.VarianceScaling(2 * 0.1**2, "fan_in", "untruncated_normal")
        joined = Concatenate()(seen) if len(seen) > 1 else seen[0]
        return Conv2D(count, 3, padding="same", kernel_initializer=small)(joined)

    seen = [x]
    for _ in range(4):
        seen.append(leaky_relu()(conv(growth, seen)))
    return Add()([x, Rescaling(RESIDUAL_SCALE)(conv(filters, seen))])
