"""Bad input, over all that is public: each a clear error of ours, before anything is trained.

A row is (name, what is done wrong, the error, what it says was received, what it says to do).
"""

import errno
import json
import os
from pathlib import Path
import subprocess
import sys
from types import SimpleNamespace
import zipfile

from gan_tf import (
    GAN,
    builders,
    callbacks,
    data,
    growing,
    history,
    layers,
    losses,
    metrics,
    penalties,
    plots,
    recipes,
    train_gan,
)
from gan_tf import __main__ as command_line
import keras
import numpy as np
import pytest
import tensorflow as tf

PACKAGE = Path(command_line.__file__).resolve().parent
POINTS = data.circle(64, seed=0)
IMAGES = np.random.default_rng(0).uniform(-1, 1, (8, 8, 8, 1)).astype("float32")
NAN_POINTS = np.where(np.arange(64)[:, None] == 5, np.nan, POINTS).astype("float32")
RAGGED = [[1.0, 2.0], [3.0]]
CRITIC = builders.point_discriminator(units=(4,))


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder of its own, a regular file where a folder should be, and monkeypatch."""
    (tmp_path / "file").write_text("This is no folder.")
    return SimpleNamespace(
        folder=tmp_path, inside_a_file=tmp_path / "file" / "x", patch=monkeypatch
    )


def players():
    return builders.point_generator(units=(4,)), builders.point_discriminator(units=(4,))


def game(steps=1, compiled=True, **options):
    gan = GAN(*players(), discriminator_steps=steps, **options)
    if compiled:
        gan.compile("sgd", "sgd")
    return gan


def fit(x, gan=None, **options):
    return (gan or game()).fit(x, verbose=0, **options)


def sets(images, batch_size=8, **options):
    return tf.data.Dataset.from_tensor_slices(images).batch(batch_size, **options)


def no_space(*_, **__):
    """What writing to a full disk ends in."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


# Data.

DATA = [
    ("no points", lambda _: data.circle(0), ValueError, "num_samples=0", "integer >= 1"),
    ("half a point", lambda _: data.grid(1.5), ValueError, "num_samples=1.5", "integer >= 1"),
    ("text for a number", lambda _: data.swiss_roll("9"), ValueError, "'9'", "integer >= 1"),
    ("negative spread", lambda _: data.ring(9, std=-1), ValueError, "std=-1", ">= 0"),
    ("text for a spread", lambda _: data.circle(9, std="wide"), ValueError, "'wide'", ">= 0"),
    ("NaN spread", lambda _: data.grid(9, std=np.nan), ValueError, "std=nan", "finite"),
    ("text for a radius", lambda _: data.ring(9, radius="big"), ValueError, "'big'", "finite"),
    ("NaN radius", lambda _: data.ring_centres(8, np.nan), ValueError, "radius=nan", "finite"),
    ("no modes", lambda _: data.ring(9, num_modes=0), ValueError, "num_modes=0", ">= 1"),
    ("text for a seed", lambda _: data.circle(9, seed="s"), ValueError, "seed='s'", "integer"),
    ("negative seed", lambda _: data.ring(9, seed=-1), ValueError, "seed=-1", "integer >= 0"),
    ("points of one axis", lambda _: data.batches(POINTS[:, 0]), ValueError, "(64,)", "two axes"),
    ("no images", lambda _: data.batches(POINTS[:0]), ValueError, "(0, 2)", "none of them empty"),
    (
        "bytes for images",
        lambda _: data.batches(np.zeros((9, 2), "uint8"), 2),
        ValueError,
        "uint8",
        "images / 127.5 - 1",
    ),
    ("NaN images", lambda _: data.batches(NAN_POINTS), ValueError, "NaN", "must be finite"),
    ("ragged images", lambda _: data.batches(RAGGED, 1), ValueError, "Received: list", "one shape"),
    ("batch larger than data", lambda _: data.batches(POINTS, 65), ValueError, "=65", "1 to 64"),
    ("empty batches", lambda _: data.batches(POINTS, 0), ValueError, "batch_size=0", "1 to 64"),
    ("batches' seed", lambda _: data.batches(POINTS, seed=0.5), ValueError, "seed=0.5", "integer"),
    (
        "seed beyond 64 bits",
        lambda _: data.batches(POINTS, seed=2**63),
        ValueError,
        "seed=9223372036854775808",
        "64 bits",
    ),
    (
        "empty epochs",
        lambda _: data.batches(POINTS, steps_per_epoch=0),
        ValueError,
        "steps_per_epoch=0",
        "integer >= 1",
    ),
    ("pad points", lambda _: data.padded(POINTS, 32), ValueError, "(64, 2)", "(num_images, height"),
    ("pad to less", lambda _: data.padded(IMAGES, 6), ValueError, "size=6", "not be smaller"),
    ("pad by halves", lambda _: data.padded(IMAGES, 9), ValueError, "size=9", "even number"),
    ("pad to text", lambda _: data.padded(IMAGES, "9"), ValueError, "'9'", "integer >= 1"),
    ("crop to more", lambda _: data.cropped(IMAGES, 10), ValueError, "size=10", "not be larger"),
    ("crop to nothing", lambda _: data.cropped(IMAGES, 0), ValueError, "size=0", "integer >= 1"),
    ("enlarge points", lambda _: data.enlarged(POINTS, 8), ValueError, "(64, 2)", "(num_images, "),
    ("enlarge by halves", lambda _: data.enlarged(IMAGES, 12), ValueError, "=12", "a multiple"),
    ("enlarge to text", lambda _: data.enlarged(IMAGES, "9"), ValueError, "'9'", "integer >= 1"),
    ("shrink to nothing", lambda _: data.shrunk(IMAGES, 0), ValueError, "size=0", "integer >= 1"),
    (
        "folder that is absent",
        lambda here: data.image_batches(here.folder / "absent", 8),
        OSError,
        "absent",
        "Give one with images",
    ),
    (
        "folder without images",
        lambda here: data.image_batches(here.folder, 8),
        OSError,
        "holds no images",
        ".png",
    ),
    ("None for a folder", lambda _: data.image_batches(None, 8), ValueError, "None", "tfds:NAME"),
    ("two channels", lambda _: data.image_batches(".", 8, channels=2), ValueError, "=2", "1, 3"),
]


def few_pictures(here):
    keras.utils.save_img(here.folder / "one.png", IMAGES[0])
    return data.image_batches(here.folder, 8, batch_size=2)


def damaged_labels(here):
    """The right name and length, other content."""
    file = here.folder / "t10k-labels-idx1-ubyte"
    file.write_bytes(b"\x00\x00\x08\x01\x00\x00\x27\x10" + bytes(10_000))
    return data.read_idx(file)


def truncated_labels(here):
    file = here.folder / "t10k-labels-idx1-ubyte"
    file.write_bytes(b"\x00\x00\x08\x01\x00\x00\x27\x10" + bytes(9_000))
    return data.read_idx(file)


def from_environment(here, place):
    here.patch.setenv("GAN_TF_DATA", str(place))
    return data.load_fashion_mnist(verbose=False)


