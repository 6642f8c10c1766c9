"""What is to be seen on cartoon faces: a small classifier of their attributes."""

from pathlib import Path

from gan_tf import checks
from gan_tf.metrics.encoders import Encoder, scaled_to_one, shipped_model
import keras
import numpy as np
import tensorflow as tf

FACE_CLASSIFIER_FILE = Path(__file__).with_name("face_classifier.keras")
FACE_CLASSIFIER_SHA256 = "5ba6a6331dd6958f9edb9cc9edc4e05dadc1849d156edf54630f4001e074b17d"
FEATURE_SCALE = 1 / 8  # gives the features of real faces a mean square of about 1


class AttributeClassifier:
    """A trained network that says which value each attribute of an image has.

    Args:
        model: Built Keras model from images in [-1, 1] to a dictionary of probabilities
            `(batch, num_values)`, as `builders.attribute_classifier` returns it.
        value_range: Pair, black and white of the images that will be given.
        batch_size: Integer >= 1, images that are looked at together.

    Call arguments:
        images: Array `(num_images, height, width, channels)`. Images of another size than the
            network's are resized to it, and what lies outside of `value_range` is clipped.

    Returns:
        Dictionary from the attributes' names to int64 arrays `(num_images,)`, the most probable
        values, in the order in which `gan_tf.data.faces` gives its labels.

    Raises:
        ValueError: If the model has no dictionary of outputs, or images have another number of
            axes or channels, or hold NaN.

    Example:
    ```python
    found = metrics.face_classifier()(gan.generate(1000))
    print(found["smiling"].mean())  # the share of faces that smile
    ```
    """

    def __init__(self, model, value_range=(-1.0, 1.0), *, batch_size=500):
        if not isinstance(getattr(model, "output", None), dict):
            raise ValueError(
                "model must be a Keras model with a dictionary of outputs, one for each "
                f"attribute. Received: {model!r}"
            )
        self.model = model
        self.value_range = checks.increasing_pair(value_range=value_range)
        self.batch_size = checks.at_least(1, batch_size=batch_size)
        self.attributes = {name: out.shape[-1] for name, out in model.output.items()}
        self._look = tf.function(self._looked_at, reduce_retracing=True)

    def __call__(self, images):
        return {name: values.argmax(axis=1) for name, values in self.probabilities(images).items()}

    def probabilities(self, images):
        """Dictionary from the attributes' names to float32 arrays `(num_images, num_values)`."""
        images = checks.image_array(images=images).astype("float32")
        if images.shape[-1] != self.model.input_shape[-1]:
            raise ValueError(
                f"images must have {self.model.input_shape[-1]} channels. "
                f"Received: shape {images.shape}"
            )
        starts = range(0, len(images), self.batch_size)
        parts = [self._look(tf.constant(images[i : i + self.batch_size])) for i in starts]
        return {name: np.concatenate([part[name] for part in parts]) for name in self.attributes}

    def _looked_at(self, images):
        images = _resized(scaled_to_one(images, self.value_range), self.model.input_shape[1:3])
        return self.model(images, training=False)


def face_classifier(value_range=(-1.0, 1.0)):
    """The course's own eye for the faces of `gan_tf.data.faces`, in both styles.

    It names all of `data.FACE_ATTRIBUTES`, and "style", an index into `data.FACE_STYLES`.
    `data/train_face_classifier.py` makes it; data/README.md says how accurate it is.

    Args:
        value_range: Pair, black and white of the images that will be given.

    Returns:
        `AttributeClassifier` of colour images of any size.

    Raises:
        ValueError: If the file is damaged.
        OSError: If it cannot be read.
    """
    return AttributeClassifier(
        shipped_model(FACE_CLASSIFIER_FILE, FACE_CLASSIFIER_SHA256), value_range
    )


def face_encoder(value_range=(-1.0, 1.0)):
    """The features through which `face_classifier` sees, for distances between sets of faces.

    Args:
        value_range: Pair, black and white of the images that will be given.

    Returns:
        `Encoder` of colour images of any size, 48 features and no classes.

    Raises:
        ValueError: If the file is damaged.
        OSError: If it cannot be read.
    """
    model = _face_model()
    scaled = keras.layers.Rescaling(FEATURE_SCALE)(model.get_layer("features").output)
    features = keras.Model(model.input, scaled)

    def prepare(images):
        return _resized(images, model.input_shape[1:3])

    return Encoder.of_features(features, "face_classifier", value_range, prepare=prepare)


# Helpers.


def _face_model():
    return shipped_model(FACE_CLASSIFIER_FILE, FACE_CLASSIFIER_SHA256)


def _resized(images, size):
    """Images of another size `(height, width)`, without change if they have it already."""
    if tuple(images.shape[1:3]) == tuple(size):
        return images
    return tf.image.resize(images, size, antialias=True)
