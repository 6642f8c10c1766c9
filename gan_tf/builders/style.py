"""The style-based generator: a mapping network, and a synthesis network that styles control."""

from gan_tf import checks, layers
from gan_tf.builders.growing import num_filters, run, sizes_up_to
from gan_tf.builders.weights import with_weights
import keras


def mapping_network(latent_dim=128, style_dim=128, num_layers=8, learning_rate_multiplier=0.01):
    """From latents to styles.

    Args:
        latent_dim: Integer >= 1, values in a latent vector, normalised first.
        style_dim: Integer >= 1, values in a style, called w.
        num_layers: Integer >= 1, dense layers.
        learning_rate_multiplier: Float > 0, see `layers.EqualizedDense`.

    Returns:
        `keras.Sequential` from `(batch, latent_dim)` to `(batch, style_dim)`.

    Reference:
        Karras et al. 2019, section 2 and appendix C, arXiv:1812.04948.
    """
    latent_dim, style_dim, num_layers = checks.at_least(
        1, latent_dim=latent_dim, style_dim=style_dim, num_layers=num_layers
    )
    slow = {"learning_rate_multiplier": learning_rate_multiplier, "activation": "leaky_relu"}
    dense = [layers.EqualizedDense(style_dim, **slow) for _ in range(num_layers)]
    stack = [keras.Input((latent_dim,)), layers.PixelNormalization(), *dense]
    return keras.Sequential(stack, name="mapping")


def style_generator(
    resolution=32,
    latent_dim=128,
    style_dim=128,
    channels=1,
    filters=None,
    mixing=0.9,
    constant=True,
    noise=True,
    weights=None,
):
    """The style-based generator, which also grows.

    Latents become styles; styles set mean and spread of every feature map of an image that starts
    from a learned constant. Its parts are `get_layer("mapping")`, `get_layer("truncation")`, and
    what `synthesis_network` gives.

    Args:
        resolution: Integer, a power of two from 8 on: height and width of the largest images.
        latent_dim: Integer >= 1, values in a latent vector.
        style_dim: Integer >= 1, values in a style.
        channels: Integer >= 1, of the images.
        filters: Function from a size to the number of feature maps there, or None for
            `num_filters`.
        mixing: Float in [0, 1], share of images with two styles in training.
        constant: Whether to start from a learned constant; if not, from the styles of the first
            layer through a dense layer, as in the generators before.
        noise: Whether to add noise after every convolution.
        weights: None; "fashion_mnist" for trained weights that come with the package, of the
            network that `builders.weights.SHIPPED` names; or the path of a weights file.

    Returns:
        `keras.Model` from `(batch, latent_dim)` to a list of images `(batch, size, size, channels)`
        for the sizes 4, 8, … `resolution`.

    Raises:
        ValueError: If the resolution is no power of two, or a size is not positive.

    Reference:
        Karras et al. 2019, section 2 and figure 1, arXiv:1812.04948.
    """
    latent_dim, style_dim, channels = checks.at_least(
        1, latent_dim=latent_dim, style_dim=style_dim, channels=channels
    )
    checks.flag(constant=constant, noise=noise)
    filters, sizes = checks.function(filters=filters or num_filters), sizes_up_to(resolution)
    mapping = mapping_network(latent_dim, style_dim)
    latents = keras.Input((latent_dim,))
    pair = [mapping(latents), mapping(layers.FreshLatents()(latents))]
    styles = layers.StyleMixing(2 * len(sizes), mixing)(pair)
    styles = layers.Truncation(name="truncation")(styles)
    images = _synthesized(styles, sizes, channels, filters, constant, noise)
    model = keras.Model(latents, images, name="generator")
    return with_weights(model, "style_generator", weights)


def synthesis_network(generator):
    """The part of a style-based generator that makes images of styles, with the same weights.

    Args:
        generator: What `style_generator` returns.

    Returns:
        `keras.Model` from styles `(batch, 2 · number of sizes, style_dim)`, one for each layer, to
        the list of images.

    Raises:
        ValueError: If it is another model.
    """
    if "truncation" not in [layer.name for layer in getattr(generator, "layers", [])]:
        raise checks.argument_error("generator", generator, "what style_generator returns")
    styles = generator.get_layer("truncation").output
    return keras.Model(styles, generator.outputs, name="synthesis")


def _synthesized(styles, sizes, channels, filters, constant, noise):
    x, images, smaller = None, [], None
    for place, size in enumerate(sizes):
        own = [styles[:, 2 * place + number] for number in (0, 1)]
        count = filters(size)
        if size == 4:
            x = _beginning(own[0], count, constant)
        else:
            x = layers.Upsample()(x)
            x = layers.EqualizedConv2D(count, 3)(x)
            x = layers.Blur()(x)
        x = layers.AdaIN()([_noisy(x, noise), own[0]])
        x = layers.EqualizedConv2D(count, 3)(x)
        x = layers.AdaIN()([_noisy(x, noise), own[1]])
        image = layers.EqualizedConv2D(channels, 1, gain=1.0)(x)
        if size == 4:
            images.append(image)
        else:
            doubled = layers.Upsample()(smaller)
            images.append(layers.FadeIn(name=f"fade_{size}")([doubled, image]))
        smaller = image
    return images


def _beginning(style, count, constant):
    if constant:
        return layers.LearnedConstant((4, 4, count))(style)
    dense = layers.EqualizedDense(16 * count, gain=2**0.5 / 4)
    return run([dense, keras.layers.Reshape((4, 4, count))], style)


def _noisy(x, noise):
    """Noise, then the activation, as in the official code."""
    stack = [layers.NoiseInjection()] if noise else []
    return run([*stack, keras.layers.LeakyReLU(negative_slope=0.2)], x)
