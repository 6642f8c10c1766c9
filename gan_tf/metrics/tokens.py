"""BLEU and Self-BLEU: how much sequences of tokens share with real ones, and with each other."""

from collections import Counter
import math

from gan_tf import checks
import numpy as np


def bleu(samples, references, max_n=4, end=None):
    """Mean share of the samples' n-grams that occur in real sequences, 1 where all do.

    Of each sample, the geometric mean over n from 1 to `max_n` of the share of its n-grams that
    also occur in a reference, each at most as often as in the one that has it most often; times
    `exp(1 - r / c)` where the sample's length c is below r, the nearest length of a reference.
    An n without a match counts as 0.1 matches, and a sample without a single known token as 0.

    Args:
        samples: Integer array `(num_samples, length)`.
        references: Integer array `(num_references, length)`, real sequences.
        max_n: Integer >= 1, the length of the longest n-grams.
        end: Integer, the token that ends a sequence: it and what follows are left out. By default
            sequences fill their rows.

    Returns:
        Float in [0, 1].

    Raises:
        ValueError: If the arrays are not integers of two axes, or empty.

    Reference:
        Papineni et al. 2002, 'BLEU: a method for automatic evaluation of machine translation',
        section 2, for one sequence; the 0.1 is NLTK's smoothing method 1, as in Zhu et al. 2018
        (Texygen), arXiv:1802.01886.
    """
    samples, references = _rows(end, samples=samples), _rows(end, references=references)
    max_n = checks.at_least(1, max_n=max_n)
    limits = [_largest_counts(references, n) for n in range(1, max_n + 1)]
    lengths = np.array([len(row) for row in references])
    scores = [
        _score(row, [_first_limits(each) for each in limits], lengths, max_n) for row in samples
    ]
    return float(np.mean(scores))


def self_bleu(samples, max_n=4, end=None):
    """Mean BLEU of each sample against all others: near 1 where all samples are alike.

    Args:
        samples: Integer array `(num_samples, length)`, at least 2 samples.
        max_n: Integer >= 1, the length of the longest n-grams.
        end: Integer, the token that ends a sequence, or None, as in `bleu`.

    Returns:
        Float in [0, 1]; it grows with the number of samples, so compare equal numbers.

    Raises:
        ValueError: If the array is not of integers and two axes, or has less than 2 rows.

    Reference:
        Zhu et al. 2018 (Texygen), section 3, arXiv:1802.01886.
    """
    rows, max_n = _rows(end, least=2, samples=samples), checks.at_least(1, max_n=max_n)
    limits = [_largest_counts(rows, n) for n in range(1, max_n + 1)]
    lengths = np.array([len(row) for row in rows])
    scores = []
    for number, row in enumerate(rows):
        own = [_limits_without(each, n, row) for n, each in enumerate(limits, 1)]
        scores.append(_score(row, own, np.delete(lengths, number), max_n))
    return float(np.mean(scores))


# Helpers.


def _rows(end, least=1, **arrays):
    """The sequences of an array as tuples of tokens, each up to its end."""
    ((name, values),) = arrays.items()
    array = checks.real_array(**arrays)
    if array.ndim != 2 or array.dtype.kind not in "iu" or len(array) < least or not array.size:
        raise ValueError(
            f"{name} must be integers of shape (num_{name}, length), at least {least} rows. "
            f"Received: {checks.shown(np.asarray(values))}. One-hot tokens become integers by "
            "argmax(axis=-1)."
        )
    if end is None:
        return [tuple(row) for row in array.tolist()]
    end = checks.at_least(0, end=end)
    return [tuple(row[: row.index(end)] if end in row else row) for row in array.tolist()]


def _ngrams(row, n):
    return Counter(zip(*(row[first:] for first in range(n)), strict=False))


def _largest_counts(rows, n):
    """For each n-gram, the two largest counts of it in a row, as a dictionary of pairs."""
    largest = {}
    for row in rows:
        for ngram, count in _ngrams(row, n).items():
            first, second = largest.get(ngram, (0, 0))
            largest[ngram] = tuple(sorted((first, second, count), reverse=True)[:2])
    return largest


def _first_limits(largest):
    return lambda ngram: largest.get(ngram, (0, 0))[0]


def _limits_without(largest, n, row):
    """The largest count of an n-gram in a row other than this one, as a function."""
    own = _ngrams(row, n)

    def limit(ngram):
        first, second = largest[ngram]
        return second if own[ngram] == first else first

    return limit


def _score(row, limits, lengths, max_n):
    """BLEU of one row, given for each n the function from n-grams to how many may count."""
    logs = []
    for n, limit in zip(range(1, max_n + 1), limits, strict=True):
        counts = _ngrams(row, n)
        matches = sum(min(count, limit(ngram)) for ngram, count in counts.items())
        if n == 1 and matches == 0:
            return 0.0
        logs.append(math.log((matches or 0.1) / max(counts.total(), 1)))
    nearest = min(lengths.tolist(), key=lambda length: (abs(length - len(row)), length))
    return math.exp(sum(logs) / max_n + min(0.0, 1 - nearest / len(row)))
