# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 10. Progressive growing
#
# {{badge}}
# {{page}}
#
# **Question.** Large images are hard for a GAN: the first fakes are so easy to recognise that the
# generator learns little from them. Can we begin with tiny images, and let both networks grow while
# they play?
#
# **You will be able to** grow two networks from 4 × 4 to 32 × 32 pixels within one `fit`, write the
# four ideas of the paper (fade-in, equalized learning rate, pixelwise normalisation, minibatch
# standard deviation) in a few lines each, measure what each of them does, and read an ablation
# table critically.
#
# **Before this**: [notebook 05](05_dcgan.ipynb) (DCGAN), [notebook 06](06_measuring.ipynb) (what
# the distances mean), [notebook 08](08_remedies.ipynb) (the penalty R1).
#
# **Lectures**: KTH ID2223, *Progressive Growing of GANs* and the three slides that follow it. CMU
# 11-785 shows its pictures.
#
# **Time of a full run**: about 15 minutes on one CPU core, less on two. We have not measured it on
# a GPU.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
from gan_tf import GAN, builders, callbacks, capped, data, growing, layers, metrics, plots, recipes
from IPython.display import Image
import keras
from keras import ops
import numpy as np
import tensorflow as tf

tf.get_logger().setLevel("ERROR")  # TensorFlow advises against many short games, which we want

# %% [markdown] tags=["setup"]
# ## Settings
# This cell holds every number that we use below. (`capped` returns the number itself, unless the
# tests of this course ask for a short trial.)

# %% tags=["setup"]
SEED, SEEDS = 0, (0, 1, 2)[: capped(3)]
SIZES = (4, 8, 16, 32)
NUM_IMAGES = 57_600  # real images of the game of section 3; 24_000 for a first look
PHASE = 3_200  # real images of each of its phases: four epochs of 800
NUM_SCORED = capped(5_000, per_step=250)
SHORT_PHASE = 2_000  # real images of each phase of the games that grow once, to 8 × 8
SHORT_BATCH, SHORT_STEPS, SHORT_EPOCHS = 16, 25, 15  # an epoch has 400 images
EPOCHS_AT_8 = 10  # the last ten: 8 × 8 begins after 2,000 images
TABLE = {"num_images": 24_000, "phase": 1_200, "resolution": 16}  # of the table in section 9
RING_RATES, RING_EPOCHS = (2e-3, 5e-4), 4  # generator, discriminator; epochs of 250 steps
NUM_WATCHED = 100  # latents whose images are followed
keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)

# %% [markdown]
# Our run is much smaller than that of the paper ([Karras et al.,
# 2018](https://arxiv.org/abs/1710.10196)). The numbers of the paper's run come from the [official
# configuration file](https://github.com/tkarras/progressive_growing_of_gans).
#
# | setting | this notebook | largest run of [the paper](https://arxiv.org/abs/1710.10196) |
# | --- | --- | --- |
# | images | garments, 32 × 32, grey | faces, 1024 × 1024, colour |
# | real images of a phase | 3,200 | 800,000 (600,000 by default) |
# | real images in all | 57,600 | 19,000,000 |
# | batch size | 16 | 16, from 256 × 256 on 14, 6 and 3 |
# | feature maps | at most 64 | at most 512 |
# | loss | non-saturating, R1 | Wasserstein, gradient penalty, drift |
# | learning rate | 0.008 | 0.001 |
# | running average, decay | 0.998 | 0.999 |

# %% [markdown]
# ## 1. Why begin with tiny images?
#
# When you generate large images with a DCGAN, the details are often convincing and the whole is
# not. The lecture's example is a shirt with one sleeve much longer than the other. A sleeve is a
# local matter, and a few convolutions can paint one. That both sleeves have the same length is
# *long-range structure*: it ties together pixels that are far apart.
#
# At 4 × 4 pixels nothing is far apart. A network that first learns to make good 4 × 4 images
# settles where bright and dark belong, and every later size only has to add detail. The lecture
# compares this with *greedy layer-wise training* of autoencoders, where one layer is trained after
# the other. There is one difference: here the earlier layers go on learning.
#
# To have powers of two, we give Fashion-MNIST a black border of two pixels. The smaller sizes are
# averages of squares of 2 × 2 pixels, again and again.

# %% tags=["setup"]
(images, labels), (test_images, _) = data.load_fashion_mnist()
real = data.padded(images, SIZES[-1])
tiny = data.batches(data.shrunk(real, 8), SHORT_BATCH, SEED, steps_per_epoch=SHORT_STEPS)
watched = rng.normal(size=(NUM_WATCHED, 128)).astype("float32")

# %%
first_of_each = [np.flatnonzero(labels == number)[0] for number in range(10)]
rows = [data.enlarged(data.shrunk(real[first_of_each], size), 32) for size in SIZES]
names = [f"{size} × {size}" for size in SIZES]
plots.large(plots.image_grid(np.concatenate(rows), 10, row_labels=names, scale=2), 110)

# %% [markdown]
# Figure 10.1. One garment of each class, at four sizes. At 4 × 4 an image says little more than
# 'bright in the middle' or 'bright at the bottom'. Notice that each row keeps what the row above it
# says and adds detail.

# %% [markdown]
# ## 2. Networks that grow
#
# Generator and discriminator are mirror images. With every stage, both get a pair of convolutions:
# the generator at its end, the discriminator at its beginning.

# %%
boxes, arrows, blocks = {}, [], ("4", "8", "16", "32")
for row in range(4):
    size, y = f"{blocks[row]} × {blocks[row]}", 3.9 - row
    line = [f"z{row}", *[f"G{row}{i}" for i in range(row + 1)], f"image{row}"]
    line += [*[f"D{row}{i}" for i in reversed(range(row + 1))], f"logit{row}"]
    for name in line[1:-1]:
        i, colour = int(name[-1]), plots.FAKE_COLOUR if name[0] == "G" else plots.REAL_COLOUR
        x = 4.2 - 0.85 * (row - i) if name[0] == "G" else 7.4 + 0.85 * (row - i)
        boxes[name] = plots.Box(blocks[i], x, y, colour)
    boxes[f"image{row}"] = plots.Box(f"image {size}", 5.8, y)
    boxes[f"z{row}"] = plots.Box("latents", 0.6, y)
    boxes[f"logit{row}"] = plots.Box("logit", 11.0, y)
    arrows += [plots.Arrow(*pair) for pair in zip(line, line[1:], strict=False)]
