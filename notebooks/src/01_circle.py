# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 01. A circle
#
# {{badge}}
#
# **Question.** Two networks start out knowing nothing, and neither is ever told what a circle
# is. Can they learn to draw one?
#
# **You will be able to** say what a generator and a discriminator do, write the two phases of a
# training step yourself, train with `train_gan` and with `GAN.fit`, and read the picture of a
# discriminator's opinion.
#
# **Before this**: a little Keras (`Sequential`, `compile`, `fit`) and what a gradient is.
#
# **Lecture**: IIT Tirupati, *Deep Learning 9.1* (the circle, the losses with their factor ½);
# KTH ID2223, *Generative Adversarial Network* (the two phases).
#
# **Time of a full run**: about 1 minute on two CPU cores. These networks are so small that a GPU
# would mostly wait; it was not measured.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
from gan_tf import GAN, builders, callbacks, data, losses, plots, train_gan
from IPython.display import Image
import keras
import numpy as np
import tensorflow as tf

# %% [markdown] tags=["setup"]
# ## Settings
# Every number that is used below.

# %% tags=["setup"]
SEED = 0
NUM_POINTS = 20_000  # real points to learn from
BATCH_SIZE = 128
LATENT_DIM = 2
LEARNING_RATE, ADAM_BETA = 1e-3, 0.5
STEPS_BY_HAND = 400
STEPS_PER_EPOCH, EPOCHS = 250, 24
NUM_SAMPLES = 2_500  # points to judge by
keras.utils.set_random_seed(SEED)

# %% [markdown]
# ## 1. What is to be learnt
#
# Our data are points near a circle of radius 1: the angle is uniform, and a little Gaussian noise
# (standard deviation 0.01) is added to both coordinates. For this toy we know the truth, so we
# can measure how close the networks come. With images nobody knows it.

# %%
points = data.circle(NUM_POINTS, seed=SEED)
print("shape", points.shape, "- mean radius", np.hypot(*points.T).mean().round(3))
plots.samples_2d(target=points[:1000], title="1,000 real points")

# %% [markdown]
# Figure 1.1. The target: 1,000 of the 20,000 real points. They lie on a thin ring around the
# origin, at the same density in every direction.

# %% [markdown]
# ## 2. The two players
#
# The **generator** $G$ takes a *latent vector* $z$, two numbers from a normal distribution, and
# makes a point of it. The **discriminator** $D$ takes a point and gives one number, a *logit*:
# the larger, the more real it thinks the point is. A sigmoid turns a logit into the probability
# $D(x)$. Both are small dense networks.

# %%
# NBVAL_CHECK_OUTPUT
generator = builders.point_generator(LATENT_DIM)
discriminator = builders.point_discriminator()
for player in (generator, discriminator):
    widths = [layer.units for layer in player.layers if hasattr(layer, "units")]
    print(f"{player.name}: dense layers {widths}, {player.count_params():,} weights")

# %% [markdown]
# **Predict.** The generator has never been trained. What will 1,000 of its points look like?


# %%
def show(generator, discriminator, title):
    latents = keras.random.normal((1000, LATENT_DIM), seed=SEED)
    samples = generator(latents)
    return plots.decision_field(discriminator, samples=samples, target=points[:500], title=title)


show(generator, discriminator, "Before training")

# %% [markdown]
# Figure 1.2. Before training. Vermilion crosses are the generator's points, blue dots are real. An
# untrained network shrinks and bends the plane a little, so its points are a blob that sits
# anywhere but on the circle. The background is the discriminator's opinion $D(x)$ of every place;
# in later figures a black line marks where it cannot decide, $D(x) = ½$. Here it has no opinion
# worth the name yet: it is a little above ½ everywhere.

