"""Games that add detail: pyramids and LAPGAN, super-resolution, StackGAN from captions."""

import itertools

from games_of_every_kind import examples, make, network, played_and_loaded
from gan_tf import builders, data, games, layers, metrics
from gan_tf.games import ESRGAN, LAPGAN, SRGAN, StackGAN
import keras
import numpy as np
import pytest
import tensorflow as tf

pytestmark = pytest.mark.gpu


def batch_of(kind, count=6):
    return {key: tf.constant(value) for key, value in examples(kind, count).items()}


def softplus(values):
    return np.log1p(np.exp(values))


# The pyramid.


def test_a_pyramid_of_four_pixels_by_hand():
    coarse, residual = games.pyramid_down(np.float32([[1, 2], [3, 4]]).reshape(1, 2, 2, 1))
    assert np.ravel(coarse) == 2.5 and coarse.shape == (1, 1, 1, 1)
    np.testing.assert_array_equal(np.ravel(residual), [-1.5, -0.5, 0.5, 1.5])
    np.testing.assert_array_equal(np.ravel(games.pyramid_up(coarse, residual)), [1, 2, 3, 4])


def test_a_pyramid_of_several_images_and_channels_agrees_with_the_data_module():
    images = np.random.default_rng(0).integers(-8, 8, (3, 8, 8, 2)).astype("float32")
    coarse, residual = games.pyramid_down(images)
    np.testing.assert_array_equal(coarse, data.shrunk(images, 4))
    np.testing.assert_array_equal(residual, images - data.enlarged(coarse, 8))
    np.testing.assert_array_equal(games.pyramid_up(coarse, residual), images)
    np.testing.assert_array_equal(games.pyramid_down(residual)[0], np.zeros((3, 4, 4, 2)))
    level = games.level_of(images)
    assert list(level) == ["coarse", "images"] and level["coarse"].dtype == "float32"
    np.testing.assert_array_equal(level["coarse"], coarse)


def test_a_pyramid_in_a_graph_with_xla_and_in_half_precision():
    images = np.float16([[1, 2], [3, 4]]).reshape(1, 2, 2, 1)
    there_and_back = tf.function(
        lambda x: games.pyramid_up(*games.pyramid_down(x)), jit_compile=True
    )
    made = there_and_back(tf.constant(images))
    assert made.dtype == "float16"
    np.testing.assert_array_equal(made, images)


# LAPGAN.


def level_with(residual):
    """A level of 4 by 4 pixels whose residuals are the same number everywhere."""
    game = make("pyramid")
    last = game.residual_generator.layers[-1]
    last.set_weights([np.zeros_like(last.kernel), np.full(1, residual)])
    return game


def test_the_generator_of_a_level_makes_the_residual_and_the_game_adds_the_coarse_image():
    game, batch = level_with(0.25), batch_of("pyramid")
    residuals = game.residual_generator(game.inputs(batch))
    np.testing.assert_array_equal(residuals, np.full((6, 4, 4, 1), 0.25))
    expected = data.enlarged(batch["coarse"], 4) + 0.25
    np.testing.assert_allclose(game.fake(batch), expected, atol=1e-6)
    made = game.generate(6, coarse=np.asarray(batch["coarse"]))
    np.testing.assert_allclose(made, expected, atol=1e-6)


def test_the_discriminator_of_a_level_sees_the_sum_under_the_coarse_image():
    game, batch = level_with(0.25), batch_of("pyramid")
    enlarged = tf.constant(data.enlarged(batch["coarse"], 4))
    real = np.asarray(game.discriminator([enlarged, batch["images"]]))
    fake = np.asarray(game.discriminator([enlarged, enlarged + 0.25]))
    expected = (np.mean(softplus(-real)) + np.mean(softplus(fake))) / 2
    assert float(game.d_loss(batch)["d_loss"]) == pytest.approx(expected, rel=1e-4)
    assert float(game.g_loss(batch)) == pytest.approx(np.mean(softplus(-fake)), rel=1e-4)
    swapped = {**batch, "coarse": batch["coarse"][::-1]}
    assert float(game.d_loss(swapped)["d_loss"]) != pytest.approx(expected, rel=1e-3)


