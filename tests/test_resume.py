"""Runs that are interrupted and started again: the same bits as one never interrupted."""

from gan_tf import GAN, builders, callbacks, data, layers, penalties, train_gan
from gan_tf.growing import ProgressiveGAN
import keras
import numpy as np
import pytest
import tensorflow as tf

EPOCHS = 4
RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(-1, 1, (48, 8, 8, 1)).astype("float32")
LARGE_IMAGES = RNG.uniform(-1, 1, (64, 16, 16, 1)).astype("float32")


class Killed(BaseException):
    """In the place of a signal; benchmarks/faults.py sends real ones."""


class Kill(keras.callbacks.Callback):
    """Ends the run in the middle of an epoch, counted from 0."""

    def __init__(self, epoch):
        super().__init__()
        self.last = epoch

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.now == self.last and batch >= 1:
            raise Killed


def adam():
    return keras.optimizers.Adam(1e-3, 0.5)


def small_gan(steps=1, batch_normalization=True, **kwargs):
    generator = builders.dcgan_generator(4, (8, 8, 1), (8, 4))
    discriminator = builders.dcgan_discriminator(
        (8, 8, 1), (4, 8), dropout=0.4, batch_normalization=batch_normalization
    )
    return GAN(generator, discriminator, steps, **kwargs)


def dcgan():
    gan = small_gan()
    gan.compile(adam(), adam(), steps_per_execution=2)
    return gan


def wgan_gp():
    gan = small_gan(steps=5, batch_normalization=False)
    gan.compile(adam(), "rmsprop", loss="wasserstein", penalty=penalties.GradientPenalty(10.0))
    return gan


def with_replay():
    gan = small_gan(replay=layers.ExperienceReplay(size=20), historical_averaging=0.1)
    gan.compile(adam(), adam())
    return gan


def growing():
    generator = builders.progressive_generator(16, 4, filters=lambda size: 8)
    discriminator = builders.progressive_discriminator(16, filters=lambda size: 8)
    gan = ProgressiveGAN(generator, discriminator, images_stable=20, images_fading=90)
    gan.compile(adam(), adam(), penalty=penalties.R1(0.1))
    return gan


def dense():
    generator = builders.dense_generator(4, (8, 8), (16,))
    gan = GAN(generator, builders.dense_discriminator((8, 8), (16,)))
    gan.compile("rmsprop", "rmsprop", steps_per_execution=2)
    return gan


GAMES = {
    "dense": dense,
    "dcgan": dcgan,
    "wgan-gp": wgan_gp,
    "replay": with_replay,
    "growing": growing,
}


def batches(name="dense"):
    images = {"growing": LARGE_IMAGES, "dense": IMAGES[..., 0]}.get(name, IMAGES)
    return data.batches(images, 8, seed=1, steps_per_epoch=10 if name == "wgan-gp" else 6)


def play(
    name="dense", folder=None, kill=None, epochs=EPOCHS, seed=0, watchers=(), make=None, **kwargs
):
    """One process's work: makes everything anew, trains, and returns the game and its History."""
    keras.utils.set_random_seed(seed)
    gan = GAMES[name]()
    watchers = [*watchers, *([] if kill is None else [Kill(kill)])]
    resume = {} if folder is None else {"resume": folder}
    arguments = {"epochs": EPOCHS, "callbacks": watchers, "verbose": 0, **resume, **kwargs}
    given = make() if make else batches(name)
    if kill is None:
        return gan, gan.fit(given, **arguments)
    with pytest.raises(Killed):
        gan.fit(given, **arguments)
    return gan, None


def everything(gan):
    """All that training changes, as arrays."""
    optimizers = [gan.generator_optimizer, gan.discriminator_optimizer]
    variables = [*gan.variables, *[v for optimizer in optimizers for v in optimizer.variables]]
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]


