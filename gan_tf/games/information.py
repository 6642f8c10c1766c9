"""Games that find classes which nobody labelled."""

import math

from gan_tf import checks
from gan_tf.games.game import Game, Phase, num_rows
from gan_tf.games.gan import GAN
import keras
from keras import ops


@keras.saving.register_keras_serializable("gan_tf")
class InfoGAN(GAN):
    """A GAN with codes that a third player must be able to read off the images.

    The generator is fed noise, one of `num_codes` codes and some numbers in [-1, 1]. The recogniser
    guesses them from the image, and both are rewarded for right guesses, so that codes come to mean
    something. The logs show `information`, a lower bound of the mutual information between code and
    image in nats, at most `log(num_codes)`, and `continuous_error`, half the squared error of the
    numbers, 1/6 for one that is never read. Samples of chosen codes:
    `generate(10, codes=range(10))`.

    Args:
        generator: Built Keras model from `[latents, codes]`, shapes `(batch, latent_dim)` and
            `(batch, num_codes + num_continuous)`, to images.
        discriminator: Built Keras model from images to logits `(batch, 1)`.
        recogniser: Built Keras model from images to `(batch, num_codes + num_continuous)`: logits
            of the codes, then the numbers. Layers that it shares with the discriminator are the
            discriminator's, and learn in phase 1 alone.
        num_continuous: Integer >= 0, how many of the values are numbers in [-1, 1].
        **kwargs: Those of `GAN`. `weights={"information": -1.0, "continuous_error": 1.0}` are
            usual: the paper's λ, below 0 because the information is maximised.

    Reference:
        Chen et al. 2016, equations 5 and 6 and section 7, arXiv:1606.03657. The error of the
        numbers is the negative log-likelihood of a Gaussian of variance 1, without its constant.
    """

    phases = (
        Phase("d_loss", ("discriminator",), freezes=()),
        Phase("g_loss", ("generator", "recogniser")),
    )
    optional_keys = ("codes", "continuous")
    terms = {"information": -1.0, "continuous_error": 1.0}

    def __init__(self, generator, discriminator, recogniser, num_continuous=0, **kwargs):
        super().__init__(generator, discriminator, players={"recogniser": recogniser}, **kwargs)
        width = recogniser.output_shape[-1]
        self.num_continuous = checks.between(0, width - 1, num_continuous=num_continuous)
        self.num_codes = width - num_continuous

    def inputs(self, batch):
        latents, codes, numbers = super().inputs(batch), batch.get("codes"), batch.get("continuous")
        rows, seed = num_rows(batch), {"seed": self.seed_generator}
        if codes is None:
            codes = self.draw(lambda n: keras.random.randint((n,), 0, self.num_codes, **seed), rows)
        if numbers is None:
            shape = (self.num_continuous,)
            numbers = self.draw(lambda n: keras.random.uniform((n, *shape), -1, 1, **seed), rows)
        one_hot = ops.one_hot(ops.cast(codes, "int32"), self.num_codes)
        return [latents, ops.concatenate([one_hot, ops.cast(numbers, "float32")], axis=-1)]

    def g_loss(self, batch):
        inputs = self.inputs(batch)
        fake_images = self.generator(inputs, training=True)
        one_hot, numbers = ops.split(inputs[1], [self.num_codes], axis=-1)
        read = ops.cast(self.recogniser(fake_images, training=True), "float32")
        logits, guesses = ops.split(read, [self.num_codes], axis=-1)
        error = ops.mean(ops.categorical_crossentropy(one_hot, logits, from_logits=True))
        squares = ops.mean(ops.sum(ops.square(numbers - guesses), axis=-1))
        return {
            "g_loss": self.generator_loss(batch["images"], fake_images),
            "information": math.log(self.num_codes) - error,
            "continuous_error": squares / 2,
        }

    def get_config(self):
        return {**super().get_config(), "num_continuous": self.num_continuous}


@keras.saving.register_keras_serializable("gan_tf")
class CatGAN(Game):
    """A GAN whose discriminator sorts images into classes instead of telling real from fake.

    It is sure of real images, uses all classes equally often, and is unsure of fake ones. The
    generator makes images of which it is sure, of all classes. So classes are found that nobody
    named. A few labels, where there are some, give them their names: labels of -1 are unknown.

    Args:
        generator: Built Keras model from latents `(batch, latent_dim)` to images.
        discriminator: Built Keras model from images to logits `(batch, num_classes)`, no softmax.
        labelled: Whether batches have labels, `{"images": …, "labels": …}`.
        **kwargs: Those of `Game`. `weights={"class_error": 1.0}` is usual.

    Reference:
        Springenberg 2016, equations 7 and 9, arXiv:1511.06390.
    """

    phases = (
        Phase("d_loss", ("discriminator",), freezes=()),
        Phase("g_loss", ("generator",)),
    )
    keys = {"images": "discriminator"}
    terms = {"class_error": 1.0}

    def __init__(self, generator, discriminator, labelled=False, **kwargs):
        super().__init__({"generator": generator, "discriminator": discriminator}, **kwargs)
        self.labelled = checks.flag(labelled=labelled)
        self.keys = {"images": "discriminator", **({"labels": None} if labelled else {})}

    def inputs(self, batch):
        size, seed = self.generator.input_shape[-1], self.seed_generator
        return self.draw(lambda n: keras.random.normal((n, size), seed=seed), num_rows(batch))

    def log_probabilities(self, images):
        """Logarithms of the probabilities of the classes, `(batch, num_classes)`."""
        return ops.log_softmax(ops.cast(self.discriminator(images, training=True), "float32"))

    def d_loss(self, batch):
        real = self.log_probabilities(batch["images"])
        fake = self.log_probabilities(self.generator(self.inputs(batch), training=True))
        loss = entropy(real) - entropy_of_mean(real) - entropy(fake)
        if not self.labelled:
            return loss
        return {"d_loss": loss, "class_error": error_where_known(real, batch["labels"])}

    def g_loss(self, batch):
        fake = self.log_probabilities(self.generator(self.inputs(batch), training=True))
        return entropy(fake) - entropy_of_mean(fake)

    def example_conditions(self, num):
        return {}

    def get_config(self):
        return {**super().get_config(), "labelled": self.labelled}


def entropy(log_probabilities):
    """Mean entropy of rows of probabilities, given their logarithms, in nats."""
    return -ops.mean(ops.sum(ops.exp(log_probabilities) * log_probabilities, axis=-1))


def entropy_of_mean(log_probabilities):
    """Entropy of the mean of rows of probabilities, given their logarithms, in nats."""
    mean = ops.mean(ops.exp(log_probabilities), axis=0)
    return -ops.sum(mean * ops.log(mean + 1e-12))


def error_where_known(log_probabilities, labels):
    """Cross-entropy of the rows whose class is known, in nats; 0 if there are none.

    Args:
        log_probabilities: Float tensor `(batch, num_classes)`, logarithms.
        labels: Integer tensor `(batch,)`, -1 where the class is unknown.
    """
    labels = ops.cast(labels, "int32")
    known = ops.cast(labels >= 0, "float32")
    one_hot = ops.one_hot(ops.maximum(labels, 0), log_probabilities.shape[-1])
    chosen = ops.sum(log_probabilities * one_hot, axis=-1)
    return -ops.sum(known * chosen) / ops.maximum(ops.sum(known), 1.0)
