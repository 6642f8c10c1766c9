"""Games that turn one picture into another: from pairs, from two piles, and by attributes."""

import functools
from typing import NamedTuple

from gan_tf import builders, checks, data
from gan_tf.games.contrastive import CUT
from gan_tf.games.domains import StarGAN
from gan_tf.games.translation import CycleGAN, Pix2Pix
from gan_tf.recipes.recipe import Recipe
import keras
import numpy as np

PAIRS = ("earth", "emoji")
SIZES = (32, 64)
ATTRIBUTES = ("smiling", "glasses", "beard")
STEPS_PER_EPOCH, PAIR_EPOCHS, FACE_EPOCHS, STAR_EPOCHS = 250, 16, 12, 10
PAIR_BATCH_SIZE, FACE_BATCH_SIZE, STAR_BATCH_SIZE = 2, 1, 8
PAIR_RATE, FACE_RATE, STAR_RATE = 5e-4, 3e-4, 5e-4
NUM_PAIRS, NUM_FACES, NUM_SHOWN = 3_000, 4_000, 6
SEEDS = {"a": 0, "b": 1, "test": 1_000_003}  # of the faces: those of b are other people
CUT_PATCHES, CUT_UNITS = 64, 64


def pix2pix(seed=0, pairs="earth", size=64, l1=100.0):
    """pix2pix: what a U-Net makes of a sketch is judged beside the sketch, patch by patch.

    Args:
        seed: Integer, seeds dropout and the data's order; Keras's global seed decides on the
            weights.
        pairs: "earth" for relief maps and photographs of the same places, of which test longitudes
            are shown; "emoji" for flat and three-dimensional emoji, of which test emoji are shown;
            a `data.PairFolder`, of which pairs that it kept from training are shown; or a pair of
            float arrays `(num_pairs, size, size, channels)` in [-1, 1], sketches and images, of
            which the first are shown.
        size: 32 or 64, height and width of the two data sets; folders and arrays have their own.
        l1: Float >= 0, the paper's λ.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: If an argument is none of those above, or arrays do not belong together.

    Reference:
        Isola et al. 2017, sections 3.3 and 6, arXiv:1611.07004: λ = 100, Adam with (0.5, 0.999),
        the discriminator's loss halved. Departures for runs of minutes: narrower networks, whose
        innermost picture is 8 pixels high instead of 1, and a discriminator whose patches see
        34 × 34 pixels, or 16 × 16 where the pictures are smaller than 64; a rate of 5e-4 instead of
        2e-4; instance normalisation, which is what batch normalisation is in the paper's batches
        of 1, in batches of 2; no dropout, no mirroring and no jitter.
    """
    pairs, l1 = _pairs(pairs, size), checks.not_negative(l1=l1)
    condition, shape = pairs.sketches.shape[1:], pairs.images.shape[1:]
    filters = _unet_filters(shape)
    generator = builders.unet_generator(condition, shape[-1], filters, "instance", dropout=0.0)
    discriminator = _judge(shape, condition)
    game = Pix2Pix(generator, discriminator, seed=seed, weights={"l1": l1})
    _compile(game, PAIR_RATE)
    batch_size = min(PAIR_BATCH_SIZE, pairs.count)
    batches = pairs.batches(batch_size, seed, steps_per_epoch=STEPS_PER_EPOCH)
    settings = PAIR_EPOCHS, STEPS_PER_EPOCH, batch_size, (-1, 1), None
    sketches, truths = pairs.shown
    return Recipe(game, pairs.images, batches, *settings, {"sketches": sketches}, truths)


