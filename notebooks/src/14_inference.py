# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 14. Finding the latent
#
# {{badge}}
# {{page}}
#
# **Question.** A generator turns a latent vector into a picture. Which latent vector made *this*
# picture? And what can we do once we know?
#
# **You will be able to** write BiGAN's losses and say why its encoder inverts the generator,
# distinguish four ways of finding a latent and judge them with the right control, shape the codes
# of an autoencoder with an adversary, name clothes with a hundred labels, put glasses on a real
# face, and draw a few strokes that a generator completes.
#
# **Before this**: [notebook 03](03_autoencoder.ipynb) (autoencoders and their codes), [notebook
# 05](05_dcgan.ipynb) (the generator that we draw with) and [notebook 12](12_conditional.ipynb)
# (asking for a class).
#
# **Lectures**: CMU 11-785, *Bidirectional GAN* and the list of GAN families; Amrita, on editing.
#
# **Time of a full run**: about 12 minutes on one CPU core. We have not measured it on a GPU.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
from gan_tf import builders, callbacks, capped, data, losses, metrics, penalties, plots, recipes
from gan_tf.games import IcGAN, latent_pairs
from gan_tf.playground import drawing_board, read_drawing
from IPython.display import display
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
LATENT_DIM = 20
NUM_PAIRS = capped(50_000, per_step=500)  # latents and images for the regressor
NUM_JUDGED = capped(2_000, per_step=200)
NUM_FACES, FACE_SIZE = capped(10_000, per_step=200), 32
FACE_EPOCHS = 20  # of 250 steps
NUM_FACE_PAIRS = capped(20_000, per_step=200)
SEARCH_STEPS, FACE_STEPS = capped(200), capped(50)  # of gradient descent on latents
NUM_TWINS = 120
keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)
(images, labels), (test_images, test_labels) = data.load_fashion_mnist()
classifier = metrics.fashion_mnist_encoder()  # the small network that judges our samples
FAKE, REAL = plots.FAKE_COLOUR, plots.REAL_COLOUR

# %% [markdown]
# | setting | this notebook (2 CPU cores) | longer |
# | --- | --- | --- |
# | steps of BiGAN | 6,000 of 32 images | the paper: 400 passes over MNIST |
# | networks of sections 2 to 5 | two dense layers of 256 | the paper: 1,024, and convolutions |
# | faces | 32 × 32 pixels, 5,000 steps of 16 | 64 × 64 |
#
# ## 1. Four ways back
#
# A GAN has a way from latents $z$ to images $x$, and none back. Notebook 03 had both ways, but its
# codes had no known distribution. Sections 2 to 4 compare four ways that learn an **encoder** $E$,
# which takes an image and returns a code of 20 numbers. Section 6 searches without an encoder, and
# section 7 combines the two.

# %%
boxes, arrows = {}, []
for column, (name, above) in enumerate(
    [
        ("AUTOENCODER", "same as x?"),
        ("LATENT REGRESSOR", "same as z?"),
        ("BiGAN", "D: which pair is it?"),
        ("ADVERSARIAL\nAUTOENCODER", "same as x?"),
    ]
):
    x, i = 1.7 + 3.3 * column, str(column)
    boxes |= {"t" + i: plots.Box(name, x, 4.6), "r" + i: plots.Box(above, x, 3.4)}
    boxes |= {"E" + i: plots.Box("E", x - 0.8, 2.0, REAL), "G" + i: plots.Box("G", x + 0.8, 2.0)}
for i, start, end in (("0", "x", "code"), ("1", "z", "fake x"), ("3", "x", "code")):
    boxes |= {"a" + i: plots.Box(start, boxes["t" + i].x - 0.8, 0.5, REAL)}
    boxes |= {"b" + i: plots.Box(end, boxes["t" + i].x + 0.8, 0.5, FAKE)}
boxes |= {"a2": plots.Box("x", 7.5, 0.5, REAL), "b2": plots.Box("z", 9.1, 0.5)}
boxes["D3"] = plots.Box("D: normal\nor code?", 14.0, 0.5, FAKE)
pairs = "a0 E0,E0 b0,b0 G0,G0 r0,a1 G1,G1 b1,b1 E1,E1 r1,a2 E2,E2 r2,b2 G2,G2 r2,a3 E3,E3 b3"
arrows = [plots.Arrow(*pair.split()) for pair in f"{pairs},b3 G3,G3 r3,b3 D3".split(",")]
arrows += [plots.Arrow("a" + i, "r" + i, bend=-0.6, dashed=True) for i in "0123"]
arrows += [plots.Arrow("b2", "r2", bend=0.6, dashed=True)]
plots.large(plots.diagram(boxes, arrows, 15.0, 5.2), 100)

