"""Whether a picture shows exactly one dot, for data that always do."""

from gan_tf import checks
import numpy as np


def one_dot_share(images, dot_size=2, tolerance=0.5):
    """Share of pictures that show one dot, whole, and nothing else.

    A picture counts if some picture of one square dot on an empty ground differs from it by at most
    `tolerance` in each pixel. Two dots, a faint one, a blurred one and none do not.

    Args:
        images: Array `(num_images, height, width, 1)` in [-1, 1], at least one; the ground is -1.
        dot_size: Integer >= 1, height and width of the dot.
        tolerance: Float in [0, 1).

    Returns:
        Float in [0, 1].

    Raises:
        ValueError: If the images have another shape, or a number is out of range.
    """
    images = checks.one_channel_array(("num_images", "height", "width"), images=images)
    dot_size = checks.at_least(1, dot_size=dot_size)
    tolerance = checks.share_below(1, tolerance=tolerance)
    is_clear = np.all(abs(abs(images) - 1) <= tolerance, axis=(1, 2, 3))
    return float(np.mean(is_clear & [_is_square(each[..., 0] > 0, dot_size) for each in images]))


def _is_square(bright, size):
    """Whether the bright pixels of a picture fill one square of this size."""
    rows, columns = np.nonzero(bright)
    if len(rows) != size**2:
        return False
    return bool(np.ptp(rows) == size - 1 == np.ptp(columns))
