"""A discriminator that looks at the features of a network that knows pictures already."""

from gan_tf import checks, transfer
from gan_tf.builders.common import image_shape_of, leaky_relu
from gan_tf.layers import SpectralNormalization
import keras
from keras import layers

SMALLEST = 4  # height and width of the feature maps that give the logits


def projected_discriminator(image_shape, encoder, names, width=32, mixes_scales=True, seed=0):
    """The discriminator of a Projected GAN: frozen features, mixed at random, and small judges.

    A discriminator that begins with good features need not learn them from few images. Alone, it
    would look at some of them and ignore the rest; a fixed random mixture makes it look at all.
    Each scale has a judge of its own, and only the judges learn.

    Args:
        image_shape: Tuple `(height, width, channels)` of the images.
        encoder: Built Keras model from images, such as `metrics.feature_maps` gives. Its layers
            become part of the discriminator, and none of them trains any more. Its name belongs
            to every number.
        names: Tuple of names of its layers, from the largest feature maps to the smallest.
        width: Integer >= 1, feature maps after the mixing, and in the judges.
        mixes_scales: Whether smaller maps, enlarged, are mixed into the larger ones too.
        seed: Integer >= 0, draws the mixtures.

    Returns:
        `keras.Model` from images to logits `(batch, num_logits, 1)` of all judges, for
        `games.ProjectedGAN`.

    Raises:
        ValueError: If the encoder does not take the images or has no such layer, layers are in
            another order, or a number is out of range.

    Reference:
        Sauer et al. 2021, section 3.2, arXiv:2111.01007, in small: the paper has an EfficientNet
        that knows ImageNet, and four judges.
    """
    image_shape, width = image_shape_of(image_shape), checks.at_least(1, width=width)
    seed, mixes_scales = checks.seed(seed=seed), checks.flag(mixes_scales=mixes_scales)
    features = transfer.feature_model(encoder, names)
    features.trainable = False
    images = keras.Input(image_shape, name="images")
    maps = features(images)
    maps = maps if isinstance(maps, list) else [maps]
    heights = [each.shape[1] for each in maps]
    if heights != sorted(heights, reverse=True) or any(len(each.shape) != 4 for each in maps):
        raise checks.argument_error("names", names, "layers with feature maps, the largest first")
    logits, smaller = [], None
    for number, each in reversed(list(enumerate(maps))):
        mixed = _fixed(width, 1, seed + 2 * number, f"mix_channels_{number}")(each)
        if mixes_scales and smaller is not None:
            mixed = layers.Add()([mixed, _enlarged(smaller, mixed)])
            mixed = _fixed(width, 3, seed + 2 * number + 1, f"mix_scales_{number}")(mixed)
        smaller = mixed
        logits.append(layers.Flatten()(_judged(mixed, width)))
    logits = layers.Concatenate()(logits) if len(logits) > 1 else logits[0]
    logits = layers.Reshape((logits.shape[-1], 1), dtype="float32")(logits)
    return keras.Model(images, logits, name="discriminator")


def _fixed(width, size, seed, name):
    """A random convolution that never learns."""
    kernel = keras.initializers.HeNormal(seed)
    settings = {"padding": "same", "use_bias": False, "kernel_initializer": kernel}
    return layers.Conv2D(width, size, trainable=False, name=name, **settings)


def _enlarged(smaller, larger):
    """Smaller feature maps at the size of the larger ones."""
    factors = [-(-a // b) for a, b in zip(larger.shape[1:3], smaller.shape[1:3], strict=True)]
    x = layers.UpSampling2D(factors, interpolation="bilinear")(smaller)
    rest = [a - b for a, b in zip(x.shape[1:3], larger.shape[1:3], strict=True)]
    return layers.Cropping2D([(0, each) for each in rest])(x)


def _judged(x, width):
    """Logits, `(batch, height, width, 1)`, by convolutions that halve the maps down to 4 × 4."""
    while min(x.shape[1:3]) > SMALLEST:
        x = SpectralNormalization(layers.Conv2D(width, 4, 2, padding="same"))(x)
        x = leaky_relu()(x)
    return SpectralNormalization(layers.Conv2D(1, 3, padding="same"))(x)
