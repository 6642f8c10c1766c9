"""What each player of the game minimises, given the discriminator's logits.

Every loss has `discriminator(real_logits, fake_logits)` and `generator(fake_logits)`, both giving a
scalar. Real is 1 and fake is 0, everywhere. A loss that needs `real_logits` in the generator's
phase too says so with `needs_real_logits = True`. One that needs more than logits there has
`attach(discriminator)` and `generator_from_images(real_images, fake_images)`. Keras saves a loss
by its arguments.
"""

import gan_tf.prepared  # noqa: F401
from gan_tf import checks
import keras
from keras import ops


def _float32(*logits):
    """The logits in float32, in which losses are computed under mixed precision too."""
    return tuple(ops.cast(values, "float32") for values in logits)


def _check_pairs(real_shape, fake_shape):
    """Raises if the shapes differ: each real logit would be compared with every fake one."""
    sizes = list(zip(real_shape, fake_shape, strict=False))
    if len(real_shape) != len(fake_shape) or any(a != b for a, b in sizes if None not in (a, b)):
        raise ValueError(
            "real_logits and fake_logits must have the same shape, so that each real image has its "
            f"fake one. Received: {tuple(real_shape)} and {tuple(fake_shape)}. "
            "Relativistic(average=True) needs no pairs."
        )


def _cross_entropy(target, values, from_logits):
    """Mean of `-target log p - (1 - target) log(1 - p)`, in nats."""
    target = ops.full_like(values, target)
    return ops.mean(ops.binary_crossentropy(target, values, from_logits=from_logits))


@keras.saving.register_keras_serializable("gan_tf")
class NonSaturating(checks.SavedByArguments):
    """Goodfellow's game with the generator loss that is used in practice.

    The discriminator minimises the binary cross-entropy
    `L(D) = -½ (E log D(x) + E log(1 - D(G(z))))`; the generator minimises `-E log D(G(z))`, whose
    gradient stays strong while the discriminator wins.

    Args:
        label_smoothing: Float in [0, 0.5). Real images get the target `1 - label_smoothing`
            (one-sided: fake images keep 0). The usual value is 0.1.
        from_logits: Whether the discriminator ends in logits (True) or in a sigmoid (False).

    Call arguments:
        real_logits: Float tensor `(batch, 1)`, the discriminator's output for real images.
        fake_logits: Same shape, for generated images.

    Returns:
        Scalar float32 tensor, in nats.

    Raises:
        ValueError: If `label_smoothing` is outside [0, 0.5).

    Reference:
        Goodfellow et al. 2014, section 3, arXiv:1406.2661, with the factor ½ of the lecture;
        one-sided smoothing: Salimans et al. 2016, section 3.4, arXiv:1606.03498.
    """

    needs_real_logits = False

    def __init__(self, label_smoothing=0.0, from_logits=True):
        remedy = "Real images get the target 1 - label_smoothing, and 0.1 is usual."
        self.label_smoothing = checks.share_below(0.5, remedy, label_smoothing=label_smoothing)
        self.from_logits = checks.flag(from_logits=from_logits)

    def discriminator(self, real_logits, fake_logits):
        real_logits, fake_logits = _float32(real_logits, fake_logits)
        real = _cross_entropy(1.0 - self.label_smoothing, real_logits, self.from_logits)
        fake = _cross_entropy(0.0, fake_logits, self.from_logits)
        return 0.5 * (real + fake)

    def of_one_batch(self, outputs):
        """The discriminator's loss from its output for fake and real images, in this order.

        It is the same number as `discriminator`. A sigmoid's output near 0 or 1 has no gradient
        after rounding, so Keras looks behind it for the logits; it finds them only if the output
        has not been split.
        """
        (outputs,) = _float32(outputs)
        num_fakes = ops.shape(outputs)[0] // 2
        fake = ops.zeros_like(outputs[:num_fakes])
        real = ops.full_like(outputs[num_fakes:], 1.0 - self.label_smoothing)
        targets = ops.concatenate([fake, real])
        return ops.mean(ops.binary_crossentropy(targets, outputs, from_logits=self.from_logits))

    def generator(self, fake_logits):
        (fake_logits,) = _float32(fake_logits)
        return _cross_entropy(1.0, fake_logits, self.from_logits)


