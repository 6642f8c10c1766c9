"""Builds the notebooks from notebooks/src, and runs them.

    python notebooks/build.py build [NAME ...]    write the .ipynb files, keep outputs still valid
    python notebooks/build.py execute [NAME ...]  build, run in full, and keep the new outputs
    python notebooks/build.py check [NAME ...]    list the files that `build` would change

A source, `notebooks/src/NN_name.py` in jupytext's percent format, makes two notebooks:
`NN_name.ipynb` has all cells but those tagged `solution`; `solutions/NN_name.ipynb` has only the
cells tagged `setup`, `exercise-text`, `solution` and `check`. A cell tagged `exercise` stands in
the first alone. `{{repository}}` becomes the address in pyproject.toml, `{{site}}` that of the web
site, which belongs to it, `{{badge}}` a link that opens the notebook in Colab, `{{page}}` a link to
its page on the web site, and `{{benchmarks/results/NAME.md}}` the table that a benchmark wrote
there. A magic command is written as a comment, `# %pip install …`.
"""

import argparse
import base64
from collections import Counter
import hashlib
import io
import itertools
import os
from pathlib import Path
import re
import sys
import time

import jupytext
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
import nbformat
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
SOLUTION_TAGS = {"setup", "exercise-text", "solution", "check"}
CAPS = ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH")
CELL_TIMEOUT_SECONDS = 3600
COLOURS = 256  # of a picture that is not grey
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def source_paths(root=ROOT, names=()):
    """Returns the sources in order: all, or those called `names` (`05_dcgan` or `05`)."""
    paths = sorted((root / "notebooks" / "src").glob("[0-9][0-9]*_*.py"))
    known = {key: path for path in paths for key in (path.stem, path.stem.split("_")[0])}
    for name in names:
        if name not in known:
            raise SystemExit(f"No notebook {name!r}. There are: {[p.stem for p in paths]}")
    return [known[name] for name in names] or paths


def notebook_paths(source):
    """Returns the paths of the notebook and of its solutions."""
    folder = source.parent.parent
    return folder / f"{source.stem}.ipynb", folder / "solutions" / f"{source.stem}.ipynb"


def repository(root=ROOT):
    """Returns the repository's address, which stands in pyproject.toml alone."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    address = re.search(r'^Repository = "(https://github\.com/[^/"]+/[^/"]+)"$', text, re.M)
    if not address:
        raise SystemExit(
            'pyproject.toml: [project.urls] needs Repository = "https://github.com/OWNER/NAME", '
            "for Colab opens notebooks from there."
        )
    return address[1]


def build(source, root=ROOT):
    """Returns a dictionary from path to notebook, without outputs: both that `source` makes."""
    student_path, solutions_path = notebook_paths(source)
    cells = source_cells(source)
    title = re.match(r"# (.+)", cells[0].source) if cells else None
    if not title:
        raise ValueError(f"{source}: the first cell must begin with the title, '# NN. Title'.")
    kept = [c for c in cells if SOLUTION_TAGS & tags(c)]
    solutions = [solutions_title(title[1], source.stem), *kept]
    student = [c for c in cells if "solution" not in tags(c)]
    return {
        student_path: notebook(student, student_path, root),
        solutions_path: notebook(solutions, solutions_path, root),
    }


def source_cells(source):
    """Returns the cells of a source file, magic commands uncommented."""
    text = source.read_text(encoding="utf-8")
    cells = jupytext.reads(text, fmt={"extension": ".py", "format_name": "percent"}).cells
    for cell in cells:
        if cell.cell_type == "code":
            cell.source = re.sub(r"^( *)# (%[a-z])", r"\1\2", cell.source, flags=re.M)
    return cells


def tags(cell):
    """Returns the set of a cell's tags."""
    return set(cell.metadata.get("tags", ()))


def solutions_title(title, name):
    """Returns the first cell of a solutions notebook."""
    back = f"The exercises stand at the end of [the notebook](../{name}.ipynb)."
    return nbformat.v4.new_markdown_cell(f"# Solutions to {title}\n\n{{{{badge}}}}\n\n{back}")


