"""What keeps the critic smooth: penalties on its gradient with respect to images, weight clipping.

A penalty is called as `penalty(critic, real_images, fake_images)` and gives a scalar that
`GAN.compile(penalty=...)` adds to the discriminator's loss. `needs_gradient` says whether it
differentiates the critic with respect to images. Keras saves a penalty by its arguments. What it
remembers stands in its `variables`, and `GAN` saves them with the game.
"""

import gan_tf.prepared  # noqa: F401
from gan_tf import checks
import keras
from keras import ops
import tensorflow as tf


@keras.saving.register_keras_serializable("gan_tf")
class GradientPenalty(checks.SavedByArguments):
    """Keeps the norm of the critic's gradient close to one, between real and fake images.

    Meant for the Wasserstein loss, whose critic has to be 1-Lipschitz. The critic must treat every
    example alone: no BatchNormalization.

    Args:
        weight: Float >= 0, multiplies the penalty. The paper's default is 10, and 0.1 for points
            in the plane.
        seed: Integer, seeds the places between the images. By default Keras's global seed decides.

    Call arguments:
        critic: Function from images to logits `(batch, 1)`.
        real_images: Float tensor `(batch, ...)`.
        fake_images: Same shape and range as `real_images`.

    Returns:
        Scalar float32 tensor: `weight · E (‖∇D(x̂)‖ - 1)²`, where x̂ lies on the straight line
        between a real and a fake image, uniformly.

    Raises:
        ValueError: If `weight` is negative.

    Reference:
        Gulrajani et al. 2017, Algorithm 1, arXiv:1704.00028. Departure: a small constant inside
        the square root, whose gradient is infinite at zero.
    """

    needs_gradient = True

    def __init__(self, weight=10.0, seed=None):
        self.weight = checks.not_negative(weight=weight)
        self.seed = checks.seed_or_none(seed=seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)
        self.seed_generators = [self.seed_generator]  # GAN saves them with the game

    def __call__(self, critic, real_images, fake_images):
        _check_same_shape(real_images.shape, fake_images.shape)
        shape = [tf.shape(real_images)[0]] + [1] * (len(real_images.shape) - 1)
        share = keras.random.uniform(shape, dtype=real_images.dtype, seed=self.seed_generator)
        between = share * real_images + (1 - share) * fake_images
        norms = ops.sqrt(squared_gradient_norms(critic, between) + 1e-12)
        return self.weight * ops.mean(ops.square(norms - 1))


@keras.saving.register_keras_serializable("gan_tf")
class R1(checks.SavedByArguments):
    """Penalises the discriminator's gradient at real images.

    Where the samples match the data, nothing should pull the discriminator away from being flat.
    With this penalty the game converges near its equilibrium; without it, the players may circle
    around it for ever.

    Args:
        weight: Float >= 0, the paper's γ; the penalty is half of it times the squared norm.

    Call arguments:
        critic: Function from images to logits `(batch, 1)`.
        real_images: Float tensor `(batch, ...)`.
        fake_images: Same shape; not used.

    Returns:
        Scalar float32 tensor: `weight / 2 · E ‖∇D(x)‖²` over the real images.

    Raises:
        ValueError: If `weight` is negative.

    Reference:
        Mescheder et al. 2018, equation 9, arXiv:1801.04406.
    """

    needs_gradient = True

    def __init__(self, weight=10.0):
        self.weight = checks.not_negative(weight=weight)

    def __call__(self, critic, real_images, fake_images):
        return self.weight / 2 * ops.mean(squared_gradient_norms(critic, real_images))


@keras.saving.register_keras_serializable("gan_tf")
class R2(R1):
    """Penalises the discriminator's gradient at fake images.

    Args:
        weight: Float >= 0, the paper's γ; the penalty is half of it times the squared norm.

    Call arguments:
        critic: Function from images to logits `(batch, 1)`.
        real_images: Float tensor `(batch, ...)`; not used.
        fake_images: Same shape.

    Returns:
        Scalar float32 tensor: `weight / 2 · E ‖∇D(x)‖²` over the fake images.

    Reference:
        Mescheder et al. 2018, equation 10, arXiv:1801.04406.
    """

    def __call__(self, critic, real_images, fake_images):
        return super().__call__(critic, fake_images, real_images)


