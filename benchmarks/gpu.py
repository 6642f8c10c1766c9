"""Everything that a GPU has to show, in eight minutes: tests, first steps, PyTorch, large faces.

    python benchmarks/gpu.py --results FOLDER                    all parts, each with its limit
    python benchmarks/gpu.py --results FOLDER --parts ways       some of them
    python benchmarks/gpu.py --results FOLDER --torch PYTHON     PyTorch in another environment

The parts, each a process of its own that is stopped at its limit; what it has measured until then
stays in the folder:

- tests (180 s): those with the mark `gpu`;
- ways (150 s): for networks from points to a style-based generator and batches of 32 and 256, how
  long the first 25 steps take and each step afterwards, with four ways to play steps. From these,
  the table says which way is through most steps after a minute, and after an hour;
- torch (75 s): the DCGAN beside PyTorch, eager and compiled (benchmarks/speed.py);
- faces (75 s): images a second and memory of the style-based generator at 128 × 128, in float32,
  mixed_bfloat16 and mixed_float16.

It works on a CPU too, as a trial. What was measured lands in FOLDER as ways.json, faces.json and
text files.
"""

import argparse
import itertools
import json
from pathlib import Path
import subprocess
import sys
import time
from unittest import mock

LIMITS = {"tests": 180, "ways": 150, "torch": 75, "faces": 75}  # seconds
ROOT = Path(__file__).resolve().parent.parent
STEPS = 25  # of an execution
WAYS = {  # name: whether XLA compiles, and whether the steps are played in our own loop
    "XLA, a program for each step": (True, False),
    "XLA, one program for all": (True, True),
    "Keras's loop": (False, False),
    "our loop": (False, True),
}
SIZES = {"progressive": 32, "style": 64}  # pixels
NETWORKS = ("points", "dense", "DCGAN", "progressive", "style")
BATCHES = (32, 256)
POLICIES = ("float32", "mixed_bfloat16", "mixed_float16")
RUNS = {"a minute": 60, "an hour": 3600}


def run_parts(parts, folder, torch):
    """Runs each part in a process of its own, and ends it at its limit."""
    for part in parts:
        command = [sys.executable, __file__, "--results", str(folder), "--inside", part]
        if part == "tests":
            options = ["-q", "-m", "gpu", "-p", "no:cacheprovider", "--durations=5"]
            command = [sys.executable, "-m", "pytest", "tests", *options]
        if part == "torch":
            script = str(ROOT / "benchmarks" / "speed.py")
            command = [sys.executable, script, "--games", "DCGAN", "--rounds", "3"]
            command += ["--results", str(folder), *(["--torch", torch] if torch else [])]
        start = time.perf_counter()
        with (folder / f"{part}.txt").open("w") as output:
            try:
                code = subprocess.run(
                    command, cwd=ROOT, stdout=output, stderr=output, timeout=LIMITS[part]
                ).returncode
            except subprocess.TimeoutExpired:
                code = "stopped at its limit"
        print(f"{part}: {time.perf_counter() - start:.0f} s, ended with {code}", flush=True)


def game_of(network, batch_size, size=None):
    """A game that is not compiled, and a batch of noise in the shape of its images."""
    from gan_tf import GAN, builders, recipes
    import keras
    import numpy as np

    keras.utils.set_random_seed(0)
    if network in ("progressive", "style"):  # their last size, as an ordinary game
        size, channels = size or SIZES[network], {"progressive": 1, "style": 3}[network]
        build = getattr(builders, f"{network}_generator")
        judge = builders.progressive_discriminator(size, channels=channels)
        gan = recipes.grown(build(size, channels=channels), judge)
    else:
        kind = {"points": "point", "dense": "dense", "DCGAN": "dcgan"}[network]
        players = (getattr(builders, f"{kind}_{role}") for role in ("generator", "discriminator"))
        gan = GAN(*(build() for build in players), seed=0)
    noise = np.random.default_rng(0).uniform(-1, 1, (batch_size, *gan.data_shape))
    return gan, noise.astype("float32")


def stretch_of(noise):
    """A dataset of one execution's steps, each with the same batch."""
    import tensorflow as tf

    batches = tf.data.Dataset.from_tensors(noise).repeat(STEPS)
    return batches.apply(tf.data.experimental.assert_cardinality(STEPS))


