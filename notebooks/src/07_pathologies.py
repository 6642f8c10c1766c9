# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 07. Pathologies
#
# {{badge}}
#
# **Question.** What goes wrong when a GAN trains? Some generators make one thing only, some
# gradients vanish, and some players circle for ever. Can we cause each failure on purpose, and say
# why it happens?
#
# **You will be able to** recognise mode collapse by numbers over time, measure how a discriminator
# that wins starves its generator, tell from the eigenvalues of a matrix whether a simple game
# converges, and read a sweep of hyperparameters.
#
# **Before this**: [notebook 01](01_circle.ipynb) (the two phases of a step) and [notebook
# 02](02_game.ipynb) (the generator's two losses).
#
# **Lectures**: *GAN training issues* of CMU 11-785; the same failures appear in IIT Tirupati 9.1,
# *Generative models*, Amrita and KTH ID2223.
#
# **Time of a full run**: about 6 minutes on two CPU cores. We have not measured it on a GPU.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
from gan_tf import GAN, builders, callbacks, capped, data, losses, metrics, plots, recipes
from IPython.display import Image
import keras
import numpy as np
import tensorflow as tf

# %% [markdown] tags=["setup"]
# ## Settings
# This cell holds every number that we use below. (`capped` returns the number itself, unless the
# tests of this course ask for a short trial.)

# %% tags=["setup"]
SEED = 0
UNITS = (128, 128)  # of each player
BATCH_SIZE, STEPS_PER_EPOCH, EPOCHS = 256, 250, 24  # 6,000 steps
LEARNING_RATE, ADAM_BETA = 2e-4, 0.5
NUM_SAMPLES = 2_500  # judged at a time, as in the literature
DCGAN_EPOCHS, STILL = 12, range(5, 8)  # of 50 steps; in which of them D stands still
D_STAGES, D_STEPS = capped(16), 100  # a discriminator trained alone
PLAY_STEPS, PLAY_RATE = 400, 0.1  # the game xy
SWEEP_SEEDS, SWEEP_EPOCHS = (0, 1, 2)[: capped(3)], 8  # of 250 steps, for each game
RATES = (2e-4, 5e-4, 1e-3, 2e-3)[: capped(4)]  # of the sweep
keras.utils.set_random_seed(SEED)

# %% [markdown]
# | setting | this notebook (2 CPU cores) | longer |
# | --- | --- | --- |
# | steps on ring and grid | 6,000 | 10,000 to 400,000 in papers |
# | steps of the DCGAN | 600 | 93,750: 50 epochs of 60,000 images |
# | seeds of the sweep | 3 | 10 in papers |


# %% tags=["setup"]
def large(figure, dpi=100):
    """The same figure with everything in it larger."""
    figure.set_dpi(dpi)
    return figure


def some_axes(columns=2, width=9, height=3.6):
    figure = plots.Figure(figsize=(width, height), dpi=100, layout="constrained")
    return figure.subplots(1, columns)


# %% [markdown]
# ## 1. Mode collapse in the plane
#
# Our data are eight narrow Gaussians on a ring. Each of them is a **mode**: one kind of thing that
# occurs in the data. In the plane we know all modes, so we can count which ones a generator makes.


# %% tags=["setup"]
def new_game(rate=LEARNING_RATE, d_rate=None, beta=ADAM_BETA, units=UNITS, seed=SEED):
    """The plain game of notebook 01 with wider networks; both rates are equal by default."""
    keras.utils.set_random_seed(seed)
    players = builders.point_generator(units=units), builders.point_discriminator(units=units)
    gan = GAN(*players, seed=seed)
    adams = [keras.optimizers.Adam(each, beta) for each in (rate, d_rate or rate)]
    gan.compile(*adams, steps_per_execution=50)
    return gan


def judge_of(name):
    """Function from samples to numbers, for `callbacks.Score`."""
    target = recipes.MIXTURES[name]

    def judge(samples):
        found = metrics.mode_coverage(samples, target.centres, target.std)
        nearest = np.linalg.norm(samples[:, None] - target.centres, axis=-1).argmin(1)
        shares = np.bincount(nearest, minlength=len(target.centres)) / len(samples)
        fields = {"modes": found.modes, "high quality": found.high_quality}
        return fields | {f"share {i}": share for i, share in enumerate(shares)}

    return judge


# %% [markdown]
# How do we count? The literature calls a sample of **high quality** if it lies within three
# standard deviations of a mode. A mode is **found** if at least one sample of high quality belongs
# to it. We write this down once, and compare it with the package:


# %%
def modes_and_quality(samples, centres, std):
    distances = np.linalg.norm(samples[:, None] - centres, axis=-1)  # (samples, modes)
    is_good = distances.min(axis=1) <= 3 * std
    return len(np.unique(distances.argmin(axis=1)[is_good])), is_good.mean()


three_modes = data.ring(NUM_SAMPLES, seed=1)
three_modes = three_modes[three_modes[:, 0] > 0.5]  # the modes at -45, 0 and 45 degrees
ring = recipes.MIXTURES["ring"]
found = metrics.mode_coverage(three_modes, ring.centres, ring.std)
print(
    "our lines {} modes, high quality {:.3f}".format(
        *modes_and_quality(three_modes, ring.centres, ring.std)
    )
)
print(f"package   {found.modes} modes, high quality {found.high_quality:.3f}")

