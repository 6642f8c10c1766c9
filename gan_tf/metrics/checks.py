"""Checks that all metrics share: what they accept as features, as images and as numbers."""

import math
import numbers

import numpy as np


def as_array(name, values):
    """The values as an array, of any kind.

    Args:
        name: What the argument is called, for the error.
        values: Anything `np.asarray` takes.

    Returns:
        Array.

    Raises:
        ValueError: If the values are lists of different lengths.
    """
    try:
        return np.asarray(values)
    except ValueError as error:
        raise ValueError(
            f"{name} must be an array, or lists that all have one shape. "
            f"Received: {type(values).__name__} ({error})"
        ) from error


def as_float64(name, values):
    """The values as a float64 array.

    Args:
        name: What the argument is called, for the error.
        values: Anything `np.asarray` takes, of finite real numbers.

    Returns:
        Float64 array of the same shape; no copy if the values already are one.

    Raises:
        ValueError: If the values are not real numbers, or some are NaN or infinite.
    """
    values = as_array(name, values)
    if values.dtype.kind in "cOSUmM":
        raise ValueError(f"{name} must hold real numbers. Received: dtype {values.dtype}")
    values = values.astype("float64", copy=False)
    if not np.isfinite(values).all():
        bad = values.size - np.count_nonzero(np.isfinite(values))
        raise ValueError(
            f"{name} must be finite. Received: NaN or infinity in {bad} of {values.size} values. "
            "If a generator made them, its training has diverged."
        )
    return values


def checked_features(name, features, min_samples=1):
    """The features as a float64 array `(num_samples, num_features)`.

    Args:
        name: What the argument is called, for the error.
        features: Array `(num_samples, num_features)`.
        min_samples: Integer, how many samples it takes at least.

    Returns:
        Float64 array of the same shape.

    Raises:
        ValueError: If the rank is not 2, there are too few samples, or a value is not finite.
    """
    features = as_float64(name, features)
    if features.ndim != 2 or features.shape[1] == 0:
        raise ValueError(
            f"{name} must have shape (num_samples, num_features). Received: shape "
            f"{features.shape}. Flatten or encode images first."
        )
    if len(features) < min_samples:
        raise ValueError(
            f"{name} must hold at least {min_samples} samples. Received: {len(features)}"
        )
    return features


def checked_feature_pair(real_features, fake_features, min_real=1, min_fake=1):
    """Both sets of features as float64 arrays that agree in the number of features.

    Args:
        real_features: Array `(num_real, num_features)`.
        fake_features: Array `(num_fake, num_features)`.
        min_real: Integer, how many real samples it takes at least.
        min_fake: Integer, how many fake samples it takes at least.

    Returns:
        Pair of float64 arrays of the same shapes.

    Raises:
        ValueError: As `checked_features`, or if the numbers of features differ.
    """
    real_features = checked_features("real_features", real_features, min_real)
    fake_features = checked_features("fake_features", fake_features, min_fake)
    if real_features.shape[1] != fake_features.shape[1]:
        raise ValueError(
            "real_features and fake_features must have the same number of features, so come from "
            f"one encoder. Received: shapes {real_features.shape} and {fake_features.shape}"
        )
    return real_features, fake_features


def checked_images(name, images, min_images=1):
    """The images as a float64 array `(num_images, height, width, channels)`.

    Args:
        name: What the argument is called, for the error.
        images: Array `(num_images, height, width, channels)`.
        min_images: Integer, how many images it takes at least.

    Returns:
        Float64 array of the same shape.

    Raises:
        ValueError: If the rank is not 4, there are too few images, or a value is not finite.
    """
    images = as_float64(name, images)
    if images.ndim != 4 or 0 in images.shape[1:]:
        raise ValueError(
            f"{name} must have shape (num_images, height, width, channels). Received: shape "
            f"{images.shape}. Grey images have one channel: images[..., np.newaxis]."
        )
    if len(images) < min_images:
        raise ValueError(f"{name} must hold at least {min_images} images. Received: {len(images)}")
    return images


def check_integer(name, value, low, high=None, meaning=""):
    """Raises ValueError unless the value is an integer in the range; a bool is none.

    Args:
        name: What the argument is called.
        value: What was received.
        low: Integer, the smallest allowed.
        high: Integer, the largest allowed, or None.
        meaning: Text for the error: where the upper end comes from.
    """
    is_integer = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if is_integer and value >= low and (high is None or value <= high):
        return
    span = f">= {low}" if high is None else f"from {low} to {high}{meaning}"
    raise ValueError(f"{name} must be an integer {span}. Received: {name}={value!r}")


def checked_paths(starts, ends, shares):
    """Both ends of paths and a place on each, as float64 arrays.

    Args:
        starts: Array `(num_paths, ...)`.
        ends: Array of the same shape.
        shares: Array `(num_paths,)`.

    Returns:
        The three arrays.

    Raises:
        ValueError: If their shapes do not fit, or a value is not finite.
    """
    starts, ends = as_float64("starts", starts), as_float64("ends", ends)
    shares = as_float64("shares", shares)
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


def check_positive(name, value):
    """Raises ValueError unless the value is a finite number above 0; a bool is none."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not (is_number and math.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be a finite number > 0. Received: {name}={value!r}")
