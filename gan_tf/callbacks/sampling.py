"""What callbacks share: when to look, and samples that leave no trace in the run."""

import contextlib
import math
import numbers

import keras
import numpy as np

_VALUES_AT_ONCE = 2**16  # numbers in the samples of one batch, where 250 samples have fewer


def is_due(callback, epoch):
    """Whether a callback looks after this epoch: each `every`-th one, and the last."""
    last = epoch + 1 == callback.params.get("epochs") or callback.model.stop_training
    return (epoch + 1) % callback.every == 0 or bool(last)


def check_at_least(low, **counts):
    """Raises a ValueError unless each is an integer, and not below `low`."""
    for name, value in counts.items():
        if not isinstance(value, numbers.Integral) or value < low:
            raise ValueError(f"{name} must be an integer >= {low}. Received: {name}={value!r}")


def check_generator(generator):
    """Raises a ValueError unless it is None or a function, which a model is not."""
    if generator is not None and (isinstance(generator, keras.Model) or not callable(generator)):
        raise ValueError(
            "generator must be a function that gives the model, for instance "
            f"lambda: average.generator. Received: {generator!r}"
        )


def check_watches(callback, attribute="generator"):
    """Raises a ValueError unless a callback's model is there, and has what it watches."""
    name = type(callback).__name__
    if callback.model is None:
        raise ValueError(
            f"{name} has seen no training: give it to fit(callbacks=[...]) first. "
            "Received: no model"
        )
    if not hasattr(callback.model, attribute):
        raise ValueError(
            f"{name} watches a gan_tf.GAN, or another model with a {attribute}. "
            f"Received: {type(callback.model).__name__}"
        )


def fixed_latents(num_images, generator, seed):
    """The same latents for the same seed, float32 `(num_images, latent_dim)`."""
    shape = (num_images, generator.input_shape[-1])
    return keras.random.normal(shape, dtype="float32", seed=seed)


def samples_of(generator, latents):
    """What the generator makes of the latents in inference mode, float32 `(num_images, ...)`.

    Points are made many more at a time than images: 20,000 of them in a twentieth of the time.
    """
    values = math.prod(length or _VALUES_AT_ONCE for length in generator.output_shape[1:])
    batch_size = max(250, _VALUES_AT_ONCE // values)
    with undisturbed(generator):
        parts = [latents[i : i + batch_size] for i in range(0, len(latents), batch_size)]
        images = [keras.ops.cast(generator(part, training=False), "float32") for part in parts]
        return np.concatenate([keras.ops.convert_to_numpy(each) for each in images])


@contextlib.contextmanager
def undisturbed(model):
    """Gives the random generators inside a model their states back, so that a look costs none."""
    states = [v for v in model.variables if v.path.endswith("seed_generator_state")]
    found = [keras.ops.convert_to_numpy(state) for state in states]
    try:
        yield
    finally:
        for state, value in zip(states, found, strict=True):
            state.assign(value)
