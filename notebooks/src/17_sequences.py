# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 17. One after the other
#
# {{badge}}
# {{page}}
#
# **Question.** What if the data come one after the other: words, notes, frames, strokes?
#
# **You will be able to** say why a drawn word stops the gradient and name two ways round this,
# judge a sequence model by three numbers of which each has a blind spot, show why squared error
# blurs an open future, paint a picture in steps, compose bars and listen to them, and explain why
# GANs lost the contest for text.
#
# **Before this**: [notebook 02](02_game.ipynb) (likelihood and divergence), [notebook
# 07](07_pathologies.ipynb) (collapse) and [notebook 12](12_conditional.ipynb) (conditions).
#
# **Lectures**: CMU 11-785, *Recurrent adversarial networks*; Amrita, on frames, music and text.
#
# **Time of a full run**: about 10 minutes on one CPU core. We have not measured it on a GPU.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
from gan_tf import builders, capped, data, layers, metrics, penalties, plots
from gan_tf.games import GAN, GumbelGAN, MidiNet, NextFrameGAN, SeqGAN, gradient_difference
from IPython.display import Audio, display
import keras
from keras import ops
import numpy as np

# %% [markdown] tags=["setup"]
# ## Settings
# This cell holds every number that we use below. (`capped` returns the number itself, unless the
# tests of this course ask for a short trial.)

# %% tags=["setup"]
SEED, SEEDS = 0, range(3 if capped(3) == 3 else 1)  # one seed in a short trial
CHAIN = np.array([[0.9, 0.1], [0.5, 0.5]])  # row i: what follows token i
LENGTH = 12  # tokens of a sequence
NUM_CHAINS = capped(5_000, per_step=100)
RATE = 5e-4  # of the generators of tokens that play a game
LIKELIHOOD_STEPS, START_STEPS = 50, 10  # of 100 sequences
GUMBEL_EPOCHS, POLICY_EPOCHS = 6, 5
DOT = {"size": 8, "num_frames": 3, "dot_size": 2, "jump": 2}
NUM_MOVIES, MOVIE_EPOCHS = capped(4_000, per_step=50), 30
GRAN_STEPS, GRAN_EPOCHS = (1, 3, 5), 6  # steps of painting; epochs of 100 updates
GRAN_LATENTS, GRAN_RATE = 64, 5e-4
NUM_BARS, BAR_EPOCHS, MUSIC_RATE = capped(5_000, per_step=50), 24, 5e-4
LETTERS, WORD_EPOCHS, TEMPERATURES = 8, 8, (0.3, 0.6, 0.8, 1.0, 1.3, 1.6)
SCRATCH_STEPS, WORD_STEPS = capped(2_000, per_step=100), capped(400, per_step=100)
NUM_WORDS, REPORT_EPOCHS = capped(500, per_step=100), 20
keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)
FAKE, REAL = plots.FAKE_COLOUR, plots.REAL_COLOUR
entropy = keras.losses.CategoricalCrossentropy(from_logits=True)


def one_hot(tokens, num_tokens=2):
    return np.eye(num_tokens, dtype="float32")[tokens]


# %% [markdown]
# ## 1. Why a word stops the gradient
#
# A picture can change a little: a pixel becomes slightly brighter, and the discriminator says
# whether that was better. A word can't change a little. A generator of text computes one number
# (a logit) for each word of its vocabulary, and then it *draws* one word. We call the words
# **tokens**: they may also be letters or notes. A small change of the logits changes either nothing
# or the whole token. So the derivative of the token by the logits is zero nearly everywhere.
#
# There are three answers. You can do without a game, and learn the likelihood. You can make the
# draw soft, so that a gradient passes: **Gumbel-softmax**. Or you can treat the draws as moves in a
# game and reward the good ones: **REINFORCE**.

# %%
boxes, arrows = {}, []
for column, name in enumerate(("LIKELIHOOD", "GUMBEL-SOFTMAX", "REINFORCE")):
    x, i = 2.2 + 4.4 * column, str(column)
    boxes |= {"t" + i: plots.Box(name, x, 5.4), "G" + i: plots.Box("logits of G", x, 1.7, REAL)}
    boxes |= {"h" + i: plots.Box("tokens so far", x, 0.5)}
    arrows += [plots.Arrow("h" + i, "G" + i)]
boxes |= {
    "a0": plots.Box("the true next token", 2.2, 4.2, REAL),
    "a1": plots.Box("D: real?", 6.6, 4.2, REAL),
    "b1": plots.Box("soft draw", 6.6, 2.9, FAKE),
    "a2": plots.Box("D: real?", 11.0, 4.2, REAL),
    "b2": plots.Box("token drawn", 11.0, 2.9, FAKE),
}
arrows += [plots.Arrow("G0", "a0", "probability  ")]
arrows += [plots.Arrow(*pair.split()) for pair in ("G1 b1", "b1 a1", "G2 b2", "b2 a2")]
arrows += [plots.Arrow("a1", "G1", "gradient", FAKE, 0.9, dashed=True)]
arrows += [plots.Arrow("a2", "G2", "reward", FAKE, 0.9, dashed=True)]
plots.large(plots.diagram(boxes, arrows, 13.4, 6.0), 100)

# %% [markdown]
# Figure 17.1. Three ways to train a generator of tokens. Orange marks what is drawn, and dashed
# orange what comes back to the generator. Left: it never draws in training; it raises the
# probability of the token that really came next. Middle: the draw is replaced by a soft one, and
# the discriminator's gradient comes back through it. Right: the draw is a real one, and all that
# comes back is a number, the reward: how real the discriminator finds the sequence.
#
# ### The soft draw
#
# Draw a random number $g_i = -\log(-\log u_i)$ for each token, with $u_i$ uniform between 0 and 1
# (this is the Gumbel distribution), and add it to the logit $\ell_i$. Then the largest sum is at
# token $i$ with exactly the probability that softmax gives to it; the last line of the next cell
# counts this. Now replace 'the largest' by a softmax with a **temperature** $\tau$ ([Jang et al.,
# 2017](https://arxiv.org/abs/1611.01144)):
#
# $$y_i = \frac{\exp((\ell_i + g_i)/\tau)}{\sum_j \exp((\ell_j + g_j)/\tau)}.$$
#
# For small $\tau$ this is nearly one-hot, for large $\tau$ nearly uniform. The **straight-through**
# version hands on the one-hot vector of the largest entry. On the way back, it uses the gradient of
# the soft vector instead. So the discriminator sees proper tokens, and the gradient is only
# approximate.


# %%
# NBVAL_CHECK_OUTPUT
def soft_draw(logits, gumbel, temperature):
    y = np.exp((logits + gumbel) / temperature)
    return y / y.sum()


logits, gumbel = np.log([0.2, 0.3, 0.5]), np.array([0.5, -0.2, 0.1])
for temperature in (0.1, 1.0, 10.0):
    package = layers.gumbel_softmax(logits, gumbel, temperature, straight_through=False)
    print(temperature, soft_draw(logits, gumbel, temperature).round(4), np.round(package, 4))
