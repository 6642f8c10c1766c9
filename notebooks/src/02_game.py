# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 02. The game
#
# {{badge}}
# {{page}}
#
# **Question.** In [notebook 01](01_circle.ipynb) two players pulled at one number, and a circle
# came out. What does such a game converge to, and what does the generator minimise?
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
# **Lectures**: A, IIT Tirupati, *Deep Learning 9.1*; B, *Generative Models*; C, CMU 11-785; E, KTH
# ID2223.
#
# **Time of a full run**: about 3 minutes on one CPU core, less on two; not measured on a GPU, which
# such small networks don't need.

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
# What kind of model is a generative adversarial network (GAN)? An **explicit** model gives you a
# density: you can ask how probable a point $x$ is. An **implicit** model only gives you samples. A
# GAN is implicit: its generator draws random numbers $z$ and returns $G(z)$, and nobody can ask it
# for a density. So it can't be trained by making the data probable, as explicit models are.
# Instead, a second network compares samples with data ([Mohamed and Lakshminarayanan,
# 2016](https://arxiv.org/abs/1610.03483)).

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
# Figure 2.1. Three ways to a generative model, after [Goodfellow's tutorial of
# 2016](https://arxiv.org/abs/1701.00160); the middle branch is our addition. Explicit models give a
# density, either exactly (autoregressive models, normalising flows) or as a lower bound (the
# variational autoencoder, VAE, of [notebook 03](03_autoencoder.ipynb)). Diffusion models learn in
# which direction the density of noised data grows; they have a lower bound, too. A GAN is implicit
# and only draws samples.
#
# In this notebook we stay on a line, where a density is a curve that we can draw, and an
# expectation is a sum over a fine grid. So we can check whatever the lectures prove.

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


# %% tags=["setup"]
def finished(figure, every=None, columns=2):
    """A figure with a marker for each line, and with its legends below, where they hide nothing."""
    for ax in figure.axes:
        drawn = [line for line in ax.lines if len(line.get_xdata()) > 2]
        for line, marker in zip(drawn, "os^Dv", strict=False):
            line.set(marker=marker, markersize=6, fillstyle="none", markevery=every)
        place = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.15), "frameon": False}
        ax.legend(ncols=columns, **place)
    return figure


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
# The discriminator wants $V$ large, and the generator wants it small.
#
# From now on $p$ is short for $p_{data}$, the density of the real points, and $q$ for $p_g$, the
# density of the generator's samples. A mean over $z$ of something that depends on $G(z)$ is a mean
# over $q$, so
#
# $$V = \mathbb{E}_p \log D + \mathbb{E}_q \log(1 - D) = \int \bigl[\,p(x) \log D(x) + q(x) \log(1 -
# D(x))\,\bigr]\, dx.$$
#
# **One convention.** Lecture A multiplies the losses by ½, and so does the package: its
# discriminator's loss is $L(D) = -\tfrac12 V$. Our formulas leave the ½ out. Only the curves of
# `d_loss` in section 6 keep it: with $D = ½$ we have $V = -\log 4$, so `d_loss` is $-\tfrac12 V =
# \log 2$. The package's non-saturating generator loss has no ½.
#
# **Logits.** The discriminator returns a logit $t$, and $D = \sigma(t) = 1 / (1 + e^{-t})$. Hence
# $\log D = -\log(1 + e^{-t})$. Since $1 - \sigma(t) = \sigma(-t)$, also $\log(1 - D) = -\log(1 +
# e^t)$. In numpy, $\log(1 + e^t)$ is `logaddexp(0, t)`.


# %%
def value(p, q, logits):
    """V(D, G) for two densities and the discriminator's logits, all on the grid."""
    return integral(-p * np.logaddexp(0, -logits) - q * np.logaddexp(0, logits))


# %% [markdown]
# Which $D$ makes $V$ as large as possible? The value of $D$ at one place doesn't tie its value at
# another, so we may choose the best $D$ at each place $x$ separately. There the integrand is
#
# $$f(D) = p \log D + q \log(1 - D),$$
#
# with two fixed numbers $p$ and $q$. Let's draw it for three places.
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
ax = plots.panels(width=6.0, height=4.0, dpi=92)
plots.curves(opinions, lines, "D", "p log D + q log(1 - D)", ax=ax)
for (p, q), line in zip(pairs, heights, strict=True):
    best = opinions[line.argmax()]
    print(f"p = {p}, q = {q}: highest at D = {best:.3f}, p / (p + q) = {p / (p + q):.3f}")
    ax.plot(best, line.max(), "ko")
ax.set_ylim(-1.0, -0.15)
ax.figure

# %% [markdown]
# Figure 2.2. What the discriminator gains at one place, as a function of $D$, for three pairs of
# densities. Each curve has one maximum (black dot), at ¾, ½ and ¼.
#
# In general the derivative of $f$ is $\dfrac{p}{D} - \dfrac{q}{1 - D}$. It is zero where $p\,(1 -
# D) = q\,D$, that is, where $p = (p + q)\,D$. The second derivative is negative, so this is the
# maximum. That gives Proposition 1 of the paper:
#
# $$D^*(x) = \frac{p(x)}{p(x) + q(x)}.$$
#
# (In places lecture C writes the fake term as $1 - \log D$; it means $\log(1 - D)$. And where
# lecture B writes $\theta_G$ in the discriminator's update, it means $\theta_D$.)
#
# ### Does a network find it?
#
# If the generator stands still, the discriminator is an ordinary classifier, and we can train it
# with Keras's own `fit`. Real points are labelled 1, fake points 0. As in notebook 01, the network
# has two hidden layers of 64 units.


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
rng = np.random.default_rng(SEED)


def normal_points(mean=0.0, std=1.0):
    """Fresh points from a normal distribution, (NUM_POINTS, 1)."""
    return rng.normal(mean, std, (NUM_POINTS, 1)).astype("float32")


points = real_points(NUM_POINTS, SEED)
p, q = data_density(GRID), normal(GRID, 0.0, 1.0)
best_logits = np.log(p) - np.log(q)  # its sigmoid is p / (p + q)
logits = logits_on(GRID, trained_discriminator(points, normal_points()))
off = np.abs(sigmoid(logits) - sigmoid(best_logits))
print(f"V with the trained D {value(p, q, logits):.4f}, with D* {value(p, q, best_logits):.4f}")
print(f"mean difference over the points {integral(off * (p + q) / 2):.4f}")
for reach in (3, 4, 6):
    inside = np.abs(GRID) <= reach
    share = integral(((p + q) / 2)[~inside])
    print(f"largest for |x| <= {reach}: {off[inside].max():.3f}; {share:.3%} of points lie outside")

# %%
shown = np.abs(GRID) <= 6
densities = {"p, real": p[shown], "q, fake": q[shown]}
verdicts = {"D* = p/(p+q)": sigmoid(best_logits)[shown], "trained D": sigmoid(logits)[shown]}
axes = plots.panels(2, width=4.8, height=3.8, dpi=92)
plots.curves(GRID[shown], densities, "x", "density", ax=axes[0])
plots.curves(GRID[shown], verdicts, "x", "probability D(x)", ax=axes[1])
for ax in axes:
    ax.axvspan(-6, -4, color="0.9")
    ax.axvspan(4, 6, color="0.9")
finished(axes[0].figure, every=60)

