"""Games on mixtures of Gaussians: plain, with a remedy, our best, and our best without a part.

All games have the same networks, batches and steps, so only the remedy differs.
"""

import functools
from typing import NamedTuple

from gan_tf import builders, checks, data, layers, losses, penalties
from gan_tf.games.gan import GAN
from gan_tf.recipes.recipe import Recipe
import keras
import numpy as np

NUM_POINTS = 100_000  # as in PacGAN's protocol
REACH = 4.0  # with scaled coordinates the networks see either mixture in [-4, 4]
STEPS_PER_EPOCH = 500
BATCH_SIZE = 128
LATENT_DIM = 2
UNITS = (128, 128, 128)
DECAY = 0.999  # of a running average
SHORT_DECAY = 0.99
PARTS_OF_BEST = (
    "relativistic loss",
    "penalties",
    "falling penalties",
    "scaled coordinates",
    "falling rate",
)


class Mixture(NamedTuple):
    """A mixture of Gaussians in the plane whose modes are known.

    Attributes:
        draw: Function `draw(num_samples, seed=...)` that gives points, `(num_samples, 2)`.
        centres: Float32 array `(num_modes, 2)`.
        std: Float, standard deviation of each mode.
    """

    draw: callable
    centres: np.ndarray
    std: float


MIXTURES = {
    "ring": Mixture(data.ring, data.ring_centres(), std=0.01),
    "grid": Mixture(data.grid, data.grid_centres(), std=0.05),
}


def _adam(rate=2e-4, betas=(0.5, 0.999), falls=False):
    """Function from a player's number of updates, and a factor of its rate, to its optimizer."""

    def optimizer(num_updates, factor=1.0):
        start = factor * rate
        fall = keras.optimizers.schedules.CosineDecay(start, num_updates)
        return keras.optimizers.Adam(fall if falls else start, *betas)

    return optimizer


_falling_adam = _adam(1e-3, (0.0, 0.99), falls=True)


class Changes(NamedTuple):
    """What a remedy changes in the plain game.

    Attributes:
        game: Dict, arguments of `GAN`.
        rules: Dict, arguments of `GAN.compile`: `loss`, `penalty`.
        first: Tuple of layers that stand before the discriminator's first dense layer.
        last: Tuple of layers that stand before its last one.
        dense: Function `dense(units)` that gives the discriminator's dense layers.
        normalize: Which normalisation the generator has: "batch", "virtual batch" or None.
        scaled: Whether the discriminator sees [-4, 4], and the generator's output is stretched.
        adam: Function from a player's number of updates, and a factor, to its optimizer.
        faster: Float, how many times the generator's rate the discriminator's is.
        average_decay: Float, that of the running average of the generator which is judged; None
            where the generator itself is.
    """

    game: dict | None = None
    rules: dict | None = None
    first: tuple = ()
    last: tuple = ()
    dense: callable = keras.layers.Dense
    normalize: str | None = None
    scaled: bool = False
    adam: callable = _adam()
    faster: float = 1.0
    average_decay: float | None = None


def _wasserstein(penalty=None, **others):
    rules = {"loss": "wasserstein", "penalty": penalty}
    return Changes({"discriminator_steps": 5}, rules, **others)


def _clipped(units):
    clip = penalties.WeightClip(0.1)
    return keras.layers.Dense(units, kernel_constraint=clip, bias_constraint=clip)


def _spectral(units):
    return layers.SpectralNormalization(keras.layers.Dense(units))


def _best(scale, steps, without=None):
    """Keeps the discriminator smooth until the modes are found, and lets it be sharp later.

    The running average is the result: once the penalties are weak, the generator itself swings.
    """
    both = penalties.Sum(penalties.R1(scale), penalties.R2(scale))
    fall = keras.optimizers.schedules.ExponentialDecay(1.0, steps, 0.005)
    penalty = both if without == "falling penalties" else penalties.Scheduled(both, fall)
    rules = {
        "loss": "non_saturating" if without == "relativistic loss" else "relativistic",
        "penalty": None if without == "penalties" else penalty,
    }
    return Changes(
        rules=rules,
        scaled=without != "scaled coordinates",
        adam=_adam() if without == "falling rate" else _falling_adam,
        average_decay=DECAY,
    )


