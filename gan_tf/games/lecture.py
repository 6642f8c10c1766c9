"""`train_gan`: the lecture's call, and the game that it plays."""

from gan_tf import checks, endings
from gan_tf.games.gan import GAN
from gan_tf.training.freezing import all_layers, trainable_as
import keras
from keras import ops
import tensorflow as tf


class CompiledLoss:
    """The losses that a student compiled, as a loss of the game.

    Phase 1 shows the discriminator one batch of fake and real images, in that order, labelled 0
    and 1; phase 2 labels fake images 1.

    Args:
        gan: The compiled stack of both players.
        discriminator: The compiled discriminator.
    """

    needs_real_logits = False

    def __init__(self, gan, discriminator):
        self._generator_criterion = gan.compute_loss
        self._discriminator_criterion = discriminator.compute_loss

    def discriminator(self, real_logits, fake_logits):
        return self.of_one_batch(ops.concatenate([fake_logits, real_logits]))

    def of_one_batch(self, predictions):
        """The discriminator's loss from what it says of fake and real images, in this order."""
        fake, real = tf.split(predictions, 2)
        labels = ops.concatenate([ops.zeros_like(fake), ops.ones_like(real)])
        return self._discriminator_criterion(y=labels, y_pred=predictions)

    def generator(self, fake_logits):
        return self._generator_criterion(y=ops.ones_like(fake_logits), y_pred=fake_logits)


