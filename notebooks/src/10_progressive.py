# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 10. Progressive growing
#
# {{badge}}
#
# **Question.** Large images are hard: early in training the fakes are so easy to tell that their
# gradients say little. How do images grow, so that the game is easy when the networks know nothing
# and hard only when they know a lot?
#
# **You will be able to** grow two networks from 4 × 4 to 32 × 32 pixels within one `fit`, say what
# fade-in, the equalized learning rate, pixelwise normalisation and the minibatch standard deviation
# do, each measured on its own, and read an ablation table with the suspicion that it deserves.
#
# **Before this**: notebook 05 (DCGAN), notebook 06 (what the distances mean), notebook 08 (R1).
#
# **Lecture**: KTH ID2223, *Progressive Growing of GANs*, *Equalized Learning Rate*, *Pixelwise
# Normalization Layer*; CMU 11-785 names the idea.
#
# **Time of a full run**: about 12 minutes on two CPU cores, beside
# other work. On a GPU it was not measured.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
from gan_tf import builders, callbacks, capped, data, growing, layers, metrics, plots, recipes
from IPython.display import Image
import keras
import numpy as np

# %% [markdown] tags=["setup"]
# ## Settings
# Every number that is used below. `capped` is the number itself, unless a quick trial is asked for
# by an environment variable.

# %% tags=["setup"]
SEED = 0
SIZES = (4, 8, 16, 32)
NUM_IMAGES = 90_000  # real images that the large game sees
NUM_SCORED = capped(5_000, per_step=250)
SHORT_STABLE = SHORT_FADING = 4_000  # real images of each phase of the short games
SHORT_BATCH, SHORT_STEPS, SHORT_EPOCHS = 16, 25, 50  # epochs of 25 steps: 20,000 images
NUM_WATCHED = 100  # latents whose images are followed
keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)

# %% [markdown]
# | setting | this notebook (2 CPU cores) | the paper (8 GPUs) |
# | --- | --- | --- |
# | images | garments, 32 × 32, grey | faces, 1024 × 1024, colours |
# | real images in all | 90,000 | 12,000,000 |
# | feature maps | 64 and fewer | 512 and fewer |
# | loss | non-saturating, R1 | Wasserstein, gradient penalty, drift |
# | batch size | 16 | 128 at 4 × 4, falling to 16 |

# %% [markdown]
# ## 1. The same garments at four sizes
#
# Powers of two are convenient: Fashion-MNIST gets a black border of two pixels, and has 32 × 32.
# Smaller sizes come from averaging squares of four pixels, again and again.

# %% tags=["setup"]
(images, labels), (test_images, _) = data.load_fashion_mnist()
real = data.padded(images, SIZES[-1])


# %%
first_of_each = [np.flatnonzero(labels == number)[0] for number in range(10)]
rows = [data.enlarged(data.shrunk(real[first_of_each], size), 32) for size in SIZES]
plots.image_grid(np.concatenate(rows), 10, row_labels=[f"{s} × {s}" for s in SIZES], scale=2)

# %% [markdown]
# Figure 10.1. One garment of each class at 4 × 4, 8 × 8, 16 × 16 and 32 × 32 pixels. At 4 × 4 a
# picture says little more than "bright in the middle" or "bright below": a game that is soon
# learnt. Each doubling asks for a little more.

# %% [markdown]
# ## 2. Networks that grow
#
# The generator has an output for each size, the discriminator an input. A new size does not come
# at once. Its image is blended with the doubled image of the size before,
#
# $$ x = (1 - \alpha)\; \mathrm{double}(x_\mathrm{old}) + \alpha\; x_\mathrm{new}, $$
#
# and $\alpha$ rises from 0 to 1 while training goes on. The discriminator does the same with what
# its layers make of the image, and the real images fade, too. All earlier layers keep learning.

# %%
# NBVAL_CHECK_OUTPUT
generator = builders.progressive_generator(resolution=32)
discriminator = builders.progressive_discriminator(resolution=32)
for stage, size in enumerate(SIZES):
    players = growing.stage_of(generator, discriminator, stage)
    print(f"{size:2} × {size:<2}", *(f"{player.count_params():8,}" for player in players))

# %% [markdown]
# Weights of the generator and of the discriminator at each stage. Most are there from the start:
# the later layers have fewer feature maps, for they have more places to compute.
#
# **Predict.** A network of stage 8 × 8 gets the untrained layers of 16 × 16. How much do its images
# change at $\alpha = 0$? And how much when the new layers come at once, $\alpha = 1$?

