"""The command line: python -m gan_tf demo | train | sample | score | data | doctor."""

import argparse
import contextlib
import csv
import functools
import os
import pathlib
import sys
import tempfile
import time
import zipfile


def main(arguments=None):
    """Runs one command and returns its exit status.

    Args:
        arguments: List of strings; those of the command line by default.

    Returns:
        0 when all went well, 1 or 2 otherwise.
    """
    options = _parser().parse_args(arguments)
    try:
        _check_at_least_1(options, "epochs", "num", "size")
        return options.command(options)
    except (ValueError, OSError) as error:
        print(f"gan_tf: {' '.join(str(error).split())}", file=sys.stderr)  # one line
        return 2


def _check_at_least_1(options, *names):
    for name in names:
        value = getattr(options, name, None)
        if value is not None and value < 1:
            raise ValueError(f"{name} must be at least 1. Received: --{name} {value}")


def _parser():
    parser = argparse.ArgumentParser(prog="python -m gan_tf", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    demo = commands.add_parser("demo", help="train the circle GAN and a DCGAN of garments")
    train = commands.add_parser(
        "train",
        help="train one recipe and write the results",
        description="Trains one recipe and writes the results. If the environment variable "
        "TF_CONFIG describes several processes, they train one game together: docs/scaling.md.",
    )
    train.add_argument(
        "recipe",
        nargs="?",
        help="circle, lecture-dense, lecture-dcgan, dcgan (the default), ring, grid, progressive, "
        "style, r3gan, conditional, biggan, infogan, bigan, adversarial-autoencoder, pix2pix, "
        "cyclegan, cut or stargan",
    )
    train.add_argument(
        "--resume", action="store_true", help="save each epoch, and go on where a killed run was"
    )
    train.add_argument("--size", type=int, help="height and width of the images, for instance 64")
    train.add_argument("--channels", type=int, help="1 for grey images, 3 for colours")
    train.add_argument(
        "--reverse",
        action="store_true",
        help="pix2pix: turn the right picture of each pair into the left one",
    )
    what = "a .keras file: a generator, as train writes it, or a whole game, as gan.save does"
    sample = commands.add_parser("sample", help="draw samples of a generator that was saved")
    sample.add_argument("generator", type=pathlib.Path, help=what)
    sample.add_argument("--num", type=int, default=64)
    score = commands.add_parser("score", help="measure how good a saved generator of images is")
    score.add_argument("generator", type=pathlib.Path, help=what)
    score.add_argument("--num", type=int, default=10_000)
    for command in (train, score):
        command.add_argument("--data", help="a data set of the course: python -m gan_tf data")
        command.add_argument(
            "--images",
            type=pathlib.Path,
            metavar="FOLDER",
            help="a folder with pictures of yours; for pix2pix each holds a pair, side by side",
        )
        command.add_argument(
            "--fit",
            default="crop",
            help="crop: the middle square of each picture; pad: all of it",
        )
        command.add_argument(
            "--background", default="white", help="colour behind what is transparent or padded"
        )
    shown = commands.add_parser("data", help="list the data sets, or draw a sheet of one")
    shown.add_argument(
        "name", nargs="?", help="the data set to draw, or photographs; without it, all are listed"
    )
    shown.add_argument("--size", type=int, help="height and width of the images")
    doctor = commands.add_parser("doctor", help="look for troubles and say what to do")
    for command, function in (
        (demo, run_demo),
        (train, run_train),
        (sample, run_sample),
        (score, run_score),
        (shown, run_data),
        (doctor, run_doctor),
    ):
        command.set_defaults(command=function)
        if command in (demo, train):
            command.add_argument("--epochs", type=int, help="instead of the usual number")
        if command is not doctor:
            command.add_argument("--seed", type=int, default=0)
        command.add_argument("--output", type=pathlib.Path, default="outputs", help="folder")
    return parser


NUM_SHOWN = 64  # images on the sheet of a data set
PIXELS_SHOWN = 128  # on the screen, for the height of a translation
# Few enough for two minutes on two cores, both together; None is the recipe's own number.
DEMO_EPOCHS = {"circle": None, "dcgan": 15}


def run_demo(options):
    """Trains the circle GAN, then garments, and prints where the results and the course are."""
    from gan_tf import playground

    start = time.monotonic()
    for name, epochs in DEMO_EPOCHS.items():
        train_recipe(name, options.output, options.seed, options.epochs or epochs)
    print(f"\nThe demo took {time.monotonic() - start:.0f} s. Results: {options.output.resolve()}")
    print(f"Read on: {playground.address().removesuffix('lab.html')}01_circle.html")
    return 0


def run_train(options):
    """Trains one recipe, alone or together with the other processes that `TF_CONFIG` names."""
    from gan_tf import recipes
    from gan_tf.training import distribution

    strategy = distribution.strategy_from_environment()  # before anything else is computed
    name = options.recipe or recipes.DEFAULT
    arguments = (name, options.output, options.seed, options.epochs, options.resume)
    if name == "pix2pix":
        images = chosen_pairs(options)
    else:
        if options.reverse:
            raise ValueError(
                f"--reverse turns pairs round, which only pix2pix has. Received: {name}"
            )
        if options.images or options.data or options.size or options.channels:
            recipes.check_takes_images(name)
        images = chosen_images(options, options.size, options.channels)
    if strategy is None:
        train_recipe(*arguments, images=images)
        return 0
    with _folder_for_results(strategy, options.output) as folder:
        train_recipe(*arguments, images=images, strategy=strategy, results=folder)
    return 0


def chosen_images(options, size=None, channels=None):
    """The images that a command line asks for, to train on.

    Args:
        options: Options with `data`, `images`, `fit` and `background`.
        size: Integer, height and width; None for what the data set has, or 64 for a folder.
        channels: 1, 3, or None for what the data set has, or 3 for a folder.

    Returns:
        A `data.ImageFolder`, a float32 array `(num_images, size, size, channels)` in [-1, 1], or
        None where nothing is asked for: Fashion-MNIST at its own size.

    Raises:
        ValueError: If both a data set and a folder are named, or the images are unfit.
        FileNotFoundError: If there is no such folder.
    """
    from gan_tf import data

    _check_one_source(options)
    if options.images is not None:
        settings = {"fit": options.fit, "background": options.background}
        return data.ImageFolder(options.images, size or 64, channels=channels or 3, **settings)
    if options.data in (None, "fashion_mnist") and size in (None, 28) and channels in (None, 1):
        return None
    name = options.data or "fashion_mnist"
    images = data.load_images(name, size, channels)
    shape = " × ".join(map(str, images.shape[1:]))
    print(f"{name}: {len(images):,} images, {shape}, from {data.DATA_SETS[name].where()}")
    return images


def chosen_pairs(options):
    """The pairs that a command line asks for, to train pix2pix on.

    Args:
        options: Options with `data`, `images`, `size`, `channels`, `fit`, `background` and
            `reverse`.

    Returns:
        A `data.PairFolder`, or the name of pairs of the course; None where nothing is asked for.

    Raises:
        ValueError: If both are named, an option has no meaning, or the pictures are no pairs.
        FileNotFoundError: If there is no such folder.
    """
    from gan_tf import data
    from gan_tf.recipes.translation import PAIRS

    _check_one_source(options)
    if options.fit != "crop":
        raise ValueError(
            "A pair is two squares that are taken whole, so leave --fit out. "
            f"Received: --fit {options.fit}"
        )
    if options.images is not None:
        settings = {"background": options.background, "reverse": options.reverse}
        channels = options.channels or 3
        return data.PairFolder(options.images, options.size or 64, channels=channels, **settings)
    if options.size or options.channels or options.reverse:
        raise ValueError(
            "--size, --channels and --reverse go with pairs of yours, --images FOLDER. Those of "
            "the course have 64 × 64 pixels in colour."
        )
    if options.data not in (None, *PAIRS):
        raise ValueError(
            f"pix2pix needs pairs of images: --data {' or '.join(PAIRS)}, or --images FOLDER with "
            f"a pair in each picture. Received: --data {options.data}"
        )
    return options.data


def _check_one_source(options):
    if options.images is not None and options.data is not None:
        raise ValueError(
            "Choose a data set or a folder, not both. "
            f"Received: --data {options.data} --images {options.images}"
        )


@contextlib.contextmanager
def _folder_for_results(strategy, folder):
    """Lends each worker a folder: the chief the one asked for, the others one that is deleted.

    All workers do the same work, because what is drawn and written may need values of all of them.
    Only the chief prints and leaves files.
    """
    from gan_tf.training import distribution

    if distribution.is_chief(strategy):
        yield folder
    else:
        with (
            tempfile.TemporaryDirectory() as elsewhere,
            open(os.devnull, "w") as nowhere,
            contextlib.redirect_stdout(nowhere),
        ):
            yield elsewhere
    # A worker that ends early would look lost to the others, so all of them wait here.
    distribution.gathered_from_workers(strategy, 0)


def run_sample(options):
    """Writes a grid of samples of a saved generator or game."""
    from gan_tf import plots
    from gan_tf.plots.canvas import writing

    model = load_model(options.generator)
    samples, value_range = _samples(model, options.num, options.seed)
    path = options.output / f"{options.generator.stem}-samples.png"
    if samples.ndim == 2 and samples.shape[1] == 2:
        figure = plots.samples_2d(samples)
    else:
        figure = plots.image_grid(samples, value_range=value_range)
    with writing(path):
        options.output.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
    print(f"{options.num} samples: {path}")
    return 0


def run_score(options):
    """Prints the metrics of a saved generator against the test images, floor and ceiling beside."""
    from gan_tf import judging

    model = load_model(options.generator)
    samples, (low, high) = _samples(model, options.num, options.seed)
    if samples.ndim == 3:
        samples = samples[..., None]
    if samples.ndim != 4:
        raise ValueError(
            f"score judges images, such as (28, 28, 1). Received: {options.generator}, "
            f"samples of shape {samples.shape}"
        )
    name, real_images, others = _real_images(options, samples.shape)
    if len(others) < len(samples):
        samples = samples[: len(others)]
        print(f"There are {len(others):,} real images, so as many samples are judged.")
    samples = (samples - low) * (2 / (high - low)) - 1
    if name == "fashion_mnist" and samples.shape[1] == 32:  # a border makes 32, a power of two
        samples = samples[:, 2:-2, 2:-2]
    print(*judging.report(samples, real_images, others, name), sep="\n")
    return 0


def _real_images(options, shape):
    """The data set's name, real images to compare samples of a shape with, and further ones."""
    from gan_tf import data

    num, size, _, channels = shape
    if options.images is not None:
        images = chosen_images(options, size, channels).images()
        print("Half of the pictures are compared with; the other half gives the floor.")
        num = len(images) // 2
        return str(options.images), images[::2][:num], images[1::2]
    name = options.data or "fashion_mnist"
    if name == "fashion_mnist":
        data.load_fashion_mnist(verbose=True)  # prints the source that was really used
        size = 28 if size == 32 and channels == 1 else size
    others = data.load_images(name, size, channels, "train")
    return name, data.load_images(name, size, channels, "test"), others


def run_data(options):
    """Lists all data sets, or writes a sheet of one."""
    from gan_tf import data, plots
    from gan_tf.plots.canvas import writing

    if options.name is None:
        print(data.catalogue_table())
        return 0
    if options.name == "photographs":
        images = _squares(data.photographs(options.size or 128).values())
    else:
        images = data.load_images(options.name, options.size, num=NUM_SHOWN, seed=options.seed)
    path = options.output / f"data-{options.name}.png"
    with writing(path):
        options.output.mkdir(parents=True, exist_ok=True)
        plots.image_grid(images).savefig(path)
    print(f"{len(images)} images of {options.name}: {path}")
    return 0


def _squares(pictures):
    """Pictures of any shape in the upper left of white squares, `(num, size, size, 3)`."""
    import numpy as np

    pictures = list(pictures)
    size = max(max(picture.shape) for picture in pictures)
    squares = np.ones((len(pictures), size, size, 3), "float32")
    for square, picture in zip(squares, pictures, strict=True):
        square[: picture.shape[0], : picture.shape[1]] = picture
    return squares


def load_model(path):
    """A generator or a whole game that was saved; code inside the file is never run.

    Args:
        path: Path of a .keras file, as `train` or `gan.save` writes it.

    Returns:
        Keras model from latents `(batch, latent_dim)` to images or points, or a game of `gan_tf`
        that has a generator.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged, holds code, or another model than these.
    """
    from gan_tf import games, layers  # noqa: F401, the file may hold games and layers of gan_tf
    import keras

    remedy = "Give a .keras file, as python -m gan_tf train writes it or as gan.save does."
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}. {remedy}")
    if path.suffix != ".keras":
        raise ValueError(f"The generator's file must end in .keras. Received: {path}. {remedy}")
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # a damaged file may cause any
        problem = "is damaged, or has a layer or a game that is not known"
        if _holds_code(path):
            problem = "holds Python code, which would run on this machine, and is not loaded"
        raise ValueError(f"{path} {problem}. {remedy}") from error
    if not _is_game(model):
        _check_generator(model, path, remedy)
    return model


