# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 04. A simple GAN for Fashion-MNIST
#
# {{badge}}
#
# **Question.** Can two small dense networks learn to draw clothes? And why does the same training
# loop, with two harmless-looking lines left out, train one of them not at all without saying so?
#
# **You will be able to** stack and compile two networks as the lecture does, write its two-phase
# loop, say what freezing means in Keras 3 and check that it happened, train with `train_gan`, and
# judge a grid of samples honestly.
#
# **Before this**: notebook 01 (the two players and the two phases).
#
# **Lecture**: KTH ID2223, *Generative Adversarial Network* (a simple GAN for Fashion-MNIST),
# after Géron's *Hands-On Machine Learning*.
#
# **Time of a full run**: about 3 minutes on two CPU cores. A GPU was not measured; it would gain
# little, for these networks are so small that starting the work takes longer than doing it.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
import functools
import time
import warnings

from gan_tf import builders, callbacks, capped, data, plots, train_gan
from IPython.display import Image
import keras
import numpy as np
import tensorflow as tf

# %% [markdown] tags=["setup"]
# ## Settings
# Every number that is used below.

# %% tags=["setup"]
SEED = 4
BATCH_SIZE = 32
CODINGS_SIZE = 30  # the lecture's word for the size of a latent vector
LOOP_STEPS = 300  # for the lecture's own loop
EQUAL_STEPS = 20  # for comparing it with train_gan
TIMED_STEPS = 640  # for timing train_gan
TRAIN_STEPS, SAMPLE_EVERY = 20_480, 1_024
AVERAGE_DECAY = 0.999  # the averaged generator looks back about 1,000 steps
NUM_FOLLOWED, NUM_SHOWN, NUM_JUDGED = 12, 48, 1_000
NUM_REFERENCES = 5_000  # real images that samples are compared with
keras.utils.set_random_seed(SEED)

# %% [markdown] tags=["setup"]
# ## 1. The data
#
# Fashion-MNIST: grey photographs of garments, 28 × 28 pixels, ten classes. Elsewhere in the
# course pixels lie in [-1, 1]; here they lie in [0, 1], because the lecture's first generator ends
# in a sigmoid. The line below says how many images were found, and where: 60,000 for training, or
# the 10,000 that come with `gan_tf`.


# %% tags=["setup"]
def show(images, **options):
    return plots.image_grid(images, value_range=(0, 1), **options)


(images, labels), (test_images, _) = data.load_fashion_mnist(value_range=(0, 1))
images, test_images = images[..., 0], test_images[..., 0]  # no channel axis in this lecture

# %%
# NBVAL_CHECK_OUTPUT
print("one image:", images.shape[1:], images.dtype, "from", images.min(), "to", images.max())

# %%
first_of_each = [np.flatnonzero(labels == number)[0] for number in range(10)]
show(images[first_of_each], columns=5, scale=3, labels=data.CLASS_NAMES)

# %% [markdown]
# Figure 4.1. The first training image of each class, with its name. Seven classes stand upright
# and fill the middle; sandal, sneaker and ankle boot lie on their side. Remember that difference.
# The GAN will see the images, never the names.

# %% [markdown]
# ## 2. The two networks
#
# The generator turns 30 normal random numbers, a *coding* (elsewhere: a latent vector), into 784
# pixels. The discriminator goes the other way, from 784 pixels to one number: the probability that
# the image is real. Both use **selu**, an activation made for plain dense layers: with suitable
# first weights, its outputs keep about zero mean and unit variance from layer to layer.

# %%
layers = keras.layers
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

# %%
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

# %% [markdown]
# This is the only time that we write them out. Both stand in `gan_tf.builders` for later; do the
# numbers of parameters agree?

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

# %%
codings = keras.random.normal((BATCH_SIZE, CODINGS_SIZE), seed=SEED)
show(generator(codings)[:8], columns=8, scale=2)

# %% [markdown]
# Figure 4.2. Eight images from the untrained generator. Grey noise, each different, none with a
# shape: every pixel is a random function of the coding, and its neighbours know nothing of it.

