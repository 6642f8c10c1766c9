"""Runs that are interrupted and started again: the same bits as one never interrupted."""

import sys
import types

from gan_tf import (
    GAN,
    builders,
    callbacks,
    checkpoints,
    data,
    layers,
    penalties,
    plots,
    resume,
    train_gan,
)
from gan_tf.games.progressive import ProgressiveGAN
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
    generator = builders.dense_generator(4, (8, 8), (16,), output_activation="tanh")
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


def play(name="dense", folder=None, kill=None, *, seed=0, watchers=(), make=None, **kwargs):
    """One process's work: makes everything anew, trains, and returns the game and its History."""
    keras.utils.set_random_seed(seed)
    gan = GAMES[name]()
    watchers = [*watchers, *([] if kill is None else [Kill(kill)])]
    arguments = {"epochs": EPOCHS, "callbacks": watchers, "verbose": 0, **kwargs}
    if folder is not None:
        arguments["resume"] = folder
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


@pytest.fixture(scope="module")
def whole():
    """The dense game and its History, uninterrupted."""
    return play()


def test_saving_leaves_no_trace_in_the_run(tmp_path, whole):
    assert_same(play(folder=tmp_path), whole)


def test_a_run_killed_again_and_again(tmp_path, whole):
    for epoch in (0, 0, 1, 3):
        play(folder=tmp_path, kill=epoch, seed=epoch)
    assert_same(play(folder=tmp_path, seed=9), whole)


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


class Measured(callbacks.Score):
    def __init__(self, path):
        super().__init__(self.measure, 32, path=path)

    def measure(self, images):
        return {"spread": float(np.std(images))}


def small_figure(samples):
    figure = plots.image_grid(np.clip(samples, -1, 1))
    figure.set_size_inches(1, 1)
    return figure


def watchers(folder):
    return [
        callbacks.TrainingDoctor(IMAGES[..., 0], patience=1, verbose=False, num_images=16),
        Measured(folder / "best.keras"),
        callbacks.SampleImages(4, draw=small_figure, live=False),
        callbacks.StopOnNaN(),
        keras.callbacks.EarlyStopping("spread", mode="min", min_delta=9, patience=EPOCHS - 1),
        Halving(),
    ]


class Halving(keras.callbacks.Callback):
    """Remembers nothing: the rate itself is the optimizer's."""

    def on_epoch_end(self, epoch, logs=None):
        rate = self.model.generator_optimizer.learning_rate
        rate.assign(rate / 2)