@keras.saving.register_keras_serializable("gan_tf")
class Sum(checks.SavedByArguments):
    """Several penalties together, for instance R1 and R2.

    Args:
        *penalties: Functions `penalty(critic, real_images, fake_images)`.

    Returns:
        Scalar float32 tensor, the sum of theirs.

    Reference:
        R1 with R2: Huang et al. 2024, arXiv:2501.05441.
    """

    def __init__(self, *penalties):
        if not penalties or not all(callable(penalty) for penalty in penalties):
            raise ValueError(
                "Sum takes at least one penalty(critic, real_images, fake_images). "
                f"Received: {penalties!r}"
            )
        self.penalties = penalties
        self.seed_generators, self.variables = (
            [each for penalty in penalties for each in getattr(penalty, name, [])]
            for name in ("seed_generators", "variables")
        )

    @property
    def needs_gradient(self):
        """Whether one of the penalties differentiates the critic."""
        return any(map(_needs_gradient, self.penalties))

    def attach(self, optimizer):
        """Hands the optimizer on to those that count its updates; `GAN.compile` calls this."""
        for penalty in self.penalties:
            if hasattr(penalty, "attach"):
                penalty.attach(optimizer)

    def __call__(self, critic, real_images, fake_images):
        return sum(penalty(critic, real_images, fake_images) for penalty in self.penalties)

    @classmethod
    def from_config(cls, config):
        return cls(*keras.saving.deserialize_keras_object(config["penalties"]))


class _Counting(checks.SavedByArguments):
    """Shared by penalties that depend on how often the discriminator was updated."""

    optimizer = None

    @property
    def variables(self):
        """What the penalty inside remembers."""
        return list(getattr(self.penalty, "variables", []))

    @property
    def needs_gradient(self):
        """Whether the penalty inside differentiates the critic."""
        return _needs_gradient(self.penalty)

    def attach(self, optimizer):
        """Takes the optimizer whose updates count; `GAN.compile` calls this."""
        self.optimizer = optimizer
        if hasattr(self.penalty, "attach"):
            self.penalty.attach(optimizer)

    @property
    def num_updates(self):
        """The optimizer's own count, which is saved with the game."""
        if self.optimizer is None:
            name = type(self).__name__
            raise ValueError(f"{name} counts an optimizer's updates: attach(optimizer) first.")
        return self.optimizer.iterations


@keras.saving.register_keras_serializable("gan_tf")
class Scheduled(_Counting):
    """A penalty whose weight changes while the game lasts.

    While the discriminator is smooth, the generator finds all modes. When it may become sharp
    later on, it tells apart from the data even samples that are nearly right.

    Args:
        penalty: Function `penalty(critic, real_images, fake_images)`.
        schedule: Function from the number of the discriminator's updates so far to a factor; those
            of `keras.optimizers.schedules` will do, and only they can be saved. The count is the
            optimizer's own, so that a run that resumes goes on where it was.

    Returns:
        Scalar float32 tensor: the penalty times the factor.

    Reference:
        Weights of R1 and R2 that fall while training: Huang et al. 2024, arXiv:2501.05441.
    """

    def __init__(self, penalty, schedule):
        self.penalty, self.schedule = checks.function(penalty=penalty, schedule=schedule)
        self.seed_generators = list(getattr(penalty, "seed_generators", []))

    def __call__(self, critic, real_images, fake_images):
        factor = ops.cast(self.schedule(self.num_updates), "float32")
        return factor * self.penalty(critic, real_images, fake_images)


