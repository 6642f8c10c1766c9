"""Games that look for the latents of an image, with dense networks: they take a minute or two."""

from gan_tf import builders, checks, data
from gan_tf.builders.common import leaky_relu
from gan_tf.games.inference import AdversarialAutoencoder, BiGAN, SemiSupervisedAAE
from gan_tf.recipes.labelled import with_names
from gan_tf.recipes.pictures import pictures
from gan_tf.recipes.recipe import Recipe
import keras
import numpy as np

LATENT_DIM, UNITS = 20, (256, 256)
BATCH_SIZE, STEPS_PER_EPOCH = 32, 250
RATE, HALVED_AFTER = 1e-3, 2_000
BIGAN_EPOCHS, BIGAN_DROPOUT = 24, 0.3
AUTOENCODER_EPOCHS = 16
NUM_CLASSES, STYLE_DIM = 10, 10


def bigan(seed=0, latent_dim=LATENT_DIM, images=None):
    """BiGAN with dense networks: a generator, and the encoder that turns it round.

    Args:
        seed: Integer, seeds the latents and the data's order; Keras's global seed decides on the
            weights.
        latent_dim: Integer >= 1, values in a latent vector and in a code.
        images: Float array `(num_images, size, size, channels)` in [-1, 1], or a
            `data.ImageFolder`; Fashion-MNIST by default.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If a number is out of range, or images are unfit.

    Reference:
        Donahue et al. 2017, arXiv:1605.09782. Width, dropout and rate were found by measuring.
    """
    training, players = _start(latent_dim, images)
    judge = builders.pair_discriminator(training.shape, latent_dim, UNITS[0], BIGAN_DROPOUT)
    return _recipe(BiGAN(*players, judge, seed=seed), training, seed, BIGAN_EPOCHS)


def adversarial_autoencoder(seed=0, latent_dim=LATENT_DIM, images=None):
    """An adversarial autoencoder with the same generator and encoder as `bigan`.

    Args:
        seed: Integer, as for `bigan`.
        latent_dim: Integer >= 1, values in a latent vector and in a code.
        images: As for `bigan`.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If a number is out of range, or images are unfit.

    Reference:
        Makhzani et al. 2015, arXiv:1511.05644.
    """
    training, players = _start(latent_dim, images)
    game = AdversarialAutoencoder(*players, _judge(latent_dim), seed=seed)
    return _recipe(game, training, seed, AUTOENCODER_EPOCHS)


def semi_supervised(seed=0, labels=None, images=None):
    """An adversarial autoencoder that finds classes, with the names that a few labels give them.

    Args:
        seed: Integer, as for `bigan`.
        labels: Integer array `(num_images,)`, -1 where the class is unknown. By default those of
            100 images of Fashion-MNIST, ten of each class. Images with a label are repeated, so
            that they are a fifth of each epoch.
        images: Float array `(num_images, size, size, channels)` in [-1, 1] with `labels`;
            Fashion-MNIST by default.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If images are given without labels, or labels are not as many integers from -1
            to 9.

    Reference:
        Makhzani et al. 2015, the section on semi-supervised learning, arXiv:1511.05644.
    """
    if labels is None and images is not None:
        raise ValueError("images come with labels, -1 where the class is unknown: give both.")
    if labels is None:
        labels = data.few_labels(data.load_fashion_mnist(verbose=False)[0][1], 10, seed)
    training = pictures(images)
    generator = builders.dense_decoder(STYLE_DIM, training.shape, UNITS, NUM_CLASSES)
    encoder = builders.dense_encoder(training.shape, STYLE_DIM, UNITS, NUM_CLASSES)
    judges = _judge(STYLE_DIM), _judge(NUM_CLASSES)
    game = SemiSupervisedAAE(generator, encoder, *judges, seed=seed)
    named = with_names(training.samples, np.asarray(labels), seed)
    batches = data.batches(named, BATCH_SIZE, seed, steps_per_epoch=STEPS_PER_EPOCH)
    return _recipe(game, training, seed, AUTOENCODER_EPOCHS, batches)


# Helpers.


def _start(latent_dim, images):
    """The pictures, and a generator and an encoder for them."""
    checks.at_least(1, latent_dim=latent_dim)
    training = pictures(images)
    generator = builders.dense_decoder(latent_dim, training.shape, UNITS)
    return training, (generator, builders.dense_encoder(training.shape, latent_dim, UNITS))


def _judge(size):
    return builders.dense_discriminator((size,), UNITS, leaky_relu())


def _recipe(game, training, seed, epochs, batches=None):
    """The game, compiled, with its batches and numbers."""
    optimizers = {}
    for name in game.player_names:
        rate = keras.optimizers.schedules.InverseTimeDecay(RATE, HALVED_AFTER, 1.0)
        optimizers[name] = keras.optimizers.Adam(rate, 0.5)
    game.compile(optimizers, steps_per_execution=25)
    if batches is None:
        batches = training.batches(BATCH_SIZE, seed, steps_per_epoch=STEPS_PER_EPOCH)
    settings = (epochs, STEPS_PER_EPOCH, BATCH_SIZE, (-1, 1), None)
    return Recipe(game, training.samples, batches, *settings)
