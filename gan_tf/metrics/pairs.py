"""How close restored images are to the true ones, pixel by pixel and in structure."""

from gan_tf import checks
import numpy as np
import tensorflow as tf

_AT_ONCE = 500  # images that are compared together
_WINDOW = 11  # height and width of the window of the structural similarity


def psnr(true_images, images, value_range=(-1.0, 1.0)):
    """Peak signal-to-noise ratio of each image, in decibels: higher is better.

    It is the mean squared error on a logarithmic scale: `10 · log10(peak² / mean squared error)`.
    The peak is the width of the range, 2 for images in [-1, 1], so the same pictures have the same
    ratio in any range. A mean over blurred guesses does well by it, and a sharp picture whose
    detail stands a little elsewhere does badly.

    Args:
        true_images: Array `(num_images, height, width, channels)`.
        images: Array of the same shape. What lies outside of `value_range` is clipped in both, as
            it would be in a picture file.
        value_range: Pair, black and white.

    Returns:
        Float64 array `(num_images,)`; infinity where an image is the true one. The mean over a set
        is usual.

    Raises:
        ValueError: If the images are unfit or their shapes differ, or the range is empty.

    Reference:
        As in Ledig et al. 2017, arXiv:1609.04802, but there on the brightness alone, and without 4
        pixels at each border.
    """
    return _compared(tf.image.psnr, true_images, images, value_range)


def ssim(true_images, images, value_range=(-1.0, 1.0)):
    """Structural similarity of each image: 1 for the true image, lower for others.

    In windows of 11 × 11 pixels it compares brightness, contrast and what varies together.

    Args:
        true_images: Array `(num_images, height, width, channels)`, at least 11 pixels each way.
        images: Array of the same shape, clipped as for `psnr`.
        value_range: Pair, black and white.

    Returns:
        Float64 array `(num_images,)`, at most 1.

    Raises:
        ValueError: As `psnr`, or if the images are smaller than the window.

    Reference:
        Wang et al. 2004, 'Image quality assessment', with its constants (0.01 and 0.03, a Gaussian
        of 1.5 pixels), a mean over the channels.
    """
    shape = np.shape(true_images)
    if len(shape) == 4 and min(shape[1:3]) < _WINDOW:
        raise ValueError(
            f"ssim looks at windows of {_WINDOW} × {_WINDOW} pixels; images must not be smaller. "
            f"Received: true_images of shape {shape}"
        )
    return _compared(tf.image.ssim, true_images, images, value_range)


def _compared(measure, true_images, images, value_range):
    """A measure of TensorFlow for each pair, on images whose range begins at zero."""
    low, high = checks.increasing_pair(value_range=value_range)
    pair = checks.image_array(true_images=true_images, images=images)
    if pair[0].shape != pair[1].shape:
        raise ValueError(
            "images must have the shape of true_images, one for each of them. Received: shapes "
            f"{pair[1].shape} and {pair[0].shape}"
        )
    true, made = ((np.clip(each, low, high) - low).astype("float32") for each in pair)
    starts = range(0, len(true), _AT_ONCE)
    parts = [measure(true[i : i + _AT_ONCE], made[i : i + _AT_ONCE], high - low) for i in starts]
    return np.concatenate([np.asarray(part, "float64") for part in parts])