# %% [markdown]
# Figure 14.1. Four ways to an encoder. A dashed arrow hands something on unchanged. The
# **autoencoder** learns $E$ and $G$ together: the image must come back. The **latent regressor**
# takes a finished generator, draws latents, makes images, and learns to guess the latents from
# them. **BiGAN** never compares images: its discriminator sees *pairs*, a real image with its code
# or latents with their image, and must say which kind a pair is. The **adversarial autoencoder** is
# an autoencoder whose codes a discriminator compares with normal random numbers.
#
# ## 2. BiGAN
#
# [Donahue et al., 2017](https://arxiv.org/abs/1605.09782) and, as ALI, [Dumoulin et al.,
# 2017](https://arxiv.org/abs/1606.00704) play this game. The discriminator judges pairs, and $G$
# *and* $E$ try to confuse it:
#
# $$\min_{G, E} \max_D\; \mathbb{E}_x \log D(x, E(x)) + \mathbb{E}_z \log\big(1 - D(G(z),
# z)\big).$$
#
# Why should $E$ become the inverse of $G$, when nobody ever compares $x$ with $G(E(x))$? Suppose
# $D$ cannot tell the two kinds of pairs apart. Then both kinds have the same distribution. Among
# the pairs $(G(z), z)$, an image belongs to the latents that made it. $G$ has no randomness of its
# own, so the same must hold among the pairs $(x, E(x))$: the code makes its image, $G(E(x)) = x$.
#
# In practice, as in notebook 02, $G$ and $E$ don't minimise this value. They play with **exchanged
# labels**: made pairs should be called real, *and* encoded pairs should be called fake. Both terms
# count: $E$ occurs only in the second one.

# %%
# NBVAL_CHECK_OUTPUT
encoded, made = np.array([[1.0], [2.0]]), np.array([[0.0], [-1.0]])  # logits of four pairs


def softplus(t):
    return np.log1p(np.exp(t))


D_loss = (softplus(-encoded).mean() + softplus(made).mean()) / 2
GE_loss = (softplus(encoded).mean() + softplus(-made).mean()) / 2
theirs = losses.NonSaturating().discriminator
print(f"D:       ours {D_loss:.4f}, package {theirs(encoded, made):.4f}")
print(f"G and E: ours {GE_loss:.4f}, package {theirs(made, encoded):.4f}, labels exchanged")

# %% [markdown]
# The networks are small and dense. In the discriminator, the image and the code have a hidden layer
# each before they meet, so that 20 numbers can be heard beside 784 pixels.

# %%
bigan = recipes.get("bigan", SEED)


def ratio(images, restored):
    """Distance to one's own reconstruction, as a share of the distance to another image's."""
    own = np.sqrt(np.square(images - restored).sum(axis=(1, 2, 3))).mean()
    other = np.sqrt(np.square(images - np.roll(restored, 1, axis=0)).sum(axis=(1, 2, 3))).mean()
    return own / other


class Ratios(keras.callbacks.Callback):
    """Measures the ratio on test images every second epoch."""

    def __init__(self):
        super().__init__()
        self.steps, self.values = [], []

    def on_epoch_end(self, epoch, logs=None):
        if epoch % 2 == 0:
            game, shown = self.model, test_images[:NUM_JUDGED]
            self.steps.append((epoch + 1) * bigan.steps_per_epoch)
            self.values.append(ratio(shown, np.array(game.generator(game.encoder(shown)))))


# %% [markdown]
# How do we know whether $E$ inverts $G$? We encode test images, decode the codes, and measure the
# distance between an image and what comes back. Alone, such a number says little. So we divide it
# by the distance to what comes back for *another* image. A **ratio** of 1 means that the code says
# nothing about the image.
#
# **Predict.** After 6,000 steps: is the ratio close to 0, near ½, or still near 1?

# %%
ratios = Ratios()
history = bigan.gan.fit(bigan.batches, epochs=bigan.epochs, callbacks=[ratios], verbose=0)
axes = plots.panels(2, width=4.8, height=3.6)
names = {"d_loss": "discriminator", "g_loss": "generator and encoder"}
values = {name: history.history[key] for key, name in names.items()}
steps = bigan.steps_per_epoch * np.arange(1, len(history.history["d_loss"]) + 1)
undecided = {"log 2, undecided": np.log(2)}
plots.curves(steps, values, "step", "loss (nats)", ax=axes[0], reference=undecided)
nothing = {"1: the code says nothing": 1.0}
plots.curves(ratios.steps, {"BiGAN": ratios.values}, "step", "ratio", ax=axes[1], reference=nothing)
print(f"ratio at the end {ratios.values[-1]:.2f}")
axes[0].figure

