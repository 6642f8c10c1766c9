# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 02. The game
#
# {{badge}}
#
# **Question.** Two players pull at one number, and in notebook 01 a circle came out. What does the
# game converge to, and what does the generator minimise without being told?
#
# **You will be able to** write the value function, derive the best discriminator and measure how
# close a trained one comes to it, compute three divergences of two densities by integration, say
# why a good discriminator can starve the generator, and answer the lecture's polls with a run.
#
# **Before this**: notebook 01 (the two phases, `GAN.fit`), densities and expectations.
#
# **Lecture**: IIT Tirupati, *Deep Learning 9.1* (the losses with their ½); *Generative Models* (the
# value function, the picture of convergence); CMU 11-785 (the best D, the divergences, the polls).
#
# **Time of a full run**: about 3 minutes on two CPU cores. On a GPU it was not measured.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
from gan_tf import GAN, builders, callbacks, capped, data, losses, plots
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
WEIGHTS, MEANS, STDS = (0.5, 0.5), (-2.0, 1.5), (0.5, 0.8)  # the two humps of p_data
NUM_POINTS = 200_000  # real points to learn from
BATCH_SIZE = 256
LEARNING_RATE, ADAM_BETA = 1e-3, 0.5
BEST_RATE, BEST_STEPS = 3e-3, 2_000  # for a discriminator alone
SHIFTS = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0)
STEPS_PER_EPOCH, EPOCHS = 250, 24
NUM_SAMPLES = capped(20_000, per_step=500)  # points to judge by
FAR, STAGES, STEPS_PER_STAGE = 4.0, 50, 20
DISCRIMINATOR_STEPS, SEEDS = (1, 3, 5), (0, 1, 2, 3, 4)
UPDATES, NUM_LOOKS = 6_000, 10  # network updates of each run, and how often it is measured
keras.utils.set_random_seed(SEED)

# %% [markdown]
# | setting | this notebook (2 CPU cores) | longer |
# | --- | --- | --- |
# | steps of the game in section 3 | 6,000 | 50,000 |
# | seeds for each k in section 5 | 5 | 20 |
#
# Everything here happens on a line. In one dimension a density is a curve, so that we can draw it,
# and an expectation is a sum over a fine grid, exact to many digits. What the lectures prove can
# then be checked.

# %% tags=["setup"]
GRID = np.linspace(-12, 12, 2_401)
STEP = GRID[1] - GRID[0]


def integral(values):
    """Integral over the grid, which is the last axis."""
    return values.sum(-1) * STEP


def normal(x, mean, std):
    """Density of a normal distribution."""
    return np.exp(-0.5 * ((x - mean) / std) ** 2) / (std * np.sqrt(2 * np.pi))


def sigmoid(logits):
    return 0.5 * (1 + np.tanh(0.5 * logits))


# %%
def data_density(x):
    """p_data: two humps of equal weight."""
    humps = zip(WEIGHTS, MEANS, STDS, strict=True)
    return sum(weight * normal(x, mean, std) for weight, mean, std in humps)


def real_points(count, seed):
    """Points from p_data, (count, 1)."""
    rng = np.random.default_rng(seed)
    hump = rng.choice(len(WEIGHTS), count, p=WEIGHTS)
    points = rng.normal(np.take(MEANS, hump), np.take(STDS, hump))
    return points[:, None].astype("float32")


# %% [markdown]
# ## 1. The value of the game, and the best discriminator
#
# Both players pull at the same number. The discriminator wants the **value function** large, the
# generator wants it small:
#
# $$V(D, G) = \mathbb{E}_{x \sim p_{data}} \log D(x) + \mathbb{E}_z \log(1 - D(G(z))).$$
#
# The package's loss carries the lecture's ½ and a minus sign: $L(D) = -\tfrac12 V$. That changes no
# optimum. Let $p$ be the density of the real points and $q$ that of the generator's samples, which
# the lectures call $p_g$. Then $V$ is one integral, and a logit $t$ makes both logarithms harmless,
# because $\log D = -\mathrm{softplus}(-t)$ and $\log(1 - D) = -\mathrm{softplus}(t)$.


# %%
def value(p, q, logits):
    """V(D, G) for two densities and the discriminator's logits, all on the grid."""
    return integral(-p * np.logaddexp(0, -logits) - q * np.logaddexp(0, logits))


# %% [markdown]
# Which $D$ makes $V$ as large as possible? Nothing ties its values at two places together, so take
# the best one at each place alone:
#
# 1. at a place $x$ the integrand is $f(D) = p \log D + q \log(1 - D)$;
# 2. its derivative $\dfrac{p}{D} - \dfrac{q}{1 - D}$ is zero where $p\,(1 - D) = q\,D$;
# 3. $f$ is concave, so that is its maximum: $D^*(x) = \dfrac{p(x)}{p(x) + q(x)}$.
#
# **Predict.** At some place $p$ = 0.3 and $q$ = 0.1. How sure will the best discriminator be?

# %%
# NBVAL_CHECK_OUTPUT
candidates = np.linspace(0.001, 0.999, 999)
heights = 0.3 * np.log(candidates) + 0.1 * np.log(1 - candidates)
print(f"best of 999 candidates {candidates[heights.argmax()]:.3f}, p/(p+q) {0.3 / (0.3 + 0.1):.3f}")

