"""Diagrams and architectures: what is written where, and errors."""

from gan_tf import builders, plots
import keras
import numpy as np
import pytest


def texts(figure):
    return [text.get_text().replace("\n", " ") for text in figure.axes[0].texts if text.get_text()]


def test_a_diagram_has_its_boxes_and_arrows():
    boxes = {"a": plots.Box("one", 1, 1), "b": plots.Box("two", 4, 1)}
    figure = plots.diagram(boxes, [plots.Arrow("a", "b", "goes to")], 5, 2)
    assert texts(figure) == ["one", "two", "goes to"]
    picture = plots.frame(figure)
    assert picture.shape[:2] == (160, 400)
    between = picture[75:85, 150:250]
    assert (between < 200).any(), "no arrow between the boxes"
    without = plots.frame(plots.diagram(boxes, [], 5, 2))
    assert (without[75:85, 150:250] == 255).all()


def test_the_game_names_what_it_is_told():
    words = texts(plots.game_diagram("noise", "forgeries", "banknotes", "genuine?"))
    assert {"noise", "forgeries", "banknotes", "genuine?", "generator", "discriminator"} <= {*words}
    assert any(text.startswith("phase 2") for text in words)


def test_an_architecture_shows_every_shape_and_layer():
    generator, discriminator = builders.dcgan_generator(), builders.dcgan_discriminator()
    words = texts(plots.architecture(generator, discriminator))
    assert words.count("28×28×1") == 2 and words.count("7×7×128") == 2
    assert words.count("14×14×64") == 2 and "100" in words and "1" in words
    assert "Conv transposed 5×5, stride 2, tanh" in words
    assert words.count("Conv 5×5, stride 2, leaky ReLU, dropout") == 2
    assert "Dense, batch norm" in words


def test_boxes_grow_with_their_feature_maps():
    figure = plots.architecture(builders.dcgan_generator(filters=(64, 16)))
    boxes = [patch for patch in figure.axes[0].patches if patch.get_width() < 5]
    heights = [box.get_height() for box in boxes[1:]]
    breadths = [box.get_width() for box in boxes[1:]]
    assert heights == sorted(heights) and len(set(heights)) == 3
    assert breadths == sorted(breadths, reverse=True) and len(set(breadths)) == 3


def test_no_text_leaves_the_picture():
    for models in (
        (builders.dcgan_generator(), builders.dcgan_discriminator()),
        (builders.point_generator(), builders.dense_discriminator()),
        (builders.image_classifier(),),
    ):
        figure = plots.architecture(*models)
        figure.draw_without_rendering()
        for text in figure.axes[0].texts:
            box = text.get_window_extent()
            assert box.x0 >= 0 and box.x1 <= figure.bbox.width, text.get_text()
    picture = plots.frame(plots.game_diagram())
    edges = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert (edges == 255).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: plots.diagram({"a": plots.Box("a", 1, 1)}, [plots.Arrow("a", "b")]),
            "Received: b",
        ),
        (lambda: plots.diagram({}, [], width=0), "width=0"),
        (lambda: plots.architecture(), "at least one"),
        (lambda: plots.architecture(keras.Sequential([keras.layers.Dense(3)])), "built Keras"),
        (lambda: plots.architecture("generator"), "built Keras"),
    ],
)
def test_clear_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
