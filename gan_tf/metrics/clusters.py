"""How well clusters that nobody named agree with the classes that somebody knows."""

from gan_tf import checks
import numpy as np


def contingency(labels, clusters, shape=(1, 1)):
    """How often each class meets each cluster.

    Args:
        labels: Integer array `(num,)`, classes from 0 on.
        clusters: Integer array `(num,)`, clusters from 0 on.
        shape: Pair of integers, how many classes and clusters there are at least.

    Returns:
        Int64 array `(num_classes, num_clusters)`.

    Raises:
        ValueError: If the arrays are empty, differ in length, or hold something else.
    """
    labels, clusters = (np.asarray(each) for each in (labels, clusters))
    for name, each in (("labels", labels), ("clusters", clusters)):
        if each.ndim != 1 or not len(each) or each.dtype.kind not in "iu" or each.min() < 0:
            raise checks.argument_error(name, each, "a one-dimensional array of integers >= 0")
    if len(labels) != len(clusters):
        raise ValueError(
            "labels and clusters must be as many as each other. Received: "
            f"{len(labels)} labels and {len(clusters)} clusters"
        )
    needed = labels.max() + 1, clusters.max() + 1
    table = np.zeros(np.maximum(needed, shape), "int64")
    np.add.at(table, (labels, clusters), 1)
    return table


def clustering_accuracy(labels, clusters):
    """Share of examples that are right under the best one-to-one naming of the clusters.

    A class without a cluster of its own is wrong throughout, and so is a cluster too many.

    Args:
        labels: Integer array `(num,)`, classes from 0 on.
        clusters: Integer array `(num,)`, clusters from 0 on, at most 16 of one kind or the other.

    Returns:
        Float in (0, 1].

    Raises:
        ValueError: As `contingency`, or if there are more than 16 classes and clusters.

    Reference:
        Yang et al. 2010, Image clustering using local discriminant models, equation 18.
    """
    table = contingency(labels, clusters)
    table = table if table.shape[1] <= table.shape[0] else table.T
    num = table.shape[1]
    if num > 16:
        raise ValueError(
            "Of classes and clusters, one must be at most 16 in number. Received: "
            f"{table.shape[0]} and {num}"
        )
    # The most examples that the rows so far can name, for each set of columns that are taken.
    best = np.full(2**num, -1, "int64")
    best[0] = 0
    for row in table:
        before = best.copy()
        for taken in np.flatnonzero(before >= 0):
            for column in range(num):
                with_it = taken | 1 << column
                if with_it != taken:
                    best[with_it] = max(best[with_it], before[taken] + row[column])
    return float(best.max() / table.sum())


def normalized_mutual_information(labels, clusters):
    """Mutual information of classes and clusters, divided by the mean of their entropies.

    Args:
        labels: Integer array `(num,)`, classes from 0 on.
        clusters: Integer array `(num,)`, clusters from 0 on; there may be any number.

    Returns:
        Float in [0, 1]: 1 if each tells the other, 0 if they are independent, and 1 by convention
        if there is one class and one cluster.

    Raises:
        ValueError: As `contingency`.

    Reference:
        Strehl and Ghosh 2002, Cluster ensembles, with the arithmetic mean of the entropies.
    """
    shares = contingency(labels, clusters) / len(labels)
    classes, found = _entropy(shares.sum(axis=1)), _entropy(shares.sum(axis=0))
    if classes + found == 0:
        return 1.0
    return float(max(0.0, 2 * (classes + found - _entropy(shares)) / (classes + found)))


def _entropy(shares):
    """Entropy in nats of probabilities of any shape."""
    shares = shares[shares > 0]
    return -np.sum(shares * np.log(shares))
