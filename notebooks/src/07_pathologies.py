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
# **Question.** What goes wrong? Generators that make one thing only, gradients that vanish, players
# that circle for ever: can we cause each failure on purpose, and say why it happens?
#
# **You will be able to** recognise mode collapse by numbers over time instead of by eye, measure
# how a discriminator that wins starves its generator, predict from four eigenvalues whether a game
# converges, and read a sweep of learning rates.
#
# **Before this**: notebook 01 (the two phases), notebook 02 (the generator's two losses).
#
# **Lectures**: *GAN training issues* of CMU 11-785; the same failures in IIT Tirupati 9.1,
# *Generative models*, Amrita and KTH ID2223.
#
# **Time of a full run**: about 6 minutes on two CPU cores. On a GPU it was not measured.

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
# Every number that is used below. `capped` is the number itself, unless a quick trial is asked for
# by an environment variable.

# %% tags=["setup"]
SEED = 0
UNITS = (128, 128)  # of each player
BATCH_SIZE, STEPS_PER_EPOCH, EPOCHS = 256, 250, 24  # 6,000 steps
LEARNING_RATE, ADAM_BETA = 2e-4, 0.5
NUM_SAMPLES = 2_500  # judged at a time, as in the literature
FASHION_EPOCHS = 10  # of 900 steps
D_STAGES, D_STEPS = 16, 100  # a discriminator trained alone
PLAY_STEPS, PLAY_RATE = 400, 0.1  # the game xy
RATES = (1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3)  # the sweep
SWEEP_EPOCHS = 8  # of 250 steps, for each of its 36 games
keras.utils.set_random_seed(SEED)

# %% [markdown]
# | setting | this notebook (2 CPU cores) | longer |
# | --- | --- | --- |
# | steps on ring and grid | 6,000 | 10,000 to 400,000 in papers |
# | epochs of the dense GAN | 10 of 900 steps | 50 of 1,875 |
# | games of the sweep | 36, one seed each | several seeds each |

# %% [markdown]
# ## 1. Mode collapse, in the plane
#
# Eight narrow Gaussians on a ring. Each is a **mode** of the data: a kind of thing that occurs. In
# the plane we know all modes, so we can count which of them a generator makes.


# %% tags=["setup"]
def new_game(rate=LEARNING_RATE, seed=SEED):
    """The plain game of notebook 01, with wider networks."""
    keras.utils.set_random_seed(seed)
    gan = GAN(
        builders.point_generator(units=UNITS), builders.point_discriminator(units=UNITS), seed=seed
    )
    gan.compile(
        keras.optimizers.Adam(rate, ADAM_BETA),
        keras.optimizers.Adam(rate, ADAM_BETA),
        steps_per_execution=50,
    )
    return gan


# %% tags=["setup"]
def judge_of(name):
    """Function from samples to three numbers, for `callbacks.Score`."""
    target = recipes.MIXTURES[name]

    def judge(samples):
        found = metrics.mode_coverage(samples, target.centres, target.std)
        nearest = np.linalg.norm(samples[:, None] - target.centres, axis=-1).argmin(1)
        shares = np.bincount(nearest, minlength=len(target.centres)) / len(samples)
        fields = {"modes": found.modes, "high quality": found.high_quality}
        return fields | {f"share {i}": share for i, share in enumerate(shares)}

    return judge


# %% [markdown]
# A sample counts as of **high quality** within three standard deviations of a mode, and a mode as
# found with one such sample. The *share* of a mode is the share of samples that are nearer to it
# than to any other, however bad they are.
#
# **Predict.** The discriminator sees all eight modes in every batch. How many will the generator
# make after 6,000 steps? And will they be the same ones at step 3,000?

# %%
gan = new_game()
points = data.ring(100_000, seed=SEED)
batches = data.batches(points, BATCH_SIZE, SEED, steps_per_epoch=STEPS_PER_EPOCH)


def draw(samples):
    centres = data.ring_centres()
    return plots.decision_field(gan.discriminator, (-2.5, 2.5), samples=samples, target=centres)


watcher = callbacks.SampleImages(400, draw=draw, seed=SEED, live=False)
score = callbacks.Score(judge_of("ring"), num_images=NUM_SAMPLES, mode="max")
history = gan.fit(batches, epochs=EPOCHS, callbacks=[watcher, score], verbose=0).history

# %%
film = plots.training_gif(watcher.frames, "../outputs/07_pathologies.gif", 0.4)
Image(film.read_bytes())

