"""Ways to find the latents of an image: how well each turns the generator round, and its codes.

    python benchmarks/inference.py --way bigan autoencoder --seeds 3
    python benchmarks/inference.py                   the tables of all results

All ways have the same encoder, and those that make images the same generator: the dense networks of
the recipe `bigan`, with codes of 20 numbers. They are judged on the 10,000 test images:

- reconstruction ratio: distance of an image from what the generator makes of its code, as a share
  of its distance from what the generator makes of another image's code; 1 if the code says nothing;
- probe: share of classes that a linear function of the code names right, fitted by least squares to
  the codes of 10,000 training images;
- neighbour: share of images whose nearest training image, by codes, has their class;
- prior: squared kernel distance between codes and normal latents, and the spread of the codes.

"Untrained" is the encoder as it was drawn. The latent regressor is trained on latents and images
that the generator of `bigan` makes of them. The second table is about 100 labels: the encoder with
a head for the classes, once trained on them alone, once in the recipe `semi_supervised`.

Every run is a file in benchmarks/results/, and the tables, which notebook 14 shows, are
inference.md and inference_labels.md beside them.
"""

import argparse
import json
from pathlib import Path
import statistics
import time

from gan_tf import builders, data, metrics, recipes
from gan_tf.games import latent_pairs
from gan_tf.recipes.inference import (
    BATCH_SIZE,
    BIGAN_EPOCHS,
    HALVED_AFTER,
    LATENT_DIM,
    NUM_CLASSES,
    RATE,
    STEPS_PER_EPOCH,
    UNITS,
)
import keras
import numpy as np
import report

RESULTS = Path(__file__).with_name("results")
WAYS = {
    "untrained": "encoder, untrained",
    "pca": "principal components",
    "autoencoder": "autoencoder",
    "regressor": "latent regressor",
    "bigan": "BiGAN",
    "adversarial": "adversarial autoencoder",
}
WITH_LABELS = {"alone": "encoder alone", "semi_supervised": "adversarial autoencoder"}
NUM_FITTED = 10_000  # training images for probe and neighbours
NUM_PAIRS = 50_000  # latents and images for the regressor
PER_CLASS = 10  # labels
ALONE_EPOCHS, ALONE_BATCH = 100, 25


def untrained(images, seed, epochs):
    return builders.dense_encoder(latent_dim=LATENT_DIM, units=UNITS), None


def pca(images, seed, epochs):
    """The mean image and the directions of largest variance, scaled to codes of variance 1."""
    rows = images.reshape(len(images), -1)
    mean = rows.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(rows - mean, rowvar=False))
    scales, axes = np.sqrt(values[: -LATENT_DIM - 1 : -1]), vectors[:, : -LATENT_DIM - 1 : -1]
    encoder = _linear(images.shape[1:], axes / scales, -mean @ axes / scales)
    return encoder, _linear((LATENT_DIM,), axes.T * scales[:, None], mean, images.shape[1:])


def autoencoder(images, seed, epochs):
    encoder = builders.dense_encoder(latent_dim=LATENT_DIM, units=UNITS)
    decoder = builders.dense_decoder(LATENT_DIM, units=UNITS)
    both = keras.Sequential([keras.Input((28, 28, 1)), encoder, decoder])
    _fit(both, images, images, epochs)
    return encoder, decoder


def regressor(images, seed, epochs):
    """An encoder that learns from the generator of `bigan`, which does not change meanwhile."""
    game = _played(recipes.bigan(seed), epochs)
    keras.utils.set_random_seed(seed)
    encoder = builders.dense_encoder(latent_dim=LATENT_DIM, units=UNITS)
    made, latents = latent_pairs(game, min(NUM_PAIRS, len(images)), seed)
    _fit(encoder, made, latents, epochs)
    return encoder, game.generator


def bigan(images, seed, epochs):
    game = _played(recipes.bigan(seed), epochs)
    return game.encoder, game.generator


def adversarial(images, seed, epochs):
    game = _played(recipes.adversarial_autoencoder(seed), epochs)
    return game.encoder, game.generator


def run(way, seed, epochs, folder):
    """Trains, judges, and writes the result file."""
    keras.utils.set_random_seed(seed)
    (images, labels), (test_images, test_labels) = data.load_fashion_mnist(verbose=False)
    start = time.process_time()
    if way in WITH_LABELS:
        encoder = with_few_labels(way, images, labels, seed, epochs)
        facts = {"cpu_seconds": time.process_time() - start}
        found = encoder.predict(test_images, verbose=0)[1].argmax(axis=1)
        facts["error"] = np.mean(found != test_labels)
    else:
        encoder, generator = globals()[way](images, seed, epochs)
        facts = {"cpu_seconds": time.process_time() - start}
        fitted = images[:NUM_FITTED], labels[:NUM_FITTED]
        facts |= judge(encoder, generator, fitted, (test_images, test_labels))
    rounded = {key: round(float(value), 4) for key, value in facts.items()}
    folder.mkdir(parents=True, exist_ok=True)
    facts = {"way": way, "seed": seed, "epochs": epochs, **report.machine(), **rounded}
    path = folder / f"inference_{way}_seed{seed}.json"
    path.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    return rounded


