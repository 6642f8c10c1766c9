"""The only place that draws, and where [-1, 1] becomes [0, 1]; every function gives a Figure."""

import io
import math
from pathlib import Path

import imageio.v3 as iio
from matplotlib import figure as mpl_figure
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator
import numpy as np

DPI = 80  # keeps a notebook full of figures small

# Okabe and Ito's colours, which the colour-blind can tell apart; real is blue, fake vermilion.
REAL_COLOUR, FAKE_COLOUR, BROKEN_COLOUR = "#0072B2", "#D55E00", "#E69F00"
# Light tints of the two, on which points stay visible: D(x) from fake over undecided to real.
_FIELD = LinearSegmentedColormap.from_list("field", ["#F0BC94", "#FFFFFF", "#9CC9E4"])
_LINES = (("#0072B2", "-"), ("#D55E00", "--"), ("#009E73", "-."), ("#CC79A7", ":"))


class Figure(mpl_figure.Figure):
    """A matplotlib Figure that pyplot does not know, so that a notebook shows it only once.

    Jupyter's own formatter for figures comes with pyplot; this one brings its PNG along.
    """

    def _repr_png_(self):
        buffer = io.BytesIO()
        self.savefig(buffer, format="png")
        return buffer.getvalue()


def frame(figure):
    """What a figure looks like: uint8 array `(height, width, 3)`, red, green, blue."""
    canvas_before = figure.canvas
    canvas = FigureCanvasAgg(figure)
    try:
        canvas.draw()
        return np.array(canvas.buffer_rgba())[..., :3].copy()
    finally:
        figure.set_canvas(canvas_before)


