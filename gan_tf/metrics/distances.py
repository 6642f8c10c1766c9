"""Scores that sum up features or class probabilities in one number: Fréchet, kernel, Inception."""

from typing import NamedTuple

from gan_tf import checks
import numpy as np

# Rounding of float32 in a symmetric matrix and in its zero eigenvalues, relative to the largest.
_ROUNDING = 1e-5


class Estimate(NamedTuple):
    """A score's mean and (population) standard deviation, over subsets or parts of the samples."""

    mean: float
    std: float


class GaussianStatistics(NamedTuple):
    """Mean `(num_features,)` and covariance `(num_features, num_features)`, float64 arrays."""

    mean: np.ndarray
    covariance: np.ndarray


def gaussian_statistics(features):
    """Mean and unbiased covariance of features.

    `frechet_distance(*gaussian_statistics(real), *gaussian_statistics(fake))` compares two sets;
    the real ones need to be computed only once.

    Args:
        features: Array `(num_samples, num_features)`, at least two samples.

    Returns:
        GaussianStatistics: mean and covariance, the latter divided by `num_samples - 1`.

    Raises:
        ValueError: If the features have another rank, are fewer than two, or are not finite.
    """
    features = checks.feature_array(2, features=features)
    mean = features.mean(axis=0)
    centred = features - mean
    return GaussianStatistics(mean, centred.T @ centred / (len(features) - 1))


def frechet_distance(mean_1, cov_1, mean_2, cov_2):
    """Squared Fréchet (2-Wasserstein) distance of two Gaussians: lower is better, 0 is the same.

    `|μ₁ - μ₂|² + tr C₁ + tr C₂ - 2 tr (C₁ C₂)^½`. It is the FID if the features are Inception's.
    The estimate from few samples is too high, so compare only what has the same number of them,
    and give the floor: the distance of real images to other real ones.

    Args:
        mean_1: Array `(num_features,)`.
        cov_1: Array `(num_features, num_features)`, symmetric, no eigenvalue below 0.
        mean_2: As `mean_1`, of the other Gaussian.
        cov_2: As `cov_1`, of the other Gaussian.

    Returns:
        Float >= 0, in the square of the features' unit.

    Raises:
        ValueError: If shapes disagree, a value is not finite, or a covariance is asymmetric or
            has negative eigenvalues, beyond float32 rounding.

    Reference:
        Dowson and Landau 1982; as the FID, Heusel et al. 2017, equation 6, arXiv:1706.08500.
        With Cᵢ = Rᵢ Rᵢᵀ the trace is the sum of the singular values of R₁ᵀ R₂, which is never
        complex and does not mind singular covariances.
    """
    return distance_of(rooted(1, mean_1, cov_1), rooted(2, mean_2, cov_2))


class RootedGaussian(NamedTuple):
    """What the distance needs of a Gaussian; most of its time goes into the root.

    Attributes:
        mean: Float64 array `(num_features,)`.
        variance: Float, trace of the covariance.
        root: Float64 array R `(num_features, rank)`, with R Rᵀ the covariance.
    """

    mean: np.ndarray
    variance: float
    root: np.ndarray


def rooted(number, mean, cov):
    """`RootedGaussian` of the Gaussian with this number, 1 or 2, among those of a distance."""
    mean, cov = _checked_gaussian(number, mean, cov)
    return RootedGaussian(mean, np.trace(cov), _root(cov, f"cov_{number}"))


def distance_of(one, two):
    """Squared Fréchet distance of two `RootedGaussian`s, as `frechet_distance`."""
    if len(one.mean) != len(two.mean):
        raise ValueError(
            "Both Gaussians must have the same number of features. Received: "
            f"{len(one.mean)} and {len(two.mean)}"
        )
    overlap = np.linalg.svd(one.root.T @ two.root, compute_uv=False).sum()
    spread = one.variance + two.variance - 2 * overlap
    return max(float(np.square(one.mean - two.mean).sum() + spread), 0.0)


def kernel_distance(real_features, fake_features, num_subsets=100, subset_size=None, seed=0):
    """Squared maximum mean discrepancy with a cubic kernel: lower is better, 0 is the same.

    It is the KID if the features are Inception's. Unlike the Fréchet distance its expectation does
    not depend on the number of samples, and it falls below 0 by chance when the sets are alike.

    Args:
        real_features: Array `(num_real, num_features)`.
        fake_features: Array `(num_fake, num_features)`.
        num_subsets: Integer >= 1, how many pairs of random subsets to average over.
        subset_size: Integer >= 2, samples in each subset, all different; None for 1000, or the
            size of the smaller set if that is less.
        seed: Integer >= 0, chooses the subsets.

    Returns:
        Estimate: mean and standard deviation over the subsets.

    Raises:
        ValueError: If the features are unfit or disagree, or a number is out of range.

    Reference:
        Bińkowski et al. 2018, section 4, arXiv:1801.01401: unbiased estimate with the kernel
        `(x·y / num_features + 1)³`.
    """
    real, fake = comparable_features(real_features, fake_features, (2, 2))
    smaller = min(len(real), len(fake))
    subset_size = min(1000, smaller) if subset_size is None else subset_size
    checks.between(2, smaller, "the size of the smaller set", subset_size=subset_size)
    checks.at_least(1, num_subsets=num_subsets)
    rng = np.random.default_rng(checks.seed(seed=seed))
    distances = []
    for _ in range(num_subsets):
        real_subset = real[rng.choice(len(real), subset_size, replace=False)]
        fake_subset = fake[rng.choice(len(fake), subset_size, replace=False)]
        distances.append(_squared_mmd(real_subset, fake_subset))
    return Estimate(float(np.mean(distances)), float(np.std(distances)))


