"""Checks of arguments and shapes that the layers share."""


def check_at_least_1(**numbers):
    """Raises a ValueError unless every number is an integer >= 1."""
    for name, value in numbers.items():
        if not _is_size(value):
            raise ValueError(f"{name} must be an integer >= 1. Received: {name}={value!r}")


def check_positive(**numbers):
    """Raises a ValueError unless every number is a finite one above 0."""
    for name, value in numbers.items():
        if not _is_number(value) or not 0 < value < float("inf"):
            raise ValueError(f"{name} must be a number > 0. Received: {name}={value!r}")


def check_number(**numbers):
    """Raises a ValueError unless every value is a plain number."""
    for name, value in numbers.items():
        if not _is_number(value):
            raise ValueError(f"{name} must be a number. Received: {name}={value!r}")


def check_share(**numbers):
    """Raises a ValueError unless every number is in [0, 1]."""
    for name, value in numbers.items():
        if not _is_number(value) or not 0 <= value <= 1:
            raise ValueError(f"{name} must be in [0, 1]. Received: {name}={value!r}")


def check_sizes(**shapes):
    """Raises a ValueError unless every shape is a tuple of integers >= 1, at least one of them."""
    for name, value in shapes.items():
        if not isinstance(value, (tuple, list)) or not value or not all(map(_is_size, value)):
            raise ValueError(f"{name} must be a tuple of integers >= 1. Received: {name}={value!r}")


def pair(**sizes):
    """The one size as a tuple `(height, width)`; a single integer stands for both."""
    ((name, value),) = sizes.items()
    both = (value, value) if _is_size(value) else value
    if not isinstance(both, (tuple, list)) or len(both) != 2 or not all(map(_is_size, both)):
        raise ValueError(
            f"{name} must be an integer >= 1, or two of them. Received: {name}={value!r}"
        )
    return tuple(both)


def known_channels(layer, shape):
    """Size of a shape's last axis, which a layer must know when it is built."""
    if shape[-1] is None:
        raise ValueError(
            f"{type(layer).__name__} must know the size of the last axis when it is built; give "
            f"it in keras.Input. Received: shape {tuple(shape)}"
        )
    return shape[-1]


def _is_size(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)
