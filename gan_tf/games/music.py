"""Melodies, bar by bar."""

import functools

from gan_tf import checks, losses
from gan_tf.games.game import Phase
from gan_tf.games.gan import GAN
from gan_tf.training import scoring
from gan_tf.training.expected import Expected
import keras
from keras import ops


@keras.saving.register_keras_serializable("gan_tf")
class MidiNet(GAN):
    """Composes the bar that follows a bar.

    The generator is updated twice for each update of the discriminator, and is also to make bars
    whose average is that of real ones, as a layer of the discriminator sees them (`features`) and
    as they are (`mean_bar`). Trains on batches with the keys "previous" and "images". Bars:
    `generate(8, previous=array)`.

    Args:
        generator: Built Keras model from `[latents, previous]` to bars, shapes
            `(batch, latent_dim)` and `(batch, steps, pitches, 1)`.
        discriminator: Built Keras model from `[previous, images]` to logits `(batch, 1)`.
        layer: Name of the discriminator's layer whose features are matched; the paper takes its
            first convolution.
        generator_steps: Integer >= 1, updates of the generator in one step, each on bars of its
            own.
        **kwargs: Those of `GAN`. `weights={"features": 0.1, "mean_bar": 0.01}` are those of the
            authors' code, for half the squared distances of the averages.

    Raises:
        ValueError: If the discriminator has no such layer, or the players' shapes do not fit.

    Reference:
        Yang et al. 2017, section 3, arXiv:1703.10847, and the authors' code
        (github.com/RichardYang40148/MidiNet), where the two updates and the target 0.9 of real bars
        are. Departure: the discriminator, too, sees the previous bar.
    """

    phases = (
        Phase("d_loss", ("discriminator",), freezes=()),
        Phase("g_loss", ("generator",), times=2),
    )
    keys = ("previous", "images")
    terms = {"features": 0.1, "mean_bar": 0.01}

    def __init__(self, generator, discriminator, layer, generator_steps=2, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        bars = generator.output_shape[1:]
        scoring.check_player(generator, "generator", {"latents": (None,), "previous": bars})
        scoring.check_player(discriminator, "discriminator", {"previous": bars, "images": bars})
        self.layer = checks.one_of([each.name for each in discriminator.layers], layer=layer)
        self.generator_steps = checks.at_least(1, generator_steps=generator_steps)
        first, last = self.phases
        self.phases = (first, last._replace(times=self.generator_steps))

    def compile(self, generator_optimizer=None, discriminator_optimizer=None, loss=None, **kwargs):
        """As `GAN.compile`; by default real bars have the target 0.9, and fake ones 0."""
        loss = losses.NonSaturating(label_smoothing=0.1) if loss is None else loss
        super().compile(generator_optimizer, discriminator_optimizer, loss, **kwargs)

    @functools.cached_property
    def watched(self):
        """The discriminator up to the layer whose features are matched: the same weights."""
        return keras.Model(
            self.discriminator.inputs, self.discriminator.get_layer(self.layer).output
        )

    def inputs(self, batch):
        return [super().inputs(batch), ops.cast(batch["previous"], "float32")]

    def score(self, images, batch=None, training=True):
        return self.discriminator([batch["previous"], images], training=training)

    def g_loss(self, batch):
        true_bars, fake_bars = ops.cast(batch["images"], "float32"), self.fake(batch)
        fake_bars = ops.cast(fake_bars, "float32")
        features = [
            self.watched([batch["previous"], bars], training=True)
            for bars in (true_bars, fake_bars)
        ]
        return {
            "g_loss": self.generator_loss(true_bars, fake_bars, batch),
            "features": distance_of_means(*features),
            "mean_bar": distance_of_means(true_bars, fake_bars),
        }

    def expected(self):
        previous = Expected(tuple(self.generator.inputs[1].shape[1:]))
        return {**super().expected(), "previous": previous}

    def get_config(self):
        own = {"layer": self.layer, "generator_steps": self.generator_steps}
        return {**super().get_config(), **own}


def distance_of_means(values, others):
    """Half the squared distance of two batches' means, a scalar."""
    one, other = (ops.mean(ops.cast(each, "float32"), axis=0) for each in (values, others))
    return ops.sum(ops.square(one - other)) / 2
