"""Makes the embedded subset of Fashion-MNIST from the four official IDX files.

    python data/make_subset.py [FOLDER] [--check]

FOLDER holds the IDX files as .gz; by default that of Debian's package dataset-fashion-mnist. With
`--check` nothing is written: the committed file is compared with what would be made.
"""

import argparse
import hashlib
from pathlib import Path
import sys

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gan_tf import data  # noqa: E402

FILE = Path(__file__).with_name("fashion_mnist_subset.npz")
NUM_TRAIN, NUM_TEST = 10_000, 2_000


def subset(folder):
    """The four uint8 arrays, by the names that they have in the file."""
    arrays = [data.read_idx(folder / f"{name}.gz") for name in data.IDX_SHAPES]
    lengths = (NUM_TRAIN, NUM_TRAIN, NUM_TEST, NUM_TEST)
    return {k: a[:n] for k, a, n in zip(data.NPZ_KEYS, arrays, lengths, strict=True)}


def content_sha256(arrays):
    """SHA-256 of the arrays' bytes, one after the other: `EMBEDDED_SHA256` of gan_tf.data."""
    return hashlib.sha256(b"".join(arrays[key].tobytes() for key in data.NPZ_KEYS)).hexdigest()


def check(arrays, file=FILE):
    """Says how the file differs from the arrays; an empty list if it does not."""
    with np.load(file, allow_pickle=False) as found:
        keys = [key for key in data.NPZ_KEYS if key not in found]
        keys += [key for key in data.NPZ_KEYS if key in found and not _equal(found, arrays, key)]
    problems = [f"{file.name}: {key} is missing or differs" for key in keys]
    sha256 = content_sha256(arrays)
    if sha256 != data.EMBEDDED_SHA256:
        problems.append(f"EMBEDDED_SHA256 in gan_tf/data/fashion_mnist.py is not {sha256}")
    return problems


def _equal(found, arrays, key):
    return found[key].dtype == arrays[key].dtype and np.array_equal(found[key], arrays[key])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=data.DEBIAN_FOLDER,
        help="folder with the four IDX files",
    )
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args()
    arrays = subset(options.folder)
    if not options.check:
        # numpy gives every member the date 1980-01-01, so the same zlib makes the same bytes.
        np.savez_compressed(FILE, **arrays)
    problems = check(arrays)
    print("\n".join(problems) or f"{FILE.name} is right")
    print(f"arrays {content_sha256(arrays)}")
    print(f"file   {hashlib.sha256(FILE.read_bytes()).hexdigest()}, {FILE.stat().st_size:,} bytes")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
