"""A game that draws what a caption says."""

import functools

from gan_tf import checks
from gan_tf.games.gan import GAN
from gan_tf.layers import ConditioningAugmentation
from gan_tf.training import scoring
from gan_tf.training.expected import Expected
import keras
from keras import ops


@keras.saving.register_keras_serializable("gan_tf")
class StackGAN(GAN):
    """A GAN whose generator is told what to draw, and whose discriminator looks whether it did.

    The discriminator sees an image with a caption, and must also refuse real images with captions
    of others. The generator draws its condition from around what the caption means, so that there
    are more conditions than captions. Trains on batches with the keys "captions", vectors such as
    `data.bag_of_words` gives, and "images". Samples: `generate(8, captions=array)`.

    A second stage is a game of its own, whose generator has the first one frozen inside:
    `builders.stackgan_refiner(first.generator)` makes it. It sees the first stage's image and,
    once more, the caption.

    Args:
        generator: Built Keras model from `[latents, captions]`, shapes `(batch, latent_dim)` and
            `(batch, size)`, to images, with one `layers.ConditioningAugmentation`, besides those
            inside of a first stage.
        discriminator: Built Keras model from `[images, captions]` to logits `(batch, 1)`.
        matching_aware: Whether real images with captions of others count as fake, as half of them.
        **kwargs: Those of `GAN`. `weights={"kl": 1.0}` is usual, the paper's λ, for how far the
            conditions are from a standard normal distribution.

    Raises:
        ValueError: If a player does not take two inputs like these, or the generator has no such
            layer.

    Reference:
        Zhang et al. 2017, section 3, arXiv:1612.03242; captions that do not match, from Reed et al.
        2016, section 4.2, arXiv:1605.05396. With the usual loss the discriminator minimises
        `½ (real + ½ (mismatched + fake))`: published code, and the lecture's factor ½.
    """

    keys = {"captions": None, "images": None}
    terms = {"kl": 1.0}

    def __init__(self, generator, discriminator, matching_aware=True, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        taken = {"latents": (None,), "captions": (None,)}
        scoring.check_player(generator, "generator", taken)
        captions = generator.inputs[1].shape[1:]
        judged = {"images": generator.output_shape[1:], "captions": captions}
        scoring.check_player(discriminator, "discriminator", judged)
        self.matching_aware = checks.flag(matching_aware=matching_aware)
        self.augmentation_name = _augmentation_of(generator).name

    @functools.cached_property
    def watched(self):
        """The generator, whose means and logarithms of deviations come with its images."""
        _, mean, log_deviation = self.generator.get_layer(self.augmentation_name).output
        return keras.Model(self.generator.inputs, [self.generator.output, mean, log_deviation])

    def inputs(self, batch):
        return [super().inputs(batch), ops.cast(batch["captions"], "float32")]

    def score(self, images, batch=None, training=True):
        captions = ops.cast(batch["captions"], "float32")
        return self.discriminator([images, captions], training=training)

    def discriminator_loss(self, real_images, fake_images, batch=None):
        if not self.matching_aware:
            return super().discriminator_loss(real_images, fake_images, batch)
        real, fake = self.score_both(real_images, fake_images, batch)
        mismatched = self.score(real_images, {"captions": of_others(batch["captions"])})
        return sum(self.game_loss.discriminator(real, each) for each in (fake, mismatched)) / 2

    def g_loss(self, batch):
        fake_images, mean, log_deviation = self.watched(self.inputs(batch), training=True)
        loss = self.generator_loss(batch["images"], fake_images, batch)
        return {"g_loss": loss, "kl": kl_from_standard_normal(mean, log_deviation)}

    def expected(self):
        captions = tuple(self.generator.inputs[1].shape[1:])
        return {**super().expected(), "captions": Expected(captions)}

    def get_config(self):
        return {**super().get_config(), "matching_aware": self.matching_aware}


def kl_from_standard_normal(mean, log_deviation):
    """How far normal distributions are from the standard one, in nats.

    Args:
        mean: Float tensor `(batch, size)`.
        log_deviation: Same shape, logarithms of the standard deviations.

    Returns:
        Scalar float32 tensor: `½ Σ (μ² + σ² - 1) - log σ`, the sum over the size, the mean over
        the batch.

    Reference:
        Zhang et al. 2017, equation 2, arXiv:1612.03242; its published code takes the mean over the
        size, too, and twice that.
    """
    mean, log_deviation = (ops.cast(each, "float32") for each in (mean, log_deviation))
    each = 0.5 * (ops.square(mean) + ops.exp(2 * log_deviation) - 1) - log_deviation
    return ops.mean(ops.sum(each, axis=-1))


def of_others(captions):
    """For each caption another one: that of the next row, round the batch, that differs.

    Args:
        captions: Tensor `(batch, size)`.

    Returns:
        Tensor of the same shape. Where all captions of the batch are the same, so are these.
    """
    num_rows = ops.shape(captions)[0]
    rows = ops.arange(num_rows)
    same = ops.all(ops.equal(captions[:, None], captions[None]), axis=-1)
    distance = ops.mod(rows[None] - rows[:, None], num_rows)
    nearest = ops.argmin(ops.where(same, num_rows, distance), axis=1)
    return ops.take(captions, nearest, axis=0)


def _augmentation_of(generator):
    """The one layer of the generator that draws conditions."""
    found = [each for each in generator.layers if isinstance(each, ConditioningAugmentation)]
    if len(found) != 1:
        raise ValueError(
            "The generator must have one layers.ConditioningAugmentation. "
            f"Received: a generator with {len(found)} of them"
        )
    return found[0]
