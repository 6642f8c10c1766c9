"""What watches a run: fixed latents, the film, the running average, the NaN guard, the score."""

from gan_tf import GAN, builders, callbacks, data, plots
from gan_tf.callbacks import sampling
import imageio.v3 as imageio
import keras
import numpy as np
import pytest
import tensorflow as tf


def fit(watchers, epochs=2, learning_rate=1e-3, **kwargs):
    keras.utils.set_random_seed(0)
    gan = GAN(builders.point_generator(), builders.point_discriminator(), seed=0)
    optimizers = [keras.optimizers.SGD(learning_rate) for _ in range(2)]
    gan.compile(*optimizers, **kwargs)
    batches = data.batches(data.circle(64, seed=0), 8)
    gan.fit(batches, epochs=epochs, verbose=0, callbacks=watchers)
    return gan


def test_samples_come_from_the_same_latents_before_and_after_each_epoch():
    seen = []

    def draw(samples):
        seen.append(samples)
        return plots.samples_2d(samples)

    watcher = callbacks.SampleImages(5, every=2, draw=draw, seed=7)
    gan = fit([watcher], epochs=4)
    assert len(seen) == len(watcher.frames) == 3
    latents = keras.random.normal((5, 2), seed=7)
    np.testing.assert_allclose(seen[-1], gan.generator(latents), atol=1e-6)
    assert not np.array_equal(seen[0], seen[1])


def test_writes_the_film(tmp_path):
    path = tmp_path / "film.gif"
    draw = plots.samples_2d
    watcher = callbacks.SampleImages(5, draw=draw, path=path)
    fit([watcher], epochs=3)
    assert imageio.imread(path, index=None).shape[0] == 4


def test_samples_from_the_average_where_asked():
    average = callbacks.GeneratorAverage(0.9)
    watcher = callbacks.SampleImages(5, draw=plots.samples_2d, generator=lambda: average.generator)
    fit([average, watcher])
    np.testing.assert_allclose(watcher.samples(), average.generator(watcher.inputs), atol=1e-6)


@pytest.mark.parametrize(
    ("shape", "sizes"),
    [((2,), [600]), ((28, 28, 1), [250, 250, 100]), ((None, None, 1), [250, 250, 100])],
)
def test_many_points_are_made_at_once_and_images_a_few_at_a_time(shape, sizes):
    made = []

    class Generator:
        input_shape, output_shape, variables = (None, 3), (None, *shape), ()

        def __call__(self, latents, training):
            made.append(len(latents))
            return latents

    latents = sampling.fixed_latents(600, Generator(), seed=0)
    np.testing.assert_array_equal(sampling.samples_of(Generator(), latents), latents)
    assert made == sizes


def test_images_far_out_of_range_do_not_end_a_run():
    keras.utils.set_random_seed(0)
    generator = builders.dense_generator(4, (8, 8, 1), (4,), output_activation=None)
    generator.set_weights([100 * weight for weight in generator.get_weights()])
    gan = GAN(generator, builders.dense_discriminator((8, 8, 1), (4,)))
    gan.compile("sgd", "sgd")
    watcher = callbacks.SampleImages(4)
    images = np.zeros((16, 8, 8, 1), "float32")
    gan.fit(data.batches(images, 8), verbose=0, callbacks=[watcher])
    assert np.abs(watcher.samples()).max() > 2
    assert len(watcher.frames) == 2


