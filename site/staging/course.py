"""What the course consists of, and what its pages have in common while they are made."""

from collections import defaultdict
from dataclasses import dataclass, field
import importlib.util
from pathlib import Path
import re

import tomllib

FOLDER = Path(__file__).resolve().parent.parent


@dataclass
class Entry:
    """What the index says about one notebook."""

    title: str
    question: str
    minutes: int | None


@dataclass
class Course:
    """The repository that is read, the folder that is written, and what was seen on the way.

    Args:
        root: Folder of the repository.
        work: Folder for the pages that Sphinx will read.
    """

    root: Path
    work: Path
    entries: dict[str, Entry] = field(default_factory=dict)
    mentions: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    citations: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    films: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        self.tools = notebook_tools(self.root)
        self.sources = self.tools.source_paths(self.root)
        self.stems = {path.stem.split("_")[0]: path.stem for path in self.sources}
        self.address = self.tools.repository(self.root)
        self.glossary = read_glossary()
        self.questions = questions_of_readme(self.root / "README.md")

    def github(self, path):
        """Returns the address of a file or folder on GitHub."""
        kind = "tree" if (self.root / path).is_dir() else "blob"
        return f"{self.address}/{kind}/main/{path}"

    def colab(self, name):
        """Returns the address that opens a notebook in Colab."""
        slug = self.address.removeprefix("https://github.com/")
        return f"https://colab.research.google.com/github/{slug}/blob/main/notebooks/{name}.ipynb"

    def write(self, path, content):
        """Writes a file below the work folder, and makes its folder."""
        target = self.work / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = content.encode("utf-8")
        target.write_bytes(content)


def notebook_tools(root):
    """Returns the module notebooks/build.py, which knows where notebooks and sources are."""
    path = root / "notebooks" / "build.py"
    spec = importlib.util.spec_from_file_location("notebooks_build", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_glossary(path=FOLDER / "glossary.toml"):
    """Returns a dictionary from term to its meaning and, if there are any, its other spellings."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def questions_of_readme(path):
    """Returns a dictionary from a notebook's name to its question in README.md's table."""
    row = re.compile(r"^\| \[[^]]*\]\(notebooks/(\w+)\.ipynb\) \| (.*?) \|", re.M)
    return dict(row.findall(path.read_text(encoding="utf-8")))
