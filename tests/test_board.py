"""The drawing board: what the browser writes is what Python reads."""

from pathlib import Path

from gan_tf import playground
from javascript import answer_of, needs_chromium, needs_javascript
import numpy as np
import pytest

SCRIPT = (Path(playground.__file__).parent / "board.js").read_text("utf-8")


def test_digits_are_greys_and_dots_are_left_open():
    drawing, mask = playground.read_drawing("0.9\n...\n4.. ", size=3)
    assert drawing.shape == mask.shape == (3, 3, 1) and drawing.dtype == mask.dtype == np.float32
    np.testing.assert_array_equal(mask[..., 0], [[1, 0, 1], [0, 0, 0], [1, 0, 0]])
    np.testing.assert_allclose(drawing[..., 0], [[-1, 0, 1], [0, 0, 0], [-1 / 9, 0, 0]], atol=1e-6)


@pytest.mark.parametrize(
    ("text", "message"),
    [("...", "3 characters"), ("..x.", "4 characters, among them x"), ("....9", "5 characters")],
)
def test_what_is_no_drawing_is_refused(text, message):
    with pytest.raises(ValueError, match=f"2 rows of 2 characters.*Received: {message}"):
        playground.read_drawing(text, size=2)


@needs_javascript
def test_the_brush_paints_a_square_that_python_reads(tmp_path):
    """Also at a corner, where a part of the brush lies outside."""
    program = """
        const cells = Array(64).fill(BOARD.OPEN);
        BOARD.paint(cells, 8, 7, 0, "9");
        BOARD.paint(cells, 8, 2, 4, "0");
        answer(BOARD.text(cells, 8));
    """
    drawing, mask = playground.read_drawing(answer_of(f"{SCRIPT}\n{program}", tmp_path), size=8)
    expected = np.zeros((8, 8), "float32")
    expected[:2, 6:], expected[3:6, 1:4] = 1, -1
    np.testing.assert_array_equal(drawing[..., 0], expected)
    np.testing.assert_array_equal(mask[..., 0], expected != 0)


@needs_chromium
def test_a_stroke_on_the_page_becomes_text(tmp_path):
    program = """
        document.body.innerHTML = '<main id="board"></main>';
        const element = document.getElementById("board");
        mountBoard(element, { size: 8 });
        const canvas = element.querySelector("canvas");
        const box = canvas.getBoundingClientRect();
        const at = (column) => box.left + ((column + 0.5) * box.width) / 8;
        const place = { buttons: 1, clientX: at(3), clientY: box.top + 0.5 };
        canvas.dispatchEvent(new PointerEvent("pointerdown", place));
        answer(element.querySelector("textarea").value);
    """
    drawn = answer_of(f"{SCRIPT}\n{program}", tmp_path, browser=True)
    _, mask = playground.read_drawing(drawn, size=8)
    np.testing.assert_array_equal(
        np.argwhere(mask[..., 0]), [[y, x] for y in (0, 1) for x in (2, 3, 4)]
    )


def test_the_page_is_whole_and_small():
    page = playground.board_page(16)
    assert '{"size": 16}' in page and "http" not in page and len(page) < 6_000
    frame = playground.drawing_board().data
    assert 'sandbox="allow-scripts"' in frame and 'title="A drawing board"' in frame


@pytest.mark.parametrize("size", [7, 65, 20.0])
def test_a_board_has_a_size(size):
    with pytest.raises(ValueError, match="size must be an integer from 8 to 64"):
        playground.board_page(size)