# %% [markdown]
# **Predict.** In every batch the discriminator sees all eight modes. How many of them will the
# generator make after 6,000 steps? And will they be the same ones as after 3,000 steps?
#
# <details><summary>Answer</summary>
#
# With this seed, the generator makes at most one mode at a time. After 3,000 steps the samples lie
# between the modes at 45° and 90°, after 6,000 steps they are near the one at 315°.
#
# </details>

# %%
gan = new_game()
points = data.ring(100_000, seed=SEED)
batches = data.batches(points, BATCH_SIZE, SEED, steps_per_epoch=STEPS_PER_EPOCH)


def draw(samples):
    centres = data.ring_centres()
    return plots.decision_field(gan.discriminator, (-2.5, 2.5), samples=samples, target=centres)


watcher = callbacks.SampleImages(200, draw=draw, seed=SEED, live=False)
score = callbacks.Score(judge_of("ring"), num_images=NUM_SAMPLES, mode="max")
history = gan.fit(batches, epochs=EPOCHS, callbacks=[watcher, score], verbose=0).history

# %%
film = plots.training_gif(watcher.frames, "../outputs/07_pathologies.gif", 0.4)
Image(film.read_bytes())

# %% [markdown]
# Figure 7.1. The film shows the game every 250 steps. The blue dots are the eight modes, the
# vermilion crosses are 200 samples. The background shows the discriminator's verdict $D(x)$, the
# probability that a point $x$ is real: blue for real, orange for fake, and a black line at ½. All
# samples form one narrow streak. The discriminator turns orange wherever the streak is, and the
# streak slides towards the side that is bluer. It never rests on a mode, and it never splits.

# %%
shares = np.array([history[f"share {i}"] for i in range(8)])
every = np.arange(shares.shape[1])[::-3][::-1]
steps = [f"{(epoch + 1) * STEPS_PER_EPOCH:,}" for epoch in every]
names = [f"mode at {45 * i}°" for i in range(8)]
texts = [[f"{share:.2f}" for share in row] for row in shares[:, every]]
large(plots.heatmap(shares[:, every], names, steps, texts))

# %% [markdown]
# Figure 7.2. Each column is a moment of the run, named by its step. It shows which share of the
# samples is nearest to each mode, so a column sums to 1. A perfect generator would have 0.12 or
# 0.13 everywhere. Instead, one or two neighbouring modes hold everything, and they change with
# time. In this run the samples go from 0° over 45° to 90°, and then back, past 0° to 315°. The four
# modes from 135° to 270° had no sample at any of these moments.

# %%
ends = (history["d_loss"][-1], history["g_loss"][-1], np.log(2))
print("at the end d_loss {:.3f}, g_loss {:.3f}; log 2 is {:.3f}".format(*ends))
large(plots.losses(history, equilibrium={"log 2: D cannot tell": np.log(2)}))

# %% [markdown]
# Figure 7.3. The losses of this run, over 24 epochs of 250 steps. If the game reached its
# equilibrium, both would be $\log 2 \approx 0.69$, where the discriminator can only guess. Here
# they drift away from it slowly: at the end the discriminator's loss is 0.649 and the generator's
# 0.793. That is all they show. They do not jump when the samples move from one mode to the next.
#
# ### Is it just this seed?
#
# So far we have seen one run. Let's play the same game with two more seeds. **Predict**: will they
# collapse, too?

# %%
for seed in (1, 2):
    again = callbacks.Score(judge_of("ring"), num_images=NUM_SAMPLES, mode="max")
    game = new_game(seed=seed)
    found = game.fit(batches, epochs=EPOCHS, callbacks=[again], verbose=0).history
    for key in ("modes", "high quality"):
        line = " ".join(f"{value:4.2g}" for value in found[key][::-3][::-1])
        print(f"seed {seed}, {key:12} every 750 steps: {line}")
    ends = found["d_loss"][-1], found["g_loss"][-1]
    print("seed {}, at the end d_loss {:.3f}, g_loss {:.3f}".format(seed, *ends))

# %% [markdown]
# No! With the seeds 1 and 2, the same networks on the same data find all eight modes at each of
# these moments, and at the end four samples in five are of high quality. Only the initial weights
# and the random latents are different. Whether this game collapses is a matter of luck: it did in
# one of our three runs.
#
# [Lin et al., 2018](https://arxiv.org/abs/1712.04086) report 6.3 of 8 modes as the mean of ten runs
# with other networks, so theirs differ, too. This is what makes mode collapse so unpleasant:
# nothing in the settings warns you.
#
# Now compare the losses. In the two good runs they end at 0.67 and 0.75 or 0.76, in the collapsed
# run at 0.65 and 0.79. Who would have guessed from such numbers that one generator makes eight
# modes, and the other hardly one? **Losses do not show mode collapse.**
#
# From now on we look at the run that collapsed.

# %% [markdown]
# ### Why it happens

# %%
boxes = {
    "sit": plots.Box("All samples sit\non one mode", 1.8, 2.9, plots.FAKE_COLOUR),
    "learn": plots.Box(
        "The discriminator learns:\nthis place is fake", 7.6, 2.9, plots.REAL_COLOUR
    ),
    "better": plots.Box("Another mode now\nlooks more real", 7.6, 0.9, plots.REAL_COLOUR),
    "move": plots.Box("The generator moves\nall samples there", 1.8, 0.9, plots.FAKE_COLOUR),
}
circle = ["sit learn", "learn better", "better move", "move sit"]
large(plots.diagram(boxes, [plots.Arrow(*pair.split()) for pair in circle], 9.6, 3.8))