# %% [markdown]
# **A note on lecture C.** In places its fake term reads $1 - \log D$ in place of $\log(1 - D)$.
# That is more than a slip of the pen: pointwise it would give $(p - q)\log D$, which has no maximum
# inside, and $D$ would jump from 0 to 1 wherever $p$ overtakes $q$. The next line of the lecture,
# with its $p/D - q/(1-D)$, is right again. And where lecture B writes $\theta_G$ in the
# discriminator's update, it means $\theta_D$.
#
# Can a network find $D^*$? We take a generator that does not move: a single dense layer
# $z \mapsto \mathrm{std} \cdot z + \mathrm{mean}$, whose samples are exactly normal, with a
# learning rate of zero. Then phase 1 of the `GAN` is all that happens. `restart` lets one compiled
# `GAN` serve for many runs, so that TensorFlow need not build its graph anew for each.


# %%
def restart(gan, seed):
    """Gives both players new weights; optimizers and data begin anew, too."""
    keras.utils.set_random_seed(seed)
    for player in (gan.generator, gan.discriminator):
        player.set_weights(keras.models.clone_model(player).get_weights())
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        for variable in optimizer.variables:
            if variable.name != "learning_rate":
                variable.assign(keras.ops.zeros_like(variable))
    gan.epochs_played = 0


affine = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
judge = GAN(affine, builders.point_discriminator(dim=1), seed=SEED)
rate = keras.optimizers.schedules.CosineDecay(BEST_RATE, BEST_STEPS)
optimizers = keras.optimizers.SGD(0.0), keras.optimizers.Adam(rate)
judge.compile(*optimizers, steps_per_execution=50, jit_compile=True)


# %%
def trained_discriminator(points, mean, std):
    """A discriminator of `points` and of normal samples, trained to the end."""
    restart(judge, SEED)
    judge.generator.set_weights([np.array([[std]]), np.array([mean])])
    batches = data.batches(points, BATCH_SIZE, SEED, steps_per_epoch=BEST_STEPS)
    judge.fit(batches, verbose=0)
    return judge.discriminator


def logits_on(x, discriminator):
    return np.asarray(discriminator(x.reshape(-1, 1), training=False), "float64")[:, 0]


# %% [markdown]
# **Predict.** The real points have two humps, at -2 and at 1.5; the fake ones are normal with mean
# 0 and standard deviation 1. Where will the trained discriminator agree with $p/(p+q)$, and where
# not?

# %%
points = real_points(NUM_POINTS, SEED)
p, q = data_density(GRID), normal(GRID, 0.0, 1.0)
best_logits = np.log(p) - np.log(q)  # the sigmoid of it is p / (p + q)
discriminator = trained_discriminator(points, 0.0, 1.0)
logits = logits_on(GRID, discriminator)
off = np.abs(sigmoid(logits) - sigmoid(best_logits))
print(f"V with the trained D {value(p, q, logits):.4f}, with the best D", end=" ")
print(f"{value(p, q, best_logits):.4f}")
print(f"mean difference over the points {integral(off * (p + q) / 2):.4f}")
for reach in (3, 4, 6):
    inside = np.abs(GRID) <= reach
    share = integral(((p + q) / 2)[~inside])
    print(f"largest for |x| <= {reach}: {off[inside].max():.3f}; {share:.3%} of points lie outside")

# %%
shown = np.abs(GRID) <= 6
lines = {
    "p, real": p,
    "q, fake": q,
    "D* = p/(p+q)": sigmoid(best_logits),
    "trained D": sigmoid(logits),
}
lines = {name: line[shown] for name, line in lines.items()}
plots.curves(GRID[shown], lines, "x", "density, or probability D(x)")

# %% [markdown]
# Figure 2.1. The two densities, the best discriminator and the trained one. $D^*$ is above 0.9 at
# the outer side of each real hump and nearly 0 between them, where most points are fake. From -2 to
# 2 the dotted line of the trained $D$ lies on it: the mean difference over the points is 0.0065,
# the largest within 3 of the origin 0.049. Beyond -4 on the left the two part. There the tail of
# the narrow real hump falls below that of $q$, so that $D^*$ drops to 0, but the trained $D$ stays
# at 1 and is off by as much as it can be. Only 0.026 % of all points lie more than 4 from the
# origin, so next to nothing told it. **A discriminator knows the ratio of two densities where there
# are points, and guesses elsewhere.**
#
# Its value, -0.9281, is a little below the best one, -0.9255, as it must be: $V(D^*, G)$ is a
# maximum.

