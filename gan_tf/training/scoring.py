"""How a discriminator is asked: what it must be, and whether one pass may score all images."""

from gan_tf import endings
from gan_tf.training.freezing import all_layers
import keras
from keras import layers as keras_layers
import tensorflow as tf

# Keras's layers whose output for an example depends on that example alone.
_TREATS_EXAMPLES_ALONE = {
    getattr(keras_layers, name)
    for name in (
        *("InputLayer", "Dense", "Embedding", "Identity", "Activation"),
        *("Conv1D", "Conv2D", "Conv3D", "DepthwiseConv1D", "DepthwiseConv2D"),
        *("SeparableConv1D", "SeparableConv2D"),
        *("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"),
        *("AveragePooling1D", "AveragePooling2D", "AveragePooling3D"),
        *("MaxPooling1D", "MaxPooling2D", "MaxPooling3D"),
        *("GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D"),
        *("GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D"),
        *("Flatten", "Reshape", "Permute", "RepeatVector", "Rescaling"),
        *("ZeroPadding1D", "ZeroPadding2D", "Cropping1D", "Cropping2D"),
        *("UpSampling1D", "UpSampling2D"),
        *("ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax"),
        *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "GaussianDropout"),
        *("LayerNormalization", "GroupNormalization", "UnitNormalization"),
        *("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"),
    )
}
_CONTAINERS = ("Sequential", "Functional", "Model")


def treats_examples_alone(model):
    """Whether a model provably scores each example by itself, so that one pass may score all.

    True only for models made of layers that are known to do so: those of a list of Keras's own,
    with Keras's own activations, and others that say so with `is_per_example = True`. A Lambda, an
    operation such as `keras.ops.mean` in a functional model, a normalisation over the batch, or an
    unknown layer makes it False.

    Args:
        model: Built Keras model.
    """
    return all(map(_is_alone, _operations(model)))


def _operations(model):
    """All layers and operations of a model, also of the models and wrappers inside of it."""
    for operation in getattr(model, "operations", model.layers):
        if isinstance(operation, keras.Model) and type(operation).__name__ in _CONTAINERS:
            yield from _operations(operation)
        else:
            yield operation
            yield from all_layers(operation)[1:] if isinstance(operation, keras.Layer) else ()


def _is_alone(operation):
    if not isinstance(operation, keras.Layer):
        return False
    if type(operation) not in _TREATS_EXAMPLES_ALONE:
        return bool(getattr(operation, "is_per_example", False))
    return not _acts_on_batch(operation) and _is_from_keras(getattr(operation, "activation", None))


def _acts_on_batch(layer):
    """Whether the axis along which a layer computes is that of the batch."""
    axes = [axis for axis in tf.nest.flatten(getattr(layer, "axis", None)) if axis is not None]
    ranks = [len(node.outputs[0].shape) for node in layer._inbound_nodes]
    return 0 in axes or any(axis + rank == 0 for axis in axes for rank in ranks)


def _is_from_keras(activation):
    """Whether an activation is one of Keras's functions, which look at single examples."""
    module = getattr(activation, "__module__", type(activation).__module__) or ""
    return activation is None or module.split(".")[0] in ("keras", "tensorflow")


def twice(batch):
    """A batch whose rows come twice, for two sets of images under the same conditions."""
    if batch is None:
        return None
    conditions = {key: values for key, values in batch.items() if key != "images"}
    return {key: tf.concat([values, values], axis=0) for key, values in conditions.items()}


def needs_whole_output(loss):
    """Whether a loss of probabilities must see the discriminator's output before it is split.

    Probabilities of nearly 0 or 1 have no gradient after rounding, so Keras looks behind a sigmoid
    for its logits. It finds them only in what the sigmoid itself has given.
    """
    return hasattr(loss, "of_one_batch") and not getattr(loss, "from_logits", None)


