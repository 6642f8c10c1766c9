"""How good a recipe's samples are after so many epochs, or so many seconds, over several seeds.

    python benchmarks/quality.py --recipe lecture-dcgan --epochs 1 3 --seeds 3
    python benchmarks/quality.py --recipe lecture-dcgan --seconds 60 300 --seeds 3
    python benchmarks/quality.py                     the table of all results
    python benchmarks/quality.py --readme            the same, into README.md

An epoch here is 60,000 real images, one pass over the whole of Fashion-MNIST, also where only a
part of it was found. Seconds are those of training alone, from the first step on: tracing counts,
scoring does not; CPU seconds are summed over the cores, and grow less than the others do where a
machine is shared. Every run lands in benchmarks/results/ as a file of its own, rewritten after each
score, so that what was interrupted is not lost; the table is made from these files.
"""

import argparse
import json
from pathlib import Path
import statistics
import time

from gan_tf import callbacks, data, metrics, recipes
from gan_tf.callbacks import sampling
import keras
import numpy as np
import report

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).with_name("results")
IMAGES_PER_EPOCH = 60_000
NUM_SAMPLES = 10_000
STEPS_PER_STRETCH = 125  # the budget is looked at, and the curve of losses kept, so often


class Judge(keras.callbacks.Callback):
    """Scores the generator whenever one of the budgets is used up, and ends the run at the last.

    Args:
        budgets: Sorted list of numbers, in units of what `spent` gives.
        unit: "epochs" or "seconds".
        recipe: `recipes.Recipe`.
        score: Function from images to a dict of floats.
        save: Function that takes the list of rows so far.
        average: `callbacks.GeneratorAverage` whose generator is judged, or None for the one that
            trains.
    """

    def __init__(self, budgets, unit, recipe, score, save, average=None):
        super().__init__()
        self.budgets, self.unit, self.recipe = list(budgets), unit, recipe
        self.score, self.save, self.average = score, save, average
        self.rows, self.seconds, self.cpu_seconds = [], 0.0, 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self._start, self._cpu_start = time.perf_counter(), time.process_time()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds += time.perf_counter() - self._start
        self.cpu_seconds += time.process_time() - self._cpu_start
        steps = (epoch + 1) * STEPS_PER_STRETCH
        epochs = steps * self.recipe.batch_size / IMAGES_PER_EPOCH
        spent = {"epochs": epochs, "seconds": self.seconds, "cpu_seconds": self.cpu_seconds}
        while self.budgets and spent[self.unit] >= self.budgets[0]:
            budget = self.budgets.pop(0)
            samples = samples_of(self.average or self.model, NUM_SAMPLES)
            values = self.score(judged(samples, self.recipe.value_range))
            row = {"budget": budget, **spent, **values, **(logs or {})}
            self.rows.append({name: round(float(value), 4) for name, value in row.items()})
            self.save(self.rows)
            print(f"  {self.unit} {budget:g}: {self.rows[-1]}", flush=True)
        self.model.stop_training = not self.budgets


def samples_of(holder, num_samples, seed=12345):
    """What the generator of a game, or of a running average, makes of seeded latents."""
    latents = sampling.fixed_latents(num_samples, holder.generator, seed)
    return sampling.samples_of(holder.generator, latents)


