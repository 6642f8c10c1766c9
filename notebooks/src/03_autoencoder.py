# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 03. Autoencoders
#
# {{badge}}
# {{page}}
#
# **Question.** An autoencoder squeezes an image through a bottleneck and unfolds it again. What is
# generative about a bottleneck?
#
# **You will be able to**
# - tell a generative model from a discriminative one by the questions that each can answer, and say
#   where the answers fail;
# - build an autoencoder, look into its latent space, and compare it with principal components;
# - remove noise, find anomalies, and say which anomalies will be missed;
# - derive and write a variational autoencoder, and measure why random codes fail in one model and
#   work better in the other.
#
# **Before this**: [notebook 01](01_circle.ipynb) (random latent vectors and a generator), and a
# little Keras (`compile`, `fit`).
#
# **Lecture**: *Generative Models* (generative and discriminative models, autoencoders).
#
# **Time of a full run**: about 13 minutes on one CPU core, less on two. We have not measured it
# on a GPU.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
from gan_tf import builders, capped, data, plots
import keras
from keras import layers, ops
import numpy as np

# %% [markdown] tags=["setup"]
# ## Settings
# This cell holds the settings that several cells share. (`capped` returns the number itself, unless
# the tests of this course ask for a short trial.)

# %% tags=["setup"]
SEED = 0
NUM_TRAIN, BATCH_SIZE, LEARNING_RATE = 20_000, 100, 1e-3
CODE_DIM = 32
EPOCHS = 25  # of the dense networks, the variational ones too
PIXEL_STD = 0.25  # the noise of a pixel, as the variational model assumes it
NOISE_STD, DENOISER_EPOCHS = 0.5, 8
NORMAL_TRAIN, ANOMALY_DIM, ANOMALY_EPOCHS = 18_000, 8, 5
SEEDS = (0, 1, 2)[: capped(3)]  # for the comparisons of sections 5 and 6
LEFT_OUT = range(capped(10))  # the classes that are left out, one at a time
NUM_JUDGED = capped(5_000, per_step=100)  # samples of each model
MARKERS, COLOURS = (
    "osD^v<>PX*",
    ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"),
)  # of the classes
keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)


# %% tags=["setup"]
def show(images, columns, **options):
    return plots.large(plots.image_grid(np.clip(images, -1, 1), columns, scale=2, **options))


(images, labels), (test_images, test_labels) = data.load_fashion_mnist()
train_images, train_labels = images[:NUM_TRAIN], labels[:NUM_TRAIN]
first_of_each = [np.flatnonzero(test_labels == number)[0] for number in range(10)]


def flat(images):
    return images.reshape(len(images), -1)  # (images, 784)


def principal_components(images):
    """Mean image, the directions of largest variance as rows, and the variances."""
    mean = flat(images).mean(axis=0)
    covariance = np.cov(flat(images) - mean, rowvar=False)
    variances, columns = np.linalg.eigh(covariance)  # smallest first
    return mean, columns.T[::-1].astype("float32"), variances[::-1]


# %% [markdown]
# ## 1. Generative and discriminative models
#
# Let $x$ be an image and $y$ its class. A **discriminative** model learns where the border between
# the classes runs: it estimates $p(y \mid x)$, the probability of a class for a given image. A
# **generative** model learns what the data look like: it estimates $p(x)$, or $p(x \mid y)$ for
# each class. Bayes' rule turns a generative model into a classifier, too:
#
# $$p(y \mid x) = \frac{p(x \mid y)\,p(y)}{\sum_{y'} p(x \mid y')\,p(y')}.$$
#
# We build one model of each kind on the same data, sneakers and ankle boots. To be able to draw
# them, we describe each image $x$ by only two numbers, its first two *principal components*: the
# two directions in the space of images along which the shoes differ most.


# %%
SNEAKER, BOOT = 7, 9
mean_shoe, directions, variances = principal_components(
    train_images[np.isin(train_labels, (SNEAKER, BOOT))]
)
axes_2d = directions[:2] / np.sqrt(variances[:2, None]).astype("float32")  # both spreads become 1


def shoes_of(images, labels):
    """Shoes as points in the plane `(shoes, 2)`, and whether each is a boot."""
    chosen = np.isin(labels, (SNEAKER, BOOT))
    return (flat(images[chosen]) - mean_shoe) @ axes_2d.T, labels[chosen] == BOOT


points, is_boot = shoes_of(train_images, train_labels)
test_points, test_is_boot = shoes_of(test_images, test_labels)

# %% [markdown]
# Our generative model is as simple as possible: one normal density $p(x \mid y)$ for each class,
# with the mean and the covariance of the training points. Our discriminative model is a small
# network that returns the *logit* of $p(\text{boot} \mid x)$, the logarithm of the odds
# $p/(1 - p)$. What is the logit of the generative model? Write Bayes' rule for both classes and
# divide one by the other: the denominators cancel. Both classes are about equally frequent, so
# $p(y)$ cancels, too, and what remains is
# $\log p(x \mid \text{boot}) - \log p(x \mid \text{sneaker})$.


# %%
def log_density(points, of):
    """Log of the normal density that has the mean and covariance of the points `of`."""
    covariance = np.cov(of.T)
    shift = points - of.mean(axis=0)
    squared = np.einsum("ni,ij,nj->n", shift, np.linalg.inv(covariance), shift)
    return -0.5 * (squared + np.log(np.linalg.det(2 * np.pi * covariance)))


sneakers, boots = points[~is_boot], points[is_boot]
bayes_logits = log_density(test_points, boots) - log_density(test_points, sneakers)

classifier = builders.point_discriminator()
cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
classifier.compile("adam", cross_entropy, steps_per_execution=10)
classifier.fit(points, is_boot.astype("float32"), BATCH_SIZE, epochs=20, verbose=0)
logits = np.array(classifier(test_points))[:, 0]
for name, scores in {"generative": bayes_logits, "discriminative": logits}.items():
    print(f"{name:15} right for {np.mean((scores > 0) == test_is_boot):.1%} of the test shoes")

# %% [markdown]
# As classifiers the two models are equally good here: each is right for 92.2 % of the shoes. The
# difference lies in the other questions that you can ask them.
#
# **Predict.** Which model can answer "show me a boot"? And which can answer "is this a shoe at
# all"?
#
# <details><summary>Answer</summary>
#
# Only the generative model can show a boot: you draw a point from its density. As it has a density,
# it also has an answer to the second question: where both densities are tiny, it has seen nothing
# like this point. The discriminative model can only choose between sneaker and boot, or decline to
# choose where it is not sure.
#
# </details>

# %%
drawn = [rng.multivariate_normal(each.mean(0), np.cov(each.T), 200) for each in (sneakers, boots)]
ax = plots.panels(1, 8.0, 6.0)
plots.decision_field(classifier, limits=(-4, 4), ax=ax)
few = np.arange(len(test_points)) < 400
for name, marker, chosen, made in (
    ("sneaker", "o", ~test_is_boot, drawn[0]),
    ("ankle boot", "^", test_is_boot, drawn[1]),
):
    solid = {"c": "black", "s": 22, "label": f"{name}, test image"}
    ax.scatter(*test_points[few & chosen].T, marker=marker, **solid)
    hollow = {"facecolors": "none", "edgecolors": "#009E73", "label": f"{name}, drawn"}
    ax.scatter(*made.T, 30, marker=marker, **hollow)
ax.legend(loc="upper right")
ax.set(xlabel="first principal component", ylabel="second principal component")
ax.figure.axes[1].set_ylabel("p(boot | x), discriminative model")
ax.figure

