"""What keeps the critic smooth: exact values, gradients, and the game with them."""

import json

from gan_tf import GAN, builders, data, losses, penalties
import keras
from keras import ops
import numpy as np
import pytest
import tensorflow as tf

pytestmark = pytest.mark.gpu


def linear_critic(images):
    """D(x) = 2 Σ x, whose gradient in R⁴ has the norm 4."""
    return 2 * ops.sum(images, axis=1, keepdims=True)


def quadratic_critic(images):
    """D(x) = ½ ‖x‖², whose gradient is x."""
    return ops.sum(ops.square(images), axis=1, keepdims=True) / 2


REAL = tf.constant([[3.0, 4.0], [0.0, 1.0]])
FAKE = tf.constant([[0.0, 2.0], [6.0, 8.0]])


def test_gradient_penalty_of_a_linear_critic():
    images = tf.zeros((3, 4))
    penalty = penalties.GradientPenalty(weight=1)
    assert float(penalty(linear_critic, images, images + 1)) == pytest.approx(9)
    assert float(penalties.GradientPenalty()(linear_critic, images, images)) == pytest.approx(90)


def test_gradient_penalty_looks_between_the_images():
    """From 1 to 3 on a line, E (x̂ - 1)² = ∫ (2s)² ds = 4/3; each example draws its own place."""
    real, fake = tf.ones((100_000, 1)), tf.fill((100_000, 1), 3.0)
    penalty = penalties.GradientPenalty(1, seed=0)
    assert float(penalty(quadratic_critic, real, fake)) == pytest.approx(4 / 3, rel=0.01)


def test_gradient_penalty_draws_anew_and_repeats_with_its_seed():
    one, two = (penalties.GradientPenalty(seed=3) for _ in range(2))
    first = [float(one(quadratic_critic, REAL, FAKE)) for _ in range(2)]
    again = [float(two(quadratic_critic, REAL, FAKE)) for _ in range(2)]
    assert first == again and first[0] != first[1]


def test_gradient_penalty_is_finite_where_the_gradient_is_zero():
    weight = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        value = penalties.GradientPenalty()(lambda x: weight * linear_critic(x), REAL, FAKE)
    assert np.isfinite(float(tape.gradient(value, weight)))
    assert float(value) == pytest.approx(10, rel=1e-4)


def test_r1_and_r2():
    """Squared norms 25 and 1 of the real, 4 and 100 of the fake."""
    assert float(penalties.R1(2)(quadratic_critic, REAL, FAKE)) == pytest.approx(13)
    assert float(penalties.R2(2)(quadratic_critic, REAL, FAKE)) == pytest.approx(52)
    both = penalties.Sum(penalties.R1(2), penalties.R2(2))
    assert float(both(quadratic_critic, REAL, FAKE)) == pytest.approx(65)


def test_squared_norms_sum_over_pixels_and_channels():
    images = tf.ones((2, 3, 3, 2))
    norms = penalties.squared_gradient_norms(
        lambda x: 2 * ops.sum(x, axis=(1, 2, 3))[:, None], images
    )
    np.testing.assert_allclose(norms, [4 * 18] * 2)


def penalty_of_a_step(gan):
    """Plays one step, and returns the mean of the penalty over it."""
    gan.trackers["penalty"].reset_state()
    return float(gan.train_step(tf.constant(data.ring(64, seed=0)))["penalty"])


def test_scheduled_penalty_follows_the_updates_of_the_discriminator():
    rate = keras.optimizers.schedules.ExponentialDecay(1.0, decay_steps=4, decay_rate=0.01)
    keras.utils.set_random_seed(0)
    gan = GAN(
        builders.point_generator(), builders.point_discriminator(), seed=0, discriminator_steps=2
    )
    penalty = penalties.Scheduled(lambda critic, real, fake: tf.constant(8.0), rate)
    gan.compile("adam", "adam", penalty=penalty)
    seen = [penalty_of_a_step(gan) for _ in range(2)]
    factors = 0.01 ** (np.arange(4) / 4)  # one update after another, two in each step
    np.testing.assert_allclose(seen, [8 * factors[:2].mean(), 8 * factors[2:].mean()], rtol=1e-5)


def test_scheduled_penalty_needs_its_optimizer():
    penalty = penalties.Scheduled(penalties.R1(), lambda step: 1.0)
    with pytest.raises(ValueError, match="attach"):
        penalty(lambda x: x, tf.ones((1, 2)), tf.ones((1, 2)))


def test_a_scheduled_penalty_keeps_the_seeds_of_its_own():
    inner = penalties.GradientPenalty(seed=3)
    assert penalties.Scheduled(inner, float).seed_generators == inner.seed_generators


