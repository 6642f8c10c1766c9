# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 11. A style-based generator
#
# {{badge}}
# {{page}}
#
# **Question.** An ordinary generator takes its latent vector at the input. What changes if every
# layer listens to the latent vector? And how can we then control an image one size at a time?
#
# **You will be able to** explain the four parts of a style-based generator (mapping network,
# learned constant, noise, adaptive instance normalisation), mix the styles of two garments, measure
# which layers decide what, and say what truncation does to quality and variety.
#
# **Before this**: [notebook 06](06_measuring.ipynb) (precision and recall) and [notebook
# 10](10_progressive.ipynb) (networks that grow, as these do).
#
# **Lectures**: *StyleGANs*, *Mapping Network* and *Synthesis Network* of KTH ID2223; Amrita shows
# faces that such a network made.
#
# **Time of a full run**: about 7 minutes on one CPU core, less on two. We have not
# measured it on a GPU.

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
# This cell holds every number that we use below. (`capped` shortens the run for the tests of this
# course.)

# %% tags=["setup"]
SEED = 0
SIZE = 32
LATENT_DIM = 128
NUM_IMAGES = 40_000  # real images that the short game sees
NUM_SCORED = capped(5_000, per_step=250)
NUM_DRAWS = capped(3, per_step=1)  # of latents, for everything that we compare
NUM_PER_DRAW = capped(2_500, per_step=50)
NUM_PATHS = capped(1_000, per_step=25)
NUM_PAIRS = capped(400, per_step=25)  # of garments whose styles we mix
NUM_NOISES = 16  # noise images for one style
PSIS = (0.0, 0.25, 0.5, 0.7, 0.85, 1.0)
keras.utils.set_random_seed(SEED)

# %% [markdown]
# ## 1. The idea
#
# Think of a tailor. An ordinary generator hands him one note at the start, and he must remember it
# until the last stitch. A style-based generator ([Karras et al.,
# 2019](https://arxiv.org/abs/1812.04948)) repeats the instructions at every step, from the outline
# to the weave of the cloth. If we hand different notes to different steps, we mix styles.

# %%
purple = "#CC79A7"
boxes = {
    "z0": plots.Box("latent z", 0.8, 5.0),
    "z": plots.Box("latent z", 0.8, 3.6),
    "map": plots.Box("mapping network\n8 dense layers", 3.1, 3.6, purple),
    "w": plots.Box("style w", 5.4, 3.6, purple),
    "constant": plots.Box("learned\nconstant", 0.8, 1.9, plots.FAKE_COLOUR),
    "out0": plots.Box("image", 9.9, 5.0),
    "out": plots.Box("image", 9.9, 1.9),
    "noise": plots.Box("a fresh noise image for every layer", 5.4, 0.4),
}
arrows = [plots.Arrow("z", "map"), plots.Arrow("map", "w")]
sizes = dict(zip(("4 × 4", "8 × 8", "16 × 16", "32 × 32"), (2.7, 4.5, 6.3, 8.1), strict=True))
for name, x in sizes.items():
    boxes[f"{name} before"] = plots.Box(name, x, 5.0, plots.FAKE_COLOUR)
    boxes[name] = plots.Box(f"{name}\n2 layers", x, 1.9, plots.FAKE_COLOUR)
    arrows += [plots.Arrow("w", name, colour=purple), plots.Arrow("noise", name, dashed=True)]
for row in (["z0", *(f"{name} before" for name in sizes), "out0"], ["constant", *sizes, "out"]):
    arrows += [plots.Arrow(*pair) for pair in zip(row, row[1:], strict=False)]
plots.large(plots.diagram(boxes, arrows, 10.6, 5.5))

# %% [markdown]
# Figure 11.1. Top: an ordinary generator. The latent vector $z$ is its input, and the image grows
# from 4 × 4 to 32 × 32 pixels. Below: a style-based generator. A mapping network turns $z$ into a
# *style* $w$ for the layers of every size (solid arrows from above). The image starts from a
# learned constant, and every layer gets fresh noise (dashed).

# %%
steps = ["3 × 3\nconvolution", "+ noise", "leaky\nReLU", "normalise\neach map", "× (1 + s)\n+ b"]
boxes = {name: plots.Box(name, 2.1 + 1.8 * place, 0.8) for place, name in enumerate(steps)}
boxes |= {"x": plots.Box("maps", 0.5, 0.8), "y": plots.Box("maps", 10.9, 0.8)}
boxes["noise"] = plots.Box("noise image × strength of each map", 3.5, 2.3)
boxes["w"] = plots.Box("style w → dense layer A → s and b", 8.8, 2.3, purple)
row = ["x", *steps, "y"]
arrows = [plots.Arrow(*pair) for pair in zip(row, row[1:], strict=False)]
arrows += [plots.Arrow("noise", "+ noise", dashed=True), plots.Arrow("w", steps[-1], colour=purple)]
plots.large(plots.diagram(boxes, arrows, 11.5, 2.8), 110)

