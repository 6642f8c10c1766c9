"""Dense players with an encoder, and the recipes that look for latents."""

from gan_tf import builders, data, recipes
from gan_tf.games import AdversarialAutoencoder, BiGAN, SemiSupervisedAAE
import keras
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def embedded(monkeypatch):
    monkeypatch.setenv("GAN_TF_DATA", "embedded")


def kinds(model):
    return [type(layer).__name__ for layer in model.layers]


def pictures(num, shape=(8, 8, 1)):
    return np.random.default_rng(0).uniform(-1, 1, (num, *shape)).astype("float32")


def test_encoder_and_decoder_are_each_other_backwards():
    decoder = builders.dense_decoder(5, (8, 8, 1), (32, 16))
    encoder = builders.dense_encoder((8, 8, 1), 5, (16, 32))
    kernels = [
        [tuple(each.kernel.shape) for each in model.layers if isinstance(each, keras.layers.Dense)]
        for model in (decoder, encoder)
    ]
    assert kernels[0] == [(5, 32), (32, 16), (16, 64)]
    assert kernels[1] == [shape[::-1] for shape in kernels[0][::-1]]
    for model in (decoder, encoder):
        assert kinds(model).count("BatchNormalization") == 2
    images = decoder(np.random.default_rng(0).normal(0, 9, (4, 5)).astype("float32"))
    assert images.shape == (4, 8, 8, 1) and np.abs(images).max() <= 1
    assert encoder(images).shape == (4, 5)


def test_classes_are_a_second_input_and_a_second_output():
    decoder = builders.dense_decoder(5, (8, 8, 1), (16,), num_classes=3)
    encoder = builders.dense_encoder((8, 8, 1), 5, (16,), num_classes=3)
    codes, logits = encoder(pictures(4))
    assert codes.shape == (4, 5) and logits.shape == (4, 3)
    codes = np.asarray(codes)
    one, other = (decoder([codes, np.eye(3, dtype="float32")[[k] * 4]]) for k in (0, 1))
    assert np.abs(np.asarray(one) - np.asarray(other)).max() > 1e-3


def test_the_judge_of_pairs_looks_at_both_and_has_a_layer_for_each():
    keras.utils.set_random_seed(0)
    judge = builders.pair_discriminator((8, 8, 1), 5, units=16, dropout=0.5)
    dense = [each for each in judge.layers if isinstance(each, keras.layers.Dense)]
    assert sorted(tuple(each.kernel.shape) for each in dense) == [
        (5, 16),
        (16, 1),
        (32, 16),
        (64, 16),
    ]
    images, codes = pictures(2), np.random.default_rng(1).normal(size=(2, 5)).astype("float32")
    before = np.asarray(judge([images, codes]))
    assert np.all(np.asarray(judge([images[::-1], codes])) != before)
    assert np.all(np.asarray(judge([images, codes[::-1]])) != before)
    assert np.any(np.asarray(judge([images, codes], training=True)) != before)  # dropout
    assert "Dropout" not in kinds(builders.pair_discriminator((8, 8, 1), 5, units=16))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: builders.dense_decoder(0), "latent_dim must be an integer >= 1"),
        (lambda: builders.dense_encoder(units=(0,)), "units"),
        (lambda: builders.pair_discriminator(dropout=1.0), r"dropout must be a number in \[0, 1\)"),
        (lambda: builders.dense_encoder(num_classes=-1), "num_classes must be an integer >= 0"),
        (lambda: recipes.semi_supervised(images=pictures(20)), "give both"),
        (lambda: recipes.bigan(latent_dim=0), "latent_dim must be an integer >= 1"),
        (lambda: data.few_labels([0, 0, 1], 2), "at most 1, the examples of the rarest class"),
        (lambda: data.few_labels([0.5], 1), "labels must be a one-dimensional array of integers"),
        (lambda: data.few_labels([0, 1], 0), "per_class must be an integer >= 1"),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_few_labels_are_right_and_equally_many_of_each_class():
    labels = np.arange(300) % 3
    few = data.few_labels(labels, per_class=4, seed=0)
    known = few >= 0
    np.testing.assert_array_equal(few[known], labels[known])
    np.testing.assert_array_equal(np.bincount(few[known]), [4, 4, 4])
    assert not np.array_equal(known, data.few_labels(labels, 4, seed=1) >= 0)


@pytest.mark.parametrize(
    ("make", "kind"),
    [(recipes.bigan, BiGAN), (recipes.adversarial_autoencoder, AdversarialAutoencoder)],
)
def test_both_recipes_start_from_the_same_generator_and_encoder(make, kind):
    keras.utils.set_random_seed(1)
    game = make(1, latent_dim=7).gan
    assert isinstance(game, kind) and game.generator.input_shape == (None, 7)
    keras.utils.set_random_seed(1)
    expected = builders.dense_decoder(7).get_weights()
    for weights, own in zip(game.generator.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(weights, own)
    for optimizer in game.optimizers.values():
        assert float(optimizer.learning_rate) == pytest.approx(1e-3)


def test_a_few_labels_are_shown_again_and_again():
    recipe = recipes.semi_supervised()
    assert isinstance(recipe.gan, SemiSupervisedAAE) and recipe.gan.num_classes == 10
    labels = np.concatenate([each["labels"] for each in recipe.batches.take(60)])
    assert np.mean(labels >= 0) == pytest.approx(0.2, abs=0.04)


@pytest.mark.slow
@pytest.mark.parametrize(
    "make", [recipes.bigan, recipes.adversarial_autoencoder, recipes.semi_supervised]
)
def test_they_play(make):
    recipe = make()
    history = recipe.gan.fit(recipe.batches.take(50), verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert recipe.gan.generate(4).shape == (4, 28, 28, 1)