# %% [markdown]
# ## 3. One step, in the open
#
# A step has two phases. In **phase 1** only the discriminator learns. It sees a batch of real
# points $x$ and a batch of fake ones $G(z)$, and lowers
#
# $$L(D) = -\tfrac{1}{2}\,\bigl(\mathbb{E}\log D(x) + \mathbb{E}\log(1 - D(G(z)))\bigr).$$
#
# In **phase 2** only the generator learns. It wants its points to be taken for real, and lowers
#
# $$L(G) = -\,\mathbb{E}\log D(G(z)).$$
#
# (The lecture first writes $\frac12\mathbb{E}\log(1-D(G(z)))$, whose gradient dies while the
# discriminator wins. Notebook 02 measures that.) For a logit $t$ both terms are short:
# $-\log D = \mathrm{softplus}(-t)$ and $-\log(1-D) = \mathrm{softplus}(t)$.


# %%
def discriminator_loss(real_logits, fake_logits):
    real = keras.ops.mean(keras.ops.softplus(-real_logits))  # -E log D(x)
    fake = keras.ops.mean(keras.ops.softplus(fake_logits))  # -E log(1 - D(G(z)))
    return 0.5 * (real + fake)


def generator_loss(fake_logits):
    return keras.ops.mean(keras.ops.softplus(-fake_logits))  # -E log D(G(z))


# %% [markdown]
# Each phase is a gradient step for one player. Look at what is *inside* the tape, and at whose
# variables the gradient is taken for: that is all that "freezing" the other player means.

# %%
d_optimizer = keras.optimizers.Adam(LEARNING_RATE, ADAM_BETA)
g_optimizer = keras.optimizers.Adam(LEARNING_RATE, ADAM_BETA)


@tf.function
def phase_1(real_points):
    fake_points = generator(keras.random.normal((BATCH_SIZE, LATENT_DIM)))
    with tf.GradientTape() as tape:
        loss = discriminator_loss(discriminator(real_points), discriminator(fake_points))
    variables = discriminator.trainable_variables
    d_optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


@tf.function
def phase_2():
    with tf.GradientTape() as tape:
        fake_points = generator(keras.random.normal((BATCH_SIZE, LATENT_DIM)))
        loss = generator_loss(discriminator(fake_points))
    variables = generator.trainable_variables
    g_optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


# %% [markdown]
# A loop plays the two phases in turn. From section 4 on it comes from `gan_tf`, where it is the
# same, tested and faster (notebook 04 takes the lecture's own loop apart).
#
# **Predict.** Will 400 steps be enough for a circle?

# %%
for real_points in data.batches(points, BATCH_SIZE, SEED, steps_per_epoch=STEPS_BY_HAND):
    d_loss = phase_1(real_points)
    g_loss = phase_2()
print(f"after {STEPS_BY_HAND} steps: d_loss {float(d_loss):.3f}, g_loss {float(g_loss):.3f}")
show(generator, discriminator, f"After {STEPS_BY_HAND} steps by hand")

# %% [markdown]
# Figure 1.3. After 400 steps. The blob has been blown up until it covers the disc and more, but it
# is no circle yet. Now look at the losses that were printed: both are already close to
# $\log 2 = 0.693$, the value for a discriminator that cannot tell. They say "done" far too early:
# this discriminator is not fooled, it has just not learnt to look.

# %% [markdown]
# ## 4. The same with `train_gan`
#
# The lecture stacks the players into one model and compiles twice: the discriminator, and then
# the stack with the discriminator frozen. `train_gan` takes exactly that. Fresh players, please.
#
# Two additions of ours. Adam's learning rate falls to zero along a cosine, so that the players come
# to rest at the end. And `SampleImages` draws the *same* latents again after every epoch, so that
# you can watch each point travel.

# %%
generator = builders.point_generator(LATENT_DIM)
discriminator = builders.point_discriminator()
gan = keras.Sequential([generator, discriminator])

rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, EPOCHS * STEPS_PER_EPOCH)
cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)  # the players end in logits
discriminator.compile(loss=cross_entropy, optimizer=keras.optimizers.Adam(rate, ADAM_BETA))
discriminator.trainable = False
gan.compile(loss=cross_entropy, optimizer=keras.optimizers.Adam(rate, ADAM_BETA))

# %% [markdown]
# The figure below redraws itself while the training runs.


