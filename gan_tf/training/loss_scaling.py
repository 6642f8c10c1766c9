"""Mixed precision: gradients in float16 are kept away from zero by scaling the loss."""

import keras
import tensorflow as tf


def scaled(optimizer, layers):
    """The optimizer, in a `LossScaleOptimizer` where a layer computes in float16.

    Keras does this for a model's one optimizer; a game has several. bfloat16 has float32's
    exponents and needs no scaling.

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


def rescaled(gradients, by, optimizer):
    """Gradients of a loss that one optimizer has scaled, as another one expects them.

    The players of a phase share one backward pass, so its loss has the scale of the first one's
    optimizer; each optimizer divides by a scale of its own.

    Args:
        gradients: List of tensors or None.
        by: Keras optimizer whose scale the gradients have.
        optimizer: Keras optimizer that is to apply them.

    Returns:
        List of tensors or None.
    """
    if by is optimizer or not (_is_scaling(by) or _is_scaling(optimizer)):
        return gradients
    ratio = _scale_of(optimizer) / _scale_of(by)
    return [g if g is None else g * tf.cast(ratio, g.dtype) for g in gradients]


def agreed(gradients):
    """Gradients that are not finite on any replica, if they are not on one of them.

    A step whose gradients overflow is left out, and each replica judges by its own. Unless they
    agree, one would wait for the others, or take over their infinities.

    Args:
        gradients: Lists of float tensors or None, in any structure.

    Returns:
        The same structure, or NaN in the place of all numbers.
    """
    numbers = [g for g in tf.nest.flatten(gradients) if g is not None]
    finite = [tf.reduce_all(tf.math.is_finite(g)) for g in numbers]
    overflows = 1.0 - tf.cast(tf.reduce_all(finite), "float32")
    replica = tf.distribute.get_replica_context()
    overflows = replica.all_reduce(tf.distribute.ReduceOp.SUM, overflows)
    spoilt = tf.where(overflows > 0, float("nan"), 0.0)

    def spoil(gradient):
        return gradient if gradient is None else gradient + tf.cast(spoilt, gradient.dtype)

    return tf.nest.map_structure(spoil, gradients)


def _is_scaling(optimizer):
    return isinstance(optimizer, keras.optimizers.LossScaleOptimizer)


def _scale_of(optimizer):
    return optimizer.dynamic_scale.value if _is_scaling(optimizer) else tf.constant(1.0)
