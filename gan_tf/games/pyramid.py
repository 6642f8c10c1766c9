"""Games that add detail to an image, one doubling of its size after the other."""

from gan_tf import checks
from gan_tf.games.gan import GAN
from gan_tf.layers.resampling import doubled, halved
from gan_tf.training import scoring, validation
from gan_tf.training.expected import Expected
import keras
from keras import ops
import numpy as np


@keras.saving.register_keras_serializable("gan_tf")
class LAPGAN(GAN):
    """One level of a LAPGAN: learns what an image has lost when its size was halved.

    The generator sees noise and the coarse image, enlarged, and makes the residual, which is added
    to it. The discriminator sees the sum, together with the enlarged coarse image. A level is
    trained by itself, on real coarse images: `fit(level_of(images))`, batches with the keys
    "coarse" and "images". Samples: `generate(8, coarse=array)`, or through all levels
    `sample_levels`.

    Args:
        generator: Built Keras model from `[latents, enlarged]`, where the latents have any shape,
            `(batch, height, width, 1)` in the paper, and the enlarged coarse images that of the
            images, to residuals. `game.generator` is this model with the sum behind it.
        discriminator: Built Keras model from `[enlarged, images]` to logits `(batch, 1)`, or to a
            map of logits for patches.
        **kwargs: Those of `GAN`.

    Raises:
        ValueError: If the players do not take and make this, or height or width is odd.

    Reference:
        Denton et al. 2015, section 2.3, arXiv:1506.05751. Departure: sizes are halved by the mean
        of each four pixels and doubled by repeating them, where the paper smooths.
    """

    keys = {"coarse": None, "images": None}
    scores_patches = True

    def __init__(self, generator, discriminator, **kwargs):
        validation.check_built(generator, "generator")
        validation.check_built(discriminator, "discriminator")
        latents, shape = generator.inputs[0].shape[1:], tuple(generator.outputs[0].shape[1:])
        taken = {"latents": latents, "enlarged": shape}
        scoring.check_player(generator, "generator", taken, makes=shape)
        both = {"enlarged": shape, "images": shape}
        scoring.check_player(discriminator, "discriminator", both)
        _check_can_be_halved("the generator's images", (None, *shape))
        super().__init__(_with_sum(generator), discriminator, **kwargs)

    @property
    def residual_generator(self):
        """The model from `[latents, enlarged]` to residuals; its weights are the generator's."""
        residuals = self.generator.layers[-1].input[1]
        return keras.Model(self.generator.inputs, residuals, name=self.generator.name)

    def inputs(self, batch):
        return [super().inputs(batch), doubled(batch["coarse"])]

    def sample_latents(self, batch_size):
        shape, seed = self.generator.inputs[0].shape[1:], self.seed_generator
        return self.draw(lambda num: keras.random.normal((num, *shape), seed=seed), batch_size)

    def score(self, images, batch=None, training=True):
        return self.discriminator([doubled(batch["coarse"]), images], training=training)

    def expected(self):
        height, width, channels = self.data_shape
        return {**super().expected(), "coarse": Expected((height // 2, width // 2, channels))}

    def get_config(self):
        residual_generator = keras.saving.serialize_keras_object(self.residual_generator)
        return {**super().get_config(), "generator": residual_generator}


def pyramid_down(images):
    """Halves the size of images, and keeps what that loses.

    Args:
        images: Float array or tensor `(batch, height, width, channels)`, height and width even.

    Returns:
        Pair of tensors: the coarse images `(batch, height / 2, width / 2, channels)`, each pixel
        the mean of four, and the residual, of the images' shape.

    Raises:
        ValueError: If the images have another number of axes, or an odd height or width.

    Reference:
        Denton et al. 2015, equation 3, arXiv:1506.05751; Burt and Adelson 1983.
    """
    images = ops.convert_to_tensor(images)
    _check_can_be_halved("images", images.shape)
    coarse = halved(images)
    return coarse, images - doubled(coarse)


def pyramid_up(coarse, residual):
    """Doubles the size of images and adds a residual; undoes `pyramid_down`.

    Args:
        coarse: Float array or tensor `(batch, height, width, channels)`.
        residual: Float array or tensor `(batch, 2 · height, 2 · width, channels)`.

    Returns:
        Tensor of the residual's shape.

    Raises:
        ValueError: If the residual has another shape.

    Reference:
        Denton et al. 2015, equation 4, arXiv:1506.05751.
    """
    coarse, residual = ops.convert_to_tensor(coarse), ops.convert_to_tensor(residual)
    enlarged = doubled(coarse)
    if not enlarged.shape.is_compatible_with(residual.shape):
        raise ValueError(
            "residual must have twice the height and width of coarse. Received: shapes "
            f"{tuple(coarse.shape)} and {tuple(residual.shape)}"
        )
    return enlarged + residual


def level_of(images):
    """What a level of a LAPGAN is trained on: images, and themselves in half the size.

    Args:
        images: Float array `(num_images, height, width, channels)`, height and width even.

    Returns:
        Dictionary of float32 arrays, "coarse" and "images".

    Raises:
        ValueError: As `pyramid_down`.
    """
    images = checks.image_array(images=images).astype("float32")
    return {"coarse": np.asarray(pyramid_down(images)[0]), "images": images}


def sample_levels(first, levels, num_images, seed=None, batch_size=256):
    """Images made from noise alone, through all levels of a LAPGAN.

    Args:
        first: Game that makes the smallest images, a `GAN`.
        levels: List of `LAPGAN`, the smallest size first, each doubling the size before it.
        num_images: Integer >= 1.
        seed: Integer; the same seed gives the same images. By default they are new.
        batch_size: Integer >= 1, how many are made at a time.

    Returns:
        List of float32 arrays `(num_images, height, width, channels)`, one of each size, the
        smallest first.

    Raises:
        ValueError: If a level does not take what the one before it makes.

    Reference:
        Denton et al. 2015, equation 5, arXiv:1506.05751.
    """
    seed = checks.seed_or_none(seed=seed)
    made = tuple(first.generator.output_shape[1:])
    for number, level in enumerate(levels):
        taken = level.expected()["coarse"].shape
        if taken != made:
            raise ValueError(
                f"Level {number} must take images of shape {made}, which the one before it makes. "
                f"Received: a level that takes {taken}"
            )
        made = level.data_shape
    images = [first.generate(num_images, seed, batch_size)]
    for number, level in enumerate(levels, 1):
        own_seed = None if seed is None else seed + number  # else all sizes had the same noise
        images.append(level.generate(num_images, own_seed, batch_size, coarse=images[-1]))
    return images


def _check_can_be_halved(what, shape):
    if len(shape) != 4 or any(size is None or size % 2 for size in shape[1:3]):
        raise ValueError(
            f"{what} must have the shape (batch, height, width, channels), with an even height and "
            f"width, to be halved. Received: shape {tuple(shape)}"
        )


def _with_sum(generator):
    """The generator with a last layer that adds its residuals to the coarse images."""
    enlarged = generator.inputs[1]
    add = keras.layers.Add(dtype="float32", name="sum")
    return keras.Model(generator.inputs, add([enlarged, generator.outputs[0]]), name=generator.name)
