"""Games with an encoder: their losses by hand, their errors, and toys with a known inverse."""

from games_of_every_kind import examples, make, network, played_and_loaded
from gan_tf import penalties
from gan_tf.games import AdversarialAutoencoder, BiGAN, SemiSupervisedAAE, latent_pairs
import keras
import numpy as np
import pytest
import tensorflow as tf

pytestmark = pytest.mark.gpu

IMAGES = np.array([[1.0, 0.0], [2.0, 0.0]], "float32")


def linear(matrix, *sizes):
    """A network without hidden layers whose weights are these."""
    model = network(*sizes or (len(matrix),), outputs=np.shape(matrix)[1], units=())
    model.set_weights([np.array(matrix, "float32"), np.zeros(np.shape(matrix)[1], "float32")])
    return model


def softplus(values):
    return np.log1p(np.exp(values))


@pytest.fixture
def known_bigan():
    """Logits are 1 and 2 for encoded images, 0 and -1 for made ones."""
    discriminator = linear([[1], [0], [0], [1]], 2, 2)  # the image's first, the code's second value
    game = BiGAN(linear(np.eye(2)), linear(np.zeros((2, 2))), discriminator, seed=0)
    game.inputs = lambda batch: tf.constant([[0.0, 0.0], [-0.5, -0.5]])
    return game


def test_losses_of_bigan_by_hand(known_bigan):
    """Both terms count for the generator and the encoder, with their labels exchanged."""
    batch = {"images": tf.constant(IMAGES)}
    encoded, made = map(np.ravel, known_bigan.logits(batch))
    np.testing.assert_allclose(encoded, [1, 2])
    np.testing.assert_allclose(made, [0, -1])
    judges = (np.mean(softplus(-encoded)) + np.mean(softplus(made))) / 2
    players = (np.mean(softplus(encoded)) + np.mean(softplus(-made))) / 2
    assert float(known_bigan.d_loss(batch)) == pytest.approx(judges, abs=1e-6)
    assert float(known_bigan.g_loss(batch)) == pytest.approx(players, abs=1e-6)
    # ¼ (.313262 + .126928 + .693147 + .313262) and ¼ (1.313262 + 2.126928 + .693147 + 1.313262)
    assert judges == pytest.approx(0.361650, abs=1e-6)
    assert players == pytest.approx(1.361650, abs=1e-6)


def test_where_the_discriminator_knows_nothing_the_value_is_that_of_the_optimum(known_bigan):
    """V(D, E, G) = -2 L(D) = -2 ln 2, since the loss carries the factor ½."""
    known_bigan.discriminator.set_weights([np.zeros((4, 1)), np.zeros(1)])
    batch = {"images": tf.constant(IMAGES)}
    assert -2 * float(known_bigan.d_loss(batch)) == pytest.approx(-2 * np.log(2), abs=1e-6)


def test_the_encoder_of_bigan_learns_from_the_term_of_real_images(known_bigan):
    """Its gradient is that of ½ E softplus(logit), whose slope is the sigmoid."""
    known_bigan.inputs = lambda batch: tf.constant([[9.0, 9.0]])
    bias = known_bigan.encoder.layers[-1].bias
    with tf.GradientTape() as tape:
        loss = known_bigan.g_loss({"images": tf.constant(IMAGES)})
    slopes = 1 / (1 + np.exp(-np.array([1.0, 2.0])))  # of the code's second value alone
    gradient = tape.gradient(loss, bias.value)
    np.testing.assert_allclose(gradient, [0, slopes.mean() / 2], atol=1e-6)


def test_losses_of_an_adversarial_autoencoder_by_hand():
    """Codes are twice the images, and the decoder returns them unchanged."""
    judge = linear([[1], [0]])
    game = AdversarialAutoencoder(linear(np.eye(2)), linear(2 * np.eye(2)), judge, seed=0)
    latents = np.array([[3.0, 0.0], [-1.0, 0.0]], "float32")
    game.inputs = lambda batch: tf.constant(latents)
    batch = {"images": tf.constant(IMAGES)}
    codes, prior = np.array([2.0, 4.0]), latents[:, 0]
    assert float(game.reconstruction(batch)) == pytest.approx((1 + 4) / 4)
    expected = (np.mean(softplus(-prior)) + np.mean(softplus(codes))) / 2
    assert float(game.d_loss(batch)) == pytest.approx(expected, rel=1e-6)
    assert float(game.g_loss(batch)) == pytest.approx(np.mean(softplus(-codes)), rel=1e-5)


