"""Layers of progressive growing against formulas written out in numpy."""

import math

from gan_tf import layers
from gan_tf.layers.resampling import doubled, halved
import keras
import numpy as np
import pytest
import tensorflow as tf

RNG = np.random.default_rng(0)
LATENTS = RNG.normal(size=(6, 5)).astype("float32")
IMAGES = RNG.normal(1.0, 2.0, size=(6, 4, 8, 6)).astype("float32")
OTHERS = RNG.normal(size=IMAGES.shape).astype("float32")


# Statistics are float32: in float16 a square overflows above 256, and 1e-8 is zero.


def test_large_and_vanishing_activations_survive_float16():
    large = np.float16(1000) * np.sign(IMAGES).astype("float16")
    pixel = layers.PixelNormalization(dtype="mixed_float16")
    np.testing.assert_allclose(pixel(large), np.sign(IMAGES), atol=1e-3)
    assert np.asarray(pixel(0 * large)).max() == 0
    spread = np.asarray(layers.MinibatchStdDev(dtype="mixed_float16")(large[:4]))[..., -1]
    expected = np.asarray(layers.MinibatchStdDev()(large[:4].astype("float32")))[..., -1]
    np.testing.assert_allclose(spread, expected, rtol=1e-3)
    style = np.zeros((6, 2), "float16")
    np.testing.assert_allclose(
        layers.AdaIN(dtype="mixed_float16")([large, style]),
        layers.AdaIN()([large.astype("float32"), style.astype("float32")]),
        atol=5e-3,
    )
    assert np.asarray(layers.AdaIN(dtype="mixed_float16")([0 * large, style])).max() == 0


# Equalized learning rate.


def test_equalized_dense_is_the_formula():
    m, gain = 0.1, 1.3
    layer = layers.EqualizedDense(
        3, "leaky_relu", gain, learning_rate_multiplier=m, bias_initializer=0.7
    )
    made = np.asarray(layer(LATENTS))
    stored = layer.kernel.numpy()
    np.testing.assert_allclose(layer.bias.numpy(), 7, rtol=1e-6)  # 0.7 / m
    for i in range(6):
        for unit in range(3):
            total = sum(LATENTS[i, k] * stored[k, unit] * gain / math.sqrt(5) * m for k in range(5))
            total += 0.7
            assert made[i, unit] == pytest.approx(max(total, 0.2 * total), abs=1e-5)


@pytest.mark.parametrize(("padding", "stride"), [("same", 1), ("valid", 1), ("valid", 2)])
def test_equalized_convolution_is_the_formula(padding, stride):
    m, gain = 0.5, 1.3
    layer = layers.EqualizedConv2D(2, (3, 5), stride, padding, "relu", gain, m)
    layer.build(IMAGES.shape)
    layer.bias.assign([1.0, -2.0])
    made = np.asarray(layer(IMAGES[:2]))
    border = ((0, 0), (1, 1), (2, 2), (0, 0)) if padding == "same" else ((0, 0),) * 4
    padded = np.pad(IMAGES[:2], border)
    kernel = layer.kernel.numpy() * m * gain / math.sqrt(3 * 5 * 6)
    for i, y, x in np.ndindex(made.shape[:3]):
        patch = padded[i, y * stride : y * stride + 3, x * stride : x * stride + 5]
        for f in range(2):
            total = (patch * kernel[..., f]).sum() + m * (1.0, -2.0)[f]
            assert made[i, y, x, f] == pytest.approx(max(total, 0), abs=1e-4)


@pytest.mark.parametrize("multiplier", [1.0, 0.01])
def test_equalized_weights_are_stored_with_unit_spread_over_the_multiplier(multiplier):
    keras.utils.set_random_seed(0)
    dense = layers.EqualizedDense(400, learning_rate_multiplier=multiplier)
    convolution = layers.EqualizedConv2D(100, 5, learning_rate_multiplier=multiplier)
    dense.build((None, 300))
    convolution.build((None, 8, 8, 32))
    for layer, fan_in in ((dense, 300), (convolution, 800)):
        assert np.std(layer.kernel) * multiplier == pytest.approx(1, abs=0.01)
        assert np.mean(layer.kernel) * multiplier == pytest.approx(0, abs=0.015)
        assert np.std(layer.scaled_kernel) == pytest.approx(math.sqrt(2 / fan_in), rel=0.01)
        assert np.count_nonzero(layer.bias) == 0


