"""What arguments must be: which values each check takes, what it returns, and what it says."""

import json
import subprocess
import sys

from gan_tf import checks
import keras
import numpy as np
import pytest

INTEGERS = (3, np.int64(3), np.int32(3), np.uint8(3))
FLOATS = (0.5, np.float64(0.5), np.float32(0.5), np.float16(0.5))
NO_NUMBERS = (
    True,
    False,
    np.True_,
    None,
    "3",
    float("nan"),
    float("inf"),
    -float("inf"),
    np.float32("nan"),
    3j,
    [3],
    np.array(3),
    np.array([3]),
)


def refused(check, value, *expected):
    """Asserts that the check refuses the value, and that its message has the one wording."""
    with pytest.raises(ValueError, match=r"^x must be .*\. Received: x=") as caught:
        check(x=value)
    for text in expected:
        assert text in str(caught.value)


@pytest.mark.parametrize("value", INTEGERS)
def test_integers_of_python_and_numpy(value):
    checked = [
        checks.at_least(3, x=value),
        checks.at_least_or_none(1, x=value),
        checks.between(3, 3, x=value),
        checks.number(x=value),
        checks.positive(x=value),
        checks.not_negative(x=value),
        checks.seed(x=value),
        checks.seed_or_none(x=value),
        checks.one_of((1, 3), x=value),
    ]
    assert checked == [3] * len(checked)
    assert {type(each) for each in checked} == {int}


@pytest.mark.parametrize("value", FLOATS)
def test_floats_of_python_and_numpy(value):
    checked = [
        checks.number(x=value),
        checks.positive(x=value),
        checks.not_negative(x=value),
        checks.share(x=value),
        checks.share_below(1, x=value),
    ]
    assert checked == [0.5] * len(checked)
    json.dumps(checked)
    for check in (checks.seed, checks.seed_or_none, lambda **x: checks.at_least(0, **x)):
        refused(check, value, "integer >= 0", "0.5")


@pytest.mark.parametrize("value", NO_NUMBERS, ids=repr)
def test_what_is_no_number(value):
    assert not checks.is_integer(value) and not checks.is_number(value)
    refused(lambda **x: checks.at_least(0, **x), value, "an integer >= 0")
    refused(lambda **x: checks.between(0, 5, "the end", **x), value, "from 0 to 5, the end")
    refused(checks.number, value, "a finite number")
    refused(checks.positive, value, "a finite number > 0")
    refused(checks.not_negative, value, "a finite number >= 0")
    refused(checks.share, value, "in [0, 1]")
    refused(lambda **x: checks.share_below(1, **x), value, "in [0, 1)")
    refused(checks.seed, value, "of 64 bits")
    if value is None:
        assert checks.seed_or_none(x=None) is None
        assert checks.at_least_or_none(1, x=None) is None
    else:
        refused(checks.seed_or_none, value, "or None")
        refused(lambda **x: checks.at_least_or_none(1, **x), value, "an integer >= 1, or None")


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (lambda **x: checks.at_least(1, **x), 0),
        (lambda **x: checks.at_least(0, **x), np.int32(-1)),
        (lambda **x: checks.at_least_or_none(1, **x), np.int64(0)),
        (lambda **x: checks.between(1, 4, **x), 5),
        (lambda **x: checks.between(1, 4, **x), np.int8(0)),
        (checks.positive, 0),
        (checks.positive, np.float32(0)),
        (checks.positive, -1.5),
        (checks.not_negative, np.float64(-1e-9)),
        (checks.share, 1.0001),
        (checks.share, -0.1),
        (lambda **x: checks.share_below(0.5, **x), 0.5),
        (lambda **x: checks.share_below(1, **x), np.float32(1)),
        (checks.seed, -1),
        (checks.seed, 2**63),
        (checks.seed_or_none, np.uint64(2**63)),
    ],
)
def test_numbers_out_of_range(check, value):
    refused(check, value)


def test_ends_of_ranges_belong_to_them():
    assert checks.share(x=0) == 0 and checks.share(x=1) == 1
    assert checks.share_below(1, x=0) == 0
    assert checks.not_negative(x=0.0) == 0
    assert checks.seed(x=0) == 0 and checks.seed(x=2**63 - 1) == 2**63 - 1
    assert checks.number(x=10**400) == 10**400  # larger than any float


