"""What `GAN.fit` puts around Keras's: batches for several steps, the epochs of a resumed run."""

import math
import sys

from gan_tf.training import distribution, validation
from gan_tf.training.resume import ReadAgain, Resume, counts_its_epochs, warn_if_read
import keras
import tensorflow as tf


class SetEpoch(keras.callbacks.Callback):
    """Tells a dataset of `gan_tf.data.batches` which epoch begins.

    Args:
        epoch: `tf.Variable` of the dataset.
    """

    is_for_data = True

    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch.assign(epoch)


def joined_batches(gan, x, batch_size):
    """Data whose every batch holds those of all the discriminator's steps.

    Args:
        gan: `GAN`.
        x: What `fit` received as data.
        batch_size: Integer, of each player's update; or None.

    Returns:
        The data, and the size of their batches where Keras has to make them.

    Raises:
        ValueError: If several workers would shuffle arrays, each for itself.
    """
    strategy, steps = gan.distribute_strategy, gan.discriminator_steps
    if isinstance(x, tf.data.Dataset):
        return distribution.shared(validation.without_tuning(x), strategy, steps), batch_size
    if distribution.are_several(strategy):
        raise ValueError(
            "Several workers must see the same images in the same order, and Keras shuffles "
            f"arrays in each of them. Received: {type(x).__name__}. Give "
            "gan_tf.data.batches(images, batch_size), or another tf.data.Dataset."
        )
    if steps == 1:
        return x, batch_size
    size = (batch_size or validation.DEFAULT_BATCH_SIZE) * steps
    return (x[: len(x) // size * size] if hasattr(x, "__array__") else x), size


def num_steps(x, batch_size, steps_per_epoch):
    """Steps of an epoch, None if nobody knows."""
    limits = [steps_per_epoch, keras.config.max_steps_per_epoch()]
    return min(filter(None, limits), default=_length(x, batch_size))


def steps_at_once(most, x, batch_size, steps_per_epoch):
    """Steps of one execution: `most`, or fewer where Keras ends an epoch before the data do.

    It counts whole executions, so that 2 steps of an epoch would become `most`.
    """
    num = num_steps(x, batch_size, steps_per_epoch)
    if num == _length(x, batch_size):
        return most
    return max(count for count in range(1, most + 1) if num % count == 0)


def _length(x, batch_size):
    """Batches of the data, None if nobody knows."""
    if isinstance(x, tf.data.Dataset):
        return max(int(x.cardinality()), 0) or None
    if isinstance(x, keras.utils.PyDataset):
        return len(x)
    size = batch_size or validation.DEFAULT_BATCH_SIZE
    return math.ceil(len(x) / size) if hasattr(x, "__len__") else None


def resumed(gan, data, callbacks, folder, num_steps, arguments):
    """Callbacks of a run that resumes.

    Args:
        gan: `GAN`.
        data: What `fit` received as data.
        callbacks: List of Keras callbacks.
        folder: Path of the checkpoints.
        num_steps: Integer, steps of an epoch, or None.
        arguments: Dictionary, the others of `fit`; it receives the epoch to begin with.

    Returns:
        List of callbacks, or what Keras takes for one.
    """
    epochs = min(arguments.get("epochs", 1), keras.config.max_epochs() or sys.maxsize)
    verbose = arguments.get("verbose", "auto")
    history = keras.callbacks.History()
    begin = arguments.get("initial_epoch", 0)
    span = range(begin, epochs)
    options = {"verbose": verbose != 0, "strategy": gan.distribute_strategy}
    keeper = Resume(folder, callbacks, history, span, num_steps, **options)
    callbacks = [*callbacks, history, keeper]
    first = keeper.initial_epoch
    if counts_its_epochs(data, arguments.get("steps_per_epoch")) or first >= epochs:
        arguments["initial_epoch"] = first
        return callbacks
    if keeper.has_found:
        warn_if_read(data)
    if isinstance(data, tf.data.Dataset):
        data.was_read_by_fit = True
    if first <= begin:
        return callbacks
    facts = {"verbose": verbose, "epochs": epochs, "steps": num_steps}
    return ReadAgain(callbacks, first, add_progbar=verbose != 0, model=gan, **facts)
