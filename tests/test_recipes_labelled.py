"""Recipes with a condition, and R3GAN: their games, rules, short runs, and errors."""

from gan_tf import __main__ as command_line
from gan_tf import builders, layers, losses, penalties, recipes
from gan_tf.games import ACGAN, ConditionalGAN, InfoGAN
import keras
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def embedded(monkeypatch):
    monkeypatch.setenv("GAN_TF_DATA", "embedded")


def played(recipe, steps=2):
    part = recipe.batches.take(25 * steps)
    return recipe.gan.fit(part, verbose=0, epochs=1).history


@pytest.mark.parametrize("way", builders.WAYS)
def test_the_three_ways_differ_only_in_how_the_class_is_judged(way):
    recipe = recipes.conditional(way=way)
    game, plain = recipe.gan, recipes.dcgan().gan
    assert isinstance(game, ACGAN if way == "classifier" else ConditionalGAN)
    assert game.num_classes == 10
    own = game.generator.count_params() - plain.generator.count_params()
    assert own == 10 * 7 * 7 * 64  # ten more inputs of the first layer
    assert isinstance(game.penalty, penalties.Lazy)
    for player, optimizer in game.optimizers.items():
        assert float(optimizer.learning_rate) == pytest.approx(4e-3), player
    first = next(iter(recipe.batches))
    assert first["images"].shape == (16, 28, 28, 1) and first["labels"].shape == (16,)


@pytest.mark.slow
@pytest.mark.parametrize("way", builders.WAYS)
def test_it_plays_and_makes_the_classes_that_are_asked_for(way):
    recipe = recipes.conditional(way=way)
    history = played(recipe, 1)
    assert np.isfinite(history["g_loss"]).all()
    assert ("asked_class" in history) == (way == "classifier")
    assert recipe.gan.generate(3, labels=[1, 1, 9]).shape == (3, 28, 28, 1)


def test_other_images_need_their_labels():
    images = np.random.default_rng(0).uniform(-1, 1, (40, 32, 32, 3)).astype("float32")
    labels = np.arange(40) % 4
    recipe = recipes.conditional(images=images, labels=labels)
    assert recipe.gan.num_classes == 4 and recipe.gan.data_shape == (32, 32, 3)
    for arguments in ({"images": images}, {"labels": labels}):
        with pytest.raises(ValueError, match="belong together"):
            recipes.conditional(**arguments)
    for wrong in (labels[:-1], labels.astype("float32"), labels - 1):
        with pytest.raises(ValueError, match="40 integers from 0 on"):
            recipes.conditional(images=images, labels=wrong)
    with pytest.raises(ValueError, match="needs labels beside the images"):
        recipes.get("conditional", images=images)


def test_infogan_reads_codes_and_numbers_with_the_discriminators_body():
    recipe = recipes.infogan(num_codes=5, num_continuous=1)
    game = recipe.gan
    assert isinstance(game, InfoGAN) and (game.num_codes, game.num_continuous) == (5, 1)
    ids = {id(weight) for weight in game.discriminator.weights}
    own = [weight for weight in game.recogniser.weights if id(weight) not in ids]
    assert [tuple(w.shape) for w in own] == [(3136, 128), (128,), (128, 6), (6,)]
    history = played(recipe, 1)
    assert history["information"][0] <= np.log(5)
    assert game.generate(2, codes=[0, 4], continuous=[[-1.0], [1.0]]).shape == (2, 28, 28, 1)


def test_infogan_of_other_pictures_has_networks_and_a_rate_that_suit_them():
    images = np.random.default_rng(0).uniform(-1, 1, (64, 32, 32, 3)).astype("float32")
    recipe = recipes.infogan(images=images)
    assert recipe.gan.generator.output_shape == (None, 32, 32, 3)
    maps = [w.shape[-1] for w in recipe.gan.discriminator.weights if len(w.shape) == 4]
    assert maps == [32, 64, 128]
    rates = [
        float(each.gan.discriminator_optimizer.learning_rate)
        for each in (recipe, recipes.infogan())
    ]
    assert rates == pytest.approx([1e-3, 4e-3])


def test_catgan_without_labels_sees_images_alone():
    recipe = recipes.catgan()
    assert recipe.gan.discriminator.output_shape == (None, 10)
    assert not recipe.gan.labelled
    assert next(iter(recipe.batches)).shape == (64, 28, 28, 1)


def test_a_fifth_of_catgans_batches_has_one_of_the_few_labels():
    images = np.random.default_rng(0).uniform(-1, 1, (800, 28, 28, 1)).astype("float32")
    labels = np.full(800, -1)
    labels[[3, 700]] = 2, 9
    recipe = recipes.catgan(labels=labels, images=images)
    seen, share = set(), []
    for batch in recipe.batches.take(60):
        known = np.asarray(batch["labels"]) >= 0
        share.append(known.mean())
        rows = zip(
            np.asarray(batch["images"])[known], np.asarray(batch["labels"])[known], strict=True
        )
        seen |= {(float(image[0, 0, 0]), int(label)) for image, label in rows}
    assert seen == {(float(images[3, 0, 0, 0]), 2), (float(images[700, 0, 0, 0]), 9)}
    assert np.mean(share) == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize(
    "labels", [np.full(8, -1), np.zeros(7, int), np.zeros(8), np.arange(8) + 5]
)
def test_labels_that_catgan_cannot_use_are_refused(labels):
    images = np.random.default_rng(0).uniform(-1, 1, (8, 28, 28, 1)).astype("float32")
    with pytest.raises(ValueError, match="8 integers, one for each image, from -1"):
        recipes.catgan(labels=labels, images=images)


