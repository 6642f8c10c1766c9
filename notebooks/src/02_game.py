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
# **Question.** In [notebook 01](01_circle.ipynb) two players pulled at one number, and a circle
# came out. What does such a game converge to, and what does the generator minimise without being
# told?
#
# **You will be able to**
# - write down the value of the game, derive the best discriminator, and measure how close a trained
#   one comes to it;
# - compute three divergences between densities, and say what each of them forgives;
# - say what the generator minimises with the saturating and with the non-saturating loss;
# - define the Nash equilibrium of the game, and sketch why the ideal game converges to it;
# - answer the lecture's polls with a run.
#
# **Before this**: [notebook 01](01_circle.ipynb) (the two phases, `GAN.fit`), and what a density
# and an expectation are.
#
# **Lectures**: A, IIT Tirupati, *Deep Learning 9.1* (implicit models, the losses with their ½); B,
# *Generative Models* (the value function, the picture of convergence); C, CMU 11-785 (the best
# discriminator, the divergences, the polls); E, KTH ID2223 (Nash equilibrium). The letters are used
# below.
#
# **Time of a full run**: about 2 minutes on two CPU cores. We have not measured it on a GPU; the
# networks are too small to need one.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
from gan_tf import GAN, builders, callbacks, data, losses, plots
from IPython.display import Image
import keras
import numpy as np
import tensorflow as tf

# %% [markdown] tags=["setup"]
# ## Settings
# Every number that is used below stands here.

# %% tags=["setup"]
SEED = 0
WEIGHTS, MEANS, STDS = (0.5, 0.5), (-2.0, 1.5), (0.5, 0.8)  # the two humps of p_data
NUM_POINTS = 200_000  # real points to learn from
BATCH_SIZE = 256
LEARNING_RATE, ADAM_BETA = 1e-3, 0.5
BEST_RATE, BEST_EPOCHS = 3e-3, 3  # for a discriminator alone
SHIFTS = (0.0, 1.0, 2.0, 4.0, 6.0)
FAR, STAGES, STEPS_PER_STAGE = 4.0, 50, 20  # a generator that is far from the data
STEPS_PER_EPOCH, EPOCHS = 250, 24
NUM_SAMPLES = 20_000  # points to judge by
DISCRIMINATOR_STEPS, SEEDS = (1, 3, 5), (0, 1, 2, 3, 4)
UPDATES, NUM_LOOKS = 6_000, 10  # network updates of each run, and how often it is measured
keras.utils.set_random_seed(SEED)

# %% [markdown]
# ## 1. A sampler without a density
#
# Before we ask what a generative adversarial network (GAN) learns, let's see what kind of model it
# is. An **explicit** model gives you a density: you can hand it a point $x$ and ask how probable
# $x$ is. An **implicit** model only gives you samples. A GAN is implicit: the generator draws
# random numbers $z$ and returns $G(z)$, and nobody can ask it for the density $p_g(x)$ of its
# samples at a given $x$. So it can't be trained by making the data probable, as explicit models
# are. Instead, a second network compares samples with data. That idea is older and wider than GANs
# ([Mohamed and Lakshminarayanan, 2016](https://arxiv.org/abs/1610.03483)).

# %%
Box, Arrow = plots.Box, plots.Arrow
boxes = {
    "all": Box("generative models\nlearn to make new x", 5.5, 4.1),
    "explicit": Box("explicit\nmodel the density p(x)", 2.2, 2.5, plots.REAL_COLOUR),
    "score": Box("score\nmodel the slope of log p(x)", 5.7, 2.5),
    "implicit": Box("implicit\nonly draw samples", 9.2, 2.5, plots.FAKE_COLOUR),
    "exact": Box("exact: flows,\nautoregressive", 1.1, 0.8, plots.REAL_COLOUR),
    "bound": Box("a lower bound:\nVAE", 3.4, 0.8, plots.REAL_COLOUR),
    "diffusion": Box("diffusion\nmodels", 5.7, 0.8),
    "gan": Box("GAN\n(this course)", 9.2, 0.8, plots.FAKE_COLOUR),
}
pairs = ["all explicit", "all score", "all implicit", "explicit exact", "explicit bound"]
pairs += ["score diffusion", "implicit gan"]
plots.diagram(boxes, [Arrow(*pair.split()) for pair in pairs], 11.0, 4.7)

# %% [markdown]
# Figure 2.1. Three ways to a generative model, in the lecture's order, after the family tree in
# [Goodfellow's tutorial of 2016](https://arxiv.org/abs/1701.00160). Left: explicit models give a
# density, either exactly (autoregressive models and normalising flows) or as a lower bound (the
# variational autoencoder, VAE, of [notebook 03](03_autoencoder.ipynb)). Middle: diffusion models
# learn the scores of noised densities, that is, in which direction each of them grows (they have
# a bound on the likelihood, too). Right: implicit models only draw samples; a GAN is one of them.
#
# In this notebook we make life easy and stay on a line. In one dimension a density is a curve that
# we can draw, and an expectation is a sum over a fine grid, exact to many digits. So whatever the
# lectures prove, we can check.

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


def large_axes(columns=1, width=5.5, height=4.0):
    """Axes of a figure that can be read from the last row of a lecture hall."""
    figure = plots.Figure(figsize=(width * columns, height), dpi=100, layout="constrained")
    return figure.subplots(1, columns)


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
# ## 2. The value of the game, and the best discriminator
#
# Let $D(x)$ be the probability that the discriminator gives to 'x is real'. Both players pull at
# the same number, the **value function** ([Goodfellow et al.,
# 2014](https://arxiv.org/abs/1406.2661), equation 1):
#
# $$V(D, G) = \mathbb{E}_{x \sim p_{data}} \log D(x) + \mathbb{E}_z \log(1 - D(G(z))).$$
#
# The discriminator wants it large, the generator wants it small. The discriminator's loss in
# notebook 01 was $L(D) = -\tfrac12 V$, with the lecture's ½ and a minus sign, which change no
# optimum.
#
# From now on $p$ is short for $p_{data}$, the density of the real points, and $q$ is short for
# $p_g$, the density of the generator's samples. Then $V$ is a single integral. As in notebook 01,
# the discriminator returns a logit $t$, and $D = \sigma(t) = 1 / (1 + e^{-t})$. Then $\log D =
# -\mathrm{softplus}(-t)$ and $\log(1 - D) = -\mathrm{softplus}(t)$, where $\mathrm{softplus}(t) =
# \log(1 + e^t)$ is numpy's `logaddexp(0, t)`.


# %%
def value(p, q, logits):
    """V(D, G) for two densities and the discriminator's logits, all on the grid."""
    return integral(-p * np.logaddexp(0, -logits) - q * np.logaddexp(0, logits))


# %% [markdown]
# Which $D$ makes $V$ as large as possible? Nothing ties the value of $D$ at one place to its value
# at another. So we may choose the best $D$ at each place $x$ separately. There the integrand is
#
# $$f(D) = p \log D + q \log(1 - D),$$
#
# with two fixed numbers $p$ and $q$. Let's draw this function for three places.
#
# **Predict.** At some place $p = 0.3$ and $q = 0.1$: real points are three times as dense as fake
# ones. How sure will the best discriminator be that a point there is real?
#
# <details><summary>Answer</summary>
#
# Three points out of four are real there, so it says 0.75.
#
# </details>

# %%
opinions = np.linspace(0.001, 0.999, 999)  # candidates for D
pairs = ((0.3, 0.1), (0.2, 0.2), (0.1, 0.3))
heights = [p * np.log(opinions) + q * np.log(1 - opinions) for p, q in pairs]
lines = {f"p = {p}, q = {q}": line for (p, q), line in zip(pairs, heights, strict=True)}
figure = plots.curves(opinions, lines, "D", "p log D + q log(1 - D)", ax=large_axes())
for line in heights:
    figure.axes[0].plot(opinions[line.argmax()], line.max(), "ko")