@keras.saving.register_keras_serializable("gan_tf")
class Lazy(_Counting):
    """A penalty that is computed only in every n-th update, where it counts n times.

    Gradients of gradients cost more than the rest of the game. A discriminator's smoothness changes
    slowly, so an occasional penalty keeps it.

    Args:
        penalty: Function `penalty(critic, real_images, fake_images)` that draws nothing at random:
            `R1`, `R2`, `Drift` or a `Sum` of them.
        interval: Integer >= 1, updates of the discriminator from one to the next.

    Returns:
        Scalar float32 tensor: `interval` times the penalty in every `interval`-th update, and 0 in
        the others.

    Raises:
        ValueError: If the interval is out of range, or the penalty draws random numbers.

    Reference:
        Karras et al. 2020 (lazy regularisation), section 3.1, arXiv:1912.04958.
    """

    def __init__(self, penalty, interval=16):
        if not callable(penalty) or getattr(penalty, "seed_generators", []):
            expected = "a function that draws no random numbers, such as R1"
            raise checks.argument_error("penalty", penalty, expected, "GradientPenalty draws some.")
        self.penalty, self.interval = penalty, checks.at_least(1, interval=interval)

    def __call__(self, critic, real_images, fake_images):
        return tf.cond(
            tf.convert_to_tensor(self.num_updates) % self.interval == 0,
            lambda: float(self.interval) * self.penalty(critic, real_images, fake_images),
            lambda: tf.constant(0.0),
        )


@keras.saving.register_keras_serializable("gan_tf")
class Drift(checks.SavedByArguments):
    """Keeps the critic's output for real images from drifting away from zero.

    A Wasserstein loss does not change when the same number is added to all outputs, so they may
    wander off.

    Args:
        weight: Float >= 0, the paper's ε.

    Call arguments:
        critic: Function from images to logits `(batch, 1)`.
        real_images: Float tensor `(batch, ...)`.
        fake_images: Same shape; not used.

    Returns:
        Scalar float32 tensor: `weight · E D(x)²` over the real images.

    Raises:
        ValueError: If `weight` is negative.

    Reference:
        Karras et al. 2018, section A.1, arXiv:1710.10196.
    """

    needs_gradient = False

    def __init__(self, weight=0.001):
        self.weight = checks.not_negative(weight=weight)

    def __call__(self, critic, real_images, fake_images):
        logits = ops.cast(critic(real_images), "float32")
        return self.weight * ops.mean(ops.square(logits))


@keras.saving.register_keras_serializable("gan_tf")
class LeCam(checks.SavedByArguments):
    """Draws the logits of each kind of image towards the running mean of the other kind's logits.

    With few images, a discriminator soon gives real and fake ones logits that are far apart. This
    penalty keeps them near each other.

    Args:
        weight: Float >= 0, the paper's λ. The authors' code has 0.3 for CIFAR-10.
        decay: Float in [0, 1), of the running means, the paper's γ.
        one_sided: Whether to penalise only real images with a higher logit than the fake ones'
            mean, and fake ones with a lower logit than the real ones' mean. The authors' code
            does so, and the paper's formula does not.

    Call arguments:
        critic: Function from images to logits `(batch, 1)`.
        real_images: Float tensor `(batch, ...)`.
        fake_images: Same shape and range.

    Returns:
        Scalar float32 tensor: `weight · (E (D(x) - α_F)² + E (D(G(z)) - α_R)²)`. α_R and α_F are
        the running means of the logits of real and fake images, this batch's included. They begin
        with the first batch, so zeros from before it do not count, and no gradient passes through
        them.

    Raises:
        ValueError: If `weight` or `decay` is out of range.

    Reference:
        Tseng et al. 2021, section 3, arXiv:2104.03310.
    """

    needs_gradient = False

    def __init__(self, weight=0.3, decay=0.99, one_sided=False):
        self.weight = checks.not_negative(weight=weight)
        self.decay = checks.share_below(1, decay=decay)
        self.one_sided = checks.flag(one_sided=one_sided)
        kind = {"shape": (), "initializer": "zeros", "dtype": "float32", "trainable": False}
        self.variables = [  # sums of logits with falling weights, and the sum of these weights
            keras.Variable(**kind, aggregation="only_first_replica", name=name)
            for name in ("sum_of_real", "sum_of_fake", "sum_of_weights")
        ]

    def __call__(self, critic, real_images, fake_images):
        real, fake = (ops.cast(critic(x), "float32") for x in (real_images, fake_images))
        mean_of_real, mean_of_fake = self._means(ops.mean(real), ops.mean(fake))
        above, below = real - mean_of_fake, mean_of_real - fake
        if self.one_sided:
            above, below = ops.relu(above), ops.relu(below)
        return self.weight * (ops.mean(ops.square(above)) + ops.mean(ops.square(below)))

    def _means(self, real, fake):
        """The running means, after they have taken in those of this batch."""
        news = (real, fake, ops.ones_like(real))
        sums = []
        for variable, new in zip(self.variables, map(ops.stop_gradient, news), strict=True):
            sums.append(self.decay * variable.value + (1 - self.decay) * new)
            variable.assign(sums[-1])
        return sums[0] / sums[2], sums[1] / sums[2]


