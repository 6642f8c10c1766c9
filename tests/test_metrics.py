"""Every metric against exact values, published formulas written anew, and scipy."""

import itertools
import tracemalloc

from gan_tf import data
from gan_tf.metrics import (
    density_coverage,
    frechet_distance,
    gaussian_statistics,
    inception_score,
    kernel_distance,
    laplacian_pyramid,
    manifold,
    mode_coverage,
    nearest_neighbours,
    precision_recall,
    sliced_wasserstein,
)
from gan_tf.metrics import (
    images as image_metrics,
)
import numpy as np
import pytest
import scipy.linalg
import scipy.ndimage
from scipy.spatial.distance import cdist
import scipy.special
import scipy.stats


def normal(num_samples, num_features, seed, shift=0.0):
    return np.random.default_rng(seed).standard_normal((num_samples, num_features)) + shift


def correlated(num_samples, num_features, seed, shift=0.0):
    """Features with a full covariance whose eigenvalues spread over some orders of magnitude."""
    rng = np.random.default_rng(seed)
    mixing = rng.standard_normal((num_features, num_features)) * np.logspace(0, -2, num_features)
    return rng.standard_normal((num_samples, num_features)) @ mixing + shift


def rotation(num_features, seed=0):
    return scipy.stats.ortho_group.rvs(num_features, random_state=seed)


def distance_of_sets(first, second):
    return frechet_distance(*gaussian_statistics(first), *gaussian_statistics(second))


# Fréchet distance.


