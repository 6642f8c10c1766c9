"""The benchmark of quality: what it writes, how it sums up, its tables in docs/performance.md."""

import functools
import json
import re

from gan_tf import recipes
import keras
import numpy as np
import pytest
import quality
import report


def row(distance, epochs=1.0, **others):
    values = {"budget": epochs, "epochs": epochs, "seconds": 60.0, "cpu_seconds": 100.0}
    values |= {"frechet_classifier_distance": distance, "classes_present": 9.0}
    return {**values, "precision": 0.5, "recall": 0.25, **others}


def write(folder, seed, rows, recipe="lecture-dcgan", num_real=10_000, unit="epochs"):
    facts = {"recipe": recipe, "unit": unit, "seed": seed, "num_samples": 10_000}
    facts |= {"num_real": num_real, "floor": 0.25, "ceiling": 150.0}
    path = folder / f"quality_{recipe}_{unit}_seed{seed}_{num_real}.json"
    path.write_text(json.dumps({**facts, "rows": rows}))


def test_seeds_are_taken_together(tmp_path):
    write(tmp_path, 0, [row(40.0), row(20.0, epochs=3.0)])
    write(tmp_path, 1, [row(44.0, precision=0.7)])
    lines = quality.table(tmp_path).splitlines()
    assert lines[0] == "Judged after so many epochs:"
    assert lines[4] == "| lecture-dcgan | 1 | 60 | 100 | 2 | 42.0 ± 2.8 | 9 | 0.60 | 0.25 |"
    assert lines[5] == "| lecture-dcgan | 3 | 60 | 100 | 1 | 20.0 | 9 | 0.50 | 0.25 |"
    assert "floor" in lines[-1] and "0.25" in lines[-1] and "150" in lines[-1]


def test_runs_judged_by_seconds_have_a_table_of_their_own(tmp_path):
    write(tmp_path, 0, [row(40.0)])
    write(tmp_path, 0, [row(40.0, budget=60.0)], unit="seconds")
    first, second, _ = re.split("(?=^Judged|^Each)", quality.table(tmp_path), flags=re.M)[1:]
    assert "so many epochs" in first and "so many seconds" in second
    assert first.splitlines()[-2:-1] == second.splitlines()[-2:-1]


def test_other_reference_sets_make_other_rows(tmp_path):
    write(tmp_path, 0, [row(40.0)])
    write(tmp_path, 0, [row(44.0)], num_real=2_000)
    lines = [line for line in quality.table(tmp_path).splitlines() if line.startswith("| lecture")]
    assert len(lines) == 2


def test_time_to_the_quality_of_the_lecture(tmp_path):
    ten = {"epochs": 10.0, "seconds": 1_000.0, "cpu_seconds": 1_800.0}
    for seed, target in enumerate((40.0, 44.0)):
        write(tmp_path, seed, [row(60.0), row(43.0, 4.0, seconds=400.0), row(target, **ten)])
        rows = [row(50.0, 0.5, seconds=20.0), row(39.0, 0.7, seconds=80.0, cpu_seconds=90.0)]
        write(tmp_path, seed, rows, recipe="quick")
        write(tmp_path, seed, [row(41.0, 2.0)], recipe="sometimes")
    write(tmp_path, 2, [row(1.0)], recipe="quick")  # no target of this seed
    lines = quality.times_table(tmp_path).splitlines()[2:]
    assert lines == [
        "| lecture-dcgan | 2 | 40.0 44.0 | 10 4 | 1800 100 | 1000 400 | 1.0 1.0 |",
        "| quick | 2 | 40.0 44.0 | 0.7 0.7 | 90 90 | 80 80 | 12.5 5.0 |",
        "| sometimes | 2 | 40.0 44.0 | reached by 1 |  |  |  |",
    ]


def test_table_goes_between_its_markers():
    page = "before\n<!-- one: begin -->\nold\n<!-- one: end -->\nafter\n"
    assert report.with_table(page, "one", "new") == page.replace("old", "new")
    with pytest.raises(SystemExit, match="lacks the lines"):
        report.with_table("no markers", "one", "new")


def test_samples_of_growing_networks_are_judged_in_the_size_of_the_test_images():
    small = np.arange(2 * 8 * 8.0).reshape(2, 8, 8, 1)
    found = quality.judged(small, (0, 1_000))  # 8 to 32 pixels, without the border of 2
    assert found.shape == (2, 28, 28, 1)
    np.testing.assert_array_equal(found[:, 0, 0], small[:, 0, 0])
    np.testing.assert_array_equal(found[:, 2, 27], small[:, 1, 7])
    for shape in ((2, 28, 28), (2, 28, 28, 1)):
        overshooting = np.full(shape, 1.5)
        np.testing.assert_array_equal(quality.judged(overshooting, (-1, 1)), np.ones(shape))


def test_the_page_holds_the_tables_of_the_committed_results():
    page = report.PAGE.read_text(encoding="utf-8")
    made, times = map(quality.on_all_machines, (quality.table, quality.times_table))
    assert report.with_table(page, "quality", made) == page
    assert report.with_table(page, "time to quality", times) == page
    assert (quality.RESULTS / "time_to_quality.md").read_text("utf-8").strip() in page
    lines = [line for line in made.splitlines() if line.startswith("| ")]
    rows = [line for line in lines if not line.startswith(("| recipe", "| ---"))]
    assert len(set(rows)) == len(rows)


