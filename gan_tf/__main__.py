"""The command line: python -m gan_tf demo | train | sample | score | doctor."""

import argparse
import contextlib
import csv
import functools
import os
import pathlib
import subprocess
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
    options.arguments = sys.argv[1:] if arguments is None else arguments
    try:
        _check_at_least_1(options, "epochs", "num")
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
    train = commands.add_parser("train", help="train one recipe and write what comes of it")
    train.add_argument(
        "recipe",
        nargs="?",
        help="circle, lecture-dense, lecture-dcgan, dcgan (the default), ring, grid, progressive "
        "or style",
    )
    train.add_argument(
        "--resume", action="store_true", help="save each epoch, and go on where a killed run was"
    )
    train.add_argument("--workers", help="host:port,host:port of all that train one game together")
    train.add_argument(
        "--worker-index", type=int, help="which of them this is, from 0; not needed on localhost"
    )
    sample = commands.add_parser("sample", help="draw samples of a generator that was saved")
    sample.add_argument("generator", type=pathlib.Path, help="a .keras file, as train writes it")
    sample.add_argument("--num", type=int, default=64)
    score = commands.add_parser("score", help="measure how good a saved generator of garments is")
    score.add_argument("generator", type=pathlib.Path, help="a .keras file, as train writes it")
    score.add_argument("--num", type=int, default=10_000)
    doctor = commands.add_parser("doctor", help="look for troubles and say what to do")
    for command, function in (
        (demo, run_demo),
        (train, run_train),
        (sample, run_sample),
        (score, run_score),
        (doctor, run_doctor),
    ):
        command.set_defaults(command=function)
        if command in (demo, train):
            command.add_argument("--epochs", type=int, help="instead of the usual number")
        if command is not doctor:
            command.add_argument("--seed", type=int, default=0)
        command.add_argument("--output", type=pathlib.Path, default="outputs", help="folder")
    return parser


# Few enough for two minutes on two cores, both together; None is the recipe's own number.
DEMO_EPOCHS = {"circle": None, "dcgan": 15}


def run_demo(options):
    """Trains the circle GAN, then garments, and prints where the results are."""
    start = time.monotonic()
    for name, epochs in DEMO_EPOCHS.items():
        train_recipe(name, options.output, options.seed, options.epochs or epochs)
    print(f"\nThe demo took {time.monotonic() - start:.0f} s. Results: {options.output.resolve()}")
    return 0


def run_train(options):
    """Trains one recipe, alone or as one of several workers."""
    from gan_tf import recipes

    name = options.recipe or recipes.DEFAULT
    arguments = (name, options.output, options.seed, options.epochs, options.resume)
    if options.workers is None:
        if options.worker_index is not None:
            raise ValueError("--worker-index needs --workers host:port,host:port beside it.")
        train_recipe(*arguments)
        return 0
    from gan_tf.training import distribution

    addresses = distribution.addresses(options.workers)
    if options.worker_index is not None:
        print(f"Worker {options.worker_index} waits for all of {options.workers}", flush=True)
        strategy = distribution.strategy(addresses, options.worker_index)
        with _as_worker(strategy, options.output) as results:
            train_recipe(*arguments, strategy=strategy, results=results)
        return 0
    if not distribution.are_all_here(addresses):
        raise ValueError(
            "Each machine runs this command with its own --worker-index, from 0 to "
            f"{len(addresses) - 1}. Received: --workers {options.workers} without it."
        )
    return _status_of_all(options.arguments, len(addresses))


def _status_of_all(arguments, count):
    """Runs the same command once for each worker; when one fails, all end."""
    command = [sys.executable, "-m", "gan_tf", *arguments, "--worker-index"]
    processes = [subprocess.Popen([*command, str(number)]) for number in range(count)]
    try:
        found = [None]
        while None in found and not any(found):
            time.sleep(0.1)
            found = [process.poll() for process in processes]
    finally:
        for process in processes:
            process.terminate()
            process.wait()
    return next((abs(status) for status in found if status), 0)