def test_an_adversarial_autoencoder_plays_three_phases_and_logs_each():
    game = make("autoencoder")
    history = game.fit(examples("autoencoder"), batch_size=16, verbose=0).history
    assert [phase.trains for phase in game.phases] == [
        ("generator", "encoder"),
        ("discriminator",),
        ("encoder",),
    ]
    assert set(history) == {"reconstruction", "d_loss", "g_loss"}
    updates = {name: int(each.iterations) for name, each in game.optimizers.items()}
    assert updates == {"generator": 4, "encoder": 8, "discriminator": 4}


@pytest.fixture
def known_classes():
    """Styles are the images; logits of the two classes are 0 and the image's first value."""
    points = keras.Input((2,))
    logits = keras.layers.Dense(2)(points)
    encoder = keras.Model(points, [keras.layers.Identity()(points), logits])
    encoder.set_weights([np.array([[0.0, 1.0], [0.0, 0.0]]), np.zeros(2)])
    judges = linear([[1], [0]]), linear([[0], [2]])
    decoder = linear(np.eye(2, 4).T, 2, 2)  # the style, whatever the class
    return SemiSupervisedAAE(decoder, encoder, *judges, seed=0)


def test_losses_with_a_few_labels_by_hand(known_classes):
    """Images 1 and 2 have the probabilities σ(1) and σ(2) of class 1; the second is known."""
    game, second = known_classes, 1 / (1 + np.exp(-np.array([1.0, 2.0])))
    batch = {"images": tf.constant(IMAGES), "labels": tf.constant([-1, 0])}
    assert float(game.reconstruction(batch)) == pytest.approx(0)
    fooled = np.mean(softplus(-IMAGES[:, 0])) + np.mean(softplus(-2 * second))
    found = game.g_loss(batch)
    assert float(found["g_loss"]) == pytest.approx(fooled, rel=1e-5)
    assert float(found["class_error"]) == pytest.approx(softplus(2.0), rel=1e-6)
    unknown = game.g_loss({**batch, "labels": tf.constant([-1, -1])})
    assert float(unknown["class_error"]) == 0
    game.inputs = lambda batch: [tf.constant([[3.0, 0], [5, 0]]), tf.constant([[1.0, 0], [0, 1]])]
    styles = softplus(-np.array([3.0, 5.0])) + softplus(IMAGES[:, 0])
    classes = softplus(-np.array([0.0, 2.0])) + softplus(2 * second)
    expected = (np.mean(styles) + np.mean(classes)) / 2
    assert float(game.d_loss(batch)) == pytest.approx(expected, rel=1e-5)


def test_classes_that_are_known_are_kept_and_others_are_drawn(known_classes):
    labels = np.repeat([1, -1], 400)
    styles, one_hot = known_classes.inputs({"labels": tf.constant(labels)})
    classes = np.asarray(one_hot).argmax(axis=1)
    assert np.all(classes[:400] == 1) and 0.4 < classes[400:].mean() < 0.6
    assert abs(np.mean(styles)) < 0.1 and np.std(styles) == pytest.approx(1, abs=0.1)


def test_labels_of_a_semi_supervised_game_are_checked(known_classes):
    known_classes.compile(dict.fromkeys(known_classes.player_names, "adam"))
    with pytest.raises(ValueError, match="-1 stands for an unknown one"):
        known_classes.fit({"images": IMAGES, "labels": np.array([0, 2])}, verbose=0)


def test_three_labels_name_three_groups():
    """A toy: three heaps of points, one label in each."""
    rng = np.random.default_rng(0)
    labels = np.arange(600) % 3
    angles = 2 * np.pi * labels / 3
    points = np.stack([np.cos(angles), np.sin(angles)], 1) + 0.1 * rng.normal(size=(600, 2))
    few = np.where(np.arange(600) < 3, labels, -1)
    game = make("semi_supervised", units=(32,), compiled=False)
    game.compile({name: keras.optimizers.Adam(3e-3, 0.5) for name in game.player_names})
    values = {"images": points.astype("float32"), "labels": few}
    shown = {
        key: np.concatenate([rows, np.repeat(rows[:3], 30, 0)]) for key, rows in values.items()
    }
    game.fit(shown, batch_size=64, epochs=60, verbose=0)
    found = np.asarray(game.encoder(values["images"])[1]).argmax(axis=1)
    assert np.mean(found == labels) > 0.95


def test_wrong_labels_are_never_right_and_all_others_are_drawn():
    game = make("invertible", compiled=False)
    labels = np.repeat(np.arange(3), 200)
    wrong = game.wrong({"images": tf.zeros((600, 2)), "labels": tf.constant(labels)})["labels"]
    steps = (np.asarray(wrong) - labels) % 3
    assert set(steps) == {1, 2} and 0.4 < np.mean(steps == 1) < 0.6


