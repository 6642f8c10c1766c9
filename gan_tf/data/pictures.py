"""One picture file as an array, whatever the file's format and colours. Pillow decodes it."""

from contextlib import contextmanager, suppress
import io
import math
from pathlib import Path
import re
import warnings
import zlib

from gan_tf import checks
import numpy as np
from PIL import ExifTags, Image, ImageColor, ImageFile, features

FITS = ("crop", "pad")
FORMATS = ("AVIF", "BMP", "GIF", "HEIF", "JPEG", "MPO", "PNG", "TIFF", "WEBP")


def read_picture(path, size, channels=3, fit="crop", background="white"):
    """A picture file as a square array of bytes.

    The format is recognised by the content, not by the name's ending: AVIF, BMP, GIF, JPEG, PNG,
    TIFF and WebP. HEIC is read once `pillow_heif.register_heif_opener()` has been called.

    The picture is turned as the camera's EXIF note says. Palettes, CMYK, 16 bits and black and
    white become colours or greys of 8 bits; 16 bits are scaled, not cut off. Transparent places
    show the background. Of an animation the first frame is taken. Colour profiles are ignored.
    Resizing averages over the pixels that become one (bilinear with antialiasing).

    Args:
        path: File.
        size: Integer >= 1, height and width of the array.
        channels: 1 for grey, 3 for red, green, blue.
        fit: "crop" takes the middle square, "pad" takes the whole picture and fills up with the
            background.
        background: Colour behind transparent places and padding: a text that Pillow's `ImageColor`
            knows, such as "white" or "#ff8000", or three integers from 0 to 255.

    Returns:
        uint8 array `(size, size, channels)`.

    Raises:
        ValueError: If the file cannot be read or is damaged, as far as that can be told; the error
            names the file. Also if the picture has more than about 179 million pixels (twice
            `PIL.Image.MAX_IMAGE_PIXELS`), or an argument is out of range.
    """
    options = checked_options(size, channels, fit, background)
    with strict_pillow():
        return decoded(path, **options)[0]


def checked_options(size, channels, fit, background):
    """The arguments of `read_picture` as those of `decoded`, the background as `(r, g, b)`."""
    return {
        "size": checks.at_least(1, size=size),
        "channels": checks.one_of((1, 3), channels=channels),
        "fit": checks.one_of(FITS, fit=fit),
        "background": _rgb(background),
    }


@contextmanager
def strict_pillow():
    """Pillow is silent about oddities that do no harm, and never fills up a truncated file.

    Both settings belong to the whole process, so that threads share them. Therefore this is
    entered once around all the threads that decode, and not in each of them.
    """
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    try:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"PIL\b")
            yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def decoded(path, *, size, channels, fit, background):
    """What `read_picture` returns, and whether the file is an animation. Needs `strict_pillow`.

    With `fit="pair"` the file holds two squares side by side, and so does what is returned: an
    array `(size, 2 * size, channels)`.
    """
    content = b""
    try:
        content = Path(path).read_bytes()
        _check_content(content)
        with Image.open(io.BytesIO(content), formats=_known_formats()) as image:
            is_animation = image.format != "MPO" and getattr(image, "is_animated", False)
            if fit != "pair":  # whose shape must be seen as it is in the file
                _decode_smaller(image, size, fit)
            picture = _upright(image)
        picture = _opaque(_with_8_bits(picture), background)
        picture = picture.convert("L" if channels == 1 else "RGB")
        if fit == "pair":
            picture = _pair(picture, size)
        else:
            picture = _square(picture, size, fit, background)
    # Pillow raises errors of many kinds for damaged files; this one names the file.
    except Exception as error:
        raise ValueError(f"{path}: {_reason(error, content)}") from error
    return np.asarray(picture).reshape(size, -1, channels), is_animation


def reads_avif():
    """Whether this Pillow reads AVIF; versions before 11.3 do not know the name."""
    return "AVIF" in _known_formats() and features.check("avif")


# Helpers.


def _rgb(background):
    rgb = ()
    if isinstance(background, str):
        with suppress(ValueError):
            rgb = ImageColor.getrgb(background)
    elif isinstance(background, (tuple, list)) and all(map(checks.is_integer, background)):
        rgb = checks.plain(background)
    if len(rgb) != 3 or not all(0 <= value <= 255 for value in rgb):
        expected = 'a colour such as "white" or "#ff8000", or three integers from 0 to 255'
        raise checks.argument_error("background", background, expected)
    return rgb


# What the content must be, before it is decoded.

_ENDS_EARLY = "damaged: its end is missing, as after a download that broke off"
_HEIC = (b"heic", b"heim", b"heis", b"heix", b"hevc", b"hevm", b"hevs", b"hevx", b"mif1", b"msf1")
_JPEG_MARKER = re.compile(rb"\xff[\x02-\xcf\xd9-\xfe]")
_MANY_ZEROS = bytes(1024)


def _check_content(content):
    """Raises a ValueError for what Pillow decodes without complaint, or with an unclear one."""
    if not content:
        raise ValueError("the file is empty")
    if content.startswith(b"\xff\xd8") and not _is_whole_jpeg(content):
        raise ValueError(_ENDS_EARLY)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        _check_png(content)
    is_webp, kind = content[:4] == b"RIFF" and content[8:12] == b"WEBP", content[4:12]
    if is_webp:
        content = content[: 8 + int.from_bytes(content[4:8], "little")]
    if (is_webp or kind == b"ftypavif") and content.endswith(_MANY_ZEROS):
        raise ValueError("damaged: its second part is empty, as after a download that broke off")
    if kind == b"ftypavif" and not reads_avif():
        raise ValueError("this Pillow does not read AVIF: pip install --upgrade pillow")
    is_heic = kind[:4] == b"ftyp" and kind[4:] in _HEIC and b"avif" not in content[:64]
    if is_heic and "HEIF" not in _known_formats():
        raise ValueError(
            "HEIC, which Pillow does not read. Save it as JPEG; or pip install pillow-heif, and "
            "call pillow_heif.register_heif_opener() first"
        )


