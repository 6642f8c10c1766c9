"""What the tests of the site share: two builds, a server, a browser, and a page that listens."""

from contextlib import contextmanager
import functools
import http.server
import json
import os
from pathlib import Path
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import chromium
from playwright.sync_api import sync_playwright
import pytest

SITE = Path(__file__).resolve().parent.parent
ROOT = SITE.parent
OFFLINE = Path(__file__).resolve().parent / "offline"


BUILDS = ("first", "second")
FOLDER_VARIABLE = "GAN_TF_SITE_BUILDS"  # tells the processes of pytest-xdist where the builds are


class Build:
    """A build of the site in a process of its own, without the network."""

    def __init__(self, name):
        self.folder = Path(os.environ[FOLDER_VARIABLE]) / name / "site"
        self.report = self.folder.parent / "report.json"

    def run(self):
        """Builds the site and reports how that went; the site itself is there before."""
        self.folder.parent.mkdir(parents=True)
        environ = os.environ | {"PYTHONPATH": str(OFFLINE)}
        command = [sys.executable, str(SITE / "build.py"), str(self.folder)]
        outputs = [self.folder.parent / name for name in ("printed", "complaints")]
        with outputs[0].open("w") as printed, outputs[1].open("w") as complaints:
            process = subprocess.Popen(command, stdout=printed, stderr=complaints, env=environ)
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = [path.read_text(encoding="utf-8") for path in outputs]
        seconds = usage.ru_utime + usage.ru_stime
        text = json.dumps([process.returncode, *texts, seconds])
        unfinished = self.report.with_suffix(".part")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.rename(self.report)

    @functools.cached_property
    def result(self):
        """Exit code, what was printed, what was complained about, and seconds of one core."""
        deadline = time.monotonic() + 300
        while not self.report.exists():
            if time.monotonic() > deadline:
                pytest.fail("The site was not built within five minutes.")
            time.sleep(0.1)
        return json.loads(self.report.read_text(encoding="utf-8"))


def pytest_sessionstart(session):
    """Starts two builds, once for all processes that test them."""
    if hasattr(session.config, "workerinput"):
        return
    os.environ[FOLDER_VARIABLE] = tempfile.mkdtemp(prefix="site-tests-")
    for name in BUILDS:
        threading.Thread(target=Build(name).run, daemon=True).start()


def pytest_sessionfinish(session):
    """Removes the builds when all tests are done."""
    if not hasattr(session.config, "workerinput"):
        shutil.rmtree(os.environ.pop(FOLDER_VARIABLE), ignore_errors=True)


@pytest.fixture(scope="session")
def builds():
    """Two builds of the same site, side by side in two folders."""
    return [Build(name) for name in BUILDS]


@pytest.fixture(scope="session")
def site(builds):
    """Folder of a finished site."""
    code, printed, complaints, _ = builds[0].result
    if not (builds[0].folder / "index.html").exists():
        pytest.fail(f"There is no site.\n{printed}{complaints}")
    return builds[0].folder


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files without printing every request."""

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="session")
def address(site):
    """Address at which the site is served, ending in a slash."""
    handler = functools.partial(QuietHandler, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser():
    """Chromium; without it, whoever called `make test-site` should learn that nothing was seen."""
    path = chromium.find()
    if path is None:
        pytest.fail("There is no Chromium or Chrome: install one, or set CHROMIUM to its path.")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(chromium.FLAGS))
        yield started
        started.close()


@pytest.fixture
def visit(browser, address, site):
    """Function that opens a page of the site, as a new reader, and notes what goes wrong on it.

    `mode` is "http" or "file"; other options are those of a browser's context.
    """
    contexts = []

    def open_page(name, mode="http", **options):
        contexts.append(browser.new_context(**WIDE, **options))
        page = contexts[-1].new_page()
        opened(page, (address if mode == "http" else f"file://{site}/") + name)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def leaf_through(browser, address, site):
    """Function like `visit`, for many pages of one reader, whose browser knows the scripts."""
    context = browser.new_context(**WIDE)

    @contextmanager
    def open_page(name, mode="http"):
        page = context.new_page()
        opened(page, (address if mode == "http" else f"file://{site}/") + name)
        yield page
        page.close()

    yield open_page
    context.close()


WIDE = {"viewport": {"width": 1280, "height": 900}}


def opened(page, url):
    """Opens an address and waits until the page is complete; notes troubles from then on."""
    page.troubles = listen(page)
    page.goto(url)
    page.wait_for_function(SETTLED)


# MathJax has set as many formulas as there are places for them.
SETTLED = """() => document.readyState === "complete" &&
    document.querySelectorAll(".math").length === document.querySelectorAll("mjx-container").length
"""


def listen(page):
    """Returns a list that fills with errors, failed requests and requests to other hosts."""
    troubles = []

    def note_message(message):
        if message.type == "error":
            troubles.append(f"{message.text} {message.location['url']}")

    def note_request(request):
        if not request.url.startswith(("http://127.0.0.1:", "file:", "data:", "blob:")):
            troubles.append(f"another host: {request.url}")

    page.on("console", note_message)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("requestfailed", lambda request: troubles.append(f"failed: {request.url}"))
    page.on("request", note_request)
    return troubles


@contextmanager
def width_of(page, width):
    """Makes a page as narrow as a phone's, and wide again afterwards."""
    page.set_viewport_size({"width": width, "height": 844})
    yield
    page.set_viewport_size(WIDE["viewport"])


def page_names():
    """Returns the names of all pages that one reads, known before they are built."""
    stems = sorted(path.stem for path in (ROOT / "notebooks" / "src").glob("[0-9][0-9]*_*.py"))
    docs = sorted(f"docs/{path.stem}" for path in (ROOT / "docs").glob("*.md"))
    return [
        f"{name}.html"
        for name in ["index", "lab", "latent", *stems, "glossary", "references", *docs]
    ]
