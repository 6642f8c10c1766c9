"""Writes the pages that compute something themselves, and puts panels of sliders into notebooks."""

import json
import re

from staging import weights
from staging.course import FOLDER

PAGES = ["lab", "latent"]
# Notebook, the heading before which its panel stands, and the panel's page in site/play.
PANELS = (
    ("02_game", "### The identity, measured", "divergences"),
    ("06_measuring", "### Why precision takes noise for real", "noise"),
    ("07_pathologies", "### What this says about a GAN", "circling"),
)


def write_pages(course):
    """Writes the pages, and the scripts of all that one can play with."""
    package, play = course.root / "gan_tf", FOLDER / "play"
    for source, folder in ((package / "playground", "lab"), (play, "play")):
        for path in [*source.glob("*.js"), *source.glob("*.css")]:
            course.write(f"_static/{folder}/{path.name}", path.read_bytes())
    generator = package / "builders" / "weights" / "dcgan_generator.npz"
    seeds = json.loads((play / "garments.json").read_text(encoding="utf-8"))
    course.write("_static/play/weights.js", weights.script_of(generator, seeds))
    table = (course.root / "benchmarks" / "results" / "noise.json").read_text(encoding="utf-8")
    course.write("_static/play/noise_table.js", f"globalThis.NOISE = {table.strip()};\n")
    for name in PAGES:
        course.write(f"{name}.md", (FOLDER / f"{name}.md").read_text(encoding="utf-8"))


def with_panels(text, notebook):
    """Returns a text of a notebook in parts, with a panel before each heading that has one."""
    parts = [text]
    for name, heading, panel in PANELS:
        place = re.search(rf"^{re.escape(heading)}$", parts[-1], re.M)
        if name == notebook and place:
            last = parts.pop()
            before, after = last[: place.start()], last[place.start() :]
            parts += [before, (FOLDER / "play" / f"{panel}.md").read_text(encoding="utf-8"), after]
    return [part for part in parts if part.strip()]


def check_panels(text, notebook):
    """Raises an error if a page lacks a panel of its notebook, because its heading has changed."""
    for name, heading, panel in PANELS:
        if name == notebook and f'id="{panel}"' not in text:
            raise ValueError(
                f"{name} has no heading '{heading}' so the panel '{panel}' has "
                f"no place. Name another heading in {__name__}.PANELS."
            )
