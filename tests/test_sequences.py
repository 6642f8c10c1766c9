"""Tokens that a network draws: exact draws, exact policy gradients, and the two games on them."""

import itertools

from games_of_every_kind import gumbel, make, network, played_and_loaded, policy
from gan_tf import builders, layers
from gan_tf.games import GumbelGAN, SeqGAN
from gan_tf.layers.tokens import sampler_of
import keras
import numpy as np
import pytest
import tensorflow as tf

pytestmark = pytest.mark.gpu

CHAIN = [[0.9, 0.1], [0.5, 0.5]]
PERTURBED = np.log([0.2, 0.3, 0.5]) + [0.5, -0.2, 0.1]


def one_hot(tokens, num_tokens=2):
    return np.eye(num_tokens, dtype="float32")[np.asarray(tokens)]


# Draws.


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [
        (1.0, [0.292340, 0.217757, 0.489903]),
        (10.0, [0.330692, 0.321094, 0.348214]),
        (0.001, [0, 0, 1]),
    ],
)
def test_gumbel_softmax_is_exact_and_passes_the_gradient_of_the_softmax(temperature, expected):
    logits, noise = tf.Variable(PERTURBED, dtype="float32"), tf.zeros(3)
    gradients = []
    for straight_through, value in ((False, expected), (True, [0, 0, 1])):
        with tf.GradientTape() as tape:
            drawn = layers.gumbel_softmax(logits, noise, temperature, straight_through)
            first = drawn[0]
        np.testing.assert_allclose(drawn, value, atol=1e-6)
        gradients.append(tape.gradient(first, logits))
    slopes = expected[0] * (np.eye(3)[0] - expected) / temperature
    np.testing.assert_allclose(gradients, [slopes, slopes], atol=1e-5)


def test_the_largest_of_logits_and_gumbel_noise_has_the_probabilities_of_the_softmax():
    noise = np.asarray(layers.gumbel_noise((50_000, 3), 0))
    assert np.all(np.isfinite(noise)) and noise.mean() == pytest.approx(np.euler_gamma, abs=0.01)
    drawn = np.argmax(np.log([0.2, 0.3, 0.5]) + noise, axis=-1)
    np.testing.assert_allclose(np.bincount(drawn) / len(drawn), [0.2, 0.3, 0.5], atol=0.01)


def table_generator(transitions, length):
    """A generator that remembers the last token alone: a Markov chain with a uniform start."""
    size = len(transitions)
    cell = keras.layers.SimpleRNNCell(size, activation=None, use_bias=False)
    noise = keras.Input((length, size))
    generator = keras.Model(noise, layers.TokenSampler(cell, size)(noise))
    weights = np.eye(size), np.zeros((size, size)), np.log(transitions), np.zeros(size)
    generator.set_weights(weights)
    return generator


def test_a_generator_with_a_table_draws_the_chain_of_the_table():
    generator = table_generator(CHAIN, 3)
    for temperature in (1.0, 2.0):
        table = np.power(CHAIN, 1 / temperature)
        table /= table.sum(axis=1, keepdims=True)
        tokens = builders.sample_tokens(generator, 20_000, temperature, seed=0)
        places = np.bincount(tokens @ [4, 2, 1], minlength=8)
        expected = 0.5 * (table[:, :, None] * table[None]).ravel()
        np.testing.assert_allclose(places / len(tokens), expected, atol=0.015)
    np.testing.assert_array_equal(
        builders.sample_tokens(table_generator([[0.1, 0.9], [0.6, 0.4]], 4), 2, 0.0),
        [[0, 1, 0, 1]] * 2,
    )


def test_the_language_model_gives_the_logits_from_which_tokens_were_drawn():
    generator = builders.token_generator(3, 5, 8)
    noise = layers.gumbel_noise((6, 5, 3), 1)
    tokens, logits = sampler_of(generator).unroll(noise)
    model = builders.language_model(generator)
    np.testing.assert_allclose(model(tokens), logits, atol=1e-5)
    np.testing.assert_array_equal(generator(noise), tokens)
    np.testing.assert_array_equal(np.sort(tokens, axis=-1), one_hot(np.full((6, 5), 2), 3))
    assert {id(v) for v in model.variables} == {id(v) for v in generator.variables}


