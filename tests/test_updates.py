"""Updates in few operations: the bits of Keras's own, in every setting that Keras offers."""

import contextlib

from gan_tf import GAN, builders, data
from gan_tf.training import updates
import keras
import numpy as np
import pytest
from speed_games import policy_of
import tensorflow as tf

ADAM, RMSPROP = keras.optimizers.Adam, keras.optimizers.RMSprop
SCHEDULE = keras.optimizers.schedules.CosineDecay(0.01, 10)
SETTINGS = {
    "Adam": (ADAM, {}),
    "a low beta_1": (ADAM, {"beta_1": 0.0, "beta_2": 0.99, "epsilon": 1e-8}),
    "schedule": (ADAM, {"learning_rate": SCHEDULE}),
    "clipped": (ADAM, {"global_clipnorm": 0.5}),
    "averaged": (ADAM, {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 3}),
    "accumulated": (ADAM, {"gradient_accumulation_steps": 2}),
    "AdamW": (keras.optimizers.AdamW, {"weight_decay": 0.01}),
    "RMSprop": (RMSPROP, {}),
    "RMSprop with all": (RMSPROP, {"rho": 0.5, "learning_rate": SCHEDULE, "clipvalue": 0.5}),
}
LEFT_TO_KERAS = {
    "SGD": keras.optimizers.SGD(0.1),
    "Lion": keras.optimizers.Lion(),
    "amsgrad": keras.optimizers.Adam(amsgrad=True),
    "momentum": keras.optimizers.RMSprop(momentum=0.5),
    "centered": keras.optimizers.RMSprop(centered=True),
}


def trained(optimizer, context, steps=7, jit_compile=False, dtype="float32"):
    """Weights and state after some steps on a few weights of different shapes."""
    rng = np.random.default_rng(0)
    sizes = [(3, 4), (4,), (2, 2)]
    weights = [keras.Variable(rng.normal(size=size).astype(dtype)) for size in sizes]
    slopes = [tf.constant(rng.normal(size=(steps, *size)), dtype) for size in sizes]
    optimizer.build(weights)

    @tf.function(jit_compile=jit_compile)
    def step(number):
        gradients = [tf.sin(each[number]) for each in slopes]
        with context(optimizer):
            optimizer.apply(gradients, weights)

    for number in range(steps):
        step(tf.constant(number))
    return [np.asarray(each) for each in [*weights, *optimizer.variables]]


def plain(_):
    return contextlib.nullcontext()


def assert_same_bits(found, expected):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_bits_are_those_of_keras(name):
    def optimizer():
        kind, options = SETTINGS[name]
        return kind(**{"learning_rate": 0.01, **options})

    found = trained(optimizer(), updates.in_few_operations)
    assert_same_bits(found, trained(optimizer(), plain))


@pytest.mark.parametrize("name", ["Adam", "RMSprop"])
@pytest.mark.parametrize("options", [{"jit_compile": True}, {"dtype": "float64"}])
def test_the_bits_are_those_of_keras_also_with(options, name):
    optimizers = [keras.optimizers.get(name) for _ in range(2)]
    found = trained(optimizers[0], updates.in_few_operations, **options)
    assert_same_bits(found, trained(optimizers[1], plain, **options))


def test_a_further_weight_costs_adam_less_than_half_the_operations():
    def num_operations(context, num_weights):
        weights = [keras.Variable(np.ones(3, "float32")) for _ in range(num_weights)]
        optimizer = keras.optimizers.Adam()
        optimizer.build(weights)

        @tf.function
        def step(gradient):
            with context(optimizer):
                optimizer.apply([gradient] * num_weights, weights)

        graph = step.get_concrete_function(tf.TensorSpec((3,))).graph
        # A weight and what Adam knows of it are inputs of the graph, not operations.
        return sum(each.type not in ("Placeholder", "Identity") for each in graph.get_operations())

    of_keras, ours = (
        num_operations(context, 4) - num_operations(context, 3)
        for context in (plain, updates.in_few_operations)
    )
    assert ours < of_keras / 2


@pytest.mark.parametrize("case", LEFT_TO_KERAS)
def test_others_are_left_as_they_are(case):
    optimizer = LEFT_TO_KERAS[case]
    with updates.in_few_operations(optimizer):
        assert "update_step" not in vars(optimizer)


def test_an_update_of_ones_own_is_left_as_it_is():
    class Still(keras.optimizers.Adam):
        def update_step(self, gradient, variable, learning_rate):
            """Leaves all weights where they are."""

    once, later = (trained(Still(), updates.in_few_operations, steps) for steps in (1, 2))
    assert_same_bits(later[:3], once[:3])


def test_several_devices_are_left_as_they_are(monkeypatch):
    class Two:
        num_replicas_in_sync = 2

    monkeypatch.setattr(tf.distribute, "get_strategy", Two)
    optimizer = keras.optimizers.Adam()
    with updates.in_few_operations(optimizer):
        assert "update_step" not in vars(optimizer)


def test_the_optimizer_is_as_before_also_after_an_error():
    optimizer = keras.optimizers.Adam()
    with pytest.raises(RuntimeError), updates.in_few_operations(optimizer):
        assert "update_step" in vars(optimizer)
        raise RuntimeError
    assert optimizer.update_step.__func__ is keras.optimizers.Adam.update_step


def test_gradients_of_single_rows_move_those_rows_as_with_keras():
    def rows(context):
        table = keras.Variable(np.ones((5, 2), "float32"))
        optimizer = keras.optimizers.Adam(0.1)
        optimizer.build([table])
        slices = tf.IndexedSlices(tf.ones((2, 2)), tf.constant([3, 3]), tf.constant([5, 2]))
        with context(optimizer):
            optimizer.apply([slices], [table])
        return np.asarray(table)

    expected = rows(plain)
    assert (expected[3] < 1).all()
    assert_same_bits([rows(updates.in_few_operations)], [expected])


@pytest.mark.parametrize("case", ["plain", "eager", "mixed_float16"])
def test_a_game_ends_with_the_same_bits(case, monkeypatch):
    points = data.circle(24, seed=0)

    def played():
        keras.utils.set_random_seed(0)
        players = builders.point_generator(8), builders.point_discriminator()
        gan = GAN(*players, seed=0)
        optimizers = keras.optimizers.Adam(0.01, 0.5), keras.optimizers.RMSprop(0.01)
        gan.compile(*optimizers, run_eagerly=case == "eager")
        gan.fit(data.batches(points, 8, seed=0), verbose=0)
        for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
            assert int(optimizer.iterations) == 3, "a step overflowed and was left out"
        return [np.asarray(value) for value in gan.get_weights()]

    with policy_of("mixed_float16" if case == "mixed_float16" else "float32"):
        found = played()
        monkeypatch.setattr(updates, "in_few_operations", plain)
        assert_same_bits(found, played())
