"""Writes the pages that no single notebook makes: index, glossary, references, docs."""

import re
import shutil

from staging import interactive
from staging.prose import OUTWARD, outward

NUMBERS = (
    *("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"),
    *("Eleven", "Twelve", "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen"),
    *("Nineteen", "Twenty"),
)
FILMS_ON_INDEX = ("01_circle", "05_dcgan")
INSTRUCTORS = ("teaching", "polls", "cheat_sheet")
DOCS = ("architecture", "site", "data", "performance", "reliability", "scaling")


def write_pages(course):
    """Writes all of them; the notebooks' pages must have been made before."""
    interactive.write_pages(course)
    course.write("glossary.md", glossary(course))
    course.write("references.md", references(course))
    names = write_docs(course)
    course.write("index.md", index(course, names))


def index(course, docs):
    """Returns the markdown of the first page."""
    parts = [
        "# The GAN course that runs",
        introduction(course),
        films_side_by_side(course),
        "## Where to start",
        ways_in(course),
        "## The notebooks",
        cards(course),
        contents("Play", interactive.PAGES),
        contents("Notebooks", course.entries),
        contents("Look up", ["glossary", "references"]),
        contents("For instructors", [name for name in docs if is_for_instructors(name)]),
        contents("Behind the course", [name for name in docs if not is_for_instructors(name)]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def introduction(course):
    """Returns the paragraph below the title."""
    count = len(course.entries)
    number = NUMBERS[count] if count < len(NUMBERS) else str(count)
    return (
        "Generative adversarial networks are two networks that play against each other: one makes "
        f"pictures, the other tries to tell them from real ones. {number} notebooks take this game "
        "apart, with all the code, on a laptop without a GPU. You can read them here with all "
        f"their outputs, run them in Colab, or [install the course]({course.address}#start)."
    )


def films_side_by_side(course):
    """Returns the HTML of two films, of which each leads to its notebook below."""
    shown = [name for name in FILMS_ON_INDEX if name in course.films]
    items = "".join(f"<div>{course.films[name]}</div>" for name in shown)
    return f'```{{raw}} html\n<div class="films">{items}</div>\n```' if shown else ""


def ways_in(course):
    """Returns the list of ways into the course."""

    def link(number):
        return f"[{number}]({course.stems[number]}.ipynb)"

    first = link("01")
    evening = [link(number) for number in ("01", "04", "05") if number in course.stems]
    minutes = sum(entry.minutes or 0 for entry in course.entries.values())
    return (
        "- **You have ten minutes.** [Play both sides](lab.md): train a GAN right here in the "
        "page, break it, and rescue it. Or [walk through the latent space](latent.md) of a "
        "generator of clothes.\n"
        f"- **You have an hour.** Read notebook {first}: two networks learn to draw a circle.\n"
        f"- **You have an evening.** Take notebooks {', '.join(evening)}: from the circle to "
        "pictures of clothes.\n"
        "- **You have a term.** Work through all of them in order. All together they compute for "
        f"about {minutes} minutes; reading them takes longer.\n"
        "- **You teach.** [The page for instructors](docs/teaching.md) has a plan for a semester, "
        "[the polls](docs/polls.md) are questions to ask in class, and [the cheat "
        "sheet](docs/cheat_sheet.md) fits on two printed pages."
    )


def cards(course):
    """Returns a card for each notebook."""
    made = [card(name, entry) for name, entry in course.entries.items()]
    return "::::{grid} 1 1 2 2\n:gutter: 3\n\n" + "\n".join(made) + "::::"


def card(name, entry):
    """Returns the card of one notebook."""
    time = f"{entry.minutes} minutes of computing" if entry.minutes else ""
    return (
        f":::{{grid-item-card}} {entry.title}\n:link: {name}\n:link-type: doc\n\n"
        f"{entry.question}\n```{{card-footer}}\n{time}\n```\n:::\n"
    )


def contents(caption, names):
    """Returns a part of the table of contents at the side of every page."""
    return f"```{{toctree}}\n:hidden:\n:caption: {caption}\n" + "\n".join(names) + "\n```"


def glossary(course):
    """Returns the page of terms, each with the notebooks that use it."""
    used = sorted((term for term in course.glossary if course.mentions[term]), key=str.casefold)
    entries = "\n\n".join(
        f"{term}\n  {course.glossary[term]['meaning']} {notebooks_of(course.mentions[term])}"
        for term in used
    )
    return (
        "# Glossary\n\nWhat the words mean in this course, and the notebooks that use them. On the "
        "page of a notebook, the first mention of a word leads here.\n\n"
        f":::{{glossary}}\n{entries}\n:::\n"
    )


def references(course):
    """Returns the page of all papers that the notebooks name, by author."""
    items = sorted(
        (described(key, cited), key, set().union(*cited.values()))
        for key, cited in course.citations.items()
    )
    lines = [
        f"- {words}{link_of(key)} {notebooks_of(names)}" for words, key, names in items if words
    ]
    return (
        "# References\n\nAll works that the notebooks name, by author, and the notebooks that name "
        "them.\n\n" + "\n".join(lines) + "\n"
    )


def described(address, cited):
    """Returns the words for a work: the longest that any notebook has, with a title if possible."""
    return max(cited, key=lambda words: ("*" in words, len(words), words)) or address


def link_of(address):
    """Returns the link behind a work's words, or only the full stop if it has no address."""
    if not address.startswith("http"):
        return "."
    number = re.search(r"arxiv\.org/abs/(.+)", address)
    return f", [{f'arXiv:{number[1]}' if number else 'paper'}]({address})."


def notebooks_of(names):
    """Returns links to notebooks in small brackets: '(01, 05)'."""
    return "(" + ", ".join(f"[{name.split('_')[0]}]({name}.ipynb)" for name in sorted(names)) + ")"


def write_docs(course):
    """Copies the pages of docs/ with links that hold on the site; returns their names in order."""
    folder = course.root / "docs"
    found = {path.stem for path in folder.glob("*.md")}
    known = [name for name in (*INSTRUCTORS, *DOCS) if name in found]
    ordered = known + sorted(found - set(known))
    for name in ordered:
        text = (folder / f"{name}.md").read_text(encoding="utf-8")
        course.write(f"docs/{name}.md", relinked(text, course))
    if (folder / "data").is_dir():
        shutil.copytree(folder / "data", course.work / "docs" / "data")
    return [f"docs/{name}" for name in ordered]


def is_for_instructors(name):
    """Returns whether a page of docs/ belongs to the part for instructors."""
    return name.removeprefix("docs/") in INSTRUCTORS


def relinked(text, course):
    """Returns a page of docs/ whose links out of the folder lead to the site or to GitHub."""
    return re.sub(OUTWARD, lambda found: f"]({outward(found, course, '../')})", text)
