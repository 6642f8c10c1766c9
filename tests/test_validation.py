"""What `fit` and `compile` refuse before the first step, and what they say about it."""

import re

from games_of_every_kind import make, network
from gan_tf import GAN, builders, data, losses, penalties
from gan_tf.games import InfoGAN
import keras
from keras import layers, ops
import numpy as np
import pytest
import tensorflow as tf


def bounded_gan(ending="tanh", shape=(4, 4, 1), reshaped=True, **kwargs):
    """A GAN of small images whose generator cannot leave the range of its ending."""
    flat = int(np.prod(shape))
    last = [layers.Dense(flat, activation=ending), layers.Reshape(shape)]
    generator = keras.Sequential([keras.Input((2,)), *last])
    discriminator = keras.Sequential([keras.Input(shape), layers.Flatten(), layers.Dense(1)])
    gan = GAN(generator, discriminator)
    gan.compile("sgd", "sgd", **kwargs)
    return gan


def images(low=-1.0, high=1.0, count=16, shape=(4, 4, 1)):
    rng = np.random.default_rng(0)
    return rng.uniform(low, high, (count, *shape)).astype("float32")


class Batches(keras.utils.PyDataset):
    def __init__(self, given):
        super().__init__()
        self.given = given

    def __len__(self):
        return len(self.given) // 8

    def __getitem__(self, index):
        return self.given[8 * index : 8 * index + 8]


def untyped(given):
    """A dataset that does not know the rank of what it gives."""
    return tf.data.Dataset.from_generator(
        lambda: iter(np.split(given, len(given) // 8)), output_types=tf.float32
    )


WAYS = {
    "array": lambda given: given,
    "tensor": tf.constant,
    "float64": lambda given: given.astype("float64"),
    "dataset": lambda given: tf.data.Dataset.from_tensor_slices(given).batch(8),
    "shuffled dataset": lambda given: (
        tf.data.Dataset.from_tensor_slices(given).shuffle(16).batch(8).prefetch(1)
    ),
    "dataset of unknown rank": untyped,
    "generator": lambda given: (given[first : first + 8] for first in (0, 8)),
    "PyDataset": Batches,
}


def trained_on(gan, given):
    """Whether any weight moved when this was given to `fit`."""
    before = gan.get_weights()
    try:
        gan.fit(given, verbose=0, steps_per_epoch=2)
    finally:
        moved = any(np.any(a != b) for a, b in zip(before, gan.get_weights(), strict=True))
    return moved


# Contents of data sets.


@pytest.mark.parametrize("way", WAYS)
def test_good_images_are_taken_in_every_form(way):
    assert trained_on(bounded_gan(), WAYS[way](images()))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda x: 127.5 * x + 127.5, r"ends in tanh.*\[-1, 1\].*Received: images with values"),
        (lambda x: np.where(x > 0.9, np.nan, x), "finite.*NaN or infinity in"),
        (lambda x: np.where(x < -0.9, -np.inf, x), "finite.*NaN or infinity in"),
        (lambda x: x[..., 0], r"shape \(batch, 4, 4, 1\).*Received: float(32|64) of shape"),
        (lambda x: np.repeat(x, 3, axis=-1), r"shape \(batch, 4, 4, 1\).*Received: float(32|64)"),
    ],
)
def test_bad_contents_are_named_before_a_weight_moves(way, spoil, message):
    gan = bounded_gan()
    before = gan.get_weights()
    with pytest.raises(ValueError, match=f"(?s){message}"):
        gan.fit(WAYS[way](spoil(images()).astype("float32")), verbose=0, steps_per_epoch=2)
    for one, other in zip(before, gan.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (images().astype("uint8"), "as floats.*Received: uint8"),
        (np.array([images()[0], images()[1]], dtype=object), "as floats.*Received: object"),
        (np.array(["a", "b"]), "as floats.*Received: str|<U1"),
        (np.zeros((0, 4, 4, 1), "float32"), "at least one image"),
        ([images()[0], images()[1][:2]], "one array.*Received: list"),
        ("images.npz", "one array.*Received: 'images.npz'"),
        (None, "one array.*Received: None"),
        (np.float32(3), r"shape \(batch, 4, 4, 1\).*Received: float32 of shape \(\)"),
        ({"pictures": images()}, "images alone.*Received: the keys"),
        (tf.ragged.constant([[1.0], [1.0, 2.0]]), "arrays of numbers|shape"),
        (
            tf.data.Dataset.from_tensor_slices(tf.ragged.constant([[1.0], [1.0, 2.0]])).batch(2),
            "dense tensors of one shape.*Received: Ragged",
        ),
        (tf.data.Dataset.from_tensor_slices(["a", "b"]).batch(2), "as floats.*Received: string"),
        (iter(()), "one array|gave no batch"),
    ],
)
def test_what_is_no_array_of_images_is_named(given, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        bounded_gan().fit(given, verbose=0)


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        ("gan", (np.zeros((8, 2), "float32"), np.zeros(8)), "images alone.*2 parts"),
        ("conditional", np.zeros((8, 2), "float32"), "keys .*'images', 'labels'.*one array"),
        ("conditional", {"images": np.zeros((8, 2), "float32")}, "keys.*Received: the keys"),
        (
            "conditional",
            {"images": np.zeros((8, 2), "float32"), "labels": np.zeros(7, int)},
            "as many rows.*'labels': 7",
        ),
        (
            "conditional",
            {"images": np.zeros((8, 2), "float32"), "labels": np.full(8, 3)},
            "knows 3 classes.*values from 3 to 3",
        ),
        (
            "cycle",
            {"a": np.zeros((8, 2), "float32"), "b": np.zeros((8, 3), "float32")},
            r"Expected b as floats of shape \(batch, 2\).*\((8|None), 3\)",
        ),
    ],
)
@pytest.mark.parametrize("as_dataset", [False, True])
def test_batches_that_do_not_fit_a_game_are_named(kind, given, message, as_dataset):
    if as_dataset and isinstance(given, dict) and len({len(v) for v in given.values()}) > 1:
        pytest.skip("TensorFlow makes no such dataset")
    if as_dataset:
        given = tf.data.Dataset.from_tensor_slices(given).batch(8)
    with pytest.raises(ValueError, match=f"(?s){message}"):
        make(kind).fit(given, verbose=0)


