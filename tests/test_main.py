"""The command line: what `demo`, `train`, `sample` and `doctor` write and print."""

import csv
import functools
import subprocess

from gan_tf import __main__ as command_line
from gan_tf import builders, callbacks, data, recipes
import imageio.v3 as imageio
import keras
import numpy as np
import pytest
from test_distribution import ROOT, free_addresses

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
    assert "Fashion-MNIST" in printed and "embedded" in printed
    assert f"Results: {tmp_path}" in printed and "The demo took" in printed

    generator = tmp_path / "dcgan" / "generator.keras"
    status = command_line.main(["sample", str(generator), "--num", "9", "--output", str(tmp_path)])
    assert status == 0
    picture = imageio.imread(tmp_path / "generator-samples.png")
    assert picture.std() > 0, "the picture is blank"


@pytest.mark.slow
def test_a_game_that_grows_is_filmed_at_one_size(tmp_path, embedded, monkeypatch):
    short = functools.partial(recipes.style, num_images=1_600, phase=800, resolution=8)
    monkeypatch.setitem(recipes.RECIPES, "style", short)
    assert command_line.main(["train", "style", "--output", str(tmp_path)]) == 0
    assert sorted(path.name for path in (tmp_path / "style").iterdir()) == RESULTS
    rows = list(csv.DictReader((tmp_path / "style" / "history.csv").open()))
    assert [float(row["resolution"]) for row in rows] == [4, 8]
    generator = str(tmp_path / "style" / "generator.keras")
    assert command_line.main(["sample", generator, "--num", "9", "--output", str(tmp_path)]) == 0


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
    assert len(list((tmp_path / "resumed" / "circle").glob("checkpoints-of-seed-0/*"))) == 2


def interrupt(self, batch, logs=None):
    if self._epoch == 1:
        raise KeyboardInterrupt


@pytest.mark.slow
def test_two_workers_write_what_one_process_does(tmp_path, monkeypatch):
    def short_circle(seed):
        found = recipes.circle(seed)
        found.gan.steps_per_execution = 1  # as with several workers
        return found._replace(batches=found.batches.take(4))

    command = ["train", "circle", "--epochs", "1", "--output"]
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("KERAS_MAX_STEPS_PER_EPOCH", "4")
        two = [*command, str(tmp_path / "two"), "--workers", free_addresses(2)]
        assert command_line.main(two) == 0
    monkeypatch.setitem(recipes.RECIPES, "circle", short_circle)
    assert command_line.main([*command, str(tmp_path / "one")]) == 0
    one, two = tmp_path / "one" / "circle", tmp_path / "two" / "circle"
    assert sorted(path.name for path in two.iterdir()) == RESULTS
    rows = [next(csv.DictReader((folder / "history.csv").open())) for folder in (one, two)]
    assert float(rows[0]["d_loss"]) == pytest.approx(float(rows[1]["d_loss"]), rel=1e-4)
    generators = [keras.saving.load_model(folder / "generator.keras") for folder in (one, two)]
    for ours, theirs in zip(*(each.get_weights() for each in generators), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_when_one_worker_fails_all_end(monkeypatch):
    """The first would wait for ever; the second ends with status 3."""
    program = "import sys, time; time.sleep(0 if sys.argv[-1] == '1' else 600); sys.exit(3)"
    started = subprocess.Popen

    def start(command):
        return started([command[0], "-c", program, *command[3:]])

    monkeypatch.setattr(subprocess, "Popen", start)
    addresses = "localhost:1,localhost:2"
    assert command_line.main(["train", "circle", "--workers", addresses]) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "stylegan9"], "recipe must be one of"),
        (["sample", "nothing.keras"], "nothing.keras"),
        (["train", "circle", "--epochs", "0"], "epochs must be at least 1"),
        (["sample", "nothing.keras", "--num", "0"], "num must be at least 1"),
        (["train", "circle", "--workers", "10.0.0.1"], "host:port"),
        (["train", "circle", "--workers", "10.0.0.1:1,10.0.0.2:1"], "own --worker-index"),
        (["train", "circle", "--workers", "a:1,b:1", "--worker-index", "2"], "from 0 to 1"),
        (["train", "circle", "--worker-index", "0"], "needs --workers"),
    ],
)
def test_errors_are_one_line_and_status_2(arguments, message, tmp_path, capsys):
    assert command_line.main([*arguments, "--output", str(tmp_path)]) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("gan_tf: ") and message in printed


def test_train_takes_the_default_recipe_where_none_is_named(monkeypatch):
    seen = []
    monkeypatch.setattr(command_line, "train_recipe", lambda name, *_: seen.append(name))
    assert command_line.main(["train", "--epochs", "1"]) == 0
    assert command_line.main(["train", "circle"]) == 0
    assert seen == [recipes.DEFAULT, "circle"]


@pytest.mark.parametrize("ending", ["tanh", "sigmoid"])
def test_score_prints_each_metric_between_floor_and_ceiling(ending, tmp_path, capsys, embedded):
    generator = builders.dense_generator(4, (28, 28, 1), (8,), output_activation=ending)
    path = tmp_path / "generator.keras"
    generator.save(path)
    assert command_line.main(["score", str(path), "--num", "300"]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [
        *("frechet_classifier_distance", "precision", "recall", "classes_present")
    ]
    value, floor, ceiling = (float(lines[0].split()[place]) for place in (1, 4, 6))
    assert floor < value and floor < ceiling
    assert all("300 samples against 2,000" in line for line in lines)


def test_doctor_names_the_source_of_the_data(capsys, embedded):
    assert command_line.main(["doctor"]) == 0
    assert "embedded" in capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(recipes.RECIPES))
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
