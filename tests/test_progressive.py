"""Players that grow: what each stage shows, what growing leaves alone, and when it happens."""

from gan_tf import builders, callbacks, data, growing, penalties
from gan_tf.games.progressive import ProgressiveGAN
import keras
import numpy as np
import pytest
import tensorflow as tf

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(-1, 1, (96, 16, 16, 1)).astype("float32")
LATENTS = RNG.normal(size=(5, 4)).astype("float32")
STAGES = (1, 2)


def few(size):
    return 8


def game(images_stable=32, images_fading=32, seed=0, **kwargs):
    """Stages of 4, 8 and 16 pixels, whose phases last two steps of 16 images each."""
    keras.utils.set_random_seed(seed)
    generator = builders.progressive_generator(16, 4, filters=few)
    discriminator = builders.progressive_discriminator(16, filters=few)
    gan = ProgressiveGAN(generator, discriminator, images_stable, images_fading, **kwargs)
    optimizers = [keras.optimizers.Adam(1e-3, 0.0, 0.99) for _ in range(2)]
    gan.compile(*optimizers, penalty=penalties.R1(0.1))
    return gan


def batches():
    return data.batches(IMAGES, 16, seed=0, steps_per_epoch=2)


def set_alpha(gan, stage, value):
    for player in (gan.whole_generator, gan.whole_discriminator):
        player.get_layer(f"fade_{4 * 2**stage}").alpha.assign(value)


def doubled(images):
    return np.asarray(images).repeat(2, axis=1).repeat(2, axis=2)


def halved(images):
    rows = images[:, ::2] + images[:, 1::2]
    return (rows[:, :, ::2] + rows[:, :, 1::2]) / 4


@pytest.mark.parametrize("stage", STAGES)
def test_growing_leaves_the_generators_images_as_they_were_only_larger(stage):
    gan = game()
    if stage > 1:
        set_alpha(gan, stage - 1, 1.0)  # the stage before has faded in
    before = gan.generators[stage - 1](LATENTS)
    np.testing.assert_array_equal(gan.generators[stage](LATENTS), doubled(before))
    set_alpha(gan, stage, 1.0)
    assert not np.allclose(gan.generators[stage](LATENTS), doubled(before), atol=1e-3)


@pytest.mark.parametrize("stage", STAGES)
def test_growing_leaves_what_the_discriminator_says_of_smaller_images(stage):
    gan = game()
    if stage > 1:
        set_alpha(gan, stage - 1, 1.0)
    images = IMAGES[:8, : 4 * 2**stage, : 4 * 2**stage]
    before = gan.discriminators[stage - 1](halved(images))
    np.testing.assert_allclose(gan.discriminators[stage](images), before, atol=1e-6)
    set_alpha(gan, stage, 1.0)
    assert not np.allclose(gan.discriminators[stage](images), before, atol=1e-3)


def test_stages_share_their_layers():
    gan = game()
    first, last = gan.generators[0].trainable_variables, gan.generators[-1].trainable_variables
    assert {id(v) for v in first[:-2]} < {id(v) for v in last}  # all but its image layer
    everything = {id(v) for v in gan.whole_generator.trainable_variables}
    assert {id(v) for each in gan.generators for v in each.trainable_variables} == everything


def test_the_papers_feature_maps():
    sizes = [4, 8, 16, 32, 64, 128, 256, 512, 1024]
    expected = [512, 512, 512, 512, 256, 128, 64, 32, 16]
    assert [builders.papers_filters(size) for size in sizes] == expected


def test_sizes_may_double_with_a_low_pass_filter():
    sharp, soft = (
        builders.progressive_generator(8, 4, filters=few, blur=blur) for blur in (False, True)
    )
    assert sharp.count_params() == soft.count_params()
    soft.set_weights(sharp.get_weights())
    for model in (sharp, soft):
        model.get_layer("fade_8").alpha.assign(1.0)
    assert not np.allclose(sharp(LATENTS)[1], soft(LATENTS)[1], atol=1e-3)


def test_first_images_of_stages_are_where_the_stages_begin():
    gan = game(images_stable=3, images_fading=5)
    for stage in range(1, 3):
        first = growing.first_image_of(stage, 3, 5)
        assert (gan.stage_at(first - 1), gan.stage_at(first)) == (stage - 1, stage)
    assert growing.first_image_of(0, 3, 5) == 0


@pytest.mark.parametrize(
    ("seen", "stage"), [(0, 0), (31, 0), (32, 1), (95, 1), (96, 2), (160, 2), (10_000, 2)]
)
def test_stages_follow_the_images_seen(seen, stage):
    assert game().stage_at(seen) == stage