def test_labels_may_come_as_y_and_as_pairs():
    points, labels = np.zeros((8, 2), "float32"), np.arange(8) % 3
    weights = []
    for x, y in (
        (points, labels),
        ({"labels": labels, "images": points}, None),
        (tf.data.Dataset.from_tensor_slices((points, labels)).batch(8), None),
        (tf.data.Dataset.from_tensor_slices({"images": points, "labels": labels}).batch(8), None),
    ):
        game = make("conditional")
        game.fit(x, y, shuffle=False, verbose=0)
        weights.append(game.get_weights())
    for others in weights[1:]:
        for one, other in zip(weights[0], others, strict=True):
            np.testing.assert_array_equal(one, other)


def test_looking_at_the_first_batch_changes_no_order():
    """A dataset that shuffles anew each time is read once, and not once more to look at it."""
    reads = []

    def rows():
        reads.append(len(reads))
        yield from data.circle(16, seed=0)

    dataset = tf.data.Dataset.from_generator(rows, output_signature=tf.TensorSpec((2,)))
    dataset = dataset.batch(8).apply(tf.data.experimental.assert_cardinality(2))
    make("gan").fit(dataset, epochs=2, verbose=0)
    assert len(reads) == 2


# Settings that would do nothing.


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sample_weight": np.ones(16)}, "no sample_weight.*Draw rare examples"),
        ({"class_weight": {0: 1.0}}, "no class_weight"),
        ({"validation_data": np.ones((16, 2))}, "no validation_data.*SampleImages"),
        ({"validation_split": 0.1}, "no validation_split.*Score"),
        ({"validation_steps": 3}, "no validation_steps"),
        ({"steps_per_epoch": 0}, "steps_per_epoch must be an integer >= 1"),
        ({"steps_per_epoch": True}, "steps_per_epoch must be an integer >= 1"),
        ({"epochs": 1.5}, "epochs must be an integer"),
        ({"y": np.zeros(16)}, "images alone.*y of shape"),
        ({"batch_size": True}, "batch_size must be an integer from 1"),
        ({"batch_size": 17}, "batch_size must be an integer from 1 to 16"),
    ],
)
def test_arguments_of_fit_without_an_effect_are_errors(arguments, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        make("gan").fit(data.circle(16, seed=0), verbose=0, **arguments)


def test_defaults_of_keras_are_no_error():
    game = make("gan")
    game.fit(data.circle(16, seed=0), verbose=0, validation_split=0.0, class_weight=None)
    assert game.epochs_played == 1


@pytest.mark.parametrize(
    "penalty", [penalties.GradientPenalty(), penalties.R1(), penalties.Lazy(penalties.R2())]
)
def test_a_penalty_on_gradients_needs_scores_of_single_images(penalty):
    """Under BatchNormalization the gradient penalty stays near its weight, whatever is learnt."""
    normalised = builders.dcgan_discriminator((8, 8, 1), (4, 8), batch_normalization=True)
    gan = GAN(builders.dcgan_generator(4, (8, 8, 1), (8, 4)), normalised)
    with pytest.raises(ValueError, match=r"(?s)scores each image by itself.*BatchNormalization"):
        gan.compile("adam", "adam", loss="wasserstein", penalty=penalty)
    gan.compile("adam", "adam", loss="wasserstein", penalty=penalties.Drift())


def test_an_average_that_an_optimizer_keeps_is_used_in_the_end():
    """Keras overwrites the weights with it when `fit` ends; a game does so for each player.

    With a momentum of 1 the average is what the first update left.
    """
    points = data.circle(16, seed=0)
    averaging = keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=1.0)
    games = []
    for optimizer, given in ((averaging, points), (keras.optimizers.SGD(0.1), points[:8])):
        games.append(make("gan", compiled=False))
        games[-1].compile(optimizer, keras.optimizers.SGD(0.1))
        games[-1].fit(given, batch_size=8, shuffle=False, verbose=0)
    for name, is_averaged in (("generator", True), ("discriminator", False)):
        pairs = zip(*[game.players[name].get_weights() for game in games], strict=True)
        assert all(np.allclose(one, other, atol=1e-7) for one, other in pairs) == is_averaged