def assert_same(one, other):
    """Two pairs of a game and a History, to the bit."""
    for ours, theirs in zip(everything(one[0]), everything(other[0]), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert one[1].history == other[1].history
    assert one[1].epoch == other[1].epoch
    samples = [gan.generate(5, seed=3) for gan, _ in (one, other)]
    np.testing.assert_array_equal(*samples)


@pytest.mark.slow
@pytest.mark.parametrize("name", GAMES)
def test_a_killed_run_ends_with_the_same_bits(name, tmp_path):
    whole = play(name)
    play(name, tmp_path, kill=2)
    resumed = play(name, tmp_path, seed=9)  # another start shows that all is restored
    assert_same(resumed, whole)
    assert resumed[1].epoch == list(range(EPOCHS))
    if name == "growing":
        assert whole[1].history["resolution"] == [4, 8, 8, 16]


def test_saving_leaves_no_trace_in_the_run(tmp_path):
    assert_same(play(folder=tmp_path), play())


def test_a_run_killed_again_and_again(tmp_path):
    for epoch in (0, 0, 1, 3):
        play(folder=tmp_path, kill=epoch, seed=epoch)
    assert_same(play(folder=tmp_path, seed=9), play())


def test_the_running_average_goes_on(tmp_path):
    ends = []
    for folder, kill in ((None, None), (tmp_path, 2), (tmp_path, None)):
        average = callbacks.GeneratorAverage(0.9)
        gan, _ = play("dense", folder, kill, watchers=[average])
        ends.append(average.generator.get_weights())
    for ours, theirs, live in zip(ends[2], ends[0], gan.generator.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
        assert not np.array_equal(ours, live)


def lecture_stack():
    keras.utils.set_random_seed(4)
    generator = builders.dense_generator(4, (8, 8), (16,), output_activation="tanh")
    discriminator = builders.dense_discriminator((8, 8), (16,), output_activation="sigmoid")
    gan = keras.Sequential([generator, discriminator])
    discriminator.compile(loss="binary_crossentropy", optimizer="rmsprop")
    discriminator.trainable = False
    gan.compile(loss="binary_crossentropy", optimizer="rmsprop")
    return gan


def shuffled():
    """As a student's cell makes it, with its own shuffling and its own random flips."""
    dataset = tf.data.Dataset.from_tensor_slices(IMAGES[..., 0]).shuffle(20)
    dataset = dataset.map(lambda x: x * tf.sign(tf.random.uniform([]) - 0.5))
    return dataset.batch(8, drop_remainder=True).prefetch(1)


def test_the_lectures_call_resumes(tmp_path):
    def run(*watchers, **kwargs):
        gan = lecture_stack()
        options = {"callbacks": list(watchers), "steps_per_execution": 2, "verbose": 0}
        history = train_gan(gan, shuffled(), 8, 4, EPOCHS, **options, **kwargs)
        variables = [*gan.weights, *gan.optimizer.variables, *gan.layers[1].optimizer.variables]
        return [np.array(variable) for variable in variables], history.history

    whole = run()
    with pytest.raises(Killed):
        run(Kill(2), resume=tmp_path)
    resumed = run(resume=tmp_path)
    for ours, theirs in zip(resumed[0], whole[0], strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert resumed[1] == whole[1] and len(whole[1]["d_loss"]) == EPOCHS


DATA = {
    "array": (lambda: IMAGES[..., 0], {"batch_size": 10}),
    "endless": (lambda: shuffled().repeat(), {"steps_per_epoch": 4}),
    "steps": (batches, {"steps_per_epoch": 4}),
    "unknown length": (lambda: shuffled().filter(lambda x: True), {}),
}


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
@pytest.mark.parametrize("kind", DATA)
def test_any_data_stand_where_they_stood(kind, tmp_path):
    def run(**kwargs):
        make, options = DATA[kind]
        return play(make=make, **options, **kwargs)

    whole = run()
    run(folder=tmp_path, kill=2)
    assert_same(run(folder=tmp_path), whole)


def test_a_dataset_that_was_read_before_is_named(tmp_path):
    dataset = shuffled()
    play(folder=tmp_path, kill=1, make=lambda: dataset)
    with pytest.warns(UserWarning, match="make it anew"):
        play(folder=tmp_path, make=lambda: dataset)
