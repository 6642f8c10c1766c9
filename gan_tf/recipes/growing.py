"""Games on garments that grow: progressive growing, and style-based generators.

Each can be played with one part left out, on the same data, for the same number of images.
"""

from gan_tf import builders, checks, data, layers, penalties
from gan_tf.games.gan import GAN
from gan_tf.games.progressive import ProgressiveGAN, stage_of
from gan_tf.recipes.pictures import pictures
from gan_tf.recipes.recipe import Recipe
from gan_tf.training.freezing import all_layers
import keras

RESOLUTION = 32
BATCH_SIZE = 16
STEPS_PER_EPOCH = 50  # so that a size begins close to its time
NUM_IMAGES = 120_000
PHASE = 3_000
RATE, R1_WEIGHT = 8e-3, 0.2
STYLE_RATE, STYLE_R1_WEIGHT = 1.6e-2, 0.5
SLOW_RATE = 1e-3  # the paper's, and for weights that are not scaled at run time
R1_INTERVAL = 4
MIXING = 0.5
AVERAGE_DECAY = 0.998

PARTS = (
    "equalized learning rate",
    "equalized learning rate, rate 1e-3",
    "pixel normalisation",
    "minibatch standard deviation",
    "fade-in",
    "growing",
)
STYLE_STEPS = (
    "progressive growing",
    "bilinear sampling",
    "mapping and AdaIN",
    "learned constant",
    "noise",
    "style mixing",
)


def progressive(
    seed=0,
    without=None,
    num_images=NUM_IMAGES,
    phase=PHASE,
    resolution=None,
    loss="non_saturating",
    images=None,
):
    """Progressive growing of garments, from 4 × 4 to 32 × 32 pixels.

    The last size is trained for the rest of the run. Adam (8e-3, 0, 0.99) starts afresh with each
    size. Its rate is eight times the papers' and constant. The running average of the generator is
    the result.

    Args:
        seed: Integer, seeds the latents and the data's order; Keras's global seed decides on the
            weights.
        without: One of `PARTS`, which is left out, or None. Without the equalized learning rate,
            Adam's rate is either the same or 1e-3.
        num_images: Integer >= 800, real images of a full run.
        phase: Integer >= 1, real images over which a size fades in, and for which it is then
            trained before the next one comes.
        resolution: A power of two from 8 to the size of the images, that of the last stage. By
            default all of it: 32 for garments.
        loss: "non_saturating", with R1 in every fourth update, or "wasserstein", with the gradient
            penalty, the drift term and the paper's rate of 1e-3.
        images: Float array `(num_images, size, size, channels)` in [-1, 1], or a
            `data.ImageFolder`, whose size is a power of two; Fashion-MNIST by default.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If an argument is none of these.

    Reference:
        Karras et al. 2018, arXiv:1710.10196, there with "wasserstein"; the non-saturating loss and
        R1 are those of Karras et al. 2019, arXiv:1812.04948. Departures: sizes, rate and duration,
        which were found by measuring.
    """
    checks.one_of((None, *PARTS), without=without)
    checks.one_of(tuple(_PENALTIES), loss=loss)
    training = _training(images, resolution)
    size, _, channels = training.shape
    equalized = "equalized" not in (without or "")
    generator = builders.progressive_generator(
        size, 128, channels, equalized=equalized, normalize=without != "pixel normalisation"
    )
    group_size = 0 if without == "minibatch standard deviation" else 4
    discriminator = builders.progressive_discriminator(
        size, channels, equalized=equalized, group_size=group_size
    )
    is_slow = loss == "wasserstein" or (without or "").endswith("rate 1e-3")
    rate = SLOW_RATE if is_slow else RATE
    gan = _game(generator, discriminator, seed, phase, without)
    return _recipe(gan, training, seed, num_images, rate, loss, _PENALTIES[loss](seed))