def critic_of(game, batch):
    """The discriminator as penalties take it, under the conditions of a batch.

    Args:
        game: `GAN`.
        batch: Dictionary of tensors.

    Returns:
        Function from images to logits.
    """
    return lambda images: game.score(images, batch)


# Checks.


def check_pair(game):
    """Raises a ValueError unless the discriminator takes and scores what the generator makes."""
    for name, player in (("generator", game.generator), ("discriminator", game.discriminator)):
        if len(player.outputs) != 1:
            raise ValueError(
                f"The {name} must have one output; one for each size plays in a ProgressiveGAN. "
                f"Received: {len(player.outputs)} outputs"
            )
    made = tuple(game.generator.output_shape)
    taken = [tuple(each.shape) for each in game.discriminator.inputs]
    if made[1:] not in [shape[1:] for shape in taken]:
        raise ValueError(
            "The generator must make what the discriminator takes. Received: generator with "
            f"output shape {made}, discriminator with input shape {_words(taken)}"
        )
    given = tuple(game.discriminator.output_shape)
    if given != (None, 1) and not (game.scores_patches and given[-1] == 1):
        raise ValueError(
            "The discriminator must give one number for each image, shape (None, 1). "
            f"Received: output shape {given}"
        )


def check_player(player, name, takes, makes=None):
    """Raises a ValueError unless a player takes and makes examples of these shapes.

    Args:
        player: Built Keras model.
        name: What it is called in the game.
        takes: Dictionary from what its inputs are called to the shape of one example, in their
            order; sizes that are None may be any.
        makes: Tuple, the shape of one example of its output, or a list of tuples for several
            outputs; None for one output of any shape.
    """
    taken = [tuple(each.shape) for each in player.inputs]
    made = [tuple(each.shape) for each in player.outputs]
    if not _are_of(taken, takes.values()):
        wanted = " and ".join(f"{what} {(None, *shape)}" for what, shape in takes.items())
        raise ValueError(
            f"The {name} must take inputs of these shapes: {wanted}. "
            f"Received: {name} with input shape {_words(taken)}"
        )
    expected = makes if isinstance(makes, list) else [makes]
    if len(made) != len(expected) or not (makes is None or _are_of(made, expected)):
        count = "one output" if len(expected) == 1 else f"{len(expected)} outputs"
        wanted = "" if makes is None else f", of shape {_words((None, *each) for each in expected)}"
        raise ValueError(
            f"The {name} must have {count}{wanted}. "
            f"Received: {name} with output shape {_words(made)}"
        )


def _are_of(shapes, examples):
    """Whether shapes are those of batches of such examples; sizes that are None fit any."""
    wanted = [tf.TensorShape((None, *shape)) for shape in examples]
    pairs = zip(shapes, wanted, strict=False)
    return len(shapes) == len(wanted) and all(w.is_compatible_with(s) for s, w in pairs)


def check_latents(game):
    """Raises a ValueError unless the generator takes the latents that `sample_latents` draws."""
    shapes = [tuple(each.shape) for each in game.generator.inputs]
    if len(shapes) != 1 or len(shapes[0]) != 2 or shapes[0][1] is None:
        raise ValueError(
            "The generator must take latents, shape (None, latent_dim); a GAN that feeds it "
            "something else overrides inputs or sample_latents. "
            f"Received: inputs of shapes {shapes}"
        )


def checked_replay(replay, generator):
    """The layer for experience replay, built for what the generator makes; or None."""
    if _is_layer("layers.ExperienceReplay()", replay=replay) and not replay.built:
        replay.build(generator.output_shape)
    return replay


def checked_augmentation(augmentation, generator):
    """The layer that changes images in front of the discriminator, built; or None."""
    if not _is_layer("layers.DiffAugment()", augmentation=augmentation):
        return None
    shape = tuple(generator.output_shape)
    made = augmentation.compute_output_shape((8, *shape[1:]))
    if tuple(made) != (8, *shape[1:]):
        raise ValueError(
            "augmentation must give one changed image for each. "
            f"Received: {type(augmentation).__name__}, which makes {tuple(made)} of 8 images of "
            f"the shape {shape[1:]}"
        )
    if not augmentation.built:
        augmentation.build(shape)
    return augmentation


