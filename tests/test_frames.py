"""Next frames: the dot with two futures, gradient differences and losses by hand, errors."""

from games_of_every_kind import examples, make, network, next_frame, played_and_loaded
from gan_tf import data, metrics
from gan_tf.games import NextFrameGAN, gradient_difference
import keras
import numpy as np
import pytest
import tensorflow as tf

pytestmark = pytest.mark.gpu


def batch_of(kind, count=6):
    return {key: tf.constant(value) for key, value in examples(kind, count).items()}


def cross_entropy(logits, target):
    return np.mean(np.log1p(np.exp(logits)) - target * logits)


# The dot with two futures.


def test_the_dot_moves_on_and_leaves_its_line_up_or_down():
    movies = data.moving_dot(500, size=12, num_frames=3, dot_size=2, jump=2, seed=0)
    assert movies["frames"].shape == (500, 12, 12, 3)
    assert movies["images"].shape == (500, 12, 12, 1)
    film = np.concatenate([movies["frames"], movies["images"]], axis=-1)
    assert film.dtype == np.float32 and set(np.unique(film)) == {-1, 1}
    np.testing.assert_array_equal(np.sum(film > 0, axis=(1, 2)), 4)
    rows, columns = (
        np.argmax(np.any(film > 0, axis=axis), axis=1) for axis in (2, 1)
    )  # of the upper left corner, (500, 4)
    np.testing.assert_array_equal(np.diff(columns, axis=1), 1)
    np.testing.assert_array_equal(np.diff(rows[:, :3], axis=1), 0)
    jumps = rows[:, 3] - rows[:, 2]
    assert set(jumps) == {-2, 2} and abs(np.mean(jumps > 0) - 0.5) < 0.07
    assert set(rows[:, 0]) == set(range(2, 9)) and set(columns[:, 0]) == set(range(8))
    again = data.moving_dot(500, size=12, num_frames=3, dot_size=2, jump=2, seed=0)
    np.testing.assert_array_equal(again["images"], movies["images"])


def test_frames_with_one_whole_clear_dot_are_counted():
    dots = data.moving_dot(50, seed=1)["images"]
    assert metrics.one_dot_share(dots) == 1
    assert metrics.one_dot_share(dots, dot_size=3) == 0
    assert metrics.one_dot_share(np.clip(dots, -0.6, 0.6)) == 1
    assert metrics.one_dot_share(np.clip(dots, -0.4, 0.4)) == 0
    frames = -np.ones((5, 6, 6, 1))
    frames[0, 1:3, 1:3] = 1  # one
    frames[1, 0:2, 0:2] = frames[1, 4:6, 3:5] = 1  # two
    frames[2, 1:3, 1:3] = frames[2, 1:3, 3:5] = 0  # the average of two futures
    frames[3, 1:5, 1] = 1  # four pixels in a row
    assert metrics.one_dot_share(frames) == pytest.approx(1 / 5)
    split = frames[:1].copy()
    split[0, 1, 1], split[0, 3, 3] = -1, 1  # a corner has moved
    assert metrics.one_dot_share(split) == 0


# Next frames.


def test_gradient_differences_by_hand():
    checkered = np.array([[0, 1], [1, 0]], "float32").reshape(1, 2, 2, 1)
    flat = np.full((1, 2, 2, 1), 0.7, "float32")
    assert float(gradient_difference(checkered, flat)) == pytest.approx(2)
    assert float(gradient_difference(checkered, 1 - checkered)) == 0  # the same edges
    steps = np.array([[0, 1, 3], [0, 1, 3]], "float32").reshape(1, 2, 3, 1)
    zeros = np.zeros_like(steps)
    assert float(gradient_difference(steps, zeros)) == pytest.approx(1.5)
    assert float(gradient_difference(steps, zeros, 2)) == pytest.approx((1 + 4) / 2)
    assert float(gradient_difference(np.concatenate([steps, zeros]), np.zeros((2, 2, 3, 1)))) == (
        pytest.approx(0.75)
    )


