"""Eight photographs in colour, for transfer of styles and as pictures that no network has seen."""

import io

from gan_tf import checks
from gan_tf.data.embedded import embedded_content
import numpy as np
from PIL import Image

_SCIKIT_IMAGE = "scikit-image 0.26.0"
_LOMIRI = "Debian's lomiri-wallpapers-16.04 20.04.0-2"
# Of each photograph its author, its licence, and the package that it comes from.
PHOTOGRAPH_CREDITS = {
    "aitzgorri": ("Aitzol Berasategi", "CC BY 4.0", _LOMIRI),
    "astronaut": ("NASA", "public domain", _SCIKIT_IMAGE),
    "chelsea": ("Stefan van der Walt", "CC0 1.0", _SCIKIT_IMAGE),
    "coffee": ("Rachel Michetti", "CC0 1.0", _SCIKIT_IMAGE),
    "hubble_deep_field": ("NASA", "public domain", _SCIKIT_IMAGE),
    "picosdeeuropa": ("Aitzol Berasategi", "CC BY 4.0", _LOMIRI),
    "rocket": ("SpaceX", "public domain", _SCIKIT_IMAGE),
    "seeding": ("Clemens Engelhardt", "CC0 1.0", _LOMIRI),
}

_LARGEST, _SMALLEST = 512, 16
_SHA256 = {
    "aitzgorri": "e8cf792b6eb659a7ba27d372f51d06fbe6bd852d777b21cd20302afbfbec377d",
    "astronaut": "5307ee70b71e2b9592dcd1a527b39c4388b70615454a600dbac8bd967df18384",
    "chelsea": "e95375848355145da6ca546de9ac64af9f2eeece928ec408b7a53c7c5251ddbe",
    "coffee": "d4c78ba72b0bf6338bd30089904a8ff8c995c3baeee526082df196c467f06fc4",
    "hubble_deep_field": "3dc774e4f0694633583a5313c25ac99849272092bebbee0b7e9d187c77f60c42",
    "picosdeeuropa": "1e8a2e477aa6489f02d28da5b12c9e0b19901dba65e49015ffce334d1d1d8f18",
    "rocket": "bd20ea9cebd92ce86aeccb47dbf2f656c8e4372d5a04a0f8c104ee1987c5f84d",
    "seeding": "bf24103a98b0dde365646d66606656c3baaa39f2f4bdc8482d97f09391982c03",
}


def photographs(size=None):
    """Photographs of people, animals, things, mountains and galaxies, by name.

    Args:
        size: Integer from 16 to 512, to which the longer side is resized. By default the
            photographs keep the size at which they are stored: the longer side has 512 pixels,
            that of the cat "chelsea" 451.

    Returns:
        Dictionary from names, those of `PHOTOGRAPH_CREDITS`, to float32 arrays
        `(height, width, 3)` in [-1, 1]. Heights and widths differ.

    Raises:
        ValueError: If `size` is out of range, or a file is damaged.
        OSError: If a file is absent.

    Reference:
        `PHOTOGRAPH_CREDITS` names the author, the licence and the source of each: CC0, public
        domain, and CC BY 4.0 for two. All are made smaller: data/README.md.
    """
    if size is not None:
        size = checks.between(_SMALLEST, _LARGEST, size=size)
    return {name: _photograph(name, size) for name in PHOTOGRAPH_CREDITS}


# Helpers.


def _photograph(name, size):
    content = embedded_content(f"photographs/{name}.jpg", _SHA256[name])
    with Image.open(io.BytesIO(content)) as picture:
        resized = picture if size is None else _resized(picture, size)
        return (np.asarray(resized) / 127.5 - 1).astype("float32")


def _resized(picture, size):
    """The picture with a longer side of `size` pixels; the other is rounded."""
    factor = size / max(picture.size)
    sides = tuple(max(1, round(factor * side)) for side in picture.size)
    return picture.resize(sides, Image.Resampling.LANCZOS)
