"""The classifier of faces: right on held-out faces, whatever their size, and clear about errors."""

import hashlib
from pathlib import Path

from gan_tf import builders, data, metrics
from gan_tf.metrics import attributes
import keras
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def classifier():
    return metrics.face_classifier()


@pytest.mark.parametrize("style", data.FACE_STYLES)
@pytest.mark.parametrize(("size", "num", "least"), [(64, 4_000, 0.99), (128, 1_000, 0.98)])
def test_every_attribute_of_held_out_faces_is_read_off(classifier, style, size, num, least):
    images, labels = data.faces(num, size, style, seed=1)
    found = classifier(images)
    for name, values in labels.items():
        assert np.mean(found[name] == values) >= least, name
    assert np.mean(found["style"] == data.FACE_STYLES.index(style)) >= least
    assert all(values.dtype == np.int64 and values.shape == (num,) for values in found.values())


def test_a_twin_changes_one_answer_alone(classifier):
    without, glasses = (classifier(images) for images in data.twins(300, "glasses", seed=9)[0])
    assert without["glasses"].mean() < 0.01 and glasses["glasses"].mean() > 0.99
    for name in set(without) - {"glasses"}:
        assert np.mean(without[name] == glasses[name]) > 0.98, name


def test_probabilities_are_some(classifier):
    images, _ = data.faces(3)
    probabilities = classifier.probabilities(images)
    counts = {name: len(values) for name, values in data.FACE_ATTRIBUTES.items()} | {"style": 2}
    assert {name: p.shape for name, p in probabilities.items()} == {
        name: (3, count) for name, count in counts.items()
    }
    for values in probabilities.values():
        np.testing.assert_allclose(values.sum(axis=1), 1, atol=1e-5)


def test_the_range_of_the_images_is_obeyed(classifier):
    images, _ = data.faces(20, seed=3)
    in_bytes = metrics.face_classifier(value_range=(0, 255)).probabilities((images + 1) * 127.5)
    for name, values in classifier.probabilities(images).items():
        np.testing.assert_allclose(in_bytes[name], values, atol=1e-4)


def test_features_tell_styles_apart_and_draws_not():
    encoder = metrics.face_encoder()
    one, other, toon = (
        encoder(data.faces(500, style=style, seed=seed)[0]).features
        for style, seed in (("facesjs", 0), ("facesjs", 1), ("toon", 0))
    )
    assert one.shape == (500, 48) and 0.5 < np.square(one).mean() < 2
    same = metrics.kernel_distance(one, other, 10).mean
    assert metrics.kernel_distance(one, toon, 10).mean > 100 * abs(same)


def test_the_file_is_small_and_its_sum_is_in_the_readme(monkeypatch, tmp_path):
    content = metrics.FACE_CLASSIFIER_FILE.read_bytes()
    assert len(content) < 300_000
    sha256 = hashlib.sha256(content).hexdigest()
    assert sha256 == metrics.FACE_CLASSIFIER_SHA256
    assert sha256 in (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    damaged = tmp_path / "face_classifier.keras"
    damaged.write_bytes(content[:-1])
    monkeypatch.setattr(attributes, "FACE_CLASSIFIER_FILE", damaged)
    with pytest.raises(ValueError, match="is damaged.*Reinstall gan_tf"):
        metrics.face_classifier()


def test_the_builder_makes_one_head_for_each_attribute():
    model = builders.attribute_classifier((16, 16, 1), {"hat": 2, "colour": 5}, (4, 8), 6)
    outputs = model(np.zeros((3, 16, 16, 1), "float32"))
    assert {name: tuple(out.shape) for name, out in outputs.items()} == {
        "hat": (3, 2),
        "colour": (3, 5),
    }
    assert model.get_layer("features").output.shape == (None, 6)
    found = metrics.AttributeClassifier(model)(np.zeros((3, 16, 16, 1)))
    assert found["colour"].shape == (3,) and found["hat"].max() <= 1


def test_an_attribute_that_can_be_learned_is_learned():
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    side = rng.integers(0, 2, 256)
    images = rng.normal(0, 0.1, (256, 8, 8, 1)).astype("float32")
    images[side == 0, :, :4] += 0.5
    images[side == 1, :, 4:] += 0.5
    model = builders.attribute_classifier((8, 8, 1), {"side": 2}, (4, 4), 4)
    model.compile("adam", {"side": "sparse_categorical_crossentropy"})
    model.fit(images, {"side": side}, epochs=15, verbose=0)
    assert np.mean(metrics.AttributeClassifier(model)(images)["side"] == side) > 0.95


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda eye: eye(np.zeros((2, 64, 64, 1))), "3 channels.*64, 64, 1"),
        (lambda eye: eye(np.full((2, 64, 64, 3), np.nan)), "finite"),
        (lambda eye: eye(np.zeros((64, 64, 3))), "images"),
        (lambda _: metrics.AttributeClassifier(builders.image_classifier()), "dictionary"),
        (lambda _: builders.attribute_classifier((8, 8, 1), {"hat": 1}), "hat=1"),
    ],
)
def test_clear_errors(classifier, call, message):
    with pytest.raises(ValueError, match=message):
        call(classifier)
