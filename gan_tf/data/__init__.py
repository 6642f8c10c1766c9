"""Datasets as arrays and as tf.data pipelines, images in [-1, 1]; nothing else scales pixels."""

import gan_tf.prepared  # noqa: F401
from gan_tf.data.catalogue import (
    DATA_SETS,
    DataSet,
    catalogue_table,
    load_images,
    with_channels,
)
from gan_tf.data.chains import (
    cross_entropy_rate,
    markov_chain,
    markov_nll,
    stationary_distribution,
    transition_divergence,
    transition_table,
)
from gan_tf.data.earth import EARTH_SIZES, earth_pairs, earth_places
from gan_tf.data.emoji import EMOJI_CATEGORIES, EMOJI_SIZES, EMOJI_STYLES, emoji
from gan_tf.data.faces import (
    FACE_ATTRIBUTES,
    FACE_SHARES,
    FACE_SIZES,
    FACE_STYLES,
    captions,
    faces,
    twins,
)
from gan_tf.data.fashion_mnist import (
    CLASS_NAMES,
    DEBIAN_FOLDER,
    DOWNLOAD_TIMEOUT,
    DOWNLOAD_URL,
    EMBEDDED_SHA256,
    IDX_SHAPES,
    NPZ_KEYS,
    find_fashion_mnist,
    load_fashion_mnist,
    read_idx,
)
from gan_tf.data.files import ImageFolder, image_batches, load_folder
from gan_tf.data.melodies import MAJOR_SCALE, bar_audio, melodies, scale_pitches
from gan_tf.data.moving import moving_dot
from gan_tf.data.pairs import PairFolder
from gan_tf.data.photographs import PHOTOGRAPH_CREDITS, photographs
from gan_tf.data.pictures import read_picture
from gan_tf.data.pipeline import batches, capped, few_labels
from gan_tf.data.points import (
    circle,
    grid,
    grid_centres,
    ring,
    ring_centres,
    swiss_roll,
    truncated_normal,
)
from gan_tf.data.sizes import cropped, enlarged, padded, shrunk
from gan_tf.data.text import bag_of_words, vocabulary
from gan_tf.data.words import words

__all__ = [
    "CLASS_NAMES",
    "DATA_SETS",
    "DEBIAN_FOLDER",
    "DOWNLOAD_TIMEOUT",
    "DOWNLOAD_URL",
    "DataSet",
    "EARTH_SIZES",
    "EMBEDDED_SHA256",
    "EMOJI_CATEGORIES",
    "EMOJI_SIZES",
    "EMOJI_STYLES",
    "FACE_ATTRIBUTES",
    "FACE_SHARES",
    "FACE_SIZES",
    "FACE_STYLES",
    "IDX_SHAPES",
    "ImageFolder",
    "MAJOR_SCALE",
    "NPZ_KEYS",
    "PHOTOGRAPH_CREDITS",
    "PairFolder",
    "bar_audio",
    "bag_of_words",
    "batches",
    "capped",
    "captions",
    "catalogue_table",
    "circle",
    "cropped",
    "cross_entropy_rate",
    "earth_pairs",
    "earth_places",
    "emoji",
    "enlarged",
    "faces",
    "few_labels",
    "find_fashion_mnist",
    "grid",
    "grid_centres",
    "image_batches",
    "load_fashion_mnist",
    "load_folder",
    "load_images",
    "markov_chain",
    "markov_nll",
    "melodies",
    "moving_dot",
    "padded",
    "photographs",
    "read_idx",
    "read_picture",
    "ring",
    "ring_centres",
    "scale_pitches",
    "shrunk",
    "stationary_distribution",
    "swiss_roll",
    "transition_divergence",
    "transition_table",
    "truncated_normal",
    "twins",
    "vocabulary",
    "with_channels",
    "words",
]
