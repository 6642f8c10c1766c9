"""The discriminator's memory of what the generator made before."""

from gan_tf import checks
import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("gan_tf")
class ExperienceReplay(keras.layers.Layer):
    """Shows the discriminator some of the generator's past beside its present.

    Given as `GAN(..., replay=ExperienceReplay())`. A discriminator that sees only the newest
    samples forgets what was wrong with the old ones, and the generator may return to them. The
    buffer is saved with the model.

    Args:
        size: Integer >= 1, samples that are remembered.
        share: Float in [0, 1], share of each batch that is drawn from the buffer.
        seed: Integer, seeds the draws. By default Keras's global seed decides.

    Input shape:
        `(batch, ...)`, new samples.

    Output shape:
        The same. Once the buffer holds a batch, the first `round(share · batch)` samples of each
        batch are drawn from it. After that, as many new samples take random places in the buffer;
        while the buffer is not full, all new samples are stored, one after the other.

    Reference:
        Shrivastava et al. 2017, section 2.3, arXiv:1612.07828, with share ½.
    """

    is_per_example = False

    def __init__(self, size=5_000, share=0.5, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.size = checks.at_least(1, size=size)
        self.share = checks.share(share=share)
        self.seed = checks.seed_or_none(seed=seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def build(self, input_shape):
        shared = {"trainable": False, "autocast": False, "aggregation": "only_first_replica"}
        self.buffer = self.add_weight(
            shape=(self.size, *input_shape[1:]), initializer="zeros", name="buffer", **shared
        )
        self.count = self.add_weight(
            shape=(), initializer="zeros", dtype="int32", name="count", **shared
        )

    def call(self, fakes):
        batch = tf.shape(fakes)[0]
        num_past = tf.cast(tf.round(self.share * tf.cast(batch, tf.float32)), tf.int32)
        draws = keras.random.uniform((2, batch), dtype="float32", seed=self.seed_generator)
        filled = self.count.value
        past = tf.gather(self.buffer.value, _places(draws[0, :num_past], tf.maximum(filled, 1)))
        mixed = tf.concat([tf.cast(past, fakes.dtype), fakes[num_past:]], axis=0)
        shown = tf.where(filled >= batch, mixed, fakes)
        is_full = filled >= self.size
        number = tf.where(is_full, num_past, batch)
        in_order = (filled + tf.range(batch)) % self.size
        places = tf.where(is_full, _places(draws[1], self.size), in_order)[:number, None]
        self.buffer.value.scatter_nd_update(places, tf.cast(fakes[:number], self.buffer.dtype))
        self.count.assign(tf.minimum(filled + batch, self.size))
        return shown

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        own = {"size": self.size, "share": self.share, "seed": self.seed}
        return {**super().get_config(), **own}


def _places(draws, count):
    """Whole numbers from 0 to `count - 1`, from uniform numbers in [0, 1)."""
    return tf.cast(tf.floor(draws * tf.cast(count, tf.float32)), tf.int32)
