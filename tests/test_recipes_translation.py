"""Recipes that turn one picture into another: networks, the papers' numbers, short runs, errors."""

from gan_tf import builders, data, recipes
from gan_tf.games import CUT, CycleGAN, Pix2Pix, StarGAN
from gan_tf.recipes import translation
import keras
import numpy as np
import pytest

KINDS = {"pix2pix": Pix2Pix, "cyclegan": CycleGAN, "cut": CUT, "stargan": StarGAN}
USUAL = {
    "pix2pix": {"l1": 100.0},
    "cyclegan": {"cycle": 10.0, "identity": 5.0},
    "cut": {"contrast": 1.0, "identity": 1.0},
    "stargan": {"real_class": 1.0, "asked_class": 1.0, "cycle": 10.0, "penalty": 10.0},
}


@pytest.fixture(autouse=True)
def few_pictures(monkeypatch):
    monkeypatch.setattr(translation, "NUM_PAIRS", 24)
    monkeypatch.setattr(translation, "NUM_FACES", 24)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


def made_small(name, seed=0):
    """A recipe of pictures of 32 pixels, which plays two steps of an epoch."""
    keras.utils.set_random_seed(seed)
    recipe = getattr(recipes, name)(seed, size=32)
    adams = {player: keras.optimizers.Adam(2e-4, 0.5) for player in recipe.gan.players}
    recipe.gan.compile(optimizers=adams)  # one step at a time
    num_batches = 2 * getattr(recipe.gan, "discriminator_steps", 1)
    return recipe._replace(batches=recipe.batches.take(num_batches))


@pytest.mark.parametrize("name", KINDS)
def test_a_recipe_has_the_papers_weights_and_rates(name):
    recipe = recipes.get(name)
    game = recipe.gan
    assert type(game) is KINDS[name] and game.weights_of_terms == USUAL[name]
    for adam in game.optimizers.values():
        assert (adam.beta_1, adam.beta_2) == (0.5, 0.999)
        rate = {"pix2pix": 5e-4, "stargan": 5e-4}.get(name, 3e-4)
        assert float(adam.learning_rate) == pytest.approx(rate)
    steps = recipe.steps_per_epoch * getattr(game, "discriminator_steps", 1)
    assert len(recipe.batches) == steps


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_two_steps_are_played_and_the_same_seed_gives_the_same_bits(name):
    one, again, other = (made_small(name, seed) for seed in (3, 3, 4))
    for recipe in (one, again, other):
        history = recipe.gan.fit(recipe.batches, verbose=0).history
        assert all(np.isfinite(values).all() for values in history.values()), history
        assert set(USUAL[name]) < set(history)
    samples = [recipe.gan.generate(2, **first_two(recipe)) for recipe in (one, again, other)]
    assert samples[0].shape == (2, *one.samples.shape[1:])
    np.testing.assert_array_equal(samples[0], samples[1])
    assert np.abs(samples[0] - samples[2]).max() > 1e-3


def first_two(recipe):
    return {name: values[:2] for name, values in recipe.conditions.items()}


@pytest.mark.parametrize("name", KINDS)
def test_what_is_shown_was_not_trained_on(name):
    recipe = recipes.get(name)
    shown = next(iter(recipe.conditions.values()))
    batch = next(iter(recipe.batches.unbatch().batch(24)))
    trained = np.asarray(batch[next(iter(recipe.conditions))])
    assert shown.shape == (translation.NUM_SHOWN, *trained.shape[1:])
    assert recipe.truths.shape == (translation.NUM_SHOWN, *recipe.samples.shape[1:])
    distances = np.abs(shown[:, None] - trained[None]).max(axis=(2, 3, 4))
    assert distances.min() > 0.05


def test_pix2pix_is_given_flat_emoji_where_they_are_asked_for():
    recipe = recipes.pix2pix(pairs="emoji", size=32, l1=0.0)
    assert recipe.gan.weights_of_terms == {"l1": 0.0}
    flat, solid = (data.emoji(s, "test", 32)[0][:6] for s in ("fluent_flat", "fluent_3d"))
    np.testing.assert_array_equal(recipe.conditions["sketches"], flat)
    np.testing.assert_array_equal(recipe.truths, solid)


@pytest.mark.parametrize(("size", "halvings"), [(64, 3), (32, 2), (128, 4), (12, 2), (8, 2)])
def test_a_u_net_halves_down_to_eight_pixels_and_at_least_twice(size, halvings):
    pairs = noise(3, size, size, 1), noise(3, size, size, 3)
    game = recipes.pix2pix(pairs=pairs).gan
    narrow = [x.output.shape[1] for x in game.generator.layers if "conv2d" in x.name]
    assert min(narrow) == size // 2**halvings
    assert game.generator.input_shape[1:] == (size, size, 1)
    field = 34 if size >= 64 else 16
    assert builders.receptive_field(translation._judge((size, size, 3))) == (field, field)


