"""The notebooks are what their sources say, hold a full run's outputs, and are all checked."""

import ast
import base64
import importlib.util
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys

from gan_tf import playground
import imageio.v3 as iio
import nbformat
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "notebooks"
SOURCES = sorted((FOLDER / "src").glob("*.py"))
NAMES = [path.stem for path in SOURCES]
STUDENTS = [FOLDER / f"{name}.ipynb" for name in NAMES]
SOLUTIONS = [FOLDER / "solutions" / f"{name}.ipynb" for name in NAMES]
MAX_BYTES = 1_500_000
MAX_CODE_LINES = 25
LIBRARIES = {"gan_tf", "keras", "tensorflow", "numpy", "matplotlib", "IPython"}

spec = importlib.util.spec_from_file_location("notebooks_build", FOLDER / "build.py")
build = importlib.util.module_from_spec(spec)
spec.loader.exec_module(build)

all_notebooks = pytest.mark.parametrize(
    "path", STUDENTS + SOLUTIONS, ids=lambda p: p.relative_to(FOLDER).as_posix()
)
student_notebooks = pytest.mark.parametrize("path", STUDENTS, ids=lambda p: p.name)


def number_of(name):
    """The number in a notebook's name, such as 05 or 15b."""
    return name.split("_")[0]


def read(path):
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def outputs(path):
    return [output for cell in code_cells(path) for output in cell.outputs]


# ---------------------------------------------------------------- the committed notebooks


def test_there_are_notebooks():
    assert SOURCES
    assert all(re.fullmatch(r"\d\d[a-z]?_[a-z0-9_]+", name) for name in NAMES)
    assert len({number_of(name) for name in NAMES}) == len(NAMES)


def test_sources_and_notebooks_belong_together():
    found = {path for path in FOLDER.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts}
    assert found == set(STUDENTS + SOLUTIONS)


@pytest.mark.parametrize("source", SOURCES, ids=NAMES)
def test_notebooks_are_what_their_source_builds(source):
    for path, book in build.build(source).items():
        committed = read(path)
        assert [c.source for c in committed.cells] == [c.source for c in book.cells], path
        assert [c.id for c in committed.cells] == [c.id for c in book.cells], path
        assert [c.cell_type for c in committed.cells] == [c.cell_type for c in book.cells], path
        assert [c.metadata for c in committed.cells] == [c.metadata for c in book.cells], path


@all_notebooks
def test_format(path):
    book = read(path)
    nbformat.validate(book)
    assert (book.nbformat, book.nbformat_minor) == (4, 5)
    assert len({cell.id for cell in book.cells}) == len(book.cells)
    assert book.metadata == build.METADATA, "kernel as written by build.py, no widget state"
    assert path.read_text(encoding="utf-8") == build.text_of(book)
    assert path.stat().st_size < MAX_BYTES


@all_notebooks
def test_was_run_once_from_top_to_bottom(path):
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))


@all_notebooks
def test_run_was_clean(path):
    for output in outputs(path):
        assert output.output_type != "error"
        assert output.get("name") != "stderr", output.text
        text = output.get("text", "") + str(output.get("data", {}).get("text/plain", ""))
        assert not re.search(r"\w*Warning:", text), text
        assert "application/vnd.jupyter.widget-view+json" not in output.get("data", {})


@all_notebooks
def test_outputs_come_from_a_full_run(path):
    text = path.read_text(encoding="utf-8")
    assert "Limiting epochs to" not in text
    assert "Limiting steps_per_epoch to" not in text
    assert not any(name in cell.source for name in build.CAPS for cell in code_cells(path))


@all_notebooks
def test_no_placeholder_is_left(path):
    assert not re.search(r"\{\{\w+\}\}", path.read_text(encoding="utf-8"))


@student_notebooks
def test_the_film_beside_a_notebook_is_the_one_in_it(path):
    film = build.film_path(path)
    assert build.film_of(read(path)) == (film.read_bytes() if film.exists() else None)


@all_notebooks
def test_code_cells_are_short(path):
    assert max(len(cell.source.splitlines()) for cell in code_cells(path)) <= MAX_CODE_LINES


@all_notebooks
def test_imports_only_the_libraries_of_the_course(path):
    roots = set()
    for source in [re.sub(r"^( *)%.*$", r"\1pass", c.source, flags=re.M) for c in code_cells(path)]:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                roots |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                roots.add(node.module.split(".")[0])
    assert roots <= LIBRARIES | set(sys.stdlib_module_names)