# %% [markdown]
# ## 3. The two phases
#
# **Phase 1** trains the discriminator. It is given one batch of $m$ fake and $m$ real images, in
# this order, with the labels 0 and 1, and lowers the binary cross-entropy. Over the $2m$ images
# that is
#
# $$L(D) = -\tfrac12\Bigl(\tfrac1m\textstyle\sum_i \log D(x_i)
# + \tfrac1m\sum_i \log\bigl(1 - D(G(z_i))\bigr)\Bigr).$$
#
# The ½ comes from the mean over both halves. Let us compute it once by hand and once by Keras.

# %%
real = images[:BATCH_SIZE]
both = tf.concat([generator(codings), real], axis=0)  # (2 * BATCH_SIZE, 28, 28)
labels_1 = np.repeat([[0.0], [1.0]], BATCH_SIZE, axis=0)  # (2 * BATCH_SIZE, 1)
d_fake, d_real = np.split(discriminator(both).numpy(), 2)

by_hand = -0.5 * (np.log(d_real).mean() + np.log(1 - d_fake).mean())  # L(D)
by_keras = keras.losses.BinaryCrossentropy()(labels_1, discriminator(both))
print(f"by hand {by_hand:.4f}, by Keras {float(by_keras):.4f}")

# %% [markdown]
# **Phase 2** trains the generator, through the discriminator. Fresh codings go into the stack
# $D(G(z))$, and all labels are 1: the generator wants its images to be *taken for* real. It lowers
#
# $$L(G) = -\tfrac1m\textstyle\sum_i \log D(G(z_i)).$$
#
# The gradient flows back through the discriminator, which must not move in this phase: otherwise
# it would learn to call everything real, and the generator would have nothing to do. So it is
# *frozen*. In Keras that is one attribute, `trainable`.

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
# Three dense layers make six weight arrays, a kernel and a bias each. Freezing the discriminator
# removes its six from the stack, for both share the same layers.
#
# The lecture compiles in this order: first the discriminator, then, with the discriminator frozen,
# the stack. The function below does so with fresh networks, so that we can start anew.


# %% tags=["setup"]
def new_gan():
    generator = builders.dense_generator(CODINGS_SIZE)
    discriminator = builders.dense_discriminator(output_activation="sigmoid")
    gan = keras.Sequential([generator, discriminator])
    discriminator.compile(loss="binary_crossentropy", optimizer="rmsprop")
    discriminator.trainable = False
    gan.compile(loss="binary_crossentropy", optimizer="rmsprop")
    return gan


# %% [markdown] tags=["setup"]
# ## 4. The lecture's loop
#
# The real images come from `tf.data`. `shuffle(1000)` keeps 1,000 images at hand and draws from
# those, `drop_remainder` gives every batch the same size, `prefetch(1)` prepares the next batch
# while this one is in use.

# %% tags=["setup"]
dataset = tf.data.Dataset.from_tensor_slices(images).shuffle(1000)
dataset = dataset.batch(BATCH_SIZE, drop_remainder=True).prefetch(1)

# %% [markdown] tags=["setup"]
# And this is the loop: two calls of `train_on_batch`, and before each a line that sets
# `trainable`. The lecture always has these two lines; the argument `toggles` is ours, so that we
# can leave them out later.


# %% tags=["setup"]
LABELS_1 = np.repeat([[0.0], [1.0]], BATCH_SIZE, axis=0)  # fake, then real
LABELS_2 = np.ones((BATCH_SIZE, 1))


def random_codings():
    return keras.random.normal((BATCH_SIZE, CODINGS_SIZE))


def lecture_loop(gan, batches, draw=random_codings, toggles=True, labels_2=LABELS_2):
    generator, discriminator = gan.layers
    losses = []
    for real in batches:
        both = tf.concat([generator(draw()), real], axis=0)  # phase 1
        if toggles:
            discriminator.trainable = True
        d_loss = discriminator.train_on_batch(both, LABELS_1)
        if toggles:  # phase 2
            discriminator.trainable = False
        g_loss = gan.train_on_batch(draw(), labels_2)
        losses.append((float(d_loss), float(g_loss)))
    return losses


