"""Networks that paint: one for a single style, and one for any style that it is shown.

They have no opponent. What takes its place is a network that never learns, the encoder.
"""

import functools

from gan_tf import checks, transfer
from gan_tf.games.game import Game, Phase
from gan_tf.training import scoring, validation
from gan_tf.training.expected import Expected
import keras
from keras import ops
import numpy as np
import tensorflow as tf


@keras.saving.register_keras_serializable("gan_tf")
class StyleTransfer(Game):
    """A network that learns to paint pictures in the style of a single one.

    `transfer.style_transfer` changes the pixels of one picture in many steps. Here a network
    learns from many pictures to make the same loss small in a single pass. Trains on pictures
    alone, under the key "pictures". Samples: `generate(8, pictures=array)`.

    Args:
        generator: Built Keras model from pictures to pictures of the same size.
            `builders.resnet_generator(filters=(32, 64, 128), num_blocks=5)` is nearly the paper's.
        encoder: Built Keras model from pictures, which never learns. `metrics.feature_maps` gives
            one of our own classifiers, whose name belongs to every number.
        style: Float array `(height, width, channels)` in [-1, 1], the picture with the style, of
            any size that the encoder takes; or its shape, where weights will be loaded.
        content_layer: Name of the encoder's layer in whose features the content must stay.
        style_layers: Tuple of names, the layers whose Gram matrices must be those of the style.
        **kwargs: Those of `Game`. The weights of the paper's code are the usual ones:
            `{"content": 1.0, "style": 5.0, "variation": 1e-6}`. It has VGG's features of pictures
            with values up to 255, so other encoders need others.

    Raises:
        ValueError: If a network does not take and make pictures that fit, or has no such layer.

    Reference:
        Johnson et al. 2016, equations 2 and 4 and section 3.2, arXiv:1603.08155: the content is
        a mean of squares, and the style is four times `transfer.style_loss`, a sum over layers.
        Instance normalisation: Ulyanov et al. 2016, arXiv:1607.08022.
    """

    phases = (Phase("content", ("generator",)),)
    keys = {"pictures": "generator"}
    terms = {"content": 1.0, "style": 5.0, "variation": 1e-6}

    def __init__(self, generator, encoder, style, content_layer, style_layers, **kwargs):
        super().__init__({"generator": generator}, **kwargs)
        pictures = generator.output_shape[1:]
        scoring.check_player(generator, "generator", {"pictures": pictures})
        self.encoder = _checked_encoder(encoder, pictures)
        if isinstance(style_layers, str):
            raise checks.argument_error("style_layers", style_layers, "a tuple of names of layers")
        transfer.feature_model(encoder, (content_layer, *style_layers))  # an error if one lacks
        self.content_layer, self.style_layers = content_layer, checks.plain(style_layers)
        is_shape = isinstance(style, (tuple, list)) and all(map(checks.is_size, style))
        shape = tuple(style if is_shape else np.shape(style))
        if len(shape) != 3 or shape[-1] != pictures[-1]:
            expected = f"a picture (height, width, {pictures[-1]}), or the shape of one"
            raise checks.argument_error("style", style, expected)
        self.style_picture = self.add_weight(
            shape=shape,
            initializer="zeros",
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
            name="style",
        )
        if not is_shape:
            self.style_picture.assign(style)

    @functools.cached_property
    def watched(self):
        """The encoder, with the features of the content's layer and of the style's layers."""
        return transfer.feature_model(self.encoder, (self.content_layer, *self.style_layers))

    def content(self, batch):
        """What the network minimises: the content, the style and the total variation."""
        painted = self.generator(batch["pictures"], training=True)
        shown, *textures = self.watched(painted, training=False)
        targets, *_ = self.watched(batch["pictures"], training=False)
        _, *styles = self.watched(self.style_picture.value[None], training=False)
        pairs = zip(textures, styles, strict=True)
        return {
            "content": _mean_square(shown, targets),
            "style": 4 * sum(transfer.style_loss(*pair) for pair in pairs),
            "variation": transfer.total_variation(painted),
        }

    def get_config(self):
        layers = {"content_layer": self.content_layer, "style_layers": self.style_layers}
        shape = {"style": tuple(self.style_picture.shape)}
        encoder = {"encoder": keras.saving.serialize_keras_object(self.encoder)}
        return {**super().get_config(), **encoder, **shape, **layers}


