"""Figures and films: what they show, pixel by pixel, and what they refuse."""

import io

from gan_tf import plots
import imageio.v3 as iio
import keras
from matplotlib.colors import to_hex
import numpy as np
import pytest

BLACK, WHITE = [0, 0, 0], [255, 255, 255]


def cells(frame, rows, columns, size):
    """Where the frame is black: top left corners of rows × columns squares of `size` pixels."""
    black = (frame == 0).all(axis=-1)
    tops = np.flatnonzero(np.diff(np.r_[0, black.any(axis=1)].astype(int)) == 1)
    lefts = np.flatnonzero(np.diff(np.r_[0, black.any(axis=0)].astype(int)) == 1)
    assert (len(tops), len(lefts)) == (rows, columns)
    for top in tops:
        for left in lefts:
            assert black[top : top + size, left : left + size].all()
    assert black.sum() == rows * columns * size**2
    return tops, lefts


# Images.


@pytest.mark.parametrize("shape", [(6, 5, 5), (6, 5, 5, 1), (6, 5, 5, 3)])
def test_image_grid_draws_every_image_once(shape):
    figure = plots.image_grid(np.full(shape, -1.0), columns=3, scale=4)
    cells(plots.frame(figure), rows=2, columns=3, size=20)


def test_numbers_of_numpy_are_numbers():
    images, pair = np.zeros((6, 4, 4)), np.array([-2.0, 2.0])
    of_numpy = plots.image_grid(images, np.int64(3), value_range=pair, scale=np.int32(4))
    of_python = plots.image_grid(images, 3, value_range=(-2, 2), scale=4)
    np.testing.assert_array_equal(plots.frame(of_numpy), plots.frame(of_python))


def test_columns_default_to_about_as_many_as_rows():
    cells(plots.frame(plots.image_grid(np.full((12, 5, 5), -1.0), scale=2)), 3, 4, 10)
    cells(plots.frame(plots.image_grid(np.full((2, 5, 5), -1.0), columns=9, scale=2)), 1, 2, 10)


def test_order_is_row_by_row_and_pixels_keep_their_place_and_value():
    images = np.full((4, 2, 2, 1), -1.0)
    images[1, 0, 1] = 1  # second image, upper right
    images[2, 1, 0] = 0  # third, lower left
    shown = plots.frame(plots.image_grid(images, columns=2, scale=10))
    left, top, pitch = 4, 4, 30  # margins; two pixels of 10 and one between images

    def at(row, column, y, x):
        return shown[top + row * pitch + y * 10 + 5, left + column * pitch + x * 10 + 5].tolist()

    assert at(0, 1, 0, 1) == WHITE
    assert at(0, 1, 0, 0) == at(0, 0, 0, 1) == BLACK
    assert at(1, 0, 1, 0) in ([127] * 3, [128] * 3)
    assert at(1, 1, 1, 1) == BLACK


def test_colour_images_keep_their_colours():
    images = np.stack([np.full((3, 3), value) for value in (1.0, -1.0, 0.0)], axis=-1)[None]
    shown = plots.frame(plots.image_grid(images, scale=10))
    assert shown[15, 15].tolist() in ([255, 0, 127], [255, 0, 128])


def test_value_range_says_what_black_and_white_are():
    images = np.concatenate([np.zeros((1, 3, 3)), np.ones((1, 3, 3))])
    shown = plots.frame(plots.image_grid(images, value_range=(0, 1), scale=10))
    assert shown[15, 15].tolist() == BLACK
    assert shown[15, 55].tolist() == WHITE
    shown = plots.frame(plots.image_grid(images, value_range=(0, 2), scale=10))
    assert shown[15, 55].tolist() in ([127] * 3, [128] * 3)


def test_small_overshoot_is_clipped_and_nan_is_orange():
    images = np.full((1, 3, 3), -1.2)
    images[0, 1, 1] = np.nan
    shown = plots.frame(plots.image_grid(images, scale=10))
    assert shown[5, 5].tolist() == BLACK
    assert to_hex(shown[19, 19] / 255).upper() == plots.BROKEN_COLOUR


