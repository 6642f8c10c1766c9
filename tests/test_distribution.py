"""One game on several devices and in several processes: the same weights as on one device."""

import csv
import importlib.util
import json
import os
from pathlib import Path
import socket
import subprocess
import sys

from gan_tf import __main__ as command_line
from gan_tf import data
from gan_tf.training import distribution
import keras
import numpy as np
import pytest
import tensorflow as tf

ROOT = Path(__file__).resolve().parent.parent
# All processes begin with the whole command, because it makes the strategy for several workers,
# which has to come before anything else is computed. Then they play on with that strategy.
COMMAND = """
import json, os, sys
from gan_tf import GAN, __main__ as command_line, builders, callbacks, data, recipes
from gan_tf.training import distribution
import keras, numpy as np, tensorflow as tf

def tiny_circle(seed):
    found = recipes.circle(seed)
    found.gan.steps_per_execution = 1  # as several devices have it
    batches = data.batches(found.samples, 128, seed, steps_per_epoch=4)
    return found._replace(batches=batches, steps_per_epoch=4)

here = tf.distribute.get_strategy()
make_strategy = distribution.strategy_from_environment

def make_and_keep_strategy():
    global here
    strategy = make_strategy()
    here = strategy or here
    return strategy

distribution.strategy_from_environment = make_and_keep_strategy
recipes.RECIPES["circle"] = tiny_circle
status = command_line.main(["train", "circle", "--epochs", "1", "--output", sys.argv[1]])
assert status == 0
print("The command has ended.")
"""
GAMES = """
def play(strategy, steps=1, optimizer=keras.optimizers.Adam, at_once=2, epochs=2, **kwargs):
    with strategy.scope():
        keras.utils.set_random_seed(0)
        generator = builders.point_generator(units=(16,))
        discriminator = builders.point_discriminator(units=(16,))
        gan = GAN(generator, discriminator, steps, seed=0)
        gan.compile(optimizer(1e-2), optimizer(1e-2), steps_per_execution=at_once)
        batches = data.batches(data.circle(64, seed=0), 8, seed=3)  # in the scope, as in recipes
    history = gan.fit(**{"x": batches, "epochs": epochs, "verbose": 0, **kwargs})
    return gan.get_weights(), history.history

def play_float16(strategy):
    # Float16 does not hold one of the points, which is in the half for the second device.
    keras.mixed_precision.set_global_policy("mixed_float16")
    points = data.circle(32, seed=0)
    points[15] = 1e6
    weights, logs = play(strategy, x=data.batches(points, 8, shuffle=False), epochs=1)
    keras.mixed_precision.set_global_policy("float32")
    assert np.isnan(logs["d_loss"]).all() and all(np.isfinite(w).all() for w in weights)
    return weights, {}

def shown(runs):
    return {name: ([w.tolist() for w in weights], logs) for name, (weights, logs) in runs.items()}

# The average of the generator is taken between executions, and workers have one for each step.
# Plain SGD shows a gradient of the wrong size, and Adam does not.
runs = {
    "adam": play(here, at_once=1, epochs=3, callbacks=[callbacks.GeneratorAverage(0.9)]),
    "two steps": play(here, steps=2, optimizer=keras.optimizers.SGD),
    "float16": play_float16(here),
}
numbers = np.arange(16)
dataset = tf.data.Dataset.from_tensor_slices({"images": numbers[:, None], "labels": numbers})
dataset = distribution.shared(dataset.batch(4, drop_remainder=True), here, 2)
dataset = here.experimental_distribute_dataset(dataset)
rows = [
    {name: here.experimental_local_results(value)[0].numpy().ravel().tolist()
     for name, value in batch.items()}
    for batch in dataset
]
output = {"rows": rows}
"""
TWO_DEVICES = """
import tensorflow as tf
devices = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(devices[0], [tf.config.LogicalDeviceConfiguration()] * 2)
"""
ON_TWO_DEVICES = """
import games_of_every_kind

def play_images(strategy):
    with strategy.scope():
        keras.utils.set_random_seed(0)
        gan = GAN(builders.dcgan_generator(4, (8, 8, 1), (8, 4), batch_normalization=False),
                  builders.dcgan_discriminator((8, 8, 1), (4, 8), dropout=0), seed=0)
        gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
    images = np.random.default_rng(0).uniform(-1, 1, (32, 8, 8, 1)).astype("float32")
    history = gan.fit(data.batches(images, 16, seed=3), epochs=2, verbose=0)
    return gan.get_weights(), history.history

def play_kind(strategy, kind):
    with strategy.scope():
        keras.utils.set_random_seed(0)
        game = games_of_every_kind.MAKERS[kind]()
        optimizers = {name: keras.optimizers.SGD(0.05) for name in game.player_names}
        game.compile(optimizers=optimizers)
    batches = data.batches(games_of_every_kind.examples(kind), 8, seed=3)
    return game.get_weights(), game.fit(batches, epochs=1, verbose=0).history

runs["images"] = play_images(here)
runs |= {kind: play_kind(here, kind) for kind in ("info", "cycle")}
two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
output["devices"] = shown({
    **{kind: play_kind(two, kind) for kind in ("info", "cycle")},
    "two steps": play(two, steps=2, optimizer=keras.optimizers.SGD),
    "float16": play_float16(two),
    "images": play_images(two),
})
"""
IN_TWO_PROCESSES = """
class Stop(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt

for stop in ([Stop()], []):
    try:
        watchers = [callbacks.GeneratorAverage(0.9), *stop]
        runs["resumed"] = play(here, epochs=3, callbacks=watchers, resume="run")
    except KeyboardInterrupt:
        pass

own_folder = "run" if sys.argv[2] == "0" else "a folder that only this worker sees"
output["errors"] = []
for wrong in ({"resume": own_folder}, {"x": data.circle(64, seed=0)}):
    try:
        play(here, **wrong)
    except ValueError as error:
        output["errors"].append(str(error))
"""
PICTURES = """
pictures = data.image_batches("tfds:pictures", 2, 4, seed=1, data_dir=".")
pictures = here.experimental_distribute_dataset(distribution.shared(pictures, here))
mine = [here.experimental_local_results(batch)[0].numpy() for batch in pictures]
output["pictures"] = [batch[:, 0, 0, 0].tolist() for batch in mine]
"""
END = """
output["runs"] = shown(runs)
print(json.dumps(output))
"""


