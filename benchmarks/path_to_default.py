"""From the lecture's DCGAN to the default recipe, one change at a time, all for as long.

    python benchmarks/path_to_default.py --seconds 60 --seeds 3
    python benchmarks/path_to_default.py --seconds 60 --steps growing
    python benchmarks/path_to_default.py                           the table of all results

Every game is judged as benchmarks/quality.py does, after the same seconds of training. Runs land in
benchmarks/results/, and the table in path_to_default.md there, which docs/performance.md explains.
"""

import argparse
import json
import pathlib
import statistics

from gan_tf import recipes
from gan_tf.recipes import garments
import keras
import quality
import report

TABLE = "path_to_default.md"


def averaged(seed):
    """The lecture's DCGAN, its running average judged."""
    return recipes.lecture_dcgan(seed)._replace(average_decay=garments.AVERAGE_DECAY)


def equalized(seed):
    """The networks of progressive growing, all sizes from the start, at their rate."""
    return recipes.progressive(seed, without="growing")


LECTURES, HALVED = (128, 64), garments.FILTERS  # feature maps
STEPS = {
    "lecture-dcgan": recipes.lecture_dcgan,
    "running average": averaged,
    "half the width": lambda seed: recipes.lecture_dcgan(seed, HALVED),
    "R1 and Adam": lambda seed: recipes.dcgan(seed, LECTURES, 1e-3),
    "falling rate": lambda seed: recipes.dcgan(seed, LECTURES),
    "R1 and Adam, half the width": lambda seed: recipes.dcgan(seed, HALVED, 1e-3),
    "falling rate, half the width": recipes.dcgan,
    "equalized networks": equalized,
    "growing": recipes.progressive,
}


def make(name, seed):
    keras.utils.set_random_seed(seed)
    return STEPS[name](seed=seed)


def table(folder):
    """Markdown: a row for each step of the path, seeds taken together."""
    lines = [
        "| step | seconds | seeds | images | CPU s | distance | recall | classes |",
        f"| {' | '.join(['---'] * 8)} |",
    ]
    for name in STEPS:
        found = sorted(folder.glob(f"path_{quality.file_name(name)}_seconds_seed*.json"))
        by_budget = {}
        for path in found:
            for row in json.loads(path.read_text("utf-8"))["rows"]:
                by_budget.setdefault(row["budget"], []).append(row)
        lines += [line(name, rows) for _, rows in sorted(by_budget.items())]
    return "\n".join(lines)


def line(name, rows):
    def mean(column):
        return statistics.mean(row[column] for row in rows)

    distance = report.mean_and_spread([row[quality.DISTANCE] for row in rows], 1)
    return (
        f"| {name} | {mean('seconds'):.0f} | {len(rows)} "
        f"| {mean('epochs') * quality.IMAGES_PER_EPOCH:,.0f} | {mean('cpu_seconds'):.0f} "
        f"| {distance} | {mean('recall'):.2f} "
        f"| {mean('classes_present'):.3g} |"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, nargs="+", help="score after these")
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=list(STEPS), metavar="NAME")
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--results", type=pathlib.Path, default=quality.RESULTS, help="folder")
    options = parser.parse_args()
    if options.seeds < 1 or min([*(options.seconds or []), 1]) <= 0:
        parser.error("seconds must be above 0, and seeds at least 1")
    if options.seconds:
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            for name in options.steps:
                print(f"{name}, seed {seed}", flush=True)
                budgets = {"seconds": options.seconds}
                quality.run(name, budgets, seed, options.results, make, "path")
    made = table(options.results)
    print(made)
    (options.results / TABLE).write_text(made + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