def test_labels_and_title_are_drawn_and_lie_inside():
    images = np.full((4, 28, 28), -1.0)
    figure = plots.image_grid(
        images, columns=2, labels=["a", 7, "b", "c"], title="Mine", row_labels=["one", "another"]
    )
    axes = figure.axes[0]
    texts = [*axes.texts, *axes.get_yticklabels(), figure._suptitle]
    assert [text.get_text() for text in texts] == ["a", "7", "b", "c", "one", "another", "Mine"]
    height, width = plots.frame(figure).shape[:2]
    for text in texts:
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= width
        assert box.y0 >= 0
        assert box.y1 <= height


def test_class_names_fit_before_their_rows():
    names = ["T-shirt/top", "Ankle boot", "WWWWWWWW"]
    figure = plots.image_grid(np.zeros((6, 8, 8)), columns=2, row_labels=names)
    plots.frame(figure)
    assert min(label.get_window_extent().x0 for label in figure.axes[0].get_yticklabels()) >= 0


@pytest.mark.parametrize(
    ("images", "arguments", "message"),
    [
        (np.zeros((4, 28)), {}, r"shape \(4, 28\)"),
        (np.zeros((4, 28, 28, 2)), {}, r"shape \(4, 28, 28, 2\)"),
        (np.zeros((0, 28, 28)), {}, r"shape \(0, 28, 28, 1\)"),
        (np.full((1, 2, 2), 255), {}, r"value_range=\(-1, 1\).* to 255"),
        (np.full((1, 2, 2), -1), {"value_range": (0, 1)}, r"value_range=\(0, 1\).* from -1"),
        (np.zeros((1, 2, 2)), {"value_range": (1, 1)}, r"value_range must be a pair"),
        (np.zeros((4, 2, 2)), {"columns": 0}, "columns=0"),
        (np.zeros((4, 2, 2)), {"columns": 1.5}, r"columns=1\.5"),
        (np.zeros((4, 2, 2)), {"columns": True}, "columns=True"),
        (np.zeros((4, 2, 2)), {"scale": np.float64(2)}, "scale must be an integer"),
        (np.zeros((4, 2, 2)), {"value_range": (0, True)}, r"value_range=\(0, True\)"),
        (np.zeros((4, 2, 2)), {"value_range": (0, np.inf)}, "finite"),
        (np.zeros((4, 2, 2)), {"labels": ["a"]}, "each of the 4 images. Received: 1"),
        (np.zeros((4, 2, 2)), {"row_labels": ["a"]}, "each of the 2 rows. Received: 1"),
    ],
)
def test_image_grid_rejects(images, arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.image_grid(images, **arguments)


# The plane.

REAL = np.array([[0.0, 1.0], [1.0, 0.0], [-1.0, 0.0], [0.0, -1.0]])
FAKE = np.array([[0.5, 0.5], [0.2, -0.3]])


def test_samples_2d_draws_both_kinds_with_their_own_hue_and_marker():
    figure = plots.samples_2d(FAKE, REAL, title="After 3 epochs")
    axes = figure.axes[0]
    drawn = {c.get_label(): c for c in axes.collections}
    np.testing.assert_array_equal(drawn["real"].get_offsets(), REAL)
    np.testing.assert_array_equal(drawn["fake"].get_offsets(), FAKE)
    assert to_hex(drawn["real"].get_facecolor()[0]).upper() == plots.REAL_COLOUR
    assert to_hex(drawn["fake"].get_edgecolor()[0]).upper() == plots.FAKE_COLOUR
    real_marker, fake_marker = (drawn[kind].get_paths()[0] for kind in ("real", "fake"))
    assert len(real_marker.vertices) != len(fake_marker.vertices)
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["real", "fake"]
    assert axes.get_xlabel() == "first coordinate"
    assert axes.get_ylabel() == "second coordinate"
    assert axes.get_title() == "After 3 epochs"
    assert axes.get_aspect() == 1


def test_limits_follow_the_target_so_that_a_film_does_not_jump():
    def limits(samples, **arguments):
        axes = plots.samples_2d(samples, **arguments).axes[0]
        assert axes.get_xlim() == axes.get_ylim()
        return axes.get_xlim()

    assert limits(FAKE, target=REAL) == limits(100 * FAKE, target=REAL) == (-1.4, 1.4)
    assert limits(100 * FAKE)[1] > 50
    assert limits(FAKE, limits=(-3, 2)) == (-3, 2)
    assert limits(np.full((3, 2), np.nan)) == (-1, 1)


def radial_logits(points):
    return 20 * (1 - np.linalg.norm(points, axis=1, keepdims=True))


def test_decision_field_shows_probability_and_where_it_is_half():
    figure = plots.decision_field(radial_logits, samples=FAKE, target=REAL)
    axes, bar = figure.axes
    line = axes.collections[1].get_paths()[0].vertices
    assert np.abs(np.linalg.norm(line, axis=1) - 1).max() < 0.01
    assert bar.get_ylabel() == "D(x), probability of being real"
    assert axes.get_xlim() == axes.get_ylim() == (-1.6, 1.6)
    assert {c.get_label() for c in axes.collections} >= {"real", "fake"}
    shown = plots.frame(figure)
    to_pixel = axes.transData.transform

    def colour(x, y):
        column, up = np.round(to_pixel((x, y))).astype(int)
        return shown[len(shown) - 1 - up, column].astype(int)

    assert colour(0.05, 0.05)[2] - colour(0.05, 0.05)[0] > 40  # bluish inside
    assert colour(-1.5, -1.5)[0] - colour(-1.5, -1.5)[2] > 40  # reddish outside


def test_decision_field_of_probabilities_and_logits_agree():
    def field(*arguments, **keywords):
        return plots.frame(plots.decision_field(*arguments, **keywords))

    def probabilities(points):
        return 1 / (1 + np.exp(-radial_logits(points)))

    def difference(one, other):
        return np.abs(one.astype(int) - other).mean()

    logits = field(radial_logits)
    assert difference(logits, field(probabilities, from_logits=False)) < 0.1
    assert difference(logits, field(lambda points: -radial_logits(points))) > 10


def test_decision_field_runs_a_keras_model_in_inference_mode():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dropout(0.9), keras.layers.Dense(1)])
    model.layers[-1].set_weights([np.array([[5.0], [0.0]]), np.zeros(1)])
    axes = plots.decision_field(model).axes[0]
    line = axes.collections[1].get_paths()[0].vertices
    np.testing.assert_allclose(line[:, 0], 0, atol=1e-6)


