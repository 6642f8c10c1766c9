# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 04. A simple GAN for Fashion-MNIST
#
# {{badge}}
# {{page}}
#
# **Question.** Can two small dense networks learn to draw clothes? And what happens when two
# harmless-looking lines of the training loop (those that set `trainable`) are left out?
#
# **You will be able to**
# - stack and compile two networks as the lecture does, and write its two-phase loop;
# - say what *freezing* means in Keras 3, and check that a network really trains;
# - train the same pair with `train_gan`;
# - judge a grid of samples honestly, and notice what is missing from it.
#
# **Before this**: [notebook 01](01_circle.ipynb) (the two players and the two phases).
#
# **Lecture**: KTH ID2223, *Generative Adversarial Network* (a simple GAN for Fashion-MNIST), after
# Géron's *Hands-On Machine Learning*.
#
# **Time of a full run**: about 3 minutes on two CPU cores.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
import warnings

from gan_tf import builders, callbacks, capped, data, metrics, plots, train_gan
from IPython.display import Image
import keras
from keras import layers
import numpy as np
import tensorflow as tf

# %% [markdown] tags=["setup"]
# ## Settings
# This cell holds every number that we use below; section 7 explains the averaged generator.
# (`capped` returns the number itself, unless the tests of this course ask for a short trial.)

# %% tags=["setup"]
SEED = 4
BATCH_SIZE = 32
CODINGS_SIZE = 30  # the lecture's word for the size of a latent vector
LOOP_STEPS = capped(300)  # for the lecture's own loop
EQUAL_STEPS = capped(20)  # for comparing the loop with train_gan
EPOCHS, STEPS_PER_EPOCH = 20, 1_024  # 20,480 steps in all
AVERAGE_DECAY = 0.999  # the averaged generator looks back about 1,000 steps
OTHER_SEEDS = (5, 6)  # to see what changes with the seed
NUM_FOLLOWED, NUM_JUDGED = 12, 1_000
NUM_REFERENCES = 5_000  # real images that samples are compared with
keras.utils.set_random_seed(SEED)


# %% tags=["setup"]
def large(figure, dpi=120):
    """The same figure, large enough for the last row of a lecture hall."""
    figure.set_dpi(dpi)
    return figure


def show(images, dpi=160, **options):
    return large(plots.image_grid(images, value_range=(0, 1), scale=2, **options), dpi)


def large_axes(columns=1, width=6.0, height=3.8):
    figure = plots.Figure(figsize=(width * columns, height), dpi=110, layout="constrained")
    return figure.subplots(1, columns)


# %% [markdown]
# ## 1. The data
#
# Fashion-MNIST ([Xiao et al., 2017](https://arxiv.org/abs/1708.07747)) holds grey photographs of
# garments, 28 × 28 pixels, in ten classes. In most of this course pixels lie between -1 and 1. Here
# they lie between 0 (black) and 1 (white), because the lecture's generator ends in a sigmoid.

# %% tags=["setup"]
(images, labels), (test_images, test_labels) = data.load_fashion_mnist(value_range=(0, 1))
images, test_images = images[..., 0], test_images[..., 0]  # no channel axis in this lecture

# %%
first_of_each = [np.flatnonzero(labels == number)[0] for number in range(10)]
show(images[first_of_each], columns=5, labels=data.CLASS_NAMES)

# %% [markdown]
# Figure 4.1. The first training image of each class. Clothes are seen from the front, and shoes
# (sandal, sneaker, ankle boot) from the side. The GAN is never told the names.

# %% [markdown]
# ## 2. The two networks
#
# The lecture calls a latent vector a *coding*. The generator takes a coding $z$ of 30 normal random
# numbers and turns it into 784 pixels. The discriminator goes the other way, from 784 pixels to one
# number: the probability that the image is real.
#
# Both networks use *selu* ([Klambauer et al., 2017](https://arxiv.org/abs/1706.02515)), an
# activation for plain dense layers. It is $\lambda x$ for $x > 0$ and $\lambda\alpha(e^x - 1)$
# otherwise, with two constants that keep the outputs of each layer at roughly zero mean and unit
# variance. (In theory that needs other first weights than Keras's usual ones, and inputs with mean
# 0 and variance 1; pixels from 0 to 1 are not such inputs. We follow the lecture.)

