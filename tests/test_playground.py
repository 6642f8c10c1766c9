"""The lab plays by the package's rules: JavaScript and Python take the same step."""

from html.parser import HTMLParser
import json
from pathlib import Path

import gan_tf
from gan_tf import builders, data, games, losses, metrics, penalties, playground
from javascript import answer_of, needs_javascript
import keras
import numpy as np
import pytest
from scipy.stats import wasserstein_distance

FOLDER = Path(playground.__file__).parent
FILES = ("shared.js", "gan2d.js", "presets.js")  # those that need no page
LOSSES = ("non_saturating", "minimax", "least_squares", "hinge", "wasserstein")


@pytest.fixture
def javascript(tmp_path):
    """Function that runs a program after the lab's files without a page, and reads its answer."""

    def run(program):
        texts = [(FOLDER / name).read_text("utf-8") for name in FILES]
        return answer_of("\n".join([*texts, program]), tmp_path)

    return run


# ---------------------------------------------------------------- gradients against differences

CHECK_GRADIENTS = """
const random = new SHARED.Random(3);
const rows = 5;
const network = new GAN2D.Network([2, 8, 8, 1], random);
const x = Float64Array.from({ length: 2 * rows }, () => random.normal());
for (const bias of network.biases) for (let k = 0; k < bias.length; k++) bias[k] = random.normal();
const worst = {};
function compare(name, value, gradient) {
    network.clearGradients();
    gradient();
    const found = network.gradients().map((each) => each.slice());
    worst[name] = { error: 0, largest: 0 };
    network.parameters().forEach((parameter, p) => parameter.forEach((old, k) => {
        const h = 1e-5;
        parameter[k] = old + h;
        const above = value();
        parameter[k] = old - h;
        const below = value();
        parameter[k] = old;
        const error = Math.abs((above - below) / (2 * h) - found[p][k]);
        worst[name].error = Math.max(worst[name].error, error);
        worst[name].largest = Math.max(worst[name].largest, Math.abs(found[p][k]));
    }));
}
function squares() {
    network.forward(x, rows);
    const slopes = network.backward(new Float64Array(rows).fill(1), rows, { learn: false });
    return slopes.subarray(0, 2 * rows).reduce((sum, s) => sum + s * s, 0) / rows;
}
compare("R1", () => 3 / 2 * squares(), () => { network.forward(x, rows); network.addR1(3, rows); });
for (const [name, loss] of Object.entries(GAN2D.LOSSES))
    for (const [part, of] of Object.entries(loss)) {
        const value = () => network.forward(x, rows).subarray(0, rows)
            .reduce((sum, t) => sum + of(t)[0], 0) / rows;
        compare(`${name} ${part}`, value, () => {
            const slopes = network.forward(x, rows).slice(0, rows).map((t) => of(t)[1] / rows);
            network.backward(slopes, rows, { learn: true });
        });
    }
answer(worst);
"""


@needs_javascript
def test_gradients_are_those_of_differences(javascript):
    found = javascript(CHECK_GRADIENTS)
    assert len(found) == 1 + 3 * len(LOSSES)
    for name, worst in found.items():
        assert worst["largest"] > 1e-2, name
        assert worst["error"] < 1e-6 * max(1, worst["largest"]), name


# ---------------------------------------------------------------- the same step


class FixedLatents(games.GAN):
    """A GAN whose latents are given, so that another program can take the same."""

    def __init__(self, *arguments, latents, **options):
        super().__init__(*arguments, **options)
        self.given = keras.ops.convert_to_tensor(latents, "float32")

    def inputs(self, batch):
        return self.given


ONE_STEP = """
const given = %s;
const game = new GAN2D.Game({ batch: given.real.length / 2, loss: given.loss, r1: given.r1 });
const set = (network, values) => values.forEach((value, p) => network.parameters()[p].set(value));
set(game.G, given.G);
set(game.D, given.D);
const [real, latents] = [Float64Array.from(given.real), Float64Array.from(given.latents)];
for (let k = 0; k < given.steps; k++) {
    game.stepD({ real, latents });
    game.stepG({ latents });
}
const all = (network) => network.parameters().map((each) => [...each]);
answer({ G: all(game.G), D: all(game.D), lossD: game.lossD, lossG: game.lossG });
"""


