"""Cartoon faces with exact labels, laid together from parts; twins that differ in one attribute."""

import functools
from typing import NamedTuple
import zlib

from gan_tf import checks
from gan_tf.data.embedded import embedded_arrays
from gan_tf.data.sizes import shrunk
import numpy as np

FACE_STYLES = ("facesjs", "toon")
FACE_SIZES = (32, 64, 128)
FACE_ATTRIBUTES = {
    "smiling": ("not smiling", "smiling"),
    "glasses": ("no glasses", "glasses"),
    "beard": ("no beard", "beard"),
    "hat": ("no hat", "hat"),
    "long_hair": ("short hair", "long hair"),
    "hair_colour": ("black", "brown", "red", "blond", "grey", "pink"),
    "skin_colour": ("very light", "light", "tan", "brown", "dark", "very dark"),
}
# How often an attribute is 1. Colours are equally frequent. All attributes are independent.
FACE_SHARES = {"smiling": 0.5, "glasses": 0.35, "beard": 0.3, "hat": 0.15, "long_hair": 0.45}

_SHA256 = {
    "faces_64.npz": "10b619fe9c80fe3d140f04c4c410be6774bade23d538236ae28ebee5bdea8e36",
    "faces_128.npz": "9c7198407f43de7862a2a05818f6f72579a452c628eaa1aa432dee1b126f1303",
    "toon_faces_64.npz": "b1d53db42632171813c82b9e8f7eb0027c4fa2d913bfd53c72fc4fd915f79e23",
    "toon_faces_128.npz": "54ad09b0c88faa93580aa6c7bf13cf40f2ad1fdb4bf20d5cea1afebf00b6d204",
}
_FILES = {"facesjs": "faces", "toon": "toon_faces"}
# The kinds of parts from back to front, and which of a face's colours each takes.
_LAYERS = {
    "facesjs": {
        "hairBg": "hair",
        "body": "skin",
        "jersey": None,
        "ear": "skin",
        "head": "skin",
        "eyeLine": None,
        "smileLine": None,
        "facialHair": "hair",
        "eye": None,
        "eyebrow": "hair",
        "mouth": None,
        "nose": "skin",
        "hair": "hair",
        "glasses": None,
        "accessories": None,
    },
    "toon": {
        "rearHair": "hair",
        "body": "skin",
        "head": "skin",
        "clothes": "clothes",
        "mouth": None,
        "beard": "hair",
        "eyes": None,
        "eyebrows": "hair",
        "hair": "hair",
        "glasses": None,
    },
}
_BACKGROUND = np.array([223, 233, 238], "float32").reshape(3, 1, 1)
_PALETTES = {
    "skin": ("f6d7c3", "eab687", "c98f62", "a06a45", "74453d", "4f2f28"),
    "hair": ("1d1a18", "5a3825", "a5552b", "e0b35c", "c9c9c9", "b03a6f"),
    "clothes": (
        *("545454", "b11f1f", "0b3286", "147f3c", "eab308"),
        *("731ac3", "ec4899", "f97316", "151613", "e8e9e6"),
    ),
}
_JITTER = 5.0  # standard deviation of each colour channel around its palette, of 255
_SMILES = {"facesjs": ("smile", "smile2", "smile3", "smile4"), "toon": ("laugh", "smile")}
_CHUNK = 16  # faces that are composed together, so that they stay in the processor's cache


