"""The images that a recipe trains on: Fashion-MNIST by default, an array, or a folder."""

from typing import NamedTuple

from gan_tf import checks, data
import numpy as np

SMALLEST = (4, 7)  # height of the first feature maps, from which a generator doubles
NUM_SAMPLES = 10_000  # pictures of a folder that stand for the rest


class Pictures(NamedTuple):
    """Images as a recipe takes them.

    Attributes:
        samples: Float32 array `(num_samples, size, size, channels)`: all images, or as many of a
            folder as stand for the rest.
        batches: Function `batches(batch_size, seed, steps_per_epoch=...)` that gives a
            `tf.data.Dataset`, as `data.batches` does.
    """

    samples: np.ndarray
    batches: object

    @property
    def shape(self):
        """Tuple `(size, size, channels)` of one image."""
        return self.samples.shape[1:]


def pictures(images=None):
    """Images in [-1, 1], and the function that makes batches of them.

    Args:
        images: Float array `(num_images, size, size, channels)` in [-1, 1]; a `data.ImageFolder`;
            or None for Fashion-MNIST, 28 × 28 pixels.

    Returns:
        `Pictures`.

    Raises:
        ValueError: If an array has another shape or range.
    """
    if isinstance(images, data.ImageFolder):
        return Pictures(images.images(NUM_SAMPLES), images.batches)
    if images is None:
        (images, _), _ = data.load_fashion_mnist(verbose=False)
    images = checks.image_array(images=images).astype("float32", copy=False)
    low, high = images.min(), images.max()
    if images.shape[1] != images.shape[2] or low < -1 or high > 1 or low == high:
        raise ValueError(
            "A recipe takes square images (num_images, size, size, channels) in [-1, 1]. Received: "
            f"shape {images.shape}, values from {low:g} to {high:g}. For bytes: images / 127.5 - 1"
        )

    def batches(batch_size, seed, steps_per_epoch):
        return data.batches(images, batch_size, seed, steps_per_epoch=steps_per_epoch)

    return Pictures(images, batches)


def doublings(size):
    """How often a DCGAN doubles the size of its first feature maps, which are 4 to 7 pixels high.

    Args:
        size: Integer, height and width of the images.

    Returns:
        Integer >= 1: 2 for 28 pixels, 3 for 32, 4 for 64 and 5 for 128.

    Raises:
        ValueError: If no number of doublings leads to that size.
    """
    for count in range(1, size.bit_length()):
        smallest, rest = divmod(size, 2**count)
        if rest == 0 and SMALLEST[0] <= smallest <= SMALLEST[1]:
            return count
    raise ValueError(
        "A DCGAN makes images of 4, 5, 6 or 7 times a power of two, such as 28, 32, 64 or 128. "
        f"Received: {size} × {size} pixels"
    )
