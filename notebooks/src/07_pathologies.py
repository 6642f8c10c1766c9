# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 07. Pathologies
#
# {{badge}}
# {{page}}
#
# **Question.** What goes wrong when a GAN trains? Some generators make one thing only, some
# gradients vanish, and some players circle for ever. Can we cause each failure on purpose, and say
# why it happens?
#
# **You will be able to** recognise mode collapse by numbers over time, measure how a discriminator
# that wins starves its generator, tell from the eigenvalues of a matrix whether a simple game
# converges, and read a sweep of hyperparameters.
#
# **Before this**: [notebook 01](01_circle.ipynb) (the two phases of a step), [notebook
# 02](02_game.ipynb) (the generator's two losses) and, for section 2, [notebook 05](05_dcgan.ipynb)
# (the DCGAN, a GAN of convolutions).
#
# **Lectures**: *GAN training issues* of CMU 11-785; the same failures appear in IIT Tirupati 9.1,
# *Generative models*, Amrita and KTH ID2223.
#
# **Time of a full run**: about 10 minutes on one CPU core, less on two. We have not measured it on
# a GPU.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
from gan_tf import GAN, builders, callbacks, capped, data, losses, metrics, plots, recipes
from IPython.display import Image
import keras
from keras import ops
import numpy as np
import tensorflow as tf

# %% [markdown] tags=["setup"]
# ## Settings
#
# | setting | this notebook | longer |
# | --- | --- | --- |
# | steps on ring and grid | 6,000 | 10,000 to 400,000 in papers |
# | steps of the DCGAN | 500 | 93,750: 50 epochs of 60,000 images |
# | seeds | 3 | 10 in papers |
#
# (`capped` returns the number itself, unless the tests of this course ask for a short trial.)

# %% tags=["setup"]
SEED, SEEDS = 0, (0, 1, 2)[: capped(3)]
UNITS = (128, 128)  # of each player
BATCH_SIZE, STEPS_PER_EPOCH, EPOCHS = 256, 250, 24  # 6,000 steps
LEARNING_RATE, ADAM_BETA = 2e-4, 0.5
NUM_SAMPLES = 2_500  # judged at a time, as in the literature
DCGAN_EPOCHS, STILL = 10, range(5, 8)  # of 50 steps; in which of them D stands still
D_STAGES, D_STEPS, D_RATE = capped(16), 100, 1e-3  # a discriminator trained alone
PLAY_STEPS, PLAY_RATE = 400, 0.1  # the game xy
SWEEP_EPOCHS = 8  # of 250 steps, for each game
RATES = (2e-4, 5e-4, 1e-3, 2e-3)[: capped(4)]  # of the sweep
keras.utils.set_random_seed(SEED)

# %% [markdown]
# ## 1. Mode collapse in the plane
#
# Our data are eight narrow Gaussians on a ring of radius 1, each with a standard deviation of 0.01.
# Each of them is a **mode**: one kind of thing that occurs in the data. In the plane we know all
# modes, so we can count which ones a generator makes.


# %% tags=["setup"]
def new_game(rate=LEARNING_RATE, d_rate=None, beta=ADAM_BETA, units=UNITS, seed=SEED):
    """The plain game of notebook 01 with wider networks; both rates are equal by default."""
    keras.utils.set_random_seed(seed)
    players = builders.point_generator(units=units), builders.point_discriminator(units=units)
    gan = GAN(*players, seed=seed)
    adams = [keras.optimizers.Adam(each, beta) for each in (rate, d_rate or rate)]
    gan.compile(*adams, steps_per_execution=50)
    return gan


def batches_of(name, size=BATCH_SIZE):
    points = recipes.MIXTURES[name].draw(100_000, seed=SEED)
    return data.batches(points, size, SEED, steps_per_epoch=STEPS_PER_EPOCH)


# %% tags=["setup"]
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


def play(gan, name, *watchers):
    """Plays 6,000 steps on "ring" or "grid". Returns the history, with a judgement each epoch."""
    score = callbacks.Score(judge_of(name), num_images=NUM_SAMPLES, mode="max")
    fit = {"epochs": EPOCHS, "callbacks": [*watchers, score], "verbose": 0}
    return gan.fit(batches_of(name), **fit).history


# %% [markdown]
# How do we count? As in the literature ([Srivastava et al.,
# 2017](https://arxiv.org/abs/1705.07761); [Lin et al., 2018](https://arxiv.org/abs/1712.04086)), we
# judge 2,500 samples. A sample belongs to the mode whose centre is nearest. It is of **high
# quality** if it lies within three standard deviations of this centre. A mode is **found** if at
# least one sample of high quality belongs to it.
#
# What would a generator score *by chance*, if it knew only the region of the data? We also judge
# points that are spread evenly over a band around the ring, and over a square around a grid of 25
# modes, which we use later.


# %%
def modes_and_quality(samples, centres, std):
    distances = np.linalg.norm(samples[:, None] - centres, axis=-1)  # (samples, modes)
    is_good = distances.min(axis=1) <= 3 * std
    return len(np.unique(distances.argmin(axis=1)[is_good])), is_good.mean()


def band(rng):
    radius, angle = rng.uniform(0.8, 1.2, NUM_SAMPLES), rng.uniform(0, 2 * np.pi, NUM_SAMPLES)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


for text, name, sample in (
    ("data of the ring", "ring", lambda rng: data.ring(NUM_SAMPLES, seed=int(rng.integers(99)))),
    ("a band around the ring", "ring", band),
    ("a square around the grid", "grid", lambda rng: rng.uniform(-5, 5, (NUM_SAMPLES, 2))),
):
    _, centres, std = recipes.MIXTURES[name]
    draws = [sample(np.random.default_rng(seed)) for seed in range(20)]
    modes, quality = np.array([modes_and_quality(each, centres, std) for each in draws]).T
    package = [metrics.mode_coverage(each, centres, std) for each in draws]
    assert np.allclose(quality, [each.high_quality for each in package])
    print(f"{text:24} modes {modes.mean():4.1f} ({modes.min():.0f} to {modes.max():.0f})", end="")
    print(f" of {len(centres)}, high quality {quality.mean():.1%}")

