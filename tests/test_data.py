import functools
import gzip
import hashlib
import http.server
import math
import os
from pathlib import Path
import socket
import subprocess
import sys
import threading
import time

from gan_tf import data
from gan_tf.data import fashion_mnist
import keras
import numpy as np
import pytest
import tensorflow as tf

ROOT = Path(__file__).resolve().parents[1]
HAS_DEBIAN = data.DEBIAN_FOLDER.is_dir()
needs_debian = pytest.mark.skipif(
    not HAS_DEBIAN, reason="Debian's package dataset-fashion-mnist is not installed"
)


# Points in the plane.


def test_ring_has_eight_distinct_centres_at_multiples_of_45_degrees():
    half = np.sqrt(0.5)
    expected = [
        [1, 0],
        [half, half],
        [0, 1],
        [-half, half],
        [-1, 0],
        [-half, -half],
        [0, -1],
        [half, -half],
    ]
    np.testing.assert_allclose(data.ring_centres(), expected, atol=1e-6)
    np.testing.assert_allclose(data.ring_centres(4, 2.0)[1], [0, 2], atol=1e-6)


def test_grid_has_the_25_centres():
    expected = {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}
    assert {tuple(centre) for centre in data.grid_centres().tolist()} == expected
    assert data.grid_centres().shape == (25, 2)


@pytest.mark.parametrize(
    ("points", "centres", "std"),
    [
        (data.ring(20_000, seed=1), data.ring_centres(), 0.01),
        (data.ring(20_000, std=0.03, seed=1), data.ring_centres(), 0.03),
        (data.grid(20_000, seed=1), data.grid_centres(), 0.05),
    ],
)
def test_mixtures_use_every_mode_equally_with_the_asked_std(points, centres, std):
    offsets = points[:, None] - centres[None]
    nearest = np.argmin(np.square(offsets).sum(-1), axis=1)
    counts = np.bincount(nearest, minlength=len(centres))
    share = len(points) / len(centres)
    assert np.all(np.abs(counts - share) < 5 * np.sqrt(share))
    residuals = offsets[np.arange(len(points)), nearest]
    np.testing.assert_allclose(residuals.std(axis=0), std, rtol=0.03)
    np.testing.assert_allclose(residuals.mean(axis=0), 0, atol=5 * std / np.sqrt(len(points)))


def test_circle_is_uniform_in_angle_and_has_radius_one():
    points = data.circle(36_000, seed=3)
    radii = np.linalg.norm(points, axis=1)
    assert abs(radii.mean() - 1) < 1e-3
    assert abs(radii.std() - 0.01) < 5e-4
    sectors = np.floor((np.arctan2(points[:, 1], points[:, 0]) / np.pi + 1) * 18).astype(int)
    counts = np.bincount(sectors % 36, minlength=36)
    assert np.all(np.abs(counts - 1000) < 5 * np.sqrt(1000))
    np.testing.assert_allclose(np.linalg.norm(data.circle(50, std=0), axis=1), 1, rtol=1e-6)


def test_swiss_roll_is_the_spiral_of_the_toy():
    points = data.swiss_roll(1000, std=0, seed=0)
    radii = 7.5 * np.linalg.norm(points, axis=1)
    assert 1.5 * np.pi <= radii.min() < 1.55 * np.pi
    assert 4.45 * np.pi < radii.max() <= 4.5 * np.pi + 1e-5
    expected = np.stack([np.cos(radii), np.sin(radii)], 1) * radii[:, None] / 7.5
    np.testing.assert_allclose(points, expected, atol=1e-5)
    noise = data.swiss_roll(20_000, seed=0) - data.swiss_roll(20_000, std=0, seed=0)
    np.testing.assert_allclose(noise.std(), 0.25 / 7.5, rtol=0.03)


@pytest.mark.parametrize("make", [data.circle, data.ring, data.grid, data.swiss_roll])
def test_points_are_float32_and_follow_the_seed(make):
    points = make(100, seed=5)
    assert points.shape == (100, 2)
    assert points.dtype == np.float32
    np.testing.assert_array_equal(points, make(100, seed=5))
    assert not np.array_equal(points, make(100, seed=6))
    assert not np.array_equal(make(100), make(100))


@pytest.mark.parametrize("make", [data.circle, data.ring, data.grid, data.swiss_roll])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_samples": 0}, "num_samples=0"),
        ({"num_samples": 2.5}, "num_samples=2.5"),
        ({"num_samples": True}, "num_samples=True"),
        ({"num_samples": 3, "std": -0.1}, "std=-0.1"),
        ({"num_samples": 3, "std": float("nan")}, "std=nan"),
        ({"num_samples": 3, "std": True}, "std=True"),
        ({"num_samples": 3, "seed": True}, "seed=True"),
        ({"num_samples": 3, "seed": -1}, "seed=-1"),
    ],
)
def test_points_reject_bad_arguments(make, arguments, message):
    with pytest.raises(ValueError, match=message):
        make(**arguments)


