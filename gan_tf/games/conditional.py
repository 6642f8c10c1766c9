"""Games in which one asks for a class."""

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
