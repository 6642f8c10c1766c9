"""Layers that know a condition, such as a class: a normalisation that obeys it, a projection."""

from gan_tf import checks
from gan_tf.layers.spectral import SpectralParametrization
import keras
from keras import ops


@keras.saving.register_keras_serializable("gan_tf")
class ConditionalBatchNormalization(keras.layers.Layer):
    """Batch normalisation whose scale and shift depend on a condition.

    At first it is plain batch normalisation without scale and shift. The condition is one-hot
    labels, for a scale and a shift of each class, or any vector, such as BigGAN's embedding of the
    class joined with a part of the latents.

    Args:
        momentum: Float in [0, 1], of the moving statistics that are used outside of training.
        epsilon: Float > 0, keeps the root from zero.

    Call arguments:
        inputs: Pair: features `(batch, ..., channels)`, condition `(batch, size)`.
        training: Whether to normalise by the statistics of the batch.

    Returns:
        Tensor of the shape of the features: `(1 + condition · G) * normalised + condition · B`.

    Reference:
        Dumoulin et al. 2017, arXiv:1610.07629; in GANs Miyato and Koyama 2018, arXiv:1802.05637,
        and, with vectors, Brock et al. 2019, arXiv:1809.11096.
    """

    is_per_example = False

    def __init__(self, momentum=0.99, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.momentum, self.epsilon = momentum, epsilon

    def build(self, input_shapes):
        features, condition = input_shapes
        self.normalization = keras.layers.BatchNormalization(
            momentum=self.momentum,
            epsilon=self.epsilon,
            center=False,
            scale=False,
            dtype=self.dtype_policy,
        )
        self.normalization.build(features)
        zeros = {
            "use_bias": False,
            "kernel_initializer": "zeros",
            "dtype": self.dtype_policy,
        }
        self.gain = keras.layers.Dense(features[-1], name="gain", **zeros)
        self.shift = keras.layers.Dense(features[-1], name="shift", **zeros)
        self.gain.build(condition)
        self.shift.build(condition)

    def call(self, inputs, training=False):
        features, condition = inputs
        normalized = self.normalization(features, training=training)
        shape = (-1, *[1] * (len(features.shape) - 2), features.shape[-1])
        gain = 1 + ops.reshape(self.gain(condition), shape)
        return gain * normalized + ops.reshape(self.shift(condition), shape)

    def compute_output_shape(self, input_shapes):
        return input_shapes[0]

    def get_config(self):
        own = {"momentum": self.momentum, "epsilon": self.epsilon}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("gan_tf")
class ClassPlanes(keras.layers.Layer):
    """Joins a condition to images as further channels, each the same everywhere.

    A one-hot label becomes one plane of ones, that of its class, beside planes of zeros.

    Call arguments:
        inputs: Pair: images `(batch, height, width, channels)`, condition `(batch, size)`.

    Returns:
        Tensor `(batch, height, width, channels + size)`: `y_ij = [x_ij, c]`.

    Reference:
        Mirza and Osindero 2014, section 3.1, arXiv:1411.1784; as planes Reed et al. 2016, section
        4, arXiv:1605.05396.
    """

    is_per_example = True

    def call(self, inputs):
        images, condition = inputs
        shape = ops.shape(images)
        planes = ops.cast(condition, images.dtype)[:, None, None, :]
        planes = ops.broadcast_to(planes, (shape[0], shape[1], shape[2], condition.shape[-1]))
        return ops.concatenate([images, planes], axis=-1)

    def compute_output_shape(self, input_shapes):
        images, condition = input_shapes
        return (*images[:-1], images[-1] + condition[-1])


@keras.saving.register_keras_serializable("gan_tf")
class ClassProjection(keras.layers.Layer):
    """Logits of a discriminator that knows the class: how real it is, and how much of that class.

    Args:
        spectral: Whether both matrices are spectrally normalised, as in the paper.

    Call arguments:
        inputs: Pair: features `(batch, num_features)`, one-hot labels `(batch, num_classes)`.

    Returns:
        Logits `(batch, 1)`: `w · h + b + ⟨V_y, h⟩`.

    Reference:
        Miyato and Koyama 2018, equation 4, arXiv:1802.05637.
    """

    is_per_example = True

    def __init__(self, spectral=False, **kwargs):
        super().__init__(**kwargs)
        self.spectral = checks.flag(spectral=spectral)

    def build(self, input_shapes):
        features, condition = input_shapes
        policy = {"dtype": self.dtype_policy}
        self.realness = keras.layers.Dense(1, name="realness", **policy)
        self.embedding = keras.layers.Dense(
            features[-1], use_bias=False, name="embedding", **policy
        )
        if self.spectral:
            self.realness = SpectralParametrization(self.realness, **policy)
            self.embedding = SpectralParametrization(self.embedding, **policy)
        self.realness.build(features)
        self.embedding.build(condition)

    def call(self, inputs):
        features, condition = inputs
        match = self.embedding(condition) * features
        return self.realness(features) + ops.sum(match, axis=-1, keepdims=True)

    def compute_output_shape(self, input_shapes):
        return (input_shapes[0][0], 1)

    def get_config(self):
        return {**super().get_config(), "spectral": self.spectral}


@keras.saving.register_keras_serializable("gan_tf")
class ConditioningAugmentation(keras.layers.Layer):
    """Draws a condition from a normal distribution around what a caption means.

    A generator sees few captions but, in this way, many conditions, and has to be smooth between
    them. A loss must keep the distribution near the standard normal one, or its deviation would
    shrink to nothing; `games.StackGAN` has it.

    Args:
        size: Integer >= 1, values of the condition.
        seed: Integer, seeds the draws. By default Keras's global seed decides.

    Input shape:
        `(batch, num_values)`.

    Output shape:
        Three of `(batch, size)`: the condition `c = μ + σ ε` with `ε ~ N(0, 1)`, drawn anew in
        inference too, the mean `μ`, and `log σ`, both from one dense layer with leaky ReLU.

    Reference:
        Zhang et al. 2017, section 3.2, arXiv:1612.03242; the leaky ReLU from its published code.
    """

    is_per_example = True

    def __init__(self, size=128, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.size, self.seed = checks.at_least(1, size=size), checks.seed_or_none(seed=seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)
        self.input_spec = keras.InputSpec(ndim=2)

    def build(self, input_shape):
        checks.known_channels(self, input_shape)
        self.dense = keras.layers.Dense(2 * self.size, dtype=self.dtype_policy)
        self.dense.build(input_shape)
        self.dense.trainable = self.trainable  # a frozen layer that is loaded stays frozen

    def call(self, captions):
        both = ops.leaky_relu(self.dense(captions), 0.2)
        mean, log_deviation = ops.split(both, 2, axis=-1)
        noise = keras.random.normal(ops.shape(mean), dtype="float32", seed=self.seed_generator)
        condition = mean + ops.exp(log_deviation) * ops.cast(noise, mean.dtype)
        return condition, mean, log_deviation

    def compute_output_shape(self, input_shape):
        return ((input_shape[0], self.size),) * 3

    def get_config(self):
        return {**super().get_config(), "size": self.size, "seed": self.seed}


def set_standing_statistics(generator, inputs):
    """Replaces the moving statistics of batch normalisation by means over batches made now.

    Moving statistics lag behind a generator that still changes, and mix all classes. BigGAN's
    samples are made with the statistics of a few fresh batches instead.

    Args:
        generator: Built Keras model with BatchNormalization or ConditionalBatchNormalization.
        inputs: Iterable of batches of what the generator is fed, at least one.

    Raises:
        ValueError: If the model has no such layer, or there is no batch.

    Reference:
        Brock et al. 2019, appendix A, arXiv:1809.11096.
    """
    layers = generator._flatten_layers(include_self=False, recursive=True)
    found = [each for each in layers if isinstance(each, keras.layers.BatchNormalization)]
    if not found:
        raise ValueError(f"{generator.name} has no batch normalisation, so no statistics to set.")
    before, number = [(layer.momentum, layer.trainable) for layer in found], -1
    try:
        for number, batch in enumerate(inputs):
            for layer in found:
                layer.momentum = number / (number + 1)  # a running mean of all batches so far
                layer.trainable = True  # a frozen one takes no statistics
            generator(batch, training=True)
    finally:
        for layer, (momentum, trainable) in zip(found, before, strict=True):
            layer.momentum, layer.trainable = momentum, trainable
    if number < 0:
        raise ValueError("inputs must hold at least one batch. Received: none")
