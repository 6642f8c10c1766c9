"""Makes slides of a notebook: one file, with pictures, films and formulas, for no network."""

import base64
from dataclasses import dataclass
import html
import importlib.util
import io
from pathlib import Path
import re

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from staging import figures, films, solutions
from staging.blocks import (
    HEADING,
    blocks_of,
    html_of,
    html_of_line,
    kind_of,
    last_sentence,
    shortened,
    shortened_items,
)
from staging.course import FOLDER, notebook_tools
from staging.tidying import MATHJAX

PARAGRAPH, CAPTION, ITEM = 340, 330, 220  # letters that fit a slide
EXERCISE = 700
MAX_LINES = 30  # of printed output
SHORT_CODE = 16  # lines of code that stand beside what they print
LONG_TABLE = 12  # rows of a table that one slide can hold
SHORT_TABLE = 10  # lines of a table that stand below a heading's paragraph
LEFT_OUT = ("Settings",)  # sections that are no part of a lecture
ALTERNATIVE = "[what the picture shows]"  # until its caption is known
NUMBERED = re.compile(r"^\*\*(?:Exercise )?\d+[a-z]?\.\d+\s*\(?(.*?)\)?\.?\*\*")
NEWS_OF_DATA = re.compile(r"Fashion-MNIST: .* from .*\n?")


@dataclass
class Slide:
    """One slide: its kind is also its class in deck.css."""

    kind: str
    title: str
    body: str
    code: tuple[str, ...] = ()

    def html(self, section):
        """Returns the slide as HTML, below the name of its section."""
        heading = "h1" if self.kind == "title" else "h2"
        above = section if section not in ("", self.title) else ""
        parts = [f'<p class="section">{html_of_line(above)}</p>' if above else ""]
        parts.append(f"<{heading}>{html_of_line(self.title)}</{heading}>")
        parts.append(f'<div class="content">{self.body}</div>')
        if self.code:
            blocks = "".join(highlighted(code) for code in self.code)
            parts.append(f'<details class="code"><summary>Code</summary>{blocks}</details>')
        return (
            f'<section class="slide {self.kind}">' + "\n".join(filter(None, parts)) + "</section>"
        )


