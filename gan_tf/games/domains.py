"""Translation between several kinds of pictures by one network, or through one embedding."""

import functools

from gan_tf import checks, losses, penalties
from gan_tf.games.game import Game, Phase, num_rows
from gan_tf.layers.reversal import GradientReversal
from gan_tf.training import scoring
from gan_tf.training.expected import Expected
import keras
from keras import ops
import tensorflow as tf

_CROSS_ENTROPY = losses.NonSaturating()
_WASSERSTEIN = losses.Wasserstein()


@keras.saving.register_keras_serializable("gan_tf")
class StarGAN(Game):
    """One generator that gives a picture any of several attributes, and takes them away again.

    A critic tells real pictures from changed ones, and a classifier on the same body reads their
    attributes. The generator must pass for real, be read as it was asked, and bring the picture
    back when it is asked for the picture's own attributes. What is asked for in training are the
    attributes of other pictures in the batch, so they always go together. Trains on "pictures"
    and "attributes", each 0 or 1. Samples: `generate(8, pictures=array, attributes=wanted)`.

    Args:
        generator: Built Keras model from `[pictures, attributes]`, the second of shape
            `(batch, num_attributes)`, to pictures.
        discriminator: Built Keras model from pictures to logits, without BatchNormalization.
        classifier: Built Keras model from pictures to logits `(batch, num_attributes)`. The layers
            that it shares with the discriminator learn from both losses.
        discriminator_steps: Integer >= 1, updates of the discriminator for one of the generator.
        **kwargs: Those of `Game`. The paper's weights are the usual ones: λ_cls = 1 for
            `real_class` and `asked_class`, λ_rec = 10 for `cycle`, λ_gp = 10 for `penalty`.

    Raises:
        ValueError: If the players' shapes do not fit, or the discriminator looks across the batch.

    Reference:
        Choi et al. 2018, equations 2 to 6 and 8, arXiv:1711.09020.
    """

    phases = (
        Phase("d_loss", ("discriminator", "classifier"), freezes=()),
        Phase("g_loss", ("generator",)),
    )
    keys = {"pictures": "discriminator", "attributes": "classifier"}
    terms = {"real_class": 1.0, "asked_class": 1.0, "cycle": 10.0, "penalty": 10.0}

    def __init__(self, generator, discriminator, classifier, discriminator_steps=5, **kwargs):
        players = {"generator": generator, "discriminator": discriminator, "classifier": classifier}
        super().__init__(players, **kwargs)
        pictures, attributes = discriminator.input_shape[1:], classifier.output_shape[1:]
        taken = {"pictures": pictures, "attributes": attributes}
        scoring.check_player(generator, "generator", taken, makes=pictures)
        scoring.check_player(classifier, "classifier", {"pictures": pictures}, makes=(None,))
        self.smooth = penalties.GradientPenalty(1.0, self.seed)
        self.seeds_of_penalty = self.smooth.seed_generators
        scoring.check_penalty(self.smooth, discriminator)
        scoring.check_discriminator(discriminator, _WASSERSTEIN)
        self.discriminator_steps = checks.at_least(1, discriminator_steps=discriminator_steps)
        self.phases = (self.phases[0]._replace(times=self.discriminator_steps), self.phases[1])

    def inputs(self, batch):
        return [batch["pictures"], ops.cast(batch["attributes"], "float32")]

    def asked(self, batch):
        """A batch whose attributes are those of its rows in another order."""
        order = ops.argsort(keras.random.uniform((num_rows(batch),), seed=self.seed_generator))
        return {**batch, "attributes": ops.take(batch["attributes"], order, axis=0)}

    def fake(self, batch):
        """The pictures of a batch with its attributes, in training mode."""
        return ops.cast(self.generator(self.inputs(batch), training=True), "float32")

    def class_error(self, pictures, batch):
        """Cross-entropy of what the classifier reads, summed over attributes, in nats."""
        logits = ops.cast(self.classifier(pictures, training=True), "float32")
        attributes = ops.cast(batch["attributes"], "float32")
        each = ops.binary_crossentropy(attributes, logits, from_logits=True)
        return ops.mean(ops.sum(each, axis=-1))

    def critic(self, pictures):
        """One score for each picture: the mean of its patches, if there are several."""
        scores = ops.cast(self.discriminator(pictures, training=True), "float32")
        return ops.mean(ops.reshape(scores, (ops.shape(scores)[0], -1)), axis=1, keepdims=True)

    def d_loss(self, batch):
        """The critic's and the classifier's."""
        real, fake = batch["pictures"], tf.stop_gradient(self.fake(self.asked(batch)))
        return {
            "d_loss": _WASSERSTEIN.discriminator(self.critic(real), self.critic(fake)),
            "real_class": self.class_error(real, batch),
            "penalty": self.smooth(self.critic, ops.cast(real, "float32"), fake),
        }

    def g_loss(self, batch):
        """The generator's: to look real, to be read as it was asked, and to find the way back."""
        asked = self.asked(batch)
        fake = self.fake(asked)
        restored = self.fake({**batch, "pictures": fake})
        return {
            "g_loss": _WASSERSTEIN.generator(self.critic(fake)),
            "asked_class": self.class_error(fake, asked),
            "cycle": _distance(restored, batch["pictures"]),
        }

    def expected(self):
        why = "Each attribute is 1 where a picture has it, and 0 where not."
        shape = tuple(self.classifier.output_shape[1:])
        return {**super().expected(), "attributes": Expected(shape, 0, 1, why=why)}

    def get_config(self):
        return {**super().get_config(), "discriminator_steps": self.discriminator_steps}


