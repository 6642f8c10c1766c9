"""Games that enlarge a picture: SRGAN and ESRGAN."""

from gan_tf import losses
from gan_tf.games.gan import GAN
from gan_tf.training import scoring, validation
import keras
from keras import ops

_RELATIVISTIC_AVERAGE = losses.Relativistic(average=True)


@keras.saving.register_keras_serializable("gan_tf")
class SRGAN(GAN):
    """Learns from pairs to enlarge pictures, with the detail that a real picture would have.

    The generator must be near the true image as an encoder sees it, not pixel by pixel, and pass
    for real. Trains on batches with the keys "small" and "images". Samples:
    `generate(8, small=array)`. Before it, the generator learns the mean squared error alone, by
    Keras's own `generator.compile(optimizer, "mse")` and `generator.fit(small, images)`.

    Args:
        generator: Built Keras model from small pictures to images. `builders.srgan_generator`.
        discriminator: Built Keras model from images to logits `(batch, 1)`, or to a map of logits
            for patches.
        encoder: Built Keras model from images to features of any shape, which never learns. The
            paper's is VGG19; `metrics.feature_maps` gives one of our own classifiers, whose name
            belongs to every number that it helped to make.
        **kwargs: Those of `GAN`. `weights={"g_loss": 1e-3, "content": 1.0}` are usual, the paper's:
            of what the discriminator says, and of the squared difference of the features.

    Raises:
        ValueError: If a player does not take and make pictures that fit, or the encoder does not
            take the images.

    Reference:
        Ledig et al. 2017, equations 3, 5 and 6, arXiv:1609.04802. Departure: the squared
        difference is a mean over the channels too.
    """

    keys = {"small": "generator", "images": None}
    terms = {"g_loss": 1e-3, "content": 1.0}
    scores_patches = True

    def __init__(self, generator, discriminator, encoder, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        images = generator.output_shape[1:]
        small = {"small": (None, None, generator.inputs[0].shape[-1])}
        scoring.check_player(generator, "generator", small)
        scoring.check_player(discriminator, "discriminator", {"images": images})
        validation.check_built(encoder, "encoder")
        validation.check_scope(encoder, "encoder")
        scoring.check_player(encoder, "encoder", {"images": images})
        self.encoder = encoder

    def inputs(self, batch):
        return batch["small"]

    def g_loss(self, batch):
        fake_images, true_images = self.fake(batch), batch["images"]
        loss = self.generator_loss(true_images, fake_images, batch)
        return {"g_loss": loss, "content": self.content(true_images, fake_images)}

    def content(self, true_images, fake_images):
        """How far two sets of images are apart in the encoder's eyes."""
        return _squares(*map(self.features, (true_images, fake_images)))

    def features(self, images):
        """What the encoder sees, in inference mode."""
        return self.encoder(images, training=False)

    def get_config(self):
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
        }


@keras.saving.register_keras_serializable("gan_tf")
class ESRGAN(SRGAN):
    """SRGAN with a relativistic discriminator, and with a term for the pixels.

    The discriminator is asked whether a real image looks more real than fake ones do on average,
    and both players see both kinds. The encoder's features are best taken before an activation,
    which would make most of them zero: `metrics.feature_maps(..., activated=False)`.

    Args:
        generator: Built Keras model from small pictures to images. `builders.esrgan_generator`.
        discriminator: As for `SRGAN`.
        encoder: As for `SRGAN`.
        **kwargs: Those of `GAN`. `weights={"g_loss": 5e-3, "content": 1.0, "pixels": 1e-2}` are
            usual: the paper's λ, 1, and η, for the mean absolute difference of the pixels.

    Reference:
        Wang et al. 2018, sections 3.2 and 3.3, equation 3, arXiv:1809.00219. The relativistic loss
        carries the factor ½ for both players, as in published code; the paper's lacks it. The
        features are compared by mean squares, as in SRGAN.
    """

    terms = {"g_loss": 5e-3, "content": 1.0, "pixels": 1e-2}

    def g_loss(self, batch):
        fake_images, true_images = self.fake(batch), batch["images"]
        return {
            "g_loss": self.generator_loss(true_images, fake_images, batch),
            "content": self.content(true_images, fake_images),
            "pixels": _distance(true_images, fake_images),
        }

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        loss=_RELATIVISTIC_AVERAGE,
        **kwargs,
    ):
        """As `GAN.compile`, with the paper's loss by default."""
        super().compile(generator_optimizer, discriminator_optimizer, loss, **kwargs)


def _distance(ones, others):
    """Mean absolute difference."""
    return ops.mean(ops.abs(ops.cast(ones, "float32") - ops.cast(others, "float32")))


def _squares(ones, others):
    """Mean squared difference."""
    return ops.mean(ops.square(ops.cast(ones, "float32") - ops.cast(others, "float32")))
