"""Style transfer: the losses against values made by hand, and pixels that reach their goals."""

import functools

from games_of_every_kind import examples, make, played_and_loaded
from gan_tf import builders, games, metrics, transfer
import keras
import numpy as np
import pytest
import tensorflow as tf

pytestmark = pytest.mark.gpu

RNG = np.random.default_rng(0)
# Two positions, in two channels.
HAND = np.float32([[1, 2], [3, 4]]).reshape(1, 1, 2, 2)
MAPS = RNG.normal(size=(3, 4, 5, 6)).astype("float32")
OTHERS = RNG.normal(size=MAPS.shape).astype("float32")


def test_the_gram_matrix_by_hand():
    np.testing.assert_array_equal(transfer.gram_matrix(HAND)[0], [[10, 14], [14, 20]])


def test_style_and_content_by_hand():
    assert float(transfer.style_loss(HAND, 0 * HAND)) == 13.9375
    assert float(transfer.content_loss(HAND, 0 * HAND)) == 15  # half of 1 + 4 + 9 + 16
    assert float(transfer.content_loss(HAND, HAND)) == float(transfer.style_loss(HAND, HAND)) == 0


def style_of_the_paper(features, others):
    """Equation 4 in loops, for one picture."""
    channels, positions = features.shape[-1], features.shape[0] * features.shape[1]
    rows, other_rows = (each.reshape(-1, channels) for each in (features, others))
    total = 0.0
    for i in range(channels):
        for j in range(channels):
            ours, theirs = (sum(r[i] * r[j] for r in each) for each in (rows, other_rows))
            total += (ours - theirs) ** 2
    return total / (4 * channels**2 * positions**2)


def test_style_of_a_batch_is_the_mean_of_the_papers_formula():
    expected = np.mean([style_of_the_paper(*pair) for pair in zip(MAPS, OTHERS, strict=True)])
    assert float(transfer.style_loss(MAPS, OTHERS)) == pytest.approx(expected, rel=1e-5)
    expected = np.mean([style_of_the_paper(each, OTHERS[1]) for each in MAPS])
    assert float(transfer.style_loss(MAPS, OTHERS[1:2])) == pytest.approx(expected, rel=1e-5)


def test_where_a_feature_is_does_not_matter_to_the_style_but_to_the_content():
    places = RNG.permutation(20)
    moved = MAPS.reshape(3, 20, 6)[:, places].reshape(MAPS.shape)
    np.testing.assert_allclose(
        transfer.gram_matrix(moved), transfer.gram_matrix(MAPS), rtol=1e-4, atol=1e-4
    )
    assert float(transfer.style_loss(moved, MAPS)) < 1e-9
    assert float(transfer.content_loss(moved, MAPS)) > 1


def test_a_larger_picture_with_the_same_texture_has_the_same_style():
    twice = np.tile(MAPS, (1, 2, 3, 1))
    assert float(transfer.style_loss(MAPS, twice)) < 1e-9


def test_the_popular_example_weighs_the_fifth_block_1024_times_less():
    """It divides by 3 channels and all pixels everywhere; VGG's blocks have their own numbers."""
    size, ratios = 32, []
    for channels, halvings in ((64, 0), (512, 4)):
        shape = (1, size >> halvings, size >> halvings, channels)
        features, others = (RNG.normal(size=shape).astype("float32") for _ in range(2))
        difference = transfer.gram_matrix(features) - transfer.gram_matrix(others)
        popular = float(tf.reduce_sum(difference**2)) / (4 * 3**2 * (size * size) ** 2)
        ratios.append(float(transfer.style_loss(features, others)) / popular)
    assert ratios[1] / ratios[0] == pytest.approx(1024, rel=1e-4)


def test_total_variation_by_hand_and_as_tensorflow_has_it():
    board = np.float32([[0, 1], [1, 0]]).reshape(1, 2, 2, 1)
    assert float(transfer.total_variation(board)) == 4
    assert float(transfer.total_variation(2 * board)) == 8  # no squares
    expected = np.mean(tf.image.total_variation(tf.constant(MAPS)))
    assert float(transfer.total_variation(MAPS)) == pytest.approx(expected, rel=1e-6)


def test_half_precision_is_computed_in_float32():
    large = np.full((1, 8, 8, 2), 100, "float16")  # 640,000 is beyond float16
    assert float(transfer.gram_matrix(large)[0, 0, 0]) == 640_000
    assert transfer.style_loss(large, 0 * large).dtype == "float32"


# The features of a network's layers.


@functools.cache
def classifier():
    return keras.saving.load_model(metrics.FACE_CLASSIFIER_FILE, compile=False)