def test_committed_results_say_what_they_are():
    folders = [quality.RESULTS / name for name in quality.MACHINES]
    paths = [path for folder in folders for path in sorted(folder.glob("quality_*.json"))]
    assert {path.parent for path in paths} == set(folders)
    assert not list(quality.RESULTS.glob("quality_*.json"))  # each has its machine
    for path in paths:
        found = json.loads(path.read_text("utf-8"))
        assert found["rows"] and found["recipe"] in recipes.RECIPES
        assert found["encoder_sha256"] == quality.metrics.CLASSIFIER_SHA256
        assert {"tensorflow", "keras", "numpy", "python", "gan_tf"} <= set(found["versions"])
        assert 0 < found["floor"] < 1 < found["ceiling"]


class Holder:
    """What holds a generator whose images are all of one grey."""

    def __init__(self, grey):
        grey = keras.initializers.Constant(grey)
        layers = [keras.layers.Dense(4, kernel_initializer="zeros", bias_initializer=grey)]
        self.generator = keras.Sequential(
            [keras.Input((2,)), *layers, keras.layers.Reshape((2, 2, 1))]
        )


def test_a_run_ends_when_its_last_budget_is_spent():
    recipe = recipes.Recipe(None, None, None, 1, 1, batch_size=32, value_range=(-1, 1))
    rows = {}
    budgets = {"seconds": [0.0], "cpu_seconds": [0.0], "epochs": [3 * 4_000 / 60_000]}
    judge = quality.Judge(budgets, recipe, lambda images: {}, rows.__setitem__)
    judge.set_model(Holder(0.5))
    ended = []
    for epoch in range(3):
        judge.on_epoch_begin(epoch)
        judge.on_epoch_end(epoch, {})
        ended.append(judge.model.stop_training)
    assert ended == [False, False, True]
    assert [row["epochs"] for row in rows["seconds"] + rows["epochs"]] == [0.0667, 0.2]
    assert rows["cpu_seconds"] == rows["seconds"]  # a stretch is 4,000 images, the first budget 0


def test_the_running_average_is_judged_where_there_is_one(monkeypatch):
    monkeypatch.setattr(quality, "NUM_SAMPLES", 3)
    seen = []

    def score(images):
        seen.append(images)
        return {}

    recipe = recipes.Recipe(None, None, None, 1, 1, 32, (-1, 1))
    for average in (None, Holder(0.25)):
        judge = quality.Judge({"seconds": [0.0]}, recipe, score, lambda *rows: None, average)
        judge.set_model(Holder(0.5))
        judge.on_epoch_begin(0)
        judge.on_epoch_end(0, {})
        assert judge.model.stop_training
    assert [float(images.mean()) for images in seen] == [0.5, 0.25]
    assert seen[0].shape == (3, 28, 28, 1)


@pytest.mark.slow
def test_a_short_run_is_scored_at_each_budget(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_TF_DATA", "embedded")
    monkeypatch.setattr(report, "matrix_speed", functools.partial(report.matrix_speed, size=64))
    monkeypatch.setattr(quality, "NUM_SAMPLES", 300)
    monkeypatch.setattr(quality, "IMAGES_PER_EPOCH", 250 * 32)
    budgets = {"epochs": [1.0, 0.5], "seconds": [0.1]}
    quality.run("lecture-dense", budgets, seed=1, folder=tmp_path)
    name = "quality_lecture-dense_{}_seed1.json"
    found, timed = (
        json.loads((tmp_path / name.format(unit)).read_text("utf-8")) for unit in budgets
    )
    assert [r["budget"] for r in timed["rows"]] == [0.1]
    assert [r["epochs"] for r in found["rows"]] == [0.5, 1.0]
    assert found["rows"][0]["seconds"] < found["rows"][1]["seconds"]
    assert found["floor"] < found["rows"][1]["frechet_classifier_distance"]
    assert (found["seed"], found["data"], found["num_real"]) == (1, "embedded", 2_000)


def test_a_recipe_with_labels_is_judged_after_its_own_epochs(tmp_path, monkeypatch):
    """One epoch of two steps is over after two batches of 32, in the units of the table."""
    monkeypatch.setenv("GAN_TF_DATA", "embedded")
    monkeypatch.setattr(quality, "NUM_SAMPLES", 300)
    monkeypatch.setattr(report, "matrix_speed", functools.partial(report.matrix_speed, size=64))
    recipe = recipes.conditional(way="concatenation")
    short = recipe._replace(batches=recipe.batches.take(2), steps_per_epoch=2)
    budgets = {"epochs": [2 * short.batch_size / quality.IMAGES_PER_EPOCH]}
    quality.run("conditional", budgets, 0, tmp_path, make=lambda name, seed: short)
    (path,) = tmp_path.glob("*.json")
    (found,) = json.loads(path.read_text("utf-8"))["rows"]
    assert found["epochs"] == found["budget"] and found["classes_present"] >= 0


def test_points_are_refused(tmp_path):
    with pytest.raises(SystemExit, match="circle makes points"):
        quality.run("circle", {"epochs": [1.0]}, 0, tmp_path)
