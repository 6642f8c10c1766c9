"""The same 1,561 emoji in four styles, with names and categories, for translation of images."""

import functools

from gan_tf import checks
from gan_tf.data.embedded import embedded_arrays
from gan_tf.data.sizes import shrunk
import numpy as np

EMOJI_STYLES = ("fluent_3d", "fluent_flat", "noto", "twemoji")
EMOJI_SIZES = (32, 64)
EMOJI_CATEGORIES = (
    "Smileys & Emotion",
    "People & Body",
    "Animals & Nature",
    "Food & Drink",
    "Travel & Places",
    "Activities",
    "Objects",
    "Symbols",
    "Flags",
)

_FILE = "emoji.npz"
_SHA256 = "51f65e875499cb3b209688f38618b2ad51ab8532b342ec0efd34699fd3db69a6"
_SPLITS = ("train", "test", "all")


def emoji(style="fluent_3d", split="train", size=64):
    """Emoji of one style, in colour on white, and what they are.

    Row i shows the same emoji in every style. Most of Fluent's flat and three-dimensional emoji
    lie exactly on each other, so that they suit models that translate pixel by pixel. The test
    emoji were drawn at random: some look much like one of the training set, as clock faces do.

    Args:
        style: "fluent_3d", "fluent_flat", "noto" or "twemoji".
        split: "train" for 1,361 emoji, "test" for the 200 others, which are the same in all
            styles, or "all" for both, in the order of their codes.
        size: 64, or 32 for means over squares of four pixels.

    Returns:
        `(images, labels)`: float32 array `(num, size, size, 3)` in [-1, 1], and a dictionary of
        arrays `(num,)`: "category" holds int64 indices into `EMOJI_CATEGORIES`, "name" strings
        such as "grinning face", and "code" strings such as "1f600", the Unicode code points in
        hexadecimal, joined by "-".

    Raises:
        ValueError: If an argument is none of those above, or the file is damaged.
        OSError: If the file is absent.

    Reference:
        Fluent Emoji by Microsoft, MIT; Noto Emoji by Google, Apache-2.0; Twemoji by Twitter, CC BY
        4.0; all changed: data/README.md.
    """
    checks.one_of(EMOJI_STYLES, style=style)
    checks.one_of(_SPLITS, split=split)
    checks.one_of(EMOJI_SIZES, size=size)
    arrays = _arrays()
    is_test = arrays["is_test"]
    rows = np.flatnonzero({"train": ~is_test, "test": is_test, "all": is_test | True}[split])
    palette = (arrays[f"{style}_palette"] / 127.5 - 1).astype("float32")
    images = palette[arrays[style][rows]]  # (num, 64, 64, 3)
    labels = {name: arrays[name][rows] for name in ("category", "name", "code")}
    return (shrunk(images, 32) if size == 32 else images), labels


# Helpers.


@functools.lru_cache
def _arrays():
    """The arrays of the file, with indices in place of the names of categories."""
    arrays = embedded_arrays(_FILE, _SHA256)
    indices = [EMOJI_CATEGORIES.index(name) for name in arrays["category"].tolist()]
    return {**arrays, "category": np.array(indices, "int64")}
