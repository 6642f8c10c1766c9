"""The benchmark of BigGAN's parts: each game changes one thing, and its table."""

import json

import parts
import pytest


def test_every_game_but_the_control_changes_one_thing():
    """R1 stands in for spectral normalisation, so that row names both."""
    for name, changes in parts.GAMES.items():
        own = {key for key, value in changes.items() if parts.ALL_PARTS[key] != value}
        assert own == set(changes)
        expected = {"all parts": 0, "R1 instead of spectral normalisation": 2}.get(name, 1)
        assert len(own) == expected, name


def test_regularisation_leaves_embeddings_of_the_class_alone():
    gan = parts.game(0, parts.ALL_PARTS)
    has = {w.path: w.regularizer is not None for w in gan.generator.trainable_weights}
    embeddings = [p for p in has if "class_embedding" in p or "/gain" in p or "/shift" in p]
    assert embeddings and not any(has[path] for path in embeddings)
    assert sum(has.values()) >= 8


def test_the_table_has_means_over_the_seeds(tmp_path):
    for seed, distance in enumerate((40.0, 50.0)):
        facts = {"name": "no attention", "distance": distance, "precision": 0.8, "recall": 0.3}
        facts |= {"accuracy": 0.9, "cpu_seconds": 60.0}
        (tmp_path / f"parts_no-attention_seed{seed}.json").write_text(json.dumps(facts))
    row = "| no attention | 2 | 45.0 ± 7.1 | 0.80 ± 0.00 | 0.30 ± 0.00 | 0.90 ± 0.00 | 60 |"
    assert parts.table(tmp_path).splitlines()[2:] == [row]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Limiting")  # Keras, of the caps
def test_a_game_writes_its_result(capped, tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "PER_CLASS", 20)
    facts = parts.run("class joined to the latents", 0, 1_000, tmp_path)
    assert facts["distance"] > 0 and 0 <= facts["accuracy"] <= 1
    assert json.loads(next(tmp_path.glob("*.json")).read_text())["settings"]["condition"] == (
        "concatenation"
    )
