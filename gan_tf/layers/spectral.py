"""Spectral normalisation as a reparametrisation, whose gradient goes through the norm."""

from gan_tf import checks
import keras
from keras import ops


@keras.saving.register_keras_serializable("gan_tf")
class SpectralParametrization(keras.layers.Layer):
    """A dense or convolutional layer whose kernel is divided by its largest singular value.

    The weights that are trained stay as they are; the layer works with `W / σ(W)`, and the gradient
    goes through σ. Keras's `SpectralNormalization` overwrites the kernel by `W / σ` instead: a
    projection after each step, through which no gradient flows.

    Args:
        layer: `Dense`, `Conv2D` or `Conv2DTranspose`, not built yet. Its bias and activation are
            kept; they are not divided.
        power_iterations: Integer >= 1, steps of the power method in each call in training.

    Input shape:
        That of the layer.

    Output shape:
        That of the layer.

    Raises:
        ValueError: If the layer is of another kind, or built already.

    Reference:
        Miyato et al. 2018, algorithm 1, arXiv:1802.05957. For a convolution σ is that of the kernel
        reshaped to `(kernel height · kernel width · inputs, outputs)`, as there; it is not the norm
        of the convolution.
    """

    is_per_example = True
    rests_while_frozen = True

    def __init__(self, layer, power_iterations=1, **kwargs):
        super().__init__(**kwargs)
        kinds = (keras.layers.Dense, keras.layers.Conv2D, keras.layers.Conv2DTranspose)
        if not isinstance(layer, kinds) or layer.built:
            expected = "a Dense, Conv2D or Conv2DTranspose that is not built yet"
            raise checks.argument_error("layer", layer, expected)
        self.power_iterations = checks.at_least(1, power_iterations=power_iterations)
        self._given = keras.saving.serialize_keras_object(layer)
        self.use_bias, self.activation = layer.use_bias, layer.activation
        self.bias_initializer = layer.bias_initializer
        config = {**layer.get_config(), "use_bias": False, "activation": None}
        config["dtype"] = self.dtype_policy
        self.layer = type(layer).from_config(config)

    def build(self, input_shape):
        self.layer.build(input_shape)
        self._outputs_axis = 2 if isinstance(self.layer, keras.layers.Conv2DTranspose) else -1
        count = self.layer.kernel.shape[self._outputs_axis]
        normal = keras.initializers.RandomNormal()
        self.left = self.add_weight(
            shape=(1, count), initializer=normal, trainable=False, name="left_singular_vector"
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(count,), initializer=self.bias_initializer, name="bias"
            )

    def call(self, inputs, training=False):
        outputs = self.layer(inputs) / ops.cast(self.sigma(training), self.compute_dtype)
        if self.bias is not None:
            outputs = outputs + ops.cast(self.bias, outputs.dtype)
        return outputs if self.activation is None else self.activation(outputs)

    def sigma(self, training=False):
        """The largest singular value of the kernel as the power method finds it, a scalar.

        Args:
            training: Whether to go on with the power method. A frozen layer does not.
        """
        matrix = ops.cast(self._matrix(), "float32")  # (rest, outputs)
        fixed = ops.stop_gradient(matrix)
        left = _unit(ops.cast(self.left, "float32"))
        right = _unit(ops.matmul(left, ops.transpose(fixed)))
        if training and self.trainable:
            left = _unit(ops.matmul(right, fixed))
            for _ in range(self.power_iterations - 1):
                right = _unit(ops.matmul(left, ops.transpose(fixed)))
                left = _unit(ops.matmul(right, fixed))
            self.left.assign(ops.cast(left, self.left.dtype))
        return ops.sum(ops.matmul(right, matrix) * left)

    def _matrix(self):
        kernel = ops.convert_to_tensor(self.layer.kernel)
        if self._outputs_axis != -1:
            kernel = ops.moveaxis(kernel, self._outputs_axis, -1)
        return ops.reshape(kernel, (-1, kernel.shape[-1]))

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)

    def get_config(self):
        own = {"layer": self._given, "power_iterations": self.power_iterations}
        return {**super().get_config(), **own}

    @classmethod
    def from_config(cls, config):
        layer = keras.saving.deserialize_keras_object(config["layer"])
        return cls(**{**config, "layer": layer})


def _unit(vector):
    return vector / (ops.norm(vector) + 1e-12)
