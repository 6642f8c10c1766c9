"""Layers against the papers' formulas, in configurations, in mixed precision, and in a game."""

import json

from gan_tf import GAN, builders, data, layers
import keras
import numpy as np
import pytest
import tensorflow as tf

pytestmark = pytest.mark.gpu


RNG = np.random.default_rng(0)
FEATURES = RNG.normal(size=(6, 4)).astype("float32")
IMAGES = RNG.normal(size=(6, 4, 4, 3)).astype("float32")
LATENTS = RNG.normal(size=(6, 5)).astype("float32")
MAPS = RNG.normal(1.0, 2.0, size=(6, 4, 8, 6)).astype("float32")
OTHER_MAPS = RNG.normal(size=MAPS.shape).astype("float32")
REFERENCE = RNG.normal(2.0, 3.0, size=(5, 4)).astype("float32")

CASES = {
    "MinibatchDiscrimination": (lambda **kw: layers.MinibatchDiscrimination(3, 2, **kw), FEATURES),
    "Packing": (lambda **kw: layers.Packing(2, **kw), IMAGES),
    "ReferenceBatch": (lambda **kw: layers.ReferenceBatch(REFERENCE, **kw), FEATURES),
    "VirtualBatchNormalization": (
        lambda **kw: layers.VirtualBatchNormalization(2, **kw),
        IMAGES,
    ),
    "WithoutReference": (lambda **kw: layers.WithoutReference(2, **kw), IMAGES),
    "SpectralNormalization": (
        lambda **kw: layers.SpectralNormalization(keras.layers.Dense(3), **kw),
        FEATURES,
    ),
    "ExperienceReplay": (lambda **kw: layers.ExperienceReplay(8, seed=1, **kw), FEATURES),
    "EqualizedDense": (
        lambda **kw: layers.EqualizedDense(3, "leaky_relu", 1.2, 0.1, bias_initializer=0.5, **kw),
        LATENTS,
    ),
    "EqualizedDense with a layer as activation": (
        lambda **kw: layers.EqualizedDense(
            3, keras.layers.LeakyReLU(0.2, dtype=kw.get("dtype")), **kw
        ),
        LATENTS,
    ),
    "EqualizedDense on images": (
        lambda **kw: layers.EqualizedDense(3, use_bias=False, **kw),
        MAPS,
    ),
    "EqualizedConv2D": (lambda **kw: layers.EqualizedConv2D(3, 3, **kw), MAPS),
    "EqualizedConv2D with strides": (
        lambda **kw: layers.EqualizedConv2D(2, (2, 3), (3, 2), "valid", "relu", 1.0, 0.5, **kw),
        MAPS,
    ),
    "PixelNormalization": (layers.PixelNormalization, MAPS),
    "PixelNormalization on latents": (
        lambda **kw: layers.PixelNormalization(epsilon=0.1, **kw),
        LATENTS,
    ),
    "MinibatchStdDev": (lambda **kw: layers.MinibatchStdDev(2, 3, **kw), MAPS),
    "MinibatchStdDev of the batch": (lambda **kw: layers.MinibatchStdDev(None, **kw), LATENTS),
    "AdaIN": (lambda **kw: layers.AdaIN(epsilon=1e-4, **kw), [MAPS, LATENTS]),
    "NoiseInjection": (lambda **kw: layers.NoiseInjection(seed=3, **kw), MAPS),
    "LearnedConstant": (lambda **kw: layers.LearnedConstant((2, 3, 4), **kw), LATENTS),
    "Blur": (lambda **kw: layers.Blur((1, 3, 3, 3, 1), **kw), MAPS),
    "Upsample": (layers.Upsample, MAPS),
    "Upsample with blur": (lambda **kw: layers.Upsample(blur=True, **kw), MAPS),
    "Downsample": (layers.Downsample, MAPS),
    "Downsample with blur": (lambda **kw: layers.Downsample(blur=True, **kw), MAPS),
    "PixelShuffle": (layers.PixelShuffle, MAPS[..., :4]),
    "GradientReversal": (lambda **kw: layers.GradientReversal(0.5, **kw), MAPS),
    "FadeIn": (lambda **kw: layers.FadeIn(0.25, **kw), [MAPS, OTHER_MAPS]),
}
STATEFUL = "ExperienceReplay"  # its answers change with every call
ACROSS = ("Minibatch", "Packing", "ReferenceBatch", "Virtual", "WithoutReference", STATEFUL)
REPEATABLE = [name for name in CASES if name != STATEFUL]
ALONE = [name for name in CASES if not name.startswith((*ACROSS, "SpectralNormalization"))]