# %% [markdown]
# Figure 14.2. The game of BiGAN. Left: the mean losses of each epoch. The discriminator's loss
# stays a little below log 2, so it can still tell some pairs apart. Right: the ratio for 2,000 test
# images, measured every second epoch. It falls to 0.6 within 1,250 steps, and then it only goes up
# and down, between 0.58 and 0.65.
#
# So the ratio ends at about two thirds. The encoder has become an inverse, but a rough one.

# %% [markdown]
# ### The other three
#
# The latent regressor learns from BiGAN's own generator, so the two differ in the encoder alone.
# The autoencoder and the adversarial one have the same networks as BiGAN.


# %%
def fitted(model, inputs, targets, epochs):
    """The model after least squares, with batches of 32 and a constant rate."""
    model.compile(keras.optimizers.Adam(1e-3, 0.5), "mse")
    model.fit(inputs, targets, 32, epochs, verbose=0)
    return model


made, latents = latent_pairs(bigan.gan, NUM_PAIRS, SEED)
regressor = fitted(builders.dense_encoder(latent_dim=LATENT_DIM), made, latents, 3)
E, G = builders.dense_encoder(latent_dim=LATENT_DIM), builders.dense_decoder(LATENT_DIM)
fitted(keras.Sequential([keras.Input((28, 28, 1)), E, G]), images, images, 3)
aae = recipes.get("adversarial-autoencoder", SEED)
aae_history = aae.gan.fit(aae.batches, epochs=aae.epochs, verbose=0)

# %%
ways = {
    "BiGAN": (bigan.gan.encoder, bigan.gan.generator),
    "latent regressor": (regressor, bigan.gan.generator),
    "autoencoder": (E, G),
    "adversarial autoencoder": (aae.gan.encoder, aae.gan.generator),
}
shown = test_images[:NUM_JUDGED]
restored = {name: np.array(decode(encode(shown))) for name, (encode, decode) in ways.items()}
for name, back in restored.items():
    print(f"{name:24} ratio {ratio(shown, back):.2f}")
rows = np.concatenate([test_images[:12], *[back[:12] for back in restored.values()]])
names = ["real", "BiGAN", "regressor", "autoencoder", "adversarial"]
plots.large(plots.image_grid(rows, 12, row_labels=names, scale=2), 110)

# %% [markdown]
# Figure 14.3. Twelve test images, and what comes back through each encoder. BiGAN often returns the
# right kind of garment, but not the same one, and sometimes another kind: the fifth image, a top,
# comes back as a boot. Its images have the specks of the dense generators of notebook 04. The
# regressor shares this generator and its specks, and it returns some trousers as tops. The two
# autoencoders keep outline and brightness, and blur the rest: the letters and the checks are gone.
#
# The ratio agrees about the autoencoders, but not about the regressor, whose blurred guesses it
# rewards: 0.66 and 0.60 with BiGAN's generator (now one epoch later than in figure 14.2), and 0.26
# and 0.31 for the autoencoders. That is no surprise, since an autoencoder is trained to make this
# very distance small. BiGAN has never compared an image with its reconstruction, and yet its ratio
# is far below 1.

# %% [markdown]
# ## 3. Codes with a shape
#
# Can we draw *new* images from an autoencoder? Notebook 03 tried: nobody knows which codes are
# likely. [Makhzani et al., 2015](https://arxiv.org/abs/1511.05644) make the codes look like draws
# from a normal distribution, and they use a discriminator for it. Each step has three phases:
#
# 1. **Reconstruction**: $E$ and $G$ make the image come back.
# 2. **Discriminator**: $D$ learns to tell normal random vectors (real) from codes (fake).
# 3. **Encoder**: $E$ learns to make codes that $D$ takes for normal vectors.
#
# It is a GAN whose 'images' are codes. **Predict.** Which samples are better: those of the
# adversarial autoencoder, of a plain autoencoder fed normal vectors, or of a plain autoencoder fed
# normal vectors with the mean and the covariance of its codes?

# %%
codes = {name: np.array(encode(shown)) for name, (encode, _) in ways.items()}
normal = rng.normal(size=(NUM_JUDGED, LATENT_DIM)).astype("float32")
plain = codes["autoencoder"]
spread = np.linalg.cholesky(np.cov(plain, rowvar=False) + 1e-6 * np.eye(LATENT_DIM))
alike = (plain.mean(axis=0) + normal @ spread.T).astype("float32")
samples = {
    "autoencoder, normal vectors": np.array(G(normal)),
    "autoencoder, same covariance": np.array(G(alike)),
    "adversarial autoencoder": np.array(aae.gan.generator(normal)),
    "BiGAN": np.array(bigan.gan.generator(normal)),
}
real = metrics.gaussian_statistics(classifier(test_images).features)
for name, each in samples.items():
    found = metrics.gaussian_statistics(classifier(each).features)
    print(f"{name:30} Fréchet distance {metrics.frechet_distance(*real, *found):6.1f}")