def mean_square(make, depth, shape):
    """Mean square of what stacks of new layers make of normal values; the mean of 16 stacks."""
    keras.utils.set_random_seed(0)
    squares = []
    for seed in range(16):
        values = keras.random.normal(shape, seed=seed)
        for _ in range(depth):
            values = make()(values)
        squares.append(np.mean(np.square(values)))
    return np.mean(squares)


def test_spread_is_kept_through_a_stack():
    """Leaky ReLU of slope 0.2 keeps (1 + 0.2²) / 2 of a mean square, and √2² doubles it."""

    def convolution():  # without a border of zeros, which would lower the spread
        return layers.EqualizedConv2D(64, 3, padding="valid", activation="leaky_relu")

    dense = mean_square(lambda: layers.EqualizedDense(512, "leaky_relu"), 4, (64, 512))
    assert dense == pytest.approx(1.04**4, rel=0.15)
    assert mean_square(convolution, 4, (4, 12, 12, 64)) == pytest.approx(1.04**4, rel=0.15)
    linear = mean_square(lambda: layers.EqualizedDense(512, gain=1.0), 4, (64, 512))
    assert linear == pytest.approx(1, rel=0.1)


def moved(layer, optimizer, inputs):
    """How far one step moves the weights and biases that a layer computes with."""
    layer.build(inputs.shape)
    layer.set_weights([0 * weight for weight in layer.get_weights()])  # so that no digit is lost
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(layer(inputs))  # linear in the weights, so that zero will do
    optimizer.apply(tape.gradient(loss, layer.trainable_variables), layer.trainable_variables)
    return np.asarray(layer.scaled_kernel), np.asarray(layer.scaled_bias)


@pytest.mark.parametrize(
    ("build", "inputs"),
    [
        (lambda m: layers.EqualizedDense(3, learning_rate_multiplier=m), LATENTS),
        (lambda m: layers.EqualizedConv2D(3, 3, learning_rate_multiplier=m), IMAGES),
    ],
    ids=["dense", "convolution"],
)
@pytest.mark.parametrize("m", [0.01, 0.5])
def test_multiplier_slows_what_the_layer_computes_with(build, inputs, m):
    """With W = c m w: dL/dw = c m dL/dW. SGD moves W by c m · c m · rate · dL/dW, so m² times.

    Adam's first step is as long for any gradient, and moves W by c m · rate.
    """
    for make, expected in (
        (lambda: keras.optimizers.SGD(1.0), m**2),
        (lambda: keras.optimizers.Adam(0.001, epsilon=1e-12), m),
    ):
        slow, normal = (moved(build(each), make(), inputs) for each in (m, 1.0))
        for each, reference in zip(slow, normal, strict=True):
            assert np.abs(reference).max() > 0
            np.testing.assert_allclose(each, expected * reference, rtol=1e-3)


# Pixel normalisation.


def test_pixel_normalization_is_the_formula():
    np.testing.assert_allclose(
        layers.PixelNormalization()(np.array([[1.0, 2.0, 3.0]], "float32"))[0],
        [0.46291, 0.92582, 1.38873],
        atol=1e-5,
    )
    made = np.asarray(layers.PixelNormalization(epsilon=0.5)(IMAGES))
    for i, y, x in np.ndindex(IMAGES.shape[:3]):
        features = IMAGES[i, y, x]
        expected = features / math.sqrt(sum(value**2 for value in features) / 6 + 0.5)
        np.testing.assert_allclose(made[i, y, x], expected, rtol=1e-5)


# Minibatch standard deviation.


def spread_by_hand(examples, members, channels):
    """Mean over the positions and some channels of the spread over the members of a group."""
    spreads = [
        math.sqrt(np.mean((each - each.mean()) ** 2) + 1e-8)
        for channel in channels
        for each in examples[members][..., channel].reshape(len(members), -1).T.astype("float64")
    ]
    return sum(spreads) / len(spreads)


@pytest.mark.parametrize(("group", "groups"), [(2, 3), (3, 2), (4, 1), (None, 1)])
@pytest.mark.parametrize("num_features", [1, 3])
def test_minibatch_standard_deviation_is_the_formula(group, groups, num_features):
    images = IMAGES[:3] if group == 4 else IMAGES  # 3 are fewer than 4, and so one group
    made = np.asarray(layers.MinibatchStdDev(group, num_features)(images))
    np.testing.assert_array_equal(made[..., :6], images)
    width = 6 // num_features
    for i in range(len(images)):
        members = [j for j in range(len(images)) if j % groups == i % groups]
        for feature in range(num_features):
            channels = range(feature * width, (feature + 1) * width)
            expected = spread_by_hand(images, members, channels)
            np.testing.assert_allclose(made[i, :, :, 6 + feature], expected, rtol=1e-5)


