"""The benchmark of the DCGAN guidelines: its games, its judge, its tables."""

from collections import Counter
import json
import sys

import guidelines
import keras
import numpy as np
import pytest


def write(folder, of, name, seed, distance, steps=600):
    facts = {"of": of, "name": name, "seed": seed, "steps": steps, "correlation": 0.25}
    facts |= {"frechet_classifier_distance": distance, "classes_present": 9.0}
    facts |= {"floor": 0.25, "ceiling": 300.0}
    (folder / f"guidelines_{of}_{name}_{steps}steps_seed{seed}.json").write_text(json.dumps(facts))


def test_the_table_has_the_value_of_every_seed_in_the_order_of_the_games(tmp_path):
    for seed, distance in ((1, 100.0), (0, 80.0)):
        write(tmp_path, "deep", "5 doublings, in neither", seed, distance + 200)
        write(tmp_path, "deep", "5 doublings, in both", seed, distance)
    write(tmp_path, "lecture", guidelines.KEPT, 0, 50.0)
    assert guidelines.table("deep", tmp_path).splitlines()[2:] == [
        "| 5 doublings, in both | 600 | 80, 100 | 0.25, 0.25 | 9, 9 |",
        "| 5 doublings, in neither | 600 | 280, 300 | 0.25, 0.25 | 9, 9 |",
        "",
        "Distance of other real images: 0.2; of noise: 300.",
    ]
    row = guidelines.table("lecture", tmp_path).splitlines()[2]
    assert row == "| as in the lecture | 600 | 50 | 0.25 | 9 |"


@pytest.mark.parametrize("of", guidelines.GAMES)
def test_committed_tables_are_those_of_the_committed_results(of):
    made = guidelines.table(of)
    assert (guidelines.RESULTS / f"guidelines_{of}.md").read_text("utf-8") == made + "\n"
    rows = made.splitlines()[2:-2]
    starts = [f"| {name} | {guidelines.STEPS[of]} |" for name in guidelines.GAMES[of]]
    for row, start in zip(rows, starts, strict=False):  # longer games follow
        assert row.startswith(start)
    assert len(rows) >= len(starts)
    for row in rows:
        assert [cell.count(", ") for cell in row.split(" | ")[2:]] == [2, 2, 2]  # three seeds


def kinds(model):
    """How often each kind of layer occurs; an activation is named with its layer."""
    named = []
    for layer in model.layers:
        activation = getattr(layer, "activation", None)
        words = [type(layer).__name__, getattr(activation, "__name__", "")]
        named.append(" ".join(words).strip())
    return Counter(named)


CHANGES = {  # name: (player, layers taken away, layers added)
    "1 max pooling in D": ("discriminator", {}, {"MaxPooling2D": 2}),
    "1 upsampling in G": (
        "generator",
        {"Conv2DTranspose selu": 1, "Conv2DTranspose tanh": 1},
        {"UpSampling2D": 2, "Conv2D selu": 1, "Conv2D tanh": 1},
    ),
    "2 no batch norm in G": ("generator", {"BatchNormalization": 2}, {}),
    "2 batch norm in D, frozen in phase 2": ("discriminator", {}, {"BatchNormalization": 1}),
    "2 batch norm in D, not frozen": ("discriminator", {}, {"BatchNormalization": 1}),
    "3 dense hidden layer in D": (
        "discriminator",
        {},
        {"Dense linear": 1, "LeakyReLU": 1},
    ),
    "4 ReLU in G": ("generator", {"Conv2DTranspose selu": 1}, {"Conv2DTranspose relu": 1}),
    "4 no tanh at G's output": (
        "generator",
        {"Conv2DTranspose tanh": 1},
        {"Conv2DTranspose linear": 1},
    ),
    "5 ReLU in D": ("discriminator", {"LeakyReLU": 2}, {"Activation relu": 2}),
}


def test_every_row_of_the_lecture_changes_one_thing():
    games = {name: make(0) for name, make in guidelines.GAMES["lecture"].items()}
    kept = games.pop(guidelines.KEPT)
    assert games.keys() == CHANGES.keys()
    for name, gan in games.items():
        player, taken, added = CHANGES[name]
        other = {"generator": "discriminator", "discriminator": "generator"}[player]
        assert kinds(gan.players[other]) == kinds(kept.players[other]), name
        before, after = kinds(kept.players[player]), kinds(gan.players[player])
        assert (before - after, after - before) == (Counter(taken), Counter(added)), name
        is_frozen = not isinstance(gan, guidelines.BatchStatisticsGAN)
        assert is_frozen == ("not frozen" not in name)
        assert type(gan.generator_optimizer) is keras.optimizers.RMSprop