# %%
# NBVAL_CHECK_OUTPUT
latents = rng.normal(size=(8, generator.input_shape[-1])).astype("float32")
fade = generator.get_layer("fade_16")
generator.get_layer("fade_8").alpha.assign(1.0)
before = data.enlarged(generator(latents)[1], 16)
changes = {}
for alpha in (0.0, 0.5, 1.0):
    fade.alpha.assign(alpha)
    changes[alpha] = np.abs(generator(latents)[2] - before).max()
print(f"alpha = 0: the largest change of a pixel is {changes[0.0]}")
print("half of the way is half of the change:", np.isclose(changes[0.5], changes[1.0] / 2))

# %% [markdown]
# Nothing at all at $\alpha = 0$, to the bit: growing by itself breaks nothing. At $\alpha = 1$ the
# untrained layers would have replaced all that was learnt. Section 5 shows what that does to a
# game.

# %% [markdown]
# ## 3. One `fit` for all sizes
#
# `growing.ProgressiveGAN` is a `GAN` whose players grow. How far depends on the real images seen:
# each phase (a size fades in, a size is trained on) lasts as long, and the last size has the rest.
# The optimizers start afresh with every size, as in the official code. The recipe has all parts of
# this notebook in it.

# %%
recipe = recipes.progressive(SEED, num_images=NUM_IMAGES)
game = recipe.gan
print("a size fades in over", f"{game.images_fading:,}", "images")
print("and is trained on for", f"{game.images_stable:,}")


# %%
def at_full_size(pictures):
    """Clipped to [-1, 1], each pixel enlarged, so that all stages can be compared."""
    return data.enlarged(np.clip(pictures, -1, 1), SIZES[-1])


def draw(pictures):
    return plots.image_grid(at_full_size(pictures), scale=2)


average = callbacks.GeneratorAverage(recipe.average_decay)
watcher = callbacks.SampleImages(
    16, draw=draw, every=3, seed=SEED, generator=lambda: average.generator
)

# %% [markdown]
# **Predict.** At 4 × 4, will the images look like garments to you? At which size will you first
# tell a shoe from a shirt?

# %%
history = game.fit(
    recipe.batches,
    epochs=recipe.epochs,
    callbacks=[average, watcher, callbacks.StopOnNaN()],
    verbose=0,
)

# %% [markdown]
# Figure 10.2. What the running average of the generator makes of 16 latents after 90,000 real
# images, one and a half passes over the data. Compare with notebook 05: edges are sharp, shoes have
# soles, shirts two sleeves. Cloth is flat or speckled, and the dark bag and the sandal are in parts
# dissolved.

# %%
frames = watcher.frames[:8] + watcher.frames[8::3]  # sizes change early
film = plots.training_gif(frames, "../outputs/10_progressive.gif", 0.4)
Image(film.read_bytes())

# %% [markdown]
# Figure 10.3. The film, 0.4 s a frame: every third epoch at first, every ninth later. Noise of 4 ×
# 4 blocks turns into bright and dark blocks in the right places; at 8 × 8 and 16 × 16 there are
# upright and flat shapes; a shoe can be told from a shirt from the first epochs of 32 × 32 on.

# %%
seen = np.array(history.epoch) + 1
seen = seen * recipe.steps_per_epoch * recipe.batch_size
early = seen <= 24_000
schedule = {
    "resolution / 32": np.array(history.history["resolution"])[early] / 32,
    "alpha": np.array(history.history["alpha"])[early],
}
plots.curves(seen[early], schedule, "real images seen", "share")

# %% [markdown]
# Figure 10.4. The logs of the first 24,000 images: the resolution, as a share of 32, climbs in
# three steps, and with each step alpha, the share of the new size, falls to 0 and rises again to 1.
# (Means over an epoch of 800 images, so the lowest values lie between.) After 18,000 images the
# networks are complete, and the other four fifths of the run belong to 32 × 32.

# %%
curves = {name: history.history[name] for name in ("d_loss", "g_loss")}
reference = {"log 2: D cannot tell": np.log(2)}
plots.curves(seen, curves, "real images seen", "loss (nats)", reference=reference)

# %% [markdown]
# Figure 10.5. The losses against the real images seen. At the small sizes the discriminator is
# close to guessing ($\log 2$): the game is easy for the generator, as was the idea. From 16 × 16
# on, the discriminator pulls ahead, and then both stay level, at about 0.62 and 0.92, while the
# images go on getting better.

