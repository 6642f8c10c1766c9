"""What each guideline of the DCGAN paper is worth here, in short games with several seeds.

    python benchmarks/guidelines.py --of lecture --seeds 3
    python benchmarks/guidelines.py --of deep --seeds 3
    python benchmarks/guidelines.py --of deep --seeds 3 --games 4 7 8 --steps 2000
    python benchmarks/guidelines.py                  the tables of all results

The table "lecture" has the lecture's DCGAN at half its width, and each row changes one thing. The
table "deep" has networks of four and five doublings, weights that begin as small as in the paper,
and the paper's Adam; its rows switch batch normalisation on and off, and the last row begins with
He's weights instead. The generator is judged in inference mode: by the Fréchet classifier distance
of 10,000 samples to the test images, by the number of classes among them, and by the mean
correlation of two samples, which is 1 if all samples are the same image. Every run is a file in
benchmarks/results/, and the tables, which notebook 05 shows, stand beside them.
"""

import argparse
import functools
import json
from pathlib import Path
import re
import statistics
import time

from gan_tf import GAN, builders, data, games, metrics
import keras
from keras import layers
import numpy as np
import quality
import report

RESULTS = quality.RESULTS
STEPS = {"lecture": 350, "deep": 600}
BATCH_SIZE = 32
WIDTHS = (64, 32)  # feature maps of the generator; the discriminator has them the other way round
DEEP_WIDTHS = (128, 64, 32, 16, 16)  # of five doublings; four doublings have the first four
KEPT = "as in the lecture"
NUM_CORRELATED = 200
COLUMNS = {"frechet_classifier_distance": 0, "correlation": 2, "classes_present": 0}  # and digits


class BatchStatisticsGAN(GAN):
    """A GAN whose discriminator normalises by the batch in phase 2, too, as in the paper's code.

    Keras freezes the discriminator in phase 2, and a frozen BatchNormalization uses its moving
    averages. Here nothing is frozen, and phase 2 still moves the generator's weights alone.
    """

    phases = (
        games.Phase("d_loss", ("discriminator",), freezes=()),
        games.Phase("g_loss", ("generator",), freezes=()),
    )


# The networks of the table "lecture".


def generator(**changes):
    return builders.dcgan_generator(filters=WIDTHS, **changes)


def discriminator(**changes):
    return builders.dcgan_discriminator(filters=WIDTHS[::-1], **changes)


def pooling_discriminator():
    """Max pooling after each convolution halves the size, and no convolution has a stride."""
    stack = [keras.Input((28, 28, 1))]
    for count in WIDTHS[::-1]:
        stack += [layers.Conv2D(count, 5, padding="same"), layers.LeakyReLU(negative_slope=0.2)]
        stack += [layers.MaxPooling2D(), layers.Dropout(0.4)]
    return keras.Sequential([*stack, layers.Flatten(), layers.Dense(1)])


def upsampling_generator():
    """Repeating each pixel doubles the size, and an ordinary convolution follows."""
    stack = [keras.Input((100,)), layers.Dense(7 * 7 * WIDTHS[0]), layers.Reshape((7, 7, -1))]
    for count, activation in ((WIDTHS[1], "selu"), (1, "tanh")):
        stack += [layers.BatchNormalization(), layers.UpSampling2D()]
        stack += [layers.Conv2D(count, 5, padding="same", activation=activation)]
    return keras.Sequential(stack)


def dense_hidden_discriminator():
    """A fully connected hidden layer between the last convolution and the verdict."""
    hidden = [layers.Dense(512), layers.LeakyReLU(negative_slope=0.2), layers.Dense(1)]
    return keras.Sequential([keras.Input((28, 28, 1)), *discriminator().layers[:-1], *hidden])


def lecture_game(make_generator=generator, make_discriminator=discriminator, kind=GAN):
    """Function from a seed to a game with the lecture's rules."""

    def make(seed):
        gan = kind(make_generator(), make_discriminator(), seed=seed)
        gan.compile("rmsprop", "rmsprop", steps_per_execution=25)
        return gan

    return make


# The networks of the table "deep".


def with_small_weights(model, seed):
    """The same model, whose kernels begin as normal numbers of standard deviation 0.02."""
    rng = np.random.default_rng(seed)
    for variable in model.trainable_variables:
        if variable.path.endswith("kernel"):
            variable.assign(rng.normal(0, 0.02, variable.shape))
    return model


