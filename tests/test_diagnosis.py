"""The doctor: names each failure with its evidence, is silent on healthy runs, moves nothing."""

import functools
import re

from gan_tf import GAN, builders, callbacks, data, losses, recipes, train_gan
from gan_tf.callbacks import diagnosis
import keras
from keras import layers
import numpy as np
import pytest
from restarts import beginning
from test_callbacks import Noise

CIRCLE = data.circle(2_000, seed=0)


def adam(rate):
    return keras.optimizers.Adam(rate, beta_1=0.5)


def sgd(rate):
    return keras.optimizers.SGD(rate)


def game_of(optimizers, players=None, **kwargs):
    keras.utils.set_random_seed(0)
    make = players or (lambda: (builders.point_generator(), builders.point_discriminator()))
    gan = GAN(*make(), seed=0)
    gan.compile(*optimizers, steps_per_execution=10, **kwargs)
    return gan


def watch(gan, points=CIRCLE, epochs=4, steps=20, watchers=()):
    """Trains a game and returns its doctor."""
    doctor = callbacks.TrainingDoctor(points, verbose=False)
    batches = data.batches(points, 64, steps_per_epoch=steps)
    gan.fit(batches, epochs=epochs, verbose=0, callbacks=[*watchers, doctor])
    return doctor


def play(optimizers, points=CIRCLE, epochs=4, steps=20, players=None, **kwargs):
    """Trains a new small game and returns its doctor."""
    return watch(game_of(optimizers, players, **kwargs), points, epochs, steps)


@functools.cache
def beginning_of_descent():
    return beginning(game_of([sgd(1e-3), sgd(1e-3)]))


def descend(rates, **kwargs):
    """The same for the one game in which both players descend at the given rates."""
    gan = beginning_of_descent()()
    for optimizer, rate in zip(gan.optimizers.values(), rates, strict=True):
        optimizer.learning_rate = rate
    return watch(gan, **kwargs)


def names(doctor):
    return [finding.name for finding in doctor.findings]


def numbers(text):
    return [float(each.replace(",", "")) for each in re.findall(r"\d[\d,]*\.?\d*(?:e-?\d+)?", text)]


def check(doctor, *expected):
    """These names in any order and no other, each with numbers and a notebook."""
    assert sorted(names(doctor)) == sorted(expected)
    for finding in doctor.findings:
        assert finding.epoch >= 1
        assert len(numbers(finding.evidence)) >= 2
        assert np.isfinite(numbers(finding.evidence)).all()
        assert re.search(r"[Nn]otebook\s0[478]", finding.advice)


# What goes wrong.


@pytest.mark.parametrize("loss", ["minimax", "least_squares", "relativistic"])
def test_a_discriminator_that_has_won(loss):
    doctor = play([adam(1e-6), adam(1e-2)], CIRCLE + 5, loss=loss)
    check(doctor, "discriminator saturated")
    assert doctor.findings[0].epoch >= doctor.patience
    assert "100.0% of the pairs" in doctor.findings[0].evidence
    assert "inf" not in doctor.findings[0].evidence and "nan" not in doctor.findings[0].evidence


def test_a_wasserstein_critic_may_separate_well():
    check(play([sgd(1e-5), adam(1e-3)], CIRCLE + 5, loss="wasserstein"))


def test_a_smoothed_discriminator_does_not_saturate():
    check(play([sgd(1e-5), adam(1e-2)], CIRCLE + 5, loss=losses.NonSaturating(label_smoothing=0.1)))


def deaf_players():
    """The generator does not hear its latents."""
    generator = keras.Sequential(
        [keras.Input((2,)), layers.Rescaling(0.0), layers.Dense(64, "relu"), layers.Dense(2)]
    )
    return generator, builders.point_discriminator()


def test_a_generator_that_ignores_its_latents():
    doctor = play([adam(1e-3), sgd(1e-2)], steps=70, players=deaf_players)
    check(doctor, "generator collapsed")
    assert numbers(doctor.findings[0].evidence)[:2] == [256, 1.0]


def test_a_generator_that_outruns_its_discriminator_drops_modes():
    doctor = play([adam(1e-2), adam(1e-4)], data.ring(2_000, seed=0), epochs=4, steps=150)
    check(doctor, "generator collapsed")
    assert numbers(doctor.findings[0].evidence)[1] < 3


class One(keras.constraints.Constraint):
    def __call__(self, weight):
        return keras.ops.ones_like(weight)


def dirac_players():
    """One free number each: the place of the samples, and the slope of the critic."""
    place = layers.Dense(1, kernel_initializer="ones", kernel_constraint=One())
    generator = keras.Sequential([keras.Input((1,)), place])
    return generator, keras.Sequential([keras.Input((1,)), layers.Dense(1, use_bias=False)])


