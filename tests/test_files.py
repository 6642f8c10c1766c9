"""Pictures from folders and from TensorFlow Datasets: values, order, and what goes wrong."""

from gan_tf import data
import imageio.v3 as iio
import numpy as np
import pytest
import tensorflow as tf


@pytest.fixture
def folder(tmp_path):
    """Twelve PNG files of 10 × 6 pixels, each of one colour, some in a folder inside."""
    (tmp_path / "inside").mkdir()
    for number in range(12):
        place = tmp_path / "inside" if number % 3 == 0 else tmp_path
        colour = np.full((6, 10, 3), 20 * number, "uint8")
        iio.imwrite(place / f"{number:02d}.png", colour)
    (tmp_path / "notes.txt").write_text("no image")
    return tmp_path


def colours(dataset):
    """The number of each picture of one epoch, in order."""
    return [round((float(image[0, 0, 0]) + 1) * 127.5 / 20) for b in dataset for image in b]


def test_pictures_are_squares_in_the_range(folder):
    dataset = data.image_batches(folder, 4, 3)
    assert len(dataset) == 4 and dataset.element_spec.shape == (3, 4, 4, 3)
    assert sorted(colours(dataset)) == list(range(12))
    values = np.concatenate(list(dataset))
    np.testing.assert_allclose(
        np.unique(values.round(4)), (np.arange(12) * 20 / 127.5 - 1).round(4)
    )


def test_the_middle_is_cut_out_and_averaged(tmp_path):
    picture = np.zeros((4, 8, 3), "uint8")
    picture[:, 2:4], picture[:, 4:6] = 255, 51  # the middle four columns: white, and dark grey
    iio.imwrite(tmp_path / "one.png", picture)
    (batch,) = data.image_batches(tmp_path, 2, 1)
    np.testing.assert_allclose(batch[0, :, :, 0], [[0.8, -0.4]] * 2, atol=0.25)
    assert float(batch[0, 0, 0, 0]) > 0.5 > 0 > float(batch[0, 0, 1, 0])


def test_grey_pictures_have_one_channel(folder):
    dataset = data.image_batches(folder, 4, 3, channels=1)
    assert dataset.element_spec.shape == (3, 4, 4, 1) and sorted(colours(dataset)) == [*range(12)]


def test_numbers_of_numpy_are_numbers(folder):
    of_numpy = data.image_batches(
        folder, np.int64(2), np.int32(4), np.int64(1), channels=np.int64(1), steps_per_epoch=3
    )
    of_python = data.image_batches(folder, 2, 4, 1, channels=1, steps_per_epoch=3)
    for ours, theirs in zip(of_numpy, of_python, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_order_depends_on_seed_and_epoch_alone(folder):
    first, again, other = (data.image_batches(folder, 2, 4, seed=s) for s in (1, 1, 2))
    epochs = [colours(first) for _ in range(3)]
    assert epochs[0] != epochs[1] and colours(other) != epochs[0]
    again.epoch.assign(2)
    assert colours(again) == epochs[2]


def test_an_epoch_may_be_longer_than_a_pass(folder):
    dataset = data.image_batches(folder, 2, 4, steps_per_epoch=5)
    shown = colours(dataset)
    assert len(shown) == 20 and sorted(shown[:12]) == list(range(12))


def test_a_file_that_is_no_image_is_named(folder):
    (folder / "broken.png").write_bytes(b"not a picture")
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"no image, or damaged.*broken\.png"):
        colours(data.image_batches(folder, 2, 13))


@pytest.mark.parametrize("encode", [tf.io.encode_png, tf.io.encode_jpeg])
def test_a_picture_whose_download_broke_off_is_named(tmp_path, encode):
    picture = np.random.default_rng(0).integers(0, 256, (40, 40, 3), "uint8")
    whole = encode(picture).numpy()
    file = tmp_path / "picture.png"  # TensorFlow looks at the content, not at the ending
    for more in (b"", b"what a camera writes below a picture"):
        file.write_bytes(whole + more)
        assert len(colours(data.image_batches(tmp_path, 2, 1))) == 1
    for size in (len(whole) - 1, len(whole) // 2):
        file.write_bytes(whole[:size])
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"damaged.*picture\.png"):
            colours(data.image_batches(tmp_path, 2, 1))


def test_tensorflow_datasets_without_network():
    tfds = pytest.importorskip("tensorflow_datasets")
    with tfds.testing.mock_data(num_examples=8):
        dataset = data.image_batches("tfds:oxford_flowers102", 16, 4, seed=3, steps_per_epoch=2)
        batches = [np.asarray(batch) for batch in dataset]
        assert [b.shape for b in batches] == [(4, 16, 16, 3)] * 2
        assert all(-1 <= b.min() < b.max() <= 1 for b in batches)
        for global_seed in (0, 5):
            tf.random.set_seed(global_seed)
            dataset = data.image_batches("tfds:oxford_flowers102", 16, 4, seed=3, steps_per_epoch=2)
            np.testing.assert_array_equal(next(iter(dataset)), batches[0])
        grey = data.image_batches("tfds:oxford_flowers102", 8, 4, channels=1, steps_per_epoch=1)
        assert next(iter(grey)).shape == (4, 8, 8, 1)
        with pytest.raises(ValueError, match='no feature "image"'):
            data.image_batches("tfds:ag_news_subset", 8)
    with pytest.raises(ValueError, match="Received: tfds:no_such_set"):
        data.image_batches("tfds:no_such_set", 8)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"source": "/nowhere"}, FileNotFoundError, "no folder /nowhere"),
        ({"size": 0}, ValueError, "size=0"),
        ({"batch_size": 13}, ValueError, "12 images, fewer than a batch"),
        ({"channels": 2}, ValueError, "channels=2"),
        ({"seed": 0.5}, ValueError, "seed=0.5"),
        ({"seed": True}, ValueError, "seed=True"),
        ({"channels": True}, ValueError, "channels=True"),
        ({"channels": "3"}, ValueError, "one of 1, 3"),
        ({"steps_per_epoch": 0}, ValueError, "steps_per_epoch=0"),
    ],
)
def test_clear_errors(folder, arguments, error, message):
    with pytest.raises(error, match=message):
        data.image_batches(**{"source": folder, "size": 4, "batch_size": 2, **arguments})


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no images"):
        data.image_batches(tmp_path, 4)
