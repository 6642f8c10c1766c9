"""How many modes a GAN finds, and how cleanly: each remedy, our best, and our best without a part.

    python benchmarks/modes.py --data ring grid --method best --seeds 3 --minutes 1
    python benchmarks/modes.py --data grid --method plain packing --seeds 3 --steps 4000
    python benchmarks/modes.py                     the tables of all results
    python benchmarks/modes.py --docs              those with a budget of minutes, into
                                                   docs/performance.md

The protocol is PacGAN's (arXiv:1712.04086): 100,000 training points, 2,500 samples judged, of high
quality within three standard deviations of a mode; a perfect sampler gets 98.9 %. If a recipe has a
running average of the generator, the average is judged, and the share of the generator itself is
noted beside it. With --minutes a short trial of the same game first finds how many steps fit, for
the learning rate falls over a number that must be known. A run that turns out slower than its trial
ends early, before its rate has fallen to zero. Minutes are minutes of one core: the processor time
of the process, in which TensorFlow has a single thread. So the time in which a run waits for other
programs does not count. They still make a step slower, by up to a fifth in our runs. Minutes are
those of training alone: tracing and compiling count, scoring does not. Every run is a file in
benchmarks/results/, and the tables of all runs with the same number of steps, which a notebook
shows, are files beside them.
"""

import argparse
import itertools
import json
from pathlib import Path
import statistics
import time

from gan_tf import callbacks, metrics, recipes
import keras
import numpy as np
import report
import tensorflow as tf

RESULTS = Path(__file__).with_name("results")
NUM_SAMPLES = 2_500
TRIAL_STEPS = 5_000  # of which three epochs are played, compiled as a long run is
MARGIN = 0.9  # share of the minutes that is planned for
SHOWN_RAW = ("best", "best without falling rate")  # also scored without their average in a table


