"""The default game of garments: the lecture's DCGAN at half its width, played by later rules."""

from gan_tf import builders, data
from gan_tf.games.gan import GAN
from gan_tf.recipes.growing import adams, r1
from gan_tf.recipes.recipe import Recipe
import keras

BATCH_SIZE = 16
EPOCHS, STEPS_PER_EPOCH = 30, 250
FILTERS = (64, 32)  # the lecture's are (128, 64)
RATE, HALVED_AFTER = 4e-3, 1_500
AVERAGE_DECAY = 0.995


def dcgan(seed=0, filters=FILTERS, rate=None):
    """The lecture's DCGAN without Dropout, with logits, R1 and Adam (0, 0.99), batches of 16.

    The running average of the generator is the result.

    Args:
        seed: Integer, seeds the latents and the data's order; Keras's global seed decides on the
            weights.
        filters: Tuple of integers, feature maps of the generator from the smallest size on, and of
            the discriminator from the largest on in reverse. The default is half of the lecture's.
        rate: Float, or a schedule of Keras, Adam's rate for both players. By default it is 4e-3 at
            first, half of it after 1,500 steps, a third after 3,000, and so on.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If filters are no tuple of integers >= 1, at least one.

    Reference:
        Radford et al. 2015, arXiv:1511.06434, for the networks; R1: Mescheder et al. 2018,
        arXiv:1801.04406, in every fourth update as in Karras et al. 2020, arXiv:1912.04958. Width
        and rate were found by measuring (benchmarks/path_to_default.py).
    """
    generator = builders.dcgan_generator(filters=filters)
    discriminator = builders.dcgan_discriminator(filters=filters[::-1], dropout=0.0)
    gan = GAN(generator, discriminator, seed=seed)
    if rate is None:
        rate = keras.optimizers.schedules.InverseTimeDecay(RATE, HALVED_AFTER, 1.0)
    gan.compile(*adams(rate), penalty=r1(), steps_per_execution=25)
    (images, _), _ = data.load_fashion_mnist(verbose=False)
    batches = data.batches(images, BATCH_SIZE, seed, steps_per_epoch=STEPS_PER_EPOCH)
    settings = (EPOCHS, STEPS_PER_EPOCH, BATCH_SIZE, (-1, 1), AVERAGE_DECAY)
    return Recipe(gan, images, batches, *settings)
