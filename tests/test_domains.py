"""CUT, StarGAN and XGAN: losses by hand and against NumPy, the turned gradient, their errors."""

from games_of_every_kind import contrastive, examples, make, network, played_and_loaded, two_heads
from gan_tf import builders, layers
from gan_tf.games import CUT, XGAN, StarGAN, patch_nce
from gan_tf.games.contrastive import patches_at
import keras
import numpy as np
import pytest
import tensorflow as tf

pytestmark = pytest.mark.gpu


def batch_of(kind, count=6):
    return {key: tf.constant(value) for key, value in examples(kind, count).items()}


def softplus(values):
    return np.log1p(np.exp(values))


# The loss of patches.


def nce_of_numpy(queries, keys, temperature):
    """One patch after the other, with a softmax over the keys of its own image."""
    errors = []
    for image in range(len(queries)):
        for place in range(queries.shape[1]):
            query = queries[image, place] / np.linalg.norm(queries[image, place])
            lengths = np.linalg.norm(keys[image], axis=1)
            exponentials = np.exp(keys[image] @ query / lengths / temperature)
            errors.append(-np.log(exponentials[place] / exponentials.sum()))
    return np.mean(errors)


def test_patch_nce_of_known_vectors():
    """Two patches at right angles: a right query has ln(1 + exp(-1/τ)), a wrong one 1/τ more."""
    keys = np.eye(2)[None]
    for temperature in (0.07, 0.5):
        right = np.log(1 + np.exp(-1 / temperature))
        assert float(patch_nce(keys, keys, temperature)) == pytest.approx(right, abs=1e-6)
        exchanged = float(patch_nce(keys[:, ::-1], 3 * keys, temperature))
        assert exchanged == pytest.approx(right + 1 / temperature, rel=1e-5)


@pytest.mark.parametrize("scale", [0.0, 1.0])
def test_patch_nce_of_equal_features_is_the_log_of_their_number(scale):
    features = scale * np.ones((3, 7, 5), "float32")
    assert float(patch_nce(features, features)) == pytest.approx(np.log(7), abs=1e-5)


def test_patch_nce_against_numpy():
    queries, keys = np.random.default_rng(0).normal(size=(2, 3, 6, 4)).astype("float32")
    for temperature in (0.07, 1.0):
        expected = nce_of_numpy(queries, keys, temperature)
        assert float(patch_nce(queries, keys, temperature)) == pytest.approx(expected, rel=1e-4)


def test_no_gradient_reaches_the_keys_and_one_of_zeros_is_finite():
    values = np.random.default_rng(0).normal(size=(2, 1, 5, 3)).astype("float32")
    values[0, 0, 0] = 0
    queries, keys = map(tf.Variable, values)
    with tf.GradientTape() as tape:
        loss = patch_nce(queries, keys)
    of_queries, of_keys = tape.gradient(loss, [queries, keys])
    assert of_keys is None and np.all(np.isfinite(of_queries)) and np.any(np.asarray(of_queries))


def test_patches_are_rows_of_places():
    maps = np.arange(2 * 3 * 4 * 5, dtype="float32").reshape(2, 3, 4, 5)
    found = patches_at(maps, np.array([0, 4, 11]))
    np.testing.assert_array_equal(found, np.stack([maps[:, 0, 0], maps[:, 1, 0], maps[:, 2, 3]], 1))


# CUT.


def test_losses_of_cut_are_those_of_its_parts():
    """All 16 places are compared, so that their order does not matter."""
    game = contrastive(num_patches=99)
    batch = batch_of("contrastive", 3)
    losses = game.g_loss(batch)
    hidden = keras.Model(game.generator.inputs[0], game.generator.get_layer("hidden").output)
    for name, key in (("contrast", "a"), ("identity", "b")):
        pair = game.generator(batch[key]), batch[key]
        queries, keys = (
            np.reshape(game.projector([tf.reshape(hidden(x), (3, 16, -1))]), (3, 16, -1))
            for x in pair
        )
        expected = nce_of_numpy(queries, keys, 0.07)
        assert float(losses[name]) == pytest.approx(expected, rel=1e-3)
    logits = np.asarray(game.discriminator(game.generator(batch["a"])))
    assert float(losses["g_loss"]) == pytest.approx(np.mean((logits - 1) ** 2), rel=1e-4)


