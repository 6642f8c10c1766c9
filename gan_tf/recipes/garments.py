"""The default game of images: the lecture's DCGAN, narrower and played by later rules."""

from gan_tf import builders
from gan_tf.games.gan import GAN
from gan_tf.recipes.growing import adams, r1
from gan_tf.recipes.pictures import doublings, pictures
from gan_tf.recipes.recipe import Recipe
import keras

BATCH_SIZE = 16
EPOCHS, STEPS_PER_EPOCH = 30, 250
FILTERS = (64, 32)  # for garments; the lecture's are (128, 64)
RATE, HALVED_AFTER = 4e-3, 1_500
PICTURE_EPOCHS, PICTURE_RATE = 14, 1e-3  # 4e-3 diverges on colour faces of 64 pixels
MOST_FILTERS = 128
AVERAGE_DECAY = 0.995


def dcgan(seed=0, filters=None, rate=None, images=None):
    """The lecture's DCGAN without Dropout, with logits, R1 and Adam (0, 0.99), batches of 16.

    The running average of the generator is the result.

    Args:
        seed: Integer, seeds the latents and the data's order; Keras's global seed decides on the
            weights.
        filters: Tuple of integers, feature maps of the generator from the smallest size on, and of
            the discriminator from the largest on in reverse. The default is half of the lecture's
            for garments, and `num_filters` for other images.
        rate: Float, or a schedule of Keras, Adam's rate for both players. By default it is 4e-3 at
            first, 1e-3 for other images than garments, half of it after 1,500 steps, a third after
            3,000, and so on.
        images: Float array `(num_images, size, size, channels)` in [-1, 1], or a
            `data.ImageFolder`; Fashion-MNIST by default. The size is 4 to 7 times a power of two.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If filters are no tuple of integers >= 1, at least one, or images are unfit.

    Reference:
        Radford et al. 2015, arXiv:1511.06434, for the networks; R1: Mescheder et al. 2018,
        arXiv:1801.04406, in every fourth update as in Karras et al. 2020, arXiv:1912.04958. Width
        and rate were found by measuring (benchmarks/path_to_default.py).
    """
    training = pictures(images)
    if filters is None:
        filters = FILTERS if images is None else num_filters(doublings(training.shape[0]))
    generator = builders.dcgan_generator(image_shape=training.shape, filters=filters)
    discriminator = builders.dcgan_discriminator(training.shape, filters[::-1], dropout=0.0)
    gan = GAN(generator, discriminator, seed=seed)
    if rate is None:
        first = RATE if images is None else PICTURE_RATE
        rate = keras.optimizers.schedules.InverseTimeDecay(first, HALVED_AFTER, 1.0)
    gan.compile(*adams(rate), penalty=r1(), steps_per_execution=25)
    batches = training.batches(BATCH_SIZE, seed, steps_per_epoch=STEPS_PER_EPOCH)
    epochs = EPOCHS if images is None else PICTURE_EPOCHS
    settings = (epochs, STEPS_PER_EPOCH, BATCH_SIZE, (-1, 1), AVERAGE_DECAY)
    return Recipe(gan, training.samples, batches, *settings)


def num_filters(count):
    """Feature maps from the smallest size on: 32 before the image, twice as many at each size less.

    Args:
        count: Integer >= 1, how often the size is doubled.

    Returns:
        Tuple of `count` integers, at most 128: (128, 128, 64, 32) for 64 × 64 pixels.
    """
    return tuple(min(MOST_FILTERS, 32 * 2**place) for place in reversed(range(count)))
