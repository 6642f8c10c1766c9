"""Who plays, in which phases, for which losses: every game is players and phases."""

import gan_tf.prepared  # noqa: F401
from gan_tf.games.conditional import ACGAN, ConditionalGAN
from gan_tf.games.contrastive import CUT, patch_nce
from gan_tf.games.domains import XGAN, StarGAN
from gan_tf.games.frames import NextFrameGAN, gradient_difference
from gan_tf.games.game import Game, Phase
from gan_tf.games.gan import GAN
from gan_tf.games.inference import (
    AdversarialAutoencoder,
    BiGAN,
    IcGAN,
    SemiSupervisedAAE,
    latent_pairs,
)
from gan_tf.games.information import CatGAN, InfoGAN
from gan_tf.games.lecture import LectureGAN, train_gan
from gan_tf.games.music import MidiNet
from gan_tf.games.progressive import ProgressiveGAN
from gan_tf.games.projected import AdversarialDistillation, ProjectedGAN
from gan_tf.games.pyramid import (
    LAPGAN,
    level_of,
    pyramid_down,
    pyramid_up,
    sample_levels,
)
from gan_tf.games.sequences import GumbelGAN, SeqGAN
from gan_tf.games.style_transfer import AdaINTransfer, StyleTransfer
from gan_tf.games.super_resolution import ESRGAN, SRGAN
from gan_tf.games.text import StackGAN, kl_from_standard_normal, of_others
from gan_tf.games.translation import CycleGAN, Pix2Pix

__all__ = [
    "ACGAN",
    "CUT",
    "ESRGAN",
    "GAN",
    "LAPGAN",
    "SRGAN",
    "XGAN",
    "AdaINTransfer",
    "AdversarialAutoencoder",
    "AdversarialDistillation",
    "BiGAN",
    "CatGAN",
    "ConditionalGAN",
    "CycleGAN",
    "Game",
    "GumbelGAN",
    "IcGAN",
    "InfoGAN",
    "LectureGAN",
    "MidiNet",
    "NextFrameGAN",
    "Phase",
    "Pix2Pix",
    "ProgressiveGAN",
    "ProjectedGAN",
    "SemiSupervisedAAE",
    "SeqGAN",
    "StarGAN",
    "gradient_difference",
    "StackGAN",
    "StarGAN",
    "StyleTransfer",
    "kl_from_standard_normal",
    "latent_pairs",
    "level_of",
    "of_others",
    "patch_nce",
    "pyramid_down",
    "pyramid_up",
    "sample_levels",
    "train_gan",
]
