"""The game: who moves in which phase, what Keras's `fit` brings along, and errors."""

from gan_tf import GAN, builders, callbacks, data, losses
from gan_tf.training import multistep, scoring
import keras
import numpy as np
import pytest
import tensorflow as tf

pytestmark = pytest.mark.gpu


def copies(model):
    return [np.copy(weight) for weight in model.get_weights()]


def play(gan, number, images):
    """One phase of a step, counted from 0, on these images."""
    gan.play(gan.phases[number], {"images": images})


def moved(model, before):
    return [np.any(old != new) for old, new in zip(before, model.get_weights(), strict=True)]


def point_gan(steps=1, seed=0, loss="non_saturating", optimizer=None, **kwargs):
    keras.utils.set_random_seed(seed)
    optimizer = optimizer or (lambda: keras.optimizers.Adam(1e-3, 0.5))
    generator = builders.point_generator(units=(16,))
    gan = GAN(generator, builders.point_discriminator(units=(16,)), steps, seed=seed)
    gan.compile(optimizer(), optimizer(), loss=loss, **kwargs)
    return gan


def image_gan(seed=0, dropout=0.4, batch_normalization=False, **kwargs):
    keras.utils.set_random_seed(seed)
    gan = GAN(
        builders.dcgan_generator(4, (8, 8, 1), (8, 4)),
        builders.dcgan_discriminator(
            (8, 8, 1), (4, 8), dropout=dropout, batch_normalization=batch_normalization
        ),
        seed=seed,
    )
    gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3), **kwargs)
    return gan


def images(count=64, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (count, 8, 8, 1)).astype("float32")


@pytest.mark.parametrize("batch_normalization", [False, True])
def test_each_phase_moves_only_its_own_player(batch_normalization):
    gan = image_gan(batch_normalization=batch_normalization)
    real = tf.constant(images(16))
    generator, discriminator = copies(gan.generator), copies(gan.discriminator)

    play(gan, 0, real)
    # Phase 1 makes its fake images in training mode: only moving averages of G may move.
    names = [variable.path for variable in gan.generator.weights]
    for name, changed in zip(names, moved(gan.generator, generator), strict=True):
        assert changed == ("moving" in name), name
    assert all(moved(gan.discriminator, discriminator))

    generator, discriminator = copies(gan.generator), copies(gan.discriminator)
    play(gan, 1, real)
    assert all(moved(gan.generator, generator))
    assert not any(moved(gan.discriminator, discriminator))


def test_the_generator_descends_its_loss_and_the_discriminator_its_own():
    """One step of plain SGD equals the gradient that is computed here from the losses alone."""
    gan = point_gan(optimizer=lambda: keras.optimizers.SGD(0.1))
    points = tf.constant(data.circle(8, seed=0))
    seed = keras.random.SeedGenerator(0)
    latents = [keras.random.normal((8, 2), seed=seed) for _ in range(2)]
    loss = losses.NonSaturating()

    with tf.GradientTape() as tape:
        fake = gan.generator(latents[0])
        value = loss.discriminator(gan.discriminator(points), gan.discriminator(fake))
    gradients = tape.gradient(value, gan.discriminator.trainable_variables)
    before = copies(gan.discriminator)
    play(gan, 0, points)
    for old, gradient, new in zip(before, gradients, gan.discriminator.get_weights(), strict=True):
        np.testing.assert_allclose(new, old - 0.1 * gradient, atol=1e-6)

    with tf.GradientTape() as tape:
        value = loss.generator(gan.discriminator(gan.generator(latents[1])))
    gradients = tape.gradient(value, gan.generator.trainable_variables)
    before = copies(gan.generator)
    play(gan, 1, points)
    for old, gradient, new in zip(before, gradients, gan.generator.get_weights(), strict=True):
        np.testing.assert_allclose(new, old - 0.1 * gradient, atol=1e-6)