# %% [markdown]
# Chance is not nothing: on average a diffuse band already 'finds' 7.7 of the eight modes, and a
# diffuse square 20.4 of 25. Only the quality gives them away, at 0.9 % and 1.7 %.
#
# **Predict.** In every batch the discriminator sees all eight modes. How many of them will the
# generator make after 6,000 steps? And will they be the same ones as after 3,000 steps?
#
# <details><summary>Answer</summary>
#
# With this seed, all samples form one streak, which hits at most one mode. After 3,000 steps it
# lies between the modes at 45° and 90°, after 6,000 steps near the one at 315°.
#
# </details>

# %%
ring = recipes.MIXTURES["ring"]
gan = new_game()


def draw(samples):
    return plots.decision_field(
        gan.discriminator, (-2.5, 2.5), samples=samples, target=ring.centres
    )


watcher = callbacks.SampleImages(200, draw=draw, seed=SEED, live=False)
histories = {SEED: play(gan, "ring", watcher)}

# %%
film = plots.training_gif(watcher.frames, "../outputs/07_pathologies.gif", 0.4)
Image(film.read_bytes())

# %% [markdown]
# Figure 7.1. The film has 25 pictures: one before training, then one every 250 steps. Blue dots are
# the modes, vermilion crosses are 200 samples. The background shows the discriminator's verdict
# $D(x)$, the probability that a point $x$ is real: blue for real, orange for fake, a black line at
# ½. All samples form one streak, which never splits; around step 3,750 it widens to a fan. The
# discriminator is just as crude: it has one smooth border, and the streak lies along it or close to
# it on the orange side. Streak and border turn to the left together, and then back.

# %%
shares = np.array([histories[SEED][f"share {i}"] for i in range(8)])
every = np.arange(shares.shape[1])[::-3][::-1]
steps = [f"{(epoch + 1) * STEPS_PER_EPOCH:,}" for epoch in every]
names = [f"mode at {45 * i}°" for i in range(8)]
texts = [[f"{share:.2f}" for share in row] for row in shares[:, every]]
figure = plots.heatmap(shares[:, every], names, steps, texts)
figure.axes[0].set_xlabel("step")
figure.axes[0].xaxis.set_label_position("top")
plots.large(figure, 110)

# %% [markdown]
# Figure 7.2. The share of the samples that is nearest to each mode (rows), at eight moments of the
# run (columns). A perfect generator would have 0.12 or 0.13 everywhere. Instead, all samples are
# nearest to one or two neighbouring modes, and these change with time: from 0° over 45° to 90°, and
# then back, past 0° to 315°. Nearest does not mean found: at the end all samples are nearest to the
# mode at 315°, and yet the next cell counts 0 modes.
#
# ### Is it just this seed?
#
# Let's play the same game with two more seeds. **Predict**: will they collapse, too? And could you
# tell from the losses?
#
# <details><summary>Answer</summary>
#
# They find all eight modes. The losses of the collapsed run lie a few hundredths away from theirs.
#
# </details>

# %%
for seed in SEEDS[1:]:
    histories[seed] = play(new_game(seed=seed), "ring")
for seed, history in histories.items():
    for key in ("modes", "high quality"):
        line = " ".join(f"{value:4.2g}" for value in history[key][::-3][::-1])
        print(f"seed {seed}, {key:12} every 750 steps: {line}")
    ends = history["d_loss"][-1], history["g_loss"][-1]
    print("seed {}, at the end d_loss {:.3f}, g_loss {:.3f}".format(seed, *ends))

# %%
axes = plots.panels(2, 4.5, 3.6)
steps = STEPS_PER_EPOCH * np.arange(1, len(shares[0]) + 1)
for place, key in zip(axes, ("d_loss", "g_loss"), strict=True):
    lines = {f"seed {seed}": history[key] for seed, history in histories.items()}
    plots.curves(steps, lines, "steps", f"{key} (nats)", ax=place, reference={"log 2": np.log(2)})
axes[0].figure

# %% [markdown]
# Figure 7.3. The losses of the discriminator (left) and of the generator (right), averaged over 250
# steps, in *nats*, the unit that belongs to the natural logarithm. At the game's equilibrium, both
# would be $\log 2 \approx 0.69$ (dotted). Seed 0 is the run that collapsed. Its generator has the
# largest loss throughout. After the first point, its discriminator's loss moves up and down close
# to the others, and lies below them from step 4,000 on.
#
# With the seeds 1 and 2, the same networks on the same data find all eight modes, and at the end
# four samples in five are of high quality. Only the initial weights and the random latents are
# different, so with these settings the seed alone decides whether the game collapses.
#
# Do the losses show it? Side by side you can tell the collapsed run, but would you recognise it
# alone? A loss near $\log 2$ does not mean that the game is near its equilibrium. The streak and
# the ring hardly overlap, so the best possible discriminator would have a loss near 0; ours, at
# 0.65, is far from it. The number of modes and the quality answer the question directly. **Count
# them.**
#
# You can also cause a collapse in [the lab]({{site}}lab.html), in your browser. Choose 'A
# collapse', guess how many modes the generator will serve after 3,000 steps, and then choose 'The
# rescue' while the game runs. It takes Adam's momentum away, which alone lowers the quality in
# section 5, and adds R1, a penalty on steep slopes of the discriminator at the real data ([notebook
# 08](08_remedies.ipynb)).

# %%
boxes = {
    "sit": plots.Box("All samples lie\nin one place", 1.8, 2.9, plots.FAKE_COLOUR),
    "learn": plots.Box(
        "The discriminator learns:\nthis place is fake", 7.6, 2.9, plots.REAL_COLOUR
    ),
    "better": plots.Box("Another place now\nlooks more real", 7.6, 0.9, plots.REAL_COLOUR),
    "move": plots.Box("The generator moves\nall samples there", 1.8, 0.9, plots.FAKE_COLOUR),
}
circle = ["sit learn", "learn better", "better move", "move sit"]
plots.large(plots.diagram(boxes, [plots.Arrow(*pair.split()) for pair in circle], 9.6, 3.8))

