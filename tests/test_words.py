"""The list of English words: exact facts, and errors."""

import shutil
import sys

from gan_tf.data import embedded
from gan_tf.data.words import words
import pytest

# How many words have 3, 4, … 12 letters.
COUNTS = [665, 2_442, 4_667, 7_352, 9_951, 10_500, 9_307, 7_387, 5_070, 3_199]


def test_words_are_sorted_and_distinct():
    everything = words()
    assert everything.shape == (60_540,) and everything.dtype.kind == "U"
    assert everything.tolist() == sorted(set(everything.tolist()))
    assert everything[0] == "aardvark" and everything[-1] == "zygotes"


def test_words_are_made_of_small_letters_without_accents():
    assert set("".join(words())) == set("abcdefghijklmnopqrstuvwxyz")


def test_known_words_are_there_and_names_are_not():
    everything = set(words().tolist())
    assert {"cat", "network", "adversarial", "color", "generators"} <= everything
    assert not everything & {"paris", "colour", "dont", "qwerty", "discriminator"}


@pytest.mark.parametrize("length", range(3, 13))
def test_number_of_words_of_each_length(length):
    some = words(length, length)
    assert len(some) == COUNTS[length - 3]
    assert set(map(len, some)) == {length}


def test_lengths_are_bounds_that_are_included():
    some = words(4, 6)
    assert some.tolist() == [word for word in words().tolist() if 4 <= len(word) <= 6]
    assert len(words(min_length=11)) == COUNTS[-2] + COUNTS[-1]
    assert len(words(max_length=3)) == COUNTS[0]


def test_what_a_caller_changes_does_not_change_later_calls():
    words()[:] = "x"
    assert words()[0] == "aardvark"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((2,), "min_length must be an integer from 3 to 12. Received: min_length=2"),
        ((3, 13), "max_length=13"),
        ((6, 5), "max_length must be an integer from 6 to 12, not below min_length"),
        ((3.0,), "min_length=3.0"),
        ((True,), "min_length=True"),
        ((3, None), "max_length=None"),
    ],
)
def test_clear_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        words(*arguments)


def test_a_damaged_file_is_named_with_its_remedy(tmp_path, monkeypatch):
    shutil.copy(embedded.embedded_path("words.npz"), tmp_path)
    file = tmp_path / "words.npz"
    content = bytearray(file.read_bytes())
    content[1000] ^= 1
    file.write_bytes(content)
    monkeypatch.setattr(embedded, "embedded_path", lambda name: tmp_path / name)
    sys.modules["gan_tf.data.words"]._all_words.cache_clear()
    with pytest.raises(ValueError, match=r"words\.npz.*SHA-256.*Reinstall gan_tf"):
        words()
    file.unlink()
    with pytest.raises(FileNotFoundError, match=r"words\.npz.*Reinstall gan_tf"):
        words()
