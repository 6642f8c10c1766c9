"""What tests share: no caps, exact products, no foreign data, searches for garbage, the order."""

from collections import Counter
import gc
import subprocess
import sys

import pytest

CAPS = ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH")


@pytest.fixture(autouse=True, scope="module")
def plain_environment():
    """Lifts the caps that `make test` sets, for this process and for those that tests start.

    Only Python tests use fixtures; a notebook's kernel starts outside of them, still capped.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in (*CAPS, "GAN_TF_DATA"):
            patch.delenv(name, raising=False)
        patch.setenv("MPLBACKEND", "Agg")
        prepare_what_is_imported()
        yield


def prepare_what_is_imported():
    """Prepares the libraries of the tests of a module, and imports none for those without.

    Keras reads the caps from the environment only while it is imported. On a GPU, TensorFlow rounds
    the factors of float32 products to ten binary digits, unless it is told not to.
    """
    if "tensorflow" in sys.modules:
        sys.modules["tensorflow"].config.experimental.enable_tensor_float_32_execution(False)
    if "keras" in sys.modules:
        sys.modules["keras"].config.set_max_epochs(None)
        sys.modules["keras"].config.set_max_steps_per_epoch(None)
    if "matplotlib" in sys.modules:
        sys.modules["matplotlib"].use("Agg")


@pytest.fixture
def capped(monkeypatch):
    """One epoch of two steps, on the data in the repository."""
    monkeypatch.setenv("GAN_TF_DATA", "embedded")
    keras = pytest.importorskip("keras")
    keras.config.set_max_epochs(1)
    keras.config.set_max_steps_per_epoch(2)
    yield
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)


@pytest.fixture
def run_python():
    """Function that runs a program in a process of its own and returns what it prints."""

    def run(program):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout

    return run


def pytest_collection_finish():
    """Python looks for garbage less often, and not among what TensorFlow's import has left.

    Graphs are made of so many small objects that the search takes a tenth of the time otherwise.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def pytest_runtest_logfinish():
    """What a test leaves is searched for garbage at once, young as it is.

    An iterator over a dataset that did not come to its end waits, as it dies, for the thread with
    which `tf.data` tunes it, up to as long as it has lived: in old garbage half a minute.
    """
    gc.collect(1)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Orders by scope, as xdist hands them out: fast tests, slow ones, then the notebooks.

    A scope is a file or a class, and runs in one process. The largest slow ones come first, so
    that no process is left alone with a long one at the end.
    """
    sizes = Counter(scope(item) for item in items if heavy(item))
    items.sort(key=lambda item: order(item, sizes))


def order(item, sizes):
    """Returns the sorting key of a test; the sort leaves equals in the order of the files."""
    size = sizes[scope(item)]
    return size > 0, is_notebook(item), -size, scope(item), heavy(item)


def scope(item):
    """Returns the unit that `--dist loadscope` gives to one process."""
    return item.nodeid.rsplit("::", 1)[0]


def heavy(item):
    """Returns whether a test runs after the fast ones."""
    return is_notebook(item) or item.get_closest_marker("slow") is not None


def is_notebook(item):
    """Returns whether this is a cell of a notebook."""
    return item.path.suffix == ".ipynb"
