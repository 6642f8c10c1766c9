"""Points in the plane, float32 `(num_samples, 2)`: circle, ring, grid and spiral."""

from gan_tf import checks
import numpy as np


def circle(num_samples, std=0.01, seed=None):
    """Points on the unit circle, the first target of the course.

    Args:
        num_samples: Integer >= 1.
        std: Float >= 0, standard deviation of the Gaussian noise on each coordinate.
        seed: Integer >= 0 for the same points each time, or None.

    Returns:
        Float32 array `(num_samples, 2)`; the angle is uniform, the radius about 1.

    Raises:
        ValueError: If `num_samples`, `std` or `seed` is out of range.
    """
    rng = _generator_for(num_samples, std, seed)
    angles = rng.uniform(0.0, 2 * np.pi, num_samples)
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1)  # (num_samples, 2)
    return _with_noise(points, std, rng)


def ring_centres(num_modes=8, radius=1.0):
    """Centres of the ring's modes, at angles 2πi / num_modes: float32 `(num_modes, 2)`."""
    checks.at_least(1, num_modes=num_modes)
    checks.number(radius=radius)
    angles = 2 * np.pi * np.arange(num_modes) / num_modes
    return (radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)).astype("float32")


def ring(num_samples, num_modes=8, radius=1.0, std=0.01, seed=None):
    """Points from equally likely Gaussians on a ring, the classic test for mode collapse.

    Args:
        num_samples: Integer >= 1.
        num_modes: Integer >= 1, number of Gaussians.
        radius: Float, distance of their centres from the origin.
        std: Float >= 0, standard deviation of each Gaussian.
        seed: Integer >= 0 for the same points each time, or None.

    Returns:
        Float32 array `(num_samples, 2)`.

    Raises:
        ValueError: If an argument is out of range.

    Reference:
        Lin et al. 2018 (PacGAN), section 4.1, arXiv:1712.04086. Many public copies place
        the centres by `linspace(0, 2π, 8)`, whose first and last centre coincide.
    """
    return _mixture(ring_centres(num_modes, radius), num_samples, std, seed)


def grid_centres():
    """Centres of the grid's modes, {-4, -2, 0, 2, 4}²: float32 `(25, 2)`."""
    steps = np.arange(-4, 5, 2, dtype="float32")
    return np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(25, 2)


def grid(num_samples, std=0.05, seed=None):
    """Points from 25 equally likely Gaussians on a square grid.

    Args:
        num_samples: Integer >= 1.
        std: Float >= 0, standard deviation of each Gaussian.
        seed: Integer >= 0 for the same points each time, or None.

    Returns:
        Float32 array `(num_samples, 2)`.

    Raises:
        ValueError: If `num_samples`, `std` or `seed` is out of range.

    Reference:
        Lin et al. 2018 (PacGAN), section 4.1, arXiv:1712.04086.
    """
    return _mixture(grid_centres(), num_samples, std, seed)


def swiss_roll(num_samples, std=1 / 30, seed=None):
    """Points on a spiral of one and a half turns.

    Args:
        num_samples: Integer >= 1.
        std: Float >= 0, standard deviation of the Gaussian noise on each coordinate. The
            default is the toy's 0.25 after its division by 7.5.
        seed: Integer >= 0 for the same points each time, or None.

    Returns:
        Float32 array `(num_samples, 2)`; the spiral's radius grows from 0.63 to 1.88.

    Raises:
        ValueError: If `num_samples`, `std` or `seed` is out of range.

    Reference:
        Gulrajani et al. 2017, figure 1, arXiv:1704.00028; scale and noise as in the authors'
        gan_toy.py (github.com/igul222/improved_wgan_training).
    """
    rng = _generator_for(num_samples, std, seed)
    angles = 1.5 * np.pi * (1 + 2 * rng.uniform(size=num_samples))
    points = np.stack([angles * np.cos(angles), angles * np.sin(angles)], axis=1) / 7.5
    return _with_noise(points, std, rng)


def truncated_normal(num_samples, dim, threshold, seed=None):
    """Standard normal latents whose every value lies within a threshold: others are drawn again.

    Smaller thresholds make samples that are closer to typical ones: better, and less varied.

    Args:
        num_samples: Integer >= 1.
        dim: Integer >= 1, values in a latent vector.
        threshold: Float >= 0.01, the largest absolute value.
        seed: Integer >= 0 for the same latents each time, or None.

    Returns:
        Float32 array `(num_samples, dim)`.

    Raises:
        ValueError: If an argument is out of range.

    Reference:
        Brock et al. 2019, section 3.1, arXiv:1809.11096.
    """
    num_samples, dim = checks.at_least(1, num_samples=num_samples, dim=dim)
    if checks.number(threshold=threshold) < 0.01:
        raise checks.argument_error("threshold", threshold, "a number >= 0.01")
    rng = np.random.default_rng(checks.seed_or_none(seed=seed))
    latents = rng.standard_normal((num_samples, dim))
    while (outside := abs(latents) > threshold).any():
        latents[outside] = rng.standard_normal(np.count_nonzero(outside))
    return latents.astype("float32")


# Helpers.


def _generator_for(num_samples, std, seed):
    """NumPy's random generator, once the arguments that all shapes share are checked."""
    checks.at_least(1, num_samples=num_samples)
    checks.not_negative(std=std)
    return np.random.default_rng(checks.seed_or_none(seed=seed))


def _mixture(centres, num_samples, std, seed):
    rng = _generator_for(num_samples, std, seed)
    return _with_noise(centres[rng.integers(len(centres), size=num_samples)], std, rng)


def _with_noise(points, std, rng):
    return (points + std * rng.standard_normal(points.shape)).astype("float32")