def test_the_noise_of_a_level_is_a_plane_or_a_vector():
    game = make("pyramid", compiled=False)
    latents, enlarged = game.inputs(batch_of("pyramid", 500))
    assert latents.shape == enlarged.shape == (500, 4, 4, 1)
    assert np.mean(latents) == pytest.approx(0, abs=0.05)
    assert np.std(latents) == pytest.approx(1, abs=0.05)
    vector, picture = keras.Input((3,)), keras.Input((4, 4, 1))
    plane = keras.layers.Reshape((4, 4, 1))(keras.layers.Dense(16)(vector))
    generator = keras.Model([vector, picture], plane)
    game = LAPGAN(generator, game.discriminator, seed=0)
    assert game.inputs(batch_of("pyramid", 2))[0].shape == (2, 3)


def test_a_level_may_be_judged_patch_by_patch():
    judge = builders.patch_discriminator((4, 4, 1), (4, 4, 1), (4,), None)
    game = LAPGAN(builders.lapgan_generator((4, 4, 1), (4,)), judge, seed=0)
    game.compile("adam", "adam", loss="least_squares")
    history = game.fit(examples("pyramid", 8), batch_size=4, verbose=0).history
    assert np.isfinite(list(history.values())).all()


def smallest():
    """A GAN for pictures of 2 by 2 pixels."""
    latents, picture = keras.Input((3,)), keras.Input((2, 2, 1))
    made = keras.layers.Reshape((2, 2, 1))(keras.layers.Dense(4)(latents))
    score = keras.layers.Dense(1)(keras.layers.Flatten()(picture))
    return games.GAN(keras.Model(latents, made), keras.Model(picture, score), seed=0)


def level(size):
    players = builders.lapgan_generator, builders.lapgan_discriminator
    return LAPGAN(*[each((size, size, 1), (4,), 3) for each in players], seed=0)


def test_samples_go_through_all_levels():
    first, levels = smallest(), [level(4), level(8)]
    small, middle, large = games.sample_levels(first, levels, 5, seed=3, batch_size=2)
    np.testing.assert_array_equal(small, first.generate(5, seed=3))
    np.testing.assert_allclose(middle, levels[0].generate(5, seed=4, coarse=small), atol=1e-5)
    np.testing.assert_allclose(large, levels[1].generate(5, seed=5, coarse=middle), atol=1e-5)
    again = games.sample_levels(first, levels, 5, seed=3)[-1]
    np.testing.assert_allclose(again, large, atol=1e-5)
    fresh = [games.sample_levels(first, levels, 5)[-1] for _ in range(2)]
    assert not np.allclose(*fresh)


def test_levels_without_detail_only_enlarge():
    """Residuals of zero: what comes out is the smallest image with larger pixels."""
    levels = [level(4), level(8)]
    for each in levels:
        last = each.residual_generator.layers[-1]
        last.set_weights([np.zeros_like(w) for w in last.get_weights()])
    small, _, large = games.sample_levels(smallest(), levels, 3, seed=0)
    np.testing.assert_allclose(large, data.enlarged(small, 8), atol=1e-6)


