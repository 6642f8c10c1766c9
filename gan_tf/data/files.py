"""Pictures that are not one array: folders of image files, and TensorFlow Datasets."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
import math
import os
from pathlib import Path
import tempfile

from gan_tf import checks
from gan_tf.data.pictures import checked_options, decoded, strict_pillow
from gan_tf.data.pipeline import epoch_counter
import numpy as np
import tensorflow as tf

ENDINGS = (
    *(".apng", ".avif", ".bmp", ".gif", ".heic", ".heif", ".jfif", ".jpe", ".jpeg", ".jpg"),
    *(".png", ".tif", ".tiff", ".webp"),
)
MEMORY = 2**30  # bytes of decoded pictures that are kept in memory; more go into a temporary file
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
    fit="crop",
    background="white",
    verbose=True,
):
    """A `tf.data` pipeline of pictures from a folder or from TensorFlow Datasets.

    Pictures are made square, resized, and scaled to [-1, 1]. The order depends on the seed and the
    epoch alone, as that of `batches`; `GAN.fit` sets the attribute `epoch`.

    A folder is read once, here: `data.read_picture` says how each file is read, and a file that
    cannot be read is an error before any training. The pictures are kept as bytes; 10,000 colour
    pictures of 64 × 64 pixels are 123 MB. More than 1 GB is kept in a temporary file, which the
    operating system deletes when the process ends. The attribute `value_range` holds the smallest
    and the largest value.

    Args:
        source: Folder whose pictures, also those in folders inside, are taken; or "tfds:NAME" for a
            data set of TensorFlow Datasets with images, such as "tfds:celeb_a" or
            "tfds:oxford_flowers102", which is downloaded when it is first used. Hidden files and
            folders are left out, and so are files with other endings than `data.files.ENDINGS`.
        size: Integer >= 1, height and width of the batches' images.
        batch_size: Integer from 1 to the number of pictures.
        seed: Integer >= 0.
        channels: 1 for grey pictures, 3 for colours.
        steps_per_epoch: Integer >= 1, batches in one epoch; by default all full ones of a pass.
        split: Part of a data set of TensorFlow Datasets.
        data_dir: Where TensorFlow Datasets keeps its files; by default its own place.
        fit: "crop" takes the middle square of each picture, "pad" takes the whole picture and fills
            up with the background.
        background: Colour behind transparent places and padding: a text that Pillow's `ImageColor`
            knows, such as "white" or "#ff8000", or three integers from 0 to 255.
        verbose: Whether to print how many pictures a folder has, how many are animations, of which
            the first frame is taken, and how many files have other endings.

    Returns:
        `tf.data.Dataset` of float32 batches `(batch_size, size, size, channels)` in [-1, 1], of
        known length.

    Raises:
        FileNotFoundError: If the folder is absent or holds no images.
        ImportError: If tensorflow-datasets is needed and not installed.
        OSError: If a folder cannot be listed, or the temporary file does not fit on the disk.
        ValueError: If files cannot be read, with the names of the first ten. If there are fewer
            images than a batch has, a data set has no images, or an argument is out of range.
    """
    if not isinstance(source, (str, Path)):
        raise checks.argument_error("source", source, "a folder's path or tfds:NAME")
    options = checked_options(size, channels, fit, background)
    batch_size = checks.at_least(1, batch_size=batch_size)
    steps_per_epoch = checks.at_least_or_none(1, steps_per_epoch=steps_per_epoch)
    seed, verbose = checks.seed(seed=seed), checks.flag(verbose=verbose)
    if str(source).startswith("tfds:"):
        name = str(source).removeprefix("tfds:")
        one_pass, count = _from_tfds(name, split, data_dir, seed, options)
        _check_count(source, count, batch_size)
        return _epochs(one_pass, count, batch_size, steps_per_epoch)
    _check_count(source, len(listing(source)[0]), batch_size)
    folder = ImageFolder(
        source, size, channels=channels, fit=fit, background=background, verbose=verbose
    )
    return folder.batches(batch_size, seed, steps_per_epoch=steps_per_epoch)


def load_folder(folder, size, *, channels=3, fit="crop", background="white", verbose=True):
    """All pictures of a folder as one array, in the order of their names.

    Args:
        folder: Folder whose pictures, also those in folders inside, are taken.
        size: Integer >= 1, height and width of the images.
        channels: As for `image_batches`.
        fit: As for `image_batches`.
        background: As for `image_batches`.
        verbose: As for `image_batches`.

    Returns:
        float32 array `(num_images, size, size, channels)` in [-1, 1].

    Raises:
        FileNotFoundError: If the folder is absent or holds no images.
        OSError: As for `image_batches`.
        ValueError: If files cannot be read, with the names of the first ten, or an argument is out
            of range.
    """
    return ImageFolder(
        folder, size, channels=channels, fit=fit, background=background, verbose=verbose
    ).images()


class ImageFolder:
    """The pictures of a folder, read once, for a recipe to train on.

    Args:
        folder: Folder whose pictures, also those in folders inside, are taken.
        size: Integer >= 1, height and width of the images.
        channels: As for `image_batches`, and so are the other arguments.
        fit: "crop" or "pad".
        background: Colour.
        verbose: Whether to print what was found.

    Attributes:
        pictures: uint8 array `(num_images, size, size, channels)`, in the order of the names.

    Raises:
        FileNotFoundError: If the folder is absent or holds no images.
        ValueError: If files cannot be read, with the names of the first ten, or an argument is out
            of range.
    """

    def __init__(self, folder, size, *, channels=3, fit="crop", background="white", verbose=True):
        if not isinstance(folder, (str, Path)):
            raise checks.argument_error("folder", folder, "a folder's path")
        options = checked_options(size, channels, fit, background)
        verbose = checks.flag(verbose=verbose)
        self.folder = folder
        self.pictures = read_all(folder, listing(folder), options, verbose)

    def __len__(self):
        return len(self.pictures)

    def images(self, num=None):
        """The first pictures, or all, as a float32 array `(num, size, size, channels)` in [-1, 1].

        Args:
            num: Integer >= 1, how many at most; None for all.
        """
        num = checks.at_least_or_none(1, num=num)
        return scaled(self.pictures[:num].astype("float32"))

    def batches(self, batch_size=32, seed=0, *, steps_per_epoch=None):
        """A `tf.data` pipeline of the pictures, as `image_batches` returns it.

        Args:
            batch_size: Integer from 1 to the number of pictures.
            seed: Integer >= 0.
            steps_per_epoch: Integer >= 1, or None for all full batches of a pass.
        """
        rows = np.arange(len(self))
        options = checked_batches(self.folder, len(self), batch_size, seed, steps_per_epoch)
        return batches_of(self.pictures, rows, **options)


# What this module shares with `data.pairs`.


def scaled(values):
    """From [0, 255] to [-1, 1]."""
    return values / 127.5 - 1.0


def checked_batches(folder, count, batch_size, seed, steps_per_epoch):
    """Dictionary of `batch_size`, `seed` and `steps_per_epoch`, checked."""
    batch_size = checks.at_least(1, batch_size=batch_size)
    seed = checks.seed(seed=seed)
    steps_per_epoch = checks.at_least_or_none(1, steps_per_epoch=steps_per_epoch)
    _check_count(folder, count, batch_size)
    return {"batch_size": batch_size, "seed": seed, "steps_per_epoch": steps_per_epoch}


def batches_of(pictures, rows, made_of=None, *, batch_size, seed, steps_per_epoch):
    """The dataset of `ImageFolder.batches`.

    Args:
        pictures: uint8 array `(num_images, height, width, channels)`.
        rows: Integer array, the pictures that are drawn.
        made_of: Function from a batch of images to what the dataset gives; by default the images.
        batch_size: Integer.
        seed: Integer.
        steps_per_epoch: Integer or None.
    """
    images = _lookup(pictures)
    looked_up = images if made_of is None else lambda numbers: made_of(images(numbers))
    one_pass = _shuffled(rows, seed)
    dataset = _epochs(one_pass, len(rows), batch_size, steps_per_epoch, looked_up)
    extremes = int(pictures.min()), int(pictures.max())
    dataset.value_range = tuple(map(scaled, extremes))
    return dataset


# Helpers.


def _check_count(source, count, batch_size):
    if count < batch_size:
        raise ValueError(
            f"{source} has {count} images, fewer than a batch. Received: batch_size={batch_size}. "
            f"Give more pictures, or a batch_size from 1 to {count}."
        )


def _epochs(one_pass, count, batch_size, steps_per_epoch, looked_up=None):
    """The dataset whose every iteration is an epoch.

    Args:
        one_pass: Function from the number of a pass to a dataset of its `count` elements.
        count: Integer.
        batch_size: Integer.
        steps_per_epoch: Integer or None.
        looked_up: Function from a batch of elements to a batch of images, or None.
    """
    steps = steps_per_epoch or count // batch_size
    passes = math.ceil(steps * batch_size / count)
    epoch = epoch_counter()

    def one_epoch(_):
        first = (tf.convert_to_tensor(epoch.assign_add(1)) - 1) * passes
        return tf.data.Dataset.range(first, first + passes).flat_map(one_pass)

    dataset = tf.data.Dataset.range(1).flat_map(one_epoch)
    dataset = dataset.batch(batch_size, drop_remainder=True).take(steps)
    if looked_up is not None:
        dataset = dataset.map(looked_up)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(steps))
    dataset = dataset.prefetch(tf.data.AUTOTUNE)
    dataset.epoch = epoch
    return dataset


# Folders.


def listing(folder):
    """The paths of a folder's pictures in the order of their names, and how many other files."""
    folder = Path(folder).expanduser()
    if folder.is_file():
        raise FileNotFoundError(f"{folder} is a file, not a folder. Unpack it if it is an archive.")
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}. Give one with images, or tfds:NAME.")
    files = sorted(_files(folder), key=str)
    pictures = [file for file in files if file.suffix.lower() in ENDINGS]
    others = Counter(f.suffix.lower() or "none" for f in files if f.suffix.lower() not in ENDINGS)
    if not pictures:
        raise FileNotFoundError(
            f"{folder} holds no images. Expected files ending in {', '.join(ENDINGS)}. "
            f"Received: {_counted(others)}"
        )
    return pictures, others