print("straight-through:", np.asarray(layers.gumbel_softmax(logits, gumbel)))
many = np.random.default_rng(SEED).gumbel(size=(100_000, 3))
print("largest sum:", (np.bincount((logits + many).argmax(axis=1)) / 100_000).round(2))

# %% [markdown]
# ### The reward
#
# Let $r$ be what a sequence earns: the discriminator's probability that the sequence is real. We
# want the *expected* reward to rise. Its gradient is ([Williams,
# 1992](https://link.springer.com/article/10.1007/BF00992696))
#
# $$\nabla\, \mathbb{E}[r] = \mathbb{E}\big[r\, \nabla \log p(\text{tokens})\big].$$
#
# The reason is one line: $\nabla \sum r\, p = \sum r\, \nabla p = \sum p\, r\, \nabla \log p$,
# summed over all sequences. In words: draw sequences, and raise the probability of each in
# proportion to its reward. No gradient passes the draw or the discriminator. This is REINFORCE. It
# is right on average and very noisy, so a **baseline** is subtracted from the reward: what the
# other sequences have earned on average. The baseline doesn't depend on the sequence itself, so it
# changes nothing in the mean:
#
# $$\sum p\, \nabla \log p = \sum \nabla p = \nabla 1 = 0.$$
#
# A sequence has many tokens and gets only one reward. Which token has earned it? SeqGAN ([Yu et
# al., 2017](https://arxiv.org/abs/1609.05473)) plays **roll-outs**: it keeps the beginning of a
# sequence, lets the generator complete it anew, and asks the discriminator about the result. What
# the completed sequence earns is credited to the last token that was kept.
#
# In the next cell, the sampler's `unroll` writes sequences token by token from given noise. Where
# `kept` is true, here at the first `known` places, it keeps the given token instead of drawing one.
# Each length of the beginning has noise of its own.


# %%
def earned(sampler, tokens, noise, judge):
    """What each token earns: its beginning is completed once, and judged."""
    places, rewards = np.arange(tokens.shape[1])[None, :, None], []
    for known in range(1, tokens.shape[1]):
        completed, _ = sampler.unroll(noise[known - 1], tokens, kept=places < known)
        rewards.append(judge(completed))
    return ops.concatenate([*rewards, judge(tokens)], axis=1)  # (batch, length)


def policy_loss(tokens, logits, rewards):
    others = (ops.sum(rewards, axis=0) - rewards) / (len(tokens) - 1)  # the baseline
    drawn = ops.sum(tokens * ops.log_softmax(logits), axis=-1)  # log p of each token
    return -ops.mean(ops.sum(drawn * (rewards - others), axis=1))


# %% [markdown]
# Does the package do the same as our lines? Two games with the same seed draw the same noise. One
# of them computes its loss, and with the other we compute ours.

# %%
generator = builders.token_generator(2, LENGTH, 16)
discriminator = builders.token_discriminator(2, LENGTH, (32,))
game, twin = (SeqGAN(generator, discriminator, num_rollouts=1, seed=SEED) for _ in range(2))
for each in (game, twin):
    each.compile("adam", "adam")
batch = {"images": ops.zeros((8, LENGTH, 2))}
sampler = generator.get_layer("sampler")
tokens, logits = sampler.unroll(twin.inputs(batch))
noise = ops.reshape(twin.sample_latents(8 * (LENGTH - 1)), (LENGTH - 1, 8, LENGTH, 2))
ours = policy_loss(tokens, logits, earned(sampler, tokens, noise, twin.reward))
print(f"ours {float(ours):.5f}, package {float(game.g_loss(batch)['g_loss']):.5f}")

# %% [markdown]
# ## 2. A process whose likelihood is known
#
# How good is a model of sequences? For text, nobody knows the true probabilities. So we begin with
# a process where they are known: a **Markov chain** with two tokens. After a 0, another 0 follows
# with probability 0.9; after a 1, both tokens are equally likely. Three numbers judge a model:
#
# - **The oracle's negative log-likelihood (NLL)**: how unlikely are the model's sequences under the
#   true chain? (The true chain is the 'oracle'.) The paper on SeqGAN reports this number.
# - **The test NLL**: how unlikely are true sequences under the model?
# - **The transition divergence**: the Kullback-Leibler divergence from the true transitions to the
#   model's, $\sum_i \pi_i \sum_j p_{ij} \log (p_{ij} / q_{ij})$. Here $p_{ij}$ are the true
#   probabilities, $q_{ij}$ the model's, and $\pi_i$ is the share of token $i$ in the true chain.
#
# All three are in nats for each transition. **Predict.** Which oracle's NLL does a generator get
# that writes 0 for ever: a better one than the chain's own sequences, the same, or a worse one?


# %%
# NBVAL_CHECK_OUTPUT
def nll(tokens, table):
    """Mean of -log(probability) over all transitions."""
    return -np.log(table[tokens[:, :-1], tokens[:, 1:]]).mean()


shares = data.stationary_distribution(CHAIN)
exact = {
    "only 0": -np.log(CHAIN[0, 0]),
    "the chain itself": -(shares[:, None] * CHAIN * np.log(CHAIN)).sum(),
    "uniform tokens": -np.log(CHAIN).mean(),
}
for name, value in exact.items():
    print(f"{name:18} oracle's NLL {value:.6f}")
few = np.array([[0, 0, 1, 1, 0], [0, 0, 0, 1, 0]])
print(f"ours {nll(few, CHAIN):.6f}, package {data.markov_nll(few, CHAIN):.6f}")

# %% [markdown]
# <details><summary>Answer</summary>A better one. The constant sequence scores 0.105, while the
# chain's own sequences score 0.386, which is the entropy of the chain. A generator that has
# collapsed beats the truth.</details>
#
# So the oracle's NLL alone rewards collapse, and a value *far below* 0.386 is a warning. The test
# NLL punishes collapse: whoever gives a true transition the probability 0 pays infinitely. But it
# can't be computed for a model that only draws and has no probabilities. The divergence needs only
# samples, but it compares only neighbouring tokens. We estimate $q_{ij}$ by counting, and add one
# to each count, so that a token which never occurs has the row (½, ½) instead of none.


# %%
def one_hot_chains(seed):
    return one_hot(data.markov_chain(NUM_CHAINS, LENGTH, CHAIN, seed))


chains, test_chains = one_hot_chains(0), one_hot_chains(1)


def three_numbers(generator):
    """The oracle's NLL, the test NLL and the divergence."""
    made = builders.sample_tokens(generator, NUM_CHAINS, seed=SEED)
    logits = np.asarray(builders.language_model(generator)(test_chains))
    logs = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    test = -(logs * test_chains).sum(axis=-1)[:, 1:].mean()  # the first token is given
    divergence = data.transition_divergence(CHAIN, data.transition_table(made, 2))
    return data.markov_nll(made, CHAIN), test, divergence


class ThreeNumbers(keras.callbacks.Callback):
    """Measures the three numbers after each epoch."""

    def on_train_begin(self, logs=None):
        self.values = [three_numbers(self.model.generator)]

    def on_epoch_end(self, epoch, logs=None):
        self.values.append(three_numbers(self.model.generator))


