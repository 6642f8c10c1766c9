# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 11. A style-based generator
#
# {{badge}}
#
# **Question.** A generator takes a latent vector at its bottom, and all that the image will be must
# pass through there. What if every size of the image had its own say, and how would one control it?
#
# **You will be able to** explain the four parts of a style-based generator (mapping network,
# learned constant, noise, adaptive instance normalisation), mix the styles of two garments by size,
# measure how smooth a latent space is, and trade variety for quality with truncation.
#
# **Before this**: notebook 10 (growing; this one grows in the same way), notebook 06 (precision and
# recall).
#
# **Lectures**: KTH ID2223, *StyleGANs*, *Mapping Network*, *Synthesis Network*; Amrita shows faces
# that it made.
#
# **Time of a full run**: about 9 minutes on two CPU cores. On a GPU it was not measured.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
from gan_tf import builders, callbacks, capped, data, layers, metrics, plots, recipes
from IPython.display import Image
import keras
import numpy as np

# %% [markdown] tags=["setup"]
# ## Settings
# Every number that is used below. `capped` is the number itself, unless a quick trial is asked for
# by an environment variable.

# %% tags=["setup"]
SEED = 0
SIZE = 32
NUM_IMAGES = 90_000  # real images that the game sees
NUM_SCORED = capped(5_000, per_step=250)
NUM_PATHS = capped(2_000, per_step=100)
NUM_DRAWS = 32  # of the noise, for one style
PSIS = (0.0, 0.25, 0.5, 0.7, 0.85, 1.0)
keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)

# %% [markdown]
# | setting | this notebook (2 CPU cores) | the paper (8 GPUs) |
# | --- | --- | --- |
# | images | garments, 32 × 32, grey | faces, 1024 × 1024, colours |
# | real images in all | 90,000 | 25,000,000 |
# | values in z and in w | 128 | 512 |
# | feature maps | 64 and fewer | 512 and fewer |
# | loss | non-saturating, R1 | the same |

# %% [markdown]
# ## 1. The parts
#
# - A **mapping network** of eight dense layers turns the latent vector $z$ into a *style* $w$. Real
#   garments need not be spread like a normal distribution, and $w$ is free to follow them. Its
#   layers learn at a hundredth of the rate.
# - The image starts from a **learned constant**, the same for all images: 4 × 4 feature maps.
# - After every convolution, **noise** is added, one noise image for all feature maps, each map in a
#   strength that it learns. Chance details (a wrinkle, the grain of a cloth) need not be made of
#   $z$.
# - Then **adaptive instance normalisation** (AdaIN): each feature map $x$ of each image is
#   normalised, and the style says what its mean and spread are to be,
#
# $$ \mathrm{AdaIN}(x, w) = (1 + s)\,\frac{x - \mu(x)}{\sigma(x)} + b, \qquad (s, b) = A\,w. $$
#
# The next normalisation undoes it. So each style rules one layer only: that is what makes the sizes
# independent.

# %%
# NBVAL_CHECK_OUTPUT
adain = layers.AdaIN()
features = rng.normal(5.0, 3.0, size=(2, 8, 8, 4)).astype("float32")
styles = rng.normal(size=(2, 16)).astype("float32")
made = np.array(adain([features, styles]))
scale, bias = np.split(np.array(adain.affine(styles)), 2, axis=-1)
print("means are b:       ", np.allclose(made.mean(axis=(1, 2)), bias, atol=1e-5))
print("spreads are |1+s|: ", np.allclose(made.std(axis=(1, 2)), np.abs(1 + scale), atol=1e-4))
again = adain([100.0 * made + 7.0, styles])
print("nothing of what was before remains:", np.allclose(again, adain([made, styles]), atol=1e-4))

# %%
# NBVAL_CHECK_OUTPUT
generator = builders.style_generator(resolution=SIZE)
mapping = generator.get_layer("mapping")
synthesis = builders.synthesis_network(generator)
print("mapping  ", mapping.input_shape, "to", mapping.output_shape)
print("synthesis", synthesis.input_shape, "to", [image.shape[1] for image in synthesis.outputs])
print(f"weights: mapping {mapping.count_params():,}, synthesis {synthesis.count_params():,}")

# %% [markdown]
# Eight layers take a style, two for each size: (image, layer, value). In training, half of the
# images have *two* styles (nine of ten in the paper), the second from a random layer on (*style
# mixing regularisation*), so that the network cannot rely on neighbouring layers having styles that
# go together.

