# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 15. From one picture to another
#
# {{badge}}
# {{page}}
#
# **Question.** Can a network turn a map into a photograph? And if nobody has pairs of the two, can
# it still learn how to translate one kind of picture into the other?
#
# **You will be able to** write the loss of pix2pix and say what each of its two parts is good for,
# compute how much of the picture a patch discriminator sees, write the loss of the way back and
# the contrast of patches with which CycleGAN and CUT do without pairs, and check a translation
# without pairs against hidden ones.
#
# **Before this**: [notebook 05](05_dcgan.ipynb) (convolutions), [notebook 06](06_measuring.ipynb)
# (the sliced Wasserstein distance) and [notebook 12](12_conditional.ipynb) (a discriminator that
# sees a condition).
#
# **Lectures**: *Generative Models*, on image-to-image translation; CMU 11-785, the list of GAN
# families; Amrita, on pix2pix and CycleGAN.
#
# **Time of a full run**: about 14 minutes on one CPU core. We have not measured it on a GPU.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
from gan_tf import builders, capped, data, metrics, plots, recipes
from gan_tf.games import Pix2Pix
from gan_tf.games.contrastive import patch_nce
import keras
import numpy as np
import tensorflow as tf

# %% [markdown] tags=["setup"]
# ## Settings
# This cell holds every number that we use below. (`capped` returns the number itself, unless the
# tests of this course ask for a short trial.)

# %% tags=["setup"]
SEED = 0
PAIR_EPOCHS, SKETCH_EPOCHS = 16, 8  # of 250 steps of 2 pairs
FACE_EPOCHS = 12  # of 250 steps of a face of each kind
NUM_JUDGED = capped(1_000, per_step=50)
SHOWN = 8  # pictures in a row
keras.utils.set_random_seed(SEED)
reliefs, photographs = data.earth_pairs(64, "test", NUM_JUDGED)
print("test pairs:", reliefs.shape, photographs.shape)

# %% [markdown]
# ## 1. Pairs: pix2pix
#
# Suppose that for each **sketch** $x$ we have the picture $y$ that it should become. Here the
# sketches are relief maps of the Earth, and the pictures are photographs of the same places from
# space. A quarter of the longitudes is kept for testing.

# %%
both = np.concatenate([reliefs[:SHOWN], photographs[:SHOWN]])
plots.large(plots.image_grid(both, SHOWN, row_labels=["relief", "photograph"], scale=2), 110)

# %% [markdown]
# Figure 15.1. Eight test places. Top: the shaded relief map, which shows mountains, plains and the
# sea. Bottom: the photograph. **Predict**: which colours can be guessed from the relief, and which
# can't?
#
# <details><summary>One answer</summary>The sea is easy. Whether a plain is a desert or a forest,
# and how far down the snow reaches, is not in the shading, though the map's own pale colours give a
# hint.</details>
#
# ### A generator that keeps the edges
#
# A generator that squeezes the picture through a narrow middle would lose the coast. The **U-Net**
# also has a shortcut from each size on the way down to the same size on the way up.

# %%
FAKE, REAL = plots.FAKE_COLOUR, plots.REAL_COLOUR
places = {"x": (0.9, 3.6), "32": (2.1, 2.7), "16": (3.3, 1.8), "8": (4.6, 0.9)}
boxes = {name: plots.Box(name, *place) for name, place in places.items()}
boxes |= {
    "x": plots.Box("sketch x", *places["x"]),
    "16u": plots.Box("16", 5.9, 1.8),
    "32u": plots.Box("32", 7.1, 2.7),
    "y": plots.Box("G(x)", 8.3, 3.6, FAKE),
    "true": plots.Box("true y", 8.3, 1.2, REAL),
    "L1": plots.Box("L1: how far\nfrom the truth?", 11, 1.2),
    "D": plots.Box("D: is each patch real,\ngiven the sketch?", 11, 3.6, REAL),
}
pairs = ("x 32", "32 16", "16 8", "8 16u", "16u 32u", "32u y", "y D", "y L1", "true L1")
arrows = [plots.Arrow(*pair.split()) for pair in pairs]
arrows += [plots.Arrow("16", "16u", "skip"), plots.Arrow("32", "32u", "skip")]
arrows.append(plots.Arrow("x", "D", "the sketch again", bend=-0.15))
plots.large(plots.diagram(boxes, arrows, 12.6, 5.2), 100)

