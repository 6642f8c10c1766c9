"""Makes the page of one notebook: its cells with their outputs, and the solutions folded."""

import copy
import re

import nbformat
from nbformat.v4 import new_markdown_cell

from staging import figures, films, interactive, solutions
from staging.course import Entry
from staging.prose import Linker, plain


class Page:
    """The page of one notebook while it is put together, cell by cell.

    Args:
        source: Path of the notebook's source in notebooks/src.
        course: The `Course` that the notebook belongs to.
    """

    def __init__(self, source, course):
        self.source = source
        self.course = course
        self.name = source.stem
        self.linker = Linker(course, self.name)
        self.cells = []
        self.solved = []  # cells of a solution that is not folded yet
        self.exercise = "?"
        self.in_exercise = False

    def make(self):
        """Returns the page as a notebook without anything left to run."""
        tools = self.course.tools
        student, solutions_book = map(tools.read, tools.notebook_paths(self.source))
        student_cells = iter(student.cells)
        solution_cells = iter(solutions_book.cells[1:])
        for cell in tools.source_cells(self.source):
            tags = tools.tags(cell)
            asked = next(student_cells) if "solution" not in tags else None
            answer = next(solution_cells) if tools.SOLUTION_TAGS & tags else None
            self.add(tags, asked, answer)
        self.fold_solution()
        self.name_pictures()
        interactive.check_panels("".join(cell.source for cell in self.cells), self.name)
        for number, cell in enumerate(self.cells):
            cell["id"] = f"c{number}"
        return nbformat.v4.new_notebook(cells=self.cells, metadata=tools.METADATA, nbformat_minor=5)

    def add(self, tags, asked, answer):
        """Adds a cell of the source: `asked` from the notebook, `answer` from the solutions."""
        if "exercise-text" in tags or not tags & {"solution", "check", "exercise"}:
            self.fold_solution()
            self.in_exercise = False
        if "exercise-text" in tags:
            self.exercise = solutions.number_of(asked.source) or self.exercise
        self.in_exercise = self.in_exercise or bool(tags & {"exercise", "solution"})
        if "solution" in tags or ("check" in tags and self.in_exercise):
            self.solved.append(answer)
        if asked is None:
            return
        if not self.cells:
            self.cells.append(new_markdown_cell(self.front(asked.source)))
        elif asked.cell_type == "markdown":
            self.add_text(asked.source)
        else:
            self.add_code(copy.deepcopy(asked), tags)

    def front(self, text):
        """Returns the markdown of the first cell: title, buttons, and a box with all the rest."""
        text = re.sub(r"\[!\[Open in Colab\].*?\)\]\(.*?\)\s*", "", text)
        text = text.replace(self.course.tools.page(self.course.address, self.source), "")
        title, rest = text.split("\n", 1)
        question = re.search(r"\*\*Question\.\*\* (.*?)(?=\n\n|\Z)", rest, re.S)
        time = re.search(r"\*\*Time of a full run\*\*:?\s+(?:about\s+)?(\d+)\s+minutes?", rest)
        words = self.course.questions.get(self.name) or plain(question[1] if question else "")
        minutes = int(time[1]) if time else None
        self.course.entries[self.name] = Entry(title.removeprefix("# "), words, minutes)
        return (
            f"{title}\n\n```{{raw}} html\n{self.buttons(minutes)}\n```\n\n"
            f":::{{admonition}} In this notebook\n:class: tip\n\n"
            f"{self.linker(rest.strip())}\n:::\n"
        )

    def buttons(self, minutes):
        """Returns the HTML of the row of buttons below the title."""
        time = f'<span class="time">{minutes} minutes of computing</span>' if minutes else ""
        return (
            f'<p class="start"><a class="button" href="{self.course.colab(self.name)}">'
            f'Run in Colab</a> <a href="_static/notebooks/{self.name}.ipynb" download>'
            f'Download without outputs</a> <a href="'
            f'{self.course.github(f"notebooks/{self.name}.ipynb")}">GitHub</a> {time}</p>'
        )

    def add_text(self, text):
        """Adds prose; a caption goes to the picture above it, and a panel before its heading."""
        text = self.add_caption(text)
        for part in interactive.with_panels(text, self.name):
            self.cells.append(new_markdown_cell(self.linker(part)))

    def add_caption(self, text):
        """Gives the picture above its caption, the first paragraph; returns the rest."""
        above = self.cells[-1]
        pictures = figures.picture_outputs(above)
        paragraph, _, rest = text.partition("\n\n")
        caption = figures.caption_of(paragraph)
        if not caption or not pictures:
            return text
        number, words = caption
        moving = [output for output in pictures if "image/gif" in output.data]
        if moving:
            above.outputs = [output for output in above.outputs if output not in moving]
            data = figures.bytes_of(moving[-1])
            film = films.film(data, self.course, self.name, number, words, self.linker)
            self.cells.append(new_markdown_cell(film))
        else:
            figures.add_caption(above, number, words, self.linker)
        return rest

    def add_code(self, cell, tags):
        """Adds code with its outputs; neighbouring cells of imports become one that is hidden."""
        figures.without_plain_text(cell)
        cell.source = solutions.code_of(cell)
        is_setup = "google.colab" in cell.source or cell.source.startswith(("import", "from"))
        if "setup" in tags and is_setup:
            if hidden(self.cells[-1]):
                self.cells[-1].source += f"\n\n\n{cell.source}"
                return
            cell.metadata["tags"] = ["hide-input"]
            cell.metadata["mystnb"] = {
                "code_prompt_show": "Show the imports",
                "code_prompt_hide": "Hide the imports",
            }
        self.cells.append(cell)

    def fold_solution(self):
        """Adds the box with the solution of the exercise that has just ended, if there is one."""
        if not self.solved:
            return
        box = solutions.folded(self.solved, self.exercise, self.course, self.name, self.linker)
        self.cells.append(new_markdown_cell(box))
        self.solved = []

    def name_pictures(self):
        """Gives words to pictures that have no caption."""
        before = ""
        for cell in self.cells:
            captioned = "figure" in cell.metadata.get("mystnb", {})
            if cell.cell_type == "markdown":
                before = cell.source
            elif figures.picture_outputs(cell) and not captioned:
                figures.name_uncaptioned(cell, before)


def hidden(cell):
    """Returns whether a cell's code is hidden until it is asked for."""
    return cell.metadata.get("tags") == ["hide-input"]


def write_page(source, course):
    """Writes the page of a notebook, and the notebook without outputs for those who download it."""
    course.write(f"{source.stem}.ipynb", nbformat.writes(Page(source, course).make()))
    path, _ = course.tools.notebook_paths(source)
    bare = course.tools.build(source, course.root)[path]
    course.write(f"_static/notebooks/{path.name}", course.tools.text_of(bare))