def cyclegan(seed=0, size=32, a=None, b=None, weights=None):
    """CycleGAN: two translators that undo each other, and no pairs.

    Args:
        seed: Integer, as for `pix2pix`.
        size: 32 or 64, height and width of the faces. Those of 64 pixels take four times as long.
        a: Float array `(num_images, size, size, channels)` in [-1, 1], with `b`; by default faces
            of the style "facesjs" without hats, which the other style does not have.
        b: The same of another kind, another number of them; by default other faces, of the style
            "toon".
        weights: Dictionary of "cycle" and "identity", where they are to differ from 10 and 5.

    Returns:
        A `Recipe`. What it shows are new faces, and the same ones drawn in the other style.

    Raises:
        ValueError: If an argument is unfit.

    Reference:
        Zhu et al. 2017, sections 4 and 7.1, arXiv:1703.10593: squares, a pool of 50, λ = 10,
        batches of 1, Adam with (0.5, 0.999). Departures: narrower networks with three residual
        blocks, discriminators whose patches see 16 × 16 pixels at 32; an optimizer for each player,
        a rate of 3e-4 that does not fall instead of 2e-4; the identity term, which the paper has
        for paintings alone.
    """
    a, b, shown = _two_kinds(a, b, size)
    of_a, of_b = a.shape[1:], b.shape[1:]
    generators = [_translator(of_a, of_b[-1]), _translator(of_b, of_a[-1])]
    judges = [_judge(shape) for shape in (of_a, of_b)]
    game = CycleGAN(*generators, *judges, seed=seed, weights=weights)
    return _of_two_kinds(game, a, b, shown, seed)


def cut(seed=0, size=32, a=None, b=None, weights=None):
    """CUT: one translator whose patches must be recognised, without pairs and without a way back.

    Args:
        seed: Integer, as for `pix2pix`.
        size: As for `cyclegan`, and so are `a` and `b`.
        a: Float array, with `b`; by default faces of one style.
        b: The same of another kind; by default faces of the other style.
        weights: Dictionary of "contrast" and "identity", where they are to differ from 1 and 1.

    Returns:
        A `Recipe`, which shows the same faces as that of `cyclegan`.

    Raises:
        ValueError: If an argument is unfit.

    Reference:
        Park et al. 2020, sections 3 and 4 and appendix C, arXiv:2007.15651: τ = 0.07, both weights
        1, batches of 1, Adam with (0.5, 0.999). Departures: the networks and the rate of
        `cyclegan`; 64 patches instead of 256, compared as vectors of 64 numbers; features of all
        sizes on the way down, of the first and of the last block, but not the pixels themselves.
    """
    a, b, shown = _two_kinds(a, b, size)
    generator, judge = _translator(a.shape[1:], b.shape[-1]), _judge(b.shape[1:])
    names = [layer.name for layer in generator.layers]
    layers = tuple(n for n in names if n.startswith("down_") or n in ("block_1", "block_3"))
    projector = builders.patch_projector(generator, layers, CUT_UNITS)
    game = CUT(generator, judge, projector, layers, CUT_PATCHES, seed=seed, weights=weights)
    return _of_two_kinds(game, a, b, shown, seed)


def stargan(seed=0, size=32, attributes=ATTRIBUTES, discriminator_steps=2, weights=None):
    """StarGAN: one generator that gives faces several attributes, and takes them away again.

    Args:
        seed: Integer, as for `pix2pix`.
        size: 32 or 64, height and width of the faces, which are of the style "facesjs".
        attributes: Tuple of names of `data.FACE_SHARES`, those that are 0 or 1.
        discriminator_steps: Integer >= 1, updates of critic and classifier for one of the
            generator.
        weights: Dictionary of terms of `games.StarGAN` whose weights are to differ from the
            paper's.

    Returns:
        A `Recipe`. What it shows are new faces with one attribute after the other changed, and the
        twins that really differ in this attribute alone.

    Raises:
        ValueError: If an argument is unfit.

    Reference:
        Choi et al. 2018, sections 3 and 5, table 4, arXiv:1711.09020: weights 1, 10 and 10, Adam
        with (0.5, 0.999). Departures: the generator paints beside the new picture a mask that says
        where it covers the old one, as in Pumarola et al. 2018, arXiv:1807.09251, because copying a
        whole face takes longer than this run; narrower networks, three residual blocks, a critic
        that halves down to 4 × 4 pixels; batches of 8 instead of 16, two updates of the critic
        instead of five, and a rate of 5e-4 instead of 1e-4 for a run that is eighty times shorter.
    """
    attributes = _attributes(attributes)
    pictures, labels = data.faces(NUM_FACES, checks.one_of(SIZES, size=size), seed=SEEDS["a"])
    shape, count = pictures.shape[1:], len(attributes)
    players = _painter(shape, count), *_critic_and_classifier(shape, count)
    game = StarGAN(*players, discriminator_steps, seed=seed, weights=weights)
    _compile(game, STAR_RATE)
    values = {"pictures": pictures, "attributes": _columns(labels, attributes)}
    batches = data.batches(
        values, STAR_BATCH_SIZE, seed, steps_per_epoch=STEPS_PER_EPOCH * discriminator_steps
    )
    settings = STAR_EPOCHS, STEPS_PER_EPOCH, STAR_BATCH_SIZE, (-1, 1), None
    return Recipe(game, pictures, batches, *settings, *_edits(attributes, size))


