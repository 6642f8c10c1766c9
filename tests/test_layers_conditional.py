"""Layers for conditions and for high fidelity, against NumPy and hand-made values."""

from gan_tf import layers
import keras
from keras import ops
import numpy as np
import pytest
import tensorflow as tf

RNG = np.random.default_rng(0)


def normal(*shape):
    return RNG.normal(size=shape).astype("float32")


# Spectral parametrisation.


def spectral_dense(kernel, left=None, **kwargs):
    kernel = np.asarray(kernel, "float32")
    layer = layers.SpectralParametrization(
        keras.layers.Dense(kernel.shape[1], use_bias=False), **kwargs
    )
    layer.build((None, kernel.shape[0]))
    layer.layer.kernel.assign(kernel)
    if left is not None:
        layer.left.assign([left])
    return layer


def test_the_power_method_walks_to_the_largest_singular_value():
    layer = spectral_dense(np.diag([2.0, 1.0]), left=[1 / np.sqrt(2)] * 2)
    found = [float(layer.sigma(training=True)) for _ in range(3)]
    np.testing.assert_allclose(found, [1.843909, 1.988428, 1.999268], atol=2e-6)
    assert 1.999268 < float(layer.sigma(training=False)) <= 2
    twice = spectral_dense(np.diag([2.0, 1.0]), left=[1 / np.sqrt(2)] * 2, power_iterations=2)
    np.testing.assert_allclose(twice.sigma(training=True), found[1], atol=2e-6)


def test_the_gradient_goes_through_sigma():
    layer = spectral_dense(np.diag([2.0, 1.0]), left=[1.0, 0.0])
    with tf.GradientTape() as tape:
        entry = layer(np.array([[0.0, 1.0]], "float32"))[0, 1]  # (W / σ)₂₂
    gradient = tape.gradient(entry, layer.layer.kernel)
    np.testing.assert_allclose(gradient, [[-0.25, 0], [0, 0.5]], atol=1e-6)


@pytest.mark.parametrize(
    ("inner", "shape"),
    [
        (lambda: keras.layers.Dense(5, activation="relu"), (3, 4)),
        (lambda: keras.layers.Conv2D(6, 3, 2, "same", activation="tanh"), (2, 8, 8, 3)),
        (lambda: keras.layers.Conv2DTranspose(2, 4, 2, "same"), (2, 4, 4, 3)),
    ],
)
def test_it_is_the_layer_with_a_divided_kernel(inner, shape):
    keras.utils.set_random_seed(0)  # close singular values would take the power method long
    plain, layer = inner(), layers.SpectralParametrization(inner(), power_iterations=100)
    plain.build(shape)
    layer.build(shape)
    layer.bias.assign(normal(*layer.bias.shape))
    inputs = normal(*shape)
    made = np.asarray(layer(inputs, training=True))
    kernel = np.asarray(layer.layer.kernel)
    is_transposed = isinstance(plain, keras.layers.Conv2DTranspose)
    matrix = np.moveaxis(kernel, 2, -1) if is_transposed else kernel
    sigma = np.linalg.svd(matrix.reshape(-1, matrix.shape[-1]), compute_uv=False)[0]
    plain.set_weights([kernel / sigma, np.asarray(layer.bias)])
    np.testing.assert_allclose(made, plain(inputs), rtol=2e-3, atol=2e-4)
    assert layer.compute_output_shape(shape) == plain.compute_output_shape(shape)


def test_it_rests_while_frozen_and_outside_of_training():
    layer = layers.SpectralParametrization(keras.layers.Dense(4))
    inputs = normal(2, 3)
    layer(inputs)
    before = np.asarray(layer.left)
    layer(inputs, training=False)
    layer.trainable = False
    layer(inputs, training=True)
    np.testing.assert_array_equal(layer.left, before)
    layer.trainable = True
    layer(inputs, training=True)
    assert np.abs(np.asarray(layer.left) - before).max() > 1e-4


# Attention.


