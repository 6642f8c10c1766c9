"""Checkpoints as files: whole or not there at all, checked by a hash, the two newest kept.

The checkpoint of epoch 12 consists of `checkpoint-000012.weights.h5`, Keras's file of the game,
`checkpoint-000012.npz`, arrays that callbacks remember, if there are any, and
`checkpoint-000012.json`, which is written last and holds the hashes of the others and its own.
"""

import contextlib
import hashlib
import json
import os
from pathlib import Path
import re

import filelock
from gan_tf import __version__
import numpy as np

NUM_KEPT = 2
_KINDS = ("weights.h5", "npz", "json")
_UNFINISHED = "unfinished"  # stands in a file's name where the epoch will stand
_BEGIN = b'{"sha256": "'  # of a JSON; its own hash follows, 64 characters
_HELD = {}  # the locks of this process; a lock ends when nothing refers to it


def save(folder, epoch, content, save_weights):
    """Writes a checkpoint, then removes all but the two newest.

    The files get their names when the disk has them, the JSON last. So if the process ends at any
    moment, either this checkpoint or the one before it is whole. Other files are left alone.

    Args:
        folder: Path of a folder; it is made if it is absent.
        epoch: Integer >= 0, epochs that are done.
        content: Dict of numpy arrays, numbers, strings, None, and dicts and lists of these.
        save_weights: Function that writes the weights to a path, such as a model's `save_weights`.

    Raises:
        OSError: If the disk is full, or the folder cannot be written.
        ValueError: If `content` holds something else.
    """
    folder = Path(folder)
    tree, arrays = _separated(content)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder, epoch, tree, arrays, save_weights)
        for old in _epochs(folder)[NUM_KEPT:]:
            _remove(folder, old)
    except (OSError, RuntimeError) as error:  # HDF5 raises either if the disk is full
        with contextlib.suppress(OSError):
            _remove(folder, _UNFINISHED)
        raise OSError(
            f"The checkpoint of epoch {epoch} could not be written. Received: {error}. Expected: "
            f"a folder {folder} that can be written, on a disk with room. Make room, or give "
            "another folder; the checkpoints that are there are whole."
        ) from error


def newest(folder):
    """The newest checkpoint that is whole; prints which files are damaged.

    Args:
        folder: Path of a folder, which may be absent.

    Returns:
        `(epoch, content, path of the weights)` as they were given to `save`, or None where there is
        no checkpoint.

    Raises:
        OSError: If a checkpoint cannot be read.
        ValueError: If all of them are damaged, or were written by an earlier gan_tf.
    """
    epochs = _epochs(Path(folder))
    for epoch in epochs:
        checkpoint = _read(Path(folder), epoch)
        if checkpoint is not None:
            return checkpoint
    if epochs:
        raise ValueError(
            f"No checkpoint in {folder} is whole. Received: those of epochs {epochs}, whose hashes "
            "do not fit. Expected: at least one as it was written. Delete them to begin anew, or "
            "give another folder."
        )
    return None


def hold(folder):
    """Keeps a folder for this process until it ends, however it ends.

    Two runs in one folder would go on from each other's checkpoints. Where the disk knows no locks
    (some network disks), nothing is held.

    Args:
        folder: Path of a folder; it is made if it is absent.

    Raises:
        OSError: If another process holds it.
    """
    lock = filelock.FileLock(Path(folder).resolve() / "checkpoints.lock", timeout=0)
    if lock.lock_file in _HELD:
        return
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except filelock.Timeout as error:
        raise OSError(
            f"Another process trains with the checkpoints in {folder}. Received: a folder in use. "
            "Expected: one for each run. Wait for that process, end it, or give another folder."
        ) from error
    except (OSError, NotImplementedError):
        return  # if the folder is the trouble, `newest` or `save` says what is wrong
    _HELD[lock.lock_file] = lock


# Helpers.


