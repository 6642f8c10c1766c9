"""benchmarks/faults.py: one real kill, and bits that are counted rightly."""

import json
import random

import faults
import pytest


def test_differing_bits_are_counted(tmp_path):
    whole = {"bits": ["00ff", "0a"], "history": {"d_loss": [0.5]}, "epoch": [0]}
    paths = [tmp_path / "whole.json", tmp_path / "other.json"]
    for changes, count in (
        ({}, 0),
        ({"bits": ["01ff", "0a"]}, 1),
        ({"bits": ["0000", "0b"]}, 9),
        ({"history": {"d_loss": [0.25]}}, 1),
        ({"epoch": [1]}, 1),
    ):
        for path, result in zip(paths, (whole, {**whole, **changes}), strict=True):
            path.write_text(json.dumps(result), encoding="utf-8")
        assert faults.differing_bits(*paths) == {"bits": 24, "differing bits": count}


@pytest.mark.slow
def test_a_training_that_was_really_killed_ends_with_the_same_bits(tmp_path):
    row = faults.torment("train_gan", 1, random.Random(0), tmp_path, epochs=5)
    assert row.pop("bits") > 1_000_000
    assert (row["kills"], row["resumes"], row["lost epochs"], row["differing bits"]) == (1, 1, 0, 0)
