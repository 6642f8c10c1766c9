"""How a game is played: what `fit` needs, and no student has to read."""

import gan_tf.prepared  # noqa: F401