@student_notebooks
def test_first_and_last_cell(path):
    first, last = read(path).cells[0], read(path).cells[-1]
    assert re.match(rf"# {number_of(path.name)}\. \S", first.source)
    assert f"/blob/main/notebooks/{path.name})" in first.source
    assert build.page(build.repository(), path) in first.source
    assert last.cell_type == "markdown"
    assert re.search(r"arXiv:?\s?\[?\d{4}\.\d{4,5}", last.source)


@student_notebooks
def test_figures_are_numbered_in_order(path):
    text = "\n".join(c.source for c in read(path).cells if c.cell_type == "markdown")
    numbers = re.findall(r"^[*_]*Figure (\d+[a-z]?)\.(\d+)\.", text, flags=re.M)
    assert numbers
    notebook = number_of(path.name).lstrip("0")
    assert numbers == [(notebook, str(i + 1)) for i in range(len(numbers))]


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda p: p.name)
def test_solutions_have_their_title(path):
    first = read(path).cells[0]
    assert re.match(rf"# Solutions to {number_of(path.name)}\. \S", first.source)
    assert f"/blob/main/notebooks/solutions/{path.name})" in first.source


def pytest_command_of_make():
    """Returns the arguments of pytest in `make test`."""
    quiet = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    make = ["make", "--dry-run", "--no-print-directory", "test"]
    dry = subprocess.run(make, cwd=ROOT, env=quiet, capture_output=True, text=True, check=True)
    text = dry.stdout.replace("\\\n", " ")
    (line,) = [line for line in text.splitlines() if "-m pytest" in line and "--nbval" in line]
    return line.split("-m pytest", 1)[1].split()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_test_collects_every_code_cell():
    extra = ["--collect-only", "-q", "-n", "0", "--ignore-glob=*/test_*.py"]
    command = [sys.executable, "-m", "pytest", *pytest_command_of_make(), *extra]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    expected = {
        f"{path.relative_to(ROOT).as_posix()}::Cell {number}"
        for path in STUDENTS + SOLUTIONS
        for number in range(len(code_cells(path)))
    }
    assert expected == {line for line in run.stdout.splitlines() if "::Cell " in line}, run.stderr


@all_notebooks
def test_no_cell_escapes_the_check(path):
    escapes = r"NBVAL_SKIP|NBVAL_RAISES_EXCEPTION|nbval-skip|raises-exception"
    for cell in code_cells(path):
        assert not re.search(escapes, cell.source + str(cell.metadata.get("tags", "")))


# ---------------------------------------------------------------- the build itself

SMALL = '''# %% [markdown]
# # 07. A small one
#
# {{badge}}

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %%
number = 6 * 7
number

# %% [markdown] tags=["exercise-text"]
# **Exercise 1.** Implement `double`.

# %% tags=["exercise"]
def double(x):
    """Your code here."""


# %% tags=["solution"]
def double(x):
    """Returns 2x."""
    return 2 * x


# %% tags=["check"]
# NBVAL_CHECK_OUTPUT
print("expected 4")

# %%
number = 6 * 7
number
'''


@pytest.fixture
def small(tmp_path):
    """Path of a source in a small repository of its own."""
    source = tmp_path / "notebooks" / "src" / "07_small.py"
    source.parent.mkdir(parents=True)
    source.write_text(SMALL, encoding="utf-8")
    address = '[project.urls]\nRepository = "https://github.com/someone/course"\n'
    (tmp_path / "pyproject.toml").write_text(address, encoding="utf-8")
    return source


def built(source):
    """Returns the student's notebook and the solutions."""
    return list(build.build(source, root=source.parent.parent.parent).values())


def ran(book):
    """Returns the notebook as if it had been executed."""
    for number, cell in enumerate([c for c in book.cells if c.cell_type == "code"], 1):
        cell.execution_count = number
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=f"{number}\n")]
    return book


def test_exercise_and_solution_are_told_apart(small):
    student, solutions = (["\n".join(c.source for c in book.cells)] for book in built(small))
    assert "Your code here" in student[0]
    assert "Returns 2x" not in student[0]
    assert "Returns 2x" in solutions[0]
    assert "Your code here" not in solutions[0]
    assert "number = 6 * 7" not in solutions[0]
    for text in (student[0], solutions[0]):
        assert "**Exercise 1.**" in text
        assert 'print("expected 4")' in text
        assert "import sys" in text


