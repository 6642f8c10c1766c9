"""What a style-based generator is made of: a constant, styles that shape it, and noise."""

from gan_tf import checks
from gan_tf.layers.equalized import EqualizedDense
import keras
from keras import ops


@keras.saving.register_keras_serializable("gan_tf")
class LearnedConstant(keras.layers.Layer):
    """The learned image from which a style-based generator starts, the same for all examples.

    Args:
        shape: Tuple of integers >= 1, without the batch.

    Input shape:
        `(batch, ...)`. Only the number of examples is used.

    Output shape:
        `(batch, *shape)`, ones at first.

    Reference:
        Karras et al. 2019, section 2, arXiv:1812.04948, ones as in its code.
    """

    is_per_example = True

    def __init__(self, shape=(4, 4, 512), **kwargs):
        super().__init__(**kwargs)
        self.shape = checks.some_sizes(shape=shape)

    def build(self, input_shape):
        self.constant = self.add_weight(shape=self.shape, initializer="ones", name="constant")

    def call(self, examples):
        constant = ops.cast(self.constant, self.compute_dtype)
        return ops.broadcast_to(constant, (ops.shape(examples)[0], *self.shape))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.shape)

    def get_config(self):
        return {**super().get_config(), "shape": self.shape}


@keras.saving.register_keras_serializable("gan_tf")
class NoiseInjection(keras.layers.Layer):
    """Adds fresh noise, so that a generator need not make random details from the latents.

    Every example has one noise image. All feature maps share it, each with its own strength.
    The noise is fresh in inference too; `layer.amount.assign(0.0)` shows the images without it,
    and 1.0 brings it back.

    Args:
        seed: Integer, seeds the noise. By default Keras's global seed decides.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        The same: `x + amount · strength · n` with `n ~ N(0, 1)` of shape
        `(batch, height, width, 1)`, and a learned strength for each channel, zero at first.

    Reference:
        Karras et al. 2019, section 2, arXiv:1812.04948.
    """

    is_per_example = True

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = checks.seed_or_none(seed=seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)
        self.input_spec = keras.InputSpec(ndim=4)
        self.amount = self.add_weight(
            shape=(),
            initializer="ones",
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
            name="amount",
        )

    def build(self, input_shape):
        channels = checks.known_channels(self, input_shape)
        self.strength = self.add_weight(
            shape=(channels,), initializer="zeros", autocast=False, name="strength"
        )

    def call(self, images):
        shape = (*ops.shape(images)[:3], 1)
        # Drawn even if the amount is 0, so that later random numbers are the same with and without.
        noise = keras.random.normal(shape, dtype="float32", seed=self.seed_generator)
        return images + ops.cast(self.amount * self.strength * noise, images.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}


@keras.saving.register_keras_serializable("gan_tf")
class AdaIN(keras.layers.Layer):
    """Adaptive instance normalisation: a style decides the mean and spread of each feature map.

    Args:
        epsilon: Float > 0, keeps the root from zero.

    Input shape:
        List `[images, styles]`: `(batch, height, width, channels)` and `(batch, style_dim)`.

    Output shape:
        That of the images: `y = (1 + s) · (x - μ) / √(σ² + epsilon) + b`, with μ and σ² over the
        height and width of each feature map of each example, and `[s, b] = A(style)`. The learned
        `A` is an `EqualizedDense` of gain 1 with a zero bias at first.

    Reference:
        Huang and Belongie 2017, equation 8, arXiv:1703.06868; Karras et al. 2019, equation 1,
        arXiv:1812.04948, the one beside s as in its code.
    """

    is_per_example = True

    def __init__(self, epsilon=1e-8, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = checks.positive(epsilon=epsilon)
        self.input_spec = [keras.InputSpec(ndim=4), keras.InputSpec(ndim=2)]

    def build(self, input_shape):
        images_shape, styles_shape = input_shape
        channels = checks.known_channels(self, images_shape)
        self.affine = EqualizedDense(2 * channels, gain=1.0, dtype=self.dtype_policy, name="affine")
        self.affine.build(styles_shape)

    def call(self, inputs):
        images, styles = inputs
        images_32 = ops.cast(images, "float32")
        centred = images_32 - ops.mean(images_32, axis=(1, 2), keepdims=True)
        variance = ops.mean(ops.square(centred), axis=(1, 2), keepdims=True)
        normalized = ops.cast(centred * ops.rsqrt(variance + self.epsilon), images.dtype)
        style = self.affine(styles)[:, None, None, :]  # (batch, 1, 1, 2 · channels)
        scale, bias = ops.split(style, 2, axis=-1)
        return (1 + scale) * normalized + bias

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}