def model_of(layer, inputs):
    symbolic = keras.tree.map_structure(lambda x: keras.Input(x.shape[1:]), inputs)
    return keras.Model(symbolic, layer(symbolic))


def first(inputs, count):
    return keras.tree.map_structure(lambda x: x[:count], inputs)


@pytest.mark.parametrize("name", CASES)
def test_saved_and_loaded_it_gives_the_same(name, tmp_path):
    build, inputs = CASES[name]
    model = model_of(build(), inputs)
    expected = model(inputs)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    configs = [each.layers[-1].get_config() for each in (loaded, model)]
    for part in ("layer", "activation"):  # where it is an object, with an address of its own
        parts = [config.pop(part, None) for config in configs]
        assert isinstance(parts[1], dict) or parts[0] == parts[1]
        assert type(parts[0]) is type(parts[1])
    assert configs[0] == configs[1]
    if name != STATEFUL:
        np.testing.assert_allclose(loaded(inputs), expected, atol=1e-6)


OF_NUMPY = {
    "MinibatchDiscrimination": lambda i, f: layers.MinibatchDiscrimination(i(3), i(2)),
    "Packing": lambda i, f: layers.Packing(i(2)),
    "ReferenceBatch": lambda i, f: layers.ReferenceBatch((i(5), i(4))),
    "VirtualBatchNormalization": lambda i, f: layers.VirtualBatchNormalization(i(2), f(0.5)),
    "WithoutReference": lambda i, f: layers.WithoutReference(i(2)),
    "ExperienceReplay": lambda i, f: layers.ExperienceReplay(i(8), f(0.5), i(1)),
    "EqualizedDense": lambda i, f: layers.EqualizedDense(i(3), None, f(1), f(0.5), True, f(2)),
    "EqualizedConv2D": lambda i, f: layers.EqualizedConv2D(i(3), i(3), (i(1), i(2))),
    "PixelNormalization": lambda i, f: layers.PixelNormalization(f(0.5)),
    "MinibatchStdDev": lambda i, f: layers.MinibatchStdDev(i(2), i(3)),
    "AdaIN": lambda i, f: layers.AdaIN(f(0.5)),
    "NoiseInjection": lambda i, f: layers.NoiseInjection(i(3)),
    "LearnedConstant": lambda i, f: layers.LearnedConstant((i(2), i(3))),
    "Blur": lambda i, f: layers.Blur((f(1), i(2), f(1))),
    "PixelShuffle": lambda i, f: layers.PixelShuffle(i(3)),
    "ConditioningAugmentation": lambda i, f: layers.ConditioningAugmentation(i(3), i(1)),
    "FadeIn": lambda i, f: layers.FadeIn(f(0.25)),
    "GradientReversal": lambda i, f: layers.GradientReversal(f(0.5)),
    "ImagePool": lambda i, f: layers.ImagePool(i(8), f(0.5), i(1)),
    "FreshLatents": lambda i, f: layers.FreshLatents(i(3)),
    "StyleMixing": lambda i, f: layers.StyleMixing(i(3), f(0.5), i(1)),
    "Truncation": lambda i, f: layers.Truncation(f(0.5)),
}


@pytest.mark.parametrize("name", OF_NUMPY)
def test_numbers_of_numpy_are_numbers(name):
    of_numpy = OF_NUMPY[name](np.int64, np.float32).get_config()
    of_python = OF_NUMPY[name](int, float).get_config()
    assert json.dumps({**of_numpy, "name": ""}) == json.dumps({**of_python, "name": ""})


@pytest.mark.parametrize("name", CASES)
def test_shape_is_as_announced_and_the_batch_is_free(name):
    build, inputs = CASES[name]
    layer = build()
    model = model_of(layer, inputs)
    for count in (4, 6):
        some = first(inputs, count)
        shapes = [x.shape for x in some] if isinstance(some, list) else some.shape
        assert model(some).shape == layer.compute_output_shape(shapes)
    assert model.output_shape == (None, *model(inputs).shape[1:])


