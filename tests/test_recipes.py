"""The lecture's DCGAN and the default recipe: their networks, their rules, and a short run."""

from gan_tf import builders, callbacks, penalties, recipes
from gan_tf.games.lecture import LectureGAN
import keras
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def embedded(monkeypatch):
    monkeypatch.setenv("GAN_TF_DATA", "embedded")


@pytest.mark.parametrize("filters", [(128, 64), (64, 32)])
def test_the_lectures_networks_at_any_width(filters):
    gan = recipes.lecture_dcgan(filters=filters).gan
    assert isinstance(gan, LectureGAN)
    expected = (
        builders.dcgan_generator(filters=filters),
        builders.dcgan_discriminator(filters=filters[::-1]),
    )
    assert [player.count_params() for player in (gan.generator, gan.discriminator)] == [
        player.count_params() for player in expected
    ]


def test_the_default_is_the_lectures_dcgan_at_half_the_width_with_other_rules():
    recipe = recipes.get()
    gan = recipe.gan
    expected = builders.dcgan_generator(filters=(64, 32))
    assert gan.generator.count_params() == expected.count_params()
    last = gan.discriminator.layers[-1]
    assert last.units == 1 and last.activation is keras.activations.linear
    assert not any(isinstance(layer, keras.layers.Dropout) for layer in gan.discriminator.layers)
    assert isinstance(gan.penalty, penalties.Lazy) and isinstance(gan.penalty.penalty, penalties.R1)
    assert recipe.average_decay and recipe.batch_size == 16


def test_its_rate_falls():
    gan = recipes.dcgan().gan
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        found = []
        for step in (0, 1_500, 3_000):
            optimizer.iterations.assign(step)
            found.append(float(optimizer.learning_rate))
        assert found == pytest.approx([4e-3, 2e-3, 4e-3 / 3])
    constant = recipes.dcgan(rate=1e-3).gan.generator_optimizer
    constant.iterations.assign(3_000)
    assert float(constant.learning_rate) == pytest.approx(1e-3)


def test_filters_that_are_none_are_refused():
    with pytest.raises(ValueError, match="filters"):
        recipes.dcgan(filters=())


@pytest.mark.slow
def test_twenty_steps_bring_its_average_nearer_to_the_data():
    """Not good garments yet, but darker borders than those of untrained networks."""
    recipe = recipes.get(seed=1)
    average = callbacks.GeneratorAverage(recipe.average_decay)
    real = recipe.samples.mean(0)
    before = np.abs(recipe.gan.generate(100, seed=1).mean(0) - real).mean()
    recipe.gan.fit(recipe.batches.take(20), callbacks=[average], verbose=0)
    latents = keras.random.normal((100, 100), seed=1)
    after = np.abs(np.array(average.generator(latents)).mean(0) - real).mean()
    assert after < before
