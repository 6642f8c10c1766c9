"""The site's page on latents draws what the package's generator draws."""

import importlib.util
import json
from pathlib import Path

from gan_tf import builders, data, metrics
from javascript import answer_of, needs_chromium, needs_javascript
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
PLAY = ROOT / "site" / "play"
SEEDS = json.loads((PLAY / "garments.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def weights():
    """The script with the weights, as the site's build makes it."""
    path = ROOT / "site" / "staging" / "weights.py"
    spec = importlib.util.spec_from_file_location("staging_weights", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.script_of(ROOT / "gan_tf/builders/weights/dcgan_generator.npz", SEEDS)


@pytest.fixture
def javascript(tmp_path, weights):
    """Function that runs a program after the page's scripts, and reads its answer."""
    shared = (ROOT / "gan_tf" / "playground" / "shared.js").read_text("utf-8")
    generator = (PLAY / "generator.js").read_text("utf-8")

    def run(program, browser=False):
        return answer_of("\n".join([shared, weights, generator, program]), tmp_path, browser)

    return run


@pytest.fixture(scope="module")
def generator():
    return builders.dcgan_generator(filters=(64, 32), weights="fashion_mnist")


DRAW = """
const generator = new GENERATOR.Generator(WEIGHTS);
const latents = %s.map((seed) => GENERATOR.latentOf(seed));
answer(latents.map((latent) => [[...latent], [...generator.picture(latent)]]));
"""


@needs_chromium
def test_chromium_draws_what_keras_draws(javascript, generator):
    latents, pictures = zip(*javascript(DRAW % list(range(64)), browser=True), strict=True)
    expected = generator.predict(np.array(latents), verbose=0).reshape(64, -1)
    off = np.abs(expected - np.array(pictures))
    assert expected.std() > 0.5
    assert off.max() < 1e-3 and off.mean() < 1e-5


@needs_javascript
def test_garments_are_what_they_are_called(javascript):
    assert list(SEEDS) == list(data.CLASS_NAMES)
    seeds = sum(SEEDS.values(), [])
    assert len(set(seeds)) == len(seeds) == 80
    pictures = [picture for _, picture in javascript(DRAW % seeds)]
    images = np.reshape(pictures, (-1, 28, 28, 1)).astype("float32")
    probabilities = metrics.fashion_mnist_encoder()(images).probabilities
    classes = np.repeat(np.arange(10), 8)
    assert probabilities[np.arange(80), classes].min() > 0.98


@needs_javascript
def test_latents_are_standard_normal(javascript):
    latents = np.array(
        javascript("answer([...Array(200).keys()].map((s) => [...GENERATOR.latentOf(s)]))")
    )
    assert latents.shape == (200, 100)
    assert abs(latents.mean()) < 0.03 and latents.std() == pytest.approx(1, abs=0.03)
    correlations = np.corrcoef(latents) - np.eye(200)
    assert np.abs(correlations).max() < 0.6


MIX = """
const { latentOf, between, cornerShares, analogy, meanOf, scaled } = GENERATOR;
const four = [1, 2, 3, 4].map((seed) => latentOf(seed));
const [a, b, c] = four;
answer({
    four, corner: between(four, cornerShares(1, 0)), middle: between(four, cornerShares(0.5, 0.25)),
    sum: analogy(a, b, c, 0.7), none: analogy(a, b, c, 0), mean: meanOf(four), half: scaled(a, 0.5),
});
"""


@needs_javascript
def test_mixtures_and_sums_of_latents(javascript):
    found = javascript(MIX)
    # A Float64Array becomes a dictionary from index to value.
    found = {
        name: np.array([list(each.values()) for each in value])
        if isinstance(value, list)
        else np.array(list(value.values()))
        for name, value in found.items()
    }
    four = found["four"]
    a, b, c = four[:3]
    lengths = np.linalg.norm(four, axis=1)

    def stretched(z, length):
        return z * length / np.linalg.norm(z)

    shares = np.array([0.375, 0.375, 0.125, 0.125])
    expected = {
        "corner": four[1],
        "middle": stretched(shares @ four, shares @ lengths),
        "sum": stretched(a + 0.7 * (c - b), lengths[0]),
        "none": a,
        "mean": four.mean(0),
        "half": a / 2,
    }
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=0, atol=1e-12, err_msg=name)
