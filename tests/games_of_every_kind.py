"""Small games of two, three and four players, for tests that hold for every game."""

import contextlib

from gan_tf import builders, data
from gan_tf.games import (
    ACGAN,
    CUT,
    ESRGAN,
    GAN,
    LAPGAN,
    SRGAN,
    XGAN,
    AdaINTransfer,
    AdversarialAutoencoder,
    BiGAN,
    CatGAN,
    ConditionalGAN,
    CycleGAN,
    GumbelGAN,
    IcGAN,
    InfoGAN,
    MidiNet,
    NextFrameGAN,
    Pix2Pix,
    SemiSupervisedAAE,
    SeqGAN,
    StackGAN,
    StarGAN,
    StyleTransfer,
)
from gan_tf.layers import ConditioningAugmentation
import keras
from keras import layers
import numpy as np

NUM_CLASSES = 3


def network(*sizes, outputs=2, units=(16,), name=None):
    """A dense network from inputs of these sizes, joined, to points or logits."""
    inputs = [keras.Input((size,)) for size in sizes]
    hidden = layers.Concatenate()(inputs) if len(inputs) > 1 else inputs[0]
    for width in units:
        hidden = layers.Dense(width, activation="relu")(hidden)
    outputs = layers.Dense(outputs)(hidden)
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs, name=name)


def gan(units=(16,), **kwargs):
    generator = builders.point_generator(units=units)
    return GAN(generator, builders.point_discriminator(units=units), seed=0, **kwargs)


def conditional(units=(16,), num_classes=NUM_CLASSES, **kwargs):
    generator = network(2, num_classes, units=units)
    return ConditionalGAN(
        generator, network(2, num_classes, outputs=1, units=units), seed=0, **kwargs
    )


def two_heads(units, outputs):
    """A discriminator, and a network that shares its first layer and has as many outputs."""
    points = keras.Input((2,))
    shared = layers.Dense(units[0], activation="relu")(points)
    hidden = shared
    for width in units[1:]:
        hidden = layers.Dense(width, activation="relu")(hidden)
    discriminator = keras.Model(points, layers.Dense(1)(hidden))
    return discriminator, keras.Model(points, layers.Dense(outputs)(shared))


def info(units=(16,), num_codes=NUM_CLASSES, num_continuous=0, **kwargs):
    """The recogniser shares the discriminator's first layer."""
    width = num_codes + num_continuous
    generator, others = network(2, width, units=units), two_heads(units, width)
    return InfoGAN(generator, *others, num_continuous=num_continuous, seed=0, **kwargs)


def auxiliary(units=(16,), num_classes=NUM_CLASSES, **kwargs):
    """The classifier shares the discriminator's first layer."""
    generator = network(2, num_classes, units=units)
    return ACGAN(generator, *two_heads(units, num_classes), seed=0, **kwargs)


def categorical(units=(16,), num_classes=NUM_CLASSES, **kwargs):
    discriminator = network(2, outputs=num_classes, units=units)
    return CatGAN(network(2, units=units), discriminator, seed=0, **kwargs)


def bidirectional(units=(16,), **kwargs):
    players = network(2, units=units), network(2, units=units)
    return BiGAN(*players, network(2, 2, outputs=1, units=units), seed=0, **kwargs)


def autoencoder(units=(16,), **kwargs):
    players = network(2, units=units), network(2, units=units)
    return AdversarialAutoencoder(*players, network(2, outputs=1, units=units), seed=0, **kwargs)


def semi_supervised(units=(16,), num_classes=NUM_CLASSES, **kwargs):
    points = keras.Input((2,))
    hidden = network(2, outputs=units[0], units=units)(points)
    encoder = keras.Model(points, [layers.Dense(2)(hidden), layers.Dense(num_classes)(hidden)])
    judges = [network(size, outputs=1, units=units) for size in (2, num_classes)]
    generator = network(2, num_classes, units=units)
    return SemiSupervisedAAE(generator, encoder, *judges, seed=0, **kwargs)


def invertible(units=(16,), num_classes=NUM_CLASSES, **kwargs):
    generator = network(2, num_classes, units=units)
    return IcGAN(generator, network(2, num_classes, outputs=1, units=units), seed=0, **kwargs)


def pix2pix(units=(16,), **kwargs):
    generator, discriminator = network(2, units=units), network(2, 2, outputs=1, units=units)
    return Pix2Pix(generator, discriminator, seed=0, **kwargs)


def cycle(units=(16,), pool_size=0, **kwargs):
    generators = network(2, units=units), network(2, units=units)
    discriminators = [network(2, outputs=1, units=units) for _ in range(2)]
    return CycleGAN(*generators, *discriminators, pool_size=pool_size, seed=0, **kwargs)


