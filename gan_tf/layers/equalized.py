"""Layers with an equalized learning rate: they scale their weights whenever they use them."""

import math

from gan_tf import checks
import keras
from keras import ops


class _Equalized(keras.layers.Layer):
    """What both layers share: weights that are stored at one scale and used at another.

    The scaled weights are float32 also in mixed precision: in float16, a product with a small
    multiplier would lose its digits.
    """

    is_per_example = True

    def __init__(self, activation, gain, learning_rate_multiplier, use_bias, **kwargs):
        super().__init__(**kwargs)
        self.activation = keras.activations.get(activation)
        self.gain, self.learning_rate_multiplier = checks.positive(
            gain=gain, learning_rate_multiplier=learning_rate_multiplier
        )
        self.use_bias = checks.flag(use_bias=use_bias)

    @property
    def scaled_kernel(self):
        """The kernel that the layer computes with."""
        return self.kernel * self.kernel_scale

    @property
    def scaled_bias(self):
        """The bias that the layer adds."""
        if self.learning_rate_multiplier == 1:
            return self.bias
        return self.bias * self.learning_rate_multiplier

    def _add_weights(self, kernel_shape, initial_bias=0.0):
        fan_in, multiplier = math.prod(kernel_shape[:-1]), self.learning_rate_multiplier
        self.kernel_scale = self.gain / math.sqrt(fan_in) * multiplier
        self.kernel = self.add_weight(
            shape=kernel_shape,
            initializer=keras.initializers.RandomNormal(stddev=1 / multiplier),
            autocast=False,
            name="kernel",
        )
        if self.use_bias:
            self.bias = self.add_weight(
                shape=kernel_shape[-1:],
                initializer=keras.initializers.Constant(initial_bias / multiplier),
                autocast=False,
                name="bias",
            )

    def _biased_and_activated(self, outputs):
        if self.use_bias:
            outputs = outputs + ops.cast(self.scaled_bias, outputs.dtype)
        return self.activation(outputs)

    def get_config(self):
        shared = {
            "activation": keras.activations.serialize(self.activation),
            "gain": self.gain,
            "learning_rate_multiplier": self.learning_rate_multiplier,
            "use_bias": self.use_bias,
        }
        return {**super().get_config(), **shared}


@keras.saving.register_keras_serializable("gan_tf")
class EqualizedDense(_Equalized):
    """Dense layer whose weights all learn at the same speed.

    RMSprop and Adam take steps of one size, whatever the size of a weight, so that layers with
    small weights change faster than those with large ones. Here all weights are stored with a
    spread of one, and He's scale multiplies them whenever they are used.

    Args:
        units: Integer >= 1, size of the output.
        activation: Keras activation, applied last. `"leaky_relu"` has slope 0.2.
        gain: Float > 0. √2 keeps the spread of the outputs through ReLU or leaky ReLU; 1 where no
            activation follows.
        learning_rate_multiplier: Float > 0, `m` below. Adam moves the weights that are used `m`
            times as far as without it, plain gradient descent `m²` times. StyleGAN's mapping
            network has 0.01.
        use_bias: Whether to add a bias.
        bias_initializer: Float, value that the added bias begins with, whatever `m` is.

    Input shape:
        `(batch, ..., num_features)`.

    Output shape:
        `(batch, ..., units)`: `activation(x W + b)` with `W = (gain / √num_features) · m · w` and
        `b = m · v`, where `w ~ N(0, 1/m²)` and `v` are stored.

    Reference:
        Karras et al. 2018, section 4.1, arXiv:1710.10196; the multiplier is from Karras et al.
        2019, arXiv:1812.04948, appendix C. The text of the first *divides* the weights by He's
        constant, and lectures repeat it; its code *multiplies*, as He's initialisation asks for
        and as is done here.
    """

    def __init__(
        self,
        units,
        activation=None,
        gain=2**0.5,
        learning_rate_multiplier=1.0,
        use_bias=True,
        bias_initializer=0.0,
        **kwargs,
    ):
        super().__init__(activation, gain, learning_rate_multiplier, use_bias, **kwargs)
        self.units = checks.at_least(1, units=units)
        self.bias_initializer = checks.number(bias_initializer=bias_initializer)
        self.input_spec = keras.InputSpec(min_ndim=2)

    def build(self, input_shape):
        num_features = checks.known_channels(self, input_shape)
        self._add_weights((num_features, self.units), self.bias_initializer)

    def call(self, features):
        outputs = ops.matmul(features, ops.cast(self.scaled_kernel, features.dtype))
        return self._biased_and_activated(outputs)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        own = {"units": self.units, "bias_initializer": self.bias_initializer}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("gan_tf")
class EqualizedConv2D(_Equalized):
    """Convolution whose weights all learn at the same speed, see `EqualizedDense`.

    Args:
        filters: Integer >= 1, channels of the output.
        kernel_size: Integer >= 1, or two of them for height and width.
        strides: Integer >= 1, or two of them.
        padding: `"same"`, with zeros, or `"valid"`.
        activation: Keras activation, applied last. `"leaky_relu"` has slope 0.2.
        gain: Float > 0. √2 keeps the spread of the outputs through ReLU or leaky ReLU; 1 where no
            activation follows.
        learning_rate_multiplier: Float > 0, `m` below.
        use_bias: Whether to add a bias, zero at first.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, new_height, new_width, filters)`: `activation(x * W + b)` with
        `W = (gain / √fan_in) · m · w` and `b = m · v`, where `w ~ N(0, 1/m²)` and `v` are stored,
        and `fan_in = kernel height · kernel width · channels`.

    Reference:
        Karras et al. 2018, section 4.1, arXiv:1710.10196; see `EqualizedDense` on its text.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="same",
        activation=None,
        gain=2**0.5,
        learning_rate_multiplier=1.0,
        use_bias=True,
        **kwargs,
    ):
        super().__init__(activation, gain, learning_rate_multiplier, use_bias, **kwargs)
        self.filters = checks.at_least(1, filters=filters)
        self.kernel_size, self.strides = checks.size_pair(kernel_size=kernel_size, strides=strides)
        self.padding = checks.one_of(("same", "valid"), padding=padding)
        self.input_spec = keras.InputSpec(ndim=4)

    def build(self, input_shape):
        channels = checks.known_channels(self, input_shape)
        self._add_weights((*self.kernel_size, channels, self.filters))

    def call(self, images):
        kernel = ops.cast(self.scaled_kernel, images.dtype)
        outputs = ops.conv(images, kernel, self.strides, self.padding, data_format="channels_last")
        return self._biased_and_activated(outputs)

    def compute_output_shape(self, input_shape):
        sizes = map(self._output_size, input_shape[1:3], self.kernel_size, self.strides)
        return (input_shape[0], *sizes, self.filters)

    def _output_size(self, size, kernel, stride):
        if size is None:
            return None
        lost = 0 if self.padding == "same" else kernel - 1
        return math.ceil((size - lost) / stride)

    def get_config(self):
        own = {
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
        }
        return {**super().get_config(), **own}
