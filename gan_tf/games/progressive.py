"""`ProgressiveGAN`: players that grow while they play, from 4 × 4 pixels on."""

from gan_tf import checks
from gan_tf.games.gan import GAN
from gan_tf.layers.resampling import doubled, halved
from gan_tf.training import loss_scaling
from gan_tf.training.freezing import all_layers
from gan_tf.training.validation import check_built
import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("gan_tf")
class ProgressiveGAN(GAN):
    """Plays first with tiny images, and doubles their size again and again in one `fit`.

    A *stage* is a size. Its layers fade in: over `images_fading` real images the share alpha of
    the new size rises from 0 to 1, in both players and in the real images; then the stage is
    trained on for `images_stable`. All earlier layers stay trainable. The optimizers start afresh
    with every stage. A stage begins with an epoch, the first one after its time has come, so
    epochs should be short. The logs show the resolution and alpha.

    How far a game has grown depends on `images_seen` alone, which is saved with its weights.

    Args:
        generator: Keras model from latents `(batch, latent_dim)` to a list of images, one for each
            stage, the smallest first: `builders.progressive_generator`, `builders.style_generator`.
        discriminator: Keras model from such a list to a list of logits, each `(batch, 1)`:
            `builders.progressive_discriminator`.
        images_stable: Integer >= 1, real images for which a stage is trained once it is there.
        images_fading: Integer >= 1, real images over which a stage fades in.
        fade: Whether it does; if not, alpha is 1 from a stage's first step on, with the same
            schedule.
        **kwargs: Those of `GAN`.

    Raises:
        ValueError: If the players have different stages, or a number is out of range.

    Reference:
        Karras et al. 2018, sections 2 and A.1, arXiv:1710.10196. Real images fade as in the
        official code.
    """

    def __init__(
        self,
        generator,
        discriminator,
        images_stable=600_000,
        images_fading=600_000,
        fade=True,
        **kwargs,
    ):
        _check_stages(generator, discriminator, images_stable, images_fading)
        stages = range(len(generator.outputs))
        pairs = [stage_of(generator, discriminator, stage) for stage in stages]
        generators, discriminators = map(list, zip(*pairs, strict=True))
        super().__init__(generators[0], discriminators[0], **kwargs)
        self._whole = {"generator": generator, "discriminator": discriminator}
        self.generators, self.discriminators = generators, discriminators
        self.images_stable, self.images_fading = int(images_stable), int(images_fading)
        self.fade = fade
        self.stage = 0
        fixed = {"shape": (), "trainable": False, "dtype": "int64", "initializer": "zeros"}
        self.images_seen = self.add_weight(
            name="images_seen", aggregation="only_first_replica", **fixed
        )
        self.trained_stage = self.add_weight(name="trained_stage", **fixed)
        self.track("resolution", "alpha")

    @property
    def whole_players(self):
        """The networks of all stages."""
        return self._whole

    @property
    def data_shape(self):
        """Real images come in the size of the last stage; each stage shrinks them."""
        return tuple(self.whole_generator.outputs[-1].shape[1:])

    @property
    def resolution(self):
        """Height of the images of the present stage, in pixels."""
        return self.generator.output_shape[1]

    @property
    def alpha(self):
        """Share of the present stage in its images, from 0 to 1."""
        return float(self._alpha())

    def playing_part(self, generator):
        """Of a generator of all stages, such as a running average, the part of the present one."""
        return keras.Model(generator.inputs[0], generator.outputs[self.stage])

    def stage_at(self, images_seen):
        """The stage, counted from 0, after so many real images."""
        cycle = self.images_stable + self.images_fading
        past = 0 if images_seen < self.images_stable else 1
        past += max(0, images_seen - self.images_stable) // cycle
        return min(past, len(self.generators) - 1)

    def grow(self):
        """Enters the stage whose time has come; `fit` calls this as every epoch begins."""
        stage = self.stage_at(_number(self.images_seen))
        if stage != _number(self.trained_stage):
            for optimizer in self.optimizers.values():
                _restart(optimizer)
            self.trained_stage.assign(stage)
        self._enter(stage)

    def on_restored(self):
        """Enters the stage that was trained last, also where no epoch is left to begin."""
        self._enter(_number(self.trained_stage))

    def _enter(self, stage):
        if stage == self.stage:
            return
        self.stage = stage
        self.generator, self.discriminator = self.generators[stage], self.discriminators[stage]
        self.remember_trainable()
        for layer in all_layers(self.whole_generator):
            if hasattr(layer, "enter_stage"):
                layer.enter_stage(stage)
        self.make_train_function(force=True)

    def prepare(self, real_images):
        """Moves alpha, and makes real images what the present stage shows."""
        alpha = self._alpha()
        self.trackers["alpha"].update_state(alpha)
        self.trackers["resolution"].update_state(self.resolution)
        replicas = self.distribute_strategy.num_replicas_in_sync
        self.images_seen.assign_add(tf.shape(real_images, tf.int64)[0] * replicas)
        for _ in range(self.stage, len(self.generators) - 1):
            real_images = halved(real_images)
        if self.stage == 0:
            return real_images
        for player in self.whole_players.values():
            for layer in all_layers(player):
                if layer.name == f"fade_{self.resolution}":
                    layer.alpha.assign(alpha)
        alpha = tf.cast(alpha, real_images.dtype)
        return (1 - alpha) * doubled(halved(real_images)) + alpha * real_images

    def _alpha(self):
        if self.stage == 0 or not self.fade:
            return tf.constant(1.0)
        begin = first_image_of(self.stage, self.images_stable, self.images_fading)
        faded = tf.cast(self.images_seen.value - begin, "float32") / self.images_fading
        return tf.clip_by_value(faded, 0.0, 1.0)

    def fit(self, x=None, y=None, *, callbacks=None, **kwargs):
        """As `GAN.fit`; the game grows as epochs begin. Real images have the last stage's size."""
        return super().fit(x, y, callbacks=[_Grow(), *(callbacks or [])], **kwargs)

    def __dir__(self):
        """Keras saves what is listed here; what plays now would stand elsewhere in every stage."""
        hidden = ("generator", "discriminator", "players", "whole_generator", "whole_discriminator")
        return [name for name in super().__dir__() if name not in hidden]

    def get_config(self):
        schedule = {
            "images_stable": self.images_stable,
            "images_fading": self.images_fading,
            "fade": self.fade,
        }
        return {**super().get_config(), **schedule}


