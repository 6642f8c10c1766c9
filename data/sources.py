"""Fetches the packages that the embedded data sets are made from, each at a fixed version.

Needs npm for packages of the npm registry, and Debian 12's apt-get and dpkg-deb for Debian's. What
is fetched stays in data/.sources, which git ignores. Every archive is checked by its SHA-256.
"""

import hashlib
from pathlib import Path
import shutil
import subprocess
import sys
import tarfile
import zipfile

FOLDER = Path(__file__).with_name(".sources")
SUMS = Path(__file__).with_name("sources.sha256")  # as sha256sum writes it


def npm(name, version):
    """Folder of an unpacked package of the npm registry, such as `npm("facesjs", "5.0.3")`."""
    file_name = f"{name.removeprefix('@').replace('/', '-')}-{version}.tgz"
    command = ["npm", "pack", "--silent", f"{name}@{version}"]
    return _unpacked(file_name, command) / "package"


def pypi(name, version, tags="py3-none-any"):
    """Folder of an unpacked wheel of the Python package index.

    Args:
        name: String, the package.
        version: String.
        tags: String, the end of the wheel's name. Of a package with compiled code this is the same
            wheel on every machine, that of Python 3.11 on Linux, x86-64.
    """
    file_name = f"{name.replace('-', '_')}-{version}-{tags}.whl"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    if tags != "py3-none-any":
        platform = ["--platform", "manylinux_2_28_x86_64", "--python-version", "3.11"]
        command += [*platform, "--only-binary", ":all:"]
    return _unpacked(file_name, [*command, f"{name}=={version}"])


def debian(name, version, architecture="all"):
    """Folder of an unpacked package of Debian 12."""
    file_name = f"{name}_{version}_{architecture}.deb"
    return _unpacked(file_name, ["apt-get", "download", "--quiet", f"{name}={version}"])


def node_modules(*packages):
    """Folder in which Node finds packages of the npm registry, and what these need themselves.

    Args:
        *packages: Pairs of a package's name and version.
    """
    folder = FOLDER / "node"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text("{}")
    archives = [Path(f"{npm(name, version).parent}.tgz") for name, version in packages]
    quiet = ["--silent", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(["npm", "install", *quiet, *archives], cwd=folder, check=True)
    return folder / "node_modules"


# Helpers.


def _unpacked(file_name, command):
    folder = FOLDER / file_name.removesuffix(Path(file_name).suffix)
    if folder.exists():
        return folder
    FOLDER.mkdir(exist_ok=True)
    archive = FOLDER / file_name
    if not archive.exists():
        subprocess.run(command, cwd=FOLDER, check=True, stdout=subprocess.DEVNULL)
    received = f"{hashlib.sha256(archive.read_bytes()).hexdigest()}  {file_name}"
    if received not in SUMS.read_text().splitlines():
        raise SystemExit(f"{SUMS.name} does not have this line: {received}. Delete {archive}.")
    partial = FOLDER / f"{folder.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    if archive.suffix == ".deb":
        subprocess.run(["dpkg-deb", "-x", archive, partial], check=True)
    elif archive.suffix == ".whl":
        zipfile.ZipFile(archive).extractall(partial)
    else:
        with tarfile.open(archive) as file:
            file.extractall(partial)
    partial.rename(folder)
    return folder
