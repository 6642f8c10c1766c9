"""Settings of Sphinx for the web site; `site/build.py` runs it."""

from pathlib import Path
import sys

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

from staging.course import notebook_tools  # noqa: E402

project = "gan_tf"
author = "The gan_tf authors"
language = "en"
html_title = "gan_tf: the GAN course that runs"

extensions = ["myst_nb", "sphinx_copybutton", "sphinx_design", "sphinx-mathjax-offline"]
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["amsmath", "attrs_block", "attrs_inline", "colon_fence", "dollarmath"]
myst_heading_anchors = 3
myst_dmath_double_inline = True
exclude_patterns = ["_static"]  # the notebooks for download are not pages
suppress_warnings = ["myst.header"]  # docs and notebooks may skip a level of headings
copybutton_exclude = ".linenos, .gp"

html_theme = "sphinx_book_theme"
html_static_path = [str(FOLDER / "assets")]
html_favicon = str(FOLDER / "assets" / "favicon.svg")
html_css_files = ["course.css"]
html_js_files = [("course.js", {"defer": "defer"})]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
html_context = {"default_mode": "auto"}  # as the reader's system has it
html_theme_options = {
    "repository_url": notebook_tools(FOLDER.parent).repository(FOLDER.parent),
    "use_repository_button": True,
    "use_issues_button": True,
    "use_download_button": False,
    "home_page_in_toc": True,
    "show_toc_level": 2,
    "toc_title": "On this page",
    "footer_content_items": [],
    "navbar_persistent": [],  # else an empty bar with a second search field
}


def use_staged_files(app, config):
    """Adds the films and notebooks that were staged, and the one file of MathJax that is needed."""
    config.html_static_path.append(str(Path(app.srcdir) / "_static"))
    config.mathjax_path = "mathjax/tex-svg.js"


def setup(app):
    """Waits until sphinx-mathjax-offline has set its own path, then sets ours."""
    app.connect("config-inited", use_staged_files, priority=900)