def _is_game(model):
    return hasattr(model, "generate") and hasattr(model, "generator")


def _check_generator(model, path, remedy):
    """Raises a ValueError unless a model takes latents and gives one batch."""
    try:
        shapes = [tuple(each.shape) for each in (*model.inputs, *model.outputs)]
        received = f"inputs and outputs of shapes {shapes}"
    except (AttributeError, TypeError):  # only models of the functional kind know their inputs
        shapes, received = [], f"a {type(model).__name__}, which has no generator"
    if [len(shape) for shape in shapes] == [4, 4]:
        raise ValueError(
            f"{path} turns pictures {shapes[0]} into others, and draws no samples of its own. In "
            f'Python: keras.saving.load_model("{path}")(pictures)'
        )
    if len(shapes) != 2 or len(shapes[0]) != 2:
        raise ValueError(
            "A generator takes latents (None, latent_dim) and makes one batch of images or points. "
            f"Received: {path}, {received}. {remedy}"
        )


def _holds_code(path):
    """Whether a file has a Lambda layer; Keras keeps a function's bytes in it."""
    with contextlib.suppress(Exception), zipfile.ZipFile(path) as archive:
        return b'"__lambda__"' in archive.read("config.json")
    return False


def _samples(model, num_samples, seed):
    """New samples of a generator or a game, clipped, and the pair of values for black and white."""
    from gan_tf import endings
    from gan_tf.callbacks.sampling import fixed_latents, samples_of
    import numpy as np

    if _is_game(model):
        generator, samples = model.generator, model.generate(num_samples, seed=seed)
    else:
        generator, samples = model, samples_of(model, fixed_latents(num_samples, model, seed))
    value_range = endings.output_range(generator) or (-1, 1)
    if samples.ndim > 2:  # images, not points
        samples = np.clip(samples, *value_range)
    return samples, value_range


