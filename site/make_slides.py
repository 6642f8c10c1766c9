"""Makes slides of the committed notebooks, one file each: runs nothing, fetches nothing.

`python site/make_slides.py FOLDER 05_dcgan` writes FOLDER/05_dcgan.html; without names, all.
"""

import argparse
from pathlib import Path
import sys

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent

sys.dont_write_bytecode = True


def main(arguments=None):
    """Reads the command line, writes the slides, and says where they are."""
    from staging import course, deck

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help="05_dcgan, or 05; default all")
    options = parser.parse_args(arguments)
    for source in course.notebook_tools(ROOT).source_paths(ROOT, options.names):
        path = options.folder / f"{source.stem}.html"
        count = deck.write(source, path, ROOT)
        print(f"{path}: {count} slides, {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
