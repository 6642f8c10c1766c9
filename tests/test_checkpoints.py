"""Checkpoints as files: whole or not there, damage that is noticed, and files that are not ours."""

import errno
import os

from gan_tf.training import checkpoints
import numpy as np
import pytest
import tensorflow as tf

CONTENT = {
    "arrays": [np.arange(6, dtype="float32").reshape(2, 3), np.zeros((), "int64")],
    "picture": np.full((50, 50, 3), 7, "uint8"),
    "half": np.arange(4).astype(tf.bfloat16.as_numpy_dtype),
    "numbers": {"one": 1, "third": 1 / 3, "none": None, "yes": True, "text": "x"},
}
NAMES = ["checkpoint-000001.gan_tf", "checkpoint-000002.gan_tf"]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def folder(tmp_path):
    """One with the checkpoints of epochs 1 and 2."""
    for epoch in (1, 2):
        checkpoints.save(tmp_path, epoch, {"epoch": epoch})
    return tmp_path


def test_what_is_saved_comes_back(tmp_path):
    checkpoints.save(tmp_path / "new" / "folder", 3, CONTENT)
    epoch, found = checkpoints.newest(tmp_path / "new" / "folder")
    assert epoch == 3 and found["numbers"] == CONTENT["numbers"]
    for name in ("picture", "half"):
        assert found[name].dtype == CONTENT[name].dtype
        np.testing.assert_array_equal(found[name], CONTENT[name])
    for ours, theirs in zip(found["arrays"], CONTENT["arrays"], strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)


def test_nan_and_infinity_come_back(tmp_path):
    checkpoints.save(tmp_path, 1, {"losses": [float("nan"), float("-inf"), np.float32(0.1)]})
    losses = checkpoints.newest(tmp_path)[1]["losses"]
    assert np.isnan(losses[0]) and losses[1:] == [float("-inf"), float(np.float32(0.1))]


@pytest.mark.parametrize("value", [np.array(["x", None], dtype=object), {1, 2}, object()])
def test_nothing_is_pickled(value, tmp_path):
    with pytest.raises(ValueError, match="holds arrays, numbers"):
        checkpoints.save(tmp_path, 1, {"value": value})
    assert names(tmp_path) == []


def test_the_two_newest_are_kept_and_other_files_left_alone(tmp_path):
    others = ["checkpoint-1.gan_tf", "checkpoint-000001.gan_tf.bak", "notes.txt", "x.weights.h5"]
    for name in others:
        (tmp_path / name).write_text("mine", encoding="utf-8")
    for epoch in (1, 2, 9, 10):
        checkpoints.save(tmp_path, epoch, {})
    kept = ["checkpoint-000009.gan_tf", "checkpoint-000010.gan_tf"]
    assert names(tmp_path) == sorted([*others, *kept])
    assert all((tmp_path / name).read_text("utf-8") == "mine" for name in others)
    assert checkpoints.newest(tmp_path)[0] == 10


def test_a_folder_without_checkpoints(tmp_path):
    assert checkpoints.newest(tmp_path) is None
    assert checkpoints.newest(tmp_path / "absent") is None


def flipped(content, place):
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize("place", [0, 60, 130, 300, -1])
def test_one_flipped_bit_is_noticed(place, folder, capsys):
    path = folder / NAMES[1]
    content = path.read_bytes()
    path.write_bytes(flipped(content, place % len(content)))
    assert checkpoints.newest(folder) == (1, {"epoch": 1})
    printed = capsys.readouterr().out
    assert NAMES[1] in printed and "damaged" in printed and "before it is used" in printed


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99])
def test_a_file_cut_short_is_noticed(share, folder):
    path = folder / NAMES[1]
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    assert checkpoints.newest(folder)[0] == 1


def test_what_is_appended_is_noticed(folder):
    with open(folder / NAMES[1], "ab") as file:
        file.write(b"\n")
    assert checkpoints.newest(folder)[0] == 1


def test_all_damaged_is_an_error_and_nothing_is_deleted(folder):
    for name in NAMES:
        (folder / name).write_bytes(b"")
    with pytest.raises(ValueError, match="No checkpoint in .* is whole.*Delete them"):
        checkpoints.newest(folder)
    assert names(folder) == NAMES


def test_another_version_is_named(folder, monkeypatch):
    monkeypatch.setattr(checkpoints, "FORMAT", 2)
    with pytest.raises(ValueError, match=r"another version.*format 1.*Expected: format 2"):
        checkpoints.newest(folder)


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_full_disk_leaves_the_checkpoints_before(moment, folder, monkeypatch):
    def fails(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, moment, fails)
        with pytest.raises(OSError, match=r"epoch 3.*No space left.*Expected.*Make room"):
            checkpoints.save(folder, 3, CONTENT)
    assert names(folder) == NAMES
    assert checkpoints.newest(folder)[0] == 2


def test_what_a_killed_process_left_does_no_harm(folder):
    (folder / "checkpoint-unfinished.gan_tf").write_bytes(b"half a check")
    assert checkpoints.newest(folder)[0] == 2
    checkpoints.save(folder, 3, {})
    assert names(folder) == ["checkpoint-000002.gan_tf", "checkpoint-000003.gan_tf"]


def test_a_file_in_the_place_of_the_folder(tmp_path):
    path = tmp_path / "file"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(OSError, match="Checkpoints need a folder"):
        checkpoints.newest(path)
    with pytest.raises(OSError, match="could not be written"):
        checkpoints.save(path, 1, {})
    assert path.read_text("utf-8") == "mine"


HOLD = """
from gan_tf.training import checkpoints
try:
    checkpoints.hold({folder!r})
    print("held", end="")
except OSError as error:
    print(error, end="")
"""


@pytest.mark.skipif(checkpoints.fcntl is None, reason="no such locks on Windows")
def test_a_folder_is_held_by_one_process_until_it_ends(tmp_path, run_python):
    program = HOLD.format(folder=str(tmp_path / "run"))
    assert run_python(program) == "held"  # a process that has ended holds nothing
    checkpoints.hold(tmp_path / "run")
    checkpoints.hold(tmp_path / "run")  # the same process may train there again
    assert "Another process trains with the checkpoints in" in run_python(program)
    assert not list((tmp_path / "run").iterdir())
