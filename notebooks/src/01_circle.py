# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 01. A circle
#
# {{badge}}
# {{page}}
#
# **Question.** Two networks start out knowing nothing, and neither of them is ever told what a
# circle is. Can they learn to draw one by playing against each other?
#
# **You will be able to**
# - explain what a generator and a discriminator do, and what each of them gets to see;
# - write the two phases of a training step yourself, as a plain TensorFlow loop;
# - train the same pair of networks with `train_gan` and with `GAN.fit`;
# - read the picture of a discriminator's opinion, and say why the losses alone are not enough.
#
# **Before this**: a little Keras (`Sequential`, `compile`, `fit`), and what a gradient is.
#
# **Lectures**: A, IIT Tirupati, *Deep Learning 9.1* (data on a circle, the losses with their factor
# ½); B, *Generative Models* (the forger and the detective, Algorithm 1); E, KTH ID2223, *Generative
# Adversarial Network* (the two phases, and code in Keras).
#
# **Time of a full run**: about 4 minutes on one CPU core, less on two. A GPU would mostly wait.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
from gan_tf import GAN, builders, callbacks, data, losses, plots, train_gan
from IPython.display import Image
import keras
from keras import layers
import numpy as np
import tensorflow as tf

# %% [markdown] tags=["setup"]
# ## Settings
# The numbers that you may want to change stand here.

# %% tags=["setup"]
SEED = 0
NUM_POINTS = 20_000  # real points to learn from
BATCH_SIZE = 128
LATENT_DIM = 2
LEARNING_RATE, ADAM_BETA = 1e-3, 0.5
STEPS_BY_HAND = 400
STEPS_PER_EPOCH, EPOCHS = 50, 120  # 6,000 steps; short epochs, so that the film has many frames
NUM_SAMPLES = 2_500  # points to judge by
SEEDS, MANY_SAMPLES = (0, 1, 2), 10_000  # for the comparison of games
STRAY = 0.05  # a point farther than this from the circle is a stray
keras.utils.set_random_seed(SEED)

# %% [markdown]
# ## 1. The forger and the detective
#
# A forger paints fake pictures. A detective looks at pictures, some real and some fake, and says
# which are which. At first both are bad at their jobs. But whenever the detective finds a
# difference between real and fake, the forger learns what to do better, and whenever the forger
# improves, the detective has to look more closely. If neither gives up, the fakes may in the end
# look so real that even a good detective can only guess.
#
# A *generative adversarial network* (GAN, [Goodfellow et al.,
# 2014](https://arxiv.org/abs/1406.2661)) plays this game with two neural networks. The forger is
# called the **generator**, the detective the **discriminator**.

# %%
plots.game_diagram("random numbers", "fake points", "real points")

# %% [markdown]
# Figure 1.1. The game. The generator (vermilion) turns random numbers into fake points. The
# discriminator (blue) is shown real and fake points and says how real each of them looks. The
# dashed arrows are gradients, which say how to change the weights: in phase 1 those of the
# discriminator, in phase 2 those of the generator. The gradient of phase 2 passes *through* the
# discriminator (its arrow goes around it for clarity). Notice that no arrow leads from the real
# points to the generator. It never sees one.
#
# In words, the recipe is [Algorithm 1 of the paper](https://arxiv.org/abs/1406.2661), with one
# update of each player, and with another loss for the generator (section 4). One training step
# goes like this:
#
# 1. Draw a batch of random numbers and let the generator make fake points of them. Take a batch of
#    real points.
# 2. **Phase 1.** Change the discriminator's weights a little, so that it rates the real points
#    higher and the fake points lower. The generator stays as it is.
# 3. Draw fresh random numbers, and let the generator make fresh fake points.
# 4. **Phase 2.** Change the generator's weights a little, so that the discriminator rates these
#    fake points higher. The discriminator stays as it is.

# %% [markdown]
# ## 2. What is there to learn?
#
# Our data are points near a circle of radius 1. The angle is uniform, and we add a little Gaussian
# noise (standard deviation 0.01) to both coordinates. Here, unlike with photographs, we know the
# truth, so we can measure how close the networks come to it.

# %% tags=["setup"]
points = data.circle(NUM_POINTS, seed=SEED)
print("shape", points.shape, "- mean radius", np.hypot(*points.T).mean().round(3))


