"""How good a recipe's samples are after so many epochs, or so many seconds, over several seeds.

    python benchmarks/quality.py --recipe lecture-dcgan --epochs 1 3 --seeds 3
    python benchmarks/quality.py --recipe lecture-dcgan --epochs 1 3 10 --seconds 180 --seeds 3
    python benchmarks/quality.py --recipe r3gan --cpu-seconds 60 120 240 --seeds 3 \
        --results benchmarks/results/one_core
    python benchmarks/quality.py                     the tables of these results
    python benchmarks/quality.py --docs              those of all machines in the repository, into
                                                     docs/performance.md and time_to_quality.md

An epoch here is 60,000 real images, one pass over the whole of Fashion-MNIST, also where only a
part of it was found. Seconds are those of training alone, from the first step on: tracing counts,
scoring does not; CPU seconds are summed over the cores, and grow less than the others do where a
machine is shared. With `--cpu-seconds` they are the budget: on a machine that others use, games are
compared at equal processor time, each on one core (`TF_NUM_INTRAOP_THREADS=1`). Every run lands in
the folder of results, one file for its epochs and one for its seconds, rewritten after each score,
so that what was interrupted is not lost; the tables are made from these files. Results of one
machine have a folder of their own, since seconds of another must not stand beside them.

The second table tells how long a recipe takes to become as good as the lecture's DCGAN is after ten
epochs with the same seed: until the first score at or below that distance. Scores are taken at
budgets, so that the true time is a little shorter.
"""

import argparse
import itertools
import json
from pathlib import Path
import statistics
import time

from gan_tf import callbacks, data, metrics, recipes
from gan_tf.callbacks import sampling
import keras
import numpy as np
import report

RESULTS = Path(__file__).with_name("results")
IMAGES_PER_EPOCH = 60_000
NUM_SAMPLES = 10_000
DISTANCE = "frechet_classifier_distance"
TARGET_RECIPE, TARGET_EPOCHS = "lecture-dcgan", 10.0
MACHINES = {  # folder in RESULTS: what docs/performance.md says of it
    "avx512": "Two virtual cores with AVX-512, 469 GFLOP/s with large matrices:",
    "avx2": "Two virtual cores without AVX-512, about 145 GFLOP/s:",
}
ONE_CORE = "one_core"  # folder in RESULTS of games at equal processor time
UNITS = {  # of a budget: what the table of runs judged by it is called
    "epochs": "Judged after so many epochs:",
    "seconds": "Judged after so many seconds of training:",
    "cpu_seconds": "Judged after so many seconds of processor time, on one core:",
}
COLUMNS = ("recipe", "epochs", "seconds", "CPU s", "seeds", "Fréchet classifier distance")
COLUMNS += ("classes", "precision", "recall")
HEAD = (f"| {' | '.join(COLUMNS)} |", f"| {' | '.join(['---'] * len(COLUMNS))} |")
STEPS_PER_STRETCH = 125  # the budget is looked at, and the curve of losses kept, so often


class Judge(keras.callbacks.Callback):
    """Scores the generator whenever one of the budgets is used up, and ends the run at the last.

    Args:
        budgets: Dictionary from units, those of `UNITS`, to lists of numbers.
        recipe: `recipes.Recipe`.
        score: Function from images to a dict of floats.
        save: Function that takes the unit and its list of rows so far.
        average: `callbacks.GeneratorAverage` whose generator is judged, or None for the one that
            trains.
        steps: Integer, steps of what `fit` takes for an epoch.
    """

    def __init__(self, budgets, recipe, score, save, average=None, steps=STEPS_PER_STRETCH):
        super().__init__()
        self.steps = steps
        self.budgets = {unit: sorted(numbers) for unit, numbers in budgets.items()}
        self.recipe, self.score, self.save, self.average = recipe, score, save, average
        self.rows = {unit: [] for unit in budgets}
        self.seconds, self.cpu_seconds = 0.0, 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self._start, self._cpu_start = time.perf_counter(), time.process_time()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds += time.perf_counter() - self._start
        self.cpu_seconds += time.process_time() - self._cpu_start
        epochs = (epoch + 1) * self.steps * self.recipe.batch_size / IMAGES_PER_EPOCH
        spent = {"epochs": epochs, "seconds": self.seconds, "cpu_seconds": self.cpu_seconds}
        for unit, budgets in self.budgets.items():
            while budgets and spent[unit] >= budgets[0]:
                self._judge(unit, budgets.pop(0), spent, logs or {})
        self.model.stop_training = not any(self.budgets.values())

    def _judge(self, unit, budget, spent, logs):
        samples = samples_of(self.average or self.model, NUM_SAMPLES)
        values = self.score(judged(samples, self.recipe.value_range))
        row = {"budget": budget, **spent, **values, **logs}
        self.rows[unit].append({name: round(float(value), 4) for name, value in row.items()})
        self.save(unit, self.rows[unit])
        print(f"  {unit} {budget:g}: {self.rows[unit][-1]}", flush=True)


