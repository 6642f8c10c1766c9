"""How much of an image one number of a convolutional network sees."""

import keras
from keras import layers

_WINDOWS = (layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D)
_WINDOWS += (layers.MaxPooling2D, layers.AveragePooling2D)
_SINGLE_PIXELS = (
    *(layers.InputLayer, layers.Identity, layers.Rescaling, layers.ZeroPadding2D),
    *(layers.Activation, layers.ReLU, layers.LeakyReLU, layers.PReLU, layers.ELU),
    *(layers.Dropout, layers.SpatialDropout2D, layers.GaussianNoise),
    *(layers.BatchNormalization, layers.LayerNormalization, layers.GroupNormalization),
    *(layers.Add, layers.Subtract, layers.Multiply, layers.Average, layers.Concatenate),
)
_ONE_PIXEL = ((1, 1), (1, 1))


def receptive_field(model):
    """Height and width of the part of the input on which one place of the output depends.

    Along a path of windows of size k and stride s, each adds `(k - 1)` times the product of the
    strides before it. Where paths join, the one that sees most counts. The statistics that a
    normalisation takes over the whole image are left out, as usual.

    Args:
        model: Built Keras model from images to a map, such as `patch_discriminator` returns.

    Returns:
        Tuple `(height, width)` of integers, in pixels of the input.

    Raises:
        ValueError: If a layer is no convolution, pooling or work on single pixels.

    Reference:
        Araujo et al. 2019, 'Computing receptive fields of convolutional neural networks', Distill,
        equation 2.
    """
    return tuple(size for size, _ in _window_of_model(model))


def _window_of_model(model):
    """For height and width, the pair of the size of a model's window and of its stride."""
    found = {id(tensor): _ONE_PIXEL for tensor in model.inputs}

    def window_at(tensor):
        if id(tensor) not in found:
            operation, node, _ = tensor._keras_history
            parents = operation._inbound_nodes[node].input_tensors
            below = [max(axes) for axes in zip(*map(window_at, parents), strict=True)]
            own = _window_of(operation)
            found[id(tensor)] = tuple(map(_joined, below, own))
        return found[id(tensor)]

    return window_at(model.outputs[0])


def _joined(below, own):
    """The window of a window: each of its own steps is the stride of the one below."""
    return below[0] + (own[0] - 1) * below[1], below[1] * own[1]


def _window_of(operation):
    if isinstance(operation, keras.Model):
        return _window_of_model(operation)
    if isinstance(operation, layers.Wrapper):
        return _window_of(operation.layer)
    if isinstance(operation, _SINGLE_PIXELS):
        return _ONE_PIXEL
    if not isinstance(operation, _WINDOWS):
        raise ValueError(
            "receptive_field knows convolutions, poolings, and layers that treat each pixel alone. "
            f"Received: layer {operation.name!r} of type {type(operation).__name__}"
        )
    size = getattr(operation, "kernel_size", None) or operation.pool_size
    dilation = getattr(operation, "dilation_rate", (1, 1))
    sizes = [(k - 1) * d + 1 for k, d in zip(size, dilation, strict=True)]
    return tuple(zip(sizes, operation.strides, strict=True))
