"""Style transfer: what a picture shows, how it is painted, and pixels changed to have both.

Losses are computed from the feature maps of a network that never learns, the encoder. They are
means over the pictures of a batch and sums over everything else, as papers write them.
"""

from typing import NamedTuple

import gan_tf.prepared  # noqa: F401
from gan_tf import checks
import keras
from keras import ops
import numpy as np
import tensorflow as tf

STARTS = ("content", "noise")


class Transferred(NamedTuple):
    """What `style_transfer` gives.

    Attributes:
        picture: Float32 array `(height, width, channels)` in [-1, 1].
        history: Dictionary from "content", "style", "variation" and "loss" to float32 arrays
            `(steps,)`, the values before each step. The first three are without their weights,
            and "loss" is their weighted sum.
    """

    picture: np.ndarray
    history: dict


def gram_matrix(features):
    """How strongly each two feature maps of a picture appear together, wherever that is.

    Args:
        features: Float tensor `(batch, height, width, channels)`.

    Returns:
        Float32 tensor `(batch, channels, channels)`: `G_ij = Σ_k F_ki F_kj`, the sum running over
        all positions k.

    Raises:
        ValueError: If these are no feature maps.

    Reference:
        Gatys et al. 2015, equation 3, arXiv:1508.06576.
    """
    features = _maps(features=features)
    return ops.einsum("bhwi,bhwj->bij", features, features)


def content_loss(features, targets):
    """How much what a picture shows differs from what another one shows.

    Args:
        features: Float tensor `(batch, height, width, channels)`, of the new pictures.
        targets: Same shape, of the pictures that they should show; or a batch of one.

    Returns:
        Scalar float32 tensor: `½ Σ (F - P)²`, a mean over the batch.

    Raises:
        ValueError: If these are no feature maps of one size.

    Reference:
        Gatys et al. 2015, equation 1, arXiv:1508.06576.
    """
    features, targets = _maps(features=features), _maps(targets=targets)
    _check_same("sizes and channels", features.shape[1:], targets.shape[1:])
    return ops.mean(ops.sum(ops.square(features - targets), axis=(1, 2, 3))) / 2


def style_loss(features, style_features):
    """How much textures and colours in one layer's features differ from those of another picture.

    Args:
        features: Float tensor `(batch, height, width, channels)`, of the new pictures.
        style_features: Float tensor with as many channels, of the pictures with the style; their
            size may be another. A batch of one is compared with each of the new pictures.

    Returns:
        Scalar float32 tensor: `1 / (4 N²) Σ (G/M - A/M')²`, a mean over the batch. G and A are the
        two Gram matrices, N is the number of the layer's own channels, and M and M' are the
        numbers of its positions. If M' = M, this is the paper's `1 / (4 N² M²) Σ (G - A)²`.

    Raises:
        ValueError: If these are no feature maps, or their numbers of channels differ.

    Reference:
        Gatys et al. 2015, equation 4, arXiv:1508.06576. keras.io's example of neural style
        transfer divides by the picture's channels and pixels in every layer, so that a block
        four halvings deeper with eight times the channels counts 1,024 times less beside the
        first than in the paper.
    """
    _check_same("numbers of channels", features.shape[-1:], style_features.shape[-1:])
    channels = features.shape[-1]
    difference = _gram_per_position(features) - _gram_per_position(style_features)
    return ops.mean(ops.sum(ops.square(difference), axis=(1, 2))) / (4 * channels**2)


def statistics(features, epsilon=1e-5):
    """Mean and deviation of each feature map of each picture.

    Args:
        features: Float tensor `(batch, height, width, channels)`.
        epsilon: Float > 0, added to the variance, so that the root has a gradient.

    Returns:
        Pair of float32 tensors `(batch, 1, 1, channels)`.

    Raises:
        ValueError: If these are no feature maps.

    Reference:
        Huang and Belongie 2017, equations 5 and 6, arXiv:1703.06868.
    """
    features = _maps(features=features)
    mean = ops.mean(features, axis=(1, 2), keepdims=True)
    variance = ops.mean(ops.square(features - mean), axis=(1, 2), keepdims=True)
    return mean, ops.sqrt(variance + epsilon)