def _files(folder, above=()):
    """All files that are not hidden; links to folders are followed, but not in circles."""
    real = folder.resolve()
    if real in above:
        return
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name == "__MACOSX":
            continue
        if path.is_dir():
            yield from _files(path, (*above, real))
        elif path.is_file() or path.is_symlink():  # a link that leads nowhere shall be named
            yield path


def read_all(folder, listed, options, verbose):
    """All pictures as one uint8 array `(num_images, size, size, channels)`.

    Those of pairs, `fit="pair"`, are twice as wide.
    """
    files, others = listed
    if verbose:
        print(f"Reading {len(files):,} pictures from {folder}")
    bad, num_animations = [], 0

    def read(file):
        try:
            return decoded(file, **options)
        except ValueError as error:
            return error

    def readable(results):
        nonlocal num_animations
        for result in results:
            if isinstance(result, ValueError):
                bad.append(str(result))
            else:
                num_animations += result[1]
                yield result[0]

    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        with strict_pillow():
            width = options["size"] * (2 if options["fit"] == "pair" else 1)
            shape = (len(files), options["size"], width, options["channels"])
            pictures = _stored(readable(pool.map(read, files)), shape)
    finally:
        pool.shutdown(cancel_futures=True)
    if bad:
        problem = "read as pairs" if options["fit"] == "pair" else "read"
        raise ValueError(_all_bad(folder, bad, len(files), problem))
    if verbose and num_animations:
        print(f"Animations, of which only the first frame is taken: {num_animations:,}")
    if verbose and others:
        print(f"Left out for their endings: {_counted(others)}")
    return pictures