# %% [markdown] tags=["setup"]
# A loss that is printed proves nothing. What proves that a network trains is that its weights
# move. So we note the weights before, and afterwards print, for each weight array $w$,
# $\max_i |w_i^\text{after} - w_i^\text{before}|$.


# %% tags=["setup"]
def print_moves(gan, before, losses):
    for player, weights in zip(gan.layers, before, strict=True):
        pairs = zip(player.get_weights(), weights, strict=True)
        moves = [np.abs(after - then).max() for after, then in pairs]  # max |w_after - w_before|
        print(f"{player.name:13} moved by", *(f"{move:.4f}" for move in moves))
    for name, values in zip(("d_loss", "g_loss"), zip(*losses, strict=True), strict=True):
        print(f"{name} {values[0]:.2f} in the first step, {values[-1]:.4f} in the last")


# %%
toggled = new_gan()
before = [player.get_weights() for player in toggled.layers]
losses = lecture_loop(toggled, dataset.take(capped(LOOP_STEPS)))
print_moves(toggled, before, losses)

# %% [markdown]
# Both networks moved: arrays of the generator by up to 0.22, those of the discriminator by up to
# 0.14 (the last, a single bias, by 0.0019). After 300 steps they are in the middle of their game.
#
# The 13.23 in the first step is no mistake. RMSprop divides by a running mean of squared
# gradients that starts at zero, so its first step moves nearly every weight by the same 0.003,
# and that is enough to make the discriminator almost certain: $D(G(z)) ≈ e^{-13.23}$.
#
# (These are losses of single batches. Keras before 3.14, Colab's too, returns the mean of all
# steps so far instead. That changes what is printed, not how the networks train.)

# %% [markdown]
# ## 5. The same loop without the toggles
#
# The discriminator was compiled while it was trainable, and the stack while it was frozen. That
# looks like enough: each compiled model could remember what it may change. Many programs rely on
# it and leave both lines out.
#
# **Predict.** We do that now, with fresh networks and nothing else changed. Which weights will
# move? What will the losses do?

# %%
silent = new_gan()
before = [player.get_weights() for player in silent.layers]
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    losses = lecture_loop(silent, dataset.take(capped(LOOP_STEPS)), toggles=False)
print_moves(silent, before, losses)
print("Keras said:", *{str(w.message) for w in caught if w.category is UserWarning})

# %% [markdown]
# All six arrays of the discriminator stand where they were, to the last bit. Yet look at the
# losses: d_loss rises from 0.81 to 5.66, g_loss falls from 2.05 to 0.0001. They change, so
# something seems to learn, and they even tell a story: a generator that wins every round. It does
# win, against an opponent that never moved. Only a warning in passing gives it away (caught here,
# so that it appears as a line of text), and it is easily lost above a long training.

# %%
codings = keras.random.normal((8, CODINGS_SIZE), seed=SEED)
samples = np.concatenate([model.layers[0](codings) for model in (toggled, silent)])
show(samples, columns=8, scale=2, row_labels=["with toggles", "without"])

# %% [markdown]
# Figure 4.3. The same eight codings after 300 steps. With the toggles: grey shapes on black, no
# two alike; the brightest could be tops. Without: eight times nearly the same black-and-white
# noise. It is what a discriminator with random weights happens to call real, and the generator
# found it within 300 steps.

# %% [markdown]
# **Why.** Keras 3 does not read `trainable` in `compile`. It reads it when a step is *traced*, that
# is, when `train_on_batch` runs for the first time and TensorFlow turns the step into a graph. At
# that moment the discriminator is frozen, so the graph of phase 1 computes a loss and updates
# nothing, for ever. Older versions of Keras noted the trainable weights in `compile`, and there
# the shorter loop worked. It is still found in print (see issue 252 of ageron/handson-ml3).
#
# The lesson is larger than Keras: *a loss is not a proof of training; look at the weights.*

