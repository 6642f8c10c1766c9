"""Datasets as arrays and as tf.data pipelines, images in [-1, 1]; nothing else scales pixels."""

import contextlib
import gzip
import hashlib
import http.client
import io
import math
import numbers
import os
from pathlib import Path
import tempfile
import urllib.request
import zipfile

import keras
import numpy as np
import tensorflow as tf

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

# The address that keras.datasets.fashion_mnist uses.
DOWNLOAD_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
DOWNLOAD_TIMEOUT = 10  # seconds without an answer
DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")

IDX_SHAPES = {
    "train-images-idx3-ubyte": (60000, 28, 28),
    "train-labels-idx1-ubyte": (60000,),
    "t10k-images-idx3-ubyte": (10000, 28, 28),
    "t10k-labels-idx1-ubyte": (10000,),
}
# Of the decompressed files, because Debian compresses the same content differently.
_SHA256 = {
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
NPZ_KEYS = ("train_images", "train_labels", "test_images", "test_labels")
# Of the four arrays' bytes, one after the other: the file's own depends on zlib's version.
EMBEDDED_SHA256 = "4084017359325b0b158fe7759bc20781f98a81c5bd2d091c099af840dbce1625"

_REMEDIES = {
    "path": "Give the path of a good copy.",
    "GAN_TF_DATA": "Point the environment variable GAN_TF_DATA at a good copy, or unset it.",
    "Keras cache": "Delete it, and it is downloaded anew; or set GAN_TF_DATA to a good copy.",
    "Debian package": "Run `apt-get install --reinstall dataset-fashion-mnist`, or set "
    "GAN_TF_DATA to a good copy.",
    "download": "Try again later, or set GAN_TF_DATA to a good copy.",
    "embedded": "Reinstall gan_tf, or in a checkout run `git checkout data`.",
}
_FULL_SET = (
    "For all 70,000 images go online once, install Debian's dataset-fashion-mnist, or set "
    "GAN_TF_DATA to a folder with the four IDX files."
)


# Points in the plane.


def circle(num_samples, std=0.01, seed=None):
    """Points on the unit circle, the first target of the course.

    Args:
        num_samples: Integer >= 1.
        std: Float >= 0, standard deviation of the Gaussian noise on each coordinate.
        seed: Integer for the same points each time, or None.

    Returns:
        Float32 array `(num_samples, 2)`; the angle is uniform, the radius about 1.

    Raises:
        ValueError: If `num_samples` or `std` is out of range.
    """
    _check_points(num_samples, std)
    rng = np.random.default_rng(seed)
    angles = rng.uniform(0.0, 2 * np.pi, num_samples)
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1)  # (num_samples, 2)
    return _with_noise(points, std, rng)


def ring_centres(num_modes=8, radius=1.0):
    """Centres of the ring's modes, at angles 2πi / num_modes: float32 `(num_modes, 2)`."""
    if not _is_integer(num_modes) or num_modes < 1:
        raise ValueError(f"num_modes must be an integer >= 1. Received: num_modes={num_modes!r}")
    angles = 2 * np.pi * np.arange(num_modes) / num_modes
    return (radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)).astype("float32")


def ring(num_samples, num_modes=8, radius=1.0, std=0.01, seed=None):
    """Points from equally likely Gaussians on a ring, the classic test for mode collapse.

    Args:
        num_samples: Integer >= 1.
        num_modes: Integer >= 1, number of Gaussians.
        radius: Float, distance of their centres from the origin.
        std: Float >= 0, standard deviation of each Gaussian.
        seed: Integer for the same points each time, or None.

    Returns:
        Float32 array `(num_samples, 2)`.

    Raises:
        ValueError: If `num_samples`, `num_modes` or `std` is out of range.

    Reference:
        Lin et al. 2018 (PacGAN), section 4.1, arXiv:1712.04086. Many public copies place
        the centres by `linspace(0, 2π, 8)`, whose first and last centre coincide.
    """
    return _mixture(ring_centres(num_modes, radius), num_samples, std, seed)


def grid_centres():
    """Centres of the grid's modes, {-4, -2, 0, 2, 4}²: float32 `(25, 2)`."""
    steps = np.arange(-4, 5, 2, dtype="float32")
    return np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(25, 2)


