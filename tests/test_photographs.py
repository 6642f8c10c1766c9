"""Photographs: the pictures that they should be, in any size, each with its credits."""

import shutil

from gan_tf.data import embedded
from gan_tf.data.photographs import PHOTOGRAPH_CREDITS, photographs
import numpy as np
from PIL import Image
import pytest

SHAPES = {
    "aitzgorri": (341, 512, 3),
    "astronaut": (512, 512, 3),
    "chelsea": (300, 451, 3),
    "coffee": (341, 512, 3),
    "hubble_deep_field": (446, 512, 3),
    "picosdeeuropa": (384, 512, 3),
    "rocket": (342, 512, 3),
    "seeding": (288, 512, 3),
}
# Mean red, green and blue; a decoder of JPEG may round otherwise, but not by more than this.
MEANS = {
    "aitzgorri": (135.3, 140.9, 118.7),
    "astronaut": (141.6, 105.8, 96.5),
    "chelsea": (147.7, 111.4, 86.8),
    "coffee": (158.5, 85.8, 51.6),
    "hubble_deep_field": (18.8, 19.8, 18.9),
    "picosdeeuropa": (105.0, 106.6, 109.1),
    "rocket": (52.3, 61.3, 82.3),
    "seeding": (96.2, 88.3, 52.4),
}
ROUNDING = 0.3


@pytest.fixture(scope="module")
def stored():
    return photographs()


def as_bytes(image):
    return (image + 1) * 127.5


def test_photographs_have_the_promised_form(stored):
    assert {name: image.shape for name, image in stored.items()} == SHAPES
    for image in stored.values():
        assert image.dtype == np.float32
        assert -1 <= image.min() < -0.9 and 0.7 < image.max() <= 1


def test_pixels_are_those_of_the_files(stored):
    means = {name: as_bytes(image).mean(axis=(0, 1)) for name, image in stored.items()}
    assert means.keys() == MEANS.keys()
    for name, mean in means.items():
        np.testing.assert_allclose(mean, MEANS[name], rtol=0, atol=ROUNDING, err_msg=name)


def test_a_photograph_stands_upright(stored):
    """The sky is above: bluer and brighter than the meadow."""
    sky, meadow = stored["aitzgorri"][:50], stored["aitzgorri"][-50:]
    assert sky[..., 2].mean() > meadow[..., 2].mean() + 0.5
    red_stripes, shuttle = stored["astronaut"][:, :50], stored["astronaut"][:, -50:]
    assert (red_stripes[..., 0] - red_stripes[..., 1]).mean() > 0.2  # the flag is on the left
    assert abs(shuttle[..., 0] - shuttle[..., 1]).mean() < 0.2


@pytest.mark.parametrize("size", [16, 100, 512])
def test_the_longer_side_gets_the_size(stored, size):
    for name, image in photographs(size).items():
        height, width, _ = stored[name].shape
        assert max(image.shape) == size and image.dtype == np.float32
        assert -1 <= image.min() < image.max() <= 1
        assert abs(image.shape[0] / image.shape[1] - height / width) < 1 / size * 1.1
        means = (each.mean(axis=(0, 1)) for each in (image, stored[name]))
        np.testing.assert_allclose(*means, atol=0.02)


def test_resizing_averages_pixels(stored):
    small, large = photographs(256)["astronaut"], stored["astronaut"]
    means = large.reshape(256, 2, 256, 2, 3).mean(axis=(1, 3))
    assert np.corrcoef(small.ravel(), means.ravel())[0, 1] > 0.995


def test_every_call_gives_the_same_bits_and_arrays_of_its_own(stored):
    changed = photographs()
    for image in changed.values():
        image[:] = 0
    for name, image in photographs().items():
        np.testing.assert_array_equal(image, stored[name])


def test_licences_and_credits_of_each():
    text = embedded.embedded_path("licences/photographs.txt").read_text(encoding="utf-8")
    for name, (author, licence, source) in PHOTOGRAPH_CREDITS.items():
        line = next(line for line in text.splitlines() if f"| {name}.jpg |" in line)
        assert author in line and licence in line
        assert all(word in text for word in source.removeprefix("Debian's ").split())
    for address in ("licenses/by/4.0", "publicdomain/zero/1.0"):
        assert f"https://creativecommons.org/{address}/" in text


def test_no_notes_of_a_camera_are_left():
    for name in PHOTOGRAPH_CREDITS:
        with Image.open(embedded.embedded_path(f"photographs/{name}.jpg")) as picture:
            assert not picture.getexif() and "icc_profile" not in picture.info


@pytest.mark.parametrize("size", [0, 15, 513, 100.0, True, "512"])
def test_clear_errors(size):
    with pytest.raises(ValueError, match=f"size must be an integer from 16 to 512.*size={size!r}"):
        photographs(size)


def test_a_damaged_file_is_named_with_its_remedy(tmp_path, monkeypatch):
    shutil.copytree(embedded.embedded_path("photographs"), tmp_path / "photographs")
    file = tmp_path / "photographs" / "coffee.jpg"
    content = bytearray(file.read_bytes())
    content[1000] ^= 1
    file.write_bytes(content)
    monkeypatch.setattr(embedded, "embedded_path", lambda name: tmp_path / name)
    with pytest.raises(ValueError, match=r"coffee\.jpg.*SHA-256.*Reinstall gan_tf"):
        photographs()
    file.unlink()
    with pytest.raises(FileNotFoundError, match=r"coffee\.jpg.*Reinstall gan_tf"):
        photographs()
