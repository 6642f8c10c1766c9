"""Pictures of ideas: boxes and arrows, and the feature maps of a network from input to output."""

import math
import textwrap
from typing import NamedTuple

from gan_tf import checks
from gan_tf.plots.canvas import BROKEN_COLOUR, FAKE_COLOUR, REAL_COLOUR, new_axes
from matplotlib.patches import Rectangle

PLAIN = "#F4F4F4"
NEUTRAL_COLOUR = "#555555"
_TEXT = 12  # points, readable from the last row
_ROW = 2.7  # inches for each network
# Layers that change no shape and are named beside the layer before them.
_ATTACHED = {
    "BatchNormalization": "batch norm",
    "Dropout": "dropout",
    "LeakyReLU": "leaky ReLU",
    "ReLU": "ReLU",
    "PixelNormalization": "pixel norm",
    "AdaIN": "AdaIN",
}


class Box(NamedTuple):
    """A box of a diagram.

    Attributes:
        text: String, may have several lines.
        x: Float, the middle, in units of which the diagram has as many as it is wide.
        y: Float, the middle, upwards.
        colour: Colour of the frame.
    """

    text: str
    x: float
    y: float
    colour: str = NEUTRAL_COLOUR


class Arrow(NamedTuple):
    """An arrow of a diagram.

    Attributes:
        start: String, name of the box where it begins.
        end: String, name of the box where it ends.
        text: String beside its middle.
        colour: Colour.
        bend: Float, 0 for a straight arrow; 0.3 bends it to the right, -0.3 to the left.
        dashed: Whether it is dashed: for gradients, or for what happens in another phase.
    """

    start: str
    end: str
    text: str = ""
    colour: str = NEUTRAL_COLOUR
    bend: float = 0.0
    dashed: bool = False


def diagram(boxes, arrows, width=10.0, height=4.0):
    """Boxes and arrows between them.

    Args:
        boxes: Dictionary from names to `Box`.
        arrows: Sequence of `Arrow`.
        width: Float > 0, of the figure in inches, and of the plane in which the boxes lie.
        height: Float > 0, likewise.

    Returns:
        Figure.

    Raises:
        ValueError: If an arrow names a box that does not exist, or a size is not positive.
    """
    checks.positive(width=width, height=height)
    unknown = sorted({name for a in arrows for name in (a.start, a.end)} - set(boxes))
    if unknown:
        raise ValueError(
            f"Arrows join boxes by their names, {', '.join(boxes)}. Received: {', '.join(unknown)}"
        )
    axes = _empty_axes(width, height)
    drawn = {
        name: axes.text(
            *(box.x, box.y, box.text),
            ha="center",
            va="center",
            fontsize=_TEXT,
            zorder=3,
            bbox={"boxstyle": "round,pad=0.5", "fc": PLAIN, "ec": box.colour, "lw": 2},
        )
        for name, box in boxes.items()
    }
    axes.figure.draw_without_rendering()  # only then do the texts know their frames
    for arrow in arrows:
        _draw_arrow(axes, boxes, drawn, arrow)
    return axes.figure


def game_diagram(
    latents="random numbers",
    fake="fake images",
    real="real images",
    verdict="real or fake?",
):
    """The game of two networks: what each is fed, what it returns, and where gradients go.

    Args:
        latents: String, what the generator is fed.
        fake: String, what it makes.
        real: String, what the data are.
        verdict: String, what the discriminator says.

    Returns:
        Figure.
    """
    boxes = {
        "latents": Box(latents, 1.1, 1.3),
        "generator": Box("generator", 3.3, 1.3, FAKE_COLOUR),
        "fake": Box(fake, 5.4, 1.3, FAKE_COLOUR),
        "real": Box(real, 5.4, 3.0, REAL_COLOUR),
        "discriminator": Box("discriminator", 7.8, 2.15, REAL_COLOUR),
        "verdict": Box(verdict, 10.3, 2.15),
    }
    arrows = [
        Arrow("latents", "generator"),
        Arrow("generator", "fake"),
        Arrow("fake", "discriminator", colour=FAKE_COLOUR),
        Arrow("real", "discriminator", colour=REAL_COLOUR),
        Arrow("discriminator", "verdict"),
        Arrow("verdict", "discriminator", "phase 1", REAL_COLOUR, 0.55, True),
        Arrow(
            "verdict", "generator", "phase 2, through the discriminator", FAKE_COLOUR, -0.35, True
        ),
    ]
    return diagram(boxes, arrows, 11.5, 3.7)


