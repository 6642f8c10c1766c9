"""What one entry of a batch must be: its kind, its shape, and the range of its values."""

from typing import NamedTuple

from gan_tf import endings
import numpy as np
import tensorflow as tf


class Expected(NamedTuple):
    """What one entry of a batch must be.

    Attributes:
        shape: Tuple, the shape of one example; None where any will do.
        low: Float, no value may be smaller.
        high: Float, no value may be larger.
        is_integer: Whether the values are integers, such as labels; floats otherwise.
        why: Sentence that says where the bounds come from, and what to do.
    """

    shape: tuple | None = None
    low: float = -np.inf
    high: float = np.inf
    is_integer: bool = False
    why: str = ""


def images_of(generator, shape):
    """What real images must be, so that a generator can make images like them.

    A tanh or a sigmoid can never reach what lies far outside of its own range.

    Args:
        generator: Built Keras model.
        shape: Tuple, the shape of one image.

    Returns:
        `Expected`.
    """
    value_range = endings.output_range(generator)
    if value_range is None:
        return Expected(shape)
    low, high = value_range
    margin = (high - low) / 2  # for noise that was added to the images
    why = (
        f"The generator ends in {endings.last_activation(generator)}, so real images must lie in "
        f"[{low:g}, {high:g}]. Scale them, or change the generator's output_activation."
    )
    return Expected(shape, low - margin, high + margin, why=why)


def check_kind(game, key, dtype, shape, expected):
    """Raises a ValueError unless the type and the shape of a batch are those expected."""
    name = _name_of(dtype)
    is_right = name.startswith(("int", "uint") if expected.is_integer else ("float", "bfloat"))
    if expected.shape is None and (is_right or name.startswith(("int", "uint", "float"))):
        return
    shape = tuple(shape) if tf.TensorShape(shape).rank is not None else None
    wanted = tuple(expected.shape or ())
    if is_right and (shape is None or (shape != () and _fits(shape[1:], wanted))):
        return
    sizes = ", ".join(["batch", *map(str, wanted)])
    what = "real images" if key == "images" else key
    kind = "integers" if expected.is_integer else "floats"
    remedy = " gan_tf.data gives images in [-1, 1] with a channel axis." if key == "images" else ""
    raise ValueError(
        f"Expected {what} as {kind} of shape ({sizes}), which is what the {type(game).__name__} "
        f"takes. Received: {name} of shape {shape}.{remedy}"
    )


def check_contents(game, key, values, expected):
    """Raises a ValueError unless all values are finite, and within the bounds."""
    if values.size == 0:
        return
    if not expected.is_integer:
        finite = np.isfinite(values.astype("float32") if values.dtype.kind == "V" else values)
        if not finite.all():
            bad = values.size - np.count_nonzero(finite)
            what = "Real images" if key == "images" else key
            raise ValueError(
                f"{what} must be finite. Received: NaN or infinity in {bad} of {values.size} "
                "values. Look where they come from, and leave these images out."
            )
    check_bounds(game, key, float(values.min()), float(values.max()), expected)


def check_bounds(game, key, smallest, largest, expected):
    """Raises a ValueError if the smallest or the largest value is out of bounds."""
    if expected.low <= smallest and largest <= expected.high:
        return
    raise ValueError(
        f"{expected.why} Received: {key} with values from {smallest:g} to {largest:g}."
    )


def as_array(values):
    """The values as a NumPy array; a ValueError if their rows differ in shape."""
    try:
        return np.asarray(values)
    except (TypeError, ValueError) as error:
        raise ValueError(
            "Data must be arrays of numbers whose rows all have one shape. "
            f"Received: {type(values).__name__} ({error})"
        ) from error


def _fits(shape, wanted):
    """Whether a shape is the wanted one, as far as both are known."""
    pairs = zip(shape, wanted, strict=False)
    return len(shape) == len(wanted) and all(a == b or b is None or a is None for a, b in pairs)


def _name_of(dtype):
    """Name of a type, also of those that are no numbers."""
    return getattr(dtype, "name", str(dtype))
