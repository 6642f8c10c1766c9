"""What looks at images for a metric: a network that gives features and class probabilities."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from gan_tf import checks
import keras
import numpy as np
import tensorflow as tf

CLASSIFIER_FILE = Path(__file__).with_name("fashion_mnist_classifier.keras")
CLASSIFIER_SHA256 = "c4c09aa6598e8c86f799e0d595bcb5533996221f37fb09fb11f08d71c595f8e7"


class Encoded(NamedTuple):
    """Images as an encoder sees them.

    Attributes:
        features: Float32 array `(num_images, num_features)`.
        probabilities: Float32 array `(num_images, num_classes)`, rows that sum to 1; no columns
            where the encoder knows no classes.
    """

    features: np.ndarray
    probabilities: np.ndarray

    def first(self, num_images):
        """The first of them, as `Encoded`."""
        return Encoded(self.features[:num_images], self.probabilities[:num_images])


class Encoder:
    """A trained network as the eye of a metric.

    Args:
        classifier: Built Keras model from images to class probabilities `(batch, num_classes)`,
            whose last layer is dense. The features are what that layer weighs.
        name: String, stands beside every value that is measured with it.
        value_range: Pair, black and white of the images that will be given.
        prepare: Function from images in [-1, 1], `(batch, height, width, channels)`, to what the
            classifier takes; by default it takes just these.
        batch_size: Integer >= 1, images that are looked at together.

    Call arguments:
        images: Array `(num_images, height, width, channels)`, or `(num_images, height, width)` in
            grey. What lies outside of `value_range` is clipped, as it would be in a picture file.

    Returns:
        `Encoded`.

    Raises:
        ValueError: If the classifier has no such ending, or images have another size or hold NaN.

    Example:
    ```python
    encoder = metrics.fashion_mnist_encoder()
    features, probabilities = encoder(images)
    ```
    """

    def __init__(self, classifier, name, value_range=(-1.0, 1.0), *, prepare=None, batch_size=500):
        model = _features_and_probabilities(classifier)
        self._set_up(model, name, value_range, prepare, batch_size)

    @classmethod
    def of_features(cls, model, name, value_range=(-1.0, 1.0), *, prepare=None, batch_size=500):
        """An encoder that knows no classes.

        Args:
            model: Built Keras model from images to features `(batch, num_features)`.
            name: As for `Encoder`, and so are the other arguments.
            value_range: Pair.
            prepare: Function or None.
            batch_size: Integer >= 1.
        """
        encoder = cls.__new__(cls)
        encoder._set_up(_WithoutClasses(model), name, value_range, prepare, batch_size)
        return encoder

    def _set_up(self, model, name, value_range, prepare, batch_size):
        self.model, self.name = model, name
        self.value_range = checks.increasing_pair(value_range=value_range)
        self.batch_size = checks.at_least(1, batch_size=batch_size)
        self._prepare = prepare or (lambda images: images)
        self.image_shape = (None, None, None) if prepare else self.model.input_shape[1:]
        self._functions = {}

    def __call__(self, images):
        images = self._checked(images)
        look = self._function_for(images.shape[1:])
        starts = range(0, len(images), self.batch_size)
        parts = [look(tf.constant(images[first : first + self.batch_size])) for first in starts]
        return Encoded(*(np.concatenate(each) for each in zip(*parts, strict=True)))

    def _function_for(self, image_shape):
        """One graph for any number of images of one shape."""
        if image_shape not in self._functions:
            images = tf.TensorSpec((None, *image_shape), tf.float32)
            self._functions[image_shape] = tf.function(self._looked_at, input_signature=[images])
        return self._functions[image_shape]

    def _looked_at(self, images):
        images = scaled_to_one(images, self.value_range)
        features, probabilities = self.model(self._prepare(images), training=False)
        return tf.cast(features, tf.float32), tf.cast(probabilities, tf.float32)

    def _checked(self, images):
        images = checks.real_array(images=images).astype("float32", copy=False)
        if images.ndim == 3:
            images = images[..., np.newaxis]
        pairs = zip(self.image_shape, images.shape[1:], strict=False)
        fits = images.ndim == 4 and all(wanted in (None, size) for wanted, size in pairs)
        if not fits or len(images) == 0:
            raise ValueError(
                f"The encoder {self.name} takes at least one image, (num_images, height, width, "
                f"channels) with {self.image_shape} for the last three. "
                f"Received: shape {images.shape}"
            )
        if not np.isfinite(images).all():
            raise ValueError("images must be finite. Received: NaN or infinite values")
        return images


def fashion_mnist_encoder(value_range=(-1.0, 1.0)):
    """The course's own eye: a small classifier of Fashion-MNIST, which comes with the package.

    `data/train_classifier.py` makes it; data/README.md says how accurate it is.

    Args:
        value_range: Pair, black and white of the images that will be given.

    Returns:
        `Encoder` of images `(num_images, 28, 28, 1)`, 64 features and 10 classes.

    Raises:
        ValueError: If the file is damaged.
        OSError: If it cannot be read.
    """
    classifier = shipped_model(CLASSIFIER_FILE, CLASSIFIER_SHA256)
    return Encoder(classifier, "fashion_mnist_classifier", value_range)


def keras_inception_encoder(weights="imagenet", value_range=(-1.0, 1.0)):
    """InceptionV3 of `keras.applications`; its weights are not those of published distances.

    Published Fréchet Inception distances, TF-GAN's among them, come from TensorFlow's Inception
    graph of 2015, which has 1,008 classes and other weights. Values measured with this encoder
    compare runs with each other, and with nothing in a paper.

    Args:
        weights: "imagenet", which downloads 92 MB once, the path of a weights file, or None for
            random weights.
        value_range: Pair, black and white of the images that will be given.

    Returns:
        `Encoder` of grey or colour images of any size, 2,048 features and 1,000 classes.

    Raises:
        OSError: If the weights cannot be downloaded or read.
        ValueError: If they are of another network.

    Reference:
        Szegedy et al. 2016, arXiv:1512.00567; Heusel et al. 2017, arXiv:1706.08500.
    """
    try:
        inception = keras.applications.InceptionV3(weights=weights)
    except ValueError as error:
        raise ValueError(
            'weights must be "imagenet", None, or the path of a weights file of InceptionV3. '
            f"Received: {weights!r} ({error}). metrics.fashion_mnist_encoder() needs none."
        ) from error
    except Exception as error:  # where a download fails, Keras raises a bare Exception
        raise OSError(
            f"InceptionV3's weights could not be had: {error}. Go online once, give the path of a "
            "weights file, or use metrics.fashion_mnist_encoder()."
        ) from error
    name = f"keras_inception_v3({'random weights' if weights is None else weights})"
    return Encoder(inception, name, value_range, prepare=_as_inception_takes, batch_size=50)


def random_encoder(channels=3, seed=0, value_range=(-1.0, 1.0)):
    """A convolutional network that was never trained, for pictures that no classifier fits.

    Its features are means of what random filters find at four scales. They notice colours, edges
    and textures, and know nothing of what is shown. Values compare runs on the same pictures.

    Args:
        channels: 1 or 3, of the images that will be given.
        seed: Integer >= 0, draws the filters; the same on every machine.
        value_range: Pair, black and white of the images that will be given.

    Returns:
        `Encoder` of images of any size from 16 × 16 on, 480 features and no classes.

    Raises:
        ValueError: If an argument is out of range.

    Reference:
        Naeem et al. 2020, arXiv:2002.09797, where features of untrained networks judge images that
        are unlike those of ImageNet; there VGG16's.
    """
    channels, seed = checks.one_of((1, 3), channels=channels), checks.seed(seed=seed)
    x = images = keras.Input((None, None, channels))
    means = []
    for count in (32, 64, 128, 256):
        x = keras.layers.Conv2D(count, 3, strides=2, padding="same", activation="leaky_relu")(x)
        means.append(keras.layers.GlobalAveragePooling2D()(x))
    model = keras.Model(images, keras.layers.Concatenate()(means))
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        deviation = np.sqrt(2 / np.prod(weight.shape[:-1])) if len(weight.shape) > 1 else 0.0
        weight.assign(rng.normal(0, deviation, weight.shape))  # He's initialisation
    return Encoder.of_features(model, f"random_filters(seed {seed})", value_range)


def feature_maps(classifier, convolution, activated=True):
    """A classifier up to one of its convolutions: the eye of a perceptual loss.

    The features of `metrics.fashion_mnist_encoder` and `metrics.face_encoder` come from the
    classifiers' end, where hardly a place is left. A content loss wants maps from the middle, and
    a Keras model through which a gradient passes. The model's name says what it is, and belongs to
    every number that it helped to make.

    Args:
        classifier: Built Keras model, a chain of convolutions, each followed by a normalisation or
            not and by a ReLU, before anything else. `keras.saving.load_model` gives our own, from
            `metrics.CLASSIFIER_FILE` and `metrics.FACE_CLASSIFIER_FILE`.
        convolution: Integer from 1 on, which one.
        activated: Whether to take what comes after its ReLU, as SRGAN does, or before, as ESRGAN.

    Returns:
        `keras.Model` from images `(batch, height, width, channels)` in [-1, 1], of any size that
        can be halved as often, to maps. Its layers are the classifier's, and none of them trains.

    Raises:
        ValueError: If the classifier has fewer convolutions, or other layers between them.

    Reference:
        Ledig et al. 2017, equation 5, arXiv:1609.04802; before the activation Wang et al. 2018,
        section 3.3, arXiv:1809.00219.
    """
    chain = _convolutional_part(classifier)
    places = [i for i, layer in enumerate(chain) if isinstance(layer, keras.layers.Conv2D)]
    checks.between(1, len(places), "the classifier's convolutions", convolution=convolution)
    checks.flag(activated=activated)
    first = places[convolution - 1]
    rectified = [i for i, layer in enumerate(chain) if isinstance(layer, keras.layers.ReLU)]
    end = min((i for i in rectified if i > first), default=None)
    if end is None:
        expected = "a chain of convolutions, each followed by a ReLU layer"
        raise checks.argument_error("classifier", classifier, expected)
    images = x = keras.Input((None, None, classifier.input_shape[-1]), name="images")
    for layer in chain[: end + 1 if activated else end]:
        x = layer(x)
    ending = "" if activated else "_before_activation"
    model = keras.Model(images, x, name=f"{classifier.name}_convolution_{convolution}{ending}")
    model.trainable = False
    return model


# Helpers.


_OF_CHAINS = (
    keras.layers.Conv2D,
    keras.layers.BatchNormalization,
    keras.layers.ReLU,
    keras.layers.MaxPooling2D,
)


def _convolutional_part(classifier):
    """The layers of a classifier up to the first that is of another kind."""
    layers = [
        layer
        for layer in getattr(classifier, "layers", [])
        if not isinstance(layer, keras.layers.InputLayer)
    ]
    others = [i for i, layer in enumerate(layers) if type(layer) not in _OF_CHAINS]
    return layers[: min(others, default=len(layers))]


def shipped_model(path, sha256):
    """A Keras model that comes with the package, its file checked."""
    remedy = "Reinstall gan_tf, or in a checkout run `git checkout gan_tf`."
    try:
        received = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise type(error)(f"Cannot read {path}: {error.strerror}. {remedy}") from error
    if received != sha256:
        raise ValueError(
            f"{path} is damaged. Received: SHA-256 {received}, expected: {sha256}. {remedy}"
        )
    return keras.saving.load_model(path, compile=False, safe_mode=True)


def scaled_to_one(images, value_range):
    """Images clipped to their range, which then becomes [-1, 1]."""
    low, high = value_range
    return (tf.clip_by_value(images, low, high) - low) * (2 / (high - low)) - 1


class _WithoutClasses:
    """Gives a model's features, and probabilities of no class, `(batch, 0)`."""

    def __init__(self, model):
        self.model = model
        self.input_shape = model.input_shape

    def __call__(self, images, training):
        features = self.model(images, training=training)
        return features, features[:, :0]


def _features_and_probabilities(classifier):
    """Model with two outputs, `(batch, num_features)` and `(batch, num_classes)`."""
    last = classifier.layers[-1] if getattr(classifier, "layers", None) else None
    activation = getattr(getattr(last, "activation", None), "__name__", None)
    if not isinstance(last, keras.layers.Dense) or activation != "softmax":
        raise ValueError(
            "An encoder is made of a built classifier whose last layer is Dense with "
            f'activation="softmax". Received: {classifier!r} ending in {last!r}'
        )
    return keras.Model(classifier.inputs[0], [last.input, last.output])


def _as_inception_takes(images):
    """Colour images `(batch, 299, 299, 3)` in [-1, 1]."""
    if images.shape[-1] == 1:
        images = tf.image.grayscale_to_rgb(images)
    return tf.image.resize(images, (299, 299), antialias=True)