rows = np.concatenate([each[:12] for each in samples.values()])
names = ["plain", "plain, covariance", "adversarial", "BiGAN"]
plots.large(plots.image_grid(rows, 12, row_labels=names, scale=2), 110)

# %% [markdown]
# Figure 14.4. Twelve samples of each generator. Fed normal vectors, the plain autoencoder draws
# grey ghosts (Fréchet distance 226). With the mean and the covariance of its codes, half of them
# become garments (101). The adversarial autoencoder needs no such repair (107), though its row
# shows tops and hardly anything else. BiGAN has its specks (121).
#
# So the adversary gives the codes a shape from which we can draw. But in this run, fitting a normal
# distribution to the finished codes worked just as well. All these networks are small: notebook 10
# reaches 11.

# %%
axes = plots.panels(3, width=3.6, height=3.8)
circle = 2 * np.stack([np.cos(np.linspace(0, 6.3, 200)), np.sin(np.linspace(0, 6.3, 200))])
untrained = np.array(builders.dense_encoder(latent_dim=LATENT_DIM)(shown))
clouds = {"autoencoder": plain, "adversarial": codes["adversarial autoencoder"]}
clouds["BiGAN"] = codes["BiGAN"]
for place, (name, cloud) in zip(axes, clouds.items(), strict=True):
    place.scatter(*cloud[:, :2].T, s=4, color=FAKE, alpha=0.5)
    place.plot(*circle, color="black", linewidth=2)
    place.set(title=name, aspect="equal", xlim=(-6, 6), ylim=(-6, 6), xlabel="code 1")
axes[0].set_ylabel("code 2")
for name, cloud in {"untrained encoder": untrained, **codes}.items():
    away = metrics.kernel_distance(normal, cloud)
    print(f"{name:24} squared kernel distance from normal {away.mean:8.2f}, ", end="")
    print(f"spread {cloud.std():.2f}")
axes[0].figure

# %% [markdown]
# Figure 14.5. The first two of the 20 numbers of each code, for 2,000 test images. About 86 % of
# normal points lie within the circle. The codes of the plain autoencoder are spread much wider, and
# the two others stay mostly inside, BiGAN's with a tail downwards.
#
# The printed numbers compare all 20 numbers at once, by the kernel distance of notebook 06 (0 if
# both have the same distribution). The plain autoencoder's codes are at 38, and with the adversary
# they are at 0.32. The untrained encoder is at 0.80, because its codes are small; so a narrow cloud
# is not far from normal by this measure. And 0.32 is not 0.

# %% [markdown]
# ## 4. Are the codes good for anything else?
#
# An encoder without labels might have found what matters in an image. The usual test: how well can
# the class be read from the code? We ask twice. A **linear probe** fits a linear function to the
# codes of 10,000 training images; **1-nearest neighbour** takes the class of the training image
# whose code is closest.
#
# **Predict.** The same encoder, *untrained*: with random weights, which share of the ten classes
# will the probe get right?
#
# {{benchmarks/results/inference.md}}
#
# With *random* weights, the probe names 63 % of the test images, and the nearest neighbour 70 %. So
# the 0.775 of BiGAN alone proves nothing; only the gain over the untrained encoder counts. BiGAN
# and the adversarial autoencoder gain 7 to 9 hundredths, the plain autoencoder 10 and 11. Principal
# components gain as much, without any network.
#
# The latent regressor is *worse* than the untrained encoder, although its reconstructions are about
# as good as BiGAN's. It has seen nothing but images of the generator, with their specks, and real
# images are probably strange to it. BiGAN's encoder has learnt from real images.
#
# The column *distance from prior* measures all 10,000 test images. BiGAN, the regressor and the
# adversarial autoencoder are about equally close to the normal distribution, and the plain
# autoencoder is far away. (We scaled the principal components to variance 1, and this measure sees
# three moments only. The autoencoder of section 3 trained at a constant rate, those of the table at
# BiGAN's falling rate, so 38 and 15 differ.)

# %% [markdown]
# ## 5. A hundred labels
#
# The adversarial autoencoder can do more. Let its code have two parts: ten probabilities, the
# *class*, and ten numbers, the *style*. One discriminator makes the styles normal. A second one
# makes the probabilities look like one-hot vectors, so that the encoder has to decide. A hundred
# labelled images, ten of each class, tell it what the classes are called. For them the encoder also
# gets the cross-entropy of the label, and they are shown again and again, a fifth of each batch.
# All others have no label.

