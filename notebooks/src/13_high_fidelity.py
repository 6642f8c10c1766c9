# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 13. High fidelity
#
# {{badge}}
# {{page}}
#
# **Question.** In 2018, BigGAN made photographs of a thousand classes that people took for real. It
# was built from many parts. Which of them matter in a small game? And can a better loss do without
# tricks, as R3GAN claimed in 2024?
#
# **You will be able to** write spectral normalisation with a gradient, self-attention and
# orthogonal regularisation, say what each part of BigGAN does in a small game, trade variety for
# quality by truncation, and build R3GAN's block and loss.
#
# **Before this**: [notebook 06](06_measuring.ipynb) (precision, recall, the Fréchet distance),
# [notebook 08](08_remedies.ipynb) (R1, R2, the relativistic loss), [notebook
# 09](09_wasserstein.ipynb) (Lipschitz functions) and [notebook 12](12_conditional.ipynb) (asking
# for a class).
#
# **Lectures**: CMU 11-785, the list of GAN families, with SAGAN and BigGAN.
#
# **Time of a full run**: about 12 minutes on one CPU core. We have not measured it on a GPU.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
import itertools
import time

from gan_tf import callbacks, capped, data, layers, losses, metrics, penalties, plots, recipes
import keras
from keras import ops
import numpy as np
import tensorflow as tf

# %% [markdown] tags=["setup"]
# ## Settings
# This cell holds every number that we use below. (`capped` returns the number itself, unless the
# tests of this course ask for a short trial.)

# %% tags=["setup"]
SEED = 0
NUM_IMAGES = 64_000  # real images that the game of section 5 sees; the table has half of them
THRESHOLDS = (0.2, 0.5, 1.0, 2.0)  # of truncated latents
NUM_JUDGED = capped(5_000, per_step=200)
EQUAL = {"dcgan": 5_500, "progressive": 1_450, "r3gan": 1_000}  # steps of about the same time
keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)
(images, labels), (test_images, test_labels) = data.load_fashion_mnist()
encoder = metrics.fashion_mnist_encoder()  # the small classifier that judges our samples
FAKE, REAL = plots.FAKE_COLOUR, plots.REAL_COLOUR

# %% [markdown]
# | setting | this notebook (2 CPU cores) | longer |
# | --- | --- | --- |
# | images that our small BigGAN sees | 64,000 | BigGAN: 2,048 in each of 150,000 steps |
# | feature maps | 16 | BigGAN has 96 to 1,536 |
# | time for R3GAN | two minutes | a table in section 7 |
#
# ## 1. Many parts, or few
#
# [Brock et al., 2019](https://arxiv.org/abs/1809.11096) took what others had found and made it
# large. Here are the parts, in the order in which a latent vector meets them.

# %%
boxes = {
    "z": plots.Box("latents, in three parts", 1.8, 3.9),
    "y": plots.Box("class, embedded", 6.0, 3.9),
    "first": plots.Box("dense\n7 × 7", 1.8, 1.7, FAKE),
    "block1": plots.Box("residual block\n14 × 14", 4.2, 1.7, FAKE),
    "attention": plots.Box("self-\nattention", 6.9, 1.7, FAKE),
    "block2": plots.Box("residual block\n28 × 28", 9.4, 1.7, FAKE),
    "image": plots.Box("image", 11.9, 1.7, FAKE),
    "norm": plots.Box("scales and shifts of the\nbatch normalisations", 9.4, 3.9),
    "sn": plots.Box(
        "spectral normalisation: every kernel of the orange boxes is divided by its norm", 6.9, 0.4
    ),
}
path = ["first", "block1", "attention", "block2", "image"]
arrows = [plots.Arrow(*pair, colour=FAKE) for pair in itertools.pairwise(path)]
arrows += [plots.Arrow(*pair.split()) for pair in ("z first", "y norm", "norm block1")]
arrows += [plots.Arrow("norm", "block2"), plots.Arrow("z", "norm", bend=-0.15)]
plots.large(plots.diagram(boxes, arrows, 13.0, 4.8), 100)

