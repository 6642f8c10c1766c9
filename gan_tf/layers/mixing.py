"""What happens to styles between the mapping network and the layers that they shape."""

from gan_tf import checks
import keras
from keras import ops


@keras.saving.register_keras_serializable("gan_tf")
class FreshLatents(keras.layers.Layer):
    """Draws new latents in place of those it is given, for style mixing.

    Args:
        seed: Integer, seeds the draws. By default Keras's global seed decides.

    Input shape:
        `(batch, latent_dim)`.

    Output shape:
        The same, standard normal.
    """

    is_per_example = True

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = checks.seed_or_none(seed=seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def call(self, latents):
        shape = ops.shape(latents)
        drawn = keras.random.normal(shape, dtype="float32", seed=self.seed_generator)
        return ops.cast(drawn, latents.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}


@keras.saving.register_keras_serializable("gan_tf")
class StyleMixing(keras.layers.Layer):
    """Gives every layer its style; in training, two styles share the layers of some images.

    Such an image has the first style up to a random layer and the second style from there on, so
    the network cannot rely on neighbouring layers having styles that go together.

    Args:
        num_layers: Integer >= 2, layers that take a style.
        probability: Float in [0, 1], share of the images with two styles.
        seed: Integer, seeds the draws. By default Keras's global seed decides.

    Input shape:
        List `[first, second]`, each `(batch, style_dim)`.

    Output shape:
        `(batch, num_layers, style_dim)`. In inference all layers have the first style.

    Reference:
        Karras et al. 2019, section 3.1, arXiv:1812.04948. The second style begins at a layer from
        1 to the last one in use, uniformly, as in its code, but drawn for each image.
    """

    is_per_example = True

    def __init__(self, num_layers, probability=0.9, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.num_layers = checks.at_least(2, num_layers=num_layers)
        self.probability = checks.share(probability=probability)
        self.seed = checks.seed_or_none(seed=seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)
        self.used = self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(self.num_layers),
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
            name="used",
        )
        self.used.is_setting = True  # a running average of the weights copies it

    def enter_stage(self, stage):
        """Says that the layers of the sizes up to `stage`, two for each, are in use."""
        self.used.assign(min(2 * (stage + 1), self.num_layers))

    def call(self, styles, training=False):
        first, second = (ops.expand_dims(style, 1) for style in styles)  # (batch, 1, style_dim)
        first = ops.repeat(first, self.num_layers, axis=1)
        if not training:
            return first
        shape = (2, ops.shape(first)[0], 1, 1)
        draws = keras.random.uniform(shape, dtype="float32", seed=self.seed_generator)
        begin = 1.0 + ops.floor(draws[0] * (self.used - 1.0))  # of 1, …, used - 1
        begin = ops.where(draws[1] < self.probability, begin, float(self.num_layers))
        layers = ops.reshape(ops.arange(self.num_layers, dtype="float32"), (1, -1, 1))
        return ops.where(layers < begin, first, second)

    def compute_output_shape(self, input_shape):
        batch, style_dim = input_shape[0]
        return (batch, self.num_layers, style_dim)

    def get_config(self):
        own = {"num_layers": self.num_layers, "probability": self.probability, "seed": self.seed}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("gan_tf")
class Truncation(keras.layers.Layer):
    """Pulls styles towards their mean: fewer odd images, and less variety.

    In training the layer tracks the mean, and styles pass unchanged. In inference
    `layer.psi.assign(...)` decides for each layer how much of a style's distance to the mean
    remains. By default psi is one everywhere, which does not truncate; `[0.7] * 4 + [1.0] * 4`
    truncates the first four of eight layers.

    Args:
        decay: Float in [0, 1), share of the old mean that is kept with every batch.

    Input shape:
        `(batch, num_layers, style_dim)`.

    Output shape:
        The same: `mean + psi · (w - mean)` in inference.

    Reference:
        Karras et al. 2019, appendix B, arXiv:1812.04948, decay 0.995 as in its code.
    """

    is_per_example = True

    def __init__(self, decay=0.995, **kwargs):
        super().__init__(**kwargs)
        self.decay = checks.share_below(1, decay=decay)

    def build(self, input_shape):
        if len(input_shape) != 3:
            raise ValueError(
                "Truncation takes a style for each layer, (batch, num_layers, style_dim), as "
                f"StyleMixing gives them. Received: shape {tuple(input_shape)}"
            )
        _, num_layers, style_dim = input_shape
        fixed = {"trainable": False, "autocast": False}
        self.mean = self.add_weight(
            shape=(style_dim,), initializer="zeros", name="mean", aggregation="mean", **fixed
        )
        self.psi = self.add_weight(
            shape=(num_layers,),
            initializer="ones",
            name="psi",
            aggregation="only_first_replica",
            **fixed,
        )

    def call(self, styles, training=False):
        if training:
            now = ops.mean(ops.cast(styles[:, 0], "float32"), axis=0)
            self.mean.assign(self.decay * self.mean + (1 - self.decay) * now)
            return styles
        psi = ops.expand_dims(ops.convert_to_tensor(self.psi), -1)  # (num_layers, 1)
        # In this form psi = 1 gives exactly the same styles.
        moved = (1.0 - psi) * (self.mean - ops.cast(styles, "float32"))
        return styles + ops.cast(moved, styles.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "decay": self.decay}
