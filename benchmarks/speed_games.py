"""The games whose speed is measured: their networks, their rules, and three ways to train them."""

import contextlib
import dataclasses
import time
from typing import Any
from unittest import mock

from gan_tf import GAN, builders, data, losses, penalties, recipes, train_gan
from gan_tf.training import multistep
import keras
from keras import ops
from lecture_loop import lecture_loop
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.ops import get_stats_for_node_def

GRADIENT_PENALTY, R1 = 10.0, 0.2


@dataclasses.dataclass(frozen=True)
class Game:
    """Networks and rules of one game.

    Attributes:
        players: Function that gives a new generator and discriminator.
        kind: "lecture" (probabilities, cross-entropy), "wgan-gp" or "r1".
        optimizer: Function that gives a new optimizer.
        discriminator_steps: Updates of the discriminator for one of the generator.
        num_steps: Steps of a stretch at batch size 32.
        steps_per_execution: Steps that `fit` plays without returning to Python.
    """

    players: Any
    kind: str
    optimizer: Any
    discriminator_steps: int
    num_steps: int
    steps_per_execution: int


def dense():
    return builders.dense_generator(), builders.dense_discriminator(output_activation="sigmoid")


def dcgan():
    return builders.dcgan_generator(), builders.dcgan_discriminator(output_activation="sigmoid")


def critic():
    return builders.dcgan_generator(), builders.dcgan_discriminator(dropout=0.0)


def grown_32():
    players = builders.progressive_generator(), builders.progressive_discriminator()
    gan = recipes.grown(*players)  # its last size faded in
    return gan.generator, gan.discriminator


def rmsprop():
    return keras.optimizers.RMSprop()


def adam():
    return keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99)


GAMES = {
    "dense": Game(dense, "lecture", rmsprop, 1, 640, 32),
    "DCGAN": Game(dcgan, "lecture", rmsprop, 1, 64, 8),
    "WGAN-GP": Game(critic, "wgan-gp", adam, 5, 12, 4),
    "progressive": Game(grown_32, "r1", adam, 1, 48, 8),
}


def dataset(game, batch_size, num_batches):
    """Batches of noise in the shape of the images; their content changes no time."""
    shape = game.players()[1].input_shape[1:]
    rng = np.random.default_rng(0)
    images = rng.random((min(num_batches, 64) * batch_size, *shape), "float32")
    return data.batches(images, batch_size, steps_per_epoch=num_batches)


# Each contender is a function that trains `num_steps` steps and gives the seconds that they took.


def lecture_contender(game, batch_size):
    """The loop of the lecture's slide."""
    gan = as_in_the_lecture(game)

    def train(num_steps):
        batches = dataset(game, batch_size, num_steps)
        start = time.perf_counter()
        lecture_loop(gan, batches, batch_size, gan.input_shape[-1])
        return time.perf_counter() - start

    return train


def train_gan_contender(game, batch_size, **options):
    """Our `train_gan`, whose every call makes its game anew: one call plays two stretches."""

    def train(num_steps):
        gan, clock = as_in_the_lecture(game), Clock()
        train_gan(
            *(gan, dataset(game, batch_size, num_steps), batch_size, gan.input_shape[-1], 2),
            callbacks=[clock],
            steps_per_execution=game.steps_per_execution,
            verbose=0,
            **options,
        )
        return clock.seconds

    return train


def as_in_the_lecture(game):
    """The stack of both players, compiled as in the lecture."""
    generator, discriminator = game.players()
    gan = keras.Sequential([generator, discriminator])
    discriminator.compile(loss="binary_crossentropy", optimizer=game.optimizer())
    discriminator.trainable = False
    gan.compile(loss="binary_crossentropy", optimizer=game.optimizer())
    return gan


def own_step_contender(game, batch_size):
    """`fit` with a training step of its own."""
    model = OwnStep(*game.players(), game.kind, game.discriminator_steps)
    model.compile(game.optimizer(), game.optimizer())
    return fit_contender(model, game, batch_size, 1)


def gan_contender(game, batch_size, interval=1):
    """Our `GAN.fit`."""
    gan = compiled(game, interval)
    return fit_contender(gan, game, batch_size, game.discriminator_steps)


def compiled(game, interval=1, **options):
    """The game as a `GAN`; a penalty is taken in every `interval`-th update."""
    gan = GAN(*game.players(), discriminator_steps=game.discriminator_steps)
    rules = {
        "lecture": (losses.NonSaturating(from_logits=False), None),
        "wgan-gp": (losses.Wasserstein(), penalties.GradientPenalty(GRADIENT_PENALTY)),
        "r1": (losses.NonSaturating(), penalties.R1(R1)),
    }
    loss, penalty = rules[game.kind]
    if interval > 1:
        penalty = penalties.Lazy(penalty, interval)
    options.setdefault("steps_per_execution", game.steps_per_execution)
    gan.compile(game.optimizer(), game.optimizer(), loss, penalty, **options)
    return gan


def fit_contender(model, game, batch_size, batches_per_step):
    def train(num_steps):
        clock = Clock()
        batches = dataset(game, batch_size, num_steps * batches_per_step)
        model.fit(batches, callbacks=[clock], shuffle=False, verbose=0)
        return clock.seconds

    return train


