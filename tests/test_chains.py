"""Sequences of tokens: a chain whose likelihood is known, against exact values; BLEU by hand."""

from gan_tf import data, metrics
import numpy as np
import pytest

CHAIN = [[0.9, 0.1], [0.5, 0.5]]
MODEL = [[0.8, 0.2], [0.4, 0.6]]


# The chain.


def test_the_stationary_distribution_and_the_rates_are_exact():
    np.testing.assert_allclose(data.stationary_distribution(CHAIN), [5 / 6, 1 / 6], atol=1e-12)
    entropy = data.cross_entropy_rate(CHAIN, CHAIN)
    assert entropy == pytest.approx(0.386427, abs=1e-6)
    assert data.cross_entropy_rate(CHAIN, MODEL) == pytest.approx(0.420404, abs=1e-6)
    assert data.cross_entropy_rate(MODEL, CHAIN) == pytest.approx(0.594253, abs=1e-6)
    assert data.transition_divergence(CHAIN, MODEL) == pytest.approx(0.420404 - entropy, abs=1e-6)
    assert data.transition_divergence(CHAIN, CHAIN) == 0
    assert data.transition_divergence(CHAIN, np.eye(2)) == np.inf
    np.testing.assert_allclose(data.stationary_distribution([[0, 1], [1, 0]]), [0.5, 0.5])


def test_the_likelihood_alone_rewards_collapse_and_the_divergence_does_not():
    constant = np.zeros((10, 5), int)
    uniform = [[0, 0, 1, 1, 0]]  # each transition once
    assert data.markov_nll(constant, CHAIN) == pytest.approx(0.105361, abs=1e-6)
    assert data.markov_nll(uniform, CHAIN) == pytest.approx(0.948560, abs=1e-6)
    assert data.markov_nll([[0, 1]], np.eye(2)) == np.inf
    table = data.transition_table(constant, 2)
    np.testing.assert_allclose(table, [[41 / 42, 1 / 42], [0.5, 0.5]])
    divergence = 5 / 6 * (0.9 * np.log(0.9 * 42 / 41) + 0.1 * np.log(0.1 * 42))
    assert data.transition_divergence(CHAIN, table) == pytest.approx(divergence)
    np.testing.assert_allclose(
        data.transition_table([[0, 1, 0], [0, 0, 0]], 2, 0.5), [[2.5 / 4, 1.5 / 4], [0.75, 0.25]]
    )


def test_sequences_of_a_chain_have_its_transitions_from_the_first_token_on():
    tokens = data.markov_chain(20_000, 6, CHAIN, seed=0)
    assert tokens.shape == (20_000, 6) and tokens.dtype == np.int32
    np.testing.assert_allclose(np.mean(tokens, axis=0), 1 / 6, atol=0.01)
    np.testing.assert_allclose(data.transition_table(tokens, 2), CHAIN, atol=0.01)
    assert data.markov_nll(tokens, CHAIN) == pytest.approx(0.386427, abs=0.01)
    np.testing.assert_array_equal(tokens, data.markov_chain(20_000, 6, CHAIN, seed=0))
    ring = np.roll(np.eye(3), 1, axis=1)
    steps = np.diff(data.markov_chain(50, 4, ring, seed=1), axis=1) % 3
    assert np.all(steps == 1)


# BLEU.


def test_bleu_of_sequences_that_are_known_is_one_and_of_others_is_exact():
    references = [[0, 1, 2, 3], [3, 2, 1, 0]]
    assert metrics.bleu([[3, 2, 1, 0]], references) == pytest.approx(1)
    # 0 1 1 3: of its tokens 0, one 1 and 3 are known, of its pairs 0 1, of its triples none.
    shares = [3 / 4, 1 / 3, 0.1 / 2, 0.1 / 1]
    for max_n in (1, 2, 3, 4):
        expected = np.prod(shares[:max_n]) ** (1 / max_n)
        assert metrics.bleu([[0, 1, 1, 3]], references, max_n) == pytest.approx(expected)
    assert metrics.bleu([[4, 4, 4, 4], [0, 1, 2, 3]], references) == pytest.approx(0.5)


def test_bleu_counts_up_to_the_end_and_punishes_what_is_short():
    references = [[1, 2, 3, 0], [1, 2, 3, 4]]
    assert metrics.bleu([[1, 2, 0, 9]], references, 2, end=0) == pytest.approx(np.exp(1 - 3 / 2))
    assert metrics.bleu([[0, 1, 2, 3]], references, 2, end=0) == 0


def test_self_bleu_leaves_the_sample_itself_out():
    assert metrics.self_bleu(np.zeros((3, 5), int)) == pytest.approx(1)
    assert metrics.self_bleu([[0, 1], [2, 3]]) == 0
    rows = np.random.default_rng(0).integers(3, size=(12, 7))
    each = [metrics.bleu(rows[[i]], np.delete(rows, i, axis=0), 3) for i in range(len(rows))]
    assert metrics.self_bleu(rows, 3) == pytest.approx(np.mean(each))
    rows[rows == 2] = 0  # ends, so that lengths differ
    rows[:, 0] = 1
    each = [metrics.bleu(rows[[i]], np.delete(rows, i, axis=0), 2, 0) for i in range(len(rows))]
    assert metrics.self_bleu(rows, 2, end=0) == pytest.approx(np.mean(each))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: data.markov_chain(3, 3, [[0.5, 0.4], [0, 1]]), "transitions must be a square"),
        (lambda: data.markov_chain(3, 3, [[0.5, 0.5]]), "transitions must be a square table"),
        (lambda: data.markov_chain(3, 0, CHAIN), "length must be an integer >= 1"),
        (lambda: data.stationary_distribution(np.eye(2)), "one stationary distribution"),
        (lambda: data.markov_nll([[0, 2]], CHAIN), "tokens must be integers from 0 to 1"),
        (lambda: data.markov_nll([[0.0, 1.0]], CHAIN), "tokens must be integers of shape"),
        (lambda: data.markov_nll([[0]], CHAIN), "length at least 2"),
        (lambda: data.cross_entropy_rate(CHAIN, np.eye(3)), "must have one shape"),
        (lambda: data.transition_table([[0, 1]], 2, 0), "pseudo_count must be"),
        (lambda: metrics.bleu([[0.5]], [[1]]), "samples must be integers of shape"),
        (lambda: metrics.bleu([[1]], [1]), "references must be integers of shape"),
        (lambda: metrics.self_bleu([[1, 2]]), "at least 2 rows"),
        (lambda: metrics.bleu([[1]], [[1]], 0), "max_n must be"),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        build()
