"""R3GAN's networks: residual blocks without normalisation, and nothing else."""

from gan_tf import checks, layers
from gan_tf.builders.common import image_shape_of, smallest_size
import keras


def r3gan_generator(
    latent_dim=64, image_shape=(28, 28, 1), filters=(32, 32, 32), blocks=2, group_size=16
):
    """R3GAN's generator: learned maps, then residual blocks, the size doubled between stages.

    Args:
        latent_dim: Integer >= 1, values in a latent vector.
        image_shape: Tuple `(height, width, channels)`; height equals width, a multiple of
            `2 ** (len(filters) - 1)`.
        filters: Tuple of integers, feature maps of each stage, the smallest size first.
        blocks: Integer >= 1, residual blocks of a stage.
        group_size: Integer >= 1, feature maps of a group in a block.

    Returns:
        `keras.Model` from `(batch, latent_dim)` to `(batch, *image_shape)`, in [-1, 1] only by
        training.

    Raises:
        ValueError: If the image cannot be reached by doublings.

    Reference:
        Huang et al. 2024, section 3.3 and appendix B, arXiv:2501.05441.
    """
    latent_dim = checks.at_least(1, latent_dim=latent_dim)
    shape, filters, blocks = _checked(image_shape, filters, blocks)
    height, _ = smallest_size(shape, len(filters) - 1)
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.LatentBasis(height, filters[0])(latents)
    for stage, count in enumerate(filters):
        if stage:
            x = layers.Upsample(blur=True)(_of_width(x, count))
        x = _blocks(x, blocks, len(filters), group_size)
    images = keras.layers.Conv2D(shape[-1], 1, use_bias=False, kernel_initializer=_lecun())(x)
    return keras.Model(latents, images, name="generator")


def r3gan_discriminator(image_shape=(28, 28, 1), filters=(32, 32, 32), blocks=2, group_size=16):
    """R3GAN's discriminator, the generator's mirror image.

    Args:
        image_shape: Tuple `(height, width, channels)`, as for `r3gan_generator`.
        filters: Tuple of integers, feature maps of each stage, the largest size first.
        blocks: Integer >= 1, residual blocks of a stage.
        group_size: Integer >= 1, feature maps of a group in a block.

    Returns:
        `keras.Model` from `(batch, *image_shape)` to logits `(batch, 1)`.

    Raises:
        ValueError: If the size cannot be halved so often.

    Reference:
        Huang et al. 2024, section 3.3 and appendix B, arXiv:2501.05441.
    """
    shape, filters, blocks = _checked(image_shape, filters, blocks)
    size = smallest_size(shape, len(filters) - 1)
    images = keras.Input(shape, name="images")
    x = _of_width(images, filters[0], always=True)
    for stage, count in enumerate(filters):
        if stage:
            x = _of_width(layers.Downsample(blur=True)(x), count)
        x = _blocks(x, blocks, len(filters), group_size)
    # Each filter sees one map, size · size values; Keras would count all maps.
    normal = keras.initializers.RandomNormal(stddev=1 / size[0])
    x = keras.layers.DepthwiseConv2D(size, use_bias=False, depthwise_initializer=normal)(x)
    x = keras.layers.Flatten()(x)
    logits = keras.layers.Dense(1, use_bias=False, kernel_initializer=_lecun())(x)
    return keras.Model(images, logits, name="discriminator")


# Helpers.


def _checked(image_shape, filters, blocks):
    shape = image_shape_of(image_shape)
    if shape[0] != shape[1]:
        expected = "as high as wide"
        raise checks.argument_error("image_shape", image_shape, expected)
    return shape, checks.some_sizes(filters=filters), checks.at_least(1, blocks=blocks)


def _lecun():
    return keras.initializers.VarianceScaling(1.0, "fan_in", "untruncated_normal")


def _of_width(x, count, always=False):
    """The same number of feature maps, or a 1 × 1 convolution to `count` of them."""
    if x.shape[-1] == count and not always:
        return x
    return keras.layers.Conv2D(count, 1, use_bias=False, kernel_initializer=_lecun())(x)


def _blocks(x, blocks, stages, group_size):
    for _ in range(blocks):
        x = layers.R3GANBlock(blocks * stages, group_size=group_size)(x)
    return x
