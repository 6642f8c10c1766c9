"""Runs that go on after a kill, to the same bits: `GAN.fit(..., resume=folder)`."""

import contextlib
import os
from pathlib import Path
import warnings

from gan_tf.training import checkpoints, distribution, loss_scaling
import keras
import numpy as np
import tensorflow as tf

DRIVE = Path("/content/drive")
# What Keras's EarlyStopping remembers from one epoch to the next. Keras's other callbacks that
# remember something look for `model.optimizer`, which a game of two players does not have.
_STOPPING = ("wait", "best", "best_epoch", "best_weights", "stopped_epoch")


class Resume(keras.callbacks.Callback):
    """Saves a game before training and after each epoch, and brings back what it finds.

    `GAN.fit` puts it behind all other callbacks, so that it sees what they did in an epoch, and
    so that the models which they attach to the game are there before anything is restored.

    Callbacks that have `state()`, a dict of arrays and numbers, and `restore_state(state)` go on
    where they were: the latter is called after `on_train_begin`.

    Args:
        folder: `Path` of the checkpoints.
        callbacks: List of the other callbacks.
        history: The run's `keras.callbacks.History`, which receives the restored epochs.
        epochs: Range of the epochs that were asked for.
        num_steps: Integer, steps of an epoch, None if nobody knows.
        verbose: Whether to say that a run resumes.
        strategy: The `tf.distribute.Strategy` of the game, or None. Of several workers the chief
            writes, and all read.

    Raises:
        OSError: If the folder cannot be read or written, or another process trains there.
        ValueError: If its checkpoints are damaged, of another version, or of another game, or not
            all workers see the same.
    """

    def __init__(self, folder, callbacks, history, epochs, num_steps, verbose=True, strategy=None):
        super().__init__()
        self.strategy = strategy
        self.folder, self.callbacks, self.history = folder, callbacks, history
        self.epochs, self.num_steps, self.verbose = epochs.stop, num_steps, verbose
        self.epochs_done, self._found = checkpoints.newest(folder) or (epochs.start, None)
        self._check_workers()

    @property
    def has_found(self):
        """Whether there is something to resume."""
        return self._found is not None

    @property
    def initial_epoch(self):
        """The epoch to begin with; none is left where the run was over, or was stopped."""
        if self.has_found and self._found["stopped"] and self.epochs <= self._found["epochs"]:
            return max(self.epochs_done, self.epochs)
        return self.epochs_done

    def set_model(self, model):
        super().set_model(model)
        if self.has_found:
            self._check_game()
            for variable, array in zip(_variables(model), self._found["variables"], strict=True):
                variable.assign(array)
            model.on_restored()

    def on_train_begin(self, logs=None):
        if distribution.is_chief(self.strategy):
            checkpoints.hold(self.folder)
        if not self.has_found:
            self._save()
            return
        if self.verbose:
            print(self._message())
        self.history.epoch = self._found["history"]["epoch"]
        self.history.history = self._found["history"]["logs"]
        self._found["variables"] = None  # as large as the game; not needed any longer
        for callback in filter(_has_state, self.callbacks):
            for number, saved in enumerate(self._found["callbacks"]):
                if saved["name"] == type(callback).__name__:
                    _restore_state(callback, self._found["callbacks"].pop(number)["state"])
                    break

    def on_epoch_end(self, epoch, logs=None):
        self.epochs_done = epoch + 1
        self._save()

    def _save(self):
        watched = filter(_has_state, self.callbacks)
        content = {
            "epochs": self.params["epochs"],
            "stopped": bool(self.model.stop_training),
            "game": _description(self.model, self.num_steps),
            "versions": _versions(),
            "variables": [_array(variable) for variable in _variables(self.model)],
            "history": {"epoch": self.history.epoch, "logs": self.history.history},
            "callbacks": [{"name": type(c).__name__, "state": _state(c)} for c in watched],
        }
        if distribution.is_chief(
            self.strategy
        ):  # but all had to read: some values are sums of theirs
            checkpoints.save(self.folder, self.epochs_done, content)

    def _check_workers(self):
        """All must have read before one writes, and have found the same."""
        if not distribution.are_several(self.strategy):
            return
        found = distribution.said_by_all(self.strategy, self.has_found, self.epochs_done)
        if (found != found[0]).any():
            said = [f"epoch {epoch}" if has_found else "none" for has_found, epoch in found]
            raise ValueError(
                "The workers do not see the same checkpoints. Received, one from each: "
                f"{', '.join(said)}. Expected: {self.folder} on a disk that all of them share. "
                "Give such a folder, or copy the chief's to every machine before resuming."
            )

    def _check_game(self):
        found, expected = self._found["game"], _description(self.model, self.num_steps)
        differing = [name for name in expected if found.get(name) != expected[name]]
        if differing:
            raise ValueError(
                f"The checkpoints in {self.folder} are of another game. "
                + " ".join(_difference(name, found, expected) for name in differing)
                + " Give the game that was trained there, with the same callbacks, or another "
                "folder to begin anew."
            )

    def _message(self):
        text = f"Resuming {self.folder}: {self.epochs_done} of {self.epochs} epochs are done."
        if self.initial_epoch > self.epochs_done:
            text += " The run was stopped there; more epochs would let it go on."
        if self._found["versions"] != _versions():
            text += f" They ran on {self._found['versions']}, and last bits may differ on "
            text += f"{_versions()}."
        return text


