"""Asking for a class: how well three ways obey, and what variety each keeps within a class.

    python benchmarks/conditions.py --way projection --seeds 3
    python benchmarks/conditions.py                  the table of all results

All games have the networks, rules and data of the recipe `conditional`; they differ in how the
discriminator judges the class. The running average of the generator is judged, 1,000 samples for
each class against the 1,000 test images of that class:

- accuracy: share of samples that the embedded classifier puts into the class asked for;
- recall: share of the test images of a class that lie among its samples, mean over the classes;
- GAN-train accuracy: that of a classifier trained on 10,000 samples with the labels asked for, on
  the test images. Beside it stands the same classifier trained on 10,000 real images.

Every run is a file in benchmarks/results/, and the table, which notebook 12 shows, is
conditions.md beside them.
"""

import argparse
import json
from pathlib import Path
import statistics
import time

from gan_tf import builders, callbacks, data, metrics, recipes
from gan_tf.callbacks import sampling
import keras
import numpy as np
import report

RESULTS = Path(__file__).with_name("results")
PER_CLASS = 1_000
CLASSIFIER_EPOCHS, CLASSIFIER_BATCH = 6, 100
REAL = "real images"
COLUMNS = ("way", "epochs", "seeds", "accuracy", "recall within a class", "precision")
COLUMNS += ("Fréchet classifier distance", "GAN-train accuracy", "CPU s")
WEIGHTS = (1.0, 0.2)  # of AC-GAN's errors of the class: the paper's, and a smaller one


def games():
    """Function of the seed for each row of the table, by its name."""
    found = {way: (lambda seed, way=way: recipes.conditional(seed, way)) for way in builders.WAYS}
    weight = WEIGHTS[1]
    found[f"classifier, weight {weight:g}"] = lambda seed: recipes.conditional(
        seed, "classifier", class_weight=weight
    )
    return found


def run(name, seed, epochs, folder):
    """Trains one game, judges it, and writes its result file."""
    keras.utils.set_random_seed(seed)
    recipe = games()[name](seed)
    average = callbacks.GeneratorAverage(recipe.average_decay)
    start = time.process_time()
    recipe.gan.fit(recipe.batches, epochs=epochs, callbacks=[average], verbose=0)
    spent = time.process_time() - start
    labels = np.repeat(np.arange(10), PER_CLASS)
    inputs = recipe.gan.inputs_for(len(labels), 12345, {"labels": labels})
    samples = np.clip(sampling.samples_of(average.generator, inputs), -1, 1)
    values = {**judge(samples, labels, seed), "cpu_seconds": spent}
    write(folder, name, seed, epochs, values)
    return values


def run_real(seed, folder):
    """Judges as many training images, which no game can better."""
    (images, labels), _ = data.load_fashion_mnist(verbose=False)
    rng = np.random.default_rng(seed)
    chosen = [rng.choice(np.flatnonzero(labels == k), PER_CLASS, False) for k in range(10)]
    values = judge(images[np.concatenate(chosen)], np.repeat(np.arange(10), PER_CLASS), seed)
    write(folder, REAL, seed, 0, {**values, "cpu_seconds": 0.0})
    return values


def write(folder, name, seed, epochs, values):
    facts = {"name": name, "seed": seed, "epochs": epochs, "per_class": PER_CLASS}
    rounded = {key: round(float(value), 4) for key, value in values.items()}
    folder.mkdir(parents=True, exist_ok=True)
    words = name.replace(", ", "-").replace(" ", "-")
    path = folder / f"conditions_{words}_{epochs}epochs_seed{seed}.json"
    path.write_text(json.dumps({**facts, **report.machine(), **rounded}, indent=1) + "\n", "utf-8")


def judge(samples, labels, seed):
    """Dict of the scores of samples of these classes."""
    (images, _), (test_images, test_labels) = data.load_fashion_mnist(verbose=False)
    encoder = metrics.fashion_mnist_encoder()
    seen, real = encoder(samples), encoder(test_images)
    within = [
        metrics.precision_recall(real.features[test_labels == k], seen.features[labels == k])
        for k in range(10)
    ]
    one = metrics.gaussian_statistics(real.features)
    two = metrics.gaussian_statistics(seen.features)
    return {
        "accuracy": np.mean(seen.probabilities.argmax(1) == labels),
        "recall": np.mean([each.recall for each in within]),
        "precision": np.mean([each.precision for each in within]),
        "distance": metrics.frechet_distance(*one, *two),
        "gan_train": trained_accuracy(samples, labels, test_images, test_labels, seed),
    }


def trained_accuracy(images, labels, test_images, test_labels, seed):
    """Accuracy on the test images of a small classifier that was trained on these images."""
    keras.utils.set_random_seed(seed)
    classifier = builders.image_classifier()
    classifier.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    classifier.fit(images, labels, CLASSIFIER_BATCH, CLASSIFIER_EPOCHS, verbose=0)
    return classifier.evaluate(test_images, test_labels, 500, verbose=0)[1]


def table(folder=RESULTS):
    """The results as a markdown table, means and standard deviations over the seeds."""
    found = [
        json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("conditions_*.json"))
    ]
    lines = []
    for epochs in sorted({each["epochs"] for each in found}, reverse=True):
        for name in (*games(), REAL):
            rows = [each for each in found if (each["name"], each["epochs"]) == (name, epochs)]
            lines += [cells(name, epochs, rows)] if rows else []
    return report.markdown(COLUMNS, lines)


def cells(name, epochs, rows):
    """One row of the table."""
    columns = {"accuracy": 3, "recall": 2, "precision": 2, "distance": 1, "gan_train": 3}
    scores = [report.mean_and_spread([row[k] for row in rows], d) for k, d in columns.items()]
    cpu = f"{statistics.mean(row['cpu_seconds'] for row in rows):.0f}"
    return [name, str(epochs or "-"), str(len(rows)), *scores, cpu]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--way", nargs="+", choices=(*games(), REAL), default=[])
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=30, help="of 250 steps each")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder")
    options = parser.parse_args()
    if min(options.seeds, options.epochs) < 1:
        parser.error("seeds and epochs must be at least 1")
    for name in options.way:
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            real = name == REAL
            found = (
                run_real(seed, options.results)
                if real
                else run(name, seed, options.epochs, options.results)
            )
            print(f"{name}, seed {seed}: {found}", flush=True)
    text = table(options.results)
    (options.results / "conditions.md").write_text(text + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