# %% [markdown]
# Figure 2.3. Left: the two densities. Right: the best discriminator and the trained one. The grey
# stripes are more than 4 away from the origin. From about -2 to 2 the trained $D$ (squares) lies on
# $D^*$ (circles). At -4 they already differ by 0.495. Left of -4, the tail of the narrow real hump
# is below the tail of $q$ (both are too low to be seen in the left picture), so $D^*$ drops to 0,
# while the trained $D$ stays at 1.
#
# Only 0.026 % of the points lie in the grey stripes, about 100 of the 400,000 that the network
# learns from. **A discriminator knows the ratio of two densities where there are points of both
# kinds. Elsewhere it guesses.** This costs little: the value with the trained $D$, -0.9280, is near
# the maximum, -0.9255.

# %% [markdown]
# ## 3. What the generator minimises: a divergence
#
# Suppose the discriminator is always at its best, $D^*$. What is left for the generator to
# minimise? To say it we need two measures of how different two densities are. With the mixture $m =
# \frac12(p + q)$, the **Kullback-Leibler divergence** (KL) and the **Jensen-Shannon divergence**
# (JSD) are
#
# $$\mathrm{KL}(p \,\|\, q) = \mathbb{E}_p \log \frac{p}{q}, \qquad \mathrm{JSD}(p, q) = \tfrac12
# \mathrm{KL}(p \,\|\, m) + \tfrac12 \mathrm{KL}(q \,\|\, m).$$
#
# Both are zero if the densities are equal, and positive otherwise. To see this for KL, use that
# $\log t \le t - 1$, with equality only at $t = 1$: $\mathrm{KL}(p \,\|\, q) = -\mathbb{E}_p \log
# \frac{q}{p} \ge \mathbb{E}_p \bigl[1 - \frac{q}{p}\bigr] = 0$. The unit is the *nat*, the unit of
# a natural logarithm.


# %% tags=["setup"]
def kl(p, q):
    """Kullback-Leibler divergence in nats."""
    return integral(p * (np.log(p) - np.log(q)))


def jsd(p, q):
    """Jensen-Shannon divergence in nats."""
    middle = (p + q) / 2
    return (kl(p, middle) + kl(q, middle)) / 2


# %% [markdown]
# Now put $D^*$ into $V$. Since $p + q = 2m$, we have $D^* = p/(2m)$ and $1 - D^* = q/(2m)$. So
#
# $$\begin{aligned} V(D^*, G) &= \mathbb{E}_p \log \frac{p}{2m} + \mathbb{E}_q \log \frac{q}{2m} \\
# &= \mathbb{E}_p \log \frac{p}{m} - \log 2 + \mathbb{E}_q \log \frac{q}{m} - \log 2 \\ &=
# \mathrm{KL}(p \,\|\, m) + \mathrm{KL}(q \,\|\, m) - 2 \log 2 \\ &= 2\,\mathrm{JSD}(p, q) - \log 4.
# \end{aligned}$$
#
# (Lecture C has $p$ in the numerator of the second term, too; it should be $q$.) So **against the
# best discriminator, the generator of the minimax game minimises the Jensen-Shannon divergence**
# between its samples and the data. The smallest possible value is $-\log 4$, and it is reached only
# where $q = p$. This is Theorem 1 of the paper, in which the generator minimises $V$ itself;
# section 4 asks about another loss.

# %%
# NBVAL_CHECK_OUTPUT
p = normal(GRID, 0.0, 1.0)
for mean, std in ((0.0, 1.0), (1.0, 1.0), (0.0, 2.0), (2.0, 0.5)):
    q = normal(GRID, mean, std)
    print(f"q = N({mean}, {std}): KL(p||q) {kl(p, q):.4f}, KL(q||p) {kl(q, p):.4f}", end=", ")
    print(f"JSD {jsd(p, q):.4f}")
print(f"V at p = q, D = 1/2: {value(p, p, 0 * GRID):.4f}, -log 4 = {-np.log(4):.4f}")

# %% [markdown]
# Here $p = N(0, 1)$, the normal distribution with mean 0 and standard deviation 1. For the narrow
# $q = N(2, 0.5)$ the two directions of KL are 8.81 and 2.32: $\mathrm{KL}(p \,\|\, q)$ is large
# where $q$ misses what $p$ has. JSD is symmetric, and it never exceeds $\log 2 = 0.693$.
#
# ### What does each divergence forgive?
#
# Lecture C says that KL punishes missing modes and forgives ugly samples, while JSD punishes ugly
# samples and allows less diversity. Let's test that. The data have two humps, and our 'generator'
# can only make normal samples, so it must cover both humps badly, or one hump well. We try 1,476
# normal distributions and keep the best one for each divergence (where one hump is best, the left
# one).


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


for gap in (1.0, 1.6, 2.0, 2.4, 3.0, 3.6):
    best = {name: best_normal(each, two_humps(gap)) for name, each in divergences.items()}
    texts = [f"{name} N({m:.1f}, {s:.1f}) {d:.3f}" for name, (m, s, d) in best.items()]
    print(f"humps at ±{gap}: " + ", ".join(texts))

# %%
axes = plots.panels(2, width=4.8, height=3.8, dpi=92)
for ax, gap in zip(axes, (2.0, 3.0), strict=True):
    p = two_humps(gap)
    best = {name: best_normal(each, p)[:2] for name, each in divergences.items()}
    lines = {"p, two humps": p} | {name: normal(GRID, *two) for name, two in best.items()}
    lines = {name: line[shown] for name, line in lines.items()}
    plots.curves(GRID[shown], lines, "x", "density", ax=ax, title=f"humps at ±{gap:g}")
finished(axes[0].figure, every=(0.05, 0.1))

# %% [markdown]
# Figure 2.4. Two humps (circles) and the best single normal distribution for each divergence, with
# the humps at ±2 (left) and at ±3 (right). KL(p‖q) (squares) spans both humps each time and fills
# the gap, where there are hardly any data. KL(q‖p), the *reverse* KL (triangles), takes one hump.
# JSD changes its mind: at ±2 it chooses the same line as KL, so its diamonds are hidden in the
# squares, and at ±3 the same as the reverse KL.
#
# So the lecture is right about KL, and right about JSD when the modes are far apart. Losing a hump
# costs a JSD of about 0.216, however far away it is; spanning both humps costs more, the wider the
# gap. (See also [Huszár, 2015](https://arxiv.org/abs/1511.05101).)
#
# ### The identity, measured
#
# Let $p = N(0, 1)$, and let $q$ be the same distribution, shifted. For each shift we compute $V$
# with a discriminator that was *trained* on points from $p$ and $q$, $V$ with the exact $D^*$, and
# $2\,\mathrm{JSD} - \log 4$.

# %%
p, measured = normal(GRID, 0.0, 1.0), []
for shift in SHIFTS:
    q = normal(GRID, shift, 1.0)
    discriminator = trained_discriminator(normal_points(), normal_points(shift))
    measured.append(value(p, q, logits_on(GRID, discriminator)))
    exact = value(p, q, np.log(p) - np.log(q))
    print(f"shift {shift}: trained D {measured[-1]:.4f}, best D {exact:.4f}", end=", ")
    print(f"2 JSD - log 4 {2 * jsd(p, q) - np.log(4):.4f}")

# %%
fine = np.linspace(0, 7, 71)
line = {"2 JSD - log 4": [2 * jsd(p, normal(GRID, shift, 1.0)) - np.log(4) for shift in fine]}
bounds = {"-log 4: equal": -np.log(4), "0: fully apart": 0.0}
ax = plots.panels(width=6.0, height=4.0, dpi=92)
plots.curves(fine, line, "shift between p and q", "V (nats)", reference=bounds, ax=ax)
style = {"color": plots.FAKE_COLOUR, "markersize": 10, "markeredgewidth": 2}
ax.plot(SHIFTS, measured, "x", label="trained D", **style)
ax.legend()
ax.figure