def checkpoint_folder(folder, drive=False):
    """Where a run's checkpoints are.

    Args:
        folder: Path, as given to `GAN.fit(resume=...)`.
        drive: Whether `folder` lies in Google Drive, which is then mounted; in Colab alone.

    Returns:
        `Path`. With Keras's cap on the steps of an epoch, a folder inside: such a trial is another
        run than the full one, and neither must go on from the other.

    Raises:
        ValueError: If no folder is given, or this is not Colab.
    """
    if not isinstance(folder, (str, os.PathLike)):
        raise ValueError(
            "resume must be the path of a folder for checkpoints, such as 'runs/dcgan'. "
            f"Received: resume={folder!r}, drive={drive!r}"
        )
    folder = Path(folder).expanduser()
    if drive:
        folder = _mounted_drive() / folder
    cap = keras.config.max_steps_per_epoch()
    return folder if cap is None else folder / f"trial-of-{cap}-steps"


def _mounted_drive():
    try:
        from google.colab import drive
    except ImportError as error:
        raise ValueError(
            "drive=True mounts Google Drive, which Google Colab alone can do. Received: a Python "
            "without google.colab. Leave drive out, and give a folder of this computer."
        ) from error
    drive.mount(str(DRIVE))
    return DRIVE / "MyDrive"