# %% [markdown]
# Figure 13.1. The generator of a BigGAN in small. The latent vector is cut into three parts. The
# first part begins the image. The two others, each with the embedded class, set the scales and
# shifts of a block's normalisations. The discriminator is built of the same blocks, halves the size
# instead, and judges the class by projection, as in notebook 12.
#
# The game adds four rules: the **hinge loss**, a **discriminator that learns faster** (twice the
# rate here), **orthogonal regularisation** of the generator, and a **running average** of its
# weights. One more part needs no training: **truncation** of the latents. And then BigGAN has size:
# batches of 2,048 images, up to 1,536 feature maps, 128 TPU cores or more. We have none of that, so
# our question is a smaller one: which parts help a *small* game?
#
# ## 2. Spectral normalisation, with and without a gradient
#
# Notebook 09 asked for a discriminator that is not too steep. A dense layer $x \mapsto Wx$ makes a
# vector at most $\sigma(W)$ times as long, where $\sigma(W)$ is the **largest singular value** of
# $W$. [Miyato et al., 2018](https://arxiv.org/abs/1802.05957) divide every kernel by it: $\bar W =
# W / \sigma(W)$. Then no dense layer stretches anything. (For a convolution, $\sigma$ is that of
# its kernel as a matrix, which is not quite its own.) The paper does this in the discriminator,
# BigGAN in both players.
#
# The **power method** finds $\sigma$: multiply a vector by $W^\top$ and $W$ in turn, and keep its
# length at one. It turns towards the direction that $W$ stretches most. One round in each training
# step is enough, since the weights change little between two steps.


# %% tags=["setup"]
# NBVAL_CHECK_OUTPUT
def unit(vector):
    return vector / np.linalg.norm(vector)


def power_method(W, u, rounds):
    for _ in range(rounds):
        v = unit(W.T @ u)
        u = unit(W @ v)
    return u @ W @ v  # the estimate of sigma


W, u = np.diag([2.0, 1.0]), unit(np.ones(2))
for rounds in (1, 2, 4):
    print(f"{rounds} rounds: sigma {power_method(W, u, rounds):.6f}")
print(f"exactly:  sigma {np.linalg.svd(W).S[0]:.6f}")

# %% [markdown]
# Now a question that public code answers in two ways. Is the division a part of the layer, or a
# repair after each step?
#
# - **With a gradient** (the paper): the layer works with $W / \sigma(W)$. The gradient knows that a
#   larger $W_{11}$ makes $\sigma$ larger, and so makes all *other* weights of $\bar W$ smaller.
# - **Without** (Keras's `SpectralNormalization`): each call in training overwrites $W$ by $W /
#   \sigma(W)$. The gradient does not see the division at all, so a step may also change $\sigma$
#   itself, and the next call takes that part of the step back.
#
# **Predict.** With $W = \mathrm{diag}(2, 1)$, what is the derivative of $\bar W_{22}$ with respect
# to $W_{11}$, once with a gradient through $\sigma$ and once without?

# %%
W = np.diag([2.0, 1.0]).astype("float32")
ours = layers.SpectralParametrization(keras.layers.Dense(2, use_bias=False), power_iterations=50)
kerass = keras.layers.SpectralNormalization(keras.layers.Dense(2, use_bias=False), 50)
for name, layer in (("with", ours), ("without", kerass)):
    layer.build((None, 2))
    layer.layer.kernel.assign(W)
    with tf.GradientTape() as tape:
        out = layer(np.array([[0.0, 1.0]], "float32"), training=True)[0, 1]  # it is W̄_22
    slope = tape.gradient(out, layer.layer.kernel)[0, 0]
    print(f"{name:7}: value {out:.3f}, derivative {slope:.3f}, ", end="")
    print("kernel afterwards diag({:.1f}, {:.1f})".format(*np.diag(layer.layer.kernel)))

