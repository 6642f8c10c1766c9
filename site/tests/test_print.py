"""The cheat sheet on paper: two sheets of A4, with everything on them."""

import re

A4 = {"format": "A4"}  # the margins are those of course.css


def pages_of(pdf):
    """Number of pages of a PDF that Chromium wrote; it does not compress its page objects."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_cheat_sheet_prints_on_two_pages(visit):
    page = visit("docs/cheat_sheet.html")
    assert pages_of(page.pdf(**A4)) == 2
    assert page.troubles == []


def test_pages_are_counted(visit):
    """A page of the same size with more on it has more pages."""
    page = visit("docs/cheat_sheet.html")
    sheet = page.locator("#cheat-sheet")
    sheet.evaluate("sheet => sheet.append(sheet.cloneNode(true))")
    assert pages_of(page.pdf(**A4)) > 2


def test_nothing_of_the_cheat_sheet_is_cut_off_on_paper(visit):
    page = visit("docs/cheat_sheet.html")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1000})  # 186 mm, A4 without its margins
    too_wide = """[...document.querySelectorAll("#cheat-sheet :is(table, p, li)")].filter(
        (each) => each.getBoundingClientRect().right > innerWidth || each.scrollWidth > innerWidth
    ).length"""
    assert page.evaluate(too_wide) == 0
    assert page.locator("h1:visible").count() == 1
    assert page.locator("#cheat-sheet table:visible").count() == 4