def run_doctor(options):
    """Prints versions, devices, the source of the data, and each trouble with its remedy."""
    from gan_tf.environment import doctor
    from gan_tf.startup import import_tensorflow

    with contextlib.suppress(Exception):  # the doctor names it
        import_tensorflow()
    return doctor(_source_of_data, options.output)


def _source_of_data():
    """Where Fashion-MNIST would be looked for first."""
    from gan_tf import data

    return data.find_fashion_mnist()


def train_recipe(
    name,
    folder,
    seed=0,
    epochs=None,
    resume=False,
    *,
    images=None,
    strategy=None,
    results=None,
):
    """Trains a recipe and writes samples, film, losses, history and generator into `folder/name`.

    Args:
        name: Name of a recipe, see `gan_tf.recipes`.
        folder: Path of the folder for results.
        seed: Integer.
        epochs: Integer; the recipe's own number by default.
        resume: Whether to save the run in `folder/name/checkpoints-of-seed-N`, and to go on with
            what is there.
        images: Images to train on instead of the recipe's own, as for `recipes.get`.
        strategy: `tf.distribute.Strategy`; by default the one in whose scope this is called.
        results: Path of another folder for all but the checkpoints.

    Returns:
        Path of the folder with the results.
    """
    from gan_tf import data, recipes
    from gan_tf.plots.canvas import writing
    import tensorflow as tf

    print(f"\n{name}")
    start = time.monotonic()
    others = (*recipes.RECIPES_OF_POINTS, *recipes.RECIPES_OF_TRANSLATION)
    of_garments = name in recipes.RECIPES and name not in others
    if images is None and of_garments:
        data.load_fashion_mnist(verbose=True)  # prints the source that was really used
    with (strategy or tf.distribute.get_strategy()).scope():
        recipe = recipes.get(name, seed, images)
    if name in recipes.RECIPES_OF_TRANSLATION and not isinstance(images, data.PairFolder):
        shape = " × ".join(map(str, recipe.samples.shape[1:]))
        print(f"Pictures of the course: {len(recipe.samples):,} to translate to, {shape}")
    checkpoints = pathlib.Path(folder) / name / f"checkpoints-of-seed-{seed}"
    folder = pathlib.Path(results or folder) / name
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    _train(recipe, folder, epochs or recipe.epochs, checkpoints if resume else None)
    print(f"Took {time.monotonic() - start:.0f} s and wrote, in {folder}:")
    print("  " + ", ".join(path.name for path in sorted(folder.iterdir())))
    return folder