# %%
ax = plots.panels(width=5.0, height=5.0, dpi=100)
plots.samples_2d(target=points[:1000], ax=ax, title="1,000 real points")

# %% [markdown]
# Figure 1.2. The target: 1,000 of the 20,000 real points, on a thin ring that is equally dense in
# every direction.

# %% [markdown]
# ## 3. The two networks
#
# The **generator** $G$ takes a *latent vector* $z$, here two numbers from a standard normal
# distribution, and returns a point $G(z)$ in the plane.
#
# The **discriminator** takes a point $x$ and returns one number $t(x)$, called a *logit*. The
# larger the logit, the more real the point looks to the discriminator. The sigmoid function
# $\sigma(t) = 1 / (1 + e^{-t})$ turns the logit into a probability, $D(x) = \sigma(t(x))$. A logit
# of 0 means $D(x) = ½$, 'I can't tell', and large logits of either sign mean 'I am sure'.
#
# Both networks in full:

# %%
generator = keras.Sequential(
    [
        keras.Input((LATENT_DIM,)),  # z, two random numbers
        layers.Dense(64, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dense(2),  # the two coordinates of a point, any real numbers
    ],
    name="generator",
)
discriminator = keras.Sequential(
    [
        keras.Input((2,)),  # x, a point
        layers.Dense(64),
        layers.LeakyReLU(negative_slope=0.2),  # unlike ReLU, it never stops the gradient
        layers.Dense(64),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Dense(1),  # one logit, without a sigmoid
    ],
    name="discriminator",
)

# %%
plots.architecture(generator, discriminator)

# %% [markdown]
# Figure 1.3. Both networks. The number above a bar says how many numbers the network passes on at
# this place, and below the bar stands the layer that makes them.
#
# The package builds the same two networks in one line each. To check this, we copy our weights
# into the package's networks and compare the outputs.

# %%
# NBVAL_CHECK_OUTPUT
inputs = keras.random.normal((5, 2), seed=SEED)
from_package = builders.point_generator(LATENT_DIM), builders.point_discriminator()
for ours, theirs in zip((generator, discriminator), from_package, strict=True):
    theirs.set_weights(ours.get_weights())
    difference = np.abs(ours(inputs) - theirs(inputs)).max()
    print(f"{ours.name}: {ours.count_params():,} weights, largest difference {difference:.0e}")

# %% [markdown]
# **Predict.** The generator has never been trained. What will 500 of its points look like, and
# what will the discriminator think of them?
#
# <details><summary>Answer</summary>
#
# All biases begin at zero. Without biases, scaling the input of a ReLU network scales its output.
# So the latents along one ray give points along one ray, and many rays together probably fill a
# crumpled wedge. The discriminator's weights are random, too, so its opinion means nothing yet.
#
# </details>


# %%
latents = keras.random.normal((500, LATENT_DIM), seed=SEED)  # the same ones in every figure


def show(generator, discriminator, title):
    style = {"samples": generator(latents), "target": points[:500], "title": title}
    ax = plots.panels(width=6.0, height=5.0, dpi=100)
    return plots.decision_field(discriminator, ax=ax, **style)


show(generator, discriminator, "Before training")

# %% [markdown]
# Figure 1.4. Before training. Vermilion crosses are the generator's points, blue dots are real
# points. The background shows the discriminator's opinion $D(x)$: blue means 'real', orange means
# 'fake', white means 'no idea'. A black line would mark the places where $D(x)$ crosses ½, but
# here $D(x)$ happens to be above ½ everywhere except at the origin, at the right by so little that
# you see only white. The fake points form a wedge that reaches almost to the circle.

# %% [markdown]
# ## 4. The two phases, written out
#
# Write $\mathbb{E}_x$ for the mean over real points, and $\mathbb{E}_z$ for the mean over latent
# vectors.
#
# The discriminator wants $D(x)$ near 1 for real points and $D(G(z))$ near 0 for fake ones. In phase
# 1 it lowers the *binary cross-entropy* of these two answers:
#
# $$L(D) = -\tfrac{1}{2}\,\bigl(\mathbb{E}_x\log D(x) + \mathbb{E}_z\log(1 - D(G(z)))\bigr).$$
#
# The generator wants its points to be taken for real. In phase 2 it lowers
#
# $$L(G) = -\,\mathbb{E}_z\log D(G(z)).$$
#
# The ½ makes the discriminator's loss the mean of two cross-entropies.
#
# Lecture A first gives the generator the loss $\frac12\mathbb{E}_z\log(1-D(G(z)))$, and so does
# Algorithm 1, without the ½. With respect to the logit, the lecture's loss has the slope
# $-\frac12D$, and $-\log D$ has $-(1 - D)$. While the discriminator wins, say at $D(G(z)) = 0.01$,
# these are $-0.005$ and $-0.99$: the first loss gives hardly any gradient ([notebook
# 02](02_game.ipynb) measures it). This *non-saturating* loss is from [Goodfellow et al.,
# 2014](https://arxiv.org/abs/1406.2661), section 3. In the package the pair $L(D)$, $L(G)$ is
# `NonSaturating` or `"non_saturating"`; we also call it *cross-entropy*.
#
# Our discriminator returns the logit $t$, so we write the losses in terms of $t$. With
# $\mathrm{softplus}(t) = \log(1 + e^t)$ we have $-\log D = -\log\sigma(t) = \log(1 + e^{-t}) =
# \mathrm{softplus}(-t)$. And because $1 - \sigma(t) = \sigma(-t)$, we have $-\log(1 - D) =
# \mathrm{softplus}(t)$.


# %%
def discriminator_loss(real_logits, fake_logits):
    real = keras.ops.mean(keras.ops.softplus(-real_logits))  # -E log D(x)
    fake = keras.ops.mean(keras.ops.softplus(fake_logits))  # -E log(1 - D(G(z)))
    return 0.5 * (real + fake)


def generator_loss(fake_logits):
    return keras.ops.mean(keras.ops.softplus(-fake_logits))  # -E log D(G(z))


# %% [markdown]
# A `tf.GradientTape` records every operation inside its `with` block. Afterwards,
# `tape.gradient(loss, variables)` goes backwards through this record and returns the derivative
# of the loss with respect to each variable.
#
# In phase 1 the generator works outside the tape, because the discriminator's gradient does not
# pass through it. In phase 2 the gradient passes through the discriminator, but we change only the
# generator's variables. We then say that the discriminator is *frozen*.

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
# Does each phase really move one player only? We run each of them once and compare the weights.


# %%
# NBVAL_CHECK_OUTPUT
def all_weights():
    return [player.get_weights() for player in (generator, discriminator)]


for name, phase in (("phase 1", lambda: phase_1(points[:BATCH_SIZE])), ("phase 2", phase_2)):
    before = all_weights()
    phase()
    moved = [
        any(np.any(a != b) for a, b in zip(old, new, strict=True))
        for old, new in zip(before, all_weights(), strict=True)
    ]
    print(f"{name}: generator moved: {moved[0]}, discriminator moved: {moved[1]}")

# %% [markdown]
# And this is the whole training: a loop that plays the two phases in turn.
#
# **Predict.** A discriminator that answers ½ everywhere has a loss of $\log 2 = 0.693$. Will 400
# steps be enough for a circle? And where will the two losses be by then?
#
# <details><summary>Answer</summary>
#
# No, 400 steps are too few. And yet the losses of the last batch will already be close to $\log 2$.
# Look at the figure, and ask yourself who is not doing their job.
#
# </details>

# %%
for real_points in data.batches(points, BATCH_SIZE, SEED, steps_per_epoch=STEPS_BY_HAND):
    d_loss = phase_1(real_points)
    g_loss = phase_2()
print(f"after {STEPS_BY_HAND} steps: d_loss {float(d_loss):.3f}, g_loss {float(g_loss):.3f}")
show(generator, discriminator, f"After {STEPS_BY_HAND} steps by hand")

# %% [markdown]
# Figure 1.5. After 400 steps, and one more in our check. The points have spread over the whole
# disc and beyond. The discriminator has begun to see something: its black line encloses a band in
# which $D(x)$ is just above ½ (the blue is hardly visible), and which holds nearly all of the real
# circle.
#
# The losses of the last batch are close to $\log 2$, as if the discriminator could not tell real
# from fake, although you can at a glance. This discriminator has not been fooled. It just has not
# learnt to look closely yet: its opinion is almost white everywhere. (These losses are of one
# batch. Figure 1.10 shows means over an epoch, from another game.)

# %% [markdown]
# ### What the generator hears
#
# All that the generator knows comes from the gradient that passes through the discriminator. We
# can make this gradient visible: for a fake point $x$, the vector $-\nabla_x L(G)$ points where
# the discriminator would rate it higher. (By itself a tape follows only variables. The fake points
# are an ordinary tensor, so `tape.watch` asks it to follow them, too.)
#
# **Predict.** Some fake points lie inside the circle and some outside. Which way will their arrows
# point?
#
# <details><summary>Answer</summary>
#
# Towards the ring, so outwards for points inside and inwards for points outside, if the
# discriminator has learnt anything useful. We count.
#
# </details>

# %%
fake_points = generator(latents)
with tf.GradientTape() as tape:
    tape.watch(fake_points)
    loss = generator_loss(discriminator(fake_points))
advice = -tape.gradient(loss, fake_points).numpy()  # (500, 2)
fake_points = fake_points.numpy()
radius = np.hypot(*fake_points.T)
outwards = (advice * fake_points).sum(axis=1) > 0
print(f"of {np.sum(radius < 0.9)} points inside:  {outwards[radius < 0.9].mean():.0%} go outwards")
print(f"of {np.sum(radius > 1.1)} points outside: {outwards[radius > 1.1].mean():.0%} go outwards")

# %%
ax = plots.panels(width=6.0, height=5.0, dpi=100)
figure = plots.decision_field(discriminator, ax=ax, target=points[:500])
directions = advice / np.linalg.norm(advice, axis=1, keepdims=True)
style = {"color": plots.FAKE_COLOUR, "scale": 18, "width": 0.005}
arrows = figure.axes[0].quiver(*fake_points[:200].T, *directions[:200].T, **style)
figure.axes[0].set_title("Where the discriminator sends the fake points")
figure

# %% [markdown]
# Figure 1.6. The discriminator's advice to 200 of the fake points after 400 steps. Each arrow
# starts at a fake point and shows the direction of $-\nabla_x L(G)$; all arrows are drawn equally
# long. All points well inside the circle are sent outwards and 99 % of those well outside inwards.
# (We counted only this, not how well the arrows aim.) The field is pale, but its slope already
# shows roughly where the ring is. This slope is all that the generator ever learns from. A point
# need not follow its arrow exactly, because all points share the generator's weights.

# %% [markdown]
# ## 5. A longer game with `train_gan`
#
# Lecture E stacks both players into one Keras model and compiles twice, first the discriminator,
# and then the stack with the discriminator frozen. The package's `train_gan` takes this stack,
# finds the players as its two layers, and plays the two phases that you have just written.
#
# `train_gan` handles the freezing; [notebook 04](04_fashion_dense.ipynb) explains it.
#
# We start again with new networks and play longer. Adam's learning rate now falls to zero along a
# cosine, so that the players come to rest. After every epoch of 50 steps we draw the *same* 500
# latents again.

# %%
generator = builders.point_generator(LATENT_DIM)
discriminator = builders.point_discriminator()
gan = keras.Sequential([generator, discriminator])

# The falling learning rate is not in the lecture.
rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, EPOCHS * STEPS_PER_EPOCH)
cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)  # the players end in logits
discriminator.compile(loss=cross_entropy, optimizer=keras.optimizers.Adam(rate, ADAM_BETA))
discriminator.trainable = False
gan.compile(loss=cross_entropy, optimizer=keras.optimizers.Adam(rate, ADAM_BETA))

