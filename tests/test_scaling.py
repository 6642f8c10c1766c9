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


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_pages_have_their_tables(path):
    found = re.findall(r"<!-- (\w+): begin -->\n(.*?)<!-- \1: end -->", path.read_text(), re.S)
    assert [name for name, table in found if not table.strip()] == []
    assert {name for name, _ in found} == {"scaling", "input", "estimate"}


def test_its_commands_describe_two_workers(monkeypatch):
    """The strategy itself would wait for the other process."""
    monkeypatch.setattr(tf.distribute, "MultiWorkerMirroredStrategy", lambda: "strategy")
    shown = re.findall(r"TF_CONFIG='(.*)'", (DOCS / "scaling.md").read_text())
    assert len(shown) == 3
    for text in shown:
        monkeypatch.setenv("TF_CONFIG", text.replace("'$index'", "1"))
        assert distribution.strategy_from_environment() == "strategy"