# %% [markdown]
# The generator is a small recurrent network (a gated recurrent unit, GRU, with 16 units). It reads
# the last token and its own memory, and gives the logits of the next token. We train it in four
# ways. Like the paper, we start SeqGAN from a generator that has learned the likelihood for a
# while, here for only ten steps, so that something is left to learn. Gumbel-softmax starts from
# scratch, once straight-through and once with soft tokens.


# %%
def by_likelihood(seed, steps):
    keras.utils.set_random_seed(seed)
    generator = builders.token_generator(2, LENGTH, 16)
    model = builders.language_model(generator)
    model.compile(keras.optimizers.Adam(0.01), entropy)
    model.fit(chains[: 100 * steps], chains[: 100 * steps], 100, verbose=0)
    return generator


def played(kind, generator, epochs, seed, **settings):
    game = kind(generator, builders.token_discriminator(2, LENGTH, (32,)), seed=seed, **settings)
    game.compile(keras.optimizers.Adam(RATE, 0.5), keras.optimizers.Adam(2e-3, 0.5))
    watch = ThreeNumbers()
    game.fit(chains, batch_size=64, epochs=epochs, callbacks=[watch], verbose=0)
    return np.array(watch.values)


def by_gumbel(seed, straight_through):
    keras.utils.set_random_seed(seed)
    generator = builders.token_generator(2, LENGTH, 16, straight_through=straight_through)
    return played(GumbelGAN, generator, GUMBEL_EPOCHS, seed)


def by_reward(seed):
    return played(SeqGAN, by_likelihood(seed, START_STEPS), POLICY_EPOCHS, seed, num_rollouts=4)


# %%
likelihood = [three_numbers(by_likelihood(seed, LIKELIHOOD_STEPS)) for seed in SEEDS]
paths = {
    "SeqGAN": [by_reward(seed) for seed in SEEDS],
    "Gumbel, straight-through": [by_gumbel(seed, True) for seed in SEEDS],
    "Gumbel, soft": [by_gumbel(seed, False) for seed in SEEDS],
}
ends = {"likelihood": np.array(likelihood), **{k: np.array(v)[:, -1] for k, v in paths.items()}}
start = np.array(paths["SeqGAN"])[:, 0]
constant, noise = np.zeros((NUM_CHAINS, LENGTH), int), rng.integers(2, size=(NUM_CHAINS, LENGTH))
print(f"{'':26} oracle's NLL    test NLL        divergence")
for name, made, test in (("only 0", constant, np.inf), ("uniform tokens", noise, np.log(2))):
    found = data.transition_divergence(CHAIN, data.transition_table(made, 2))
    print(
        f"{name:26} {data.markov_nll(made, CHAIN):.3f}           {test:.3f}           {found:.4f}"
    )
for name, rows in {"start of SeqGAN": start, **ends}.items():
    low, high = rows.min(axis=0), rows.max(axis=0)
    texts = [f"{low[i]:.{p}f} to {high[i]:.{p}f}" for i, p in enumerate((3, 3, 4))]
    print(f"{name:26} {'  '.join(texts)}")

# %%
epochs = range(max(len(runs[0]) for runs in paths.values()))
axes = plots.panels(2, width=5.4, height=4.0)
for axis, place, label in zip(axes, (0, 2), ("oracle's NLL", "divergence"), strict=True):
    series = {}
    for name, runs in paths.items():
        middle = np.median(runs, axis=0)[:, place]
        series[name] = np.pad(middle, (0, len(epochs) - len(middle)), constant_values=np.nan)
    truth = {"the chain itself": exact["the chain itself"]} if place == 0 else None
    scale = "linear" if place == 0 else "log"
    label += " (nats for each transition)"
    plots.curves(epochs, series, "epoch", label, reference=truth, ax=axis, yscale=scale)
axes[0].figure

# %% [markdown]
# Figure 17.2. The median of three seeds after each epoch; epoch 0 is the start. Left: the oracle's
# NLL. SeqGAN rises above the dotted line (the chain's own value) in its first epoch and then stays
# just below it. Straight-through Gumbel-softmax falls, rises again and ends a little below the
# line. Soft Gumbel-softmax falls far below it. Right: the divergence, on a logarithmic scale.
# SeqGAN and straight-through Gumbel-softmax come close to the chain. Soft Gumbel-softmax goes away
# from it, from the second epoch on.
#
# By the oracle's NLL, the soft draws would be the clear winner: 0.11, against 0.386 for the chain
# itself. In fact they have nearly collapsed to zeros: their test NLL is above 1.6, and their
# divergence is 0.78 to 0.84. (That of 'only 0' isn't an upper limit: its second row is (½, ½), from
# the added counts alone.) In training the discriminator sees soft tokens, and here we judge hard
# draws. Probably the discriminator recognises soft tokens because they are not one-hot, and has no
# reason to look at anything else. A lower temperature would show whether that is the cause.
#
# SeqGAN improves its unfinished start: the divergence falls from 0.020 or more to 0.0013 or less.
# Likelihood training ends in the same range, so there is no difference that we can see.
# Straight-through Gumbel-softmax starts from scratch and ends between 0.002 and 0.006. So on this
# chain both ways round the draw work, but neither is better than the likelihood. The likelihood
# needs 50 steps; SeqGAN plays about 400, and in each of them it completes all 11 beginnings of
# every sequence four times. (The learning rates and batch sizes differ, so the steps alone don't
# compare the cost.)
#
# ## 3. A dot with two futures
#
# A film is a sequence of frames, and here the frames are the data. In this film a dot crosses the
# picture. In the frames that we see, it moves one pixel to the right each time. In the next frame
# it has jumped up or down by two pixels. Both are equally likely, and nothing before says which.
#
# **Predict.** A network learns to predict the next frame with the smallest mean squared error. What
# does it draw?
#
# <details><summary>Answer</summary>It draws both futures, each half as bright: the average. A
# picture that never occurs has the smallest error.</details>

# %%
movies, test_movies = (data.moving_dot(NUM_MOVIES, **DOT, seed=seed) for seed in (0, 1))
frames = test_movies["frames"]
jump, last = DOT["jump"], frames[..., -1:]
up, down = (np.roll(last, (rows, 1), axis=(1, 2)) for rows in (-jump, jump))  # the two futures
best = (up + down) / 2
print(f"squared error of always up {np.square(up - test_movies['images']).mean():.4f}, ", end="")
print(f"of the average of both {np.square(best - test_movies['images']).mean():.4f}")
film = np.concatenate([np.moveaxis(frames[0], -1, 0), up[0, None, ..., 0], down[0, None, ..., 0]])
names = ["given", "given", "given", "up?", "down?"]
shown = np.concatenate([film, best[0, None, ..., 0]])
plots.large(plots.image_grid(shown, 6, labels=[*names, "average"], scale=12), 110)

# %% [markdown]
# Figure 17.3. One film. Three given frames; the two frames that may follow; and their average, two
# grey dots. In squared error, the average of both is twice as good as 'always up', 0.125 against
# 0.257.
#
# [Mathieu et al., 2016](https://arxiv.org/abs/1511.05440) add two terms to the error. One compares
# edges, the **gradient difference loss**: the absolute differences of neighbouring pixels should be
# the same in both pictures. The other is an adversary, who sees the given frames and a next frame,
# and says whether this one may follow. A blurred frame never follows, so the generator must choose.
# Their weights are 1 for error and edges, and 0.05 for the adversary. We compute the edges' term
# once, but we train without it.


