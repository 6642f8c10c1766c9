"""`SampleImages`: fixed latents, drawn again and again, and the film of a run."""

from pathlib import Path

from gan_tf import checks, endings, plots
from gan_tf.callbacks.sampling import (
    check_generator,
    check_watches,
    fixed_inputs,
    samples_of,
)
from gan_tf.plots.canvas import writing
import keras
import numpy as np


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
        conditions: Dictionary of arrays with `num_images` rows, for games that have conditions:
            `{"labels": …}`. By default those that the game gives as examples.

    Raises:
        ValueError: If an argument is unfit.
        OSError: From `fit`, if the film's folder cannot be made, or the film not be written.
    """

    def __init__(
        self,
        num_images=64,
        every=1,
        draw=None,
        seed=0,
        live=True,
        path=None,
        generator=None,
        conditions=None,
    ):
        super().__init__()
        num_images, every = checks.at_least(1, num_images=num_images, every=every)
        seed = checks.seed(seed=seed)
        check_generator(generator)
        if draw is not None and not callable(draw):
            raise ValueError(
                f"draw must be a function from samples to a Figure. Received: draw={draw!r}"
            )
        if path is not None and Path(path).suffix.lower() != ".gif":
            raise ValueError(f"path must end in .gif. Received: path={str(path)!r}")
        self.num_images, self.every, self.seed = num_images, every, seed
        self.draw, self.conditions = draw or self._clipped_grid, conditions
        self.live, self.path = live, path
        self.sampled_generator = generator
        self.frames = []
        self._display = None

    def on_train_begin(self, logs=None):
        if self.path is not None:
            with writing(self.path):  # now, and not when hours of training are over
                Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        self.inputs = fixed_inputs(self, self.num_images, self._generator())
        self._show()

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every == 0:
            self._show()

    def on_train_end(self, logs=None):
        if self.path is not None:
            plots.training_gif(self.frames, self.path)

    def state(self):
        """The frames so far, for `fit(resume=...)`."""
        return {"frames": self.frames}

    def restore_state(self, state):
        """Continues the film of a run that resumes."""
        self.frames[:] = state["frames"]

    def samples(self):
        """What the generator makes of the fixed inputs now, float32 `(num_images, ...)`."""
        generator = self._generator()
        if not hasattr(self, "inputs"):
            self.inputs = fixed_inputs(self, self.num_images, generator)
        return samples_of(generator, self.inputs)

    def _generator(self):
        if self.sampled_generator:
            return self.sampled_generator()
        check_watches(self)
        return self.model.generator

    def _clipped_grid(self, images):
        """A generator may overshoot while it learns, and a figure must not end its run."""
        value_range = endings.output_range(self._generator()) or (-1.0, 1.0)
        return plots.image_grid(np.clip(images, *value_range), value_range=value_range)

    def _show(self):
        figure = self.draw(self.samples())
        self.frames.append(plots.frame(figure))
        if self.live:
            self._display = _redraw(figure, self._display)


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
