"""Games that find classes which nobody labelled."""

import functools
import math

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
        **kwargs: Those of `GAN`. `weights={"information": -1.0}` is usual: the paper's λ, below 0
            because the information is maximised.

    Reference:
        Chen et al. 2016, equations 5 and 6, arXiv:1606.03657.
    """

    phases = (
        Phase("d_loss", ("discriminator",), freezes=()),
        Phase("g_loss", ("generator", "recogniser")),
    )
    optional_keys = ("codes",)
    terms = {"information": -1.0}

    def __init__(self, generator, discriminator, recogniser, **kwargs):
        super().__init__(generator, discriminator, players={"recogniser": recogniser}, **kwargs)
        self.num_codes = recogniser.output_shape[-1]

    def inputs(self, batch):
        latents, codes = super().inputs(batch), batch.get("codes")
        if codes is None:
            draw = functools.partial(keras.random.randint, seed=self.seed_generator)
            codes = self.draw(lambda num: draw((num,), 0, self.num_codes), num_rows(batch))
        return [latents, ops.one_hot(ops.cast(codes, "int32"), self.num_codes)]

    def g_loss(self, batch):
        inputs = self.inputs(batch)
        fake_images = self.generator(inputs, training=True)
        guesses = ops.cast(self.recogniser(fake_images, training=True), "float32")
        error = ops.mean(ops.categorical_crossentropy(inputs[1], guesses, from_logits=True))
        loss = self.generator_loss(batch["images"], fake_images)
        return {"g_loss": loss, "information": math.log(self.num_codes) - error}