plots.large(plots.diagram(boxes, arrows, 11.6, 4.4), 100)

# %% [markdown]
# Figure 10.2. The four stages of the game, one below the other. An orange box is a block of the
# generator, a blue box one of the discriminator, and the number is its size in pixels. Each stage
# keeps the blocks of the one before. New blocks come next to the image, in the middle.

# %%
# NBVAL_CHECK_OUTPUT
generator = builders.progressive_generator(resolution=32)
discriminator = builders.progressive_discriminator(resolution=32)
for stage, size in enumerate(SIZES):
    players = growing.stage_of(generator, discriminator, stage)
    weights = "generator {:8,}, discriminator {:8,}".format(*(p.count_params() for p in players))
    print(f"{size:2} × {size:<2} number of weights: {weights}")

# %% [markdown]
# In the generator 61 % of the weights are there from the start, in the discriminator 49 %. Many of
# them sit in one dense layer, between the vectors and the maps of 4 × 4.
#
# ### Fade-in
#
# A new block is untrained, so it would spoil the images of a trained network. Therefore we blend it
# in. We make the image twice, once by doubling the image of the size before, and once with the new
# block, and mix the two:
#
# $$ x = (1 - \alpha)\; \mathrm{double}(x_\mathrm{old}) + \alpha\; x_\mathrm{new}. $$
#
# While training goes on, the share $\alpha$ rises from 0 to 1. Then the old path is dropped.

# %%
boxes = {
    "features": plots.Box("features 8 × 8", 1.2, 1.9),
    "old": plots.Box("to image (trained)", 4.0, 2.9),
    "double": plots.Box("double", 6.9, 2.9),
    "up": plots.Box("double", 3.2, 0.8),
    "new": plots.Box("2 convolutions (new)", 5.5, 0.8, plots.FAKE_COLOUR),
    "to": plots.Box("to image (new)", 8.3, 0.8, plots.FAKE_COLOUR),
    "sum": plots.Box("+", 9.7, 1.9),
    "image": plots.Box("image\n16 × 16", 11.1, 1.9),
}
arrows = [plots.Arrow(*pair.split()) for pair in ("features old", "old double", "features up")]
arrows += [plots.Arrow("up", "new"), plots.Arrow("new", "to"), plots.Arrow("sum", "image")]
arrows += [plots.Arrow("double", "sum", "× (1 − α)"), plots.Arrow("to", "sum", "× α")]
plots.large(plots.diagram(boxes, arrows, 12, 3.6), 100)

# %% [markdown]
# Figure 10.3. How a generator grows from 8 × 8 to 16 × 16. The upper path needs nothing new, the
# lower one consists of the new layers (orange). The discriminator does the same in mirror image: it
# mixes the features of the halved image with those that its new block makes of the full image. Real
# images are blended with their own halved and doubled version, so that they are as coarse as the
# fakes.
#
# In code, the generator's part of this is:


# %%
def grown(features, old_to_image, new_block, new_to_image, alpha):
    """The image of a network that grows, `features` being those of the size before."""
    double = keras.layers.UpSampling2D(2)  # each pixel becomes a square of 2 × 2
    old_image = double(old_to_image(features))
    new_image = new_to_image(new_block(double(features)))
    return (1 - alpha) * old_image + alpha * new_image


keras.utils.set_random_seed(SEED)
old_to_image, new_to_image = (keras.layers.Conv2D(1, 1) for _ in range(2))
new_block = keras.layers.Conv2D(32, 3, padding="same", activation="leaky_relu")
features = rng.normal(size=(2, 8, 8, 64)).astype("float32")
pair = [grown(features, old_to_image, new_block, new_to_image, alpha) for alpha in (0.0, 1.0)]
for alpha in (0.0, 0.25, 1.0):
    ours = grown(features, old_to_image, new_block, new_to_image, alpha)
    package = layers.FadeIn(alpha)(pair)
    print(f"alpha = {alpha}: as in the package: {np.allclose(ours, package, atol=1e-6)}")

# %% [markdown]
# **Predict.** The new layers of our `generator` are untrained. By how much does its image of stage
# 16 × 16 change, compared with the doubled one of stage 8 × 8, at $\alpha = 0$?
#
# <details><summary>Answer</summary>
#
# It does not change at all, not even in the last bit. Growing alone spoils nothing.
#
# </details>

# %%
# NBVAL_CHECK_OUTPUT
latents = rng.normal(size=(8, generator.input_shape[-1])).astype("float32")
generator.get_layer("fade_8").alpha.assign(1.0)  # 8 × 8 is there
before = data.enlarged(generator(latents)[1], 16)
changes = {}
for alpha in (0.0, 0.5, 1.0):
    generator.get_layer("fade_16").alpha.assign(alpha)
    changes[alpha] = np.abs(generator(latents)[2] - before).max()
print(f"alpha = 0: the largest change of a pixel is {changes[0.0]}")
print("half of the way is half of the change:", np.isclose(changes[0.5], changes[1.0] / 2))

# %% [markdown]
# ## 3. One `fit` for all sizes
#
# `growing.ProgressiveGAN` is a `GAN` whose players grow. The number of real images that it has seen
# decides how far. Each phase (a size fades in, or a size is trained) lasts for 3,200 images, and
# the last size gets the rest of the run. A new size can begin only when an epoch begins, so our
# phase has exactly four epochs of 800 images. The generator of the game returns a list with one
# image for each stage. These are the rules of our recipe:
#
# - The loss is the non-saturating one with the penalty **R1**, $\frac{\gamma}{2} E\,\|\nabla
#   D(x)\|^2$ at real images $x$, with $\gamma = 0.2$. It is *lazy*: we compute it in every fourth
#   update only, and multiply it by four. The gradient of a gradient costs more than the rest of a
#   step, and [Karras et al., 2020](https://arxiv.org/abs/1912.04958) found that an occasional
#   penalty does as well.
# - We judge a **running average** of the generator's weights. At each step it keeps the share 0.998
#   of itself, so it reaches back about 1 / (1 − 0.998) = 500 steps, or 8,000 images.
# - The learning rate of Adam is 0.008, eight times the paper's. Section 6 shows what that means.
# - The optimizers start afresh with every size. (The official code restarts them when a fade begins
#   and when it ends.) So two things change at once when a size begins, and section 5 looks at both.