def cluster(num_workers):
    """Dictionary as in TF_CONFIG; all ports are held until all are known, so that they differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(num_workers)]
    addresses = [f"127.0.0.1:{each.getsockname()[1]}" for each in sockets]
    for each in sockets:
        each.close()
    return {"worker": addresses}


def started(program, *arguments, **variables):
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    environ = {**os.environ, "PYTHONPATH": path, **variables}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", program, *arguments], env=environ, **pipes)


def printed_by(processes, timeout=240):
    """What each process prints; none of them is left behind."""
    try:
        printed = [process.communicate(timeout=timeout) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    for process, (_, errors) in zip(processes, printed, strict=True):
        assert process.returncode == 0, errors[-4000:]
    return [output for output, _ in printed]


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Folder, and for one process alone and for each of two workers: what it printed, and found.

    They run only once, and all at the same time, because starting them takes longest.
    """
    pictures = PICTURES if importlib.util.find_spec("tensorflow_datasets") else ""
    folder = tmp_path_factory.mktemp("played")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        if pictures:
            write_pictures(Path("pictures", "1.0.0").absolute())
        alone = TWO_DEVICES + COMMAND + GAMES + ON_TWO_DEVICES + pictures + END
        worker = COMMAND + GAMES + IN_TWO_PROCESSES + pictures + END
        config = {"cluster": cluster(2)}
        processes = [started(alone, "one")]
        for number in range(2):
            config["task"] = {"type": "worker", "index": number}
            processes.append(started(worker, "two", str(number), TF_CONFIG=json.dumps(config)))
        printed = printed_by(processes)
    texts = [text.split("The command has ended.\n") for text in printed]
    return folder, [(text, json.loads(line)) for text, line in texts]


TOLERANCES = {
    "float16": {"rtol": 0.01, "atol": 1e-3},
    "images": {"rtol": 1e-3, "atol": 1e-5},
}


def assert_same(run, other, rtol=1e-4, atol=1e-6):
    for ours, theirs in zip(run[0], other[0], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol)
    assert run[1].keys() == other[1].keys()
    for name in run[1]:
        np.testing.assert_allclose(run[1][name], other[1][name], rtol=1e-4)