def with_he_weights(model, seed):
    """The same model, whose kernels begin as large as He et al. advise (2015, arXiv:1502.01852)."""
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if hasattr(layer, "kernel"):
            size = np.sqrt(2 / num_products(layer))
            layer.kernel.assign(rng.normal(0, size, layer.kernel.shape))
    return model


def num_products(layer):
    """How many products one output of a layer adds up, on average; we count them with ones.

    A transposed convolution adds up fewer than its kernel has weights, and fewest at the border.
    """
    config = layer.get_config() | {"activation": "linear", "kernel_initializer": "ones"}
    twin = type(layer).from_config(config)
    return float(np.mean(twin(np.ones((1, *layer.input.shape[1:]), "float32"))))


def deep_game(doublings, in_generator, in_discriminator, begin=with_small_weights):
    """Function from a seed to a game of several doublings against as many halvings.

    Args:
        doublings: Integer, 4 or 5.
        in_generator: Whether the generator has batch normalisation.
        in_discriminator: Whether the discriminator has.
        begin: Function from a network and a seed to the same network with its first weights.
    """
    size, widths = {"image_shape": (32, 32, 1)}, DEEP_WIDTHS[:doublings]

    def make(seed):
        players = (
            builders.dcgan_generator(
                filters=widths,
                activation="relu",
                batch_normalization=in_generator,
                **size,
            ),
            builders.dcgan_discriminator(
                filters=widths[::-1],
                dropout=0.0,
                batch_normalization=in_discriminator,
                **size,
            ),
        )
        players = [begin(each, seed + i) for i, each in enumerate(players)]
        gan = BatchStatisticsGAN(*players, seed=seed)
        adams = [keras.optimizers.Adam(2e-4, 0.5) for _ in players]
        gan.compile(*adams, steps_per_execution=25)
        return gan

    return make


GAMES = {
    "lecture": {
        KEPT: lecture_game(),
        "1 max pooling in D": lecture_game(make_discriminator=pooling_discriminator),
        "1 upsampling in G": lecture_game(upsampling_generator),
        "2 no batch norm in G": lecture_game(lambda: generator(batch_normalization=False)),
        "2 batch norm in D, frozen in phase 2": lecture_game(
            make_discriminator=lambda: discriminator(batch_normalization=True)
        ),
        "2 batch norm in D, not frozen": lecture_game(
            make_discriminator=lambda: discriminator(batch_normalization=True),
            kind=BatchStatisticsGAN,
        ),
        "3 dense hidden layer in D": lecture_game(make_discriminator=dense_hidden_discriminator),
        "4 ReLU in G": lecture_game(lambda: generator(activation="relu")),
        "4 no tanh at G's output": lecture_game(lambda: generator(output_activation=None)),
        "5 ReLU in D": lecture_game(make_discriminator=lambda: discriminator(activation="relu")),
    },
    "deep": {
        "4 doublings, in both": deep_game(4, True, True),
        "4 doublings, in G alone": deep_game(4, True, False),
        "4 doublings, in D alone": deep_game(4, False, True),
        "4 doublings, in neither": deep_game(4, False, False),
        "5 doublings, in both": deep_game(5, True, True),
        "5 doublings, in G alone": deep_game(5, True, False),
        "5 doublings, in D alone": deep_game(5, False, True),
        "5 doublings, in neither": deep_game(5, False, False),
        "5 doublings, in neither, He's weights": deep_game(5, False, False, with_he_weights),
    },
}


def run(of, name, seed, steps, folder):
    """Trains one game, judges it, and writes its result file."""
    keras.utils.set_random_seed(seed)
    gan = GAMES[of][name](seed)
    (images, _), _ = data.load_fashion_mnist(verbose=False)
    images = data.padded(images, 32) if of == "deep" else images
    batches = data.batches(images, BATCH_SIZE, seed, steps_per_epoch=steps)
    start = time.process_time()
    history = gan.fit(batches, verbose=0).history
    spent = {"cpu_seconds": time.process_time() - start}
    lost = {key: history[key][-1] for key in ("d_loss", "g_loss")}
    values = {**spent, **lost, **judge(gan)}
    values = {key: round(float(value), 4) for key, value in values.items()}
    facts = {"of": of, "name": name, "seed": seed, "steps": steps, "batch_size": BATCH_SIZE}
    facts |= {"num_samples": quality.NUM_SAMPLES, **report.machine()}
    folder.mkdir(parents=True, exist_ok=True)
    words = "-".join(re.findall("[a-z0-9]+", name.lower()))
    path = folder / f"guidelines_{of}_{words}_{steps}steps_seed{seed}.json"
    path.write_text(json.dumps({**facts, **values}, indent=1) + "\n", encoding="utf-8")
    return values