def with_statistics_of(features, style_features, strengths=1.0):
    """Adaptive instance normalisation whose mean and deviation come from another picture.

    `layers.AdaIN` learns from a style vector which ones to give. Here nothing is learned.

    Args:
        features: Float tensor `(batch, height, width, channels)`, of the content.
        style_features: Float tensor with as many channels, of the style; its size may be another.
        strengths: Float, or tensor `(batch,)`: 0 leaves the features as they are, and 1 gives
            them the style's statistics.

    Returns:
        Float32 tensor of the shape of the features: `σ(s) (c - μ(c)) / σ(c) + μ(s)` at strength 1.

    Raises:
        ValueError: If these are no feature maps, or their numbers of channels differ.

    Reference:
        Huang and Belongie 2017, equation 8, and equation 14 for the strength, arXiv:1703.06868.
    """
    _check_same("numbers of channels", features.shape[-1:], style_features.shape[-1:])
    (mean, deviation), (new_mean, new_deviation) = map(statistics, (features, style_features))
    features = ops.cast(features, "float32")
    changed = new_deviation * (features - mean) / deviation + new_mean
    strengths = ops.reshape(ops.cast(strengths, "float32"), (-1, 1, 1, 1))
    return features + strengths * (changed - features)


def statistics_loss(features, style_features):
    """How much the means and deviations of feature maps differ from those of another picture.

    Args:
        features: Float tensor `(batch, height, width, channels)`, of the new pictures.
        style_features: Float tensor with as many channels; its size may be another.

    Returns:
        Scalar float32 tensor: `Σ (μ - μ')² + Σ (σ - σ')²` over channels, a mean over the batch.

    Raises:
        ValueError: If these are no feature maps, or their numbers of channels differ.

    Reference:
        Huang and Belongie 2017, equation 13, arXiv:1703.06868, with the squares of its code.
    """
    _check_same("numbers of channels", features.shape[-1:], style_features.shape[-1:])
    pairs = zip(statistics(features), statistics(style_features), strict=True)
    squares = [ops.sum(ops.square(one - other), axis=(1, 2, 3)) for one, other in pairs]
    return ops.mean(sum(squares))


def total_variation(pictures):
    """How much neighbouring pixels differ: large for noise, small for smooth pictures.

    Args:
        pictures: Float tensor `(batch, height, width, channels)`.

    Returns:
        Scalar float32 tensor: the sum of the absolute differences between neighbours in a row
        and in a column, a mean over the batch.

    Raises:
        ValueError: If the pictures have another number of axes.

    Reference:
        Johnson et al. 2016, section 3.2, arXiv:1603.08155, where it is a term of the loss. Their
        code squares the differences.
    """
    pictures = _maps(pictures=pictures)
    down = ops.abs(pictures[:, 1:] - pictures[:, :-1])
    right = ops.abs(pictures[:, :, 1:] - pictures[:, :, :-1])
    return ops.mean(ops.sum(down, axis=(1, 2, 3)) + ops.sum(right, axis=(1, 2, 3)))


def feature_model(encoder, layers):
    """A network up to some of its layers, whose outputs it gives; the weights are the same.

    Args:
        encoder: Built Keras model with one input, functional or `Sequential`.
        layers: Tuple of names of its layers. One may stand there twice.

    Returns:
        `keras.Model` from what the encoder takes to a list with the output of each layer; to the
        output itself if there is one layer.

    Raises:
        ValueError: If the encoder is of another kind, or has no such layer.
    """
    if not isinstance(encoder, keras.Model) or len(getattr(encoder, "inputs", None) or []) != 1:
        raise checks.argument_error("encoder", encoder, "a built Keras model with one input")
    names = [layer.name for layer in encoder.layers]
    is_list = isinstance(layers, (tuple, list)) and len(layers) > 0
    if not is_list or any(name not in names for name in layers):
        raise checks.argument_error("layers", layers, f"a tuple of names of layers, of {names}")
    outputs = {}

    def call(layer, *args, **kwargs):
        outputs[layer.name] = layer(*args, **kwargs)
        return outputs[layer.name]

    # A layer may also belong to another model, so its own `output` may be of that one's graph.
    graph = keras.Model(encoder.inputs, encoder.outputs)
    same = {"clone_function": lambda layer: layer, "call_function": call}
    again = keras.models.clone_model(graph, **same)
    return keras.Model(again.inputs[0], [outputs[name] for name in layers], name=encoder.name)


