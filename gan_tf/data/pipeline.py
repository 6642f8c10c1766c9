"""Pipelines: `tf.data` batches ordered by seed and epoch alone, and the cap on their number."""

from concurrent.futures import ThreadPoolExecutor
import math
import zlib

from gan_tf import checks
import keras
import numpy as np
import tensorflow as tf


def batches(
    images,
    batch_size=32,
    seed=0,
    *,
    steps_per_epoch=None,
    shuffle=True,
    drop_remainder=True,
    paired=True,
):
    """A `tf.data` pipeline whose order depends on the seed and the epoch alone.

    Each iteration over the dataset is an epoch. The dataset's attribute `epoch`, a variable, holds
    the number of the next epoch, counted from 0. `GAN.fit` sets it at the start of every epoch, so
    that a run that resumes sees the images in the same order as a run without a break. The
    attribute `value_range` holds the smallest and the largest value.

    Args:
        images: Float array `(num_images, ...)` of at least two axes; points will do. Or a
            dictionary of such arrays, for games that take more than images: rows of the same
            number belong together unless `paired` is False, and labels may be integers
            `(num_images,)`.
        batch_size: Integer from 1 to `num_images`, of the shortest array if they are not paired.
        seed: Integer >= 0.
        steps_per_epoch: Integer >= 1, batches in one epoch, so that a run is as long with few
            images as with many: the passes over the images follow one another without a gap, and
            an epoch is a stretch of them. By default an epoch is one pass.
        shuffle: Whether each pass has its own random order; if not, all keep the array's.
        drop_remainder: Whether to leave out the images that do not fill a last batch (others in
            each pass if shuffled).
        paired: Whether rows of the same number belong together. If not, the dictionary's arrays are
            drawn independently of each other and may differ in length, as photographs and paintings
            do: each has passes of its own, in orders of its own, that follow one another without a
            gap. All batches are full then. By default an epoch is one pass over the longest array,
            rounded down to full batches, or up if `drop_remainder` is False.

    Returns:
        `tf.data.Dataset` of float32 batches `(batch_size, ...)`, of known length; of dictionaries
        of batches where `images` is a dictionary, and `value_range` is one then too.

    Raises:
        ValueError: If the images are not finite floats, or another argument is out of range.
    """
    checks.flag(shuffle=shuffle, drop_remainder=drop_remainder, paired=paired)
    images = _checked(images, paired)
    lengths = [len(rows) for rows in tf.nest.flatten(images)]
    num_images = max(lengths)
    meaning = f"the number of {'images' if paired else 'rows in the shortest array'}"
    batch_size = checks.between(1, min(lengths), meaning, batch_size=batch_size)
    steps_per_epoch = checks.at_least_or_none(1, steps_per_epoch=steps_per_epoch)
    seed = checks.seed(seed=seed)
    value_range = _range_of(images)
    with tf.device("CPU:0"):
        images = tf.nest.map_structure(tf.constant, images)
    rounded = math.floor if drop_remainder else math.ceil
    num_batches = rounded(num_images / batch_size)
    epoch = epoch_counter()

    # No Python control flow here depends on a tensor, so AutoGraph has nothing to rewrite.
    @tf.autograph.experimental.do_not_convert
    def one_epoch(_):
        current = tf.convert_to_tensor(epoch.assign_add(1)) - 1
        if not paired:
            steps = steps_per_epoch or num_batches
            return _unpaired_epoch(current, images, batch_size, steps, seed, shuffle)
        one_pass = _paired_pass(num_images, batch_size, seed, shuffle, drop_remainder)
        if steps_per_epoch is None:
            return one_pass(current)
        first = current * steps_per_epoch
        passes = tf.data.Dataset.range(first // num_batches, tf.int64.max).flat_map(one_pass)
        return passes.skip(first % num_batches).take(steps_per_epoch)

    @tf.autograph.experimental.do_not_convert
    def rows(indices):
        if paired:
            indices = tf.nest.map_structure(lambda _: indices, images)
        return tf.nest.map_structure(tf.gather, images, indices)  # (batch_size, ...)

    # The range has one element for each iteration, so that every iteration reads the epoch anew.
    dataset = tf.data.Dataset.range(1).flat_map(one_epoch).map(rows)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(steps_per_epoch or num_batches))
    dataset = dataset.prefetch(tf.data.AUTOTUNE)
    dataset.epoch = epoch
    dataset.value_range = value_range
    return dataset


def epoch_counter():
    """A variable that counts epochs from 0, on this process's CPU, for a dataset to read.

    A strategy would copy the variable to every device, where `tf.data` cannot read it. A strategy's
    scope holds for one thread alone, so the variable is made in another thread.
    """

    def make():
        with tf.device("CPU:0"):
            return tf.Variable(0, dtype="int64", trainable=False, name="epoch")

    with ThreadPoolExecutor(1) as other:
        return other.submit(make).result()


def capped(count, per_step=1):
    """The number of steps, or of what steps hold, cut to Keras's cap where one is set.

    `KERAS_MAX_STEPS_PER_EPOCH` and `keras.config.set_max_steps_per_epoch` shorten `fit` for a
    quick trial. This is for what runs outside of `fit`.

    Args:
        count: Integer, what a full run does.
        per_step: Integer, how many of them count as one step: `capped(10_000, 500)` is 1,000
            under a cap of 2.

    Returns:
        Integer, `count` where no cap is set.
    """
    cap = keras.config.max_steps_per_epoch()
    return count if cap is None else min(count, cap * per_step)


