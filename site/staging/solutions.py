"""Folds what solves an exercise into one box, closed until it is asked for."""

import re

from staging.figures import picture_kind, save_picture


def number_of(text):
    """Returns the number of the exercise in a text, such as '5.2', or None."""
    found = re.search(r"\*\*(?:Exercise )?(\d+(?:[a-z]?\.\d+)?)", text)
    return found[1] if found else None


def code_of(cell):
    """Returns the code of a cell without the marks that only the notebooks' tests read."""
    return re.sub(r"^# NBVAL_\w+\n", "", cell.source, flags=re.M)


def fence(text, language):
    """Returns a text as a code block; four ticks, because the text may hold three."""
    return f"````{language}\n{text.rstrip()}\n````\n"


def folded(cells, number, course, name, linker):
    """Returns the markdown of a closed box with cells and their outputs.

    Cells cannot stand inside a box of MyST, so code and outputs become blocks of text.
    """
    parts = []
    for cell in cells:
        if cell.cell_type == "markdown":
            parts.append(linker(cell.source) + "\n")
        else:
            parts.append(fence(code_of(cell), "python"))
            parts += [shown(output, number, course, name) for output in cell.get("outputs", ())]
    body = "\n".join(part for part in parts if part)
    return f":::::{{dropdown}} Solution {number}\n:class-container: solution\n\n{body}\n:::::\n"


def shown(output, number, course, name):
    """Returns the markdown of one output."""
    if output.output_type == "stream":
        return fence(output.text, "text")
    if picture_kind(output):
        path = save_picture(output, course, name)
        return f"![What the solution of exercise {number} draws; the text describes it.]({path})\n"
    if "text/plain" in output.get("data", {}):
        return fence(output.data["text/plain"], "text")
    return ""