# %%
recipe = recipes.progressive(SEED, num_images=NUM_IMAGES, phase=PHASE)
game, penalty = recipe.gan, recipe.gan.penalty
rate = float(game.generator_optimizer.learning_rate)
print(f"real images: {game.images_fading:,} to fade in, then {game.images_stable:,} to train")
print(f"R1 with weight {penalty.penalty.weight}, in every {penalty.interval}th update")
print(f"the running average keeps {recipe.average_decay}; the learning rate is {rate:g}")

# %% [markdown]
# We follow six latent vectors. The figure below is redrawn during training: the upper row comes
# from the generator itself, the lower row from the running average. Its title says how many steps
# of 16 real images the game has played, and at which size.


# %%
def at_full_size(pictures):
    """Clipped to [-1, 1], and each pixel enlarged, so that all stages can be compared."""
    return data.enlarged(np.clip(pictures, -1, 1), SIZES[-1])


average = callbacks.GeneratorAverage(recipe.average_decay)


def draw(pictures):
    smooth = average.generator(game.inputs_for(len(pictures), SEED))  # of the same latents
    both = np.concatenate([at_full_size(pictures), at_full_size(smooth)])
    names, size = ["generator", "average"], pictures.shape[1]
    title = f"step {int(game.images_seen) // recipe.batch_size:,}, {size} × {size}"
    grid = plots.image_grid(both, len(pictures), title=title, row_labels=names, scale=2)
    return plots.large(grid)


watcher = callbacks.SampleImages(6, draw=draw, every=2, seed=SEED)

# %% [markdown]
# **Predict.** The average reaches back 8,000 images, and a phase has 3,200. Which of the two rows
# will look better while the networks grow, and which one at the end?
#
# <details><summary>Answer</summary>
#
# While the networks grow, the average lags behind: it still contains the untrained weights of the
# start. At the end it looks cleaner than the generator itself.
#
# </details>

# %%
history = game.fit(
    recipe.batches,
    epochs=recipe.epochs,
    callbacks=[average, watcher, callbacks.StopOnNaN()],
    verbose=0,
)

# %% [markdown]
# Figure 10.4. Images of six latent vectors after 57,600 real images, from the generator itself
# (above) and from its running average (below). In the second and the third column the average shows
# a shoe and a pair of trousers, where the generator has a torn shoe and a garment of two parts. The
# fourth image is no clear garment in either row.

# %%
frames = watcher.frames[:13] + watcher.frames[14::2]  # sizes change early
film = plots.training_gif(frames, "../outputs/10_progressive.gif", 0.6)
Image(film.read_bytes())

# %% [markdown]
# Figure 10.5. The film of the whole run, 0.6 s a frame: every second epoch (100 steps) until step
# 1,200, when 32 × 32 has faded in, and every fourth epoch after that. Look at the upper row first.
# After 200 steps the 4 × 4 noise has become a dark border with brighter blocks in the middle. At 8
# × 8 and 16 × 16 you see upright and flat shapes, and at step 900, before 32 × 32 begins, the
# second image is already a shoe. The lower row lags far behind: until step 600 the average is
# little more than noise, and at step 1,400 it is still a blur. From step 1,800 on it has caught up.
# After that its images change less from frame to frame than those of the generator.

# %%
seen = (np.array(history.epoch) + 1) * recipe.steps_per_epoch * recipe.batch_size
log = {name: np.array(values) for name, values in history.history.items()}
axes, early = plots.panels(2, 5.5, 3.8), seen <= 24_000
schedule = {"resolution / 32": log["resolution"] / 32, "alpha": log["alpha"]}
schedule = {name: values[early] for name, values in schedule.items()}
plots.curves(seen[early], schedule, "real images seen", "share", ax=axes[0])
losses = {name: log[name] for name in ("d_loss", "g_loss")}
guess = {"log 2: D cannot tell": np.log(2)}
plots.curves(seen, losses, "real images seen", "loss (nats)", reference=guess, ax=axes[1])
for size in SIZES:
    there = log["resolution"] == size
    means = [f"{name} {losses[name][there].mean():.3f}" for name in losses if there.any()]
    print(f"{size:2} × {size:<2} mean over {there.sum():2} epochs:", *means)
print("last ten epochs:", *(f"{name} {losses[name][-10:].mean():.3f}" for name in losses))
axes[0].figure

# %% [markdown]
# Figure 10.6. Left: the resolution, as a share of 32, climbs in three steps. With each step alpha
# falls and rises again. (The log has means over an epoch of 800 images, so alpha never shows 0. The
# slopes between two sizes are drawn by the line alone.) After 19,200 images the networks are
# complete. Right: the losses of the whole run. At 8 × 8 and 16 × 16 the discriminator is close to
# guessing: its mean loss is 0.67 at both sizes, and guessing gives $\log 2 \approx 0.69$. (Under a
# penalty, a loss near $\log 2$ can also mean that the discriminator gives small answers.) At 4 × 4
# its mean loss is 0.62, but this includes the untrained start; its last epoch is near 0.67, too.
# Size and training time grow together, so the curves cannot separate them. `g_loss` begins to rise
# before 32 × 32 comes, and the losses part clearly once that size has faded in.

# %% [markdown]
# ## 4. Is it any good?
#
# We score as in [notebook 06](06_measuring.ipynb): the Fréchet classifier distance (how far the
# samples are from real images in the feature space of a small classifier, smaller is better),
# precision (the share of samples that look real), recall (the share of real images that the samples
# come close to) and the number of classes that occur. We cut off the border first.


# %%
def samples_of(model, count, seed=SEED + 2):
    fresh = keras.random.normal((count, model.input_shape[-1]), seed=seed)
    parts = [model(part, training=False) for part in np.array_split(fresh, 20)]
    return data.cropped(at_full_size(np.concatenate(parts)), 28)


encoder = metrics.fashion_mnist_encoder()
reference = metrics.Reference(encoder, images[:5_000], images[5_000:10_000], seed=SEED)
scores = metrics.Scores(reference)


def print_scores(name, samples, scores):
    print(f"{name}:")
    for found in scores.report(samples):
        beside = f"real images {found.floor:7.3f}, noise {found.ceiling:7.3f}"
        print(f"  {found.name:28} {found.value:7.3f}   ({beside})")


