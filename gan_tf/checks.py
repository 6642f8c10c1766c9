"""What arguments must be: one place, one wording.

A check takes arguments by name, and the name stands in the message: `at_least(1, units=0)` raises
a ValueError, "units must be an integer >= 1. Received: units=0". If something can be done about it,
the message says so last. A check returns what it accepted: one value, or a tuple of them in the
order of the arguments. NumPy's numbers are numbers here and come back as Python's, so that a
configuration that holds them can be written as JSON. True and False are never numbers.
"""

import inspect
import math
import os

import numpy as np

SEEDS = 2**63  # TensorFlow's seeds are signed integers of 64 bits
_LONGEST = 300  # characters of a value in a message


def argument_error(name, value, expected, remedy=""):
    """The ValueError for an unfit argument, for checks that only one function needs.

    Args:
        name: What the argument is called.
        value: What was received.
        expected: Text, what the argument must be: "an integer >= 1".
        remedy: Sentence that says what to do, or "".

    Returns:
        ValueError, to be raised by the caller.
    """
    advice = f". {remedy}" if remedy else ""
    return ValueError(f"{name} must be {expected}. Received: {name}={shown(value)}{advice}")


def shown(value):
    """A value as one short line for a message; arrays by their shape and dtype."""
    if isinstance(value, np.ndarray) and value.ndim > 0:
        return f"array of shape {value.shape} and dtype {value.dtype}"
    text = " ".join(repr(value).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


# What a value is.


def is_integer(value):
    """Whether the value is an integer of Python or NumPy; True and False are none."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def is_number(value):
    """Whether the value is a finite real number of Python or NumPy; True and False are none."""
    is_real = is_integer(value) or isinstance(value, (float, np.floating))
    return bool(is_real and -math.inf < value < math.inf)


def is_size(value):
    """Whether the value is an integer >= 1."""
    return is_integer(value) and value >= 1


def plain(value):
    """The value with Python's numbers in place of NumPy's; lists and tuples become tuples."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (list, tuple)):
        return tuple(map(plain, value))
    return value


# Numbers.


def at_least(low, /, **integers):
    """Integers >= low."""
    return _accepted(integers, lambda value: is_integer(value) and value >= low, _integer(low))


def at_least_or_none(low, /, **integers):
    """Integers >= low, or None."""
    return _accepted(
        integers,
        lambda value: value is None or (is_integer(value) and value >= low),
        f"{_integer(low)}, or None",
    )


def between(low, high, meaning="", /, **integers):
    """Integers from low to high, both included; `meaning` says where the upper end comes from."""
    expected = f"an integer from {low} to {high}{', ' if meaning else ''}{meaning}"
    return _accepted(integers, lambda value: is_integer(value) and low <= value <= high, expected)


def number(**numbers):
    """Finite numbers."""
    return _accepted(numbers, is_number, "a finite number")


def positive(**numbers):
    """Finite numbers > 0."""
    return _accepted(numbers, lambda value: is_number(value) and value > 0, "a finite number > 0")


def not_negative(**numbers):
    """Finite numbers >= 0."""
    return _accepted(numbers, lambda value: is_number(value) and value >= 0, "a finite number >= 0")


def share(**numbers):
    """Numbers in [0, 1]."""
    return _accepted(
        numbers, lambda value: is_number(value) and 0 <= value <= 1, "a number in [0, 1]"
    )


def share_below(high, remedy="", /, **numbers):
    """Numbers in [0, high), such as rates and decays below 1."""
    return _accepted(
        numbers,
        lambda value: is_number(value) and 0 <= value < high,
        f"a number in [0, {high})",
        remedy,
    )


def seed(**seeds):
    """Seeds: integers >= 0 of 64 bits."""
    return _accepted(seeds, _is_seed, _A_SEED)


def seed_or_none(**seeds):
    """Seeds, or None where nothing is seeded."""
    return _accepted(seeds, lambda value: value is None or _is_seed(value), f"{_A_SEED}, or None")


# Sizes and pairs.


def sizes(**tuples):
    """Tuples of integers >= 1, which may be empty; lists will do."""
    return _accepted(tuples, _are_sizes, "a tuple of integers >= 1", _FOR_ONE)


def some_sizes(**tuples):
    """Tuples of integers >= 1, at least one; lists will do."""
    return _accepted(
        tuples,
        lambda value: _are_sizes(value) and len(value) > 0,
        "a tuple of integers >= 1, at least one",
        _FOR_ONE,
    )


def size_pair(**pairs):
    """Pairs of integers >= 1, `(height, width)`; a single integer stands for both."""
    for name, value in pairs.items():
        if not is_size(value) and not (_are_sizes(value) and len(value) == 2):
            raise argument_error(name, value, "an integer >= 1, or two of them")
    both = {name: (size, size) if is_size(size) else size for name, size in pairs.items()}
    return _all_or_one({name: plain(pair) for name, pair in both.items()})


def different_integers(low, high, /, **tuples):
    """Tuples of integers from low to high, at least one and none twice; lists will do."""

    def accepts(value):
        is_list = isinstance(value, (tuple, list)) and all(map(is_integer, value))
        return is_list and 0 < len(value) == len({n for n in value if low <= n <= high})

    return _accepted(tuples, accepts, f"a tuple of different integers from {low} to {high}")


def increasing_pair(**pairs):
    """Pairs `(low, high)` of finite numbers with low < high, as floats; arrays of two will do."""
    for name, value in pairs.items():
        is_pair = isinstance(value, (tuple, list, np.ndarray)) and np.shape(value) == (2,)
        if not is_pair or not all(map(is_number, value)) or not value[0] < value[1]:
            expected = "a pair (low, high) of finite numbers with low < high"
            raise argument_error(name, value, expected)
    return _all_or_one({name: tuple(map(float, value)) for name, value in pairs.items()})


def known_channels(layer, shape):
    """Size of a shape's last axis, which a layer must know when it is built."""
    if shape[-1] is None:
        raise ValueError(
            f"{type(layer).__name__} must know the size of the last axis when it is built; give "
            f"it in keras.Input. Received: shape {tuple(shape)}"
        )
    return shape[-1]


# Other kinds.


def flag(**flags):
    """True or False, NumPy's too."""
    return _accepted(flags, lambda value: isinstance(value, (bool, np.bool_)), "True or False")


def one_of(choices, /, **values):
    """One of several names, numbers or None; True and False are not 1 and 0."""
    return _accepted(
        values,
        lambda value: any(_is_same(value, choice) for choice in choices),
        f"one of {', '.join(map(repr, choices))}",
    )


def function(**functions):
    """Functions, or other objects that can be called."""
    return _accepted(functions, callable, "a function")


def path_ending(*endings, **paths):
    """Paths of files that end in one of `endings`; capital letters do not matter."""

    def accepts(value):
        return isinstance(value, (str, os.PathLike)) and str(value).lower().endswith(endings)

    return _accepted(paths, accepts, f"the path of a file that ends in {' or '.join(endings)}")


# Arrays.


def real_array(**arrays):
    """Arrays of real numbers, or nested lists of them; NaN and infinity may be among them.

    An array of objects becomes float64, where None is NaN.
    """
    return _all_or_one({name: _as_real(name, values) for name, values in arrays.items()})


def finite_array(axes=(), least=0, remedy="", /, **arrays):
    """Arrays of finite numbers as float64, not copied if they already are.

    Args:
        axes: Tuple of texts, what the axes are called: ("num_samples", "num_features"). None but
            the first may be empty. By default any shape will do.
        least: Integer, the smallest length of the first axis.
        remedy: Sentence that says what to do about another number of axes.
        **arrays: Arrays, or nested lists of numbers.

    Returns:
        Float64 array, or a tuple of them.

    Raises:
        ValueError: If the values are not real and finite, or the shape is another.
    """
    return _all_or_one(
        {name: _as_finite(name, each, axes, least, remedy) for name, each in arrays.items()}
    )


def feature_array(least=1, /, **arrays):
    """Float64 arrays `(num_samples, num_features)` of finite numbers, at least so many samples."""
    axes = ("num_samples", "num_features")
    return finite_array(axes, least, "Flatten or encode images first.", **arrays)


def feature_arrays(what, least=(1, 1), /, **arrays):
    """Two of `feature_array` that agree in their number of `what`: features, dimensions.

    Args:
        what: Text for the error.
        least: Pair of integers, how many samples it takes of the first and of the second.
        **arrays: The two arrays.

    Returns:
        Pair of float64 arrays.

    Raises:
        ValueError: As `feature_array`, or if the numbers of features differ.
    """
    pairs = zip(arrays.items(), least, strict=True)
    first, second = (feature_array(few, **{name: values}) for (name, values), few in pairs)
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f"{' and '.join(arrays)} must have the same number of {what}. "
            f"Received: shapes {first.shape} and {second.shape}"
        )
    return first, second