def test_a_frozen_layer_stays_frozen_and_the_others_train():
    discriminator = builders.point_discriminator(units=(8, 8))
    discriminator.layers[1].trainable = False
    gan = GAN(builders.point_generator(), discriminator)
    gan.compile("adam", "adam")
    before = copies(discriminator)
    gan.fit(data.batches(data.circle(64, seed=0), 8), epochs=1, verbose=0)
    assert moved(discriminator, before) == [False, False, True, True, True, True]
    assert [layer.trainable for layer in discriminator.layers[1:4:2]] == [False, True]


def test_freezing_after_compile_does_not_stop_the_discriminator():
    """Keras 3 reads `trainable` when a step is traced; the game reads it at compile."""
    gan = point_gan()
    gan.discriminator.trainable = False
    before = copies(gan.discriminator)
    gan.fit(data.batches(data.circle(64, seed=0), 8), epochs=1, verbose=0)
    assert all(moved(gan.discriminator, before))
    assert gan.discriminator.trainable is False


class Unknown(keras.layers.Layer):
    def call(self, inputs):
        return inputs


class Declared(Unknown):
    is_per_example = True


def scored_by(*stack, operation=None):
    points = hidden = keras.Input((2,))
    for layer in stack:
        hidden = layer(hidden)
    return keras.Model(points, keras.layers.Dense(1)(operation(hidden) if operation else hidden))


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: builders.point_discriminator(), True),
        (lambda: builders.dcgan_discriminator((8, 8, 1), (4, 8)), True),
        (lambda: builders.dcgan_discriminator((8, 8, 1), (4, 8), batch_normalization=True), False),
        (lambda: scored_by(Declared(), keras.layers.LeakyReLU()), True),
        (lambda: scored_by(scored_by(keras.layers.Dense(3, "relu"))), True),
        (lambda: scored_by(Unknown()), False),
        (lambda: scored_by(scored_by(Unknown())), False),
        (lambda: scored_by(keras.layers.Lambda(lambda x: x - keras.ops.mean(x, axis=0))), False),
        (lambda: scored_by(operation=lambda x: x - keras.ops.mean(x, axis=0)), False),
        (lambda: scored_by(keras.layers.Softmax(axis=0)), False),
        (lambda: scored_by(keras.layers.Softmax(axis=-2)), False),
        (lambda: scored_by(keras.layers.Softmax()), True),
        (lambda: scored_by(keras.layers.Activation(lambda x: x / keras.ops.max(x))), False),
        (lambda: scored_by(keras.layers.Dense(2, activation=keras.ops.tanh)), True),
    ],
)
def test_scores_in_one_pass_only_where_that_is_provably_the_same(make, expected):
    discriminator = make()
    assert scoring.treats_examples_alone(discriminator) is expected
    if discriminator.input_shape == (None, 2):
        assert GAN(builders.point_generator(), discriminator).scores_in_one_pass is expected


def test_two_passes_where_a_layer_looks_across_the_batch():
    """Each kind is centred by itself, as it is when scored alone."""
    centred = scored_by(keras.layers.Lambda(lambda x: x - keras.ops.mean(x, axis=0)))
    gan = GAN(builders.point_generator(), centred)
    real, fake = (data.circle(8, seed=seed) for seed in range(2))
    scores = gan.score_both(tf.constant(real), tf.constant(fake))
    for given, points in zip(scores, (real, fake), strict=True):
        np.testing.assert_allclose(given, centred(points), atol=1e-6)


def test_one_pass_and_two_give_the_same_logits():
    gan = image_gan(dropout=0)
    real, fake = images(8), images(8, seed=1)
    together = gan.score_both(tf.constant(real), tf.constant(fake))
    gan.scores_in_one_pass = False
    for one, two in zip(together, gan.score_both(real, fake), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-6)


@tf.function
def loss_and_slope(gan, kernel):
    """Where D is sure, and wrong: it says 1 - 2e-9 to the fakes, and 2e-9 to the real ones."""
    with tf.GradientTape() as tape:
        loss = gan.discriminator_loss(tf.fill((4, 1), -20.0), tf.fill((4, 1), 20.0))
    return loss, tape.gradient(loss, kernel)