# %% [markdown]
# ## 2. What the generator minimises: a divergence
#
# Against the best discriminator, what does the generator see? Put $D^*$ into $V$, and divide both
# logarithms' arguments by two:
#
# $$V(D^*, G) = \mathbb{E}_p \log \frac{p}{\frac12(p + q)} + \mathbb{E}_q \log
# \frac{q}{\frac12(p + q)} - 2 \log 2 = 2\,\mathrm{JSD}(p, q) - \log 4.$$
#
# (Lecture C has $p$ in the numerator of the second term, too; it should be $q$.) The names: the
# **Kullback-Leibler divergence** and, with $m = \frac12(p + q)$, the **Jensen-Shannon divergence**,
#
# $$\mathrm{KL}(p \,\|\, q) = \mathbb{E}_p \log \frac{p}{q}, \qquad \mathrm{JSD}(p, q) = \tfrac12
# \mathrm{KL}(p \,\|\, m) + \tfrac12 \mathrm{KL}(q \,\|\, m).$$


# %% tags=["setup"]
def kl(p, q):
    """Kullback-Leibler divergence in nats."""
    return integral(p * (np.log(p) - np.log(q)))


def jsd(p, q):
    """Jensen-Shannon divergence in nats."""
    middle = (p + q) / 2
    return (kl(p, middle) + kl(q, middle)) / 2


# %% [markdown]
# **Predict.** Which of the three will change when $p$ and $q$ trade places?

# %%
# NBVAL_CHECK_OUTPUT
p = normal(GRID, 0.0, 1.0)
for mean, std in ((0.0, 1.0), (1.0, 1.0), (0.0, 2.0), (2.0, 0.5)):
    q = normal(GRID, mean, std)
    print(f"q = N({mean}, {std}): KL(p||q) {kl(p, q):.4f}, KL(q||p) {kl(q, p):.4f}", end=", ")
    print(f"JSD {jsd(p, q):.4f}")
print(f"V at p = q, D = 1/2: {value(p, p, 0 * GRID):.4f}, -log 4 = {-np.log(4):.4f}")

# %% [markdown]
# Only equal spreads make the two directions of KL agree. A narrow $q$ beside $p$ costs 8.81 in one
# direction and 2.32 in the other: $\mathrm{KL}(p \| q)$ is large where $q$ misses what $p$ has. The
# Jensen-Shannon divergence is symmetric, and never exceeds $\log 2 = 0.693$. Where $p = q$ the
# value of the game is $-\log 4$.
#
# ### What each divergence forgives
#
# The lecture says that KL punishes missing modes and forgives ugly samples, while JS punishes ugly
# samples and allows less diversity. Let us see: two humps, and a "generator" that can only make
# normal samples. We try 1,476 of them and keep the best for each divergence. (Where one hump
# is best, the other is as good; the search takes the left one.)


# %%
means, stds = np.linspace(-4, 4, 41), np.linspace(0.5, 4, 36)
family = normal(GRID, means[:, None, None], stds[:, None])  # (41, 36, grid)
orders = {"KL(p||q)": kl, "KL(q||p)": lambda p, q: kl(q, p), "JSD": jsd}


def best_normals(gap):
    """The density of two humps at -gap and gap, and the best normal for each divergence."""
    p = (normal(GRID, -gap, 0.6) + normal(GRID, gap, 0.6)) / 2
    found = {}
    for name, divergence in orders.items():
        scores = divergence(p, family).round(6)
        place = np.unravel_index(scores.argmin(), scores.shape)
        found[name] = means[place[0]], stds[place[1]], scores.min()
    return p, found


# %%
for gap in (1.0, 1.6, 2.0, 2.4, 3.0, 3.6):
    best = best_normals(gap)[1]
    texts = [f"{name} N({m:.1f}, {s:.1f}) {d:.3f}" for name, (m, s, d) in best.items()]
    print(f"humps at ±{gap}: " + ", ".join(texts))

# %%
axes = plots.Figure(figsize=(9, 3.5), dpi=80, layout="constrained").subplots(1, 2)
for ax, gap in zip(axes, (2.0, 3.0), strict=True):
    p, best = best_normals(gap)
    lines = {"p, two humps": p} | {name: normal(GRID, *best[name][:2]) for name in best}
    lines = {name: line[shown] for name, line in lines.items()}
    plots.curves(GRID[shown], lines, "x", "density", ax=ax, title=f"humps at ±{gap:g}")
    ax.lines[-1].set(marker="o", markersize=4, markevery=40)  # JSD lies on another line
    ax.legend()
axes[0].figure

# %% [markdown]
# Figure 2.2. Two humps $p$ and the best single normal distribution for each divergence, humps at ±2
# (left) and at ±3 (right). The line of JSD, with dots, lies on one of the others. KL always spans
# both humps, and at ±3 puts many of its samples into the gap, where there are hardly any data. The
# reverse KL takes one hump alone and leaves the other, from ±2 on. JSD changes its mind: at ±2 it
# spans both, like KL, and at ±3 it takes one hump, like the reverse KL.
#
# So the lecture is right about KL. About JS it is right when the modes are far apart. The table
# says why: a lost hump costs a JSD of about 0.216 however far away it is, and a normal that spans
# both costs the more, the wider the gap. From some gap on it pays to drop a mode.

# %% [markdown]
# ### The identity, measured
#
# Now $p$ is a normal distribution, and $q$ the same one, shifted by more and more. For each shift
# we compute $V$ three times: with a discriminator *trained* for it, from the package's loss on
# fresh points; with the exact $D^*$; and as $2\,\mathrm{JSD} - \log 4$, without any discriminator.
#
# **Predict.** Where does the curve begin, where does it end, and is it steep at the end?

