"""The only place that draws, and where [-1, 1] becomes [0, 1]; every function gives a Figure."""

from gan_tf.plots.canvas import (
    BROKEN_COLOUR,
    FAKE_COLOUR,
    REAL_COLOUR,
    Figure,
    frame,
    training_gif,
)
from gan_tf.plots.curves import curves, heatmap, losses
from gan_tf.plots.images import image_grid
from gan_tf.plots.points import decision_field, samples_2d

__all__ = [
    "BROKEN_COLOUR",
    "FAKE_COLOUR",
    "REAL_COLOUR",
    "Figure",
    "curves",
    "decision_field",
    "frame",
    "heatmap",
    "image_grid",
    "losses",
    "samples_2d",
    "training_gif",
]