figure.axes[0].set(ylim=(-1.0, -0.15))
figure

# %%
# NBVAL_CHECK_OUTPUT
for (p, q), line in zip(pairs, heights, strict=True):
    best = opinions[line.argmax()]
    print(f"p = {p}, q = {q}: highest at D = {best:.3f}, p / (p + q) = {p / (p + q):.3f}")

# %% [markdown]
# Figure 2.2. What the discriminator gains at one place, as a function of $D$, for three pairs of
# densities. Each curve has one maximum (black dots): at ¾ where real points are three times as
# dense, at ½ where both are equally dense, and at ¼ where fake points are three times as dense.
#
# In general the derivative $\dfrac{p}{D} - \dfrac{q}{1 - D}$ is zero where $p\,(1 - D) = q\,D$, and
# $f$ is concave, so this is its maximum. That gives Proposition 1 of the paper:
#
# $$D^*(x) = \frac{p(x)}{p(x) + q(x)}.$$
#
# <details><summary>Two slips in the lectures' slides</summary>
#
# In places lecture C writes the fake term as $1 - \log D$ instead of $\log(1 - D)$. With this
# term the integrand would be $(p - q)\log D$ plus the constant $q$. This has no maximum between 0
# and 1: $D$ would jump from 0 to 1 wherever $p$ overtakes $q$. The lecture's next line, with its
# $p/D - q/(1-D)$, is right again. And where lecture B writes $\theta_G$ in the discriminator's
# update, it means $\theta_D$.
#
# </details>
#
# ### Does a network find it?
#
# For a generator that stands still, the discriminator is an ordinary classifier, and $L(D)$ is its
# ordinary cross-entropy. So we can train it with Keras's own `fit`: real points are labelled 1,
# fake points 0.


