"""What `GAN.fit` takes: looked at before the first step, and freed of what would slow it down."""

import keras
import numpy as np
import tensorflow as tf

DEFAULT_BATCH_SIZE = 32  # Keras's own, for arrays
_NO_IMAGES = (type(None), str, bytes, bool, int, float, list, tuple, dict, set)
_RANGES = {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}


def check_fit(gan, x, y=None, batch_size=None, steps_per_epoch=None):
    """Raises a ValueError unless a game can train on these data.

    Arrays are looked at as a whole. Of a dataset, nothing is drawn: only its specification, its
    length and, from `data.batches`, its range are known. What a generator or a `PyDataset` gives
    is left to the step.

    Args:
        gan: `GAN`.
        x: What `fit` received as data.
        y: What it received as labels.
        batch_size: Integer, or None.
        steps_per_epoch: Integer, or None.
    """
    if not gan.compiled:
        raise ValueError(
            "This GAN is not compiled. Before fit, call gan.compile(generator_optimizer, "
            f"discriminator_optimizer). Received: {type(gan).__name__} without optimizers"
        )
    _check_kind(x, y)
    _check_steps(steps_per_epoch)
    if isinstance(x, tf.data.Dataset):
        _check_dataset(gan, x, batch_size, steps_per_epoch)
    elif hasattr(x, "__array__"):
        _check_array(gan, x)
        _check_batch_size(len(x), batch_size, gan.discriminator_steps)


def check_images(dtype, shape, expected):
    """Raises a ValueError unless real images are floats of the shape that a game takes.

    Args:
        dtype: TensorFlow's or NumPy's.
        shape: Tuple `(batch, ...)`.
        expected: Tuple, the shape of one image.
    """
    name = keras.backend.standardize_dtype(dtype)
    if keras.backend.is_float_dtype(name) and tuple(shape[1:]) == expected and len(shape) > 0:
        return
    sizes = ", ".join(map(str, expected))
    raise ValueError(
        f"Expected real images as floats of shape (batch, {sizes}), which is what the "
        f"discriminator takes. Received: {name} of shape {tuple(shape)}. gan_tf.data gives images "
        "in [-1, 1] with a channel axis."
    )


# Helpers.


def _check_kind(x, y):
    if y is not None:
        raise ValueError(
            "A GAN trains on images alone: fit(images). "
            f"Received: y of shape {np.shape(y)}, which may hold labels"
        )
    if isinstance(x, _NO_IMAGES):
        received = repr(x) if isinstance(x, (type(None), str)) else type(x).__name__
        raise ValueError(
            "fit takes images alone, as one array (num_images, ...) or as a tf.data.Dataset of "
            f"batches, such as gan_tf.data.batches(images) gives. Received: {received}"
        )


def _check_steps(steps_per_epoch):
    is_count = isinstance(steps_per_epoch, (int, np.integer)) and steps_per_epoch >= 1
    if steps_per_epoch is not None and not is_count:
        raise ValueError(
            "steps_per_epoch must be an integer >= 1, or None for as many as the data have. "
            f"Received: steps_per_epoch={steps_per_epoch!r}"
        )


def _check_dataset(gan, dataset, batch_size, steps_per_epoch):
    spec = dataset.element_spec
    if not isinstance(spec, tf.TensorSpec):
        raise ValueError(
            "A GAN trains on images alone, but the dataset gives pairs, or more. Keep the images: "
            f"dataset.map(lambda images, labels: images). Received: {spec}"
        )
    if spec.shape.rank is not None:
        check_images(spec.dtype, tuple(spec.shape), gan.data_shape)
    if batch_size is not None:
        raise ValueError(
            "A dataset already has batches, so fit takes no batch_size with it. "
            f"Received: batch_size={batch_size!r}"
        )
    if gan.discriminator_steps > 1 and spec.shape.rank and spec.shape[0] is None:
        raise ValueError(
            f"With {gan.discriminator_steps} discriminator steps all batches must have one size, "
            "but the last one of this dataset may be smaller. Batch it with drop_remainder=True. "
            f"Received: batches of shape {spec.shape}"
        )
    _check_length(int(dataset.cardinality()), gan.discriminator_steps, steps_per_epoch)
    if hasattr(dataset, "value_range"):
        _check_range(gan, *dataset.value_range)


def _check_length(num_batches, steps, steps_per_epoch):
    """TensorFlow says -1 for a dataset without end, and -2 for one whose length is unknown."""
    if 0 <= num_batches < steps:
        found = f"{num_batches} batches" if num_batches else "no batch"
        raise ValueError(
            f"An epoch needs at least one batch for each of the {steps} discriminator steps. "
            f"Received: a dataset of {found}. Give more images, or make the batches smaller."
        )
    if num_batches == -1 and steps_per_epoch is None and not keras.config.max_steps_per_epoch():
        raise ValueError(
            "The dataset repeats for ever, and so would the first epoch: give steps_per_epoch. "
            "Received: steps_per_epoch=None"
        )


def _check_array(gan, images):
    images = np.asarray(images)
    check_images(images.dtype, images.shape, gan.data_shape)
    if len(images) == 0:
        raise ValueError(f"There must be at least one image. Received: shape {images.shape}")
    finite = np.isfinite(images)
    if not finite.all():
        bad = images.size - np.count_nonzero(finite)
        raise ValueError(
            f"Real images must be finite. Received: NaN or infinity in {bad} of {images.size} "
            "values. Look where they come from, and leave these images out."
        )
    _check_range(gan, float(images.min()), float(images.max()))


def _check_batch_size(num_images, batch_size, steps):
    wanted = DEFAULT_BATCH_SIZE if batch_size is None else batch_size
    if not isinstance(wanted, int) or wanted < 1 or (steps == 1 and wanted > num_images):
        if batch_size is not None:
            raise ValueError(
                f"batch_size must be an integer from 1 to the number of images, {num_images}. "
                f"Received: batch_size={batch_size!r}"
            )
    elif steps > 1 and wanted * steps > num_images:
        raise ValueError(
            f"One step needs {steps} batches, for {steps} discriminator steps: {wanted * steps} "
            f"images. Received: {num_images} images, batch_size={wanted}. Use a batch_size up to "
            f"{num_images // steps}."
        )


def _check_range(gan, smallest, largest):
    """A tanh or a sigmoid can never reach what lies far outside of its own range."""
    ending = _ending(gan.whole_generator)
    low, high = _RANGES.get(ending, (-np.inf, np.inf))
    margin = (high - low) / 2  # for noise that was added to the images
    if ending in _RANGES and not low - margin <= smallest <= largest <= high + margin:
        raise ValueError(
            f"The generator ends in {ending}, so real images must lie in [{low:g}, {high:g}]. "
            f"Received: values from {smallest:g} to {largest:g}. Scale them, or change the "
            "generator's output_activation."
        )


def _ending(model):
    """Name of the activation that decides on the range of a model's output, or None."""
    layers = model.layers if isinstance(model, keras.Sequential) else []
    computing = [layer for layer in layers if not isinstance(layer, keras.layers.Reshape)]
    if not computing:
        return None
    if isinstance(computing[-1], keras.Model):
        return _ending(computing[-1])
    return getattr(getattr(computing[-1], "activation", None), "__name__", None)


def without_tuning(dataset):
    """The same dataset, without the thread with which `tf.data` tunes itself.

    That thread sleeps for 10 ms, then for 20, 40, 80 …, and the end of an epoch waits until it
    wakes up, which may take as long again as the epoch did.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
