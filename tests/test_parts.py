"""The benchmark of BigGAN's parts: each game changes one thing, and its table."""

import inspect
import json

from gan_tf import recipes
import parts
import pytest


def test_every_game_but_the_control_changes_one_thing():
    """R1 stands in for spectral normalisation, so that row names both."""
    standard = inspect.signature(recipes.biggan).parameters
    for name, changes in parts.GAMES.items():
        assert all(standard[key].default != value for key, value in changes.items()), name
        expected = {parts.CONTROL: 0, "R1 instead of spectral normalisation": 2}.get(name, 1)
        assert len(changes) == expected, name


def test_the_table_of_truncation_ends_without_a_threshold(tmp_path):
    scores = {"precision": 0.9, "recall": 0.1, "distance": 50.0}
    for seed in range(2):
        cut = [{"threshold": t, **scores, "recall": 0.05} for t in parts.THRESHOLDS]
        facts = {"name": parts.CONTROL, **scores, "truncated": cut}
        (tmp_path / f"parts_{seed}.json").write_text(json.dumps(facts))
    first, *_, last = parts.truncation_table(tmp_path).splitlines()[2:]
    assert first == "| all parts | 0.2 | 2 | 0.90 ± 0.00 | 0.05 ± 0.00 | 50.0 ± 0.0 |"
    assert last == "| all parts | none | 2 | 0.90 ± 0.00 | 0.10 ± 0.00 | 50.0 ± 0.0 |"


def test_the_table_has_means_over_the_seeds(tmp_path):
    for seed, distance in enumerate((40.0, 50.0)):
        facts = {"name": "no attention", "distance": distance, "precision": 0.8, "recall": 0.3}
        facts |= {"accuracy": 0.9, "cpu_seconds": 60.0}
        (tmp_path / f"parts_no-attention_seed{seed}.json").write_text(json.dumps(facts))
    row = "| no attention | 2 | 45.0 ± 7.1 | 40 50 | 0.80 ± 0.00 | 0.30 ± 0.00 | 0.90 ± 0.00 | 60 |"
    assert parts.table(tmp_path).splitlines()[2:] == [row]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Limiting")  # Keras, of the caps
def test_a_game_writes_its_result(capped, tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "PER_CLASS", 20)
    monkeypatch.setattr(parts, "THRESHOLDS", (0.5,))
    facts = parts.run(parts.CONTROL, 0, 1_000, tmp_path)
    assert facts["distance"] > 0 and 0 <= facts["accuracy"] <= 1
    (cut,) = facts["truncated"]
    assert cut["threshold"] == 0.5 and cut["distance"] != facts["distance"]
    assert json.loads(next(tmp_path.glob("*.json")).read_text("utf-8")) == facts
