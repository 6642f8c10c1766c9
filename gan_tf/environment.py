"""Looks at the machine and says, for each known trouble, what to do about it."""

from collections.abc import Callable, Mapping
import glob
import importlib
from importlib import metadata
import json
import os
from pathlib import Path
import platform
import shutil
import sys
from typing import NamedTuple

PACKAGES = ("tensorflow", "keras", "numpy", "gan_tf")
OLDEST = {"tensorflow": (2, 20), "keras": (3, 12), "numpy": (2, 0)}
OLDEST_PYTHON, NEWEST_PYTHON = (3, 10), (3, 13)
CAPS = ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH")


class Trouble(NamedTuple):
    """One known trouble.

    Args:
        what: String, what was found.
        remedy: String, what to do about it.
        blocks: Boolean, whether `gan_tf` cannot work until then.
    """

    what: str
    remedy: str
    blocks: bool = True

    def __str__(self):
        return f"{self.what}: {self.remedy}"


def doctor(find_data: Callable | None = None, output_folder: str | Path = "outputs") -> int:
    """Prints versions, devices, the source of the data, and what to do about each trouble.

    Args:
        find_data: Function without arguments that returns the name of the source from which
            Fashion-MNIST would come and its folder or `None`.
        output_folder: Where runs write their pictures; it need not exist yet.

    Returns:
        0 if nothing blocks, 1 otherwise: the exit code of `python -m gan_tf doctor`.
    """
    versions = installed_versions()
    devices, failed = found_devices()
    data, no_data = found_data(find_data)
    facts = {
        "devices": devices,
        "nvidia": has_nvidia_gpu(),
        "configured_backend": configured_backend(os.environ),
    }
    problems = failed + no_data + output_troubles(output_folder)
    problems += troubles(os.environ, versions, **facts)
    print_report(versions, devices, data, problems)
    return int(any(trouble.blocks for trouble in problems))


def troubles(
    environ: Mapping[str, str],
    versions: Mapping[str, str | None],
    python: tuple[int, int] = sys.version_info[:2],
    devices: tuple[str, ...] = (),
    nvidia: bool = False,
    configured_backend: str | None = None,
) -> list[Trouble]:
    """Returns the troubles that follow from the facts given, the blocking ones first.

    Args:
        environ: Environment variables.
        versions: From the name of a package to its version, or to `None` if it is missing.
        python: Python's version, `(major, minor)`.
        devices: Names of the devices that TensorFlow sees, such as `"GPU:0"`.
        nvidia: Boolean, whether the machine has an NVIDIA device.
        configured_backend: Keras backend that keras.json names, or `None`.

    Returns:
        List of `Trouble`.
    """
    problems = [
        *python_troubles(python),
        *version_troubles(versions),
        *backend_troubles(environ, configured_backend),
        *cap_troubles(environ),
        *gpu_troubles(environ, devices, nvidia),
    ]
    return sorted(problems, key=lambda trouble: not trouble.blocks)


def python_troubles(python: tuple[int, int]) -> list[Trouble]:
    """Returns the trouble of a Python outside of the supported range."""
    wanted = f"use Python {dotted(OLDEST_PYTHON)} to {dotted(NEWEST_PYTHON)}"
    if python < OLDEST_PYTHON:
        return [Trouble(f"Python {dotted(python)} is too old", wanted)]
    if python > NEWEST_PYTHON:
        return [Trouble(f"Python {dotted(python)} is untested", wanted, blocks=False)]
    return []


def version_troubles(versions: Mapping[str, str | None]) -> list[Trouble]:
    """Returns the troubles of packages that are missing or too old."""
    problems = []
    for name, oldest in OLDEST.items():
        remedy = f'pip install --upgrade "{name}>={dotted(oldest)}", then restart Python'
        if versions.get(name) is None:
            problems.append(Trouble(f"{name} is not installed", remedy))
        elif parsed(versions[name]) < oldest:
            problems.append(Trouble(f"{name} {versions[name]} is too old", remedy))
    return problems


def backend_troubles(environ: Mapping[str, str], configured: str | None) -> list[Trouble]:
    """Returns the troubles of a Keras that is not Keras 3 on TensorFlow."""
    problems = []
    if environ.get("TF_USE_LEGACY_KERAS", "").lower() in ("1", "true"):
        remedy = "unset it, then restart Python; gan_tf needs Keras 3"
        problems.append(Trouble("TF_USE_LEGACY_KERAS is set", remedy))
    chosen = environ.get("KERAS_BACKEND")
    if chosen and chosen != "tensorflow":
        remedy = "set it to tensorflow before Python starts"
        problems.append(Trouble(f"KERAS_BACKEND is {chosen}", remedy))
    if not chosen and configured not in (None, "tensorflow"):
        remedy = 'write "backend": "tensorflow" there, or set KERAS_BACKEND=tensorflow'
        problems.append(Trouble(f"{keras_json(environ)} names the backend {configured}", remedy))
    return problems


