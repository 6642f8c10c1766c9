"""Networks for sequences of tokens: a recurrent generator, its likelihood, a discriminator."""

from gan_tf import checks
from gan_tf.builders.common import leaky_relu
from gan_tf.layers.tokens import TokenSampler, gumbel_noise, sampler_of
import keras
from keras import layers
import numpy as np


def token_generator(num_tokens, length, units=32, temperature=1.0, straight_through=True):
    """A recurrent generator, which draws one token after the other.

    Args:
        num_tokens: Integer >= 2.
        length: Integer >= 1, tokens of a sequence.
        units: Integer >= 1, size of the recurrent cell.
        temperature: Float > 0, of the Gumbel-softmax in training.
        straight_through: Whether tokens are one-hot in training, too.

    Returns:
        `keras.Model` from Gumbel noise to one-hot tokens, both `(batch, length, num_tokens)`. Train
        it on likelihood through `language_model`, in a `GumbelGAN` or in a `SeqGAN`.

    Raises:
        ValueError: If an argument is out of range.

    Reference:
        Yu et al. 2017, section 3.3, arXiv:1609.05473. Departure: a GRU instead of an LSTM.
    """
    checks.at_least(1, length=length, units=units)
    sampler = TokenSampler(
        layers.GRUCell(units), num_tokens, temperature, straight_through, name="sampler"
    )
    noise = keras.Input((length, num_tokens))
    return keras.Model(noise, sampler(noise), name="generator")


def language_model(generator):
    """What a generator of tokens says about each next token, given the true ones before it.

    It has the generator's own weights, so Keras's `fit` trains the generator on likelihood:

    ```python
    model = language_model(generator)
    model.compile("adam", keras.losses.CategoricalCrossentropy(from_logits=True))
    model.fit(tokens, tokens)
    ```

    Args:
        generator: `keras.Model` that `token_generator` made.

    Returns:
        `keras.Model` from one-hot tokens `(batch, length, num_tokens)` to logits of the same shape:
        those of each token, from the tokens before it.

    Raises:
        ValueError: If the generator is another one.
    """
    sampler = sampler_of(generator)
    tokens = keras.Input(generator.output_shape[1:])
    previous = layers.Cropping1D((0, 1))(layers.ZeroPadding1D((1, 0))(tokens))
    hidden = layers.RNN(sampler.cell, return_sequences=True)(previous)
    return keras.Model(tokens, sampler.head(hidden), name="language_model")


def sample_tokens(generator, num_samples, temperature=1.0, seed=None):
    """Sequences that a generator draws.

    Args:
        generator: `keras.Model` that `token_generator` made.
        num_samples: Integer >= 1.
        temperature: Float >= 0, by which the logits are divided: below 1 likely tokens become more
            likely, at 0 the likeliest one is taken each time.
        seed: Integer >= 0 for the same sequences each time, or None.

    Returns:
        Int32 array `(num_samples, length)`.

    Raises:
        ValueError: If the generator is another one, or a number is out of range.
    """
    sampler_of(generator)
    num_samples = checks.at_least(1, num_samples=num_samples)
    temperature = checks.not_negative(temperature=temperature)
    noise = gumbel_noise((num_samples, *generator.input_shape[1:]), checks.seed_or_none(seed=seed))
    tokens = generator.predict(temperature * noise, batch_size=256, verbose=0)
    return np.argmax(tokens, axis=-1).astype("int32")


def token_discriminator(num_tokens, length, filters=(32, 32), kernel_size=3):
    """A convolutional discriminator of sequences of one-hot tokens.

    Args:
        num_tokens: Integer >= 2.
        length: Integer >= 1, tokens of a sequence.
        filters: Tuple of integers, feature maps of the convolutions.
        kernel_size: Integer >= 1, tokens that a convolution sees at a time.

    Returns:
        `keras.Sequential` from `(batch, length, num_tokens)` to logits `(batch, 1)`.

    Raises:
        ValueError: If an argument is out of range.
    """
    num_tokens = checks.at_least(2, num_tokens=num_tokens)
    length, kernel_size = checks.at_least(1, length=length, kernel_size=kernel_size)
    blocks = [
        [layers.Conv1D(count, kernel_size, padding="same"), leaky_relu()]
        for count in checks.sizes(filters=filters)
    ]
    return keras.Sequential(
        [keras.Input((length, num_tokens)), *sum(blocks, []), layers.Flatten(), layers.Dense(1)],
        name="discriminator",
    )