# %% [markdown]
# Figure 7.4. Mode collapse as textbooks tell it. Against a fixed $D$, nothing in the generator's
# loss asks for variety, since each sample is judged alone. The generator's best answer is to put
# all samples where $D$ is largest ([Goodfellow, 2016](https://arxiv.org/abs/1701.00160), section
# 5.1.1). This leads to the first box. When $D$ has marked this place as fake, they all move on. So
# the generator visits several modes without ever making them together. [Metz et al.,
# 2017](https://arxiv.org/abs/1611.02163) show such a run on a ring like ours.
#
# Is this what we saw? In part. Our samples stay together and wander, but they do not hop to where
# $D$ is largest: at the edge of figure 7.1 $D$ still rises. From step 3,250 on the streak even
# turns towards the orange side. It looks more like two players who circle around each other
# (section 4). Section 2 tests how the account begins: does a fixed $D$ lead all samples to one
# place?
#
# ### A grid
#
# Now the same players face 25 modes on a grid, 2 apart, with a standard deviation of 0.05.
# **Predict**: will they find a larger or a smaller share of the modes than on the ring?
#
# <details><summary>Answer</summary>
#
# They find 19 to 22 of 25 modes: more than seed 0 on the ring, and a smaller share than the seeds 1
# and 2, which found all eight. But with every seed most samples lie between the modes.
#
# </details>

# %%
grid_games = {seed: new_game(seed=seed) for seed in SEEDS}
for game in grid_games.values():
    play(game, "grid")
for name, games in {"ring": {SEED: gan}, "grid": grid_games}.items():
    _, centres, std = recipes.MIXTURES[name]
    for seed, game in games.items():
        found = metrics.mode_coverage(game.generate(NUM_SAMPLES, seed=1), centres, std)
        print(f"{name}, seed {seed}: {found.modes:2} of {len(centres)} modes, ", end="")
        print(f"{found.high_quality:.1%} of high quality, reverse KL {found.reverse_kl:.2f}")

# %%
axes = plots.panels(2, 4.8, 4.6)
for place, (name, game, limit) in zip(
    axes, (("ring", gan, 2.5), ("grid", grid_games[SEED], 6.5)), strict=True
):
    centres = recipes.MIXTURES[name].centres
    place.scatter(*game.generate(1_000, seed=1).T, s=6, color=plots.FAKE_COLOUR, label="samples")
    style = {"facecolors": "none", "edgecolors": plots.REAL_COLOUR, "linewidths": 2}
    place.scatter(*centres.T, s=120, **style, label="modes")
    place.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", title=name)
axes[0].legend(loc="upper left")
axes[0].figure

# %% [markdown]
# Figure 7.5. 1,000 samples after 6,000 steps of seed 0 (dots) and the centres of the modes (rings,
# much larger than the modes). On the ring (left) all samples form one streak. On the grid (right)
# they spread over most of the square, partly along thin lines, with a hole around the centre mode.
# Most lie between the modes.
#
# These look like two different failures. We can't say why: the data differ in the number, distance
# and width of their modes, and the grid may only need more steps. The **reverse KL**
# (Kullback-Leibler divergence) measures how unevenly the samples are spread over the modes: it is 0
# for equal shares, and $\log n$ if all samples belong to one of $n$ modes. On the ring it is at its
# maximum, $\log 8 = 2.08$. On the grid it is only 0.11 or 0.12.
#
# Is the grid a success, then? The diffuse square finds as many modes, 20.4 on average. Its 2,500
# points are also spread more evenly, with a reverse KL of about $(n-1)/(2\cdot2500)=0.005$. Only in
# quality is the generator ahead, with 5.1 % to 5.8 % against 1.7 %. **Always look at coverage and
# quality together, and next to what chance would give.**


# %% [markdown]
# ## 2. Mode collapse in images
#
# If the discriminator *stands still*, no new place is ever marked as fake. So the generator should
# bring all samples to the images that this discriminator rates highest.
#
# We train the DCGAN of [notebook 05](05_dcgan.ipynb), with its non-saturating loss, for 250 steps.
# Then we set the discriminator's learning rate to zero for 150 steps, and then let it learn again.
# We measure the mean correlation between the pixels of two samples: 1 means that all samples are
# the same picture. The control is the same game without the standstill.
#
# **Predict**: how many steps will it take until all samples look alike? And will the variety come
# back when the discriminator learns again?
#
# <details><summary>Answer</summary>
#
# After 100 steps of standstill the correlation is about 0.7, after 150 steps 0.86. It falls back
# within 50 steps.
#
# </details>


# %%
def mean_correlation(images):
    """Mean correlation of two different images."""
    table = np.corrcoef(images.reshape(len(images), -1).astype("float64"))
    return (table.sum() - len(table)) / (len(table) * (len(table) - 1))


(garments, _), _ = data.load_fashion_mnist(verbose=False)


def play_garments(still, epochs=DCGAN_EPOCHS, seed=SEED):
    """Samples after every 50 steps, from the same latents; in the epochs `still` D rests."""
    keras.utils.set_random_seed(seed)
    gan, rows = GAN(builders.dcgan_generator(), builders.dcgan_discriminator(), seed=seed), []
    gan.compile("rmsprop", "rmsprop", steps_per_execution=25)
    batches = data.batches(garments, 32, SEED, steps_per_epoch=50)
    for epoch in range(capped(epochs)):
        gan.discriminator_optimizer.learning_rate = 0.0 if epoch in still else 1e-3
        gan.fit(batches, epochs=epoch + 1, initial_epoch=epoch, verbose=0)
        rows.append(gan.generate(200, seed=2))
    return rows


rows = play_garments(STILL)

# %%
chosen = [i for i in (0, 4, 5, 7, 8, 9) if i < len(rows)]
names = [f"step {50 * (i + 1)}{', D still' if i in STILL else ''}" for i in chosen]
pictures = np.concatenate([rows[i][:8] for i in chosen])
plots.large(plots.image_grid(pictures, 8, row_labels=names, scale=2))

