"""Weights of 8 bits: how far they are off, what fits, and what is damaged."""

import hashlib
import json
from pathlib import Path
import re

from gan_tf import builders
from gan_tf.builders import weights
import keras
import numpy as np
import pytest


@pytest.fixture
def model():
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Conv2D(5, 3),
            keras.layers.BatchNormalization(),
            keras.layers.Flatten(),
            keras.layers.Dense(4),
        ]
    )


def test_each_weight_is_off_by_half_a_step_at_most(model, tmp_path):
    before = model.get_weights()
    weights.save_quantized(model, tmp_path / "a.npz")
    model.set_weights([np.zeros_like(value) for value in before])
    weights.load_quantized(model, (tmp_path / "a.npz").read_bytes())
    for old, new in zip(before, model.get_weights(), strict=True):
        if old.ndim < 2:
            np.testing.assert_array_equal(new, old)
            continue
        axes = tuple(range(old.ndim - 1))
        largest = abs(old).max(axis=axes)
        assert (abs(new - old).max(axis=axes) <= 0.5001 * largest / 127).all()
        assert (new != old).any()


def test_values_on_the_levels_are_exact(tmp_path):
    model = keras.Sequential([keras.Input((150,)), keras.layers.Dense(2, use_bias=False)])
    kernel = np.tile(np.array([[127, 0], [-64, 0], [1, 0]], "float32") / 8, (50, 1))
    model.set_weights([kernel])
    weights.save_quantized(model, tmp_path / "a.npz")
    weights.load_quantized(model, (tmp_path / "a.npz").read_bytes())
    np.testing.assert_array_equal(model.get_weights()[0], kernel)


@pytest.mark.parametrize(("rows", "exact"), [(49, True), (50, False)])
def test_kernels_of_fewer_than_100_numbers_stay_as_they_are(rows, exact, tmp_path):
    model = keras.Sequential([keras.Input((rows,)), keras.layers.Dense(2, use_bias=False)])
    (kernel,) = model.get_weights()
    weights.save_quantized(model, tmp_path / "a.npz")
    weights.load_quantized(model, (tmp_path / "a.npz").read_bytes())
    assert (model.get_weights()[0] == kernel).all() == exact


def test_the_same_weights_give_the_same_bytes(model, tmp_path):
    sums = [weights.save_quantized(model, tmp_path / name) for name in ("a.npz", "b.npz")]
    assert sums[0] == sums[1] == hashlib.sha256((tmp_path / "a.npz").read_bytes()).hexdigest()


BUILDERS = {
    "dense_generator": {"units": (6, 5)},
    "dcgan_generator": {"filters": (4, 2)},
    "progressive_generator": {"resolution": 8, "filters": lambda size: 4},
    "style_generator": {"resolution": 8, "filters": lambda size: 4},
}


@pytest.mark.parametrize("name", BUILDERS)
def test_every_generator_takes_a_file(name, tmp_path):
    build = getattr(builders, name)
    arguments, path = {"latent_dim": 8, **BUILDERS[name]}, tmp_path / "a.npz"
    one = build(**arguments)
    weights.save_quantized(one, path)
    other = build(**arguments, weights=path)
    for ours, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(theirs, ours, atol=abs(ours).max() / 250 + 1e-9)
    with pytest.raises(ValueError, match=r"a\.npz holds weights of another network"):
        build(**{**arguments, "latent_dim": 9}, weights=path)


def test_files_of_keras_are_taken_too(tmp_path):
    one = builders.dcgan_generator(8, filters=(4, 2))
    one.save_weights(tmp_path / "one.weights.h5")
    other = builders.dcgan_generator(8, filters=(4, 2), weights=tmp_path / "one.weights.h5")
    for ours, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(theirs, ours)


def test_finer_steps_where_they_are_asked_for(tmp_path):
    kernel = np.random.default_rng(0).normal(size=(50, 4)).astype("float32")
    errors = {}
    for fine in (None, "chain"):
        layers = [keras.layers.Dense(4, name=name) for name in ("chain", "other")]
        model = keras.Sequential([keras.Input((50,)), layers[0], keras.layers.Dense(50), layers[1]])
        for layer in layers:
            layer.kernel.assign(kernel)
        weights.save_quantized(model, tmp_path / "w.npz", fine)
        weights.load_quantized(model, (tmp_path / "w.npz").read_bytes())
        errors[fine] = [np.abs(np.asarray(layer.kernel) - kernel).max(0) for layer in layers]
    half_a_step = np.abs(kernel).max(0) / 254
    assert (errors[None][0] <= 1.001 * half_a_step).all()
    assert (errors["chain"][0] <= 1.001 * half_a_step / 4).all()
    assert (errors["chain"][1] > half_a_step / 2).all()


@pytest.mark.parametrize("name", weights.SHIPPED)
def test_shipped_weights_are_those_of_their_card(name):
    card = json.loads((weights.FOLDER / f"{name}.json").read_text())
    path = weights.FOLDER / f"{name}.npz"
    assert weights.SHIPPED[name][0] == card["sha256"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == card["sha256"]
    assert card["bytes"] == path.stat().st_size
    arguments = {k: tuple(v) if isinstance(v, list) else v for k, v in card["arguments"].items()}
    model = getattr(builders, name)(**arguments, weights="fashion_mnist")
    assert all(np.isfinite(value).all() for value in model.get_weights())
    for key, value in card["scores"].items():
        tolerance = 0.01 * value if key == "frechet_classifier_distance" else 0.01  # or a share
        assert abs(value - card["scores_32_bits"][key]) <= tolerance, key


@pytest.mark.parametrize("name", weights.SHIPPED)
def test_the_page_on_performance_shows_the_cards(name):
    page = (Path(__file__).parents[1] / "docs" / "performance.md").read_text("utf-8")
    (row,) = re.findall(rf"^\| `{name}` \| .*$", page, flags=re.M)
    card = json.loads((weights.FOLDER / f"{name}.json").read_text())
    after, before = card["scores"], card["scores_32_bits"]
    shown = [f"{card['steps']:,}", f"{card['cpu_seconds']:,} s"]
    shown += [f"{each['frechet_classifier_distance']:.1f}" for each in (after, before)]
    shown += [f"{after['precision']:.2f}", f"{after['recall']:.2f}"]
    assert [cell.strip() for cell in row.split("|")[3:-1]] == shown


def test_all_shipped_weights_together_are_small():
    assert sum(path.stat().st_size for path in weights.FOLDER.glob("*.npz")) < 1_200_000


def test_a_damaged_file_is_named_with_its_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    monkeypatch.setitem(weights.SHIPPED, "dcgan_generator", ("0" * 64, "filters=(64, 32)"))
    with pytest.raises(FileNotFoundError, match=r"dcgan_generator\.npz.*Reinstall gan_tf"):
        builders.dcgan_generator(weights="fashion_mnist")
    (tmp_path / "dcgan_generator.npz").write_bytes(b"nothing")
    with pytest.raises(ValueError, match=r"damaged.*Reinstall gan_tf"):
        builders.dcgan_generator(weights="fashion_mnist")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda _: builders.dcgan_generator(weights="imagenet"), "weights='imagenet'"),
        (lambda _: builders.dcgan_generator(weights=3), "weights=3"),
        (lambda here: weights.save_quantized(builders.point_generator(), here / "a.h5"), "npz"),
        (lambda _: weights.load_quantized(builders.point_generator(), b"no"), "does not hold"),
    ],
)
def test_clear_errors(call, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        call(tmp_path)