class Weights(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.seen = [self.model.generator.get_weights()]

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(self.model.generator.get_weights())


def test_average_is_the_recursion_and_leaves_the_generator_alone():
    weights, average = Weights(), callbacks.GeneratorAverage(0.8)
    gan = fit([weights, average])
    expected = weights.seen[0]
    for current in weights.seen[1:]:
        expected = [0.8 * old + 0.2 * new for old, new in zip(expected, current, strict=True)]
    for ours, theirs in zip(average.generator.get_weights(), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-7)
    plain = fit([])
    for one, other in zip(gan.generator.get_weights(), plain.generator.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_average_counts_every_step_of_an_execution():
    """A frozen generator drawn to zero: after 16 steps 0.9 ** 16 of the start is left."""

    class Zero(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            generator = self.model.generator
            generator.set_weights([0 * weight for weight in generator.get_weights()])
            average.generator.set_weights([0 * w + 1 for w in generator.get_weights()])

    average = callbacks.GeneratorAverage(0.9)
    fit([average, Zero()], learning_rate=0.0, steps_per_execution=4)
    for weight in average.generator.get_weights():
        np.testing.assert_allclose(weight, 0.9**16, rtol=1e-5)


def test_stops_on_nan_and_names_the_step(capsys):
    guard = callbacks.StopOnNaN()
    gan = fit([guard], epochs=3, learning_rate=1e30)
    epoch, step, name = guard.stopped_at
    assert (epoch, name) == (1, "d_loss") or name == "g_loss"
    assert 1 <= step < 8
    assert gan.stop_training
    assert f"{name} is" in capsys.readouterr().out


def test_silent_on_a_healthy_run(capsys):
    guard = callbacks.StopOnNaN()
    fit([guard])
    assert guard.stopped_at is None and capsys.readouterr().out == ""


# The score.


class Noise(keras.layers.Layer):
    """Draws noise in inference mode too, as a layer of StyleGAN does."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(0)

    def call(self, inputs):
        shape = keras.ops.shape(inputs)
        return inputs + 0.1 * keras.random.normal(shape, seed=self.seed_generator)


def spread(images):
    return {"spread": np.std(images), "mean": np.mean(images)}


def in_turn(*values):
    """Function that gives these scores one after the other, whatever the images."""
    rest = list(values)
    return lambda images: {"score": rest.pop(0)}


class EpochWeights(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.seen = [self.model.generator.get_weights()]

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(self.model.generator.get_weights())


def assert_same_weights(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def read_events(folder, name):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder / "train"))
    events.Reload()
    return [tf.make_ndarray(event.tensor_proto).item() for event in events.Tensors(name)]


def test_scores_reach_history_csv_and_tensorboard(tmp_path):
    score = callbacks.Score(spread, num_images=300, every=2)
    csv = keras.callbacks.CSVLogger(str(tmp_path / "log.csv"))
    gan = fit([score, csv, keras.callbacks.TensorBoard(tmp_path)], epochs=5)
    history = gan.history.history
    assert len(history["spread"]) == len(history["mean"]) == len(history["d_loss"]) == 5
    assert np.isfinite(history["spread"]).tolist() == [False, True, False, True, True]
    table = np.genfromtxt(tmp_path / "log.csv", delimiter=",", names=True)
    for name in ("spread", "mean"):
        np.testing.assert_allclose(table[name], history[name], rtol=1e-6)
        written = read_events(tmp_path, f"epoch_{name}")
        np.testing.assert_allclose(written, history[name], rtol=1e-5)


def test_score_sees_the_same_latents_each_time():
    seen = []

    def remember(images):
        seen.append(images)
        return spread(images)

    score = callbacks.Score(remember, num_images=300, seed=5)
    gan = fit([score], epochs=1, learning_rate=0.0)
    latents = keras.random.normal((300, 2), seed=5)
    assert len(seen) == 2 and seen[0].dtype == np.float32
    np.testing.assert_array_equal(seen[0], seen[1])
    np.testing.assert_allclose(seen[0], gan.generator(latents), atol=1e-6)
    assert score.first == pytest.approx({"spread": np.std(seen[0]), "mean": np.mean(seen[0])})


@pytest.mark.parametrize(
    ("mode", "values", "epoch"),
    [
        ("min", (5, 4, 2, 3), 2),
        ("max", (1, 4, 2, 3), 1),
        ("min", (1, 4, 2, 3), 0),
        ("min", (np.nan, 4, -np.inf, 5), 1),
        ("max", (np.inf, np.nan, -2, -3), 2),
    ],
)
def test_keeps_the_best_generator(mode, values, epoch, tmp_path):
    path = tmp_path / "new" / "best.keras"
    weights = EpochWeights()
    score = callbacks.Score(in_turn(*values), mode=mode, path=path)
    fit([weights, score], epochs=3, learning_rate=0.1)
    assert (score.best_epoch, score.best_value) == (epoch, values[epoch])
    assert_same_weights(score.best_generator().get_weights(), weights.seen[epoch])
    assert_same_weights(keras.saving.load_model(path).get_weights(), weights.seen[epoch])
    assert [each.name for each in path.parent.iterdir()] == ["best.keras"]


def test_monitors_the_value_that_is_named():
    score = callbacks.Score(lambda images: {"a": 1.0, "b": -np.abs(images).mean()}, monitor="b")
    gan = fit([score], epochs=3, learning_rate=0.1)
    values = [score.first["b"], *gan.history.history["b"]]
    assert score.best_value == min(values) and score.best_epoch == int(np.argmin(values))


def test_scores_the_average_and_copies_it():
    average = callbacks.GeneratorAverage(0.9)
    score = callbacks.Score(in_turn(3, 2, 1), generator=lambda: average.generator)
    gan = fit([average, score], learning_rate=0.1)
    best = score.best_generator()
    assert_same_weights(best.get_weights(), average.generator.get_weights())
    assert best is not average.generator
    assert not np.array_equal(best.get_weights()[0], gan.generator.get_weights()[0])


def test_scores_the_last_epoch_of_a_run_that_is_stopped():
    def stop(epoch, logs):
        score.model.stop_training = epoch == 1

    score = callbacks.Score(spread, every=10)
    gan = fit([keras.callbacks.LambdaCallback(on_epoch_end=stop), score], epochs=5)
    assert np.isfinite(gan.history.history["spread"]).tolist() == [False, True]


def test_an_interrupted_save_leaves_the_file_before_it(tmp_path, monkeypatch):
    path = tmp_path / "best.keras"
    score = callbacks.Score(in_turn(2, 1), path=path)

    def save(model, unfinished):
        unfinished.write_bytes(b"half")
        raise KeyboardInterrupt

    class Fail(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.saved = path.read_bytes()
            monkeypatch.setattr(keras.Model, "save", save)

    fail = Fail()
    with pytest.raises(KeyboardInterrupt):
        fit([score, fail], epochs=1)
    assert path.read_bytes() == fail.saved and list(tmp_path.iterdir()) == [path]


def noisy_gan():
    keras.utils.clear_session()  # the names of layers decide in which order TensorFlow adds
    keras.utils.set_random_seed(0)
    generator = keras.Sequential([keras.Input((2,)), builders.point_generator(), Noise()])
    gan = GAN(generator, builders.point_discriminator(), seed=0)
    gan.compile("adam", "adam", steps_per_execution=4)
    return gan


def test_a_look_at_the_generator_does_not_change_the_run():
    def weights(*watchers):
        gan = noisy_gan()
        batches = data.batches(data.circle(64, seed=0), 8)
        gan.fit(batches, epochs=2, verbose=0, callbacks=list(watchers))
        return gan.get_weights()

    samples = callbacks.SampleImages(5, draw=plots.samples_2d)
    assert_same_weights(weights(), weights(callbacks.Score(spread), samples))


@pytest.mark.parametrize(
    ("score", "received"),
    [
        (lambda images: 1.0, "Received: 1.0"),
        (lambda images: {}, "Received: {}"),
        (lambda images: {"other": 1.0}, "'wanted'.*Received: .'other'"),
        (lambda images: {"wanted": 1.0, "d_loss": 1.0}, "Received: .'d_loss'"),
    ],
)
def test_says_what_a_score_must_return(score, received):
    with pytest.raises(ValueError, match=received):
        fit([callbacks.Score(score, monitor="wanted")])


def test_says_that_names_must_stay():
    values = [{"a": 1.0, "b": 2.0}, {"a": 1.0}]
    with pytest.raises(ValueError, match=r"\['b'\] each time.*Received: \['a'\]"):
        fit([callbacks.Score(lambda images: values.pop(0))])


def test_says_that_there_is_no_best_generator():
    score = callbacks.Score(in_turn(np.nan, np.nan, np.nan))
    with pytest.raises(ValueError, match="no finite score"):
        score.best_generator()
    fit([score])
    assert score.best_epoch is None
    with pytest.raises(ValueError, match="no finite score"):
        score.best_generator()


@pytest.mark.parametrize(
    "make",
    [
        lambda: callbacks.SampleImages(0),
        lambda: callbacks.SampleImages(every=0),
        lambda: callbacks.GeneratorAverage(1.0),
        lambda: callbacks.GeneratorAverage(-0.1),
        lambda: callbacks.Score("distance"),
        lambda: callbacks.Score(spread, num_images=0),
        lambda: callbacks.Score(spread, every=0),
        lambda: callbacks.Score(spread, mode="least"),
        lambda: callbacks.Score(spread, path="best.h5"),
    ],
)
def test_clear_errors(make):
    with pytest.raises(ValueError, match="Received"):
        make()