# %% [markdown]
# <details><summary>The answer</summary>
#
# $\bar W_{22} = W_{22} / \sigma$ and $\sigma = W_{11}$ here, so the derivative is $-W_{22} /
# W_{11}^2 = -\tfrac14$. Without the gradient it is 0.
#
# </details>
#
# Both layers compute the same value, ½. But only the first one has the derivative of −¼, and the
# second one has changed the kernel. Does the difference matter for a game? The table of section 5
# will say.
#
# ## 3. Self-attention
#
# A convolution sees a neighbourhood of 3 × 3. If the left sleeve should match the right one, the
# news has to travel through many layers. [Zhang et al., 2019](https://arxiv.org/abs/1805.08318) let
# every place look at all others: each place asks a **query**, each place offers a **key** and a
# **value**. A place gets the mean of all values, weighted by how well its query fits the keys:
#
# $$o_i = \sum_j \beta_{ij} v_j, \qquad \beta_{ij} = \frac{\exp(q_i \cdot k_j)}{\sum_l \exp(q_i
# \cdot k_l)}, \qquad y = x + \gamma\, W_o\, o.$$
#
# The strength $\gamma$ begins at 0, so at first the layer changes nothing. The released code pools
# keys and values to half of the height and width, which the paper does not say; we do the same.


