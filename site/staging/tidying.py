"""Removes what Sphinx and its extensions leave over, and mends what they get wrong."""

import shutil

MATHJAX = "tex-svg.js"  # the only file of MathJax that the pages load: 2 MB of 24 MB
# MyST-NB gives every box that folds the same name, which hides the words that one sees.
SAME_NAME = '<summary aria-label="Toggle hidden content">'


def tidy(site):
    """Tidies a finished site."""
    static = site / "_static"
    shutil.rmtree(static / "locales", ignore_errors=True)
    shutil.rmtree(site / ".doctrees", ignore_errors=True)
    (site / ".buildinfo").unlink(missing_ok=True)
    for path in static.glob("*webpack-macros.html"):  # templates of the theme
        path.unlink()
    for path in static.rglob("*.map"):
        path.unlink()
    keep_only(static / "mathjax", MATHJAX)
    for page in site.rglob("*.html"):
        mend(page)


def keep_only(folder, name):
    """Deletes everything in a folder but one file."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            path.rmdir()
        elif path != folder / name:
            path.unlink()


def mend(page):
    """Rewrites a page if it has something to mend."""
    text = page.read_text(encoding="utf-8")
    mended = text.replace(SAME_NAME, "<summary>")
    if mended != text:
        page.write_text(mended, encoding="utf-8", newline="\n")