@keras.saving.register_keras_serializable("gan_tf")
class WeightClip(keras.constraints.Constraint):
    """Clips weights to [-c, c] after every update, so that the critic is Lipschitz.

    Give it to the critic's layers as `kernel_constraint` and `bias_constraint`.

    Args:
        c: Float > 0. The paper's default is 0.01.

    Raises:
        ValueError: If `c` is not positive.

    Reference:
        Arjovsky et al. 2017, Algorithm 1, arXiv:1701.07875, who call it "a clearly terrible way".
    """

    def __init__(self, c=0.01):
        self.c = checks.positive(c=c)

    def __call__(self, weights):
        return ops.clip(weights, -self.c, self.c)

    def get_config(self):
        return {"c": self.c}


@keras.saving.register_keras_serializable("gan_tf")
class OrthogonalRegularization(keras.regularizers.Regularizer):
    """Pulls the columns of a kernel apart, so that features differ; their lengths are left alone.

    Give it to layers as `kernel_regularizer`.

    Args:
        weight: Float >= 0. The paper's β is 1e-4.

    Raises:
        ValueError: If `weight` is negative.

    Reference:
        Brock et al. 2019, equation 3, arXiv:1809.11096: β ‖WᵀW ∘ (1 - I)‖². The kernel of a
        convolution is reshaped to `(kernel height · kernel width · inputs, outputs)`.
    """

    def __init__(self, weight=1e-4):
        self.weight = checks.not_negative(weight=weight)

    def __call__(self, kernel):
        matrix = ops.reshape(ops.cast(kernel, "float32"), (-1, kernel.shape[-1]))
        products = ops.matmul(ops.transpose(matrix), matrix)  # (outputs, outputs)
        others = products * (1 - ops.eye(kernel.shape[-1]))
        return self.weight * ops.sum(ops.square(others))

    def get_config(self):
        return {"weight": self.weight}


def squared_gradient_norms(critic, images):
    """‖∇D(x)‖² of each image, over all its pixels and channels.

    Args:
        critic: Function from images to logits `(batch, 1)`, each image scored alone.
        images: Float tensor `(batch, ...)`.

    Returns:
        Float32 tensor `(batch,)`.

    Raises:
        ValueError: If the images are no floats, or the critic does not look at them.
    """
    images = tf.convert_to_tensor(images)
    if not images.dtype.is_floating:
        raise ValueError(
            f"images must be floats, which have a gradient. Received: {images.dtype.name}"
        )
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = critic(images)
    gradients = tape.gradient(logits, images)  # of the sum of logits, each of one image
    if gradients is None:
        raise ValueError(
            "The critic's output must depend on its images in a way that can be differentiated. "
            f"Received: a critic whose output, of shape {tuple(logits.shape)}, has no gradient"
        )
    gradients = ops.cast(gradients, "float32")
    return ops.sum(ops.square(ops.reshape(gradients, [tf.shape(images)[0], -1])), axis=1)


def _needs_gradient(penalty):
    return getattr(penalty, "needs_gradient", False)


def _check_same_shape(real_shape, fake_shape):
    if not tf.TensorShape(real_shape).is_compatible_with(fake_shape):
        raise ValueError(
            "real_images and fake_images must have the same shape, so that each real image has "
            f"its fake one. Received: {tuple(real_shape)} and {tuple(fake_shape)}"
        )
