"""The benchmark of modes: what it writes, how it sums up, and its table in docs/performance.md."""

import functools
import itertools
import json

from gan_tf import recipes
import modes
import pytest
import report


def write(folder, seed, high_quality, method="packing", minutes=None, data="ring", **others):
    row = {"steps": 500, "seconds": 10.0, "cpu_seconds": 12.0, "modes": 8, "reverse_kl": 0.1}
    row |= {"high_quality": high_quality, **others}
    first = {**row, "steps": 250, "cpu_seconds": 0.0, "high_quality": 0.0}
    facts = {"data": data, "method": method, "seed": seed, "minutes": minutes, "steps": 500}
    text = json.dumps({**facts, "rows": [first, row]})
    (folder / f"modes_{data}_{method}_{minutes}_{seed}.json").write_text(text)


def test_the_table_of_minutes_gives_medians_of_the_last_rows(tmp_path):
    for seed, share in enumerate((0.5, 0.9, 0.8)):
        write(tmp_path, seed, share, minutes=10.0, modes=6 + seed, raw_high_quality=share / 2)
    write(tmp_path, 0, 0.25, minutes=5.0)
    write(tmp_path, 1, 0.5)
    shorter, longer = modes.timed_table(tmp_path).splitlines()[2:]
    assert shorter == "| ring | 5 | packing | 1 | 500 | 12 | 8 of 8 | 25.0% | - | 0.100 |"
    assert longer == (
        "| ring | 10 | packing | 3 | 500 | 12 | 6 of 8 "
        "| 80.0% (50.0 to 90.0) | 40.0% (25.0 to 45.0) | 0.100 |"
    )


def test_the_table_of_steps_compares_with_the_plain_game(tmp_path):
    for data in ("ring", "grid"):
        for method, seconds in (("plain", 2.0), ("best", 6.0)):
            average = {"raw_modes": 5, "raw_high_quality": 0.7} if method == "best" else {}
            for seed, share in enumerate((0.5, 0.9, 0.8)):
                others = {"cpu_seconds": seconds, "reverse_kl": seed / 100, **average}
                write(tmp_path, seed, share, method, data=data, **others)
    write(tmp_path, 0, 0.5, "packing")  # not played on the grid
    lines = modes.table_of_steps(500, tmp_path).splitlines()[2:]
    share = "80.0% (50.0 to 90.0)"
    assert lines == [
        f"| plain | 3 | 8 | {share} | 0.020 | 8 | {share} | 0.020 | 1.0 |",
        f"| best | 3 | 8 | {share} | 0.020 | 8 | {share} | 0.020 | 3.0 |",
        "| best, the generator itself | 3 | 5 | 70.0% (70.0 to 70.0) | - "
        "| 5 | 70.0% (70.0 to 70.0) | - | 3.0 |",
    ]


def test_every_number_of_steps_has_its_table(tmp_path):
    write(tmp_path, 0, 0.5)
    write(tmp_path, 0, 0.25, minutes=5.0)
    modes.write_tables(tmp_path)
    assert {path.name for path in tmp_path.glob("*.md")} == {
        "modes_500steps.md",
        "modes_minutes.md",
    }


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


def test_minutes_are_those_of_the_processor(tmp_path, tiny, monkeypatch):
    clock = itertools.count(step=12)  # read at the begin and the end of each epoch
    monkeypatch.setattr(modes.time, "process_time", lambda: next(clock))
    last = modes.run("ring", "plain", seed=0, steps=500, minutes=1, folder=tmp_path)
    assert (last["steps"], last["cpu_seconds"]) == (25, 60)
    assert last["seconds"] < 60
    trial = modes.seconds_per_step("ring", "plain")
    assert trial == (12 / 5, 0.0)


def test_a_running_average_is_judged_and_the_generator_noted_beside(tmp_path, tiny):
    last = modes.run("ring", "running average", seed=0, steps=10, minutes=None, folder=tmp_path)
    plain = modes.run("ring", "plain", seed=0, steps=10, minutes=None, folder=tmp_path)
    assert last["raw_high_quality"] == plain["high_quality"] and "raw_modes" not in plain
    assert 0 <= last["high_quality"] <= 1 and 0 <= last["modes"] <= 8


def test_steps_fit_into_the_minutes(monkeypatch):
    monkeypatch.setattr(modes, "seconds_per_step", lambda name, method: (0.01, 4.0))
    assert modes.steps_within(1, "ring", "plain") == 5_000  # (0.9 · 60 - 4) / 0.01
    assert modes.steps_within(0.01, "ring", "plain") == recipes.mixtures.STEPS_PER_EPOCH


def test_the_page_and_the_files_hold_the_tables_of_the_committed_results(tmp_path):
    page = report.PAGE.read_text(encoding="utf-8")
    assert report.with_table(page, "modes", modes.timed_table()) == page
    for path in modes.RESULTS.glob("modes_*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    for name, text in modes.write_tables(tmp_path).items():
        assert (modes.RESULTS / name).read_text(encoding="utf-8") == text + "\n"


@pytest.mark.parametrize("name", recipes.MIXTURES)
@pytest.mark.parametrize("minutes", [1, 3])
def test_committed_results_of_our_best_are_there(name, minutes):
    paths = sorted(modes.RESULTS.glob(f"modes_{name}_best_{minutes}min_seed*.json"))
    assert len(paths) >= 3
    for path in paths:
        report, longest = json.loads(path.read_text("utf-8")), 60 * minutes * 1.05
        assert report["num_samples"] == 2_500 and report["rows"][-1]["cpu_seconds"] <= longest
        assert {"tensorflow", "keras", "numpy", "python", "gan_tf"} <= set(report["versions"])
