"""One game on several devices and in several processes: the same weights as on one device."""

import importlib.util
import json
import os
from pathlib import Path
import socket
import subprocess
import sys

from gan_tf import data
from gan_tf.training import distribution
import numpy as np
import pytest
import tensorflow as tf

ROOT = Path(__file__).resolve().parent.parent
GAME = """
import json, sys
from gan_tf import GAN, builders, data
from gan_tf.training import distribution
import keras, numpy as np, tensorflow as tf

def strategy():
    if len(sys.argv) == 1:
        return tf.distribute.get_strategy()
    return distribution.strategy(distribution.addresses(sys.argv[1]), int(sys.argv[2]))

def play(strategy, steps=1, optimizer=keras.optimizers.Adam, epochs=2, **kwargs):
    with strategy.scope():
        keras.utils.set_random_seed(0)
        generator = builders.point_generator(units=(16,))
        discriminator = builders.point_discriminator(units=(16,))
        gan = GAN(generator, discriminator, steps, seed=0)
        gan.compile(optimizer(1e-2), optimizer(1e-2), steps_per_execution=2)
        batches = data.batches(data.circle(64, seed=0), 8, seed=3)  # in the scope, as in recipes
    history = gan.fit(**{"x": batches, "epochs": epochs, "verbose": 0, **kwargs})
    return gan.get_weights(), history.history

def play_float16(strategy):
    # A point that float16 does not hold, in the half that the second device gets.
    keras.mixed_precision.set_global_policy("mixed_float16")
    points = data.circle(32, seed=0)
    points[15] = 1e6
    weights, logs = play(strategy, x=data.batches(points, 8, shuffle=False), epochs=1)
    keras.mixed_precision.set_global_policy("float32")
    assert np.isnan(logs["d_loss"]).all() and all(np.isfinite(w).all() for w in weights)
    return weights, {}

def told(runs):
    runs = {name: ([w.tolist() for w in weights], logs) for name, (weights, logs) in runs.items()}
    print(json.dumps(runs))
"""
TWO_DEVICES = """
devices = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(devices[0], [tf.config.LogicalDeviceConfiguration()] * 2)
"""
PLAYED = """
here = strategy()
runs = {
    "adam": play(here),
    "two steps": play(here, steps=2, optimizer=keras.optimizers.SGD),
    "float16": play_float16(here),
}
"""
RESUMED = """
from gan_tf import callbacks

class Stop(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt

runs["whole"] = play(here, epochs=3, callbacks=[callbacks.GeneratorAverage(0.9)])
for stop in ([Stop()], []):
    try:
        watchers = [callbacks.GeneratorAverage(0.9), *stop]
        runs["resumed"] = play(here, epochs=3, callbacks=watchers, resume="run")
    except KeyboardInterrupt:
        pass
"""
ON_TWO_DEVICES = """
def play_images(strategy):
    with strategy.scope():
        keras.utils.set_random_seed(0)
        gan = GAN(builders.dcgan_generator(4, (8, 8, 1), (8, 4), batch_normalization=False),
                  builders.dcgan_discriminator((8, 8, 1), (4, 8), dropout=0), seed=0)
        gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
    images = np.random.default_rng(0).uniform(-1, 1, (64, 8, 8, 1)).astype("float32")
    history = gan.fit(data.batches(images, 16, seed=3), epochs=2, verbose=0)
    return gan.get_weights(), history.history

runs |= {"two steps of Adam": play(here, steps=2), "images": play_images(here)}
two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
told({
    "two steps of Adam": play(two, steps=2),
    "float16": play_float16(two),
    "images": play_images(two),
})
"""
TOLD = """
told(runs)
"""
PICTURES = """
pictures = data.image_batches("tfds:pictures", 2, 4, seed=1, data_dir=".")
if len(sys.argv) > 1:
    pictures = here.experimental_distribute_dataset(distribution.shared(pictures, here))
mine = [here.experimental_local_results(batch)[0].numpy() for batch in pictures]
print(json.dumps([batch[:, 0, 0, 0].tolist() for batch in mine]))
"""