class Deck:
    """The slides of one notebook while they are put together, cell by cell.

    Args:
        source: Path of the notebook's source in notebooks/src.
        root: Folder of the repository.
    """

    def __init__(self, source, root):
        self.source, self.tools = source, notebook_tools(root)
        self.slides = []  # pairs of a section's name and a slide
        self.section = ""
        self.heading = ""  # the last one, also of a part of a section
        self.before = ""  # the paragraph before the next block
        self.waiting = []  # code without outputs, for the next slide
        self.is_open = False  # whether the last slide takes the first text below its heading
        self.pictures = []  # slides that wait for their captions

    def make(self):
        """Returns the list of all slides, as pairs of a section's name and a slide."""
        student, _ = map(self.tools.read, self.tools.notebook_paths(self.source))
        cells = iter(student.cells)
        for cell in self.tools.source_cells(self.source):
            tags = self.tools.tags(cell)
            if "solution" not in tags:
                self.add(next(cells), tags)
        for _, slide in self.slides:  # pictures without a caption
            words = f"What the code of this slide draws: {slide.title}"
            slide.body = slide.body.replace(ALTERNATIVE, html.escape(words, quote=True))
        return self.slides

    def add(self, cell, tags):
        """Adds a cell of the notebook."""
        if not self.slides:
            self.add_title(cell.source)
        elif "exercise-text" in tags:
            self.add_exercise(cell.source)
        elif tags & {"setup", "exercise"} or self.section in LEFT_OUT and cell.cell_type == "code":
            return
        elif "check" in tags:
            self.add_code_below(solutions.code_of(cell))
        elif cell.cell_type == "markdown":
            for block in blocks_of(cell.source):
                self.add_block(block)
        else:
            self.add_code(cell)

    def put(self, kind, title, body, code=()):
        """Adds a slide; code that stood alone before goes with it."""
        last = self.slides[-1][1] if self.slides else None
        if last and last.kind == "heading" and not last.body:
            self.slides.pop()  # the next slide has the heading, too
        codes = (*self.waiting, *code)
        self.waiting, self.is_open = [], False
        title = title or self.slides[0][1].title
        self.slides.append((self.section, Slide(kind, title, body, codes)))
        return self.slides[-1][1]

    def add_title(self, text):
        """Adds the first slide: title, question, and what one will be able to do after it."""
        text = re.sub(r"\[!\[Open in Colab\].*?\)\]\(.*?\)\s*", "", text)
        title, *blocks = blocks_of(text)
        kept = [block for block in blocks if block.startswith(("**Question.**", "**Lecture"))]
        body = "".join(html_of(shortened(block, 2 * PARAGRAPH)) for block in kept)
        self.put("title", title.removeprefix("# "), body)

    def add_block(self, block):
        """Adds a block of prose, or leaves it out."""
        kind = kind_of(block)
        caption = figures.caption_of(block)
        if caption and self.pictures:
            self.add_caption(*caption)
        elif kind == "heading":
            self.add_heading(block)
        elif self.section in LEFT_OUT:
            return
        elif kind == "details":
            if self.slides[-1][1].kind == "predict":
                self.slides[-1][1].body += html_of(block)
        elif kind == "predict":
            words = re.sub(r"^\*\*Predict\.?\*\*[:.]?\s*", "", block)
            self.put("predict", "Predict", html_of(words[0].upper() + words[1:]))
        elif kind in ("formula", "table"):
            self.add_display(kind, block)
        elif self.is_open:
            self.add_below_heading(kind, block)
        self.before = block if kind in ("text", "list") else ""

    def add_heading(self, block):
        """Begins a slide with a heading, and a section if it is one."""
        marks, self.heading = HEADING.match(block).groups()
        if marks == "##":
            self.section = self.heading
        self.pictures = []
        if self.section not in LEFT_OUT:
            self.put("heading", self.heading, "")
            self.is_open = True

    def add_below_heading(self, kind, block):
        """Adds the first paragraph below a heading, and a list if it follows at once."""
        slide = self.slides[-1][1]
        if kind == "list":
            slide.body += html_of(shortened_items(block, ITEM))
            self.is_open = False
        elif kind == "text" and not slide.body:
            slide.body += html_of(shortened(block, PARAGRAPH))
        else:
            self.is_open = False

    def add_display(self, kind, block):
        """Adds a formula or a table, with the sentence that leads up to it."""
        if not self.section:  # how long the runs are
            return
        if self.is_open and (kind == "formula" or block.count("\n") < SHORT_TABLE):
            self.slides[-1][1].body += html_of(block)
            return
        lead = html_of(last_sentence(self.before)) if kind_of(self.before) == "text" else ""
        for part in rows_in_turn(block) if kind == "table" else [block]:
            self.put(kind, self.heading, lead + html_of(part))
            lead = ""

    def add_caption(self, number, words):
        """Gives the pictures of the last cell their caption."""
        text = f"**Figure {number}.** {shortened(words, CAPTION)}"
        for slide in self.pictures:
            slide.body += f'<div class="caption">{html_of(text)}</div>'
            slide.body = slide.body.replace(
                ALTERNATIVE, html.escape(figures.alternative(number, words), quote=True)
            )
        self.pictures = []

    def add_code(self, cell):
        """Adds what a cell has put out; its code is folded."""
        code = solutions.code_of(cell)
        printed = "".join(o.get("text", "") for o in cell.outputs if o.output_type == "stream")
        printed = NEWS_OF_DATA.sub("", printed).rstrip("\n")
        shown = [
            o for o in cell.outputs if figures.picture_kind(o) or "text/html" in o.get("data", {})
        ]
        if not printed and not shown:
            self.waiting.append(code)
            return
        if printed:
            self.add_printed(printed, code)
        if shown:
            self.pictures = []
        for output in shown:
            self.add_shown(output, () if printed else [code])

    def add_printed(self, printed, code):
        """Adds what a cell has printed, and its code above if it is short."""
        lines = html.escape("\n".join(printed.split("\n")[:MAX_LINES]))
        is_short = code.count("\n") < SHORT_CODE
        above = highlighted(code) if is_short else ""
        body = f'{above}<pre class="printed">{lines}</pre>'
        self.put("output", self.heading, body, () if is_short else [code])

    def add_shown(self, output, code):
        """Adds a picture, a film, or something to play with."""
        if not figures.picture_kind(output):
            self.put("lab", self.heading, output.data["text/html"], code)
            return
        picture = film if "image/gif" in output.data else image
        body = f'<div class="picture">{picture(output)}</div>'
        self.pictures.append(self.put("figure", self.heading, body, code))

    def add_exercise(self, text):
        """Adds the words of an exercise, or its section's heading."""
        for block in blocks_of(text):
            if HEADING.match(block):
                self.add_heading(block)
                self.slides.pop()
            elif solutions.number_of(block):
                title = f"Exercise {solutions.number_of(block)}"
                words = re.sub(
                    r"^\*\*(?:Exercise )?\d+[a-z]?\.\d+\s*\(?(.*?)\)?\.?\*\*", r"**\1.**", block
                )
                self.put("exercise", title, html_of(shortened(words, EXERCISE)))

    def add_code_below(self, code):
        """Adds code to the slide before."""
        slide = self.slides[-1][1]
        slide.code = (*slide.code, code)


