"""Layers that Keras lacks.

A layer that looks across the batch says `is_per_example = False`, and `GAN` then scores real and
fake images apart.
"""

import keras
from keras import ops
import tensorflow as tf

register = keras.saving.register_keras_serializable("gan_tf")


@register
class MinibatchDiscrimination(keras.layers.Layer):
    """Tells the discriminator how much each example resembles the others of its batch.

    A generator that makes the same sample again and again gives itself away. Stands before the
    last dense layer of a discriminator.

    Args:
        num_kernels: Integer >= 1, similarities that are measured for each example.
        kernel_dim: Integer >= 1, dimensions of the space in which each one is measured.
        average: Whether to give the mean over the batch instead of the paper's sum. The sum is as
            large as the batch at first, and a dense layer behind it may begin saturated, so that
            the generator gets no gradient.

    Input shape:
        `(batch, num_features)`.

    Output shape:
        `(batch, num_features + num_kernels)`: the features, and beside them
        `o(x_i)_b = Σ_j exp(-‖M_ib - M_jb‖₁)` with `M = x T`. The sum runs over the whole batch,
        the example itself included, as in the paper's formula.

    Reference:
        Salimans et al. 2016, section 3.2, arXiv:1606.03498.
    """

    is_per_example = False

    def __init__(self, num_kernels=100, kernel_dim=5, average=False, **kwargs):
        super().__init__(**kwargs)
        _check_at_least_1(num_kernels=num_kernels, kernel_dim=kernel_dim)
        self.num_kernels, self.kernel_dim, self.average = num_kernels, kernel_dim, average

    def build(self, input_shape):
        width = self.num_kernels * self.kernel_dim
        self.kernel = self.add_weight(
            shape=(input_shape[-1], width),
            initializer=keras.initializers.RandomNormal(stddev=0.05),
            name="kernel",
        )

    def call(self, features):
        projected = ops.matmul(features, self.kernel)
        projected = ops.reshape(projected, (-1, self.num_kernels, self.kernel_dim))
        projected = ops.transpose(projected, (1, 2, 0))  # (kernels, dim, batch), fast to broadcast
        apart = ops.abs(projected[..., None] - projected[..., None, :])
        closeness = ops.exp(-ops.sum(apart, axis=1))  # (kernels, batch, batch)
        over_batch = ops.mean if self.average else ops.sum
        similarities = ops.transpose(over_batch(closeness, axis=-1))  # (batch, kernels)
        return ops.concatenate([features, similarities], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + self.num_kernels)

    def get_config(self):
        sizes = {"num_kernels": self.num_kernels, "kernel_dim": self.kernel_dim}
        return {**super().get_config(), **sizes, "average": self.average}


@register
class Packing(keras.layers.Layer):
    """Joins several examples into one, so that the discriminator judges them together.

    Stands first in a discriminator, whose next layers see `degree` times as many channels and
    which gives one logit for each pack. A generator that lacks variety is easier to tell from the
    data by packs than by single samples.

    Args:
        degree: Integer >= 1, examples in a pack. The batch size must be a multiple of it.

    Input shape:
        `(batch, ..., channels)`.

    Output shape:
        `(batch / degree, ..., degree · channels)`.

    Reference:
        Lin et al. 2018 (PacGAN), section 2, arXiv:1712.04086.
    """

    is_per_example = False

    def __init__(self, degree=2, **kwargs):
        super().__init__(**kwargs)
        _check_at_least_1(degree=degree)
        self.degree = degree

    def call(self, images):
        inner = list(images.shape[1:])
        packs = ops.reshape(images, [-1, self.degree, *inner])  # (packs, degree, ..., channels)
        packs = ops.moveaxis(packs, 1, -2)
        return ops.reshape(packs, [-1, *inner[:-1], self.degree * inner[-1]])

    def compute_output_shape(self, input_shape):
        batch = None if input_shape[0] is None else input_shape[0] // self.degree
        return (batch, *input_shape[1:-1], self.degree * input_shape[-1])

    def get_config(self):
        return {**super().get_config(), "degree": self.degree}


@register
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
        given_shape = isinstance(reference, (tuple, list))
        initial = "zeros" if given_shape else _constant(reference)
        shape = tuple(reference) if given_shape else tuple(reference.shape)
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