# %% [markdown]
# Figure 11.2. One layer of the synthesis network; every size has two. After convolution, noise and
# activation, each feature map is normalised, and the style sets its scale and its bias. (The very
# first layer has no convolution. The first layer of a larger size doubles the maps before the
# convolution and blurs them after it.)
#
# How close is this to the paper?
#
# | part | here | in the paper |
# | --- | --- | --- |
# | mapping network | 8 layers of 128, a hundredth of the rate | 8 layers of 512, also a hundredth |
# | learned constant, noise, AdaIN, blur at a change of size | as in the paper | |
# | images with two styles in training | 50 % | 90 % |
# | loss | non-saturating; R1 with γ = 0.5 in every fourth update | non-saturating; R1 with γ = 10 |
# | optimizer | Adam, rate 0.016 | Adam, rate 0.001 to 0.003 |
# | images | garments, 32 × 32, grey | faces, 1024 × 1024, colours |
# | training starts at | 4 × 4 | 8 × 8 |
# | real images seen | 40,000, and 160,000 in a longer run | 25,000,000 |
#
# Section 2 explains AdaIN and the two styles, and [notebook 02](02_game.ipynb) the non-saturating
# loss. R1 penalises the discriminator's slope at real images, with the weight γ ([notebook
# 08](08_remedies.ipynb)).
#
# ## 2. The parts
#
# We build each part in the open and compare it with the package.
#
# ### The mapping network
#
# Why not use $z$ itself? Suppose that hardly any trousers are striped. The normal distribution of
# $z$ has no such gap, so the map from $z$ to images must be bent. The mapping network may do this
# bending, so that $w$ can be spread as the garments are. It normalises $z$ and sends it through
# eight dense layers. They learn at a hundredth of the usual rate, because the paper found the
# training unstable otherwise:

# %%
# NBVAL_CHECK_OUTPUT
generator = builders.style_generator(SIZE, LATENT_DIM, mixing=0.5)
mapping = generator.get_layer("mapping")
slow = {"activation": "leaky_relu", "learning_rate_multiplier": 0.01}
dense = [layers.EqualizedDense(128, **slow) for _ in range(8)]
by_hand = keras.Sequential([keras.Input((LATENT_DIM,)), layers.PixelNormalization(), *dense])
by_hand.set_weights(mapping.get_weights())
rng = np.random.default_rng(SEED)
latents = rng.normal(size=(1_000, LATENT_DIM)).astype("float32")
print("same styles as the package:", np.allclose(by_hand(latents), mapping(latents), atol=1e-6))
synthesis = builders.synthesis_network(generator)
print("synthesis: styles", synthesis.input_shape, "to", [x.shape[1] for x in synthesis.outputs])
print(f"weights: mapping {mapping.count_params():,}, synthesis {synthesis.count_params():,}")

# %% [markdown]
# The synthesis network takes eight styles, two for each size, and returns one image for each size.
#
# ### Adaptive instance normalisation
#
# **Adaptive instance normalisation** ([Huang and Belongie,
# 2017](https://arxiv.org/abs/1703.06868)), short AdaIN, is how a style acts on a layer. Take one
# feature map $x$ of one image, with the mean $\mu(x)$ and the standard deviation $\sigma(x)$ of its
# pixels. AdaIN normalises the map and gives it a new spread and a new mean:
#
# $$ \mathrm{AdaIN}(x, w) = (1 + s)\,\frac{x - \mu(x)}{\sigma(x)} + b, \qquad (s, b) = A(w). $$
#
# Each layer of the network learns its own $A$, a dense layer with a bias. Before training $s$ is
# zero on average, and so the scale $1 + s$ is 1 on average. (The package also adds a tiny number to
# $\sigma^2$.)
#
# The second check below gives $x$ two styles in turn. A negative $1 + s$ makes bright pixels dark,
# and normalising does not undo that, so `signs` flips the same maps of $x$.


# %%
def adain_by_hand(x, w, affine):
    """Feature maps (images, height, width, maps) in the style w (images, values)."""
    mean = x.mean(axis=(1, 2), keepdims=True)
    spread = x.std(axis=(1, 2), keepdims=True)
    scale, bias = np.split(np.array(affine(w))[:, None, None, :], 2, axis=-1)
    return (1 + scale) * (x - mean) / spread + bias


# %%
# NBVAL_CHECK_OUTPUT
adain = layers.AdaIN()
x = rng.normal(5.0, 3.0, size=(2, 8, 8, 4)).astype("float32")
w = rng.normal(size=(2, 16)).astype("float32")
y = np.array(adain([x, w]))
print("same as the package:", np.allclose(y, adain_by_hand(x, w, adain.affine), atol=1e-4))
another = rng.normal(size=(2, 16)).astype("float32")
print("style w after another style, or w alone:", end=" ")
twice = adain([np.array(adain([x, another])), w])
signs = np.sign(1 + np.split(np.array(adain.affine(another)), 2, axis=-1)[0])[:, None, None]
print("the same up to a sign,", np.allclose(twice, adain([signs * x, w]), atol=1e-4))

# %% [markdown]
# The last line shows why styles can be mixed: the newest style wins, because normalising removes
# the mean and the spread that the earlier style had set. Only the sign survives.
#
# Between two AdaINs there is a convolution. Suppose that the first style doubles one map and halves
# another. The convolution then adds them in other proportions, the sum has another *pattern*, and
# patterns survive. So the layers are not fully independent; section 6 measures how far.
#
# ### Noise
#
# Where does a wrinkle run, and which thread is lighter? Such details are chance. **Noise** gives
# the network this chance for free: all feature maps of a layer get the same noise image, each with
# a strength that it learns.