# %%
generator = keras.Sequential(
    [
        keras.Input((CODINGS_SIZE,)),
        layers.Dense(100, activation="selu"),
        layers.Dense(150, activation="selu"),
        layers.Dense(28 * 28, activation="sigmoid"),  # a brightness in [0, 1] for each pixel
        layers.Reshape((28, 28)),
    ],
    name="generator",
)
discriminator = keras.Sequential(
    [
        keras.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(150, activation="selu"),
        layers.Dense(100, activation="selu"),
        layers.Dense(1, activation="sigmoid"),  # the probability of being real
    ],
    name="discriminator",
)
large(plots.architecture(generator, discriminator))

# %% [markdown]
# Figure 4.2. Both networks, drawn from the Keras models. Every bar is a layer of plain units,
# without any convolution. (Their heights are not to scale.)
#
# The package has the same two networks in `builders`, so that later cells can start afresh. The
# numbers of weights agree:

# %%
# NBVAL_CHECK_OUTPUT
ready_made = [
    builders.dense_generator(CODINGS_SIZE),
    builders.dense_discriminator(output_activation="sigmoid"),
]
for ours, theirs in zip((generator, discriminator), ready_made, strict=True):
    print(f"{ours.name:13} {ours.count_params():,} here, {theirs.count_params():,} in builders")

# %% [markdown]
# **Predict.** Nobody has trained the generator yet. What does it draw?
#
# <details><summary>Answer</summary>
#
# Grey noise. Each pixel is a random function of the coding, and nothing connects a pixel with its
# neighbour.
#
# </details>

# %%
codings = keras.random.normal((BATCH_SIZE, CODINGS_SIZE), seed=SEED)
show(generator(codings)[:8], columns=8)

# %% [markdown]
# Figure 4.3. Eight images from the untrained generator: grey noise without a shape.
#
# ## 3. The two phases

# %%
large(plots.game_diagram("codings", "fake images", "real images", "probability\nof being real"))

# %% [markdown]
# Figure 4.4. The game that the two networks play. Solid arrows show what is computed (blue for real
# images, vermilion for fake ones, grey for the rest). Dashed arrows show where the gradients go: in
# phase 1 to the discriminator, and in phase 2 back *through* the discriminator to the generator.
# (We draw this last arrow below the discriminator only for clarity.)
#
# **Phase 1** trains the discriminator $D$. It gets $m$ fake images, which the generator $G$ makes
# from codings $z_1, \dots, z_m$, and $m$ real images $x_1, \dots, x_m$. Fake images have the label
# 0 and real ones the label 1. The discriminator lowers the binary cross-entropy, which over these
# $2m$ images is
#
# $$L(D) = -\tfrac12\Bigl(\tfrac1m\textstyle\sum_i \log D(x_i)
# + \tfrac1m\sum_i \log\bigl(1 - D(G(z_i))\bigr)\Bigr).$$
#
# The ½ is there because Keras takes the mean over all $2m$ images. We compute the loss once by hand
# and once with Keras:

# %%
real = images[:BATCH_SIZE]
fake_and_real = tf.concat([generator(codings), real], axis=0)  # (2 * BATCH_SIZE, 28, 28)
y1 = tf.constant([[0.0]] * BATCH_SIZE + [[1.0]] * BATCH_SIZE)  # (2 * BATCH_SIZE, 1)
d_fake, d_real = np.split(discriminator(fake_and_real).numpy(), 2)

by_hand = -0.5 * (np.log(d_real).mean() + np.log(1 - d_fake).mean())  # L(D)
by_keras = keras.losses.BinaryCrossentropy()(y1, discriminator(fake_and_real))
print(f"by hand {by_hand:.4f}, by Keras {float(by_keras):.4f}")

# %% [markdown]
# **Phase 2** trains the generator. Fresh codings go through both networks, and all labels are 1,
# because the generator wants its images to be *taken for* real. It lowers
#
# $$L(G) = -\tfrac1m\textstyle\sum_i \log D(G(z_i)).$$
#
# This is the *non-saturating* loss of [notebook 02](02_game.ipynb). Its gradient flows back through
# the discriminator, and the discriminator must not move: with these labels it would learn to call
# fake images real. So we *freeze* it. In Keras that is one attribute, `trainable`.

# %%
# NBVAL_CHECK_OUTPUT
gan = keras.Sequential([generator, discriminator])


def print_trainable(when):
    counts = [len(model.trainable_weights) for model in (generator, discriminator, gan)]
    print(f"{when:8} trainable: generator {counts[0]}, discriminator {counts[1]}, gan {counts[2]}")


print_trainable("at first")
discriminator.trainable = False
print_trainable("frozen")

# %% [markdown]
# Three dense layers have six weight arrays, a kernel and a bias each. Freezing the discriminator
# also removes its six arrays from the stack `gan`, because the stack contains the very same layers.
#
# The lecture first compiles the discriminator, and then, with the discriminator frozen, the stack.
# The function below does this with fresh networks. (`rmsprop` divides each weight's step by a
# running average of its gradient's size.)