# %% [markdown]
# ## 2. Training
#
# The same `ProgressiveGAN`, schedule, optimizers, penalty as in notebook 10, and the same
# discriminator but for one thing: sizes are halved and doubled with a low-pass filter.
#
# **Predict.** All images start from one constant, and only means and spreads of feature maps tell
# them apart. Will a shoe and a shirt be possible?

# %% tags=["setup"]
(images, labels), (test_images, _) = data.load_fashion_mnist()


def at_full_size(pictures):
    """Clipped to [-1, 1], each pixel enlarged, so that all stages can be compared."""
    return data.enlarged(np.clip(pictures, -1, 1), SIZE)


# %%
recipe = recipes.style(SEED, num_images=NUM_IMAGES)
game = recipe.gan
average = callbacks.GeneratorAverage(recipe.average_decay)
watcher = callbacks.SampleImages(
    16,
    draw=lambda pictures: plots.image_grid(at_full_size(pictures), scale=2),
    every=3,
    seed=SEED,
    generator=lambda: average.generator,
)
history = game.fit(
    recipe.batches,
    epochs=recipe.epochs,
    callbacks=[average, watcher, callbacks.StopOnNaN()],
    verbose=0,
)

# %% [markdown]
# Figure 11.1. What the running average of the generator makes of 16 latents after 90,000 real
# images. Shoes and shirts from one and the same constant: so it is possible. Boots, sneakers and
# pullovers are clean; some images are torn or have patches of speckle.

# %%
frames = watcher.frames[:8] + watcher.frames[8::3]  # sizes change early
film = plots.training_gif(frames, "../outputs/11_stylegan.gif", 0.4)
Image(film.read_bytes())

# %% [markdown]
# Figure 11.2. The film, 0.4 s a frame: every third epoch at first, every ninth later. At 4 × 4 the
# images differ only in brightness, for the style can do no more there; outlines come at 16 × 16;
# the cloth is the last to come.

# %%
trained = game.average_generator
mapping = trained.get_layer("mapping")
synthesis = builders.synthesis_network(trained)
mean_style = keras.ops.convert_to_numpy(trained.get_layer("truncation").mean)


def styles_of(latents):
    """The same style for all layers, (num_images, 8, 128)."""
    w = np.array(mapping(latents))
    return np.repeat(w[:, None], synthesis.input_shape[1], axis=1)


def images_of(styles, batch_size=250):
    """Images of 32 × 32 pixels for styles (num_images, 8, 128)."""
    parts = [styles[i : i + batch_size] for i in range(0, len(styles), batch_size)]
    return at_full_size(np.concatenate([synthesis(part)[-1] for part in parts]))


# %%
reference = metrics.Reference(
    metrics.fashion_mnist_encoder(), images[:5_000], images[5_000:10_000], seed=SEED
)
scores = metrics.Scores(reference)
latents = rng.normal(size=(NUM_SCORED, game.latent_dim)).astype("float32")
styles = styles_of(latents)
print(*scores.report(data.cropped(images_of(styles), 28)), sep="\n")

# %% [markdown]
# A distance of 25: better than the DCGAN's 72 (notebook 05), worse than the 12 of the progressive
# generator (notebook 10) after the same number of images. Precision (0.85) is that of real images,
# recall (0.15) is low: few kinds of garments, each made well. On faces, with two hundred times as
# many images, the paper found the style-based generator ahead. Here, so early, it is not.

# %% [markdown]
# ## 3. What w is for
#
# Between two latents $z$ we walk on the sphere, between their two styles on a straight line. Both
# walks begin and end with the same images. **Predict** which one changes more evenly.

# %%
shares = np.linspace(0, 1, 10)
rows = []
for start, end in ((0, 1), (2, 3), (4, 5)):
    ends = [np.repeat(latents[[place]], 10, axis=0) for place in (start, end)]
    in_z = metrics.slerp(*ends, shares) * np.sqrt(game.latent_dim)
    rows.append(images_of(styles_of(in_z.astype("float32"))))
    in_w = metrics.lerp(*(styles_of(each) for each in ends), shares)
    rows.append(images_of(in_w.astype("float32")))
names = [f"{space}, walk {walk}" for walk in (1, 2, 3) for space in ("z", "w")]
plots.image_grid(np.concatenate(rows), 10, row_labels=names, scale=2)

