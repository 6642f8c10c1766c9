"""How many modes a GAN finds, and how cleanly: each remedy, and our best.

    python benchmarks/modes.py --data ring --method best --seeds 3 --minutes 5
    python benchmarks/modes.py --data grid --method plain packing --seeds 3 --steps 4000
    python benchmarks/modes.py                     the table of all results
    python benchmarks/modes.py --docs              those with a budget of minutes, into
                                                   docs/performance.md

The protocol is PacGAN's (arXiv:1712.04086): 100,000 training points, 2,500 samples judged, of high
quality within three standard deviations of a mode; a perfect sampler gets 98.9 %. With --minutes a
short trial of the same game first finds how many steps fit, for the learning rate falls over a
number that must be known. A run that is slower than its trial ends before its minutes are over.
Minutes are those of training alone: tracing counts, scoring does not. Every run is a file in
benchmarks/results/.
"""

import argparse
import itertools
import json
from pathlib import Path
import statistics
import time

from gan_tf import metrics, recipes
import keras
import report

RESULTS = Path(__file__).with_name("results")
NUM_SAMPLES = 2_500
TRIAL_STEPS = 500
MARGIN = 0.9  # share of the minutes that is planned for


class Judge(keras.callbacks.Callback):
    """Scores the generator about twenty times, and ends the run when its seconds are used up.

    Args:
        mixture: `recipes.Mixture`.
        steps_per_epoch: Integer.
        epochs: Integer.
        limit: Float, seconds of training.
    """

    def __init__(self, mixture, steps_per_epoch, epochs, limit):
        super().__init__()
        self.mixture, self.steps_per_epoch = mixture, steps_per_epoch
        self.every, self.epochs, self.limit = max(1, epochs // 20), epochs, limit
        self.rows, self.seconds, self.cpu_seconds = [], 0.0, 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self._start, self._cpu_start = time.perf_counter(), time.process_time()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds += time.perf_counter() - self._start
        self.cpu_seconds += time.process_time() - self._cpu_start
        next_end = self.seconds * (epoch + 2) / (epoch + 1)
        self.model.stop_training = next_end > self.limit
        is_last = epoch + 1 == self.epochs or self.model.stop_training
        if is_last or (epoch + 1) % self.every == 0:
            self.rows.append({"steps": (epoch + 1) * self.steps_per_epoch, **self._row()})

    def _row(self):
        samples = self.model.generate(NUM_SAMPLES, seed=12345)
        found = metrics.mode_coverage(samples, self.mixture.centres, self.mixture.std)
        return {
            "seconds": round(self.seconds, 1),
            "cpu_seconds": round(self.cpu_seconds, 1),
            "modes": found.modes,
            "high_quality": round(found.high_quality, 4),
            "reverse_kl": round(found.reverse_kl, 4),
        }


def seconds_per_step(name, method):
    """Wall time of a step, without the tracing that every run pays once: (seconds, tracing)."""
    keras.utils.set_random_seed(0)
    game = recipes.mixture(name, method, steps=TRIAL_STEPS)
    times = []
    for _ in range(2):
        start = time.perf_counter()
        game.gan.fit(game.batches, epochs=1, verbose=0)
        times.append(time.perf_counter() - start)
    return times[1] / TRIAL_STEPS, max(0.0, times[0] - times[1])


def steps_within(minutes, name, method):
    """How many steps fit into so many minutes, in whole epochs."""
    each, tracing = seconds_per_step(name, method)
    per_epoch = recipes.mixtures.STEPS_PER_EPOCH
    return max(1, int((MARGIN * 60 * minutes - tracing) / each / per_epoch)) * per_epoch


def run(name, method, seed, steps, minutes, folder):
    """Trains one game and writes its result file."""
    keras.utils.set_random_seed(seed)
    game = recipes.mixture(name, method, seed=seed, steps=steps)
    limit = 60 * minutes if minutes else float("inf")
    judge = Judge(recipes.MIXTURES[name], game.steps_per_epoch, game.epochs, limit)
    game.gan.fit(game.batches, epochs=game.epochs, callbacks=[judge], verbose=0)
    facts = {"data": name, "method": method, "seed": seed, "minutes": minutes, "steps": steps}
    facts |= {"num_samples": NUM_SAMPLES, **report.machine(), "rows": judge.rows}
    folder.mkdir(parents=True, exist_ok=True)
    budget = f"{minutes:g}min" if minutes else f"{steps}steps"
    path = folder / f"modes_{name}_{method.replace(' ', '-')}_{budget}_seed{seed}.json"
    path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return judge.rows[-1]


def table(folder=RESULTS, timed=False):
    """The results as a markdown table: a row for each game and budget, medians over the seeds.

    With `timed`, only runs with a budget of minutes.
    """
    groups = {}
    for path in sorted(folder.glob("modes_*.json")):
        found = json.loads(path.read_text("utf-8"))
        if timed and not found["minutes"]:
            continue
        budget = f"{found['minutes']:g} min" if found["minutes"] else f"{found['steps']:,} steps"
        groups.setdefault((found["data"], budget, found["method"]), []).append(found["rows"][-1])
    columns = "data, budget, method, seeds, steps, seconds, CPU s, modes, high quality, reverse KL"
    columns = columns.split(", ")
    lines = [f"| {' | '.join(columns)} |", f"| {' | '.join(['---'] * len(columns))} |"]
    return "\n".join(lines + [line(*key, rows) for key, rows in sorted(groups.items())])


def line(name, budget, method, rows):
    """One row of the table, with medians, and the least and the largest share in brackets."""

    def median(column):
        return statistics.median(row[column] for row in rows)

    shares = sorted(100 * row["high_quality"] for row in rows)
    spread = f" ({shares[0]:.1f} to {shares[-1]:.1f})" if len(rows) > 1 else ""
    return (
        f"| {name} | {budget} | {method} | {len(rows)} | {median('steps'):,.0f} "
        f"| {median('seconds'):.0f} | {median('cpu_seconds'):.0f} "
        f"| {median('modes'):g} of {len(recipes.MIXTURES[name].centres)} "
        f"| {median('high_quality'):.1%}{spread} | {median('reverse_kl'):.3f} |"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=list(recipes.MIXTURES), default=[])
    parser.add_argument("--method", nargs="+", choices=list(recipes.REMEDIES), default=["best"])
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    budget = parser.add_mutually_exclusive_group()
    budget.add_argument("--minutes", type=float, help="of training, for each seed")
    budget.add_argument("--steps", type=int, default=4_000, help="of the generator")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder")
    parser.add_argument("--docs", action="store_true", help="write into docs/performance.md")
    options = parser.parse_args()
    if options.seeds < 1 or options.steps < 1 or (options.minutes or 1) <= 0:
        parser.error("seeds and steps must be at least 1, and minutes above 0")
    for name, method in itertools.product(options.data, options.method):
        minutes, steps = options.minutes, options.steps
        if minutes:
            steps = steps_within(minutes, name, method)
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            last = run(name, method, seed, steps, minutes, options.results)
            print(f"{name}, {method}, seed {seed}: {last}", flush=True)
    print(table(options.results))
    if options.docs:
        report.write_table(report.PAGE, "modes", table(options.results, timed=True))


if __name__ == "__main__":
    main()
