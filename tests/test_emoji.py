"""Emoji in four styles: rows that belong together, labels, splits, and errors."""

import shutil
import sys

from gan_tf.data import embedded
from gan_tf.data.emoji import EMOJI_CATEGORIES, EMOJI_SIZES, EMOJI_STYLES, emoji
import numpy as np
import pytest

NUM_EMOJI, NUM_TEST = 1_561, 200
LABELS = ("category", "name", "code")
KNOWN = {
    "1f600": ("grinning face", "Smileys & Emotion"),
    "1f469-200d-1f3a4": ("woman singer", "People & Body"),
    "1f40c": ("snail", "Animals & Nature"),
    "1f355": ("pizza", "Food & Drink"),
    "1f697": ("automobile", "Travel & Places"),
    "26bd": ("soccer ball", "Activities"),
    "1f5a8": ("printer", "Objects"),
    "0031-20e3": ("keycap 1", "Symbols"),
    "1f3f4-200d-2620": ("pirate flag", "Flags"),
}


def silhouettes(style):
    """Where an emoji is not white: bool `(num_emoji, 32, 32)`."""
    return emoji(style, "all", 32)[0].min(axis=-1) < 0.9


def overlap(first, second):
    """Shared pixels as a part of all those of either silhouette, `(num_emoji,)`."""
    either = (first | second).sum(axis=(1, 2))
    return (first & second).sum(axis=(1, 2)) / np.maximum(either, 1)


@pytest.mark.parametrize("style", EMOJI_STYLES)
@pytest.mark.parametrize("size", EMOJI_SIZES)
def test_images_and_labels_have_the_promised_form(style, size):
    images, labels = emoji(style, "test", size)
    assert images.shape == (NUM_TEST, size, size, 3) and images.dtype == np.float32
    assert -1 <= images.min() < -0.8 and images.max() == 1
    assert tuple(labels) == LABELS
    assert all(values.shape == (NUM_TEST,) for values in labels.values())
    assert labels["category"].dtype == np.int64
    assert labels["name"].dtype.kind == labels["code"].dtype.kind == "U"


def test_the_default_is_the_training_set_of_fluents_3d_emoji():
    images, labels = emoji()
    expected, expected_labels = emoji("fluent_3d", "train", 64)
    assert len(images) == NUM_EMOJI - NUM_TEST
    np.testing.assert_array_equal(images, expected)
    np.testing.assert_array_equal(labels["code"], expected_labels["code"])


def test_known_emoji_have_their_names_and_categories():
    labels = emoji(split="all")[1]
    rows = {code: row for row, code in enumerate(labels["code"].tolist())}
    assert len(rows) == len(set(labels["name"].tolist())) == NUM_EMOJI
    for code, (name, category) in KNOWN.items():
        assert labels["name"][rows[code]] == name
        assert EMOJI_CATEGORIES[labels["category"][rows[code]]] == category
    assert set(labels["category"]) == set(range(len(EMOJI_CATEGORIES)))


@pytest.mark.parametrize("style", EMOJI_STYLES)
def test_known_emoji_have_their_colours(style):
    images, labels = emoji(style, "all")
    rows = [labels["name"].tolist().index(f"{name} circle") for name in ("red", "green", "blue")]
    middles = images[rows, 32, 32]  # (3 circles, 3 channels)
    assert middles.argmax(axis=1).tolist() == [0, 1, 2]


@pytest.mark.parametrize("style", EMOJI_STYLES)
def test_emoji_stand_on_white(style):
    images = emoji(style, "all")[0]
    corners = images[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert np.mean((corners == 1).all(axis=-1)) > 0.95  # some pictures fill the square
    assert silhouettes(style).any(axis=(1, 2)).all()


@pytest.mark.parametrize("other", EMOJI_STYLES[1:])
def test_a_row_is_the_same_emoji_in_every_style(other):
    first, second = silhouettes("fluent_3d"), silhouettes(other)
    matched = overlap(first, second)
    shuffled = overlap(first, second[np.random.default_rng(0).permutation(NUM_EMOJI)])
    shifted = overlap(first, np.roll(second, 1, axis=0))  # neighbours are often alike
    assert matched.mean() > shifted.mean() + 0.05
    assert matched.mean() > shuffled.mean() + 0.1


def test_most_flat_and_3d_emoji_lie_exactly_on_each_other():
    assert np.median(overlap(silhouettes("fluent_3d"), silhouettes("fluent_flat"))) > 0.93


def test_training_and_test_set_are_disjoint_and_together_all():
    train, test, both = (emoji("noto", split, 32) for split in ("train", "test", "all"))
    assert (len(train[0]), len(test[0]), len(both[0])) == (
        NUM_EMOJI - NUM_TEST,
        NUM_TEST,
        NUM_EMOJI,
    )
    row = {code: row for row, code in enumerate(both[1]["code"].tolist())}
    codes = [*train[1]["code"].tolist(), *test[1]["code"].tolist()]
    assert sorted(codes) == sorted(row)
    np.testing.assert_array_equal(
        np.concatenate([train[0], test[0]]), both[0][[row[code] for code in codes]]
    )


def test_the_test_emoji_are_the_same_in_every_style():
    codes = [emoji(style, "test", 32)[1]["code"].tolist() for style in EMOJI_STYLES]
    assert all(each == codes[0] for each in codes)
    assert codes[0][:3] == ["0031-20e3", "0035-20e3", "0039-20e3"]


def test_small_emoji_are_means_of_squares():
    large, small = emoji("twemoji", "test", 64)[0], emoji("twemoji", "test", 32)[0]
    means = large.reshape(NUM_TEST, 32, 2, 32, 2, 3).mean(axis=(2, 4))
    np.testing.assert_allclose(small, means, rtol=0, atol=1e-6)


def test_what_a_caller_writes_does_not_change_the_next_result():
    images, labels = emoji(split="all", size=32)
    images[:], labels["category"][:], labels["name"][:] = 0, -1, ""
    again, again_labels = emoji(split="all", size=32)
    assert again.max() == 1 and again_labels["category"].min() == 0
    assert "grinning face" in again_labels["name"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: emoji("apple"), "style must be one of 'fluent_3d', .*'apple'"),
        (lambda: emoji(split="validation"), "split must be one of 'train', .*'validation'"),
        (lambda: emoji(size=128), "size must be one of 32, 64. Received: size=128"),
        (lambda: emoji(size=64.0), r"size=64\.0"),
        (lambda: emoji(style=None), "style=None"),
    ],
)
def test_clear_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_damaged_file_is_named_with_its_remedy(tmp_path, monkeypatch):
    arrays = sys.modules["gan_tf.data.emoji"]._arrays
    arrays.cache_clear()
    shutil.copy(embedded.embedded_path("emoji.npz"), tmp_path)
    file = tmp_path / "emoji.npz"
    content = bytearray(file.read_bytes())
    content[1_000_000] ^= 1
    file.write_bytes(content)
    monkeypatch.setattr(embedded, "embedded_path", lambda name: tmp_path / name)
    with pytest.raises(ValueError, match=r"emoji\.npz.*SHA-256.*Reinstall gan_tf"):
        emoji()
    file.unlink()
    with pytest.raises(FileNotFoundError, match=r"emoji\.npz.*Reinstall gan_tf"):
        emoji()


def test_the_licences_come_with_the_emoji():
    text = embedded.embedded_path("licences/emoji.txt").read_text()
    for words in ("Microsoft", "LobeHub", "Google", "Twitter", "Apache License", "licenses/by/4.0"):
        assert words in text