def is_shown(output):
    """Returns whether an output is a picture, or a page such as the lab."""
    return figures.picture_kind(output) is not None or "text/html" in output.get("data", {})


def highlighted(code):
    """Returns Python as coloured HTML."""
    return highlight(code, PythonLexer(), HtmlFormatter(cssclass="python"))


def data_address(kind, data):
    """Returns bytes as an address that needs no file."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def image(output):
    """Returns the HTML of a picture, the caption of which says what it shows."""
    address = data_address(figures.picture_kind(output), figures.bytes_of(output))
    return f'<img src="{address}" alt="{ALTERNATIVE}">'


def film(output):
    """Returns the HTML of a film, which deck.js plays."""
    frames = films.frames_of(figures.bytes_of(output))
    strip, columns = films.strip_of(frames)
    buffer = io.BytesIO()
    strip.save(buffer, "WEBP", quality=80, method=4)
    address = data_address("image/webp", buffer.getvalue())
    return films.screen(address, frames[0].size, len(frames), columns, ALTERNATIVE)


def mathjax():
    """Returns the script that sets formulas."""
    package = Path(importlib.util.find_spec("sphinx-mathjax-offline").origin).parent
    return (package / "static" / "mathjax" / MATHJAX).read_text(encoding="utf-8")


def rows_in_turn(table):
    """A table as several, of about as many rows each, if it is too long for one slide."""
    head, rule, *rows = table.strip().split("\n")
    count = max(1, -(-len(rows) // LONG_TABLE))
    each = max(1, -(-len(rows) // count))
    parts = [rows[start : start + each] for start in range(0, max(1, len(rows)), each)]
    return ["\n".join([head, rule, *part]) for part in parts]


def write(source, path, root):
    """Writes the slides of a notebook as one file; returns how many there are."""
    slides = Deck(source, root).make()
    folder = FOLDER / "deck"
    style = (folder / "deck.css").read_text(encoding="utf-8")
    page = (
        (folder / "page.html")
        .read_text(encoding="utf-8")
        .format(
            title=html.escape(slides[0][1].title),
            style=style + HtmlFormatter(cssclass="python").get_style_defs(),
            slides="\n".join(slide.html(section) for section, slide in slides),
            mathjax=mathjax(),
            script=(folder / "deck.js").read_text(encoding="utf-8"),
        )
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8", newline="\n")
    return len(slides)
