"""Encoders, and the metrics over them: the shipped classifier, streaming, floors and ceilings."""

from gan_tf import builders, data, metrics
from gan_tf.metrics import encoders, manifold
import keras
import numpy as np
import pytest


@pytest.fixture(scope="module")
def garments():
    """2,000 and 2,000 real images, and the labels of both."""
    (images, labels), _ = data.load_fashion_mnist("embedded", verbose=False)
    return images[:2_000], images[2_000:4_000], labels[:2_000], labels[2_000:4_000]


@pytest.fixture(scope="module")
def encoder():
    return metrics.fashion_mnist_encoder()


@pytest.fixture(scope="module")
def reference(encoder, garments):
    return metrics.Reference(encoder, garments[0], garments[1])


# The shipped classifier.


def test_classifier_is_small_and_knows_the_test_images(encoder):
    _, (test_images, test_labels) = data.load_fashion_mnist("embedded", verbose=False)
    assert encoder.model.count_params() <= 100_000
    assert metrics.CLASSIFIER_FILE.stat().st_size < 500_000
    _, probabilities = encoder(test_images)
    assert np.mean(probabilities.argmax(axis=1) == test_labels) >= 0.925


def test_classifier_is_the_builders(encoder):
    built = builders.image_classifier()
    shipped = keras.saving.load_model(metrics.CLASSIFIER_FILE, compile=False, safe_mode=True)
    assert [type(layer).__name__ for layer in shipped.layers] == [
        type(layer).__name__ for layer in built.layers
    ]
    assert [w.shape for w in shipped.get_weights()] == [w.shape for w in built.get_weights()]


def test_a_damaged_classifier_is_named(tmp_path, monkeypatch):
    damaged = tmp_path / "classifier.keras"
    content = bytearray(metrics.CLASSIFIER_FILE.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(bytes(content))
    monkeypatch.setattr(encoders, "CLASSIFIER_FILE", damaged)
    with pytest.raises(ValueError, match=r"classifier\.keras is damaged.*git checkout"):
        metrics.fashion_mnist_encoder()


def test_a_missing_classifier_is_an_os_error(tmp_path, monkeypatch):
    monkeypatch.setattr(encoders, "CLASSIFIER_FILE", tmp_path / "classifier.keras")
    with pytest.raises(OSError, match=r"classifier\.keras"):
        metrics.fashion_mnist_encoder()


def test_encoder_gives_what_the_layers_give(encoder, garments):
    images = garments[0][:7]
    features, probabilities = encoder(images)
    assert features.shape == (7, 64) and probabilities.shape == (7, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    shipped = keras.saving.load_model(metrics.CLASSIFIER_FILE, compile=False)
    np.testing.assert_allclose(probabilities, shipped(images, training=False), atol=1e-5)
    kernel, bias = shipped.layers[-1].get_weights()
    logits = features @ kernel + bias
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    np.testing.assert_allclose(probabilities, odds / odds.sum(1, keepdims=True), atol=1e-5)


def test_encoder_knows_the_range_and_the_missing_channel(encoder, garments):
    images = garments[0][:5]
    other = metrics.fashion_mnist_encoder(value_range=(0, 1))
    scaled = other((images[..., 0] + 1) / 2)
    np.testing.assert_allclose(scaled.features, encoder(images).features, rtol=1e-3, atol=1e-3)


def test_encoder_clips_what_overshoots(encoder, garments):
    images = garments[0][:5]
    clipped = encoder(np.clip(2 * images, -1, 1)).features
    np.testing.assert_allclose(encoder(2 * images).features, clipped, atol=1e-5)


def test_encoder_does_not_depend_on_the_batches(garments):
    classifier = keras.saving.load_model(metrics.CLASSIFIER_FILE, compile=False)
    one, many = (metrics.Encoder(classifier, "c", batch_size=size) for size in (7, 500))
    images = garments[0][:20]
    np.testing.assert_allclose(one(images).features, many(images).features, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((2, 32, 32, 1)), r"\(28, 28, 1\).*Received: shape \(2, 32, 32, 1\)"),
        (np.zeros((28, 28)), r"Received: shape \(28, 28\)"),
        (np.zeros((0, 28, 28, 1)), "at least one image"),
        (np.full((2, 28, 28, 1), np.nan), "finite"),
    ],
)
def test_encoder_refuses_what_it_cannot_see(encoder, images, message):
    with pytest.raises(ValueError, match=message):
        encoder(images)