def faces(num, size=64, style="facesjs", seed=0, **attributes):
    """Cartoon faces, in colour, and what is to be seen on each.

    Every property of a face is drawn from a random stream of its own. The first faces of a larger
    set are therefore those of a smaller one, and fixing an attribute changes nothing else.

    Args:
        num: Integer >= 1.
        size: 32, 64 or 128, height and width. Faces of 32 pixels are those of 64, shrunk.
        style: "facesjs", or "toon" for the same attributes, but the hat, in another artist's hand.
        seed: Integer >= 0.
        **attributes: Fixes attributes of `FACE_ATTRIBUTES`: an index, a name such as
            `hair_colour="red"`, True or False, or an integer array `(num,)`.

    Returns:
        `(images, labels)`: float32 array `(num, size, size, 3)` in [-1, 1], and a dictionary from
        the name of each attribute to an int64 array `(num,)`, indices into
        `FACE_ATTRIBUTES[name]`.

    Raises:
        ValueError: If an argument is out of range, an attribute is unknown, or a file is damaged.
        OSError: If a file is absent.

    Reference:
        facesjs 5.0.3 by Jeremy Scheff, Apache-2.0; ToonHead by Johan Melin, CC BY 4.0, both
        changed: data/README.md.
    """
    num = checks.at_least(1, num=num)
    checks.one_of(FACE_SIZES, size=size)
    checks.one_of(FACE_STYLES, style=style)
    streams = _Streams(checks.seed(seed=seed), num)
    labels = _labels(streams, style, attributes)
    atlas = _atlas(style, max(size, 64))
    choices = _CHOICES[style](atlas, streams, labels)
    images = _composed(atlas, choices, _colours(streams, labels))
    return (shrunk(images, 32) if size == 32 else images), labels


def twins(num, attribute, size=64, style="facesjs", seed=0, **attributes):
    """The same faces with each value of one attribute, and nothing else changed.

    Args:
        num: Integer >= 1, faces.
        attribute: String, the attribute of `FACE_ATTRIBUTES` that takes each of its values.
        size: 32, 64 or 128.
        style: "facesjs" or "toon".
        seed: Integer >= 0.
        **attributes: Fixes other attributes, as for `faces`.

    Returns:
        `(images, labels)`: float32 array `(num_values, num, size, size, 3)` in [-1, 1], and a
        dictionary of int64 arrays `(num_values, num)`.

    Raises:
        ValueError: As `faces`, or if the attribute is fixed as well.

    Example:
    ```python
    (serious, smiling), labels = data.twins(100, "smiling")
    ```
    """
    _check_attributes(style, {attribute: 0})
    if attribute in attributes:
        raise ValueError(
            f"{attribute} takes each of its values in turn, so it cannot be fixed. "
            f"Received: {attribute}={attributes[attribute]!r}"
        )
    pairs = [
        faces(num, size, style, seed, **attributes, **{attribute: value})
        for value in range(len(FACE_ATTRIBUTES[attribute]))
    ]
    images, labels = zip(*pairs, strict=True)
    return np.stack(images), {name: np.stack([each[name] for each in labels]) for name in labels[0]}


def captions(labels):
    """A sentence for each face, which names all that the labels say of it.

    Args:
        labels: Dictionary of integer arrays `(num,)`, as `faces` returns them.

    Returns:
        List of strings, such as "smiling, long red hair, tan skin, glasses".

    Raises:
        ValueError: If labels of hair, skin or mouth are missing.
    """
    needed = ("smiling", "long_hair", "hair_colour", "skin_colour")
    missing = [name for name in needed if name not in labels]
    if missing:
        raise ValueError(
            f"labels must be those of gan_tf.data.faces. They lack: {', '.join(missing)}"
        )
    rows = zip(*(np.asarray(labels[name]).tolist() for name in labels), strict=True)
    return [_caption(dict(zip(labels, row, strict=True))) for row in rows]


# Helpers: labels and the other properties of a face.


class _Streams(NamedTuple):
    """Random numbers by name: what one name gives does not depend on the others, nor on `num`."""

    seed: int
    num: int

    def generator(self, name):
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    def uniform(self, name):
        """Float64 array `(num,)` in [0, 1)."""
        return self.generator(name).random(self.num)

    def below(self, count, name):
        """Int64 array `(num,)`, each integer below `count` equally likely."""
        return (count * self.uniform(name)).astype("int64")


def _labels(streams, style, attributes):
    _check_attributes(style, attributes)
    labels = {}
    for name, values in FACE_ATTRIBUTES.items():
        if style == "toon" and name == "hat":
            continue
        if name in attributes:
            labels[name] = _fixed(name, attributes[name], streams.num)
        elif name in FACE_SHARES:
            labels[name] = (streams.uniform(name) < FACE_SHARES[name]).astype("int64")
        else:
            labels[name] = streams.below(len(values), name)
    return labels


