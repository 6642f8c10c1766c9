"""One picture file of each odd kind: which colours come out of it, and what is said if none do."""

import warnings

from gan_tf import data
from gan_tf.data import pictures
import numpy as np
from odd_pictures import (
    BLUE,
    GREEN,
    RED,
    WHITE,
    cut,
    damaged,
    encoded,
    noise,
    one_colour,
    png,
    readable,
    write,
)
from PIL import Image, ImageFile
import pytest

READABLE, DAMAGED = readable(), damaged()


@pytest.mark.parametrize("name", READABLE)
def test_every_odd_kind_has_its_colour(tmp_path, name):
    content, colour = READABLE[name]
    path = write(tmp_path, name, content)
    tolerance = 3 if content.startswith(b"\xff\xd8") else 0
    picture = data.read_picture(path, 4)
    assert (picture.shape, picture.dtype) == ((4, 4, 3), np.uint8)
    np.testing.assert_allclose(picture.astype(int) - colour, 0, atol=tolerance)
    grey = data.read_picture(path, 4, channels=1)
    assert (grey.shape, grey.dtype) == ((4, 4, 1), np.uint8)
    np.testing.assert_allclose(
        grey.astype(int), np.dot(colour, (0.299, 0.587, 0.114)), atol=tolerance + 1
    )


@pytest.mark.parametrize("name", DAMAGED)
def test_every_damage_is_an_error_that_names_the_file(tmp_path, name):
    content, message = DAMAGED[name]
    path = write(tmp_path, name, content)
    with pytest.raises(ValueError, match=message) as caught:
        data.read_picture(path, 4)
    assert str(caught.value).startswith(f"{path}: ")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"away\.png: .*No such file"):
        data.read_picture(tmp_path / "away.png", 4)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF"])