# %%
few = data.few_labels(labels, 10, SEED)
named = recipes.semi_supervised(SEED, few)
named_history = named.gan.fit(named.batches, epochs=named.epochs, verbose=0)
found = np.array(named.gan.encoder(test_images)[1]).argmax(axis=1)
print(f"{np.sum(few >= 0)} labels: error {np.mean(found != test_labels):.3f}")
styles = rng.normal(size=(12, 10)).astype("float32")
asked = np.eye(10, dtype="float32")[np.repeat(np.arange(10), 12)]
grid = np.array(named.gan.generator([np.tile(styles, (10, 1)), asked]))
plots.large(plots.image_grid(grid, 12, row_labels=data.CLASS_NAMES, scale=2), 110)

# %% [markdown]
# Figure 14.6. Each row has one class, each column one style. Trousers appear where they are asked
# for, and so do many shoes; sandals are often mere blobs. The five tops and the bag look nearly
# alike within a column. So the style still decides which top it is, and the class adds little. The
# discriminators shape the class and the style *each for itself*. Nothing in this game asks that the
# style should know nothing of the class.
#
# Is that better than the encoder trained on the hundred labelled images alone? Three seeds, each
# with another hundred labels (`benchmarks/inference.py`):
#
# {{benchmarks/results/inference_labels.md}}
#
# No. The two errors cannot be told apart, so the images without labels brought nothing here.
# [Makhzani et al., 2015](https://arxiv.org/abs/1511.05644) report a large gain on handwritten
# digits (an error of 1.9 % with 100 labels). Digits form separate groups, and our tops resemble
# each other. Our game is also short and its networks are small. (The run above began from other
# weights than those of the table.) CatGAN's convolutions (notebook 12, also 100 labels) had an
# error of 0.26.

# %% [markdown]
# ## 6. A few strokes
#
# The last way back needs no encoder. We *search*: start from some latents, and follow the gradient
# of the difference between the picture that we have and the one that we want. The weights of the
# generator stay as they are. [Zhu et al., 2016](https://arxiv.org/abs/1609.03552) let people draw,
# and compare the generator's picture with the drawing only *where something was drawn*. The
# generator fills in the rest. With a mask $m$ that is 1 where there are strokes $s$:
#
# $$\min_z\; \frac{\lVert m \odot (G(z) - s) \rVert^2}{\sum m} + \lambda\, \frac{\lVert z
# \rVert^2}{\dim z}.$$
#
# The second term keeps the latents small. (Zhu et al. stay close to the starting latents instead; a
# penalty on the length is that of [Bora et al., 2017](https://arxiv.org/abs/1703.03208).) The
# generator has been trained with a mean square of about 1, so too large a $\lambda$ pulls towards
# bland images.


# %% tags=["setup"]
drawer = builders.dcgan_generator(filters=(64, 32), weights="fashion_mnist")  # of notebook 05


def search(make, z, target, mask, weight, steps=SEARCH_STEPS):
    """Latents whose pictures are like the target where the mask is 1, and their errors."""
    z, target, mask = (np.asarray(each, "float32") for each in (z, target, mask))
    z, adam = keras.Variable(z), keras.optimizers.Adam(0.05)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            squares = ops.sum(mask * ops.square(make(z.value) - target), axis=(1, 2, 3))
            error = squares / ops.sum(mask, axis=(1, 2, 3))
            loss = ops.sum(error + weight * ops.mean(ops.square(z), axis=1))
        adam.apply(tape.gradient(loss, [z]), [z])
    return np.asarray(z), np.asarray(error)


def best_of(target, mask, weight, num):
    """Latents (n, num, 100) and errors (n, num) from `num` random starts each, the best first."""
    z = np.random.default_rng(SEED).normal(size=(len(target) * num, 100))
    z, errors = search(
        drawer, z, *(np.repeat(each, num, axis=0) for each in (target, mask)), weight
    )
    z, errors = z.reshape(len(target), num, 100), errors.reshape(len(target), num)
    order = np.argsort(errors, axis=1)
    return np.take_along_axis(z, order[..., None], axis=1), np.take_along_axis(errors, order, 1)


# %%
WHITE, BLACK = 0.7, -1.0
drawings = {  # rows, columns, grey
    "two legs": [(4, 26, 9, 11, WHITE), (4, 26, 17, 19, WHITE), (12, 26, 13, 15, BLACK)],
    "a sole": [(20, 22, 2, 26, WHITE), (4, 8, 2, 26, BLACK), (12, 20, 20, 22, WHITE)],
    "a T": [(6, 9, 2, 26, WHITE), (14, 26, 4, 6, BLACK), (14, 26, 22, 24, BLACK)],
}
strokes, mask = np.zeros((2, 3, 28, 28, 1))
for i, lines in enumerate(drawings.values()):
    for top, bottom, left, right, grey in lines:
        strokes[i, top:bottom, left:right] = grey
        mask[i, top:bottom, left:right] = 1
latents, errors = best_of(strokes, mask, weight=0.1, num=24)
rows = []
for i in range(3):
    rows += [strokes[i], *np.array(drawer(latents[i, :6]))]
