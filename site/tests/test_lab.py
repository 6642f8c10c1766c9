"""The lab in a browser: it is fast enough, obeys its form, can be shared and played by key."""

from html import escape
import re

from conftest import ROOT
import pytest

PLAYGROUND = ROOT / "gan_tf" / "playground"


def steps(page):
    return page.evaluate("lab.game.steps")


def frames_per_second(page, seconds=1.5):
    """Frames that the lab drew while it played, from its own count."""
    page.evaluate("lab.play(true)")
    page.wait_for_timeout(1000 * seconds)
    rate = page.evaluate("lab.framesPerSecond")
    page.evaluate("lab.play(false)")
    return rate


def test_lab_stands_still_until_it_is_told_to_play(visit):
    page = visit("lab.html")
    page.wait_for_timeout(300)
    assert steps(page) == 0
    play = page.get_by_role("button", name="Play", exact=True)
    play.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => lab.game.steps > 20")
    page.keyboard.press("Enter")
    paused = steps(page)
    page.wait_for_timeout(300)
    assert steps(page) == paused
    assert page.get_by_role("status").inner_text().startswith(f"Step {paused:,}.")
    assert page.troubles == []


def test_single_steps_move_one_player(visit):
    page = visit("lab.html")
    sums = """['G', 'D'].map((player) =>
        lab.game[player].parameters().flatMap((w) => [...w]).reduce((a, b) => a + b))"""
    before = page.evaluate(sums)
    page.get_by_role("button", name="One step of D").click()
    after_d = page.evaluate(sums)
    assert after_d[0] == before[0] and after_d[1] != before[1]
    page.get_by_role("button", name="One step of G").click()
    after_g = page.evaluate(sums)
    assert after_g[0] != after_d[0] and after_g[1] == after_d[1]


def test_lab_is_fast_enough(visit):
    """Ten steps and a picture take a thirtieth of a second of one core, however busy others are."""
    page = visit("lab.html")
    frames = 40
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def seconds():
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(each["value"] for each in metrics if each["name"] == "TaskDuration")

    before = seconds()
    for _ in range(frames):
        page.evaluate("() => { for (let k = 0; k < 10; k++) lab.game.step(); lab.draw(); }")
    assert steps(page) == 10 * frames
    assert 0.001 < (seconds() - before) / frames < 1 / 30


def test_slow_computers_train_less_and_still_draw(visit):
    page = visit("lab.html")
    page.select_option("[data-choose=speed]", "25")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    before = steps(page)
    rate = frames_per_second(page)
    frames = 1.5 * rate
    assert rate > 1
    assert 0 < steps(page) - before < 25 * frames


def test_presets_set_the_form_and_the_rescue_goes_on(visit):
    page = visit("lab.html")
    page.select_option("[data-choose=preset]", "A collapse")
    assert page.locator("[data-field=beta1]").input_value() == "0.9"
    page.wait_for_function("() => lab.game.steps > 10")
    page.evaluate("globalThis.before = lab.game")
    page.select_option("[data-choose=preset]", "The rescue")
    assert page.evaluate("lab.game === before && lab.game.r1") == 0.1
    assert page.evaluate("[lab.game.beta1, lab.game.rateG]") == [0, 0.001]
    page.select_option("[data-choose=preset]", "A circle")
    assert page.evaluate("lab.game !== before && lab.game.data") == "circle"


def test_form_changes_the_running_game(visit):
    page = visit("lab.html")
    page.get_by_label("R1 penalty").select_option("1")
    assert page.evaluate("lab.game.r1") == 1
    page.evaluate("globalThis.before = lab.game")
    page.get_by_label("Data").select_option("grid")
    assert page.evaluate("lab.game !== before && lab.game.data") == "grid"


def test_link_and_python_are_copied(visit):
    page = visit("lab.html", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_label("Data").select_option("grid")
    page.get_by_role("button", name="Copy link").click()
    page.get_by_role("button", name="Copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.endswith("lab.html#data=grid")
    page.goto("about:blank")
    page.goto(link)
    assert page.get_by_label("Data").input_value() == "grid"
    page.get_by_role("button", name="Copy as Python").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert "data.grid(20_000, seed=0)" in page.evaluate("navigator.clipboard.readText()")


def test_you_are_the_generator(visit):
    page = visit("lab.html")
    page.set_viewport_size({"width": 1280, "height": 1400})
    page.get_by_label("You are the generator").check()
    page.wait_for_function("() => lab.game.steps > 5")
    page.get_by_role("button", name="Pause").click()
    status = page.locator(".lab-status").inner_text()
    assert re.search(r"D believes in \d+ % of your crosses", status)
    assert page.evaluate("lab.game.r1") >= 0.3
    plane = page.locator(".lab-plane")
    plane.focus()
    page.keyboard.press("n")
    before = page.evaluate("[lab.held, lab.hand[2]]")
    page.keyboard.press("ArrowRight")
    held, after = page.evaluate("[lab.held, lab.hand[2]]")
    assert (held, before[0]) == (1, 1) and after > before[1]
    box = plane.bounding_box()
    where = page.evaluate("[lab.toX(lab.hand[0]), lab.toY(lab.hand[1])]")
    scale = box["width"] / 560
    page.mouse.move(box["x"] + scale * where[0], box["y"] + scale * where[1])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.up()
    x, y = page.evaluate("(([x, y]) => [x, y])(lab.hand.slice(2 * lab.held))")
    assert x == pytest.approx(0.8 * 1.6, abs=0.05) and y == pytest.approx(0, abs=0.05)
    page.get_by_role("button", name="One step of G").click()
    assert page.evaluate("lab.hand[2 * lab.held]") != pytest.approx(x, abs=1e-12)


def test_lab_runs_in_a_sandboxed_frame(browser, tmp_path):
    """As `gan_tf.lab()` shows it in a notebook; the package itself is not installed here."""
    scripts = "\n".join(
        (PLAYGROUND / f"{name}.js").read_text("utf-8")
        for name in ("shared", "gan2d", "presets", "lab")
    )
    options = '{ home: "https://example.org/lab.html" }'
    mount = f'globalThis.lab = mountLab(document.getElementById("lab"), {options});'
    inside = f'<div id="lab"></div><script>{scripts}\n{mount}</script>'
    path = tmp_path / "notebook.html"
    path.write_text(
        f'<iframe srcdoc="{escape(inside)}" sandbox="allow-scripts" width="900" height="900">'
        "</iframe>",
        encoding="utf-8",
    )
    page = browser.new_page()
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(path.as_uri())
    frame = page.frames[1]
    frame.get_by_role("button", name="Play", exact=True).click()
    frame.wait_for_function("() => lab.game.steps > 20")
    frame.get_by_role("button", name="Copy link").click()
    copied = frame.locator(".lab-copied, [data-do=link]:text('Copied')").first
    copied.wait_for()
    assert frame.evaluate("lab.link()") == "https://example.org/lab.html#"
    assert troubles == []
    page.close()