# %% [markdown]
# Figure 15.2. pix2pix. (The discriminator also sees true pairs; these arrows are left out.) Left:
# the U-Net halves the sketch three times (the numbers are heights) and doubles it up again; the
# horizontal arrows are the shortcuts. Right: two judges look at its output. L1 measures the
# distance from the true picture, and the discriminator says of each patch whether it looks real
# beside the sketch.
#
# ### A discriminator that looks at patches
#
# The discriminator does not give one number for the whole picture. It is a stack of convolutions
# that ends in a *map* of logits, and the loss is the mean over the map. The convolutions of each
# logit see only a square of the picture, its **receptive field**. (A normalisation between them
# also uses means over the whole map.) How large is it? We walk from the output back to the input: a
# convolution with a window of $k$ pixels and a stride of $s$ makes a field of $r$ pixels $(r - 1)\,
# s + k$ pixels wide.


# %%
# NBVAL_CHECK_OUTPUT
def field(windows_and_strides):
    r = 1
    for k, s in reversed(windows_and_strides):
        r = (r - 1) * s + k
    return r


ours = field([(4, 2), (4, 2), (4, 1), (4, 1)])
papers = field([(4, 2), (4, 2), (4, 2), (4, 1), (4, 1)])
judge = builders.patch_discriminator((64, 64, 3), (64, 64, 3), (32, 64, 128), "instance")
print(f"ours {ours}, package {builders.receptive_field(judge)[0]}, the paper's {papers}")
print("logits for a picture of 64 × 64 pixels:", judge.output_shape[1:])

# %% [markdown]
# ### The loss
#
# [Isola et al., 2017](https://arxiv.org/abs/1611.07004) ask the generator for two things at once,
# to fool the discriminator and to stay close to the truth:
#
# $$L_G = \underbrace{-\,\mathbb{E} \log D(x, G(x))}_{\text{adversary}}
# + \lambda\, \underbrace{\mathbb{E}\, |y - G(x)|}_{\text{L1}}, \qquad \lambda = 100.$$
#
# L1 is the mean absolute difference over all pixels, which lie between -1 and 1. The discriminator
# minimises the usual $-\log D(x, y) - \log(1 - D(x, G(x)))$, halved, as in the paper.
# Here are the two terms, for a small game that has not learnt anything yet, with the package's
# numbers beside them.

# %%
small = Pix2Pix(builders.unet_generator((64, 64, 3), 3, (8, 8, 8), "instance", 0.0), judge)
small.compile("adam", "adam")
batch = {"sketches": tf.constant(reliefs[:4]), "images": tf.constant(photographs[:4])}


def loss_of_pix2pix(x, y):
    made = small.generator(x, training=True)
    logits = small.discriminator([x, made], training=True)
    adversary = keras.ops.mean(keras.ops.softplus(-logits))  # -log of the sigmoid
    return adversary, keras.ops.mean(keras.ops.abs(y - made))


ours, package = loss_of_pix2pix(*batch.values()), small.g_loss(batch).values()
for name, one, two in zip(("adversary", "L1"), ours, package, strict=True):
    print(f"{name:9}: ours {float(one):.4f}, package {float(two):.4f}")

# %% [markdown]
# ## 2. What is the adversary for?
#
# We play three games with the same networks, data and rules. One has both terms; one has the
# adversary alone, $\lambda = 0$; and the third has L1 alone, so it needs no discriminator and no
# game: Keras's own `fit` does it.
#
# **Predict.** Which of the three has the smallest L1 error on the test longitudes? Which makes the
# pictures that look most like photographs?


# %%
def with_game(l1, pairs="earth", epochs=PAIR_EPOCHS):
    """The generator of pix2pix, after it has played."""
    keras.utils.set_random_seed(SEED)
    recipe = recipes.pix2pix(SEED, pairs, l1=l1)
    recipe.gan.fit(recipe.batches, epochs=epochs, verbose=0)
    return recipe.gan.generator


def with_l1_alone(epochs=PAIR_EPOCHS):
    keras.utils.set_random_seed(SEED)
    recipe = recipes.pix2pix(SEED)
    network = recipe.gan.generator
    network.compile(keras.optimizers.Adam(5e-4, 0.5), "mae", steps_per_execution=25)
    batches = recipe.batches.map(lambda batch: (batch["sketches"], batch["images"]))
    network.fit(batches, epochs=epochs, shuffle=False, verbose=0)
    return network