def with_few_labels(way, images, labels, seed, epochs):
    """An encoder with a head for the classes, of which 100 images are known."""
    few = data.few_labels(labels, PER_CLASS, seed)
    game = recipes.semi_supervised(seed, few).gan
    if way == "semi_supervised":
        return _played(recipes.semi_supervised(seed, few), epochs).encoder
    classifier = keras.Model(game.encoder.inputs, game.encoder.outputs[1])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    classifier.compile(keras.optimizers.Adam(RATE), loss)
    classifier.fit(images[few >= 0], few[few >= 0], ALONE_BATCH, epochs or ALONE_EPOCHS, verbose=0)
    return game.encoder


def judge(encoder, generator, fitted, tested):
    """Dict of the scores of an encoder, and of a generator if there is one."""
    codes, others = (encoder.predict(each[0], verbose=0) for each in (tested, fitted))
    prior = np.random.default_rng(0).normal(size=codes.shape)
    scores = {
        "probe": probe(others, fitted[1], codes, tested[1]),
        "neighbour": np.mean(nearest(others, codes, fitted[1]) == tested[1]),
        "prior": metrics.kernel_distance(prior, codes).mean,
        "spread": codes.std(),
    }
    if generator is not None:
        scores["ratio"] = ratio(tested[0], generator.predict(codes, verbose=0))
    return scores


def ratio(images, restored):
    """Mean distance of images from their reconstructions, as a share of that from another's."""

    def distance(others):
        return np.sqrt(np.square(images - others).sum(axis=(1, 2, 3))).mean()

    return distance(restored) / distance(np.roll(restored, 1, axis=0))


def probe(codes, labels, others, true):
    """Accuracy of a linear function of the codes, fitted by least squares to one-hot labels."""
    rows, tested = (np.hstack([each, np.ones((len(each), 1))]) for each in (codes, others))
    weights = np.linalg.lstsq(rows, np.eye(NUM_CLASSES)[labels], rcond=None)[0]
    return np.mean((tested @ weights).argmax(axis=1) == true)


def nearest(codes, others, labels):
    """For each of the others, the label of its nearest code."""
    squares = np.square(codes).sum(axis=1)
    parts = np.array_split(others, max(1, len(others) // 1_000))
    return np.concatenate([labels[(squares - 2 * part @ codes.T).argmin(axis=1)] for part in parts])


def tables(folder=RESULTS):
    """The tables as markdown, means and standard deviations over the seeds."""
    paths = sorted(folder.glob("inference_*.json"))
    found = [json.loads(path.read_text("utf-8")) for path in paths]
    digits = {"ratio": 2, "probe": 3, "neighbour": 3, "prior": 2, "spread": 2}
    names = ("reconstruction ratio", "probe", "neighbour", "distance from prior", "spread")
    return [
        report.markdown(("way", "seeds", *names, "CPU s"), _lines(found, WAYS, digits)),
        report.markdown(
            ("way", "seeds", "error with 100 labels", "CPU s"),
            _lines(found, WITH_LABELS, {"error": 3}),
        ),
    ]


# Helpers.


def _lines(found, names, digits):
    lines = []
    for way, name in names.items():
        rows = [each for each in found if each["way"] == way]
        if rows:
            cells = [
                report.mean_and_spread([row[key] for row in rows], n) if key in rows[0] else "-"
                for key, n in digits.items()
            ]
            cpu = f"{statistics.mean(row['cpu_seconds'] for row in rows):.0f}"
            lines.append([name, str(len(rows)), *cells, cpu])
    return lines


def _linear(shape, kernel, bias, outputs=None):
    """A Keras model that multiplies by a matrix, as an encoder or a decoder."""
    flat = [keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(kernel.shape[1])]
    model = keras.Sequential(flat + ([keras.layers.Reshape(outputs)] if outputs else []))
    model.set_weights([kernel, bias])
    return model


def _fit(model, inputs, targets, epochs):
    """Least squares, with as many updates and the same rates as the recipe `bigan` has."""
    rate = keras.optimizers.schedules.InverseTimeDecay(RATE, HALVED_AFTER, 1.0)
    model.compile(keras.optimizers.Adam(rate, 0.5), "mse", steps_per_execution=25)
    pairs = {"inputs": inputs, "targets": targets}
    batches = data.batches(pairs, BATCH_SIZE, 0, steps_per_epoch=STEPS_PER_EPOCH)
    batches = batches.map(lambda batch: (batch["inputs"], batch["targets"]))
    model.fit(batches, epochs=epochs or BIGAN_EPOCHS, shuffle=False, verbose=0)


def _played(recipe, epochs):
    recipe.gan.fit(recipe.batches, epochs=epochs or recipe.epochs, verbose=0)
    return recipe.gan


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ways = (*WAYS, *WITH_LABELS)
    parser.add_argument("--way", nargs="+", choices=ways, default=[])
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=0, help="instead of the recipe's")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder")
    options = parser.parse_args()
    if options.seeds < 1 or options.epochs < 0:
        parser.error("seeds must be at least 1, and epochs not below 0")
    for way in options.way:
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            print(way, seed, run(way, seed, options.epochs, options.results), flush=True)
    names = ("inference.md", "inference_labels.md")
    for name, text in zip(names, tables(options.results), strict=True):
        (options.results / name).write_text(text + "\n", "utf-8")
        print(text, end="\n\n")


if __name__ == "__main__":
    main()
