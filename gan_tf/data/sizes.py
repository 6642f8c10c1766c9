"""Images of another size: with a border or without it, with larger pixels or with fewer."""

from gan_tf import checks
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
    if max(rows, columns) > 0:
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
    images, old = _squares(images, size)
    if size % old:
        raise ValueError(
            f"size must be a multiple of that of the images. Received: {_both(images, size)}"
        )
    return images.repeat(size // old, axis=1).repeat(size // old, axis=2)


def shrunk(images, size):
    """Images with fewer pixels, each the mean of a square of them; undoes `enlarged`.

    Args:
        images: Float array `(num_images, height, width, channels)`, as high as wide.
        size: Integer >= 1, the new height and width, of which the old ones are a multiple.

    Returns:
        Array `(num_images, size, size, channels)`.

    Raises:
        ValueError: If the images are not such an array, or their size is no multiple of `size`.
    """
    images, old = _squares(images, size)
    if old % size:
        raise ValueError(f"size must divide that of the images. Received: {_both(images, size)}")
    factor = old // size
    squares = images.reshape(len(images), size, factor, size, factor, images.shape[-1])
    return squares.mean(axis=(2, 4))


def _squares(images, size):
    """The images as an array, and their height."""
    checks.at_least(1, size=size)
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[1] != images.shape[2]:
        raise ValueError(
            "Expected square images (num_images, height, width, channels). "
            f"Received: {_both(images, size)}"
        )
    return images, images.shape[1]


def _borders(images, size):
    """Pixels to add above and below, and at either side; negative where some are to go."""
    checks.at_least(1, size=size)
    shape = np.shape(images)
    if len(shape) != 4 or (size - shape[1]) % 2 or (size - shape[2]) % 2:
        raise ValueError(
            "Expected images (num_images, height, width, channels) whose height and width differ "
            f"from the new size by an even number. Received: {_both(images, size)}"
        )
    return (size - shape[1]) // 2, (size - shape[2]) // 2


def _both(images, size):
    return f"shape {np.shape(images)}, size={size}"
