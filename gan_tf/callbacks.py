"""What watches a run: samples while it trains, a running average, and a guard against NaN."""

import math

from gan_tf import plots
import keras
import numpy as np
import tensorflow as tf


class SampleImages(keras.callbacks.Callback):
    """Draws what the generator makes of the same latents, again and again while it trains.

    In Jupyter and Colab the figure is drawn anew in its place; elsewhere nothing is shown. Every
    figure is kept as a frame, so that training can be seen as a film.

    Args:
        num_images: Integer >= 1, how many latents are followed.
        every: Integer >= 1. The figure is drawn before the first epoch and after each `every`-th.
        draw: Function from samples to a matplotlib Figure; a grid of images by default.
        seed: Integer, seeds the fixed latents.
        live: Whether to show the figure while training.
        path: Where to write the film as GIF when training ends, or None.
        generator: Function that gives the model to sample from, for instance
            `lambda: average.generator`. By default it is the one that trains.

    Raises:
        ValueError: If `num_images` or `every` is smaller than 1.
    """

    def __init__(
        self, num_images=64, every=1, draw=None, seed=0, live=True, path=None, generator=None
    ):
        super().__init__()
        if num_images < 1 or every < 1:
            raise ValueError(
                "num_images and every must be >= 1. "
                f"Received: num_images={num_images}, every={every}"
            )
        self.num_images, self.every, self.seed = num_images, every, seed
        self.draw = draw or _clipped_grid
        self.live, self.path = live, path
        self.sampled_generator = generator
        self.frames = []
        self._display = None

    def on_train_begin(self, logs=None):
        shape = (self.num_images, self.model.latent_dim)
        self.latents = keras.random.normal(shape, dtype="float32", seed=self.seed)
        self._show()

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every == 0:
            self._show()

    def on_train_end(self, logs=None):
        if self.path is not None:
            plots.training_gif(self.frames, self.path)

    def samples(self):
        """What the generator makes of the fixed latents now, float32 `(num_images, ...)`."""
        generator = self.sampled_generator() if self.sampled_generator else self.model.generator
        images = generator(self.latents, training=False)
        return np.asarray(keras.ops.convert_to_numpy(images), "float32")

    def _show(self):
        figure = self.draw(self.samples())
        self.frames.append(plots.frame(figure))
        if self.live:
            self._display = _redraw(figure, self._display)


def _clipped_grid(images):
    """A generator may overshoot while it learns, and a figure must not end its run."""
    return plots.image_grid(np.clip(images, -1, 1))


def _redraw(figure, handle):
    """Shows a figure in a notebook, in the place of the one before; does nothing elsewhere."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        return None
    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return None
    if handle is None:
        return display(figure, display_id=True)
    handle.update(figure)
    return handle


class GeneratorAverage(keras.callbacks.Callback):
    """Keeps an exponential moving average (EMA) of the generator's weights.

    The players circle around each other, and an average of the generator over its circles often
    makes better images than the generator itself. The average is part of the model while it is
    attached, so it is saved and restored with it.

    Args:
        decay: Float in [0, 1), the share of the old average that is kept at each step. The
            average reaches back about `1 / (1 - decay)` steps.

    Raises:
        ValueError: If `decay` is outside [0, 1).

    Reference:
        Yazıcı et al. 2019, arXiv:1806.04498; Karras et al. 2018 (0.999), arXiv:1710.10196. With
        `steps_per_execution=n` the average moves once every n steps, by `decay ** n`.
    """

    def __init__(self, decay=0.999):
        super().__init__()
        if not 0 <= decay < 1:
            raise ValueError(f"decay must be in [0, 1). Received: decay={decay}")
        self.decay = decay

    @property
    def generator(self):
        """The averaged generator, a model of its own."""
        return self.model.average_generator

    def set_model(self, model):
        super().set_model(model)
        if not hasattr(model, "average_generator"):
            with model.distribute_strategy.scope():
                model.average_generator = keras.models.clone_model(model.generator)
            model.average_generator.trainable = False
            model.average_generator.set_weights(model.generator.get_weights())

    def on_epoch_begin(self, epoch, logs=None):
        self._last_step = -1

    def on_train_batch_end(self, batch, logs=None):
        kept = self.decay ** (batch - self._last_step)
        self._last_step = batch
        self._move(tf.constant(kept, "float32"))

    @tf.function
    def _move(self, kept):
        pairs = zip(self.generator.variables, self.model.generator.variables, strict=True)
        for average, current in pairs:
            if average.dtype == "float32":
                average.assign(kept * average + (1.0 - kept) * current)


class StopOnNaN(keras.callbacks.Callback):
    """Stops training as soon as any logged value is not finite, and names the step.

    Keras's `TerminateOnNaN` reads only `logs["loss"]`, which a GAN does not have.

    Attributes:
        stopped_at: `(epoch, step, name)` of what was found, both counted from 1, or None.
    """

    def __init__(self):
        super().__init__()
        self.stopped_at = None

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        for name, value in (logs or {}).items():
            if not math.isfinite(value) and self.stopped_at is None:
                self.stopped_at = (self._epoch + 1, batch + 1, name)
                self.model.stop_training = True
                print(
                    f"\nStopped: {name} is {value} at step {batch + 1} of epoch "
                    f"{self._epoch + 1}. A smaller learning rate is the first thing to try."
                )