def test_titles_and_badges(small):
    student, solutions = (book.cells[0].source for book in built(small))
    link = "https://colab.research.google.com/github/someone/course/blob/main/notebooks"
    assert student.startswith("# 07. A small one\n")
    assert student.endswith(f"]({link}/07_small.ipynb)")
    assert solutions.startswith("# Solutions to 07. A small one\n")
    assert f"]({link}/solutions/07_small.ipynb)" in solutions


def test_addresses_of_the_web_site(small):
    small.write_text(SMALL.replace("{{badge}}", "{{page}}\n#\n# [Lab]({{site}}lab.html)"))
    first = built(small)[0].cells[0].source
    assert "[Read it on the web site](https://someone.github.io/course/07_small.html)" in first
    assert "[Lab](https://someone.github.io/course/lab.html)" in first
    assert playground.address() == build.site(build.repository()) + "lab.html"


def test_magic_commands_and_address(small):
    setup = built(small)[0].cells[1].source
    assert setup.splitlines()[-1] == (
        '    %pip install --quiet --no-deps "gan_tf @ git+https://github.com/someone/course"'
    )


def test_tables_of_benchmarks_are_shown_as_they_were_written(small):
    root = small.parent.parent.parent
    small.write_text(SMALL.replace("A small one\n", "A small one\n#\n# {{made/one.md}}\n", 1))
    with pytest.raises(SystemExit, match="one.md is missing"):
        built(small)
    (root / "made").mkdir()
    (root / "made" / "one.md").write_text("| a |\n| --- |\n| 1 |\n")
    assert "\n\n| a |\n| --- |\n| 1 |" in built(small)[0].cells[0].source


def test_notebook_is_valid_and_the_same_every_time(small):
    texts = [[build.text_of(book) for book in built(small)] for _ in range(2)]
    assert texts[0] == texts[1]
    for book in built(small):
        nbformat.validate(book)
        assert all(re.fullmatch(r"[a-zA-Z0-9_-]{8,64}", cell.id) for cell in book.cells)
        assert all(not cell.metadata for cell in book.cells)


def test_ids_last_when_a_cell_is_inserted(small):
    before = [cell.id for cell in built(small)[0].cells]
    small.write_text(SMALL.replace("# %%\nnumber", "# %%\nprint(1)\n\n# %%\nnumber", 1))
    after = [cell.id for cell in built(small)[0].cells]
    assert len(after) == len(before) + 1
    assert [i for i in after if i in before] == before
    assert len(set(after)) == len(after)


def test_new_prose_or_address_keeps_outputs(small):
    old = ran(built(small)[0])
    small.write_text(SMALL.replace("A small one", "Another title"))
    pyproject = small.parent.parent.parent / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace("someone", "another"))
    new = build.with_outputs(built(small)[0], old)
    assert "Another title" in new.cells[0].source
    assert build.code_sources(new) != build.code_sources(old)
    assert [c.get("outputs") for c in new.cells] == [c.get("outputs") for c in old.cells]
    assert [c.get("execution_count") for c in new.cells if c.cell_type == "code"] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "change", [("6 * 7", "6 * 8"), ("# %%\nnumber", "# %%\n1\n\n# %%\nnumber")]
)
def test_new_code_drops_outputs(small, change):
    old = ran(built(small)[0])
    small.write_text(SMALL.replace(*change, 1))
    new = build.with_outputs(built(small)[0], old)
    assert all(not c.outputs and c.execution_count is None for c in new.cells if "outputs" in c)


def test_build_writes_what_changed_and_then_nothing(small):
    root = small.parent.parent.parent
    (root / "README.md").write_text(
        "[x](https://colab.research.google.com/github/old/name/blob/main/notebooks/07_small.ipynb)\n"
        "git clone https://github.com/old/name && pip install git+https://github.com/old/name\n"
        "[site](https://old.github.io/name/lab.html)\n"
    )
    for path, text in build.changes([small], root).items():
        build.write(path, text)
    assert len(list((root / "notebooks").rglob("*.ipynb"))) == 2
    assert "old/name" not in (root / "README.md").read_text()
    assert (root / "README.md").read_text().count("github.com/someone/course") == 2
    assert "(https://someone.github.io/course/lab.html)" in (root / "README.md").read_text()
    assert build.changes([small], root) == {}