@functools.cache
def scores_and_levels():
    """Scores against the test images, and the distances of other real images and of noise."""
    reference = quality.reference((-1, 1))
    kinds = (metrics.FrechetClassifierDistance, metrics.ClassesPresent)
    distance = kinds[0](reference)
    distance.update_encoded(reference.real_like_samples(quality.NUM_SAMPLES))
    floor, ceiling = (getattr(distance.report()[0], name) for name in ("floor", "ceiling"))
    return metrics.Scores(reference, kinds), {"floor": floor, "ceiling": ceiling}


def judge(gan):
    """Dict of the scores of a generator, and of what real images and noise get."""
    scores, levels = scores_and_levels()
    samples = quality.judged(gan.generate(quality.NUM_SAMPLES, seed=12345), (-1, 1))
    return {**scores(samples), "correlation": correlation(samples), **levels}


def correlation(images, count=NUM_CORRELATED):
    """Mean correlation of the pixels of two different images; 1 if all are the same image."""
    pixels = images[:count].reshape(min(count, len(images)), -1).astype("float64")
    pixels = pixels - pixels.mean(axis=1, keepdims=True)
    pixels /= np.maximum(np.linalg.norm(pixels, axis=1, keepdims=True), 1e-12)
    table = pixels @ pixels.T
    return (table.sum() - np.trace(table)) / (len(pixels) * (len(pixels) - 1))


def table(of, folder=RESULTS):
    """The results as a markdown table, in the order of the games, with the value of every seed."""
    found = [
        json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("guidelines_*.json"))
    ]
    runs = [run for run in found if run["of"] == of and run["name"] in GAMES[of]]
    first = "guideline and change" if of == "lecture" else "depth of G, batch norm"
    columns = (first, "steps", "Fréchet classifier distance", "correlation", "classes")
    lines = [f"| {' | '.join(columns)} |", f"| {' | '.join(['---'] * len(columns))} |"]
    for steps in sorted({run["steps"] for run in runs}):
        for name in GAMES[of]:
            same = [run for run in runs if (run["name"], run["steps"]) == (name, steps)]
            lines += [line(name, steps, same)] if same else []
    if runs:
        floor, ceiling = (statistics.mean(run[key] for run in runs) for key in ("floor", "ceiling"))
        lines += ["", f"Distance of other real images: {floor:.1f}; of noise: {ceiling:.0f}."]
    return "\n".join(lines)


def line(name, steps, runs):
    """One row of the table. A mean would hide a seed that fails where the others succeed."""
    runs = sorted(runs, key=lambda run: run["seed"])
    cells = [name, f"{steps:,}"]
    for key, digits in COLUMNS.items():
        cells.append(", ".join(f"{run[key]:.{digits}f}" for run in runs))
    return f"| {' | '.join(cells)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--of", choices=list(GAMES), help="which table")
    parser.add_argument("--games", type=int, nargs="+", help="numbers of its rows, from 0")
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="of each game")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder")
    options = parser.parse_args()
    if options.seeds < 1:
        parser.error("seeds must be at least 1")
    if options.games and not options.of:
        parser.error("--games needs --of")
    last = len(GAMES.get(options.of, ())) - 1
    if any(not 0 <= number <= last for number in options.games or ()):
        parser.error(f"the games of {options.of} are 0 to {last}")
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        for number, name in enumerate(GAMES.get(options.of, ())):
            if options.games is None or number in options.games:
                steps = options.steps or STEPS[options.of]
                values = run(options.of, name, seed, steps, options.results)
                print(f"{options.of}, {name}, seed {seed}: {values}", flush=True)
    for of in GAMES:
        made = table(of, options.results)
        print(made, end="\n\n")
        (options.results / f"guidelines_{of}.md").write_text(made + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
