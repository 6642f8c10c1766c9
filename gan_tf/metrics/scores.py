"""Metrics over an encoder, as objects: images stream in, a value comes out, and what it means."""

import functools
from typing import NamedTuple

from gan_tf import checks
from gan_tf.metrics.distances import (
    distance_of,
    gaussian_statistics,
    inception_score,
    kernel_distance,
    rooted,
)
from gan_tf.metrics.encoders import Encoded
from gan_tf.metrics.images import sliced_wasserstein
from gan_tf.metrics.manifold import density_coverage, precision_recall
import numpy as np


class Reference:
    """Real images as an encoder sees them: what samples are compared with.

    Args:
        encoder: `Encoder`.
        real_images: Array `(num_images, height, width, channels)`, finite, in the encoder's
            `value_range`; samples are compared with these.
        other_real_images: Further real images, none of them among the first, at least as many
            as samples will be judged: what a perfect generator would make. They give the floor.
        seed: Integer >= 0, seeds the noise that gives the ceiling.

    Raises:
        ValueError: If images do not fit the encoder, or do not use its `value_range`.
    """

    def __init__(self, encoder, real_images, other_real_images, seed=0):
        self.encoder = encoder
        _check_range("real_images", real_images, encoder.value_range)
        _check_range("other_real_images", other_real_images, encoder.value_range)
        self.real = encoder(real_images)
        self.statistics = gaussian_statistics(self.real.features)
        self.other = encoder(other_real_images)
        self._image_shape = np.shape(real_images)[1:]
        self._seed = checks.seed(seed=seed)
        self._noise = None

    @functools.cached_property
    def rooted_statistics(self):
        """Mean and covariance as the Fréchet distance needs them, computed once."""
        return rooted(1, *self.statistics)

    def real_like_samples(self, num_images):
        """As many other real images as there are samples, as `Encoded`."""
        if num_images > len(self.other.features):
            raise ValueError(
                f"The floor of {num_images} samples needs as many other_real_images. "
                f"Received: {len(self.other.features)}. Give more, or judge fewer samples."
            )
        return self.other.first(num_images)

    def noise(self, num_images):
        """As many images of uniform noise as there are samples, as `Encoded`."""
        if self._noise is None or len(self._noise.features) < num_images:
            generator = np.random.default_rng(self._seed)
            shape = (num_images, *self._image_shape)
            self._noise = self.encoder(generator.uniform(*self.encoder.value_range, shape))
        return self._noise.first(num_images)


class Report(NamedTuple):
    """A value, and what stands beside it so that it can be read.

    Attributes:
        name: String, what was measured.
        value: Float.
        floor: Float, the same of as many other real images: what a perfect generator gets.
        ceiling: Float, the same of as many images of noise.
        num_samples: Integer, images that were judged.
        num_real: Integer, real images that they were compared with.
        encoder: String, name of the encoder.
    """

    name: str
    value: float
    floor: float
    ceiling: float
    num_samples: int
    num_real: int
    encoder: str

    def __str__(self):
        return (
            f"{self.name:28} {self.value:8.3f}   real images {self.floor:8.3f}   noise "
            f"{self.ceiling:8.3f}   ({self.num_samples:,} samples against {self.num_real:,} "
            f"with {self.encoder})"
        )


class FeatureMetric:
    """What all metrics here share: `update_state`, `result`, `reset_state`, `report`.

    A metric defines `reset_state`, `update_encoded` and `results`.

    Args:
        reference: `Reference`, real images and the encoder.
    """

    def __init__(self, reference):
        self.reference = reference
        self.reset_state()

    def update_state(self, images):
        """Takes a batch of samples into account, `(batch, height, width, channels)`."""
        self.update_encoded(self.reference.encoder(images))

    def result(self):
        """The value of all samples since the last `reset_state`; a float, or a dict of floats."""
        results = self.results()
        return next(iter(results.values())) if len(results) == 1 else results

    def report(self):
        """List of `Report`, one for each value: also of other real images and of noise."""
        values = self.results()
        floors = self._results_of(self.reference.real_like_samples(self.num_samples))
        ceilings = self._results_of(self.reference.noise(self.num_samples))
        facts = (self.num_samples, len(self.reference.real.features), self.reference.encoder.name)
        return [Report(name, values[name], floors[name], ceilings[name], *facts) for name in values]

    def _results_of(self, encoded):
        fresh = type(self)(self.reference)
        fresh.update_encoded(encoded)
        return fresh.results()