# %% [markdown]
# Figure 2.5. The value of the game against the shift. The line is $2\,\mathrm{JSD} - \log 4$. The
# trained discriminators (crosses), judged on the exact densities, agree with it to three digits.
# Note how flat the end is: coming closer from 6 to 4 gains only 0.11, from 4 to 2 it gains 0.59.
# With the minimax loss, a generator that is far away hardly feels where the data are.
#
# If real and fake points don't overlap at all, as may happen with images, the JSD is exactly $\log
# 2$ and its slope is zero ([Arjovsky and Bottou, 2017](https://arxiv.org/abs/1701.04862)).

# %% [markdown]
# ## 4. Two losses for the generator
#
# The generator can only move the second term of $V$. In the minimax game it minimises exactly this
# term, $\mathbb{E}_z \log(1 - D(G(z)))$, the **saturating** loss. In practice most GANs with a
# logarithmic loss use the **non-saturating** loss $-\mathbb{E}_z \log D(G(z))$ instead. Both fall
# when $D(G(z))$ rises, but their slopes differ. The sigmoid has the derivative $\sigma' =
# \sigma\,(1 - \sigma)$, so by the chain rule, with the logit $t$ and $D = \sigma(t)$,
#
# $$\frac{d}{dt} \log(1 - \sigma(t)) = \frac{-\sigma'}{1 - \sigma} = -D, \qquad \frac{d}{dt}\,
# (-\log \sigma(t)) = \frac{-\sigma'}{\sigma} = -(1 - D).$$

# %%
opinions = np.linspace(0.01, 0.99, 99)  # D(G(z))
axes = plots.panels(2, width=4.8, height=3.8, dpi=92)
curves = {"saturating": np.log(1 - opinions), "non-saturating": -np.log(opinions)}
plots.curves(opinions, curves, "D(G(z))", "loss (nats)", ax=axes[0])
slopes = {"saturating": opinions, "non-saturating": 1 - opinions}
plots.curves(opinions, slopes, "D(G(z))", "size of the slope by the logit", ax=axes[1])
for ax in axes:
    ax.axvspan(0, 0.1, color="0.9")
finished(axes[0].figure, every=10)

# %% [markdown]
# Figure 2.6. Left: both losses against $D(G(z))$, the discriminator's opinion of a fake sample.
# Right: the size of their slopes by the logit. The grey stripe, where $D(G(z))$ is below 0.1, holds
# the samples that the discriminator easily sees through. There the slope of the saturating loss
# (circles) is below 0.1, and that of the non-saturating loss (squares) is above 0.9. At the far
# right, where the generator wins, it is the other way round.
#
# (Lecture C writes that the generator minimises $\mathbb{E}[1 - \log D(G(z))]$. Taken literally,
# this is the non-saturating loss plus 1; it is probably the same slip as in section 2.)

# %% [markdown]
# ### What reaches the generator's weights?
#
# Now with networks. An untrained generator makes a blob near 0, and the real points lie around 4.
# The generator doesn't move (its learning rate is zero), while the discriminator gets better. After
# every twenty of its steps we take the gradient of both losses with respect to the *generator's*
# weights. In plain gradient descent, its length says how far the generator would move.
#
# **Predict.** Which gradient shrinks while $D$ improves, and by how much: to a tenth, to a
# thousandth?
#
# <details><summary>Answer</summary>
#
# The saturating one shrinks, because each sample's slope is $D$, and $D$ falls towards 0. In our
# run it shrinks to about 1/460 of its greatest length. The other one doesn't shrink: its slope,
# $1 - D$, goes to 1.
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
    with tf.GradientTape(persistent=True) as tape:
        logits = duel.discriminator(duel.generator(latents))
        saturating = 2 * losses.Minimax().generator(logits)  # E log(1 - D); the package has a 1/2
        other = losses.NonSaturating().generator(logits)  # -E log D
    lengths = {"opinion": sigmoid(logits_on(samples, duel.discriminator)).mean()}
    for name, loss in (("saturating", saturating), ("other", other)):
        gradient = tape.gradient(loss, duel.generator.trainable_variables)
        lengths[name] = float(tf.linalg.global_norm(gradient))
    return lengths


# %%
far = np.random.default_rng(SEED).normal(FAR, 0.5, (NUM_POINTS, 1))
stages = data.batches(far, BATCH_SIZE, SEED, steps_per_epoch=STEPS_PER_STAGE)
watched = callbacks.Score(gradients, 1_000, seed=SEED)
history = duel.fit(stages, epochs=STAGES, callbacks=[watched], verbose=0)
names = {"opinion": "mean D(G(z))", "saturating": "saturating", "other": "non-saturating"}
lines = {text: [watched.first[name], *history.history[name]] for name, text in names.items()}
for name, line in lines.items():
    print(f"{name:15} first {line[0]:.3g}, largest {max(line):.3g}, last {line[-1]:.3g}")

# %%
axes = plots.panels(2, width=4.8, height=3.8, dpi=92)
steps = STEPS_PER_STAGE * np.arange(len(lines["saturating"]))
opinion = {"mean D(G(z))": lines.pop("mean D(G(z))")}
label = "steps of the discriminator"
plots.curves(steps, opinion, label, "probability", ax=axes[0], yscale="log")
plots.curves(steps, lines, label, "length of the gradient", ax=axes[1], yscale="log")
finished(axes[0].figure, every=5)

# %% [markdown]
# Figure 2.7. Left: $D(G(z))$, the mean opinion of the fake points. Right: the length of both
# gradients. The vertical axes are logarithmic. At first both gradients grow, because $D$ gets a
# slope. Then the saturating one turns round at 0.63 and falls together with $D(G(z))$, to 0.0014,
# while the non-saturating one goes on growing, to 7.2. So with the saturating loss and plain
# gradient descent, a good discriminator tells almost nothing to the generator that needs it most.
#
# Our games of networks use Adam, which divides a gradient by its recent size. This removes most of
# the difference in length, but another one remains. For a single sample the two losses pull in the
# same direction, with the strengths $D$ and $1 - D$ times the slope of the logit. So in a batch,
# the saturating loss listens to the samples that already fool $D$, and the non-saturating loss to
# those that don't.
#
# You can watch this in your browser, with a generator that moves. In the next cell, choose 'A
# starved generator' and press Play. Which arrows vanish? Then change the loss from 'minimax' (the
# saturating one) to 'non saturating' while the game runs.

# %%
from gan_tf import lab

lab(loss="minimax")

# %% [markdown]
# ### A gradient with the discriminator held fixed
#
# Theorem 1 compares *values*. A training step uses a *gradient*, for which the generator changes
# its own weights and **holds the discriminator fixed**. This gradient doesn't see that the best
# discriminator $D^*$ will change once $q$ has changed. So there are two derivatives to tell apart:
#
# - the derivative that the generator *feels*: move $q$, and keep the present $D^*$;
# - the derivative of the *value along the way*: move $q$, and let $D^*$ follow.
#
# For the saturating loss the two are equal. Write $C(q) = V(D^*, q)$ for the value along the way.
# Its derivative has two parts: $V$ changes because $q$ moves, and because $D^*$ follows. But $D^*$
# maximises $V$ at every place $x$: the derivative of $f$ in section 2 is zero there. So a small
# change of $D^*$ does not change $V$, and the second part vanishes. This is why descending the
# saturating loss does descend $2\,\mathrm{JSD} - \log 4$. For the non-saturating loss the second
# part stays, because $D^*$ maximises $V$ and not $-\mathbb{E}_q \log D$.
#
# Let's look at both with $p = N(0, 1)$ and $q = N(\mu, 1)$. The generator stands at $\mu = 1$.

