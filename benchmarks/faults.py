"""Kills trainings at random instants, starts them again, and counts the bits that differ.

    python benchmarks/faults.py                    four kills of each kind of game
    python benchmarks/faults.py --kills 20 --game growing

For each kind of game one process trains without interruption. Another trains the same with
`resume`, and is killed (SIGKILL) at a random instant and started again, until it was killed so
often; then it is left to end. Weights, optimizer states, random states, running average, History
and samples of both are compared bit by bit. The instants take turns: somewhere in the next three
epochs, in the milliseconds in which a checkpoint is written, and while the process starts.

Lost epochs are those that were over and had to be trained again; the one in which the signal
falls begins anew in any case.
"""

import argparse
import contextlib
import itertools
import json
from pathlib import Path
import random
import signal
import subprocess
import sys
import tempfile
import time

EPOCHS = 20
STEPS = 40
WRITING = 0.1  # seconds that it takes to write a checkpoint, about
GAMES = ("train_gan", "fit", "wgan-gp", "replay", "average", "growing")


# The process that is killed.


def play(name, folder, result, epochs):
    """Trains one game and writes what comes of it; says when each epoch is done."""
    import keras

    keras.utils.set_random_seed(1)
    makers = {"train_gan": play_lecture, "growing": play_growing}
    variables, history, samples = makers.get(name, play_images)(name, folder, epochs)
    arrays = [keras.ops.convert_to_numpy(v) for v in variables] + [samples]
    facts = {"history": history.history, "epoch": history.epoch}
    written = {"bits": [array.tobytes().hex() for array in arrays], **facts}
    Path(result).write_text(json.dumps(written), encoding="utf-8")


