"""Tokens that a network draws one after the other, and draws that gradients can pass."""

from gan_tf import checks
import keras
from keras import ops
import numpy as np


def gumbel_noise(shape, seed=None):
    """Draws from the standard Gumbel distribution, `-log(-log(u))` for uniform u.

    The largest of `logits + noise` stands at token i with the probability `softmax(logits)[i]`.

    Args:
        shape: Tuple, whose first size may be a scalar tensor.
        seed: Integer, or `keras.random.SeedGenerator`.

    Returns:
        Float32 tensor of this shape.
    """
    smallest = float(np.finfo("float32").tiny)  # at 0 the noise would be infinite
    uniform = keras.random.uniform(shape, smallest, 1.0, dtype="float32", seed=seed)
    return -ops.log(-ops.log(uniform))


def gumbel_softmax(logits, noise, temperature=1.0, straight_through=True):
    """A drawn token as a vector through which gradients pass.

    `softmax((logits + noise) / temperature)`: near one-hot for low temperatures, near uniform for
    high ones. Straight-through, the result is the one-hot vector of its largest value, with the
    gradient of the softmax.

    Args:
        logits: Float tensor `(..., num_tokens)`.
        noise: Same shape, see `gumbel_noise`.
        temperature: Float > 0, the paper's τ.
        straight_through: Whether the result is one-hot.

    Returns:
        Float32 tensor `(..., num_tokens)`.

    Reference:
        Jang et al. 2017, equation 2 and section 2.2, arXiv:1611.01144.
    """
    perturbed = ops.cast(logits, "float32") + noise
    soft = ops.softmax(perturbed / temperature)
    if not straight_through:
        return soft
    return soft + ops.stop_gradient(one_hot_of_largest(perturbed) - soft)


def one_hot_of_largest(values):
    """One-hot vectors of the places of the largest values along the last axis, float32."""
    return ops.one_hot(ops.argmax(values, axis=-1), values.shape[-1], dtype="float32")


@keras.saving.register_keras_serializable("gan_tf")
class TokenSampler(keras.layers.Layer):
    """Draws sequences of tokens from Gumbel noise, each token depending on those before it.

    A recurrent cell reads the tokens so far, the first time a row of zeros, and a dense layer
    gives the logits of the next one. The noise says which token is drawn, so that sampling is a
    function of the noise. In training the draws are those of `gumbel_softmax`.

    Args:
        cell: Cell of a recurrent layer, such as `keras.layers.GRUCell(32)`.
        num_tokens: Integer >= 2.
        temperature: Float > 0, of `gumbel_softmax`. It does not change which tokens are drawn.
        straight_through: Whether tokens are one-hot in training, too.

    Call arguments:
        noise: Float tensor `(batch, length, num_tokens)` from the standard Gumbel distribution;
            the length must be known.
        training: Whether gradients pass through the draws.

    Returns:
        Float32 tensor `(batch, length, num_tokens)`, one-hot unless in training and not
        `straight_through`.

    Raises:
        ValueError: If the cell is none, or the noise has another shape.

    Reference:
        Kusner and Hernández-Lobato 2016, section 3, arXiv:1611.04051.
    """

    is_per_example = True

    def __init__(self, cell, num_tokens, temperature=1.0, straight_through=True, **kwargs):
        super().__init__(autocast=False, **kwargs)
        if not all(hasattr(cell, name) for name in ("state_size", "get_initial_state", "call")):
            expected = "the cell of a recurrent layer, such as keras.layers.GRUCell(32)"
            raise checks.argument_error("cell", cell, expected)
        self.cell = cell
        self.num_tokens = checks.at_least(2, num_tokens=num_tokens)
        self.temperature = checks.positive(temperature=temperature)
        self.straight_through = checks.flag(straight_through=straight_through)
        self.head = keras.layers.Dense(self.num_tokens, name="head", dtype=self.dtype_policy)

    def build(self, input_shape):
        shape = tuple(input_shape)
        if len(shape) != 3 or shape[1] is None or shape[2] != self.num_tokens:
            raise ValueError(
                f"TokenSampler takes noise of shape (batch, length, {self.num_tokens}), of a known "
                f"length. Received: shape {shape}"
            )
        if not self.cell.built:  # a loaded one is
            self.cell.build((None, self.num_tokens))
        self.head.build((None, self.cell.output_size))

    def call(self, noise, training=False):
        return self.unroll(noise, training=training)[0]

    def unroll(self, noise, given=None, kept=None, training=False):
        """Draws sequences, or completes those that are begun.

        Args:
            noise: Float tensor `(batch, length, num_tokens)`.
            given: Same shape, one-hot tokens of sequences that are begun, or None.
            kept: Boolean tensor `(batch, length, 1)`: which of the given tokens stay. The others
                are drawn.
            training: Whether gradients pass through the draws.

        Returns:
            Tuple of tokens and of the logits from which each was drawn, float32 tensors
            `(batch, length, num_tokens)`.
        """
        states = self.cell.get_initial_state(batch_size=ops.shape(noise)[0])
        token, tokens, logits = ops.zeros_like(noise[:, 0], dtype="float32"), [], []
        for place in range(noise.shape[1]):
            hidden, states = self.cell(token, states)
            logits.append(ops.cast(self.head(hidden), "float32"))
            token = self._drawn(logits[-1], noise[:, place], training)
            if given is not None:
                token = ops.where(kept[:, place], given[:, place], token)
            tokens.append(token)
        return ops.stack(tokens, axis=1), ops.stack(logits, axis=1)

    def _drawn(self, logits, noise, training):
        if training:
            return gumbel_softmax(logits, noise, self.temperature, self.straight_through)
        return one_hot_of_largest(logits + noise)

    def compute_output_spec(self, noise, training=False):
        return keras.KerasTensor(noise.shape, dtype="float32")

    def get_config(self):
        own = {
            "cell": keras.saving.serialize_keras_object(self.cell),
            "num_tokens": self.num_tokens,
            "temperature": self.temperature,
            "straight_through": self.straight_through,
        }
        return {**super().get_config(), **own}

    @classmethod
    def from_config(cls, config):
        cell = keras.saving.deserialize_keras_object(config["cell"])
        return cls(**{**config, "cell": cell})


def sampler_of(generator):
    """The `TokenSampler` of which a generator of tokens consists.

    Args:
        generator: Built Keras model.

    Returns:
        `TokenSampler`.

    Raises:
        ValueError: If the generator has other layers, or none.
    """
    found = [each for each in generator.layers if not isinstance(each, keras.layers.InputLayer)]
    if len(found) != 1 or not isinstance(found[0], TokenSampler):
        raise ValueError(
            "A generator of tokens must consist of one layers.TokenSampler, as "
            "builders.token_generator makes it. "
            f"Received: layers {[each.name for each in found]}"
        )
    return found[0]