# %% [markdown]
# ## 4. Is it any good?
#
# As in notebook 05: the Fréchet classifier distance with its floor and ceiling, precision and
# recall, and the classes that a classifier finds. The border is cut off first.


# %%
def samples_of(model, count, seed=SEED + 2):
    fresh = keras.random.normal((count, model.input_shape[-1]), seed=seed)
    parts = [model(part, training=False) for part in np.array_split(fresh, 20)]
    return data.cropped(at_full_size(np.concatenate(parts)), 28)


reference = metrics.Reference(
    metrics.fashion_mnist_encoder(), images[:5_000], images[5_000:10_000], seed=SEED
)
scores = metrics.Scores(reference)
for name, model in {"generator": game.generator, "average": average.generator}.items():
    print(f"The {name}:", *scores.report(samples_of(model, NUM_SCORED)), sep="\n")

# %% [markdown]
# The average has a distance of 12, the generator itself 30: with a rate that stays high, the
# generator circles, and the average is where it circles around. The DCGAN of notebook 05 has 72
# after 4,000 steps with a batch of 32, which is 128,000 real images, and `benchmarks/quality.py`
# puts both on one clock (README). What is missing is variety: a recall of 0.36 where other real
# images have 0.87. All ten classes are there.

# %%
many = samples_of(average.generator, NUM_SCORED)
classes = metrics.fashion_mnist_encoder()(many).probabilities.argmax(axis=1)
rows = []
for number in range(10):
    found = list(many[classes == number][:10])
    rows += found + [np.ones((28, 28, 1))] * (10 - len(found))
plots.image_grid(np.stack(rows), 10, row_labels=data.CLASS_NAMES, scale=2)

# %% [markdown]
# Figure 10.6. Samples of the average, a row for each class that the classifier sees. Sneakers,
# boots, trousers, pullovers would pass; bags have lost some handles; sandals, with their thin
# straps, and dresses are the worst, as ever.

# %% [markdown]
# ## 5. Fade-in: what it spares the game
#
# Short games up to 16 × 16 show each part alone. In this one the new layers come at once in one
# game, and fade in in the other. We follow the images of 100 latents: how much do they change from
# one epoch of 25 steps to the next?


# %% tags=["setup"]
def short_game(fade=True, equalized=True, normalize=True, group_size=4, at_a_time=SHORT_STEPS):
    """A game of the sizes 4, 8 and 16, compiled."""
    keras.utils.set_random_seed(SEED)
    generator = builders.progressive_generator(16, equalized=equalized, normalize=normalize)
    discriminator = builders.progressive_discriminator(
        16, equalized=equalized, group_size=group_size
    )
    phases = (SHORT_STABLE, SHORT_FADING)
    game = growing.ProgressiveGAN(generator, discriminator, *phases, fade, seed=SEED)
    rate = recipes.growing.RATE if equalized else recipes.growing.SLOW_RATE
    optimizers = [keras.optimizers.Adam(rate, 0.0, 0.99) for _ in range(2)]
    game.compile(*optimizers, penalty=recipes.growing.r1(), steps_per_execution=at_a_time)
    return game


small = data.shrunk(real, 16)
small_batches = data.batches(small, SHORT_BATCH, SEED, steps_per_epoch=SHORT_STEPS)
watched = rng.normal(size=(NUM_WATCHED, 128)).astype("float32")


# %% tags=["setup"]
class Watch(keras.callbacks.Callback):
    """Calls `look()` after every epoch and keeps what it returns."""

    def __init__(self, look):
        super().__init__()
        self.look, self.seen = look, []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(self.look(self.model))


def pictures_of(game):
    return data.enlarged(game.generator(watched, training=False), 16)


def played(game, look):
    watch = Watch(look)
    small_batches.epoch.assign(0)
    history = game.fit(small_batches, epochs=SHORT_EPOCHS, callbacks=[watch], verbose=0)
    return watch.seen, history.history


# %%
jumps, d_losses = {}, {}
for name, fade in {"fading in": True, "at once": False}.items():
    pictures, log = played(short_game(fade), pictures_of)
    steps = np.abs(np.diff(pictures, axis=0)).mean(axis=(1, 2, 3, 4))
    jumps[name], d_losses[name] = steps, log["d_loss"]
short_seen = (np.arange(len(d_losses["at once"])) + 1) * SHORT_BATCH * SHORT_STEPS
plots.curves(short_seen[1:], jumps, "real images seen", "mean change of a pixel")

