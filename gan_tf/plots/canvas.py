"""What every figure stands on: the Figure itself, its colours, new axes, frames and films."""

import contextlib
import io
from pathlib import Path

from gan_tf import checks
import imageio.v3 as iio
from matplotlib import figure as mpl_figure
from matplotlib.backends.backend_agg import FigureCanvasAgg
import numpy as np

DPI = 80  # keeps a notebook full of figures small

# Okabe and Ito's colours, which the colour-blind can tell apart; real is blue, fake vermilion.
REAL_COLOUR, FAKE_COLOUR, BROKEN_COLOUR = "#0072B2", "#D55E00", "#E69F00"
LINES = (
    ("#0072B2", "-"),
    ("#D55E00", "--"),
    ("#009E73", "-."),
    ("#CC79A7", ":"),
    ("#E69F00", (0, (5, 1, 1, 1, 1, 1))),
    ("#56B4E9", (0, (8, 2))),
    ("#000000", (0, (1, 1))),
)


class Figure(mpl_figure.Figure):
    """A matplotlib Figure that pyplot does not know, so that a notebook shows it only once.

    Jupyter's own formatter for figures comes with pyplot; this one brings its PNG along.
    """

    def _repr_png_(self):
        """The bytes that `savefig` would write, without its second drawing for the layout."""
        buffer = io.BytesIO()
        with _canvas_of_pixels(self) as canvas:
            canvas.print_png(buffer)
        return buffer.getvalue()


def frame(figure):
    """What a figure looks like: uint8 array `(height, width, 3)`, red, green, blue."""
    if not isinstance(figure, mpl_figure.Figure):
        raise checks.argument_error("figure", figure, "a matplotlib Figure")
    with _canvas_of_pixels(figure) as canvas:
        canvas.draw()
        return np.array(canvas.buffer_rgba())[..., :3].copy()


def large(figure, dpi=120):
    """The same figure with everything in it larger, for the last row of a lecture hall.

    Args:
        figure: matplotlib Figure.
        dpi: Number >= 10, pixels for each inch; the package's own figures begin with 80.

    Returns:
        The figure, changed in place.

    Raises:
        ValueError: If the figure is none, or `dpi` is no such number.
    """
    if not isinstance(figure, mpl_figure.Figure):
        raise checks.argument_error("figure", figure, "a matplotlib Figure")
    if not checks.is_number(dpi) or dpi < 10:
        raise checks.argument_error("dpi", dpi, "a number >= 10")
    figure.set_dpi(dpi)
    return figure


def panels(columns=1, width=6.0, height=4.0, dpi=110):
    """Axes side by side in a new figure, large enough for a lecture hall.

    Args:
        columns: Integer >= 1.
        width: Number > 0, inches of each panel.
        height: Number > 0, inches.
        dpi: Number >= 10, pixels for each inch.

    Returns:
        One matplotlib Axes for one column; else an array `(columns,)` of them.

    Raises:
        ValueError: If a number is unfit.
    """
    columns = checks.at_least(1, columns=columns)
    width, height = checks.positive(width=width, height=height)
    figure = Figure(figsize=(width * columns, height), layout="constrained")
    return large(figure, dpi).subplots(1, columns)


@contextlib.contextmanager
def _canvas_of_pixels(figure):
    """Lends a figure such a canvas, and gives it its own back."""
    canvas_before = figure.canvas
    try:
        yield FigureCanvasAgg(figure)
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
        OSError: If the file cannot be written.
    """
    path = Path(checks.path_ending(".gif", path=path))
    if not checks.is_number(seconds_per_frame) or seconds_per_frame < 0.02:
        remedy = "Browsers slow shorter ones down."
        expected = "a number >= 0.02"
        raise checks.argument_error("seconds_per_frame", seconds_per_frame, expected, remedy)
    shapes = {np.shape(each) for each in frames}
    if len(shapes) != 1 or len(next(iter(shapes))) != 3:
        raise ValueError(
            "frames must be a list of arrays (height, width, 3) of one size, at least one. "
            f"Received: {len(frames)} frames of shapes {sorted(shapes)}"
        )
    film = np.stack(frames)
    if film.dtype != np.uint8:
        raise ValueError(
            f"frames must be uint8, as plots.frame makes them. Received: dtype {film.dtype}"
        )
    if (film[..., :1] == film).all():  # grey: 64 shades make the file a quarter smaller, unseen
        film = (np.rint(film / 255 * 63) * (255 / 63)).astype("uint8")
    milliseconds = [round(1000 * seconds_per_frame)] * (len(frames) - 1) + [2000]
    duration = milliseconds if len(frames) > 1 else 2000  # Pillow takes no list for one frame
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        iio.imwrite(path, film, extension=".gif", duration=duration, loop=0)
    return path


@contextlib.contextmanager
def writing(path):
    """A context for writing a file, in which an error names the file and says what to do."""
    try:
        yield
    except OSError as error:
        raise OSError(
            f"Cannot write {path}: {error.strerror or error}. Free some space, or choose another "
            "folder, in which you may write."
        ) from error


def new_axes(width, height, layout="constrained"):
    """Axes of a new figure, sizes in inches; "compressed" is for axes of equal scales."""
    return Figure(figsize=(width, height), dpi=DPI, layout=layout).add_subplot()
