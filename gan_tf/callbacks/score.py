"""`Score`: measures samples while a run lasts, and keeps the best generator."""

import math
import operator
import os
from pathlib import Path

from gan_tf import checks
from gan_tf.callbacks.sampling import (
    check_generator,
    check_watches,
    fixed_inputs,
    is_due,
    samples_of,
)
from gan_tf.plots.canvas import writing
import keras

_IS_BETTER = {"min": operator.lt, "max": operator.gt}
_REMEMBERED = ("first", "best_value", "best_epoch", "best_weights")


class Score(keras.callbacks.Callback):
    """Scores the generator after epochs, in the logs beside the losses, and keeps the best one.

    The losses of a GAN do not say how good its samples are; a score does. The values stand in the
    logs of an epoch, so that `History`, and callbacks that come later in the list (`CSVLogger`,
    `TensorBoard`), receive them. An epoch without a score has NaN.

    Args:
        score: Function from images, a float32 array `(num_images, ...)`, to a dict from names to
            numbers, always the same names.
        num_images: Integer >= 1, images that are made for each score.
        every: Integer >= 1. The generator is scored before training, after each `every`-th epoch,
            and after the last.
        monitor: Name of the value by which a generator is the best; the first of the dict by
            default.
        mode: "min" if a smaller value is better, "max" if a larger one is.
        path: File for the best generator, ending in .keras, or None. It is replaced in one go, so
            that it is whole at any time.
        generator: Function that gives the model to score, for instance
            `lambda: average.generator`. By default it is the one that trains.
        seed: Integer, seeds the latents, which are the same for each score.
        conditions: Dictionary of arrays with `num_images` rows, for games that have conditions. By
            default those that the game gives as examples.

    Attributes:
        first: Dict with the score before training.
        best_value: Float, the best finite value of `monitor`, or None.
        best_epoch: Integer, the epoch of it, counted from 1; 0 is before training.
        best_weights: List of arrays, the weights of the generator at that time.

    Raises:
        ValueError: If an argument is out of range, or `score` does not return what it should.
        OSError: From `fit`, if the file of the best generator cannot be written.

    Example:
    ```python
    distance = Score(lambda images: {"swd": sliced_wasserstein(real_images, images)}, every=5)
    gan.fit(batches, epochs=50, callbacks=[distance])
    generator = distance.best_generator()
    ```
    """

    def __init__(
        self,
        score,
        num_images=2_000,
        every=1,
        monitor=None,
        mode="min",
        path=None,
        generator=None,
        seed=0,
        conditions=None,
    ):
        super().__init__()
        num_images, every = checks.at_least(1, num_images=num_images, every=every)
        seed = checks.seed(seed=seed)
        check_generator(generator)
        _check_arguments(score, mode, path)
        self.score, self.num_images, self.every, self.seed = score, num_images, every, seed
        self.monitor, self.mode = monitor, mode
        self.path = None if path is None else Path(path)
        self.scored_generator, self.conditions = generator, conditions
        self.first = self.best_value = self.best_epoch = self.best_weights = None

    def on_train_begin(self, logs=None):
        self.best_value = self.best_epoch = self.best_weights = None
        self.inputs = fixed_inputs(self, self.num_images, self._generator())
        self.first = self._values()
        if self.monitor is None:
            self.monitor = next(iter(self.first))
        _check_names(self.first, {self.monitor})
        self._keep_best(0, self.first)

    def on_epoch_end(self, epoch, logs=None):
        values = dict.fromkeys(self.first, math.nan)
        if is_due(self, epoch):
            values = self._values()
            _check_names(values, set(self.first))
            self._keep_best(epoch + 1, values)
        _add(values, {} if logs is None else logs)

    def state(self):
        """The best so far, for `fit(resume=...)`."""
        return {name: getattr(self, name) for name in _REMEMBERED}

    def restore_state(self, state):
        """Goes on with the best of a run that resumes, in the file too."""
        for name in _REMEMBERED:
            setattr(self, name, state[name])
        if self.path is not None and self.best_weights is not None:
            _save(self.best_generator(), self.path)

    def best_generator(self):
        """A copy of the generator, a model of its own, with the best weights.

        Raises:
            ValueError: If there are none, because nothing was scored or no score was finite.
        """
        if self.best_weights is None:
            raise ValueError(
                "There is no best generator: no finite score was seen. Train with this callback "
                f"first. Received: first={self.first}"
            )
        copy = keras.models.clone_model(self._generator())
        copy.set_weights(self.best_weights)
        return copy

    def _generator(self):
        if self.scored_generator:
            return self.scored_generator()
        check_watches(self)
        return self.model.generator

    def _values(self):
        values = self.score(samples_of(self._generator(), self.inputs))
        if not isinstance(values, dict) or not values:
            raise ValueError(
                "score must return a dict from names to numbers, at least one, such as "
                f"{{'distance': 0.5}}. Received: {values!r}"
            )
        try:
            return {name: float(value) for name, value in values.items()}
        except (TypeError, ValueError) as error:
            raise ValueError(f"score must return numbers. Received: {values!r}") from error

    def _keep_best(self, epoch, values):
        value = values[self.monitor]
        is_better = self.best_value is None or _IS_BETTER[self.mode](value, self.best_value)
        if math.isfinite(value) and is_better:
            self.best_value, self.best_epoch = value, epoch
            self.best_weights = self._generator().get_weights()
            if self.path is not None:
                _save(self._generator(), self.path)


def _add(values, logs):
    taken = sorted(values.keys() & logs.keys())
    if taken:
        raise ValueError(
            f"score must not use names that the logs already have. Received: {taken}. Rename them."
        )
    logs.update(values)


def _save(model, path):
    """Writes a file beside it first, so that an interruption cannot leave half a model."""
    unfinished = path.with_name(f".{path.stem}.unfinished.keras")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            model.save(unfinished)
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)


def _check_arguments(score, mode, path):
    if not callable(score):
        raise ValueError(f"score must be a function from images to a dict. Received: {score!r}")
    if mode not in _IS_BETTER:
        raise ValueError(f"mode must be 'min' or 'max'. Received: mode={mode!r}")
    if path is not None and Path(path).suffix != ".keras":
        raise ValueError(f"path must end in .keras. Received: path={str(path)!r}")


def _check_names(values, expected):
    missing = sorted(expected - values.keys())
    if missing:
        raise ValueError(
            f"score must return {missing} each time; monitor names one of its values. "
            f"Received: {sorted(values)}"
        )
