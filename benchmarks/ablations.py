"""What each part of progressive growing, and each step to a style-based generator, is worth here.

    python benchmarks/ablations.py --of progressive --seeds 3
    python benchmarks/ablations.py --of style --seeds 3
    python benchmarks/ablations.py                   the tables of all results

Garments of 16 × 16 pixels; all games of one table see the same number of them. The running average
of the generator is judged, as in the papers, by two distances: the Fréchet classifier distance of
10,000 samples, the pixels enlarged as those of the test images are, and the sliced Wasserstein
distance of 2,048 samples, which looks at pixels of every scale. Every run is a file in
benchmarks/results/, and the tables, which the notebooks show, are files beside them.
"""

import argparse
import functools
import json
from pathlib import Path
import re
import statistics
import time

from gan_tf import callbacks, data, metrics, recipes
import keras
import numpy as np
import quality
import report

RESULTS = quality.RESULTS
NUM_IMAGES = 24_000  # real ones of each game
PHASE = 1_200  # real images over which a size fades in, or is trained on
RESOLUTION = 16
NUM_SLICED = 2_048
WHOLE = "all parts"
FIRST_STEP, LAST_STEP = recipes.STYLE_STEPS[0], recipes.STYLE_STEPS[-1]
OTHER_RULES = "with the rate and R1 of progressive growing"


def with_the_rules_of_progressive_growing(recipe):
    """The same game with the learning rate and the weight of R1 that `progressive` has."""
    adams = recipes.growing.adams(recipes.growing.RATE)
    recipe.gan.compile(
        *adams, loss="non_saturating", penalty=recipes.growing.r1(), steps_per_execution=25
    )
    return recipe


GAMES = {
    "progressive": {
        WHOLE: recipes.progressive,
        **{
            f"without {part}": lambda seed, part=part, **kwargs: recipes.progressive(
                seed, part, **kwargs
            )
            for part in recipes.PARTS
        },
    },
    "style": {
        ("" if step == recipes.STYLE_STEPS[0] else "+ ") + step: (
            lambda seed, step=step, **kwargs: recipes.style(seed, step, **kwargs)
        )
        for step in recipes.STYLE_STEPS
    }
    # Two controls show what the rules alone do to the first and to the last of these networks.
    | {
        f"{FIRST_STEP}, {OTHER_RULES}": recipes.progressive,
        f"all steps, {OTHER_RULES}": lambda seed, **kwargs: with_the_rules_of_progressive_growing(
            recipes.style(seed, LAST_STEP, **kwargs)
        ),
    },
}
# This control is the first game of the other table, and is not played twice.
SAME = {("style", f"{FIRST_STEP}, {OTHER_RULES}"): ("progressive", WHOLE)}


def run(of, name, seed, num_images, folder):
    """Trains one game, judges it, and writes its result file."""
    keras.utils.set_random_seed(seed)
    recipe = GAMES[of][name](seed, num_images=num_images, phase=PHASE, resolution=RESOLUTION)
    average = callbacks.GeneratorAverage(recipe.average_decay)
    start = time.process_time()
    recipe.gan.fit(recipe.batches, epochs=recipe.epochs, callbacks=[average], verbose=0)
    spent = {"cpu_seconds": time.process_time() - start}
    values = {name: round(float(value), 4) for name, value in {**spent, **judge(average)}.items()}
    facts = {"of": of, "name": name, "seed": seed, "num_images": num_images}
    facts |= {"num_samples": quality.NUM_SAMPLES, "num_sliced": NUM_SLICED, **report.machine()}
    folder.mkdir(parents=True, exist_ok=True)
    words = "-".join(re.findall("[a-z0-9]+", name.lower()))
    path = folder / f"ablation_{of}_{words}_{num_images}images_seed{seed}.json"
    path.write_text(json.dumps({**facts, **values}, indent=1) + "\n", encoding="utf-8")
    return values