generators = {
    "L1 alone": with_l1_alone(),
    "adversary alone": with_game(0.0),
    "both": with_game(100),
}

# %%
made = {name: network.predict(reliefs, verbose=0) for name, network in generators.items()}
made["the relief itself"] = reliefs
for name, pictures in made.items():
    error = 127.5 * np.mean(np.abs(pictures - photographs))
    distance = metrics.sliced_wasserstein(photographs, pictures)
    print(f"{name:17}: L1 {error:.1f} of 255, sliced Wasserstein distance", end=" ")
    print(f"{distance.mean:.1f}, of the finest detail alone {distance.levels[64]:.1f}")
rows = {"relief": reliefs, **{n: made[n] for n in generators}, "photograph": photographs}
grid = np.concatenate([pictures[:SHOWN] for pictures in rows.values()])
plots.large(plots.image_grid(grid, SHOWN, row_labels=list(rows), scale=2), 110)

# %% [markdown]
# Figure 15.3. Eight test places that no game has seen. *L1 alone* smooths: the coasts are soft, and
# the mountains of the third column are a haze, in places as blue as the sea. The *adversary alone*
# paints light and shade as a photograph has them, but it invents them: the white mountain in the
# third place and the forest on the sixth coast do not exist. *Both* has the colours of L1 and more
# texture. None of them found the snow in the seventh place. A grid lies over the pictures of the
# two adversaries, strongest without L1; it probably comes from the convolutions that double the
# size ([Odena et al., 2016](https://doi.org/10.23915/distill.00003)).
#
# <details><summary>Why does L1 smooth?</summary>L1 asks for the *median* of all the pictures that
# could belong to a sketch, in each pixel. Where the network cannot know whether a pixel is light or
# dark, it paints the median of the possible values, a smooth colour in between. The discriminator
# never sees a smooth photograph beside a rough relief, so it rejects this compromise.</details>
#
# One expects that an adversary makes the L1 error worse and the pictures more like photographs. The
# first half is true here: the error rises from 24.8 to 26.2 with an adversary beside L1, and to
# 32.6 with the adversary alone. The second half is what our eyes say about figure 15.3, but the
# **distance does not settle it**. Its mean is lowest for the adversary alone (105.1), while 109.6
# and 111.2 are no difference we can see; in the finest detail the adversary alone is the farthest
# away, probably because of the grid.
#
# One more number should make you suspicious. In the finest detail, the *relief itself* is the
# nearest to the photographs. The distance standardises the patches of each set, so it is blind to
# colour and to how strong the contrasts are, which is just what smoothing takes away. And the crisp
# shading of a relief map resembles the crisp mountains of a photograph. No single distance sees
# everything ([notebook 06](06_measuring.ipynb)).
#
# The table holds the same games (`python benchmarks/translation.py --task earth`); behind ± is the
# standard deviation over the seeds. Lower is better in both columns.
#
# {{benchmarks/results/translation_earth.md}}
#
# In each seed L1 alone has the smallest error and the adversary alone by far the largest. The
# distances differ more between the seeds than between the games, and in the means no game is nearer
# than the relief itself. So after 4,000 steps this distance shows no gain from the adversary.
#
# ## 3. The same game, other pairs
#
# Nothing in the game knows about maps. We give it other pairs: flat emoji and the same emoji with
# light and shade (`python benchmarks/translation.py --task emoji --epochs 8`, 2,000 steps, one
# seed), edges and the emoji that they were taken from, and grey photographs and their colours.
#
# {{benchmarks/results/translation_emoji.md}}
#
# Emoji confirm the first half, too: L1 alone has the smallest error. Here the sketch says almost
# everything: the flat emoji itself is only 15.9 away from the true one. After 2,000 steps the
# adversary alone is worse than leaving the emoji flat, by both measures. With both losses, the
# distance is that of L1 alone.


# %%
def edges(images):
    """Large steps of brightness or colour, black on white, with one channel."""
    steps = [np.abs(np.diff(images, axis=a, prepend=images.take([0], a))).max(-1) for a in (1, 2)]
    strength = np.clip(8 * (np.maximum(*steps) - 0.2), 0, 2)
    return (1 - strength)[..., None].astype("float32")


