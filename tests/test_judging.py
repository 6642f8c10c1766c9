"""Which metrics judge which images, and what the lines say."""

from gan_tf import data, judging
import numpy as np
import pytest


def values_of(lines):
    """Dictionary from a line's name to its value, that of real images, and the rest of it."""
    found = {}
    for line in lines:
        name, rest = line[:28].strip(), line[28:].split()
        found.setdefault(name, (float(rest[0]), float(rest[3]), line))
    return found


@pytest.fixture(scope="module")
def faces():
    return [data.faces(200, 32, seed=seed)[0] for seed in range(3)]


def test_real_faces_are_as_good_as_real_faces(faces):
    lines = values_of(judging.report(*faces, "faces"))
    assert "with face_classifier" in lines["kernel_classifier_distance"][2]
    distance, floor, _ = lines["sliced_wasserstein"]
    assert 0.7 * floor < distance < 1.5 * floor
    assert lines["precision"][0] > 0.8 < lines["recall"][0]
    for name in ("smiling", "glasses", "long hair", "red", "very dark"):
        share, real, _ = lines[name]
        assert abs(share - real) < 0.15


def test_a_missing_attribute_is_seen(faces):
    no_hats = data.faces(200, 32, hat=0, smiling=1, seed=5)[0]
    lines = values_of(judging.report(no_hats, *faces[1:], "faces"))
    assert lines["hat"][0] < 0.02 < lines["hat"][1]
    assert lines["smiling"][0] > 0.98 and lines["smiling"][1] < 0.6


def test_garments_are_judged_by_their_classifier():
    (images, _), (test_images, _) = data.load_fashion_mnist("embedded", verbose=False)
    lines = values_of(judging.report(images[:200], test_images, images, "fashion_mnist"))
    assert "fashion_mnist_classifier" in lines["frechet_classifier_distance"][2]
    assert lines["classes_present"][0] == 10 and "sliced_wasserstein" not in lines


@pytest.mark.parametrize(
    ("name", "channels"), [("faces", 1), ("emoji_noto", 3), ("/my/pictures", 3)]
)
def test_other_images_are_judged_by_random_filters(name, channels):
    known = name if name in data.DATA_SETS else "emoji_noto"
    images = data.load_images(known, 32, channels, num=200)
    lines = values_of(judging.report(images[::2], images[1::2], images[1::2], name))
    assert "with random_filters(seed 0)" in lines["kernel_classifier_distance"][2]
    noise = np.random.default_rng(0).uniform(-1, 1, (100, 32, 32, channels)).astype("float32")
    of_noise = values_of(judging.report(noise, images[1::2], images[1::2], name))
    for metric in ("kernel_classifier_distance", "sliced_wasserstein"):
        assert of_noise[metric][0] > 3 * abs(lines[metric][0])


def test_samples_of_another_size_are_an_error(faces):
    with pytest.raises(ValueError, match=r"\(64, 64, 3\) and \(32, 32, 3\)"):
        judging.report(data.faces(10, 64)[0], *faces[1:], "faces")
