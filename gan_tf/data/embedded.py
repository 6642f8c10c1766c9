"""The data files that come with gan_tf: where they lie, and whether they are undamaged."""

import contextlib
import gzip
import hashlib
import io
from pathlib import Path

import numpy as np

REMEDY = "Reinstall gan_tf, or in a checkout run `git checkout data`."


def embedded_path(name):
    """Path of an embedded file: in an installed package inside of it, in a checkout in data/.

    Args:
        name: String, the file's path below data/, such as "emoji.npz".

    Returns:
        `pathlib.Path`; whether the file exists is not looked at.
    """
    package = Path(__file__).resolve().parents[1]
    installed = package / "embedded" / name
    return installed if installed.exists() else package.parent / "data" / name


def embedded_content(name, sha256):
    """The bytes of an embedded file.

    Args:
        name: String, the file's path below data/.
        sha256: String, the SHA-256 that its content must have, in hexadecimal.

    Returns:
        Bytes.

    Raises:
        ValueError: If the file is damaged.
        OSError: If it is absent or cannot be read.
    """
    path = embedded_path(name)
    with naming(path, REMEDY):
        content = path.read_bytes()
        check_sha256(content, sha256)
    return content


def embedded_arrays(name, sha256):
    """The arrays of an embedded .npz file.

    Args:
        name: String, the file's path below data/.
        sha256: String, the SHA-256 that its content must have, in hexadecimal.

    Returns:
        Dictionary from names to NumPy arrays.

    Raises:
        ValueError: If the file is damaged.
        OSError: If it is absent or cannot be read.
    """
    with np.load(io.BytesIO(embedded_content(name, sha256)), allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


@contextlib.contextmanager
def naming(where, remedy):
    """Turns whatever a damaged file causes, in any library, into one message with its remedy."""
    try:
        yield
    except OSError as error:
        if not isinstance(error, gzip.BadGzipFile):
            raise type(error)(f"Cannot read {where}: {error.strerror}. {remedy}") from error
        raise ValueError(f"{where} is not a good data file: {error}. {remedy}") from error
    except Exception as error:
        raise ValueError(f"{where} is not a good data file: {error}. {remedy}") from error


def check_sha256(content, expected):
    """Raises a ValueError unless bytes have the SHA-256 that is expected."""
    received = hashlib.sha256(content).hexdigest()
    if received != expected:
        raise ValueError(f"the SHA-256 of its content is {received}, expected {expected}")