# %%
# NBVAL_CHECK_OUTPUT
def edges(pictures):
    return [np.abs(np.diff(pictures, axis=axis)) for axis in (1, 2)]  # rows, columns


def edge_difference(pictures, others):
    pairs = zip(edges(pictures), edges(others), strict=True)
    return sum(np.abs(one - other).mean() for one, other in pairs)


sharp, blurred = np.zeros((2, 1, 3, 3, 1))
sharp[0, 0, 1], blurred[0, (0, 2), 1] = 1.0, 0.5  # one bright pixel, and two half as bright
ours, theirs = (f(blurred, sharp) for f in (edge_difference, gradient_difference))
print(f"ours {ours:.5f}, package {float(theirs):.5f}")

# %% [markdown]
# To see what the adversary does, we compare the error alone with the adversary alone. The
# discriminator pays the penalty R1 of [notebook 08](08_remedies.ipynb). Such a generator has no
# latents: the same frames always give the same next frame. So in a third game we add random numbers
# to what it sees. **Predict.** What changes?


# %%
def equals(made, future):
    return np.mean(np.abs(made - future).max(axis=(1, 2, 3)) < 0.5)


def dense_judge(x):
    x = keras.layers.Dense(256)(keras.layers.Flatten()(x))
    return keras.layers.Dense(1)(keras.layers.LeakyReLU(negative_slope=0.2)(x))


class Noise(keras.layers.Layer):
    """Adds four random channels, each the same at all places of a picture."""

    def __init__(self):
        super().__init__()
        self.seed_generator = keras.random.SeedGenerator(SEED)

    def call(self, x):
        z = keras.random.normal((ops.shape(x)[0], 1, 1, 4), seed=self.seed_generator)
        return ops.concatenate([x, z * ops.ones_like(x[..., :1])], axis=-1)


# %%
def film_game(weights, with_noise=False):
    keras.utils.set_random_seed(SEED)
    given, following = keras.Input(frames.shape[1:]), keras.Input(up.shape[1:])
    x = Noise()(given) if with_noise else given
    x = keras.layers.Conv2D(32, 5, padding="same", activation="relu")(x)
    x = keras.layers.Conv2D(32, 5, padding="same", activation="relu")(x)
    drawn = keras.layers.Conv2D(1, 3, padding="same", activation="tanh")(x)
    generator = keras.Model(given, drawn)
    seen = keras.layers.Concatenate()([given, following])
    discriminator = keras.Model([given, following], dense_judge(seen))
    return NextFrameGAN(generator, discriminator, power=2, weights=weights, seed=SEED)


# %%
only_error = {"g_loss": 0.0, "error": 1.0, "edges": 0.0}
only_adversary = {"g_loss": 1.0, "error": 0.0, "edges": 0.0}
film_games = {
    "squared error": film_game(only_error),
    "adversary": film_game(only_adversary),
    "adversary, noise": film_game(only_adversary, with_noise=True),
}
predicted = {}
for name, game in film_games.items():
    adams = [keras.optimizers.Adam(1e-3, 0.5) for _ in range(2)]
    game.compile(*adams, penalty=penalties.R1(0.1))
    game.fit(movies, batch_size=50, epochs=MOVIE_EPOCHS, verbose=0)
    predicted[name] = game.generate(len(frames), frames=frames)
rows = np.concatenate([best[:8], *[each[:8] for each in predicted.values()], up[:8], down[:8]])
names = ["average", *predicted, "up", "down"]
print(f"{'':18} one dot   up   down   squared error")
for name, made in {"average of both": best, "always up": up, **predicted}.items():
    error = np.square(made - test_movies["images"]).mean()
    one = metrics.one_dot_share(made)
    print(f"{name:18} {one:7.2f} {equals(made, up):5.2f} {equals(made, down):6.2f} {error:10.3f}")
plots.large(plots.image_grid(rows, 8, row_labels=names, scale=5), 110)

# %% [markdown]
# Figure 17.4. Eight films, one in each column. Squared error gives two grey dots, nearly the
# average. The adversary gives one white dot, here always the lower one. With noise, the dot is
# sometimes up and sometimes down; the last film shows something in between.
#
# The adversary makes the generator choose: 100 % of its frames show exactly one dot, and at the end
# of this run it always jumps down. That is a snapshot: once every dot jumps down, the discriminator
# can learn to distrust such frames, and 'up' may become the better choice. With noise, 98 % show
# one dot, and both futures come equally often (0.49 each). The other 2 % lie in between. Some must:
# the frame changes continuously with the random numbers, so on the way from 'up' to 'down' there
# are numbers that give neither. The squared error of both games (0.243 and 0.257) is about twice
# that of the blurred frames. A smaller error does not mean a better film.
#
# ## 4. A picture in steps
#
# Painters don't finish a picture at once. **GRAN**, the generative recurrent adversarial network
# ([Im et al., 2016](https://arxiv.org/abs/1602.05110)), makes a sequence out of a single picture. A
# decoder paints a first contribution $\Delta C_1$ from the latents $z$, which a dense layer with
# the weights $W$ has mixed. An encoder looks at the contribution, and from what it has seen the
# *same* decoder paints the next one. (In the first step, zeros take the encoder's place.) The
# picture is the sum, squeezed by tanh, because our pixels lie between -1 and 1; the paper has the
# logistic function:
#
# $$\Delta C_t = \text{dec}\big(\text{enc}(\Delta C_{t-1}),\, \tanh(W z)\big), \qquad
# x = \tanh\Big(\sum_t \Delta C_t\Big).$$

# %%
boxes, arrows = {"z": plots.Box("tanh(W z)", 5.6, 0.5, REAL)}, []
for i in range(3):
    x = 1.7 + 3.9 * i
    boxes |= {
        f"d{i}": plots.Box("decoder", x, 1.9),
        f"c{i}": plots.Box(f"$\\Delta C_{i + 1}$", x, 3.1),
    }
    boxes |= {f"s{i}": plots.Box("canvas" if i < 2 else "canvas, tanh: x", x, 4.4, FAKE)}
    arrows += [plots.Arrow("z", f"d{i}"), plots.Arrow(f"d{i}", f"c{i}")]
    arrows += [plots.Arrow(f"c{i}", f"s{i}", " +")]
for i in range(2):
    boxes[f"e{i}"] = plots.Box("encoder", 3.65 + 3.9 * i, 2.5)
    arrows += [plots.Arrow(f"c{i}", f"e{i}"), plots.Arrow(f"e{i}", f"d{i + 1}")]
    arrows += [plots.Arrow(f"s{i}", f"s{i + 1}")]
plots.large(plots.diagram(boxes, arrows, 11.4, 5.0), 100)

# %% [markdown]
# Figure 17.5. GRAN with three steps. All decoders are the same network, and so are both encoders.
# The latents enter at every step. The canvas only ever gets something added, light or dark.
#
# Do more steps paint better pictures? We train with one, three and five steps. All three networks
# have equally many weights, apart from the encoder, which a single step doesn't need. Every game
# has the penalty R1 and the same number of updates, so more steps also cost more time. **Predict.**
# What will the canvas look like after the first of five steps: a blurred garment, a part of a
# garment, or something else?