# %% [markdown]
# Figure 7.6. Each column is one latent vector, each row a moment of the run. At step 250 the
# garments are still crude. While the discriminator stands still (steps 251 to 400), all eight
# latents turn into similar white blocks; columns 3 and 7 differ most from the rest. Fifty steps
# after the discriminator starts to learn again, the blocks are gone.

# %%
games = {"D rests, seed 0": rows}
for seed in SEEDS:  # these end within the standstill, after 350 steps
    if seed != SEED:
        games[f"D rests, seed {seed}"] = play_garments(STILL, 7, seed)
    games[f"control, seed {seed}"] = play_garments((), 7, seed)
alike = {}
for name, made in games.items():
    values = [mean_correlation(each) for each in made]
    alike[name] = np.pad(values, (0, len(rows) - len(made)), constant_values=np.nan)
level = {"real images": mean_correlation(garments[:200])}
place, steps = plots.panels(1, 9.0, 4.2), 50 * np.arange(1, len(rows) + 1)
plots.curves(steps, alike, "steps", "correlation of two images", ax=place, reference=level)
place.axvspan(250, 400, color=plots.BROKEN_COLOUR, alpha=0.2, label="D rests")
place.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
for name, values in (alike | {"real images": level.values()}).items():
    print(f"{name:15}", *(f"{value:.2f}" for value in values if np.isfinite(value)))
place.figure

# %% [markdown]
# Figure 7.7. The mean correlation of two samples, and of two real images (dotted). Until step 250
# each control is the same game as its partner, so their lines coincide. During the standstill
# (shaded) the correlation rises with all three seeds, to about 0.7 after 100 steps. In the controls
# it stays below 0.4. Only seed 0 was followed further, without a control: it reaches 0.86, and is
# back at 0.27 fifty steps after the discriminator moves again. (The curve probably starts high
# because all samples of step 50 are similar grey blurs.)
#
# So against a fixed discriminator the generator does collapse, though not to a garment. A collapse
# does not need a fixed discriminator: in section 1 it moved all the time. Whether a DCGAN collapses
# while both players move, this notebook does not show.

# %% [markdown]
# ## 3. Vanishing gradients
#
# [Arjovsky and Bottou, 2017](https://arxiv.org/abs/1701.04862) stop the generator $G$ and train
# only the discriminator $D$. If real data and samples do not overlap, $D$ can become perfect, and
# their Jensen-Shannon divergence ([notebook 02](02_game.ipynb)) is $\log 2$ wherever the samples
# lie: it gives them no direction to move in. What does this mean for the generator, which makes the
# sample $G(z)$ from the latent vector $z$?
#
# By the chain rule, the generator's gradient is a product: the derivative of the loss with respect
# to the sample's logit $\ell$, where $D = \sigma(\ell)$, times that of the logit with respect to
# the generator's weights. Only the first factor depends on the loss:
#
# - The **saturating** loss is $L(G) = \frac12\,\mathbb{E}\log(1 - D(G(z)))$. Its derivative with
#   respect to the logit is $-\frac12 D(G(z))$, which goes to zero when $D$ is sure that the sample
#   is fake. (The ½ is not in the first paper of 2014.)
# - The **non-saturating** loss $L(G) = -\mathbb{E}\log D(G(z))$ was made for this case. Its
#   derivative is $-(1 - D(G(z)))$, which then goes to minus one.
#
# The code uses $\mathrm{softplus}(\ell) = \log(1 + e^{\ell})$. Since
# $1-\sigma(\ell)=1/(1+e^{\ell})$, this is the same as $-\log(1-D)$; likewise,
# $\mathrm{softplus}(-\ell)=-\log D$.
#
# **Predict.** Which of the two gradients shrinks while $D$ learns? Does the other one stay the
# same?
#
# <details><summary>Answer</summary>
#
# The saturating gradient shrinks. The other one grows: its first factor tends to one in size, and
# $D$ becomes steeper, so the second factor grows.
#
# </details>

# %%
kinds = {  # of the logits of the samples
    "saturating": lambda logits: -ops.mean(ops.softplus(logits)) / 2,  # ½ log(1 - D)
    "non-saturating": lambda logits: ops.mean(ops.softplus(-logits)),  # -log D
    "the logit alone": ops.mean,  # the second factor
}
package = {"saturating": losses.Minimax(), "non-saturating": losses.NonSaturating()}
logits = np.float32([[-3.0], [0.5]])
for name, loss in package.items():
    print(f"{name:15} ours {kinds[name](logits):.4f}, package {loss.generator(logits):.4f}")


def gradient_norm(gan, loss, latents):
    """Norm of the gradient of a generator loss with respect to all weights of the generator."""
    with tf.GradientTape() as tape:
        value = loss(gan.discriminator(gan.generator(latents)))
    gradients = tape.gradient(value, gan.generator.trainable_variables)
    return float(tf.linalg.global_norm(gradients))


# %%
starved = new_game()  # an untrained generator
starved.compile(keras.optimizers.SGD(0.0), keras.optimizers.Adam(D_RATE), steps_per_execution=50)
latents = keras.random.normal((1_000, 2), seed=SEED)
points = ring.draw(100_000, seed=SEED)
stages = data.batches(points, BATCH_SIZE, SEED + 1, steps_per_epoch=D_STEPS)
norms, verdicts = {name: [] for name in kinds}, []
for stage in range(D_STAGES + 1):
    if stage > 0:
        starved.fit(stages, epochs=stage, initial_epoch=stage - 1, verbose=0)
    for name, loss in kinds.items():
        norms[name].append(gradient_norm(starved, loss, latents))
    logits = starved.discriminator(starved.generator(latents))
    verdicts.append(float(ops.mean(ops.sigmoid(logits))))

# %%
place, steps = plots.panels(1, 8.0, 4.2), D_STEPS * np.arange(D_STAGES + 1)
lines = {f"gradient of {name}": values for name, values in norms.items()}
lines["mean D(G(z))"] = verdicts
plots.curves(steps, lines, "steps of D alone", "norm, or probability", ax=place, yscale="log")
place.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
for name, values in lines.items():
    print(f"{name:27} from {values[0]:.2g} to {values[-1]:.2g}, at most {max(values):.2g}")
