"""Games on sequences of tokens, whose draws no gradient passes: two ways round this."""

from gan_tf import checks
from gan_tf.games.game import num_rows
from gan_tf.games.gan import GAN
from gan_tf.layers.tokens import gumbel_noise, sampler_of
from gan_tf.training.expected import Expected
import keras
from keras import ops
import numpy as np


@keras.saving.register_keras_serializable("gan_tf")
class GumbelGAN(GAN):
    """A GAN on tokens, with draws through which gradients pass approximately.

    Its "images" are sequences of one-hot tokens: `keras.utils.to_categorical(tokens)`. Samples as
    tokens: `generate(8).argmax(axis=-1)`.

    Args:
        generator: Built Keras model from Gumbel noise to one-hot tokens, both
            `(batch, length, num_tokens)`, that consists of one `layers.TokenSampler`;
            `builders.token_generator` makes one. Temperature and straight-through are its own.
        discriminator: Built Keras model from one-hot tokens to logits `(batch, 1)`.
        **kwargs: Those of `GAN`.

    Raises:
        ValueError: If the generator is another one, or the shapes of the two do not fit.

    Reference:
        Kusner and Hernández-Lobato 2016, arXiv:1611.04051.
    """

    def __init__(self, generator, discriminator, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        sampler_of(generator)

    def sample_latents(self, batch_size):
        """Gumbel noise, `(batch_size, length, num_tokens)`."""
        shape, seed = self.data_shape, self.seed_generator
        return self.draw(lambda num_rows: gumbel_noise((num_rows, *shape), seed), batch_size)

    def expected(self):
        why = "Tokens are one-hot: keras.utils.to_categorical(tokens) makes them so."
        return {"images": Expected(self.data_shape, 0.0, 1.0, why=why)}


@keras.saving.register_keras_serializable("gan_tf")
class SeqGAN(GumbelGAN):
    """A GAN on tokens whose generator learns by trial: no gradient passes the draws.

    The generator is rewarded with the discriminator's probability of 'real'. What a token in the
    middle has earned is estimated by roll-outs: the sequence up to it is completed several times,
    and the rewards are averaged. The logs show `reward`, the mean of finished sequences. Train the
    generator on likelihood first, see `builders.language_model`.

    Args:
        generator: As in `GumbelGAN`.
        discriminator: Built Keras model from one-hot tokens to logits `(batch, 1)`.
        num_rollouts: Integer >= 1, the paper's N: how often each beginning is completed.
        **kwargs: Those of `GAN`.

    Reference:
        Yu et al. 2017, equations 4 and 7, arXiv:1609.05473. Departures: from each reward the mean
        reward of the batch's other sequences at this place is subtracted (Kool et al. 2019, 'Buy 4
        REINFORCE samples, get a baseline for free!'), and the roll-outs follow the generator
        itself.
    """

    terms = {"reward": 0.0}  # logged only

    def __init__(self, generator, discriminator, num_rollouts=16, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        self.num_rollouts = checks.at_least(1, num_rollouts=num_rollouts)

    def phase_1_fakes(self, inputs):
        return self.generator(inputs, training=False)

    def g_loss(self, batch):
        """The generator's: log-likelihood of what it drew, weighted by what each token earned."""
        tokens, logits = sampler_of(self.generator).unroll(self.inputs(batch))
        rewards = ops.stop_gradient(self.rewards(tokens))  # (batch, length)
        num_others = ops.cast(ops.maximum(num_rows(batch) - 1, 1), "float32")
        advantages = rewards - (ops.sum(rewards, axis=0) - rewards) / num_others
        drawn = ops.sum(tokens * ops.log_softmax(logits), axis=-1)
        loss = -ops.mean(ops.sum(drawn * advantages, axis=1))
        return {"g_loss": loss, "reward": ops.mean(rewards[:, -1])}

    def rewards(self, tokens):
        """What each token is expected to earn, `(batch, length)`, by roll-outs but for the last."""
        last = ops.transpose(self.reward(tokens))  # (1, batch)
        length = tokens.shape[1]
        if length == 1:
            return ops.transpose(last)
        num, copies = num_rows({"tokens": tokens}), (length - 1) * self.num_rollouts
        shape = (copies, num, *tokens.shape[1:])
        begun = ops.reshape(ops.broadcast_to(tokens, shape), (-1, *shape[2:]))
        known = np.repeat(np.arange(1, length), self.num_rollouts)  # of each copy
        kept = np.arange(length) < known[:, np.newaxis]  # (copies, length)
        kept = ops.broadcast_to(kept[:, np.newaxis, :, np.newaxis], (*shape[:3], 1))
        kept = ops.reshape(kept, (-1, length, 1))
        ended, _ = sampler_of(self.generator).unroll(self.sample_latents(copies * num), begun, kept)
        rewards = ops.reshape(self.reward(ended), (length - 1, self.num_rollouts, num))
        return ops.transpose(ops.concatenate([ops.mean(rewards, axis=1), last]))

    def reward(self, tokens):
        """The discriminator's probability that sequences are real, `(batch, 1)`."""
        score = ops.cast(self.score(tokens, training=False), "float32")
        is_probability = getattr(self.game_loss, "from_logits", None) is False
        return score if is_probability else ops.sigmoid(score)

    def get_config(self):
        return {**super().get_config(), "num_rollouts": self.num_rollouts}
