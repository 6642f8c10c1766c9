"""The only place that draws, and where [-1, 1] becomes [0, 1]; every function gives a Figure."""

import gan_tf.prepared  # noqa: F401
from gan_tf.plots.canvas import (
    BROKEN_COLOUR,
    FAKE_COLOUR,
    REAL_COLOUR,
    Figure,
    frame,
    large,
    panels,
    training_gif,
)
from gan_tf.plots.curves import curves, heatmap, losses
from gan_tf.plots.images import image_grid
from gan_tf.plots.points import decision_field, samples_2d
from gan_tf.plots.schematics import Arrow, Box, architecture, diagram, game_diagram

__all__ = [
    "BROKEN_COLOUR",
    "FAKE_COLOUR",
    "REAL_COLOUR",
    "Arrow",
    "Box",
    "Figure",
    "architecture",
    "curves",
    "decision_field",
    "diagram",
    "frame",
    "game_diagram",
    "heatmap",
    "image_grid",
    "large",
    "losses",
    "panels",
    "samples_2d",
    "training_gif",
]
