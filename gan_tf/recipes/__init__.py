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
from gan_tf.recipes.translation import cut, cyclegan, pix2pix, stargan
import keras

__all__ = [
    "DEFAULT",
    "MIXTURES",
    "PARTS",
    "RECIPES",
    "RECIPES_OF_POINTS",
    "RECIPES_OF_TRANSLATION",
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
    "cut",
    "cyclegan",
    "dcgan",
    "get",
    "grown",
    "infogan",
    "lecture_dcgan",
    "lecture_dense",
    "mixture",
    "pix2pix",
    "progressive",
    "r3gan",
    "semi_supervised",
    "stargan",
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
    "pix2pix": pix2pix,
    "cyclegan": cyclegan,
    "cut": cut,
    "stargan": stargan,
}
RECIPES_OF_POINTS = ("circle", "ring", "grid")
RECIPES_WITH_LABELS = ("conditional", "biggan")
RECIPES_OF_TRANSLATION = ("pix2pix", "cyclegan", "cut", "stargan")
DEFAULT = "dcgan"  # it makes good garments soonest: benchmarks/results/time_to_quality.md


def get(name=DEFAULT, seed=0, images=None):
    """The recipe of that name, its weights and noise seeded.

    Args:
        name: One of `RECIPES`. By default the one that makes good garments soonest.
        seed: Integer >= 0, seeds Keras, the latents and made data.
        images: For the recipes of images: others than Fashion-MNIST, a float array
            `(num_images, size, size, channels)` in [-1, 1] or a `data.ImageFolder`. For "pix2pix":
            its `pairs`, such as a `data.PairFolder`.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If the name is unknown, or the recipe takes no images, or not these.
    """
    checks.one_of(tuple(RECIPES), recipe=name)
    seed = checks.seed(seed=seed)
    if images is not None and name != "pix2pix":
        check_takes_images(name)
    keras.utils.set_random_seed(seed)
    if images is None:
        return RECIPES[name](seed=seed)
    key = "pairs" if name == "pix2pix" else "images"
    return RECIPES[name](seed=seed, **{key: images})


def check_takes_images(name):
    """Raises a ValueError if a recipe is unknown, or learns from something else than images alone.

    Args:
        name: String.
    """
    checks.one_of(tuple(RECIPES), recipe=name)
    if name in _TAKES_NO_IMAGES:
        others = ", ".join(each for each in RECIPES if each not in _TAKES_NO_IMAGES)
        why = _TAKES_NO_IMAGES[name]
        raise ValueError(f"The recipe {name!r} {why}. Choose one of {others}.")


_TAKES_NO_IMAGES = {
    **dict.fromkeys(RECIPES_OF_POINTS, "makes points in the plane and takes no images"),
    **{
        name: f"needs labels beside the images: recipes.{name}(images=..., labels=...) in Python"
        for name in RECIPES_WITH_LABELS
    },
    "pix2pix": "needs pairs of images: recipes.pix2pix(pairs=(sketches, images)) in Python",
    "cyclegan": "needs images of two kinds: recipes.cyclegan(a=..., b=...) in Python",
    "cut": "needs images of two kinds: recipes.cut(a=..., b=...) in Python",
    "stargan": "plays with the faces of the course, whose attributes are known",
}