def test_encoder_needs_a_classifier():
    with pytest.raises(ValueError, match="softmax"):
        metrics.Encoder(builders.dcgan_discriminator(), "discriminator")
    with pytest.raises(ValueError, match="value_range"):
        metrics.Encoder(builders.image_classifier(), "classifier", value_range=(1, -1))
    with pytest.raises(ValueError, match="batch_size must be an integer >= 1"):
        metrics.Encoder(builders.image_classifier(), "classifier", batch_size=True)


# Inception, with random weights: everything but the download.


@pytest.mark.slow
def test_inception_sees_grey_and_colour_as_keras_applications_does(garments):
    inception = metrics.keras_inception_encoder(weights=None)
    assert "random weights" in inception.name and "keras" in inception.name
    grey = garments[0][:2]
    features, probabilities = inception(grey)
    assert features.shape == (2, 2048) and probabilities.shape == (2, 1000)
    colour = np.repeat(grey, 3, axis=-1)
    np.testing.assert_allclose(inception(colour).features, features, rtol=1e-3, atol=1e-4)
    # The whole way by hand: resize, the network up to its last convolutions, the mean of each.
    resized = keras.ops.image.resize(colour, (299, 299), antialias=True)
    maps = keras.Model(inception.model.inputs, inception.model.get_layer("mixed10").output)
    expected = np.mean(maps(resized, training=False), axis=(1, 2))
    np.testing.assert_allclose(features, expected, rtol=1e-3, atol=1e-4)
    # The objects take it as they take the shipped classifier.
    distance = metrics.KernelClassifierDistance(metrics.Reference(inception, grey, grey[::-1]))
    for image in garments[1][:2]:
        distance.update_state(image[np.newaxis])
    (report,) = distance.report()
    assert report.num_samples == 2 and report.encoder == inception.name
    assert np.isfinite(report[1:4]).all()


def test_inception_without_its_weights_says_what_to_do(monkeypatch):
    def refused(*args, **kwargs):
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.applications, "InceptionV3", refused)
    with pytest.raises(OSError, match=r"URL fetch failure.*fashion_mnist_encoder"):
        metrics.keras_inception_encoder()


# The objects.


def test_streamed_distance_is_that_of_all_at_once(reference, encoder, garments):
    samples = np.clip(garments[1][:499] + 0.3, -1, 1)
    distance = metrics.FrechetClassifierDistance(reference)
    for first, last in ((0, 1), (1, 200), (200, 499)):
        distance.update_state(samples[first:last])
    real, fake = encoder(garments[0]).features, encoder(samples).features
    statistics = [metrics.gaussian_statistics(features) for features in (real, fake)]
    expected = metrics.frechet_distance(*statistics[0], *statistics[1])
    assert distance.result() == pytest.approx(expected, rel=1e-5)
    assert distance.num_samples == 499


def test_the_reference_is_decomposed_once(encoder, garments, monkeypatch):
    reference = metrics.Reference(encoder, garments[0][:200], garments[1][:200])
    decomposed, eigh = [], np.linalg.eigh
    monkeypatch.setattr(np.linalg, "eigh", lambda cov: decomposed.append(cov) or eigh(cov))
    distance = metrics.FrechetClassifierDistance(reference)
    distance.update_state(garments[1][200:300])
    (report,) = distance.report()
    assert len(decomposed) == 4  # of the reference, the samples, other real images and noise
    assert distance.result() == report.value and len(decomposed) == 5
    np.testing.assert_array_equal(decomposed[0], decomposed[-1])


OBJECTS = {
    metrics.KernelClassifierDistance: lambda real, fake: {
        "kernel_classifier_distance": metrics.kernel_distance(real.features, fake.features).mean
    },
    metrics.ClassifierScore: lambda real, fake: {
        "classifier_score": metrics.inception_score(fake.probabilities).mean
    },
    metrics.ClassifierPrecisionRecall: lambda real, fake: metrics.precision_recall(
        real.features, fake.features
    )._asdict(),
    metrics.ClassifierDensityCoverage: lambda real, fake: metrics.density_coverage(
        real.features, fake.features
    )._asdict(),
}


@pytest.mark.parametrize("kind", OBJECTS, ids=lambda kind: kind.__name__)
def test_objects_give_what_the_functions_give(kind, encoder, garments):
    reference = metrics.Reference(encoder, garments[0][:300], garments[1][:300])
    samples = np.clip(garments[1][300:500] + 0.2, -1, 1)
    metric = kind(reference)
    metric.update_state(samples[:50])
    metric.update_state(samples[50:])
    expected = OBJECTS[kind](encoder(garments[0][:300]), encoder(samples))
    result = metric.result()
    values = result if isinstance(result, dict) else {next(iter(expected)): result}
    assert values == pytest.approx(expected, rel=1e-4, abs=1e-6)
    metric.reset_state()
    assert metric.num_samples == 0
    with pytest.raises(ValueError, match=r"Received: 0.*update_state"):
        metric.result()


