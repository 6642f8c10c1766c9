"""Historical averaging: the mean of all weights so far, its pull, and that it is saved."""

from gan_tf import GAN, builders, data
from gan_tf.layers.history import HistoricalAveraging
import keras
import numpy as np
import pytest
import tensorflow as tf


def test_mean_and_term_are_the_formula():
    variable = keras.Variable([1.0, 2.0])
    history = HistoricalAveraging(0.5, [variable])
    values = [[1.0, 2.0]]
    for step in ([3.0, 0.0], [5.0, -2.0], [0.0, 7.0]):
        variable.assign(step)
        values.append(step)
        history.update([variable])
    mean = np.mean(values, axis=0)
    np.testing.assert_allclose(history.means[0], mean, rtol=1e-6)
    expected = 0.5 * np.sum((np.array(values[-1]) - mean) ** 2)
    assert float(history([variable])) == pytest.approx(expected)


def test_its_gradient_points_to_the_mean():
    variable = keras.Variable([1.0])
    history = HistoricalAveraging(2.0, [variable])
    variable.assign([4.0])
    with tf.GradientTape() as tape:
        term = history([variable])
    np.testing.assert_allclose(tape.gradient(term, variable.value), [2 * 2.0 * 3.0])


def game(weight):
    keras.utils.set_random_seed(0)
    players = builders.point_generator(), builders.point_discriminator()
    gan = GAN(*players, seed=0, historical_averaging=weight)
    gan.compile(*[keras.optimizers.SGD(0.05) for _ in range(2)], steps_per_execution=4)
    return gan


def fit(gan, epochs=4):
    gan.fit(data.batches(data.ring(256, seed=0), 32), epochs=epochs, verbose=0)
    return gan


def test_a_game_with_it_stays_nearer_to_where_it_was():
    start = game(0.0).generator.get_weights()

    def distance(gan):
        pairs = zip(gan.generator.get_weights(), start, strict=True)
        return sum(np.sum((now - before) ** 2) for now, before in pairs)

    free, held = (distance(fit(game(weight), epochs=20)) for weight in (0.0, 1.0))
    assert 0 < held < 0.7 * free


def test_its_memory_is_saved_with_the_game(tmp_path):
    gan = fit(game(0.1))
    assert [float(history.count) for history in gan.histories.values()] == [33, 33]
    gan.save_weights(tmp_path / "game.weights.h5")
    other = game(0.1)
    other.load_weights(tmp_path / "game.weights.h5")
    for ours, theirs in zip(gan.histories.values(), other.histories.values(), strict=True):
        np.testing.assert_array_equal(ours.count, theirs.count)
        for mean, loaded in zip(ours.means, theirs.means, strict=True):
            np.testing.assert_array_equal(mean, loaded)
    assert GAN.from_config(gan.get_config()).historical_averaging == 0.1


def test_without_it_a_game_remembers_nothing():
    assert game(0.0).histories == {}


@pytest.mark.parametrize("weight", [-1.0, float("nan"), True, "much"])
def test_clear_error(weight):
    with pytest.raises(ValueError, match="historical_averaging must be a finite number >= 0"):
        game(weight)
    with pytest.raises(ValueError, match="weight must be a finite number > 0"):
        HistoricalAveraging(weight, [])
