"""How long a step takes: the lecture's loop, a `train_step` of one's own, ours, and PyTorch.

    python benchmarks/speed.py                     float32, batch size 32, all contenders
    python benchmarks/speed.py --grid dense DCGAN  these in bfloat16 too, and batches of 128, 256
    … --games --grid WGAN-GP --precision float32   only the larger batches of one, without bfloat16
    … --steps 4             short stretches, where a step takes seconds
    python benchmarks/speed.py --torch PYTHON      with PyTorch, from another environment
    python benchmarks/speed.py --results FOLDER    the table also into speed.md there, as it grows

Machines are noisy, so all contenders take turns in every round, the product of large matrices
among them, and the tables give medians, and ratios of what was measured in the same round. The
first stretch of each contender, in which graphs are traced and compiled, is not counted and shown
apart. PyTorch is measured where it is installed: in this environment, or in the one whose Python
`--torch` (or the variable GAN_TF_TORCH_PYTHON) names.
"""

import argparse
import contextlib
import importlib.util
import itertools
import os
import pathlib
import statistics
import subprocess
import sys
import time

import report
import speed_games
from speed_games import GAMES

BATCH_SIZES, PRECISIONS = (32, 128, 256), ("float32", "bfloat16")
BASELINES = ("lecture's loop", "own train_step", "PyTorch eager")


class TorchContender:
    """A process that trains a stretch for every line it reads."""

    def __init__(self, python, name, batch_size, precision, mode):
        script = pathlib.Path(__file__).with_name("speed_torch.py")
        command = [python, str(script), name, str(batch_size), precision, mode]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, num_steps):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(f"{num_steps}\n")
            self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"PyTorch's process ended: {' '.join(self.process.args)}")
        return float(answer)

    def close(self):
        self.process.communicate()


def torch_python(option):
    """The Python that has PyTorch, or None."""
    if option or os.environ.get("GAN_TF_TORCH_PYTHON"):
        return option or os.environ["GAN_TF_TORCH_PYTHON"]
    return sys.executable if importlib.util.find_spec("torch") else None


def contenders(name, batch_size, precision, torch, only):
    """Dictionary from names to functions from a number of steps to seconds."""
    game, of = GAMES[name], speed_games
    makers = {"GAN.fit": lambda: of.gan_contender(game, batch_size)}
    if game.kind == "r1":
        makers["GAN.fit, R1 every 4th"] = lambda: of.gan_contender(game, batch_size, interval=4)
    if game.kind == "lecture":
        makers["train_gan"] = lambda: of.train_gan_contender(game, batch_size)
        if name == "dense":
            compiled = {"jit_compile": True}
            makers["train_gan, XLA"] = lambda: of.train_gan_contender(game, batch_size, **compiled)
        makers["lecture's loop"] = lambda: of.lecture_contender(game, batch_size)
    makers["own train_step"] = lambda: of.own_step_contender(game, batch_size)
    for mode in ("eager", "compiled") if torch else ():
        case = (torch, name, batch_size, precision, mode)
        makers[f"PyTorch {mode}"] = lambda case=case: TorchContender(*case)
    return {which: make() for which, make in makers.items() if only is None or which in only}


