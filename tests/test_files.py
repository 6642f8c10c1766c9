"""Pictures from folders and from TensorFlow Datasets: values, order, and what goes wrong."""

import errno
import io
import os
import re

from gan_tf import data
from gan_tf.data import files
import imageio.v3 as iio
import numpy as np
from odd_pictures import (
    BLUE,
    GREEN,
    NUM_ANIMATIONS,
    RED,
    write_damaged_pictures,
    write_odd_pictures,
)
import pytest
import tensorflow as tf


@pytest.fixture
def folder(tmp_path):
    """Twelve PNG files of 10 × 6 pixels, each of one colour, some in a folder inside."""
    (tmp_path / "inside").mkdir()
    for number in range(12):
        place = tmp_path / "inside" if number % 3 == 0 else tmp_path
        colour = np.full((6, 10, 3), 20 * number, "uint8")
        iio.imwrite(place / f"{number:02d}.png", colour)
    (tmp_path / "notes.txt").write_text("no image")
    return tmp_path


def colours(dataset):
    """The number of each picture of one epoch, in order."""
    return [round((float(image[0, 0, 0]) + 1) * 127.5 / 20) for b in dataset for image in b]


def test_pictures_are_squares_in_the_range(folder):
    dataset = data.image_batches(folder, 4, 3)
    assert len(dataset) == 4 and dataset.element_spec.shape == (3, 4, 4, 3)
    assert sorted(colours(dataset)) == list(range(12))
    values = np.concatenate(list(dataset))
    np.testing.assert_allclose(
        np.unique(values.round(4)), (np.arange(12) * 20 / 127.5 - 1).round(4)
    )


def test_the_middle_is_cut_out_and_averaged(tmp_path):
    picture = np.zeros((4, 8, 3), "uint8")
    picture[:, 2:4], picture[:, 4:6] = 255, 51  # the middle four columns: white, and dark grey
    iio.imwrite(tmp_path / "one.png", picture)
    (batch,) = data.image_batches(tmp_path, 2, 1)
    np.testing.assert_allclose(batch[0, :, :, 0], [[0.8, -0.4]] * 2, atol=0.25)
    assert float(batch[0, 0, 0, 0]) > 0.5 > 0 > float(batch[0, 0, 1, 0])


def test_grey_pictures_have_one_channel(folder):
    dataset = data.image_batches(folder, 4, 3, channels=1)
    assert dataset.element_spec.shape == (3, 4, 4, 1) and sorted(colours(dataset)) == [*range(12)]


