"""Fashion-MNIST: where it is found, how it is read and checked, the range it is scaled to."""

import gzip
import http.client
import io
import math
import os
from pathlib import Path
import tempfile
import urllib.request
import zipfile

from gan_tf import checks
from gan_tf.data.embedded import REMEDY, check_sha256, embedded_path, naming
import numpy as np

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
    "embedded": REMEDY,
}
_FULL_SET = (
    "For all 70,000 images go online once, install Debian's dataset-fashion-mnist, or set "
    "GAN_TF_DATA to a folder with the four IDX files."
)


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
    low, high = checks.increasing_pair(value_range=value_range)
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
    with naming(path, remedy):
        return _checked_idx(Path(path).read_bytes(), Path(path).name)


# Helpers: where it is.


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
    if not isinstance(place, (str, Path)):
        expected = 'a folder with the four IDX files, an .npz file, the word "embedded", or None'
        raise checks.argument_error("path", place, expected)
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
    return embedded_path("fashion_mnist_subset.npz")


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
    with naming(url, _REMEDIES["download"]):
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
    with naming(location, _REMEDIES[source]):
        arrays = _parsed_npz(location.read_bytes())
        if source == "embedded":
            check_sha256(b"".join(array.tobytes() for array in arrays), EMBEDDED_SHA256)
    return arrays


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
    check_sha256(content, _SHA256[name])
    return array


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


# Helpers: its values.


def _scaled(images, low, high):
    """Images `(num_images, 28, 28)` of bytes to float32 `(num_images, 28, 28, 1)`."""
    values = np.arange(256, dtype="float32") / 255 * (high - low) + low
    return values.astype("float32")[images][..., np.newaxis]
