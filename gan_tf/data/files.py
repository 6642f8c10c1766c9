"""Pictures that do not fit into memory: folders of image files, and TensorFlow Datasets."""

import math
from pathlib import Path

from gan_tf import checks
from gan_tf.data.pipeline import epoch_counter
import tensorflow as tf

ENDINGS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
TAIL = 65_536  # bytes of a file in which its end must be marked
SHUFFLE_BUFFER = 10_000  # pictures of TensorFlow Datasets among which the next one is drawn


def image_batches(
    source,
    size,
    batch_size=32,
    seed=0,
    *,
    channels=3,
    steps_per_epoch=None,
    split="train",
    data_dir=None,
):
    """A `tf.data` pipeline of pictures from a folder or from TensorFlow Datasets.

    Pictures are cut to their middle square, resized, and scaled to [-1, 1]. The order depends on
    the seed and the epoch alone, as that of `batches`; `GAN.fit` sets the attribute `epoch`.

    Args:
        source: Folder whose images, also those in folders inside, are taken; or "tfds:NAME" for a
            data set of TensorFlow Datasets with images, such as "tfds:celeb_a" or
            "tfds:oxford_flowers102", which is downloaded when it is first used.
        size: Integer >= 1, height and width of the batches' images.
        batch_size: Integer >= 1.
        seed: Integer >= 0.
        channels: 1 for grey pictures, 3 for colours.
        steps_per_epoch: Integer >= 1, batches in one epoch; by default all full ones of a pass.
        split: Part of a data set of TensorFlow Datasets.
        data_dir: Where TensorFlow Datasets keeps its files; by default its own place.

    Returns:
        `tf.data.Dataset` of float32 batches `(batch_size, size, size, channels)` in [-1, 1], of
        known length.

    Raises:
        FileNotFoundError: If the folder is absent or holds no images.
        ImportError: If tensorflow-datasets is needed and not installed.
        ValueError: If there are fewer images than a batch has, a data set has no images, or an
            argument is out of range.
    """
    if not isinstance(source, (str, Path)):
        raise checks.argument_error("source", source, "a folder's path or tfds:NAME")
    size, batch_size = checks.at_least(1, size=size, batch_size=batch_size)
    steps_per_epoch = checks.at_least_or_none(1, steps_per_epoch=steps_per_epoch)
    seed, channels = checks.seed(seed=seed), checks.one_of((1, 3), channels=channels)
    if str(source).startswith("tfds:"):
        name = str(source).removeprefix("tfds:")
        one_pass, count = _from_tfds(name, split, data_dir, seed, channels)
    else:
        one_pass, count = _from_folder(source, seed, channels)
    if count < batch_size:
        raise ValueError(
            f"{source} has {count} images, fewer than a batch. Received: batch_size={batch_size}"
        )
    steps = steps_per_epoch or count // batch_size
    passes = math.ceil(steps * batch_size / count)
    epoch = epoch_counter()

    def one_epoch(_):
        first = (tf.convert_to_tensor(epoch.assign_add(1)) - 1) * passes
        return tf.data.Dataset.range(first, first + passes).flat_map(one_pass)

    dataset = tf.data.Dataset.range(1).flat_map(one_epoch)
    dataset = dataset.map(lambda picture: _fitted(picture, size), tf.data.AUTOTUNE)
    dataset = dataset.batch(batch_size, drop_remainder=True).take(steps)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(steps))
    dataset = dataset.prefetch(tf.data.AUTOTUNE)
    dataset.epoch = epoch
    return dataset


# Helpers.


def _from_folder(folder, seed, channels):
    """A function from the number of a pass to its pictures, uint8, and how many there are."""
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}. Give one with images, or tfds:NAME.")
    files = sorted(str(p) for p in folder.rglob("*") if p.suffix.lower() in ENDINGS)
    if not files:
        raise FileNotFoundError(f"{folder} holds no images. Expected files ending in {ENDINGS}")
    names = tf.constant(files)

    def one_pass(number):
        pair = [tf.constant(seed, tf.int64), number]
        order = tf.random.experimental.stateless_shuffle(tf.range(len(files)), pair)
        paths = tf.data.Dataset.from_tensor_slices(tf.gather(names, order))
        return paths.map(lambda path: _read(path, channels), tf.data.AUTOTUNE)

    return one_pass, len(files)


def _read(path, channels):
    content = tf.io.read_file(path)
    first = tf.maximum(tf.strings.length(content) - TAIL, 0)
    tail = tf.strings.substr(content, first, TAIL)
    whole = [
        tf.logical_and(_begins_with(content, begin), _contains(tail, end))
        for begin, end in _MARKS.items()
    ]
    message = tf.strings.join(["This file is no image, or damaged; remove or replace it: ", path])
    known = tf.debugging.Assert(tf.reduce_any(whole), [message])
    with tf.control_dependencies([known]):
        return tf.io.decode_image(content, channels, expand_animations=False)


# How the files of these formats begin, and what stands near the end of a whole one where a format
# has such a mark; cameras and other programs may have written more after it.
_MARKS = {b"\x89PNG": b"IEND\xaeB`\x82", b"\xff\xd8": b"\xff\xd9", b"GIF8": b"", b"BM": b""}


def _begins_with(content, mark):
    return tf.strings.substr(content, 0, len(mark)) == mark


def _contains(content, mark):
    return tf.size(tf.strings.split(content, mark)) > 1 if mark else tf.constant(True)


def _from_tfds(name, split, data_dir, seed, channels):
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise ImportError(
            f"tfds:{name} needs TensorFlow Datasets: pip install tensorflow-datasets"
        ) from error
    try:
        builder = tfds.builder(name, data_dir=data_dir)
    except tfds.core.DatasetNotFoundError as error:
        raise ValueError(
            f"TensorFlow Datasets has no data set of this name. Received: tfds:{name}. "
            "tfds.list_builders() lists those that it has."
        ) from error
    if "image" not in builder.info.features:
        raise ValueError(
            f'tfds:{name} has no feature "image". It has {sorted(builder.info.features)}'
        )
    builder.download_and_prepare()
    pictures = builder.as_dataset(split=split, shuffle_files=False)

    def one_pass(number):
        # In this graph alone: the order must not depend on the global seed, and 0 breaks `shuffle`.
        tf.random.set_seed(1)
        shuffled = pictures.shuffle(SHUFFLE_BUFFER, seed=seed * 1_000_003 + number)
        return shuffled.map(lambda row: _with_channels(row["image"], channels))

    count = int(pictures.cardinality())
    if count < 0:
        raise ValueError(f"tfds:{name}, split {split!r}, does not say how many images it has.")
    return one_pass, count


def _with_channels(picture, channels):
    if picture.shape[-1] == channels:
        return picture
    return tf.image.rgb_to_grayscale(picture) if channels == 1 else tf.repeat(picture, 3, axis=-1)


def _fitted(picture, size):
    """The middle square, resized by area, in [-1, 1]."""
    shape = tf.shape(picture)
    side = tf.minimum(shape[0], shape[1])
    top, left = (shape[0] - side) // 2, (shape[1] - side) // 2
    square = picture[top : top + side, left : left + side]
    resized = tf.image.resize(square, (size, size), antialias=True)
    return tf.clip_by_value(resized / 127.5 - 1.0, -1.0, 1.0)