def samples_of(holder, num_samples, seed=12345):
    """What the generator of a game, or of a running average, makes of seeded inputs."""
    if len(holder.generator.inputs) == 1:
        inputs = sampling.fixed_latents(num_samples, holder.generator, seed)
    else:  # classes in turn, or codes: the game knows
        inputs = getattr(holder, "model", holder).inputs_for(num_samples, seed)
    return sampling.samples_of(holder.generator, inputs)


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


def run(name, budgets, seed, folder, make=recipes.get, kind="quality"):
    """Trains a recipe with one seed, scores it at every budget, and writes the result files.

    Args:
        name: Name of a recipe.
        budgets: Dictionary from units, those of `UNITS`, to lists of numbers.
        seed: Integer.
        folder: Path of the folder for results.
        make: Function from name and seed to a `recipes.Recipe`.
        kind: How the names of the files begin.
    """
    recipe = make(name, seed)
    if recipe.value_range is None:
        raise SystemExit(f"{name} makes points, and this judges images.")
    scores = metrics.Scores(reference(recipe.value_range))
    facts = facts_of(seed, scores, recipe.value_range)

    def save(unit, rows):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{kind}_{file_name(name)}_{unit}_seed{seed}.json"
        result = {"recipe": name, "unit": unit, **facts, "rows": rows}
        path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")

    stretches, steps = recipe.batches, recipe.steps_per_epoch
    if name not in recipes.RECIPES_WITH_LABELS:
        steps = STEPS_PER_STRETCH
        stretches = data.batches(recipe.samples, recipe.batch_size, seed, steps_per_epoch=steps)
    average = recipe.average_decay and callbacks.GeneratorAverage(recipe.average_decay)
    judge = Judge(budgets, recipe, scores, save, average, steps)
    watchers = [average, judge] if average else [judge]
    recipe.gan.fit(stretches, epochs=1_000_000, callbacks=watchers, verbose=0)


def facts_of(seed, scores, value_range):
    """What a result is worthless without: data, versions, machine, floor and ceiling."""
    noise = np.random.default_rng(0).uniform(*value_range, (NUM_SAMPLES, 28, 28, 1))
    floor_and_ceiling = scores.report(noise)[0]
    return {
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


def file_name(name):
    """What a name is in the name of a file."""
    return name.replace(",", "").replace(" ", "-")


def results_in(folder):
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("quality_*.json"))]


def table(folder=RESULTS):
    """The results as markdown tables: one for runs judged by epochs, one for those by seconds.

    A row is a recipe at one budget, all seeds taken together. Where one run has budgets of both
    kinds, the same moment may stand in both tables, and in none of them twice.
    """
    runs = results_in(folder)
    parts = []
    for unit, title in UNITS.items():
        groups = {}
        for result in runs:
            for row in result["rows"] if result["unit"] == unit else ():
                key = (result["recipe"], row["budget"], result["num_real"])
                groups.setdefault(key, []).append(row)
        if groups:
            lines = [line(key[0], rows) for key, rows in sorted(groups.items())]
            parts.append("\n".join([title, "", *HEAD, *lines]))
    floors = sorted(
        {(r["num_real"], round(r["floor"], 2), round(r["ceiling"]), r["num_samples"]) for r in runs}
    )
    for num_real, floor, ceiling, num_samples in floors:
        parts.append(
            f"Each row compares {num_samples:,} samples with {num_real:,} test images. The floor, "
            f"which {num_samples:,} training images reach in place of samples, is {floor:.2f}. The "
            f"ceiling, which uniform noise reaches, is {ceiling:.0f}."
        )
    return "\n\n".join(parts)


