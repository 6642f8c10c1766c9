"""What of a game is saved: weights, optimizers, states of random generators, settings."""

from pathlib import Path

import keras
import numpy as np


class SavedGame(keras.Model):
    """The part of a game that Keras's files need; settings of a game go into its `get_config`."""

    def save(self, filepath, **kwargs):
        """Saves the whole game as a .keras file: players, optimizers, random states.

        Raises:
            ValueError: If the name ends otherwise. The older .h5 format keeps a single optimizer.
        """
        if Path(filepath).suffix != ".keras":
            raise ValueError(
                "A game is saved as a .keras file; other formats lose its optimizers. "
                f"Received: filepath={str(filepath)!r}. Give a name that ends in .keras, or save "
                "one player: gan.generator.save(...)."
            )
        super().save(filepath, **kwargs)

    def save_own_variables(self, store):
        """Adds the states of all random generators, which Keras leaves out, and the epochs."""
        super().save_own_variables(store)
        for number, state in enumerate(self._random_states()):
            store[f"random_state_{number}"] = state
        store["epochs_played"] = np.array(self.epochs_played)

    def load_own_variables(self, store):
        """Restores what `save_own_variables` wrote."""
        variables = self._trainable_variables + self._non_trainable_variables
        for number, variable in enumerate(variables):
            variable.assign(store[str(number)])
        for number, state in enumerate(self._random_states()):
            state.assign(store[f"random_state_{number}"])
        if "epochs_played" in store.keys():  # noqa: SIM118, an entry of an HDF5 file has no `in`
            self.epochs_played = int(np.asarray(store["epochs_played"]))

    def _random_states(self):
        return [v for v in self.variables if v.path.endswith("seed_generator_state")]

    def get_config(self):
        """Players and settings; a game with further settings adds its own."""
        players = {
            name: keras.saving.serialize_keras_object(player)
            for name, player in self.whole_players.items()
        }
        shared = _shared_layers(self.whole_players)
        return {
            **players,
            **({"shared_layers": shared} if shared else {}),
            "seed": self.seed,
            "historical_averaging": self.historical_averaging,
            "weights": dict(self.weights_of_terms),
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config):
        """The game of a `get_config`; what was serialised for it is made again."""
        config = dict(config)
        shared = config.pop("shared_layers", [])
        made = {name: _made(value) for name, value in config.items()}
        for player in dict.fromkeys(each["player"] for each in shared):
            layers = {
                each["layer"]: made[each["owner"]].get_layer(each["owners_layer"])
                for each in shared
                if each["player"] == player
            }
            made[player] = _with_layers(made[player], layers)
        return cls(**made)

    def remember_compile(self, **arguments):
        """Keeps the arguments of `compile`, which a saved game takes along."""
        self._compile_arguments = arguments

    def get_compile_config(self):
        """What `compile` received; None if a part of it, such as a function, has no config."""
        arguments = getattr(self, "_compile_arguments", {})
        if not self.compiled or not all(map(_has_config, arguments.values())):
            return None
        try:
            return {
                name: keras.saving.serialize_keras_object(value)
                for name, value in arguments.items()
            }
        except ValueError:  # a plain function somewhere inside
            return None

    def compile_from_config(self, config):
        """Compiles a loaded game as it was, so that its optimizers can be restored."""
        self.compile(
            **{name: keras.saving.deserialize_keras_object(value) for name, value in config.items()}
        )


def _shared_layers(players):
    """Which layers of a player are those of an earlier one; Keras saves each model by itself.

    Returns:
        List of dictionaries of four names: player, layer, owner, owners_layer.
    """
    owners, shared, owned = {}, [], set()
    for player, model in players.items():
        variables = {id(variable) for variable in model.variables}
        tied = set()
        for layer in model.layers:
            owner = owners.setdefault(id(layer), (player, layer.name))
            if owner[0] != player and layer.variables:
                names = ("player", "layer", "owner", "owners_layer")
                shared.append(dict(zip(names, (player, layer.name, *owner), strict=True)))
                tied |= {id(variable) for variable in layer.variables}
        if (variables & owned) - tied:
            raise ValueError(
                f"The {player} shares weights inside of one of its layers with an earlier player, "
                "which cannot be saved. Share whole layers, or models that are layers of both. "
                f"Received: {len((variables & owned) - tied)} such weights"
            )
        owned |= variables
    return shared


def _with_layers(model, layers):
    """The same network with other layers in the place of those of these names."""
    return keras.models.clone_model(
        model, clone_function=lambda layer: layers.get(layer.name, layer)
    )


def _made(value):
    if isinstance(value, dict) and "class_name" in value:
        return keras.saving.deserialize_keras_object(value)
    return value


def _has_config(value):
    if isinstance(value, dict):
        return all(map(_has_config, value.values()))
    return value is None or isinstance(value, (str, int, float)) or hasattr(value, "get_config")
