"""Several steps of a game as one XLA program, between whose steps no time is lost."""

import tensorflow as tf


def is_for(gan):
    """Whether the steps of a compiled `GAN` are played so: on a CPU, where XLA was asked for.

    A GPU is left to Keras's loop, which starts a program for each step.
    """
    asked = gan.jit_compile and gan.steps_per_execution > 1 and not gan.run_eagerly
    alone = gan.distribute_strategy.num_replicas_in_sync == 1
    return asked and alone and not tf.config.list_logical_devices("GPU")


def train_function(gan, one_by_one):
    """What Keras calls in `fit` for every `steps_per_execution` steps.

    The steps' batches are read first and joined, since XLA cannot read from an iterator.

    Args:
        gan: Compiled `GAN`.
        one_by_one: Keras's own function, which plays data whose batches differ in size.

    Returns:
        Function from an iterator of batches to the means of the losses so far.
    """

    @tf.function(autograph=False, jit_compile=True)
    def play(batches, num_steps):
        def step(number):
            gan.train_step(batches[number])
            return [number + 1]

        tf.while_loop(lambda number: number < num_steps, step, [0])
        return {name: tracker.result() for name, tracker in gan.trackers.items()}

    @tf.function(autograph=False)
    def play_next(iterator):
        batches, num_steps = _next_batches(iterator, gan.steps_per_execution)
        return num_steps, play(batches, num_steps)

    def function(iterator):
        if not _has_one_shape(iterator):
            return one_by_one(iterator)
        num_steps, logs = play_next(iterator)
        if not num_steps:
            raise StopIteration
        return logs

    return function


def _has_one_shape(iterator):
    spec = getattr(iterator, "element_spec", None)
    return isinstance(spec, tf.TensorSpec) and spec.shape.is_fully_defined()


def _next_batches(iterator, most):
    """The next batches `(most, batch, ...)`, zeros after the data's end, and how many they are."""
    spec = iterator.element_spec
    batches = tf.TensorArray(spec.dtype, most, element_shape=spec.shape)

    def is_next(number, batches, batch):
        return tf.logical_and(number < most, batch.has_value())

    def read(number, batches, batch):
        batches = batches.write(number, batch.get_value())
        number = number + 1
        batch = tf.cond(number < most, iterator.get_next_as_optional, lambda: batch)
        return number, batches, batch

    start = [0, batches, iterator.get_next_as_optional()]
    num_steps, batches, _ = tf.while_loop(is_next, read, start)
    return batches.stack(), num_steps