def in_page_order(weights):
    """All kernels first, then all biases, each as a flat list: the order of the page's networks."""
    kernels, biases = weights[0::2], weights[1::2]
    return [np.asarray(each, "float64").ravel().tolist() for each in (*kernels, *biases)]


@needs_javascript
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("r1", [0, 0.3])
def test_page_and_package_take_the_same_step(javascript, loss, r1):
    rng = np.random.default_rng(7)
    latents = rng.standard_normal((64, 2)).astype("float32")
    real = data.ring(64, std=0.03, seed=1)
    generator = builders.point_generator(2, units=(32, 32), activation="leaky_relu")
    discriminator = builders.point_discriminator(units=(32, 32))
    for model in (generator, discriminator):
        model.set_weights([0.3 * rng.standard_normal(w.shape) for w in model.get_weights()])
    gan = FixedLatents(generator, discriminator, latents=latents)
    gan.compile(
        keras.optimizers.Adam(1e-3, beta_1=0.5),
        keras.optimizers.Adam(1e-3, beta_1=0.5),
        loss=loss,
        penalty=penalties.R1(r1) if r1 else None,
    )
    before = {name: in_page_order(gan.players[name].get_weights()) for name in gan.players}
    given = {"loss": loss, "r1": r1, "steps": 1, "real": real.ravel().tolist()}
    given |= {"latents": latents.ravel().tolist()}
    given |= {"G": before["generator"], "D": before["discriminator"]}
    found = javascript(ONE_STEP % json.dumps(given))
    history = gan.fit(real, batch_size=64, epochs=1, shuffle=False, verbose=0).history
    assert found["lossG"] == pytest.approx(history["g_loss"][0], abs=1e-5)
    for name, key in (("generator", "G"), ("discriminator", "D")):
        after = in_page_order(gan.players[name].get_weights())
        for mine, theirs in zip(after, found[key], strict=True):
            np.testing.assert_allclose(theirs, mine, rtol=0, atol=1e-5)
        moved = np.subtract(after[0], before[name][0])
        assert np.abs(moved).max() > 5e-4  # Adam's first step is the learning rate


# ---------------------------------------------------------------- data, presets, programs


@needs_javascript
@pytest.mark.parametrize("name", ["circle", "ring", "grid", "swiss_roll"])
def test_data_are_those_of_the_package(javascript, name):
    found = javascript(
        f"const random = new SHARED.Random(1);"
        f"answer(Array.from({{ length: 20000 }}, () => GAN2D.DATA.{name}.draw(random)));"
    )
    ours = getattr(data, name)(20_000, seed=0, **({"std": 0.03} if name == "ring" else {}))
    for direction in ([1, 0], [0, 1], [0.6, 0.8]):
        mine, theirs = ours @ direction, np.array(found) @ direction
        assert wasserstein_distance(mine, theirs) < 0.03 * mine.std()
    extent = javascript(f"answer(GAN2D.DATA.{name}.extent)")
    assert extent > np.abs(ours).max()


PLAY = """
answer([0, 1, 2].map((seed) => {
    const game = new GAN2D.Game({ ...LAB.presetSettings("A collapse"), seed });
    for (let k = 0; k < 3000; k++) game.step();
    const collapsed = game.modes(1000).found;
    Object.assign(game, LAB.presetSettings("The rescue"), { seed });
    for (let k = 0; k < 2000; k++) game.step();
    return [collapsed, game.modes(1000).found];
}));
"""


@needs_javascript
@pytest.mark.slow
def test_the_page_collapses_and_is_rescued(javascript):
    collapsed, rescued = zip(*javascript(PLAY), strict=True)
    assert max(collapsed) <= 2
    assert rescued == (8, 8, 8)


def run_program(program, steps=None):
    """Runs a program of the lab; returns what it defines."""
    if steps:
        program = program.replace("steps_per_epoch=250", f"steps_per_epoch={steps}")
    found = {}
    exec(program, found)
    return found


