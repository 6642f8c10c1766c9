"""Games that add detail: pyramids and LAPGAN."""

from games_of_every_kind import examples, make, network
from gan_tf import builders, data, games
from gan_tf.games import LAPGAN
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


# All of them.


@pytest.mark.parametrize("kind", ["pyramid"])
@pytest.mark.parametrize(("policy", "jit_compile"), [("float32", True), ("mixed_float16", False)])
def test_fit_save_and_load(kind, policy, jit_compile, tmp_path):
    keras.mixed_precision.set_global_policy(policy)
    try:
        game = make(kind, jit_compile=jit_compile)
        given = examples(kind, 16)
        history = game.fit(given, batch_size=8, verbose=0).history
        names = {*game.terms, *(phase.loss for phase in game.phases)}
        assert set(history) == names and np.isfinite(list(history.values())).all()
        game.save(tmp_path / "game.keras")
        loaded = keras.saving.load_model(tmp_path / "game.keras")
        assert type(loaded) is type(game) and loaded.compiled
        conditions = {key: value[:3] for key, value in given.items() if key != "images"}
        made = game.generate(3, seed=0, **conditions)
        np.testing.assert_array_equal(loaded.generate(3, seed=0, **conditions), made)
        again = type(game).from_config(game.get_config())
        shapes = [[w.shape for w in each.get_weights()] for each in (game, again)]
        assert shapes[0] == shapes[1]
    finally:
        keras.mixed_precision.set_global_policy("float32")


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
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        build()
