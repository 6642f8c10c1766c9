"""The rules of the house: which module imports which, and one place for each fact."""

import ast
import importlib
import os
from pathlib import Path
import re
import subprocess
import sys

import gan_tf
from packaging.requirements import Requirement
import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "gan_tf"
IMPORTS = {
    "checks": set(),
    "startup": {"environment"},
    "prepared": {"startup"},
    "colab": set(),
    "playground": {"checks"},
    "endings": set(),
    "environment": set(),
    "losses": {"checks"},
    "penalties": {"checks"},
    "transfer": {"checks"},
    "layers": {"checks"},
    "data": {"checks"},
    "metrics": {"checks"},
    "plots": {"checks"},
    "builders": {"checks", "layers", "transfer"},
    "callbacks": {"checks", "endings", "metrics", "plots"},
    "training": {"checks", "endings"},
    "games": {"checks", "endings", "training", "losses", "penalties", "layers", "transfer"},
    "judging": {"data", "metrics"},
    "recipes": {"checks", "games", "builders", "data", "layers", "losses", "penalties", "training"},
}
FOLDERS = {".ci", ".github", "benchmarks", "constraints", "data", "docs", "gan_tf", "notebooks"}
FOLDERS |= {"grading", "site", "tests"}
PYTHONS = {"tested.txt": ("3.10", "3.11", "3.12", "3.13"), "colab.txt": ("3.11", "3.12", "3.13")}
PYTHONS |= {"site.txt": ("3.11", "3.12", "3.13")}  # holds only the group that makes the web site
ALL_PINNED = ("tested.txt", "colab.txt")
EXTRAS = ("notebooks", "dev", "tfds")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ADDRESS = PROJECT["project"]["urls"]["Repository"]


def package_files():
    return sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


def module_of(path):
    """Returns the name under which a file stands in IMPORTS; a folder counts as one module."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path):
    """Returns the modules of gan_tf that a file imports, inside of functions too."""
    names = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports of gan_tf are written in full"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    ours = {name.split(".")[1] for name in names if name.startswith("gan_tf.")}
    places = {**gan_tf._DEFINED_IN, **gan_tf._MODULES}
    return {places.get(name, name).split(".")[0] for name in ours}


@pytest.mark.parametrize("path", package_files(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_run_one_way(path):
    module = module_of(path)
    if module in ("__init__", "__main__"):
        return
    allowed = IMPORTS[module] | {module, "__version__", "prepared"}
    assert imported(path) <= allowed, f"{module} may import only {sorted(allowed)}"


def test_every_module_has_its_place_in_the_rule():
    assert {module_of(path) for path in package_files()} <= {*IMPORTS, "__init__", "__main__"}


def test_package_itself_imports_neither_keras_nor_tensorflow():
    code = "import sys, gan_tf; print({'keras', 'tensorflow'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


# These hold nothing that needs TensorFlow, or look at what is there before it is loaded.
UNPREPARED = {"__init__", "__main__", "checks", "colab", "endings", "environment", "playground"}
UNPREPARED |= {"prepared"}


@pytest.mark.parametrize("module", sorted({*IMPORTS} - UNPREPARED - {"startup"}))
def test_every_door_prepares_tensorflow_first(module):
    path = PACKAGE / f"{module}.py"
    path = path if path.exists() else PACKAGE / module / "__init__.py"
    imports = [n for n in tree_of(path).body if isinstance(n, (ast.Import, ast.ImportFrom))]
    first = next(n for n in map(ast.unparse, imports) if re.search("gan_tf|keras|tensorflow", n))
    assert first == "import gan_tf.prepared", path


def test_a_direct_import_is_quiet_and_prepared():
    code = (
        "from gan_tf.data import ring; import tensorflow as tf; "
        "print(tf.config.optimizer.get_experimental_options()['remapping'])"
    )
    environ = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environ)
    assert run.stdout.strip() == "False" and run.stderr == ""


def public_definitions():
    """Yields (where, node) for each module and each of its public functions and classes."""
    for path in package_files():
        tree = tree_of(path)
        where = path.relative_to(ROOT).as_posix()
        yield where, tree
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                yield f"{where}: {node.name}", node


def test_public_names_have_docstrings():
    bare = [where for where, node in public_definitions() if not ast.get_docstring(node)]
    assert bare == []


def test_exported_names_exist():
    for name in gan_tf.__all__:
        assert getattr(gan_tf, name) is not None
    for name, module in gan_tf._DEFINED_IN.items():
        assert hasattr(importlib.import_module(f"gan_tf.{module}"), name)


def test_modules_are_found_where_they_stood_before():
    from gan_tf.gan import GAN
    from gan_tf.growing import ProgressiveGAN, stage_of
    from gan_tf.history import HistoricalAveraging
    from gan_tf.lecture import LectureGAN

    assert (GAN, ProgressiveGAN) == (gan_tf.GAN, gan_tf.ProgressiveGAN)
    assert stage_of is gan_tf.growing.stage_of
    assert LectureGAN is gan_tf.games.LectureGAN
    assert HistoricalAveraging is gan_tf.layers.history.HistoricalAveraging
    with pytest.raises(ImportError, match="nothing"):
        from gan_tf.growing import nothing  # noqa: F401


def repository_files():
    """Returns the paths of all files that belong to the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git repository")
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_top_level_folders():
    relative = [path.relative_to(ROOT) for path in repository_files()]
    assert {path.parts[0] for path in relative if len(path.parts) > 1} == FOLDERS


