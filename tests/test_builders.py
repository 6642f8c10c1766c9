"""The architectures: the lecture's parameter counts, shapes, ranges, and errors."""

from gan_tf import builders
import keras
import numpy as np
import pytest


def trained_and_not(model):
    return (
        sum(int(np.prod(w.shape)) for w in model.trainable_weights),
        sum(int(np.prod(w.shape)) for w in model.non_trainable_weights),
    )


def test_dense_nets_are_the_lectures():
    generator = builders.dense_generator()
    assert [layer.units for layer in generator.layers[:-1]] == [100, 150, 784]
    assert generator.count_params() == 31 * 100 + 101 * 150 + 151 * 784
    discriminator = builders.dense_discriminator()
    assert discriminator.count_params() == 785 * 150 + 151 * 100 + 101


def test_dcgan_nets_are_the_lectures():
    generator = builders.dcgan_generator()
    expected = 101 * 6272 + 2 * 128 + (25 * 128 + 0) * 64 + 64 + 2 * 64 + 25 * 64 + 1
    assert trained_and_not(generator) == (expected, 2 * 128 + 2 * 64)
    discriminator = builders.dcgan_discriminator()
    assert trained_and_not(discriminator)[0] == 26 * 64 + (25 * 64 + 1) * 128 + 7 * 7 * 128 + 1
    kinds = [type(layer).__name__ for layer in discriminator.layers]
    assert kinds == ["Conv2D", "LeakyReLU", "Dropout"] * 2 + ["Flatten", "Dense"]
    assert discriminator.layers[1].negative_slope == pytest.approx(0.2)
    assert discriminator.layers[2].rate == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("generator", "discriminator", "shape"),
    [
        (builders.dense_generator(), builders.dense_discriminator(), (28, 28)),
        (builders.point_generator(3, 2), builders.point_discriminator(2), (2,)),
        (builders.dcgan_generator(), builders.dcgan_discriminator(), (28, 28, 1)),
        (
            builders.dcgan_generator(8, (32, 48, 3), (16, 8, 4)),
            builders.dcgan_discriminator((32, 48, 3), (4, 8, 16), batch_normalization=True),
            (32, 48, 3),
        ),
    ],
)
def test_players_fit_together(generator, discriminator, shape):
    assert isinstance(generator, keras.Sequential) and isinstance(discriminator, keras.Sequential)
    images = generator(np.random.default_rng(0).normal(size=(5, generator.input_shape[-1])))
    assert images.shape == (5, *shape)
    logits = discriminator(images)
    assert logits.shape == (5, 1)
    assert discriminator.layers[-1].activation is keras.activations.linear


def test_output_ranges():
    latents = 30 * np.random.default_rng(0).normal(size=(20, 30)).astype("float32")
    images = np.asarray(builders.dense_generator()(latents))
    assert images.min() >= 0 and images.max() <= 1 and images.max() > 0.9
    images = np.asarray(builders.dcgan_generator(30)(latents))
    assert images.min() >= -1 and images.min() < -0.5 and images.max() <= 1


def test_batch_normalization_is_where_the_guidelines_put_it():
    generator = builders.dcgan_generator()
    discriminator = builders.dcgan_discriminator(batch_normalization=True, dropout=0)
    assert not isinstance(generator.layers[-1], keras.layers.BatchNormalization)
    names = [type(layer).__name__ for layer in discriminator.layers]
    assert names[:2] == ["Conv2D", "LeakyReLU"]
    assert names[2:5] == ["Conv2D", "BatchNormalization", "LeakyReLU"]
    without = builders.dcgan_generator(batch_normalization=False)
    assert not any("BatchNormalization" in type(layer).__name__ for layer in without.layers)


@pytest.mark.parametrize(
    "build",
    [
        lambda i, f: builders.dense_generator(i(3), (i(2), i(2)), [i(4), i(5)]),
        lambda i, f: builders.dense_discriminator([i(2), i(2)], (i(4),)),
        lambda i, f: builders.dcgan_generator(i(3), (i(8), i(8), i(1)), (i(4), i(2))),
        lambda i, f: builders.dcgan_discriminator((i(8), i(8), i(1)), [i(2)], dropout=f(0.5)),
        lambda i, f: builders.image_classifier((i(8), i(8), i(1)), i(3), [[i(2)]], i(4), f(0.5)),
        lambda i, f: builders.progressive_generator(i(8), i(4), i(1), lambda size: i(2)),
        lambda i, f: builders.progressive_discriminator(i(8), i(1), lambda size: i(2), True, i(2)),
        lambda i, f: builders.style_generator(i(8), i(4), i(4), i(1), lambda size: i(2), f(0.5)),
    ],
)
def test_numbers_of_numpy_are_numbers(build, tmp_path):
    build(np.int64, np.float32).save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    expected = build(int, float)
    assert [w.shape for w in loaded.weights] == [w.shape for w in expected.weights]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: builders.dcgan_generator(image_shape=(30, 28, 1)), "multiples of 4"),
        (lambda: builders.dcgan_generator(latent_dim=0), "latent_dim"),
        (lambda: builders.dense_generator(units=(10, -1)), "units"),
        (lambda: builders.point_generator(dim=2.5), "dim"),
        (lambda: builders.dcgan_discriminator(dropout=1), r"\[0, 1\)"),
        (lambda: builders.dcgan_discriminator(dropout=True), "dropout=True"),
        (lambda: builders.dcgan_generator(filters=()), "at least one"),
        (lambda: builders.dcgan_generator(batch_normalization="yes"), "True or False"),
        (lambda: builders.dense_generator(units=9), r"units=9\. .* written with a comma"),
        (lambda: builders.dense_generator(True), "latent_dim=True"),
        (lambda: builders.progressive_generator(filters=64), "filters must be a function"),
        (lambda: builders.progressive_generator(8.0), "power of two"),
        (lambda: builders.progressive_discriminator(8, group_size=-1), "integer >= 0, or None"),
        (lambda: builders.mapping_network(num_layers=0), "num_layers=0"),
        (lambda: builders.style_generator(8, noise=None), "noise=None"),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=message):
        build()
