"""What holds for any input: of data, losses and metrics, tried on inputs that hypothesis makes up.

The same examples in every run: nothing here fails by chance.
"""

import math

from gan_tf import data, losses, metrics
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
import keras
import numpy as np
import pytest
import tensorflow as tf

few = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],  # a busy machine is no fault of the code
)
fewer = settings(few, max_examples=6)  # for pipelines, which take long to build
SEEDS = st.integers(0, 2**32 - 1)
TF_SEEDS = st.integers(0, 2**63 - 1)


# Data.


@st.composite
def sizes(draw):
    """A number of images, and a batch size that they fill at least once."""
    num_images = draw(st.integers(1, 40))
    return num_images, draw(st.integers(1, num_images))


def numbered(num_images):
    return np.arange(num_images, dtype="float32")[:, None]


def orders(dataset, epochs):
    """Which images each of some epochs shows, one after the other."""
    return [[int(i) for batch in dataset for i in batch.numpy()[:, 0]] for _ in range(epochs)]


@fewer
@given(sizes(), TF_SEEDS)
def test_each_pass_is_a_permutation(size, seed):
    num_images, batch_size = size
    images = numbered(num_images)
    for order in orders(data.batches(images, batch_size, seed, drop_remainder=False), 2):
        assert sorted(order) == list(range(num_images))
    for order in orders(data.batches(images, batch_size, seed), 2):
        assert len(order) == len(set(order)) == num_images // batch_size * batch_size
        assert set(order) <= set(range(num_images))


@fewer
@given(sizes(), TF_SEEDS, st.integers(0, 1000), SEEDS)
def test_order_depends_on_seed_and_epoch_alone(size, seed, epoch, global_seed):
    first = data.batches(numbered(size[0]), size[1], seed)
    first.epoch.assign(epoch)
    expected = orders(first, 2)
    keras.utils.set_random_seed(global_seed)
    later = data.batches(numbered(size[0]), size[1], seed)
    orders(later, 1)
    later.epoch.assign(epoch + 1)
    assert orders(later, 1) == expected[1:]


