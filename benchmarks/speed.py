"""How long a step takes: the lecture's loop, `train_gan`, `GAN.fit`, and PyTorch's eager loop.

    python benchmarks/speed.py [--rounds N] [--torch PYTHON]

Machines are noisy, so all contenders take turns in every round and the table gives medians and
ratios. The time to trace a graph is paid once a run and shown apart. PyTorch is measured where it
is installed: in this environment, or in the one whose Python `--torch` (or the variable
GAN_TF_TORCH_PYTHON) names.
"""

import argparse
import importlib.util
import os
import pathlib
import statistics
import subprocess
import sys
import time

from gan_tf import GAN, builders, data, losses, train_gan
import keras
from lecture_loop import lecture_loop
import numpy as np

BATCH_SIZE = 32
NUM_STEPS = {"dense": 640, "dcgan": 64}
STEPS_PER_EXECUTION = {"dense": 32, "dcgan": 8}


def players(name):
    """The lecture's generator and discriminator."""
    if name == "dense":
        return builders.dense_generator(), builders.dense_discriminator(output_activation="sigmoid")
    return builders.dcgan_generator(), builders.dcgan_discriminator(output_activation="sigmoid")


def compiled(name):
    """The stack of both players, compiled as in the lecture."""
    generator, discriminator = players(name)
    gan = keras.Sequential([generator, discriminator])
    discriminator.compile(loss="binary_crossentropy", optimizer="rmsprop")
    discriminator.trainable = False
    gan.compile(loss="binary_crossentropy", optimizer="rmsprop")
    return gan


def dataset(name):
    """Batches of noise in the shape of the images; their content changes no time."""
    shape = players(name)[1].input_shape[1:]
    images = np.random.default_rng(0).random((NUM_STEPS[name] * BATCH_SIZE, *shape), "float32")
    return data.batches(images, BATCH_SIZE)


class Clock(keras.callbacks.Callback):
    """Seconds of each epoch; the first one contains the tracing."""

    def __init__(self):
        super().__init__()
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.start)

    def result(self, num_steps):
        """Milliseconds of a step and seconds of tracing."""
        first, second = self.seconds
        return 1e3 * second / num_steps, max(0.0, first - second)


def time_lecture(name, batches):
    gan = compiled(name)
    codings_size = gan.input_shape[-1]
    start = time.perf_counter()
    lecture_loop(gan, batches.take(2), BATCH_SIZE, codings_size)
    tracing = time.perf_counter() - start
    num_steps = NUM_STEPS[name] // 2
    start = time.perf_counter()
    lecture_loop(gan, batches.take(num_steps), BATCH_SIZE, codings_size)
    return 1e3 * (time.perf_counter() - start) / num_steps, tracing


def time_train_gan(name, batches):
    gan, clock = compiled(name), Clock()
    train_gan(
        *(gan, batches, BATCH_SIZE, gan.input_shape[-1], 2),
        callbacks=[clock],
        steps_per_execution=STEPS_PER_EXECUTION[name],
        verbose=0,
    )
    return clock.result(NUM_STEPS[name])


def time_fit(name, batches):
    gan, clock = GAN(*players(name)), Clock()
    gan.compile(
        *("rmsprop", "rmsprop", losses.NonSaturating(from_logits=False)),
        steps_per_execution=STEPS_PER_EXECUTION[name],
    )
    gan.fit(batches, epochs=2, callbacks=[clock], verbose=0)
    return clock.result(NUM_STEPS[name])


def time_torch(python, name):
    script = pathlib.Path(__file__).with_name("speed_torch.py")
    command = [python, str(script), name, str(NUM_STEPS[name])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout), 0.0


def torch_python(option):
    """The Python that has PyTorch, or None."""
    if option or os.environ.get("GAN_TF_TORCH_PYTHON"):
        return option or os.environ["GAN_TF_TORCH_PYTHON"]
    return sys.executable if importlib.util.find_spec("torch") else None


def measure(name, rounds, torch):
    """Dictionary from contender to its list of `(milliseconds a step, seconds of tracing)`."""
    contenders = {
        "lecture's loop": lambda: time_lecture(name, batches),
        "train_gan": lambda: time_train_gan(name, batches),
        "GAN.fit": lambda: time_fit(name, batches),
    }
    if torch:
        contenders["PyTorch eager"] = lambda: time_torch(torch, name)
    batches = dataset(name)
    results = {contender: [] for contender in contenders}
    for _ in range(rounds):
        for contender, run in contenders.items():
            results[contender].append(run())
    return results


def show(name, results):
    """Prints a row for each contender, and its speed as a multiple of the lecture's loop."""
    lecture = [step for step, _ in results["lecture's loop"]]
    for contender, pairs in results.items():
        steps, tracing = zip(*pairs, strict=True)
        ratio = statistics.median(a / b for a, b in zip(lecture, steps, strict=True))
        print(
            f"{name:6} {contender:15} {statistics.median(steps):8.2f} ms "
            f"({min(steps):.2f} to {max(steps):.2f}) {ratio:6.2f} x "
            f"{statistics.median(tracing):7.1f} s"
        )


def main():
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--torch", metavar="PYTHON")
    options = parser.parse_args()
    torch = torch_python(options.torch)
    print(f"Batch size {BATCH_SIZE}; a step is both phases; medians of {options.rounds} rounds.")
    print("net    contender         a step (min to max)    speed, lecture = 1   tracing")
    for name in NUM_STEPS:
        show(name, measure(name, options.rounds, torch))
    if not torch:
        print("PyTorch is not installed here; --torch PYTHON names a Python that has it.")


if __name__ == "__main__":
    main()
