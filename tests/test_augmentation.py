"""Augmentation in front of the discriminator: exact changes, their gradients, and the game."""

from gan_tf import GAN, builders, games, layers, losses, penalties
import keras
import numpy as np
import pytest
import tensorflow as tf

pytestmark = pytest.mark.gpu

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(-1, 1, (64, 8, 12, 3)).astype("float32")


def changed(images, *policy, **kwargs):
    return np.asarray(layers.DiffAugment(policy, seed=0, **kwargs)(images, training=True))


def test_shifts_at_28_pixels_are_up_to_4_each_way_and_all_as_likely():
    dots = np.zeros((4000, 28, 28, 1), "float32")
    dots[:, 14, 14] = 1
    found = changed(dots, "translation")
    assert np.all(found.sum((1, 2, 3)) == 1)
    _, rows, columns, _ = np.nonzero(found)
    for places in (rows, columns):
        values, counts = np.unique(places - 14, return_counts=True)
        np.testing.assert_array_equal(values, range(-4, 5))
        assert np.abs(counts / 4000 - 1 / 9).max() < 0.025
    assert abs(np.corrcoef(rows, columns)[0, 1]) < 0.06


def test_a_shifted_image_is_the_same_with_zeros_from_the_border():
    found = changed(IMAGES, "translation", shift=0.25)  # up to 2 rows and 3 columns
    padded = np.pad(IMAGES, [(0, 0), (2, 2), (3, 3), (0, 0)])
    seen = set()
    for image, whole in zip(found, padded, strict=True):
        shifts = [
            (row, column)
            for row in range(-2, 3)
            for column in range(-3, 4)
            if np.array_equal(whole[2 - row : 10 - row, 3 - column : 15 - column], image)
        ]
        assert len(shifts) == 1
        seen |= set(shifts)
    assert len(seen) > 20  # of 35


def test_a_cutout_at_28_pixels_is_14_by_14_unless_the_border_is_in_the_way():
    found = changed(np.ones((4000, 28, 28, 1), "float32"), "cutout")[..., 0]
    heights = (found == 0).any(axis=2).sum(axis=1)
    widths = (found == 0).any(axis=1).sum(axis=1)
    np.testing.assert_array_equal((found == 0).sum((1, 2)), heights * widths)
    np.testing.assert_array_equal(np.unique(found), [0, 1])
    for sizes in (heights, widths):
        assert sizes.max() == 14 and sizes.min() == 7
        # The centre is one of 29 places, and 15 of them leave the whole square inside.
        assert np.mean(sizes == 14) == pytest.approx(15 / 29, abs=0.03)


@pytest.mark.parametrize(("size", "share", "side"), [(28, 0.5, 14), (9, 0.5, 5), (8, 0.3, 2)])
def test_sides_are_rounded_as_in_the_published_code(size, share, side):
    found = changed(np.ones((500, size, size, 1), "float32"), "cutout", cutout=share)
    assert (found[..., 0] == 0).any(axis=2).sum(axis=1).max() == side


def test_colours_by_hand(monkeypatch):
    layer = layers.DiffAugment(("color",))
    draws = {1: [[0.0]], 3: [[0.75, 0.25, 1.0]]}  # brightness + ¼, channels · ½, contrast · 1½
    monkeypatch.setattr(layer, "_draws", lambda images, count: tf.constant(draws[count]))
    image = np.float32([[1, 0], [-1, 0]]).reshape(1, 1, 2, 2)
    found = layer(image, training=True)
    # + ¼: (1.25, .25), (-.75, .25); halved about ¾ and -¼: (1, .5), (-.5, 0); about ¼, · 1½:
    np.testing.assert_allclose(found, np.reshape([1.375, 0.625, -0.875, -0.125], (1, 1, 2, 2)))


def test_a_grey_image_has_no_channels_to_stretch():
    grey = IMAGES[..., :1]
    found = changed(grey, "color")
    slopes = [np.polyfit(a.ravel(), b.ravel(), 1)[0] for a, b in zip(grey, found, strict=True)]
    assert 0.5 <= min(slopes) < 0.6 and 1.4 < max(slopes) <= 1.5