# %%
def trained_discriminator(real, fake):
    """A discriminator that has learnt to tell two equally large sets of points apart."""
    keras.utils.set_random_seed(SEED)
    discriminator = builders.point_discriminator(dim=1)
    rate = keras.optimizers.schedules.CosineDecay(BEST_RATE, BEST_EPOCHS * len(real) // BATCH_SIZE)
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    discriminator.compile(keras.optimizers.Adam(rate), cross_entropy, steps_per_execution=50)
    points, labels = np.concatenate([real, fake]), np.repeat([[1.0], [0.0]], len(real), axis=0)
    discriminator.fit(points, labels, 2 * BATCH_SIZE, BEST_EPOCHS, verbose=0)
    return discriminator


def logits_on(x, discriminator):
    return np.asarray(discriminator(x.reshape(-1, 1), training=False), "float64")[:, 0]


# %% [markdown]
# **Predict.** The real points have two humps, at -2 and at 1.5. The fake points are normal with
# mean 0 and standard deviation 1. Where will the trained discriminator agree with $p/(p+q)$, and
# where not?
#
# <details><summary>Answer</summary>
#
# It agrees where there are enough points of either kind to learn from. Far out there are almost
# none, and there it can only guess.
#
# </details>

# %%
points = real_points(NUM_POINTS, SEED)
rng = np.random.default_rng(SEED)
standard = rng.normal(size=(NUM_POINTS, 1)).astype("float32")  # points from N(0, 1)
p, q = data_density(GRID), normal(GRID, 0.0, 1.0)
best_logits = np.log(p) - np.log(q)  # its sigmoid is p / (p + q)
logits = logits_on(GRID, trained_discriminator(points, standard))
off = np.abs(sigmoid(logits) - sigmoid(best_logits))
print(f"V with the trained D {value(p, q, logits):.4f}, with D* {value(p, q, best_logits):.4f}")
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
plots.curves(GRID[shown], lines, "x", "density, or probability D(x)", ax=large_axes(width=8.0))

# %% [markdown]
# Figure 2.3. The two densities, the best discriminator, and the trained one. $D^*$ is above 0.9
# where only real points are likely, and nearly 0 between the humps, where most points are fake.
# From about -1.8 to 2 the dotted line of the trained $D$ lies on $D^*$: the mean difference over
# the points is 0.0063, and the largest difference within 3 of the origin is 0.048. Farther out
# the two part, most of all on the left. There the tail of the narrow real hump falls below the
# tail of $q$, so $D^*$ drops to 0, while the trained $D$ stays at 1 and is as wrong as it can be.
# Only 0.026 % of all points lie more than 4 away from the origin, and most of these on the right,
# so almost nothing told it. **A discriminator knows the ratio of two densities where there are
# points. Elsewhere it guesses.**
#
# The value with the trained $D$, -0.9280, is a little below the value with $D^*$, -0.9255. It has
# to be lower, because $V(D^*, G)$ is the maximum.

# %% [markdown]
# ## 3. What the generator minimises: a divergence
#
# Suppose the discriminator is always at its best, $D^*$. What is left for the generator to
# minimise? To say it we need two ways to measure how different two densities are. With the mixture
# $m = \frac12(p + q)$, the **Kullback-Leibler divergence** (KL) and the **Jensen-Shannon
# divergence** (JSD) are
#
# $$\mathrm{KL}(p \,\|\, q) = \mathbb{E}_p \log \frac{p}{q}, \qquad \mathrm{JSD}(p, q) = \tfrac12
# \mathrm{KL}(p \,\|\, m) + \tfrac12 \mathrm{KL}(q \,\|\, m).$$
#
# Both are zero if the densities are equal, and positive otherwise. Their unit is the *nat*, the
# unit of a natural logarithm.


# %% tags=["setup"]
def kl(p, q):
    """Kullback-Leibler divergence in nats."""
    return integral(p * (np.log(p) - np.log(q)))


def jsd(p, q):
    """Jensen-Shannon divergence in nats."""
    middle = (p + q) / 2
    return (kl(p, middle) + kl(q, middle)) / 2


# %% [markdown]
# Now put $D^* = p/(p+q)$ into $V$ and write $p + q$ as $2m$:
#
# $$V(D^*, G) = \mathbb{E}_p \log \frac{p}{2m} + \mathbb{E}_q \log \frac{q}{2m} = \mathrm{KL}(p
# \,\|\, m) + \mathrm{KL}(q \,\|\, m) - 2 \log 2 = 2\,\mathrm{JSD}(p, q) - \log 4.$$
#
# (Lecture C has $p$ in the numerator of the second term, too; it should be $q$.) So **against the
# best discriminator, the generator of the minimax game minimises the Jensen-Shannon divergence**
# between its samples and the data. The smallest possible value is $-\log 4$, and it is reached only
# where $q = p$. This is Theorem 1 of the paper. Keep in mind that it speaks of the *minimax* game,
# in which the generator minimises $V$ itself. The games that we train use another loss for the
# generator, and section 4 asks what that one minimises.
#
# **Predict.** Which of $\mathrm{KL}(p \,\|\, q)$, $\mathrm{KL}(q \,\|\, p)$ and JSD will change
# when $p$ and $q$ trade places?
#
# <details><summary>Answer</summary>
#
# The two KL trade places as well. JSD treats $p$ and $q$ alike, so it stays the same.
#
# </details>

# %%
# NBVAL_CHECK_OUTPUT
p = normal(GRID, 0.0, 1.0)
for mean, std in ((0.0, 1.0), (1.0, 1.0), (0.0, 2.0), (2.0, 0.5)):
    q = normal(GRID, mean, std)
    print(f"q = N({mean}, {std}): KL(p||q) {kl(p, q):.4f}, KL(q||p) {kl(q, p):.4f}", end=", ")
    print(f"JSD {jsd(p, q):.4f}")
print(f"V at p = q, D = 1/2: {value(p, p, 0 * GRID):.4f}, -log 4 = {-np.log(4):.4f}")

# %% [markdown]
# Here $p = N(0, 1)$, the normal distribution with mean 0 and standard deviation 1. The two
# directions of KL differ as soon as the standard deviations differ. For the narrow $q = N(2, 0.5)$
# one direction costs 8.81 and the other 2.32: $\mathrm{KL}(p \,\|\, q)$ is large where $q$ misses
# what $p$ has. JSD is symmetric, and it never exceeds $\log 2 = 0.693$.
#
# ### What does each divergence forgive?
#
# Lecture C says that KL punishes missing modes and forgives ugly samples, while JSD punishes ugly
# samples and allows less diversity. Let's test that. The data have two humps, and our 'generator'
# can only make normal samples, so it has to choose: cover both humps badly, or one hump well. We
# try 1,476 normal distributions and keep the best one for each divergence. (Where one hump is best,
# either hump is equally good; the search returns the left one.)


# %%
means, stds = np.linspace(-4, 4, 41), np.linspace(0.5, 4, 36)
family = normal(GRID, means[:, None, None], stds[:, None])  # (41, 36, grid)
divergences = {"KL(p||q)": kl, "KL(q||p)": lambda p, q: kl(q, p), "JSD": jsd}


def two_humps(gap):
    return (normal(GRID, -gap, 0.6) + normal(GRID, gap, 0.6)) / 2


def best_normal(divergence, p):
    """Mean and standard deviation of the best normal distribution, and its divergence."""
    scores = divergence(p, family).round(6)
    place = np.unravel_index(scores.argmin(), scores.shape)
    return means[place[0]], stds[place[1]], scores.min()


# %%
for gap in (1.0, 1.6, 2.0, 2.4, 3.0, 3.6):
    best = {name: best_normal(each, two_humps(gap)) for name, each in divergences.items()}
    texts = [f"{name} N({m:.1f}, {s:.1f}) {d:.3f}" for name, (m, s, d) in best.items()]
    print(f"humps at ±{gap}: " + ", ".join(texts))

# %%
axes = large_axes(2)
for ax, gap in zip(axes, (2.0, 3.0), strict=True):
    p = two_humps(gap)
    best = {name: best_normal(each, p)[:2] for name, each in divergences.items()}
    lines = {"p, two humps": p} | {name: normal(GRID, *two) for name, two in best.items()}
    lines = {name: line[shown] for name, line in lines.items()}
    plots.curves(GRID[shown], lines, "x", "density", ax=ax, title=f"humps at ±{gap:g}")
    ax.lines[-1].set(marker="o", markersize=4, markevery=40)  # JSD lies on another line
    ax.legend()
axes[0].figure

# %% [markdown]
# Figure 2.4. Two humps (solid blue) and the best single normal distribution for each divergence,
# with the humps at ±2 (left) and at ±3 (right). The line of JSD, with dots, always lies on one of
# the others. KL(p‖q) spans both humps in both pictures, and at ±3 it puts many of its samples into
# the gap, where there are hardly any data. KL(q‖p), the *reverse* KL, takes one hump and leaves the
# other. JSD changes its mind: at ±2 it spans both humps like KL, at ±3 it takes one hump like the
# reverse KL.
#
# So the lecture is right about KL, and right about JSD when the modes are far apart. The table
# shows why. Losing a hump costs a JSD of about 0.216, however far away the hump is, once the two
# are well separated. A normal distribution that spans both humps costs more, the wider the gap.
# From some gap on it pays to drop a mode.

# %% [markdown]
# ### The identity, measured
#
# Let $p = N(0, 1)$, and let $q$ be the same distribution, shifted. For each shift we compute $V$
# three times: with a discriminator that was *trained* for this shift and is judged on fresh points;
# with the exact $D^*$; and as $2\,\mathrm{JSD} - \log 4$, without any discriminator.
#
# **Predict.** Where does the curve begin, where does it end, and is it steep at the end?
#
# <details><summary>Answer</summary>
#
# It begins at $-\log 4$, where the densities are equal, and ends near 0, because JSD can't exceed
# $\log 2$. So it must be flat at the end.
#
# </details>

# %%
measured, exact, by_jsd = [], [], []
for shift in SHIFTS:
    discriminator = trained_discriminator(standard, standard[::-1] + shift)
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
fine = np.linspace(0, 7, 71)
p = normal(GRID, 0.0, 1.0)
line = {"2 JSD - log 4": [2 * jsd(p, normal(GRID, shift, 1.0)) - np.log(4) for shift in fine]}
bounds = {"-log 4: equal": -np.log(4), "0: fully apart": 0.0}
ax = large_axes(width=7.0)
plots.curves(fine, line, "shift between p and q", "V (nats)", reference=bounds, ax=ax)
ax.plot(SHIFTS, exact, "s", color="black", fillstyle="none", markersize=13, label="best D")
ax.plot(SHIFTS, measured, "x", color=plots.FAKE_COLOUR, markersize=9, label="trained D")
ax.legend()
ax.figure

# %% [markdown]
# Figure 2.5. The value of the game against the shift, three times: the line is $2\,\mathrm{JSD} -
# \log 4$, the squares are computed with $D^*$, and the crosses with trained discriminators. All
# three agree. At shift 0 they begin at $-\log 4$. At 6 they have reached -0.008, nearly 0, where
# the JSD is $\log 2$. The trained discriminators are off by less than 0.001 everywhere, and the
# chance error of judging on random points may be as large as that. (At shifts 1 and 2 they are
# even slightly above the best value. This is such a chance error. At shift 0 both training sets
# hold the same points, and at the other shifts one is an exact translate of the other, so these
# are not two independent sets.) Note how flat the end is: coming closer from 6 to 4 gains only
# 0.11, from 4 to 2 it gains 0.59. A generator that is far away hardly feels where the data are.

# %% [markdown]
# ## 4. Two losses for the generator
#
# The generator can only move the second term of $V$. In the minimax game it minimises exactly this
# term, $\frac12 \mathbb{E}_z \log(1 - D(G(z)))$ with the lecture's ½. This is called the
# **saturating** loss. In practice most GANs with a logarithmic loss use the **non-saturating**
# loss $-\mathbb{E}_z \log D(G(z))$ instead. Both fall when $D(G(z))$ rises. The difference is in
# their slopes. With the logit $t$ and $D = \sigma(t)$,
#
# $$\frac{d}{dt}\, \tfrac12 \log(1 - \sigma(t)) = -\tfrac12\, \sigma(t) = -\tfrac12 D, \qquad
# \frac{d}{dt}\, (-\log \sigma(t)) = -(1 - D).$$

# %%
opinions = np.linspace(0.005, 0.995, 199)  # D(G(z))
axes = large_axes(2)
lines = {"saturating": 0.5 * np.log(1 - opinions), "non-saturating": -np.log(opinions)}
plots.curves(opinions, lines, "D(G(z))", "loss (nats)", ax=axes[0])
slopes = {"saturating": 0.5 * opinions, "non-saturating": 1 - opinions}
plots.curves(opinions, slopes, "D(G(z))", "size of the slope by the logit", ax=axes[1])
axes[0].figure

# %% [markdown]
# Figure 2.6. Left: both losses against $D(G(z))$, the discriminator's opinion of a fake sample.
# Right: how steep they are as functions of the logit. A generator whose samples the discriminator
# easily sees through is at the far left. (A brand-new pair starts in the middle, because an
# untrained $D$ says about ½.) On the left the saturating loss is flat and the non-saturating loss
# is at its steepest. At the far right, where the generator wins, it is the other way round.
#
# <details><summary>A slip that leads to the loss used in practice</summary>
#
# Lecture C writes that the generator minimises $\mathbb{E}[1 - \log D(G(z))]$. Up to the constant 1
# this is the non-saturating loss.
#
# </details>
#
# ### What reaches the generator's weights?
#
# Now with networks. An untrained generator makes a blob near 0, and the real points lie around 4.
# The generator doesn't move (its learning rate is zero), while the discriminator gets better,
# twenty steps at a time. After each stage we take the gradient of both losses with respect to the
# *generator's* weights, and print its length.
#
# **Predict.** Which gradient shrinks while $D$ improves, and by how much: to a tenth, to a
# thousandth?
#
# <details><summary>Answer</summary>
#
# The saturating one shrinks, because each sample's slope is ½ $D$, and $D$ falls without a limit.
# The other one doesn't: its slope, $1 - D$, goes to 1.
#
# </details>

# %%
keras.utils.set_random_seed(SEED)
duel = GAN(builders.point_generator(2, dim=1), builders.point_discriminator(dim=1), seed=SEED)
optimizers = keras.optimizers.SGD(0.0), keras.optimizers.Adam(LEARNING_RATE)
duel.compile(*optimizers, steps_per_execution=STEPS_PER_STAGE)
latents = keras.random.normal((1_000, 2), seed=SEED)


def gradients(samples):
    """Lengths of the gradients of both losses, and what D thinks of the samples."""
    lengths = {}
    for name, loss in (("saturating", losses.Minimax()), ("other", losses.NonSaturating())):
        with tf.GradientTape() as tape:
            result = loss.generator(duel.discriminator(duel.generator(latents)))
        found = tape.gradient(result, duel.generator.trainable_variables)
        lengths[name] = float(tf.linalg.global_norm(found))
    return lengths | {"opinion": sigmoid(logits_on(samples, duel.discriminator)).mean()}


# %%
far = np.random.default_rng(SEED).normal(FAR, 0.5, (NUM_POINTS, 1))
stages = data.batches(far, BATCH_SIZE, SEED, steps_per_epoch=STEPS_PER_STAGE)
watched = callbacks.Score(gradients, 1_000, seed=SEED)
history = duel.fit(stages, epochs=STAGES, callbacks=[watched], verbose=0)
names = {"opinion": "mean D(G(z))", "saturating": "saturating", "other": "non-saturating"}
lines = {text: [watched.first[name], *history.history[name]] for name, text in names.items()}
steps = STEPS_PER_STAGE * np.arange(len(lines["saturating"]))
for name, line in lines.items():
    print(f"{name:15} first {line[0]:.3g}, largest {max(line):.3g}, last {line[-1]:.3g}")

# %%
axes = large_axes(2)
opinion = {"mean D(G(z))": lines.pop("mean D(G(z))")}
label = "steps of the discriminator"
plots.curves(steps, opinion, label, "probability", ax=axes[0], yscale="log")
plots.curves(steps, lines, label, "length of the gradient", ax=axes[1], yscale="log")
axes[0].figure

# %% [markdown]
# Figure 2.7. Left: $D(G(z))$, the mean opinion of the fake points. Right: the length of both
# gradients. The horizontal axes are 1,000 steps of the discriminator, the vertical axes are
# logarithmic. At step 0, where $D$ is about ½, the two gradients differ only by the lecture's
# factor ½ (0.0199 and 0.0396). At first both grow, because $D$ gets a slope. Then the saturating
# gradient turns round at 0.31 and falls together with $D(G(z))$, to 0.0007. The non-saturating
# gradient goes on growing, to 7.2, which is about ten thousand times as much. So with the
# saturating loss, a good discriminator tells almost nothing to the generator that needs it most.
#
# For a single sample the two losses pull in the same direction. They only differ in strength:
# $\frac12 D$ against $1 - D$, times the slope of the logit. But over a batch this changes which
# samples count. The saturating loss listens to the samples that already fool $D$, the
# non-saturating loss to those that don't.

# %% [markdown]
# ### What does the non-saturating generator minimise?
#
# Theorem 1 speaks of the saturating loss only: its gradient is that of $2\,\mathrm{JSD}$ (or of
# JSD, with the ½). For the non-saturating loss there is another theorem, 2.5 of [Arjovsky and
# Bottou, 2017](https://arxiv.org/abs/1701.04862). Hold the best discriminator $D^*$ of the present
# generator fixed. Then the gradient of $-\mathbb{E}_z \log D^*(G(z))$ by the generator's weights is
# the gradient of
#
# $$\mathrm{KL}(p_g \,\|\, p_{data}) - 2\,\mathrm{JSD}(p_g, p_{data}).$$
#
# <details><summary>The proof in three lines</summary>
#
# Call the present density $q_0$; it stays fixed inside $D^* = p/(p+q_0)$. Then
#
# $$-\log D^* = \log\frac{p+q_0}{p} = \log\frac{q_0}{p} - \log\frac{q_0}{p+q_0} =
# \log\frac{q_0}{p} - \log(1 - D^*).$$
#
# Take the mean over $q$, and then the gradient at $q = q_0$. The first term gives the gradient of
# $\mathrm{KL}(q \,\|\, p)$, because $\mathrm{KL}(q\,\|\,p) = \mathbb{E}_q\log\frac{q_0}{p} +
# \mathrm{KL}(q\,\|\,q_0)$, and the last term is smallest at $q = q_0$, so its gradient is zero
# there. The second term is minus the saturating loss without its ½, and the gradient of that loss
# is the gradient of $2\,\mathrm{JSD}$.
#
# </details>
#
# Let's check it. With $q = N(\mu, 1)$, a sample is $x = z + \mu$, so the derivative by $\mu$ of the
# mean of any function of $x$ is the mean of its slope.

# %%
# NBVAL_CHECK_OUTPUT
p = normal(GRID, 0.0, 1.0)


def objective(mean):
    q = normal(GRID, mean, 1.0)
    return kl(q, p) - 2 * jsd(q, p)


for mean in (0.5, 1.0, 2.0, 4.0, 6.0):
    q = normal(GRID, mean, 1.0)
    log_d = np.log(p) - np.log(p + q)  # log D*, fixed
    felt = integral(q * -np.gradient(log_d, GRID))
    slope = (objective(mean + 1e-3) - objective(mean - 1e-3)) / 2e-3
    print(f"mean {mean}: slope of -E log D* {felt:.3f}, of KL(q||p) - 2 JSD {slope:.3f}", end=", ")
    middle = (p + q) / 2
    print(f"KL(q||p) - 2 JSD = {objective(mean):.4f}, 2 KL(m||p) = {2 * kl(middle, p):.4f}")

# %% [markdown]
# The two slopes agree in every row. The last two columns agree as well, and they tell us how to
# read the theorem. The minus sign before JSD looks alarming, as if the generator were also pushed
# *away* from the data; Arjovsky and Bottou read it like this. But with $m = \frac12(p+q)$ the two
# terms add up to
#
# $$\mathrm{KL}(q \,\|\, p) - 2\,\mathrm{JSD}(p, q) = \mathbb{E}_q \log\frac{m}{p} + \mathbb{E}_p
# \log\frac{m}{p} = 2\,\mathrm{KL}(m \,\|\, p),$$
#
# which is never negative, and zero only where $q = p$ (see also [Shannon et al.,
# 2020](https://arxiv.org/abs/2010.08029)). So the non-saturating game has the right minimum. It is
# the way there that differs.

# %%
fine = np.linspace(0, 6, 61)
shifted = normal(GRID, fine[:, None], 1.0)  # (61, grid)
goals = {"2 JSD (saturating)": 2 * jsd(p, shifted)}
goals["2 KL(m||p) (non-saturating)"] = 2 * kl((p + shifted) / 2, p)
slopes = {name: np.gradient(line, fine) for name, line in goals.items()}
axes = large_axes(2)
plots.curves(fine, goals, "shift between p and q", "what is minimised (nats)", ax=axes[0])
plots.curves(fine, slopes, "shift between p and q", "its slope (nats per unit of x)", ax=axes[1])
axes[0].figure

# %% [markdown]
# Figure 2.8. What the two generators minimise against the best discriminator (left), and the slope
# of it (right), for $q = N(\mu, 1)$ and $p = N(0, 1)$ with $\mu$ on the horizontal axis. (The
# slopes are differences of neighbours; at the two ends they are one-sided and less exact, hence
# the small kinks.) The saturating goal is bounded, so its slope dies away when the two are far
# apart. The non-saturating goal grows without a bound, and the farther away the generator is, the
# harder it is pulled.
#
# What does the new goal forgive? We ask the same 1,476 normal distributions as before.

# %%
# NBVAL_CHECK_OUTPUT
softened = {"JSD": jsd, "2 KL(m||p)": lambda p, q: 2 * kl((p + q) / 2, p)}
for gap in (1.0, 1.6, 2.0, 3.0):
    best = {name: best_normal(each, two_humps(gap)) for name, each in softened.items()}
    texts = [f"{name} N({m:.1f}, {s:.1f}) {d:.3f}" for name, (m, s, d) in best.items()]
    print(f"humps at ±{gap}: " + ", ".join(texts))

# %% [markdown]
# The non-saturating goal gives up a hump already at ±1.6, where JSD still spans both, and so does
# the reverse KL in the table above. Like the reverse KL with humps farther apart, it punishes
# samples where there are no data, and charges little (0.26 here) for a hump that is missing. In
# [notebook 07](07_pathologies.ipynb) lost modes become the main problem.
#
# **Why can it be unstable?** Three reasons, none of them the minus sign:
#
# 1. The slope of $-\log D$ is that of $D$ *divided by* $D$. Where the discriminator is sure, $D$ is
#    tiny, so a small error of $D$ becomes a large error of the gradient. (A small error of the
#    *logit* does not: its slope is only multiplied by $1 - D$.) Theorem 2.6 of [Arjovsky and
#    Bottou, 2017](https://arxiv.org/abs/1701.04862) shows how bad it can get: if the two
#    distributions lie on low-dimensional manifolds that don't overlap, and the errors of $D$ and
#    of its slope $\nabla D$ are independent Gaussian noise, each coordinate of the gradient
#    follows a centred Cauchy distribution, which has no finite mean and no finite variance.
# 2. The size of the gradient can change by orders of magnitude as $D$ learns. Figure 2.7 shows it
#    for a generator that is frozen; in a real game the generator moves, too. No single step size
#    suits all of it. (Adam rescales its steps and hides part of this.)
# 3. The theorem holds at the best discriminator, and only for one instant. A real discriminator
#    is never quite at its best, and after each step of the generator it has a new goal.

# %% [markdown]
# ## 5. Equilibrium
#
# Where would the two players stop? Game theory has a name for such a state, and two of the lectures
# use it. In a **Nash equilibrium** no player can do better by changing only their own strategy.
# Lecture E's example is a country where everybody drives on the left: nobody gains by being the
# only one to switch sides.
#
# In our game a pair $(D^\circ, G^\circ)$ is a Nash equilibrium if, for every other $D$ and every
# other $G$,
#
# $$V(D, G^\circ) \;\le\; V(D^\circ, G^\circ) \;\le\; V(D^\circ, G).$$
#
# On the left only the discriminator deviates, and it can't make $V$ larger. On the right only the
# generator deviates, and it can't make $V$ smaller. The candidate is $q = p$ together with $D = ½$.
#
# **Predict.** At this point, how much does the generator lose if it alone changes, say by moving
# six units away from the data?
#
# <details><summary>Answer</summary>
#
# Nothing at all. A discriminator that says ½ everywhere doesn't react.
#
# </details>

# %%
# NBVAL_CHECK_OUTPUT
p, half = data_density(GRID), np.zeros_like(GRID)  # a logit of 0 is D = 1/2
print(f"q = p and D = 1/2: V = {value(p, p, half):.4f}")
for name, logits in (("D = 0.62", half + 0.5), ("D rises with x", GRID), ("D waves", np.sin(GRID))):
    print(f"only D deviates, {name}: V = {value(p, p, logits):.4f}")
for mean in (0.0, 6.0):
    q = normal(GRID, mean, 1.0)
    print(f"only G deviates, q = N({mean}, 1): V = {value(p, q, half):.4f}", end="; ")
    print(f"once D has answered: V = {value(p, q, np.log(p) - np.log(q)):.4f}")

# %% [markdown]
# Every deviation of the discriminator lowers $V$, which is bad for the discriminator. The generator
# neither gains nor loses: a discriminator that says ½ to everything doesn't care what it is shown.
# So the pair is a Nash equilibrium. But it is a strange one. At the equilibrium nothing holds the
# generator in its place. Only when the *discriminator* answers does a deviation cost anything.
#
# A game with one number for each player shows what this means. Let $p = N(0, 1)$, let the
# generator choose the mean $\mu$ of $q = N(\mu, 1)$, and let the discriminator choose the slope $a$
# of its logit, $D(x) = \sigma(a x)$. The equilibrium is $a = \mu = 0$. At each point $(a, \mu)$
# both players move at the same time: $a$ climbs $V$, and $\mu$ descends it.


# %%
def moves(a, mean):
    """Where the gradients push: a up the slope of V, the mean down."""
    p, q, real = normal(GRID, 0.0, 1.0), normal(GRID, mean, 1.0), sigmoid(a * GRID)  # D(x)
    slope_in_a = integral(p * GRID * (1 - real) - q * GRID * real)
    slope_in_mean = integral(-q * a * real)
    return slope_in_a, -slope_in_mean


path = [(0.0, 1.8)]
for _ in range(300):
    path.append(tuple(np.add(path[-1], 0.1 * np.array(moves(*path[-1])))))
path = np.array(path)  # (301, 2)

# %%
ticks = np.linspace(-2, 2, 13)
field = np.array([[moves(a, mean) for a in ticks] for mean in ticks])  # (mean, a, 2)
ax = large_axes(width=6.5, height=5.5)
ax.quiver(ticks, ticks, field[..., 0], field[..., 1], color="grey", scale=18, label="both move")
ax.plot(*path.T, color=plots.FAKE_COLOUR, linewidth=2, label="300 small steps")
ax.plot(*path[0], "o", color=plots.FAKE_COLOUR, markersize=9, label="start")
ax.plot(0, 0, "*", color="black", markersize=16, label="Nash equilibrium")
ax.set(xlabel="a, the discriminator's slope", ylabel="mean of the generator's samples")
ax.legend(loc="lower right", framealpha=1)
ax.figure

# %% [markdown]
# Figure 2.9. A game with one number for each player. Each grey arrow shows where the two gradients
# push the pair $(a, \mu)$; the vermilion line follows them in 300 small steps, starting at $a = 0$,
# $\mu = 1.8$. The arrows do not point at the equilibrium (star). They circle around it, so the path
# runs past the star and has to turn back before it gets there. Whether a game spirals in, circles
# for ever or flies apart depends on details; [notebook 07](07_pathologies.ipynb) computes when
# ([Mescheder et al., 2018](https://arxiv.org/abs/1801.04406) do it for many kinds of GAN).
#
# <details><summary>How far does this carry over to real GANs?</summary>
#
# Lecture E says that a GAN can only reach a single Nash equilibrium. For the ideal minimax game,
# where the players may choose any densities and any functions, the equilibrium density is indeed
# unique, $q = p$. For networks it is not so simple: a game may have no Nash equilibrium at all
# ([Farnia and Ozdaglar, 2020](https://arxiv.org/abs/2002.09124)), or several local ones. With the
# non-saturating loss the game is no longer zero-sum, because the generator's loss is not the
# negative of the discriminator's. Yet $q = p$ with $D = ½$ remains an equilibrium: with $D = ½$
# everywhere, the generator's loss is $\log 2$ whatever it does.
#
# </details>
#
# ### Does the ideal game get there? Proposition 2
#
# [Goodfellow et al., 2014](https://arxiv.org/abs/1406.2661) show that it does, for an ideal game:
#
# > **Proposition 2.** Suppose that $G$ and $D$ can represent anything, that $D$ reaches its best,
# > $D^*$, before each step of $G$, and that $q$ is then changed by a small step that improves
# > $V(D^*, q)$. Then $q$ converges to $p$.
#
# *Sketch of a proof.* (1) Take $V(D, q) = \int p \log D + \int q \log(1 - D)$ as a function of
# the density $q$. For a fixed $D$ it is linear in $q$. (2) The largest of many linear functions
# is convex, so $C(q) = \max_D V(D, q)$ is convex. (3) The slope of such a maximum at $q$ is the
# slope of the function that attains it. So the gradient of $C$ is that of $V(D^*, q)$ with $D^*$
# held fixed, which is what the generator follows: at the place $x$ it is $\log(1 - D^*(x))$. (4)
# By Theorem 1, $C$ has a single minimum, $q = p$. Descending a convex function in small enough
# steps leads to its minimum. (This is a sketch: $\log(1 - D^*)$ is unbounded, and a full proof
# has to take care of that.)
#
# On a line we can play this ideal game. We move the *density* itself and no weights. A step
# multiplies $q$ by $e^{-\log(1 - D^*)}$, so that $q$ shrinks where the gradient is large and stays
# positive, and then scales it back to an integral of 1.

# %%
# NBVAL_CHECK_OUTPUT
p, q = data_density(GRID), normal(GRID, 0.0, 3.0)
stages = [q]
for _ in range(10):
    gradient = np.log(q) - np.log(p + q)  # log(1 - D*), at every place
    q = q * np.exp(-gradient)
    q = q / integral(q)
    stages.append(q)
for step in (0, 1, 2, 5, 10):
    print(f"step {step}: JSD {jsd(p, stages[step]):.5f}")

# %%
lines = {"p_data": p} | {f"p_g, step {step}": stages[step] for step in (0, 1, 2, 5)}
lines = {name: line[shown] for name, line in lines.items()}
plots.curves(GRID[shown], lines, "x", "density", ax=large_axes(width=8.0))

# %% [markdown]
# Figure 2.10. Proposition 2 at work: the generator's density starts as one wide hump (dashed),
# shrinks where there are no data, and grows in place into the two humps of the data (solid). The
# Jensen-Shannon divergence falls from 0.159 to 0.002 after five steps and to 0.00004 after ten
# (step 10 is not drawn).
#
# <details><summary>A closer look: what is such a step?</summary>
#
# $e^{-\log(1 - D^*)} = 1/(1 - D^*) = (p + q)/q$, so $q$ times this factor is $p + q$. Each step
# replaces $q$ by the average of $q$ and $p$, and halves the difference. So it is a large
# averaging step, and not the small step that the proposition speaks of; it goes down the same
# slope.
#
# </details>
#
# A real game has neither of the two luxuries: the discriminator is not at its best, and the
# generator moves *weights*. In the weights the problem is not convex, so the proposition promises
# nothing. That is why the next section looks at a real game.

# %% [markdown]
# ## 6. The picture of convergence
#
# Lecture B shows the famous picture: $p_g$ converges to $p_{data}$, and $D$ to ½. Here is a real
# game. Both players are networks, $D$ makes one step for each step of $G$, and the generator uses
# the non-saturating loss. As in notebook 01 the learning rate falls to zero along a cosine.
#
# How good are the samples? On a line the **Wasserstein-1 distance** of two equally large sets of
# points is easy to compute: sort both, pair them off, and take the mean distance of the pairs. It
# has the unit of $x$. Two sets of real points are not at distance 0 either, and this is the floor
# that we compare with.


# %%
def wasserstein_1d(a, b):
    return np.mean(np.abs(np.sort(a, axis=None) - np.sort(b, axis=None)))


references = [real_points(NUM_SAMPLES, SEED + number) for number in range(1, 7)]
floor = np.mean([wasserstein_1d(references[0], other) for other in references[1:]])
print(f"real against real, {NUM_SAMPLES:,} points: {floor:.4f}")

# %%
EDGES = np.linspace(-5, 5, 101)
CENTRES = (EDGES[1:] + EDGES[:-1]) / 2
seen = []  # p_g and D of every frame


def draw(samples):
    """The two densities, and the discriminator."""
    density = np.histogram(samples, EDGES)[0] / (len(samples) * (EDGES[1] - EDGES[0]))
    seen.append((density, sigmoid(logits_on(CENTRES, game.discriminator))))
    lines = {"p_data": data_density(CENTRES), "p_g": density, "D(x)": seen[-1][1]}
    axes = plots.Figure(figsize=(7, 4), dpi=80, layout="constrained").subplots()
    style = {"reference": {"½": 0.5}, "ax": axes, "title": f"epoch {len(seen) - 1}"}
    figure = plots.curves(CENTRES, lines, "x", "density, or probability D(x)", **style)
    axes.set(ylim=(0, 1))
    axes.legend(loc="upper right")
    return figure


# %% [markdown]
# **Predict.** The generator starts as one narrow hump near zero. Which of the two real humps will
# it find first? And what will $D$ look like at the end, where there are no data? The figure below
# redraws itself.
#
# <details><summary>Answer</summary>
#
# Watch the film, figure 2.12, before you read on. Where there are no data, nobody tells $D$
# anything, so it may say what it likes there.
#
# </details>


# %%
def adam(steps):
    rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)  # not in the lecture
    return keras.optimizers.Adam(rate, ADAM_BETA)


