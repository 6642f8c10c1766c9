"""Cartoon faces: exact labels, twins, promises about seeds, and errors."""

import shutil
import sys

from gan_tf import data
from gan_tf.data import embedded
import numpy as np
import pytest

BYTES = 127.5
FACES_SUM = 39_633_227  # of the bytes of twenty faces
LABEL_SUMS = [9, 5, 7, 5, 10, 66, 48]


def as_bytes(images):
    return np.rint((images + 1) * BYTES).astype(int)


@pytest.mark.parametrize("style", data.FACE_STYLES)
@pytest.mark.parametrize("size", data.FACE_SIZES)
def test_images_and_labels_have_the_promised_form(style, size):
    images, labels = data.faces(5, size, style)
    assert images.shape == (5, size, size, 3) and images.dtype == np.float32
    assert -1 <= images.min() < 0 < images.max() <= 1
    has_hat = {"hat"} if style == "facesjs" else set()
    assert set(labels) == set(data.FACE_ATTRIBUTES) - {"hat"} | has_hat
    for name, values in labels.items():
        assert values.shape == (5,) and values.dtype == np.int64
        assert 0 <= values.min() <= values.max() < len(data.FACE_ATTRIBUTES[name])


def test_the_first_faces_of_a_larger_set_are_those_of_a_smaller_one():
    few, few_labels = data.faces(7, seed=3)
    many, many_labels = data.faces(40, seed=3)  # more than are composed together
    np.testing.assert_array_equal(many[:7], few)
    for name in few_labels:
        np.testing.assert_array_equal(many_labels[name][:7], few_labels[name])
    assert np.any(data.faces(7, seed=4)[0] != few, axis=(1, 2, 3)).all()


def test_faces_are_the_same_bits_on_every_machine():
    images, labels = data.faces(20, seed=1)
    assert as_bytes(images).sum() == FACES_SUM
    assert [int(values.sum()) for values in labels.values()] == LABEL_SUMS


def test_attributes_are_as_frequent_as_promised_and_independent():
    _, labels = data.faces(8_000, 32)
    for name, share in data.FACE_SHARES.items():
        assert abs(labels[name].mean() - share) < 4 * np.sqrt(share * (1 - share) / 8_000)
    for name in ("hair_colour", "skin_colour"):
        assert np.all(abs(np.bincount(labels[name], minlength=6) / 8_000 - 1 / 6) < 0.02)
    correlations = np.corrcoef(np.stack(list(labels.values()))) - np.eye(len(labels))
    assert abs(correlations).max() < 0.05


@pytest.mark.parametrize(
    ("style", "attribute", "kind"),
    [
        ("facesjs", "glasses", "glasses"),
        ("facesjs", "beard", "facialHair"),
        ("facesjs", "hat", "accessories"),
        ("toon", "beard", "beard"),
    ],
)
def test_which_part_is_drawn_does_not_depend_on_the_label(style, attribute, kind):
    module = sys.modules["gan_tf.data.faces"]
    streams, atlas = module._Streams(0, 4_000), module._atlas(style, 64)
    labels = module._labels(streams, style, {})
    parts = module._CHOICES[style](atlas, streams, labels)[kind][:, 0]
    assert np.array_equal(parts >= 0, labels[attribute] == 1)
    counts = np.bincount(parts[parts >= 0], minlength=len(atlas.names[kind]))
    assert counts.min() > 0.6 * counts.mean()


# The rows and columns, as shares of the size, outside of which a twin is the same picture.
PLACES = {
    "smiling": (0.55, 0.95, 0.2, 0.8),
    "glasses": (0.3, 0.75, 0.1, 0.9),
    "beard": (0.4, 1.0, 0.1, 0.9),
}


@pytest.mark.parametrize("style", data.FACE_STYLES)
@pytest.mark.parametrize("attribute", PLACES)
def test_twins_differ_where_their_attribute_is(style, attribute):
    (without, having), labels = data.twins(60, attribute, style=style)
    assert np.array_equal(labels[attribute], np.repeat([[0], [1]], 60, axis=1))
    for name in set(labels) - {attribute}:
        np.testing.assert_array_equal(*labels[name])
    differs = (without != having).any(axis=-1)  # (60, 64, 64)
    assert differs.any(axis=(1, 2)).all()
    top, bottom, left, right = (round(64 * share) for share in PLACES[attribute])
    differs[:, top:bottom, left:right] = False
    assert not differs.any()


