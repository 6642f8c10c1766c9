"""The lectures' own experiments: the circle, and the two GANs of Fashion-MNIST."""

from gan_tf import builders, data, losses
from gan_tf.games.gan import GAN
from gan_tf.games.lecture import LectureGAN
from gan_tf.recipes.pictures import doublings, pictures
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


def lecture_dense(seed=0, images=None):
    """The lecture's simple GAN on Fashion-MNIST, images in [0, 1], RMSprop at its default rate.

    Args:
        seed: Integer, seeds the latents and the data's order.
        images: Other images in [-1, 1], as for `dcgan`. The generator then ends in tanh, not in the
            lecture's sigmoid.
    """
    if images is None:
        (garments, _), _ = data.load_fashion_mnist(value_range=(0, 1), verbose=False)
        generator, discriminator = _dense_players((28, 28), "sigmoid")
        gan = _as_in_the_lecture(generator, discriminator, seed)
        batches = data.batches(garments[..., 0], 32, seed, steps_per_epoch=900)
        return Recipe(gan, garments[..., 0], batches, 20, 900, 32, value_range=(0, 1))
    training = pictures(images)
    gan = _as_in_the_lecture(*_dense_players(training.shape, "tanh"), seed)
    return _with_pictures(gan, training, 20, 900, seed)


def lecture_dcgan(seed=0, filters=None, images=None):
    """The lecture's DCGAN on Fashion-MNIST, images in [-1, 1], RMSprop at its default rate.

    Args:
        seed: Integer, seeds the latents and the data's order.
        filters: Tuple of integers, feature maps of the generator from the smallest size on, and of
            the discriminator in reverse. By default the lecture's (128, 64), or for larger images
            128 feature maps at each smaller size.
        images: Other images in [-1, 1], as for `dcgan`.
    """
    training = pictures(images)
    if filters is None:
        filters = (128,) * (doublings(training.shape[0]) - 1) + (64,)
    generator = builders.dcgan_generator(100, training.shape, filters)
    discriminator = builders.dcgan_discriminator(
        training.shape, filters[::-1], output_activation="sigmoid"
    )
    gan = _as_in_the_lecture(generator, discriminator, seed)
    return _with_pictures(gan, training, 30, 250, seed)


# Helpers.


def _dense_players(shape, output_activation):
    return (
        builders.dense_generator(30, shape, output_activation=output_activation),
        builders.dense_discriminator(shape, output_activation="sigmoid"),
    )


def _as_in_the_lecture(generator, discriminator, seed):
    gan = LectureGAN(generator, discriminator, seed=seed)
    loss = losses.NonSaturating(from_logits=False)
    gan.compile("rmsprop", "rmsprop", loss=loss, steps_per_execution=25)
    return gan


def _with_pictures(gan, training, epochs, steps_per_epoch, seed, batch_size=32):
    batches = training.batches(batch_size, seed, steps_per_epoch=steps_per_epoch)
    settings = (epochs, steps_per_epoch, batch_size, (-1, 1))
    return Recipe(gan, training.samples, batches, *settings)