keras.utils.set_random_seed(SEED)
game = GAN(builders.point_generator(2, dim=1), builders.point_discriminator(dim=1), seed=SEED)
steps = EPOCHS * STEPS_PER_EPOCH
game.compile(adam(steps), adam(steps), steps_per_execution=50)
watcher = callbacks.SampleImages(NUM_SAMPLES, draw=draw, seed=SEED)
score = callbacks.Score(
    lambda samples: {"w1": wasserstein_1d(samples, references[0])}, NUM_SAMPLES, seed=SEED + 1
)
batches = data.batches(points, BATCH_SIZE, SEED, steps_per_epoch=STEPS_PER_EPOCH)
history = game.fit(batches, epochs=EPOCHS, callbacks=[watcher, score], verbose=0)

# %% [markdown]
# Figure 2.11. The end, after 24 epochs of 250 steps: the density of the data (solid), a histogram
# of the samples (dashed), and the discriminator (dash-dotted). The histogram follows the data in
# both humps, and is a little ragged. $D$ is flat at ½. It dips slightly in the gap and at the
# left edge, where there are hardly any data.

# %%
film = plots.training_gif(watcher.frames, "../outputs/02_game.gif", 0.4)
Image(film.read_bytes())

# %% [markdown]
# Figure 2.12. The film of the same run: every epoch, 0.4 s each. Before training all samples are in
# one spike near 0, taller than the figure. After one epoch they have spread over both humps. The
# film has no frame between the start and step 250, so it can't say which hump came first; at
# epoch 1 the right one fits, and the left one is still too low and too wide. Then the generator
# overshoots: from epoch 2 to 7 a spike two or more times as high as the real hump stands at -2.
# From about epoch 10 on the swings get smaller, as the learning rate falls, and die out.
#
# Is $D$ where theory wants it, below ½ where there are too many samples and above ½ where there are
# too few? For every frame we compute the share of the mismatch $|p_{data} - p_g|$ over which $D$ is
# on the right side of ½.