# %% [markdown]
# Figure 3.1. Shoes in the plane of their first two principal components: 400 test images (black)
# and 200 draws from each of the two densities (green, hollow). Circles are sneakers, the narrow
# cloud on the left, and triangles are boots, the wide one. The background shows the discriminative
# model: vermilion for sneaker, blue for boot, and a black line where both are equally likely.
# Notice that the network has an opinion even in the corners, where there are no shoes at all. The
# draws lie where the images lie and a little beyond, because both clouds are bent and a normal
# density is not: the sneakers' draws overshoot at the lower left.
#
# Now the second question. We walk away from the mean boot, in the direction that leads away from
# the sneakers, and ask both models on the way. Each step is as long as the way from the mean
# sneaker to the mean boot. Then we ask about things that are no shoes, test images of trousers,
# shirts and bags. We draw the line where 95 % of the training shoes pass. At the end we turn draws
# back into images. `np.linalg.pinv(axes_2d).T` undoes the division by the spread, so an image is
# the mean shoe plus $a_1 d_1 + a_2 d_2$, each component $a_i$ times its direction $d_i$.

# %%
direction = boots.mean(0) - sneakers.mean(0)
for steps in (0, 1, 4, 16):
    x = (boots.mean(0) + steps * direction)[None].astype("float32")
    p = 1 / (1 + np.exp(-float(classifier(x)[0, 0])))
    print(f"{steps:2} steps beyond the mean boot: p(boot | x) = {p:.4f},", end=" ")
    print(f"log p(x | boot) = {log_density(x, boots)[0]:.0f}")


def shoe_score(points):
    return np.maximum(log_density(points, sneakers), log_density(points, boots))


threshold = np.quantile(shoe_score(points), 0.05)
for name in ("Trouser", "Shirt", "Bag", "Sandal"):
    others = test_images[test_labels == data.CLASS_NAMES.index(name)]
    passes = shoe_score((flat(others) - mean_shoe) @ axes_2d.T) > threshold
    print(f"{name:8} {np.mean(passes):.1%} pass for a shoe")

pictures = [(each[:10] @ np.linalg.pinv(axes_2d).T + mean_shoe) for each in drawn]
show(np.concatenate(pictures).reshape(-1, 28, 28), 10, row_labels=["sneaker", "boot"])

# %% [markdown]
# Figure 3.2. The first ten draws of each class as images: the mean shoe plus two components. All of
# them are shoes, and all are blurred, because two linear components cannot hold more of a shoe. The
# seventh sneaker looks like a boot, and the seventh boot like a sneaker. *Generative* does not mean
# *good*. It means that you can ask the model for samples.
#
# Now to the printed numbers. The farther we go, the more certain the discriminative model becomes
# that it sees a boot. In this direction it is surest far from the data, so a rule that declines
# when the network is unsure would not help. The density does better: $\log p(x \mid \text{boot})$
# falls from -1 to -1312, which says that the training data contain nothing like this point.
#
# But look at the things that are no shoes. Hardly any trousers pass for a shoe, yet a third of the
# shirts and three quarters of the bags do. Our density knows only two numbers of an image, and
# these two fall into the cloud of shoes. (Most sandals pass, too, but a sandal *is* a shoe.)
#
# For deep models of whole images, a density is a poor judge of this question, too: models trained
# on Fashion-MNIST can give *higher* densities to handwritten digits, which they have never seen
# ([Nalisnick et al., 2018](https://arxiv.org/abs/1810.09136)).
#
# ### Two more ways to sort models
#
# **Supervised or unsupervised?** $p(y \mid x)$ and $p(x \mid y)$ need labels $y$, so they are
# learnt in a *supervised* way. $p(x)$ needs images only, which is *unsupervised*. From here on we
# use no labels for training (section 5 uses them only to leave a class out).
#
# **Explicit or implicit?** Some generative models give you a density, exactly or as a bound; others
# only give you samples, so that you can't ask them "is this like the data?" directly. The following
# picture is that of [Goodfellow, 2016](https://arxiv.org/abs/1701.00160), shortened, with diffusion
# models added.

# %%
boxes = {
    "all": plots.Box("generative models", 5.5, 3.4),
    "explicit": plots.Box("explicit: a density p(x)", 3.4, 2.1, plots.REAL_COLOUR),
    "implicit": plots.Box("implicit: samples only", 9.0, 2.1, plots.FAKE_COLOUR),
    "exact": plots.Box("exact\nautoregressive, flows", 1.7, 0.6, plots.REAL_COLOUR),
    "bound": plots.Box("a lower bound\nVAE, diffusion", 5.1, 0.6, plots.REAL_COLOUR),
    "gan": plots.Box("a second network judges\nGAN", 9.0, 0.6, plots.FAKE_COLOUR),
}
pairs = ["all explicit", "all implicit", "explicit exact", "explicit bound", "implicit gan"]
plots.large(plots.diagram(boxes, [plots.Arrow(*pair.split()) for pair in pairs], 11, 3.8))

# %% [markdown]
# Figure 3.3. Families of generative models. On the left are models with a density: autoregressive
# models (one pixel after the other) and normalising flows (invertible networks) compute $p(x)$
# exactly; the variational autoencoder (VAE, section 3) and diffusion models ([Ho et al.,
# 2020](https://arxiv.org/abs/2006.11239)), which learn to remove noise step by step, maximise a
# lower bound of it (diffusion models usually train on a simplified version). On the right are
# generative adversarial networks (GANs), which only produce samples. A plain autoencoder, the
# subject of section 2, is missing from this picture, because by itself it gives neither a density
# nor samples. Section 6 adds what it needs for samples.
#
# ## 2. Autoencoders
#
# An autoencoder consists of two networks. The **encoder** $f$ describes an image $x$ by a few
# numbers, its *code* $h = f(x)$. The **decoder** $g$ turns the code back into an image,
# $r = g(h)$. ([Hinton and Salakhutdinov, 2006](https://doi.org/10.1126/science.1127647), made deep
# autoencoders work.)

# %%
middle = 0.5
boxes = {
    "x": plots.Box("image x\n28 × 28", 0.9, middle, plots.REAL_COLOUR),
    "f": plots.Box("encoder f\n256, 128", 3.1, middle),
    "h": plots.Box("code h\n32 numbers", 5.5, middle, plots.BROKEN_COLOUR),
    "g": plots.Box("decoder g\n128, 256", 7.9, middle),
    "r": plots.Box("image r\n28 × 28", 10.1, middle, plots.FAKE_COLOUR),
}
arrows = [plots.Arrow(*pair) for pair in ("xf", "fh", "hg", "gr")]
arrows.append(plots.Arrow("r", "x", "compare: squared error", bend=0.2, dashed=True))
plots.large(plots.diagram(boxes, arrows, 11, 2.0))

# %% [markdown]
# Figure 3.4. An autoencoder. The image passes through a code that is much smaller than the image,
# the *bottleneck*, and the result is compared with the image itself. Notice that no label and no
# opponent occurs in the picture.
#
# Both networks learn together to make the mean squared error of a pixel small,
#
# $$L = \tfrac{1}{784}\,\mathbb{E}\,\lVert x - g(f(x))\rVert^2,$$
#
# where $\mathbb{E}$ is the mean over the training images. In Keras this is a plain `fit`, with the
# image as its own target.


# %% tags=["setup"]
def dense_encoder(dim, units=(256, 128)):
    hidden = [layers.Dense(width, activation="relu") for width in units]
    return keras.Sequential(
        [keras.Input((28, 28, 1)), layers.Flatten(), *hidden, layers.Dense(dim)]
    )


def dense_decoder(dim, units=(128, 256)):  # a generator by another name
    return builders.dense_generator(dim, (28, 28, 1), units, "relu", output_activation="tanh")


def train(model, inputs, targets, epochs, loss="mse", **options):
    optimizer = keras.optimizers.Adam(LEARNING_RATE)
    model.compile(optimizer, loss, steps_per_execution=50, **options)
    return model.fit(inputs, targets, BATCH_SIZE, epochs, verbose=0)


def outputs_of(model, inputs):
    """What a model makes of many inputs, computed in parts, as an array."""
    return np.concatenate([model(part, training=False) for part in np.array_split(inputs, 20)])


