"""What a game and its `fit` take: looked at before the first step, one sentence an error."""

import itertools
from typing import NamedTuple

from gan_tf import checks, endings
import keras
import numpy as np
import tensorflow as tf

DEFAULT_BATCH_SIZE = 32  # Keras's own, for arrays
_NO_DATA = (type(None), str, bytes, bool, int, float, list, set)
_NO_MEANING_IN_FIT = {
    "sample_weight": "Draw rare examples more often in the data instead.",
    "class_weight": "Draw rare examples more often in the data instead.",
    "validation_data": "A game has no loss to validate: use callbacks.Score or SampleImages.",
    "validation_split": "A game has no loss to validate: use callbacks.Score or SampleImages.",
    "validation_steps": "A game has no loss to validate: use callbacks.Score or SampleImages.",
    "validation_batch_size": "A game has no loss to validate: use callbacks.Score.",
    "validation_freq": "A game has no loss to validate: use callbacks.Score.",
}
_MEANING_IN_COMPILE = ("steps_per_execution", "jit_compile", "run_eagerly", "auto_scale_loss")


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


# Games.


def check_players(players):
    """Raises a ValueError unless all are built Keras models, made under the strategy in force."""
    if not isinstance(players, dict) or not players:
        raise ValueError(
            "players must be a dictionary from names to built Keras models, such as "
            f"{{'generator': generator}}. Received: {players!r}"
        )
    for name, player in players.items():
        if not isinstance(name, str) or not name.isidentifier():
            raise ValueError(f"A player's name must be a Python name. Received: {name!r}")
        check_built(player, name)
        check_scope(player, name)


def check_built(player, name):
    """Raises a ValueError unless this is a model with known inputs and outputs."""
    if isinstance(player, keras.Model) and getattr(player, "outputs", None):
        return
    if isinstance(player, keras.Model) and not isinstance(player, keras.Sequential):
        raise ValueError(
            f"The {name} must have known inputs and outputs, which a subclassed keras.Model does "
            "not have. Wrap it: inputs = keras.Input(shape); keras.Model(inputs, model(inputs)). "
            f"Received: {type(player).__name__}"
        )
    raise ValueError(
        f"The {name} must be a built keras.Model; begin it with keras.Input(shape). "
        f"Received: {player!r}"
    )


def check_scope(player, name):
    """Raises a ValueError if a model was made under another strategy than the game is."""
    strategy = tf.distribute.get_strategy()
    variables = [variable.value for variable in player.variables]
    if all(strategy.extended.variable_created_in_scope(v) for v in variables):
        return
    raise ValueError(
        f"The {name} was not made under the game's tf.distribute strategy. Received: a model made "
        f"outside of the scope of {type(strategy).__name__}, or inside of another one. Make the "
        "networks and the game inside of one `with strategy.scope():`."
    )


def check_phases(phases, players, game):
    """Raises a ValueError if a phase names a player or a loss that the game does not have."""
    if not phases:
        raise ValueError(f"{type(game).__name__} needs phases, a tuple of Phase. Received: none")
    for phase in phases:
        unknown = [n for n in (*phase.trains, *(phase.freezes or ())) if n not in players]
        if unknown or not phase.trains:
            raise ValueError(
                f"Each phase trains at least one of the players {list(players)}, and names no "
                f"others. Received: {phase}"
            )
        if not callable(getattr(game, phase.loss, None)):
            raise ValueError(
                f"{type(game).__name__} has no method {phase.loss}(batch), which its phase "
                f"minimises. Received: {phase}"
            )


def check_compile(game, optimizers, arguments):
    """Raises a ValueError unless there is an optimizer for each player, and no idle argument."""
    if not isinstance(optimizers, dict) or set(optimizers) != set(game.player_names):
        received = sorted(optimizers) if isinstance(optimizers, dict) else optimizers
        raise ValueError(
            f"compile needs one optimizer for each of the players {list(game.player_names)}, as a "
            f"dictionary. Received: {received!r}"
        )
    for name in arguments:
        if name not in _MEANING_IN_COMPILE:
            raise ValueError(
                f"compile takes no {name} for this game; it would do nothing. Received: "
                f"{name}={arguments[name]!r}. For scores while training use callbacks.Score."
            )


def checked_seed(seed):
    """The seed as a plain integer or None; Keras's generators take 32 bits."""
    if seed is None:
        return None
    return checks.between(0, 2**32 - 1, "32 bits, or None", seed=seed)


