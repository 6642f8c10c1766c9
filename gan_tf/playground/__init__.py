"""Pages to play with, in a notebook and on the web site: a GAN in the plane, a drawing board."""

from importlib import metadata
import json

from gan_tf import checks
from gan_tf.playground.board import board_page, drawing_board, read_drawing
from gan_tf.playground.frames import FOLDER, framed

__all__ = ["address", "board_page", "drawing_board", "lab", "lab_page", "read_drawing"]

SCRIPTS = ("shared.js", "gan2d.js", "presets.js", "lab.js")
STYLE = "lab.css"
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A GAN in the plane</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 8px; color: #111; background: #fff }}
@media (prefers-color-scheme: dark) {{ body {{ color: #ddd; background: #121212 }} }}
{style}
</style>
<main><div id="lab"></div></main>
<script>{scripts}
if (matchMedia("(prefers-color-scheme: dark)").matches) document.body.classList.add("lab-dark");
globalThis.lab = mountLab(document.getElementById("lab"), {options});
</script>
</html>
"""


def lab(height=860, data="ring", loss="non_saturating"):
    """Shows the lab in a notebook: a GAN in the plane to play with, without a kernel.

    The browser trains it, so it goes on while Python is busy, and still works when the notebook is
    opened again. 'Copy as Python' in the lab gives the same game as a program with this package.

    Args:
        height: Integer >= 200, pixels.
        data: "circle", "ring", "grid" or "swiss_roll", as in `gan_tf.data`.
        loss: "non_saturating", "minimax", "least_squares", "hinge" or "wasserstein".

    Returns:
        `IPython.display.HTML`: a frame that may run scripts and nothing else, and below it a link
        to the lab on the web site, for viewers that show no frames, such as GitHub's.

    Raises:
        ValueError: If an argument is none of these.
    """
    from IPython.display import HTML

    frame = framed(lab_page(data, loss), "A GAN in the plane", height)
    return HTML(f'{frame}\n<p><a href="{address()}">Open the lab on its own page</a></p>')


def lab_page(data="ring", loss="non_saturating"):
    """Returns the lab as one HTML page that needs no other file."""
    checks.one_of(("circle", "ring", "grid", "swiss_roll"), data=data)
    losses = ("non_saturating", "minimax", "least_squares", "hinge", "wasserstein")
    checks.one_of(losses, loss=loss)
    options = {"settings": {"data": data, "loss": loss}, "home": address()}
    return PAGE.format(
        style=(FOLDER / STYLE).read_text(encoding="utf-8"),
        scripts="\n".join((FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS),
        options=json.dumps(options),
    )


def address():
    """Returns the address of the lab on the web site, which belongs to the repository."""
    urls = metadata.metadata("gan_tf").get_all("Project-URL")
    repository = next(url for url in urls if url.startswith("Repository, "))
    owner, name = repository.split("/")[-2:]
    return f"https://{owner}.github.io/{name}/lab.html"