def error_of(rebuilt):
    return np.mean((rebuilt - test_images) ** 2)


# %% [markdown]
# We train one autoencoder with 32 numbers and one with 2. But how good is good? We need something
# to compare them with. Without hidden layers and activations, an autoencoder is a *linear* map to
# the code and back. The best linear autoencoder needs no training: it keeps the first principal
# components of the image (PCA, principal component analysis; [Bourlard and Kamp,
# 1988](https://doi.org/10.1007/BF00332918); [Baldi and Hornik,
# 1989](https://doi.org/10.1016/0893-6080%2889%2990014-2)).
#
# **Predict.** How much better than principal components is a network, with 2 numbers and with 32?
#
# <details><summary>Answer</summary>
#
# In this run the network's error is about three fifths of PCA's with 2 numbers, and two thirds with
# 32.
#
# </details>

# %% tags=["setup"]
mean_image, components, _ = principal_components(train_images)


def through_components(images, dim):
    """Images, reduced to their first principal components and built up again."""
    code = (flat(images) - mean_image) @ components[:dim].T  # (images, dim)
    return (code @ components[:dim] + mean_image).reshape(images.shape)


keras.utils.set_random_seed(SEED)
encoder, decoder = dense_encoder(CODE_DIM), dense_decoder(CODE_DIM)
autoencoder = keras.Sequential([encoder, decoder])
train(autoencoder, train_images, train_images, EPOCHS, jit_compile=True)

encoder_2d, decoder_2d = dense_encoder(2), dense_decoder(2)
autoencoder_2d = keras.Sequential([encoder_2d, decoder_2d])
train(autoencoder_2d, train_images, train_images, EPOCHS, jit_compile=True)
rebuilt = {
    "PCA, 2": through_components(test_images, 2),
    "network, 2": outputs_of(autoencoder_2d, test_images),
    "PCA, 32": through_components(test_images, CODE_DIM),
    "network, 32": outputs_of(autoencoder, test_images),
}

# %%
print(f"always the mean image: error {np.mean((flat(test_images) - mean_image) ** 2):.4f}")
for name, made in rebuilt.items():
    print(f"{name:11} error {error_of(made):.4f}")
rows = [test_images, *rebuilt.values()]
shown = np.concatenate([row[first_of_each] for row in rows])
show(shown, 10, row_labels=["original", *rebuilt])

# %% [markdown]
# Figure 3.5. A test image of each class, and what four bottlenecks keep of it. With 2 numbers,
# principal components show grey ghosts of several garments at once. The network shows one garment
# without its details: trousers and pullover are clear, the dress and the shirt are blurred, and the
# coat has become a dark T-shirt, the wrong garment. With 32 numbers, the print on the pullover
# survives as a dark spot, and only the network shows the open strap of the sandal.
#
# With 2 numbers the network's error is 0.1083, where principal components have 0.1844. With 32
# numbers it is 0.0403 against 0.0607. (The network has one small advantage: its tanh keeps every
# pixel between -1 and 1, while principal components may leave this range.)
#
# ### The latent space
#
# The codes live in the *latent space* of the autoencoder. If the code has two numbers, we can draw
# this space: each test image is a point, and each point of the plane can be decoded to an image.


# %% tags=["setup"]
def decoded_plane(decoder, low, high, count=11):
    """One picture of the decoded points of a grid from corner `low` to corner `high`."""
    x, y = (np.linspace(low[i], high[i], count, dtype="float32") for i in (0, 1))
    grid = np.stack(np.meshgrid(x, y[::-1]), axis=-1).reshape(-1, 2)  # the top row comes first
    tiles = np.array(decoder(grid)).reshape(count, count, 28, 28)
    return tiles.transpose(0, 2, 1, 3).reshape(count * 28, count * 28)


def plane(codes, decoder):
    """Figure: the codes of the test images, and beside them what the decoder makes of the plane."""
    low, high = np.quantile(codes, [0.005, 0.995], axis=0)
    left, right = axes = plots.panels(2, 5.6, 6.4, dpi=95)
    for number, name in enumerate(data.CLASS_NAMES):
        look = {"marker": MARKERS[number], "color": COLOURS[number % 5], "linewidths": 0}
        left.scatter(*codes[test_labels == number][:150].T, s=32, alpha=0.8, label=name, **look)
    extent = (low[0], high[0], low[1], high[1])
    style = {"cmap": "gray", "vmin": -1, "vmax": 1, "extent": extent, "aspect": "auto"}
    right.imshow(decoded_plane(decoder, low, high), interpolation="nearest", **style)
    for ax, title in zip(axes, ("1,500 test images", "The plane, decoded"), strict=True):
        ax.set(xlim=extent[:2], ylim=extent[2:], xlabel="first number of the code", title=title)
    left.set_ylabel("second number of the code")
    handles, place = left.get_legend_handles_labels(), "outside lower center"
    left.figure.legend(*handles, loc=place, ncols=5, fontsize=12, markerscale=1.8)
    return left.figure


# %%
codes_2d = outputs_of(encoder_2d, test_images)
plane(codes_2d, decoder_2d)

# %% [markdown]
# Figure 3.6. Left: 150 test images of each class, each at the place of its code. Nobody told the
# network about classes, and still trousers (squares, bottom), dresses (triangles, bottom right),
# and ankle boots (stars, top left) have regions of their own. Sneakers and sandals (left) overlap.
# Bags (thick crosses) form a narrow band from about -11 to the origin. Shirts, coats, pullovers and
# T-shirts crowd together on the right. Right: what the decoder makes of the same plane. Along the
# clouds it draws garments. In the lower left, where no image lies, it draws something nearly black.
# (The frame holds the central 99 % of the codes along each axis.)
#
# Look at the axes: they run from about -57 to 11 and from -43 to 20. Nothing in the loss says where
# codes should lie. If you draw a code from a standard normal distribution, you land close to the
# origin, in the small crowd of tops and bags. The decoder draws garments there, but hardly ever a
# boot or a pair of trousers.
#
# ## 3. A variational autoencoder
#
# A variational autoencoder (VAE; [Kingma and Welling, 2013](https://arxiv.org/abs/1312.6114);
# [Rezende et al., 2014](https://arxiv.org/abs/1401.4082)) turns the bottleneck into a probability
# model. Here is the story that it tells about an image: first a code is drawn from a standard
# normal distribution, the *prior*, $z \sim p(z) = N(0, I)$ (section 2 called the code $h$); then
# the decoder makes an image $g(z)$ of it, and each pixel gets a little normal noise with standard
# deviation $\sigma$, so $p(x \mid z) = N(g(z), \sigma^2 I)$. If we can fit this story to the data,
# we know where codes come from, and sampling is easy.

# %%
boxes = {
    "x": plots.Box("image x", 0.8, 1.4, plots.REAL_COLOUR),
    "f": plots.Box("encoder", 2.5, 1.4),
    "q": plots.Box("mean μ\nspread s", 4.4, 1.4, plots.BROKEN_COLOUR),
    "z": plots.Box("z = μ + s ε", 6.6, 1.4, plots.BROKEN_COLOUR),
    "e": plots.Box("noise ε ~ N(0, 1)", 6.6, 2.7),
    "g": plots.Box("decoder g", 8.7, 1.4),
    "r": plots.Box("g(z)", 10.4, 1.4, plots.FAKE_COLOUR),
    "p": plots.Box("price: KL to N(0, I)", 4.4, 0.35, plots.BROKEN_COLOUR),
}
arrows = [plots.Arrow(*pair) for pair in ("xf", "fq", "qz", "ez", "zg", "gr", "qp")]
plots.large(plots.diagram(boxes, arrows, 11.2, 3.1))