def test_lazy_penalty_comes_every_so_often_and_counts_the_more():
    keras.utils.set_random_seed(0)
    gan = GAN(builders.point_generator(), builders.point_discriminator(), seed=0)
    constant = penalties.Lazy(lambda critic, real, fake: tf.constant(2.0), interval=4)
    gan.compile("adam", "adam", penalty=penalties.Sum(constant))  # a Sum hands the optimizer on
    seen = [penalty_of_a_step(gan) for _ in range(6)]
    assert seen == [8.0, 0.0, 0.0, 0.0, 8.0, 0.0]


def test_lazy_r1_has_r1s_gradient_in_its_turn():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])
    points = tf.ones((3, 2))
    lazy, optimizer = penalties.Lazy(penalties.R1(2.0), interval=5), keras.optimizers.SGD()
    optimizer.build(model.trainable_variables)
    lazy.attach(optimizer)
    for iterations, factor in ((0, 5.0), (1, 0.0), (5, 5.0)):
        optimizer.iterations.assign(iterations)
        with tf.GradientTape() as tape:
            value = lazy(model, points, points)
        kernel = model.layers[-1].kernel.value
        gradient = tape.gradient(value, kernel, unconnected_gradients="zero")
        np.testing.assert_allclose(gradient, factor * 2 * kernel, rtol=1e-5)  # R1 is |w|²


def test_drift_is_the_mean_square_of_the_logits_of_real_images():
    real, fake = tf.constant([[1.0], [3.0]]), tf.constant([[100.0], [100.0]])
    drift = penalties.Drift(0.5)
    assert float(drift(lambda x: 2 * x, real, fake)) == pytest.approx(0.5 * (4 + 36) / 2)


def lecam_by_hand(batches, decay, one_sided=False):
    """The penalty of the last of several batches of logits, real and fake, in numpy alone."""
    sums, weights = np.zeros(2), 0.0
    for pair in batches:
        sums = decay * sums + (1 - decay) * np.mean(pair, axis=(1, 2))
        weights = decay * weights + (1 - decay)
    (real, fake), (of_real, of_fake) = batches[-1], sums / weights
    differences = [real - of_fake, of_real - fake]
    return sum(np.mean(np.maximum(d, 0) ** 2 if one_sided else d**2) for d in differences)


def test_lecam_by_hand():
    real, fake = tf.constant([[1.0], [3.0]]), tf.constant([[-1.0], [0.0]])
    lecam = penalties.LeCam(2.0)
    # The means are 2 and -½: 2 (½ (1.5² + 3.5²) + ½ (3² + 2²)).
    assert float(lecam(lambda x: x, real, fake)) == pytest.approx(2 * (7.25 + 6.5))


@pytest.mark.parametrize("one_sided", [False, True])
def test_lecam_remembers_earlier_batches(one_sided):
    rng = np.random.default_rng(0)
    batches = rng.normal(size=(5, 2, 4, 1)).astype("float32")
    lecam = penalties.LeCam(1.0, 0.6, one_sided)
    for count in range(1, 6):
        found = float(lecam(lambda x: x, *batches[count - 1]))
        expected = lecam_by_hand(batches[:count], 0.6, one_sided)
        assert found == pytest.approx(expected, rel=1e-5)


def test_lecams_gradient_does_not_pass_through_the_means():
    real, fake = tf.Variable([[1.0], [3.0]]), tf.Variable([[-1.0], [0.0]])
    with tf.GradientTape() as tape:
        value = penalties.LeCam(1.0)(lambda x: x + 0, real, fake)
    found = tape.gradient(value, [real, fake])
    np.testing.assert_allclose(np.ravel(found[0]), [1.5, 3.5], rtol=1e-6)  # 2 / 2 (D - α_F)
    np.testing.assert_allclose(np.ravel(found[1]), [-3, -2], rtol=1e-6)


def test_what_lecam_remembers_is_saved_with_the_game(tmp_path):
    both = [penalties.Sum(penalties.Drift(), penalties.LeCam(0.1, 0.9)) for _ in range(3)]
    whole, resumed = (game(critic(), each) for each in both[:2])
    fixed = tf.constant(data.ring(64, seed=0))
    whole.train_step(fixed)
    whole.train_step(fixed)
    whole.save_weights(tmp_path / "game.weights.h5")
    resumed.load_weights(tmp_path / "game.weights.h5")
    assert len(resumed.penalty.variables) == 3
    for one, other in zip(whole.penalty.variables, resumed.penalty.variables, strict=True):
        assert float(one) == float(other) != 0
    assert float(whole.penalty.variables[2]) == pytest.approx(1 - 0.9**2)


