"""The parts of staging, on texts and pictures made for the test."""

import base64
import io
import json

from conftest import ROOT
from nbformat.v4 import new_code_cell, new_output
from PIL import Image
import pytest

from staging import figures, films, interactive, pages, prose, solutions, weights
from staging.course import Course


@pytest.fixture
def course(tmp_path):
    return Course(ROOT, tmp_path)


@pytest.fixture
def linker(course):
    return prose.Linker(course, "05_dcgan")


def test_first_mention_of_a_term_is_linked(linker, course):
    text = linker("The *generator* wins. The generator draws; a logit too.")
    assert text == "The *{term}`generator <generator>`* wins. The generator draws; a " + (
        "{term}`logit <logit>` too."
    )
    assert course.mentions["generator"] == {"05_dcgan"}


@pytest.mark.parametrize(
    "text",
    ["`generator`", "$generator$", "# The generator\n", "[a generator](x.ipynb)", "<b generator>"],
)
def test_math_code_links_and_headings_stay(linker, text):
    assert linker(text) == text


def test_words_inside_words_are_no_terms(linker):
    assert linker("modern regenerators") == "modern regenerators"


def test_notebooks_are_linked(linker):
    assert linker("See notebook\n02.") == "See [notebook 02](02_game.ipynb)."
    assert linker("notebook 05 and notebook 99") == "notebook 05 and notebook 99"


def test_papers_are_linked(linker):
    linked = "[arXiv:1511.06434](https://arxiv.org/abs/1511.06434)"
    assert linker("arXiv:1511.06434.") == f"{linked}."
    assert linker(linked) == linked


def test_links_out_of_the_folder(linker, course):
    assert linker("[a](../docs/data.md#x)") == "[a](docs/data.md#x)"
    assert linker("[a](../Makefile)") == f"[a]({course.address}/blob/main/Makefile)"
    assert linker("[a](../data/licences/)") == f"[a]({course.address}/tree/main/data/licences)"
    text = pages.relinked("[a](../notebooks/02_game.ipynb)", course)
    assert text == "[a](../02_game.ipynb)"
    assert pages.relinked("[a](../site/lab.md)", course) == "[a](../lab.md)"


def test_addresses_of_the_site_are_paths(linker, course):
    site = course.tools.site(course.address)
    assert (
        linker(f"[a]({site}lab.html) [b]({site}02_game.html#c)")
        == "[a](lab.md) [b](02_game.ipynb#c)"
    )


def test_citations_have_the_words_of_the_list():
    text = (
        "As in [Mao et al., 2017](https://arxiv.org/abs/1611.04076), or "
        "[here](https://arxiv.org/abs/1411.1784).\n\n"
        "**References.** Radford et al. 2015, *DCGAN*,\n"
        "[arXiv:1511.06434](https://arxiv.org/abs/1511.06434) · Géron, *Hands-On*."
    )
    assert list(prose.citations(text)) == [
        ("https://arxiv.org/abs/1511.06434", "Radford et al. 2015, *DCGAN*"),
        ("Géron, *Hands-On*", "Géron, *Hands-On*"),
        ("https://arxiv.org/abs/1611.04076", "Mao et al., 2017"),
        ("https://arxiv.org/abs/1411.1784", ""),
    ]


def test_caption_becomes_an_alternative():
    number, words = figures.caption_of("Figure 5.2. Garments of [one](x) *class*. Look at $D$.")
    assert (number, words[:8]) == ("5.2", "Garments")
    assert figures.alternative(number, words) == "Figure 5.2: Garments of one class."
    assert figures.caption_of("Figures are nice.") is None


def gif_of(colours, size=(6, 4)):
    frames = [Image.new("RGB", size, colour) for colour in colours]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=100)
    return buffer.getvalue()


def test_strip_holds_the_frames_in_order():
    frames = films.frames_of(gif_of(["red", "blue", "lime"]))
    strip, columns = films.strip_of(frames)
    assert (strip.size, columns) == ((6, 12), 1)
    assert [strip.getpixel((3, y)) for y in (2, 6, 10)] == [(255, 0, 0), (0, 0, 255), (0, 255, 0)]


def test_long_films_take_several_columns(monkeypatch):
    monkeypatch.setattr(films, "HIGHEST", 8)
    frames = films.frames_of(gif_of(["red", "blue", "lime"]))
    strip, columns = films.strip_of(frames)
    assert (strip.size, columns) == ((12, 8), 2)
    assert strip.getpixel((9, 2)) == (0, 255, 0)


def test_solution_folds_code_outputs_and_pictures(course, linker):
    buffer = io.BytesIO()
    Image.new("L", (2, 2)).save(buffer, "PNG")
    picture = base64.b64encode(buffer.getvalue()).decode()
    cell = new_code_cell(
        "print(1)",
        outputs=[
            new_output("stream", name="stdout", text="1\n"),
            new_output("display_data", data={"image/png": picture}),
        ],
    )
    box = solutions.folded([cell], "5.1", course, "05_dcgan", linker)
    assert box.startswith(":::::{dropdown} Solution 5.1\n")
    assert "````python\nprint(1)\n````" in box and "````text\n1\n````" in box
    (saved,) = (course.work / "img").iterdir()
    assert saved.read_bytes() == buffer.getvalue() and f"](img/{saved.name})" in box


def test_number_of_an_exercise():
    assert solutions.number_of("## Exercises\n\n**5.2 Implement.** A ring.") == "5.2"
    assert solutions.number_of("no number") is None


def test_reference_prefers_words_with_a_title():
    cited = dict.fromkeys(["Kingma 2013, variational autoencoder", "Kingma 2013, *VAE*", ""])
    assert pages.described("address", cited) == "Kingma 2013, *VAE*"
    assert pages.described("address", {"": None}) == "address"


def test_panel_stands_before_its_heading():
    notebook, heading, panel = interactive.PANELS[0]
    text = f"Before.\n\n{heading}\n\nAfter."
    before, shown, after = interactive.with_panels(text, notebook)
    assert (before, after) == ("Before.\n\n", f"{heading}\n\nAfter.")
    assert f'id="{panel}"' in shown
    assert interactive.with_panels(text, "01_circle") == [text]


def test_panel_without_a_place_is_an_error():
    notebook, _, panel = interactive.PANELS[0]
    interactive.check_panels(f'<div id="{panel}">', notebook)
    with pytest.raises(ValueError, match=f"'{panel}' has no place"):
        interactive.check_panels("no panel", notebook)


def test_weights_become_a_script():
    path = ROOT / "gan_tf" / "builders" / "weights" / "dcgan_generator.npz"
    first, second = weights.script_of(path, {"Bag": [3]}).splitlines()
    assert second == 'globalThis.GARMENTS = {"Bag": [3]};'
    found = json.loads(first.removeprefix("globalThis.WEIGHTS = ").removesuffix(";"))
    assert len(found) == 14  # as many as the network has in Keras
    sizes = {key: len(base64.b64decode(text)) for key, text in found[0].items()}
    assert sizes == {"int8": 100 * 3136, "scale": 4 * 3136}
    assert found[1].keys() == {"float32"}


def test_odd_arrays_are_refused():
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }"
    content = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(8)
    with pytest.raises(ValueError, match="<f8"):
        weights.array_of(content)
    kind, data = weights.array_of(content.replace(b"<f8", b"<f4"))
    assert (kind, data) == ("float32", bytes(8))