# %%
def noise_by_hand(x, strength, noise):
    """Feature maps with one noise image (images, height, width, 1) for all maps."""
    return x + strength * noise


# %%
# NBVAL_CHECK_OUTPUT
injection = layers.NoiseInjection(seed=1)
injection.build(x.shape)
injection.strength.assign([0.0, 0.5, 1.0, 2.0])
noise = keras.random.normal((2, 8, 8, 1), seed=keras.random.SeedGenerator(1))
expected = noise_by_hand(x, np.array([0.0, 0.5, 1.0, 2.0]), np.array(noise))
print("same as the package:", np.allclose(injection(x), expected, atol=1e-5))

# %% [markdown]
# ### Style mixing in training
#
# In training, half of our images get *two* styles: the first one up to a random layer, and the
# second one from there on. This **style mixing regularisation** keeps the layers from relying on
# each other's styles. (You write it in exercise 11.2.)

# %% [markdown]
# ## 3. A short training
#
# The networks grow with the schedule of [notebook 10](10_progressive.ipynb), and the discriminator
# is the one from there, with a blur where sizes change. Two rules are different, both chosen by
# trial: Adam's learning rate is 0.016, twice that of notebook 10, and R1 has the weight 0.5 instead
# of 0.2.
#
# **Predict.** All images start from the same constant, and styles only scale and shift feature
# maps. Can such a network make both a shoe and a shirt?
#
# <details><summary>Answer</summary>
#
# Yes. The constant has 64 feature maps, each with its own pattern of 4 × 4 pixels. A style scales
# these maps, and the convolution then adds them up. So a style chooses a weighted sum of learned
# patterns.
#
# </details>

# %% tags=["setup"]
(images, labels), (test_images, _) = data.load_fashion_mnist()


def at_full_size(pictures):
    """Clipped to [-1, 1], each pixel enlarged, so that all sizes can be compared."""
    return data.enlarged(np.clip(pictures, -1, 1), SIZE)


def grid(pictures, columns, **labels):
    """Images in rows, large enough for a lecture hall."""
    return plots.large(plots.image_grid(pictures, columns, scale=2, **labels), 125)


# %%
recipe = recipes.style(SEED, num_images=NUM_IMAGES)
game = recipe.gan
average = callbacks.GeneratorAverage(recipe.average_decay)
watcher = callbacks.SampleImages(
    14,
    draw=lambda pictures: grid(at_full_size(pictures), 7),
    every=3,
    seed=SEED,
    generator=lambda: average.generator,
)
watchers = [average, watcher, callbacks.StopOnNaN()]
history = game.fit(recipe.batches, epochs=recipe.epochs, callbacks=watchers, verbose=0)

# %% [markdown]
# Figure 11.3. Samples after 40,000 real images, from the running average of the generator's weights
# (notebook 10). All start from one constant, and yet there are tops, trousers and shoes. Most
# outlines are clear, and the cloth is full of speckles.

# %%
frames = watcher.frames[:9] + watcher.frames[9::4]  # sizes change early
film = plots.training_gif(frames, "../outputs/11_stylegan.gif", 0.5)
Image(film.read_bytes())

# %% [markdown]
# Figure 11.4. The film of this run, half a second for each frame: every third epoch (2,400 real
# images), but the last frame comes twelve epochs later. Outlines appear at 8 × 8 and 16 × 16. At 32
# × 32 we see soft blobs, then speckles in two frames, then cloth. (Figure 11.3 is from later.)
#
# ### A longer training
#
# The package comes with a generator that the same recipe trained on 160,000 images. From here on we
# look at this generator, and at our short run beside it. The following class splits either into its
# two halves. (Its `mean` is the mean style, for section 7.)


# %%
class StyleModel:
    """The two halves of a style-based generator: latents → styles → images of 32 × 32."""

    def __init__(self, generator):
        self.generator, self.mapping = generator, generator.get_layer("mapping")
        self.synthesis = builders.synthesis_network(generator)
        self.mean = keras.ops.convert_to_numpy(generator.get_layer("truncation").mean)
        self.noises = [x for x in generator.layers if isinstance(x, layers.NoiseInjection)]

    def styles(self, latents):
        """One style for all eight layers: (images, 8, 128)."""
        w = np.array(self.mapping(latents))
        return np.repeat(w[:, None], len(self.noises), axis=1)

    def images(self, styles, batch_size=250):
        batches = np.split(styles, range(batch_size, len(styles), batch_size))
        made = [self.synthesis.predict_on_batch(batch)[-1] for batch in batches]
        return at_full_size(np.concatenate(made))

    def set_noise(self, amount, numbers=range(8)):
        """1 switches the noise of these layers on, 0 switches it off."""
        for number in numbers:
            self.noises[number].amount.assign(amount)


# %%
long_run = builders.style_generator(SIZE, mixing=0.5, weights="fashion_mnist")
models = {"short": StyleModel(game.average_generator), "long": StyleModel(long_run)}
model = models["long"]


def latents_of(seed, count):
    return np.random.default_rng(seed).normal(size=(count, LATENT_DIM)).astype("float32")


latents = latents_of(SEED, NUM_SCORED)
styles = model.styles(latents)
rows = [each.images(each.styles(latents[:20])) for each in models.values()]
names = ["short", "", "long", ""]
grid(np.concatenate(rows), 10, row_labels=names)

