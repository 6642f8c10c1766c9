"""A board to draw on in a notebook, and what it says in numbers."""

import json

from gan_tf import checks
from gan_tf.playground.frames import FOLDER, framed
import numpy as np

OPEN = "."
WHITE = 9
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>A drawing board</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 8px; color: #111; background: #fff }}
canvas {{ border: 1px solid #555; width: {width}px; max-width: 100% }}
button {{ font: inherit; min-width: 2.4em; padding: 0.2em 0.6em }}
textarea {{ font: 10px/1.2 monospace }}
</style>
<main id="board"></main>
<script>{script}
globalThis.board = mountBoard(document.getElementById("board"), {options});
</script>
</html>
"""


def drawing_board(size=28, height=640):
    """Shows a board to draw on with greys, and the drawing as text for `read_drawing`.

    Args:
        size: Integer from 8 to 64, pixels of the drawing in each direction.
        height: Integer >= 200, screen pixels of the frame.

    Returns:
        `IPython.display.HTML`: a frame that may run scripts and nothing else.
    """
    from IPython.display import HTML

    frame = framed(board_page(size), "A drawing board", height)
    return HTML(f"{frame}\n<p>Draw, press 'Copy', and paste the text into a cell.</p>")


def board_page(size=28):
    """Returns the board as one HTML page that needs no other file."""
    size = checks.between(8, 64, size=size)
    script = (FOLDER / "board.js").read_text(encoding="utf-8")
    return PAGE.format(width=14 * size, script=script, options=json.dumps({"size": size}))


def read_drawing(text, size=28):
    """What was drawn, and where.

    Args:
        text: String of `size` times `size` characters, row by row: a dot where nothing was drawn,
            and digits from 0, black, to 9, white. Spaces and line ends do not count.
        size: Integer >= 1.

    Returns:
        Pair of float32 arrays `(size, size, 1)`: the drawing in [-1, 1], 0 where nothing was
        drawn, and a mask that is 1 where something was.

    Raises:
        ValueError: If there are other characters, or more or fewer.
    """
    size = checks.at_least(1, size=size)
    cells = "".join(str(text).split())
    strange = sorted(set(cells) - set(OPEN + "0123456789"))
    if strange or len(cells) != size**2:
        raise ValueError(
            f"A drawing has {size} rows of {size} characters, dots and digits, as the board gives "
            f"it. Received: {len(cells)} characters"
            + (f", among them {', '.join(strange)}" if strange else "")
        )
    digits = np.array([-1 if cell == OPEN else int(cell) for cell in cells], "float32")
    mask = (digits >= 0).astype("float32")
    drawing = mask * (2 * digits / WHITE - 1)
    return drawing.reshape(size, size, 1), mask.reshape(size, size, 1)
