"""How smoothly images change along paths between latents, or between styles."""

from typing import NamedTuple

from gan_tf import checks
import numpy as np


class PathLength(NamedTuple):
    """Mean squared speed of the features along paths, and its standard error over the paths."""

    mean: float
    standard_error: float


def slerp(starts, ends, shares):
    """Spherical interpolation: the way on a great circle, for normal latents.

    Args:
        starts: Array `(num_paths, num_dimensions)`, at least two dimensions, no row zero. Rows are
            normalised first.
        ends: Same shape.
        shares: Array `(num_paths,)`, 0 at the start and 1 at the end.

    Returns:
        Float64 array `(num_paths, num_dimensions)` of unit vectors. Between opposite points every
        great circle is as short, and one of them is taken.

    Raises:
        ValueError: If the shapes do not fit, a point is zero, or a value is not finite.

    Reference:
        Shoemake 1985, *Animating rotation with quaternion curves*.
    """
    starts, ends, shares = _checked_paths(starts, ends, shares)
    starts, ends, shares = _directions(starts), _directions(ends), shares[:, None]
    cosines = (starts * ends).sum(axis=1, keepdims=True)
    sideways = ends - cosines * starts
    # arccos alone would lose half the digits for small and for flat angles; arctan2 does not.
    angles = shares * np.arctan2(np.linalg.norm(sideways, axis=1, keepdims=True), cosines)
    return np.cos(angles) * starts + np.sin(angles) * _perpendicular(sideways, starts)


def lerp(starts, ends, shares):
    """Linear interpolation, for styles.

    Args:
        starts: Array `(num_paths, ...)`.
        ends: Same shape.
        shares: Array `(num_paths,)`, 0 at the start and 1 at the end.

    Returns:
        Float64 array `(num_paths, ...)`.

    Raises:
        ValueError: If the shapes do not fit, or a value is not finite.
    """
    starts, ends, shares = _checked_paths(starts, ends, shares)
    shares = shares.reshape(-1, *[1] * (starts.ndim - 1))
    return starts + shares * (ends - starts)


def path_length(features_of, starts, ends, interpolate=slerp, epsilon=1e-4, seed=0):
    """Perceptual path length: how much images change for a tiny step, on average along paths.

    Long paths mean that images change a lot, or in jumps, between two latents: what lies between
    two garments is no garment. With styles and `lerp`, it says how straight their space is.

    Args:
        features_of: Function from points of the space, float32 `(num_paths, ...)`, to features
            `(num_paths, num_features)`: a generator followed by an encoder.
        starts: Array `(num_paths, ...)`, where the paths begin.
        ends: Same shape, where they end.
        interpolate: `slerp` for latents, `lerp` for styles.
        epsilon: Float > 0, length of a step as a share of the path.
        seed: Integer >= 0, decides where on each path the step is taken.

    Returns:
        PathLength: mean over the paths of `|f(x(t + ε)) - f(x(t))|² / ε²` with t uniform, in
        squared units of the features, and the standard error of that mean.

    Raises:
        ValueError: If the shapes differ, features are unfit, or `epsilon` is not above 0.

    Reference:
        Karras et al. 2019, section 4.1, arXiv:1812.04948, there with the features of a VGG16.
    """
    checks.positive(epsilon=epsilon)
    checks.seed(seed=seed)
    checks.function(features_of=features_of, interpolate=interpolate)
    starts, ends = np.asarray(starts), np.asarray(ends)
    if starts.shape != ends.shape or starts.ndim < 2 or len(starts) < 2:
        raise ValueError(
            "starts and ends must be arrays (num_paths, ...) of one shape, at least two paths. "
            f"Received: shapes {starts.shape} and {ends.shape}"
        )
    shares = np.random.default_rng(seed).uniform(0, 1, len(starts))
    here, there = (
        checks.feature_array(features=features_of(points.astype("float32")))
        for points in (interpolate(starts, ends, s) for s in (shares, shares + epsilon))
    )
    speeds = np.square((there - here) / epsilon).sum(axis=1)
    return PathLength(float(speeds.mean()), float(speeds.std(ddof=1) / np.sqrt(len(speeds))))


def _checked_paths(starts, ends, shares):
    """Both ends of paths and a place on each as float64 arrays, whose shapes fit together."""
    starts, ends, shares = checks.finite_array(starts=starts, ends=ends, shares=shares)
    if starts.shape != ends.shape or starts.ndim < 1:
        raise ValueError(
            "starts and ends must be arrays (num_paths, ...) of one shape. "
            f"Received: shapes {starts.shape} and {ends.shape}"
        )
    if shares.shape != starts.shape[:1]:
        raise ValueError(
            f"shares must hold one share for each of the {len(starts)} paths. "
            f"Received: shape {shares.shape}"
        )
    return starts, ends, shares


def _directions(points):
    if points.ndim != 2 or points.shape[1] < 2:
        raise ValueError(
            "slerp needs points (num_paths, num_dimensions) of at least two dimensions; with one, "
            f"use lerp. Received: shape {points.shape}"
        )
    lengths = np.linalg.norm(points, axis=-1, keepdims=True)
    if not (lengths > 0).all():
        zeros = np.count_nonzero(lengths == 0)
        raise ValueError(
            "slerp needs points that have a direction, none of them zero. "
            f"Received: {zeros} zero of shape {points.shape}"
        )
    return points / lengths


def _perpendicular(sideways, starts):
    """Unit vectors at right angles to the starts, along `sideways` where that is not zero."""
    least = np.eye(starts.shape[1])[np.abs(starts).argmin(axis=1)]  # the axis farthest away
    none = np.linalg.norm(sideways, axis=1, keepdims=True) < 1e-12
    sideways = np.where(none, least, sideways)
    for _ in range(2):  # once more, for what the first time left by rounding
        sideways = sideways - (sideways * starts).sum(axis=1, keepdims=True) * starts
        sideways = sideways / np.linalg.norm(sideways, axis=1, keepdims=True)
    return sideways