@pytest.mark.parametrize("power", [1, 2])
def test_losses_of_next_frames_by_hand(power):
    game, batch = next_frame(power=power), batch_of("frames")
    game.compile("sgd", "sgd")
    losses = {**game.d_loss(batch), **game.g_loss(batch)}
    frames, images = (np.asarray(batch[key]) for key in ("frames", "images"))
    fake = np.asarray(game.generator(frames))
    fake_logits, real_logits = (
        np.asarray(game.discriminator([frames, each])) for each in (fake, images)
    )
    expected = {
        "d_loss": (cross_entropy(real_logits, 1) + cross_entropy(fake_logits, 0)) / 2,
        "g_loss": cross_entropy(fake_logits, 1),
        "error": np.mean(np.abs(fake - images) ** power),
        "edges": float(gradient_difference(fake, images)),
    }
    assert set(losses) == set(expected)
    for name, value in expected.items():
        assert float(losses[name]) == pytest.approx(value, rel=1e-4), name
    assert game.weights_of_terms == {"g_loss": 0.05, "error": 1.0, "edges": 1.0}
    total = game.total_loss(game.phases[1], batch, {})
    weighted = 0.05 * expected["g_loss"] + expected["error"] + expected["edges"]
    assert float(total) == pytest.approx(weighted, rel=1e-4)


# The whole game.


def settings_of(game):
    return {k: v for k, v in game.get_config().items() if k not in game.player_names}


@pytest.mark.parametrize(("policy", "jit_compile"), [("float32", True), ("mixed_float16", False)])
def test_fit_save_and_load(policy, jit_compile, tmp_path):
    with played_and_loaded("frames", policy, jit_compile, tmp_path) as (game, loaded):
        assert settings_of(loaded) == settings_of(game)
        rows = examples("frames", 16).items()
        given = {key: values[:3] for key, values in rows if key != "images"}
        made = game.generate(3, seed=1, **given)
        np.testing.assert_array_equal(loaded.generate(3, seed=1, **given), made)


def test_settings_are_saved():
    assert next_frame(power=2).get_config()["power"] == 2
    assert next_frame(weights={"g_loss": 0.0}).get_config()["weights"]["g_loss"] == 0


def with_players(**others):
    """The game of the other tests, one of whose players is another one."""
    return NextFrameGAN(**{**next_frame().players, **others})


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: data.moving_dot(3, size=7), "size must be an integer >= 8"),
        (lambda: data.moving_dot(3, dot_size=3, jump=2), "jump must be an integer >= 3"),
        (lambda: metrics.one_dot_share(np.zeros((2, 4, 4))), "images must have shape"),
        (lambda: metrics.one_dot_share(np.zeros((2, 4, 4, 3))), "images must have shape"),
        (lambda: metrics.one_dot_share(np.zeros((2, 4, 4, 1)), tolerance=1), "tolerance must be"),
        (lambda: gradient_difference(np.zeros((1, 2, 2)), np.zeros((1, 2, 2))), "one shape"),
        (lambda: gradient_difference(np.zeros((1, 2, 2, 1)), np.zeros((1, 2, 3, 1))), "one shape"),
        (lambda: next_frame(power=3), "power must be one of 1, 2"),
        (lambda: with_players(generator=network(2)), "must make what the disc"),
        (
            lambda: with_players(discriminator=next_frame_judge((4, 4, 3))),
            r"discriminator must take .*frames \(None, 4, 4, 2\)",
        ),
        (
            lambda: make("frames").generate(1, frames=np.zeros((1, 4, 4, 3))),
            r"frames as floats of shape \(batch, 4, 4, 2\)",
        ),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        build()


def next_frame_judge(frames):
    inputs = [keras.Input(frames), keras.Input((4, 4, 1))]
    seen = keras.layers.Flatten()(keras.layers.Concatenate()(inputs))
    return keras.Model(inputs, keras.layers.Dense(1)(seen))
