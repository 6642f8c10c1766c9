"""Runs that are killed and started again: the same bits as a run never interrupted.

Each game trains once, with `resume`, and its folder is copied as every epoch begins. Such a copy is
what a process leaves that is killed in that epoch: the matrix starts a new game from it.
benchmarks/faults.py kills real processes at random instants.
"""

import shutil

import games_of_every_kind
from gan_tf import (
    GAN,
    ProgressiveGAN,
    builders,
    callbacks,
    data,
    layers,
    penalties,
    plots,
    train_gan,
)
from gan_tf.training import resume
import keras
import numpy as np
import pytest
import tensorflow as tf

EPOCHS = 4
IMAGES = np.random.default_rng(0).uniform(-1, 1, (48, 8, 8, 1)).astype("float32")


# The games: functions that return a game and its data. To add one, add a function to GAMES.


def batches(steps=6):
    return data.batches(IMAGES, 8, seed=1, steps_per_epoch=steps)


def adam():
    return keras.optimizers.Adam(1e-3, 0.5)


def players(units=(16,), **kwargs):
    generator = builders.dense_generator(4, (8, 8, 1), units, output_activation="tanh")
    return generator, builders.dense_discriminator((8, 8, 1), (16,), **kwargs)


def dense():
    gan = GAN(*players())
    gan.compile("rmsprop", "rmsprop", steps_per_execution=2)
    return gan, batches()


def wgan_gp():
    """A penalty that draws, and five steps of the discriminator."""
    gan = GAN(*players(), discriminator_steps=5)
    gan.compile(adam(), "rmsprop", loss="wasserstein", penalty=penalties.GradientPenalty(10.0))
    return gan, batches(steps=10)


def dcgan():
    """BatchNormalization, Dropout, fake images of earlier steps, averages of earlier weights."""
    generator = builders.dcgan_generator(4, (8, 8, 1), (4, 4))
    discriminator = builders.dcgan_discriminator((8, 8, 1), (4, 4), dropout=0.4)
    replay = layers.ExperienceReplay(size=20)
    gan = GAN(generator, discriminator, replay=replay, historical_averaging=0.1)
    gan.compile(adam(), adam())
    return gan, batches()


def growing():
    """The second stage begins with the second epoch and fades in for two."""
    generator = builders.progressive_generator(8, 4, filters=lambda size: 4)
    discriminator = builders.progressive_discriminator(8, filters=lambda size: 4)
    gan = ProgressiveGAN(generator, discriminator, images_stable=20, images_fading=90)
    gan.compile(adam(), adam())
    return gan, batches()


def float16():
    """The scale of the losses doubles every five steps, and halves where one overflows."""
    keras.config.set_dtype_policy("mixed_float16")
    try:
        gan = GAN(*players())
    finally:
        keras.config.set_dtype_policy("float32")
    options = {"initial_scale": 2.0**10, "dynamic_growth_steps": 5}
    gan.compile(*[keras.optimizers.LossScaleOptimizer(adam(), **options) for _ in range(2)])
    return gan, batches()


def lecture():
    """The stack of two models that the lecture's students compile."""
    generator, discriminator = players(output_activation="sigmoid")
    gan = keras.Sequential([generator, discriminator])
    discriminator.compile(loss="binary_crossentropy", optimizer="rmsprop")
    discriminator.trainable = False
    gan.compile(loss="binary_crossentropy", optimizer="rmsprop")
    return gan, batches()


def three_players():
    """Codes that are drawn, and a layer that two of the players share."""
    game = games_of_every_kind.info()
    game.compile(optimizers={name: adam() for name in game.player_names})
    return game, data.batches(games_of_every_kind.examples("info"), 8, seed=1)


def four_players():
    """Batches with two keys, several steps an execution."""
    game = games_of_every_kind.cycle()
    game.compile({name: adam() for name in game.player_names}, steps_per_execution=3)
    return game, data.batches(games_of_every_kind.examples("cycle"), 8, seed=1)


GAMES = {
    "dense": dense,
    "dcgan": dcgan,
    "wgan-gp": wgan_gp,
    "growing": growing,
    "float16": float16,
    "lecture": lecture,
    "three players": three_players,
    "four players": four_players,
}


# The callbacks.


class Measured(callbacks.Score):
    def __init__(self, path):
        super().__init__(lambda images: {"spread": float(np.std(images))}, 32, path=path)


