"""The command line: what `demo`, `train`, `sample`, `score` and `doctor` write and print.

What `train` does with several processes is in test_distribution.py.
"""

import csv
import re
import urllib.error
import urllib.request

from gan_tf import GAN, ProgressiveGAN, builders, callbacks, data, recipes
from gan_tf import __main__ as command_line
from gan_tf.recipes import garments as dcgan_recipe
from gan_tf.recipes import translation as translation_recipe
import imageio.v3 as imageio
import keras
import numpy as np
from odd_pictures import write_damaged_pictures, write_odd_pictures
import pytest

RESULTS = ["generator.keras", "history.csv", "losses.png", "samples.png", "training.gif"]


@pytest.fixture
def embedded(monkeypatch):
    monkeypatch.setenv("GAN_TF_DATA", "embedded")


@pytest.mark.slow
def test_demo_writes_all_it_promises(tmp_path, capsys, embedded, monkeypatch):
    """Two epochs each, and the garments' epochs made short."""
    short = recipes.dcgan()
    short = short._replace(batches=short.batches.take(2))
    monkeypatch.setitem(recipes.RECIPES, "dcgan", lambda seed: short)
    status = command_line.main(["demo", "--epochs", "2", "--output", str(tmp_path)])
    printed = capsys.readouterr().out
    assert status == 0
    for name in ("circle", "dcgan"):
        folder = tmp_path / name
        assert sorted(path.name for path in folder.iterdir()) == RESULTS
        assert imageio.imread(folder / "training.gif", index=None).shape[0] == 3
        rows = list(csv.DictReader((folder / "history.csv").open()))
        assert len(rows) == 2 and np.isfinite(float(rows[1]["d_loss"]))
    assert "Fashion-MNIST: 10,000 training" in printed and "(embedded)" in printed
    assert f"Results: {tmp_path}" in printed and "The demo took" in printed
    last = printed.splitlines()[-1]
    assert re.fullmatch(r"Read on: https://[\w-]+\.github\.io/\w+/01_circle\.html", last)

    generator = tmp_path / "dcgan" / "generator.keras"
    status = command_line.main(["sample", str(generator), "--num", "9", "--output", str(tmp_path)])
    assert status == 0
    picture = imageio.imread(tmp_path / "generator-samples.png")
    assert picture.std() > 0, "the picture is blank"


def tiny_growing_game(seed):
    """From 4 × 4 to 8 × 8 pixels in two epochs of two steps; recipes play by slower rules."""
    few = {"filters": lambda size: 4}
    generator = builders.progressive_generator(8, 4, **few)
    discriminator = builders.progressive_discriminator(8, group_size=0, **few)
    gan = ProgressiveGAN(generator, discriminator, 8, 8, seed=seed)
    gan.compile("sgd", "sgd")
    images = np.random.default_rng(seed).uniform(-1, 1, (16, 8, 8, 1)).astype("float32")
    batches = data.batches(images, 8, seed)
    return recipes.Recipe(gan, images, batches, 2, 2, 8, value_range=(-1, 1), average_decay=0.5)


@pytest.mark.slow
def test_a_game_that_grows_is_filmed_at_one_size(tmp_path, embedded, monkeypatch):
    monkeypatch.setitem(recipes.RECIPES, "progressive", tiny_growing_game)
    assert command_line.main(["train", "progressive", "--output", str(tmp_path)]) == 0
    folder = tmp_path / "progressive"
    assert sorted(path.name for path in folder.iterdir()) == RESULTS
    rows = list(csv.DictReader((folder / "history.csv").open()))
    assert [float(row["resolution"]) for row in rows] == [4, 8]
    film = imageio.imread(folder / "training.gif", index=None)
    assert film.shape[0] == 3  # one size, or there would be no such array
    command = ["sample", str(folder / "generator.keras"), "--num", "9", "--output", str(tmp_path)]
    assert command_line.main(command) == 0


