"""Folders in Google Drive: a drive that is mounted in Colab, and a clear error elsewhere."""

from pathlib import Path
import sys
import types

from gan_tf import colab
import pytest


@pytest.fixture
def mounted(monkeypatch):
    """The places at which a stand-in for Colab's module mounted the drive."""
    places = []
    drive = types.SimpleNamespace(mount=places.append)
    package = types.SimpleNamespace(colab=types.SimpleNamespace(drive=drive))
    modules = {"google": package, "google.colab": package.colab, "google.colab.drive": drive}
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    return places


def test_in_colab_the_folder_lies_in_the_mounted_drive(mounted):
    assert colab.colab_drive("runs/dcgan") == Path("/content/drive/MyDrive/runs/dcgan")
    assert colab.colab_drive() == Path("/content/drive/MyDrive")
    assert mounted == ["/content/drive"] * 2


def test_elsewhere_the_error_says_what_to_do_instead():
    with pytest.raises(ValueError, match="Colab alone.*Give a folder of this computer.*runs/dcgan"):
        colab.colab_drive("runs/dcgan")
