"""Runs JavaScript of the course without a page: in Node.js, or in Chromium."""

from html.parser import HTMLParser
import json
import shutil
import subprocess

import pytest

NODE = shutil.which("node")
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for path in map(shutil.which, NAMES) if path), "")
HEADLESS = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000")
needs_javascript = pytest.mark.skipif(
    not (NODE or CHROMIUM), reason="runs JavaScript: needs Node.js or Chromium"
)
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")


def answer_of(text, folder, browser=False):
    """Runs a program, which calls `answer(value)` once; returns the value.

    Args:
        text: String, the program.
        folder: Path of a folder for the file that is run.
        browser: Whether it must be Chromium.
    """
    return _in_chromium(text, folder) if browser or not NODE else _in_node(text, folder)


def _in_node(text, folder):
    answer = "const answer = (value) => console.log(JSON.stringify(value));"
    path = folder / "program.js"
    path.write_text(f"{answer}\n{text}", encoding="utf-8")
    return json.loads(_output_of(NODE, str(path)))


def _in_chromium(text, folder):
    answer = "const answer = (value) => (document.body.textContent = JSON.stringify(value));"
    path = folder / "program.html"
    path.write_text(f"<body><script>{answer}\n{text}</script>", encoding="utf-8")
    page = _Texts()
    page.feed(_output_of(CHROMIUM, *HEADLESS, "--dump-dom", path.as_uri()))
    return json.loads("".join(page.texts))


class _Texts(HTMLParser):
    """Collects the text of a page."""

    def __init__(self):
        super().__init__()
        self.texts = []

    def handle_data(self, text):
        self.texts.append(text)


def _output_of(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