train, test = (data.emoji("fluent_3d", split)[0] for split in ("train", "test"))
test = test[:NUM_JUDGED]
from_edges = with_game(100.0, (edges(train), train), SKETCH_EPOCHS)
places = data.earth_pairs(64, num=capped(3_000, per_step=50))[1]
grey = data.with_channels(photographs, 1)
from_grey = with_game(100.0, (data.with_channels(places, 1), places), SKETCH_EPOCHS)

# %%
coloured = from_grey.predict(grey, verbose=0)
drawn = from_edges.predict(edges(test), verbose=0)
columns = [(edges(test), drawn, test), (grey, coloured, photographs)]
grid = [data.with_channels(images[:SHOWN], 3) for rows in columns for images in rows]
names = ["edges", "made", "truth", "grey", "made", "truth"]
figure = plots.image_grid(np.concatenate(grid), SHOWN, row_labels=names, scale=2)
for name, (_, pictures, truth) in zip(("edges", "grey"), columns, strict=True):
    print(f"{name}: L1 {127.5 * np.mean(np.abs(pictures - truth)):.1f} of 255", end=", ")
    middle = np.median(train if name == "edges" else places, axis=0)
    print(f"of the median training picture {127.5 * np.mean(np.abs(middle - truth)):.1f}")
plots.large(figure, 110)

# %% [markdown]
# Figure 15.4. Test emoji from their edges, and test photographs from their greys. Most signs are
# white on a coloured plate, in the right place, but only the simplest can be read; *5* is a blot,
# and the spiral becomes a disc. The generator cannot know the colour of a plate, so *ID* and *VS*
# become blue. Grey photographs get forests and deserts almost without a mistake, but in columns 6
# and 7 the sea becomes a forest: both are dark and smooth.
#
# Does the generator use the sketch at all? The control is the median of all training pictures,
# which is the best single answer for all sketches. Its L1 error is 39.2 for emoji and 42.1 for
# photographs; the generators reach 26.5 and 11.1.
#
# ### Draw something yourself
#
# The generator takes any edges. Here is a face, drawn by circles. Change the list, or add to it:
# each row is the column and the row of a centre, and a radius, in pixels.

# %%
circles = [(32, 32, 26), (23, 26, 4), (41, 26, 4), (32, 42, 8)]
column, row = np.meshgrid(np.arange(64), np.arange(64))
sketch = np.ones((1, 64, 64, 1), "float32")
for x, y, radius in circles:
    sketch[0, np.abs(np.hypot(column - x, row - y) - radius) < 0.8] = -1
pair = np.concatenate([np.repeat(sketch, 3, axis=-1), from_edges.predict(sketch, verbose=0)])
plots.large(plots.image_grid(pair, 2, labels=["edges", "made"], scale=4), 110)

# %% [markdown]
# Figure 15.5. A sketch and what the generator makes of it: a yellow face with an orange mouth and
# one dark eye out of two. The dark stain below is its mistake. Yellow faces are common among emoji.
# (The spiral of figure 15.4 also became an orange disc: perhaps everything round does.)
#
# ## 4. Without pairs: CycleGAN
#
# Nobody has photographed zebras in the pose of given horses. [Zhu et al.,
# 2017](https://arxiv.org/abs/1703.10593) need only two piles, pictures of kind a and of kind b. A
# discriminator can still say whether a translation looks like kind b. But a generator could obey it
# by drawing *any* picture of kind b. What keeps the translation tied to its original?

# %%
boxes = {
    "a": plots.Box("picture of kind a", 1.5, 3.5, REAL),
    "b": plots.Box("translation G(a)", 6.2, 3.5, FAKE),
    "again": plots.Box("back again F(G(a))", 11, 3.5, FAKE),
    "D": plots.Box("$D_b$: of kind b?", 6.2, 5.2, REAL),
    "same": plots.Box("cycle: the same as a?", 6.2, 1.5),
}
arrows = [plots.Arrow("a", "b", "G"), plots.Arrow("b", "again", "F"), plots.Arrow("b", "D")]
arrows += [plots.Arrow("a", "same"), plots.Arrow("again", "same")]
plots.large(plots.diagram(boxes, arrows, 13, 6), 100)

