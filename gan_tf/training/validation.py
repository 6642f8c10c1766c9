"""What a game is made and compiled with, and what `fit` takes beside data."""

from gan_tf import checks
import keras
import tensorflow as tf

_NO_MEANING_IN_FIT = {
    "sample_weight": "Draw rare examples more often in the data instead.",
    "class_weight": "Draw rare examples more often in the data instead.",
    "validation_data": "A game has no loss to validate: use callbacks.Score or SampleImages.",
    "validation_split": "A game has no loss to validate: use callbacks.Score or SampleImages.",
    "validation_steps": "A game has no loss to validate: use callbacks.Score or SampleImages.",
    "validation_batch_size": "A game has no loss to validate: use callbacks.Score.",
    "validation_freq": "A game has no loss to validate: use callbacks.Score.",
}
_MEANING_IN_COMPILE = ("steps_per_execution", "jit_compile", "run_eagerly", "auto_scale_loss")


def check_players(players):
    """Raises a ValueError unless all are built Keras models, made under the strategy in force."""
    if not isinstance(players, dict) or not players:
        raise ValueError(
            "players must be a dictionary from names to built Keras models, such as "
            f"{{'generator': generator}}. Received: {players!r}"
        )
    for name, player in players.items():
        if not isinstance(name, str) or not name.isidentifier():
            raise ValueError(f"A player's name must be a Python name. Received: {name!r}")
        check_built(player, name)
        check_scope(player, name)


def check_built(player, name):
    """Raises a ValueError unless this is a model with known inputs and outputs."""
    if isinstance(player, keras.Model) and getattr(player, "outputs", None):
        return
    if isinstance(player, keras.Model) and not isinstance(player, keras.Sequential):
        raise ValueError(
            f"The {name} must have known inputs and outputs, which a subclassed keras.Model does "
            "not have. Wrap it: inputs = keras.Input(shape); keras.Model(inputs, model(inputs)). "
            f"Received: {type(player).__name__}"
        )
    raise ValueError(
        f"The {name} must be a built keras.Model; begin it with keras.Input(shape). "
        f"Received: {player!r}"
    )


def check_scope(player, name):
    """Raises a ValueError if a model was made under another strategy than the game is."""
    strategy = tf.distribute.get_strategy()
    variables = [variable.value for variable in player.variables]
    if all(strategy.extended.variable_created_in_scope(v) for v in variables):
        return
    raise ValueError(
        f"The {name} was not made under the game's tf.distribute strategy. Received: a model made "
        f"outside of the scope of {type(strategy).__name__}, or inside of another one. Make the "
        "networks and the game inside of one `with strategy.scope():`."
    )


def check_phases(phases, players, game):
    """Raises a ValueError if a phase names a player or a loss that the game does not have."""
    if not phases:
        raise ValueError(f"{type(game).__name__} needs phases, a tuple of Phase. Received: none")
    for phase in phases:
        unknown = [n for n in (*phase.trains, *(phase.freezes or ())) if n not in players]
        if unknown or not phase.trains:
            raise ValueError(
                f"Each phase trains at least one of the players {list(players)}, and names no "
                f"others. Received: {phase}"
            )
        if not callable(getattr(game, phase.loss, None)):
            raise ValueError(
                f"{type(game).__name__} has no method {phase.loss}(batch), which its phase "
                f"minimises. Received: {phase}"
            )


def checked_seed(seed):
    """The seed as a plain integer or None; Keras's generators take 32 bits."""
    if seed is None:
        return None
    return checks.between(0, 2**32 - 1, "32 bits, or None", seed=seed)


def checked_weights(weights, terms):
    """The weights of a game's terms: the usual ones, and those that were given."""
    weights = {} if weights is None else weights
    if not isinstance(weights, dict) or set(weights) - set(terms):
        raise ValueError(
            f"weights must be a dictionary from names of {list(terms)} to numbers. "
            f"Received: weights={weights!r}"
        )
    given = {name: checks.number(**{name: value}) for name, value in weights.items()}
    return {**terms, **given}


def check_compile(game, optimizers, arguments):
    """Raises a ValueError unless there is an optimizer for each player, and no idle argument."""
    if not isinstance(optimizers, dict) or set(optimizers) != set(game.player_names):
        received = sorted(optimizers) if isinstance(optimizers, dict) else optimizers
        raise ValueError(
            f"compile needs one optimizer for each of the players {list(game.player_names)}, as a "
            f"dictionary. Received: {received!r}"
        )
    for name in arguments:
        if name not in _MEANING_IN_COMPILE:
            raise ValueError(
                f"compile takes no {name} for this game; it would do nothing. Received: "
                f"{name}={arguments[name]!r}. For scores while training use callbacks.Score."
            )


def check_arguments(game, arguments):
    """Raises a ValueError before `compile`, and for arguments of `fit` that would do nothing.

    Args:
        game: `Game`.
        arguments: Dictionary; what asks for nothing is removed, NumPy's numbers become Python's.
    """
    if not game.compiled:
        raise ValueError(
            "This game is not compiled. Before fit, call gan.compile(generator_optimizer, "
            f"discriminator_optimizer). Received: {type(game).__name__} without optimizers"
        )
    for name, remedy in _NO_MEANING_IN_FIT.items():
        value = arguments.pop(name, None)
        is_default = value is None or (name == "validation_freq" and value == 1)
        if not (is_default or (name == "validation_split" and value == 0)):
            raise ValueError(
                f"fit takes no {name} for a game; it would do nothing. {remedy} "
                f"Received: {name} of type {type(value).__name__}"
            )
    for name, low in (("epochs", 0), ("initial_epoch", 0), ("steps_per_epoch", 1)):
        if arguments.get(name) is not None:
            arguments[name] = checks.at_least(low, **{name: arguments[name]})