def free_addresses(count):
    """Loopback addresses; all ports are held until all are known, so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    found = [f"127.0.0.1:{each.getsockname()[1]}" for each in sockets]
    for each in sockets:
        each.close()
    return ",".join(found)


def started(program, *arguments):
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", program, *arguments], env=environ, **pipes)


def printed_by_all(program, num_workers=2, timeout=240):
    """What each worker prints; none is left behind."""
    addresses = free_addresses(num_workers)
    processes = [started(program, addresses, str(number)) for number in range(num_workers)]
    try:
        printed = [process.communicate(timeout=timeout) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    for process, (_, errors) in zip(processes, printed, strict=True):
        assert process.returncode == 0, errors[-4000:]
    return [output for output, _ in printed]


def assert_same(run, other, rtol=1e-4, atol=1e-6):
    for ours, theirs in zip(run[0], other[0], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol)
    assert run[1].keys() == other[1].keys()
    for name in run[1]:
        np.testing.assert_allclose(run[1][name], other[1][name], rtol=1e-4)


TOLERANCES = {
    "float16": {"rtol": 0.01, "atol": 1e-3},
    "images": {"rtol": 1e-3, "atol": 1e-5},
}


@pytest.fixture(scope="class")
def printed(tmp_path_factory):
    """What one process prints of one device and of two, then what each of two processes prints.

    Dictionaries of runs: of the two devices, of the one, of either process. And where tfds is,
    lists of pictures: of the one process, of either of two.
    """
    has_tfds = importlib.util.find_spec("tensorflow_datasets") is not None
    ending = TOLD + (PICTURES if has_tfds else "print([])")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("two"))
        if has_tfds:
            write_pictures(Path("pictures", "1.0.0").absolute())
        alone = started(GAME + TWO_DEVICES + PLAYED + ON_TWO_DEVICES + ending)
        lines, errors = alone.communicate(timeout=240)
        assert alone.returncode == 0, errors[-4000:]
        both = printed_by_all(GAME + PLAYED + RESUMED + ending)
        assert len(list(Path("run").iterdir())) == 2, "the two newest checkpoints are kept"
    devices, *alone = map(json.loads, lines.splitlines()[-3:])
    both = [[json.loads(line) for line in text.splitlines()[-2:]] for text in both]
    runs, pictures = zip(alone, *both, strict=True)
    return [devices, *runs], pictures


@pytest.mark.slow
class TestTwoEndWhereOneDoes:
    """Two devices of a process, and a process for each of two workers; they start once for all."""

    def test_devices(self, printed):
        """Two discriminator steps: which of the joined batches a device gets makes a difference.

        In float16, both leave out the step that overflows on one of them. The images are a DCGAN's.
        """
        (devices, alone, *_), _ = printed
        assert devices.keys() == {"two steps of Adam", "float16", "images"}
        for name, run in devices.items():
            assert_same(run, alone[name], **TOLERANCES.get(name, {}))

    def test_processes(self, printed):
        """Adam, two discriminator steps of plain SGD, and a step that overflows on one."""
        (_, alone, first, second), _ = printed
        for name in ("adam", "two steps", "float16"):
            assert_same(first[name], alone[name], **TOLERANCES.get(name, {}))
            for ours, theirs in zip(first[name][0], second[name][0], strict=True):
                assert ours == theirs, "the workers differ from each other"

    def test_processes_resume_to_the_same_bits(self, printed):
        (_, _, *both), _ = printed
        for runs in both:
            assert runs["resumed"] == runs["whole"]

    def test_processes_share_each_batch_of_sharded_tfrecords(self, printed):
        """Their rows, one below the other, are the batch."""
        pytest.importorskip("tensorflow_datasets")
        _, (alone, first, second) = printed
        assert [len(batch) for batch in alone] == [4, 4, 4]
        assert len({round(value, 4) for batch in alone for value in batch}) == 12
        assert [[*one, *other] for one, other in zip(first, second, strict=True)] == alone


APART = """
from gan_tf.training import checkpoints

here = strategy()
folder = f"run-of-{sys.argv[2]}"
if sys.argv[2] == "0":
    checkpoints.save(folder, 1, {"stopped": False})
for wrong in ({"resume": folder}, {"x": data.circle(64, seed=0)}):
    try:
        play(here, **wrong)
    except ValueError as error:
        print(error)
