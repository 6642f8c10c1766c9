"""Games on garments of 32 × 32 pixels that grow: progressive growing, and style-based generators.

Each can be played with one part left out, on the same data, for the same number of images.
"""

from gan_tf import builders, data, layers, penalties
from gan_tf.gan import GAN, all_layers
from gan_tf.growing import ProgressiveGAN, stage_of
from gan_tf.recipes.recipe import Recipe
import keras

RESOLUTION = 32
BATCH_SIZE = 16
STEPS_PER_EPOCH = 125
NUM_IMAGES = 120_000
PHASES = 20  # a phase, in which a size fades in or is trained on, is that part of the run
RATE = 8e-3
PLAIN_RATE = 1e-3  # for weights that are not scaled at run time
R1_WEIGHT = 0.2
R1_INTERVAL = 4
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


def progressive(seed=0, without=None, num_images=NUM_IMAGES, loss="non_saturating"):
    """Progressive growing of garments, from 4 × 4 to 32 × 32 pixels.

    Each phase, in which a size fades in or is trained on, lasts a twentieth of the run; the last
    size has what remains. Adam (8e-3, 0, 0.99) starts afresh with each stage. Its rate is eight
    times the papers', and stays; the running average of the generator is the result.

    Args:
        seed: Integer, seeds the latents and the data's order; Keras's global seed decides on the
            weights.
        without: One of `PARTS`, which is left out, or None. Without the equalized learning rate,
            Adam's rate is either the same or 1e-3.
        num_images: Integer >= 30,000, real images of a full run.
        loss: "non_saturating", with R1 in every fourth update, or "wasserstein", with the gradient
            penalty and the drift term.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If `without`, `loss` or `num_images` is none of these.

    Reference:
        Karras et al. 2018, arXiv:1710.10196, there with "wasserstein"; the non-saturating loss and
        R1 are those of Karras et al. 2019, arXiv:1812.04948. Departures: sizes, rate and duration,
        which were found by measuring.
    """
    _check("without", without, (None, *PARTS))
    _check("loss", loss, tuple(_PENALTIES))
    equalized = "equalized" not in (without or "")
    generator = builders.progressive_generator(
        RESOLUTION, equalized=equalized, normalize=without != "pixel normalisation"
    )
    group_size = 0 if without == "minibatch standard deviation" else 4
    discriminator = builders.progressive_discriminator(
        RESOLUTION, equalized=equalized, group_size=group_size
    )
    rate = PLAIN_RATE if (without or "").endswith("rate 1e-3") else RATE
    return _recipe(generator, discriminator, seed, num_images, without, loss, rate)


def style(seed=0, up_to="style mixing", num_images=NUM_IMAGES):
    """The style-based generator on garments, growing from 4 × 4 to 32 × 32 pixels.

    Schedule and optimizers are those of `progressive`.

    Args:
        seed: Integer, seeds the latents and the data's order; Keras's global seed decides on the
            weights.
        up_to: One of `STYLE_STEPS`, the last of the paper's steps from progressive growing to the
            style-based generator that is taken.
        num_images: Integer >= 30,000, real images of a full run.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If `up_to` or `num_images` is none of these.

    Reference:
        Karras et al. 2019, table 1, arXiv:1812.04948.
    """
    _check("up_to", up_to, STYLE_STEPS)
    if up_to == "progressive growing":
        return progressive(seed, num_images=num_images)
    taken = STYLE_STEPS[: STYLE_STEPS.index(up_to) + 1]
    if "mapping and AdaIN" not in taken:
        generator = builders.progressive_generator(RESOLUTION, blur=True)
    else:
        generator = builders.style_generator(
            RESOLUTION,
            mixing=0.9 if "style mixing" in taken else 0.0,
            constant="learned constant" in taken,
            noise="noise" in taken,
        )
    discriminator = builders.progressive_discriminator(RESOLUTION, blur=True)
    return _recipe(generator, discriminator, seed, num_images)


def r1():
    """The penalty of these games: R1 in every fourth update of the discriminator."""
    return penalties.Lazy(penalties.R1(R1_WEIGHT), R1_INTERVAL)


# Helpers.

_PENALTIES = {
    "non_saturating": lambda seed: r1(),
    "wasserstein": lambda seed: penalties.Sum(
        penalties.GradientPenalty(10.0, seed), penalties.Drift()
    ),
}


def _recipe(
    generator, discriminator, seed, num_images, without=None, loss="non_saturating", rate=RATE
):
    if num_images < 30_000:
        raise ValueError(f"num_images must be at least 30,000. Received: num_images={num_images}")
    if without == "growing":
        gan = grown(generator, discriminator, seed=seed)
    else:
        phase = num_images // PHASES
        gan = ProgressiveGAN(
            generator, discriminator, phase, phase, without != "fade-in", seed=seed
        )
    gan.compile(
        *(keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99) for _ in range(2)),
        loss=loss,
        penalty=_PENALTIES[loss](seed),
        steps_per_execution=25,
    )
    (images, _), _ = data.load_fashion_mnist(verbose=False)
    images = data.padded(images, RESOLUTION)
    batches = data.batches(images, BATCH_SIZE, seed, steps_per_epoch=STEPS_PER_EPOCH)
    epochs = num_images // (BATCH_SIZE * STEPS_PER_EPOCH)
    settings = (epochs, STEPS_PER_EPOCH, BATCH_SIZE, (-1, 1), AVERAGE_DECAY)
    return Recipe(gan, images, batches, *settings)


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


def _check(name, value, known):
    if value not in known:
        raise ValueError(f"{name} must be one of {list(known)}. Received: {name}={value!r}")
