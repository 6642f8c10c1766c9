"""What each metric says of real images with a growing share of noise.

    python benchmarks/noise.py          writes results/noise.json (less than three minutes)

Samples are 2,000 test images of Fashion-MNIST, and the metrics compare them with 2,000 training
images. The noise is uniform. It comes in two ways: it takes the place of a share of the images, or
it is mixed into every image, as (1 - share) * image + share * noise. The floor of each metric is
its value for 2,000 other test images, and the ceiling its value for noise alone. The web site shows
the table in the page of notebook 06.
"""

import json
from pathlib import Path
import time

from gan_tf import data, metrics
import numpy as np

PATH = Path(__file__).with_name("results") / "noise.json"
SEED = 0
NUM_JUDGED = 2_000
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
        found = metrics.Scores(reference, KINDS)(images) | {"sliced_wasserstein": distance}
        return {name: float(f"{value:.6g}") for name, value in found.items()}

    return judge


def table(judge, images, noise):
    """Dictionary from the way of the noise to a list with the metrics at each share."""
    clean = judge(images)
    return {
        way: [clean, *(judge(add(images, noise, share)) for share in SHARES[1:])]
        for way, add in WAYS.items()
    }


def main():
    """Judges all mixtures and writes the table."""
    start = time.process_time()
    (images, _), (test_images, _) = data.load_fashion_mnist()
    real = images[:NUM_JUDGED]
    other, samples = test_images[:NUM_JUDGED], test_images[NUM_JUDGED : 2 * NUM_JUDGED]
    noise = np.random.default_rng(SEED).uniform(-1, 1, real.shape).astype("float32")
    judge = judge_of(real, other)
    result = {
        "images": NUM_JUDGED,
        "shares": SHARES,
        "floor": judge(other),
        "ceiling": judge(noise),
        **table(judge, samples, noise),
        "seconds": round(time.process_time() - start),
    }
    PATH.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"{PATH}: {result['seconds']} seconds of one core")


if __name__ == "__main__":
    main()