@pytest.mark.parametrize("kind", [losses.NonSaturating, losses.Minimax])
@pytest.mark.parametrize(
    ("ending", "in_one_pass"), [("sigmoid", True), ("sigmoid", False), (None, True)]
)
def test_a_discriminator_that_is_sure_still_learns(kind, ending, in_one_pass):
    """Through a sigmoid in one pass and in two, as with logits: rounding takes no gradient away."""
    dense = keras.layers.Dense(1, ending, kernel_initializer="ones")
    gan = GAN(builders.point_generator(dim=1), keras.Sequential([keras.Input((1,)), dense]))
    gan.compile("sgd", "sgd", loss=kind(from_logits=ending is None))
    gan.scores_in_one_pass = in_one_pass
    loss, slope = loss_and_slope(gan, dense.kernel.value)
    assert (float(loss), slope.numpy().item()) == (pytest.approx(20), pytest.approx(20, rel=1e-4))


@pytest.mark.parametrize(
    "loss", ["non_saturating", "minimax", "least_squares", "hinge", "wasserstein", "relativistic"]
)
def test_every_loss_trains_both_players(loss):
    gan = point_gan(loss=loss)
    generator, discriminator = copies(gan.generator), copies(gan.discriminator)
    gan.train_step(tf.constant(data.circle(8, seed=0)))
    assert all(moved(gan.generator, generator)) and any(moved(gan.discriminator, discriminator))
    assert np.isfinite([float(value) for value in gan.logs().values()]).all()


def test_a_penalty_is_added_and_logged():
    def far_from_the_truth(critic, real_images, fake_images):
        return 3.0 + 0.0 * tf.reduce_mean(critic(real_images) - critic(fake_images))

    points = tf.constant(data.circle(8, seed=0))
    plain, penalised = point_gan(), point_gan(penalty=far_from_the_truth)
    first, second = plain.train_step(points), penalised.train_step(points)
    assert float(second["penalty"]) == pytest.approx(3.0)
    assert float(second["d_loss"]) == pytest.approx(float(first["d_loss"]), rel=1e-5)
    phase, batch = plain.phases[0], {"images": points}
    totals = [float(gan.total_loss(phase, batch, {})) for gan in (point_gan(), penalised)]
    assert totals[1] > 3 > totals[0]


def test_a_penalty_moves_the_discriminator():
    def size_of_logits(critic, real_images, fake_images):
        return 100.0 * tf.reduce_mean(critic(real_images) ** 2)

    gan = point_gan(penalty=size_of_logits)
    points = data.circle(640, seed=0)
    before = float(tf.reduce_mean(gan.discriminator(points) ** 2))
    gan.fit(data.batches(points, 8), epochs=2, verbose=0)
    assert float(tf.reduce_mean(gan.discriminator(points) ** 2)) < 0.1 * before


# What comes along with Keras's fit.


def run(epochs=3, gan=None, **kwargs):
    gan = gan or image_gan()
    history = gan.fit(data.batches(images(), 8, seed=3), epochs=epochs, verbose=0, **kwargs)
    return gan, history.history


def run_points(epochs=3, seed=0, **kwargs):
    gan = point_gan(seed=seed)
    batches = data.batches(data.circle(64, seed=0), 8, seed=3)
    return gan, gan.fit(batches, epochs=epochs, verbose=0, **kwargs).history


def same_bits(one, two):
    return all(
        np.array_equal(a, b) for a, b in zip(one.get_weights(), two.get_weights(), strict=True)
    )


def test_the_same_seed_gives_the_same_bits():
    (one, first), (two, second) = run(), run()
    assert same_bits(one, two) and first == second


@pytest.fixture
def cap():
    """Sets Keras's cap on the steps of an epoch, until the test ends."""
    yield keras.config.set_max_steps_per_epoch
    keras.config.set_max_steps_per_epoch(None)


