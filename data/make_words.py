"""Makes the embedded list of English words.

    python data/make_words.py [--check]

It needs Debian 12's apt-get and dpkg-deb. With `--check` nothing is written: the committed files
are compared with what would be made.
"""

import re

import numpy as np
from packing import packed, write_or_check
import sources

SHORTEST, LONGEST = 3, 12  # letters
CREDITS = """\
English words: data/words.npz

Source: /usr/share/dict/american-english of Debian's package wamerican 2020.12.07-2, made of the
SCOWL word lists of Kevin Atkinson, http://wordlist.sourceforge.net.

Changes: this is a modified version of the list. Only the words of 3 to 12 letters remain that
consist of the lower-case letters a to z alone: no names, and no words with an apostrophe or an
accent.

The copyright file of the package, unchanged:

"""


def selected(text):
    """The words that are kept, sorted: byte strings of 12, array `(num_words,)`."""
    words = re.findall(rf"^[a-z]{{{SHORTEST},{LONGEST}}}$", text, re.MULTILINE)
    return np.array(sorted(words), f"S{LONGEST}")


def files():
    """Dictionary from file names to the bytes that they should hold."""
    folder = sources.debian("wamerican", "2020.12.07-2") / "usr" / "share"
    text = (folder / "dict" / "american-english").read_text(encoding="utf-8")
    copyright_file = (folder / "doc" / "wamerican" / "copyright").read_text(encoding="utf-8")
    return {
        "words.npz": packed({"words": selected(text)}),
        "licences/words.txt": (CREDITS + copyright_file).encode(),
    }


if __name__ == "__main__":
    write_or_check(files, __doc__)