def small_figure(samples):
    figure = plots.image_grid(np.clip(samples, -1, 1))
    figure.set_size_inches(1, 1)
    return figure


def no_watchers(folder):
    return []


def average(folder):
    return [callbacks.GeneratorAverage(0.9)]


def all_watchers(folder):
    """With a `min_delta` of 9 nothing is an improvement after the first epoch."""
    return [
        callbacks.TrainingDoctor(IMAGES, patience=1, verbose=False, num_images=16),
        Measured(folder / "best.keras"),
        callbacks.SampleImages(4, draw=small_figure, live=False),
        callbacks.StopOnNaN(),
        keras.callbacks.EarlyStopping("spread", mode="min", min_delta=9, patience=EPOCHS - 1),
        keras.callbacks.ReduceLROnPlateau("spread", mode="min", min_delta=9, patience=2),
        *average(folder),
    ]


# A run, and what it ends with.


def fit(game, batches, **arguments):
    if isinstance(game, keras.Sequential):
        return train_gan(game, batches, 8, 4, arguments.pop("epochs"), **arguments)
    return game.fit(batches, **arguments)


def play(make, folder=None, watchers=(), seed=9, **arguments):
    """One process's work: makes everything anew, trains, and returns what it ends with."""
    keras.utils.set_random_seed(seed)
    game, batches = make()
    arguments = {"epochs": EPOCHS, "verbose": 0, "resume": folder, **arguments}
    history = fit(game, batches, callbacks=[*watchers], **arguments)
    return game, history


def everything(game):
    """All that training changes, as arrays."""
    if isinstance(game, keras.Sequential):
        optimizers = [game.optimizer, game.layers[1].optimizer]
    else:
        optimizers = game.optimizers.values()
    variables = [*game.variables, *[v for optimizer in optimizers for v in optimizer.variables]]
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]


