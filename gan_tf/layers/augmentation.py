"""Augmentation in front of the discriminator, through which the generator's gradient passes."""

from gan_tf import checks
import keras
from keras import ops
import tensorflow as tf

POLICIES = ("flip", "color", "translation", "cutout")


@keras.saving.register_keras_serializable("gan_tf")
class DiffAugment(keras.layers.Layer):
    """Changes images at random before the discriminator sees them, real and fake ones alike.

    A discriminator that has seen every one of a few images often enough knows them by heart.
    Changed at random, they are new each time. If only the real images were changed, the generator
    would learn to make changed ones. So the fake ones are changed in the same manner, in both
    phases, and the changes can be differentiated, so that the generator still gets a gradient.
    Given as `GAN(..., augmentation=DiffAugment())`. Or put it first in the discriminator of any
    other game.

    Args:
        policy: Tuple of names out of "flip", "color", "translation" and "cutout", in the order in
            which they are applied. The paper's strongest is the usual one.
        shift: Float in [0, 1], how far a translation goes at most, as a share of the size.
        cutout: Float in [0, 1], side of the square that is cut out, as a share of the size.
        probability: Float in [0, 1], how likely each entry of the policy is, for each image apart.
        seed: Integer, seeds the changes. By default Keras's global seed decides.

    Call arguments:
        images: Float tensor `(batch, height, width, channels)`, usually in [-1, 1].
        training: Whether to change anything.

    Output shape:
        The same. Each image has changes of its own. A flip is left to right, with probability ½.
        A colour change adds a brightness from [-½, ½], stretches the differences between the
        channels by a factor from [0, 2], and those from the image's mean by one from [½, 1½]. A
        translation goes up to `int(size · shift + ½)` pixels each way, and zeros come in from the
        border. A cutout sets a square of `int(size · cutout + ½)` pixels to zero; its centre may
        lie anywhere, so that a part of it may be outside.

    Raises:
        ValueError: If the policy has another name, or a number is out of range.

    Reference:
        Zhao et al. 2020, section 3.2 and figure 4, arXiv:2006.10738, sizes rounded as in the
        authors' PyTorch code. The flip and the probability are from Karras et al. 2020,
        arXiv:2006.06676.
    """

    is_per_example = True

    def __init__(
        self,
        policy=("color", "translation", "cutout"),
        shift=0.125,
        cutout=0.5,
        probability=1.0,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.policy = _checked_policy(policy)
        self.shift, self.cutout = checks.share(shift=shift, cutout=cutout)
        self.initial_probability = checks.share(probability=probability)
        self.seed = checks.seed_or_none(seed=seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)
        self.input_spec = keras.InputSpec(ndim=4)
        self.probability = self._number("probability", self.initial_probability)

    def _number(self, name, value=0.0):
        """A number that is saved and does not learn."""
        return self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(value),
            trainable=False,
            autocast=False,
            dtype="float32",
            aggregation="only_first_replica",
            name=name,
        )

    def call(self, images, training=False):
        if not training:
            return images
        changed = ops.cast(images, "float32")
        change = {
            "flip": self._flipped,
            "color": self._coloured,
            "translation": self._translated,
            "cutout": self._cut,
        }
        for name in self.policy:
            is_chosen = self._draws(changed, 1)[:, 0] < self.probability
            is_chosen = ops.reshape(is_chosen, (-1, 1, 1, 1))
            changed = ops.where(is_chosen, change[name](changed), changed)
        return ops.cast(changed, images.dtype)

    def _draws(self, images, count):
        """Uniform numbers in [0, 1), `(batch, count)`."""
        shape = (ops.shape(images)[0], count)
        return keras.random.uniform(shape, dtype="float32", seed=self.seed_generator)

    def _flipped(self, images):
        is_flipped = ops.reshape(self._draws(images, 1) < 0.5, (-1, 1, 1, 1))
        return ops.where(is_flipped, ops.flip(images, axis=2), images)

    def _coloured(self, images):
        draws = ops.reshape(self._draws(images, 3), (-1, 3, 1, 1, 1))
        images = images + (draws[:, 0] - 0.5)
        grey = ops.mean(images, axis=-1, keepdims=True)
        images = grey + 2 * draws[:, 1] * (images - grey)
        middle = ops.mean(images, axis=(1, 2, 3), keepdims=True)
        return middle + (draws[:, 2] + 0.5) * (images - middle)

    def _translated(self, images):
        draws = self._draws(images, 2)
        for axis in (1, 2):
            size = images.shape[axis]
            most = int(size * self.shift + 0.5)
            shifts = _whole_numbers(draws[:, axis - 1], -most, most)
            places = ops.clip(ops.arange(size) - shifts[:, None] + 1, 0, size + 1)
            border = [[1, 1] if each == axis else [0, 0] for each in range(4)]
            images = tf.gather(ops.pad(images, border), places, axis=axis, batch_dims=1)
        return images

    def _cut(self, images):
        draws = self._draws(images, 2)
        is_inside = True
        for axis in (1, 2):
            size = images.shape[axis]
            side = int(size * self.cutout + 0.5)
            centres = _whole_numbers(draws[:, axis - 1], 0, size - side % 2)
            first = (centres - side // 2)[:, None]
            places = ops.arange(size)[None]
            is_in_row = (places >= first) & (places < first + side)
            shape = (-1, size, 1, 1) if axis == 1 else (-1, 1, size, 1)
            is_inside = ops.reshape(is_in_row, shape) & is_inside
        return ops.where(is_inside, 0.0, images)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        own = {"policy": self.policy, "shift": self.shift, "cutout": self.cutout}
        own |= {"probability": self.initial_probability, "seed": self.seed}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("gan_tf")
class AdaptiveAugment(DiffAugment):
    """Changes images more often the surer the discriminator is of the real ones it learns from.

    A discriminator that gives nearly all of its training images a positive logit has begun to
    know them by heart. The share of changed images then rises; it falls again when the
    discriminator is less sure. Given as `GAN(..., augmentation=AdaptiveAugment())`, which calls
    `adapt` in each update of the discriminator. The probability is saved with the game.

    Args:
        target: Float from -1 to 1, the mean sign of the real images' logits that is aimed at.
        interval: Integer >= 1, updates of the discriminator from one adjustment to the next.
        rise: Float >= 1, real images that it takes at least for the probability to go from 0 to 1.
            The paper's 500,000 are for long runs; a short run needs fewer.
        policy: As for `DiffAugment`.
        **kwargs: Those of `DiffAugment`; `probability` is where it begins, 0 by default.

    Attributes:
        probability: Scalar variable, how likely each entry of the policy is now.
        mean_sign: Scalar variable, the mean sign at the last adjustment, the paper's `r_t`.

    Raises:
        ValueError: If an argument is out of range.

    Reference:
        Karras et al. 2020, section 3 and equation 1, arXiv:2006.06676. Departures: fewer kinds of
        changes, and the probability stops at 1.
    """

    def __init__(
        self,
        target=0.6,
        interval=4,
        rise=500_000,
        policy=("flip", "color", "translation", "cutout"),
        probability=0.0,
        **kwargs,
    ):
        super().__init__(policy, probability=probability, **kwargs)
        self.target = checks.number(target=target)
        if not -1 <= self.target <= 1:
            raise checks.argument_error("target", target, "a mean of signs, from -1 to 1")
        self.interval = checks.at_least(1, interval=interval)
        self.rise = checks.number(rise=rise)
        if self.rise < 1:
            raise checks.argument_error("rise", rise, "a number of images >= 1")
        self.mean_sign = self._number("mean_sign")
        self.sum_of_signs = self._number("sum_of_signs")
        self.num_updates = self._number("num_updates")

    def adapt(self, real_logits):
        """Takes the signs of one batch into account; every `interval` calls, p changes.

        Args:
            real_logits: Float tensor, the discriminator's logits of changed real images. The
                probability goes up or down by `rows · interval / rise`.
        """
        num_images = ops.cast(ops.shape(real_logits)[0], "float32")
        num_images *= tf.distribute.get_strategy().num_replicas_in_sync
        signs = ops.mean(ops.sign(ops.cast(real_logits, "float32")))
        total, count = self.sum_of_signs + signs, self.num_updates + 1
        is_due = count >= self.interval
        step = ops.sign(total / count - self.target) * num_images * self.interval / self.rise
        moved = ops.clip(self.probability + step, 0.0, 1.0)
        self.probability.assign(ops.where(is_due, moved, self.probability))
        self.mean_sign.assign(ops.where(is_due, total / count, self.mean_sign))
        self.sum_of_signs.assign(ops.where(is_due, 0.0, total))
        self.num_updates.assign(ops.where(is_due, 0.0, count))

    def get_config(self):
        own = {"target": self.target, "interval": self.interval, "rise": self.rise}
        return {**super().get_config(), **own}


def _checked_policy(policy):
    is_list = isinstance(policy, (tuple, list)) and len(set(policy)) == len(policy) > 0
    if not is_list or not set(policy) <= set(POLICIES):
        raise checks.argument_error("policy", policy, f"a tuple of different names of {POLICIES}")
    return tuple(policy)


def _whole_numbers(draws, low, high):
    """Whole numbers from low to high, both included, from uniform numbers in [0, 1)."""
    return low + ops.cast(ops.floor(draws * (high - low + 1)), "int32")
