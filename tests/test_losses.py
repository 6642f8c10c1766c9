"""Every loss against exact values and against formulas written with numpy alone."""

import json

from gan_tf import GAN, builders, data, losses
import keras
import numpy as np
import pytest
import tensorflow as tf

REAL = np.array([[-5.0], [1.4], [12.5], [2.7]], "float32")
FAKE = np.array([[10.0], [4.4], [-5.5], [3.6]], "float32")


def softplus(values):
    return np.logaddexp(0, values.astype("float64"))


def test_non_saturating_exact_values():
    loss = losses.NonSaturating()
    assert float(loss.generator(FAKE)) == pytest.approx(1.38582, abs=1e-5)
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(5.83387 / 2, abs=1e-5)


def test_label_smoothing_moves_only_the_real_target():
    loss = losses.NonSaturating(label_smoothing=0.125)
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(6.19637 / 2, abs=1e-5)
    assert float(loss.generator(FAKE)) == pytest.approx(1.38582, abs=1e-5)


def test_probabilities_give_the_same_as_logits():
    real, fake = REAL / 4, FAKE / 4
    real_p, fake_p = 1 / (1 + np.exp(-real)), 1 / (1 + np.exp(-fake))
    for loss in (losses.NonSaturating, losses.Minimax):
        logits, probabilities = loss(), loss(from_logits=False)
        expected = float(logits.discriminator(real, fake))
        assert float(probabilities.discriminator(real_p, fake_p)) == pytest.approx(expected, 1e-5)
        assert float(probabilities.generator(fake_p)) == pytest.approx(
            float(logits.generator(fake)), rel=1e-5
        )


def test_minimax_generator_is_half_log_one_minus_d():
    expected = -0.5 * softplus(FAKE).mean()
    assert float(losses.Minimax().generator(FAKE)) == pytest.approx(expected, rel=1e-6)


def test_minimax_is_zero_sum_up_to_what_the_generator_cannot_move():
    loss = losses.Minimax()
    real_term = 0.5 * softplus(-REAL).mean()
    total = float(loss.discriminator(REAL, FAKE)) + float(loss.generator(FAKE))
    assert total == pytest.approx(real_term, rel=1e-5)


def test_at_the_equilibrium_the_value_is_log_2():
    zeros = np.zeros((4, 1), "float32")
    assert float(losses.NonSaturating().discriminator(zeros, zeros)) == pytest.approx(np.log(2))


def test_least_squares_exact_values():
    loss = losses.LeastSquares()
    assert float(loss.generator(FAKE)) == pytest.approx(17.69625, rel=1e-6)
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(41.73375, rel=1e-6)


def test_wasserstein_exact_values():
    loss = losses.Wasserstein()
    assert float(loss.generator(FAKE)) == pytest.approx(-3.125, rel=1e-6)
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(0.225, rel=1e-5)


def test_hinge_ignores_what_is_beyond_the_margin():
    loss = losses.Hinge()
    expected = np.maximum(0, 1 - REAL).mean() + np.maximum(0, 1 + FAKE).mean()
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(expected, rel=1e-6)
    assert float(loss.discriminator(REAL * 0 + 1, FAKE * 0 - 1)) == 0
    assert float(loss.generator(FAKE)) == pytest.approx(-3.125, rel=1e-6)


def test_relativistic_paired():
    loss = losses.Relativistic()
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(
        softplus(FAKE - REAL).mean(), rel=1e-6
    )
    assert float(loss.generator(FAKE, REAL)) == pytest.approx(
        softplus(REAL - FAKE).mean(), rel=1e-6
    )


def test_relativistic_average():
    loss = losses.Relativistic(average=True)
    expected = 0.5 * (softplus(FAKE.mean() - REAL).mean() + softplus(FAKE - REAL.mean()).mean())
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(expected, rel=1e-6)


def test_relativistic_average_by_hand_pulls_with_both_kinds_in_both_phases():
    """Real 2 and 0 against a mean of -1, fake 0 and -2 against a mean of 1."""
    import tensorflow as tf

    loss, real, fake = losses.Relativistic(average=True), tf.constant([2.0, 0.0]), [0.0, -2.0]
    known = [np.log(1 + np.exp(-3.0)), np.log(1 + np.exp(-1.0))]
    assert np.mean(known) == pytest.approx(0.180924, abs=1e-6)
    assert float(loss.discriminator(real, fake)) == pytest.approx(np.mean(known), rel=1e-6)
    assert float(loss.generator(fake, real)) == pytest.approx(2 + np.mean(known), rel=1e-6)
    logits = tf.constant(fake)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = loss.generator(logits, real)
    # Through their own differences, and through the mean that real ones are compared with.
    own = -0.5 / (1 + np.exp([-1.0, -3.0])) / 2
    through_mean = -0.5 * np.mean(1 / (1 + np.exp([-3.0, -1.0]))) / 2
    np.testing.assert_allclose(tape.gradient(value, logits), own + through_mean, rtol=1e-5)