# %% [markdown]
# Figure 11.5. The same 20 latents in the short run (40,000 real images) and in the long one
# (160,000). The long run adds heels, collars and prints, and most of its images are clean.

# %%
encoder = metrics.fashion_mnist_encoder()
reference = metrics.Reference(encoder, images[:5_000], images[5_000:10_000], seed=SEED)
scores = metrics.Scores(reference)


def seen(pictures):
    """Class probabilities and features, as the classifier of notebook 06 sees the images."""
    return encoder(data.cropped(pictures, 28))


for name, each in models.items():
    print(name)
    made = each.images(each.styles(latents))
    print(*scores.report(data.cropped(made, 28)), sep="\n")

# %% [markdown]
# The long run is far better: its Fréchet classifier distance is 11, that of the short run 79. Its
# recall is 0.30 (other real images: 0.87), so 70 % of the real images lie outside the
# neighbourhoods of the generated ones. The precision, 0.86, is that of real images, but this
# classifier gives noise 0.99 ([notebook 06](06_measuring.ipynb) shows why), so look at the images
# beside it.
# %% [markdown]
# ## 4. Is w a better place than z?
#
# We walk between the same two images in two ways: through $z$, and along the straight line between
# their styles $w$. (128 normal values form a vector of length about $\sqrt{128}$. So latents lie
# near a sphere, and our walk through $z$ stays on it.)
#
# **Predict.** In which space does the image change more slowly?
#
# <details><summary>Answer</summary>
#
# In $w$, on average. But our third walk jumps in both spaces.
#
# </details>

# %%
model.set_noise(0)
shares = np.linspace(0, 1, 10)
rows = []
for start, end in ((0, 1), (2, 3), (4, 5)):
    ends = [np.repeat(latents[[place]], 10, axis=0) for place in (start, end)]
    on_sphere = metrics.slerp(*ends, shares) * np.sqrt(LATENT_DIM)
    rows.append(model.images(model.styles(on_sphere.astype("float32"))))
    straight = metrics.lerp(*(model.styles(each) for each in ends), shares)
    rows.append(model.images(straight.astype("float32")))
model.set_noise(1)
names = [f"{walk}, in {space}" for walk in (1, 2, 3) for space in ("z", "w")]
grid(np.concatenate(rows), 10, row_labels=names)

# %% [markdown]
# Figure 11.6. Three walks with the noise off. Walk 1, from a dress to a wide T-shirt,
# passes trousers in $z$; in $w$ sleeves appear, then they shorten while the body widens. Walk 2,
# from a sandal to a boot, passes trousers and dresses in $z$; in $w$ the shoe closes step by step.
# Walk 3, from a coat to a flat shoe, jumps in both spaces.
#
# ### Two measurements
#
# **Perceptual path length** asks how fast the picture changes: at a random place $t$ between two
# random latents we take a tiny step $\varepsilon$, and see how far the features $f$ of a classifier
# move,
#
# $$ \mathbb{E}\,\lVert f(x_{t+\varepsilon}) - f(x_t)\rVert^2 / \varepsilon^2. $$
#
# A large value means that the picture changes fast everywhere or jumps somewhere; the mean does not
# tell which.
#
# The second measurement is a **linear probe**. The classifier names the class of each image, and we
# fit a linear map from the latent vector to this class (least squares). It works if flat
# boundaries separate the classes. As a control we probe a mapping network with random weights.


# %%
def probe_accuracy(points, classes):
    """Share of right classes on the last fifth, by a linear map fitted to the rest."""
    x = np.column_stack([points, np.ones(len(points))])
    begin = 4 * len(x) // 5
    weights = np.linalg.lstsq(x[:begin], np.eye(10)[classes[:begin]])[0]
    return np.mean((x[begin:] @ weights).argmax(axis=1) == classes[begin:])


def straightness(each, seed):
    """Path lengths in z and in w, then probes of z, of w, and of a random mapping's output."""
    a, b = latents_of(seed, NUM_PATHS), latents_of(100 + seed, NUM_PATHS)
    each.set_noise(0)
    of_z = metrics.path_length(lambda z: seen(each.images(each.styles(z))).features, a, b)
    of_w = metrics.path_length(
        lambda w: seen(each.images(w)).features, each.styles(a), each.styles(b), metrics.lerp
    )
    each.set_noise(1)
    z = latents_of(seed, NUM_PER_DRAW)
    classes = seen(each.images(each.styles(z))).probabilities.argmax(axis=1)
    spaces = (z, each.mapping(z), builders.style_generator(SIZE).get_layer("mapping")(z))
    return [of_z.mean, of_w.mean, *(probe_accuracy(np.array(x), classes) for x in spaces)]


# %%
found = {
    name: np.array([straightness(each, seed) for seed in range(NUM_DRAWS)])
    for name, each in models.items()
}
columns = ["path, z", "path, w", "probe, z", "probe, w", "random w"]
print(" " * 8 + "".join(f"{column:>20}" for column in columns))
for name, values in found.items():
    pairs = zip(values.mean(axis=0), values.std(axis=0, ddof=1), (0, 0, 3, 3, 3), strict=True)
    texts = [f"{mean:,.{digits}f} ± {spread:,.{digits}f}" for mean, spread, digits in pairs]
    print(f"{name:8}" + "".join(f"{text:>20}" for text in texts))