def programs(javascript, epochs):
    names = "Object.keys(LAB.PRESETS)"
    program = f"LAB.toPython(LAB.presetSettings(name), {epochs})"
    return javascript(f"answer(Object.fromEntries({names}.map((name) => [name, {program}])))")


@needs_javascript
def test_every_preset_runs_as_python(javascript):
    found = programs(javascript, epochs=1)
    assert len(found) == 5
    for program in found.values():
        history = run_program(program, steps=50)["history"].history
        assert np.isfinite(history["d_loss"] + history["g_loss"]).all()


@needs_javascript
def test_python_says_what_the_lab_plays(javascript):
    settings = {"data": "grid", "loss": "hinge", "stepsD": 2, "rateG": 0.002, "r1": 1, "width": 16}
    whole = f"{{ ...GAN2D.DEFAULTS, ...{json.dumps(settings)} }}"
    gan = run_program(javascript(f"answer(LAB.toPython({whole}, 1))"), steps=2)["gan"]
    assert gan.discriminator_steps == 2
    assert isinstance(gan.game_loss, losses.Hinge) and gan.penalty.weight == 1
    assert float(gan.generator_optimizer.learning_rate) == pytest.approx(0.002)
    assert [layer.units for layer in gan.generator.layers if hasattr(layer, "units")] == [16, 16, 2]


@needs_javascript
@pytest.mark.slow
@pytest.mark.parametrize(("preset", "least", "most"), [("A collapse", 0, 2), ("The rescue", 8, 8)])
def test_the_package_collapses_and_is_rescued(javascript, preset, least, most):
    program = programs(javascript, epochs=12)[preset]
    quiet = program.replace("epochs=12", "epochs=12, verbose=0")
    for seed in (0, 1, 2):
        with_seed = quiet.replace("seed(0)", f"seed({seed})").replace("seed=0", f"seed={seed}")
        points = run_program(with_seed)["gan"].generate(1000, seed=seed)
        counts = metrics.mode_coverage(points, data.ring_centres(), std=0.03).counts
        found = int((counts > 1000 / 8 / 50).sum())
        assert least <= found <= most, (preset, seed)


@needs_javascript
def test_a_link_carries_the_settings(javascript):
    changed = {"data": "grid", "rateD": 0.003, "r1": 0.3, "seed": 4}
    program = (
        f"const settings = {{ ...GAN2D.DEFAULTS, ...{json.dumps(changed)} }};"
        "answer([LAB.toHash(settings), LAB.fromHash('#' + LAB.toHash(settings)),"
        "LAB.fromHash('#data=nothing&r1=NaN&seed=-1&width=1e9&__proto__=x')]);"
    )
    link, found, foreign = javascript(program)
    assert link == "data=grid&rateD=0.003&r1=0.3&seed=4"
    assert found == changed
    assert foreign == {}


# ---------------------------------------------------------------- in a notebook


class Frames(HTMLParser):
    """Collects the attributes of frames and links."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        if tag in ("iframe", "a", "script", "link", "img"):
            self.found.append((tag, dict(attributes)))


def test_lab_is_a_sandboxed_frame_and_a_link():
    shown = Frames()
    shown.feed(gan_tf.lab(height=500, data="grid").data)
    (kind, frame), (last, link) = shown.found
    assert (kind, last) == ("iframe", "a")
    assert frame["sandbox"] == "allow-scripts"
    assert "height: 500px" in frame["style"] and frame["title"]
    assert link["href"].startswith("https://") and link["href"].endswith("/lab.html")
    inside = Frames()
    inside.feed(frame["srcdoc"])
    assert [kind for kind, attributes in inside.found if {"src", "href"} & set(attributes)] == []
    assert '"data": "grid"' in frame["srcdoc"]


@pytest.mark.parametrize(
    "options", [{"height": 10}, {"data": "moons"}, {"loss": "relativistic"}, {"height": "tall"}]
)
def test_lab_refuses_what_it_does_not_know(options):
    with pytest.raises(ValueError, match="Received"):
        gan_tf.lab(**options)


def test_lab_is_small():
    assert len(playground.lab_page()) < 60_000