# %% [markdown]
# Figure 7.4. How the samples chase the discriminator. Each sample is judged alone, so nothing in
# the generator's loss asks for variety. At any moment, its best answer is to put all samples at the
# place where $D$ is largest. The discriminator then marks this place as fake, another place becomes
# the best, and all samples move on. Over time the generator visits several modes, without ever
# making them together. (In the two runs that went well we see no such chase: they had found all
# eight modes after 750 steps. Why the seeds differ, we do not know.)
#
# ### A grid
#
# Now the same players face 25 modes on a grid. **Predict**: will they find a larger or a smaller
# share of the modes than on the ring?

# %%
grid_game = new_game()
grid_points = data.grid(100_000, seed=SEED)
grid_batches = data.batches(grid_points, BATCH_SIZE, SEED, steps_per_epoch=STEPS_PER_EPOCH)
grid_score = callbacks.Score(judge_of("grid"), num_images=NUM_SAMPLES, mode="max")
grid_history = grid_game.fit(grid_batches, epochs=EPOCHS, callbacks=[grid_score], verbose=0).history

# %%
axes = some_axes(height=4.6)
for place, (name, game, limit) in zip(
    axes, (("ring", gan, 1.8), ("grid", grid_game, 5.5)), strict=True
):
    centres = recipes.MIXTURES[name].centres
    place.scatter(*game.generate(1_000, seed=1).T, s=6, color=plots.FAKE_COLOUR, label="samples")
    style = {"facecolors": "none", "edgecolors": plots.REAL_COLOUR, "linewidths": 2}
    place.scatter(*centres.T, s=120, **style, label="modes")
    place.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", title=name)
axes[0].legend(loc="center")
axes[0].figure

# %% [markdown]
# Figure 7.5. 1,000 samples after 6,000 steps (dots) and the centres of the modes (blue rings, much
# larger than the modes themselves). Left: on the ring all samples form one streak. Right: on the
# grid the samples cover the whole square, along rays and in clouds, but most of them lie between
# the modes.

# %%
axes = some_axes()
steps = STEPS_PER_EPOCH * np.arange(1, len(history["modes"]) + 1)
runs = {"ring": (history, 8), "grid": (grid_history, 25)}
found = {name: np.array(run["modes"]) / count for name, (run, count) in runs.items()}
good = {name: run["high quality"] for name, (run, _) in runs.items()}
plots.curves(steps, found, "generator steps", "share of the modes found", ax=axes[0])
plots.curves(steps, good, "generator steps", "share of high quality", ax=axes[1])
for place in axes:
    place.set_ylim(-0.05, 1.05)
axes[0].figure

# %%
for name, game in (("ring", gan), ("grid", grid_game)):
    target = recipes.MIXTURES[name]
    found = metrics.mode_coverage(game.generate(NUM_SAMPLES, seed=1), target.centres, target.std)
    print(f"{name}: {found.modes} of {len(target.centres)} modes, ", end="")
    print(f"{found.high_quality:.1%} of high quality, reverse KL {found.reverse_kl:.2f}")

# %% [markdown]
# Figure 7.6. Left: the share of modes with at least one sample of high quality. Right: the share of
# samples of high quality. Perfect samples would have 1.00 and 0.99. On the ring at most one mode in
# eight is found. On the grid more than two thirds of the modes are found, but only about one sample
# in twenty is of high quality.
#
# These are two different failures. The **reverse KL** measures how unevenly the samples are spread
# over the modes: it is 0 for equal shares, and $\log n$ if all samples belong to one of $n$ modes.
# On the ring it is at its maximum, $\log 8 = 2.08$. On the grid it is 0.12, of at most $\log 25 =
# 3.22$: the samples go everywhere and rarely hit. Had we counted modes alone, we would have praised
# the second generator. **Always look at coverage and quality together.**

# %% [markdown]
# ## 2. Mode collapse in images
#
# Does the explanation of figure 7.4 hold for images, too? We can test it. If the discriminator
# *stands still*, no place is ever marked as fake, so the generator should bring all samples to the
# one image that this discriminator likes best.
#
# We train the lecture's DCGAN for 250 steps. Then we set the discriminator's learning rate to zero
# for 150 steps, and then let it learn again. How alike are the samples? We measure the mean
# correlation between the pixels of two samples: 1 means that all samples are the same picture.
#
# **Predict**: how many steps will it take until all samples look alike? And will the variety come
# back when the discriminator learns again?
#
# <details><summary>Answer</summary>
#
# After 100 steps of standstill the correlation is 0.79, after 150 steps 0.88. The variety comes
# back within 50 steps.
#
# </details>


# %%
def mean_correlation(images):
    """Mean correlation of two different images."""
    table = np.corrcoef(images.reshape(len(images), -1).astype("float64"))
    return (table.sum() - len(table)) / (len(table) * (len(table) - 1))


(garments, _), _ = data.load_fashion_mnist(verbose=False)
dcgan = GAN(builders.dcgan_generator(), builders.dcgan_discriminator(), seed=SEED)
dcgan.compile("rmsprop", "rmsprop", steps_per_execution=25)
garment_batches = data.batches(garments, 32, SEED, steps_per_epoch=50)
rows = []  # samples after every epoch, from the same latents


def before_epoch(epoch, logs):
    dcgan.discriminator_optimizer.learning_rate = 0.0 if epoch in STILL else 1e-3


def after_epoch(epoch, logs):
    rows.append(dcgan.generate(200, seed=2))