def notebook(cells, path, root=ROOT):
    """Returns a notebook of copies of `cells`, placeholders filled, with lasting ids."""
    address = repository(root)
    fill = {
        "{{repository}}": address,
        "{{site}}": site(address),
        "{{badge}}": badge(address, path.relative_to(root)),
        "{{page}}": page(address, path),
    }
    made, seen = [], Counter()
    for cell in cells:
        text = cell.source
        for placeholder, value in fill.items():
            text = text.replace(placeholder, value)
        text = re.sub(r"\{\{([\w./-]+\.md)\}\}", lambda found: table(root / found[1]), text)
        made.append(clean_cell(cell, text, seen))
    return nbformat.v4.new_notebook(cells=made, metadata=METADATA, nbformat_minor=5)


def table(path):
    """Returns the table that a benchmark wrote, so that a notebook shows what was measured."""
    if not path.exists():
        raise SystemExit(f"{path} is missing. Run the benchmark that writes it.")
    return path.read_text(encoding="utf-8").rstrip("\n")


def badge(address, path):
    """Returns the markdown of a badge that opens the notebook at `path` in Colab."""
    slug = address.removeprefix("https://github.com/")
    image = "https://colab.research.google.com/assets/colab-badge.svg"
    link = f"https://colab.research.google.com/github/{slug}/blob/main/{path.as_posix()}"
    return f"[![Open in Colab]({image})]({link})"


def site(address):
    """Returns the address of the web site that GitHub Pages serves for the repository."""
    owner, name = address.removeprefix("https://github.com/").split("/")
    return f"https://{owner}.github.io/{name}/"


def page(address, path):
    """Returns the markdown of a link to a notebook's page on the web site."""
    return f"[Read it on the web site]({site(address)}{path.stem}.html)"


def clean_cell(cell, text, seen):
    """Returns a cell with only what nbval reads in its metadata; counts its id in `seen`."""
    new = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    kept = sorted(t for t in tags(cell) if t.startswith("nbval-") or t == "raises-exception")
    metadata = {"tags": kept} if kept else {}
    return new[cell.cell_type](text, id=cell_id(cell.cell_type, text, seen), metadata=metadata)


def cell_id(cell_type, text, seen):
    """Returns an id made from the content, so that inserting a cell changes no other id."""
    digest = hashlib.sha256(f"{cell_type}\n{text}".encode()).hexdigest()[:12]
    seen[digest] += 1
    return digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"


def code_sources(book, magics=True):
    """Returns the list of code cells' sources, with or without lines of magic commands."""
    sources = [c.source for c in book.cells if c.cell_type == "code"]
    return sources if magics else [re.sub(r"^ *%.*$", "", s, flags=re.M) for s in sources]


def with_outputs(book, old):
    """Returns `book` with the outputs of `old`, or with none if any code changed.

    Magic commands only install; a new repository address leaves the outputs as they are.
    """
    if old is None or code_sources(book, magics=False) != code_sources(old, magics=False):
        return book
    olds = [c for c in old.cells if c.cell_type == "code"]
    news = [c for c in book.cells if c.cell_type == "code"]
    for new, ran in zip(news, olds, strict=True):
        new.outputs, new.execution_count = ran.outputs, ran.execution_count
    return book


def read(path):
    """Returns the notebook at `path`, or None if there is none."""
    return nbformat.read(path, as_version=4) if path.exists() else None


def text_of(book):
    """Returns the file's content, the same bytes for the same notebook."""
    nbformat.validate(book)
    return nbformat.writes(book, version=nbformat.NO_CONVERT, indent=1).rstrip("\n") + "\n"


def relinked(readme, address):
    """Returns the README's text with its links to Colab, repository and web site renewed."""
    slug = address.removeprefix("https://github.com/")
    readme = re.sub(r"https://[\w-]+\.github\.io/[\w.-]+/", site(address), readme)
    before = r"colab\.research\.google\.com/github/|(?:git\+|git clone |\{)https://github\.com/"
    return re.sub(rf"({before})[\w.-]+/[\w-]+", rf"\g<1>{slug}", readme)


def changes(sources, root=ROOT):
    """Returns a dictionary from path to new text: the files that a build would change."""
    texts = {}
    for source in sources:
        for path, book in build(source, root).items():
            texts[path] = text_of(with_outputs(book, read(path)))
    readme = root / "README.md"
    if readme.exists():
        texts[readme] = relinked(readme.read_text(encoding="utf-8"), repository(root))
    return {p: t for p, t in texts.items() if not p.exists() or p.read_text("utf-8") != t}