def options(folder, **more):
    """Arguments of `fit` that all games share."""
    import keras

    class Report(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            print(f"epoch {epoch}", flush=True)

    watchers = [*more.pop("callbacks", []), Report()]
    return {"callbacks": watchers, "resume": folder, "verbose": 2, **more}


def noise(size):
    """Pictures without sense will do: (320, size, size, 1) in [-1, 1]."""
    import numpy as np

    shape = (8 * STEPS, size, size, 1)
    return np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")


def play_lecture(name, folder, epochs):
    """The lecture's call."""
    from gan_tf import builders, data, train_gan
    import keras

    generator = builders.dcgan_generator(4, (8, 8, 1), (32, 16))
    discriminator = builders.dcgan_discriminator((8, 8, 1), (16, 32), output_activation="sigmoid")
    gan = keras.Sequential([generator, discriminator])
    discriminator.compile(loss="binary_crossentropy", optimizer="rmsprop")
    discriminator.trainable = False
    gan.compile(loss="binary_crossentropy", optimizer="rmsprop")
    batches = data.batches(noise(8), 8)
    history = train_gan(gan, batches, 8, 4, epochs, **options(folder, steps_per_execution=8))
    states = [*gan.optimizer.variables, *discriminator.optimizer.variables]
    return [*gan.variables, *states], history, samples_of(generator)


def play_images(name, folder, epochs):
    """`GAN.fit`: plain, with a gradient penalty and k = 5, with replay, with a running average."""
    from gan_tf import GAN, builders, callbacks, data, layers, penalties
    import keras

    is_wasserstein = name == "wgan-gp"
    gan = GAN(
        builders.dcgan_generator(4, (8, 8, 1), (32, 16)),
        builders.dcgan_discriminator((8, 8, 1), (16, 32), batch_normalization=not is_wasserstein),
        discriminator_steps=5 if is_wasserstein else 1,
        replay=layers.ExperienceReplay(size=500) if name == "replay" else None,
    )
    loss = "wasserstein" if is_wasserstein else "non_saturating"
    penalty = penalties.GradientPenalty(10.0) if is_wasserstein else None
    optimizers = [keras.optimizers.Adam(2e-4, 0.5) for _ in range(2)]
    gan.compile(*optimizers, loss=loss, penalty=penalty)
    watchers = [callbacks.GeneratorAverage(0.99)] if name == "average" else []
    batches = data.batches(noise(8), 8)
    history = gan.fit(batches, epochs=epochs, **options(folder, callbacks=watchers))
    return variables_of(gan), history, samples_of(gan.generator)


def play_growing(name, folder, epochs):
    """Stages that fade in over two and a half epochs, and so begin in the middle of others."""
    from gan_tf import ProgressiveGAN, builders, data, penalties
    import keras

    generator = builders.progressive_generator(16, 4, filters=lambda size: 16)
    discriminator = builders.progressive_discriminator(16, filters=lambda size: 16)
    gan = ProgressiveGAN(generator, discriminator, images_stable=800, images_fading=800)
    optimizers = [keras.optimizers.Adam(1e-3, 0.0, 0.99) for _ in range(2)]
    gan.compile(*optimizers, penalty=penalties.R1(0.1))
    batches = data.batches(noise(16), 8)
    history = gan.fit(batches, epochs=epochs, **options(folder))
    return variables_of(gan), history, samples_of(gan.generator)


def variables_of(gan):
    """All that training changes."""
    optimizers = gan.optimizers.values()
    return [*gan.variables, *[v for optimizer in optimizers for v in optimizer.variables]]


def samples_of(generator):
    """Sixteen pictures of the same latents."""
    import keras

    latents = keras.random.normal((16, generator.input_shape[-1]), seed=0)
    return keras.ops.convert_to_numpy(generator(latents, training=False))


# The process that kills.


class Training:
    """A process that trains one game.

    Attributes:
        lines: List of `(seconds since the start, line)`, what it printed so far.
    """

    def __init__(self, name, folder, result, epochs):
        command = [sys.executable, __file__, "--play", name, str(folder or ""), str(result)]
        command += ["--epochs", str(epochs)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(command, text=True, **pipes)
        self.start, self.lines = time.monotonic(), []

    def read(self, until="nothing"):
        """Reads what it prints, to a line that begins so or to its end."""
        for line in self.process.stdout:
            self.lines.append((time.monotonic() - self.start, line))
            if line.startswith(until):
                break

    @property
    def epochs(self):
        """List of `(seconds, epoch)` for the epochs that began."""
        lines = [(when, line) for when, line in self.lines if line.startswith("epoch")]
        return [(when, int(line.split()[1])) for when, line in lines]

    def finish(self):
        """Waits until it ends by itself."""
        self.read()
        if self.process.wait():
            raise SystemExit(f"A training failed:\n{self.process.stderr.read()[-3000:]}")

    def kill(self):
        """Ends it like a power cut; returns whether it was still there."""
        self.process.send_signal(signal.SIGKILL)
        self.read()
        return self.process.wait() == -signal.SIGKILL


def unfinished(folder):
    """The files of a checkpoint that is being written, and when each was last written to."""
    found = {}
    for path in folder.glob("checkpoint-unfinished.*"):
        with contextlib.suppress(FileNotFoundError):  # renamed meanwhile
            found[path.name] = path.stat().st_mtime_ns
    return found


def wait(training, instant, folder, whole, draw):
    """Until a random time: while it starts, while it trains, or while it writes a checkpoint."""
    (start, _), *_, (end, _) = whole.epochs
    if instant == "starting":
        time.sleep(draw.uniform(0, start))
        return
    training.read(until="epoch")
    if instant == "training":
        time.sleep(draw.uniform(0, 3 * (end - start) / len(whole.epochs)))
        return
    left = unfinished(folder)
    while unfinished(folder) in ({}, left) and training.process.poll() is None:
        time.sleep(0.0002)
    time.sleep(draw.choice((0.0, draw.uniform(0, WRITING))))


def torment(name, kills, draw, workplace, epochs=EPOCHS):
    """Plays one game twice, once undisturbed, and returns a row of the table."""
    results = [workplace / f"{name}-{kind}.json" for kind in ("whole", "resumed")]
    whole = Training(name, None, results[0], epochs)
    whole.finish()
    counts = dict.fromkeys(("kills", "in writing", "resumes", "lost epochs"), 0)
    folder, done = workplace / name, 0
    instants = itertools.cycle(("training", "writing", "starting"))
    for is_last in [False] * kills + [True]:
        training = Training(name, folder, results[1], epochs)
        if is_last:
            training.finish()
        else:
            left = unfinished(folder)
            wait(training, next(instants), folder, whole, draw)
            counts["kills"] += training.kill()
            counts["in writing"] += unfinished(folder) not in ({}, left)
        if training.epochs:
            counts["resumes"] += any("Resuming" in line for _, line in training.lines)
            counts["lost epochs"] += max(0, done - training.epochs[0][1])
            done = training.epochs[-1][1]
    return {**counts, **differing_bits(*results)}


def differing_bits(one, other):
    """Counts them between two results; a History that differs counts as one."""
    ours, theirs = (json.loads(path.read_text("utf-8")) for path in (one, other))
    both = zip(ours["bits"], theirs["bits"], strict=True)
    pairs = [[bytes.fromhex(each) for each in pair] for pair in both]
    differing = sum(sum((a ^ b).bit_count() for a, b in zip(*pair, strict=True)) for pair in pairs)
    differing += any(ours[name] != theirs[name] for name in ("history", "epoch"))
    return {"bits": sum(8 * len(a) for a, _ in pairs), "differing bits": differing}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=4, help="of each kind of game")
    parser.add_argument("--game", nargs="+", choices=GAMES, default=GAMES)
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="of each training")
    parser.add_argument("--seed", type=int, default=0, help="of the random instants")
    parser.add_argument("--play", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.play:
        name, folder, result = chosen.play
        play(name, folder or None, result, chosen.epochs)
        return
    draw, rows = random.Random(chosen.seed), []
    with tempfile.TemporaryDirectory() as workplace:
        for name in chosen.game:
            counts = torment(name, chosen.kills, draw, Path(workplace), chosen.epochs)
            rows.append({"game": name, **counts})
            print(line(rows[-1]), flush=True)
    totals = {key: sum(row[key] for row in rows) for key in rows[0] if key != "game"}
    print(line({"game": "all", **totals}))


def line(row):
    """One row, as text."""
    return f"{row['game']:<10}" + "".join(f"  {k} {v:,}" for k, v in row.items() if k != "game")


if __name__ == "__main__":
    main()
