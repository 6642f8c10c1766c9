"""The growing games of garments: their schedule, each part left out, and each step to a style."""

from gan_tf import data, layers, penalties, recipes
from gan_tf.games.progressive import ProgressiveGAN
from gan_tf.training.freezing import all_layers
import keras
import numpy as np
import pytest

LATENTS = np.random.default_rng(0).normal(size=(3, 128)).astype("float32")


@pytest.fixture(autouse=True)
def embedded(monkeypatch):
    monkeypatch.setenv("GAN_TF_DATA", "embedded")


def kinds(model):
    return [type(layer) for layer in all_layers(model)]


def test_all_stages_are_reached_in_their_order(small):
    recipe = recipes.progressive(num_images=40_000, phase=2_000)
    gan = recipe.gan
    seen = (0, 1_999, 2_000, 5_999, 6_000, 9_999, 10_000)
    assert [gan.stage_at(number) for number in seen] == [0, 0, 1, 1, 2, 2, 3]
    assert recipe.epochs * recipe.steps_per_epoch * recipe.batch_size == 40_000
    assert recipe.samples.shape[1:] == (32, 32, 1) and recipe.value_range == (-1, 1)
    np.testing.assert_array_equal(recipe.samples[:, :2], -1)  # the border that was added
    # A smaller game sees the same garments with fewer pixels.
    np.testing.assert_allclose(small.samples, data.shrunk(recipe.samples, 8), atol=1e-6)
    assert small.gan.data_shape == (8, 8, 1)
    assert recipes.style(resolution=16).gan.data_shape == (16, 16, 1)


@pytest.fixture(scope="module")
def small():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_TF_DATA", "embedded")
        return recipes.progressive(resolution=8)


def test_each_part_can_be_left_out(small):
    whole = small.gan
    assert layers.EqualizedConv2D in kinds(whole.whole_generator)
    assert layers.PixelNormalization in kinds(whole.whole_generator)
    assert layers.MinibatchStdDev in kinds(whole.whole_discriminator)
    found = {part: recipes.progressive(without=part, resolution=8).gan for part in recipes.PARTS}
    rates = []
    for name in recipes.PARTS[:2]:
        rates.append(float(found[name].generator_optimizer.learning_rate))
        for player in ("whole_generator", "whole_discriminator"):
            without = kinds(getattr(found[name], player))
            assert layers.EqualizedConv2D not in without and keras.layers.Conv2D in without
    assert rates == pytest.approx([8e-3, 1e-3])
    without = kinds(found["pixel normalisation"].whole_generator)
    assert layers.PixelNormalization not in without
    without = kinds(found["minibatch standard deviation"].whole_discriminator)
    assert layers.MinibatchStdDev not in without
    jumping = found["fade-in"]
    seen = range(0, 60_000, 500)
    assert [jumping.stage_at(n) for n in seen] == [whole.stage_at(n) for n in seen]
    assert not jumping.fade and whole.fade
    assert not isinstance(found["growing"], ProgressiveGAN)
    assert found["growing"].generate(2).shape == (2, 8, 8, 1)


def test_a_game_that_does_not_grow_is_the_last_stage_once_it_is_there():
    keras.utils.set_random_seed(0)
    gan = recipes.progressive(resolution=16).gan
    for player in (gan.whole_generator, gan.whole_discriminator):
        for size in (8, 16):
            player.get_layer(f"fade_{size}").alpha.assign(1.0)
    expected = gan.generators[-1](LATENTS)
    same = recipes.grown(gan.whole_generator, gan.whole_discriminator)
    np.testing.assert_array_equal(same.generator(LATENTS), expected)
    logits = gan.discriminators[-1](expected)
    np.testing.assert_array_equal(same.discriminator(expected), logits)


def test_each_step_to_a_style_adds_its_part():
    games = {step: recipes.style(up_to=step, resolution=8).gan for step in recipes.STYLE_STEPS}
    generators = {step: game.whole_generator for step, game in games.items()}
    having = {
        layers.AdaIN: 2,
        layers.LearnedConstant: 3,
        layers.NoiseInjection: 4,
    }
    for kind, first in having.items():
        found = [kind in kinds(generator) for generator in generators.values()]
        assert found == [place >= first for place in range(6)], kind
    mixing = [
        layer.probability
        for generator in generators.values()
        for layer in all_layers(generator)
        if isinstance(layer, layers.StyleMixing)
    ]
    assert mixing == [0.0, 0.0, 0.0, 0.5]
    rates = [float(game.generator_optimizer.learning_rate) for game in games.values()]
    assert rates == pytest.approx([1.6e-2] * 6)
    assert [game.penalty.penalty.weight for game in games.values()] == [0.5] * 6
    blurred = [any(getattr(x, "blur", False) for x in all_layers(g)) for g in generators.values()]
    assert blurred[:2] == [False, True]
    assert layers.Blur in kinds(generators["mapping and AdaIN"])


def test_the_papers_loss_and_ours(small):
    papers = recipes.progressive(loss="wasserstein", resolution=8).gan
    assert isinstance(small.gan.penalty, penalties.Lazy)
    parts = [type(part) for part in papers.penalty.penalties]
    assert parts == [penalties.GradientPenalty, penalties.Drift]
    for phase in papers.phases:
        papers.play(phase, papers.prepare_batch({"images": small.samples[:16]}))
    logs = papers.logs()
    assert set(logs) >= {"d_loss", "g_loss", "penalty"}
    assert np.isfinite([float(value) for value in logs.values()]).all()


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: recipes.progressive(without="noise"), "without must be one of.*noise"),
        (lambda: recipes.style(up_to="fade-in"), "up_to must be one of.*fade-in"),
        (lambda: recipes.progressive(loss="hinge"), "loss must be one of.*hinge"),
        (lambda: recipes.style(phase=0, resolution=8), "images_stable=0"),
        (lambda: recipes.style(num_images=10, resolution=8), "at least 800.*num_images=10"),
    ],
)
def test_clear_errors(build, message):
    with pytest.raises(ValueError, match=message):
        build()
