"""Networks under a condition, residual ones and R3GAN's: shapes, parts, shared layers, errors."""

from gan_tf import builders, layers
import keras
import numpy as np
import pytest


def one_hot(*labels, count=10):
    return np.eye(count, dtype="float32")[list(labels)]


def latents(num, dim, seed=0):
    return np.random.default_rng(seed).normal(size=(num, dim)).astype("float32")


def kinds(model):
    return [type(layer).__name__ for layer in model._flatten_layers(include_self=False)]


# The DCGAN under a condition.


def test_the_condition_reaches_the_generator_and_the_body_is_the_dcgans():
    keras.utils.set_random_seed(0)
    generator = builders.conditional_generator(20, 10, filters=(8, 4))
    plain = builders.dcgan_generator(30, filters=(8, 4))
    assert generator.count_params() == plain.count_params()
    plain.set_weights(generator.get_weights())
    z = latents(2, 20)
    made = generator([z, one_hot(3, 7)])
    np.testing.assert_allclose(made, plain(np.concatenate([z, one_hot(3, 7)], -1)), atol=1e-6)
    assert np.abs(np.asarray(made) - np.asarray(generator([z, one_hot(4, 7)])))[0].max() > 1e-4


@pytest.mark.parametrize("way", builders.WAYS)
def test_each_way_of_judging_a_class(way):
    keras.utils.set_random_seed(0)
    discriminator = builders.conditional_discriminator(10, filters=(4, 8), way=way)
    images = latents(2, 784).reshape(2, 28, 28, 1)
    if way == "classifier":
        assert discriminator(images).shape == (2, 1)
        assert len(discriminator.inputs) == 1
        return
    first, second = (
        np.asarray(discriminator([images, one_hot(*labels)])) for labels in ((3, 3), (4, 3))
    )
    assert abs(first - second)[0] > 1e-5 and first[1] == second[1]
    kind = "ClassPlanes" if way == "concatenation" else "ClassProjection"
    assert kind in kinds(discriminator)


@pytest.mark.parametrize("is_sequential", [True, False])
def test_a_head_shares_all_but_the_last_layer(is_sequential):
    if is_sequential:
        discriminator = builders.dcgan_discriminator(filters=(4, 8))
    else:
        discriminator = builders.conditional_discriminator(10, filters=(4, 8), way="classifier")
    classifier = builders.head(discriminator, 10, hidden=(12,))
    assert classifier(latents(2, 784).reshape(2, 28, 28, 1)).shape == (2, 10)
    shared = {id(w) for w in discriminator.weights} & {id(w) for w in classifier.weights}
    assert len(shared) == len(discriminator.weights) - 2
    own = [w.shape for w in classifier.weights if id(w) not in shared]
    assert own == [(392, 12), (12,), (12, 10), (10,)]


# Residual networks.


@pytest.mark.parametrize("spectral", [None, "projection", "parametrization"])
@pytest.mark.parametrize("condition", ["concatenation", "class", "chunks"])
def test_residual_networks_have_the_parts_that_were_asked_for(condition, spectral):
    common = {"filters": (8, 8, 8), "spectral": spectral, "attention": 14}
    generator = builders.residual_generator(12, 10, condition=condition, **common)
    discriminator = builders.residual_discriminator(10, **common)
    images = np.asarray(generator([latents(3, 12), one_hot(1, 2, 3)]))
    assert images.shape == (3, 28, 28, 1) and np.abs(images).max() <= 1
    assert discriminator([images, one_hot(1, 2, 3)]).shape == (3, 1)
    for model in (generator, discriminator):
        found = kinds(model)
        assert found.count("SelfAttention") == 1
        assert ("SpectralParametrization" in found) == (spectral == "parametrization")
        assert ("SpectralNormalization" in found) == (spectral == "projection")
    has_conditional = "ConditionalBatchNormalization" in kinds(generator)
    assert has_conditional == (condition != "concatenation")