def write(path, text):
    """Writes a file, making its folder."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def execute(path, book):
    """Runs a notebook in its folder and writes it; returns False if a cell failed."""
    path.parent.mkdir(exist_ok=True)
    started = time.perf_counter()
    try:
        runner(path, book).execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        print(f"{path.name}: failed, nothing written\n{error}", file=sys.stderr)
        return False
    write(path, text_of(tidy(book)))
    write_film(path, book)
    print(f"{path.relative_to(ROOT)}: {time.perf_counter() - started:.0f} s", flush=True)
    return True


def film_of(book):
    """Returns the bytes of a notebook's last GIF, or None: what README.md shows of it."""
    outputs = [output for cell in book.cells for output in cell.get("outputs", ())]
    films = [o.data["image/gif"] for o in outputs if "image/gif" in o.get("data", {})]
    return base64.b64decode(films[-1]) if films else None


def write_film(path, book):
    """Keeps a notebook's film beside it, for README.md's gallery."""
    film = film_of(book)
    if film:
        film_path(path).parent.mkdir(exist_ok=True)
        film_path(path).write_bytes(film)


def film_path(path):
    """Returns where the film of the notebook at `path` is kept."""
    return path.parent / "films" / f"{path.stem}.gif"


def runner(path, book):
    """Returns a client whose kernel works in the notebook's folder."""
    return NotebookClient(
        book,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        timeout=CELL_TIMEOUT_SECONDS,
        record_timing=False,
        store_widget_state=False,
    )


def tidy(book):
    """Returns an executed notebook without traces of the run that mean nothing to a reader."""
    book.metadata = nbformat.from_dict(METADATA)
    for cell in book.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = merged_streams(cell.outputs)
            for output in cell.outputs:
                if "image/png" in output.get("data", {}):
                    output.data["image/png"] = slim(output.data["image/png"])
    return book


def slim(encoded):
    """Returns a PNG in base64 in fewer bytes: no alpha, grey where it is, at most 256 colours."""
    picture = Image.open(io.BytesIO(base64.b64decode(encoded)))
    if picture.mode == "RGBA" and picture.getextrema()[3] == (255, 255):
        picture = picture.convert("RGB")
    if picture.mode == "RGB":
        grey = picture.convert("L")
        is_grey = grey.convert("RGB").tobytes() == picture.tobytes()
        picture = grey if is_grey else picture.quantize(COLOURS, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


def merged_streams(outputs):
    """Returns the outputs, neighbouring pieces of one stream joined, as a terminal shows them."""
    merged = []
    for kind, group in itertools.groupby(outputs, lambda o: (o.output_type, o.get("name"))):
        if kind[0] != "stream":
            merged.extend(group)
            continue
        text = on_screen("".join(output.text for output in group))
        if text.strip():
            merged.append(nbformat.v4.new_output("stream", name=kind[1], text=text))
    return merged


def on_screen(text):
    """Returns what a terminal would show after a progress bar's backspaces and returns."""
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    return "\n".join(line_on_screen(line) for line in plain.split("\n"))


def line_on_screen(line):
    """Returns one line of a terminal: a return or backspace moves back, a letter overwrites."""
    if "\r" not in line and "\b" not in line:
        return line
    shown, at = [], 0
    for letter in line:
        if letter in "\r\b":
            at = 0 if letter == "\r" else max(at - 1, 0)
            continue
        shown[at : at + 1] = letter
        at += 1
    return "".join(shown).rstrip()


def run_build(names):
    """Writes what changed. Returns the exit code."""
    for path, text in changes(source_paths(names=names)).items():
        write(path, text)
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


def run_check(names):
    """Prints what would change. Returns the exit code."""
    stale = changes(source_paths(names=names))
    for path in stale:
        print(f"{path.relative_to(ROOT)} differs from its source: run `make notebooks`")
    return int(bool(stale))


def run_execute(names):
    """Runs notebooks in full. Returns the exit code."""
    set_caps = [name for name in CAPS if name in os.environ]
    if set_caps:
        raise SystemExit(f"Unset {' and '.join(set_caps)}: a capped run must not be committed.")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    books = [pair for source in source_paths(names=names) for pair in build(source).items()]
    failures = [path for path, book in books if not execute(path, book)]
    return int(bool(failures))


def main(arguments=None):
    """Reads the command line. Returns the exit code."""
    commands = {"build": run_build, "execute": run_execute, "check": run_check}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=commands)
    parser.add_argument("names", nargs="*", metavar="NAME", help="05_dcgan, or 05; default all")
    options = parser.parse_args(arguments)
    return commands[options.command](options.names)


if __name__ == "__main__":
    sys.exit(main())
