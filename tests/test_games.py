"""The games with a known answer: each must find it on a toy."""

import games_of_every_kind as kinds
import keras
import numpy as np
import pytest

CENTRES = np.array([[0, 2], [2, -1], [-2, -1]], "float32")
NUM_STEPS = 1_500


def train(game, data, rate=3e-3):
    falling = keras.optimizers.schedules.CosineDecay(rate, NUM_STEPS)
    optimizers = {name: keras.optimizers.Adam(falling, 0.5) for name in game.player_names}
    game.compile(optimizers=optimizers, steps_per_execution=50)
    return game.fit(data, batch_size=100, epochs=NUM_STEPS // 30, verbose=0).history


def nearest(points):
    return np.argmin(np.sum((points[:, None] - CENTRES) ** 2, axis=-1), axis=1)


@pytest.fixture
def mixture():
    """Points around three centres, and their labels."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=3_000)
    points = CENTRES[labels] + 0.1 * rng.normal(size=(3_000, 2))
    return points.astype("float32"), labels


@pytest.mark.slow
def test_conditional_gan_makes_the_class_that_was_asked_for(mixture):
    points, labels = mixture
    game = kinds.conditional(units=(32,))
    train(game, {"images": points, "labels": labels})
    asked = np.arange(300) % 3
    samples = game.generate(300, seed=1, labels=asked)
    assert np.mean(nearest(samples) == asked) > 0.98
    for label in range(3):
        np.testing.assert_allclose(samples[asked == label].mean(axis=0), CENTRES[label], atol=0.1)


@pytest.mark.slow
def test_info_gan_finds_the_three_groups_without_labels(mixture):
    game = kinds.info(units=(32,))
    history = train(game, mixture[0])
    assert 1.0 < history["information"][-1] <= np.log(3)
    groups = nearest(game.generate(300, seed=1, codes=np.arange(300) % 3)).reshape(100, 3)
    assert sorted(np.bincount(groups[:, code]).argmax() for code in range(3)) == [0, 1, 2]
    assert all(np.mean(each == np.bincount(each).argmax()) > 0.98 for each in groups.T)


@pytest.mark.slow
def test_the_classifier_of_an_acgan_makes_it_obey(mixture):
    points, labels = mixture
    game = kinds.auxiliary(units=(32, 32))
    history = train(game, {"images": points, "labels": labels})
    for name in ("real_class", "fake_class", "asked_class"):
        assert history[name][-1] < 0.1 < history[name][0]
    asked = np.arange(300) % 3
    samples = game.generate(300, seed=1, labels=asked)
    assert np.mean(nearest(samples) == asked) > 0.98
    guesses = np.argmax(game.classifier(points), axis=1)
    assert np.mean(guesses == labels) > 0.98


@pytest.mark.slow
def test_info_gan_reads_a_number_off_a_line():
    """Points on a line of a known length: the number must become the place on it."""
    keras.utils.set_random_seed(0)
    places = np.random.default_rng(0).uniform(-1, 1, 3_000)
    points = np.stack([2 * places, places], axis=1).astype("float32")
    points += 0.05 * np.random.default_rng(1).normal(size=points.shape).astype("float32")
    game = kinds.info(units=(32,), num_codes=1, num_continuous=1)
    history = train(game, points)
    assert history["continuous_error"][-1] < 0.02 < 0.1 < history["continuous_error"][0]
    numbers = np.linspace(-0.95, 0.95, 200)[:, None]
    made = game.generate(200, seed=1, continuous=numbers, codes=np.zeros(200, int))
    assert abs(np.corrcoef(made[:, 0], numbers[:, 0])[0, 1]) > 0.98


@pytest.mark.slow
@pytest.mark.parametrize("labelled", [False, True])
def test_cat_gan_finds_the_three_groups(mixture, labelled):
    points, labels = mixture
    game, data = kinds.categorical(units=(32,), labelled=labelled), {"images": points}
    if labelled:  # three examples with a name, one of each group
        known = np.full(len(labels), -1)
        first = [int(np.flatnonzero(labels == label)[0]) for label in range(3)]
        known[first] = labels[first]
        data["labels"] = np.where(np.isin(np.arange(len(labels)), first), known, -1)
        # Shown once in 30 steps they would be drowned out, so they stand in every batch.
        data = {key: np.concatenate([v, *[v[first]] * 300]) for key, v in data.items()}
    train(game, data if labelled else points)
    guesses = np.argmax(game.discriminator(points), axis=1)
    table = np.array([np.bincount(guesses[labels == each], minlength=3) for each in range(3)])
    if labelled:
        assert np.trace(table) / len(labels) > 0.98
    assert sorted(table.argmax(axis=1)) == [0, 1, 2] and table.max(axis=1).sum() > 0.98 * len(
        labels
    )


def test_entropies_of_cat_gan_are_exact():
    from gan_tf.games.information import entropy, entropy_of_mean

    probabilities = np.array([[1.0, 1e-30], [0.5, 0.5]], "float32")
    np.testing.assert_allclose(entropy(np.log(probabilities)), np.log(2) / 2, atol=1e-6)
    expected = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    np.testing.assert_allclose(entropy_of_mean(np.log(probabilities)), expected, atol=1e-6)


@pytest.mark.slow
def test_pix2pix_learns_the_map_of_its_pairs():
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    sketches, others = rng.normal(size=(2, 3_000, 2)).astype("float32")

    def truth(points):
        return points @ np.array([[0, 1], [-2, 0]], "float32") + 1

    game = kinds.pix2pix(units=(32,))
    train(game, {"sketches": sketches, "images": truth(sketches)})
    made = game.generate(len(others), sketches=others)
    assert np.mean(np.abs(made - truth(others))) < 0.02  # between two of them: 1.2


@pytest.mark.slow
def test_cycle_gan_maps_one_gaussian_onto_another_without_pairs():
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    a, others = (rng.normal(0, [1, 0.5], size=(3_000, 2)).astype("float32") for _ in range(2))
    b = rng.normal([3, -1], [0.5, 1], size=(3_000, 2)).astype("float32")
    game = kinds.cycle(units=(32,), weights={"cycle": 1.0, "identity": 0.0})
    train(game, {"a": a, "b": b}, rate=5e-3)
    made = game.generate(3_000, a=others)
    np.testing.assert_allclose(made.mean(axis=0), [3, -1], atol=0.25)
    np.testing.assert_allclose(made.std(axis=0), [0.5, 1], atol=0.25)
    assert np.mean(np.abs(game.inverse(made) - others)) < 0.05  # it finds its way back
