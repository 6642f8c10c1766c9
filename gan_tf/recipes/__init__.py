"""The course's named experiments: networks, loss, optimizers and numbers, ready to `fit`.

The command line, the notebooks and the benchmarks take them from here, so that all speak of the
same runs.
"""

import functools

from gan_tf import checks
from gan_tf.recipes.garments import dcgan
from gan_tf.recipes.growing import PARTS, STYLE_STEPS, grown, progressive, style
from gan_tf.recipes.lecture import circle, lecture_dcgan, lecture_dense
from gan_tf.recipes.mixtures import MIXTURES, REMEDIES, Mixture, mixture
from gan_tf.recipes.recipe import Recipe
import keras

__all__ = [
    "DEFAULT",
    "MIXTURES",
    "PARTS",
    "RECIPES",
    "REMEDIES",
    "STYLE_STEPS",
    "Mixture",
    "Recipe",
    "circle",
    "dcgan",
    "get",
    "grown",
    "lecture_dcgan",
    "lecture_dense",
    "mixture",
    "progressive",
    "style",
]

RECIPES = {
    "circle": circle,
    "lecture-dense": lecture_dense,
    "lecture-dcgan": lecture_dcgan,
    "dcgan": dcgan,
    "ring": functools.partial(mixture, "ring", "best"),
    "grid": functools.partial(mixture, "grid", "best"),
    "progressive": progressive,
    "style": style,
}
DEFAULT = "dcgan"  # it makes good garments soonest: benchmarks/results/time_to_quality.md


def get(name=DEFAULT, seed=0):
    """The recipe of that name, its weights and noise seeded.

    Args:
        name: One of `RECIPES`. By default the one that makes good garments soonest.
        seed: Integer >= 0, seeds Keras, the latents and made data.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If the name is unknown.
    """
    checks.one_of(tuple(RECIPES), recipe=name)
    seed = checks.seed(seed=seed)
    keras.utils.set_random_seed(seed)
    return RECIPES[name](seed=seed)