# %% tags=["setup"]
def new_gan():
    generator = builders.dense_generator(CODINGS_SIZE)
    discriminator = builders.dense_discriminator(output_activation="sigmoid")
    gan = keras.Sequential([generator, discriminator])
    discriminator.compile(loss="binary_crossentropy", optimizer="rmsprop")
    discriminator.trainable = False
    gan.compile(loss="binary_crossentropy", optimizer="rmsprop")
    return gan


# %% [markdown]
# ## 4. The lecture's loop
#
# The real images come from a `tf.data` pipeline. `shuffle(1000)` keeps 1,000 images at hand and
# draws from those.
#
# Each phase of the lecture's loop makes its batch, sets `trainable`, and calls `train_on_batch`.
# *The two lines* of our question are `discriminator.trainable = True` and, in phase 2,
# `discriminator.trainable = False`. We added a list of losses and a seed.

# %% tags=["setup"]
dataset = tf.data.Dataset.from_tensor_slices(images).shuffle(1000)
dataset = dataset.batch(BATCH_SIZE, drop_remainder=True).prefetch(1)
y1 = tf.constant([[0.0]] * BATCH_SIZE + [[1.0]] * BATCH_SIZE)  # fake images first, then real ones
y2 = tf.ones((BATCH_SIZE, 1))


def lecture_loop(gan, batches, seed=None):
    generator, discriminator = gan.layers
    losses = []
    for real in batches:
        # phase 1: train the discriminator
        codings = keras.random.normal((BATCH_SIZE, CODINGS_SIZE), seed=seed)
        fake_and_real = tf.concat([generator(codings), real], axis=0)
        discriminator.trainable = True
        d_loss = discriminator.train_on_batch(fake_and_real, y1)
        # phase 2: train the generator
        codings = keras.random.normal((BATCH_SIZE, CODINGS_SIZE), seed=seed)
        discriminator.trainable = False
        g_loss = gan.train_on_batch(codings, y2)
        losses.append((float(d_loss), float(g_loss)))
    return losses


# %% [markdown]
# A loss that changes does not prove that a network learns. Weights that stand still prove that it
# does not. So we print the largest change of any weight.


# %% tags=["setup"]
def weights_of_both(gan):
    return [player.get_weights() for player in gan.layers]


def print_moves(gan, before):
    for player, weights in zip(gan.layers, before, strict=True):
        pairs = zip(player.get_weights(), weights, strict=True)
        moved = max(np.abs(after - then).max() for after, then in pairs)  # max |after - before|
        print(f"{player.name:13} largest change of a weight: {moved:.4f}")


# %%
toggled = new_gan()
before = weights_of_both(toggled)
losses = lecture_loop(toggled, dataset.take(LOOP_STEPS))
print_moves(toggled, before)

# %% [markdown]
# Both networks moved.
#
# ## 5. The same loop without the two lines
#
# We compiled the discriminator while it was trainable, and the stack while the discriminator was
# frozen. If each compiled model remembers what it may change, as many programs assume, we can leave
# out the two lines. Let us try.


# %% tags=["setup"]
def loop_without_toggles(gan, batches):
    generator, discriminator = gan.layers
    losses = []
    for real in batches:
        codings = keras.random.normal((BATCH_SIZE, CODINGS_SIZE))
        fake_and_real = tf.concat([generator(codings), real], axis=0)
        d_loss = discriminator.train_on_batch(fake_and_real, y1)  # phase 1
        codings = keras.random.normal((BATCH_SIZE, CODINGS_SIZE))
        g_loss = gan.train_on_batch(codings, y2)  # phase 2
        losses.append((float(d_loss), float(g_loss)))
    return losses


# %% [markdown]
# **Predict.** We start with fresh networks, batches and codings. `new_gan` leaves the discriminator
# frozen, and nothing in this loop unfreezes it. Which networks train if Keras remembers `trainable`
# from the moment of compiling, and which if it looks at `trainable` later? What will the losses
# look like?
#
# <details><summary>Answer</summary>
#
# By the moment of compiling, both would train. In Keras 3 only the generator trains. Both losses
# change all the same, and they look like a triumph of the generator.
#
# </details>

# %%
silent = new_gan()
before = weights_of_both(silent)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    silent_losses = loop_without_toggles(silent, dataset.take(LOOP_STEPS))
print_moves(silent, before)
print("Keras said:", *{str(w.message) for w in caught if w.category is UserWarning})