plots.large(plots.image_grid(np.array(rows), 7, row_labels=list(drawings), scale=3), 110)

# %% [markdown]
# Figure 14.7. Left: three drawings. Grey means that nothing was drawn. Then the six best of 24
# searches for each. Two bright lines with a dark one between them become trousers. A bright band
# with dark lines below its ends becomes a T-shirt with short sleeves. The sole with a heel is
# harder: most results are a low block, something between a shoe and a bag. The generator decides
# what fits.
#
# **Your turn.** Draw something, press *Copy*, and paste the text between the quotation marks of the
# next cell.

# %%
drawing_board()

# %%
drawing = ""  # paste here: """..."""

if drawing:
    yours, where = read_drawing(drawing)
    latents, errors = best_of(yours[None], where[None], weight=0.1, num=24)
    display(plots.large(plots.image_grid(np.array(drawer(latents[0, :12])), 6, scale=3), 110))

# %% [markdown]
# How much should the second term weigh? We need drawings whose true continuation is known. So we
# take the upper half of 100 test images as the drawing, and judge three things: the error on the
# drawn half, the error on the hidden half, and how many of the pictures lie among the real images
# (*precision*, notebook 06).
#
# **Predict.** Compared with $\lambda = 1$, which of the three is better with $\lambda = 0$, and
# which is worse?

# %%
upper = np.zeros((100, 28, 28, 1), "float32")
upper[:, :14] = 1
targets = test_images[:100]
features = classifier(test_images[:2_000]).features
print("weight  drawn half  hidden half  precision")
found = {}
for weight in (0.0, 0.01, 0.1, 1.0):
    latents, errors = best_of(targets, upper, weight, num=2)
    found[weight] = np.array(drawer(latents[:, 0]))
    squares = np.square(found[weight] - targets)[..., 0]
    real_enough = metrics.precision_recall(features, classifier(found[weight]).features).precision
    print(f"{weight:6g}  {squares[:, :14].mean():10.3f}  {squares[:, 14:].mean():11.3f}", end="")
    print(f"  {real_enough:9.2f}")
anything = np.array(drawer(np.random.default_rng(1).normal(size=(100, 100)).astype("float32")))
squares = np.square(anything - targets)[..., 0]
print(f"random  {squares[:, :14].mean():10.3f}  {squares[:, 14:].mean():11.3f}", end="")
print(f"  {metrics.precision_recall(features, classifier(anything).features).precision:9.2f}")

# %%
drawn = np.where(upper == 1, targets, 0.0)
rows = np.concatenate([drawn[:12], *[each[:12] for each in found.values()], targets[:12]])
names = ["drawn", *[f"λ = {weight:g}" for weight in found], "real"]
plots.large(plots.image_grid(rows, 12, row_labels=names, scale=2), 110)

# %% [markdown]
# Figure 14.8. Twelve test images of which only the upper half was given. With $\lambda = 0$ the
# search tries to copy details such as the letters, and the lower half of a few images gets noisy.
# With $\lambda = 1$ every image is smooth and plain.
#
# The table agrees. A larger weight makes the error on the drawn half larger (from 0.021 to 0.049),
# and the error on the hidden half *smaller* (from 0.273 to 0.198). Both are far below the errors of
# random images. In the precision of 100 images (0.77 to 0.85; random images have 0.73) we see no
# trend.

# %% [markdown]
# ## 7. Glasses on a real face
#
# Notebook 12 added glasses to faces that the generator had made. With an encoder, we can edit a
# *given* face. [Perarnau et al., 2016](https://arxiv.org/abs/1611.06355) call it IcGAN, an
# invertible conditional GAN:
#
# 1. Train a conditional GAN. Its discriminator also sees real images with a *wrong* label, and has
#    to call them fake.
# 2. Freeze the generator, draw latents and labels, and train an encoder $E_z$ to guess the latents.
# 3. Train a second encoder $E_y$ to guess the label of real images.
# 4. To edit a face $x$: compute $z = E_z(x)$, change the label that $E_y(x)$ found, and generate.
#
# Our label says whether a face has glasses and whether it has a beard: four classes. The networks
# are those of notebook 12 with concatenation; the penalty R1 (notebook 08) in every fourth step and
# a running average keep the game steady.

