"""Which layers train in a phase, whose the variables are, and what their layers add to a loss."""

import contextlib


@contextlib.contextmanager
def trainable_as(flags):
    """Sets `trainable` as given while a phase is traced; afterwards all is as it was before.

    Args:
        flags: List of pairs of a layer and a boolean.
    """
    before = [(layer, layer.trainable) for layer, _ in flags]
    try:
        _set_trainable(flags)
        yield
    finally:
        _set_trainable(before)


def _set_trainable(flags):
    """Outermost layers come first, because Keras hands a layer's flag down to those inside."""
    for layer, value in flags:
        layer.trainable = value


def all_layers(model):
    """A model and every layer inside it, outermost first."""
    return list(model._flatten_layers(include_self=True, recursive=True))


def flags(players):
    """For each player, its layers and whether they train now: dictionary of lists of pairs."""
    return {
        name: [(layer, layer.trainable) for layer in all_layers(player)]
        for name, player in players.items()
    }


def flags_with(trainable, frozen):
    """Pairs for `trainable_as` that freeze some players; a shared layer is its first player's.

    Args:
        trainable: What `flags` gave.
        frozen: Names of the players to freeze.

    Returns:
        List of pairs of a layer and a boolean.
    """
    owners = {}
    for name, pairs in trainable.items():
        for layer, _ in pairs:
            owners.setdefault(id(layer), name)
    return [
        (layer, value and owners[id(layer)] not in frozen)
        for pairs in trainable.values()
        for layer, value in pairs
    ]


def own_variables(players, name):
    """The trainable variables of a player, without those of the players before it."""
    earlier = set()
    for other, player in players.items():
        if other == name:
            break
        earlier |= {id(variable) for variable in player.variables}
    return [v for v in players[name].trainable_variables if id(v) not in earlier]


def regularization_losses(player, variables):
    """What a player's layers add to its loss: regularizers of these variables, and `add_loss`."""
    regularized = [v for v in variables if v.regularizer is not None]
    return [
        *[variable.regularizer(variable) for variable in regularized],
        *[loss for layer in all_layers(player) for loss in layer._get_own_losses()],
    ]


def forget_added_losses(players):
    """Clears what layers added to the losses of an earlier phase."""
    for player in players:
        player._clear_losses()