# %%
p = normal(GRID, 0.0, 1.0)


def best_for(mean):
    """Logits of the best D against q = N(mean, 1)."""
    return np.log(p) - np.log(normal(GRID, mean, 1.0))


def minimax(mean, logits):
    """The whole value V, for q = N(mean, 1) and any D."""
    return value(p, normal(GRID, mean, 1.0), logits)


def non_saturating(mean, logits):
    """-E log D, for q = N(mean, 1) and any D."""
    return integral(normal(GRID, mean, 1.0) * np.logaddexp(0, -logits))


# %%
fine, here = np.linspace(0.2, 1.8, 33), 1.0
axes = plots.panels(2, width=4.8, height=4.0, dpi=92)
names = {"V, minimised in the minimax game": minimax, "the non-saturating loss": non_saturating}
for ax, (name, loss) in zip(axes, names.items(), strict=True):
    lines = {
        "D* follows": [loss(mean, best_for(mean)) for mean in fine],
        "D* held at its best for mean 1": [loss(mean, best_for(here)) for mean in fine],
    }
    plots.curves(fine, lines, "mean of the generator's samples", "nats", ax=ax, title=name)
    ax.plot(here, loss(here, best_for(here)), "k*", markersize=16)
finished(axes[0].figure, every=4, columns=1)

# %% [markdown]
# Figure 2.8. The generator stands at the star. Left, the value $V$: the line with $D^*$ held fixed
# (squares) touches the line on which $D^*$ follows (circles), so both have the same slope there.
# Right, the non-saturating loss: the two lines cross, with slopes of 0.60 with $D^*$ held fixed and
# 0.80 along the way (row 'mean 1.0' of the next output).
#
# ### What does the non-saturating generator minimise?
#
# Which function has the slope that the non-saturating generator feels? Theorem 2.5 of [Arjovsky and
# Bottou, 2017](https://arxiv.org/abs/1701.04862) answers: **with $D^*$ held fixed**, the gradient
# of $-\mathbb{E}_z \log D^*(G(z))$ by the generator's weights, taken at the present $q$, for which
# $D^*$ is best, is the gradient of
#
# $$\mathrm{KL}(p_g \,\|\, p_{data}) - 2\,\mathrm{JSD}(p_g, p_{data}).$$
#
# <details><summary>The proof, line by line</summary>
#
# Call the present density $q_0$. It stays fixed inside $D^* = p/(p+q_0)$, while $q$ moves.
#
# 1. Since $(1 - D^*)/D^* = q_0/p$, we have $-\log D^* = \log\frac{q_0}{p} - \log(1 - D^*)$. Take
#    the mean over $q$ of both terms.
# 2. The first term is $\mathbb{E}_q \log\frac{q_0}{p} = \mathrm{KL}(q \,\|\, p) - \mathrm{KL}(q
#    \,\|\, q_0)$. The last divergence is smallest at $q = q_0$, so its gradient is zero there. What
#    remains is the gradient of $\mathrm{KL}(q \,\|\, p)$.
# 3. The second term is minus the saturating loss with $D^*$ held fixed. As we have just seen, its
#    gradient is minus that of $2\,\mathrm{JSD}$.
#
# </details>
#
# The minus sign before JSD looks as if the generator were also pushed *away* from the data, and
# Arjovsky and Bottou read it like this. But write $2\,\mathrm{JSD} = \mathbb{E}_p \log\frac{p}{m} +
# \mathbb{E}_q \log\frac{q}{m}$, and add up:
#
# $$\begin{aligned} \mathrm{KL}(q \,\|\, p) - 2\,\mathrm{JSD} &= \mathbb{E}_q
# \Bigl[\log\frac{q}{p} - \log\frac{q}{m}\Bigr] - \mathbb{E}_p \log\frac{p}{m} \\ &= \mathbb{E}_q
# \log\frac{m}{p} + \mathbb{E}_p \log\frac{m}{p} = \int (p + q) \log\frac{m}{p}\,dx \\ &= 2 \int m
# \log\frac{m}{p}\,dx = 2\,\mathrm{KL}(m \,\|\, p). \end{aligned}$$
#
# This is never negative, and zero only where $q = p$ (see also [Shannon et al.,
# 2020](https://arxiv.org/abs/2010.08029)). So the non-saturating game has the right minimum, too.
# Let's check all slopes as small differences in $\mu$.


# %%
# NBVAL_CHECK_OUTPUT
def slope(function, mean, h=1e-3):
    return (function(mean + h) - function(mean - h)) / (2 * h)


def two_kl(mean):
    """2 KL(m || p) for q = N(mean, 1)."""
    return 2 * kl((p + normal(GRID, mean, 1.0)) / 2, p)


def two_jsd(mean):
    return 2 * jsd(p, normal(GRID, mean, 1.0))


for mean in (0.5, 1.0, 2.0, 4.0, 6.0):
    best = best_for(mean)  # stays fixed inside the lambdas
    felt = slope(lambda m, best=best: minimax(m, best), mean)
    print(f"mean {mean}: minimax, felt {felt:.3f}, of 2 JSD {slope(two_jsd, mean):.3f}", end="; ")
    felt = slope(lambda m, best=best: non_saturating(m, best), mean)
    along = slope(lambda m: non_saturating(m, best_for(m)), mean)
    print(f"non-saturating, felt {felt:.3f}, of 2 KL(m||p) {slope(two_kl, mean):.3f}", end=", ")
    print(f"of the loss along the way {along:.3f}")

# %% [markdown]
# In every row, the saturating generator feels the slope of $2\,\mathrm{JSD}$, and the
# non-saturating one that of $2\,\mathrm{KL}(m \,\|\, p)$. The last column, the slope of the loss
# along the way, is another number, so the words 'held fixed' matter.

# %%
fine = np.linspace(0, 6, 61)
shifted = normal(GRID, fine[:, None], 1.0)  # (61, grid)
goals = {"2 JSD (saturating)": 2 * jsd(p, shifted)}
goals["2 KL(m||p) (non-saturating)"] = 2 * kl((p + shifted) / 2, p)
slopes = {name: np.gradient(line, fine, edge_order=2) for name, line in goals.items()}
axes = plots.panels(2, width=4.8, height=3.8, dpi=92)
plots.curves(fine, goals, "shift between p and q", "what is minimised (nats)", ax=axes[0])
plots.curves(fine, slopes, "shift between p and q", "its slope (nats per unit of x)", ax=axes[1])
finished(axes[0].figure, every=10, columns=1)

