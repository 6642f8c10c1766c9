"""One game on several devices: which processes take part, and which rows each device gets."""

import json
import os
import sys

import tensorflow as tf

# The kinds of tasks that train; the chief's name comes first in the alphabet.
_TRAINING_TASKS = ("chief", "worker")
_EXAMPLE = (
    '{"cluster": {"worker": ["10.0.0.1:12345", "10.0.0.2:12345"]}, '
    '"task": {"type": "worker", "index": 0}}'
)


def strategy_from_environment():
    """The strategy for the cluster that the environment variable `TF_CONFIG` describes.

    TensorFlow wants this strategy to be made before anything is computed. Making it waits until
    all processes of the cluster are there.

    Returns:
        `tf.distribute.MultiWorkerMirroredStrategy` over all GPUs of every machine, or its CPU.
        None if `TF_CONFIG` is not set, or names a single process.

    Raises:
        ValueError: If `TF_CONFIG` is no JSON, has no cluster, or names a task outside of it.

    Reference:
        https://www.tensorflow.org/guide/distributed_training#TF_CONFIG
    """
    text = os.environ.get("TF_CONFIG", "")
    count = _num_training_tasks(text) if text else 1
    if count == 1:
        return None
    print(f"Waiting for all {count} processes of TF_CONFIG", file=sys.stderr, flush=True)
    return tf.distribute.MultiWorkerMirroredStrategy()


def _num_training_tasks(text):
    """How many processes train together; raises a ValueError unless `TF_CONFIG` is sound."""
    try:
        config = json.loads(text)
    except ValueError as error:
        raise _bad_config(f"it is not JSON ({error})", text) from error
    config = config if isinstance(config, dict) else {}
    cluster, task = config.get("cluster"), config.get("task")
    kinds = [kind for kind in _TRAINING_TASKS if isinstance(cluster, dict) and cluster.get(kind)]
    if not kinds:
        raise _bad_config("it has no cluster with a chief or workers", text)
    for kind in kinds:
        if not isinstance(cluster[kind], list) or not all(map(_is_address, cluster[kind])):
            raise _bad_config(f"its {kind} must be a list of addresses host:port", text)
    if not isinstance(task, dict) or task.get("type") not in kinds:
        raise _bad_config(f"its task must have a type, which is {' or '.join(kinds)}", text)
    last = len(cluster[task["type"]]) - 1
    if type(task.get("index")) is not int or not 0 <= task["index"] <= last:
        raise _bad_config(f"its task must have an index, an integer from 0 to {last}", text)
    return sum(len(cluster[kind]) for kind in kinds)


def _is_address(text):
    host, _, port = text.rpartition(":") if isinstance(text, str) else ("", "", "")
    return bool(host) and port.isdecimal() and 0 < int(port) < 65536


def _bad_config(problem, text):
    return ValueError(
        f"The environment variable TF_CONFIG cannot be used: {problem}. Received: "
        f"TF_CONFIG={text}. Expected something like {_EXAMPLE}, with a task index of its own in "
        "every process. Correct the variable, or unset it to train with this process alone."
    )


def are_several(strategy):
    """Whether a strategy spans several processes."""
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return False
    return sum(map(len, _cluster(strategy).values())) > 1


def is_chief(strategy):
    """Whether this process writes the files: it is the only one, or the first of several."""
    if not are_several(strategy):
        return True
    resolver = strategy.cluster_resolver
    first_kind = min(_cluster(strategy))  # "chief", if the cluster has one
    return resolver.task_type == first_kind and resolver.task_id == 0


def _cluster(strategy):
    """Dictionary from the kinds of tasks that train to their addresses."""
    jobs = strategy.cluster_resolver.cluster_spec().as_dict()
    return {kind: tasks for kind, tasks in jobs.items() if kind in _TRAINING_TASKS}


def gathered_from_workers(strategy, *numbers):
    """The numbers that each worker gives, one row for each.

    Every worker must call this function, and waits until all the others have called it.

    Args:
        strategy: The strategy that the workers share.
        *numbers: Integers of this worker.

    Returns:
        Integer array `(replicas, len(numbers))`.
    """

    @tf.function
    def gather():
        own = strategy.run(lambda: tf.constant([numbers], "int64"))
        return strategy.gather(own, axis=0)

    return gather().numpy()


def shared(dataset, strategy, num_batches=1):
    """A dataset that gives each replica its own rows of the same global batches.

    Args:
        dataset: `tf.data.Dataset` of batches: tensors, or any structure of tensors such as
            `{"images": …, "labels": …}`. A batch is that of all replicas together.
        strategy: `tf.distribute.Strategy`.
        num_batches: Integer k; a batch of the result joins k batches, for k discriminator steps.

    Returns:
        `tf.data.Dataset` of the same structure. Of n replicas, replica r takes the r-th of n equal
        parts of each batch, and finds there its own rows of each of the k batches, one batch after
        the other.

    Raises:
        ValueError: If a batch cannot be divided among the replicas.
    """
    replicas = strategy.num_replicas_in_sync
    if replicas > 1:
        check_divides(dataset.element_spec, replicas)
    if num_batches > 1:
        dataset = _joined_batches(dataset, num_batches, replicas)
    if are_several(strategy):
        dataset = dataset.with_options(_by_rows(dataset.options()))
    return dataset


def check_divides(spec, replicas):
    """Raises a ValueError if batches of that structure cannot be divided among the replicas."""
    for each in tf.nest.flatten(spec):
        size = each.shape[0] if isinstance(each, tf.TensorSpec) and each.shape.rank else None
        if size is not None and size % replicas:
            raise ValueError(
                f"A batch is divided among {replicas} replicas, so its size must be a multiple of "
                f"{replicas}. Received: batches of {size}. Give the size for all of them together, "
                f"such as {replicas * max(1, round(size / replicas))}."
            )


def _joined_batches(dataset, num_batches, replicas):
    spec = dataset.element_spec

    def joined(*tensors):  # `map` spreads tuples out over several arguments
        batches = tf.nest.pack_sequence_as(spec, tf.nest.flatten(tensors))
        return tf.nest.map_structure(lambda values: _joined(values, replicas), batches)

    return dataset.batch(num_batches, drop_remainder=True).map(joined)


def _joined(values, replicas):
    """From `(k, batch, ...)` to `(k * batch, ...)`, the rows of each replica next to each other."""
    num_batches, size, *shape = values.shape
    if replicas > 1:
        parts = tf.reshape(values, [num_batches, replicas, -1, *shape])
        values = tf.experimental.numpy.moveaxis(parts, 0, 1)  # (replicas, k, batch / replicas, ...)
    size = size and num_batches * size
    return tf.ensure_shape(tf.reshape(values, [-1, *shape]), [size, *shape])


def _by_rows(options):
    """Options under which workers divide each batch, not the files: the batches stay the same."""
    chosen, policy = tf.data.Options(), tf.data.experimental.AutoShardPolicy
    if options.experimental_distribute.auto_shard_policy == policy.AUTO:
        chosen.experimental_distribute.auto_shard_policy = policy.DATA
    return chosen