def _check_attributes(style, attributes):
    known = [name for name in FACE_ATTRIBUTES if not (style == "toon" and name == "hat")]
    unknown = sorted(set(attributes) - set(known))
    if unknown:
        raise ValueError(
            f"Faces of style {style!r} have the attributes {', '.join(known)}. "
            f"Received: {', '.join(unknown)}"
        )


def _fixed(name, value, num):
    """The labels `(num,)` that a caller asks for, from an index, a name, a flag or an array."""
    names = FACE_ATTRIBUTES[name]
    if isinstance(value, str):
        checks.one_of(names, **{name: value})
        value = names.index(value)
    array = np.asarray(value)
    is_right = array.dtype.kind in "iub" and array.shape in ((), (num,))
    if not is_right or np.any((array < 0) | (array >= len(names))):
        expected = f"one of {', '.join(names)}, an integer below {len(names)}, or {num} of them"
        raise checks.argument_error(name, value, expected)
    return np.broadcast_to(array.astype("int64"), (num,)).copy()


def _colours(streams, labels):
    """Colours of hair, skin and clothes, float32 `(num, 3)` in 0 to 255, near their palettes."""
    index = {
        "skin": labels["skin_colour"],
        "hair": labels["hair_colour"],
        "clothes": streams.below(len(_PALETTES["clothes"]), "colour of clothes"),
    }
    colours = {}
    for name, palette in _PALETTES.items():
        values = np.array([list(bytes.fromhex(code)) for code in palette], "float64")
        noise = streams.generator(f"shade of {name}").normal(0, _JITTER, (streams.num, 3))
        colours[name] = (values[index[name]] + noise).clip(0, 255).astype("float32")
    return colours


# Helpers: which part of each kind a face has, as a triple of id, width and variant; -1 is none.


def _facesjs_choices(atlas, streams, labels):
    width = streams.below(3, "width")
    hat, long_hair = labels["hat"] == 1, labels["long_hair"] == 1
    choices = {kind: atlas.drawn(streams, kind, width) for kind in atlas.parts}
    choices["mouth"] = _mouths(atlas, streams, labels, width, "facesjs")
    long_ids = [i for i, name in enumerate(atlas.names["hair"]) if name.startswith("female")]
    short_ids = [i for i in range(len(atlas.names["hair"])) if i not in long_ids]
    long, short = (
        atlas.drawn(streams, "hair", width, ids, f"{name} hair")
        for name, ids in (("long", long_ids), ("short", short_ids))
    )
    under_hat = short.copy()
    under_hat[:, 0] = atlas.names["hair"].index("short")
    choices["hair"] = np.where(long_hair[:, np.newaxis], long, short)
    choices["hair"][hat] = np.where(long_hair[:, np.newaxis], -1, under_hat)[hat]
    _leave_out(choices, "hairBg", ~long_hair)
    _leave_out(choices, "facialHair", labels["beard"] == 0)
    _leave_out(choices, "glasses", labels["glasses"] == 0)
    _leave_out(choices, "accessories", ~hat)
    _leave_out(choices, "eyeLine", streams.uniform("has eyeLine") < 0.5)
    _leave_out(choices, "smileLine", streams.uniform("has smileLine") < 0.7)
    return choices


def _toon_choices(atlas, streams, labels):
    width = np.zeros(streams.num, "int64")
    choices = {kind: atlas.drawn(streams, kind, width) for kind in atlas.parts}
    choices["mouth"] = _mouths(atlas, streams, labels, width, "toon")
    _leave_out(choices, "rearHair", labels["long_hair"] == 0)
    _leave_out(choices, "beard", labels["beard"] == 0)
    _leave_out(choices, "glasses", labels["glasses"] == 0)
    return choices


_CHOICES = {"facesjs": _facesjs_choices, "toon": _toon_choices}


def _mouths(atlas, streams, labels, width, style):
    smiles = [atlas.names["mouth"].index(name) for name in _SMILES[style]]
    others = [i for i in range(len(atlas.names["mouth"])) if i not in smiles]
    smile, other = (
        atlas.drawn(streams, "mouth", width, ids, f"{name} mouth")
        for name, ids in (("smiling", smiles), ("other", others))
    )
    return np.where(labels["smiling"][:, np.newaxis] == 1, smile, other)


