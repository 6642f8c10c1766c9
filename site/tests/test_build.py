"""The finished site: the same each time, small, nothing left out, nothing broken."""

import base64
import hashlib
from html.parser import HTMLParser
import re
from urllib.parse import unquote

from conftest import ROOT, page_names
import nbformat
import pytest

from staging.course import read_glossary

SOURCES = sorted((ROOT / "notebooks" / "src").glob("[0-9][0-9]*_*.py"))
MOST_SECONDS = 30
MOST_BYTES = 25_000_000
every_notebook = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


class Reader(HTMLParser):
    """Collects what a page links to, its anchors and its pictures."""

    def __init__(self, text):
        super().__init__()
        self.links, self.anchors, self.alternatives = [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.anchors |= {values["id"]} if values.get("id") else set()
        self.links += [values[key] for key in ("href", "src") if values.get(key)]
        if tag == "img":
            self.alternatives.append(values.get("alt"))


@pytest.fixture(scope="module")
def pages(site):
    """Dictionary from a page's path to what was read on it."""
    return {path: Reader(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def digests(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_build_prints_no_warning(builds):
    code, printed, complaints, _ = builds[0].result
    assert (code, complaints) == (0, "")
    assert len(printed.splitlines()) == 1


def test_build_is_quick(builds):
    """Seconds of one core, because others may be at work beside it."""
    assert 1 < max(build.result[3] for build in builds) < MOST_SECONDS


def test_two_builds_are_the_same_bytes(builds):
    first, second = (digests(build.folder) for build in builds if build.result)
    assert len(first) > 100
    assert first == second


def test_site_is_small(site):
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < MOST_BYTES


def test_every_page_is_there(site):
    assert [name for name in page_names() if not (site / name).exists()] == []


def test_internal_links_lead_somewhere(site, pages):
    broken, checked = [], 0
    for path, page in pages.items():
        for link in page.links:
            if re.match(r"(https?:|mailto:|data:|javascript:)", link) or link in ("", "#"):
                continue
            target, _, anchor = unquote(link).partition("#")
            file = (path.parent / target.split("?")[0]).resolve() if target else path
            checked += 1
            known = pages[file].anchors if file in pages else {anchor}
            if not file.exists() or (anchor and anchor not in known):
                broken.append(f"{path.relative_to(site)}: {link}")
    assert checked > 1_000
    assert broken == []


def test_every_picture_says_what_it_shows(pages):
    alternatives = [alt for page in pages.values() for alt in page.alternatives]
    assert len(alternatives) > 100
    bare = re.compile(r"[\w./-]*\.(png|webp|gif|svg)|_images/.*|Figure|image")
    assert [alt for alt in alternatives if not alt or bare.fullmatch(alt)] == []


def outputs_of(path):
    cells = nbformat.read(path, as_version=4).cells
    return [output for cell in cells for output in cell.get("outputs", ())]


@every_notebook
def test_page_shows_the_committed_outputs(site, source):
    """Every picture of the notebook, byte for byte, and every line that it printed."""
    outputs = outputs_of(ROOT / "notebooks" / f"{source.stem}.ipynb")
    pictures = [o.data["image/png"] for o in outputs if "image/png" in o.get("data", {})]
    wanted = {hashlib.sha256(base64.b64decode(each)).hexdigest() for each in pictures}
    page = (site / f"{source.stem}.html").read_text(encoding="utf-8")
    shown = {
        hashlib.sha256((site / "_images" / name).read_bytes()).hexdigest()
        for name in re.findall(r'src="_images/([^"]+)"', page)
    }
    assert wanted <= shown
    films = sum("image/gif" in output.get("data", {}) for output in outputs)
    assert page.count('class="film"') == films


@every_notebook
def test_every_exercise_has_one_solution(site, source):
    text = source.read_text(encoding="utf-8")
    exercises = re.findall(r"^# \*\*(?:Exercise )?(\d+[a-z]?\.\d) ", text, flags=re.M)
    page = (site / f"{source.stem}.html").read_text(encoding="utf-8")
    assert re.findall(r"Solution (\d+[a-z]?\.\d)<", page) == exercises
    assert "<details open" not in page


def test_headings_are_headings(site):
    """Sphinx makes a bold line of a heading that stands inside a caption."""
    for path in site.glob("[0-9][0-9]*_*.html"):
        assert 'class="rubric"' not in path.read_text(encoding="utf-8"), path.name


def test_glossary_has_every_term(site):
    page = (site / "glossary.html").read_text(encoding="utf-8")
    missing = [term for term in read_glossary() if f">{term}<" not in page]
    assert missing == [], "no notebook mentions them"


def test_references_have_every_paper(site):
    texts = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    cited = set(re.findall(r"(?:arXiv:|arxiv\.org/abs/)(\d{4}\.\d{4,5})", texts))
    page = (site / "references.html").read_text(encoding="utf-8")
    assert len(cited) > 40
    assert {number for number in cited if f"arxiv.org/abs/{number}" not in page} == set()


def test_nothing_of_the_machinery_is_shown(site):
    for path in site.glob("[0-9][0-9]*_*.html"):
        page = path.read_text(encoding="utf-8")
        assert "NBVAL_CHECK_OUTPUT" not in page, path.name
        assert "colab-badge.svg" not in page, path.name
        assert not re.search(r"\{\{[\w/.]+\}\}", page), path.name