place.figure

# %% [markdown]
# Figure 7.8. Only $D$ learns (logarithmic axis). The mean probability that it gives to the samples
# falls from one half to 0.00004. The gradient of the logit alone grows to 3.9, because $D$ becomes
# steeper. The non-saturating gradient soon coincides with it, since its first factor is nearly one
# in size. The saturating gradient first rises a little, and then falls to 0.00026.
#
# The non-saturating gradient has its own problem: in this run, it grows as the discriminator
# becomes surer. Arjovsky and Bottou add that it may also be very noisy.
#
# ### Does the generator really learn nothing?
#
# A small gradient does not prove that. With plain stochastic gradient descent (SGD) a step is as
# small as the gradient. Adam divides the gradient by its recent size, so that small gradients still
# make steps of the usual size. We let both players go on from this point in five games: each loss
# with SGD at rate 0.1 and with Adam, and the saturating loss also with SGD at rate 1. $D$ learns
# with Adam. The seeds share the first weights and the data; they differ only in the latents.
#
# **Predict**: in which of them does the generator reach the ring, at radius 1?
#
# <details><summary>Answer</summary>
#
# In three. With the saturating loss, SGD stays at the centre or diverges. With Adam both losses
# work, and the non-saturating loss also works with SGD, though it swings.
#
# </details>

# %%
stuck, SGD, Adam = starved.get_weights(), keras.optimizers.SGD, keras.optimizers.Adam
games = {
    "saturating, SGD 0.1": (losses.Minimax(), lambda: SGD(0.1)),
    "saturating, SGD 1": (losses.Minimax(), lambda: SGD(1.0)),
    "saturating, Adam": (losses.Minimax(), lambda: Adam(LEARNING_RATE, ADAM_BETA)),
    "non-saturating, SGD 0.1": (losses.NonSaturating(), lambda: SGD(0.1)),
    "non-saturating, Adam": (losses.NonSaturating(), lambda: Adam(LEARNING_RATE, ADAM_BETA)),
}


def escape(loss, optimizer, seed):
    """Mean radius of the samples, every 100 steps from the perfect discriminator on."""
    game = new_game(seed=seed)
    game.set_weights(stuck)
    game.compile(optimizer(), Adam(D_RATE), loss=loss, steps_per_execution=50)
    path = [np.linalg.norm(game.generator(latents), axis=1).mean()]
    for stage in range(D_STAGES):
        game.fit(stages, epochs=stage + 1, initial_epoch=stage, verbose=0)
        path.append(np.linalg.norm(game.generator(latents), axis=1).mean())
    return path


# %%
place = plots.panels(1, 8.5, 4.4)
escapes = {name: [escape(*game, seed) for seed in SEEDS] for name, game in games.items()}
lines = {name: paths[0] for name, paths in escapes.items()}
plots.curves(steps, lines, "steps of both players", "mean radius of samples", ax=place)
place.axhline(1, color="black", linewidth=5, alpha=0.2, label="the ring")
place.set_yscale("log")
place.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
for name, paths in escapes.items():
    ends = " ".join(f"{path[-1]:.2f}" for path in paths)
    late = np.array(paths)[:, -5:]
    print(f"{name:24} radius at the end {ends}, in the last 400 steps", end=" ")
    print(f"{late.min():.2f} to {late.max():.2f}")
place.figure

# %% [markdown]
# Figure 7.9. How far from the centre the samples lie, on average, when both players go on from the
# perfect discriminator (seed 0; logarithmic axis).
#
# - **Saturating, SGD.** At rate 0.1 the samples stay at radius 0.09. At rate 1 the generator begins
#   to move, and then its weights overflow (`nan`, not a number; the line ends). Probably the
#   gradient recovers as soon as the samples move, and this rate is then far too large. We have no
#   control that starts from an untrained $D$: the saturating gradient is only 0.017 there, so SGD
#   may stall anyway.
# - **Saturating, Adam** reaches the ring from the same small gradient. The samples overshoot, then
#   fall below the ring, and settle after about 700 steps.
# - **Non-saturating, Adam** overshoots less and settles sooner, after about 400 steps.
# - **Non-saturating, SGD** throws the samples out, to a radius of about 30, and then swings: over
#   the three seeds, between 0.48 and 1.30 in the last 400 steps.
#
# A radius near 1 does not tell whether the samples hit the modes.

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
# In the first three, a step multiplies the vector $(x, y)$ by a matrix. For simultaneous play it is
#
# $$\begin{pmatrix} x' \\ y' \end{pmatrix} =
# \begin{pmatrix} 1 & -\alpha \\ \alpha & 1 \end{pmatrix}
# \begin{pmatrix} x \\ y \end{pmatrix}, \qquad \text{with eigenvalues } \lambda = 1 \pm i\alpha.$$
#
# After $n$ steps, each eigenvector has been multiplied by $\lambda^n$. A complex eigenvalue turns
# the players around the equilibrium, and in the long run its absolute value $|\lambda|$ is the
# factor by which their distance changes per step. The largest $|\lambda|$ is called the **spectral
# radius**. Below 1 the players come to rest at the equilibrium, above 1 they fly apart, and at
# exactly 1 they circle for ever. (A repeated eigenvalue of size 1 can still let the distance grow.)


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
# We let the computer build the matrices: their columns are the points to which $(1, 0)$ and
# $(0, 1)$ move in one step.
#
# **Predict** for $\alpha = 0.1$: which of the three ways to play converges?
#
# <details><summary>Answer</summary>
#
# Only extragradient: its spectral radius is $\sqrt{1 - \alpha^2 + \alpha^4}$, below 1 for
# $0 < \alpha < 1$. Simultaneous play has
# $\sqrt{1 + \alpha^2}$, and alternating play has exactly 1, as long as $\alpha < 2$.
#
# </details>