# %% [markdown]
# Figure 7.1. The film: every 250 steps, 0.4 s each. Blue dots are the eight modes, vermilion
# crosses 400 samples, the background is $D(x)$, the black line where it is ½. The samples are a
# narrow streak on one side. The discriminator tilts its field against wherever the streak is, and
# the streak slides to the side that is bluer now. It never lies still on a mode, and never splits.

# %%
shares = np.array([history[f"share {i}"] for i in range(8)])
every = slice(None, None, 2)
epochs = [f"{e * STEPS_PER_EPOCH:,}" for e in range(1, len(shares[0]) + 1)]
names = [f"mode at {45 * i}°" for i in range(8)]
plots.heatmap(shares[:, every], names, epochs[every], title="Share of samples, by generator step")

# %% [markdown]
# Figure 7.2. To which of the eight modes the samples are nearest, every 500 steps; a column sums to
# 1. Perfect samples would give 0.125 everywhere. At any time one or two neighbours hold nearly
# everything. The crowd goes from 315° over 0° and 45° to 90°, turns, and comes back the same way.
# The four modes on the left (135° to 270°) never had a sample at these times.

# %%
plots.losses(history, equilibrium={"log 2: D cannot tell": np.log(2)})

# %% [markdown]
# Figure 7.3. Both losses stay within 0.12 of $\log 2$ for all 6,000 steps, as they do in a game
# that goes well (figure 1.6). **Losses do not show mode collapse.** The discriminator's creeps down
# and the generator's up; that is all.

# %% [markdown]
# ### Why
#
# The generator's goal at any moment is the place where $D$ is largest. Nothing in its loss asks for
# variety: each sample is judged alone. If all samples sit on one mode, the discriminator learns
# "that one is fake", the others become attractive, and the whole crowd moves on. Averaged over time
# the generator visits several modes. At no time does it make them together.
#
# On the grid of 25 modes the same players have more to miss.

# %%
grid_game = new_game()
grid_points = data.grid(100_000, seed=SEED)
grid_batches = data.batches(grid_points, BATCH_SIZE, SEED, steps_per_epoch=STEPS_PER_EPOCH)
grid_score = callbacks.Score(judge_of("grid"), num_images=NUM_SAMPLES, mode="max")
grid_history = grid_game.fit(grid_batches, epochs=EPOCHS, callbacks=[grid_score], verbose=0).history

# %%
axes = plots.Figure(figsize=(10, 4.2), dpi=80, layout="constrained").subplots(1, 2)
plots.samples_2d(
    grid_game.generate(1_000, seed=1), data.grid_centres(), ax=axes[0], limits=(-5.5, 5.5)
)
steps = STEPS_PER_EPOCH * np.arange(1, len(history["modes"]) + 1)
found = {"ring (of 8)": history["modes"], "grid (of 25)": grid_history["modes"]}
plots.curves(steps, found, "generator steps", "modes found", ax=axes[1])

# %% [markdown]
# Figure 7.4. Left: 1,000 samples on the grid, after 6,000 steps. They cover the square, along rays
# and in clouds, but they hardly care where the 25 modes are. Right: modes that have at least one
# sample of high quality. The ring never has more than one. The grid loses some of the 23 that it
# had after 500 steps, by the chance of a wide cloud, and stays between 17 and 21.

# %%
for name, game in (("ring", gan), ("grid", grid_game)):
    target = recipes.MIXTURES[name]
    found = metrics.mode_coverage(game.generate(NUM_SAMPLES, seed=1), target.centres, target.std)
    print(
        f"{name}: {found.modes} of {len(target.centres)} modes, reverse KL {found.reverse_kl:.2f}"
    )
    print(f"      {found.high_quality:.1%} of the samples are of high quality")

# %% [markdown]
# Two different failures. On the ring, where the modes are, at best one is served: the reverse KL is
# at its maximum, $\log 8 = 2.08$. On the grid all regions are served (0.12 of at most
# $\log 25 = 3.22$), but only one sample in twenty is good. Counting modes alone would have called
# that generator fine: **always look at both numbers.**

# %% [markdown]
# ## 2. Mode collapse, in clothes
#
# Nobody knows the modes of images, but the ten classes are a coarse stand-in. The dense GAN of
# notebook 04 looked passable. How many classes does it make? The classifier of notebook 06 counts.

# %%
encoder = metrics.fashion_mnist_encoder(value_range=(0, 1))


def class_shares(images):
    predicted = encoder(images).probabilities.argmax(1)
    shares = np.bincount(predicted, minlength=10) / len(images)
    by_name = dict(zip(data.CLASS_NAMES, shares, strict=True))
    return {"classes": float(np.sum(shares > 0.01)), **by_name}


