"""What callbacks share: when to look, and samples that leave no trace in the run."""

import contextlib

import keras
import numpy as np


def is_due(callback, epoch):
    """Whether a callback looks after this epoch: each `every`-th one, and the last."""
    last = epoch + 1 == callback.params.get("epochs") or callback.model.stop_training
    return (epoch + 1) % callback.every == 0 or bool(last)


def fixed_latents(num_images, generator, seed):
    """The same latents for the same seed, float32 `(num_images, latent_dim)`."""
    shape = (num_images, generator.input_shape[-1])
    return keras.random.normal(shape, dtype="float32", seed=seed)


def samples_of(generator, latents, batch_size=250):
    """What the generator makes of the latents in inference mode, float32 `(num_images, ...)`."""
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