def test_gaussian_statistics_are_the_unbiased_ones_in_float64():
    features = correlated(40, 5, seed=0).astype("float32")
    mean, cov = gaussian_statistics(features)
    assert mean.dtype == cov.dtype == np.float64
    np.testing.assert_allclose(mean, features.astype("float64").mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(cov, np.cov(features.astype("float64"), rowvar=False), rtol=1e-12)
    np.testing.assert_array_equal(gaussian_statistics([[1.0], [4.0]]).covariance, [[4.5]])


def test_frechet_distance_exact_values():
    one, zero = np.eye(2), np.zeros((2, 2))
    assert frechet_distance([0, 0], one, [3, 4], one) == pytest.approx(25, rel=1e-12)
    assert frechet_distance([0, 0], 4 * one, [0, 0], 9 * one) == pytest.approx(2, rel=1e-12)
    assert frechet_distance([1, 0], zero, [0, 0], np.diag([4.0, 9])) == pytest.approx(14, rel=1e-12)
    assert frechet_distance([1, 0], zero, [0, 0], zero) == 1
    assert type(frechet_distance([0], [[1]], [1], [[1]])) is float


def test_frechet_distance_of_axes_that_do_not_agree():
    """For 2×2, tr √M = √(tr M + 2 √det M)."""
    cov_1, cov_2 = np.array([[2.0, 1], [1, 2]]), np.array([[3.0, 0], [0, 1]])
    root_trace = np.sqrt(np.trace(cov_1 @ cov_2) + 2 * np.sqrt(np.linalg.det(cov_1 @ cov_2)))
    distance = frechet_distance([0, 0], cov_1, [0, 0], cov_2)
    assert distance == pytest.approx(8 - 2 * root_trace, rel=1e-12)


@pytest.mark.parametrize(("num_samples", "num_features"), [(50, 3), (2000, 64), (600, 300)])
def test_frechet_distance_is_the_formula_with_sqrtm(num_samples, num_features):
    first = gaussian_statistics(correlated(num_samples, num_features, seed=1))
    second = gaussian_statistics(correlated(num_samples, num_features, seed=2, shift=0.1))
    root = scipy.linalg.sqrtm(first.covariance @ second.covariance)
    expected = np.square(first.mean - second.mean).sum() + np.trace(
        first.covariance + second.covariance - 2 * root.real
    )
    assert frechet_distance(*first, *second) == pytest.approx(expected, rel=1e-6)


def test_frechet_distance_of_fewer_samples_than_features():
    """With C = AᵀA for the centred samples A, tr √(C₁C₂) is the nuclear norm of A₁A₂ᵀ."""
    sets = [correlated(n, 200, seed=n, shift=n / 100) for n in (20, 31)]
    centred = [(s - s.mean(axis=0)) / np.sqrt(len(s) - 1) for s in sets]
    overlap = scipy.linalg.svdvals(centred[0] @ centred[1].T).sum()
    spread = sum(np.square(c).sum() for c in centred) - 2 * overlap
    expected = np.square(sets[0].mean(axis=0) - sets[1].mean(axis=0)).sum() + spread
    assert distance_of_sets(*sets) == pytest.approx(expected, rel=1e-12)


def test_frechet_distance_of_a_collapsed_generator():
    features = correlated(300, 40, seed=0)
    constant = np.repeat(features[:1], 300, axis=0)
    mean, cov = gaussian_statistics(features)
    expected = np.square(mean - features[0]).sum() + np.trace(cov)
    assert distance_of_sets(features, constant) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("num_samples", [10, 500])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_frechet_distance_of_equal_sets_is_zero_to_rounding(num_samples, scale):
    features = scale * correlated(num_samples, 64, seed=3)
    total = np.trace(gaussian_statistics(features).covariance)
    assert 0 <= distance_of_sets(features, features[::-1]) < 1e-12 * total


def test_frechet_distance_is_symmetric_and_does_not_see_rotation_or_translation():
    first, second = correlated(200, 10, seed=4), correlated(150, 10, seed=5, shift=1)
    distance = distance_of_sets(first, second)
    assert distance_of_sets(second, first) == pytest.approx(distance, rel=1e-10)
    turned = [features @ rotation(10) + 7 for features in (first, second)]
    assert distance_of_sets(*turned) == pytest.approx(distance, rel=1e-10)


def test_frechet_distance_takes_covariances_that_were_kept_in_float32():
    first, second = (gaussian_statistics(correlated(30, 80, seed=s)) for s in (6, 7))
    rounded = first.covariance.astype("float32")
    assert np.linalg.eigvalsh(rounded.astype("float64")).min() < 0
    expected = frechet_distance(*first, *second)
    assert frechet_distance(first.mean, rounded, *second) == pytest.approx(expected, rel=1e-4)


# Kernel distance.


def test_kernel_distance_by_hand():
    """One feature: the kernel is (xy + 1)³, and no sample is compared with itself."""
    within_real, within_fake = (1 * 2 + 1) ** 3, (0 * 3 + 1) ** 3
    between = np.mean([(x * y + 1) ** 3 for x in (1, 2) for y in (0, 3)])
    estimate = kernel_distance([[1], [2]], [[0], [3]], num_subsets=1)
    assert estimate.mean == pytest.approx(within_real + within_fake - 2 * between, rel=1e-12)
    assert estimate.std == 0


def unbiased_mmd(real, fake):
    def kernel(x, y):
        return (sum(a * b for a, b in zip(x, y, strict=True)) / len(x) + 1) ** 3

    within = [
        sum(kernel(x, y) for x, y in itertools.permutations(features.tolist(), 2))
        / (len(features) * (len(features) - 1))
        for features in (real, fake)
    ]
    between = [kernel(x, y) for x in real.tolist() for y in fake.tolist()]
    return sum(within) - 2 * sum(between) / len(between)


def test_kernel_distance_is_the_formula_in_loops():
    real, fake = normal(30, 7, seed=0), normal(30, 7, seed=1, shift=0.3)
    expected = unbiased_mmd(real, fake)
    assert kernel_distance(real, fake, num_subsets=3).mean == pytest.approx(expected, rel=1e-9)


def test_kernel_distance_over_subsets_estimates_that_of_the_sets():
    real, fake = normal(60, 5, seed=0), normal(60, 5, seed=1, shift=0.5)
    estimate = kernel_distance(real, fake, num_subsets=2000, subset_size=20)
    assert abs(estimate.mean - unbiased_mmd(real, fake)) < 5 * estimate.std / np.sqrt(2000)
    assert estimate.std > 0


def test_kernel_distance_draws_without_replacement():
    """Subsets as large as the sets are the sets, in another order."""
    real, fake = normal(25, 5, seed=0), normal(25, 5, seed=1)
    assert kernel_distance(real, fake).std < 1e-10
    assert kernel_distance(real, fake) == kernel_distance(real, fake, subset_size=25)
    assert kernel_distance(real, fake, subset_size=24).std > 1e-4


def test_kernel_distance_is_unbiased_and_so_falls_below_zero():
    values = [
        kernel_distance(normal(50, 4, seed=i), normal(50, 4, seed=1000 + i), num_subsets=1).mean
        for i in range(200)
    ]
    assert min(values) < 0 < max(values)
    assert abs(np.mean(values)) < 4 * np.std(values) / np.sqrt(200)


def test_kernel_distance_follows_the_seed_and_sees_no_rotation():
    real, fake = normal(80, 6, seed=0), normal(90, 6, seed=1, shift=0.2)
    first = kernel_distance(real, fake, subset_size=30, seed=3)
    assert first == kernel_distance(real, fake, subset_size=30, seed=3)
    assert first != kernel_distance(real, fake, subset_size=30, seed=4)
    turned = kernel_distance(real @ rotation(6), fake @ rotation(6), subset_size=30, seed=3)
    assert turned == pytest.approx(tuple(first), rel=1e-9)


# Inception score.


def test_inception_score_exact_values():
    sure = np.tile(np.eye(10), (20, 1))
    assert inception_score(sure, splits=1) == pytest.approx((10, 0))
    assert inception_score(sure, splits=10) == pytest.approx((10, 0))
    assert inception_score(np.full((50, 10), 0.1)) == pytest.approx((1, 0))
    assert inception_score(np.tile(np.eye(10)[3], (50, 1))) == pytest.approx((1, 0))


def test_inception_score_takes_contiguous_parts():
    """Sorted by class, ten parts hold one class each; unsorted, each part holds all."""
    ordered = np.repeat(np.eye(10), 10, axis=0)
    assert inception_score(ordered, splits=10) == pytest.approx((1, 0))
    assert inception_score(ordered, splits=1) == pytest.approx((10, 0))
    parts = [np.eye(10)[:3], np.eye(10)[:2], np.eye(10)[:2]]  # seven samples in three parts
    estimate = inception_score(np.concatenate(parts), splits=3)
    assert estimate == pytest.approx((7 / 3, np.std([3, 2, 2])))


def test_inception_score_is_the_mean_relative_entropy():
    logits = 3 * normal(103, 12, seed=0)
    probabilities = scipy.special.softmax(logits, axis=1)
    scores = []
    for part in np.array_split(probabilities, 4):
        divergences = [scipy.stats.entropy(row, part.mean(axis=0)) for row in part]
        scores.append(np.exp(np.mean(divergences)))
    expected = (np.mean(scores), np.std(scores))
    assert inception_score(probabilities, splits=4) == pytest.approx(expected, rel=1e-10)
    single = scipy.special.softmax(logits.astype("float32"), axis=1)
    assert inception_score(single, splits=4) == pytest.approx(expected, rel=1e-5)


# Precision and recall, density and coverage.


def published_manifold_metrics(real, fake, k):
    """Kynkäänniemi et al. 2019 and Naeem et al. 2020, with whole matrices of distances."""
    real_radii, fake_radii = (np.sort(cdist(s, s), axis=1)[:, k] for s in (real, fake))
    distances = cdist(fake, real)  # (fake, real)
    in_real = distances <= real_radii
    in_fake = distances <= fake_radii[:, np.newaxis]
    return {
        "precision": in_real.any(axis=1).mean(),
        "recall": in_fake.any(axis=0).mean(),
        "density": in_real.sum() / (k * len(fake)),
        "coverage": in_real.any(axis=0).mean(),
    }


CASES = [  # real, fake, k
    (normal(100, 2, seed=0), normal(80, 2, seed=1, shift=0.5), 1),
    (normal(150, 16, seed=0), normal(150, 16, seed=1), 3),
    (normal(60, 64, seed=0), 0.5 * normal(70, 64, seed=1), 5),
    (normal(90, 5, seed=0) + 1e4, normal(90, 5, seed=1) + 1e4, 4),
    (data.ring(300, seed=0), data.ring(300, seed=1), 3),
]


@pytest.mark.parametrize("chunk", [1, 1000, 2**23])
@pytest.mark.parametrize(("real", "fake", "k"), CASES)
def test_manifold_metrics_are_the_published_formulas(real, fake, k, chunk, monkeypatch):
    monkeypatch.setattr(manifold, "_CHUNK", chunk)
    measured = precision_recall(real, fake, k)._asdict() | density_coverage(real, fake, k)._asdict()
    assert measured == pytest.approx(published_manifold_metrics(real, fake, k), rel=1e-12)


def test_precision_recall_by_hand():
    """On a line, with k = 1, and with the ends of the balls inside."""
    real, fake = [[0.0], [1], [9]], [[-1.0], [2], [3]]
    # Real balls [-1, 1], [0, 2], [1, 17]: -1 is in one, 2 in two, 3 in one; none is empty.
    # Fake balls [-4, 2], [1, 3], [2, 4]: 0 and 1 are inside, 9 is not.
    assert precision_recall(real, fake, k=1) == (1, pytest.approx(2 / 3))
    assert density_coverage(real, fake, k=1) == (pytest.approx(4 / 3), 1)


def test_density_and_coverage_need_no_second_fake_sample():
    real = [[0.0], [1], [5]]
    assert density_coverage(real, [[0.5]], k=1) == (2, pytest.approx(2 / 3))
    assert density_coverage(real, [[50.0]], k=1) == (0, 0)


@pytest.mark.parametrize("num_features", [1, 3, 64, 2048])
def test_copies_lie_inside_in_spite_of_rounding(num_features):
    real = 100 * normal(200, num_features, seed=0, shift=5)
    assert precision_recall(real, real[50:150]).precision == 1
    assert precision_recall(real[50:150], real).recall == 1
    assert precision_recall(real, real) == (1, 1)
    assert density_coverage(real, real, k=3).coverage == 1


@pytest.mark.parametrize("num_features", [1, 3, 64, 2048])
def test_one_repeated_perfect_image_has_precision_and_no_recall(num_features):
    real = normal(200, num_features, seed=0, shift=5)
    fake = np.repeat(real[7:8], 150, axis=0)
    assert precision_recall(real, fake) == (1, pytest.approx(1 / 200))
    measured = density_coverage(real, fake, k=3)
    assert measured.density >= 1 / 3  # its own ball at least
    assert measured.coverage == pytest.approx(3 * measured.density / 200)


def test_far_apart_sets_share_nothing():
    real, fake = normal(100, 8, seed=0), normal(100, 8, seed=1, shift=1e3)
    assert precision_recall(real, fake) == (0, 0)
    assert density_coverage(real, fake) == (0, 0)


def test_one_outlier_spoils_precision_and_not_density():
    real, fake = normal(500, 4, seed=0), normal(500, 4, seed=1, shift=6)
    real[0] = 12
    assert precision_recall(real, fake).precision > 0.9
    assert density_coverage(real, fake).density < 0.3


def test_alike_sets_get_the_expected_density_and_coverage():
    measured = density_coverage(normal(3000, 8, seed=0), normal(3000, 8, seed=1), k=5)
    assert measured.density == pytest.approx(1, abs=0.05)
    assert measured.coverage == pytest.approx(1 - 2**-5, abs=0.01)


def test_manifold_metrics_see_neither_order_nor_rotation_nor_scale():
    real, fake = normal(120, 6, seed=0), normal(110, 6, seed=1, shift=0.4)
    rng = np.random.default_rng(0)
    changed = [3 * rng.permutation(s) @ rotation(6) + 10 for s in (real, fake)]
    for metric in (precision_recall, density_coverage):
        assert metric(*changed) == pytest.approx(tuple(metric(real, fake)), rel=1e-12)
    swapped = precision_recall(fake, real)
    assert swapped == precision_recall(real, fake)[::-1]


def test_a_common_offset_costs_no_digits():
    real, fake = normal(120, 6, seed=0), normal(110, 6, seed=1, shift=0.4)
    for metric in (precision_recall, density_coverage):
        assert metric(real + 1e7, fake + 1e7) == pytest.approx(tuple(metric(real, fake)), rel=1e-12)


@pytest.mark.parametrize(("num_samples", "num_features"), [(300, 2048), (3_000, 16)])
def test_memory_is_the_features_and_a_chunk(num_samples, num_features, monkeypatch):
    """All distances at once would be 72 MB in the second case."""
    monkeypatch.setattr(manifold, "_CHUNK", 2**17)  # 1 MB
    real, fake = (normal(num_samples, num_features, seed=s).astype("float32") for s in (0, 1))
    most = 4.5 * num_samples * num_features * 8 + 4 * 8 * manifold._CHUNK
    assert peak_memory(precision_recall, real, fake) < most
    assert peak_memory(density_coverage, real, fake) < most


def peak_memory(function, *arguments):
    """Bytes that a call allocates at its worst moment."""
    tracemalloc.start()
    try:
        function(*arguments)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# Sliced Wasserstein distance.


def smooth_images(count, size=28, channels=1, seed=0):
    """Random images without much fine detail, standard deviation about 1."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((count, size, size, channels))
    return 7 * scipy.ndimage.gaussian_filter(noise, (0, 2, 2, 0), mode="wrap")


def binomial(images):
    kernel = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256
    return scipy.ndimage.convolve(images, kernel[np.newaxis, ..., np.newaxis], mode="mirror")


def upsampled(images):
    spread = np.zeros_like(images).repeat(2, axis=1).repeat(2, axis=2)
    spread[:, ::2, ::2] = images
    return 4 * binomial(spread)


@pytest.mark.parametrize("shape", [(3, 28, 28, 1), (2, 32, 48, 3)])
def test_pyramid_has_the_filter_and_borders_of_scipy(shape):
    images = np.random.default_rng(0).uniform(-1, 1, shape)
    half = binomial(images)[:, ::2, ::2]
    quarter = binomial(half)[:, ::2, ::2]
    expected = [images - upsampled(half), half - upsampled(quarter), quarter]
    measured = laplacian_pyramid(images, 3)
    for level, expected_level in zip(measured, expected, strict=True):
        np.testing.assert_allclose(level, expected_level, atol=1e-14)
    np.testing.assert_allclose(
        upsampled(upsampled(measured[2]) + measured[1]) + measured[0], images
    )


def test_pyramid_keeps_what_is_flat_for_the_coarsest_level():
    fine, coarse = laplacian_pyramid(np.full((2, 8, 8, 1), 0.3), 2)
    np.testing.assert_allclose(fine, 0, atol=1e-15)
    np.testing.assert_allclose(coarse, 0.3, rtol=1e-14)
    (only,) = laplacian_pyramid(np.ones((1, 7, 7, 1), "uint8"), 1)
    np.testing.assert_array_equal(only, np.ones((1, 7, 7, 1)))


@pytest.mark.parametrize(
    ("size", "patch_size", "levels"),
    [
        ((28, 28), 7, [28, 14]),
        ((32, 32), 7, [32, 16]),
        ((64, 64), 7, [64, 32, 16]),
        ((14, 14), 7, [14]),
        ((7, 9), 7, [7]),
        ((30, 30), 7, [30, 15]),
        ((32, 14), 7, [32]),
        ((28, 28), 3, [28, 14, 7]),
    ],
)
def test_levels_by_halving(size, patch_size, levels):
    images = np.random.default_rng(0).uniform(size=(4, *size, 2))
    measured = sliced_wasserstein(images, images[::-1], 2, patch_size, num_directions=3)
    assert list(measured.levels) == levels
    assert measured.mean == pytest.approx(np.mean(list(measured.levels.values())))
    assert measured.mean > 0


@pytest.mark.parametrize("block", [1, 500, 2**23])
def test_each_projection_is_scipys_wasserstein_distance(block, monkeypatch):
    monkeypatch.setattr(image_metrics, "_BLOCK", block)
    real, fake = normal(12, 200, seed=0), normal(12, 200, seed=1, shift=0.3)
    directions = normal(5, 12, seed=2)
    expected = [scipy.stats.wasserstein_distance(d @ real, d @ fake) for d in directions]
    measured = image_metrics._projected_distances(real, fake, directions)
    np.testing.assert_allclose(measured, expected, rtol=1e-10)


def standardised(patches, axis):
    return (patches - patches.mean(axis=axis)) / patches.std(axis=axis)


def test_images_of_one_pixel_have_a_single_distance():
    """One place and, up to its sign, one direction: the distance is exact."""
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(300, 1, 1, 1)), rng.exponential(size=(300, 1, 1, 1))
    expected = 1000 * scipy.stats.wasserstein_distance(
        standardised(real, 0).ravel(), standardised(fake, 0).ravel()
    )
    measured = sliced_wasserstein(real, fake, patch_size=1)
    assert measured.mean == pytest.approx(expected, rel=1e-6)
    assert measured.levels == {1: measured.mean}


def test_images_of_one_patch_leave_only_the_directions_to_chance():
    """Channels of unequal brightness and contrast, each standardised by itself."""
    rng = np.random.default_rng(0)
    real = rng.normal(size=(200, 7, 7, 2)) * [1, 50] + [0, 9]
    fake = rng.normal(size=(200, 7, 7, 2)) ** 3 * [20, 0.1]
    flat = [standardised(images, (0, 1, 2)).reshape(200, -1) for images in (real, fake)]
    directions = rng.standard_normal((98, 4000))
    directions /= np.linalg.norm(directions, axis=0)
    gaps = np.abs(np.sort(flat[0] @ directions, axis=0) - np.sort(flat[1] @ directions, axis=0))
    measured = sliced_wasserstein(real, fake, patches_per_image=1, num_directions=4000)
    assert measured.mean == pytest.approx(1000 * gaps.mean(), rel=0.02)


def test_patches_are_the_images_windows():
    """Each pixel is its own number, so a patch shows where it comes from."""
    images = np.arange(3 * 10 * 12 * 2, dtype="float64").reshape(3, 10, 12, 2)
    rng = np.random.default_rng(0)
    tops, lefts = image_metrics._random_corners(rng, images.shape, 50, 7)
    assert (tops.min(), tops.max(), lefts.min(), lefts.max()) == (0, 3, 0, 5)
    patches = image_metrics._patches(images, (tops, lefts), 7, tiny=0)
    expected = np.stack(
        [
            images[i, t : t + 7, s : s + 7]
            for i in range(3)
            for t, s in zip(tops[i], lefts[i], strict=True)
        ]
    )  # (150, 7, 7, 2)
    expected = np.moveaxis(standardised(expected, (0, 1, 2)), -1, 1).reshape(150, -1)
    np.testing.assert_allclose(patches, expected.T, atol=1e-5)
    np.testing.assert_allclose(np.square(patches[:49]).mean(), 1, rtol=1e-5)


def test_directions_are_uniform_unit_vectors():
    directions = image_metrics._random_directions(np.random.default_rng(0), 20_000, 3)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(directions.T @ directions / 20_000, np.eye(3) / 3, atol=0.01)


FEW = {"patches_per_image": 16, "num_directions": 64}


def test_a_set_has_distance_zero_to_itself_and_noise_moves_it_away():
    images = smooth_images(100)
    assert sliced_wasserstein(images, images, **FEW) == (0, {28: 0, 14: 0})
    noise = np.random.default_rng(1).standard_normal(images.shape)
    distances = [
        sliced_wasserstein(images, images + std * noise, **FEW).mean for std in (0.1, 0.3, 1, 3)
    ]
    assert 0 < distances[0] < distances[1] < distances[2] < distances[3]


def test_each_level_sees_its_own_detail():
    images = smooth_images(100) + 0.05 * smooth_images(100, seed=1)[:, ::-1]
    checkerboard = (-1.0) ** np.add.outer(np.arange(28), np.arange(28))[..., np.newaxis]
    signs = np.random.default_rng(2).choice([-1, 1], size=(100, 1, 1, 1))
    fine = sliced_wasserstein(images, images + 0.5 * signs * checkerboard, **FEW).levels
    assert fine[28] > 5 * fine[14]
    broad = 4 * np.random.default_rng(3).standard_exponential((100, 1, 1, 1))
    coarse = sliced_wasserstein(images, images + broad, **FEW).levels
    assert coarse[14] > 5 * coarse[28]


def test_sliced_wasserstein_follows_the_seed_and_is_symmetric():
    real, fake = smooth_images(60, channels=3), smooth_images(60, channels=3, seed=1) ** 3
    first = sliced_wasserstein(real, fake, **FEW, seed=5)
    assert first == sliced_wasserstein(real, fake, **FEW, seed=5)
    assert first == sliced_wasserstein(fake, real, **FEW, seed=5)
    other = sliced_wasserstein(real, fake, **FEW, seed=6)
    assert other != first
    assert other.mean == pytest.approx(first.mean, rel=0.2)


def test_sliced_wasserstein_is_blind_to_brightness_and_contrast_of_the_set():
    images = smooth_images(60)
    assert sliced_wasserstein(images, 100 + 3 * images, **FEW).mean < 0.01


def test_images_without_detail_have_a_finite_distance():
    images, flat = smooth_images(20), np.full((20, 28, 28, 1), 0.3)
    measured = sliced_wasserstein(images, flat, **FEW)
    assert 100 < measured.mean < np.inf
    assert sliced_wasserstein(flat, -3 * flat, **FEW) == (0, {28: 0, 14: 0})


def test_patches_of_a_thousand_images_need_less_than_a_tenth_of_a_gigabyte():
    images = np.random.default_rng(0).uniform(size=(1_000, 28, 28, 1)).astype("float32")
    assert peak_memory(lambda: sliced_wasserstein(images, images, num_directions=8)) < 10**8


# Nearest neighbours.


def test_nearest_neighbours_are_those_of_cdist():
    rng = np.random.default_rng(0)
    images, real = rng.uniform(-1, 1, (40, 6, 5, 3)), rng.uniform(-1, 1, (150, 6, 5, 3))
    distances = cdist(images.reshape(40, -1), real.reshape(150, -1))
    order = np.argsort(distances, axis=1)
    for k in (1, 4, 150):
        measured = nearest_neighbours(images, real, k)
        np.testing.assert_array_equal(measured.indices, order[:, :k])
        expected = np.take_along_axis(distances, order[:, :k], axis=1)
        np.testing.assert_allclose(measured.distances, expected, rtol=1e-12)


@pytest.mark.parametrize("chunk", [1, 1000, 2**23])
def test_copies_are_found_at_distance_exactly_zero(chunk, monkeypatch):
    monkeypatch.setattr(manifold, "_CHUNK", chunk)
    real = np.random.default_rng(0).uniform(size=(90, 28, 28, 1)).astype("float32")
    measured = nearest_neighbours(real[::-1], real, k=2)
    assert measured.indices[:, 0].tolist() == list(range(90))[::-1]
    assert measured.distances[:, 0].tolist() == [0] * 90
    assert measured.distances[:, 1].min() > 1


def test_a_changed_pixel_is_the_whole_distance():
    real = np.random.default_rng(0).integers(256, size=(50, 28, 28, 1)).astype("uint8")
    images = real[[5, 49]].copy()
    images[1, 2, 2, 0] ^= 1
    measured = nearest_neighbours(images, real)
    assert measured.indices.tolist() == [[5], [49]]
    assert measured.distances.tolist() == [[0], [1]]


# Modes.


def test_mode_coverage_by_hand():
    centres = [[0.0, 0], [10, 0], [0, 10], [10, 10]]
    samples = [[0, 0], [0.2, 0], [0, 0.4], [9.8, 0.1], [5.1, 0], [0, 11.0]]
    measured = mode_coverage(samples, centres, std=0.1)
    np.testing.assert_array_equal(measured.counts, [2, 1, 0, 0])
    assert measured.modes == 2
    assert measured.high_quality == pytest.approx(3 / 6)
    expected = scipy.stats.entropy([3 / 6, 2 / 6, 1 / 6, 0], [1 / 4] * 4)
    assert measured.reverse_kl == pytest.approx(expected, rel=1e-12)
    assert mode_coverage(samples, centres, std=0.1, num_stds=4.5).counts.tolist() == [3, 1, 0, 0]
    assert (type(measured.modes), type(measured.high_quality)) == (int, float)
    assert measured.counts.dtype == np.int64


def test_mode_coverage_of_collapse_and_of_equal_shares():
    centres = data.grid_centres()
    collapsed = mode_coverage(np.zeros((100, 2)), centres, std=0.05)
    assert collapsed[:2] == (1, 1)
    assert collapsed.reverse_kl == pytest.approx(np.log(25))
    assert mode_coverage(centres, centres, std=0.05)[:3] == (25, 1, 0)
    nowhere = mode_coverage(centres + 0.5, centres, std=0.05)
    assert nowhere[:3] == (0, 0, 0)


@pytest.mark.parametrize(
    ("samples", "centres", "std"),
    [
        (data.ring(100_000, seed=0), data.ring_centres(), 0.01),
        (data.grid(100_000, seed=0), data.grid_centres(), 0.05),
    ],
)
def test_a_perfect_sampler_gets_the_share_of_three_stds(samples, centres, std):
    measured = mode_coverage(samples, centres, std)
    share = 1 - np.exp(-4.5)
    assert measured.modes == len(centres)
    assert abs(measured.high_quality - share) < 5 * np.sqrt(share * (1 - share) / len(samples))
    assert measured.counts.sum() == round(measured.high_quality * len(samples))
    # 2 n KL is about chi-squared with num_modes - 1 degrees of freedom.
    assert (
        0 < measured.reverse_kl < scipy.stats.chi2.isf(1e-6, len(centres) - 1) / (2 * len(samples))
    )


# What is unfit.

GOOD = normal(10, 4, seed=0)
PICTURES = smooth_images(4)
NAN, INFINITE = GOOD.copy(), GOOD.copy()
NAN[3, 2], INFINITE[0, 0] = np.nan, -np.inf


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (NAN, "real_features must be finite.*1 of 40"),
        (INFINITE, "real_features must be finite"),
        (GOOD[0], r"real_features must have shape .* \(4,\)"),
        (PICTURES, "Flatten or encode"),
        (GOOD[:, :0], r"shape \(10, 0\)"),
        (GOOD[:1], "real_features must hold at least 2 samples. Received: 1"),
        (GOOD[:, :3], r"\(10, 3\) and \(10, 4\)"),
        (GOOD * 1j, "complex128"),
        (GOOD.astype(str), "array of real numbers.*Received: ndarray of dtype <U"),
    ],
)
@pytest.mark.parametrize("metric", [kernel_distance, precision_recall, density_coverage])
def test_unfit_features(metric, features, message):
    with pytest.raises(ValueError, match=message):
        metric(features, GOOD)
    if metric is not density_coverage or len(features) != 1:
        with pytest.raises(ValueError, match="(real|fake)_features"):
            metric(GOOD, features)


@pytest.mark.parametrize("wrong", [0, 10, 1.0, True, None, "3"])
@pytest.mark.parametrize("metric", [precision_recall, density_coverage])
def test_unfit_k(metric, wrong):
    with pytest.raises(ValueError, match="k must be an integer from 1 to 9.*Received: k="):
        metric(GOOD, GOOD, k=wrong)


def test_fake_samples_must_be_more_than_k_where_they_have_balls():
    with pytest.raises(ValueError, match="from 1 to 2, one less than the smaller set"):
        precision_recall(GOOD, GOOD[:3])
    assert density_coverage(GOOD, GOOD[:3], k=9).coverage == 1
    with pytest.raises(ValueError, match="fake_features must hold at least 1"):
        density_coverage(GOOD, GOOD[:0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"subset_size": 1}, "subset_size=1"),
        ({"subset_size": 11}, "from 2 to 10, the size of the smaller set.*subset_size=11"),
        ({"subset_size": 5.0}, r"subset_size=5\.0"),
        ({"num_subsets": 0}, "num_subsets=0"),
        ({"num_subsets": True}, "num_subsets=True"),
        ({"seed": None}, "seed=None"),
        ({"seed": -1}, "seed=-1"),
    ],
)
def test_unfit_subsets(arguments, message):
    with pytest.raises(ValueError, match=message):
        kernel_distance(GOOD, GOOD, **arguments)


def test_numbers_of_numpy_are_numbers():
    others = normal(10, 4, seed=1)
    of_numpy = kernel_distance(GOOD, others, np.int32(3), np.int64(5), np.uint8(2))
    assert of_numpy == kernel_distance(GOOD, others, 3, 5, 2)
    assert precision_recall(GOOD, others, np.int64(2)) == precision_recall(GOOD, others, 2)


EYE = np.eye(3)


@pytest.mark.parametrize(
    ("gaussian", "message"),
    [
        ((np.zeros(3), np.triu(np.ones((3, 3)))), "cov_1 must be symmetric"),
        ((np.zeros(3), np.diag([1, 1, -1e-3])), "cov_1 must have no negative eigenvalue.*-0.001"),
        ((np.zeros(3), -EYE), "negative eigenvalue"),
        ((np.zeros(2), EYE), r"\(2,\) and \(3, 3\)"),
        ((np.zeros((1, 3)), EYE), r"\(1, 3\) and \(3, 3\)"),
        ((np.zeros(3), np.ones(3)), r"\(3,\) and \(3,\)"),
        ((0.0, 1.0), r"\(\) and \(\)"),
        ((np.zeros(0), np.zeros((0, 0))), r"\(0,\) and \(0, 0\)"),
        ((np.zeros(2), np.eye(2)), "same number of features. Received: 2 and 3"),
        ((np.full(3, np.nan), EYE), "mean_1 must be finite"),
        ((np.zeros(3), EYE + np.inf), "cov_1 must be finite"),
    ],
)
def test_unfit_gaussians(gaussian, message):
    with pytest.raises(ValueError, match=message):
        frechet_distance(*gaussian, np.zeros(3), EYE)
    with pytest.raises(ValueError, match="Received"):
        frechet_distance(np.zeros(3), EYE, *gaussian)


@pytest.mark.parametrize(
    ("features", "message"),
    [(GOOD[:1], "at least 2"), (GOOD[0], "shape"), (NAN, "features must be finite")],
)
def test_unfit_features_for_statistics(features, message):
    with pytest.raises(ValueError, match=message):
        gaussian_statistics(features)


UNIFORM = np.full((20, 4), 0.25)


@pytest.mark.parametrize(
    ("probabilities", "splits", "message"),
    [
        (GOOD, 10, "apply softmax"),
        (UNIFORM * 1.01, 10, "up to 0.01 away"),
        (UNIFORM + [-0.3, 0.3, 0, 0], 10, "numbers down to -0.05"),
        (NAN, 10, "finite"),
        (UNIFORM[0], 10, "shape"),
        (UNIFORM[:0], 1, "at least 1 samples"),
        (UNIFORM, 21, "from 1 to 20, the number of samples.*splits=21"),
        (UNIFORM, 0, "splits=0"),
        (UNIFORM, True, "splits=True"),
    ],
)
def test_unfit_probabilities(probabilities, splits, message):
    with pytest.raises(ValueError, match=message):
        inception_score(probabilities, splits)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (PICTURES[..., 0], "images must have shape .*one channel"),
        (PICTURES[:, :14], "same height, width and channels"),
        (PICTURES.repeat(3, axis=-1), "same height, width and channels"),
        (PICTURES * np.nan, "images must be finite"),
        (PICTURES[:0], "images must hold at least"),
    ],
)
@pytest.mark.parametrize("metric", [sliced_wasserstein, nearest_neighbours])
def test_unfit_images(metric, images, message):
    with pytest.raises(ValueError, match=message):
        metric(images, PICTURES)
    with pytest.raises(ValueError, match=message):
        metric(PICTURES, images)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"patch_size": 29}, "from 1 to 28, the size of the images.*patch_size=29"),
        ({"patch_size": 0}, "patch_size=0"),
        ({"patches_per_image": 0}, "patches_per_image=0"),
        ({"num_directions": 2.5}, "num_directions=2.5"),
        ({"seed": False}, "seed=False"),
    ],
)
def test_unfit_patches(arguments, message):
    with pytest.raises(ValueError, match=message):
        sliced_wasserstein(PICTURES, PICTURES, **arguments)


def test_unfit_levels():
    with pytest.raises(ValueError, match=r"multiples of 8. Received: shape \(4, 28, 28, 1\)"):
        laplacian_pyramid(PICTURES, 4)
    with pytest.raises(ValueError, match="num_levels=0"):
        laplacian_pyramid(PICTURES, 0)


def test_sets_of_images_must_be_equally_many_and_not_single():
    with pytest.raises(ValueError, match="Received: 4 and 3. Take the first 3"):
        sliced_wasserstein(PICTURES, PICTURES[:3])
    with pytest.raises(ValueError, match="at least 2 images. Received: 1"):
        sliced_wasserstein(PICTURES[:1], PICTURES[:1])


@pytest.mark.parametrize("wrong", [0, 5, True, 1.0])
def test_unfit_number_of_neighbours(wrong):
    with pytest.raises(ValueError, match="k must be an integer from 1 to 4, the number of real"):
        nearest_neighbours(PICTURES, PICTURES, k=wrong)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"samples": NAN}, "samples must be finite"),
        ({"samples": GOOD[:0]}, "samples must hold at least 1"),
        ({"samples": GOOD[0]}, "samples must have shape"),
        ({"centres": GOOD[:, :2]}, r"dimensions. Received: shapes \(10, 4\) and \(10, 2\)"),
        ({"centres": GOOD[:0]}, "centres must hold at least 1"),
        ({"std": 0}, "std must be a finite number > 0. Received: std=0"),
        ({"std": np.nan}, "std=nan"),
        ({"std": True}, "std=True"),
        ({"num_stds": -3}, "num_stds=-3"),
        ({"num_stds": np.inf}, "num_stds=inf"),
    ],
)
def test_unfit_modes(arguments, message):
    with pytest.raises(ValueError, match=message):
        mode_coverage(**({"samples": GOOD, "centres": GOOD, "std": 0.1} | arguments))


def test_arguments_stay_as_they_are():
    real, fake = normal(30, 4, seed=0), normal(30, 4, seed=1)
    pictures = smooth_images(4, seed=1)
    before = [array.copy() for array in (real, fake, PICTURES, pictures)]
    for metric in (kernel_distance, precision_recall, density_coverage, distance_of_sets):
        metric(real, fake)
    sliced_wasserstein(PICTURES, pictures, **FEW)
    nearest_neighbours(PICTURES, pictures)
    for array, old in zip((real, fake, PICTURES, pictures), before, strict=True):
        np.testing.assert_array_equal(array, old)
