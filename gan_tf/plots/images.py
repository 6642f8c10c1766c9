"""Images side by side, each pixel a square of whole screen pixels."""

import math

from gan_tf import checks
from gan_tf.plots.canvas import BROKEN_COLOUR, DPI, Figure
import numpy as np


def image_grid(
    images,
    columns=None,
    labels=None,
    title=None,
    value_range=(-1, 1),
    scale=None,
    row_labels=None,
):
    """Images side by side, row by row, each pixel a square of whole screen pixels.

    Values a little outside of `value_range` are clipped; those that are not finite show orange.

    Args:
        images: Array `(num_images, height, width)`, or with 1 (grey) or 3 (colour) channels last.
        columns: Integer, images in a row; by default about as many as rows.
        labels: Sequence of `num_images` texts or numbers, one under each image.
        title: Text above all.
        value_range: Pair, the values of black and white.
        scale: Integer, screen pixels for each image pixel; by default as many as
            fit into 500 × 640.
        row_labels: Sequence of texts, one before each row.

    Returns:
        Figure.

    Raises:
        ValueError: If a shape, number or length is unfit, or a value lies outside of
            `value_range` by more than half its width.
    """
    pixels = _pixels(images, value_range)
    columns = checks.at_least_or_none(1, columns=columns) or math.ceil(math.sqrt(len(pixels)))
    columns = min(columns, len(pixels))
    rows = math.ceil(len(pixels) / columns)
    _check_length("labels", labels, len(pixels), "images")
    _check_length("row_labels", row_labels, rows, "rows")
    height, width = pixels.shape[1:3]
    fitting = max(1, min(500 // (columns * (width + 2)), 640 // (rows * (height + 2))))
    scale = checks.at_least_or_none(1, scale=scale) or fitting
    gap = math.ceil(4 / scale)
    step = np.array([height + (gap if labels is None else math.ceil(16 / scale)), width + gap])
    mosaic = _mosaic(pixels, rows, columns, step)
    figure, axes = _canvas_for(mosaic, scale, title, row_labels)
    for place, label in enumerate([] if labels is None else labels):
        row, column = divmod(place, columns)
        x, y = column * step[1] + width / 2 - 0.5, row * step[0] + height - 0.5
        axes.text(x, y, label, ha="center", va="top", fontsize=9)
    if row_labels is not None:
        axes.set_yticks(np.arange(rows) * step[0] + height / 2 - 0.5, row_labels)
    return figure


# Helpers.


def _pixels(images, value_range):
    """Images as float32 `(num_images, height, width, 3)` in [0, 1]."""
    images = checks.real_array(images=images).astype("float32", copy=False)
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or images.size == 0:
        raise ValueError(
            "images must be (num_images, height, width), or that with 1 or 3 channels, and not "
            f"empty. Received: shape {images.shape}"
        )
    low, high = checks.increasing_pair(value_range=value_range)
    finite = np.isfinite(images)
    smallest, largest = images[finite].min(initial=low), images[finite].max(initial=high)
    margin = (high - low) / 2
    if smallest < low - margin or largest > high + margin:
        raise ValueError(
            f"images must lie in value_range=({low:g}, {high:g}), black and white. Received: "
            f"values from {smallest:g} to {largest:g}. Scale them or give their value_range."
        )
    shades = np.broadcast_to((images - low) / (high - low), (*images.shape[:3], 3))
    broken = ~finite.all(axis=-1, keepdims=True)
    return np.where(broken, _rgb(BROKEN_COLOUR), np.clip(shades, 0, 1)).astype("float32")


def _rgb(colour):
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def _mosaic(pixels, rows, columns, step):
    """One image `(height, width, 3)` of all of them on white, each at a multiple of `step`."""
    height, width = pixels.shape[1:3]
    mosaic = np.ones((rows * step[0], columns * step[1], 3), "float32")
    for place, image in enumerate(pixels):
        top, left = np.array(divmod(place, columns)) * step
        mosaic[top : top + height, left : left + width] = image
    return mosaic


def _canvas_for(mosaic, scale, title, row_labels):
    """A figure whose Axes give each pixel of the mosaic `scale` × `scale` screen pixels."""
    height, width = np.array(mosaic.shape[:2]) * scale
    lines = str(title).count("\n") + 1 if title else 0
    left = 4 + max((12 + 7 * len(str(label)) for label in row_labels or ()), default=0)
    top, bottom = 4 + 20 * lines, 4
    longest = max(map(len, str(title or "").split("\n")))
    total_width = max(left + width + 4, 8 * longest)
    size = np.array([total_width, top + height + bottom])
    figure = Figure(figsize=size / DPI, dpi=DPI)
    corner = [left / size[0], bottom / size[1], width / size[0], height / size[1]]
    axes = figure.add_axes(corner, frameon=False, xticks=[], yticks=[])
    axes.imshow(mosaic, interpolation="nearest", aspect="auto")
    axes.tick_params(length=0, labelsize=9)
    if title:
        figure.suptitle(str(title), fontsize=11, y=1 - 4 / size[1], va="top")
    return figure, axes


def _check_length(name, values, expected, unit):
    if values is not None and len(values) != expected:
        raise ValueError(
            f"{name} must hold one entry for each of the {expected} {unit}. "
            f"Received: {len(values)} entries"
        )
