"""Self-attention: each place of an image looks at all others."""

from gan_tf import checks
from gan_tf.layers.spectral import SpectralParametrization
import keras
from keras import ops


@keras.saving.register_keras_serializable("gan_tf")
class SelfAttention(keras.layers.Layer):
    """Adds to each place a mean over all places, weighted by how well the two fit together.

    Convolutions see a neighbourhood; this layer lets the left ear know of the right one. At first
    it changes nothing, because the weight of what is added begins at 0. Put it where the feature
    maps are 14 to 64 pixels high: its cost grows with the square of the number of pixels.

    Args:
        spectral: Whether the 1 × 1 convolutions are spectrally normalised, as in both papers.

    Input shape:
        `(batch, height, width, channels)`; height and width are even, channels at least 8.

    Output shape:
        The same.

    Reference:
        Zhang et al. 2019, arXiv:1805.08318, as its code and BigGAN's (Brock et al. 2019,
        arXiv:1809.11096) have it, not as the paper writes it: keys and values are max-pooled 2 × 2,
        values have half of the channels, and a last convolution gives back all of them.
    """

    is_per_example = True

    def __init__(self, spectral=False, **kwargs):
        super().__init__(**kwargs)
        self.spectral = checks.flag(spectral=spectral)

    def build(self, input_shape):
        _, height, width, channels = input_shape
        if channels < 8 or any(size is None or size % 2 for size in (height, width)):
            raise ValueError(
                "SelfAttention takes at least 8 feature maps of even height and width. "
                f"Received: shape {tuple(input_shape)}"
            )
        sizes = {"query": channels // 8, "key": channels // 8, "value": channels // 2}
        for name, count in {**sizes, "output_map": channels}.items():
            layer = keras.layers.Conv2D(
                count, 1, use_bias=False, name=name, dtype=self.dtype_policy
            )
            setattr(self, name, self._normalized(layer))
        self.strength = self.add_weight(shape=(), initializer="zeros", name="strength")
        for name in sizes:
            getattr(self, name).build(input_shape)
        self.output_map.build((*input_shape[:-1], channels // 2))

    def call(self, images):
        height, width = images.shape[1:3]
        places, pooled = height * width, height * width // 4
        query = self.query(images)
        query = ops.reshape(query, (-1, places, query.shape[-1]))
        key = ops.max_pool(self.key(images), 2, 2)
        value = ops.max_pool(self.value(images), 2, 2)
        key = ops.reshape(key, (-1, pooled, key.shape[-1]))
        value = ops.reshape(value, (-1, pooled, value.shape[-1]))
        scores = ops.matmul(query, ops.transpose(key, (0, 2, 1)))  # (batch, places, pooled)
        weights = ops.softmax(ops.cast(scores, "float32"), axis=-1)
        seen = ops.matmul(ops.cast(weights, value.dtype), value)
        seen = ops.reshape(seen, (-1, height, width, value.shape[-1]))
        strength = ops.cast(self.strength, images.dtype)
        return images + strength * self.output_map(seen)

    def _normalized(self, layer):
        if not self.spectral:
            return layer
        return SpectralParametrization(layer, dtype=self.dtype_policy)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "spectral": self.spectral}
