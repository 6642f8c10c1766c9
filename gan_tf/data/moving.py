"""Pictures that move: a dot whose next step nobody can know."""

from gan_tf import checks
import numpy as np


def moving_dot(num_samples, size=16, num_frames=4, dot_size=2, jump=3, seed=None):
    """A dot that crosses the picture from left to right and then leaves its line, up or down.

    In the frames that are given it moves one pixel to the right each time, in a row at random. In
    the next one it has moved on and stands `jump` pixels higher or lower, both equally likely, and
    nothing before says which. The best guess in mean squared error is two dots, each half as
    bright.

    Args:
        num_samples: Integer >= 1.
        size: Integer, height and width; at least what the dot needs for its way.
        num_frames: Integer >= 1, frames that are given.
        dot_size: Integer >= 1, height and width of the dot.
        jump: Integer >= `dot_size`, so that the two futures do not overlap.
        seed: Integer >= 0 for the same frames each time, or None.

    Returns:
        Dictionary of float32 arrays in [-1, 1], -1 being the ground: "frames" `(num_samples, size,
        size, num_frames)`, the oldest first, and "images" `(num_samples, size, size, 1)`, the next.

    Raises:
        ValueError: If an argument is out of range.
    """
    num_samples, num_frames, dot_size = checks.at_least(
        1, num_samples=num_samples, num_frames=num_frames, dot_size=dot_size
    )
    jump = checks.at_least(dot_size, jump=jump)
    size = checks.at_least(dot_size + max(num_frames, 2 * jump), size=size)
    rng = np.random.default_rng(checks.seed_or_none(seed=seed))
    rows = rng.integers(jump, size - dot_size - jump + 1, num_samples)
    columns = rng.integers(0, size - dot_size - num_frames + 1, num_samples)
    movie = [_dots(rows, columns + time, size, dot_size) for time in range(num_frames)]
    futures = rows + jump * rng.choice([-1, 1], num_samples)
    images = _dots(futures, columns + num_frames, size, dot_size)
    return {"frames": np.stack(movie, axis=-1), "images": images[..., np.newaxis]}


def _dots(rows, columns, size, dot_size):
    """Pictures `(num_samples, size, size)` of one dot each, with its upper left corner given."""
    places = np.arange(size)
    in_rows, in_columns = (
        (places >= first[:, np.newaxis]) & (places < first[:, np.newaxis] + dot_size)
        for first in (rows, columns)
    )
    return np.where(in_rows[:, :, np.newaxis] & in_columns[:, np.newaxis], 1.0, -1.0).astype(
        "float32"
    )
