"""Images of another size: a border added around them, or taken away; pixels made larger."""

import numpy as np


def padded(images, size, value=-1.0):
    """Images in the middle of larger ones.

    Args:
        images: Array `(num_images, height, width, channels)`.
        size: Integer, the new height and width, not smaller than the old ones and different from
            each by an even number.
        value: Float, the border's; -1 is black for images in [-1, 1].

    Returns:
        Array `(num_images, size, size, channels)`.

    Raises:
        ValueError: If the images are not four-dimensional, or too large.
    """
    rows, columns = _borders(images, size)
    if min(rows, columns) < 0:
        raise ValueError(
            f"size must not be smaller than the images. Received: {_both(images, size)}"
        )
    widths = ((0, 0), (rows, rows), (columns, columns), (0, 0))
    return np.pad(np.asarray(images), widths, constant_values=value)


def cropped(images, size):
    """The middle of images; undoes `padded`.

    Args:
        images: Array `(num_images, height, width, channels)`.
        size: Integer >= 1, the new height and width, not larger than the old ones and different
            from each by an even number.

    Returns:
        Array `(num_images, size, size, channels)`.

    Raises:
        ValueError: If the images are not four-dimensional, or too small.
    """
    rows, columns = _borders(images, size)
    if max(rows, columns) > 0 or size < 1:
        raise ValueError(
            f"size must not be larger than the images. Received: {_both(images, size)}"
        )
    return np.asarray(images)[:, -rows : size - rows, -columns : size - columns]


def enlarged(images, size):
    """Images whose every pixel becomes a square, so that small ones can be seen beside large ones.

    Args:
        images: Array `(num_images, height, width, channels)`, as high as wide.
        size: Integer, the new height and width, a multiple of the old ones.

    Returns:
        Array `(num_images, size, size, channels)`.

    Raises:
        ValueError: If the images are not such an array, or `size` is no multiple of theirs.
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[1] != images.shape[2] or size % images.shape[1] or size < 1:
        raise ValueError(
            "Expected square images (num_images, height, width, channels), and a size that is a "
            f"multiple of theirs. Received: {_both(images, size)}"
        )
    factor = size // images.shape[1]
    return images.repeat(factor, axis=1).repeat(factor, axis=2)


def _borders(images, size):
    """Pixels to add above and below, and at either side; negative where some are to go."""
    shape = np.shape(images)
    if len(shape) != 4 or (size - shape[1]) % 2 or (size - shape[2]) % 2:
        raise ValueError(
            "Expected images (num_images, height, width, channels) whose height and width differ "
            f"from the new size by an even number. Received: {_both(images, size)}"
        )
    return (size - shape[1]) // 2, (size - shape[2]) // 2


def _both(images, size):
    return f"shape {np.shape(images)}, size={size}"