# %% [markdown]
# Figure 3.7. A variational autoencoder. Compare it with figure 3.4: the encoder now returns a
# distribution (two numbers, mean and spread, for each number of the code), noise decides which code
# the decoder gets, and a price keeps the distribution close to $N(0, I)$.
#
# ### Where the loss comes from
#
# We would like to raise $\log p(x)$, the *evidence*, for the training images, but
# $p(x) = \int p(x \mid z)\,p(z)\,dz$ is an integral over all codes, and nearly all of them have
# nothing to do with $x$. So we let the encoder propose codes that fit: $q(z \mid x) = N(\mu, s^2)$,
# with a mean $\mu$ and a standard deviation $s$ for each number of the code. How good is the
# proposal? The Kullback-Leibler divergence (KL, [notebook 02](02_game.ipynb)) from $q$ to the true
# $p(z \mid x)$, the mean of $\log q(z \mid x) - \log p(z \mid x)$ over draws from $q$, is never
# negative. We insert Bayes' rule, $p(z \mid x) = p(x \mid z)\,p(z)/p(x)$. As $\log p(x)$ is the
# same for every code $z$, it leaves the expectation $\mathbb{E}_q$, and we get in two lines
#
# $$\begin{aligned}
# 0 \le \mathrm{KL}\big(q \,\|\, p(z \mid x)\big)
# &= \mathbb{E}_q\big[\log q(z \mid x) - \log p(x \mid z) - \log p(z)\big] + \log p(x) \\
# \Rightarrow\quad \log p(x) &\ge \underbrace{\mathbb{E}_q\big[\log p(x \mid z)\big]}_{
# -\mathbb{E}_q \lVert x - g(z)\rVert^2 / 2\sigma^2 \,+\, \text{const}}
# - \underbrace{\mathrm{KL}\big(q(z \mid x) \,\|\, p(z)\big)}_{\text{price of the code}} .
# \end{aligned}$$
#
# The right side is the *evidence lower bound* (ELBO). The VAE raises it: its loss is −ELBO, without
# the constant. The first term asks for a good reconstruction, and the second makes the encoder pay
# for everything by which its proposal for this one image differs from $N(0, I)$. The better the
# proposal $q$, the closer the bound. For normal distributions the price has a formula, summed over
# the numbers $i$ of the code. It is the difference of the two log densities, averaged over $q$
# ([Kingma and Welling, 2013](https://arxiv.org/abs/1312.6114), appendix B; exercise 3.2):
#
# $$\mathrm{KL} = \tfrac{1}{2} \sum_i \big(s_i^2 + \mu_i^2 - 1 - \log s_i^2\big).$$
#
# What we need for sampling is something else: that the codes of *all* images together, the
# *aggregate* $q(z)$, the mean of $q(z \mid x)$ over the images, follow $N(0, I)$. The price only
# asks for that in part. Its mean over the images is a sum of two parts ([Hoffman and Johnson,
# 2016](http://approximateinference.org/accepted/HoffmanJohnson2016.pdf)),
#
# $$\mathbb{E}_x\,\mathrm{KL}\big(q(z \mid x) \,\|\, p(z)\big) = I(x; z) +
# \mathrm{KL}\big(q(z) \,\|\, p(z)\big),$$
#
# where $I(x; z) = \mathbb{E}_x\,\mathrm{KL}\big(q(z \mid x) \,\|\, q(z)\big)$, the *mutual
# information*, says how much a code tells about its image. All three are measured in *nats*, which
# go with the natural logarithm as bits go with $\log_2$. A high price may mean informative codes,
# or an aggregate far from $N(0, I)$.
#
# And what does $\sigma$ do? Multiply the loss, −ELBO, by $2\sigma^2$, and it is the squared error
# plus $2\sigma^2$ times the price. So $\sigma$ decides what a nat is worth, like the $\beta$ of the
# $\beta$-VAE ([Higgins et al., 2017](https://openreview.net/forum?id=Sy2fzU9gl)).
#
# ### How to train through a random draw
#
# A draw has no gradient. But we can write it as $z = \mu + s\,\varepsilon$ with
# $\varepsilon \sim N(0, 1)$, and this has a gradient with respect to $\mu$ and $s$. The trick is
# called *reparameterisation*. A small layer draws the code and adds the price to the loss.
#
# Does the layer compute the right price? It must be the mean of $\log q(z \mid x) - \log p(z)$ over
# draws from $q$. We let the layer draw 200,000 codes for one mean and one variance, and compare.


# %%
class Sampling(layers.Layer):
    """Draws a code from N(mean, exp(log_variance)), and adds its KL divergence to the loss."""

    def __init__(self, seed, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, mean, log_variance):
        kl = 0.5 * ops.sum(ops.exp(log_variance) + mean**2 - 1 - log_variance, axis=1)
        self.add_loss(ops.mean(kl))
        noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_variance) * noise  # z = mu + s * epsilon


mean, log_variance = np.float32([[0.5, -1.0]]), np.float32([[0.0, -1.0]])
sampling = Sampling(SEED)
z = np.array(sampling(np.repeat(mean, 200_000, axis=0), np.repeat(log_variance, 200_000, axis=0)))
log_q = -0.5 * np.sum((z - mean) ** 2 / np.exp(log_variance) + log_variance, axis=1)
log_p = -0.5 * np.sum(z**2, axis=1)  # both up to the same constant
print(
    f"price in the layer {float(sampling.losses[0]):.3f}, from draws {np.mean(log_q - log_p):.2f}"
)

# %% [markdown]
# The networks are those of section 2, except that the encoder returns twice as many numbers: a mean
# and a log variance, $\log s^2$, for each number of the code.


# %%
def reconstruction_loss(images, rebuilt):
    """-log p(x | z) of each image, without its constant."""
    return ops.sum((images - rebuilt) ** 2, axis=(1, 2, 3)) / (2 * PIXEL_STD**2)


def variational_autoencoder(dim, seed=SEED):
    """Encoder to the pair (mean, log variance), decoder, and the model that trains both."""
    keras.utils.set_random_seed(seed)
    pixels = keras.Input((28, 28, 1))
    both = dense_encoder(2 * dim)(pixels)
    mean, log_variance = both[:, :dim], both[:, dim:]
    encoder = keras.Model(pixels, [mean, log_variance])
    decoder = dense_decoder(dim)
    return encoder, decoder, keras.Model(pixels, decoder(Sampling(seed)(mean, log_variance)))


vae_encoder_2d, vae_decoder_2d, vae_2d = variational_autoencoder(2)
train(vae_2d, train_images, train_images, EPOCHS, reconstruction_loss, jit_compile=True)
vae_encoder, vae_decoder, vae = variational_autoencoder(CODE_DIM)
history = train(vae, train_images, train_images, EPOCHS, reconstruction_loss, jit_compile=True)

# %% [markdown]
# **Predict.** The VAE has the same networks and a code of the same length, and a price to pay on
# top. Will it reconstruct images better or worse than the autoencoder? And how far will its codes
# spread?
#
# <details><summary>Answer</summary>
#
# A little worse, because it learns with noise on its codes and pays for every detail. In return the
# codes stay much closer to a standard normal distribution, whose spread is 1.
#
# </details>


# %%
def vae_codes(encoder, images):
    """Means of the codes, and one draw of each code."""
    mean, log_variance = (np.array(each) for each in encoder(images, training=False))
    noise = np.random.default_rng(SEED).normal(size=mean.shape)
    return mean, (mean + np.exp(log_variance / 2) * noise).astype("float32")


vae_means, vae_draws = vae_codes(vae_encoder, test_images)
vae_rebuilt = outputs_of(vae_decoder, vae_means)
codes = outputs_of(encoder, test_images)
for name, made, each in (
    ("autoencoder", rebuilt["network, 32"], codes),
    ("VAE", vae_rebuilt, vae_draws),
):
    spread, variances = each.std(axis=0), np.linalg.eigvalsh(np.cov(each.T))
    print(f"{name:11} error {error_of(made):.4f}, codes: mean vector of length", end=" ")
    print(f"{np.linalg.norm(each.mean(axis=0)):.2f}, spreads {spread.min():.2f} to", end=" ")
    print(f"{spread.max():.2f}, variances along the axes {variances[0]:.2f} to {variances[-1]:.2f}")

