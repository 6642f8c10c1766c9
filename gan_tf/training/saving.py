"""What of a game is saved: its weights, the states of its random generators, its settings."""

import keras


class SavedGame(keras.Model):
    """The part of `GAN` that Keras's files need; settings of a variant go into `get_config`."""

    def save_own_variables(self, store):
        """Adds the states of all random generators, which Keras leaves out, to what is saved."""
        super().save_own_variables(store)
        for number, state in enumerate(self._random_states()):
            store[f"random_state_{number}"] = state

    def load_own_variables(self, store):
        """Restores what `save_own_variables` wrote."""
        for number, variable in enumerate(
            self._trainable_variables + self._non_trainable_variables
        ):
            variable.assign(store[str(number)])
        for number, state in enumerate(self._random_states()):
            state.assign(store[f"random_state_{number}"])

    def _random_states(self):
        return [v for v in self.variables if v.path.endswith("seed_generator_state")]

    def get_config(self):
        return {
            "generator": keras.saving.serialize_keras_object(self.generator),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "discriminator_steps": self.discriminator_steps,
            "seed": self.seed,
            "replay": self.replay and keras.saving.serialize_keras_object(self.replay),
            "historical_averaging": self.historical_averaging,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        for part in ("generator", "discriminator", "replay"):
            config[part] = config[part] and keras.saving.deserialize_keras_object(config[part])
        return cls(**config)
