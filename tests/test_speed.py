"""The benchmark of speed: that all contenders train, what a step is, and the tables."""

import dataclasses
import functools
import stat
import sys

from gan_tf import builders
import keras
import numpy as np
import pytest
import report
import speed
import speed_games
from speed_games import GAMES


def tiny(name, **changes):
    """A game of the benchmark with small dense networks, which are traced soon."""
    ending = "sigmoid" if GAMES[name].kind == "lecture" else None

    def players():
        discriminator = builders.dense_discriminator((4, 4, 1), (8,), output_activation=ending)
        return builders.dense_generator(3, (4, 4, 1), (8,)), discriminator

    return dataclasses.replace(GAMES[name], players=players, num_steps=4, **changes)


def result(case=("dense", 32, "float32"), **steps):
    rounds = [
        {"steps": {name: seconds[i] for name, seconds in steps.items()}, "matrix_seconds": 0.001}
        for i in range(3)
    ]
    return {"case": case, "rounds": rounds, "tracing": dict.fromkeys(steps, 2.0)}


def test_ratios_are_taken_round_by_round():
    found = result(**{"GAN.fit": (0.002, 0.004, 0.002), "lecture's loop": (0.016, 0.024, 0.008)})
    lines = speed.table([found]).splitlines()
    assert lines[2] == (
        "| dense | 32 | float32 | GAN.fit | 2 | 2 to 4 | 16,000 | 6.00 |  |  | 50% | 2.0 |"
    )
    assert lines[3].split(" | ")[3:8] == ["lecture's loop", "16", "8 to 24", "2,000", "1.00"]


def test_images_are_those_that_the_discriminator_sees():
    found = result(("WGAN-GP", 32, "float32"), **{"GAN.fit": (0.1, 0.1, 0.1)})
    assert "| 1,600 |" in speed.table([found])  # five batches of 32 in a tenth of a second


def test_the_arithmetic_of_a_dense_step():
    first, last = 30 * 100 + 100 * 150, 150 * 784  # the generator's multiplications for one image
    rest, judge = 150 * 100 + 100 * 1, 784 * 150  # the discriminator's, its first layer last
    phase_1 = 32 * (first + last) + 64 * (2 * (judge + rest) + rest)
    phase_2 = 32 * (2 * (first + last) + (first + last - 30 * 100) + 2 * (judge + rest))
    expected = 2 * (phase_1 + phase_2)
    assert 1.0 <= speed_games.operations(GAMES["dense"], 32) / expected < 1.1


def test_the_arithmetic_of_each_of_the_discriminators_steps_counts():
    one, two, five = (
        speed_games.operations(tiny("dense", discriminator_steps=steps), 32) for steps in (1, 2, 5)
    )
    assert 0.3 * one < two - one < one
    assert five - one == pytest.approx(4 * (two - one))


def test_a_process_trains_a_stretch_for_each_line(tmp_path):
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$@" > "$0.log"\nwhile read n; do echo "$n.5"; done\n')
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    contender = speed.TorchContender(str(python), "dense", 32, "float32", "eager")
    assert [contender(3), contender(4)] == [3.5, 4.5]
    contender.close()
    assert (tmp_path / "python.log").read_text().split()[1:] == ["dense", "32", "float32", "eager"]


def test_a_process_that_ends_is_named(tmp_path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\n")
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    contender = speed.TorchContender(str(python), "dense", 32, "float32", "eager")
    with pytest.raises(SystemExit, match="PyTorch's process ended: .* dense 32"):
        contender(3)


@pytest.mark.parametrize("name", ["DCGAN", "WGAN-GP", "progressive"])  # one of each kind
def test_a_step_of_ones_own_moves_both_players(name):
    game = tiny(name, discriminator_steps=2)
    model = speed_games.OwnStep(*game.players(), game.kind, 2)
    model.compile(game.optimizer(), game.optimizer())
    before = [np.copy(weight) for weight in model.get_weights()]
    batches = speed_games.dataset(game, 4, 2)
    history = model.fit(batches, shuffle=False, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    moved = [np.any(old != new) for old, new in zip(before, model.get_weights(), strict=True)]
    assert sum(moved) >= len(moved) - 1  # the last bias of a Wasserstein critic has no gradient


@pytest.mark.parametrize("game", GAMES.values(), ids=GAMES)
def test_networks_fit_each_other(game):
    generator, discriminator = game.players()
    assert generator.output_shape == discriminator.input_shape
    assert discriminator.output_shape == (None, 1)


def test_the_table_is_kept_where_it_is_asked_for(tmp_path, monkeypatch):
    found = {**result(**{"GAN.fit": (0.002, 0.002, 0.002)}), "matrix_speeds": [2e11]}
    monkeypatch.setattr(speed, "measure", lambda *args: found)
    command = ["speed.py", "--games", "dense", "--results", str(tmp_path / "here")]
    monkeypatch.setattr(sys, "argv", command)
    speed.main()
    kept = (tmp_path / "here" / "speed.md").read_text("utf-8")
    assert kept.startswith(speed.table([found])) and "float32 200" in kept
    assert "Medians of 3 rounds" in kept


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--precision", "float32"], [(128, "float32"), (256, "float32")]),
        (["--precision", "bfloat16"], [(size, "bfloat16") for size in (32, 128, 256)]),
    ],
)
def test_a_grid_without_the_first_table(options, expected, monkeypatch):
    cases = []

    def measure(name, batch_size, precision, rounds, torch, only, num_steps):
        cases.append((batch_size, precision))
        return {**result(**{"GAN.fit": (1.0, 1.0, 1.0)}), "matrix_speeds": [2e11]}

    monkeypatch.setattr(speed, "measure", measure)
    monkeypatch.setattr(sys, "argv", ["speed.py", "--games", "--grid", "WGAN-GP", *options])
    speed.main()
    assert cases == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--games"], "--games or --grid must name a game"),
        (["--steps", "0"], "--rounds and --steps must be at least 1"),
        (["--rounds", "0"], "--rounds and --steps must be at least 1"),
    ],
)
def test_nothing_to_measure_is_an_error(options, message, monkeypatch, capsys, tmp_path):
    command = ["speed.py", *options, "--results", str(tmp_path / "here")]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit):
        speed.main()
    assert message in capsys.readouterr().err and not (tmp_path / "here").exists()


