"""What a reader does on the site: search, choose a theme, move by keys, watch films, tick off."""

import pytest

modes = pytest.mark.parametrize("mode", ["http", "file"])


def theme_of(page):
    return page.evaluate("document.documentElement.dataset.mode")


@modes
def test_search_finds_mode_collapse(visit, mode):
    page = visit("01_circle.html", mode)
    page.keyboard.press("Control+k")
    page.keyboard.type("mode collapse")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=mode*")
    page.locator("#search-results li").nth(2).wait_for()
    assert "07" in page.locator("#search-results").inner_text()


@modes
def test_theme_lasts(visit, mode):
    page = visit("glossary.html", mode)
    before = theme_of(page)
    page.locator(".theme-switch-button:visible").first.click()
    change = page.locator(".theme-change-button[data-mode=dark]:visible")
    if change.count():  # a menu, in some versions of the theme
        change.first.click()
    chosen = theme_of(page)
    assert chosen != before
    page.goto(page.url.replace("glossary", "references"))
    assert theme_of(page) == chosen


def press_on(page, selector, key="Enter"):
    """Focuses an element that Tab reaches, and presses a key."""
    element = page.locator(selector).first
    assert element.evaluate("e => e.tabIndex") >= 0
    element.focus()
    page.keyboard.press(key)


def test_previous_and_next_by_key(visit):
    page = visit("05_dcgan.html")
    press_on(page, ".prev-next-area a.right-next")
    page.wait_for_url("**/06_measuring.html")
    press_on(page, ".prev-next-area a.left-prev")
    page.wait_for_url("**/05_dcgan.html")


def test_first_tab_skips_to_the_text(visit):
    page = visit("05_dcgan.html")
    page.keyboard.press("Tab")
    assert "Skip to main content" in page.evaluate("document.activeElement.innerText")


def test_code_is_copied_by_key(visit):
    page = visit("05_dcgan.html", permissions=["clipboard-read", "clipboard-write"])
    block = page.locator("div.highlight", has=page.locator("button.copybtn")).nth(1)
    shown = block.locator("pre").inner_text()
    button = block.locator("button.copybtn")
    assert button.evaluate("e => e.tabIndex") >= 0
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.copybtn.success')")
    assert page.evaluate("navigator.clipboard.readText()").strip() == shown.strip()


def test_colab_and_download(visit, site):
    page = visit("05_dcgan.html")
    colab = page.get_by_role("link", name="Run in Colab").get_attribute("href")
    assert colab.startswith("https://colab.research.google.com/github/")
    assert colab.endswith("/blob/main/notebooks/05_dcgan.ipynb")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download without outputs").click()
    assert download.value.suggested_filename == "05_dcgan.ipynb"


# ---------------------------------------------------------------- films


def film_on(page):
    film = page.locator(".film").first
    film.scroll_into_view_if_needed()
    return film


def test_film_plays_once_when_seen(visit):
    page = visit("05_dcgan.html")
    button = page.locator(".film button").first
    assert button.inner_text() == "Play"
    film = film_on(page)
    page.wait_for_function("() => document.querySelector('.film button').textContent === 'Pause'")
    first = film.locator("output").inner_text()
    page.wait_for_function(
        "before => document.querySelector('.film output').textContent !== before", arg=first
    )
    button.click()
    assert button.inner_text() == "Play"
    paused = film.locator("output").inner_text()
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(100)
    film_on(page)
    page.wait_for_timeout(900)
    assert film.locator("output").inner_text() == paused


def test_film_is_scrubbed_by_keys(visit):
    page = visit("05_dcgan.html", reduced_motion="reduce")
    film = film_on(page)
    film.locator("input").focus()
    position = "document.querySelector('.film-screen').style.backgroundPosition"
    last = page.evaluate(position)
    page.keyboard.press("Home")
    assert film.locator("output").inner_text().startswith("1 of ")
    assert page.evaluate(position) != last
    page.keyboard.press("ArrowRight")
    assert film.locator("output").inner_text().startswith("2 of ")


def test_film_stands_still_if_motion_is_unwanted(visit):
    page = visit("05_dcgan.html", reduced_motion="reduce")
    film = film_on(page)
    page.wait_for_timeout(900)
    assert film.locator("button").inner_text() == "Play"
    frames = film.get_attribute("data-frames")
    assert film.locator("output").inner_text() == f"{frames} of {frames}"


# ---------------------------------------------------------------- exercises


def test_solutions_are_closed_and_open_by_key(visit):
    page = visit("05_dcgan.html")
    boxes = page.locator("details.solution")
    assert boxes.count() == 3
    assert boxes.evaluate_all("all => all.every(box => !box.open)")
    boxes.first.locator("summary").focus()
    page.keyboard.press("Enter")
    assert boxes.first.evaluate("box => box.open")
    assert boxes.first.locator("pre").first.is_visible()


@modes
def test_ticks_are_remembered(visit, mode):
    page = visit("03_autoencoder.html", mode)
    assert page.locator("a.is-done").count() == 0
    page.get_by_label("I have worked through this notebook").check()
    page.goto(page.url.replace("03_autoencoder", "04_fashion_dense"))
    assert page.locator(".bd-sidebar-primary a.is-done").inner_text().startswith("03.")
    assert not page.get_by_label("I have worked through this notebook").is_checked()


def test_menu_opens_on_a_phone(visit):
    page = visit("glossary.html")
    page.set_viewport_size({"width": 390, "height": 844})
    in_view = """() => [...document.querySelectorAll("a")].some(link => {
        const box = link.getBoundingClientRect();
        return link.textContent.includes("02. The game") && box.width && box.left >= 0;
    })"""
    page.wait_for_function(f"() => !({in_view})()")  # the sidebar slides away
    page.locator(".primary-toggle:visible").first.click()
    page.wait_for_function(in_view)


def test_print_leaves_out_what_needs_a_screen(visit):
    page = visit("05_dcgan.html")
    page.emulate_media(media="print")
    assert page.locator("#jb-print-docs-body h1").is_visible()
    for selector in (".film-bar", ".start", ".done-box", ".bd-sidebar-primary"):
        assert not page.locator(selector).first.is_visible(), selector
