"""What Google Colab alone can do: folders in Google Drive, which outlast a session."""

from pathlib import Path

DRIVE = Path("/content/drive")


def colab_drive(path=""):
    """Mounts Google Drive and gives a folder in it, for `fit(resume=colab_drive("runs/dcgan"))`.

    Colab asks for permission once in each session. The folder need not exist.

    Args:
        path: Path inside the drive; by default the drive itself.

    Returns:
        `Path`.

    Raises:
        ValueError: If this is not Colab.
    """
    try:
        from google.colab import drive
    except ImportError as error:
        raise ValueError(
            "colab_drive mounts Google Drive, which Google Colab alone can do. Received: a Python "
            f"without google.colab. Give a folder of this computer instead: {str(path)!r}."
        ) from error
    drive.mount(str(DRIVE))
    return DRIVE / "MyDrive" / path
