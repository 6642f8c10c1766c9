"""The course's named experiments: networks, loss, optimizers and numbers, ready to `fit`.

The command line, the notebooks and the benchmarks take them from here, so that all speak of the
same runs.
"""

import functools

import gan_tf.prepared  # noqa: F401
from gan_tf import checks
from gan_tf.recipes.garments import dcgan
from gan_tf.recipes.growing import PARTS, STYLE_STEPS, grown, progressive, style
from gan_tf.recipes.inference import adversarial_autoencoder, bigan, semi_supervised
from gan_tf.recipes.labelled import catgan, conditional, infogan
from gan_tf.recipes.lecture import circle, lecture_dcgan, lecture_dense
from gan_tf.recipes.mixtures import MIXTURES, REMEDIES, Mixture, mixture
from gan_tf.recipes.modern import r3gan
from gan_tf.recipes.recipe import Recipe
from gan_tf.recipes.residual import biggan
import keras

__all__ = [
    "DEFAULT",
    "MIXTURES",
    "PARTS",
    "RECIPES",
    "RECIPES_OF_POINTS",
    "RECIPES_WITH_LABELS",
    "REMEDIES",
    "STYLE_STEPS",
    "Mixture",
    "Recipe",
    "adversarial_autoencoder",
    "bigan",
    "biggan",
    "catgan",
    "check_takes_images",
    "circle",
    "conditional",
    "dcgan",
    "get",
    "grown",
    "infogan",
    "lecture_dcgan",
    "lecture_dense",
    "mixture",
    "progressive",
    "r3gan",
    "semi_supervised",
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
    "r3gan": r3gan,
    "conditional": conditional,
    "biggan": biggan,
    "infogan": infogan,
    "bigan": bigan,
    "adversarial-autoencoder": adversarial_autoencoder,
}
RECIPES_OF_POINTS = ("circle", "ring", "grid")
RECIPES_WITH_LABELS = ("conditional", "biggan")
DEFAULT = "dcgan"  # it makes good garments soonest: benchmarks/results/time_to_quality.md


def get(name=DEFAULT, seed=0, images=None):
    """The recipe of that name, its weights and noise seeded.

    Args:
        name: One of `RECIPES`. By default the one that makes good garments soonest.
        seed: Integer >= 0, seeds Keras, the latents and made data.
        images: For the recipes of images: others than Fashion-MNIST, a float array
            `(num_images, size, size, channels)` in [-1, 1] or a `data.ImageFolder`.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If the name is unknown, or the recipe takes no images, or not these.
    """
    checks.one_of(tuple(RECIPES), recipe=name)
    seed = checks.seed(seed=seed)
    if images is not None:
        check_takes_images(name)
    keras.utils.set_random_seed(seed)
    if images is None:
        return RECIPES[name](seed=seed)
    return RECIPES[name](seed=seed, images=images)


def check_takes_images(name):
    """Raises a ValueError if a recipe is unknown, makes points, or needs labels beside images.

    Args:
        name: String.
    """
    checks.one_of(tuple(RECIPES), recipe=name)
    others = [n for n in RECIPES if n not in (*RECIPES_OF_POINTS, *RECIPES_WITH_LABELS)]
    if name not in others:
        why = "makes points in the plane and takes no images"
        if name in RECIPES_WITH_LABELS:
            why = (
                f"needs labels beside the images: recipes.{name}(images=..., labels=...) in Python"
            )
        raise ValueError(f"The recipe {name!r} {why}. Choose one of {', '.join(others)}.")
