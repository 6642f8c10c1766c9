"""Finds Chromium or Chrome: prints its path, or says that there is none and exits with 1.

The variable CHROMIUM names another one, for instance CHROMIUM=/opt/chrome/chrome.
"""

import os
import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# Nothing but the pages of the tests is loaded, and the tests may run as root, as in CI.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find():
    """Returns the path of Chromium or Chrome, or None."""
    named = os.environ.get("CHROMIUM")
    found = (shutil.which(name) for name in ([named] if named else [*NAMES, *ELSEWHERE]))
    return next((path for path in found if path), None)


if __name__ == "__main__":
    path = find()
    print(path or "There is no Chromium or Chrome.", file=sys.stdout if path else sys.stderr)
    sys.exit(0 if path else 1)
