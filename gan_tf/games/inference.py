"""Games that also learn the way back: from an image to the latents that would make it."""

from gan_tf import checks, losses
from gan_tf.games.conditional import ConditionalGAN
from gan_tf.games.game import Game, Phase, num_rows
from gan_tf.games.information import error_where_known
from gan_tf.training import scoring
from gan_tf.training.expected import Expected
import keras
from keras import ops
import numpy as np
import tensorflow as tf

_CROSS_ENTROPY = losses.NonSaturating()


class _WithEncoder(Game):
    """Shared by games whose encoder gives codes that are to look like normal latents."""

    keys = {"images": "encoder"}
    judged = ()  # what the discriminator takes: images, latents

    def __init__(self, generator, encoder, discriminator, **kwargs):
        players = {"generator": generator, "encoder": encoder, "discriminator": discriminator}
        super().__init__(players, **kwargs)
        scoring.check_player(generator, "generator", takes={"latents": (None,)})
        latents, images = generator.input_shape[1:], generator.output_shape[1:]
        scoring.check_player(encoder, "encoder", takes={"images": images}, makes=latents)
        shapes = {"images": images, "latents": latents}
        judged = {name: shapes[name] for name in self.judged}
        scoring.check_player(discriminator, "discriminator", takes=judged, makes=(1,))
        scoring.check_discriminator(discriminator, _CROSS_ENTROPY)

    def inputs(self, batch):
        """Standard normal latents, as many as the batch has rows."""
        size, seed = self.generator.input_shape[-1], self.seed_generator
        return self.draw(lambda num: keras.random.normal((num, size), seed=seed), num_rows(batch))


@keras.saving.register_keras_serializable("gan_tf")
class BiGAN(_WithEncoder):
    """A GAN with an encoder, whose discriminator judges pairs of an image and a code.

    A pair is either a real image with the code that the encoder finds for it, or latents with the
    image that the generator makes of them. Where the discriminator cannot tell these apart, the
    encoder is the generator's inverse. Both learn together, each pair being called the other kind.
    The game is also known as ALI.

    Args:
        generator: Built Keras model from latents `(batch, latent_dim)` to images.
        encoder: Built Keras model from images to codes `(batch, latent_dim)`.
        discriminator: Built Keras model from `[images, codes]` to logits `(batch, 1)`.
        **kwargs: Those of `Game`.

    Raises:
        ValueError: If a player takes or makes other shapes than these.

    Reference:
        Donahue et al. 2017, equation 3 and section 3.4 for the exchanged labels, arXiv:1605.09782;
        Dumoulin et al. 2017, Algorithm 1, arXiv:1606.00704. Both losses carry the factor ½.
    """

    phases = (
        Phase("d_loss", ("discriminator",), freezes=()),
        Phase("g_loss", ("generator", "encoder")),
    )
    judged = ("images", "latents")

    def logits(self, batch):
        """Logits of encoded real images, and of latents with the images made of them."""
        images, latents = batch["images"], self.inputs(batch)
        encoded = [images, self.encoder(images, training=True)]
        made = [self.generator(latents, training=True), latents]
        return [self.discriminator(pairs, training=True) for pairs in (encoded, made)]

    def d_loss(self, batch):
        """The discriminator's: encoded pairs are real, made ones are fake."""
        return _CROSS_ENTROPY.discriminator(*self.logits(batch))

    def g_loss(self, batch):
        """The generator's and the encoder's: the same with both labels exchanged."""
        encoded, made = self.logits(batch)
        return _CROSS_ENTROPY.discriminator(real_logits=made, fake_logits=encoded)


