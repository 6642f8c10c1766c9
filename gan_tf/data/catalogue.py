"""All data sets of images by name: what they hold, where they come from, and their images."""

from typing import NamedTuple

from gan_tf import checks
from gan_tf.data.earth import earth_pairs, earth_places
from gan_tf.data.embedded import embedded_path
from gan_tf.data.emoji import emoji
from gan_tf.data.faces import faces
from gan_tf.data.fashion_mnist import find_fashion_mnist, load_fashion_mnist
from gan_tf.data.sizes import enlarged, padded, shrunk
import numpy as np

SPLITS = ("train", "test")
NUM_FACES = 10_000  # of a split, unless another number is asked for
FACE_SEEDS = {"train": 0, "test": 1_000_003}
LUMINANCE = (0.299, 0.587, 0.114)  # of red, green and blue, ITU-R BT.601


class DataSet(NamedTuple):
    """A data set of images that a recipe can train on.

    Attributes:
        name: String, by which the command line knows it.
        content: String, what the images show.
        counts: String, how many images there are to train and to test with at the smallest size.
        sizes: Tuple of integers, heights and widths in which the images are stored.
        channels: 1 for grey images, 3 for colours.
        licence: String, the licence's short name.
        source: String, who made the images.
        files: Tuple of names of embedded files, of which the first is shown.
        load: Function from a size of `sizes`, a split, a number of images or None, and a seed to
            float32 images in [-1, 1].
    """

    name: str
    content: str
    counts: str
    sizes: tuple
    channels: int
    licence: str
    source: str
    files: tuple
    load: object

    def counted(self):
        """String, how many images there are on this machine to train and to test with."""
        is_embedded = self.name == "fashion_mnist" and find_fashion_mnist()[0] == "embedded"
        return "10,000 + 2,000" if is_embedded else self.counts

    def where(self):
        """String, where the images would be taken from now."""
        if self.name == "fashion_mnist":
            return "{1} ({0})".format(*find_fashion_mnist())
        return str(embedded_path(self.files[0]))


def load_images(name, size=None, channels=None, split="train", num=None, seed=0):
    """Images of a data set of the course, by its name.

    Args:
        name: One of `DATA_SETS`.
        size: Integer, height and width; by default the one at which the images are stored, 64
            where there are several. Images are shrunk by means of squares of pixels, or enlarged
            by doubling pixels. Garments, 28 pixels high, get a black border of 2 first.
        channels: 1 for grey, 3 for colours; by default as the images are.
        split: "train" or "test".
        num: Integer >= 1, how many at most; by default all, and 10,000 faces.
        seed: Integer >= 0, draws faces, and chooses where `num` is less than all.

    Returns:
        Float32 array `(num_images, size, size, channels)` in [-1, 1].

    Raises:
        ValueError: If an argument is out of range, or the size is none of those that halving and
            doubling leads to.
    """
    checks.one_of(tuple(DATA_SETS), data=name)
    checks.one_of(SPLITS, split=split)
    seed, num = checks.seed(seed=seed), checks.at_least_or_none(1, num=num)
    one = DATA_SETS[name]
    channels = checks.one_of((1, 3), channels=one.channels if channels is None else channels)
    if size is None:
        size = 64 if 64 in one.sizes else one.sizes[0]
    checks.one_of(_possible_sizes(one), size=size)
    stored = size if size in one.sizes else min(one.sizes, key=lambda s: (s < size, abs(s - size)))
    images = one.load(stored, split, num, seed)
    return with_channels(_at_size(images, size), channels)


def with_channels(images, channels):
    """Grey images as colours, or colours as grey.

    Args:
        images: Float array `(num_images, height, width, 1 or 3)`.
        channels: 1 or 3. Grey is the luminance of ITU-R BT.601.

    Returns:
        Float array `(num_images, height, width, channels)`.

    Raises:
        ValueError: If `channels`, or that of the images, is another number.
    """
    checks.one_of((1, 3), channels=channels, channels_of_images=np.shape(images)[-1])
    if images.shape[-1] == channels:
        return images
    if channels == 3:
        return np.repeat(images, 3, axis=-1)
    return (images @ np.array(LUMINANCE, images.dtype))[..., np.newaxis]


# Helpers.