def test_callbacks_go_on_where_they_were(tmp_path):
    runs, watching = [], []
    for name, folder, kill in (("whole", None, None), ("ours", "run", 2), ("ours", "run", None)):
        (tmp_path / name).mkdir(exist_ok=True)
        watching.append(watchers(tmp_path / name))
        folder = folder and tmp_path / folder
        runs.append(play("dense", folder, kill, watchers=watching[-1]))
    assert_same(runs[2], runs[0])
    for ours, theirs in zip(watching[2], watching[0], strict=True):
        if hasattr(theirs, "state"):
            assert checkpoints._packed(ours.state()) == checkpoints._packed(theirs.state())
    doctor, score, film, _, stopping, _ = watching[2]
    assert stopping.stopped_epoch == EPOCHS - 1, "it forgot how long it had waited"
    assert len(film.frames) == EPOCHS + 1 and len(doctor._places) == EPOCHS + 1
    saved = keras.saving.load_model(tmp_path / "ours" / "best.keras")
    for ours, theirs in zip(saved.get_weights(), score.best_weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_run_that_is_over_trains_nothing_more_and_more_epochs_go_on(tmp_path, capsys, whole):
    longer = play(epochs=EPOCHS + 2)
    play(folder=tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert_same(play(folder=tmp_path, seed=9), whole)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert_same(play(folder=tmp_path, epochs=EPOCHS + 2, seed=9, verbose=2), longer)
    assert f"{EPOCHS} of {EPOCHS + 2} epochs are done" in capsys.readouterr().out


def test_a_game_that_grew_shows_its_stage_also_when_its_run_is_over(tmp_path):
    images = data.batches(LARGE_IMAGES, 8, steps_per_epoch=3)
    play("growing", tmp_path, epochs=2, make=lambda: images)
    gan, _ = play("growing", tmp_path, epochs=2, make=lambda: images)
    assert gan.resolution == 8 and gan.generate(2).shape == (2, 8, 8, 1)


class Stop(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = epoch == 1


def test_a_run_that_was_stopped_is_over(tmp_path):
    whole = play(watchers=[Stop()])
    play(folder=tmp_path, watchers=[Stop()])
    again = play(folder=tmp_path, watchers=[Stop()])
    assert again[1].epoch == [0, 1]
    assert_same(again, whole)
    assert play(folder=tmp_path, epochs=EPOCHS + 1)[1].epoch == list(range(EPOCHS + 1))


def test_a_damaged_checkpoint_costs_one_epoch_and_no_bit(tmp_path, capsys, whole):
    play(folder=tmp_path, kill=3)
    newest = tmp_path / "checkpoint-000003.gan_tf"
    newest.write_bytes(newest.read_bytes()[:-100])
    assert_same(play(folder=tmp_path, seed=9), whole)
    assert "checkpoint-000003.gan_tf is damaged" in capsys.readouterr().out


def wider():
    gan = GAN(
        builders.dense_generator(4, (8, 8), (17,), output_activation="tanh"), dense().discriminator
    )
    gan.compile("rmsprop", "rmsprop")
    return gan


def deeper():
    gan = GAN(
        builders.dense_generator(4, (8, 8), (16, 16), output_activation="tanh"),
        dense().discriminator,
    )
    gan.compile("rmsprop", "rmsprop")
    return gan


def other_optimizer():
    gan = dense()
    gan.compile("rmsprop", "adam")
    return gan


def other_loss():
    gan = dense()
    gan.compile("rmsprop", "rmsprop", loss="hinge")
    return gan


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (wider, r"variables float32\[4, 16\]. Expected: float32\[4, 17\]"),
        (deeper, "generator 4 of them. Expected: 5|generator"),
        (other_optimizer, "discriminator_optimizer RMSprop. Expected: Adam"),
        (other_loss, "loss NonSaturating. Expected: Hinge"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_another_game_is_refused(make, message, tmp_path, monkeypatch):
    play(folder=tmp_path, epochs=1)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setitem(GAMES, "dense", make)
    with pytest.raises(ValueError, match=f"another game.*{message}.*another folder"):
        play(folder=tmp_path, epochs=2)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_other_data_and_other_callbacks_are_refused(tmp_path):
    play(folder=tmp_path, epochs=1)
    shorter = data.batches(IMAGES[..., 0], 8, steps_per_epoch=2)
    with pytest.raises(ValueError, match="steps in an epoch 6. Expected: 2"):
        play(folder=tmp_path, make=lambda: shorter)
    with pytest.raises(ValueError, match="same callbacks"):
        play(folder=tmp_path, watchers=[callbacks.GeneratorAverage()])


def test_a_folder_that_cannot_be_written_ends_the_run_before_it_trains(tmp_path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    watcher = Kill(0)
    with pytest.raises(OSError, match="Checkpoints need a folder"):
        play(folder=tmp_path / "file" / "inside", watchers=[watcher])
    assert not hasattr(watcher, "now")


@pytest.fixture
def capped():
    keras.config.set_max_epochs(3)
    keras.config.set_max_steps_per_epoch(2)
    yield
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)


@pytest.mark.filterwarnings("ignore:Limiting")
def test_capped_runs_resume_apart_from_full_ones(whole, capped, tmp_path):
    short = play()
    play(folder=tmp_path, kill=2)
    assert_same(play(folder=tmp_path, seed=9), short)
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)
    assert_same(play(folder=tmp_path), whole)


@pytest.fixture
def colab(monkeypatch, tmp_path):
    """Google Colab with a drive that is seen only once it is mounted."""
    mounted = []

    def mount(place):
        mounted.append(place)
        (tmp_path / "drive" / "MyDrive").mkdir(parents=True, exist_ok=True)

    drive = types.SimpleNamespace(mount=mount)
    package = types.SimpleNamespace(colab=types.SimpleNamespace(drive=drive))
    modules = {"google": package, "google.colab": package.colab, "google.colab.drive": drive}
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(resume, "DRIVE", tmp_path / "drive")
    return mounted


def test_in_colab_a_second_argument_points_at_the_drive(colab, tmp_path, whole):
    play(folder="runs/dense", kill=2, drive=True)
    assert_same(play(folder="runs/dense", drive=True, seed=9), whole)
    assert colab == [str(tmp_path / "drive")] * 2
    files = sorted(path.name for path in (tmp_path / "drive/MyDrive/runs/dense").iterdir())
    assert files == ["checkpoint-000003.gan_tf", "checkpoint-000004.gan_tf"]


def test_elsewhere_the_drive_is_refused(tmp_path):
    with pytest.raises(ValueError, match="Colab alone.*Leave drive out"):
        play(folder="runs/dense", drive=True)


@pytest.mark.parametrize("wrong", [True, 3, None])
def test_resume_must_be_a_path(wrong):
    with pytest.raises(ValueError, match="resume must be the path of a folder"):
        dense().fit(batches(), resume=wrong, drive=True)
