"""Captions as numbers: which words they have, and how often."""

import re

import numpy as np


def vocabulary(captions):
    """The words of captions, each once.

    Args:
        captions: List of strings, such as `captions` gives.

    Returns:
        List of strings in small letters, sorted.

    Raises:
        ValueError: If the captions are no list of strings, or hold no word.
    """
    found = sorted({word for caption in _checked(captions) for word in _words(caption)})
    if not found:
        raise ValueError(f"captions must hold at least one word. Received: {list(captions)[:3]}")
    return found


def bag_of_words(captions, words):
    """How often each word stands in each caption; their order is forgotten.

    Small and capital letters are the same, and all but letters only parts words.

    Args:
        captions: List of strings.
        words: List of strings, such as `vocabulary` gives.

    Returns:
        Float32 array `(num_captions, num_words)`, counts in the order of `words`.

    Raises:
        ValueError: If a caption has a word that is not among them.

    Example:
    ```python
    words = data.vocabulary(captions)
    bags = data.bag_of_words(["smiling, long red hair, tan skin, glasses"], words)
    ```
    """
    places = {word: place for place, word in enumerate(words)}
    bags = np.zeros((len(_checked(captions)), len(places)), "float32")
    for bag, caption in zip(bags, captions, strict=True):
        unknown = sorted({word for word in _words(caption) if word not in places})
        if unknown:
            raise ValueError(
                f"The words must be among these: {', '.join(places)}. "
                f"Received: {', '.join(unknown)}, in {caption!r}"
            )
        np.add.at(bag, [places[word] for word in _words(caption)], 1)
    return bags


def _words(caption):
    return re.findall(r"[^\W\d_]+", caption.lower())


def _checked(captions):
    is_list = isinstance(captions, (list, tuple, np.ndarray))
    if not is_list or not all(isinstance(caption, str) for caption in captions):
        raise ValueError(
            'captions must be a list of strings; a single one stands in a list too: ["smiling"]. '
            f"Received: {captions!r}"
        )
    return captions