def damaged_subset(here):
    """Sound as a file, but one image is another."""
    good = np.load(data.find_fashion_mnist("embedded")[1])
    arrays = {name: good[name] for name in data.NPZ_KEYS}
    arrays["test_images"][0] += 1
    np.savez(here.folder / "fashion_mnist_subset.npz", **arrays)
    here.patch.setattr(
        "gan_tf.data.fashion_mnist._embedded_file",
        lambda: here.folder / "fashion_mnist_subset.npz",
    )
    return data.load_fashion_mnist("embedded", verbose=False)


def without_labels(here):
    images = np.zeros((2, 28, 28), "uint8")
    np.savez(here.folder / "a.npz", train_images=images, test_images=images)
    return data.load_fashion_mnist(here.folder / "a.npz", verbose=False)


def pickled(here):
    """An .npz whose array would run code when it is read."""

    class Harmful:
        def __reduce__(self):
            return os.mkdir, (str(here.folder / "it ran"),)

    array = np.array([Harmful()], dtype=object)
    np.savez(here.folder / "a.npz", **dict.fromkeys(data.NPZ_KEYS, array))
    try:
        return data.load_fashion_mnist(here.folder / "a.npz", verbose=False)
    finally:
        assert not (here.folder / "it ran").exists()


FILES = [
    ("fewer pictures than a batch", few_pictures, ValueError, "batch_size=2", "fewer than a batch"),
    ("hash-damaged labels", damaged_labels, ValueError, "t10k-labels", "path of a good copy"),
    ("truncated labels", truncated_labels, ValueError, "truncated: 9,008", "path of a good copy"),
    (
        "absent labels",
        lambda here: data.read_idx(here.folder / "t10k-labels-idx1-ubyte"),
        OSError,
        "t10k-labels",
        "path of a good copy",
    ),
    (
        "data that are absent",
        lambda here: data.load_fashion_mnist(here.folder / "absent"),
        OSError,
        "absent",
        "good copy",
    ),
    (
        "a folder without the four files",
        lambda here: data.load_fashion_mnist(here.folder),
        OSError,
        "lacks train-images",
        "good copy",
    ),
    (
        "neither folder nor .npz",
        lambda here: data.load_fashion_mnist(here.folder / "file"),
        ValueError,
        "file (path)",
        '.npz file or the word "embedded"',
    ),
    ("a number for a path", lambda _: data.load_fashion_mnist(3), ValueError, "=3", "folder"),
    (
        "GAN_TF_DATA that is absent",
        lambda here: from_environment(here, here.folder / "absent"),
        OSError,
        "absent",
        "GAN_TF_DATA",
    ),
    (
        "GAN_TF_DATA that is some file",
        lambda here: from_environment(here, here.folder / "file"),
        ValueError,
        "file (GAN_TF_DATA)",
        "or unset it",
    ),
    ("hash-damaged subset", damaged_subset, ValueError, "SHA-256", "git checkout data"),
    ("labels missing", without_labels, ValueError, "train_labels", "good copy"),
    ("a pickle in an .npz", pickled, ValueError, "a.npz", "good copy"),
    (
        "range upside down",
        lambda _: data.load_fashion_mnist("embedded", value_range=(1, 0)),
        ValueError,
        "value_range=(1, 0)",
        "low < high",
    ),
]

# Networks.


def style_synthesis(_):
    return builders.synthesis_network(builders.point_generator())


def virtual(model, reference):
    return builders.with_virtual_batch_normalization(model, reference)


BUILDERS = [
    ("no latents", lambda _: builders.point_generator(0), ValueError, "latent_dim=0", ">= 1"),
    (
        "image without channels",
        lambda _: builders.dcgan_generator(image_shape=(28, 28)),
        ValueError,
        "image_shape=(28, 28)",
        "(height, width, channels)",
    ),
    (
        "judging an image without channels",
        lambda _: builders.dcgan_discriminator((28, 28)),
        ValueError,
        "image_shape=(28, 28)",
        "(height, width, channels)",
    ),
    (
        "classifying an image without channels",
        lambda _: builders.image_classifier((28, 28)),
        ValueError,
        "image_shape=(28, 28)",
        "(height, width, channels)",
    ),
    (
        "size that doubling misses",
        lambda _: builders.dcgan_generator(image_shape=(30, 30, 1)),
        ValueError,
        "(30, 30, 1)",
        "multiples of 4",
    ),
    (
        "no filters",
        lambda _: builders.dcgan_generator(filters=()),
        ValueError,
        "filters=()",
        "integers >= 1",
    ),
    ("one width", lambda _: builders.dense_generator(units=9), ValueError, "units=9", "tuple"),
    (
        "number for a shape",
        lambda _: builders.dense_discriminator(28),
        ValueError,
        "input_shape=28",
        "tuple",
    ),
    (
        "dropout of all",
        lambda _: builders.dcgan_discriminator(dropout=1),
        ValueError,
        "dropout=1",
        "[0, 1)",
    ),
    (
        "dropout in words",
        lambda _: builders.image_classifier(dropout="much"),
        ValueError,
        "dropout='much'",
        "[0, 1)",
    ),
    (
        "unknown activation",
        lambda _: builders.dense_generator(activation="rellu"),
        ValueError,
        "'rellu'",
        "name of a Keras activation",
    ),
    (
        "reference of another shape",
        lambda _: virtual(builders.dcgan_generator(8), np.zeros((4, 9), "float32")),
        ValueError,
        "(4, 9)",
        "(num_reference, 8)",
    ),
    (
        "nothing to replace",
        lambda _: virtual(builders.point_generator(), np.zeros((4, 2), "float32")),
        ValueError,
        "generator",
        "no BatchNormalization",
    ),
    (
        "resolution that doubling misses",
        lambda _: builders.progressive_generator(24),
        ValueError,
        "resolution=24",
        "power of two",
    ),
    (
        "mixing of more than all",
        lambda _: builders.style_generator(8, mixing=2),
        ValueError,
        "=2",
        "[0, 1]",
    ),
    ("styles of a plain generator", style_synthesis, ValueError, "generator", "style_generator"),
]