def test_lecam_draws_the_logits_together_in_a_graph_with_xla():
    gaps = []
    for weight in (0.0, 3.0):
        keras.utils.set_random_seed(0)
        gan = GAN(builders.point_generator(), critic(), seed=0)
        gan.compile(
            keras.optimizers.SGD(0.0),
            keras.optimizers.Adam(1e-2),
            penalty=penalties.LeCam(weight),
            jit_compile=True,
            steps_per_execution=25,
        )
        points = data.ring(6_000, seed=0)
        gan.fit(data.batches(points, 64, steps_per_epoch=100), verbose=0)
        logits = [float(np.mean(gan.score(x))) for x in (points, gan.generate(500, seed=1))]
        gaps.append(logits[0] - logits[1])
    assert 0 < gaps[1] < 0.5 * gaps[0]


def test_orthogonal_regularization_has_the_value_and_the_gradient_computed_by_hand():
    kernel = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    regularizer = penalties.OrthogonalRegularization(1.0)
    with tf.GradientTape() as tape:
        value = regularizer(kernel)
    assert float(value) == 392  # twice the square of the columns' product, 14
    np.testing.assert_allclose(tape.gradient(value, kernel), [[112, 56], [224, 168]])
    turned = tf.constant(
        np.linalg.qr(np.random.default_rng(0).normal(size=(6, 4)))[0] * [1, 2, 3, 4]
    )
    np.testing.assert_allclose(regularizer(turned), 0, atol=1e-9)


def test_orthogonal_regularization_of_a_convolution_reaches_a_game():
    keras.utils.set_random_seed(0)
    layer = keras.layers.Conv2D(
        3, 2, kernel_regularizer=penalties.OrthogonalRegularization(0.5), use_bias=False
    )
    layer.build((None, 4, 4, 2))
    matrix = np.asarray(layer.kernel).reshape(8, 3)
    products = matrix.T @ matrix
    expected = 0.5 * np.sum((products - np.diag(np.diag(products))) ** 2)
    np.testing.assert_allclose(layer.losses[0], expected, rtol=1e-5)
    again = keras.regularizers.get(keras.regularizers.serialize(layer.kernel_regularizer))
    assert again.weight == 0.5
    with pytest.raises(ValueError, match="weight=-1"):
        penalties.OrthogonalRegularization(-1)


def test_weight_clip():
    clip = penalties.WeightClip(0.5)
    np.testing.assert_allclose(clip(tf.constant([-2.0, 0.1, 0.7])), [-0.5, 0.1, 0.5])
    assert keras.constraints.deserialize(keras.constraints.serialize(clip)).c == 0.5


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: penalties.GradientPenalty(-1), "weight=-1"),
        (lambda: penalties.R1(float("nan")), "weight=nan"),
        (lambda: penalties.R2(-0.5), "weight=-0.5"),
        (lambda: penalties.WeightClip(0), "c=0"),
        (lambda: penalties.Sum(), "at least one"),
        (lambda: penalties.Sum("r1"), "r1"),
        (lambda: penalties.Scheduled("r1", float), "penalty='r1'"),
        (lambda: penalties.Lazy(penalties.R1(), 0), "interval=0"),
        (lambda: penalties.Lazy(penalties.GradientPenalty()), "draws no random numbers"),
        (lambda: penalties.Drift(-1), "weight=-1"),
        (lambda: penalties.LeCam(-1), "weight=-1"),
        (lambda: penalties.LeCam(decay=1), "decay=1"),
        (lambda: penalties.LeCam(one_sided=1), "one_sided=1"),
        (lambda: penalties.Scheduled(penalties.R1(), 0.5), "schedule=0.5"),
        (lambda: penalties.R1(True), "weight=True"),
        (lambda: penalties.R1(np.inf), "finite number >= 0"),
        (lambda: penalties.GradientPenalty(seed=True), "seed=True"),
        (lambda: penalties.GradientPenalty(seed=-1), "integer >= 0"),
        (lambda: penalties.Lazy(penalties.R1(), True), "interval=True"),
        (lambda: penalties.WeightClip(True), "c=True"),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=message):
        build()


FALL = keras.optimizers.schedules.ExponentialDecay(1.0, decay_steps=4, decay_rate=0.01)


@pytest.mark.parametrize(
    "penalty",
    [
        penalties.GradientPenalty(2.0, seed=np.int64(3)),
        penalties.R1(np.float32(0.5)),
        penalties.R2(3),
        penalties.Drift(0.1),
        penalties.LeCam(np.float32(0.5), 0.9, True),
        penalties.Sum(penalties.R1(1.0), penalties.Drift(2.0)),
        penalties.Lazy(penalties.Sum(penalties.R1(1.0), penalties.R2(2.0)), np.int64(4)),
        penalties.Scheduled(penalties.R1(4.0), FALL),
        penalties.Sum(
            penalties.Scheduled(penalties.GradientPenalty(0.5, seed=1), FALL),
            penalties.Lazy(penalties.R2(2.0), 3),
        ),
    ],
    ids=lambda penalty: type(penalty).__name__,
)
def test_saved_and_loaded_it_is_the_same(penalty):
    saved = json.dumps(keras.saving.serialize_keras_object(penalty))
    loaded = keras.saving.deserialize_keras_object(json.loads(saved))
    assert type(loaded) is type(penalty)
    assert json.dumps(keras.saving.serialize_keras_object(loaded)) == saved
    optimizer = keras.optimizers.SGD()
    optimizer.build([keras.Variable(0.0)])
    for each in (penalty, loaded):
        if hasattr(each, "attach"):
            each.attach(optimizer)
    expected = float(penalty(quadratic_critic, REAL, FAKE))
    assert float(loaded(quadratic_critic, REAL, FAKE)) == expected > 0
    assert loaded.needs_gradient == penalty.needs_gradient


