"""What the notebooks say: its numbers, its names, its figures, and how much of it there is."""

import ast
import builtins
import json
from pathlib import Path
import re

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "notebooks"
STUDENTS = sorted(FOLDER.glob("*.ipynb"))
SOLUTIONS = sorted((FOLDER / "solutions").glob("*.ipynb"))
RESULTS = sorted((ROOT / "benchmarks" / "results").rglob("*.md"))
MAX_WORDS_PER_LINE = 17.0  # of prose for a line of code, in a whole notebook
MIN_FONT_SIZE = 8

all_notebooks = pytest.mark.parametrize(
    "path", STUDENTS + SOLUTIONS, ids=lambda p: p.relative_to(FOLDER).as_posix()
)
student_notebooks = pytest.mark.parametrize("path", STUDENTS, ids=lambda p: p.name)


def cells_of(path, kind):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == kind]


def source(cell):
    return "".join(cell["source"])


def code_of(path):
    """All code of a notebook as one program, without Jupyter's magic lines."""
    lines = "\n".join(source(cell) for cell in cells_of(path, "code")).split("\n")
    return "\n".join("pass" if re.match(r"\s*[%!]", line) else line for line in lines)


# Numbers.

NOT_PROSE = (
    r"```.*?```",  # code
    r"`[^`]*`",
    r"\$\$.*?\$\$",  # formulas
    r"\$[^$]*\$",
    r"\(http[^)]*\)",  # addresses
    r"arXiv:\S+",
    r"(?:[Ff]igures?|[Ee]xercises?|[Ss]ections?|[Tt]ables?)\s+\d+[a-z]?\.\d+"
    r"(?:(?:,| and| to)\s+\d+[a-z]?\.\d+)*",
    r"^#.*$",  # headings
    r"\*\*\d+[a-z]?\.\d+",  # the number of an exercise
)


def decimals(text):
    """The decimal numbers of a text, as they are written."""
    for pattern in NOT_PROSE:
        text = re.sub(pattern, " ", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"(?<![\w.:/])\d+\.\d+(?![\w.]*\d)", text)


def known_numbers(path):
    """Every number in a notebook's code, printed outputs and in the results files."""
    texts = [page.read_text("utf-8") for page in RESULTS]
    for cell in cells_of(path, "code"):
        texts.append(source(cell))
        for output in cell["outputs"]:
            texts.append("".join(output.get("text", "")))
            texts.append("".join(output.get("data", {}).get("text/plain", "")))
    return [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", "\n".join(texts))]


def is_known(written, numbers):
    """Whether a number is one of these, rounded; also as a share written in percent."""
    value, places = float(written), len(written.split(".")[1])
    return any(
        abs(round(number * factor, places) - value) < 10**-places / 2
        for number in numbers
        for factor in (1, 100, -1)
    )


def unknown_decimals(paragraphs, numbers):
    return [n for text in paragraphs for n in decimals(text) if not is_known(n, numbers)]


@all_notebooks
def test_decimals_in_prose_stand_in_outputs_code_or_results(path):
    prose = cells_of(path, "markdown")[1:]
    cited = re.compile(r"\(http|arXiv")  # a paragraph that names its source may quote its numbers
    paragraphs = [p for cell in prose for p in source(cell).split("\n\n") if not cited.search(p)]
    numbers = known_numbers(path)
    if path in SOLUTIONS:  # they also speak of what the notebook printed
        numbers += known_numbers(FOLDER / path.name)
    assert numbers
    assert unknown_decimals(paragraphs, numbers) == []


def test_a_number_that_nobody_printed_is_found():
    numbers = [0.6931, 12.0, 0.254]
    text = "It ends at 0.69, for 25.4 % of them; figure 3.7 shows $x = 9.9$. Not at 0.71."
    assert decimals(text) == ["0.69", "25.4", "0.71"]
    assert unknown_decimals([text], numbers) == ["0.71"]


# Names.


def imported_and_used(program):
    tree = ast.parse(program)
    imported = {
        (alias.asname or alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    loads = (n for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    return imported, {node.id for node in loads}


@student_notebooks
def test_every_import_is_used(path):
    imported, used = imported_and_used(code_of(path))
    assert imported - used == set()


def names_of(program):
    """Every name that a program gives to something."""
    names = set()
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def fenced_programs(path):
    for cell in cells_of(path, "markdown"):
        yield from re.findall(r"```python\n(.*?)```", source(cell), flags=re.DOTALL)


def owners(program):
    """Names before a dot or a bracket: modules, classes, functions and objects that are used."""
    nodes = ast.walk(ast.parse(program))
    heads = [getattr(n, "value", None) or getattr(n, "func", None) for n in nodes]
    return {head.id for head in heads if isinstance(head, ast.Name)}


@student_notebooks
def test_code_in_prose_uses_only_names_of_the_notebook(path):
    known = names_of(code_of(path)) | set(dir(builtins))
    for program in fenced_programs(path):
        assert owners(program) - known - names_of(program) == set(), program


# Expected values, figures, length.


def expected_values(path):
    """What check cells print as expected, by the check cell's source."""
    found = {}
    for cell in cells_of(path, "code"):
        text = "".join("".join(output.get("text", "")) for output in cell["outputs"])
        values = re.findall(r"expected ([^\n]*?)(?:,? yours|$)", text, flags=re.MULTILINE)
        if values:
            found[source(cell)] = values
    return found


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda p: p.name)
def test_notebook_and_solution_expect_the_same(path):
    of_student = expected_values(FOLDER / path.name)
    of_solution = expected_values(path)
    both = of_student.keys() & of_solution.keys()
    assert {key: of_student[key] for key in both} == {key: of_solution[key] for key in both}


@student_notebooks
def test_text_in_figures_is_large_enough(path):
    sizes = re.findall(r"(?:fontsize|labelsize|font_size)=([\d.]+)", code_of(path))
    assert all(float(size) >= MIN_FONT_SIZE for size in sizes), sizes


@student_notebooks
def test_prose_is_in_proportion_to_code(path):
    words = sum(len(source(cell).split()) for cell in cells_of(path, "markdown"))
    lines = sum(bool(line.strip()) for line in code_of(path).split("\n"))
    assert words / lines <= MAX_WORDS_PER_LINE