LAYERS = [
    ("no kernels", lambda _: layers.MinibatchDiscrimination(0), ValueError, "=0", ">= 1"),
    (
        "discrimination of images",
        lambda _: layers.MinibatchDiscrimination(2)(IMAGES),
        ValueError,
        "(8, 8, 8, 1)",
        "Flatten",
    ),
    ("packs of none", lambda _: layers.Packing(0), ValueError, "degree=0", ">= 1"),
    ("odd packs", lambda _: layers.Packing(3)(IMAGES), ValueError, "batch of 8", "multiple of"),
    ("odd groups", lambda _: layers.MinibatchStdDev(3)(IMAGES), ValueError, "of 8", "batch size"),
    (
        "channels in odd shares",
        lambda _: layers.MinibatchStdDev(4, 2)(IMAGES),
        ValueError,
        "num_features=2",
        "multiple",
    ),
    (
        "branches of two shapes",
        lambda _: layers.FadeIn()([IMAGES, IMAGES[:, :4]]),
        ValueError,
        "(8, 4, 8, 1)",
        "one shape",
    ),
    ("odd image", lambda _: layers.Downsample()(IMAGES[:, :7]), ValueError, "(8, 7", "even"),
    ("even kernel", lambda _: layers.Blur((1, 1)), ValueError, "(1, 1)", "1, 3, 5"),
    ("kernel in words", lambda _: layers.Blur("abc"), ValueError, "'abc'", "1, 3, 5"),
    ("no gain", lambda _: layers.EqualizedDense(4, gain=0), ValueError, "gain=0", "> 0"),
    ("padding", lambda _: layers.EqualizedConv2D(4, 3, padding="x"), ValueError, "'x'", "'same'"),
    ("one style", lambda _: layers.StyleMixing(1), ValueError, "num_layers=1", "integer >= 2"),
    ("decay", lambda _: layers.Truncation(decay=1), ValueError, "decay=1", "[0, 1)"),
    (
        "styles without layers",
        lambda _: layers.Truncation()(POINTS),
        ValueError,
        "(64, 2)",
        "(batch, num_layers, style_dim)",
    ),
    (
        "number for a reference",
        lambda _: layers.ReferenceBatch(3),
        ValueError,
        "reference=3",
        "(num_reference, ...)",
    ),
    ("replay of nothing", lambda _: layers.ExperienceReplay(0), ValueError, "size=0", ">= 1"),
    ("share", lambda _: layers.ExperienceReplay(9, 1.5), ValueError, "share=1.5", "[0, 1]"),
    ("constant shape", lambda _: layers.LearnedConstant(4), ValueError, "shape=4", "tuple"),
]

# What the players minimise.

LOGITS = tf.zeros((4, 1))


def blind(images):
    return tf.ones((len(images), 1))


LOSSES = [
    ("unknown loss", lambda _: losses.get("wgan"), ValueError, "'wgan'", "wasserstein"),
    ("class for a loss", lambda _: losses.get(losses.Hinge), ValueError, "Hinge", "Hinge()"),
    ("half a loss", lambda _: losses.get(np.mean), ValueError, "function", "methods"),
    ("smoothing", lambda _: losses.NonSaturating(0.5), ValueError, "=0.5", "[0, 0.5)"),
    ("smoothing in words", lambda _: losses.Minimax("a bit"), ValueError, "'a bit'", "[0, 0.5)"),
    (
        "pairs of other shapes",
        lambda _: losses.Relativistic().discriminator(LOGITS, LOGITS[:, 0]),
        ValueError,
        "(4, 1) and (4,)",
        "same shape",
    ),
    (
        "pairs without partners",
        lambda _: losses.Relativistic().generator(LOGITS, LOGITS[:3]),
        ValueError,
        "(3, 1)",
        "same shape",
    ),
    (
        "layer that is absent",
        lambda _: losses.FeatureMatching("features").attach(CRITIC),
        ValueError,
        "'features'",
        "It has [",
    ),
]

PENALTIES = [
    ("negative weight", lambda _: penalties.R1(-1), ValueError, "weight=-1", ">= 0"),
    (
        "NaN weight",
        lambda _: penalties.Drift(np.nan),
        ValueError,
        "weight=nan",
        "finite number >= 0",
    ),
    ("weight in words", lambda _: penalties.GradientPenalty("x"), ValueError, "'x'", ">= 0"),
    ("endless weight", lambda _: penalties.R2(np.inf), ValueError, "weight=inf", "finite"),
    (
        "as many fakes as reals",
        lambda _: penalties.GradientPenalty()(CRITIC, tf.zeros((4, 2)), tf.zeros((3, 2))),
        ValueError,
        "(3, 2)",
        "same shape",
    ),
    (
        "critic that does not look",
        lambda _: penalties.R1()(blind, tf.zeros((4, 2)), tf.zeros((4, 2))),
        ValueError,
        "(4, 1)",
        "depend on its images",
    ),
    (
        "critic that looks at whole numbers",
        lambda _: penalties.R1()(CRITIC, tf.zeros((4, 2), "int32"), None),
        ValueError,
        "int32",
        "floats",
    ),
    ("sum of nothing", lambda _: penalties.Sum(), ValueError, "()", "at least one penalty"),
    ("no schedule", lambda _: penalties.Scheduled(penalties.R1(), 3), ValueError, "=3", "function"),
    (
        "lazy at random",
        lambda _: penalties.Lazy(penalties.GradientPenalty()),
        ValueError,
        "<",
        "R1",
    ),
    ("never", lambda _: penalties.Lazy(penalties.R1(), 0), ValueError, "interval=0", ">= 1"),
    (
        "nothing to count",
        lambda _: penalties.Lazy(penalties.R1())(CRITIC, LOGITS, LOGITS),
        ValueError,
        "Lazy",
        "attach(optimizer)",
    ),
    ("no clipping", lambda _: penalties.WeightClip(0), ValueError, "c=0", "> 0"),
    ("clipping in words", lambda _: penalties.WeightClip("x"), ValueError, "c='x'", "> 0"),
    (
        "memory without weight",
        lambda _: history.HistoricalAveraging(-1, []),
        ValueError,
        "weight=-1",
        "> 0",
    ),
]

# The game.


def shared_optimizer(_):
    optimizer = keras.optimizers.Adam()
    game(compiled=False).compile(optimizer, optimizer)


def foreign_optimizer(_):
    optimizer = keras.optimizers.Adam()
    optimizer.build(CRITIC.trainable_variables[:1])
    game(compiled=False).compile(optimizer, "adam")


def compile_game(discriminator=None, **options):
    generator, usual = players()
    gan = GAN(generator, discriminator or usual)
    gan.compile(**{"generator_optimizer": "sgd", "discriminator_optimizer": "sgd", **options})


def frozen(_):
    gan = game(compiled=False)
    gan.discriminator.trainable = False
    gan.compile("sgd", "sgd")


def sigmoid_discriminator():
    return builders.dense_discriminator((2,), units=(4,), output_activation="sigmoid")


def keras_spectral(_):
    dense = keras.layers.SpectralNormalization(keras.layers.Dense(1))
    compile_game(keras.Sequential([keras.Input((2,)), dense]))