# %% [markdown]
# After every epoch we also measure how far the points are from the circle: the mean of $|r - 1|$,
# where $r$ is a point's distance from the origin. (`draw` may name `watcher`, which exists by the
# time `draw` is called. `steps_per_execution` lets TensorFlow play a whole epoch at once, which is
# faster.)


# %% tags=["setup"]
def off_circle(samples):
    """Mean distance of points from the circle, by their radius."""
    return np.abs(np.hypot(*np.asarray(samples).T) - 1).mean()


# %%
def draw(samples):
    title = f"step {len(watcher.frames) * STEPS_PER_EPOCH:,}"
    return plots.decision_field(discriminator, samples=samples, target=points[:500], title=title)


watcher = callbacks.SampleImages(500, draw=draw, seed=SEED)
score = callbacks.Score(lambda samples: {"off": off_circle(samples)}, NUM_SAMPLES, seed=SEED)
batches = data.batches(points, BATCH_SIZE, SEED, steps_per_epoch=STEPS_PER_EPOCH)
options = {"steps_per_execution": STEPS_PER_EPOCH, "seed": SEED, "verbose": 0}
watch = [watcher, score]
history = train_gan(gan, batches, BATCH_SIZE, LATENT_DIM, EPOCHS, callbacks=watch, **options)