def test_a_file_cut_anywhere_is_never_read_as_another_picture(tmp_path, kind):
    if kind == "AVIF" and not pictures.reads_avif():
        pytest.skip("this Pillow does not read AVIF")
    content = encoded(noise(16), kind)
    whole = data.read_picture(write(tmp_path, "whole", content), 16)
    errors = 0
    for length in [*range(1, len(content), len(content) // 40), len(content) - 1]:
        path = write(tmp_path, "cut", content[:length])
        try:
            picture = data.read_picture(path, 16)
        except ValueError as error:
            errors += str(path) in str(error)
        else:
            np.testing.assert_array_equal(picture, whole)
    assert errors >= 38


def test_random_damage_is_a_value_error_or_a_picture(tmp_path):
    rng = np.random.default_rng(0)
    kinds = [encoded(noise(16), kind) for kind in ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP")]
    errors = 0
    for number in range(300):
        content = bytearray(kinds[number % len(kinds)])
        for place in rng.integers(0, min(200, len(content)), 3):
            content[place] = rng.integers(256)
        path = write(tmp_path, "damaged", bytes(content))
        try:
            assert data.read_picture(path, 4).shape == (4, 4, 3)
        except ValueError as error:
            errors += str(path) in str(error)
    assert errors > 50


# Turns: the tag says how the picture was turned before it was stored.

STORED = {
    1: lambda upright: upright,
    2: np.fliplr,
    3: lambda upright: np.rot90(upright, 2),
    4: np.flipud,
    5: lambda upright: upright.transpose(1, 0, 2),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: np.rot90(upright, 2).transpose(1, 0, 2),
    8: lambda upright: np.rot90(upright, -1),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("tag", STORED)
def test_the_cameras_turn_is_undone(tmp_path, tag, kind):
    upright = np.zeros((32, 32, 3), "uint8")  # red, green, blue and white quarters
    upright[:16, :16], upright[:16, 16:] = RED, GREEN
    upright[16:, :16], upright[16:, 16:] = BLUE, WHITE
    exif = Image.Exif()
    exif[0x112] = tag
    options = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}}
    stored = np.ascontiguousarray(STORED[tag](upright))
    path = write(tmp_path, "a", encoded(stored, kind, exif=exif, **options.get(kind, {})))
    np.testing.assert_allclose(
        data.read_picture(path, 8)[1::5, 1::5].astype(int), [[RED, GREEN], [BLUE, WHITE]], atol=4
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "note", [b"no header at all", b"MM\0*\0\0\0", b"MM\0*\0\0\0\x08\0\x05\x01\x12"]
)
def test_a_damaged_exif_note_does_no_harm(tmp_path, note, kind):
    content = encoded(one_colour(RED), kind, exif=b"Exif\0\0" + note)
    path = write(tmp_path, "a", content)
    np.testing.assert_allclose(data.read_picture(path, 1)[0, 0], RED, atol=3)


# Transparency and palettes.


def test_transparent_places_show_the_background(tmp_path):
    rgba = np.zeros((4, 4, 4), "uint8")
    rgba[:, :2] = (*RED, 255)
    path = write(tmp_path, "a.png", encoded(rgba, "PNG"))
    for background, colour in (("white", WHITE), ("#00f", BLUE), ((0, 255, 0), GREEN)):
        picture = data.read_picture(path, 4, background=background)
        np.testing.assert_array_equal(picture[:, :2], np.broadcast_to(RED, (4, 2, 3)))
        np.testing.assert_array_equal(picture[:, 2:], np.broadcast_to(colour, (4, 2, 3)))
    grey = data.read_picture(path, 4, channels=1, background="blue")
    assert grey[0, :, 0].tolist() == [76, 76, 29, 29]


@pytest.mark.parametrize(
    ("bits", "kind", "shown", "transparent"),
    [
        (1, 0, [1], [0]),
        (2, 0, [1], [2]),
        (4, 0, [5], [7]),
        (8, 0, [85], [7]),
        (16, 0, [21845], [30000]),
        (8, 2, [85, 85, 85], [1, 2, 3]),
        (16, 2, [21845, 21845, 21845], [30000, 2, 3]),
    ],
)
def test_the_one_transparent_value_of_a_png(tmp_path, bits, kind, shown, transparent):
    values = np.tile([[shown, transparent]], (2, 1, 1))
    values = values[..., 0] if kind == 0 else values
    path = write(tmp_path, "a.png", png(values, bits, kind, transparent))
    picture = data.read_picture(path, 2, background="red")
    expected = WHITE if bits == 1 else (85, 85, 85)
    np.testing.assert_array_equal(picture, [[expected, RED]] * 2)


def test_colours_of_a_palette_are_averaged_not_their_numbers(tmp_path):
    image = Image.fromarray(np.array([[0, 2], [0, 2]], "uint8"), "P")
    image.putpalette([*RED, *GREEN, *BLUE])
    for kind in ("PNG", "GIF", "BMP"):
        path = write(tmp_path, "a", encoded(image, kind))
        np.testing.assert_allclose(data.read_picture(path, 1)[0, 0], (128, 0, 128), atol=1)


def test_16_bits_are_scaled_and_not_cut_off(tmp_path):
    values = np.array([[0, 257, 32_896, 65_535]] * 4)
    path = write(tmp_path, "a.png", png(values, 16, 0))
    assert data.read_picture(path, 4, channels=1)[0, :, 0].tolist() == [0, 1, 128, 255]
    path = write(tmp_path, "a.png", png(np.stack([values] * 4, -1), 16, 6))
    opaque = png(np.stack([values, values, values, 0 * values + 65_535], -1), 16, 6)
    path = write(tmp_path, "a.png", opaque)
    assert data.read_picture(path, 4)[0, :, 1].tolist() == [0, 1, 128, 255]


# Sizes.


def stripes(width=12, height=4):
    """Red, green and blue thirds side by side."""
    picture = np.zeros((height, width, 3), "uint8")
    for number, colour in enumerate((RED, GREEN, BLUE)):
        picture[:, number * width // 3 : (number + 1) * width // 3] = colour
    return picture


def test_crop_takes_the_middle_square(tmp_path):
    path = write(tmp_path, "a.png", encoded(stripes(), "PNG"))
    np.testing.assert_array_equal(data.read_picture(path, 4), np.broadcast_to(GREEN, (4, 4, 3)))
    tall = np.ascontiguousarray(stripes().transpose(1, 0, 2))
    path = write(tmp_path, "a.png", encoded(tall, "PNG"))
    np.testing.assert_array_equal(data.read_picture(path, 4), np.broadcast_to(GREEN, (4, 4, 3)))


def test_pad_shows_the_whole_picture_on_the_background(tmp_path):
    path = write(tmp_path, "a.png", encoded(stripes(), "PNG"))
    picture = data.read_picture(path, 12, fit="pad", background="black")
    np.testing.assert_array_equal(picture[4:8], stripes())
    assert not picture[:4].any() and not picture[8:].any()
    tall = np.ascontiguousarray(stripes().transpose(1, 0, 2))
    path = write(tmp_path, "a.png", encoded(tall, "PNG"))
    picture = data.read_picture(path, 12, channels=1, fit="pad", background=(255, 0, 0))
    assert picture[:, 0, 0].tolist() == [76] * 12 and picture[6, 6, 0] == 150
    long = encoded(stripes(1000, 1), "PNG")
    picture = data.read_picture(write(tmp_path, "a.png", long), 9, fit="pad", background="black")
    assert (picture.sum(-1) > 0).sum(0).tolist() == [1] * 9


def test_shrinking_averages(tmp_path):
    checks = np.indices((64, 64)).sum(0) % 2 * 255
    path = write(tmp_path, "a.png", encoded(checks.astype("uint8"), "PNG"))
    np.testing.assert_allclose(data.read_picture(path, 8, channels=1).astype(int), 128, atol=2)


@pytest.mark.parametrize("fit", ["crop", "pad"])
def test_a_large_jpeg_is_decoded_smaller_without_loss(tmp_path, fit):
    """libjpeg decodes at a half, a quarter or an eighth; the result is that of the full size."""
    slope = np.linspace(0, 255, 640)[None, :, None] * np.ones((400, 1, 3))
    slope[:, :, 1] = np.linspace(0, 255, 400)[:, None]
    path = write(tmp_path, "a.jpg", encoded(slope.astype("uint8"), "JPEG", quality=95))
    whole = write(tmp_path, "a.png", encoded(Image.open(path), "PNG"))
    small, full = (data.read_picture(each, 16, fit=fit).astype(int) for each in (path, whole))
    np.testing.assert_allclose(small, full, atol=4)


# Pillow's own settings.


def test_a_picture_too_large_to_decode_is_named(tmp_path, monkeypatch):
    path = write(tmp_path, "a.png", encoded(one_colour(RED, size=(10, 10)), "PNG"))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 60)  # Pillow warns from 60, and refuses from 120
    assert data.read_picture(path, 1)[0, 0].tolist() == list(RED)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40)
    with pytest.raises(ValueError, match=r"a\.png: more than the 80 pixels"):
        data.read_picture(path, 1)


def test_truncated_files_are_errors_whatever_others_have_set(tmp_path, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    path = write(tmp_path, "a.bmp", cut(encoded(noise(), "BMP")))
    with pytest.raises(ValueError, match=r"a\.bmp: damaged"):
        data.read_picture(path, 4)
    assert ImageFile.LOAD_TRUNCATED_IMAGES


def test_pillows_warnings_do_not_reach_the_reader(tmp_path):
    image = Image.new("P", (4, 4), 0)
    image.putpalette([*RED, *GREEN])
    path = write(tmp_path, "a.png", encoded(image, "PNG", transparency=b"\x80\xff"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        picture = data.read_picture(path, 1, channels=1)
        filters = list(warnings.filters)
    assert caught == [] and picture[0, 0, 0] == pytest.approx(165, abs=1)
    assert not any("PIL" in str(each) for each in filters)


def test_avif_is_read_or_the_remedy_is_said(tmp_path, monkeypatch):
    if pictures.reads_avif():
        path = write(tmp_path, "a.avif", encoded(one_colour(BLUE), "AVIF"))
        np.testing.assert_allclose(data.read_picture(path, 1)[0, 0].astype(int), BLUE, atol=4)
    monkeypatch.setattr(pictures, "reads_avif", lambda: False)
    path = write(tmp_path, "b.avif", b"\0\0\0\x20ftypavif\0\0\0\0avifmif1")
    with pytest.raises(ValueError, match=r"b\.avif: .*install --upgrade pillow"):
        data.read_picture(path, 1)


def test_the_first_picture_of_a_phones_two_is_taken(tmp_path):
    content = encoded(one_colour(RED), "MPO", save_all=True, append_images=[one_colour(GREEN)])
    path = write(tmp_path, "a.jpg", content)
    with pictures.strict_pillow():
        picture, is_animation = pictures.decoded(
            path, size=1, channels=3, fit="crop", background=WHITE
        )
    np.testing.assert_allclose(picture[0, 0].astype(int), RED, atol=3)
    assert not is_animation


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 0}, "size=0"),
        ({"size": True}, "size=True"),
        ({"channels": 4}, "one of 1, 3.*channels=4"),
        ({"fit": "stretch"}, "one of 'crop', 'pad'.*fit='stretch'"),
        ({"background": "whiteish"}, "a colour such as.*background='whiteish'"),
        ({"background": "#ffffff80"}, "background='#ffffff80'"),
        ({"background": (1, 2)}, r"background=\(1, 2\)"),
        ({"background": (0, 0, 256)}, r"background=\(0, 0, 256\)"),
        ({"background": (0, 0, 0.5)}, r"background=\(0, 0, 0\.5\)"),
        ({"background": None}, "background=None"),
    ],
)
def test_clear_errors(tmp_path, arguments, message):
    path = write(tmp_path, "a.png", encoded(one_colour(RED), "PNG"))
    with pytest.raises(ValueError, match=message):
        data.read_picture(**{"path": path, "size": 4, **arguments})


def test_numbers_of_numpy_are_numbers(tmp_path):
    path = write(tmp_path, "a.png", encoded(stripes(), "PNG"))
    colour = tuple(np.array([1, 2, 3]))
    ours = data.read_picture(path, np.int64(6), np.int32(3), "pad", colour)
    np.testing.assert_array_equal(ours, data.read_picture(path, 6, 3, "pad", (1, 2, 3)))
    assert ours[0, 0].tolist() == [1, 2, 3]
