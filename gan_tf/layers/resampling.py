"""What doubles or halves the size of images, and the low-pass filter that goes with it."""

from gan_tf import checks
import keras
from keras import ops
import numpy as np
import tensorflow as tf


def doubled(images):
    """Images of twice the height and width: each pixel becomes a square of four.

    Args:
        images: Tensor `(batch, height, width, channels)`.

    Returns:
        Tensor `(batch, 2 · height, 2 · width, channels)` of the same dtype:
        `y_ij = x_(i // 2)(j // 2)`.
    """
    return tf.repeat(tf.repeat(images, 2, axis=1), 2, axis=2)


def halved(images):
    """Images of half the height and width: each square of four pixels becomes its mean.

    Undoes `doubled` exactly. The last row or column of an odd size is dropped.

    Args:
        images: Float tensor `(batch, height, width, channels)`.

    Returns:
        Tensor `(batch, height // 2, width // 2, channels)` of the same dtype.
    """
    return tf.nn.avg_pool2d(images, 2, 2, "VALID")


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
        self.kernel = _checked_kernel(kernel)
        self.input_spec = keras.InputSpec(ndim=4)

    def build(self, input_shape):
        weights = np.outer(self.kernel, self.kernel) / np.sum(self.kernel) ** 2
        channels = checks.known_channels(self, input_shape)
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
        self.blur = checks.flag(blur=blur)
        self.filter = Blur(dtype=self.dtype_policy, name="filter") if self.blur else None
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
        larger = doubled(images)
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
        return halved(self.filter(images) if self.blur else images)

    def compute_output_shape(self, input_shape):
        if any(size is not None and size % 2 for size in input_shape[1:3]):
            raise ValueError(
                "Downsample needs an even height and width; pad or resize the images first. "
                f"Received: shape {tuple(input_shape)}"
            )
        sizes = (None if size is None else size // 2 for size in input_shape[1:3])
        return (input_shape[0], *sizes, input_shape[3])


@keras.saving.register_keras_serializable("gan_tf")
class PixelShuffle(keras.layers.Layer):
    """Makes images larger by laying channels out beside each other.

    A convolution before it works on the small image, and gives all pixels of a square at once.

    Args:
        factor: Integer >= 2, how many times higher and wider images become.

    Input shape:
        `(batch, height, width, channels)`, channels a multiple of `factor ** 2`.

    Output shape:
        `(batch, factor · height, factor · width, channels / factor²)`. With `r = factor` and `C`
        channels that come out, `y_(ri+a)(rj+b)c = x_ij((ra+b)C + c)`: TensorFlow's order of
        channels. PyTorch's has the squares of each channel together, `x_ij(r²c + ra + b)`.

    Raises:
        ValueError: If the channels are no multiple of `factor ** 2`.

    Reference:
        Shi et al. 2016, section 3.2, arXiv:1609.05158.
    """

    is_per_example = True

    def __init__(self, factor=2, **kwargs):
        super().__init__(**kwargs)
        self.factor = checks.at_least(2, factor=factor)
        self.input_spec = keras.InputSpec(ndim=4)

    def build(self, input_shape):
        if checks.known_channels(self, input_shape) % self.factor**2:
            raise ValueError(
                f"PixelShuffle({self.factor}) needs a multiple of {self.factor**2} channels. "
                f"Received: shape {tuple(input_shape)}"
            )

    def call(self, images):
        return tf.nn.depth_to_space(images, self.factor)

    def compute_output_shape(self, input_shape):
        sizes = (None if size is None else self.factor * size for size in input_shape[1:3])
        return (input_shape[0], *sizes, input_shape[3] // self.factor**2)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def _checked_kernel(kernel):
    """The kernel as a tuple of Python's numbers, an odd count of them."""
    is_sequence = isinstance(kernel, (tuple, list, np.ndarray))
    values = checks.plain(tuple(kernel)) if is_sequence else ()
    if not all(map(checks.is_number, values)) or len(values) % 2 == 0 or not np.sum(values):
        expected = "1, 3, 5, … numbers whose sum is not zero, for example (1, 2, 1)"
        raise checks.argument_error("kernel", kernel, f"a tuple of {expected}")
    return values