# %%
axes = large_axes(columns=2, width=5.2)
for ax, values, title in zip(axes, (losses, silent_losses), ("with", "without"), strict=True):
    series = dict(zip(("d_loss", "g_loss"), np.transpose(values), strict=True))
    steps = range(1, len(values) + 1)
    plots.curves(steps, series, "step", "loss (nats)", ax=ax, title=f"{title} the two lines")
    ax.set_ylim(-0.2, 6.5)
axes[0].figure

# %% [markdown]
# Figure 4.5. The losses of both loops, batch by batch, in *nats* (natural logarithms). With the two
# lines (left), g_loss (dashed vermilion) drops to nearly 0 at once and then leaves the top of the
# figure, probably because the first steps of RMSprop are large. From about step 100 on, d_loss
# (solid blue) mostly stays near 0.5, and g_loss jumps, mostly between 0.7 and 2. Without the lines
# (right), d_loss climbs above 5, and g_loss falls to nearly 0.
#
# If this were all you saw, you would think that the generator wins every round. But its opponent
# never moved: the largest change of any weight of the discriminator is 0.0000. The losses hide
# this, and the weights show it. Keras warns, too, but a warning is easily lost above a long
# training.
#
# (Colab still has a version of Keras before 3.14. There, `train_on_batch` returns the mean over all
# steps so far.)

# %%
codings = keras.random.normal((8, CODINGS_SIZE), seed=SEED)
samples = np.concatenate([model.layers[0](codings) for model in (toggled, silent)])
show(samples, columns=8, row_labels=["with", "without"])

# %% [markdown]
# Figure 4.6. The same eight codings after 300 steps of each loop. With the two lines the generator
# draws grey and bright shapes on black, and most codings have a shape of their own (the third and
# the fifth are almost alike). Without them it draws nearly the same noise eight times. The
# generator has found noise that this untrained discriminator calls real, and as the discriminator
# never changes, one such image is enough.

# %% [markdown]
# **Why does this happen?** Keras's own [guide](https://keras.io/guides/transfer_learning/) says
# that `compile` fixes the values of `trainable`. Here it does not. Keras 3 with TensorFlow reads
# `trainable` when a step is *traced*: the first call of `train_on_batch` runs the step's Python
# code and records it as a *graph*, a fixed program that later calls replay. The weights to update
# are part of that graph. Without our lines the discriminator is frozen at its first call, so its
# graph computes a loss and updates nothing until it is traced again, for instance after compiling
# or for a new batch shape.
#
# So here it would be enough to set `trainable` before the *first call* of each model (try it in
# exercise 4.2). Older versions of Keras noted the trainable weights in `compile`, and there [the
# loop without the two lines worked](https://github.com/eriklindernoren/Keras-GAN/issues/22). The
# lecture's loop works in old and new versions, so we keep it.
#
# The lesson is larger than Keras: *do not trust a loss, look at the weights.*

# %% [markdown]
# ## 6. `train_gan` does the same
#
# The package's `train_gan` plays the same two phases inside one TensorFlow graph and sets
# `trainable` itself, so you cannot forget it. Does it compute the same thing? We give two stacks
# the same first weights, real images and codings, and compare all weights after 20 steps.
# (`train_gan` makes a `SeedGenerator` from its `seed`, so both draw the same codings.)

# %%
by_loop, by_graph = new_gan(), new_gan()
by_graph.set_weights(by_loop.get_weights())
few_batches = data.batches(images, BATCH_SIZE, SEED, steps_per_epoch=EQUAL_STEPS)
lecture_loop(by_loop, few_batches, seed=keras.random.SeedGenerator(SEED))

few_batches = data.batches(images, BATCH_SIZE, SEED, steps_per_epoch=EQUAL_STEPS)
train_gan(by_graph, few_batches, BATCH_SIZE, CODINGS_SIZE, n_epochs=1, seed=SEED, verbose=0)
pairs = zip(by_loop.get_weights(), by_graph.get_weights(), strict=True)
differences = [np.abs(a - b).max() / np.abs(a).max() for a, b in pairs]
print(f"largest relative difference of a weight: {max(differences):.1e}")

# %% [markdown]
# No weight differs: it is the same algorithm. (On another machine, rounding may give something like
# 1e-6.) The graph is faster, because it does not return to Python after every phase
# ([measured](../docs/performance.md)).