def grid(num_samples, std=0.05, seed=None):
    """Points from 25 equally likely Gaussians on a square grid.

    Args:
        num_samples: Integer >= 1.
        std: Float >= 0, standard deviation of each Gaussian.
        seed: Integer for the same points each time, or None.

    Returns:
        Float32 array `(num_samples, 2)`.

    Raises:
        ValueError: If `num_samples` or `std` is out of range.

    Reference:
        Lin et al. 2018 (PacGAN), section 4.1, arXiv:1712.04086.
    """
    return _mixture(grid_centres(), num_samples, std, seed)


def swiss_roll(num_samples, std=1 / 30, seed=None):
    """Points on a spiral of one and a half turns.

    Args:
        num_samples: Integer >= 1.
        std: Float >= 0, standard deviation of the Gaussian noise on each coordinate. The
            default is the toy's 0.25 after its division by 7.5.
        seed: Integer for the same points each time, or None.

    Returns:
        Float32 array `(num_samples, 2)`; the spiral's radius grows from 0.63 to 1.88.

    Raises:
        ValueError: If `num_samples` or `std` is out of range.

    Reference:
        Gulrajani et al. 2017, figure 1, arXiv:1704.00028; scale and noise as in the authors'
        gan_toy.py (github.com/igul222/improved_wgan_training).
    """
    _check_points(num_samples, std)
    rng = np.random.default_rng(seed)
    angles = 1.5 * np.pi * (1 + 2 * rng.uniform(size=num_samples))
    points = np.stack([angles * np.cos(angles), angles * np.sin(angles)], axis=1) / 7.5
    return _with_noise(points, std, rng)


# Images.


def load_fashion_mnist(path=None, *, value_range=(-1.0, 1.0), verbose=True):
    """Fashion-MNIST: photographs of garments, 28×28 grey pixels, ten classes.

    Looks at, in this order: `path`; the environment variable `GAN_TF_DATA`; the Keras cache;
    Debian's package dataset-fashion-mnist; a download into the Keras cache, unless
    `GAN_TF_OFFLINE=1`; the subset that comes with gan_tf. What the caller names, by `path` or
    `GAN_TF_DATA`, is used or an error. A damaged file is an error wherever it lies; a place that
    lacks some of the four files is passed over, and a download fetches only what is missing.

    Args:
        path: Folder with the four IDX files (.gz or not), an .npz with the arrays `train_images`,
            `train_labels`, `test_images`, `test_labels`, the word "embedded", or None.
        value_range: Pair `(low, high)` that black and white become.
        verbose: Whether to print which source was used.

    Returns:
        `(train_images, train_labels), (test_images, test_labels)`: float32 arrays
        `(num_images, 28, 28, 1)` and int64 arrays `(num_images,)`, indices into `CLASS_NAMES`.

    Raises:
        ValueError: If a file is damaged or `value_range` is not an increasing pair.
        OSError: If a named source is absent (FileNotFoundError) or a file cannot be read.

    Reference:
        Xiao et al. 2017, arXiv:1708.07747; MIT licence, Zalando SE.
    """
    low, high = _checked_range(value_range)
    source, location = find_fashion_mnist(path)
    why = ""
    if _named(path) is None and source in ("download", "embedded"):
        source, location, why = _download_or_embedded(source, verbose)
    arrays = _read(Path(location), source)
    if verbose:
        print(
            f"Fashion-MNIST: {len(arrays[0]):,} training and {len(arrays[2]):,} test images from "
            f"{location} ({source}){why}"
        )
    (train_images, train_labels), (test_images, test_labels) = arrays[:2], arrays[2:]
    return (
        (_scaled(train_images, low, high), train_labels.astype("int64")),
        (_scaled(test_images, low, high), test_labels.astype("int64")),
    )


def find_fashion_mnist(path=None):
    """Where `load_fashion_mnist` would look first; reads and downloads nothing.

    Args:
        path: As for `load_fashion_mnist`.

    Returns:
        `(source, location)`, two strings: source is "path", "GAN_TF_DATA", "Keras cache",
        "Debian package", "download" (location is the web address) or "embedded".

    Raises:
        FileNotFoundError: If what the caller named is absent or incomplete.
        ValueError: If it is neither a folder nor an .npz.
    """
    named = _named(path)
    if named is not None:
        return _find_named(*named)
    for source, folder in (("Keras cache", _keras_cache()), ("Debian package", DEBIAN_FOLDER)):
        if not _missing(folder):
            return source, str(folder)
    if _is_offline():
        return "embedded", str(_embedded_file())
    return "download", DOWNLOAD_URL