# %% [markdown]
# A lesson has no time for a long training. So the package comes with a generator that the same
# recipe trained on 96,000 images. (It is a running average, too, its phases have 3,000 images, and
# its weights are stored with 8 bits each.) We measure it beside our short run.

# %%
longer = builders.progressive_generator(weights="fashion_mnist")
longer = keras.Model(longer.inputs[0], longer.outputs[-1])  # the last size, 32 × 32
models = {"generator": game.generator, "average": average.generator, "longer run": longer}
made = {name: samples_of(model, NUM_SCORED) for name, model in models.items()}
for name, samples in made.items():
    print_scores(name, samples, scores)

# %% [markdown]
# In this run, the running average has a distance of 31, and the generator itself 39. The learning
# rate stays high, so the generator probably moves to and fro around a good place, and the average
# is closer to that place. The longer run is far better: its distance is 11. All ten classes occur
# in all three. The precision of the average (0.82) and of the longer run (0.84) is nearly that of
# real images, but this says little, because noise gets 0.99 ([notebook 06](06_measuring.ipynb)
# explains why). What is missing is variety: recall is 0.25 for the average and 0.37 for the longer
# run, and other real images have 0.87.

# %%
rows, blank = [], np.ones((28, 28, 1))  # white
classes = {name: encoder(made[name]).probabilities.argmax(axis=1) for name in made}
for number in range(10):
    for name in ("average", "longer run"):
        found = list(made[name][classes[name] == number][:5])
        rows += found + [blank] * (6 - len(found))
    rows += list(images[labels == number][:4])
names = data.CLASS_NAMES
plots.large(plots.image_grid(np.stack(rows), 16, row_labels=names, scale=2), 100)

# %% [markdown]
# Figure 10.7. A row for each class that the classifier sees in the samples. Left: five samples of
# the running average. Middle: five of the longer run. Right: four real images of that class. In
# both runs the pullovers and most boots would pass, and so would most trousers of the short run.
# Its shirts and bags are often shapeless, its sandals have fallen apart, and the fourth image in
# its row of T-shirts is no T-shirt. The longer run has clearer sandals and two bags with handles,
# but two of its trousers look like dresses. And the sleeves? Most pairs are of one length in both
# runs, but on the fourth T-shirt of the longer run one sleeve reaches a little lower than the
# other: the very fault of section 1.

# %% [markdown]
# ## 5. What does fade-in protect?
#
# Let us look at the moment of growth more closely, in games that grow only once, from 4 × 4 to 8 ×
# 8. They have an extra switch: whether the optimizers start afresh when the new size begins.


# %% tags=["setup"]
class NoRestart(growing.ProgressiveGAN):
    """The same game, in which the optimizers keep what they know when a size begins."""

    def grow(self):
        self.trained_stage.assign(self.stage_at(int(self.images_seen)))
        super().grow()


def short_game(seed=SEED, fade=True, restart=True, equalized=True, resolution=8):
    keras.utils.set_random_seed(seed)
    generator = builders.progressive_generator(resolution, equalized=equalized)
    discriminator = builders.progressive_discriminator(resolution, equalized=equalized)
    kind = growing.ProgressiveGAN if restart else NoRestart
    game = kind(generator, discriminator, SHORT_PHASE, SHORT_PHASE, fade, seed=seed)
    adams = recipes.growing.adams(recipes.growing.RATE)
    game.compile(*adams, penalty=recipes.growing.r1(), steps_per_execution=SHORT_STEPS)
    return game


# %% tags=["setup"]
class Watch(keras.callbacks.Callback):
    """Calls `look(game)` before training and after every epoch, and keeps what it returns."""

    def __init__(self, look):
        super().__init__()
        self.look, self.seen = look, []

    def on_train_begin(self, logs=None):
        self.seen.append(self.look(self.model))

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(self.look(self.model))


def played(game, batches, epochs, look, *others):
    """What was seen before training and after each epoch, and the losses."""
    watch = Watch(look)
    batches.epoch.assign(0)
    log = game.fit(batches, epochs=epochs, callbacks=[*others, watch], verbose=0).history
    return watch.seen, log


def pictures_of(game):
    return data.enlarged(game.generator(watched, training=False), 8)


# %% [markdown]
# First, the picture. We train at 4 × 4 only, and then look at the next size without a single step
# of training.

# %%
game_8 = short_game()
played(game_8, tiny, SHORT_EPOCHS - EPOCHS_AT_8, lambda game: None)
fade, rows = game_8.whole_generator.get_layer("fade_8"), []
for alpha in (0.0, 0.5, 1.0):
    fade.alpha.assign(alpha)
    rows.append(np.clip(game_8.whole_generator(watched[:8])[1], -1, 1))
    change = np.abs(rows[-1] - rows[0]).mean()
    print(f"alpha = {alpha}: a pixel changes by {change:.2f} on average; black to white is 2")
pictures = data.enlarged(np.concatenate(rows), 32)
names = ["α = 0", "α = 0.5", "α = 1"]
plots.large(plots.image_grid(pictures, 8, row_labels=names, scale=2), 110)

# %% [markdown]
# Figure 10.8. Eight latent vectors, after training at 4 × 4 alone. At $\alpha = 0$ (above) the
# images are the garments of 4 × 4, doubled. At $\alpha = 1$ (below) the untrained layers replace
# them by noise. Nothing was trained in between, so this is the work of the new layers alone: they
# change a pixel by 0.51 on average. (At $\alpha = 0.5$ it is 0.29, more than half of that, because
# we clip to [−1, 1].)
#
# **Predict.** Now we train on. When will the images of a fixed latent vector change most? Does it
# matter more whether the new layers fade in, or whether the optimizers start afresh?

# %%
switches = {
    "fading in, restart": {"fade": True, "restart": True},
    "at once, restart": {"fade": False, "restart": True},
    "fading in, no restart": {"fade": True, "restart": False},
    "at once, no restart": {"fade": False, "restart": False},
}
changes, d_losses = {}, {}
for name, switch in switches.items():
    runs = [played(short_game(s, **switch), tiny, SHORT_EPOCHS, pictures_of) for s in SEEDS]
    steps = [np.abs(np.diff(pictures, axis=0)).mean(axis=(1, 2, 3, 4)) for pictures, _ in runs]
    changes[name] = np.array(steps)  # (seeds, epochs)
    d_losses[name] = np.array([log["d_loss"] for _, log in runs])

