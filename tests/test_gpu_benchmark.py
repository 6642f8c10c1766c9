"""The benchmark for a GPU, tried without one: every part, and which way is the best."""

import json
import subprocess

import gpu
import pytest


@pytest.fixture(autouse=True)
def few_steps(monkeypatch):
    monkeypatch.setattr(gpu, "STEPS", 2)


def test_every_way_of_playing_steps_is_timed_and_kept(tmp_path):
    found = gpu.measure_ways(tmp_path, networks=("points",), batch_sizes=(4,))
    assert [each["way"] for each in found] == list(gpu.WAYS)
    assert all(each["first"] > 0 and min(each["steps"]) > 0 for each in found)
    assert json.loads((tmp_path / "ways.json").read_text("utf-8")) == found


@pytest.mark.parametrize(
    ("network", "shape"),
    [
        ("points", (2,)),
        ("dense", (28, 28)),
        ("DCGAN", (28, 28, 1)),
        ("progressive", (32, 32, 1)),
        ("style", (64, 64, 3)),
    ],
)
def test_networks_come_with_noise_of_their_shape(network, shape):
    gan, noise = gpu.game_of(network, 3)
    assert noise.shape == (3, *shape) and gan.data_shape == shape


def test_the_table_says_which_way_is_best_for_which_run():
    slow_start = {"network": "dense", "batch": 32, "way": "XLA", "first": 50.0, "steps": [1, 1, 9]}
    fast_start = {**slow_start, "way": "our loop", "first": 5.0, "steps": [2.0, 2.0, 2.0]}
    assert gpu.steps_within(60, slow_start) == pytest.approx(gpu.STEPS + 10_000)
    assert gpu.steps_within(60, fast_start) == pytest.approx(gpu.STEPS + 27_500)
    lines = gpu.ways_table([slow_start, fast_start]).splitlines()
    assert lines[2] == "| dense | 32 | XLA | 50.0 | 1.00 | an hour |"
    assert lines[3] == "| dense | 32 | our loop | 5.0 | 2.00 | a minute |"


@pytest.mark.slow
def test_faces_are_timed_in_every_precision(tmp_path):
    found = gpu.measure_faces(tmp_path, size=8, batch_size=2, stretches=1)
    assert [each["policy"] for each in found] == list(gpu.POLICIES)
    assert all(each["images_per_second"] > 0 for each in found)


def test_a_part_that_takes_too_long_is_stopped_and_the_next_one_runs(tmp_path, monkeypatch, capsys):
    asked = []

    def run(command, **options):
        asked.append((command[-1], options["timeout"]))
        if len(asked) == 1:
            raise subprocess.TimeoutExpired(command, options["timeout"])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(gpu.subprocess, "run", run)
    gpu.run_parts(["ways", "faces"], tmp_path, None)
    assert asked == [("ways", 150), ("faces", 75)] and sum(gpu.LIMITS.values()) <= 8 * 60
    said = capsys.readouterr().out.splitlines()
    assert "stopped at its limit" in said[0] and "ended with 0" in said[1]
