"""Makes the parts of the embedded cartoon faces, at 64 and 128 pixels.

    python data/make_faces.py [--check]

It needs Node 20 and npm, and `pip install resvg-py==0.5.0`, which draws SVG. With `--check` nothing
is written: the committed files are compared with what would be made.

A part's pixel has five values of 0 to 255: red, green, blue and coverage, premultiplied, and the
share of the part's colour that the pixel takes. `gan_tf.data.faces` lays parts over each other.
"""

import io
import json
from pathlib import Path
import subprocess

import numpy as np
from packing import packed, write_or_check
from PIL import Image
import resvg_py
import sources

HERE = Path(__file__).parent
STYLES = {"facesjs": "faces", "toon": "toon_faces"}
SIZES = (64, 128)
DRAWN_SIZE = 512


def part_svgs():
    """Parts by style and kind, as `face_parts.mjs` writes them."""
    modules = sources.node_modules(("facesjs", "5.0.3"), ("@dicebear/toon-head", "9.4.3"))
    command = ["node", str(HERE / "face_parts.mjs"), str(modules)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def drawn(svg):
    """Float array `(DRAWN_SIZE, DRAWN_SIZE, 4)` in [0, 1], colours premultiplied."""
    png = resvg_py.svg_to_bytes(
        svg_string=svg, width=DRAWN_SIZE, height=DRAWN_SIZE, skip_system_fonts=True
    )
    picture = np.asarray(Image.open(io.BytesIO(bytes(png))).convert("RGBA")) / 255.0
    return np.concatenate([picture[..., :3] * picture[..., 3:], picture[..., 3:]], axis=-1)


def layers_of(svgs):
    """One part from its two SVGs, drawn in black and in white: `(DRAWN_SIZE, DRAWN_SIZE, 5)`."""
    black, white = map(drawn, svgs)
    share = (white - black)[..., :3].mean(axis=-1, keepdims=True)
    return np.concatenate([black, share], axis=-1)


def shrunk(part, size):
    """Means over squares of pixels, as bytes with the values first: `(5, size, size)`."""
    factor = DRAWN_SIZE // size
    means = part.reshape(size, factor, size, factor, 5).mean(axis=(1, 3))
    return np.round(255 * means).clip(0, 255).astype("uint8").transpose(2, 0, 1)


def atlas(kinds, size):
    """Arrays of one style and size: for each kind its parts, its box and its names.

    Parts have the axes `(ids, widths, variants, 5, height, width)`, cut to the box
    `(top, bottom, left, right)` outside of which no part of the kind has anything.
    """
    arrays = {}
    for kind, (ids, parts) in kinds.items():
        pixels = np.array([[[shrunk(v, size) for v in width] for width in part] for part in parts])
        rows = np.flatnonzero(pixels.any(axis=(0, 1, 2, 3, 5)))
        columns = np.flatnonzero(pixels.any(axis=(0, 1, 2, 3, 4)))
        top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
        arrays[kind] = pixels[..., top:bottom, left:right]
        arrays[f"{kind}_box"] = np.array([top, bottom, left, right], "uint8")
        arrays[f"{kind}_names"] = np.array(ids)
    return arrays


def files():
    """Dictionary from file names to the bytes that they should hold."""
    made = {}
    for style, kinds in part_svgs().items():
        drawn_kinds = {
            kind: (one["ids"], [[[layers_of(v) for v in w] for w in p] for p in one["parts"]])
            for kind, one in kinds.items()
        }
        for size in SIZES:
            made[f"{STYLES[style]}_{size}.npz"] = packed(atlas(drawn_kinds, size))
    return made


if __name__ == "__main__":
    write_or_check(files, __doc__)