# %% [markdown]
# ## 7. Training in full
#
# The lecture trains for 50 passes over the 60,000 images; we train for 20,480 steps of 32 images,
# about 11 passes. `data.batches` shuffles all images. We set `steps_per_epoch`, so here an *epoch*
# is 1,024 steps, about half a pass.
#
# Three callbacks watch the run, and none of them changes it. `SampleImages` draws twelve fixed
# codings after each epoch. `GeneratorAverage`, our addition, keeps a running average $\bar w$ of
# the generator's weights $w$, beginning with the first ones ([Yazıcı et al.,
# 2019](https://arxiv.org/abs/1806.04498)): the weights of an *averaged generator*. `recorder` keeps
# what both generators draw. `train_gan` runs 32 steps before it returns to Python, and then the
# average is updated:
#
# $$\bar w \leftarrow 0.999^{32}\,\bar w + (1 - 0.999^{32})\,w.$$
#
# That is about the same as a factor of 0.999 after every step: $\bar w$ is a mean over roughly the
# last 1,000 steps.

# %%
keras.utils.set_random_seed(SEED)
gan = new_gan()
generator, discriminator = gan.layers
batches = data.batches(images, BATCH_SIZE, SEED, steps_per_epoch=STEPS_PER_EPOCH)

watcher = callbacks.SampleImages(
    NUM_FOLLOWED, draw=lambda samples: show(samples, dpi=120, columns=6), seed=SEED
)
average = callbacks.GeneratorAverage(AVERAGE_DECAY)  # not in the lecture
followed = []  # after each stretch: images of the generator, and of its average
recorder = keras.callbacks.LambdaCallback(
    on_epoch_end=lambda epoch, logs: followed.append(
        [model(watcher.inputs, training=False) for model in (generator, average.generator)]
    )
)
watching = {"callbacks": [watcher, average, recorder], "seed": SEED, "verbose": 0}
history = train_gan(gan, batches, BATCH_SIZE, CODINGS_SIZE, EPOCHS, **watching)

# %% [markdown]
# Figure 4.7. The twelve fixed codings after 20,480 steps. The outlines are clear and filled with
# black and white specks. The first is a top with long sleeves, the fourth one with short sleeves.

# %%
film = plots.training_gif(watcher.frames, "../outputs/04_fashion_dense.gif", 0.4)
Image(film.read_bytes())

# %% [markdown]
# Figure 4.8. A film of the twelve codings in 21 pictures, the first before training and the others
# after each epoch. Most of the way from noise to garments is covered in the first epoch. Brightness
# and texture go on changing to the last picture. Watch the third image of the first row: in the
# first epochs it is a broad block below a dark gap, perhaps a bag, and later it becomes a broad
# top.

# %% [markdown]
# **Predict.** In the equilibrium of the ideal game ([notebook 02](02_game.ipynb)), fake images are
# distributed like real ones, over all ten classes. So the discriminator can only guess: $D = ½$
# wherever there are images, and both losses are $-\log ½ = \log 2 ≈ 0.69$. Do our players get
# there?
#
# <details><summary>Answer</summary>
#
# No. The discriminator stays ahead, and the two losses do not meet.
#
# </details>

# %%
guessing = {"log 2: D can only guess": np.log(2)}
figure = plots.losses(history, equilibrium=guessing, ax=large_axes())
for name, values in history.history.items():
    print(f"{name} in epoch 3: {values[:3][-1]:.2f}, in the last: {values[-1]:.2f}")
figure

# %% [markdown]
# Figure 4.9. The mean losses of each epoch. They do not meet at $\log 2$ (dotted line). g_loss
# falls to 1.24 in epoch 3 and ends at 1.41, while d_loss sinks a little, from 0.52 to 0.47. A
# g_loss of 1.41 means that a typical fake gets $D ≈ e^{-1.41} ≈ 0.24$, so the discriminator stays
# ahead.
#
# The losses of a GAN tell you who is ahead, not how good the images are.
#
# ## 8. What came out
#
# Each of 1,000 new codings goes through the generator and through its running average.

# %%
codings = keras.random.normal((NUM_JUDGED, CODINGS_SIZE), seed=SEED + 1)
samples = generator(codings, training=False).numpy()
averaged = average.generator(codings, training=False).numpy()  # not in the lecture
rows = np.concatenate([samples[:12], averaged[:12], samples[12:24], averaged[12:24]])
show(rows, dpi=120, columns=12, row_labels=["generator", "average"] * 2)

# %% [markdown]
# Figure 4.10. 24 codings, each drawn by the generator and, directly below, by its running average.
# The outlines are much the same in both: tops, narrow shapes, a few trousers. In the average many
# specks are gone, but some images are flat white or nearly black, and others are still speckled.
#
# **Predict.** Do the specks fade in the course of our 20 epochs?
#
# <details><summary>Answer</summary>
#
# Not in these 20 epochs (11 passes).
#
# </details>


