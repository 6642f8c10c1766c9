"""Runs that go on after they were killed: `Game.fit(..., resume=folder)`."""

import os
from pathlib import Path
import tempfile

from gan_tf.training import checkpoints, distribution, loss_scaling
import keras
import tensorflow as tf

# What those of Keras's callbacks remember that do not say it themselves.
_REMEMBERED = {
    keras.callbacks.EarlyStopping: ("wait", "best", "best_epoch", "best_weights", "stopped_epoch"),
    keras.callbacks.ReduceLROnPlateau: ("wait", "best", "cooldown_counter"),
}


class Resume(keras.callbacks.Callback):
    """Saves a game before training and after each epoch, and brings back what it finds.

    `Game.fit` puts this callback behind all others, so that it sees what they did in an epoch, and
    so that the models that they attach to the game are there before anything is restored.

    Callbacks that have `state()`, a dict of arrays and numbers, and `restore_state(state)` go on
    where they were: the latter is called after `on_train_begin`. So do `EarlyStopping` and
    `ReduceLROnPlateau`.

    Args:
        folder: `Path` of the checkpoints.
        callbacks: List of the other callbacks.
        history: The run's `keras.callbacks.History`, which receives the restored epochs.
        epochs: Range of the epochs that were asked for.
        num_steps: Integer, steps of an epoch, None if nobody knows.
        verbose: Whether to say that a run resumes.
        strategy: The `tf.distribute.Strategy` of the game, or None. Of several workers the chief
            writes, and all read.
        keeps_order: Whether the data of an epoch follow from its number, see `keeps_order`.

    Raises:
        OSError: If the folder cannot be read or written, or another process trains there.
        ValueError: If its checkpoints are damaged, of an earlier gan_tf, or of another game, or
            not all workers see the same.
    """

    def __init__(
        self, folder, callbacks, history, epochs, num_steps, verbose, strategy, keeps_order=True
    ):
        super().__init__()
        self.folder, self.strategy, self.history = folder, strategy, history
        self.callbacks = [each for each in callbacks if _has_state(each)]
        self.epochs, self.num_steps = epochs, num_steps
        self.verbose, self.keeps_order = verbose, keeps_order
        if distribution.is_chief(strategy):
            checkpoints.hold(folder)
        newest = checkpoints.newest(folder) or (epochs.start, None, None)
        self.epochs_done, self._saved, self._weights = newest
        self._check_workers()

    @property
    def initial_epoch(self):
        """The epoch to begin with; none is left where the run was over, or was stopped."""
        saved = self._saved
        if saved and saved["stopped"] and self.epochs.stop <= saved["epochs"]:
            return max(self.epochs_done, self.epochs.stop)
        return self.epochs_done

    def set_model(self, model):
        super().set_model(model)
        if self._saved:
            self._check_game()
            model.load_weights(self._weights)
            model.on_restored()

    def on_train_begin(self, logs=None):
        if not self._saved:
            self._save()
            return
        if self.verbose:
            print(self._message())
        self.history.epoch = self._saved["history"]["epoch"]
        self.history.history = self._saved["history"]["logs"]
        for callback in self.callbacks:
            states = self._saved["callbacks"].get(type(callback).__name__)
            if states:
                _restore_state(callback, states.pop(0))

    def on_epoch_end(self, epoch, logs=None):
        self.epochs_done = epoch + 1
        self._save()

    def _save(self):
        states = {}  # a list of them for each kind of callback
        for callback in self.callbacks:
            states.setdefault(type(callback).__name__, []).append(_state(callback))
        content = {
            "epochs": self.epochs.stop,
            "stopped": bool(self.model.stop_training),
            "game": _description(self.model, self.num_steps),
            "versions": _versions(),
            "history": {"epoch": self.history.epoch, "logs": self.history.history},
            "callbacks": states,
        }
        if distribution.is_chief(self.strategy):
            checkpoints.save(self.folder, self.epochs_done, content, self.model.save_weights)
            return
        # The others write a file for nothing: a variable whose value is the sum over all workers
        # can be read only if all of them read it.
        with tempfile.TemporaryDirectory() as folder:
            self.model.save_weights(Path(folder) / "game.weights.h5")

    def _check_workers(self):
        """All must have read before one writes, and have found the same."""
        if not distribution.are_several(self.strategy):
            return
        own = (self._saved is not None, self.epochs_done)
        rows = distribution.gathered_from_workers(self.strategy, *own)
        if (rows != rows[0]).any():
            said = [f"epoch {epoch}" if has_found else "none" for has_found, epoch in rows]
            raise ValueError(
                "The workers do not see the same checkpoints. Received, one from each: "
                f"{', '.join(said)}. Expected: {self.folder} on a disk that all of them share. "
                "Give such a folder, or copy the chief's to every machine before resuming."
            )

    def _check_game(self):
        saved, expected = self._saved["game"], _description(self.model, self.num_steps)
        differences = [
            _difference(name, saved.get(name), expected.get(name))
            for name in {**expected, **saved}
            if saved.get(name) != expected.get(name)
        ]
        if differences:
            raise ValueError(
                f"The checkpoints in {self.folder} are of another game. {' '.join(differences)} "
                "Give the game that was trained there, with the same callbacks, or another folder "
                "to begin anew."
            )

    def _message(self):
        text = f"Resuming {self.folder}: {self.epochs_done} of {self.epochs.stop} epochs are done."
        if self.initial_epoch > self.epochs_done:
            text += " The run was stopped there; more epochs would let it go on."
        elif not self.keeps_order and self.epochs_done in self.epochs[1:]:
            text += (
                " The order of these data starts anew, so the bits will differ from those of an "
                "uninterrupted run. With gan_tf.data, and whole epochs, they would be the same."
            )
        if self._saved["versions"] != _versions():
            text += f" They ran on {self._saved['versions']}, and last bits may differ on "
            text += f"{_versions()}."
        return text


