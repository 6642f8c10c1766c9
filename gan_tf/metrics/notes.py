"""Whether bars of notes keep to a scale."""

from gan_tf import checks
import numpy as np


def in_scale_share(bars, scale=(0, 2, 4, 5, 7, 9, 11)):
    """Share of the notes in bars that lie in a scale; silence is no note.

    Args:
        bars: Array `(num_bars, num_steps, num_pitches, 1)`: a note sounds where it is above 0. The
            lowest pitch is the first note of the scale.
        scale: Tuple of different integers from 0 to 11, semitones above its first note; by default
            the major scale.

    Returns:
        Float in [0, 1]; NaN if there is no note at all.

    Raises:
        ValueError: If the bars have another shape, or the scale is none.
    """
    bars = checks.one_channel_array(("num_bars", "num_steps", "num_pitches"), bars=bars)
    scale = checks.different_integers(0, 11, scale=scale)
    pitches = np.nonzero(bars > 0)[2]
    return float(np.mean(np.isin(pitches % 12, scale))) if len(pitches) else float("nan")