def _stored(pictures, shape):
    """The pictures in memory, or in a temporary file where they are too large for that."""
    if math.prod(shape) <= MEMORY:
        array = np.zeros(shape, "uint8")
        for number, picture in enumerate(pictures):
            array[number] = picture
        return array
    num_bytes = math.prod(shape)
    with tempfile.TemporaryFile() as file:
        try:
            for picture in pictures:
                file.write(picture.tobytes())
            file.truncate(num_bytes)
        except OSError as error:
            raise OSError(
                f"The decoded pictures need {num_bytes / 1e9:.1f} GB in {tempfile.gettempdir()}. "
                "Make room there, name another folder in the environment variable TMPDIR, or take "
                f"a smaller size: {error}"
            ) from error
        # The file has no name any more, and lives as long as the array.
        return np.memmap(file, "uint8", "r", shape=shape)


def _all_bad(folder, bad, count, problem):
    shown = "\n".join(f"  {each}" for each in bad[:10])
    more = f"\n  and {len(bad) - 10:,} more" if len(bad) > 10 else ""
    return (
        f"{len(bad):,} of the {count:,} pictures in {folder} cannot be {problem}:\n{shown}{more}\n"
        "Remove or replace them, or save them anew in an image program."
    )


def _counted(others):
    """Text such as "12 files (.txt: 9, .mp4: 3)"."""
    if not others:
        return "no files"
    kinds = ", ".join(f"{ending}: {number:,}" for ending, number in others.most_common(5))
    return f"{others.total():,} files ({kinds}{', …' if len(others) > 5 else ''})"


