"""Makes assignments for nbgrader from the notebooks' sources: their exercises with a check cell.

The check cell becomes the test: it prints as in the notebook, and hidden lines compare what it
printed. An exercise without expected values is left out, because a person must read its answer.
"""

import importlib.util
from pathlib import Path
import re

import nbformat

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
BEGIN, END = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
LISTEN = """import builtins, io
_printed = io.StringIO()
def print(*values, **options):
    builtins.print(*values, **options)
    builtins.print(*values, **options | {"file": _printed})"""
COMPARE = """del print
assert_as_expected(_printed.getvalue())"""
INTRODUCTION = """# Exercises of notebook {title}

Write your answers into the cells that say so, run all cells, save, and hand in this file. The cells
below your answers compare them; you cannot change those. [The notebook]({address}) has the rest."""
CONFIGURATION = """c = get_config()
c.CourseDirectory.course_id = "gan_tf"
c.ExecutePreprocessor.timeout = 600  # seconds for a cell
# Assignments have stubs already, so nothing has to be cleared from the cells of answers.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors." + name
    for name in (
        "IncludeHeaderFooter LockCells ClearOutput CheckCellMetadata ComputeChecksums SaveCells "
        "ClearHiddenTests ClearMarkScheme ComputeChecksums CheckCellMetadata"
    ).split()
]
"""


def notebook_tools(root=ROOT):
    """Returns the module notebooks/build.py."""
    spec = importlib.util.spec_from_file_location(
        "notebooks_build", root / "notebooks" / "build.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def exercises_of(cells, tags):
    """Returns a list of (text, stub, check) for the exercises whose check has expected values."""
    found, text, stub = [], None, None
    for cell in cells:
        if "exercise-text" in tags(cell):
            text, stub = cell, None
        elif "exercise" in tags(cell):
            stub = cell
        elif "check" in tags(cell) and text is not None and stub is not None:
            if "expected" in cell.source and "yours" in cell.source:
                found.append((text, stub, cell))
            text = None
    return found


def metadata(name, **values):
    """Returns what nbgrader reads of a cell."""
    kind = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
    return {"nbgrader": kind | {"grade_id": name} | values}


def test_of(check):
    """Returns the code of a graded cell: the check, and hidden lines that compare its words."""
    comparison = (FOLDER / "comparison.py").read_text(encoding="utf-8").strip()
    hidden = [f"{BEGIN}\n{lines}\n{END}" for lines in (LISTEN, f"{comparison}\n\n\n{COMPARE}")]
    shown = re.sub(r"^# NBVAL_\w+\n", "", check, flags=re.M).strip()
    return f"{hidden[0]}\n{shown}\n{hidden[1]}"


def assignment(source, root=ROOT):
    """Returns the assignment of a notebook's source, with the tests that students don't see."""
    tools = notebook_tools(root)
    student, _ = tools.build(source, root).values()
    told = [c for c in tools.source_cells(source) if "solution" not in tools.tags(c)]
    kinds = [tools.tags(cell) for cell in told]
    for cell, kind in zip(student.cells, kinds, strict=True):
        cell["tags"] = kind
    title = student.cells[0].source.split("\n")[0].removeprefix("# ")
    address = f"{tools.repository(root)}/blob/main/notebooks/{source.stem}.ipynb"
    cells = [markdown("top", INTRODUCTION.format(title=title, address=address))]
    for number, cell in enumerate(c for c in student.cells if "setup" in c["tags"]):
        locked = metadata(f"setup{number}", locked=True)
        make = code if cell.cell_type == "code" else markdown
        cells.append(make(f"setup{number}", cell.source, locked))
    for number, (text, stub, check) in enumerate(exercises_of(student.cells, lambda c: c["tags"])):
        cells.append(markdown(f"text{number}", text.source))
        answer = metadata(f"answer{number}", solution=True)
        cells.append(code(f"answer{number}", stub.source, answer))
        graded = metadata(f"check{number}", grade=True, locked=True, points=1)
        cells.append(code(f"check{number}", test_of(check.source), graded))
    made = nbformat.v4.new_notebook(cells=cells, metadata=tools.METADATA, nbformat_minor=5)
    nbformat.validate(made)
    return made


def markdown(name, text, values=None):
    """Returns a cell of text that students cannot change."""
    values = values or metadata(name, locked=True)
    return nbformat.v4.new_markdown_cell(text, id=name, metadata=values)


def code(name, text, values):
    """Returns a cell of code."""
    return nbformat.v4.new_code_cell(text, id=name, metadata=values)


def write(folder, names=(), root=ROOT):
    """Writes assignments and nbgrader's settings into a folder; returns the assignments' names."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nbgrader_config.py").write_text(CONFIGURATION, encoding="utf-8")
    sources = notebook_tools(root).source_paths(root, names)
    for source in sources:
        path = folder / "source" / source.stem / f"{source.stem}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(assignment(source, root), path)
    return [source.stem for source in sources]
