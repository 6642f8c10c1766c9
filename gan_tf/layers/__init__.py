"""Layers that Keras lacks.

A layer that looks across the batch says `is_per_example = False`. `GAN` then scores real and fake
images separately.
"""

import gan_tf.prepared  # noqa: F401
from gan_tf.layers.attention import SelfAttention
from gan_tf.layers.augmentation import AdaptiveAugment, DiffAugment
from gan_tf.layers.batch import MinibatchDiscrimination, MinibatchStdDev, Packing
from gan_tf.layers.conditional import (
    ClassPlanes,
    ClassProjection,
    ConditionalBatchNormalization,
    ConditioningAugmentation,
    set_standing_statistics,
)
from gan_tf.layers.equalized import EqualizedConv2D, EqualizedDense
from gan_tf.layers.growing import FadeIn
from gan_tf.layers.mixing import FreshLatents, StyleMixing, Truncation
from gan_tf.layers.normalization import (
    PixelNormalization,
    ReferenceBatch,
    SpectralNormalization,
    VirtualBatchNormalization,
    WithoutReference,
)
from gan_tf.layers.replay import ExperienceReplay, ImagePool
from gan_tf.layers.resampling import Blur, Downsample, PixelShuffle, Upsample
from gan_tf.layers.residual import GroupedConv2D, LatentBasis, R3GANBlock
from gan_tf.layers.reversal import GradientReversal
from gan_tf.layers.spectral import SpectralParametrization
from gan_tf.layers.style import AdaIN, LearnedConstant, NoiseInjection
from gan_tf.layers.tokens import TokenSampler, gumbel_noise, gumbel_softmax

__all__ = [
    "AdaIN",
    "AdaptiveAugment",
    "Blur",
    "ClassPlanes",
    "ClassProjection",
    "ConditionalBatchNormalization",
    "ConditioningAugmentation",
    "DiffAugment",
    "Downsample",
    "EqualizedConv2D",
    "EqualizedDense",
    "ExperienceReplay",
    "FadeIn",
    "FreshLatents",
    "GradientReversal",
    "GroupedConv2D",
    "ImagePool",
    "LatentBasis",
    "LearnedConstant",
    "MinibatchDiscrimination",
    "MinibatchStdDev",
    "NoiseInjection",
    "Packing",
    "PixelNormalization",
    "PixelShuffle",
    "R3GANBlock",
    "ReferenceBatch",
    "SelfAttention",
    "SpectralNormalization",
    "SpectralParametrization",
    "StyleMixing",
    "TokenSampler",
    "Truncation",
    "Upsample",
    "VirtualBatchNormalization",
    "WithoutReference",
    "gumbel_noise",
    "gumbel_softmax",
    "set_standing_statistics",
]
