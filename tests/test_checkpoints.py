"""Checkpoints as files: whole or not there, damage that is noticed, and files that are not ours."""

import errno
import json
import os
from pathlib import Path

from gan_tf.training import checkpoints
import ml_dtypes
import numpy as np
import pytest

CONTENT = {
    "arrays": [np.arange(6, dtype="float32").reshape(2, 3), np.zeros((), "int64")],
    "picture": np.full((50, 50, 3), 7, "uint8"),
    "half": np.arange(4).astype(ml_dtypes.bfloat16),
    "numbers": {"one": 1, "third": 1 / 3, "none": None, "yes": True, "text": "x", "list": [[]]},
    "numpy's numbers": [np.float32(0.1), np.int64(3), np.bool_(True)],
}
KINDS = ("json", "npz", "weights.h5")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def files(*epochs):
    return sorted(f"checkpoint-{epoch:06}.{kind}" for epoch in epochs for kind in KINDS)


def save(folder, epoch, content=CONTENT):
    checkpoints.save(folder, epoch, content, lambda path: Path(path).write_bytes(bytes(100)))


@pytest.fixture
def folder(tmp_path):
    """One with the checkpoints of epochs 1 and 2."""
    for epoch in (1, 2):
        save(tmp_path, epoch)
    return tmp_path


def test_what_is_saved_comes_back(tmp_path):
    save(tmp_path / "new" / "folder", 3)
    epoch, found, weights = checkpoints.newest(tmp_path / "new" / "folder")
    assert epoch == 3 and weights.read_bytes() == bytes(100)
    assert found["numbers"] == CONTENT["numbers"]
    assert found["numpy's numbers"] == [float(np.float32(0.1)), 3, True]
    for name in ("picture", "half"):
        assert found[name].dtype == CONTENT[name].dtype
        np.testing.assert_array_equal(found[name], CONTENT[name])
    for ours, theirs in zip(found["arrays"], CONTENT["arrays"], strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)


def test_nan_and_infinity_come_back(tmp_path):
    save(tmp_path, 1, {"losses": [float("nan"), float("-inf")]})
    losses = checkpoints.newest(tmp_path)[1]["losses"]
    assert np.isnan(losses[0]) and losses[1] == float("-inf")
    assert names(tmp_path) == ["checkpoint-000001.json", "checkpoint-000001.weights.h5"]


@pytest.mark.parametrize("value", [np.array(["x", None], dtype=object), {1, 2}, object()])
def test_nothing_is_pickled(value, tmp_path):
    with pytest.raises(ValueError, match="holds arrays, numbers"):
        save(tmp_path, 1, {"value": value})
    assert names(tmp_path) == []


def test_the_two_newest_are_kept_and_other_files_left_alone(tmp_path):
    others = ["checkpoint-1.json", "checkpoint-000001.json.bak", "notes.txt", "x.weights.h5"]
    for name in others:
        (tmp_path / name).write_text("mine", encoding="utf-8")
    for epoch in (1, 2, 9, 10):
        save(tmp_path, epoch)
    assert names(tmp_path) == sorted([*others, *files(9, 10)])
    assert all((tmp_path / name).read_text("utf-8") == "mine" for name in others)
    assert checkpoints.newest(tmp_path)[0] == 10


def test_the_json_is_one_that_anybody_can_read(folder):
    found = json.loads((folder / "checkpoint-000002.json").read_text(encoding="utf-8"))
    assert found["epoch"] == 2 and found["files"].keys() == {"npz", "weights.h5"}
    assert found["content"]["numbers"] == CONTENT["numbers"]


def test_a_folder_without_checkpoints(tmp_path):
    assert checkpoints.newest(tmp_path) is None
    assert checkpoints.newest(tmp_path / "absent") is None


def flip(path, place):
    """Flips the lowest bit of the byte at a place, given as a share of the file."""
    content = bytearray(path.read_bytes())
    content[int(place * (len(content) - 1))] ^= 1
    path.write_bytes(content)


def append(path, _):
    path.write_bytes(path.read_bytes() + b"\n")


def cut(path, place):
    path.write_bytes(path.read_bytes()[: int(place * path.stat().st_size)])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", [flip, cut, append])
