import json
import os
import subprocess
import sys

from gan_tf import environment
from gan_tf.environment import (
    configured_backend,
    doctor,
    found_data,
    import_trouble,
    output_troubles,
    troubles,
)
import pytest

GOOD = {"tensorflow": "2.21.0", "keras": "3.15.1", "numpy": "2.4.6", "gan_tf": "0.1.0"}
GPU = ("CPU:0", "GPU:0")


def lines(environ=None, versions=None, python=(3, 11), devices=GPU, **facts):
    return [
        str(t) for t in troubles(environ or {}, GOOD | (versions or {}), python, devices, **facts)
    ]


def blocks(environ=None, versions=None, python=(3, 11), devices=GPU, **facts):
    found = troubles(environ or {}, GOOD | (versions or {}), python, devices, **facts)
    return [t.blocks for t in found]


def test_nothing_wrong():
    assert lines() == []


def test_python_too_old():
    assert lines(python=(3, 9)) == ["Python 3.9 is too old: use Python 3.10 to 3.13"]
    assert blocks(python=(3, 9)) == [True]


def test_python_untested():
    assert lines(python=(3, 14)) == ["Python 3.14 is untested: use Python 3.10 to 3.13"]
    assert blocks(python=(3, 14)) == [False]


@pytest.mark.parametrize("version", ["2.15.0", "3.0.5", "3.11.3"])
def test_keras_too_old(version):
    assert lines(versions={"keras": version}) == [
        f'keras {version} is too old: pip install --upgrade "keras>=3.12", then restart Python'
    ]
    assert blocks(versions={"keras": version}) == [True]


def test_tensorflow_missing():
    assert lines(versions={"tensorflow": None}) == [
        'tensorflow is not installed: pip install --upgrade "tensorflow>=2.20", then restart Python'
    ]


def test_pre_release_versions_are_read():
    assert lines(versions={"tensorflow": "2.22.0rc1", "keras": "3.16"}) == []


@pytest.mark.parametrize("value", ["1", "true", "True"])
def test_legacy_keras(value):
    assert lines({"TF_USE_LEGACY_KERAS": value}) == [
        "TF_USE_LEGACY_KERAS is set: unset it, then restart Python; gan_tf needs Keras 3"
    ]


def test_legacy_keras_switched_off():
    assert lines({"TF_USE_LEGACY_KERAS": "0"}) == []


def test_other_backend_in_the_environment():
    assert lines({"KERAS_BACKEND": "torch"}, configured_backend="jax") == [
        "KERAS_BACKEND is torch: set it to tensorflow before Python starts"
    ]


def test_other_backend_in_keras_json(tmp_path):
    (tmp_path / "keras.json").write_text(json.dumps({"backend": "jax"}))
    environ = {"KERAS_HOME": str(tmp_path)}
    assert configured_backend(environ) == "jax"
    assert lines(environ, configured_backend="jax") == [
        f"{tmp_path}/keras.json names the backend jax: "
        'write "backend": "tensorflow" there, or set KERAS_BACKEND=tensorflow'
    ]


def test_the_environment_overrules_keras_json():
    assert lines({"KERAS_BACKEND": "tensorflow"}, configured_backend="jax") == []


@pytest.mark.parametrize("content", ["", "[]", "{", '{"floatx": "float32"}'])
def test_damaged_keras_json_names_no_backend(tmp_path, content):
    (tmp_path / "keras.json").write_text(content)
    assert configured_backend({"KERAS_HOME": str(tmp_path)}) is None


def test_caps():
    environ = {"KERAS_MAX_EPOCHS": "1", "KERAS_MAX_STEPS_PER_EPOCH": "2"}
    assert lines(environ) == [
        "KERAS_MAX_EPOCHS=1 cuts training short: unset it for full runs",
        "KERAS_MAX_STEPS_PER_EPOCH=2 cuts training short: unset it for full runs",
    ]
    assert blocks(environ) == [False, False]


