"""GRAN: its steps against a loop in NumPy, its canvases, and that it is an ordinary generator."""

from games_of_every_kind import network
from gan_tf import builders
from gan_tf.games import GAN
import keras
import numpy as np
import pytest

pytestmark = pytest.mark.gpu


def small(num_steps, **kwargs):
    keras.utils.set_random_seed(0)
    return builders.gran_generator(3, (8, 8, 1), num_steps, 5, (4, 3), **kwargs)


def latents(num=4):
    return np.random.default_rng(0).normal(size=(num, 3)).astype("float32")


@pytest.mark.parametrize("num_steps", [1, 2, 5])
def test_images_are_the_tanh_of_the_sum_of_contributions(num_steps):
    generator, z = small(num_steps), latents()
    kernel, bias = generator.get_layer("code").get_weights()
    code = np.tanh(z @ kernel + bias)
    read, canvas, canvases = np.zeros_like(code), 0, []
    for step in range(num_steps):
        contribution = np.asarray(generator.get_layer("decoder")([code, read]))
        canvas = canvas + contribution
        canvases.append(np.tanh(canvas))
        if step < num_steps - 1:
            read = np.asarray(generator.get_layer("encoder")(contribution))
    np.testing.assert_allclose(generator(z), canvases[-1], atol=1e-5)
    steps = builders.gran_canvases(generator)(z)
    steps = steps if num_steps > 1 else [steps]
    assert len(steps) == num_steps
    for one, other in zip(steps, canvases, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_all_steps_have_the_same_weights():
    counts = {steps: small(steps).count_params() for steps in (1, 2, 3, 5)}
    assert counts[1] < counts[2] == counts[3] == counts[5]
    generator = small(3)
    generator.get_layer("decoder").layers[-1].bias.assign([0.25])
    before = np.arctanh(np.asarray(generator(latents())))
    kernel = generator.get_layer("encoder").layers[-1].kernel
    kernel.assign(np.zeros(kernel.shape))
    alike = np.asarray(builders.gran_canvases(generator)(latents()))
    np.testing.assert_allclose(np.arctanh(alike[2]), 3 * np.arctanh(alike[0]), atol=1e-4)
    assert np.max(abs(np.arctanh(alike[2]) - before)) > 1e-4


@pytest.mark.parametrize(("policy", "jit_compile"), [("float32", True), ("mixed_float16", False)])
def test_it_plays_in_an_ordinary_gan_and_can_be_saved(policy, jit_compile, tmp_path):
    keras.mixed_precision.set_global_policy(policy)
    try:
        discriminator = builders.dcgan_discriminator((8, 8, 1), (4, 4))
        gan = GAN(small(3), discriminator, seed=0)
        gan.compile("adam", "adam", jit_compile=jit_compile)
        images = np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 1)).astype("float32")
        history = gan.fit(images, batch_size=8, verbose=0).history
        assert np.isfinite(list(history.values())).all()
        gan.save(tmp_path / "gan.keras")
        loaded = keras.saving.load_model(tmp_path / "gan.keras")
        np.testing.assert_array_equal(loaded.generate(3, seed=1), gan.generate(3, seed=1))
        assert len(builders.gran_canvases(loaded.generator).outputs) == 3
        with pytest.raises(ValueError, match="ends in tanh, so real images must lie in"):
            gan.fit(3 * images, batch_size=8, verbose=0)
    finally:
        keras.mixed_precision.set_global_policy("float32")


def test_the_papers_sigmoid():
    images = np.asarray(small(2, output_activation="sigmoid")(latents()))
    assert images.shape == (4, 8, 8, 1) and 0 < images.min() < 0.5 < images.max() < 1


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: small(0), "num_steps must be an integer >= 1"),
        (lambda: builders.gran_generator(image_shape=(30, 28, 1)), "multiples of 4"),
        (lambda: builders.gran_generator(image_shape=(28, 28)), "image_shape must be"),
        (lambda: builders.gran_generator(filters=()), "filters must be"),
        (lambda: builders.gran_generator(units=0), "units must be"),
        (lambda: builders.gran_generator(output_activation="?"), "output_activation must be"),
        (lambda: builders.gran_canvases(network(2)), "made by builders.gran_generator"),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=message):
        build()