# %% [markdown]
# Each ± is the standard deviation of three draws of latents. In both networks the path in $w$ is
# shorter: 38,000 against 82,000 in the long run. The measure is squared;
# $\sqrt{82/38} \approx 1.5$, so the image changes one and a half times as fast in $z$. (The line
# between two styles passes nearer to the mean style, which may explain part of this.)
#
# The probe agrees: in the long run it finds the right class for 62 % of the images from $w$, and
# for 30 % from $z$. The random mapping gives only 14 %, close to guessing; probably eight random
# bends scramble what was linear in $z$. (± 0.000: all three draws gave 70 right of 500.) So it is
# training that lets flat boundaries separate the classes better. The paper probes attributes of
# faces, and also measures ordinary generators; we measure none here.
#
# ## 5. What the noise does
#
# One style, many draws of the noise: what differs between the images?

# %%
rows, spreads = [], []
for number in range(4):
    same = np.repeat(styles[[number]], NUM_NOISES, axis=0)
    drawn = model.images(same)
    model.set_noise(0)
    quiet = model.images(same[:1])
    model.set_noise(1)
    spread = drawn.std(axis=0)
    spreads.append(spread.mean())
    rows.append(np.concatenate([quiet, drawn[:5], np.clip(4 * spread[None] - 1, -1, 1)]))
columns = ["no noise", *[f"draw {n}" for n in range(1, 6)], "spread"]
print("mean spread of a pixel over the draws, of 2:", *(f"{spread:.3f}" for spread in spreads))
grid(np.concatenate(rows), 7, labels=columns * 4)

# %% [markdown]
# Figure 11.7. Each row is one style: without noise, five draws of the noise, and the spread of each
# pixel over 16 draws (values multiplied by four; brighter is larger). To the eye the draws look
# alike. Only the spread shows that the noise moves the edges. It is 0.02 to 0.03 on average, where
# black and white are 2 apart, so in this generator the noise does little.
#
# Which layer's noise matters? Its strength alone does not tell, because feature maps may be large
# or small. So we look at the noise *relative to the feature maps*, and at the spread of the pixels
# when the noise of this layer alone is on.
#
# **Predict**: the noise of which size moves the pixels most?
#
# <details><summary>Answer</summary>
#
# That of 32 × 32, in its first layer.
#
# </details>


# %%
def noise_per_layer(each, count=NUM_PAIRS):
    """Of each layer: noise relative to the maps, and the spread of pixels that it alone causes."""
    inputs = [layer.input for layer in each.noises]
    maps = keras.Model(each.generator.inputs[0], inputs)(latents_of(1, count))
    strength = [keras.ops.convert_to_numpy(layer.strength) for layer in each.noises]
    spread = [np.sqrt(np.array(x).var(axis=(0, 1, 2)).mean()) for x in maps]
    relative = [np.sqrt(np.mean(s**2)) / x for s, x in zip(strength, spread, strict=True)]
    same = np.repeat(each.styles(latents_of(1, NUM_NOISES)), NUM_NOISES, axis=0)
    each.set_noise(0)
    pixels = []
    for number in range(len(each.noises)):
        each.set_noise(1, [number])
        drawn = each.images(same).reshape(NUM_NOISES, NUM_NOISES, -1)
        pixels.append(drawn.std(axis=1).mean())
        each.set_noise(0, [number])
    each.set_noise(1)
    return relative, pixels


# %%
names = [f"{size}.{number}" for size in (4, 8, 16, 32) for number in (1, 2)]
axes = plots.panels(2, 6, 3.8)
titles = ("noise relative to the maps", "spread of a pixel by this layer's noise")
per_layer = {name: noise_per_layer(each) for name, each in models.items()}
for place, title, number in zip(axes, titles, (0, 1), strict=True):
    series = {name: values[number] for name, values in per_layer.items()}
    plots.curves(range(8), series, "size and layer", title, ax=place)
    place.set_xticks(range(8), names)
    for name, values in series.items():
        print(f"{title}, {name}:", *(f"{value:.3f}" for value in values))
axes[0].figure

# %% [markdown]
# Figure 11.8. Left: the noise divided by the spread of the feature maps over all images (AdaIN uses
# the spread of each map of each image). Right: the spread of a pixel when only the noise of one
# layer is on. `16.1` is the first layer of 16 × 16 pixels. In the long run, the noise is relatively
# largest in the very first layer and in the last. But the last layer moves the pixels least, and
# the first layer of 32 × 32 most: even the relative strength misleads. Probably the last layer's
# noise sits in feature maps that the image hardly uses.
#
# ## 6. Mixing styles
#
# Each layer takes its own style, so we may give the layers of one size another garment's style.
#
# **Predict**: which size decides most about a garment's outline, and which about its brightness?
#
# <details><summary>Answer</summary>
#
# 4 × 4 about the outline, 32 × 32 about the brightness.
#
# </details>

# %%
SWAPS = {
    "nothing": [],
    "4 × 4": [0, 1],
    "8 × 8": [2, 3],
    "16 × 16": [4, 5],
    "32 × 32": [6, 7],
    "everything": range(8),
}


def mixed(own, other, taken):
    """The styles `own`, but in the layers `taken` the styles `other`."""
    both = own.copy()
    both[:, list(taken)] = other[:, list(taken)]
    return both