# %% [markdown]
# ## 6. `train_gan`
#
# `train_gan` takes the lecture's call as it stands. It plays the same two phases inside one
# TensorFlow graph, and sets `trainable` itself, so nothing can be forgotten. But is it the same?
# Two stacks get the same weights, the same real images and the same codings: `train_gan(seed=...)`
# draws them from a `SeedGenerator`, and so can we.

# %%
by_loop, by_graph = new_gan(), new_gan()
by_graph.set_weights(by_loop.get_weights())
codings_seed = keras.random.SeedGenerator(SEED)


def replayed_codings():
    return keras.random.normal((BATCH_SIZE, CODINGS_SIZE), seed=codings_seed)


def few_batches():
    return data.batches(images, BATCH_SIZE, SEED, steps_per_epoch=capped(EQUAL_STEPS))


lecture_loop(by_loop, few_batches(), replayed_codings)
train_gan(by_graph, few_batches(), BATCH_SIZE, CODINGS_SIZE, 1, seed=SEED, verbose=0)
pairs = zip(by_loop.get_weights(), by_graph.get_weights(), strict=True)
differences = [np.abs(a - b).max() / np.abs(a).max() for a, b in pairs]
print(f"largest relative difference of a weight: {max(differences):.1e}")

# %% [markdown]
# After 20 steps no weight differs from its twin, not even in the last bit. (On another machine, or
# with convolutions, 32-bit rounding may add up in another order.) It is the same algorithm.
#
# Now the lecture's own call on the lecture's own `dataset`, with a clock that notes when an epoch
# ends. We time the second epoch, because the first contains the tracing, and compare it with the
# loop, which has been traced too. **Predict** the ratio.

# %%
ticks = [time.perf_counter()]
clock = keras.callbacks.LambdaCallback(
    on_epoch_end=lambda epoch, logs: ticks.append(time.perf_counter())
)
some = dataset.take(TIMED_STEPS)
train_gan(by_graph, some, BATCH_SIZE, CODINGS_SIZE, n_epochs=2, callbacks=[clock], verbose=0)
graph_ms = 1000 * (ticks[-1] - ticks[-2]) / capped(TIMED_STEPS)

start = time.perf_counter()
lecture_loop(by_loop, dataset.take(capped(LOOP_STEPS)))
loop_ms = 1000 * (time.perf_counter() - start) / capped(LOOP_STEPS)
print(f"loop {loop_ms:.1f} ms a step, train_gan {graph_ms:.1f} ms: {loop_ms / graph_ms:.1f} times")

# %% [markdown]
# In this run `train_gan` was 4.3 times as fast: 2.0 ms instead of 8.7 ms a step, on two CPU cores
# that had other work to do as well. Both numbers vary from machine to machine and from hour to
# hour. What is saved is not arithmetic but the way there: the loop returns to Python several times
# in each step, converts arrays and reads losses, while the graph plays 32 steps before it returns.

# %% [markdown]
# ## 7. Training in full
#
# One more thing about the data. With the lecture's `dataset` an epoch is as long as there are
# images, and what `shuffle(1000)` mixes is only neighbours. `data.batches` mixes all of them, in an
# order that depends on the seed alone, and with `steps_per_epoch` an epoch is a stretch of so many
# steps. So a run is as long with 10,000 images as with 60,000.
#
# `SampleImages` draws twelve fixed codings after each stretch of 1,024 steps; the figure redraws
# itself in place. `GeneratorAverage` keeps, beside the generator, a running average of its weights,
#
# $$\bar w \leftarrow 0.999\,\bar w + 0.001\,w \quad\text{after every step.}$$
#
# The average watches and never plays. What it is good for, we shall see.