def test_without_classes_both_take_one_input():
    generator = builders.residual_generator(12, filters=(8, 8))
    discriminator = builders.residual_discriminator(filters=(8, 8), spectral=None)
    assert discriminator(generator(latents(2, 12))).shape == (2, 1)


def test_each_chunk_of_the_latents_reaches_another_block():
    """Weights of scales and shifts begin at zero; then only the first chunk matters."""
    keras.utils.set_random_seed(0)
    generator = builders.residual_generator(12, 10, filters=(8, 8, 8), condition="chunks")
    z, labels = latents(1, 12), one_hot(3)
    changed = {start: z.copy() for start in (0, 4, 8)}
    for start, values in changed.items():
        values[:, start : start + 4] += 1
    before = np.asarray(generator([z, labels]))
    moved = {
        k: np.abs(np.asarray(generator([v, labels])) - before).max() for k, v in changed.items()
    }
    assert moved[0] > 1e-4 and moved[4] == moved[8] == 0
    norms = [
        layer
        for layer in generator._flatten_layers(include_self=False)
        if isinstance(layer, layers.ConditionalBatchNormalization)
    ]
    norms[-1].gain.kernel.assign(latents(*norms[-1].gain.kernel.shape))
    before = np.asarray(generator([z, labels]))
    moved = {
        k: np.abs(np.asarray(generator([v, labels])) - before).max() for k, v in changed.items()
    }
    assert moved[4] == 0 and moved[8] > 1e-4


def test_the_discriminator_adds_up_over_the_places():
    keras.utils.set_random_seed(0)
    discriminator = builders.residual_discriminator(filters=(8, 8), spectral=None)
    last = discriminator.layers[-1]
    features = keras.Model(discriminator.input, last.input)
    maps = keras.Model(discriminator.input, discriminator.layers[-5].output)
    images = latents(2, 784).reshape(2, 28, 28, 1)
    expected = np.maximum(np.asarray(maps(images)), 0).sum((1, 2))
    np.testing.assert_allclose(features(images), expected, rtol=1e-4)


# R3GAN.


def test_r3gan_has_residual_blocks_and_no_normalisation():
    generator = builders.r3gan_generator(6, (16, 16, 3), (8, 8, 4), blocks=2, group_size=8)
    discriminator = builders.r3gan_discriminator((16, 16, 3), (4, 8, 8), blocks=2, group_size=8)
    assert discriminator(generator(latents(2, 6))).shape == (2, 1)
    for model in (generator, discriminator):
        found = kinds(model)
        assert found.count("R3GANBlock") == 6
        assert not any("Normalization" in kind for kind in found)
        blocks = [each for each in model.layers if isinstance(each, layers.R3GANBlock)]
        assert {block.num_blocks for block in blocks} == {6}


def test_signals_keep_their_size_through_fresh_networks():
    keras.utils.set_random_seed(0)
    images = np.asarray(builders.r3gan_generator()(latents(200, 64)))
    assert 0.1 < images.std() < 3
    logits = np.asarray(builders.r3gan_discriminator()(images))
    assert 0.01 < logits.std() < 10


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: builders.conditional_discriminator(way="label"), "way"),
        (lambda: builders.conditional_generator(condition_dim=0), "condition_dim=0"),
        (lambda: builders.head(builders.dcgan_generator(), 3), "ends in a Dense"),
        (lambda: builders.residual_generator(attention=9), "height of the maps: \\[7, 14, 28\\]"),
        (lambda: builders.residual_generator(10, 3, condition="chunks"), "latent_dim=10"),
        (lambda: builders.residual_generator(spectral="yes"), "spectral"),
        (lambda: builders.residual_discriminator(image_shape=(30, 30, 1)), "multiples of 4"),
        (lambda: builders.r3gan_generator(image_shape=(28, 32, 1)), "as high as wide"),
        (lambda: builders.r3gan_discriminator(filters=()), "filters"),
    ],
)
def test_clear_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
