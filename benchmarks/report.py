"""What the benchmarks share: facts of the machine, means, and tables in the pages of docs."""

import os
from pathlib import Path
import platform
import re
import statistics
import time

import gan_tf
import keras
import numpy as np
import tensorflow as tf

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"


def machine():
    """Cores, their speed with matrices and versions, without which a result is worth little."""
    return {
        "cores": os.cpu_count(),
        "matrix_gflops": round(matrix_speed() / 1e9),
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
            "gan_tf": gan_tf.__version__,
        },
    }


def matrix_speed(precision="float32", size=2048, repeats=12):
    """Floating-point operations a second of TensorFlow's product of large square matrices."""
    dtype = "bfloat16" if precision == "bfloat16" else "float32"
    left, right = (
        tf.cast(tf.random.stateless_normal((size, size), (0, 0)), dtype) for _ in range(2)
    )
    multiply = tf.function(tf.linalg.matmul)
    multiply(left, left)
    start = time.perf_counter()
    for _ in range(repeats):
        product = multiply(left, left)
    product.numpy()
    return repeats * 2 * size**3 / (time.perf_counter() - start)


def mean_and_spread(values, digits):
    """The mean, and behind ± the standard deviation where there are several values."""
    spread = f" ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.{digits}f}{spread}"


def markdown(columns, lines):
    """A markdown table of a row of headings and rows of cells, all strings."""
    rows = [columns, ["---"] * len(columns), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def with_table(page, name, made):
    """The text of a page with a table between the markers of that name."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
    found = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", flags=re.S)
    if not found.search(page):
        raise SystemExit(f"The page lacks the lines {begin!r} and {end!r} around its table.")
    return found.sub(lambda _: f"{begin}{made}\n{end}", page)


def write_table(path, name, made):
    """Puts a table between its markers in a file."""
    path.write_text(with_table(path.read_text("utf-8"), name, made), encoding="utf-8")