# %% [markdown]
# Figure 2.9. What the two generators minimise against the best discriminator (left), and its slope
# (right). The saturating goal (circles) is bounded, so its slope dies away when the two densities
# are far apart. The non-saturating goal (squares) gets steeper, the farther away the generator is.
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
# The non-saturating goal gives up a hump already at ±1.6, where JSD and the reverse KL still span
# both. This alone probably doesn't explain why real GANs lose modes: trained for other divergences,
# they lose modes as well ([Goodfellow, 2016](https://arxiv.org/abs/1701.00160); see [notebook
# 07](07_pathologies.ipynb)). Here is all of it in one table:
#
# | loss of $G$ | minimises against $D^*$ | far-away fakes | first drops a hump at gap |
# | --- | --- | --- | --- |
# | saturating, $\mathbb{E} \log(1 - D)$ | $2\,\mathrm{JSD}$ | slope goes to 0 | ±3 |
# | the other, $-\mathbb{E} \log D$ | $2\,\mathrm{KL}(m \Vert p)$ | slope grows | ±1.6 |
# | (likelihood, to compare) | $\mathrm{KL}(p \Vert q)$ | slope grows | never, fills the gap |
#
# The third column is for a shifted normal distribution. The last is for the best single normal
# distribution and our gaps. Maximising the likelihood, $\mathbb{E}_p \log q$, minimises
# $\mathrm{KL}(p \,\|\, q) = \mathbb{E}_p \log p - \mathbb{E}_p \log q$.
#
# **Why can the non-saturating loss be unstable?** Three reasons, none of them the minus sign:
#
# 1. Fakes that are easily seen through get almost the full slope of the logit, since $1 - D \approx
#    1$. But where real points are missing, the density ratio, and so this slope, is hardly
#    determined. (Theorem 2.6 of [Arjovsky and Bottou, 2017](https://arxiv.org/abs/1701.04862)
#    models such errors as noise.)
# 2. The gradient can grow by orders of magnitude as $D$ learns (figure 2.7). No single step size of
#    plain gradient descent suits all of it, and Adam adapts only after a delay.
# 3. The theorem holds for one instant, at the best discriminator. A real one is never quite at its
#    best, and has a new goal after each step of the generator.

# %% [markdown]
# ## 5. Equilibrium
#
# Where would the two players stop? In a **Nash equilibrium** no player can do better by changing
# only their own strategy. Lecture E's example is a country where everybody drives on the left:
# nobody gains by being the only one to switch sides.
#
# In our game a pair $(D^\circ, G^\circ)$ is a Nash equilibrium if, for every other $D$ and every
# other $G$,
#
# $$V(D, G^\circ) \;\le\; V(D^\circ, G^\circ) \;\le\; V(D^\circ, G).$$
#
# On the left only the discriminator deviates, and it can't make $V$ larger. On the right only the
# generator does, and it can't make $V$ smaller. The candidate is $q = p$ with $D = ½$.
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
# All three deviations of the discriminator lower $V$, which is bad for it; by section 2, with $p =
# q$, so does any other. The generator neither gains nor loses. So the pair is a Nash equilibrium,
# but nothing holds the generator in its place until the *discriminator* answers.
#
# ### A game with one number for each player
#
# How do the players get to the equilibrium? Let's make the game so small that we can draw it. The
# data are $p = N(0, 1)$. The generator has one number, the mean $\mu$ of its samples, $q = N(\mu,
# 1)$. The discriminator has one number, the slope $a$ of its logit, $D(x) = \sigma(a x)$. If $a >
# 0$, it says that points on the right are real. The equilibrium is $a = \mu = 0$.
#
# Both players move at the same time: $a$ climbs $V$, and $\mu$ descends it. By the slopes of
# section 4, a real point's $\log D$ changes by $(1 - D)\,x$ if $a$ changes, and a fake point's
# $\log(1 - D)$ by $-D\,x$. If $\mu$ changes, every fake point moves with it, and its $\log(1 - D)$
# changes by $-D\,a$.


# %%
def moves(a, mean):
    """Where the gradients push: a up the slope of V, the mean down."""
    p, q, D = normal(GRID, 0.0, 1.0), normal(GRID, mean, 1.0), sigmoid(a * GRID)
    slope_in_a = integral(p * (1 - D) * GRID - q * D * GRID)
    slope_in_mean = integral(-q * D * a)
    return np.array([slope_in_a, -slope_in_mean])


path = [np.array([0.0, 1.8])]  # a and the mean at the start
for _ in range(300):
    path.append(path[-1] + 0.1 * moves(*path[-1]))
path = np.array(path)  # (301, 2)
for step in (0, 20, 40, 80, 150, 300):
    print(f"after {step} steps: a = {path[step, 0]:.2f}, mean = {path[step, 1]:.2f}")

# %%
ticks = np.linspace(-2, 2, 13)
field = np.array([[moves(a, mean) for a in ticks] for mean in ticks])  # (mean, a, 2)
ax = plots.panels(width=7.5, height=5.0, dpi=92)
ax.quiver(ticks, ticks, field[..., 0], field[..., 1], color="grey", scale=18, label="both move")
style = {"marker": "o", "markersize": 5, "markevery": 20, "label": "300 steps, a dot every 20"}
ax.plot(*path.T, color=plots.FAKE_COLOUR, linewidth=2, **style)
ax.plot(*path[0], "s", color=plots.FAKE_COLOUR, markersize=12, label="start")
ax.plot(0, 0, "*", color="black", markersize=18, label="Nash equilibrium")
ax.set(xlabel="a, slope of the discriminator's logit", ylabel="mean of the generator's samples")
ax.legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
ax.figure

# %% [markdown]
# Figure 2.10. A game with one number for each player. Each grey arrow shows where the two gradients
# push the pair $(a, \mu)$; near the star the arrows are too short to be seen. The vermilion line
# follows them in 300 small steps, starting at the square. After 80 steps the mean is nearly 0,
# where it should be. But $a$ is -0.38 by then, so the generator is pushed on, past the star. The
# arrows do not point at the equilibrium; they lead around it, and the path spirals inwards. Whether
# a game spirals in, circles for ever or flies apart depends on details ([notebook
# 07](07_pathologies.ipynb); [Mescheder et al., 2018](https://arxiv.org/abs/1801.04406)).
#
# In the ideal game the equilibrium density is unique, $q = p$. With $D = ½$ it is an equilibrium of
# the non-saturating game, too. A game of networks may have no Nash equilibrium at all ([Farnia and
# Ozdaglar, 2020](https://arxiv.org/abs/2002.09124)), or several *local* ones, where no player gains
# by a small change.

# %% [markdown]
# ### Does the ideal game get there? Proposition 2
#
# [Goodfellow et al., 2014](https://arxiv.org/abs/1406.2661) show that it does. In our words:
#
# **Proposition 2.** Suppose that $G$ and $D$ can represent anything, that $D$ reaches its best,
# $D^*$, before each step of $G$, and that $q$ then makes a step, of one fixed, small enough size,
# down the gradient of $V(D^*, q)$. Then $q$ converges to $p$. (The paper asks only that each step
# improves $V$; but ever smaller improvements might never arrive.)
#
# *Sketch of a proof.*
#
# 1. For a fixed $D$, the value $V(D, q) = \int p \log D + \int q \log(1 - D)$ is linear in $q$.
# 2. The largest of many linear functions is convex, so $C(q) = \max_D V(D, q)$ is convex.
# 3. As in figure 2.8, the gradient of $C$ is that of $V(D^*, q)$ with $D^*$ held fixed. If $q$
#    grows a little at one place $x$, then $V$ changes by $\log(1 - D^*(x))$ times this growth. So
#    this is the gradient at the place $x$, and the generator follows it.
# 4. By Theorem 1, $C$ has a single minimum, $q = p$. Small enough gradient steps on a convex
#    function lead to its minimum. (Since $\log(1 - D^*)$ is unbounded, a full proof has more to
#    do.)
#
# On a line we can play this ideal game, by moving the *density* itself and no weights. Our step
# replaces $q$ by the average $\frac12(p + q)$. How does this follow the gradient? Subtracted from
# $q$, the gradient might make $q$ negative. So we subtract it from $\log q$, which multiplies $q$
# by $e^{-\log(1 - D^*)} = (p + q)/q$. Then we scale $q$ to an integral of 1. (Such a step is not
# small.)