def test_features_are_those_of_the_named_layers_also_where_layers_have_two_models():
    images = RNG.uniform(-1, 1, (2, 64, 64, 3)).astype("float32")
    encoder = metrics.feature_maps(classifier(), 3)
    names = ("re_lu_2", "conv2d", "re_lu_2")
    third, first, again = transfer.feature_model(encoder, names)(images)
    np.testing.assert_allclose(third, encoder(images), rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(third, again)
    np.testing.assert_allclose(first, classifier().get_layer("conv2d")(images), atol=1e-5)
    assert transfer.feature_model(encoder, ("conv2d",)).weights[0] is classifier().weights[0]


def test_features_of_a_sequential_model():
    first = keras.layers.Dense(3, name="first")
    model = keras.Sequential([keras.Input((2,)), first, keras.layers.Dense(1)])
    features = transfer.feature_model(model, ["first"])(np.ones((1, 2)))
    np.testing.assert_allclose(features, first(np.ones((1, 2))))


# Pixels that change.


def filters(seed=0, channels=3):
    """Two random convolutions, "edges" and "corners"."""
    keras.utils.set_random_seed(seed)
    pictures = keras.Input((None, None, channels))
    kinds = {"padding": "same", "activation": "leaky_relu"}
    edges = keras.layers.Conv2D(12, 3, name="edges", **kinds)(pictures)
    return keras.Model(pictures, keras.layers.Conv2D(16, 3, 2, name="corners", **kinds)(edges))


def pictures(size=16):
    """A soft shade, and stripes of another size."""
    shade = np.linspace(-0.8, 0.8, size)
    content = np.stack([np.add.outer(shade, shade) / 2] * 3, axis=-1)
    stripes = np.sign(np.sin(np.arange(size + 4) * np.pi / 2 + 0.1)) * 0.7
    return content, np.stack([np.tile(stripes, (size, 1)), *[np.zeros((size, size + 4))] * 2], -1)


def transferred(**kwargs):
    layers = {"content_layer": "corners", "style_layers": ("edges", "corners")}
    return transfer.style_transfer(*pictures(), filters(), **{**layers, "steps": 60, **kwargs})


def test_the_first_losses_are_those_of_the_picture_that_it_starts_from():
    given = {"content_weight": 3.0, "style_weight": 5.0, "variation_weight": 0.5}
    found = transferred(steps=2, **given)
    content, style = (np.float32(each)[None] for each in pictures())
    seen = transfer.feature_model(filters(), ("edges", "corners"))
    pairs = zip(seen(content), seen(style), strict=True)
    styles = [float(transfer.style_loss(*pair)) for pair in pairs]
    assert found.history["content"][0] == 0 < found.history["content"][1]
    assert found.history["style"][0] == pytest.approx(np.mean(styles), rel=1e-5)
    variation = float(transfer.total_variation(content))
    assert found.history["variation"][0] == pytest.approx(variation, rel=1e-5)
    expected = 5 * np.mean(styles) + 0.5 * variation
    assert found.history["loss"][0] == pytest.approx(expected, rel=1e-5)


def test_the_style_arrives_and_the_same_arguments_give_the_same_picture():
    found, again = (transferred(style_weight=1e7, learning_rate=0.05) for _ in range(2))
    np.testing.assert_array_equal(found.picture, again.picture)
    assert found.picture.shape == (16, 16, 3) and found.picture.dtype == "float32"
    assert np.abs(found.picture).max() <= 1
    assert all(values.shape == (60,) for values in found.history.values())
    assert found.history["style"][-1] < 0.05 * found.history["style"][0]


def test_from_noise_both_fall_and_more_weight_on_the_content_keeps_it_better():
    kinds = [
        transferred(start="noise", style_weight=weight, steps=100).history for weight in (1e5, 1.0)
    ]
    for name in ("content", "style"):
        assert kinds[0][name][-1] < 0.5 * kinds[0][name][0]
    assert kinds[1]["content"][-1] < kinds[0]["content"][-1]
    assert kinds[1]["style"][-1] > kinds[0]["style"][-1]


def test_without_style_the_pixels_become_those_of_the_content():
    layer = keras.layers.Conv2D(3, 1, use_bias=False, name="same")
    image = keras.Input((None, None, 3))
    encoder = keras.Model(image, layer(image))
    layer.set_weights([np.eye(3).reshape(1, 1, 3, 3)])
    content, style = pictures()
    found = transfer.style_transfer(
        content, style, encoder, "same", ("same",), style_weight=0, steps=150, start="noise"
    )
    np.testing.assert_allclose(found.picture, content, atol=0.05)


def test_the_seed_draws_the_noise():
    first, second = (transferred(steps=1, start="noise", seed=seed).picture for seed in (0, 1))
    assert np.abs(first - second).mean() > 0.1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: transfer.gram_matrix(MAPS[0]), "features must be a tensor"),
        (lambda: transfer.total_variation(np.zeros((2, 2))), "pictures must be a tensor"),
        (lambda: transfer.content_loss(MAPS, OTHERS[:, :3]), "same sizes and channels"),
        (lambda: transfer.style_loss(MAPS, OTHERS[..., :5]), "same numbers of channels"),
        (lambda: transfer.feature_model(filters(), ("nose",)), "'edges', 'corners'"),
        (lambda: transfer.feature_model(filters(), "edges"), "a tuple of names"),
        (lambda: transfer.feature_model("filters", ("edges",)), "encoder must be"),
        (lambda: transferred(style_layers="edges"), "style_layers must be a tuple"),
        (lambda: transferred(style_layers=()), "style_layers must be a tuple"),
        (lambda: transferred(steps=0), "steps=0"),
        (lambda: transferred(style_weight=-1), "style_weight=-1"),
        (lambda: transferred(learning_rate=0), "learning_rate=0"),
        (lambda: transferred(start="style"), "'content', 'noise'"),
        (lambda: transferred(seed=-1), "seed=-1"),
        (
            lambda: transfer.style_transfer(
                *pictures(), filters(channels=1), "edges", ("edges",), steps=1
            ),
            r"content must be a picture of the shape \(None, None, 1\)",
        ),
        (
            lambda: transfer.style_transfer(
                pictures()[0] * 200, pictures()[1], filters(), "edges", ("edges",), steps=1
            ),
            r"content must lie in \[-1, 1\]",
        ),
    ],
)
def test_clear_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Means and deviations.


