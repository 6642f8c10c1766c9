"""What `Game.fit` puts around Keras's: data for several updates, epochs that go on, a true bar."""

import contextlib
import math
import sys

from gan_tf.training import batches, distribution, validation
from gan_tf.training.resume import Resume, checkpoint_folder, keeps_order
import keras
import tensorflow as tf


class CountEpochs(keras.callbacks.Callback):
    """Counts the epochs that a game has played, and tells a dataset which one begins.

    Args:
        epoch: `tf.Variable` of a dataset of `gan_tf.data`, or None.
        first: Integer, the number of the data's first epoch in this run.
    """

    def __init__(self, epoch, first):
        super().__init__()
        self.epoch, self.first = epoch, first

    def state(self):
        """For `fit(resume=...)`."""
        return {"first": self.first, "epochs_played": self.model.epochs_played}

    def restore_state(self, state):
        """Goes on with the epochs of the run that resumes."""
        self.first, self.model.epochs_played = state["first"], state["epochs_played"]

    def on_epoch_begin(self, epoch, logs=None):
        if self.epoch is not None:
            self.epoch.assign(self.first + epoch)

    def on_epoch_end(self, epoch, logs=None):
        self.model.epochs_played = self.first + epoch + 1


class ProgressBar(keras.callbacks.ProgbarLogger):
    """Keras's progress bar, which otherwise counts whole executions: 128 of 100 steps."""

    def on_train_batch_end(self, batch, logs=None):
        super().on_train_batch_end(min(batch, (self.target or math.inf) - 1), logs)


class Run:
    """One call of `Game.fit`: what it received, looked at and made ready for Keras.

    Args:
        game: Compiled `Game`.
        x: What `fit` received as data.
        y: What it received beside it.
        batch_size: Integer, of each player's update; or None.
        callbacks: List of Keras callbacks, or None.
        resume: Path of a folder for checkpoints, or None.
        arguments: Dictionary, the others of `fit`.

    Attributes:
        data: What Keras is to read batches from.
        batch_size: Integer, or None where the data have batches.
        callbacks: List of Keras callbacks.
        arguments: Dictionary, the others for Keras's `fit`.
        steps_per_execution: Integer.
    """

    def __init__(self, game, x, y, batch_size, callbacks, resume, arguments):
        self.game, self.arguments = game, dict(arguments)
        validation.check_arguments(game, self.arguments)
        steps_per_epoch = self.arguments.get("steps_per_epoch")
        x = batches.checked_data(game, x, y, batch_size, steps_per_epoch)
        self._given, self._first_batch = x, batches.FirstBatch(game)
        if not batches.are_arrays(x) and not isinstance(x, keras.utils.PyDataset):
            self.arguments["shuffle"] = False  # they shuffle themselves; Keras warns otherwise
        self.data, self.batch_size = self._joined(self._first_batch.checked(x), batch_size)
        self.num_steps = _num_steps(self.data, self.batch_size, steps_per_epoch)
        self.steps_per_execution = self._steps_per_execution()
        self.callbacks = self._with_ours(list(callbacks or []), resume)

    @contextlib.contextmanager
    def errors_of_data(self):
        """Raises what was wrong with the first batch instead of TensorFlow's account of it."""
        try:
            yield
        except tf.errors.OpError:
            if self._first_batch.error is None:
                raise
            raise self._first_batch.error from None

    def _joined(self, x, batch_size):
        """Data whose every batch holds those of all the updates of a phase in one step."""
        strategy = self.game.distribute_strategy
        num_parts = max(phase.times for phase in self.game.phases)
        if isinstance(x, tf.data.Dataset):
            return distribution.shared(_without_tuning(x), strategy, num_parts), batch_size
        if distribution.are_several(strategy):
            raise ValueError(
                "Several workers must see the same images in the same order, and Keras shuffles "
                f"arrays in each of them. Received: {type(x).__name__}. Give "
                "gan_tf.data.batches(images, batch_size), or another tf.data.Dataset."
            )
        if num_parts == 1 or not batches.are_arrays(x):
            return x, batch_size
        size = (batch_size or batches.DEFAULT_BATCH_SIZE) * num_parts
        return tf.nest.map_structure(lambda rows: rows[: len(rows) // size * size], x), size

    def _steps_per_execution(self):
        """As compiled, or fewer where Keras ends an epoch before the data do.

        It counts whole executions, so that 2 steps of an epoch would become as many as compiled.
        """
        most = self.game.steps_per_execution
        if self.num_steps == _length(self.data, self.batch_size):
            return most
        return max(count for count in range(1, most + 1) if self.num_steps % count == 0)

    def _with_ours(self, callbacks, resume):
        # Who names the first epoch means that one of the data, also if it is 0.
        first = 0 if "initial_epoch" in self.arguments else self.game.epochs_played
        callbacks.insert(0, CountEpochs(getattr(self._given, "epoch", None), first))
        if self.arguments.get("verbose", "auto") != 0:
            callbacks.append(ProgressBar())
        if resume is None:
            return callbacks
        return self._with_resume(callbacks, checkpoint_folder(resume))

    def _with_resume(self, callbacks, folder):
        epochs = min(self.arguments.get("epochs", 1), keras.config.max_epochs() or sys.maxsize)
        span = range(self.arguments.get("initial_epoch", 0), epochs)
        history = keras.callbacks.History()
        keeper = Resume(
            folder,
            callbacks,
            history,
            span,
            self.num_steps,
            verbose=self.arguments.get("verbose", "auto") != 0,
            strategy=self.game.distribute_strategy,
            keeps_order=keeps_order(self._given, self.arguments.get("steps_per_epoch")),
        )
        self.arguments["initial_epoch"] = keeper.initial_epoch
        return [*callbacks, history, keeper]


def _num_steps(data, batch_size, steps_per_epoch):
    """Steps of an epoch, None if nobody knows."""
    limits = [steps_per_epoch, keras.config.max_steps_per_epoch()]
    return min(filter(None, limits), default=_length(data, batch_size))


def _length(data, batch_size):
    """Batches of the data, None if nobody knows."""
    if isinstance(data, tf.data.Dataset):
        return max(int(data.cardinality()), 0) or None
    if isinstance(data, keras.utils.PyDataset):
        return len(data)
    if not batches.are_arrays(data):
        return None
    num_examples = len(tf.nest.flatten(data)[0])
    return math.ceil(num_examples / (batch_size or batches.DEFAULT_BATCH_SIZE))


def _without_tuning(dataset):
    """The same dataset, without the thread with which `tf.data` tunes itself.

    That thread sleeps for 10 ms, then for 20, 40, 80 …, and the end of an epoch waits until it
    wakes up, which may take as long again as the epoch did.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