def attention_by_hand(layer, images):
    query, key, value, back = (
        np.asarray(each.kernel)[0, 0]
        for each in (layer.query, layer.key, layer.value, layer.output_map)
    )

    def pooled(maps):
        n, h, w, c = maps.shape
        return maps.reshape(n, h // 2, 2, w // 2, 2, c).max(axis=(2, 4)).reshape(n, -1, c)

    n, h, w, c = images.shape
    queries = (images @ query).reshape(n, h * w, -1)
    scores = queries @ pooled(images @ key).transpose(0, 2, 1)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    seen = (weights @ pooled(images @ value)).reshape(n, h, w, -1)
    return images + float(layer.strength) * (seen @ back)


def test_attention_is_the_formula_and_nothing_at_first():
    layer, images = layers.SelfAttention(), normal(2, 4, 6, 16)
    np.testing.assert_array_equal(layer(images), images)
    layer.strength.assign(0.7)
    np.testing.assert_allclose(layer(images), attention_by_hand(layer, images), atol=1e-5)
    assert layer.key.kernel.shape[-1] == 2 and layer.value.kernel.shape[-1] == 8


def test_attention_moves_with_the_image():
    layer, images = layers.SelfAttention(), normal(1, 4, 4, 8)
    layer.build(images.shape)
    layer.strength.assign(1.0)
    turned = np.asarray(layer(images[:, ::-1]))
    np.testing.assert_allclose(turned[:, ::-1], layer(images), atol=1e-5)


# Conditions.


def test_conditional_normalisation_is_plain_at_first_and_then_obeys():
    features, labels = normal(6, 3, 3, 4), np.eye(2, dtype="float32")[[0, 1, 0, 1, 1, 0]]
    layer = layers.ConditionalBatchNormalization(epsilon=0.1)
    plain = keras.layers.BatchNormalization(center=False, scale=False, epsilon=0.1)
    made = layer([features, labels], training=True)
    np.testing.assert_allclose(made, plain(features, training=True), atol=1e-6)
    gain, shift = normal(2, 4), normal(2, 4)
    layer.gain.kernel.assign(gain)
    layer.shift.kernel.assign(shift)
    made = np.asarray(layer([features, labels], training=True))
    mean, variance = features.mean(axis=(0, 1, 2)), features.var(axis=(0, 1, 2))
    for row, label in enumerate(labels.argmax(axis=1)):
        expected = (1 + gain[label]) * (features[row] - mean) / np.sqrt(variance + 0.1)
        np.testing.assert_allclose(made[row], expected + shift[label], atol=1e-4)


def test_conditional_normalisation_uses_moving_statistics_outside_of_training():
    layer, labels = layers.ConditionalBatchNormalization(momentum=0.0), np.eye(4, dtype="float32")
    features = normal(4, 5)
    layer([features, labels], training=True)
    other = normal(4, 5)
    expected = (other - features.mean(axis=0)) / np.sqrt(features.var(axis=0) + 1e-3)
    np.testing.assert_allclose(layer([other, labels]), expected, rtol=1e-3, atol=1e-4)


def test_standing_statistics_are_the_means_over_the_batches():
    keras.utils.set_random_seed(0)
    features, labels = keras.Input((3,)), keras.Input((2,))
    hidden = keras.layers.Dense(4, use_bias=False)(features)
    plain = keras.layers.BatchNormalization()(hidden)
    outputs = layers.ConditionalBatchNormalization()([plain, labels])
    model = keras.Model([features, labels], outputs)
    batches = [[normal(8, 3), np.eye(2, dtype="float32")[np.arange(8) % 2]] for _ in range(5)]
    layers.set_standing_statistics(model, batches)
    normalization = next(each for each in model.layers if "batch_norm" in each.name)
    kernel = np.asarray(model.layers[1].kernel)
    of_batches = [batch[0] @ kernel for batch in batches]
    expected = np.mean([each.mean(axis=0) for each in of_batches], axis=0)
    np.testing.assert_allclose(normalization.moving_mean, expected, atol=1e-6)
    expected = np.mean([each.var(axis=0) for each in of_batches], axis=0)
    np.testing.assert_allclose(normalization.moving_variance, expected, rtol=1e-5)
    assert normalization.momentum == 0.99
    frozen = np.asarray(normalization.moving_mean)
    model.trainable = False
    layers.set_standing_statistics(model, [[normal(8, 3), batches[0][1]]])
    assert not np.allclose(normalization.moving_mean, frozen)
    assert not any(each.trainable for each in model.layers)
    with pytest.raises(ValueError, match="at least one batch"):
        layers.set_standing_statistics(model, [])
    with pytest.raises(ValueError, match="no batch normalisation"):
        layers.set_standing_statistics(keras.Sequential([keras.Input((2,))]), batches)


def test_the_projection_has_the_value_computed_by_hand():
    layer = layers.ClassProjection()
    layer.build([(None, 2), (None, 3)])
    layer.realness.set_weights([np.array([[0.5], [-1.0]]), np.array([0.1])])
    layer.embedding.set_weights([np.array([[5.0, 5.0], [2.0, 0.0], [7.0, 7.0]])])
    logit = layer([np.array([[1.0, 2.0]]), np.array([[0.0, 1.0, 0.0]])])
    np.testing.assert_allclose(logit, [[0.6]], atol=1e-6)


def test_class_planes_are_ones_in_one_channel_and_zeros_in_the_others():
    images, one_hot = normal(2, 3, 4, 1), np.eye(10, dtype="float32")[[3, 7]]
    joined = np.asarray(layers.ClassPlanes()([images, one_hot]))
    assert joined.shape == (2, 3, 4, 11)
    np.testing.assert_array_equal(joined[..., :1], images)
    for row, label in enumerate((3, 7)):
        of_ones = [k for k in range(10) if (joined[row, :, :, 1 + k] == 1).all()]
        of_zeros = [k for k in range(10) if (joined[row, :, :, 1 + k] == 0).all()]
        assert of_ones == [label] and len(of_zeros) == 9


# R3GAN's parts.


def leaky(x):
    return np.where(x > 0, x, 0.2 * x)


def convolved(images, kernel):
    """A 'same' convolution in NumPy, written as its definition."""
    size = kernel.shape[0]
    reach = size // 2
    padded = np.pad(images, ((0, 0), (reach, reach), (reach, reach), (0, 0)))
    _, height, width, _ = images.shape
    windows = [padded[:, i : i + height, j : j + width] for i in range(size) for j in range(size)]
    return sum(w @ k for w, k in zip(windows, kernel.reshape(-1, *kernel.shape[2:]), strict=True))


def test_grouped_convolution_is_one_convolution_for_each_group():
    layer = layers.GroupedConv2D(6, 3, groups=2)
    images = normal(2, 5, 4, 8)
    made = layer(images)
    kernel = np.asarray(layer.kernel)
    assert kernel.shape == (3, 3, 4, 6)
    halves = [(images[..., :4], kernel[..., :3]), (images[..., 4:], kernel[..., 3:])]
    expected = np.concatenate([convolved(*half) for half in halves], axis=-1)
    np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-5)
    of_keras = keras.layers.Conv2D(6, 3, padding="same", groups=2, use_bias=False)
    of_keras.build(images.shape)
    of_keras.set_weights([kernel])
    np.testing.assert_allclose(made, of_keras(images), rtol=1e-4, atol=1e-5)