def test_statistics_by_hand_and_exchanged():
    content = np.float32([1, 3, 5, 7]).reshape(1, 2, 2, 1)
    style = np.float32([10, 14]).reshape(1, 1, 2, 1)  # mean 12, deviation 2
    mean, deviation = transfer.statistics(content)
    assert float(mean[0, 0, 0, 0]) == 4
    assert float(deviation[0, 0, 0, 0]) == pytest.approx(5**0.5, rel=1e-4)
    changed = np.ravel(transfer.with_statistics_of(content, style))
    np.testing.assert_allclose(changed, 12 + 2 / 5**0.5 * np.array([-3, -1, 1, 3]), rtol=1e-4)
    half = np.ravel(transfer.with_statistics_of(content, style, 0.5))
    np.testing.assert_allclose(half, (changed + [1, 3, 5, 7]) / 2, rtol=1e-4)
    expected = (4 - 12) ** 2 + (5**0.5 - 2) ** 2
    assert float(transfer.statistics_loss(content, style)) == pytest.approx(expected, rel=1e-4)


def test_each_picture_gets_the_statistics_of_its_own_style_at_its_own_strength():
    strengths = np.float32([0, 1, 0.5])
    changed = transfer.with_statistics_of(MAPS, 3 * OTHERS + 2, strengths)
    np.testing.assert_array_equal(changed[0], MAPS[0])
    expected = (3 * OTHERS + 2)[1].reshape(20, 6)
    found = np.reshape(changed[1], (20, 6))
    np.testing.assert_allclose(found.mean(0), expected.mean(0), atol=1e-4)
    np.testing.assert_allclose(found.std(0), expected.std(0), rtol=1e-4)
    middle = np.mean([MAPS[2], transfer.with_statistics_of(MAPS, 3 * OTHERS + 2)[2]], axis=0)
    np.testing.assert_allclose(changed[2], middle, atol=1e-4)


# Games.


def batch_of(kind, count=4):
    rows = examples(kind, count)
    rows = rows if isinstance(rows, dict) else {"pictures": rows}
    return {key: tf.constant(values) for key, values in rows.items()}


def test_what_a_network_for_one_style_minimises():
    """The formulas of Johnson et al., with the Gram matrices written out."""
    game, batch = make("painting"), batch_of("painting")
    found = {name: float(value) for name, value in game.content(batch).items()}
    painted = game.generator(batch["pictures"])
    eye = game.encoder
    first = keras.Model(eye.inputs, eye.get_layer("first").output)
    assert found["content"] == pytest.approx(
        float(np.mean((eye(painted) - eye(batch["pictures"])) ** 2)), rel=1e-4
    )
    style = 0
    for network in (first, eye):
        ours, theirs = network(painted), network(game.style_picture.value[None])
        size = np.prod(ours.shape[1:])
        gram = np.einsum("bhwi,bhwj->bij", ours, ours) / size
        style += ((gram - np.einsum("bhwi,bhwj->bij", theirs, theirs) / size) ** 2).sum() / 4
    assert found["style"] == pytest.approx(style, rel=1e-3)
    assert found["variation"] == pytest.approx(
        float(np.mean(tf.image.total_variation(painted))), rel=1e-5
    )