def _train(recipe, folder, epochs, checkpoints):
    from gan_tf import plots
    from gan_tf.plots.canvas import writing

    draw = _drawing(recipe)
    average, watcher, *others = _watchers(recipe, draw, folder, epochs)
    history = recipe.gan.fit(
        recipe.batches,
        epochs=epochs,
        callbacks=[average, watcher, *others],
        resume=checkpoints,
        verbose="auto" if sys.stdout.isatty() else 2,
    )
    with writing(folder):
        _write_history(history, folder / "history.csv")
        draw(watcher.samples()).savefig(folder / "samples.png")
        plots.losses(history).savefig(folder / "losses.png")
        _save(recipe.gan, average.generator, folder)


def _save(game, generator, folder):
    """Saves the averaged generator; the whole game where only the game knows what it is fed."""
    if len(generator.inputs) == 1:
        generator.save(folder / "generator.keras")
        return
    game.generator.set_weights(generator.get_weights())
    game.save(folder / "game.keras")


def _watchers(recipe, draw, folder, epochs):
    from gan_tf import callbacks
    import keras

    # The average reaches back over the last tenth of the run, however short.
    num_steps = epochs * recipe.steps_per_epoch
    average = callbacks.GeneratorAverage(recipe.average_decay or max(0.0, 1 - 10 / num_steps))
    num = 64 if recipe.samples.ndim > 2 else 1000
    if recipe.conditions is not None:
        num = len(next(iter(recipe.conditions.values())))
    watcher = callbacks.SampleImages(
        num,
        draw=draw,
        path=folder / "training.gif",
        generator=lambda: average.generator,
        conditions=recipe.conditions,
    )
    log = keras.callbacks.CSVLogger(str(folder / "history.csv"))
    return average, watcher, callbacks.StopOnNaN(), log


