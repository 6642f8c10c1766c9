"""What each part of BigGAN is worth here: games of few feature maps, at equal numbers of images.

    python benchmarks/parts.py --game "all parts" "no attention" --seeds 3
    python benchmarks/parts.py                       the table of all results

"All parts" is BigGAN in small: residual networks of 16 feature maps for images of a class; spectral
normalisation whose gradient goes through the norm; attention at 14 × 14; class and latents in every
batch normalisation; hinge loss; orthogonal regularisation of the generator; a discriminator that
learns faster; a running average of the generator. Every other game changes one thing. The running
average is judged, 1,000 samples of each class against the 10,000 test images: Fréchet classifier
distance, precision and recall, and the share of samples that the embedded classifier puts into the
class asked for; for two of the games also with truncated latents. Every run is a file in
benchmarks/results/, and the tables are parts.md and parts_truncation.md beside them.
"""

import argparse
import json
from pathlib import Path
import statistics
import time

from gan_tf import callbacks, data, metrics, recipes
from gan_tf.callbacks import sampling
from gan_tf.layers import set_standing_statistics
import keras
import numpy as np
import report

RESULTS = Path(__file__).with_name("results")
PER_CLASS = 1_000
NUM_CLASSES = 10
CONTROL = "all parts"
GAMES = {
    CONTROL: {},
    "Keras's spectral normalisation": {"spectral": "projection"},
    "no spectral normalisation": {"spectral": None},
    "R1 instead of spectral normalisation": {"spectral": None, "penalty": "R1"},
    "no attention": {"attention": False},
    "class alone in the normalisations": {"condition": "class"},
    "class joined to the latents": {"condition": "concatenation"},
    "non-saturating loss": {"loss": "non_saturating"},
    "no orthogonal regularisation": {"orthogonal": 0.0},
    "equal rates": {"rates": (1e-3, 1e-3)},
    "batches of 16": {"batch_size": 16},
    "batches of 64": {"batch_size": 64},
    "batches of 256": {"batch_size": 256},
}
TRUNCATED = (CONTROL, "no orthogonal regularisation")
THRESHOLDS = (0.2, 0.4, 0.7, 1.0, 1.5)  # of truncated latents


def run(name, seed, num_images, folder):
    """Trains one game, judges it, and writes its result file."""
    keras.utils.set_random_seed(seed)
    recipe = recipes.biggan(seed, num_images=num_images, **GAMES[name])
    average = callbacks.GeneratorAverage(recipe.average_decay)
    start = time.process_time()
    recipe.gan.fit(recipe.batches, epochs=recipe.epochs, callbacks=[average], verbose=0)
    facts = {"name": name, "seed": seed, "images": num_images, **report.machine()}
    facts["cpu_seconds"] = round(time.process_time() - start)
    facts |= judge(average.generator)
    if name in TRUNCATED:
        facts["truncated"] = [
            {"threshold": threshold, **judge(average.generator, threshold)}
            for threshold in THRESHOLDS
        ]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"parts_{name.replace(' ', '-')}_seed{seed}.json"
    path.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    return facts


def judge(generator, threshold=None):
    """Dict of the scores of samples of all classes against all test images.

    With a threshold, the latents are truncated, and the generator's statistics of batch
    normalisation are replaced by those of such samples.
    """
    asked = np.tile(np.arange(NUM_CLASSES), PER_CLASS)
    one_hot = np.eye(NUM_CLASSES, dtype="float32")[asked]
    dim = generator.inputs[0].shape[-1]
    if threshold is None:
        latents = np.random.default_rng(12345).standard_normal((len(asked), dim), "float32")
    else:
        latents = data.truncated_normal(len(asked), dim, threshold, seed=12345)
        halves = np.array_split(latents, 20), np.array_split(one_hot, 20)
        set_standing_statistics(generator, map(list, zip(*halves, strict=True)))
    samples = np.clip(sampling.samples_of(generator, [latents, one_hot]), -1, 1)
    _, (test_images, _) = data.load_fashion_mnist(verbose=False)
    encoder = metrics.fashion_mnist_encoder()
    seen, real = encoder(samples), encoder(test_images)
    one, two = (metrics.gaussian_statistics(each.features) for each in (real, seen))
    close = metrics.precision_recall(real.features[:5_000], seen.features[::2])
    scores = {
        "distance": metrics.frechet_distance(*one, *two),
        "precision": close.precision,
        "recall": close.recall,
        "accuracy": np.mean(seen.probabilities.argmax(axis=1) == asked),
    }
    return {key: round(float(value), 4) for key, value in scores.items()}


def table(folder=RESULTS):
    """The results as a markdown table, means and standard deviations over the seeds."""
    found = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("parts_*.json"))]
    columns = ("game", "seeds", "Fréchet classifier distance", "of each seed")
    columns += ("precision", "recall", "named as asked", "CPU s")
    digits, lines = {"distance": 1, "precision": 2, "recall": 2, "accuracy": 2}, []
    for name in GAMES:
        rows = [each for each in found if each["name"] == name]
        if rows:
            cells = [report.mean_and_spread([r[key] for r in rows], n) for key, n in digits.items()]
            cells.insert(1, " ".join(f"{row['distance']:.0f}" for row in rows))
            cells.append(f"{statistics.mean(row['cpu_seconds'] for row in rows):.0f}")
            lines.append([name, str(len(rows)), *cells])
    return report.markdown(columns, lines)


def truncation_table(folder=RESULTS):
    """Precision and recall of truncated latents as a markdown table, means over the seeds."""
    found = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("parts_*.json"))]
    columns = ("game", "threshold", "seeds", "precision", "recall", "Fréchet classifier distance")
    lines = []
    for name in TRUNCATED:
        rows = [each for each in found if each["name"] == name]
        for place, threshold in enumerate((*THRESHOLDS, None)) if rows else ():
            scores = [row if threshold is None else row["truncated"][place] for row in rows]
            digits = {"precision": 2, "recall": 2, "distance": 1}.items()
            cells = [report.mean_and_spread([r[key] for r in scores], n) for key, n in digits]
            shown = "none" if threshold is None else f"{threshold:g}"
            lines.append([name, shown, str(len(rows)), *cells])
    return report.markdown(columns, lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--game", nargs="+", choices=list(GAMES), default=[])
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--images", type=int, default=32_000, help="real images of a game")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder")
    options = parser.parse_args()
    if options.seeds < 1 or options.images < 1_000:
        parser.error("seeds must be at least 1, and images at least 1,000")
    for name in options.game:
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            print(name, seed, run(name, seed, options.images, options.results), flush=True)
    made = {"parts.md": table, "parts_truncation.md": truncation_table}
    for file, make in made.items():
        text = make(options.results)
        (options.results / file).write_text(text + "\n", "utf-8")
        print(text, end="\n\n")


if __name__ == "__main__":
    main()
