"""Turns an animated GIF into a strip of frames, which a page can play, pause and scrub."""

import html
import io
import math

from PIL import Image, ImageSequence

from staging.figures import alternative, anchor

HIGHEST = 16_000  # pixels; WebP ends at 16,383


def frames_of(data):
    """Returns the frames of an animated GIF as RGB pictures."""
    return [frame.convert("RGB") for frame in ImageSequence.Iterator(Image.open(io.BytesIO(data)))]


def strip_of(frames):
    """Returns (picture, columns): the frames below one another, in as few columns as fit."""
    width, height = frames[0].size
    rows = min(len(frames), HIGHEST // height)
    columns = math.ceil(len(frames) / rows)
    strip = Image.new("RGB", (width * columns, height * rows), "white")
    for number, frame in enumerate(frames):
        strip.paste(frame, (number // rows * width, number % rows * height))
    return strip, columns


def save_film(data, course, path):
    """Writes the strip of a GIF as WebP; returns (size of a frame, frames, columns)."""
    frames = frames_of(data)
    strip, columns = strip_of(frames)
    buffer = io.BytesIO()
    strip.save(buffer, "WEBP", quality=80, method=4)
    course.write(path, buffer.getvalue())
    return frames[0].size, len(frames), columns


def screen(path, size, frames, columns, label):
    """Returns the HTML of a film; `course.js` adds the buttons and shows one frame at a time."""
    width, height = size
    rows = math.ceil(frames / columns)
    style = (
        f"aspect-ratio:{width}/{height};background-image:url({path});"
        f"background-size:{100 * columns}% {100 * rows}%"
    )
    return (
        f'<div class="film" data-frames="{frames}" data-columns="{columns}" '
        f'style="max-width:{width}px"><div class="film-screen" role="img" '
        f'aria-label="{html.escape(label)}" style="{style}"></div></div>'
    )


def film(data, course, name, number, words, linker):
    """Returns the markdown of a film with its caption."""
    path = f"_static/films/{name}_{number}.webp"
    picture = screen(path, *save_film(data, course, path), alternative(number, words))
    course.films[name] = picture
    caption = linker(f"Figure {number}. {words}")
    return (
        f"```{{raw}} html\n{picture}\n```\n\n"
        f"{{#{anchor(number)}}}\n:::{{container}} film-caption\n{caption}\n:::\n"
    )