def checkpoint_folder(folder):
    """Where a run's checkpoints are.

    Args:
        folder: Path, as given to `Game.fit(resume=...)`.

    Returns:
        `Path`. With Keras's cap on the steps of an epoch, a folder inside: such a trial is another
        run than the full one, and neither must go on from the other.

    Raises:
        ValueError: If it is no path.
    """
    if not isinstance(folder, (str, os.PathLike)):
        raise ValueError(
            "resume must be the path of a folder for checkpoints, such as 'runs/dcgan'. "
            f"Received: resume={folder!r}"
        )
    folder = Path(folder).expanduser()
    cap = keras.config.max_steps_per_epoch()
    return folder if cap is None else folder / f"trial-of-{cap}-steps"


def keeps_order(data, steps_per_epoch=None):
    """Whether the data of an epoch follow from its number: those of `gan_tf.data`.

    Not if Keras cuts epochs short, for it then reads on, in the next one, where it stopped.
    """
    is_cut = steps_per_epoch is not None or keras.config.max_steps_per_epoch() is not None
    return hasattr(data, "epoch") and not is_cut


# What is saved.


def _description(game, num_steps):
    """What must be the same in the run that resumes."""
    optimizers = game.optimizers
    variables = [*game.variables, *[v for each in optimizers.values() for v in each.variables]]
    return {
        "class": type(game).__name__,
        **{name: _layers(player) for name, player in game.whole_players.items()},
        "phases": [f"{phase.loss} of {phase.trains}, {phase.times} times" for phase in game.phases],
        "loss": type(getattr(game, "game_loss", None)).__name__,
        "penalty": type(getattr(game, "penalty", None)).__name__,
        **{f"{name}_optimizer": _kind(each) for name, each in optimizers.items()},
        "variables": [f"{v.dtype}{list(v.shape)}" for v in variables],
        "steps in an epoch": num_steps,
    }


def _kind(optimizer):
    inner = loss_scaling.unscaled(optimizer)
    return type(inner).__name__ + ("" if inner is optimizer else ", its loss scaled")


def _layers(player):
    layers = []
    for layer in player._flatten_layers(include_self=False, recursive=True):
        activation = getattr(getattr(layer, "activation", None), "__name__", "")
        layers.append(f"{type(layer).__name__}({activation})")
    return layers


def _difference(name, was, now):
    """One sentence; of two long lists only the first place where they part."""
    if isinstance(was, list) and isinstance(now, list):
        if len(was) != len(now):
            was, now = f"{len(was)} of them", f"{len(now)}"
        else:
            was, now = next(pair for pair in zip(was, now, strict=True) if pair[0] != pair[1])
    return f"Received: {name} {was}. Expected: {now}."


def _versions():
    return f"TensorFlow {tf.__version__} and Keras {keras.__version__}"


def _remembered(callback):
    """Names of the attributes that one of Keras's callbacks remembers, if it is one of them."""
    return next((names for kind, names in _REMEMBERED.items() if isinstance(callback, kind)), ())


def _has_state(callback):
    return hasattr(callback, "restore_state") or bool(_remembered(callback))


def _state(callback):
    if hasattr(callback, "restore_state"):
        return callback.state()
    return {name: getattr(callback, name) for name in _remembered(callback)}


def _restore_state(callback, state):
    if hasattr(callback, "restore_state"):
        callback.restore_state(state)
        return
    for name, value in state.items():
        setattr(callback, name, value)
