"""Updates of weights: those of Keras's Adam and RMSprop in fewer operations, to the same bits."""

import contextlib

import keras
import tensorflow as tf


@contextlib.contextmanager
def in_few_operations(optimizer):
    """While a step is traced, lets an optimizer update its weights in fewer operations.

    In a small network, the number of operations decides how long a step takes, and how long it
    takes to trace it before the first one. Keras's Adam makes 36 for every weight; most of them
    are the same for all weights. Here those are made once, and 16 are left for a weight. Learning
    rates, clipping, weight decay, averages and accumulation remain Keras's own.

    An optimizer is left as it is if its `update_step` is not that of Keras's Adam or RMSprop; with
    `amsgrad`, `momentum` or `centered`; and where several devices train one game.

    Args:
        optimizer: Keras optimizer that is built, without a `LossScaleOptimizer` around it.

    Reference:
        Kingma and Ba 2015, Algorithm 1 in the order of section 2, arXiv:1412.6980.
    """
    rule = _rule(optimizer)
    if rule is None:
        yield
        return
    of_keras = optimizer.update_step
    updates = {}  # by the weights' type

    def update_step(gradient, variable, learning_rate):
        if isinstance(gradient, tf.IndexedSlices):
            return of_keras(gradient, variable, learning_rate)
        dtype = variable.dtype
        if dtype not in updates:
            updates[dtype] = rule(optimizer, tf.cast(learning_rate, dtype), dtype)
        index = optimizer._get_variable_index(variable)
        return updates[dtype](tf.cast(gradient, dtype), variable, index)

    optimizer.update_step = update_step
    try:
        yield
    finally:
        del optimizer.update_step


def _rule(optimizer):
    """What makes the update, or None where it is left to Keras."""
    if tf.distribute.get_strategy().num_replicas_in_sync > 1:
        return None
    found = getattr(optimizer.update_step, "__func__", None)
    if found is keras.optimizers.Adam.update_step and not optimizer.amsgrad:
        return _adam
    plain = found is keras.optimizers.RMSprop.update_step and not optimizer.centered
    return _rmsprop if plain and optimizer.momentum == 0 else None


def _adam(optimizer, learning_rate, dtype):
    step = tf.cast(optimizer.iterations + 1, dtype)
    powers = [tf.pow(tf.cast(beta, dtype), step) for beta in _betas(optimizer)]
    step_size = learning_rate * tf.sqrt(1 - powers[1]) / (1 - powers[0])
    shares = [tf.constant(1 - beta, dtype) for beta in _betas(optimizer)]
    epsilon = tf.constant(optimizer.epsilon, dtype)

    def update(gradient, variable, index):
        momentum, velocity = optimizer._momentums[index].value, optimizer._velocities[index].value
        mean = momentum.assign_add((gradient - momentum) * shares[0])
        square = velocity.assign_add((tf.square(gradient) - velocity) * shares[1])
        variable.assign_sub(mean * step_size / (tf.sqrt(square) + epsilon))

    return update


def _betas(adam):
    return adam.beta_1, adam.beta_2


def _rmsprop(optimizer, learning_rate, dtype):
    rho, share = tf.constant(optimizer.rho, dtype), tf.constant(1 - optimizer.rho, dtype)
    epsilon = tf.constant(optimizer.epsilon, dtype)

    def update(gradient, variable, index):
        velocity = optimizer._velocities[index].value
        square = velocity.assign(rho * velocity + share * tf.square(gradient))
        variable.assign_sub(learning_rate * gradient / tf.sqrt(square + epsilon))

    return update
