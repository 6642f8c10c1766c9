"""Metrics on the pixels themselves: sliced Wasserstein distance of patches, nearest images."""

from typing import NamedTuple

from gan_tf import checks
from gan_tf.metrics.manifold import squared_distances
import numpy as np

_BINOMIAL = np.array([1, 4, 6, 4, 1]) / 16
_BLOCK = 2**23  # projections held at once, 32 MB in float32


class SlicedWasserstein(NamedTuple):
    """Distance × 1000: the mean over the levels, and a dict from each level's height to it."""

    mean: float
    levels: dict


class Neighbours(NamedTuple):
    """Int64 and float64 arrays `(num_images, k)`: which real images, and how far; nearest first."""

    indices: np.ndarray
    distances: np.ndarray


def sliced_wasserstein(
    real_images,
    fake_images,
    patches_per_image=128,
    patch_size=7,
    num_directions=512,
    seed=0,
):
    """How far the looks of small patches are apart, at each scale: lower is better.

    The images are split into a Laplacian pyramid, whose first level holds the finest detail and
    whose last all that is coarser. Patches from each level, standardised per channel over their
    set, are projected on random directions; along each the Wasserstein-1 distance is exact. It
    needs no encoder, and is blind to where in the image a patch stands, and to the brightness and
    contrast of the whole set.

    Args:
        real_images: Array `(num_images, height, width, channels)`, at least two images.
        fake_images: Array of the same shape and range of pixel values.
        patches_per_image: Integer >= 1, drawn at random places, the same in both sets.
        patch_size: Integer >= 1, at most the height and the width.
        num_directions: Integer >= 1.
        seed: Integer >= 0, chooses places and directions.

    Returns:
        SlicedWasserstein: the distance × 1000, its mean and by level, in standard deviations of
        the pixels. The levels of 28×28 images are 28 and 14, those of 32×32 are 32 and 16.

    Raises:
        ValueError: If the images are unfit or their shapes differ, or a number is out of range.

    Reference:
        Karras et al. 2018, section 5, arXiv:1710.10196. Departures: the same places in both sets,
        so that a set has distance 0 to itself, and levels down to twice the patch size. A channel
        without any variation stays 0. The patches are float32, for 10,000 images 28×28 still
        250 MB in each set.
    """
    real, fake = _checked_image_sets(real_images, fake_images)
    checks.at_least(1, patches_per_image=patches_per_image, num_directions=num_directions)
    checks.between(1, min(real.shape[1:3]), "the size of the images", patch_size=patch_size)
    rng = np.random.default_rng(checks.seed(seed=seed))
    num_levels = _num_levels(real.shape[1:3], patch_size)
    pyramids = [laplacian_pyramid(images, num_levels) for images in (real, fake)]
    tiny = [1e-6 * np.abs(images).max() for images in (real, fake)]  # only rounding varies less
    levels = {}
    for pair in zip(*pyramids, strict=True):
        corners = _random_corners(rng, pair[0].shape, patches_per_image, patch_size)
        directions = _random_directions(rng, num_directions, pair[0].shape[3] * patch_size**2)
        distances = _projected_distances(
            _patches(pair[0], corners, patch_size, tiny[0]),
            _patches(pair[1], corners, patch_size, tiny[1]),
            directions,
        )
        levels[pair[0].shape[1]] = 1000 * float(distances.mean())
    return SlicedWasserstein(float(np.mean(list(levels.values()))), levels)


def nearest_neighbours(images, real_images, k=1):
    """The real images nearest to each image, which shows whether a generator copies.

    Args:
        images: Array `(num_images, height, width, channels)`, at least one image.
        real_images: Array `(num_real, height, width, channels)`, the training images.
        k: Integer from 1 to `num_real`, how many to find for each image.

    Returns:
        Neighbours: indices into `real_images`, int64 `(num_images, k)`, nearest first, and the
        Euclidean distances over all pixels and channels, float64 `(num_images, k)`, exactly 0
        for a copy.

    Raises:
        ValueError: If the images are unfit or their sizes differ, or k is out of range.
    """
    images, real_images = checks.image_array(images=images, real_images=real_images)
    _check_same_size("images", images, "real_images", real_images)
    checks.between(1, len(real_images), "the number of real images", k=k)
    pixels = images.reshape(len(images), -1)
    real_pixels = real_images.reshape(len(real_images), -1)
    indices = np.empty((len(images), k), "int64")
    for rows, squared in squared_distances(pixels, real_pixels):
        indices[rows] = np.argpartition(squared, k - 1, axis=1)[:, :k]
    distances = _exact_distances(pixels, real_pixels, indices)
    order = np.argsort(distances, axis=1, kind="stable")
    return Neighbours(
        np.take_along_axis(indices, order, axis=1), np.take_along_axis(distances, order, axis=1)
    )


