"""Folders with pictures of every odd kind, made on the fly, each of known colours."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

RED, GREEN, BLUE, WHITE, ORANGE = (
    (255, 0, 0),
    (0, 255, 0),
    (0, 0, 255),
    (255, 255, 255),
    (255, 128, 0),
)


def encoded(picture, kind, **options):
    """The bytes of a file; `picture` is an array or Pillow's image."""
    buffer = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def one_colour(colour, mode="RGB", size=(12, 10)):
    return Image.new("RGB", size, colour).convert(mode)


def noise(side=64):
    return np.random.default_rng(0).integers(0, 256, (side, side, 3), "uint8")


def png(values, bits, kind, transparent=()):
    """A PNG of any depth, which Pillow does not write.

    Args:
        values: Integer array `(height, width)` or `(height, width, channels)`.
        bits: 1, 2, 4, 8 or 16 of each value.
        kind: 0 for grey, 2 for colour, 4 for grey with transparency, 6 for colour with it.
        transparent: The value, or the three, that are transparent in kinds 0 and 2.
    """

    def chunk(name, content):
        checksum = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)

    def packed(row):
        if bits >= 8:
            return row.astype(">u2" if bits == 16 else "u1").tobytes()
        ones_and_zeros = (row[:, None] >> np.arange(bits)[::-1]) & 1
        return np.packbits(ones_and_zeros.ravel().astype("uint8")).tobytes()

    height, width = values.shape[:2]
    rows = b"".join(b"\0" + packed(row) for row in values)
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    note = struct.pack(f">{len(transparent)}H", *transparent)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + (chunk(b"tRNS", note) if transparent else b"")
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def animation(kind, **options):
    frames = [one_colour(colour) for colour in (RED, GREEN, BLUE)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options)


def cut(content, share=0.5):
    return content[: int(len(content) * share)]


def filled_with_zeros(content, share=0.5):
    kept = cut(content, share)
    return kept + bytes(len(content) - len(kept))


def transparent_palette(kind):
    """Half the picture is red, half is transparent, by a palette."""
    image = Image.new("P", (12, 10), 0)
    image.putpalette([*RED, *GREEN])
    image.paste(1, (0, 0, 12, 10))
    return encoded(image, kind, transparency=1)


def readable():
    """Dictionary from names of files to their content and the colour that they show on white."""
    grey = np.full((10, 12), 40_000)
    half_red = np.zeros((10, 12, 4), "uint8") + np.array([255, 0, 0, 128], "uint8")
    return {
        "cmyk.jpg": (encoded(one_colour(RED, "CMYK"), "JPEG", quality=95), RED),
        "grey.jpg": (encoded(one_colour((90, 90, 90), "L"), "JPEG"), (90, 90, 90)),
        "progressive.jpg": (encoded(one_colour(BLUE), "JPEG", progressive=True), BLUE),
        "more behind the end.jpg": (encoded(one_colour(RED), "JPEG") + b"a camera's note", RED),
        "1 bit.bmp": (encoded(one_colour(WHITE, "1"), "BMP"), WHITE),
        "4 bits.bmp": (four_bits_bmp(ORANGE), ORANGE),
        "8 bits.bmp": (encoded(one_colour(ORANGE).quantize(4), "BMP"), ORANGE),
        "24 bits.BMP": (encoded(one_colour(ORANGE), "BMP"), ORANGE),
        "1 bit.png": (encoded(one_colour(WHITE, "1"), "PNG"), WHITE),
        "palette.png": (encoded(one_colour(BLUE).quantize(4), "PNG"), BLUE),
        "palette.gif": (encoded(one_colour(BLUE).quantize(4), "GIF"), BLUE),
        "transparent palette.png": (transparent_palette("PNG"), WHITE),
        "transparent palette.gif": (transparent_palette("GIF"), WHITE),
        "transparent red.png": (encoded(half_red, "PNG"), (255, 127, 127)),
        "transparent red.webp": (encoded(half_red, "WEBP", lossless=True), (255, 127, 127)),
        "grey, transparent.png": (encoded(Image.new("LA", (12, 10), (0, 0)), "PNG"), WHITE),
        "16 bits, grey.png": (png(grey, 16, 0), (156, 156, 156)),
        "16 bits, colour.png": (png(np.stack([grey, 0 * grey, 0 * grey], -1), 16, 2), (156, 0, 0)),
        "16 bits.tif": (encoded(grey.astype("uint16"), "TIFF"), (156, 156, 156)),
        "plain.tiff": (encoded(one_colour(GREEN), "TIFF", compression="tiff_lzw"), GREEN),
        "plain.webp": (encoded(one_colour(GREEN), "WEBP", lossless=True), GREEN),
        "film.gif": (animation("GIF"), RED),
        "film.webp": (animation("WEBP", lossless=True), RED),
        "film.png": (animation("PNG"), RED),
        "a PNG by content.jpg": (encoded(one_colour(GREEN), "PNG"), GREEN),
        "Grüße, 写真 und 'mehr'.jpeg": (encoded(one_colour(BLUE), "JPEG"), BLUE),
        "x.jpg/inside a folder.jpg": (encoded(one_colour(GREEN), "JPEG"), GREEN),
    }


