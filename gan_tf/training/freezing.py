"""The two players: what a game asks of them and their optimizers, and which layers rest."""

import contextlib

import keras


@contextlib.contextmanager
def trainable_as(flags):
    """Sets `trainable` as given while a phase is traced; afterwards all is as it was found."""
    found = [(layer, layer.trainable) for layer, _ in flags]
    try:
        _set_trainable(flags)
        yield
    finally:
        _set_trainable(found)


def _set_trainable(flags):
    """Outermost layers come first, because Keras hands a layer's flag down to those inside."""
    for layer, value in flags:
        layer.trainable = value


def all_layers(model):
    """A model and every layer inside it, outermost first."""
    return list(model._flatten_layers(include_self=True, recursive=True))


def is_per_example(layer):
    """Whether a layer treats every example alone; layers from elsewhere must say so themselves."""
    if isinstance(layer, keras.layers.BatchNormalization):
        return False
    from_keras = type(layer).__module__.split(".")[0] == "keras"
    return getattr(layer, "is_per_example", from_keras)


def check_latents(generator):
    """What `sample_latents` draws must fit, unless a variant draws something else."""
    shapes = [tuple(each.shape) for each in generator.inputs]
    if len(shapes) != 1 or len(shapes[0]) != 2 or shapes[0][1] is None:
        raise ValueError(
            "The generator must take latents, shape (None, latent_dim); a GAN that feeds it "
            f"something else overrides sample_latents. Received: inputs of shapes {shapes}"
        )


def check_extras(seed, replay):
    """Takes an integer seed and a layer for experience replay, or None for either."""
    if seed is not None and not isinstance(seed, int):
        raise ValueError(f"seed must be an integer or None. Received: seed={seed!r}")
    if replay is not None and not isinstance(replay, keras.layers.Layer):
        raise ValueError(
            f"replay must be a layer such as layers.ExperienceReplay(). Received: {replay!r}"
        )


def check_penalty(penalty):
    """Takes a function, and no class whose parentheses were forgotten."""
    if isinstance(penalty, type) or not (penalty is None or callable(penalty)):
        raise ValueError(
            "penalty must be a function penalty(critic, real_images, fake_images), such as the "
            f"object penalties.R1(), or None. Received: penalty={penalty!r}"
        )


def optimizer_of(name, given):
    """The optimizer that was given, or that has the given name."""
    try:
        found = keras.optimizers.get(given)
    except (TypeError, ValueError):
        found = None
    if not isinstance(found, keras.optimizers.Optimizer):
        raise ValueError(
            f"{name}_optimizer must be an object such as keras.optimizers.Adam(2e-4, 0.5), or the "
            f"name of one. Received: {given!r}"
        )
    return found


def build_optimizer(optimizer, player, name):
    """Makes the optimizer's variables before training, so that a checkpoint holds them."""
    variables = player.trainable_variables
    if not variables:
        raise ValueError(
            f"The {name} has no trainable weights, so it would learn nothing. "
            f"Set {name}.trainable = True before compile."
        )
    if not optimizer.built:
        optimizer.build(variables)
    elif len(optimizer._trainable_variables) != len(variables):
        raise ValueError(
            f"The {name}'s optimizer was made for {len(optimizer._trainable_variables)} weights, "
            f"but the {name} has {len(variables)} trainable ones. Give it a new optimizer, or "
            "compile the model again that it comes from."
        )


def check_players(generator, discriminator):
    """Two built models, of which one takes what the other makes."""
    for name, player in (("generator", generator), ("discriminator", discriminator)):
        if not isinstance(player, keras.Model) or not getattr(player, "outputs", None):
            raise ValueError(
                f"The {name} must be a built keras.Model; begin it with keras.Input(shape). "
                f"Received: {player!r}"
            )
        if len(player.outputs) != 1:
            raise ValueError(
                f"The {name} must have one output; one for each size plays in a ProgressiveGAN. "
                f"Received: {len(player.outputs)} outputs"
            )
    made, taken = generator.output_shape, discriminator.input_shape
    if tuple(made[1:]) != tuple(taken[1:]):
        raise ValueError(
            "The generator must make what the discriminator takes. Received: generator with "
            f"output shape {made}, discriminator with input shape {taken}"
        )
    if tuple(discriminator.output_shape) != (None, 1):
        raise ValueError(
            "The discriminator must give one number for each image, shape (None, 1). "
            f"Received: output shape {discriminator.output_shape}"
        )


def check_ending(discriminator, loss):
    """A sigmoid under a loss for logits, or the other way round, trains badly without a word."""
    ending = last_activation(discriminator)
    from_logits = getattr(loss, "from_logits", None)
    if ending == "sigmoid" and from_logits is True:
        raise ValueError(
            "The discriminator ends in a sigmoid, but the loss expects logits. Remove the "
            'activation="sigmoid" of its last layer, or use NonSaturating(from_logits=False).'
        )
    if ending == "linear" and from_logits is False:
        raise ValueError(
            "The loss expects probabilities (from_logits=False), but the discriminator ends in "
            "logits. Use from_logits=True."
        )


def check_rest(discriminator):
    """Keras's spectral normalisation moves its kernel whenever training=True, so in phase 2 too."""
    for layer in all_layers(discriminator):
        of_keras = isinstance(layer, keras.layers.SpectralNormalization)
        if of_keras and not getattr(layer, "rests_while_frozen", False):
            raise ValueError(
                "keras.layers.SpectralNormalization would move the frozen discriminator in phase "
                f"2. Use gan_tf.layers.SpectralNormalization. Received: layer {layer.name!r}"
            )


def last_activation(model):
    """Name of the activation that a model ends in, None where its last layer has none."""
    last = model.layers[-1] if getattr(model, "layers", None) else model
    if isinstance(last, keras.Model):
        return last_activation(last)
    return getattr(getattr(last, "activation", None), "__name__", None)
