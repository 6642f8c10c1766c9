"""Several steps of a game as one TensorFlow program, between whose steps no time is lost."""

import tensorflow as tf


def is_for(gan):
    """Whether the steps of a compiled `GAN` are played so, and not by Keras's loop.

    Keras plays games on several devices and those that run eagerly. Of those that XLA compiles, it
    plays the ones with one step an execution, and all on a GPU, with a program for each step.
    """
    if gan.run_eagerly or gan.distribute_strategy.num_replicas_in_sync > 1:
        return False
    if not gan.jit_compile:
        return True
    return gan.steps_per_execution > 1 and not tf.config.list_logical_devices("GPU")


def train_function(gan, of_keras):
    """What Keras calls in `fit` for every `steps_per_execution` steps.

    Keras's own puts a step into a function, in a condition, in a loop. In a loop alone it is
    traced in three quarters of the time, and a small network's step is shorter, too.

    Args:
        gan: Compiled `GAN`.
        of_keras: Keras's own function, for data that come from Python or are distributed by a
            strategy, and with XLA for those whose batches differ in size.

    Returns:
        Function from an iterator of batches to the means of the losses so far.
    """
    play_next = _compiled(gan) if gan.jit_compile else _traced(gan)

    def function(iterator):
        if not isinstance(iterator, tf.data.Iterator):
            return of_keras(iterator)
        if gan.jit_compile and not _has_one_shape(iterator.element_spec):
            return of_keras(iterator)
        num_steps, logs = play_next(iterator)
        if not num_steps:
            raise StopIteration
        return logs

    return function


def _traced(gan):
    most = gan.steps_per_execution

    @tf.function(autograph=False, reduce_retracing=True)
    def play_next(iterator):
        if most == 1:
            return 1, gan.train_step(iterator.get_next())

        def step(number, batch):
            gan.train_step(batch.get_value())
            return number + 1, _next_batch(iterator, number + 1, most, batch)

        start = [0, iterator.get_next_as_optional()]
        num_steps, _ = tf.while_loop(_is_next(most), step, start, parallel_iterations=1)
        return num_steps, gan._logs()

    return play_next


def _compiled(gan):
    """The steps' batches are read first and joined, since XLA cannot read from an iterator."""

    @tf.function(autograph=False, jit_compile=True)
    def play(batches, num_steps):
        def step(number):
            gan.train_step(batches[number])
            return [number + 1]

        tf.while_loop(lambda number: number < num_steps, step, [0])
        return gan._logs()

    @tf.function(autograph=False)
    def play_next(iterator):
        batches, num_steps = _next_batches(iterator, gan.steps_per_execution)
        return num_steps, play(batches, num_steps)

    return play_next


def _has_one_shape(spec):
    return isinstance(spec, tf.TensorSpec) and spec.shape.is_fully_defined()


def _next_batches(iterator, most):
    """The next batches `(most, batch, ...)`, zeros after the data's end, and how many they are."""
    spec = iterator.element_spec
    batches = tf.TensorArray(spec.dtype, most, element_shape=spec.shape)

    def read(number, batch, batches):
        batches = batches.write(number, batch.get_value())
        return number + 1, _next_batch(iterator, number + 1, most, batch), batches

    start = [0, iterator.get_next_as_optional(), batches]
    num_steps, _, batches = tf.while_loop(_is_next(most), read, start)
    return batches.stack(), num_steps


def _is_next(most):
    return lambda number, batch, *_: tf.logical_and(number < most, batch.has_value())


def _next_batch(iterator, number, most, last):
    """The batch of that number, if it is played now; no more are read than are played."""
    return tf.cond(number < most, iterator.get_next_as_optional, lambda: last)