# %%
p = data_density(CENTRES)
shares = []
for density, opinion in seen:
    mismatch = p - density
    right = np.sign(opinion - 0.5) == np.sign(mismatch)
    shares.append(np.sum(np.abs(mismatch) * right) / np.sum(np.abs(mismatch)))
print("right side of 1/2, epoch by epoch:", *[f"{share:.2f}" for share in shares])
print(f"mean {np.mean(shares):.2f}; below one half in {np.sum(np.array(shares) < 0.5)} frames")

# %% [markdown]
# It is not. On average $D$ is on the right side of ½ for 0.48 of the mismatch. Take this number
# with care: the mismatch sums to about zero, so any $D$ that lies wholly on one side of ½ scores
# about ½ by itself. The shares far from ½ say more: 0.90 at epoch 1, but 0.19 at epoch 11 and
# 0.25 at epoch 22, where $D$ is mostly on the *wrong* side. These two hint at a lag, but prove
# none. In the last epochs a poor share is no surprise, because much of the small mismatch that is
# left is the noise of a histogram. But in epochs 2 to 7 the mismatch is large, and the shares lie
# between 0.49 and 0.58. Look at epochs 2 to 6 in the film: $D$ is *above* ½ over the spike at -2,
# where there are far too many samples. There are two possible reasons, and this run can't settle
# which. The discriminator may lag, and still say what was right a few steps ago. Or it may be too
# smooth to see a narrow spike that has too few samples on both sides of it. Looking at single
# steps instead of whole epochs would show a lag, and a larger discriminator would show the other.
# In any case this $D$ is not the $D^*$ of the proofs, and still the game ends near the data. That
# it comes to rest is no merit of the game, because a learning rate that falls to zero stops any
# game; what we observe is *where* it stops.