@pytest.mark.slow
def test_a_level_learns_which_detail_goes_with_a_coarse_image():
    """Where the coarse pixel is dark the left half is the brighter one, else the right one."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    coarse = np.where(rng.random((3_000, 1, 1, 1)) < 0.5, -0.5, 0.5)
    step = -np.sign(coarse) * rng.normal(0.4, 0.02, coarse.shape)
    columns = np.array([1.0, -1.0]).reshape(1, 1, 2, 1)
    images = (coarse + step * columns).repeat(2, axis=1).astype("float32")
    players = builders.lapgan_generator, builders.lapgan_discriminator
    game = LAPGAN(*[each((2, 2, 1), (32,), 3) for each in players], seed=0)
    game.compile(*[keras.optimizers.Adam(3e-3, 0.5) for _ in range(2)], steps_per_execution=30)
    game.fit(games.level_of(images), batch_size=100, epochs=30, verbose=0)
    asked = np.float32([-0.5, 0.5]).repeat(100).reshape(-1, 1, 1, 1)
    made = game.generate(200, seed=1, coarse=asked)
    difference = (made[:, :, 0] - made[:, :, 1]).mean(axis=(1, 2)) / 2  # 0.4, or -0.4
    np.testing.assert_allclose(difference, -np.sign(asked.ravel()) * 0.4, atol=0.2)
    np.testing.assert_allclose(made.mean(axis=(1, 2, 3)), asked.ravel(), atol=0.15)


# Pixel shuffle, and the networks that enlarge.


def test_pixel_shuffle_lays_channels_out_in_the_order_of_tensorflow():
    image = np.arange(8, dtype="float32").reshape(1, 1, 1, 8)
    made = np.asarray(layers.PixelShuffle(2)(image))
    assert made.shape == (1, 2, 2, 2)
    for row, column, channels in ((0, 0, [0, 1]), (0, 1, [2, 3]), (1, 0, [4, 5]), (1, 1, [6, 7])):
        np.testing.assert_array_equal(made[0, row, column], channels)


def test_pixel_shuffle_is_the_formula_of_its_docstring():
    r, images = 3, np.random.default_rng(0).normal(size=(2, 2, 4, 18)).astype("float32")
    expected = np.zeros((2, 6, 12, 2), "float32")
    for i, j, a, b in np.ndindex(2, 4, r, r):
        expected[:, r * i + a, r * j + b] = images[:, i, j, (r * a + b) * 2 : (r * a + b + 1) * 2]
    np.testing.assert_array_equal(layers.PixelShuffle(r)(images), expected)


def test_the_generator_of_srgan_has_the_papers_form():
    model = builders.srgan_generator((3, 5, 3), 4, 8, 2)
    assert model.input_shape == (None, 3, 5, 3) and model.output_shape == (None, 12, 20, 3)
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("Conv2D") == 1 + 2 * 2 + 1 + 2 + 1
    assert kinds.count("BatchNormalization") == 2 * 2 + 1
    assert kinds.count("PReLU") == 1 + 2 + 2 and kinds.count("PixelShuffle") == 2
    larger = builders.srgan_generator((6, 6, 3), 4, 8, 2)
    larger.set_weights(model.get_weights())
    slopes = [layer for layer in model.layers if isinstance(layer, keras.layers.PReLU)]
    assert all(each.alpha.shape == (1, 1, 8) and np.all(each.alpha == 0.25) for each in slopes)


def test_the_generator_of_esrgan_has_the_papers_size_and_no_normalisation():
    """16.70 million weights with repeated pixels; each shuffle's convolution has three more."""

    def weights(ins, outs):
        return 9 * ins * outs + outs

    def size(num_blocks):
        dense = sum(weights(64 + 32 * i, 32) for i in range(4)) + weights(64 + 4 * 32, 64)
        others = weights(3, 64) + 2 * weights(64, 64) + weights(64, 3) + 2 * weights(64, 256)
        return 3 * num_blocks * dense + others

    model = builders.esrgan_generator(num_blocks=1)
    assert model.output_shape == (None, 128, 128, 3) and model.count_params() == size(1)
    assert size(23) == 16_697_987 + 2 * 3 * weights(64, 64)
    assert not any("Normalization" in type(layer).__name__ for layer in model.layers)


def test_a_block_of_esrgan_adds_a_fifth_of_what_its_dense_blocks_add():
    """With biases of 1 and kernels of 0 a dense block adds 0.2, and three of them 0.6."""
    model = builders.esrgan_generator((2, 2, 1), 2, 4, 1, 2)
    first, *inner = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)][:16]
    for layer in inner:
        kernel, bias = layer.get_weights()
        layer.set_weights([np.zeros_like(kernel), np.ones_like(bias)])
    ends = keras.Model(model.inputs[0], [first.output, model.get_layer("block_1").output])
    before, after = ends(np.random.default_rng(0).normal(size=(3, 2, 2, 1)).astype("float32"))
    np.testing.assert_allclose(after, np.asarray(before) + 0.2 * (before + 0.6), atol=1e-6)


# The encoder.


@pytest.fixture(scope="module")
def classifier():
    return keras.saving.load_model(metrics.CLASSIFIER_FILE, compile=False)


