"""Folders of pairs, two squares in each file: split, scaled, drawn in batches; clear errors."""

from gan_tf import data
from gan_tf.data import pairs
import numpy as np
from odd_pictures import BLUE, RED, one_colour
from PIL import Image
import pytest


def write_pair(path, left, right, side=20):
    """A file with a square of one colour on the left and of another on the right."""
    picture = Image.new("RGB", (2 * side, side))
    for place, colour in enumerate((left, right)):
        picture.paste(one_colour(colour, size=(side, side)), (place * side, 0))
    picture.save(path)


def shade(number):
    """A grey of which no other number has the like."""
    return (5 * number,) * 3


@pytest.fixture
def folder(tmp_path):
    """Thirty pairs: a grey on the left, the same grey with all the red on the right."""
    for number in range(30):
        grey = shade(number)
        write_pair(tmp_path / f"{number:02}.png", grey, (255, *grey[1:]))
    return tmp_path


def test_left_and_right_become_sketches_and_images(folder, capsys):
    found = data.PairFolder(folder, 8)
    assert found.pictures.shape == (30, 8, 16, 3) and len(found) == 30
    printed = capsys.readouterr().out
    assert "Reading 30 pictures" in printed
    assert "Pairs to train on: 27, kept from training: 3" in printed
    for split, count in (("train", 27), ("test", 3)):
        sketches, images = found.pairs(split)
        assert sketches.shape == images.shape == (count, 8, 8, 3)
        assert sketches.dtype == images.dtype == np.float32
        greys = np.array([shade(row)[0] for row in found.rows[split]]) / 127.5 - 1
        np.testing.assert_allclose(sketches[:, 3, 7], greys[:, None] * np.ones(3), atol=1e-6)
        np.testing.assert_allclose(images[:, 3, 0, 0], 1)
        np.testing.assert_allclose(images[:, 3, 0, 1], greys, atol=1e-6)


def test_reverse_swaps_what_is_given_and_what_is_made(folder):
    one, other = (data.PairFolder(folder, 8, reverse=r, verbose=False) for r in (False, True))
    for a, b in zip(one.pairs("test"), reversed(other.pairs("test")), strict=True):
        np.testing.assert_array_equal(a, b)


def test_no_pair_is_in_both_parts_and_the_parts_stay_the_same(folder):
    one, two = (data.PairFolder(folder, 4, verbose=False) for _ in range(2))
    assert sorted([*one.rows["train"], *one.rows["test"]]) == list(range(30))
    np.testing.assert_array_equal(one.rows["test"], two.rows["test"])
    assert list(one.rows["test"]) != [0, 1, 2] and list(one.rows["test"]) != [27, 28, 29]


def test_of_two_pairs_one_is_kept_from_training(folder):
    for path in sorted(folder.iterdir())[2:]:
        path.unlink()
    found = data.PairFolder(folder, 4, verbose=False)
    assert [len(found.rows[split]) for split in ("train", "test")] == [1, 1]


def test_batches_hold_training_pairs_alone_which_belong_together(folder):
    found = data.PairFolder(folder, 4, verbose=False)
    batches = found.batches(9, seed=1)
    assert len(batches) == 3 and batches.value_range["images"] == (-1.0, 1.0)
    seen = []
    for batch in batches:
        sketches, images = (np.asarray(batch[key]) for key in ("sketches", "images"))
        assert sketches.shape == images.shape == (9, 4, 4, 3)
        np.testing.assert_array_equal(sketches[..., 1:], images[..., 1:])
        seen += list(np.rint((sketches[:, 0, 0, 0] + 1) * 127.5 / 5).astype(int))
    assert sorted(seen) == list(found.rows["train"])
    again = found.batches(9, seed=1)
    np.testing.assert_array_equal(next(iter(again))["images"], first_images(found, 1))
    assert not np.array_equal(first_images(found, 1), first_images(found, 2))


def first_images(found, seed):
    return np.asarray(next(iter(found.batches(9, seed=seed)))["images"])


def test_nothing_of_one_half_gets_into_the_other(tmp_path):
    """Resized as one picture, the pixels beside the middle would be mixed."""
    for number in range(2):
        write_pair(tmp_path / f"{number}.png", RED, BLUE, side=21)
    sketches, images = data.PairFolder(tmp_path, 8, verbose=False).pairs()
    np.testing.assert_array_equal(sketches, np.broadcast_to([1, -1, -1], (1, 8, 8, 3)))
    np.testing.assert_array_equal(images, np.broadcast_to([-1, -1, 1], (1, 8, 8, 3)))


def test_large_jpegs_of_odd_height_are_pairs(tmp_path):
    """Decoded at half of its size, such a file would not be twice as wide as high."""
    for number in range(2):
        write_pair(tmp_path / f"{number}.jpg", RED, BLUE, side=301)
    sketches, images = data.PairFolder(tmp_path, 8, verbose=False, channels=1).pairs()
    assert sketches.shape == images.shape == (1, 8, 8, 1)
    assert sketches.mean() > images.mean() + 0.3  # red is lighter than blue


def test_pictures_that_are_no_pairs_are_one_error_that_names_them(folder):
    one_colour(RED, size=(30, 20)).save(folder / "wide.png")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(ValueError) as caught:
        data.PairFolder(folder, verbose=False)
    message = str(caught.value)
    assert "2 of the 32 pictures" in message and "cannot be read as pairs" in message
    assert "wide.png: 30 × 20 pixels, which is not twice as wide as high" in message
    assert "A on the left, B on the right" in message and "broken.png" in message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 0}, "size"),
        ({"channels": 2}, "channels"),
        ({"reverse": "yes"}, "reverse"),
        ({"background": "no colour"}, "background"),
    ],
)
def test_unfit_arguments_are_refused(folder, arguments, message):
    with pytest.raises(ValueError, match=message):
        data.PairFolder(folder, verbose=False, **arguments)


def test_a_single_pair_or_fewer_than_a_batch_are_refused(folder):
    found = data.PairFolder(folder, 4, verbose=False)
    with pytest.raises(ValueError, match="27 images, fewer than a batch"):
        found.batches(28)
    with pytest.raises(ValueError, match="split must be one of"):
        found.pairs("validation")
    for path in sorted(folder.iterdir())[1:]:
        path.unlink()
    with pytest.raises(ValueError, match="at least 2 pairs.*Received: 1"):
        data.PairFolder(folder, verbose=False)
    with pytest.raises(FileNotFoundError, match="There is no folder"):
        data.PairFolder(folder / "nowhere")
    with pytest.raises(ValueError, match="a folder's path"):
        data.PairFolder(3)


def test_the_number_kept_from_training_is_bounded(folder, monkeypatch):
    monkeypatch.setattr(pairs, "MOST_HELD_OUT", 2)
    assert len(data.PairFolder(folder, 4, verbose=False).rows["test"]) == 2