# %%
# NBVAL_CHECK_OUTPUT
plays = {"simultaneous": simultaneous, "alternating": alternating, "extragradient": extragradient}
spectral = {}
for name, play_xy in plays.items():
    matrix = np.array([play_xy(1.0, 0.0, PLAY_RATE), play_xy(0.0, 1.0, PLAY_RATE)]).T
    eigenvalues = np.linalg.eigvals(matrix)
    spectral[name] = np.abs(eigenvalues).max()
    pair = f"{eigenvalues[0].real:.3f} ± {abs(eigenvalues[0].imag):.3f} i"
    print(f"{name:14} eigenvalues {pair}, spectral radius {spectral[name]:.6f}")

# %%
paths = {}
for name, play_xy in plays.items():
    path = [(1.0, 1.0)]
    for _ in range(PLAY_STEPS):
        path.append(play_xy(*path[-1], PLAY_RATE))
    paths[name] = np.array(path)
counts = np.arange(1, PLAY_STEPS + 2)
paths["averaged"] = np.cumsum(paths["alternating"], axis=0) / counts[:, None]
radii = {name: np.linalg.norm(path, axis=1) for name, path in paths.items()}

# %%
left, right = plots.panels(2, 5.2, 4.8)
lines = {name: radius[20:] for name, radius in radii.items()}
lines["bound of the mean"] = 2 * np.sqrt(2) / (PLAY_RATE * counts[20:])
plots.curves(counts[20:], lines, "steps", "distance from 0", yscale="log", ax=right)
right.set(ylim=(1e-3, 20))
right.get_legend().remove()
for path, line in zip(paths.values(), right.lines, strict=False):
    left.plot(*path[:120].T, color=line.get_color(), linestyle=line.get_linestyle())
left.plot(1, 1, "ko", markersize=8)
left.plot(0, 0, "k+", markersize=14, markeredgewidth=2)
left.set(xlim=(-2.7, 2.7), ylim=(-2.7, 2.7), aspect="equal", xlabel="x", ylabel="y")
left.figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=5)
left.figure

# %% [markdown]
# Figure 7.10. The game $xy$. Left: 120 steps from (1, 1), the black dot; the cross is the
# equilibrium. Simultaneous play spirals outwards and extragradient inwards. Alternating play stays
# on a closed curve, and the mean of its positions winds into the equilibrium. Right: the distance
# from the equilibrium, from step 20 on (logarithmic axis). Simultaneous play and extragradient make
# straight lines: their matrices are scaled rotations, so every step changes the distance by exactly
# this factor. The ripple of alternating play shows that its curve is not quite a circle, but an
# ellipse.
#
# The peaks of the mean fall like one over the number of steps. Why? Read each position as a complex
# number $x + iy$. It starts with length $\sqrt2$ and turns by about the angle $\alpha$ in each
# step, so $n$ positions add up to a geometric sum of the length
#
# $$\sqrt2\,\left|\sum_{k=0}^{n-1} e^{i\alpha k}\right|
# = \sqrt2\,\frac{|e^{i\alpha n} - 1|}{|e^{i\alpha} - 1|}
# \le \frac{2\sqrt2}{|e^{i\alpha} - 1|} \approx \frac{2\sqrt2}{\alpha}.$$
#
# The mean is this sum divided by $n$, so it stays within about $2\sqrt2 / (\alpha\,n)$, the line in
# the figure.
#
# ### What this says about a GAN
#
# Does every GAN circle? No. In the game $xy$ neither player has any curvature of its own. Let us
# give the second player some: it now wants $xy - \frac{c}{2} y^2$ to be large. One step of
# simultaneous play is
#
# $$x' = x - \alpha y, \qquad y' = y + \alpha\,(x - c\,y).$$
#
# In alternating play the second player uses $x' = x - \alpha y$ in place of $x$, which gives $y' =
# \alpha x + (1 - \alpha(\alpha + c))\,y$.
#
# **Predict**, for $\alpha = 0.1$: how large must $c$ be for the players to come to rest, in
# simultaneous play and in alternating play?
#
# <details><summary>Answer</summary>
#
# In simultaneous play, larger than $\alpha$. In alternating play, any $c > 0$ will do. (In both, a
# step overshoots when $\alpha c$ comes near 2.)
#
# </details>

# %%
# NBVAL_CHECK_OUTPUT
a = PLAY_RATE
for c in (0.0, 0.05, 0.1, 0.2):
    both_at_once, in_turns = [[1, -a], [a, 1 - a * c]], [[1, -a], [a, 1 - a * (a + c)]]
    radii_of_c = [np.abs(np.linalg.eigvals(m)).max() for m in (both_at_once, in_turns)]
    formulas = [np.sqrt(1 - a * c + a**2), np.sqrt(1 - a * c)]
    for name, radius, formula in zip(plays, radii_of_c, formulas, strict=False):
        print(f"c = {c:<4}  {name:12} radius {radius:.6f}, by formula {formula:.6f}")

# %% [markdown]
# A determinant is the product of the eigenvalues. As long as these are complex (for $c<2$, or
# $c<2-\alpha$ in alternating play), it is $\lambda\bar\lambda = |\lambda|^2$, and the spectral
# radius is its root. For simultaneous play that is $\sqrt{1 - \alpha c + \alpha^2}$, so the players
# come to rest as soon as $c > \alpha$. For alternating play it is $\sqrt{1 - \alpha c}$, so any
# small $c > 0$ is enough.
#
# Where would a discriminator get such curvature?
#
# - The loss $-\log D$ is curved in the logit. If a weight $y$ of $D$ changes the logit on some
#   data, then near the equilibrium this loss contains a term like $\frac{c}{2} y^2$, which pulls
#   the weight back. [Nagarajan and Kolter, 2017](https://arxiv.org/abs/1706.04156) show that a GAN
#   with such curvature is *locally stable*, without an added penalty: players who start close to
#   the equilibrium come to rest there. They assume very small simultaneous steps, a generator that
#   can produce the data exactly and stays where the data lie, and a $D$ that notices every change
#   of it.
# - [Mescheder et al., 2018](https://arxiv.org/abs/1801.04406) show that a GAN need not be stable
#   when the data fill only a part of the space, as images do. In their example all data lie at 0,
#   the generator makes one point $x$, and the logit is $yx$ with one weight $y$. At 0 this weight
#   does not change the logit, so $c = 0$, as in our game $xy$. Noise on data *and* samples, or the
#   penalty R1 on the gradient of $D$ at real data, brings $c$ back.
#
# And the mean? `callbacks.GeneratorAverage` keeps an *exponential* average of the generator's
# weights. It forgets old positions, so it makes a circle smaller, but does not shrink like $1/n$.
# Momentum acts, too: *negative* momentum, which takes back a part of the last step, helps in games
# like $xy$ when the players alternate ([Gidel et al., 2018](https://arxiv.org/abs/1807.04740)).