mean, log_variance = (np.array(each) for each in vae_encoder(test_images))
price = 0.5 * np.sum(np.exp(log_variance) + mean**2 - 1 - log_variance, axis=1).mean()
term = np.mean(reconstruction_loss(test_images, outputs_of(vae_decoder, vae_draws)))
print(f"VAE, a test image: price {price:.1f} nats, reconstruction {term:.1f} nats")

# %% [markdown]
# The two reconstruct about equally well: the error is 0.0403 for the autoencoder and 0.0420 for the
# VAE, decoded from the means of its codes, without noise. (Section 6 has two more seeds, and the
# order is the same.) But look at the aggregate of each. The printed *spreads* belong to the single
# numbers of the code, and the *variances* to the principal axes of the cloud of codes. For
# $N(0, I)$ the mean is the origin, and the variance is 1 along every axis. The autoencoder's mean
# vector has length 10.71, and its variances go from 0.36 to 43.06. The VAE's mean vector has length
# 0.72, and its variances go from 0.32 to 3.14. That is much closer to $N(0, I)$, but still far from
# it: the largest variance is ten times the smallest.
#
# The reconstruction of a test image costs 278.6 nats, now from a *drawn* code. (The constant of the
# density, $392 \log 2\pi\sigma^2 \approx -366$ nats, is left out.) Times $2\sigma^2/784$ this is an
# error of 0.044, a little more than the 0.042 without noise.
#
# The price of the code is 56.5 nats. A code can at most tell which of the 10,000 test images it
# came from, so $I(x; z)$ is at most $\log 10{,}000 \approx 9.2$ nats. The other 47 nats or more are
# the divergence of the aggregate of these images from $N(0, I)$. Even if the codes of unlimited
# data followed $N(0, I)$, a sample of 10,000 would leave holes, and the divergence counts these.
# Section 6 shows what the rest does to samples.

# %%
plane(vae_codes(vae_encoder_2d, test_images)[0], vae_decoder_2d)

# %% [markdown]
# Figure 3.8. The same as figure 3.6 for a VAE with two numbers (each point is the mean of an
# image's code). The axes are several times shorter, from about -4 to 6 and from -5 to 5. The
# classes lie around the origin, and nearly every place decodes to a garment. But the aggregate is
# not $N(0, I)$. There is a gap on the upper left, at about -1 on the horizontal axis, between
# trousers and sandals. Most ankle boots (stars) lie beyond 2 on the horizontal axis, where fewer
# than 3 % of standard normal draws land. The encoder pays for more room, probably because two
# numbers are few for ten classes.
#
# ## 4. Denoising
#
# An autoencoder can learn another task: give it a noisy image and ask for the clean one ([Vincent
# et al., 2010](https://www.jmlr.org/papers/v11/vincent10a.html)). The loss stays as it is, only the
# input changes. For this section we use a convolutional autoencoder. It halves the size of the
# image twice on the way down and doubles it twice on the way up. Keras's layer `GaussianNoise`
# draws fresh noise in every step of training, and does nothing afterwards.
#
# We measure quality by the peak signal-to-noise ratio (PSNR) in decibels (dB); more is better.
# Pixels lie between -1 and 1, so the largest possible difference, the peak, is 2:
#
# $$\mathrm{PSNR} = 10 \log_{10} \frac{2^2}{\text{mean squared error}}.$$
#
# We train it four times: with and without a bottleneck (`# not in the lecture`), and each of these
# on clean and on noisy images.
#
# **Predict.** A network that has never seen noise has no room for noise in its code. Will it remove
# any? And what will happen without a bottleneck?
#
# <details><summary>Answer</summary>
#
# With a bottleneck it removes most of the noise, whether it has seen noise or not. Without a
# bottleneck everything depends on the training: the network that saw noise is the best of all, and
# the one that saw none removes only two thirds of the error.
#
# </details>


# %%
def convolutional_autoencoder(noise=0.0, bottleneck=True):
    """Without a bottleneck it keeps 7 * 7 * 32 numbers, twice as many as an image has pixels."""
    halves = {"kernel_size": 3, "strides": 2, "padding": "same"}
    middle = [
        layers.Flatten(),
        layers.Dense(CODE_DIM),
        layers.Dense(7 * 7 * 32, activation="relu"),
        layers.Reshape((7, 7, 32)),
    ]
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.GaussianNoise(noise),
            layers.Conv2D(16, activation="relu", **halves),
            layers.Conv2D(32, activation="relu", **halves),
            *(middle if bottleneck else []),
            layers.Conv2DTranspose(16, activation="relu", **halves),
            layers.Conv2DTranspose(1, activation="tanh", **halves),
        ]
    )


# %%
keras.utils.set_random_seed(SEED)
denoisers = {
    "32, saw no noise": convolutional_autoencoder(),
    "32, saw noise": convolutional_autoencoder(NOISE_STD),
    "wide, saw no noise": convolutional_autoencoder(bottleneck=False),
    "wide, saw noise": convolutional_autoencoder(NOISE_STD, bottleneck=False),
}
for model in denoisers.values():
    train(model, train_images, train_images, DENOISER_EPOCHS)

# %%
noisy = (test_images + rng.normal(0, NOISE_STD, test_images.shape)).astype("float32")


def results(inputs):
    of_networks = {name: outputs_of(model, inputs) for name, model in denoisers.items()}
    return {"input": inputs, "PCA, 32": through_components(inputs, CODE_DIM), **of_networks}


cleaned, of_clean = results(noisy), results(test_images)
for name, made in cleaned.items():
    ratio = 10 * np.log10(2**2 / error_of(made))
    of_same = "" if name == "input" else f"{10 * np.log10(4 / error_of(of_clean[name])):5.2f} dB"
    print(f"{name:18} {ratio:5.2f} dB, of clean images {of_same}")
arithmetic = error_of(of_clean["PCA, 32"]) + NOISE_STD**2 * CODE_DIM / 784
print(f"PCA by arithmetic: error {arithmetic:.4f}, {10 * np.log10(4 / arithmetic):.2f} dB")
shown = np.concatenate([row[first_of_each] for row in [*cleaned.values(), test_images]])
show(shown, 10, row_labels=[*cleaned, "clean"])

