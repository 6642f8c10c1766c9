"""Games that turn one picture into another, with pairs and without."""

from gan_tf import checks, losses
from gan_tf.games.game import Game, Phase
from gan_tf.games.gan import GAN
from gan_tf.layers.replay import ImagePool
from gan_tf.training import scoring
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
        pool_size: Integer >= 0, translations of each kind that `layers.ImagePool` remembers for the
            discriminators, at least as many as a batch has; 0 shows them the newest alone.
        **kwargs: Those of `Game`. `weights={"cycle": 10.0, "identity": 5.0}` are usual. The paper
            has an identity term only where colours are to stay as they are.

    Raises:
        ValueError: If the players' shapes do not fit.

    Reference:
        Zhu et al. 2017, equations 1 to 3, section 4 for the squares and the pool, section 5.2 for
        the identity, arXiv:1703.10593. As in the published code, the squares of the
        discriminators are halved, and those of the generators are not.
    """

    phases = (
        Phase("g_loss", ("generator", "inverse")),
        Phase("d_loss", ("discriminator_a", "discriminator_b"), freezes=()),
    )
    keys = {"a": "generator", "b": "inverse"}
    terms = {"cycle": 10.0, "identity": 5.0}

    def __init__(
        self, generator, inverse, discriminator_a, discriminator_b, pool_size=50, **kwargs
    ):
        judges = {"discriminator_a": discriminator_a, "discriminator_b": discriminator_b}
        super().__init__({"generator": generator, "inverse": inverse, **judges}, **kwargs)
        shapes = {"a": generator.input_shape[1:], "b": inverse.input_shape[1:]}
        of_a, of_b = {"pictures": shapes["a"]}, {"pictures": shapes["b"]}
        scoring.check_player(generator, "generator", of_a, shapes["b"])
        scoring.check_player(inverse, "inverse", of_b, shapes["a"])
        scoring.check_player(discriminator_a, "discriminator_a", of_a)
        scoring.check_player(discriminator_b, "discriminator_b", of_b)
        self.pool_size = checks.at_least(0, pool_size=pool_size)
        self.pools = self._pools(shapes) if pool_size else {}

    def _pools(self, shapes):
        """A pool for translations of each kind, each with a seed of its own."""
        pools = {}
        for number, (kind, shape) in enumerate(shapes.items()):
            if None in shape:
                expected = f"0 for pictures of no fixed size, here {shape}"
                raise checks.argument_error("pool_size", self.pool_size, expected)
            seed = None if self.seed is None else self.seed + number
            pools[kind] = ImagePool(self.pool_size, seed=seed)
            pools[kind].build((None, *shape))
        return pools

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
        loss = 2 * sum(map(_SQUARES.generator, self.scores(fake)))  # without the ½
        return {"g_loss": loss, "cycle": cycle, "identity": identity}

    def d_loss(self, batch):
        """The discriminators': to tell real pictures of their kind from translations."""
        fake = tf.nest.map_structure(tf.stop_gradient, self.translated(batch))
        fake = {kind: self.pools[kind](fake[kind]) for kind in fake} if self.pools else fake
        return sum(map(_SQUARES.discriminator, self.scores(batch), self.scores(fake)))

    def get_config(self):
        return {**super().get_config(), "pool_size": self.pool_size}


def _distance(images, others):
    """Mean absolute difference, the papers' L1."""
    return ops.mean(ops.abs(ops.cast(images, "float32") - ops.cast(others, "float32")))


def _distance_of_both(pictures, others):
    return sum(_distance(pictures[kind], others[kind]) for kind in ("a", "b"))