@keras.saving.register_keras_serializable("gan_tf")
class AdaINTransfer(Game):
    """A decoder that paints any picture in the style of any other, both seen for the first time.

    The encoder's features of the content are given the mean and the deviation that each map has
    in the style, and the decoder makes a picture of them. Trains on batches with the keys
    "contents" and "styles", without pairs. Samples: `generate(8, contents=array, styles=array)`,
    and with `strengths=array` between 0, the content as it is, and 1.

    Args:
        generator: Built Keras model from features to pictures: the decoder, without any
            normalisation. `builders.style_decoder` makes one.
        encoder: Built Keras model from pictures, which never learns.
        layers: Tuple of names of the encoder's layers. Means and deviations are compared in all
            of them; the last one gives the features from which the decoder paints.
        **kwargs: Those of `Game`. `weights={"content": 1.0, "style": 1e-2}` are usual, those of
            the published code.

    Raises:
        ValueError: If a network does not fit the other, or the encoder has no such layer.

    Reference:
        Huang and Belongie 2017, equations 8 and 11 to 14, arXiv:1703.06868. As in the published
        code the content is a mean of squares, and of means and deviations squares are summed.
    """

    phases = (Phase("content", ("generator",)),)
    keys = {"contents": None, "styles": None}
    optional_keys = ("strengths",)
    terms = {"content": 1.0, "style": 1e-2}

    def __init__(self, generator, encoder, layers, **kwargs):
        super().__init__({"generator": generator}, **kwargs)
        self.encoder = _checked_encoder(encoder, generator.output_shape[1:])
        self.layer_names = checks.plain(layers)
        last = transfer.feature_model(encoder, layers).get_layer(self.layer_names[-1])
        features = (None, None, last.output.shape[-1])
        scoring.check_player(generator, "generator", {"features": features})

    @functools.cached_property
    def watched(self):
        """The encoder, with the features of all layers."""
        return transfer.feature_model(self.encoder, self.layer_names)

    def features(self, pictures):
        """What the encoder sees in each layer, a list."""
        return tf.nest.flatten(self.watched(pictures, training=False))

    def inputs(self, batch):
        """The content's features with the style's statistics."""
        contents, styles = (self.features(batch[key])[-1] for key in ("contents", "styles"))
        return transfer.with_statistics_of(contents, styles, batch.get("strengths", 1.0))

    def content(self, batch):
        """What the decoder minimises: the content, and the style in all layers."""
        targets = self.inputs(batch)
        painted = self.features(self.generator(targets, training=True))
        pairs = zip(painted, self.features(batch["styles"]), strict=True)
        return {
            "content": _mean_square(painted[-1], targets),
            "style": sum(transfer.statistics_loss(*pair) for pair in pairs),
        }

    def expected(self):
        pictures = Expected(tuple(self.encoder.input_shape[1:]))
        return {"contents": pictures, "styles": pictures}

    def get_config(self):
        encoder = keras.saving.serialize_keras_object(self.encoder)
        return {**super().get_config(), "encoder": encoder, "layers": self.layer_names}


def _checked_encoder(encoder, pictures):
    validation.check_built(encoder, "encoder")
    validation.check_scope(encoder, "encoder")
    taken = [tuple(each.shape) for each in encoder.inputs]
    if len(taken) != 1 or not tf.TensorShape(taken[0][1:]).is_compatible_with(pictures):
        raise ValueError(
            "The encoder must take what the generator makes, pictures of the shape "
            f"{(None, *pictures)}. Received: encoder with input shape {taken}"
        )
    return encoder


def _mean_square(ones, others):
    return ops.mean(ops.square(ops.cast(ones, "float32") - ops.cast(others, "float32")))
