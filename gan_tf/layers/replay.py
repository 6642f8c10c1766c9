"""The discriminator's memory of what the generator made before: a large one, and a small pool."""

from gan_tf import checks
import keras
import tensorflow as tf


class _Memory(keras.layers.Layer):
    """A buffer of past samples, the number of those that it holds, and seeded draws."""

    is_per_example = False

    def __init__(self, size, share, seed, **kwargs):
        super().__init__(**kwargs)
        self.size = checks.at_least(1, size=size)
        self.share = checks.share(share=share)
        self.seed = checks.seed_or_none(seed=seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def build(self, input_shape):
        shared = {"trainable": False, "autocast": False, "aggregation": "only_first_replica"}
        shape = (self.size, *input_shape[1:])
        self.buffer = self.add_weight(shape=shape, initializer="zeros", name="buffer", **shared)
        self.count = self.add_weight(
            shape=(), initializer="zeros", dtype="int32", name="count", **shared
        )

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        own = {"size": self.size, "share": self.share, "seed": self.seed}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("gan_tf")
class ExperienceReplay(_Memory):
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

    def __init__(self, size=5_000, share=0.5, seed=None, **kwargs):
        super().__init__(size, share, seed, **kwargs)

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


@keras.saving.register_keras_serializable("gan_tf")
class ImagePool(_Memory):
    """Shows an old image in place of a new one, or the new one, as a coin falls for each.

    The small memory of CycleGAN, which works for batches of a single image too. An image that is
    shown from the pool leaves it to the new one, so that each is shown once more at most.

    Args:
        size: Integer >= 1, images that are remembered; at least as many as a batch has.
        share: Float in [0, 1], the probability of an old image.
        seed: Integer, seeds the draws. By default Keras's global seed decides.

    Input shape:
        `(batch, ...)`, new images.

    Output shape:
        The same. While there is room for a whole batch, new images are stored and shown.

    Raises:
        ValueError: If a batch is larger than the pool.

    Reference:
        Zhu et al. 2017, section 4, arXiv:1703.10593, with 50 images and share ½; Shrivastava et
        al. 2017, section 2.3, arXiv:1612.07828.
    """

    def __init__(self, size=50, share=0.5, seed=None, **kwargs):
        super().__init__(size, share, seed, **kwargs)

    def call(self, images):
        if (images.shape[0] or 0) > self.size:
            remedy = f"A batch has {images.shape[0]} images"
            raise checks.argument_error("size", self.size, "the size of a batch at least", remedy)
        batch, filled = tf.shape(images)[0], self.count.value
        draws = keras.random.uniform(
            (self.size + batch,), dtype="float32", seed=self.seed_generator
        )
        has_room = filled + batch <= self.size
        of_filled = tf.where(tf.range(self.size) < filled, draws[: self.size], -1.0)
        in_order = (filled + tf.range(batch)) % self.size
        marks, at_random = tf.math.top_k(of_filled, batch)
        places = tf.where(has_room, in_order, at_random)
        past = tf.cast(tf.gather(self.buffer.value, places), images.dtype)
        is_old = ~has_room & (marks >= 0) & (draws[self.size :] < self.share)
        is_old = tf.reshape(is_old, (-1, *[1] * (len(images.shape) - 1)))
        stored = tf.where(is_old | has_room, images, past)
        self.buffer.value.scatter_nd_update(places[:, None], tf.cast(stored, self.buffer.dtype))
        self.count.assign(tf.where(has_room, filled + batch, filled))
        return tf.where(is_old, past, images)


def _places(draws, count):
    """Whole numbers from 0 to `count - 1`, from uniform numbers in [0, 1)."""
    return tf.cast(tf.floor(draws * tf.cast(count, tf.float32)), tf.int32)