def test_numbers_of_numpy_are_numbers(folder):
    of_numpy = data.image_batches(
        folder, np.int64(2), np.int32(4), np.int64(1), channels=np.int64(1), steps_per_epoch=3
    )
    of_python = data.image_batches(folder, 2, 4, 1, channels=1, steps_per_epoch=3)
    for ours, theirs in zip(of_numpy, of_python, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_order_depends_on_seed_and_epoch_alone(folder):
    first, again, other = (data.image_batches(folder, 2, 4, seed=s) for s in (1, 1, 2))
    epochs = [colours(first) for _ in range(3)]
    assert epochs[0] != epochs[1] and colours(other) != epochs[0]
    again.epoch.assign(2)
    assert colours(again) == epochs[2]


def test_an_epoch_may_be_longer_than_a_pass(folder):
    dataset = data.image_batches(folder, 2, 4, steps_per_epoch=5)
    shown = colours(dataset)
    assert len(shown) == 20 and sorted(shown[:12]) == list(range(12))


def test_a_file_that_is_no_image_is_named_before_training(folder):
    (folder / "broken.png").write_bytes(b"not a picture")
    with pytest.raises(ValueError, match=r"(?s)1 of the 13 pictures in .*broken\.png: no picture"):
        data.image_batches(folder, 2, 13)


@pytest.mark.parametrize("encode", [tf.io.encode_png, tf.io.encode_jpeg])
def test_a_picture_whose_download_broke_off_is_named(tmp_path, encode):
    picture = np.random.default_rng(0).integers(0, 256, (40, 40, 3), "uint8")
    whole = encode(picture).numpy()
    file = tmp_path / "picture.png"  # Pillow looks at the content, not at the ending
    for more in (b"", b"what a camera writes below a picture"):
        file.write_bytes(whole + more)
        assert len(colours(data.image_batches(tmp_path, 2, 1))) == 1
    for size in (len(whole) - 1, len(whole) // 2):
        file.write_bytes(whole[:size])
        with pytest.raises(ValueError, match=r"picture\.png: damaged"):
            data.image_batches(tmp_path, 2, 1)


def test_all_damaged_files_are_in_one_error(folder):
    said = write_damaged_pictures(folder)
    with pytest.raises(ValueError, match="Remove or replace them") as caught:
        data.load_folder(folder, 2, verbose=False)
    first, *lines, remedy = str(caught.value).splitlines()
    assert first == f"15 of the 27 pictures in {folder} cannot be read:"
    names = sorted(said)  # all begin before the letter i, as the folder of good pictures does not
    for line, name in zip(lines[:10], names, strict=False):
        assert line.startswith(f"  {folder / name}: ") and re.search(said[name], line)
    assert lines[10:] == ["  and 5 more"]


def test_odd_pictures_are_read_in_the_order_of_their_names(tmp_path, capsys):
    colour_of = write_odd_pictures(tmp_path)
    images = data.load_folder(tmp_path, 4)
    assert images.shape == (len(colour_of), 4, 4, 3) and images.dtype == np.float32
    expected = np.array([colour_of[name] for name in sorted(colour_of)]) / 127.5 - 1
    np.testing.assert_allclose(
        images, np.broadcast_to(expected[:, None, None], images.shape), atol=0.03
    )
    assert capsys.readouterr().out.splitlines() == [
        f"Reading {len(colour_of)} pictures from {tmp_path}",
        f"Animations, of which only the first frame is taken: {NUM_ANIMATIONS}",
        "Left out for their endings: 2 files (.csv: 1, .txt: 1)",
    ]


def test_odd_pictures_are_batches(tmp_path, capsys):
    colour_of = write_odd_pictures(tmp_path)
    dataset = data.image_batches(
        tmp_path, 4, len(colour_of), channels=1, fit="pad", background="black", verbose=False
    )
    (batch,) = dataset
    in_order = data.load_folder(
        tmp_path, 4, channels=1, fit="pad", background="black", verbose=False
    )
    assert capsys.readouterr().out == ""
    np.testing.assert_allclose(np.sort(batch, axis=0), np.sort(in_order, axis=0), atol=1e-6)
    assert (in_order[:, 3] == -1).all()  # 12 × 10 pixels become 4 × 3
    assert ((in_order[:, 0] > -1).sum() / 4).tolist() == len(colour_of) - 3  # but transparent ones


def test_links_are_followed_but_not_in_circles(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "pictures").mkdir()
    iio.imwrite(tmp_path / "elsewhere" / "a.png", np.zeros((2, 2, 3), "uint8"))
    (tmp_path / "pictures" / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "pictures" / "circle").symlink_to(tmp_path / "pictures")
    assert data.load_folder(tmp_path / "pictures", 1, verbose=False).shape == (1, 1, 1, 3)
    (tmp_path / "pictures" / "b.png").symlink_to(tmp_path / "nowhere.png")
    with pytest.raises(ValueError, match=r"b\.png: .*No such file"):
        data.load_folder(tmp_path / "pictures", 1, verbose=False)


def test_a_hidden_folder_may_be_named(tmp_path):
    (tmp_path / ".cache").mkdir()
    iio.imwrite(tmp_path / ".cache" / "a.png", np.zeros((2, 2, 3), "uint8"))
    assert len(data.load_folder(tmp_path / ".cache", 1, verbose=False)) == 1


def test_many_pictures_go_into_a_temporary_file(folder, monkeypatch):
    in_memory = data.image_batches(folder, 2, 4, seed=1)
    expected = np.concatenate([*in_memory, *in_memory])
    monkeypatch.setattr(files, "MEMORY", 12 * 2 * 2 * 3 - 1)
    in_file = data.image_batches(folder, 2, 4, seed=1)
    np.testing.assert_array_equal(np.concatenate([*in_file, *in_file]), expected)
    assert in_file.value_range == in_memory.value_range
    array = files._stored(iter([np.full((1, 1, 3), 7, "uint8")] * 99), (99, 1, 1, 3))
    assert isinstance(array, np.memmap) and (array == 7).all()


def test_a_full_disk_is_said(folder, monkeypatch):
    class Full(io.BytesIO):
        def write(self, _):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "MEMORY", 1)
    monkeypatch.setattr(files.tempfile, "TemporaryFile", Full)
    with pytest.raises(OSError, match=r"need 0\.0 GB.*TMPDIR.*No space left"):
        data.image_batches(folder, 2, 4)


def test_the_range_of_the_values_is_known(folder):
    dataset = data.image_batches(folder, 2, 4)
    assert dataset.value_range == pytest.approx((-1, 220 / 127.5 - 1))


def test_tensorflow_datasets_without_network():
    tfds = pytest.importorskip("tensorflow_datasets")
    with tfds.testing.mock_data(num_examples=8):
        dataset = data.image_batches("tfds:oxford_flowers102", 16, 4, seed=3, steps_per_epoch=2)
        batches = [np.asarray(batch) for batch in dataset]
        assert [b.shape for b in batches] == [(4, 16, 16, 3)] * 2
        assert all(-1 <= b.min() < b.max() <= 1 for b in batches)
        for global_seed in (0, 5):
            tf.random.set_seed(global_seed)
            dataset = data.image_batches("tfds:oxford_flowers102", 16, 4, seed=3, steps_per_epoch=2)
            np.testing.assert_array_equal(next(iter(dataset)), batches[0])
        grey = data.image_batches("tfds:oxford_flowers102", 8, 4, channels=1, steps_per_epoch=1)
        assert next(iter(grey)).shape == (4, 8, 8, 1)
        padded = data.image_batches("tfds:oxford_flowers102", 8, 4, fit="pad", background="red")
        assert next(iter(padded)).shape == (4, 8, 8, 3)
        with pytest.raises(ValueError, match='no feature "image"'):
            data.image_batches("tfds:ag_news_subset", 8)
    with pytest.raises(ValueError, match="Received: tfds:no_such_set"):
        data.image_batches("tfds:no_such_set", 8)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"source": "/nowhere"}, FileNotFoundError, "no folder /nowhere"),
        ({"size": 0}, ValueError, "size=0"),
        (
            {"batch_size": 13},
            ValueError,
            r"12 images, fewer than a batch.*batch_size from 1 to 12\.",
        ),
        ({"channels": 2}, ValueError, "channels=2"),
        ({"seed": 0.5}, ValueError, "seed=0.5"),
        ({"seed": True}, ValueError, "seed=True"),
        ({"channels": True}, ValueError, "channels=True"),
        ({"channels": "3"}, ValueError, "one of 1, 3"),
        ({"steps_per_epoch": 0}, ValueError, "steps_per_epoch=0"),
        ({"fit": "stretch"}, ValueError, "fit='stretch'"),
        ({"background": "no colour"}, ValueError, "background='no colour'"),
        ({"verbose": 2}, ValueError, "verbose=2"),
    ],
)
def test_clear_errors(folder, arguments, error, message):
    with pytest.raises(error, match=message):
        data.image_batches(**{"source": folder, "size": 4, "batch_size": 2, **arguments})


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no images.*Received: no files"):
        data.image_batches(tmp_path, 4)
    (tmp_path / "film.MP4").write_bytes(b"")
    with pytest.raises(FileNotFoundError, match=r"Received: 1 files \(\.mp4: 1\)"):
        data.load_folder(tmp_path, 4)
    with pytest.raises(FileNotFoundError, match="is a file, not a folder"):
        data.load_folder(tmp_path / "film.MP4", 4)
    with pytest.raises(ValueError, match="folder=None"):
        data.load_folder(None, 4)