# %% [markdown]
# Figure 15.6. Half of CycleGAN: from a to b and back. The other half begins with pictures of kind
# b, with the same two generators in the other order, and has a discriminator of its own.
#
# The answer is a **way back**. A second generator $F$ translates from b to a, and who goes there
# and back must arrive where he started:
#
# $$L_\text{cycle} = \mathbb{E}_a |F(G(a)) - a| + \mathbb{E}_b |G(F(b)) - b|.$$
#
# A third term asks that a picture which already is of the wanted kind stays as it is: $\mathbb{E}_b
# |G(b) - b| + \mathbb{E}_a |F(a) - a|$, the **identity** term. The paper uses it for paintings,
# where colours should stay; we use it because skin and hair should keep their colours, too. In all,
# the generators minimise
#
# $$(D_b(G(a)) - 1)^2 + (D_a(F(b)) - 1)^2 + 10\, L_\text{cycle} + 5\, L_\text{identity},$$
#
# as means over the batch, with squares instead of logarithms.
#
# Our two kinds are the cartoon faces of the course and faces by another artist. There are different
# people in the two piles. But we have a secret: the same face can be drawn in both styles, so there
# are **hidden pairs**, which no game sees, to judge with.

# %%
faces, labels = data.faces(NUM_JUDGED, 32, "facesjs", 2_000_003, hat=False)
twins, _ = data.faces(NUM_JUDGED, 32, "toon", 2_000_003)
grid = np.concatenate([faces[:12], twins[:12]])
plots.large(plots.image_grid(grid, 12, row_labels=["kind a", "kind b"], scale=3), 110)

# %% [markdown]
# Figure 15.7. Twelve hidden pairs: the same attributes, drawn by two artists. (32 × 32 pixels.)

# %%
keras.utils.set_random_seed(SEED)
recipe = recipes.cyclegan(SEED)
cycle_gan, batch = recipe.gan, next(iter(recipe.batches))
G, F = (
    lambda x, net=net: net(x, training=True) for net in (cycle_gan.generator, cycle_gan.inverse)
)


def l1(one, other):
    return keras.ops.mean(keras.ops.abs(one - other))


a, b = batch["a"], batch["b"]
ours = {"cycle": l1(F(G(a)), a) + l1(G(F(b)), b), "identity": l1(G(b), b) + l1(F(a), a)}
package = cycle_gan.g_loss(batch)
for name, value in ours.items():
    print(f"{name:8}: ours {float(value):.4f}, package {float(package[name]):.4f}")

# %% [markdown]
# The rest is known: the discriminators want 1 for real pictures and 0 for translations, and they
# are shown some older translations, too (a *pool* of 50), which is the experience replay of
# [notebook 08](08_remedies.ipynb). **Predict**: what will survive the translation, glasses or
# smiles?

# %%
cycle_gan.fit(recipe.batches, epochs=FACE_EPOCHS, verbose=0)
translated = {"CycleGAN": cycle_gan.generate(len(faces), a=faces)}
there_and_back = np.asarray(cycle_gan.inverse(translated["CycleGAN"][:12]))
rows = {"a": faces, "G(a)": translated["CycleGAN"], "F(G(a))": there_and_back, "hidden": twins}
grid = np.concatenate([pictures[:12] for pictures in rows.values()])
plots.large(plots.image_grid(grid, 12, row_labels=list(rows), scale=3), 110)

# %% [markdown]
# Figure 15.8. New faces, their translations, the way back, and the hidden pairs. (In a hidden pair
# only the labels are shared; shape of the hair and clothes are each artist's own.) The translation
# takes away the black outlines, and pale halos swallow long hair (columns 2, 6 and 8). There is
# noise everywhere. On the way back the outlines and the long hair appear again, so at least of the
# hair the translation must have held a trace. Long magenta hair (columns 8 and 10) comes back
# brown.
#
# ## 5. Without a way back: CUT
#
# The way back costs a second generator and a second discriminator, and it asks for much: if kind b
# has no hats, the translation has to hide a hat somewhere, or it cannot come back ([Chu et al.,
# 2017](https://arxiv.org/abs/1712.02950)). [Park et al., 2020](https://arxiv.org/abs/2007.15651)
# only ask that **each patch of the translation is recognised**: among many patches of the input,
# the one in the same place must be most similar to it.
#
# What a patch is like is read off the generator's own features. A small network, the projector,
# learns along with the generator to make a vector of length one from each: $v$ for a patch of the
# translation, $v^+$ for the input's patch in the same place, $v^-_n$ for other patches of the same
# input. The loss is the cross-entropy of choosing right, with a temperature $\tau = 0.07$:
#
# $$\ell = -\log \frac{e^{v \cdot v^+ / \tau}}
# {e^{v \cdot v^+ / \tau} + \sum_n e^{v \cdot v^-_n / \tau}}.$$
#
# The generator also gets the same loss for pictures of kind b, which it should leave as they are,
# and the squares of its discriminator; all three count equally. **Predict.** How large is the
# contrast if all patches look the same? And can it be larger than that?


