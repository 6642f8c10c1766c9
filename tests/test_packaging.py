"""The wheel works away from the repository, and both distributions carry the data."""

import os
from pathlib import Path
import subprocess
import sys
import tarfile
import zipfile

import pytest

ROOT = Path(__file__).resolve().parent.parent
EMBEDDED = ("fashion_mnist_subset.npz", "LICENSE", "README.md")
LOAD = """
import gan_tf
from gan_tf.data import load_fashion_mnist
(train_images, train_labels), (test_images, test_labels) = load_fashion_mnist(path="embedded")
print(gan_tf.__file__)
print(train_images.shape[0], train_labels.shape[0], test_images.shape[0], test_labels.shape[0])
print(float(train_images.min()), float(train_images.max()), len(set(train_labels.tolist())))
print(gan_tf.metrics.fashion_mnist_encoder()(test_images[:3]).features.shape)
"""

pytestmark = pytest.mark.slow


def run(*arguments, **settings):
    """Returns what a command printed; shows its complaint if it fails."""
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=300, **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pip(*arguments):
    """Runs pip without any index: neither build nor install may need the network."""
    return run(sys.executable, "-m", "pip", *arguments, "--no-deps", "--no-index", "--quiet")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Path of a wheel built from the repository."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    (path,) = folder.glob("gan_tf-*.whl")
    return path


def test_wheel_contains_data(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for name in EMBEDDED:
        assert f"gan_tf/embedded/{name}" in names
    assert "gan_tf/metrics/fashion_mnist_classifier.keras" in names
    assert all(name.startswith(("gan_tf/", "gan_tf-")) for name in names)


def test_source_distribution_contains_data(tmp_path):
    code = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)]
    run(*code, cwd=ROOT)
    (path,) = tmp_path.glob("gan_tf-*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    assert {f"data/{name}" for name in EMBEDDED} <= names
    assert not any(name.startswith((".venv", "outputs")) for name in names)


def test_installed_wheel_loads_embedded_data(wheel, tmp_path):
    site, home, elsewhere = (tmp_path / name for name in ("site", "home", "elsewhere"))
    home.mkdir()
    elsewhere.mkdir()
    pip("install", "--target", str(site), str(wheel))
    alone = {"HOME": str(home), "KERAS_HOME": str(home / "keras"), "GAN_TF_OFFLINE": "1"}
    environ = os.environ | alone | {"PYTHONPATH": str(site)}
    printed = run(sys.executable, "-c", LOAD, cwd=elsewhere, env=environ).splitlines()
    place, counts, numbers, features = printed[-4:]
    assert Path(place).is_relative_to(site)
    assert counts == "10000 10000 2000 2000"
    assert numbers == "-1.0 1.0 10"
    assert features == "(3, 64)"