def mixing_grid(own, other, taken):
    """Every own garment (first column) with the styles of every other one (top row)."""
    pairs = np.repeat(own, len(other), axis=0), np.tile(other, (len(own), 1, 1))
    rows = np.split(model.images(mixed(*pairs, taken)), len(own))
    body = [np.concatenate([model.images(own[[n]]), row]) for n, row in enumerate(rows)]
    corner = np.ones((1, SIZE, SIZE, 1))
    return np.concatenate([corner, model.images(other), *body])


# %%
def garments(wanted, place):
    """Styles of one garment for each class: of those it is sure of, the classifier's nth choice."""
    sure = seen(model.images(styles)).probabilities
    return styles[[sure[:, number].argsort()[-1 - place] for number in wanted]]


model.set_noise(0)  # so that only styles differ in the grids
rows_of, columns_of = garments((3, 2, 1, 8, 9), 1), garments((0, 1, 5, 7, 8, 9), 40)

# %%
grid(mixing_grid(rows_of, columns_of, SWAPS["4 × 4"]), 7, title="4 × 4 from the top row")

# %% [markdown]
# Figure 11.9. The first column and the top row show garments of their own, without noise. (The
# dress and the pullover in the first two rows are torn already.) In between, the layers of 4 × 4
# pixels have the style of the column, all others that of the row. The outline changes with the
# column, but not always into its garment: the bag makes the boot a bag with a handle, but the
# trousers make tops of the bag and the boot. The shade stays that of the row.

# %%
grid(mixing_grid(rows_of, columns_of, SWAPS["8 × 8"]), 7, title="8 × 8 from the top row")

# %% [markdown]
# Figure 11.10. The same with the styles of 8 × 8 pixels. Too many mixtures are torn for a clear
# answer. Most other outlines stay those of the row, but the dark T-shirt turns the trousers into a
# T-shirt and changes the bag and boot, and the boot makes the trousers dress-like.

# %%
grid(mixing_grid(rows_of, columns_of, range(4, 8)), 7, title="16 × 16 and 32 × 32 from the top row")

# %% [markdown]
# Figure 11.11. The same with the styles of 16 × 16 and 32 × 32 pixels. The outline mostly stays
# that of the row, and the column gives the shade: the light bag makes the trousers lighter. The
# sandal leaves only parts of most garments, and the sneaker destroys the pullover and the bag.
#
# ### Who decides what?
#
# Grids are easy to over-read, so we count. For pairs of garments of different classes, we swap the
# styles of one size and ask three questions:
#
# - **Class**: does the classifier still see the class of the own garment, or that of the other?
# - **Outline**: is the silhouette (all pixels above −0.8) nearer to the own one? We compare
#   silhouettes by *intersection over union*: the pixels in both, divided by the pixels in either.
# - **Brightness**: is the mean inside the silhouette nearer to that of the own garment?
#
# There are two controls. If we swap *nothing*, only the noise is new; if we swap *everything*, the
# other garment should come out.


# %%
def overlap(a, b):
    return (a & b).sum(axis=(1, 2, 3)) / np.maximum((a | b).sum(axis=(1, 2, 3)), 1)


def described(pictures):
    """Classes, silhouettes and brightness inside the silhouettes."""
    outline = pictures > -0.8
    inside = np.where(outline, pictures, 0).sum(axis=(1, 2, 3))
    brightness = inside / np.maximum(outline.sum(axis=(1, 2, 3)), 1)
    return seen(pictures).probabilities.argmax(axis=1), outline, brightness


# %%
def who_decides(each, seed):
    """Shares (swaps, 4): own class, other class, own outline, own brightness; and the pairs."""
    each.set_noise(1)
    own, other = (each.styles(latents_of(s, NUM_PAIRS)) for s in (seed, 100 + seed))
    (class_a, outline_a, light_a), (class_b, outline_b, light_b) = (
        described(each.images(w)) for w in (own, other)
    )
    differ = class_a != class_b
    rows = []
    for taken in SWAPS.values():
        kind, outline, light = described(each.images(mixed(own, other, taken)))
        is_nearer = overlap(outline, outline_a) > overlap(outline, outline_b)
        is_lighter = np.abs(light - light_a) < np.abs(light - light_b)
        answers = np.array([kind == class_a, kind == class_b, is_nearer, is_lighter])
        rows.append(answers[:, differ].mean(axis=1))
    return np.array(rows), differ.sum()


# %%
questions = ["own class", "other class", "own outline", "own brightness"]
decided = {}
for name, each in models.items():
    shares, counts = zip(*(who_decides(each, seed) for seed in range(NUM_DRAWS)), strict=True)
    decided[name] = np.mean(shares, axis=0)
    spread = np.std(shares, axis=0, ddof=1).max()
    print(f"{name}: {sum(counts)} pairs, standard deviation over the draws at most {spread:.3f}")
    for swap, row in zip(SWAPS, decided[name], strict=True):
        facts = ", ".join(f"{q} {share:.0%}" for q, share in zip(questions, row, strict=True))
        print(f"  swapped {swap:10} {facts}")
texts = [[f"{share:.0%}" for share in row] for row in decided["long"]]
figure = plots.heatmap(decided["long"], list(SWAPS), questions, texts, value_range=(0, 1))
figure.set_size_inches(8, 4)
plots.large(figure)