# %%
keras.utils.set_random_seed(SEED)
gan = new_gan()
generator, discriminator = gan.layers
batches = data.batches(images, BATCH_SIZE, SEED, steps_per_epoch=SAMPLE_EVERY)
draw = functools.partial(show, columns=6, scale=2)
watcher = callbacks.SampleImages(NUM_FOLLOWED, draw=draw, seed=SEED)
average = callbacks.GeneratorAverage(AVERAGE_DECAY)  # not in the lecture
epochs = TRAIN_STEPS // SAMPLE_EVERY
watching = {"callbacks": [watcher, average], "seed": SEED, "verbose": 0}
history = train_gan(gan, batches, BATCH_SIZE, CODINGS_SIZE, epochs, **watching)

# %% [markdown]
# Figure 4.4. The twelve fixed codings after 20,480 steps (while it trained, this figure was
# redrawn every 1,024 steps, starting with grey noise). Upright garments with clear outlines,
# filled with black and white specks: mostly tops with long or short sleeves, and in the second row
# a narrow, bright dress.

# %%
strip = np.stack([watcher.frames[0], watcher.frames[1], watcher.frames[-1]]) / 255
steps = ["before", f"{SAMPLE_EVERY:,} steps", f"{TRAIN_STEPS:,} steps"]
show(strip, columns=1, scale=1, row_labels=steps)

# %% [markdown]
# Figure 4.5. The same codings before training, after the first stretch of 1,024 steps and at the
# end. Most of the way is covered in the first stretch: noise becomes blurred columns in the
# middle of a black frame. The other 19 stretches sharpen the outline and add sleeves and hems.
# The specks inside stay.

# %%
film = plots.training_gif(watcher.frames, "../outputs/04_fashion_dense.gif", 0.4)
Image(film.read_bytes())

# %% [markdown]
# Figure 4.6. Film of the twelve codings, 21 pictures, one each 1,024 steps. From the fourth or so
# on most codings keep their kind of garment, while brightness and texture go on changing until
# the last picture. The networks never come to rest.

# %% [markdown]
# **Predict.** If the players reached their equilibrium, the discriminator could only guess,
# $D = ½$ everywhere, and both losses would be $-\log ½ = \log 2 ≈ 0.69$. Do they get there?

# %%
plots.losses(history, equilibrium={"log 2: D can only guess": np.log(2)})

# %% [markdown]
# Figure 4.7. Mean losses of each stretch of 1,024 steps (an "epoch" here). From the third on,
# d_loss sinks slowly from 0.52 to 0.47 and g_loss rises from 1.24 to 1.42; the dotted line is log
# 2 = 0.69, where both would meet. They do not get there, and they drift apart: the discriminator
# stays ahead and still tells most fake images from real ones. A g_loss of 1.42 means that it
# gives them a probability of about $e^{-1.42} ≈ 0.24$. The loss of the generator rises while it
# trains, so it cannot tell us whether its images get better: these losses say who leads, not how
# good the images are.

# %% [markdown]
# ## 8. What came out
#
# New codings, which nobody has looked at while training.

# %%
codings = keras.random.normal((NUM_JUDGED, CODINGS_SIZE), seed=SEED + 1)
samples = generator(codings, training=False).numpy()
show(samples[:NUM_SHOWN], columns=12, scale=2)

# %% [markdown]
# Figure 4.8. 48 images from the generator, as the lecture trains it. Pullovers, T-shirts, coats,
# dresses and a pair of trousers can be told by their outline. Inside, pixels jump between black and
# white where a real garment is smooth. That is no wonder in a dense net: each pixel has weights of
# its own, and nothing tells it that its neighbour should look similar. There is no shoe among
# them.

# %%
averaged = average.generator(codings, training=False).numpy()  # not in the lecture
show(averaged[:NUM_SHOWN], columns=12, scale=2)

# %% [markdown]
# Figure 4.9. The same 48 codings through the averaged generator. The same garments, much less
# speckled: necklines, sleeves and hems appear, dark garments are dark rather than sprinkled, and
# trousers (last row, eighth) and dresses (first row, second; second row, first; last row, last) are
# beyond doubt. Most of the specks are thus not what the generator has learnt but the last push that
# the discriminator gave it, different every few steps, and an average over about 1,000 steps
# cancels them.