def four_bits_bmp(colour):
    """A BMP of 16 colours, which Pillow reads and does not write."""
    palette = bytes([*colour[::-1], 0]) + bytes(15 * 4)
    rows = bytes(8) * 10  # twelve pixels of half a byte, filled up to a multiple of four bytes
    header = struct.pack("<IiiHHIIiiII", 40, 12, 10, 1, 4, 0, len(rows), 2835, 2835, 16, 0)
    start = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + header + palette + rows


# Names that are left out, and their content; and two files with other endings.
HIDDEN = ("._a.jpg", ".DS_Store", ".ipynb_checkpoints/a-checkpoint.png", "__MACOSX/b.jpg")
OTHERS = ("notes.txt", "labels.csv")
NUM_ANIMATIONS = 3


def damaged():
    """Dictionary from names of files to their content and what the error says of it."""
    jpeg = encoded(noise(), "JPEG")
    thumbnail = encoded(one_colour(RED), "JPEG")
    note = b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    whole_png = encoded(noise(), "PNG")
    wrong_checksum = bytearray(whole_png)
    wrong_checksum[len(whole_png) // 2] ^= 1
    return {
        "cut.jpg": (cut(jpeg), "its end is missing"),
        "half zeros.jpg": (filled_with_zeros(jpeg), "its end is missing"),
        "thumbnail, zeros.jpg": (
            filled_with_zeros(jpeg[:2] + note + jpeg[2:], 0.6),
            "its end is missing",
        ),
        "cut.png": (cut(whole_png), "its end is missing"),
        "half zeros.png": (filled_with_zeros(whole_png), "damaged"),
        "wrong checksum.png": (bytes(wrong_checksum), "checksum is wrong"),
        "cut.gif": (cut(encoded(noise(), "GIF")), "damaged, or not readable"),
        "cut.bmp": (cut(encoded(noise(), "BMP")), "damaged, or not readable"),
        "cut.tif": (cut(encoded(noise(), "TIFF")), "damaged, or not readable"),
        "cut.webp": (cut(encoded(noise(), "WEBP")), "damaged, or not readable"),
        "half zeros.webp": (filled_with_zeros(encoded(noise(), "WEBP")), "second part is empty"),
        "empty.png": (b"", "the file is empty"),
        "a web page.jpg": (b"<!DOCTYPE html><title>Log in", "begins with b'<!DOCTYPE html>"),
        "photo.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC.*Save it as JPEG"),
        "32 bits.tif": (encoded(np.ones((4, 4), "float32"), "TIFF"), "32 bits a value"),
    }


def write(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def write_odd_pictures(folder):
    """Fills a folder with odd pictures that can be read, and with files that are left out.

    Args:
        folder: `Path` of an empty folder.

    Returns:
        Dictionary from the pictures' names below the folder to the colours that they show on a
        white background. A JPEG may differ from its colour by up to 3 of 255.
    """
    pictures = readable()
    for name, (content, _) in pictures.items():
        write(folder, name, content)
    for name in (*HIDDEN, *OTHERS):
        write(folder, name, b"no picture")
    (folder / "a link.jpg").symlink_to(folder / "cmyk.jpg")
    return {"a link.jpg": RED} | {name: colour for name, (_, colour) in pictures.items()}


def write_damaged_pictures(folder):
    """Fills a folder with files that cannot be read; the result is from names to what is said."""
    files = damaged()
    for name, (content, _) in files.items():
        write(folder, name, content)
    return {name: message for name, (_, message) in files.items()}
