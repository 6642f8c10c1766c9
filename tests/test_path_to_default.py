"""The benchmark that goes from the lecture's DCGAN to the default recipe."""

import functools
import json

from gan_tf import data, recipes
from gan_tf.games.progressive import ProgressiveGAN
import keras
import path_to_default
import pytest


def write(folder, name, seed, distance, seconds=60.0):
    row = {"budget": 60.0, "seconds": seconds, "epochs": 0.5, "cpu_seconds": 100.0, "recall": 0.25}
    row |= {"frechet_classifier_distance": distance, "classes_present": 9.0}
    path = folder / f"path_{name}_seconds_seed{seed}.json"
    path.write_text(json.dumps({"rows": [row]}))


def test_the_steps_stand_in_their_order(tmp_path):
    write(tmp_path, "growing", 0, 30.0)
    for seed, distance in enumerate((80.0, 90.0)):
        write(tmp_path, "lecture-dcgan", seed, distance, 60.0 + seed)
    assert path_to_default.table(tmp_path).splitlines()[2:] == [
        "| lecture-dcgan | 60 | 2 | 30,000 | 100 | 85.0 ± 7.1 | 0.25 | 9 |",
        "| growing | 60 | 1 | 30,000 | 100 | 30.0 | 0.25 | 9 |",
    ]


@pytest.mark.slow
def test_each_step_changes_what_its_name_says(monkeypatch):
    monkeypatch.setenv("GAN_TF_DATA", "embedded")
    monkeypatch.setattr(data, "load_fashion_mnist", functools.cache(data.load_fashion_mnist))
    made = {name: path_to_default.make(name, 0) for name in path_to_default.STEPS}
    games = {name: recipe.gan for name, recipe in made.items()}
    rates = [float(gan.generator_optimizer.learning_rate) for gan in games.values()]
    assert rates == pytest.approx([1e-3] * 4 + [4e-3, 1e-3, 4e-3] + [8e-3] * 2)
    plain = [name for name, recipe in made.items() if recipe.average_decay is None]
    assert plain == ["lecture-dcgan", "half the width"]
    assert [gan.penalty is None for gan in games.values()] == [True] * 3 + [False] * 6
    assert [recipe.samples.shape[1] for recipe in made.values()] == [28] * 7 + [32] * 2
    sizes = [gan.generator.count_params() for gan in games.values()][:7]
    whole, half = sizes[0], sizes[2]
    assert half < 0.45 * whole and sizes == [whole, whole, half, whole, whole, half, half]
    dropouts = [
        any(isinstance(x, keras.layers.Dropout) for x in gan.discriminator.layers)
        for gan in games.values()
    ]
    assert dropouts == [True] * 3 + [False] * 6
    assert isinstance(games["growing"], ProgressiveGAN)
    assert recipes.DEFAULT == "dcgan"
    assert sizes[6] == recipes.get().gan.generator.count_params()