def test_real_images_with_wrong_labels_are_fakes():
    """Real + ½ (fake + wrong), with the factor ½ of the loss."""
    game = make("invertible")
    batch = {key: tf.constant(value) for key, value in examples("invertible", 6).items()}
    others = {**batch, "labels": (batch["labels"] + 1) % 3}
    game.wrong = lambda batch: others
    fake = tf.constant(np.random.default_rng(1).normal(size=(6, 2)).astype("float32"))
    real_logits, fake_logits, wrong_logits = (
        np.asarray(game.score(images, labels))
        for images, labels in ((batch["images"], batch), (fake, batch), (batch["images"], others))
    )
    fakes = (np.mean(softplus(fake_logits)) + np.mean(softplus(wrong_logits))) / 2
    expected = (np.mean(softplus(-real_logits)) + fakes) / 2
    found = game.discriminator_loss(batch["images"], fake, batch)
    assert float(found) == pytest.approx(expected, rel=1e-5)
    assert not np.allclose(wrong_logits, real_logits)


def test_penalties_reach_an_invertible_gan():
    game = make("invertible", penalty=penalties.R1(1.0))
    history = game.fit(examples("invertible"), batch_size=16, verbose=0).history
    assert history["penalty"][0] > 0


@pytest.mark.parametrize(
    ("kind", "conditions"), [("gan", {}), ("invertible", {"labels": np.arange(5) % 3})]
)
def test_latent_pairs_are_what_the_generator_makes_of_its_inputs(kind, conditions):
    game = make(kind, compiled=False)
    images, *inputs = latent_pairs(game, 5, seed=4, batch_size=2, **conditions)
    made = game.generator(inputs if len(inputs) > 1 else inputs[0])
    np.testing.assert_allclose(images, made, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(images, game.generate(5, seed=4, **conditions), atol=1e-6)
    if conditions:
        np.testing.assert_array_equal(inputs[1].argmax(axis=1), conditions["labels"])


@pytest.mark.parametrize("kind", ["bidirectional", "autoencoder", "semi_supervised", "invertible"])
@pytest.mark.parametrize(("policy", "jit_compile"), [("float32", True), ("mixed_float16", False)])
def test_fit_save_and_load(kind, policy, jit_compile, tmp_path):
    with played_and_loaded(kind, policy, jit_compile, tmp_path) as (game, loaded):
        np.testing.assert_array_equal(loaded.generate(3, seed=1), game.generate(3, seed=1))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: BiGAN(network(2), network(3), network(2, 2, outputs=1)),
            r"encoder must take .*images \(None, 2\).*Received: encoder with input.*\(None, 3\)",
        ),
        (
            lambda: BiGAN(network(2), network(2, outputs=5), network(2, 2, outputs=1)),
            r"encoder must have one output, of shape \(None, 2\).*Received: .*\(None, 5\)",
        ),
        (
            lambda: BiGAN(network(2), network(2), network(2, outputs=1)),
            r"discriminator must take .*images \(None, 2\) and latents \(None, 2\)",
        ),
        (
            lambda: AdversarialAutoencoder(network(2), network(2), network(2, 2, outputs=1)),
            r"discriminator must take .*: latents \(None, 2\)\. Received",
        ),
        (
            lambda: AdversarialAutoencoder(network(2, 3), network(2), network(2, outputs=1)),
            "generator must take inputs",
        ),
        (
            lambda: AdversarialAutoencoder(
                network(2),
                network(2),
                keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "sigmoid")]),
            ),
            "ends in a sigmoid, but the loss expects logits",
        ),
        (
            lambda: SemiSupervisedAAE(
                network(2, 3), network(2), network(2, outputs=1), network(3, outputs=1)
            ),
            r"encoder must have 2 outputs, of shape \(None, 2\) and \(None, 3\)",
        ),
        (
            lambda: SemiSupervisedAAE(network(2), network(2), network(2), network(2)),
            r"generator must take .*styles \(None, None\) and probabilities",
        ),
        (lambda: _one_class(), "num_classes must be an integer >= 2"),
        (lambda: latent_pairs(make("gan", compiled=False), 5, batch_size=0), "batch_size"),
        (lambda: latent_pairs(make("gan", compiled=False), 5, labels=[1]), "takes no conditions"),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        build()


def _one_class():
    from games_of_every_kind import invertible

    return invertible(num_classes=1)
