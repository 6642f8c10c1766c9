"""Discriminators on frozen features, which random mixtures make them look at as a whole."""

from gan_tf import builders, games, layers, metrics, penalties
import keras
import numpy as np
import pytest
import tensorflow as tf

pytestmark = pytest.mark.gpu

IMAGES28 = np.random.default_rng(1).uniform(-1, 1, (2, 28, 28, 1)).astype("float32")
IMAGES = np.random.default_rng(0).uniform(-1, 1, (8, 16, 16, 1)).astype("float32")
NAMES = ("one", "two", "three")


def encoder(size=16):
    """Three random convolutions that halve the maps, the second with normalisation."""
    keras.utils.set_random_seed(1)
    x = images = keras.Input((size, size, 1))
    for name in NAMES:
        x = keras.layers.Conv2D(5, 3, 2, padding="same", activation="relu", name=name)(x)
        x = keras.layers.BatchNormalization(name=f"{name}_norm")(x)
    return keras.Model(images, x)


def discriminator(names=NAMES, **kwargs):
    return builders.projected_discriminator((16, 16, 1), encoder(), names, width=4, **kwargs)


def game(judge, **kwargs):
    keras.utils.set_random_seed(0)
    latents = keras.Input((3,))
    made = keras.layers.Reshape((16, 16, 1))(keras.layers.Dense(256)(latents))
    gan = games.ProjectedGAN(keras.Model(latents, made), judge, seed=0, **kwargs)
    gan.compile("adam", "adam")
    return gan


def test_every_scale_has_judges_down_to_four_pixels():
    assert discriminator().output_shape == (None, 4 * 4 + 4 * 4 + 2 * 2, 1)
    assert discriminator(("three",)).output_shape == (None, 4, 1)


def test_channels_are_mixed_by_a_fixed_matrix():
    judge = discriminator(("three",), seed=7)
    eye = encoder()
    features = keras.Model(eye.inputs[0], eye.get_layer("three").output)(IMAGES)
    mix = judge.get_layer("mix_channels_0").kernel[0, 0]
    watched = keras.Model(judge.inputs[0], judge.get_layer("mix_channels_0").output)
    np.testing.assert_allclose(watched(IMAGES), features @ mix, rtol=1e-4, atol=1e-5)
    again, other = (discriminator(("three",), seed=seed) for seed in (7, 8))
    np.testing.assert_array_equal(again.get_layer("mix_channels_0").kernel[0, 0], mix)
    assert not np.allclose(other.get_layer("mix_channels_0").kernel[0, 0], mix)


@pytest.mark.parametrize("mixes_scales", [True, False])
def test_the_largest_scale_sees_the_smallest_only_if_scales_are_mixed(mixes_scales):
    judge = discriminator(mixes_scales=mixes_scales)
    name = "mix_scales_0" if mixes_scales else "mix_channels_0"
    watched = keras.Model(judge.inputs[0], judge.get_layer(name).output)
    before = np.array(watched(IMAGES))
    layer = judge.get_layer("mix_channels_2")
    layer.set_weights([layer.get_weights()[0] + 1])
    assert np.array_equal(before, watched(IMAGES)) != mixes_scales


def test_sizes_that_are_no_multiples_fit_too():
    eye = encoder(14)  # 7, 4 and 2 pixels
    judge = builders.projected_discriminator((14, 14, 1), eye, NAMES, width=4)
    assert judge(np.zeros((2, 14, 14, 1))).shape == (2, 4 * 4 + 4 * 4 + 2 * 2, 1)


def test_only_the_judges_learn_and_the_generator_gets_a_gradient_through_the_encoder(tmp_path):
    judge = discriminator()
    gan = game(judge, augmentation=layers.DiffAugment(seed=0))
    frozen = [v for v in judge.variables if v.path.startswith("mix")]
    frozen += [v for v in judge.variables if any(n in v.path for n in NAMES)]
    before = [np.array(v) for v in frozen]
    learned = [np.array(v) for v in judge.trainable_variables]
    made = gan.generator.get_weights()
    history = gan.fit(IMAGES, batch_size=4, epochs=2, verbose=0).history
    assert np.isfinite(list(history.values())).all()
    assert len(frozen) == 3 + 2 + 3 * 2 + 2 * 4  # mixtures, convolutions, normalisations
    for old, new in zip(before, frozen, strict=True):
        np.testing.assert_array_equal(old, new)
    for old, new in zip(learned, judge.trainable_variables, strict=True):
        assert np.any(old != new) or new.path.endswith("bias")  # the hinge's may have gradient 0
    assert all(np.any(a != b) for a, b in zip(made, gan.generator.get_weights(), strict=True))
    gan.save(tmp_path / "game.keras")
    loaded = keras.saving.load_model(tmp_path / "game.keras")
    np.testing.assert_allclose(
        loaded.score(IMAGES, training=False), gan.score(IMAGES, training=False), atol=1e-5
    )
    assert len(loaded.discriminator.trainable_variables) == len(judge.trainable_variables)


def test_the_loss_is_the_mean_of_the_hinge_over_all_logits():
    gan = game(discriminator())
    latents = tf.random.stateless_normal((8, 3), (1, 2))
    gan.sample_latents = lambda count: latents
    for _ in range(20):
        gan.score(IMAGES)  # spectral normalisation reaches its goal
    real, fake = (
        np.array(gan.discriminator(x, training=False)) for x in (IMAGES, gan.generator(latents))
    )
    assert float(gan.g_loss({"images": tf.constant(IMAGES)})) == pytest.approx(
        -fake.mean(), rel=0.01, abs=0.005
    )
    expected = np.maximum(0, 1 - real).mean() + np.maximum(0, 1 + fake).mean()
    found = gan.d_loss({"images": tf.constant(IMAGES)})["d_loss"]
    assert float(found) == pytest.approx(expected, rel=0.01)


