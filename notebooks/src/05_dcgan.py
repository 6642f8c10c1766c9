# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 05. Deep convolutional GANs
#
# {{badge}}
# {{page}}
#
# **Question.** Convolutions know that neighbouring pixels belong together, yet early GANs with
# convolutions were hard to train. What makes them stable?
#
# **You will be able to** explain a transposed convolution and batch normalisation in a few lines of
# NumPy, build the lecture's DCGAN, say what each of the five DCGAN guidelines is worth in short
# runs, show a network that fails without batch normalisation, and calculate with garments in the
# latent space.
#
# **Before this**: [notebook 04](04_fashion_dense.ipynb) (the dense GAN, the two phases,
# `train_gan`), and what a convolution is.
#
# **Lectures**: KTH ID2223, *Deep Convolutional GANs*; IIT Tirupati, *Deep Learning 9.1*, on the
# architecture; *Generative Models*, on arithmetic with latent vectors.
#
# **Time of a full run**: about 12 minutes on one CPU core, less on two. We have not measured it on
# a GPU. A generator that trained for longer comes with the course: sections 6 and 7 use it, so you
# can run them without waiting for the training in section 2.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
import itertools

from gan_tf import GAN, builders, callbacks, capped, data, games, metrics, plots, train_gan
from IPython.display import Image
import keras
from keras import layers
import numpy as np

# %% [markdown] tags=["setup"]
# ## Settings
# This cell holds the numbers that we use below, and loads the data. (`capped` returns the number
# itself, unless the tests of this course ask for a short trial.)

# %% tags=["setup"]
SEED = 0
BATCH_SIZE = 32
CODINGS_SIZE = 100  # values in a latent vector
STEPS_PER_EPOCH, EPOCHS = 250, 8  # 2,000 steps in all
AVERAGE_DECAY = 0.99  # the average reaches back about 100 steps
STEPS_DEEP, STEPS_SHORT = 2_000, 350  # of the games in sections 4 and 5
NUM_JUDGED = capped(5_000, per_step=100)
NUM_EDITED = capped(100, per_step=10)  # dresses in the last part of section 7
keras.utils.set_random_seed(SEED)
(images, labels), _ = data.load_fashion_mnist()
encoder = metrics.fashion_mnist_encoder()  # a small classifier, which we use as a judge

# %% [markdown]
# | setting | this notebook (2 CPU cores) | longer (a GPU) |
# | --- | --- | --- |
# | steps of the lecture's DCGAN | 2,000 | 93,750: 50 epochs of 60,000 images, as in the lecture |
# | steps of each deep game (section 4) | 2,000 | 20,000 |
# | steps of each short game (section 5) | 350 | 3,500 |
#
# The batch size is 32. An 'epoch' here means 250 steps, whatever the size of the data. The pixels
# lie in $[-1, 1]$, because the generator will end in a hyperbolic tangent.

# %%
first_of_each = [np.flatnonzero(labels == number)[0] for number in range(10)]
plots.large(plots.image_grid(images[first_of_each], 5, labels=data.CLASS_NAMES, scale=3))

# %% [markdown]
# Figure 5.1. One real image of each of the ten classes, with its name. Each image is grey and has
# 28 × 28 pixels.
#
# ## 1. The parts
#
# ### Down with strides, up with transposed convolutions
#
# A discriminator has to get from 28 × 28 pixels to one number. A convolution with **stride** 2 puts
# its window at every second pixel only, so its output is half as high and half as wide.
#
# A generator has to go the other way, from small feature maps to a large image. A **transposed
# convolution** with stride 2 turns the convolution around: each input value is multiplied by the
# whole kernel, the result is laid down at every second position of the output, and overlapping
# values are added up. In one dimension this takes five lines:


# %%
# NBVAL_CHECK_OUTPUT
def transposed_convolution(values, kernel, stride):
    out = np.zeros(stride * (len(values) - 1) + len(kernel))
    for place, value in enumerate(values):
        out[place * stride : place * stride + len(kernel)] += value * kernel
    return out


kernel = np.array([1.0, 2.0, 3.0, 2.0, 1.0])
print("ours ", transposed_convolution([1.0, 10.0, 100.0], kernel, stride=2))
layer = layers.Conv1DTranspose(1, 5, strides=2, use_bias=False)
layer.build((1, 3, 1))
layer.set_weights([kernel.reshape(5, 1, 1)])
print("Keras", np.array(layer(np.reshape([1.0, 10.0, 100.0], (1, 3, 1)))).ravel())

# %% [markdown]
# With a kernel of length 5 and stride 2, three input values meet at some output positions, and only
# two at the others. **Predict**: what does this do to an image?

# %%
axes = plots.panels(2, width=4.2, height=4.2)
for place, size in zip(axes, (5, 4), strict=True):
    layer = layers.Conv2DTranspose(1, size, 2, "same", kernel_initializer="ones", use_bias=False)
    counts = np.array(layer(np.ones((1, 7, 7, 1))))[0, 2:10, 2:10, 0].astype(int)
    place.imshow(counts, cmap="Blues", vmin=0, vmax=16)
    for (row, column), count in np.ndenumerate(counts):
        place.text(column, row, count, ha="center", va="center", fontsize=13)
    place.set(xticks=[], yticks=[], title=f"kernel {size} × {size}, stride 2")
axes[0].figure

# %% [markdown]
# Figure 5.2. How many input values are added up at each output pixel (a part of the image, away
# from its border). Left: with the lecture's kernel of 5 × 5 the numbers are 9, 6 and 4, in a
# lattice that repeats every second pixel. Right: with a kernel of 4 × 4, a multiple of the
# stride, every pixel gets 4. A generator with 5 × 5 kernels can learn weights that cancel the
# lattice, but the uneven overlap favours it. [Odena et al.,
# 2016](https://distill.pub/2016/deconv-checkerboard/) describe this *checkerboard artifact*. We
# keep the lecture's kernels, and look for the lattice in our samples.
#
# ### The two networks
#
# The generator begins with 128 feature maps of 7 × 7 and doubles their size twice. We take
# `BatchNormalization` apart below; `"selu"` is the activation of [notebook
# 04](04_fashion_dense.ipynb).

# %%
generator = keras.Sequential(
    [
        keras.Input((CODINGS_SIZE,)),
        layers.Dense(7 * 7 * 128),
        layers.Reshape((7, 7, 128)),
        layers.BatchNormalization(),
        layers.Conv2DTranspose(64, 5, strides=2, padding="same", activation="selu"),
        layers.BatchNormalization(),
        layers.Conv2DTranspose(1, 5, strides=2, padding="same", activation="tanh"),
    ],
    name="generator",
)

# %% [markdown]
# The discriminator halves the size twice. A last dense layer weighs all that is left. Its **leaky
# ReLU** returns $x$ for $x > 0$ and $0.2\,x$ otherwise, so that some gradient passes everywhere.
# During the training, **dropout** sets a random 40 % of the values to zero, so that D cannot rely
# on a few of them.