# %% [markdown]
# ## 5. Hyperparameters
#
# Of the many settings of a GAN, we begin with the two learning rates: the ring again, with 16 pairs
# of rates and three seeds for each pair, 2,000 steps a game.
#
# **Predict**: which player should be faster?
#
# <details><summary>Answer</summary>
#
# The discriminator, on this ring.
#
# </details>


# %%
def outcome(gan, batches):
    """Modes found, and share of high quality, after a short game."""
    gan.fit(batches, epochs=SWEEP_EPOCHS, verbose=0)
    found = metrics.mode_coverage(gan.generate(NUM_SAMPLES, seed=1), ring.centres, ring.std)
    return found.modes, found.high_quality


ring_batches = batches_of("ring")
sweep = np.zeros((len(SEEDS), len(RATES), len(RATES), 2))  # modes and quality
for place, seed in enumerate(SEEDS):
    for row, rate in enumerate(RATES):
        for column, d_rate in enumerate(RATES):
            sweep[place, row, column] = outcome(new_game(rate, d_rate, seed=seed), ring_batches)

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
figure.colorbar(figure.axes[0].images[0], label="modes, mean of 3 seeds")
figure.set_size_inches(8.5, 3.2)
plots.large(figure, 110)

# %%
ratio = np.array([[d / g for d in RATES] for g in RATES])
for name, cells in (("slower", ratio < 1), ("equal", ratio == 1), ("faster", ratio > 1)):
    games = sweep[:, cells, 0]
    print(f"D {name:6} than G: all 8 modes in {np.sum(games == 8)} of {games.size} games, ", end="")
    print(f"at most 2 modes in {np.sum(games <= 2)}")

# %% [markdown]
# Figure 7.11. Modes of the ring found after 2,000 steps by the rates of the generator (rows) and
# the discriminator (columns), one number for each of three seeds (their mean as colour), and the
# mean share of high quality. The rates are equal on the diagonal from the top left to the bottom
# right. To the right of it, where the discriminator is faster, 17 of 18 games find all eight modes;
# on it 7 of 12 do, and to the left of it none of 18.
#
# Does the ratio of the rates matter, or their size? On the other diagonal, from the bottom left to
# the top right, the product of the rates hardly changes, and the ratio decides: the three seeds
# find 1 0 0, then 0 1 6, 8 8 8 and 4 8 8 modes. Where the ratio is always 1, the quality is 36, 10,
# 16 and 33 % as both rates grow, with no trend. But larger is not always better: with the generator
# at 0.0002, the fastest discriminator is worse than a slower one, 42 % against 66 %. Seeds matter,
# too: even at ratio 1, results range from 0 to 8 modes.
#
# [Heusel et al., 2017](https://arxiv.org/abs/1706.08500) call unequal rates the *two time-scale
# update rule*. They argue that a slow generator leaves the discriminator the time to stay close to
# its best answer. That fits what we see, but does not prove it.
#
# But did section 3 not warn of a strong discriminator? There it trained alone until it was nearly
# perfect, and only the saturating loss with SGD failed. Here both players move, with the
# non-saturating loss and Adam, which reached the ring in section 3, too.
#
# ### Not only the rates
#
# We now fix the rates at 0.0005 for the generator and 0.001 for the discriminator, and change one
# other thing at a time. **Predict**: which change makes a difference after 2,000 steps?
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
}
for name, change in changes.items():
    settings = {"rate": 5e-4, "d_rate": 1e-3} | change
    feed = batches_of("ring", settings.pop("batch", BATCH_SIZE))
    modes, parts = np.array([outcome(new_game(seed=s, **settings), feed) for s in SEEDS]).T
    print(f"{name:13} modes {modes.astype(int)}, high quality", *(f"{part:.0%}" for part in parts))

# %% [markdown]
# 'Momentum' is Adam's $\beta_1$. The baseline has 0.5, batches of 256 and 128 units in each hidden
# layer, and its seeds lie between 33 % and 62 %.
#
# With momentum 0 or 0.9 the quality is below 10 % for every seed, and with 0.9 two of three seeds
# lose modes. But after 2,000 steps quality also measures *speed*: such a game may only need more
# steps or another rate. WGAN-GP, BigGAN and StyleGAN use momentum 0. With networks of 32 units we
# see no difference. With batches of 32 all three seeds are a little lower, after an eighth of the
# data.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **7.1 Predict, then change.** On the ring, a discriminator with a higher learning rate than the
# generator helps. Does it help on the grid with its 25 modes, too? The cell below plays three games
# with equal rates. Write down your guess for the modes and for the quality. Then make the
# discriminator five times as fast, and compare with your first run, seed by seed.
#
# <details><summary>What we found</summary>
#
# Not in the way it helps on the ring: we found a few modes less, and only a little more quality.
# Both stay close to the diffuse square of section 1. The solution has the numbers.
#
# </details>

# %% tags=["exercise"]
rates = {"rate": 2e-4, "d_rate": 2e-4}  # change me: of the generator and of the discriminator

# %% tags=["solution"]
rates = {"rate": 2e-4, "d_rate": 1e-3}

# %% tags=["check"]
_, centres, std = recipes.MIXTURES["grid"]
for seed in SEEDS:
    game = new_game(seed=seed, **rates)
    game.fit(batches_of("grid"), epochs=SWEEP_EPOCHS, verbose=0)
    found = metrics.mode_coverage(game.generate(NUM_SAMPLES, seed=1), centres, std)
    print(f"seed {seed}: {found.modes} of 25 modes, {found.high_quality:.1%} of high quality")