@pytest.mark.slow
class TestTwoEndWhereOneDoes:
    """Two devices of a process, and a process for each of two workers."""

    def test_devices(self, played):
        """Which of the joined batches a device gets makes a difference with two steps.

        A game of three players draws codes beside its latents, one of four has two kinds of data.
        In float16, both devices leave out the step that overflows on one of them.
        """
        alone = played[1][0][1]
        assert alone["devices"].keys() == {"two steps", "float16", "images", "info", "cycle"}
        for name, run in alone["devices"].items():
            assert_same(run, alone["runs"][name], **TOLERANCES.get(name, {}))

    def test_processes(self, played):
        """Adam, two discriminator steps of plain SGD, and a step that overflows on one worker."""
        alone, first, second = (found["runs"] for _, found in played[1])
        for name in ("adam", "two steps", "float16"):
            assert_same(first[name], alone[name], **TOLERANCES.get(name, {}))
            assert first[name][0] == second[name][0], "the workers differ from each other"

    def test_processes_resume_to_the_same_bits(self, played):
        folder, (_, *both) = played
        for _, found in both:
            assert found["runs"]["resumed"] == found["runs"]["adam"]
        epochs = {path.name.split(".")[0] for path in (folder / "run").glob("checkpoint-*")}
        assert len(epochs) == 2, "the two newest checkpoints are kept"

    def test_processes_share_each_batch_of_a_dictionary(self, played):
        """Two batches of four are joined; a worker gets its own two rows of each."""
        one, first, second = (found["rows"] for _, found in played[1])
        expected = {
            "one": (one, [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 13, 14, 15]]),
            "first": (first, [[0, 1, 4, 5], [8, 9, 12, 13]]),
            "second": (second, [[2, 3, 6, 7], [10, 11, 14, 15]]),
        }
        for name, (rows, numbers) in expected.items():
            assert rows == [{"images": each, "labels": each} for each in numbers], name

    def test_processes_share_each_batch_of_sharded_tfrecords(self, played):
        """Their rows, one below the other, are the batch."""
        pytest.importorskip("tensorflow_datasets")
        alone, first, second = (found["pictures"] for _, found in played[1])
        assert [len(batch) for batch in alone] == [4, 4, 4]
        assert len({round(value, 4) for batch in alone for value in batch}) == 12
        assert [[*one, *other] for one, other in zip(first, second, strict=True)] == alone

    def test_processes_need_a_shared_folder_and_data_in_one_order(self, played):
        for _, found in played[1][1:]:
            folders, order = found["errors"]
            assert "do not see the same checkpoints" in folders and "epoch 3, none" in folders
            assert "the same images in the same order" in order

    def test_the_command_writes_what_it_does_in_one_process(self, played):
        folder, _ = played
        one, two = folder / "one" / "circle", folder / "two" / "circle"
        names = sorted(path.name for path in one.iterdir())
        assert "generator.keras" in names and "history.csv" in names
        assert sorted(path.name for path in two.iterdir()) == names
        rows = [next(csv.DictReader((each / "history.csv").open())) for each in (one, two)]
        for name in ("d_loss", "g_loss"):
            assert float(rows[0][name]) == pytest.approx(float(rows[1][name]), rel=1e-4)
        generators = [keras.saving.load_model(each / "generator.keras") for each in (one, two)]
        for ours, theirs in zip(*(each.get_weights() for each in generators), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)

    def test_only_the_chief_prints(self, played):
        _, (_, (chief, _), (other, _)) = played
        assert "circle" in chief and "wrote" in chief
        assert other == ""


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