# %% [markdown]
# Figure 3.9. A test image of each class with noise, five ways to remove the noise, and the clean
# image. PCA and the two networks with a bottleneck of 32 numbers smooth the noise away, and the
# details with it: of the pullover's print a smudge remains, zips are gone, and PCA leaves streaks.
# The wide network that saw no noise clears the background but keeps much of the noise on the
# garments. The wide network that saw noise keeps the most detail: you can still read the letters on
# the pullover.
#
# The last column of the printed table shows what each method loses even without noise. The network
# with a bottleneck that saw no noise reaches, after eight epochs, 19.77 dB on clean images and
# 18.40 dB on noisy ones: it removes most of the noise without training for it. Training with noise
# adds 0.49 dB (in one run), and costs about as much on clean images. For the wide network it adds
# seven times as much, from 17.10 to 20.59 dB, and costs 5.7 dB on clean images. (The bottleneck
# comes with two dense layers, so the size of the code, the depth and the kind of layer change
# together.)
#
# Even the wide network that saw no noise removes two thirds of the error,
# $0.250 \to 4/10^{1.71} = 0.078$. One reason is the last layer's tanh, which cannot give values
# outside of −1 and 1. Noise is as often negative as positive, so on black pixels, at −1, half of it
# lies outside. But that takes away at most half of the error; the network itself removes the rest.
#
# PCA's error can be predicted. Projecting onto 32 of 784 directions keeps 32/784 of the noise's
# variance, so the error should be that of clean images plus this share, 0.0709 or 17.51 dB, as
# measured.
#
# With a squared error, the best answer to a noisy image $\tilde{x}$ is the mean of all clean images
# $x$ that may be behind it. For normal noise of variance $\sigma^2$ it is ([Vincent,
# 2011](https://doi.org/10.1162/NECO_a_00142))
#
# $$\mathbb{E}[x \mid \tilde{x}] = \tilde{x} + \sigma^2\, \nabla \log p(\tilde{x}).$$
#
# The gradient is called the *score*. A denoiser points to where images are more likely. Diffusion
# models draw samples by following the scores of ever less noisy images, usually adding a little
# fresh noise.
#
# ## 5. Anomalies
#
# A model that has only ever seen normal images should reconstruct abnormal ones badly. That is the
# idea behind anomaly detection with autoencoders: the reconstruction error of an image is its
# *score*, and everything above a threshold counts as an anomaly.
#
# To test the idea, we train an autoencoder on nine of the ten classes. The tenth class is the
# anomaly. One number says how well the score separates the two groups: the probability that a
# random anomaly has a higher score than a random normal image. It is called the area under the ROC
# curve (AUC; ROC is short for receiver operating characteristic, the curve of hits over false
# alarms as the threshold falls). An AUC of 1 is perfect, and ½ is guessing. Below ½, the anomaly is
# reconstructed *better* in most pairs.
#
# Some classes are simply harder to draw than others. So we need a control (`# not in the lecture`):
# an autoencoder that has seen all ten classes. We train everything with three seeds.
#
# **Predict.** Which class will be the easiest anomaly, and which will slip through?
#
# <details><summary>Answer</summary>
#
# Bags are easiest to find. Shirts and coats slip through, probably because a network that knows
# T-shirts and pullovers can draw them, too.
#
# </details>


# %%
def auc(anomalous, normal):
    """Share of pairs in which the anomaly has the higher score; equal ones count half."""
    below = np.searchsorted(np.sort(normal), anomalous, side="left")
    not_above = np.searchsorted(np.sort(normal), anomalous, side="right")
    return np.mean(below + not_above) / (2 * len(normal))


def errors_without(number, seed):
    """Error of each test image, from an autoencoder that has never seen class `number`."""
    keras.utils.set_random_seed(seed)  # the same first weights for all classes
    sizes = {"dim": ANOMALY_DIM, "units": (128,)}
    small = keras.Sequential([dense_encoder(**sizes), dense_decoder(**sizes)])
    seen = train_images[train_labels != number][:NORMAL_TRAIN]
    train(small, seen, seen, ANOMALY_EPOCHS)
    return np.mean((outputs_of(small, test_images) - test_images) ** 2, axis=(1, 2, 3))


print(f"by hand: {auc(np.array([3.0, 5.0, 8.0]), np.array([1.0, 5.0, 6.0])):.3f} (5.5 of 9 pairs)")


# %%
def auc_of(scores, number):
    return auc(scores[test_labels == number], scores[test_labels != number])


seen, unseen = np.zeros((2, len(SEEDS), len(LEFT_OUT)))
for place, seed in enumerate(SEEDS):
    control = errors_without(None, seed)  # has seen all classes
    seen[place] = [auc_of(control, number) for number in LEFT_OUT]
    unseen[place] = [auc_of(errors_without(number, seed), number) for number in LEFT_OUT]

# %%
ranked = np.argsort(unseen.mean(axis=0))
names = [data.CLASS_NAMES[number] for number in ranked]
ax = plots.panels(1, 8.5, 5.2)
for values, label, marker, colour in (
    (seen, "control: has seen the class", "o", "black"),
    (unseen, "has never seen it", "X", plots.FAKE_COLOUR),
):
    for run in values[:, ranked]:
        ax.scatter(run, names, s=80, marker=marker, color=colour, alpha=0.5, label=label)
        label = None  # one entry in the legend
ax.axvline(0.5, color="black", linestyle=":", label="guessing")
ax.set(xlabel="AUC, the class against all others", xlim=(0.1, 1.0))
ax.legend(fontsize=11, loc="lower right")
for name, number in zip(names, ranked, strict=True):
    columns = (seen[:, number], unseen[:, number], unseen[:, number] - seen[:, number])
    texts = [f"{x.mean():6.3f} ({x.min():6.3f} to {x.max():6.3f})" for x in columns]
    print(f"{name:11} control {texts[0]}, unseen {texts[1]}, difference {texts[2]}")
ax.figure

# %% [markdown]
# Figure 3.10. How well the reconstruction error tells each class from the other nine. Vermilion
# crosses: the autoencoder has never seen the class. Black dots: the control has seen all classes.
# Each has three seeds. The distance from dot to cross is the effect of leaving the class out,
# probably mostly novelty.
#
# - **Bags** are the easiest anomaly (0.944). But much of that is not novelty: bags are hard to
#   reconstruct even for a network that has seen them (0.796). (And as no AUC exceeds 1, novelty
#   could add no more than about 0.2 here.)
# - **Trousers** show novelty best. A network that has seen them reconstructs them better than most
#   other images (0.203). If it has not, they stand out (0.837).
# - **Sneakers** gain as much as ankle boots (0.232 and 0.231), and still end near the bottom,
#   because they are so easy to reconstruct.
# - **Shirts** (0.545) and **coats** (0.550) are close to guessing. Novelty adds less than 0.1 for
#   them. A network that knows T-shirts, pullovers and one of the two can probably draw the other.
#
# The seeds overlap within three groups, whose order remains open: shirts and coats; sneakers,
# pullovers and T-shirts; trousers and sandals. The score does not answer "has the network seen
# this?". It answers "is this hard to reconstruct with what the network has seen?". A new class that
# is made of known parts is hardly detected.
#
# ## 6. Sampling
#
# Now to the question at the top of this notebook: what is generative about a bottleneck? A decoder
# has the shape of a generator. It becomes one as soon as we know which codes to give it. We try
# seven ways to choose codes of 32 numbers. For the autoencoder we draw them from
#
# - (a) a standard normal distribution, as for a GAN;
# - (b) independent normal distributions that have the mean and the spread of each number of the
#   training images' codes;
# - (c) one normal distribution that has their means and their full covariance (`fitted_to`
#   multiplies standard normal latents by the covariance's *Cholesky factor*, a triangular matrix
#   $R$ with $R R^\top$ equal to the covariance);
# - (d) a mixture of ten normal distributions. We split the codes into ten groups by *k-means*,
#   which moves ten centres to the middle of the codes nearest to them until they settle, and give
#   each group its own mean and covariance.
#
# For the VAE we draw them from
#
# - (e) a standard normal distribution, for which it was trained;
# - (f) and (g): one normal distribution, or a mixture, fitted to its codes, as in (c) and (d)
#   (`# not in the lecture`).
#
# So from (a) to (d) we add place and spread (both at once), then correlations, then groups.
# **Predict** where the largest step will be. And will the VAE still be ahead once both have a
# mixture?
#
# <details><summary>Answer</summary>
#
# If the samples are to cover all real images, every step counts, and that from (b) to (c) is the
# largest. If every sample is to be close to a real image, place and spread give nothing, and the
# next two steps are about equal. And yes, the VAE stays ahead, but not by much.
#
# </details>


# %%
def fitted_to(codes, latents):
    """The latents, moved to the mean and covariance of the codes."""
    root = np.linalg.cholesky(np.cov(codes.T))
    return (latents @ root.T + codes.mean(axis=0)).astype("float32")


def groups_of(codes, count=10, rounds=30):
    """k-means: for each code, which of `count` centres is nearest."""
    centres = codes[:count]
    for _ in range(rounds):
        nearest = ((centres**2).sum(axis=1) - 2 * codes @ centres.T).argmin(axis=1)
        centres = np.stack([codes[nearest == i].mean(axis=0) for i in range(count)])
    return nearest