@pytest.mark.parametrize(
    ("fit", "expected"),
    [
        ("crop", [[[0, 255, 0]] * 4] * 4),
        ("pad", [[[9, 8, 7]] * 4, [RED, GREEN, GREEN, BLUE], [[9, 8, 7]] * 4, [[9, 8, 7]] * 4]),
    ],
)
def test_pictures_of_tensorflow_datasets_are_fitted(fit, expected):
    """A picture of 8 × 2 pixels: red, green over the middle half, and blue."""
    picture = np.repeat(np.array([RED, GREEN, GREEN, BLUE], "uint8"), 2, 0)[None].repeat(2, 0)
    fitted = files._fitted(tf.constant(picture), 4, fit, (9, 8, 7))
    ours = np.round((fitted.numpy() + 1) * 127.5)
    if fit == "pad":  # where two colours meet, averaging mixes them
        np.testing.assert_array_equal(ours[[0, 2, 3]], np.array(expected)[[0, 2, 3]])
        assert ours[1].argmax(-1).tolist() == [0, 1, 1, 2]
        grey = files._fitted(tf.constant(picture[..., :1]), 4, fit, (255, 0, 0))
        assert round((float(grey[0, 0, 0]) + 1) * 127.5) == 76
    else:
        np.testing.assert_array_equal(ours[:, 1:3], np.array(expected)[:, 1:3])