def training_gif(frames, path, seconds_per_frame=0.15):
    """Writes a film that repeats for ever, and rests for two seconds on its last frame.

    Args:
        frames: List of uint8 arrays `(height, width, 3)` of one size, as `frame` makes them.
        path: File to write, ending in .gif; missing folders are made.
        seconds_per_frame: Float >= 0.02; browsers slow shorter ones down.

    Returns:
        The `Path`.

    Raises:
        ValueError: If there is no frame, sizes differ, or `path` or the time is unfit.
    """
    path = Path(path)
    shapes = {np.shape(each) for each in frames}
    if len(shapes) != 1 or len(next(iter(shapes))) != 3:
        raise ValueError(
            "frames must be a list of arrays (height, width, 3) of one size, at least one. "
            f"Received: {len(frames)} frames of shapes {sorted(shapes)}"
        )
    if path.suffix.lower() != ".gif" or not seconds_per_frame >= 0.02:
        raise ValueError(
            "path must end in .gif and seconds_per_frame be at least 0.02. "
            f"Received: path={str(path)!r}, seconds_per_frame={seconds_per_frame!r}"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    milliseconds = [round(1000 * seconds_per_frame)] * (len(frames) - 1) + [2000]
    duration = milliseconds if len(frames) > 1 else 2000  # Pillow takes no list for one frame
    iio.imwrite(path, np.stack(frames), extension=".gif", duration=duration, loop=0)
    return path


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
    columns = _checked_columns(columns, len(pixels))
    rows = math.ceil(len(pixels) / columns)
    _check_length("labels", labels, len(pixels), "images")
    _check_length("row_labels", row_labels, rows, "rows")
    height, width = pixels.shape[1:3]
    scale = scale or max(1, min(500 // (columns * (width + 2)), 640 // (rows * (height + 2))))
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


def samples_2d(samples=None, target=None, ax=None, title=None, limits=None):
    """Generated points in the plane, real ones, or the generated over the real.

    Args:
        samples: Array `(num_samples, 2)`, drawn as vermilion crosses, or None.
        target: Array `(num_points, 2)` of real points, drawn as blue dots, or None.
        ax: Axes to draw on; by default those of a new figure.
        title: Text above.
        limits: Pair, what both axes show; by default somewhat more than `target`, so that
            figures of the same target fit together as a film, or else than `samples`.

    Returns:
        Figure.

    Raises:
        ValueError: If a shape or `limits` is unfit, or there is nothing to draw.
    """
    if samples is None and target is None:
        raise ValueError("Give samples, target, or both. Received: neither")
    samples = None if samples is None else _checked_points("samples", samples)
    target = None if target is None else _checked_points("target", target)
    axes = _new_axes(5, 5) if ax is None else ax
    _scatter(axes, samples, target)
    shown = samples if target is None else target
    _finish_plane(axes, _around(shown) if limits is None else _checked_limits(limits), title)
    return axes.figure


def decision_field(
    discriminator,
    limits=(-1.6, 1.6),
    ax=None,
    from_logits=True,
    samples=None,
    target=None,
    title=None,
):
    """What the discriminator thinks of every point in the plane.

    Args:
        discriminator: Function from float32 points `(num_points, 2)` to `(num_points, 1)`; Keras
            models run in inference mode.
        limits: Pair, what both axes show.
        ax: Axes to draw on; by default those of a new figure.
        from_logits: Whether it gives logits; if not, probabilities.
        samples: Array `(num_samples, 2)` of fake points, or None.
        target: Array `(num_points, 2)` of real points, or None.
        title: Text above.

    Returns:
        Figure: the probability D(x) that a point is real, and as a black line where it is ½.

    Raises:
        ValueError: If a shape or `limits` is unfit, or what should be probabilities is not.
    """
    low, high = _checked_limits(limits)
    axis = np.linspace(low, high, 101, dtype="float32")
    points = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)  # (101 * 101, 2)
    field = _probabilities(discriminator, points, from_logits).reshape(101, 101)
    axes = _new_axes(6, 5) if ax is None else ax
    filled = axes.contourf(axis, axis, field, np.linspace(0, 1, 21), cmap=_FIELD)
    bar = axes.figure.colorbar(filled, ax=axes, ticks=[0, 0.25, 0.5, 0.75, 1])
    bar.set_label("D(x), probability of being real")
    bar.ax.axhline(0.5, color="black")
    if field.min() < 0.5 < field.max():
        axes.contour(axis, axis, field, [0.5], colors="black", linewidths=1.5)
    samples = None if samples is None else _checked_points("samples", samples)
    target = None if target is None else _checked_points("target", target)
    _scatter(axes, samples, target)
    _finish_plane(axes, (low, high), title)
    return axes.figure


def losses(
    history,
    keys=("d_loss", "g_loss"),
    equilibrium=None,
    ax=None,
    title=None,
    ylabel="loss (nats)",
):
    """Losses over the epochs, each with a line style of its own.

    Args:
        history: Keras `History`, or a dict from key to the values of each epoch.
        keys: Which of them to draw.
        equilibrium: Dict from a text to the height of a thin reference line, for instance
            `{"D at equilibrium": log 2}`, or None.
        ax: Axes to draw on; by default those of a new figure.
        title: Text above.
        ylabel: Label of the vertical axis, with the unit.

    Returns:
        Figure.

    Raises:
        ValueError: If a key is missing from the history.
    """
    values = getattr(history, "history", history)
    missing = [key for key in keys if key not in values]
    if missing:
        raise ValueError(f"The history lacks {missing}. Received a history with {sorted(values)}")
    axes = _new_axes(6, 3.5) if ax is None else ax
    for number, key in enumerate(keys):
        colour, style = _LINES[number % len(_LINES)]
        epochs = np.array(getattr(history, "epoch", range(len(values[key])))) + 1
        marker = "o" if len(epochs) < 3 else None
        axes.plot(epochs, values[key], color=colour, linestyle=style, marker=marker, label=key)
    for number, (name, height) in enumerate((equilibrium or {}).items()):
        style = (0, (1, 2 + 2 * number))  # dots, farther apart with each line
        axes.axhline(height, color="black", linewidth=1, linestyle=style, label=name)
    axes.set(xlabel="epoch", ylabel=ylabel, title=title or "")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.legend()
    return axes.figure


# Helpers: images.


def _pixels(images, value_range):
    """Images as float32 `(num_images, height, width, 3)` in [0, 1]."""
    images = np.asarray(images, "float32")
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or images.size == 0:
        raise ValueError(
            "images must be (num_images, height, width), or that with 1 or 3 channels, and not "
            f"empty. Received: shape {images.shape}"
        )
    low, high = _checked_limits(value_range, "value_range")
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


def _checked_columns(columns, num_images):
    columns = math.ceil(math.sqrt(num_images)) if columns is None else columns
    if columns != int(columns) or columns < 1:
        raise ValueError(f"columns must be an integer >= 1. Received: columns={columns!r}")
    return min(int(columns), num_images)


def _check_length(name, values, expected, unit):
    if values is not None and len(values) != expected:
        raise ValueError(
            f"{name} must hold one entry for each of the {expected} {unit}. "
            f"Received: {len(values)} entries"
        )


# Helpers: the plane.


def _new_axes(width, height):
    """Axes of a new figure, sizes in inches."""
    return Figure(figsize=(width, height), dpi=DPI, layout="constrained").add_subplot()


def _checked_points(name, points):
    points = np.asarray(points)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) == 0:
        raise ValueError(
            f"{name} must be points in the plane, (num_points, 2), at least one. "
            f"Received: shape {points.shape}"
        )
    return points


def _checked_limits(limits, name="limits"):
    if np.shape(limits) != (2,) or not limits[0] < limits[1]:
        raise ValueError(f"{name} must be a pair (low, high), low < high. Received: {limits!r}")
    return float(limits[0]), float(limits[1])


def _around(points):
    """The square around the origin or the points that leaves some room."""
    points = points[np.isfinite(points).all(axis=1)]
    low, high = points.min(initial=0), points.max(initial=0)
    room = 0.2 * (high - low) or 1.0
    return low - room, high + room


def _probabilities(discriminator, points, from_logits):
    call = {"training": False} if hasattr(discriminator, "layers") else {}
    scores = np.asarray(discriminator(points, **call), "float64")
    if scores.size != len(points):
        raise ValueError(
            f"The discriminator must give one number for each of the {len(points)} points. "
            f"Received: shape {scores.shape}"
        )
    if from_logits:
        return 0.5 * (1 + np.tanh(0.5 * scores))  # the sigmoid, without overflow
    if not (scores.min() >= 0 and scores.max() <= 1):
        raise ValueError(
            "With from_logits=False the discriminator must give probabilities. Received: values "
            f"from {scores.min():g} to {scores.max():g}. Use from_logits=True for logits."
        )
    return scores


def _scatter(axes, samples, target):
    if target is not None:
        axes.scatter(*target.T, s=8, marker="o", color=REAL_COLOUR, label="real", linewidths=0)
    if samples is not None:
        axes.scatter(*samples.T, s=14, marker="x", color=FAKE_COLOUR, label="fake", linewidths=0.8)
    if samples is not None or target is not None:
        axes.legend(loc="upper right", markerscale=2)


def _finish_plane(axes, limits, title):
    axes.set(xlim=limits, ylim=limits, aspect="equal", title=title or "")
    axes.set(xlabel="first coordinate", ylabel="second coordinate")
