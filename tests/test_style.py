"""The style-based generator: styles, mixing, truncation, and a game that grows with them."""

from gan_tf import builders, data, layers, penalties
from gan_tf.games.progressive import ProgressiveGAN
import keras
import numpy as np
import pytest
import tensorflow as tf

RNG = np.random.default_rng(0)
FIRST, SECOND = RNG.normal(size=(2, 400, 3)).astype("float32")
LATENTS = RNG.normal(size=(4, 8)).astype("float32")


def few(size):
    return 8


def generator(size=16, **kwargs):
    keras.utils.set_random_seed(0)
    return builders.style_generator(size, 8, 8, filters=few, **kwargs)


def without_noise(model):
    for layer in model._flatten_layers():
        if isinstance(layer, layers.NoiseInjection):
            layer.amount.assign(0.0)
    return model


def begins(mixed):
    """The layer from which each example has its second style; the number of layers if none."""
    is_second = (mixed == SECOND[:, None]).all(-1)  # (batch, num_layers)
    is_first = (mixed == FIRST[:, None]).all(-1)
    assert (is_first ^ is_second).all()
    assert (np.diff(is_second.astype(int), axis=1) >= 0).all()  # never back to the first
    return (~is_second).sum(axis=1)


def test_in_inference_every_layer_has_the_first_style():
    mixed = np.asarray(layers.StyleMixing(6, seed=0)([FIRST, SECOND]))
    assert mixed.shape == (400, 6, 3) and (begins(mixed) == 6).all()


def test_in_training_most_examples_have_two_styles():
    starts = begins(np.asarray(layers.StyleMixing(6, 0.9, seed=0)([FIRST, SECOND], training=True)))
    counts = np.bincount(starts, minlength=7)
    assert counts[0] == 0 and counts[6] == pytest.approx(40, abs=20)
    assert counts[1:6] == pytest.approx(360 / 5, abs=30)


@pytest.mark.parametrize(("probability", "share"), [(0.0, 0.0), (1.0, 1.0)])
def test_probability_is_the_share_of_mixed_examples(probability, share):
    layer = layers.StyleMixing(4, probability, seed=0)
    starts = begins(np.asarray(layer([FIRST, SECOND], training=True)))
    assert (starts < 4).mean() == share


def test_mixing_keeps_to_the_layers_in_use():
    layer = layers.StyleMixing(6, 1.0, seed=0)
    layer.enter_stage(1)  # 4 × 4 and 8 × 8: four layers
    starts = begins(np.asarray(layer([FIRST, SECOND], training=True)))
    assert set(starts) == {1, 2, 3}
    layer.enter_stage(2)
    assert set(begins(np.asarray(layer([FIRST, SECOND], training=True)))) == {1, 2, 3, 4, 5}


def test_truncation_tracks_the_mean_in_training_and_pulls_towards_it_in_inference():
    layer, styles = layers.Truncation(decay=0.5), RNG.normal(2.0, 1.0, (64, 4, 3)).astype("float32")
    np.testing.assert_array_equal(layer(styles, training=True), styles)
    np.testing.assert_allclose(layer.mean, 0.5 * styles[:, 0].mean(0), rtol=1e-5)
    np.testing.assert_array_equal(layer(styles), styles)  # psi is 1
    layer.psi.assign([0.0, 0.5, 1.0, 1.0])
    mean = np.asarray(layer.mean)
    expected = mean + np.array([0.0, 0.5, 1.0, 1.0])[:, None] * (styles - mean)
    np.testing.assert_allclose(layer(styles), expected, atol=1e-5)


def test_mapping_network_has_eight_slow_layers_and_normalises_its_latents():
    mapping = builders.mapping_network(8, 5)
    dense = [layer for layer in mapping.layers if isinstance(layer, layers.EqualizedDense)]
    assert len(dense) == 8 and {layer.learning_rate_multiplier for layer in dense} == {0.01}
    np.testing.assert_allclose(mapping(LATENTS), mapping(7 * LATENTS), rtol=1e-4, atol=1e-5)
    assert mapping(LATENTS).shape == (4, 5)