def test_numbers_of_numpy_make_the_same_points():
    for make in (data.circle, data.ring, data.grid, data.swiss_roll):
        points = make(np.int64(9), std=np.float32(0.5), seed=np.uint8(3))
        np.testing.assert_array_equal(points, make(9, std=0.5, seed=3))
    centres = data.ring_centres(np.int32(3), np.float64(2.0))
    np.testing.assert_array_equal(centres, data.ring_centres(3, 2.0))


def test_truncated_latents_have_the_spread_of_the_formula():
    latents = data.truncated_normal(20_000, 3, 0.5, seed=0)
    assert latents.shape == (20_000, 3) and latents.dtype == np.float32
    assert abs(latents).max() <= 0.5
    # The variance of a normal distribution that is cut at ±t: 1 - 2 t φ(t) / (2 Φ(t) - 1).
    density = math.exp(-0.125) / math.sqrt(2 * math.pi)
    expected = 1 - density / math.erf(0.5 / math.sqrt(2))
    np.testing.assert_allclose(latents.var(), expected, rtol=0.02)
    np.testing.assert_array_equal(latents, data.truncated_normal(20_000, 3, 0.5, seed=0))
    with pytest.raises(ValueError, match="threshold=0"):
        data.truncated_normal(2, 3, 0)


def test_ring_rejects_no_modes():
    with pytest.raises(ValueError, match="num_modes=0"):
        data.ring(10, num_modes=0)


# Fashion-MNIST: a small stand-in for the four files, with the shapes and hashes to match.


def idx(array):
    header = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return header + array.astype("uint8").tobytes()


def small_arrays():
    rng = np.random.default_rng(0)
    return {
        name: rng.integers(256 if "images" in name else 10, size=(n, 28, 28)[: 3 if images else 1])
        for name, n, images in (
            ("train-images-idx3-ubyte", 6, True),
            ("train-labels-idx1-ubyte", 6, False),
            ("t10k-images-idx3-ubyte", 2, True),
            ("t10k-labels-idx1-ubyte", 2, False),
        )
    }