# %%
def attention(x, Wq, Wk, Wv, Wo, gamma):
    """x: (height, width, channels), one image."""
    height, width, channels = x.shape
    half = x.reshape(height // 2, 2, width // 2, 2, channels)
    q = (x @ Wq).reshape(height * width, -1)
    k = (half @ Wk).max(axis=(1, 3)).reshape(height * width // 4, -1)
    v = (half @ Wv).max(axis=(1, 3)).reshape(height * width // 4, -1)
    scores = np.exp(q @ k.T)
    beta = scores / scores.sum(axis=1, keepdims=True)
    return x + gamma * (beta @ v).reshape(height, width, -1) @ Wo


x = rng.normal(size=(1, 6, 6, 16)).astype("float32")
layer = layers.SelfAttention()
print("unchanged at first:", np.array_equal(layer(x), x))
layer.strength.assign(0.5)
names = ("query", "key", "value", "output_map")
kernels = [np.asarray(getattr(layer, name).kernel)[0, 0] for name in names]
difference = np.abs(attention(x[0], *kernels, 0.5) - np.array(layer(x))[0]).max()
print(f"ours and the package's differ by at most {difference:.0e}")

# %% [markdown]
# ## 4. Three small parts
#
# **The class in every normalisation.** Batch normalisation ends with a scale and a shift for each
# feature map. In BigGAN they are not fixed, but linear functions of a vector $c$: the embedded
# class and a part of the latents, $y = (1 + cG) \cdot \text{normalised}(x) + cB$.
#
# **The hinge loss.** The discriminator is paid for pushing logits of real images above 1 and those
# of fakes below −1, and nothing beyond ([Lim and Ye, 2017](https://arxiv.org/abs/1705.02894)). The
# generator wants high logits.
#
# **Orthogonal regularisation.** If the columns of a kernel point in different directions, all of
# the latent space is used. BigGAN adds $\beta \lVert W^\top W \odot (1 - I) \rVert^2$: the products
# of *different* columns, squared. The lengths of the columns stay free.

# %%
# NBVAL_CHECK_OUTPUT
c, G, B = np.array([[0.0, 1.0]]), np.array([[1.0, 0], [0.5, 3]]), np.array([[7.0, 8], [9, 10]])
x = np.array([[1.0, 2], [3, 6]])
normalised = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-3)
layer = layers.ConditionalBatchNormalization()
layer([x, np.repeat(c, 2, axis=0)])
layer.gain.kernel.assign(G)
layer.shift.kernel.assign(B)
package = np.array(layer([x, np.repeat(c, 2, axis=0)], training=True))
print("conditional norm:", np.allclose((1 + c @ G) * normalised + c @ B, package, atol=1e-4))

real, fake = np.array([[0.3], [2.0]]), np.array([[-0.5], [-3.0]])
hinge = np.maximum(0, 1 - real).mean() + np.maximum(0, 1 + fake).mean()
print(f"hinge loss of D: ours {hinge:.3f}, package {losses.Hinge().discriminator(real, fake):.3f}")

W = np.array([[1.0, 2.0], [3.0, 4.0]])
products = W.T @ W * (1 - np.eye(2))  # 1·2 + 3·4 = 14, twice
ours, theirs = np.sum(products**2), penalties.OrthogonalRegularization(1.0)(ops.array(W))
print(f"orthogonal regularisation: ours {ours:.0f}, package {theirs:.0f}")

# %% [markdown]
# ## 5. All parts together, and each part alone
#
# The recipe `biggan` has all of them: residual networks with 16 feature maps, spectral
# normalisation with a gradient, attention at 14 × 14, and the rules of section 1, for the ten
# classes of Fashion-MNIST. We play it once.

# %%
recipe = recipes.biggan(SEED, num_images=NUM_IMAGES)
average = callbacks.GeneratorAverage(recipe.average_decay)
recipe.gan.fit(recipe.batches, epochs=recipe.epochs, callbacks=[average], verbose=0)
one_hot = np.eye(10, dtype="float32")


def made(latents, classes):
    """What the averaged generator makes of latents and classes."""
    halves = [np.array_split(each, 1 + len(latents) // 500) for each in (latents, one_hot[classes])]
    parts = [np.array(average.generator(list(pair))) for pair in zip(*halves, strict=True)]
    return np.concatenate(parts)


z = rng.normal(size=(12, 60)).astype("float32")
grid = made(np.tile(z, (10, 1)), np.repeat(np.arange(10), 12))
plots.large(plots.image_grid(grid, 12, row_labels=data.CLASS_NAMES, scale=2), 110)

# %% [markdown]
# Figure 13.2. The averaged generator after 64,000 images. Each row has one class, each column one
# latent vector. Trousers, sneakers, boots and bags are clear. Pullovers, coats and shirts are clear
# too, but look alike. T-shirts and dresses are ragged, and sandals hard to make out. The latent
# vector sets the brightness: the third and the eleventh column are dark in most rows.
#
# Does it use its attention? We can look: for one place, draw how much weight $\beta$ it gives to
# each of the 7 × 7 pooled places.

# %%
attended = next(x for x in average.generator.layers if isinstance(x, layers.SelfAttention))
before = keras.Model(average.generator.inputs, attended.input)
chosen = [0, 1, 7, 9]  # a T-shirt, trousers, a sneaker, a boot
maps = before([z[:4], one_hot[chosen]])
q = ops.reshape(attended.query(maps), (4, 196, -1))
k = ops.reshape(ops.max_pool(attended.key(maps), 2, 2), (4, 49, -1))
beta = np.array(ops.softmax(ops.matmul(q, ops.transpose(k, (0, 2, 1)))))
pictures = made(z[:4], chosen)
axes = plots.panels(8, width=1.9, height=2.2)
for i, (row, column) in enumerate(((4, 2), (10, 5), (9, 3), (4, 7))):
    axes[2 * i].imshow(pictures[i, ..., 0], cmap="gray")
    axes[2 * i].plot(2 * column + 0.5, 2 * row + 0.5, "o", color=FAKE, markersize=10)
    axes[2 * i + 1].imshow(beta[i, 14 * row + column].reshape(7, 7), cmap="viridis", vmin=0)
    axes[2 * i].set(xticks=[], yticks=[])
    axes[2 * i + 1].set(xticks=[], yticks=[], title=f"to {beta[i, 14 * row + column].max():.2f}")
print(f"strength gamma {float(attended.strength):.3f}; even weights would be {1 / 49:.3f}")
axes[0].figure

# %% [markdown]
# Figure 13.3. Four of these images, each with a marked place, and to its right the attention that
# this place pays to each of the 7 × 7 pooled places (yellow: most; the title names the largest
# weight). Each map has its own scale. The sleeve looks a little more at the middle of the shirt
# than elsewhere. The other three look at the garment instead of the background, with up to 0.07
# instead of 0.02. The strength $\gamma$ has become −0.154: the layer *subtracts* what it has
# gathered, and the next layers can use that as well. Whether the images need it, the table will
# say.
#
# ### One part at a time
#
# **Predict.** Which part will be missed most?
#
# Each game of the table sees 32,000 images in batches of 32 and differs from the first row in one
# thing (`python benchmarks/parts.py --game "no attention" --seeds 3`). We judge 10,000 samples of
# the running average. *Named as asked* is the share of samples that the course's classifier puts
# into the class asked for, and ± is the standard deviation over the seeds. In *class joined to the
# latents*, the class enters only at the start, as in notebook 12.
#
# {{benchmarks/results/parts.md}}
#
# The first row, the game with all parts, has a standard deviation of 21. With three seeds we trust
# only differences that are clearly larger, and then little is left:
#
# - **Batches.** At equal numbers of images, small batches are best, because they take more steps:
#   the distance is 42 with 16, 79 with 32 and 113 with 64. With 256 there are only 125 steps, and
#   nothing comes out. BigGAN compared batches at equal *steps*, so the larger ones saw more images.
# - **Spectral normalisation.** Without any, or with R1 in its place, every seed is at most 67, so
#   this game needs none. (Its recall, 0.07 and 0.08 instead of 0.03, speaks for that too.) With the
#   version *without a gradient*, two seeds of three are far behind all of these (166 and 141), and
#   in these games samples of the class that was asked for are rare.
# - **Attention.** Without it one seed is far behind (181), and the two others are better than all
#   of the first row. Three seeds don't decide.
# - **The class in the normalisations, the hinge loss, orthogonal regularisation, a discriminator
#   that learns faster**: no difference that we can see.
#
# So which part is missed most? In this small game, none for sure. BigGAN's size, where games
# collapse even with all parts, is far away. (Our rates were found with all parts in place, and a
# game with batches of 16 might answer otherwise.)
#
# ## 6. Truncation: less variety, better pictures
#
# Latents far from zero are rare in training, and the generator knows them badly. **Truncation**
# avoids them: every value of a latent vector whose size is above a threshold is drawn again. The
# statistics of batch normalisation were learnt from ordinary latents, so BigGAN measures them anew,
# from batches of truncated ones (*standing statistics*).
#
# **Predict.** A smaller threshold: what happens to precision, and what to recall?


# %%
def truncated(threshold, num=NUM_JUDGED, seed=SEED):
    """Samples of all classes from latents within the threshold."""
    latents = data.truncated_normal(num, 60, threshold, seed)
    classes = np.arange(num) % 10
    batches = [[latents[i : i + 250], one_hot[classes[i : i + 250]]] for i in range(0, num, 250)]
    layers.set_standing_statistics(average.generator, batches)
    return made(latents, classes)


real_features = encoder(test_images[:NUM_JUDGED]).features


def judged(samples):
    """Precision, recall and Fréchet distance of samples."""
    seen = encoder(samples).features
    close = metrics.precision_recall(real_features, seen)
    pair = [metrics.gaussian_statistics(each) for each in (real_features, seen)]
    return close.precision, close.recall, metrics.frechet_distance(*pair[0], *pair[1])


# %%
scores, shown = [], []
for threshold in THRESHOLDS:
    samples = truncated(threshold)
    shown.append(samples[:40].reshape(4, 10, 28, 28, 1)[:, [0, 3, 7]].swapaxes(0, 1))
    scores.append(judged(samples))
    values = "precision {:.2f}, recall {:.2f}, Fréchet distance {:.1f}".format(*scores[-1])
    print(f"threshold {threshold:.1f}: {values}")

# %%
grid = np.concatenate([each.reshape(12, 28, 28, 1) for each in shown])
names = [f"threshold {threshold:g}" for threshold in THRESHOLDS]
plots.large(plots.image_grid(grid, 12, row_labels=names, scale=2), 110)

# %% [markdown]
# Figure 13.4. Four T-shirts, four dresses and four sneakers for each threshold. At 0.2 all four
# garments of a kind are the same one. At 2 they differ in width and brightness. A single T-shirt or
# dress does not look better at 0.2, only more typical; the sneakers lose a few stray pixels.

# %%
axes = plots.panels(2, width=4.6, height=3.6)
precision, recall, distance = zip(*scores, strict=True)
both = {"precision": precision, "recall": recall}
plots.curves(THRESHOLDS, both, "threshold", "share", ax=axes[0])
plots.curves(
    THRESHOLDS,
    {"distance": distance},
    "threshold",
    "Fréchet distance",
    ax=axes[1],
)
axes[0].figure

# %% [markdown]
# Figure 13.5. Our game after 64,000 images, 5,000 samples: precision falls a little with the
# threshold, from 0.91 to 0.85, and recall rises from 0.00 to 0.14. The Fréchet distance (right)
# falls from 87 to 43, so by this measure the lost variety costs more than truncation gains.
#
# Now the table's games (32,000 images, 10,000 samples) with three seeds, with and without
# orthogonal regularisation. The paper adds that regularisation for one reason: without it, many of
# its generators made broken images from truncated latents.
#
# {{benchmarks/results/parts_truncation.md}}
#
# The precision stays between 0.85 and 0.93, and its changes are about as large as the spread over
# the seeds. Recall falls to 0, and with every smaller threshold the distance grows. So truncation
# certainly costs variety here, and buys little. Orthogonal regularisation makes no difference that
# we can see. (In [the paper](https://arxiv.org/abs/1809.11096), 16 % of the models could be
# truncated without it, and 60 % with it.)
#
# ## 7. R3GAN: throw it away
#
# [Huang et al., 2024](https://arxiv.org/abs/2501.05441) turn the question around: if the *loss* is
# well behaved, does a GAN need any tricks? They start from StyleGAN2 and take its tricks away.
# Their R3GAN keeps two ideas of notebook 08. The **relativistic loss** asks whether a real image
# looks more real than a fake one, with $f(t) = \log(1 + e^t)$:
#
# $$L_D = \mathbb{E}\, f\big(D(G(z)) - D(x)\big) + \frac{\gamma}{2}\, \mathbb{E} \lVert \nabla D(x)
# \rVert^2 + \frac{\gamma}{2}\, \mathbb{E} \lVert \nabla D(G(z)) \rVert^2.$$
#
# The two **penalties** R1 and R2 keep the discriminator flat at real and at fake images, and the
# authors prove that the game then converges near its equilibrium, in a simple setting. The
# generator minimises the same loss with real and fake exchanged. Gone are StyleGAN2's style
# network, minibatch deviation, equalised learning rates and other tricks, and there is no
# normalisation and no attention. What remains is a residual block without any normalisation.

# %%
# NBVAL_CHECK_OUTPUT
w = np.array([[3.0], [4.0]], "float32")  # D(x) = 3 x_1 + 4 x_2, whose gradient is (3, 4) everywhere
both = penalties.Sum(penalties.R1(0.2), penalties.R2(0.2))
points = np.zeros((5, 2), "float32")
print(f"R1 + R2: ours {0.2 / 2 * (25 + 25):.1f}, ", end="")
print(f"package {both(lambda x: ops.matmul(x, w), points, points):.1f}")
real, fake = np.array([[2.0]]), np.array([[-1.0]])
ours = np.log(1 + np.exp(fake - real)).mean()
package = losses.Relativistic().discriminator(real, fake)
print(f"relativistic: ours {ours:.4f}, package {package:.4f}")

# %% [markdown]
# The block: a 1 × 1 convolution widens, a 3 × 3 convolution in groups looks around, a 1 × 1
# convolution gives back the old width. The last kernel begins at zero, so at first every block is
# the identity, and however many blocks there are, nothing explodes.


# %%
def leaky(x):
    return np.where(x > 0, x, 0.2 * x)


def block(x, widen, look, narrow, b1, b2):
    """x: (height, width, channels). `look` is a function, the convolution in groups."""
    inside = leaky(x @ widen + b1)
    return x + leaky(look(inside) + b2) @ narrow


x = rng.normal(size=(1, 7, 7, 16)).astype("float32")
layer = layers.R3GANBlock(num_blocks=6, group_size=16)
print("identity at first:", np.array_equal(layer(x), x))
layer.narrow.kernel.assign(rng.normal(size=layer.narrow.kernel.shape))
widen, narrow = (np.asarray(each.kernel)[0, 0] for each in (layer.widen, layer.narrow))
biases = [np.asarray(each) for each in (layer.first_bias, layer.second_bias)]
ours = block(x[0], widen, lambda inside: np.array(layer.look(inside[None]))[0], narrow, *biases)
print(f"ours and the package's differ by at most {np.abs(ours - np.array(layer(x))[0]).max():.0e}")

# %% [markdown]
# ### At equal time
#
# An image costs R3GAN more time than it costs our other games: its blocks work on many feature maps
# at full size, and both penalties need a gradient of a gradient. So equal steps would be unfair,
# and equal images too. We give each game about the same *time*.


# %%
def played(name, steps):
    """Samples of the averaged generator of a recipe after so many steps, and the time they took."""
    game = recipes.get(name, SEED)
    keeps = callbacks.GeneratorAverage(game.average_decay)
    start, epochs = time.process_time(), max(1, steps // game.steps_per_epoch)
    game.gan.fit(game.batches, epochs=epochs, callbacks=[keeps], verbose=0)
    spent = time.process_time() - start
    latents = rng.normal(size=(NUM_JUDGED, keeps.generator.input_shape[-1])).astype("float32")
    parts = np.array_split(latents, 1 + NUM_JUDGED // 500)
    samples = np.concatenate([np.array(keeps.generator(part)) for part in parts])
    if samples.shape[1] < 28:  # a short trial of the game that grows
        samples = data.enlarged(samples, 32)
    return data.cropped(np.clip(samples, -1, 1), 28), spent


grids = {}
for name, steps in EQUAL.items():
    samples, spent = played(name, steps)
    grids[name] = samples[:24]
    values = "precision {:.2f}, recall {:.2f}, Fréchet distance {:.1f}".format(*judged(samples))
    print(f"{name:11} {steps:5} steps, {spent:4.0f} s of processor time: {values}")

# %%
pictures = np.concatenate(list(grids.values()))
names = [label for name in grids for label in (name, "")]  # each has two rows
plots.large(plots.image_grid(pictures, 12, row_labels=names, scale=2), 110)

# %% [markdown]
# Figure 13.6. Twenty-four samples of each game after 105 to 113 seconds of processor time. The
# default game of this course, `dcgan`, makes garments (distance 44). Progressive growing has just
# arrived at the full size (130). R3GAN has striped shapes without details, and some images are
# empty (136).
#
# The same with three seeds, on one core (`python benchmarks/quality.py --recipe
# r3gan --cpu-seconds 60 180 --seeds 3`):
#
# {{benchmarks/results/equal_time.md}}
#
# R3GAN does not win the race. After 180 seconds it has seen less than half as many images as the
# lecture's DCGAN, and its distance is 112 ± 41, against 80 for that DCGAN and 44 for progressive
# growing. The winner is `conditional` of [notebook 12](12_conditional.ipynb), with 12.1 ± 0.4: it
# has the networks and rules of `dcgan`, and is told the classes. The small BigGAN is told them,
# too, but differs most between seeds, 73.5 ± 62, so we would not rely on it. R3GAN does not become
# the default game of this course. `dcgan` stays it: in the run above it reached 44 in 105 seconds.
#
# This says nothing against the paper. Its games see millions of images on GPUs, and there the
# question is how good a game becomes in the end. Ours is how good it is after three minutes.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **13.1 Compute.** $W$ has the rows $(3, 0)$ and $(4, 5)$. How much can it stretch a vector? Do one
# round of the power method from $u = (1, 1)/\sqrt 2$ by hand, or let NumPy do it.

# %% tags=["exercise"]
sigma = 0.0  # change me: the estimate after one round

# %% tags=["solution"]
sigma = power_method(np.array([[3.0, 0.0], [4.0, 5.0]]), unit(np.ones(2)), 1)

# %% tags=["check"]
print(f"expected 6.6271, yours {sigma:.4f}")

# %% [markdown] tags=["solution"]
# $W^\top u = (7, 5)/\sqrt 2$, so $v = (7, 5)/\sqrt{74}$ and $W v = (21, 53)/\sqrt{74}$. Its length
# is 6.6271. The exact value is $\sqrt{45} \approx 6.708$.

# %% [markdown] tags=["exercise-text"]
# **13.2 Predict, then change.** Section 2 says that one round of the power method in each step is
# enough, since the weights change little. How little? In the check, a kernel of 64 × 64 takes 200
# random steps. Each replaces a share `change` of the kernel by noise of the same size, and one
# round follows. **Predict** the error of the estimate for a share of 0.01, of 0.1 and of 1.

# %% tags=["exercise"]
change = 0.01  # change me

# %% tags=["solution"]
change = 1.0

# %% tags=["check"]
steps = np.random.default_rng(1)
W, u, errors = steps.normal(size=(64, 64)), unit(steps.normal(size=64)), []
for _ in range(200):
    W = np.sqrt(1 - change**2) * W + change * steps.normal(size=W.shape)
    v = unit(W.T @ u)
    u = unit(W @ v)
    errors.append(1 - u @ W @ v / np.linalg.svd(W).S[0])
print(f"change {change:g}: the estimate is too small by {np.mean(errors[100:]):.1%}")

# %% [markdown] tags=["solution"]
# With a share of 1 every step brings a new kernel, and one round finds 27.7 % too little. With 0.01
# the vector $u$ is nearly right before the round begins. A game with a learning rate that is far
# too large would be somewhere between.

# %% [markdown] tags=["exercise-text"]
# **13.3 Implement** orthogonal regularisation for a kernel of a convolution, $\lVert W^\top W \odot
# (1 - I) \rVert^2$, where $W$ is the kernel reshaped to (height · width · inputs, outputs).


# %% tags=["exercise"]
def orthogonal(kernel):
    return np.nan  # your lines


# %% tags=["solution"]
def orthogonal(kernel):
    W = kernel.reshape(-1, kernel.shape[-1])
    return np.sum((W.T @ W * (1 - np.eye(W.shape[1]))) ** 2)


# %% tags=["check"]
kernel = np.arange(36.0).reshape(3, 3, 2, 2) / 36
expected = float(penalties.OrthogonalRegularization(1.0)(ops.array(kernel)))
print(f"expected {expected:.4f}, yours {orthogonal(kernel):.4f}")

# %% [markdown]
# ## Take away
#
# - **Whether a gradient flows through the norm may decide a game.** Without it, two of our three
#   games went badly wrong; with it, none did. (Three seeds are few.)
# - **Few parts show an effect in a small game.** The number of steps mattered most, and that is
#   what the size of batches changes at equal numbers of images. Seeds differ more than most parts
#   do.
# - **Truncation trades variety for typical images. R3GAN** builds on a relativistic loss and two
#   penalties instead of parts like these; in three minutes on one core it was behind the others,
#   and longer games we did not play.
#
# **Limits.** Sixteen feature maps, 28 × 28 pixels, ten classes, at most 64,000 images: nothing here
# says what the parts do at BigGAN's size. The pictures show one run each, and the tables say how
# many seeds they have. The parts are left out one at a time, so we don't know which of them replace
# each other.
#
# **Next**: in [notebook 14](14_inference.ipynb) we look for the latents that made a given image.
#
# **References.** Brock et al. 2019, BigGAN, [arXiv:1809.11096](https://arxiv.org/abs/1809.11096) ·
# Miyato et al. 2018, spectral normalisation, [arXiv:1802.05957](https://arxiv.org/abs/1802.05957) ·
# Miyato and Koyama 2018, projection, [arXiv:1802.05637](https://arxiv.org/abs/1802.05637) · Zhang
# et al. 2019, self-attention, [arXiv:1805.08318](https://arxiv.org/abs/1805.08318) · Lim and Ye
# 2017, hinge loss, [arXiv:1705.02894](https://arxiv.org/abs/1705.02894) · Huang et al. 2024, R3GAN,
# [arXiv:2501.05441](https://arxiv.org/abs/2501.05441) · Jolicoeur-Martineau 2018, relativistic
# loss, [arXiv:1807.00734](https://arxiv.org/abs/1807.00734) · Mescheder et al. 2018, R1,
# [arXiv:1801.04406](https://arxiv.org/abs/1801.04406) · Xiao et al. 2017, Fashion-MNIST,
# [arXiv:1708.07747](https://arxiv.org/abs/1708.07747).