def image_to_image():
    return keras.Sequential([keras.Input((2, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])


class Subclassed(keras.Model):
    def call(self, latents):
        return latents


def tanh_game(ending="tanh"):
    generator = builders.dense_generator(2, (2,), (4,), output_activation=ending)
    gan = GAN(generator, players()[1])
    gan.compile("sgd", "sgd")
    return gan


GAMES = [
    ("no generator", lambda _: GAN(None, CRITIC), ValueError, "None", "keras.Model"),
    (
        "unbuilt generator",
        lambda _: GAN(keras.Sequential([keras.layers.Dense(2)]), CRITIC),
        ValueError,
        "Sequential",
        "keras.Input",
    ),
    (
        "players that do not fit",
        lambda _: GAN(builders.point_generator(dim=3), CRITIC),
        ValueError,
        "(None, 3)",
        "must make what the discriminator takes",
    ),
    (
        "generator of many images",
        lambda _: GAN(builders.progressive_generator(8), CRITIC),
        ValueError,
        "2 outputs",
        "ProgressiveGAN",
    ),
    (
        "discriminator of two numbers",
        lambda _: GAN(builders.point_generator(), builders.point_generator()),
        ValueError,
        "(None, 2)",
        "one number for each image",
    ),
    (
        "no discriminator steps",
        lambda _: game(steps=0),
        ValueError,
        "discriminator_steps=0",
        ">= 1",
    ),
    ("seed in words", lambda _: game(seed="s"), ValueError, "seed='s'", "integer"),
    ("replay in words", lambda _: game(replay="all"), ValueError, "'all'", "ExperienceReplay"),
    (
        "memory in words",
        lambda _: game(historical_averaging="long"),
        ValueError,
        "'long'",
        "above 0",
    ),
    (
        "generator of a class of its own",
        lambda _: GAN(Subclassed(), CRITIC),
        ValueError,
        "Subclassed",
        "keras.Input",
    ),
    (
        "generator from images to images",
        lambda _: GAN(image_to_image(), CRITIC),
        ValueError,
        "(None, 2, 1)",
        "latents, shape (None, latent_dim)",
    ),
    ("shared optimizer", shared_optimizer, ValueError, "same optimizer", "Make two"),
    ("another model's optimizer", foreign_optimizer, ValueError, "1 weights", "new optimizer"),
    (
        "unknown optimizer",
        lambda _: compile_game(generator_optimizer="adma"),
        ValueError,
        "'adma'",
        "keras.optimizers.Adam",
    ),
    (
        "no optimizer",
        lambda _: compile_game(discriminator_optimizer=None),
        ValueError,
        "None",
        "keras.optimizers.Adam",
    ),
    ("unknown loss", lambda _: compile_game(loss="wgan"), ValueError, "'wgan'", "wasserstein"),
    ("penalty by name", lambda _: compile_game(penalty="r1"), ValueError, "'r1'", "penalties.R1"),
    (
        "class for a penalty",
        lambda _: compile_game(penalty=penalties.R1),
        ValueError,
        "R1",
        "R1()",
    ),
    ("nothing to train", frozen, ValueError, "no trainable weights", "trainable = True"),
    (
        "sigmoid under logits",
        lambda _: compile_game(sigmoid_discriminator()),
        ValueError,
        "ends in a sigmoid",
        "from_logits=False",
    ),
    (
        "logits as probabilities",
        lambda _: compile_game(loss=losses.NonSaturating(from_logits=False)),
        ValueError,
        "ends in logits",
        "from_logits=True",
    ),
    ("Keras's spectral norm", keras_spectral, ValueError, "spectral", "gan_tf.layers.Spectral"),
    (
        "fit before compile",
        lambda _: fit(POINTS, game(compiled=False)),
        ValueError,
        "not compiled",
        "gan.compile(",
    ),
    ("no data", lambda _: fit(None), ValueError, "None", "tf.data.Dataset"),
    ("text for data", lambda _: fit("images"), ValueError, "'images'", "tf.data.Dataset"),
    (
        "labels as y",
        lambda _: game().fit(POINTS, np.zeros(64)),
        ValueError,
        "y of shape (64,)",
        "images alone",
    ),
    (
        "labels beside images",
        lambda _: fit((POINTS, np.zeros(64))),
        ValueError,
        "tuple",
        "images alone",
    ),
    (
        "labels in a dataset",
        lambda _: fit(sets((POINTS, np.zeros(64)))),
        ValueError,
        "pairs",
        "lambda images, labels: images",
    ),
    ("points of one axis", lambda _: fit(POINTS[:, 0]), ValueError, "(64,)", "(batch, 2)"),
    ("points in space", lambda _: fit(np.zeros((9, 3), "f")), ValueError, "(9, 3)", "(batch, 2)"),
    ("ragged data", lambda _: fit(RAGGED), ValueError, "list", "tf.data.Dataset"),
    (
        "bytes for images",
        lambda _: fit(np.zeros((9, 2), "uint8")),
        ValueError,
        "uint8",
        "floats",
    ),
    ("no images", lambda _: fit(POINTS[:0]), ValueError, "(0, 2)", "at least one"),
    ("NaN images", lambda _: fit(NAN_POINTS), ValueError, "2 of 128", "finite"),
    (
        "infinite images, as a tensor",
        lambda _: fit(tf.constant(POINTS) / 0),
        ValueError,
        "128 of 128",
        "finite",
    ),
    (
        "images beyond tanh",
        lambda _: fit(100 + 100 * POINTS, tanh_game()),
        ValueError,
        "values from",
        "[-1, 1]",
    ),
    (
        "images beyond a sigmoid",
        lambda _: fit(POINTS, tanh_game("sigmoid")),
        ValueError,
        "values from",
        "[0, 1]",
    ),
    (
        "batch larger than data",
        lambda _: fit(POINTS, batch_size=65),
        ValueError,
        "batch_size=65",
        "from 1 to the number of images, 64",
    ),
    (
        "batches for all steps larger than data",
        lambda _: fit(POINTS, game(steps=3), batch_size=32),
        ValueError,
        "batch_size=32",
        "3 discriminator steps",
    ),
    ("empty batches", lambda _: fit(POINTS, batch_size=0), ValueError, "batch_size=0", "from 1"),
    (
        "batch size of a dataset",
        lambda _: fit(sets(POINTS), batch_size=8),
        ValueError,
        "batch_size=8",
        "already has batches",
    ),
    (
        "dataset of bytes",
        lambda _: fit(sets(np.zeros((9, 2), "uint8"))),
        ValueError,
        "uint8",
        "floats",
    ),
    (
        "dataset of points in space",
        lambda _: fit(sets(np.zeros((16, 3), "f"))),
        ValueError,
        "(None, 3)",
        "(batch, 2)",
    ),
    (
        "dataset without batches",
        lambda _: fit(tf.data.Dataset.from_tensor_slices(POINTS)),
        ValueError,
        "(2,)",
        "(batch, 2)",
    ),
    (
        "dataset beyond tanh",
        lambda _: fit(data.batches(100 + 100 * POINTS, 8), tanh_game()),
        ValueError,
        "values from",
        "[-1, 1]",
    ),
    (
        "dataset without end",
        lambda _: fit(sets(POINTS).repeat()),
        ValueError,
        "steps_per_epoch=None",
        "give steps_per_epoch",
    ),
    (
        "an epoch of no steps",
        lambda _: fit(data.batches(POINTS, 8), steps_per_epoch=0),
        ValueError,
        "steps_per_epoch=0",
        "an integer >= 1",
    ),
    (
        "an epoch of half a step",
        lambda _: fit(data.batches(POINTS, 8), steps_per_epoch=0.5),
        ValueError,
        "steps_per_epoch=0.5",
        "an integer >= 1",
    ),
    ("empty dataset", lambda _: fit(sets(POINTS).take(0)), ValueError, "no batch", "smaller"),
    (
        "fewer batches than steps",
        lambda _: fit(data.batches(POINTS, 32), game(steps=3)),
        ValueError,
        "2 batches",
        "3 discriminator steps",
    ),
    (
        "a smaller last batch",
        lambda _: fit(data.batches(POINTS, 10, drop_remainder=False), game(steps=3)),
        ValueError,
        "(None, 2)",
        "drop_remainder=True",
    ),
    (
        "checkpoints in a file",
        lambda here: fit(sets(POINTS), resume=here.inside_a_file),
        OSError,
        "file/x",
        "folder",
    ),
    ("no samples", lambda _: game().generate(0), ValueError, "num_images=0", ">= 1"),
    (
        "samples by none",
        lambda _: game().generate(4, batch_size=0),
        ValueError,
        "batch_size=0",
        ">= 1",
    ),
]


def stack(discriminator=None, loss="binary_crossentropy", compiled=True, freeze=True):
    """The lecture's stack, for points."""
    generator = builders.point_generator(units=(4,))
    discriminator = discriminator or sigmoid_discriminator()
    if compiled:
        discriminator.compile(loss=loss, optimizer="rmsprop")
    discriminator.trainable = not freeze
    gan = keras.Sequential([generator, discriminator])
    gan.compile(loss=loss, optimizer="rmsprop")
    return gan


def lecture(gan=None, dataset=None, batch_size=8, codings_size=2, **options):
    if dataset is None:
        dataset = sets(POINTS, drop_remainder=True)
    arguments = {"n_epochs": 1, "verbose": 0, **options}
    return train_gan(gan or stack(), dataset, batch_size, codings_size, **arguments)


def uncompiled_stack(_):
    gan = keras.Sequential(stack().layers)
    lecture(gan)


def unbuilt_stack(_):
    small = keras.Sequential([keras.layers.Dense(2)])
    discriminator = sigmoid_discriminator()
    discriminator.compile(loss="binary_crossentropy", optimizer="sgd")
    gan = keras.Sequential([small, discriminator])
    gan.compile(loss="binary_crossentropy", optimizer="sgd")
    lecture(gan)


def lossless_stack(_):
    discriminator = sigmoid_discriminator()
    discriminator.compile(optimizer="sgd")
    lecture(stack(discriminator, compiled=False))


LECTURE = [
    ("text for the stack", lambda _: lecture("gan"), ValueError, "'gan'", "Sequential([generator"),
    (
        "a stack of one",
        lambda _: lecture(keras.Sequential([sigmoid_discriminator()])),
        ValueError,
        "['Sequential']",
        "Sequential([generator",
    ),
    (
        "uncompiled discriminator",
        lambda _: lecture(stack(compiled=False)),
        ValueError,
        "discriminator is not compiled",
        "trainable = False",
    ),
    ("uncompiled stack", uncompiled_stack, ValueError, "gan is not compiled", "then compile gan"),
    ("unbuilt generator", unbuilt_stack, ValueError, "generator", "keras.Input"),
    ("compiled without a loss", lossless_stack, ValueError, "discriminator", "with a loss"),
    (
        "sigmoid under logits",
        lambda _: lecture(stack(loss=keras.losses.BinaryCrossentropy(from_logits=True))),
        ValueError,
        "ends in a sigmoid",
        "binary_crossentropy",
    ),
    ("wrong codings", lambda _: lecture(codings_size=9), ValueError, "codings_size=9", "size=2"),
    ("no codings", lambda _: lecture(codings_size=None), ValueError, "=None", ">= 1"),
    ("batch size in words", lambda _: lecture(batch_size="8"), ValueError, "'8'", ">= 1"),
    (
        "dataset of another batch size",
        lambda _: lecture(batch_size=16),
        ValueError,
        "batch_size=16",
        "batch_size=8",
    ),
    (
        "dataset of unknown batch size",
        lambda _: lecture(dataset=sets(POINTS)),
        ValueError,
        "(None, 2)",
        "drop_remainder=True",
    ),
    ("array for a dataset", lambda _: lecture(dataset=POINTS), ValueError, "array(", "tf.data"),
    (
        "labels in the dataset",
        lambda _: lecture(dataset=sets((POINTS, POINTS), drop_remainder=True)),
        ValueError,
        "TensorSpec",
        "lambda images, labels: images",
    ),
    (
        "dataset of bytes",
        lambda _: lecture(dataset=sets(np.zeros((16, 2), "uint8"), drop_remainder=True)),
        ValueError,
        "uint8",
        "floats",
    ),
    ("no epochs", lambda _: lecture(n_epochs=0), ValueError, "n_epochs=0", ">= 1"),
    (
        "no steps",
        lambda _: lecture(steps_per_execution=0),
        ValueError,
        "steps_per_execution=0",
        ">= 1",
    ),
]


def growing_game(generator=None, discriminator=None, **options):
    filters = {"filters": lambda size: 2}
    generator = generator or builders.progressive_generator(8, 2, **filters)
    discriminator = discriminator or builders.progressive_discriminator(8, **filters)
    return growing.ProgressiveGAN(generator, discriminator, **options)


GROWING = [
    ("no time", lambda _: growing_game(images_stable=0), ValueError, "images_stable=0", ">= 1"),
    ("fading", lambda _: growing_game(images_fading=0.5), ValueError, "=0.5", "integer >= 1"),
    (
        "other stages",
        lambda _: growing_game(builders.progressive_generator(16, 2)),
        ValueError,
        "(16, 16, 1)",
        "one image for each stage",
    ),
    ("no model", lambda _: growing_game("style"), ValueError, "'style'", "keras.Model"),
]

# Callbacks.


def watch(callback, dataset=None):
    return fit(sets(POINTS) if dataset is None else dataset, callbacks=[callback])


def watch_plain_model(callback):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(POINTS, POINTS[:, :1], verbose=0, callbacks=[callback])


def mean_of(images):
    return {"mean": float(np.mean(images))}


def dots(samples):
    return plots.samples_2d(samples)


def best_on_full_disk(here):
    here.patch.setattr(os, "replace", no_space)
    watch(callbacks.Score(mean_of, 4, path=here.folder / "best.keras"))


def film_on_full_disk(here):
    here.patch.setattr("imageio.v3.imwrite", no_space)
    watch(callbacks.SampleImages(4, draw=dots, path=here.folder / "film.gif"))


CALLBACKS = [
    ("no samples", lambda _: callbacks.SampleImages(0), ValueError, "num_images=0", ">= 1"),
    ("half epochs", lambda _: callbacks.SampleImages(every=0.5), ValueError, "every=0.5", ">= 1"),
    ("no pen", lambda _: callbacks.SampleImages(draw="x"), ValueError, "draw='x'", "function"),
    (
        "film of another kind",
        lambda _: callbacks.SampleImages(path="film.mp4"),
        ValueError,
        "film.mp4",
        ".gif",
    ),
    (
        "film in a file",
        lambda here: watch(
            callbacks.SampleImages(4, draw=dots, path=here.inside_a_file / "film.gif")
        ),
        OSError,
        "film.gif",
        "another folder",
    ),
    ("film on a full disk", film_on_full_disk, OSError, "No space left", "Free some space"),
    (
        "samples before fit",
        lambda _: callbacks.SampleImages().samples(),
        ValueError,
        "no training",
        "fit",
    ),
    (
        "samples of a plain model",
        lambda _: watch_plain_model(callbacks.SampleImages()),
        ValueError,
        "Sequential",
        "gan_tf.GAN",
    ),
    ("decay", lambda _: callbacks.GeneratorAverage(1), ValueError, "decay=1", "[0, 1)"),
    ("decay in words", lambda _: callbacks.GeneratorAverage("x"), ValueError, "'x'", "[0, 1)"),
    (
        "average before fit",
        lambda _: callbacks.GeneratorAverage().generator,
        ValueError,
        "no training",
        "fit",
    ),
    (
        "average of a plain model",
        lambda _: watch_plain_model(callbacks.GeneratorAverage()),
        ValueError,
        "Sequential",
        "gan_tf.GAN",
    ),
    (
        "samples of a model in place of a function",
        lambda _: callbacks.SampleImages(generator=CRITIC),
        ValueError,
        "Sequential",
        "lambda: average.generator",
    ),
    ("no score", lambda _: callbacks.Score("fid"), ValueError, "'fid'", "function"),
    ("score of none", lambda _: callbacks.Score(mean_of, 0), ValueError, "num_images=0", ">= 1"),
    ("score of half", lambda _: callbacks.Score(mean_of, 1.5), ValueError, "=1.5", "integer"),
    ("best mode", lambda _: callbacks.Score(mean_of, mode="up"), ValueError, "'up'", "'min'"),
    ("best file", lambda _: callbacks.Score(mean_of, path="a.h5"), ValueError, "a.h5", ".keras"),
    (
        "score that is no dict",
        lambda _: watch(callbacks.Score(np.mean, 4)),
        ValueError,
        "Received: ",
        "dict",
    ),
    (
        "score in words",
        lambda _: watch(callbacks.Score(lambda images: {"a": "good"}, 4)),
        ValueError,
        "'good'",
        "numbers",
    ),
    (
        "unknown monitor",
        lambda _: watch(callbacks.Score(mean_of, 4, monitor="fid")),
        ValueError,
        "['mean']",
        "['fid']",
    ),
    (
        "score with a taken name",
        lambda _: watch(callbacks.Score(lambda images: {"d_loss": 1.0}, 4)),
        ValueError,
        "d_loss",
        "Rename",
    ),
    (
        "best of nothing",
        lambda _: callbacks.Score(mean_of).best_generator(),
        ValueError,
        "first=None",
        "Train with this callback",
    ),
    (
        "best in a file",
        lambda here: watch(callbacks.Score(mean_of, 4, path=here.inside_a_file / "best.keras")),
        OSError,
        "best.keras",
        "another folder",
    ),
    ("best on a full disk", best_on_full_disk, OSError, "No space left", "Free some space"),
    (
        "score of a plain model",
        lambda _: watch_plain_model(callbacks.Score(mean_of)),
        ValueError,
        "Sequential",
        "gan_tf.GAN",
    ),
    (
        "doctor with few images",
        lambda _: callbacks.TrainingDoctor(POINTS),
        ValueError,
        "64",
        "num_images=64",
    ),
    (
        "doctor with NaN",
        lambda _: callbacks.TrainingDoctor(NAN_POINTS, num_images=64),
        ValueError,
        "spread is nan",
        "finite",
    ),
    (
        "doctor now and then",
        lambda _: callbacks.TrainingDoctor(POINTS, every="often", num_images=64),
        ValueError,
        "'often'",
        ">= 1",
    ),
    (
        "doctor of a plain model",
        lambda _: watch_plain_model(callbacks.TrainingDoctor(POINTS, num_images=64)),
        ValueError,
        "Sequential",
        "gan_tf.GAN",
    ),
]

# Judging.

EYE = np.eye(2)


def classifier(image_shape=(8, 8, 1)):
    return builders.image_classifier(image_shape, 3, ((2,),), 4)


def encoder(**options):
    return metrics.Encoder(classifier(), "small", **options)


def damaged_classifier(here):
    file = here.folder / "classifier.keras"
    file.write_bytes(metrics.CLASSIFIER_FILE.read_bytes()[:-1])
    here.patch.setattr("gan_tf.metrics.encoders.CLASSIFIER_FILE", file)
    return metrics.fashion_mnist_encoder()


def absent_classifier(here):
    here.patch.setattr("gan_tf.metrics.encoders.CLASSIFIER_FILE", here.folder / "absent.keras")
    return metrics.fashion_mnist_encoder()


def reference(**options):
    return metrics.Reference(encoder(**options), IMAGES, IMAGES)


METRICS = [
    (
        "NaN features",
        lambda _: metrics.gaussian_statistics(NAN_POINTS),
        ValueError,
        "2 of 128",
        "finite",
    ),
    (
        "ragged features",
        lambda _: metrics.gaussian_statistics(RAGGED),
        ValueError,
        "list",
        "one shape",
    ),
    (
        "one sample",
        lambda _: metrics.gaussian_statistics(POINTS[:1]),
        ValueError,
        "Received: 1",
        "at least 2",
    ),
    (
        "images for features",
        lambda _: metrics.kernel_distance(IMAGES, IMAGES),
        ValueError,
        "(8, 8, 8, 1)",
        "Flatten or encode",
    ),
    (
        "other features",
        lambda _: metrics.precision_recall(POINTS, np.ones((9, 3))),
        ValueError,
        "(9, 3)",
        "one encoder",
    ),
    (
        "too many neighbours",
        lambda _: metrics.precision_recall(POINTS, POINTS, 64),
        ValueError,
        "=64",
        "to 63",
    ),
    (
        "subset larger than the set",
        lambda _: metrics.kernel_distance(POINTS, POINTS, subset_size=65),
        ValueError,
        "=65",
        "from 2 to 64",
    ),
    (
        "asymmetric covariance",
        lambda _: metrics.frechet_distance([0, 0], [[1, 1], [0, 1]], [0, 0], EYE),
        ValueError,
        "cov_1",
        "symmetric",
    ),
    (
        "means of other sizes",
        lambda _: metrics.frechet_distance([0, 0], EYE, [0], [[1]]),
        ValueError,
        "2 and 1",
        "same number",
    ),
    ("logits", lambda _: metrics.inception_score(POINTS), ValueError, "numbers down", "softmax"),
    (
        "no centres",
        lambda _: metrics.mode_coverage(POINTS, POINTS[:0], 0.1),
        ValueError,
        "Received: 0",
        "at least 1",
    ),
    ("no spread", lambda _: metrics.mode_coverage(POINTS, POINTS, 0), ValueError, "std=0", "> 0"),
    (
        "images of two sizes",
        lambda _: metrics.sliced_wasserstein(IMAGES, IMAGES[:, :4]),
        ValueError,
        "(8, 4, 8, 1)",
        "same height",
    ),
    (
        "more images than samples",
        lambda _: metrics.sliced_wasserstein(IMAGES, IMAGES[:4], patch_size=3),
        ValueError,
        "8 and 4",
        "Take the first 4",
    ),
    (
        "patch larger than the image",
        lambda _: metrics.sliced_wasserstein(IMAGES, IMAGES, patch_size=9),
        ValueError,
        "patch_size=9",
        "from 1 to 8",
    ),
    (
        "grey images without channel",
        lambda _: metrics.nearest_neighbours(IMAGES[..., 0], IMAGES),
        ValueError,
        "(8, 8, 8)",
        "np.newaxis",
    ),
    (
        "paths of other sizes",
        lambda _: metrics.path_length(np.array, POINTS, POINTS[:9]),
        ValueError,
        "(9, 2)",
        "one shape",
    ),
    (
        "great circle through zero",
        lambda _: metrics.slerp(np.zeros((1, 2)), np.ones((1, 2)), [0.5]),
        ValueError,
        "(1, 2)",
        "none of them zero",
    ),
    (
        "great circle on a line",
        lambda _: metrics.slerp(np.ones((3, 1)), -np.ones((3, 1)), np.ones(3)),
        ValueError,
        "(3, 1)",
        "use lerp",
    ),
    (
        "great circles of other sizes",
        lambda _: metrics.slerp(POINTS, POINTS[:9], np.ones(64)),
        ValueError,
        "(9, 2)",
        "one shape",
    ),
    (
        "lines of other sizes",
        lambda _: metrics.lerp(POINTS, POINTS[:9], np.ones(64)),
        ValueError,
        "(9, 2)",
        "one shape",
    ),
    (
        "fewer shares than lines",
        lambda _: metrics.lerp(POINTS, POINTS, np.ones(9)),
        ValueError,
        "(9,)",
        "one share for each",
    ),
    (
        "encoder of a generator",
        lambda _: metrics.Encoder(builders.point_generator(), "x"),
        ValueError,
        "generator",
        "softmax",
    ),
    (
        "encoder's range",
        lambda _: encoder(value_range=(1, -1)),
        ValueError,
        "value_range=(1, -1)",
        "low < high",
    ),
    (
        "encoder's range of one",
        lambda _: encoder(value_range=1),
        ValueError,
        "value_range=1",
        "low < high",
    ),
    (
        "encoding other sizes",
        lambda _: encoder()(IMAGES[:, :4]),
        ValueError,
        "(8, 4, 8, 1)",
        "(8, 8, 1)",
    ),
    ("encoding words", lambda _: encoder()(["x"]), ValueError, "<U1", "numbers"),
    ("encoding NaN", lambda _: encoder()(IMAGES * np.nan), ValueError, "NaN", "finite"),
    ("damaged classifier", damaged_classifier, ValueError, "SHA-256", "Reinstall"),
    ("absent classifier", absent_classifier, OSError, "absent.keras", "Reinstall"),
    (
        "Inception's weights",
        lambda here: metrics.keras_inception_encoder(str(here.folder / "absent.weights.h5")),
        ValueError,
        "absent.weights.h5",
        "fashion_mnist_encoder",
    ),
    (
        "images of another range",
        lambda _: metrics.Reference(encoder(), 127 * (IMAGES + 1), IMAGES),
        ValueError,
        "values from",
        "value_range=(-1, 1)",
    ),
    (
        "images of half the range",
        lambda _: metrics.Reference(encoder(), abs(IMAGES), IMAGES),
        ValueError,
        "real_images",
        "both halves",
    ),
    (
        "nothing judged",
        lambda _: metrics.FrechetClassifierDistance(reference()).result(),
        ValueError,
        "Received: 0",
        "update_state",
    ),
    (
        "floor of too few",
        lambda _: reference().real_like_samples(9),
        ValueError,
        "Received: 8",
        "judge fewer",
    ),
    ("no metrics", lambda _: metrics.Scores(reference(), ()), ValueError, "()", "at least one"),
]

# Pictures.


def unwritable_film(here):
    plots.training_gif([np.zeros((4, 4, 3), "uint8")], here.inside_a_file / "film.gif")


def full_film(here):
    here.patch.setattr("imageio.v3.imwrite", no_space)
    plots.training_gif([np.zeros((4, 4, 3), "uint8")], here.folder / "film.gif")


PLOTS = [
    ("points as images", lambda _: plots.image_grid(POINTS), ValueError, "(64, 2)", "(num_images"),
    ("images in words", lambda _: plots.image_grid("cat"), ValueError, "str", "numbers"),
    ("ragged images", lambda _: plots.image_grid(RAGGED), ValueError, "list", "numbers"),
    ("bytes", lambda _: plots.image_grid(127 * IMAGES), ValueError, "values from", "Scale them"),
    (
        "range in words",
        lambda _: plots.image_grid(IMAGES, value_range="ab"),
        ValueError,
        "'ab'",
        "low < high",
    ),
    (
        "columns in words",
        lambda _: plots.image_grid(IMAGES, columns="two"),
        ValueError,
        "'two'",
        ">= 1",
    ),
    ("scale", lambda _: plots.image_grid(IMAGES, scale=-1), ValueError, "scale=-1", ">= 1"),
    ("labels", lambda _: plots.image_grid(IMAGES, labels="a"), ValueError, "1 entries", "8 images"),
    ("nothing to draw", lambda _: plots.samples_2d(), ValueError, "neither", "Give samples"),
    ("images as points", lambda _: plots.samples_2d(IMAGES), ValueError, "(8, 8, 8, 1)", "points"),
    ("points in words", lambda _: plots.samples_2d([["a", "b"]]), ValueError, "<U1", "numbers"),
    ("limits", lambda _: plots.samples_2d(POINTS, limits=(1, 1)), ValueError, "(1, 1)", "low <"),
    ("field of nothing", lambda _: plots.decision_field(None), ValueError, "None", "function"),
    (
        "field of many numbers",
        lambda _: plots.decision_field(builders.point_generator()),
        ValueError,
        "(10201, 2)",
        "one number",
    ),
    (
        "field of logits",
        lambda _: plots.decision_field(lambda x: 9 * x[:, :1], from_logits=False),
        ValueError,
        "values from",
        "from_logits=True",
    ),
    ("no history", lambda _: plots.losses(None), ValueError, "None", "History"),
    ("lacking loss", lambda _: plots.losses({"a": [1]}), ValueError, "['a']", "lacks ['d_loss'"),
    ("uneven", lambda _: plots.curves([1, 2], {"a": [1]}, "", ""), ValueError, "'a': 1", "2 value"),
    (
        "curves in words",
        lambda _: plots.curves([1], {"a": ["x"]}, "", ""),
        ValueError,
        "'a'",
        "numbers",
    ),
    ("labels of rows", lambda _: plots.heatmap(EYE, ["a"], "bc"), ValueError, "(2, 2)", "row"),
    ("no figure", lambda _: plots.frame("picture"), ValueError, "'picture'", "Figure"),
    (
        "no frames",
        lambda _: plots.training_gif([], "a.gif"),
        ValueError,
        "0 frames",
        "at least one",
    ),
    (
        "frames of floats",
        lambda here: plots.training_gif([np.zeros((4, 4, 3))], here.folder / "a.gif"),
        ValueError,
        "float64",
        "uint8",
    ),
    ("film in a file", unwritable_film, OSError, "film.gif", "another folder"),
    ("film on a full disk", full_film, OSError, "No space left", "Free some space"),
]

RECIPES = [
    (
        "unknown recipe",
        lambda _: recipes.get("stylegan9"),
        ValueError,
        "stylegan9",
        "lecture-dcgan",
    ),
    ("unknown mixture", lambda _: recipes.mixture("cube"), ValueError, "'cube'", "ring"),
    ("unknown remedy", lambda _: recipes.mixture("ring", "luck"), ValueError, "'luck'", "packing"),
    ("no steps", lambda _: recipes.mixture("ring", steps=0), ValueError, "steps=0", ">= 1"),
    (
        "recipe in a file",
        lambda here: command_line.train_recipe("circle", here.inside_a_file),
        OSError,
        "file",
        "another folder",
    ),
]

TABLE = {
    "data": DATA,
    "files": FILES,
    "builders": BUILDERS,
    "layers": LAYERS,
    "losses": LOSSES,
    "penalties": PENALTIES,
    "GAN": GAMES,
    "train_gan": LECTURE,
    "ProgressiveGAN": GROWING,
    "callbacks": CALLBACKS,
    "metrics": METRICS,
    "plots": PLOTS,
    "recipes": RECIPES,
}


# The command line: a name, what makes the file, what is said of it.


def saved(here, model, name="generator.keras"):
    model.save(here.folder / name)
    return here.folder / name


def absent(here):
    return here.folder / "absent.keras"


def text_file(here):
    (here.folder / "text.keras").write_text("no model")
    return here.folder / "text.keras"


def weights_file(here):
    players()[0].save_weights(here.folder / "generator.weights.h5")
    return here.folder / "generator.weights.h5"


def truncated_file(here):
    path = saved(here, players()[0])
    path.write_bytes(path.read_bytes()[:-100])
    return path


def lambda_file(here):
    """A model that makes a folder wherever it runs."""
    place = str(here.folder / "it ran")
    harm = keras.layers.Lambda(lambda x: (__import__("os").makedirs(place, exist_ok=True), x)[1])
    path = saved(here, keras.Sequential([keras.Input((2,)), harm]))
    (here.folder / "it ran").rmdir()
    return path


def function_file(here):
    """A model one of whose layers is `os.mkdir`, called while the model is loaded."""
    latents = keras.Input((2,))
    path = saved(here, keras.Model(latents, keras.layers.Dense(2)(latents)))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    harm = {"module": "os", "class_name": "function", "config": "mkdir", "registered_name": "mkdir"}
    node = {"args": [str(here.folder / "it ran")], "kwargs": {}}
    config["config"]["layers"].append({**harm, "name": "harm", "inbound_nodes": [node]})
    members["config.json"] = json.dumps(config)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def discriminator_file(here):
    return saved(here, builders.dcgan_discriminator((8, 8, 1), (4,)))


def growing_file(here):
    return saved(here, builders.progressive_generator(8, 2, filters=lambda size: 2))


def points_file(here):
    return saved(here, players()[0])


COMMANDS = [
    ("absent file", "sample", absent, "absent.keras", "train writes it"),
    ("text for a model", "sample", text_file, "text.keras is damaged", "train writes it"),
    ("weights for a model", "sample", weights_file, "generator.weights.h5", "end in .keras"),
    ("truncated model", "score", truncated_file, "is damaged", "train writes it"),
    ("model that holds code", "sample", lambda_file, "holds Python code", "train writes it"),
    ("model that holds code", "score", lambda_file, "holds Python code", "train writes it"),
    ("model that calls a function", "sample", function_file, "generator.keras", "train writes it"),
    ("discriminator", "sample", discriminator_file, "(None, 8, 8, 1)", "train writes it"),
    ("generator of all stages", "sample", growing_file, "(None, 8, 8, 1)", "makes one batch"),
    ("score of points", "score", points_file, "(10000, 2)", "(28, 28, 1)"),
]


@pytest.mark.parametrize(
    ("command", "make", "received", "remedy"),
    [pytest.param(*rest, id=f"{rest[0]} {name}") for name, *rest in COMMANDS],
)
def test_commands_end_with_one_line(command, make, received, remedy, here, capsys):
    here.patch.setenv("GAN_TF_DATA", "embedded")
    path = make(here)
    assert command_line.main([command, str(path), "--output", str(here.folder / "out")]) == 2
    assert_one_line(capsys.readouterr().err, received, remedy)
    assert not (here.folder / "it ran").exists()


def test_samples_in_a_file(here, capsys):
    path = saved(here, players()[0])
    assert command_line.main(["sample", str(path), "--output", str(here.inside_a_file)]) == 2
    assert_one_line(capsys.readouterr().err, "generator-samples.png", "another folder")


@pytest.mark.slow
def test_a_process_of_its_own_ends_with_one_line(here):
    command = [sys.executable, "-m", "gan_tf", "sample", str(lambda_file(here))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=here.folder)
    assert done.returncode == 2 and done.stdout == ""
    assert_one_line(done.stderr.splitlines(keepends=True)[-1], "holds Python code", "train writes")
    assert "Traceback" not in done.stderr
    assert not (here.folder / "it ran").exists()


def test_a_film_that_cannot_be_written_is_known_before_training(here):
    gan = game()
    watcher = callbacks.SampleImages(4, draw=dots, path=here.inside_a_file / "film.gif")
    with pytest.raises(OSError, match="another folder"):
        fit(POINTS, gan, callbacks=[watcher])
    assert int(gan.generator_optimizer.iterations) == 0


def assert_one_line(printed, received, remedy):
    assert printed.startswith("gan_tf: ") and printed.count("\n") == 1, printed
    assert received in printed and remedy in printed, printed


# All rows.


@pytest.mark.parametrize(
    ("act", "error", "received", "remedy"),
    [
        pytest.param(*rest, id=f"{area}: {name}")
        for area, rows in TABLE.items()
        for name, *rest in rows
    ],
)
def test_bad_input(act, error, received, remedy, here):
    with pytest.raises(error) as caught:
        act(here)
    assert type(caught.value).__module__ == "builtins"
    message = str(caught.value)
    assert PACKAGE in raised_in(caught.value).parents, f"raised elsewhere: {message}"
    assert received in message, message
    assert remedy in message, message


def raised_in(error):
    """The file that raised an error: the last one that its traceback names."""
    frame = error.__traceback__
    while frame.tb_next is not None:
        frame = frame.tb_next
    return Path(frame.tb_frame.f_code.co_filename).resolve()


def test_the_table_is_long_and_its_names_differ():
    assert sum(map(len, TABLE.values())) >= 200
    for rows in TABLE.values():
        assert len({name for name, *_ in rows}) == len(rows)