SMALL = small_arrays()
IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def write_idx(folder, names=tuple(SMALL), suffix=".gz"):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        content = idx(SMALL[name])
        (folder / f"{name}{suffix}").write_bytes(gzip.compress(content) if suffix else content)
    return folder


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Every place of the look-up, empty and under tmp_path; the address answers nothing."""
    monkeypatch.setattr(fashion_mnist, "IDX_SHAPES", {name: a.shape for name, a in SMALL.items()})
    hashes = {name: hashlib.sha256(idx(array)).hexdigest() for name, array in SMALL.items()}
    monkeypatch.setattr(fashion_mnist, "_SHA256", hashes)
    monkeypatch.setattr(fashion_mnist, "DEBIAN_FOLDER", tmp_path / "debian")
    monkeypatch.setattr(fashion_mnist, "DOWNLOAD_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("GAN_TF_DATA", raising=False)
    monkeypatch.setenv("GAN_TF_OFFLINE", "1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    places = {name: tmp_path / name for name in ("path", "env", "debian", "remote")}
    return places | {"cache": tmp_path / "keras" / "datasets" / "fashion-mnist"}


def test_look_up_order(places, monkeypatch, capsys):
    def source_of(path=None):
        source, location = data.find_fashion_mnist(path)
        data.load_fashion_mnist(path)
        printed = capsys.readouterr().out
        assert printed.count("\n") == 1
        assert f"{location} ({source})" in printed
        return source, location

    assert source_of()[0] == "embedded"
    write_idx(places["debian"])
    assert source_of() == ("Debian package", str(places["debian"]))
    write_idx(places["cache"])
    assert source_of() == ("Keras cache", str(places["cache"]))
    monkeypatch.setenv("GAN_TF_DATA", str(write_idx(places["env"], suffix="")))
    assert source_of() == ("GAN_TF_DATA", str(places["env"]))
    assert source_of(write_idx(places["path"])) == ("path", str(places["path"]))
    assert source_of("embedded")[0] == "embedded"
    monkeypatch.setenv("GAN_TF_DATA", "embedded")
    assert source_of()[0] == "embedded"


def test_find_names_the_download_but_does_not_make_it(places, monkeypatch):
    monkeypatch.delenv("GAN_TF_OFFLINE")
    assert data.find_fashion_mnist() == ("download", "http://127.0.0.1:9/")
    assert not places["cache"].exists()


@pytest.mark.parametrize("suffix", [".gz", ""])
def test_arrays_are_those_of_the_files(places, suffix, capsys):
    (images, labels), (test_images, test_labels) = data.load_fashion_mnist(
        write_idx(places["path"], suffix=suffix), value_range=(0, 255), verbose=False
    )
    assert (images.dtype, labels.dtype) == (np.float32, np.int64)
    assert images.shape == (6, 28, 28, 1)
    np.testing.assert_allclose(images[..., 0], SMALL[IMAGES], atol=1e-4)
    np.testing.assert_array_equal(labels, SMALL[LABELS])
    np.testing.assert_allclose(test_images[..., 0], SMALL["t10k-images-idx3-ubyte"], atol=1e-4)
    np.testing.assert_array_equal(test_labels, SMALL["t10k-labels-idx1-ubyte"])
    assert capsys.readouterr().out == ""


def test_value_range(places):
    folder = write_idx(places["path"])
    grey = SMALL[IMAGES].astype("float32")
    (images, _), _ = data.load_fashion_mnist(folder, verbose=False)
    np.testing.assert_array_equal(images[..., 0], grey / 255 * 2 - 1)
    (images, _), _ = data.load_fashion_mnist(folder, value_range=(0, 1), verbose=False)
    np.testing.assert_array_equal(images[..., 0], grey / 255)


@pytest.mark.parametrize("value_range", [(1, -1), (0, 0), (0, np.inf), (0, np.nan), 1, (0, 1, 2)])
def test_bad_value_range(value_range):
    with pytest.raises(ValueError, match="value_range must be a pair"):
        data.load_fashion_mnist("embedded", value_range=value_range)


def bad_byte(content):
    return content[:-5] + bytes([content[-5] ^ 1]) + content[-4:]


GOOD = idx(SMALL[IMAGES])
DAMAGED = {
    "truncated gzip": (".gz", gzip.compress(GOOD)[:-40], "Compressed file ended"),
    "empty file": (".gz", b"", "magic number is missing"),
    "not gzip": (".gz", b"<html>Please log in</html>", "[Nn]ot a gzipped file"),
    "gzip with a wrong checksum": (".gz", bad_byte(gzip.compress(GOOD)), "CRC"),
    "gzip and rubbish": (".gz", gzip.compress(GOOD) + b"rubbish", "[Nn]ot a gzipped file"),
    "wrong magic number": ("", b"\x00\x00\x0d" + GOOD[3:], "magic number is 00000d03"),
    "header only": ("", GOOD[:9], "truncated: 9 bytes"),
    "truncated": ("", GOOD[:-1], r"truncated: 4,719 bytes, expected 4,720"),
    "trailing bytes": (".gz", gzip.compress(GOOD + b"x"), "followed by other data: 4,721 bytes"),
    "labels as images": ("", idx(SMALL[LABELS]), r"shape is \(6,\), expected \(6, 28, 28\)"),
    "fewer images": ("", idx(SMALL[IMAGES][:5]), r"shape is \(5, 28, 28\), expected \(6, 28, 28\)"),
    "other images": ("", idx(255 - SMALL[IMAGES]), "SHA-256 of its content"),
}


@pytest.mark.parametrize("source", ["path", "env", "cache", "debian"])
@pytest.mark.parametrize("case", DAMAGED)
def test_damaged_idx_files_are_one_clear_error(places, monkeypatch, source, case):
    suffix, content, message = DAMAGED[case]
    folder = write_idx(places[source], [name for name in SMALL if name != IMAGES])
    file = folder / f"{IMAGES}{suffix}"
    file.write_bytes(content)
    if source == "env":
        monkeypatch.setenv("GAN_TF_DATA", str(folder))
    with pytest.raises(ValueError, match=message) as caught:
        data.load_fashion_mnist(folder if source == "path" else None)
    remedy = {"cache": "Delete it", "debian": "apt-get install --reinstall"}
    assert str(file) in str(caught.value)
    assert remedy.get(source, "good copy") in str(caught.value)


def test_damage_in_an_incomplete_cache_is_an_error_too(places):
    write_idx(places["cache"], [LABELS])
    (places["cache"] / f"{IMAGES}.gz").write_bytes(b"half")
    with pytest.raises(ValueError, match="train-images.*Delete it"):
        data.load_fashion_mnist()


def test_incomplete_places_are_passed_over(places, capsys):
    write_idx(places["cache"], [LABELS])
    write_idx(places["debian"])
    data.load_fashion_mnist()
    assert "(Debian package)" in capsys.readouterr().out


def test_unreadable_file_is_an_os_error(places):
    folder = write_idx(places["path"])
    (folder / f"{IMAGES}.gz").unlink()
    (folder / f"{IMAGES}.gz").mkdir()
    with pytest.raises(OSError, match="Cannot read .*train-images.*good copy"):
        data.load_fashion_mnist(folder)


@pytest.mark.parametrize("by_env", [False, True])
@pytest.mark.parametrize("kind", ["absent", "incomplete", "text file"])
def test_a_named_source_never_falls_back(places, monkeypatch, by_env, kind):
    write_idx(places["cache"])
    place = places["path"]
    if kind == "incomplete":
        write_idx(place, [IMAGES, LABELS])
    elif kind == "text file":
        place.write_text("hello")
    if by_env:
        monkeypatch.setenv("GAN_TF_DATA", str(place))
    expected = {"absent": "does not exist", "incomplete": "lacks t10k-images", "text file": "npz"}
    error = ValueError if kind == "text file" else FileNotFoundError
    for function in (data.load_fashion_mnist, data.find_fashion_mnist):
        with pytest.raises(error, match=expected[kind]) as caught:
            function(None if by_env else place)
        assert str(place) in str(caught.value)
        assert ("GAN_TF_DATA" in str(caught.value)) == by_env


# The .npz file.


def npz_arrays(**changes):
    arrays = {key: a.astype("uint8") for key, a in zip(data.NPZ_KEYS, SMALL.values(), strict=True)}
    return arrays | changes


def test_npz_of_the_same_form(tmp_path):
    file = tmp_path / "mine.npz"
    np.savez(file, **npz_arrays())
    (images, labels), _ = data.load_fashion_mnist(file, value_range=(0, 255), verbose=False)
    np.testing.assert_allclose(images[..., 0], SMALL[IMAGES], atol=1e-4)
    np.testing.assert_array_equal(labels, SMALL[LABELS])
    assert data.find_fashion_mnist(str(file)) == ("path", str(file))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train_images": np.zeros((5, 28, 28), "uint8")}, "do not fit"),
        ({"train_images": np.zeros((6, 28, 28), "float32")}, "expected uint8"),
        ({"test_labels": np.array([3, 10], "uint8")}, "label 10"),
        ({"test_labels": np.array([None, {}])}, "allow_pickle=False"),
    ],
)
def test_npz_of_another_form(tmp_path, changes, message):
    np.savez(tmp_path / "a.npz", **npz_arrays(**changes))
    with pytest.raises(ValueError, match=message) as caught:
        data.load_fashion_mnist(tmp_path / "a.npz")
    assert "a.npz" in str(caught.value)


def test_npz_without_an_array(tmp_path):
    np.savez(tmp_path / "a.npz", train_images=np.zeros((1, 28, 28), "uint8"))
    with pytest.raises(ValueError, match=r"a\.npz .*train_labels"):
        data.load_fashion_mnist(tmp_path / "a.npz")


def test_every_damage_to_an_npz_is_a_value_error(tmp_path):
    file = tmp_path / "a.npz"
    np.savez_compressed(file, **npz_arrays())
    content = file.read_bytes()
    expected = data.load_fashion_mnist(file, verbose=False)
    rng = np.random.default_rng(0)
    caught = 0
    for _ in range(300):
        place = rng.integers(len(content))
        file.write_bytes(
            content[:place] + bytes([content[place] ^ rng.integers(1, 256)]) + content[place + 1 :]
        )
        try:
            loaded = data.load_fashion_mnist(file, verbose=False)
        except ValueError as error:
            assert "a.npz is not a good data file" in str(error)
            caught += 1
        else:  # a byte without meaning, a date for instance
            for (images, labels), (right_images, right_labels) in zip(
                loaded, expected, strict=True
            ):
                np.testing.assert_array_equal(images, right_images)
                np.testing.assert_array_equal(labels, right_labels)
    assert caught > 200
    for length in (0, 10, len(content) // 2, len(content) - 1):
        file.write_bytes(content[:length])
        with pytest.raises(ValueError, match="a.npz is not a good data file"):
            data.load_fashion_mnist(file)


def test_embedded_file_must_hold_its_own_arrays(tmp_path, monkeypatch):
    np.savez(tmp_path / "a.npz", **npz_arrays())
    monkeypatch.setattr(fashion_mnist, "_embedded_file", lambda: tmp_path / "a.npz")
    with pytest.raises(ValueError, match="SHA-256.*git checkout data"):
        data.load_fashion_mnist("embedded")
    (tmp_path / "a.npz").unlink()
    with pytest.raises(FileNotFoundError, match="git checkout data"):
        data.load_fashion_mnist("embedded")


def test_embedded_subset_holds_all_classes():
    (images, labels), (test_images, test_labels) = data.load_fashion_mnist("embedded")
    assert (images.shape, test_images.shape) == ((10_000, 28, 28, 1), (2_000, 28, 28, 1))
    assert (images.min(), images.max()) == (-1, 1)
    assert np.bincount(labels, minlength=10).min() > 900
    assert np.bincount(test_labels, minlength=10).min() > 150
    assert [data.CLASS_NAMES[i] for i in labels[:4]] == [
        "Ankle boot",
        "T-shirt/top",
        "T-shirt/top",
        "Dress",
    ]


@needs_debian
def test_embedded_subset_begins_the_full_set():
    subset = data.load_fashion_mnist("embedded", verbose=False)
    full = data.load_fashion_mnist(data.DEBIAN_FOLDER, verbose=False)
    for (images, labels), (all_images, all_labels), total in zip(
        subset, full, (60_000, 10_000), strict=True
    ):
        assert len(all_images) == total
        np.testing.assert_array_equal(images, all_images[: len(images)])
        np.testing.assert_array_equal(labels, all_labels[: len(labels)])


@needs_debian
@pytest.mark.slow
def test_make_subset_check_finds_the_committed_file_right():
    script = ROOT / "data" / "make_subset.py"
    result = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "fashion_mnist_subset.npz is right" in result.stdout
    readme = (ROOT / "data" / "README.md").read_text()
    assert data.EMBEDDED_SHA256 in readme
    assert hashlib.sha256(fashion_mnist._embedded_file().read_bytes()).hexdigest() in readme


# The download, from a server on this machine.


@pytest.fixture
def server(places, monkeypatch):
    write_idx(places["remote"])
    handler = functools.partial(QuietHandler, directory=places["remote"])
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setattr(
            fashion_mnist, "DOWNLOAD_URL", f"http://127.0.0.1:{running.server_port}/"
        )
        monkeypatch.delenv("GAN_TF_OFFLINE")
        running.requested = QuietHandler.requested = []
        yield running
        running.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        QuietHandler.requested.append(self.path)


def test_download_fills_the_cache_once(places, server, capsys):
    (images, _), _ = data.load_fashion_mnist(value_range=(0, 255))
    np.testing.assert_allclose(images[..., 0], SMALL[IMAGES], atol=1e-4)
    printed = capsys.readouterr().out
    assert "Downloading" in printed
    assert f"{places['cache']} (download)" in printed
    assert sorted(p.name for p in places["cache"].iterdir()) == sorted(f"{n}.gz" for n in SMALL)
    server.shutdown()
    data.load_fashion_mnist()
    assert "(Keras cache)" in capsys.readouterr().out
    assert len(server.requested) == 4


def test_download_fetches_only_what_is_missing(places, server):
    write_idx(places["cache"], [IMAGES, LABELS])
    data.load_fashion_mnist()
    assert len(server.requested) == 2
    assert all("t10k" in request for request in server.requested)


def test_damaged_cache_is_an_error_although_a_download_could_help(places, server):
    write_idx(places["cache"], [LABELS])
    (places["cache"] / f"{IMAGES}.gz").write_bytes(gzip.compress(GOOD)[:100])
    with pytest.raises(ValueError, match="Delete it"):
        data.load_fashion_mnist()
    assert server.requested == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (gzip.compress(GOOD)[:-40], "Compressed file ended"),
        (b"<html>Please log in</html>", "gzipped"),
        (gzip.compress(idx(255 - SMALL[IMAGES])), "SHA-256"),
        (None, "404"),
    ],
)
def test_damaged_download_is_not_kept_and_said(places, server, capsys, content, reason):
    file = places["remote"] / f"{IMAGES}.gz"
    file.unlink() if content is None else file.write_bytes(content)
    (images, _), _ = data.load_fashion_mnist()
    printed = capsys.readouterr().out
    assert len(images) == 10_000
    assert "10,000 training and 2,000 test images" in printed
    assert reason in printed
    assert "For all 70,000" in printed
    assert not any("train-images" in p.name or "tmp" in p.name for p in places["cache"].iterdir())


def test_dead_server_leads_to_the_subset(places, monkeypatch, capsys):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(
            fashion_mnist, "DOWNLOAD_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/"
        )
        monkeypatch.setattr(fashion_mnist, "DOWNLOAD_TIMEOUT", 0.2)
        monkeypatch.delenv("GAN_TF_OFFLINE")
        start = time.monotonic()
        data.load_fashion_mnist()
        assert time.monotonic() - start < 4
    assert "the download failed: timed out" in capsys.readouterr().out
    data.load_fashion_mnist()
    assert "refused" in capsys.readouterr().out


def test_a_cache_that_cannot_be_written_leads_to_the_subset(places, server, capsys):
    places["cache"].parent.mkdir(parents=True)
    places["cache"].write_text("a file where the folder should be")
    data.load_fashion_mnist()
    assert "because the download failed: [Errno" in capsys.readouterr().out
    assert server.requested == []


# Pipelines.

POINTS = np.arange(23, dtype="float32")[:, None] * np.ones(3, "float32")


def order(dataset):
    return np.concatenate([batch.numpy()[:, 0] for batch in dataset]).astype(int).tolist()


def test_order_depends_on_seed_and_epoch_alone():
    first, second, other = (data.batches(POINTS, 4, seed=seed) for seed in (7, 7, 8))
    epochs = [order(first) for _ in range(3)]
    assert epochs == [order(second) for _ in range(3)]
    assert len({tuple(epoch) for epoch in epochs}) == 3
    assert order(other) not in epochs
    assert epochs[0] != sorted(epochs[0])


def test_setting_the_epoch_gives_its_order():
    dataset = data.batches(POINTS, 4, seed=7)
    epochs = [order(dataset) for _ in range(3)]
    assert int(dataset.epoch) == 3
    dataset.epoch.assign(1)
    assert order(dataset) == epochs[1]
    assert order(dataset) == epochs[2]


def test_the_global_seed_does_not_matter():
    keras.utils.set_random_seed(1)
    one = order(data.batches(POINTS, 4))
    keras.utils.set_random_seed(2)
    assert order(data.batches(POINTS, 4)) == one


def test_every_image_once_in_an_epoch():
    assert sorted(order(data.batches(POINTS, 4, drop_remainder=False))) == list(range(23))
    assert sorted(order(data.batches(POINTS[:20], 4))) == list(range(20))
    dropped = data.batches(POINTS, 4)
    epochs = [order(dropped) for _ in range(2)]
    assert all(len(set(epoch)) == 20 for epoch in epochs)
    assert set(epochs[0]) != set(epochs[1])


def test_without_shuffle_the_order_is_that_of_the_array():
    dataset = data.batches(POINTS, 4, shuffle=False, drop_remainder=False)
    assert order(dataset) == order(dataset) == list(range(23))


def test_rows_stay_whole():
    images = np.random.default_rng(0).normal(size=(10, 4, 4, 1))
    batch = next(iter(data.batches(images, 10))).numpy()
    lookup = {image.tobytes() for image in images.astype("float32")}
    assert {image.tobytes() for image in batch} == lookup


def test_shapes_and_length_are_known():
    dropped = data.batches(POINTS, 4)
    kept = data.batches(POINTS, 4, drop_remainder=False)
    assert dropped.element_spec == tf.TensorSpec((4, 3), "float32")
    assert kept.element_spec == tf.TensorSpec((None, 3), "float32")
    assert (len(dropped), len(kept)) == (5, 6)
    assert [len(batch) for batch in kept] == [4, 4, 4, 4, 4, 3]


def test_steps_per_epoch_cuts_one_stream_of_passes():
    passes = data.batches(POINTS, 4, seed=3)
    stream = sum((order(passes) for _ in range(4)), [])
    dataset = data.batches(POINTS, 4, seed=3, steps_per_epoch=7)
    assert len(dataset) == 7
    assert order(dataset) + order(dataset) == stream[: 2 * 7 * 4]
    dataset.epoch.assign(1)
    assert order(dataset) == stream[7 * 4 : 2 * 7 * 4]


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((4, 2), "uint8"), "dtype uint8"),
        (np.full((4, 2), "x"), "array of real numbers.*ndarray of dtype <U1"),
        ([[1.0, 2.0], [3.0]], "lists that all have one shape. Received: list"),
        (np.zeros(4, "float32"), r"shape \(4,\)"),
        (np.zeros((0, 2), "float32"), r"shape \(0, 2\)"),
        (np.array([[1.0, np.nan]] * 4), "finite"),
        (np.array([[1.0, np.inf]] * 4), "finite"),
    ],
)
def test_batches_rejects_bad_images(images, message):
    with pytest.raises(ValueError, match=message):
        data.batches(images, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "batch_size=0"),
        ({"batch_size": 24}, "from 1 to 23, the number of images"),
        ({"batch_size": 2.0}, r"batch_size=2\.0"),
        ({"batch_size": 2, "seed": None}, "seed=None"),
        ({"batch_size": 2, "seed": 1.5}, r"seed=1\.5"),
        ({"batch_size": 2, "seed": True}, "seed=True"),
        ({"batch_size": 2, "seed": -1}, "seed=-1"),
        ({"batch_size": 2, "shuffle": "no"}, "shuffle='no'"),
        ({"batch_size": 2, "drop_remainder": None}, "drop_remainder=None"),
        ({"batch_size": 2, "steps_per_epoch": True}, "steps_per_epoch=True"),
        ({"batch_size": 2, "steps_per_epoch": 0}, "steps_per_epoch=0"),
    ],
)
def test_batches_rejects_bad_numbers(arguments, message):
    with pytest.raises(ValueError, match=message):
        data.batches(POINTS, **arguments)


def test_batches_take_numbers_of_numpy():
    of_numpy = data.batches(POINTS, np.int64(4), np.int64(7), steps_per_epoch=np.int32(3))
    of_python = data.batches(POINTS, 4, 7, steps_per_epoch=3)
    assert len(of_numpy) == 3
    for ours, theirs in zip(of_numpy, of_python, strict=True):
        np.testing.assert_array_equal(ours, theirs)


TWO_DEVICES = """
import numpy as np, tensorflow as tf
from gan_tf import data

