"""The layer that lets a network grow without a jolt."""

from gan_tf import checks
import keras
from keras import ops


@keras.saving.register_keras_serializable("gan_tf")
class FadeIn(keras.layers.Layer):
    """Blends a new branch of a network into an old one.

    `layer.alpha.assign(...)` sets the blend; it is not learned. At 0 the output is exactly the old
    branch, at 1 exactly the new one, even if the other branch is not finite. Values below 0 count
    as 0, values above 1 as 1.

    Args:
        alpha: Float in [0, 1], share of the new branch at first.

    Input shape:
        List `[old, new]` of two equal shapes `(batch, ...)`.

    Output shape:
        The same: `(1 - alpha) · old + alpha · new`.

    Reference:
        Karras et al. 2018, section 2 and figure 2, arXiv:1710.10196.
    """

    is_per_example = True

    def __init__(self, alpha=0.0, **kwargs):
        super().__init__(**kwargs)
        self.initial_alpha = checks.share(alpha=alpha)
        self.input_spec = [keras.InputSpec(), keras.InputSpec()]
        self.alpha = self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(self.initial_alpha),
            dtype="float32",
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
            name="alpha",
        )
        self.alpha.is_setting = True  # a running average of the weights copies it

    def build(self, input_shape):
        old, new = map(tuple, input_shape)
        pairs = list(zip(old[1:], new[1:], strict=False))
        if len(old) != len(new) or any(a != b for a, b in pairs if None not in (a, b)):
            raise ValueError(
                "FadeIn needs two branches of one shape; give both the same size and number of "
                f"channels. Received: old {old}, new {new}"
            )

    def call(self, inputs):
        old, new = inputs
        alpha = ops.convert_to_tensor(self.alpha)
        blend = (1 - alpha) * ops.cast(old, "float32") + alpha * ops.cast(new, "float32")
        blend = ops.cast(blend, old.dtype)
        # Not multiplied by zero: the values of a new branch may not be finite at first.
        return ops.where(alpha <= 0, old, ops.where(alpha >= 1, new, blend))

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "alpha": self.initial_alpha}