def contrastive(units=(16,), **kwargs):
    """Pictures of 4 by 4 pixels; the features are those of the only hidden layer."""
    pictures = keras.Input((4, 4, 1))
    hidden = layers.Conv2D(units[0], 3, padding="same", activation="relu", name="hidden")(pictures)
    generator = keras.Model(pictures, layers.Conv2D(1, 3, padding="same")(hidden))
    judged = layers.Conv2D(units[0], 3, activation="relu")(pictures)
    discriminator = keras.Model(pictures, layers.Conv2D(1, 2)(judged))
    projector = builders.patch_projector(generator, ("hidden",), units[0])
    kwargs = {"layers": ("hidden",), "num_patches": 8, "seed": 0, **kwargs}
    return CUT(generator, discriminator, projector, **kwargs)


def star(units=(16,), discriminator_steps=1, **kwargs):
    """Two attributes; the classifier shares the discriminator's first layer."""
    kwargs = {"discriminator_steps": discriminator_steps, "seed": 0, **kwargs}
    return StarGAN(network(2, 2, units=units), *two_heads(units, 2), **kwargs)


def crossed(units=(16,), **kwargs):
    coders = [network(2, units=units) for _ in range(4)]
    judges = [network(2, outputs=1, units=units) for _ in range(3)]
    return XGAN(*coders, *judges, seed=0, **kwargs)


def tokens(kind, units=(16,), length=4, **kwargs):
    """Sequences of one of three tokens; the same networks for both kinds of games."""
    generator = builders.token_generator(NUM_CLASSES, length, units[0])
    discriminator = builders.token_discriminator(NUM_CLASSES, length, units, 2)
    return kind(generator, discriminator, seed=0, **kwargs)


def gumbel(**kwargs):
    return tokens(GumbelGAN, **kwargs)


def policy(num_rollouts=2, **kwargs):
    return tokens(SeqGAN, num_rollouts=num_rollouts, **kwargs)


def next_frame(units=(16,), **kwargs):
    """Two frames of 4 by 4 pixels, and a third."""
    frames, images = keras.Input((4, 4, 2)), keras.Input((4, 4, 1))
    hidden = layers.Conv2D(units[0], 3, padding="same", activation="relu")(frames)
    generator = keras.Model(frames, layers.Conv2D(1, 3, padding="same")(hidden))
    judged = layers.Conv2D(units[0], 3, activation="relu")(layers.Concatenate()([frames, images]))
    discriminator = keras.Model([frames, images], layers.Dense(1)(layers.Flatten()(judged)))
    return NextFrameGAN(generator, discriminator, seed=0, **kwargs)


def melodic(units=(16,), generator_steps=1, **kwargs):
    """Bars of two steps and five pitches."""
    latents, bars = keras.Input((2,)), [keras.Input((2, 5, 1)) for _ in range(2)]
    joined = layers.Concatenate()([latents, layers.Flatten()(bars[0])])
    made = layers.Dense(10)(layers.Dense(units[0], activation="relu")(joined))
    generator = keras.Model([latents, bars[0]], layers.Reshape((2, 5, 1))(made))
    seen = layers.Flatten()(layers.Concatenate()(bars))
    seen = layers.Dense(units[0], activation="relu", name="seen")(seen)
    discriminator = keras.Model(bars, layers.Dense(1)(seen))
    steps = {"generator_steps": generator_steps}
    return MidiNet(generator, discriminator, "seen", seed=0, **steps, **kwargs)


def pyramid(units=(16,), **kwargs):
    """Pictures of 4 by 4 pixels from those of 2 by 2, with a plane of noise."""
    players = builders.lapgan_generator, builders.lapgan_discriminator
    return LAPGAN(*[each((4, 4, 1), units, 3) for each in players], seed=0, **kwargs)


def enlarging(units=(16,), kind=SRGAN, **kwargs):
    """Pictures of 4 by 4 pixels from those of 2 by 2; the encoder is a convolution."""
    build = builders.srgan_generator if kind is SRGAN else builders.esrgan_generator
    image = keras.Input((4, 4, 1))
    encoder = keras.Model(image, layers.Conv2D(3, 3)(image))
    discriminator = keras.Model(image, layers.Dense(1)(layers.Flatten()(image)))
    return kind(build((2, 2, 1), 2, units[0], 1), discriminator, encoder, seed=0, **kwargs)


def sharper(**kwargs):
    return enlarging(kind=ESRGAN, **kwargs)


def captioned(units=(16,), **kwargs):
    """Captions are one-hot labels."""
    latents, captions = keras.Input((2,)), keras.Input((NUM_CLASSES,))
    joined = layers.Concatenate()([latents, ConditioningAugmentation(4)(captions)[0]])
    hidden = layers.Dense(units[0], activation="relu")(joined)
    generator = keras.Model([latents, captions], layers.Dense(2)(hidden))
    discriminator = network(2, NUM_CLASSES, outputs=1, units=units)
    return StackGAN(generator, discriminator, seed=0, **kwargs)


def eye(size, *names):
    """An encoder that never learns: a convolution of each name, the later ones halving."""
    x = pictures = keras.Input((size, size, 1))
    for place, name in enumerate(names):
        stride, kind = (2 if place else 1), {"padding": "same", "activation": "relu"}
        x = layers.Conv2D(4, 3, stride, name=name, **kind)(x)
    return keras.Model(pictures, x)