def test_a_critic_without_penalty_and_its_generator_run_in_circles():
    points = np.random.default_rng(0).normal(2, 1, (2_000, 1)).astype("float32")
    sizes = {"epochs": 12, "steps": 20, "players": dirac_players}
    doctor = play([sgd(0.1), sgd(0.1)], points, loss="wasserstein", **sizes)
    check(doctor, "oscillation")
    path, net = numbers(doctor.findings[0].evidence)[1:]
    assert path > 10 and net < 0.3 * path


def test_rates_that_are_too_high_are_unsettled_and_collapse():
    doctor = play([keras.optimizers.Adam(1e-2) for _ in range(2)], epochs=12, steps=30)
    check(doctor, "oscillation", "generator collapsed")


@pytest.mark.parametrize(
    ("rates", "still", "moving"),
    [
        ((0.0, 1e-3), "generator", "discriminator"),
        ((1e-3, 0.0), "discriminator", "generator"),
        ((1e-3, 1e-14), "discriminator", "generator"),
    ],
)
def test_a_player_that_stands_still(rates, still, moving):
    doctor = descend(rates, epochs=1)
    check(doctor, "nothing training")
    evidence = doctor.findings[0].evidence
    assert f"of the {still} moved" in evidence and moving not in evidence


def test_both_players_stand_still():
    doctor = descend([0.0, 0.0], epochs=2)
    check(doctor, "nothing training")
    assert "generator and the discriminator" in doctor.findings[0].evidence


def test_gradients_that_vanish_within_a_run():
    """The hinge loss is exactly flat once all images are beyond the margin."""
    doctor = play([sgd(1e-5), sgd(0.1)], CIRCLE + 5, epochs=7, loss="hinge")
    check(doctor, "discriminator saturated", "nothing training")
    still = doctor.findings[names(doctor).index("nothing training")]
    assert "of the discriminator moved" in still.evidence and still.epoch > 1


def test_a_rate_that_has_come_to_its_end_is_no_trouble():
    falling = [keras.optimizers.schedules.PolynomialDecay(1e-3, 30, 0.0) for _ in range(2)]
    doctor = play([sgd(rate) for rate in falling])
    assert float(doctor.model.generator_optimizer.learning_rate) == 0
    check(doctor)


@pytest.mark.parametrize("guard", [False, True])
def test_numbers_that_are_none(guard):
    watchers = [callbacks.StopOnNaN()] if guard else []
    doctor = descend([1e30, 1e30], epochs=2, watchers=watchers)
    check(doctor, "not a number")
    assert "g_loss is nan" in doctor.findings[0].evidence
    assert "4,482 of 4,482 numbers in the generator's weights" in doctor.findings[0].evidence


# Healthy runs. Short epochs come closer to what alarms the doctor than long ones do.


def assert_healthy(recipe, epochs, steps, watchers=()):
    doctor = callbacks.TrainingDoctor(recipe.samples)
    batches = data.batches(recipe.samples, recipe.batch_size, steps_per_epoch=steps)
    recipe.gan.fit(batches, epochs=epochs, verbose=0, callbacks=[*watchers, doctor])
    check(doctor)


def test_silent_on_the_circle_and_on_a_score_that_is_missing(capsys):
    score = callbacks.Score(lambda images: {"distance": 1.0}, num_images=8, every=5)
    recipe = recipes.get("circle")
    assert_healthy(recipe, epochs=5, steps=60, watchers=[score])
    assert np.isnan(recipe.gan.history.history["distance"][0])
    assert capsys.readouterr().out == ""


@pytest.mark.slow
def test_silent_on_the_dense_lecture(monkeypatch):
    monkeypatch.setenv("GAN_TF_DATA", "embedded")
    keras.utils.set_random_seed(0)
    assert_healthy(recipes.get("lecture-dense"), epochs=12, steps=100)


@pytest.mark.slow
def test_silent_on_a_gaussian():
    points = np.random.default_rng(0).normal(2, 0.5, (10_000, 1)).astype("float32")

    def players():
        generator = builders.point_generator(1, 1, units=(32,), activation="tanh")
        return generator, builders.point_discriminator(1, units=(32, 32))

    rates = [keras.optimizers.schedules.CosineDecay(2e-3, 1_200) for _ in range(2)]
    check(play([adam(rate) for rate in rates], points, epochs=12, steps=60, players=players))


# It only looks.


def noisy_game(average):
    keras.utils.set_random_seed(0)
    generator = keras.Sequential([keras.Input((2,)), builders.point_generator(), Noise()])
    discriminator = keras.Sequential(
        [keras.Input((2,)), Noise(), layers.Dropout(0.4), builders.point_discriminator()]
    )
    gan = GAN(generator, discriminator, seed=0)
    gan.compile("adam", "adam", steps_per_execution=2)
    average.set_model(gan)  # adds its weights to those of the game
    return gan


def weights_after(gan, *watchers):
    batches = data.batches(CIRCLE, 64, steps_per_epoch=6)
    gan.fit(batches, epochs=3, verbose=0, callbacks=watchers)
    return [*gan.get_weights(), *map(np.array, gan._random_states())]