# %%
for name, values in changes.items():
    at_8, loss = values[:, -EPOCHS_AT_8:], d_losses[name][:, -EPOCHS_AT_8:]
    print(f"{name:21} first epoch at 8 × 8: a pixel changes by", *(f"{v:.2f}" for v in at_8[:, 0]))
    print(" " * 21, "mean of all epochs at 8 × 8:", *(f"{v:.2f}" for v in at_8.mean(axis=1)))
    print(" " * 21, "d_loss in the first epoch:", *(f"{v:.2f}" for v in loss[:, 0]))

# %%
axes, short_seen = plots.panels(2, 5.5, 3.8), np.arange(1, SHORT_EPOCHS + 1) * 400
for place, rule in zip(axes, ("restart", "no restart"), strict=True):
    drawn = {how: changes[f"{how}, {rule}"] for how in ("fading in", "at once")}
    means = {how: values.mean(axis=0) for how, values in drawn.items()}
    x = short_seen[: values.shape[1]]
    plots.curves(
        x,
        means,
        "real images seen",
        "mean change of a pixel",
        ax=place,
        title=f"optimizers: {rule}",
    )
    for each, line in zip(drawn.values(), list(place.lines), strict=True):
        low, high = each.min(axis=0), each.max(axis=0)  # over the seeds
        place.fill_between(x, low, high, color=line.get_color(), alpha=0.2)
    place.set_ylim(0, 1.05 * max(each.max() for each in changes.values()))
axes[0].figure

# %% [markdown]
# Figure 10.9. How much the images of 100 fixed latent vectors change within an epoch of 400 real
# images, with optimizers that start afresh (left) and that do not (right): the mean over three
# seeds, with the range from the smallest to the largest seed shaded. The size 8 × 8 begins after
# 2,000 images and has faded in after 4,000.
#
# Over the whole run, the images change most in the first epoch of all (by about 0.7). With a
# restart, in the first epoch at 8 × 8 a pixel changes by 0.36 to 0.59 when the new layers come at
# once, and by 0.12 to 0.22 when they fade in. Without a restart, the ranges are 0.32 to 0.60 and
# 0.12 to 0.32; with one of the three seeds fade-in makes no difference there. Part of this is built
# in: in that epoch the new layers have at most 0.2 of the image, instead of all of it. After that
# the ranges overlap nearly everywhere, so fade-in keeps the first change small; it does not prevent
# later ones. Whether the optimizers start afresh makes no difference that we can see in that epoch.
# Over all epochs at 8 × 8, games with a restart tend to change more (in five of the six pairs of
# means).
#
# In one of the four games the discriminator's loss stands out: with new layers that come at once
# and no restart, it is 0.81 to 0.99 in the first epoch, and 0.65 to 0.68 in all the others. There
# are two possible reasons. Adam may still divide by the size of the old gradients. Or, for the new
# layers, its mean of squares is still zero, while its correction for this, which counts steps from
# the start, has faded out. Either would make the first steps too large; one could measure them.

# %% [markdown]
# ## 6. The equalized learning rate
#
# Adam moves every weight by about the learning rate, however small the weight is. But the usual
# initialisation (He's) gives each layer weights of another size: their standard deviation is
# $\sqrt{2/n}$ for $n$ inputs. So a layer with many inputs has small weights, and one step changes
# it by a larger share than a layer with few inputs.
#
# The remedy is to store all weights $w$ with a standard deviation of one, and to multiply them by
# He's constant whenever the layer is used:
#
# $$ W = w \cdot \sqrt{2 / n}, \qquad w \sim N(0, 1). $$
#
# (The paper's text *divides* by the constant, and so does the lecture. The official code
# multiplies, and only then the layer computes with weights of He's size.)