class FrechetClassifierDistance(FeatureMetric):
    """Fréchet distance of two normal distributions fitted to features; smaller is better.

    Only the mean and the covariance of the samples are kept, in float64, so any number of them
    may stream in.

    Args:
        reference: `Reference`, real images and the encoder.

    Raises:
        ValueError: From `result`, if it saw fewer than two samples.

    Reference:
        Heusel et al. 2017, section 'FID', arXiv:1706.08500, with another encoder. Values depend
        on the encoder and fall with the number of samples: compare only where both are the same.
    """

    def reset_state(self):
        self.num_samples = 0
        self._mean, self._scatter = 0.0, 0.0

    def update_encoded(self, encoded):
        """Merges the statistics of a batch into those so far (Chan et al. 1983, equation 2.1)."""
        features = np.asarray(encoded.features, "float64")  # (batch, num_features)
        count = len(features)
        mean = features.mean(axis=0)
        shift = mean - self._mean
        total = self.num_samples + count
        between = np.outer(shift, shift) * (self.num_samples * count / total)
        self._scatter = self._scatter + (features - mean).T @ (features - mean) + between
        self._mean = self._mean + shift * (count / total)
        self.num_samples = total

    def results(self):
        _check_enough(self.num_samples, 2)
        seen = rooted(2, self._mean, self._scatter / (self.num_samples - 1))
        distance = distance_of(self.reference.rooted_statistics, seen)
        return {"frechet_classifier_distance": distance}


class _Remembering(FeatureMetric):
    """A metric that needs all samples at once, and so keeps them as the encoder sees them."""

    def reset_state(self):
        self._parts = []

    @property
    def num_samples(self):
        return sum(len(part.features) for part in self._parts)

    def update_encoded(self, encoded):
        self._parts.append(encoded)

    def _encoded(self):
        _check_enough(self.num_samples, 1)
        return Encoded(*(np.concatenate(each) for each in zip(*self._parts, strict=True)))


class KernelClassifierDistance(_Remembering):
    """Unbiased squared maximum mean discrepancy of features; smaller is better, 0 is perfect.

    Args:
        reference: `Reference`, real images and the encoder.

    Reference:
        Bińkowski et al. 2018, arXiv:1801.01401, with another encoder; see `kernel_distance`.
    """

    def results(self):
        distance = kernel_distance(self.reference.real.features, self._encoded().features)
        return {"kernel_classifier_distance": distance.mean}


class ClassifierScore(_Remembering):
    """Inception score with another classifier: from 1 to the number of classes, larger is better.

    Args:
        reference: `Reference`, real images and the encoder.

    Reference:
        Salimans et al. 2016, section 4, arXiv:1606.03498; see `inception_score`.
    """

    def results(self):
        return {"classifier_score": inception_score(_checked_classes(self)).mean}


class ClassifierPrecisionRecall(_Remembering):
    """Share of samples among the real images, and of real images among the samples.

    Args:
        reference: `Reference`, real images and the encoder.

    Reference:
        Kynkäänniemi et al. 2019, arXiv:1904.06991; see `precision_recall`.
    """

    def results(self):
        features = self.reference.real.features, self._encoded().features
        return precision_recall(*features)._asdict()


class ClassifierDensityCoverage(_Remembering):
    """Like precision and recall, and less misled by outliers.

    Args:
        reference: `Reference`, real images and the encoder.

    Reference:
        Naeem et al. 2020, arXiv:2002.09797; see `density_coverage`.
    """

    def results(self):
        features = self.reference.real.features, self._encoded().features
        return density_coverage(*features)._asdict()