@pytest.mark.parametrize(
    "name",
    ["non_saturating", "minimax", "least_squares", "hinge", "wasserstein", "relativistic"],
)
def test_get_by_name_and_in_float32_for_half_precision(name):
    import tensorflow as tf

    loss = losses.get(name)
    assert type(loss).__name__.lower() == name.replace("_", "")
    real, fake = tf.cast(REAL, "bfloat16"), tf.cast(FAKE, "bfloat16")
    result = loss.discriminator(real, fake)
    assert result.dtype == "float32" and result.shape == ()
    exact = loss.discriminator(np.float32(tf.cast(real, "float32")), tf.cast(fake, "float32"))
    assert float(result) == pytest.approx(float(exact), rel=1e-6)


def test_get_returns_an_object_as_it_is():
    loss = losses.Hinge()
    assert losses.get(loss) is loss


@pytest.mark.parametrize("wrong", ["wgan", None, 3, losses.Hinge])
def test_get_names_what_it_knows(wrong):
    with pytest.raises(ValueError, match="Received"):
        losses.get(wrong)


@pytest.mark.parametrize("smoothing", [-0.1, 0.5, 1, True, False, np.nan, "a bit"])
def test_label_smoothing_out_of_range(smoothing):
    with pytest.raises(ValueError, match=r"\[0, 0.5\)"):
        losses.NonSaturating(label_smoothing=smoothing)


@pytest.mark.parametrize(
    "build",
    [
        lambda: losses.Minimax(from_logits="yes"),
        lambda: losses.Relativistic(average=1),
        lambda: losses.FeatureMatching(None),
        lambda: losses.FeatureMatching(True),
    ],
)
def test_arguments_of_another_kind(build):
    with pytest.raises(ValueError, match="must be .* Received: "):
        build()


@pytest.mark.parametrize(
    "loss",
    [
        losses.NonSaturating(0.1, from_logits=False),
        losses.NonSaturating(np.float32(0.25)),
        losses.Minimax(0.2),
        losses.LeastSquares(),
        losses.Hinge(),
        losses.Wasserstein(),
        losses.Relativistic(average=True),
        losses.FeatureMatching("copy", losses.Minimax(0.2, from_logits=False)),
        losses.FeatureMatching(np.int64(1), "relativistic"),
    ],
    ids=lambda loss: type(loss).__name__,
)
def test_saved_and_loaded_it_is_the_same(loss):
    saved = json.dumps(keras.saving.serialize_keras_object(loss))
    loaded = keras.saving.deserialize_keras_object(json.loads(saved))
    assert type(loaded) is type(loss)
    assert json.dumps(keras.saving.serialize_keras_object(loaded)) == saved
    logits = (REAL / 20 + 0.5, FAKE / 20 + 0.5)  # probabilities, for those that take them
    assert float(loaded.discriminator(*logits)) == float(loss.discriminator(*logits))
    assert loaded.needs_real_logits == loss.needs_real_logits
    assert loaded.from_logits == loss.from_logits


def test_a_base_of_ones_own_that_keras_cannot_save():
    class Own(losses.Hinge):
        get_config = property()

    with pytest.raises(ValueError, match="FeatureMatching can be saved only if base"):
        losses.FeatureMatching(0, Own()).get_config()


def identity_critic():
    """Two hidden units that copy a point in the plane."""
    critic = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(2, name="copy"), keras.layers.Dense(1)]
    )
    critic.layers[0].set_weights([np.eye(2), np.zeros(2)])
    return critic


def test_feature_matching_compares_means():
    real, fake = np.float32([[1, 0], [3, 0]]), np.float32([[0, 1], [0, 5]])
    for layer in (0, "copy"):
        critic = identity_critic()
        loss = losses.FeatureMatching(layer)
        loss.attach(critic)
        assert float(loss.generator_from_images(real, fake)) == pytest.approx(2**2 + 3**2)
    logits = np.float32([[0.3]]), np.float32([[-1.0]])
    base = losses.NonSaturating()
    assert float(loss.discriminator(*logits)) == float(base.discriminator(*logits))
    assert float(loss.generator(logits[1])) == float(base.generator(logits[1]))


@pytest.mark.parametrize("layer", ["none", 7])
def test_feature_matching_names_the_layers_there_are(layer):
    with pytest.raises(ValueError, match=r"layer=.*It has \['copy"):
        losses.FeatureMatching(layer).attach(identity_critic())


def test_feature_matching_trains_the_generator_alone_in_phase_2():
    keras.utils.set_random_seed(0)
    gan = GAN(builders.point_generator(), identity_critic(), seed=0)
    gan.compile("sgd", "sgd", loss=losses.FeatureMatching(0), run_eagerly=True)
    before = gan.discriminator.get_weights(), gan.generator.get_weights()
    gan.play(gan.phases[1], {"images": tf.constant(data.ring(32, seed=0))})
    for now, then in zip(gan.discriminator.get_weights(), before[0], strict=True):
        np.testing.assert_array_equal(now, then)
    assert any(
        np.any(now != then)
        for now, then in zip(gan.generator.get_weights(), before[1], strict=True)
    )