@pytest.mark.parametrize("name", REPEATABLE)
@pytest.mark.parametrize("jit", [False, True])
def test_in_a_graph_it_gives_the_same_for_any_batch(name, jit):
    build, inputs = CASES[name]
    layer = build()
    layer(inputs)
    signature = keras.tree.map_structure(lambda x: tf.TensorSpec((None, *x.shape[1:])), inputs)
    traced = tf.function(
        lambda x: layer(x, training=False), input_signature=[signature], jit_compile=jit
    )
    for count in (4, 6):
        some = first(inputs, count)
        expected = layer(some, training=False)
        np.testing.assert_allclose(traced(some), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision(name, policy):
    keras.utils.set_random_seed(0)
    build, inputs = CASES[name]
    plain, layer = build(), build(dtype=policy)
    expected = np.asarray(plain(inputs, training=False))
    layer(inputs, training=False)
    layer.set_weights(plain.get_weights())
    made = layer(inputs, training=False)
    assert made.dtype == layer.compute_dtype == policy.removeprefix("mixed_")
    assert all(w.dtype != layer.compute_dtype for w in layer.trainable_weights)
    made = np.asarray(made, "float32")
    assert np.isfinite(made).all()
    if name != STATEFUL:
        precision = {"mixed_float16": 0.01, "mixed_bfloat16": 0.05}[policy]
        np.testing.assert_allclose(made, expected, atol=precision * np.abs(expected).max())


@pytest.mark.parametrize("name", ALONE)
def test_layer_that_says_so_treats_each_example_alone(name):
    build, inputs = CASES[name]
    layer = build()
    assert layer.is_per_example
    np.testing.assert_allclose(layer(inputs)[:1], layer(first(inputs, 1)), atol=1e-5)


# Minibatch discrimination.


def test_minibatch_discrimination_is_the_papers_formula():
    layer = layers.MinibatchDiscrimination(num_kernels=3, kernel_dim=2)
    made = np.asarray(layer(FEATURES))
    matrices = (FEATURES @ np.asarray(layer.kernel)).reshape(6, 3, 2)
    for i in range(6):
        for b in range(3):
            apart = [np.abs(matrices[i, b] - matrices[j, b]).sum() for j in range(6)]
            assert made[i, 4 + b] == pytest.approx(np.exp(-np.array(apart)).sum(), rel=1e-5)
    np.testing.assert_array_equal(made[:, :4], FEATURES)


def test_averaged_similarities_are_the_sums_divided_by_the_batch():
    summed, averaged = (layers.MinibatchDiscrimination(3, 2, average=x) for x in (False, True))
    expected = np.asarray(summed(FEATURES))
    averaged.build(FEATURES.shape)
    averaged.set_weights(summed.get_weights())
    outputs = np.asarray(averaged(FEATURES))
    np.testing.assert_allclose(outputs[:, 4:], expected[:, 4:] / len(FEATURES), rtol=1e-6)
    np.testing.assert_array_equal(outputs[:, :4], FEATURES)


def test_minibatch_discrimination_sees_a_batch_of_copies():
    layer = layers.MinibatchDiscrimination()
    copies = np.repeat(FEATURES[:1], 6, axis=0)
    np.testing.assert_allclose(layer(copies)[:, 4:], 6, rtol=1e-5)
    assert np.max(layer(100 * FEATURES)[:, 4:]) < 5.5


# Packing.


def test_packing_joins_neighbours_along_the_channels():
    packs = np.asarray(layers.Packing(3)(IMAGES))
    assert packs.shape == (2, 4, 4, 9)
    np.testing.assert_array_equal(packs[1], np.concatenate(IMAGES[3:], axis=-1))
    points = np.asarray(layers.Packing(2)(FEATURES))
    np.testing.assert_array_equal(points[0], np.concatenate(FEATURES[:2]))


def test_packing_of_one_changes_nothing():
    np.testing.assert_array_equal(layers.Packing(1)(IMAGES), IMAGES)


# Virtual batch normalisation.


def vbn_by_hand(reference, example, epsilon=1e-5):
    """One example `(..., channels)`; moments over the reference and the places in an image."""
    axes = tuple(range(example.ndim - 1))
    n = len(reference)
    first, second = (
        (n * np.mean(power(reference), axis=(0, *(a + 1 for a in axes))) + own) / (n + 1)
        for power, own in (
            (np.array, np.mean(example, axis=axes) if axes else example),
            (np.square, np.mean(example**2, axis=axes) if axes else example**2),
        )
    )
    return (example - first) / np.sqrt(second - first**2 + epsilon)


@pytest.mark.parametrize("examples", [FEATURES, IMAGES], ids=["vectors", "images"])
def test_virtual_batch_normalization_is_the_papers(examples):
    layer = layers.VirtualBatchNormalization(num_reference=4)
    made = np.asarray(layer(examples))
    for place in (4, 5):
        expected = vbn_by_hand(examples[:4].astype("float64"), examples[place].astype("float64"))
        np.testing.assert_allclose(made[place], expected, rtol=2e-3, atol=1e-4)
    axes = tuple(range(examples.ndim - 1))
    np.testing.assert_allclose(made[:4].mean(axis=axes), 0, atol=1e-5)
    np.testing.assert_allclose(made[:4].std(axis=axes), 1, atol=1e-3)


def test_virtual_batch_normalization_ignores_the_other_examples():
    generator = builders.dcgan_generator(latent_dim=4, filters=(8, 8))
    latents = RNG.normal(size=(7, 4)).astype("float32")
    virtual = builders.with_virtual_batch_normalization(generator, latents)
    together = virtual(FEATURES, training=True)
    alone = [virtual(FEATURES[i : i + 1], training=True)[0] for i in range(6)]
    np.testing.assert_allclose(together, np.stack(alone), atol=1e-5)
    real_batch_norm = generator(FEATURES, training=True)
    lonely = generator(FEATURES[:1], training=True)
    assert not np.allclose(real_batch_norm[:1], lonely, atol=1e-3)


def test_model_with_virtual_batch_normalization_keeps_its_shape(tmp_path):
    discriminator = builders.dcgan_discriminator(batch_normalization=True, filters=(4, 8))
    images = RNG.normal(size=(3, 28, 28, 1)).astype("float32")
    virtual = builders.with_virtual_batch_normalization(discriminator, images)
    assert virtual.output_shape == discriminator.output_shape
    assert not any(isinstance(x, keras.layers.BatchNormalization) for x in virtual.layers)
    virtual.save(tmp_path / "d.keras")
    loaded = keras.saving.load_model(tmp_path / "d.keras")
    np.testing.assert_allclose(loaded(images[:2]), virtual(images[:2]), atol=1e-6)


# Spectral normalisation.


def test_spectral_normalization_divides_by_the_largest_singular_value():
    layer = layers.SpectralNormalization(keras.layers.Dense(3), power_iterations=200)
    layer(FEATURES, training=True)
    largest = np.linalg.svd(layer.layer.kernel.numpy(), compute_uv=False)[0]
    assert largest == pytest.approx(1, abs=1e-4)


def test_spectral_normalization_rests_while_frozen():
    layer = layers.SpectralNormalization(keras.layers.Dense(3))
    layer.build(FEATURES.shape)
    layer.trainable = False
    weights = layer.get_weights()
    layer(FEATURES, training=True)
    for weight, before in zip(layer.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(weight, before)


def test_a_game_asks_for_the_one_that_rests():
    dense = keras.layers.SpectralNormalization(keras.layers.Dense(4))
    discriminator = keras.Sequential([keras.Input((2,)), dense, keras.layers.Dense(1)])
    gan = GAN(builders.point_generator(), discriminator)
    with pytest.raises(ValueError, match=r"Use gan_tf\.layers\.SpectralNormalization"):
        gan.compile("sgd", "sgd")


# Experience replay.


def replayed(layer, *batches):
    return [np.asarray(layer(np.float32(batch)[:, None])).ravel() for batch in batches]


def test_experience_replay_mixes_the_past_into_half_of_a_batch():
    layer = layers.ExperienceReplay(size=100, seed=0)
    first, second = replayed(layer, np.arange(10), np.arange(10, 20))
    np.testing.assert_array_equal(first, np.arange(10))  # there is no past yet
    assert set(second[:5]) <= set(range(10))
    np.testing.assert_array_equal(second[5:], np.arange(15, 20))
    assert set(layer.buffer.numpy()[:20].ravel()) == set(range(20)) and int(layer.count) == 20


def test_experience_replay_forgets_at_random_once_it_is_full():
    layer = layers.ExperienceReplay(size=8, share=0.5, seed=0)
    replayed(layer, *(np.full(4, step) for step in range(2)))
    assert sorted(layer.buffer.numpy().ravel()) == [0] * 4 + [1] * 4
    replayed(layer, np.full(4, 2))
    remembered = layer.buffer.numpy().ravel()
    assert 1 <= (remembered == 2).sum() <= 2
    replayed(layer, *(np.full(4, 9) for _ in range(40)))
    assert (layer.buffer.numpy() == 9).all()


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_experience_replay_of_nothing_and_of_all(share):
    layer = layers.ExperienceReplay(size=100, share=share, seed=0)
    _, second = replayed(layer, np.arange(10), np.arange(10, 20))
    expected = set(range(10)) if share else set(range(10, 20))
    assert set(second) <= expected


def test_experience_replay_draws_all_that_it_remembers():
    layer = layers.ExperienceReplay(size=16, share=1.0, seed=0)
    seen = replayed(layer, np.arange(16), *([np.arange(16)] * 30))
    assert set(np.concatenate(seen[1:])) == set(range(16))


def test_game_with_replay_saves_its_past(tmp_path):
    def game():
        keras.utils.set_random_seed(0)
        replay = layers.ExperienceReplay(64, seed=2)
        players = builders.point_generator(), builders.point_discriminator()
        gan = GAN(*players, seed=0, replay=replay)
        gan.compile("adam", "rmsprop")
        return gan

    gan = game()
    for seed in range(3):
        gan.train_step(tf.constant(data.ring(32, seed=seed)))
    assert int(gan.replay.count) == 64 and np.ptp(gan.replay.buffer.numpy()) > 0
    gan.save(tmp_path / "game.keras")
    loaded = keras.saving.load_model(tmp_path / "game.keras", compile=False)
    np.testing.assert_array_equal(loaded.replay.buffer, gan.replay.buffer)
    gan.save_weights(tmp_path / "game.weights.h5")
    other = game()
    other.load_weights(tmp_path / "game.weights.h5")
    np.testing.assert_array_equal(other.replay.buffer, gan.replay.buffer)
    np.testing.assert_array_equal(
        other.replay.seed_generator.state, gan.replay.seed_generator.state
    )


# In a game: every layer trains, and phase 2 leaves the discriminator alone.

DISCRIMINATORS = {
    "minibatch discrimination": lambda: [
        keras.layers.Dense(16, "relu"),
        layers.MinibatchDiscrimination(4, 3),
    ],
    "packing": lambda: [layers.Packing(2), keras.layers.Dense(16, "relu")],
    "spectral normalisation": lambda: [
        layers.SpectralNormalization(keras.layers.Dense(16, "relu"))
    ],
    "virtual batch normalisation": lambda: [
        layers.ReferenceBatch(data.ring(16, seed=3)),
        keras.layers.Dense(16, "relu"),
        layers.VirtualBatchNormalization(16),
        layers.WithoutReference(16),
    ],
}


@pytest.mark.parametrize("name", DISCRIMINATORS)
def test_frozen_in_phase_2_and_trained_in_phase_1(name):
    keras.utils.set_random_seed(0)
    stack = [keras.Input((2,)), *DISCRIMINATORS[name](), keras.layers.Dense(1)]
    gan = GAN(builders.point_generator(), keras.Sequential(stack), seed=0)
    gan.compile("sgd", "sgd", run_eagerly=True)
    points = tf.constant(data.ring(32, seed=0))
    weights = gan.discriminator.get_weights()
    gan.play(gan.phases[1], {"images": points})
    for now, before in zip(gan.discriminator.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(now, before)
    gan.play(gan.phases[0], {"images": points})
    moved = [
        np.any(now != before)
        for now, before, weight in zip(
            gan.discriminator.get_weights(), weights, gan.discriminator.weights, strict=True
        )
        if weight.trainable
    ]
    assert all(moved)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: layers.MinibatchDiscrimination(0), "num_kernels=0"),
        (lambda: layers.MinibatchDiscrimination(3, 2.5), "kernel_dim=2.5"),
        (lambda: layers.Packing(True), "degree=True"),
        (lambda: layers.MinibatchDiscrimination(average="yes"), "average='yes'"),
        (lambda: layers.VirtualBatchNormalization(4, epsilon=0), "epsilon=0"),
        (lambda: layers.ReferenceBatch((4, 2.5)), r"reference=\(4, 2.5\)"),
        (lambda: layers.VirtualBatchNormalization(0), "num_reference=0"),
        (lambda: layers.WithoutReference(-1), "num_reference=-1"),
        (lambda: layers.ExperienceReplay(0), "size=0"),
        (lambda: layers.ExperienceReplay(share=1.5), "share=1.5"),
        (lambda: layers.ExperienceReplay(seed=True), "seed=True"),
        (
            lambda: builders.with_virtual_batch_normalization(
                builders.dcgan_generator(), np.zeros((4, 30))
            ),
            r"\(num_reference, 100\)",
        ),
        (
            lambda: builders.with_virtual_batch_normalization(
                builders.dense_generator(), np.zeros((4, 30))
            ),
            "no BatchNormalization",
        ),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=message):
        build()