@keras.saving.register_keras_serializable("gan_tf")
class XGAN(Game):
    """Two autoencoders with one embedding, so that a picture may enter by one and leave by another.

    What both kinds of pictures have in common is to stand in the embedding: a classifier tries to
    read there which kind a picture was, and the encoders learn to prevent it, by a gradient turned
    round. A translation must have the embedding of its original. Trains on batches with the keys
    "a" and "b", without pairs. Translations of a to b: `generate(8, a=array)`.

    Args:
        encoder_a: Built Keras model from pictures of kind a to embeddings.
        encoder_b: Built Keras model from pictures of kind b to embeddings of the same shape. Its
            last layers may be those of `encoder_a`, as in the paper.
        decoder_a: Built Keras model from embeddings to pictures of kind a.
        decoder_b: Built Keras model from embeddings to pictures of kind b. Its first layers may be
            those of `decoder_a`.
        classifier: Built Keras model from embeddings to logits `(batch, 1)`: kind a is 1.
        discriminator_a: Built Keras model from pictures of kind a to logits.
        discriminator_b: Built Keras model from pictures of kind b to logits.
        **kwargs: Those of `Game`. `weights` are 1 each by default: the paper's ω, which it chooses
            for its data.

    Raises:
        ValueError: If the players' shapes do not fit.

    Reference:
        Royer et al. 2018, section 3, arXiv:1711.05139, without the optional teacher; the turned
        gradient is that of Ganin and Lempitsky 2015, arXiv:1409.7495.
    """

    phases = (
        Phase(
            "g_loss",
            ("encoder_a", "encoder_b", "decoder_a", "decoder_b", "classifier"),
        ),
        Phase("d_loss", ("discriminator_a", "discriminator_b"), freezes=()),
    )
    keys = {"a": "encoder_a", "b": "encoder_b"}
    terms = {"reconstruction": 1.0, "domain": 1.0, "semantic": 1.0}

    def __init__(
        self,
        encoder_a,
        encoder_b,
        decoder_a,
        decoder_b,
        classifier,
        discriminator_a,
        discriminator_b,
        **kwargs,
    ):
        players = {
            "encoder_a": encoder_a,
            "encoder_b": encoder_b,
            "decoder_a": decoder_a,
            "decoder_b": decoder_b,
            "classifier": classifier,
            "discriminator_a": discriminator_a,
            "discriminator_b": discriminator_b,
        }
        super().__init__(players, **kwargs)
        embedding = {"embeddings": encoder_a.output_shape[1:]}
        for kind, encoder in (("a", encoder_a), ("b", encoder_b)):
            pictures = {"pictures": encoder.input_shape[1:]}
            scoring.check_player(encoder, f"encoder_{kind}", pictures, embedding["embeddings"])
            decoder, judge = players[f"decoder_{kind}"], players[f"discriminator_{kind}"]
            scoring.check_player(decoder, f"decoder_{kind}", embedding, pictures["pictures"])
            scoring.check_player(judge, f"discriminator_{kind}", pictures)
        scoring.check_player(classifier, "classifier", embedding, makes=(1,))
        self.reversal = GradientReversal()

    @functools.cached_property
    def generator(self):
        """From pictures of kind a to pictures of kind b, a model with the players' weights."""
        return keras.Model(self.encoder_a.inputs[0], self.decoder_b(self.encoder_a.outputs[0]))

    def inputs(self, batch):
        return batch["a"]

    def through(self, role, given):
        """What the two players of a role, such as "encoder", make of an entry for each kind."""
        players = self.players
        return {kind: players[f"{role}_{kind}"](given[kind], training=True) for kind in ("a", "b")}

    def translated(self, embeddings):
        """Pictures of both kinds, each from the embedding of one of the other kind."""
        return self.through("decoder", {"a": embeddings["b"], "b": embeddings["a"]})

    def domain_error(self, embeddings):
        """Cross-entropy of the classifier; what reaches the encoders pulls the other way."""
        turned = [self.reversal(embeddings[kind]) for kind in ("a", "b")]
        return _CROSS_ENTROPY.discriminator(*[self.classifier(x, training=True) for x in turned])

    def g_loss(self, batch):
        """That of the encoders, the decoders and the classifier."""
        own = self.through("encoder", batch)
        fake, restored = self.translated(own), self.through("decoder", own)
        again = self.through("encoder", fake)
        logits = self.through("discriminator", fake)
        return {
            "g_loss": sum(map(_CROSS_ENTROPY.generator, logits.values())),
            "reconstruction": sum(_squares(restored[kind], batch[kind]) for kind in ("a", "b")),
            "domain": self.domain_error(own),
            "semantic": _distance(again["b"], own["a"]) + _distance(again["a"], own["b"]),
        }

    def d_loss(self, batch):
        """The discriminators': to tell real pictures of their kind from translations."""
        fake = self.translated(self.through("encoder", batch))
        logits = [self.through("discriminator", pictures) for pictures in (batch, fake)]
        return sum(_CROSS_ENTROPY.discriminator(logits[0][k], logits[1][k]) for k in ("a", "b"))


def _distance(ones, others):
    """Mean absolute difference."""
    return ops.mean(ops.abs(ops.cast(ones, "float32") - ops.cast(others, "float32")))


def _squares(ones, others):
    """Mean squared difference."""
    return ops.mean(ops.square(ops.cast(ones, "float32") - ops.cast(others, "float32")))