# %%
faces, face_labels = data.faces(NUM_FACES, FACE_SIZE, seed=SEED)
kind = (
    2 * face_labels["beard"] + face_labels["glasses"]
)  # 0: neither, 1: glasses, 2: beard, 3: both
shape = (FACE_SIZE, FACE_SIZE, 3)
keras.utils.set_random_seed(SEED)
face_gan = IcGAN(
    builders.conditional_generator(100, 4, shape, filters=(128, 64, 32)),
    builders.conditional_discriminator(4, shape, (32, 64, 128), "concatenation"),
    seed=SEED,
)
rate = keras.optimizers.schedules.InverseTimeDecay(1e-3, 1_500, 1.0)
adams = {name: keras.optimizers.Adam(rate, 0.0, 0.99) for name in face_gan.players}
penalty = penalties.Lazy(penalties.R1(0.2), 4)
face_gan.compile(optimizers=adams, penalty=penalty, steps_per_execution=25)
pairs = {"images": faces, "labels": kind.astype("int32")}
batches = data.batches(pairs, 16, SEED, steps_per_epoch=250)
average = callbacks.GeneratorAverage(0.995)
face_gan.fit(batches, epochs=FACE_EPOCHS, callbacks=[average], verbose=0)
face_gan.generator.set_weights(average.generator.get_weights())


# %%
def image_encoder(outputs):
    """The discriminator's convolutions, with another head."""
    body = builders.dcgan_discriminator(shape, (32, 64, 128), dropout=0.0)
    return builders.head(body, outputs, (128,))


asked = rng.integers(4, size=NUM_FACE_PAIRS)
made, latents, _ = latent_pairs(face_gan, NUM_FACE_PAIRS, SEED, labels=asked)
E_z = fitted(image_encoder(100), made, latents, 4)
E_y = image_encoder(4)
E_y.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
read_labels = E_y.fit(faces, kind, 32, 2, verbose=0)

# %% [markdown]
# We edit faces that the networks have not seen. For each we know its **twin**: the same face drawn
# with glasses, and nothing else changed. So we know what a perfect edit looks like. The course's
# face classifier (notebook 12) says what is to be seen on the results.
#
# An encoder answers at once, but only roughly. The search of section 6 is slower, and comes closer.
# Zhu et al. combine them: the encoder's code is where the search starts. **Predict.** Which will
# keep the hair, the skin and the smile best: the encoder, 50 steps of search from random latents,
# or 50 steps from the encoder's code?

# %%
(without, with_glasses), truth = data.twins(NUM_TWINS, "glasses", FACE_SIZE, seed=SEED + 1)
truth = {name: values[0] for name, values in truth.items()}  # of the faces without
read = np.array(E_y(without)).argmax(axis=1)
own, wanted = (ops.one_hot(each, 4) for each in (read, read | 1))  # `| 1` adds the glasses


def rebuild(z):
    return face_gan.generator([z, own])


codes = {"encoder": np.array(E_z(without))}
starts = {"random": rng.normal(size=codes["encoder"].shape), "encoder": codes["encoder"]}
for name, start in starts.items():
    everywhere = np.ones_like(without)
    codes[f"{name}, search"], _ = search(rebuild, start, without, everywhere, 0.02, FACE_STEPS)

# %%
look = metrics.face_classifier()
others = [name for name in truth if name != "glasses"]
results = {"real": without, "true twins": with_glasses}
for name, z in codes.items():
    z = ops.convert_to_tensor(z)
    results[f"{name}: rebuilt"] = np.array(rebuild(z))
    results[f"{name}: edited"] = np.array(face_gan.generator([z, wanted]))
print("share with glasses, and share that keeps each other property:", *others)
for name, pictures in results.items():
    seen = look(pictures)
    kept = [np.mean(seen[each] == truth[each]) for each in others]
    all_kept = np.mean([seen[each] == truth[each] for each in others], axis=0) == 1
    print(f"{name:24} {np.mean(seen['glasses']):.2f}  ", end="")
    print(*(f"{share:.2f}" for share in kept), f" all {np.mean(all_kept):.2f}")

# %%
shown = ["real", "encoder: edited", "random, search: edited", "encoder, search: edited"]
rows = np.concatenate([results[name][:12] for name in (*shown, "true twins")])
names = ["real", "encoder", "random, search", "encoder, search", "twins"]
plots.large(plots.image_grid(rows, 12, row_labels=names, scale=2), 110)

# %% [markdown]
# Figure 14.9. Twelve faces of the data, three edits, and the true twins. The encoder alone draws a
# face of the right kind, and often another hair or skin colour. After a search, most faces resemble
# the original.
#
# **Does the edit work?** All edited faces have glasses, with every method. **Is everything else
# kept?** The encoder alone keeps all six other properties for 16 % of the faces. From random
# latents, 50 steps keep them for 64 %, and from the encoder's code for 76 %. (Real twins: 97 %,
# since the classifier also errs.) With encoder and search together, each single property survives
# in at least 88 % of the faces.
#
# Compare the rows *rebuilt* and *edited*: they differ by a few faces only. So changing the label
# costs few of these properties. What is lost, is mostly lost when the face is rebuilt. Fifty steps
# may be too few, or this small generator cannot make every face. (That all beards are kept is easy:
# the label says whether there is one.)

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **14.1 Compute.** BiGAN's discriminator gives every pair the logit 0. What are its loss and that
# of $G$ and $E$? And what is the value $\mathbb{E} \log D + \mathbb{E} \log(1 - D)$ of the game?