# %%
class OurEqualizedDense(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        n = input_shape[-1]
        normal = keras.initializers.RandomNormal(stddev=1.0)
        self.w = self.add_weight(shape=(n, self.units), initializer=normal)
        self.b = self.add_weight(shape=(self.units,), initializer="zeros")
        self.scale = (2 / n) ** 0.5

    def call(self, x):
        return ops.matmul(x, self.w * self.scale) + self.b


ours, package = OurEqualizedDense(64), layers.EqualizedDense(64)
x = rng.normal(size=(32, 200)).astype("float32")
ours(x), package(x)  # this builds them
package.set_weights(ours.get_weights())
print("the same numbers as the package's layer:", np.allclose(ours(x), package(x), atol=1e-5))


# %% [markdown]
# A bias is not scaled. Now we let Adam make one step at a rate of 0.001, in a generator of 16 × 16
# pixels, and measure by what share the weights in use change: the root mean square of the step over
# that of the weights, for each layer.


# %%
def kernels(model):
    """The kernels as the layers use them, in the order of the network."""
    found = [layer for layer in model._flatten_layers() if hasattr(layer, "kernel")]
    return [ops.convert_to_numpy(getattr(x, "scaled_kernel", x.kernel)) for x in found]


def rms(x):
    return np.sqrt(np.mean(np.square(x)))


def relative_steps(equalized):
    game = short_game(equalized=equalized, resolution=16)
    game.compile(*recipes.growing.adams(1e-3), penalty=recipes.growing.r1())
    before = kernels(game.generators[-1])
    game.images_seen.assign(10**6)  # the last stage
    one_batch = data.batches(data.shrunk(real[:16], 16), SHORT_BATCH, SEED, steps_per_epoch=1)
    game.fit(one_batch, epochs=1, verbose=0)
    after = kernels(game.generators[-1])
    steps = [rms(b - a) / rms(a) for a, b in zip(before, after, strict=True)]
    return [step for step in steps if step > 0]  # the images of smaller sizes are out of use


# %%
relative = {"equalized": relative_steps(True), "He's initialisation": relative_steps(False)}
for name, steps in relative.items():
    print(f"{name:20} smallest {min(steps):.4f}, largest {max(steps):.4f}", end="")
    print(f", ratio {max(steps) / min(steps):.1f}")
places, axes = np.arange(len(relative["equalized"])) + 1, plots.panels(1, 8, 3.8)
plots.curves(places, relative, "layer of the generator", "step / weights", yscale="log", ax=axes)

# %% [markdown]
# Figure 10.10. One step of Adam at a rate of 0.001, as a share of each layer's weights, from the
# dense layer (1) to the one that makes the image (7); the axis is logarithmic. Equalized layers all
# move by 0.001: their stored weights have a spread of one, and the constant scales weight and step
# alike. With He's initialisation they move by 0.0035 to 0.0171, so one layer moves 4.9 times as far
# as another. This holds for the first step; later the weights are no longer those of the start.
#
# The figure also says what a learning rate means. At the same rate, equalized layers move several
# times less. Our 0.008 moves them by about 0.008, which lies between the smallest and the largest
# step of He's layers at 0.001.

# %% [markdown]
# ## 7. Pixelwise normalisation
#
# When the two players compete, larger features mean larger outputs, and the opponent must follow,
# so the activations may grow without end. Therefore the generator divides the features of every
# pixel by their root mean square. If $a_{ijc}$ is feature $c$ of $C$ at pixel $(i, j)$, this is
#
# $$ b_{ijc} = a_{ijc} \Big/ \sqrt{\tfrac1C \textstyle\sum_{k} a_{ijk}^2 + 10^{-8}}. $$
#
# It is applied to the latent vectors and after each convolution. There is nothing to learn in it.


# %%
def pixel_norm(features):
    mean_square = ops.mean(ops.square(features), axis=-1, keepdims=True)  # over the channels
    return features / ops.sqrt(mean_square + 1e-8)


features = rng.normal(size=(4, 16, 16, 32)).astype("float32")
same = np.allclose(pixel_norm(features), layers.PixelNormalization()(features), atol=1e-6)
print("the same numbers as the package's layer:", same)

# %% [markdown]
# **Predict.** We play a game up to 16 × 16 with and without it, and follow the largest activation
# of each player's convolutions (the root mean square of each layer), before any normalisation. The
# discriminator has no normalisation in either game. Will the activations escalate? And will the
# samples differ? (As in section 9, the real images that we compare them with are shrunk to 16 × 16,
# too.)


# %% tags=["setup"]
def as_judged(pictures):
    """Images of 16 × 16 pixels as the table of section 9 judges them: enlarged, border cut off."""
    return data.cropped(data.enlarged(np.clip(pictures, -1, 1), 32), 28)


judged = [data.padded(each[:10_000], 32) for each in (test_images, images)]
judged = [as_judged(data.shrunk(each, 16)) for each in judged]
scores_16 = metrics.Scores(metrics.Reference(metrics.fashion_mnist_encoder(), *judged))


# %%
def largest_activation(model, inputs):
    """Largest root mean square over the features of the convolutions of a network."""
    nodes = [node for nodes in model._nodes_by_depth.values() for node in nodes]
    nodes = [node for node in nodes if isinstance(node.operation, layers.EqualizedConv2D)]
    probe = keras.Model(model.inputs[0], [n.outputs[0] for n in nodes if n.operation.filters > 1])
    return max(rms(features) for features in probe(inputs))


def of_both_players(game):
    """For the generator, and for the discriminator (the larger one of fakes and real images)."""
    pictures = game.generator(watched[:16]), data.shrunk(real[:16], game.resolution)
    of_discriminator = max(largest_activation(game.discriminator, each) for each in pictures)
    return largest_activation(game.generator, watched[:16]), of_discriminator


# %%
activations, samples_of_16 = {}, {}
for name, part in {"normalised": None, "not normalised": "pixel normalisation"}.items():
    keras.utils.set_random_seed(SEED)
    r = recipes.progressive(SEED, part, **TABLE)
    smooth = callbacks.GeneratorAverage(r.average_decay)
    found, _ = played(r.gan, r.batches, r.epochs, of_both_players, smooth)
    activations[name] = np.array(found)  # (epochs, players)
    samples_of_16[name] = samples_of(smooth.generator, NUM_SCORED)
    print_scores(name, samples_of_16[name], scores_16)
    for player, column in zip(("generator", "discriminator"), activations[name].T, strict=True):
        low, high, last = column.min(), column.max(), column[-1]
        print(f"  activation, {player:13} from {low:.1f} to {high:.1f}, at the end {last:.1f}")

# %%
shares = {"real": np.bincount(labels, minlength=10) / len(labels)}
for name, samples in samples_of_16.items():
    classes = encoder(samples).probabilities.argmax(axis=1)
    shares[name] = np.bincount(classes, minlength=10) / len(classes)
axes = plots.panels(3, 4.5, 4.2)
seen_16 = np.arange(len(activations["normalised"])) * r.steps_per_epoch * r.batch_size
for column, player in enumerate(("generator", "discriminator")):
    of_player = {name: values[:, column] for name, values in activations.items()}
    label = "largest activation (root mean square)"
    plots.curves(seen_16, of_player, "real images seen", label, ax=axes[column], title=player)
    axes[column].set_ylim(0, None)
colours = "black", plots.REAL_COLOUR, plots.FAKE_COLOUR
for (name, values), marker, colour in zip(shares.items(), "|os", colours, strict=True):
    size = 14 if marker == "|" else 8
    axes[2].plot(values, data.CLASS_NAMES, marker, color=colour, markersize=size, label=name)
axes[2].set(xlabel="share of the samples", xlim=(-0.01, None))
axes[2].grid(axis="y", alpha=0.4)
axes[2].legend()
axes[0].figure

# %% [markdown]
# Figure 10.11. Left and middle: the largest activation of each player over the run. Without
# normalisation that of the generator stays between 1.1 and 1.3, and has been rising slowly since
# 5,000 images. With normalisation it rises to 1.9 and settles near 1.5, which does no harm, because
# the features are divided by their root mean square afterwards. The discriminator's stays between
# 0.6 and 1.0 in both games. Right: the share of samples that the classifier sees in each class. The
# shares of real images (0.1) come from their labels, so part of the lack of sandals and coats,
# which both games show, may be the classifier's bias. Without normalisation more than a quarter of
# the samples are pullovers, and hardly any are sandals or coats.
#
# So pixelwise normalisation matters in this game: the distance is 24 with it and 59 without, and
# recall falls from 0.29 to 0.11. The reason is probably not the one that the paper and the lecture
# give: in this short run the activations of neither player run away, and what the samples lack is
# variety. The paper itself found that normalisation hardly changed the results on most data. Why it
# helps variety here, we do not know. The table in section 9 confirms the difference with three
# seeds.

# %% [markdown]
# ## 8. The minibatch standard deviation
#
# A discriminator that sees one image at a time cannot notice that all fakes look alike. This layer
# tells it how much the images of a batch differ: it takes the standard deviation of each feature
# over the batch, averages all of them to one number, and adds this number as one more feature map.


# %%
def with_spread(features):
    """Features `(batch, height, width, channels)`, and one map more."""
    deviations = ops.sqrt(ops.var(features, axis=0) + 1e-8)  # (height, width, channels)
    number = ops.mean(deviations)
    return ops.concatenate([features, number * ops.ones_like(features[..., :1])], axis=-1)


batch = data.shrunk(real[:16], 16)
package = layers.MinibatchStdDev(group_size=None)(batch)
print("the same numbers as the package's layer:", np.allclose(with_spread(batch), package))
for name, rows in {"four garments": [0, 1, 2, 3], "one, four times": [0, 0, 0, 0]}.items():
    added = np.array(with_spread(batch[rows]))[..., -1]
    print(f"{name:16} the added map is {added.mean():.4f} everywhere: {np.ptp(added) == 0}")

# %% [markdown]
# One number gives a collapse away. (`group_size=None` means the whole batch, as in the paper's
# text. Later official code, and our games of images, take groups of four: each group gets a number
# of its own.)
#
# On garments, the table of section 9 shows no effect: no class is lost without the layer, and
# recall hardly changes (0.27 with it, 0.25 without). To see it at work we need a game that
# collapses. We take the ring of eight modes of [notebook 07](07_pathologies.ipynb), where a mode is
# one kind of thing that occurs in the data. If the generator's learning rate is four times the
# discriminator's, all samples gather in one place.
#
# **Predict**: can the layer, as the first one of the discriminator, prevent this?


# %%
def ring_game(seed, with_layer):
    keras.utils.set_random_seed(seed)
    generator = builders.point_generator(units=(128, 128))  # first, so that both begin with it
    spread = [layers.MinibatchStdDev(group_size=None)] if with_layer else []
    discriminator = builders.point_discriminator(2 + with_layer, units=(128, 128))
    discriminator = keras.Sequential([keras.Input((2,)), *spread, *discriminator.layers])
    game = GAN(generator, discriminator, seed=seed)
    adams = [keras.optimizers.Adam(rate, 0.5) for rate in RING_RATES]
    game.compile(*adams, steps_per_execution=50)
    points.epoch.assign(0)
    game.fit(points, epochs=RING_EPOCHS, verbose=0)
    return game.generate(2_500, seed=1)


points = data.batches(data.ring(100_000, seed=SEED), 256, SEED, steps_per_epoch=250)
runs = {name: [ring_game(s, name == "with") for s in SEEDS] for name in ("without", "with")}

# %%
ring, axes = recipes.MIXTURES["ring"], plots.panels(2 * len(SEEDS), 2.3, 2.7)
edge = 1.1 * max(np.abs(samples[:500]).max() for several in runs.values() for samples in several)
places = iter(axes)
for name, several in runs.items():
    for seed, samples in zip(SEEDS, several, strict=True):
        nearest = np.linalg.norm(samples[:, None] - ring.centres, axis=-1).argmin(axis=1)
        shares_of_modes = np.bincount(nearest, minlength=8) / len(samples)
        modes = metrics.mode_coverage(samples, ring.centres, ring.std).modes
        print(f"{name:7} the layer, seed {seed}: {modes} of 8 modes found; shares", end=" ")
        print(f"from {shares_of_modes.min():.2f} to {shares_of_modes.max():.2f}")
        place = next(places)
        place.plot(*samples[:500].T, ".", color=plots.FAKE_COLOUR, markersize=3)
        place.plot(*ring.centres.T, "o", mfc="none", mec=plots.REAL_COLOUR, markersize=12)
        place.set(xlim=(-edge, edge), ylim=(-edge, edge), aspect="equal")
        place.set(title=f"{name}, seed {seed}")
        place.set(xticks=[], yticks=[])
plots.large(axes[0].figure, 80)

# %% [markdown]
# Figure 10.12. 500 samples of each game after 1,000 steps (dots), and the modes (circles, much
# larger than the modes themselves). Without the layer, all samples lie in one cloud, with each of
# three seeds, and at most one mode is found. With the layer they spread over the whole ring, with
# each seed: 11 % to 14 % of the samples are nearest to each mode. The quality is another matter: 7,
# 4 and 8 modes, for the three seeds, have even one sample within three standard deviations,
# probably because the discriminator learns slowly here. One caution: with the layer the
# discriminator has a third input, so it also begins with other weights.

# %% [markdown]
# ## 9. The ablation
#
# An ablation leaves out one part at a time. All games of this table go up to 16 × 16 pixels and see
# 24,000 real images. Every row has three seeds, and we judge 10,000 samples of the running average.
# (`python benchmarks/ablations.py --of progressive --seeds 3` prints the table.)
#
# {{benchmarks/results/ablation_progressive.md}}
#
# Smaller is better in both distances (the sliced Wasserstein distance compares small patches),
# larger in recall; ± is one standard deviation over the seeds.
#
# - **Pixelwise normalisation**: without it the Fréchet distance more than doubles, recall halves,
#   and on average one class falls below the 1 % of the samples that counts as present. In the
#   sliced Wasserstein distance we see no difference. The row leaves out the normalisation of
#   latents and features together, so we cannot say which of them matters.
# - **Equalized learning rate.** At 0.008 He's initialisation breaks down: the distance is 182 ± 73.
#   At 0.001 it is no worse than the full method in the Fréchet distance (23.6 ± 2.1 against 25.2 ±
#   1.3), and better in the sliced Wasserstein distance and in recall. The rate of 0.008 was chosen
#   for the full method, and the rate of 0.001 for He's layers, so each has a rate that suits it: at
#   the same rate, He's layers move 3 to 17 times further (figure 10.10). No other row got a rate of
#   its own. Exercise 10.4 adds the missing game.
# - **Fade-in**: the difference (27.1 ± 1.2 without it) is not resolved. (A phase ends in mid-epoch,
#   so growth waits 400 images, and $\alpha$ starts at 400/1,200 = 1/3.)
# - For the **minibatch standard deviation** and for **growing** itself we see no difference. But 16
#   × 16 begins after 4,000 images, so 83 % of each growing game is already at the last size.
# - A game that never grows takes 59 s of processor time instead of 51 s.
#
# So is the paper wrong? No. Its largest images have 4,096 times as many pixels as these. An
# ablation holds for its data, its size and its budget.

# %% [markdown]
# ## 10. Larger
#
# The same code grows faces on a GPU, because a size is only a number. Here with the paper's number
# of feature maps, loss, penalties and rate (we have not run this):
#
# ```python
# from gan_tf import penalties
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
# A folder of your own pictures works, too: `data.image_batches("pictures", size=128)`. What a size
# costs on two CPU cores stands in `benchmarks/results/sizes.md`.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **10.1 Predict, then compute.** The official code has phases of 600,000 images by default. With
# these, how many real images has a game of 1024 × 1024 pixels seen when its last size begins to
# fade in?

# %% tags=["exercise"]
answer = 0  # change me

# %% tags=["solution"]
num_stages = 9  # 4, 8, … 1024
answer = 600_000 + (num_stages - 2) * 1_200_000

# %% tags=["check"]
asked = growing.first_image_of(stage=8, images_stable=600_000, images_fading=600_000)
print(f"expected {asked:,}, yours {answer:,}")

# %% [markdown] tags=["exercise-text"]
# **10.2 Implement.** Section 6 shows a dense layer. What is the scale $\sqrt{2/n}$ of a
# convolution, whose kernel has the shape (height, width, channels, filters)? Think about how many
# numbers each output pixel is computed from.


# %% tags=["exercise"]
def he_scale(kernel_shape):
    return np.nan  # your line


# %% tags=["solution"]
def he_scale(kernel_shape):
    return np.sqrt(2 / np.prod(kernel_shape[:-1]))


# %% tags=["check"]
convolution = layers.EqualizedConv2D(32, kernel_size=3)
convolution.build((None, 16, 16, 64))
print(f"expected {convolution.kernel_scale:.5f}, yours {he_scale((3, 3, 64, 32)):.5f}")

# %% [markdown] tags=["exercise-text"]
# **10.3 Implement.** Real images must fade, too: while a size fades in, the discriminator shall see
# real images that are as coarse as the fakes. Write this blend with `data.shrunk(images, size)` and
# `data.enlarged(images, size)`.


# %% tags=["exercise"]
def faded(images, alpha):
    return images * np.nan  # your lines


# %% tags=["solution"]
def faded(images, alpha):
    size = images.shape[1]
    coarse = data.enlarged(data.shrunk(images, size // 2), size)
    return (1 - alpha) * coarse + alpha * images


# %% tags=["check"]
shirts, game_8 = data.shrunk(real[:16], 8), short_game()
game_8.images_seen.assign(SHORT_PHASE + SHORT_PHASE // 4)  # a quarter of the way to 8 × 8
game_8.grow()
print("expected", np.array(game_8.prepare(shirts))[0, 3, :4, 0].round(3))
print("yours   ", faded(shirts, 0.25)[0, 3, :4, 0].round(3))

# %% [markdown] tags=["exercise-text"]
# **10.4 Change.** In the table of section 9, He's initialisation was tried at two learning rates,
# and all other rows at 0.008 only. Play the missing game, with all parts at the rate 0.001, with
# three seeds, and score it as the table does. Which of the two would you use?

# %% tags=["solution"]
distances = []
for seed in SEEDS:
    keras.utils.set_random_seed(seed)
    r = recipes.progressive(seed, **TABLE)
    adams = recipes.growing.adams(1e-3)
    r.gan.compile(*adams, penalty=recipes.growing.r1(), steps_per_execution=SHORT_STEPS)
    smooth = callbacks.GeneratorAverage(r.average_decay)
    r.gan.fit(r.batches, epochs=r.epochs, callbacks=[smooth], verbose=0)
    z = keras.random.normal((capped(10_000, per_step=250), 128), seed=12345)
    parts = [smooth.generator(part, training=False) for part in np.array_split(z, 20)]
    distances.append(scores_16.report(as_judged(np.concatenate(parts)))[0].value)
print("all parts, rate 0.001:", *(f"{distance:.1f}" for distance in distances), end="; ")
print(f"{np.mean(distances):.1f} ± {np.std(distances, ddof=1):.1f}" if len(SEEDS) > 1 else "")

# %% [markdown] tags=["solution"]
# With all parts and a rate of 0.001 the distance is 86.0 ± 5.8. With 0.008 it is 25.2 ± 1.3, and
# with He's initialisation and 0.001 it is 23.6 ± 2.1. So each kind of layer has a rate that suits
# it, and at these two rates we see no difference in the distance. Figure 10.10 probably explains
# why: at 0.001, a step moves equalized layers several times less, and 24,000 images are too few for
# such small steps. A comparison at one common rate would have praised one or the other, depending
# on the rate.

# %% [markdown]
# ## Take away
#
# - Two networks can grow while they play, and fade-in keeps the first change small. On images as
#   small as ours, growing made no difference that we can see, in games that spend 83 % of their
#   images on the last size.
# - Equalized layers all move by the same share when Adam takes its first step, and by a smaller one
#   than He's layers at the same rate. At 0.001, He's layers did at least as well.
# - Pixelwise normalisation gave the samples more variety. The minibatch standard deviation did
#   nothing that we can see on garments, and spread the samples over the ring.
#
# **Limits.** The game of section 3, the longer run beside it and the two games of section 7 have
# one seed each; section 5, section 8 and the table have three. 32 × 32 pixels are where growing has
# least to offer: it was made for images a thousand pixels wide.
#
# **Next**: [notebook 11](11_stylegan.ipynb) keeps the growing networks and replaces the inside of
# the generator, so that each size has its own say in the style.
#
# **References.** Karras et al. 2018, progressive growing,
# [arXiv:1710.10196](https://arxiv.org/abs/1710.10196) · He et al. 2015, initialisation,
# [arXiv:1502.01852](https://arxiv.org/abs/1502.01852) · Salimans et al. 2016, minibatch
# discrimination, [arXiv:1606.03498](https://arxiv.org/abs/1606.03498) · Mescheder et al. 2018, R1,
# [arXiv:1801.04406](https://arxiv.org/abs/1801.04406) · Karras et al. 2020, lazy regularisation,
# [arXiv:1912.04958](https://arxiv.org/abs/1912.04958) · Gulrajani et al. 2017, the gradient
# penalty, [arXiv:1704.00028](https://arxiv.org/abs/1704.00028) · Bengio et al. 2007, greedy
# layer-wise training of deep networks.