def test_feature_maps_are_those_of_the_classifier(classifier):
    images = np.random.default_rng(0).uniform(-1, 1, (2, 28, 28, 1)).astype("float32")
    for number, name in ((1, "re_lu"), (3, "re_lu_2")):
        expected = keras.Model(classifier.inputs[0], classifier.get_layer(name).output)(images)
        model = metrics.feature_maps(classifier, number)
        assert model.name == f"classifier_convolution_{number}" and not model.trainable_variables
        np.testing.assert_allclose(model(images), expected, atol=1e-5)
        before = metrics.feature_maps(classifier, number, activated=False)
        assert before.name.endswith("_before_activation")
        np.testing.assert_allclose(np.maximum(before(images), 0), expected, atol=1e-5)
        assert np.any(np.asarray(before(images)) < 0)
    assert metrics.feature_maps(classifier, 4)(images).shape == (2, 7, 7, 44)


def test_feature_maps_of_the_face_classifier_take_other_sizes():
    faces = keras.saving.load_model(metrics.FACE_CLASSIFIER_FILE, compile=False)
    model = metrics.feature_maps(faces, 4, activated=False)
    assert model(np.zeros((1, 32, 48, 3), "float32")).shape == (1, 2, 3, 32)


# How close restored images are.


def test_psnr_by_hand():
    """A mean squared error of 0.04 on [-1, 1] is one of 0.01 on [0, 1]: 20 decibels."""
    true = np.zeros((2, 4, 4, 1))
    made = np.stack([np.full((4, 4, 1), 0.2), np.full((4, 4, 1), 2.0)])
    expected = [20, 10 * np.log10(4 / 1)]  # what lies above 1 is clipped to it
    np.testing.assert_allclose(metrics.psnr(true, made), expected, rtol=1e-5)
    in_unit = metrics.psnr((true + 1) / 2, (made + 1) / 2, (0, 1))
    np.testing.assert_allclose(in_unit, expected, rtol=1e-5)
    assert np.all(np.isinf(metrics.psnr(true, true)))


def test_ssim_of_images_that_differ_in_brightness_alone_by_hand():
    """Without any contrast only the brightness counts: (2 a b + c) / (a² + b² + c), c = 0.02²."""
    true, made = np.full((1, 11, 11, 3), -0.5), np.full((1, 11, 11, 3), 0.5)
    a, b, c = 0.5, 1.5, 0.02**2
    expected = (2 * a * b + c) / (a**2 + b**2 + c)
    np.testing.assert_allclose(metrics.ssim(true, made), expected, rtol=1e-4)
    np.testing.assert_allclose(metrics.ssim(made, made), 1, rtol=1e-6)


def test_ssim_falls_where_structure_is_lost():
    rng = np.random.default_rng(0)
    true = rng.uniform(-1, 1, (3, 16, 16, 1))
    shuffled = rng.permuted(true.reshape(3, -1), axis=1).reshape(true.shape)
    found = metrics.ssim(true, shuffled)
    assert found.shape == (3,) and np.all(found < 0.3)
    np.testing.assert_allclose(metrics.ssim(true / 2, true / 2), 1, rtol=1e-6)


# SRGAN and ESRGAN.


def squares(ones, others):
    return np.mean((np.asarray(ones) - np.asarray(others)) ** 2)


def test_losses_of_srgan_by_hand():
    game, batch = make("enlarging"), batch_of("enlarging")
    made = game.fake(batch)
    logits = np.asarray(game.discriminator(made))
    losses = game.g_loss(batch)
    content = squares(game.encoder(batch["images"]), game.encoder(made))
    assert float(losses["content"]) == pytest.approx(content, rel=1e-4)
    assert float(losses["g_loss"]) == pytest.approx(np.mean(softplus(-logits)), rel=1e-4)
    total = float(game.total_loss(game.phases[1], batch, {}))
    assert total == pytest.approx(content + 1e-3 * np.mean(softplus(-logits)), rel=1e-4)