# %% [markdown]
# Figure 1.7. After 6,000 steps. The vermilion crosses lie on the blue circle, except for a few
# strays inside. The field is nearly white on the ring and a little orange well inside and outside.
# The black line surrounds bands along the ring, in which $D(x)$ is above ½ and which bulge up to
# about $0.15$ outside it. At the top $D(x)$ stays just below ½.
#
# Where do the strays come from? The generator is a continuous function, so neighbouring latents
# become neighbouring points. If neighbouring regions of the latents go to distant parts of the
# ring, the latents between these regions must land somewhere on the way, and the shortest way
# leads through the inside.
#
# **Predict.** Where in the plane of the latents will the strays come from? From far out, from a
# line, or from one spot?
#
# <details><summary>Answer</summary>
#
# From one spot in the middle, in this game. The next figure shows why.
#
# </details>

# %%
many = keras.random.normal((MANY_SAMPLES, LATENT_DIM), seed=1)
made = np.asarray(generator(many))
astray = np.abs(np.hypot(*made.T) - 1) > STRAY
axes = plots.panels(2, width=6.0, height=5.0, dpi=80)
for ax, where, name in zip(axes, (np.asarray(many), made), ("latents", "points"), strict=True):
    style = {"c": np.degrees(np.arctan2(made[:, 1], made[:, 0])), "cmap": "twilight", "s": 4}
    colours = ax.scatter(*where.T, vmin=-180, vmax=180, linewidths=0, **style)
    ax.plot(*where[astray].T, "kx", markersize=6, label="strays")
    ax.set(title=name, aspect="equal")
    ax.legend(loc="upper right")
