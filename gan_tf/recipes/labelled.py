"""Games of images with a condition: a class that is asked for, or codes that the game finds."""

from gan_tf import builders, checks, data
from gan_tf.games.conditional import ACGAN, ConditionalGAN
from gan_tf.games.information import CatGAN, InfoGAN
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
NUM_CATEGORIES, CATGAN_BATCH_SIZE, CATGAN_EPOCHS = 10, 64, 12
CATGAN_RATE, CATGAN_DROPOUT = 3e-4, 0.4
NAMED_EACH = 4  # with labels, one labelled image comes to so many others


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
    images, labels = labelled(images, labels)
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


def catgan(seed=0, labels=None, images=None):
    """CatGAN with the default networks: ten categories that nobody names, or that few labels name.

    Args:
        seed: Integer, seeds the latents and the data's order; Keras's global seed decides on the
            weights.
        labels: Integer array `(num_images,)`, -1 where the class is unknown; None if it is never
            known. Images with a label are repeated, so that they are a fifth of each epoch.
        images: Float array `(num_images, size, size, channels)` in [-1, 1]; Fashion-MNIST by
            default.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If images are unfit, or labels are not as many integers from -1 to 9.

    Reference:
        Springenberg 2016, arXiv:1511.06390.
    """
    samples = pictures(images).samples
    generator = builders.dcgan_generator(100, samples.shape[1:], filters=FILTERS)
    body = builders.dcgan_discriminator(samples.shape[1:], FILTERS[::-1], dropout=CATGAN_DROPOUT)
    discriminator = builders.head(body, NUM_CATEGORIES, name="discriminator")
    game = CatGAN(generator, discriminator, labelled=labels is not None, seed=seed)
    optimizers = {name: keras.optimizers.Adam(CATGAN_RATE, 0.5) for name in game.players}
    game.compile(optimizers, steps_per_execution=25)
    values = samples if labels is None else with_names(samples, np.asarray(labels), seed)
    batches = data.batches(values, CATGAN_BATCH_SIZE, seed, steps_per_epoch=STEPS_PER_EPOCH)
    settings = (CATGAN_EPOCHS, STEPS_PER_EPOCH, CATGAN_BATCH_SIZE, (-1, 1), None)
    return Recipe(game, samples, batches, *settings)


def labelled(images=None, labels=None):
    """Images and their labels, checked; Fashion-MNIST's by default.

    Args:
        images: Float array `(num_images, size, size, channels)` in [-1, 1], or None.
        labels: Integer array `(num_images,)`, from 0 on, or None.

    Returns:
        Pair of the images and their labels, int32.

    Raises:
        ValueError: If only one is given, or they do not belong together.
    """
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


def with_names(images, labels, seed):
    """Images without labels, and those that have one again and again.

    Args:
        images: Array `(num_images, ...)`.
        labels: Integer array `(num_images,)` from -1, unknown, to 9.
        seed: Integer, seeds which of the labelled images are repeated.

    Returns:
        Dictionary of arrays, "images" and "labels"; a fifth of the labels are known.

    Raises:
        ValueError: If labels are not as many such integers, or none is known.
    """
    fits = labels.shape == (len(images),) and labels.dtype.kind in "iu"
    known = np.flatnonzero(labels >= 0) if fits else []
    if not fits or not len(known) or labels.min() < -1 or labels.max() >= NUM_CATEGORIES:
        raise ValueError(
            f"labels must be {len(images)} integers, one for each image, from -1 (unknown) to "
            f"{NUM_CATEGORIES - 1}, and some must be known. Received: shape {labels.shape}, dtype "
            f"{labels.dtype}, {len(known)} known"
        )
    again = np.random.default_rng(seed).choice(known, len(images) // NAMED_EACH)
    unknown = np.full(len(images), -1, "int32")
    return {
        "images": np.concatenate([images, images[again]]),
        "labels": np.concatenate([unknown, labels[again].astype("int32")]),
    }


# Helpers.


def _compile(gan, first_rate=RATE):
    rate = keras.optimizers.schedules.InverseTimeDecay(first_rate, HALVED_AFTER, 1.0)
    optimizers = dict(zip(gan.players, adams(rate, len(gan.players)), strict=True))
    gan.compile(optimizers=optimizers, penalty=r1(), steps_per_execution=25)


def _settings():
    return STEPS_PER_EPOCH, BATCH_SIZE, (-1, 1), AVERAGE_DECAY
