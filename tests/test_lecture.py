"""`train_gan` against the lecture's own algorithm, and its errors."""

from gan_tf import builders, train_gan
import keras
from lecture_loop import lecture_loop
import numpy as np
import pytest
import tensorflow as tf

BATCH_SIZE = 8
OPTIMIZERS = {
    "rmsprop": lambda: keras.optimizers.RMSprop(1e-3),
    "adam": lambda: keras.optimizers.Adam(2e-4, 0.5),
    "sgd": lambda: keras.optimizers.SGD(0.01, momentum=0.9),
}


def compiled(generator, discriminator, optimizer="rmsprop", loss="binary_crossentropy"):
    """The lecture's three lines that compile the two models."""
    gan = keras.Sequential([generator, discriminator])
    discriminator.compile(loss=loss, optimizer=OPTIMIZERS[optimizer]())
    discriminator.trainable = False
    gan.compile(loss=loss, optimizer=OPTIMIZERS[optimizer]())
    return gan


def dense(optimizer="rmsprop"):
    generator = builders.dense_generator(latent_dim=30)
    return compiled(generator, builders.dense_discriminator(output_activation="sigmoid"), optimizer)


def dcgan(optimizer="rmsprop", **kwargs):
    generator = builders.dcgan_generator(latent_dim=10, filters=(16, 8))
    discriminator = builders.dcgan_discriminator(
        filters=(8, 16), output_activation="sigmoid", **kwargs
    )
    return compiled(generator, discriminator, optimizer)


def seeded_dropout(optimizer="rmsprop"):
    """The DCGAN with Dropout layers that draw the same masks in every copy."""
    gan = dcgan(optimizer, dropout=0.4)
    for number, layer in enumerate(gan.layers[1].layers):
        if isinstance(layer, keras.layers.Dropout):
            layer.seed_generator.state.assign([number, 0])
    return gan


def real_batches(gan, num_batches):
    shape = gan.layers[1].input_shape[1:]
    images = np.random.default_rng(0).uniform(0, 1, (num_batches * BATCH_SIZE, *shape))
    dataset = tf.data.Dataset.from_tensor_slices(images.astype(keras.config.floatx()))
    return dataset.batch(BATCH_SIZE, drop_remainder=True)


def replay(gan, dataset, codings_size, seed):
    """The lecture's loop with the noise that `train_gan(..., seed=seed)` draws."""
    generator = keras.random.SeedGenerator(seed)
    lecture_loop(
        *(gan, dataset, BATCH_SIZE, codings_size),
        draw=lambda shape: keras.random.normal(shape, dtype="float32", seed=generator),
    )


def relative_differences(model, reference):
    """Largest difference in each weight, over the largest value in it."""
    return [
        np.abs(ours - theirs).max() / max(np.abs(theirs).max(), 1e-6)
        for ours, theirs in zip(model.get_weights(), reference.get_weights(), strict=True)
    ]


NETS = {
    "dense": dense,
    "dcgan": lambda optimizer: dcgan(optimizer, dropout=0),
    "dcgan-dropout": seeded_dropout,
    "dcgan-batchnorm-in-d": lambda optimizer: dcgan(optimizer, dropout=0, batch_normalization=True),
}


@pytest.fixture
def precision(request):
    _set_precision(request.param)
    yield request.param
    _set_precision("float32")


def _set_precision(name):
    """Keras keeps the two apart: losses follow the first, layers the second."""
    keras.config.set_floatx(name)
    keras.config.set_dtype_policy(name)