# %%
rng = np.random.default_rng(SEED)
at_zero = rng.normal(size=(NUM_POINTS, 1)).astype("float32")
measured, exact, by_jsd = [], [], []
for shift in SHIFTS:
    discriminator = trained_discriminator(at_zero, shift, 1.0)
    fresh = rng.normal(size=(2, NUM_POINTS, 1))
    real_logits, fake_logits = discriminator(fresh[0]), discriminator(fresh[1] + shift)
    loss = losses.NonSaturating().discriminator(real_logits, fake_logits)
    measured.append(-2 * float(loss))  # L(D) = -V/2
    p, q = normal(GRID, 0.0, 1.0), normal(GRID, shift, 1.0)
    exact.append(value(p, q, np.log(p) - np.log(q)))
    by_jsd.append(2 * jsd(p, q) - np.log(4))
for row in zip(SHIFTS, measured, exact, by_jsd, strict=True):
    print("shift {}: trained {:.4f}, best D {:.4f}, 2 JSD - log 4 {:.4f}".format(*row))

# %%
lines = {"trained D": measured, "best D": exact, "2 JSD - log 4": by_jsd}
bounds = {"-log 4: equal": -np.log(4), "0: apart": 0.0}
plots.curves(SHIFTS, lines, "shift between p and q", "V (nats)", reference=bounds)

# %% [markdown]
# Figure 2.3. The value of the game against the shift, three times; the curves lie on one another.
# At shift 0 they begin at $-\log 4$. At 4 they are at -0.121, and at 6 at -0.008, nearly 0, where
# $\mathrm{JSD} = \log 2$. The trained discriminators are off by 0.003 at most (at shift 0.5 the
# value is even slightly above the best, which chance can do in a mean over samples); the two exact
# columns agree in every digit. Note the flat end. Coming closer from 6 to 4 gains 0.11, from 3 to 1
# it gains 0.83: a generator that is far away hardly feels where the data are.

# %% [markdown]
# ## 3. The picture of convergence
#
# The theory says: with enough capacity, and with $D$ at its best all the time, $p_g$ converges to
# $p_{data}$ and $D$ to ½. A real game has neither. Here is one: both players are networks, $D$
# makes one step for each step of $G$, and the generator uses the non-saturating loss. As in
# notebook 01 the learning rate falls to zero along a cosine (`# not in the lecture`).
#
# How good are the samples? On a line the **Wasserstein-1 distance** of two equally large sets is
# easy: sort both, pair them off, take the mean distance. It has the unit of $x$. Its floor is the
# distance between two sets of real points.


# %%
def wasserstein_1d(a, b):
    return np.mean(np.abs(np.sort(a, axis=None) - np.sort(b, axis=None)))


references = [real_points(NUM_SAMPLES, SEED + number) for number in range(1, 7)]
floor = np.mean([wasserstein_1d(references[0], other) for other in references[1:]])
print(f"real against real, {NUM_SAMPLES:,} points: {floor:.4f}")

# %%
EDGES = np.linspace(-5, 5, 101)
CENTRES = (EDGES[1:] + EDGES[:-1]) / 2


def draw(samples):
    """The two densities, and the discriminator."""
    counts, _ = np.histogram(samples, EDGES)
    lines = {
        "p_data": data_density(CENTRES),
        "p_g (histogram)": counts / (len(samples) * (EDGES[1] - EDGES[0])),
        "D(x)": sigmoid(logits_on(CENTRES, game.discriminator)),
    }
    figure = plots.curves(CENTRES, lines, "x", "density, or probability D(x)", reference={"½": 0.5})
    figure.axes[0].set(ylim=(0, 1))
    return figure


# %% [markdown]
# **Predict.** The generator starts as one narrow hump near zero. Which of the two real humps will
# it find first? What will $D$ look like outside of the data at the end? The figure below redraws
# itself.


# %%
def adam(steps):
    rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    return keras.optimizers.Adam(rate, ADAM_BETA)


game = GAN(builders.point_generator(2, dim=1), builders.point_discriminator(dim=1), seed=SEED)
steps = EPOCHS * STEPS_PER_EPOCH
game.compile(adam(steps), adam(steps), steps_per_execution=50, jit_compile=True)
watcher = callbacks.SampleImages(NUM_SAMPLES, draw=draw, seed=SEED)
score = callbacks.Score(
    lambda samples: {"w1": wasserstein_1d(samples, references[0])}, NUM_SAMPLES, seed=SEED + 1
)
batches = data.batches(points, BATCH_SIZE, SEED, steps_per_epoch=STEPS_PER_EPOCH)
history = game.fit(batches, epochs=EPOCHS, callbacks=[watcher, score], verbose=0)

# %% [markdown]
# Figure 2.4. The end, after 24 epochs of 250 steps. The histogram of the samples (dashed) follows
# $p_{data}$ (solid) in both humps, with a small dent in the left peak and a few samples too many in
# the gap. $D$ is flat at ½. It dips a little in the gap, where it is right, and at the left edge of
# the figure, where there are no data.

