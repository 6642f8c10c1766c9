"""How long a game takes to begin: its first steps, traced and played by Keras and by us.

    python benchmarks/first_steps.py              five rounds, a table
    python benchmarks/first_steps.py --rounds 1   sooner, and less exact

A game is compiled anew and plays its first ten steps: with Keras's loop over the steps, and with
ours. They take turns in every round. The weights at the end are compared bit by bit.
"""

import argparse
import contextlib
import statistics
import time
from unittest import mock

from gan_tf import GAN, builders, data
from gan_tf.training import multistep
import keras
import numpy as np

NUM_STEPS, BATCH_SIZE = 10, 32
WAYS = {
    "Keras's loop": lambda: mock.patch.object(multistep, "is_for", lambda gan: False),
    "our loop": contextlib.nullcontext,
}
GAMES = {
    "points": (builders.point_generator, builders.point_discriminator),
    "dense": (builders.dense_generator, builders.dense_discriminator),
    "DCGAN": (builders.dcgan_generator, builders.dcgan_discriminator),
}


def begin(name):
    """Seconds until a game's first steps are over, and its weights then."""
    keras.utils.set_random_seed(0)
    gan = GAN(*(build() for build in GAMES[name]), seed=0)
    samples = np.random.default_rng(0).random((NUM_STEPS * BATCH_SIZE, *gan.data_shape))
    batches = data.batches(samples.astype("float32"), BATCH_SIZE)
    optimizers = (keras.optimizers.Adam(2e-4, 0.5) for _ in range(2))
    start = time.perf_counter()
    gan.compile(*optimizers, steps_per_execution=NUM_STEPS)
    gan.fit(batches, verbose=0)
    return time.perf_counter() - start, gan.get_weights()


def measure(name, rounds):
    """Seconds of every round for each way, and whether all ended with the same bits."""
    seconds, weights = {way: [] for way in WAYS}, []
    begin(name)  # what is done once in a process
    for _ in range(rounds):
        for way, patch in WAYS.items():
            with patch():
                duration, ended_with = begin(name)
            seconds[way].append(duration)
            weights.append(ended_with)
    same = all(
        np.array_equal(one, other)
        for each in weights
        for one, other in zip(each, weights[0], strict=True)
    )
    return seconds, same


def row(name, seconds, same):
    """Markdown: medians in seconds, and the ratio of the last to the first, round by round."""
    medians = [f"{statistics.median(each):.2f}" for each in seconds.values()]
    pairs = zip(*(seconds[way] for way in WAYS), strict=True)
    ratio = f"{statistics.median(ours / keras for keras, ours in pairs):.2f}"
    return f"| {' | '.join([name, *medians, ratio, 'yes' if same else 'no'])} |"


def main(arguments=None):
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--games", nargs="+", choices=GAMES, default=list(GAMES))
    options = parser.parse_args(arguments)
    columns = ["first ten steps, s", *WAYS, "ours / Keras's", "same bits"]
    print(f"| {' | '.join(columns)} |\n| {' | '.join(['---'] * len(columns))} |")
    for name in options.games:
        print(row(name, *measure(name, options.rounds)), flush=True)


if __name__ == "__main__":
    main()