def test_a_flip_comes_to_half_of_the_images():
    found = changed(np.tile(IMAGES, (20, 1, 1, 1)), "flip").reshape(20, *IMAGES.shape)
    is_same = (found == IMAGES).all((2, 3, 4))
    is_turned = (found == IMAGES[:, :, ::-1]).all((2, 3, 4))
    assert np.all(is_same ^ is_turned) and is_same.mean() == pytest.approx(0.5, abs=0.05)


def test_nothing_changes_in_inference_or_with_probability_zero():
    layer = layers.DiffAugment(seed=0)
    np.testing.assert_array_equal(layer(IMAGES), IMAGES)
    np.testing.assert_array_equal(changed(IMAGES, *layer.policy, probability=0.0), IMAGES)
    some = changed(np.tile(IMAGES, (8, 1, 1, 1)), "color", probability=0.25)
    is_same = (some == np.tile(IMAGES, (8, 1, 1, 1))).all((1, 2, 3))
    assert is_same.mean() == pytest.approx(0.75, abs=0.08)


def test_the_same_seed_draws_the_same_and_each_call_anew():
    one, two = (layers.DiffAugment(seed=3) for _ in range(2))
    first = [np.asarray(one(IMAGES, training=True)) for _ in range(2)]
    np.testing.assert_array_equal(first, [two(IMAGES, training=True) for _ in range(2)])
    assert not np.array_equal(*first)


def test_the_gradient_reaches_just_the_pixels_that_are_still_there():
    images = tf.Variable(IMAGES)
    layer = layers.DiffAugment(("translation", "cutout"), seed=0)
    with tf.GradientTape() as tape:
        found = layer(images.value(), training=True)
        total = tf.reduce_sum(found * IMAGES[::-1])
    gradient = np.asarray(tape.gradient(total, images))
    assert np.all((gradient != 0).sum((1, 2, 3)) == (np.asarray(found) != 0).sum((1, 2, 3)))
    assert 0.3 < np.mean(gradient != 0) < 0.9


def test_the_gradient_of_colours_is_that_of_finite_differences():
    def loss(images):
        found = layers.DiffAugment(seed=5)(images, training=True)
        return tf.reduce_sum(tf.sin(3 * found))

    images, towards = tf.constant(IMAGES), tf.constant(IMAGES[::-1])
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = loss(images)
    slope = float(tf.reduce_sum(tape.gradient(value, images) * towards))
    step = 1e-2
    around = [float(loss(images + sign * step * towards)) for sign in (1, -1)]
    assert (around[0] - around[1]) / (2 * step) == pytest.approx(slope, rel=0.02)


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16"])
def test_saved_and_in_a_graph_with_xla(dtype, tmp_path):
    inputs = keras.Input((8, 12, 3))
    layer = layers.DiffAugment(("flip", "translation"), 0.2, 0.4, 0.9, seed=1, dtype=dtype)
    model = keras.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].get_config() == layer.get_config()
    for jit_compile in (False, True):  # XLA draws other numbers
        found = [
            tf.function(lambda x, each=each: each(x, training=True), jit_compile=jit_compile)(
                IMAGES
            )
            for each in (loaded, model)
        ]
        np.testing.assert_array_equal(*found)
        assert found[0].dtype == layer.compute_dtype
        assert 0.5 < np.mean(np.any(found[0] != IMAGES, axis=(1, 2, 3))) <= 1


# In a game.


def dense(outputs, *, activation=None):
    """From pictures of 4 by 4 pixels to logits, or from latents to such pictures."""
    if outputs == 1:
        head = [keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(1, activation)]
        return keras.Sequential(head)
    body = [keras.Input((3,)), keras.layers.Dense(16), keras.layers.Reshape((4, 4, 1))]
    return keras.Sequential(body)