def painting(units=(16,), **kwargs):
    """Pictures of 4 by 4 pixels; the style is a board of light and dark ones."""
    pictures = keras.Input((4, 4, 1))
    hidden = layers.Conv2D(units[0], 3, padding="same", activation="relu")(pictures)
    generator = keras.Model(pictures, layers.Conv2D(1, 3, padding="same")(hidden))
    board = (np.indices((4, 4)).sum(axis=0) % 2 * 2.0 - 1)[..., None]
    encoder = eye(4, "first", "second")
    return StyleTransfer(generator, encoder, board, "second", ("first", "second"), seed=0, **kwargs)


def adaptive(units=(16,), **kwargs):
    """Pictures of 4 by 4 pixels from maps of 2 by 2."""
    decoder, encoder = builders.style_decoder(4, units, 1), eye(4, "first", "second")
    return AdaINTransfer(decoder, encoder, ("first", "second"), seed=0, **kwargs)


MAKERS = {
    "gan": gan,
    "conditional": conditional,
    "auxiliary": auxiliary,
    "info": info,
    "categorical": categorical,
    "bidirectional": bidirectional,
    "autoencoder": autoencoder,
    "semi_supervised": semi_supervised,
    "invertible": invertible,
    "pix2pix": pix2pix,
    "cycle": cycle,
    "contrastive": contrastive,
    "star": star,
    "crossed": crossed,
    "gumbel": gumbel,
    "policy": policy,
    "frames": next_frame,
    "melodic": melodic,
    "pyramid": pyramid,
    "enlarging": enlarging,
    "sharper": sharper,
    "captioned": captioned,
    "painting": painting,
    "adaptive": adaptive,
}


def make(kind, compiled=True, optimizer="adam", seed=0, **kwargs):
    """A game of one kind; what is left of the arguments goes into `compile`."""
    keras.utils.set_random_seed(seed)
    own = {
        name: kwargs.pop(name)
        for name in ("units", "discriminator_steps", "pool_size")
        if name in kwargs
    }
    own |= {name: kwargs.pop(name) for name in ("replay", "historical_averaging") if name in kwargs}
    game = MAKERS[kind](**own)
    if compiled:
        optimizers = {name: keras.optimizers.get(optimizer) for name in game.player_names}
        game.compile(optimizers=optimizers, **kwargs)
    return game


def examples(kind, count=64, seed=0):
    """Data for a game of one kind: an array, or a dictionary of arrays."""
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(count, 2)).astype("float32")
    labels = rng.integers(NUM_CLASSES, size=count)
    others = rng.normal(3, 1, (count, 2)).astype("float32")
    pictures = rng.uniform(-1, 1, (2, count, 4, 4, 1)).astype("float32")
    drawn = np.eye(NUM_CLASSES, dtype="float32")[rng.integers(NUM_CLASSES, size=(count, 4))]
    movie = rng.uniform(-1, 1, (count, 4, 4, 3)).astype("float32")
    bars = rng.choice([-1.0, 1.0], (2, count, 2, 5, 1)).astype("float32")
    small = data.shrunk(pictures[0], 2)
    return {
        "gan": points,
        "conditional": {"images": points, "labels": labels},
        "auxiliary": {"images": points, "labels": labels},
        "info": points,
        "categorical": points,
        "bidirectional": points,
        "autoencoder": points,
        "semi_supervised": {"images": points, "labels": np.where(labels > 0, labels, -1)},
        "invertible": {"images": points, "labels": labels},
        "pix2pix": {"sketches": points, "images": 2 * points + 1},
        "cycle": {"a": points, "b": others},
        "contrastive": dict(zip("ab", pictures, strict=True)),
        "star": {"pictures": points, "attributes": (points > 0).astype("float32")},
        "crossed": {"a": points, "b": others},
        "gumbel": drawn,
        "policy": drawn,
        "frames": {"frames": movie[..., :2], "images": movie[..., 2:]},
        "melodic": dict(zip(("previous", "images"), bars, strict=True)),
        "pyramid": {"coarse": small, "images": pictures[0]},
        "enlarging": {"small": small, "images": pictures[0]},
        "sharper": {"small": small, "images": pictures[0]},
        "captioned": {"captions": np.eye(NUM_CLASSES, dtype="float32")[labels], "images": points},
        "painting": pictures[0],
        "adaptive": dict(zip(("contents", "styles"), pictures, strict=True)),
    }[kind]


@contextlib.contextmanager
def played_and_loaded(kind, policy, jit_compile, folder, given=None):
    """A game that has played an epoch under a policy, and what a file in the folder holds of it."""
    keras.mixed_precision.set_global_policy(policy)
    try:
        game = make(kind, jit_compile=jit_compile)
        given = examples(kind, 16) if given is None else given
        history = game.fit(given, batch_size=8, verbose=0).history
        names = {*game.terms, *(phase.loss for phase in game.phases)}
        assert set(history) == names and np.isfinite(list(history.values())).all()
        game.save(folder / "game.keras")
        loaded = keras.saving.load_model(folder / "game.keras")
        assert type(loaded) is type(game) and loaded.compiled
        yield game, loaded
    finally:
        keras.mixed_precision.set_global_policy("float32")