def test_the_deep_games_differ_in_depth_batch_normalization_and_first_weights_alone():
    for name, make in guidelines.GAMES["deep"].items():
        gan = make(0)
        name, _, first_weights = name.partition(", He's")
        doublings = int(name[0])
        has_norm = [
            kinds(player)["BatchNormalization"] > 0 for player in (gan.generator, gan.discriminator)
        ]
        words = name.split("in ")[1]
        assert has_norm == [words in ("both", "G alone"), words in ("both", "D alone")], name
        halvings = [x for x in gan.discriminator.layers if isinstance(x, keras.layers.Conv2D)]
        assert len(halvings) == doublings
        assert gan.generator.output_shape == (None, 32, 32, 1)
        kernel = np.array(gan.generator.layers[0].kernel)
        expected = np.sqrt(2 / 100) if first_weights else 0.02
        assert kernel.std() == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize(
    ("layer", "shape", "count"),
    [
        (keras.layers.Dense(3, activation="tanh"), (7,), 7),
        (keras.layers.Conv2D(2, 3, padding="valid"), (5, 5, 4), 9 * 4),
        (keras.layers.Conv2DTranspose(2, 4, 4, activation="relu"), (3, 3, 5), 5),  # no overlap
        (keras.layers.Conv2DTranspose(2, 5, 2, padding="same"), (1, 1, 6), 6),
    ],
)
def test_products_are_counted(layer, shape, count):
    keras.Sequential([keras.Input(shape), layer])
    assert guidelines.num_products(layer) == pytest.approx(count)


def test_he_weights_keep_the_size_of_the_signal_and_small_weights_do_not():
    latents = np.random.default_rng(1).normal(size=(64, 100)).astype("float32")
    sizes = {}
    for begin in (guidelines.with_he_weights, guidelines.with_small_weights):
        generator = guidelines.deep_game(5, False, False, begin)(0).generator
        hidden = keras.Model(generator.inputs[0], generator.layers[-2].output)
        sizes[begin] = np.sqrt(np.square(hidden(latents)).mean())
    assert 0.7 < sizes[guidelines.with_he_weights] / np.sqrt(2) < 1.4
    assert sizes[guidelines.with_small_weights] < 1e-3


def test_without_freezing_the_generator_learns_from_batch_statistics():
    """A frozen discriminator normalises by its running averages, which are still 0 and 1."""
    images = np.random.default_rng(0).uniform(-1, 1, (8, 28, 28, 1)).astype("float32")
    learnt = []
    for name in ("2 batch norm in D, frozen in phase 2", "2 batch norm in D, not frozen"):
        keras.utils.set_random_seed(0)
        gan = guidelines.GAMES["lecture"][name](0)
        before = [np.array(each) for each in gan.discriminator.trainable_variables]
        gan.play(gan.phases[1], {"images": images})
        for old, new in zip(before, gan.discriminator.trainable_variables, strict=True):
            np.testing.assert_array_equal(old, np.array(new))
        learnt.append(np.array(gan.generator.layers[0].kernel))
    assert np.abs(learnt[0] - learnt[1]).max() > 1e-4


def test_the_correlation_of_the_same_image_is_one_and_of_noise_none():
    rng = np.random.default_rng(0)
    image = rng.normal(size=(1, 28, 28, 1))
    assert guidelines.correlation(np.repeat(image, 50, axis=0)) == pytest.approx(1.0)
    assert abs(guidelines.correlation(rng.normal(size=(200, 28, 28, 1)))) < 0.01
    pair = rng.normal(size=(2, 28, 28, 1))
    expected = np.corrcoef(pair.reshape(2, -1))[0, 1]
    assert guidelines.correlation(pair) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--of", "depth"], "invalid choice: 'depth'"),
        (["--of", "deep", "--games", "9"], "games of deep are 0 to 8"),
        (["--games", "0"], "needs --of"),
        (["--of", "deep", "--seeds", "0"], "seeds must be at least 1"),
    ],
)
def test_an_unknown_option_is_refused(words, message, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "argv", ["guidelines.py", *words, "--results", str(tmp_path)])
    with pytest.raises(SystemExit):
        guidelines.main()
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