def small(images):
    """Real images at the size of the games."""
    return data.shrunk(data.padded(images, recipes.growing.RESOLUTION), RESOLUTION)


@functools.cache
def reference():
    """Scores against the test images, seen as the samples are, and facts of what stands beside."""
    (images, _), (test_images, _) = data.load_fashion_mnist(verbose=False)
    real, other = (small(each[: quality.NUM_SAMPLES]) for each in (test_images, images))
    seen = [quality.judged(each, (-1, 1)) for each in (real, other)]
    scores = metrics.Scores(metrics.Reference(metrics.fashion_mnist_encoder(), *seen))
    distance = scores.report(seen[1])[0]
    facts = {"floor": distance.floor, "ceiling": distance.ceiling}
    facts["sliced_floor"] = sliced(real, other)
    return scores, real, facts


def sliced(real, made):
    """Sliced Wasserstein distance of a part of the images."""
    return metrics.sliced_wasserstein(real[:NUM_SLICED], made[:NUM_SLICED]).mean


def judge(average):
    """Dict of the two distances with their floors, of recall, and of the classes present."""
    scores, real, facts = reference()
    samples = np.clip(quality.samples_of(average, quality.NUM_SAMPLES), -1, 1)
    values = scores(quality.judged(samples, (-1, 1)))
    return {**values, "sliced_wasserstein": sliced(real, samples), **facts}


def table(of, folder=RESULTS):
    """The results as a markdown table, in the order of the games, means over the seeds."""
    found = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("ablation_*.json"))]
    games = [SAME.get((of, name), (of, name)) for name in GAMES[of]]
    runs = [run for run in found if (run["of"], run["name"]) in games]
    columns = (
        "game, images, seeds, Fréchet classifier distance, sliced Wasserstein, recall, classes"
    )
    columns = [*columns.split(", "), "CPU s"]
    lines = [f"| {' | '.join(columns)} |", f"| {' | '.join(['---'] * len(columns))} |"]
    for num_images in sorted({run["num_images"] for run in runs}):
        for name, game in zip(GAMES[of], games, strict=True):
            same = [r for r in runs if (r["of"], r["name"], r["num_images"]) == (*game, num_images)]
            lines += [line(name, num_images, same)] if same else []
    if runs:
        floor, sliced = (statistics.mean(r[n] for r in runs) for n in ("floor", "sliced_floor"))
        ceiling = statistics.mean(run["ceiling"] for run in runs)
        lines += ["", f"Other real images: {floor:.1f} and {sliced:.0f}; noise: {ceiling:.0f}."]
    return "\n".join(lines)


def line(name, num_images, runs):
    """One row of the table."""

    def shown(column, digits):
        return report.mean_and_spread([run[column] for run in runs], digits)

    cells = [name, f"{num_images:,}", str(len(runs)), shown("frechet_classifier_distance", 1)]
    cells += [shown("sliced_wasserstein", 0), shown("recall", 2)]
    cells += [f"{statistics.mean(run['classes_present'] for run in runs):.3g}"]
    cells += [f"{statistics.mean(run['cpu_seconds'] for run in runs):.0f}"]
    return f"| {' | '.join(cells)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--of", choices=list(GAMES), help="which table")
    parser.add_argument("--games", type=int, nargs="+", help="numbers of its rows, from 0")
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--images", type=int, default=NUM_IMAGES, help="real ones of each game")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder")
    options = parser.parse_args()
    if options.seeds < 1:
        parser.error("seeds must be at least 1")
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        for number, name in enumerate(GAMES.get(options.of, ())):
            is_wanted = options.games is None or number in options.games
            if is_wanted and (options.of, name) not in SAME:
                values = run(options.of, name, seed, options.images, options.results)
                print(f"{options.of}, {name}, seed {seed}: {values}", flush=True)
    for of in GAMES:
        made = table(of, options.results)
        print(made, end="\n\n")
        (options.results / f"ablation_{of}.md").write_text(made + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
