"""Translation without pairs and without a way back: patches stay like those in the same place."""

import functools

from gan_tf import checks, losses
from gan_tf.games.game import Game, Phase
from gan_tf.training import scoring
import keras
from keras import ops

_SQUARES = losses.LeastSquares()


@keras.saving.register_keras_serializable("gan_tf")
class CUT(Game):
    """Turns pictures of one kind into another, each patch keeping what it shows.

    Among the patches of the input, that in the same place must be most like a patch of the output.
    What a patch is like is read off the generator's own features, by a projector that learns
    along. Trains on batches with the keys "a" and "b", without pairs. Translations of a to b:
    `generate(8, a=array)`.

    Args:
        generator: Built Keras model from pictures of kind a to pictures of kind b.
        discriminator: Built Keras model from pictures of kind b to logits.
        projector: Built Keras model with an input for each of `layers`: patches `(batch, patches,
            channels)`, and as many outputs `(batch, patches, size)`, of any length.
            `builders.patch_projector(generator, layers)` makes one.
        layers: Tuple of names of layers of the generator that give feature maps.
        num_patches: Integer >= 2, how many places of each layer are compared, at most all.
        temperature: Float > 0, the paper's τ.
        **kwargs: Those of `Game`. `weights={"contrast": 1.0, "identity": 1.0}` are usual: λX, of
            patches in translations of a, and λY, of those in what the generator makes of b.

    Raises:
        ValueError: If the generator has no such layer, or the players' shapes do not fit.

    Reference:
        Park et al. 2020, equations 3 to 5, arXiv:2007.15651, with the squares of the published
        code, which are halved for the discriminator alone. FastCUT: `weights={"contrast": 10.0,
        "identity": 0.0}`.
    """

    phases = (
        Phase("d_loss", ("discriminator",), freezes=()),
        Phase("g_loss", ("generator", "projector")),
    )
    keys = {"a": "generator", "b": "discriminator"}
    terms = {"contrast": 1.0, "identity": 1.0}

    def __init__(
        self,
        generator,
        discriminator,
        projector,
        layers,
        num_patches=256,
        temperature=0.07,
        **kwargs,
    ):
        players = {"generator": generator, "discriminator": discriminator, "projector": projector}
        super().__init__(players, **kwargs)
        self.layer_names = _checked_layers(generator, layers)
        self.num_patches = checks.at_least(2, num_patches=num_patches)
        self.temperature = checks.positive(temperature=temperature)
        pictures = generator.output_shape[1:]
        scoring.check_player(generator, "generator", takes={"pictures": pictures})
        scoring.check_player(discriminator, "discriminator", takes={"pictures": pictures})
        widths = [generator.get_layer(name).output.shape[-1] for name in self.layer_names]
        taken = {name: (None, width) for name, width in zip(self.layer_names, widths, strict=True)}
        scoring.check_player(projector, "projector", taken, makes=[(None, None)] * len(taken))

    @functools.cached_property
    def watched(self):
        """The generator, whose features come with its output: a model with the same weights."""
        features = [self.generator.get_layer(name).output for name in self.layer_names]
        return keras.Model(self.generator.inputs[0], [self.generator.output, *features])

    def contrast(self, pictures):
        """Translations of pictures, and the mean `patch_nce` of their layers."""
        translated, *keys = self.watched(pictures, training=True)
        queries = self.watched(ops.cast(translated, "float32"), training=True)[1:]
        places = [self.places(feature_map) for feature_map in keys]
        queries, keys = (
            self.projector([*map(patches_at, maps, places)], training=True)
            for maps in (queries, keys)
        )
        pairs = zip(_listed(queries), _listed(keys), strict=True)
        each = [patch_nce(query, key, self.temperature) for query, key in pairs]
        return translated, sum(each) / len(each)

    def places(self, feature_map):
        """Places of a map that are compared, drawn anew in each update, the same for all images."""
        num_places = feature_map.shape[1] * feature_map.shape[2]
        order = keras.random.uniform((num_places,), seed=self.seed_generator)
        return ops.top_k(order, min(self.num_patches, num_places))[1]

    def g_loss(self, batch):
        """The generator's and the projector's: to look real, and keep what each patch shows."""
        fake, contrast = self.contrast(batch["a"])
        loss = 2 * _SQUARES.generator(self.discriminator(fake, training=True))  # without the ½
        return {"g_loss": loss, "contrast": contrast, "identity": self.contrast(batch["b"])[1]}

    def d_loss(self, batch):
        """The discriminator's: to tell real pictures of kind b from translations."""
        pictures = batch["b"], self.generator(batch["a"], training=True)
        return _SQUARES.discriminator(*[self.discriminator(x, training=True) for x in pictures])

    def get_config(self):
        own = {"num_patches": self.num_patches, "temperature": self.temperature}
        return {**super().get_config(), "layers": self.layer_names, **own}


def patches_at(feature_map, places):
    """Feature vectors of some places, `(batch, patches, channels)`.

    Args:
        feature_map: Tensor `(batch, height, width, channels)`.
        places: Integer tensor `(patches,)`: row times width, plus column.
    """
    channels = feature_map.shape[-1]
    num_places = feature_map.shape[1] * feature_map.shape[2]
    return ops.take(ops.reshape(feature_map, (-1, num_places, channels)), places, axis=1)


def patch_nce(queries, keys, temperature=0.07):
    """How badly each patch of an output finds the patch of the input in the same place.

    Each query must pick its key among all keys of the same image. No gradient reaches the keys.

    Args:
        queries: Float tensor `(batch, patches, size)`, features of the output's patches.
        keys: Same shape, those of the input's patches in the same places.
        temperature: Float > 0; similarities, which lie in [-1, 1], are divided by it.

    Returns:
        Scalar float32 tensor: mean cross-entropy, in nats. It is the logarithm of the number of
        patches where all features are equal.

    Reference:
        Park et al. 2020, equations 1 and 3, arXiv:2007.15651.
    """
    queries, keys = _of_length_one(queries), ops.stop_gradient(_of_length_one(keys))
    logits = ops.matmul(queries, ops.transpose(keys, (0, 2, 1))) / temperature
    own = ops.sum(queries * keys, axis=-1) / temperature
    return ops.mean(ops.logsumexp(logits, axis=-1) - own)


def _checked_layers(generator, layers):
    """Names of layers as a tuple; a ValueError unless each gives feature maps of a known size."""
    known = {layer.name: layer for layer in generator.layers}
    is_list = isinstance(layers, (tuple, list)) and len(layers) > 0
    if not is_list or any(name not in known for name in layers):
        expected = f"a tuple of names of layers of the generator, of {list(known)}"
        raise checks.argument_error("layers", layers, expected)
    for name in layers:
        shape = tuple(known[name].output.shape)
        if len(shape) != 4 or None in shape[1:]:
            expected = "layers that give feature maps (batch, height, width, channels)"
            remedy = f"{name} gives {shape}"
            raise checks.argument_error("layers", layers, expected, remedy)
    return tuple(layers)


def _of_length_one(vectors):
    """Vectors divided by their lengths; those of length zero stay, and have a finite gradient."""
    vectors = ops.cast(vectors, "float32")
    return vectors * ops.rsqrt(ops.sum(ops.square(vectors), axis=-1, keepdims=True) + 1e-12)


def _listed(outputs):
    return outputs if isinstance(outputs, (list, tuple)) else [outputs]
