"""What images of a size cost: parameters, memory, and seconds for a step of the last stage.

    python benchmarks/sizes.py                     the table, into benchmarks/results/sizes.md
    python benchmarks/sizes.py 64 128              of these sizes alone, printed

Colour images, batches of 8, Adam, R1 in every step; each game in a process of its own, whose
largest memory is what the operating system says. The narrow networks are the course's own, up to 64
feature maps; the papers' have up to 512, and are what one trains on a GPU.
"""

import argparse
import itertools
import json
from pathlib import Path
import resource
import subprocess
import sys
import time

RESULTS = Path(__file__).with_name("results")
BATCH_SIZE = 8
NUM_STEPS = 2  # timed, after one that traces
SIZES = (32, 64, 128)
KINDS = ("progressive", "style")
WIDTHS = ("narrow", "papers'")


def game(kind, width, size, channels=3):
    """A game of the last stage of that size, all smaller ones inside of it."""
    from gan_tf import builders, penalties, recipes
    import keras

    filters = builders.num_filters if width == "narrow" else builders.papers_filters
    latent_dim, shape = min(512, 2 * filters(4)), {"channels": channels, "filters": filters}
    if kind == "progressive":
        generator = builders.progressive_generator(size, latent_dim, **shape)
    else:
        generator = builders.style_generator(size, latent_dim, latent_dim, **shape)
    discriminator = builders.progressive_discriminator(size, blur=kind == "style", **shape)
    gan = recipes.grown(generator, discriminator, seed=0)
    optimizers = [keras.optimizers.Adam(1e-3, 0.0, 0.99) for _ in range(2)]
    gan.compile(*optimizers, penalty=penalties.R1(1.0))
    return gan


def measure(kind, width, size):
    """Dict of parameters, megabytes and seconds, for this process."""
    from gan_tf import data
    import numpy as np

    gan = game(kind, width, size)
    shape = (BATCH_SIZE, *gan.data_shape)
    images = np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")
    gan.fit(data.batches(images, BATCH_SIZE), epochs=1, verbose=0)
    start = time.perf_counter()
    gan.fit(data.batches(images, BATCH_SIZE, steps_per_epoch=NUM_STEPS), epochs=1, verbose=0)
    return {
        "seconds": (time.perf_counter() - start) / NUM_STEPS,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "generator": gan.generator.count_params(),
        "discriminator": gan.discriminator.count_params(),
    }


def measured_alone(kind, width, size):
    """The same, of a new process."""
    command = [sys.executable, __file__, "--one", kind, width, str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def line(kind, width, size, found):
    """One row of the table."""
    parameters = " + ".join(f"{found[name] / 1e6:.2f}" for name in ("generator", "discriminator"))
    return (
        f"| {size} × {size} | {kind} | {width} | {parameters} M | {found['megabytes']:,.0f} MB "
        f"| {found['seconds']:.2f} s |"
    )


def table(sizes=SIZES):
    """A row for each size, kind and width, as markdown."""
    columns = ["images", "game", "networks", "parameters, G + D", "largest memory", "a step of 8"]
    yield f"| {' | '.join(columns)} |"
    yield f"| {' | '.join(['---'] * len(columns))} |"
    for size, kind, width in itertools.product(sizes, KINDS, WIDTHS):
        yield line(kind, width, size, measured_alone(kind, width, size))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", type=int, nargs="*")
    parser.add_argument("--one", nargs=3, metavar=("KIND", "WIDTH", "SIZE"), help="print its JSON")
    options = parser.parse_args()
    if options.one:
        kind, width, size = options.one
        print(json.dumps(measure(kind, width, int(size))))
        return
    lines = []
    for made in table(options.sizes or SIZES):
        print(made, flush=True)
        lines.append(made)
    if not options.sizes:
        (RESULTS / "sizes.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
