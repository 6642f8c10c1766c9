"""How good samples are, in lines to print, with the metrics that fit the data."""

import gan_tf.prepared  # noqa: F401
from gan_tf import data, metrics
import numpy as np

NUM_FACES = 2_000  # real faces whose attributes are counted


def report(samples, real_images, other_real_images, name, value_range=(-1.0, 1.0)):
    """Each metric of samples, with the values of other real images and of noise beside it.

    Garments are judged by the classifier of Fashion-MNIST, and colour faces by that of faces;
    other images by a network of random filters. All but garments are also compared patch by patch,
    and the attributes of faces are counted.

    Args:
        samples: Float array `(num_samples, size, size, channels)`.
        real_images: Float array of the same height, width and channels: what samples are compared
            with.
        other_real_images: Float array, at least as many as there are samples; they give the floor.
        name: String, the data set's name in `data.DATA_SETS`, or another for the reader's own.
        value_range: Pair, black and white of all the images.

    Returns:
        List of strings.

    Raises:
        ValueError: If shapes differ, or there are too few real images.
    """
    if samples.shape[1:] != real_images.shape[1:]:
        raise ValueError(
            "Samples and real images must have the same size and channels. Received: "
            f"{samples.shape[1:]} and {real_images.shape[1:]}"
        )
    encoder, kinds = _encoder_and_metrics(name, samples.shape[1:], value_range)
    reference = metrics.Reference(encoder, real_images, other_real_images)
    reports = metrics.Scores(reference, kinds).report(samples)
    if encoder.name != "fashion_mnist_classifier":
        reports.append(metrics.sliced_wasserstein_report(samples, real_images, other_real_images))
    lines = [str(each) for each in reports]
    if encoder.name == "face_classifier":
        lines += _attributes(samples, real_images, value_range)
    return lines


# Helpers.


def _encoder_and_metrics(name, shape, value_range):
    usual = (metrics.KernelClassifierDistance, metrics.ClassifierPrecisionRecall)
    if name == "fashion_mnist" and shape == (28, 28, 1):
        kinds = (
            metrics.FrechetClassifierDistance,
            metrics.ClassifierPrecisionRecall,
            metrics.ClassesPresent,
        )
        return metrics.fashion_mnist_encoder(value_range), kinds
    if name in ("faces", "toon_faces") and shape[-1] == 3:
        return metrics.face_encoder(value_range), usual
    return metrics.random_encoder(shape[-1], value_range=value_range), usual


def _attributes(samples, real_images, value_range):
    """A line for each value of each attribute: its share in the samples and in the real images."""
    classifier = metrics.face_classifier(value_range)
    found, real = classifier(samples), classifier(real_images[:NUM_FACES])
    lines = []
    for attribute, values in data.FACE_ATTRIBUTES.items():
        shown = range(len(values)) if len(values) > 2 else (1,)
        lines += [
            f"{values[value]:28} {np.mean(found[attribute] == value):8.3f}   real images "
            f"{np.mean(real[attribute] == value):8.3f}   (share of the images)"
            for value in shown
        ]
    return lines