@fewer
@given(sizes(), TF_SEEDS, st.integers(1, 5))
def test_epochs_of_any_length_follow_one_another(size, seed, steps):
    num_images, batch_size = size
    whole = data.batches(numbered(num_images), batch_size, seed)
    stretches = data.batches(numbered(num_images), batch_size, seed, steps_per_epoch=steps)
    shown = sum(orders(stretches, 3), [])
    passes = sum(orders(whole, 1 + len(shown) // len(whole) // batch_size), [])
    assert len(shown) == 3 * steps * batch_size
    assert shown == passes[: len(shown)]


@few
@given(st.integers(1, 3), st.integers(1, 9), st.integers(1, 9), st.integers(0, 5), SEEDS)
def test_cropped_undoes_padded(num_images, height, half, border, seed):
    """For images whose width differs from the height by an even number."""
    width = height % 2 + 2 * half
    images = np.random.default_rng(seed).normal(size=(num_images, height, width, 2))
    size = max(height, width) + 2 * border
    larger = data.padded(images, size, value=7.0)
    assert larger.shape == (num_images, size, size, 2)
    rows, columns = (size - height) // 2, (size - width) // 2
    inner = larger[:, rows : size - rows, columns : size - columns]
    np.testing.assert_array_equal(inner, images)
    assert np.sum(larger == 7.0) == larger.size - images.size
    if height == width:
        np.testing.assert_array_equal(data.cropped(larger, height), images)


@few
@given(st.integers(1, 3), st.integers(1, 6), st.integers(1, 4), SEEDS)
def test_shrunk_undoes_enlarged(num_images, size, factor, seed):
    images = np.random.default_rng(seed).normal(size=(num_images, size, size, 2))
    larger = data.enlarged(images, factor * size)
    assert larger.shape == (num_images, factor * size, factor * size, 2)
    np.testing.assert_allclose(data.shrunk(larger, size), images, rtol=1e-12)


@pytest.mark.parametrize("make", [data.circle, data.ring, data.grid, data.swiss_roll])
@few
@given(num_samples=st.integers(1, 200), std=st.floats(0, 1e3), seed=SEEDS)
def test_points_are_finite_and_their_seed_decides(make, num_samples, std, seed):
    points = make(num_samples, std=std, seed=seed)
    assert points.shape == (num_samples, 2) and points.dtype == np.float32
    assert np.isfinite(points).all()
    np.testing.assert_array_equal(points, make(num_samples, std=std, seed=seed))


@few
@given(st.integers(1, 50), st.floats(0.01, 100))
def test_ring_centres_lie_evenly_on_their_circle(num_modes, radius):
    centres = data.ring_centres(num_modes, radius)
    np.testing.assert_allclose(np.linalg.norm(centres, axis=1), radius, rtol=1e-5)
    gaps = np.linalg.norm(centres - np.roll(centres, 1, axis=0), axis=1)
    np.testing.assert_allclose(gaps, 2 * radius * math.sin(math.pi / num_modes), atol=1e-5 * radius)


# Losses.


def logits(limit, min_size=1):
    """Pairs of float32 arrays `(batch, 1)`, of one size."""
    values = st.floats(-limit, limit, width=32)
    shapes = st.integers(min_size, 8).map(lambda size: (size, 1))
    return shapes.flatmap(
        lambda shape: st.tuples(*[arrays("float32", shape, elements=values) for _ in range(2)])
    )


def softplus(x):
    return np.logaddexp(0, x)


def cross_entropy(r, f, smoothing=0.0):
    real = (1 - smoothing) * softplus(-r) + smoothing * softplus(r)
    return (real.mean() + softplus(f).mean()) / 2


def averaged(r, f):
    return (softplus(f.mean() - r).mean() + softplus(f - r.mean()).mean()) / 2


# A loss, and in NumPy what the discriminator and the generator minimise.
LOSSES = {
    "non_saturating": (
        losses.NonSaturating(),
        cross_entropy,
        lambda r, f: softplus(-f).mean(),
    ),
    "smoothed": (
        losses.NonSaturating(label_smoothing=0.25),
        lambda r, f: cross_entropy(r, f, 0.25),
        lambda r, f: softplus(-f).mean(),
    ),
    "minimax": (losses.Minimax(), cross_entropy, lambda r, f: -softplus(f).mean() / 2),
    "least_squares": (
        losses.LeastSquares(),
        lambda r, f: (((r - 1) ** 2).mean() + (f**2).mean()) / 2,
        lambda r, f: ((f - 1) ** 2).mean() / 2,
    ),
    "hinge": (
        losses.Hinge(),
        lambda r, f: np.maximum(0, 1 - r).mean() + np.maximum(0, 1 + f).mean(),
        lambda r, f: -f.mean(),
    ),
    "wasserstein": (losses.Wasserstein(), lambda r, f: f.mean() - r.mean(), lambda r, f: -f.mean()),
    "relativistic": (
        losses.Relativistic(),
        lambda r, f: softplus(f - r).mean(),
        lambda r, f: softplus(r - f).mean(),
    ),
    "averaged": (losses.Relativistic(average=True), averaged, lambda r, f: averaged(f, r)),
}
every_loss = pytest.mark.parametrize("name", LOSSES)


def d_loss(loss, real, fake):
    return float(loss.discriminator(tf.constant(real), tf.constant(fake)))


def generator_loss(loss, real, fake):
    return loss.generator(fake, real) if loss.needs_real_logits else loss.generator(fake)


def gradients(loss, real, fake):
    """Of the discriminator's loss by both kinds of logits, and of the generator's by the fake."""
    real, fake = tf.constant(real), tf.constant(fake)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([real, fake])
        discriminator = loss.discriminator(real, fake)
        generator = generator_loss(loss, real, fake)
    by = [(discriminator, real), (discriminator, fake), (generator, fake)]
    return [tape.gradient(*each).numpy() for each in by]


@every_loss
@few
@given(pair=logits(1e4))
def test_losses_equal_their_formulas(name, pair):
    loss, discriminator, generator = LOSSES[name]
    real, fake = pair
    size = 1 + max(abs(real).max(), abs(fake).max()) ** (2 if name == "least_squares" else 1)
    exact = [each.astype("float64") for each in pair]
    tolerance = {"rtol": 1e-5, "atol": 1e-6 * size}
    np.testing.assert_allclose(d_loss(loss, real, fake), discriminator(*exact), **tolerance)
    np.testing.assert_allclose(
        float(generator_loss(loss, real, fake)), generator(*exact), **tolerance
    )


@every_loss
@few
@given(signs=arrays("float32", (2, 3, 1), elements=st.sampled_from([-1e4, 0.0, 1e4])))
def test_losses_and_gradients_stay_finite(name, signs):
    loss = LOSSES[name][0]
    assert math.isfinite(d_loss(loss, *signs))
    assert all(np.isfinite(each).all() for each in gradients(loss, *signs))


@pytest.mark.parametrize("name", [n for n in LOSSES if n != "wasserstein"])
@few
@given(pair=logits(1e4))
def test_the_discriminator_never_loses_less_than_nothing(name, pair):
    assert d_loss(LOSSES[name][0], *pair) >= 0


@pytest.mark.parametrize("name", ["wasserstein", "relativistic", "averaged"])
@few
@given(pair=logits(50), shift=st.floats(-50, 50, width=32))
def test_only_differences_of_logits_count(name, pair, shift):
    loss = LOSSES[name][0]
    real, fake = pair
    moved = d_loss(loss, real + shift, fake + shift)
    np.testing.assert_allclose(moved, d_loss(loss, real, fake), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", [n for n in LOSSES if n not in ("least_squares", "smoothed")])
@few
@given(pair=logits(50))
def test_names_of_the_kinds_do_not_matter(name, pair):
    """Calling the real fake and the fake real only turns the sign of what a discriminator says."""
    loss = LOSSES[name][0]
    real, fake = pair
    np.testing.assert_allclose(d_loss(loss, -fake, -real), d_loss(loss, real, fake), rtol=1e-5)


@pytest.mark.parametrize("name", [n for n in LOSSES if n not in ("least_squares", "smoothed")])
@few
@given(pair=logits(1e4))
def test_gradients_pull_logits_the_right_way(name, pair):
    """The discriminator's real ones up and fake ones down; the generator's fake ones up."""
    by_real, by_fake, by_generated = gradients(LOSSES[name][0], *pair)
    assert (by_real <= 0).all() and (by_fake >= 0).all() and (by_generated <= 0).all()


@pytest.mark.parametrize("kind", [losses.NonSaturating, losses.Minimax])
@few
@given(pair=logits(8))
def test_probabilities_are_as_good_as_logits(kind, pair):
    real, fake = pair
    seen = [1 / (1 + np.exp(-each)) for each in pair]
    expected, found = kind(), kind(from_logits=False)
    np.testing.assert_allclose(d_loss(found, *seen), d_loss(expected, real, fake), rtol=1e-3)
    np.testing.assert_allclose(
        found.generator(seen[1]), expected.generator(fake), rtol=1e-3, atol=1e-6
    )


# Metrics.


@st.composite
def feature_sets(draw, count=2, same_size=False):
    """Sets of features, also fewer than there are dimensions, of other scales and places."""
    rng = np.random.default_rng(draw(SEEDS))
    dimensions, size = draw(st.integers(1, 6)), draw(st.integers(6, 20))
    sets = []
    for _ in range(count):
        size = size if same_size else draw(st.integers(6, 20))
        scale = 10.0 ** draw(st.integers(-2, 2))
        rank = draw(st.integers(1, dimensions))
        mixing = rng.normal(size=(rank, dimensions)) * scale
        sets.append(rng.normal(size=(size, rank)) @ mixing + rng.normal(size=dimensions))
    return sets


def gaussians(sets):
    return [metrics.gaussian_statistics(each) for each in sets]


def close_to(expected, *sets):
    """Up to rounding, relative to the largest squared feature."""
    return pytest.approx(expected, rel=1e-6, abs=1e-6 * max(np.square(s).max() for s in sets))


def rotation(dimensions, rng):
    return np.linalg.qr(rng.normal(size=(dimensions, dimensions)))[0]


@few
@given(feature_sets(3))
def test_frechet_distance_is_the_square_of_a_distance(sets):
    one, two, three = gaussians(sets)
    there = metrics.frechet_distance(*one, *two)
    assert there >= 0
    assert metrics.frechet_distance(*two, *one) == close_to(there, *sets)
    assert metrics.frechet_distance(*one, *one) == close_to(0, *sets)
    around = math.sqrt(metrics.frechet_distance(*one, *three))
    around += math.sqrt(metrics.frechet_distance(*three, *two))
    assert math.sqrt(there) <= around * (1 + 1e-6) + 1e-3 * max(abs(s).max() for s in sets)


@few
@given(feature_sets(), SEEDS)
def test_frechet_distance_knows_no_directions(sets, seed):
    rng = np.random.default_rng(seed)
    turn, shift = rotation(sets[0].shape[1], rng), rng.normal(size=sets[0].shape[1])
    one, two = gaussians(sets)
    turned = gaussians([each @ turn + shift for each in sets])
    expected = metrics.frechet_distance(*one, *two)
    assert metrics.frechet_distance(*turned[0], *turned[1]) == close_to(expected, *sets, shift)


@few
@given(feature_sets(1), arrays("float64", 6, elements=st.floats(-100, 100)))
def test_frechet_distance_of_a_translation(sets, shift):
    shift = shift[: sets[0].shape[1]]
    one, moved = gaussians([sets[0], sets[0] + shift])
    expected = np.square(shift).sum()
    assert metrics.frechet_distance(*one, *moved) == close_to(expected, sets[0], shift)


@few
@given(feature_sets(same_size=True))
def test_kernel_distance_is_symmetric(sets):
    real, fake = sets
    there = metrics.kernel_distance(real, fake, num_subsets=2).mean
    back = metrics.kernel_distance(fake, real, num_subsets=2).mean
    size = max((1 + np.square(each).max()) ** 3 for each in sets)
    assert back == pytest.approx(there, abs=1e-12 * size)
    assert metrics.kernel_distance(real, real, num_subsets=2).mean <= 1e-12 * size


@few
@given(feature_sets(), st.integers(1, 5))
def test_precision_and_recall_are_shares(sets, k):
    real, fake = sets
    found, other = metrics.precision_recall(real, fake, k), metrics.precision_recall(fake, real, k)
    assert 0 <= found.precision <= 1 and 0 <= found.recall <= 1
    assert (found.precision, found.recall) == (other.recall, other.precision)
    assert metrics.precision_recall(real, real, k) == (1, 1)


@few
@given(feature_sets(), st.integers(1, 5))
def test_density_and_coverage_have_their_bounds(sets, k):
    real, fake = sets
    found = metrics.density_coverage(real, fake, k)
    assert 0 <= found.density <= len(real) / k and 0 <= found.coverage <= 1
    itself = metrics.density_coverage(real, real, k)
    assert itself.coverage == 1 and itself.density >= 1


@few
@given(st.integers(1, 12), st.integers(1, 30), st.floats(-3, 3), SEEDS, st.data())
def test_inception_score_lies_between_one_and_the_classes(classes, samples, power, seed, choice):
    """From equal probabilities to some that are nearly all at one class, or exactly."""
    exponents = 10.0**power * np.random.default_rng(seed).normal(size=(samples, classes))
    probabilities = np.exp(exponents - exponents.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    score = metrics.inception_score(probabilities, choice.draw(st.integers(1, samples)))
    assert 1 - 1e-9 <= score.mean <= classes * (1 + 1e-9) and score.std >= 0


@few
@given(st.integers(1, 9), st.integers(1, 40), st.floats(0.01, 3), SEEDS)
def test_mode_coverage_has_its_bounds(num_modes, num_samples, std, seed):
    rng = np.random.default_rng(seed)
    centres, samples = rng.normal(size=(num_modes, 2)), rng.normal(size=(num_samples, 2))
    found = metrics.mode_coverage(samples, centres, std)
    assert found.modes == np.count_nonzero(found.counts) <= min(num_modes, num_samples)
    assert found.counts.shape == (num_modes,)
    assert found.counts.sum() == pytest.approx(found.high_quality * num_samples)
    assert 0 <= found.high_quality <= 1
    assert 0 <= found.reverse_kl <= math.log(num_modes) + 1e-9
    perfect = metrics.mode_coverage(centres, centres, std)
    assert (perfect.modes, perfect.high_quality) == (num_modes, 1)


@few
@given(st.integers(1, 3), st.sampled_from([6, 8, 14]), SEEDS)
def test_sliced_wasserstein_is_a_distance(channels, size, seed):
    rng = np.random.default_rng(seed)
    real, fake = rng.normal(size=(2, 3, size, size, channels))
    options = {"patches_per_image": 4, "patch_size": 3, "num_directions": 8}
    there = metrics.sliced_wasserstein(real, fake, **options).mean
    assert there > 0
    assert metrics.sliced_wasserstein(fake, real, **options).mean == pytest.approx(there)
    assert metrics.sliced_wasserstein(real, real, **options).mean == 0


@st.composite
def paths(draw):
    """Ends of paths, among them equal, opposite and nearly opposite ones."""
    rng = np.random.default_rng(draw(SEEDS))
    starts = rng.normal(size=(5, draw(st.integers(2, 6)))) * 10.0 ** draw(st.integers(-3, 3))
    apart = 10.0 ** draw(st.integers(-17, 0)) * np.abs(starts).max()
    other = rng.normal(size=starts.shape)
    side = draw(st.sampled_from([-1.0, 1.0]))
    exact = np.array([1.0, 1.0, 1.0, 1.0, 0.0])[:, None]
    shares = np.array([draw(st.floats(0, 1)) for _ in range(5)])
    return starts, side * starts + exact * apart * other, shares


def unit(points):
    return points / np.linalg.norm(points, axis=1, keepdims=True)


@settings(few, max_examples=100)
@given(paths())
def test_slerp_stays_on_the_sphere(path):
    starts, ends, shares = path
    found = metrics.slerp(starts, ends, shares)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=1e-9)
    at_start, at_end = (metrics.slerp(starts, ends, np.full(5, share)) for share in (0, 1))
    np.testing.assert_allclose(at_start, unit(starts), atol=1e-9)
    np.testing.assert_allclose(at_end, unit(ends), atol=1e-9)


@few
@given(paths())
def test_slerp_goes_evenly(path):
    starts, ends, shares = path

    def angles(left, right):
        chords = [np.linalg.norm(left + sign * right, axis=1) for sign in (-1, 1)]
        return 2 * np.arctan2(*chords)

    found = metrics.slerp(starts, ends, shares)
    whole = angles(unit(starts), unit(ends))
    np.testing.assert_allclose(angles(unit(starts), found), shares * whole, atol=1e-7)
    np.testing.assert_allclose(angles(found, unit(ends)), (1 - shares) * whole, atol=1e-7)
