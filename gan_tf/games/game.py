"""`Game`: named players, the phases in which they learn, and the one training step of all games."""

import functools
import operator
from types import MappingProxyType
from typing import NamedTuple

from gan_tf import checks
from gan_tf.layers.history import HistoricalAveraging
from gan_tf.training import batches, freezing, multistep, validation
from gan_tf.training.expected import Expected
from gan_tf.training.model import GameModel
import keras
from keras import ops
import numpy as np
import tensorflow as tf


class Phase(NamedTuple):
    """A part of each training step, in which some players learn and the others hold still.

    Attributes:
        loss: Name of the game's method that gives the loss of a batch; also its name in the logs.
        trains: Tuple of names, the players that it moves.
        times: Integer, updates of this phase in one step, each with a fresh part of the batch.
        freezes: Tuple of names, the players whose layers behave as frozen ones meanwhile, so that
            BatchNormalization uses its moving averages. By default all that the phase does not
            train. A generator that makes fake images for the discriminator's phase is left out,
            so that its images are normalised there as they are in its own phase.
    """

    loss: str
    trains: tuple[str, ...]
    times: int = 1
    freezes: tuple[str, ...] | None = None


@keras.saving.register_keras_serializable("gan_tf")
class Game(GameModel):
    """Named networks that learn in turns: every game of the course is one.

    A subclass says which `phases` a step has and which `keys` a batch, and has a method for each
    loss. That method takes a batch, a dictionary of tensors, and returns a scalar, or a dictionary
    of scalars that are logged apart and minimised together. `compile` takes an optimizer for each
    player; `fit`, callbacks, `steps_per_execution`, mixed precision and `tf.distribute` are
    Keras's.

    Args:
        players: Dictionary from names to built Keras models. Their order counts: where two share a
            layer, its weights belong to the first.
        seed: Integer, seeds what the game draws. By default Keras's global seed decides.
        historical_averaging: Float >= 0, weight of the term of that name in every player's loss,
            see `layers.history.HistoricalAveraging`.
        weights: Dictionary from names of `terms` to numbers, instead of the usual weights.
        **kwargs: Those of `keras.Model`.

    Attributes:
        phases: Tuple of `Phase`, played in this order.
        keys: Names of the tensors in a batch, as a tuple, or as a dictionary that gives for each
            the name of the player that takes it, or None.
        optional_keys: Names of further inputs of the generator, which `inputs` draws at random
            unless they are given to `generate`.
        terms: Dictionary of the terms that losses have beside those named like their phases, with
            their usual weights; a term with a weight below 0 is maximised. One that is named like
            a phase gives that phase's loss a weight too. Logs show all without their weights.

    Raises:
        ValueError: If a player is not built, or a phase names an unknown player or loss.

    Example:
    ```python
    class Regression(Game):
        phases = (Phase("loss", ("generator",)),)
        keys = ("inputs", "targets")

        def loss(self, batch):
            outputs = self.generator(batch["inputs"], training=True)
            return keras.ops.mean(keras.ops.square(outputs - batch["targets"]))


    game = Regression({"generator": network})
    game.compile({"generator": "adam"})
    game.fit({"inputs": inputs, "targets": targets})
    ```

    Reference:
        Goodfellow et al. 2014, Algorithm 1, arXiv:1406.2661, for phases that alternate.
    """

    phases: tuple[Phase, ...] = ()
    keys: tuple[str, ...] | dict = ("images",)
    optional_keys: tuple[str, ...] = ()
    terms: MappingProxyType | dict = MappingProxyType({})

    def __init__(self, players, seed=None, historical_averaging=0.0, weights=None, **kwargs):
        super().__init__(**kwargs)
        validation.check_players(players)
        validation.check_phases(self.phases, players, self)
        seed = validation.checked_seed(seed)
        checks.not_negative(historical_averaging=historical_averaging)
        for name, player in players.items():
            setattr(self, name, player)
        self.player_names = tuple(players)
        self.weights_of_terms = validation.checked_weights(weights, self.terms)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.historical_averaging = float(historical_averaging)
        self.histories = {}
        for name in players if historical_averaging else ():
            own = freezing.own_variables(players, name)
            self.histories[name] = HistoricalAveraging(historical_averaging, own)
        self.track(*[phase.loss for phase in self.phases], *self.terms)
        self.built = True

    # The step.

    def train_step(self, data):
        """One step of every phase; final. `data` is a batch of what `fit` received."""
        batch = self.prepare_batch(batches.batch_of(self, data))
        for phase in self.phases:
            multistep.for_each(self.parts_of(batch, phase), functools.partial(self.play, phase))
        return self.logs()

    def parts_of(self, batch, phase):
        """The parts of a step's batch that a phase plays with, one for each of its updates."""
        num_parts = max(each.times for each in self.phases)
        if num_parts == 1:
            return [batch]
        columns = [tf.split(values, num_parts) for values in batch.values()]
        parts = [dict(zip(batch, rows, strict=True)) for rows in zip(*columns, strict=True)]
        return parts[-phase.times :]

    def play(self, phase, batch):
        """One update of the players that a phase trains, while the others hold still."""
        with freezing.trainable_as(self.flags_of(phase)):
            variables = {name: self.variables_of(name) for name in phase.trains}
            with tf.GradientTape() as tape:
                loss = self.scaled(self.total_loss(phase, batch, variables), phase)
            self.apply_gradients(tape.gradient(loss, variables), variables)

    def total_loss(self, phase, batch, variables):
        """All that a phase minimises: what its method gives, regularizers, historical averaging."""
        freezing.forget_added_losses(self.players.values())
        losses = getattr(self, phase.loss)(batch)
        losses = losses if isinstance(losses, dict) else {phase.loss: losses}
        weights = self.weights_of_terms
        for name, value in losses.items():
            self.trackers[name].update_state(value)
        weighted = [weights[n] * v if n in weights else v for n, v in losses.items()]
        further = [
            self.histories[name](own) for name, own in variables.items() if name in self.histories
        ]
        for name, own in variables.items():
            further += freezing.regularization_losses(self.players[name], own)
        return functools.reduce(operator.add, [*weighted, *further])

    def variables_of(self, name):
        """The trainable variables of a player, without those that an earlier player owns."""
        return freezing.own_variables(self.players, name)

    # Hooks of a game.

    def prepare_batch(self, batch):
        """The batch of one step as the players are to see it."""
        return batch

    def inputs(self, batch):
        """What the generator is fed for a batch: a tensor, or a list; by default the first entry.

        All that draws samples goes through here too (`generate`, callbacks, the command line), with
        a batch that holds no images but only conditions.
        """
        return batch[next(iter(self.keys))]

    def draw(self, sample, num):
        """Random rows, the same for any number of devices: each takes its own of one draw for all.

        Args:
            sample: Function from a number of rows to a tensor with so many.
            num: Integer or scalar tensor, the rows of this device.

        Returns:
            Tensor with `num` rows.
        """
        replica = tf.distribute.get_replica_context()
        num_replicas = replica.num_replicas_in_sync if replica else 1
        rows = sample(num * num_replicas)
        if num_replicas == 1:
            return rows
        first = replica.replica_id_in_sync_group * num
        return rows[first : first + num]

    def expected(self):
        """What a batch must hold: a dictionary from each key to a `training.expected.Expected`."""
        takers = self.keys if isinstance(self.keys, dict) else dict.fromkeys(self.keys)
        shapes = {
            key: tuple(self.whole_players[name].input_shape[1:]) if name else None
            for key, name in takers.items()
        }
        return {key: Expected(shape) for key, shape in shapes.items()}

    def example_conditions(self, num):
        """Conditions for `num` samples where none are given, or None if they must be given."""
        return {} if set(self.keys) <= {"images"} else None

    def playing_part(self, generator):
        """Of a copy of the whole generator, such as a running average, the part that plays now."""
        return generator

    def on_restored(self):
        """Called when a run that resumes has its weights back; not all need be in weights."""

    # Samples.

    @property
    def data_shape(self):
        """Shape of an image that the generator makes, without the batch."""
        return tuple(self.generator.output_shape[1:])

    def call(self, inputs, training=False):
        """What the generator makes of its inputs."""
        return self.generator(inputs, training=training)

    def inputs_for(self, num_images, seed=None, conditions=None):
        """What the generator is fed for new samples; comes from the same `inputs` as in training.

        Args:
            num_images: Integer >= 1.
            seed: Integer; the same seed gives the same inputs, and leaves the game's own random
                state as it is. By default the inputs are new each time.
            conditions: Dictionary of arrays with `num_images` rows, for what the generator needs
                of `keys` and `optional_keys`. By default `example_conditions`.

        Returns:
            Tensor, or list of tensors, as the generator takes them.

        Raises:
            ValueError: If a number is unfit, or conditions are missing, unknown or too few.
        """
        num_images = checks.at_least(1, num_images=num_images)
        seed = validation.checked_seed(seed)
        batch = batches.checked_conditions(self, num_images, conditions)
        batch = batch or {"images": tf.zeros((num_images, 0))}  # only the number of rows counts
        if seed is None:
            return self.inputs(batch)
        state = self.seed_generator.state
        before = ops.convert_to_numpy(state)
        state.assign([seed, 0])
        try:
            return self.inputs(batch)
        finally:
            state.assign(before)

    def generate(self, num_images, seed=None, batch_size=256, **conditions):
        """Images made from new inputs, in inference mode.

        Args:
            num_images: Integer >= 1.
            seed: Integer; the same seed gives the same inputs. By default they are new.
            batch_size: Integer >= 1, how many are made at a time.
            **conditions: Arrays with `num_images` rows for what the game takes beside images, such
                as `labels=…`.

        Returns:
            Float32 array `(num_images, ...)`, in the generator's range.

        Raises:
            ValueError: If a number is no integer >= 1, or conditions do not fit.
        """
        return self.made_from(self.inputs_for(num_images, seed, conditions or None), batch_size)

    def made_from(self, inputs, batch_size=256):
        """Images that the generator makes of given inputs, in inference mode.

        Args:
            inputs: Array or tensor `(num_images, ...)`, or a list of them, as the generator takes
                them.
            batch_size: Integer >= 1, how many are made at a time.

        Returns:
            Float32 array `(num_images, ...)`, in the generator's range.

        Raises:
            ValueError: If `batch_size` is no integer >= 1.
        """
        batch_size = checks.at_least(1, batch_size=batch_size)

        def part_from(first):
            part = tf.nest.map_structure(lambda rows: rows[first : first + batch_size], inputs)
            return ops.cast(self.generator(part, training=False), "float32")

        num_images = len(tf.nest.flatten(inputs)[0])
        images = [part_from(first) for first in range(0, num_images, batch_size)]
        return np.concatenate([ops.convert_to_numpy(each) for each in images])


def num_rows(batch):
    """Rows of a batch: an integer where it is known, otherwise a scalar tensor."""
    first = next(iter(batch.values()))
    return first.shape[0] or tf.shape(first)[0]