@keras.saving.register_keras_serializable("gan_tf")
class Minimax(NonSaturating):
    """Goodfellow's game as a zero-sum game: the saturating generator loss.

    The discriminator is that of `NonSaturating`; the generator minimises
    `½ E log(1 - D(G(z)))`, the negation of the part of L(D) it can move. Its gradient vanishes
    where the discriminator is sure of itself, which is why it is taught more often than used.

    Args:
        label_smoothing: Float in [0, 0.5), as in `NonSaturating`.
        from_logits: Whether the discriminator ends in logits.

    Reference:
        Goodfellow et al. 2014, equation 1 and Algorithm 1, arXiv:1406.2661.
    """

    def generator(self, fake_logits):
        (fake_logits,) = _float32(fake_logits)
        return -0.5 * _cross_entropy(0.0, fake_logits, self.from_logits)


@keras.saving.register_keras_serializable("gan_tf")
class LeastSquares(checks.SavedByArguments):
    """Squared distance of the discriminator's output to the labels 1 and 0.

    `L(D) = ½ E (D(x) - 1)² + ½ E D(G(z))²` and `L(G) = ½ E (D(G(z)) - 1)²`. It still pulls at
    samples that are far on the right side of the boundary.

    Reference:
        Mao et al. 2017, equation 9 (a = 0, b = c = 1), arXiv:1611.04076.
    """

    needs_real_logits = False
    from_logits = True

    def discriminator(self, real_logits, fake_logits):
        real_logits, fake_logits = _float32(real_logits, fake_logits)
        return 0.5 * (ops.mean(ops.square(real_logits - 1.0)) + ops.mean(ops.square(fake_logits)))

    def generator(self, fake_logits):
        (fake_logits,) = _float32(fake_logits)
        return 0.5 * ops.mean(ops.square(fake_logits - 1.0))


@keras.saving.register_keras_serializable("gan_tf")
class Hinge(checks.SavedByArguments):
    """The margin loss of spectrally normalised GANs, SAGAN and BigGAN.

    `L(D) = E max(0, 1 - D(x)) + E max(0, 1 + D(G(z)))` and `L(G) = -E D(G(z))`: the discriminator
    stops learning from examples that are beyond the margin.

    Reference:
        Lim and Ye 2017, arXiv:1705.02894; Miyato et al. 2018, equations 16 and 17,
        arXiv:1802.05957.
    """

    needs_real_logits = False
    from_logits = True

    def discriminator(self, real_logits, fake_logits):
        real_logits, fake_logits = _float32(real_logits, fake_logits)
        return ops.mean(ops.relu(1.0 - real_logits)) + ops.mean(ops.relu(1.0 + fake_logits))

    def generator(self, fake_logits):
        (fake_logits,) = _float32(fake_logits)
        return -ops.mean(fake_logits)


@keras.saving.register_keras_serializable("gan_tf")
class Wasserstein(checks.SavedByArguments):
    """The critic's estimate of the Wasserstein-1 distance, with its sign turned.

    `L(D) = E D(G(z)) - E D(x)` and `L(G) = -E D(G(z))`. It means something only for a critic that
    is kept 1-Lipschitz, by weight clipping or by a gradient penalty.

    Reference:
        Arjovsky et al. 2017, Algorithm 1, arXiv:1701.07875.
    """

    needs_real_logits = False
    from_logits = True

    def discriminator(self, real_logits, fake_logits):
        real_logits, fake_logits = _float32(real_logits, fake_logits)
        return ops.mean(fake_logits) - ops.mean(real_logits)

    def generator(self, fake_logits):
        (fake_logits,) = _float32(fake_logits)
        return -ops.mean(fake_logits)