@keras.saving.register_keras_serializable("gan_tf")
class LectureGAN(GAN):
    """The game exactly as the lecture's loop plays it.

    It differs from `GAN` in two ways: the fake images of phase 1 are made in inference mode
    (BatchNormalization uses its moving averages), and the discriminator always sees fake and real
    images together in one batch.

    Args:
        generator: Built Keras model from latents to images.
        discriminator: Built Keras model from images to one number each.
        **kwargs: As in `GAN`.

    Reference:
        KTH ID2223, 'Generative Adversarial Network', after Géron, *Hands-On Machine Learning*.
    """

    def __init__(self, generator, discriminator, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        self.scores_in_one_pass = True

    def phase_1_fakes(self, inputs):
        return self.generator(inputs, training=False)


def train_gan(
    gan,
    dataset,
    batch_size,
    codings_size,
    n_epochs=50,
    *,
    callbacks=None,
    resume=None,
    seed=None,
    steps_per_execution=32,
    jit_compile="auto",
    verbose="auto",
):
    """Trains a GAN as the lecture's `train_gan` does, several times faster.

    The lecture's loop calls `train_on_batch` twice for every batch and toggles
    `discriminator.trainable` in between. This one plays the same two phases inside one TensorFlow
    graph: the same weights come out, and the toggles cannot be forgotten.

    Args:
        gan: `keras.Sequential([generator, discriminator])`, compiled as in the lecture: the
            discriminator first, then `discriminator.trainable = False`, then `gan`. Models that do
            not begin with `keras.Input` are built here.
        dataset: `tf.data.Dataset` of real images in batches of exactly `batch_size`, made with
            `.batch(batch_size, drop_remainder=True)`, in the range of the generator's output.
        batch_size: Integer, real images in a batch, and fake ones.
        codings_size: Integer, the number of values in one latent vector.
        n_epochs: Integer, passes over the dataset.
        callbacks: List of Keras callbacks; `model` in them is a `GAN`.
        resume: Folder for checkpoints, or None. The same cell, run again after its process was
            killed, goes on after the last epoch that was done: see `GAN.fit`. In Colab:
            `gan_tf.colab_drive("runs/dcgan")`.
        seed: Integer, seeds the latents. By default Keras's global seed decides.
        steps_per_execution: Integer, steps that TensorFlow plays without returning to Python;
            callbacks see the end of a batch only so often.
        jit_compile: Whether XLA compiles the step. "auto" is Keras's choice: with a GPU. On a CPU,
            True compiles all steps of an execution into one program, with which dense networks
            are about twice as fast, and convolutions several times slower.
        verbose: As in `keras.Model.fit`.

    Returns:
        Keras `History` with `d_loss` and `g_loss`, means over each epoch.

    Raises:
        OSError: If a checkpoint cannot be written.
        ValueError: If models, sizes and dataset do not fit, a model is not compiled, or
            checkpoints are damaged, of another version or of another game.

    Reference:
        KTH ID2223, 'Generative Adversarial Network', after Géron, *Hands-On Machine Learning*.
    """
    checks.at_least(
        1,
        batch_size=batch_size,
        codings_size=codings_size,
        n_epochs=n_epochs,
        steps_per_execution=steps_per_execution,
    )
    generator, discriminator = _compiled_players(gan)
    _check_dataset(dataset, batch_size)
    _build(generator, "generator", (codings_size,))
    _build(discriminator, "discriminator", tuple(dataset.element_spec.shape[1:]))
    _check_ending(discriminator)
    _check_sizes(generator, codings_size)
    # The lecture's toggle makes every layer of the discriminator trainable in phase 1.
    with trainable_as([(layer, True) for layer in all_layers(discriminator)]):
        game = LectureGAN(generator, discriminator, seed=seed)
        game.compile(
            gan.optimizer,
            discriminator.optimizer,
            loss=CompiledLoss(gan, discriminator),
            steps_per_execution=steps_per_execution,
            jit_compile=jit_compile,
        )
        return game.fit(
            dataset,
            epochs=n_epochs,
            callbacks=callbacks,
            resume=resume,
            verbose=verbose,
        )


def _compiled_players(gan):
    players = getattr(gan, "layers", [])
    if len(players) != 2 or not all(isinstance(player, keras.Model) for player in players):
        raise ValueError(
            "gan must be keras.Sequential([generator, discriminator]), two models in one. "
            f"Received: {gan!r} with layers {[type(player).__name__ for player in players]}"
        )
    for name, model in (("discriminator", players[1]), ("gan", gan)):
        if not model.compiled or model.loss is None:
            raise ValueError(
                f"{name} is not compiled with a loss and an optimizer. Compile the discriminator, "
                "set discriminator.trainable = False, then compile gan, each with both."
            )
    return players


def _build(model, name, shape):
    """Builds a Sequential that does not begin with an Input; the sizes are known by now."""
    if getattr(model, "outputs", None) or not isinstance(model, keras.Sequential):
        return
    try:
        model.build((None, *shape))
    except Exception as error:  # Keras raises several kinds
        raise ValueError(
            f"The {name} cannot be built for inputs of shape {(None, *shape)}. Received: "
            f"{model!r}, which fails with: {error}. Begin it with keras.Input(shape)."
        ) from error


def _check_ending(discriminator):
    """Cross-entropy of the wrong kind trains badly without a word; told by its value at ½."""
    half = ops.full((1, 1), 0.5)
    loss = float(discriminator.compute_loss(y=ops.ones((1, 1)), y_pred=half))
    ending = endings.last_activation(discriminator)
    if ending == "sigmoid" and abs(loss - 0.4741) < 1e-3:
        raise ValueError(
            "The discriminator ends in a sigmoid, but was compiled with a cross-entropy for "
            'logits. Compile it with loss="binary_crossentropy".'
        )
    if ending == "linear" and abs(loss - 0.6931) < 1e-3:
        raise ValueError(
            "The discriminator ends in logits, but was compiled with a cross-entropy for "
            'probabilities. End it with activation="sigmoid", or compile both models with '
            "loss=keras.losses.BinaryCrossentropy(from_logits=True)."
        )


def _check_sizes(generator, codings_size):
    if tuple(generator.input_shape) != (None, codings_size):
        raise ValueError(
            f"codings_size={codings_size} does not fit the generator, which takes inputs of shape "
            f"{generator.input_shape}. Use codings_size={generator.input_shape[-1]}."
        )


def _check_dataset(dataset, batch_size):
    spec = getattr(dataset, "element_spec", None)
    if not isinstance(spec, tf.TensorSpec):
        raise ValueError(
            "dataset must be a tf.data.Dataset of images alone: keep them with "
            f"dataset.map(lambda images, labels: images) if it gives pairs. Received: {dataset!r}"
        )
    size = spec.shape[0] if spec.shape.rank else None
    if size is None:
        raise ValueError(
            "The dataset's batches have no fixed size, so the last one may be smaller than "
            f"batch_size={batch_size}. Batch with .batch({batch_size}, drop_remainder=True). "
            f"Received: elements of shape {spec.shape}"
        )
    if size != batch_size:
        raise ValueError(
            f"batch_size={batch_size} does not fit the dataset, whose batches hold {size} images. "
            f"Use batch_size={size}, or batch the dataset by {batch_size}."
        )