def test_several_values_come_back_in_their_order():
    assert checks.at_least(1, a=np.int64(2), b=3) == (2, 3)
    with pytest.raises(ValueError, match=r"^b must be an integer >= 1. Received: b=0$"):
        checks.at_least(1, a=2, b=0, c=-1)


@pytest.mark.parametrize("value", [(2, 3), [2, 3], (np.int64(2), np.int32(3))])
def test_tuples_of_sizes(value):
    for check in (checks.sizes, checks.some_sizes, checks.size_pair):
        assert check(x=value) == (2, 3)
        json.dumps(check(x=value))


@pytest.mark.parametrize(
    "value", [5, "23", None, True, (0,), (2, -1), (2, 1.5), (True, 2), (2, None), {2, 3}]
)
def test_what_is_no_tuple_of_sizes(value):
    refused(checks.sizes, value, "a tuple of integers >= 1")
    refused(checks.some_sizes, value, "at least one")


def test_empty_tuples_and_single_sizes():
    assert checks.sizes(x=()) == ()
    refused(checks.some_sizes, ())
    assert checks.size_pair(x=np.int64(3)) == (3, 3)
    assert checks.size_pair(kernel_size=3, strides=(1, 2)) == ((3, 3), (1, 2))
    for value in (0, True, 2.0, (2,), (2, 3, 4), (2, 0), None, "ab"):
        refused(checks.size_pair, value, "two of them")


def test_different_integers():
    for value in ((0, 4, 7), [0, 4, 7], tuple(np.array([0, 4, 7]))):
        assert checks.different_integers(0, 11, x=value) == (0, 4, 7)
    for value in ((), (0, 0), (0, 12), (-1, 0), (0, 1.0), (True, 0), 3, "ab", {1, 2}):
        with pytest.raises(ValueError, match="x must be a tuple of different integers from 0 to"):
            checks.different_integers(0, 11, x=value)


@pytest.mark.parametrize("value", [(-1, 1), [-1.0, 1.0], np.array([-1, 1])])
def test_increasing_pairs(value):
    pair = checks.increasing_pair(x=value)
    assert pair == (-1.0, 1.0) and {type(each) for each in pair} == {float}


@pytest.mark.parametrize(
    "value",
    [
        (1, -1),
        (1, 1),
        (0, np.nan),
        (0, np.inf),
        (0, 1, 2),
        (0,),
        1,
        "ab",
        "01",
        None,
        (False, True),
    ],
)
def test_what_is_no_increasing_pair(value):
    refused(checks.increasing_pair, value, "low < high")


def test_flags():
    assert checks.flag(x=True) is True and checks.flag(x=np.False_) is False
    for value in (0, 1, None, "yes", np.int64(1), 1.0):
        refused(checks.flag, value, "True or False")


def test_one_of():
    assert checks.one_of(("same", "valid"), x="same") == "same"
    assert checks.one_of((None, "growing"), x=None) is None
    assert checks.one_of((1, 3), x=np.int64(3)) == 3
    for value in ("full", None, 1, True, np.ones(2), ["same"]):
        refused(lambda **x: checks.one_of(("same", "valid"), **x), value, "'same', 'valid'")
    for value in (True, 1.0, "1", None, 2):
        refused(lambda **x: checks.one_of((1, 3), **x), value, "one of 1, 3")


def test_functions():
    assert checks.function(x=len) is len
    for value in (None, 3, "len"):
        refused(checks.function, value, "a function")


def test_path_endings(tmp_path):
    for path in ("film.gif", "FILM.GIF", tmp_path / "film.gif"):
        assert checks.path_ending(".gif", x=path) == path
    for value in ("film.mp4", "gif", None, 3, tmp_path):
        refused(lambda **x: checks.path_ending(".gif", **x), value, "ends in .gif")
    refused(lambda **x: checks.path_ending(".gif", ".png", **x), "a.txt", ".gif or .png")


def test_known_channels():
    layer = keras.layers.Dense(1)
    assert checks.known_channels(layer, (None, 4)) == 4
    with pytest.raises(ValueError, match=r"Dense must know .* keras.Input. Received: shape"):
        checks.known_channels(layer, (None, None))


# Arrays.


