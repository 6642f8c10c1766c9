"""Games in which one asks for a class."""

from gan_tf.games.game import Phase
from gan_tf.games.gan import GAN
from gan_tf.training.expected import Expected
import keras
from keras import ops
import numpy as np


@keras.saving.register_keras_serializable("gan_tf")
class ConditionalGAN(GAN):
    """A GAN whose players both see the label: the generator makes what it says.

    Trains on images and labels: `fit(images, labels)`, or batches with these two keys. Samples of
    chosen classes: `generate(10, labels=range(10))`.

    Args:
        generator: Built Keras model from `[latents, one_hot]`, shapes `(batch, latent_dim)` and
            `(batch, num_classes)`, to images.
        discriminator: Built Keras model from `[images, one_hot]` to logits `(batch, 1)`.
        **kwargs: Those of `GAN`.

    Raises:
        ValueError: If a player does not take two inputs like these.

    Reference:
        Mirza and Osindero 2014, section 3.1, arXiv:1411.1784.
    """

    keys = ("images", "labels")

    @property
    def num_classes(self):
        """Number of classes, the width of the generator's second input."""
        return self.generator.inputs[-1].shape[-1]

    def inputs(self, batch):
        return [super().inputs(batch), self.one_hot(batch)]

    def score(self, images, batch=None, training=True):
        return self.discriminator([images, self.one_hot(batch)], training=training)

    def one_hot(self, batch):
        """The labels of a batch as floats, `(batch, num_classes)`."""
        return ops.one_hot(ops.cast(batch["labels"], "int32"), self.num_classes)

    def expected(self):
        why = f"The generator knows {self.num_classes} classes, so labels count from 0 to the last."
        labels = Expected((), 0, self.num_classes - 1, is_integer=True, why=why)
        return {**super().expected(), "labels": labels}

    def example_conditions(self, num):
        return {"labels": np.arange(num) % self.num_classes}


@keras.saving.register_keras_serializable("gan_tf")
class ACGAN(ConditionalGAN):
    """A conditional GAN whose discriminator is not told the class, but must name it.

    A third player, the classifier, shares the discriminator's body. It learns to name the class of
    real and of fake images, and the generator is rewarded where its images are named as they were
    asked for. The logs show three errors in nats: `real_class` and `fake_class` of the classifier,
    and `asked_class`, that of the generator.

    Args:
        generator: Built Keras model from `[latents, one_hot]` to images.
        discriminator: Built Keras model from images to logits `(batch, 1)`.
        classifier: Built Keras model from images to logits `(batch, num_classes)`, no softmax. The
            layers that it shares with the discriminator learn from both losses.
        **kwargs: Those of `GAN`; `weights` are those of the three errors, 1 each in the paper.

    Reference:
        Odena et al. 2017, section 3, arXiv:1610.09585.
    """

    phases = (
        Phase("d_loss", ("discriminator", "classifier"), freezes=()),
        Phase("g_loss", ("generator",)),
    )
    terms = {"real_class": 1.0, "fake_class": 1.0, "asked_class": 1.0}

    def __init__(self, generator, discriminator, classifier, **kwargs):
        super().__init__(generator, discriminator, players={"classifier": classifier}, **kwargs)

    def score(self, images, batch=None, training=True):
        return self.discriminator(images, training=training)

    def discriminator_terms(self, real_images, fake_images, batch):
        return {
            "real_class": self.class_error(real_images, batch),
            "fake_class": self.class_error(fake_images, batch),
        }

    def g_loss(self, batch):
        fake_images = self.fake(batch)
        loss = self.generator_loss(batch["images"], fake_images, batch)
        return {"g_loss": loss, "asked_class": self.class_error(fake_images, batch)}

    def class_error(self, images, batch):
        """Mean cross-entropy between the labels and what the classifier says, in nats."""
        logits = ops.cast(self.classifier(images, training=True), "float32")
        return ops.mean(ops.categorical_crossentropy(self.one_hot(batch), logits, from_logits=True))