"""


@pytest.mark.slow
def test_workers_need_a_folder_that_they_share_and_data_in_one_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for output in printed_by_all(GAME + APART):
        assert "do not see the same checkpoints" in output and "epoch 1, none" in output
        assert "the same images in the same order" in output


def write_pictures(folder):
    """Twelve pictures, each of one grey, in three files."""
    import tensorflow_datasets as tfds

    folder.mkdir(parents=True)
    image = tfds.features.Image(shape=(3, 3, 1), encoding_format="png")
    features = tfds.features.FeaturesDict({"image": image})
    for shard in range(3):
        path = folder / f"pictures-train.tfrecord-{shard:05}-of-00003"
        with tf.io.TFRecordWriter(str(path)) as writer:
            for number in range(shard, 12, 3):
                picture = np.full((3, 3, 1), 20 * number, "uint8")
                writer.write(features.serialize_example({"image": picture}))
    tfds.folder_dataset.write_metadata(data_dir=folder, features=features)


# Without a second process.


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("localhost", "Received: 'localhost'"),
        ("localhost:1,", "Received: ''"),
        (":1234", "Received: ':1234'"),
        ("a:0", "port from 1 to 65535"),
        ("a:65536", "Received: 'a:65536'"),
        ("a:b", "Received: 'a:b'"),
        ("a:1,a:1", "an address of its own"),
    ],
)
def test_bad_addresses_are_named(text, message):
    with pytest.raises(ValueError, match=message):
        distribution.addresses(text)


def test_good_addresses():
    assert distribution.addresses("10.0.0.1:1, [::1]:65535,b.c:22") == [
        "10.0.0.1:1",
        "[::1]:65535",
        "b.c:22",
    ]
    assert distribution.are_all_here(["localhost:1", "127.0.0.2:1", "[::1]:2"])
    assert not distribution.are_all_here(["localhost:1", "10.0.0.1:1"])
    assert not distribution.are_all_here(["example.org:1"])


@pytest.mark.parametrize("index", [-1, 2])
def test_a_worker_that_is_not_there(index):
    with pytest.raises(ValueError, match=f"from 0 to 1.*Received: {index}"):
        distribution.strategy(["localhost:1", "localhost:2"], index)


def test_a_port_in_use_is_named():
    with socket.create_server(("", 0)) as other:
        address = f"localhost:{other.getsockname()[1]}"
        with pytest.raises(OSError, match=f"Received: {address}, .*in use.*another port"):
            distribution.strategy([address, "localhost:2"], 0)


def test_one_process_is_its_own_chief():
    strategy = tf.distribute.get_strategy()
    assert distribution.is_chief(strategy) and not distribution.are_several(strategy)


class Replicas:
    """Stands for a strategy of that many devices."""

    def __init__(self, count):
        self.num_replicas_in_sync = count


def test_joined_batches_keep_what_each_device_is_to_see():
    numbers = np.arange(12).reshape(12, 1)
    dataset = tf.data.Dataset.from_tensor_slices(numbers).batch(4, drop_remainder=True)
    (alone,) = distribution.shared(dataset, Replicas(1), 3)
    assert np.ravel(alone).tolist() == list(range(12))
    shared = distribution.shared(dataset, Replicas(2), 3)
    assert shared.element_spec.shape == (12, 1)
    (both,) = shared
    # The first device's half of each of the three batches, then the second's.
    assert np.ravel(both).tolist() == [0, 1, 4, 5, 8, 9, 2, 3, 6, 7, 10, 11]


def test_files_are_not_shared_out_unless_the_dataset_says_so(monkeypatch):
    """One file each would be other global batches than those of one process."""
    monkeypatch.setattr(distribution, "are_several", lambda strategy: True)
    policies = tf.data.experimental.AutoShardPolicy
    dataset = tf.data.Dataset.range(4).batch(2, drop_remainder=True)
    for given, expected in ((policies.AUTO, policies.DATA), (policies.OFF, policies.OFF)):
        options = tf.data.Options()
        options.experimental_distribute.auto_shard_policy = given
        shared = distribution.shared(dataset.with_options(options), Replicas(2))
        assert shared.options().experimental_distribute.auto_shard_policy == expected


def test_the_counter_of_epochs_is_no_variable_of_a_strategy():
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        dataset = data.batches(np.zeros((8, 1), "float32"), 4)
        assert tf.distribute.get_strategy().extended.variable_created_in_scope(tf.Variable(0))
    assert not isinstance(dataset.epoch, tf.distribute.DistributedValues)
    assert len(list(dataset)) == 2 and int(dataset.epoch) == 1


def test_a_batch_must_divide_among_the_devices():
    dataset = tf.data.Dataset.range(12).batch(6, drop_remainder=True)
    with pytest.raises(ValueError, match="multiple of 4. Received: batches of 6.*such as 8"):
        distribution.shared(dataset, Replicas(4))