# %% [markdown]
# Figure 11.3. Three walks, each on the sphere of $z$ and straight through $w$. In $z$, the way from
# trousers to a bag leads over a sandal, and the way from trousers to a dress over shoes: it makes
# detours through other garments. In $w$ the same trousers simply widen. Walk 2 passes a bag in $z$;
# in $w$ there is one torn image between the boot and the pullover. Changes are still uneven: most
# of them happen in two or three of the ten images.
#
# The *perceptual path length* says it in a number: for a tiny step $\varepsilon$ along the walk,
# how far do the features of a classifier move,
#
# $$ \mathbb{E}\,\lVert f(x_{t+\varepsilon}) - f(x_t)\rVert^2 / \varepsilon^2\,? $$
#
# Short is smooth. The noise rests meanwhile.

# %%
encoder = metrics.fashion_mnist_encoder()


def set_noise(amount):
    for layer in trained._flatten_layers():
        if isinstance(layer, layers.NoiseInjection):
            layer.amount.assign(amount)


def features_of_styles(styles):
    return encoder(data.cropped(images_of(styles), 28)).features


set_noise(0.0)
a, b = rng.normal(size=(2, NUM_PATHS, game.latent_dim)).astype("float32")
in_z = metrics.path_length(lambda z: features_of_styles(styles_of(z)), a, b)
in_w = metrics.path_length(features_of_styles, styles_of(a), styles_of(b), interpolate=metrics.lerp)
set_noise(1.0)
for name, found in {"z, on the sphere": in_z, "w, straight": in_w}.items():
    print(f"{name:18} {found.mean:8.0f} ± {found.standard_error:.0f}")

# %% [markdown]
# The straight path through $w$ is three times shorter (33,000 against 105,000 squared units of the
# features, 2,000 paths). The error bars are wide, because a few paths jump from one garment to
# another and hold most of the sum; the two means are 2.5 standard errors apart. In the paper, too,
# paths in $w$ are shorter than in $z$.

# %% [markdown]
# ## 4. What the noise does
#
# One style, many draws of the noise. Where do the images differ?

# %%
rows, spreads = [], []
for number in range(4):
    same = np.repeat(styles[[number]], NUM_DRAWS, axis=0)
    drawn = images_of(same)
    set_noise(0.0)
    quiet = images_of(same[:1])
    set_noise(1.0)
    spread = drawn.std(axis=0)
    spreads.append(spread.mean())
    shown = np.clip(4 * spread[None] - 1, -1, 1)
    rows.append(np.concatenate([quiet, drawn[:5], shown]))
columns = ["no noise", *[f"draw {n}" for n in range(1, 6)], "spread"]
plots.image_grid(np.concatenate(rows), 7, labels=columns * 4, scale=2)

# %%
strengths = [
    np.abs(keras.ops.convert_to_numpy(layer.strength)).mean()
    for layer in trained._flatten_layers()
    if isinstance(layer, layers.NoiseInjection)
]
print("mean spread of a pixel over the draws", np.round(spreads, 3))
for place, strength in enumerate(strengths):
    print(f"{4 * 2 ** (place // 2):2} pixels, layer {place + 1}: mean strength {strength:.3f}")

# %% [markdown]
# Figure 11.4. One style in each row: without noise, five draws, and the spread of each pixel over
# 32 draws (brighter: larger, four times enlarged). The noise makes the grain of patterned cloth, in
# other places each time; outlines stay, and the plain boot hardly changes at all. Without noise the
# pattern turns into stripes: the network left the grain to the noise, as was hoped. It is strongest
# by far in the last layer (2.15), where the finest detail is made.

# %% [markdown]
# ## 5. Mixing styles
#
# Each size takes its own style. So we may give the layers of 4 × 4 and 8 × 8 the style of one
# garment, and the others that of another. **Predict**: which sizes decide *what* the garment is,
# and which decide about its cloth?

# %%
sources, places = styles[6:11], styles[20:25]
LAYERS = {"coarse (4)": slice(0, 2), "middle (8)": slice(2, 4), "fine (16, 32)": slice(4, 8)}


def mixed(rows, columns, taken):
    """Every row's styles, but in the layers `taken` those of every column."""
    grid = np.repeat(rows[:, None], len(columns), axis=1)  # (rows, columns, layers, values)
    grid[:, :, taken] = columns[None, :, taken]
    return grid


def mixing_grid(taken):
    blank = np.ones((1, SIZE, SIZE, 1))
    own, given = images_of(places), images_of(sources)
    made = images_of(mixed(places, sources, taken).reshape(-1, *styles.shape[1:]))
    rows = np.split(made, len(places))
    body = [np.concatenate([own[[n]], row]) for n, row in enumerate(rows)]
    return np.concatenate([blank, given, *body])


# %%
plots.image_grid(mixing_grid(LAYERS["coarse (4)"]), 6, title="coarse (4) from the top row", scale=2)

