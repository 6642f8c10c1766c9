"""Who plays, in which phases, for which losses: every game is players and phases."""

from gan_tf.games.gan import GAN
from gan_tf.games.lecture import LectureGAN, train_gan
from gan_tf.games.progressive import ProgressiveGAN

__all__ = ["GAN", "LectureGAN", "ProgressiveGAN", "train_gan"]