# %% [markdown]
# Which garments does it draw, and how often? A rough way to count: give each sample $s$ the label
# of the real image $r$ that is nearest to it,
#
# $$\lVert s - r\rVert^2 = \lVert s\rVert^2 - 2\,s\cdot r + \lVert r\rVert^2,$$
#
# where $\lVert s\rVert^2$ is the same for all $r$ and can be left out. Real test images go through
# the same mill, to see what it makes of the truth. **Predict** the row of the ankle boots.


# %%
def class_counts(samples):
    references = images[:NUM_REFERENCES].reshape(-1, 28 * 28)
    samples = samples.reshape(-1, 28 * 28)
    distances = (references**2).sum(axis=1) - 2 * samples @ references.T  # (samples, references)
    nearest = labels[:NUM_REFERENCES][distances.argmin(axis=1)]
    return np.bincount(nearest, minlength=10)


rows = zip(*map(class_counts, (test_images[:NUM_JUDGED], samples, averaged)), strict=True)
print(f"{'of 1,000 images':15} {'real':>8} {'generator':>10} {'average':>8}")
for name, (real, plain, smooth) in zip(data.CLASS_NAMES, rows, strict=True):
    print(f"{name:15} {real:8} {plain:10} {smooth:8}")

# %% [markdown]
# Sandals, sneakers, ankle boots: none, by either generator, where real images give 70, 104 and
# 101. Bags are 6 and 1 instead of 91. Trousers are a little more frequent than they should be, and
# the four kinds of tops (T-shirt, pullover, coat, shirt) take 713 of the generator's 1,000 samples
# instead of 441. The rule is rough, the more so for speckled images, but a zero is a zero.
#
# This is a partial **mode collapse**: what is made varies, yet whole classes are missing. The
# lecture tells of a GAN that makes only shoes; ours makes everything but. The average is prettier
# and misses the very same classes, so looking at a few pretty samples would never show it.
# Nothing in $L(G)$ asks for shoes: each image is judged alone, and upright tops are real enough.
# Notebooks 07 and 08 are about this.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **Exercise 1 (predict, then run).** In phase 2 set all labels to 0 instead of 1:
# `lecture_loop(..., labels_2=np.zeros_like(LABELS_2))`. What does the generator want now? What will
# both losses do, and what will the images look like after 300 steps? Write down your answer first.

# %% tags=["exercise"]
# Your code here: a new_gan(), the loop on dataset.take(capped(LOOP_STEPS)), a grid of samples.

# %% tags=["solution"]
helper = new_gan()
before = [player.get_weights() for player in helper.layers]
zeros = np.zeros_like(LABELS_2)
losses = lecture_loop(helper, dataset.take(capped(LOOP_STEPS)), labels_2=zeros)
print_moves(helper, before, losses)
codings = keras.random.normal((8, CODINGS_SIZE), seed=SEED)
show(helper.layers[0](codings), columns=8, scale=2)

# %% [markdown] tags=["solution"]
# With labels 0 the generator lowers $-\log(1 - D(G(z)))$: it wants its images to be recognised as
# fake, which is also what the discriminator wants. Two players with one aim have no quarrel. Both
# losses go to 0.0000, and then there is no gradient left to learn from: the weights have hardly
# moved (0.04 at most in both networks, against 0.21 and 0.14 in the real game), and the images
# are the grey noise they were at first. The lowest losses of this notebook belong to its worst
# generator.

# %% [markdown] tags=["exercise-text"]
# **Exercise 2 (predict, then change).** Call `lecture_loop` twice on the same stack: one step with
# the toggles, and then the rest without. Which weights move? And the other way round: one step
# without, and then the rest with them? (The second case makes Keras warn; that is as it should be.)

# %% tags=["exercise"]
# Your code here: lecture_loop(gan, dataset.take(1), toggles=...), and then once more.