def architecture(*models, width=11.0):
    """What a network makes of its input, layer by layer: feature maps to scale.

    A box is as high as the feature maps and as wide as there are many, a bar as high as there are
    units, all on logarithmic scales. Layers that change no shape are named with the one before.

    Args:
        *models: Built Keras models with one input and one output, whose layers follow one another.
        width: Float > 0, of the figure in inches.

    Returns:
        Figure, one row for each model.

    Raises:
        ValueError: If a model is not built, or is none of that kind.
    """
    checks.positive(width=width)
    if not models:
        raise ValueError("architecture draws at least one model. Received: none")
    rows = [_stages(model) for model in models]
    axes = _empty_axes(width, _ROW * len(models))
    for number, (model, stages) in enumerate(zip(models, rows, strict=True)):
        top = _ROW * (len(models) - number)
        axes.text(0.1, top - 0.25, model.name, fontsize=_TEXT + 1, weight="bold", va="center")
        step = (width - 2.4) / max(1, len(stages) - 1)
        for place, (shape, text) in enumerate(stages):
            _draw_stage(axes, 1.2 + place * step, top - 1.3, shape, text, step)
    return axes.figure


# Helpers.


def _empty_axes(width, height):
    axes = new_axes(width, height, layout="none")
    axes.set_position((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.axis("off")
    return axes


def _draw_arrow(axes, boxes, drawn, arrow):
    start, end = boxes[arrow.start], boxes[arrow.end]
    axes.annotate(
        "",
        xy=(end.x, end.y),
        xytext=(start.x, start.y),
        arrowprops={
            "arrowstyle": "-|>",
            "mutation_scale": 18,
            "lw": 2,
            "color": arrow.colour,
            "linestyle": (0, (4, 2)) if arrow.dashed else "-",
            "connectionstyle": f"arc3,rad={arrow.bend}",
            "patchA": drawn[arrow.start].get_bbox_patch(),
            "patchB": drawn[arrow.end].get_bbox_patch(),
            "shrinkA": 2,
            "shrinkB": 2,
        },
    )
    if arrow.text:
        # The middle of a quadratic curve lies half as far from the chord as its control point.
        x = (start.x + end.x) / 2 + arrow.bend * (end.y - start.y) / 2
        y = (start.y + end.y) / 2 - arrow.bend * (end.x - start.x) / 2
        axes.text(
            *(x, y, arrow.text),
            ha="center",
            va="center",
            fontsize=_TEXT - 1,
            color=arrow.colour,
            bbox={"fc": "white", "ec": "none", "pad": 1.5},
        )


def _stages(model):
    """List of pairs: a shape without the batch, and the text of the layers that lead to it."""
    layers = [each for each in getattr(model, "layers", []) if type(each).__name__ != "InputLayer"]
    try:
        shape = tuple(model.input_shape[1:])
        shapes = [tuple(layer.output.shape[1:]) for layer in layers]
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(
            "architecture draws built Keras models with one input, whose layers follow one "
            f"another. Received: {model!r}"
        ) from error
    stages = [(shape, "input")]
    for layer, shape in zip(layers, shapes, strict=True):
        kind = type(layer).__name__
        if kind in _ATTACHED or (kind == "Activation"):
            before, text = stages[-1]
            stages[-1] = (before, f"{text}, {_ATTACHED.get(kind, _activation(layer))}")
        elif kind in ("Flatten", "Reshape") and stages[-1][1] != "input":
            stages[-1] = (shape if kind == "Reshape" else stages[-1][0], stages[-1][1])
        elif kind == "Flatten":
            continue
        else:
            stages.append((shape, _named(layer)))
    return stages


def _named(layer):
    kind = type(layer).__name__.replace("2D", "").replace("Transpose", " transposed")
    facts = []
    if hasattr(layer, "kernel_size"):
        facts.append("×".join(map(str, layer.kernel_size)))
    if getattr(layer, "strides", (1, 1)) not in ((1, 1), 1):
        facts.append(f"stride {layer.strides[0]}")
    activation = _activation(layer)
    if activation not in ("", "linear"):
        facts.append(activation)
    return " ".join([kind, ", ".join(facts)]).strip()


def _activation(layer):
    activation = getattr(layer, "activation", None)
    kind = type(activation).__name__  # an activation may be a function or a layer
    return _ATTACHED.get(kind, getattr(activation, "__name__", "")).replace("_", " ")


def _draw_stage(axes, x, y, shape, text, step):
    """One picture of feature maps, or a bar of units: its shape above, its layers below."""
    is_image = len(shape) == 3
    size, count = (shape[0], shape[-1]) if is_image else (math.prod(shape), 1)
    height = (0.25 if is_image else 0.12) * math.log2(max(size, 2)) + 0.05
    breadth = min(0.5 * step, 0.1 + 0.08 * math.log2(max(count, 1))) if is_image else 0.14
    colour = BROKEN_COLOUR if text == "input" else REAL_COLOUR
    corner = (x - breadth / 2, y - height / 2)
    axes.add_patch(Rectangle(corner, breadth, height, fc=colour, ec="black", alpha=0.45))
    label = "×".join(map(str, shape))
    axes.text(x, y + height / 2 + 0.08, label, ha="center", va="bottom", fontsize=_TEXT)
    lines = textwrap.wrap(text, max(12, round(8 * step)), break_long_words=False)
    axes.text(
        *(x, y - height / 2 - 0.1, "\n".join(lines)),
        ha="center",
        va="top",
        fontsize=_TEXT - 1,
        color=NEUTRAL_COLOUR,
    )
