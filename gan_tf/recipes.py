"""The course's named experiments: networks, loss, optimizers and numbers, ready to `fit`.

The command line, the notebooks and the benchmarks take them from here, so that all speak of the
same runs.
"""

from typing import NamedTuple

from gan_tf import builders, data, losses
from gan_tf.gan import GAN
from gan_tf.lecture import LectureGAN
import keras
import numpy as np
import tensorflow as tf


class Recipe(NamedTuple):
    """A game that is ready to `fit`, with its data and its numbers.

    Attributes:
        gan: Compiled `GAN`.
        samples: Float32 array of training data, `(num_samples, ...)`.
        batches: `tf.data.Dataset` of these samples, an epoch being `steps_per_epoch` steps.
        epochs: Integer, epochs of a full run.
        steps_per_epoch: Integer, generator steps of one epoch.
    """

    gan: GAN
    samples: np.ndarray
    batches: tf.data.Dataset
    epochs: int
    steps_per_epoch: int


def circle(seed=0):
    """Points on a circle, two small networks, about half a minute on two CPU cores.

    Adam's rate falls to zero along a cosine, so that the players come to rest.
    """
    epochs, steps_per_epoch = 24, 250
    rate = keras.optimizers.schedules.CosineDecay(1e-3, epochs * steps_per_epoch)
    gan = GAN(builders.point_generator(), builders.point_discriminator(), seed=seed)
    gan.compile(
        keras.optimizers.Adam(rate, beta_1=0.5),
        keras.optimizers.Adam(rate, beta_1=0.5),
        steps_per_execution=50,
    )
    points = data.circle(20_000, seed=seed)
    batches = data.batches(points, 128, seed, steps_per_epoch=steps_per_epoch)
    return Recipe(gan, points, batches, epochs, steps_per_epoch)


def lecture_dense(seed=0):
    """The lecture's simple GAN on Fashion-MNIST, images in [0, 1], RMSprop at its default rate."""
    generator = builders.dense_generator(latent_dim=30)
    discriminator = builders.dense_discriminator(output_activation="sigmoid")
    (images, _), _ = data.load_fashion_mnist(value_range=(0, 1), verbose=False)
    return _as_in_the_lecture(generator, discriminator, images[..., 0], 20, 900, seed)


def lecture_dcgan(seed=0):
    """The lecture's DCGAN on Fashion-MNIST, images in [-1, 1], RMSprop at its default rate."""
    generator = builders.dcgan_generator(latent_dim=100)
    discriminator = builders.dcgan_discriminator(output_activation="sigmoid")
    (images, _), _ = data.load_fashion_mnist(verbose=False)
    return _as_in_the_lecture(generator, discriminator, images, 30, 250, seed)


def _as_in_the_lecture(generator, discriminator, images, epochs, steps_per_epoch, seed):
    gan = LectureGAN(generator, discriminator, seed=seed)
    loss = losses.NonSaturating(from_logits=False)
    gan.compile("rmsprop", "rmsprop", loss=loss, steps_per_execution=25)
    batches = data.batches(images, 32, seed, steps_per_epoch=steps_per_epoch)
    return Recipe(gan, images, batches, epochs, steps_per_epoch)


RECIPES = {
    "circle": circle,
    "lecture-dense": lecture_dense,
    "lecture-dcgan": lecture_dcgan,
}


def get(name, seed=0):
    """The recipe of that name, its weights and noise seeded.

    Args:
        name: One of `RECIPES`.
        seed: Integer, seeds Keras, the latents and made data.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If the name is unknown.
    """
    if name not in RECIPES:
        raise ValueError(f"recipe must be one of {sorted(RECIPES)}. Received: {name!r}")
    keras.utils.set_random_seed(seed)
    return RECIPES[name](seed)
