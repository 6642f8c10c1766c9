"""The optimizers of a game: one for each player, and all of them together for Keras's callbacks."""

from gan_tf.training import freezing
import keras


class AllOptimizers:
    """What Keras's callbacks take for the optimizer of a game: those of all its players.

    `LearningRateScheduler` and `ReduceLROnPlateau` read and set `learning_rate`. Reading gives the
    first player's; setting it gives every player the same multiple of its own, so that the ratios
    of the rates stay as they were at `compile`.

    Args:
        optimizers: Dictionary from players' names to built Keras optimizers.
    """

    built = True

    def __init__(self, optimizers):
        self._of_players = dict(optimizers)
        self._first = next(iter(optimizers.values()))
        rates = [_number(optimizer.learning_rate) for optimizer in optimizers.values()]
        self._ratios = [rate / rates[0] if rates[0] else 1.0 for rate in rates]

    @property
    def learning_rate(self):
        """The learning rate of the first player."""
        return self._first.learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        for (name, optimizer), ratio in zip(self._of_players.items(), self._ratios, strict=True):
            try:
                optimizer.learning_rate = value * ratio
            except TypeError as error:
                raise ValueError(
                    f"The learning rate of the {name} follows a schedule of its own, so no "
                    "callback can set it. Compile with plain numbers as learning rates, or leave "
                    f"the callback out. Received: learning_rate={value!r}"
                ) from error

    @property
    def iterations(self):
        """Updates that the first player has made."""
        return self._first.iterations

    @property
    def variables(self):
        """The variables of all optimizers."""
        return [v for optimizer in self._of_players.values() for v in optimizer.variables]


def optimizer_of(name, given):
    """The optimizer that was given, or that has the given name."""
    try:
        optimizer = keras.optimizers.get(given)
    except (TypeError, ValueError):
        optimizer = None
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise ValueError(
            f"{name}_optimizer must be an object such as keras.optimizers.Adam(2e-4, 0.5), or the "
            f"name of one. Received: {given!r}"
        )
    return optimizer


def check_apart(optimizers):
    """Raises a ValueError if two players share one optimizer."""
    names = {}
    for name, optimizer in optimizers.items():
        other = names.setdefault(id(optimizer), name)
        if other != name:
            raise ValueError(
                f"The {other} and the {name} received the same optimizer object, but each needs "
                "its own state. Make two: keras.optimizers.Adam(...) once for each."
            )


def build(optimizer, variables, name):
    """Makes an optimizer's variables before training, so that a checkpoint holds them."""
    if not variables:
        raise ValueError(
            f"The {name} has no trainable weights of its own, so it would learn nothing. "
            f"Set {name}.trainable = True before compile."
        )
    if not optimizer.built:
        optimizer.build(variables)
    elif len(optimizer._trainable_variables) != len(variables):
        raise ValueError(
            f"The {name}'s optimizer was made for {len(optimizer._trainable_variables)} weights, "
            f"but the {name} has {len(variables)} trainable ones. Give it a new optimizer, or "
            "compile the model again that it comes from."
        )


def finalize(optimizers, players):
    """Lets optimizers with `use_ema` put their averages in the place of the weights, as Keras does.

    Args:
        optimizers: Dictionary from players' names to Keras optimizers.
        players: Dictionary from the same names to Keras models.
    """
    for name, optimizer in optimizers.items():
        optimizer.finalize_variable_values(freezing.own_variables(players, name))


def _number(value):
    return float(keras.ops.convert_to_numpy(value))
