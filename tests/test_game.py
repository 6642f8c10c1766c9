"""Every game: who moves in which phase, whose shared layers are, and what `fit` brings along."""

from games_of_every_kind import MAKERS, examples, make, network
from gan_tf import callbacks, data, penalties
from gan_tf.games import GAN, Game, Phase
from gan_tf.layers import ExperienceReplay
import keras
from keras import ops
import numpy as np
import pytest
import tensorflow as tf

pytestmark = pytest.mark.gpu

KINDS = ("gan", "info", "cycle")  # two, three and four players


def batches(kind, batch_size=8, seed=3, count=64):
    """A dataset for a game, in the same order each time."""
    dataset = tf.data.Dataset.from_tensor_slices(examples(kind, count, seed))
    return dataset.batch(batch_size, drop_remainder=True)


def batch_for(game, kind, count=8):
    batch = examples(kind, count)
    batch = batch if isinstance(batch, dict) else {next(iter(game.keys)): batch}
    return {key: tf.constant(values) for key, values in batch.items()}


def values_of(variables):
    return [np.array(variable) for variable in variables]


def state_of(game):
    """All that training changes."""
    optimizers = [v for optimizer in game.optimizers.values() for v in optimizer.variables]
    return values_of([*game.variables, *optimizers])


def assert_same_bits(one, two):
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)


# The step.