def test_what_is_begun_is_kept_and_completed():
    sampler = sampler_of(builders.token_generator(3, 4, 8))
    given = one_hot([[2, 2, 2, 2], [0, 1, 2, 0]], 3)
    kept = np.array([[1, 1, 0, 0], [1, 1, 1, 1]], bool)[..., None]
    noise = layers.gumbel_noise((2, 4, 3), 0)
    tokens, logits = (np.asarray(each) for each in sampler.unroll(noise, given, kept))
    np.testing.assert_array_equal(tokens[0, :2], given[0, :2])
    np.testing.assert_array_equal(tokens[1], given[1])
    np.testing.assert_array_equal(tokens[0, 2:], one_hot(np.argmax(logits + noise, -1), 3)[0, 2:])


# Policy gradients.


def forced(tokens, num_tokens=2):
    """Noise so large that it alone decides which tokens are drawn."""
    return tf.constant(1e4 * one_hot(tokens, num_tokens))


def policy_game(length, earns, num_rollouts=1):
    """A game on two tokens whose sequences earn what a function says, and its queue of noise."""
    keras.utils.set_random_seed(1)
    generator = builders.token_generator(2, length, 3)
    game = SeqGAN(generator, builders.token_discriminator(2, length, (2,)), num_rollouts, seed=0)
    game.compile("sgd", "sgd")
    game.reward = lambda tokens: tf.cast(earns(tf.argmax(tokens, -1)), "float32")[:, None]
    queue = []
    game.sample_latents = lambda num: queue.pop(0)
    return game, queue


def gradients_of(game, batch):
    variables = [v.value for v in game.generator.trainable_variables]
    with tf.GradientTape() as tape:
        loss = game.g_loss(batch)["g_loss"]
    return tape.gradient(loss, variables)


def test_the_policy_gradient_of_a_bandit_is_exact():
    """Two arms that earn 0.2 and 0.9: the expected gradient of -reward is -p (r - mean r)."""
    game, queue = policy_game(1, lambda arms: tf.gather([0.2, 0.9], arms[:, 0]))
    bias = game.generator.trainable_variables[-1]
    bias.assign([0.3, -0.5])
    shares = np.exp([0.3, -0.5]) / np.exp([0.3, -0.5]).sum()
    found = np.zeros(2)
    for arms in itertools.product((0, 1), repeat=2):  # all pairs that a batch of two may draw
        queue.append(forced(np.reshape(arms, (2, 1))))
        gradient = gradients_of(game, {"images": tf.zeros((2, 1, 2))})[-1]
        found += np.prod(shares[list(arms)]) * np.asarray(gradient)
    earned = np.array([0.2, 0.9])
    np.testing.assert_allclose(found, -shares * (earned - shares @ earned), atol=1e-6)