# %%
p, q = data_density(GRID), normal(GRID, 0.0, 3.0)
stages = [q]
for _ in range(10):
    gradient = np.log(q) - np.log(p + q)  # log(1 - D*), at every place
    q = q * np.exp(-gradient)
    q = q / integral(q)
    stages.append(q)
print(*[f"step {step}: JSD {jsd(p, stages[step]):.5f};" for step in (0, 1, 2, 5, 10)])
lines = {"p_data": p} | {f"p_g, step {step}": stages[step] for step in (0, 1, 2, 5)}
lines = {name: line[shown] for name, line in lines.items()}
ax = plots.panels(width=7.0, height=4.2, dpi=92)
finished(plots.curves(GRID[shown], lines, "x", "density", ax=ax), every=60, columns=3)

# %% [markdown]
# Figure 2.11. An ideal game in the spirit of Proposition 2: the generator's density starts as one
# wide hump (squares), shrinks where there are no data, and grows in place into the two humps of the
# data (circles). The Jensen-Shannon divergence falls from 0.159 to 0.002 after five steps.
#
# A real game differs in three ways: the discriminator is not at its best, the generator moves
# *weights*, in which the problem is not convex, and the loss is mostly the non-saturating one. So
# the proposition promises nothing there. But a GAN can also learn without decreasing a divergence
# at every step ([Fedus et al., 2018](https://arxiv.org/abs/1710.08446)).

# %% [markdown]
# ## 6. The picture of convergence
#
# Lecture B shows the famous picture: $p_g$ converges to $p_{data}$, and $D$ to ½. Here is a real
# game. $D$ makes one step for each step of $G$, and the generator uses the non-saturating loss. As
# in notebook 01 the learning rate falls to zero along a cosine.
#
# How good are the samples? On a line the **Wasserstein-1 distance** of two equally large sets of
# points is easy to compute: sort both, pair them off, and take the mean distance of the pairs, in
# units of $x$. Two sets of real points are a little apart, too; this is our floor.
#
# How good is the discriminator? We estimate $q$ by a histogram of the samples, compute $D^* =
# p/(p + q)$, and ask how far $D$ is from it, on average over real and fake points. As a control we
# ask the same of a constant, ½. The function `play` trains both networks and measures after each
# epoch.


# %%
def wasserstein_1d(a, b):
    return np.mean(np.abs(np.sort(a, axis=None) - np.sort(b, axis=None)))


EDGES, WIDTH = np.linspace(-5, 5, 101), 0.1
CENTRES = (EDGES[1:] + EDGES[:-1]) / 2
reference = real_points(NUM_SAMPLES, SEED + 1)


def density_of(samples):
    return np.histogram(samples, EDGES)[0] / (len(samples) * WIDTH)


def judged(samples, verdict):
    """Wasserstein-1 distance, and how far the verdict D and a constant 1/2 are from D*."""
    p, q = data_density(CENTRES), density_of(samples)
    best, share = p / (p + q), (p + q) / 2 * WIDTH  # D*, and the share of points in each bin
    D, half = np.sum(share * np.abs(verdict - best)), np.sum(share * np.abs(0.5 - best))
    return {"w1": wasserstein_1d(samples, reference), "D": D, "half": half}


others = [judged(real_points(NUM_SAMPLES, SEED + number), 0.5) for number in range(2, 7)]
floor, noise = (np.mean([other[name] for other in others]) for name in ("w1", "half"))
print(f"real against real: Wasserstein-1 {floor:.3f}, distance of 1/2 from D* {noise:.3f}")


# %%
def play(seed, epochs, steps, k=1, falling=False, draw=None):
    """A game of `epochs` times `steps` steps of G, each with k of D; its history and frames."""
    keras.utils.set_random_seed(seed)
    players = builders.point_generator(2, dim=1), builders.point_discriminator(dim=1)
    game = GAN(*players, discriminator_steps=k, seed=seed)
    decay = keras.optimizers.schedules.CosineDecay  # not in the lecture
    rate = decay(LEARNING_RATE, epochs * steps) if falling else LEARNING_RATE
    game.compile(*[keras.optimizers.Adam(rate, ADAM_BETA) for _ in players], steps_per_execution=50)

    def verdict():
        return sigmoid(logits_on(CENTRES, game.discriminator))

    score = callbacks.Score(lambda x: judged(x, verdict()), NUM_SAMPLES, seed=SEED)
    film = callbacks.SampleImages(NUM_SAMPLES, draw=lambda x: draw(x, verdict()), seed=SEED)
    batches = data.batches(points, BATCH_SIZE, seed, steps_per_epoch=k * steps)
    watch = [score, film] if draw else [score]
    history = game.fit(batches, epochs=epochs, callbacks=watch, verbose=0).history
    first = {name: [score.first.get(name, np.nan)] for name in history}
    return {name: np.array(first[name] + history[name]) for name in history}, film


# %%
seen = []  # p_g and D of every frame


def panel(ax, number):
    """The two densities, and the discriminator, after so many epochs."""
    lines = {"p_data": data_density(CENTRES)}
    lines |= dict(zip(("p_g", "D(x)"), seen[number], strict=True))
    style = {"reference": {"½": 0.5}, "ax": ax, "title": f"epoch {number}"}
    plots.curves(CENTRES, lines, "x", "density, or D(x)", **style)
    ax.set_ylim(0, 1)


def draw(samples, verdict):
    seen.append((density_of(samples), verdict))
    ax = plots.Figure(figsize=(6, 3.6), dpi=75, layout="constrained").subplots()
    panel(ax, len(seen) - 1)
    ax.legend(loc="upper right")
    return ax.figure


# %% [markdown]
# **Predict.** The generator starts as one narrow hump near zero. What will $p_g$ and $D$ look like
# at the end, and what will $D$ do where there are no data? The figure redraws itself.
#
# <details><summary>Answer</summary>
#
# See figure 2.13. Where there are no data, almost nothing tells $D$ what to say; at the end of this
# run it is close to ½ there, too.
#
# </details>

# %%
first_run, film = play(SEED, EPOCHS, STEPS_PER_EPOCH, falling=True, draw=draw)

# %% [markdown]
# Figure 2.12. The live figure at its end, after 24 epochs of 250 steps, with seed 0: the density of
# the data (solid), a histogram of the samples (dashed), and the discriminator (dash-dotted). The
# histogram follows the data in both humps, and $D$ is close to ½.

# %%
figure = plots.Figure(figsize=(11.5, 6.6), dpi=80, layout="constrained")
axes = figure.subplots(2, 3).ravel()
for ax, number in zip(axes, (0, 1, 2, 5, 10, EPOCHS), strict=True):
    panel(ax, min(number, len(seen) - 1))
axes[0].legend(loc="upper right")
for ax in axes[1:]:
    ax.get_legend().remove()
figure

# %% [markdown]
# Figure 2.13. Six stages of the same run, cut off at a density of 1. Before training (epoch 0) all
# samples are in one spike near 0. After epoch 1 the right hump fits, the left one is too low, too
# wide and too far to the right. At epoch 2 both humps are spikes more than twice as high as the
# real ones, and at epoch 5 the left one still is. Look at $D$ over this spike at epoch 5: it is
# *above* ½, although there are far too many samples there. At epoch 10 both humps are still too
# high, and at epoch 24 both fit.

