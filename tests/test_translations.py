"""The benchmark of translation: its judges against known cases, its games, and its tables."""

import json

from gan_tf import data
from gan_tf.recipes import translation as recipe_module
import keras
import numpy as np
import pytest
import translation


@pytest.fixture(autouse=True)
def few_pictures(monkeypatch):
    monkeypatch.setattr(recipe_module, "NUM_PAIRS", 24)
    monkeypatch.setattr(recipe_module, "NUM_FACES", 24)
    monkeypatch.setattr(translation, "NUM_JUDGED", 120)


def test_a_game_is_missing_just_what_its_name_says():
    games = translation.games()
    cases = {
        ("earth", translation.ADVERSARY): {"l1": 0.0},
        ("emoji", translation.BOTH): {"l1": 100.0},
        ("faces", "CycleGAN without cycle"): {"cycle": 0.0, "identity": 5.0},
        ("faces", "CUT without identity"): {"contrast": 1.0, "identity": 0.0},
    }
    for (task, name), weights in cases.items():
        assert games[task][name](0).gan.weights_of_terms == weights, name
    asked = games["attributes"]["without asked_class"](0).gan.weights_of_terms
    assert asked == {"real_class": 1.0, "asked_class": 0.0, "cycle": 10.0, "penalty": 10.0}


def test_without_its_adversary_nothing_of_the_critic_reaches_the_generator():
    recipe = translation.without_adversary(0)
    batch = next(iter(recipe.batches))
    terms = recipe.gan.g_loss(batch)
    assert float(terms["g_loss"]) == 0 and float(terms["cycle"]) > 0
    assert float(terms["asked_class"]) > 0


def test_without_its_mask_only_the_generator_is_another():
    recipe, usual = translation.games()["attributes"]["without mask"](0), recipe_module.stargan(0)
    names = [layer.name for layer in recipe.gan.generator.layers]
    assert "mask" not in names and "down_2" in names
    for name, player in usual.gan.players.items():
        assert recipe.gan.players[name].output_shape == player.output_shape
    made = recipe.gan.generate(2, **{key: rows[:2] for key, rows in recipe.conditions.items()})
    assert np.abs(made).max() <= 1
    assert recipe.gan.weights_of_terms == usual.gan.weights_of_terms


@pytest.mark.slow
def test_l1_alone_moves_the_generator_alone_towards_the_truth():
    keras.utils.set_random_seed(0)
    recipe = translation.games()["emoji"][translation.L1](0)
    recipe = recipe._replace(batches=recipe.batches.take(25))
    before = [each.get_weights() for each in recipe.gan.players.values()]

    def error():
        made = recipe.gan.generate(6, **recipe.conditions)
        return translation.grey_levels(made, recipe.truths)

    first = error()
    translation.train(recipe, 2, adversary=False)
    after = [each.get_weights() for each in recipe.gan.players.values()]
    assert all(map(np.array_equal, before[1], after[1])), "the discriminator moved"
    assert not all(map(np.array_equal, before[0], after[0])) and error() < first


def test_the_judge_of_pairs_knows_the_truth_from_the_input():
    truths = data.emoji("fluent_3d", "test")[0]
    right = translation.judge("emoji", lambda sketches: truths)
    wrong = translation.judge("emoji", lambda sketches: sketches)
    assert right == {"l1": 0.0, "distance": 0.0}
    assert wrong["l1"] > 5 and wrong["distance"] > 0
    shifted = np.clip(truths - 0.1, -1, 1)
    assert translation.grey_levels(truths, truths - 2 / 255) == pytest.approx(1.0, rel=1e-3)
    assert 0 < translation.judge("emoji", lambda sketches: shifted)["l1"] < 12.76


def test_the_judge_of_faces_knows_twins_from_other_people():
    scores = {
        name: translation.judge("faces", translation.controls("faces", 0)[name])
        for name in translation.CONTROLS["faces"]
    }
    assert scores[translation.TWINS]["l1"] == 0 and scores[translation.TWINS]["kept"] > 0.95
    assert scores[translation.OTHERS]["kept"] < 0.6 and scores[translation.OTHERS]["style"] > 0.95
    assert scores[translation.INPUT]["style"] < 0.05 and scores[translation.INPUT]["kept"] > 0.95
    assert scores[translation.INPUT]["l1"] > 10


def test_the_judge_of_attributes_knows_twins_from_what_was_left_as_it_was():
    scores = {
        name: translation.judge("attributes", translation.controls("attributes", 0)[name])
        for name in translation.CONTROLS["attributes"]
    }
    assert scores[translation.TWINS]["changed"] > 0.95 and scores[translation.TWINS]["kept"] > 0.95
    assert scores[translation.INPUT]["changed"] < 0.05
    assert scores[translation.INPUT]["kept"] > 0.95


def test_a_table_has_means_over_the_seeds_and_controls_last(tmp_path):
    for seed, l1 in enumerate((20.0, 22.0)):
        write(tmp_path, translation.BOTH, seed, 10, l1)
    write(tmp_path, translation.INPUT, 0, 0, 60.0)
    write(tmp_path, translation.L1, 0, 10, 19.0)
    lines = translation.table("earth", tmp_path).splitlines()
    assert lines[0].startswith("| game | epochs | seeds | L1, of 255 |")
    assert lines[2].startswith("| L1 and adversary | 10 | 2 | 21.0 ± 1.4 | 50.0 ± 0.0 |")
    assert lines[3].startswith("| L1 alone | 10 | 1 | 19.0 |")
    assert lines[4].startswith("| the input itself | - | 1 | 60.0 |")
    assert len(translation.table("faces", tmp_path).splitlines()) == 2


def write(folder, name, seed, epochs, l1):
    values = {"l1": l1, "distance": 50.0, "cpu_seconds": 90.0}
    facts = {"task": "earth", "name": name, "seed": seed, "epochs": epochs, **values}
    path = folder / f"translation_earth_{name.replace(' ', '-')}_{epochs}epochs_seed{seed}.json"
    path.write_text(json.dumps(facts))
