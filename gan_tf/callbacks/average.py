"""`GeneratorAverage`: a running average of the generator's weights."""

from gan_tf import checks
from gan_tf.callbacks.sampling import check_watches
import keras
import tensorflow as tf


class GeneratorAverage(keras.callbacks.Callback):
    """Keeps an exponential moving average (EMA) of the generator's weights.

    The players circle around each other, and an average of the generator over its circles often
    makes better images than the generator itself. The average is part of the model while it is
    attached, so it is saved and restored with it.

    Args:
        decay: Float in [0, 1), the share of the old average that is kept at each step. The
            average reaches back about `1 / (1 - decay)` steps.

    Raises:
        ValueError: If `decay` is outside [0, 1).

    Reference:
        Yazıcı et al. 2019, arXiv:1806.04498; Karras et al. 2018 (0.999), arXiv:1710.10196. With
        `steps_per_execution=n` the average moves once every n steps, by `decay ** n`.
    """

    def __init__(self, decay=0.999):
        super().__init__()
        self.decay = checks.share_below(1, decay=decay)

    @property
    def generator(self):
        """The averaged generator, a model of its own."""
        check_watches(self, "average_generator")
        return self.model.playing_part(self.model.average_generator)

    def set_model(self, model):
        super().set_model(model)
        check_watches(self, "whole_generator")
        if not hasattr(model, "average_generator"):
            with model.distribute_strategy.scope():
                model.average_generator = keras.models.clone_model(model.whole_generator)
            model.average_generator.trainable = False
            model.average_generator.set_weights(model.whole_generator.get_weights())

    def on_epoch_begin(self, epoch, logs=None):
        self._last_step = -1

    def on_train_batch_end(self, batch, logs=None):
        kept = self.decay ** (batch - self._last_step)
        self._last_step = batch
        self._move(tf.constant(kept, "float32"))

    @tf.function
    def _move(self, kept):
        averages = self.model.average_generator.variables
        for average, current in zip(averages, self.model.whole_generator.variables, strict=True):
            if getattr(current, "is_setting", False):
                average.assign(current)
            elif average.dtype == "float32":
                average.assign(kept * average + (1.0 - kept) * current)