def test_no_gpu():
    assert lines(devices=("CPU:0",)) == [
        "No GPU seen: fine, the course runs on a CPU (Colab: Runtime, Change runtime type)"
    ]
    assert blocks(devices=("CPU:0",)) == [False]


def test_gpu_that_tensorflow_does_not_see():
    assert lines(devices=("CPU:0",), nvidia=True) == [
        "TensorFlow does not see the NVIDIA GPU: "
        'check that nvidia-smi runs, then pip install "tensorflow[and-cuda]"'
    ]


@pytest.mark.parametrize("value", ["", "-1"])
def test_hidden_gpu(value):
    assert lines({"CUDA_VISIBLE_DEVICES": value}, devices=(), nvidia=True) == [
        "CUDA_VISIBLE_DEVICES hides the GPU: unset it"
    ]


def test_what_blocks_comes_first():
    assert blocks({"KERAS_MAX_EPOCHS": "1", "KERAS_BACKEND": "jax"}) == [True, False]


def test_output_folder_that_a_file_stands_in(tmp_path):
    (tmp_path / "outputs").write_text("")
    assert [str(t) for t in output_troubles(tmp_path / "outputs")] == [
        f"{tmp_path}/outputs cannot be written: run from a folder of your own"
    ]
    assert output_troubles(tmp_path / "not" / "yet") == []


def test_output_folder_without_permission(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert [str(t) for t in output_troubles(tmp_path / "outputs")] == [
        f"{tmp_path}/outputs cannot be written: run from a folder of your own"
    ]


def test_data_found():
    assert found_data(lambda: ("GAN_TF_DATA", "/data")) == ("GAN_TF_DATA (/data)", [])
    assert found_data(lambda: ("embedded", None)) == ("embedded", [])
    assert found_data(None) == ("not looked for", [])


def test_data_not_found():
    def find():
        raise ValueError("GAN_TF_DATA=/nowhere does not exist")

    source, found = found_data(find)
    assert source == "none"
    assert [str(t) for t in found] == [
        "Fashion-MNIST cannot be found (GAN_TF_DATA=/nowhere does not exist): "
        "unset GAN_TF_DATA, or name a folder that holds it"
    ]


def test_import_that_fails():
    trouble = import_trouble("keras", ModuleNotFoundError("No module named 'torch'\nmore"))
    assert str(trouble) == (
        "keras cannot be imported (ModuleNotFoundError: No module named 'torch'): "
        "see the other lines, or reinstall it"
    )


def test_report_and_exit_code(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(environment, "found_devices", lambda: (GPU, []))
    monkeypatch.setattr(environment, "installed_versions", lambda: GOOD)
    monkeypatch.setattr(environment, "configured_backend", lambda environ: None)
    for name in ("KERAS_BACKEND", "TF_USE_LEGACY_KERAS"):
        monkeypatch.delenv(name, raising=False)
    assert doctor(lambda: ("embedded", None), tmp_path) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[1:] == [
        "tensorflow  2.21.0",
        "keras       3.15.1",
        "numpy       2.4.6",
        "gan_tf      0.1.0",
        "devices     CPU:0, GPU:0",
        "data        embedded",
        "Nothing stands in the way.",
    ]
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert doctor(None, tmp_path) == 1
    assert capsys.readouterr().out.splitlines()[-1] == (
        "BLOCKS      KERAS_BACKEND is jax: set it to tensorflow before Python starts"
    )


@pytest.mark.slow
def test_works_where_keras_cannot_be_imported(tmp_path):
    """The backend's name is one that Keras refuses, so that importing Keras fails everywhere."""
    environ = os.environ | {"KERAS_BACKEND": "nonsense"}
    code = "import sys; from gan_tf.environment import doctor; sys.exit(doctor())"
    run = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 1
    assert "KERAS_BACKEND is nonsense: set it to tensorflow before Python starts" in run.stdout
    assert "keras cannot be imported (ValueError: " in run.stdout
    assert "Traceback" not in run.stdout + run.stderr
