"""mixed_float16: both losses are scaled, overflows are left out, and runs resume to the bit."""

from gan_tf import GAN, builders, data, growing, penalties
from gan_tf.training import loss_scaling
import keras
import numpy as np
import pytest
import tensorflow as tf

IMAGES = np.random.default_rng(0).uniform(-1, 1, (32, 8, 8, 1)).astype("float32")


@pytest.fixture
def float16():
    keras.mixed_precision.set_global_policy("mixed_float16")
    yield
    keras.mixed_precision.set_global_policy("float32")


def players():
    generator = builders.dcgan_generator(4, (8, 8, 1), (8, 4))
    return generator, builders.dcgan_discriminator((8, 8, 1), (4, 8))


def game(**kwargs):
    keras.utils.set_random_seed(0)
    gan = GAN(*players(), seed=0)
    gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3), **kwargs)
    return gan


def optimizers(gan):
    return gan.generator_optimizer, gan.discriminator_optimizer


def weights(gan):
    return [np.array(w) for w in (*gan.generator.get_weights(), *gan.discriminator.get_weights())]


def test_both_losses_are_scaled_in_float16(float16):
    gan = game()
    for player in (gan.generator, gan.discriminator):
        assert {layer.compute_dtype for layer in player.layers} == {"float16"}
        assert {variable.dtype for variable in player.trainable_variables} == {"float32"}
    for optimizer in optimizers(gan):
        assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
        assert isinstance(loss_scaling.unscaled(optimizer), keras.optimizers.Adam)
        assert float(optimizer.dynamic_scale) == 2**15


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_other_policies_need_no_scale(policy):
    keras.mixed_precision.set_global_policy(policy)
    try:
        gan = game()
    finally:
        keras.mixed_precision.set_global_policy("float32")
    assert [type(each) for each in optimizers(gan)] == [keras.optimizers.Adam] * 2


def test_one_player_in_float16_is_enough():
    """The generator's gradients come to it through the discriminator."""
    generator = builders.point_generator(units=(8,))
    hidden = keras.layers.Dense(8, "relu", dtype="mixed_float16")
    discriminator = keras.Sequential([keras.Input((2,)), hidden, keras.layers.Dense(1)])
    gan = GAN(generator, discriminator)
    gan.compile("sgd", keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD()))
    for optimizer in optimizers(gan):
        assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
        assert isinstance(optimizer.inner_optimizer, keras.optimizers.SGD), "scaled twice"


def test_float16_trains_both_players_as_float32_does(float16):
    """The first steps, in Dropout's absence, to float16's three digits."""
    found = {}
    for policy in ("mixed_float16", "float32"):
        keras.mixed_precision.set_global_policy(policy)
        keras.utils.set_random_seed(0)
        generator, discriminator = (
            builders.point_generator(units=(16,)),
            builders.point_discriminator(units=(16,)),
        )
        gan = GAN(generator, discriminator, seed=0)
        gan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
        before = weights(gan)
        logs = gan.fit(data.batches(data.circle(64, seed=0), 8), epochs=1, verbose=0).history
        found[policy] = [new - old for new, old in zip(weights(gan), before, strict=True)]
        assert np.isfinite([logs["d_loss"], logs["g_loss"]]).all()
        assert all(int(optimizer.iterations) == 8 for optimizer in optimizers(gan))
    for half, full in zip(*found.values(), strict=True):
        assert np.isfinite(half).all() and np.any(half != 0)
        np.testing.assert_allclose(half, full, atol=0.02 * np.abs(full).max())


@pytest.mark.parametrize("which", [0, 1])
def test_an_overflow_skips_the_step_and_halves_the_scale(float16, which):
    """In one player; the other one moves on."""
    gan = game()
    large = optimizers(gan)[which]
    large.dynamic_scale.assign(2.0**100)
    players = (gan.generator, gan.discriminator)
    before = [[np.array(v) for v in player.trainable_variables] for player in players]
    gan.fit(data.batches(IMAGES[:8], 8), epochs=1, verbose=0)
    moved = [
        any(
            np.any(old != np.array(new))
            for old, new in zip(olds, p.trainable_variables, strict=True)
        )
        for olds, p in zip(before, players, strict=True)
    ]
    assert moved == [which != 0, which != 1]
    assert float(large.dynamic_scale) == 2.0**99
    assert int(large.iterations) == 0 and int(optimizers(gan)[1 - which].iterations) == 1
    assert np.isfinite(np.concatenate([np.ravel(w) for w in weights(gan)])).all()


def test_penalties_count_the_updates_that_were_made(float16):
    lazy = penalties.Lazy(penalties.R1(0.1), 2)
    gan = game(penalty=lazy)
    gan.fit(data.batches(IMAGES, 8), epochs=1, verbose=0)
    assert int(lazy.num_updates) == 4


def test_a_new_stage_keeps_the_scale(float16):
    """A scale of zero would make every gradient 0 / 0."""
    optimizer = loss_scaling.scaled(keras.optimizers.Adam(1e-3), players()[0].layers)
    optimizer.build([keras.Variable(np.ones(2, "float32"))])
    optimizer.apply([tf.constant([2.0**15, 2.0**15])])
    growing._restart(optimizer)
    assert float(optimizer.dynamic_scale) == 2**15 and int(optimizer.iterations) == 0
    assert float(optimizer.learning_rate) == pytest.approx(1e-3)


def test_an_agreement_spoils_all_gradients_or_none():
    good, bad = [tf.ones(2), None, tf.ones((), "float16")], [tf.ones(2), tf.constant(np.inf)]
    assert [g if g is None else np.ravel(g).tolist() for g in loss_scaling.agreed(good)] == [
        [1.0, 1.0],
        None,
        [1.0],
    ]
    assert all(np.isnan(g).all() for g in loss_scaling.agreed(bad))