def test_what_the_decoder_is_fed_and_minimises():
    game, batch = make("adaptive"), batch_of("adaptive")
    contents, styles = (game.encoder(batch[key]) for key in ("contents", "styles"))
    fed = game.inputs(batch)
    np.testing.assert_allclose(fed, transfer.with_statistics_of(contents, styles), atol=1e-6)
    painted = game.generator(fed)
    found = game.content(batch)
    expected = np.mean((game.encoder(painted) - fed) ** 2)
    assert float(found["content"]) == pytest.approx(float(expected), rel=1e-4)
    first = transfer.feature_model(game.encoder, ("first",))
    pairs = [(first(painted), first(batch["styles"])), (game.encoder(painted), styles)]
    expected = sum(float(transfer.statistics_loss(*pair)) for pair in pairs)
    assert float(found["style"]) == pytest.approx(expected, rel=1e-4)
    made = game.generate(4, **{key: np.array(values) for key, values in batch.items()})
    np.testing.assert_allclose(made, painted, atol=1e-5)


def test_at_strength_zero_the_style_has_no_influence():
    game, batch = make("adaptive"), examples("adaptive", 4)
    batch["strengths"] = np.float32([0, 0, 1, 1])
    made = game.generate(4, **batch)
    other = game.generate(4, **{**batch, "styles": batch["styles"][::-1]})
    np.testing.assert_array_equal(made[:2], other[:2])
    assert np.abs(made[2:] - other[2:]).max() > 1e-3


@pytest.mark.parametrize("kind", ["painting", "adaptive"])
@pytest.mark.parametrize(("policy", "jit_compile"), [("float32", True), ("mixed_float16", False)])
def test_fit_save_and_load(kind, policy, jit_compile, tmp_path):
    with played_and_loaded(kind, policy, jit_compile, tmp_path) as (game, loaded):
        rows = batch_of(kind, 3)
        conditions = {key: np.array(values) for key, values in rows.items()}
        made = game.generate(3, **conditions)
        assert made.shape == (3, 4, 4, 1)
        np.testing.assert_array_equal(loaded.generate(3, **conditions), made)
        one, other = (each.content(rows) for each in (game, loaded))
        assert float(one["style"]) == float(other["style"]) > 0  # the style is saved too


@pytest.mark.parametrize("kind", ["painting", "adaptive"])
def test_the_encoder_never_learns_and_the_loss_falls(kind):
    game = make(kind, optimizer=keras.optimizers.Adam(0.01))
    before = game.encoder.get_weights()
    history = game.fit(examples(kind, 64), batch_size=16, epochs=12, verbose=0).history
    for old, new in zip(before, game.encoder.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    totals = sum(game.weights_of_terms[name] * np.array(values) for name, values in history.items())
    assert totals[-1] < 0.7 * totals[0]


def test_the_decoder_doubles_as_often_as_it_has_filters():
    decoder = builders.style_decoder(5, (4, 3), channels=2)
    assert decoder(np.zeros((1, 3, 6, 5))).shape == (1, 12, 24, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: builders.style_decoder(0), "num_features=0"),
        (lambda: builders.style_decoder(4, ()), "filters"),
        (lambda: game_with(style=np.zeros((4, 4))), "style must be a picture"),
        (lambda: game_with(style=np.zeros((4, 4, 3))), r"style must be a picture \(height"),
        (lambda: game_with(content_layer="third"), "'first', 'second'"),
        (lambda: game_with(style_layers="first"), "style_layers must be a tuple"),
        (
            lambda: game_with(encoder=filters(channels=3)),
            "The encoder must take what the generator makes",
        ),
        (
            lambda: games.AdaINTransfer(
                builders.style_decoder(3, (4,), 1), make("adaptive").encoder, ("second",)
            ),
            "The generator must take inputs of these shapes",
        ),
    ],
)
def test_clear_errors_of_games_and_networks(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def game_with(**changes):
    game = make("painting", compiled=False)
    given = {"encoder": game.encoder, "style": np.zeros((4, 4, 1)), "content_layer": "first"}
    given |= {"style_layers": ("first",), **changes}
    return games.StyleTransfer(game.generator, **given)