# %%
def painted(generator, z, num_steps):
    """The canvas after each step, written out."""
    decoder, encoder = generator.get_layer("decoder"), generator.get_layer("encoder")
    code = generator.get_layer("code")(z)
    canvas, seen, canvases = 0.0, ops.zeros_like(code), []
    for _ in range(num_steps):
        contribution = decoder([code, seen])
        canvas = canvas + contribution
        canvases.append(ops.tanh(canvas))
        seen = encoder(contribution)
    return canvases


def small_judge():
    x = image = keras.Input((28, 28, 1))
    for filters in (32, 64):
        x = keras.layers.Conv2D(filters, 4, 2, "same")(x)
        x = keras.layers.LeakyReLU(negative_slope=0.2)(x)
    return keras.Model(image, keras.layers.Dense(1)(keras.layers.Flatten()(x)))


z = rng.normal(size=(500, GRAN_LATENTS)).astype("float32")
three = builders.gran_generator(GRAN_LATENTS, num_steps=3, filters=(32, 16))
difference = painted(three, z[:8], 3)[-1] - three(z[:8])
print(f"largest difference from the package {np.abs(difference).max():.1e}")

# %%
(images, _), (test_images, _) = data.load_fashion_mnist()
classifier = metrics.fashion_mnist_encoder()  # the small network that judges our samples
real = metrics.gaussian_statistics(classifier(test_images[:2000]).features)
painters = {}
for num_steps in GRAN_STEPS:
    keras.utils.set_random_seed(SEED)
    generator = builders.gran_generator(GRAN_LATENTS, num_steps=num_steps, filters=(32, 16))
    game = GAN(generator, small_judge(), seed=SEED)
    adams = [keras.optimizers.Adam(GRAN_RATE, 0.5) for _ in range(2)]
    game.compile(*adams, penalty=penalties.R1(0.1))
    batches = data.batches(images, 32, SEED, steps_per_epoch=100)
    game.fit(batches, epochs=GRAN_EPOCHS, verbose=0)
    made = metrics.gaussian_statistics(classifier(game.generate(2000, seed=SEED)).features)
    distance = metrics.frechet_distance(*real, *made)
    print(f"steps {num_steps}: Fréchet distance {distance:.0f}")
    painters[num_steps] = generator
rows, names = [], []
for num_steps in GRAN_STEPS[1:]:
    canvases = builders.gran_canvases(painters[num_steps])(z[:10])
    rows += [np.asarray(each) for each in canvases]
    names += [f"{num_steps} steps: {i + 1}" for i in range(num_steps)]
rows.append(np.asarray(painters[1](z[:10])))
grid = np.concatenate(rows)
plots.large(plots.image_grid(grid, 10, row_labels=[*names, "1 step"], scale=2), 110)

# %% [markdown]
# Figure 17.6. The canvases of the same ten latents, step by step; in the last row, the generator
# with one step. The first step paints almost nothing, a grey canvas. The second step brings the
# shapes, and later steps mostly add contrast. With three and with five steps, all ten pictures are
# nearly the same, and none of them shows a garment. With one step, the pictures differ, but they
# are rough blobs.
#
# So the comparison has failed. Three and five steps have collapsed, and the Fréchet distance is 331
# and 364, against 174 with one step. These are 600 updates, one run and one learning rate for all.
# Probably longer training or other rates would be needed; the figure shows only how a canvas grows,
# and not which number of steps is best.
#
# ## 5. Melodies, bar by bar
#
# A bar of music can be drawn: a row for each pitch, a column for each moment, and a light pixel
# where a note sounds. **MidiNet** ([Yang et al., 2017](https://arxiv.org/abs/1703.10847)) composes
# such pictures, each one *conditional on the bar before*, so that a melody of any length can be
# written.
#
# Our melodies follow rules, so we can check what was learned. All notes lie in a major scale (14 of
# the 24 pitches). Each note is held for two steps. From note to note the melody moves by at most
# two degrees of the scale, that is by at most four semitones, also across the bar line.

# %%
bars, test_bars = data.melodies(NUM_BARS, seed=0), data.melodies(500, seed=1)
previous, following = test_bars["previous"], test_bars["images"]
Audio(data.bar_audio(np.stack([previous[0], following[0]])), rate=8_000)

# %%
bar_line = np.zeros((4, 1, 24, 1))  # a grey column between the bars
pairs = np.concatenate([previous[:4], bar_line, following[:4]], axis=1)[..., 0]
figure = plots.image_grid(np.flip(np.moveaxis(pairs, 1, 2), axis=1), 4, scale=5)
display(plots.large(figure, 110))

# %% [markdown]
# Figure 17.7. Four pairs of bars. Time runs to the right over two bars of 16 steps, pitch upwards,
# and the grey line is the bar line. The melodies climb and fall in small steps, and the right half
# goes on where the left one ends.
#
# MidiNet's generator has two more aims beside fooling the discriminator: on average, its bars
# should look like real bars, and so should their features in the discriminator's first layer. This
# is the feature matching of [notebook 08](08_remedies.ipynb). And the generator is updated twice
# for each update of the discriminator.


# %%
def band(x, filters):
    x = keras.layers.Conv2DTranspose(filters, 4, 2, "same")(x)
    return keras.layers.ReLU()(keras.layers.BatchNormalization()(x))


def music_game():
    keras.utils.set_random_seed(SEED)
    z, before, bar = keras.Input((32,)), *(keras.Input((16, 24, 1)) for _ in range(2))
    heard = keras.layers.Dense(128, "relu")(keras.layers.Flatten()(before))
    x = keras.layers.Dense(4 * 6 * 32)(keras.layers.Concatenate()([z, heard]))
    x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
    x = keras.layers.Reshape((4, 6, 32))(x)
    x = keras.layers.Conv2DTranspose(1, 4, 2, "same")(band(x, 32))
    one_note = keras.layers.Softmax(axis=2)(x)  # over the pitches of each moment
    generator = keras.Model([z, before], keras.layers.Rescaling(2.0, -1.0)(one_note))
    x = keras.layers.Concatenate(axis=1)([before, bar])  # 32 steps, one bar after the other
    x = keras.layers.Conv2D(64, (2, 24), (2, 1), name="first")(x)  # a note
    x = keras.layers.Conv2D(64, (2, 1))(keras.layers.LeakyReLU(negative_slope=0.2)(x))
    x = keras.layers.LeakyReLU(negative_slope=0.2)(x)
    discriminator = keras.Model([before, bar], dense_judge(x))
    return MidiNet(generator, discriminator, layer="first", seed=SEED)


# %%
def half_distance_of_means(values, others):
    difference = np.asarray(values).mean(axis=0) - np.asarray(others).mean(axis=0)
    return np.square(difference).sum() / 2


game, twin = music_game(), music_game()
for each in (game, twin):
    each.compile(*(keras.optimizers.Adam(MUSIC_RATE, 0.5) for _ in range(2)))