def test_biggan_has_all_parts_and_each_can_be_changed():
    recipe = recipes.biggan()
    generator, discriminator = recipe.gan.generator, recipe.gan.discriminator
    for player in (generator, discriminator):
        kinds = {type(each) for each in player.layers}
        assert {layers.SpectralParametrization, layers.SelfAttention} <= kinds
    assert any(isinstance(x, layers.ConditionalBatchNormalization) for x in generator.layers)
    assert isinstance(recipe.gan.game_loss, losses.Hinge) and recipe.gan.penalty is None
    rates = {n: float(each.learning_rate) for n, each in recipe.gan.optimizers.items()}
    assert rates["discriminator"] == pytest.approx(2 * rates["generator"])
    assert recipe.average_decay == pytest.approx(1 - 32 / 6_000)
    changed = recipes.biggan(spectral=None, attention=False, condition="class", penalty="R1").gan
    kinds = {type(each) for each in changed.generator.layers + changed.discriminator.layers}
    assert not {layers.SpectralParametrization, layers.SelfAttention} & kinds
    assert isinstance(changed.penalty.penalty, penalties.R1)


@pytest.mark.parametrize("batch_size", [16, 64, 256])
def test_a_biggan_sees_as_many_images_whatever_the_batch(batch_size):
    recipe = recipes.biggan(batch_size=batch_size, attention=False, spectral=None)
    assert recipe.epochs * recipe.steps_per_epoch * recipe.batch_size == 32_000


def test_orthogonal_regularisation_leaves_embeddings_of_the_class_alone():
    game = recipes.biggan(orthogonal=1e-3).gan
    has = {w.path: w.regularizer for w in game.generator.trainable_weights}
    embeddings = [p for p in has if "class_embedding" in p or "/gain" in p or "/shift" in p]
    assert embeddings and not any(has[path] for path in embeddings)
    given = [each for each in has.values() if each is not None]
    assert len(given) >= 8 and all(each.weight == 1e-3 for each in given)
    none = recipes.biggan(orthogonal=0).gan.generator.trainable_weights
    assert not any(weight.regularizer for weight in none)


@pytest.mark.slow
def test_a_biggan_plays():
    recipe = recipes.biggan(num_images=25 * 16, batch_size=16)
    history = recipe.gan.fit(recipe.batches, epochs=1, verbose=0).history
    assert np.isfinite(history["g_loss"]).all()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"penalty": "R2"}, "penalty"),
        ({"orthogonal": -1.0}, "orthogonal"),
        ({"num_images": 100}, "at least 25 batches of 32"),
        ({"condition": "label"}, "condition"),
        ({"spectral": "yes"}, "spectral"),
    ],
)
def test_what_a_biggan_cannot_be_is_refused(arguments, expected):
    with pytest.raises(ValueError, match=expected):
        recipes.biggan(**arguments)


def test_r3gans_sizes_have_more_feature_maps_the_smaller_they_are():
    images = np.random.default_rng(0).uniform(-1, 1, (16, 64, 64, 3)).astype("float32")
    game = recipes.r3gan(images=images).gan
    blocks = [x for x in game.generator.layers if isinstance(x, layers.R3GANBlock)]
    assert [block.output.shape[-1] for block in blocks] == [64, 64, 64, 32, 16]
    assert game.data_shape == (64, 64, 3)


def test_r3gan_is_slower_on_pictures_of_ones_own():
    images = np.random.default_rng(0).uniform(-1, 1, (40, 32, 32, 3)).astype("float32")
    rates = [
        float(each.gan.discriminator_optimizer.learning_rate)
        for each in (recipes.r3gan(images=images), recipes.r3gan())
    ]
    assert rates == pytest.approx([1e-3, 4e-3])


def test_r3gan_has_the_papers_loss_penalties_and_blocks():
    game = recipes.r3gan().gan
    assert isinstance(game.game_loss, losses.Relativistic)
    lazy = game.penalty.penalty
    assert isinstance(game.penalty, penalties.Scheduled) and lazy.interval == 4
    both = lazy.penalty.penalties
    assert [type(each) for each in both] == [penalties.R1, penalties.R2]
    kinds = [type(each) for each in game.generator.layers]
    assert kinds.count(layers.R3GANBlock) == 3
    first = float(game.generator_optimizer.learning_rate)
    game.generator_optimizer.iterations.assign(7_500)
    assert float(game.generator_optimizer.learning_rate) < first


@pytest.mark.slow
def test_train_writes_the_game_where_only_the_game_knows_its_inputs(tmp_path, monkeypatch):
    monkeypatch.setitem(recipes.RECIPES, "conditional", short_conditional)
    arguments = ["train", "conditional", "--epochs", "1", "--output", str(tmp_path)]
    assert command_line.main(arguments) == 0
    written = tmp_path / "conditional" / "game.keras"
    assert written.exists() and not written.with_name("generator.keras").exists()
    assert command_line.main(["sample", str(written), "--output", str(tmp_path)]) == 0
    assert (tmp_path / "game-samples.png").exists()
    game = keras.saving.load_model(written)
    assert game.generate(2, labels=[0, 9]).shape == (2, 28, 28, 1)


def short_conditional(seed):
    recipe = recipes.conditional(seed)
    return recipe._replace(batches=recipe.batches.take(25), steps_per_epoch=25)
