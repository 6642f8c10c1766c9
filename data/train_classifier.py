"""Trains the small classifier of Fashion-MNIST through whose features the metrics see.

    python data/train_classifier.py [--output FILE] [--weights FILE] [--check]

It needs the full 60,000 training images, writes the model, and prints its accuracy on the 10,000
test images and the SHA-256 that `gan_tf.metrics.encoders` expects. An older Keras cannot read what
a newer one wrote, so the shipped file is written by the oldest that gan_tf runs on: train with
`--weights FILE`, then call the script once more, with the older Keras and the same file. With
`--check` nothing is trained or written: the shipped model is evaluated.
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

SEED = 0
EPOCHS, BATCH_SIZE = 16, 128
PEAK_RATE, WARM_UP_STEPS, WEIGHT_DECAY = 3e-3, 200, 1e-3


def mirrored(images, labels):
    """Half of the images the other way round: a shoe that points right is a shoe."""
    return tf.image.random_flip_left_right(images), labels


def trained(images, labels):
    """The classifier after all epochs; the rate rises, then falls to zero along a cosine."""
    keras.utils.set_random_seed(SEED)
    batches = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images), seed=SEED)
    batches = batches.batch(BATCH_SIZE, drop_remainder=True).map(mirrored).prefetch(2)
    rate = keras.optimizers.schedules.CosineDecay(
        *(0.0, EPOCHS * len(batches) - WARM_UP_STEPS),
        warmup_target=PEAK_RATE,
        warmup_steps=WARM_UP_STEPS,
    )
    classifier = builders.image_classifier()
    optimizer = keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY)
    classifier.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    classifier.fit(batches, epochs=EPOCHS, shuffle=False, verbose=2)
    return classifier


def accuracy(classifier, images, labels):
    """Share of the images whose most probable class is the right one."""
    _, probabilities = metrics.Encoder(classifier, "classifier")(images)
    return np.mean(probabilities.argmax(axis=1) == labels)


def write(path, weights_path, images, labels):
    """Writes the model, with weights that are trained, or found where an earlier call left them."""
    classifier = builders.image_classifier()  # not compiled, so saved without an optimizer's state
    if weights_path and weights_path.exists():
        classifier.load_weights(weights_path)
    elif len(images) < 60_000:
        raise SystemExit("The classifier is trained on all 60,000 images; only a part is here.")
    else:
        classifier.set_weights(trained(images, labels).get_weights())
        if weights_path:
            classifier.save_weights(weights_path)
    classifier.save(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=metrics.CLASSIFIER_FILE)
    parser.add_argument(
        "--weights", type=Path, help=".weights.h5 to read instead of training, or to write"
    )
    parser.add_argument("--check", action="store_true", help="evaluate the shipped model instead")
    options = parser.parse_args()
    (images, labels), (test_images, test_labels) = data.load_fashion_mnist()
    if options.check:
        options.output = metrics.CLASSIFIER_FILE
    else:
        write(options.output, options.weights, images, labels)
    classifier = keras.saving.load_model(options.output, compile=False)
    print(f"Parameters: {classifier.count_params():,}")
    print(f"Test accuracy: {accuracy(classifier, test_images, test_labels):.4f}")
    print(f"File: {options.output}, {options.output.stat().st_size:,} bytes")
    print(f"SHA-256: {hashlib.sha256(options.output.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
