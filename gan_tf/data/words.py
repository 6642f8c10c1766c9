"""English words."""

import functools

from gan_tf import checks
from gan_tf.data.embedded import embedded_arrays
import numpy as np

_SHA256 = "2b963b6205a7eb72286a1637ee322b8e2a2a66029ff04a22aed02a8c22347672"
_SHORTEST, _LONGEST = 3, 12  # letters


def words(min_length=3, max_length=12):
    """English words in American spelling: the letters a to z alone, no names, none twice.

    Plurals and other forms count as words of their own, and a few abbreviations and Roman numerals
    are among them. The list is a general dictionary, so it has rude words too.

    Args:
        min_length: Integer from 3 to 12, letters of the shortest words.
        max_length: Integer from `min_length` to 12, letters of the longest words.

    Returns:
        Array of strings `(num_words,)`, sorted: by default 60,540 words.

    Raises:
        ValueError: If an argument is out of range, or the file is damaged.
        OSError: If the file is absent.

    Reference:
        SCOWL by Kevin Atkinson, from Debian's wamerican 2020.12.07-2: data/README.md.
    """
    min_length = checks.between(_SHORTEST, _LONGEST, min_length=min_length)
    max_length = checks.between(min_length, _LONGEST, "not below min_length", max_length=max_length)
    everything = _all_words()
    lengths = np.char.str_len(everything)
    return everything[(lengths >= min_length) & (lengths <= max_length)]


@functools.lru_cache
def _all_words():
    return embedded_arrays("words.npz", _SHA256)["words"].astype(str)
