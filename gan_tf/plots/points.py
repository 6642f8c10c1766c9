"""Points in the plane, and what a discriminator thinks of every place there."""

from gan_tf import checks
from gan_tf.plots.canvas import FAKE_COLOUR, REAL_COLOUR, new_axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Circle
import numpy as np

# Light tints of the two, on which points stay visible: D(x) from fake over undecided to real.
_FIELD = LinearSegmentedColormap.from_list("field", ["#F0BC94", "#FFFFFF", "#9CC9E4"])


def samples_2d(samples=None, target=None, ax=None, title=None, limits=None, radii=None):
    """Generated points in the plane, real ones, or the generated over the real.

    Args:
        samples: Array `(num_samples, 2)`, drawn as vermilion crosses, or None.
        target: Array `(num_points, 2)` of real points, drawn as blue dots, or None.
        ax: Axes to draw on; by default those of a new figure.
        title: Text above.
        limits: Pair, what both axes show; by default somewhat more than `target`, so that
            figures of the same target fit together as a film, or else than `samples`.
        radii: Array `(num_points,)`, radius of a disc around each point of `target`, or None.

    Returns:
        Figure.

    Raises:
        ValueError: If a shape or `limits` is unfit, or there is nothing to draw.
    """
    if samples is None and target is None:
        raise ValueError("Give samples, target, or both. Received: neither")
    samples = None if samples is None else _checked_points("samples", samples)
    target = None if target is None else _checked_points("target", target)
    axes = new_axes(5, 5, "compressed") if ax is None else ax
    if radii is not None:
        axes.add_collection(_discs(target, radii))
    _scatter(axes, samples, target)
    shown = samples if target is None else target
    limits = _around(shown) if limits is None else checks.increasing_pair(limits=limits)
    _finish_plane(axes, limits, title)
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
    low, high = checks.increasing_pair(limits=limits)
    checks.function(discriminator=discriminator)
    checks.flag(from_logits=from_logits)
    axis = np.linspace(low, high, 101, dtype="float32")
    points = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)  # (101 * 101, 2)
    field = _probabilities(discriminator, points, from_logits).reshape(101, 101)
    axes = new_axes(6, 5, "compressed") if ax is None else ax
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


# Helpers.


def _checked_points(name, points):
    points = checks.real_array(**{name: points})
    if points.ndim != 2 or points.shape[1] != 2 or len(points) == 0:
        raise ValueError(
            f"{name} must be points in the plane, (num_points, 2), at least one. "
            f"Received: shape {points.shape}"
        )
    return points


def _discs(centres, radii):
    if centres is None or np.shape(radii) != (len(centres),):
        count = 0 if centres is None else len(centres)
        raise ValueError(
            f"radii must hold one number for each of the {count} points of target. "
            f"Received: shape {np.shape(radii)}"
        )
    discs = [Circle(centre, radius) for centre, radius in zip(centres, radii, strict=True)]
    return PatchCollection(discs, facecolor=_FIELD(1.0), linewidths=0)


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
