"""Numbers over a run, and tables of numbers as a picture."""

from gan_tf import checks
from gan_tf.plots.canvas import LINES, new_axes
from matplotlib.ticker import MaxNLocator
import numpy as np


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
    if not hasattr(values, "keys"):
        expected = "a Keras History, as fit returns it, or a dict"
        raise checks.argument_error("history", values, expected)
    missing = [key for key in keys if key not in values]
    if missing:
        raise ValueError(f"The history lacks {missing}. Received a history with {sorted(values)}")
    epochs = np.array(getattr(history, "epoch", range(len(values[keys[0]])))) + 1
    series = {key: values[key] for key in keys}
    figure = curves(epochs, series, "epoch", ylabel, reference=equilibrium, ax=ax, title=title)
    axes = figure.axes[0] if ax is None else ax
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    return figure


def curves(
    x,
    series,
    xlabel,
    ylabel,
    *,
    reference=None,
    ax=None,
    title=None,
    xscale="linear",
    yscale="linear",
):
    """Lines over a common axis, each with a colour and a style of its own.

    Args:
        x: Sequence of numbers.
        series: Dict from a name to as many values; places with NaN are left out of the line.
        xlabel: Label of the horizontal axis, with the unit.
        ylabel: Label of the vertical axis, with the unit.
        reference: Dict from a text to the height of a thin reference line, or None.
        ax: Axes to draw on; by default those of a new figure.
        title: Text above.
        xscale: "linear" or "log".
        yscale: "linear", "log" or "symlog".

    Returns:
        Figure.

    Raises:
        ValueError: If there is no series, or one has another length than `x`.
    """
    x = checks.real_array(x=x).astype("float64")
    _check_series(x, series)
    axes = new_axes(6, 3.5) if ax is None else ax
    for number, (name, values) in enumerate(series.items()):
        colour, style = LINES[number % len(LINES)]
        values = checks.real_array(**{f"series {name!r}": values}).astype("float64")
        known = ~np.isnan(values)
        (drawn,) = axes.plot(x[known], values[known], color=colour, linestyle=style, label=name)
        if known.sum() <= 12:
            drawn.set(marker="o", markersize=4)
    for number, (name, height) in enumerate((reference or {}).items()):
        style = (0, (1, 2 + 2 * number))  # dots, farther apart with each line
        axes.axhline(height, color="black", linewidth=1, linestyle=style, label=name)
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title or "", xscale=xscale, yscale=yscale)
    axes.legend()
    return axes.figure


def heatmap(values, row_labels, column_labels, texts=None, value_range=None, title=None, ax=None):
    """A table of numbers in which larger numbers have darker cells.

    Args:
        values: Array `(num_rows, num_columns)`; cells that are not finite stay white.
        row_labels: Sequence of `num_rows` texts.
        column_labels: Sequence of `num_columns` texts.
        texts: Nested sequence of what is written into the cells; by default the values.
        value_range: Pair, values of the lightest and of the darkest colour.
        title: Text above.
        ax: Axes to draw on; by default those of a new figure.

    Returns:
        Figure.

    Raises:
        ValueError: If the numbers of rows, columns and labels differ.
    """
    values = checks.real_array(values=values).astype("float64")
    labels = (len(row_labels), len(column_labels))
    if values.shape != labels or (texts is not None and np.shape(texts) != labels):
        raise ValueError(
            "values and texts must have a row for each row label and a column for each column "
            f"label, {labels}. Received: values {values.shape}, texts {np.shape(texts)}"
        )
    shown = np.ma.masked_invalid(values)
    low, high = shown.min(), shown.max()
    if value_range is not None:
        low, high = checks.increasing_pair(value_range=value_range)
    rows, columns = labels
    axes = new_axes(2 + 0.85 * columns, 1.1 + 0.34 * rows) if ax is None else ax
    axes.imshow(shown, cmap="Blues", vmin=low, vmax=high, aspect="auto")
    axes.set_xticks(range(columns), column_labels, rotation=30, ha="left", rotation_mode="anchor")
    axes.set_yticks(range(rows), row_labels)
    axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    for (row, column), value in np.ndenumerate(values):
        text = f"{value:.3g}" if texts is None else texts[row][column]
        dark = np.isfinite(value) and value > low + 0.6 * (high - low)
        style = {"ha": "center", "va": "center", "color": "white" if dark else "black"}
        axes.text(column, row, text, fontsize=9, **style)
    axes.set_title(title or "")
    return axes.figure


def _check_series(x, series):
    lengths = {name: len(values) for name, values in series.items()}
    if not lengths or set(lengths.values()) != {len(x)}:
        raise ValueError(
            f"series must hold at least one sequence, each of {len(x)} values, as many as x. "
            f"Received: {lengths}"
        )