# %%
# NBVAL_CHECK_OUTPUT
def contrast(queries, keys, tau=0.07):
    """One image: vectors of its patches (patches, size), in the same order."""
    queries, keys = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (queries, keys))
    logits = queries @ keys.T / tau  # (patches, patches)
    return np.mean(np.log(np.exp(logits).sum(axis=1)) - np.diag(logits))


rng = np.random.default_rng(SEED)
queries, keys = rng.normal(size=(2, 64, 16))
package = float(patch_nce(queries[None], keys[None]))
print(f"random patches: ours {contrast(queries, keys):.3f}, package {package:.3f}")
print(f"the same patches: {contrast(keys, keys):.3f}")
alike = np.ones((64, 16))
print(f"all alike: {contrast(alike, alike):.3f}, log 64 = {np.log(64):.3f}")

# %%
keras.utils.set_random_seed(SEED)
recipe = recipes.cut(SEED)
recipe.gan.fit(recipe.batches, epochs=FACE_EPOCHS, verbose=0)
translated["CUT"] = recipe.gan.generate(len(faces), a=faces)
rows = {"a": faces, **translated, "hidden": twins}
grid = np.concatenate([pictures[:12] for pictures in rows.values()])
plots.large(plots.image_grid(grid, 12, row_labels=list(rows), scale=3), 110)

# %% [markdown]
# Figure 15.9. CycleGAN and CUT on the same new faces. CUT is paler around the head and redder
# inside. It often loses the colour of the hair, perhaps because its losses compare features of
# patches and tie the colours only indirectly.
#
# ### Who is right?
#
# We ask three questions. Is the translation of kind b? Is it the same person? How far is it from
# the hidden pair? Four controls answer them without learning anything: the input as it is, other
# people of kind b, the one median face of kind b, and the hidden pairs themselves. (In the table
# below, kind b is called *toon*, and the hidden pairs are the *true twins*.)

# %%
look = metrics.face_classifier()
others, _ = data.faces(NUM_JUDGED, 32, "toon", SEED + 5)
median = np.repeat(np.median(others, axis=0, keepdims=True), len(faces), axis=0)
shown = {**translated, "the input": faces, "other people": others, "the median face": median}
shown["hidden pairs"] = twins
attributes = [name for name in labels if name != "hat"]
kept = {}
for name, pictures in shown.items():
    seen = look(pictures)
    kept[name] = [np.mean(seen[each] == labels[each]) for each in attributes]
    style, error = np.mean(seen["style"] == 1), 127.5 * np.mean(np.abs(pictures - twins))
    print(f"{name:15}: of kind b {style:.2f}, labels kept {np.mean(kept[name]):.2f}, ", end="")
    print(f"L1 from the hidden pair {error:.1f} of 255")
texts = [[f"{share:.0%}" for share in row] for row in kept.values()]
words = [name.replace("_", " ") for name in attributes]
plots.heatmap(np.array(list(kept.values())), list(kept), words, texts, (0, 1), "labels kept")

# %% [markdown]
# Figure 15.10. Shares of faces for which the course's face classifier reads the true label of the
# input.
#
# Both games get nearer to the hidden pair, which they have never seen, than the input is (40.6):
# CycleGAN 30.0, CUT 34.0. But L1 alone would mislead us: the one median face of kind b, whatever
# the input, is nearer still (26.6), because smooth faces are favoured. It keeps only 0.34 of the
# labels, where CycleGAN keeps 0.71 and CUT 0.64. In this run CUT looks more often like kind b; over
# three seeds (table below) that is no difference we can see. CycleGAN keeps more labels on average,
# though CUT keeps more skin colours here. The label of the **glasses** is kept in 83 % of
# CycleGAN's translations; a constant answer would reach 66 %, as the median face shows the other
# way round. Beards are hardly kept: 70 %, where a constant answer would reach 68 %. The label of
# the **smile** is kept in 53 %, which is chance. We do not know why: in the hidden pairs the
# classifier reads smiles well. After 3,000 steps, only 58 % and 73 % of the translations look like
# kind b to the classifier, so these games are far from finished.
#
# The table has the same games with other seeds, and with the one part left out that ties the
# translation to its original (`python benchmarks/translation.py --task faces`).
#
# {{benchmarks/results/translation_faces.md}}
#
# Without the part that ties it to its original, each game is freer. With seed 0, more of its
# translations look like kind b (CycleGAN 0.78 instead of 0.58, CUT 0.93 instead of 0.73), and fewer
# labels are kept (0.65 instead of 0.71, and 0.57 instead of 0.64). They still keep more than other
# people do, probably because the identity terms remain. One seed for these two rows is little
# evidence.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **15.1 Compute.** A patch discriminator has three convolutions with windows of 4 and a stride of
# 2, and a last one with a stride of 1. How wide is its receptive field? (Do it by hand first.)