def test_cut_draws_other_places_each_time_and_none_twice():
    game = make("contrastive", compiled=False)
    drawn = [tuple(np.asarray(game.places(tf.zeros((2, 5, 4, 3))))) for _ in range(5)]
    assert all(len(set(each)) == 8 and set(each) <= set(range(20)) for each in drawn)
    assert len(set(drawn)) == 5


def test_cut_saves_its_settings():
    game = contrastive(num_patches=5, temperature=0.5)
    config = game.get_config()
    assert config["layers"] == ("hidden",)
    assert (config["num_patches"], config["temperature"]) == (5, 0.5)


def test_the_projector_has_a_head_for_each_layer():
    generator = builders.resnet_generator((8, 8, 1), filters=(2, 3), num_blocks=1)
    projector = builders.patch_projector(generator, ("down_0", "block_1"), 5)
    assert [x.shape for x in projector.inputs] == [(None, None, 2), (None, None, 3)]
    assert [x.shape for x in projector.outputs] == [(None, None, 5)] * 2
    judge = builders.patch_discriminator((8, 8, 1), None, (4, 4), None)
    game = CUT(generator, judge, projector, ["down_0", "block_1"], num_patches=10)
    assert np.isfinite(float(game.contrast(tf.zeros((2, 8, 8, 1)))[1]))


# StarGAN.


def test_what_star_gan_asks_for_are_the_attributes_of_the_batch():
    game = make("star", compiled=False)
    attributes = np.random.default_rng(0).integers(2, size=(40, 2)).astype("float32")
    batch = {"pictures": tf.zeros((40, 2)), "attributes": tf.constant(attributes)}
    asked = np.asarray(game.asked(batch)["attributes"])
    assert not np.array_equal(asked, attributes)
    assert sorted(map(tuple, asked)) == sorted(map(tuple, attributes))


def test_losses_of_star_gan_by_hand():
    game = make("star")
    batch, others = batch_of("star"), batch_of("star")
    others["attributes"] = 1 - others["attributes"]
    game.asked = lambda batch: others
    losses = {**game.d_loss(batch), **game.g_loss(batch)}
    real = np.asarray(batch["pictures"])
    wanted, own = (np.asarray(each["attributes"]) for each in (others, batch))
    fake = np.asarray(game.generator([real, wanted]))
    restored = np.asarray(game.generator([fake, own]))

    def class_error(pictures, attributes):
        logits = np.asarray(game.classifier(pictures))
        return np.mean(np.sum(softplus(logits) - attributes * logits, axis=1))

    score = {name: np.mean(game.discriminator(x)) for name, x in (("real", real), ("fake", fake))}
    expected = {
        "d_loss": score["fake"] - score["real"],
        "real_class": class_error(real, own),
        "g_loss": -score["fake"],
        "asked_class": class_error(fake, wanted),
        "cycle": np.mean(np.abs(restored - real)),
    }
    for name, value in expected.items():
        assert float(losses[name]) == pytest.approx(value, rel=1e-4, abs=1e-6), name
    assert game.weights_of_terms == {
        "real_class": 1.0,
        "asked_class": 1.0,
        "cycle": 10.0,
        "penalty": 10.0,
    }


def test_the_penalty_of_star_gan_is_that_of_a_linear_critic():
    """A critic 3x + 4y has slope 5 everywhere: (5 - 1)²."""
    critic = network(2, outputs=1, units=())
    critic.set_weights([np.array([[3.0], [4.0]]), np.zeros(1)])
    game = StarGAN(network(2, 2), critic, network(2), seed=0)
    assert float(game.d_loss(batch_of("star"))["penalty"]) == pytest.approx(16, rel=1e-4)