# %%
discriminator = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(64, 5, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Dropout(0.4),
        layers.Conv2D(128, 5, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Dropout(0.4),
        layers.Flatten(),
        layers.Dense(1, activation="sigmoid"),
    ],
    name="discriminator",
)

# %%
plots.large(plots.architecture(generator, discriminator, width=12.0), 100)

# %% [markdown]
# Figure 5.3. The two networks, from left to right. Above each box stands the shape of its output
# (height × width × feature maps), below it the layer. The generator (top) makes its maps larger and
# fewer: 7 × 7 × 128, then 14 × 14 × 64, then the image of 28 × 28 × 1. The discriminator (bottom)
# does the opposite, from 28 × 28 × 1 to 7 × 7 × 128 and then to one number.
#
# Later notebooks take both networks from `gan_tf.builders`. With the same weights, they give the
# same numbers:

# %%
# NBVAL_CHECK_OUTPUT
packaged = builders.dcgan_generator(CODINGS_SIZE)
packaged_discriminator = builders.dcgan_discriminator(output_activation="sigmoid")
packaged.set_weights(generator.get_weights())
packaged_discriminator.set_weights(discriminator.get_weights())
few = keras.random.normal((4, CODINGS_SIZE), seed=SEED)
verdicts = [discriminator(generator(few)), packaged_discriminator(packaged(few))]
print("largest difference", np.abs(np.subtract(*map(np.array, verdicts))).max())
print(generator.count_params(), "weights in G,", discriminator.count_params(), "in D")

# %% [markdown]
# ### Batch normalisation
#
# `BatchNormalization` ([Ioffe and Szegedy, 2015](https://arxiv.org/abs/1502.03167)) looks at one
# feature map at a time, over all images and positions of a batch. It subtracts the mean $\mu$ and
# divides by the standard deviation, so that every map has mean 0 and variance 1:
#
# $$\hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}}, \qquad y = \gamma\,\hat x + \beta.$$
#
# Here $\sigma^2$ is the variance of the map, $\varepsilon = 0.001$ avoids a division by zero, and
# the scale $\gamma$ and the shift $\beta$ of each map are learnt (they begin with 1 and 0).


# %%
# NBVAL_CHECK_OUTPUT
def batch_normalization(x, epsilon=1e-3):
    mean = x.mean(axis=(0, 1, 2))  # x: (batch, height, width, maps), mean: (maps,)
    variance = x.var(axis=(0, 1, 2))
    return (x - mean) / np.sqrt(variance + epsilon)


maps = 5 + 3 * np.random.default_rng(SEED).normal(size=(8, 7, 7, 4)).astype("float32")
theirs = np.array(layers.BatchNormalization()(maps, training=True))
print("same as Keras:", np.allclose(batch_normalization(maps), theirs, atol=1e-5))

# %% [markdown]
# This is what happens in *training mode*. Meanwhile the layer keeps running averages of $\mu$ and
# $\sigma^2$. In *inference mode*, when we want samples, it uses these averages, so that an image
# does not depend on the rest of its batch.
#
# ### The guidelines
#
# [Radford et al., 2015](https://arxiv.org/abs/1511.06434) tried many networks, and gave five
# guidelines for stable ones. G is the generator, D the discriminator:
#
# | | guideline | the lecture's networks |
# | --- | --- | --- |
# | 1 | no pooling: strided convolutions in D, transposed ones in G | yes |
# | 2 | batch normalisation in both, but not at G's output or D's input | in G; D has dropout |
# | 3 | no fully connected hidden layers in deeper networks | yes (G's first layer is allowed) |
# | 4 | ReLU in G, and tanh at its output | SELU in G, tanh at its output |
# | 5 | leaky ReLU in D | yes |
#
# (**SELU**, from [Klambauer et al., 2017](https://arxiv.org/abs/1706.02515), has outputs that tend
# towards mean 0 and variance 1, if the first weights are those of LeCun. Ours are Keras's usual
# ones.) The guidelines come from experience, not from a proof. We shall test all five in sections 4
# and 5. First let us see the lecture's game at work.
#
# ## 2. Training
#
# We compile and train as in the lecture. We add one thing: `GeneratorAverage` keeps a running
# average of the generator's weights ([Yazıcı et al., 2019](https://arxiv.org/abs/1806.04498)), a
# second generator that changes more smoothly than the first.

# %%
gan = keras.Sequential([generator, discriminator])
discriminator.compile(loss="binary_crossentropy", optimizer="rmsprop")
discriminator.trainable = False
gan.compile(loss="binary_crossentropy", optimizer="rmsprop")

average = callbacks.GeneratorAverage(AVERAGE_DECAY)  # not in the lecture
watcher = callbacks.SampleImages(12, seed=SEED)
batches = data.batches(images, BATCH_SIZE, SEED, steps_per_epoch=STEPS_PER_EPOCH)

# %% [markdown]
# **Predict.** What will appear first: the outline of a garment, or its texture? (The figure below
# redraws itself during the training.)

# %%
history = train_gan(
    *(gan, batches, BATCH_SIZE, CODINGS_SIZE, EPOCHS),
    callbacks=[average, watcher, callbacks.StopOnNaN()],
    seed=SEED,
    steps_per_execution=25,
    verbose=0,
)

# %% [markdown]
# Figure 5.4. What the generator makes of 12 latent vectors after 2,000 steps. You can recognise
# tops, shoes and a bag, while some images are of no clear kind. A fine lattice of lighter and
# darker pixels lies over the grey areas.

# %%
film = plots.training_gif(watcher.frames, "../outputs/05_dcgan.gif", 0.5)
Image(film.read_bytes())

# %% [markdown]
# Figure 5.5. The film of the run: the samples before training, and after every 250 steps. Noise
# turns into bright blobs, and the outlines of garments come first. Grey levels, sleeves and gaps
# follow, and some images change their kind on the way.

# %%
figure = plots.losses(history, equilibrium={"log 2: D cannot tell": np.log(2)})
plots.large(figure)

# %% [markdown]
# Figure 5.6. The mean losses of each epoch of 250 steps. The loss of D stays between 0.5 and 0.61,
# below $\log 2 = 0.69$ (in nats, the unit of natural logarithms), so in every epoch it tells real
# images from fakes better than by chance. The loss of G rises to 1.4 and then falls slowly.
#
# ## 3. What has it learnt?
#
# 2,000 steps are short: the lecture plays 93,750. A generator that trained for longer comes with
# the course. It has half the width, and played 22,500 steps of 16 images by other rules, which
# [notebook 08](08_remedies.ipynb) explains. So more than the length differs. Let us compare both
# with real images.

# %%
longer = builders.dcgan_generator(filters=(64, 32), weights="fashion_mnist")