# %%
def roughness(images):
    """Mean difference in brightness between horizontal neighbours."""
    return np.mean(np.abs(np.diff(images, axis=2)))


by_generator, by_average = (np.stack(each) for each in zip(*followed, strict=True))
ax, epochs = large_axes(), range(1, len(followed) + 1)
for name, series, style in (
    ("generator", by_generator, {"color": plots.FAKE_COLOUR, "marker": "x"}),
    ("average", by_average, {"color": "black", "linestyle": "--", "marker": "."}),
):
    ax.plot(epochs, [roughness(each) for each in series], label=name, **style)
ax.axhline(roughness(test_images), color=plots.REAL_COLOUR, linestyle=":", label="real images")
ax.set(xlabel="epoch of 1,024 steps", ylabel="difference of neighbours", ylim=(0, 0.27))
ax.legend(loc="lower right")
specks = (by_generator - by_average).reshape(len(followed), -1)
again = np.corrcoef(specks[-2:][0], specks[-1])[0, 1]
print(f"roughness of 1,000 samples: generator {roughness(samples):.3f},", end=" ")
print(f"average {roughness(averaged):.3f}, real {roughness(test_images):.3f}")
print(f"correlation between the specks after the last two epochs: {again:.2f}")
ax.figure

# %% [markdown]
# Figure 4.11. How much neighbouring pixels differ, for the twelve fixed codings during training.
# The generator (vermilion crosses) is at least about twice as rough as real images (dotted blue)
# after every epoch, so the specks stay. The average (dashed black) is much smoother, but in the
# first half of the run it grows rougher, too.
#
# Why does the average help? After each of the last two epochs we subtract the average's image from
# the generator's (the code calls this difference `specks`). The two differences have a correlation
# of only 0.10: the generator departs from its average each time in another way. This would explain
# the smoothing if we averaged images; that averaging weights acts similarly is an assumption.
# (Specks that last are in the average as well, so this measure cannot see them.)
#
# A dense layer at least allows specks: every pixel has its own weights, and nothing tells it that
# its neighbours should look similar. That is where [notebook 05](05_dcgan.ipynb) will begin.
#
# ### What is missing
#
# Which garments does the generator draw, and how often? For a rough count we look up the nearest of
# 5,000 real training images $r$ for each sample $s$, and give the sample its label. The squared
# distance is
#
# $$\lVert s - r\rVert^2 = \lVert s\rVert^2 - 2\,s\cdot r + \lVert r\rVert^2.$$


# %%
def nearest_real(samples):
    """Distance to the nearest of the real images, and its label, for each sample."""
    references = images[:NUM_REFERENCES].reshape(-1, 28 * 28)
    samples = samples.reshape(-1, 28 * 28)
    squares = (samples**2).sum(axis=1)[:, None] - 2 * samples @ references.T
    squares += (references**2).sum(axis=1)  # (samples, references)
    return np.sqrt(squares.min(axis=1)), labels[:NUM_REFERENCES][squares.argmin(axis=1)]


# %% [markdown]
# To check this rule, we count real test images, whose classes we know, and *spoilt* ones, in which
# half of all pixels have been set to black at random. Do specks alone make the shoes disappear from
# the count?
#
# **Predict** the counts of sandals, sneakers and ankle boots among the 1,000 samples.
#
# <details><summary>Answer</summary>
#
# Zero, three times.
#
# </details>

# %%
real, real_labels = test_images[:NUM_JUDGED], test_labels[:NUM_JUDGED]
kept = np.random.default_rng(SEED).random(real.shape) < 0.5
spoilt = (real * kept).astype("float32")
sources = {"real": real, "spoilt": spoilt, "generator": samples, "average": averaged}
found = {name: nearest_real(each) for name, each in sources.items()}
counts = {name: np.bincount(classes, minlength=10) for name, (_, classes) in found.items()}
print(f"{'of 1,000 images':15}", *(f"{name:>10}" for name in counts))
for number, name in enumerate(data.CLASS_NAMES):
    print(f"{name:15}", *(f"{each[number]:10}" for each in counts.values()))
print(f"{'mean distance':15}", *(f"{distances.mean():10.2f}" for distances, _ in found.values()))
for name in ("real", "spoilt"):
    print(f"{name}: right class for {np.mean(found[name][1] == real_labels):.0%}")

