"""Melodies by rule, their sound and their scale, and the game that composes them bar by bar."""

from games_of_every_kind import examples, make, melodic, network, played_and_loaded
from gan_tf import data, metrics
from gan_tf.games import MidiNet
from gan_tf.games.music import distance_of_means
import keras
import numpy as np
import pytest
import tensorflow as tf

pytestmark = pytest.mark.gpu


def batch_of(kind, count=6):
    return {key: tf.constant(value) for key, value in examples(kind, count).items()}


def cross_entropy(logits, target):
    return np.mean(np.log1p(np.exp(logits)) - target * logits)


# Melodies.


def test_melodies_keep_their_rules_across_the_bar_line():
    bars = data.melodies(300, num_steps=8, num_pitches=15, seed=0)
    assert bars["previous"].shape == bars["images"].shape == (300, 8, 15, 1)
    both = np.concatenate([bars["previous"], bars["images"]], axis=1)[..., 0]
    assert both.dtype == np.float32 and set(np.unique(both)) == {-1, 1}
    np.testing.assert_array_equal(np.sum(both > 0, axis=2), 1)
    notes = np.argmax(both, axis=2)
    np.testing.assert_array_equal(notes[:, ::2], notes[:, 1::2])
    scale = data.scale_pitches(15)
    np.testing.assert_array_equal(scale, [0, 2, 4, 5, 7, 9, 11, 12, 14])
    assert set(np.unique(notes)) == set(scale)
    moves = np.diff(np.searchsorted(scale, notes[:, ::2]), axis=1)
    assert set(np.unique(moves)) == {-2, -1, 0, 1, 2}
    assert set(np.unique(moves[:, 3])) == {-2, -1, 0, 1, 2}  # from bar to bar
    other = data.melodies(50, num_pitches=13, scale=(0, 3, 7), seed=0)["images"]
    assert set(np.argmax(other, axis=2).ravel()) == {0, 3, 7, 12}


def test_the_share_of_notes_in_the_scale_is_exact():
    bars = -np.ones((2, 4, 14, 1))
    assert np.isnan(metrics.in_scale_share(bars))
    for step, pitch in enumerate((0, 1, 12, 13)):  # the tonic, one above it, and both again
        bars[0, step, pitch] = 1
    assert metrics.in_scale_share(bars) == 0.5
    assert metrics.in_scale_share(bars, scale=(1,)) == 0.5
    bars[1, 0, [4, 7]] = 0.1  # a chord
    assert metrics.in_scale_share(bars) == pytest.approx(4 / 6)
    assert metrics.in_scale_share(data.melodies(20, seed=0)["images"]) == 1


def test_bars_sound_at_the_pitch_of_their_notes():
    bar = -np.ones((4, 13, 1))
    bar[:2, 9] = 1  # A, held for two steps; then silence, then A an octave and three below
    bar[3, 0] = 1
    sound = data.bar_audio(bar, sample_rate=8_000, seconds_per_step=0.25)
    assert sound.shape == (8_000,) and sound.dtype == np.float32
    assert np.all(abs(sound) <= 1) and sound[0] == 0
    np.testing.assert_array_equal(sound[4_000:6_000], 0)

    def frequency(part):
        spectrum = abs(np.fft.rfft(part * np.hanning(len(part)), 80_000))
        return np.argmax(spectrum) * 8_000 / 80_000

    assert frequency(sound[:4_000]) == pytest.approx(440, abs=0.5)
    assert frequency(sound[6_000:]) == pytest.approx(440 * 2 ** (-9 / 12), abs=1)
    middle = sound[1_900:2_100]  # where the second step begins, the held note goes on as it was
    assert np.max(abs(middle)) > 0.99
    assert np.max(abs(np.diff(sound))) < 0.4  # no click, which would be a jump
    chord = np.concatenate([bar, bar])
    chord[:, [0, 4, 7]] = 1
    assert 0.5 < np.max(abs(data.bar_audio([chord, chord]))) <= 1


# MidiNet.


def test_distances_of_means_by_hand():
    assert float(distance_of_means([[1.0, 0], [3, 0]], [[0.0, 1], [0, 1]])) == pytest.approx(2.5)