def few_labels(labels, per_class=10, seed=0):
    """A copy of labels that is -1, unknown, everywhere but at a few examples of each class.

    Args:
        labels: Integer array `(num,)`, classes from 0 on.
        per_class: Integer >= 1, examples of each class that keep their label.
        seed: Integer, seeds which ones.

    Returns:
        Int32 array `(num,)`.

    Raises:
        ValueError: If labels are no such array, or a class has fewer examples than that.
    """
    labels, per_class = np.asarray(labels), checks.at_least(1, per_class=per_class)
    if labels.ndim != 1 or not len(labels) or labels.dtype.kind not in "iu" or labels.min() < 0:
        raise checks.argument_error("labels", labels, "a one-dimensional array of integers >= 0")
    classes, counts = np.unique(labels, return_counts=True)
    if counts.min() < per_class:
        expected = f"at most {counts.min()}, the examples of the rarest class"
        raise checks.argument_error("per_class", per_class, expected)
    rng, few = np.random.default_rng(seed), np.full(len(labels), -1, "int32")
    for each in classes:
        few[rng.choice(np.flatnonzero(labels == each), per_class, replace=False)] = each
    return few


# Helpers.


def _range_of(images):
    if isinstance(images, dict):
        return {name: _range_of(rows) for name, rows in images.items()}
    return float(images.min()), float(images.max())


def _paired_pass(num_images, batch_size, seed, shuffle, drop_remainder):
    """A function from the number of a pass to a dataset of batches of row numbers."""
    num_full, num_left = divmod(num_images, batch_size)

    @tf.autograph.experimental.do_not_convert
    def one_pass(number):
        order = _order(num_images, [tf.constant(seed, tf.int64), number], shuffle)
        full, rest = tf.split(order, [num_full * batch_size, num_left])
        indices = tf.data.Dataset.from_tensor_slices(tf.reshape(full, [num_full, batch_size]))
        if drop_remainder or num_left == 0:
            return indices
        return indices.concatenate(tf.data.Dataset.from_tensors(rest))

    return one_pass


def _unpaired_epoch(current, arrays, batch_size, steps, seed, shuffle):
    """Batches of row numbers, a dictionary of them: a stretch of each array's own passes."""
    first = current * steps * batch_size
    streams = {name: _stream(name, len(a), seed, shuffle, first) for name, a in arrays.items()}
    return tf.data.Dataset.zip(streams).batch(batch_size, drop_remainder=True).take(steps)


def _stream(name, num_rows, seed, shuffle, first):
    """The row numbers of one array, pass after pass, without end, from position `first` on.

    The order of a pass depends on the seed, the array's name and the number of the pass alone.
    """

    @tf.autograph.experimental.do_not_convert
    def one_pass(number):
        pair = tf.stack([tf.constant(seed, tf.int64), number])
        own = tf.random.experimental.stateless_fold_in(pair, zlib.crc32(str(name).encode()))
        begin = tf.where(number == first // num_rows, first % num_rows, 0)
        return tf.data.Dataset.from_tensor_slices(_order(num_rows, own, shuffle)[begin:])

    return tf.data.Dataset.range(first // num_rows, tf.int64.max).flat_map(one_pass)


def _order(num_rows, pair, shuffle):
    order = tf.range(num_rows)
    return tf.random.experimental.stateless_shuffle(order, pair) if shuffle else order


def _checked(images, paired):
    """The images, or the dictionary of arrays, as arrays that can be drawn from."""
    if isinstance(images, tuple):
        raise ValueError(
            "images must be an array, or a dictionary of arrays. Received: a tuple of "
            f"{len(images)}. Name its parts, for instance "
            'batches({"images": images, "labels": labels}).'
        )
    if isinstance(images, dict):
        return _checked_arrays(images, paired)
    if not paired:
        raise ValueError(
            "paired=False draws several arrays independently of each other, and needs a dictionary "
            f'of them, such as {{"a": photos, "b": paintings}}. Received: {type(images).__name__}'
        )
    return _checked_images(images)


def _checked_arrays(arrays, paired):
    """A dictionary of images, and of integers such as labels, with as many rows each if paired."""
    checked = {}
    for name, rows in arrays.items():
        is_integer = np.issubdtype(np.asarray(rows).dtype, np.integer)
        checked[name] = np.asarray(rows) if is_integer else _checked_images(rows)
    lengths = {name: len(rows) if rows.ndim else None for name, rows in checked.items()}
    if not lengths or not all(lengths.values()) or (paired and len(set(lengths.values())) > 1):
        raise ValueError(
            "A dictionary of images needs arrays with as many rows each, at least one; or, with "
            f"paired=False, with at least one. Received: {lengths}"
        )
    return checked


def _checked_images(images):
    images = checks.real_array(images=images)
    if images.ndim < 2 or images.size == 0:
        raise ValueError(
            "images must be an array (num_images, ...) of at least two axes, none of them empty. "
            f"Received: shape {images.shape}"
        )
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(
            "images must be floats, scaled to the range of the generator's output, for instance "
            f"images / 127.5 - 1 for bytes. Received: dtype {images.dtype}"
        )
    if not np.isfinite(images).all():
        raise ValueError("images must be finite. Received: NaN or infinite values")
    return images.astype("float32", copy=False)
