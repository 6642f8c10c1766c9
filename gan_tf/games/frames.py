"""The next frame of a film: a game whose generator must choose one of several futures."""

from gan_tf import checks
from gan_tf.games.gan import GAN
from gan_tf.training import scoring
import keras
from keras import ops


@keras.saving.register_keras_serializable("gan_tf")
class NextFrameGAN(GAN):
    """Predicts the frame that follows some frames, sharply rather than on average.

    The generator is to come near the true next frame, to have edges where it has some, and to make
    a frame of which the discriminator, who sees it after the given ones, says that it may be the
    next. Trains on batches with the keys "frames" and "images". Predictions:
    `generate(8, frames=array)`.

    Args:
        generator: Built Keras model from frames `(batch, height, width, frames)` to the next one,
            `(batch, height, width, channels)`.
        discriminator: Built Keras model from `[frames, images]` to logits `(batch, 1)`, or to a map
            of logits, one for each patch.
        power: 1 for the mean absolute error, 2 for the mean squared error.
        **kwargs: Those of `GAN`. `weights={"g_loss": 0.05, "error": 1.0, "edges": 1.0}` are the
            paper's: λ of the adversary, of the error and of the gradient differences.

    Raises:
        ValueError: If the players' shapes do not fit, or `power` is another number.

    Reference:
        Mathieu et al. 2016, equation 7 and section 3.3, arXiv:1511.05440. Departures: one size of
        frames instead of four, and means over pixels where the paper has sums.
    """

    keys = {"frames": "generator", "images": None}
    terms = {"g_loss": 0.05, "error": 1.0, "edges": 1.0}
    scores_patches = True

    def __init__(self, generator, discriminator, power=1, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        self.power = checks.one_of((1, 2), power=power)
        frames, images = generator.input_shape[1:], generator.output_shape[1:]
        scoring.check_player(generator, "generator", takes={"frames": (None, None, None)})
        judged = {"frames": frames, "images": images}
        scoring.check_player(discriminator, "discriminator", takes=judged)

    def inputs(self, batch):
        return batch["frames"]

    def score(self, images, batch=None, training=True):
        return self.discriminator([batch["frames"], images], training=training)

    def g_loss(self, batch):
        fake_images, true_images = self.fake(batch), ops.cast(batch["images"], "float32")
        difference = ops.abs(ops.cast(fake_images, "float32") - true_images)
        return {
            "g_loss": self.generator_loss(true_images, fake_images, batch),
            "error": ops.mean(difference**self.power),
            "edges": gradient_difference(fake_images, true_images),
        }

    def get_config(self):
        return {**super().get_config(), "power": self.power}


def gradient_difference(images, others, power=1):
    """How much the edges of pictures differ: the gradient difference loss.

    Edges are the absolute differences of neighbours, below each other and beside each other.

    Args:
        images: Float tensor `(batch, height, width, channels)`, height and width at least 2.
        others: Same shape.
        power: Float > 0, the paper's α.

    Returns:
        Scalar float32 tensor: the mean over all vertical pairs of neighbours plus the mean over all
        horizontal ones. The paper sums both instead.

    Raises:
        ValueError: If `power` is not above 0, or the shapes are others.

    Reference:
        Mathieu et al. 2016, equation 6, arXiv:1511.05440.
    """
    power, images, others = checks.positive(power=power), *map(_as_float32, (images, others))
    if len(images.shape) != 4 or images.shape[1:] != others.shape[1:]:
        raise ValueError(
            "images and others must have one shape (batch, height, width, channels). "
            f"Received: {tuple(images.shape)} and {tuple(others.shape)}"
        )
    pairs = zip(_edges(images), _edges(others), strict=True)
    return sum(ops.mean(ops.abs(one - other) ** power) for one, other in pairs)


def _edges(images):
    """Absolute differences of vertical and of horizontal neighbours."""
    return ops.abs(images[:, 1:] - images[:, :-1]), ops.abs(images[:, :, 1:] - images[:, :, :-1])


def _as_float32(values):
    return ops.cast(values, "float32")
