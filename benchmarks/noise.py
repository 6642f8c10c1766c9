"""What each metric says of real images with a growing share of noise.

    python benchmarks/noise.py          writes results/noise.json (two minutes on one core)

Samples are 2,000 test images of Fashion-MNIST, and the metrics compare them with 2,000 training
images. The noise is uniform. It comes in two ways: it takes the place of a share of the images, or
it is mixed into every image, as (1 - share) * image + share * noise. The floor of each metric is
its value for other test images, and the ceiling its value for noise alone. Values are means over
disjoint draws of test images. The web site shows the table in the page of notebook 06.
"""

import json
from pathlib import Path
import time

from gan_tf import data, metrics
import numpy as np

PATH = Path(__file__).with_name("results") / "noise.json"
SEED = 0
NUM_JUDGED = 2_000
NUM_DRAWS = 2  # of test images, besides the one that gives the floor
SHARES = tuple(round(0.05 * step, 2) for step in range(11))
KINDS = (
    metrics.ClassifierScore,
    metrics.FrechetClassifierDistance,
    metrics.KernelClassifierDistance,
    metrics.ClassifierPrecisionRecall,
    metrics.ClassifierDensityCoverage,
    metrics.ClassesPresent,
)


def replaced(images, noise, share):
    """Images of which a share, the first ones, are noise."""
    count = round(share * len(images))
    return np.concatenate([noise[:count], images[count:]])


def mixed(images, noise, share):
    """Images into each of which a share of noise is mixed."""
    return (1 - share) * images + share * noise


WAYS = {"replaced": replaced, "mixed": mixed}


def judge_of(real, other):
    """Function from images to a dictionary of all metrics."""
    reference = metrics.Reference(metrics.fashion_mnist_encoder(), real, other, seed=SEED)

    def judge(images):
        distance = metrics.sliced_wasserstein(real, images, seed=SEED).mean
        return metrics.Scores(reference, KINDS)(images) | {"sliced_wasserstein": float(distance)}

    return judge


def mean_of(rows):
    """Mean of each metric over several dictionaries, with six digits."""
    return {name: float(f"{np.mean([row[name] for row in rows]):.6g}") for name in rows[0]}


def table(judge, draws, noise):
    """Dictionary from the way of the noise to a list with the metrics at each share."""
    clean = mean_of([judge(draw) for draw in draws])
    return {
        way: [clean]
        + [mean_of([judge(add(draw, noise, share)) for draw in draws]) for share in SHARES[1:]]
        for way, add in WAYS.items()
    }


def main():
    """Judges all mixtures and writes the table."""
    start = time.process_time()
    (images, _), (test_images, _) = data.load_fashion_mnist()
    real = images[:NUM_JUDGED]
    other, *draws = test_images[: (NUM_DRAWS + 1) * NUM_JUDGED].reshape(-1, *real.shape)
    noise = np.random.default_rng(SEED).uniform(-1, 1, real.shape).astype("float32")
    judge = judge_of(real, other)
    result = {
        "images": NUM_JUDGED,
        "draws": NUM_DRAWS,
        "shares": SHARES,
        "floor": mean_of([judge(other)]),
        "ceiling": mean_of([judge(noise)]),
        **table(judge, draws, noise),
        "seconds": round(time.process_time() - start),
    }
    PATH.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"{PATH}: {result['seconds']} seconds of one core")


if __name__ == "__main__":
    main()