@pytest.mark.filterwarnings("ignore:Limiting steps_per_epoch")
def test_an_epoch_has_the_steps_that_were_asked_for(cap):
    """Also where it ends between two executions of 4, before the data do."""
    gan = point_gan(steps_per_execution=4)
    played = []

    def steps_of(**kwargs):
        before = int(gan.generator_optimizer.iterations)
        count = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda batch, logs: played.append(gan.steps_per_execution)
        )
        gan.fit(data.batches(data.circle(80, seed=0), 8), callbacks=[count], verbose=0, **kwargs)
        return int(gan.generator_optimizer.iterations) - before

    assert (steps_of(steps_per_epoch=6), played[-1]) == (6, 3)
    assert (steps_of(), played[-1]) == (10, 4)
    cap(2)
    assert (steps_of(steps_per_epoch=6), played[-1]) == (2, 2)
    assert gan.steps_per_execution == 4


def test_the_end_of_an_epoch_does_not_wait_for_a_thread_of_the_data(monkeypatch):
    seen = []
    monkeypatch.setattr(keras.Model, "fit", lambda self, x, **kwargs: seen.append(x))
    gan, real = image_gan(), images(8)
    dataset = tf.data.Dataset.from_tensor_slices(real).batch(4)
    options = tf.data.Options()
    options.deterministic = True
    for each in (data.batches(real, 4), dataset.with_options(options)):
        gan.fit(each)
        assert seen[-1].options().autotune.enabled is False
        assert seen[-1].cardinality() == 2
    assert seen[-1].options().deterministic is True


def test_model_checkpoint_keeps_the_best(tmp_path):
    path = tmp_path / "best.weights.h5"
    checkpoint = keras.callbacks.ModelCheckpoint(
        path, monitor="g_loss", mode="min", save_best_only=True, save_weights_only=True
    )
    _, history = run_points(epochs=4, callbacks=[checkpoint])
    best = int(np.argmin(history["g_loss"])) + 1
    expected, _ = run_points(epochs=best)
    loaded = point_gan(seed=9)
    loaded.load_weights(path)
    assert same_bits(loaded, expected)