def test_source_without_title_is_refused(small):
    small.write_text("# %%\n1\n")
    with pytest.raises(ValueError, match="must begin with the title"):
        built(small)


def test_unknown_name_is_refused(small):
    with pytest.raises(SystemExit, match="No notebook '08'"):
        build.source_paths(small.parent.parent.parent, ["08"])
    assert build.source_paths(small.parent.parent.parent, ["07"]) == [small]


@pytest.mark.parametrize("cap", build.CAPS)
def test_capped_execution_is_refused(monkeypatch, cap):
    monkeypatch.setenv(cap, "1")
    with pytest.raises(SystemExit, match=f"Unset {cap}"):
        build.run_execute([])


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("plain\ntext\n", "plain\ntext\n"),
        ("1/2\r2/2\n", "2/2\n"),
        ("\x1b[1m1/2\x1b[0m ---\x08\x08\x08\x08\x08\x08\x08\r\x1b[1m2/2\x1b[0m ok \n", "2/2 ok\n"),
        ("longer line\rshort\n", "shortr line\n"),
    ],
)
def test_progress_bars_leave_their_last_state(printed, shown):
    assert build.on_screen(printed) == shown


def test_neighbouring_streams_are_joined():
    stream = nbformat.v4.new_output
    parts = [stream("stream", name="stdout", text=t) for t in ("a\n", "1/2\r", "2/2\n")]
    picture = stream("display_data", data={"text/plain": "figure"})
    joined = build.merged_streams([*parts, picture, stream("stream", name="stdout", text="b\n")])
    assert [o.get("text") for o in joined] == ["a\n2/2\n", None, "b\n"]


def encoded(pixels):
    """A PNG in base64 of pixels `(height, width, 3)`, with an opaque alpha as matplotlib has it."""
    image = np.concatenate([pixels, np.full((*pixels.shape[:2], 1), 255, "uint8")], axis=-1)
    return base64.b64encode(iio.imwrite("<bytes>", image, extension=".png")).decode()


@pytest.mark.parametrize("kind", ["grey", "few colours"])
def test_pictures_keep_their_pixels_in_fewer_bytes(kind):
    rng = np.random.default_rng(0)
    grey = np.repeat(rng.integers(0, 256, (40, 50, 1), "uint8"), 3, axis=-1)
    few = rng.integers(0, 256, (30, 3), "uint8")[rng.integers(30, size=(40, 50))]
    pixels = grey if kind == "grey" else few
    before = encoded(pixels)
    after = build.slim(before)
    np.testing.assert_array_equal(iio.imread(base64.b64decode(after), mode="RGB"), pixels)
    assert len(after) < 0.5 * len(before)
    assert build.slim(after) == after


def test_pictures_of_many_colours_look_the_same_in_half_the_bytes():
    red, green = np.meshgrid(np.linspace(0, 255, 90), np.linspace(0, 255, 90))
    noise = np.random.default_rng(0).normal(0, 10, (90, 90))
    pixels = np.stack([red, green, 128 + noise], axis=-1).round().astype("uint8")
    after = build.slim(encoded(pixels))
    found = iio.imread(base64.b64decode(after), mode="RGB")
    assert len(np.unique(found.reshape(-1, 3), axis=0)) <= 256
    assert np.abs(found.astype(float) - pixels).mean() < 8
    assert len(after) < 0.5 * len(encoded(pixels))


@pytest.mark.slow
def test_execution_keeps_outputs_and_reports_failures(small, monkeypatch, capsys):
    root = small.parent.parent.parent
    monkeypatch.setattr(build, "ROOT", root)
    path, book = next(iter(build.build(small, root).items()))
    assert build.execute(path, book)
    assert [c.execution_count for c in code_cells(path)] == [1, 2, 3, 4, 5]
    assert code_cells(path)[1].outputs[0].data["text/plain"] == "42"
    assert build.changes([small], root).keys() == {path.parent / "solutions" / path.name}
    before = path.read_bytes()
    small.write_text(SMALL.replace("6 * 7", "6 / 0"))
    path, book = next(iter(build.build(small, root).items()))
    assert not build.execute(path, book)
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert path.read_bytes() == before
