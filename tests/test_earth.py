"""Pairs of relief and photograph: the same places, split by longitude, the same for a seed."""

import shutil

from gan_tf.data import earth, embedded
from gan_tf.data.earth import EARTH_SIZES, earth_pairs, earth_places
from gan_tf.data.sizes import shrunk
import numpy as np
import pytest

COUNTS = {
    (64, "train"): 8_384,
    (64, "test"): 3_134,
    (128, "train"): 506,
    (128, "test"): 167,
}
PIXELS_PER_DEGREE = 15
# The mean byte of forty pairs; a decoder of JPEG may round otherwise, but not by more than this.
MEANS, ROUNDING = (173.836, 94.237), 0.1


@pytest.fixture(scope="module")
def test_pairs():
    """All test pairs of 64 pixels, in the order of the map."""
    return earth_pairs(split="test")


def as_bytes(images):
    return (images + 1) * 127.5


def is_sea(images):
    """Where blue is stronger than green, on reliefs and photographs alike."""
    return images[..., 2] > images[..., 1] + 0.06


@pytest.mark.parametrize("size", EARTH_SIZES)
@pytest.mark.parametrize("split", ["train", "test"])
def test_images_and_places_have_the_promised_form(size, split):
    pairs = earth_pairs(size, split, num=5)
    for images in pairs:
        assert images.shape == (5, size, size, 3) and images.dtype == np.float32
        assert -1 <= images.min() < images.max() <= 1
    places = earth_places(size, split, num=5)
    assert places.shape == (5, 2) and places.dtype == np.float64


@pytest.mark.parametrize(("size", "split"), COUNTS)
def test_number_of_places(size, split):
    assert len(earth_places(size, split)) == COUNTS[size, split]


def test_by_default_all_places_come_in_the_order_of_the_map(test_pairs):
    reliefs, photographs = test_pairs
    assert reliefs.shape == photographs.shape == (3_134, 64, 64, 3)
    places = earth_places(split="test")
    order = np.lexsort((places[:, 1], -places[:, 0]))  # from the north, from the west
    np.testing.assert_array_equal(order, np.arange(3_134))
    np.testing.assert_array_equal(earth_places(split="test", seed=5), places)


def test_tiles_begin_at_steps_and_lie_between_the_polar_regions():
    for size, step in ((64, 16), (128, 64)):
        places = np.concatenate([earth_places(size, split) for split in ("train", "test")])
        half = size / 2 / PIXELS_PER_DEGREE
        assert places[:, 0].max() + half == pytest.approx(68)
        assert places[:, 0].min() - half >= -56
        steps = PIXELS_PER_DEGREE * (places - [68 - half, half - 180]) / step
        np.testing.assert_allclose(steps, np.rint(steps), rtol=0, atol=1e-9)
        assert len(np.unique(places, axis=0)) == len(places)


def test_no_pixel_of_a_test_tile_lies_in_a_band_of_training_tiles():
    for size in EARTH_SIZES:
        half = max(size, 64) / 2 / PIXELS_PER_DEGREE
        for split in ("train", "test"):
            longitudes = earth_places(size, split)[:, 1, np.newaxis]
            edges = longitudes + [-half + 1e-6, half - 1e-6]  # of the tiles
            is_test = np.floor((edges + 180) / 30) % 4 == 3
            assert np.all(is_test == (split == "test"))
            assert edges.min() > -180 and edges.max() < 180


def test_a_tile_shows_its_place():
    places, (_, photographs) = earth_places(128), earth_pairs(128)

    def nearest(latitude, longitude):
        distances = abs(places - [latitude, longitude]).max(axis=1)
        assert distances.min() < 3
        return as_bytes(photographs[distances.argmin()].mean(axis=(0, 1)))

    sahara, greenland, congo = nearest(24, 10), nearest(66, -45), nearest(0, 24)
    assert sahara[0] > sahara[1] > sahara[2] and sahara.mean() > 120  # sand
    assert greenland.min() > 180  # ice
    assert congo[1] > congo[0] > congo[2] and congo.mean() < 70  # forest


def test_both_of_a_pair_show_the_same_place(test_pairs):
    seas = [is_sea(images) for images in test_pairs]
    assert 0.1 < seas[0].mean() < 0.2
    assert (seas[0] == seas[1]).mean() > 0.97
    assert (seas[0] == np.roll(seas[1], 1, axis=0)).mean() < 0.9  # the next place on the map


@pytest.mark.parametrize("axis", [1, 2])
@pytest.mark.parametrize("shift", [-2, 2])
def test_both_of_a_pair_lie_pixel_on_pixel(test_pairs, axis, shift):
    inner = (slice(None), slice(4, -4), slice(4, -4))
    on_relief, on_photograph = (is_sea(images) for images in test_pairs)
    agreement = (on_relief == on_photograph)[inner].mean()
    shifted = np.roll(on_photograph, shift, axis)
    assert (on_relief == shifted)[inner].mean() < agreement