observer = keras.callbacks.LambdaCallback(on_epoch_begin=before_epoch, on_epoch_end=after_epoch)
record = dcgan.fit(garment_batches, epochs=DCGAN_EPOCHS, callbacks=[observer], verbose=0)

# %%
chosen = [i for i in (0, 4, 5, 7, 8, 11) if i < len(rows)]
names = [f"step {50 * (i + 1)}{', D still' if i in STILL else ''}" for i in chosen]
large(
    plots.image_grid(np.concatenate([rows[i][:8] for i in chosen]), 8, row_labels=names, scale=2),
    120,
)

# %% [markdown]
# Figure 7.7. Each column is one latent vector, each row a moment of the run. While the
# discriminator stands still (steps 251 to 400), all eight latents turn into nearly the same striped
# picture. As soon as the discriminator learns again, the stripes disappear within 50 steps.

# %%
axes = some_axes()
steps = 50 * np.arange(1, len(rows) + 1)
alike, lost = [mean_correlation(samples) for samples in rows], record.history["g_loss"]
level = {"real images": mean_correlation(garments[:200])}
plots.curves(
    steps, {"samples": alike}, "steps", "correlation of two images", ax=axes[0], reference=level
)
plots.curves(steps, {"generator": lost}, "steps", "loss (nats)", ax=axes[1])
for place in axes:
    place.axvspan(250, 400, color=plots.BROKEN_COLOUR, alpha=0.2, label="D stands still")
    place.legend()
print("correlation", *(f"{value:.2f}" for value in alike), f"real {level['real images']:.2f}")
print("loss of the generator", *(f"{value:.2f}" for value in lost))
axes[0].figure

# %% [markdown]
# Figure 7.8. Left: the mean correlation of two samples, and of two real images (dotted). Right: the
# generator's loss, averaged over 50 steps. During the standstill the correlation rises from 0.33,
# about that of real images (0.34), to 0.88. The loss falls to 0.03, so this discriminator takes the
# stripes for real. Fifty steps after it moves again, the correlation is back at 0.35.
#
# Notice that the collapsed samples are no garments. The discriminator never saw such stripes, so
# nothing told it that they are fake. A picture that a network takes for something that it is not is
# called an *adversarial example*.
#
# In this experiment, then, a discriminator that keeps moving is what keeps the samples varied. Does
# a DCGAN also collapse while both players move? This notebook does not show it. In the textbook
# picture all samples settle on one clear garment, and we have not found a setting of this small
# DCGAN that does so within a minute.

# %% [markdown]
# ## 3. Vanishing gradients
#
# [Arjovsky and Bottou, 2017](https://arxiv.org/abs/1701.04862) stop the generator $G$ and train
# only the discriminator $D$. If real data and samples hardly overlap, $D$ becomes nearly perfect.
# What does that mean for the generator, which makes the sample $G(z)$ from the latent vector $z$?
#
# - The **saturating** loss of the original game is $L(G) = \frac12\,\mathbb{E}\log(1 - D(G(z)))$.
#   Its gradient carries a factor $D(G(z))$, which goes to zero when $D$ is sure that the sample is
#   fake.
# - The **non-saturating** loss $L(G) = -\mathbb{E}\log D(G(z))$ was made for this case. Its
#   gradient carries the factor $1 - D(G(z))$ instead, which goes to one.
#
# **Predict.** Which of the two gradients shrinks while $D$ learns? Does the other one stay the
# same?
#
# <details><summary>Answer</summary>
#
# The saturating gradient shrinks. The other one grows: its factor tends to one, and $D$ itself
# becomes steeper, so the gradient of $D$ with respect to the sample grows.
#
# </details>


# %%
def gradient_norm(gan, loss, latents):
    """Norm of the gradient of a generator loss with respect to all weights of the generator."""
    with tf.GradientTape() as tape:
        value = loss.generator(gan.discriminator(gan.generator(latents)))
    gradients = tape.gradient(value, gan.generator.trainable_variables)
    return float(tf.linalg.global_norm(gradients))


# %%
starved = new_game()  # an untrained generator
starved.compile(keras.optimizers.SGD(0.0), keras.optimizers.Adam(1e-3), steps_per_execution=50)
latents = keras.random.normal((1_000, 2), seed=SEED)
stages = data.batches(points, BATCH_SIZE, SEED + 1, steps_per_epoch=D_STEPS)
kinds = {"saturating": losses.Minimax(), "non-saturating": losses.NonSaturating()}
norms, verdicts = {name: [] for name in kinds}, []
for stage in range(D_STAGES + 1):
    if stage > 0:
        starved.fit(stages, epochs=stage, initial_epoch=stage - 1, verbose=0)
    for name, loss in kinds.items():
        norms[name].append(gradient_norm(starved, loss, latents))
    logits = starved.discriminator(starved.generator(latents))
    verdicts.append(float(keras.ops.mean(keras.ops.sigmoid(logits))))

# %%
axes = some_axes()
steps = D_STEPS * np.arange(D_STAGES + 1)
plots.curves(steps, norms, "steps of D alone", "norm of the gradient", ax=axes[0], yscale="log")
mean = {"mean D(G(z))": verdicts}
plots.curves(steps, mean, "steps of D alone", "probability", ax=axes[1], yscale="log")
for name, values in (norms | mean).items():
    print(f"{name:15} from {values[0]:.2g} to {values[-1]:.2g}")
axes[0].figure