def inception_score(probabilities, splits=10):
    """How sure a classifier is of each image, and how many classes they fill: higher is better.

    `exp E KL(p(y|x) ‖ p(y))`, from 1 to the number of classes. It never sees a real image, and
    one perfect image per class gets the best score.

    Args:
        probabilities: Array `(num_samples, num_classes)`, each row a classifier's probabilities.
        splits: Integer >= 1, into how many parts to cut the samples, in their order; their sizes
            differ by at most one.

    Returns:
        Estimate: mean and standard deviation over the parts.

    Raises:
        ValueError: If the rows are not probabilities, or `splits` is out of range.

    Reference:
        Salimans et al. 2016, section 4, arXiv:1606.03498.
    """
    probabilities = _checked_probabilities(probabilities)
    checks.between(1, len(probabilities), "the number of samples", splits=splits)
    scores = [np.exp(_mean_kl(part)) for part in np.array_split(probabilities, splits)]
    return Estimate(float(np.mean(scores)), float(np.std(scores)))


# Helpers.


def comparable_features(real_features, fake_features, least):
    """Both sets as float64 arrays, which must come from one encoder; `least` as `checks` has it."""
    sets = {"real_features": real_features, "fake_features": fake_features}
    return checks.feature_arrays("features, so come from one encoder", least, **sets)


def _checked_gaussian(number, mean, cov):
    mean = checks.finite_array(**{f"mean_{number}": mean})
    cov = checks.finite_array(**{f"cov_{number}": cov})
    if mean.ndim != 1 or mean.size == 0 or cov.shape != (mean.size, mean.size):
        raise ValueError(
            f"mean_{number} must have shape (num_features,) and cov_{number} (num_features, "
            f"num_features). Received: shapes {mean.shape} and {cov.shape}"
        )
    asymmetry, largest = np.abs(cov - cov.T).max(), np.abs(cov).max()
    if asymmetry > _ROUNDING * largest:
        raise ValueError(
            f"cov_{number} must be symmetric, as gaussian_statistics gives it. Received: entries "
            f"up to {largest:g} that differ by up to {asymmetry:g} from their mirror images"
        )
    return mean, (cov + cov.T) / 2


def _root(cov, name):
    """A matrix R with R Rᵀ = cov, `(num_features, rank of cov)`."""
    eigenvalues, vectors = np.linalg.eigh(cov)
    if eigenvalues[0] < -_ROUNDING * np.abs(eigenvalues).max():
        raise ValueError(
            f"{name} must have no negative eigenvalue, as gaussian_statistics gives it. "
            f"Received: eigenvalues from {eigenvalues[0]:g} to {eigenvalues[-1]:g}"
        )
    # An eigenvalue 0 that rounding makes 1e-16 would have the root 1e-8, so such ones are dropped.
    rounding = len(cov) * np.finfo("float64").eps * eigenvalues[-1]
    kept = eigenvalues > rounding
    return vectors[:, kept] * np.sqrt(eigenvalues[kept])


def _squared_mmd(real, fake):
    """Unbiased estimate, for as many real as fake features: no sample is compared with itself."""
    count = len(real)
    within = 0.0
    for features in (real, fake):
        kernel = _cubic_kernel(features, features)
        within += (kernel.sum() - np.trace(kernel)) / (count * (count - 1))
    return within - 2 * _cubic_kernel(real, fake).mean()


def _cubic_kernel(left, right):
    base = left @ right.T / left.shape[1] + 1
    return base * base * base  # far faster than base**3


def _checked_probabilities(probabilities):
    probabilities = checks.feature_array(probabilities=probabilities)
    error = np.abs(probabilities.sum(axis=1) - 1).max(initial=0)
    if probabilities.min(initial=0) < 0 or error > 1e-3:
        raise ValueError(
            "probabilities must have rows of numbers >= 0 that sum to 1. Received: numbers down "
            f"to {probabilities.min():g}, sums up to {error:g} away from 1. If these are logits, "
            "apply softmax."
        )
    return probabilities


def _mean_kl(probabilities):
    """Mean over the rows of KL(row ‖ mean of the rows), in nats, with 0 log 0 = 0."""
    marginal = np.broadcast_to(probabilities.mean(axis=0), probabilities.shape)
    possible = probabilities > 0
    ratios = np.divide(probabilities, marginal, where=possible, out=np.ones_like(probabilities))
    return (probabilities * np.log(ratios)).sum(axis=1).mean()