def _is_layer(example, **argument):
    """Whether there is a layer in an argument, which may also be None; a ValueError otherwise."""
    ((name, value),) = argument.items()
    if value is not None and not isinstance(value, keras.layers.Layer):
        raise ValueError(f"{name} must be a layer such as {example}. Received: {value!r}")
    return value is not None


def check_adaptation(augmentation, loss, adapts):
    """Raises a ValueError if an augmentation waits for logits that it would never get."""
    if not hasattr(augmentation, "adapt"):
        return
    name = type(augmentation).__name__
    if not adapts:
        raise ValueError(
            f"{name} must be told the logits of real images, which a game with a "
            f"discriminator_loss of its own does not do. Received: augmentation={name}. Use "
            "layers.DiffAugment."
        )
    if getattr(loss, "from_logits", None) is False:
        raise ValueError(
            f"{name} looks at the signs of logits, and probabilities have none. Received: a loss "
            "with from_logits=False. End the discriminator in logits."
        )


def check_penalty(penalty, discriminator):
    """Raises a ValueError unless a penalty is a function that can work on this discriminator."""
    if isinstance(penalty, type) or not (penalty is None or callable(penalty)):
        raise ValueError(
            "penalty must be a function penalty(critic, real_images, fake_images), such as the "
            f"object penalties.R1(), or None. Received: penalty={penalty!r}"
        )
    if not getattr(penalty, "needs_gradient", False):
        return
    for layer in all_layers(discriminator):
        if isinstance(layer, keras.layers.BatchNormalization) and layer.trainable:
            raise ValueError(
                "A penalty on the gradient needs a discriminator that scores each image by itself. "
                f"Received: {type(penalty).__name__} with the BatchNormalization layer "
                f"{layer.name!r}, under which it stays near a constant. Use LayerNormalization, or "
                "no normalisation."
            )


def check_discriminator(discriminator, loss):
    """Raises a ValueError if the discriminator's ending would train badly without a word."""
    name = endings.last_activation(discriminator)
    value_range = endings.output_range(discriminator)
    from_logits = getattr(loss, "from_logits", None)
    if endings.is_constant(discriminator):
        raise ValueError(
            "The discriminator ends in a softmax over a single unit, which is 1 whatever it sees. "
            'Remove the activation; the losses take logits. Received: activation "softmax"'
        )
    if value_range is not None and from_logits is True:
        raise ValueError(
            f"The discriminator ends in a {name}, but the loss expects logits. Remove the "
            f'activation="{name}" of its last layer, or use NonSaturating(from_logits=False) with '
            "a sigmoid."
        )
    if from_logits is False and value_range not in (None, (0.0, 1.0)):
        raise ValueError(
            "The loss expects probabilities (from_logits=False), but the discriminator gives "
            f"numbers from {value_range[0]:g} to {value_range[1]:g}. End it in a sigmoid. "
            f'Received: activation "{name}"'
        )
    if name == "linear" and from_logits is False:
        raise ValueError(
            "The loss expects probabilities (from_logits=False), but the discriminator ends in "
            "logits. Use from_logits=True."
        )
    check_stays_frozen(discriminator)


def check_stays_frozen(discriminator):
    """Keras's spectral normalisation moves its kernel whenever training=True, so in phase 2 too."""
    for layer in all_layers(discriminator):
        is_from_keras = isinstance(layer, keras.layers.SpectralNormalization)
        if is_from_keras and not getattr(layer, "rests_while_frozen", False):
            raise ValueError(
                "keras.layers.SpectralNormalization would move the frozen discriminator in phase "
                f"2. Use gan_tf.layers.SpectralNormalization. Received: layer {layer.name!r}"
            )


def _words(shapes):
    return " and ".join(map(str, shapes))
