"""What each part of BigGAN is worth here: games of few feature maps, at equal numbers of images.

    python benchmarks/parts.py --game "all parts" "no attention" --seeds 3
    python benchmarks/parts.py                       the table of all results

"All parts" is BigGAN in small: residual networks of 16 feature maps for images of a class; spectral
normalisation whose gradient goes through the norm; attention at 14 × 14; class and latents in every
batch normalisation; hinge loss; orthogonal regularisation of the generator; a discriminator that
learns faster; a running average of the generator. Every other game changes one thing. The running
average is judged, 1,000 samples of each class against the 10,000 test images: Fréchet classifier
distance, precision and recall, and the share of samples that the embedded classifier puts into the
class asked for. Every run is a file in benchmarks/results/, and the table is parts.md beside them.
"""

import argparse
import json
from pathlib import Path
import statistics
import time

from gan_tf import builders, callbacks, data, metrics, penalties
from gan_tf.callbacks import sampling
from gan_tf.games import ConditionalGAN
import keras
import numpy as np
import report

RESULTS = Path(__file__).with_name("results")
NUM_IMAGES = 48_000  # real images that each game sees
PER_CLASS = 1_000
NUM_CLASSES, LATENT_DIM, FILTERS = 10, 60, (16, 16, 16)
ALL_PARTS = {
    "spectral": "parametrization",
    "attention": 14,
    "condition": "chunks",
    "loss": "hinge",
    "orthogonal": 1e-4,
    "penalty": None,
    "rates": (1e-3, 2e-3),  # of generator and discriminator
    "batch_size": 32,
}
AVERAGE_IMAGES = 6_000  # the running average's weights fall to 1/e within so many
GAMES = {
    "all parts": {},
    "Keras's spectral normalisation": {"spectral": "projection"},
    "no spectral normalisation": {"spectral": None},
    "R1 instead of spectral normalisation": {"spectral": None, "penalty": "R1"},
    "no attention": {"attention": None},
    "class alone in the normalisations": {"condition": "class"},
    "class joined to the latents": {"condition": "concatenation"},
    "non-saturating loss": {"loss": "non_saturating"},
    "no orthogonal regularisation": {"orthogonal": 0.0},
    "equal rates": {"rates": (1e-3, 1e-3)},
    "batches of 16": {"batch_size": 16},
    "batches of 128": {"batch_size": 128},
}


def game(seed, settings):
    """A compiled game with these settings, as in `ALL_PARTS`."""
    same = {"spectral": settings["spectral"], "attention": settings["attention"]}
    generator = builders.residual_generator(
        LATENT_DIM, NUM_CLASSES, filters=FILTERS, condition=settings["condition"], **same
    )
    if settings["orthogonal"]:
        regularize(generator, penalties.OrthogonalRegularization(settings["orthogonal"]))
    discriminator = builders.residual_discriminator(NUM_CLASSES, filters=FILTERS, **same)
    gan = ConditionalGAN(generator, discriminator, seed=seed)
    adams = [keras.optimizers.Adam(rate, 0.0, 0.99) for rate in settings["rates"]]
    penalty = penalties.Lazy(penalties.R1(1.0), 4) if settings["penalty"] == "R1" else None
    gan.compile(*adams, loss=settings["loss"], penalty=penalty, steps_per_execution=25)
    return gan


def regularize(model, regularizer):
    """Gives a regularizer to every kernel of a built model, but to embeddings of the class."""
    for weight in model.trainable_weights:
        is_embedding = any(name in weight.path for name in ("class_embedding", "gain", "shift"))
        if len(weight.shape) > 1 and not is_embedding:
            weight.regularizer = regularizer


def run(name, seed, num_images, folder):
    """Trains one game, judges it, and writes its result file."""
    keras.utils.set_random_seed(seed)
    settings = ALL_PARTS | GAMES[name]
    gan, size = game(seed, settings), settings["batch_size"]
    (images, labels), _ = data.load_fashion_mnist(verbose=False)
    pairs = {"images": images, "labels": labels}
    steps = max(25, num_images // size // 10 // 25 * 25)
    average = callbacks.GeneratorAverage(max(0.5, 1 - size / AVERAGE_IMAGES))
    start = time.process_time()
    batches = data.batches(pairs, size, seed, steps_per_epoch=steps)
    gan.fit(batches, epochs=10, callbacks=[average], verbose=0)
    spent = time.process_time() - start
    asked = np.repeat(np.arange(NUM_CLASSES), PER_CLASS)
    inputs = gan.inputs_for(len(asked), 12345, {"labels": asked})
    samples = np.clip(sampling.samples_of(average.generator, inputs), -1, 1)
    values = {**judge(samples, asked), "cpu_seconds": spent, "images": 10 * steps * size}
    rounded = {key: round(float(value), 4) for key, value in values.items()}
    facts = {"name": name, "seed": seed, "settings": settings, **report.machine(), **rounded}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"parts_{name.replace(' ', '-')}_seed{seed}.json"
    path.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    return rounded


def judge(samples, asked):
    """Dict of the scores of samples of these classes against all test images."""
    _, (test_images, _) = data.load_fashion_mnist(verbose=False)
    encoder = metrics.fashion_mnist_encoder()
    seen, real = encoder(samples), encoder(test_images)
    one, two = (metrics.gaussian_statistics(each.features) for each in (real, seen))
    close = metrics.precision_recall(real.features[:5_000], seen.features[::2])
    return {
        "distance": metrics.frechet_distance(*one, *two),
        "precision": close.precision,
        "recall": close.recall,
        "accuracy": np.mean(seen.probabilities.argmax(axis=1) == asked),
    }


def table(folder=RESULTS):
    """The results as a markdown table, means and standard deviations over the seeds."""
    found = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("parts_*.json"))]
    columns = ("game", "seeds", "Fréchet classifier distance", "precision", "recall")
    columns += ("named as asked", "CPU s")
    digits, lines = {"distance": 1, "precision": 2, "recall": 2, "accuracy": 2}, []
    for name in GAMES:
        rows = [each for each in found if each["name"] == name]
        if rows:
            cells = [report.mean_and_spread([r[key] for r in rows], n) for key, n in digits.items()]
            cells.append(f"{statistics.mean(row['cpu_seconds'] for row in rows):.0f}")
            lines.append([name, str(len(rows)), *cells])
    return report.markdown(columns, lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--game", nargs="+", choices=list(GAMES), default=[])
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--images", type=int, default=NUM_IMAGES, help="real images of a game")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder")
    options = parser.parse_args()
    if options.seeds < 1 or options.images < 1_000:
        parser.error("seeds must be at least 1, and images at least 1,000")
    for name in options.game:
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            print(name, seed, run(name, seed, options.images, options.results), flush=True)
    text = table(options.results)
    (options.results / "parts.md").write_text(text + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
