"""Trains the generators of garments that come with the package, and writes their cards.

    python data/train_generators.py [--only NAME] [--check]

Each is trained by a recipe of the course for longer than a notebook has time for. The weights are
written with 8 bits each (`builders.weights`), and scored before and after against the 10,000 test
images of Fashion-MNIST with 10,000 samples. A card is a JSON file beside the weights: recipe, seed,
steps, time, scores. It needs all 60,000 training images. With `--check` nothing is trained: the
shipped files are scored again and compared with their cards.
"""

import argparse
import hashlib
import json
from pathlib import Path
import sys
import time

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from gan_tf import builders, callbacks, data, metrics, recipes  # noqa: E402
from gan_tf.builders import weights  # noqa: E402
from gan_tf.callbacks.sampling import fixed_latents, samples_of  # noqa: E402
import keras  # noqa: E402

SEED = 0
NUM_SAMPLES = 10_000
TOLERANCE = 0.01  # of the distance, or of a share, between a card and a second look
# Of each builder: the recipe, how many epochs of it, and the network's arguments.
PLANS = {
    "dense_generator": (lambda: recipes.get("lecture-dense", SEED), 60, {}),
    "dcgan_generator": (lambda: recipes.get("dcgan", SEED), 90, {"filters": (64, 32)}),
    "progressive_generator": (lambda: _seeded(recipes.progressive), 120, {}),
    "style_generator": (lambda: _seeded(recipes.style), 200, {"mixing": 0.5}),
}
FINE = {"style_generator": "mapping"}  # eight layers in a chain: with 8 bits the distance grew 2 %
NUM_IMAGES = 160_000  # of games that grow: 200 epochs of 800; 120 come to 96,000 images


def _seeded(recipe):
    keras.utils.set_random_seed(SEED)
    return recipe(SEED, num_images=NUM_IMAGES)


def trained(name):
    """The generator of a recipe's run: its running average where the recipe has one."""
    make, epochs, _ = PLANS[name]
    recipe = make()
    average = callbacks.GeneratorAverage(recipe.average_decay or 0.0)
    checkpoints = ROOT / "outputs" / "generators" / name  # so that a run that was cut off goes on
    recipe.gan.fit(
        recipe.batches, epochs=epochs, callbacks=[average], resume=checkpoints, verbose=2
    )
    # The whole network: of one that grows, `average.generator` is only the part of the last size.
    whole = recipe.gan.average_generator
    return whole, epochs * recipe.steps_per_epoch, recipe.batch_size


def of_largest_images(generator):
    """The generator, or of one that makes a list of images, one for each size, its largest."""
    if len(generator.outputs) == 1:
        return generator
    return keras.Model(generator.inputs[0], generator.outputs[-1])


def scores(generator, value_range):
    """Dictionary of scores of 10,000 samples against the test images, with the same noise."""
    for number, variable in enumerate(generator.variables):
        if variable.path.endswith("seed_generator_state"):
            variable.assign([SEED, number])
    generator = of_largest_images(generator)
    (images, _), (test_images, _) = data.load_fashion_mnist(value_range=value_range, verbose=False)
    encoder = metrics.fashion_mnist_encoder(value_range)
    reference = metrics.Reference(encoder, test_images, images[:NUM_SAMPLES])
    samples = samples_of(generator, fixed_latents(NUM_SAMPLES, generator, SEED))
    samples = np.clip(samples.reshape(NUM_SAMPLES, *samples.shape[1:3], 1), *value_range)
    if samples.shape[1] == 32:
        samples = data.cropped(samples, 28)
    return {key: round(value, 4) for key, value in metrics.Scores(reference)(samples).items()}


def value_range_of(name):
    return (0, 1) if name == "dense_generator" else (-1, 1)


def train(name):
    start, cpu_start = time.perf_counter(), time.process_time()
    generator, steps, batch_size = trained(name)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    path = weights.FOLDER / f"{name}.npz"
    fresh = getattr(builders, name)(**PLANS[name][2])
    fresh.set_weights(generator.get_weights())
    before = scores(fresh, value_range_of(name))
    sha256 = weights.save_quantized(fresh, path, FINE.get(name))
    weights.load_quantized(fresh, path.read_bytes())
    card = {
        "builder": name,
        "arguments": {
            key: list(v) if isinstance(v, tuple) else v for key, v in PLANS[name][2].items()
        },
        "seed": SEED,
        "steps": steps,
        "batch_size": batch_size,
        "seconds": round(seconds),
        "cpu_seconds": round(cpu_seconds),
        "samples": NUM_SAMPLES,
        "scores_32_bits": before,
        "scores": scores(fresh, value_range_of(name)),
        "bytes": path.stat().st_size,
        "sha256": sha256,
    }
    path.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")
    print(json.dumps(card, indent=2))


def check(name):
    """Whether the shipped file is the card's, and scores what the card says."""
    path = weights.FOLDER / f"{name}.npz"
    card = json.loads(path.with_suffix(".json").read_text())
    model = getattr(builders, name)(**PLANS[name][2], weights=weights.FASHION_MNIST)
    found = scores(model, value_range_of(name))
    same = hashlib.sha256(path.read_bytes()).hexdigest() == card["sha256"]
    close = all(
        abs(found[key] - value) <= TOLERANCE * max(value, 1)
        for key, value in card["scores"].items()
    )
    print(f"{name}: {found}, card {card['scores']}: {'right' if same and close else 'WRONG'}")
    return same and close


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=tuple(PLANS), help="one generator")
    parser.add_argument(
        "--check", action="store_true", help="score the shipped files, train nothing"
    )
    options = parser.parse_args()
    names = [options.only] if options.only else list(PLANS)
    if options.check:
        results = [check(name) for name in names]
        sys.exit(not all(results))
    if len(data.load_fashion_mnist()[0][0]) < 60_000:
        raise SystemExit("The generators are trained on all 60,000 images; only a part is here.")
    for name in names:
        train(name)


if __name__ == "__main__":
    main()