# %% tags=["solution"]
def play(toggles_first, toggles_later):
    gan = new_gan()
    before = [player.get_weights() for player in gan.layers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # no trainable weights: we know
        losses = lecture_loop(gan, dataset.take(1), toggles=toggles_first)
        later = dataset.take(capped(LOOP_STEPS))
        losses += lecture_loop(gan, later, toggles=toggles_later)
    print(f"toggles in the first step: {toggles_first}, later: {toggles_later}")
    print_moves(gan, before, losses)


play(True, False)
play(False, True)

# %% [markdown] tags=["solution"]
# One step with the toggles is enough: later the discriminator goes on learning, although it stays
# frozen by name, because its step was traced while it was trainable. One step without them is too
# much: the graph of phase 1 has no weights to update, and setting `trainable = True` afterwards
# is not read. (Compiling the discriminator again would help: then the step is traced anew.)

# %% [markdown] tags=["exercise-text"]
# **Exercise 3 (implement).** Write `phase_1_batch`, which makes the batch of phase 1 and its labels
# in the lecture's order, also when there are not as many real images as fake ones.


# %% tags=["exercise"]
def phase_1_batch(real, fake):
    """Images, fake ones first, and their labels, an array (number of images, 1)."""
    batch, batch_labels = None, None  # your code here
    return batch, batch_labels


# %% tags=["solution"]
def phase_1_batch(real, fake):
    """Images, fake ones first, and their labels, an array (number of images, 1)."""
    batch = np.concatenate([fake, real])
    batch_labels = np.concatenate([np.zeros((len(fake), 1)), np.ones((len(real), 1))])
    return batch, batch_labels


# %% tags=["check"]
white, black = np.ones((2, 28, 28)), np.zeros((3, 28, 28))
batch, batch_labels = phase_1_batch(real=white, fake=black)
brightness = None if batch is None else np.mean(batch, axis=(1, 2)).tolist()
print("expected", [0.0, 0.0, 0.0, 1.0, 1.0], "labels", (5, 1), [0.0, 0.0, 0.0, 1.0, 1.0])
print("yours   ", brightness, "labels", np.shape(batch_labels), np.ravel(batch_labels).tolist())

# %% [markdown] tags=["exercise-text"]
# **Exercise 4 (implement).** Write `moved_weights`, which tells the places in `model.get_weights()`
# of the arrays that changed. Use it whenever a loss looks too good.


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
# ## To take away
#
# 1. The game is two phases: the discriminator learns from fake and real images labelled 0 and 1;
#    then the generator learns, through the frozen discriminator, to have its images called 1.
# 2. In Keras 3 `trainable` counts when a step is first traced. Forget it, and a network stands
#    still while its loss moves on. Weights that moved are the proof.
# 3. Two dense networks draw clothes that one recognises by their outline, speckled inside, and
#    none of the three kinds of shoes. Averaging the generator's weights removes specks, not gaps.
#
# **Limits.** One seed, 20,480 steps (11 passes over 60,000 images; the lecture plays 50), RMSprop
# at its default rate, and a rough count instead of a measure of quality, which is notebook 06.
# Another seed may draw other garments.
#
# **Next.** 05, *Deep convolutional GANs*: what changes when a network knows which pixels are
# neighbours.
#
# **References**
# - Goodfellow et al. 2014, *Generative Adversarial Nets*, arXiv:1406.2661.
# - Klambauer et al. 2017, *Self-Normalizing Neural Networks* (selu), arXiv:1706.02515.
# - Xiao, Rasul and Vollgraf 2017, *Fashion-MNIST*, arXiv:1708.07747.
# - Yazıcı et al. 2019, *The Unusual Effectiveness of Averaging in GAN Training*, arXiv:1806.04498.
# - Aurélien Géron, *Hands-On Machine Learning with Scikit-Learn, Keras, and TensorFlow*, O'Reilly;
#   the companion code's issue 252, github.com/ageron/handson-ml3.
