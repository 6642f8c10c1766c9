"""A game that is traced once and played from the same beginning as often as a test needs it."""

import keras


def beginning(game):
    """Function that takes a compiled game back to where it stands now.

    Weights, random states, optimizers and their rates, and the number of epochs become what they
    are now. What was traced stays, and tracing is most of the time of a short game.
    """
    variables = [*game.variables, *(v for o in game.optimizers.values() for v in o.variables)]
    values = [keras.ops.convert_to_numpy(variable) for variable in variables]
    epochs_played = game.epochs_played

    def restart():
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        game.epochs_played = epochs_played
        return game

    return restart
