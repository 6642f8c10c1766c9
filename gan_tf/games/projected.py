"""Games whose discriminator begins with features that it need not learn."""

from gan_tf.games.gan import GAN
import keras


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