def test_what_was_measured_before_a_run_is_lost_is_kept(tmp_path, monkeypatch):
    found = {**result(**{"GAN.fit": (0.002, 0.002, 0.002)}), "matrix_speeds": [2e11]}

    def measure(name, *args):
        if name == "DCGAN":
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(speed, "measure", measure)
    command = ["speed.py", "--games", "dense", "DCGAN", "--results", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(KeyboardInterrupt):
        speed.main()
    assert (tmp_path / "speed.md").read_text("utf-8") == speed.page([found]) + "\n"


@pytest.mark.parametrize(
    ("options", "expected"),
    [(["--steps", "3"], [3] * 4), ([], [16] * 4)],  # 64 steps at batch size 32 are 16 at 128
)
def test_steps_of_a_stretch(options, expected, monkeypatch):
    stretches = []
    monkeypatch.setattr(speed, "BATCH_SIZES", (128,))
    monkeypatch.setattr(speed, "contenders", lambda *args: {"GAN.fit": train})
    monkeypatch.setattr(speed.report, "matrix_speed", lambda precision: 2e11)
    monkeypatch.setattr(speed.speed_games, "operations", lambda *args: 1e9)

    def train(num_steps):
        stretches.append(num_steps)
        return 1.0

    command = ["speed.py", "--games", "--grid", "DCGAN", "--precision", "float32", *options]
    monkeypatch.setattr(sys, "argv", [*command, "--rounds", "3"])
    speed.main()
    assert stretches == expected


@pytest.mark.slow
def test_a_game_is_measured_with_all_its_contenders(monkeypatch):
    compiled, histories = [], []
    compile_model, train_gan = keras.Model.compile, speed_games.train_gan

    def compile_and_note(self, *args, **kwargs):
        compiled.append(kwargs.get("jit_compile"))
        return compile_model(self, *args, **kwargs)

    def train_and_note(*args, **kwargs):
        histories.append(train_gan(*args, **kwargs).history)

    monkeypatch.setattr(keras.Model, "compile", compile_and_note)
    monkeypatch.setattr(speed_games, "train_gan", train_and_note)
    monkeypatch.setattr(report, "matrix_speed", functools.partial(report.matrix_speed, size=64))
    monkeypatch.setitem(GAMES, "dense", tiny("dense"))
    found = speed.measure("dense", 4, "float32", 1, None)
    names = {"GAN.fit", "train_gan", "train_gan, XLA", "lecture's loop", "own train_step"}
    assert set(found["tracing"]) == set(found["rounds"][0]["steps"]) == names
    assert all(seconds > 0 for seconds in found["rounds"][0]["steps"].values())
    assert keras.config.dtype_policy().name == "float32"
    assert compiled.count(True) == compiled.count("auto") == 2  # a game for every stretch
    assert len(histories) == 4 and np.isfinite([each["d_loss"] for each in histories]).all()


def num_trainable(player):
    return sum(int(np.prod(weight.shape)) for weight in player.trainable_weights)


@pytest.mark.slow
def test_networks_are_those_of_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch is not a dependency; see benchmarks")
    import speed_torch

    for name, game in GAMES.items():
        training = speed_torch.Training(name, 4, "float32", False)
        players = (training.generator, training.plain)
        theirs = [sum(p.numel() for p in each.parameters() if p.requires_grad) for each in players]
        assert theirs == [num_trainable(player) for player in game.players()]
        assert training.stretch(1) > 0
    assert torch.isfinite(next(training.generator.parameters())).all()