def test_damage_is_noticed_and_the_checkpoint_before_is_used(damage, kind, folder, capsys):
    path = folder / f"checkpoint-000002.{kind}"
    whole = path.read_bytes()
    for place in (0, 0.02, 0.1, 0.5, 0.99):
        path.write_bytes(whole)
        damage(path, place)
        assert checkpoints.newest(folder)[0] == 1
        printed = capsys.readouterr().out
        assert f"{path} is damaged" in printed and "before it is used" in printed


@pytest.mark.parametrize("kind", ["npz", "weights.h5"])
def test_a_missing_file_is_noticed(kind, folder, capsys):
    (folder / f"checkpoint-000002.{kind}").unlink()
    assert checkpoints.newest(folder)[0] == 1
    assert f"checkpoint-000002.{kind} is damaged" in capsys.readouterr().out


def test_all_damaged_is_an_error_and_nothing_is_deleted(folder):
    for path in folder.glob("*.weights.h5"):
        path.write_bytes(b"")
    with pytest.raises(ValueError, match=r"No checkpoint in .* is whole.*\[2, 1\].*Delete them"):
        checkpoints.newest(folder)
    assert names(folder) == files(1, 2)


def test_checkpoints_of_an_earlier_format_are_named(tmp_path):
    (tmp_path / "checkpoint-000007.gan_tf").write_bytes(b"")
    with pytest.raises(ValueError, match=r"an earlier gan_tf and cannot be resumed.*000007"):
        checkpoints.newest(tmp_path)


def full(*arguments):
    raise OSError(errno.ENOSPC, "No space left on device")


def full_as_hdf5_says(path):
    path.write_bytes(b"half of the wei")
    raise RuntimeError("Can't decrement id ref count (unable to extend file properly, errno = 28)")


@pytest.mark.parametrize("moment", ["fsync", "replace", "weights"])
def test_a_full_disk_leaves_the_checkpoints_before(moment, folder, monkeypatch):
    with monkeypatch.context() as patch:
        if moment != "weights":
            patch.setattr(os, moment, full)
        write = full_as_hdf5_says if moment == "weights" else Path.touch
        with pytest.raises(OSError, match=r"epoch 3.*(No space|errno = 28).*Expected.*Make room"):
            checkpoints.save(folder, 3, CONTENT, write)
    assert names(folder) == files(1, 2)
    assert checkpoints.newest(folder)[0] == 2


@pytest.mark.parametrize("num_renamed", [0, 1, 2])
def test_what_a_killed_process_leaves_does_no_harm(num_renamed, folder, monkeypatch):
    class Killed(BaseException):
        pass

    renamed = []

    def replace(path, target):
        if len(renamed) == num_renamed:
            raise Killed
        renamed.append(target)
        path.rename(target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        with pytest.raises(Killed):
            save(folder, 3)
    assert len(names(folder)) == 9 and checkpoints.newest(folder)[0] == 2
    save(folder, 3)
    assert names(folder) == files(2, 3) and checkpoints.newest(folder)[0] == 3


def test_a_file_in_the_place_of_the_folder(tmp_path):
    path = tmp_path / "file"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(OSError, match="Checkpoints need a folder"):
        checkpoints.newest(path)
    with pytest.raises(OSError, match="could not be written"):
        save(path, 1)
    checkpoints.hold(path)  # whoever reads or writes there says what is wrong
    assert path.read_text("utf-8") == "mine"


HOLD = """
from gan_tf.training import checkpoints
try:
    checkpoints.hold({folder!r})
    print("held", end="")
except OSError as error:
    print(error, end="")
"""


def test_a_folder_is_held_by_one_process_until_it_ends(tmp_path, run_python):
    program = HOLD.format(folder=str(tmp_path / "run"))
    assert run_python(program) == "held"  # a process that has ended holds nothing
    checkpoints.hold(tmp_path / "run")
    checkpoints.hold(tmp_path / "run")  # the same process may train there again
    assert "Another process trains with the checkpoints in" in run_python(program)
    assert checkpoints.newest(tmp_path / "run") is None