def image_array(least=1, /, **arrays):
    """Float64 arrays `(num_images, height, width, channels)`, finite, at least so many images."""
    axes = ("num_images", "height", "width", "channels")
    remedy = "Grey images have one channel: images[..., np.newaxis]."
    return finite_array(axes, least, remedy, **arrays)


def one_channel_array(axes, /, **arrays):
    """Float64 arrays of finite numbers with these axes and a last one of size 1, not empty."""
    checked = {}
    for name, values in arrays.items():
        checked[name] = _as_finite(name, values, (*axes, "1"), 1, "")
        if checked[name].shape[-1] != 1:
            raise ValueError(
                f"{name} must have shape ({', '.join((*axes, '1'))}). "
                f"Received: shape {checked[name].shape}"
            )
    return _all_or_one(checked)


class SavedByArguments:
    """What `keras.saving` needs of an object: its configuration is what it was made with.

    For classes that keep each argument of their constructor in an attribute of the same name.
    """

    def get_config(self):
        """Dictionary from the constructor's arguments to their values.

        Raises:
            ValueError: If one of them is a function or another object that cannot be saved.
        """
        config = {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}
        for name, value in config.items():
            for each in value if isinstance(value, tuple) else [value]:
                if not _can_be_saved(each):
                    raise ValueError(
                        f"{type(self).__name__} can be saved only if {name} has a get_config. "
                        f"Received: {name}={shown(value)}. In place of a function, use an object "
                        "of gan_tf or Keras, such as a schedule of keras.optimizers.schedules."
                    )
        return config

    @classmethod
    def from_config(cls, config):
        """The object that has this configuration."""
        import keras

        return cls(**keras.saving.deserialize_keras_object(config))


