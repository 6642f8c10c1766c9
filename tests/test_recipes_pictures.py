"""Recipes on other images than garments: any size and number of channels, arrays and folders."""

from gan_tf import data, recipes
from gan_tf.recipes.pictures import doublings, pictures
import imageio.v3 as iio
import numpy as np
import pytest

WITHOUT_IMAGES = (
    *recipes.RECIPES_OF_POINTS,
    *recipes.RECIPES_WITH_LABELS,
    *recipes.RECIPES_OF_TRANSLATION,
)
IMAGE_RECIPES = [name for name in recipes.RECIPES if name not in WITHOUT_IMAGES]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Forty pictures of random pixels."""
    place = tmp_path_factory.mktemp("pictures")
    pixels = np.random.default_rng(0).integers(0, 256, (40, 40, 50, 3), "uint8")
    for number, picture in enumerate(pixels):
        iio.imwrite(place / f"{number}.png", picture)
    return place


@pytest.mark.parametrize("name", IMAGE_RECIPES)
@pytest.mark.parametrize("shape", [(32, 32, 3), (64, 64, 1), (128, 128, 3)])
def test_players_fit_the_images(name, shape):
    images = np.random.default_rng(0).uniform(-1, 1, (40, *shape)).astype("float32")
    recipe = recipes.get(name, images=images)
    assert recipe.samples.shape == images.shape and recipe.value_range == (-1, 1)
    assert next(iter(recipe.batches)).shape == (recipe.batch_size, *shape)
    assert recipe.gan.data_shape == shape


@pytest.mark.parametrize("name", IMAGE_RECIPES)
def test_recipes_train_on_a_folder(name, folder):
    recipe = recipes.get(name, 1, data.ImageFolder(folder, 32, channels=1, verbose=False))
    assert recipe.samples.shape == (40, 32, 32, 1)
    history = recipe.gan.fit(recipe.batches, epochs=1, steps_per_epoch=1, verbose=0)
    assert np.isfinite(history.history["d_loss"]).all()
    assert recipe.gan.generate(2).shape[-1] == 1


def test_a_folder_is_drawn_from_as_image_batches_does(folder):
    of_recipe = pictures(data.ImageFolder(folder, 8, verbose=False)).batches(
        4, 3, steps_per_epoch=7
    )
    expected = data.image_batches(folder, 8, 4, 3, steps_per_epoch=7, verbose=False)
    for ours, theirs in zip(of_recipe, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("size", "count"), [(28, 2), (32, 3), (40, 3), (64, 4), (128, 5), (14, 1), (256, 6)]
)
def test_doublings_lead_from_four_to_seven_pixels(size, count):
    assert doublings(size) == count
    assert 4 <= size / 2**count <= 7


@pytest.mark.parametrize("size", [3, 30, 100])
def test_sizes_that_doublings_do_not_reach(size):
    with pytest.raises(ValueError, match=f"Received: {size} × {size} pixels"):
        doublings(size)


def small(*shape, low=-1, high=1):
    return np.random.default_rng(0).uniform(low, high, shape).astype("float32")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: recipes.get("circle", images=small(4, 8, 8, 1)), "makes points.*lecture-dense"),
        (lambda: recipes.dcgan(images=small(4, 8, 9, 1)), "square images.*8, 9, 1"),
        (lambda: recipes.dcgan(images=small(4, 8, 8, 1, low=0, high=255)), "bytes: images / 127.5"),
        (lambda: recipes.dcgan(images=small(4, 8, 8)), "images"),
        (lambda: recipes.dcgan(images=small(20, 30, 30, 3)), "30 × 30"),
        (lambda: recipes.progressive(images=small(20, 48, 48, 3)), "power of two.*48 × 48"),
        (lambda: recipes.progressive(images=small(20, 16, 16, 3), resolution=32), "resolution=32"),
        (lambda: recipes.dcgan(images=small(3, 32, 32, 3)), "batch_size=16"),
    ],
)
def test_clear_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_folder_is_read_at_the_size_of_the_last_stage(folder):
    of_folder = data.ImageFolder(folder, 16, verbose=False)
    with pytest.raises(ValueError, match=r"resolution=8.*ImageFolder of size 8"):
        recipes.progressive(images=of_folder, resolution=8)