def _is_whole_jpeg(content):
    """Whether the mark of the end is there.

    It is looked for from segment to segment, since the small picture in a camera's EXIF note has
    such a mark, too. What cameras write behind the end does not matter. Some programs fill the part
    of a file that did not arrive with zeros, which libjpeg decodes as grey.
    """
    place = 2
    while found := _JPEG_MARKER.search(content, place):
        if found[0] == b"\xff\xd9":
            return True
        place = found.end() + int.from_bytes(content[found.end() : found.end() + 2], "big")
    return False


def _check_png(content):
    """All chunks up to the end are there, and those that make the picture have their checksum."""
    place = 8
    while place + 12 <= len(content):
        length, kind = int.from_bytes(content[place : place + 4], "big"), content[place + 4 :][:4]
        end = place + 12 + length
        checksum = int.from_bytes(content[end - 4 : end], "big")
        is_needed = not kind[0] & 32
        if end > len(content):
            break
        if is_needed and zlib.crc32(content[place + 4 : end - 4]) != checksum:
            raise ValueError("damaged: a checksum is wrong")
        if kind == b"IEND":
            return
        place = end
    raise ValueError(_ENDS_EARLY)


def _known_formats():
    Image.init()
    return [name for name in FORMATS if name in Image.OPEN]


def _reason(error, content):
    if isinstance(error, Image.UnidentifiedImageError):
        return f"no picture that Pillow can read; it begins with {content[:16]!r}"
    if isinstance(error, Image.DecompressionBombError):
        return f"more than the {2 * Image.MAX_IMAGE_PIXELS:,} pixels that Pillow reads; shrink it"
    if type(error) is ValueError:
        return str(error)
    return f"damaged, or not readable ({error})"


# From any mode to squares of 8 bits.


def _decode_smaller(image, size, fit):
    """Lets a JPEG be decoded at 1/2, 1/4 or 1/8 of its size, but at twice that wanted or more."""
    side = min(image.size) if fit == "crop" else max(image.size)
    scale = 2 * size / side
    if scale < 1:
        width, height = (math.ceil(length * scale) for length in image.size)
        image.draft(image.mode, (width, height))


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _upright(image):
    """The loaded picture, turned as its EXIF note says."""
    _correct_transparent_value(image)
    image.load()
    try:
        turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation))
    except Exception:  # a damaged note says nothing, and the picture itself may be whole
        turn = None
    return image.copy() if turn is None else image.transpose(turn)


# A PNG may name one value that is transparent. Pillow compares it with values of 8 bits without
# scaling it first. By how much to scale, for each kind of values in the file:
_TO_8_BITS = {"L;2": 85, "L;4": 17, "RGB;16B": 1 / 256}


def _correct_transparent_value(image):
    value = image.info.get("transparency")
    scale = _TO_8_BITS.get(image.tile[0][3]) if image.format == "PNG" and image.tile else None
    if value is not None and scale is not None:
        values = tuple(int(each * scale) for each in np.atleast_1d(value))
        image.info["transparency"] = values if len(values) == 3 else values[0]


def _with_8_bits(image):
    if image.mode in ("I", "F"):
        raise ValueError("32 bits a value, of which none is known to be white. Save it with 8 bits")
    if not image.mode.startswith("I;16"):
        return image
    values = np.asarray(image)
    grey = Image.fromarray(np.round(values / 257).astype("uint8"))  # 65,535 / 257 = 255
    transparent = image.info.get("transparency")
    if transparent is not None:
        grey.putalpha(Image.fromarray((values != transparent).astype("uint8") * 255))
    return grey


def _opaque(image, background):
    if not image.has_transparency_data:
        return image
    below = Image.new("RGBA", image.size, (*background, 255))
    return Image.alpha_composite(below, image.convert("RGBA")).convert("RGB")


def _square(image, size, fit, background):
    width, height = image.size
    if fit == "crop":
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        return _resized(image, (size, size), (left, top, left + side, top + side))
    inner = [max(1, round(length * size / max(width, height))) for length in image.size]
    place = [(size - length) // 2 for length in inner]
    colour = Image.new("RGB", (1, 1), background).convert(image.mode).getpixel((0, 0))
    square = Image.new(image.mode, (size, size), colour)
    square.paste(_resized(image, inner), tuple(place))
    return square


def _pair(image, size):
    """Both halves, each cut out first, or resizing would mix the pixels beside the middle."""
    width, height = image.size
    if width != 2 * height:
        raise ValueError(
            f"{width} × {height} pixels, which is not twice as wide as high. A pair is one picture "
            "of two squares: A on the left, B on the right"
        )
    pair = Image.new(image.mode, (2 * size, size))
    for place in (0, 1):
        half = image.crop((place * height, 0, (place + 1) * height, height))
        pair.paste(_resized(half, (size, size)), (place * size, 0))
    return pair


def _resized(image, size, box=None):
    return image.resize(tuple(size), Image.Resampling.BILINEAR, box, reducing_gap=3.0)