# %% [markdown]
# First the check. The rule finds the right class for 80 % of the real images and for 58 % of the
# spoilt ones, so it is rough. Among the spoilt images it counts 269 shoes instead of 275, though
# errors cancel in such a total. So black specks alone do not empty the three rows. (We have not
# tried white specks.)
#
# Now the samples. The rule counts no shoe, and only 6 bags instead of 91. The four kinds of tops
# (T-shirt, pullover, coat, shirt) take 713 of the generator's 1,000 images, instead of 441. A
# *mode* is a region where real images are dense, here roughly a class, and this is **mode
# dropping**: the images vary, yet whole modes are missing. (In a full **mode collapse** they hardly
# vary. The lower row of figure 4.6 looks like that, but from another cause.) The average misses the
# same classes. Figure 4.10 hinted at it: if 30 % of the samples were shoes, 24 without one would
# come once in about 5,000 draws. Counting confirms it.
#
# The lecture describes a GAN that makes only shoes. Ours makes no shoes and hardly any bags. Is
# this an accident of our seed? Let us train twice more.

# %%
SHOES = [5, 7, 9]  # sandal, sneaker, ankle boot
for seed in OTHER_SEEDS:
    keras.utils.set_random_seed(seed)
    other = new_gan()
    batches = data.batches(images, BATCH_SIZE, seed, steps_per_epoch=STEPS_PER_EPOCH)
    train_gan(other, batches, BATCH_SIZE, CODINGS_SIZE, EPOCHS, seed=seed, verbose=0)
    classes = nearest_real(other.layers[0](codings, training=False).numpy())[1]
    found = np.bincount(classes, minlength=10)
    rare = [f"{data.CLASS_NAMES[number]} {found[number]}" for number in np.flatnonzero(found < 20)]
    print(f"seed {seed}: shoes {found[SHOES].sum()} of 1,000; below 20:", ", ".join(rare))

# %% [markdown]
# No: the rule counts no shoe in any of three runs, and few bags. Why does the game not lead to the
# equilibrium, which has shoes? Here is an untested guess: if no fake resembles a shoe, no gradient
# points towards shoes. [Notebook 07](07_pathologies.ipynb) studies mode collapse, and [notebook
# 08](08_remedies.ipynb) what helps.
#
# Are the average's images *better*? In the table they are nearer to a real image than the
# generator's, 4.65 instead of 7.63. But a distance in pixels rewards any blurring. The Fréchet
# distance ([notebook 06](06_measuring.ipynb)) compares whole sets of images by the features that a
# classifier computes; 0 means equal mean and covariance.
#
# We compare with the test images (`sets[0]`). The other real images (`sets[1]`) do not affect the
# two other rows; their own row is the yardstick.

# %%
encoder = metrics.fashion_mnist_encoder()  # expects pixels in [-1, 1] and a channel axis
sets = [2 * each[..., None] - 1 for each in (test_images, images[-NUM_JUDGED:], samples, averaged)]
reference = metrics.Reference(encoder, sets[0], sets[1], seed=SEED)
scores = metrics.Scores(reference, [metrics.FrechetClassifierDistance])
for name, made in zip(("other real images", "generator", "average"), sets[1:], strict=True):
    print(f"{name:18} {scores.report(made)[0].value:6.1f}")

# %% [markdown]
# The values have no unit. Compare them only for the same classifier and number of samples. In this
# run averaging helps: 176.2 is 12 % less than 201.0. But both are very far from the 1.3 of other
# real images. We have not measured how much of this comes from missing classes, and how much from
# specks.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **Exercise 4.1 (predict, then change).** Copy `lecture_loop`, and in phase 2 set all labels to 0
# instead of 1: `tf.zeros((BATCH_SIZE, 1))`. What does the generator want now? What will both losses
# do, and what will the images look like after 300 steps? Write down your answer first.

# %% tags=["exercise"]
# Your code here: a new_gan(), your loop on dataset.take(LOOP_STEPS), a grid of samples.


# %% tags=["solution"]
def helping_loop(gan, batches):
    generator, discriminator = gan.layers
    for real in batches:
        codings = keras.random.normal((BATCH_SIZE, CODINGS_SIZE))
        fake_and_real = tf.concat([generator(codings), real], axis=0)
        discriminator.trainable = True
        d_loss = discriminator.train_on_batch(fake_and_real, y1)
        codings = keras.random.normal((BATCH_SIZE, CODINGS_SIZE))
        discriminator.trainable = False
        g_loss = gan.train_on_batch(codings, tf.zeros((BATCH_SIZE, 1)))
    print(f"last losses: d_loss {float(d_loss):.4f}, g_loss {float(g_loss):.4f}")


helper = new_gan()
before = weights_of_both(helper)
helping_loop(helper, dataset.take(LOOP_STEPS))
print_moves(helper, before)
codings = keras.random.normal((8, CODINGS_SIZE), seed=SEED)
show(helper.layers[0](codings), columns=8)