# Endings of the discriminator.


def discriminator_ending(*stack, functional=None):
    points = keras.Input((2,))
    outputs = points
    for layer in stack:
        outputs = layer(outputs)
    return keras.Model(points, functional(outputs) if functional else outputs)


@pytest.mark.filterwarnings("ignore:(?s).*softmax over axis")
@pytest.mark.parametrize(
    ("make_discriminator", "message"),
    [
        (lambda: discriminator_ending(layers.Dense(1, "sigmoid")), "ends in a sigmoid"),
        (lambda: discriminator_ending(layers.Dense(1, "tanh")), "ends in a tanh"),
        (lambda: discriminator_ending(layers.Dense(1, "hard_sigmoid")), "ends in a hard_sigmoid"),
        (
            lambda: discriminator_ending(layers.Dense(1, "sigmoid"), layers.Flatten()),
            "ends in a sigmoid",
        ),
        (
            lambda: discriminator_ending(layers.Dense(1, "sigmoid"), layers.Reshape((1,))),
            "ends in a sigmoid",
        ),
        (
            lambda: discriminator_ending(layers.Dense(1, "tanh"), layers.Activation("linear")),
            "ends in a tanh",
        ),
        (lambda: discriminator_ending(layers.Dense(1), functional=ops.sigmoid), "in a sigmoid"),
        (
            lambda: discriminator_ending(discriminator_ending(layers.Dense(1, "sigmoid"))),
            "ends in a sigmoid",
        ),
        (lambda: discriminator_ending(layers.Dense(1, "softmax")), "softmax over a single unit"),
    ],
)
@pytest.mark.parametrize("loss", ["non_saturating", "wasserstein", "relativistic"])
def test_probabilities_under_a_loss_for_logits_are_named(make_discriminator, message, loss):
    gan = GAN(builders.point_generator(), make_discriminator())
    with pytest.raises(ValueError, match=message):
        gan.compile("adam", "adam", loss=loss)


@pytest.mark.parametrize(
    ("ending", "message"),
    [("linear", "ends in logits"), ("tanh", "numbers from -1 to 1"), ("sigmoid", None)],
)
def test_a_loss_for_probabilities_needs_probabilities(ending, message):
    gan = GAN(builders.point_generator(), discriminator_ending(layers.Dense(1, ending)))
    loss = losses.NonSaturating(from_logits=False)
    if message is None:
        gan.compile("adam", "adam", loss=loss)
        return
    with pytest.raises(ValueError, match=message):
        gan.compile("adam", "adam", loss=loss)


@pytest.mark.parametrize("ending", ["sigmoid", "tanh", "hard_sigmoid", "softsign"])
def test_the_range_of_the_generator_decides_on_that_of_images(ending):
    low = 0 if "sigmoid" in ending else -1
    trained_on(bounded_gan(ending), images(low, 1))
    with pytest.raises(ValueError, match=f"ends in {ending}"):
        bounded_gan(ending).fit(images(3, 4), verbose=0)