def stage_of(generator, discriminator, stage):
    """The two players of one stage, which share the layers of the networks of all stages.

    Args:
        generator: Keras model from latents to a list of images, one for each stage.
        discriminator: Keras model from such a list to a list of logits.
        stage: Integer, counted from 0; -1 is the last.

    Returns:
        Pair of Keras models, from latents to images and from images to logits.
    """
    return (
        keras.Model(generator.inputs[0], generator.outputs[stage], name="generator"),
        keras.Model(
            discriminator.inputs[stage], discriminator.outputs[stage], name="discriminator"
        ),
    )


def first_image_of(stage, images_stable, images_fading):
    """Real images that a game has seen when a stage, counted from 0, begins to fade in."""
    return 0 if stage == 0 else images_stable + (stage - 1) * (images_stable + images_fading)


class _Grow(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.model.grow()


def _number(variable):
    """Its value as an integer; `int` does not take a variable of several devices."""
    return int(keras.ops.convert_to_numpy(variable))


def _restart(optimizer):
    """Forgets the moments and the count of steps; the learning rate and a loss's scale stay."""
    optimizer = loss_scaling.unscaled(optimizer)
    for variable in optimizer.variables:
        if variable is not getattr(optimizer, "_learning_rate", None):
            variable.assign(keras.ops.zeros_like(variable))


def _check_stages(generator, discriminator, images_stable, images_fading):
    checks.at_least(1, images_stable=images_stable, images_fading=images_fading)
    check_built(generator, "generator")
    check_built(discriminator, "discriminator")
    made = [tuple(each.shape[1:]) for each in generator.outputs]
    taken = [tuple(each.shape[1:]) for each in discriminator.inputs]
    if made != taken or len(taken) != len(discriminator.outputs):
        raise ValueError(
            "The generator must make, and the discriminator take, one image for each stage, the "
            f"smallest first. Received: images {made} and {taken}"
        )