def images_of(model, latents):
    parts = np.array_split(latents, max(1, len(latents) // 500))
    return np.concatenate([np.array(model(part, training=False)) for part in parts])


latents = np.array(keras.random.normal((NUM_JUDGED, CODINGS_SIZE), seed=SEED + 1))

# %%
made = {
    "this run": images_of(generator, latents),
    "its average": images_of(average.generator, latents),
    "longer run": images_of(longer, latents),
    "real images": images[5_000 : 5_000 + NUM_JUDGED],
}
rows = np.concatenate([each[:24] for each in made.values()])
names = [text for name in made for text in (name, "")]
plots.large(plots.image_grid(rows, 12, row_labels=names, scale=2))

# %% [markdown]
# Figure 5.7. Two rows of samples each. This run has the outlines of tops, trousers and shoes,
# several images are of no clear kind, and the lattice is visible in the grey areas. Its average
# (the same latents) has fewer speckles. The samples of the longer run are cleaner, and some have
# patterns; but its fifth image is a broken garment with a square patch. You could still tell many
# from the real images (last two rows).
#
# A generator can make lovely shirts and forget that sandals exist. **Predict**: which of the ten
# classes will be rare among the samples? The course's small classifier sorts them for us. (It was
# made for real garments, so trust it less on shapes that are no garment.)

# %%
shares = [
    np.bincount(encoder(each).probabilities.argmax(axis=1), minlength=10) / len(each)
    for each in made.values()
]
texts = [[f"{share:.1%}" for share in row] for row in np.transpose(shares)]
figure = plots.heatmap(np.transpose(shares), data.CLASS_NAMES, list(made), texts)
figure.set_size_inches(7, 4.6)
plots.large(figure)

# %% [markdown]
# Figure 5.8. The share of each class among 5,000 images, as the classifier sees them. Real images
# have about 10 % of each. This run and its average make far too many shirts (17 and 16 %). All
# three generators make the fewest ankle boots (6 to 7 %), and more coats than they should. But no
# class is missing.
#
# [Notebook 06](06_measuring.ipynb) is about measuring. Here are three of its numbers in advance.
# The classifier turns each image into 64 features.
#
# - The **Fréchet classifier distance** compares the mean and the covariance of the features of
#   samples and of real images. Smaller is better.
# - **Precision** is the share of samples whose features lie close to those of some real image: no
#   farther away than the third nearest real neighbour of that image.
# - **Recall** is the share of real images whose features lie as close to those of some sample.

# %%
reference = metrics.Reference(encoder, images[:5_000], images[5_000:10_000], seed=SEED)
scores = metrics.Scores(reference)
noise = np.random.default_rng(SEED).uniform(-1, 1, (NUM_JUDGED, 28, 28, 1)).astype("float32")
for name, each in (made | {"noise": noise}).items():
    values = scores(each)
    print(f"{name:12} distance {values['frechet_classifier_distance']:6.1f}, ", end="")
    print(f"precision {values['precision']:.2f}, recall {values['recall']:.2f}")

# %% [markdown]
# Is a distance of 80 large? Another 5,000 real images have 0.8, and uniform noise has 319. This
# run (80.5) lies in between, and the longer run (37.8) is closer. The generator and its average
# have nearly the same distance and precision, and the average has a higher recall in this run
# (0.43 instead of 0.33). A small recall does not mean that classes are missing: all ten are
# there. The samples of a class may be less varied than its real images, or not close enough to
# any.
#
# Uniform noise has a precision of 0.99! The classifier has never seen noise. It gives all noise
# nearly the same features, and these happen to lie close to those of a few real images, as
# [notebook 06](06_measuring.ipynb) shows. So precision alone says little.
#
# ## 4. What makes deep networks stable?
#
# The lecture's networks have only two layers that change the size. Early attempts failed with
# *deeper* ones. [Radford et al., 2015](https://arxiv.org/abs/1511.06434) report that without batch
# normalisation deep generators did not begin to learn, and that all their samples collapsed to one
# point. They give two reasons why it helps: it deals with a poor initialisation, and it helps the
# gradients to flow. We test the first, and leave the second open.
#
# We let five doublings (1 → 2 → 4 → 8 → 16 → 32) play against five halvings. From the paper we take
# ReLU in G, leaky ReLU in D, no dropout, weights that begin as normal numbers with standard
# deviation 0.02, and Adam with a learning rate of 0.0002 and a momentum of $\beta_1 = 0.5$
# ([notebook 01](01_circle.ipynb); we have tried no other values).
#
# Among the differences from the paper, we have far fewer maps (128 to 16 instead of 1024 to 128)
# and smaller batches. And our G normalises after the ReLU, like the lecture's; the authors' code
# normalises before it, and has a ReLU after the dense layer, too.


# %%
def small_weights(model, seed):
    """The same model; its kernels begin as in the paper."""
    rng = np.random.default_rng(seed)
    for variable in model.trainable_variables:
        if variable.path.endswith("kernel"):
            variable.assign(rng.normal(0, 0.02, variable.shape))
    return model


def deep_networks(has_norm, begin=small_weights, seed=SEED):
    """Both networks, with or without batch normalisation; `begin` draws their weights."""
    keras.utils.set_random_seed(seed)
    maps, size = (128, 64, 32, 16, 16), {"image_shape": (32, 32, 1)}
    deep_generator = builders.dcgan_generator(
        filters=maps, activation="relu", batch_normalization=has_norm, **size
    )
    deep_discriminator = builders.dcgan_discriminator(
        filters=maps[::-1], dropout=0.0, batch_normalization=has_norm, **size
    )
    return begin(deep_generator, seed), begin(deep_discriminator, seed + 1)


# %% [markdown]
# **What becomes of the difference between latent vectors on its way to the image?** Before any
# training, we feed 64 latents, and take two numbers of what each layer puts out (after its
# activation; batch normalisation then rescales this to a size of about 1, before the next layer):
#
# - The **spread** is the standard deviation of a value over the 64 latents, averaged over all
#   pixels and maps (as the root of the mean variance). If it is 0, all images are the same.
# - The **normalised spread** is the spread divided by the size of the signal, which is the root
#   mean square of all values. It is 0 if all outputs are the same, and 1 if their mean over the
#   latents is zero everywhere.
#
# **Predict**: by what factor does the first transposed convolution without batch normalisation
# change the spread?
#
# <details><summary>An estimate</summary>
#
# Its input is one pixel with 128 maps, so each of its outputs adds up 128 products with weights of
# standard deviation 0.02, and the spread becomes $0.02\sqrt{128} \approx 0.23$ times as large. Then
# ReLU sets the negative half to zero. Normal numbers with standard deviation 1 keep a mean square
# of $1/2$ and a mean of $1/\sqrt{2\pi}$, and so a standard deviation of $\sqrt{1/2 - 1/(2\pi)}
# \approx 0.58$. Together this makes $0.23 \times 0.58 \approx 1/8$.
#
# </details>
#
# **How large should the first weights be?** An output that adds up $n$ products, with weights of
# standard deviation $\sigma$, has a mean square $n\sigma^2$ times as large as its inputs have, and
# ReLU removes half of that. So a layer multiplies the size of the signal by $\sqrt{n\sigma^2/2}$.
# [He et al., 2015](https://arxiv.org/abs/1502.01852) take $\sigma = \sqrt{2/n}$, which makes this
# factor 1.
#
# We count $n$ as in figure 5.2. If all inputs and weights are 1, every product is 1, so each output
# is the number of its products. We take the mean, because outputs at the border add up fewer.


# %%
def num_products(layer):
    """How many products one output of a layer adds up, on average; we count them with ones."""
    config = layer.get_config() | {"activation": "linear", "kernel_initializer": "ones"}
    twin = type(layer).from_config(config)
    return float(np.mean(twin(np.ones((1, *layer.input.shape[1:])))))


def he_weights(model, seed):
    """The same model; its kernels begin as He et al. advise."""
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if hasattr(layer, "kernel"):
            size = np.sqrt(2 / num_products(layer))
            layer.kernel.assign(rng.normal(0, size, layer.kernel.shape))
    return model


# %%
def spread(model, latents):
    """Spread over the latents of each layer's output, and its share of the root mean square."""
    outputs = [layer.output for layer in model.layers if hasattr(layer, "kernel")]
    values = [np.array(v) for v in keras.Model(model.inputs[0], outputs)(latents, training=True)]
    spreads = np.sqrt([each.var(axis=0).mean() for each in values])
    return spreads, spreads / np.sqrt([np.square(each).mean() for each in values])


models = {
    "batch norm, 0.02": deep_networks(True)[0],
    "no batch norm, 0.02": deep_networks(False)[0],
    "no batch norm, Keras": keras.models.clone_model(deep_networks(False)[0]),
    "no batch norm, He": deep_networks(False, he_weights)[0],
}
found = {name: spread(model, latents[:64]) for name, model in models.items()}
for name, (spreads, shares) in found.items():
    print(f"{name:20} spread", *(f"{value:.5f}" for value in spreads), end=", ")
    print("normalised", *(f"{value:.2f}" for value in shares))

# %%
axes = plots.panels(2, width=5.4, height=4)
labels_of_axes = ("spread over 64 latents", "normalised spread")
for i, (place, label) in enumerate(zip(axes, labels_of_axes, strict=True)):
    lines = {name: values[i] for name, values in found.items()}
    scale = "linear" if i else "log"
    plots.curves(range(6), lines, "layer (0 is the dense layer)", label, yscale=scale, ax=place)
    place.set_xticks(range(6))
axes[1].set_ylim(0, 1.05)
axes[0].figure

# %% [markdown]
# Figure 5.9. What is left of the difference between 64 latent vectors after each layer of an
# untrained generator. Left: the spread (logarithmic axis). Without batch normalisation and with the
# paper's small weights (dashed), every transposed convolution makes the spread about five to eight
# times smaller. At the output it is 0.00002, and all 64 images are the same even grey. With Keras's
# own initial weights (dash-dotted) it falls from 0.93 to 0.002. With He's weights (dotted) it stays
# near 1 up to the last hidden layer, and with batch normalisation (solid) between 0.10 and 0.20.
# Right: the normalised spread. The three curves without batch normalisation lie on each other up to
# layer 4, where they have fallen to 0.57. With batch normalisation it stays above 0.8.
#
# **What do small weights do?** They shrink *the signal as a whole*, and the differences shrink with
# it. Halve the weights of one layer, and all later ReLU outputs halve, too (the biases begin at 0).
# Their ratio stays the same, so the curves on the right agree.
#
# **Are weights of 0.02 always too small?** No, it depends on the number of maps. Away from the
# border, $n$ is $25/4$ times the number of maps. So by the formula above, the paper's layers of
# 1024, 512 and 256 maps multiply the size of the signal by about $1.1$, $0.8$ and $0.6$.
#
# **What does batch normalisation do?** It divides by the standard deviation, and so repairs such an
# initialisation. He's weights need no repair. But batch normalisation also subtracts the mean of
# each map. ReLU's outputs are never negative, so without this a growing share of the signal is the
# same for all latents.
#
# **Does a deep game need batch normalisation, then, or only larger weights?** We train both. First
# two details.
#
# - **Nothing is frozen.** Phase 1 moves the weights of D, and D normalises by the batch (real
#   images and fakes are two batches). Phase 2 moves the weights of G. By default a `Phase`
#   freezes the others, and a frozen `BatchNormalization` uses its running averages, so the same D
#   gives other answers. In the paper's code, D uses the batch in both phases, and so does ours,
#   with `freezes=()`.
# - **Samples come in two modes.** In inference mode, batch normalisation uses its running
#   averages, and these lag behind: one step moves them by 1 % of the way (Keras's momentum of
#   0.99). The averages, not the weights, may be to blame for bad samples. So we also draw samples
#   in training mode, where their own batch gives the means and variances:


# %%
class BatchStatisticsGAN(GAN):
    phases = (
        games.Phase("d_loss", ("discriminator",), freezes=()),
        games.Phase("g_loss", ("generator",), freezes=()),
    )


def in_training_mode(model, latents):
    """Samples that are normalised by their own batch, as during the training."""
    kept = model.get_weights()
    samples = np.array(model(latents, training=True))
    model.set_weights(kept)  # the running averages have moved
    return samples


# %%
padded = data.padded(images, 32)  # a border of 2 black pixels
deep_latents = latents[:200]
deep_games = {  # name: batch norm, initial weights, seed
    "batch norm": (True, small_weights, SEED),
    "batch norm, seed 1": (True, small_weights, SEED + 1),
    "without": (False, small_weights, SEED),
    "without, He": (False, he_weights, SEED),
}
deep_samples = {}
for name, (has_norm, begin, seed) in deep_games.items():
    game = BatchStatisticsGAN(*deep_networks(has_norm, begin, seed), seed=seed)
    game.compile(*(keras.optimizers.Adam(2e-4, 0.5) for _ in range(2)), steps_per_execution=25)
    feed = data.batches(padded, BATCH_SIZE, seed, steps_per_epoch=STEPS_DEEP // 10)
    for first, last in ((0, 1), (1, 3), (3, 10)):  # until step 200, 600 and 2,000
        game.fit(feed, epochs=last, initial_epoch=first, verbose=0)
        row = f"{name}, step {last * STEPS_DEEP // 10:,}"
        deep_samples[row] = images_of(game.generator, deep_latents)
        if has_norm:
            deep_samples[f"{row}, training mode"] = in_training_mode(game.generator, deep_latents)


# %%
def mean_correlation(made):
    """Mean correlation of the pixels of two different images; 1 if all are the same."""
    table = np.corrcoef(made.reshape(len(made), -1).astype("float64"))
    return (table.sum() - len(table)) / (len(table) * (len(table) - 1))


for name, each in deep_samples.items():
    print(f"{name:44} correlation of two samples {mean_correlation(each):.2f}")
print(f"{'real images':44} correlation of two images  {mean_correlation(padded[:200]):.2f}")
drawn = [name for name in deep_samples if "seed 1" not in name or "mode" not in name]
rows = np.concatenate([deep_samples[name][:8] for name in drawn])
plots.large(plots.image_grid(rows, 8, row_labels=drawn, scale=2))

# %% [markdown]
# Figure 5.10. Samples for the same eight latents in four games, after 200, 600 and 2,000 steps.
#
# - **Batch normalisation, seed 0** (upper six rows; below each row the same in training mode): grey
#   noise, then blurred shapes under a lattice, then tops, shoes and a boot. After 2,000 steps the
#   second and the third image are almost the same shoe.
# - **Batch normalisation, seed 1** (three rows): grey noise, then white blobs, then tops, a dress,
#   trousers and shoes.
# - **Without it** (three rows): three images of the first row are flat grey. Later all eight vary
#   one pattern of bright spots, and in the end there are about three patterns, none of them a
#   garment.
# - **Without it, with He's weights** (last three rows): white dots on black, in much the same
#   places in every image, and fewer and fewer of them.
#
# **Does the deep game need batch normalisation?** These four games say yes. After 2,000 steps
# with it, you see garments. Without it, you see none.
#
# **What does the correlation tell?** It measures what two samples have in common, and 1 means
# that they are the same image. Garments share a bright middle and a dark border, so two real
# images have 0.43. After 2,000 steps, the games with batch normalisation have 0.45 and 0.43,
# those without it 0.67 with small weights and 0.95 with He's. A low value is no sign of quality:
# independent noise has about 0.
#
# **Are the weights to blame, or the running averages?** After 200 steps of seed 0, the
# correlation is 0.40 in inference mode, and 0.07 in training mode. So the running averages make
# these samples alike, but not bad: in training mode they are noise, too. Later the two modes
# hardly differ.
#
# **What do more games say?** Batch normalisation helps a deep game, though it guarantees nothing.
# The table adds four doublings, and batch normalisation in one player only. The three values of a
# cell belong to the seeds 0, 1 and 2. 'Classes' counts the kinds of garments with at least 1 % of
# the samples. All samples are made in inference mode. Their correlations leave out the added
# border, so don't compare them with those above. The same seed makes another game than in figure
# 5.10, where the images came in another order after step 200.
#
# {{benchmarks/results/guidelines_deep.md}}
#
# - **Do games without batch normalisation collapse?** Yes: after 600 steps their samples look alike
#   at both depths, as in the paper. How far it goes depends on the seed.
# - **Which player needs it?** With four doublings, it helps every seed in either player. With
#   five, it helps every seed if it is in G. In D alone it helps two of the three seeds a little.
#   G alone does better than both with two seeds. Lagging averages are an unlikely reason, as in
#   figure 5.10 the two modes are close after 600 steps. But we scored no samples in training
#   mode.
# - **Is variety quality?** No. With five doublings and batch normalisation in both players, the
#   samples differ more after 600 steps than in the other games. But with two seeds they are no
#   closer to garments than noise is (309 and 319, where noise has 315).
# - **Do longer games help?** With batch normalisation in both players, the seeds 1 and 2 make
#   garments of all ten classes after 2,000 steps, with distances near 80. Seed 0 makes nearly the
#   same image from all latents. (It did so again on one thread, in training mode as well; in
#   figure 5.10, seed 0 makes garments. So chance can decide.) Without batch normalisation no seed
#   comes near garments: the best distance is 238 with small weights, and 225 with He's. Not all
#   collapse: with small weights, seed 1 makes varied samples (0.18), far from garments (397).
# - **Is a better initialisation enough?** Not here. The games with He's weights go no better:
#   after 2,000 steps, two of the three seeds make nearly the same image from all latents. But we
#   changed the weights of both players and kept the learning rate, and larger weights may need
#   another one.
#
# Batch normalisation probably does more than repair the first weights. We have not tested what:
# it may help the gradients to flow, as the paper says, or keep the size of the signal while the
# weights change. [Notebook 08](08_remedies.ipynb) is about more remedies.
#
# ## 5. The guidelines, one at a time
#
# Now we return to the lecture's two-layer networks, at half their width so that a run takes
# little time. We change one thing at a time. Two changes need networks of their own. Guideline 1
# speaks of pooling in D and, in G, of fixed upsampling: each pixel is repeated, and an ordinary
# convolution follows. (D returns a logit here, as in [notebook 01](01_circle.ipynb), and the loss
# applies the sigmoid.)


# %%
def pooling_discriminator():
    stack = [keras.Input((28, 28, 1))]
    for count in (32, 64):
        stack += [layers.Conv2D(count, 5, padding="same"), layers.LeakyReLU(negative_slope=0.2)]
        stack += [layers.MaxPooling2D(), layers.Dropout(0.4)]
    return keras.Sequential([*stack, layers.Flatten(), layers.Dense(1)])


def upsampling_generator():
    stack = [keras.Input((100,)), layers.Dense(7 * 7 * 64), layers.Reshape((7, 7, 64))]
    for count, activation in ((32, "selu"), (1, "tanh")):
        stack += [layers.BatchNormalization(), layers.UpSampling2D()]
        stack += [layers.Conv2D(count, 5, padding="same", activation=activation)]
    return keras.Sequential(stack)


# %% [markdown]
# **Predict**: which of the following changes will the eye see after 350 steps?


# %%
def make_g(**changes):
    return builders.dcgan_generator(filters=(64, 32), **changes)


def make_d(**changes):
    return builders.dcgan_discriminator(filters=(32, 64), **changes)


variants = {
    "as in the lecture": (make_g, make_d),
    "1 max pooling in D": (make_g, pooling_discriminator),
    "1 upsampling in G": (upsampling_generator, make_d),
    "2 no batch norm in G": (lambda: make_g(batch_normalization=False), make_d),
    "2 batch norm in D, frozen": (make_g, lambda: make_d(batch_normalization=True)),
    "4 no tanh at G's output": (lambda: make_g(output_activation=None), make_d),
}

# %%
rows = []
for name, (make_generator, make_discriminator) in variants.items():
    keras.utils.set_random_seed(SEED)
    game = GAN(make_generator(), make_discriminator(), seed=SEED)
    game.compile("rmsprop", "rmsprop", steps_per_execution=25)
    feed = data.batches(images, BATCH_SIZE, SEED, steps_per_epoch=STEPS_SHORT)
    logs = game.fit(feed, verbose=0).history
    print(f"{name:26} loss of D {logs['d_loss'][-1]:.2f}, of G {logs['g_loss'][-1]:.2f}")
    rows.append(np.clip(game.generate(12, seed=SEED), -1, 1))
plots.large(plots.image_grid(np.concatenate(rows), 12, row_labels=list(variants), scale=2))

# %% [markdown]
# Figure 5.11. Twelve samples of each game after 350 steps, for the same latents. Most rows show
# bright blobs, some roughly shaped like garments, and no row is clearly better. Without tanh (last
# row, clipped to $[-1, 1]$) the grey is grainy. One change is plain to see: with a frozen batch
# normalisation in D (fifth row), all samples are white blobs with rows of black dots.
#
# The table has three seeds, and four more changes. '2 batch norm in D, not frozen' plays by the
# phases of section 4. '3 dense hidden layer in D' adds a dense layer of 512 units before the
# verdict. 'ReLU in G' replaces SELU, and 'ReLU in D' replaces leaky ReLU.
#
# {{benchmarks/results/guidelines_lecture.md}}
#
# (Real images have 0.2 here and 0.8 in section 3, because we compare 10,000 images here, and
# larger sets are closer.)
#
# **When is it a difference?** We say so if all three values of a row lie on the same side of all
# three of the lecture's (distances of 149 to 151). A change without any effect would pass one
# time in ten. As nine rows share one baseline, expect about one false alarm. What do these runs
# say?
#
# 1. **No pooling**: neither max pooling in D nor upsampling in G makes a difference that we can
#    see. [Odena et al.](https://distill.pub/2016/deconv-checkerboard/) recommend upsampling against
#    the lattice. Here some lattices remain (third row, fifth image). The reason may be that strided
#    convolutions, such as those of D, put a lattice on the gradients, as they also explain.
# 2. **Batch normalisation**: without it in G, the samples are worse. In D it makes no difference
#    that we can see, as long as both phases use the batch. If D is frozen in phase 2 (Keras's
#    default), the game falls apart. The printed losses show how: *both* are low. D tells fakes from
#    real images in phase 1, where each batch is normalised by itself, and G fools D in phase 2,
#    where the running averages normalise. So these are two different discriminators.
# 3. **No hidden dense layers**: with one, the samples are worse, and have fewer classes.
# 4. **ReLU in G, tanh at its output**: between ReLU and SELU we can see no difference. Without tanh
#    the samples are worse.
# 5. **Leaky ReLU in D**: with ReLU the distance is no different, but each run has nine classes
#    instead of ten.
#
# So the guidelines are hypotheses about networks of their time. Here three changes make the
# samples moderately worse (159 to 214 instead of 150), one, a trap in Keras, ruins the game, and
# the others matter little or not visibly. And 350 steps show only how a game begins.
#
# ## 6. Walking through the latent space
#
# From here on we use the generator of the longer run. Between two latent vectors $a$ and $b$ lie
# others: $(1 - t)\,a + t\,b$ for $t$ from 0 to 1. Will the pictures on the way change gradually, or
# jump from one garment to the next? (Gradual changes alone don't prove that nothing was stored;
# [notebook 06](06_measuring.ipynb) searches for copies.) **Predict**: what will you see between a
# shoe and a shirt?

# %%
surest = encoder(images_of(longer, latents)).probabilities.argmax(axis=0)  # sample of each class
pairs = [("Ankle boot", "Shirt"), ("Trouser", "Dress"), ("Bag", "Coat")]
pairs += [("Sneaker", "Sandal"), ("T-shirt/top", "Pullover"), ("Bag", "Trouser")]
one_of = dict(zip(data.CLASS_NAMES, latents[surest], strict=True))
starts, ends = (np.stack([one_of[pair[i]] for pair in pairs])[:, None] for i in range(2))
share = np.linspace(0, 1, 12).reshape(1, -1, 1)  # (1, steps, 1)
path = (1 - share) * starts + share * ends  # (walks, steps, codings)
walks = images_of(longer, path.reshape(-1, CODINGS_SIZE))
plots.large(plots.image_grid(walks, 12, row_labels=[f"{a} → {b}" for a, b in pairs], scale=2))

# %%
fine = np.linspace(0, 1, 41).reshape(1, -1, 1)
path = (1 - fine) * latents[:20, None] + fine * latents[20:40, None]
frames = images_of(longer, path.reshape(-1, CODINGS_SIZE)).reshape(20, 41, -1)
changes = np.abs(np.diff(frames, axis=1)).mean(axis=2)  # (walks, steps)
largest = (changes / changes.sum(axis=1, keepdims=True)).max(axis=1)
print(f"20 walks of 40 steps: largest step {largest.mean():.1%} of the way, at most", end=" ")
print(f"{largest.max():.1%}; equal steps {1 / 40:.1%}, one jump 100%")

# %% [markdown]
# Figure 5.12. Six walks in a straight line, from the sample of one class that the classifier is
# surest about (left) to that of another (right). Most changes are gradual: the legs of the trousers
# grow together, the sleeves of the T-shirt get longer. But in the first row the boot becomes a
# shirt between the fifth and the sixth image. Halfway from the bag to the trousers you see
# pullovers and a dress, so the path leads through other garments.
#
# The cell below the figure measures 20 *other* walks, in 40 steps. If all steps were equally large,
# each would make 2.5 % of the way (the sum of all changes of pixels). The largest step of a walk
# makes 4.8 % on average and 8.1 % at most. No step comes near the whole way.
#
# ## 7. Calculating with garments
#
# Radford et al. took the mean latent vector of three samples that showed smiling women, subtracted
# that of neutral women, added that of neutral men, and got smiling men. Our garments do not smile,
# but some have long sleeves:
#
# $$\text{pullover} - \text{T-shirt} + \text{dress} = \;?$$
#
# **Predict** what this makes.


# %%
latents = np.array(keras.random.normal((4_000, CODINGS_SIZE), seed=SEED + 1))
probabilities = encoder(images_of(longer, latents)).probabilities


def latents_of(name):
    """Latents of the samples that the classifier gives to a class with more than 90 %."""
    wanted = probabilities[:, data.CLASS_NAMES.index(name)] > 0.9
    return latents[wanted]


means = [latents_of(name).mean(axis=0) for name in ("Pullover", "T-shirt/top", "Dress")]
sleeves = means[0] - means[1]  # the direction from T-shirts to pullovers
amounts = np.linspace(0.5, 2.5, 5)
around = means[2] + amounts[:, None] * sleeves
names = ["pullover", "T-shirt", "dress", *(f"dress + {t:g} s" for t in amounts)]
pictures = images_of(longer, np.stack([*means, *around]))
plots.large(plots.image_grid(pictures, 4, labels=names, scale=3))

# %% [markdown]
# Figure 5.13. The generator's images of three mean latents, and of the mean dress plus a growing
# multiple of $s$ = pullover − T-shirt. With half of $s$ the dress gets sleeves, one short and one
# that reaches below the elbow, and from 1 on both are long. At 2 the dress has become a pullover.
# Nobody told the networks what a sleeve is (only the classifier was trained with labels).
#
# Is this more than a lucky picture? The mean of many latents gives an average garment. So let us
# add $s$ to 200 *different* dresses, and compare with three controls:
#
# - a random direction of the same length, another one for each dress,
# - directions between *other* classes, made as long as $s$, for example from the mean T-shirt to
#   the mean coat (which has sleeves) or to the mean sneaker (which has none),
# - the same arithmetic with pixels: we add the mean real pullover and subtract the mean real
#   T-shirt.


# %%
def direction(to, away):
    """From the mean latent of one class to that of another, as long as s."""
    vector = latents_of(to).mean(axis=0) - latents_of(away).mean(axis=0)
    return vector * np.linalg.norm(sleeves) / np.linalg.norm(vector)


dresses = latents_of("Dress")[:200]
rng = np.random.default_rng(SEED)
random = rng.normal(size=dresses.shape)
random *= np.linalg.norm(sleeves) / np.linalg.norm(random, axis=1, keepdims=True)
coat, sneaker = (direction(name, "T-shirt/top") for name in ("Coat", "Sneaker"))
pullovers, shirts = (
    images[labels == data.CLASS_NAMES.index(n)] for n in ("Pullover", "T-shirt/top")
)
difference = pullovers.mean(axis=0) - shirts.mean(axis=0)  # of pixels
edited = {
    "dresses": images_of(longer, dresses),
    "+ s": images_of(longer, dresses + sleeves),
    "+ coat − T-shirt": images_of(longer, dresses + coat),
    "+ sneaker − T-shirt": images_of(longer, dresses + sneaker),
    "+ random": images_of(longer, dresses + random),
    "+ s in pixels": np.clip(images_of(longer, dresses) + difference, -1, 1),
}
rows = np.concatenate([each[:12] for each in edited.values()])
plots.large(plots.image_grid(rows, 12, row_labels=list(edited), scale=2))

# %% [markdown]
# Figure 5.14. Twelve dresses, and the same dresses after each kind of arithmetic. Adding $s$
# (second row) gives most of them sleeves, and several become shorter, like a pullover. The step
# from T-shirts to coats (third row) gives nearly as many sleeves. The step from T-shirts to
# sneakers (fourth row) turns most dresses into shoes, into tops with long sleeves, or into things
# between. A random direction (fifth row) mostly changes details, but gives sleeves to two of the
# twelve, and the seventh dress is on its way to a boot. Arithmetic with pixels (last row) puts the
# same grey sleeves beside every dress, like a ghost.
#
# Where a mean real pullover is brighter than a mean real T-shirt by more
# than 0.6, there must be a long sleeve. We measure the brightness of this *sleeve region*, and
# its *match* with the dress: the correlation of its brightness with that of the chest (near 1 if
# brighter chests have brighter sleeves, near 0 if the two are unrelated).

# %%
region = difference > 0.6
chest = np.zeros_like(region)
chest[8:22, 11:17] = True
print(f"sleeve region: {region.sum()} of 784 pixels")
masks = [np.where(mask, 1.0, -1.0) for mask in (region, chest)]
pictures = np.stack([pullovers.mean(axis=0), shirts.mean(axis=0), *masks])
names = ["mean pullover", "mean T-shirt", "sleeve region", "chest"]
plots.large(plots.image_grid(pictures, 4, labels=names, scale=3))

# %% [markdown]
# Figure 5.15. What we measure with. From left to right: the mean real pullover, the mean real
# T-shirt, the sleeve region (white: 92 of 784 pixels, two bars where the lower arms are) and the
# chest (white).


# %%
def effect(images):
    """Brightness of the sleeve region, and the shares of dresses and of pullovers."""
    classes = encoder(images).probabilities.argmax(axis=1)
    shares = [np.mean(classes == data.CLASS_NAMES.index(n)) for n in ("Dress", "Pullover")]
    return images[:, region].mean(), *shares


for name, each in (edited | {"real pullovers": pullovers[:1_000]}).items():
    bright, dress, pullover = effect(each)
    match = np.corrcoef(each[:, region].mean(axis=1), each[:, chest].mean(axis=1))[0, 1]
    print(f"{name:19} sleeve region {bright:5.2f}, match {match:5.2f}, ", end="")
    print(f"called dress {dress:4.0%}, pullover {pullover:4.0%}")

# %%
amounts = np.linspace(0, 2, 9)
vectors = {"along s": sleeves, "coat − T-shirt": coat}
vectors |= {"sneaker − T-shirt": sneaker, "random direction": random}
lines = {
    name: [images_of(longer, dresses + t * vector)[:, region].mean() for t in amounts]
    for name, vector in vectors.items()
}
axes = plots.panels(1, width=7.5, height=4)
levels = {"real pullovers": pullovers[:, region].mean(), "real T-shirts": shirts[:, region].mean()}
plots.curves(
    amounts,
    lines,
    "multiple of the vector",
    "brightness of sleeve region",
    reference=levels,
    ax=axes,
)
axes.figure

# %% [markdown]
# Figure 5.16. The mean brightness of the sleeve region (−1 is black) for 200 dresses, against how
# much of the vector we add. The two black dotted lines are real pullovers (above) and real
# T-shirts (below). Along $s$ (solid) the mean rises steadily (a single dress may change
# abruptly), and a little before twice $s$ it reaches that of real pullovers. Towards coats
# (dashed) it rises too, but stays lower. Towards sneakers (dash-dotted) the region brightens even
# faster at first, but this comes from shoes and from tops, and from 1 on it becomes darker again.
# Along random directions of the same length (at the bottom) hardly anything
# happens.
#
# So *a bright sleeve region is no proof of a sleeve*: any wide shape fills it. An edit should add
# sleeves **and leave the dress a dress**. Which of the 90 directions between two classes do both?

# %%
effects = {
    pair: effect(images_of(longer, dresses[:NUM_EDITED] + direction(*pair)))
    for pair in itertools.permutations(data.CLASS_NAMES, 2)
}
brights, dress_shares, _ = np.transpose(list(effects.values()))
bright_of_s, share_of_s, _ = effects["Pullover", "T-shirt/top"]
brighter = brights > bright_of_s
print(f"{brighter.sum()} of the {len(effects)} directions brighten the region more than s,")
print(f"and leave at most {dress_shares[brighter].max():.0%} dresses; s leaves {share_of_s:.0%}")

axes = plots.panels(1, width=7.5, height=4.5)
axes.scatter(brights, dress_shares, color="0.6", s=30)
shown = {("Pullover", "T-shirt/top"): (8, 5), ("Coat", "T-shirt/top"): (-40, -18)}
shown |= {("Sneaker", "T-shirt/top"): (-95, 12), ("Sneaker", "Sandal"): (8, 5)}
shown |= {("Coat", "Trouser"): (-40, 12)}  # and where the text stands, in points
for (to, away), offset in shown.items():
    bright, share, _ = effects[to, away]
    axes.scatter(bright, share, color="#0072B2", marker="D", s=45)
    axes.annotate(f"{to} − {away}", (bright, share), offset, textcoords="offset points")
axes.set(xlabel="brightness of sleeve region", ylabel="share called dress", xlim=(-1.05, 0.3))
axes.figure

# %% [markdown]
# Figure 5.17. Each point is a direction from one class to another, as long as $s$, added to 100
# dresses (blue: five examples). Across: the brightness of the sleeve region. Upwards: the share
# of images that the classifier still calls dresses. Many directions leave the region black (left
# edge). Those that brighten it to more than −0.6 nearly all leave hardly any (bottom right). Only
# two keep many: $s$ itself, pullover − T-shirt (41 %), and coat − T-shirt (27 %). The 12
# directions that brighten the region more than $s$ leave at most 6 %.
#
# What do the controls say? A random direction of this length hardly changes the region on
# average: it rises from −0.94 only to −0.92, with $s$ to −0.32. (A single dress can gain a
# sleeve.) Of the directions between classes, only pullover − T-shirt and coat − T-shirt stand out
# beyond −0.6. (The region comes from the pair that defines $s$, so the comparison favours $s$.)
#
# Arithmetic with pixels makes the region brighter still (0.03), because it adds just that. It adds
# the same to every dress, so the match cannot change much (0.04, for dresses 0.05). With $s$ the
# match rises to 0.31, so the new sleeves go a little with the dress. On real pullovers, bright
# sleeves come with a bright chest (0.74). (This number alone can be fooled, too: a sneaker covers
# both regions, and has 0.68.)
#
# The price: only 40 % of the 200 dresses are still called dresses after adding $s$, and another
# 40 % are called pullovers. After a random step, 85 % are still called dresses. So the vector is
# useful, but not pure: it carries sleeves *and* some of the pullover's shape.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **5.1 Predict, then change.** The discriminator learns from whatever gives fakes away. Suppose
# somebody forgets to scale the real images and leaves them in $[0, 1]$, while the generator still
# ends in tanh. What will the generated images look like after 250 steps, and what share of their
# pixels will be below zero? (The cell prints both shares for the right scaling.)

# %% tags=["exercise"]
real = images  # change me

# %% tags=["solution"]
real = (images + 1) / 2

# %% tags=["check"]
keras.utils.set_random_seed(SEED)
trial = GAN(builders.dcgan_generator(), builders.dcgan_discriminator(), seed=SEED)
trial.compile("rmsprop", "rmsprop", steps_per_execution=25)
trial.fit(data.batches(real, BATCH_SIZE, SEED, steps_per_epoch=250), verbose=0)
made = trial.generate(12, seed=SEED)
print(f"below zero: real {np.mean(real[:1000] < 0):.1%}, generated {np.mean(made < 0):.1%}")

# %% tags=["solution"]
plots.large(plots.image_grid(made, 12, title="Real images left in [0, 1]", scale=2))

# %% [markdown] tags=["solution"]
# Grey blobs: after 250 steps 12.3 % of the generated pixels lie below zero (none of the real ones
# do), where the right scaling gave 69.1 %. To fool the discriminator the generator has to learn
# first of all never to use half of its range. Nothing warns you. Whenever images come out grey,
# look at the range of the real ones.

# %% [markdown] tags=["exercise-text"]
# **5.2 Implement.** Latent vectors of 100 normal numbers all have a length near 10, so they lie
# close to a sphere. A straight line between two of them cuts through its inside, where the
# generator was hardly ever trained. Write the walk *along the sphere* ([White,
# 2016](https://arxiv.org/abs/1609.04468)),
# $$\mathrm{slerp}(t)
# = \frac{\sin((1-t)\,\omega)}{\sin\omega}\,a + \frac{\sin(t\,\omega)}{\sin\omega}\,b,$$
# where $\omega$ is the angle between $a$ and $b$.


# %% tags=["exercise"]
def slerp(a, b, t):
    return np.full_like(a, np.nan)  # your lines


# %% tags=["solution"]
def slerp(a, b, t):
    omega = np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    return (np.sin((1 - t) * omega) * a + np.sin(t * omega) * b) / np.sin(omega)


# %% tags=["check"]
a, b = np.array([10.0, 0.0, 0.0]), np.array([0.0, 10.0, 0.0])
print("expected [7.071 7.071 0.   ], yours", slerp(a, b, 0.5).round(3))
print("expected length 10.0, yours", np.linalg.norm(slerp(a, b, 0.3)).round(3))

# %% [markdown] tags=["exercise-text"]
# **5.3 Change.** Build a generator for colour images of 64 × 64 pixels with `builders`. Which
# arguments does it need, so that it starts from 4 × 4 maps as in the DCGAN paper, but with half as
# many of them, 512?

# %% tags=["exercise"]
larger = builders.dcgan_generator()  # change me

# %% tags=["solution"]
larger = builders.dcgan_generator(image_shape=(64, 64, 3), filters=(512, 256, 128, 64))

# %% tags=["check"]
print("expected (None, 64, 64, 3), yours", larger.output_shape)
print("expected (None, 4, 4, 512), yours", larger.layers[1].output.shape)

# %% [markdown]
# ## Take away
#
# - A transposed convolution lays down scaled copies of its kernel and adds them up. If the stride
#   does not divide the kernel's size, the overlap is uneven, which favours a lattice.
# - Batch normalisation in G keeps the size of the signal through many layers. Without it, our
#   generator of five doublings came near garments with no seed, whether its initial weights were
#   small or of He's size (at one learning rate), and most games made similar samples.
# - In Keras, batch normalisation in a discriminator that is frozen in phase 2 uses running
#   averages, and this ruined the game.
# - Guidelines are hypotheses: in short runs, breaking some of the five made the samples moderately
#   worse, and breaking others made little or no visible difference.
# - A difference of two garments is a direction in the latent space. Controls show what it is worth:
#   at this length, 12 of 90 directions between classes brighten the sleeve region more than $s$
#   does, but they leave hardly any dresses. And $s$ is not pure.
#
# **Limits.** The training in section 2 and each row of pictures in sections 4 and 5 are single
# runs. The tables have three seeds, but short games. With another number of threads, TensorFlow
# adds up numbers in another order, and a game with the same seed makes other samples. All of it is
# about grey images of 28 × 28 pixels. And the lecture's rules of play are not the last word. Ten
# epochs of 60,000 images take the lecture's game 1,545 to 1,766 seconds. The course's default
# recipe, `recipes.dcgan`, makes garments as good in 91 to 136 seconds (both on the slower of our
# two machines, [docs/performance.md](../docs/performance.md#how-we-found-the-default-recipe)).
#
# **Next**: [notebook 06](06_measuring.ipynb) asks what such numbers are worth.
#
# **References.** He et al. 2015, initialisation,
# [arXiv:1502.01852](https://arxiv.org/abs/1502.01852) · Radford et al. 2015, DCGAN,
# [arXiv:1511.06434](https://arxiv.org/abs/1511.06434) · Ioffe and Szegedy 2015, batch
# normalisation, [arXiv:1502.03167](https://arxiv.org/abs/1502.03167) · Klambauer et al. 2017, SELU,
# [arXiv:1706.02515](https://arxiv.org/abs/1706.02515) · Odena et al. 2016, checkerboard artifacts,
# [distill.pub](https://distill.pub/2016/deconv-checkerboard/) · Yazıcı et al. 2019, averaging the
# generator, [arXiv:1806.04498](https://arxiv.org/abs/1806.04498) · Xiao et al. 2017, Fashion-MNIST,
# [arXiv:1708.07747](https://arxiv.org/abs/1708.07747) · White 2016, walking along the sphere,
# [arXiv:1609.04468](https://arxiv.org/abs/1609.04468).