# %% [markdown]
# Figure 7.9. Only $D$ learns, and the generator stands still (logarithmic axes). Right: the mean
# probability that $D$ gives to the samples falls from one half to 0.00004. Left: the saturating
# gradient falls with it, from 0.017 to 0.00026. The non-saturating gradient grows about a
# hundredfold, from 0.034 to 3.9. So the non-saturating loss has its own problem: the surer the
# discriminator, the larger the generator's steps.
#
# ### Does the generator really learn nothing?
#
# A small gradient alone does not prove that. With plain gradient descent (SGD) a step is as small
# as the gradient. Adam, however, divides the gradient by its recent size, so that small gradients
# still make steps of the usual size. We let both players go on from this point, with both losses
# and both optimizers of the generator. ($D$ learns with Adam, as before.)
#
# **Predict**: in which of the four games does the generator reach the ring, at radius 1?

# %%
stuck = starved.get_weights()
optimizers = {
    "SGD": lambda: keras.optimizers.SGD(0.1),
    "Adam": lambda: keras.optimizers.Adam(LEARNING_RATE, ADAM_BETA),
}
escapes = {}
for kind, loss in kinds.items():
    for name, optimizer in optimizers.items():
        game = new_game()
        game.set_weights(stuck)
        game.compile(optimizer(), keras.optimizers.Adam(1e-3), loss=loss, steps_per_execution=50)
        path = [np.linalg.norm(game.generator(latents), axis=1).mean()]
        for stage in range(D_STAGES):
            game.fit(stages, epochs=stage + 1, initial_epoch=stage, verbose=0)
            path.append(np.linalg.norm(game.generator(latents), axis=1).mean())
        escapes[f"{kind}, {name}"] = path

# %%
figure = plots.curves(
    steps, escapes, "steps of both players", "mean radius of samples", reference={"the ring": 1.0}
)
figure.axes[0].set(ylim=(-0.1, 3.0))
figure.set_size_inches(8, 4)
for name, path in escapes.items():
    print(f"{name:22} radius after {steps[-1]:,} steps {path[-1]:.2f}")
large(figure)

# %% [markdown]
# Figure 7.10. How far from the centre the samples lie, on average, when both players go on from the
# perfect discriminator. With the saturating loss and SGD the samples stay where they were, at
# radius 0.09, for all 1,600 steps: this generator really learns nothing. With Adam, the same loss
# reaches the ring (0.97), because Adam enlarges the small gradient. The non-saturating loss comes
# to the ring with Adam (0.99), and near it with SGD (0.90). With SGD, its large gradient first
# throws the samples far out, beyond the frame of the figure. (A radius near 1 does not tell whether
# the samples hit the modes.)

# %% [markdown]
# ## 4. Players that circle
#
# Here is the smallest game of all. One player chooses a number $x$ and wants $xy$ to be small. The
# other chooses $y$ and wants $xy$ to be large. Their equilibrium is $x = y = 0$, where neither can
# gain by moving alone. Each player follows the gradient, with learning rate $\alpha$. There are
# several ways to take turns (a prime marks the new value):
#
# - **simultaneous**: both move at once, $x' = x - \alpha y$ and $y' = y + \alpha x$,
# - **alternating**, as in a GAN: first $x' = x - \alpha y$, then $y' = y + \alpha x'$,
# - **extragradient**: look one simultaneous step ahead, to $\tilde x$ and $\tilde y$, and use the
#   gradients found there: $x' = x - \alpha\tilde y$ and $y' = y + \alpha\tilde x$,
# - **averaged**: alternating play, but we look at the mean of all positions so far.
#
# In the first three, a step multiplies the vector $(x, y)$ by a matrix. The **spectral radius**,
# the largest absolute value of its eigenvalues, decides what happens: below 1 the players come to
# rest at the equilibrium, above 1 they fly apart.


# %%
def simultaneous(x, y, rate):
    return x - rate * y, y + rate * x


def alternating(x, y, rate):
    x = x - rate * y
    return x, y + rate * x


def extragradient(x, y, rate):
    ahead_x, ahead_y = simultaneous(x, y, rate)
    return x - rate * ahead_y, y + rate * ahead_x


# %% [markdown]
# The columns of the matrix are the points to which $(1, 0)$ and $(0, 1)$ move in one step.
#
# **Predict** for $\alpha = 0.1$: which of the three ways to play converges?

# %%
# NBVAL_CHECK_OUTPUT
plays = {"simultaneous": simultaneous, "alternating": alternating, "extragradient": extragradient}
spectral = {}
for name, play in plays.items():
    matrix = np.array([play(1.0, 0.0, PLAY_RATE), play(0.0, 1.0, PLAY_RATE)]).T
    spectral[name] = np.abs(np.linalg.eigvals(matrix)).max()
    print(f"{name:14} spectral radius {spectral[name]:.6f}")
a = PLAY_RATE
print(f"by formula     {np.sqrt(1 + a**2):.6f}, {1:.6f}, {np.sqrt(1 - a**2 + a**4):.6f}")

# %%
paths = {}
for name, play in plays.items():
    path = [(1.0, 1.0)]
    for _ in range(PLAY_STEPS):
        path.append(play(*path[-1], PLAY_RATE))
    paths[name] = np.array(path)
counts = np.arange(1, PLAY_STEPS + 2)[:, None]
paths["averaged"] = np.cumsum(paths["alternating"], axis=0) / counts
radii = {name: np.linalg.norm(path, axis=1) for name, path in paths.items()}

