"""Games that find classes which nobody labelled."""

import math

from gan_tf import checks
from gan_tf.games.game import Phase, num_rows
from gan_tf.games.gan import GAN
import keras
from keras import ops


@keras.saving.register_keras_serializable("gan_tf")
class InfoGAN(GAN):
    """A GAN with a code that a third player must be able to read off the images.

    The generator is fed noise and one of `num_codes` codes. The recogniser guesses the code from
    the image, and both are rewarded for right guesses, so that codes come to mean something. The
    logs show `information`, a lower bound of the mutual information between code and image in nats,
    at most `log(num_codes)`. Samples of chosen codes: `generate(10, codes=range(10))`.

    Args:
        generator: Built Keras model from `[latents, one_hot]`, shapes `(batch, latent_dim)` and
            `(batch, num_codes)`, to images.
        discriminator: Built Keras model from images to logits `(batch, 1)`.
        recogniser: Built Keras model from images to logits `(batch, num_codes)`. Layers that it
            shares with the discriminator are the discriminator's, and learn in phase 1 alone.
        information_weight: Float >= 0, the paper's λ.
        **kwargs: Those of `GAN`.

    Reference:
        Chen et al. 2016, equations 5 and 6, arXiv:1606.03657.
    """

    phases = (
        Phase("d_loss", ("discriminator",), freezes=()),
        Phase("g_loss", ("generator", "recogniser")),
    )
    optional_keys = ("codes",)
    terms = ("code_loss", "information")

    def __init__(
        self, generator, discriminator, recogniser, information_weight=1.0, players=None, **kwargs
    ):
        players = {"recogniser": recogniser, **(players or {})}
        super().__init__(generator, discriminator, players=players, **kwargs)
        self.num_codes = recogniser.output_shape[-1]
        self.information_weight = checks.not_negative(information_weight=information_weight)

    def inputs(self, batch):
        def random_codes(num):
            return keras.random.randint((num,), 0, self.num_codes, seed=self.seed_generator)

        latents = super().inputs(batch)
        codes = batch["codes"] if "codes" in batch else self.draw(random_codes, num_rows(batch))
        return [latents, ops.one_hot(ops.cast(codes, "int32"), self.num_codes)]

    def g_loss(self, batch):
        latents, codes = self.inputs(batch)
        fake_images = self.generator([latents, codes], training=True)
        guesses = ops.cast(self.recogniser(fake_images, training=True), "float32")
        code_loss = ops.mean(ops.categorical_crossentropy(codes, guesses, from_logits=True))
        self.trackers["information"].update_state(math.log(self.num_codes) - code_loss)
        loss = self.generator_loss(batch["images"], fake_images)
        return {"g_loss": loss, "code_loss": self.information_weight * code_loss}

    def get_config(self):
        return {**super().get_config(), "information_weight": self.information_weight}