# %%
dense = recipes.get("lecture-dense", SEED)
classes = callbacks.Score(class_shares, num_images=capped(2_000, 100), mode="max")
dense_history = dense.gan.fit(
    dense.batches, epochs=FASHION_EPOCHS, callbacks=[classes], verbose=0
).history

# %%
shares = np.array([dense_history[name] for name in data.CLASS_NAMES])
epochs = [f"epoch {e + 1}" for e in range(shares.shape[1])]
plots.heatmap(shares, data.CLASS_NAMES, epochs, title="Share of samples in each class")

# %% [markdown]
# Figure 7.5. Shares of 2,000 samples after every epoch, as the classifier sees them; in the data
# each class has 0.1. About half of all samples are shirts and about a quarter are dresses, from the
# first epoch on. Ankle boots occur once, sneakers four times in 20,000 samples. This is a collapse
# that does not wander: it sets in during the first 900 steps and stays.

# %%
plots.image_grid(dense.gan.generate(30, seed=SEED), 10, value_range=(0, 1), scale=2)

# %% [markdown]
# Figure 7.6. Thirty samples of the last epoch: speckled tops, dresses and several pairs of
# trousers, no shoes. A page of samples like this one passes a quick look, because no two of them
# are equal.

# %% [markdown]
# ## 3. Vanishing gradients
#
# Arjovsky and Bottou (2017) stop the generator and train the discriminator on. If data and samples
# hardly overlap, it becomes perfect, and in the saturating game $L(G) = \frac12\,\mathbb{E}\log(1 -
# D(G(z)))$ its gradient at the samples goes to zero: all of them are certainly fake, and equally
# so. The non-saturating loss $-\mathbb{E}\log D(G(z))$ was made for this case.
#
# **Predict.** Which of the two gradients shrinks while the discriminator learns? Does the other
# stay the same?


# %%
def gradient_norm(gan, loss, latents):
    """Norm of the gradient of a generator loss with respect to all weights of the generator."""
    with tf.GradientTape() as tape:
        value = loss.generator(gan.discriminator(gan.generator(latents)))
    gradients = tape.gradient(value, gan.generator.trainable_variables)
    return float(tf.linalg.global_norm(gradients))


# %%
def train_only_discriminator(gan):
    """Gradient norms of both losses, and mean D(G(z)), while the generator rests."""
    latents = keras.random.normal((1_000, 2), seed=SEED)
    gan.compile(keras.optimizers.SGD(0.0), keras.optimizers.Adam(1e-3), steps_per_execution=50)
    stages = data.batches(points, BATCH_SIZE, SEED + 1, steps_per_epoch=D_STEPS)
    rows = []
    for stage in range(capped(D_STAGES) + 1):
        if stage > 0:
            gan.fit(stages, epochs=stage, initial_epoch=stage - 1, verbose=0)
        norms = [gradient_norm(gan, f(), latents) for f in (losses.Minimax, losses.NonSaturating)]
        logits = gan.discriminator(gan.generator(latents))
        rows.append([*norms, float(keras.ops.mean(keras.ops.sigmoid(logits)))])
    return np.array(rows)


# %%
untrained, young = new_game(), new_game()
young.fit(batches, epochs=2, verbose=0)
starved = {"untrained": train_only_discriminator(untrained), "500 steps": None}
starved["500 steps"] = train_only_discriminator(young)

# %%
axes = plots.Figure(figsize=(10, 3.8), dpi=80, layout="constrained").subplots(1, 2)
for place, (name, rows) in zip(axes, starved.items(), strict=True):
    steps = D_STEPS * np.arange(len(rows))
    lines = {"saturating": rows[:, 0], "non-saturating": rows[:, 1], "mean D(G(z))": rows[:, 2]}
    plots.curves(
        steps, lines, "steps of D alone", "norm, or D(G(z))", ax=place, yscale="log", title=name
    )
axes[0].figure

# %% [markdown]
# Figure 7.7. Norm of the generator's gradient under both losses, and the mean probability that $D$
# gives to its samples, while only $D$ learns (logarithmic axis). Left, an untrained generator;
# right, one after 500 steps. $D(G(z))$ falls by orders of magnitude, and the saturating gradient
# (solid) falls with it: with a good discriminator the generator learns nothing. The non-saturating
# gradient (dashed) does the opposite, and grows a hundredfold. That is no free lunch either: steps
# get larger, the surer the discriminator is.