def game(kind=GAN, compiled=True, **kwargs):
    keras.utils.set_random_seed(0)
    gan = kind(dense(16), dense(1), seed=0, **kwargs)
    if compiled:
        gan.compile("adam", "adam")
    return gan


PICTURES = RNG.uniform(-1, 1, (32, 4, 4, 1)).astype("float32")


class Recorder(GAN):
    """Remembers what the discriminator is shown, fake images first."""

    def score(self, images, batch=None, training=True):
        self.shown = images
        return super().score(images, batch, training)


def test_real_and_fake_images_are_changed_for_the_discriminator_and_fake_ones_for_the_generator():
    plain = game()
    gan = game(Recorder, augmentation=keras.layers.Rescaling(2.0, offset=5.0))
    batch = {"images": tf.constant(PICTURES)}
    latents = tf.random.stateless_normal((32, 3), (1, 2))
    for each in (plain, gan):
        each.sample_latents = lambda count: latents
    fake = plain.generator(latents)
    gan.d_loss(batch)
    np.testing.assert_allclose(gan.shown, np.concatenate([2 * fake + 5, 2 * PICTURES + 5]), 1e-5)
    gan.g_loss(batch)
    np.testing.assert_allclose(gan.shown, 2 * np.asarray(fake) + 5, rtol=1e-5)
    np.testing.assert_array_equal(gan.generate(3, seed=1), plain.generate(3, seed=1))
    np.testing.assert_array_equal(gan.score(PICTURES), plain.score(PICTURES))  # D as it is


def test_the_generator_learns_through_the_changes_and_a_penalty_differentiates_the_critic():
    gan = game(augmentation=layers.DiffAugment(seed=0), compiled=False)
    gan.compile("adam", "adam", penalty=penalties.R1(1.0), jit_compile=True)
    before = gan.generator.get_weights()
    history = gan.fit(PICTURES, batch_size=8, epochs=2, verbose=0).history
    assert np.isfinite(list(history.values())).all() and history["penalty"][-1] > 0
    assert all(np.any(a != b) for a, b in zip(before, gan.generator.get_weights(), strict=True))


def test_a_game_with_augmentation_is_saved_and_goes_on_drawing(tmp_path):
    gan = game(augmentation=layers.DiffAugment(("cutout",), seed=1))
    gan.fit(PICTURES, batch_size=8, verbose=0)
    gan.save(tmp_path / "game.keras")
    loaded = keras.saving.load_model(tmp_path / "game.keras")
    assert loaded.augmentation.policy == ("cutout",)
    np.testing.assert_array_equal(loaded.augmented(PICTURES), gan.augmented(PICTURES))


def test_a_game_with_conditions_takes_augmentation_too():
    keras.utils.set_random_seed(0)
    players = (
        builders.conditional_generator(3, 2, (4, 4, 1), filters=(4,)),
        builders.conditional_discriminator(2, (4, 4, 1), filters=(4,)),
    )
    gan = games.ConditionalGAN(*players, augmentation=layers.DiffAugment(seed=0))
    gan.compile("adam", "adam")
    given = {"images": PICTURES, "labels": np.arange(32) % 2}
    assert np.isfinite(gan.fit(given, batch_size=8, verbose=0).history["d_loss"]).all()


class Unusual(GAN):
    def discriminator_loss(self, real_images, fake_images, batch=None):
        return super().discriminator_loss(real_images, fake_images, batch)


# The probability that adapts.


LOGITS = np.float32([3, 1, 2, -1, 5, 0.1, 2, 4]).reshape(8, 1)  # mean sign ¾


def test_the_probability_goes_up_by_the_papers_step_and_down_again():
    layer = layers.AdaptiveAugment(interval=2, rise=100)
    assert float(layer.probability) == 0
    layer.adapt(LOGITS)
    assert float(layer.probability) == 0  # the interval is not over
    layer.adapt(LOGITS)
    assert float(layer.probability) == pytest.approx(8 * 2 / 100)
    assert float(layer.mean_sign) == 0.75
    layer.adapt(LOGITS)
    layer.adapt(-LOGITS)  # ¾ and -¾
    assert float(layer.probability) == 0 and float(layer.mean_sign) == 0


