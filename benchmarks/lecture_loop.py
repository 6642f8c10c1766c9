"""The lecture's training loop, played as it stands on the slide: what `train_gan` must equal."""

import tensorflow as tf


def lecture_loop(gan, dataset, batch_size, codings_size, draw=tf.random.normal):
    """Plays one pass over the dataset with two `train_on_batch` for every batch.

    Args:
        gan: `keras.Sequential([generator, discriminator])`, compiled as in the lecture.
        dataset: `tf.data.Dataset` of real images in batches of `batch_size`.
        batch_size: Integer.
        codings_size: Integer.
        draw: Function from a shape to normal noise.

    Reference:
        KTH ID2223, 'A simple GAN for Fashion MNIST', after Géron, *Hands-On Machine Learning*.
    """
    generator, discriminator = gan.layers
    fake_then_real = tf.constant([[0.0]] * batch_size + [[1.0]] * batch_size)
    all_real = tf.constant([[1.0]] * batch_size)
    for real_images in dataset:
        fake_images = generator(draw((batch_size, codings_size)))
        discriminator.trainable = True
        discriminator.train_on_batch(tf.concat([fake_images, real_images], 0), fake_then_real)
        discriminator.trainable = False
        gan.train_on_batch(draw((batch_size, codings_size)), all_real)