# %%
axes = some_axes(4, width=12, height=3.6)
for place, (name, path) in zip(axes, paths.items(), strict=True):
    place.plot(*path[:150].T, color=plots.REAL_COLOUR)
    place.plot(*path[0], "o", color=plots.FAKE_COLOUR, markersize=9, label="start")
    place.plot(0, 0, "k+", markersize=14, markeredgewidth=2, label="equilibrium")
    title = f"{name}\nspectral radius {spectral[name]:.3f}" if name in spectral else f"{name}\n"
    place.set(xlim=(-3.2, 3.2), ylim=(-3.2, 3.2), aspect="equal", xlabel="x", title=title)
axes[0].set_ylabel("y")
axes[0].legend(loc="lower right", fontsize=8)
axes[0].figure

# %% [markdown]
# Figure 7.11. 150 steps from (1, 1) in each way to play, with the spectral radius above.
# Simultaneous play spirals outwards. Alternating play stays on an ellipse for ever. Extragradient
# spirals inwards. The average of alternating play winds around the equilibrium and comes ever
# closer.

# %%
bound = {"2√2 / (α · steps)": 2 * np.sqrt(2) / (PLAY_RATE * counts[20:, 0])}
lines = {name: radius[20:] for name, radius in radii.items()} | bound
figure = plots.curves(counts[20:, 0], lines, "steps", "distance from the equilibrium", yscale="log")
figure.axes[0].set(ylim=(1e-3, 20))
figure.axes[0].legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
figure.set_size_inches(9, 4)
large(figure)

# %% [markdown]
# Figure 7.12. The distance from the equilibrium over 400 steps (logarithmic axis). The first three
# lines are straight, as a spectral radius promises, apart from a small ripple on alternating play.
# The averaged position swings through points very close to the equilibrium, and its peaks follow
# the curve $2\sqrt2 / (\alpha\,n)$ after $n$ steps: the average of a circling point shrinks like
# one over the number of steps.

# %%
# NBVAL_CHECK_OUTPUT
for name in plays:
    growth = (radii[name][-1] / radii[name][0]) ** (1 / PLAY_STEPS)
    print(f"{name:14} measured growth per step {growth:.4f}")
print(f"averaged       distance after {PLAY_STEPS} steps {radii['averaged'][-1]:.4f}")

# %% [markdown]
# The measured growth is the spectral radius. (Alternating play is on an ellipse, so its last
# distance is not exactly its first.)
#
# ### What this says about a GAN
#
# Does every GAN circle? No. In the game $xy$ neither player has any curvature of its own. Let us
# give the second player some: it now wants $xy - \frac{c}{2} y^2$ to be large, so moving far costs
# something. One step of simultaneous play is
#
# $$x' = x - \alpha y, \qquad y' = y + \alpha\,(x - c\,y),$$
#
# and in alternating play the second player uses $x'$ in place of $x$.
#
# **Predict**: how large must $c$ be for the players to come to rest, for $\alpha = 0.1$?

# %%
# NBVAL_CHECK_OUTPUT
for c in (0.0, 0.05, 0.1, 0.2, 0.5):
    both_at_once, in_turns = [[1, -a], [a, 1 - a * c]], [[1, -a], [a, 1 - a * (a + c)]]
    radii_of_c = [np.abs(np.linalg.eigvals(m)).max() for m in (both_at_once, in_turns)]
    formulas = [np.sqrt(1 - a * c + a**2), np.sqrt(1 - a * c)]
    for name, radius, formula in zip(plays, radii_of_c, formulas, strict=False):
        print(f"c = {c:<4}  {name:12} radius {radius:.6f}, by formula {formula:.6f}")

# %% [markdown]
# As long as the eigenvalues are complex, the spectral radius of simultaneous play is $\sqrt{1 -
# \alpha c + \alpha^2}$, so the players come to rest exactly when $c > \alpha$. That of alternating
# play is $\sqrt{1 - \alpha c}$, so any $c > 0$ is enough. A little curvature and a small rate make
# the difference.
#
# Where would a discriminator get such curvature? This is what is known:
#
# - [Nagarajan and Kolter, 2017](https://arxiv.org/abs/1706.04156) show that a GAN without any
#   regularisation *is* locally stable, under these conditions: the generator can produce the data
#   exactly, its samples and the data occupy the same region near the equilibrium, the loss of $D$
#   is strictly curved there, the updates are simultaneous gradient steps of a very small rate, and
#   the players start close to the equilibrium. The data themselves then provide the $c$.
# - [Mescheder et al., 2018](https://arxiv.org/abs/1801.04406) show that it need not be stable when
#   the data occupy less than the whole space, as images do. Their example has all data at one
#   point, the generator makes one point, and $D$ is linear. There $c = 0$: simultaneous play leaves
#   the equilibrium, and alternating play circles. Noise on the data, or a penalty on the gradient
#   of $D$ at real data (R1), brings $c$ back.
#
# In a real GAN, the momentum of the optimizer and the noise of the batches act, too. Averaging the
# generator's weights is `callbacks.GeneratorAverage`, and [notebook 08](08_remedies.ipynb) has the
# penalties.

# %% [markdown]
# ## 5. Hyperparameters
#
# A GAN has many settings: two learning rates, the optimizer's momentum, the batch size, the size of
# the networks, how often each player moves. We begin with the rates: the ring again, with 16 pairs
# of learning rates and three seeds for each pair, 2,000 steps a game.
#
# **Predict**: which player should be faster?


