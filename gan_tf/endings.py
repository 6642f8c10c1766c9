"""What a model ends in: its last activation, and the range that its output cannot leave."""

import math

import keras

# Ranges of activations, by their names without underscores: layers, functions and Keras operations
# spell them differently (hard_sigmoid, HardSigmoid).
_RANGES = {
    "sigmoid": (0.0, 1.0),
    "hardsigmoid": (0.0, 1.0),
    "sparsesigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "sparsemax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hardtanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "relu6": (0.0, 6.0),
}
# Layers and operations that move values around, or average them, and so keep their range.
_KEEPS_RANGE = {
    *("Reshape", "Flatten", "Permute", "RepeatVector", "Identity", "Squeeze", "ExpandDims"),
    *("Transpose", "GetItem", "Cropping1D", "Cropping2D", "UpSampling1D", "UpSampling2D"),
    *("AveragePooling1D", "AveragePooling2D", "MaxPooling1D", "MaxPooling2D"),
    *("GlobalAveragePooling1D", "GlobalAveragePooling2D", "Cast", "Dropout"),
}


def last_activation(model):
    """Name of the activation that a model ends in, wherever in the model it stands.

    Layers that only move values around (Reshape, Flatten, Activation("linear"), …) are looked
    through, models inside of models too, and operations such as `keras.ops.sigmoid` count.

    Args:
        model: Built Keras model with one output.

    Returns:
        String such as "sigmoid"; "linear" for a layer that computes without one; None if nobody
        knows, for instance behind a Lambda or a normalisation.
    """
    name, _ = _ending(model)
    return name


def output_range(model):
    """The smallest and the largest value that a model can give.

    Args:
        model: Built Keras model with one output.

    Returns:
        `(low, high)`, floats, or None where the output has no known bounds on both sides.
    """
    name, scaling = _ending(model)
    if _key(name) not in _RANGES:
        return None
    low, high = (_scaled(value, scaling) for value in _RANGES[_key(name)])
    return min(low, high), max(low, high)


def is_constant(model):
    """Whether a model gives 1 for every input: a softmax over a single unit, which never moves."""
    name, _ = _ending(model)
    return _key(name) in ("softmax", "sparsemax") and model.output_shape[-1] == 1


def _scaled(value, scaling):
    """The value after all `(scale, offset)` pairs, the one nearest to the activation first."""
    for scale, offset in scaling:
        value = value * scale + offset
    return value


# Helpers.


def _key(name):
    return (name or "").replace("_", "").lower()


def _ending(model):
    """Name of the last activation, and the list of rescalings that follow it."""
    outputs = getattr(model, "outputs", None)
    if not outputs or len(outputs) != 1:
        return None, []
    return _ending_at(outputs[0])


def _ending_at(tensor):
    history = getattr(tensor, "_keras_history", None)
    if history is None:
        return None, []
    operation = history.operation
    if isinstance(operation, keras.Model):
        if not getattr(operation, "outputs", None):
            return None, []
        return _ending_at(operation.outputs[history.tensor_index])
    scaling = _rescaling_of(operation)
    is_linear = isinstance(operation, keras.layers.Activation) and _name_of(operation) == "linear"
    if scaling is None and not is_linear and type(operation).__name__ not in _KEEPS_RANGE:
        return _name_of(operation), []
    sources = operation._inbound_nodes[history.node_index].input_tensors
    if len(sources) != 1:
        return None, []
    name, before = _ending_at(sources[0])
    return name, before if scaling is None else [*before, scaling]


def _rescaling_of(operation):
    """`(scale, offset)` of a Rescaling layer with plain numbers, otherwise None."""
    if not isinstance(operation, keras.layers.Rescaling):
        return None
    pair = operation.scale, operation.offset
    is_plain = all(isinstance(value, (int, float)) and math.isfinite(value) for value in pair)
    return pair if is_plain else None


def _name_of(operation):
    """Name of the activation that a layer or an operation applies, None if it applies none."""
    if isinstance(operation, keras.layers.Wrapper):
        operation = operation.layer
    activation = getattr(operation, "activation", None)
    if activation is not None:
        return getattr(activation, "__name__", None)
    own = type(operation).__name__
    return own.lower() if _key(own) in _RANGES else None
