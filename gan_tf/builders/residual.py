"""Residual networks for images of a class, with BigGAN's parts as switches."""

from gan_tf import checks, layers
from gan_tf.builders.common import image_shape_of, smallest_size
import keras
from keras.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    ReLU,
    Rescaling,
    Reshape,
)

SPECTRAL = (None, "projection", "parametrization")
CONDITIONS = ("concatenation", "class", "chunks")
EMBEDDING_DIM = 16  # BigGAN's has 128, for 1,000 classes


def residual_generator(
    latent_dim=64,
    num_classes=0,
    image_shape=(28, 28, 1),
    filters=(32, 32, 32),
    condition="class",
    spectral=None,
    attention=None,
):
    """The generator of SNGAN, or of BigGAN: residual blocks that double the size.

    Args:
        latent_dim: Integer >= 1, values in a latent vector.
        num_classes: Integer >= 0; 0 for a generator that takes latents alone.
        image_shape: Tuple `(height, width, channels)`, multiples of `2 ** (len(filters) - 1)`.
        filters: Tuple of integers, feature maps of each size, the smallest first.
        condition: How a class is asked for: "concatenation" joins the one-hot label to the latents;
            "class" gives each class a scale and a shift in the normalisations; "chunks" is
            BigGAN's, where scales and shifts come from an embedding of the class, which all blocks
            share, and from a part of the latents, another one for each block.
        spectral: None; "projection", Keras's spectral normalisation, without a gradient through the
            norm; or "parametrization", with it.
        attention: Integer, the height of the maps that `SelfAttention` follows, or None.

    Returns:
        `keras.Model` from latents, or from `[latents, one_hot]`, to images in [-1, 1].

    Raises:
        ValueError: If the image cannot be reached by doublings, the latents cannot be cut into
            chunks, or a name is unknown.

    Reference:
        Miyato et al. 2018, appendix B.4, arXiv:1802.05957; Brock et al. 2019, appendix B,
        arXiv:1809.11096.
    """
    latent_dim = checks.at_least(1, latent_dim=latent_dim)
    num_classes = checks.at_least(0, num_classes=num_classes)
    shape, filters = image_shape_of(image_shape), checks.some_sizes(filters=filters)
    checks.one_of(CONDITIONS, condition=condition)
    spectral = _spectral(spectral)
    height, width = smallest_size(shape, len(filters) - 1)
    latents = keras.Input((latent_dim,), name="latents")
    labels = keras.Input((num_classes,), name="one_hot") if num_classes else None
    start, norms = _conditions(latents, labels, condition, len(filters) - 1, spectral)
    x = spectral(Dense(height * width * filters[0]))(start)
    x = _attended(Reshape((height, width, filters[0]))(x), attention, spectral)
    for count, norm in zip(filters[1:], norms, strict=True):
        x = _attended(_up(x, count, norm, spectral), attention, spectral)
    x = ReLU()(BatchNormalization()(x))
    x = Activation("tanh", dtype="float32")(spectral(Conv2D(shape[-1], 3, padding="same"))(x))
    inputs = latents if labels is None else [latents, labels]
    return _with_attention(keras.Model(inputs, x, name="generator"), attention)


def residual_discriminator(
    num_classes=0,
    image_shape=(28, 28, 1),
    filters=(32, 32, 32),
    spectral="parametrization",
    attention=None,
):
    """The discriminator of SNGAN, or of BigGAN: residual blocks that halve the size.

    The last block does not halve. The features of all places are added up, and a class is judged by
    `ClassProjection`.

    Args:
        num_classes: Integer >= 0; 0 for a discriminator that takes images alone.
        image_shape: Tuple `(height, width, channels)`, multiples of `2 ** (len(filters) - 1)`.
        filters: Tuple of integers, feature maps of each block, the largest size first.
        spectral: As for `residual_generator`.
        attention: Integer, the height of the maps that `SelfAttention` follows, or None.

    Returns:
        `keras.Model` from images, or from `[images, one_hot]`, to logits `(batch, 1)`.

    Raises:
        ValueError: If the size cannot be halved so often, or a name is unknown.

    Reference:
        Miyato et al. 2018, appendix B.4, arXiv:1802.05957; Miyato and Koyama 2018, equation 4,
        arXiv:1802.05637.
    """
    num_classes = checks.at_least(0, num_classes=num_classes)
    shape, filters = image_shape_of(image_shape), checks.some_sizes(filters=filters)
    normalized = _spectral(spectral)
    height, width = smallest_size(shape, len(filters) - 1)
    images = keras.Input(shape, name="images")
    x = images
    for place, count in enumerate(filters):
        halves = place < len(filters) - 1
        x = _down(x, count, normalized, halves, starts_with_relu=place > 0)
        x = _attended(x, attention, normalized)
    x = GlobalAveragePooling2D()(ReLU()(x))
    x = Rescaling(float(height * width))(x)  # the papers add up over the places
    name = "discriminator"
    if not num_classes:
        return _with_attention(keras.Model(images, normalized(Dense(1))(x), name=name), attention)
    labels = keras.Input((num_classes,), name="one_hot")
    logits = layers.ClassProjection(spectral=spectral == "parametrization")([x, labels])
    return _with_attention(keras.Model([images, labels], logits, name=name), attention)