# %% [markdown]
# Figure 11.12. The answers for the long run: the mean of three draws, 1,075 pairs. Differences of a
# few percent mean nothing, since the draws differ by as much. Read the controls first: with new
# noise alone, 93 % keep their class; with all styles swapped, 92 % have the other one. For outline
# and brightness, 0 % would mean that the image always follows the other garment, and 50 % no
# preference on average.
#
# - **4 × 4 matters most for the outline.** 44 % keep their own, close to no preference; with any
#   other single size swapped it is 74 % or more.
# - **32 × 32 matters most for the brightness.** 38 % keep their own, so the other garment leads,
#   but not clearly; with any other single size it is 79 % or more.
# - **No single size transfers the class.** With 4 × 4 swapped, 19 % keep their class, 23 % get the
#   other one, and the classifier sees a third class in the rest.
#
# The short run gives the same order. So the sizes have divided the work, but they are not
# independent: a shape from one garment and a shade from another often fit badly. (A swap of 4 × 4
# or 32 × 32 changes the style once from layer to layer, as in training; a swap of 8 × 8 or 16 × 16
# changes it twice, which the network never saw.) Mixing works much better on the faces of the
# paper, which are more alike than garments.
#
# ## 7. Truncation
#
# The paper argues that rare styles are learnt badly. **Truncation** pulls every style towards the
# mean style $\bar w$,
#
# $$ w' = \bar w + \psi\,(w - \bar w), $$
#
# so that images should become more typical. (In 128 dimensions the mean can be rare too.) The
# network has tracked $\bar w$ as a running average while it trained.
#
# **Predict** what $\psi = 0$ looks like, and what happens to precision and recall as $\psi$ falls
# from 1 to 0.
#
# <details><summary>Answer</summary>
#
# All images become the mean style, here a torn coat. Recall falls to 0. Precision does not rise,
# and near 0 it collapses.
#
# </details>


# %%
def truncated(styles, psi, mean=model.mean):
    return (mean + psi * (styles - mean)).astype("float32")


layer = long_run.get_layer("truncation")
layer.psi.assign(np.full(8, 0.7))
package = layer(styles)
layer.psi.assign(np.ones(8))
print("same as the package:", np.allclose(package, truncated(styles, 0.7), atol=1e-5))
distance = np.linalg.norm(styles[:, 0].mean(axis=0) - model.mean)
typical = np.linalg.norm(styles[:, 0] - model.mean, axis=1).mean()
print(f"from the tracked mean to the mean of 5,000 styles {distance:.2f}, to a style {typical:.2f}")

# %%
model.set_noise(0)
rows = [model.images(truncated(styles[:10], psi)) for psi in (-1.0, *PSIS)]
model.set_noise(1)
names = [f"ψ = {psi:g}" for psi in (-1.0, *PSIS)]
grid(np.concatenate(rows), 10, row_labels=names)

# %% [markdown]
# Figure 11.13. Ten styles at seven values of ψ, without noise. At ψ = 0 all ten are the mean style,
# a torn coat with a pattern. (The tracked mean is 0.05 from the mean of 5,000 styles; a style is
# 3.41 away on average.) Some garments change their kind: the fourth is a boot at 1, a bag at 0.7,
# and a dark pullover at −1, on the other side of the mean.

# %%
fewer = metrics.Reference(encoder, images[:NUM_PER_DRAW], images[5_000:10_000], seed=SEED)
scores, sweep = metrics.Scores(fewer), np.zeros((NUM_DRAWS, len(PSIS), 3))
keys = ("precision", "recall", "frechet_classifier_distance")
for seed in range(NUM_DRAWS):
    drawn = model.styles(latents_of(seed, NUM_PER_DRAW))
    for place, psi in enumerate(PSIS):
        values = scores(data.cropped(model.images(truncated(drawn, psi)), 28))
        sweep[seed, place] = [values[key] for key in keys]
mean, spread = sweep.mean(axis=0), sweep.std(axis=0, ddof=1)
for psi, m, s in zip(PSIS, mean, spread, strict=True):
    pairs = zip(("precision", "recall", "distance"), m, s, strict=True)
    print(f"psi {psi:4.2f}: " + ", ".join(f"{n} {v:.3f} ± {e:.3f}" for n, v, e in pairs))

# %%
axes = plots.panels(2, 6, 3.8)
shares = dict(zip(("precision", "recall"), mean.T, strict=False))
plots.curves(PSIS, shares, "ψ", "share", ax=axes[0])
distance = {"distance": mean[:, 2]}
plots.curves(PSIS, distance, "ψ", "Fréchet classifier distance", ax=axes[1])
axes[0].set_ylim(0, 1)
axes[1].set_ylim(0)
axes[0].figure

