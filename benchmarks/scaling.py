"""What a second worker brings, how fast pictures come from TFRecords, and what more GPUs would do.

    python benchmarks/scaling.py                measures, and writes the tables of docs/scaling.md
    python benchmarks/scaling.py --estimate     the estimate alone, which measures nothing
    python benchmarks/scaling.py --steps 2      a trial: prints the tables of very short runs, and
                                                leaves docs/scaling.md as it is

It starts worker processes on this machine, which find each other through TensorFlow's `TF_CONFIG`.
Each worker has a single thread, and a core of its own if there are enough of them (`taskset` limits
the cores). Each worker has batches of 32, so two of them play with batches of 64. Runs of one and
of two workers take turns, and the fastest epoch of all runs counts, because other programs may slow
some of them down. We also measure processor time, which other programs do not change. The estimate
counts the weights and the operations of the networks, and assumes the rest: see `ASSUMED`.
"""

import argparse
import itertools
import json
import os
from pathlib import Path
import socket
import subprocess
import sys
import tempfile
import time

DOCS = Path(__file__).parent.parent / "docs" / "scaling.md"
BATCH_SIZE = 32  # of each worker
NUM_EPOCHS = 5  # the first one traces and does not count
NUM_TURNS = 2
STEPS = {"dense": 100, "dcgan": 10}  # of an epoch: about a second
PICTURES = 2048
SHARDS = 4
# What the estimate takes for granted; other numbers, other results.
ASSUMED = {
    "images per GPU": 16,
    "operations per second of a GPU": 40e12,
    "bytes per second between GPUs of one machine": 200e9,
    "bytes per second between machines": 12.5e9,
}


def game(name):
    """The lecture's networks and their batches' shape, not compiled."""
    from gan_tf import GAN, builders

    if name == "dense":
        return GAN(builders.dense_generator(), builders.dense_discriminator(), seed=0)
    return GAN(builders.dcgan_generator(), builders.dcgan_discriminator(), seed=0)


class Clock:
    """Times of the ends of epochs, and this process's own time, in seconds."""

    def __init__(self):
        import keras

        self.times = []
        self.callback = keras.callbacks.LambdaCallback(on_epoch_end=self.look)

    def look(self, epoch, logs):
        self.times.append((time.perf_counter(), time.process_time()))

    def shortest(self):
        """Least time of an epoch, and least processor time of one."""
        pairs = itertools.pairwise(self.times)
        return [
            min(each) for each in zip(*((c - a, d - b) for (a, b), (c, d) in pairs), strict=True)
        ]


def measure(name, steps):
    """What one worker finds: the seconds of an epoch, its images, and the bytes of all gradients.

    Args:
        name: "dense" or "dcgan".
        steps: Integer, steps of an epoch.

    Returns:
        Dictionary of numbers.
    """
    config = json.loads(os.environ["TF_CONFIG"])
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[config["task"]["index"] % len(cores)]})
    from gan_tf import data
    import numpy as np
    import tensorflow as tf

    with tf.distribute.MultiWorkerMirroredStrategy().scope():  # a cluster of one also has it
        gan = game(name)
        gan.compile("rmsprop", "rmsprop")  # one step at a time, as several workers must
    clock, size = Clock(), BATCH_SIZE * len(config["cluster"]["worker"])
    shape = (size * steps, *gan.data_shape)
    images = np.random.default_rng(0).random(shape, "float32")  # in the range of both generators
    gan.fit(data.batches(images, size), epochs=NUM_EPOCHS, callbacks=[clock.callback], verbose=0)
    players = (gan.generator, gan.discriminator)
    weights = sum(int(np.prod(v.shape)) for p in players for v in p.trainable_variables)
    seconds, own = clock.shortest()
    return {"seconds": seconds, "own": own, "images": len(images), "bytes": 4 * weights}