def test_losses_of_esrgan_by_hand():
    game, batch = make("sharper"), batch_of("sharper")
    made, true = game.fake(batch), batch["images"]
    real, fake = (np.asarray(game.discriminator(images)) for images in (true, made))
    losses = {**game.d_loss(batch), **game.g_loss(batch)}
    apart = real - fake.mean(), fake - real.mean()
    expected = {
        "d_loss": (np.mean(softplus(-apart[0])) + np.mean(softplus(apart[1]))) / 2,
        "g_loss": (np.mean(softplus(apart[0])) + np.mean(softplus(-apart[1]))) / 2,
        "content": squares(game.encoder(true), game.encoder(made)),
        "pixels": np.mean(np.abs(np.asarray(true) - np.asarray(made))),
    }
    assert set(losses) == set(expected)
    for name, value in expected.items():
        assert float(losses[name]) == pytest.approx(value, rel=1e-4), name
    assert game.weights_of_terms == {"g_loss": 5e-3, "content": 1.0, "pixels": 1e-2}


def test_the_encoder_is_saved_with_the_game_and_never_learns(tmp_path):
    game = make("enlarging")
    before = game.encoder.get_weights()
    game.fit(examples("enlarging", 8), batch_size=4, verbose=0)
    game.save(tmp_path / "game.keras")
    loaded = keras.saving.load_model(tmp_path / "game.keras")
    for one, *others in zip(
        before, game.encoder.get_weights(), loaded.encoder.get_weights(), strict=True
    ):
        for other in others:
            np.testing.assert_array_equal(one, other)