def test_the_paper_needs_500_000_images_from_0_to_1():
    layer = layers.AdaptiveAugment()
    for _ in range(8):
        layer.adapt(LOGITS)
    assert float(layer.probability) == pytest.approx(2 * np.sign(0.15) * 8 * 4 / 500_000)


def test_the_probability_stays_from_0_to_1_and_still_at_the_target():
    layer = layers.AdaptiveAugment(target=0.75, interval=1, rise=4)
    layer.adapt(LOGITS)
    assert float(layer.probability) == 0  # sign 0
    for logits, expected in ((LOGITS + 9, 1), (LOGITS + 9, 1), (LOGITS - 9, 0), (LOGITS - 9, 0)):
        layer.adapt(logits)
        assert float(layer.probability) == expected


class Sure(keras.layers.Layer):
    """Logits of 1 for dark images and -1 for light ones."""

    is_per_example = True

    def call(self, images):
        return -tf.sign(tf.reduce_mean(images, axis=(1, 2)))


def test_in_a_game_it_adapts_in_updates_of_the_discriminator_alone():
    """All real images are dark and half of the fakes are light, so the mean sign is 1."""
    keras.utils.set_random_seed(0)
    image = keras.Input((4, 4, 1))
    judged = keras.layers.Add()([Sure()(image), dense(1)(0 * image)])
    augmentation = layers.AdaptiveAugment(interval=1, rise=800, policy=("translation",))
    gan = GAN(dense(16), keras.Model(image, judged), 2, seed=0, augmentation=augmentation)
    gan.compile("sgd", "sgd", loss="relativistic", jit_compile=True)  # D sees real ones twice
    gan.fit(np.full((32, 4, 4, 1), -0.5, "float32"), batch_size=8, verbose=0)
    assert float(augmentation.mean_sign) == 1
    assert float(augmentation.probability) == pytest.approx(4 * 8 / 800)


def test_the_probability_is_saved_with_the_game(tmp_path):
    gan = game(augmentation=layers.AdaptiveAugment(-0.5, 3, 1000, seed=0))
    gan.fit(PICTURES, batch_size=4, verbose=0)
    gan.save(tmp_path / "game.keras")
    loaded = keras.saving.load_model(tmp_path / "game.keras")
    assert loaded.augmentation.get_config() == gan.augmentation.get_config()
    names = ("probability", "mean_sign", "sum_of_signs", "num_updates")
    states = [[float(getattr(each.augmentation, n)) for n in names] for each in (loaded, gan)]
    assert states[0] == states[1] and 0.01 < states[0][0] < 0.03


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: layers.DiffAugment(("colour",)), "'flip', 'color'"),
        (lambda: layers.DiffAugment("color"), "policy"),
        (lambda: layers.DiffAugment(("color", "color")), "different names"),
        (lambda: layers.DiffAugment(()), "policy"),
        (lambda: layers.DiffAugment(shift=2), "shift=2"),
        (lambda: layers.DiffAugment(probability=-0.1), "probability=-0.1"),
        (lambda: layers.DiffAugment(seed=-1), "seed=-1"),
        (lambda: layers.AdaptiveAugment(target=2), "target=2"),
        (lambda: layers.AdaptiveAugment(interval=0), "interval=0"),
        (lambda: layers.AdaptiveAugment(rise=0), "rise=0"),
        (
            lambda: game(augmentation=layers.AdaptiveAugment(), compiled=False).compile(
                "adam", "adam", loss=losses.NonSaturating(from_logits=False)
            ),
            "from_logits",
        ),
        (
            lambda: game(Unusual, augmentation=layers.AdaptiveAugment()),
            "discriminator_loss of its own",
        ),
        (lambda: game(augmentation="color"), "augmentation must be a layer"),
        (lambda: game(augmentation=layers.Packing(2)), "one changed image for each"),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=message):
        build()
