"""What callbacks share: when to look, and samples that leave no trace in the run."""

import contextlib
import math

import keras
import numpy as np

_VALUES_AT_ONCE = 2**16  # numbers in the samples of one batch, where 250 samples have fewer


def is_due(callback, epoch):
    """Whether a callback looks after this epoch: each `every`-th one, and the last."""
    last = epoch + 1 == callback.params.get("epochs") or callback.model.stop_training
    return (epoch + 1) % callback.every == 0 or bool(last)


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


def fixed_inputs(callback, num_images, generator):
    """What a generator is fed, the same for the same seed.

    It comes from the game that trains, through the same `inputs` as in training. A model that is no
    game is fed standard normal latents.

    Args:
        callback: Keras callback with `seed`, and `conditions` if it has some.
        num_images: Integer >= 1.
        generator: Keras model.

    Returns:
        Tensor, or list of tensors.
    """
    game, conditions = callback.model, getattr(callback, "conditions", None)
    if hasattr(game, "inputs_for"):
        return game.inputs_for(num_images, callback.seed, conditions)
    return fixed_latents(num_images, generator, callback.seed)


def fixed_latents(num_images, generator, seed):
    """Standard normal latents, the same for the same seed: float32 `(num_images, latent_dim)`."""
    shape = (num_images, generator.input_shape[-1])
    return keras.random.normal(shape, dtype="float32", seed=seed)


def samples_of(generator, inputs):
    """What the generator makes of its inputs in inference mode, float32 `(num_images, ...)`.

    Points are made many more at a time than images: 20,000 of them in a twentieth of the time.
    """
    values = math.prod(length or _VALUES_AT_ONCE for length in generator.output_shape[1:])
    batch_size = max(250, _VALUES_AT_ONCE // values)
    num_images = len(keras.tree.flatten(inputs)[0])
    images = []
    with undisturbed(generator):
        for first in range(0, num_images, batch_size):
            rows = slice(first, first + batch_size)
            part = keras.tree.map_structure(lambda values, rows=rows: values[rows], inputs)
            images.append(keras.ops.cast(generator(part, training=False), "float32"))
        return np.concatenate([keras.ops.convert_to_numpy(each) for each in images])


@contextlib.contextmanager
def undisturbed(model):
    """Gives the random generators inside a model their states back, so that a look costs none."""
    states = [v for v in model.variables if v.path.endswith("seed_generator_state")]
    before = [keras.ops.convert_to_numpy(state) for state in states]
    try:
        yield
    finally:
        for state, value in zip(states, before, strict=True):
            state.assign(value)