class ReadAgain(keras.callbacks.CallbackList):
    """Callbacks that rest while the data of epochs that are done are read again.

    A dataset that shuffles counts for itself how often it was read, in ways that only reading
    repeats; so `fit` begins with the first epoch, and only reads until it comes to the one that
    is to be trained.

    Args:
        callbacks: List of Keras callbacks. Those with `is_for_data` do not rest.
        until: Integer, the epoch with which training begins.
        **kwargs: As in `keras.callbacks.CallbackList`.
    """

    def __init__(self, callbacks, until, **kwargs):
        super().__init__(callbacks, **kwargs)
        self.until, self._is_reading = until, True

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        if self.params["verbose"]:
            print(f"Their data are read again, up to epoch {self.until}.")
        self.model.train_function = self._read

    def on_epoch_begin(self, epoch, logs=None):
        if epoch >= self.until:
            if self._is_reading:
                self.model.make_train_function(force=True)
            self._is_reading = False
            super().on_epoch_begin(epoch, logs)
            return
        for callback in self.callbacks:
            if getattr(callback, "is_for_data", False):
                callback.on_epoch_begin(epoch, logs)

    def on_train_batch_begin(self, batch, logs=None):
        if not self._is_reading:
            super().on_train_batch_begin(batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        if not self._is_reading:
            super().on_train_batch_end(batch, logs)

    def on_epoch_end(self, epoch, logs=None):
        if not self._is_reading:
            super().on_epoch_end(epoch, logs)

    def _read(self, iterator):
        """Takes as much as a step of training does, where an epoch may end within it."""
        next(iterator)
        with contextlib.suppress(StopIteration):
            for _ in range(self.model.steps_per_execution - 1):
                next(iterator)
        return {}


def counts_its_epochs(data, steps_per_epoch=None):
    """Whether the order of data follows from the number of the epoch: those of `gan_tf.data`.

    Not if Keras cuts epochs short, for it then reads on, in the next one, where it stopped.
    """
    is_cut = steps_per_epoch is not None or keras.config.max_steps_per_epoch() is not None
    return hasattr(data, "epoch") and not is_cut


def warn_if_read(dataset):
    """Says that a dataset has moved on in this process; its shuffling cannot be turned back."""
    if getattr(dataset, "was_read_by_fit", False) and not hasattr(dataset, "epoch"):
        warnings.warn(
            "This dataset was read by a run before. If it shuffles, its order is not that of a "
            "run never interrupted: make it anew first (run its cell again).",
            stacklevel=4,
        )


# What is saved.


def _variables(game):
    """All that training changes: weights, states of random generators, both optimizers."""
    optimizers = (game.generator_optimizer, game.discriminator_optimizer)
    return [*game.variables, *[v for optimizer in optimizers for v in optimizer.variables]]


def _array(variable):
    return np.asarray(keras.ops.convert_to_numpy(variable))


def _description(game, num_steps):
    """What must be the same in the run that resumes."""
    return {
        "class": type(game).__name__,
        "generator": _layers(game.whole_generator),
        "discriminator": _layers(game.whole_discriminator),
        "discriminator_steps": game.discriminator_steps,
        "loss": type(game.game_loss).__name__,
        "penalty": type(game.penalty).__name__,
        "generator_optimizer": _kind(game.generator_optimizer),
        "discriminator_optimizer": _kind(game.discriminator_optimizer),
        "variables": [f"{v.dtype}{list(v.shape)}" for v in _variables(game)],
        "steps in an epoch": num_steps,
    }


def _kind(optimizer):
    inner = loss_scaling.unscaled(optimizer)
    return type(inner).__name__ + ("" if inner is optimizer else ", its loss scaled")


def _layers(player):
    found = []
    for layer in player._flatten_layers(include_self=False, recursive=True):
        activation = getattr(getattr(layer, "activation", None), "__name__", "")
        found.append(f"{type(layer).__name__}({activation})")
    return found


def _difference(name, found, expected):
    """One sentence; of two long lists only the first place where they part."""
    was, now = found.get(name), expected[name]
    if isinstance(was, list) and isinstance(now, list):
        if len(was) != len(now):
            was, now = f"{len(was)} of them", f"{len(now)}"
        else:
            was, now = next(pair for pair in zip(was, now, strict=True) if pair[0] != pair[1])
    return f"Received: {name} {was}. Expected: {now}."


def _versions():
    return f"TensorFlow {tf.__version__} and Keras {keras.__version__}"


def _has_state(callback):
    return hasattr(callback, "restore_state") or isinstance(callback, keras.callbacks.EarlyStopping)


def _state(callback):
    if hasattr(callback, "restore_state"):
        return callback.state()
    return {name: getattr(callback, name) for name in _STOPPING}


def _restore_state(callback, state):
    if hasattr(callback, "restore_state"):
        callback.restore_state(state)
        return
    for name, value in state.items():
        setattr(callback, name, value)
