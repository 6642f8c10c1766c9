"""How good the samples are: functions on arrays, and Keras-style objects over an encoder."""

import gan_tf.prepared  # noqa: F401
from gan_tf.metrics.attributes import (
    FACE_CLASSIFIER_FILE,
    FACE_CLASSIFIER_SHA256,
    AttributeClassifier,
    face_classifier,
    face_encoder,
)
from gan_tf.metrics.clusters import (
    clustering_accuracy,
    contingency,
    normalized_mutual_information,
)
from gan_tf.metrics.distances import (
    Estimate,
    GaussianStatistics,
    frechet_distance,
    gaussian_statistics,
    inception_score,
    kernel_distance,
)
from gan_tf.metrics.dots import one_dot_share
from gan_tf.metrics.encoders import (
    CLASSIFIER_FILE,
    CLASSIFIER_SHA256,
    Encoded,
    Encoder,
    fashion_mnist_encoder,
    feature_maps,
    keras_inception_encoder,
    random_encoder,
)
from gan_tf.metrics.images import (
    Neighbours,
    SlicedWasserstein,
    laplacian_pyramid,
    nearest_neighbours,
    sliced_wasserstein,
)
from gan_tf.metrics.manifold import (
    DensityCoverage,
    PrecisionRecall,
    density_coverage,
    precision_recall,
)
from gan_tf.metrics.modes import ModeCoverage, mode_coverage
from gan_tf.metrics.notes import in_scale_share
from gan_tf.metrics.pairs import psnr, ssim
from gan_tf.metrics.paths import PathLength, lerp, path_length, slerp
from gan_tf.metrics.scores import (
    ClassesPresent,
    ClassifierDensityCoverage,
    ClassifierPrecisionRecall,
    ClassifierScore,
    FrechetClassifierDistance,
    KernelClassifierDistance,
    Reference,
    Report,
    Scores,
    sliced_wasserstein_report,
)
from gan_tf.metrics.tokens import bleu, self_bleu

__all__ = [
    "CLASSIFIER_FILE",
    "CLASSIFIER_SHA256",
    "FACE_CLASSIFIER_FILE",
    "FACE_CLASSIFIER_SHA256",
    "AttributeClassifier",
    "ClassesPresent",
    "ClassifierDensityCoverage",
    "ClassifierPrecisionRecall",
    "ClassifierScore",
    "DensityCoverage",
    "Encoded",
    "Encoder",
    "Estimate",
    "FrechetClassifierDistance",
    "GaussianStatistics",
    "KernelClassifierDistance",
    "ModeCoverage",
    "Neighbours",
    "PathLength",
    "PrecisionRecall",
    "Reference",
    "Report",
    "Scores",
    "SlicedWasserstein",
    "bleu",
    "clustering_accuracy",
    "contingency",
    "density_coverage",
    "face_classifier",
    "face_encoder",
    "fashion_mnist_encoder",
    "feature_maps",
    "frechet_distance",
    "gaussian_statistics",
    "in_scale_share",
    "inception_score",
    "keras_inception_encoder",
    "kernel_distance",
    "laplacian_pyramid",
    "lerp",
    "mode_coverage",
    "nearest_neighbours",
    "normalized_mutual_information",
    "one_dot_share",
    "path_length",
    "precision_recall",
    "psnr",
    "random_encoder",
    "self_bleu",
    "slerp",
    "sliced_wasserstein",
    "sliced_wasserstein_report",
    "ssim",
]