# %%
def restart(gan, weights, rates):
    """Puts weights, optimizers and the count of epochs back, which is faster than a new game."""
    gan.set_weights(weights)
    optimizers = (gan.generator_optimizer, gan.discriminator_optimizer)
    for optimizer, rate in zip(optimizers, rates, strict=True):
        for variable in optimizer.variables:
            variable.assign(keras.ops.zeros_like(variable))
        optimizer.learning_rate = rate
    gan.epochs_played = 0


def outcome(gan, batches):
    """Modes found, and share of high quality, after a short game."""
    gan.fit(batches, epochs=SWEEP_EPOCHS, verbose=0)
    found = metrics.mode_coverage(gan.generate(NUM_SAMPLES, seed=1), ring.centres, ring.std)
    return found.modes, found.high_quality


# %%
sweep = np.zeros((len(SWEEP_SEEDS), len(RATES), len(RATES), 2))  # modes and quality
for place, seed in enumerate(SWEEP_SEEDS):
    game = new_game(seed=seed)
    weights = game.get_weights()
    for row, generator_rate in enumerate(RATES):
        for column, discriminator_rate in enumerate(RATES):
            restart(game, weights, (generator_rate, discriminator_rate))
            sweep[place, row, column] = outcome(game, batches)

# %%
modes, quality = sweep.mean(axis=0)[..., 0], sweep.mean(axis=0)[..., 1]
each = sweep[..., 0].astype(int).transpose(1, 2, 0)
texts = [
    ["{} · {:.0%}".format(" ".join(map(str, cell)), part) for cell, part in zip(*pair, strict=True)]
    for pair in zip(each, quality, strict=True)
]
names = [f"{rate:g}" for rate in RATES]
rows, columns = [f"G {name}" for name in names], [f"D {name}" for name in names]
figure = plots.heatmap(modes, rows, columns, texts, value_range=(0, 8))
figure.set_size_inches(8, 3.2)
large(figure, 110)

# %%
ratio = np.array([[d / g for d in RATES] for g in RATES])
for name, cells in (("slower", ratio < 1), ("equal", ratio == 1), ("faster", ratio > 1)):
    games = sweep[:, cells, 0]
    print(f"D {name:6} than G: all 8 modes in {np.sum(games == 8)} of {games.size} games, ", end="")
    print(f"at most 2 modes in {np.sum(games <= 2)}")

# %% [markdown]
# Figure 7.13. Modes of the ring found after 2,000 steps, one number for each of three seeds (and
# their mean as colour), and the mean share of high quality. Rows: the generator's learning rate.
# Columns: the discriminator's. Where the discriminator is faster, to the right of the diagonal, all
# 18 games find all eight modes. With equal rates 8 of 12 games do. Where the discriminator is
# slower, 3 of 18 do, and the other 15 find at most two modes. Notice how much the seeds differ:
# with both rates at 0.0002, as in section 1, seed 0 finds no mode at this moment and the seeds 1
# and 2 find all eight.
#
# [Heusel et al., 2017](https://arxiv.org/abs/1706.08500) call such unequal rates the *two
# time-scale update rule*. Why it helps here we can only guess: a discriminator that follows every
# move of the samples probably gives them no other place to run to. Plotting its field over time, as
# in figure 7.1, would be a way to check.
#
# ### Not only the rates
#
# We now fix the rates at 0.0005 for the generator and 0.001 for the discriminator, and change one
# other thing at a time. **Predict**: which change matters most?
#
# <details><summary>Answer</summary>
#
# Adam's momentum. Both a smaller and a larger value bring the quality below 10 %.
#
# </details>

# %%
changes = {
    "baseline": {},
    "momentum 0": {"beta": 0.0},
    "momentum 0.9": {"beta": 0.9},
    "batch 32": {"batch": 32},
    "32 units": {"units": (32, 32)},
    "D twice as fast": {"d_rate": 2e-3},
}
others = {}
for name, change in changes.items():
    settings = {"rate": 5e-4, "d_rate": 1e-3} | change
    size = settings.pop("batch", BATCH_SIZE)
    feed = data.batches(points, size, SEED, steps_per_epoch=STEPS_PER_EPOCH)
    others[name] = np.array([outcome(new_game(seed=s, **settings), feed) for s in SWEEP_SEEDS])
    modes, parts = others[name].T
    print(f"{name:18} modes {modes.astype(int)}, high quality", *(f"{part:.0%}" for part in parts))

# %%
axes = some_axes(height=3.8)
for place, (column, label) in zip(axes, enumerate(("modes found", "high quality")), strict=True):
    for seed in range(len(SWEEP_SEEDS)):
        heights = [values[seed, column] for values in others.values()]
        place.plot(heights, list(others), "o", color=plots.REAL_COLOUR, markersize=9, alpha=0.6)
    place.set(xlabel=label, xlim=(-0.3, 8.3) if column == 0 else (-0.03, 1.03))
    place.invert_yaxis()
    place.grid(axis="y", alpha=0.4)
axes[0].figure

# %% [markdown]
# Figure 7.14. One change at a time, three seeds each (dots). 'Momentum' is Adam's $\beta_1$, which
# is 0.5 in the baseline; the baseline has batches of 256 and 128 units in each hidden layer. Left:
# only a momentum of 0.9 loses modes, with two of three seeds. Right: the baseline has between 33 %
# and 62 % of high quality. With momentum 0 or 0.9 it is below 10 %, far outside of this spread. A
# batch of 32 or networks of 32 units make no difference that we can see with three seeds. A
# discriminator twice as fast gives anything from 11 % to 81 %.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **7.1 Predict, then change.** On the ring, a discriminator with a higher learning rate than the
# generator helps. Does it help on the grid with its 25 modes, too? Write down your guess for the
# number of modes and for the quality. Then make the discriminator five times as fast.

