"""Trains the small network that reads the attributes of cartoon faces, in both styles.

    python data/train_face_classifier.py [--output FILE] [--weights FILE] [--check]

It trains on faces of both styles, writes the model, and prints the share of right answers for each
attribute on held-out faces, and the SHA-256 that `gan_tf.metrics.attributes` expects. An older
Keras cannot read what a newer one wrote, so the shipped file is written by the oldest that gan_tf
runs on: train with `--weights FILE`, then call the script once more, with the older Keras and the
same file. With `--check` nothing is trained or written: the shipped model is evaluated.
"""

import argparse
import hashlib
from pathlib import Path
import sys

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gan_tf import builders, data, metrics  # noqa: E402
import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

SEED, TEST_SEED = 0, 1
NUM_TRAIN, NUM_TEST = 16_000, 5_000  # of each style
EPOCHS, BATCH_SIZE = 16, 64
PEAK_RATE, WEIGHT_DECAY = 3e-3, 1e-4
LOSS_WEIGHTS = {"smiling": 3.0}  # a mouth is few pixels; all other attributes weigh 1
ATTRIBUTES = {
    **{name: len(values) for name, values in data.FACE_ATTRIBUTES.items()},
    "style": len(data.FACE_STYLES),
}


def faces_of_both_styles(num, seed, size=64):
    """Images `(2 * num, size, size, 3)`, and labels that tell the style too."""
    images, labels = [], []
    for number, style in enumerate(data.FACE_STYLES):
        some, of_them = data.faces(num, size, style, seed)
        images.append(some)
        labels.append({"hat": np.zeros(num, "int64"), **of_them, "style": np.full(num, number)})
    return np.concatenate(images), {
        name: np.concatenate([each[name] for each in labels]) for name in ATTRIBUTES
    }


def degraded(images, labels):
    """A third of the batches loses its fine detail, and all get some noise, as samples have."""
    half = tf.image.resize(tf.image.resize(images, (32, 32), antialias=True), (64, 64))
    images = tf.where(tf.random.uniform(()) < 1 / 3, half, images)
    return images + tf.random.normal(tf.shape(images), 0.0, 0.03), labels


def trained(classifier):
    """Trains the classifier; the rate falls to zero along a cosine."""
    images, labels = faces_of_both_styles(NUM_TRAIN, SEED)
    batches = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images), seed=SEED)
    batches = batches.batch(BATCH_SIZE, drop_remainder=True).map(degraded).prefetch(2)
    rate = keras.optimizers.schedules.CosineDecay(PEAK_RATE, EPOCHS * len(batches))
    optimizer = keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY)
    losses = dict.fromkeys(ATTRIBUTES, "sparse_categorical_crossentropy")
    weights = {name: LOSS_WEIGHTS.get(name, 1.0) for name in ATTRIBUTES}
    classifier.compile(optimizer, losses, loss_weights=weights)
    classifier.fit(batches, epochs=EPOCHS, shuffle=False, verbose=2)
    return classifier


def accuracies(classifier, size):
    """Share of right answers on held-out faces: a dictionary by style, then by attribute."""
    results = {}
    for style in data.FACE_STYLES:
        images, labels = data.faces(NUM_TEST, size, style, TEST_SEED)
        found = classifier(images)
        results[style] = {name: np.mean(found[name] == labels[name]) for name in labels}
        results[style]["style"] = np.mean(found["style"] == data.FACE_STYLES.index(style))
    return results


def write(path, weights_path):
    """Writes the model, with weights that are trained, or found where an earlier call left them."""
    keras.utils.set_random_seed(SEED)
    classifier = builders.attribute_classifier((64, 64, 3), ATTRIBUTES)
    if weights_path and weights_path.exists():
        classifier.load_weights(weights_path)
    else:
        fresh = keras.models.clone_model(classifier)  # saved without an optimizer's state
        fresh.set_weights(trained(classifier).get_weights())
        classifier = fresh
        if weights_path:
            classifier.save_weights(weights_path)
    classifier.save(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=metrics.FACE_CLASSIFIER_FILE)
    parser.add_argument(
        "--weights", type=Path, help=".weights.h5 to read instead of training, or to write"
    )
    parser.add_argument("--check", action="store_true", help="evaluate the shipped model instead")
    options = parser.parse_args()
    if options.check:
        options.output = metrics.FACE_CLASSIFIER_FILE
    else:
        write(options.output, options.weights)
    model = keras.saving.load_model(options.output, compile=False)
    print(f"Parameters: {model.count_params():,}")
    for size in data.FACE_SIZES:
        for style, shares in accuracies(metrics.AttributeClassifier(model), size).items():
            shown = "  ".join(f"{name} {share:.4f}" for name, share in shares.items())
            print(f"{style}, {size} pixels: {shown}")
    print(f"File: {options.output}, {options.output.stat().st_size:,} bytes")
    print(f"SHA-256: {hashlib.sha256(options.output.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
