"""Which samples lie among which: precision and recall, density and coverage, all from distances."""

from typing import NamedTuple

from gan_tf import checks
from gan_tf.metrics.distances import comparable_features
import numpy as np

_CHUNK = 2**23  # distances held at once, 64 MB

# Rounding of a squared distance, relative to the squared norms that it is computed from. A copy of
# a sample must count as inside every ball that the sample lies in, even on the border, and even if
# the ball has radius 0 because the generator repeats itself.
_SLACK = 1e-13


class PrecisionRecall(NamedTuple):
    """Shares in [0, 1]: of fake samples among the real, and of real samples among the fake."""

    precision: float
    recall: float


class DensityCoverage(NamedTuple):
    """Density >= 0, about 1 for a perfect generator, and coverage, a share in [0, 1]."""

    density: float
    coverage: float


def precision_recall(real_features, fake_features, k=3):
    """How much of the fake looks real, and how much of the real the fake reaches.

    Each set's manifold is a union of balls, one around each sample, that reach to its k-th nearest
    neighbour in the set. Precision is the share of fake samples in the real manifold; recall the
    share of real samples in the fake manifold. Few samples make large balls, so compare only what
    has the same number of them.

    Args:
        real_features: Array `(num_real, num_features)`, more than k samples.
        fake_features: Array `(num_fake, num_features)`, more than k samples.
        k: Integer >= 1; a sample is not its own neighbour.

    Returns:
        PrecisionRecall: two shares in [0, 1], higher is better.

    Raises:
        ValueError: If the features are unfit or disagree, or k is out of range.

    Reference:
        Kynkäänniemi et al. 2019, equations 1 and 2, arXiv:1904.06991.
    """
    real, fake = comparable_features(real_features, fake_features, (2, 2))
    _check_k(k, min(len(real), len(fake)), "the smaller set")
    precision = _inside(fake, real, _squared_radii(real, k)).mean()
    recall = _inside(real, fake, _squared_radii(fake, k)).mean()
    return PrecisionRecall(float(precision), float(recall))


def density_coverage(real_features, fake_features, k=5):
    """As precision and recall, less swayed by outliers: only real samples have balls.

    Density is the number of real balls that a fake sample lies in, on average, divided by k.
    Coverage is the share of real balls that hold a fake sample.

    Args:
        real_features: Array `(num_real, num_features)`, more than k samples.
        fake_features: Array `(num_fake, num_features)`, at least one sample.
        k: Integer >= 1; a sample is not its own neighbour.

    Returns:
        DensityCoverage: density >= 0, above 1 where the fake crowd together at dense places, and
        coverage in [0, 1]. A perfect generator of as many samples has about 1 and 1 - 2⁻ᵏ.

    Raises:
        ValueError: If the features are unfit or disagree, or k is out of range.

    Reference:
        Naeem et al. 2020, section 3, arXiv:2002.09797. Departure: a ball contains its border.
    """
    real, fake = comparable_features(real_features, fake_features, (2, 1))
    _check_k(k, len(real), "the real set")
    radii = _squared_radii(real, k)
    num_inside = np.zeros(len(real), "int64")
    for _, distances in squared_distances(fake, real, _SLACK):
        num_inside += (distances <= radii).sum(axis=0)
    density = num_inside.sum() / (k * len(fake))
    return DensityCoverage(float(density), float((num_inside > 0).mean()))


def squared_distances(points, others, slack=0.0):
    """Squared Euclidean distances from all points to all others, a chunk of points at a time.

    Args:
        points: Float64 array `(num_points, num_features)`.
        others: Float64 array `(num_others, num_features)`.
        slack: Float >= 0, share of the squared norms that is taken off, down to a distance of 0.

    Yields:
        Pairs (rows, distances): a slice of the points, and a float64 array
        `(points in the slice, num_others)` that the caller may change.
    """
    origin = others.mean(axis=0)  # x² - 2xy + y² loses few digits only where norms are small
    points, others = points - origin, others - origin
    point_norms = (1 - slack) * np.einsum("ij,ij->i", points, points)
    other_norms = (1 - slack) * np.einsum("ij,ij->i", others, others)
    step = max(1, _CHUNK // len(others))
    for start in range(0, len(points), step):
        rows = slice(start, min(start + step, len(points)))
        distances = points[rows] @ others.T  # (rows, num_others)
        distances *= -2
        distances += point_norms[rows, np.newaxis]
        distances += other_norms
        yield rows, np.maximum(distances, 0, out=distances)


# Helpers.


def _check_k(k, count, what):
    checks.between(1, count - 1, f"one less than {what} has samples", k=k)


def _squared_radii(points, k):
    """Squared distance of each point to its k-th nearest among the others."""
    radii = np.empty(len(points))
    for rows, distances in squared_distances(points, points):
        own = np.arange(rows.start, rows.stop)
        distances[own - rows.start, own] = np.inf
        distances.partition(k - 1, axis=1)
        radii[rows] = distances[:, k - 1]
    return radii


def _inside(points, centres, squared_radii):
    """Whether each point lies in at least one ball: bool `(num_points,)`."""
    inside = np.empty(len(points), bool)
    for rows, distances in squared_distances(points, centres, _SLACK):
        inside[rows] = (distances <= squared_radii).any(axis=1)
    return inside