def test_pre_training_by_the_squared_error_is_keras_own_fit():
    keras.utils.set_random_seed(0)
    given, game = examples("enlarging", 32), make("enlarging", compiled=False)
    game.generator.compile(keras.optimizers.Adam(0.01), "mse")
    history = game.generator.fit(given["small"], given["images"], epochs=3, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    game.compile("adam", "adam")  # and the game goes on with the same weights
    assert np.isfinite(game.fit(given, verbose=0).history["content"][0])


# StackGAN: conditions, captions that do not match, and two stages.


def augmentation(mean, log_deviation, size=3):
    """A layer whose distribution is the same for all captions; leaky ReLU has slope 0.2 below 0."""
    layer = layers.ConditioningAugmentation(size, seed=0)
    layer.build((None, 5))
    values = [value / 0.2 if value < 0 else value for value in (mean, log_deviation)]
    kernel, bias = layer.dense.get_weights()
    layer.dense.set_weights([np.zeros_like(kernel), np.repeat(values, size).astype("float32")])
    return layer


def test_conditions_have_the_mean_and_the_deviation_that_are_given_beside_them():
    layer = augmentation(1.0, np.log(0.5))
    condition, mean, log_deviation = layer(np.ones((4_000, 5), "float32"))
    np.testing.assert_allclose(mean, np.ones((4_000, 3)), rtol=1e-6)
    np.testing.assert_allclose(log_deviation, np.full((4_000, 3), np.log(0.5)), rtol=1e-6)
    np.testing.assert_allclose(np.mean(condition, axis=0), [1] * 3, atol=0.05)
    np.testing.assert_allclose(np.std(condition, axis=0), [0.5] * 3, atol=0.03)
    assert np.any(condition != layer(np.ones((4_000, 5), "float32"))[0])  # in inference too


@pytest.mark.parametrize(
    ("mean", "deviation", "each"), [(0, 1, 0), (1, 1, 0.5), (0, 2, 1.5 - np.log(2))]
)
def test_kl_from_the_standard_normal_distribution_by_hand(mean, deviation, each):
    values = np.full((2, 3), mean, "float32"), np.full((2, 3), np.log(deviation), "float32")
    assert float(games.kl_from_standard_normal(*values)) == pytest.approx(3 * each, abs=1e-6)


def test_captions_of_others_are_those_of_the_next_row_that_differs():
    a, b, c = np.eye(3, dtype="float32")
    of_others = tf.function(games.of_others, jit_compile=True)
    found = of_others(tf.constant([a, a, b, c]))
    np.testing.assert_array_equal(found, [b, b, c, a])
    np.testing.assert_array_equal(games.of_others(tf.constant([a, b, b])), [b, a, a])
    np.testing.assert_array_equal(games.of_others(tf.constant([a, a])), [a, a])


def test_the_discriminator_of_stack_gan_by_hand():
    """½ (real + ½ (mismatched + fake)), and without mismatched captions ½ (real + fake)."""
    game, batch = make("captioned"), batch_of("captioned")
    made = game.fake(batch)
    game.phase_1_fakes = lambda inputs: made
    captions = batch["captions"]

    def logits(images, captions):
        return np.asarray(game.discriminator([images, captions]))

    real = np.mean(softplus(-logits(batch["images"], captions)))
    mismatched = np.mean(softplus(logits(batch["images"], games.of_others(captions))))
    fake = np.mean(softplus(logits(made, captions)))
    expected = (real + (mismatched + fake) / 2) / 2
    assert float(game.d_loss(batch)["d_loss"]) == pytest.approx(expected, rel=1e-4)
    game.matching_aware = False
    assert float(game.d_loss(batch)["d_loss"]) == pytest.approx((real + fake) / 2, rel=1e-4)


def test_the_generator_of_stack_gan_pays_for_its_conditions():
    batch, players = batch_of("captioned"), make("captioned").players.values()
    game = StackGAN(*players, weights={"kl": 2.0}, seed=0)
    game.compile("adam", "adam")
    layer = game.generator.get_layer(game.augmentation_name)
    _, mean, log_deviation = layer(batch["captions"])
    expected = float(games.kl_from_standard_normal(mean, log_deviation))
    losses = game.g_loss(batch)
    assert float(losses["kl"]) == pytest.approx(expected, rel=1e-5) and expected > 0
    assert game.weights_of_terms == {"kl": 2.0}


def two_stages():
    first = builders.stackgan_generator(5, 3, (4, 4, 1), 4, filters=(8, 4))
    return first, builders.stackgan_refiner(first, 1, 4, 1, 4)


def test_the_second_stage_sees_the_image_of_the_first_and_the_caption(tmp_path):
    first, second = two_stages()
    assert first.output_shape == (None, 4, 4, 1) and second.output_shape == (None, 8, 8, 1)
    assert [x.shape for x in second.inputs] == [(None, 3), (None, 5)]
    frozen = {v.path for v in first.variables}
    assert frozen and not frozen & {v.path for v in second.trainable_variables}
    judge = builders.conditional_discriminator(5, (8, 8, 1), (4,))
    game = StackGAN(second, judge, seed=0)
    game.compile("adam", "adam")
    before, at_first = first.get_weights(), second.get_weights()
    rng = np.random.default_rng(0)
    given = {"captions": rng.integers(2, size=(8, 5)).astype("float32")}
    given["images"] = rng.uniform(-1, 1, (8, 8, 8, 1)).astype("float32")
    game.fit(given, batch_size=4, verbose=0)
    for one, other in zip(before, first.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert any(np.any(a != b) for a, b in zip(at_first, second.get_weights(), strict=True))
    game.save(tmp_path / "game.keras")
    loaded = keras.saving.load_model(tmp_path / "game.keras")
    count = len(second.trainable_variables)
    assert len(loaded.generator.trainable_variables) == count < len(second.weights)
    made = game.generate(2, seed=0, captions=given["captions"][:2])
    np.testing.assert_allclose(
        loaded.generate(2, seed=0, captions=given["captions"][:2]), made, atol=1e-6
    )


def test_words_of_captions():
    captions = ["smiling, long red hair, tan skin", "Not smiling, short brown hair, brown skin"]
    words = data.vocabulary(captions)
    assert words == ["brown", "hair", "long", "not", "red", "short", "skin", "smiling", "tan"]
    bags = data.bag_of_words([*captions, "BROWN brown-brown 7"], words)
    assert bags.dtype == "float32"
    np.testing.assert_array_equal(
        bags,
        [[0, 1, 1, 0, 1, 0, 1, 1, 1], [2, 1, 0, 1, 0, 1, 1, 1, 0], [3, 0, 0, 0, 0, 0, 0, 0, 0]],
    )


def test_bags_of_words_of_different_faces_differ():
    """No two combinations of attributes have the same words, in whatever order these stand."""
    values = [range(len(names)) for names in data.FACE_ATTRIBUTES.values()]
    columns = np.array(list(itertools.product(*values))).T
    captions = data.captions(dict(zip(data.FACE_ATTRIBUTES, columns, strict=True)))
    bags = data.bag_of_words(captions, data.vocabulary(captions))
    assert len(set(map(tuple, bags))) == len(set(captions)) == 2**5 * 6**2


# All of them.


@pytest.mark.parametrize("kind", ["pyramid", "enlarging", "sharper", "captioned"])
@pytest.mark.parametrize(("policy", "jit_compile"), [("float32", True), ("mixed_float16", False)])
def test_fit_save_and_load(kind, policy, jit_compile, tmp_path):
    with played_and_loaded(kind, policy, jit_compile, tmp_path) as (game, loaded):
        rows = examples(kind, 16).items()
        conditions = {key: values[:3] for key, values in rows if key != "images"}
        made = game.generate(3, seed=0, **conditions)
        np.testing.assert_array_equal(loaded.generate(3, seed=0, **conditions), made)
        again = type(game).from_config(game.get_config())
        shapes = [[w.shape for w in each.get_weights()] for each in (game, again)]
        assert shapes[0] == shapes[1]


def pictures(size, *others, channels=1, outputs=None):
    """A network from pictures of these sizes, joined, to one of the first size, or to numbers."""
    inputs = [keras.Input((each, each, channels)) for each in (size, *others)]
    x = keras.layers.Concatenate()(inputs) if others else inputs[0]
    if outputs:
        x = keras.layers.Dense(outputs)(keras.layers.Flatten()(x))
    else:
        x = keras.layers.Conv2D(channels, 1)(x)
    return keras.Model(inputs if others else inputs[0], x)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: games.pyramid_down(np.zeros((1, 3, 4, 1), "float32")), r"images must.*\(1, 3, 4"),
        (lambda: games.pyramid_down(np.zeros((2, 4, 4), "float32")), "images must have the shape"),
        (
            lambda: games.pyramid_up(np.zeros((1, 2, 2, 1)), np.zeros((1, 2, 4, 1))),
            r"residual must have twice.*\(1, 2, 2, 1\) and \(1, 2, 4, 1\)",
        ),
        (lambda: games.level_of(np.zeros((2, 4, 4))), "images must have shape"),
        (lambda: games.level_of(np.full((1, 2, 2, 1), np.nan)), "images must be finite"),
        (lambda: LAPGAN("me", pictures(4, 4, outputs=1)), "generator must be a built"),
        (
            lambda: LAPGAN(pictures(4), pictures(4, 4, outputs=1)),
            r"generator must take .*latents \(None, 4, 4, 1\) and enlarged \(None, 4, 4, 1\)",
        ),
        (
            lambda: LAPGAN(pictures(4, 4), pictures(4, outputs=1)),
            r"discriminator must take .*enlarged \(None, 4, 4, 1\) and images \(None, 4, 4, 1\)",
        ),
        (
            lambda: LAPGAN(pictures(4, 4), pictures(4, 4, outputs=2)),
            "discriminator must give one number for each image",
        ),
        (
            lambda: LAPGAN(pictures(5, 5), pictures(5, 5, outputs=1)),
            r"generator's images must.*even height.*\(None, 5, 5, 1\)",
        ),
        (lambda: LAPGAN(network(2, 2), network(2, 2, outputs=1)), "to be halved"),
        (lambda: level(4).generate(2), "makes images from coarse.*coarse=array"),
        (
            lambda: level(4).generate(2, coarse=np.zeros((2, 4, 4, 1))),
            r"coarse as floats of shape \(batch, 2, 2, 1\)",
        ),
        (lambda: games.sample_levels(smallest(), [level(8)], 2), "Level 0 must take images of"),
        (lambda: games.sample_levels(smallest(), [], 2, seed=-1), "seed must be"),
        (lambda: builders.lapgan_generator((4, 4)), "image_shape must be"),
        (lambda: builders.lapgan_generator((4, 4, 1), ()), "filters must be"),
        (lambda: builders.lapgan_discriminator((4, 4, 1), (4,), 0), "kernel_size must be"),
        (lambda: layers.PixelShuffle(1), "factor must be an integer >= 2"),
        (lambda: layers.PixelShuffle(2)(np.zeros((1, 2, 2, 6), "float32")), "multiple of 4 chan"),
        (lambda: builders.srgan_generator((4, 4, 1), 3), "scale must be one of 2, 4, 8"),
        (lambda: builders.srgan_generator((4, 4)), "image_shape must be"),
        (lambda: builders.srgan_generator(num_blocks=0), "num_blocks must be"),
        (lambda: builders.esrgan_generator(growth=0), "growth must be"),
        (lambda: builders.esrgan_generator(output_activation="tan"), "output_activation must be"),
        (lambda: metrics.feature_maps(pictures(4), 2), "convolution must be an integer from 1 to"),
        (lambda: metrics.feature_maps(pictures(4), 1, 1), "activated must be True or False"),
        (lambda: metrics.feature_maps(pictures(4), 1), "classifier must be a chain of conv"),
        (lambda: metrics.psnr(np.zeros((1, 4, 4)), np.zeros((1, 4, 4))), "true_images must have"),
        (
            lambda: metrics.psnr(np.zeros((1, 4, 4, 1)), np.zeros((2, 4, 4, 1))),
            r"shape of true_images.*\(2, 4, 4, 1\) and \(1, 4, 4, 1\)",
        ),
        (
            lambda: metrics.ssim(np.zeros((1, 8, 16, 1)), np.zeros((1, 8, 16, 1))),
            r"windows of 11 .*\(1, 8, 16, 1\)",
        ),
        (
            lambda: metrics.ssim(*np.zeros((2, 1, 16, 16, 1)), (1, -1)),
            "value_range must be a pair",
        ),
        (lambda: SRGAN(pictures(4), pictures(4, outputs=1), "vgg"), "encoder must be a built"),
        (
            lambda: SRGAN(pictures(4), pictures(4, outputs=1), pictures(8)),
            r"encoder must take .*images \(None, 4, 4, 1\).*Received: .*\(None, 8, 8, 1\)",
        ),
        (
            lambda: ESRGAN(pictures(4), pictures(8, outputs=1), pictures(4)),
            "generator must make what the discriminator takes",
        ),
        (
            lambda: SRGAN(pictures(4, 4), pictures(4, outputs=1), pictures(4)),
            "generator must take inputs of these shapes: small",
        ),
        (lambda: make("enlarging", compiled=False).generate(2), "makes images from small"),
        (lambda: layers.ConditioningAugmentation(0), "size must be an integer >= 1"),
        (
            lambda: StackGAN(network(2, 3), network(2, 3, outputs=1)),
            "generator must have one layers.ConditioningAugmentation.*with 0 of them",
        ),
        (
            lambda: StackGAN(network(2), network(2, 3, outputs=1)),
            r"generator must take .*latents \(None, None\) and captions",
        ),
        (
            lambda: StackGAN(make("captioned").generator, network(2, 4, outputs=1)),
            r"discriminator must take .*captions \(None, 3\).*\(None, 4\)",
        ),
        (
            lambda: StackGAN(
                make("captioned").generator, network(2, 3, outputs=1), matching_aware=1
            ),
            "matching_aware must be True or False",
        ),
        (lambda: make("captioned").generate(2), "makes images from captions"),
        (
            lambda: make("captioned").generate(2, captions=np.ones((2, 4))),
            r"captions as floats of shape \(batch, 3\)",
        ),
        (lambda: builders.stackgan_refiner(pictures(4)), "first must take .latents, captions."),
        (lambda: builders.stackgan_refiner(network(2, 3)), "first must take .latents, captions."),
        (lambda: builders.stackgan_generator(0), "num_words must be"),
        (lambda: data.vocabulary("smiling"), "captions must be a list of strings"),
        (lambda: data.vocabulary(["7"]), "at least one word"),
        (
            lambda: data.bag_of_words(["sad, red hair"], ["hair", "red"]),
            "must be among these: hair, red. Received: sad, in 'sad, red hair'",
        ),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        build()