def test_a_fresh_block_is_the_identity_and_a_trained_one_its_formula():
    layer = layers.R3GANBlock(num_blocks=6, group_size=4)
    images = normal(2, 4, 4, 4)
    np.testing.assert_array_equal(layer(images), images)
    for weight in layer.weights:
        weight.assign(normal(*weight.shape))
    weights = {
        name: np.asarray(getattr(layer, name).kernel) for name in ("widen", "look", "narrow")
    }
    x = leaky(convolved(images, weights["widen"]) + np.asarray(layer.first_bias))
    groups = [
        convolved(part, kernel)
        for part, kernel in zip(
            np.split(x, 2, axis=-1), np.split(weights["look"], 2, axis=-1), strict=True
        )
    ]
    x = leaky(np.concatenate(groups, axis=-1) + np.asarray(layer.second_bias))
    expected = images + convolved(x, weights["narrow"])
    np.testing.assert_allclose(layer(images), expected, rtol=1e-3, atol=1e-3)


def test_kernels_of_a_block_are_smaller_the_more_blocks_there_are():
    keras.utils.set_random_seed(0)
    spreads = {}
    for count in (1, 16):
        layer = layers.R3GANBlock(count, group_size=16)
        layer.build((None, 8, 8, 64))
        spreads[count] = [np.std(layer.widen.kernel), np.std(layer.look.kernel)]
    he = np.sqrt(2 / 1.04)
    np.testing.assert_allclose(spreads[1], [he / 8, he / 12], rtol=0.02)  # 64 and 9 · 16 inputs
    np.testing.assert_allclose(spreads[16], np.array(spreads[1]) / 2, rtol=0.03)