def test_pictures_of_ones_own_two_kinds_are_taken():
    recipe = recipes.cyclegan(a=noise(9, 32, 32, 3), b=noise(7, 32, 32, 1))
    assert recipe.gan.generator.output_shape == (None, 32, 32, 1)
    assert recipe.gan.inverse.output_shape == (None, 32, 32, 3)
    assert recipe.samples.shape == (7, 32, 32, 1) and recipe.truths is None
    assert recipes.cut(a=noise(9, 32, 32, 3), b=noise(7, 32, 32, 3)).gan.layer_names == (
        *("down_0", "down_1", "block_1", "block_3"),
    )


def test_the_faces_of_the_two_styles_are_hidden_twins():
    """The classifier reads the same of what is shown and of what it should become."""
    labels = [data.faces(6, 32, style, translation.SEEDS["test"])[1] for style in data.FACE_STYLES]
    shown = recipes.cyclegan()
    for name in set(labels[1]):
        np.testing.assert_array_equal(labels[0][name], labels[1][name])
    toon = data.faces(6, 32, "toon", translation.SEEDS["test"])[0]
    np.testing.assert_array_equal(shown.truths, toon)


def test_stargan_asks_for_one_change_of_each_face_and_knows_the_twin():
    recipe = recipes.stargan(attributes=("glasses", "smiling"))
    faces, labels = data.faces(6, 32, seed=translation.SEEDS["test"])
    before = np.stack([labels["glasses"], labels["smiling"]], axis=1)
    np.testing.assert_array_equal(recipe.conditions["pictures"], faces)
    changed = np.abs(recipe.conditions["attributes"] - before)
    np.testing.assert_array_equal(changed, np.tile(np.eye(2), (3, 1)))
    differs = np.abs(recipe.truths - faces).max(axis=(1, 2, 3))
    assert differs.min() > 0.1 and np.abs(recipe.truths - faces).mean() < 0.1


def test_stargan_paints_over_the_picture_where_its_mask_is(tmp_path):
    generator = recipes.stargan().gan.generator
    outputs = [generator.get_layer(name).output for name in ("colour", "mask")]
    inputs = [noise(2, 32, 32, 3), np.eye(3, dtype="float32")[:2]]
    colour, mask = map(np.asarray, keras.Model(generator.inputs, outputs)(inputs))
    assert colour.shape == (2, 32, 32, 3) and mask.shape == (2, 32, 32, 1)
    assert 0 < mask.min() < mask.max() < 1
    made = np.asarray(generator(inputs))
    np.testing.assert_allclose(made, mask * colour + (1 - mask) * inputs[0], atol=1e-6)
    generator.save(tmp_path / "generator.keras")
    loaded = keras.models.load_model(tmp_path / "generator.keras")
    np.testing.assert_array_equal(np.asarray(loaded(inputs)), made)


def test_an_attribute_that_is_asked_for_reaches_the_first_normalised_layer():
    """Planes are the same everywhere; normalised over the picture at once they would be lost."""
    generator = recipes.stargan().gan.generator
    pictures = np.zeros((2, 32, 32, 3), "float32")
    asked = np.array([[0, 0, 0], [1, 1, 1]], "float32")
    first = generator.get_layer("down_1").output
    maps = np.asarray(keras.Model(generator.inputs, first)([pictures, asked]))
    middle = maps[:, 6:10, 6:10]
    assert np.abs(middle[0] - middle[1]).max() > 0.01


def test_a_critic_halves_down_to_four_pixels_and_shares_its_body():
    critic, classifier = translation._critic_and_classifier((64, 64, 3), 5)
    assert critic.output_shape == (None, 4, 4, 1) and classifier.output_shape == (None, 5)
    shared = {id(w) for w in critic.weights} & {id(w) for w in classifier.weights}
    assert len(shared) == 2 * 4  # four convolutions with biases


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("pix2pix", {"pairs": "maps"}, "pairs must be one of"),
        ("pix2pix", {"size": 128}, "size must be one of"),
        ("pix2pix", {"l1": -1.0}, "l1"),
        ("pix2pix", {"pairs": 3}, "a data.PairFolder, or a pair of arrays"),
        ("pix2pix", {"pairs": (noise(3, 8, 8, 1), noise(4, 8, 8, 1))}, "as many sketches as"),
        ("pix2pix", {"pairs": (noise(3, 8, 8, 1), 200 * noise(3, 8, 8, 1))}, "/ 127.5 - 1"),
        ("pix2pix", {"pairs": (noise(3, 30, 30, 1),) * 2}, "multiples of 4"),
        ("pix2pix", {"pairs": (noise(3, 4, 4, 1),) * 2}, "from 8 on"),
        ("cyclegan", {"a": noise(3, 32, 32, 3)}, "a and b belong together"),
        ("cut", {"a": noise(3, 32, 32, 3), "b": noise(3, 64, 64, 3)}, "same height and width"),
        ("cut", {"size": 48}, "size must be one of"),
        ("stargan", {"attributes": ("hair_colour",)}, "some of smiling, glasses"),
        ("stargan", {"attributes": "smiling"}, "a tuple of some of"),
        ("stargan", {"weights": {"cycles": 1.0}}, "cycles"),
    ],
)
def test_what_a_recipe_cannot_use_is_refused(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        getattr(recipes, name)(**arguments)
