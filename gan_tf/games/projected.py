"""Games whose discriminator begins with features that it need not learn."""

from gan_tf.games.gan import GAN
from gan_tf.training import scoring, validation
import keras
from keras import ops
import numpy as np


@keras.saving.register_keras_serializable("gan_tf")
class ProjectedGAN(GAN):
    """A GAN whose discriminator judges frozen features at several scales.

    Each logit of each judge is asked by itself, and the loss is their mean. The discriminator is
    one that `builders.projected_discriminator` makes. Its encoder is no player and never learns,
    while the gradient passes through it to the generator.

    Args:
        generator: Built Keras model from latents to images.
        discriminator: Built Keras model from images to logits `(batch, num_logits, 1)`.
        **kwargs: Those of `GAN`; `augmentation=layers.DiffAugment()` is usual.

    Reference:
        Sauer et al. 2021, equation 2, arXiv:2111.01007. The paper sums over judges, and here all
        logits have the same weight.
    """

    scores_patches = True

    def compile(
        self, generator_optimizer=None, discriminator_optimizer=None, loss="hinge", **kwargs
    ):
        """As `GAN.compile`, with the paper's loss by default."""
        super().compile(generator_optimizer, discriminator_optimizer, loss, **kwargs)


@keras.saving.register_keras_serializable("gan_tf")
class AdversarialDistillation(ProjectedGAN):
    """A generator that learns to do in one step what a diffusion model does in many.

    A diffusion model, the teacher, turns a noisy picture into its guess at the picture without
    noise. The generator's picture is made noisy again and given to the teacher, and it should be
    like the teacher's guess. It must also pass for real, since a guess at what lies behind much
    noise is blurred. With `weights={"g_loss": 0.0}` only the teacher counts, and with
    `weights={"distillation": 0.0}` only the discriminator.

    Args:
        generator: Built Keras model from noise of any shape to images.
        discriminator: Built Keras model from images to logits, such as
            `builders.projected_discriminator` makes.
        teacher: Built Keras model from `[noisy images, times]`, the times of shape `(batch, 1)` in
            [0, 1], to images without noise. It never learns. At time t, a noisy image is
            `cos(πt/2) x + sin(πt/2) n` with `n ~ N(0, 1)`.
        **kwargs: Those of `GAN`. `weights={"g_loss": 1.0, "distillation": 2.5}` are the paper's.

    Raises:
        ValueError: If the teacher does not take and make the generator's images.

    Reference:
        Sauer et al. 2023 (adversarial diffusion distillation), section 3.3, arXiv:2311.17042, with
        the weight `cos(πt/2)` for each time, less for more noise. Departures: the generator makes
        images, not latents of an autoencoder, and always begins with noise alone.
    """

    terms = {"g_loss": 1.0, "distillation": 2.5}

    def __init__(self, generator, discriminator, teacher, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        images = generator.output_shape[1:]
        validation.check_built(teacher, "teacher")
        validation.check_scope(teacher, "teacher")
        scoring.check_player(teacher, "teacher", {"images": images, "times": (1,)}, images)
        self.teacher = teacher

    def sample_latents(self, batch_size):
        """Standard normal noise of the shape that the generator takes."""
        shape = self.generator.input_shape[1:]
        return self.draw(lambda num: self._normal((num, *shape)), batch_size)

    def g_loss(self, batch):
        fake_images = self.fake(batch)
        loss = self.generator_loss(batch["images"], fake_images, *self._conditions(batch))
        return {"g_loss": loss, "distillation": self.distillation(fake_images)}

    def distillation(self, images):
        """How far images are from the teacher's guess at them, after noise has been added."""
        images, num_images = ops.cast(images, "float32"), ops.shape(images)[0]
        times = self.draw(self._times, num_images)
        share = ops.reshape(ops.cos(np.pi / 2 * times), (-1, *[1] * (len(images.shape) - 1)))
        noise = self.draw(lambda num: self._normal((num, *images.shape[1:])), num_images)
        noisy = share * images + ops.sqrt(1 - share**2) * noise
        guess = ops.stop_gradient(self.teacher([ops.stop_gradient(noisy), times], training=False))
        return ops.mean(share * ops.square(images - ops.cast(guess, "float32")))

    def _times(self, num):
        return keras.random.uniform((num, 1), dtype="float32", seed=self.seed_generator)

    def _normal(self, shape):
        return keras.random.normal(shape, dtype="float32", seed=self.seed_generator)

    def get_config(self):
        teacher = keras.saving.serialize_keras_object(self.teacher)
        return {**super().get_config(), "teacher": teacher}