def _write_history(history, path):
    """As Keras's CSVLogger does while a run lasts, but with the epochs before it resumed."""
    names = sorted(history.history)
    rows = zip(history.epoch, *(history.history[name] for name in names), strict=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["epoch", *names], *rows])


def _drawing(recipe):
    """Function from samples to a figure.

    It shows translations between what they were made of and what they should be, other images as a
    grid, or points over the decision field.
    """
    from gan_tf import plots

    if recipe.conditions is not None:
        return functools.partial(_translations, recipe=recipe)
    if recipe.value_range is not None:
        return functools.partial(_grid, recipe=recipe)
    return lambda samples: plots.decision_field(
        recipe.gan.discriminator, samples=samples, target=recipe.samples[:1000]
    )


def _translations(images, recipe):
    """Rows of what the generator was given, what it made of it, and the truth if it is known."""
    from gan_tf import data, plots
    import numpy as np

    given = next(iter(recipe.conditions.values()))
    rows = {"input": given, "translation": np.clip(images, *recipe.value_range)}
    if recipe.truths is not None:
        rows["truth"] = recipe.truths
    pictures = np.concatenate([data.with_channels(each, 3) for each in rows.values()])
    scale = max(1, PIXELS_SHOWN // images.shape[1])
    settings = {"value_range": recipe.value_range, "scale": scale}
    return plots.image_grid(pictures, len(images), row_labels=list(rows), **settings)


def _grid(images, recipe):
    """Images at the size of the data, also while they grow, so that a film keeps its frame."""
    from gan_tf import data, plots
    import numpy as np

    images = np.clip(images, *recipe.value_range)
    if images.ndim == 4:
        images = data.enlarged(images, recipe.samples.shape[1])
    return plots.image_grid(images, value_range=recipe.value_range)


if __name__ == "__main__":
    sys.exit(main())