def test_a_flat_field_has_no_line_and_no_warning():
    axes = plots.decision_field(lambda p: np.full((len(p), 1), 1e4)).axes[0]
    assert len(axes.collections) == 1


def test_axes_of_a_larger_figure_can_be_given():
    figure = plots.Figure()
    left, right = figure.subplots(1, 2)
    assert plots.samples_2d(FAKE, ax=left) is figure
    assert plots.decision_field(radial_logits, ax=right) is figure
    assert left.collections
    assert right.collections


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.samples_2d(np.zeros((3, 3))), r"samples must be .*\(3, 3\)"),
        (lambda: plots.samples_2d(np.zeros((0, 2))), r"samples must be .*\(0, 2\)"),
        (lambda: plots.samples_2d(FAKE, np.zeros(2)), r"target must be .*\(2,\)"),
        (lambda: plots.samples_2d(FAKE, limits=(1, 1)), "limits must be a pair"),
        (lambda: plots.decision_field(radial_logits, limits=3), "limits must be a pair"),
        (lambda: plots.decision_field(lambda p: p), r"one number .*\(10201, 2\)"),
        (lambda: plots.decision_field("critic"), "discriminator must be a function"),
        (lambda: plots.decision_field(radial_logits, from_logits="no"), "from_logits='no'"),
        (lambda: plots.decision_field(radial_logits, from_logits=False), "from_logits=True"),
    ],
)
def test_plane_rejects(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()


# Losses.


def test_discs_have_their_radii():
    target = np.array([[0.0, 0.0], [1.0, 2.0]])
    figure = plots.samples_2d(target=target, radii=[0.5, 1.0])
    (discs,) = [c for c in figure.axes[0].collections if len(c.get_paths()) == 2]
    extents = [path.get_extents() for path in discs.get_paths()]
    assert [round(extent.width, 6) for extent in extents] == [1.0, 2.0]
    np.testing.assert_allclose(np.mean(extents[1].get_points(), axis=0), [1, 2])


def test_each_disc_needs_a_point():
    with pytest.raises(ValueError, match="each of the 2 points"):
        plots.samples_2d(target=np.zeros((2, 2)), radii=[1.0])
    with pytest.raises(ValueError, match="each of the 0 points"):
        plots.samples_2d(np.zeros((2, 2)), radii=[1.0, 2.0])


def test_losses_draw_each_key_over_epochs_counted_from_one():
    history = {"d_loss": [0.5, 0.6, 0.7, 0.69], "g_loss": [2.0, 1.0, 0.8, 0.7], "penalty": [0] * 4}
    figure = plots.losses(history, equilibrium={"log 2": np.log(2)}, title="Circle")
    axes = figure.axes[0]
    d_line, g_line, reference = axes.lines
    np.testing.assert_array_equal(d_line.get_xdata(), [1, 2, 3, 4])
    np.testing.assert_array_equal(d_line.get_ydata(), history["d_loss"])
    np.testing.assert_array_equal(g_line.get_ydata(), history["g_loss"])
    np.testing.assert_allclose(reference.get_ydata(), np.log(2))
    assert d_line.get_linestyle() != g_line.get_linestyle()
    assert d_line.get_color() != g_line.get_color()
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["d_loss", "g_loss", "log 2"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "loss (nats)")
    assert all(tick == int(tick) for tick in axes.get_xticks())


def test_losses_of_a_resumed_keras_history_keep_their_epochs():
    history = keras.callbacks.History()
    history.history, history.epoch = {"d_loss": [0.7, 0.6, 0.5]}, [4, 5, 6]
    axes = plots.losses(history, keys=["d_loss"], ylabel="critic loss").axes[0]
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), [5, 6, 7])
    assert axes.get_ylabel() == "critic loss"


