"""The numbers of docs/scaling.md: a measurement that runs, and the estimate by hand."""

from pathlib import Path
import re

from gan_tf import builders
from gan_tf.training import distribution
import keras
import pytest
import scaling
import tensorflow as tf

DOCS = Path(__file__).resolve().parent.parent / "docs"


def test_operations_are_additions_and_multiplications():
    model = keras.Sequential([keras.Input((6, 6, 2)), keras.layers.Conv2D(4, 3, use_bias=False)])
    assert scaling.operations_of(model) == 2 * (3 * 3 * 2) * (4 * 4 * 4)


@pytest.mark.slow
def test_two_workers_are_measured():
    found = scaling.measured("dense", 2, steps=3)
    assert found["own"] > 0 and found["seconds"] > 0
    assert found["images"] == 2 * 3 * 32, "each worker has batches of 32"
    players = builders.dense_generator(), builders.dense_discriminator()
    assert found["bytes"] == 4 * sum(player.count_params() for player in players)


def test_estimate_of_a_ring():
    """80 MB over 200 GB/s or 12.5 GB/s, beside 10 ms of computing for 16 images."""
    eight, many = ("\n".join(scaling.estimate(n, 80e6, 0.01, 16)) for n in (8, 64))
    assert "2 × 7/8 × 80 MB / 200 GB/s" in eight  # 0.7 ms
    assert "0.7 ms; 11,963 images/s, efficiency 93%" in eight
    assert "2 × 63/64 × 80 MB / 12.5 GB/s" in many  # 12.6 ms
    assert "12.6 ms; 45,310 images/s, efficiency 44%" in many


def test_the_page_has_its_tables():
    text = (DOCS / "scaling.md").read_text()
    tables = dict(re.findall(r"<!-- (\w+): begin -->\n(.*?)<!-- \1: end -->", text, re.S))
    assert tables.keys() == {"scaling", "input", "estimate"}
    assert all(table.strip() for table in tables.values())


def test_the_walk_of_one_batch_fits_a_screen_or_two_and_quotes_the_code():
    lines = (DOCS / "architecture.md").read_text().splitlines()
    assert len(lines) <= 80
    code = (DOCS.parent / "gan_tf" / "games" / "game.py").read_text()
    quoted = [line.strip() for line in lines[lines.index("def train_step(self, data):") + 1 :][:4]]
    assert all(line in code for line in quoted)


def test_its_commands_describe_two_workers(monkeypatch):
    """The strategy itself would wait for the other process."""
    monkeypatch.setattr(tf.distribute, "MultiWorkerMirroredStrategy", lambda: "strategy")
    shown = re.findall(r"TF_CONFIG='(.*)'", (DOCS / "scaling.md").read_text())
    assert len(shown) == 3
    for text in shown:
        monkeypatch.setenv("TF_CONFIG", text.replace("'$index'", "1"))
        assert distribution.strategy_from_environment() == "strategy"