# %% [markdown]
# ## 4. Players that circle
#
# The smallest game of all: one player chooses $x$ and lowers $xy$, the other chooses $y$ and raises
# it. Their equilibrium is $x = y = 0$, where neither can gain. Each follows its own gradient:
#
# - **simultaneous**, with rate $\alpha$: $x' = x - \alpha y$ and $y' = y + \alpha x$,
# - **alternating**, as in a GAN: $x' = x - \alpha y$ and then $y' = y + \alpha x'$,
# - **extragradient**: look one simultaneous step ahead, to $\tilde x$ and $\tilde y$, and then take
#   the gradients found there: $x' = x - \alpha\tilde y$ and $y' = y + \alpha\tilde x$,
# - **averaged**: alternating play, judged by the mean of all positions so far.
#
# All of them are linear: a step multiplies $(x, y)$ by a matrix. Whether the players come home is
# decided by its **spectral radius**, the largest absolute eigenvalue. Below 1 they do, above 1 they
# fly apart.


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
# The columns of the matrix are where $(1, 0)$ and $(0, 1)$ go.
#
# **Predict** for $\alpha = 0.1$: which of the three converges?

# %%
# NBVAL_CHECK_OUTPUT
plays = {"simultaneous": simultaneous, "alternating": alternating, "extragradient": extragradient}
for name, play in plays.items():
    matrix = np.array([play(1.0, 0.0, PLAY_RATE), play(0.0, 1.0, PLAY_RATE)]).T
    radius = np.abs(np.linalg.eigvals(matrix)).max()
    print(f"{name:14} spectral radius {radius:.6f}")
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
axes = plots.Figure(figsize=(10, 4.5), dpi=80, layout="constrained").subplots(1, 2)
styles = {"simultaneous": "-", "alternating": "--", "extragradient": "-.", "averaged": ":"}
for name, path in paths.items():
    axes[0].plot(*path[:150].T, styles[name], label=name)
axes[0].plot(0, 0, "k+", markersize=14, label="equilibrium")
axes[0].set(xlabel="x", ylabel="y", aspect="equal", title="150 steps from (1, 1)")
axes[0].legend(loc="upper left")
plots.curves(
    range(PLAY_STEPS + 1), radii, "steps", "distance from the equilibrium", ax=axes[1], yscale="log"
)

# %% [markdown]
# Figure 7.8. Left: the paths of 150 steps from (1, 1). Simultaneous play spirals out, alternating
# play stays on an ellipse for ever, extragradient spirals in, and the average of alternating play
# winds around the equilibrium ever more closely. Right: the distance over 400 steps, logarithmic.
# Straight lines, as a spectral radius promises; the average falls like one over the number of
# steps.

# %%
# NBVAL_CHECK_OUTPUT
for name in plays:
    growth = (radii[name][-1] / radii[name][0]) ** (1 / PLAY_STEPS)
    print(f"{name:14} measured growth per step {growth:.4f}")
print(f"averaged       distance after {PLAY_STEPS} steps {radii['averaged'][-1]:.4f}")

# %% [markdown]
# The growth that was measured is the spectral radius. (Alternating play oscillates a little around
# its radius of 1, so that its last distance is not quite its first.) A GAN near its equilibrium
# *is* such a game, with many more dimensions: its two players alternate, so at best they circle,
# and it is Adam's momentum, the batches' noise and the networks' curvature that decide about in or
# out. Averaging is `callbacks.GeneratorAverage`; what pulls the radius below 1 is in notebook 08.

# %% [markdown]
# ## 5. Hyperparameters
#
# The ring again, with 36 pairs of learning rates, 2,000 steps each, all from the same initial
# weights, on the same batches. The players are compiled once; a new game only needs its weights,
# its optimizers' memory, its rates and its count of epochs put back.

# %%
sweep = new_game()
first_weights = sweep.get_weights()


def restart(gan, generator_rate, discriminator_rate):
    gan.set_weights(first_weights)
    optimizers = (gan.generator_optimizer, gan.discriminator_optimizer)
    for optimizer, rate in zip(optimizers, (generator_rate, discriminator_rate), strict=True):
        for variable in optimizer.variables:
            variable.assign(keras.ops.zeros_like(variable))
        optimizer.learning_rate = rate
    gan.epochs_played = 0


# %%
target = recipes.MIXTURES["ring"]
rates = RATES[: capped(len(RATES))]
modes, quality = np.zeros((2, len(rates), len(rates)))
for row, generator_rate in enumerate(rates):
    for column, discriminator_rate in enumerate(rates):
        restart(sweep, generator_rate, discriminator_rate)
        sweep.fit(batches, epochs=SWEEP_EPOCHS, verbose=0)
        samples = sweep.generate(NUM_SAMPLES, seed=1)
        found = metrics.mode_coverage(samples, target.centres, target.std)
        modes[row, column], quality[row, column] = found.modes, found.high_quality