# %% tags=["exercise"]
width = 0  # change me

# %% tags=["solution"]
width = 1
for stride in (1, 2, 2, 2):  # from the output back to the input
    width = (width - 1) * stride + 4

# %% tags=["check"]
print(f"expected 46, yours {width}")

# %% [markdown] tags=["exercise-text"]
# **15.2 Implement** the loss of CycleGAN's generators against one discriminator: the mean squared
# distance of the logits of translations from 1.


# %% tags=["exercise"]
def squares(logits):
    return np.nan  # your line


# %% tags=["solution"]
def squares(logits):
    return np.mean((logits - 1) ** 2)


# %% tags=["check"]
print(f"expected 1.1250, yours {squares(np.array([[0.0], [1.5], [2.0], [-0.5]])):.4f}")

# %% [markdown] tags=["exercise-text"]
# **15.3 Predict, then change.** Which pixels does one logit of the discriminator depend on? The
# gradient of the logit in the middle of the map says it: where the gradient is zero, the pixel
# plays no part. Predict the width of the square for three numbers of feature maps, then add one
# more: each entry of `filters` but the last halves the picture.

# %% tags=["exercise"]
filters = (32, 64)  # change me, for example to (32, 64, 128)

# %% tags=["solution"]
filters = (32, 64, 128)

# %% tags=["check"]
discriminator = builders.patch_discriminator((64, 64, 3), None, filters)
picture = tf.Variable(np.random.default_rng(SEED).uniform(-1, 1, (1, 64, 64, 3)), dtype="float32")
with tf.GradientTape() as tape:
    logits = discriminator(picture)[0, :, :, 0]
    middle = logits[logits.shape[0] // 2, logits.shape[1] // 2]
seen = np.abs(tape.gradient(middle, picture).numpy()[0]).max(-1) > 0
print("width of what one logit sees:", seen.any(axis=0).sum(), "pixels")
print("receptive field by the formula:", builders.receptive_field(discriminator)[0])

# %% [markdown]
# ## Take away
#
# - With pairs, L1 says what has to be where, and the adversary says what pictures look like. An
#   adversary makes the L1 error worse, and alone it invents what the sketch does not say.
# - Without pairs, a discriminator only says whether a picture is of the wanted kind. A way back
#   (CycleGAN) or the contrast of patches (CUT) ties it to its original.
# - Judge a translation beside controls: the input as it is, other pictures of the wanted kind, and
#   the truth, if you have hidden it well.
#
# **Limits.** The figures are single runs; the tables say how many seeds they have. Cartoon faces of
# 32 × 32 pixels are far from photographs, and the two styles already agree in where the eyes are.
# All games are short, and their networks are narrower than those of the papers.
#
# **Next**: [notebook 15b](15b_attributes.ipynb) changes one attribute of a face and leaves the
# others alone. **Pairs of your own**: `python -m gan_tf train pix2pix --images my_pairs` trains on
# a folder in which each picture holds a pair side by side.
#
# **References.** Isola et al. 2017, pix2pix, [arXiv:1611.07004](https://arxiv.org/abs/1611.07004) ·
# Ronneberger et al. 2015, U-Net, [arXiv:1505.04597](https://arxiv.org/abs/1505.04597) · Zhu et al.
# 2017, CycleGAN, [arXiv:1703.10593](https://arxiv.org/abs/1703.10593) · Park et al. 2020, CUT,
# [arXiv:2007.15651](https://arxiv.org/abs/2007.15651) · Mao et al. 2017, least squares,
# [arXiv:1611.04076](https://arxiv.org/abs/1611.04076) · Karras et al. 2018, the sliced Wasserstein
# distance, [arXiv:1710.10196](https://arxiv.org/abs/1710.10196).