# Helpers.

_A_SEED = "an integer >= 0 of 64 bits"
_FOR_ONE = "A tuple of a single number is written with a comma: (64,)."


def _accepted(values, accepts, expected, remedy=""):
    """The values as plain ones, or an error for the first that is not accepted."""
    for name, value in values.items():
        if not accepts(value):
            raise argument_error(name, value, expected, remedy)
    return _all_or_one({name: plain(value) for name, value in values.items()})


def _all_or_one(values):
    accepted = tuple(values.values())
    return accepted[0] if len(accepted) == 1 else accepted


def _integer(low):
    return f"an integer >= {low}"


def _is_seed(value):
    return is_integer(value) and 0 <= value < SEEDS


def _are_sizes(value):
    return isinstance(value, (tuple, list)) and all(map(is_size, value))


def _is_same(value, choice):
    """Whether both are equal and of one kind: 1.0 and True are no 1."""
    if is_integer(choice):
        return is_integer(value) and value == choice
    return isinstance(value, type(choice)) and value == choice


def _can_be_saved(value):
    return value is None or isinstance(value, (str, int, float)) or hasattr(value, "get_config")


def _as_real(name, values):
    try:
        array = np.asarray(values)
        if array.dtype.kind == "O":
            array = array.astype("float64")
    except (TypeError, ValueError):
        array = None
    if array is None or array.dtype.kind not in "biufV":  # V is bfloat16
        dtype = "" if array is None else f" of dtype {array.dtype}"
        raise ValueError(
            f"{name} must be an array of real numbers, or lists that all have one shape. "
            f"Received: {type(values).__name__}{dtype}"
        )
    return array


def _as_finite(name, values, axes, least, remedy):
    array = _as_real(name, values).astype("float64", copy=False)
    if axes and (array.ndim != len(axes) or 0 in array.shape[1:]):
        raise ValueError(
            f"{name} must have shape ({', '.join(axes)}). Received: shape {array.shape}. {remedy}"
        )
    if axes and len(array) < least:
        what = axes[0].removeprefix("num_")
        raise ValueError(f"{name} must hold at least {least} {what}. Received: {len(array)}")
    if not np.isfinite(array).all():
        bad = array.size - np.count_nonzero(np.isfinite(array))
        raise ValueError(
            f"{name} must be finite. Received: NaN or infinity in {bad} of {array.size} values. "
            "If a generator made them, its training has diverged."
        )
    return array