def test_much_of_each_tile_is_land(test_pairs):
    is_land = ~(is_sea(test_pairs[0]) & is_sea(test_pairs[1]))
    assert is_land.mean(axis=(1, 2)).min() > 0.3


def test_the_same_seed_draws_the_same_places_in_the_same_order(test_pairs):
    some, places = earth_pairs(split="test", num=40, seed=3), earth_places(64, "test", 40, 3)
    for images, again in zip(some, earth_pairs(split="test", num=40, seed=3), strict=True):
        np.testing.assert_array_equal(images, again)
    everywhere = earth_places(split="test")
    rows = [int(np.flatnonzero((everywhere == place).all(axis=1))[0]) for place in places]
    assert len(set(rows)) == 40 and rows != sorted(rows)
    for images, all_images in zip(some, test_pairs, strict=True):
        np.testing.assert_array_equal(images, all_images[rows])
    np.testing.assert_array_equal(earth_places(64, "test", 7, 3), places[:7])
    assert not np.array_equal(earth_places(64, "test", 40, 4), places)


def test_all_places_can_be_drawn():
    drawn, everywhere = earth_places(128, "test", num=167), earth_places(128, "test")
    assert not np.array_equal(drawn, everywhere)
    np.testing.assert_array_equal(np.unique(drawn, axis=0), np.unique(everywhere, axis=0))


def test_pixels_are_those_of_the_files():
    pairs = earth_pairs(num=40, seed=1)
    means = [as_bytes(images).mean(dtype="float64") for images in pairs]
    np.testing.assert_allclose(means, MEANS, rtol=0, atol=ROUNDING)


def test_photographs_are_brightened_and_reliefs_are_not():
    relief, photograph = earth._maps()
    latitude, longitude = earth_places(num=1)[0]
    row = round(PIXELS_PER_DEGREE * (90 - latitude)) - 32
    column = round(PIXELS_PER_DEGREE * (180 + longitude)) - 32
    tile = (slice(row, row + 64), slice(column, column + 64))
    reliefs, photographs = earth_pairs(num=1)
    np.testing.assert_allclose(reliefs[0], relief[tile] / 127.5 - 1, rtol=0, atol=1e-6)
    expected = 2 * (photograph[tile] / 255) ** 0.7 - 1
    np.testing.assert_allclose(photographs[0], expected, rtol=0, atol=1e-6)


def test_small_tiles_are_shrunk_ones():
    np.testing.assert_array_equal(earth_places(32), earth_places(64))
    for small, large in zip(earth_pairs(32, num=6), earth_pairs(64, num=6), strict=True):
        np.testing.assert_allclose(small, shrunk(large, 32), rtol=0, atol=1e-6)


def test_what_a_caller_changes_does_not_change_later_calls():
    earth_places()[:] = 0
    for images in earth_pairs(num=1):
        images[:] = 0
    assert earth_places().any() and earth_pairs(num=1)[0].any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 48}, "size=48"),
        ({"split": "validation"}, "one of 'train', 'test'. Received: split='validation'"),
        ({"num": 0}, "num=0"),
        ({"num": 2.5}, "num=2.5"),
        ({"split": "test", "num": 3_135}, "from 1 to 3134, the number of places"),
        ({"seed": -1}, "seed=-1"),
        ({"seed": None}, "seed=None"),
    ],
)
@pytest.mark.parametrize("function", [earth_pairs, earth_places])
def test_clear_errors(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(**arguments)


@pytest.mark.parametrize("name", ["earth_relief.jpg", "earth_photograph.jpg", "earth_tiles.npz"])
def test_a_damaged_file_is_named_with_its_remedy(name, tmp_path, monkeypatch):
    for each in ("earth_relief.jpg", "earth_photograph.jpg", "earth_tiles.npz"):
        shutil.copy(embedded.embedded_path(each), tmp_path)
    file = tmp_path / name
    content = bytearray(file.read_bytes())
    content[1000] ^= 1
    file.write_bytes(content)
    monkeypatch.setattr(embedded, "embedded_path", lambda name: tmp_path / name)
    earth._maps.cache_clear()
    earth._all_corners.cache_clear()
    with pytest.raises(ValueError, match=rf"{name}.*SHA-256.*Reinstall gan_tf"):
        earth_pairs(num=1)
    file.unlink()
    with pytest.raises(FileNotFoundError, match=rf"{name}.*Reinstall gan_tf"):
        earth_pairs(num=1)
