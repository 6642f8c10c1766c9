"""The games on mixtures of Gaussians: each remedy is one switch, and our best finds all modes."""

from gan_tf import losses, metrics, penalties, recipes
import keras
import numpy as np
import pytest


def small(name="ring", remedy="plain", seed=0, steps=20):
    keras.utils.set_random_seed(seed)
    return recipes.mixture(name, remedy, seed, steps, units=(8, 8))


def layer_names(model):
    return [type(layer).__name__ for layer in model.layers]


@pytest.mark.parametrize("name", recipes.MIXTURES)
def test_data_are_those_of_the_mixture(name):
    target = recipes.MIXTURES[name]
    found = metrics.mode_coverage(small(name).samples, target.centres, target.std)
    assert found.modes == len(target.centres)
    assert found.high_quality == pytest.approx(1 - np.exp(-4.5), abs=0.002)


@pytest.mark.parametrize("name", recipes.MIXTURES)
def test_scaled_networks_see_either_mixture_at_the_same_scale(name):
    target = recipes.MIXTURES[name]
    for remedy in ("scaled coordinates", "best"):
        gan = small(name, remedy).gan
        seen = gan.discriminator.layers[0]
        assert np.abs(seen(target.centres)).max() == pytest.approx(4.0)
        assert gan.generator.layers[-1].scale == pytest.approx(target.centres.max())


@pytest.mark.parametrize("remedy", recipes.REMEDIES)
def test_every_remedy_trains_both_players(remedy):
    game = small("grid", remedy)
    before = [player.get_weights() for player in (game.gan.generator, game.gan.discriminator)]
    game.gan.jit_compile = False  # faster for so few steps
    history = game.gan.fit(game.batches, epochs=1, verbose=0).history
    assert np.isfinite([history["d_loss"], history["g_loss"]]).all()
    for old, player in zip(before, (game.gan.generator, game.gan.discriminator), strict=True):
        moved = zip(old, player.get_weights(), strict=True)
        assert any(not np.array_equal(a, b) for a, b in moved)


def test_each_remedy_is_its_own_switch():
    plain = small().gan
    assert isinstance(plain.game_loss, losses.NonSaturating)
    assert plain.penalty is None and plain.replay is None and plain.discriminator_steps == 1
    assert small(remedy="experience replay").gan.replay is not None
    assert isinstance(small(remedy="feature matching").gan.game_loss, losses.FeatureMatching)
    assert small(remedy="historical averaging").gan.historical_averaging > 0
    assert small(remedy="label smoothing").gan.game_loss.label_smoothing == 0.1
    assert isinstance(small(remedy="relativistic").gan.game_loss, losses.Relativistic)
    assert type(small(remedy="R1").gan.penalty) is penalties.R1
    assert type(small(remedy="R2").gan.penalty) is penalties.R2
    for remedy, layer in (
        ("packing", "Packing"),
        ("minibatch discrimination", "MinibatchDiscrimination"),
        ("spectral normalisation", "SpectralNormalization"),
    ):
        assert layer in layer_names(small(remedy=remedy).gan.discriminator)
    normalised = small(remedy="virtual batch normalisation").gan
    assert "VirtualBatchNormalization" in layer_names(normalised.generator)
    assert layer_names(normalised.discriminator) == layer_names(plain.discriminator)


def test_two_time_scales_are_two_rates():
    gan = small(remedy="two time scales").gan
    rates = [o.learning_rate for o in (gan.generator_optimizer, gan.discriminator_optimizer)]
    np.testing.assert_allclose(rates, [2e-4, 1e-3])


def test_wasserstein_remedies_bound_the_critic_and_train_it_longer():
    for remedy in ("weight clipping", "gradient penalty"):
        gan = small(remedy=remedy).gan
        assert isinstance(gan.game_loss, losses.Wasserstein) and gan.discriminator_steps == 5
    assert isinstance(gan.penalty, penalties.GradientPenalty)
    clipped = small(remedy="weight clipping")
    clipped.gan.fit(clipped.batches, epochs=1, verbose=0)
    largest = max(np.abs(w).max() for w in clipped.gan.discriminator.get_weights())
    assert largest <= 0.1 + 1e-7


def test_rates_and_penalties_fall_to_zero_for_both_players_at_the_end():
    game = small(remedy="best", steps=40)
    assert (game.epochs, game.steps_per_epoch) == (1, 40)
    game.gan.fit(game.batches, epochs=1, verbose=0)
    for optimizer in (game.gan.generator_optimizer, game.gan.discriminator_optimizer):
        assert float(optimizer.learning_rate) == pytest.approx(0.0, abs=1e-9)
    schedule = game.gan.penalty.schedule
    assert float(schedule(0)) == 1.0 and float(schedule(40)) == pytest.approx(0.005)
    assert float(small(remedy="plain").gan.generator_optimizer.learning_rate) == pytest.approx(2e-4)


def test_seeds_decide():
    one, two, other = (small(seed=seed).gan.generate(3, seed=0) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "moons"}, "name must be one of .*moons"),
        ({"remedy": "prayer"}, "remedy must be one of .*prayer"),
        ({"steps": 0}, "steps=0"),
        ({"steps": True}, "steps=True"),
        ({"steps": 2.0}, "steps must be an integer >= 1"),
        ({"units": ()}, "at least one"),
        ({"seed": -1}, "seed=-1"),
    ],
)
def test_clear_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        recipes.mixture(**{"name": "ring", **arguments})


@pytest.mark.slow
def test_best_finds_all_modes_of_the_ring_where_the_plain_game_does_not():
    coverage = {}
    for remedy in ("plain", "best"):
        keras.utils.set_random_seed(0)
        game = recipes.mixture("ring", remedy, steps=3_000, units=(128, 128))
        game.gan.fit(game.batches, epochs=game.epochs, verbose=0)
        target = recipes.MIXTURES["ring"]
        samples = game.gan.generate(2_500, seed=1)
        coverage[remedy] = metrics.mode_coverage(samples, target.centres, target.std)
    assert coverage["best"].modes == 8 and coverage["best"].high_quality > 0.5
    assert coverage["plain"].high_quality < coverage["best"].high_quality