class Judge(keras.callbacks.Callback):
    """Scores the generator about twenty times, and ends the run when its seconds are used up.

    Args:
        mixture: `recipes.Mixture`.
        steps_per_epoch: Integer.
        epochs: Integer.
        limit: Float, seconds of processor time for training.
        average: `callbacks.GeneratorAverage` whose generator is judged, or None.
    """

    def __init__(self, mixture, steps_per_epoch, epochs, limit, average=None):
        super().__init__()
        self.mixture, self.steps_per_epoch, self.average = mixture, steps_per_epoch, average
        self.every, self.epochs, self.limit = max(1, epochs // 20), epochs, limit
        self.rows, self.seconds, self.cpu_seconds = [], 0.0, 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self._start, self._cpu_start = time.perf_counter(), time.process_time()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds += time.perf_counter() - self._start
        self.cpu_seconds += time.process_time() - self._cpu_start
        next_end = self.cpu_seconds * (epoch + 2) / (epoch + 1)
        self.model.stop_training = next_end > self.limit
        is_last = epoch + 1 == self.epochs or self.model.stop_training
        if is_last or (epoch + 1) % self.every == 0:
            self.rows.append({"steps": (epoch + 1) * self.steps_per_epoch, **self._row()})

    def _row(self):
        samples = self.model.generate(NUM_SAMPLES, seed=12345)
        raw = self._found(samples)
        found, beside = raw, {}
        if self.average is not None:
            latents = keras.random.normal((NUM_SAMPLES, self.model.latent_dim), seed=12345)
            found = self._found(np.asarray(self.average.generator(latents)))
            beside = {"raw_modes": raw.modes, "raw_high_quality": round(raw.high_quality, 4)}
        return {
            "seconds": round(self.seconds, 1),
            "cpu_seconds": round(self.cpu_seconds, 1),
            "modes": found.modes,
            "high_quality": round(found.high_quality, 4),
            "reverse_kl": round(found.reverse_kl, 4),
            **beside,
        }

    def _found(self, samples):
        return metrics.mode_coverage(samples, self.mixture.centres, self.mixture.std)


def average_of(game):
    """The recipe's running average, or None."""
    decay = game.average_decay
    return None if decay is None else callbacks.GeneratorAverage(decay)


def seconds_per_step(name, method):
    """Processor time of a step, and that of tracing, which every run pays once."""
    keras.utils.set_random_seed(0)
    game = recipes.mixture(name, method, steps=TRIAL_STEPS)
    watchers = [callback for callback in [average_of(game)] if callback]
    times = []
    for epoch in range(3):
        start = time.process_time()
        game.gan.fit(
            game.batches, epochs=epoch + 1, initial_epoch=epoch, callbacks=watchers, verbose=0
        )
        times.append(time.process_time() - start)
    each = min(times[1:])
    return each / game.steps_per_epoch, max(0.0, times[0] - each)


def steps_within(minutes, name, method):
    """How many steps fit into so many minutes of one core, in whole epochs."""
    each, tracing = seconds_per_step(name, method)
    per_epoch = recipes.mixtures.STEPS_PER_EPOCH
    return max(1, int((MARGIN * 60 * minutes - tracing) / each / per_epoch)) * per_epoch


def run(name, method, seed, steps, minutes, folder):
    """Trains one game and writes its result file."""
    keras.utils.set_random_seed(seed)
    game = recipes.mixture(name, method, seed=seed, steps=steps)
    limit = 60 * minutes if minutes else float("inf")
    average = average_of(game)
    judge = Judge(recipes.MIXTURES[name], game.steps_per_epoch, game.epochs, limit, average)
    watchers = [callback for callback in (average, judge) if callback]
    game.gan.fit(game.batches, epochs=game.epochs, callbacks=watchers, verbose=0)
    facts = {"data": name, "method": method, "seed": seed, "minutes": minutes, "steps": steps}
    facts |= {"num_samples": NUM_SAMPLES, **report.machine(), "rows": judge.rows}
    folder.mkdir(parents=True, exist_ok=True)
    budget = f"{minutes:g}min" if minutes else f"{steps}steps"
    path = folder / f"modes_{name}_{method.replace(' ', '-')}_{budget}_seed{seed}.json"
    path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return judge.rows[-1]


def results(folder=RESULTS):
    """Dictionary from (data, budget, method) to the reports of its seeds."""
    groups = {}
    for path in sorted(folder.glob("modes_*.json")):
        found = json.loads(path.read_text("utf-8"))
        budget = f"{found['minutes']:g}" if found["minutes"] else f"{found['steps']:,} steps"
        groups.setdefault((found["data"], budget, found["method"]), []).append(found)
    return groups


def spread(shares):
    """The median of shares, and the least and the largest in brackets where there are several."""
    low, high = (f"{100 * share:.1f}" for share in (min(shares), max(shares)))
    return f"{statistics.median(shares):.1%}" + (f" ({low} to {high})" if len(shares) > 1 else "")


def timed_table(folder=RESULTS):
    """The runs with a budget of minutes as a markdown table, medians over the seeds."""
    columns = ["data", "minutes of one core", "method", "seeds", "steps", "seconds of one core"]
    columns += ["modes", "high quality", "the generator itself", "reverse KL"]
    groups = {key: runs for key, runs in results(folder).items() if runs[0]["minutes"]}
    ordered = sorted(groups.items(), key=lambda pair: (pair[0][0], pair[1][0]["minutes"], pair[0]))
    lines = [timed_line(*key, [run["rows"][-1] for run in runs]) for key, runs in ordered]
    return report.markdown(columns, lines)


def timed_line(name, budget, method, rows):
    """Cells of one row; the fewest modes of a seed, and of other numbers the median."""
    steps, seconds, kl = (
        statistics.median(row[column] for row in rows)
        for column in ("steps", "cpu_seconds", "reverse_kl")
    )
    raw = [row["raw_high_quality"] for row in rows if "raw_high_quality" in row]
    modes = f"{min(row['modes'] for row in rows)} of {len(recipes.MIXTURES[name].centres)}"
    shares = spread([row["high_quality"] for row in rows]), spread(raw) if raw else "-"
    numbers = str(len(rows)), f"{steps:,.0f}", f"{seconds:.0f}"
    return [name, budget, method, *numbers, modes, *shares, f"{kl:.3f}"]


def table_of_steps(steps, folder=RESULTS):
    """All games of so many steps as a markdown table, in the order of the remedies.

    The quality is the median over the seeds, and in brackets that of the worst and the best one;
    modes and reverse KL are those of the worst seed. Times leave out the first epoch, in which
    TensorFlow traces and compiles.
    """
    groups, budget = results(folder), f"{steps:,} steps"
    columns = ["game", "seeds"]
    for name in recipes.MIXTURES:
        columns += [f"{name}: fewest modes", f"{name}: high quality", f"{name}: reverse KL"]
    runs = {m: [groups.get((n, budget, m), []) for n in recipes.MIXTURES] for m in recipes.REMEDIES}
    runs = {method: each for method, each in runs.items() if all(each)}
    unit = step_time(runs["plain"]) if "plain" in runs else float("nan")
    lines = []
    for method, each in runs.items():
        cost = f"{step_time(each) / unit:.1f}"
        lines.append([method, str(len(each[0])), *quality_cells(each, ""), cost])
        if method in SHOWN_RAW and all("raw_modes" in run["rows"][-1] for run in sum(each, [])):
            raw = quality_cells(each, "raw_")
            lines.append([f"{method}, the generator itself", str(len(each[0])), *raw, cost])
    return report.markdown([*columns, "time of a step"], lines)


def quality_cells(runs_of_mixtures, prefix):
    """Cells of a game: fewest modes, high quality and largest reverse KL, for each mixture."""
    for runs in runs_of_mixtures:
        rows = [run["rows"][-1] for run in runs]
        yield str(min(row[f"{prefix}modes"] for row in rows))
        yield spread([row[f"{prefix}high_quality"] for row in rows])
        yield "-" if prefix else f"{max(row['reverse_kl'] for row in rows):.3f}"


def step_time(runs_of_mixtures):
    """Median processor time of a step in seconds, over all runs, without the first epoch."""
    times = []
    for run in sum(runs_of_mixtures, []):
        first, last = run["rows"][0], run["rows"][-1]
        steps = max(1, last["steps"] - first["steps"])
        times.append((last["cpu_seconds"] - first["cpu_seconds"]) / steps)
    return statistics.median(times)


def write_tables(folder=RESULTS):
    """Writes a table for each number of steps, and one of the runs with a budget of minutes."""
    runs = sum(results(folder).values(), [])
    made = {
        f"modes_{n}steps.md": table_of_steps(n, folder)
        for n in sorted({run["steps"] for run in runs if not run["minutes"]})
    }
    made["modes_minutes.md"] = timed_table(folder)
    for name, text in made.items():
        (folder / name).write_text(text + "\n", encoding="utf-8")
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=list(recipes.MIXTURES), default=[])
    parser.add_argument("--method", nargs="+", choices=list(recipes.REMEDIES), default=["best"])
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    budget = parser.add_mutually_exclusive_group()
    budget.add_argument("--minutes", type=float, help="of one core, for each seed")
    budget.add_argument("--steps", type=int, default=4_000, help="of the generator")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder")
    parser.add_argument("--docs", action="store_true", help="write into docs/performance.md")
    options = parser.parse_args()
    if options.seeds < 1 or options.steps < 1 or (options.minutes or 1) <= 0:
        parser.error("seeds and steps must be at least 1, and minutes above 0")
    if options.minutes:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    for name, method in itertools.product(options.data, options.method):
        minutes, steps = options.minutes, options.steps
        if minutes:
            steps = steps_within(minutes, name, method)
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            last = run(name, method, seed, steps, minutes, options.results)
            print(f"{name}, {method}, seed {seed}: {last}", flush=True)
    if not options.data:
        print(*write_tables(options.results).values(), sep="\n\n")
    if options.docs:
        report.write_table(report.PAGE, "modes", timed_table(options.results))


if __name__ == "__main__":
    main()
