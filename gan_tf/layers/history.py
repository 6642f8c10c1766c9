"""Historical averaging: a player remembers the mean of its own weights."""

from gan_tf import checks
import keras
from keras import ops
import numpy as np


class HistoricalAveraging(keras.layers.Layer):
    """Draws a player's weights towards the mean of their values so far.

    When players circle around an equilibrium, it lies near the middle of their circle. `GAN` makes
    one such layer for each player from `GAN(..., historical_averaging=weight)`.

    Args:
        weight: Float > 0, multiplies the term.
        variables: List of the player's trainable Keras variables.

    Call arguments:
        variables: The same list.

    Returns:
        Scalar float32 tensor, a term of the player's loss: `weight · ‖θ - (1/t) Σ θ[i]‖²`, the sum
        running over the values after each of the t updates so far, and the first ones.

    Raises:
        ValueError: If `weight` is not above 0.

    Reference:
        Salimans et al. 2016, section 3.3, arXiv:1606.03498.
    """

    def __init__(self, weight, variables, **kwargs):
        super().__init__(**kwargs)
        self.weight = checks.positive(weight=weight)
        fixed = {"trainable": False, "autocast": False}
        self.means = [
            self.add_weight(shape=v.shape, initializer=_value_of(v), name=f"mean_{i}", **fixed)
            for i, v in enumerate(variables)
        ]
        self.count = self.add_weight(shape=(), initializer="ones", name="count", **fixed)
        self.built = True

    def call(self, variables):
        pairs = zip(variables, self.means, strict=True)
        squares = [ops.sum(ops.square(variable - mean)) for variable, mean in pairs]
        return self.weight * sum(squares)

    def update(self, variables):
        """Takes the weights after an update into the mean."""
        self.count.assign_add(1)
        for variable, mean in zip(variables, self.means, strict=True):
            mean.assign_add((variable - mean) / self.count)


def _value_of(variable):
    return lambda shape, dtype=None: ops.convert_to_tensor(np.asarray(variable), dtype)