def test_our_own_classifier_will_do():
    classifier = keras.saving.load_model(metrics.CLASSIFIER_FILE, compile=False)
    eye = metrics.feature_maps(classifier, 4)
    judge = builders.projected_discriminator((28, 28, 1), eye, ("re_lu", "re_lu_2", "re_lu_3"))
    assert judge(np.zeros((1, 28, 28, 1))).shape == (1, 3 * 16, 1)
    assert np.isfinite(float(penalties.R1()(lambda x: tf.reduce_sum(judge(x), 1), IMAGES28, None)))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: discriminator(("four",)), "'one', 'one_norm'"),
        (lambda: discriminator(NAMES[::-1]), "the largest first"),
        (lambda: discriminator(seed=-1), "seed=-1"),
        (lambda: discriminator(mixes_scales=1), "mixes_scales=1"),
        (
            lambda: builders.projected_discriminator((16, 16, 1), encoder(), NAMES, width=0),
            "width=0",
        ),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=message):
        build()


# A teacher that removes noise.


def teacher_of(outputs, size=4):
    """From pictures of 4 by 4 pixels and times to what a function makes of both."""
    image, time = keras.Input((size, size, 1)), keras.Input((1,))
    return keras.Model([image, time], outputs(image, time))


def distilled(outputs, **kwargs):
    keras.utils.set_random_seed(0)
    noise = image = keras.Input((4, 4, 1))
    student = keras.Model(noise, keras.layers.Conv2D(1, 3, padding="same")(noise))
    judge = keras.Model(image, keras.layers.Dense(1)(keras.layers.Flatten()(image)))
    gan = games.AdversarialDistillation(student, judge, teacher_of(outputs), seed=0, **kwargs)
    gan.compile("adam", "adam")
    return gan


PICTURES = np.random.default_rng(2).uniform(-1, 1, (20_000, 4, 4, 1)).astype("float32")


def test_distance_from_a_teacher_with_a_fixed_opinion():
    """The weight cos(πt/2) is 2/π on average over all times."""
    gan = distilled(lambda image, time: 0 * image + 0.5)
    expected = 2 / np.pi * np.mean((PICTURES - 0.5) ** 2)
    assert float(gan.distillation(PICTURES)) == pytest.approx(expected, rel=0.01)


def test_the_teacher_sees_pictures_with_noise_for_their_time():
    """It gives back what it sees: E c (x - c x - s n)² = E c ((1 - c)² x² + s²)."""
    gan = distilled(lambda image, time: image + 0 * keras.layers.Reshape((1, 1, 1))(time))
    c = np.cos(np.pi / 2 * (np.arange(1000) + 0.5) / 1000)
    square = np.mean(PICTURES**2)
    expected = np.mean(c * ((1 - c) ** 2 * square + 1 - c**2))
    assert float(gan.distillation(PICTURES)) == pytest.approx(expected, rel=0.01)


def test_no_gradient_passes_through_the_teacher():
    """With a guess that is the picture at time 0, a gradient through it would vanish there."""
    gan = distilled(lambda image, time: 3 * image + 0 * keras.layers.Reshape((1, 1, 1))(time))
    seen = {}
    ask = gan.teacher.call

    def watched(inputs, training=None, mask=None):
        seen["guess"], seen["times"] = ask(inputs, training=training), inputs[1]
        return seen["guess"]

    gan.teacher.call = watched
    pictures = tf.constant(PICTURES[:6])
    with tf.GradientTape() as tape:
        tape.watch(pictures)
        value = gan.distillation(pictures)
    share = np.cos(np.pi / 2 * np.asarray(seen["times"])).reshape(6, 1, 1, 1)
    expected = 2 * share * (PICTURES[:6] - np.asarray(seen["guess"])) / (6 * 16)
    np.testing.assert_allclose(tape.gradient(value, pictures), expected, rtol=1e-4, atol=1e-6)


def test_a_student_learns_from_its_teacher_alone(tmp_path):
    gan = distilled(lambda image, time: 0 * image + 0.5, weights={"g_loss": 0.0})
    gan.generator_optimizer.learning_rate = 0.02
    before = gan.teacher.get_weights()
    gan.fit(PICTURES[:3200], batch_size=32, epochs=4, verbose=0)
    assert np.abs(gan.generate(64, seed=0) - 0.5).mean() < 0.1
    gan.save(tmp_path / "game.keras")
    loaded = keras.saving.load_model(tmp_path / "game.keras")
    np.testing.assert_array_equal(loaded.generate(3, seed=1), gan.generate(3, seed=1))
    assert loaded.weights_of_terms == {"g_loss": 0.0, "distillation": 2.5}
    assert len(before) == len(loaded.teacher.get_weights())


def test_a_teacher_of_other_pictures_is_refused():
    gan = distilled(lambda image, time: image)
    wrong = teacher_of(lambda image, time: image, size=5)
    with pytest.raises(ValueError, match="The teacher must take inputs of these shapes"):
        games.AdversarialDistillation(gan.generator, gan.discriminator, wrong)