def test_policy_gradients_with_rollouts_and_baseline_have_no_bias():
    """Over all that two sequences of two tokens and their roll-outs may be: 64 cases."""
    worth = tf.constant([[0.1, 0.8], [0.6, 0.3]])
    game, queue = policy_game(2, lambda tokens: tf.gather_nd(worth, tokens))
    every = np.array(list(itertools.product((0, 1), repeat=2)))
    model = builders.language_model(game.generator)

    def likelihoods():
        return tf.reduce_sum(one_hot(every) * tf.nn.log_softmax(model(one_hot(every))), axis=-1)

    with tf.GradientTape() as tape:
        shares = tf.exp(tf.reduce_sum(likelihoods(), axis=-1))
        loss = -tf.reduce_sum(shares * tf.gather_nd(worth, every))
    variables = [v.value for v in game.generator.trainable_variables]
    exact = tape.gradient(loss, variables)
    shares = np.exp(likelihoods())  # of the first token, and of the second after it
    found = [np.zeros(v.shape) for v in variables]
    for a, b, c, d in itertools.product(range(4), range(4), range(2), range(2)):
        drawn, rolled = every[[a, b]], np.array([[0, c], [0, d]])
        queue += [forced(drawn), forced(rolled)]
        ended = [2 * drawn[0, 0] + c, 2 * drawn[1, 0] + d]
        share = shares[a].prod() * shares[b].prod() * shares[ended, 1].prod()
        for total, each in zip(found, gradients_of(game, {"images": drawn}), strict=True):
            total += share * np.asarray(each)
    for one, other in zip(found, exact, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    assert any(np.abs(each).max() > 0.01 for each in found)


def test_rollouts_estimate_what_a_beginning_earns():
    worth = np.array([[0.1, 0.8], [0.6, 0.3]], "float32")
    game, _ = policy_game(2, lambda tokens: tf.gather_nd(worth, tokens), 5_000)
    del game.sample_latents  # its own again
    game.generator.set_weights(builders.token_generator(2, 2, 3).get_weights())
    rewards = np.asarray(game.rewards(one_hot([[0, 1], [1, 1]])))
    model = builders.language_model(game.generator)
    after = np.asarray(tf.nn.softmax(model(one_hot([[0, 0], [1, 0]])))[:, 1])
    np.testing.assert_allclose(rewards[:, 0], (worth * after).sum(axis=1), atol=0.03)
    np.testing.assert_allclose(rewards[:, 1], [0.8, 0.3])


def test_the_reward_is_the_discriminators_probability():
    game = make("policy")
    tokens = one_hot(np.zeros((2, 4), int), 3)
    logits = np.asarray(game.discriminator(tokens))
    np.testing.assert_allclose(game.reward(tokens), 1 / (1 + np.exp(-logits)), rtol=1e-5)
    np.testing.assert_allclose(game.rewards(tokens)[:, -1:], game.reward(tokens))


# Both games.


def settings_of(game):
    return {k: v for k, v in game.get_config().items() if k not in game.player_names}


@pytest.mark.parametrize("kind", ["gumbel", "policy"])
@pytest.mark.parametrize(("policy", "jit_compile"), [("float32", True), ("mixed_float16", False)])
def test_fit_save_and_load(kind, policy, jit_compile, tmp_path):
    tokens = one_hot(np.random.default_rng(0).integers(3, size=(16, 4)), 3)
    with played_and_loaded(kind, policy, jit_compile, tmp_path, tokens) as (game, loaded):
        assert settings_of(loaded) == settings_of(game)
        made = game.generate(3, seed=1)
        np.testing.assert_array_equal(made, one_hot(made.argmax(axis=-1), 3))
        np.testing.assert_array_equal(loaded.generate(3, seed=1), made)


def test_settings_are_saved():
    assert policy(num_rollouts=7).get_config()["num_rollouts"] == 7
    sampler = sampler_of(builders.token_generator(3, 4, 5, 0.5, straight_through=False))
    copy = layers.TokenSampler.from_config(sampler.get_config())
    assert (copy.cell.units, copy.num_tokens, copy.temperature) == (5, 3, 0.5)
    assert copy.straight_through is False
    soft = gumbel().generator(np.ones((1, 4, 3), "float32"), training=True)
    np.testing.assert_allclose(np.sort(soft[0]), one_hot([2] * 4, 3), atol=1e-6)


def test_without_straight_through_only_training_is_soft():
    generator = builders.token_generator(3, 4, 5, 1.0, straight_through=False)
    noise = layers.gumbel_noise((2, 4, 3), 0)
    soft, hard = generator(noise, training=True), generator(noise)
    np.testing.assert_allclose(np.sum(soft, axis=-1), 1, atol=1e-5)
    assert np.max(soft) < 0.999 and set(np.unique(hard)) == {0, 1}
    game = SeqGAN(generator, builders.token_discriminator(3, 4), seed=0)
    assert set(np.unique(game.phase_1_fakes(noise))) == {0, 1}


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: layers.TokenSampler(keras.layers.Dense(3), 3), "cell must be the cell of"),
        (lambda: layers.TokenSampler(keras.layers.GRUCell(3), 1), "num_tokens must be"),
        (lambda: layers.TokenSampler(keras.layers.GRUCell(3), 3, 0), "temperature must be"),
        (lambda: layers.TokenSampler(keras.layers.GRUCell(3), 3).build((None, None, 3)), "known"),
        (lambda: builders.token_generator(3, 0), "length must be"),
        (lambda: builders.language_model(network(2)), "consist of one layers.TokenSampler"),
        (lambda: builders.sample_tokens(builders.token_generator(3, 4), 1, -1), "temperature must"),
        (
            lambda: GumbelGAN(network(2), network(2, outputs=1)),
            "consist of one layers.TokenSampler",
        ),
        (
            lambda: GumbelGAN(builders.token_generator(3, 4), builders.token_discriminator(3, 5)),
            "must make what the discriminator takes",
        ),
        (lambda: policy(num_rollouts=0), "num_rollouts must be an integer >= 1"),
        (
            lambda: make("gumbel").fit(np.zeros((8, 4), int), batch_size=4, verbose=0),
            r"floats of shape \(batch, 4, 3\)",
        ),
        (
            lambda: make("policy").fit(np.full((8, 4, 3), 2.0), batch_size=4, verbose=0),
            "Tokens are one-hot",
        ),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        build()
