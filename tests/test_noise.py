"""The benchmark of noise mixes as it says, and the site's panel reads what it wrote."""

import json
from pathlib import Path

from javascript import answer_of, needs_javascript
import noise
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
TABLE = json.loads((ROOT / "benchmarks" / "results" / "noise.json").read_text("utf-8"))


def test_two_ways_to_add_noise():
    images, black = np.full((8, 2, 2, 1), 0.6), np.full((8, 2, 2, 1), -1.0)
    replaced = noise.replaced(images, black, 0.25)
    assert replaced[:, 0, 0, 0].tolist() == [-1.0, -1.0] + 6 * [0.6]
    mixed = noise.mixed(images, black, 0.25)
    np.testing.assert_allclose(mixed, 0.75 * 0.6 - 0.25)


def test_table_is_whole():
    assert TABLE["shares"] == list(noise.SHARES)
    assert TABLE["images"] == noise.NUM_JUDGED
    rows = [TABLE["floor"], TABLE["ceiling"], *TABLE["replaced"], *TABLE["mixed"]]
    assert len(rows) == 2 + 2 * len(TABLE["shares"])
    assert all(row.keys() == TABLE["floor"].keys() for row in rows)
    assert TABLE["replaced"][0] == TABLE["mixed"][0]  # no noise


@pytest.mark.parametrize("way", ["replaced", "mixed"])
def test_distances_grow_with_the_noise(way):
    for name in ("frechet_classifier_distance", "sliced_wasserstein"):
        values = [row[name] for row in TABLE[way]]
        assert values == sorted(values)
        assert values[-1] < TABLE["ceiling"][name]


@needs_javascript
def test_panel_shows_every_metric(tmp_path):
    table = f"globalThis.NOISE = {json.dumps(TABLE)};"
    panel = (ROOT / "site" / "play" / "noise.js").read_text("utf-8")
    program = """
    answer(NOISE_PANEL.METRICS.map(([name]) => [
        name, NOISE_PANEL.way(name, NOISE.floor[name]), NOISE_PANEL.way(name, NOISE.ceiling[name]),
    ]));
    """
    found = answer_of("\n".join([table, panel, program]), tmp_path)
    assert {name for name, *_ in found} == set(TABLE["floor"])
    assert [ends for _, *ends in found] == [[0, 1]] * len(found)
