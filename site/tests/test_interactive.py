"""The page on latents and the panels of sliders in a browser: by pointer, by key, by link."""

import json
import re

import pytest

PIXELS = "name => latent.page.querySelector(`[data-picture=${name}]`).toDataURL()"


def settings(page):
    return page.evaluate("latent.settings")


def words(page, part):
    return page.locator(f"[data-part={part}] .latent-words").inner_text()


# ---------------------------------------------------------------- the page on latents


def test_pictures_are_those_of_the_generator(visit):
    """Each pixel of the canvas, and of the map's last corner, is the number that was computed."""
    page = visit("latent.html")
    off = page.evaluate("""() => {
        const pen = (selector) => document.querySelector(selector).getContext("2d");
        const worst = (seed, data) => Math.max(...latent.generator
            .picture(GENERATOR.latentOf(seed))
            .map((value, k) => Math.abs(127.5 * (value + 1) - data[4 * k])));
        const { samples, corners } = latent.settings;
        return [
            worst(samples, pen("[data-picture=sample0]").getImageData(0, 0, 28, 28).data),
            worst(corners[3], pen(".latent-map canvas").getImageData(112, 112, 28, 28).data),
        ];
    }""")
    assert max(off) <= 0.51
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.latent-picture')).imageRendering")
        == "pixelated"
    )
    assert page.troubles == []


def test_plane_by_pointer(visit):
    page = visit("latent.html")
    page.set_viewport_size({"width": 1280, "height": 1400})
    box = page.locator(".latent-map").bounding_box()
    before = page.evaluate(PIXELS, "plane")
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.up()
    found = settings(page)
    assert found["x"] == pytest.approx(0.75, abs=0.02)
    assert found["y"] == pytest.approx(0.25, abs=0.02)
    page.wait_for_function(f"before => ({PIXELS})('plane') !== before", arg=before)
    assert re.search(r"is \d+ % Ankle boot, 5[5-8] % Bag", words(page, "plane"))


def test_plane_by_key(visit):
    page = visit("latent.html")
    page.locator(".latent-map").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    assert (settings(page)["x"], settings(page)["y"]) == (0.6, 0.55)
    assert page.get_by_label("Left to right").input_value() == "0.6"
    page.get_by_label("Top to bottom").focus()
    page.keyboard.press("Home")
    page.wait_for_function("() => latent.settings.y === 0")
    page.get_by_label("Garment bottom left", exact=True).select_option("Coat")
    page.get_by_label("Next garment bottom left").press("Enter")
    seeds = page.evaluate("GARMENTS.Coat")
    assert settings(page)["corners"][2] == seeds[1]


def test_walk_stands_still_until_it_is_told_to_play(visit):
    page = visit("latent.html")
    page.wait_for_timeout(300)
    assert settings(page)["at"] == 0
    play = page.get_by_role("button", name="Play", exact=True)
    play.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => latent.settings.at > 0.05")
    page.keyboard.press("Enter")
    stopped = settings(page)["at"]
    page.wait_for_timeout(300)
    assert settings(page)["at"] == stopped
    page.get_by_label("Place on the walk").press("End")
    page.wait_for_function("() => latent.settings.at === 8")
    page.wait_for_timeout(100)
    assert words(page, "walk").startswith("100 % of the way from seed 2473 to seed 2466.")


def test_arithmetic(visit):
    page = visit("latent.html")
    means = page.evaluate(PIXELS, "sum")
    page.get_by_label("For b and c, take the mean").uncheck()
    assert page.evaluate(PIXELS, "sum") != means
    page.get_by_label("How much of c − b").press("Home")
    page.wait_for_function(f"() => ({PIXELS})('sum') === ({PIXELS})('a')")
    assert words(page, "arithmetic").startswith("Sneaker + 0 % × (Ankle boot − Sneaker)")
    page.get_by_role("combobox", name="Garment c", exact=True).select_option("Bag")
    assert "(Bag − Sneaker)" in words(page, "arithmetic")