class ClassesPresent(_Remembering):
    """How many classes the classifier finds among the samples.

    A class counts as present when it has at least a tenth of an equal share of the samples: 1 %
    with ten classes.

    Args:
        reference: `Reference`, real images and the encoder.
    """

    def shares(self):
        """Share of the samples in each class, `(num_classes,)`."""
        probabilities = _checked_classes(self)
        counts = np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1])
        return counts / len(probabilities)

    def results(self):
        shares = self.shares()
        return {"classes_present": float(np.sum(shares >= 0.1 / len(shares)))}


def sliced_wasserstein_report(samples, real_images, other_real_images, seed=0):
    """The sliced Wasserstein distance of samples, that of other real images, and that of noise.

    Args:
        samples: Float array `(num_samples, height, width, channels)`, at least two.
        real_images: Array of the same height, width and channels. As many as there are samples are
            taken, and at most 2,000 of each.
        other_real_images: Further real images.
        seed: Integer >= 0, chooses places, directions and noise.

    Returns:
        `Report`; see `sliced_wasserstein`.

    Raises:
        ValueError: If shapes differ or a set has fewer than two images.
    """
    sets = checks.image_array(
        2, samples=samples, real_images=real_images, other_real_images=other_real_images
    )
    count = min(2_000, *map(len, sets))
    samples, real, other = (each[:count] for each in sets)
    rng = np.random.default_rng(checks.seed(seed=seed))
    noise = rng.uniform(real.min(), real.max(), real.shape)
    value, floor, ceiling = (
        sliced_wasserstein(real, each, seed=seed).mean for each in (samples, other, noise)
    )
    return Report("sliced_wasserstein", value, floor, ceiling, count, count, "patches of pixels")


class Scores:
    """Several metrics of the same samples, which are encoded only once.

    Args:
        reference: `Reference`, real images and the encoder.
        metrics: Sequence of metric classes, for instance `FrechetClassifierDistance`.

    Call arguments:
        images: Samples, `(num_images, height, width, channels)`.

    Returns:
        Dict from name to float.

    Example:
    ```python
    reference = metrics.Reference(metrics.fashion_mnist_encoder(), test_images, images[:10_000])
    scores = metrics.Scores(reference)
    print(scores(gan.generate(10_000)))
    callbacks.Score(scores)  # the same, every epoch while training
    ```
    """

    def __init__(
        self,
        reference,
        metrics=(FrechetClassifierDistance, ClassifierPrecisionRecall, ClassesPresent),
    ):
        if not metrics:
            raise ValueError(
                "metrics must hold at least one metric class, such as FrechetClassifierDistance. "
                f"Received: {metrics!r}"
            )
        self.reference = reference
        self.metrics = [metric(reference) for metric in metrics]

    def __call__(self, images):
        self._show(images)
        return {name: float(v) for metric in self.metrics for name, v in metric.results().items()}

    def report(self, images):
        """List of `Report`: the values with their floors and ceilings."""
        self._show(images)
        return [report for metric in self.metrics for report in metric.report()]

    def _show(self, images):
        encoded = self.reference.encoder(images)
        for metric in self.metrics:
            metric.reset_state()
            metric.update_encoded(encoded)


# Helpers.


def _check_enough(num_samples, needed):
    if num_samples < needed:
        raise ValueError(
            f"The metric needs at least {needed} samples. Received: {num_samples}. Call "
            "update_state(images) first."
        )


def _checked_classes(metric):
    """The samples' class probabilities, from an encoder that knows classes."""
    probabilities = metric._encoded().probabilities
    if probabilities.shape[1] == 0:
        raise ValueError(
            f"{type(metric).__name__} needs an encoder with classes. "
            f"Received: {metric.reference.encoder.name}, which has features alone."
        )
    return probabilities


def _check_range(name, images, value_range):
    """Real images use their range; others would be clipped, and judged as something else."""
    images = checks.real_array(**{name: images})
    low, high = value_range
    middle, margin = (low + high) / 2, 0.01 * (high - low)
    smallest, largest = images.min(), images.max()
    if not low - margin <= smallest < middle < largest <= high + margin:
        raise ValueError(
            f"{name} must lie in value_range=({low:g}, {high:g}), black and white, and use both "
            f"halves of it. Received: values from {smallest:g} to {largest:g}. Give the encoder "
            "the value_range of the images."
        )