# Functions of `scale`, by which the weight of a squared gradient grows with the square of the
# mixture's extent, and of the number of steps.
REMEDIES = {
    "plain": lambda scale, steps: Changes(),
    "experience replay": lambda scale, steps: Changes(
        {"replay": layers.ExperienceReplay()},
        {"jit_compile": False},  # XLA compiles it slowly
    ),
    "feature matching": lambda scale, steps: Changes(
        rules={"loss": losses.FeatureMatching("features")}
    ),
    "minibatch discrimination": lambda scale, steps: Changes(
        last=(layers.MinibatchDiscrimination(5, 2, average=True),)
    ),
    "historical averaging": lambda scale, steps: Changes({"historical_averaging": 1e-3}),
    "label smoothing": lambda scale, steps: Changes(
        rules={"loss": losses.NonSaturating(label_smoothing=0.1)}
    ),
    "batch normalisation": lambda scale, steps: Changes(normalize="batch"),
    "virtual batch normalisation": lambda scale, steps: Changes(normalize="virtual batch"),
    "packing": lambda scale, steps: Changes(first=(layers.Packing(4),)),
    "relativistic": lambda scale, steps: Changes(rules={"loss": "relativistic"}),
    "R1": lambda scale, steps: Changes(rules={"penalty": penalties.R1(scale)}),
    "R2": lambda scale, steps: Changes(rules={"penalty": penalties.R2(scale)}),
    "spectral normalisation": lambda scale, steps: Changes(dense=_spectral),
    "weight clipping": lambda scale, steps: _wasserstein(dense=_clipped),
    "gradient penalty": lambda scale, steps: _wasserstein(penalties.GradientPenalty(0.1)),
    "two time scales": lambda scale, steps: Changes(faster=5.0),
    "scaled coordinates": lambda scale, steps: Changes(scaled=True),
    "larger rate": lambda scale, steps: Changes(adam=_adam(1e-3)),
    "Adam without momentum": lambda scale, steps: Changes(adam=_adam(betas=(0.0, 0.99))),
    "cosine fall": lambda scale, steps: Changes(adam=_adam(falls=True)),
    "larger rate and no momentum": lambda scale, steps: Changes(adam=_adam(1e-3, (0.0, 0.99))),
    "larger rate and cosine fall": lambda scale, steps: Changes(adam=_adam(1e-3, falls=True)),
    "no momentum and cosine fall": lambda scale, steps: Changes(
        adam=_adam(betas=(0.0, 0.99), falls=True)
    ),
    "falling rate": lambda scale, steps: Changes(adam=_falling_adam),
    "running average": lambda scale, steps: Changes(average_decay=DECAY),
    "short average": lambda scale, steps: Changes(average_decay=SHORT_DECAY),
    "larger rate and short average": lambda scale, steps: Changes(
        adam=_adam(1e-3), average_decay=SHORT_DECAY
    ),
    "best": _best,
    **{f"best without {part}": functools.partial(_best, without=part) for part in PARTS_OF_BEST},
}


def mixture(name, remedy="plain", seed=0, steps=10_000, units=UNITS):
    """The game of a mixture of Gaussians, with one remedy.

    Without a remedy: two dense networks, non-saturating loss, Adam (2e-4, 0.5, 0.999), batches of
    128. "falling rate" is Adam (1e-3, 0, 0.99) with a rate that falls to zero along a cosine; its
    three parts are "larger rate", "Adam without momentum" and "cosine fall", and three remedies
    join two of them. "best" joins the relativistic loss, R1 and R2 with falling weights, scaled
    coordinates, the falling rate and the running average of the generator; "best without ..."
    leaves one of them out.

    Args:
        name: "ring" or "grid".
        remedy: One of `REMEDIES`.
        seed: Integer, seeds latents and points; Keras's global seed decides on the weights.
        steps: Integer >= 1, generator steps of a full run.
        units: Tuple of integers, widths of the hidden layers of each player.

    Returns:
        A `Recipe`; compiled for XLA from 5,000 steps on, where that pays. With an `average_decay`
        its result is `callbacks.GeneratorAverage(recipe.average_decay).generator`.

    Raises:
        ValueError: If a name is unknown, or a number is not an integer >= 1.

    Reference:
        The mixtures: Lin et al. 2018 (PacGAN), section 4.1, arXiv:1712.04086. "best" is the loss
        and the two penalties of R3GAN, Huang et al. 2024, arXiv:2501.05441, their weights falling
        exponentially.
    """
    checks.one_of(tuple(MIXTURES), name=name)
    checks.one_of(tuple(REMEDIES), remedy=remedy)
    steps, units = checks.at_least(1, steps=steps), checks.some_sizes(units=units)
    target = MIXTURES[name]
    extent = float(target.centres.max())
    changes = REMEDIES[remedy]((extent / REACH) ** 2, steps)
    generator = _generator(units, extent, changes, seed)
    gan = GAN(generator, _discriminator(units, extent, changes), seed=seed, **(changes.game or {}))
    gan.compile(
        changes.adam(steps),
        changes.adam(steps * gan.discriminator_steps, changes.faster),
        **{"jit_compile": steps >= 5_000, "steps_per_execution": 50, **(changes.rules or {})},
    )
    points = target.draw(NUM_POINTS, seed=seed)
    steps_per_epoch = min(steps, STEPS_PER_EPOCH)
    num_batches = steps_per_epoch * gan.discriminator_steps
    batches = data.batches(points, BATCH_SIZE, seed, steps_per_epoch=num_batches)
    epochs = -(-steps // steps_per_epoch)
    sizes = (epochs, steps_per_epoch, BATCH_SIZE)
    return Recipe(gan, points, batches, *sizes, average_decay=changes.average_decay)


# Helpers.


def _generator(units, extent, changes, seed):
    stack = [keras.Input((LATENT_DIM,))]
    for width in units:
        stack.append(keras.layers.Dense(width, activation="relu"))
        if changes.normalize:
            stack.append(keras.layers.BatchNormalization())
    stretch = [keras.layers.Rescaling(extent)] if changes.scaled else []
    model = keras.Sequential([*stack, keras.layers.Dense(2), *stretch], name="generator")
    if changes.normalize != "virtual batch":
        return model
    latents = np.random.default_rng(seed).normal(size=(BATCH_SIZE, LATENT_DIM))
    return builders.with_virtual_batch_normalization(model, latents.astype("float32"))


def _discriminator(units, extent, changes):
    scaling = [keras.layers.Rescaling(REACH / extent)] if changes.scaled else []
    stack = [keras.Input((2,)), *scaling, *changes.first]
    for place, width in enumerate(units, 1):
        name = "features" if place == len(units) else None
        stack += [changes.dense(width), keras.layers.LeakyReLU(negative_slope=0.2, name=name)]
    return keras.Sequential([*stack, *changes.last, changes.dense(1)], name="discriminator")