# %% [markdown]
# Figure 10.7. How much the images of 100 fixed latents change within an epoch. At 4,000 images the
# size 8 × 8 begins, at 12,000 the size 16 × 16. New layers that come at once change a pixel by 0.65
# on average, a third of the whole range from black to white, and by 0.37 at the second growth. With
# fading it is 0.41 and 0.14: there the second growth does not show at all.

# %%
plots.curves(
    short_seen,
    d_losses,
    "real images seen",
    "discriminator's loss (nats)",
    reference={"log 2: D cannot tell": np.log(2)},
)

# %% [markdown]
# Figure 10.8. The discriminator's loss of the same two games. Where the new layers come at once, it
# falls for the next 4,000 images (down to 0.64): fakes are easy to tell for a while. With fading it
# stays higher. At the end the two games cannot be told apart, and the ablation below says what
# remains of it in the images.

# %% [markdown]
# ## 6. The equalized learning rate
#
# Adam moves every weight by about the learning rate, however small the weight is. But He's
# initialisation gives each layer weights of another size, $\sqrt{2/n}$ for $n$ inputs: so layers
# with many inputs change fast, and those with few change slowly. The remedy: store all weights with
# a spread of one, and *multiply* by He's constant at every use,
#
# $$ W = w \cdot \sqrt{2 / n}, \qquad w \sim N(0, 1). $$
#
# (The paper's text, and the lecture after it, *divide* by the constant; the official code
# multiplies, and so must everyone who wants He's scale.) Then one step of Adam changes all layers
# by the same share. We measure: the size of a step over the size of the weights in use, for each
# layer.


# %%
def kernels(model):
    """The kernels as the layers use them, in the order of the network."""
    found = [layer for layer in model._flatten_layers() if hasattr(layer, "kernel")]
    return [keras.ops.convert_to_numpy(getattr(x, "scaled_kernel", x.kernel)) for x in found]


def rms(x):
    return np.sqrt(np.mean(np.square(x)))


def relative_steps(equalized):
    """One step of Adam at 16 × 16, as a share of the weights of each layer that takes part."""
    game = short_game(equalized=equalized, at_a_time=1)
    game.generator_optimizer.learning_rate = 1e-3
    before = kernels(game.generators[-1])
    game.images_seen.assign(10**6)  # the last stage
    game.fit(small_batches.take(1), epochs=1, verbose=0)
    after = kernels(game.generators[-1])
    steps = [rms(b - a) / rms(a) for a, b in zip(before, after, strict=True)]
    return [step for step in steps if step > 0]  # the images of smaller sizes are out of use


relative = {"equalized": relative_steps(True), "He's initialisation": relative_steps(False)}

# %%
for name, steps in relative.items():
    print(f"{name:20} smallest {min(steps):.4f}, largest {max(steps):.4f}", end="")
    print(f", ratio {max(steps) / min(steps):.1f}")
places = np.arange(len(relative["equalized"])) + 1
plots.curves(places, relative, "layer of the generator", "step / weights", yscale="log")

# %% [markdown]
# Figure 10.9. One step of Adam at a rate of 0.001, as a share of each layer's weights, from the
# dense layer (1) to the one that makes the image (7); note the logarithmic axis. Equalized, all
# layers move by the same tenth of a percent. With He's initialisation they move by 0.35 to 1.7
# percent, the layers with most inputs five times as far as the last one. No rate suits all of them.

# %% [markdown]
# ## 7. Pixelwise normalisation
#
# The two players can drive each other's activations up without end. After each convolution the
# generator divides the features of every pixel by their length,
#
# $$ b_{ij} = a_{ij} \Big/ \sqrt{\tfrac1C \textstyle\sum_c a_{ijc}^2 + 10^{-8}}. $$
#
# There is nothing to learn in it. We follow the largest activation *before* the normalisation, in
# a game with it and one without.


# %%
def largest_activation(game):
    """Largest root mean square over the features of the generator's convolutions."""
    generator = game.generator
    convolutions = [x for x in generator.layers if isinstance(x, layers.EqualizedConv2D)]
    probe = keras.Model(generator.inputs[0], [x.output for x in convolutions if x.filters > 1])
    return max(rms(features) for features in probe(watched[:16]))


sizes_of_activations = {}
for name, normalize in {"normalised": True, "not normalised": False}.items():
    game_16 = short_game(normalize=normalize)
    sizes_of_activations[name], _ = played(game_16, largest_activation)