def style(
    seed=0,
    up_to="style mixing",
    num_images=NUM_IMAGES,
    phase=PHASE,
    resolution=None,
    images=None,
):
    """The style-based generator on garments, growing from 4 × 4 to 32 × 32 pixels.

    The schedule is that of `progressive`. Every step has the same rules, so that only the networks
    differ: Adam (1.6e-2, 0, 0.99), which is twice the rate of `progressive`, and R1 with 0.5.

    Args:
        seed: Integer, seeds the latents and the data's order; Keras's global seed decides on the
            weights.
        up_to: One of `STYLE_STEPS`, the last of the paper's steps from progressive growing to the
            style-based generator that is taken.
        num_images: Integer >= 800, real images of a full run.
        phase: Integer >= 1, real images over which a size fades in, and for which it is then
            trained before the next one comes.
        resolution: A power of two from 8 to the size of the images, that of the last stage. By
            default all of it: 32 for garments.
        images: As for `progressive`.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If an argument is none of these.

    Reference:
        Karras et al. 2019, table 1, arXiv:1812.04948.
    """
    checks.one_of(STYLE_STEPS, up_to=up_to)
    taken = STYLE_STEPS[: STYLE_STEPS.index(up_to) + 1]
    blur = "bilinear sampling" in taken
    training = _training(images, resolution)
    size, _, channels = training.shape
    discriminator = builders.progressive_discriminator(size, channels, blur=blur)
    if "mapping and AdaIN" in taken:
        generator = builders.style_generator(
            size,
            channels=channels,
            mixing=MIXING if "style mixing" in taken else 0.0,
            constant="learned constant" in taken,
            noise="noise" in taken,
        )
    else:
        generator = builders.progressive_generator(size, 128, channels, blur=blur)
    gan = _game(generator, discriminator, seed, phase)
    return _recipe(gan, training, seed, num_images, STYLE_RATE, penalty=r1(STYLE_R1_WEIGHT))


def r1(weight=R1_WEIGHT):
    """The penalty of these games: R1 in every fourth update of the discriminator."""
    return penalties.Lazy(penalties.R1(weight), R1_INTERVAL)


def adams(rate, num_players=2):
    """An optimizer for each player of these games: Adam (rate, 0, 0.99)."""
    return [keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99) for _ in range(num_players)]


def grown(generator, discriminator, **kwargs):
    """An ordinary game of the last stage alone, all sizes faded in from the start.

    Args:
        generator: Keras model from latents to a list of images, one for each stage.
        discriminator: Keras model from such a list to a list of logits.
        **kwargs: Those of `GAN`.

    Returns:
        `GAN`.
    """
    for player in (generator, discriminator):
        for layer in all_layers(player):
            if isinstance(layer, layers.FadeIn):
                layer.alpha.assign(1.0)
    return GAN(*stage_of(generator, discriminator, -1), **kwargs)


# Helpers.

_PENALTIES = {
    "non_saturating": lambda seed: r1(),
    "wasserstein": lambda seed: penalties.Sum(
        penalties.GradientPenalty(10.0, seed), penalties.Drift()
    ),
}


def _game(generator, discriminator, seed, phase, without=None):
    if without == "growing":
        return grown(generator, discriminator, seed=seed)
    return ProgressiveGAN(generator, discriminator, phase, phase, without != "fade-in", seed=seed)


def _training(images, resolution):
    """The images of the last stage, and the function that makes batches of them."""
    training = pictures(images)
    if images is None:
        training = pictures(data.padded(training.samples, RESOLUTION))
    size = training.shape[0]
    checks.one_of((None, *_powers_of_two(size)), resolution=resolution)
    if resolution in (None, size):
        return training
    if isinstance(images, data.ImageFolder):
        raise ValueError(
            f"A folder's images are read at the size of the last stage. Received: {size} pixels "
            f"and resolution={resolution}. Give a data.ImageFolder of size {resolution}."
        )
    return pictures(data.shrunk(training.samples, resolution))


def _powers_of_two(largest):
    if largest < 8 or largest & (largest - 1):
        raise ValueError(
            "Games that grow need images whose size is a power of two, from 8 on. "
            f"Received: {largest} × {largest} pixels"
        )
    return [2**k for k in range(3, largest.bit_length())]


def _recipe(gan, training, seed, num_images, rate=RATE, loss="non_saturating", penalty=None):
    per_epoch = BATCH_SIZE * STEPS_PER_EPOCH
    if not checks.is_integer(num_images) or num_images < per_epoch:
        expected = f"an integer of at least {per_epoch}, one epoch of this game"
        raise checks.argument_error("num_images", num_images, expected)
    epochs = int(num_images) // per_epoch
    gan.compile(*adams(rate), loss=loss, penalty=penalty or r1(), steps_per_execution=25)
    batches = training.batches(BATCH_SIZE, seed, steps_per_epoch=STEPS_PER_EPOCH)
    settings = (epochs, STEPS_PER_EPOCH, BATCH_SIZE, (-1, 1), AVERAGE_DECAY)
    return Recipe(gan, training.samples, batches, *settings)