# %% [markdown]
# Figure 11.14. Precision and recall (left) and the distance (right) against ψ: means of three draws
# of 2,500 images. The recall falls, from 0.36 to 0.27 at ψ = 0.7, and the distance grows from 12 to
# 25. (Recall depends on the sample size: 5,000 in section 3, 2,500 here.) Precision stays near 0.85
# down to ψ = 0.7, then falls to 0.23; we did not test why it does not rise. By these measures
# truncation does not pay here. Also, our mean style is a torn coat, while on faces it is a face.
#
# ## 8. What is each part worth?
#
# The paper adds one part after another to a progressive network and measures a distance each time.
# We do the same at 16 × 16 pixels, with 24,000 real images, three seeds and 10,000 samples of the
# running average. "Bilinear sampling" is the blur, and "mapping and AdaIN" are two parts in one
# step. The last two rows are controls: the first and the complete network with the rate and R1 of
# [notebook 10](10_progressive.ipynb), not those of section 3.
#
# **Predict** which parts make the Fréchet classifier distance smaller.
#
# <details><summary>Answer</summary>
#
# None of them.
#
# </details>
#
# {{benchmarks/results/ablation_style.md}}
#
# (The sliced Wasserstein distance compares small patches; smaller is better. Don't compare the CPU
# seconds: the complete network has 76 in one row and 150 in another.)
#
# The Fréchet distance grows with the blur, where two of three runs also lack a class, and again
# with the mapping network and AdaIN, from 20.6 to 35.7; the recall falls from 0.29 to 0.12. The
# other parts change the distance by about as much as the seeds differ. The sliced Wasserstein
# distance disagrees: the mapping network and AdaIN improve it from 36 to 21, but the complete
# network is no better than the first. Notebook 10's rules give worse Fréchet distances for both
# networks. All these games are short.
#
# On faces, [the paper](https://arxiv.org/abs/1812.04948) reports 8.04 for progressive growing, 5.25
# with bilinear sampling and tuned rules, and 4.40 with all parts. Most of its gain comes with the
# second number, where the loss also changes from Wasserstein to non-saturating with R1, and the
# training grows from 12 to 25 million images.
#
# What the complete generator gives us is *control* (sections 4 to 7).
#
# ## 9. Larger images
#
# As in notebook 10, the size is only a number, and the table there says what it costs. For 128 ×
# 128 pixels in colour, take `builders.style_generator(128, 512, 512, channels=3,
# filters=builders.papers_filters)`, and the discriminator from there with `blur=True`.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **11.1 Implement.** [StyleGAN2](https://arxiv.org/abs/1912.04958) replaced AdaIN, because
# normalising each map by its own pixels left blobs in the images. It scales the *weights* of the
# convolution instead: the style multiplies the weights of each input map, $w'_{ij} = s_i w_{ij}$,
# and then the weights of each output map $j$ are divided by $\sqrt{\sum_i {w'_{ij}}^2}$
# (**demodulation**). Write this for a 1 × 1 convolution with weights of shape (inputs, outputs).


# %% tags=["exercise"]
def demodulated(weights, s):
    return weights * np.nan  # your lines


# %% tags=["solution"]
def demodulated(weights, s):
    scaled = s[:, None] * weights
    return scaled / np.sqrt(np.sum(scaled**2, axis=0, keepdims=True))


# %% tags=["check"]
draw = np.random.default_rng(1)
weights, s = draw.normal(size=(16, 3)), draw.normal(1.0, 0.5, size=16)
maps = draw.normal(size=(100_000, 16))  # pixels of 16 independent maps with spread 1
made = maps @ demodulated(weights, s)
print("first row:  expected [0.087 0.259 0.26 ], yours", demodulated(weights, s)[0].round(3))
print("spread of the outputs: expected [1. 1. 1.], yours", made.std(axis=0).round(1))

# %% [markdown] tags=["exercise-text"]
# **11.2 Implement** style mixing for one pair: a function that takes two styles `(8, 128)` and the
# number of the layer from which the second one counts, as in the regularisation.


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
# **11.3 Predict, then compute.** The paper truncates only the layers up to 32 × 32, which are all
# of ours. Let's truncate the coarser half. With $\psi = 0.7$ in the layers of 4 × 4 and 8 × 8, what
# share of the variance of the styles is left, over all eight layers?

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
# - A style reaches every layer, and AdaIN lets it set the mean and the spread of each feature map.
# - The sizes divide the work: the styles of 4 × 4 decide most about the outline, those of 32 × 32
#   about the brightness. They are not independent.
# - $w$ is a better place to walk than $z$: the image changes more slowly along a path, and a linear
#   probe finds the classes.
# - A number needs its scale: the layer with the second strongest noise, relative to its feature
#   maps, moves the image least.
# - Truncation costs recall here, and precision does not rise.
#
# **Limits.** Both networks are single runs with one seed, so each ± in sections 4 to 7 is over
# latents only. With 4 × 4 or 8 × 8 swapped, most mixtures are seen as a third class.
#
# **Next**: in [notebook 12](12_conditional.ipynb) we ask the generator for a class.
#
# **References.** Karras et al. 2019, the style-based generator,
# [arXiv:1812.04948](https://arxiv.org/abs/1812.04948) · Karras et al. 2018, progressive growing,
# [arXiv:1710.10196](https://arxiv.org/abs/1710.10196) · Karras et al. 2020, StyleGAN2,
# [arXiv:1912.04958](https://arxiv.org/abs/1912.04958) · Huang and Belongie 2017, AdaIN,
# [arXiv:1703.06868](https://arxiv.org/abs/1703.06868) · Zhang 2019, low-pass filters when sizes
# change, [arXiv:1904.11486](https://arxiv.org/abs/1904.11486) · Mescheder et al. 2018, R1,
# [arXiv:1801.04406](https://arxiv.org/abs/1801.04406) · Kynkäänniemi et al. 2019, precision and
# recall, [arXiv:1904.06991](https://arxiv.org/abs/1904.06991).