# %% [markdown] tags=["solution"]
# With the faster discriminator we find 19, 18 and 18 of 25 modes after 2,000 steps, and 2.7 % to
# 3.2 % of high quality. With equal rates it was 20, 21 and 22 modes and 2.1 % to 3.1 %. So there
# are a few modes less and a little more quality with every seed, but both are close to what the
# diffuse square gave by chance (20.4 modes, 1.7 %). On the ring, the generator lacked modes; on the
# grid it lacks quality, and 2,000 steps of a faster discriminator do not bring it.

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
for name, shares, expected in (
    ("one mode", np.eye(8)[0], 2.0794),
    ("four modes, equal", np.repeat([0.25, 0.0], 4), 0.6931),
    ("four modes, uneven", np.array([0.7, 0.1, 0.1, 0.1, 0, 0, 0, 0]), 1.1390),
    ("all modes, uneven", np.array([0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]), 0.1064),
):
    print(f"{name:18} expected {expected:.4f}, yours {reverse_kl(shares):.4f}")

# %% [markdown] tags=["exercise-text"]
# **7.3 Implement.** *Optimism* ([Daskalakis et al., 2018](https://arxiv.org/abs/1711.00141)) does
# not need to look ahead. Each player moves by twice its newest gradient minus the one before: $x' =
# x - \alpha\,(2y - y_{-})$ and $y' = y + \alpha\,(2x - x_{-})$, where the minus sign marks the
# position one step earlier. Write the step. Does it converge on the game $xy$?
#
# Then say how fast, without playing. One step maps the four numbers $(x, y, x_-, y_-)$ to
# $(x', y', x, y)$, so its matrix is 4 × 4. Build it column by column, as in section 4, and return
# its spectral radius. Does optimism come to rest sooner or later than extragradient?


# %% tags=["exercise"]
def optimistic(x, y, x_before, y_before, rate):
    return x, y  # your lines


def spectral_radius(rate):
    return np.nan  # your lines


# %% tags=["solution"]
def optimistic(x, y, x_before, y_before, rate):
    return x - rate * (2 * y - y_before), y + rate * (2 * x - x_before)


def spectral_radius(rate):
    columns = [(*optimistic(*unit, rate), *unit[:2]) for unit in np.eye(4)]
    return np.abs(np.linalg.eigvals(np.array(columns).T)).max()


# %% tags=["check"]
now = before = (1.0, 1.0)
for _ in range(400):
    now, before = optimistic(*now, *before, 0.1), now
print(f"distance after 400 steps: expected 0.1875, yours {np.hypot(*now):.4f}")
for rate, expected in ((0.1, 0.9949), (0.5, 0.7071)):
    of_extragradient = np.sqrt(1 - rate**2 + rate**4)
    print(
        f"spectral radius at {rate}: expected {expected}, yours {spectral_radius(rate):.4f}", end=""
    )
    print(f" (extragradient {of_extragradient:.4f})")

# %% [markdown] tags=["solution"]
# At rate 0.1 the spectral radii of optimism and extragradient hardly differ. At rate 0.5 optimism
# has 0.7071 and comes to rest much sooner than extragradient with 0.9014. And it computes only one
# gradient per step, where extragradient computes two.

# %% [markdown]
# ## Take away
#
# - Against a fixed discriminator, nothing in a generator's loss asks for variety: our DCGAN's
#   samples became much more alike. Against one that moves, the generator may collapse: on our ring
#   the seed decided. Count modes *and* quality, and know what chance would give.
# - With a nearly perfect discriminator, the gradient of the saturating loss nearly vanishes. Plain
#   gradient descent then stood still or diverged; Adam, or the non-saturating loss, got out.
# - A spectral radius decides whether a simple game converges. Alternating play of $xy$ has exactly
#   1; a little curvature brings it below 1.
# - On the ring, a faster discriminator helped: seed 0 found all eight modes in 5 of 6 such games,
#   and in 1 of 4 with equal rates. The other seeds mostly succeeded at equal rates, too, so repeat
#   a run before you believe it.
#
# **Limits.** Three seeds are few, and section 1 and the sweep share their networks and data. The
# ring and the grid are hard on purpose: their modes are narrow and far apart.
#
# **Next**: [notebook 08](08_remedies.ipynb) tries a dozen remedies on the same ring and grid.
#
# **References.** Goodfellow et al. 2014, [arXiv:1406.2661](https://arxiv.org/abs/1406.2661) ·
# Goodfellow 2016, tutorial, [arXiv:1701.00160](https://arxiv.org/abs/1701.00160) · Metz et al.
# 2017, unrolled GANs, [arXiv:1611.02163](https://arxiv.org/abs/1611.02163) · Arjovsky and Bottou
# 2017, [arXiv:1701.04862](https://arxiv.org/abs/1701.04862) · Srivastava et al. 2017, VEEGAN,
# [arXiv:1705.07761](https://arxiv.org/abs/1705.07761) · Lin et al. 2018, PacGAN,
# [arXiv:1712.04086](https://arxiv.org/abs/1712.04086) · Nagarajan and Kolter 2017, local stability,
# [arXiv:1706.04156](https://arxiv.org/abs/1706.04156) · Mescheder et al. 2018, which training
# methods converge, [arXiv:1801.04406](https://arxiv.org/abs/1801.04406) · Gidel et al. 2019,
# averaging and extragradient, [arXiv:1802.10551](https://arxiv.org/abs/1802.10551) · Gidel et al.
# 2018, negative momentum, [arXiv:1807.04740](https://arxiv.org/abs/1807.04740) · Daskalakis et al.
# 2018, optimism, [arXiv:1711.00141](https://arxiv.org/abs/1711.00141) · Heusel et al. 2017, two
# time scales, [arXiv:1706.08500](https://arxiv.org/abs/1706.08500) · Korpelevich 1976,
# extragradient.