def mixture_of(codes, latents):
    """The latents, moved to the means and covariances of ten groups of codes."""
    groups = groups_of(codes)
    chosen = groups[np.linspace(0, len(codes) - 1, len(latents)).astype(int)]  # in proportion
    made = np.empty_like(latents)
    for i in range(10):
        made[chosen == i] = fitted_to(codes[groups == i], latents[chosen == i])
    return made


# %%
def sampled(encoder, decoder, vae_encoder, vae_decoder, seed=SEED):
    """Samples of an autoencoder and a VAE, with codes chosen in the seven ways."""
    latents = np.random.default_rng(seed).normal(size=(NUM_JUDGED, CODE_DIM)).astype("float32")
    codes, draws = outputs_of(encoder, train_images), vae_codes(vae_encoder, train_images)[1]
    return {
        "(a) AE, N(0, I)": outputs_of(decoder, latents),
        "(b) AE, spreads": outputs_of(decoder, latents * codes.std(axis=0) + codes.mean(axis=0)),
        "(c) AE, normal": outputs_of(decoder, fitted_to(codes, latents)),
        "(d) AE, mixture": outputs_of(decoder, mixture_of(codes, latents)),
        "(e) VAE, N(0, I)": outputs_of(vae_decoder, latents),
        "(f) VAE, normal": outputs_of(vae_decoder, fitted_to(draws, latents)),
        "(g) VAE, mixture": outputs_of(vae_decoder, mixture_of(draws, latents)),
    }


samples = sampled(encoder, decoder, vae_encoder, vae_decoder)
shown = np.concatenate([row[:10] for row in [*samples.values(), test_images[first_of_each]]])
show(shown, 10, row_labels=[*samples, "real"])

# %% [markdown]
# Figure 3.11. Ten samples of each kind, and real test images. (a) Fog that fills the frame. (b) The
# fog has got an outline, but hardly a garment can be named. (c) One can guess T-shirts and a shoe;
# others are a mixture of several things. (d) A boot, a sandal, a sneaker, dresses and pullovers,
# soft but mostly whole. (e), (f) Two or three whole garments, otherwise fog; both rows use the same
# latents, and the fitted normal distribution changes little. (g) Most are whole garments again, but
# the third and the last are not. The columns of (d) and (g) cannot be compared with those above.
#
# Let us also measure. Good samples come close to *every* kind of real image, so we take each of
# 2,000 test images, look for the most similar one among 5,000 samples, and average the squared
# error of a pixel between the two (the *coverage error*). And every good sample comes close to
# *some* real image, so we also go the other way, from 2,000 samples to 5,000 real images that no
# model was trained on (the *fidelity error*). Small is good for both.
#
# A squared error rewards blur, and the two decoders blur differently. So we judge each decoder's
# *reconstructions* of these 5,000 real images in the same way, and the table shows
#
# $$\text{cost} = \text{error of samples} - \text{error of reconstructions}.$$
#
# The rows of AE and VAE thus have baselines of their own, and that of the VAE decodes the means of
# the codes of real images, not draws. A coverage cost of 0 means as good as these codes. A fidelity
# cost of 0 is out of reach, since each reconstruction meets its own original among the 5,000
# images, and a sample has none. So read the differences among (a) to (g), not the distance from 0.


# %%
def error_of_nearest(samples, real):
    """For each real image the squared error of a pixel to the nearest sample; their mean."""
    samples, real = flat(samples), flat(real)
    squares = (real**2).sum(1)[:, None] - 2 * real @ samples.T + (samples**2).sum(1)
    return squares.min(axis=1).mean() / 784  # squares: (real images, samples)


fresh = images[-NUM_JUDGED:]  # 5,000 images that no model was trained on


def judged(made):
    """Coverage and fidelity: real images to the nearest samples, samples to the nearest real."""
    pairs = (made, test_images[:2000]), (fresh, made[:2000])
    return np.array([error_of_nearest(*pair) for pair in pairs])


def costs(encoder, decoder, vae_encoder, vae_decoder, seed):
    """Coverage and fidelity of each way, less those of the decoder's reconstructions."""
    plain = judged(outputs_of(decoder, outputs_of(encoder, fresh)))
    variational = judged(outputs_of(vae_decoder, vae_codes(vae_encoder, fresh)[0]))
    base = {"A": plain, "V": variational}  # by the first letter of AE and VAE
    made = sampled(encoder, decoder, vae_encoder, vae_decoder, seed)
    return {name: judged(each) - base[name[4]] for name, each in made.items()}


# %%
networks = {SEED: (encoder, decoder, vae_encoder, vae_decoder)}
for seed in SEEDS[1:]:
    keras.utils.set_random_seed(seed)
    parts = dense_encoder(CODE_DIM), dense_decoder(CODE_DIM)
    train(keras.Sequential(parts), train_images, train_images, EPOCHS, jit_compile=True)
    *vae_parts, model = variational_autoencoder(CODE_DIM, seed)
    train(model, train_images, train_images, EPOCHS, reconstruction_loss, jit_compile=True)
    networks[seed] = (*parts, *vae_parts)

for seed, (f, g, vae_f, vae_g) in networks.items():
    error = error_of(outputs_of(g, outputs_of(f, test_images)))
    vae_error = error_of(outputs_of(vae_g, vae_codes(vae_f, test_images)[0]))
    print(f"seed {seed}: error of reconstructions {error:.4f}, of the VAE {vae_error:.4f}")
per_seed = [costs(*parts, seed) for seed, parts in networks.items()]
print(f"\n{'three seeds each':17} coverage                   fidelity")
for name in samples:
    values = np.array([each[name] for each in per_seed]).T  # (coverage or fidelity, seeds)
    print(f"{name:17}", "      ".join(" ".join(f"{x:6.4f}" for x in row) for row in values))

# %% [markdown]
# Each row has three seeds, for the networks and for the latents. All three agree on the order of
# the coverage costs, from (a), the worst, to (b), (c), (e), (f), (d) and (g), the best, and the
# steps are larger than the spread of the seeds.
#
# - (a) → (b): place and spread make the fog go away, but what remains is no closer to real images.
#   The coverage cost falls from about 0.15 to 0.11, and the fidelity cost not at all.
# - (b) → (c): the *correlations* of the 32 numbers halve the coverage cost, to about 0.05, and take
#   0.05 off the fidelity cost.
# - (c) → (d): ten normal distributions instead of one cut the coverage cost to 0.018, and take
#   another 0.05 off the fidelity cost. So the codes are *not one normal cloud*, and one normal
#   distribution draws codes that no image has.
# - (e), (f), (g): the VAE with $N(0, I)$ has a lower coverage cost than the autoencoder with a
#   fitted normal distribution (0.044 and 0.051). Like for like, it is ahead with one normal
#   distribution (0.033 and 0.051) and with a mixture (0.014 and 0.018). It differs in two things,
#   the price and the noise on its codes, and we cannot say which of them helps.
#
# Our answer has three parts:
#
# - A bottleneck alone does not make a generator. Without the distribution of the codes, our
#   32-number decoder draws fog, and the 2-number one only a few kinds of garment.
# - Once we know that distribution, the plain decoder is a generator. With a mixture it beats the
#   VAE that draws from $N(0, I)$. [Ghosh et al., 2019](https://arxiv.org/abs/1903.12436) found the
#   same for regularised autoencoders without any random draw.
# - The VAE's loss moves the codes closer to a distribution that we can draw. It does not bring them
#   all the way there: a mixture still helps. Two remedies are to learn the prior together with the
#   networks ([Tomczak and Welling, 2018](https://arxiv.org/abs/1705.07120)), or to train a second
#   VAE on the codes of the first ([Dai and Wipf, 2019](https://arxiv.org/abs/1903.05789)).
#
# A GAN has no such difference to remove. Its latent vectors are drawn from $N(0, I)$ from the first
# step on, and its generator learns for these and no others. What it has instead is an opponent. And
# squared errors of pixels are a poor judge of images: [notebook 06](06_measuring.ipynb) builds
# better ones.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **Exercise 3.1 (predict, then change).** The autoencoder describes an image by 32 numbers. How
# many principal components are as good? Write down a guess, and then find the smallest number.