def _possible_sizes(one):
    if one.name == "fashion_mnist":
        return (28, 32, 64, 128)
    return tuple(size for size in (16, 32, 64, 128, 256) if size <= 2 * max(one.sizes))


def _at_size(images, size):
    if images.shape[1] == 28 and size != 28:
        images = padded(images, 32)
    if images.shape[1] > size:
        return shrunk(images, size)
    return enlarged(images, size)


def _some(images, num, seed):
    """`num` images in random order, or all in the order of the array."""
    if num is None or num >= len(images):
        return images
    return images[np.random.default_rng(seed).permutation(len(images))[:num]]


def _garments(size, split, num, seed):
    (train, _), (test, _) = load_fashion_mnist(verbose=False)
    return _some(train if split == "train" else test, num, seed)


def _faces(style):
    return lambda size, split, num, seed: faces(
        num or NUM_FACES, size, style, seed + FACE_SEEDS[split]
    )[0]


def _earth(which):
    def load(size, split, num, seed):
        if num is not None and num >= len(earth_places(size, split)):
            num = None
        return earth_pairs(size, split, num, seed)[which]

    return load


def _emoji(style):
    return lambda size, split, num, seed: _some(emoji(style, split)[0], num, seed)


DATA_SETS = {
    one.name: one
    for one in (
        DataSet(
            name="fashion_mnist",
            content="garments, ten classes",
            counts="60,000 + 10,000",
            sizes=(28,),
            channels=1,
            licence="MIT",
            source="Zalando Research",
            files=("fashion_mnist_subset.npz",),
            load=_garments,
        ),
        DataSet(
            name="faces",
            content="cartoon faces, seven attributes",
            counts="as many as you like",
            sizes=(32, 64, 128),
            channels=3,
            licence="Apache-2.0",
            source="facesjs, Jeremy Scheff",
            files=("faces_64.npz", "faces_128.npz"),
            load=_faces("facesjs"),
        ),
        DataSet(
            name="toon_faces",
            content="the same in another hand",
            counts="as many as you like",
            sizes=(32, 64, 128),
            channels=3,
            licence="CC BY 4.0",
            source="ToonHead, Johan Melin",
            files=("toon_faces_64.npz", "toon_faces_128.npz"),
            load=_faces("toon"),
        ),
        DataSet(
            name="earth",
            content="satellite photographs",
            counts="8,384 + 3,134",
            sizes=(32, 64, 128),
            channels=3,
            licence="MIT",
            source="NASA Blue Marble",
            files=("earth_photograph.jpg",),
            load=_earth(1),
        ),
        DataSet(
            name="relief",
            content="relief maps of the same places",
            counts="8,384 + 3,134",
            sizes=(32, 64, 128),
            channels=3,
            licence="MIT",
            source="Natural Earth",
            files=("earth_relief.jpg",),
            load=_earth(0),
        ),
        *(
            DataSet(
                name=f"emoji_{style}",
                content="emoji, the same in four styles",
                counts="1,361 + 200",
                sizes=(32, 64),
                channels=3,
                licence=licence,
                source=source,
                files=("emoji.npz",),
                load=_emoji(style),
            )
            for style, licence, source in (
                ("fluent_3d", "MIT", "Microsoft, LobeHub"),
                ("fluent_flat", "MIT", "Microsoft"),
                ("noto", "Apache-2.0", "Google"),
                ("twemoji", "CC BY 4.0", "Twitter"),
            )
        ),
    )
}


def catalogue_table():
    """All data sets in lines of text: what they hold, how many, in which sizes, whose they are.

    Returns:
        String.
    """
    head = ("name", "images", "train + test", "sizes", "licence", "by")
    rows = [
        (
            one.name,
            one.content,
            one.counted(),
            " ".join(map(str, one.sizes)),
            one.licence,
            one.source,
        )
        for one in DATA_SETS.values()
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in (head, *rows)]
    places = [f"{one.name.ljust(widths[0])}  {one.where()}" for one in DATA_SETS.values()]
    others = (
        "Not to train on: data.photographs(), data.words(), and points in "
        "the plane: data.circle, ring, grid, swiss_roll."
    )
    return "\n".join([*lines, "", "Where each would be taken from:", *places, "", others])
