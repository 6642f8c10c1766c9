"""Melodies made by rule, as pictures of notes, and what they sound like."""

from gan_tf import checks
import numpy as np

MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
_TONIC = 60  # the number of the middle C, where A above it is 69


def melodies(num_samples, num_steps=16, num_pitches=24, scale=MAJOR_SCALE, seed=None):
    """Pairs of a bar and the one that follows it, in a scale and by rules that are known.

    A bar has one note at each step, and each note is held for two steps. From note to note the
    melody goes up or down by one or two degrees of the scale, or stays. It goes on across the bar
    line by the same rule, and turns back at the highest and the lowest pitch.

    Args:
        num_samples: Integer >= 1.
        num_steps: Integer >= 2 and even, steps of a bar.
        num_pitches: Integer >= 1, semitones from the lowest pitch on, which is the scale's first.
        scale: Tuple of different integers from 0 to 11, semitones above its first note.
        seed: Integer >= 0 for the same melodies each time, or None.

    Returns:
        Dictionary of float32 arrays `(num_samples, num_steps, num_pitches, 1)`: "previous", and
        "images", the bars that follow; 1 where a note sounds, -1 elsewhere.

    Raises:
        ValueError: If an argument is out of range, or fewer than 4 pitches lie in the scale.
    """
    num_samples = checks.at_least(1, num_samples=num_samples)
    num_steps = checks.at_least(2, num_steps=num_steps)
    if num_steps % 2:
        raise checks.argument_error("num_steps", num_steps, "even, as notes are held for two steps")
    pitches = scale_pitches(num_pitches, scale)
    if len(pitches) < 4:
        raise checks.argument_error("num_pitches", num_pitches, "enough for 4 notes of the scale")
    rng = np.random.default_rng(checks.seed_or_none(seed=seed))
    highest = len(pitches) - 1
    degrees = np.empty((num_samples, num_steps), int)  # of the notes of two bars
    degrees[:, 0] = rng.integers(0, highest + 1, num_samples)
    for place, moves in enumerate(rng.integers(-2, 3, (num_steps - 1, num_samples)), 1):
        reached = degrees[:, place - 1] + moves
        turned = (reached < 0) | (reached > highest)
        degrees[:, place] = np.where(turned, degrees[:, place - 1] - moves, reached)
    notes = np.repeat(pitches[degrees], 2, axis=1)  # (num_samples, 2 * num_steps)
    bars = np.where(notes[..., np.newaxis] == np.arange(num_pitches), 1.0, -1.0)
    previous, images = np.split(bars[..., np.newaxis].astype("float32"), 2, axis=1)
    return {"previous": previous, "images": images}


def scale_pitches(num_pitches, scale=MAJOR_SCALE):
    """The rows of a bar that lie in a scale, int64 array; `melodies` says what the arguments are.

    Raises:
        ValueError: If an argument is out of range.
    """
    num_pitches = checks.at_least(1, num_pitches=num_pitches)
    scale = checks.different_integers(0, 11, scale=scale)
    return np.flatnonzero(np.isin(np.arange(num_pitches) % 12, scale))


def bar_audio(bars, sample_rate=8_000, seconds_per_step=0.125, tonic=_TONIC):
    """What bars sound like, one after the other: sine waves, for `IPython.display.Audio`.

    ```python
    IPython.display.Audio(bar_audio(bars), rate=8_000)
    ```

    All notes of a step above 0 sound together. A note that is held sounds on without a break; each
    note begins and ends softly, within a hundredth of a second.

    Args:
        bars: Array `(num_bars, num_steps, num_pitches, 1)` in [-1, 1], or one such bar.
        sample_rate: Integer >= 1, samples of sound in a second.
        seconds_per_step: Float > 0.
        tonic: Integer, number of the lowest pitch; 69 is A, of 440 Hz, and 60 the middle C.

    Returns:
        Float32 array `(num_samples,)` in [-1, 1].

    Raises:
        ValueError: If the bars have another shape, or a number is out of range.
    """
    bars = np.asarray(bars)
    bars = bars[np.newaxis] if bars.ndim == 3 else bars
    bars = checks.one_channel_array(("num_bars", "num_steps", "num_pitches"), bars=bars)
    sample_rate = checks.at_least(1, sample_rate=sample_rate)
    length = round(sample_rate * checks.positive(seconds_per_step=seconds_per_step))
    if length < 1:
        raise checks.argument_error("seconds_per_step", seconds_per_step, "at least one sample")
    sounds = bars.reshape(-1, bars.shape[2]) > 0  # (steps, pitches)
    times = np.arange(len(sounds) * length) / sample_rate
    wave = np.zeros(len(times))
    for pitch in np.flatnonzero(sounds.any(axis=0)):
        loudness = _softened(np.repeat(sounds[:, pitch], length), sample_rate // 100)
        frequency = 440 * 2 ** ((checks.number(tonic=tonic) + pitch - 69) / 12)
        wave += loudness * np.sin(2 * np.pi * frequency * times)
    return (wave / max(sounds.sum(axis=1).max(), 1)).astype("float32")


def _softened(is_on, width):
    """Loudness from 0 to 1 that rises and falls within so many samples, where a note is on."""
    places = np.arange(len(is_on))
    since = places - np.maximum.accumulate(np.where(is_on, -1, places))  # the last silence
    until = np.minimum.accumulate(np.where(is_on, len(is_on), places)[::-1])[::-1] - places
    return np.clip(np.minimum(since, until) / max(width, 1), 0.0, 1.0)
