"""`GAN`: a generator and a discriminator, and the two phases of every notebook."""

from gan_tf import checks, losses
from gan_tf.games.game import Game, Phase, num_rows
from gan_tf.training import scoring
from gan_tf.training.expected import images_of
import keras
from keras import ops
import tensorflow as tf


@keras.saving.register_keras_serializable("gan_tf")
class GAN(Game):
    """A generator and a discriminator that play against each other in `fit`.

    Phase 1 trains the discriminator `discriminator_steps` times, each time on fresh real images
    and fresh fake ones; phase 2 trains the generator once, against a frozen discriminator (its
    weights do not move, its BatchNormalization uses moving averages, its Dropout stays active).

    A variant overrides `inputs` or `sample_latents` (what the generator is fed), `score` (how the
    discriminator is asked), `discriminator_loss` and `generator_loss` (on images), `d_loss` and
    `g_loss` (on a batch), or `prepare` (real images before anyone sees them).

    Args:
        generator: Built Keras model from latents `(batch, latent_dim)` to images.
        discriminator: Built Keras model from images to logits `(batch, 1)`.
        discriminator_steps: Integer k >= 1, discriminator updates for one generator update. `fit`
            joins k batches for one step, so that `batch_size` stays the size of each player's.
        seed: Integer, seeds the latents. By default Keras's global seed decides.
        replay: `layers.ExperienceReplay`, or another layer from fake images to those that phase 1
            shows instead, or None.
        historical_averaging: Float >= 0, weight of the term of that name in both players' losses,
            see `layers.history.HistoricalAveraging`.
        players: Dictionary of further players by name, for a variant that has more.
        augmentation: `layers.DiffAugment`, `layers.AdaptiveAugment`, or another layer that changes
            each image, or None. It changes all images that the discriminator and penalties see,
            real and fake ones, in both phases. Conditions are left as they are.
        **kwargs: `weights` of a variant's terms, see `Game`, and those of `keras.Model`.

    Call arguments:
        inputs: What `inputs` gives: latents, a float tensor `(batch, latent_dim)`.

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

    # The generator makes the fake images of phase 1 as it does in phase 2, so it is not frozen.
    phases = (
        Phase("d_loss", ("discriminator",), freezes=()),
        Phase("g_loss", ("generator",)),
    )
    scores_patches = False  # whether the discriminator may give a map of logits

    def __init__(
        self,
        generator,
        discriminator,
        discriminator_steps=1,
        seed=None,
        replay=None,
        historical_averaging=0.0,
        players=None,
        augmentation=None,
        **kwargs,
    ):
        discriminator_steps = checks.at_least(1, discriminator_steps=discriminator_steps)
        players = {"generator": generator, "discriminator": discriminator, **(players or {})}
        super().__init__(players, seed, historical_averaging, **kwargs)
        scoring.check_pair(self)
        own = type(self)
        if own.inputs is GAN.inputs and own.sample_latents is GAN.sample_latents:
            scoring.check_latents(self)
        self.discriminator_steps = discriminator_steps
        self.phases = tuple(
            phase._replace(times=self.discriminator_steps) if phase.loss == "d_loss" else phase
            for phase in self.phases
        )
        self.replay = scoring.checked_replay(replay, generator)
        self.augmentation = scoring.checked_augmentation(augmentation, generator)
        self.scores_in_one_pass = scoring.treats_examples_alone(discriminator)

    # What each phase minimises.

    def d_loss(self, batch):
        """What phase 1 minimises: the discriminator's loss, and the penalty if there is one."""
        fake_images = tf.stop_gradient(self.phase_1_fakes(self.inputs(batch)))
        if self.replay is not None:
            fake_images = self.replay(fake_images)
        real_images, fake_images = self.augmented(batch["images"]), self.augmented(fake_images)
        loss = self.discriminator_loss(real_images, fake_images, *self._conditions(batch))
        losses = {"d_loss": loss, **self.discriminator_terms(real_images, fake_images, batch)}
        if self.penalty is not None:
            critic = scoring.critic_of(self, batch)
            fake_images = ops.cast(fake_images, real_images.dtype)
            losses["penalty"] = ops.cast(self.penalty(critic, real_images, fake_images), "float32")
        return losses

    def g_loss(self, batch):
        """What phase 2 minimises: the generator's loss."""
        return self.generator_loss(batch["images"], self.fake(batch), *self._conditions(batch))

    def discriminator_loss(self, real_images, fake_images, batch=None):
        """Scalar that phase 1 minimises, without the penalty."""
        if self.scores_in_one_pass and scoring.needs_whole_output(self.game_loss):
            return self.game_loss.of_one_batch(
                self._score_together(real_images, fake_images, batch)
            )
        real_logits, fake_logits = self.score_both(real_images, fake_images, batch)
        if hasattr(self.augmentation, "adapt"):
            self.augmentation.adapt(real_logits)
        return self.game_loss.discriminator(real_logits, fake_logits)

    def discriminator_terms(self, real_images, fake_images, batch):
        """Further terms of phase 1 by their names in `terms`, a dictionary; none by default."""
        return {}

    def generator_loss(self, real_images, fake_images, batch=None):
        """Scalar that phase 2 minimises."""
        fake_images = self.augmented(fake_images)
        if hasattr(self.game_loss, "generator_from_images"):
            return self.game_loss.generator_from_images(self.augmented(real_images), fake_images)
        if getattr(self.game_loss, "needs_real_logits", False):
            real_images = self.augmented(real_images)
            real_logits, fake_logits = self.score_both(real_images, fake_images, batch)
            return self.game_loss.generator(fake_logits, real_logits)
        return self.game_loss.generator(self.score(fake_images, batch))

    # Hooks of a variant.

    def inputs(self, batch):
        """What the generator is fed: latents, as many as the batch has rows."""
        return self.sample_latents(num_rows(batch))

    def sample_latents(self, batch_size):
        """Standard normal latents, `(batch_size, latent_dim)`."""

        def normal(num_rows):
            shape = (num_rows, self.latent_dim)
            return keras.random.normal(shape, dtype="float32", seed=self.seed_generator)

        return self.draw(normal, batch_size)

    def fake(self, batch):
        """The generator's images for a batch, in training mode."""
        return self.generator(self.inputs(batch), training=True)

    def phase_1_fakes(self, inputs):
        """The images that the discriminator is shown as fake in phase 1."""
        return self.generator(inputs, training=True)

    def augmented(self, images):
        """Images as the discriminator is shown them in training: changed by the augmentation."""
        return images if self.augmentation is None else self.augmentation(images, training=True)

    def score(self, images, batch=None, training=True):
        """Logits of images, `(batch, 1)`; `batch` holds the conditions of games that have some."""
        return self.discriminator(images, training=training)

    def prepare(self, real_images):
        """Real images of one step, `(k * batch, ...)`, as the players are to see them."""
        return real_images

    def prepare_batch(self, batch):
        return {**batch, "images": self.prepare(batch["images"])}

    def expected(self):
        images = images_of(self.whole_generator, self.data_shape)
        return {**super().expected(), "images": images}

    # The rest.

    @property
    def latent_dim(self):
        """Number of values in one latent vector."""
        return self.generator.inputs[0].shape[-1]

    @property
    def whole_discriminator(self):
        """The discriminator, also where only a part of it plays now."""
        return self.whole_players["discriminator"]

    def score_both(self, real_images, fake_images, batch=None):
        """Logits of real and of fake images, each `(batch, 1)`.

        One pass over both where this changes nothing but the speed; a pass for each where a layer
        of the discriminator may look across the batch.
        """
        if not self.scores_in_one_pass:
            return self.score(real_images, batch), self.score(fake_images, batch)
        fake_logits, real_logits = tf.split(
            self._score_together(real_images, fake_images, batch), 2
        )
        return real_logits, fake_logits

    def _score_together(self, real_images, fake_images, batch):
        """Logits of fake and of real images, in this order, `(2 * batch, 1)`."""
        images = tf.concat([ops.cast(fake_images, real_images.dtype), real_images], axis=0)
        return self.score(images, scoring.twice(batch))

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        loss="non_saturating",
        penalty=None,
        optimizers=None,
        **kwargs,
    ):
        """Gives each player an optimizer, and the game its loss.

        Which layers train is settled here, as for every Keras model: a later change of
        `trainable` has no effect until the next `compile`.

        Args:
            generator_optimizer: Keras optimizer or its name.
            discriminator_optimizer: Another one; each player keeps its own state.
            loss: Name or object, see `gan_tf.losses.get`.
            penalty: Function `penalty(critic, real_images, fake_images)` that gives a scalar to
                be added to the discriminator's loss, or None.
            optimizers: Dictionary of the optimizers of further players; or of all, by name.
            **kwargs: `steps_per_execution`, `jit_compile`, `run_eagerly`, see `Game.compile`.

        Raises:
            ValueError: If a player has no trainable weights, two share one optimizer, the
                discriminator's ending and the loss do not fit, or the penalty cannot work.
        """
        given = {"generator": generator_optimizer, "discriminator": discriminator_optimizer}
        given = {name: each for name, each in given.items() if each is not None}
        self.game_loss = losses.get(loss)
        scoring.check_penalty(penalty, self.discriminator)
        scoring.check_discriminator(self.discriminator, self.game_loss)
        adapts = type(self).discriminator_loss is GAN.discriminator_loss
        scoring.check_adaptation(self.augmentation, self.game_loss, adapts)
        if hasattr(self.game_loss, "attach"):
            self.game_loss.attach(self.discriminator)
        self.penalty = penalty
        super().compile({**given, **(optimizers or {})}, **kwargs)
        self.remember_compile(
            optimizers={**given, **(optimizers or {})}, loss=loss, penalty=penalty, **kwargs
        )
        if hasattr(penalty, "attach"):
            penalty.attach(self.discriminator_optimizer)
        if penalty is not None:
            self.penalty_seeds = list(getattr(penalty, "seed_generators", []))
            self.penalty_variables = list(getattr(penalty, "variables", []))
            with self.distribute_strategy.scope():
                self.track("penalty")

    def get_config(self):
        settings = {
            "discriminator_steps": self.discriminator_steps,
            **{name: _config_of(getattr(self, name)) for name in ("replay", "augmentation")},
        }
        return {**super().get_config(), **settings}

    def _conditions(self, batch):
        """The batch, for losses of games with conditions; nothing for those on images alone."""
        return () if tuple(self.keys) == ("images",) else (batch,)


def _config_of(layer):
    return layer and keras.saving.serialize_keras_object(layer)