def laplacian_pyramid(images, num_levels):
    """Images as a sum of levels: what each halving of the size loses, and what is left.

    Args:
        images: Array `(num_images, height, width, channels)`, at least one image.
        num_levels: Integer >= 1; height and width must be multiples of `2^(num_levels - 1)`.

    Returns:
        List of float64 arrays, finest first, each of half the height and width of the one before.

    Raises:
        ValueError: If the images are unfit, or cannot be halved as often.

    Reference:
        Burt and Adelson 1983; filter and borders as in the code of Karras et al. 2018.
    """
    levels = [checks.image_array(images=images)]
    checks.at_least(1, num_levels=num_levels)
    if any(length % 2 ** (num_levels - 1) for length in levels[0].shape[1:3]):
        raise ValueError(
            f"For {num_levels} levels height and width must be multiples of "
            f"{2 ** (num_levels - 1)}. Received: shape {levels[0].shape}"
        )
    for _ in range(num_levels - 1):
        coarse = _blurred(levels[-1])[:, ::2, ::2].copy()
        levels[-1] = levels[-1] - _doubled(coarse)
        levels.append(coarse)
    return levels


# Helpers.


def _checked_image_sets(real_images, fake_images):
    real, fake = checks.image_array(2, real_images=real_images, fake_images=fake_images)
    _check_same_size("fake_images", fake, "real_images", real)
    if len(real) != len(fake):
        raise ValueError(
            "real_images and fake_images must be equally many. Received: "
            f"{len(real)} and {len(fake)}. Take the first {min(len(real), len(fake))} of each."
        )
    return real, fake


def _check_same_size(name, images, real_name, real_images):
    if images.shape[1:] != real_images.shape[1:]:
        raise ValueError(
            f"{name} and {real_name} must have the same height, width and channels. Received: "
            f"shapes {images.shape} and {real_images.shape}"
        )


def _num_levels(size, patch_size):
    """Levels by halving, while that is even and leaves twice the size of a patch."""
    count = 1
    while all(n % 2 == 0 and n // 2 >= 2 * patch_size for n in size):
        size = [n // 2 for n in size]
        count += 1
    return count


def _blurred(images):
    """Smoothed by the binomial filter, down and across; the border mirrors what is inside."""
    for axis in (1, 2):
        length = images.shape[axis]
        padding = [(2, 2) if a == axis else (0, 0) for a in range(4)]
        padded = np.moveaxis(np.pad(images, padding, mode="reflect"), axis, 0)
        blurred = sum(w * padded[i : i + length] for i, w in enumerate(_BINOMIAL))
        images = np.moveaxis(blurred, 0, axis)
    return images


def _doubled(images):
    """Twice the height and width: zeros between the pixels, then four times the blur."""
    count, height, width, channels = images.shape
    spread = np.zeros((count, 2 * height, 2 * width, channels))
    spread[:, ::2, ::2] = images
    return 4 * _blurred(spread)


def _random_corners(rng, shape, patches_per_image, patch_size):
    """Upper and left ends of patches, each an int array `(num_images, patches_per_image)`."""
    size = (shape[0], patches_per_image)
    return [rng.integers(length - patch_size + 1, size=size) for length in shape[1:3]]


def _random_directions(rng, num_directions, num_components):
    """Unit vectors, uniform on the sphere: float32 `(num_directions, num_components)`."""
    directions = rng.standard_normal((num_directions, num_components))
    return (directions / np.linalg.norm(directions, axis=1, keepdims=True)).astype("float32")


def _patches(images, corners, patch_size, tiny):
    """Standardised patches as columns: float32 `(channels * patch_size², num_patches)`.

    A channel whose standard deviation is at most `tiny` becomes 0.
    """
    count, height, width, channels = images.shape
    pixels = images.reshape(-1, channels)
    starts = np.arange(count)[:, np.newaxis] * height * width + corners[0] * width + corners[1]
    patches = np.empty((channels, patch_size, patch_size, *starts.shape), "float32")
    for down, right in np.ndindex(patch_size, patch_size):
        taken = pixels.take(starts + down * width + right, axis=0)  # (images, patches, channels)
        patches[:, down, right] = np.moveaxis(taken, -1, 0)
    for channel in patches:
        channel -= channel.mean(dtype="float64")
        variance = np.einsum("abcd,abcd", channel, channel, dtype="float64") / channel.size
        channel /= np.sqrt(variance) if variance > tiny**2 else np.inf
    return patches.reshape(channels * patch_size**2, -1)


def _projected_distances(real, fake, directions):
    """Wasserstein-1 distance of the projections on each direction: float64 array."""
    step = max(1, _BLOCK // real.shape[1])
    blocks = [directions[start : start + step] for start in range(0, len(directions), step)]
    return np.concatenate([_gaps(block @ real, block @ fake) for block in blocks])


def _gaps(left, right):
    """Mean distance of the rows' values, smallest to smallest and so on; sorts its arguments."""
    left.sort(axis=1)
    right.sort(axis=1)
    left -= right
    return np.abs(left, out=left).mean(axis=1, dtype="float64")


def _exact_distances(pixels, real_pixels, indices):
    """Distances by subtraction, without the rounding of `squared_distances`."""
    return np.stack(
        [
            np.linalg.norm(real_pixels[nearest] - image, axis=1)
            for image, nearest in zip(pixels, indices, strict=True)
        ]
    )
