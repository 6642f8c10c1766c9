"""What must happen before TensorFlow loads: a quiet import, oneDNN, GPU memory that grows."""

import contextlib
import gc
import importlib
import os
import sys
import tempfile

# By default TensorFlow uses oneDNN's kernels only on CPUs with certain instructions for neural
# networks (AVX512_VNNI and newer ones), but it is faster with them on other CPUs too: a step of the
# lecture's DCGAN took 94 ms instead of 128 on two cores with AVX2. TensorFlow decides on import.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


def prepare():
    """Imports TensorFlow as the course needs it; a second call changes nothing."""
    check_backend()
    import_tensorflow()
    leave_out_remapper()
    let_memory_grow()


def check_backend():
    """Raises an ImportError if the environment names another Keras backend than TensorFlow.

    Keras reads the variable when it is imported, and keeps that backend from then on.
    """
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    if backend != "tensorflow":
        raise ImportError(
            f"gan_tf runs on Keras's TensorFlow backend. Received: KERAS_BACKEND={backend!r}. "
            "Unset the variable and start Python anew."
        )


def import_tensorflow():
    """Imports TensorFlow without the notes of its C++ half."""
    if "tensorflow" in sys.modules:
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with _without_notes(), _without_garbage_searches():
        importlib.import_module("tensorflow")


def leave_out_remapper():
    """Turns off one rewriting of graphs, unless a program has set it in `tf.config.optimizer`.

    With oneDNN's kernels, TensorFlow 2.21's "remapper" loses a convolution before a LeakyReLU when
    it fuses the layers of a game, and says "remapper failed" in each run. Steps of the dense and
    the convolutional games take as long without it.
    """
    optimizer = sys.modules["tensorflow"].config.optimizer
    with _without_notes():  # it looks for GPUs
        options = optimizer.get_experimental_options()
    if "remapping" not in options:
        optimizer.set_experimental_options({"remapping": False})


def let_memory_grow():
    """Lets TensorFlow take a GPU's memory as it needs it, not all of it at once.

    So two notebooks can share a GPU. What was set before stays: the variable
    `TF_FORCE_GPU_ALLOW_GROWTH`, a limit in `tf.config`, or all that a program took already.
    """
    if "TF_FORCE_GPU_ALLOW_GROWTH" in os.environ:
        return
    config = sys.modules["tensorflow"].config
    with _without_notes():
        gpus = config.list_physical_devices("GPU")
    for gpu in gpus:
        with contextlib.suppress(RuntimeError, ValueError):  # in use already, or limited
            config.experimental.set_memory_growth(gpu, True)


@contextlib.contextmanager
def _without_garbage_searches():
    """Pauses Python's search for garbage; objects created in between are never collected.

    TensorFlow's modules are a million small objects that stay. Not searched, they are imported in
    three quarters of the time, and the first steps, which make a game's graphs, start sooner too.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


@contextlib.contextmanager
def _without_notes():
    """Holds stderr back, and then writes what is no note; also if an error ends it.

    TensorFlow 2.21 writes its notes whatever `TF_CPP_MIN_LOG_LEVEL` says, and Jupyter shows what
    is written there as if it were an error.
    """
    with tempfile.TemporaryFile() as notes:
        stderr = os.dup(2)
        os.dup2(notes.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            notes.seek(0)
            lines = notes.read().decode(errors="replace").splitlines()
            written = [line for line in lines if not _is_note(line)]
            if written:
                print(*written, sep="\n", file=sys.stderr)


def _is_note(line):
    """That CUDA does not start is one, unless there is a GPU for it."""
    if "failed call to cuInit" in line:
        return not importlib.import_module("gan_tf.environment").has_nvidia_gpu()
    return line.startswith(("I0000", "WARNING: All log"))