# %%
frames = film.frames[:4] + film.frames[4::2]
Image(plots.training_gif(frames, "../outputs/02_game.gif", 0.5).read_bytes())

# %% [markdown]
# Figure 2.14. The film of the same run: epochs 0 to 4, then every second one, half a second each.
#
# One run proves little. So we play the same game with four more seeds.

# %%
games = [first_run] + [play(s, EPOCHS, STEPS_PER_EPOCH, falling=True)[0] for s in SEEDS[1:]]
for name, text in (("w1", "Wasserstein-1"), ("D", "D from D*"), ("half", "1/2 from D*")):
    found = np.array([game[name] for game in games])  # (seeds, epochs + 1)
    ends = found[:, -1]
    print(f"{text:13}: before {found[:, 0].mean():.3f}; mean of epochs 1 to 12", end=" ")
    print(f"{found[:, 1:13].mean():.3f}; at the end {ends.round(3)}, mean {ends.mean():.3f}")
last = np.array([[game["d_loss"][2:], game["g_loss"][2:]] for game in games])
print(f"farthest that a loss is from log 2 = {np.log(2):.3f} after epoch 1:", end=" ")
print(f"{np.abs(last - np.log(2)).max(initial=0):.3f}")

# %%
axes = plots.panels(2, width=5.2, height=4.4, dpi=92)
epochs = np.arange(len(first_run["w1"]))
for key, name, colour in (("d_loss", "D", plots.REAL_COLOUR), ("g_loss", "G", plots.FAKE_COLOUR)):
    found = np.array([game[key] for game in games])[:, 1:]
    band = found.min(axis=0), found.max(axis=0)
    axes[0].fill_between(epochs[1:], *band, color=colour, alpha=0.3, label=f"{name}, five seeds")
    axes[0].plot(epochs[1:], found.mean(axis=0), "o-" if key == "d_loss" else "s--", color=colour)
axes[0].axhline(np.log(2), color="black", linewidth=1, label="log 2")
axes[0].set(xlabel="epoch", ylabel="loss (nats)", ylim=(0.66, 0.73))
distances = {f"seed {seed}": game["w1"] for seed, game in zip(SEEDS, games, strict=True)}
floors = {"real against real": floor}
style = {"reference": floors, "ax": axes[1], "yscale": "log"}
plots.curves(epochs, distances, "epoch", "Wasserstein-1 (units of x)", **style)
finished(axes[1].figure, every=3, columns=3)

# %% [markdown]
# Figure 2.15. Five games. Left: the losses of both players, averaged over each epoch; lines are
# means over the seeds, and bands reach from the lowest to the highest seed. Part of epoch 1 lies
# outside the picture; after it no loss is farther than 0.022 from $\log 2$. Right: the
# Wasserstein-1 distance of each game, on a logarithmic axis. It starts at 1.663 on average, jumps
# up and down, and ends between 0.023 and 0.044; real against real (dotted) is 0.012. So all five
# games came close to the data. The losses show almost nothing of this.
#
# Is $D$ where theory wants it? At the end, $D$ and the constant ½ are equally far from $D^*$, to
# three digits and with every seed: 0.028 on average. (Identical densities would already give 0.011,
# because a histogram is noisy.) So at this look $D$ is no better than somebody who always says ½.
# In epochs 1 to 12, too, $D$ only ties with ½ (0.093 each). Perhaps it lags a few steps behind;
# perhaps the early spikes of $p_g$ (figure 2.13) are too narrow for so small a network. Single
# steps, and a larger discriminator, would tell.
#
# This $D$ is not the $D^*$ of the proofs, and still all five games end near the data. They probably
# stop because the learning rate falls to zero, wherever they are: seed 2 was closer at epoch 20
# than at the end. Testing this needs 6,000 generator steps at a constant rate.