def timed(network, batch_size, way, stretches=3):
    """Seconds until the first steps are over, and milliseconds of a step in each later stretch."""
    from gan_tf.training import multistep
    import keras

    jit_compile, own_loop = WAYS[way]
    gan, noise = game_of(network, batch_size)
    batches = stretch_of(noise)
    with mock.patch.object(multistep, "is_for", lambda game: own_loop):
        adams = [keras.optimizers.Adam(1e-4, 0.5) for _ in range(2)]
        gan.compile(*adams, jit_compile=jit_compile, steps_per_execution=STEPS)
        times = []
        for _ in range(1 + stretches):
            start = time.perf_counter()
            gan.fit(batches, verbose=0)
            times.append(time.perf_counter() - start)
    return {"first": times[0], "steps": [1e3 * each / STEPS for each in times[1:]]}


def measure_ways(folder, networks=NETWORKS, batch_sizes=BATCHES):
    """Times every case, cheap networks first, and writes what there is after each."""
    found = []
    for batch_size, network, way in itertools.product(batch_sizes, networks, WAYS):
        case = {"network": network, "batch": batch_size, "way": way}
        found.append({**case, **timed(network, batch_size, way)})
        (folder / "ways.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        print(found[-1], flush=True)
    return found


def steps_within(seconds, found):
    """How many steps are over after so many seconds of a run."""
    step = sorted(found["steps"])[len(found["steps"]) // 2] / 1e3
    return max(0.0, STEPS + (seconds - found["first"]) / step)


def ways_table(found):
    """Markdown: the times of each case, and where its way is the best for a run of some length."""
    import report

    lines = []
    for each in found:
        alike = [o for o in found if (o["network"], o["batch"]) == (each["network"], each["batch"])]
        best = [
            name
            for name, seconds in RUNS.items()
            if steps_within(seconds, each) == max(steps_within(seconds, o) for o in alike)
        ]
        step = sorted(each["steps"])[len(each["steps"]) // 2]
        cells = [each["network"], str(each["batch"]), each["way"], f"{each['first']:.1f}"]
        lines.append([*cells, f"{step:.2f}", ", ".join(best)])
    columns = ("network", "batch", "way", "first 25 steps, s", "ms a step", "best for")
    return report.markdown(columns, lines)


def measure_faces(folder, size=128, batch_size=32, stretches=3):
    """Images a second and memory of the style-based generator, for each precision."""
    import keras
    import tensorflow as tf

    found = []
    for policy in POLICIES:
        keras.mixed_precision.set_global_policy(policy)
        try:
            gan, noise = game_of("style", batch_size, size)
            batches = stretch_of(noise)
            gan.compile(*[keras.optimizers.Adam(1e-3, 0.0, 0.99) for _ in range(2)])
            times = []
            for _ in range(1 + stretches):
                start = time.perf_counter()
                gan.fit(batches, verbose=0)
                times.append(time.perf_counter() - start)
        finally:
            keras.mixed_precision.set_global_policy("float32")
        speed = batch_size * STEPS / sorted(times[1:])[len(times) // 2 - 1]
        result = {"policy": policy, "first": times[0], "images_per_second": speed}
        for device in tf.config.list_logical_devices("GPU")[:1]:
            peak = tf.config.experimental.get_memory_info(device.name.split("device:")[-1])["peak"]
            result["peak_memory_gib"] = peak / 2**30
        found.append(result)
        (folder / "faces.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        print(result, flush=True)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--parts", nargs="+", choices=LIMITS, default=list(LIMITS))
    parser.add_argument("--torch", metavar="PYTHON", help="the Python that has PyTorch")
    parser.add_argument("--inside", choices=("ways", "faces"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    if options.inside == "ways":
        measure_ways(options.results)
    elif options.inside == "faces":
        measure_faces(options.results)
    else:
        run_parts(options.parts, options.results.resolve(), options.torch)
        if (options.results / "ways.json").exists():
            print(ways_table(json.loads((options.results / "ways.json").read_text("utf-8"))))


if __name__ == "__main__":
    main()
