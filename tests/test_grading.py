"""Graded exercises: their tests are the check cells, and tell right answers from wrong ones."""

import ast
import builtins
import importlib.util
import os
from pathlib import Path
import re
import subprocess
import sys

import nbformat
import pytest
from test_prose import names_of

ROOT = Path(__file__).resolve().parent.parent
GRADING = ROOT / "grading"
SOURCES = sorted((ROOT / "notebooks" / "src").glob("[0-9][0-9]*_*.py"))
EXAMPLE = "02_game"  # takes seconds, because its exercises need no training
NO_NETWORK = """import socket
def refused(*address):
    raise OSError(f"the network is asked for: {address}")
real = socket.socket.connect
def connect(self, address):
    local = not isinstance(address, tuple) or address[0] in ("127.0.0.1", "localhost", "::1")
    return real(self, address) if local else refused(address)
socket.socket.connect = connect
socket.getaddrinfo, find = (
    lambda host, *rest, **more: find(host, *rest, **more)
    if host in ("127.0.0.1", "localhost", "::1", "", None) else refused(host)
), socket.getaddrinfo
"""


def module(name):
    spec = importlib.util.spec_from_file_location(f"grading_{name}", GRADING / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


assignments, comparison = module("assignments"), module("comparison")


def answers_of(source):
    """The solutions of the exercises that are graded, in their order."""
    tools = assignments.notebook_tools()
    graded = [check.source for _, _, check in assignments.exercises_of(told(source), tools.tags)]
    answers, waiting = [], []
    for cell in tools.source_cells(source):
        if "solution" in tools.tags(cell) and cell.cell_type == "code":
            waiting.append(cell.source)
        elif "check" in tools.tags(cell) and cell.source in graded:
            answers.append("\n".join(waiting))
        if tools.tags(cell) & {"exercise-text", "check"}:
            waiting = []
    return answers


def told(source):
    tools = assignments.notebook_tools()
    return [c for c in tools.source_cells(source) if "solution" not in tools.tags(c)]


# What is printed.


@pytest.mark.parametrize(
    ("printed", "right"),
    [
        ("expected 0.3831, yours 0.3831\n", True),
        ("expected 0.3831, yours 0.3832\n", True),  # another machine rounds otherwise
        ("expected 0.3831, yours 0.3841\n", False),
        ("expected 0.3831, yours nan\n", False),
        ("a 0.1: expected 0.9949, yours 0.9949 (other 0.9950)\n", True),
        ("a 0.1: expected 0.9949, yours nan (other 0.9950)\n", False),
        ("expected [0, 5]\nyours    [0, 5]\n", True),
        ("expected [0, 5]\nyours    [1, 5]\n", False),
        ("expected [0, 5]\nyours    []\n", False),
        ("expected (None, 64, 64, 3), yours (None, 64, 64, 3)", True),
        ("expected (None, 64, 64, 3), yours (None, 28, 28, 1)", False),
        ("expected length 10.0, yours 10.0", True),
        ("expected 9,000,000, yours 9,000,000", True),
        ("expected 9,000,000, yours 9,000,001", False),
        ("expected an error <= 0.0403, yours 0.0402", True),
        ("expected an error <= 0.0403, yours 0.0607", False),
        ("expected an error > 0.0403, yours 0.0407", True),
        ("expected below 0.001, yours 0.1737", False),
        ("expected 0.2, yours 0.2000\nexpected 0.5904, yours 0.5905\n", True),
        ("expected 0.2, yours 0.2000\nexpected 0.5904, yours 0.60\n", False),
        ("expected [1. 1. 1.], yours [1. 1. 1.]", True),
        ("expected [1. 1. 1.], yours [1. 1. 2.]", False),
        ("done\n", False),
        ("", False),
    ],
)
def test_what_a_check_prints_is_compared(printed, right):
    if right:
        comparison.assert_as_expected(printed)
    else:
        with pytest.raises(AssertionError):
            comparison.assert_as_expected(printed)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_committed_solutions_pass_and_stubs_fail(source):
    """By what the check cells printed in the full runs of solutions and notebooks."""
    graded = [c.source for _, _, c in assignments.exercises_of(told(source), tags)]
    assert graded
    for folder, right in (("solutions", True), ("", False)):
        book = nbformat.read(ROOT / "notebooks" / folder / source.name.replace(".py", ".ipynb"), 4)
        texts = [
            "".join(output.get("text", "") for output in cell.outputs)
            for cell in book.cells
            if cell.cell_type == "code" and cell.source in graded
        ]
        assert len(texts) == len(graded)
        for text in texts:
            if right:
                comparison.assert_as_expected(text)
            else:
                with pytest.raises(AssertionError):
                    comparison.assert_as_expected(text)


def tags(cell):
    return set(cell.metadata.get("tags", ()))


# The assignments.


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_assignment_has_a_locked_test_for_each_answer(source):
    made = assignments.assignment(source)
    kinds = [cell.metadata["nbgrader"] for cell in made.cells]
    answers = [cell.source for cell in made.cells if cell.metadata["nbgrader"]["solution"]]
    checks = [cell for cell in made.cells if cell.metadata["nbgrader"]["grade"]]
    assert len(answers) == len(checks) == len(answers_of(source)) > 0
    assert len({kind["grade_id"] for kind in kinds}) == len(kinds)
    assert all(kind["locked"] != kind["solution"] for kind in kinds)
    for cell in checks:
        assert cell.source.count(assignments.BEGIN) == cell.source.count(assignments.END) == 2
        compile(cell.source, "check", "exec")
    for answer in answers_of(source):
        assert not any(answer in cell.source for cell in made.cells)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_assignment_needs_nothing_of_the_rest_of_the_notebook(source):
    cells = [c.source for c in assignments.assignment(source).cells if c.cell_type == "code"]
    program = "\n".join([*cells, *answers_of(source)])
    program = re.sub(r"^( *)%.*$", r"\1pass", program, flags=re.M)
    nodes = list(ast.walk(ast.parse(program)))
    read = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    assert read - names_of(program) - set(dir(builtins)) == set()


def test_check_of_an_assignment_listens_and_compares(capsys):
    check = 'print("expected 1.5, yours", answer)'
    code = assignments.test_of(check)
    exec(code, {"answer": 1.5})
    assert capsys.readouterr().out == "expected 1.5, yours 1.5\n"
    with pytest.raises(AssertionError, match="yours 2"):
        exec(code, {"answer": 2})


# With nbgrader.


def hand_in(folder, student, answers):
    """What a student hands in: the assignment as it is given out, with answers."""
    book = nbformat.read(folder / "release" / EXAMPLE / f"{EXAMPLE}.ipynb", as_version=4)
    places = [cell for cell in book.cells if cell.metadata["nbgrader"]["solution"]]
    for place, answer in zip(places, answers, strict=True):
        place.source = answer or place.source
    path = folder / "submitted" / student / EXAMPLE / f"{EXAMPLE}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(book, path)


def run(command, folder, offline):
    environ = dict(os.environ)
    environ["PYTHONPATH"] = f"{offline}:{environ.get('PYTHONPATH', '')}"
    line = [sys.executable, str(GRADING / "grade.py"), command, str(folder), EXAMPLE]
    return subprocess.run(line, env=environ, capture_output=True, text=True, timeout=600)


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("nbgrader") is None,
    reason='needs nbgrader: pip install "gan_tf[grading]"',
)
def test_three_notebooks_are_graded_without_the_network(tmp_path):
    offline = tmp_path / "offline"
    offline.mkdir()
    (offline / "sitecustomize.py").write_text(NO_NETWORK)
    folder = tmp_path / "course"
    prepared = run("prepare", folder, offline)
    assert prepared.returncode == 0, prepared.stderr
    given_out = (folder / "release" / EXAMPLE / f"{EXAMPLE}.ipynb").read_text("utf-8")
    assert "HIDDEN TESTS" not in given_out and "assert_as_expected" not in given_out

    (source,) = (path for path in SOURCES if path.stem == EXAMPLE)
    right = answers_of(source)
    hand_in(folder, "all_right", right)
    hand_in(folder, "partly_right", [right[0], None])
    hand_in(folder, "broken", ["def best_accuracy(p, q:\n    return", "1 / 0"])
    graded = run("grade", folder, offline)
    assert graded.returncode == 0, graded.stderr
    assert (folder / "grades.csv").read_text("utf-8").splitlines() == [
        "assignment,student,score,of",
        f"{EXAMPLE},all_right,2,2",
        f"{EXAMPLE},broken,0,2",
        f"{EXAMPLE},partly_right,1,2",
    ]
    feedback = folder / "feedback" / "partly_right" / EXAMPLE / f"{EXAMPLE}.html"
    assert "yours [nan nan nan]" in feedback.read_text("utf-8")

    # Who changes the test does not change the grade.
    path = folder / "submitted" / "broken" / EXAMPLE / f"{EXAMPLE}.ipynb"
    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        if cell.metadata["nbgrader"]["grade"]:
            cell.source = 'print("expected 1, yours 1")'
    nbformat.write(book, path)
    run("grade", folder, offline)
    assert f"{EXAMPLE},broken,0,2" in (folder / "grades.csv").read_text("utf-8")