# %%
distances = history.history["w1"]
p, D = data_density(GRID), sigmoid(logits_on(GRID, game.discriminator))
print(f"Wasserstein-1: before {score.first['w1']:.3f}, after {distances[-1]:.3f}", end=", ")
print(f"real against real {floor:.3f}")
print("epoch by epoch:", *[f"{distance:.2f}" for distance in distances])
print(f"mean |D - 1/2| over the real points: {integral(p * np.abs(D - 0.5)):.3f}")
print(f"last d_loss {history.history['d_loss'][-1]:.3f}, log 2 = {np.log(2):.3f}")

# %%
axes = large_axes(2)
epochs = np.arange(len(distances)) + 1
lines = {name: history.history[key] for name, key in (("D", "d_loss"), ("G", "g_loss"))}
undecided = {"log 2": np.log(2)}
plots.curves(epochs, lines, "epoch", "loss (nats)", reference=undecided, ax=axes[0])
floors = {"real against real": floor}
lines = {"p_g against p_data": distances}
plots.curves(epochs, lines, "epoch", "Wasserstein-1", reference=floors, ax=axes[1], yscale="log")
axes[1].lines[0].set_color(plots.FAKE_COLOUR)
axes[1].legend()
axes[0].figure

# %% [markdown]
# Figure 2.13. Left the losses, right the Wasserstein-1 distance (logarithmic axis), over 24 epochs.
# From the second epoch on both losses are within 0.006 of $\log 2$, and stay there. The
# distance does not stay: it wanders between 0.04 and 0.24 until epoch 18, and comes down to 0.024
# only at the end, when the learning rate is nearly zero. It was 1.672 before training, and real
# against real is 0.012. So the game came close to what the theory promises, with $D$ only 0.002 off
# ½ on average. But for most of the run it wandered around that point, and the losses did not show
# it.