def cap_troubles(environ: Mapping[str, str]) -> list[Trouble]:
    """Returns the troubles of variables that cut every training short."""
    return [
        Trouble(f"{name}={environ[name]} cuts training short", "unset it for full runs", False)
        for name in CAPS
        if environ.get(name)
    ]


def gpu_troubles(
    environ: Mapping[str, str], devices: tuple[str, ...], nvidia: bool
) -> list[Trouble]:
    """Returns the trouble of seeing no GPU, which never blocks."""
    if any(name.startswith("GPU") for name in devices):
        return []
    if not nvidia:
        remedy = "fine, the course runs on a CPU (Colab: Runtime, Change runtime type)"
        return [Trouble("No GPU seen", remedy, blocks=False)]
    if environ.get("CUDA_VISIBLE_DEVICES", "0") in ("", "-1"):
        return [Trouble("CUDA_VISIBLE_DEVICES hides the GPU", "unset it", blocks=False)]
    remedy = 'check that nvidia-smi runs, then pip install "tensorflow[and-cuda]"'
    return [Trouble("TensorFlow does not see the NVIDIA GPU", remedy, blocks=False)]


def output_troubles(folder: str | Path) -> list[Trouble]:
    """Returns the trouble of a folder that cannot be written, or not be made."""
    folder = Path(folder).absolute()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return []
    return [Trouble(f"{folder} cannot be written", "run from a folder of your own")]


def found_devices() -> tuple[tuple[str, ...], list[Trouble]]:
    """Returns the devices that TensorFlow sees, and the troubles of importing it and Keras."""
    failed = []
    for name in ("tensorflow", "keras"):
        try:
            importlib.import_module(name)
        except Exception as error:  # whatever stops an import is what the reader must see
            failed.append(import_trouble(name, error))
    if any(trouble.what.startswith("tensorflow") for trouble in failed):
        return (), failed
    seen = sys.modules["tensorflow"].config.list_physical_devices()
    return tuple(device.name.removeprefix("/physical_device:") for device in seen), failed


def import_trouble(name: str, error: Exception) -> Trouble:
    """Returns the trouble of a package that cannot be imported, with the first line of why."""
    reason = (str(error).strip().splitlines() or [""])[0]
    what = f"{name} cannot be imported ({type(error).__name__}: {reason})"
    return Trouble(what, "see the other lines, or reinstall it")


def found_data(find_data: Callable | None) -> tuple[str, list[Trouble]]:
    """Returns where the data would come from, in words, and the trouble of finding them."""
    if find_data is None:
        return "not looked for", []
    try:
        source, folder = find_data()
    except Exception as error:  # the report must go on, and shows the reason
        what = f"Fashion-MNIST cannot be found ({error})"
        return "none", [Trouble(what, "unset GAN_TF_DATA, or name a folder that holds it")]
    return f"{source} ({folder})" if folder else str(source), []


def installed_versions() -> dict[str, str | None]:
    """Returns the versions of the packages, without importing them."""
    return {name: installed_version(name) for name in PACKAGES}


def installed_version(name: str) -> str | None:
    """Returns the version of one package, or `None` if it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def has_nvidia_gpu() -> bool:
    """Returns whether the machine has an NVIDIA device, whatever TensorFlow sees."""
    return bool(glob.glob("/dev/nvidia[0-9]*") or shutil.which("nvidia-smi"))


def configured_backend(environ: Mapping[str, str]) -> str | None:
    """Returns the backend that keras.json names; like Keras, overlooks a damaged file."""
    try:
        return json.loads(keras_json(environ).read_text(encoding="utf-8")).get("backend")
    except (OSError, ValueError, AttributeError):
        return None


def keras_json(environ: Mapping[str, str]) -> Path:
    """Returns the path of Keras's configuration file."""
    home = environ.get("KERAS_HOME")
    return Path(home or Path.home() / ".keras") / "keras.json"


def print_report(versions, devices, data, problems):
    """Prints the report: facts first, then a line for each trouble."""
    print(f"Python      {platform.python_version()} ({sys.executable})")
    for name, version in versions.items():
        print(f"{name:<11} {version or 'not installed'}")
    print(f"devices     {', '.join(devices) or 'none'}")
    print(f"data        {data}")
    for trouble in problems:
        print(f"{'BLOCKS' if trouble.blocks else 'note':<11} {trouble}")
    if not any(trouble.blocks for trouble in problems):
        print("Nothing stands in the way.")


def parsed(version: str) -> tuple[int, int]:
    """Returns the first two numbers of a version: `(3, 15)` of `"3.15.1"`."""
    major, minor = f"{version}.0".split(".")[:2]
    return int(major), int("".join(letter for letter in minor if letter.isdigit()) or 0)


def dotted(version: tuple[int, int]) -> str:
    """Returns a version in words: `"3.15"` of `(3, 15)`."""
    return ".".join(str(number) for number in version)
