"""Layers that keep activations or weights at one scale."""

from gan_tf import checks
import keras
from keras import ops


@keras.saving.register_keras_serializable("gan_tf")
class PixelNormalization(keras.layers.Layer):
    """Gives the features of each pixel a mean square of one.

    It keeps a generator's activations from growing while the players push each other. Put it behind
    each convolution of a generator, and behind its latents.

    Args:
        epsilon: Float > 0, keeps the root from zero.

    Input shape:
        `(batch, ..., channels)`: images, or latents `(batch, latent_dim)`.

    Output shape:
        The same: `x / √(mean over channels of x² + epsilon)`.

    Reference:
        Karras et al. 2018, section 4.2, arXiv:1710.10196.
    """

    is_per_example = True

    def __init__(self, epsilon=1e-8, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = checks.positive(epsilon=epsilon)
        self.input_spec = keras.InputSpec(min_ndim=2)

    def call(self, features):
        features_32 = ops.cast(features, "float32")
        mean_square = ops.mean(ops.square(features_32), axis=-1, keepdims=True)
        return ops.cast(features_32 * ops.rsqrt(mean_square + self.epsilon), features.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}


@keras.saving.register_keras_serializable("gan_tf")
class ReferenceBatch(keras.layers.Layer):
    """Puts the same fixed examples in front of every batch, for `VirtualBatchNormalization`.

    Args:
        reference: Array `(num_reference, ...)`, chosen once: latents for a generator, real images
            for a discriminator. Or its shape, where weights will be loaded.

    Input shape:
        `(batch, ...)`.

    Output shape:
        `(num_reference + batch, ...)`.

    Reference:
        Salimans et al. 2016, section 3.5, arXiv:1606.03498.
    """

    is_per_example = False

    def __init__(self, reference, **kwargs):
        super().__init__(**kwargs)
        given_shape = isinstance(reference, (tuple, list)) and all(map(checks.is_size, reference))
        if not given_shape and not getattr(reference, "shape", ()):
            expected = "an array (num_reference, ...), or the shape of one"
            raise checks.argument_error("reference", reference, expected)
        initial = "zeros" if given_shape else _constant(reference)
        shape = checks.plain(reference) if given_shape else tuple(reference.shape)
        self.reference = self.add_weight(
            shape=shape, initializer=initial, trainable=False, name="reference"
        )

    def call(self, examples):
        return ops.concatenate([ops.cast(self.reference, examples.dtype), examples])

    def compute_output_shape(self, input_shape):
        batch = None if input_shape[0] is None else input_shape[0] + self.reference.shape[0]
        return (batch, *input_shape[1:])

    def get_config(self):
        return {**super().get_config(), "reference": tuple(self.reference.shape)}


@keras.saving.register_keras_serializable("gan_tf")
class VirtualBatchNormalization(keras.layers.Layer):
    """Normalises each example by the statistics of a fixed reference batch and of itself.

    BatchNormalization makes each output depend on the other examples of its batch; here an output
    depends only on its own example and on the reference. Put it between `ReferenceBatch` and
    `WithoutReference`; `builders.with_virtual_batch_normalization` puts all three into a model.

    Args:
        num_reference: Integer >= 1, examples of the reference batch, which come first.
        epsilon: Float > 0, keeps the root from zero.

    Input shape:
        `(num_reference + batch, ..., channels)`.

    Output shape:
        The same. The reference is normalised by its own statistics. Each other example is
        normalised by a mean of the reference's statistics, with weight `n / (n + 1)`, and its own,
        with weight `1 / (n + 1)`.

    Reference:
        Salimans et al. 2016, section 3.5, arXiv:1606.03498, weights as in its code.
    """

    is_per_example = False

    def __init__(self, num_reference, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.num_reference = checks.at_least(1, num_reference=num_reference)
        self.epsilon = checks.positive(epsilon=epsilon)

    def build(self, input_shape):
        self.gamma = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="beta")

    def call(self, examples):
        examples_32 = ops.cast(examples, "float32")
        inner = list(range(1, len(examples.shape) - 1))  # height and width
        moments = [examples_32, ops.square(examples_32)]
        if inner:
            moments = [ops.mean(moment, axis=inner, keepdims=True) for moment in moments]
        mean, mean_square = map(self._with_reference, moments)
        scale = ops.rsqrt(mean_square - ops.square(mean) + self.epsilon)
        normalized = ops.cast((examples_32 - mean) * scale, examples.dtype)
        return normalized * self.gamma + self.beta

    def _with_reference(self, moment):
        """The moment by which each example is normalised, from those of all, `(n + batch, ...)`."""
        n = self.num_reference
        reference = ops.mean(moment[:n], axis=0, keepdims=True)
        others = (n * reference + moment[n:]) / (n + 1)
        return ops.concatenate([ops.repeat(reference, n, axis=0), others])

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        own = {"num_reference": self.num_reference, "epsilon": self.epsilon}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("gan_tf")
class WithoutReference(keras.layers.Layer):
    """Drops the reference batch that `ReferenceBatch` put in front.

    Args:
        num_reference: Integer >= 1.

    Input shape:
        `(num_reference + batch, ...)`.

    Output shape:
        `(batch, ...)`.
    """

    is_per_example = False

    def __init__(self, num_reference, **kwargs):
        super().__init__(**kwargs)
        self.num_reference = checks.at_least(1, num_reference=num_reference)

    def call(self, examples):
        return examples[self.num_reference :]

    def compute_output_shape(self, input_shape):
        batch = None if input_shape[0] is None else input_shape[0] - self.num_reference
        return (batch, *input_shape[1:])

    def get_config(self):
        return {**super().get_config(), "num_reference": self.num_reference}


@keras.saving.register_keras_serializable("gan_tf")
class SpectralNormalization(keras.layers.SpectralNormalization):
    """Keras's spectral normalisation, which rests while the discriminator is frozen.

    Keras's own layer divides the kernel by its largest singular value in every call with
    `training=True`, even if the layer is not trainable. It would change a frozen discriminator.

    Args:
        layer: Dense or convolutional layer.
        power_iterations: Integer >= 1, steps of the power method in each call.

    Reference:
        Miyato et al. 2018, arXiv:1802.05957.
    """

    rests_while_frozen = True

    def call(self, inputs, training=False):
        return super().call(inputs, training=bool(training) and self.trainable)


def _constant(values):
    return lambda shape, dtype=None: ops.cast(ops.convert_to_tensor(values), dtype)