def read_idx(path, remedy="Give the path of a good copy."):
    """Reads one of the four IDX files of Fashion-MNIST.

    Args:
        path: File under its official name, gzip-compressed if that ends in .gz.
        remedy: Sentence that ends the messages of errors.

    Returns:
        Uint8 array, `(num_images, 28, 28)` or `(num_images,)`.

    Raises:
        ValueError: If the file is damaged: gzip, magic number, length, shape, SHA-256.
        OSError: If it cannot be read.
    """
    with _naming(path, remedy):
        return _checked_idx(Path(path).read_bytes(), Path(path).name)


# Pipelines.


def batches(
    images, batch_size=32, seed=0, *, steps_per_epoch=None, shuffle=True, drop_remainder=True
):
    """A `tf.data` pipeline whose order depends on the seed and the epoch alone.

    Each iteration over the dataset is an epoch. Its attribute `epoch`, a variable, holds the
    number of the next one, counted from 0. `GAN.fit` sets it as every epoch begins, so that a run
    that resumes sees the images in the order in which it would have seen them.

    Args:
        images: Float array `(num_images, ...)` of at least two axes; points will do.
        batch_size: Integer from 1 to `num_images`.
        seed: Integer.
        steps_per_epoch: Integer >= 1, batches in one epoch, so that a run is as long with few
            images as with many: the passes over the images follow one another without a gap, and
            an epoch is a stretch of them. By default an epoch is one pass.
        shuffle: Whether each pass has its own random order; if not, all keep the array's.
        drop_remainder: Whether to leave out the images that do not fill a last batch (others in
            each pass if shuffled).

    Returns:
        `tf.data.Dataset` of float32 batches `(batch_size, ...)`, of known length.

    Raises:
        ValueError: If the images are not finite floats, or another argument is out of range.
    """
    images = _checked_images(images)
    _check_batching(len(images), batch_size, seed, steps_per_epoch)
    num_images = len(images)
    num_full = num_images // batch_size
    with tf.device("CPU:0"):
        images = tf.constant(images)
        epoch = tf.Variable(0, dtype="int64", trainable=False, name="epoch")

    def one_pass(number):
        order = tf.range(num_images)
        if shuffle:
            order = tf.random.experimental.stateless_shuffle(
                order, [tf.constant(seed, tf.int64), number]
            )
        full, rest = tf.split(order, [num_full * batch_size, num_images % batch_size])
        indices = tf.data.Dataset.from_tensor_slices(tf.reshape(full, [num_full, batch_size]))
        if drop_remainder or num_images % batch_size == 0:
            return indices
        return indices.concatenate(tf.data.Dataset.from_tensors(rest))

    num_batches = num_full if drop_remainder else math.ceil(num_images / batch_size)

    def one_epoch(_):
        current = tf.convert_to_tensor(epoch.assign_add(1)) - 1
        if steps_per_epoch is None:
            return one_pass(current)
        first = current * steps_per_epoch
        passes = tf.data.Dataset.range(first // num_batches, tf.int64.max).flat_map(one_pass)
        return passes.skip(first % num_batches).take(steps_per_epoch)

    # One range element for each iteration: it is what makes the epoch be read anew.
    dataset = tf.data.Dataset.range(1).flat_map(one_epoch)
    dataset = dataset.map(lambda indices: tf.gather(images, indices))  # (batch_size, ...)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(steps_per_epoch or num_batches))
    dataset = dataset.prefetch(tf.data.AUTOTUNE)
    dataset.epoch = epoch
    return dataset


def capped(steps):
    """The number of steps, cut to Keras's cap where one is set.

    `KERAS_MAX_STEPS_PER_EPOCH` and `keras.config.set_max_steps_per_epoch` shorten `fit` for a
    quick trial. This is for the few loops that run outside of `fit`.
    """
    cap = keras.config.max_steps_per_epoch()
    return steps if cap is None else min(steps, cap)


# Helpers: points.


def _mixture(centres, num_samples, std, seed):
    _check_points(num_samples, std)
    rng = np.random.default_rng(seed)
    return _with_noise(centres[rng.integers(len(centres), size=num_samples)], std, rng)


def _with_noise(points, std, rng):
    return (points + std * rng.standard_normal(points.shape)).astype("float32")


def _check_points(num_samples, std):
    if not _is_integer(num_samples) or num_samples < 1:
        raise ValueError(
            f"num_samples must be an integer >= 1. Received: num_samples={num_samples!r}"
        )
    if not (std >= 0 and math.isfinite(std)):
        raise ValueError(f"std must be a finite number >= 0. Received: std={std!r}")


def _is_integer(value):
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


# Helpers: where Fashion-MNIST is.


def _named(path):
    """`(source, place)` if the caller named a place, otherwise None."""
    if path is not None:
        return "path", path
    if os.environ.get("GAN_TF_DATA"):
        return "GAN_TF_DATA", os.environ["GAN_TF_DATA"]
    return None


def _find_named(source, place):
    if str(place) == "embedded":
        return "embedded", str(_embedded_file())
    place = Path(place).expanduser()
    if place.is_dir():
        missing = _missing(place)
        if missing:
            raise FileNotFoundError(
                f"{place} ({source}) lacks {', '.join(missing)} (with or without .gz). "
                f"{_REMEDIES[source]}"
            )
    elif not place.exists():
        raise FileNotFoundError(f"{place} ({source}) does not exist. {_REMEDIES[source]}")
    elif place.suffix != ".npz":
        raise ValueError(
            "Expected a folder with the four IDX files of Fashion-MNIST, an .npz file or the word "
            f'"embedded". Received: {place} ({source}). {_REMEDIES[source]}'
        )
    return source, str(place)


def _keras_cache():
    """The folder where keras.datasets.fashion_mnist keeps its files."""
    home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    writable = os.access(home if home.exists() else home.parent, os.W_OK)
    return (home if writable else Path("/tmp/.keras")) / "datasets" / "fashion-mnist"


def _embedded_file():
    """In an installed package the subset lies inside of it, in a checkout in data/."""
    package = Path(__file__).resolve().parent
    installed = package / "embedded" / "fashion_mnist_subset.npz"
    return installed if installed.exists() else package.parent / "data" / installed.name


def _file_in(folder, name):
    """The .gz file or the plain one, or None."""
    candidates = (folder / f"{name}.gz", folder / name)
    return next((file for file in candidates if file.exists()), None)


def _missing(folder):
    return [name for name in IDX_SHAPES if _file_in(folder, name) is None]


def _is_offline():
    return os.environ.get("GAN_TF_OFFLINE", "0") not in ("", "0")


# Helpers: reading it.


def _download_or_embedded(source, verbose):
    """`(source, location, why)`: the completed Keras cache, or the subset and the reason."""
    cache = _keras_cache()
    missing = _missing(cache)
    for name in IDX_SHAPES.keys() - set(missing):
        read_idx(_file_in(cache, name), _REMEDIES["Keras cache"])
    problem = "no full set is on this machine and GAN_TF_OFFLINE is set"
    if source == "download":
        try:
            if verbose:
                print(f"Downloading Fashion-MNIST (30 MB) from {DOWNLOAD_URL} to {cache}")
            for name in sorted(missing, key=lambda name: "images" in name):  # small ones first
                _download(name, cache)
            return "download", cache, ""
        except (OSError, http.client.HTTPException, ValueError) as error:
            problem = f"the download failed: {str(error) or type(error).__name__}"
    return "embedded", _embedded_file(), f", because {problem.rstrip('.')}. {_FULL_SET}"


def _download(name, folder):
    """Puts a checked file into the folder: the name appears only when it is complete."""
    folder.mkdir(parents=True, exist_ok=True)
    url = f"{DOWNLOAD_URL}{name}.gz"
    with urllib.request.urlopen(url, timeout=DOWNLOAD_TIMEOUT) as response:
        compressed = response.read()
    with _naming(url, _REMEDIES["download"]):
        _checked_idx(compressed, f"{name}.gz")
    handle, temporary = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(compressed)
        os.replace(temporary, folder / f"{name}.gz")
    finally:
        Path(temporary).unlink(missing_ok=True)


def _read(location, source):
    """The four uint8 arrays: training images and labels, test images and labels."""
    if location.is_dir():
        return [read_idx(_file_in(location, name), _REMEDIES[source]) for name in IDX_SHAPES]
    with _naming(location, _REMEDIES[source]):
        arrays = _parsed_npz(location.read_bytes())
        if source == "embedded":
            _check_sha256(b"".join(array.tobytes() for array in arrays), EMBEDDED_SHA256)
    return arrays


@contextlib.contextmanager
def _naming(where, remedy):
    """Whatever a damaged file causes, in any library, becomes one message with its remedy."""
    try:
        yield
    except OSError as error:
        if not isinstance(error, gzip.BadGzipFile):
            raise type(error)(f"Cannot read {where}: {error.strerror}. {remedy}") from error
        raise ValueError(f"{where} is not a good data file: {error}. {remedy}") from error
    except Exception as error:
        raise ValueError(f"{where} is not a good data file: {error}. {remedy}") from error


def _checked_idx(content, file_name):
    """Parses a file's bytes, and checks that they are what the name promises."""
    name = file_name.removesuffix(".gz")
    if name not in IDX_SHAPES:
        raise ValueError(f"its name is none of {', '.join(IDX_SHAPES)}")
    if file_name.endswith(".gz"):
        content = gzip.decompress(content)
    array = _parsed_idx(content)
    if array.shape != IDX_SHAPES[name]:
        raise ValueError(f"its shape is {array.shape}, expected {IDX_SHAPES[name]}")
    _check_sha256(content, _SHA256[name])
    return array


def _check_sha256(content, expected):
    received = hashlib.sha256(content).hexdigest()
    if received != expected:
        raise ValueError(f"the SHA-256 of its content is {received}, expected {expected}")


def _parsed_idx(content):
    """Magic number: two zeros, 8 for uint8, number of axes; then their big-endian lengths."""
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        raise ValueError(f"its magic number is {content[:4].hex() or 'missing'}, expected 000008..")
    header = 4 + 4 * content[3]
    shape = tuple(int.from_bytes(content[i : i + 4], "big") for i in range(4, header, 4))
    expected, received = header + math.prod(shape), len(content)
    if received != expected:
        word = "truncated" if received < expected else "followed by other data"
        raise ValueError(f"it is {word}: {received:,} bytes, expected {expected:,}")
    return np.frombuffer(content, "uint8", offset=header).reshape(shape)


def _parsed_npz(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if archive.testzip() is not None:
            raise ValueError(f"its member {archive.testzip()} is damaged")
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        arrays = [file[key] for key in NPZ_KEYS]
    for images, labels in (arrays[:2], arrays[2:]):
        if images.shape != (labels.size, 28, 28) or labels.ndim != 1 or labels.size == 0:
            raise ValueError(f"images {images.shape} and labels {labels.shape} do not fit")
        if images.dtype != np.uint8 or labels.dtype != np.uint8:
            raise ValueError(f"its arrays are {images.dtype} and {labels.dtype}, expected uint8")
        if labels.max() >= len(CLASS_NAMES):
            raise ValueError(f"it has the label {labels.max()}, expected 0 to 9")
    return arrays


# Helpers: images.


def _checked_range(value_range):
    try:
        low, high = map(float, value_range)
    except (TypeError, ValueError):
        low = high = math.nan
    if not -math.inf < low < high < math.inf:
        raise ValueError(
            "value_range must be a pair (low, high) of finite numbers with low < high. "
            f"Received: value_range={value_range!r}"
        )
    return low, high


def _scaled(images, low, high):
    """Images `(num_images, 28, 28)` of bytes to float32 `(num_images, 28, 28, 1)`."""
    values = np.arange(256, dtype="float32") / 255 * (high - low) + low
    return values.astype("float32")[images][..., np.newaxis]


def _checked_images(images):
    images = np.asarray(images)
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


def _check_batching(num_images, batch_size, seed, steps_per_epoch):
    if not _is_integer(batch_size) or not 1 <= batch_size <= num_images:
        raise ValueError(
            f"batch_size must be an integer from 1 to the number of images, {num_images}. "
            f"Received: batch_size={batch_size!r}"
        )
    if not _is_integer(seed):
        raise ValueError(f"seed must be an integer. Received: seed={seed!r}")
    if steps_per_epoch is not None and (not _is_integer(steps_per_epoch) or steps_per_epoch < 1):
        raise ValueError(
            "steps_per_epoch must be an integer >= 1, or None for one pass over the images. "
            f"Received: steps_per_epoch={steps_per_epoch!r}"
        )
