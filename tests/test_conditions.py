"""The benchmark of conditional games: its judge against known cases, and its table."""

import json

import conditions
from gan_tf import builders, data, recipes
import numpy as np
import pytest


def write(folder, name, seed, accuracy, epochs=30):
    facts = {"name": name, "seed": seed, "epochs": epochs, "accuracy": accuracy, "recall": 0.4}
    facts |= {"precision": 0.8, "distance": 40.0, "gan_train": 0.7, "cpu_seconds": 90.0}
    (folder / f"conditions_{name}_{epochs}epochs_seed{seed}.json").write_text(json.dumps(facts))


def test_every_way_has_its_row_and_its_game(monkeypatch):
    monkeypatch.setenv("GAN_TF_DATA", "embedded")
    games = conditions.games()
    assert list(games)[:3] == list(builders.WAYS) and len(games) == 4
    weak = games["classifier, weight 0.2"](0).gan
    assert set(weak.weights_of_terms.values()) == {0.2}
    assert recipes.conditional(way="classifier").gan.weights_of_terms["asked_class"] == 1.0


def test_the_table_has_means_over_the_seeds_and_real_images_last(tmp_path):
    write(tmp_path, conditions.REAL, 0, 0.93, epochs=0)
    for seed, accuracy in enumerate((0.8, 0.9)):
        write(tmp_path, "projection", seed, accuracy)
    lines = conditions.table(tmp_path).splitlines()
    assert lines[2].startswith("| projection | 30 | 2 | 0.850 ± 0.071 | 0.40 ± 0.00 |")
    assert lines[3].startswith("| real images | - | 1 | 0.930 |")


@pytest.mark.slow
def test_the_judge_knows_right_labels_from_wrong_ones(monkeypatch):
    monkeypatch.setattr(conditions, "CLASSIFIER_EPOCHS", 1)
    (images, labels), _ = data.load_fashion_mnist(verbose=False)
    chosen = np.concatenate([np.flatnonzero(labels == k)[:100] for k in range(10)])
    right = conditions.judge(images[chosen], labels[chosen], 0)
    wrong = conditions.judge(images[chosen], (labels[chosen] + 1) % 10, 0)
    assert right["accuracy"] > 0.9 > 0.1 > wrong["accuracy"]
    assert right["recall"] > 0.3 > wrong["recall"]
    assert right["gan_train"] > wrong["gan_train"]
    assert right["distance"] == pytest.approx(wrong["distance"])
