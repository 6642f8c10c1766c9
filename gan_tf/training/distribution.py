"""One game on several devices: addresses of workers, who is chief, who takes which images."""

import ipaddress
import socket

import tensorflow as tf


def addresses(text):
    """The workers of a run, from how they stand on the command line.

    Args:
        text: String, "host:port,host:port", one for each worker. The first is the chief.

    Returns:
        List of strings "host:port".

    Raises:
        ValueError: If one is not of this form, or stands there twice.
    """
    found = [part.strip() for part in text.split(",")]
    for address in found:
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError(
                "workers must be addresses host:port with a port from 1 to 65535, joined by commas "
                f"without spaces, such as 10.0.0.1:12345,10.0.0.2:12345. Received: {address!r}"
            )
    if len(set(found)) < len(found):
        raise ValueError(f"Each worker needs an address of its own. Received: {text}")
    return found


def are_all_here(workers):
    """Whether all addresses are this machine's own: localhost, or one that begins with 127."""
    return all(_is_loopback(address.rpartition(":")[0]) for address in workers)


def _is_loopback(host):
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def strategy(workers, index):
    """The strategy under which several workers train one game; waits until all are there.

    TensorFlow wants it made before anything else is computed.

    Args:
        workers: List of addresses, as `addresses` gives them; the same on every machine.
        index: Integer, which of them this process is, counted from 0.

    Returns:
        `tf.distribute.MultiWorkerMirroredStrategy` over all GPUs of every machine, or its CPU.

    Raises:
        OSError: If another program uses the port.
        ValueError: If there is no worker of that number.
    """
    if not 0 <= index < len(workers):
        raise ValueError(
            f"The number of a worker must be from 0 to {len(workers) - 1}, one for each address. "
            f"Received: {index}"
        )
    _check_port(workers[index])
    cluster = tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec({"worker": workers}), task_type="worker", task_id=index
    )
    return tf.distribute.MultiWorkerMirroredStrategy(cluster)


def _check_port(address):
    """TensorFlow would end the process in its C++ half."""
    port = int(address.rpartition(":")[2])
    try:
        socket.create_server(("", port)).close()
    except OSError as error:
        raise OSError(
            f"A worker needs a port that no other program uses. Received: {address}, {error}. "
            "Give another port, in the command of every machine."
        ) from error


def are_several(strategy):
    """Whether a strategy spans several processes."""
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return False
    return sum(len(tasks) for tasks in _cluster(strategy).values()) > 1


def is_chief(strategy):
    """Whether this process writes the files: the one there is, or the first of several."""
    if not are_several(strategy):
        return True
    resolver = strategy.cluster_resolver
    first_kind = min(_cluster(strategy))  # "chief", if the cluster has one
    return resolver.task_type == first_kind and resolver.task_id == 0


def _cluster(strategy):
    """From the kinds of tasks that train to their addresses."""
    jobs = strategy.cluster_resolver.cluster_spec().as_dict()
    return {name: tasks for name, tasks in jobs.items() if name in ("chief", "worker")}


def said_by_all(strategy, *numbers):
    """What each worker says, one row each; every worker must ask, and waits for the others.

    Args:
        strategy: The strategy of them all.
        *numbers: Integers.

    Returns:
        Integer array `(replicas, len(numbers))`.
    """

    @tf.function
    def gather():
        said = strategy.run(lambda: tf.constant([numbers], "int64"))
        return strategy.gather(said, axis=0)

    return gather().numpy()


def shared(dataset, strategy, num_batches=1):
    """A dataset that gives each replica its rows of the same global batches.

    Args:
        dataset: `tf.data.Dataset` of images, whose batches are those of all replicas together.
        strategy: `tf.distribute.Strategy`.
        num_batches: Integer k; a batch of the result joins k batches, for k discriminator steps.

    Returns:
        `tf.data.Dataset`. Replica r of n, which takes the r-th stretch of each batch, finds there
        the r-th n-th of each of the k batches, one after the other.

    Raises:
        ValueError: If a batch cannot be divided among the replicas.
    """
    replicas = strategy.num_replicas_in_sync
    if replicas > 1:
        check_divides(dataset.element_spec, replicas)
    if num_batches > 1:
        dataset = dataset.batch(num_batches, drop_remainder=True)
        dataset = dataset.map(lambda images: _joined(images, num_batches, replicas))
    if are_several(strategy):
        dataset = dataset.with_options(_by_rows(dataset.options()))
    return dataset


def check_divides(spec, replicas):
    """Raises a ValueError if batches of that kind cannot be divided among the replicas."""
    size = spec.shape[0] if isinstance(spec, tf.TensorSpec) and spec.shape.rank else None
    if size is not None and size % replicas:
        raise ValueError(
            f"A batch is divided among {replicas} replicas, so its size must be a multiple of "
            f"{replicas}. Received: batches of {size}. Give the size for all of them together, "
            f"such as {replicas * max(1, round(size / replicas))}."
        )


def _joined(images, num_batches, replicas):
    """From `(k, batch, ...)` to `(k * batch, ...)`, what belongs to one replica together."""
    if replicas == 1:
        return tf.reshape(images, [-1, *images.shape[2:]])
    parts = tf.reshape(images, [num_batches, replicas, -1, *images.shape[2:]])
    parts = tf.experimental.numpy.moveaxis(parts, 0, 1)  # (replicas, k, batch / replicas, ...)
    joined = tf.reshape(parts, [-1, *images.shape[2:]])
    size = images.shape[1] and num_batches * images.shape[1]
    return tf.ensure_shape(joined, [size, *images.shape[2:]])


def _by_rows(options):
    """Options under which workers divide each batch, not the files: the batches stay the same."""
    chosen, policy = tf.data.Options(), tf.data.experimental.AutoShardPolicy
    if options.experimental_distribute.auto_shard_policy == policy.AUTO:
        chosen.experimental_distribute.auto_shard_policy = policy.DATA
    return chosen
