"""Layers that double or halve the size of images, and the low-pass filter that goes with them."""

from gan_tf.layers.checks import known_channels
import keras
from keras import ops
import numpy as np


@keras.saving.register_keras_serializable("gan_tf")
class Blur(keras.layers.Layer):
    """Low-pass filter for each channel alone, against the steps that doubling a size leaves.

    Outside the image there are zeros, as in the official code. So an image of ones keeps 3/4 at
    its edges and 9/16 in its corners with the default kernel.

    Args:
        kernel: Tuple of an odd count of numbers whose sum is not zero. The filter is its outer
            product with itself, divided by the sum.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        The same: `y_ij = Σ_ab k_a k_b x_(i+a)(j+b) / (Σ_a k_a)²`, with a and b around zero.

    Reference:
        Karras et al. 2019, section 2 and appendix C, arXiv:1812.04948.
    """

    is_per_example = True

    def __init__(self, kernel=(1, 2, 1), **kwargs):
        super().__init__(**kwargs)
        if np.ndim(kernel) != 1 or len(kernel) % 2 == 0 or not np.sum(kernel):
            raise ValueError(
                "kernel must be a tuple of 1, 3, 5, … numbers whose sum is not zero, for example "
                f"(1, 2, 1). Received: kernel={kernel!r}"
            )
        self.kernel = tuple(kernel)
        self.input_spec = keras.InputSpec(ndim=4)

    def build(self, input_shape):
        weights = np.outer(self.kernel, self.kernel) / np.sum(self.kernel) ** 2
        channels = known_channels(self, input_shape)
        self._filters = np.tile(weights[:, :, None, None], (1, 1, channels, 1))

    def call(self, images):
        filters = ops.convert_to_tensor(self._filters, dtype=images.dtype)
        return ops.depthwise_conv(images, filters, 1, "same", data_format="channels_last")

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "kernel": self.kernel}


class _Resampling(keras.layers.Layer):
    """What both layers share: the choice whether to blur."""

    is_per_example = True

    def __init__(self, blur=False, **kwargs):
        super().__init__(**kwargs)
        self.blur = blur
        self.filter = Blur(dtype=self.dtype_policy, name="filter") if blur else None
        self.input_spec = keras.InputSpec(ndim=4)

    def build(self, input_shape):
        if self.blur:
            self.filter.build(input_shape)

    def get_config(self):
        return {**super().get_config(), "blur": self.blur}


@keras.saving.register_keras_serializable("gan_tf")
class Upsample(_Resampling):
    """Doubles height and width: each pixel becomes a square of four.

    Args:
        blur: Whether `Blur` follows, as in StyleGAN. Away from the border that is bilinear
            interpolation.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, 2 · height, 2 · width, channels)`: `y_ij = x_(i // 2)(j // 2)`.

    Reference:
        Karras et al. 2018, section 2, arXiv:1710.10196; with blur Karras et al. 2019, section 2,
        arXiv:1812.04948.
    """

    def call(self, images):
        larger = ops.repeat(ops.repeat(images, 2, axis=1), 2, axis=2)
        return self.filter(larger) if self.blur else larger

    def compute_output_shape(self, input_shape):
        sizes = (None if size is None else 2 * size for size in input_shape[1:3])
        return (input_shape[0], *sizes, input_shape[3])


@keras.saving.register_keras_serializable("gan_tf")
class Downsample(_Resampling):
    """Halves height and width: each square of four pixels becomes its mean.

    Undoes `Upsample` exactly, without blur.

    Args:
        blur: Whether `Blur` comes first, as in StyleGAN.

    Input shape:
        `(batch, height, width, channels)`, height and width even.

    Output shape:
        `(batch, height / 2, width / 2, channels)`.

    Reference:
        Karras et al. 2018, section 2, arXiv:1710.10196; with blur Karras et al. 2019, section 2,
        arXiv:1812.04948.
    """

    def call(self, images):
        self.compute_output_shape(images.shape)  # raises where a pixel would be left over
        images = self.filter(images) if self.blur else images
        return ops.average_pool(images, 2, 2, "valid", data_format="channels_last")

    def compute_output_shape(self, input_shape):
        if any(size is not None and size % 2 for size in input_shape[1:3]):
            raise ValueError(
                "Downsample needs an even height and width; pad or resize the images first. "
                f"Received: shape {tuple(input_shape)}"
            )
        sizes = (None if size is None else size // 2 for size in input_shape[1:3])
        return (input_shape[0], *sizes, input_shape[3])
