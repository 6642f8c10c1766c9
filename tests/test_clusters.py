"""Clusters against classes: hand-made tables, every permutation, and an independent formula."""

import itertools

from gan_tf import metrics
import numpy as np
import pytest


def labels_of(table):
    """Labels and clusters that meet each other as often as a table says."""
    rows = [(k, c) for (k, c), count in np.ndenumerate(table) for _ in range(count)]
    return tuple(np.array(rows).T)


def test_contingency_counts_meetings():
    table = np.array([[3, 0, 1], [0, 2, 2]])
    np.testing.assert_array_equal(metrics.contingency(*labels_of(table)), table)
    larger = metrics.contingency(*labels_of(table), shape=(3, 4))
    np.testing.assert_array_equal(larger, np.pad(table, ((0, 1), (0, 1))))
    assert metrics.contingency(*labels_of(table), shape=(1, 1)).shape == (2, 3)


@pytest.mark.parametrize(
    ("table", "accuracy"),
    [
        ([[0, 5], [5, 0]], 1.0),  # the names are free
        ([[5, 5], [0, 0], [5, 5]], 0.5),
        ([[4, 4, 2]], 0.4),  # clusters too many are wrong
        ([[4], [6]], 0.6),
        ([[5, 4], [5, 0]], 9 / 14),  # the largest cell is not part of the best naming
    ],
)
def test_accuracy_of_hand_made_tables(table, accuracy):
    assert metrics.clustering_accuracy(*labels_of(np.array(table))) == pytest.approx(accuracy)


@pytest.mark.parametrize("shape", [(5, 5), (4, 6), (6, 3)])
def test_accuracy_is_the_best_of_all_permutations(shape):
    rng = np.random.default_rng(sum(shape))
    table = rng.integers(1, 20, shape)
    square = table if shape[0] <= shape[1] else table.T
    every = itertools.permutations(range(square.shape[1]), square.shape[0])
    best = max(square[range(len(names)), names].sum() for names in every)
    found = metrics.clustering_accuracy(*labels_of(table))
    assert found == pytest.approx(best / table.sum())


def test_mutual_information_of_known_cases():
    same = np.arange(12) % 3
    assert metrics.normalized_mutual_information(same, (same + 1) % 3) == pytest.approx(1)
    independent = np.repeat(np.arange(3), 4), np.tile(np.arange(4), 3)
    assert metrics.normalized_mutual_information(*independent) == pytest.approx(0, abs=1e-12)
    assert metrics.normalized_mutual_information([0, 0], [0, 0]) == 1


def test_mutual_information_agrees_with_its_definition():
    table = np.array([[10, 2, 0], [1, 7, 4]])
    p = table / table.sum()
    outer = p.sum(1, keepdims=True) * p.sum(0, keepdims=True)
    information = sum(a * np.log(a / b) for a, b in zip(p.flat, outer.flat, strict=True) if a > 0)
    entropies = [-np.sum(q * np.log(q)) for q in (p.sum(0), p.sum(1))]
    found = metrics.normalized_mutual_information(*labels_of(table))
    assert found == pytest.approx(information / np.mean(entropies))


def test_merging_classes_costs_accuracy_and_information():
    labels = np.repeat(np.arange(4), 25)
    assert metrics.clustering_accuracy(labels, labels // 2) == pytest.approx(0.5)
    # 2 ln 2 and ln 2 nats of entropy, of which ln 2 is shared.
    assert metrics.normalized_mutual_information(labels, labels // 2) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    "pair", [([], []), ([0.5], [1]), ([-1, 0], [0, 0]), ([[0]], [[0]]), ([0, 1], [0])]
)
def test_bad_arrays_are_refused(pair):
    with pytest.raises(ValueError, match="labels|clusters"):
        metrics.clustering_accuracy(*(np.array(each) for each in pair))


def test_too_many_of_both_are_refused():
    with pytest.raises(ValueError, match="17 and 17"):
        metrics.clustering_accuracy(np.arange(17), np.arange(17))