@keras.saving.register_keras_serializable("gan_tf")
class AdversarialAutoencoder(_WithEncoder):
    """An autoencoder whose codes a discriminator makes look like draws from a prior.

    Each step has three phases: the encoder and the generator, which is the decoder, reconstruct
    images; the discriminator learns to tell latents, which are real here, from codes; the encoder
    learns to make codes that pass for latents. Another prior is a class that overrides `inputs`.

    Args:
        generator: Built Keras model from latents `(batch, latent_dim)` to images.
        encoder: Built Keras model from images to codes `(batch, latent_dim)`.
        discriminator: Built Keras model from codes to logits `(batch, 1)`.
        **kwargs: Those of `Game`.

    Raises:
        ValueError: If a player takes or makes other shapes than these.

    Reference:
        Makhzani et al. 2015, section 2, arXiv:1511.05644, with a deterministic encoder.
    """

    phases = (
        Phase("reconstruction", ("generator", "encoder")),
        Phase("d_loss", ("discriminator",), freezes=()),
        Phase("g_loss", ("encoder",)),
    )
    judged = ("latents",)

    def code_logits(self, images):
        """The discriminator's logits of the codes of images."""
        return self.discriminator(self.encoder(images, training=True), training=True)

    def reconstruction(self, batch):
        """Mean squared difference between images and what comes back through their codes."""
        codes = self.encoder(batch["images"], training=True)
        return _mean_square(self.generator(codes, training=True), batch["images"])

    def d_loss(self, batch):
        """The discriminator's: latents are real, codes are fake."""
        prior_logits = self.discriminator(self.inputs(batch), training=True)
        return _CROSS_ENTROPY.discriminator(prior_logits, self.code_logits(batch["images"]))

    def g_loss(self, batch):
        """The encoder's: its codes are to be called real."""
        return _CROSS_ENTROPY.generator(self.code_logits(batch["images"]))


@keras.saving.register_keras_serializable("gan_tf")
class SemiSupervisedAAE(Game):
    """An adversarial autoencoder whose code is a class and a style, for few labels.

    The encoder gives logits of the classes and a style. One discriminator makes their
    probabilities look like one-hot vectors of classes that are equally frequent, the other makes
    the styles look normal. The encoder also learns the classes that are known: labels of -1 are
    unknown. The generator, which is the decoder, makes images of a class and a style.

    Args:
        generator: Built Keras model from `[styles, probabilities]`, shapes `(batch, style_dim)` and
            `(batch, num_classes)`, to images.
        encoder: Built Keras model from images to `[styles, logits]` of these shapes.
        discriminator: Built Keras model from styles to logits `(batch, 1)`.
        class_discriminator: Built Keras model from probabilities to logits `(batch, 1)`.
        **kwargs: Those of `Game`. `weights={"class_error": 1.0}` is usual.

    Raises:
        ValueError: If a player takes or makes other shapes than these.

    Reference:
        Makhzani et al. 2015, the section on semi-supervised learning, arXiv:1511.05644. Departure:
        the encoder learns the known classes in the same update in which it fools the
        discriminators, where the paper has a phase of its own for them.
    """

    phases = (
        Phase("reconstruction", ("generator", "encoder")),
        Phase("d_loss", ("discriminator", "class_discriminator"), freezes=()),
        Phase("g_loss", ("encoder",)),
    )
    keys = {"images": "encoder", "labels": None}
    terms = {"class_error": 1.0}

    def __init__(self, generator, encoder, discriminator, class_discriminator, **kwargs):
        judges = {"discriminator": discriminator, "class_discriminator": class_discriminator}
        super().__init__({"generator": generator, "encoder": encoder, **judges}, **kwargs)
        images = generator.output_shape[1:]
        scoring.check_player(
            generator, "generator", {"styles": (None,), "probabilities": (None,)}, images
        )
        style, classes = (tuple(each.shape[1:]) for each in generator.inputs)
        scoring.check_player(encoder, "encoder", {"images": images}, makes=[style, classes])
        scoring.check_player(discriminator, "discriminator", {"styles": style}, makes=(1,))
        taken = {"probabilities": classes}
        scoring.check_player(class_discriminator, "class_discriminator", taken, makes=(1,))

    @property
    def num_classes(self):
        """Number of classes, the width of the generator's second input."""
        return self.generator.inputs[1].shape[-1]

    def code(self, images):
        """Styles and logits of the classes that the encoder finds in images."""
        return [ops.cast(each, "float32") for each in self.encoder(images, training=True)]

    def inputs(self, batch):
        """Normal styles, and one-hot classes: those that are known, others at random."""
        size, seed, rows = self.generator.inputs[0].shape[-1], self.seed_generator, num_rows(batch)
        styles = self.draw(lambda num: keras.random.normal((num, size), seed=seed), rows)
        drawn = self.draw(
            lambda num: keras.random.randint((num,), 0, self.num_classes, seed=seed), rows
        )
        labels = ops.cast(batch["labels"], "int32")
        labels = ops.where(labels >= 0, labels, ops.cast(drawn, "int32"))
        return [styles, ops.one_hot(labels, self.num_classes)]

    def verdicts(self, styles, probabilities):
        """Logits of both discriminators."""
        return [
            self.discriminator(styles, training=True),
            self.class_discriminator(probabilities, training=True),
        ]

    def reconstruction(self, batch):
        """Mean squared difference between images and what comes back through their codes."""
        styles, logits = self.code(batch["images"])
        restored = self.generator([styles, ops.softmax(logits)], training=True)
        return _mean_square(restored, batch["images"])

    def d_loss(self, batch):
        """The discriminators': random styles and one-hot classes are real, codes are fake."""
        styles, logits = self.code(batch["images"])
        fake, real = self.verdicts(styles, ops.softmax(logits)), self.verdicts(*self.inputs(batch))
        return sum(map(_CROSS_ENTROPY.discriminator, real, fake))

    def g_loss(self, batch):
        """The encoder's: both parts of its codes are to be called real, known classes named."""
        styles, logits = self.code(batch["images"])
        loss = sum(map(_CROSS_ENTROPY.generator, self.verdicts(styles, ops.softmax(logits))))
        error = error_where_known(ops.log_softmax(logits), batch["labels"])
        return {"g_loss": loss, "class_error": error}

    def expected(self):
        why = f"The encoder knows {self.num_classes} classes; -1 stands for an unknown one."
        labels = Expected((), -1, self.num_classes - 1, is_integer=True, why=why)
        return {**super().expected(), "labels": labels}

    def example_conditions(self, num):
        return {"labels": np.arange(num) % self.num_classes}


