"""The benchmark of a game's first steps: what it compares, and its table."""

import first_steps
from gan_tf.training import multistep


def test_a_row_has_medians_and_the_ratio_round_by_round():
    seconds = {"Keras's loop": [2.0, 4.0, 3.0], "our loop": [1.0, 1.0, 3.0]}
    assert first_steps.row("points", seconds, same=False) == "| points | 3.00 | 1.00 | 0.50 | no |"


def test_both_ways_end_with_the_same_bits(capsys):
    first_steps.main(["--rounds", "1", "--games", "points"])
    cells = capsys.readouterr().out.splitlines()[-1].split(" | ")
    assert cells[-1] == "yes |" and min(map(float, cells[1:-1])) > 0
    assert multistep.is_for.__module__ == "gan_tf.training.multistep", "the patch was not undone"