def test_changes_neither_weights_nor_random_states():
    average = callbacks.GeneratorAverage(0.9)
    doctor = callbacks.TrainingDoctor(CIRCLE, patience=1, verbose=False)
    restart = beginning(noisy_game(average))
    unwatched = weights_after(restart(), average)
    watched = weights_after(restart(), average, doctor)
    assert len(unwatched) == 6 * 3 + 5 and doctor.findings
    for one, other in zip(unwatched, watched, strict=True):
        np.testing.assert_array_equal(one, other)


def test_watches_the_lectures_call():
    keras.utils.set_random_seed(0)
    discriminator = builders.point_discriminator()
    discriminator.add(layers.Activation("sigmoid"))
    discriminator.compile(loss="binary_crossentropy", optimizer=adam(1e-2))
    discriminator.trainable = False
    gan = keras.Sequential([builders.point_generator(), discriminator])
    gan.compile(loss="binary_crossentropy", optimizer=sgd(1e-5))
    doctor = callbacks.TrainingDoctor(CIRCLE + 5, verbose=False)
    batches = data.batches(CIRCLE + 5, 64)
    train_gan(gan, batches, 64, 2, n_epochs=4, callbacks=[doctor], verbose=0)
    check(doctor, "discriminator saturated")
    assert "guessing gives 0.69" in doctor.findings[0].evidence


def test_says_each_thing_once_and_begins_anew_with_each_run(capsys):
    gan = beginning_of_descent()()
    for optimizer in gan.optimizers.values():
        optimizer.learning_rate = 0.0
    doctor = callbacks.TrainingDoctor(CIRCLE, every=2)
    batches = data.batches(CIRCLE, 64, steps_per_epoch=2)
    for _ in range(2):
        gan.fit(batches, epochs=4, verbose=0, callbacks=[doctor])
        assert [finding.epoch for finding in doctor.findings] == [2]
        lines = capsys.readouterr().out.strip().splitlines()
        assert len(lines) == 3 and lines[0] == "Epoch 2: nothing training."


# What it measures.


def test_effective_number_counts_groups():
    points = data.ring_centres(8)
    for num_modes in (1, 2, 8):
        images = np.repeat(points[: 2 * num_modes : 2] if num_modes < 8 else points, 16, axis=0)
        assert diagnosis.effective_number(images, 0.2) == pytest.approx(num_modes, rel=1e-3)
    assert diagnosis.effective_number(CIRCLE[:64] * 1e6, 0.2) == pytest.approx(64)


def test_distances():
    images = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 0.0]], "float32")
    np.testing.assert_allclose(diagnosis.squared_distances(images)[1], [25, 0, 25])
    assert diagnosis.mean_distance(images) == pytest.approx(20 / 6)


def test_area_under_curve_counts_pairs():
    real, fake = np.array([[1.0], [3.0]]), np.array([[0.0], [1.0]])
    assert diagnosis.area_under_curve(real, fake) == (3 + 0.5) / 4


@pytest.mark.parametrize(
    ("loss", "value"),
    [
        (losses.NonSaturating(), np.log(2)),
        (losses.NonSaturating(from_logits=False), np.log(2)),
        (losses.LeastSquares(), 0.25),
        (losses.Hinge(), 2),
        (losses.Wasserstein(), 0),
        (losses.Relativistic(), np.log(2)),
        (losses.Relativistic(average=True), np.log(2)),
    ],
)
def test_loss_of_guessing(loss, value):
    assert diagnosis.loss_of_guessing(loss) == pytest.approx(value, abs=1e-6)


# Errors.


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"every": 0}, "every=0"),
        ({"patience": 0}, "patience=0"),
        ({"num_images": 15}, "num_images=15"),
        ({"num_images": 2_001}, "use num_images=2000"),
        ({"real_images": CIRCLE.astype("int32")}, "int32"),
        ({"real_images": CIRCLE[:, 0]}, r"\(2000,\)"),
        ({"real_images": data.batches(CIRCLE)}, "object"),
        ({"real_images": 0 * CIRCLE}, "spread is 0.0"),
        ({"real_images": np.full_like(CIRCLE, np.nan)}, "spread is nan"),
    ],
)
def test_clear_errors(arguments, message):
    with pytest.raises(ValueError, match=f"Received.*{message}"):
        callbacks.TrainingDoctor(**{"real_images": CIRCLE, **arguments})


def test_says_that_images_do_not_fit_the_model():
    gan = GAN(builders.point_generator(), builders.point_discriminator())
    gan.compile("sgd", "sgd")
    doctor = callbacks.TrainingDoctor(CIRCLE[:, :1])
    with pytest.raises(ValueError, match=r"Received: \(1,\), generator makes \(2,\)"):
        gan.fit(data.batches(CIRCLE, 64), verbose=0, callbacks=[doctor])


def test_says_that_it_needs_a_gan():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="Received: Sequential"):
        model.fit(CIRCLE, CIRCLE[:, :1], verbose=0, callbacks=[callbacks.TrainingDoctor(CIRCLE)])
