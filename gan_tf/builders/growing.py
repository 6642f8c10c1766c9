"""Networks that grow: one output, or input, for each size from 4 × 4 on."""

from gan_tf import checks, layers
from gan_tf.builders.weights import with_weights
import keras


def progressive_generator(
    resolution=32,
    latent_dim=128,
    channels=1,
    filters=None,
    equalized=True,
    normalize=True,
    blur=False,
    weights=None,
):
    """The generator of progressive growing.

    Each size has two convolutions, the later sizes after a doubling, and a convolution that makes
    the image. From 8 × 8 on, a `FadeIn` blends that image with the doubled one of the size before.

    Args:
        resolution: Integer, a power of two from 8 on: height and width of the largest images.
        latent_dim: Integer >= 1, values in a latent vector, normalised first.
        channels: Integer >= 1, of the images.
        filters: Function from a size to the number of feature maps there, or None for
            `num_filters`.
        equalized: Whether weights are scaled at run time; if not, Keras's layers with He's
            initialisation take their place.
        normalize: Whether `PixelNormalization` follows each layer.
        blur: Whether sizes are doubled with a low-pass filter, as with `style_generator`.
        weights: None; "fashion_mnist" for trained weights that come with the package, of the
            network that `builders.weights.SHIPPED` names; or the path of a weights file.

    Returns:
        `keras.Model` from `(batch, latent_dim)` to a list of images `(batch, size, size, channels)`
        for the sizes 4, 8, … `resolution`, in [-1, 1] only by training.

    Raises:
        ValueError: If the resolution is no power of two, or a size is not positive.

    Reference:
        Karras et al. 2018, section 2 and table 2, arXiv:1710.10196.
    """
    latent_dim, channels = checks.at_least(1, latent_dim=latent_dim, channels=channels)
    checks.flag(equalized=equalized, normalize=normalize, blur=blur)
    filters, sizes = checks.function(filters=filters or num_filters), sizes_up_to(resolution)
    kind = _EQUALIZED if equalized else _PLAIN
    latents = keras.Input((latent_dim,))
    norm = [layers.PixelNormalization] if normalize else []
    x = layers.PixelNormalization()(latents) if normalize else latents
    x = kind.dense(16 * filters(4), gain=2**0.5 / 4 if normalize else 2**0.5)(x)
    x = keras.layers.Reshape((4, 4, filters(4)))(x)
    x = run([layer() for layer in norm], x)
    images, smaller = [], None
    for size in sizes:
        if size > 4:
            x = layers.Upsample(blur=blur)(x)
            x = run([kind.conv(filters(size), 3, "leaky_relu"), *[n() for n in norm]], x)
        x = run([kind.conv(filters(size), 3, "leaky_relu"), *[n() for n in norm]], x)
        image = kind.conv(channels, 1, None, gain=1.0)(x)
        images.append(image if size == 4 else _faded(size, layers.Upsample()(smaller), image))
        smaller = image
    model = keras.Model(latents, images, name="generator")
    return with_weights(model, "progressive_generator", weights)


def progressive_discriminator(
    resolution=32, channels=1, filters=None, equalized=True, group_size=4, blur=False
):
    """The discriminator of progressive growing, the generator's mirror image.

    Args:
        resolution: Integer, a power of two from 8 on.
        channels: Integer >= 1, of the images.
        filters: Function from a size to the number of feature maps there, or None for
            `num_filters`.
        equalized: Whether weights are scaled at run time.
        group_size: Integer, examples of a group of `MinibatchStdDev`; None for the whole batch,
            0 for none of it.
        blur: Whether sizes are halved with a low-pass filter, as with `style_generator`.

    Returns:
        `keras.Model` from a list of images, sizes 4, 8, … `resolution`, to a list of logits, each
        `(batch, 1)`.

    Raises:
        ValueError: If the resolution is no power of two, or a size is not positive.

    Reference:
        Karras et al. 2018, sections 2 and 3 and table 2, arXiv:1710.10196.
    """
    channels = checks.at_least(1, channels=channels)
    group_size = checks.at_least_or_none(0, group_size=group_size)
    checks.flag(equalized=equalized, blur=blur)
    filters, sizes = checks.function(filters=filters or num_filters), sizes_up_to(resolution)
    kind = _EQUALIZED if equalized else _PLAIN
    from_image = {size: [kind.conv(filters(size), 1, "leaky_relu")] for size in sizes}
    halve = {size: _halving(kind, filters, size, blur) for size in sizes[1:]}
    ending = [
        *([] if group_size == 0 else [layers.MinibatchStdDev(group_size)]),
        kind.conv(filters(4), 3, "leaky_relu"),
        keras.layers.Flatten(),
        kind.dense(filters(4), "leaky_relu"),
        kind.dense(1, gain=1.0),
    ]
    inputs = [keras.Input((size, size, channels)) for size in sizes]
    logits = []
    for place, (size, image) in enumerate(zip(sizes, inputs, strict=True)):
        x = run(from_image[size], image)
        if size > 4:
            old = run(from_image[size // 2], layers.Downsample()(image))
            x = _faded(size, old, run(halve[size], x))
        for each in reversed(sizes[1:place]):
            x = run(halve[each], x)
        logits.append(run(ending, x))
    return keras.Model(inputs, logits, name="discriminator")


def num_filters(size):
    """Feature maps of a size: 64 up to 8 × 8, then half of it with every doubling, at least 8."""
    return max(8, min(64, 512 // size))


def papers_filters(size):
    """Feature maps of a size as in the papers, for colour images on a GPU: 512, from 32 on fewer.

    Reference:
        Karras et al. 2018, table 2, arXiv:1710.10196: 8192 divided by half the size.
    """
    return min(512, 16_384 // size)


# Helpers.


class _Kind:
    """How dense and convolutional layers are made: equalized, or Keras's own."""

    def __init__(self, equalized):
        self.equalized = equalized

    def dense(self, units, activation=None, gain=2**0.5):
        if self.equalized:
            return layers.EqualizedDense(units, activation, gain)
        return keras.layers.Dense(units, activation, kernel_initializer="he_normal")

    def conv(self, filters, kernel_size, activation=None, gain=2**0.5):
        if self.equalized:
            return layers.EqualizedConv2D(filters, kernel_size, activation=activation, gain=gain)
        shape = {"padding": "same", "activation": activation}
        return keras.layers.Conv2D(filters, kernel_size, kernel_initializer="he_normal", **shape)


_EQUALIZED, _PLAIN = _Kind(True), _Kind(False)


def _halving(kind, filters, size, blur):
    return [
        kind.conv(filters(size), 3, "leaky_relu"),
        kind.conv(filters(size // 2), 3, "leaky_relu"),
        layers.Downsample(blur=blur),
    ]


def _faded(size, old, new):
    return layers.FadeIn(name=f"fade_{size}")([old, new])


def run(stack, x):
    """What a list of layers makes of x, one after the other."""
    for layer in stack:
        x = layer(x)
    return x


def sizes_up_to(resolution):
    """List of the sizes 4, 8, … `resolution`."""
    is_power = checks.is_size(resolution) and resolution & (resolution - 1) == 0
    if not is_power or resolution < 8:
        raise checks.argument_error("resolution", resolution, "a power of two from 8 on")
    resolution = int(resolution)
    return [2**power for power in range(2, resolution.bit_length())]
