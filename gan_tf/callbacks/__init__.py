"""What watches a run: samples while it trains, a running average, and a guard against NaN.

Also a score in the logs, which finds the best generator, and a doctor that names what goes wrong.
"""

import gan_tf.prepared  # noqa: F401
from gan_tf.callbacks.average import GeneratorAverage
from gan_tf.callbacks.diagnosis import Finding, TrainingDoctor
from gan_tf.callbacks.guard import StopOnNaN
from gan_tf.callbacks.samples import SampleImages
from gan_tf.callbacks.score import Score

__all__ = [
    "Finding",
    "GeneratorAverage",
    "SampleImages",
    "Score",
    "StopOnNaN",
    "TrainingDoctor",
]