# %%
film = plots.training_gif(watcher.frames, "../outputs/02_game.gif", 0.3)
Image(film.read_bytes())

# %% [markdown]
# Figure 2.5. The film: every epoch, 0.3 s each, the last frame held. Before training all samples
# are in one spike near 0, taller than the axis. After one epoch they are spread over both humps at
# once; neither comes first. Then they overshoot: for many epochs a spike twice as high as the real
# hump stands at -2, once also at 1. $D$ sinks below ½ where there are too many samples and rises
# where there are too few, and so the samples move. As the learning rate falls, the swings die out.

# %%
distances = history.history["w1"]
p, D = data_density(GRID), sigmoid(logits_on(GRID, game.discriminator))
print(f"Wasserstein-1: before {score.first['w1']:.3f}, after {distances[-1]:.3f}", end=", ")
print(f"real against real {floor:.3f}")
print(f"mean |D - 1/2| over the real points: {integral(p * np.abs(D - 0.5)):.3f}")
print(f"last d_loss {history.history['d_loss'][-1]:.3f}, log 2 = {np.log(2):.3f}")

# %%
axes = plots.Figure(figsize=(9, 3.5), dpi=80, layout="constrained").subplots(1, 2)
plots.losses(history, equilibrium={"log 2": np.log(2)}, ax=axes[0])
epochs = np.arange(len(distances)) + 1
floors = {"real against real": floor}
lines = {"p_g against p_data": distances}
plots.curves(epochs, lines, "epoch", "Wasserstein-1", reference=floors, ax=axes[1], yscale="log")

# %% [markdown]
# Figure 2.6. Left the losses, right the Wasserstein-1 distance (logarithmic axis) over 24 epochs.
# Both losses are at $\log 2$ by the third epoch or soon after, and stay there. The distance does
# not: it wanders between about 0.05 and 0.4 until epoch 18, and only then, when the learning rate
# is nearly zero, falls to 0.031, from 1.673 before training. Real against real is 0.012. The game
# came close to what the theory promises, with $D$ only 0.001 off ½ on average, but for most of the
# run it circled around it, and the losses did not show it.

# %% [markdown]
# ## 4. Two losses for the generator
#
# The generator can only move the second term of $V$. Lecture A gives it $\frac12 \mathbb{E}
# \log(1 - D(G(z)))$ to minimise, the **saturating** loss. What is used is $-\mathbb{E} \log
# D(G(z))$, the **non-saturating** one. Both fall when $D(G(z))$ rises. The difference is in the
# slope. With $D = \sigma(t)$,
#
# $$\frac{d}{dt}\, \tfrac12 \log(1 - \sigma(t)) = -\tfrac12\, \sigma(t) = -\tfrac12 D, \qquad
# \frac{d}{dt}\, (-\log \sigma(t)) = -(1 - D).$$

# %%
opinion = np.linspace(0.005, 0.995, 199)  # D(G(z))
axes = plots.Figure(figsize=(9, 3.5), dpi=80, layout="constrained").subplots(1, 2)
lines = {"saturating": 0.5 * np.log(1 - opinion), "non-saturating": -np.log(opinion)}
plots.curves(opinion, lines, "D(G(z))", "loss (nats)", ax=axes[0])
slopes = {"saturating": 0.5 * opinion, "non-saturating": 1 - opinion}
plots.curves(opinion, slopes, "D(G(z))", "size of the slope by the logit", ax=axes[1])
axes[0].figure

# %% [markdown]
# Figure 2.7. Left: both losses against $D(G(z))$, the discriminator's opinion of a sample. Right:
# how steep they are, as functions of the logit. A new generator is at the far left, where nobody
# believes it. There the saturating loss is flat (slope ½ · 0.005) and the other one is at its
# steepest (0.995). At the right, where the generator wins, it is the other way round.
#
# When lecture C writes that the generator minimises $\mathbb{E}[1 - \log D(G(z))]$, that is, up to
# the 1, the non-saturating loss: here the slip leads to what is used in practice.

# %% [markdown]
# Now with networks. An untrained generator makes a blob near 0, the real points lie around 4. The
# generator does not move; the discriminator gets better, twenty steps at a time. After each stage
# we take the gradient of both losses with respect to the *generator's* weights, and its norm.
#
# **Predict.** Which gradient shrinks while $D$ improves, and by how much: a tenth, a thousandth?

# %%
keras.utils.set_random_seed(SEED)
duel = GAN(builders.point_generator(2, dim=1), builders.point_discriminator(dim=1), seed=SEED)
optimizers = keras.optimizers.SGD(0.0), keras.optimizers.Adam(LEARNING_RATE)
duel.compile(*optimizers, steps_per_execution=STEPS_PER_STAGE, jit_compile=True)
latents = keras.random.normal((1_000, 2), seed=SEED)


def gradients(samples):
    """Norms of the gradients of both losses, and what D thinks of the samples."""
    norms = {}
    for loss in (losses.Minimax(), losses.NonSaturating()):
        with tf.GradientTape() as tape:
            result = loss.generator(duel.discriminator(duel.generator(latents)))
        found = tape.gradient(result, duel.generator.trainable_variables)
        norms[type(loss).__name__] = float(tf.linalg.global_norm(found))
    return norms | {"D(G(z))": sigmoid(logits_on(samples, duel.discriminator)).mean()}


