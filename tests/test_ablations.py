"""The benchmarks of growing games: what they write, how they sum up, and what a size costs."""

import json
import pathlib
import resource

import ablations
from gan_tf import recipes
import numpy as np
import pytest
import sizes

ROOT = pathlib.Path(__file__).resolve().parent.parent


def write(folder, name, seed, distance, num_images=24_000):
    facts = {"of": "progressive", "name": name, "seed": seed, "num_images": num_images}
    facts |= {"frechet_classifier_distance": distance, "sliced_wasserstein": 100.0 + seed}
    facts |= {"recall": 0.25, "classes_present": 9.0, "cpu_seconds": 100.0}
    facts |= {"floor": 0.25, "sliced_floor": 7.0, "ceiling": 300.0}
    path = folder / f"ablation_progressive_{name.replace(' ', '-')}_{num_images}_seed{seed}.json"
    path.write_text(json.dumps(facts))


def test_the_table_gives_means_in_the_order_of_the_games(tmp_path):
    for seed, distance in enumerate((20.0, 22.0)):
        write(tmp_path, "without fade-in", seed, distance + 10)
        write(tmp_path, ablations.WHOLE, seed, distance)
    write(tmp_path, ablations.WHOLE, 0, 50.0, num_images=20_000)
    lines = ablations.table("progressive", tmp_path).splitlines()
    assert lines[5:] == ["", "Other real images: 0.2 and 7; noise: 300."]
    assert lines[2].startswith("| all parts | 20,000 | 1 | 50.0 |")
    assert lines[3] == ("| all parts | 24,000 | 2 | 21.0 ± 1.4 | 100 ± 1 | 0.25 ± 0.00 | 9 | 100 |")
    assert lines[4].startswith("| without fade-in | 24,000 | 2 | 31.0 ± 1.4 |")


def test_a_control_of_one_table_is_the_first_game_of_the_other(tmp_path):
    write(tmp_path, ablations.WHOLE, 0, 20.0)
    row = ablations.table("style", tmp_path).splitlines()[2]
    assert row.startswith(f"| progressive growing, {ablations.OTHER_RULES} | 24,000 | 1 | 20.0 |")


def test_only_the_controls_have_other_rules():
    def rules(name):
        gan = ablations.GAMES["style"][name](0, resolution=8).gan
        return float(gan.generator_optimizer.learning_rate), gan.penalty.penalty.weight

    found = {name: rules(name) for name in ablations.GAMES["style"]}
    for name, values in found.items():
        expected = (8e-3, 0.2) if ablations.OTHER_RULES in name else (1.6e-2, 0.5)
        assert values == pytest.approx(expected), name


def test_every_part_and_every_step_has_its_row():
    assert list(ablations.GAMES["progressive"]) == [
        ablations.WHOLE,
        *(f"without {part}" for part in recipes.PARTS),
    ]
    rows = [name.removeprefix("+ ") for name in ablations.GAMES["style"]]
    assert rows[:-2] == [*recipes.STYLE_STEPS]
    assert all(name.endswith(ablations.OTHER_RULES) for name in rows[-2:])


def test_each_row_plays_its_own_game(monkeypatch):
    played = []
    monkeypatch.setattr(
        recipes,
        "progressive",
        lambda seed, part, num_images: played.append((seed, part)),
    )
    monkeypatch.setattr(recipes, "style", lambda seed, step, **_: played.append((seed, step)))
    for games in ablations.GAMES.values():
        for name in games:
            if name != ablations.WHOLE and ablations.OTHER_RULES not in name:
                games[name](7, num_images=24_000)
    expected = [*recipes.PARTS, *recipes.STYLE_STEPS]
    assert played == [(7, each) for each in expected]


@pytest.mark.parametrize("of", ablations.GAMES)
def test_committed_tables_are_those_of_the_committed_results(of):
    made = ablations.table(of)
    assert (ablations.RESULTS / f"ablation_{of}.md").read_text("utf-8") == made + "\n"
    for row, name in zip(made.splitlines()[2:-2], ablations.GAMES[of], strict=True):
        assert row.startswith(f"| {name} | 24,000 | 3 |")


def test_a_step_of_a_larger_game_moves_both_players_within_memory():
    gan = sizes.game("style", "narrow", 128, channels=1)
    before = [player.get_weights() for player in gan.players.values()]
    images = np.random.default_rng(0).uniform(-1, 1, (8, 128, 128, 1)).astype("float32")
    megabytes = max_megabytes()
    for phase in gan.phases:
        gan.play(phase, {"images": images})
    assert max_megabytes() - megabytes < 1_500
    for old, player in zip(before, gan.players.values(), strict=True):
        assert any(np.any(a != b) for a, b in zip(old, player.get_weights(), strict=True))


def max_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def test_a_size_is_measured():
    found = sizes.measure("progressive", "narrow", 8)
    assert found["seconds"] > 0 and 100 < found["megabytes"] <= max_megabytes()
    shown = sizes.line("progressive", "narrow", 8, found)
    assert shown.startswith("| 8 × 8 | progressive | narrow | 0.")


def test_each_size_is_measured_in_a_process_of_its_own(tmp_path, monkeypatch):
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nshift\necho "a line before"\necho "[\\"$*\\"]"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sizes.sys, "executable", str(python))
    assert sizes.measured_alone("style", "papers'", 128) == ["--one style papers' 128"]