plots.curves(
    short_seen,
    sizes_of_activations,
    "real images seen",
    "largest activation (root mean square)",
)

# %% [markdown]
# Figure 10.10. The largest activation of the generator's convolutions, before a normalisation. Here
# nothing escalates: *without* normalisation the activations are smaller (1.2) and stay so; with it
# they double, for what is divided by its length anyway may be of any size. The players of this
# short game do not drive each other up. And yet, of all parts, this one is missed most in the table
# below: it also keeps latent vectors, and the features of every pixel, on one sphere.

# %% [markdown]
# ## 8. The minibatch standard deviation
#
# A discriminator that sees one image at a time cannot notice that all fakes look alike. This layer
# shows it the spread: the standard deviation of each feature over a group of images, averaged to
# one number, as one more feature map.

# %%
# NBVAL_CHECK_OUTPUT
show_spread = layers.MinibatchStdDev(group_size=4)
varied, alike = small[:4], np.repeat(small[:1], 4, axis=0)
for name, batch in {"four garments": varied, "one garment four times": alike}.items():
    added = np.array(show_spread(batch))[..., -1]
    print(f"{name:22} the added map is {added.mean():.4f} everywhere: {np.ptp(added) == 0}")

# %% [markdown]
# One number gives the collapse away. But do the samples become more varied? Two games, with and
# without, and how far two images of a game are apart on average, beside the same for real ones:


# %%
def mean_distance(pictures):
    """Root mean square difference between pixels of two different images, over all pairs."""
    flat = np.reshape(pictures, (len(pictures), -1))
    count = len(flat)
    return np.sqrt(2 * flat.var(axis=0).mean() * count / (count - 1))


spreads = {}
for name, group_size in {"with": 4, "without": 0}.items():
    found, _ = played(short_game(group_size=group_size), lambda g: mean_distance(pictures_of(g)))
    spreads[name] = found
level = {"real images": mean_distance(small[:NUM_WATCHED])}
plots.curves(short_seen, spreads, "real images seen", "distance of two images", reference=level)

# %% [markdown]
# Figure 10.11. The mean distance of two images of a game, in pixel values (black to white is 2),
# beside that of real images. From 4 × 4 blocks that are much alike, variety grows as the sizes do.
# The two curves cross again and again: in this game, one cannot see what the layer is for. Neither
# game collapses, so there is nothing to cure.

# %% [markdown]
# ## 9. The ablation
#
# All parts, and each one left out, up to 16 × 16: 24,000 real images, three seeds, the running
# average judged by 10,000 samples. `python benchmarks/ablations.py --of progressive --seeds 3`
# prints this table.
#
# {{benchmarks/results/ablation_progressive.md}}
#
# Smaller is better in both distances; ± is one standard deviation over the seeds.
#
# - **Pixelwise normalisation** is missed most: the distance doubles, in every seed.
# - **The equalized learning rate** decides at which rate one may train. At the rate of 0.008 that
#   suits the whole game, He's initialisation breaks down; at 0.001 it does as well as the equalized
#   weights (23.6 against 25.2), or a little better. In networks this small, one rate for all layers
#   can be found.
# - **Fade-in** is worth two points (27.1 against 25.2), about the spread of the seeds.
# - **Minibatch standard deviation** and **growing itself** make no difference that three seeds
#   could show, and a game that never grows takes only 15 % more processor time, for the small sizes
#   are over soon. At 16 × 16 pixels nothing is gained by beginning at 4 × 4; the paper's images
#   have four thousand times as many pixels.
#
# The lesson is not that the paper is wrong. It is that an ablation holds for its data, its size and
# its budget, and that a table must be read with them.

# %% [markdown]
# ## 10. Larger
#
# The same code grows faces on a GPU; a size is only a number. This is all that changes:
#
# ```python
# faces = data.image_batches("tfds:celeb_a", size=128, batch_size=16)
# filters = builders.papers_filters
# game = growing.ProgressiveGAN(
#     builders.progressive_generator(128, 512, channels=3, filters=filters),
#     builders.progressive_discriminator(128, channels=3, filters=filters),
# )
# game.compile(
#     keras.optimizers.Adam(1e-3, 0.0, 0.99), keras.optimizers.Adam(1e-3, 0.0, 0.99),
#     loss="wasserstein", penalty=penalties.Sum(penalties.GradientPenalty(), penalties.Drift()),
# )
# game.fit(faces, epochs=..., callbacks=[callbacks.GeneratorAverage(0.999)])
# ```
#
# A folder of your own pictures does as well: `data.image_batches("pictures", size=128)`. What a
# size costs on two CPU cores (`python benchmarks/sizes.py`), TensorFlow itself included:
#
# {{benchmarks/results/sizes.md}}

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **10.1 Predict, then compute.** The paper shows 800,000 real images in each phase, its official
# code 600,000. With the latter, how many real images has a game of 1024 × 1024 seen when its last
# size begins to fade in?