def test_one_epoch_is_visible():
    assert plots.losses({"d_loss": [0.7], "g_loss": [0.9]}).axes[0].lines[0].get_marker() == "o"


def test_losses_name_what_is_missing():
    with pytest.raises(ValueError, match=r"lacks \['g_loss'\].*\['d_loss', 'loss'\]"):
        plots.losses({"d_loss": [1], "loss": [2]})


def test_curves_leave_out_what_was_not_measured():
    figure = plots.curves(
        [1, 2, 4, 8],
        {"a": [1.0, np.nan, 3.0, 4.0], "b": [4, 3, 2, 1]},
        *("samples", "distance"),
        reference={"floor": 0.5},
        xscale="log",
    )
    axes = figure.axes[0]
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), [[1, 1], [4, 3], [8, 4]])
    assert len({line.get_color() for line in axes.lines}) == 3
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("samples", "distance")
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["a", "b", "floor"]


def test_seven_curves_can_be_told_apart():
    axes = plots.curves([1, 2], {str(n): [n, n] for n in range(7)}, "x", "y").axes[0]
    assert len({(line.get_color(), str(line._dash_pattern)) for line in axes.lines}) == 7


@pytest.mark.parametrize("series", [{}, {"a": [1, 2, 3]}, {"a": [1, 2], "b": [1]}])
def test_curves_of_another_length_are_an_error(series):
    with pytest.raises(ValueError, match="each of 2 values"):
        plots.curves([1, 2], series, "x", "y")


def test_heatmap_is_dark_where_numbers_are_large():
    values = [[0.0, 0.2], [1.0, np.nan]]
    figure = plots.heatmap(values, ["low", "high"], ["first", "second"], value_range=(0, 1))
    axes = figure.axes[0]
    shades = axes.images[0].get_cmap()(axes.images[0].norm(axes.images[0].get_array()))
    brightness = shades[..., :3].mean(axis=-1)
    assert brightness[0, 0] > brightness[0, 1] > brightness[1, 0] + 0.3
    assert [t.get_text() for t in axes.texts] == ["0", "0.2", "1", "nan"]
    assert [t.get_color() for t in axes.texts][2] == "white"
    assert [t.get_text() for t in axes.get_yticklabels()] == ["low", "high"]
    assert [t.get_text() for t in axes.get_xticklabels()] == ["first", "second"]


