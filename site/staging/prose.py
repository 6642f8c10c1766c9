"""Turns mentions in the prose into links: papers, other notebooks, terms of the glossary."""

import re

ARXIV = re.compile(r"arXiv:(\d{4}\.\d{4,5})")
NOTEBOOK = re.compile(r"\b([Nn]otebook)\s(\d\d[a-z]?)\b")
# A link out of the folder notebooks/ or docs/: its path and its anchor.
OUTWARD = re.compile(r"\]\(\.\./([^)#\s]+)(#[^)\s]*)?\)")
# A path in the repository that is a page of the site, and in brackets the page.
PAGE = re.compile(r"notebooks/(\d\d[a-z]?_\w+\.ipynb)|site/(\w+\.md)|(docs/\w+\.md)")
# What stays as it is: math, code, links, headings, HTML.
UNTOUCHED = re.compile(
    r"(```.*?```|\$\$.*?\$\$|\$[^$\n]+(?:\n[^$\n]+)?\$|`[^`]*`|!?\[[^\]]*\]\([^)]*\)|^#[^\n]*$|<[^>\n]*>)",
    re.S | re.M,
)


def plain(text):
    """Returns a text on one line, without the marks of markdown."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"\s+", " ", text))
    return re.sub(r"[$`*\\]", "", text).strip()


def first_sentence(text, longest=250):
    """Returns the first sentence of a text, without the marks of markdown."""
    text = plain(text)
    found = re.match(r"(.{12,}?[.!?])(?:\s|$)", text)
    return (found[1] if found else text)[:longest]


def outward(found, course, to_top=""):
    """Returns where a link out of its folder leads: to a page of the site, or else to GitHub.

    Args:
        found: Match of `OUTWARD`.
        course: The `Course`.
        to_top: Path from the page to the top of the site.
    """
    path, anchor = found[1].rstrip("/"), found[2] or ""
    page = PAGE.fullmatch(path)
    if page:
        return f"{to_top}{page[page.lastindex]}{anchor}"
    return f"{course.github(path)}{anchor}"


class Linker:
    """Links the mentions in the texts of one page, each term of the glossary once.

    Args:
        course: The `Course`; it remembers which page mentions what.
        name: Name of the notebook whose page this is.
    """

    def __init__(self, course, name):
        self.course = course
        self.name = name
        self.terms_left = {
            term: pattern_of([term, *entry.get("aliases", [])])
            for term, entry in course.glossary.items()
        }

    def __call__(self, text, terms=True):
        """Returns the text with links; `terms=False` leaves the glossary out."""
        self.note_citations(text)
        text = self.here(text)
        text = OUTWARD.sub(lambda found: f"]({outward(found, self.course)})", text)
        parts = UNTOUCHED.split(text)
        for at in range(0, len(parts), 2):
            part = ARXIV.sub(r"[arXiv:\1](https://arxiv.org/abs/\1)", parts[at])
            part = NOTEBOOK.sub(self.link_to_notebook, part)
            parts[at] = self.link_terms(part) if terms else part
        return "".join(parts)

    def here(self, text):
        """Returns a text in which the addresses of the site's own pages are paths."""
        address = re.escape(self.course.tools.site(self.course.address))
        kinds = {True: "ipynb", False: "md"}
        return re.sub(
            rf"\]\({address}([\w/]+)\.html",
            lambda found: f"]({found[1]}.{kinds[found[1] in self.course.stems.values()]}",
            text,
        )

    def link_to_notebook(self, found):
        """Returns a link in place of 'notebook 05', if there is such a notebook."""
        stem = self.course.stems.get(found[2])
        if stem is None or stem == self.name:
            return found[0]
        return f"[{found[1]} {found[2]}]({stem}.ipynb)"

    def link_terms(self, text):
        """Returns a text in which the first mention of each term leads to the glossary."""
        for term, pattern in list(self.terms_left.items()):
            found = pattern.search(text)
            if not found or inside_link(text, found.start()):
                continue
            shown = " ".join(found[0].split())
            text = f"{text[: found.start()]}{{term}}`{shown} <{term}>`{text[found.end() :]}"
            self.course.mentions[term].add(self.name)
            del self.terms_left[term]
        return text

    def note_citations(self, text):
        """Remembers which papers a text names, and the words that describe them."""
        for key, words in citations(text):
            self.course.citations.setdefault(key, {}).setdefault(words, set()).add(self.name)


def pattern_of(spellings):
    """Returns a pattern that finds a term as words of their own, on one line or across two."""
    words = "|".join(r"\s".join(map(re.escape, spelling.split())) for spelling in spellings)
    return re.compile(rf"(?<![\w\[`<-])(?:{words})(?![\w\]`>-])", re.I)


def inside_link(text, at):
    """Returns whether a place lies inside square brackets or a role that was put there before."""
    before = text[:at]
    return before.count("[") > before.count("]") or before.count("`") % 2 == 1


def citations(text):
    """Yields (address, words) for each paper that a text names.

    The paragraph 'References.' describes its papers, with ' · ' between them. Elsewhere the link to
    a paper may hold its authors and year. A work without an address has its own words as the key.
    """
    listed = re.search(r"\*\*References\.\*\*(.*?)(?:\n\n|\Z)", text, re.S)
    for item in re.split(r"\s·\s", listed[1].strip()) if listed else ():
        item = " ".join(item.split())
        addresses = addresses_in(item)
        words = re.sub(r"\[[^]]*\]\([^)]*\)|arXiv:[\d.]*\d", "", item).strip(" ,.")
        yield (addresses[0] if addresses else words), words
    rest = text[: listed.start()] + text[listed.end() :] if listed else text
    for address in addresses_in(rest):
        shown = re.search(rf"\[([^\[\]]*)\]\({re.escape(address)}\)", rest)
        words = " ".join(shown[1].split()) if shown else ""
        yield address, words if re.search(r"\d{4}$", words) and "arXiv" not in words else ""


def addresses_in(text):
    """Returns the addresses of the papers in a text, in order."""
    found = re.findall(r"\((https?://[^)\s]*)\)|arXiv:(\d{4}\.\d{4,5})(?!\]|\d)", text)
    every = [address or f"https://arxiv.org/abs/{number}" for address, number in found]
    return [a for a in every if re.search(r"arxiv\.org|doi\.org|jmlr\.org|openreview\.net", a)]
