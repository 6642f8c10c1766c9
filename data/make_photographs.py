"""Makes the embedded photographs: eight, of which the longer side has 512 pixels at most.

    python data/make_photographs.py [--check]

It needs pip, Debian 12's apt-get and dpkg-deb, and `pip install pillow==13.0.0`: another version
may write other bytes. With `--check` nothing is written: the committed files are compared with what
would be made.
"""

import ast
import io

from packing import write_or_check
from PIL import Image
import sources

LONGER_SIDE = 512
QUALITY = 85  # of JPEG
WHEEL = "cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64"
# Names of the photographs here, and their file names there. scikit-image's functions of the same
# names tell the licences in their docstrings.
SCIKIT_IMAGE = {
    "astronaut": "astronaut.png",
    "chelsea": "chelsea.png",
    "coffee": "coffee.png",
    "hubble_deep_field": "hubble_deep_field.jpg",
    "rocket": "rocket.jpg",
}
LOMIRI = {
    "aitzgorri": "aitzgorri_by_Aitzol_Berasategi.jpg",
    "picosdeeuropa": "picosdeeuropa_by_Aitzol_Berasategi.jpg",
    "seeding": "seeding_by_Clements_Engelhardt.jpg",
}
CREDITS = """\
The photographs: data/photographs/*.jpg

| file | what it shows | author | licence |
| --- | --- | --- | --- |
| aitzgorri.jpg | mountains behind a meadow | Aitzol Berasategi, 2018 | CC BY 4.0 |
| astronaut.jpg | Eileen Collins | NASA | public domain |
| chelsea.jpg | a cat | Stefan van der Walt | CC0 1.0 |
| coffee.jpg | a cup of coffee | Rachel Michetti, Pikolo Espresso Bar | CC0 1.0 |
| hubble_deep_field.jpg | galaxies | NASA | public domain |
| picosdeeuropa.jpg | a path in the mountains | Aitzol Berasategi, 2018 | CC BY 4.0 |
| rocket.jpg | a Falcon 9 on its launch pad | SpaceX | public domain |
| seeding.jpg | dandelions | Clemens Engelhardt, 2018 | CC0 1.0 |

CC BY 4.0: https://creativecommons.org/licenses/by/4.0/
CC0 1.0: https://creativecommons.org/publicdomain/zero/1.0/

Changes: each was shrunk until its longer side has 512 pixels (chelsea.jpg has 451 and was not
shrunk), and saved as a JPEG of quality 85, without the notes of its camera.

Sources: the Python package scikit-image 0.26.0, https://pypi.org/project/scikit-image/0.26.0/, and
Debian's package lomiri-wallpapers-16.04 20.04.0-2,
https://packages.debian.org/bookworm/lomiri-wallpapers-16.04. The permission to show the astronaut's
picture is one of copyright alone: do not use it as if she or NASA recommended anything.

What scikit-image says of its pictures, in skimage/data/_fetchers.py:
"""


def photograph(path):
    """The bytes of a JPEG: the picture at its new size, without notes."""
    picture = Image.open(path).convert("RGB")
    picture.thumbnail((LONGER_SIDE, LONGER_SIDE), Image.Resampling.LANCZOS, reducing_gap=None)
    picture.info.clear()
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=QUALITY)
    return content.getvalue()


def docstrings(module):
    """What scikit-image says of its pictures: the docstrings, up to the form of the arrays."""
    functions = {
        node.name: ast.get_docstring(node)
        for node in ast.parse(module.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    return "".join(
        f"\n{name}\n\n{functions[name].partition('Returns')[0].rstrip()}\n" for name in SCIKIT_IMAGE
    )


def stanzas(copyright_file):
    """Debian's words on the pictures that are taken, and on CC0, of its copyright file."""
    paragraphs = copyright_file.read_text(encoding="utf-8").split("\n\n")
    ours = [p for p in paragraphs if any(f"/{name}\n" in p for name in LOMIRI.values())]
    ours += [p for p in paragraphs if p.startswith("License: CC0-1.0\n")]
    return "\n\n".join(ours)


def files():
    """Dictionary from file names to the bytes that they should hold."""
    skimage = sources.pypi("scikit-image", "0.26.0", WHEEL) / "skimage" / "data"
    debian = sources.debian("lomiri-wallpapers-16.04", "20.04.0-2") / "usr" / "share"
    paths = {name: skimage / file_name for name, file_name in SCIKIT_IMAGE.items()}
    backgrounds = debian / "backgrounds"
    paths |= {name: backgrounds / file_name for name, file_name in LOMIRI.items()}
    made = {f"photographs/{name}.jpg": photograph(paths[name]) for name in sorted(paths)}
    words = docstrings(skimage / "_fetchers.py")
    copyright_file = debian / "doc" / "lomiri-wallpapers-16.04" / "copyright"
    lomiri = f"\nWhat Debian's copyright file says of the others:\n\n{stanzas(copyright_file)}"
    made["licences/photographs.txt"] = f"{CREDITS}{words}{lomiri}".encode()
    return made


if __name__ == "__main__":
    write_or_check(files, __doc__)