def test_heatmaps_stand_side_by_side():
    places = plots.panels(2)
    for place, value in zip(places, (1, 2), strict=True):
        figure = plots.heatmap([[value]], ["row"], ["column"], title=f"{value}", ax=place)
        assert figure is places[0].figure
    assert [place.get_title() for place in places] == ["1", "2"]
    assert [place.texts[0].get_text() for place in places] == ["1", "2"]


def test_heatmap_says_what_does_not_fit():
    with pytest.raises(ValueError, match=r"Received: values \(1, 2\)"):
        plots.heatmap([[1, 2]], ["row"], ["a", "b", "c"])
    with pytest.raises(ValueError, match=r"texts \(1, 1\)"):
        plots.heatmap([[1, 2]], ["row"], ["a", "b"], texts=[["x"]])


# Films and display.


def test_frame_has_the_size_and_colours_of_the_figure():
    figure = plots.Figure(figsize=(2, 1), dpi=50, facecolor="#0072B2")
    shown = plots.frame(figure)
    assert shown.shape == (50, 100, 3)
    assert shown.dtype == np.uint8
    assert (shown == [0x00, 0x72, 0xB2]).all()


def test_a_large_figure_has_more_pixels_and_is_otherwise_the_same():
    small = plots.curves([1, 2], {"a": [1, 2]}, "x", "y")
    height, width = plots.frame(small).shape[:2]
    figure = plots.large(small, dpi=160)
    assert figure is small
    assert plots.frame(figure).shape[:2] == (2 * height, 2 * width)