@contextlib.contextmanager
def _as_worker(strategy, folder):
    """The folder for results. All do the same work, but only the chief is heard, and leaves files.

    The others cannot be idle meanwhile: what is drawn and written may need values of all of them.
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
    if distribution.are_several(strategy):
        distribution.said_by_all(strategy, 0)  # who ends early is taken for lost by the others


def run_sample(options):
    """Writes a grid of samples of a saved generator."""
    from gan_tf import plots
    from gan_tf.plots.canvas import writing
    import numpy as np

    generator = load_generator(options.generator)
    samples = _samples(generator, options.num, options.seed)
    path = options.output / f"{options.generator.stem}-samples.png"
    is_points = samples.shape[-1] == 2
    figure = plots.samples_2d(samples) if is_points else plots.image_grid(np.clip(samples, -1, 1))
    with writing(path):
        options.output.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
    print(f"{options.num} samples: {path}")
    return 0


def run_score(options):
    """Prints the metrics of a saved generator against the test images, floor and ceiling beside."""
    from gan_tf import data, metrics
    import keras
    import numpy as np

    generator = load_generator(options.generator)
    ending = getattr(_last_layer(generator), "activation", None)
    value_range = (0, 1) if ending is keras.activations.sigmoid else (-1, 1)
    (images, _), (test_images, _) = data.load_fashion_mnist(value_range=value_range)
    encoder = metrics.fashion_mnist_encoder(value_range)
    reference = metrics.Reference(encoder, test_images, images[: options.num])
    samples = np.clip(_samples(generator, options.num, options.seed), *value_range)
    if samples.ndim == 4 and samples.shape[1] > 28:  # a border makes 32, a power of two
        samples = data.cropped(samples, 28)
    print(*metrics.Scores(reference).report(samples), sep="\n")
    return 0


def load_generator(path):
    """A generator that was saved; no code that a file may hold is run.

    Args:
        path: Path of a .keras file, as `train` writes it.

    Returns:
        Keras model from latents `(batch, latent_dim)` to images or points.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged, holds code, or another model than a generator.
    """
    from gan_tf import layers  # noqa: F401, saved generators may be made of them
    import keras

    remedy = "Give a .keras file, as python -m gan_tf train writes it."
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}. {remedy}")
    if path.suffix != ".keras":
        raise ValueError(f"The generator's file must end in .keras. Received: {path}. {remedy}")
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # a damaged file may cause any
        found = "is damaged, or has a layer that is not known"
        if _holds_code(path):
            found = "holds Python code, which would run on this machine, and is not loaded"
        raise ValueError(f"{path} {found}. {remedy}") from error
    tensors = [*model.inputs, *model.outputs] if isinstance(model, keras.Model) else []
    shapes = [tuple(each.shape) for each in tensors]
    if len(shapes) != 2 or len(shapes[0]) != 2:
        raise ValueError(
            "A generator takes latents (None, latent_dim) and makes one batch of images or points. "
            f"Received: {path}, inputs and outputs of shapes {shapes}. {remedy}"
        )
    return model


def _holds_code(path):
    """Whether a file has a Lambda layer; Keras keeps a function's bytes in it."""
    with contextlib.suppress(Exception), zipfile.ZipFile(path) as archive:
        return b'"__lambda__"' in archive.read("config.json")
    return False


def _last_layer(model):
    """The last layer that computes; a shape may follow it."""
    import keras

    layers = [each for each in model.layers if not isinstance(each, keras.layers.Reshape)]
    return layers[-1]


def _samples(generator, num_samples, seed):
    """What a generator makes of `num_samples` latents, as an array."""
    from gan_tf.callbacks.sampling import fixed_latents, samples_of

    return samples_of(generator, fixed_latents(num_samples, generator, seed))


def run_doctor(options):
    """Prints versions, devices, the source of the data, and each trouble with its remedy."""
    from gan_tf.environment import doctor
    from gan_tf.startup import import_tensorflow

    with contextlib.suppress(Exception):  # the doctor names it
        import_tensorflow()
    return doctor(_fashion_mnist, options.output)


def train_recipe(name, folder, seed=0, epochs=None, resume=False, *, strategy=None, results=None):
    """Trains a recipe and writes samples, film, losses, history and generator into `folder/name`.

    Args:
        name: Name of a recipe, see `gan_tf.recipes`.
        folder: Path of the folder for results.
        seed: Integer.
        epochs: Integer; the recipe's own number by default.
        resume: Whether to save the run in `folder/name/checkpoints-of-seed-N`, and to go on with
            what is there.
        strategy: `tf.distribute.Strategy`; by default what is in force.
        results: Path of another folder for all but the checkpoints.

    Returns:
        Path of the folder with the results.
    """
    from gan_tf import recipes
    from gan_tf.plots.canvas import writing
    import tensorflow as tf

    print(f"\n{name}")
    start = time.monotonic()
    if name not in ("circle", "ring", "grid"):
        print("Data: Fashion-MNIST, {}: {}".format(*_fashion_mnist()))
    with (strategy or tf.distribute.get_strategy()).scope():
        recipe = recipes.get(name, seed)
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
        average.generator.save(folder / "generator.keras")


def _watchers(recipe, draw, folder, epochs):
    from gan_tf import callbacks
    import keras

    # The average reaches back over the last tenth of the run, however short.
    num_steps = epochs * recipe.steps_per_epoch
    average = callbacks.GeneratorAverage(recipe.average_decay or max(0.0, 1 - 10 / num_steps))
    watcher = callbacks.SampleImages(
        64 if recipe.samples.ndim > 2 else 1000,
        draw=draw,
        path=folder / "training.gif",
        generator=lambda: average.generator,
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
    """Function from samples to a figure: a grid of images, or points over the decision field."""
    from gan_tf import plots

    if recipe.value_range is not None:
        return functools.partial(_grid, recipe=recipe)
    return lambda samples: plots.decision_field(
        recipe.gan.discriminator, samples=samples, target=recipe.samples[:1000]
    )


def _grid(images, recipe):
    """Images at the size of the data, also while they grow, so that a film keeps its frame."""
    from gan_tf import data, plots
    import numpy as np

    images = np.clip(images, *recipe.value_range)
    if images.ndim == 4:
        images = data.enlarged(images, recipe.samples.shape[1])
    return plots.image_grid(images, value_range=recipe.value_range)


def _fashion_mnist():
    from gan_tf import data

    return data.find_fashion_mnist()


if __name__ == "__main__":
    sys.exit(main())