# Helpers.


def _spectral(kind):
    """Function that wraps a layer, or gives it back."""
    checks.one_of(SPECTRAL, spectral=kind)
    wrappers = {
        None: lambda layer: layer,
        "projection": layers.SpectralNormalization,
        "parametrization": layers.SpectralParametrization,
    }
    return wrappers[kind]


def _conditions(latents, labels, condition, blocks, spectral):
    """What the first layer sees, and for each block a function that gives its normalisations."""
    if labels is None or condition == "concatenation":
        start = latents if labels is None else Concatenate()([latents, labels])
        return start, [lambda x: BatchNormalization()(x)] * blocks
    if condition == "class":
        return latents, [_conditional(labels)] * blocks
    latent_dim = latents.shape[-1]
    if latent_dim % (blocks + 1):
        raise ValueError(
            f'condition="chunks" cuts the latents into {blocks + 1} equal parts, one for each '
            f"size. Received: latent_dim={latent_dim}"
        )
    size = latent_dim // (blocks + 1)
    chunks = [_Chunk(place * size, size)(latents) for place in range(blocks + 1)]
    embedded = Dense(EMBEDDING_DIM, use_bias=False, name="class_embedding")(labels)
    vectors = [Concatenate()([embedded, chunk]) for chunk in chunks[1:]]
    return chunks[0], [_conditional(vector) for vector in vectors]


def _conditional(vector):
    return lambda x: layers.ConditionalBatchNormalization()([x, vector])


@keras.saving.register_keras_serializable("gan_tf")
class _Chunk(keras.layers.Layer):
    """A part of the latents."""

    is_per_example = True

    def __init__(self, start, size, **kwargs):
        super().__init__(**kwargs)
        self.start, self.size = start, size

    def call(self, latents):
        return latents[:, self.start : self.start + self.size]

    def get_config(self):
        return {**super().get_config(), "start": self.start, "size": self.size}


def _up(x, count, norm, spectral):
    """Residual block that doubles the size."""

    def conv(size, **kwargs):
        return spectral(Conv2D(count, size, padding="same", **kwargs))

    branch = layers.Upsample()(ReLU()(norm(x)))
    branch = conv(3)(branch)
    branch = conv(3)(ReLU()(norm(branch)))
    return Add()([branch, conv(1)(layers.Upsample()(x))])


def _down(x, count, spectral, halves, starts_with_relu):
    """Residual block that halves the size, or keeps it; the first one takes pixels as they are."""

    def conv(size):
        return spectral(Conv2D(count, size, padding="same"))

    branch = conv(3)(ReLU()(x) if starts_with_relu else x)
    branch = conv(3)(ReLU()(branch))
    if halves:
        branch = AveragePooling2D(2)(branch)
    changes = halves or x.shape[-1] != count
    if not changes:
        return Add()([branch, x])
    side = conv(1)(x)
    return Add()([branch, AveragePooling2D(2)(side) if halves else side])


def _attended(x, attention, spectral):
    if attention is None or x.shape[1] != attention:
        return x
    return layers.SelfAttention(spectral=spectral is layers.SpectralParametrization)(x)


def _with_attention(model, attention):
    """The model, if it has the attention that was asked for."""
    found = any(isinstance(layer, layers.SelfAttention) for layer in model.layers)
    if attention is not None and not found:
        sizes = sorted(
            {each.output.shape[1] for each in model.layers if len(each.output.shape) == 4}
        )
        raise ValueError(f"attention must be a height of the maps: {sizes}. Received: {attention}")
    return model