# %% tags=["exercise"]
answer = 0  # change me

# %% tags=["solution"]
num_stages = 9  # 4, 8, … 1024
answer = 600_000 + (num_stages - 2) * 1_200_000

# %% tags=["check"]
asked = growing.first_image_of(stage=8, images_stable=600_000, images_fading=600_000)
print(f"expected {asked:,}, yours {answer:,}")

# %% [markdown] tags=["exercise-text"]
# **10.2 Implement** the pixelwise normalisation of section 7, in one line of numpy.


# %% tags=["exercise"]
def normalized(a):
    return a * np.nan  # your line


# %% tags=["solution"]
def normalized(a):
    return a / np.sqrt(np.mean(a**2, axis=-1, keepdims=True) + 1e-8)


# %% tags=["check"]
features = np.array([[1.0, 2.0, 3.0], [0.1, 0.2, 0.3]], "float32")
print("expected", np.array(layers.PixelNormalization()(features))[0].round(3))
print("yours   ", normalized(features)[0].round(3))

# %% [markdown] tags=["exercise-text"]
# **10.3 Implement** the number that the minibatch standard deviation adds, for a whole batch as one
# group: the standard deviation of each feature over the batch (with the small constant 1e-8 inside
# the root), then the mean of all.


# %% tags=["exercise"]
def spread_of(batch):
    return np.nan  # your line


# %% tags=["solution"]
def spread_of(batch):
    return np.sqrt(batch.var(axis=0) + 1e-8).mean()


# %% tags=["check"]
batch = data.shrunk(real[:16], 8)
added = np.array(layers.MinibatchStdDev(group_size=None)(batch))[0, 0, 0, -1]
print(f"expected {added:.5f}, yours {spread_of(batch):.5f}")

# %% [markdown] tags=["exercise-text"]
# **10.4 Change.** Let a game up to 16 × 16 fade in four times as fast, with the same number of
# images in all. Does the discriminator's loss end lower? Would that say which images are better?

# %% tags=["solution"]
for fading in (SHORT_FADING // 4, SHORT_FADING):
    game_16 = short_game()
    game_16.images_fading, game_16.images_stable = fading, SHORT_FADING + SHORT_STABLE - fading
    _, log = played(game_16, lambda g: 0.0)
    print(f"fading over {fading:5,} images: d_loss {np.mean(log['d_loss'][-5:]):.3f}")

# %% [markdown] tags=["solution"]
# The fast one ends at 0.669, the slow one at 0.659: no more than the curve of section 5 moves from
# one epoch to the next. And it would not tell which images are better: a discriminator's loss is as
# much about the discriminator as about the generator. That takes a distance, and more than one
# seed.

# %% [markdown]
# ## Take away
#
# - Two networks can grow while they play: faded in, a new size changes nothing at first, to the
#   bit.
# - One step of Adam moves equalized layers by the same share, and He-initialised ones by shares
#   that differ five times. Here that allowed a rate eight times the paper's, and a distance of 12.
# - Of all parts, pixelwise normalisation was missed most here; growing, fade-in and the minibatch
#   standard deviation hardly at all, at this size and budget.
#
# **Limits.** The notebook's game and its short ones are one seed each, the table three. 32 × 32 is
# where growing has least to offer: it was made for images a thousand
# pixels wide.
#
# **Next**: notebook 11 keeps the growing networks and replaces the generator's inside, so that each
# size has its own say in the style.
#
# **References.** Karras et al. 2018, *Progressive growing of GANs for improved quality, stability,
# and variation*, arXiv:1710.10196 · He et al. 2015, *Delving deep into rectifiers*,
# arXiv:1502.01852 · Salimans et al. 2016 (minibatch discrimination), arXiv:1606.03498 · Mescheder
# et al. 2018 (R1), arXiv:1801.04406 · Gulrajani et al. 2017 (the gradient penalty),
# arXiv:1704.00028 · Karras et al. 2020 (lazy regularisation), arXiv:1912.04958.