# %% [markdown] tags=["solution"]
# With labels 0 the generator lowers $-\log(1 - D(G(z)))$. It wants its images to be recognised as
# fake, and that is what the discriminator wants, too. Two players with the same aim have no
# quarrel. Both losses go to 0.0000, and then there is no gradient left to learn from. The weights
# have hardly moved, and the images are still the grey noise of the start (no weight moved by more
# than 0.05, where the real game moved them by 0.22 and 0.14). The lowest losses of this notebook
# belong to its worst generator.

# %% [markdown] tags=["exercise-text"]
# **Exercise 4.2 (predict, then change).** Call the two loops one after the other on the same stack:
# one step of `lecture_loop`, and then 300 steps of `loop_without_toggles`. Does the discriminator
# train in these 300 steps? And the other way round: one step without the two lines, and then 300
# steps with them? (Keras warns in the second case, as it should.)

# %% tags=["exercise"]
# Your code here: lecture_loop(gan, dataset.take(1)), and then the other loop. And the reverse.


# %% tags=["solution"]
def play(first_loop, later_loop):
    gan = new_gan()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # no trainable weights: we know
        first_loop(gan, dataset.take(1))
        before = weights_of_both(gan)
        later_loop(gan, dataset.take(LOOP_STEPS))
    print(f"first {first_loop.__name__}, then {later_loop.__name__}")
    print_moves(gan, before)


play(lecture_loop, loop_without_toggles)
play(loop_without_toggles, lecture_loop)

# %% [markdown] tags=["solution"]
# One step with the two lines is enough. Afterwards the discriminator goes on learning, although its
# attribute says that it is frozen, because its step was traced while it was trainable. One step
# *without* them spoils everything that follows: the graph of phase 1 has no weights to update, and
# nobody reads `trainable = True` any more. (Compiling the discriminator again would help, because
# its step is then traced anew.)

# %% [markdown] tags=["exercise-text"]
# **Exercise 4.3 (implement).** Write `moved_weights`, which lists the places in
# `model.get_weights()` whose arrays have changed. Use it whenever a loss looks too good.


# %% tags=["exercise"]
def moved_weights(model, before):
    """List of integers: which arrays differ from `before`, an earlier `model.get_weights()`."""
    return []  # your code here


# %% tags=["solution"]
def moved_weights(model, before):
    """List of integers: which arrays differ from `before`, an earlier `model.get_weights()`."""
    pairs = zip(model.get_weights(), before, strict=True)
    return [place for place, (now, then) in enumerate(pairs) if not np.array_equal(now, then)]


# %% tags=["check"]
model = builders.dense_discriminator()  # a kernel and a bias in each of three dense layers
before = model.get_weights()
model.layers[1].kernel.assign_add(keras.ops.ones_like(model.layers[1].kernel))
model.layers[3].bias.assign([0.5])
print("expected", [0, 5])
print("yours   ", moved_weights(model, before))

# %% [markdown]
# ## Take away
#
# - A training step has two phases. First the discriminator learns from fake and real images with
#   the labels 0 and 1. Then the generator learns, through the frozen discriminator, to have its
#   images called 1.
# - In Keras 3 `trainable` counts when a step is traced, at its first call. If you forget this, a
#   network stands still while its loss moves on. Check that the weights move.
# - Two dense networks draw clothes that you can recognise by their outline, speckled inside, and
#   none of the three kinds of shoes. A running average of the generator removes many specks, but it
#   does not bring back what is missing.
#
# **Limits.** We trained for about 11 passes, the lecture for 50. The class counts come from a rough
# rule. Two further seeds confirm the missing shoes and the few bags; everything else was seen in
# one run.
#
# **Next**: [notebook 05](05_dcgan.ipynb) replaces the dense layers by convolutions, which know
# which pixels are neighbours.
#
# **References.** Goodfellow et al. 2014, generative adversarial nets,
# [arXiv:1406.2661](https://arxiv.org/abs/1406.2661) · Klambauer et al. 2017, selu,
# [arXiv:1706.02515](https://arxiv.org/abs/1706.02515) · Xiao et al. 2017, Fashion-MNIST,
# [arXiv:1708.07747](https://arxiv.org/abs/1708.07747) · Yazıcı et al. 2019, averaging the
# generator, [arXiv:1806.04498](https://arxiv.org/abs/1806.04498) · Aurélien Géron, *Hands-On
# Machine Learning with Scikit-Learn, Keras, and TensorFlow*, O'Reilly.