axes[0].figure.colorbar(colours, ax=axes, label="angle of the point (degrees)")
print(f"{astray.sum()} of {MANY_SAMPLES:,} points are strays")
axes[0].figure

# %% [markdown]
# Figure 1.8. Left: 10,000 latents (the axes are their two numbers), coloured by the angle of the
# point that the generator makes of each. Right: these points. Black crosses are the 77 strays. The
# colours run once around the cloud of latents: the generator sends each direction of the latents
# to its own part of the ring. All directions meet in the middle, and all but two of the strays
# come from a tiny spot there (the other two lie just outside the ring). Walk around this spot, and
# the points go once around the ring. A continuous generator cannot tear the spot open, so it must
# stretch the spot over the whole inside of the ring. Exercise 1.1 comes back to this.

# %%
shown = (0, 1, 2, 3, 4, 5, 7, 9, 11, 12, 13, 16, 18, EPOCHS)  # times 50 steps
frames = [watcher.frames[min(number, len(watcher.frames) - 1)] for number in shown]
film = plots.training_gif(frames, "../outputs/01_circle.gif", 0.5)
Image(film.read_bytes())

# %% [markdown]
# Figure 1.9. The film of the training: the same 500 latents in 14 frames. It has three acts.
#
# - **A chase** (up to about step 400). At step 50 nearly all fake points are in the upper right
#   half, and the discriminator has simply painted the lower left half blue. So the generator moves
#   *all* its points there, and by step 150 the field has turned against them. At step 200 they are
#   back at the upper right, at step 250 at the lower left again.
# - **Spreading** (to about step 650). The points spread over the whole disc, so no straight line
#   has all the fakes on one side any more. The discriminator has to bend its line.
# - **The ring** (from step 650). The points gather on the ring and close it by about step 900. By
#   step 6,000 it has got thinner, and its right side has moved inwards to its place.

