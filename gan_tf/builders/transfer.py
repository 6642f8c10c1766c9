"""The network that paints a picture from an encoder's features."""

from gan_tf import checks
from gan_tf.builders.common import check_activations
import keras
from keras import layers


def style_decoder(num_features, filters=(256, 128, 64), channels=3, output_activation="tanh"):
    """The decoder of style transfer by adaptive instance normalisation.

    It mirrors an encoder that halves the picture `len(filters)` times. There is no normalisation,
    because that would take away the style which the features carry.

    Args:
        num_features: Integer >= 1, channels of the features: those of the encoder's last layer.
        filters: Tuple of integers, feature maps of the convolutions. Each is followed by a
            doubling that repeats pixels.
        channels: Integer >= 1, of the pictures.
        output_activation: Name of a Keras activation, or None as in the paper; "tanh" keeps
            pictures in [-1, 1].

    Returns:
        `keras.Model` from `(batch, height, width, num_features)`, of any size, to pictures of
        `2 ** len(filters)` times the height and width.

    Raises:
        ValueError: If an argument is out of range.

    Reference:
        Huang and Belongie 2017, section 6.1, arXiv:1703.06868, in small. At the border there are
        zeros in place of reflections.
    """
    num_features, channels = checks.at_least(1, num_features=num_features, channels=channels)
    check_activations(output_activation=output_activation)
    x = features = keras.Input((None, None, num_features))
    for count in checks.some_sizes(filters=filters):
        x = layers.Conv2D(count, 3, padding="same", activation="relu")(x)
        x = layers.UpSampling2D(2)(x)
    x = layers.Conv2D(filters[-1], 3, padding="same", activation="relu")(x)
    pictures = layers.Conv2D(channels, 3, padding="same")(x)
    pictures = layers.Activation(output_activation, dtype="float32")(pictures)
    return keras.Model(features, pictures, name="generator")