def checked_weights(weights, terms):
    """The weights of a game's terms: the usual ones, and those that were given."""
    weights = {} if weights is None else weights
    if not isinstance(weights, dict) or set(weights) - set(terms):
        raise ValueError(
            f"weights must be a dictionary from names of {list(terms)} to numbers. "
            f"Received: weights={weights!r}"
        )
    given = {name: checks.number(**{name: value}) for name, value in weights.items()}
    return {**terms, **given}


# Data.


def checked_data(game, x, y, batch_size, arguments):
    """The data of `fit` in a form that Keras takes, after all checks that need no batch.

    Arrays are looked at as a whole. Of a dataset, only its specification, its length and, from
    `gan_tf.data`, its range are known here; `FirstBatch` looks at the rest.

    Args:
        game: `Game`.
        x: What `fit` received as data.
        y: What it received beside it, or None.
        batch_size: Integer, or None.
        arguments: Dictionary, the others of `fit`; those that ask for nothing are removed.
    """
    if not game.compiled:
        raise ValueError(
            "This game is not compiled. Before fit, call gan.compile(generator_optimizer, "
            f"discriminator_optimizer). Received: {type(game).__name__} without optimizers"
        )
    _check_arguments(arguments)
    num_parts = max(phase.times for phase in game.phases)
    x = _with_second(game, x, y)
    if isinstance(x, _NO_DATA):
        received = repr(x) if isinstance(x, (type(None), str)) else type(x).__name__
        raise ValueError(
            f"fit takes {_words(game)} as one array (num_images, ...) each, or as a "
            "tf.data.Dataset of batches, such as gan_tf.data.batches(images) gives. "
            f"Received: {received}"
        )
    if isinstance(x, tf.data.Dataset):
        return _checked_dataset(game, x, batch_size, arguments.get("steps_per_epoch"), num_parts)
    if are_arrays(x):
        return _checked_arrays(game, x, batch_size, num_parts)
    return x


def are_arrays(x):
    """Whether data are an array, or a dictionary or tuple of arrays."""
    values = x.values() if isinstance(x, dict) else x if isinstance(x, tuple) else [x]
    return all(hasattr(value, "__array__") for value in values)


def batch_of(game, data):
    """What a step received, as a dictionary with the game's keys.

    Args:
        game: `Game`.
        data: A tensor, a tuple of them in the order of the game's keys, or a dictionary.

    Raises:
        ValueError: If keys are missing or unknown, or shapes or types do not fit.
    """
    batch = _named(game, data)
    for key, expected in game.expected().items():
        _check_kind(game, key, batch[key].dtype, batch[key].shape, expected)
    return batch


class FirstBatch:
    """Looks at the contents of the first batch as at an array, before anything is trained.

    Args:
        game: `Game`.

    Attributes:
        error: The ValueError that was raised in TensorFlow's pipeline, or None.
    """

    def __init__(self, game):
        self.game, self.error = game, None

    def checked(self, x):
        """The same data; the first batch of every epoch is looked at as it comes by."""
        if isinstance(x, tf.data.Dataset):
            return x if hasattr(x, "value_range") else self._checked_dataset(x)
        if isinstance(x, keras.utils.PyDataset):
            self._check(x[0])
        elif hasattr(x, "__next__"):
            first = next(x, None)
            if first is None:
                raise ValueError("The generator gave no batch. Make it anew before fit.")
            self._check(first)
            return _beginning_with(first, x)
        return x

    def _checked_dataset(self, dataset):
        spec = dataset.element_spec

        def check(*values):
            try:
                self._check(tf.nest.pack_sequence_as(spec, values))
            except ValueError as error:
                self.error = error
                raise
            return np.int64(0)

        @tf.autograph.experimental.do_not_convert
        def look(number, batch):
            values = tf.nest.flatten(batch)
            seen = tf.cond(
                tf.equal(number, 0),
                lambda: tf.numpy_function(check, values, tf.int64),
                lambda: tf.constant(0, tf.int64),
            )
            with tf.control_dependencies([seen]):
                return tf.nest.map_structure(tf.identity, batch)

        looked_at = dataset.enumerate().map(look)
        if any(each.shape.rank is None for each in tf.nest.flatten(spec)):
            looked_at = looked_at.map(self._with_known_shapes)
        return looked_at

    @tf.autograph.experimental.do_not_convert
    def _with_known_shapes(self, *data):
        """Datasets from Python generators may not know their shapes, but the game does."""
        batch = _named(self.game, data)
        expected = self.game.expected()
        shapes = {key: expected[key].shape for key in batch if key in expected}
        return {
            key: tf.ensure_shape(values, (None, *shapes[key])) if shapes.get(key) else values
            for key, values in batch.items()
        }

    def _check(self, data):
        batch = _named(self.game, tf.nest.map_structure(_as_array, data))
        _check_lengths(self.game, batch)
        for key, expected in self.game.expected().items():
            _check_kind(self.game, key, batch[key].dtype, batch[key].shape, expected)
            _check_contents(self.game, key, batch[key], expected)