def test_losses_of_midinet_by_hand():
    game, batch = make("melodic"), batch_of("melodic")
    previous, images = (np.asarray(batch[key]) for key in ("previous", "images"))
    latents = game.inputs(batch)
    game.inputs = lambda batch: latents
    fake = np.asarray(game.generator(latents))
    logits = {
        k: np.asarray(game.discriminator([previous, x])) for k, x in (("r", images), ("f", fake))
    }
    losses = {**game.d_loss(batch), **game.g_loss(batch)}
    hidden = keras.Model(game.discriminator.inputs, game.discriminator.get_layer("seen").output)
    means = [np.mean(hidden([previous, bars]), axis=0) for bars in (images, fake)]
    expected = {
        "d_loss": (cross_entropy(logits["r"], 0.9) + cross_entropy(logits["f"], 0)) / 2,
        "g_loss": cross_entropy(logits["f"], 1),
        "features": np.sum((means[0] - means[1]) ** 2) / 2,
        "mean_bar": np.sum((images.mean(axis=0) - fake.mean(axis=0)) ** 2) / 2,
    }
    assert set(losses) == set(expected)
    for name, value in expected.items():
        assert float(losses[name]) == pytest.approx(value, rel=1e-4), name
    assert game.weights_of_terms == {"features": 0.1, "mean_bar": 0.01}


def test_midinet_updates_its_generator_twice_and_makes_bars_for_a_bar():
    plain = melodic()
    game = MidiNet(plain.generator, plain.discriminator, "seen", seed=0)
    game.compile("adam", "adam")
    bars = examples("melodic", 16)
    game.fit(bars, batch_size=4, verbose=0)
    updates = {name: int(each.iterations) for name, each in game.optimizers.items()}
    assert updates == {"generator": 4, "discriminator": 2}
    made = game.generate(2, seed=1, previous=bars["previous"][[0, 0]])
    assert made.shape == (2, 2, 5, 1) and np.any(made[0] != made[1])
    with pytest.raises(ValueError, match="makes images from previous"):
        game.generate(2)


# The whole game.


def settings_of(game):
    return {k: v for k, v in game.get_config().items() if k not in game.player_names}


@pytest.mark.parametrize(("policy", "jit_compile"), [("float32", True), ("mixed_float16", False)])
def test_fit_save_and_load(policy, jit_compile, tmp_path):
    with played_and_loaded("melodic", policy, jit_compile, tmp_path) as (game, loaded):
        assert settings_of(loaded) == settings_of(game)
        rows = examples("melodic", 16).items()
        given = {key: values[:3] for key, values in rows if key != "images"}
        made = game.generate(3, seed=1, **given)
        np.testing.assert_array_equal(loaded.generate(3, seed=1, **given), made)


def test_settings_are_saved():
    config = melodic(generator_steps=3).get_config()
    assert (config["layer"], config["generator_steps"]) == ("seen", 3)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: data.melodies(3, num_steps=3), "num_steps must be even"),
        (lambda: data.melodies(3, num_pitches=3), "num_pitches must be enough"),
        (lambda: data.melodies(3, scale=(0, 12, 4)), "scale must be a tuple of different"),
        (lambda: metrics.in_scale_share(np.zeros((1, 2, 3, 1)), scale=(0, 0)), "scale must be"),
        (lambda: metrics.in_scale_share(np.zeros((2, 3, 1))), "bars must have shape"),
        (lambda: data.bar_audio(np.zeros((2, 3))), "bars must have shape"),
        (lambda: data.bar_audio(np.zeros((2, 3, 2))), "bars must have shape"),
        (lambda: data.bar_audio(np.zeros((2, 3, 1)), 10, 0.01), "seconds_per_step must be"),
        (
            lambda: MidiNet(melodic().generator, network(2, outputs=1), "dense"),
            "must make what the discriminator takes",
        ),
        (
            lambda: MidiNet(network(2, 10), melodic().discriminator, "seen"),
            "must make what the discriminator takes",
        ),
        (
            lambda: MidiNet(*make("melodic").players.values(), "unseen"),
            "layer must be one of .*'seen'",
        ),
        (lambda: melodic(generator_steps=0), "generator_steps must be an integer >= 1"),
        (
            lambda: make("melodic").generate(1, previous=np.zeros((1, 2, 4, 1))),
            r"previous as floats of shape \(batch, 2, 5, 1\)",
        ),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        build()