cpu, = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
points = np.arange(24, dtype="float32")[:, None]

def as_list(batch):
    return batch.numpy()[:, 0].astype(int).tolist()

def run(inside):
    if inside:
        with strategy.scope():
            dataset = data.batches(points, 8, seed=5)
    else:
        dataset = data.batches(points, 8, seed=5)
    for epoch in range(2):
        dataset.epoch.assign(epoch)
        for batch in strategy.experimental_distribute_dataset(dataset):
            parts = [as_list(part) for part in strategy.experimental_local_results(batch)]
            assert [len(part) for part in parts] == [4, 4], parts
            yield sorted(sum(parts, []))

alone = data.batches(points, 8, seed=5)
expected = [sorted(as_list(batch)) for _ in range(2) for batch in alone]
for inside in (False, True):
    seen = list(run(inside))
    assert seen == expected, (seen, expected)
print("same batches")
"""


@pytest.mark.slow
def test_two_devices_share_the_same_batches():
    """Each of two replicas gets half of every batch, and both together what one device gets."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    result = subprocess.run(
        [sys.executable, "-c", TWO_DEVICES], capture_output=True, text=True, env=environment
    )
    assert result.stdout.strip() == "same batches", result.stdout + result.stderr


def test_capped_follows_keras():
    cap = keras.config.max_steps_per_epoch()
    try:
        keras.config.set_max_steps_per_epoch(None)
        assert data.capped(40) == 40
        keras.config.set_max_steps_per_epoch(3)
        assert (data.capped(40), data.capped(2)) == (3, 2)
        assert (data.capped(10_000, 500), data.capped(1_000, 500)) == (1_500, 1_000)
    finally:
        keras.config.set_max_steps_per_epoch(cap)