def _shuffled(rows, seed):
    """A function from the number of a pass to the numbers of its pictures, in random order."""

    def one_pass(number):
        pair = [tf.constant(seed, tf.int64), number]
        order = tf.random.experimental.stateless_shuffle(tf.constant(rows), pair)
        return tf.data.Dataset.from_tensor_slices(order)

    return one_pass


def _lookup(pictures):
    """A function from a batch of numbers to float32 images in [-1, 1]."""

    def rows(numbers):
        return np.asarray(pictures[numbers])

    def images(numbers):
        batch = tf.numpy_function(rows, [numbers], tf.uint8)
        batch = tf.ensure_shape(batch, (numbers.shape[0], *pictures.shape[1:]))
        return scaled(tf.cast(batch, "float32"))

    return images


# TensorFlow Datasets.


def _from_tfds(name, split, data_dir, seed, options):
    """A function from the number of a pass to its images, and how many there are."""
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

    def prepared(row):
        picture = _with_channels(row["image"], options["channels"])
        return _fitted(picture, options["size"], options["fit"], options["background"])

    def one_pass(number):
        # In this graph alone: the order must not depend on the global seed, and 0 breaks `shuffle`.
        tf.random.set_seed(1)
        shuffled = pictures.shuffle(SHUFFLE_BUFFER, seed=seed * 1_000_003 + number)
        return shuffled.map(prepared, tf.data.AUTOTUNE)

    count = int(pictures.cardinality())
    if count < 0:
        raise ValueError(f"tfds:{name}, split {split!r}, does not say how many images it has.")
    return one_pass, count


def _with_channels(picture, channels):
    if picture.shape[-1] == channels:
        return picture
    return tf.image.rgb_to_grayscale(picture) if channels == 1 else tf.repeat(picture, 3, axis=-1)


def _fitted(picture, size, fit, background):
    """The middle square or the padded picture, averaged where it shrinks, in [-1, 1]."""
    shape = tf.shape(picture)[:2]
    if fit == "crop":
        side = tf.reduce_min(shape)
        top, left = tf.unstack((shape - side) // 2)
        square = picture[top : top + side, left : left + side]
        pixels = tf.image.resize(square, (size, size), antialias=True)
    else:
        inner = tf.cast(tf.round(shape * size / tf.reduce_max(shape)), "int32")
        inner = tf.maximum(1, inner)
        top, left = tf.unstack((size - inner) // 2)
        colour = tf.constant([[background]], "float32")  # (1, 1, 3)
        colour = _with_channels(colour, picture.shape[-1])
        pixels = tf.image.resize(picture, inner, antialias=True) - colour
        pixels = tf.image.pad_to_bounding_box(pixels, top, left, size, size) + colour
    return tf.clip_by_value(scaled(pixels), -1.0, 1.0)
