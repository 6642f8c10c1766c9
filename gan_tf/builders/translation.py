"""Networks that turn one picture into another, and discriminators that judge it patch by patch."""

from gan_tf import checks
from gan_tf.builders.common import (
    check_activations,
    image_shape_of,
    leaky_relu,
    smallest_size,
)
from gan_tf.layers.conditional import ClassPlanes
import keras
from keras import layers

NORMALIZATIONS = (None, "batch", "instance")


def unet_generator(
    image_shape=(256, 256, 3),
    channels=None,
    filters=(64, 128, 256, 512, 512, 512, 512, 512),
    normalization="batch",
    dropout=0.5,
    output_activation="tanh",
):
    """The U-Net of pix2pix: halves a picture down, doubles it up, and skips across.

    Each doubling also sees the feature maps of its own size on the way down, so that edges need
    not pass the narrow middle.

    Args:
        image_shape: Tuple `(height, width, channels)`; height and width are multiples of
            `2 ** len(filters)`.
        channels: Integer >= 1, of the output; by default those of the input.
        filters: Tuple of integers, feature maps from the largest size on; each halves the size.
        normalization: "batch", "instance" or None. The first and the innermost layer have none: of
            a single number for each map, a normalisation over the image leaves nothing.
        dropout: Float in [0, 1), rate in the first three doublings. The paper keeps it, and the
            statistics of the batch, when samples are drawn; here as in Keras both rest there.
        output_activation: "tanh" for images in [-1, 1].

    Returns:
        `keras.Model` from `(batch, *image_shape)` to `(batch, height, width, channels)`.

    Raises:
        ValueError: If the size cannot be halved so often, or an argument is unfit.

    Reference:
        Isola et al. 2017, sections 3.2.1 and 6.1.1, arXiv:1611.07004.
    """
    image_shape, filters = image_shape_of(image_shape), checks.some_sizes(filters=filters)
    channels = checks.at_least(1, channels=image_shape[-1] if channels is None else channels)
    dropout = checks.share_below(1, dropout=dropout)
    check_activations(output_activation=output_activation)
    checks.one_of(NORMALIZATIONS, normalization=normalization)
    smallest_size(image_shape, len(filters))
    x = images = keras.Input(image_shape)
    skips = []
    for place, count in enumerate(filters):
        inner = normalization if 0 < place < len(filters) - 1 else None
        x = leaky_relu()(x) if place else x
        x = normalized(layers.Conv2D(count, 4, 2, "same", use_bias=not inner)(x), inner)
        skips.append(x)
    for place, (count, skip) in enumerate(zip(filters[-2::-1], skips[-2::-1], strict=True)):
        x = layers.Conv2DTranspose(count, 4, 2, "same", use_bias=not normalization)(
            layers.ReLU()(x)
        )
        x = normalized(x, normalization)
        x = layers.Dropout(dropout)(x) if dropout and place < 3 else x
        x = layers.Concatenate()([x, skip])
    last = layers.Conv2DTranspose(channels, 4, 2, "same", activation=output_activation)
    return keras.Model(images, last(layers.ReLU()(x)), name="generator")


def resnet_generator(
    image_shape=(256, 256, 3),
    channels=None,
    filters=(64, 128, 256),
    num_blocks=9,
    normalization="instance",
    output_activation="tanh",
    num_attributes=None,
):
    """The generator of CycleGAN: a picture made smaller, changed by residual blocks, made larger.

    With `num_attributes` it is StarGAN's: the attributes that are asked for join the picture as
    planes. Each plane has one value everywhere, which instance normalisation would take away, so
    that the first convolution is not normalised then.

    Args:
        image_shape: Tuple `(height, width, channels)`; height and width are multiples of
            `2 ** (len(filters) - 1)`.
        channels: Integer >= 1, of the output; by default those of the input.
        filters: Tuple of integers, feature maps from the full size on; each after the first halves.
        num_blocks: Integer >= 0. The paper has 6 for 128 pixels and 9 for 256.
        normalization: "batch", "instance" or None, after each convolution but the last.
        output_activation: "tanh" for images in [-1, 1].
        num_attributes: Integer >= 1, length of a vector that is given beside the picture; or None.

    Returns:
        `keras.Model` from `(batch, *image_shape)`, or from `[pictures, attributes]`, to `(batch,
        height, width, channels)`. For `CUT`, its layers "down_0", "down_1", …, "block_1",
        "block_2", … are where features are.

    Raises:
        ValueError: If the size cannot be halved so often, or an argument is unfit.

    Reference:
        Zhu et al. 2017, appendix 7.2, arXiv:1703.10593; with attributes Choi et al. 2018, table 4,
        arXiv:1711.09020. Departures: at the border there are zeros in place of reflections, and
        StarGAN's first convolution is not normalised.
    """
    image_shape, filters = image_shape_of(image_shape), checks.some_sizes(filters=filters)
    channels = checks.at_least(1, channels=image_shape[-1] if channels is None else channels)
    num_blocks = checks.at_least(0, num_blocks=num_blocks)
    check_activations(output_activation=output_activation)
    checks.one_of(NORMALIZATIONS, normalization=normalization)
    smallest_size(image_shape, len(filters) - 1)
    bias = {"use_bias": normalization is None}
    x = inputs = keras.Input(image_shape)
    if num_attributes is not None:
        inputs = [x, keras.Input((checks.at_least(1, num_attributes=num_attributes),))]
        x = ClassPlanes()(inputs)
    for place, count in enumerate(filters):
        kind = normalization if place or num_attributes is None else None
        size, stride = (3, 2) if place else (7, 1)
        x = layers.Conv2D(count, size, stride, "same", use_bias=not kind)(x)
        x = layers.ReLU(name=f"down_{place}")(normalized(x, kind))
    for number in range(1, num_blocks + 1):
        x = _residual_block(x, normalization, f"block_{number}")
    for count in filters[-2::-1]:
        x = layers.Conv2DTranspose(count, 3, 2, "same", **bias)(x)
        x = layers.ReLU()(normalized(x, normalization))
    outputs = layers.Conv2D(channels, 7, 1, "same", activation=output_activation)(x)
    return keras.Model(inputs, outputs, name="generator")