def test_a_generator_is_its_mapping_and_its_synthesis():
    model = without_noise(generator())
    styles = np.asarray(model.get_layer("mapping")(LATENTS))[:, None].repeat(6, axis=1)
    made = builders.synthesis_network(model)(styles)
    assert [image.shape[1] for image in made] == [4, 8, 16]
    for a, b in zip(made, model(LATENTS), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_coarse_styles_leave_no_trace_in_what_came_before():
    """The styles of 16 × 16 change no smaller image, those of 4 × 4 change all."""
    model = without_noise(generator())
    for size in (8, 16):
        model.get_layer(f"fade_{size}").alpha.assign(1.0)
    synthesis = builders.synthesis_network(model)
    styles = RNG.normal(size=(2, 6, 8)).astype("float32")
    fine, coarse = styles.copy(), styles.copy()
    fine[:, 4:] += 1.0
    coarse[:, :2] += 1.0
    before = synthesis(styles)
    changed = [
        [not np.allclose(a, b, atol=1e-5) for a, b in zip(before, synthesis(other), strict=True)]
        for other in (fine, coarse)
    ]
    assert changed == [[False, False, True], [True, True, True]]


def test_noise_changes_images_only_once_its_strength_is_learnt():
    model = generator()
    model.get_layer("fade_16").alpha.assign(1.0)
    np.testing.assert_array_equal(model(LATENTS)[-1], model(LATENTS)[-1])  # strength is zero
    noisy = [x for x in model._flatten_layers() if isinstance(x, layers.NoiseInjection)]
    assert len(noisy) == 6
    noisy[-1].strength.assign(np.ones(8))
    assert not np.allclose(model(LATENTS)[-1], model(LATENTS)[-1])
    assert not any(
        isinstance(x, layers.NoiseInjection) for x in generator(noise=False)._flatten_layers()
    )


def test_without_a_constant_it_begins_with_the_styles():
    model = generator(constant=False)
    kinds = {type(layer) for layer in model._flatten_layers()}
    assert layers.LearnedConstant not in kinds
    assert layers.LearnedConstant in {type(layer) for layer in generator()._flatten_layers()}


def test_in_a_graph_it_mixes_anew_and_tracks_the_mean_of_its_styles():
    model = without_noise(generator(8, mixing=1.0))
    tracked = model.get_layer("truncation").mean
    make = tf.function(lambda latents: model(latents, training=True))
    seen = []
    for _ in range(2):
        seen += [np.asarray(make(LATENTS)[0]), np.array(tracked)]
    images, means, other_images, other_means = seen
    assert np.isfinite(images).all() and not np.allclose(images, other_images)
    assert means.any() and not np.allclose(means, other_means)


def test_it_grows_in_a_game_and_loads_again(tmp_path):
    discriminator = builders.progressive_discriminator(8, filters=few, blur=True)
    gan = ProgressiveGAN(generator(8), discriminator, 8, 8, seed=0)
    optimizers = [keras.optimizers.Adam(1e-3, 0.0, 0.99) for _ in range(2)]
    gan.compile(*optimizers, penalty=penalties.R1(0.1), run_eagerly=True)  # no tracing
    images = RNG.uniform(-1, 1, (64, 8, 8, 1)).astype("float32")
    before = [v.numpy() for v in gan.whole_generator.trainable_variables]
    batches = data.batches(images, 8, steps_per_epoch=1)
    history = gan.fit(batches, epochs=3, verbose=0).history
    assert history["resolution"] == [4, 8, 8]
    for old, variable in zip(before, gan.whole_generator.trainable_variables, strict=True):
        assert not np.array_equal(old, variable), variable.path
    assert np.abs(gan.whole_generator.get_layer("truncation").mean).max() > 0
    gan.save(tmp_path / "game.keras")
    loaded = keras.saving.load_model(tmp_path / "game.keras", compile=False)
    pair = [
        without_noise(model)(LATENTS)[-1] for model in (gan.whole_generator, loaded.whole_generator)
    ]
    np.testing.assert_allclose(*pair, atol=1e-6)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: layers.StyleMixing(1), "num_layers"),
        (lambda: layers.StyleMixing(4, 1.5), "probability"),
        (lambda: layers.Truncation(1.0), "decay=1.0"),
        (lambda: builders.style_generator(20), "power of two"),
        (lambda: builders.mapping_network(0), "latent_dim=0"),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=message):
        build()
