"""R3GAN's residual block and first layer, and the grouped convolution that the block needs."""

import math

from gan_tf import checks
import keras
from keras import ops

SLOPE = 0.2
GAIN = math.sqrt(2 / (1 + SLOPE**2))  # He's, for leaky ReLU of that slope


@keras.saving.register_keras_serializable("gan_tf")
class GroupedConv2D(keras.layers.Layer):
    """A convolution without bias whose outputs see only the inputs of their own group.

    The kernel is that of `keras.layers.Conv2D(groups=...)`. Here each group is a convolution of its
    own, since TensorFlow's grouped convolution takes many times as long on a CPU.

    Args:
        filters: Integer, feature maps that come out; a multiple of `groups`.
        kernel_size: Integer >= 1, height and width of the kernel.
        groups: Integer >= 1, a divisor of the feature maps that go in.
        kernel_initializer: Initialiser of Keras.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, height, width, filters)`.

    Raises:
        ValueError: If the numbers of feature maps are no multiples of `groups`.

    Reference:
        Xie et al. 2017, *Aggregated residual transformations*, arXiv:1611.05431.
    """

    is_per_example = True

    def __init__(self, filters, kernel_size, groups, kernel_initializer="he_normal", **kwargs):
        super().__init__(**kwargs)
        self.filters, self.kernel_size, self.groups = checks.at_least(
            1, filters=filters, kernel_size=kernel_size, groups=groups
        )
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.input_spec = keras.InputSpec(ndim=4)

    def build(self, input_shape):
        channels = checks.known_channels(self, input_shape)
        if channels % self.groups or self.filters % self.groups:
            raise ValueError(
                f"{self.groups} groups need multiples of {self.groups} as numbers of feature maps. "
                f"Received: {channels} that go in, {self.filters} that come out"
            )
        size = (self.kernel_size, self.kernel_size)
        self.kernel = self.add_weight(
            shape=(*size, channels // self.groups, self.filters),
            initializer=self.kernel_initializer,
            name="kernel",
        )

    def call(self, images):
        kernels = ops.split(ops.cast(self.kernel, images.dtype), self.groups, axis=-1)
        parts = zip(ops.split(images, self.groups, axis=-1), kernels, strict=True)
        made = [ops.conv(x, kernel, 1, "same", "channels_last") for x, kernel in parts]
        return ops.concatenate(made, axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.filters)

    def get_config(self):
        own = {"filters": self.filters, "kernel_size": self.kernel_size, "groups": self.groups}
        initializer = keras.initializers.serialize(self.kernel_initializer)
        return {**super().get_config(), **own, "kernel_initializer": initializer}


@keras.saving.register_keras_serializable("gan_tf")
class R3GANBlock(keras.layers.Layer):
    """R3GAN's residual block: no normalisation, and at first the identity.

    A 1 × 1 convolution widens, a grouped 3 × 3 convolution looks around, a 1 × 1 convolution gives
    the old width back; a bias and leaky ReLU stand before the second and the third. The last kernel
    begins at zero, and the others are smaller the more blocks there are, so that depth changes
    nothing at the start (Fixup initialisation).

    Args:
        num_blocks: Integer >= 1, how many such blocks the network has in all.
        expansion: Integer >= 1, how many times wider the block is inside.
        group_size: Integer >= 1, feature maps of a group.

    Input shape:
        `(batch, height, width, channels)`; `expansion * channels` is a multiple of `group_size`.

    Output shape:
        The same: `x + W₃ f(W₂ f(W₁ x + b₁) + b₂)` with `f` leaky ReLU of slope 0.2.

    Reference:
        Huang et al. 2024, section 3, arXiv:2501.05441; Zhang et al. 2019, arXiv:1901.09321.
    """

    is_per_example = True

    def __init__(self, num_blocks=1, expansion=2, group_size=16, **kwargs):
        super().__init__(**kwargs)
        self.num_blocks, self.expansion, self.group_size = checks.at_least(
            1, num_blocks=num_blocks, expansion=expansion, group_size=group_size
        )

    def build(self, input_shape):
        channels = checks.known_channels(self, input_shape)
        inside = self.expansion * channels
        if inside % self.group_size:
            raise ValueError(
                f"Inside the block there are {self.expansion} × {channels} feature maps, which is "
                f"no multiple of the group size. Received: group_size={self.group_size}"
            )
        scale = (GAIN * self.num_blocks**-0.25) ** 2  # Fixup's, for three layers in a block
        he = keras.initializers.VarianceScaling(scale, "fan_in", "untruncated_normal")
        policy, groups = {"dtype": self.dtype_policy}, inside // self.group_size
        plain = {"use_bias": False, **policy}
        self.widen = keras.layers.Conv2D(inside, 1, kernel_initializer=he, **plain)
        self.look = GroupedConv2D(inside, 3, groups, he.clone(), **policy)
        self.narrow = keras.layers.Conv2D(channels, 1, kernel_initializer="zeros", **plain)
        self.widen.build(input_shape)
        between = (*input_shape[:-1], inside)
        self.look.build(between)
        self.narrow.build(between)
        zeros = {"shape": (inside,), "initializer": "zeros"}
        self.first_bias = self.add_weight(name="first_bias", **zeros)
        self.second_bias = self.add_weight(name="second_bias", **zeros)

    def call(self, images):
        x = _activated(self.widen(images), self.first_bias)
        x = _activated(self.look(x), self.second_bias)
        return images + self.narrow(x)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        own = {"expansion": self.expansion, "group_size": self.group_size}
        return {**super().get_config(), "num_blocks": self.num_blocks, **own}


@keras.saving.register_keras_serializable("gan_tf")
class LatentBasis(keras.layers.Layer):
    """R3GAN's first layer: learned feature maps, each as strong as the latents say.

    Args:
        size: Integer >= 1, height and width of the maps.
        channels: Integer >= 1, their number.

    Input shape:
        `(batch, latent_dim)`.

    Output shape:
        `(batch, size, size, channels)`: `y_ijc = B_ijc · (W z)_c`.

    Reference:
        Huang et al. 2024, appendix B, arXiv:2501.05441.
    """

    is_per_example = True

    def __init__(self, size, channels, **kwargs):
        super().__init__(**kwargs)
        self.size, self.channels = checks.at_least(1, size=size, channels=channels)
        self.input_spec = keras.InputSpec(ndim=2)

    def build(self, input_shape):
        lecun = keras.initializers.VarianceScaling(1.0, "fan_in", "untruncated_normal")
        self.strength = keras.layers.Dense(
            self.channels, use_bias=False, kernel_initializer=lecun, dtype=self.dtype_policy
        )
        self.strength.build(input_shape)
        normal = keras.initializers.RandomNormal(stddev=1.0)
        shape = (self.size, self.size, self.channels)
        self.maps = self.add_weight(shape=shape, initializer=normal, name="maps")

    def call(self, latents):
        strengths = self.strength(latents)[:, None, None, :]
        return strengths * ops.cast(self.maps, strengths.dtype)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.size, self.size, self.channels)

    def get_config(self):
        return {**super().get_config(), "size": self.size, "channels": self.channels}


def _activated(images, bias):
    return ops.leaky_relu(images + ops.cast(bias, images.dtype), SLOPE)
