"""Markov chains: sequences of tokens whose likelihood is known, and how far a model is off."""

from gan_tf import checks
import numpy as np

_REMEDY = "Row i holds the probabilities of what follows token i: [[0.9, 0.1], [0.5, 0.5]]."


def markov_chain(num_samples, length, transitions, seed=None):
    """Sequences of tokens in which each depends on the one before it alone.

    The first token is drawn from the stationary distribution, so that all places are alike.

    Args:
        num_samples: Integer >= 1.
        length: Integer >= 1, tokens of each sequence.
        transitions: Array `(num_tokens, num_tokens)`: row i holds the probabilities of what follows
            token i.
        seed: Integer >= 0 for the same sequences each time, or None.

    Returns:
        Int32 array `(num_samples, length)` of tokens from 0 on.

    Raises:
        ValueError: If rows are no probabilities, or an argument is out of range.
    """
    num_samples, length = checks.at_least(1, num_samples=num_samples, length=length)
    rng = np.random.default_rng(checks.seed_or_none(seed=seed))
    transitions = _checked_table(transitions=transitions)
    start = stationary_distribution(transitions)
    tokens = np.empty((num_samples, length), "int32")
    probabilities = np.broadcast_to(start, (num_samples, len(start)))
    for place, draws in enumerate(rng.uniform(size=(length, num_samples))):
        limits = np.cumsum(probabilities, axis=1)[:, :-1]  # the last one is 1
        tokens[:, place] = np.sum(draws[:, np.newaxis] >= limits, axis=1)
        probabilities = transitions[tokens[:, place]]
    return tokens


def stationary_distribution(transitions):
    """The shares of the tokens in a long sequence, which the next transition leaves as they are.

    Args:
        transitions: Array `(num_tokens, num_tokens)` as in `markov_chain`.

    Returns:
        Float64 array `(num_tokens,)`.

    Raises:
        ValueError: If rows are no probabilities, or the chain has several such distributions
            because it falls into parts.
    """
    transitions = _checked_table(transitions=transitions)
    size = len(transitions)
    equations = np.concatenate([transitions.T - np.eye(size), np.ones((1, size))])
    if np.linalg.matrix_rank(equations) < size:
        raise ValueError(
            "transitions must lead from any token into one and the same part of the chain, so that "
            f"it has one stationary distribution. Received: {transitions.tolist()}"
        )
    shares = np.linalg.lstsq(equations, np.append(np.zeros(size), 1.0), rcond=None)[0]
    shares = np.maximum(shares, 0.0)
    return shares / shares.sum()


def markov_nll(tokens, transitions):
    """Mean negative log-likelihood of sequences under a Markov chain, in nats for each transition.

    The first token of a sequence is taken as given. Sequences that hold only likely transitions
    score better than the chain's own, so this number alone rewards a model that has collapsed.

    Args:
        tokens: Integer array `(num_samples, length)`, length at least 2.
        transitions: Array `(num_tokens, num_tokens)` as in `markov_chain`.

    Returns:
        Float; infinity if a transition is impossible.

    Raises:
        ValueError: If the tokens do not fit the transitions, or these are no probabilities.
    """
    transitions = _checked_table(transitions=transitions)
    counts = transition_counts(tokens, len(transitions))
    seen = counts > 0
    with np.errstate(divide="ignore"):
        return float(-(counts[seen] * np.log(transitions[seen])).sum() / counts.sum())


def cross_entropy_rate(transitions, others):
    """What `markov_nll` of sequences of one chain is on average under another one, exactly.

    With twice the same chain it is the chain's entropy rate, below which no model can come.

    Args:
        transitions: Array `(num_tokens, num_tokens)`, the chain that makes the sequences.
        others: Same shape, the chain that judges them.

    Returns:
        Float, in nats for each transition; infinity if the second chain excludes what the first
        one does.

    Raises:
        ValueError: If rows are no probabilities, or the shapes differ.
    """
    transitions, others = _checked_table(transitions=transitions, others=others)
    shares = stationary_distribution(transitions)[:, np.newaxis] * transitions
    with np.errstate(divide="ignore"):
        return float(-(shares[shares > 0] * np.log(others[shares > 0])).sum())


def transition_divergence(transitions, others):
    """Kullback-Leibler divergence of one chain from another, in nats for each transition.

    Rows count by how often the first chain visits them. It is 0 only where the tables agree there,
    so that a model that repeats the likeliest token is found out.

    Args:
        transitions: Array `(num_tokens, num_tokens)`, the true chain.
        others: Same shape, such as `transition_table` of a model's samples.

    Returns:
        Float >= 0; infinity if the second chain excludes what the first one does.

    Raises:
        ValueError: If rows are no probabilities, or the shapes differ.
    """
    difference = cross_entropy_rate(transitions, others)
    return max(difference - cross_entropy_rate(transitions, transitions), 0.0)


def transition_table(tokens, num_tokens, pseudo_count=1.0):
    """The transitions that sequences show, as a table of probabilities.

    Args:
        tokens: Integer array `(num_samples, length)`, length at least 2.
        num_tokens: Integer >= 1.
        pseudo_count: Float > 0, added to the count of each transition (Laplace's rule), so that
            none counts as impossible and a token that never occurs has a row, too.

    Returns:
        Float64 array `(num_tokens, num_tokens)`, whose rows sum to 1.

    Raises:
        ValueError: If the tokens are no integers from 0 to `num_tokens - 1`.
    """
    checks.positive(pseudo_count=pseudo_count)
    counts = transition_counts(tokens, num_tokens) + pseudo_count
    return counts / counts.sum(axis=1, keepdims=True)


def transition_counts(tokens, num_tokens):
    """How often each token follows each other one: int64 array `(num_tokens, num_tokens)`."""
    num_tokens = checks.at_least(1, num_tokens=num_tokens)
    tokens = checks.real_array(tokens=tokens)
    if tokens.dtype.kind not in "iu" or tokens.ndim != 2 or tokens.shape[1] < 2:
        raise ValueError(
            "tokens must be integers of shape (num_samples, length), length at least 2. Received: "
            f"{checks.shown(tokens)}. One-hot tokens become integers by argmax(axis=-1)."
        )
    if tokens.size == 0 or tokens.min() < 0 or tokens.max() >= num_tokens:
        received = f"from {tokens.min()} to {tokens.max()}" if tokens.size else "no sequence"
        raise ValueError(
            f"tokens must be integers from 0 to {num_tokens - 1}, those of the {num_tokens} rows "
            f"of transitions. Received: {received}"
        )
    pairs = num_tokens * tokens[:, :-1].astype("int64") + tokens[:, 1:]
    return np.bincount(pairs.ravel(), minlength=num_tokens**2).reshape(num_tokens, num_tokens)


# Helpers.


def _checked_table(**tables):
    """Square float64 arrays of one shape whose rows are probabilities; a ValueError otherwise."""
    checked = []
    for name, table in tables.items():
        table = checks.finite_array(("num_tokens", "num_tokens"), 1, _REMEDY, **{name: table})
        rows = table.sum(axis=1)
        if table.shape[0] != table.shape[1] or table.min() < 0 or abs(rows - 1).max() > 1e-6:
            expected = "a square table of probabilities whose rows sum to 1"
            raise checks.argument_error(name, table, expected, f"{_REMEDY} Its rows sum to {rows}")
        checked.append(table)
    if len({table.shape for table in checked}) > 1:
        shapes = " and ".join(str(table.shape) for table in checked)
        names = " and ".join(tables)
        raise ValueError(f"{names} must have one shape. Received: shapes {shapes}")
    return checked[0] if len(checked) == 1 else tuple(checked)