class Interrupt(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt


def test_an_interrupted_run_resumes_to_the_same_bits_with_keras_too(tmp_path):
    def watchers(*more):
        backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
        return [callbacks.GeneratorAverage(0.9), backup, *more]

    whole, _ = run_points(epochs=4, callbacks=watchers()[:-1])
    with pytest.raises(KeyboardInterrupt):
        run_points(epochs=4, callbacks=watchers(Interrupt()))
    resumed, history = run_points(epochs=4, seed=9, callbacks=watchers())
    assert len(history["d_loss"]) == 2, "the run did not resume, it began again"
    assert same_bits(whole, resumed)


def test_tensorboard_receives_both_losses(tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    board = keras.callbacks.TensorBoard(tmp_path, write_steps_per_second=True)
    _, history = run_points(callbacks=[board])
    events = EventAccumulator(str(tmp_path / "train"))
    events.Reload()
    for name in ("d_loss", "g_loss"):
        written = [tf.make_ndarray(e.tensor_proto).item() for e in events.Tensors(f"epoch_{name}")]
        assert written == pytest.approx(history[name], rel=1e-5)


class FixedLatents(GAN):
    """XLA draws other random numbers than TensorFlow's own kernels, so these are given."""

    def sample_latents(self, batch_size):
        return tf.constant(data.circle(8, seed=1))


@pytest.mark.parametrize(("num_discriminator_steps", "num_points"), [(1, 36), (2, 80)])
def test_steps_in_one_loop_are_those_of_keras(num_discriminator_steps, num_points, monkeypatch):
    """Five steps an epoch in loops of three; with one discriminator step, the last is smaller."""
    points = data.circle(num_points, seed=0)

    def fit():
        keras.utils.set_random_seed(0)
        players = builders.point_generator(), builders.point_discriminator()
        gan = GAN(*players, num_discriminator_steps, seed=0)
        gan.compile("adam", "adam", steps_per_execution=3)
        history = gan.fit(points, batch_size=8, epochs=2, shuffle=False, verbose=0).history
        assert int(gan.generator_optimizer.iterations) == 2 * 5
        return gan.get_weights(), history

    weights, history = fit()
    monkeypatch.setattr(multistep, "is_for", lambda gan: False)
    expected, history_of_keras = fit()
    assert history == history_of_keras
    for one, other in zip(weights, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_data_from_python_are_played_by_keras():
    gan = GAN(builders.point_generator(), builders.point_discriminator(), seed=0)
    gan.compile("adam", "adam", steps_per_execution=3)
    assert np.isfinite(gan.train_on_batch(data.circle(8, seed=0))).all()
    assert int(gan.generator_optimizer.iterations) == 1


def fit_compiled(dataset, steps_per_execution=4, num_discriminator_steps=1, game=FixedLatents):
    keras.utils.set_random_seed(0)
    players = builders.point_generator(units=(4,)), builders.point_discriminator(units=(4,))
    gan = game(*players, num_discriminator_steps)
    options = {"steps_per_execution": steps_per_execution, "jit_compile": True}
    gan.compile("rmsprop", "rmsprop", **options)
    return gan, gan.fit(dataset, epochs=2, verbose=0).history


def test_steps_in_one_program_are_those_of_a_program_each():
    """Ten steps an epoch in programs of four, so that the data end within one."""
    dataset = data.batches(data.circle(160, seed=0), 8)
    each, expected = fit_compiled(dataset, 1, 2)
    gan, history = fit_compiled(dataset, 4, 2)
    assert not multistep.is_for(each) and multistep.is_for(gan)
    assert int(gan.generator_optimizer.iterations) == 20
    assert history["d_loss"] == pytest.approx(expected["d_loss"], rel=1e-4)
    for one, other in zip(each.get_weights(), gan.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


def test_a_program_reads_as_many_batches_as_it_plays():
    gan, _ = fit_compiled(data.batches(data.circle(8, seed=0), 8))
    play = multistep.train_function(gan, keras_function=None)
    iterator = iter(tf.data.Dataset.from_tensors(tf.ones((8, 2))).repeat(6))
    before = int(gan.generator_optimizer.iterations)
    for expected in (4, 6):
        assert set(play(iterator)) == {"d_loss", "g_loss"}
        assert int(gan.generator_optimizer.iterations) - before == expected
    with pytest.raises(StopIteration):
        play(iterator)


def test_batches_of_several_sizes_have_a_program_for_each_step():
    points = data.circle(20, seed=0)
    unequal = tf.data.Dataset.from_tensor_slices(points).batch(8)
    gan, _ = fit_compiled(unequal, game=GAN)
    assert int(gan.generator_optimizer.iterations) == 6


@pytest.fixture
def bfloat16():
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    yield
    keras.mixed_precision.set_global_policy("float32")


def test_mixed_bfloat16_trains_float32_weights(bfloat16):
    gan = image_gan()
    assert gan.discriminator.layers[0].compute_dtype == "bfloat16"
    before = copies(gan.generator) + copies(gan.discriminator)
    gan, history = run(gan=gan)
    after = copies(gan.generator) + copies(gan.discriminator)
    assert all(np.any(a != b) for a, b in zip(before, after, strict=True))
    assert all(weight.dtype == "float32" for weight in after)
    assert np.isfinite(history["d_loss"] + history["g_loss"]).all()
    assert gan.generate(3, seed=0).dtype == "float32"


# It must learn.


@pytest.mark.slow
def test_learns_a_gaussian():
    """One-dimensional: mean 2 and standard deviation 0.5."""
    keras.utils.set_random_seed(0)
    points = np.random.default_rng(0).normal(2, 0.5, (10_000, 1)).astype("float32")
    generator = builders.point_generator(1, 1, units=(32,), activation="tanh")
    gan = GAN(generator, builders.point_discriminator(1, units=(32, 32)), seed=0)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, 3_000)
    optimizers = [keras.optimizers.Adam(rate, 0.5) for _ in range(2)]
    gan.compile(*optimizers, steps_per_execution=50)
    gan.fit(data.batches(points, 200), epochs=60, verbose=0)
    samples = gan.generate(4_000, seed=1)
    assert np.mean(samples) == pytest.approx(2, abs=0.1)
    assert np.std(samples) == pytest.approx(0.5, abs=0.1)


@pytest.mark.slow
def test_memory_does_not_grow(run_python):
    """Resident memory after 1,800 steps is within 5 % of that after 300."""
    growth = float(run_python(MEMORY).split()[-1])
    assert growth < 1.05


MEMORY = """
import keras, numpy as np, pathlib, resource
from gan_tf import GAN, builders, data

class Memory(keras.callbacks.Callback):
    sizes = []
    def on_epoch_end(self, epoch, logs=None):
        pages = pathlib.Path("/proc/self/statm").read_text().split()[1]
        self.sizes.append(int(pages) * resource.getpagesize())

generator = builders.dense_generator(4, (8, 8), (16,))
gan = GAN(generator, builders.dense_discriminator((8, 8), (16,)), seed=0)
gan.compile("rmsprop", "rmsprop", steps_per_execution=10)
images = np.random.default_rng(0).uniform(0, 1, (9600, 8, 8)).astype("float32")
gan.fit(data.batches(images, 32), epochs=6, verbose=0, callbacks=[Memory()])
print(Memory.sizes[-1] / Memory.sizes[0])
"""


# Errors.


def test_generate_is_reproducible_in_any_batch_size():
    gan = image_gan()
    np.testing.assert_allclose(
        gan.generate(10, seed=1), gan.generate(10, seed=1, batch_size=3), atol=1e-6
    )
    assert not np.array_equal(gan.generate(4), gan.generate(4))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: GAN(builders.point_generator(dim=3), builders.point_discriminator()), "takes"),
        (lambda: GAN(None, builders.point_discriminator()), "generator must be a built"),
        (
            lambda: GAN(keras.Sequential([keras.layers.Dense(2)]), builders.point_discriminator()),
            "begin it with keras.Input",
        ),
        (
            lambda: GAN(
                builders.point_generator(),
                keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)]),
            ),
            "one number for each image",
        ),
        (lambda: point_gan(steps=0), "discriminator_steps"),
        (lambda: point_gan(loss="wgan"), "loss must be one of"),
        (lambda: point_gan(loss=losses.NonSaturating(from_logits=False)), "ends in logits"),
    ],
)
def test_clear_errors_when_made(make, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        make()


def test_sigmoid_under_a_loss_for_logits():
    gan = GAN(
        builders.point_generator(),
        builders.dense_discriminator((2,), output_activation="sigmoid"),
    )
    with pytest.raises(ValueError, match="ends in a sigmoid"):
        gan.compile("adam", "adam")
    gan.compile("adam", "adam", loss=losses.NonSaturating(from_logits=False))


def test_one_optimizer_for_both_players():
    optimizer = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="same optimizer object"):
        point_gan(optimizer=lambda: optimizer)


def test_nothing_to_train():
    gan = point_gan()
    gan.discriminator.trainable = False
    with pytest.raises(ValueError, match="discriminator has no trainable weights"):
        gan.compile("adam", "adam")


def test_array_that_does_not_fill_a_last_step():
    gan = point_gan(steps=3)
    gan.fit(data.circle(100, seed=0), batch_size=16, epochs=2, verbose=0)
    assert int(gan.generator_optimizer.iterations) == 4  # 2 × 48 of 100 points in each epoch


def test_fit_before_compile():
    gan = GAN(builders.point_generator(), builders.point_discriminator())
    with pytest.raises(ValueError, match="compile"):
        gan.fit(data.batches(data.circle(16, seed=0), 8), verbose=0)


def test_evaluate_says_what_to_do_instead():
    points = data.circle(16, seed=0)
    with pytest.raises(NotImplementedError, match="SampleImages"):
        point_gan(run_eagerly=True).evaluate(points, verbose=0)