# %%
far = np.random.default_rng(SEED).normal(FAR, 0.5, (NUM_POINTS, 1))
stages = data.batches(far, BATCH_SIZE, SEED, steps_per_epoch=STEPS_PER_STAGE)
watched = callbacks.Score(gradients, 1_000, seed=SEED)
history = duel.fit(stages, epochs=STAGES, callbacks=[watched], verbose=0)
names = {"D(G(z))": "mean D(G(z))", "Minimax": "saturating", "NonSaturating": "non-saturating"}
lines = {text: [watched.first[name], *history.history[name]] for name, text in names.items()}
steps = STEPS_PER_STAGE * np.arange(len(lines["saturating"]))
for name, line in lines.items():
    print(f"{name:15} at first {line[0]:.3g}, at the end {line[-1]:.3g}")

# %%
axes = plots.Figure(figsize=(9, 3.5), dpi=80, layout="constrained").subplots(1, 2)
opinion = {"mean D(G(z))": lines.pop("mean D(G(z))")}
label = "steps of the discriminator"
plots.curves(steps, opinion, label, "probability", ax=axes[0], yscale="log")
plots.curves(steps, lines, label, "norm of the gradient", ax=axes[1], yscale="log")
axes[0].figure

# %% [markdown]
# Figure 2.8. Left $D(G(z))$, right the norm of both gradients, over 1,000 steps of the
# discriminator; both vertical axes are logarithmic. At step 0, where $D$ is about ½, the two
# gradients differ by the lecture's factor ½ alone (0.0199 and 0.0396). At first both grow, because
# $D$ gets a slope. Then the saturating one turns round at about 0.3 and falls with $D(G(z))$, to
# 0.0007. The non-saturating one goes on growing, to 7.2: ten thousand times as much. With the
# saturating loss, a good discriminator has nothing to say to the generator that needs it most.
#
# The two losses do not differ in direction for a single sample, only in length: $\frac12 D$ against
# $1 - D$ times the slope of the logit. So this is a matter of step size, but of one that nobody can
# tune, because it changes by orders of magnitude during a run. (Adam rescales its steps and hides
# part of it.)

# %% [markdown]
# ## 5. How many steps for the discriminator?
#
# The theory wants $D$ at its best before each step of $G$. Algorithm 1 makes $k$ steps instead, and
# its authors took $k = 1$, "the least expensive option". A step of the game with $k$ costs $k + 1$
# network updates. So there are two honest questions: which $k$ gives more for a step of the
# generator, and which gives more for the same *work*? Same game as in section 3, but with a
# constant learning rate, so that runs of different length can be compared; 6,000 updates each;
# five seeds.
#
# **Predict** an order for each question.


# %%
gans = {}
for k in DISCRIMINATOR_STEPS:
    players = builders.point_generator(2, dim=1), builders.point_discriminator(dim=1)
    gans[k] = GAN(*players, discriminator_steps=k, seed=SEED)
    optimizers = [keras.optimizers.Adam(LEARNING_RATE, ADAM_BETA) for _ in players]
    gans[k].compile(*optimizers, steps_per_execution=50, jit_compile=True)


def run(k, seed):
    """Wasserstein-1 distances over a run of fixed work, with k discriminator steps."""
    gan = gans[k]
    restart(gan, seed)
    steps = UPDATES // (k + 1) // NUM_LOOKS  # of the generator, in each epoch
    batches = data.batches(points, BATCH_SIZE, seed, steps_per_epoch=k * steps)
    score = callbacks.Score(
        lambda x: {"w1": wasserstein_1d(x, references[0])}, NUM_SAMPLES, seed=SEED
    )
    history = gan.fit(batches, epochs=NUM_LOOKS, callbacks=[score], verbose=0)
    return [score.first["w1"], *history.history["w1"]]


runs = {k: np.array([run(k, seed) for seed in SEEDS]) for k in DISCRIMINATOR_STEPS}
for k, found in runs.items():
    late = found[:, -3:].mean(axis=1)  # the last three looks of each seed
    print(f"k = {k}: seeds {late.round(3)}, mean {late.mean():.3f}")

# %%
work = {f"k = {k}": found.mean(axis=0) for k, found in runs.items()}
looks = np.arange(NUM_LOOKS + 1)[: len(work["k = 1"])]
by_step = {}
longest = UPDATES // 2 // NUM_LOOKS * looks  # generator steps of k = 1
for k in DISCRIMINATOR_STEPS:
    own_steps = UPDATES // (k + 1) // NUM_LOOKS * looks
    by_step[f"k = {k}"] = np.interp(longest, own_steps, work[f"k = {k}"], right=np.nan)
