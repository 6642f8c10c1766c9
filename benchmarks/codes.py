"""Classes that nobody named: how well InfoGAN and CatGAN find them, and what 100 labels add.

    python benchmarks/codes.py --game infogan catgan --seeds 3
    python benchmarks/codes.py                       the tables of all results

The games are the recipes `infogan` and `catgan`, whose epochs have 250 steps. The classifier alone
is CatGAN's discriminator, trained on the labelled images and nothing else; k-means sees the pixels
of the training images. All are judged on the 10,000 test images, whose labels no game has seen:

- accuracy without labels: under the best one-to-one naming of the ten clusters;
- NMI: normalised mutual information of clusters and classes;
- accuracy with 100 labels: share of right answers. Ten images of each class have a label, others
  for each seed.

Every run is a file in benchmarks/results/, and the tables, which notebook 12 shows, are codes.md
and codes_labels.md beside them.
"""

import argparse
import json
from pathlib import Path
import statistics
import time

from gan_tf import data, metrics, recipes
import keras
import numpy as np
import report

RESULTS = Path(__file__).with_name("results")
PER_CLASS = 10  # labels
ALONE_EPOCHS, ALONE_BATCH = 200, 50
KMEANS_STEPS = 60
WITHOUT_LABELS = {"kmeans": "k-means of the pixels", "infogan": "InfoGAN", "catgan": "CatGAN"}
WITH_LABELS = {"alone": "classifier alone", "catgan100": "CatGAN"}


def answers(network, images):
    """The largest of the first ten outputs for each image."""
    parts = np.array_split(images, max(1, len(images) // 500))
    outputs = [np.asarray(network(part, training=False)) for part in parts]
    return np.concatenate(outputs)[:, :10].argmax(axis=1)


def clusters_of_pixels(images, others, seed, num_clusters=10):
    """Lloyd's algorithm on some images, from randomly chosen ones; the clusters of the others."""
    rows, others = (each.reshape(len(each), -1) for each in (images, others))
    centres = rows[np.random.default_rng(seed).choice(len(rows), num_clusters, False)]
    for _ in range(KMEANS_STEPS):
        nearest = nearest_of(rows, centres)
        centres = np.stack([
            rows[nearest == k].mean(axis=0) if np.any(nearest == k) else centres[k]
            for k in range(num_clusters)
        ])  # fmt: skip
    return nearest_of(others, centres)


def nearest_of(rows, centres):
    distances = np.square(centres).sum(axis=1) - 2 * rows @ centres.T
    return distances.argmin(axis=1)


def infogan(seed, epochs):
    recipe = recipes.infogan(seed)
    history = recipe.gan.fit(recipe.batches, epochs=epochs or recipe.epochs, verbose=0).history
    facts = {"information": history["information"][-1], "epochs": len(history["information"])}
    return recipe.gan.recogniser, facts


def catgan(seed, epochs, labels=None):
    recipe = recipes.catgan(seed, labels)
    epochs = epochs or recipe.epochs
    recipe.gan.fit(recipe.batches, epochs=epochs, verbose=0)
    return recipe.gan.discriminator, {"epochs": epochs}


def alone(seed, epochs, images, labels):
    """The discriminator of `catgan`, as a classifier of the images with a label."""
    classifier = recipes.catgan(seed).gan.discriminator
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    classifier.compile(keras.optimizers.Adam(1e-3), loss)
    known, epochs = labels >= 0, epochs or ALONE_EPOCHS
    classifier.fit(images[known], labels[known], ALONE_BATCH, epochs, verbose=0)
    return classifier, {"epochs": epochs}


def run(game, seed, epochs, folder):
    """Trains, judges, and writes the result file."""
    keras.utils.set_random_seed(seed)
    (images, labels), (test_images, test_labels) = data.load_fashion_mnist(verbose=False)
    few, start = data.few_labels(labels, PER_CLASS, seed), time.process_time()
    if game == "kmeans":
        found, facts = clusters_of_pixels(images, test_images, seed), {"epochs": KMEANS_STEPS}
    else:
        network, facts = {
            "infogan": lambda: infogan(seed, epochs),
            "catgan": lambda: catgan(seed, epochs),
            "catgan100": lambda: catgan(seed, epochs, few),
            "alone": lambda: alone(seed, epochs, images, few),
        }[game]()
        found = answers(network, test_images)
    facts |= {"cpu_seconds": time.process_time() - start}
    facts |= {"nmi": metrics.normalized_mutual_information(test_labels, found)}
    named = game in WITH_LABELS
    facts["accuracy"] = (
        np.mean(found == test_labels) if named else metrics.clustering_accuracy(test_labels, found)
    )
    rounded = {key: round(float(value), 4) for key, value in facts.items()}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"codes_{game}_seed{seed}.json"
    facts = {"game": game, "seed": seed, **report.machine(), **rounded}
    path.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    return rounded


def tables(folder=RESULTS):
    """The two tables, without and with labels, as markdown: means and deviations over the seeds."""
    found = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("codes_*.json"))]
    made = []
    for names, columns in (
        (
            WITHOUT_LABELS,
            ("game", "epochs", "seeds", "accuracy", "NMI", "information in nats", "CPU s"),
        ),
        (WITH_LABELS, ("game", "epochs", "seeds", "accuracy with 100 labels", "CPU s")),
    ):
        lines = []
        for key, name in names.items():
            rows = [each for each in found if each["game"] == key]
            if not rows:
                continue
            cpu = f"{statistics.mean(row['cpu_seconds'] for row in rows):.0f}"
            epochs = "/".join(sorted({f"{row['epochs']:.0f}" for row in rows}))
            cells = [name, epochs, str(len(rows)), spread(rows, "accuracy")]
            if names is WITHOUT_LABELS:
                cells += [spread(rows, "nmi"), spread(rows, "information")]
            lines.append([*cells, cpu])
        made.append(report.markdown(columns, lines))
    return made


def spread(rows, key):
    """Mean and standard deviation, or a dash where there is nothing."""
    values = [row[key] for row in rows if key in row]
    return report.mean_and_spread(values, 3) if values else "-"


def main():
    games = (*WITHOUT_LABELS, *WITH_LABELS)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--game", nargs="+", choices=games, default=[])
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=0, help="instead of the recipe's")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder")
    options = parser.parse_args()
    if options.seeds < 1 or options.epochs < 0:
        parser.error("seeds must be at least 1, and epochs not below 0")
    for game in options.game:
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            print(game, seed, run(game, seed, options.epochs, options.results), flush=True)
    texts = tables(options.results)
    for name, text in zip(("codes.md", "codes_labels.md"), texts, strict=True):
        (options.results / name).write_text(text + "\n", "utf-8")
        print(text, end="\n\n")


if __name__ == "__main__":
    main()