# %% tags=["exercise"]
D_loss, GE_loss, value = 0.0, 0.0, 0.0  # change me

# %% tags=["solution"]
D_loss, GE_loss, value = np.log(2), np.log(2), -2 * np.log(2)

# %% tags=["check"]
print(f"expected 0.6931 0.6931 -1.3863, yours {D_loss:.4f} {GE_loss:.4f} {value:.4f}")

# %% [markdown] tags=["exercise-text"]
# **14.2 Predict, then change.** In section 6, the upper half of a garment was drawn. What if only a
# strip in the middle is given, four rows high? Will the error on the hidden part be
# larger than with the upper half, and which garments will be mistaken for others?

# %% tags=["exercise"]
rows_given = slice(0, 14)  # change me: slice(12, 16)

# %% tags=["solution"]
rows_given = slice(12, 16)

# %% tags=["check"]
targets, strip = test_images[:100], np.zeros((100, 28, 28, 1), "float32")
strip[:, rows_given] = 1
latents, errors = best_of(targets, strip, weight=0.1, num=2)
guesses = np.array(drawer(latents[:, 0]))
print(f"error on the hidden part {np.square(guesses - targets)[strip == 0].mean():.3f}")
grid = np.concatenate([np.where(strip == 1, targets, 0.0)[:12], guesses[:12], targets[:12]])
plots.large(plots.image_grid(grid, 12, row_labels=["drawn", "found", "real"], scale=2), 110)

# %% [markdown] tags=["solution"]
# No. The error on the hidden part is 0.196, not larger than before. Four rows are enough to find
# the kind of most garments: of these twelve, only the third goes wrong, where trousers become a
# sandal. The strip shows where body and sleeves begin and end. (The hidden parts are not the same
# in the two cases, so the two errors cannot be compared exactly.)

# %% [markdown] tags=["exercise-text"]
# **14.3 Implement** the reconstruction ratio for codes: how far is $E(G(z))$ from $z$, as a share
# of its distance from another $z$?


# %% tags=["exercise"]
def latent_ratio(z, found):
    return np.nan  # your lines


# %% tags=["solution"]
def latent_ratio(z, found):
    own = np.linalg.norm(z - found, axis=1).mean()
    return own / np.linalg.norm(z - np.roll(found, 1, axis=0), axis=1).mean()


# %% tags=["check"]
two = np.array([[0.0, 0.0], [3.0, 4.0]])
print(f"expected 0.2357, yours {latent_ratio(two, two + [[0, 1], [0, -1]]):.4f}")

# %% [markdown]
# ## Take away
#
# - **There is a way back from images to latents**: learn an encoder with the generator (BiGAN),
#   learn one afterwards (the regressor), or search. An encoder is fast and rough, a search is
#   slower and closer, and the best result came from a search that starts at the encoder's code.
# - **An adversary can shape any distribution**, also one of codes. Then we can draw from an
#   autoencoder.
# - **Judge codes beside an untrained encoder.** A linear probe on random features already names 63
#   % of the test images.
#
# **Limits.** Sections 2, 3, 5, 6 and 7 show one run each; only the tables of sections 4 and 5 have
# three seeds. All networks are small and dense, except in sections 6 and 7. We did not test what
# the wrong labels of IcGAN contribute, and the faces are cartoons, in which glasses look nearly the
# same on everybody. The argument of section 2 holds for the best discriminator only; [Arora et al.,
# 2018](https://arxiv.org/abs/1711.02651) show that a real one may accept encoders that say nothing.
#
# **Next**: [notebook 15](15_translation.ipynb) turns one picture into another.
#
# **References.** Donahue et al. 2017, BiGAN, [arXiv:1605.09782](https://arxiv.org/abs/1605.09782) ·
# Dumoulin et al. 2017, ALI, [arXiv:1606.00704](https://arxiv.org/abs/1606.00704) · Makhzani et al.
# 2015, adversarial autoencoders, [arXiv:1511.05644](https://arxiv.org/abs/1511.05644) · Perarnau et
# al. 2016, IcGAN, [arXiv:1611.06355](https://arxiv.org/abs/1611.06355) · Reed et al. 2016, wrong
# pairs, [arXiv:1605.05396](https://arxiv.org/abs/1605.05396) · Zhu et al. 2016, iGAN,
# [arXiv:1609.03552](https://arxiv.org/abs/1609.03552) · Yeh et al. 2017, completing images by
# search, [arXiv:1607.07539](https://arxiv.org/abs/1607.07539) · Xiao et al. 2017, Fashion-MNIST,
# [arXiv:1708.07747](https://arxiv.org/abs/1708.07747).
