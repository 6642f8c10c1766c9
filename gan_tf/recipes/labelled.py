"""Games of images with a condition: a class that is asked for, or codes that the game finds."""

from gan_tf import builders, checks, data
from gan_tf.games.conditional import ACGAN, ConditionalGAN
from gan_tf.games.information import InfoGAN
from gan_tf.recipes.garments import (
    AVERAGE_DECAY,
    BATCH_SIZE,
    EPOCHS,
    FILTERS,
    HALVED_AFTER,
    PICTURE_EPOCHS,
    PICTURE_RATE,
    RATE,
    STEPS_PER_EPOCH,
    num_filters,
)
from gan_tf.recipes.growing import adams, r1
from gan_tf.recipes.pictures import doublings, pictures
from gan_tf.recipes.recipe import Recipe
import keras
import numpy as np

NUM_CODES, NUM_CONTINUOUS = 10, 2
RECOGNISER_UNITS = (128,)


def conditional(seed=0, way="projection", images=None, labels=None, class_weight=1.0):
    """The default game with a class that is asked for, in one of three ways.

    Networks, rules and numbers are those of `dcgan`, so that the three ways differ in nothing but
    how the discriminator judges the class. The generator is fed the one-hot class beside the
    latents.

    Args:
        seed: Integer, seeds the latents and the data's order; Keras's global seed decides on the
            weights.
        way: One of `builders.WAYS`: "concatenation", "classifier" (AC-GAN) or "projection".
        images: Float array `(num_images, size, size, channels)` in [-1, 1] with `labels`;
            Fashion-MNIST by default.
        labels: Integer array `(num_images,)` of the classes of the images, from 0 on.
        class_weight: Float >= 0, weight of the errors of the classifier, for that way alone.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If a name is unknown, or images and labels do not belong together.

    Reference:
        Mirza and Osindero 2014, arXiv:1411.1784; Odena et al. 2017, arXiv:1610.09585; Miyato and
        Koyama 2018, arXiv:1802.05637.
    """
    checks.one_of(builders.WAYS, way=way)
    images, labels = _labelled(images, labels)
    shape, num_classes = images.shape[1:], int(labels.max()) + 1
    generator = builders.conditional_generator(100, num_classes, shape, filters=FILTERS)
    discriminator = builders.conditional_discriminator(num_classes, shape, FILTERS[::-1], way)
    if way == "classifier":
        classifier = builders.head(discriminator, num_classes)
        names = ("real_class", "fake_class", "asked_class")
        weights = dict.fromkeys(names, checks.not_negative(class_weight=class_weight))
        gan = ACGAN(generator, discriminator, classifier, seed=seed, weights=weights)
    else:
        gan = ConditionalGAN(generator, discriminator, seed=seed)
    _compile(gan)
    batches = data.batches(
        {"images": images, "labels": labels}, BATCH_SIZE, seed, steps_per_epoch=STEPS_PER_EPOCH
    )
    return Recipe(gan, images, batches, EPOCHS, *_settings())


def infogan(seed=0, num_codes=NUM_CODES, num_continuous=NUM_CONTINUOUS, images=None):
    """InfoGAN with the networks and rules of `dcgan`: a category and some numbers, unlabelled.

    Args:
        seed: Integer, as for `conditional`.
        num_codes: Integer >= 2, categories.
        num_continuous: Integer >= 0, numbers in [-1, 1].
        images: Float array `(num_images, size, size, channels)` in [-1, 1], or a
            `data.ImageFolder`; Fashion-MNIST by default.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If a number is out of range, or images are unfit.

    Reference:
        Chen et al. 2016, arXiv:1606.03657; the recogniser's layer of 128 units is its appendix C's.
    """
    num_codes = checks.at_least(2, num_codes=num_codes)
    num_continuous = checks.at_least(0, num_continuous=num_continuous)
    training = pictures(images)
    size, shape = num_codes + num_continuous, training.shape
    filters = FILTERS if images is None else num_filters(doublings(shape[0]))
    generator = builders.conditional_generator(62, size, shape, filters=filters)
    discriminator = builders.conditional_discriminator(size, shape, filters[::-1], "classifier")
    recogniser = builders.head(discriminator, size, RECOGNISER_UNITS, "recogniser")
    gan = InfoGAN(generator, discriminator, recogniser, num_continuous, seed=seed)
    _compile(gan, RATE if images is None else PICTURE_RATE)
    batches = training.batches(BATCH_SIZE, seed, steps_per_epoch=STEPS_PER_EPOCH)
    epochs = EPOCHS if images is None else PICTURE_EPOCHS
    return Recipe(gan, training.samples, batches, epochs, *_settings())


# Helpers.


def _labelled(images, labels):
    if images is None and labels is None:
        (images, labels), _ = data.load_fashion_mnist(verbose=False)
    if images is None or labels is None:
        raise ValueError("images and labels belong together: give both, or neither.")
    images, labels = pictures(images).samples, np.asarray(labels)
    if labels.shape != (len(images),) or labels.dtype.kind not in "iu" or labels.min() < 0:
        raise ValueError(
            f"labels must be {len(images)} integers from 0 on, one for each image. Received: shape "
            f"{labels.shape}, dtype {labels.dtype}"
        )
    return images, labels.astype("int32")


def _compile(gan, first_rate=RATE):
    rate = keras.optimizers.schedules.InverseTimeDecay(first_rate, HALVED_AFTER, 1.0)
    optimizers = dict(zip(gan.players, adams(rate, len(gan.players)), strict=True))
    gan.compile(optimizers=optimizers, penalty=r1(), steps_per_execution=25)


def _settings():
    return STEPS_PER_EPOCH, BATCH_SIZE, (-1, 1), AVERAGE_DECAY