def style_transfer(
    content,
    style,
    encoder,
    content_layer,
    style_layers,
    content_weight=1.0,
    style_weight=1e3,
    variation_weight=0.0,
    steps=300,
    learning_rate=0.02,
    start="content",
    seed=0,
):
    """Changes the pixels of a picture until it shows one thing in the manner of another.

    There is no network that learns. The loss is differentiated with respect to the pixels, and
    the same arguments give the same picture.

    Args:
        content: Float array `(height, width, channels)` in [-1, 1], the picture that shows what
            is wanted.
        style: Float array `(height, width, channels)` in [-1, 1], the picture with the style; its
            size may be another.
        encoder: Built Keras model from pictures to anything, such as one that
            `metrics.feature_maps` makes of our own classifiers. Its name belongs to every number.
        content_layer: Name of the encoder's layer in whose features the content must stay.
        style_layers: Tuple of names, the layers whose Gram matrices must be those of the style;
            each of L layers has the weight 1 / L.
        content_weight: Float >= 0, the paper's α.
        style_weight: Float >= 0, the paper's β.
        variation_weight: Float >= 0, of `total_variation`; the paper has no such term.
        steps: Integer >= 1, how often the pixels are changed.
        learning_rate: Float > 0, of Adam. A step changes a pixel by about as much at first.
        start: "content", or "noise" for pixels that are uniform in [-1, 1].
        seed: Integer >= 0, draws the noise.

    Returns:
        `Transferred`, the picture and the history of the losses.

    Raises:
        ValueError: If pictures do not fit the encoder, layers are unknown, or a number is out of
            range.

    Reference:
        Gatys et al. 2015, equations 1 to 7, arXiv:1508.06576, where L-BFGS changes the pixels;
        here it is Adam, and after each step pixels are clipped to [-1, 1].
    """
    content, style = _picture(encoder, content=content), _picture(encoder, style=style)
    weights = {"content": content_weight, "style": style_weight, "variation": variation_weight}
    for name, weight in weights.items():
        checks.not_negative(**{f"{name}_weight": weight})
    steps = checks.at_least(1, steps=steps)
    checks.one_of(STARTS, start=start)
    if isinstance(style_layers, str) or not style_layers:
        raise checks.argument_error("style_layers", style_layers, "a tuple of names of layers")
    seen = feature_model(encoder, (content_layer, *style_layers))
    targets, styles = seen(content, training=False)[0], seen(style, training=False)[1:]
    rng = np.random.default_rng(checks.seed(seed=seed))
    first = content if start == "content" else rng.uniform(-1, 1, content.shape)
    pixels = keras.Variable(first, dtype="float32")
    optimizer = keras.optimizers.Adam(checks.positive(learning_rate=learning_rate))
    optimizer.build([pixels])

    def step():
        with tf.GradientTape() as tape:
            shown, *painted = seen(pixels, training=False)
            pairs = zip(painted, styles, strict=True)
            losses = {
                "content": content_loss(shown, targets),
                "style": sum(style_loss(*pair) for pair in pairs) / len(styles),
                "variation": total_variation(pixels.value),
            }
            losses["loss"] = sum(weights[name] * value for name, value in losses.items())
        optimizer.apply(tape.gradient(losses["loss"], [pixels]), [pixels])
        pixels.assign(ops.clip(pixels, -1, 1))
        return losses

    step_in_graph = tf.function(step)
    rows = [step_in_graph() for _ in range(steps)]
    history = {name: np.array([float(row[name]) for row in rows], "float32") for name in rows[0]}
    return Transferred(ops.convert_to_numpy(pixels)[0], history)


# Helpers.


def _maps(**tensors):
    """A tensor with four axes in float32."""
    ((name, value),) = tensors.items()
    if len(getattr(value, "shape", ())) != 4:
        expected = "a tensor (batch, height, width, channels)"
        raise checks.argument_error(name, getattr(value, "shape", value), expected)
    return ops.cast(value, "float32")


def _gram_per_position(features):
    sizes = ops.shape(features)
    return gram_matrix(features) / ops.cast(sizes[1] * sizes[2], "float32")


def _check_same(what, one, other):
    if any(a != b for a, b in zip(one, other, strict=True) if None not in (a, b)):
        raise ValueError(
            f"Features that are compared must have the same {what}. "
            f"Received: {tuple(one)} and {tuple(other)}"
        )


def _picture(encoder, **pictures):
    """A picture as a batch of one, `(1, height, width, channels)`, which the encoder takes."""
    ((name, picture),) = pictures.items()
    picture = checks.finite_array(("height", "width", "channels"), 1, **pictures)
    shape = tuple(getattr(encoder, "input_shape", (None, *picture.shape)))[1:]
    if not tf.TensorShape(shape).is_compatible_with(picture.shape):
        expected = f"a picture of the shape {shape}, which the encoder takes"
        raise checks.argument_error(name, picture, expected)
    if np.abs(picture).max() > 1:
        raise ValueError(
            f"{name} must lie in [-1, 1]. Received: values from {picture.min():g} to "
            f"{picture.max():g}. gan_tf.data gives pictures in this range."
        )
    return picture[np.newaxis].astype("float32")
