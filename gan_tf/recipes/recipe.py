"""`Recipe`: what a named experiment consists of."""

from typing import NamedTuple

from gan_tf.games.game import Game
import numpy as np
import tensorflow as tf


class Recipe(NamedTuple):
    """A game that is ready to `fit`, with its data and its numbers.

    Attributes:
        gan: Compiled `Game`.
        samples: Float32 array of training data, `(num_samples, ...)`.
        batches: `tf.data.Dataset` of these samples, an epoch being `steps_per_epoch` steps.
        epochs: Integer, epochs of a full run.
        steps_per_epoch: Integer, generator steps of one epoch.
        batch_size: Integer, samples of one step.
        value_range: Pair, black and white of images; None for points.
        average_decay: Float, that of the running average of the generator which is the run's
            result; None where the generator itself is.
        conditions: Dictionary of arrays with as many rows, what the generator is given where its
            samples are shown, by the game's keys; None where the game gives examples itself.
        truths: Float32 array with a row for each of these, what they should become; None where
            nobody knows.
    """

    gan: Game
    samples: np.ndarray
    batches: tf.data.Dataset
    epochs: int
    steps_per_epoch: int
    batch_size: int
    value_range: tuple | None = None
    average_decay: float | None = None
    conditions: dict | None = None
    truths: np.ndarray | None = None