@pytest.mark.parametrize("kind", MAKERS)
def test_each_phase_moves_the_players_that_it_trains_and_no_others(kind):
    game = make(kind)
    for phase in game.phases:
        own = {name: game.variables_of(name) for name in game.player_names}
        before = {name: values_of(variables) for name, variables in own.items()}
        game.play(phase, batch_for(game, kind))
        for name, variables in own.items():
            pairs = zip(values_of(variables), before[name], strict=True)
            assert any(np.any(a != b) for a, b in pairs) == (name in phase.trains), (phase, name)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_step_is_one_of_plain_descent_on_each_loss(kind):
    """Against gradients that are computed here, from the loss methods alone."""
    game, reference = (make(kind, optimizer="sgd") for _ in range(2))
    batch = batch_for(game, kind)
    game.train_step(batch)
    for phase in reference.phases:
        variables = [v for name in phase.trains for v in reference.variables_of(name)]
        with tf.GradientTape() as tape:
            losses = getattr(reference, phase.loss)(batch)
            losses = losses if isinstance(losses, dict) else {phase.loss: losses}
            weights = reference.weights_of_terms
            total = sum(weights.get(name, 1.0) * value for name, value in losses.items())
        for variable, gradient in zip(variables, tape.gradient(total, variables), strict=True):
            variable.assign_sub(0.01 * gradient)
    for one, other in zip(game.get_weights(), reference.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_shared_layers_are_the_first_players():
    game = make("info")
    shared = game.discriminator.layers[1]
    assert shared in game.recogniser.layers
    own = {name: {v.path for v in game.variables_of(name)} for name in game.player_names}
    assert {v.path for v in shared.variables} <= own["discriminator"]
    assert not own["discriminator"] & own["recogniser"]
    assert len(game.recogniser_optimizer.variables) == 2 + 2 * 2  # kernel and bias of the last
    before = values_of(shared.variables)
    game.play(game.phases[1], batch_for(game, "info"))
    assert_same_bits(values_of(shared.variables), before)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_a_phase_of_four_players_may_be_played_twice_in_a_step(jit_compile):
    """The same as playing its two parts one after the other, and the other phase with the last."""
    once, twice = make("cycle", optimizer="sgd"), make("cycle", optimizer="sgd")
    twice.phases = (once.phases[0], once.phases[1]._replace(times=2))
    batch = batch_for(once, "cycle", 16)
    tf.function(twice.train_step, jit_compile=jit_compile, autograph=False)(batch)
    first, last = ({key: rows[i : i + 8] for key, rows in batch.items()} for i in (0, 8))
    once.play(once.phases[0], last)
    for part in (first, last):
        once.play(once.phases[1], part)
    for one, other in zip(once.get_weights(), twice.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    assert int(twice.discriminator_a_optimizer.iterations) == 2


@pytest.mark.parametrize("kind", ["gan", "conditional", "pix2pix"])
def test_k_steps_share_the_batch_out(kind):
    """Each update of the discriminator sees its own rows, and phase 2 the last ones."""

    class Recorder(MAKERS[kind]().__class__):
        def d_loss(self, batch):
            self.seen.append(("d", batch["images"].numpy()))
            return super().d_loss(batch)

        def g_loss(self, batch):
            self.seen.append(("g", batch["images"].numpy()))
            return super().g_loss(batch)

    plain = make(kind, compiled=False)
    game = Recorder(plain.generator, plain.discriminator, discriminator_steps=3)
    game.compile("sgd", "sgd", run_eagerly=True)
    game.seen = []
    given = examples(kind, 24)
    game.fit(given, batch_size=4, shuffle=False, verbose=0)
    images = given["images"] if isinstance(given, dict) else given
    assert [name for name, _ in game.seen] == ["d", "d", "d", "g"] * 2
    for start in (0, 12):
        parts = [images[start + first : start + first + 4] for first in (0, 4, 8)]
        seen = [rows for _, rows in game.seen[start // 3 : start // 3 + 4]]
        assert_same_bits(seen, [*parts, parts[-1]])


class Regression(Game):
    """One player, one phase: no game at all, and a `Game` still."""

    phases = (Phase("error", ("generator",)),)
    keys = ("x", "y")

    def error(self, batch):
        return ops.mean(ops.square(self.generator(batch["x"], training=True) - batch["y"]))


def test_a_game_of_ones_own_in_eight_lines():
    keras.utils.set_random_seed(0)
    x = np.linspace(-1, 1, 64, dtype="float32")[:, None]
    game = Regression({"generator": network(1, outputs=1, units=())})
    game.compile({"generator": keras.optimizers.SGD(0.3)})
    history = game.fit({"x": x, "y": 2 * x + 1}, batch_size=16, epochs=20, verbose=0).history
    assert set(history) == {"error"} and history["error"][-1] < 1e-6
    kernel, bias = game.generator.get_weights()
    assert (kernel.item(), bias.item()) == (pytest.approx(2, abs=1e-3), pytest.approx(1, abs=1e-3))


@pytest.mark.parametrize("layer_regularizer", ["kernel", "activity"])
def test_regularizers_of_the_players_in_turn_are_minimised(layer_regularizer):
    """The gradient of the regularizer alone, where the game's own loss is constant."""

    class Constant(Regression):
        def error(self, batch):
            return 0.0 * ops.sum(self.generator(batch["x"], training=True))

    arguments = {f"{layer_regularizer}_regularizer": keras.regularizers.L2(0.5)}
    layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones", **arguments)
    game = Constant({"generator": keras.Sequential([keras.Input((1,)), layer])})
    game.compile({"generator": keras.optimizers.SGD(0.1)})
    x = np.full((1, 1), 2.0, "float32")  # one row, since Keras's versions share it out otherwise
    game.fit({"x": x, "y": x}, verbose=0)
    # ½ w² has the slope w, and ½ (2 w)² has 4 w.
    slope = {"kernel": 1.0, "activity": 4.0}[layer_regularizer]
    assert layer.kernel.numpy().item() == pytest.approx(1 - 0.1 * slope, rel=1e-5)


# What comes along with Keras's fit.


def fitted(kind, dataset=None, epochs=2, **kwargs):
    game = make(kind, **kwargs)
    history = game.fit(dataset or batches(kind), epochs=epochs, verbose=0).history
    return game, history


@pytest.fixture(scope="module", params=KINDS)
def once(request):
    """A kind, and a game of it that was trained plainly, with its history."""
    return request.param, *fitted(request.param)


def test_steps_per_execution_changes_no_bit(once):
    kind, game, history = once
    other, its_history = fitted(kind, steps_per_execution=3)
    assert_same_bits(state_of(game), state_of(other))
    for name, values in history.items():
        np.testing.assert_allclose(values, its_history[name], rtol=1e-6)


def test_what_is_saved_trains_on_to_the_same_bits(once, tmp_path):
    kind, _, _ = once
    game, _ = fitted(kind)
    game.save(tmp_path / "game.keras")
    loaded = keras.saving.load_model(tmp_path / "game.keras")
    assert type(loaded) is type(game) and loaded.compiled
    assert_same_bits(state_of(game), state_of(loaded))
    for each in (game, loaded):
        each.fit(batches(kind, seed=4), epochs=1, verbose=0)
    assert_same_bits(state_of(game), state_of(loaded))
    assert loaded.epochs_played == game.epochs_played == 3


@pytest.mark.parametrize("kind", ["pix2pix", "info", "cycle"])
def test_xla_gives_the_same_to_rounding(kind):
    """XLA would draw other random numbers, so the game of three players is fed the same codes."""
    weights = []
    for options in ({}, {"jit_compile": True, "steps_per_execution": 3}):
        game = make(kind, **options)
        if kind == "info":
            fixed = [tf.constant(examples("gan", 8)), tf.one_hot(np.arange(8) % 3, 3)]
            game.inputs = lambda batch, fixed=fixed: fixed
        game.fit(batches(kind), epochs=2, verbose=0)
        weights.append(game.get_weights())
    for one, other in zip(*weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)


def test_k_steps_of_a_game_of_three_players():
    """Three updates of the discriminator in a step, and one of each other player."""
    game = make("info", discriminator_steps=3)
    game.fit(examples("info", 24), batch_size=4, verbose=0)
    updates = [int(optimizer.iterations) for optimizer in game.optimizers.values()]
    assert dict(zip(game.player_names, updates, strict=True)) == {
        "generator": 2,
        "discriminator": 6,
        "recogniser": 2,
    }


@pytest.mark.parametrize("kind", KINDS)
def test_all_optimizers_are_scaled_in_float16(kind):
    """Scales of their own change nothing: the phase's loss has the first one's."""
    weights = []
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        for scales in ([2.0**10] * 4, [2.0**10, 2.0**6, 2.0**12, 2.0**8]):
            game = make(kind, optimizer="sgd")
            for optimizer, scale in zip(game.optimizers.values(), scales, strict=False):
                assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
                optimizer.dynamic_scale.assign(scale)
            before = game.get_weights()
            game.train_step(batch_for(game, kind))
            weights.append(game.get_weights())
            assert any(np.any(a != b) for a, b in zip(before, weights[-1], strict=True))
    finally:
        keras.mixed_precision.set_global_policy("float32")
    for one, other in zip(*weights, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_historical_averaging_pulls_every_player_back(kind):
    """In the first step weights are where they began; in the second the term has their move."""
    plain = make(kind, optimizer="sgd")
    pulled = make(kind, optimizer="sgd", historical_averaging=10.0)
    assert set(pulled.histories) == set(pulled.player_names)
    batch = batch_for(plain, kind)
    for game in (plain, pulled):
        game.train_step(batch)
    for name in plain.player_names:
        assert_same_bits(plain.players[name].get_weights(), pulled.players[name].get_weights())
        moves = pulled.histories[name].variables[:-1]
        assert any(np.any(np.array(mean) != 0) for mean in moves)
    for game in (plain, pulled):
        game.train_step(batch)
    for name in plain.player_names:
        pairs = zip(plain.variables_of(name), pulled.variables_of(name), strict=True)
        assert any(np.any(np.array(a) != np.array(b)) for a, b in pairs), name


@pytest.mark.parametrize("kind", ["gan", "conditional", "info", "pix2pix"])
def test_penalties_and_replay_in_every_game_with_a_discriminator(kind):
    """R1 in every second of two updates is half of 2 · R1, whatever the conditions are."""
    game = make(kind, optimizer="sgd", replay=ExperienceReplay(16), penalty=penalties.R1(1.0))
    batch = batch_for(game, kind)
    expected = game.d_loss(batch)["penalty"]
    lazy = make(kind, optimizer="sgd", penalty=penalties.Lazy(penalties.R1(1.0), 2))
    assert float(lazy.d_loss(batch)["penalty"]) == pytest.approx(2 * float(expected), rel=1e-5)
    lazy.play(lazy.phases[0], batch)
    assert float(lazy.d_loss(batch)["penalty"]) == 0
    game.play(game.phases[0], batch)
    assert int(game.replay.count) == 16  # the losses above were computed in passing


@pytest.mark.parametrize("kind", ["gan", "conditional"])
def test_a_later_fit_goes_on_where_the_last_one_ended(kind):
    """`fit(epochs=1)` three times sees the batches of one `fit(epochs=3)`."""

    def game_after(*epochs):
        game = make(kind)
        points = examples("gan", 32)
        if kind == "conditional":
            points = {"images": points, "labels": (points[:, 0] > 0).astype(int)}
        dataset = data.batches(points, 8, seed=1)
        for number in epochs:
            game.fit(dataset, epochs=number, verbose=0)
        return game

    once, thrice = game_after(3), game_after(1, 1, 1)
    assert once.epochs_played == thrice.epochs_played == 3
    assert_same_bits(state_of(once), state_of(thrice))


def test_epochs_that_are_numbered_are_those():
    """`initial_epoch` says which epoch of the data begins."""
    points = data.circle(32, seed=0)
    one, two = make("gan"), make("gan")
    one.fit(data.batches(points, 8, seed=1), epochs=2, verbose=0)
    for epoch in range(2):
        two.fit(data.batches(points, 8, seed=1), epochs=epoch + 1, initial_epoch=epoch, verbose=0)
    assert_same_bits(state_of(one), state_of(two))


# Samples come from the inputs that the game trains on.


class Uniform(GAN):
    """Latents in [10, 11), which no normal draw would give."""

    def sample_latents(self, batch_size):
        shape = (batch_size, self.latent_dim)
        return keras.random.uniform(shape, 10.0, 11.0, seed=self.seed_generator)


@pytest.fixture
def uniform():
    identity = keras.layers.Dense(2, kernel_initializer="identity", use_bias=False)
    generator = keras.Sequential([keras.Input((2,)), identity])
    game = Uniform(generator, network(2, outputs=1), seed=0)
    game.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0))
    return game


def test_whatever_draws_samples_draws_those_of_the_game(uniform):
    points = examples("gan", 64)
    score = callbacks.Score(lambda samples: {"least": samples.min(), "most": samples.max()}, 50)
    watcher = callbacks.SampleImages(20, draw=lambda samples: _empty_figure(), live=False)
    doctor = callbacks.TrainingDoctor(points, num_images=32)
    average = callbacks.GeneratorAverage(0.5)
    uniform.fit(points, verbose=0, callbacks=[score, watcher, doctor, average])
    assert score.first["least"] >= 10 and score.first["most"] < 11
    for samples in (uniform.generate(30), uniform.generate(30, seed=1), watcher.samples()):
        assert samples.min() >= 10 and samples.max() < 11
    assert doctor._first.min() >= 10
    assert average.generator(uniform.inputs_for(5)).numpy().min() >= 10


def _empty_figure():
    from matplotlib.figure import Figure

    return Figure((1, 1))


def test_a_seed_leaves_the_games_own_random_state_alone(uniform):
    first = uniform.generate(4, seed=7)
    assert_same_bits([uniform.generate(4, seed=7)], [first])
    state = np.array(uniform.seed_generator.state)
    uniform.generate(4, seed=8)
    assert_same_bits([np.array(uniform.seed_generator.state)], [state])
    assert not np.array_equal(uniform.generate(4), uniform.generate(4))


def test_conditions_follow_from_the_keys_of_a_game():
    game = make("conditional", compiled=False)
    labels = [2, 0, 1, 1, 2]
    given = game.generate(5, seed=0, labels=labels)
    assert_same_bits([game.generate(5, seed=0, labels=np.array(labels), batch_size=2)], [given])
    assert not np.array_equal(given, game.generate(5, seed=0, labels=[0] * 5))
    assert_same_bits(  # those of the game itself: 0, 1, 2, 0, 1
        [game.generate(5, seed=0)], [game.generate(5, seed=0, labels=[0, 1, 2, 0, 1])]
    )
    info = make("info", compiled=False)
    assert info.generate(3, codes=[0, 1, 2]).shape == info.generate(3).shape == (3, 2)
    sketches = np.ones((3, 2), "float32")
    pix2pix = make("pix2pix", compiled=False)
    np.testing.assert_allclose(
        pix2pix.generate(3, sketches=sketches), pix2pix.generator(sketches), rtol=1e-6
    )


@pytest.mark.parametrize(
    ("kind", "conditions", "message"),
    [
        ("gan", {"labels": [0, 1, 2]}, "GAN takes no conditions.*Received: labels"),
        ("conditional", {"label": [0, 1, 2]}, "ConditionalGAN takes labels.*Received: label"),
        ("conditional", {"labels": [0, 1]}, r"labels must have one row.*3 images.*shape \(2,\)"),
        ("conditional", {"labels": [0, 1, 3]}, "knows 3 classes.*values from 0 to 3"),
        ("conditional", {"labels": [0.5, 1, 2]}, "Expected labels as integers"),
        ("conditional", {"labels": ["a", "b", "c"]}, "Expected labels as integers"),
        ("pix2pix", {}, "makes images from sketches.*sketches=array"),
        (
            "cycle",
            {"a": np.zeros((3, 5), "float32")},
            r"a as floats of shape \(batch, 2\)",
        ),
    ],
)
def test_conditions_that_do_not_fit_are_named(kind, conditions, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        make(kind, compiled=False).generate(3, **conditions)


# Keras's one optimizer.


@pytest.mark.parametrize("kind", KINDS)
def test_keras_schedulers_act_on_every_player_and_keep_the_ratios(kind):
    game = make(kind, compiled=False)
    rates = [0.1 * (number + 1) for number in range(len(game.player_names))]
    optimizers = [keras.optimizers.SGD(rate) for rate in rates]
    game.compile(optimizers=dict(zip(game.player_names, optimizers, strict=True)))
    halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    history = game.fit(batches(kind), epochs=2, verbose=0, callbacks=[halve]).history
    found = [float(optimizer.learning_rate) for optimizer in game.optimizers.values()]
    assert found == pytest.approx([rate / 4 for rate in rates])
    assert history["learning_rate"] == pytest.approx([0.05, 0.025])
    plateau = keras.callbacks.ReduceLROnPlateau(
        "g_loss", 0.1, 1, mode="min", min_delta=1e9, cooldown=9
    )
    game.fit(batches(kind), epochs=2, verbose=0, callbacks=[plateau])
    found = [float(optimizer.learning_rate) for optimizer in game.optimizers.values()]
    assert found == pytest.approx([rate / 40 for rate in rates])


def test_a_schedule_of_its_own_cannot_be_set_from_outside():
    game = make("gan", compiled=False)
    falling = keras.optimizers.schedules.CosineDecay(0.1, 100)
    game.compile(keras.optimizers.SGD(falling), keras.optimizers.SGD(0.1))
    scheduler = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate)
    with pytest.raises(ValueError, match="generator follows a schedule of its own"):
        game.fit(batches("gan"), verbose=0, callbacks=[scheduler])


# Errors.


@pytest.mark.parametrize(
    ("make_game", "message"),
    [
        (lambda: Game({"generator": network(2)}), "Game needs phases"),
        (lambda: Regression({}), "players must be a dictionary"),
        (lambda: Regression({"generator": "me"}), "generator must be a built"),
        (lambda: Regression({"net": network(1)}), r"at least one of the players \['net'\]"),
        (lambda: Regression({"a b": network(1)}), "name must be a Python name"),
        (
            lambda: make("gan", compiled=False).compile("adam"),
            "optimizer for each",
        ),
        (lambda: make("info", compiled=False).compile("adam", "adam"), "each.*recogniser"),
        (lambda: make("cycle", metrics=["mse"]), "takes no metrics"),
        (lambda: make("gan", loss_weights=[1, 2]), "takes no loss_weights"),
    ],
)
def test_clear_errors(make_game, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        make_game()


def test_a_loss_without_a_method_is_named():
    class Nameless(Regression):
        phases = (Phase("blame", ("generator",)),)

    with pytest.raises(ValueError, match=r"no method blame\(batch\)"):
        Nameless({"generator": network(1)})


def test_models_of_another_strategy_are_refused():
    generator, discriminator = network(2), network(2, outputs=1)
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope(), pytest.raises(ValueError, match="generator was not made under.*scope"):
        GAN(generator, discriminator)