# %% [markdown]
# ## 7. How many steps for the discriminator?
#
# Proposition 2 wants $D$ at its best before each step of $G$. Algorithm 1 makes $k$ steps of $D$
# instead, and its authors took $k = 1$, 'the least expensive option'. One round of the game costs
# $k + 1$ network updates. So there are two honest questions. Which $k$ gives more for each step of
# the generator? And which $k$ gives more for the same *work*? We play the game of section 6 with a
# constant learning rate, so that runs of different length can be compared: 6,000 updates for each
# run, five seeds for each $k$.
#
# **Predict** an order for each of the two questions.
#
# <details><summary>Answer</summary>
#
# For each step of the generator the theory suggests that more steps of $D$ are better, because $D$
# comes closer to $D^*$. For the same work it suggests nothing, so we measure.
#
# </details>


# %%
def run(k, seed):
    """Wasserstein-1 distances over a run of fixed work, with k discriminator steps."""
    keras.utils.set_random_seed(seed)
    players = builders.point_generator(2, dim=1), builders.point_discriminator(dim=1)
    gan = GAN(*players, discriminator_steps=k, seed=seed)
    optimizers = [keras.optimizers.Adam(LEARNING_RATE, ADAM_BETA) for _ in players]
    gan.compile(*optimizers, steps_per_execution=50)
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
looks = np.arange(len(work["k = 1"]))
longest = UPDATES // 2 // NUM_LOOKS * looks  # generator steps of k = 1
by_step = {}
for k in DISCRIMINATOR_STEPS:
    own_steps = UPDATES // (k + 1) // NUM_LOOKS * looks
    by_step[f"k = {k}"] = np.interp(longest, own_steps, work[f"k = {k}"], right=np.nan)