def _path(folder, epoch, kind):
    return folder / f"checkpoint-{str(epoch).zfill(6)}.{kind}"


def _epochs(folder):
    """The epochs of the checkpoints in a folder, newest first."""
    try:
        names = sorted(path.name for path in folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise OSError(
            f"Checkpoints need a folder. Received: {folder}, {error}. Give another one."
        ) from error
    earlier = [name for name in names if re.fullmatch(r"checkpoint-\d{6,}\.gan_tf", name)]
    if earlier:
        raise ValueError(
            f"The checkpoints in {folder} were written by an earlier gan_tf and cannot be resumed. "
            f"Received: {earlier}. Expected: files that end in .json and .weights.h5. Delete them "
            "to begin anew, or give another folder."
        )
    matches = [re.fullmatch(r"checkpoint-(\d{6,})\.json", name) for name in names]
    return sorted((int(match[1]) for match in matches if match), reverse=True)


def _write(folder, epoch, tree, arrays, save_weights):
    """Writes all files under unfinished names, then renames them, the JSON last."""
    kinds = _KINDS if arrays else ("weights.h5", "json")
    paths = {kind: _path(folder, _UNFINISHED, kind) for kind in kinds}
    save_weights(paths["weights.h5"])
    if arrays:
        np.savez_compressed(paths["npz"], **arrays)  # the frames of a film become small
    hashes = {kind: _hash(paths[kind].read_bytes()) for kind in kinds[:-1]}
    facts = {"epoch": epoch, "gan_tf": __version__, "files": hashes, "content": tree}
    text = json.dumps({"sha256": "", **facts}).encode()
    paths["json"].write_bytes(_signed(text[len(_BEGIN) :]))
    for path in paths.values():
        with open(path, "rb+") as file:
            os.fsync(file.fileno())
    for kind, path in paths.items():
        os.replace(path, _path(folder, epoch, kind))


def _read(folder, epoch):
    """What `newest` gives; None, with a message, if one of the files is not whole."""
    path = _path(folder, epoch, "json")
    text = path.read_bytes()
    if text != _signed(text[len(_BEGIN) + 64 :]):
        return _damaged(path)
    facts, arrays = json.loads(text), {}
    for kind, written in facts["files"].items():
        path = _path(folder, epoch, kind)
        if not path.exists() or _hash(path.read_bytes()) != written:
            return _damaged(path)
        if kind == "npz":
            with np.load(path, allow_pickle=False) as archive:
                arrays = dict(archive)
    return epoch, _joined(facts["content"], arrays), _path(folder, epoch, "weights.h5")


def _damaged(path):
    print(f"{path} is damaged: its hash does not fit. The checkpoint before it is used instead.")


def _remove(folder, epoch):
    for kind in _KINDS:
        _path(folder, epoch, kind).unlink(missing_ok=True)


def _hash(content):
    return hashlib.sha256(content).hexdigest()


def _signed(rest):
    """A JSON whose own hash stands in front of the rest of it."""
    return _BEGIN + _hash(rest).encode() + rest


def _separated(content):
    """The content as JSON knows it, with a mark in the place of each array, and the arrays."""
    arrays = {}

    def mark(value):
        if isinstance(value, np.generic):
            return value.item()
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "biufV":
            raise ValueError(
                "A checkpoint holds arrays, numbers, strings, None, and dicts and lists of these. "
                f"Received: {value!r} of type {type(value).__name__}"
            )
        name = f"array_{len(arrays)}"
        arrays[name] = value
        return {"array": name, "dtype": value.dtype.name}

    return json.loads(json.dumps(content, default=mark)), arrays


def _joined(tree, arrays):
    """What `_separated` was given."""

    def array(value):
        is_mark = value.keys() == {"array", "dtype"}
        # numpy's files forget which type of two bytes bfloat16 is.
        return arrays[value["array"]].view(value["dtype"]) if is_mark else value

    return json.loads(json.dumps(tree), object_hook=array)