# %% [markdown]
# ## 7. How many steps for the discriminator?
#
# Proposition 2 wants $D$ at its best before each step of $G$. Algorithm 1 of [Goodfellow et al.,
# 2014](https://arxiv.org/abs/1406.2661) makes $k$ steps of $D$ instead, and the paper takes $k =
# 1$, 'the least expensive option'. One round of the game costs $k + 1$ network updates. Which $k$
# gives more for each step of the generator? And which $k$ gives more for the same *work*? (At equal
# work, a larger $k$ changes two things: $D$ learns faster than $G$, and $G$ makes fewer steps.) We
# play the game of section 6 with a constant learning rate, 6,000 updates for each run, and five
# seeds for each $k$.
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
steps_of = {k: UPDATES // (k + 1) // NUM_LOOKS for k in DISCRIMINATOR_STEPS}  # in each epoch
runs = {
    k: np.array([play(seed, NUM_LOOKS, steps, k)[0]["w1"] for seed in SEEDS])
    for k, steps in steps_of.items()
}
for k, found in runs.items():
    late = found[:, -3:].mean(axis=1)  # the last three looks of each seed
    print(f"k = {k}: seeds {late.round(3)}, mean {late.mean():.3f}")

# %%
axes = plots.panels(2, width=5.2, height=4.4, dpi=92)
COLOURS = plots.REAL_COLOUR, plots.FAKE_COLOUR, "#009E73"
for (k, found), colour, marker in zip(runs.items(), COLOURS, "os^", strict=True):
    looks = np.arange(found.shape[1])
    for ax, x in zip(axes, (steps_of[k] * looks, UPDATES // NUM_LOOKS * looks), strict=True):
        ax.fill_between(x, found.min(axis=0), found.max(axis=0), color=colour, alpha=0.2)
        ax.plot(x, found.mean(axis=0), color=colour, marker=marker, label=f"k = {k}")
for ax, label in zip(axes, ("steps of the generator", "network updates"), strict=True):
    ax.axhline(floor, color="black", linestyle=":", label="real against real")
    ax.set(xlabel=label, ylabel="Wasserstein-1 (units of x)", yscale="log")
    ax.legend(loc="upper right")
axes[0].figure

# %% [markdown]
# Figure 2.16. Wasserstein-1 distance, mean of five seeds, against steps of the generator (left) and
# network updates (right), on a logarithmic axis; the bands reach from the best to the worst seed.
# Left: after 300 steps $k = 1$ is at almost 0.2, and the others are at about 0.1. From 300 steps on
# the bands overlap, so at equal steps of the generator five seeds don't decide. Only $k = 1$ goes
# on to 3,000 steps, and on the way its distance almost doubles. Right: $k = 5$ starts slowest,
# probably because its generator makes the fewest steps. At 1,200 updates its mean is high because
# of one seed, which has hardly begun to move.
#
# In the mean of the last three looks, $k = 5$ (0.129) and $k = 3$ (0.151) are ahead of $k = 1$
# (0.276). The seeds of $k = 3$ and $k = 5$ overlap widely, so we see no difference between these
# two; of $k = 1$ only the best seed comes among those of $k = 3$. So in this game $k = 1$ did not
# give the best result for the same work. (In section 6 it ended at 0.034 on average, but at its
# last look, after twice as many steps, and with a falling learning rate.)

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
# Let's search for the minimum. Let $p$ be $N(0, 1)$.

# %%
some_means, some_stds = np.linspace(-1.5, 1.5, 7), np.array([0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0])
p = normal(GRID, 0.0, 1.0)
choices = normal(GRID, some_means[:, None, None], some_stds[:, None])  # (7, 7, grid)
values = 2 * jsd(p, choices) - np.log(4)
row, column = np.unravel_index(values.argmin(), values.shape)
print(f"lowest value {values.min():.4f}: mean {some_means[row]}, std {some_stds[column]}", end=", ")
D = p / (p + choices[row, column])
print(f"D* between {D.min():.3f} and {D.max():.3f}")
rows, columns = [f"mean {m:g}" for m in some_means], [f"std {s:g}" for s in some_stds]
texts = [[f"{value:.2f}" for value in row] for row in values]
plots.large(plots.heatmap(-values, rows, columns, texts), dpi=100)

# %% [markdown]
# Figure 2.17. The value of the game against the best discriminator, for seven means (rows) and
# seven standard deviations (columns) of $q$; the darker, the lower. The lowest cell is the one with
# $q = p$. There the value is $-\log 4$, and $D^*$ is 0.500 everywhere, as in (a), (b) and (c).
#
# The words 'the best one' matter. In section 5, a discriminator that says ½ to everything gave
# $-\log 4$ for *any* generator. So a discriminator's loss of $\log 2$ doesn't show that the fakes
# are good.
#
# **Poll 2 of lecture C.** The main difference between this GAN and a Wasserstein GAN is that the
# discriminator of the latter is kept Lipschitz, that is, its slope is bounded. True or false?
#
# <details><summary>Answer</summary>
#
# True, as the lecture means it. A Wasserstein GAN has another objective, a difference of means,
# $\mathbb{E}_p f - \mathbb{E}_q f$, of a network $f$, without sigmoid and logarithm. For $p \ne q$
# it is unbounded without some constraint; a Wasserstein GAN bounds the slope of $f$. But the bound
# alone does not make a Wasserstein GAN: the old objective may have one, too ([Miyato et al.,
# 2018](https://arxiv.org/abs/1802.05957)). [Notebook 09](09_wasserstein.ipynb) is about the rest.
#
# </details>
#
# How steep does our discriminator become? The sigmoid flattens every slope where $D$ is near 0 or
# 1, so we look at the logit. Let the real points be $N(0, s)$ and the fake ones $N(2, s)$. The best
# logit is $\log p - \log q = (2 - 2x)/s^2$, which falls by $2/s^2$ per unit of $x$. We train a
# discriminator for each $s$ and print how much its logit falls per unit, on average between 0 and
# 2.

# %%
ends = np.array([0.0, 2.0])  # the mean of the real and of the fake points
for std in (1.0, 0.5, 0.25):
    real, fake = normal_points(0.0, std), normal_points(2.0, std)
    at_real, at_fake = logits_on(ends, trained_discriminator(real, fake))
    slope_of_d = (at_real - at_fake) / 2
    print(f"std {std}: the best logit falls by {2 / std**2:.0f}, the trained by {slope_of_d:.1f}")

# %% [markdown]
# In the first two rows the trained logit follows what the densities demand, and nothing in our game
# bounds it. In the last row it reaches only 15.3 where 32 would be best. Perhaps too few points lie
# between such narrow humps; perhaps three epochs are too short, because the gradient vanishes once
# nearly all points are told apart. Longer training, with more seeds, would tell.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **2.1 Predict, then change.** The real points have two humps, $N(-4, 0.5)$ and $N(4, 0.5)$, half
# of them in each. A generator has learnt the left hump perfectly and knows nothing of the right
# one. The value of its game against the best discriminator lies between $-\log 4 = -1.386$, where
# $q = p$, and 0, where the two are fully apart. What is the value here? And what is the mean of
# $D^*$ over the generator's own samples? Derive both by hand and enter them. Then let `missing` be
# the density of this generator. The check compares your two numbers with the grid.

# %% tags=["exercise"]
my_value, my_opinion = np.nan, np.nan  # your predictions
missing = normal(GRID, 0.0, 1.0)  # change me

# %% tags=["solution"]
my_value, my_opinion = np.log(1 / 3) / 2 + np.log(2 / 3), 1 / 3
missing = normal(GRID, -4.0, 0.5)

# %% tags=["check"]
both = (normal(GRID, -4.0, 0.5) + normal(GRID, 4.0, 0.5)) / 2
opinion = integral(missing * both / (both + missing))
if np.isnan(my_value + my_opinion):
    print("Enter your two predictions first; then this cell shows what the grid says.")
else:
    print(f"predicted:   value {my_value:.4f}, mean D* of its samples {my_opinion:.4f}")
    print(f"on the grid: value {2 * jsd(both, missing) - np.log(4):.4f}, mean D* {opinion:.4f}")

# %% [markdown] tags=["solution"]
# On the left $p = q/2$, so $D^* = p/(p + q) = \frac13$, which is what all samples of the generator
# get. On the right $q = 0$, so $D^* = 1$. Half of the real points lie on each side, so the value is
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
#   \,\|\, p_{data}) - 2\,\mathrm{JSD} = 2\,\mathrm{KL}(m \,\|\, p_{data})$. Both goals are smallest
#   only where $p_g = p_{data}$.
# - This point, with $D = ½$, is the Nash equilibrium, and the ideal minimax game converges to it.
#   Our real players, with the non-saturating loss, wander around it, and their losses don't show
#   how far away they are.
#
# **Limits.** One dimension, one pair of networks, and a truth that we knew. That our games stopped
# close to the data is an observation and no theorem. In section 7 another learning rate may favour
# another $k$.
#
# **Next**: [notebook 03](03_autoencoder.ipynb) looks at generators that need no opponent. [Notebook
# 07](07_pathologies.ipynb) looks at games that do not converge, and [notebook
# 09](09_wasserstein.ipynb) at a distance whose slope doesn't die away.
#
# **References.** Goodfellow et al. 2014, *Generative Adversarial Nets*,
# [arXiv:1406.2661](https://arxiv.org/abs/1406.2661) · Goodfellow 2016, *NIPS 2016 Tutorial*,
# [arXiv:1701.00160](https://arxiv.org/abs/1701.00160) · Mohamed and Lakshminarayanan 2016,
# *Learning in Implicit Generative Models*, [arXiv:1610.03483](https://arxiv.org/abs/1610.03483) ·
# Arjovsky and Bottou 2017, *Towards Principled Methods for Training GANs*,
# [arXiv:1701.04862](https://arxiv.org/abs/1701.04862) · Shannon et al. 2020, *Non-saturating GAN
# Training as Divergence Minimization*, [arXiv:2010.08029](https://arxiv.org/abs/2010.08029) ·
# Huszár 2015, *How (not) to Train your Generative Model*,
# [arXiv:1511.05101](https://arxiv.org/abs/1511.05101) · Mescheder et al. 2018, *Which Training
# Methods for GANs do actually Converge?*, [arXiv:1801.04406](https://arxiv.org/abs/1801.04406) ·
# Farnia and Ozdaglar 2020, *GANs May Have No Nash Equilibria*,
# [arXiv:2002.09124](https://arxiv.org/abs/2002.09124) · Fedus et al. 2018, *Many Paths to
# Equilibrium: GANs Do Not Need to Decrease a Divergence At Every Step*,
# [arXiv:1710.08446](https://arxiv.org/abs/1710.08446) · Miyato et al. 2018, *Spectral Normalization
# for Generative Adversarial Networks*, [arXiv:1802.05957](https://arxiv.org/abs/1802.05957).