def test_minibatch_standard_deviation_of_vectors_and_of_copies():
    made = np.asarray(layers.MinibatchStdDev(None)(LATENTS))
    np.testing.assert_allclose(made[:, 5], LATENTS.std(axis=0).mean(), rtol=1e-5)
    copies = np.repeat(IMAGES[:1], 4, axis=0)
    np.testing.assert_allclose(layers.MinibatchStdDev()(copies)[..., 6], 1e-4, rtol=1e-4)


def test_batch_that_is_no_multiple_of_the_group_is_an_error():
    layer = layers.MinibatchStdDev(4)
    with pytest.raises(ValueError, match=r"group_size=4.*change the batch size.*batch of 6"):
        layer(IMAGES)
    free = tf.function(layer, input_signature=[tf.TensorSpec((None, *IMAGES.shape[1:]))])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"(?s)group_size=4.*batch of.*6"):
        free(IMAGES)
    assert free(IMAGES[:4]).shape == (4, 4, 8, 7)


# Sizes.


@pytest.mark.parametrize("kernel", [(1, 2, 1), (1, 4, 6, 4, 1), (3, 2, 0), (5,)])
def test_blur_is_the_formula(kernel):
    made = np.asarray(layers.Blur(kernel)(IMAGES))
    reach = len(kernel) // 2
    padded = np.pad(IMAGES, ((0, 0), (reach, reach), (reach, reach), (0, 0)))
    for y, x in np.ndindex(4, 8):
        expected = sum(
            kernel[a] * kernel[b] * padded[:, y + a, x + b] / sum(kernel) ** 2
            for a in range(len(kernel))
            for b in range(len(kernel))
        )
        np.testing.assert_allclose(made[:, y, x], expected, atol=1e-5)


def test_blur_takes_zeros_for_what_is_outside():
    made = np.asarray(layers.Blur()(np.ones((1, 4, 4, 2), "float32")))
    assert (made[0, 1:-1, 1:-1] == 1).all() and (made[0, 0, 1:-1] == 0.75).all()
    assert (made[0, [0, 0, 3, 3], [0, 3, 0, 3]] == 9 / 16).all()


