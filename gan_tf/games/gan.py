"""The game: `GAN`, a Keras model whose training step is the two-phase step of every notebook."""

from gan_tf import losses
from gan_tf.layers.history import HistoricalAveraging
from gan_tf.training import (
    distribution,
    fitting,
    freezing,
    loss_scaling,
    multistep,
    updates,
    validation,
)
from gan_tf.training.freezing import all_layers, trainable_as
from gan_tf.training.resume import checkpoint_folder
from gan_tf.training.saving import SavedGame
import keras
from keras import ops
import numpy as np
import tensorflow as tf

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"gan_tf runs on Keras's TensorFlow backend. Received: {keras.backend.backend()!r}. "
        "Set backend to tensorflow in ~/.keras/keras.json and start Python anew."
    )


@keras.saving.register_keras_serializable("gan_tf")
class GAN(SavedGame):
    """A generator and a discriminator that play against each other in `fit`.

    Phase 1 trains the discriminator `discriminator_steps` times, each time on fresh real images
    and fresh fake ones; phase 2 trains the generator once, against a frozen discriminator (its
    weights do not move, its BatchNormalization uses moving averages, its Dropout stays active).
    `fit`, callbacks, `steps_per_execution`, mixed precision and `tf.distribute` are Keras's.

    A variant overrides `discriminator_loss`, `generator_loss`, `sample_latents`, `phase_1_fakes`,
    `prepare` or `on_restored`; `train_step` is final.

    Args:
        generator: Built Keras model from latents `(batch, latent_dim)` to images.
        discriminator: Built Keras model from images to logits `(batch, 1)`.
        discriminator_steps: Integer k >= 1, discriminator updates for one generator update. `fit`
            joins k batches for one step, so that `batch_size` stays the size of each player's.
        seed: Integer, seeds the latents. By default Keras's global seed decides.
        replay: `layers.ExperienceReplay`, or another layer from fake images to those that phase 1
            shows instead, or None.
        historical_averaging: Float >= 0, weight of the term of that name in both players' losses,
            see `history.HistoricalAveraging`.

    Call arguments:
        latents: Float tensor `(batch, latent_dim)`.

    Returns:
        What the generator makes of them, in inference mode unless `training=True`.

    Raises:
        ValueError: If a player is not built, or the shapes of the two do not fit.

    Example:
    ```python
    gan = GAN(builders.dcgan_generator(), builders.dcgan_discriminator())
    gan.compile(keras.optimizers.Adam(2e-4, 0.5), keras.optimizers.Adam(2e-4, 0.5))
    history = gan.fit(data.batches(images, 32), epochs=10)
    ```

    Reference:
        Goodfellow et al. 2014, Algorithm 1, arXiv:1406.2661.
    """

    def __init__(
        self,
        generator,
        discriminator,
        discriminator_steps=1,
        seed=None,
        replay=None,
        historical_averaging=0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        freezing.check_players(generator, discriminator)
        if not isinstance(discriminator_steps, int) or discriminator_steps < 1:
            raise ValueError(
                "discriminator_steps must be an integer >= 1. "
                f"Received: discriminator_steps={discriminator_steps!r}"
            )
        if type(self).sample_latents is GAN.sample_latents:
            freezing.check_latents(generator)
        freezing.check_extras(seed, replay)
        self.generator = generator
        self.discriminator = discriminator
        self.discriminator_steps = discriminator_steps
        self.seed = seed
        self.replay = replay
        if replay is not None and not replay.built:
            replay.build(generator.output_shape)
        self.historical_averaging = historical_averaging
        self.histories = [
            HistoricalAveraging(historical_averaging, player.trainable_variables)
            for player in (generator, discriminator)
            if historical_averaging != 0
        ]
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.trackers = {
            "d_loss": keras.metrics.Mean(name="d_loss"),
            "g_loss": keras.metrics.Mean(name="g_loss"),
        }
        self._steps_at_once = None  # of the train function
        self.scores_in_one_pass = all(map(freezing.is_per_example, all_layers(discriminator)))
        self.built = True

    @property
    def latent_dim(self):
        """Number of values in one latent vector."""
        return self.generator.input_shape[-1]

    @property
    def whole_generator(self):
        """The generator, also where only a part of it plays now."""
        return self.generator

    @property
    def whole_discriminator(self):
        """The discriminator, also where only a part of it plays now."""
        return self.discriminator

    @property
    def data_shape(self):
        """Shape of a real image that `fit` takes, without the batch."""
        return tuple(self.discriminator.input_shape[1:])

    def compile(
        self,
        generator_optimizer,
        discriminator_optimizer,
        loss="non_saturating",
        penalty=None,
        **kwargs,
    ):
        """Gives each player an optimizer, and the game its loss.

        Which layers train is settled here, as for every Keras model: a later change of
        `trainable` has no effect until the next `compile`.

        Args:
            generator_optimizer: Keras optimizer or its name.
            discriminator_optimizer: Another one; each player keeps its own state. Where a player
                has layers of mixed_float16, both are put into a `LossScaleOptimizer`.
            loss: Name or object, see `gan_tf.losses.get`.
            penalty: Function `penalty(critic, real_images, fake_images)` that gives a scalar to
                be added to the discriminator's loss, or None.
            **kwargs: `steps_per_execution`, `jit_compile`, `run_eagerly`, as in Keras. Where
                several devices train one game, `steps_per_execution` is 1.

        Raises:
            ValueError: If a player has no trainable weights, both share one optimizer, or the
                discriminator's ending and the loss do not fit.
        """
        if self.distribute_strategy.num_replicas_in_sync > 1:
            kwargs["steps_per_execution"] = 1  # TensorFlow cannot loop over what devices exchange
        super().compile(optimizer=None, **kwargs)
        freezing.check_penalty(penalty)
        self.game_loss = losses.get(loss)
        if hasattr(self.game_loss, "attach"):
            self.game_loss.attach(self.discriminator)
        self.penalty = penalty
        freezing.check_ending(self.discriminator, self.game_loss)
        freezing.check_rest(self.discriminator)
        self._flags = [(layer, layer.trainable) for layer in all_layers(self.discriminator)]
        with self.distribute_strategy.scope():
            self._take_optimizers(generator_optimizer, discriminator_optimizer)
            for optimizer, player, name in (
                (self.generator_optimizer, self.whole_generator, "generator"),
                (self.discriminator_optimizer, self.whole_discriminator, "discriminator"),
            ):
                freezing.build_optimizer(optimizer, player, name)
            if hasattr(penalty, "attach"):
                penalty.attach(self.discriminator_optimizer)
            if penalty is not None:
                self.penalty_seeds = list(getattr(penalty, "seed_generators", []))
                # Not setdefault, of which Keras does not know: the mean would never be reset.
                if "penalty" not in self.trackers:
                    self.trackers["penalty"] = keras.metrics.Mean(name="penalty")

    def _take_optimizers(self, *optimizers):
        names = ("generator", "discriminator")
        found = [freezing.optimizer_of(*pair) for pair in zip(names, optimizers, strict=True)]
        if found[0] is found[1]:
            raise ValueError(
                "Both players received the same optimizer object, but each needs its own state. "
                "Make two: keras.optimizers.Adam(...) once for each."
            )
        # The generator's gradients come to it through the discriminator.
        layers = [
            *all_layers(self.whole_generator),
            *all_layers(self.whole_discriminator),
        ]
        scaled = [loss_scaling.scaled(optimizer, layers) for optimizer in found]
        self.generator_optimizer, self.discriminator_optimizer = scaled

    # The hooks of a variant.

    def prepare(self, real_images):
        """Real images of one step, `(k * batch, ...)`, as the discriminator is to see them."""
        return real_images

    def on_restored(self):
        """Called when a run that resumes has its weights back; not all need be in weights."""

    def as_now(self, generator):
        """Of a copy of the whole generator, the part that plays now."""
        return generator

    def sample_latents(self, batch_size):
        """Standard normal latents, `(batch_size, latent_dim)`.

        Each replica of a distributed run takes its own rows of one draw for all, so that the
        noise is the same on any number of devices.
        """
        replicas = self.distribute_strategy.num_replicas_in_sync
        shape = (batch_size * replicas, self.latent_dim)
        latents = keras.random.normal(shape, dtype="float32", seed=self.seed_generator)
        if replicas == 1:
            return latents
        first = tf.distribute.get_replica_context().replica_id_in_sync_group * batch_size
        return latents[first : first + batch_size]

    def phase_1_fakes(self, latents):
        """The images that the discriminator is shown as fake in phase 1."""
        return self.generator(latents, training=True)

    def discriminator_loss(self, real_images, fake_images):
        """Scalar that phase 1 minimises, without the penalty."""
        real_logits, fake_logits = self.score(real_images, fake_images)
        return self.game_loss.discriminator(real_logits, fake_logits)

    def generator_loss(self, real_images, fake_images):
        """Scalar that phase 2 minimises."""
        if hasattr(self.game_loss, "generator_from_images"):
            return self.game_loss.generator_from_images(real_images, fake_images)
        if getattr(self.game_loss, "needs_real_logits", False):
            real_logits, fake_logits = self.score(real_images, fake_images)
            return self.game_loss.generator(fake_logits, real_logits)
        return self.game_loss.generator(self.discriminator(fake_images, training=True))

    # The step.

    def train_step(self, data):
        """One step of each player; final. `data` are real images, `(k * batch, ...)`."""
        real_images = self.prepare(self._real_images(data))
        batches = tf.split(real_images, self.discriminator_steps)
        self._train_discriminator_on_each(batches)
        self._train_generator(batches[-1])
        return self._logs()

    def make_train_function(self, force=False):
        """As Keras's, made anew where `steps_per_execution` has changed; see `programs`."""
        if self.train_function is None or self._steps_at_once != self.steps_per_execution:
            force = True
        super().make_train_function(force)
        self._steps_at_once = self.steps_per_execution
        if force and multistep.is_for(self):
            self.train_function = multistep.train_function(self, self.train_function)
        return self.train_function

    def test_step(self, data):
        """Not for a game: its losses do not say how good the samples are."""
        raise NotImplementedError(
            "A GAN has no loss that evaluate() or validation_data could watch: each loss depends "
            "on the opponent. Look at samples instead: gan.generate(64), callbacks.SampleImages."
        )

    def _train_discriminator_on_each(self, batches):
        """A loop in the graph is traced once; over what devices exchange there can be none."""
        if len(batches) == 1 or self.distribute_strategy.num_replicas_in_sync > 1:
            for images in batches:
                self._train_discriminator(images)
            return
        batches = tf.stack(batches)

        def update(number):
            self._train_discriminator(batches[number])
            return [number + 1]

        tf.while_loop(
            lambda number: number < self.discriminator_steps, update, [0], parallel_iterations=1
        )

    def _train_discriminator(self, real_images):
        fake_images = self.phase_1_fakes(self.sample_latents(_batch_size(real_images)))
        if self.replay is not None:
            fake_images = self.replay(fake_images)

        def loss():
            game = self.discriminator_loss(real_images, fake_images)
            self.trackers["d_loss"].update_state(game)
            return game + self._penalty(real_images, fake_images)

        with trainable_as(self._flags):
            variables = self.discriminator.trainable_variables
            self._minimize(loss, variables, self.discriminator_optimizer, self.histories[1:])

    def _train_generator(self, real_images):
        latents = self.sample_latents(_batch_size(real_images))

        def loss():
            game = self.generator_loss(real_images, self.generator(latents, training=True))
            self.trackers["g_loss"].update_state(game)
            return game

        with trainable_as([(layer, False) for layer, _ in self._flags]):
            variables = self.generator.trainable_variables
            self._minimize(loss, variables, self.generator_optimizer, self.histories[:1])

    def _minimize(self, loss, variables, optimizer, histories):
        """Gradients are summed over the replicas, so each contributes its share of a mean."""
        with tf.GradientTape() as tape:
            total = loss() + sum(history(variables) for history in histories)
            share = total / self.distribute_strategy.num_replicas_in_sync
            share = optimizer.scale_loss(share)
        gradients = tape.gradient(share, variables)
        is_scaled = loss_scaling.unscaled(optimizer) is not optimizer
        if is_scaled and self.distribute_strategy.num_replicas_in_sync > 1:
            gradients = loss_scaling.agreed(gradients)
        with updates.in_few_operations(loss_scaling.unscaled(optimizer)):
            optimizer.apply(gradients, variables)
        for history in histories:
            history.update(variables)

    def score(self, real_images, fake_images):
        """Logits of real and of fake images, each `(batch, 1)`.

        One pass over both where that changes nothing but the speed; a pass for each where a layer
        of the discriminator looks across the batch.
        """
        if not self.scores_in_one_pass:
            real_logits = self.discriminator(real_images, training=True)
            return real_logits, self.discriminator(fake_images, training=True)
        fake_images = ops.cast(fake_images, real_images.dtype)
        logits = self.discriminator(tf.concat([fake_images, real_images], axis=0), training=True)
        fake_logits, real_logits = tf.split(logits, 2)
        return real_logits, fake_logits

    def _penalty(self, real_images, fake_images):
        if self.penalty is None:
            return 0.0

        def critic(images):
            return self.discriminator(images, training=True)

        fake_images = ops.cast(fake_images, real_images.dtype)
        penalty = ops.cast(self.penalty(critic, real_images, fake_images), "float32")
        self.trackers["penalty"].update_state(penalty)
        return penalty

    def _logs(self):
        logs = {name: tracker.result() for name, tracker in self.trackers.items()}
        if distribution.are_several(self.distribute_strategy):
            # Keras takes their mean over the first axis, which a scalar does not have.
            return {name: ops.reshape(value, (1,)) for name, value in logs.items()}
        return logs

    def _real_images(self, data):
        images, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        if labels is not None:
            raise ValueError(
                "A GAN trains on images alone, but the dataset gives pairs. "
                "Keep the images: dataset.map(lambda images, labels: images)"
            )
        validation.check_images(images.dtype, images.shape, self.data_shape)
        return images

    # What Keras asks of a model.

    def call(self, latents, training=False):
        return self.generator(latents, training=training)

    def generate(self, num_images, seed=None, batch_size=256):
        """Images made from fresh latents, in inference mode.

        Args:
            num_images: Integer >= 1.
            seed: Integer; the same seed gives the same latents. By default they are new.
            batch_size: How many are made at a time.

        Returns:
            Float32 array `(num_images, ...)`, in the generator's range.

        Raises:
            ValueError: If a number is no integer >= 1.
        """
        for name, value in (("num_images", num_images), ("batch_size", batch_size)):
            if not isinstance(value, (int, np.integer)) or value < 1:
                raise ValueError(f"{name} must be an integer >= 1. Received: {name}={value!r}")
        seed = self.seed_generator if seed is None else seed
        latents = keras.random.normal((num_images, self.latent_dim), dtype="float32", seed=seed)
        parts = [latents[i : i + batch_size] for i in range(0, num_images, batch_size)]
        images = [ops.convert_to_numpy(self.generator(part, training=False)) for part in parts]
        return ops.convert_to_numpy(ops.cast(ops.concatenate(images), "float32"))

    def fit(
        self, x=None, y=None, *, batch_size=None, callbacks=None, resume=None, drive=False, **kwargs
    ):
        """Trains both players; arguments and History are those of `keras.Model.fit`.

        An epoch is one pass over the data. With `gan_tf.data.batches`, its order depends on the
        epoch's number alone, also in a run that resumes.

        With `resume`, everything that training changes is saved before it and after each epoch.
        The same program, started again after it was killed, goes on after the last epoch that was
        done, and ends with the bits of a run never interrupted; a run that is over is not
        trained further, unless more epochs are asked for. What is restored stands before what the
        program says, learning rates too: for other settings take another folder. Our callbacks and
        Keras's `EarlyStopping` go on where they were; one of yours does if it has `state()`, a
        dict of arrays and numbers, and `restore_state(state)`, which is called after its
        `on_train_begin`.

        Args:
            x: `tf.data.Dataset` of real images in batches, or an array of them. Under a
                `tf.distribute` strategy a batch is that of all its devices together.
            y: None; labels are an error that says so.
            batch_size: For an array: images that each player sees in one update. With several
                discriminator steps, the last images of an array that do not fill a step are left
                out.
            callbacks: List of Keras callbacks.
            resume: Folder for this run's checkpoints, of which the two newest are kept, or None.
                Data that are not of `gan_tf.data` are read again, without training, up to where
                the run was, so that their shuffling stands where it stood. Several workers need a
                folder that they share; the chief writes.
            drive: Whether the folder lies in Google Drive, which is then mounted; in Colab alone.
            **kwargs: `epochs`, `verbose`, `initial_epoch`, `steps_per_epoch`, … Where epochs end
                before the data do, `steps_per_execution` becomes a divisor of their steps for this
                call.

        Returns:
            Keras `History` with `d_loss` and `g_loss`, means over each epoch, of all epochs also
            where the run resumed.

        Raises:
            OSError: If a checkpoint cannot be written, for instance to a full disk.
            ValueError: If the data do not fit, or checkpoints are damaged, of another version or
                of another game.
        """
        validation.check_fit(self, x, y, batch_size, kwargs.get("steps_per_epoch"))
        callbacks = list(callbacks or [])
        if hasattr(x, "epoch"):
            callbacks = [fitting.SetEpoch(x.epoch), *callbacks]
        if isinstance(x, tf.data.Dataset):
            kwargs["shuffle"] = False  # the dataset shuffles itself; Keras warns otherwise
        data = x
        x, batch_size = fitting.joined_batches(self, x, batch_size)
        epoch = (x, batch_size, kwargs.get("steps_per_epoch"))
        if resume is not None or drive:
            folder, num_steps = checkpoint_folder(resume, drive), fitting.num_steps(*epoch)
            callbacks = fitting.resumed(self, data, callbacks, folder, num_steps, kwargs)
        asked = self.steps_per_execution
        self.steps_per_execution = fitting.steps_at_once(asked, *epoch)
        try:
            return super().fit(x, batch_size=batch_size, callbacks=callbacks, **kwargs)
        finally:
            self.steps_per_execution = asked


def _batch_size(images):
    return images.shape[0] or tf.shape(images)[0]
