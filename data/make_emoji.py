"""Makes the embedded emoji: the same 1,561 pictures in four styles, 64 by 64 pixels, on white.

    python data/make_emoji.py [--check]

It needs npm, and `pip install resvg-py==0.5.0 pillow==13.0.0`: another version of either may draw
or round a few pixels differently. With `--check` nothing is written: the committed file is compared
with what would be made.

An emoji is taken if all four styles have it, except for variants of skin tone. Each style is stored
as indices into a palette of 256 colours of its own.
"""

import io
import json
from pathlib import Path
import re

import numpy as np
from packing import packed, write_or_check
from PIL import Image
import resvg_py
import sources

SIZE = 64
DRAWN_SIZE = 256
COLOURS = 256
TEST_EMOJI, TEST_SEED = 200, 0
SKIN_TONE = re.compile("1f3f[b-f]")


class Vectors:
    """A style as a package of Iconify holds it: one SVG for each emoji.

    Attributes:
        names: Dictionary from codes such as "1f600" to names such as "grinning-face".
        categories: Dictionary from the names of categories to lists of names.
    """

    def __init__(self, package, version):
        folder = sources.npm(f"@iconify-json/{package}", version)
        self.icons, self.names, metadata = (
            json.loads((folder / f"{name}.json").read_text())
            for name in ("icons", "chars", "metadata")
        )
        self.categories = metadata["categories"]

    def __contains__(self, code):
        return code in self.names

    def picture(self, code):
        png = resvg_py.svg_to_bytes(
            svg_string=self.svg(self.names[code]),
            width=DRAWN_SIZE,
            height=DRAWN_SIZE,
            skip_system_fonts=True,
        )
        return Image.open(io.BytesIO(bytes(png)))

    def svg(self, name):
        icons = self.icons["icons"]
        if name not in icons:
            name = self.icons["aliases"][name]["parent"]
        width, height = (
            icons[name].get(side, self.icons.get(side, 16))  # Iconify's default is 16
            for side in ("width", "height")
        )
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'viewBox="0 0 {width} {height}">{icons[name]["body"]}</svg>'
        )


class Renderings:
    """Fluent's three-dimensional style: one WebP picture for each emoji."""

    def __init__(self):
        self.folder = sources.npm("@lobehub/fluent-emoji-3d", "1.1.0") / "assets"

    def __contains__(self, code):
        return self.path(code) is not None

    def picture(self, code):
        return Image.open(self.path(code))

    def path(self, code):
        """The file of an emoji, or None; some are named with a variation selector, fe0f."""
        selected = (code.replace(joint, f"-fe0f{joint}", 1) for joint in ("-200d", "-20e3"))
        paths = (self.folder / f"{name}.webp" for name in (code, f"{code}-fe0f", *selected))
        return next(filter(Path.exists, paths), None)


def on_white(picture):
    """Byte array `(SIZE, SIZE, 3)`: the picture in the middle of a white square."""
    picture = picture.convert("RGBA")
    side = max(picture.size)
    square = Image.new("RGBA", (side, side))
    square.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    square = square.resize((DRAWN_SIZE, DRAWN_SIZE), Image.Resampling.LANCZOS)
    white = Image.new("RGBA", square.size, "white")
    small = Image.alpha_composite(white, square).convert("RGB").reduce(DRAWN_SIZE // SIZE)
    return np.asarray(small)


def palette_of(images):
    """Byte array `(COLOURS, 3)`, colours that serve images well; white is one of them."""
    some = Image.fromarray(images[::4].reshape(-1, SIZE, 3))
    chosen = some.quantize(COLOURS, Image.Quantize.MEDIANCUT, kmeans=3, dither=0).getpalette()
    palette = np.zeros((COLOURS, 3), "uint8")
    palette.flat[: len(chosen)] = chosen
    palette[palette.sum(axis=1, dtype=int).argmax()] = 255
    return palette


def nearest(palette, images):
    """Indices of the palette's colours nearest to those of images, after these lose two bits."""
    levels = np.arange(0, 256, 4) + 2
    levels[-1] = 255  # so that white stays white
    colours = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1)
    table = np.empty(colours.shape[:3], "uint8")
    for red, plane in enumerate(colours):  # a plane at a time needs less memory
        table[red] = ((plane[:, :, np.newaxis] - palette.astype(int)) ** 2).sum(-1).argmin(-1)
    return table[tuple(np.moveaxis(images >> 2, -1, 0))]


def files():
    """Dictionary from the file's name to the bytes that it should hold."""
    noto = Vectors("noto", "1.2.9")
    styles = {
        "fluent_3d": Renderings(),
        "fluent_flat": Vectors("fluent-emoji-flat", "1.2.6"),
        "noto": noto,
        "twemoji": Vectors("twemoji", "1.2.5"),
    }
    categories = {name: key for key, names in noto.categories.items() for name in names}
    codes = [
        code
        for code, name in sorted(noto.names.items())
        if name in categories
        and not SKIN_TONE.search(code)
        and all(code in style for style in styles.values())
    ]
    names = [noto.names[code] for code in codes]
    is_test = np.zeros(len(codes), bool)
    is_test[np.random.default_rng(TEST_SEED).choice(len(codes), TEST_EMOJI, replace=False)] = True
    arrays = {
        "code": np.array(codes),
        "name": np.array([name.replace("-", " ") for name in names]),
        "category": np.array([categories[name] for name in names]),
        "is_test": is_test,
    }
    for key, style in styles.items():
        images = np.stack([on_white(style.picture(code)) for code in codes])
        palette = palette_of(images)
        arrays[key], arrays[f"{key}_palette"] = nearest(palette, images), palette
        error = abs(palette[arrays[key]].astype(int) - images).mean()
        print(f"{key}: {len(codes)} emoji, mean error of the palette {error:.2f} of 255")
    return {"emoji.npz": packed(arrays)}


if __name__ == "__main__":
    write_or_check(files, __doc__)
