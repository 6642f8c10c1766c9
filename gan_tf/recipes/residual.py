"""BigGAN in small: residual networks and all parts of the paper, each of which can be changed."""

from gan_tf import builders, checks, data, penalties
from gan_tf.games.conditional import ConditionalGAN
from gan_tf.recipes.growing import r1
from gan_tf.recipes.labelled import labelled
from gan_tf.recipes.pictures import doublings
from gan_tf.recipes.recipe import Recipe
import keras

FILTERS = 16  # feature maps of every size
LATENTS_PER_SIZE = 20
RATES = (1e-3, 2e-3)  # of generator and discriminator
ORTHOGONAL_WEIGHT = 1e-4
R1_WEIGHT = 1.0
BATCH_SIZE, NUM_IMAGES = 32, 32_000
AVERAGE_IMAGES = 6_000  # the running average's weights fall to 1/e within so many
STEPS_PER_EPOCH = 25
EMBEDDINGS = ("class_embedding", "gain", "shift")  # weights that belong to a class


def biggan(
    seed=0,
    condition="chunks",
    spectral="parametrization",
    attention=True,
    loss="hinge",
    orthogonal=ORTHOGONAL_WEIGHT,
    penalty=None,
    rates=RATES,
    batch_size=BATCH_SIZE,
    num_images=NUM_IMAGES,
    images=None,
    labels=None,
):
    """BigGAN's game of images of a class, with all of its parts and few feature maps.

    The running average of the generator is the result.

    Args:
        seed: Integer, seeds the latents and the data's order; Keras's global seed decides on the
            weights.
        condition: How the generator is told the class, as for `builders.residual_generator`.
        spectral: Spectral normalisation of both players, as there.
        attention: Boolean, whether both players have self-attention at half of the image's size.
        loss: String or loss, as for `GAN.compile`.
        orthogonal: Float >= 0, weight of the orthogonal regularisation of the generator.
        penalty: "R1" for R1 in every fourth update of the discriminator, or None as in the paper.
        rates: Pair of floats, Adam's rates of generator and discriminator.
        batch_size: Integer >= 1.
        num_images: Integer, real images of a full run, at least 25 batches.
        images: Float array `(num_images, size, size, channels)` in [-1, 1] with `labels`;
            Fashion-MNIST by default. The size is 4 to 7 times a power of two.
        labels: Integer array `(num_images,)` of the classes of the images, from 0 on.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If a name is unknown, a number out of range, or images and labels do not belong
            together.

    Reference:
        Brock et al. 2019, arXiv:1809.11096: hinge loss, spectral normalisation (Miyato et al. 2018,
        arXiv:1802.05957), self-attention (Zhang et al. 2019, arXiv:1805.08318), projection (Miyato
        and Koyama 2018, arXiv:1802.05637), a class and a part of the latents in every
        normalisation, orthogonal regularisation, a discriminator that learns faster, a running
        average. Departures: sizes, rates and duration, which were found by measuring, and one
        update of the discriminator in each step instead of two.
    """
    checks.one_of((None, "R1"), penalty=penalty)
    batch_size = checks.at_least(1, batch_size=batch_size)
    epochs = checks.at_least(1, num_images=num_images) // (batch_size * STEPS_PER_EPOCH)
    if epochs < 1:
        expected = f"at least {STEPS_PER_EPOCH} batches of {batch_size}"
        raise checks.argument_error("num_images", num_images, expected)
    images, labels = labelled(images, labels)
    shape, num_classes = images.shape[1:], int(labels.max()) + 1
    filters = (FILTERS,) * (doublings(shape[0]) + 1)
    same = {"spectral": spectral, "attention": shape[0] // 2 if attention else None}
    latent_dim = LATENTS_PER_SIZE * len(filters)
    generator = builders.residual_generator(
        latent_dim, num_classes, shape, filters, condition, **same
    )
    if checks.not_negative(orthogonal=orthogonal):
        regularize(generator, penalties.OrthogonalRegularization(orthogonal))
    discriminator = builders.residual_discriminator(num_classes, shape, filters, **same)
    gan = ConditionalGAN(generator, discriminator, seed=seed)
    adams = [keras.optimizers.Adam(rate, 0.0, 0.99) for rate in rates]
    penalty = r1(R1_WEIGHT) if penalty else None
    gan.compile(*adams, loss=loss, penalty=penalty, steps_per_execution=25)
    values = {"images": images, "labels": labels}
    batches = data.batches(values, batch_size, seed, steps_per_epoch=STEPS_PER_EPOCH)
    average_decay = max(0.5, 1 - batch_size / AVERAGE_IMAGES)
    settings = (epochs, STEPS_PER_EPOCH, batch_size, (-1, 1), average_decay)
    return Recipe(gan, images, batches, *settings)


def regularize(model, regularizer):
    """Gives a regularizer to every kernel of a built model, but to embeddings of the class.

    Args:
        model: Built Keras model.
        regularizer: Keras regularizer.
    """
    for weight in model.trainable_weights:
        is_embedding = any(name in weight.path for name in EMBEDDINGS)
        if len(weight.shape) > 1 and not is_embedding:
            weight.regularizer = regularizer
