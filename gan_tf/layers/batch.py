"""Layers that look across the batch, so that a lack of variety shows."""

from gan_tf import checks
import keras
from keras import ops
import tensorflow as tf


@keras.saving.register_keras_serializable("gan_tf")
class MinibatchDiscrimination(keras.layers.Layer):
    """Tells the discriminator how much each example resembles the others of its batch.

    A generator that makes the same sample again and again gives itself away. Put the layer before
    the last dense layer of a discriminator.

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
        self.num_kernels, self.kernel_dim = checks.at_least(
            1, num_kernels=num_kernels, kernel_dim=kernel_dim
        )
        self.average = checks.flag(average=average)

    def build(self, input_shape):
        if len(input_shape) != 2:
            raise ValueError(
                "MinibatchDiscrimination takes features (batch, num_features); put Flatten before "
                f"it. Received: shape {tuple(input_shape)}"
            )
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


@keras.saving.register_keras_serializable("gan_tf")
class Packing(keras.layers.Layer):
    """Joins several examples into one, so that the discriminator judges them together.

    Put it first in a discriminator. The next layers see `degree` times as many channels, and the
    discriminator gives one logit for each pack. A pack shows a generator's lack of variety better
    than a single sample does.

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
        self.degree = checks.at_least(1, degree=degree)

    def call(self, images):
        batch, *inner = images.shape
        if batch is not None and batch % self.degree:
            raise ValueError(
                f"Packing(degree={self.degree}) needs a batch size that is a multiple of the "
                f"degree; change one of them. Received: a batch of {batch}"
            )
        packs = ops.reshape(images, [-1, self.degree, *inner])  # (packs, degree, ..., channels)
        packs = ops.moveaxis(packs, 1, -2)
        return ops.reshape(packs, [-1, *inner[:-1], self.degree * inner[-1]])

    def compute_output_shape(self, input_shape):
        batch = None if input_shape[0] is None else input_shape[0] // self.degree
        return (batch, *input_shape[1:-1], self.degree * input_shape[-1])

    def get_config(self):
        return {**super().get_config(), "degree": self.degree}


@keras.saving.register_keras_serializable("gan_tf")
class MinibatchStdDev(keras.layers.Layer):
    """Shows the discriminator how much the examples of a batch differ from each other.

    A generator that makes the same sample again and again gives itself away by a small spread.
    Put the layer near the end of a discriminator.

    Args:
        group_size: Integer >= 1, examples over which the spread is taken; a smaller batch is one
            group, and a larger one must be a multiple of it. None for the whole batch.
        num_features: Integer >= 1, feature maps that are added. Each gives the spread of its own
            share of the channels, whose number must be a multiple of it.

    Input shape:
        `(batch, ..., channels)`.

    Output shape:
        `(batch, ..., channels + num_features)`: the inputs, and behind them for each group the
        mean over positions and channels of `√(σ² + 1e-8)`, where σ² is the (biased) variance over
        the group. With M groups, example i belongs to group `i mod M`, as in the official code.

    Reference:
        Karras et al. 2018, section 3, arXiv:1710.10196, where the group is the whole batch; groups
        of four and the small constant are from its code, `num_features` from StyleGAN's.
    """

    is_per_example = False

    def __init__(self, group_size=4, num_features=1, **kwargs):
        super().__init__(**kwargs)
        self.group_size = checks.at_least_or_none(1, group_size=group_size)
        self.num_features = checks.at_least(1, num_features=num_features)
        self.input_spec = keras.InputSpec(min_ndim=2)

    def build(self, input_shape):
        channels = checks.known_channels(self, input_shape)
        if channels % self.num_features:
            raise ValueError(
                "The number of channels must be a multiple of num_features. "
                f"Received: {channels} channels, num_features={self.num_features}"
            )

    def call(self, images):
        batch, *inner = ops.shape(images)
        group = self._group_size_of(batch)
        chunks = (self.num_features, inner[-1] // self.num_features)
        # (group, groups, ..., num_features, channels of each)
        grouped = ops.reshape(ops.cast(images, "float32"), (group, -1, *inner[:-1], *chunks))
        centred = grouped - ops.mean(grouped, axis=0, keepdims=True)
        spread = ops.sqrt(ops.mean(ops.square(centred), axis=0) + 1e-8)
        within = [*range(1, len(inner)), len(inner) + 1]  # positions, and channels of a chunk
        spread = ops.tile(ops.mean(spread, axis=within), (group, 1))  # (batch, num_features)
        spread = ops.reshape(spread, (-1, *[1] * (len(inner) - 1), self.num_features))
        maps = ops.broadcast_to(spread, (batch, *inner[:-1], self.num_features))
        return ops.concatenate([images, ops.cast(maps, images.dtype)], axis=-1)

    def _group_size_of(self, batch):
        """Examples in a group, once the batch is known: here, or where the graph runs."""
        if self.group_size is None:
            return batch
        message = (
            f"MinibatchStdDev(group_size={self.group_size}) needs a batch that is smaller or a "
            "multiple of it; change the batch size, or use group_size=None. Received: a batch of "
        )
        if isinstance(batch, int):
            group = min(self.group_size, batch)
            if batch % group:
                raise ValueError(f"{message}{batch}")
            return group
        group = tf.minimum(self.group_size, batch)
        with tf.control_dependencies([tf.debugging.Assert(batch % group == 0, [message, batch])]):
            return tf.identity(group)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + self.num_features)

    def get_config(self):
        own = {"group_size": self.group_size, "num_features": self.num_features}
        return {**super().get_config(), **own}
