"""Several updates in one TensorFlow program: those of a phase, and the steps of a game."""

import tensorflow as tf


def for_each(parts, function):
    """Calls a function with each part in turn, but traces it only once.

    Args:
        parts: List of dictionaries of tensors, all of the same shapes.
        function: Function of one part; what it returns is not used.
    """
    # What devices exchange cannot stand in a loop.
    if len(parts) == 1 or tf.distribute.get_strategy().num_replicas_in_sync > 1:
        for part in parts:
            function(part)
        return
    stacked = tf.nest.map_structure(lambda *values: tf.stack(values), *parts)

    def update(number):
        function(tf.nest.map_structure(lambda values: values[number], stacked))
        return [number + 1]

    tf.while_loop(lambda number: number < len(parts), update, [0], parallel_iterations=1)


def is_for(game):
    """Whether the steps of a compiled game are played in one loop, and not by Keras's.

    Keras plays games on several devices and those that run eagerly. Of those that XLA compiles, it
    plays the ones with one step an execution, and all on a GPU, with a program for each step.
    """
    if game.run_eagerly or game.distribute_strategy.num_replicas_in_sync > 1:
        return False
    if not game.jit_compile:
        return True
    return game.steps_per_execution > 1 and not tf.config.list_logical_devices("GPU")


def train_function(game, keras_function):
    """What Keras calls in `fit` for every `steps_per_execution` steps.

    Keras's own function wraps every step in a function, the function in a condition, and the
    condition in a loop. A loop alone is traced in three quarters of the time, and the steps of a
    small network are shorter, too.

    Args:
        game: Compiled `Game`.
        keras_function: Keras's own function. It plays data that come from Python or that a
            strategy distributes, and with XLA data whose batches differ in size.

    Returns:
        Function from an iterator of batches to the means of the losses so far.
    """
    play_next = _compiled(game) if game.jit_compile else _traced(game)

    def function(iterator):
        if not isinstance(iterator, tf.data.Iterator):
            return keras_function(iterator)
        if game.jit_compile and not _has_one_shape(iterator.element_spec):
            return keras_function(iterator)
        num_steps, logs = play_next(iterator)
        if not num_steps:
            raise StopIteration
        return logs

    return function


def _traced(game):
    most = game.steps_per_execution

    @tf.function(autograph=False, reduce_retracing=True)
    def play_next(iterator):
        if most == 1:
            return 1, game.train_step(iterator.get_next())

        def step(number, batch):
            game.train_step(batch.get_value())
            return number + 1, _next_batch(iterator, number + 1, most, batch)

        start = [0, iterator.get_next_as_optional()]
        num_steps, _ = tf.while_loop(_is_next(most), step, start, parallel_iterations=1)
        return num_steps, game.logs()

    return play_next


def _compiled(game):
    """The steps' batches are read first and joined, since XLA cannot read from an iterator."""

    @tf.function(autograph=False, jit_compile=True)
    def play(batches, num_steps):
        def step(number):
            game.train_step(tf.nest.map_structure(lambda values: values[number], batches))
            return [number + 1]

        tf.while_loop(lambda number: number < num_steps, step, [0])
        return game.logs()

    @tf.function(autograph=False)
    def play_next(iterator):
        batches, num_steps = _next_batches(iterator, game.steps_per_execution)
        return num_steps, play(batches, num_steps)

    return play_next


def _has_one_shape(spec):
    specs = tf.nest.flatten(spec)
    return all(isinstance(s, tf.TensorSpec) and s.shape.is_fully_defined() for s in specs)


def _next_batches(iterator, most):
    """The next batches `(most, batch, ...)`, zeros after the data's end, and how many they are."""
    spec = iterator.element_spec
    arrays = [tf.TensorArray(s.dtype, most, element_shape=s.shape) for s in tf.nest.flatten(spec)]

    def read(number, batch, arrays):
        values = tf.nest.flatten(batch.get_value())
        arrays = [a.write(number, v) for a, v in zip(arrays, values, strict=True)]
        return number + 1, _next_batch(iterator, number + 1, most, batch), arrays

    start = [0, iterator.get_next_as_optional(), arrays]
    num_steps, _, arrays = tf.while_loop(_is_next(most), read, start)
    return tf.nest.pack_sequence_as(spec, [array.stack() for array in arrays]), num_steps


def _is_next(most):
    return lambda number, batch, *_: tf.logical_and(number < most, batch.has_value())


def _next_batch(iterator, number, most, last):
    """The batch of that number, if it is played now; no more are read than are played."""
    return tf.cond(number < most, iterator.get_next_as_optional, lambda: last)