def test_truncation_to_nothing_leaves_one_picture(visit):
    page = visit("latent.html")
    page.get_by_label("ψ").press("Home")
    page.wait_for_function("() => latent.settings.psi === 0")
    page.wait_for_function(f"() => ({PIXELS})('sample0') === ({PIXELS})('sample11')")
    assert "differ by 0 %" in words(page, "truncation")
    page.get_by_label("ψ").press("End")
    page.wait_for_function(f"() => ({PIXELS})('sample0') !== ({PIXELS})('sample11')")


def test_link_holds_everything(visit):
    page = visit("latent.html", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("combobox", name="Garment a", exact=True).select_option("Dress")
    page.get_by_role("button", name="New walk").click()
    page.locator(".latent-map").press("ArrowLeft")
    page.get_by_label("ψ").press("ArrowRight")
    page.get_by_role("button", name="Copy link").click()
    page.get_by_role("button", name="Copied").wait_for()
    link, chosen = page.evaluate("navigator.clipboard.readText()"), settings(page)
    assert (chosen["x"], chosen["psi"]) == (0.45, 1.05)
    page.goto("about:blank")
    page.goto(link)
    assert settings(page) == chosen


@pytest.mark.parametrize("mode", ["http", "file"])
def test_odd_links_do_no_harm(visit, mode):
    odd = "x=7&y=&psi=no&corners=1,2&terms=1,2,-3&walk=1e9&samples=5&alert=1"
    page = visit(f"latent.html#{odd}", mode)
    expected = page.evaluate("LATENT.DEFAULTS") | {"samples": 5}
    assert settings(page) == expected
    assert page.troubles == []


def test_generator_is_fast_enough(visit):
    """A picture takes a thirtieth of a second of one core, however busy others are."""
    page = visit("latent.html")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def seconds():
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(each["value"] for each in metrics if each["name"] == "TaskDuration")

    before = seconds()
    page.evaluate("() => { for (let k = 0; k < 40; k++) latent.drawPlane(); }")
    assert 0.0005 < (seconds() - before) / 40 < 1 / 30


# ---------------------------------------------------------------- panels of sliders

PANELS = [
    ("02_game", "divergences", "Mean of q"),
    ("02_game", "divergences", "Spread of q"),
    ("06_measuring", "noise", "Share of noise"),
    ("07_pathologies", "circling", "Step size α"),
    ("07_pathologies", "circling", "Steps"),
]


@pytest.mark.parametrize("mode", ["http", "file"])
@pytest.mark.parametrize(("name", "panel", "label"), PANELS)
def test_sliders_move_numbers_curves_and_words(visit, mode, name, panel, label):
    page = visit(f"{name}.html", mode)
    place = page.locator(f"#{panel}")

    def shown():
        return [
            place.locator(".play-table").inner_text(),
            place.locator(".play-charts").inner_html(),
            place.locator(".play-summary").inner_text(),
        ]

    before = shown()
    slider = place.get_by_label(label, exact=True)
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "([panel, old]) => document.querySelector(`#${panel} .play-summary`).innerText !== old",
        arg=[panel, before[2]],
    )
    assert all(new != old for new, old in zip(shown(), before, strict=True))
    assert place.get_by_role("status").inner_text() == shown()[2]
    assert slider.get_attribute("aria-valuetext")
    for chart in place.get_by_role("img").all():
        assert len(chart.get_attribute("aria-label")) > 20
    assert "NaN" not in json.dumps(shown())
    assert page.troubles == []


@pytest.mark.parametrize(("name", "panel"), sorted({pair[:2] for pair in PANELS}))
def test_panels_stand_the_ends_of_their_sliders(visit, name, panel):
    page = visit(f"{name}.html")
    place = page.locator(f"#{panel}")
    for key in ("Home", "End"):
        for slider in place.locator("input[type=range]").all():
            slider.press(key)
        page.wait_for_timeout(100)
        text = place.inner_html()
        assert not re.search(r"NaN|undefined|Infinity", text)
    assert page.troubles == []