# %% tags=["exercise"]
count = CODE_DIM  # change me

# %% tags=["solution"]
target = error_of(rebuilt["network, 32"])
count = CODE_DIM
while count < 784 and error_of(through_components(test_images, count)) > target:
    count += 1

# %% tags=["check"]
network_error = error_of(rebuilt["network, 32"])
pca_error, one_less = (error_of(through_components(test_images, n)) for n in (count, count - 1))
print(f"{count} components: expected an error <= {network_error:.4f}, yours {pca_error:.4f}")
print(f"one component less: expected an error > {network_error:.4f}, yours {one_less:.4f}")

# %% [markdown] tags=["solution"]
# 68 components, a little more than twice as many numbers. Garments do not lie on a flat sheet in
# the space of images, and a network can follow the bends.

# %% [markdown] tags=["exercise-text"]
# **Exercise 3.2 (implement).** What would the price of a code be if the prior were not $N(0, I)$?
# Write the KL divergence of $N(\mu_1, s_1^2)$ from $N(\mu_2, s_2^2)$, summed over independent
# numbers. With $\mu_2 = 0$ and $s_2 = 1$ it must be the formula of section 3. (Hint: it is the mean
# of $\log q - \log p$ over draws from the first distribution. There the mean of $(z - \mu_1)^2$ is
# $s_1^2$, and the mean of $(z - \mu_2)^2$ is $s_1^2 + (\mu_1 - \mu_2)^2$.)


# %% tags=["exercise"]
def kl_of_normals(mean_1, log_variance_1, mean_2, log_variance_2):
    return np.nan  # your lines


# %% tags=["solution"]
def kl_of_normals(mean_1, log_variance_1, mean_2, log_variance_2):
    squares = np.exp(log_variance_1) + (mean_1 - mean_2) ** 2
    return 0.5 * np.sum(squares / np.exp(log_variance_2) - 1 + log_variance_2 - log_variance_1)


# %% tags=["check"]
first, second = np.array([0.5, -1.0]), np.array([0.0, -1.0])
print(f"expected 0.8089, yours {kl_of_normals(first, second, 0.0, np.zeros(2)):.4f}")
print(f"expected 0.0000, yours {kl_of_normals(first, second, first, second):.4f}")
print(f"expected 0.1291, yours {kl_of_normals(first, second, second, first):.4f}")

# %% [markdown] tags=["exercise-text"]
# **Exercise 3.3 (change).** Walk from one test image to another. The path below mixes *pixels*, so
# halfway two garments lie on top of each other, like two slides in one projector. Mix *codes*
# instead, with `encoder` and `decoder`. What do you see halfway?

# %% tags=["exercise"]
starts, ends = test_images[[1, 0, 2]], test_images[[17, 22, 19]]
shares = np.linspace(0, 1, 9).reshape(1, 9, 1, 1, 1).astype("float32")
path = (1 - shares) * starts[:, None] + shares * ends[:, None]  # change me

# %% tags=["solution"]
starts, ends = (np.array(encoder(test_images[each])) for each in ([1, 0, 2], [17, 22, 19]))
shares = np.linspace(0, 1, 9).reshape(1, 9, 1).astype("float32")
codes = (1 - shares) * starts[:, None] + shares * ends[:, None]  # (walks, steps, codes)
path = np.array(decoder(codes.reshape(-1, CODE_DIM)))

# %% tags=["check"]
show(path.reshape(-1, 28, 28), 9)

# %% [markdown] tags=["solution"]
# Figure 3.12, with mixed codes. Between two codes a garment changes as a whole: the shaft of the
# boot sinks until it is a sneaker, and the pullover keeps its sleeves. There is no garment between
# trousers and a T-shirt, and halfway you see a shirt with a gap between two legs. The ends of the
# path show what the bottleneck costs: only a smudge of the pullover's print is left before the walk
# begins.

# %% [markdown]
# Figure 3.12. Three walks in nine steps, each from a test image on the left to another on the
# right: from a pullover to a coat, from an ankle boot to a sneaker, and from trousers to a T-shirt.
# As printed here the walks mix pixels, and halfway you see both garments at once.

# %% [markdown]
# ## Take away
#
# - A generative model can be asked for samples. If it has an explicit density, you can also ask "is
#   this like the data?", but don't rely on the answer untested. A discriminative model chooses
#   between its classes.
# - A bottleneck alone does not make a generator. A decoder becomes one when we know the
#   distribution of its codes: we can fit it afterwards, ask for it by a price in the loss (VAE), or
#   fix it from the first step on (GAN).
# - Compare an autoencoder with principal components, and an anomaly detector with a control that
#   has seen everything.
#
# **Limits.** The networks are small and saw 20,000 images. Sections 5 and 6 have three seeds; the
# other numbers come from one run, and small differences between them mean nothing. `PIXEL_STD` =
# 0.25 is close to the VAE's own error (with drawn codes it is 0.044, and its root 0.21), and we did
# not tune it ([Rybkin et al., 2020](https://arxiv.org/abs/2006.13202), learn it). A larger value
# should make the code cheaper and blur more; try it. Strictly, a sample of the VAE is $g(z)$ plus
# pixel noise; we show $g(z)$.
#
# **Next**: in [notebook 04](04_fashion_dense.ipynb) two dense networks play against each other, and
# one of them learns to draw clothes.
#
# **References.** Kingma and Welling 2013, variational autoencoder,
# [arXiv:1312.6114](https://arxiv.org/abs/1312.6114) · Rezende et al. 2014, the same idea,
# independently, [arXiv:1401.4082](https://arxiv.org/abs/1401.4082) · Higgins et al. 2017, β-VAE,
# [OpenReview](https://openreview.net/forum?id=Sy2fzU9gl) · Hoffman and Johnson 2016, the two parts
# of the price, [workshop paper](http://approximateinference.org/accepted/HoffmanJohnson2016.pdf) ·
# Tomczak and Welling 2018, a learnt prior, [arXiv:1705.07120](https://arxiv.org/abs/1705.07120) ·
# Dai and Wipf 2019, a VAE in two stages, [arXiv:1903.05789](https://arxiv.org/abs/1903.05789) ·
# Ghosh et al. 2019, deterministic autoencoders with a density fitted to their codes,
# [arXiv:1903.12436](https://arxiv.org/abs/1903.12436) · Rybkin et al. 2020, choosing the decoder's
# standard deviation, [arXiv:2006.13202](https://arxiv.org/abs/2006.13202) · Ho et al. 2020,
# diffusion, [arXiv:2006.11239](https://arxiv.org/abs/2006.11239) · Vincent et al. 2010, denoising
# autoencoders, [JMLR 11](https://www.jmlr.org/papers/v11/vincent10a.html) · Vincent 2011, denoising
# and the score, [Neural Computation 23](https://doi.org/10.1162/NECO_a_00142) · Hinton and
# Salakhutdinov 2006, deep autoencoders, [Science 313](https://doi.org/10.1126/science.1127647) ·
# Bourlard and Kamp 1988, autoencoders and principal components, [Biological Cybernetics
# 59](https://doi.org/10.1007/BF00332918) · Baldi and Hornik 1989, linear autoencoders, [Neural
# Networks 2](https://doi.org/10.1016/0893-6080%2889%2990014-2) · Nalisnick et al. 2018, densities
# of things never seen, [arXiv:1810.09136](https://arxiv.org/abs/1810.09136) · Goodfellow 2016,
# families of generative models, [arXiv:1701.00160](https://arxiv.org/abs/1701.00160) · Xiao et al.
# 2017, Fashion-MNIST, [arXiv:1708.07747](https://arxiv.org/abs/1708.07747).