# %%
steps = STEPS_PER_EPOCH * (1 + np.arange(len(history.history["off"])))
real_off = off_circle(data.circle(NUM_SAMPLES, seed=SEED + 1))
axes = plots.panels(2, width=6.0, height=4.0, dpi=100)
lines = {name: history.history[key] for name, key in (("D", "d_loss"), ("G", "g_loss"))}
undecided = {"log 2: D cannot tell": np.log(2)}
plots.curves(steps, lines, "step", "loss (nats)", reference=undecided, ax=axes[0])
off = {"generated points": history.history["off"]}
style = {"reference": {"real points": real_off}, "yscale": "log"}
figure = plots.curves(steps, off, "step", "mean |r - 1|", ax=axes[1], **style)
axes[1].lines[0].set_color(plots.FAKE_COLOUR)
axes[1].legend()
figure

# %%
for step in (500, 1_000, 3_000, 6_000):
    row = {key: values[: step // STEPS_PER_EPOCH][-1] for key, values in history.history.items()}
    print(f"step {step}: d_loss {row['d_loss']:.3f}, g_loss {row['g_loss']:.3f}", end=", ")
    print(f"mean |r - 1| {row['off']:.4f}")

# %% [markdown]
# Figure 1.10. Left: both losses, each averaged over an epoch (in *nats*, because the logarithm is
# the natural one). Right: how far the generated points are from the circle, on a logarithmic
# axis. The dotted line is the same for real points, which the noise keeps above zero. In about
# the first 400 steps the loss of G swings widely: that is the chase. From step 1,000 on both
# losses stay within 0.01 of $\log 2$. But in the same time the points come six times closer to
# the circle, from 0.049 to 0.0076. (The falling learning rate may have helped; we played no game
# without it.)
#
# You would miss this progress in the losses, because they say only how well *this* discriminator
# tells real from fake. A loss clearly below $\log 2$, averaged over many points that the
# discriminator was not trained on, shows that they differ ([notebook 02](02_game.ipynb) explains
# why). A loss at $\log 2$ shows nothing, because a better discriminator might still see a
# difference. Section 6 finds one.

# %% [markdown]
# ### Play it yourself
#
# The next cell plays such a game in your browser. Choose 'A circle' and press Play. Where do the
# first arrows point? And what does the discriminator say once the points are on the circle?

# %%
from gan_tf import lab

lab(data="circle")

# %% [markdown]
# ## 6. How round is it?
#
# The mean of $|r - 1|$ mixes three things: how thick the ring is, whether it lies too far in or
# out, and how many strays there are. So we take them apart. We call a point a **stray** if it is
# more than 0.05 away from the circle, which is five standard deviations of the noise in the data.
# For all other points we take the mean radius and the standard deviation of the radius, which we
# call the **thickness** of the ring. (A thin ring that wobbles around the circle counts as thick,
# too.)
#
# A generator that puts all points at one place of the circle would have a perfect radius. So we
# also cut the circle into 36 sectors of 10° and count the points in each. A share of 1 means that
# a sector has exactly its fair part of the points.


# %% tags=["setup"]
def sector_shares(points, num_sectors=36):
    """Points in each sector of the circle, as a multiple of what an even spread would give."""
    angles = np.arctan2(points[:, 1], points[:, 0])
    counts, _ = np.histogram(angles, num_sectors, (-np.pi, np.pi))
    return counts / counts.mean()


def report(name, samples):
    """Prints how round a set of points is."""
    samples = np.asarray(samples)
    radius, shares = np.hypot(*samples.T), sector_shares(samples)
    near = np.abs(radius - 1) <= STRAY
    ring = radius[near] if near.any() else np.array([np.nan])
    print(f"{name:26} |r - 1| {off_circle(samples):.4f}, strays {1 - near.mean():6.2%}", end=", ")
    print(f"mean radius {ring.mean():.4f}, thickness {ring.std():.4f}", end=", ")
    print(f"sectors {shares.min():.2f} to {shares.max():.2f}")


# %%
report("real points", data.circle(MANY_SAMPLES, seed=SEED + 1))
report("section 5, 6,000 steps", made)

# %% [markdown]
# Almost all points lie on the ring, and its mean radius is right. But 0.77 % are strays, and the
# ring is too thin, so the mean of $|r - 1|$ is even smaller than that of real points. This is a
# mismatch and no success, because the noise belongs to the data. (The 0.0076 above came from
# another sample of the same generator.)
#
# The points are not quite evenly spread, either. By chance alone, the share of a sector has a
# standard deviation of about $\sqrt{36 / 10\,000} = 0.06$, and the emptiest of 36 sectors lies
# lower still: 0.84 for the real points. Here it is 0.76.

# %% [markdown]
# ## 7. And with `GAN.fit`: more seeds, another loss, another momentum
#
# Behind `train_gan` stands `GAN`, a Keras model whose `fit` plays the two phases. With it we ask
# three questions, and change one thing at a time. Seeds, steps and the falling learning rate stay
# the same.
#
# 1. How much of our result is luck? We play the game of section 5 with three **seeds**.
# 2. Is another **loss** better? With *least squares* ([Mao et al.,
#    2017](https://arxiv.org/abs/1611.04076)) the logit $t$ itself is fitted to the label 1 for real
#    points and 0 for fake points, and the generator wants it to be 1 for its own points:
#
#    $$L(D) = \tfrac12\,\mathbb{E}_x(t(x) - 1)^2 + \tfrac12\,\mathbb{E}_z\,t(G(z))^2, \qquad
#    L(G) = \tfrac12\,\mathbb{E}_z(t(G(z)) - 1)^2.$$
#
# 3. What does the **momentum** of Adam ([Kingma and Ba, 2014](https://arxiv.org/abs/1412.6980)) do?
#    Adam follows a running average of past gradients, and $\beta_1$ says how long it remembers
#    them. Keras's default of 0.9 averages over about ten steps, and our 0.5, which [Radford et al.,
#    2015](https://arxiv.org/abs/1511.06434) chose for GANs, over about two.


# %% tags=["setup"]
def ring_game(seed, loss="non_saturating", beta=ADAM_BETA, latent_dim=LATENT_DIM):
    """The game of section 5, played by `GAN.fit`."""
    keras.utils.set_random_seed(seed)
    players = builders.point_generator(latent_dim), builders.point_discriminator()
    game = GAN(*players, seed=seed)
    rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, EPOCHS * STEPS_PER_EPOCH)
    optimizers = [keras.optimizers.Adam(rate, beta) for _ in players]
    game.compile(*optimizers, loss=loss, steps_per_execution=STEPS_PER_EPOCH)
    batches = data.batches(points, BATCH_SIZE, seed, steps_per_epoch=STEPS_PER_EPOCH)
    game.fit(batches, epochs=EPOCHS, verbose=0)
    return game


# %% [markdown]
# **Predict.** Which of the two changes will make the larger difference, the loss or the momentum?
#
# <details><summary>Answer</summary>
#
# The momentum. The opponent moves all the time, so an old gradient is probably out of date.
#
# </details>

# %%
kinds = {
    "cross-entropy, beta_1 0.5": {},
    "least squares, beta_1 0.5": {"loss": "least_squares"},
    "cross-entropy, beta_1 0.9": {"beta": 0.9},
}
games = {name: [ring_game(seed, **options) for seed in SEEDS] for name, options in kinds.items()}
for name, played in games.items():
    for game in played:
        report(name, game.generate(MANY_SAMPLES, seed=1))

# %%
figure = plots.Figure(figsize=(12, 7.8), dpi=75, layout="constrained")
for row, seed in zip(figure.subplots(2, 3), SEEDS[:2], strict=True):
    for ax, (name, played) in zip(row, games.items(), strict=True):
        samples = played[seed].generate(500, seed=1)
        style = {"limits": (-2, 2), "title": f"{name}, seed {seed}"}
        plots.samples_2d(samples, target=points[:500], ax=ax, **style)
figure

# %% [markdown]
# Figure 1.11. The three kinds of game (columns) with seeds 0 and 1 (rows), 500 points each. With
# $\beta_1 = 0.5$ both losses give a closed ring with a few strays. With 0.9 and seed 0 the points
# scatter over the disc and beyond, above all at the top, and crowd at the lower right. With 0.9
# and seed 1 they lie in two clumps, joined by a bridge.
#
# The printed table answers our three questions:
#
# - **Luck.** Section 5's game had the fewest strays but the thinnest ring. The three new games of
#   the same kind differ from it, even with seed 0: `ring_game` sets the seed anew, so the networks
#   begin with other weights. What repeats is a closed ring with about 1 % strays that is thinner
#   than the real one and less even: its fullest sector holds at least 1.19 of its share in all four
#   games, against 1.11 for real points.
# - **Loss.** The strays and the thickness of both losses lie in overlapping ranges, so we see no
#   difference between them here.
# - **Momentum.** With $\beta_1 = 0.9$ more than 60 % of the points are strays in each of the three
#   games. Adam's long memory probably makes both players overshoot, but we have not tested this.
#   [Notebook 07](07_pathologies.ipynb) looks at one way in which it can happen. We have not tried a
#   smaller learning rate either: Radford et al. found ours, 0.001, too high.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **1.1 Predict, then change.** Our latent vectors have two numbers. What will happen with one? The
# generator bends the line of all latents into a curve in the plane. Can the curve be a ring, can
# it be as thick as the real one, what happens at its two ends, and will there be more strays or
# fewer? Write down your guess, then change the line below and measure.

# %% tags=["exercise"]
latent_dim = LATENT_DIM  # change me

# %% tags=["solution"]
latent_dim = 1

# %% tags=["check"]
for seed in SEEDS:
    samples = ring_game(seed, latent_dim=latent_dim).generate(MANY_SAMPLES, seed=1)
    report(f"{latent_dim} latent numbers, seed {seed}", samples)

# %% tags=["solution"]
for seed in SEEDS:
    usual = ring_game(seed).generate(MANY_SAMPLES, seed=1)
    report(f"{LATENT_DIM} latent numbers, seed {seed}", usual)
style = {"target": data.circle(500, seed=SEED), "title": "one latent number, seed 2"}
plots.samples_2d(samples[:500], ax=plots.panels(width=5.0, height=5.0), **style)

# %% [markdown] tags=["solution"]
# With one number, two of the three games give a ring with hardly any strays: 0.23 and 0.14 %,
# where the games with two numbers have 1.03 to 1.24 %. This fits figure 1.8. A line has no middle
# where all directions meet, and the generator can lay it around the circle like a thread, with its
# two ends close to each other. A thread has no thickness of its own: what the table calls
# thickness is how far the thread wobbles around the circle. But the game with seed 1 fails: 82 %
# of its points are astray, and some sectors are empty. Three seeds can't say how often that
# happens.

# %% [markdown] tags=["exercise-text"]
# **1.2 Implement.** Write the discriminator's loss in numpy with probabilities instead of logits,
# straight from the formula $L(D) = -\frac12(\mathbb{E}_x\log D(x) + \mathbb{E}_z\log(1 -
# D(G(z))))$. The arguments are the values of $D$ at a few real and at a few fake points.


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
# **1.3 Implement.** A generator that has learnt only half of the circle would pass the test of the
# radius. Write a function that returns the share of empty sectors: 0 for a full circle, 0.5 for
# half a circle. `sector_shares` from section 6 does most of the work: it takes points `(count, 2)`
# and returns an array of 36 numbers.


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
# - The generator never sees a real point. All it knows about the circle reaches it through the
#   discriminator's gradient.
# - A step has two phases, and each phase moves one player only.
# - Losses near $\log 2$ mean that *this* discriminator's probabilities are, on average, hardly
#   better than answering ½; its ranking of the points may be better (see figure 1.6). They don't
#   mean that the fakes are good. Look at samples, and measure them.
#
# **Limits.** Points in a plane are easy, we knew the truth, and we chose settings that work. Three
# seeds can only show large differences.
#
# **Next**: [notebook 02](02_game.ipynb) asks what this game converges to, and why. [Notebook
# 03](03_autoencoder.ipynb) generates without an opponent, and [notebook
# 04](04_fashion_dense.ipynb) plays the game with pictures of clothes.
#
# **References.** Goodfellow et al. 2014, *Generative Adversarial Nets*,
# [arXiv:1406.2661](https://arxiv.org/abs/1406.2661) · Kingma and Ba 2014, *Adam*,
# [arXiv:1412.6980](https://arxiv.org/abs/1412.6980) · Radford et al. 2015 (the momentum of 0.5),
# [arXiv:1511.06434](https://arxiv.org/abs/1511.06434) · Mao et al. 2017 (least squares),
# [arXiv:1611.04076](https://arxiv.org/abs/1611.04076).