def measure(name, batch_size, precision, rounds, torch, only=None, num_steps=None):
    """What a round gave, for each round: seconds a step of all contenders, and the matrix speed."""
    num_steps = num_steps or max(4, GAMES[name].num_steps * 32 // batch_size)
    policy = "mixed_bfloat16" if precision == "bfloat16" else "float32"
    found = {"tracing": {}, "rounds": [], "matrix_speeds": []}
    with speed_games.policy_of(policy):
        operations = speed_games.operations(GAMES[name], batch_size)
        racing = contenders(name, batch_size, precision, torch, only)
        for which, train in racing.items():
            start = time.perf_counter()
            train(num_steps)
            found["tracing"][which] = time.perf_counter() - start
        for _ in range(rounds):
            speed = report.matrix_speed(precision)
            steps = {which: train(num_steps) / num_steps for which, train in racing.items()}
            found["rounds"].append({"steps": steps, "matrix_seconds": operations / speed})
            found["matrix_speeds"].append(speed)
        for train in racing.values():
            if hasattr(train, "close"):
                train.close()
    return {**found, "case": (name, batch_size, precision)}


def table(results):
    """Markdown: a row for each contender of each case."""
    columns = ["network", "batch", "precision", "trained by", "ms a step", "min to max"]
    columns += ["images/s", *(f"× {baseline}" for baseline in BASELINES)]
    columns += ["share of matrix speed", "first stretch, s"]
    lines = [f"| {' | '.join(columns)} |", f"| {' | '.join(['---'] * len(columns))} |"]
    for result in results:
        lines += [row(result, which) for which in result["tracing"]]
    return "\n".join(lines)


def page(results):
    """The table, and how it is to be read."""
    speeds = {}
    for result in results:
        speeds.setdefault(result["case"][2], []).extend(result["matrix_speeds"])
    speeds = ", ".join(f"{kind} {statistics.median(s) / 1e9:.0f}" for kind, s in speeds.items())
    return (
        f"{table(results)}\n\nA step is one update of the generator and all of the discriminator's "
        f"that belong to it. Medians of {len(results[0]['rounds'])} rounds; × is how many times as "
        "fast. Matrix speed: product of 2,048 × 2,048 matrices in TensorFlow, GFLOP/s: "
        f"{speeds}."
    )


def row(result, which):
    """One contender: medians over the rounds."""
    name, batch_size, precision = result["case"]
    rounds = result["rounds"]
    steps = [each["steps"][which] for each in rounds]
    step = statistics.median(steps)
    images = batch_size * GAMES[name].discriminator_steps / step
    share = statistics.median(each["matrix_seconds"] / each["steps"][which] for each in rounds)
    does_all = "every" not in which  # a lazy penalty leaves out some of the arithmetic
    cells = [
        *(name, str(batch_size), precision, which),
        *(f"{1e3 * step:.3g}", f"{1e3 * min(steps):.3g} to {1e3 * max(steps):.3g}"),
        f"{images:,.0f}",
        *(ratio(rounds, which, baseline) for baseline in BASELINES),
        *(f"{share:.0%}" if does_all else "", f"{result['tracing'][which]:.1f}"),
    ]
    return f"| {' | '.join(cells)} |"


def ratio(rounds, which, baseline):
    """How many times as fast as the baseline, round by round."""
    if baseline not in rounds[0]["steps"]:
        return ""
    pairs = [(each["steps"][baseline], each["steps"][which]) for each in rounds]
    return f"{statistics.median(a / b for a, b in pairs):.2f}"


def main():
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, help="of a stretch, instead of the game's own number")
    parser.add_argument("--games", nargs="*", choices=GAMES, default=list(GAMES))
    parser.add_argument("--grid", nargs="+", choices=GAMES, default=[], help="see above")
    parser.add_argument("--precision", choices=PRECISIONS, help="the only one of the grid")
    parser.add_argument("--results", type=pathlib.Path, metavar="FOLDER", help="see above")
    parser.add_argument("--torch", metavar="PYTHON")
    options = parser.parse_args()
    if options.rounds < 1 or (options.steps is not None and options.steps < 1):
        parser.error("--rounds and --steps must be at least 1")
    if not options.games and not options.grid:
        parser.error("--games or --grid must name a game")
    if options.results:
        options.results.mkdir(parents=True, exist_ok=True)
    precisions = [options.precision] if options.precision else PRECISIONS
    torch = torch_python(options.torch)
    results = []

    def show(name, batch_size, precision, only=None):
        case = (name, batch_size, precision, options.rounds, torch, only, options.steps)
        results.append(measure(*case))
        print(table(results[-1:]), flush=True)
        if options.results:
            (options.results / "speed.md").write_text(page(results) + "\n", encoding="utf-8")

    for name in options.games:
        show(name, 32, "float32")
    for name in options.grid:
        for batch_size, precision in itertools.product(BATCH_SIZES, precisions):
            if (batch_size, precision) != (32, "float32"):
                show(name, batch_size, precision, ("GAN.fit", "PyTorch eager"))
    print(page(results))
    if not torch:
        print("PyTorch is not installed here; --torch PYTHON names a Python that has it.")


if __name__ == "__main__":
    main()
