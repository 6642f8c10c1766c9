"""A page within a notebook that may run scripts and nothing else."""

from html import escape
from pathlib import Path

from gan_tf import checks

FOLDER = Path(__file__).resolve().parent


def framed(page, title, height):
    """Returns the HTML of a frame that holds a whole page.

    Args:
        page: String, an HTML page that needs no other file.
        title: String, what it is called.
        height: Integer >= 200, screen pixels.
    """
    height = checks.at_least(200, height=height)
    return (
        f'<iframe srcdoc="{escape(page)}" sandbox="allow-scripts" '
        f'allow="clipboard-write" title="{escape(title)}" loading="lazy" '
        f'style="width: 100%; height: {height}px; border: 0"></iframe>'
    )
