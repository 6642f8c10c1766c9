"""Bad input that no other file tries: each a clear error of ours, before anything is trained.

What a part refuses is tested beside the part, and what the checks refuse in test_checks.py.
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
    ("text for a radius", lambda _: data.ring(9, radius="big"), ValueError, "'big'", "finite"),
    ("NaN radius", lambda _: data.ring_centres(8, np.nan), ValueError, "radius=nan", "finite"),
    ("pad to text", lambda _: data.padded(IMAGES, "9"), ValueError, "'9'", "integer >= 1"),
    ("enlarge to text", lambda _: data.enlarged(IMAGES, "9"), ValueError, "'9'", "integer >= 1"),
    ("None for a folder", lambda _: data.image_batches(None, 8), ValueError, "None", "tfds:NAME"),
]


def damaged_labels(here):
    """The right name and length, other content."""
    file = here.folder / "t10k-labels-idx1-ubyte"
    file.write_bytes(b"\x00\x00\x08\x01\x00\x00\x27\x10" + bytes(10_000))
    return data.read_idx(file)


def truncated_labels(here):
    file = here.folder / "t10k-labels-idx1-ubyte"
    file.write_bytes(b"\x00\x00\x08\x01\x00\x00\x27\x10" + bytes(9_000))
    return data.read_idx(file)


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
    ("hash-damaged labels", damaged_labels, ValueError, "t10k-labels", "path of a good copy"),
    ("truncated labels", truncated_labels, ValueError, "truncated: 9,008", "path of a good copy"),
    (
        "absent labels",
        lambda here: data.read_idx(here.folder / "t10k-labels-idx1-ubyte"),
        OSError,
        "t10k-labels",
        "path of a good copy",
    ),
    ("a pickle in an .npz", pickled, ValueError, "a.npz", "good copy"),
    ("a number for a path", lambda _: data.load_fashion_mnist(3), ValueError, "=3", "folder"),
]

# Networks.


def style_synthesis(_):
    return builders.synthesis_network(builders.point_generator())


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
        "number for a shape",
        lambda _: builders.dense_discriminator(28),
        ValueError,
        "input_shape=28",
        "tuple",
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
        "mixing of more than all",
        lambda _: builders.style_generator(8, mixing=2),
        ValueError,
        "=2",
        "[0, 1]",
    ),
    ("styles of a plain generator", style_synthesis, ValueError, "generator", "style_generator"),
]

LAYERS = [
    (
        "discrimination of images",
        lambda _: layers.MinibatchDiscrimination(2)(IMAGES),
        ValueError,
        "(8, 8, 8, 1)",
        "Flatten",
    ),
    ("odd packs", lambda _: layers.Packing(3)(IMAGES), ValueError, "batch of 8", "multiple of"),
    (
        "styles without layers",
        lambda _: layers.Truncation()(POINTS),
        ValueError,
        "(64, 2)",
        "(batch, num_layers, style_dim)",
    ),
]

# What the players minimise.

LOGITS = tf.zeros((4, 1))


def blind(images):
    return tf.ones((len(images), 1))


LOSSES = [
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
]

PENALTIES = [
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
    (
        "nothing to count",
        lambda _: penalties.Lazy(penalties.R1())(CRITIC, LOGITS, LOGITS),
        ValueError,
        "Lazy",
        "attach(optimizer)",
    ),
]

# The game.


def foreign_optimizer(_):
    optimizer = keras.optimizers.Adam()
    optimizer.build(CRITIC.trainable_variables[:1])
    game(compiled=False).compile(optimizer, "adam")


def compile_game(discriminator=None, **options):
    generator, usual = players()
    gan = GAN(generator, discriminator or usual)
    gan.compile(**{"generator_optimizer": "sgd", "discriminator_optimizer": "sgd", **options})


def sigmoid_discriminator():
    return builders.dense_discriminator((2,), units=(4,), output_activation="sigmoid")


def image_to_image():
    return keras.Sequential([keras.Input((2, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])


def tanh_game(ending="tanh"):
    generator = builders.dense_generator(2, (2,), (4,), output_activation=ending)
    gan = GAN(generator, players()[1])
    gan.compile("sgd", "sgd")
    return gan


GAMES = [
    (
        "generator of many images",
        lambda _: GAN(builders.progressive_generator(8), CRITIC),
        ValueError,
        "2 outputs",
        "ProgressiveGAN",
    ),
    ("replay in words", lambda _: game(replay="all"), ValueError, "'all'", "ExperienceReplay"),
    (
        "generator from images to images",
        lambda _: GAN(image_to_image(), CRITIC),
        ValueError,
        "(None, 2, 1)",
        "latents, shape (None, latent_dim)",
    ),
    ("another model's optimizer", foreign_optimizer, ValueError, "1 weights", "new optimizer"),
    (
        "unknown optimizer",
        lambda _: compile_game(generator_optimizer="adma"),
        ValueError,
        "'adma'",
        "keras.optimizers.Adam",
    ),
    ("penalty by name", lambda _: compile_game(penalty="r1"), ValueError, "'r1'", "penalties.R1"),
    (
        "class for a penalty",
        lambda _: compile_game(penalty=penalties.R1),
        ValueError,
        "R1",
        "R1()",
    ),
    (
        "batches for all steps larger than data",
        lambda _: fit(POINTS, game(steps=3), batch_size=32),
        ValueError,
        "batch_size=32",
        "3 discriminator steps",
    ),
    (
        "batch size of a dataset",
        lambda _: fit(sets(POINTS), batch_size=8),
        ValueError,
        "batch_size=8",
        "already has batches",
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


def unfit_stack(_):
    small = keras.Sequential([keras.layers.Conv2D(2, 3)])  # takes images, not latents
    discriminator = sigmoid_discriminator()
    discriminator.compile(loss="binary_crossentropy", optimizer="sgd")
    gan = keras.Sequential([small, discriminator])
    gan.compile(loss="binary_crossentropy", optimizer="sgd")
    lecture(gan)


LECTURE = [
    ("uncompiled stack", uncompiled_stack, ValueError, "gan is not compiled", "then compile gan"),
    ("generator that cannot be built", unfit_stack, ValueError, "generator", "keras.Input"),
    ("wrong codings", lambda _: lecture(codings_size=9), ValueError, "codings_size=9", "size=2"),
    (
        "dataset of another batch size",
        lambda _: lecture(batch_size=16),
        ValueError,
        "batch_size=16",
        "batch_size=8",
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
    (
        "score in words",
        lambda _: watch(callbacks.Score(lambda images: {"a": "good"}, 4)),
        ValueError,
        "'good'",
        "numbers",
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
]

# Judging.


def classifier(image_shape=(8, 8, 1)):
    return builders.image_classifier(image_shape, 3, ((2,),), 4)


def encoder(**options):
    return metrics.Encoder(classifier(), "small", **options)


def reference(**options):
    return metrics.Reference(encoder(**options), IMAGES, IMAGES)


METRICS = [
    (
        "ragged features",
        lambda _: metrics.gaussian_statistics(RAGGED),
        ValueError,
        "list",
        "one shape",
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
    ("encoding words", lambda _: encoder()(["x"]), ValueError, "<U1", "numbers"),
    (
        "Inception's weights",
        lambda here: metrics.keras_inception_encoder(str(here.folder / "absent.weights.h5")),
        ValueError,
        "absent.weights.h5",
        "fashion_mnist_encoder",
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
    ("images in words", lambda _: plots.image_grid("cat"), ValueError, "str", "numbers"),
    ("ragged images", lambda _: plots.image_grid(RAGGED), ValueError, "list", "numbers"),
    ("nothing to draw", lambda _: plots.samples_2d(), ValueError, "neither", "Give samples"),
    ("points in words", lambda _: plots.samples_2d([["a", "b"]]), ValueError, "<U1", "numbers"),
    ("no history", lambda _: plots.losses(None), ValueError, "None", "History"),
    (
        "curves in words",
        lambda _: plots.curves([1], {"a": ["x"]}, "", ""),
        ValueError,
        "'a'",
        "numbers",
    ),
    ("no figure", lambda _: plots.frame("picture"), ValueError, "'picture'", "Figure"),
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
