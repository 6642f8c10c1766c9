"""`StopOnNaN`: ends a run whose numbers have ended."""

import math

import keras


class StopOnNaN(keras.callbacks.Callback):
    """Stops training as soon as any logged value is not finite, and names the step.

    Keras's `TerminateOnNaN` reads only `logs["loss"]`, which a GAN does not have.

    Attributes:
        stopped_at: `(epoch, step, name)` of what was found, both counted from 1, or None.
    """

    def __init__(self):
        super().__init__()
        self.stopped_at = None

    def state(self):
        """What was found, for `fit(resume=...)`."""
        return {"stopped_at": self.stopped_at}

    def restore_state(self, state):
        """Remembers what stopped a run that is started again."""
        self.stopped_at = state["stopped_at"] and tuple(state["stopped_at"])

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        for name, value in (logs or {}).items():
            if not math.isfinite(value) and self.stopped_at is None:
                self.stopped_at = (self._epoch + 1, batch + 1, name)
                self.model.stop_training = True
                print(
                    f"\nStopped: {name} is {value} at step {batch + 1} of epoch "
                    f"{self._epoch + 1}. A smaller learning rate is the first thing to try."
                )
