"""Translation with pairs and with a way back: networks, receptive fields, pool, losses by hand."""

from games_of_every_kind import examples, make, network
from gan_tf import builders, layers
from gan_tf.games import CycleGAN
import keras
from keras import layers as keras_layers
import numpy as np
import pytest
import tensorflow as tf

pytestmark = pytest.mark.gpu


# Receptive fields.

PAPERS = {  # the filters of a PatchGAN and its image: height and width of a field, and of the map
    (64, 128, 256, 512): (256, 70, 30),
    (8, 8, 8): (28, 34, 5),
    (8, 8): (28, 16, 12),
}


@pytest.mark.parametrize("filters", PAPERS)
def test_receptive_field_of_a_patch_discriminator_is_the_papers(filters):
    size, field, patches = PAPERS[filters]
    narrow = tuple(min(count, 4) for count in filters)
    model = builders.patch_discriminator((size, size, 1), None, narrow, "instance")
    assert builders.receptive_field(model) == (field, field)
    assert model.output_shape == (None, patches, patches, 1)


def stack_of(*windows):
    """A network of convolutions with these sizes and strides, one for all of it or one each."""
    model = keras.Sequential([keras.Input((None, None, 1))])
    for size, stride in windows:
        model.add(keras_layers.Conv2D(1, size, stride))
    return model


def test_receptive_field_of_four_halvings_and_a_last_convolution_is_94():
    """That of a well-known port, whose text says 70."""
    assert builders.receptive_field(stack_of(*[(4, 2)] * 4, (4, 1))) == (94, 94)