def test_upsample_makes_squares_and_downsample_their_means():
    larger, smaller = np.asarray(layers.Upsample()(IMAGES)), layers.Downsample()(IMAGES)
    for y, x in np.ndindex(8, 16):
        np.testing.assert_array_equal(larger[:, y, x], IMAGES[:, y // 2, x // 2])
    for y, x in np.ndindex(2, 4):
        square = IMAGES[:, 2 * y : 2 * y + 2, 2 * x : 2 * x + 2]
        np.testing.assert_allclose(smaller[:, y, x], square.mean(axis=(1, 2)), atol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("jit", [False, True])
def test_downsample_undoes_upsample_to_the_bit(dtype, jit):
    images = tf.cast(RNG.normal(size=(8, 16, 16, 3)), dtype)
    up, down = layers.Upsample(dtype=dtype), layers.Downsample(dtype=dtype)
    there_and_back = tf.function(lambda x: down(up(x)), jit_compile=jit)
    np.testing.assert_array_equal(there_and_back(images), images)
    np.testing.assert_array_equal(doubled(images), up(images))
    np.testing.assert_array_equal(halved(images), down(images))


def test_with_blur_sizes_change_as_in_stylegan():
    up, down = layers.Upsample(blur=True), layers.Downsample(blur=True)
    np.testing.assert_array_equal(up(IMAGES), layers.Blur()(layers.Upsample()(IMAGES)))
    np.testing.assert_array_equal(down(IMAGES), layers.Downsample()(layers.Blur()(IMAGES)))
    bilinear = keras.layers.UpSampling2D(interpolation="bilinear")(IMAGES)
    inside = np.s_[:, 1:-1, 1:-1]
    np.testing.assert_allclose(np.asarray(up(IMAGES))[inside], bilinear[inside], atol=1e-5)


# Growing.


@pytest.mark.parametrize("jit", [False, True])
def test_fade_in_moves_from_the_old_to_the_new(jit):
    fade = layers.FadeIn()
    run = tf.function(lambda old, new: fade([old, new]), jit_compile=jit)
    np.testing.assert_array_equal(run(IMAGES, OTHERS), IMAGES)
    for alpha in (0.25, 0.7):
        fade.alpha.assign(alpha)
        expected = (1 - alpha) * IMAGES + alpha * OTHERS
        np.testing.assert_allclose(run(IMAGES, OTHERS), expected, atol=1e-6)
    fade.alpha.assign(1.0)
    np.testing.assert_array_equal(run(IMAGES, OTHERS), OTHERS)
    assert fade.trainable_variables == []


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_fade_in_is_exact_at_both_ends_whatever_the_other_branch_holds(policy):
    fade = layers.FadeIn(dtype=policy)
    odd = np.array([[np.nan, np.inf, -np.inf, -0.0, 0.0]], fade.compute_dtype)
    plain = np.array([[-0.0, 0.0, 3.0, 0.0, -0.0]], fade.compute_dtype)
    for alpha, expected in ((0.0, plain), (1.0, odd), (-0.1, plain), (1.1, odd)):
        fade.alpha.assign(alpha)
        assert np.asarray(fade([plain, odd])).tobytes() == expected.tobytes()
    assert fade.alpha.dtype == "float32"


def test_fade_in_gives_the_branches_their_share_of_the_gradient():
    fade = layers.FadeIn(alpha=0.25)
    old, new = tf.constant(IMAGES), tf.constant(OTHERS)
    for alpha in (0.25, 0.0, 1.0):
        fade.alpha.assign(alpha)
        with tf.GradientTape() as tape:
            tape.watch([old, new])
            total = tf.reduce_sum(fade([old, new]))
        shares = tape.gradient(total, [old, new])
        np.testing.assert_allclose(shares[0], np.full(IMAGES.shape, 1 - alpha))
        np.testing.assert_allclose(shares[1], np.full(IMAGES.shape, alpha))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: layers.EqualizedDense(0), "units=0"),
        (lambda: layers.EqualizedDense(3, gain=0), "gain=0"),
        (lambda: layers.EqualizedDense(3, gain=math.inf), "gain=inf"),
        (lambda: layers.EqualizedDense(3, learning_rate_multiplier=-1), "multiplier=-1"),
        (lambda: layers.EqualizedDense(3, bias_initializer="zeros"), "bias_initializer='zeros'"),
        (lambda: layers.EqualizedDense(3)(keras.Input((None,))), r"keras\.Input.*\(None, None\)"),
        (lambda: layers.EqualizedConv2D(2.5, 3), "filters=2.5"),
        (lambda: layers.EqualizedConv2D(2, (3, 3, 3)), r"kernel_size=\(3, 3, 3\)"),
        (lambda: layers.EqualizedConv2D(2, 3, strides=0), "strides=0"),
        (lambda: layers.EqualizedConv2D(2, 3, padding="full"), "padding='full'"),
        (lambda: layers.EqualizedConv2D(2, 3)(LATENTS), "expected ndim=4, found ndim=2"),
        (lambda: layers.PixelNormalization(epsilon=0), "epsilon=0"),
        (lambda: layers.MinibatchStdDev(0), "group_size=0"),
        (lambda: layers.MinibatchStdDev(num_features=0), "num_features=0"),
        (lambda: layers.MinibatchStdDev(2, 4)(IMAGES), "6 channels, num_features=4"),
        (lambda: layers.Blur((1, 1)), r"kernel=\(1, 1\)"),
        (lambda: layers.Blur((1, 0, -1)), r"kernel=\(1, 0, -1\)"),
        (lambda: layers.Blur((1, np.nan, 1)), r"kernel=\(1, nan, 1\)"),
        (lambda: layers.Upsample(blur="yes"), "blur='yes'"),
        (lambda: layers.Downsample()(IMAGES[:, 1:]), r"even height.*\(6, 3, 8, 6\)"),
        (lambda: layers.Downsample()(keras.Input((4, 7, 1))), r"even height.*\(None, 4, 7, 1\)"),
        (lambda: layers.FadeIn(1.5), "alpha=1.5"),
        (lambda: layers.FadeIn()([IMAGES, OTHERS[..., :1]]), r"old \(6, 4, 8, 6\), new \(6, 4"),
        (lambda: layers.FadeIn()(IMAGES), "expects 2 input"),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=message):
        build()