def test_the_latent_basis_scales_its_maps():
    layer = layers.LatentBasis(2, 3)
    latents = normal(4, 5)
    made = np.asarray(layer(latents))
    strengths = latents @ np.asarray(layer.strength.kernel)
    expected = strengths[:, None, None, :] * np.asarray(layer.maps)
    np.testing.assert_allclose(made, expected, rtol=1e-5, atol=1e-6)


# All of them.

ALL = {
    "planes": (layers.ClassPlanes, [(2, 3, 3, 1), (2, 4)]),
    "grouped": (lambda: layers.GroupedConv2D(4, 3, 2), [(2, 4, 4, 2)]),
    "block": (lambda: layers.R3GANBlock(2, group_size=4), [(2, 4, 4, 2)]),
    "basis": (lambda: layers.LatentBasis(3, 4), [(2, 5)]),
    "spectral dense": (lambda: layers.SpectralParametrization(keras.layers.Dense(3)), [(4, 5)]),
    "spectral conv": (
        lambda: layers.SpectralParametrization(keras.layers.Conv2D(3, 3, activation="relu")),
        [(2, 6, 6, 2)],
    ),
    "attention": (layers.SelfAttention, [(2, 4, 4, 8)]),
    "spectral attention": (lambda: layers.SelfAttention(spectral=True), [(2, 4, 4, 8)]),
    "normalisation": (lambda: layers.ConditionalBatchNormalization(0.9), [(3, 4, 4, 2), (3, 5)]),
    "projection": (layers.ClassProjection, [(3, 4), (3, 5)]),
    "spectral projection": (lambda: layers.ClassProjection(spectral=True), [(3, 4), (3, 5)]),
}


@pytest.fixture(params=ALL)
def made(request):
    make, shapes = ALL[request.param]
    inputs = [normal(*shape) for shape in shapes]
    return make(), inputs[0] if len(inputs) == 1 else inputs


def test_config_round_trip(made):
    layer, inputs = made
    expected = layer(inputs)
    again = type(layer).from_config(layer.get_config())
    again(inputs)
    again.set_weights(layer.get_weights())
    np.testing.assert_allclose(again(inputs), expected, atol=1e-6)


def test_saved_and_loaded(made, tmp_path):
    layer, inputs = made
    listed = inputs if isinstance(inputs, list) else [inputs]
    symbolic = [keras.Input(each.shape[1:]) for each in listed]
    outputs = layer(symbolic if len(symbolic) > 1 else symbolic[0])
    model = keras.Model(symbolic, outputs)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded(listed), model(listed), atol=1e-6)


def test_mixed_precision_and_xla(made):
    layer, inputs = made
    config = {**layer.get_config(), "dtype": "mixed_float16"}
    half = type(layer).from_config(config)
    outputs = half(tf.nest.map_structure(lambda x: ops.cast(x, "float16"), inputs))
    assert keras.backend.standardize_dtype(outputs.dtype) == "float16"
    eager = layer(inputs)
    compiled = tf.function(lambda x: layer(x), jit_compile=True)(inputs)
    np.testing.assert_allclose(compiled, eager, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: layers.SelfAttention()(normal(1, 4, 5, 8)), "even height"),
        (lambda: layers.SelfAttention()(normal(1, 4, 4, 4)), "at least 8"),
        (lambda: layers.SelfAttention(spectral=1), "spectral=1"),
        (lambda: layers.GroupedConv2D(4, 3, 3)(normal(1, 4, 4, 6)), "multiples of 3"),
        (lambda: layers.GroupedConv2D(6, 3, 3)(normal(1, 4, 4, 4)), "multiples of 3"),
        (lambda: layers.R3GANBlock()(normal(1, 4, 4, 4)), "group_size=16"),
        (lambda: layers.R3GANBlock(expansion=0), "expansion=0"),
        (lambda: layers.LatentBasis(0, 4), "size=0"),
        (lambda: layers.SpectralParametrization(keras.layers.Flatten()), "not built yet"),
        (lambda: layers.SpectralParametrization(keras.layers.Dense(2), 0), "power_iterations=0"),
    ],
)
def test_clear_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
