"""Finds latents of the shipped DCGAN generator whose garments have a clear name.

    python data/find_garments.py        writes site/play/garments.json (about a minute)

The site's page on latents draws these garments. Their latents are those of the page: the seed of
mulberry32, whose uniform numbers Box and Muller's method turns into normal ones. A seed is taken if
the classifier of Fashion-MNIST is surer of its garment than of others in the same class. Then the
script does what the page does with a - b + c, and prints how often the classifier sees class c.
"""

from pathlib import Path

from gan_tf import builders, data, metrics
import numpy as np

PATH = Path(__file__).resolve().parent.parent / "site" / "play" / "garments.json"
NUM_SEEDS = 6_000
EACH = 8  # garments of a class
NUM_JUDGED = 2_000  # real images, and as many samples
FACTORS = (0.5, 0.7, 0.85, 1.0, 1.25, 1.5)
WORD = 0xFFFFFFFF


def uniform_numbers(seed):
    """Yields the numbers of mulberry32, as shared.js computes them."""
    state = seed & WORD
    while True:
        state = (state + 0x6D2B79F5) & WORD
        t = ((state ^ (state >> 15)) * (state | 1)) & WORD
        t ^= (t + (((t ^ (t >> 7)) * (t | 61)) & WORD)) & WORD
        yield ((t ^ (t >> 14)) & WORD) / 2**32


def latent_of(seed, size=100):
    """The page's latent vector of a seed, `(size,)`, for an even size."""
    numbers = uniform_numbers(seed)
    u, v = np.array([(next(numbers), next(numbers)) for _ in range(size // 2)]).T
    radius, angle = np.sqrt(-2 * np.log(1 - u)), 2 * np.pi * v
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).ravel()


def surest(probabilities):
    """For each class the seeds of which the classifier is surest, in order of seeds."""
    classes = probabilities.argmax(axis=1)
    found = []
    for number in range(probabilities.shape[1]):
        sure = np.where(classes == number, probabilities[:, number], 0.0)
        found.append(sorted(np.argsort(-sure, kind="stable")[:EACH].tolist()))
    return found


def success_of_analogies(latents, seeds, classes_of):
    """Shares of a - b + c that show class c: with single latents for b and c, and with means."""
    single, mean = [], []
    for a in range(len(seeds)):
        for c in range(len(seeds)):
            if a == c:
                continue
            of_a, of_c = latents[seeds[a]], latents[seeds[c]]
            others = np.roll(of_a, 1, axis=0)  # b is another garment of the same class
            for results, change in ((single, of_c - others), (mean, of_c.mean(0) - of_a.mean(0))):
                moved = of_a + change
                moved *= np.linalg.norm(of_a, axis=1, keepdims=True) / np.linalg.norm(
                    moved, axis=1, keepdims=True
                )
                results.append(np.mean(classes_of(moved) == c))
    return np.mean(single), np.mean(mean)


def effect_of_truncation(latents, generate, encoder):
    """Yields (factor, precision, recall) of 2,000 latents times a factor."""
    real = encoder(data.load_fashion_mnist()[0][0][:NUM_JUDGED]).features
    for factor in FACTORS:
        features = encoder(generate(factor * latents[:NUM_JUDGED])).features
        yield factor, *metrics.precision_recall(real, features)


def main():
    """Writes the file, and prints what was measured."""
    generator = builders.dcgan_generator(filters=(64, 32), weights="fashion_mnist")
    encoder = metrics.fashion_mnist_encoder()

    def generate(latents):
        return generator.predict(latents, batch_size=256, verbose=0)

    def probabilities_of(latents):
        return encoder(generate(latents)).probabilities

    latents = np.array([latent_of(seed) for seed in range(NUM_SEEDS)])
    probabilities = probabilities_of(latents)
    seeds = surest(probabilities)
    names = data.CLASS_NAMES
    for name, number, found in zip(names, range(len(names)), seeds, strict=True):
        print(f"{name:12} at least {probabilities[found, number].min():.3f}: {found}")
    single, mean = success_of_analogies(latents, seeds, lambda z: probabilities_of(z).argmax(1))
    print(f"a - b + c shows class c: {single:.1%} with single latents, {mean:.1%} with means")
    for factor, precision, recall in effect_of_truncation(latents, generate, encoder):
        print(f"latents times {factor}: precision {precision:.3f}, recall {recall:.3f}")
    lines = [f'  "{name}": {found}' for name, found in zip(names, seeds, strict=True)]
    PATH.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
