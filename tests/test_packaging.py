"""The wheel works away from the repository, and both distributions carry the data."""

import os
from pathlib import Path
import subprocess
import sys
import tarfile
import zipfile

from gan_tf import data, playground
import pytest

ROOT = Path(__file__).resolve().parent.parent
EMBEDDED = (
    *("fashion_mnist_subset.npz", "faces_64.npz", "faces_128.npz", "toon_faces_64.npz"),
    *("toon_faces_128.npz", "earth_photograph.jpg", "earth_relief.jpg", "earth_tiles.npz"),
    *("emoji.npz", "words.npz", "LICENSE", "README.md"),
)
LICENCES = ("faces", "toon_faces", "earth", "emoji", "photographs", "words")
MOST_BYTES = 9_000_000  # of all embedded files but the subset of Fashion-MNIST
LOAD = """
import gan_tf
from gan_tf.data import load_fashion_mnist
(train_images, train_labels), (test_images, test_labels) = load_fashion_mnist(path="embedded")
print(gan_tf.__file__)
print(train_images.shape[0], train_labels.shape[0], test_images.shape[0], test_labels.shape[0])
print(float(train_images.min()), float(train_images.max()), len(set(train_labels.tolist())))
print(gan_tf.metrics.fashion_mnist_encoder()(test_images[:3]).features.shape)
from gan_tf import data, playground
pictures = [data.load_images(name, 32, num=2) for name in data.DATA_SETS]
pictures += [each[None] for each in data.photographs(64).values()]
print(len(pictures), all(-1 <= images.min() < images.max() <= 1 for images in pictures))
print(len(data.words()), data.faces(1, 128, "toon")[0].shape)
found = gan_tf.metrics.face_classifier()(data.faces(50, smiling=1)[0])
print(found["smiling"].mean())
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
    licences = [f"licences/{name}.txt" for name in LICENCES]
    photographs = [f"photographs/{name}.jpg" for name in data.PHOTOGRAPH_CREDITS]
    for name in (*EMBEDDED, *licences, *photographs):
        assert f"gan_tf/embedded/{name}" in names
    assert "gan_tf/metrics/fashion_mnist_classifier.keras" in names
    assert "gan_tf/metrics/face_classifier.keras" in names
    assert {
        f"gan_tf/playground/{name}" for name in (*playground.SCRIPTS, "board.js", "lab.css")
    } <= set(names)
    assert all(name.startswith(("gan_tf/", "gan_tf-")) for name in names)


def test_embedded_files_are_small(wheel):
    sizes = {
        info.filename: info.file_size
        for info in zipfile.ZipFile(wheel).infolist()
        if info.filename.startswith("gan_tf/embedded/")
    }
    del sizes["gan_tf/embedded/fashion_mnist_subset.npz"]
    assert 1_000_000 < sum(sizes.values()) < MOST_BYTES


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
    place, counts, numbers, features, pictures, words, smiling = printed[-7:]
    assert Path(place).is_relative_to(site)
    assert counts == "10000 10000 2000 2000"
    assert numbers == "-1.0 1.0 10"
    assert features == "(3, 64)"
    assert pictures == f"{len(data.DATA_SETS) + len(data.PHOTOGRAPH_CREDITS)} True"
    assert words == "60540 (1, 128, 128, 3)"
    assert float(smiling) > 0.95
