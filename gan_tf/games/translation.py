"""Games that turn one picture into another, with pairs and without."""

from gan_tf import losses
from gan_tf.games.game import Game, Phase
from gan_tf.games.gan import GAN
import keras
from keras import ops
import tensorflow as tf

_SQUARES = losses.LeastSquares()


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
        **kwargs: Those of `GAN`. `weights={"l1": 100.0}` is usual: the paper's λ, for the mean
            absolute difference from the true image.

    Reference:
        Isola et al. 2017, equation 4, arXiv:1611.07004.
    """

    keys = {"sketches": "generator", "images": None}
    terms = {"l1": 100.0}
    scores_patches = True

    def inputs(self, batch):
        return batch["sketches"]

    def score(self, images, batch=None, training=True):
        return self.discriminator([batch["sketches"], images], training=training)

    def g_loss(self, batch):
        fake_images, true_images = self.fake(batch), batch["images"]
        loss = self.generator_loss(true_images, fake_images, batch)
        return {"g_loss": loss, "l1": _distance(fake_images, true_images)}


@keras.saving.register_keras_serializable("gan_tf")
class CycleGAN(Game):
    """Learns to turn pictures of one kind into another and back, from two piles without pairs.

    Two generators translate in opposite directions; each has a discriminator of its results. A
    picture that goes there and back must return as it was, and one that is already of the wanted
    kind must stay as it is. Trains on batches with the keys "a" and "b". Translations of a to b:
    `generate(8, a=array)`.

    Args:
        generator: Built Keras model from pictures of kind a to pictures of kind b.
        inverse: Built Keras model in the other direction.
        discriminator_a: Built Keras model from pictures of kind a to logits.
        discriminator_b: Built Keras model from pictures of kind b to logits.
        **kwargs: Those of `Game`. `weights={"cycle": 10.0, "identity": 5.0}` are usual. The paper
            has an identity term only where colours are to stay as they are.

    Reference:
        Zhu et al. 2017, equations 1 to 3 with the squares of section 4, and section 5.2 for the
        identity, arXiv:1703.10593. The squares carry the factor ½ of `losses.LeastSquares` for
        the generators too, where the paper has none.
    """

    phases = (
        Phase("g_loss", ("generator", "inverse")),
        Phase("d_loss", ("discriminator_a", "discriminator_b"), freezes=()),
    )
    keys = {"a": "generator", "b": "inverse"}
    terms = {"cycle": 10.0, "identity": 5.0}

    def __init__(self, generator, inverse, discriminator_a, discriminator_b, **kwargs):
        judges = {"discriminator_a": discriminator_a, "discriminator_b": discriminator_b}
        super().__init__({"generator": generator, "inverse": inverse, **judges}, **kwargs)

    def translated(self, pictures):
        """Pictures of both kinds, each turned into the other kind."""
        to_a, to_b = self.inverse, self.generator
        return {"a": to_a(pictures["b"], training=True), "b": to_b(pictures["a"], training=True)}

    def scores(self, pictures):
        """Logits of pictures of both kinds, from the discriminator of each."""
        judges = {"a": self.discriminator_a, "b": self.discriminator_b}
        return [judge(pictures[kind], training=True) for kind, judge in judges.items()]

    def g_loss(self, batch):
        """The generators': results that look real, return as they were, and stay if they fit."""
        fake = self.translated(batch)
        cycle = _distance_of_both(self.translated(fake), batch)
        identity = _distance_of_both(self.translated({"a": batch["b"], "b": batch["a"]}), batch)
        loss = sum(map(_SQUARES.generator, self.scores(fake)))
        return {"g_loss": loss, "cycle": cycle, "identity": identity}

    def d_loss(self, batch):
        """The discriminators': to tell real pictures of their kind from translations."""
        fake = tf.nest.map_structure(tf.stop_gradient, self.translated(batch))
        return sum(map(_SQUARES.discriminator, self.scores(batch), self.scores(fake)))


def _distance(images, others):
    """Mean absolute difference, the papers' L1."""
    return ops.mean(ops.abs(ops.cast(images, "float32") - ops.cast(others, "float32")))


def _distance_of_both(pictures, others):
    return sum(_distance(pictures[kind], others[kind]) for kind in ("a", "b"))
