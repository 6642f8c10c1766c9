"""Mixed precision: gradients in float16 are kept away from zero by scaling the loss."""

import keras
import tensorflow as tf


def scaled(optimizer, layers):
    """The optimizer, in a `LossScaleOptimizer` where a layer computes in float16.

    Keras wraps a model's one optimizer so; a game has two. bfloat16 has float32's exponents and
    needs none.

    Args:
        optimizer: Keras optimizer.
        layers: List of the layers through which its gradients run.

    Returns:
        Keras optimizer.
    """
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return optimizer
    if any(layer.dtype_policy.name == "mixed_float16" for layer in layers):
        return keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer


def unscaled(optimizer):
    """The optimizer itself, without a `LossScaleOptimizer` around it."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def agreed(gradients):
    """Gradients that are not finite on any replica, if they are not on one of them.

    A step whose gradients overflow is left out, and each replica judges by its own: unless they
    agree, one would wait for the others, or take their infinities for its own.

    Args:
        gradients: List of float tensors or None.

    Returns:
        The same list, or NaN in the place of all numbers.
    """
    finite = [tf.reduce_all(tf.math.is_finite(g)) for g in gradients if g is not None]
    overflows = 1.0 - tf.cast(tf.reduce_all(finite), "float32")
    replica = tf.distribute.get_replica_context()
    overflows = replica.all_reduce(tf.distribute.ReduceOp.SUM, overflows)
    spoilt = tf.where(overflows > 0, float("nan"), 0.0)
    return [g if g is None else g + tf.cast(spoilt, g.dtype) for g in gradients]
