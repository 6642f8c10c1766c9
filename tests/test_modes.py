"""The benchmark of modes: what it writes, how it sums up, and its table in docs/performance.md."""

import functools
import json

from gan_tf import recipes
import modes
import pytest
import report


def write(folder, seed, high_quality, method="packing", minutes=None, **others):
    row = {"steps": 500, "seconds": 10.0, "cpu_seconds": 12.0, "modes": 8, "reverse_kl": 0.1}
    row |= {"high_quality": high_quality, **others}
    facts = {"data": "ring", "method": method, "seed": seed, "minutes": minutes, "steps": 500}
    text = json.dumps({**facts, "rows": [{**row, "high_quality": 0.0}, row]})
    (folder / f"modes_{method}_{minutes}_{seed}.json").write_text(text)


def test_the_table_gives_medians_of_the_last_rows(tmp_path):
    for seed, share in enumerate((0.5, 0.9, 0.8)):
        write(tmp_path, seed, share, modes=6 + seed)
    write(tmp_path, 0, 0.25, minutes=5.0)
    lines = modes.table(tmp_path).splitlines()
    assert lines[2] == ("| ring | 5 min | packing | 1 | 500 | 10 | 12 | 8 of 8 | 25.0% | 0.100 |")
    assert lines[3] == (
        "| ring | 500 steps | packing | 3 | 500 | 10 | 12 | 7 of 8 | 80.0% (50.0 to 90.0) | 0.100 |"
    )


def test_the_page_shows_timed_runs_only(tmp_path):
    write(tmp_path, 0, 0.5)
    write(tmp_path, 0, 0.25, minutes=5.0)
    assert len(modes.table(tmp_path).splitlines()) == 4
    assert "5 min" in modes.table(tmp_path, timed=True).splitlines()[-1]
    assert len(modes.table(tmp_path, timed=True).splitlines()) == 3


@pytest.fixture
def tiny(monkeypatch):
    """Games with small networks, few points and epochs of five steps; a small speed test."""
    monkeypatch.setattr(report, "matrix_speed", functools.partial(report.matrix_speed, size=64))
    monkeypatch.setattr(recipes.mixtures, "STEPS_PER_EPOCH", 5)
    monkeypatch.setattr(recipes.mixtures, "NUM_POINTS", 1_000)
    monkeypatch.setattr(recipes, "mixture", functools.partial(recipes.mixture, units=(8,)))


def test_a_run_is_written_with_what_it_cost(tmp_path, tiny):
    last = modes.run("ring", "plain", seed=3, steps=10, minutes=None, folder=tmp_path)
    report = json.loads((tmp_path / "modes_ring_plain_10steps_seed3.json").read_text())
    assert [row["steps"] for row in report["rows"]] == [5, 10] and report["rows"][-1] == last
    assert (report["data"], report["method"], report["seed"]) == ("ring", "plain", 3)
    assert 0 < report["rows"][0]["seconds"] <= last["seconds"]
    assert 0 <= last["high_quality"] <= 1 and 0 <= last["modes"] <= 8


def test_a_run_ends_when_its_minutes_are_spent(tmp_path, tiny):
    last = modes.run("ring", "plain", seed=0, steps=500, minutes=1e-6, folder=tmp_path)
    assert last["steps"] == 5
    assert (tmp_path / "modes_ring_plain_1e-06min_seed0.json").exists()


def test_steps_fit_into_the_minutes(monkeypatch):
    monkeypatch.setattr(modes, "seconds_per_step", lambda name, method: (0.01, 4.0))
    assert modes.steps_within(1, "ring", "plain") == 5_000  # (0.9 · 60 - 4) / 0.01
    assert modes.steps_within(0.01, "ring", "plain") == recipes.mixtures.STEPS_PER_EPOCH


def test_the_page_holds_the_table_of_the_committed_results():
    page = report.PAGE.read_text(encoding="utf-8")
    assert report.with_table(page, "modes", modes.table(timed=True)) == page


@pytest.mark.parametrize("name", recipes.MIXTURES)
def test_committed_results_of_our_best_are_there(name):
    paths = sorted(modes.RESULTS.glob(f"modes_{name}_best_5min_seed*.json"))
    assert len(paths) >= 3
    for path in paths:
        report = json.loads(path.read_text("utf-8"))
        assert report["num_samples"] == 2_500 and report["rows"][-1]["seconds"] <= 300
        assert {"tensorflow", "keras", "numpy", "python", "gan_tf"} <= set(report["versions"])