def judged(samples, value_range, size=28):
    """Samples in the range and the size of the test images.

    A linear output may overshoot the range. Small images of a network that still grows are
    enlarged, and borders that were added are taken away.
    """
    samples = np.clip(samples, *value_range)
    if samples.shape[1] < size:
        samples = data.enlarged(samples, -(-size // samples.shape[1]) * samples.shape[1])
    return samples if samples.ndim == 3 else data.cropped(samples, size)


def reference(value_range):
    """Held-out test images, and training images that give the floor."""
    encoder = metrics.fashion_mnist_encoder(value_range)
    (images, _), (test_images, _) = data.load_fashion_mnist(value_range=value_range, verbose=False)
    return metrics.Reference(encoder, test_images, images[:NUM_SAMPLES])


def run(name, unit, budgets, seed, folder):
    """Trains a recipe with one seed, scores it at every budget, and writes the result file."""
    recipe = recipes.get(name, seed)
    if recipe.value_range is None:
        raise SystemExit(f"{name} makes points, and this judges images.")
    scores = metrics.Scores(reference(recipe.value_range))
    path = folder / f"quality_{name}_{unit}_seed{seed}.json"
    facts = facts_of(name, unit, seed, scores, recipe.value_range)

    def save(rows):
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({**facts, "rows": rows}, indent=1) + "\n", encoding="utf-8")

    stretches = data.batches(
        recipe.samples, recipe.batch_size, seed, steps_per_epoch=STEPS_PER_STRETCH
    )
    average = recipe.average_decay and callbacks.GeneratorAverage(recipe.average_decay)
    judge = Judge(sorted(budgets), unit, recipe, scores, save, average)
    watchers = [average, judge] if average else [judge]
    recipe.gan.fit(stretches, epochs=1_000_000, callbacks=watchers, verbose=0)
    return path


def facts_of(name, unit, seed, scores, value_range):
    """What a result is worthless without: data, versions, machine, floor and ceiling."""
    noise = np.random.default_rng(0).uniform(*value_range, (NUM_SAMPLES, 28, 28, 1))
    floor_and_ceiling = scores.report(noise)[0]
    return {
        "recipe": name,
        "unit": unit,
        "seed": seed,
        "num_samples": NUM_SAMPLES,
        "num_real": floor_and_ceiling.num_real,
        "encoder": floor_and_ceiling.encoder,
        "encoder_sha256": metrics.CLASSIFIER_SHA256,
        "floor": round(floor_and_ceiling.floor, 4),
        "ceiling": round(floor_and_ceiling.ceiling, 4),
        "data": data.find_fashion_mnist()[0],
        **report.machine(),
    }


def table(folder=RESULTS):
    """The results as a markdown table: a row for each recipe and budget, seeds taken together."""
    runs = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("quality_*.json"))]
    groups = {}
    for result in runs:
        for row in result["rows"]:
            key = (result["recipe"], result["unit"], row["budget"], result["num_real"])
            groups.setdefault(key, []).append(row)
    names = "recipe, epochs, seconds, CPU s, seeds, Fréchet classifier distance, classes, precision"
    columns = [*names.split(", "), "recall"]
    lines = [
        f"| {' | '.join(columns)} |",
        f"| {' | '.join(['---'] * len(columns))} |",
        *(line(key[0], rows) for key, rows in sorted(groups.items())),
    ]
    floors = sorted({(r["num_real"], r["floor"], r["ceiling"], r["num_samples"]) for r in runs})
    for num_real, floor, ceiling, num_samples in floors:
        lines += [
            "",
            f"{num_samples:,} samples against {num_real:,} test images. Floor, {num_samples:,} "
            f"training images instead of samples: {floor:.2f}. Ceiling, uniform noise: "
            f"{ceiling:.0f}.",
        ]
    return "\n".join(lines)


def line(recipe, rows):
    """One row of the table."""

    def mean(name):
        return statistics.mean(row[name] for row in rows)

    distances = [row["frechet_classifier_distance"] for row in rows]
    spread = f" ± {statistics.stdev(distances):.1f}" if len(rows) > 1 else ""
    return (
        f"| {recipe} | {mean('epochs'):.2g} | {mean('seconds'):.0f} | {mean('cpu_seconds'):.0f} "
        f"| {len(rows)} "
        f"| {mean('frechet_classifier_distance'):.1f}{spread} | {mean('classes_present'):.3g} "
        f"| {mean('precision'):.2f} | {mean('recall'):.2f} |"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", help="name of a recipe of images")
    budget = parser.add_mutually_exclusive_group()
    budget.add_argument("--epochs", type=float, nargs="+", help="score after each of these")
    budget.add_argument("--seconds", type=float, nargs="+", help="score after each of these")
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder")
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    options = parser.parse_args()
    if options.seeds < 1 or min([*(options.epochs or []), *(options.seconds or []), 1]) <= 0:
        parser.error("epochs and seconds must be above 0, and seeds at least 1")
    if options.recipe:
        unit = "seconds" if options.seconds else "epochs"
        budgets = options.seconds or options.epochs or [1.0]
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            print(f"{options.recipe}, seed {seed}", flush=True)
            run(options.recipe, unit, budgets, seed, options.results)
    made = table(options.results)
    print(made)
    if options.readme:
        report.write_table(ROOT / "README.md", "quality", made)


if __name__ == "__main__":
    main()
