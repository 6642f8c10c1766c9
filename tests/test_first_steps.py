"""The benchmark of a game's first steps: what it compares, and its table."""

import first_steps
from gan_tf.training import multistep, updates
import pytest


def test_a_row_has_medians_and_the_ratio_round_by_round():
    seconds = {"Keras": [2.0, 4.0, 3.0], "our update": [2.0, 2.5, 2.0], "both": [1.0, 1.0, 3.0]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(first_steps, "WAYS", dict.fromkeys(seconds))
        row = first_steps.row("points", seconds, same=False)
    assert row == "| points | 3.00 | 2.00 | 1.00 | 0.50 | no |"


def test_all_ways_end_with_the_same_bits(capsys, monkeypatch):
    real, plays = updates.in_few_operations, []
    monkeypatch.setattr(updates, "in_few_operations", lambda o: plays.append(o) or real(o))
    first_steps.main(["--rounds", "1", "--games", "points"])
    cells = capsys.readouterr().out.splitlines()[-1].split(" | ")
    assert cells[-1] == "yes |" and min(map(float, cells[1:-1])) > 0
    # One run before the rounds, and two of the three ways: each of both players, traced once.
    assert len(plays) == 3 * 2
    assert multistep.is_for.__module__ == "gan_tf.training.multistep", "the patch was not undone"
