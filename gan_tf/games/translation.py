"""Games that turn one picture into another, with pairs and without."""

from gan_tf import checks, losses
from gan_tf.games.game import Game, Phase
from gan_tf.games.gan import GAN
from gan_tf.training.validation import Expected
import keras
from keras import ops
import tensorflow as tf


@keras.saving.register_keras_serializable("gan_tf")
class Pix2Pix(GAN):
    """Learns from pairs to turn sketches into images.

    The discriminator sees a sketch together with an image; the generator must also stay close to
    the true image. Trains on batches with the keys "sketches" and "images". Samples:
    `generate(8, sketches=array)`.

    Args:
        generator: Built Keras model from sketches to images.
        discriminator: Built Keras model from `[sketches, images]` to logits `(batch, 1)`, or to a
            map of logits `(batch, height, width, 1)`, one for each patch.
        l1_weight: Float >= 0, weight of the mean absolute difference from the true image.
        **kwargs: Those of `GAN`.

    Reference:
        Isola et al. 2017, equation 4, arXiv:1611.07004.
    """

    keys = ("sketches", "images")
    terms = ("l1",)
    scores_patches = True

    def __init__(self, generator, discriminator, l1_weight=100.0, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        self.l1_weight = checks.not_negative(l1_weight=l1_weight)

    def inputs(self, batch):
        return batch["sketches"]

    def score(self, images, batch=None, training=True):
        return self.discriminator([batch["sketches"], images], training=training)

    def g_loss(self, batch):
        fake_images = self.fake(batch)
        l1 = _distance(fake_images, batch["images"])
        loss = self.generator_loss(batch["images"], fake_images, batch)
        return {"g_loss": loss, "l1": self.l1_weight * l1}

    def expected(self):
        sketches = Expected(tuple(self.generator.input_shape[1:]))
        return {"sketches": sketches, **super().expected()}

    def get_config(self):
        return {**super().get_config(), "l1_weight": self.l1_weight}


@keras.saving.register_keras_serializable("gan_tf")
class CycleGAN(Game):
    """Learns to turn pictures of one kind into another and back, from two piles without pairs.

    Two generators translate in opposite directions; each has a discriminator of its results. A
    picture that goes there and back must return as it was, and one that is already of the wanted
    kind must stay as it is. Trains on batches with the keys "a" and "b". Translations of a to b:
    `generate(8, a=array)`.

    Args:
        generator_ab: Built Keras model from pictures of kind a to pictures of kind b.
        generator_ba: Built Keras model in the other direction.
        discriminator_a: Built Keras model from pictures of kind a to logits.
        discriminator_b: Built Keras model from pictures of kind b to logits.
        cycle_weight: Float >= 0, the paper's λ.
        identity_weight: Float >= 0; the paper has half of λ where colours are to stay, else 0.
        **kwargs: Those of `Game`.

    Reference:
        Zhu et al. 2017, equations 1 to 3 with the squares of section 4, and section 5.2 for the
        identity, arXiv:1703.10593. The squares carry the factor ½ of `losses.LeastSquares` for
        the generators too; the paper has none there.
    """

    phases = (
        Phase("g_loss", ("generator_ab", "generator_ba")),
        Phase("d_loss", ("discriminator_a", "discriminator_b"), freezes=()),
    )
    keys = ("a", "b")
    terms = ("cycle", "identity")
    game_loss = losses.LeastSquares()

    def __init__(
        self,
        generator_ab,
        generator_ba,
        discriminator_a,
        discriminator_b,
        cycle_weight=10.0,
        identity_weight=5.0,
        **kwargs,
    ):
        players = {"generator_ab": generator_ab, "generator_ba": generator_ba}
        players |= {"discriminator_a": discriminator_a, "discriminator_b": discriminator_b}
        super().__init__(players, **kwargs)
        weights = {"cycle_weight": cycle_weight, "identity_weight": identity_weight}
        self.cycle_weight, self.identity_weight = checks.not_negative(**weights)

    @property
    def generator(self):
        """The generator that `generate` uses, from a to b."""
        return self.generator_ab

    def inputs(self, batch):
        return batch["a"]

    def fakes(self, batch):
        """Translations of a batch: of b into the kind a, and of a into the kind b."""
        fake_a = self.generator_ba(batch["b"], training=True)
        return fake_a, self.generator_ab(batch["a"], training=True)

    def g_loss(self, batch):
        """The generators': to be taken for real, to return what they got, to leave what fits."""
        a, b = batch["a"], batch["b"]
        fake_a, fake_b = self.fakes(batch)
        back_to_a = self.generator_ba(fake_b, training=True)
        back_to_b = self.generator_ab(fake_a, training=True)
        cycle = _distance(back_to_a, a) + _distance(back_to_b, b)
        kept_a, kept_b = self.generator_ba(a, training=True), self.generator_ab(b, training=True)
        identity = _distance(kept_a, a) + _distance(kept_b, b)
        loss = self.game_loss.generator(self.discriminator_a(fake_a, training=True))
        loss += self.game_loss.generator(self.discriminator_b(fake_b, training=True))
        return {
            "g_loss": loss,
            "cycle": self.cycle_weight * cycle,
            "identity": self.identity_weight * identity,
        }

    def d_loss(self, batch):
        """The discriminators': to tell real pictures of their kind from translations."""
        fake_a, fake_b = map(tf.stop_gradient, self.fakes(batch))
        return self._loss_of(self.discriminator_a, batch["a"], fake_a) + self._loss_of(
            self.discriminator_b, batch["b"], fake_b
        )

    def _loss_of(self, discriminator, real, fake):
        logits = [discriminator(images, training=True) for images in (real, fake)]
        return self.game_loss.discriminator(*logits)

    def expected(self):
        shapes = {"a": self.generator_ab.input_shape, "b": self.generator_ba.input_shape}
        return {key: Expected(tuple(shape[1:])) for key, shape in shapes.items()}

    def get_config(self):
        weights = {"cycle_weight": self.cycle_weight, "identity_weight": self.identity_weight}
        return {**super().get_config(), **weights}


def _distance(images, others):
    """Mean absolute difference, the papers' L1."""
    return ops.mean(ops.abs(ops.cast(images, "float32") - ops.cast(others, "float32")))