# Helpers: data.


class _Pairs(NamedTuple):
    """Pairs as `pix2pix` takes them.

    Attributes:
        sketches: Float32 array `(num, height, width, channels)`, to train on; of a folder as many
            as stand for the rest.
        images: What they should become.
        count: Integer, how many pairs there are to train on.
        batches: Function `batches(batch_size, seed, steps_per_epoch=...)`.
        shown: A few sketches that are shown, and what they should become.
    """

    sketches: np.ndarray
    images: np.ndarray
    count: int
    batches: object
    shown: tuple


def _pairs(pairs, size):
    """The pairs that an argument names or holds."""
    if isinstance(pairs, data.PairFolder):
        some, count = pairs.pairs("train", NUM_PAIRS), len(pairs.rows["train"])
        return _Pairs(*some, count, pairs.batches, pairs.pairs("test", NUM_SHOWN))
    if isinstance(pairs, str):
        checks.one_of(PAIRS, pairs=pairs)
        sketches, images, *shown = _pairs_of_course(pairs, checks.one_of(SIZES, size=size))
    elif isinstance(pairs, (tuple, list)) and len(pairs) == 2:
        sketches, images = (_pictures(each, "pairs") for each in pairs)
        shown = sketches[:NUM_SHOWN], images[:NUM_SHOWN]
    else:
        expected = f"one of {', '.join(PAIRS)}, a data.PairFolder, or a pair of arrays"
        raise checks.argument_error("pairs", pairs, expected)
    if sketches.shape[:3] != images.shape[:3]:
        raise ValueError(
            "pairs must be as many sketches as images, of the same height and width. Received: "
            f"shapes {sketches.shape} and {images.shape}"
        )
    batches = functools.partial(data.batches, {"sketches": sketches, "images": images})
    return _Pairs(sketches, images, len(images), batches, tuple(shown))


def _pairs_of_course(name, size):
    """Sketches and images to train on, and a few test sketches and images."""
    if name == "earth":
        train = data.earth_pairs(size, num=NUM_PAIRS)
        return *train, *data.earth_pairs(size, "test", NUM_SHOWN)
    styles = ("fluent_flat", "fluent_3d")
    train, test = ([data.emoji(s, part, size)[0] for s in styles] for part in ("train", "test"))
    return *train, *[images[:NUM_SHOWN] for images in test]


def _two_kinds(a, b, size):
    """Pictures of two kinds to train on, and a pair of a few of a to show, and what they become."""
    if a is None and b is None:
        checks.one_of(SIZES, size=size)
        a = data.faces(NUM_FACES, size, "facesjs", SEEDS["a"], hat=False)[0]
        b = data.faces(NUM_FACES, size, "toon", SEEDS["b"])[0]
        shown = data.faces(NUM_SHOWN, size, "facesjs", SEEDS["test"], hat=False)[0]
        return a, b, (shown, data.faces(NUM_SHOWN, size, "toon", SEEDS["test"])[0])
    if a is None or b is None:
        raise ValueError("a and b belong together: give both, or neither.")
    a, b = _pictures(a, "a"), _pictures(b, "b")
    if a.shape[1:3] != b.shape[1:3]:
        raise ValueError(
            "a and b must be of the same height and width. Received: shapes "
            f"{a.shape} and {b.shape}"
        )
    return a, b, (a[:NUM_SHOWN], None)


def _pictures(images, name):
    """Pictures in [-1, 1] as float32; a ValueError for others."""
    images = checks.image_array(**{name: images}).astype("float32", copy=False)
    low, high = images.min(), images.max()
    if low < -1 or high > 1:
        raise ValueError(
            f"{name} must hold images in [-1, 1]. Received: values from {low:g} to {high:g}. For "
            "bytes: images / 127.5 - 1"
        )
    return images