@pytest.mark.slow
def test_train_resumes_after_it_was_killed(tmp_path, capsys, monkeypatch):
    def short_circle(seed):
        found = recipes.circle(seed)
        return found._replace(batches=data.batches(found.samples, 128, steps_per_epoch=3))

    monkeypatch.setitem(recipes.RECIPES, "circle", short_circle)
    command = ["train", "circle", "--epochs", "3", "--output"]
    whole, resumed = ([*command, str(tmp_path / name)] for name in ("whole", "resumed"))
    assert command_line.main(whole) == 0
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(callbacks.StopOnNaN, "on_train_batch_end", interrupt)
        command_line.main([*resumed, "--resume"])
    assert command_line.main([*resumed, "--resume"]) == 0
    assert "1 of 3 epochs are done" in capsys.readouterr().out
    for name in ("history.csv", "training.gif"):
        files = [tmp_path / each / "circle" / name for each in ("whole", "resumed")]
        assert files[0].read_bytes() == files[1].read_bytes(), name
    checkpoints = (tmp_path / "resumed" / "circle").glob("checkpoints-of-seed-0/checkpoint-*")
    assert len({path.name.split(".")[0] for path in checkpoints}) == 2, "the two newest are kept"


def interrupt(self, batch, logs=None):
    if self._epoch == 1:
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "stylegan9"], "recipe must be one of"),
        (["sample", "nothing.keras"], "nothing.keras"),
        (["train", "circle", "--epochs", "0"], "epochs must be at least 1"),
        (["sample", "nothing.keras", "--num", "0"], "num must be at least 1"),
        (["train", "dcgan", "--size", "0"], "size must be at least 1"),
        (["train", "dcgan", "--data", "celeba"], "one of 'fashion_mnist', 'faces'"),
        (["train", "dcgan", "--data", "faces", "--size", "50"], "size=50"),
        (["train", "dcgan", "--images", "nowhere"], "There is no folder nowhere"),
        (["train", "dcgan", "--images", "a", "--data", "faces"], "not both"),
        (["train", "circle", "--data", "faces", "--size", "32"], "makes points in the plane"),
        (["train", "pix2pix", "--images", "nowhere"], "There is no folder nowhere"),
        (["train", "pix2pix", "--data", "faces"], "--data earth or emoji, or --images FOLDER"),
        (["train", "pix2pix", "--data", "earth", "--images", "a"], "not both"),
        (["train", "pix2pix", "--size", "32"], "go with pairs of yours"),
        (["train", "pix2pix", "--images", "a", "--fit", "pad"], "Received: --fit pad"),
        (["train", "dcgan", "--reverse"], "which only pix2pix has. Received: dcgan"),
        (["train", "cyclegan", "--images", "a"], "recipes.cyclegan(a=..., b=...)"),
        (["train", "stargan", "--data", "faces"], "plays with the faces of the course"),
        (["data", "celeba"], "one of 'fashion_mnist', 'faces'"),
    ],
)
def test_errors_are_one_line_and_status_2(arguments, message, tmp_path, capsys):
    assert command_line.main([*arguments, "--output", str(tmp_path)]) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("gan_tf: ") and message in printed


def test_train_takes_the_default_recipe_where_none_is_named(monkeypatch):
    seen = []
    monkeypatch.setattr(command_line, "train_recipe", lambda name, *_, **__: seen.append(name))
    assert command_line.main(["train", "--epochs", "1"]) == 0
    assert command_line.main(["train", "circle"]) == 0
    assert seen == [recipes.DEFAULT, "circle"]


def test_train_names_the_data_that_it_really_takes(tmp_path, capsys, monkeypatch):
    """Where a download fails, the embedded images are taken, and the reason is printed."""

    def fail(*args, **kwargs):
        raise urllib.error.URLError("no network")

    monkeypatch.setattr(urllib.request, "urlopen", fail)
    monkeypatch.delenv("GAN_TF_OFFLINE", raising=False)
    monkeypatch.setattr(data.fashion_mnist, "DEBIAN_FOLDER", tmp_path / "absent")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(command_line, "_train", lambda recipe, *_: trained.append(recipe))
    trained = []
    assert command_line.main(["train", "lecture-dense", "--output", str(tmp_path)]) == 0
    assert len(trained[0].samples) == 10_000
    printed = capsys.readouterr().out
    (line,) = [line for line in printed.splitlines() if line.startswith("Fashion-MNIST: ")]
    assert "10,000 training" in line and "(embedded), because the download failed" in line
    assert "no network" in line