class Clock(keras.callbacks.Callback):
    """Seconds of the last epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds = time.perf_counter() - self._start


class OwnStep(keras.Model):
    """A game in the manner of keras.io's examples: each brings its own `train_step` to `fit`.

    Args:
        generator: Built Keras model.
        discriminator: Built Keras model.
        kind: As in `Game`.
        discriminator_steps: Updates of the discriminator for one of the generator, all on the same
            real images.
    """

    def __init__(self, generator, discriminator, kind, discriminator_steps):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.kind, self.discriminator_steps = kind, discriminator_steps
        self.seeds = keras.random.SeedGenerator()
        self.means = [keras.metrics.Mean(name="d_loss"), keras.metrics.Mean(name="g_loss")]
        self.built = True

    def compile(self, generator_optimizer, discriminator_optimizer):
        super().compile(optimizer=None)
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer

    @property
    def metrics(self):
        return self.means

    def train_step(self, real_images):
        batch_size = tf.shape(real_images)[0]
        shape = (batch_size, self.generator.input_shape[-1])
        for _ in range(self.discriminator_steps):
            latents = keras.random.normal(shape, seed=self.seeds)
            with tf.GradientTape() as tape:
                d_loss = self.discriminator_loss(real_images, latents)
            weights = self.discriminator.trainable_weights
            gradients = tape.gradient(d_loss, weights)
            self.discriminator_optimizer.apply_gradients(zip(gradients, weights, strict=True))
        latents = keras.random.normal(shape, seed=self.seeds)
        with tf.GradientTape() as tape:
            g_loss = self.generator_loss(latents)
        weights = self.generator.trainable_weights
        gradients = tape.gradient(g_loss, weights)
        self.generator_optimizer.apply_gradients(zip(gradients, weights, strict=True))
        for mean, value in zip(self.means, (d_loss, g_loss), strict=True):
            mean.update_state(value)
        return {mean.name: mean.result() for mean in self.means}

    def discriminator_loss(self, real_images, latents):
        if self.kind == "lecture":
            fake_images = ops.cast(self.generator(latents), real_images.dtype)
            images = tf.concat([fake_images, real_images], axis=0)
            count = tf.shape(latents)[0]
            labels = tf.concat([tf.zeros((count, 1)), tf.ones((count, 1))], axis=0)
            predictions = self.discriminator(images, training=True)
            return keras.losses.BinaryCrossentropy()(labels, predictions)
        fake_images = ops.cast(self.generator(latents, training=True), real_images.dtype)
        fake_logits = ops.cast(self.discriminator(fake_images, training=True), "float32")
        real_logits = ops.cast(self.discriminator(real_images, training=True), "float32")
        if self.kind == "wgan-gp":
            shares = tf.random.uniform((tf.shape(latents)[0], 1, 1, 1))
            between = shares * real_images + (1 - shares) * fake_images
            norms = tf.sqrt(tf.reduce_sum(self._gradients(between) ** 2, axis=(1, 2, 3)) + 1e-12)
            penalty = GRADIENT_PENALTY * tf.reduce_mean((norms - 1) ** 2)
            return tf.reduce_mean(fake_logits) - tf.reduce_mean(real_logits) + penalty
        squares = tf.reduce_sum(self._gradients(real_images) ** 2, axis=(1, 2, 3))
        game = tf.nn.softplus(fake_logits) + tf.nn.softplus(-real_logits)
        return tf.reduce_mean(game) + R1 / 2 * tf.reduce_mean(squares)

    def generator_loss(self, latents):
        outputs = self.discriminator(self.generator(latents, training=True), training=True)
        outputs = ops.cast(outputs, "float32")
        if self.kind == "lecture":
            return keras.losses.BinaryCrossentropy()(tf.ones_like(outputs), outputs)
        if self.kind == "wgan-gp":
            return -tf.reduce_mean(outputs)
        return tf.reduce_mean(tf.nn.softplus(-outputs))

    def _gradients(self, images):
        with tf.GradientTape() as tape:
            tape.watch(images)
            logits = self.discriminator(images, training=True)
        return ops.cast(tape.gradient(logits, images), "float32")


@contextlib.contextmanager
def policy_of(name):
    """New layers compute in that precision; afterwards Keras forgets them."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
        keras.backend.clear_session()


# How much arithmetic a step is, and how much of it this machine can do in a second.


def operations(game, batch_size):
    """Floating-point operations of one step of `GAN`, those of parts that nobody needs left out.

    TensorFlow counts nothing within a loop, so the discriminator's steps stand one by one here.
    """
    gan = compiled(game, steps_per_execution=1)
    shape = (batch_size * game.discriminator_steps, *gan.data_shape)
    one_by_one = mock.patch.object(multistep, "for_each", lambda parts, play: [*map(play, parts)])
    with one_by_one:
        step = tf.function(gan.train_step).get_concrete_function(tf.TensorSpec(shape))
    kept = [op.name for op in step.graph.get_operations() if op.type.startswith("Assign")]
    graph = step.graph
    needed = tf.compat.v1.graph_util.extract_sub_graph(graph.as_graph_def(), kept)
    counts = (get_stats_for_node_def(graph, node, "flops").value for node in needed.node)
    return sum(count or 0 for count in counts)