# %%
def draw(samples):
    return plots.decision_field(discriminator, samples=samples, target=points[:500])


watcher = callbacks.SampleImages(1000, draw=draw, seed=SEED)
batches = data.batches(points, BATCH_SIZE, SEED, steps_per_epoch=STEPS_PER_EPOCH)
history = train_gan(
    gan, batches, BATCH_SIZE, LATENT_DIM, EPOCHS, callbacks=[watcher], seed=SEED, verbose=0
)

# %% [markdown]
# Figure 1.4. After 24 epochs of 250 steps. The vermilion crosses lie on the blue circle; a few
# strays are still on their way through the middle, because a continuous generator cannot tear its
# plane apart without leaving threads. The discriminator's line $D(x) = ½$ runs along the ring
# itself, and its opinion is pale everywhere: it is hardly ever sure.

# %%
film = plots.training_gif(watcher.frames[::2], "../outputs/01_circle.gif", 0.4)
Image(film.read_bytes())

# %% [markdown]
# Figure 1.5. The film: every second epoch, 0.4 s each, the last one held. The same 1,000 latents
# in every frame. Watch how the points run to where the discriminator's field is bluest, and how the
# field changes as soon as they arrive.

# %%
plots.losses(history, equilibrium={"log 2: D cannot tell": np.log(2)})

# %% [markdown]
# Figure 1.6. Both losses against the epoch. They come close to $\log 2$ and stay there, the
# generator's from above, the discriminator's from below. Compare with 1.4: between epochs 12 and 24
# the curves are flat, and say nothing about how round the circle has become.

# %% [markdown]
# ## 5. How round is it?
#
# A picture can flatter. Two numbers cannot: how far the points are from radius 1, and whether
# every direction has its share. We cut the circle into 36 sectors of 10°; a share of 1 means as
# many points as a perfect circle has there.


# %% tags=["setup"]
def sector_shares(points, num_sectors=36):
    """Points in each sector of the circle, as a multiple of what an even spread would give."""
    angles = np.arctan2(points[:, 1], points[:, 0])
    counts, _ = np.histogram(angles, num_sectors, (-np.pi, np.pi))
    return counts / counts.mean()


# %%
for name, samples in (
    ("real", data.circle(NUM_SAMPLES, seed=SEED + 1)),
    ("generated", np.asarray(generator(keras.random.normal((NUM_SAMPLES, LATENT_DIM), seed=1)))),
):
    off = np.abs(np.hypot(*samples.T) - 1).mean()
    shares = sector_shares(samples)
    print(f"{name:9}: mean |r - 1| = {off:.4f}, sectors {shares.min():.2f} to {shares.max():.2f}")

# %% [markdown]
# The generator's points are on average less than 1 % of the radius off (0.0089), hardly more
# than real ones (0.0079: the noise in the data). Its emptiest sector holds 0.75 of its share and
# its fullest 1.30; for real points chance alone gives 0.82 to 1.21. These are numbers for seed 0
# and 6,000 steps; yours may differ a little.

# %% [markdown]
# ## 6. And with `GAN.fit`
#
# `train_gan` is the lecture's door. Behind it stands `GAN`, a Keras model whose `fit` plays the
# two phases; every later notebook uses it directly. Here it goes through 5 epochs with another
# loss, to show how little changes.

# %%
game = GAN(builders.point_generator(LATENT_DIM), builders.point_discriminator(), seed=SEED)
game.compile(
    keras.optimizers.Adam(LEARNING_RATE, ADAM_BETA),
    keras.optimizers.Adam(LEARNING_RATE, ADAM_BETA),
    loss="least_squares",
    steps_per_execution=50,
)
history = game.fit(batches, epochs=5, verbose=0)
show(game.generator, game.discriminator, "Least squares, 5 epochs")

# %% [markdown]
# Figure 1.7. Another game, the same networks: least squares after 5 epochs, learning rate constant.
# The circle is there, still a little displaced and blurred. What changed in the code is one word.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **1.1 Predict, then change.** `ADAM_BETA = 0.5` is smaller than Adam's default of 0.9: the
# optimizers forget old gradients sooner. What will happen with 0.9? Write down your guess, then
# train and measure.

