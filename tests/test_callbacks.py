"""What watches a run: fixed latents, the film, the running average, the NaN guard."""

from gan_tf import GAN, builders, callbacks, data, plots
import imageio.v3 as imageio
import keras
import numpy as np
import pytest


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
    np.testing.assert_allclose(watcher.samples(), average.generator(watcher.latents), atol=1e-6)


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


@pytest.mark.parametrize(
    "make",
    [
        lambda: callbacks.SampleImages(0),
        lambda: callbacks.SampleImages(every=0),
        lambda: callbacks.GeneratorAverage(1.0),
        lambda: callbacks.GeneratorAverage(-0.1),
    ],
)
def test_clear_errors(make):
    with pytest.raises(ValueError, match="Received"):
        make()
