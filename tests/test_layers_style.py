"""Layers of a style-based generator against numpy, and a game made of all that grows."""

import math

from gan_tf import GAN, layers, penalties
import keras
import numpy as np
import pytest
import tensorflow as tf

RNG = np.random.default_rng(0)
LATENTS = RNG.normal(size=(6, 5)).astype("float32")
IMAGES = RNG.normal(1.0, 2.0, size=(6, 4, 8, 6)).astype("float32")

# Styles.


def test_adain_is_the_formula():
    layer = layers.AdaIN(epsilon=0.5)
    layer.build([IMAGES.shape, LATENTS.shape])
    layer.affine.bias.assign(RNG.normal(size=12))
    made = np.asarray(layer([IMAGES, LATENTS]))
    style = LATENTS @ layer.affine.kernel.numpy() / math.sqrt(5) + layer.affine.bias.numpy()
    for i in range(6):
        for c in range(6):
            pixels = IMAGES[i, :, :, c]
            normalized = (pixels - pixels.mean()) / math.sqrt(pixels.var() + 0.5)
            expected = (1 + style[i, c]) * normalized + style[i, 6 + c]
            np.testing.assert_allclose(made[i, :, :, c], expected, rtol=1e-4, atol=1e-5)


def test_adain_gives_each_map_the_mean_and_spread_of_the_style():
    keras.utils.set_random_seed(0)
    layer = layers.AdaIN()
    made = np.asarray(layer([IMAGES, LATENTS]))
    style = np.asarray(layer.affine(LATENTS))
    np.testing.assert_allclose(made.mean(axis=(1, 2)), style[:, 6:], atol=1e-5)
    np.testing.assert_allclose(made.std(axis=(1, 2)), np.abs(1 + style[:, :6]), rtol=1e-4)
    neutral = np.asarray(layer([IMAGES, 0 * LATENTS]))
    np.testing.assert_allclose(neutral.mean(axis=(1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(neutral.std(axis=(1, 2)), 1, rtol=1e-4)


def test_noise_is_one_image_for_all_feature_maps_times_their_strength():
    layer = layers.NoiseInjection(seed=0)
    np.testing.assert_array_equal(layer(IMAGES), IMAGES)  # strengths are zero at first
    strengths = np.array([0.0, 1.0, -2.0, 0.5, 3.0, 1.0], "float32")
    layer.strength.assign(strengths)
    for training in (True, False):
        added = np.asarray(layer(IMAGES, training=training)) - IMAGES
        noise = added[..., 1:2]
        np.testing.assert_allclose(added, noise * strengths, atol=1e-5)
        assert np.unique(noise.round(4)).size > 150  # of 6 · 4 · 8 = 192 places
        assert np.abs(np.asarray(layer(IMAGES, training=training)) - IMAGES - added).max() > 0.1
    layer.amount.assign(0.5)
    layer.seed_generator.state.assign([0, 0])
    half = np.asarray(layer(IMAGES)) - IMAGES
    layer.amount.assign(1.0)
    layer.seed_generator.state.assign([0, 0])
    np.testing.assert_allclose(2 * half, np.asarray(layer(IMAGES)) - IMAGES, atol=1e-5)
    layer.amount.assign(0.0)
    np.testing.assert_array_equal(layer(IMAGES), IMAGES)


@pytest.mark.parametrize("jit", [False, True])
def test_noise_is_standard_normal_and_fresh_in_a_graph(jit):
    layer = layers.NoiseInjection(seed=0)
    flat = np.zeros((64, 16, 16, 1), "float32")
    layer.build(flat.shape)
    layer.strength.assign([1.0])
    draw = tf.function(layer, jit_compile=jit)
    one, other = np.asarray(draw(flat)), np.asarray(draw(flat))
    assert (one.mean(), one.std()) == (pytest.approx(0, abs=0.03), pytest.approx(1, abs=0.03))
    assert abs(np.mean(one * other)) < 0.03
    assert abs(np.mean(one[0] * one[1])) < 0.3  # each example has its own


def test_learned_constant_is_one_trained_image_for_all():
    layer = layers.LearnedConstant((2, 3, 4))
    np.testing.assert_array_equal(layer(LATENTS), np.ones((6, 2, 3, 4)))
    values = RNG.normal(size=(2, 3, 4)).astype("float32")
    layer.constant.assign(values)
    for example in np.asarray(layer(IMAGES)):
        np.testing.assert_array_equal(example, values)
    assert layer.trainable_variables == [layer.constant]
    assert layers.LearnedConstant().compute_output_shape((None, 5)) == (None, 4, 4, 512)


# In a game.


def growing_game(group_size=4):
    """Small players made of the new layers; without a group, the discriminator has no spread."""
    keras.utils.set_random_seed(0)
    latents = keras.Input((5,))
    style = layers.EqualizedDense(4, "leaky_relu", learning_rate_multiplier=0.01)(
        layers.PixelNormalization()(latents)
    )
    maps = layers.LearnedConstant((4, 4, 6))(latents)
    maps = layers.Upsample(blur=True)(maps)
    maps = layers.NoiseInjection()(layers.EqualizedConv2D(6, 3, activation="leaky_relu")(maps))
    maps = layers.AdaIN()([maps, style])
    generator = keras.Model(latents, layers.EqualizedConv2D(1, 1, gain=1)(maps))
    images = keras.Input((8, 8, 1))
    maps = layers.EqualizedConv2D(6, 3, activation="leaky_relu")(images)
    maps = layers.FadeIn(0.5)([layers.Downsample()(maps), layers.Downsample(blur=True)(maps)])
    maps = layers.MinibatchStdDev(group_size)(maps) if group_size else maps
    maps = layers.EqualizedConv2D(6, 4, padding="valid", activation="leaky_relu")(maps)
    logits = layers.EqualizedDense(1, gain=1)(keras.layers.Flatten()(maps))
    return GAN(generator, keras.Model(images, logits), seed=0)


def test_only_the_spread_over_the_batch_keeps_real_and_fake_apart():
    assert growing_game(group_size=None).scores_in_one_pass
    assert not growing_game(group_size=4).scores_in_one_pass


def play_eagerly(gan, images):
    for phase in gan.phases:
        gan.play(phase, {"images": images})


@tf.function(jit_compile=True, autograph=False)
def play_compiled(gan, images):
    play_eagerly(gan, images)


@pytest.mark.parametrize(
    "play", [play_eagerly, pytest.param(play_compiled, marks=pytest.mark.slow)]
)
def test_game_trains_every_weight_through_a_gradient_penalty(play):
    gan = growing_game()
    gan.compile("sgd", "sgd", penalty=penalties.R1(1.0))
    weights = gan.trainable_variables
    before = [weight.numpy() for weight in weights]
    for images in RNG.normal(size=(2, 8, 8, 8, 1)).astype("float32"):
        play(gan, tf.constant(images))
    for weight, old in zip(weights, before, strict=True):
        assert np.isfinite(weight.numpy()).all() and np.any(weight.numpy() != old), weight.path


def test_gradient_penalty_stays_finite_on_a_batch_of_copies():
    images = tf.ones((4, 8, 8, 1))
    discriminator = growing_game().discriminator
    with tf.GradientTape() as tape:
        penalty = penalties.R1(1.0)(discriminator, images, images)
    gradients = tape.gradient(penalty, discriminator.trainable_variables)
    assert all(np.isfinite(each).all() for each in gradients if each is not None)


def test_noise_and_alpha_are_saved_with_a_game(tmp_path):
    gan = growing_game()
    noise = next(x for x in gan.generator.layers if isinstance(x, layers.NoiseInjection))
    noise.strength.assign(np.ones(6))
    noise.amount.assign(0.5)
    fade = next(x for x in gan.discriminator.layers if isinstance(x, layers.FadeIn))
    fade.alpha.assign(0.75)
    gan.generate(3)
    gan.save(tmp_path / "game.keras")
    loaded = keras.saving.load_model(tmp_path / "game.keras", compile=False)
    np.testing.assert_array_equal(loaded.generate(3), gan.generate(3))
    weights = {weight.path.split("/", 1)[-1]: weight for weight in loaded.discriminator.weights}
    assert [float(value) for name, value in weights.items() if "alpha" in name] == [0.75]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: layers.AdaIN(epsilon=-1), "epsilon=-1"),
        (lambda: layers.AdaIN()(IMAGES), "expects 2 input"),
        (lambda: layers.AdaIN()([LATENTS, IMAGES]), "expected ndim=4, found ndim=2"),
        (lambda: layers.NoiseInjection()(LATENTS), "expected ndim=4, found ndim=2"),
        (lambda: layers.LearnedConstant((4, 0)), r"shape=\(4, 0\)"),
        (lambda: layers.LearnedConstant(4), "shape=4"),
        (lambda: layers.NoiseInjection(seed=-1), "seed=-1"),
        (lambda: layers.FreshLatents(seed="first"), "seed='first'"),
        (lambda: layers.StyleMixing(True), "num_layers=True"),
        (lambda: layers.StyleMixing(4, probability=np.nan), "probability=nan"),
        (lambda: layers.Truncation(decay=1.0), r"\[0, 1\).*decay=1.0"),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=message):
        build()
