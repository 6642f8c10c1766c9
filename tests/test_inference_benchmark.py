"""The benchmark of ways to find latents: scores by hand, principal components, tables."""

import json

import inference
import numpy as np
import pytest


def test_the_ratio_is_one_where_the_code_says_nothing():
    images = np.zeros((4, 1, 2, 1))
    images[:, 0, 0, 0], images[:, 0, 1, 0] = [0, 1, 0, 1], [1, 0, 1, 0]
    assert inference.ratio(images, images) == 0
    assert inference.ratio(images, np.full_like(images, 0.5)) == pytest.approx(1)
    # at a third of the way from one image to the next, a third and two thirds of the distance
    assert inference.ratio(images, images * 2 / 3 + 1 / 3 * images[::-1]) == pytest.approx(0.5)


def test_probe_and_neighbours_read_classes_that_lie_apart():
    rng = np.random.default_rng(0)
    labels = np.arange(400) % 10
    codes = 5 * np.eye(10)[labels] + 0.1 * rng.normal(size=(400, 10))
    fitted, tested = (codes[:200], labels[:200]), (codes[200:], labels[200:])
    assert inference.probe(*fitted, *tested) == 1
    np.testing.assert_array_equal(
        inference.nearest(codes[:200], codes[200:], labels[:200]), labels[200:]
    )
    shuffled = rng.permutation(labels[:200])
    assert inference.probe(codes[:200], shuffled, *tested) < 0.5


def test_principal_components_are_uncorrelated_and_give_the_best_reconstruction(monkeypatch):
    monkeypatch.setattr(inference, "LATENT_DIM", 2)
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(500, 4)) @ np.diag([4.0, 2.0, 0.1, 0.1]) + 3
    images = rows.reshape(500, 2, 2, 1).astype("float32")
    encoder, decoder = inference.pca(images, 0, 0)
    codes = np.asarray(encoder(images))
    np.testing.assert_allclose(np.cov(codes, rowvar=False), np.eye(2), atol=1e-2)
    error = np.square(images - np.asarray(decoder(codes))).sum(axis=(1, 2, 3)).mean()
    lost = np.sort(np.linalg.eigvalsh(np.cov(rows, rowvar=False)))[:2].sum()
    assert error == pytest.approx(lost, rel=0.05)


def test_the_tables_have_means_over_the_seeds(tmp_path):
    for seed, error in enumerate((0.25, 0.35)):
        facts = {"way": "bigan", "seed": seed, "cpu_seconds": 60, "ratio": 2 * error, "probe": 0.7}
        facts |= {"neighbour": 0.8, "prior": 0.5, "spread": 1.0}
        (tmp_path / f"inference_bigan_seed{seed}.json").write_text(json.dumps(facts))
        alone = {"way": "alone", "seed": seed, "cpu_seconds": 9, "error": error}
        (tmp_path / f"inference_alone_seed{seed}.json").write_text(json.dumps(alone))
    ways, labels = (text.splitlines() for text in inference.tables(tmp_path))
    assert ways[2].startswith("| BiGAN | 2 | 0.60 ± 0.14 | 0.700 ± 0.000 | 0.800 ± 0.000 |")
    assert labels[2:] == ["| encoder alone | 2 | 0.300 ± 0.071 | 9 |"]


@pytest.mark.slow
@pytest.mark.parametrize("way", ["untrained", "adversarial", "regressor", "semi_supervised"])
def test_a_short_run_writes_its_result(way, tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_TF_DATA", "embedded")
    monkeypatch.setenv("KERAS_MAX_STEPS_PER_EPOCH", "1")
    monkeypatch.setattr(inference.report, "matrix_speed", lambda: 1e9)
    found = inference.run(way, 3, 1, tmp_path)
    assert all(np.isfinite(list(found.values())))
    kept = json.loads((tmp_path / f"inference_{way}_seed3.json").read_text("utf-8"))
    assert kept["way"] == way and ("ratio" in kept) == (way in ("adversarial", "regressor"))