def test_real_arrays():
    assert checks.real_array(x=[[1, 2], [3, 4]]).shape == (2, 2)
    assert np.isnan(checks.real_array(x=[1.0, None])).tolist() == [False, True]
    for value in ([[1.0], [1.0, 2.0]], "cat", [1j], [["a", "b"]], [object()]):
        with pytest.raises(ValueError, match=r"x must be an array of real numbers.*Received: "):
            checks.real_array(x=value)


def test_finite_arrays():
    values = np.ones((3, 2))
    assert checks.finite_array(x=values) is values
    assert checks.feature_array(3, x=np.ones((3, 2), "float32")).dtype == "float64"
    assert checks.image_array(x=np.ones((2, 4, 4, 1), "uint8")).dtype == "float64"
    first, second = checks.finite_array(a=[1], b=[2, 3])
    assert (first.shape, second.shape) == ((1,), (2,))


def test_arrays_of_one_channel():
    axes = ("num_bars", "steps")
    assert checks.one_channel_array(axes, x=np.ones((2, 3, 1), "int32")).dtype == "float64"
    for shape in ((2, 3), (2, 3, 2), (2, 0, 1), (2, 3, 1, 1)):
        with pytest.raises(ValueError, match=r"x must have shape \(num_bars, steps, 1\)"):
            checks.one_channel_array(axes, x=np.ones(shape))
    with pytest.raises(ValueError, match="at least 1 bars"):
        checks.one_channel_array(axes, x=np.ones((0, 3, 1)))


@pytest.mark.parametrize(
    ("check", "value", "message"),
    [
        (
            checks.finite_array,
            [1.0, np.nan, np.inf],
            "x must be finite.* in 2 of 3 values.*diverged",
        ),
        (checks.feature_array, np.ones(3), r"\(num_samples, num_features\).*shape \(3,\).*Flatten"),
        (checks.feature_array, np.ones((3, 0)), r"Received: shape \(3, 0\)"),
        (checks.feature_array, np.ones((0, 3)), "at least 1 samples. Received: 0"),
        (checks.image_array, np.ones((2, 4, 4)), r"height, width, channels\).*np\.newaxis"),
        (checks.image_array, np.ones((0, 4, 4, 1)), "at least 1 images. Received: 0"),
    ],
)
def test_arrays_that_do_not_fit(check, value, message):
    with pytest.raises(ValueError, match=message):
        check(x=value)


def test_features_that_are_compared_have_the_same_dimensions():
    points = np.ones((3, 2))
    first, second = checks.feature_arrays("dimensions", samples=points, centres=points[:1])
    assert (first.shape, second.shape) == ((3, 2), (1, 2))
    with pytest.raises(ValueError, match=r"samples and centres .* of dimensions.*\(3, 2\) and"):
        checks.feature_arrays("dimensions", samples=points, centres=points[:, :1])
    with pytest.raises(ValueError, match="centres must hold at least 2 samples"):
        checks.feature_arrays("dimensions", (1, 2), samples=points, centres=points[:1])


# Messages and configurations.


def test_messages_are_one_short_line():
    assert str(checks.argument_error("x", 3, "small")) == "x must be small. Received: x=3"
    advised = checks.argument_error("x", 3, "small", "Try 2.")
    assert str(advised) == "x must be small. Received: x=3. Try 2."
    assert checks.shown(np.ones((2, 3))) == "array of shape (2, 3) and dtype float64"
    for value in ([np.ones(3)] * 100, "two\nlines" * 100):
        assert "\n" not in checks.shown(value) and len(checks.shown(value)) < 400


def test_plain_values():
    value = checks.plain([np.int64(1), (np.float32(0.5), "a"), np.True_, None])
    assert value == (1, (0.5, "a"), True, None)
    assert json.dumps(value) == '[1, [0.5, "a"], true, null]'


class Named(checks.SavedByArguments):
    def __init__(self, name, parts=()):
        self.name, self.parts = name, parts


def test_objects_are_saved_by_their_arguments():
    config = Named("a", (1, 2.5)).get_config()
    assert config == {"name": "a", "parts": (1, 2.5)}
    assert Named.from_config({"name": "b"}).get_config() == {"name": "b", "parts": ()}
    for value in (len, (len,), object()):
        with pytest.raises(ValueError, match="Named can be saved only if parts has a get_config"):
            Named("a", value).get_config()


def test_checks_need_neither_keras_nor_tensorflow():
    code = "import sys, gan_tf.checks; print({'keras', 'tensorflow'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
