"""Checkpoints as files: whole or not there at all, checked by a hash, the two newest kept."""

import contextlib
import hashlib
import io
import json
import os
from pathlib import Path
import re
import zipfile

from gan_tf import __version__
import numpy as np

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

FORMAT = 1  # of the content; a later gan_tf that writes another one counts on
NUM_KEPT = 2
_NAME = re.compile(r"checkpoint-(\d{6,})\.gan_tf")
_UNFINISHED = "checkpoint-unfinished.gan_tf"
_HELD = {}  # folders that this process holds, with their file descriptors
_TITLE = b"gan_tf checkpoint. SHA-256 of what follows this line: "


def save(folder, epoch, content):
    """Writes a checkpoint, then removes all but the two newest.

    It is written beside its place and renamed when the disk has it, so that a process that ends
    at any moment leaves the earlier ones, or this one, whole. Other files are left alone.

    Args:
        folder: Path of a folder; it is made if it is absent.
        epoch: Integer >= 0, epochs that are done.
        content: Dict of numpy arrays, numbers, strings, None, and dicts and lists of these.

    Raises:
        OSError: If the disk is full, or the folder cannot be written.
        ValueError: If `content` holds something else.
    """
    folder = Path(folder)
    body = _packed({"format": FORMAT, "gan_tf": __version__, "epoch": epoch, "content": content})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / _UNFINISHED, _title(body), body)
        os.replace(folder / _UNFINISHED, folder / f"checkpoint-{epoch:06d}.gan_tf")
        _sync(folder)
        for path in _paths(folder)[NUM_KEPT:]:
            path.unlink()
    except OSError as error:
        with contextlib.suppress(OSError):
            (folder / _UNFINISHED).unlink()
        raise OSError(
            f"The checkpoint of epoch {epoch} could not be written. Received: {error}. Expected: "
            f"a folder {folder} that can be written, with {len(body) / 1e6:,.1f} MB free. Make "
            "room, or give another folder; the checkpoints that are there are whole."
        ) from error


def newest(folder):
    """The newest checkpoint that is whole; says which ones are damaged.

    Args:
        folder: Path of a folder, which may be absent.

    Returns:
        `(epoch, content)` as they were given to `save`, or None where there is no checkpoint.

    Raises:
        OSError: If a checkpoint cannot be read.
        ValueError: If all of them are damaged, or one is of another version.
    """
    paths = _paths(Path(folder))
    for number, path in enumerate(paths, start=1):
        body = _body(path)
        if body is not None:
            return _checked(_unpacked(body), path)
        if number < len(paths):
            print(f"{path} is damaged: its hash does not fit. The one before it is used.")
    if not paths:
        return None
    raise ValueError(
        f"No checkpoint in {folder} is whole. Received: {[path.name for path in paths]}, whose "
        "hashes do not fit. Expected: at least one as it was written. Delete them to begin anew, "
        "or give another folder."
    )


def hold(folder):
    """Keeps a folder for this process until it ends, however it ends.

    Two runs in one folder would go on from each other's checkpoints. Where the system or the disk
    knows no such locks (Windows, some network disks), nothing is held.

    Args:
        folder: Path of a folder; it is made if it is absent.

    Raises:
        OSError: If another process holds it.
    """
    folder = Path(folder).resolve()
    if fcntl is None or folder in _HELD:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        opened = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # `save` says what is wrong with the folder
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(opened)
        raise OSError(
            f"Another process trains with the checkpoints in {folder}. Received: a folder in use. "
            "Expected: one for each run. Wait for that process, end it, or give another folder."
        ) from error
    except OSError:
        os.close(opened)
        return
    _HELD[folder] = opened


# Helpers.


def _paths(folder):
    """The checkpoints in a folder, newest first; no other files."""
    try:
        found = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise OSError(
            f"Checkpoints need a folder. Received: {folder}, {error}. Give another one."
        ) from error
    return sorted(found, key=lambda path: int(_NAME.fullmatch(path.name)[1]), reverse=True)


def _title(body):
    return _TITLE + hashlib.sha256(body).hexdigest().encode() + b"\n"


def _write(path, *parts):
    with open(path, "wb") as file:
        file.writelines(parts)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder):
    """Makes a rename outlast a power cut; some systems cannot open folders."""
    with contextlib.suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _body(path):
    """What follows the title, or None if a bit of the file is not as it was written."""
    try:
        found = path.read_bytes()
    except OSError as error:
        raise OSError(
            f"A checkpoint cannot be read. Received: {error}. Make {path} readable, or give "
            "another folder."
        ) from error
    title, _, body = found.partition(b"\n")
    return body if title + b"\n" == _title(body) else None


def _checked(found, path):
    if found["format"] != FORMAT:
        raise ValueError(
            f"{path} is of another version. Received: format {found['format']}, written by gan_tf "
            f"{found['gan_tf']}. Expected: format {FORMAT}, which gan_tf {__version__} reads. "
            "Install that version, or give another folder to begin anew."
        )
    return found["epoch"], found["content"]


def _packed(tree):
    """Bytes of a zip: the tree as JSON, each array in it as a .npy file."""
    arrays = []
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("tree.json"), json.dumps(_taken_out(tree, arrays)))
        for number, array in enumerate(arrays):
            info = zipfile.ZipInfo(f"{number}.npy")
            if array.dtype == np.uint8:  # pictures become small, weights do not
                info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
    return buffer.getvalue()


def _unpacked(body):
    with np.load(io.BytesIO(body), allow_pickle=False) as archive:
        tree = json.loads(archive["tree.json"])
        return _put_back(tree, archive)


def _taken_out(value, arrays):
    """The tree with a mark in the place of each array."""
    if isinstance(value, dict):
        return {name: _taken_out(each, arrays) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_taken_out(each, arrays) for each in value]
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufV":
        mark = {"array": len(arrays), "dtype": value.dtype.name}
        if value.dtype.kind == "V":  # numpy's files do not know bfloat16
            value = value.view(f"u{value.dtype.itemsize}")
        arrays.append(value)
        return mark
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise ValueError(
        "A checkpoint holds arrays, numbers, strings, None, and dicts and lists of these. "
        f"Received: {value!r} of type {type(value).__name__}"
    )


def _put_back(value, archive):
    if isinstance(value, list):
        return [_put_back(each, archive) for each in value]
    if isinstance(value, dict):
        if value.keys() == {"array", "dtype"}:
            return archive[f"{value['array']}.npy"].view(value["dtype"])
        return {name: _put_back(each, archive) for name, each in value.items()}
    return value