# In float64 the two must agree whatever the nets. In float32 an activation within rounding of its
# kink may fall on either side, and RMSprop makes a full step of any gradient, however small: with
# Dropout and with BatchNormalization in D one of such events shows in one run or another.
@pytest.mark.parametrize(
    ("net", "precision", "optimizer"),
    [
        ("dense", "float32", "rmsprop"),
        ("dcgan", "float32", "rmsprop"),
        *[("dense", "float64", optimizer) for optimizer in OPTIMIZERS],
        *[(net, "float64", "rmsprop") for net in NETS if net != "dense"],
    ],
    indirect=["precision"],
)
def test_same_weights_as_the_lecture(net, precision, optimizer):
    keras.utils.set_random_seed(1)
    ours, theirs = NETS[net](optimizer), NETS[net](optimizer)
    theirs.set_weights(ours.get_weights())
    start = [np.copy(weight) for weight in ours.get_weights()]
    assert start[0].dtype == precision
    latent_dim = ours.input_shape[-1]
    dataset = real_batches(ours, num_batches=20)

    options = {"seed": 5, "verbose": 0, "jit_compile": False}  # XLA draws other random numbers
    train_gan(ours, dataset, BATCH_SIZE, latent_dim, n_epochs=1, **options)
    replay(theirs, dataset, latent_dim, seed=5)

    assert max(relative_differences(ours, theirs)) < {"float32": 1e-4, "float64": 1e-5}[precision]
    assert all(np.any(now != before) for now, before in zip(ours.get_weights(), start, strict=True))


@pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`:UserWarning")
def test_the_lecture_as_a_student_types_it():
    """Nets and calls in the lecture's style: strings for optimizers, input_shape, no Input."""
    generator = keras.models.Sequential(
        [
            keras.layers.Dense(16, activation="selu", input_shape=[5]),
            keras.layers.Dense(28 * 28, activation="sigmoid"),
            keras.layers.Reshape([28, 28]),
        ]
    )
    discriminator = keras.models.Sequential(
        [
            keras.layers.Flatten(input_shape=[28, 28]),
            keras.layers.Dense(16, activation="selu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    gan = keras.models.Sequential([generator, discriminator])
    discriminator.compile(loss="binary_crossentropy", optimizer="rmsprop")
    discriminator.trainable = False
    gan.compile(loss="binary_crossentropy", optimizer="rmsprop")
    images = np.random.default_rng(0).uniform(size=(64, 28, 28)).astype("float32")
    dataset = tf.data.Dataset.from_tensor_slices(images).shuffle(64)
    dataset = dataset.batch(8, drop_remainder=True).prefetch(1)
    before = [np.copy(weight) for weight in gan.get_weights()]

    history = train_gan(gan, dataset, 8, 5, n_epochs=2, verbose=0)

    assert set(history.history) == {"d_loss", "g_loss"}
    assert len(history.history["d_loss"]) == 2
    after = gan.get_weights()
    assert all(np.any(old != new) for old, new in zip(before, after, strict=True))


def test_models_without_an_input_layer_are_built_for_their_data():
    """As in the book: the sizes stand in `codings_size` and in the data."""
    generator = keras.Sequential(
        [
            keras.layers.Dense(8, activation="selu"),
            keras.layers.Dense(16, activation="sigmoid"),
            keras.layers.Reshape([4, 4]),
        ]
    )
    hidden = [keras.layers.Flatten(), keras.layers.Dense(8, activation="selu")]
    discriminator = keras.Sequential([*hidden, keras.layers.Dense(1, activation="sigmoid")])
    gan = compiled(generator, discriminator)
    images = np.random.default_rng(0).uniform(size=(32, 4, 4)).astype("float32")
    dataset = tf.data.Dataset.from_tensor_slices(images).batch(8, drop_remainder=True)
    train_gan(gan, dataset, 8, 5, n_epochs=1, verbose=0)
    assert (generator.input_shape, discriminator.input_shape) == ((None, 5), (None, 4, 4))
    assert gan.predict(np.zeros((2, 5), "float32"), verbose=0).shape == (2, 1)


def test_a_generator_that_cannot_be_built_is_named():
    wrong = keras.Sequential([keras.layers.Dense(7), keras.layers.Reshape([4, 4])])
    discriminator = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1, "sigmoid")])
    images = tf.data.Dataset.from_tensors(np.zeros((8, 4, 4), "float32"))
    with pytest.raises(ValueError, match=r"generator cannot be built.*\(None, 5\)"):
        train_gan(compiled(wrong, discriminator), images, 8, 5, verbose=0)


def test_leaves_trainable_as_it_found_it():
    gan = dense()
    discriminator = gan.layers[1]
    discriminator.layers[1].trainable = True
    found = [layer.trainable for layer in discriminator.layers]
    train_gan(gan, real_batches(gan, 2), BATCH_SIZE, 30, n_epochs=1, verbose=0)
    assert discriminator.trainable is False
    assert (
        [layer.trainable for layer in discriminator.layers] == found == [False, True, False, False]
    )


def test_trains_also_when_the_toggles_are_forgotten():
    """A discriminator that was never frozen is frozen in phase 2 all the same."""
    gan = dense("sgd")
    reference = dense("sgd")
    reference.set_weights(gan.get_weights())
    gan.layers[1].trainable = True
    for model in (gan, reference):
        train_gan(model, real_batches(model, 4), BATCH_SIZE, 30, n_epochs=1, seed=3, verbose=0)
    assert max(relative_differences(gan, reference)) == 0


def test_a_second_call_goes_on_with_the_same_optimizers():
    gan = dense("adam")
    for _ in range(2):
        train_gan(gan, real_batches(gan, 4), BATCH_SIZE, 30, n_epochs=1, verbose=0)
    assert int(gan.optimizer.iterations) == int(gan.layers[1].optimizer.iterations) == 8


def test_honours_a_compiled_loss():
    """Mean squared error, as in LSGAN: with labels 0 and 1 the first loss is known."""
    gan = compiled(builders.dense_generator(30), builders.dense_discriminator(), "sgd", "mse")
    gan.layers[1].set_weights([0 * weight for weight in gan.layers[1].get_weights()])
    history = train_gan(gan, real_batches(gan, 1), BATCH_SIZE, 30, n_epochs=1, verbose=0)
    assert history.history["d_loss"][0] == pytest.approx(0.5)


def sigmoid_under_logits_loss():
    discriminator = builders.dense_discriminator(output_activation="sigmoid")
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    return compiled(builders.dense_generator(), discriminator, loss=loss)


def not_compiled():
    return keras.Sequential([builders.dense_generator(), builders.dense_discriminator()])


def pairs(gan):
    return real_batches(gan, 2).map(lambda images: (images, images))


def ragged(gan):
    return real_batches(gan, 2).unbatch().batch(BATCH_SIZE)


def too_small(gan):
    return real_batches(gan, 2).map(lambda images: images[:, :14])


@pytest.mark.parametrize(
    ("gan", "dataset", "batch_size", "codings_size", "message"),
    [
        (dense, real_batches, BATCH_SIZE, 31, "codings_size=31 does not fit.*Use codings_size=30"),
        (dense, real_batches, 7, 30, "batch_size=7 does not fit.*Use batch_size=8"),
        (dense, real_batches, 0, 30, "batch_size must be an integer >= 1"),
        (dense, real_batches, BATCH_SIZE, 30.0, "codings_size must be an integer"),
        (dense, ragged, BATCH_SIZE, 30, "drop_remainder=True"),
        (dense, pairs, BATCH_SIZE, 30, "dataset must be a tf.data.Dataset of images alone"),
        (dense, lambda gan: [1, 2], BATCH_SIZE, 30, "dataset must be a tf.data.Dataset"),
        (dense, too_small, BATCH_SIZE, 30, r"Expected real images.*\(batch, 28, 28\)"),
        (not_compiled, real_batches, BATCH_SIZE, 30, "discriminator is not compiled"),
        (builders.dense_generator, lambda gan: None, BATCH_SIZE, 30, "two models in one"),
        (sigmoid_under_logits_loss, real_batches, BATCH_SIZE, 30, "ends in a sigmoid"),
        (
            lambda: compiled(builders.dense_generator(), builders.dense_discriminator()),
            real_batches,
            BATCH_SIZE,
            30,
            "ends in logits",
        ),
    ],
)
def test_clear_errors(gan, dataset, batch_size, codings_size, message):
    gan = gan()
    dataset = real_batches(gan, 2) if dataset is real_batches else dataset(gan)
    with pytest.raises(ValueError, match=f"(?s){message}"):
        train_gan(gan, dataset, batch_size, codings_size, n_epochs=1, verbose=0)


def test_one_optimizer_for_both_is_an_error():
    gan = dense()
    gan.layers[1].compile(loss="binary_crossentropy", optimizer=gan.optimizer)
    with pytest.raises(ValueError, match="same optimizer object"):
        train_gan(gan, real_batches(gan, 2), BATCH_SIZE, 30, n_epochs=1, verbose=0)