def _attributes(names):
    is_list = isinstance(names, (tuple, list)) and len(names) > 0
    if not is_list or any(name not in data.FACE_SHARES for name in names):
        expected = f"a tuple of some of {', '.join(data.FACE_SHARES)}"
        raise checks.argument_error("attributes", names, expected)
    return tuple(names)


def _columns(labels, attributes):
    """Labels of these attributes as float32 `(num, num_attributes)`."""
    return np.stack([labels[name] for name in attributes], axis=1).astype("float32")


def _edits(attributes, size):
    """Conditions that change an attribute of each of a few faces, and the twins they ask for."""
    faces, labels = data.faces(NUM_SHOWN, size, seed=SEEDS["test"])
    asked, rows = _columns(labels, attributes), np.arange(NUM_SHOWN)
    asked[rows, rows % len(attributes)] = 1 - asked[rows, rows % len(attributes)]
    wanted = dict(zip(attributes, asked.T.astype("int64"), strict=True))
    twins = data.faces(NUM_SHOWN, size, seed=SEEDS["test"], **wanted)[0]
    return {"pictures": faces, "attributes": asked}, twins


# Helpers: networks and rules.


def _unet_filters(shape):
    """Feature maps of a U-Net whose innermost picture is 8 pixels high, if halving leads there."""
    halvings, size = 0, min(shape[:2])
    while size % 2 == 0 and (size > 8 or halvings < 2):
        halvings, size = halvings + 1, size // 2
    if halvings < 2 or min(shape[:2]) < 8:
        raise ValueError(
            "The height and width of the pictures must be multiples of 4 from 8 on, such as 64. "
            f"Received: {shape[0]} × {shape[1]} pixels"
        )
    return (32, 64, *[128] * (halvings - 2))


def _translator(shape, channels=None):
    """The generator of CycleGAN, a halving for 32 pixels and two for 64."""
    filters = (24, 48) if min(shape[:2]) < 64 else (16, 32, 64)
    return builders.resnet_generator(shape, channels, filters, num_blocks=3)


def _painter(shape, num_attributes):
    """StarGAN's generator: what it paints covers the picture only where its mask is near 1."""
    network = builders.resnet_generator(
        shape,
        shape[-1] + 1,
        (16, 32, 64),
        num_blocks=3,
        output_activation=None,
        num_attributes=num_attributes,
    )
    pictures, painted = network.inputs[0], network.outputs[0]
    colour = keras.layers.Activation("tanh", name="colour")(painted[..., :-1])
    mask = keras.layers.Activation("sigmoid", name="mask")(painted[..., -1:])
    return keras.Model(network.inputs, mask * colour + (1 - mask) * pictures, name="generator")


def _judge(shape, condition=None):
    """A discriminator whose patches see 16 × 16 pixels, or 34 × 34 from 64 pixels on."""
    filters = (32, 64) if min(shape[:2]) < 64 else (32, 64, 128)
    return builders.patch_discriminator(shape, condition, filters, "instance")


def _critic_and_classifier(shape, num_attributes):
    """StarGAN's discriminator: convolutions that halve, and two heads."""
    x = images = keras.Input(shape)
    count = 32
    while min(x.shape[1:3]) > 4:
        x = keras.layers.Conv2D(count, 4, 2, "same")(x)
        x, count = keras.layers.LeakyReLU(negative_slope=0.01)(x), min(128, 2 * count)
    scores = keras.layers.Conv2D(1, 3, padding="same", use_bias=False)(x)
    read = keras.layers.Conv2D(num_attributes, x.shape[1:3], use_bias=False)(x)
    critic = keras.Model(images, scores, name="discriminator")
    return critic, keras.Model(images, keras.layers.Flatten()(read), name="classifier")


def _compile(game, rate):
    adams = {name: keras.optimizers.Adam(rate, 0.5, 0.999) for name in game.players}
    game.compile(optimizers=adams, steps_per_execution=25)


def _of_two_kinds(game, a, b, shown, seed):
    """The recipe of a game of pictures of two kinds."""
    _compile(game, FACE_RATE)
    batches = data.batches(
        {"a": a, "b": b}, FACE_BATCH_SIZE, seed, steps_per_epoch=STEPS_PER_EPOCH, paired=False
    )
    settings = FACE_EPOCHS, STEPS_PER_EPOCH, FACE_BATCH_SIZE, (-1, 1), None
    return Recipe(game, b, batches, *settings, {"a": shown[0]}, shown[1])