axes = plots.Figure(figsize=(9, 3.5), dpi=80, layout="constrained").subplots(1, 2)
style = {"ylabel": "Wasserstein-1", "yscale": "log", "reference": floors}
plots.curves(longest, by_step, "generator steps", ax=axes[0], **style)
plots.curves(UPDATES // NUM_LOOKS * looks, work, "network updates", ax=axes[1], **style)
axes[0].figure

# %% [markdown]
# Figure 2.9. Wasserstein-1 distance, mean of five seeds, logarithmic axis, against steps of the
# generator (left) and against network updates (right); the dotted line is real against real. For a
# step of the generator larger $k$ gives more: after 300 steps $k = 1$ is at about 0.2, and 3 and 5
# are between 0.1 and 0.15. For the same work $k = 5$ starts slowest, since its generator has made
# only 100 steps where that of $k = 1$ has made 300. But it catches up before 2,000 updates. At the
# end $k = 3$ (0.097) is ahead of $k = 5$ (0.172), and $k = 1$ (0.278) comes last at the same price:
# its best seed (0.195) is no better than the worst of $k = 3$ (0.178). On two other processors,
# which round differently, the means were 0.257, 0.128 and 0.129, and 0.262, 0.124 and 0.133. So
# $k = 1$ came last each time, and five seeds cannot tell whether 3 or 5 is better.
#
# So the least expensive step was not the cheapest way here. $k = 1$ does not come to rest at a
# constant rate; its curve even rises in the second half. Nor is $k$ the only cure: in section 3,
# $k = 1$ with a falling rate and twice as many steps reached 0.031, closer than any curve above.

# %% [markdown]
# ## 6. The polls
#
# **Poll 1 of lecture C.** The discriminator is always the best one, $D^*$, and the generator's loss
# is at its global minimum. Which of these hold?
#
# - (a) It is reached if, and only if, $p_{data} = p_g$.
# - (b) The loss is $-\log 4$ there.
# - (c) $D(x) = \frac12$ there.
#
# <details><summary>Answer</summary>
#
# All three. The loss is $2\,\mathrm{JSD} - \log 4$, and a Jensen-Shannon divergence is never
# negative and zero for equal densities alone. Where $p = q$, $p/(p+q)$ is ½.
#
# </details>
#
# The run that decides it: $p$ is N(0, 1), and the generator may choose mean and standard deviation
# of a normal distribution. Each cell below is the value of the game against the best discriminator.

# %%
some_means, some_stds = np.linspace(-1.5, 1.5, 7), np.array([0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0])
p = normal(GRID, 0.0, 1.0)
choices = normal(GRID, some_means[:, None, None], some_stds[:, None])  # (7, 7, grid)
values = 2 * jsd(p, choices) - np.log(4)
place = np.unravel_index(values.argmin(), values.shape)
print(f"least {values.min():.4f}, mean {some_means[place[0]]}, std {some_stds[place[1]]}", end="; ")
D = p / (p + choices[place])
print(f"there D* is between {D.min():.3f} and {D.max():.3f}")
rows, columns = [f"mean {m:g}" for m in some_means], [f"std {s:g}" for s in some_stds]
texts = [[f"{value:.2f}" for value in row] for row in values]
plots.heatmap(-values, rows, columns, texts)

# %% [markdown]
# Figure 2.10. The value of the game against the best discriminator, for seven means (rows) and
# seven standard deviations (columns) of $q$; the darker, the lower. The lowest cell is the one in
# the middle row with mean 0 and standard deviation 1, where $q = p$: -1.3863, which is $-\log 4$,
# and there $D^*$ is 0.500 everywhere. All 48 others are higher: (a), (b) and (c) hold.

# %% [markdown]
# One thing the poll does not say. Its first words, "once we have the optimal discriminator", carry
# all the weight:

# %%
# NBVAL_CHECK_OUTPUT
p, q = normal(GRID, 0.0, 1.0), normal(GRID, 6.0, 1.0)
print(f"D = 1/2 everywhere, q six units away: V = {value(p, q, 0 * GRID):.4f}")
print(f"the best D, q six units away:         V = {value(p, q, np.log(p) - np.log(q)):.4f}")

# %% [markdown]
# A discriminator that says ½ to everything gives $-\log 4$ for *any* generator. So a loss of
# $\log 2$ proves that this $D$ cannot tell, and not that nobody could; notebook 01 met such a $D$
# after 400 steps. It is the maximum over $D$ that makes the value a distance.
#
# **Poll 2 of lecture C.** The main difference between this GAN and a Wasserstein GAN is that the
# discriminator of the latter is kept Lipschitz, that is, its slope is bounded. True or false?
#
# <details><summary>Answer</summary>
#
# True, for this is what its new loss needs in order to mean a distance. Here nothing holds the
# slope back: the best logit is $\log p - \log q$, as steep as the densities demand. Notebook 09 is
# about the rest.
#
# </details>
#
# A run for the half that we can decide here: is the slope of our discriminator bounded? For two
# normal distributions of standard deviation $s$ whose means are 2 apart, the best logit is a
# straight line of slope $2 / s^2$.

# %%
between = np.linspace(0, 2, 101)
for std in (1.0, 0.5, 0.25):
    points_here = (at_zero * std).astype("float32")
    logits = logits_on(between, trained_discriminator(points_here, 2.0, std))
    slope = np.abs(np.diff(logits) / np.diff(between)).max()
    print(f"std {std}: best slope {2 / std**2:.0f}, steepest slope of the trained D {slope:.1f}")

# %% [markdown]
# No bound in sight. Where the best slope is four times as steep, so is, roughly, the trained one
# (2.3, then 9.6). At the last step, where 32 would be best, training stops at 22.6: the network is
# slower than the theory, but nothing in the loss told it to stop.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **2.1 Predict, then change.** The real points have two humps, N(-4, 0.5) and N(4, 0.5), half of
# them in each. A generator has learnt the left hump perfectly and knows nothing of the right one.
# Its value lies between $-\log 4 = -1.386$ (all is well) and 0 (nothing is). Where? And what does
# the best discriminator say of the generator's own samples? Derive both by hand; then let `missing`
# be the density of that generator.

# %% tags=["exercise"]
missing = normal(GRID, 0.0, 1.0)  # change me

# %% tags=["solution"]
missing = normal(GRID, -4.0, 0.5)

# %% tags=["check"]
both = (normal(GRID, -4.0, 0.5) + normal(GRID, 4.0, 0.5)) / 2
opinion = integral(missing * both / (both + missing))
print(f"value {2 * jsd(both, missing) - np.log(4):.4f}, mean D* of its samples {opinion:.4f}")

# %% [markdown] tags=["solution"]
# On the left $p = q/2$, so $D^* = \frac13$; on the right $q = 0$, so $D^* = 1$. The value is
# $\frac12 \log \frac13 + \frac12 \log 1 + \log \frac23 = -0.955$. Half of the data are missing, and
# yet more than two thirds of the way from 0 to $-\log 4$ are done: the game forgives a lost mode
# rather easily.

# %% [markdown] tags=["exercise-text"]
# **2.2 Implement.** Lecture B says that the *accuracy* of $D$ is ½ when $p_g$ has converged. Write
# the accuracy of the best discriminator for any two densities, by integration. Half of the points
# are real, and it calls a point real where $D^* > \frac12$.


# %% tags=["exercise"]
def best_accuracy(p, q):
    return np.nan  # your line


# %% tags=["solution"]
def best_accuracy(p, q):
    return integral(np.maximum(p, q)) / 2  # right about p where p is larger, else about q


# %% tags=["check"]
# NBVAL_CHECK_OUTPUT
for shift, expected in ((0.0, 0.5), (1.0, 0.6915), (2.0, 0.8413)):
    yours = best_accuracy(normal(GRID, 0.0, 1.0), normal(GRID, shift, 1.0))
    print(f"shift {shift}: expected {expected:.4f}, yours {yours:.4f}")

# %% [markdown] tags=["exercise-text"]
# **2.3 Implement.** The derivatives of the package's two generator losses by the *logits* of a
# batch. Both losses are means over the batch, so each logit gets its share; `Minimax` has the
# lecture's ½.


# %% tags=["exercise"]
def slopes_by_hand(logits):
    """Derivatives of the saturating and of the non-saturating loss, two arrays."""
    return np.full_like(logits, np.nan), np.full_like(logits, np.nan)  # your lines


# %% tags=["solution"]
def slopes_by_hand(logits):
    """Derivatives of the saturating and of the non-saturating loss, two arrays."""
    count = len(logits)
    return -0.5 * sigmoid(logits) / count, -(1 - sigmoid(logits)) / count


# %% tags=["check"]
# NBVAL_CHECK_OUTPUT
fake_logits = tf.constant([[-6.0], [0.0], [2.0]])
by_hand = slopes_by_hand(fake_logits.numpy())
for loss, yours in zip((losses.Minimax(), losses.NonSaturating()), by_hand, strict=True):
    with tf.GradientTape() as tape:
        tape.watch(fake_logits)
        result = loss.generator(fake_logits)
    expected = tape.gradient(result, fake_logits).numpy().ravel()
    print(f"{type(loss).__name__}: expected {expected.round(4)}, yours {yours.ravel().round(4)}")

# %% [markdown]
# ## Take away
#
# - For a fixed generator the best discriminator is $p/(p+q)$, and a trained one comes close where
#   there are data.
# - Against it the generator minimises $2\,\mathrm{JSD} - \log 4$. The minimum, $-\log 4$, is
#   reached where the densities are equal, and only there.
# - The better the discriminator, the less the saturating loss can teach; the non-saturating one
#   keeps its gradient.
#
# **Limits.** One dimension, one pair of networks, and a truth that we knew. The proofs move
# densities, the game moves weights: that it came to rest here is an observation and not a theorem.
# In section 5 the learning rate was the same for all $k$, and another one may favour another $k$.
#
# **Next**: notebook 03 looks at generators that need no opponent. Notebook 07 looks at games that
# do not converge, and notebook 09 at a distance that does not saturate.
#
# **References.** Goodfellow et al. 2014, *Generative Adversarial Nets* (proposition 1, theorem 1,
# Algorithm 1, figure 1), arXiv:1406.2661 · Arjovsky and Bottou 2017, *Towards Principled Methods
# for Training GANs* (vanishing gradients), arXiv:1701.04862 · Huszár 2015, *How (not) to train your
# generative model* (what divergences forgive), arXiv:1511.05101.