# %% tags=["exercise"]
rates = {"rate": 2e-4, "d_rate": 2e-4}  # change me: of the generator and of the discriminator

# %% tags=["solution"]
rates = {"rate": 2e-4, "d_rate": 1e-3}

# %% tags=["check"]
game, grid = new_game(**rates), recipes.MIXTURES["grid"]
feed = data.batches(data.grid(100_000, seed=SEED), BATCH_SIZE, SEED, steps_per_epoch=250)
game.fit(feed, epochs=8, verbose=0)
found = metrics.mode_coverage(game.generate(NUM_SAMPLES, seed=1), grid.centres, grid.std)
print(f"{found.modes} of 25 modes, {found.high_quality:.1%} of high quality")

# %% [markdown] tags=["solution"]
# With the faster discriminator we find 19 of 25 modes and 2.7 % of high quality after 2,000 steps.
# With equal rates it was 20 modes and 2.1 %. For one seed each, this is no difference that we can
# see. On the ring, the generator lacked modes; on the grid it has most modes and lacks quality. A
# change that helps against one failure need not help against the other.

# %% [markdown] tags=["exercise-text"]
# **7.2 Implement.** Measure how evenly the modes are served. `mode_coverage` calls this number
# reverse KL: if $s_i$ is the share of samples that belong to mode $i$ of $n$, it is $\sum_i s_i
# \log(n s_i)$ in nats, with $0 \log 0 = 0$. It is 0 if all shares are equal, and $\log n$ if all
# samples belong to one mode.


# %% tags=["exercise"]
def reverse_kl(shares):
    return np.nan  # your lines


# %% tags=["solution"]
def reverse_kl(shares):
    present = shares[shares > 0]
    return np.sum(present * np.log(len(shares) * present))


# %% tags=["check"]
collapsed = np.eye(8)[0]
half = np.array([0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0])
print(f"one mode:   expected {np.log(8):.4f}, yours {reverse_kl(collapsed):.4f}")
print(f"half of it: expected {np.log(2):.4f}, yours {reverse_kl(half):.4f}")

# %% [markdown] tags=["exercise-text"]
# **7.3 Implement.** *Optimism* (Daskalakis et al., 2018) does not need to look ahead. Each player
# moves by twice its newest gradient minus the one before: $x' = x - \alpha\,(2y - y_{-})$ and $y' =
# y + \alpha\,(2x - x_{-})$, where the minus sign marks the position one step earlier. Write the
# step. Does it converge on the game $xy$?


# %% tags=["exercise"]
def optimistic(x, y, x_before, y_before, rate):
    return x, y  # your lines


# %% tags=["solution"]
def optimistic(x, y, x_before, y_before, rate):
    return x - rate * (2 * y - y_before), y + rate * (2 * x - x_before)


# %% tags=["check"]
now = before = (1.0, 1.0)
for _ in range(400):
    now, before = optimistic(*now, *before, 0.1), now
print(f"distance after 400 steps: expected 0.1875, yours {np.hypot(*now):.4f}")

# %% [markdown]
# ## Take away
#
# - A generator that makes one mode does what its loss asks for, and whether it happens can depend
#   on the seed alone. Count modes *and* quality, over time. The losses show neither.
# - A generator that chases a discriminator standing still collapses. The moving discriminator keeps
#   it varied.
# - With a nearly perfect discriminator, the saturating loss leaves plain gradient descent without a
#   direction.
# - A spectral radius decides whether a simple game converges. Alternating play of $xy$ has exactly
#   1; a little curvature brings it below 1.
# - On the ring, the ratio of the two learning rates and the momentum mattered most. And one seed
#   can mislead: repeat a run before you believe it.
#
# **Limits.** Sections 2 and 3 and the grid show single runs with one seed; the ring and the sweep
# have three seeds. The ring and the grid are hard on purpose: their modes are narrow, far apart,
# and nothing lies between them.
#
# **Next**: [notebook 08](08_remedies.ipynb) tries a dozen remedies on the same ring and grid.
#
# **References.** Goodfellow et al. 2014, [arXiv:1406.2661](https://arxiv.org/abs/1406.2661) ·
# Arjovsky and Bottou 2017, towards principled methods for training GANs,
# [arXiv:1701.04862](https://arxiv.org/abs/1701.04862) · Lin et al. 2018, ring, grid and how to
# judge them, [arXiv:1712.04086](https://arxiv.org/abs/1712.04086) · Nagarajan and Kolter 2017,
# local stability, [arXiv:1706.04156](https://arxiv.org/abs/1706.04156) · Mescheder et al. 2018,
# which training methods converge, [arXiv:1801.04406](https://arxiv.org/abs/1801.04406) · Gidel et
# al. 2019, averaging and extragradient, [arXiv:1802.10551](https://arxiv.org/abs/1802.10551) ·
# Daskalakis et al. 2018, optimism, [arXiv:1711.00141](https://arxiv.org/abs/1711.00141) · Heusel et
# al. 2017, two time scales, [arXiv:1706.08500](https://arxiv.org/abs/1706.08500) · Korpelevich
# 1976, extragradient.