@pytest.mark.slow
def test_a_folder_of_odd_pictures_is_trained_on_drawn_and_scored(tmp_path, capsys, monkeypatch):
    folder = tmp_path / "my pictures, ä ö"
    folder.mkdir()
    odd = write_odd_pictures(folder)
    monkeypatch.setattr(dcgan_recipe, "STEPS_PER_EPOCH", 2)
    output = ["--output", str(tmp_path)]
    command = ["train", "dcgan", "--images", str(folder), "--size", "32", "--epochs", "1"]
    assert command_line.main([*command, *output]) == 0
    printed = capsys.readouterr().out
    assert f"Reading {len(odd):,} pictures" in printed and "Left out for their endings" in printed
    assert sorted(path.name for path in (tmp_path / "dcgan").iterdir()) == RESULTS
    saved = tmp_path / "dcgan" / "generator.keras"
    assert keras.saving.load_model(saved).output_shape == (None, 32, 32, 3)
    assert command_line.main(["score", str(saved), "--images", str(folder), *output]) == 0
    printed = capsys.readouterr().out
    assert "Half of the pictures" in printed and "so as many samples are judged" in printed
    assert "kernel_classifier_distance" in printed and "random_filters" in printed


def write_pairs(folder, num, side=20):
    """Files with a random picture on the left, and its negative on the right."""
    folder.mkdir()
    for number in range(num):
        left = np.random.default_rng(number).integers(0, 256, (side, side, 3), "uint8")
        imageio.imwrite(folder / f"{number}.png", np.concatenate([left, 255 - left], axis=1))


@pytest.mark.slow
def test_pix2pix_trains_on_a_folder_of_pairs_and_shows_input_translation_and_truth(
    tmp_path, capsys, monkeypatch
):
    write_pairs(tmp_path / "pairs", 12)
    monkeypatch.setattr(translation_recipe, "STEPS_PER_EPOCH", 1)
    output = ["--output", str(tmp_path)]
    command = ["train", "pix2pix", "--images", str(tmp_path / "pairs"), "--size", "8", "--reverse"]
    assert command_line.main([*command, "--epochs", "1", *output]) == 0
    printed = capsys.readouterr().out
    assert "Pairs to train on: 11, kept from training: 1" in printed
    assert "Fashion-MNIST" not in printed
    folder = tmp_path / "pix2pix"
    assert sorted(path.name for path in folder.iterdir()) == RESULTS
    generator = keras.saving.load_model(folder / "generator.keras")
    assert generator.input_shape == generator.output_shape == (None, 8, 8, 3)

    kept = data.PairFolder(tmp_path / "pairs", 8, reverse=True, verbose=False)
    given, truth = kept.pairs("test")
    assert_shows(folder / "samples.png", [given[0], None, truth[0]])

    assert command_line.main(["sample", str(folder / "generator.keras"), *output]) == 2
    assert "turns pictures (None, 8, 8, 3) into others" in capsys.readouterr().err


def assert_shows(path, column):
    """A picture of a column of images has those that are not None in this order, enlarged."""
    picture = np.asarray(imageio.imread(path))[..., :3] / 127.5 - 1
    places = []
    for image in [each for each in column if each is not None]:
        scale = command_line.PIXELS_SHOWN // image.shape[0]
        large = np.repeat(np.repeat(image, scale, axis=0), scale, axis=1)
        height, width = large.shape[:2]
        is_corner = np.abs(picture - large[0, 0]).max(axis=-1) < 0.02
        parts = [(t, s, picture[t : t + height, s : s + width]) for t, s in np.argwhere(is_corner)]
        found = [
            (top, left)
            for top, left, part in parts
            if part.shape == large.shape and np.abs(part - large).max() < 0.02
        ]
        assert len(found) == 1, path
        places.append(found[0])
    (first, left), (last, same) = places
    assert left == same and last - first >= 2 * height, "the translation stands between"