@pytest.fixture(scope="module")
def grown():
    """A game after all its stages, its History, and the sizes of its average's images."""
    gan, average = game(), callbacks.GeneratorAverage(0.5)
    sizes = []
    keep = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: sizes.append(average.generator(LATENTS).shape[1])
    )
    history = gan.fit(batches(), epochs=6, callbacks=[average, keep], verbose=0).history
    return gan, history, sizes


def test_one_fit_trains_all_stages(grown):
    gan, history, _ = grown
    assert history["resolution"] == [4, 8, 8, 16, 16, 16]
    np.testing.assert_allclose(history["alpha"], [1, 0.25, 1, 0.25, 1, 1])  # 0 and ½, then 1
    assert int(gan.images_seen) == 6 * 32 and gan.resolution == 16 and gan.alpha == 1.0
    assert gan.generate(3).shape == (3, 16, 16, 1)


def test_the_running_average_grows_with_the_game(grown):
    gan, _, sizes = grown
    assert sizes == [4, 8, 8, 16, 16, 16]
    alpha = gan.average_generator.get_layer("fade_16").alpha
    assert float(alpha) == float(gan.whole_generator.get_layer("fade_16").alpha)


def test_without_fading_a_new_size_is_there_at_once():
    gan = game(fade=False)
    history = gan.fit(batches(), epochs=4, verbose=0).history
    assert history["resolution"] == [4, 8, 8, 16] and history["alpha"] == [1, 1, 1, 1]
    assert float(gan.whole_generator.get_layer("fade_16").alpha) == 1.0


def test_earlier_layers_stay_trainable_and_optimizers_start_afresh():
    gan = game()
    gan.fit(batches(), epochs=1, verbose=0)
    before = gan.generators[0].get_weights()
    assert int(gan.generator_optimizer.iterations) == 2
    gan.fit(batches(), epochs=2, initial_epoch=1, verbose=0)
    assert int(gan.generator_optimizer.iterations) == 2
    after = gan.generators[0].get_weights()
    assert all(not np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_real_images_shrink_and_fade_with_the_stage():
    gan = game()
    np.testing.assert_allclose(gan.prepare(IMAGES), halved(halved(IMAGES)), atol=1e-6)
    gan.images_seen.assign(32 + 8)  # a quarter of the way into 8 × 8
    gan.grow()
    small = halved(IMAGES)
    expected = 0.75 * doubled(halved(small)) + 0.25 * small
    np.testing.assert_allclose(gan.prepare(IMAGES), expected, atol=1e-6)
    for player in (gan.whole_generator, gan.whole_discriminator):
        assert float(player.get_layer("fade_8").alpha) == 0.25


def test_it_is_saved_and_loaded_whole(tmp_path):
    gan = game()
    gan.fit(batches(), epochs=2, verbose=0)
    gan.save(tmp_path / "game.keras")
    loaded = keras.saving.load_model(tmp_path / "game.keras", compile=False)
    assert (loaded.images_stable, loaded.images_fading, loaded.fade) == (32, 32, True)
    for a, b in zip(gan.whole_generator(LATENTS), loaded.whole_generator(LATENTS), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: game(images_stable=0), "images_stable=0"),
        (lambda: game(images_fading=2.5), "images_fading=2.5"),
        (lambda: builders.progressive_generator(24), "power of two.*24"),
        (lambda: builders.progressive_discriminator(4), "power of two.*4"),
        (
            lambda: ProgressiveGAN(
                builders.progressive_generator(8), builders.progressive_discriminator(16)
            ),
            "one image for each stage",
        ),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_images_of_another_size_get_a_clear_error():
    with pytest.raises(ValueError, match="16, 16, 1"):
        game().fit(data.batches(IMAGES[:, :8, :8], 16), epochs=1, verbose=0)


def test_it_grows_under_a_strategy_too():
    """Whose variables are kept on each device, and are no numbers for Python."""
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        generator = builders.progressive_generator(8, 4, filters=lambda size: 4)
        discriminator = builders.progressive_discriminator(8, filters=lambda size: 4)
        gan = ProgressiveGAN(generator, discriminator, images_stable=20, images_fading=90)
        gan.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
    gan.grow()
    assert gan.resolution == 4
    gan.images_seen.assign(20)
    gan.grow()
    assert gan.resolution == 8
    gan.on_restored()
    assert gan.resolution == 8 and gan.alpha == 0
