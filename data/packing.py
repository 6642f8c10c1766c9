"""Writes the embedded files so that the same arrays always give the same bytes."""

import argparse
import hashlib
import io
from pathlib import Path
import sys
import zipfile

import numpy as np

HERE = Path(__file__).parent


def packed(arrays):
    """The bytes of an .npz that plain `np.load` reads; the same for the same arrays."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_LZMA) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as member:  # dated 1980, not today
                np.lib.format.write_array(member, np.ascontiguousarray(array))
    return content.getvalue()


def write_or_check(files, description):
    """Writes the files that a script makes; with `--check` compares them with those that exist.

    Ends the script, with an error if a file is different.

    Args:
        files: Function without arguments that returns a dictionary from paths below data/ to bytes.
        description: String, what the script does, for its `--help`.
    """
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args()
    problems = []
    for name, content in files().items():
        path = HERE / name
        if not options.check:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        elif not path.exists() or path.read_bytes() != content:
            problems.append(name)
        print(f"{hashlib.sha256(content).hexdigest()}  {name}, {len(content):,} bytes")
    print(f"Different: {', '.join(problems)}" if problems else "The files are right.")
    sys.exit(bool(problems))
