"""R3GAN: a relativistic loss, two penalties, residual blocks, and no further tricks."""

from gan_tf import builders, checks, penalties
from gan_tf.games.gan import GAN
from gan_tf.recipes.growing import adams
from gan_tf.recipes.pictures import doublings, pictures
from gan_tf.recipes.recipe import Recipe
import keras

BATCH_SIZE = 16
EPOCHS, STEPS_PER_EPOCH = 20, 250
FILTERS, MOST_FILTERS = 16, 64  # at the size of the image, twice as many at each size less
BLOCKS = 1  # residual blocks of a stage; the paper's networks have two
GROUP_SIZE = 16
FIRST_RATE, PICTURE_RATE = 4e-3, 1e-3  # 4e-3 diverges on colour faces of 64 pixels
RATE_FALLS_TO = 0.1  # of the first rate
FIRST_WEIGHT, LAST_WEIGHT = 0.3, 0.03
INTERVAL = 4  # updates of the discriminator from one penalty to the next
AVERAGE_DECAY = 0.995


def r3gan(seed=0, images=None, filters=FILTERS, blocks=BLOCKS):
    """R3GAN: the relativistic loss, R1 and R2, and residual networks without normalisation.

    Rate and weight of both penalties fall over the run, as in the paper. The running average of the
    generator is the result.

    Args:
        seed: Integer, seeds the latents and the data's order; Keras's global seed decides on the
            weights.
        images: Float array `(num_images, size, size, channels)` in [-1, 1], or a
            `data.ImageFolder`; Fashion-MNIST by default. The size is 4 to 7 times a power of two.
        filters: Integer, a multiple of 8, feature maps at the size of the image. Each size less has
            twice as many, up to 64.
        blocks: Integer >= 1, residual blocks of a stage.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If a number is out of range, or images are unfit.

    Reference:
        Huang et al. 2024, arXiv:2501.05441. Departures: sizes, rates, weights and duration, which
        were found by measuring; the penalties are computed in every fourth update, as in Karras et
        al. 2020, arXiv:1912.04958; Adam's second β is 0.99 from the start.
    """
    training = pictures(images)
    filters = checks.at_least(1, filters=filters)
    sizes = range(doublings(training.shape[0]) + 1)
    stages = [max(filters, min(MOST_FILTERS, filters * 2**place)) for place in sizes]
    generator = builders.r3gan_generator(64, training.shape, stages[::-1], blocks, GROUP_SIZE)
    discriminator = builders.r3gan_discriminator(training.shape, stages, blocks, GROUP_SIZE)
    gan = GAN(generator, discriminator, seed=seed)
    steps = EPOCHS * STEPS_PER_EPOCH
    first = FIRST_RATE if images is None else PICTURE_RATE
    rate = keras.optimizers.schedules.CosineDecay(first, steps, RATE_FALLS_TO)
    fall = keras.optimizers.schedules.CosineDecay(1.0, steps, LAST_WEIGHT / FIRST_WEIGHT)
    both = penalties.Sum(penalties.R1(FIRST_WEIGHT), penalties.R2(FIRST_WEIGHT))
    penalty = penalties.Scheduled(penalties.Lazy(both, INTERVAL), fall)
    gan.compile(*adams(rate), loss="relativistic", penalty=penalty, steps_per_execution=25)
    batches = training.batches(BATCH_SIZE, seed, steps_per_epoch=STEPS_PER_EPOCH)
    settings = (EPOCHS, STEPS_PER_EPOCH, BATCH_SIZE, (-1, 1), AVERAGE_DECAY)
    return Recipe(gan, training.samples, batches, *settings)