axes = large_axes(2)
style = {"ylabel": "Wasserstein-1", "yscale": "log", "reference": floors}
plots.curves(longest, by_step, "generator steps", ax=axes[0], **style)
plots.curves(UPDATES // NUM_LOOKS * looks, work, "network updates", ax=axes[1], **style)
axes[0].figure

# %% [markdown]
# Figure 2.14. Wasserstein-1 distance, mean of five seeds, logarithmic axis, against steps of the
# generator (left) and against network updates (right); the dotted line is real against real. The
# spread over the seeds is not drawn. For each step of the generator, $k = 3$ and $k = 5$ give
# more than $k = 1$: after 300 steps $k = 1$ is at almost 0.2, and the others are a little above
# 0.1. For the same work $k = 5$ starts slowest, because its generator has made only 100 steps
# where the generator of $k = 1$ has made 300. But it catches up before 2,000 updates. In the mean
# of the last three looks, $k = 5$ (0.129) and $k = 3$ (0.151) are ahead of $k = 1$ (0.276). The
# seeds of $k = 3$ and $k = 5$ overlap widely, so five seeds show no clear difference between
# these two. Those of $k = 1$ and $k = 3$ overlap, too, but only by one seed: the best of $k = 1$
# (0.161) is better than the two worst of $k = 3$.
#
# In this game, then, the least expensive step was not the cheapest way. At a constant learning rate
# $k = 1$ does not come to rest; its curve even rises in the second half. But $k$ is not the only
# cure. In section 6, $k = 1$ reached 0.024 with a falling learning rate and twice as many steps,
# closer than any curve here.

# %% [markdown]
# ## 8. The polls
#
# **Poll 1 of lecture C.** The discriminator is always the best one, $D^*$, and the generator's loss
# is at its global minimum. Which of these hold?
#
# - (a) The minimum is reached if, and only if, $p_{data} = p_g$.
# - (b) The loss is $-\log 4$ there.
# - (c) $D(x) = \frac12$ there.
#
# <details><summary>Answer</summary>
#
# All three. The loss is $2\,\mathrm{JSD} - \log 4$, and a Jensen-Shannon divergence is never
# negative, and zero for equal densities only. Where $p = q$, $p/(p+q)$ is ½.
#
# </details>
#
# Let's see whether a run agrees with the proof: $p$ is $N(0, 1)$, and the generator may choose
# the mean and the standard deviation of a normal distribution. Each cell of the table below is
# the value of the game against the best discriminator.

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
# Figure 2.15. The value of the game against the best discriminator, for seven means (rows) and
# seven standard deviations (columns) of $q$; the darker, the lower. The lowest cell is the one in
# the middle row, with mean 0 and standard deviation 1, where $q = p$. There the value is -1.3863,
# which is $-\log 4$, and $D^*$ is 0.500 everywhere. All 48 other cells are higher. A table of 49
# cells proves nothing, but it agrees with the proof of (a), (b) and (c).
#
# The poll's first words, 'once we have the optimal discriminator', carry all the weight. In section
# 5 we met a discriminator that says ½ to everything, and it gives $-\log 4$ for *any* generator,
# six units away or not. So a loss of $\log 2$ doesn't show that *no* discriminator could tell
# real from fake. It doesn't even show that this one can't: a discriminator that ranks the points
# well but is far too sure of itself may score $\log 2$, too.

# %% [markdown]
# **Poll 2 of lecture C.** The main difference between this GAN and a Wasserstein GAN is that the
# discriminator of the latter is kept Lipschitz, that is, its slope is bounded. True or false?
#
# <details><summary>Answer</summary>
#
# True. The new loss of a Wasserstein GAN measures a distance only if the slope is bounded. Here
# nothing bounds the slope: the best logit is $\log p - \log q$, as steep as the densities demand.
# [Notebook 09](09_wasserstein.ipynb) is about the rest.
#
# </details>
#
# We can decide one half of it here: is the slope of our discriminator bounded? For two normal
# distributions of standard deviation $s$ whose means are 2 apart, the best logit is a straight line
# of slope $2 / s^2$.

# %%
between = np.linspace(0, 2, 101)
for std in (1.0, 0.5, 0.25):
    discriminator = trained_discriminator(standard * std, standard[::-1] * std + 2)
    slope = np.abs(np.diff(logits_on(between, discriminator)) / np.diff(between)).max()
    print(f"std {std}: best slope {2 / std**2:.0f}, steepest slope of the trained D {slope:.1f}")

# %% [markdown]
# Any trained network's slope is finite, but it follows what the densities demand. Where the best
# slope is four times as steep, the trained one is, too (2.3, then 9.0). In the last row, where 32
# would be best, training stops at 23.2: the network is slower than the theory, but nothing in the
# loss constrains its slope there.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **2.1 Predict, then change.** The real points have two humps, $N(-4, 0.5)$ and $N(4, 0.5)$, half
# of them in each. A generator has learnt the left hump perfectly and knows nothing of the right
# one. The value of its game lies between $-\log 4 = -1.386$ (all is well) and 0 (nothing is).
# Where? And what does the best discriminator say of the generator's own samples? Derive both by
# hand. Then let `missing` be the density of this generator.

# %% tags=["exercise"]
missing = normal(GRID, 0.0, 1.0)  # change me

# %% tags=["solution"]
missing = normal(GRID, -4.0, 0.5)

# %% tags=["check"]
both = (normal(GRID, -4.0, 0.5) + normal(GRID, 4.0, 0.5)) / 2
opinion = integral(missing * both / (both + missing))
print("expected: value -0.9548, mean D* of its samples 0.3333")
print(f"yours:    value {2 * jsd(both, missing) - np.log(4):.4f}, mean D* {opinion:.4f}")

# %% [markdown] tags=["solution"]
# On the left $p = q/2$, so $D^* = \frac13$. On the right $q = 0$, so $D^* = 1$. The value is
# $\frac12 \log \frac13 + \frac12 \log 1 + \log \frac23 = -0.955$. Half of the data are missing, and
# yet the game has come more than two thirds of the way from 0 to $-\log 4$: it forgives a lost mode
# rather easily.

# %% [markdown] tags=["exercise-text"]
# **2.2 Implement.** Lecture B says that the *accuracy* of $D$ is ½ when $p_g$ has converged. Write
# the accuracy of the best discriminator for any two densities on the grid, with `integral`. Half of
# the points are real, and the discriminator calls a point real where $D^* > \frac12$.


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
# **2.3 Implement.** Write the derivatives of the package's two generator losses by the *logits* of
# a batch. Both losses are means over the batch, so each logit gets its share of the derivative;
# `Minimax`, the saturating loss, has the lecture's ½.


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
# - For a fixed generator the best discriminator is $p/(p+q)$, and a trained one comes close to it
#   where there are points.
# - Against the best discriminator, the minimax generator minimises $2\,\mathrm{JSD} - \log 4$, and
#   the non-saturating one, which is used in practice, follows the gradient of $\mathrm{KL}(p_g
#   \,\|\, p_{data}) - 2\,\mathrm{JSD}$. Both goals are smallest where $p_g = p_{data}$, and only
#   there.
# - This point, with $D = ½$, is the Nash equilibrium. By Proposition 2 the ideal game converges to
#   it. Our real players wandered around it, and their losses don't show how far away they are.
#
# **Limits.** One dimension, one pair of networks, and a truth that we knew. The proofs move
# densities, the game moves weights: that ours stopped close to the data is an observation and no
# theorem (that they stopped at all is the work of the falling learning rate). In section 7 the
# learning rate was the same for all $k$, and another one may favour another $k$.
#
# **Next**: [notebook 03](03_autoencoder.ipynb) looks at generators that need no opponent. [Notebook
# 07](07_pathologies.ipynb) looks at games that do not converge, and [notebook
# 09](09_wasserstein.ipynb) at a distance whose slope doesn't die away.
#
# **References.** Goodfellow et al. 2014, *Generative Adversarial Nets* (propositions 1 and 2,
# theorem 1, Algorithm 1), [arXiv:1406.2661](https://arxiv.org/abs/1406.2661) · Goodfellow 2016,
# *NIPS 2016 Tutorial: Generative Adversarial Networks*,
# [arXiv:1701.00160](https://arxiv.org/abs/1701.00160) · Mohamed and Lakshminarayanan 2016,
# *Learning in Implicit Generative Models*, [arXiv:1610.03483](https://arxiv.org/abs/1610.03483) ·
# Arjovsky and Bottou 2017, *Towards Principled Methods for Training Generative Adversarial
# Networks*, [arXiv:1701.04862](https://arxiv.org/abs/1701.04862) · Shannon et al. 2020,
# *Non-saturating GAN Training as Divergence Minimization*,
# [arXiv:2010.08029](https://arxiv.org/abs/2010.08029) · Huszár 2015, *How (not) to Train your
# Generative Model* (what divergences forgive), [arXiv:1511.05101](https://arxiv.org/abs/1511.05101)
# · Mescheder et al. 2018, *Which Training Methods for GANs do actually Converge?*,
# [arXiv:1801.04406](https://arxiv.org/abs/1801.04406) · Farnia and Ozdaglar 2020, *GANs May Have
# No Nash Equilibria*, [arXiv:2002.09124](https://arxiv.org/abs/2002.09124).
