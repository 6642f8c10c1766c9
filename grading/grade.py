"""Prepares assignments and grades what was handed in, with nbgrader and without the network.

    python grading/grade.py prepare FOLDER [NAME ...]   writes release/NAME/NAME.ipynb
    python grading/grade.py grade FOLDER [NAME ...]     grades submitted/STUDENT/NAME/NAME.ipynb

All paths are below FOLDER. Grades go to grades.csv, and a page for each student to feedback.
"""

import argparse
import os
from pathlib import Path
import sys

sys.path.insert(0, str(Path(__file__).resolve().parent))

import assignments  # noqa: E402


def course(folder):
    """Returns nbgrader's interface to a folder."""
    try:
        from nbgrader.apps import NbGraderAPI
        from traitlets.config import PyFileConfigLoader
    except ImportError:
        raise SystemExit('nbgrader is missing: pip install "gan_tf[grading]"') from None
    # nbgrader starts alembic, which stands beside this Python.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    settings = PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()
    settings.CourseDirectory.root = str(folder)
    return NbGraderAPI(config=settings)


def done(what, result):
    """Raises SystemExit with what nbgrader said, if a step failed."""
    if not result["success"]:
        raise SystemExit(f"{what} failed:\n{result.get('error')}\n{result.get('log')}")


def prepare(folder, names):
    """Makes assignments, and from each the version for students."""
    for name in assignments.write(folder, names):
        done(name, course(folder).generate_assignment(name, force=True))
        print(folder / "release" / name / f"{name}.ipynb")


def handed_in(folder, names):
    """Yields (assignment, student) of everything that was handed in."""
    for path in sorted((folder / "submitted").glob("*/*/*.ipynb")):
        if path.stem == path.parent.name and (not names or path.stem in names):
            yield path.stem, path.parent.parent.name


def grade(folder, names):
    """Grades everything that was handed in; one bad notebook does not stop the others."""
    graded, failed = course(folder), []
    for name, student in handed_in(folder, names):
        result = graded.autograde(name, student, force=True)
        if result["success"]:
            graded.generate_feedback(name, student, force=True)
        else:
            failed.append(f"{student}, {name}: {(result.get('error') or 'see the log').strip()}")
    rows = write_grades(graded, folder / "grades.csv")
    print(*rows, *failed, sep="\n")
    return int(bool(failed))


def write_grades(graded, path):
    """Writes a table of all grades; returns its lines."""
    with graded.gradebook as gradebook:
        rows = sorted(
            f"{assignment.name},{each.student.id},{each.score:g},{each.max_score:g}"
            for assignment in gradebook.assignments
            for each in assignment.submissions
        )
    lines = ["assignment,student,score,of", *rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return lines


def main(arguments=None):
    """Reads the command line; returns 1 if a notebook could not be graded."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=("prepare", "grade"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help="05_dcgan; default all")
    options = parser.parse_args(arguments)
    steps = {"prepare": prepare, "grade": grade}
    return steps[options.command](options.folder.resolve(), options.names)


if __name__ == "__main__":
    sys.exit(main())