batch = {"previous": ops.array(previous[:8]), "images": ops.array(following[:8])}
made, theirs = np.asarray(twin.fake(batch)), game.g_loss(batch)
ours = half_distance_of_means(following[:8], made)
print(f"mean bar: ours {ours:.4f}, package {float(theirs['mean_bar']):.4f}")


# %%
def judged(bars, previous):
    """In scale, held for two steps; moves of four semitones or less, inside and across the line."""
    pitches, last = bars[..., 0].argmax(axis=2), previous[:, -1, :, 0].argmax(axis=1)
    held = np.mean(pitches[:, ::2] == pitches[:, 1::2])
    inside = np.mean(np.abs(np.diff(pitches[:, ::2], axis=1)) <= 4)
    across = np.mean(np.abs(pitches[:, 0] - last) <= 4)
    return metrics.in_scale_share(bars), held, inside, across


random_bars = np.where(one_hot(rng.integers(24, size=(500, 16)), 24), 1.0, -1.0)[..., None]
batches = data.batches(bars, 50, SEED)
game.fit(batches, epochs=BAR_EPOCHS, verbose=0)
composed = game.generate(500, previous=previous, seed=SEED)
table = {"rule": following, "random bars": random_bars, "MidiNet": composed}
print(f"{'':20} in scale  held   small moves: inside a bar   across the bar line")
for name, each in table.items():
    print(f"{name:20}" + " {:8.2f} {:5.2f} {:27.2f} {:21.2f}".format(*judged(each, previous)))
other = judged(composed, np.roll(previous, 1, axis=0))
print(f"MidiNet beside another bar: across the bar line {other[-1]:.2f}")


# %%
def melody(game, first, num_bars, seed):
    """Bar after bar, each from the one before it."""
    bars = [first]
    for place in range(num_bars - 1):
        bar = game.generate(1, previous=bars[-1][None], seed=seed + place)[0]
        bars.append(np.where(bar > 0, 1.0, -1.0).astype("float32"))
    return np.array(bars)


tune = melody(game, previous[0], 6, SEED)
Audio(data.bar_audio(tune), rate=8_000)

# %%
noise = np.concatenate([previous[:1], random_bars[:2]])
lined = [np.pad(each, ((0, 0), (0, 1), (0, 0), (0, 0))) for each in (tune[:3], noise)]  # bar lines
rolls = [np.flip(np.concatenate(each)[..., 0].T, axis=0) for each in lined]
figure = plots.large(
    plots.image_grid(np.array(rolls), 1, row_labels=["MidiNet", "random"], scale=8), 110
)
display(figure)

# %% [markdown]
# Figure 17.8. Three bars of 16 steps, each followed by a grey bar line. The first bar is given, and
# it is the same in both rows. Above, MidiNet has composed the other two; below, they are random.
# Most of MidiNet's notes are held for two steps. Inside a bar the melody mostly moves in small
# steps, with a few leaps; at the first bar line it plunges. The player plays six bars of MidiNet,
# each composed from the one before.
#
# In this run, all of MidiNet's notes lie in the scale (random notes: 58 %), and 98 % are held as
# they should be. The moves are harder. Inside a bar, 74 % of them are small enough; the rule says
# 100 %, and random notes reach 35 %. Across the bar line it is 48 %. Is the previous bar ignored,
# then? The control judges the same bars beside *another* previous bar: 34 %, as for random notes.
# So MidiNet listens to the previous bar, but not well. Scale and duration are learned, and the
# small moves only in part, least of all from one bar to the next.
#
# ## 6. Words, and why GANs lost
#
# Now to text. Our tokens are letters and our sentences are English words, 35,577 of 3 to 8 letters;
# 2,000 of them are for the test. A 0 ends a word. As before, a GRU writes one letter after the
# other.
#
# Nobody knows the true probability of an English word. So text is judged by its **n-grams**, its
# runs of n tokens. **BLEU** asks what share of a sample's n-grams occur in real text ([Papineni et
# al., 2002](https://aclanthology.org/P02-1040/)), and takes the geometric mean over n from 1 to 4:
# a measure of quality. A generator that has collapsed to one good word has a high BLEU. So [Zhu et
# al., 2018](https://arxiv.org/abs/1802.01886) add **Self-BLEU**: how much of a sample occurs in the
# *other samples*. High means that they are alike: little variety. (`end=0` tells the package that a
# 0 ends a word.)


# %%
# NBVAL_CHECK_OUTPUT
def known_share(sample, references, n):
    """Share of a sample's n-grams that occur in a reference, repeats aside."""

    def ngrams(tokens):
        return {tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)}

    own, known = ngrams(sample), set().union(*map(ngrams, references))
    return len(own & known) / len(own)


sample, references = np.array([3, 1, 18, 20]), np.array([[3, 1, 20, 19], [8, 1, 18, 20]])
shares = [known_share(sample, references, n) for n in (1, 2, 3)]
print(f"cart, from cats and hart: {shares}, geometric mean {np.prod(shares) ** (1 / 3):.4f}")
print(f"package {metrics.bleu(sample[None], references, max_n=3):.4f}")

# %%
words = np.random.default_rng(SEED).permutation(data.words(3, LETTERS))
spelled = np.array([[ord(letter) - 96 for letter in word.ljust(LETTERS, "`")] for word in words])
test_words, train_words = spelled[:2000], one_hot(spelled[2000:], 27)
dictionary = set(words.tolist())


def texts(tokens):
    return ["".join(chr(96 + token) for token in row).split("`")[0] for row in tokens]


def quality(tokens):
    """BLEU, Self-BLEU and the share of English words."""
    real = np.mean([text in dictionary for text in texts(tokens)])
    return metrics.bleu(tokens, test_words, end=0), metrics.self_bleu(tokens, end=0), real


# %% [markdown]
# First comes the likelihood. A trained model has a dial: the **temperature** by which its logits
# are divided when we draw. Below 1, likely letters become likelier, and the words more correct and
# more alike. [Caccia et al., 2020](https://arxiv.org/abs/1811.02549) asked that a text GAN be
# compared with the *whole curve* that this dial draws, not with one point of it.

# %%
keras.utils.set_random_seed(SEED)
writer = builders.token_generator(27, LETTERS, 64)
model = builders.language_model(writer)
model.compile(keras.optimizers.Adam(5e-3), entropy)
model.fit(train_words, train_words, 128, WORD_EPOCHS, verbose=0)
learned = writer.get_weights()
dial, unseen = {}, set(words[:2000].tolist())  # the test words
print("temperature  BLEU  Self-BLEU  English  different, unseen  samples")
for temperature in TEMPERATURES:
    made = builders.sample_tokens(writer, NUM_WORDS, temperature, SEED)
    dial[temperature] = quality(made)
    english = set(texts(made)) & dictionary
    print("{:11.1f} {:5.2f} {:10.2f} {:8.2f}".format(temperature, *dial[temperature]), end=" ")
    print(f"{len(english):10} {len(english & unseen):7} ", *texts(made)[:4])

# %% [markdown]
# Now the games. One plays Gumbel-softmax from scratch. Two start from the generator that has
# learned the likelihood, as text GANs usually do, and play Gumbel-softmax or SeqGAN. **Predict.**
# Will they come to lie on the curve of the likelihood, on its better side, or on its worse side?


