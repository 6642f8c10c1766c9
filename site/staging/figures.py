"""Gives every picture of a page its caption and a text for those who cannot see it."""

import base64
import hashlib
import re

from staging.prose import first_sentence

CAPTION = re.compile(r"\*{0,2}Figure (\d+[a-z]?\.\d+)\.?\*{0,2}\.?\s+(.*)", re.S)


def picture_outputs(cell):
    """Returns the outputs of a cell that are pictures."""
    return [output for output in cell.get("outputs", ()) if picture_kind(output)]


def picture_kind(output):
    """Returns the kind of picture that an output holds, such as image/png, or None."""
    return next((kind for kind in output.get("data", {}) if kind.startswith("image/")), None)


def bytes_of(output):
    """Returns the picture in an output as bytes."""
    return base64.b64decode(output.data[picture_kind(output)])


def without_plain_text(cell):
    """Removes the words '<Figure size ...>' that stand beside each picture."""
    for output in picture_outputs(cell):
        output.data.pop("text/plain", None)


def caption_of(text):
    """Returns (number, words) of a caption such as 'Figure 1.2. A ring.', or None."""
    found = CAPTION.match(text)
    return (found[1], found[2]) if found else None


def anchor(number):
    """Returns the name by which a page links to a figure."""
    return f"fig-{number.replace('.', '-')}"


def alternative(number, words):
    """Returns what a screen reader says instead of a figure: the caption's first sentence."""
    return f"Figure {number}: {first_sentence(words)}"


def add_caption(cell, number, words, linker):
    """Makes the picture of a code cell a figure with a caption.

    Terms stay without a link here, because MyST-NB reads a caption before the glossary is known.
    """
    text = linker(f"Figure {number}. {words}", terms=False)
    cell.metadata["mystnb"] = {
        "image": {"alt": alternative(number, words)},
        "figure": {"caption": text, "name": anchor(number)},
    }


def name_uncaptioned(cell, before):
    """Gives a picture without a caption the sentence that leads up to it."""
    words = first_sentence(before.rstrip().rsplit("\n\n", 1)[-1]) if before.strip() else ""
    alt = f"What the cell above draws. {words}".strip()
    cell.metadata.setdefault("mystnb", {})["image"] = {"alt": alt}


def save_picture(output, course, name):
    """Writes the picture of an output; returns its path relative to the page."""
    data = bytes_of(output)
    ending = picture_kind(output).split("/")[1].split("+")[0]
    path = f"img/{name}_{hashlib.sha256(data).hexdigest()[:8]}.{ending}"
    course.write(path, data)
    return path
