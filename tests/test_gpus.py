"""What users get without asking when TensorFlow starts; GPUs, from a machine without one."""

import gc
import os
import platform
import subprocess
import sys
from types import SimpleNamespace

import gan_tf
from gan_tf import GAN, builders, environment, startup
import pytest
import tensorflow as tf


@pytest.fixture
def gpus(monkeypatch):
    """Two GPUs that TensorFlow says it has; only these are looked at."""
    found = [SimpleNamespace(name=f"GPU:{n}", device_type="GPU") for n in range(2)]

    def listed(device_type=None):
        return found if device_type in (None, "GPU") else []

    monkeypatch.setattr(tf.config, "list_physical_devices", listed)
    monkeypatch.delenv("TF_FORCE_GPU_ALLOW_GROWTH", raising=False)
    return found


@pytest.fixture
def no_gpus(monkeypatch):
    """Also on a machine that has some."""
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda device_type=None: [])


@pytest.fixture
def growing(monkeypatch):
    """The GPUs whose memory was set to grow."""
    calls = []
    monkeypatch.setattr(tf.config.experimental, "set_memory_growth", lambda *a: calls.append(a))
    return calls


def test_memory_grows_on_every_gpu_from_the_first_use(gpus, growing):
    assert gan_tf.__getattr__("GAN") is GAN
    assert growing == [(gpu, True) for gpu in gpus]


def test_who_has_decided_about_memory_is_left_alone(gpus, growing, monkeypatch):
    monkeypatch.setenv("TF_FORCE_GPU_ALLOW_GROWTH", "false")
    startup.let_memory_grow()
    assert growing == []


@pytest.mark.parametrize("error", [RuntimeError("initialized"), ValueError("virtual devices")])
def test_gpus_that_are_in_use_or_limited_stay_as_they_are(gpus, monkeypatch, error):
    asked = []

    def refuse(gpu, enable):
        asked.append(gpu)
        raise error

    monkeypatch.setattr(tf.config.experimental, "set_memory_growth", refuse)
    startup.let_memory_grow()
    assert asked == gpus


def test_without_gpus_nothing_is_set(no_gpus, growing):
    startup.let_memory_grow()
    assert growing == []


def compiled(**kwargs):
    gan = GAN(builders.point_generator(units=(4,)), builders.point_discriminator(units=(4,)))
    gan.compile("sgd", "sgd", **kwargs)
    return gan


def test_xla_is_on_with_a_gpu(gpus):
    assert compiled().jit_compile is True
    assert compiled(jit_compile=False).jit_compile is False


def test_xla_is_off_without_a_gpu_unless_it_is_asked_for(no_gpus):
    """There it makes strided convolutions about ten times slower."""
    assert compiled().jit_compile is False
    assert compiled(jit_compile=True).jit_compile is True


def test_xla_is_off_under_a_strategy(gpus):
    strategy = tf.distribute.OneDeviceStrategy("CPU:0")
    with strategy.scope():
        assert compiled().jit_compile is False


STARTED = """
import numpy as np
from gan_tf import GAN, builders, data
gan = GAN(
    builders.dcgan_generator(filters=(2, 2)), builders.dcgan_discriminator(filters=(2, 2)), seed=0
)
gan.compile("sgd", "sgd")
gan.fit(data.batches(np.zeros((4, 28, 28, 1)), 2), epochs=1, verbose=0)
from tensorflow.python.util import _pywrap_util_port
print(_pywrap_util_port.IsMklEnabled())
"""


@pytest.mark.slow
@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="TensorFlow has oneDNN's kernels, and these notes, on Linux with x86",
)
@pytest.mark.parametrize(("asked", "expected"), [(None, "True"), ("0", "False")])
def test_it_trains_with_onednn_and_without_a_note(asked, expected):
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    environ |= {} if asked is None else {"TF_ENABLE_ONEDNN_OPTS": asked}
    command = [sys.executable, "-c", STARTED]
    done = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert done.stdout.strip() == expected
    assert done.stderr == "" or environment.has_nvidia_gpu()


def test_who_has_decided_about_the_remapper_is_left_alone():
    optimizer = tf.config.optimizer
    before = optimizer.get_experimental_options()
    assert before["remapping"] is False
    try:
        optimizer.set_experimental_options({"remapping": True})
        startup.leave_out_remapper()
        assert optimizer.get_experimental_options()["remapping"] is True
    finally:
        optimizer.set_experimental_options(before)


@pytest.mark.parametrize("was_on", [True, False])
def test_garbage_is_searched_for_again_after_an_import_and_not_in_what_it_made(was_on):
    before = gc.get_freeze_count()
    if not was_on:
        gc.disable()
    try:
        with pytest.raises(ImportError), startup._without_garbage_searches():
            assert not gc.isenabled()
            made = [[] for _ in range(1_000)]
            raise ImportError
        assert gc.isenabled() is was_on
        assert gc.get_freeze_count() >= before + len(made)
    finally:
        gc.enable()


@pytest.mark.parametrize("has_gpu", [False, True])
def test_what_is_no_note_is_written(monkeypatch, capfd, has_gpu):
    monkeypatch.setattr(environment, "has_nvidia_gpu", lambda: has_gpu)
    lines = ["I0000 a note", "E0000 failed call to cuInit: UNKNOWN ERROR", "E0000 something else"]
    with pytest.raises(ImportError), startup._without_notes():
        os.write(2, "\n".join(lines).encode())
        raise ImportError
    assert capfd.readouterr().err.splitlines() == lines[1 if has_gpu else 2 :]