# %% tags=["exercise"]
beta = ADAM_BETA  # change me

# %% tags=["solution"]
beta = 0.9

# %% tags=["check"]
players = builders.point_generator(LATENT_DIM), builders.point_discriminator()
trial = GAN(*players, seed=SEED)
trial.compile(
    keras.optimizers.Adam(LEARNING_RATE, beta),
    keras.optimizers.Adam(LEARNING_RATE, beta),
    steps_per_execution=50,
)
real = data.circle(NUM_POINTS, seed=SEED)
batches = data.batches(real, BATCH_SIZE, SEED, steps_per_epoch=STEPS_PER_EPOCH)
trial.fit(batches, epochs=12, verbose=0)
samples = trial.generate(NUM_SAMPLES, seed=1)
print(f"beta_1 = {beta}: mean |r - 1| = {np.abs(np.hypot(*samples.T) - 1).mean():.3f}")

# %% tags=["solution"]
plots.samples_2d(samples, target=real[:500], title=f"beta_1 = {beta}")

# %% [markdown] tags=["solution"]
# With 0.9 the points are on average a third of the radius off (0.334), with 0.5 it was 0.039
# after the same 12 epochs. In a game yesterday's gradient is out of date: the opponent has moved
# since. A long memory makes both players overshoot, and they chase each other around. Notebook 07
# shows this on a game with two numbers.

# %% [markdown] tags=["exercise-text"]
# **1.2 Implement.** Write the discriminator's loss with probabilities instead of logits, straight
# from the formula $L(D) = -\frac12(\mathbb{E}\log D(x) + \mathbb{E}\log(1 - D(G(z))))$, in numpy.


# %% tags=["exercise"]
def loss_from_probabilities(real, fake):
    return np.nan  # your line


# %% tags=["solution"]
def loss_from_probabilities(real, fake):
    return -0.5 * (np.log(real).mean() + np.log(1 - fake).mean())


# %% tags=["check"]
real, fake = np.array([0.9, 0.6]), np.array([0.2, 0.5])
expected = float(losses.NonSaturating(from_logits=False).discriminator(real, fake))
print(f"expected {expected:.4f}, yours {loss_from_probabilities(real, fake):.4f}")

# %% [markdown] tags=["exercise-text"]
# **1.3 Implement.** A generator that has learnt only half of the circle would pass the test of
# the radius. Write a function that gives the share of empty sectors: 0 for a full circle, 0.5 for a
# half one. `sector_shares` above does most of the work.


# %% tags=["exercise"]
def empty_share(points):
    return np.nan  # your line


# %% tags=["solution"]
def empty_share(points):
    return np.mean(sector_shares(points) == 0)


# %% tags=["check"]
whole = data.circle(10_000, std=0.0, seed=1)
half = whole[whole[:, 1] > 0]
print(f"whole circle: expected 0.0, yours {empty_share(whole)}")
print(f"half circle:  expected 0.5, yours {empty_share(half)}")

# %% [markdown]
# ## Take away
#
# - A generator never sees a real point. All it knows of the circle came through the
#   discriminator's gradient.
# - A step has two phases, and each moves one player only.
# - When it goes well the discriminator ends up unable to tell, and its loss is near $\log 2$.
#   A loss that goes down is *not* what to wait for.
#
# **Limits.** Points in a plane are easy, we knew the truth, and we chose settings that work
# (exercise 1.1 shows how near a failure is). Images come in notebook 04.
#
# **Next**: notebook 04 draws clothes with two dense networks, and notebook 05 with convolutions.
#
# **References.** Goodfellow et al. 2014, *Generative Adversarial Nets*, arXiv:1406.2661 ·
# Kingma and Ba 2014, *Adam*, arXiv:1412.6980 · Radford et al. 2015 (the momentum of 0.5),
# arXiv:1511.06434 · Mao et al. 2017 (least squares), arXiv:1611.04076.