def config(task_type="worker", index=0, **jobs):
    """A TF_CONFIG, by default of two workers."""
    jobs = jobs or {"worker": ["localhost:1", "localhost:2"]}
    return json.dumps({"cluster": jobs, "task": {"type": task_type, "index": index}})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nonsense", "it is not JSON"),
        ("[]", "no cluster"),
        ("{}", "no cluster"),
        ('{"task": {"type": "worker", "index": 0}}', "no cluster"),
        ('{"cluster": ["localhost:1"]}', "no cluster"),
        (config(ps=["localhost:1"]), "no cluster with a chief or workers"),
        (config(worker="localhost:1"), "worker must be a list of addresses"),
        (config(worker=["localhost"]), "list of addresses host:port"),
        (config(worker=["localhost:65536"]), "list of addresses host:port"),
        (config(worker=[":1"]), "list of addresses host:port"),
        (config(chief=["a:1"], worker=["b"]), "its worker must be a list"),
        ('{"cluster": {"worker": ["a:1", "b:1"]}}', "have a type, which is worker"),
        (config("evaluator", chief=["a:1"], worker=["b:1"]), "which is chief or worker"),
        (config("chief"), "which is worker"),
        (config(index=2), "an integer from 0 to 1"),
        (config(index=-1), "an integer from 0 to 1"),
        (config(index="0"), "an integer from 0 to 1"),
    ],
)
def test_a_bad_tf_config_is_one_clear_line(text, problem, monkeypatch, capsys):
    monkeypatch.setenv("TF_CONFIG", text)
    assert command_line.main(["train", "circle"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert problem in line and f"Received: TF_CONFIG={text}." in line
    assert 'Expected something like {"cluster": {"worker": ["10.0.0.1:12345"' in line
    assert "unset it" in line


def test_a_single_process_needs_no_strategy(monkeypatch):
    for text in ("", config(worker=["localhost:1"]), config("chief", chief=["localhost:1"])):
        monkeypatch.setenv("TF_CONFIG", text)
        assert distribution.strategy_from_environment() is None
    monkeypatch.delenv("TF_CONFIG")
    assert distribution.strategy_from_environment() is None


@pytest.mark.parametrize(
    "text",
    [config(), config(index=1), config("chief", chief=["a:1"], worker=["b:1"], evaluator=["c:1"])],
)
def test_a_cluster_of_several_has_a_strategy(text, monkeypatch):
    """The strategy itself would wait for the other processes."""
    monkeypatch.setenv("TF_CONFIG", text)
    monkeypatch.setattr(tf.distribute, "MultiWorkerMirroredStrategy", lambda: "strategy")
    assert distribution.strategy_from_environment() == "strategy"


def test_one_process_is_its_own_chief():
    strategy = tf.distribute.get_strategy()
    assert distribution.is_chief(strategy) and not distribution.are_several(strategy)


class OneOfSeveral(tf.distribute.MultiWorkerMirroredStrategy):
    """Stands for the strategy of one process of a cluster; the real one waits for the others."""

    def __init__(self, kind, index, **jobs):
        cluster = tf.train.ClusterSpec(jobs)
        resolver = tf.distribute.cluster_resolver.SimpleClusterResolver
        self.resolver = resolver(cluster, task_type=kind, task_id=index)

    @property
    def cluster_resolver(self):
        return self.resolver


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        ({"worker": ["a:1", "b:1"]}, {("worker", 0): True, ("worker", 1): False}),
        (
            {"chief": ["a:1"], "worker": ["b:1"], "evaluator": ["c:1"]},
            {("chief", 0): True, ("worker", 0): False},
        ),
    ],
)
def test_one_process_of_several_is_the_chief(jobs, expected):
    for (kind, index), is_chief in expected.items():
        strategy = OneOfSeveral(kind, index, **jobs)
        assert distribution.are_several(strategy)
        assert distribution.is_chief(strategy) is is_chief


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


def test_joined_batches_keep_their_structure():
    numbers = np.arange(8)
    images, labels = numbers.reshape(8, 1, 1).astype("float32"), 10 * numbers
    # Two batches of four are joined, for two devices, each of which takes two rows of either.
    rows = np.array([0, 1, 4, 5, 2, 3, 6, 7])
    for structure in (
        {"images": images, "labels": labels},
        (images, labels),
        ({"a": images}, (labels,)),
        (images,),
    ):
        dataset = tf.data.Dataset.from_tensor_slices(structure).batch(4, drop_remainder=True)
        shared = distribution.shared(dataset, Replicas(2), 2)
        expected = tf.nest.map_structure(lambda values: values[rows], structure)
        specs = tf.nest.map_structure(lambda each: tf.TensorSpec(each.shape, each.dtype), expected)
        assert shared.element_spec == specs
        (found,) = shared
        tf.nest.assert_same_structure(found, expected)
        tf.nest.map_structure(np.testing.assert_array_equal, found, expected)


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
    both = tf.data.Dataset.zip({"images": dataset, "labels": dataset})
    with pytest.raises(ValueError, match="Received: batches of 6"):
        distribution.shared(both, Replicas(4))
    with pytest.raises(ValueError, match="Received: batches of 6"):
        distribution.check_divides((tf.TensorSpec((8, 2)), tf.TensorSpec((6,))), 4)
    distribution.check_divides((tf.TensorSpec((8, 2)), tf.TensorSpec((None,))), 4)