def test_panels_stand_side_by_side_and_have_their_size():
    left, right = plots.panels(2, width=3, height=2, dpi=100)
    assert plots.frame(left.figure).shape[:2] == (200, 600)
    assert left.get_position().x1 <= right.get_position().x0
    assert plots.panels(width=3, height=2, dpi=100).figure.get_figwidth() == 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.large("figure"), "figure must be a matplotlib Figure"),
        (lambda: plots.large(plots.Figure(), dpi=5), "dpi must be a number >= 10"),
        (lambda: plots.panels(0), "columns must be"),
        (lambda: plots.panels(width=0), "width must be"),
    ],
)
def test_large_and_panels_reject(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_gif_repeats_and_rests_on_its_last_frame(tmp_path):
    frames = [plots.frame(plots.samples_2d(FAKE * size, REAL)) for size in (0.5, 1, 1.5)]
    path = plots.training_gif(frames, str(tmp_path / "new" / "film.gif"), seconds_per_frame=0.2)
    assert path == tmp_path / "new" / "film.gif"
    film = iio.imread(path, index=None)
    assert film.shape[:3] == (3, *frames[0].shape[:2])
    for shown, frame in zip(film, frames, strict=True):  # GIF has only 256 colours
        assert np.abs(shown[..., :3].astype(int) - frame).mean() < 2
    durations = [iio.immeta(path, index=index)["duration"] for index in range(3)]
    assert durations == [200, 200, 2000]
    assert iio.immeta(path, index=0)["loop"] == 0


def test_grey_films_have_64_shades_and_others_all_their_colours(tmp_path):
    ramp = np.arange(256, dtype="uint8").reshape(1, 256, 1)
    grey = [np.broadcast_to(ramp, (4, 256, 3)).copy()] * 2
    shown = iio.imread(plots.training_gif(grey, tmp_path / "grey.gif"))
    assert len(np.unique(shown)) == 64
    assert np.abs(shown[0, ..., :3].astype(int) - grey[0]).max() <= 3
    coloured = grey[0].copy()
    coloured[..., 2] = 0
    shown = iio.imread(plots.training_gif([coloured] * 2, tmp_path / "colour.gif"))
    assert len(np.unique(shown[..., 0])) > 64


def test_gif_of_one_frame(tmp_path):
    path = plots.training_gif([np.zeros((4, 6, 3), "uint8")], tmp_path / "a.gif")
    assert iio.imread(path, index=0).shape[:2] == (4, 6)


def test_gif_of_frames_that_do_not_change(tmp_path):
    path = plots.training_gif([np.zeros((4, 6, 3), "uint8")] * 3, tmp_path / "a.gif", 0.5)
    assert iio.immeta(path, index=0)["duration"] == 3000


@pytest.mark.parametrize(
    ("frames", "name", "seconds", "message"),
    [
        ([], "a.gif", 0.1, "0 frames"),
        ([np.zeros((4, 4, 3)), np.zeros((4, 5, 3))], "a.gif", 0.1, r"\(4, 4, 3\), \(4, 5, 3\)"),
        ([np.zeros((4, 4))], "a.gif", 0.1, r"\(4, 4\)"),
        ([np.zeros((4, 4, 3))], "a.mp4", 0.1, "a.mp4"),
        ([np.zeros((4, 4, 3))], "a.gif", 0, "seconds_per_frame=0"),
        ([np.zeros((4, 4, 3))], "a.gif", "1", "seconds_per_frame='1'"),
        ([np.zeros((4, 4, 3))], "a.gif", float("nan"), "number >= 0.02"),
    ],
)
def test_gif_rejects(tmp_path, frames, name, seconds, message):
    with pytest.raises(ValueError, match=message):
        plots.training_gif(frames, tmp_path / name, seconds)
    assert not (tmp_path / name).exists()


def test_figure_shows_itself_as_a_png_of_its_own_size():
    figure = plots.losses({"d_loss": [1, 2], "g_loss": [2, 1]})
    picture = iio.imread(figure._repr_png_())
    np.testing.assert_array_equal(picture[..., :3], plots.frame(figure))


def test_a_figure_is_drawn_once_to_what_savefig_writes(monkeypatch):
    def figure():
        return plots.losses({"d_loss": [1, 2], "g_loss": [2, 1]})

    written, shown, drawn = io.BytesIO(), figure(), []
    figure().savefig(written, format="png")
    canvas, draw = shown.canvas, shown.draw
    monkeypatch.setattr(shown, "draw", lambda renderer: drawn.append(renderer) or draw(renderer))
    assert shown._repr_png_() == written.getvalue()
    assert len(drawn) == 1 and shown.canvas is canvas


def test_pyplot_knows_none_of_the_figures():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.close("all")
    for figure in (
        plots.image_grid(np.zeros((2, 4, 4))),
        plots.samples_2d(FAKE),
        plots.decision_field(radial_logits),
        plots.losses({"d_loss": [1], "g_loss": [1]}),
    ):
        plots.frame(figure)
    assert pyplot.get_fignums() == []


def test_frame_leaves_a_pyplot_figure_its_canvas():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    figure = pyplot.figure()
    canvas = figure.canvas
    assert plots.frame(figure).shape == (480, 640, 3)
    assert figure.canvas is canvas
    pyplot.close(figure)


@pytest.mark.slow
def test_a_notebook_shows_each_figure_once():
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    sources = [
        "import numpy as np\nfrom gan_tf import plots",
        "plots.image_grid(np.zeros((4, 8, 8)))",
        "import matplotlib.pyplot as plt",
        "plots.samples_2d(np.zeros((3, 2)))",
        "figure = plots.samples_2d(np.zeros((3, 2)))",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = [[list(output.get("data", ())) for output in cell.outputs] for cell in notebook.cells]
    picture = [["text/plain", "image/png"]]
    assert [[sorted(kinds) for kinds in cell] for cell in shown] == [
        [],
        [sorted(picture[0])],
        [],
        [sorted(picture[0])],
        [],
    ]


@pytest.mark.parametrize("limit", [1.6, 2.5, 5.5])
def test_labels_of_a_plane_are_not_cut_off(limit):
    limits = (-limit, limit)
    for figure in (
        plots.decision_field(lambda points: points[:, :1], limits),
        plots.samples_2d(np.ones((3, 2)), limits=limits),
    ):
        edges = plots.frame(figure)
        for edge in (edges[:2], edges[-2:], edges[:, :2], edges[:, -2:]):
            assert edge.min() > 200