def test_classes_present_counts_those_with_a_tenth_of_a_share(reference, garments):
    _, others, _, labels = garments
    trousers, sneakers = others[labels == 1], others[labels == 7]
    metric = metrics.ClassesPresent(reference)
    metric.update_state(trousers[:100])
    assert metric.result() <= 2  # a few may be taken for dresses
    shares = metric.shares()
    assert shares.argmax() == 1 and shares[1] > 0.95 and shares.sum() == pytest.approx(1)
    metric.update_state(sneakers[:100])
    assert metric.shares()[[1, 7]].min() > 0.4
    metric.reset_state()
    metric.update_state(others)
    assert metric.result() == 10


def test_a_report_stands_between_floor_and_ceiling(reference, garments):
    distance = metrics.FrechetClassifierDistance(reference)
    distance.update_state(np.clip(garments[1][:1_000] + 0.5, -1, 1))
    (report,) = distance.report()
    assert 0 < report.floor < report.value < report.ceiling
    assert report.value == distance.result()
    assert (report.num_samples, report.num_real) == (1_000, 2_000)
    printed = str(report)
    for part in ("frechet_classifier_distance", "1,000 samples", "2,000", reference.encoder.name):
        assert part in printed


def test_the_floor_is_what_a_perfect_generator_gets(reference, garments):
    distance = metrics.FrechetClassifierDistance(reference)
    distance.update_state(garments[1][:1_000])
    (report,) = distance.report()
    assert report.value == pytest.approx(report.floor, rel=1e-6)


def test_the_ceiling_is_noise_in_the_encoders_range(garments):
    encoder = metrics.fashion_mnist_encoder(value_range=(0, 1))
    halves = [(images[:500] + 1) / 2 for images in garments[:2]]
    reference = metrics.Reference(encoder, *halves, seed=3)
    noise = np.random.default_rng(3).uniform(0, 1, (500, 28, 28, 1))
    distance = metrics.FrechetClassifierDistance(reference)
    distance.update_state(noise)
    (report,) = distance.report()
    assert report.value == pytest.approx(report.ceiling, rel=1e-6)
    assert report.ceiling > 20 * report.floor


def test_noise_keeps_its_first_images_when_more_are_asked_for(garments, encoder):
    reference = metrics.Reference(encoder, garments[0][:100], garments[1][:100])
    few = reference.noise(10).features.copy()
    np.testing.assert_allclose(reference.noise(50).features[:10], few, rtol=1e-4, atol=1e-4)


def test_scores_forget_between_calls(reference, garments):
    scores = metrics.Scores(reference)
    samples = np.clip(garments[1][:300] + 0.1, -1, 1)
    first = scores(samples)
    assert list(first) == ["frechet_classifier_distance", "precision", "recall", "classes_present"]
    assert scores(samples) == first
    assert all(isinstance(value, float) for value in first.values())
    assert [report.name for report in scores.report(samples)] == list(first)


def test_a_floor_needs_enough_images(encoder, garments):
    reference = metrics.Reference(encoder, garments[0][:200], garments[1][:100])
    distance = metrics.FrechetClassifierDistance(reference)
    distance.update_state(garments[1][:150])
    assert distance.result() > 0
    with pytest.raises(ValueError, match=r"floor of 150 samples.*Received: 100"):
        distance.report()


@pytest.mark.parametrize("change", [lambda x: (x + 1) / 2, lambda x: 127.5 * (x + 1)])
def test_real_images_must_use_the_range(encoder, garments, change):
    real, others = garments[0][:10], garments[1][:10]
    with pytest.raises(ValueError, match=r"real_images must lie in value_range=\(-1, 1\)"):
        metrics.Reference(encoder, change(real), others)
    with pytest.raises(ValueError, match="other_real_images must lie"):
        metrics.Reference(encoder, real, change(others))


def test_more_samples_than_one_chunk_of_distances_are_scored(reference, garments):
    """The values are exact under a split of the stream."""
    images = np.concatenate(garments[:2])
    reference = metrics.Reference(reference.encoder, images, images[::-1])
    assert len(images) ** 2 > manifold._CHUNK
    values = metrics.Scores(reference)(images)
    assert values["frechet_classifier_distance"] == pytest.approx(0, abs=1e-3)
    assert values["precision"] == values["recall"] == 1