def test_translations_show_no_truth_where_nobody_knows_it():
    pictures = np.zeros((4, 8, 8, 1), "float32")
    recipe = recipes.cyclegan(a=pictures, b=pictures + np.eye(8, dtype="float32")[..., None])
    figure = command_line._drawing(recipe)(5 * np.ones((4, 8, 8, 1), "float32"))
    texts = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert texts == ["input", "translation"]


def test_a_folder_with_pictures_that_are_no_pairs_is_one_error(tmp_path, capsys):
    write_odd_pictures(tmp_path)
    assert command_line.main(["train", "pix2pix", "--images", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be read as pairs" in line and "not twice as wide as high" in line


def test_a_folder_with_damaged_pictures_is_one_error_that_names_them(tmp_path, capsys):
    damaged = write_damaged_pictures(tmp_path)
    assert command_line.main(["train", "dcgan", "--images", str(tmp_path)]) == 2
    printed = capsys.readouterr().err
    assert f"{len(damaged)} of the {len(damaged)} pictures" in printed
    assert sum(name in printed for name in damaged) == min(10, len(damaged))


@pytest.mark.slow
def test_train_and_score_on_faces(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(dcgan_recipe, "STEPS_PER_EPOCH", 1)
    monkeypatch.setattr(data.catalogue, "NUM_FACES", 400)
    output = ["--output", str(tmp_path)]
    options = ["--data", "faces", "--size", "32", "--epochs", "1"]
    assert command_line.main(["train", "dcgan", *options, *output]) == 0
    printed = capsys.readouterr().out
    assert "faces: 400 images, 32 × 32 × 3, from" in printed
    saved = str(tmp_path / "dcgan" / "generator.keras")
    assert command_line.main(["score", saved, "--data", "faces", "--num", "300"]) == 0
    printed = capsys.readouterr().out
    assert "with face_classifier" in printed and "long hair" in printed
    film = imageio.imread(tmp_path / "dcgan" / "training.gif", index=None)
    assert film.shape[0] == 2 and film.shape[-1] == 3


def test_data_lists_all_and_draws_one(tmp_path, capsys, embedded):
    assert command_line.main(["data"]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in data.DATA_SETS)
    command = ["data", "toon_faces", "--size", "32", "--output", str(tmp_path)]
    assert command_line.main(command) == 0
    picture = imageio.imread(tmp_path / "data-toon_faces.png")
    assert picture.std() > 20, "the picture is blank"


def test_points_are_not_scored(tmp_path, capsys):
    path = tmp_path / "points.keras"
    builders.point_generator().save(path)
    assert command_line.main(["score", str(path), "--num", "5"]) == 2
    assert "score judges images" in capsys.readouterr().err


def test_train_names_no_data_where_it_makes_them_itself(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(command_line, "_train", lambda *_: None)
    assert command_line.main(["train", "circle", "--output", str(tmp_path)]) == 0
    assert "Fashion-MNIST" not in capsys.readouterr().out


@pytest.mark.parametrize(("ending", "is_game"), [("tanh", False), ("sigmoid", True)])
def test_score_prints_each_metric_between_floor_and_ceiling(
    ending, is_game, tmp_path, capsys, embedded
):
    path = tmp_path / "saved.keras"
    generator = builders.dense_generator(4, (28, 28, 1), (8,), output_activation=ending)
    saved = (
        GAN(generator, builders.dense_discriminator((28, 28, 1), (8,))) if is_game else generator
    )
    saved.save(path)
    assert command_line.main(["score", str(path), "--num", "300"]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [
        *("frechet_classifier_distance", "precision", "recall", "classes_present")
    ]
    value, floor, ceiling = (float(lines[0].split()[place]) for place in (1, 4, 6))
    assert floor < value and floor < ceiling
    assert all("300 samples against 2,000" in line for line in lines)


def black_generator(ending):
    """A generator that gives the lowest value of its ending alone, and ends in a Reshape."""
    bias = keras.initializers.Constant(-50.0)
    stack = [
        keras.Input((3,)),
        keras.layers.Dense(16, ending, kernel_initializer="zeros", bias_initializer=bias),
        keras.layers.Reshape((4, 4)),
    ]
    return keras.Sequential(stack, name="generator")


@pytest.mark.parametrize("ending", ["tanh", "sigmoid"])
@pytest.mark.parametrize("is_game", [False, True], ids=["generator", "game"])
def test_samples_of_black_images_are_black(ending, is_game, tmp_path):
    path = tmp_path / "saved.keras"
    saved = black_generator(ending)
    if is_game:
        flat = [keras.Input((4, 4)), keras.layers.Flatten(), keras.layers.Dense(1)]
        saved = GAN(saved, keras.Sequential(flat))
    saved.save(path)
    command = ["sample", str(path), "--num", "1", "--output", str(tmp_path)]
    assert command_line.main(command) == 0
    picture = imageio.imread(tmp_path / "saved-samples.png")
    height, width = picture.shape[:2]
    assert picture[height // 2, width // 2, :3].tolist() == [0, 0, 0]


def test_a_saved_game_gives_the_samples_of_its_generator(tmp_path):
    game = GAN(builders.point_generator(units=(4,)), builders.point_discriminator(units=(4,)))
    for name, model in {"game": game, "generator": game.generator}.items():
        model.save(tmp_path / f"{name}.keras")
    loaded = command_line.load_model(tmp_path / "game.keras")
    samples, _ = command_line._samples(loaded, 5, seed=3)
    np.testing.assert_array_equal(samples, game.generate(5, seed=3))
    command = ["sample", str(tmp_path / "game.keras"), "--num", "5", "--output", str(tmp_path)]
    assert command_line.main(command) == 0


@keras.saving.register_keras_serializable("test_main")
class Translation(keras.Model):
    """A saved model that is no generator and has none."""

    def call(self, images):
        return images


def test_a_model_without_a_generator_is_named(tmp_path, capsys):
    model = Translation()
    model(np.zeros((1, 4)))
    model.save(tmp_path / "translation.keras")
    assert command_line.main(["sample", str(tmp_path / "translation.keras")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "A generator takes latents" in line and "train writes it" in line
    assert f"Received: {tmp_path}/translation.keras, a Translation, which has no generator" in line


def test_doctor_names_the_source_of_the_data(capsys, embedded):
    assert command_line.main(["doctor"]) == 0
    assert "embedded" in capsys.readouterr().out


@pytest.mark.parametrize("name", sorted({*recipes.RECIPES} - {*recipes.RECIPES_OF_TRANSLATION}))
def test_recipes_are_seeded_and_fit_their_data(name, embedded):
    one, two, other = (recipes.get(name, seed) for seed in (3, 3, 4))
    assert one.gan.data_shape == one.samples.shape[1:]
    assert len(one.batches) == one.steps_per_epoch
    same = [
        np.array_equal(a, b)
        for a, b in zip(one.gan.get_weights(), two.gan.get_weights(), strict=True)
    ]
    assert all(same)
    assert not np.array_equal(one.gan.generate(2), other.gan.generate(2))


def test_lecture_recipes_are_the_lectures(embedded):
    gan = recipes.get("lecture-dcgan").gan
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        assert isinstance(optimizer, keras.optimizers.RMSprop)
        assert float(optimizer.learning_rate) == pytest.approx(1e-3)
    assert gan.discriminator.layers[-1].activation is keras.activations.sigmoid
    assert gan.latent_dim == 100 and recipes.get("lecture-dense").gan.latent_dim == 30