def test_star_gan_updates_its_critic_five_times():
    game = StarGAN(network(2, 2), *two_heads((4,), 2), seed=0)
    game.compile(dict.fromkeys(game.player_names, "adam"))
    game.fit(examples("star", 20), batch_size=4, verbose=0)
    updates = {name: int(each.iterations) for name, each in game.optimizers.items()}
    assert updates == {"generator": 1, "discriminator": 5, "classifier": 5}
    made = game.generate(2, pictures=np.ones((2, 2), "float32"), attributes=np.eye(2))
    assert made.shape == (2, 2)


# XGAN and the gradient that is turned round.


@pytest.mark.parametrize("factor", [0.0, 0.5, 2.0])
def test_a_turned_gradient_is_minus_the_factor_times_the_plain_one(factor):
    layer, x = layers.GradientReversal(factor), tf.Variable([[1.0, -2.0]])
    with tf.GradientTape() as tape:
        y = layer(x)
        loss = tf.reduce_sum(y**3)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_allclose(tape.gradient(loss, x), -factor * 3 * np.square(x))


def known_xgan():
    """Encoders x + 1 and 2x, decoders z and 3z, on points; all else as it comes."""
    game = make("crossed", compiled=False)
    for name, scale, shift in (
        ("encoder_a", 1, 1),
        ("encoder_b", 2, 0),
        ("decoder_a", 1, 0),
        ("decoder_b", 3, 0),
    ):
        player = network(2, units=())
        player.set_weights([scale * np.eye(2), shift * np.ones(2)])
        setattr(game, name, player)
    return game


def test_losses_of_xgan_by_hand():
    """a → a + 1 → 3a + 3 → 6a + 6 for translations, and b → 2b → 2b → 2b + 1."""
    game, batch = known_xgan(), batch_of("crossed")
    a, b = (np.asarray(batch[kind]) for kind in ("a", "b"))
    losses = game.g_loss(batch)
    fake_a, fake_b = 2 * b, 3 * a + 3
    domain = [np.asarray(game.classifier(z)) for z in (a + 1, 2 * b)]
    expected = {
        "reconstruction": 1 + np.mean((5 * b) ** 2),
        "semantic": np.mean(np.abs(5 * a + 5)) + 1,
        "domain": (np.mean(softplus(-domain[0])) + np.mean(softplus(domain[1]))) / 2,
        "g_loss": np.mean(softplus(-np.asarray(game.discriminator_a(fake_a))))
        + np.mean(softplus(-np.asarray(game.discriminator_b(fake_b)))),
    }
    assert set(losses) == set(expected)
    for name, value in expected.items():
        assert float(losses[name]) == pytest.approx(value, rel=1e-4), name
    np.testing.assert_allclose(game.generate(6, a=a), fake_b, rtol=1e-5, atol=1e-5)


def test_the_encoders_of_xgan_unlearn_what_the_classifier_learns():
    """The same error, once through the turned gradient and once without it."""
    game, batch = make("crossed", compiled=False), batch_of("crossed")
    own = {kind: player.trainable_variables for kind, player in game.players.items()}

    def gradients(reversal, name):
        game.reversal = reversal
        with tf.GradientTape() as tape:
            loss = game.domain_error(game.through("encoder", batch))
        return tape.gradient(loss, [v.value for v in own[name]])

    turned, plain = layers.GradientReversal(), keras.layers.Identity()
    for name, sign in (("encoder_a", -1), ("encoder_b", -1), ("classifier", 1)):
        for one, other in zip(gradients(turned, name), gradients(plain, name), strict=True):
            np.testing.assert_allclose(one, sign * other, atol=1e-6)
        assert np.any(np.asarray(gradients(plain, name)[0]) != 0)