@pytest.mark.parametrize(
    "penalty",
    [
        penalties.Scheduled(penalties.R1(), lambda step: 1.0),
        penalties.Scheduled(penalties.R1(), float),
        penalties.Sum(penalties.R1(), penalties.Scheduled(penalties.R1(), lambda step: 1.0)),
        penalties.Sum(penalties.R1(), lambda critic, real, fake: 0.0),
        penalties.Lazy(lambda critic, real, fake: 0.0),
    ],
)
def test_functions_cannot_be_saved(penalty):
    with pytest.raises(ValueError, match=r"can be saved only.*keras\.optimizers\.schedules"):
        keras.saving.serialize_keras_object(penalty)


def test_which_penalties_differentiate_the_critic():
    drift = penalties.Drift()
    for penalty in (penalties.GradientPenalty(), penalties.R1(), penalties.R2()):
        assert penalty.needs_gradient
        assert penalties.Sum(drift, penalty).needs_gradient
        assert penalties.Scheduled(penalties.Sum(drift, penalty), FALL).needs_gradient
    assert penalties.Lazy(penalties.R1()).needs_gradient
    assert not drift.needs_gradient
    assert not penalties.Sum(drift, drift).needs_gradient
    assert not penalties.Lazy(penalties.Scheduled(drift, FALL)).needs_gradient


def critic(**kwargs):
    return keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(1, **kwargs)]
    )


def game(discriminator, penalty=None, **kwargs):
    keras.utils.set_random_seed(0)
    gan = GAN(builders.point_generator(), discriminator, seed=0, **kwargs)
    gan.compile(
        *[keras.optimizers.Adam(1e-2) for _ in range(2)], loss="wasserstein", penalty=penalty
    )
    return gan


def test_clipped_weights_stay_small_in_training():
    gan = game(critic(kernel_constraint=penalties.WeightClip(0.05)))
    for _ in range(3):
        gan.train_step(tf.constant(data.ring(64, seed=0)))
    assert np.abs(gan.discriminator.get_weights()[2]).max() <= 0.05 + 1e-7
    assert np.abs(gan.discriminator.get_weights()[0]).max() > 0.05


def test_gradient_penalty_keeps_the_norm_near_one_in_training():
    norms = []
    for penalty in (None, penalties.GradientPenalty(10, seed=0)):
        gan = game(critic(), penalty, discriminator_steps=3)
        gan.steps_per_execution = 30
        points = data.batches(data.ring(6_000, seed=0), 64, steps_per_epoch=3 * 240)
        history = gan.fit(points, verbose=0)
        points = tf.constant(data.ring(500, seed=1))
        squares = penalties.squared_gradient_norms(gan.discriminator, points)
        norms.append(float(np.sqrt(squares).mean()))
    assert norms[0] > 2 * norms[1] and norms[1] == pytest.approx(1, abs=0.35)
    assert history.history["penalty"][-1] >= 0


def test_the_places_of_a_gradient_penalty_are_saved_with_the_game(tmp_path):
    """Otherwise a run that resumes would draw the first ones again."""
    whole, first, resumed = (game(critic(), penalties.GradientPenalty(seed=1)) for _ in range(3))
    penalty_of_a_step(whole)
    state = whole.penalty.seed_generator.state
    whole.save_weights(tmp_path / "game.weights.h5")
    assert not np.array_equal(state, first.penalty.seed_generator.state)
    resumed.load_weights(tmp_path / "game.weights.h5")
    np.testing.assert_array_equal(resumed.penalty.seed_generator.state, state)


def test_relativistic_loss_takes_r1_and_r2():
    keras.utils.set_random_seed(0)
    gan = GAN(builders.point_generator(), builders.point_discriminator(), seed=0)
    gan.compile(
        *[keras.optimizers.Adam(1e-3) for _ in range(2)],
        loss=losses.Relativistic(),
        penalty=penalties.Sum(penalties.R1(0.1), penalties.R2(0.1)),
    )
    for _ in range(3):
        assert np.isfinite(penalty_of_a_step(gan))
    assert np.isfinite(float(gan.logs()["d_loss"]))