@pytest.mark.parametrize("attribute", ["hair_colour", "skin_colour"])
def test_twins_of_a_colour_keep_every_line(attribute):
    images, labels = data.twins(8, attribute, seed=2)
    assert images.shape == (6, 8, 64, 64, 3)
    assert np.array_equal(labels[attribute], np.repeat(np.arange(6)[:, None], 8, axis=1))
    background = (images[0] == images[0][0, 0, 0]).all(axis=-1)
    for other in images[1:]:
        np.testing.assert_array_equal((other == other[0, 0, 0]).all(axis=-1), background)


def test_a_colour_is_that_of_its_name():
    red = data.faces(30, hair_colour="red", hat=0, long_hair=1)[0]
    grey = data.faces(30, hair_colour="grey", hat=0, long_hair=1)[0]
    hair = as_bytes(red) - as_bytes(grey)
    changed = hair[(abs(hair) > 20).any(axis=-1)]
    expected = np.array([0xA5 - 0xC9, 0x55 - 0xC9, 0x2B - 0xC9])  # between the palette's two
    np.testing.assert_allclose(np.median(changed, axis=0), expected, atol=4)


def test_fixing_an_attribute_changes_no_other_property():
    free, labels = data.faces(50, seed=5)
    fixed, _ = data.faces(50, seed=5, **labels)
    np.testing.assert_array_equal(fixed, free)
    some, some_labels = data.faces(50, seed=5, glasses=True)
    assert some_labels["glasses"].all()
    has_glasses = labels["glasses"] == 1
    np.testing.assert_array_equal(some[has_glasses], free[has_glasses])


def test_small_faces_are_shrunk_ones():
    np.testing.assert_allclose(
        data.faces(3, 32)[0], data.shrunk(data.faces(3, 64)[0], 32), rtol=0, atol=1e-6
    )


def test_both_sizes_show_the_same_faces():
    small, large = data.faces(6, 64)[0], data.shrunk(data.faces(6, 128)[0], 64)
    assert abs(small - large).mean() < 0.02  # rounding of the parts, and nothing else


def test_captions_say_what_the_labels_say():
    labels = {name: np.array([0, 1]) for name in data.FACE_ATTRIBUTES}
    assert data.captions(labels) == [
        "not smiling, short black hair, very light skin",
        "smiling, long brown hair, light skin, glasses, beard, hat",
    ]
    _, toon = data.faces(3, style="toon", beard=0, glasses=1, hair_colour="pink")
    assert all("pink hair" in c and c.endswith("skin, glasses") for c in data.captions(toon))
    with pytest.raises(ValueError, match="They lack: smiling"):
        data.captions({name: labels[name] for name in labels if name != "smiling"})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.faces(0), "num=0"),
        (lambda: data.faces(2, 48), "size=48"),
        (lambda: data.faces(2, style="photo"), "'photo'"),
        (lambda: data.faces(2, seed=-1), "seed=-1"),
        (lambda: data.faces(2, moustache=1), "Received: moustache"),
        (lambda: data.faces(2, style="toon", hat=1), "Received: hat"),
        (lambda: data.faces(2, smiling=2), "smiling=2"),
        (lambda: data.faces(2, smiling=0.5), "smiling=0.5"),
        (lambda: data.faces(2, smiling=[0, 1, 1]), "or 2 of them"),
        (lambda: data.faces(2, hair_colour="green"), "'green'"),
        (lambda: data.twins(2, "moustache"), "Received: moustache"),
        (lambda: data.twins(2, "smiling", smiling=1), "cannot be fixed"),
    ],
)
def test_clear_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_damaged_file_is_named_with_its_remedy(tmp_path, monkeypatch):
    sys.modules["gan_tf.data.faces"]._atlas.cache_clear()
    shutil.copy(embedded.embedded_path("toon_faces_64.npz"), tmp_path)
    file = tmp_path / "toon_faces_64.npz"
    content = bytearray(file.read_bytes())
    content[1000] ^= 1
    file.write_bytes(content)
    monkeypatch.setattr(embedded, "embedded_path", lambda name: tmp_path / name)
    with pytest.raises(ValueError, match=r"toon_faces_64\.npz.*SHA-256.*Reinstall gan_tf"):
        data.faces(1, style="toon")
    file.unlink()
    with pytest.raises(FileNotFoundError, match=r"toon_faces_64\.npz.*Reinstall gan_tf"):
        data.faces(1, style="toon")