def test_encoders_of_xgan_may_share_their_last_layer(tmp_path):
    shared = keras.layers.Dense(2)

    def encoder():
        points = keras.Input((2,))
        return keras.Model(points, shared(keras.layers.Dense(4, "relu")(points)))

    rest = [network(2), network(2), *[network(2, outputs=1) for _ in range(3)]]
    game = XGAN(encoder(), encoder(), *rest, seed=0)
    game.compile({name: keras.optimizers.SGD(0.01) for name in game.player_names})
    game.fit(examples("crossed", 8), batch_size=4, verbose=0)
    game.save(tmp_path / "game.keras")
    loaded = keras.saving.load_model(tmp_path / "game.keras")
    assert loaded.encoder_a.layers[-1] is loaded.encoder_b.layers[-1]
    a = examples("crossed", 3)["a"]
    np.testing.assert_allclose(loaded.generate(3, a=a), game.generate(3, a=a), rtol=1e-6)


# All three.


@pytest.mark.parametrize("kind", ["contrastive", "star", "crossed"])
@pytest.mark.parametrize(("policy", "jit_compile"), [("float32", True), ("mixed_float16", False)])
def test_fit_save_and_load(kind, policy, jit_compile, tmp_path):
    with played_and_loaded(kind, policy, jit_compile, tmp_path) as (game, loaded):
        conditions = {key: value[:3] for key, value in examples(kind, 16).items()}
        if kind != "star":
            conditions.pop("b")
        made = game.generate(3, **conditions)
        np.testing.assert_array_equal(loaded.generate(3, **conditions), made)


def with_batch_normalisation():
    return keras.Sequential(
        [keras.Input((2,)), keras.layers.BatchNormalization(), keras.layers.Dense(1)]
    )


def cut_with(projector, layer="hidden"):
    """CUT with another projector, or on points with a layer that gives no maps."""
    game = contrastive()
    if layer == "hidden":
        return CUT(game.generator, game.discriminator, projector, (layer,))
    dense = points(2)
    return CUT(dense, points(2, 1), projector, (dense.layers[-1].name,))


def points(count, outputs=2):
    return network(count, outputs=outputs)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: contrastive(layers=("nothing",)), "layers must be a tuple of names.*'hidden'"),
        (lambda: contrastive(layers="hidden"), "layers must be a tuple of names"),
        (lambda: contrastive(layers=()), "layers must be a tuple of names"),
        (lambda: contrastive(num_patches=1), "num_patches must be an integer >= 2"),
        (lambda: contrastive(temperature=0), "temperature must be a finite number > 0"),
        (lambda: cut_with(points(2)), "projector must take inputs of these shapes: hidden"),
        (lambda: cut_with(network(2, units=()), "dense"), "layers that give feature maps"),
        (
            lambda: StarGAN(points(2), points(2, 1), points(2)),
            r"generator must take .*pictures \(None, 2\) and attributes \(None, 2\)",
        ),
        (
            lambda: StarGAN(network(2, 3), points(2, 1), points(3, 3)),
            r"classifier must take .*pictures \(None, 2\)",
        ),
        (
            lambda: StarGAN(network(2, 2), with_batch_normalisation(), points(2)),
            "gradient needs a discriminator that scores each image by itself",
        ),
        (lambda: make("star", discriminator_steps=0), "discriminator_steps must be"),
        (
            lambda: make("star").generate(1, pictures=np.ones((1, 2)), attributes=[[2.0, 0.0]]),
            "Each attribute is 1 where.*from 0 to 2",
        ),
        (
            lambda: XGAN(*[points(2)] * 4, points(3, 1), points(2, 1), points(2, 1)),
            r"classifier must take .*embeddings \(None, 2\).*Received: .*\(None, 3\)",
        ),
        (
            lambda: XGAN(points(2), points(2, 3), *[points(2)] * 2, *[points(2, 1)] * 3),
            r"encoder_b must have one output, of shape \(None, 2\)",
        ),
        (lambda: layers.GradientReversal(-1), "factor must be a finite number >= 0"),
        (lambda: builders.patch_projector(points(2), "hidden"), "layers must be a tuple"),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        build()