def line(recipe, rows):
    """One row of the table."""

    def mean(name):
        return statistics.mean(row[name] for row in rows)

    distance = report.mean_and_spread([row[DISTANCE] for row in rows], 1)
    return (
        f"| {recipe} | {mean('epochs'):.2g} | {mean('seconds'):.0f} | {mean('cpu_seconds'):.0f} "
        f"| {len(rows)} | {distance} | {mean('classes_present'):.3g} "
        f"| {mean('precision'):.2f} | {mean('recall'):.2f} |"
    )


def times_table(folder=RESULTS):
    """Markdown: how long each recipe took to reach the target of its seed."""
    scored = {}  # recipe, number of test images, seed: all rows of its runs
    for result in results_in(folder):
        key = (result["recipe"], result["num_real"], result["seed"])
        scored.setdefault(key, []).extend(result["rows"])
    targets = {
        (num_real, seed): row[DISTANCE]
        for (recipe, num_real, seed), rows in scored.items()
        for row in rows
        if recipe == TARGET_RECIPE and row["epochs"] == row["budget"] == TARGET_EPOCHS
    }
    first = {}  # recipe: by seed, the first row at the target, or None
    for (recipe, *which), rows in sorted(scored.items()):
        target = targets.get(tuple(which), -1.0)
        reaching = [row for row in rows if row[DISTANCE] <= target]
        if target >= 0:
            found = min(reaching, key=lambda row: row["seconds"]) if reaching else None
            first.setdefault(recipe, {})[tuple(which)] = found
    lines = [
        "| recipe | seeds | target distance | epochs | CPU s | seconds | × as fast |",
        f"| {' | '.join(['---'] * 7)} |",
    ]
    for recipe, found in first.items():
        aims = " ".join(f"{targets[which]:.1f}" for which in found)
        ends = [f"| {recipe} | {len(found)} | {aims}"]
        if None in found.values():
            reached = sum(row is not None for row in found.values())
            ends += [f"reached by {reached}", "", "", ""]
        else:
            ratios = [
                first[TARGET_RECIPE][which]["seconds"] / row["seconds"]
                for which, row in found.items()
            ]
            for name, digits in (("epochs", ".2g"), ("cpu_seconds", ".0f"), ("seconds", ".0f")):
                ends.append(" ".join(format(row[name], digits) for row in found.values()))
            ends.append(" ".join(f"{value:.1f}" for value in ratios))
        lines.append(" | ".join(ends) + " |")
    return "\n".join(lines)


def on_all_machines(make):
    """A table for each machine whose results are in the repository, and what that one is."""
    return "\n\n".join(f"{what}\n\n{make(RESULTS / name)}" for name, what in MACHINES.items())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", help="name of a recipe of images")
    parser.add_argument("--epochs", type=float, nargs="+", default=[], help="score after these")
    parser.add_argument("--seconds", type=float, nargs="+", default=[], help="score after these")
    parser.add_argument(
        "--cpu-seconds", type=float, nargs="+", default=[], help="score after these"
    )
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder")
    parser.add_argument("--docs", action="store_true", help="write into docs/performance.md")
    options = parser.parse_args()
    asked = {unit: getattr(options, unit) for unit in UNITS}
    if options.seeds < 1 or min([*itertools.chain(*asked.values()), 1]) <= 0:
        parser.error("epochs and seconds must be above 0, and seeds at least 1")
    if options.recipe:
        budgets = {unit: numbers for unit, numbers in asked.items() if numbers} or {"epochs": [1.0]}
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            print(f"{options.recipe}, seed {seed}", flush=True)
            run(options.recipe, budgets, seed, options.results)
    print(table(options.results), times_table(options.results), sep="\n\n")
    if options.docs:
        times = on_all_machines(times_table)
        report.write_table(report.PAGE, "quality", on_all_machines(table))
        report.write_table(report.PAGE, "time to quality", times)
        (RESULTS / "time_to_quality.md").write_text(times + "\n", encoding="utf-8")
        if at_equal_time := table(RESULTS / ONE_CORE):
            (RESULTS / "equal_time.md").write_text(at_equal_time + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