# Sizes.


def test_padding_puts_images_in_the_middle_and_cropping_undoes_it():
    images = np.random.default_rng(0).uniform(-1, 1, (3, 4, 6, 2))
    larger = data.padded(images, 8)
    assert larger.shape == (3, 8, 8, 2)
    np.testing.assert_array_equal(larger[:, 2:6, 1:7], images)
    assert larger.sum() == pytest.approx(images.sum() - 3 * 2 * (64 - 24))
    np.testing.assert_array_equal(
        data.cropped(data.padded(images[:, :, 1:5], 10, 0.5), 4)[..., 0], images[:, :, 1:5, 0]
    )
    np.testing.assert_array_equal(data.cropped(larger, 8), larger)


def test_enlarging_makes_squares_of_pixels():
    images = np.random.default_rng(0).uniform(-1, 1, (2, 4, 4, 3))
    larger = data.enlarged(images, 12)
    assert larger.shape == (2, 12, 12, 3)
    for row, column in ((0, 0), (1, 2), (2, 1)):
        np.testing.assert_array_equal(larger[:, row::3, column::3], images)
    np.testing.assert_array_equal(data.enlarged(images, 4), images)


def test_shrinking_takes_means_and_undoes_enlarging():
    images = np.random.default_rng(0).uniform(-1, 1, (2, 6, 6, 3))
    np.testing.assert_allclose(data.shrunk(images, 2)[:, 0, 1], images[:, :3, 3:].mean((1, 2)))
    np.testing.assert_allclose(data.shrunk(data.enlarged(images, 12), 6), images)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: data.enlarged(x, 6), "multiple of that.*size=6"),
        (lambda x: data.shrunk(x, 3), "must divide.*size=3"),
        (lambda x: data.shrunk(x, 0), "size=0"),
        (lambda x: data.enlarged(x[:, :2], 4), "Expected square images"),
        (lambda x: data.padded(x, 7), "even number.*size=7"),
        (lambda x: data.padded(x, 2), "smaller than the images"),
        (lambda x: data.cropped(x, 8), "larger than the images"),
        (lambda x: data.cropped(x, 0), "size=0"),
        (lambda x: data.padded(x[0], 8), "Expected images"),
    ],
)
def test_sizes_that_do_not_fit_get_a_clear_error(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.zeros((2, 4, 4, 1)))


