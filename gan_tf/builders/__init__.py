"""Architectures: functions that return a built Keras model, named for what they return."""

import gan_tf.prepared  # noqa: F401
from gan_tf.builders.conditional import (
    WAYS,
    conditional_discriminator,
    conditional_generator,
    head,
)
from gan_tf.builders.convolutional import (
    attribute_classifier,
    dcgan_discriminator,
    dcgan_generator,
    image_classifier,
    with_virtual_batch_normalization,
)
from gan_tf.builders.dense import (
    dense_discriminator,
    dense_generator,
    point_discriminator,
    point_generator,
)
from gan_tf.builders.fields import receptive_field
from gan_tf.builders.growing import (
    num_filters,
    papers_filters,
    progressive_discriminator,
    progressive_generator,
)
from gan_tf.builders.inference import dense_decoder, dense_encoder, pair_discriminator
from gan_tf.builders.projected import projected_discriminator
from gan_tf.builders.pyramid import lapgan_discriminator, lapgan_generator
from gan_tf.builders.r3gan import r3gan_discriminator, r3gan_generator
from gan_tf.builders.recurrent import gran_canvases, gran_generator
from gan_tf.builders.residual import residual_discriminator, residual_generator
from gan_tf.builders.style import mapping_network, style_generator, synthesis_network
from gan_tf.builders.super_resolution import esrgan_generator, srgan_generator
from gan_tf.builders.text import stackgan_generator, stackgan_refiner
from gan_tf.builders.tokens import (
    language_model,
    sample_tokens,
    token_discriminator,
    token_generator,
)
from gan_tf.builders.transfer import style_decoder
from gan_tf.builders.translation import (
    normalized,
    patch_discriminator,
    patch_projector,
    resnet_generator,
    unet_generator,
)

__all__ = [
    "WAYS",
    "attribute_classifier",
    "conditional_discriminator",
    "conditional_generator",
    "dcgan_discriminator",
    "dcgan_generator",
    "dense_decoder",
    "dense_discriminator",
    "dense_encoder",
    "dense_generator",
    "gran_canvases",
    "gran_generator",
    "esrgan_generator",
    "head",
    "image_classifier",
    "language_model",
    "lapgan_discriminator",
    "lapgan_generator",
    "mapping_network",
    "normalized",
    "num_filters",
    "pair_discriminator",
    "papers_filters",
    "patch_discriminator",
    "patch_projector",
    "point_discriminator",
    "point_generator",
    "progressive_discriminator",
    "progressive_generator",
    "projected_discriminator",
    "r3gan_discriminator",
    "r3gan_generator",
    "receptive_field",
    "residual_discriminator",
    "residual_generator",
    "resnet_generator",
    "sample_tokens",
    "srgan_generator",
    "stackgan_generator",
    "stackgan_refiner",
    "style_decoder",
    "style_generator",
    "synthesis_network",
    "token_discriminator",
    "token_generator",
    "unet_generator",
    "with_virtual_batch_normalization",
]