def patch_discriminator(
    image_shape=(256, 256, 3),
    condition_shape=None,
    filters=(64, 128, 256, 512),
    normalization="batch",
):
    """The PatchGAN: a discriminator with a logit for each patch instead of one for the image.

    With the paper's four convolutions each logit sees 70 × 70 pixels. With `filters` (64, 128, 256)
    it sees 34 × 34, with (64, 128) 16 × 16; `receptive_field` computes it.

    Args:
        image_shape: Tuple `(height, width, channels)`.
        condition_shape: Tuple, the shape of a sketch that is judged together with the image, of the
            same height and width; or None.
        filters: Tuple of integers, feature maps of the convolutions. All but the last halve the
            size; the last, and the one that gives the logits, make it one smaller.
        normalization: "batch", "instance" or None, after each convolution but the first.

    Returns:
        `keras.Model` from images, or from `[sketches, images]`, to logits
        `(batch, patches, patches, 1)`.

    Raises:
        ValueError: If nothing is left of the image, or an argument is unfit.

    Reference:
        Isola et al. 2017, sections 3.2.2 and 6.1.2, arXiv:1611.07004.
    """
    image_shape, filters = image_shape_of(image_shape), checks.some_sizes(filters=filters)
    checks.one_of(NORMALIZATIONS, normalization=normalization)
    images = keras.Input(image_shape)
    x, inputs = images, images
    if condition_shape is not None:
        sketches = keras.Input(image_shape_of(condition_shape))
        if sketches.shape[1:3] != images.shape[1:3]:
            expected = f"of the height and width of image_shape={image_shape}"
            raise checks.argument_error("condition_shape", condition_shape, expected)
        x, inputs = layers.Concatenate()([sketches, images]), [sketches, images]
    smallest = min(-(-size // 2 ** (len(filters) - 1)) for size in image_shape[:2])
    if smallest < 3:
        expected = f"at most {len(filters) - 1} numbers for image_shape={image_shape}"
        raise checks.argument_error("filters", filters, expected)
    for place, count in enumerate(filters):
        kind = normalization if place else None
        x = _patches(x, count, 1 if place == len(filters) - 1 else 2, use_bias=not kind)
        x = leaky_relu()(normalized(x, kind))
    return keras.Model(inputs, _patches(x, 1, 1), name="discriminator")


def patch_projector(generator, layers, units=256):
    """The heads with which `CUT` compares patches: two dense layers for each feature map.

    Args:
        generator: Built Keras model.
        layers: Tuple of names of its layers that give feature maps.
        units: Integer >= 1, width of the hidden layers and of the vectors that are compared.

    Returns:
        `keras.Model` with an input `(batch, patches, channels)` and an output
        `(batch, patches, units)` for each layer.

    Raises:
        ValueError: If the generator has no such layer.

    Reference:
        Park et al. 2020, section 3 ('two-layer MLP'), arXiv:2007.15651.
    """
    units = checks.at_least(1, units=units)
    if not layers or isinstance(layers, str):
        raise checks.argument_error("layers", layers, "a tuple of names of layers")
    maps = [generator.get_layer(name).output for name in layers]
    inputs = [keras.Input((None, features.shape[-1])) for features in maps]
    hidden = [keras.layers.Dense(units, activation="relu")(patches) for patches in inputs]
    outputs = [keras.layers.Dense(units)(x) for x in hidden]
    return keras.Model(inputs, outputs, name="projector")


def normalized(x, normalization):
    """Feature maps normalised over the batch, over each image alone, or not at all.

    Args:
        x: Symbolic tensor `(batch, height, width, channels)`.
        normalization: "batch", "instance" or None. Instance normalisation is Keras's
            GroupNormalization with a group for each channel, and nothing to learn.

    Returns:
        Symbolic tensor of the same shape.

    Raises:
        ValueError: If there is no normalisation of this name.

    Reference:
        Ulyanov et al. 2016 (instance normalisation), equation 4, arXiv:1607.08022.
    """
    checks.one_of(NORMALIZATIONS, normalization=normalization)
    if normalization == "batch":
        return layers.BatchNormalization()(x)
    if normalization == "instance":
        return layers.GroupNormalization(-1, epsilon=1e-5, center=False, scale=False)(x)
    return x


def _residual_block(x, normalization, name):
    bias = {"use_bias": normalization is None}
    y = normalized(layers.Conv2D(x.shape[-1], 3, padding="same", **bias)(x), normalization)
    y = layers.Conv2D(x.shape[-1], 3, padding="same", **bias)(layers.ReLU()(y))
    return layers.Add(name=name)([x, normalized(y, normalization)])


def _patches(x, count, stride, use_bias=True):
    """A convolution of windows of 4 × 4, with one row of zeros at each side."""
    padded = layers.ZeroPadding2D(1)(x)
    return layers.Conv2D(count, 4, stride, use_bias=use_bias)(padded)