# %%
texts = np.vectorize("{:.0f} · {:.0%}".format)(modes, quality)
names = [f"{rate:g}" for rate in rates]
rows = [f"G {name}" for name in names]
plots.heatmap(
    modes,
    rows,
    [f"D {name}" for name in names],
    texts,
    value_range=(0, 8),
    title="Modes found · share of high quality",
)

# %% [markdown]
# Figure 7.9. Modes of the ring, of 8 (and the colour), and the share of samples of high quality,
# after 2,000 steps with one seed. Rows: the generator's rate. Columns: the discriminator's. Below
# the diagonal, where the discriminator is the slower one, no game finds more than two modes. On the
# diagonal, both rates equal, half of the games fail. To its right, where the discriminator is two
# to fifty times faster, 12 of 15 games find all eight modes.
#
# This is the *two time-scale update rule* (Heusel et al. 2017), found by a sweep of two minutes.
# Probably a discriminator that keeps up with the crowd's moves gives the crowd no direction to move
# in. Before you look for a better loss, look at the rates. (One seed and one data set: the map is
# coarse, and the exact borders would differ with another seed.)

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **7.1 Predict, then change.** Adam's first momentum is 0.5 here. With 0.9 the players remember
# longer where they were going. Will the ring's generator jump faster or more slowly from mode to
# mode? Write down your guess, set `ADAM_BETA = 0.9` in the Settings, and run section 1 again. (The
# solution trains 1,500 steps with each and counts how often the fullest mode changes.)


# %% tags=["solution"]
def jumps(beta):
    """How often the mode with most samples changes, from one 50 steps to the next."""
    gan = new_game()
    adams = [keras.optimizers.Adam(2e-4, beta) for _ in range(2)]
    gan.compile(*adams, steps_per_execution=50)
    judge = judge_of("ring")
    score = callbacks.Score(judge, num_images=500, mode="max")
    points = data.ring(100_000, seed=SEED)
    batches = data.batches(points, BATCH_SIZE, SEED, steps_per_epoch=50)
    history = gan.fit(batches, epochs=30, callbacks=[score], verbose=0).history
    fullest = np.argmax([history[f"share {i}"] for i in range(8)], axis=0)
    return int(np.sum(fullest[1:] != fullest[:-1]))


for beta in (0.5, 0.9):
    print(f"beta {beta}: the fullest mode changes {jumps(beta)} times in 1,500 steps")

# %% [markdown] tags=["exercise-text"]
# **7.2 Implement.** A measure of how evenly the modes are served. `mode_coverage` calls it reverse
# KL: the divergence of the shares $s_i$ of the $n$ modes from even shares, $\sum_i s_i \log(n s_i)$
# in nats, with $0 \log 0 = 0$. It is 0 for a perfect generator and $\log n$ for a collapsed one.


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
# **7.3 Implement.** *Optimism* (Daskalakis et al. 2018) needs no look ahead. Each player moves by
# twice its newest gradient minus the one before: $x' = x - \alpha\,(2y - y_{-})$ and $y' = y +
# \alpha\,(2x - x_{-})$, where the minus marks the position before. Write the step. Does it converge
# on $xy$?


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
# - A generator that makes few modes does what its loss asks for. Count modes *and* quality, over
#   time; losses show neither.
# - A better discriminator is not better for a generator that saturates: its gradient goes to zero.
# - Whether simple games converge is decided by a spectral radius. Alternating play has exactly 1.
# - The ratio of the two learning rates decided more than anything else we changed.
#
# **Limits.** One seed in most sections. The ring and the grid are cruel on purpose: their modes are
# far apart and very narrow, and nothing lies between them. The classes of Fashion-MNIST are not its
# modes, and the classifier that counts them errs in one image of fifteen.
#
# **Next**: notebook 08 tries a dozen remedies on the same ring and grid.
#
# **References.** Goodfellow et al. 2014, arXiv:1406.2661 · Arjovsky and Bottou 2017, *Towards
# principled methods for training GANs*, arXiv:1701.04862 · Lin et al. 2018 (ring, grid and how to
# judge them), arXiv:1712.04086 · Mescheder et al. 2018, arXiv:1801.04406 · Gidel et al. 2019
# (averaging and extragradient), arXiv:1802.10551 · Daskalakis et al. 2018 (optimism),
# arXiv:1711.00141 · Korpelevich 1976 (extragradient).