def _beginning_with(first, rest):
    """A generator of tuples, which is what Keras takes."""
    for data in itertools.chain([first], rest):
        yield data if isinstance(data, tuple) else (data,)


def checked_conditions(game, num, conditions):
    """What a generator is to be fed beside noise, as a dictionary of tensors with `num` rows."""
    allowed = [key for key in (*game.keys, *game.optional_keys) if key != "images"]
    if conditions is None:
        conditions = game.example_conditions(num)
        if conditions is None:
            raise ValueError(
                f"{type(game).__name__} makes images from {_listed(allowed)}, of which there are "
                f"no examples by default. Give them: {allowed[0]}=array. Received: none"
            )
    unknown = sorted(set(conditions) - set(allowed))
    if unknown:
        raise ValueError(
            f"{type(game).__name__} takes {_listed(allowed) or 'no conditions'} beside the number "
            f"of images. Received: {_listed(unknown)}"
        )
    expected = game.expected()
    batch = {}
    for key, values in conditions.items():
        values = _as_array(values)
        if values.ndim == 0 or len(values) != num:
            raise ValueError(
                f"{key} must have one row for each of the {num} images. "
                f"Received: shape {values.shape}"
            )
        if key in expected:
            _check_kind(game, key, values.dtype, values.shape, expected[key])
            _check_contents(game, key, values, expected[key])
        batch[key] = tf.convert_to_tensor(values)
    return batch


# Helpers: data.


def _check_arguments(arguments):
    for name, remedy in _NO_MEANING_IN_FIT.items():
        value = arguments.pop(name, None)
        is_default = value is None or (name == "validation_freq" and value == 1)
        if not (is_default or (name == "validation_split" and value == 0)):
            raise ValueError(
                f"fit takes no {name} for a game; it would do nothing. {remedy} "
                f"Received: {name} of type {type(value).__name__}"
            )
    for name, low in (("epochs", 0), ("initial_epoch", 0), ("steps_per_epoch", 1)):
        if arguments.get(name) is not None:
            arguments[name] = checks.at_least(low, **{name: arguments[name]})


def _with_second(game, x, y):
    if y is None:
        return x
    if len(game.keys) == 1:
        raise ValueError(
            f"A {type(game).__name__} trains on {_words(game)} alone: fit({_words(game)}). "
            f"Received: y of shape {np.shape(y)}, which may hold labels"
        )
    if len(game.keys) > 2 or not (hasattr(x, "__array__") and hasattr(y, "__array__")):
        raise ValueError(
            f"fit takes {_words(game)} as arrays, x and y, or as one dictionary or dataset with "
            f"the keys {list(game.keys)}. Received: x of type {type(x).__name__}, y of type "
            f"{type(y).__name__}"
        )
    return dict(zip(game.keys, (x, y), strict=True))


def _named(game, data):
    """Data as a dictionary with the game's keys."""
    if isinstance(data, (tuple, list)) and len(data) == 1 or _is_padded(game, data):
        data = data[0]
    if isinstance(data, dict):
        missing = [key for key in game.keys if key not in data]
        unknown = [key for key in data if key not in game.keys]
        if not missing and not unknown:
            return {key: data[key] for key in game.keys}
        received = f"the keys {sorted(data)}"
    elif isinstance(data, (tuple, list)):
        if len(data) == len(game.keys):
            return dict(zip(game.keys, data, strict=True))
        received = f"{len(data)} parts"
    elif len(game.keys) == 1:
        return dict.fromkeys(game.keys, data)
    else:
        received = "one array or tensor"
    if tuple(game.keys) == ("images",):
        raise ValueError(
            "A GAN trains on images alone, but the data give pairs, or more. Keep the images: "
            f"dataset.map(lambda images, labels: images). Received: {received}"
        )
    raise ValueError(
        f"{type(game).__name__} takes batches with the keys {list(game.keys)}: dictionaries, or "
        f"tuples in this order. Received: {received}"
    )


def _is_padded(game, data):
    """Keras hands on `(x, None, None)` for some kinds of data."""
    is_long = isinstance(data, (tuple, list)) and len(data) == 3 and len(game.keys) != 3
    return is_long and data[1] is None and data[2] is None