# Raw errors.


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1)

    def call(self, inputs):
        return self.dense(inputs)

    def build(self, input_shape):
        self.dense.build(input_shape)


def test_subclassed_models_are_told_how_to_play():
    model = Subclassed()
    model.build((None, 2))
    with pytest.raises(ValueError, match=r"(?s)subclassed.*keras.Model\(inputs, model\(inputs\)\)"):
        GAN(builders.point_generator(), model)
    inputs = keras.Input((2,))
    GAN(builders.point_generator(), keras.Model(inputs, model(inputs))).compile("sgd", "sgd")


@pytest.mark.parametrize("name", ["game.h5", "game.hdf5", "game", "game.weights.h5"])
def test_a_whole_game_is_saved_as_keras_or_not_at_all(name, tmp_path):
    with pytest.raises(ValueError, match=r"saved as a \.keras file.*gan\.generator\.save"):
        make("gan").save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_loss_of_ones_own_loads_without_being_compiled(tmp_path):
    class Plain:
        needs_real_logits = False
        discriminator = staticmethod(lambda real, fake: ops.mean(fake - real))
        generator = staticmethod(lambda fake: -ops.mean(fake))

    gan = make("gan", loss=Plain())
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(loaded.generate(4, seed=0), gan.generate(4, seed=0))
    with pytest.raises(ValueError, match="not compiled.*gan.compile"):
        loaded.fit(data.circle(16, seed=0), verbose=0)


def test_the_generator_and_the_game_are_exported(tmp_path):
    gan = make("gan")
    latents = np.ones((3, 2), "float32")
    for number, model in enumerate((gan, gan.generator)):
        model.export(tmp_path / str(number), verbose=False)
        served = tf.saved_model.load(tmp_path / str(number))
        np.testing.assert_allclose(served.serve(latents), gan.generator(latents), rtol=1e-5)


def test_shared_weights_that_cannot_be_saved_are_named():
    inner = layers.Dense(4)
    bodies = [keras.Sequential([keras.Input((2,)), inner]) for _ in range(2)]
    discriminator, recogniser = (
        keras.Sequential([keras.Input((2,)), body, layers.Dense(units)])
        for body, units in zip(bodies, (1, 3), strict=True)
    )
    game = InfoGAN(network(2, 3), discriminator, recogniser)
    with pytest.raises(ValueError, match="recogniser shares weights inside of one of its layers"):
        game.get_config()


# NumPy's numbers are numbers.


def test_numpys_numbers_are_taken_everywhere(tmp_path):
    points = data.circle(np.int64(64), std=np.float32(0.01), seed=np.int64(0))
    generator = builders.point_generator(np.int64(2), units=(np.int32(8),))
    gan = GAN(
        generator,
        builders.point_discriminator(units=(np.int64(8),)),
        np.int64(2),
        seed=np.int64(3),
        historical_averaging=np.float32(1e-3),
    )
    gan.compile("adam", "adam", penalty=penalties.R1(np.float32(0.1)))
    gan.fit(points, batch_size=np.int64(8), epochs=np.int64(1), verbose=0)
    assert gan.generate(np.int64(5), seed=np.int64(1), batch_size=np.int32(2)).shape == (5, 2)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert (loaded.discriminator_steps, loaded.seed) == (2, 3)


@pytest.mark.parametrize("wrong", [True, -1, 1.5, "1", 2**32])
def test_seeds_of_games_are_integers(wrong):
    with pytest.raises(ValueError, match=r"seed must be an integer.*Received: seed="):
        GAN(builders.point_generator(), builders.point_discriminator(), seed=wrong)
    with pytest.raises(ValueError, match=r"seed must be an integer.*Received: seed="):
        make("gan", compiled=False).generate(3, seed=wrong)


# What is printed is true.


@pytest.mark.parametrize("steps", [{}, {"steps_per_epoch": 5}])
def test_the_progress_bar_never_counts_further_than_the_epoch(capsys, steps):
    game = make("gan", steps_per_execution=4)
    game.fit(data.batches(data.circle(80, seed=0), 8), epochs=2, verbose=1, **steps)
    bar = capsys.readouterr().out
    total = steps.get("steps_per_epoch", 10)
    shown = [tuple(map(int, pair)) for pair in re.findall(r"(\d+)/(\d+)\x1b", bar)]
    assert shown[-1] == (total, total)
    assert all(done <= of == total for done, of in shown)
