"""The lectures' own experiments: the circle, and the two GANs of Fashion-MNIST."""

from gan_tf import builders, data, losses
from gan_tf.games.gan import GAN
from gan_tf.games.lecture import LectureGAN
from gan_tf.recipes.recipe import Recipe
import keras


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
    return Recipe(gan, points, batches, epochs, steps_per_epoch, batch_size=128)


def lecture_dense(seed=0):
    """The lecture's simple GAN on Fashion-MNIST, images in [0, 1], RMSprop at its default rate."""
    generator = builders.dense_generator(latent_dim=30)
    discriminator = builders.dense_discriminator(output_activation="sigmoid")
    (images, _), _ = data.load_fashion_mnist(value_range=(0, 1), verbose=False)
    gan = _as_in_the_lecture(generator, discriminator, seed)
    return _with_images(gan, images[..., 0], 20, 900, seed, value_range=(0, 1))


def lecture_dcgan(seed=0, filters=(128, 64)):
    """The lecture's DCGAN on Fashion-MNIST, images in [-1, 1], RMSprop at its default rate.

    Args:
        seed: Integer, seeds the latents and the data's order.
        filters: Tuple of integers, feature maps of the generator from the smallest size on, and of
            the discriminator in reverse. The default is the lecture's.
    """
    generator = builders.dcgan_generator(latent_dim=100, filters=filters)
    discriminator = builders.dcgan_discriminator(filters=filters[::-1], output_activation="sigmoid")
    (images, _), _ = data.load_fashion_mnist(verbose=False)
    gan = _as_in_the_lecture(generator, discriminator, seed)
    return _with_images(gan, images, 30, 250, seed, value_range=(-1, 1))


def _as_in_the_lecture(generator, discriminator, seed):
    gan = LectureGAN(generator, discriminator, seed=seed)
    loss = losses.NonSaturating(from_logits=False)
    gan.compile("rmsprop", "rmsprop", loss=loss, steps_per_execution=25)
    return gan


def _with_images(gan, images, epochs, steps_per_epoch, seed, value_range, batch_size=32):
    batches = data.batches(images, batch_size, seed, steps_per_epoch=steps_per_epoch)
    return Recipe(gan, images, batches, epochs, steps_per_epoch, batch_size, value_range)