@register
class VirtualBatchNormalization(keras.layers.Layer):
    """Normalises each example by the statistics of a fixed reference batch and of itself.

    Where BatchNormalization makes each output depend on the others of its batch, this one depends
    on nothing that changes. Stands between `ReferenceBatch` and `WithoutReference`;
    `builders.with_virtual_batch_normalization` puts all three into a model.

    Args:
        num_reference: Integer >= 1, examples of the reference batch, which come first.
        epsilon: Float > 0, keeps the root from zero.

    Input shape:
        `(num_reference + batch, ..., channels)`.

    Output shape:
        The same. The reference is normalised by its own statistics; each other example by a mean
        of the reference's, which weigh `n / (n + 1)`, and its own, `1 / (n + 1)`.

    Reference:
        Salimans et al. 2016, section 3.5, arXiv:1606.03498, weights as in its code.
    """

    is_per_example = False

    def __init__(self, num_reference, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        _check_at_least_1(num_reference=num_reference)
        self.num_reference, self.epsilon = num_reference, epsilon

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


@register
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
        _check_at_least_1(num_reference=num_reference)
        self.num_reference = num_reference

    def call(self, examples):
        return examples[self.num_reference :]

    def compute_output_shape(self, input_shape):
        batch = None if input_shape[0] is None else input_shape[0] - self.num_reference
        return (batch, *input_shape[1:])

    def get_config(self):
        return {**super().get_config(), "num_reference": self.num_reference}


@register
class SpectralNormalization(keras.layers.SpectralNormalization):
    """Keras's own, which rests while the discriminator is frozen.

    Keras divides the kernel by its largest singular value in every call with `training=True`, also
    where the layer is not trainable, and so would move a frozen discriminator.

    Args:
        layer: Dense or convolutional layer.
        power_iterations: Integer >= 1, steps of the power method in each call.

    Reference:
        Miyato et al. 2018, arXiv:1802.05957.
    """

    rests_while_frozen = True

    def call(self, inputs, training=False):
        return super().call(inputs, training=bool(training) and self.trainable)


@register
class ExperienceReplay(keras.layers.Layer):
    """Shows the discriminator some of the generator's past beside its present.

    Given as `GAN(..., replay=ExperienceReplay())`. A discriminator that sees only the newest
    samples forgets what was wrong with the old ones, and the generator may return to them. The
    buffer is saved with the model.

    Args:
        size: Integer >= 1, samples that are remembered.
        share: Float in [0, 1], share of each batch that is drawn from the buffer.
        seed: Integer, seeds the draws. By default Keras's global seed decides.

    Input shape:
        `(batch, ...)`, new samples.

    Output shape:
        The same: of each batch the first `round(share · batch)` are drawn from the buffer, once it
        holds a batch. Then as many of the new samples take random places in it; while it is not
        full, all do, one after the other.

    Reference:
        Shrivastava et al. 2017, section 2.3, arXiv:1612.07828, with share ½.
    """

    is_per_example = False

    def __init__(self, size=5_000, share=0.5, seed=None, **kwargs):
        super().__init__(**kwargs)
        _check_at_least_1(size=size)
        if not 0 <= share <= 1:
            raise ValueError(f"share must be in [0, 1]. Received: share={share}")
        self.size, self.share, self.seed = size, share, seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        shared = {"trainable": False, "autocast": False, "aggregation": "only_first_replica"}
        self.buffer = self.add_weight(
            shape=(self.size, *input_shape[1:]), initializer="zeros", name="buffer", **shared
        )
        self.count = self.add_weight(
            shape=(), initializer="zeros", dtype="int32", name="count", **shared
        )

    def call(self, fakes):
        batch = tf.shape(fakes)[0]
        num_past = tf.cast(tf.round(self.share * tf.cast(batch, tf.float32)), tf.int32)
        draws = keras.random.uniform((2, batch), dtype="float32", seed=self.seed_generator)
        filled = self.count.value
        past = tf.gather(self.buffer.value, _places(draws[0, :num_past], tf.maximum(filled, 1)))
        mixed = tf.concat([tf.cast(past, fakes.dtype), fakes[num_past:]], axis=0)
        shown = tf.where(filled >= batch, mixed, fakes)
        is_full = filled >= self.size
        number = tf.where(is_full, num_past, batch)
        in_order = (filled + tf.range(batch)) % self.size
        places = tf.where(is_full, _places(draws[1], self.size), in_order)[:number, None]
        self.buffer.value.scatter_nd_update(places, tf.cast(fakes[:number], self.buffer.dtype))
        self.count.assign(tf.minimum(filled + batch, self.size))
        return shown

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        own = {"size": self.size, "share": self.share, "seed": self.seed}
        return {**super().get_config(), **own}


# Helpers.


def _places(draws, count):
    """Whole numbers from 0 to `count - 1`, from uniform numbers in [0, 1)."""
    return tf.cast(tf.floor(draws * tf.cast(count, tf.float32)), tf.int32)


def _constant(values):
    return lambda shape, dtype=None: ops.cast(ops.convert_to_tensor(values), dtype)


def _check_at_least_1(**numbers):
    for name, value in numbers.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{name} must be an integer >= 1. Received: {name}={value!r}")
