"""`GameModel`: what Keras asks of a model, for a game: `compile`, `fit`, logs, files."""

from gan_tf.training import (
    distribution,
    fitting,
    freezing,
    loss_scaling,
    multistep,
    validation,
)
from gan_tf.training import (
    optimizers as of_players,
)
from gan_tf.training.saving import SavedGame
import keras
from keras import ops

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"gan_tf runs on Keras's TensorFlow backend. Received: {keras.backend.backend()!r}. "
        "Set backend to tensorflow in ~/.keras/keras.json and start Python anew."
    )


class GameModel(SavedGame):
    """The part of `games.Game` that no student has to read: it makes Keras's `fit` play a game."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.trackers = {}
        self.epochs_played = 0
        self._steps_of_function = None

    @property
    def players(self):
        """Dictionary of the networks that play now, by name and in their order."""
        return {name: getattr(self, name) for name in self.player_names}

    @property
    def whole_players(self):
        """The same, but in full where only a part of a network plays now."""
        return self.players

    @property
    def whole_generator(self):
        """The network that samples come from, in full."""
        return self.whole_players.get("generator", self.generator)

    @property
    def optimizers(self):
        """Dictionary of each player's optimizer, by the player's name."""
        return {name: getattr(self, f"{name}_optimizer") for name in self.player_names}

    def compile(self, optimizers, **kwargs):
        """Gives each player its optimizer.

        Which layers train is settled here, as for every Keras model: a later change of
        `trainable` has no effect until the next `compile`.

        Args:
            optimizers: Dictionary from each player's name to a Keras optimizer, or to the name of
                one. Where a layer of any player computes in float16, all are put into a
                `LossScaleOptimizer`.
            **kwargs: `steps_per_execution`, `jit_compile`, `run_eagerly`, as in Keras. Where
                several devices train one game, `steps_per_execution` is 1.

        Raises:
            ValueError: If an optimizer is missing or given twice, a player has no trainable
                weights, or an argument has no meaning for a game.
        """
        validation.check_compile(self, optimizers, kwargs)
        self.remember_compile(optimizers=optimizers, **kwargs)
        if self.distribute_strategy.num_replicas_in_sync > 1:
            kwargs["steps_per_execution"] = 1  # TensorFlow cannot loop over what devices exchange
        super().compile(optimizer=None, **kwargs)
        self.remember_trainable()
        players = self.whole_players
        layers = [layer for player in players.values() for layer in freezing.all_layers(player)]
        with self.distribute_strategy.scope():
            for name, given in optimizers.items():
                optimizer = of_players.optimizer_of(name, given)
                setattr(self, f"{name}_optimizer", loss_scaling.scaled(optimizer, layers))
            of_players.check_apart(self.optimizers)
            for name, optimizer in self.optimizers.items():
                of_players.build(optimizer, freezing.own_variables(players, name), name)
        self.optimizer = of_players.AllOptimizers(self.optimizers)

    def fit(self, x=None, y=None, *, batch_size=None, callbacks=None, resume=None, **kwargs):
        """Trains all players; arguments and History are those of `keras.Model.fit`.

        An epoch is one pass over the data. With `gan_tf.data.batches`, its order depends on the
        number of the epoch alone, and a later `fit` of the same game goes on where the last one
        ended.

        With `resume`, everything that training changes is saved before it and after each epoch.
        The same program, started again after it was killed, goes on after the last epoch that was
        done. With `gan_tf.data` it ends with the bits of a run never interrupted; other data begin
        their order anew, and a note says so. A run that is over is not trained further, unless
        more epochs are asked for. What is restored stands before what the program says, learning
        rates too: for other settings take another folder. Our callbacks and Keras's
        `EarlyStopping` go on where they were; one of yours does if it has `state()`, a dict of
        arrays and numbers, and `restore_state(state)`, which is called after its `on_train_begin`.

        Args:
            x: Real data: a `tf.data.Dataset` of batches, an array, a dictionary of arrays with the
                game's keys, a `keras.utils.PyDataset`, or a generator of batches. Under a
                `tf.distribute` strategy a batch is that of all its devices together.
            y: For arrays of a game with two keys, such as images and labels: the second one.
            batch_size: For arrays: examples that each player sees in one update. With several
                updates of a phase in a step, the last examples that do not fill a step are left
                out.
            callbacks: List of Keras callbacks.
            resume: Folder for this run's checkpoints, of which the two newest are kept, or None.
                In Colab: `gan_tf.colab_drive("runs/dcgan")`. Several workers need a folder that
                they share; the chief writes.
            **kwargs: `epochs`, `verbose`, `initial_epoch`, `steps_per_epoch`, `shuffle`. Where
                epochs end before the data do, `steps_per_execution` becomes a divisor of their
                steps for this call.

        Returns:
            Keras `History` with the mean of each loss over each epoch, of all epochs also where
            the run resumed.

        Raises:
            OSError: If a checkpoint cannot be written, for instance to a full disk.
            ValueError: If the data do not fit, an argument has no meaning for a game, or
                checkpoints are damaged, of another version or of another game.
        """
        run = fitting.Run(self, x, y, batch_size, callbacks, resume, kwargs)
        asked = self.steps_per_execution
        self.steps_per_execution = run.steps_per_execution
        try:
            with run.errors_of_data():
                history = super().fit(
                    run.data, batch_size=run.batch_size, callbacks=run.callbacks, **run.arguments
                )
        finally:
            self.steps_per_execution = asked
        of_players.finalize(self.optimizers, self.whole_players)
        return history

    def make_train_function(self, force=False):
        """As Keras's, made anew where `steps_per_execution` has changed; see `multistep`."""
        if self.train_function is None or self._steps_of_function != self.steps_per_execution:
            force = True
        super().make_train_function(force)
        self._steps_of_function = self.steps_per_execution
        if force and multistep.is_for(self):
            self.train_function = multistep.train_function(self, self.train_function)
        return self.train_function

    def export(self, filepath, **kwargs):
        """Exports the generator for serving, see `keras.Model.export`; the other players stay."""
        return self.generator.export(filepath, **kwargs)

    def test_step(self, data):
        """Not for a game: its losses do not say how good the samples are."""
        raise NotImplementedError(
            "A GAN has no loss that evaluate() could watch: each loss depends on the opponent. "
            "Look at samples instead: gan.generate(64), callbacks.SampleImages."
        )

    def track(self, *names):
        """Adds means to the logs; those that are there already stay."""
        for name in names:
            if name not in self.trackers:
                self.trackers[name] = keras.metrics.Mean(name=name)

    def logs(self):
        """The mean of each loss over the epoch so far."""
        logs = {name: tracker.result() for name, tracker in self.trackers.items()}
        if distribution.are_several(self.distribute_strategy):
            # Keras takes their mean over the first axis, which a scalar does not have.
            return {name: ops.reshape(value, (1,)) for name, value in logs.items()}
        return logs

    # What `play` needs.

    def remember_trainable(self):
        """Settles which layers train, of the players that play now."""
        self._trainable = freezing.flags(self.players)

    def flags_of(self, phase):
        """Every layer, and whether it trains in a phase."""
        frozen = phase.freezes
        if frozen is None:
            frozen = [name for name in self.player_names if name not in phase.trains]
        return freezing.flags_with(self._trainable, frozen)

    def scaled(self, loss, phase):
        """A loss as each replica contributes it: gradients are summed over all of them."""
        share = loss / self.distribute_strategy.num_replicas_in_sync
        return self.optimizers[phase.trains[0]].scale_loss(share)

    def apply_gradients(self, gradients, variables):
        """Moves the variables of each player with its own optimizer."""
        optimizers = self.optimizers
        first = optimizers[next(iter(variables))]
        is_scaled = loss_scaling.unscaled(first) is not first
        if is_scaled and self.distribute_strategy.num_replicas_in_sync > 1:
            gradients = loss_scaling.agreed(gradients)
        for name, own in variables.items():
            gradient = loss_scaling.rescaled(gradients[name], first, optimizers[name])
            optimizers[name].apply(gradient, own)
            if name in self.histories:
                self.histories[name].update(own)