@keras.saving.register_keras_serializable("gan_tf")
class IcGAN(ConditionalGAN):
    """A conditional GAN that can be turned round, to change the class of a real image.

    Its discriminator is also shown real images with a wrong label, and must call these pairs fake,
    so that it cannot overlook the label. Afterwards two encoders are trained with Keras's own
    `fit`: one finds latents, on pairs that `latent_pairs` draws from the frozen generator; the
    other finds the label, on real images. The generator makes the image anew under another label.

    Args:
        generator: Built Keras model from `[latents, one_hot]` to images.
        discriminator: Built Keras model from `[images, one_hot]` to logits `(batch, 1)`.
        **kwargs: Those of `ConditionalGAN`.

    Raises:
        ValueError: If there are fewer than two classes, so that no label could be wrong.

    Example:
    ```python
    images, latents, labels = latent_pairs(gan, 10_000)
    encoder.compile("adam", "mse")
    encoder.fit(images, latents)
    changed = gan.generator([encoder.predict(real_images), wanted_one_hot])
    ```

    Reference:
        Perarnau et al. 2016, sections 3.1 and 3.2, arXiv:1611.06355. The wrong pairs count as many
        as the fake ones, as in Reed et al. 2016, Algorithm 1, arXiv:1605.05396.
    """

    def __init__(self, generator, discriminator, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        checks.at_least(2, num_classes=self.num_classes)

    def wrong(self, batch):
        """A batch with other labels than its own, each of the others being as likely."""
        seed = self.seed_generator
        steps = self.draw(
            lambda num: keras.random.randint((num,), 1, self.num_classes, seed=seed),
            num_rows(batch),
        )
        labels = ops.cast(batch["labels"], "int32") + ops.cast(steps, "int32")
        return {**batch, "labels": labels % self.num_classes}

    def discriminator_loss(self, real_images, fake_images, batch=None):
        real_logits, fake_logits = self.score_both(real_images, fake_images, batch)
        wrong_logits = self.score(real_images, self.wrong(batch))
        return self.game_loss.discriminator(real_logits, tf.concat([fake_logits, wrong_logits], 0))


def latent_pairs(game, num_images, seed=None, batch_size=256, **conditions):
    """Images that a generator makes, with what it made them from: examples for an encoder.

    Args:
        game: `GAN`, or another game whose generator takes latents.
        num_images: Integer >= 1.
        seed: Integer; the same seed gives the same pairs. By default they are new.
        batch_size: Integer >= 1, how many are made at a time.
        **conditions: Arrays with `num_images` rows, such as `labels=…`.

    Returns:
        Tuple of float32 arrays: the images, then each input of the generator, such as latents
        `(num_images, latent_dim)` and one-hot labels `(num_images, num_classes)`.

    Raises:
        ValueError: If a number is no integer >= 1, or conditions do not fit.

    Reference:
        Perarnau et al. 2016, section 3.1 for the encoder of latents, arXiv:1611.06355.
    """
    inputs = game.inputs_for(num_images, seed, conditions or None)
    images = game.made_from(inputs, batch_size)
    return images, *map(np.asarray, tf.nest.flatten(inputs))


def _mean_square(images, others):
    """Mean squared difference."""
    return ops.mean(ops.square(ops.cast(images, "float32") - ops.cast(others, "float32")))
