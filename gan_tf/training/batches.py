"""What `fit` is given as data, in each of its forms, and the batches that a step makes of it."""

import itertools

from gan_tf import checks
from gan_tf.training.expected import Expected, as_array, check_bounds, check_contents, check_kind
import keras
import numpy as np
import tensorflow as tf

DEFAULT_BATCH_SIZE = 32  # Keras's own, for arrays  # Keras's own, for arrays
_NO_DATA = (type(None), str, bytes, bool, int, float, list, set)


def checked_data(game, x, y, batch_size, steps_per_epoch=None):
    """The data of `fit` in a form that Keras takes, after all checks that need no batch.

    Arrays are looked at as a whole. Of a dataset, only its specification, its length and, from
    `gan_tf.data`, its range are known here; `FirstBatch` looks at the rest.

    Args:
        game: `Game`.
        x: What `fit` received as data.
        y: What it received beside it, or None.
        batch_size: Integer, or None.
        steps_per_epoch: Integer, or None.
    """
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
        return _checked_dataset(game, x, batch_size, steps_per_epoch, num_parts)
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
        check_kind(game, key, batch[key].dtype, batch[key].shape, expected)
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
        batch = _named(self.game, tf.nest.map_structure(as_array, data))
        _check_lengths(self.game, batch)
        for key, expected in self.game.expected().items():
            check_kind(self.game, key, batch[key].dtype, batch[key].shape, expected)
            check_contents(self.game, key, batch[key], expected)


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
        values = as_array(values)
        if values.ndim == 0 or len(values) != num:
            raise ValueError(
                f"{key} must have one row for each of the {num} images. "
                f"Received: shape {values.shape}"
            )
        if key in expected:
            check_kind(game, key, values.dtype, values.shape, expected[key])
            check_contents(game, key, values, expected[key])
        batch[key] = tf.convert_to_tensor(values)
    return batch


# Helpers.


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
            check_kind(game, key, spec.dtype, tuple(spec.shape), expected)
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
            check_bounds(game, key, low, high, game.expected()[key])
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
        values = as_array(arrays[key])
        check_kind(game, key, values.dtype, values.shape, expected)
        if len(values) == 0:
            raise ValueError(f"There must be at least one image. Received: shape {values.shape}")
        check_contents(game, key, values, expected)
    num_images = len(next(iter(arrays.values())))
    _check_batch_size(num_images, batch_size, num_parts)
    return x


def _check_lengths(game, arrays):
    lengths = {key: (np.shape(values) or (None,))[0] for key, values in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(
            f"{type(game).__name__} needs as many rows of each of its keys. Received: {lengths}"
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


def _beginning_with(first, rest):
    """A generator of tuples, which is what Keras takes."""
    for data in itertools.chain([first], rest):
        yield data if isinstance(data, tuple) else (data,)


def _words(game):
    return " and ".join(game.keys)


def _listed(names):
    return ", ".join(map(str, names))