def test_a_dictionary_of_arrays_is_shuffled_row_by_row():
    images = np.arange(20, dtype="float32").reshape(10, 2)
    labels = np.arange(10)
    together = data.batches({"images": images, "labels": labels}, 4, seed=3)
    alone = data.batches(images, 4, seed=3)
    for batch, expected in zip(together, alone, strict=True):
        np.testing.assert_array_equal(batch["images"], expected)
        np.testing.assert_array_equal(batch["labels"], expected[:, 0].numpy() // 2)
    assert together.value_range == {"images": (0.0, 19.0), "labels": (0.0, 9.0)}
    with pytest.raises(ValueError, match=r"as many rows each.*'labels': 9"):
        data.batches({"images": images, "labels": labels[:9]}, 4)


# Arrays that do not belong together.

UNPAIRED = {"a": POINTS, "b": POINTS[:9], "labels": np.arange(23)}


def unpaired_order(dataset):
    """Dictionary from names to the row numbers of one epoch."""
    epoch = list(dataset)
    return {
        name: np.concatenate(
            [batch[name].numpy().reshape(len(batch[name]), -1)[:, 0] for batch in epoch]
        )
        .astype(int)
        .tolist()
        for name in epoch[0]
    }


def test_unpaired_arrays_are_each_seen_once_in_each_pass_of_their_own():
    dataset = data.batches(UNPAIRED, 4, seed=7, paired=False)
    assert len(dataset) == 5 and dataset.element_spec["b"] == tf.TensorSpec((4, 3), "float32")
    assert dataset.element_spec["labels"].dtype == tf.int64
    epochs = [unpaired_order(dataset) for _ in range(7)]
    for name, num_rows in (("a", 23), ("b", 9), ("labels", 23)):
        stream = sum((epoch[name] for epoch in epochs), [])
        assert len(stream) == 7 * 5 * 4
        passes = [stream[k : k + num_rows] for k in range(0, len(stream), num_rows)][:-1]
        assert all(sorted(each) == list(range(num_rows)) for each in passes)
        assert len(set(map(tuple, passes))) == len(passes) > 5


def test_unpaired_arrays_are_drawn_independently():
    epoch = unpaired_order(data.batches(UNPAIRED, 9, paired=False, steps_per_epoch=40))
    assert epoch["a"] != epoch["labels"]
    both = np.array([epoch["a"], epoch["labels"]])
    assert abs(np.corrcoef(both)[0, 1]) < 5 / np.sqrt(360)
    without = unpaired_order(
        data.batches({"b": POINTS[:9], "a": POINTS}, 9, paired=False, steps_per_epoch=40)
    )
    assert without == {name: epoch[name] for name in ("b", "a")}


def test_unpaired_order_depends_on_seed_and_epoch_alone():
    first, again, other = (data.batches(UNPAIRED, 4, seed=s, paired=False) for s in (7, 7, 8))
    epochs = [unpaired_order(first) for _ in range(4)]
    assert unpaired_order(other)["b"] != epochs[0]["b"]
    keras.utils.set_random_seed(1)
    for number in (3, 0, 2):
        again.epoch.assign(number)
        assert unpaired_order(again) == epochs[number]
    assert unpaired_order(again) == epochs[3]


def test_unpaired_epochs_cut_one_stream():
    short = data.batches(UNPAIRED, 4, seed=7, paired=False, steps_per_epoch=3)
    long = data.batches(UNPAIRED, 4, seed=7, paired=False, steps_per_epoch=6)
    (one, two), both = (unpaired_order(short) for _ in range(2)), unpaired_order(long)
    assert both == {name: one[name] + two[name] for name in both}
    rounded_up = data.batches(UNPAIRED, 4, paired=False, drop_remainder=False)
    assert len(rounded_up) == 6 and [len(batch["a"]) for batch in rounded_up] == [4] * 6


def test_unpaired_arrays_without_shuffle_keep_their_order():
    dataset = data.batches(UNPAIRED, 4, paired=False, shuffle=False)
    epochs = [unpaired_order(dataset) for _ in range(2)]
    assert epochs[0]["b"] + epochs[1]["b"] == (list(range(9)) * 5)[:40]
    assert epochs[0]["a"] + epochs[1]["a"] == (list(range(23)) * 2)[:40]


@pytest.mark.parametrize(
    ("images", "arguments", "message"),
    [
        ((POINTS, np.arange(23)), {}, r"a tuple of 2.*\{\"images\": images, \"labels\": labels\}"),
        (POINTS, {"paired": False}, "needs a dictionary.*Received: ndarray"),
        (UNPAIRED, {}, "as many rows each.*paired=False.*'b': 9"),
        ({"a": POINTS, "b": np.zeros(0, int)}, {"paired": False}, "at least one.*'b': 0"),
        ({}, {"paired": False}, r"Received: \{\}"),
        (UNPAIRED, {"paired": False, "batch_size": 10}, "to 9, the number of rows in the shortest"),
        (UNPAIRED, {"paired": 1}, "paired=1"),
    ],
)
def test_unpaired_arrays_have_clear_errors(images, arguments, message):
    with pytest.raises(ValueError, match=message):
        data.batches(images, **{"batch_size": 4, **arguments})
