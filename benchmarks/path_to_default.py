"""From the lecture's DCGAN to the default recipe, one change at a time, all for as long.

    python benchmarks/path_to_default.py --seconds 60 --seeds 3
    python benchmarks/path_to_default.py                           the table of all results

Every game is judged as benchmarks/quality.py does, after the same seconds of training. Runs land in
benchmarks/results/, and the table in path_to_default.md there, which notebook 05 shows.
"""

import argparse
import json
import pathlib
import statistics

from gan_tf import GAN, builders, data, recipes
from gan_tf.recipes import growing
import keras
import quality
import report

TABLE = "path_to_default.md"


def averaged(seed):
    """The lecture's DCGAN, its running average judged."""
    return recipes.lecture_dcgan(seed)._replace(average_decay=growing.AVERAGE_DECAY)


def regularised(seed):
    """The lecture's networks, without Dropout and with logits, in the default recipe's game."""
    gan = GAN(builders.dcgan_generator(), builders.dcgan_discriminator(dropout=0.0), seed=seed)
    compile_as_growing(gan, growing.SLOW_RATE)
    (images, _), _ = data.load_fashion_mnist(verbose=False)
    steps, size = growing.STEPS_PER_EPOCH, growing.BATCH_SIZE
    batches = data.batches(images, size, seed, steps_per_epoch=steps)
    numbers = (growing.NUM_IMAGES // (steps * size), steps, size, (-1, 1), growing.AVERAGE_DECAY)
    return recipes.Recipe(gan, images, batches, *numbers)


def small(seed):
    """The networks of progressive growing, all sizes from the start, at the papers' rate."""
    recipe = recipes.progressive(seed, without="growing")
    compile_as_growing(recipe.gan, growing.SLOW_RATE)
    return recipe


def compile_as_growing(gan, rate):
    optimizers = [keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99) for _ in range(2)]
    gan.compile(*optimizers, penalty=growing.r1(), steps_per_execution=25)


STEPS = {
    "lecture-dcgan": recipes.lecture_dcgan,
    "running average": averaged,
    "R1 and Adam": regularised,
    "small networks": small,
    "rate 8e-3": lambda seed: recipes.progressive(seed, without="growing"),
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
        found = sorted(folder.glob(f"path_{name.replace(' ', '-')}_seconds_seed*.json"))
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
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--results", type=pathlib.Path, default=quality.RESULTS, help="folder")
    options = parser.parse_args()
    if options.seeds < 1 or min([*(options.seconds or []), 1]) <= 0:
        parser.error("seconds must be above 0, and seeds at least 1")
    if options.seconds:
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            for name in STEPS:
                print(f"{name}, seed {seed}", flush=True)
                budgets = {"seconds": options.seconds}
                quality.run(name, budgets, seed, options.results, make, "path")
    made = table(options.results)
    print(made)
    (options.results / TABLE).write_text(made + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
