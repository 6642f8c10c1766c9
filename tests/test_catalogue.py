"""All data sets by name: sizes, channels, splits, what is promised of them, and their files."""

from pathlib import Path

from gan_tf import data
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def embedded(monkeypatch):
    monkeypatch.setenv("GAN_TF_DATA", "embedded")


@pytest.mark.parametrize("name", data.DATA_SETS)
@pytest.mark.parametrize(("size", "channels"), [(None, None), (32, 1), (64, 3), (128, 3)])
def test_every_size_and_colour(name, size, channels):
    images = data.load_images(name, size, channels, num=5, seed=2)
    one = data.DATA_SETS[name]
    expected = size or (64 if 64 in one.sizes else 28)
    assert images.shape == (5, expected, expected, channels or one.channels)
    assert images.dtype == np.float32 and -1 <= images.min() < images.max() <= 1
    again = data.load_images(name, size, channels, num=5, seed=2)
    np.testing.assert_array_equal(images, again)


@pytest.mark.parametrize("name", data.DATA_SETS)
def test_training_and_test_images_differ(name):
    train, test = (data.load_images(name, 32, split=s, num=300) for s in ("train", "test"))
    flat = {image.tobytes() for image in train}
    assert not any(image.tobytes() in flat for image in test)


@pytest.mark.parametrize("name", [n for n in data.DATA_SETS if "face" not in n])
def test_there_are_as_many_as_the_table_says(name):
    counts = [len(data.load_images(name, split=split)) for split in ("train", "test")]
    assert data.DATA_SETS[name].counted() == "{:,} + {:,}".format(*counts)


def test_faces_are_ten_thousand_unless_another_number_is_asked_for():
    assert len(data.load_images("toon_faces", 32)) == 10_000
    assert len(data.load_images("toon_faces", 32, num=30)) == 30


def test_more_images_than_there_are_means_all():
    assert len(data.load_images("earth", 128, split="test", num=5_000)) == 167
    assert len(data.load_images("emoji_noto", 32, split="test", num=5_000)) == 200


def test_garments_get_a_border_and_larger_pixels():
    small = data.load_images("fashion_mnist", num=2)
    bordered = data.load_images("fashion_mnist", 32, num=2)
    large = data.load_images("fashion_mnist", 128, num=2)
    np.testing.assert_array_equal(bordered[:, 2:-2, 2:-2], small)
    assert (bordered[:, :2] == -1).all()
    np.testing.assert_array_equal(large, data.enlarged(bordered, 128))


def test_grey_is_the_luminance():
    colours = np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1], [1, 1, 1], [-1, -1, -1]], "float32")
    grey = data.with_channels(colours[:, None, None], 1)
    expected = [2 * 0.299 - 1, 2 * 0.587 - 1, 2 * 0.114 - 1, 1, -1]
    np.testing.assert_allclose(grey[:, 0, 0, 0], expected, atol=1e-6)
    np.testing.assert_array_equal(data.with_channels(grey, 3), np.repeat(grey, 3, axis=-1))
    assert data.with_channels(grey, 1) is grey


@pytest.mark.parametrize("name", data.DATA_SETS)
def test_files_exist_and_are_credited(name):
    one = data.DATA_SETS[name]
    readme = (ROOT / "data" / "README.md").read_text()
    for file in one.files:
        assert (ROOT / "data" / file).exists() and file in readme
    assert one.licence in readme
    where = one.where()
    assert "embedded" in where if name == "fashion_mnist" else Path(where).exists()


def test_the_table_has_a_line_for_each():
    lines = data.catalogue_table().splitlines()
    for name, one in data.DATA_SETS.items():
        first, second = (line for line in lines if line.split()[:1] == [name])
        assert one.licence in first and one.source in first
        assert one.where() in second


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.load_images("celeba"), "one of 'fashion_mnist', 'faces'"),
        (lambda: data.load_images("faces", 50), "size=50"),
        (lambda: data.load_images("emoji_noto", 256), "size=256"),
        (lambda: data.load_images("faces", channels=4), "channels=4"),
        (lambda: data.load_images("faces", split="all"), "split='all'"),
        (lambda: data.load_images("faces", num=0), "num=0"),
        (lambda: data.load_images("faces", seed=-1), "seed=-1"),
        (lambda: data.with_channels(np.zeros((2, 4, 4, 2)), 3), "channels_of_images=2"),
    ],
)
def test_clear_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