def assert_same(one, other):
    """Two pairs of a game and a History, to the bit."""
    for ours, theirs in zip(everything(one[0]), everything(other[0]), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert one[1].history == other[1].history
    assert one[1].epoch == other[1].epoch
    assert getattr(one[0], "epochs_played", None) == getattr(other[0], "epochs_played", None)


class Snapshots(keras.callbacks.Callback):
    """Copies the checkpoints as every epoch begins, and when the run is over."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def on_epoch_begin(self, epoch, logs=None):
        shutil.copytree(self.folder, f"{self.folder}-{epoch}")

    def on_train_end(self, logs=None):
        shutil.copytree(self.folder, f"{self.folder}-over")


class Whole:
    """Uninterrupted runs, each made when it is first asked for.

    Args:
        folder: Path of an empty folder.
    """

    def __init__(self, folder):
        self.folder, self.runs = folder, {}

    def run(self, name, watch=no_watchers):
        """The game, the History and the callbacks of a run."""
        key = name, watch.__name__
        if key not in self.runs:
            folder = self.folder / "-".join(key)
            (folder / "results").mkdir(parents=True)
            watchers = watch(folder / "results")
            snapshots = Snapshots(folder / "run")
            ended = play(GAMES[name], folder / "run", [*watchers, snapshots], seed=0)
            self.runs[key] = (*ended, watchers)
        return self.runs[key]

    def killed(self, folder, name, epoch, watch=no_watchers):
        """Copies what a process leaves that is killed in an epoch, or whose run is over."""
        self.run(name, watch)
        return shutil.copytree(self.folder / f"{name}-{watch.__name__}" / f"run-{epoch}", folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return Whole(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def folder(tmp_path):
    """Path of the checkpoints of one test."""
    return tmp_path / "run"


# Killed and started again.

MATRIX = [
    ("dense", 0, no_watchers),
    ("dense", EPOCHS - 1, no_watchers),
    ("dcgan", 2, no_watchers),
    ("wgan-gp", 2, no_watchers),
    ("growing", 2, average),
    ("growing", "over", average),
    ("float16", 2, no_watchers),
    ("lecture", 2, no_watchers),
    ("three players", 2, average),
    ("four players", 2, average),
]


@pytest.mark.parametrize(("name", "epoch", "watch"), MATRIX)
def test_a_killed_run_ends_with_the_same_bits(name, epoch, watch, whole, folder):
    """Another seed at the start shows that everything is restored."""
    *expected, _ = whole.run(name, watch)
    whole.killed(folder, name, epoch, watch)
    resumed = play(GAMES[name], folder, watch(folder))
    assert_same(resumed, expected)
    assert resumed[1].epoch == list(range(EPOCHS))
    if name == "growing":
        assert resumed[1].history["resolution"] == [4, 8, 8, 8]
        assert resumed[0].generate(2).shape == (2, 8, 8, 1)


def test_saving_leaves_no_trace_in_the_run(whole):
    *expected, _ = whole.run("dense")
    assert_same(play(dense, seed=0), expected)


def test_callbacks_go_on_where_they_were(whole, folder, tmp_path):
    *expected, their_watchers = whole.run("dense", all_watchers)
    whole.killed(folder, "dense", 2, all_watchers)
    our_watchers = all_watchers(tmp_path)
    assert_same(play(dense, folder, our_watchers), expected)
    for ours, theirs in zip(our_watchers, their_watchers, strict=True):
        assert repr(resume._state(ours)) == repr(resume._state(theirs))
    _, score, film, _, stopping, *_ = our_watchers
    assert stopping.stopped_epoch == EPOCHS - 1, "it forgot how long it had waited"
    assert len(film.frames) == EPOCHS + 1
    rates = expected[1].history["learning_rate"]
    assert rates[:3] == rates[:1] * 3 and rates[3] < rates[2], "it forgot the plateau"
    saved = keras.saving.load_model(tmp_path / "best.keras")
    for ours, theirs in zip(saved.get_weights(), score.best_weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


class InterruptSecondEpoch(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt


def test_a_second_run_of_a_game_takes_the_epochs_that_follow_those_of_the_first(tmp_path):
    """Stopped by hand, it goes on with the same game in the same process, or with a new one."""

    def first(folder=None, seed=9):
        return play(dense, folder and folder / "first", seed=seed, epochs=1)[0]

    def second(game, folder=None, watchers=()):
        arguments = {"epochs": 2, "verbose": 0, "resume": folder and folder / "second"}
        return game, game.fit(batches(), callbacks=[*watchers], **arguments)

    expected = second(first(seed=0))
    assert expected[0].epochs_played == 3
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    game = first(here, seed=0)
    with pytest.raises(KeyboardInterrupt):
        second(game, here, [InterruptSecondEpoch()])
    shutil.copytree(here, elsewhere)
    assert_same(second(game, here), expected)
    assert_same(second(first(elsewhere), elsewhere), expected)


# Runs that are over.


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_run_that_is_over_trains_nothing_more_and_more_epochs_go_on(
    whole, folder, capsys, monkeypatch
):
    *expected, _ = whole.run("dense")
    before = contents(whole.killed(folder, "dense", "over"))
    assert_same(play(dense, folder), expected)
    assert contents(folder) == before
    monkeypatch.setattr(resume, "_versions", lambda: "TensorFlow 9")
    longer = play(dense, folder, epochs=EPOCHS + 2, verbose=2)
    printed = capsys.readouterr().out
    assert f"{EPOCHS} of {EPOCHS + 2} epochs are done. They ran on TensorFlow 2" in printed
    assert "last bits may differ on TensorFlow 9" in printed and "anew" not in printed
    assert_same(longer, play(dense, epochs=EPOCHS + 2, seed=0))


class Stop(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = epoch == 1


def test_a_run_that_was_stopped_is_over(folder, capsys):
    stopped = play(dense, folder, [Stop()], seed=0)
    again = play(dense, folder, [Stop()], verbose=2)
    assert again[1].epoch == [0, 1] and "The run was stopped there" in capsys.readouterr().out
    assert_same(again, stopped)
    assert play(dense, folder, epochs=EPOCHS + 1)[1].epoch == list(range(EPOCHS + 1))


# Folders.


@pytest.mark.parametrize("kind", ["weights.h5", "json"])
def test_a_damaged_checkpoint_costs_one_epoch_and_no_bit(kind, whole, folder, capsys):
    whole.killed(folder, "dense", 3)
    newest = folder / f"checkpoint-000003.{kind}"
    newest.write_bytes(newest.read_bytes()[:-100])
    resumed = play(dense, folder, verbose=2)
    printed = capsys.readouterr().out
    assert f"checkpoint-000003.{kind} is damaged" in printed and "2 of 4 epochs" in printed
    *expected, _ = whole.run("dense")
    assert_same(resumed, expected)


def wider():
    gan = GAN(*players((17,)))
    gan.compile("rmsprop", "rmsprop")
    return gan, batches()


def deeper():
    gan = GAN(*players((16, 16)))
    gan.compile("rmsprop", "rmsprop")
    return gan, batches()


def other_optimizer():
    gan, given = dense()
    gan.compile("rmsprop", "adam")
    return gan, given


def other_loss():
    gan, given = dense()
    gan.compile("rmsprop", "rmsprop", loss="hinge")
    return gan, given


def other_steps():
    gan = GAN(*players(), discriminator_steps=2)
    gan.compile("rmsprop", "rmsprop")
    return gan, batches(steps=12)


def shorter():
    return dense()[0], batches(steps=2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (wider, r"variables float32\[4, 16\]. Expected: float32\[4, 17\]"),
        (deeper, "generator . of them. Expected: .|generator"),
        (other_optimizer, "discriminator_optimizer RMSprop. Expected: Adam"),
        (other_loss, "loss NonSaturating. Expected: Hinge"),
        (other_steps, r"phases d_loss .* 1 times. Expected: d_loss .* 2 times"),
        (shorter, "steps in an epoch 6. Expected: 2"),
    ],
)
def test_another_game_is_refused(make, message, whole, folder):
    before = contents(whole.killed(folder, "dense", 1))
    with pytest.raises(
        ValueError, match=f"another game.*{message}.*same callbacks.*another folder"
    ):
        play(make, folder)
    assert contents(folder) == before


def test_other_callbacks_are_refused(whole, folder):
    whole.killed(folder, "dense", 1)
    with pytest.raises(ValueError, match="another game.*variables.*same callbacks"):
        play(dense, folder, [callbacks.GeneratorAverage()])


class NeverBegins(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        raise AssertionError("the run has begun")


def test_a_folder_that_cannot_be_written_ends_the_run_before_it_trains(tmp_path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(OSError, match="Checkpoints need a folder"):
        play(dense, tmp_path / "file" / "inside", [NeverBegins()])


HOLD = """
from gan_tf.training import checkpoints
try:
    checkpoints.hold({folder!r})
except OSError as error:
    print(error)
"""


def test_a_run_keeps_its_folder_for_itself(whole, run_python):
    whole.run("dense")
    folder = whole.folder / "dense-no_watchers" / "run"
    assert "Another process trains" in run_python(HOLD.format(folder=str(folder)))


@pytest.mark.parametrize("wrong", [True, 3])
def test_resume_must_be_a_path(wrong):
    with pytest.raises(ValueError, match="resume must be the path of a folder"):
        play(dense, wrong)


# Data whose order is not that of an uninterrupted run.


@pytest.fixture
def capped():
    keras.config.set_max_epochs(3)
    keras.config.set_max_steps_per_epoch(2)
    yield
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)


@pytest.mark.filterwarnings("ignore:Limiting")
def test_capped_runs_resume_apart_from_full_ones(whole, folder, capped):
    before = contents(whole.killed(folder, "dense", 2))
    short = play(dense, folder, seed=0)
    assert short[1].epoch == [0, 1, 2]
    assert_same(play(dense, folder), short)
    assert (folder / "trial-of-2-steps" / "checkpoint-000003.json").exists()
    assert {name: (folder / name).read_bytes() for name in before} == before


def foreign():
    dataset = tf.data.Dataset.from_tensor_slices(IMAGES).shuffle(48).batch(8, drop_remainder=True)
    return dense()[0], dataset


def test_data_that_begin_anew_are_named(folder, capsys):
    play(foreign, folder, epochs=1)
    resumed = play(foreign, folder, epochs=2, verbose=2)
    assert resumed[1].epoch == [0, 1]
    assert capsys.readouterr().out.count("The order of these data starts anew") == 1


@pytest.mark.filterwarnings("ignore:Limiting")
def test_only_whole_epochs_of_our_data_keep_their_order(capped):
    assert not resume.keeps_order(batches())
    keras.config.set_max_steps_per_epoch(None)
    assert resume.keeps_order(batches())
    assert not resume.keeps_order(batches(), steps_per_epoch=4)
    assert not resume.keeps_order(foreign()[1]) and not resume.keeps_order(IMAGES)