# %%
def word_game(kind, start, **settings):
    keras.utils.set_random_seed(SEED)
    generator = builders.token_generator(27, LETTERS, 64)
    if start is not None:
        generator.set_weights(start)
    discriminator = builders.token_discriminator(27, LETTERS, (64, 64))
    game = kind(generator, discriminator, seed=SEED, **settings)
    game.compile(*(keras.optimizers.Adam(rate, 0.5) for rate in (RATE, 1e-3)))
    return game


games = {
    "Gumbel from scratch": (word_game(GumbelGAN, None), SCRATCH_STEPS),
    "Gumbel after likelihood": (word_game(GumbelGAN, learned), WORD_STEPS),
    "SeqGAN after likelihood": (word_game(SeqGAN, learned, num_rollouts=4), WORD_STEPS),
}
points = {"real words": quality(spelled[2000 : 2000 + NUM_WORDS])}
line = "BLEU {:.2f} Self-BLEU {:.2f} English {:.2f} "
print(f"{'likelihood, T = 1':24}", line.format(*dial[1.0]))
for name, (game, steps) in games.items():
    batches = data.batches(train_words, 64, SEED, steps_per_epoch=100)
    game.fit(batches, epochs=steps // 100, verbose=0)
    made = game.generate(NUM_WORDS, seed=SEED).argmax(axis=-1)
    points[name] = quality(made)
    print(f"{name:24}", line.format(*points[name]), *texts(made)[:5])

# %%
axis = plots.panels(1, width=7.0, height=4.6)
blue, alike, _ = np.array(list(dial.values())).T
axis.plot(blue, alike, "o-", color=REAL, label="likelihood, by temperature")
for temperature, x, y in zip(dial, blue, alike, strict=True):
    axis.annotate(f"{temperature}", (x, y), (6, -10), textcoords="offset points", fontsize=10)
for marker, (name, (x, y, _)) in zip("*sD^", points.items(), strict=True):
    colour = "black" if name == "real words" else FAKE
    axis.plot(x, y, marker, color=colour, markersize=11, label=name, linestyle="")
axis.set(xlabel="BLEU (quality, to the right)", ylabel="Self-BLEU (variety, downwards)")
axis.legend()
order = np.argsort(blue)
for name, (x, y, _) in points.items():
    same = np.interp(x, blue[order], alike[order], left=np.nan, right=np.nan)
    print(f"{name:24} Self-BLEU {y:.3f}, the likelihood's at the same BLEU {same:.3f}")
axis.figure

# %% [markdown]
# Figure 17.9. Each point is a set of 500 words. Right is better (quality), and low is better
# (variety). The blue line is the likelihood at six temperatures. The star shows 500 real words.
# SeqGAN lies on the line, Gumbel-softmax after likelihood a little above it, and Gumbel-softmax
# from scratch far above it, on the worse side.
#
# None of the games is on the better side. Only the real words are. Two of the games started from
# the likelihood at temperature 1. Both end with a lower BLEU (0.68 and 0.69, from 0.71) and a
# slightly lower Self-BLEU (0.52, from 0.54), much as if the temperature had been turned up. At the
# same BLEU, SeqGAN and the likelihood have the same Self-BLEU (0.516 and 0.514). The share of
# English words goes from 0.12 to 0.15 with Gumbel-softmax and to 0.10 with SeqGAN. This is one run,
# and shares of 500 words are uncertain by one or two percentage points, so we can't tell such small
# differences apart. From scratch, Gumbel-softmax has learned what words look like ('sisters'), but
# at the same BLEU its Self-BLEU is clearly worse: 0.531 against 0.439. The dial alone moves the
# share of English words from 5 % to 46 %, much more than any game does.
#
# Has the cold model only memorised its training words? At temperature 0.3 it writes 155 different
# English words, and 7 of them are among the 2,000 test words, which it has never seen. Without any
# preference for training words we would expect about 9. So it spells new words, too. And why do
# real words have a lower BLEU (see the figure) than the cold model (0.87)? BLEU rewards what is
# common. Probably the cold model writes mostly the commonest runs of letters, while real words
# contain rare ones as well.
#
# Others found the same for sentences. In [Texygen](https://arxiv.org/abs/1802.01886), SeqGAN has a
# BLEU-4 of 0.294 and a Self-BLEU-4 of 0.670, and the likelihood has 0.305 and 0.583: better in both
# of these numbers. Why? Likelihood says of each letter what it should have been. A discriminator
# says one number about the whole word, and the draws make this number noisy. We have not tested it,
# but this is one likely reason why text generators are trained on likelihood today.
#
# ## 7. From a table to a sentence
#
# One use of text generators that the lecture names is sports news: a table of results goes in, a
# sentence comes out. This section has no game. It asks what comes before any game: are the facts
# right? Here a row holds two names and two scores, and two sentences are right: 'Anna beat Ben 21
# to 15' and 'Ben lost to Anna 15 to 21'. The winner must be found out.
#
# The network is a GRU that is given the row at every step, and it learns the likelihood. (The
# package's games on tokens take no condition.) Its control is a **template** with a rule, which
# needs no training at all.

# %%
names = ["Anna", "Ben", "Clara", "David", "Emma", "Finn", "Greta", "Hugo"]
vocabulary = [".", "beat", "lost", "to", *names, *map(str, range(22))]


def sentences(row):
    """The two right sentences about a row."""
    first, second, points, others = row
    (winner, more), (loser, less) = sorted([(first, points), (second, others)], key=lambda t: -t[1])
    return f"{winner} beat {loser} {more} to {less}", f"{loser} lost to {winner} {less} to {more}"


def described(row):
    places = [names.index(row[0]), 8 + names.index(row[1]), 16 + row[2], 38 + row[3]]
    return one_hot(places, 60).sum(axis=0)


scores = [each for less in range(20) for each in ((21, less), (less, 21))]
rows = [(a, b, *score) for a in names for b in names if a != b for score in scores]
rows = [rows[place] for place in rng.permutation(len(rows))]
unseen, seen = rows[:400], rows[400:]
print(f"{len(seen)} rows to learn from. Another row:", unseen[0], *sentences(unseen[0]), sep="\n")


# %%
def numbers(sentence):
    found = [vocabulary.index(word) for word in sentence.split()]
    return found + [0] * (8 - len(found))


keras.utils.set_random_seed(SEED)
size, length = len(vocabulary), 8
row, before = keras.Input((60,)), keras.Input((length, size))
x = keras.layers.Concatenate()([before, keras.layers.RepeatVector(length)(row)])
x = keras.layers.GRU(128, return_sequences=True)(x)
again = keras.layers.RepeatVector(length)(keras.layers.Dense(128, "relu")(row))
x = keras.layers.Dense(128, "relu")(keras.layers.Concatenate()([x, again]))
reporter = keras.Model([row, before], keras.layers.Dense(size)(x))
reporter.compile(keras.optimizers.Adam(3e-3), entropy)
given = np.array([described(each) for each in seen for _ in range(2)])
following = one_hot(np.array([numbers(s) for each in seen for s in sentences(each)]), size)
preceding = np.pad(following[:, :-1], ((0, 0), (1, 0), (0, 0)))
history = reporter.fit([given, preceding], following, 64, REPORT_EPOCHS, verbose=0)
print(f"cross-entropy of the last epoch {history.history['loss'][-1]:.3f} nats a word")


# %%
def reports(rows):
    """A sentence for each row, drawn word by word."""
    described_rows = np.array([described(each) for each in rows])
    words = np.zeros((len(rows), length + 1, size), "float32")
    for place in range(length):
        logits = reporter.predict([described_rows, words[:, :-1]], verbose=0)[:, place]
        words[:, place + 1] = one_hot((logits + rng.gumbel(size=logits.shape)).argmax(1), size)
    found = words[:, 1:].argmax(axis=-1)
    return [" ".join(vocabulary[i] for i in each).split(" .")[0] for each in found]


written = reports(unseen)
blind = [f"{first} beat {second} {one} to {two}" for first, second, one, two in unseen]
ruled = [str(rng.choice(sentences(each))) for each in unseen]  # either pattern
names_of = {"template without a rule": blind, "template with a rule": ruled, "network": written}
for name, texts_of in names_of.items():
    correct = [text in sentences(each) for text, each in zip(texts_of, unseen, strict=True)]
    lost = np.mean(["lost" in text for text in texts_of])
    print(f"{name:24} correct {np.mean(correct):.3f}, with 'lost' {lost:.2f}")
print(*written[:3], sep="\n")

# %% [markdown]
# 98 % of the network's sentences are right, for rows that it has never seen (though for most of
# them the mirrored row, with the players exchanged and the same sentences, was among the training
# rows), and it uses both patterns about equally often. It has found out by itself who has won. The
# template without a rule is right half of the time. The template with the rule is *always* right,
# because it follows the very rule by which we judge; it needs no training, you can check it by
# reading it, and a coin toss between the two patterns gives it as much variety as the network has.
# Where facts must be right, check a learned generator's output with a rule.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **17.1 Compute.** A generator has collapsed to the token 1: it writes 1 for ever. What is its
# oracle's NLL under `CHAIN`? What is that of one which alternates for ever, 0 1 0 1 …, with as many
# steps 0 → 1 as 1 → 0? And what is the test NLL of a model that gives both tokens the probability
# ½?

# %% tags=["exercise"]
only_1, alternating, undecided = 0.0, 0.0, 0.0  # change me

# %% tags=["solution"]
only_1, undecided = -np.log(0.5), np.log(2)
alternating = (-np.log(0.1) - np.log(0.5)) / 2  # half of the steps are 0 → 1, half 1 → 0

# %% tags=["check"]
print(f"expected 0.6931 1.4979 0.6931, yours {only_1:.4f} {alternating:.4f} {undecided:.4f}")

# %% [markdown] tags=["exercise-text"]
# **17.2 Implement** the temperature for a table of transitions: divide the logarithms of each row
# by it, and make the rows probabilities again. The check then draws from the table at temperature
# 0.5. Predict first: does the oracle's NLL fall or rise? And the divergence?


# %% tags=["exercise"]
def at_temperature(table, temperature):
    return table  # your lines


# %% tags=["solution"]
def at_temperature(table, temperature):
    powers = table ** (1 / temperature)
    return powers / powers.sum(axis=1, keepdims=True)


# %% tags=["check"]
cold = at_temperature(CHAIN, 0.5)
print(f"expected 0.9878, yours {cold[0, 0]:.4f}")
print(f"oracle's NLL {data.cross_entropy_rate(cold, CHAIN):.3f}, ", end="")
print(f"of the chain itself {data.cross_entropy_rate(CHAIN, CHAIN):.3f}, ", end="")
print(f"divergence {data.transition_divergence(CHAIN, cold):.3f}")

# %% [markdown] tags=["solution"]
# The oracle's NLL falls from 0.386 to 0.146, as if the model had become much better. The divergence
# rises from 0 to 0.106: the colder table writes zeros for longer than the chain does.

# %% [markdown] tags=["exercise-text"]
# **17.3 Implement** the best guess in mean squared error, and its expected squared error. The
# future `one` comes with probability `p`, and `other` comes otherwise. For which `p` is the error
# largest?


# %% tags=["exercise"]
def best_guess(one, other, p):
    return one, 0.0  # your lines: the picture, and its expected error


# %% tags=["solution"]
def best_guess(one, other, p):
    guess = p * one + (1 - p) * other
    error = p * np.square(one - guess).mean() + (1 - p) * np.square(other - guess).mean()
    return guess, error


# %% tags=["check"]
one, other = np.array([[1.0, -1.0], [-1.0, -1.0]]), np.array([[-1.0, -1.0], [-1.0, 1.0]])
guess, error = best_guess(one, other, 0.75)
print(f"expected 0.500 0.375, yours {guess[0, 0]:.3f} {error:.3f}")

# %% [markdown] tags=["solution"]
# The error is $p(1 - p)$ times the squared distance of the two futures, so it is largest for
# $p = ½$: the more open the future, the worse the best guess, and the fainter both dots.

# %% [markdown]
# ## Take away
#
# - **A drawn token stops the gradient.** A soft draw lets an approximate gradient pass, and a
#   reward needs none. On a chain whose answer is known, both can work.
# - **No single number judges a sequence model.** The oracle's NLL and BLEU reward collapse. A
#   number for variety, and simple controls such as a constant sequence, belong beside them.
# - **Where the future is open, squared error draws the average**, and an adversary draws one of the
#   futures.
# - **A picture can be painted in steps** by one decoder that looks at what it has just painted. Our
#   short games with three and five steps collapsed, so we can't say whether more steps help.
# - **For text, the control is hard to beat**: a model trained on likelihood, at several
#   temperatures.
#
# **Limits.** Only section 2 has three seeds; everything else is one run. Our chain has two tokens,
# our sentences are single words or follow two patterns, and our melodies follow a simple rule. All
# networks are small. RelGAN and other later text GANs are not tried. The transition divergence does
# not see what lies further back than one token.
#
# **Next**: this is the last notebook for now.
#
# **References.** Williams 1992, REINFORCE, [Machine Learning
# 8](https://link.springer.com/article/10.1007/BF00992696) · Yu et al. 2017, SeqGAN,
# [arXiv:1609.05473](https://arxiv.org/abs/1609.05473) · Jang et al. 2017, Gumbel-softmax,
# [arXiv:1611.01144](https://arxiv.org/abs/1611.01144) · Kusner and Hernández-Lobato 2016, GANs with
# Gumbel-softmax, [arXiv:1611.04051](https://arxiv.org/abs/1611.04051) · Mathieu et al. 2016, next
# frames, [arXiv:1511.05440](https://arxiv.org/abs/1511.05440) · Im et al. 2016, GRAN,
# [arXiv:1602.05110](https://arxiv.org/abs/1602.05110) · Yang et al. 2017, MidiNet,
# [arXiv:1703.10847](https://arxiv.org/abs/1703.10847) · Zhu et al. 2018, Texygen and Self-BLEU,
# [arXiv:1802.01886](https://arxiv.org/abs/1802.01886) · Caccia et al. 2020, text GANs falling
# short, [arXiv:1811.02549](https://arxiv.org/abs/1811.02549).