def seen_by_the_middle(model, size):
    """Rows and columns of which the middle of the output depends: where its gradient is not 0."""
    images = tf.Variable(
        np.random.default_rng(0).uniform(0.5, 1, (1, size, size, 1)), dtype="float32"
    )
    with tf.GradientTape() as tape:
        outputs = model(images)
        middle = outputs[0, outputs.shape[1] // 2, outputs.shape[2] // 2, 0]
    seen = np.asarray(tape.gradient(middle, images))[0, :, :, 0] != 0
    return np.count_nonzero(seen.any(axis=1)), np.count_nonzero(seen.any(axis=0))


def branches():
    """Two paths that see 3 and 7 pixels, joined, behind a pooling."""
    images = keras.Input((40, 40, 1))
    pooled = keras_layers.AveragePooling2D(2)(images)
    near = keras_layers.Conv2D(1, 3, padding="same", activation="relu")(pooled)
    far = keras_layers.Conv2D(1, (3, 5), padding="same", dilation_rate=2)(near)
    return keras.Model(images, keras_layers.Add()([near, far]))


@pytest.mark.parametrize(
    "build",
    [
        lambda: stack_of((4, 2), (4, 2), (4, 1), (4, 1)),
        lambda: stack_of(((3, 5), 1), (3, (2, 1))),
        branches,
        lambda: keras.Sequential([keras.Input((40, 40, 1)), branches(), stack_of((3, 1))]),
        lambda: builders.patch_discriminator((40, 40, 1), None, (4, 4), None),
    ],
)
def test_receptive_field_is_where_the_gradient_comes_from(build):
    model = build()
    for weights in model.trainable_variables:  # above 0, so that no path cancels another
        weights.assign(tf.abs(weights) + 0.01)
    assert builders.receptive_field(model) == seen_by_the_middle(model, 40)


def test_receptive_field_of_a_layer_that_sees_all_is_refused():
    model = keras.Sequential([keras.Input((8, 8, 1)), keras_layers.Flatten(name="flat")])
    with pytest.raises(ValueError, match="Received: layer 'flat' of type Flatten"):
        builders.receptive_field(model)


# Networks.


@pytest.mark.parametrize(("epsilon", "ends"), [(1e-5, 1.341635), (1e-3, 1.341104)])
def test_instance_normalisation_by_hand(epsilon, ends):
    """Keras's GroupNormalization with a group for each channel; (1, 2, 3, 4) has variance 1.25."""
    layer = keras_layers.GroupNormalization(-1, epsilon=epsilon, center=False, scale=False)
    image = np.array([1, 2, 3, 4], "float32").reshape(1, 2, 2, 1)
    found = np.ravel(layer(image))
    np.testing.assert_allclose(found[[0, 3]], [-ends, ends], atol=2e-6)
    np.testing.assert_allclose(found[[1, 2]], [-ends / 3, ends / 3], atol=2e-6)


def test_instance_normalisation_is_for_each_image_and_channel_alone():
    images = np.random.default_rng(0).normal(2, 3, (2, 3, 4, 5)).astype("float32")
    inputs = keras.Input((3, 4, 5))
    model = keras.Model(inputs, builders.normalized(inputs, "instance"))
    mean, variance = images.mean((1, 2), keepdims=True), images.var((1, 2), keepdims=True)
    expected = (images - mean) / np.sqrt(variance + 1e-5)
    np.testing.assert_allclose(model(images), expected, atol=1e-5)
    assert model.weights == [] and not np.allclose(images.mean((1, 2, 3)), 0)


def test_the_u_net_has_the_papers_form():
    """Its innermost picture is a single pixel, and each doubling also sees its own size."""
    model = builders.unet_generator((8, 16, 3), 2, (4, 5, 6), dropout=0.5)
    assert model.input_shape == (None, 8, 16, 3) and model.output_shape == (None, 8, 16, 2)
    joined = [x for x in model.layers if isinstance(x, keras_layers.Concatenate)]
    assert [x.output.shape[1:] for x in joined] == [(2, 4, 10), (4, 8, 8)]
    normalised = [x for x in model.layers if isinstance(x, keras_layers.BatchNormalization)]
    assert [x.output.shape[1:] for x in normalised] == [(2, 4, 5), (2, 4, 5), (4, 8, 4)]
    assert sum(isinstance(x, keras_layers.Dropout) for x in model.layers) == 2


def test_the_skips_of_a_u_net_carry_what_the_middle_does_not():
    """With a middle of zeros the output still depends on the picture; without skips it cannot."""
    model = builders.unet_generator((4, 4, 1), filters=(2, 2), normalization=None, dropout=0)
    innermost = [x for x in model.layers if isinstance(x, keras_layers.Conv2D)][1]
    innermost.set_weights([np.zeros_like(w) for w in innermost.get_weights()])
    pictures = np.random.default_rng(0).uniform(-1, 1, (2, 4, 4, 1)).astype("float32")
    made = np.asarray(model(pictures))
    assert np.abs(made[0] - made[1]).max() > 1e-3 and np.abs(made).max() <= 1


def test_residual_blocks_with_a_last_convolution_of_zeros_are_the_identity():
    model = builders.resnet_generator((8, 8, 1), filters=(2, 3), num_blocks=2, normalization=None)
    assert model.output_shape == (None, 8, 8, 1)
    ends = [model.get_layer(name).output for name in ("down_1", "block_1", "block_2")]
    convolutions = [x for x in model.layers if isinstance(x, keras_layers.Conv2D)]
    for layer in (convolutions[3], convolutions[5]):  # the second of each block
        layer.set_weights([np.zeros_like(w) for w in layer.get_weights()])
    pictures = np.random.default_rng(0).uniform(-1, 1, (2, 8, 8, 1)).astype("float32")
    before, between, after = keras.Model(model.inputs[0], ends)(pictures)
    assert before.shape == (2, 4, 4, 3) and np.any(np.asarray(before) != 0)
    np.testing.assert_array_equal(before, between)
    np.testing.assert_array_equal(before, after)


def test_the_papers_networks_have_the_papers_sizes():
    """54.4 and 2.8 million weights with biases and batch normalisation; 11.4 of 9 blocks."""
    unet = builders.unet_generator()
    assert unet.count_params() == pytest.approx(54.42e6, rel=1e-3)
    judge = builders.patch_discriminator(condition_shape=(256, 256, 3))
    assert judge.count_params() == pytest.approx(2.77e6, rel=2e-3)
    assert [tuple(x.shape) for x in judge.inputs] == [(None, 256, 256, 3)] * 2
    resnet = builders.resnet_generator()
    assert resnet.count_params() == pytest.approx(11.37e6, rel=2e-3)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: builders.unet_generator((28, 28, 1), filters=(4, 4, 4)), "multiples of 8"),
        (lambda: builders.unet_generator((28, 28, 1), filters=()), "filters must be"),
        (lambda: builders.unet_generator((4, 4, 1), filters=(2,), normalization="layer"), "one of"),
        (lambda: builders.resnet_generator((9, 8, 1), filters=(4, 4)), "multiples of 2"),
        (lambda: builders.resnet_generator((8, 8, 1), num_blocks=-1), "num_blocks"),
        (lambda: builders.resnet_generator((8, 8, 1), output_activation="tan"), "activation"),
        (lambda: builders.patch_discriminator((8, 8, 1)), "filters must be at most 3 numbers"),
        (lambda: builders.patch_discriminator((8, 8, 1), (4, 8, 1), (4,)), "condition_shape"),
        (lambda: builders.patch_discriminator((8, 8, 1), None, (4, 4), "group"), "normalization"),
    ],
)
def test_builders_clear_errors(build, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        build()


# The pool.


def pooled(pool, *batches):
    return [np.asarray(pool(np.float32(batch)[:, None])).ravel() for batch in batches]


def test_a_pool_shows_each_old_image_once_and_keeps_the_new_one_in_its_place():
    pool = layers.ImagePool(size=6, share=0.5, seed=0)
    shown = pooled(pool, *np.arange(200).reshape(-1, 2))
    np.testing.assert_array_equal(np.concatenate(shown[:3]), np.arange(6))  # it fills
    later = np.concatenate(shown[3:])
    old = later[later != np.arange(6, 200)]
    assert len(set(old)) == len(old) and 0.35 < len(old) / len(later) < 0.65
    remembered = set(np.ravel(pool.buffer))
    assert len(remembered) == 6
    assert remembered | set(later) == set(map(float, range(200)))  # none is lost


def test_a_pool_works_for_single_images():
    pool = layers.ImagePool(size=2, share=0.5, seed=1)
    shown = np.concatenate(pooled(pool, *np.arange(100)[:, None]))
    assert 25 < np.count_nonzero(shown != np.arange(100)) < 75


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_pool_of_nothing_and_of_all(share):
    first, second = pooled(layers.ImagePool(4, share, 0), np.arange(4), np.arange(4, 8))
    assert set(second) == ({0, 1, 2, 3} if share else {4, 5, 6, 7})


def test_a_pool_never_shows_a_place_that_is_empty():
    pool = layers.ImagePool(size=5, share=1.0, seed=0)
    shown = pooled(pool, [1.0, 2.0], np.arange(3, 7))  # two places are left, too few for four
    assert sorted(shown[1])[0] >= 1 and {1.0, 2.0} <= set(shown[1])


def test_a_pool_in_a_graph_with_xla_and_in_half_precision():
    images = np.random.default_rng(0).normal(size=(8, 4, 4, 1)).astype("float16")
    pool = layers.ImagePool(16, seed=0, dtype="mixed_float16")
    pool.build((None, 4, 4, 1))
    for jit_compile in (False, True):
        call = tf.function(pool, jit_compile=jit_compile)
        for _ in range(3):
            made = call(tf.constant(images))
            assert made.dtype == "float16"
            assert {tuple(np.ravel(x)) for x in np.asarray(made)} <= {
                tuple(np.ravel(x)) for x in images
            }
    assert int(pool.count) == 16
    copy = layers.ImagePool.from_config(pool.get_config())
    assert (copy.size, copy.share, copy.seed) == (16, 0.5, 0)


def test_a_batch_larger_than_the_pool_is_refused():
    with pytest.raises(ValueError, match=r"size must be the size of a batch.*size=2.*3 images"):
        layers.ImagePool(2)(np.zeros((3, 1), "float32"))


# The games.


def identity():
    model = network(2, units=())
    model.set_weights([np.eye(2), np.zeros(2)])
    return model


def test_generators_that_change_nothing_cost_no_cycle_and_no_identity():
    judges = [network(2, outputs=1, units=()) for _ in range(2)]
    game = CycleGAN(identity(), identity(), *judges, pool_size=0, seed=0)
    batch = {key: tf.constant(value) for key, value in examples("cycle", 8).items()}
    losses = game.g_loss(batch)
    assert float(losses["cycle"]) == float(losses["identity"]) == 0
    scores_a, scores_b = judges[0](batch["b"]), judges[1](batch["a"])
    expected = np.mean((scores_a - 1) ** 2) + np.mean((scores_b - 1) ** 2)
    assert float(losses["g_loss"]) == pytest.approx(expected, rel=1e-5)


def test_losses_of_cycle_gan_by_hand():
    """G doubles, F adds one: F(G(a)) = 2a + 1, G(F(b)) = 2b + 2, F(a) = a + 1, G(b) = 2b."""
    game = make("cycle", compiled=False)
    game.generator, game.inverse = identity(), identity()
    game.generator.set_weights([2 * np.eye(2), np.zeros(2)])
    game.inverse.set_weights([np.eye(2), np.ones(2)])
    a, b = np.array([[1.0, -2.0]], "float32"), np.array([[0.5, 3.0]], "float32")
    losses = game.g_loss({"a": tf.constant(a), "b": tf.constant(b)})
    expected = np.mean(np.abs(a + 1)) + np.mean(np.abs(b + 2))
    assert float(losses["cycle"]) == pytest.approx(expected) == 5.25
    assert float(losses["identity"]) == pytest.approx(1 + np.mean(np.abs(b))) == 2.75
    assert game.weights_of_terms == {"cycle": 10.0, "identity": 5.0}


def test_the_discriminators_of_cycle_gan_see_the_pool(tmp_path):
    game = make("cycle", compiled=False, pool_size=4)
    game.compile({name: keras.optimizers.SGD(0.01) for name in game.player_names})
    data = tf.data.Dataset.from_tensor_slices(examples("cycle", 12)).batch(2)
    game.fit(data, verbose=0)
    for kind in ("a", "b"):
        assert int(game.pools[kind].count) == 4 and np.all(np.asarray(game.pools[kind].buffer) != 0)
    game.save(tmp_path / "game.keras")
    loaded = keras.saving.load_model(tmp_path / "game.keras")
    assert loaded.pool_size == 4
    for each in (game, loaded):
        each.fit(data, verbose=0)
    for one, other in zip(game.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_pool_of_cycle_gan_is_the_papers_by_default():
    players = [network(2), network(2), network(2, outputs=1), network(2, outputs=1)]
    assert {pool.size for pool in CycleGAN(*players).pools.values()} == {50}


def test_the_l1_term_of_pix2pix_weighs_a_hundred():
    game = make("pix2pix")
    batch = {key: tf.constant(value) for key, value in examples("pix2pix", 8).items()}
    losses = game.g_loss(batch)
    made = np.asarray(game.generator(batch["sketches"]))
    expected = np.mean(np.abs(made - np.asarray(batch["images"])))
    assert float(losses["l1"]) == pytest.approx(expected, rel=1e-5)
    total = float(game.total_loss(game.phases[1], batch, {}))
    assert total == pytest.approx(float(losses["g_loss"]) + 100 * expected, rel=1e-4)


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ({1: network(3)}, r"inverse must have one output|inverse must take|generator must"),
        ({2: network(3, outputs=1)}, r"discriminator_a must take.*Received:.*\(None, 3\)"),
        ({0: network(2, outputs=3)}, r"generator must have one output, of shape \(None, 2\)"),
    ],
)
def test_cycle_gan_names_a_player_that_does_not_fit(places, message):
    players = [network(2), network(2), network(2, outputs=1), network(2, outputs=1)]
    for place, player in places.items():
        players[place] = player
    with pytest.raises(ValueError, match=f"(?s){message}"):
        CycleGAN(*players)
    with pytest.raises(ValueError, match="pool_size must be an integer >= 0"):
        make("cycle", compiled=False, pool_size=-1)
