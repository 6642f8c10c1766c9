"""Every page in a real browser: nothing breaks, nobody is shut out, nothing leaves the site."""

from axe_playwright_python.sync_playwright import Axe
from conftest import page_names, width_of
import pytest

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
every_page = pytest.mark.parametrize("name", [*page_names(), "search.html"])


def set_theme(page, theme):
    page.evaluate(
        "theme => { document.documentElement.dataset.theme = theme; "
        "document.documentElement.dataset.mode = theme; }",
        theme,
    )


def violations(page, rules=None):
    run_only = {"type": "rule", "values": rules} if rules else STANDARDS
    options = {"runOnly": run_only, "resultTypes": ["violations"], "preload": False}
    found = Axe().run(page, options=options)
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found.response["violations"]]


# axe looks at every part of every formula, every word of code and every cell of a table, which
# takes a minute a page. They look alike, so it sees only the first of each page in full.
LIGHTEN = """() => {
    const rest = (selector, first) => [...document.querySelectorAll(selector)].slice(first);
    for (const pre of rest("div.highlight pre", 3)) pre.textContent = pre.textContent.slice(0, 40);
    for (const formula of rest("mjx-container", 3)) formula.replaceChildren();
    for (const button of rest(".copybtn", 3)) button.remove();
    for (const row of document.querySelectorAll("tbody tr:nth-child(n+4)")) row.remove();
}"""


@every_page
def test_page_works_and_shuts_nobody_out(leaf_through, name):
    with leaf_through(name) as page:
        check_content(page)
        check_widths(page)
        check_accessibility(page)
        assert page.troubles == []


@every_page
def test_page_works_from_a_folder(leaf_through, name):
    with leaf_through(name, mode="file") as page:
        check_content(page)
        assert page.troubles == []


def check_content(page):
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0
    assert page.locator("main h1:not(#jb-print-docs-body h1)").count() == 1
    assert page.evaluate("[...document.images].filter(i => i.complete && !i.naturalWidth)") == []


def check_widths(page):
    for width in (390, 320):
        with width_of(page, width):
            too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert too_wide <= 0, f"{too_wide} pixels too wide at {width}"


def check_accessibility(page):
    page.evaluate(LIGHTEN)
    page.add_style_tag(content="* { transition: none !important }")  # colours change at once
    set_theme(page, "light")
    assert violations(page) == []
    set_theme(page, "dark")
    assert violations(page, ["color-contrast"]) == []  # nothing else depends on the theme


def test_there_are_formulas_films_and_pictures(visit):
    """The tests above would pass on empty pages."""
    page = visit("02_game.html")
    assert page.locator("mjx-container").count() > 100
    assert page.locator(".film-bar").count() >= 1
    assert page.locator("article img").count() > 5
