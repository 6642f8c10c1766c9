"""The benchmark of codes that nobody named: its few labels, its k-means, and its tables."""

import json

import codes
import keras
import numpy as np
import pytest


def write(folder, game, seed, accuracy, **further):
    facts = {
        "game": game,
        "seed": seed,
        "accuracy": accuracy,
        "nmi": 0.5,
        "cpu_seconds": 90.0,
        "epochs": 8,
    }
    path = folder / f"codes_{game}_seed{seed}.json"
    path.write_text(json.dumps({**facts, **further}))


def test_kmeans_finds_blobs_that_lie_apart():
    rng = np.random.default_rng(0)
    which = np.arange(90) % 3
    points = 10 * np.eye(3)[which] + rng.normal(size=(90, 3))
    found = codes.clusters_of_pixels(points[:60], points[60:], seed=1, num_clusters=3)
    pairs = set(zip(which[60:].tolist(), found.tolist(), strict=True))
    assert len(pairs) == 3 and len({cluster for _, cluster in pairs}) == 3


def test_answers_leave_the_two_numbers_of_infogan_out():
    network = keras.Sequential([keras.Input((12,)), keras.layers.Rescaling(1.0)])
    outputs = np.zeros((700, 12), "float32")
    outputs[np.arange(700), np.arange(700) % 10] = 1
    outputs[:, 10:] = 5
    np.testing.assert_array_equal(codes.answers(network, outputs), np.arange(700) % 10)


def test_the_tables_have_means_over_the_seeds(tmp_path):
    for seed, accuracy in enumerate((0.5, 0.6)):
        write(tmp_path, "infogan", seed, accuracy, information=2.25)
        write(tmp_path, "alone", seed, accuracy + 0.2)
    without, with_labels = (text.splitlines() for text in codes.tables(tmp_path))
    assert without[2:] == [
        "| InfoGAN | 8 | 2 | 0.550 ± 0.071 | 0.500 ± 0.000 | 2.250 ± 0.000 | 90 |"
    ]
    assert with_labels[2:] == ["| classifier alone | 8 | 2 | 0.750 ± 0.071 | 90 |"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Limiting")  # Keras, of the caps
@pytest.mark.parametrize("game", ["catgan", "catgan100", "infogan", "alone"])
def test_every_game_writes_its_result(game, capped, tmp_path):
    facts = codes.run(game, 0, 1, tmp_path)
    assert 0 <= facts["nmi"] <= 1 and 0 < facts["accuracy"] < 1
    assert json.loads((tmp_path / f"codes_{game}_seed0.json").read_text())["game"] == game