@keras.saving.register_keras_serializable("gan_tf")
class Relativistic(checks.SavedByArguments):
    """Asks whether a real image looks more real than a fake one, not whether it looks real.

    Paired: `L(D) = E f(D(G(z)) - D(x))` and `L(G) = E f(D(x) - D(G(z)))` with
    `f(t) = log(1 + exp(t))`, the real and the fake image of a pair being those at the same place
    in the batch. Averaged (`average=True`): each logit is compared with the mean of the other
    kind, and the two cross-entropies carry the factor ½.

    Args:
        average: Whether to compare with the mean of the other batch (RaSGAN) rather than with one
            partner (RpGAN, the default).

    Reference:
        Jolicoeur-Martineau 2018, equations 1 to 4 of the paper's section 4, arXiv:1807.00734;
        the paired form with R1 and R2 is R3GAN, Huang et al. 2024, arXiv:2501.05441.
    """

    needs_real_logits = True
    from_logits = True

    def __init__(self, average=False):
        self.average = checks.flag(average=average)

    def discriminator(self, real_logits, fake_logits):
        real_logits, fake_logits = _float32(real_logits, fake_logits)
        if not self.average:
            _check_pairs(real_logits.shape, fake_logits.shape)
            return ops.mean(ops.softplus(fake_logits - real_logits))
        return 0.5 * (
            ops.mean(ops.softplus(ops.mean(fake_logits) - real_logits))
            + ops.mean(ops.softplus(fake_logits - ops.mean(real_logits)))
        )

    def generator(self, fake_logits, real_logits):
        """The discriminator's loss with the two kinds exchanged."""
        return self.discriminator(real_logits=fake_logits, fake_logits=real_logits)


@keras.saving.register_keras_serializable("gan_tf")
class FeatureMatching(checks.SavedByArguments):
    """The generator matches what a hidden layer of the discriminator sees on average.

    The generator no longer tries to be called real. It brings the mean of the features of its
    samples to that of real images, a goal that does not run away. The discriminator minimises its
    own loss as before.

    Args:
        layer: Name or index of a layer of the discriminator, somewhere in its middle.
        base: Loss of the discriminator, by name or as an object.

    Call arguments:
        real_images: Float tensor `(batch, ...)`, to `generator_from_images`.
        fake_images: Same shape.

    Returns:
        Scalar float32 tensor: `‖E f(x) - E f(G(z))‖²`, with f the layer's output, flattened.

    Raises:
        ValueError: If the discriminator has no such layer.

    Reference:
        Salimans et al. 2016, section 3.1, arXiv:1606.03498.
    """

    needs_real_logits = False

    def __init__(self, layer, base="non_saturating"):
        if not isinstance(layer, str) and not checks.is_integer(layer):
            raise checks.argument_error("layer", layer, "the name or the index of a layer")
        self.layer = checks.plain(layer)
        self.base = get(base)
        self.from_logits = getattr(self.base, "from_logits", None)

    def attach(self, discriminator):
        """Finds the layer; `GAN.compile` calls this."""
        key = "name" if isinstance(self.layer, str) else "index"
        try:
            layer = discriminator.get_layer(**{key: self.layer})
        except (ValueError, IndexError) as error:
            names = [layer.name for layer in discriminator.layers]
            expected = "the name or the index of a layer of the discriminator"
            remedy = f"It has {names}"
            raise checks.argument_error("layer", self.layer, expected, remedy) from error
        self.features = keras.Model(discriminator.inputs[0], layer.output)

    def discriminator(self, real_logits, fake_logits):
        return self.base.discriminator(real_logits, fake_logits)

    def generator(self, fake_logits):
        """What the base's generator would minimise; for watching, not for training."""
        return self.base.generator(fake_logits)

    def generator_from_images(self, real_images, fake_images):
        real, fake = (
            ops.mean(ops.cast(self.features(images, training=True), "float32"), axis=0)
            for images in (real_images, fake_images)
        )
        return ops.sum(ops.square(real - fake))


_LOSSES = {
    "non_saturating": NonSaturating,
    "minimax": Minimax,
    "least_squares": LeastSquares,
    "hinge": Hinge,
    "wasserstein": Wasserstein,
    "relativistic": Relativistic,
}


def get(loss):
    """The loss of that name, with its default arguments, or the loss itself.

    Args:
        loss: One of "non_saturating", "minimax", "least_squares", "hinge", "wasserstein",
            "relativistic"; or an object with the methods `discriminator` and `generator`.

    Returns:
        An object with the methods `discriminator` and `generator`.

    Raises:
        ValueError: If the name is unknown, or the object lacks a method.
    """
    if isinstance(loss, str) and loss in _LOSSES:
        return _LOSSES[loss]()
    if isinstance(loss, type):
        raise checks.argument_error("loss", loss, f"an object: write {loss.__name__}()")
    if callable(getattr(loss, "discriminator", None)) and callable(
        getattr(loss, "generator", None)
    ):
        return loss
    names = ", ".join(map(repr, _LOSSES))
    methods = "the methods discriminator(real_logits, fake_logits) and generator(fake_logits)"
    raise checks.argument_error("loss", loss, f"one of {names}, or an object with {methods}")
