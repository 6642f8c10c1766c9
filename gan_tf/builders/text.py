"""Networks that draw what a caption says, and make the drawing finer."""

from gan_tf import checks
from gan_tf.builders.convolutional import dcgan_generator
from gan_tf.layers import ClassPlanes, ConditioningAugmentation, Upsample
import keras
from keras.layers import Activation, Add, BatchNormalization, Concatenate, Conv2D, ReLU


def stackgan_generator(
    num_words, latent_dim=100, image_shape=(32, 32, 3), condition_dim=32, **kwargs
):
    """The generator of StackGAN's first stage: a DCGAN's, fed a condition drawn from the caption.

    Args:
        num_words: Integer >= 1, values of a caption.
        latent_dim: Integer >= 1, values in a latent vector.
        image_shape: Tuple `(height, width, channels)`.
        condition_dim: Integer >= 1, values of the condition; 128 in the paper.
        **kwargs: Those of `dcgan_generator`.

    Returns:
        `keras.Model` from `[latents, captions]` to images.

    Raises:
        ValueError: As `dcgan_generator`.

    Reference:
        Zhang et al. 2017, sections 3.2 and 3.3, arXiv:1612.03242; its own network is deeper.
    """
    num_words, latent_dim = checks.at_least(1, num_words=num_words, latent_dim=latent_dim)
    latents = keras.Input((latent_dim,), name="latents")
    captions = keras.Input((num_words,), name="captions")
    condition, _, _ = ConditioningAugmentation(condition_dim)(captions)
    x = Concatenate()([latents, condition])
    for layer in dcgan_generator(latent_dim + condition_dim, image_shape, **kwargs).layers:
        x = layer(x)
    return keras.Model([latents, captions], x, name="generator")


def stackgan_refiner(first, doublings=1, filters=64, num_blocks=2, condition_dim=32):
    """The generator of StackGAN's second stage, with the first stage inside.

    It halves the first stage's image into feature maps, joins the condition to each place, changes
    them by residual blocks, and enlarges. There is no noise but the first stage's, and the draw of
    the condition.

    Args:
        first: Built Keras model from `[latents, captions]` to images in [-1, 1], the generator of
            a trained first stage. It is frozen from here on.
        doublings: Integer >= 0, how often the size is doubled; 2 in the paper.
        filters: Integer >= 1, feature maps.
        num_blocks: Integer >= 0, residual blocks; 4 in the published code.
        condition_dim: Integer >= 1, values of the condition.

    Returns:
        `keras.Model` from `[latents, captions]` to images in [-1, 1].

    Raises:
        ValueError: If `first` takes or makes something else, or height or width is odd.

    Reference:
        Zhang et al. 2017, section 3.4, arXiv:1612.03242.
    """
    doublings, num_blocks = checks.at_least(0, doublings=doublings, num_blocks=num_blocks)
    filters = checks.at_least(1, filters=filters)
    taken, made = [each.shape for each in first.inputs], first.output_shape
    fits = [len(shape) for shape in taken] == [2, 2] and len(made) == 4
    if not fits or made[1] % 2 or made[2] % 2:
        raise ValueError(
            "first must take [latents, captions] and make images of an even height and width. "
            f"Received: a model from {taken} to {made}"
        )
    first.trainable = False
    latents, captions = (keras.Input(shape[1:]) for shape in taken)
    small = first([latents, captions])
    condition, _, _ = ConditioningAugmentation(condition_dim)(captions)
    x = ReLU()(Conv2D(filters, 3, padding="same")(small))
    x = _convolved(x, filters, 4, 2)
    x = _convolved(ClassPlanes()([x, condition]), filters)
    for _ in range(num_blocks):
        y = BatchNormalization()(Conv2D(filters, 3, padding="same", use_bias=False)(x))
        y = Conv2D(filters, 3, padding="same", use_bias=False)(ReLU()(y))
        x = ReLU()(Add()([x, BatchNormalization()(y)]))
    for _ in range(doublings + 1):
        x = _convolved(Upsample()(x), filters)
    images = Activation("tanh", dtype="float32")(Conv2D(made[-1], 3, padding="same")(x))
    return keras.Model([latents, captions], images, name="generator")


def _convolved(x, filters, kernel_size=3, strides=1):
    x = Conv2D(filters, kernel_size, strides, padding="same", use_bias=False)(x)
    return ReLU()(BatchNormalization()(x))