def requirements(python):
    """Returns all requirements of pyproject that hold for a version of Python."""
    project = PROJECT["project"]
    texts = [*project["dependencies"], *PROJECT["build-system"]["requires"]]
    for extra in project["optional-dependencies"].values():
        texts += extra
    return [r for r in map(Requirement, texts) if holds(r, python)]


def holds(requirement, python):
    return requirement.marker is None or requirement.marker.evaluate({"python_version": python})


def pins(file_name, python):
    """Returns a dictionary from package to version: the pins that hold for a Python."""
    lines = (ROOT / "constraints" / file_name).read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    found = [r for r in found if holds(r, python)]
    assert len({r.name for r in found}) == len(found), "a package is pinned twice"
    return {r.name: str(r.specifier).removeprefix("==") for r in found}


@pytest.mark.parametrize(
    ("file_name", "python"), [(name, p) for name in ALL_PINNED for p in PYTHONS[name]]
)
def test_every_dependency_is_pinned(file_name, python):
    pinned = pins(file_name, python)
    for requirement in requirements(python):
        assert requirement.name in pinned, f"{file_name} does not pin {requirement.name}"
        version = pinned[requirement.name]
        assert requirement.specifier.contains(version), f"{requirement} against {version}"


@pytest.mark.parametrize("python", PYTHONS["site.txt"])
def test_every_package_of_the_site_is_pinned(python):
    pinned, tested = pins("site.txt", python), pins("tested.txt", python)
    for requirement in map(Requirement, PROJECT["dependency-groups"]["site"]):
        assert requirement.specifier.contains(pinned[requirement.name]), requirement
    shared = set(pinned) & set(tested)
    assert shared > {"jupytext", "nbformat", "pytest"}
    assert {name: pinned[name] for name in shared} == {name: tested[name] for name in shared}


@pytest.mark.parametrize("file_name", PYTHONS)
def test_constraints_say_for_which_pythons_they_hold(file_name):
    first_line = (ROOT / "constraints" / file_name).read_text(encoding="utf-8").splitlines()[0]
    pythons = PYTHONS[file_name]
    assert first_line.startswith(f"# Python {pythons[0]} to {pythons[-1]}")


def test_constraints_share_the_tools():
    tested, colab = (pins(name, "3.13") for name in ALL_PINNED)
    assert tested["ruff"] == colab["ruff"]
    assert tested["pytest"] == colab["pytest"]
    assert set(tested) == set(colab)


def test_colab_set_is_what_colab_preinstalls():
    colab = pins("colab.txt", "3.13")
    assert (colab["tensorflow"], colab["keras"], colab["numpy"]) == ("2.20.0", "3.13.2", "2.1.3")


def content_lines(name):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def test_thin_files_point_at_pyproject():
    assert content_lines("requirements.txt") == [
        "-c constraints/tested.txt",
        f"-e .[{','.join(EXTRAS)}]",
    ]
    conda = content_lines("environment.yml")
    assert "      - -r requirements.txt" in conda
    assert "  - python>=3.10,<3.14" in conda


def test_python_range_is_the_same_everywhere():
    assert PROJECT["project"]["requires-python"] == ">=3.10"
    assert PROJECT["tool"]["ruff"]["target-version"] == "py310"
    assert f"[{','.join(EXTRAS)}]" in (ROOT / "Makefile").read_text(encoding="utf-8")
    readme = ROOT / "README.md"
    if readme.exists():
        assert re.search(r"3\.10\W+(to )?3\.13", readme.read_text(encoding="utf-8"))


def test_version_is_the_same_everywhere():
    assert gan_tf.__version__ == PROJECT["project"]["version"]


def built(path):
    """Returns whether a file is made from pyproject's address by notebooks/build.py."""
    return path.suffix == ".ipynb" or path == ROOT / "README.md"


def texts():
    for path in repository_files():
        if path.suffix in {".py", ".md", ".toml", ".txt", ".yml", ".ipynb", ".cff", ""}:
            yield path, path.read_text(encoding="utf-8")


def test_address_stands_once():
    holders = {path for path, text in texts() if ADDRESS.removeprefix("https://") in text}
    assert {path for path in holders if not built(path)} == {ROOT / "pyproject.toml"}


def test_built_links_hold_the_address():
    slug = ADDRESS.removeprefix("https://github.com/")
    pattern = r"(?:colab\.research\.google\.com/github/|git\+https://github\.com/)([\w.-]+/[\w-]+)"
    for path, text in texts():
        if built(path):
            assert set(re.findall(pattern, text)) <= {slug}, path


def test_only_keras_3():
    allowed = {PACKAGE / "environment.py", ROOT / "tests", ROOT / "README.md"}
    for path, text in texts():
        if not allowed & {path, *path.parents}:
            assert not re.search(r"TF_USE_LEGACY_KERAS|\btf_keras\b", text), path


def test_unit_tests_are_not_capped():
    import keras

    assert keras.config.max_epochs() is None
    assert keras.config.max_steps_per_epoch() is None
    assert not {"KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH", "GAN_TF_DATA"} & set(os.environ)
