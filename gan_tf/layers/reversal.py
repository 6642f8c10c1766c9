"""A layer that turns a gradient round, so that what one part learns the part below unlearns."""

from gan_tf import checks
import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("gan_tf")
class GradientReversal(keras.layers.Layer):
    """Passes its input on unchanged, and the gradient back with its sign turned.

    Put it between an encoder and a classifier, and train both to make the classifier's loss small:
    the classifier learns to tell domains apart, and the encoder learns to make that impossible.

    Args:
        factor: Float >= 0, the paper's λ, multiplies the gradient that is passed back.

    Input shape:
        `(batch, ...)`.

    Output shape:
        The same: `x`, whose gradient is `-factor` times the gradient from above.

    Reference:
        Ganin and Lempitsky 2015, equations 9 and 10, arXiv:1409.7495.
    """

    is_per_example = True

    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = checks.not_negative(factor=factor)

    def call(self, inputs):
        @tf.custom_gradient
        def reversed_(x):
            return tf.identity(x), lambda gradient: -self.factor * gradient

        return reversed_(inputs)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}
