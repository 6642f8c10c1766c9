"""Slides in a browser: from a file, without the network, nothing cut off, moved by keys."""

import re

from conftest import ROOT, listen
import nbformat
import pytest

from staging import blocks, deck
from staging.course import notebook_tools

SOURCES = sorted((ROOT / "notebooks" / "src").glob("[0-9][0-9]*_*.py"))
SCREEN = {"viewport": {"width": 1280, "height": 720}}
SMALLEST = 0.55  # of the size of text
every_notebook = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
CUT_OFF = """() => [...document.querySelectorAll(".slide, .content")].filter((box) =>
    box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1
).map((box) => box.closest(".slide").innerText.slice(0, 60))"""


@pytest.fixture
def slides(browser, tmp_path):
    """Function that makes the slides of a notebook and opens them from their file."""
    contexts = []

    def open_slides(source, **options):
        path = tmp_path / f"{source.stem}.html"
        count = deck.write(source, path, ROOT)
        contexts.append(browser.new_context(**SCREEN, **options))
        page = contexts[-1].new_page()
        page.troubles, page.count = listen(page), count
        page.goto(f"file://{path}")
        page.wait_for_function("document.body.dataset.ready === 'yes'")
        return page

    yield open_slides
    for context in contexts:
        context.close()


def where(page):
    return page.locator("#bar output").inner_text()


def kinds_shown(source):
    """Kinds of all outputs of the notebook, but for its exercises."""
    tools = notebook_tools(ROOT)
    cells = [c for c in tools.source_cells(source) if "solution" not in tools.tags(c)]
    book = nbformat.read(ROOT / "notebooks" / f"{source.stem}.ipynb", as_version=4)
    return [
        kind
        for told, cell in zip(cells, book.cells, strict=True)
        if not tools.tags(told) & {"setup", "exercise", "check"}
        for output in cell.get("outputs", ())
        for kind in output.get("data", {})
    ]


@every_notebook
def test_slides_show_everything_and_cut_off_nothing(slides, source):
    page = slides(source)
    kinds = kinds_shown(source)
    text = source.read_text(encoding="utf-8")
    shown = {name: page.locator(name).count() for name in (".slide", "mjx-container", "mjx-merror")}
    assert shown[".slide"] == page.count > 30
    assert shown["mjx-container"] > 5 and shown["mjx-merror"] == 0
    assert page.locator(".exercise").count() == len(
        re.findall(r"^# \*\*(?:Exercise )?\d+[a-z]?\.\d ", text, flags=re.M)
    )
    assert page.locator(".figure img").count() == kinds.count("image/png") > 5
    assert page.locator(".film button").count() == kinds.count("image/gif")
    alternatives = page.eval_on_selector_all(
        ".figure img, .film-screen", "all => all.map(e => e.alt ?? e.ariaLabel)"
    )
    assert all(alternatives) and deck.ALTERNATIVE not in alternatives
    assert page.evaluate("[...document.images].filter(i => !i.naturalWidth).length") == 0
    assert page.evaluate(CUT_OFF) == []
    sizes = page.eval_on_selector_all(
        ".content", "all => all.map(box => Number(box.style.getPropertyValue('--fit')))"
    )
    assert min(sizes) > SMALLEST
    assert page.troubles == []


def test_keys_move_through_the_slides(slides):
    page = slides(SOURCES[0])
    last = page.count
    assert where(page) == f"1 / {last}"
    for key, place in (
        *(("ArrowRight", 2), ("PageDown", 3), (" ", 4), ("ArrowLeft", 3), ("PageUp", 2)),
        *(("End", last), ("ArrowRight", last), ("Home", 1), ("ArrowLeft", 1)),
    ):
        page.keyboard.press(key)
        assert where(page) == f"{place} / {last}", key
    assert page.locator(".slide:not([inert])").count() == 1
    page.get_by_role("button", name="On").click()
    assert where(page) == f"2 / {last}"
    assert page.url.endswith("#2")


def test_answers_and_code_open_by_key(slides):
    page = slides(SOURCES[1])
    number = page.evaluate(
        "1 + [...document.querySelectorAll('.slide')].findIndex(e => e.matches('.predict'))"
    )
    page.evaluate(f"location.hash = '#{number}'")
    page.wait_for_function(
        f"document.querySelector('#bar output').innerText.startsWith('{number} ')"
    )
    answer = page.locator(".is-current details:not(.code)")
    assert not answer.evaluate("e => e.open")
    page.keyboard.press("a")
    assert answer.evaluate("e => e.open")
    page.keyboard.press("Escape")
    assert not answer.evaluate("e => e.open")
    page.keyboard.press("Home")
    while not page.locator(".is-current .code").count():
        page.keyboard.press("ArrowRight")
    page.keyboard.press("c")
    assert page.locator(".is-current .code pre").first.is_visible()


def test_open_answers_fit_too(slides):
    page = slides(SOURCES[1])
    page.evaluate("document.querySelectorAll('details:not(.code)').forEach(e => (e.open = true))")
    page.wait_for_timeout(300)
    assert page.evaluate(CUT_OFF) == []


def test_film_plays_on_its_slide_unless_motion_is_unwanted(slides):
    source = next(path for path in SOURCES if path.stem == "05_dcgan")
    number = "1 + [...document.querySelectorAll('.slide')].findIndex(e => e.querySelector('.film'))"
    for motion, word in (("no-preference", "Pause"), ("reduce", "Play")):
        page = slides(source, reduced_motion=motion)
        assert page.locator(".film button").text_content() == "Play"
        page.evaluate(f"location.hash = '#' + ({number})")
        page.wait_for_function("document.querySelector('.is-current .film')")
        assert page.locator(".film button").text_content() == word


def test_slides_scale_with_the_window(slides):
    page = slides(SOURCES[0])
    page.set_viewport_size({"width": 640, "height": 480})
    box = page.locator("#deck").bounding_box()
    assert (round(box["width"]), round(box["height"])) == (640, 360)


def test_a_slide_is_a_page_on_paper(slides):
    page = slides(SOURCES[0])
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == page.count


# ---------------------------------------------------------------- prose


def test_blocks_keep_together_what_belongs_together():
    code, answer = "```\na\n\nb\n```", "<details><summary>A</summary>\n\nYes.\n\n</details>"
    text = f"## 1. A title\n\nText.\n\n{code}\n\n{answer}"
    found = blocks.blocks_of(text)
    assert [blocks.kind_of(block) for block in found] == ["heading", "text", "code", "details"]
    assert found[2:] == [code, answer]


def test_prose_is_shortened_at_the_end_of_a_sentence():
    text = "Radford et al. 2015\nhave 0.5 of it. That is half. And more."
    assert blocks.shortened(text, 45) == "Radford et al. 2015 have 0.5 of it."
    assert blocks.shortened(text, 5) == "Radford et al. 2015 have 0.5 of it."
    assert blocks.last_sentence(text) == "And more."


def test_formulas_are_left_to_mathjax():
    made = blocks.html_of("So $a_1 < b$ and $$c$$ here.")
    assert re.sub(r"</?span.*?>", "", made) == "<p>So \\(a_1 &lt; b\\) and \\[c\\] here.</p>\n"


def test_links_inside_the_course_become_words():
    assert "<a" not in blocks.html_of(
        "See [notebook 02](02_game.ipynb) and [docs](../docs/data.md#x)."
    )
    assert "<a" in blocks.html_of("See [a paper](https://arxiv.org/abs/1406.2661).")