def _leave_out(choices, kind, rows):
    choices[kind][rows] = -1


def _caption(label):
    length, colour = FACE_ATTRIBUTES["long_hair"][label["long_hair"]].split()[0], "hair_colour"
    parts = [
        FACE_ATTRIBUTES["smiling"][label["smiling"]],
        f"{length} {FACE_ATTRIBUTES[colour][label[colour]]} hair",
        f"{FACE_ATTRIBUTES['skin_colour'][label['skin_colour']]} skin",
        *(name for name in ("glasses", "beard", "hat") if label.get(name)),
    ]
    return ", ".join(parts)


# Helpers: laying parts over each other.


class _Atlas(NamedTuple):
    """The parts of one style and size.

    Attributes:
        size: Integer, height and width of a face.
        tints: Dictionary from the kinds, back to front, to the colour that each takes, or None.
        parts: Dictionary from kinds to float32 arrays `(ids, widths, variants, 5, height, width)`:
            red, green and blue in 0 to 255, premultiplied; what is kept of the picture below, and
            the share of the colour, both in 0 to 1.
        boxes: Dictionary from kinds to `(top, bottom, left, right)` in the face.
        names: Dictionary from kinds to lists of the parts' names.
    """

    size: int
    tints: dict
    parts: dict
    boxes: dict
    names: dict

    def drawn(self, streams, kind, width, ids=None, name=None):
        """Which part, width and variant each face has: int64 `(num, 3)`."""
        name = name or kind
        num_ids, num_widths, num_variants = self.parts[kind].shape[:3]
        ids = np.arange(num_ids) if ids is None else np.asarray(ids)
        chosen = ids[streams.below(len(ids), f"part of {name}")]
        variant = streams.below(num_variants, f"variant of {name}")
        return np.stack([chosen, np.minimum(width, num_widths - 1), variant], axis=1)


@functools.lru_cache
def _atlas(style, size):
    name = f"{_FILES[style]}_{size}.npz"
    arrays = embedded_arrays(name, _SHA256[name])
    tints = _LAYERS[style]
    return _Atlas(
        size,
        tints,
        {kind: _as_it_is_laid(arrays[kind]) for kind in tints},
        {kind: tuple(map(int, arrays[f"{kind}_box"])) for kind in tints},
        {kind: arrays[f"{kind}_names"].tolist() for kind in tints},
    )


def _as_it_is_laid(parts):
    parts = parts.astype("float32")
    parts[..., 3, :, :] = 255 - parts[..., 3, :, :]  # coverage becomes what is kept
    parts[..., 3:, :, :] /= 255
    return parts


def _composed(atlas, choices, colours):
    """Faces in [-1, 1] whose colours are bytes, float32 `(num, size, size, 3)`."""
    num = len(colours["skin"])
    images = np.empty((num, atlas.size, atlas.size, 3), "float32")
    for first in range(0, num, _CHUNK):
        chunk = slice(first, first + _CHUNK)
        # Channels stand first here, so that NumPy's innermost loop runs along a row of pixels.
        pictures = np.empty((len(images[chunk]), 3, atlas.size, atlas.size), "float32")
        pictures[:] = _BACKGROUND
        for kind, tint in atlas.tints.items():
            colour = colours[tint][chunk] if tint else None
            _lay(pictures, atlas, kind, choices[kind][chunk], colour)
        images[chunk] = np.rint(pictures).clip(0, 255).transpose(0, 2, 3, 1)
    images /= 127.5
    images -= 1
    return images


def _lay(pictures, atlas, kind, choice, colour):
    """Lays one kind of part over pictures: picture * (1 - coverage) + part + share * colour."""
    rows = np.flatnonzero(choice[:, 0] >= 0)
    if not len(rows):
        return
    top, bottom, left, right = atlas.boxes[kind]
    part = atlas.parts[kind][tuple(choice[rows].T)]  # (rows, 5, height, width)
    laid = pictures[rows, :, top:bottom, left:right]
    laid *= part[:, 3:4]
    laid += part[:, :3]
    if colour is not None:
        laid += part[:, 4:] * colour[rows, :, np.newaxis, np.newaxis]
    pictures[rows, :, top:bottom, left:right] = laid