def measured(name, count, steps=None):
    """What `measure` finds in `count` new processes; their processor times are added."""
    command = [sys.executable, __file__, "--one", name, "--steps", str(steps or STEPS[name])]
    cluster, processes = {"worker": free_addresses(count)}, []
    for index in range(count):
        config = {"cluster": cluster, "task": {"type": "worker", "index": index}}
        one_thread = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
        environ = {**os.environ, **one_thread, "TF_CONFIG": json.dumps(config)}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)
        processes.append(process)
    try:
        printed = [process.communicate(timeout=600)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    found = [json.loads(each.splitlines()[-1]) for each in printed]
    return {**found[0], "own": sum(each["own"] for each in found)}


def free_addresses(count):
    """List of loopback addresses on which no other program listens."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    found = [f"127.0.0.1:{each.getsockname()[1]}" for each in sockets]
    for each in sockets:
        each.close()
    return found


def scaling_table(steps=None):
    """A row for each game and number of workers, as markdown; `steps` instead of `STEPS`."""
    columns = ["networks", "workers", "cores", "images/s", "CPU ms for an image", "efficiency"]
    columns.append("gradients in a step")
    yield f"| {' | '.join(columns)} |"
    yield f"| {' | '.join(['---'] * len(columns))} |"
    for name in STEPS:
        turns = [[measured(name, count, steps) for count in (1, 2)] for _ in range(NUM_TURNS)]
        rows = list(zip(*turns, strict=True))
        costs = [min(each["own"] / each["images"] for each in row) for row in rows]
        for count, row, cost in zip((1, 2), rows, costs, strict=True):
            cores = min(count, len(os.sched_getaffinity(0)))
            speed = max(each["images"] / each["seconds"] for each in row)
            cells = [name, count, cores, f"{speed:,.0f}", f"{cost * 1e3:.2f}"]
            cells += [f"{costs[0] / cost:.0%}", f"{row[0]['bytes'] / 1e6:.1f} MB"]
            yield f"| {' | '.join(map(str, cells))} |"


def input_table():
    """Pictures per second from sharded TFRecords, as `data.image_batches` gives them."""
    yield "| pictures | stored as | given as | images/s |"
    yield "| --- | --- | --- | --- |"
    with tempfile.TemporaryDirectory() as folder:
        write_pictures(folder)
        for size in (64, 128):
            best = max(pictures_per_second(folder, size) for _ in range(NUM_TURNS))
            yield f"| 218 × 178 | JPEG, {SHARDS} shards | {size} × {size} | {best:,.0f} |"


def pictures_per_second(folder, size):
    """Of one pass, the first: TensorFlow Datasets keeps small data sets decoded from then on."""
    from gan_tf import data

    batches = data.image_batches("tfds:pictures", size, BATCH_SIZE, data_dir=folder)
    start = time.perf_counter()
    return sum(len(batch) for batch in batches) / (time.perf_counter() - start)


def write_pictures(folder):
    """Blurred noise of CelebA's size, as files that TensorFlow Datasets reads."""
    import tensorflow as tf
    import tensorflow_datasets as tfds

    image = tfds.features.Image(shape=(218, 178, 3), encoding_format="jpeg")
    features = tfds.features.FeaturesDict({"image": image})
    place = Path(folder) / "pictures" / "1.0.0"
    place.mkdir(parents=True)
    for shard in range(SHARDS):
        name = f"pictures-train.tfrecord-{shard:05}-of-{SHARDS:05}"
        with tf.io.TFRecordWriter(str(place / name)) as writer:
            for number in range(shard, PICTURES, SHARDS):
                noise = tf.random.stateless_uniform((12, 10, 3), [0, number], maxval=256)
                picture = tf.cast(tf.image.resize(noise, (218, 178)), tf.uint8)
                writer.write(features.serialize_example({"image": picture.numpy()}))
    tfds.folder_dataset.write_metadata(data_dir=place, features=features)


def estimate_table(counts=(8, 64)):
    """Seconds of a step on more GPUs, counted from the networks and `ASSUMED`, as markdown."""
    from gan_tf import builders
    from gan_tf.games.progressive import stage_of

    wide = {"channels": 3, "filters": builders.papers_filters}
    whole = builders.progressive_generator(128, 512, **wide)
    players = stage_of(whole, builders.progressive_discriminator(128, **wide), -1)
    weights = [player.count_params() for player in players]
    operations = [operations_of(player) for player in players]
    for name, count, each in zip(("generator", "discriminator"), weights, operations, strict=True):
        yield f"{name}: {count / 1e6:.2f} M weights, {each / 1e9:.1f} G operations for an image"
    rate, images = ASSUMED["operations per second of a GPU"], ASSUMED["images per GPU"]
    compute = images * (4 * operations[0] + 8 * operations[1]) / rate
    passes = zip((4, 8), operations, strict=True)
    costs = " + ".join(f"{count} × {each / 1e9:.1f} G" for count, each in passes)
    yield f"compute: {images} × ({costs})"
    yield f"         / {rate / 1e12:.0f} T = {compute * 1e3:.0f} ms"
    yield f"         so 1 GPU makes {images / compute:.0f} images/s"
    size = 4 * sum(weights)
    yield f"gradients: 4 bytes × {sum(weights) / 1e6:.2f} M = {size / 1e6:.0f} MB"
    for count in counts:
        yield from estimate(count, size, compute, images)


def estimate(count, size, compute, images):
    """Lines on a number of GPUs, eight to a machine."""
    link = "of one machine" if count <= 8 else "machines"
    width = next(value for name, value in ASSUMED.items() if name.endswith(link))
    seconds = 2 * (count - 1) / count * size / width
    total = count * images / (compute + seconds)
    yield f"{count} GPUs: 2 × {count - 1}/{count} × {size / 1e6:.0f} MB / {width / 1e9:g} GB/s"
    yield f"         = {seconds * 1e3:.1f} ms; {total:,.0f} images/s, efficiency " + (
        f"{compute / (compute + seconds):.0%}"
    )


def operations_of(model):
    """Additions and multiplications of one image's forward pass, as TensorFlow counts them."""
    import tensorflow as tf

    spec = tf.TensorSpec((1, *model.input_shape[1:]), "float32")
    graph = tf.function(lambda x: model(x, training=False)).get_concrete_function(spec).graph
    options = tf.compat.v1.profiler.ProfileOptionBuilder.float_operation()
    return tf.compat.v1.profiler.profile(
        graph, options={**options, "output": "none"}
    ).total_float_ops


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--estimate", action="store_true")
    parser.add_argument("--steps", type=int, help="of an epoch, for a trial that writes nothing")
    parser.add_argument("--one", metavar="GAME", help="one worker; TF_CONFIG says which")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one, options.steps)))
        return
    made = {} if options.estimate else {"scaling": scaling_table(options.steps)}
    if not options.estimate:
        made["input"] = input_table()
    made["estimate"] = itertools.chain(["```"], estimate_table(), ["```"])
    for name, lines in made.items():
        made[name] = list(lines)
        print(*made[name], sep="\n", flush=True)
    if not options.estimate and options.steps is None:
        from report import write_table

        for name, lines in made.items():
            write_table(DOCS, name, "\n".join(lines))


if __name__ == "__main__":
    main()
