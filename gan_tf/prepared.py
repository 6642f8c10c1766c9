"""Prepares TensorFlow when it is imported, for `from gan_tf.data import …` and its like.

Whatever needs TensorFlow imports this before it. Names that are reached through `gan_tf` itself, as
in `from gan_tf import data`, are prepared for by the package.
"""

from gan_tf import startup

startup.prepare()