# %% [markdown]
# Figure 11.5. The first column and the top row are garments of their own; in between, all layers
# have the row's style, but those of 4 × 4 that of the column. The cloth stays that of the row, the
# outline changes: the T-shirt's column makes T-shirts of pullovers, the boot's column makes a shoe
# of the trousers. Many outlines are of no garment at all.

# %%
plots.image_grid(mixing_grid(LAYERS["middle (8)"]), 6, title="middle (8) from the top row", scale=2)

# %% [markdown]
# Figure 11.6. The same with the layers of 8 × 8. Sleeves come and go, sneakers grow into boots:
# parts of the outline, and less of the whole.

# %%
plots.image_grid(
    mixing_grid(LAYERS["fine (16, 32)"]), 6, title="fine (16, 32) from the top row", scale=2
)

# %% [markdown]
# Figure 11.7. The same with the layers of 16 × 16 and 32 × 32. Now the row keeps its outline, and
# the column gives brightness and cloth: white, patterned, or the even grey of the T-shirt. It works
# least on shoes under a style of a T-shirt.
#
# A number for it: how often does the classifier still see the class of the row, and how often that
# of the column?

# %%
count = min(200, NUM_SCORED // 2)
rows_of, columns_of = styles[:count], styles[-count:]


def class_of(styles):
    return encoder(data.cropped(images_of(styles), 28)).probabilities.argmax(axis=1)


own, given = class_of(rows_of), class_of(columns_of)
differ = own != given
for name, taken in LAYERS.items():
    both = rows_of.copy()
    both[:, taken] = columns_of[:, taken]
    found = class_of(both)[differ]
    kept, moved = np.mean(found == own[differ]), np.mean(found == given[differ])
    print(f"{name:14} taken from the other: own class {kept:4.0%}, the other's {moved:4.0%}")

# %% [markdown]
# Fine styles leave half of the garments in their class, middle ones a third, coarse ones a fifth:
# the coarser the layer, the more it decides what a garment is. But a coarse style alone does not
# carry its class along (15 %): most mixtures are seen as a third class. After 90,000 images, half
# of them mixed, the sizes are not yet as independent as on the faces of the paper.

# %% [markdown]
# ## 6. Truncation
#
# Far from the mean style $\bar w$ the generator has seen little. Pulling styles towards it,
# $w' = \bar w + \psi\,(w - \bar w)$, makes images more typical. **Predict** what happens to
# precision, to recall, and what $\psi = 0$ looks like.


# %%
def truncated(styles, psi):
    return (mean_style + psi * (styles - mean_style)).astype("float32")


rows = [images_of(truncated(styles[:10], psi)) for psi in (-1.0, *PSIS)]
names = [f"psi = {psi:g}" for psi in (-1.0, *PSIS)]
plots.image_grid(np.concatenate(rows), 10, row_labels=names, scale=2)

# %% [markdown]
# Figure 11.8. Ten styles at seven values of $\psi$. At $\psi = 0$ all are the mean style, a
# speckled something between a dress and a bag, and only the noise differs. Garments appear from
# 0.25 on; at 1 they are most varied. At $-1$ stands what is on the other side of the mean: a boot
# has become a dark T-shirt, a pullover a sneaker, trousers a pullover.

# %%
sweep = {"precision": [], "recall": [], "frechet_classifier_distance": []}
for psi in PSIS:
    found = scores(data.cropped(images_of(truncated(styles, psi)), 28))
    for name, values in sweep.items():
        values.append(found[name])
    print(f"psi {psi:4.2f}: " + ", ".join(f"{n} {v[-1]:.2f}" for n, v in sweep.items()))
shares = {name: sweep[name] for name in ("precision", "recall")}
plots.curves(PSIS, shares, "psi", "share")

# %% [markdown]
# Figure 11.9. Precision and recall against $\psi$. Recall falls with every bit of truncation, as
# expected. Precision gains next to nothing (0.85 to 0.87 at 0.7), and then falls: it was as high as
# that of real images already, and the mean is no garment here. The distance is best without
# truncation (24) and 36 at 0.7. On faces the mean is a face, and truncation pays.

# %% [markdown]
# ## 7. The ablation
#
# In the order of the paper's table: from progressive growing to the style-based generator, each row
# with one more part. 16 × 16 pixels, 24,000 real images, three seeds, the running average judged by
# 10,000 samples. `python benchmarks/ablations.py --of style --seeds 3` prints this table, whose
# first row is the first of notebook 10's.
#
# {{benchmarks/results/ablation_style.md}}
#
# On faces the paper's distance falls from 8.0 to 4.4 along these rows. Here it *rises*: the
# low-pass filter changes nothing, the mapping network with AdaIN costs ten points (35.7 against
# 25.2, far more than the seeds differ) and half of the recall, and what follows stays within about
# one spread of that. Our guess is that time is the reason. The mapping network learns at a
# hundredth of the rate, and eight layers of it send different latents to similar styles at first;
# 24,000 images, a thousandth of the paper's, are not enough to spread them out, and the recall
# shows it. What these parts give is *control*, as the sections above have shown, and on this budget
# control has its price.

# %% [markdown]
# ## 8. Larger
#
# As in notebook 10, a size is only a number, and its table says what it costs:
#
# ```python
# filters = builders.papers_filters
# generator = builders.style_generator(128, 512, 512, channels=3, filters=filters)
# discriminator = builders.progressive_discriminator(128, channels=3, filters=filters, blur=True)
# game = growing.ProgressiveGAN(generator, discriminator)
# ```

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **11.1 Implement** AdaIN in numpy, for the features, the scale $s$ and the bias $b$ of section 1.


# %% tags=["exercise"]
def adapted(x, s, b):
    return x * np.nan  # your lines


# %% tags=["solution"]
def adapted(x, s, b):
    mean = x.mean(axis=(1, 2), keepdims=True)
    spread = x.std(axis=(1, 2), keepdims=True)
    return (1 + s[:, None, None]) * (x - mean) / spread + b[:, None, None]


# %% tags=["check"]
layer = layers.AdaIN()
x = np.random.default_rng(1).normal(2.0, 3.0, (2, 4, 4, 3)).astype("float32")
w = np.random.default_rng(2).normal(size=(2, 5)).astype("float32")
expected = np.array(layer([x, w]))
s, b = np.split(np.array(layer.affine(w)), 2, axis=-1)
print("expected", expected[0, 0, 0].round(3), "yours", adapted(x, s, b)[0, 0, 0].round(3))

# %% [markdown] tags=["exercise-text"]
# **11.2 Implement** style mixing for one pair: a function that takes two styles `(8, 128)` and the
# number of the layer from which the second one rules, as in the regularisation.


# %% tags=["exercise"]
def crossed_over(first, second, begin):
    return np.full_like(first, np.nan)  # your lines


# %% tags=["solution"]
def crossed_over(first, second, begin):
    return np.concatenate([first[:begin], second[begin:]])


# %% tags=["check"]
first, second = np.zeros((8, 128)), np.ones((8, 128))
print("expected [0. 0. 0. 1. 1. 1. 1. 1.], yours", crossed_over(first, second, 3)[:, 0])

# %% [markdown] tags=["exercise-text"]
# **11.3 Predict, then compute.** With $\psi = 0.7$ in the layers of 4 × 4 and 8 × 8 only, as in the
# paper's figures, the finer layers keep their styles. What share of the variance of the styles is
# left, over all eight layers?

# %% tags=["exercise"]
share_left = 0.0  # change me

# %% tags=["solution"]
share_left = (4 * 0.7**2 + 4 * 1.0**2) / 8

# %% tags=["check"]
psi = np.array([0.7] * 4 + [1.0] * 4)
w = np.random.default_rng(0).normal(size=(20_000, 8, 4))
measured = ((psi[:, None] * w) ** 2).mean() / (w**2).mean()
print(f"expected {measured:.2f}, yours {share_left:.2f}")

# %% [markdown]
# ## Take away
#
# - Styles enter at every size, and AdaIN lets each rule one layer only: coarse layers decide the
#   outline, fine ones the cloth.
# - $w$ is a better place to walk than $z$: paths are straighter and three times shorter.
# - Noise takes the chance details off the network's hands; truncation trades variety for typical
#   images, which pays only where the mean is a good image.
#
# **Limits.** One seed; recall is 0.15 where real images have 0.87; most mixtures of two garments
# are of no class; 32 × 32 pixels leave little room for styles finer than cloth.
#
# **Next**: a game whose images have labels, and one that learns to translate them, are planned.
# Until then, try the ring of notebook 08 with what you know now.
#
# **References.** Karras et al. 2019, *A style-based generator architecture for generative
# adversarial networks*, arXiv:1812.04948 · Karras et al. 2018 (progressive growing),
# arXiv:1710.10196 · Huang and Belongie 2017 (AdaIN), arXiv:1703.06868 · Zhang 2019 (low-pass
# filters when sizes change), arXiv:1904.11486 · Kynkäänniemi et al. 2019 (precision and recall),
# arXiv:1904.06991.