def _checked_dataset(game, dataset, batch_size, steps_per_epoch, num_parts):
    specs = _named(game, dataset.element_spec)
    for key, spec in specs.items():
        if not isinstance(spec, tf.TensorSpec):
            raise ValueError(
                f"The {key} of a dataset must be dense tensors of one shape. Received: {spec}. "
                "Resize or pad them to one shape first."
            )
        expected = game.expected().get(key, Expected())
        if spec.shape.rank is not None:
            _check_kind(game, key, spec.dtype, tuple(spec.shape), expected)
    if batch_size is not None:
        raise ValueError(
            "A dataset already has batches, so fit takes no batch_size with it. "
            f"Received: batch_size={batch_size!r}"
        )
    sizes = [spec.shape[0] if spec.shape.rank else None for spec in specs.values()]
    if num_parts > 1 and None in sizes:
        shape = next(iter(specs.values())).shape
        raise ValueError(
            f"With {num_parts} discriminator steps all batches must have one size, but the last "
            "one of this dataset may be smaller. Batch it with drop_remainder=True. "
            f"Received: batches of shape {shape}"
        )
    _check_length(int(dataset.cardinality()), num_parts, steps_per_epoch)
    if hasattr(dataset, "value_range"):
        ranges = dataset.value_range
        ranges = ranges if isinstance(ranges, dict) else {next(iter(game.keys)): ranges}
        for key, (low, high) in ranges.items():
            _check_bounds(game, key, low, high, game.expected()[key])
    return dataset


def _check_length(num_batches, num_parts, steps_per_epoch):
    """TensorFlow says -1 for a dataset without end, and -2 for one whose length is unknown."""
    if 0 <= num_batches < num_parts:
        received = f"{num_batches} batches" if num_batches else "no batch"
        raise ValueError(
            f"An epoch needs at least one batch for each of the {num_parts} discriminator steps. "
            f"Received: a dataset of {received}. Give more images, or make the batches smaller."
        )
    if num_batches == -1 and steps_per_epoch is None and not keras.config.max_steps_per_epoch():
        raise ValueError(
            "The dataset repeats for ever, and so would the first epoch: give steps_per_epoch. "
            "Received: steps_per_epoch=None"
        )


def _checked_arrays(game, x, batch_size, num_parts):
    arrays = _named(game, x)
    _check_lengths(game, arrays)
    for key, expected in game.expected().items():
        values = _as_array(arrays[key])
        _check_kind(game, key, values.dtype, values.shape, expected)
        if len(values) == 0:
            raise ValueError(f"There must be at least one image. Received: shape {values.shape}")
        _check_contents(game, key, values, expected)
    num_images = len(next(iter(arrays.values())))
    _check_batch_size(num_images, batch_size, num_parts)
    return x


def _check_lengths(game, arrays):
    lengths = {key: (np.shape(values) or (None,))[0] for key, values in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(
            f"{type(game).__name__} needs as many rows of each of its keys. Received: {lengths}"
        )


def _as_array(values):
    try:
        return np.asarray(values)
    except (TypeError, ValueError) as error:
        raise ValueError(
            "Data must be arrays of numbers whose rows all have one shape. "
            f"Received: {type(values).__name__} ({error})"
        ) from error


def _check_kind(game, key, dtype, shape, expected):
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


def _fits(shape, wanted):
    """Whether a shape is the wanted one, as far as both are known."""
    pairs = zip(shape, wanted, strict=False)
    return len(shape) == len(wanted) and all(a == b or b is None or a is None for a, b in pairs)


def _name_of(dtype):
    """Name of a type, also of those that are no numbers."""
    return getattr(dtype, "name", str(dtype))


def _check_contents(game, key, values, expected):
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
    _check_bounds(game, key, float(values.min()), float(values.max()), expected)


def _check_bounds(game, key, smallest, largest, expected):
    if expected.low <= smallest and largest <= expected.high:
        return
    raise ValueError(
        f"{expected.why} Received: {key} with values from {smallest:g} to {largest:g}."
    )


def _check_batch_size(num_images, batch_size, num_parts):
    if batch_size is not None:
        checks.between(1, num_images, "the number of images", batch_size=batch_size)
    wanted = DEFAULT_BATCH_SIZE if batch_size is None else batch_size
    if num_parts > 1 and wanted * num_parts > num_images:
        raise ValueError(
            f"One step needs {num_parts} batches, for {num_parts} discriminator steps: "
            f"{wanted * num_parts} images. Received: {num_images} images, batch_size={wanted}. Use "
            f"a batch_size up to {num_images // num_parts}."
        )


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


def _words(game):
    return " and ".join(game.keys)


def _listed(names):
    return ", ".join(map(str, names))
