"""GRAN: a generator that paints a picture in several steps, each on top of what it has painted."""

from gan_tf import checks
from gan_tf.builders.common import check_activations, image_shape_of, leaky_relu, smallest_size
import keras
from keras import layers


def gran_generator(
    latent_dim=100,
    image_shape=(28, 28, 1),
    num_steps=3,
    units=128,
    filters=(64, 32),
    output_activation="tanh",
):
    """A generator that adds to a canvas in several steps, all made by the same layers.

    A decoder makes the first contribution from the latents. An encoder reads each contribution, and
    from what it says and from the latents the decoder makes the next one. The picture is the
    activation of their sum. With one step it is an ordinary generator.

    Args:
        latent_dim: Integer >= 1, values in a latent vector.
        image_shape: Tuple `(height, width, channels)`; height and width are multiples of
            `2 ** len(filters)`.
        num_steps: Integer >= 1, the paper's T. Weights do not depend on it, but for the encoder,
            which a single step does not need.
        units: Integer >= 1, size of the two codes that the decoder joins.
        filters: Tuple of integers, feature maps of the decoder, smallest maps first; the encoder
            has them in the opposite order.
        output_activation: "tanh" for images in [-1, 1], the paper's "sigmoid" for [0, 1].

    Returns:
        `keras.Model` from `(batch, latent_dim)` to `(batch, *image_shape)`. Its layers "decoder"
        and "encoder" are models; `gran_canvases` shows the steps.

    Raises:
        ValueError: If the size cannot be halved so often, or an argument is unfit.

    Reference:
        Im et al. 2016, section 3 and figure 3, arXiv:1602.05110. The latents are one vector for all
        steps, as in the authors' code.
    """
    latent_dim, num_steps, units = checks.at_least(
        1, latent_dim=latent_dim, num_steps=num_steps, units=units
    )
    image_shape, filters = image_shape_of(image_shape), checks.some_sizes(filters=filters)
    check_activations(output_activation=output_activation)
    decoder = _decoder(image_shape, units, filters)
    encoder = _encoder(image_shape, units, filters) if num_steps > 1 else None
    latents = keras.Input((latent_dim,))
    code = layers.Dense(units, activation="tanh", name="code")(latents)
    nothing = layers.Rescaling(0.0, name="nothing")(code)  # before the first step
    contributions = [decoder([code, nothing])]
    for _ in range(num_steps - 1):
        contributions.append(decoder([code, encoder(contributions[-1])]))
    canvas = layers.Identity(name="canvas_1")(contributions[0])
    for step, contribution in enumerate(contributions[1:], 2):
        canvas = layers.Add(name=f"canvas_{step}")([canvas, contribution])
    images = layers.Activation(output_activation, name="images")(canvas)
    return keras.Model(latents, images, name="generator")


def gran_canvases(generator):
    """The canvas after each step of a generator, for looking at.

    Args:
        generator: `keras.Model` that `gran_generator` made.

    Returns:
        `keras.Model` from latents to a list of images `(batch, height, width, channels)`, one for
        each step, or to the images alone if there is one step. The last are the generator's own.

    Raises:
        ValueError: If another function made the generator.
    """
    canvases = [each.output for each in generator.layers if each.name.startswith("canvas_")]
    if not canvases:
        raise ValueError(
            "generator must be made by builders.gran_generator. "
            f"Received: a model with the layers {[each.name for each in generator.layers]}"
        )
    activation = generator.get_layer("images").activation
    images = [keras.layers.Activation(activation)(canvas) for canvas in canvases]
    return keras.Model(generator.inputs[0], images)


def _decoder(image_shape, units, filters):
    """From two codes to a contribution: the paper's f."""
    height, width = smallest_size(image_shape, len(filters))
    code, previous = keras.Input((units,)), keras.Input((units,))
    x = layers.Concatenate()([code, previous])
    x = layers.Dense(height * width * filters[0], activation="relu")(x)
    x = layers.Reshape((height, width, filters[0]))(x)
    for count in filters[1:]:
        x = layers.Conv2DTranspose(count, 4, 2, "same", activation="relu")(x)
    x = layers.Conv2DTranspose(image_shape[-1], 4, 2, "same")(x)
    return keras.Model([code, previous], x, name="decoder")


def _encoder(image_shape, units, filters):
    """From a contribution to a code: the paper's g."""
    x = contribution = keras.Input(image_shape)
    for count in filters[::-1]:
        x = leaky_relu()(layers.Conv2D(count, 4, 2, "same")(x))
    x = layers.Dense(units, activation="tanh")(layers.Flatten()(x))
    return keras.Model(contribution, x, name="encoder")
