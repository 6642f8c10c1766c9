# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 06. Measuring
#
# {{badge}}
#
# **Question.** Are the samples any good? So far we judged them by eye. Can a number do it? Which
# number, and when does it mislead us?
#
# **You will be able to** compute the inception score, the Fréchet distance, the kernel distance,
# precision, recall, coverage and the sliced Wasserstein distance from their formulas, compare each
# value with two reference levels, name a case that fools each metric, and follow a training run by
# a distance instead of its losses.
#
# **Before this**: [notebook 05](05_dcgan.ipynb) (the DCGAN and its samples). You should know what a
# covariance matrix is.
#
# **Lecture**: IIT Tirupati, *Deep Learning 9.1*, on evaluation (inception score, Fréchet Inception
# distance, human judgement).
#
# **Time of a full run**: about 7 minutes on two CPU cores. We have not measured it on a GPU.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
from gan_tf import GAN, builders, callbacks, capped, data, metrics, plots
import keras
from matplotlib.patches import Circle
import numpy as np

# %% [markdown] tags=["setup"]
# ## Settings
# This cell holds every number that we use below. (`capped` returns the number itself, unless the
# tests of this course ask for a short trial.)

# %% tags=["setup"]
SEED = 0
NUM_JUDGED = capped(5_000, per_step=100)  # images in each set
NUM_WATCHED = capped(2_000, per_step=100)  # samples scored after every epoch
SAMPLE_SIZES = (100, 200, 500, 1_000, 2_000, 5_000)
NUM_DRAWS = 5  # disjoint sets of real images, to see how much a value varies
NOISE_STEPS = (0.1, 0.2, 0.4, 0.8)  # standard deviations; pixels lie in [-1, 1]
BATCH_SIZE, STEPS_PER_EPOCH, EPOCHS = 32, 125, 16  # 2,000 steps in all
keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)


# %% tags=["setup"]
def large(figure, dpi=120):
    """The same figure with everything in it half as large again."""
    figure.set_dpi(dpi)
    return figure


def two_axes(height=3.6):
    return plots.Figure(figsize=(9, height), dpi=110, layout="constrained").subplots(1, 2)


def draw_balls(axes, balls, radii, colour, caught, missed, title):
    """Balls around `balls`, and two groups of points: those inside a ball and those outside."""
    for centre, radius in zip(balls, radii, strict=True):
        axes.add_patch(Circle(centre, radius, color=colour, alpha=0.15, linewidth=0))
    axes.scatter(*balls.T, s=10, color=colour, label="centre of a ball")
    other = plots.FAKE_COLOUR if colour == plots.REAL_COLOUR else plots.REAL_COLOUR
    axes.scatter(*caught.T, s=30, marker="x", color=other, label="inside a ball")
    style = {"facecolors": "none", "edgecolors": "black"}
    axes.scatter(*missed.T, s=30, marker="s", **style, label="outside all balls")
    axes.set(xlim=(-1.6, 1.6), ylim=(-1.5, 2.1), aspect="equal", title=title)
    axes.legend(loc="upper right", fontsize=9)


# %% [markdown]
# | setting | this notebook (2 CPU cores) | longer (a GPU) |
# | --- | --- | --- |
# | steps of the DCGAN | 2,000 | 93,750: 50 epochs of 60,000 images |
# | samples judged | 5,000 | 50,000, as is usual in papers |

# %% tags=["setup"]
(images, labels), (test_images, test_labels) = data.load_fashion_mnist()
real, others = images[:NUM_JUDGED], images[5_000 : 5_000 + NUM_JUDGED]

# %% [markdown]
# We now have two sets of 5,000 real images that share no image. We will compare every set of
# samples with `real`. The set `others` stands for a very good generator: its images are real, and
# none of them is copied from `real`.
#
# A value of a metric means little alone, so we will always look at two **reference levels**:
#
# - the **level of real images** is the value of `others`, that is, of real images against other
#   real images,
# - the **level of noise** is the value of uniform noise.
#
# For a distance, the level of real images is low and the level of noise is high. For a score you
# would expect the opposite, and one score will surprise us in section 7. We will say for each
# metric which direction is better. (A printed line and a legend in section 9 call the level of real
# images the 'floor'. Notebook 05 did so too, and called the level of noise the 'ceiling'. For a
# score, where high is good, these words would confuse.)
#
# Both are levels to compare with, not bounds. A set that copies `real` can get better values than
# other real images, and we will meet sets that are further away than noise.
#
# Both sets come from the 60,000 *training* images of Fashion-MNIST, and the classifier that we will
# use was trained on all of these. It has therefore seen `real` and `others` equally often, and may
# be surer about them than about images that it has never seen. So the level of real images is the
# value of other *training* images. A generator that makes perfect new garments might miss this
# level by a little. How much? You could find out by using test images in place of `others`; we have
# not measured it here.

# %% [markdown]
# ## 1. What looks at the images
#
# Distances between pixels are a poor measure of likeness: shift a shirt by two pixels and most of
# its pixels change. Most metrics of this notebook therefore use a trained classifier. On its way to
# the answer, the classifier computes a few numbers for each image, its **features**, and we compare
# the features instead of the pixels. Two metrics do without the classifier and look at pixels: the
# sliced Wasserstein distance (section 6) and a search for copies (section 7).
#
# Papers mostly use the Inception network, which is a download of 92 MB and was trained on
# photographs. We use a small classifier of Fashion-MNIST that comes with the package.

# %% tags=["setup"]
encoder = metrics.fashion_mnist_encoder()

# %%
boxes = {
    "samples": plots.Box("samples", 1.0, 1.0, plots.FAKE_COLOUR),
    "real": plots.Box("real images", 1.0, 2.6, plots.REAL_COLOUR),
    "classifier": plots.Box("trained\nclassifier", 3.6, 1.8),
    "probabilities": plots.Box("probabilities p(y|x)\n10 for each image", 6.6, 2.8),
    "features": plots.Box("features\n64 for each image", 6.6, 0.9),
    "score": plots.Box("classifier score", 10.0, 2.8),
    "distance": plots.Box("Fréchet and kernel distance\nprecision and recall", 10.0, 0.9),
}
names = ["samples classifier", "real classifier", "classifier probabilities"]
names += ["classifier features", "probabilities score", "features distance"]
large(plots.diagram(boxes, [plots.Arrow(*pair.split()) for pair in names], 11.8, 3.6), 100)

# %% [markdown]
# Figure 6.1. How a metric with a classifier looks at images. Real images and samples pass through
# the same trained classifier. One metric, the classifier score, uses the probabilities of the ten
# classes, and it only needs those of the samples. The others use the 64 features of both sets.
# Whatever the classifier does not see, none of these metrics can see.

# %%
features, probabilities = encoder(test_images)
print(f"{encoder.model.count_params():,} weights, {features.shape[1]} features")
print(f"right for {np.mean(probabilities.argmax(1) == test_labels):.2%} of the test images")


# %%
def nearest(queries, candidates, k=6):
    """Indices of the k candidates nearest to each query."""
    distances = np.square(queries[:, None] - candidates).sum(-1)  # (queries, candidates)
    return distances.argsort(1)[:, :k]


chosen = [13, 21, 44]
by_features = nearest(features[chosen], features)
by_pixels = nearest(*(test_images.reshape(len(test_images), -1)[i] for i in (chosen, slice(None))))
rows = np.stack([by_pixels, by_features], axis=1).reshape(-1, 6)
large(
    plots.image_grid(test_images[rows.ravel()], 6, row_labels=["pixels", "features"] * 3, scale=2)
)

# %% [markdown]
# Figure 6.2. Three test images, in the first column, each shown twice. To the right of each stand
# its five nearest neighbours: by the distance between pixels in the upper row, by the distance
# between features in the lower row. Look at the sandal in the third and fourth rows. By pixels,
# most of its neighbours are closed sneakers; by features, most of them are sandals. In the last two
# rows the pixels find shirts that are about as bright, while the features find shirts of the same
# cut, most of them darker. So the features depend less on brightness than the pixels do. They do
# not ignore it, as we will see in section 3.

# %% [markdown]
# ## 2. Inception score
#
# [Salimans et al., 2016](https://arxiv.org/abs/1606.03498) ask two things of the samples. First, a
# classifier should be *sure* what each sample $x$ shows, so its probabilities $p(y \mid x)$ over
# the classes $y$ should have one high peak. Second, all samples together should show *all* classes,
# so the mean of these probabilities over the samples, $p(y)$, should be flat. The Kullback-Leibler
# divergence (KL, see [notebook 02](02_game.ipynb)) between the two is large when both are true:
#
# $$\mathrm{IS} = \exp\, \mathbb{E}_x\, \mathrm{KL}\big(p(y \mid x) \,\|\, p(y)\big)$$
#
# A larger score is better.


# %%
def inception_score(p):
    kl = (p * np.log(p / p.mean(0) + 1e-300)).sum(1)  # one number for each image
    return np.exp(kl.mean())


p = encoder(others).probabilities.astype("float64")  # (5,000 images, 10 classes)
print(f"our lines {inception_score(p):.4f}")
print(f"package   {metrics.inception_score(p, splits=1).mean:.4f}")

# %% [markdown]
# With ten classes the score lies between 1 and 10. The name 'Inception score' belongs to the
# Inception network. With our own classifier we call it the **classifier score**.
#
# **Predict**: which score does uniform noise get? Which score do you get with a single good image
# of each class, repeated for ever?
#
# <details><summary>Answer</summary>
#
# Noise gets 1.19, close to the smallest possible value, because the classifier gives nearly the
# same answer to all of it. The ten images get 9.51, which is **more than the 8.84 of five thousand
# real images**.
#
# Two properties of the formula explain this. First, the score never looks at a real image, so it
# has nothing to compare the samples with. Second, a sample enters only through its probabilities
# $p(y \mid x)$. Whether a class is shown by one picture or by a thousand different ones makes no
# difference, as long as the probabilities are the same: variety *within* a class is invisible.
# [Barratt and Sharma, 2018](https://arxiv.org/abs/1801.01973) discuss these and other weaknesses of
# the score.
#
# </details>

# %%
noise = rng.uniform(-1, 1, others.shape)
one_of_each = images[[np.flatnonzero(labels == number)[0] for number in range(10)]]
for name, samples in {"noise": noise, "one image of each class": one_of_each}.items():
    print(f"{name:24} {inception_score(encoder(samples).probabilities.astype('float64')):.2f}")
entropy = -(p * np.log(p + 1e-300)).sum(1)  # 0 nats: the classifier is sure
for name in ("Shirt", "Trouser"):
    chosen = labels[5_000:][: len(p)] == data.CLASS_NAMES.index(name)
    print(f"mean entropy of p(y|x) for {name:8} {entropy[chosen].mean():.2f} nats")

# %% [markdown]
# Why do real images get less than the ten? Real garments can be ambiguous. The last two lines
# measure this by the entropy of $p(y \mid x)$, which is 0 when the classifier is sure: shirts have
# 0.31 nats and trousers 0.01 nats. The reason is probably that many a shirt could also be a coat or
# a pullover. You could check it by printing which other classes get the probability of the shirts.

# %% [markdown]
# ## 3. Fréchet distance
#
# [Heusel et al., 2017](https://arxiv.org/abs/1706.08500) compare the samples with real images. They
# fit a normal distribution to the features of each set, and take the distance between the two
# normal distributions. In one dimension, with means $\mu_1, \mu_2$ and standard deviations
# $\sigma_1, \sigma_2$, this distance is
#
# $$d^2 = (\mu_1 - \mu_2)^2 + (\sigma_1 - \sigma_2)^2.$$

# %%
line = np.linspace(-5, 6, 300)
axes = two_axes(3.0)
for place, (mean, std) in zip(axes, ((1.0, 1.0), (0.0, 2.0)), strict=True):
    normal = {
        "real: mean 0, std 1": np.exp(-(line**2) / 2) / np.sqrt(2 * np.pi),
        f"samples: mean {mean:.0f}, std {std:.0f}": np.exp(-(((line - mean) / std) ** 2) / 2)
        / (std * np.sqrt(2 * np.pi)),
    }
    title = f"d² = (0 - {mean:.0f})² + (1 - {std:.0f})² = {mean**2 + (1 - std) ** 2:.0f}"
    plots.curves(line, normal, "feature", "density", ax=place, title=title)
    place.set_ylim(0, 0.65)
axes[0].figure

# %% [markdown]
# Figure 6.3. The Fréchet distance in one dimension. Left: the samples have the right spread and the
# wrong mean. Right: they have the right mean and twice the spread. Both have the same distance, 1.
#
# With 64 features the means are vectors and the spreads are covariance matrices $C_1$ and $C_2$.
# The trace $\mathrm{tr}$ is the sum of the diagonal, and the square root is that of a matrix:
#
# $$d^2 = |\mu_1 - \mu_2|^2 + \mathrm{tr}\big(C_1 + C_2 - 2\,(C_1 C_2)^{1/2}\big)$$


# %%
def frechet(x, y):
    """Squared Fréchet distance between normal distributions fitted to two sets of features."""
    c_x, c_y = np.cov(x.T), np.cov(y.T)
    roots = np.sqrt(np.linalg.eigvals(c_x @ c_y).real.clip(0))  # their sum: trace of the root
    return np.square(x.mean(0) - y.mean(0)).sum() + np.trace(c_x + c_y) - 2 * roots.sum()


a, b = encoder(real).features.astype("float64"), encoder(others).features.astype("float64")
statistics = [metrics.gaussian_statistics(x) for x in (a, b)]  # mean and covariance
package = metrics.frechet_distance(*statistics[0], *statistics[1])
print(f"our lines {frechet(a, b):.6f}, package {package:.6f}")

# %% [markdown]
# With the features of Inception this is the famous FID (Fréchet Inception distance). Ours is a
# **Fréchet classifier distance**. A smaller distance is better, and 0 means that mean and
# covariance agree. The two must never stand side by side, because they use different features. The
# package therefore prints the two reference levels next to each value. Here is a first test: real
# images, made brighter by a tenth of the range of pixel values.

# %%
reference = metrics.Reference(encoder, real, others, seed=SEED)
brighter = metrics.FrechetClassifierDistance(reference)
for first in range(0, NUM_JUDGED, 500):  # samples may arrive in batches
    brighter.update_state(others[first : first + 500] + 0.2)
print(*brighter.report(), sep="\n")

# %% [markdown]
# Every garment keeps its shape, and a person would probably call the images a little pale at most.
# (We show no picture, so this is our guess.) The distance reacts strongly: it is 92.5, where other
# real images have 0.8 and noise has 319. One probable reason is the background, which is no longer
# black; the classifier has never seen a grey one. A metric does not weigh errors as we do.

# %% [markdown]
# ## 4. Kernel distance, and the number of samples
#
# Here is a second way to compare two distributions. Take some function of the features, for example
# 'the third feature, squared'. If its mean is different for real images and for samples, the two
# distributions are different. The **maximum mean discrepancy** (MMD) does this for many functions
# at once: it is the *largest* difference between the two means that any function from a given
# collection can reach.
#
# The collection comes from a *kernel* $k(x, y)$, a function that measures how alike two feature
# vectors are. Our kernel multiplies the two vectors, divides by the number of features $d$, adds 1,
# and takes the cube. With $d = 2$, the vector $(1, 1)$ has the kernel $(2/2 + 1)^3 = 8$ with
# itself, $(0/2 + 1)^3 = 1$ with $(1, -1)$, and $(-2/2 + 1)^3 = 0$ with $(-1, -1)$: the more alike
# two vectors are, the larger is their kernel. The functions of the collection are weighted sums of
# such kernels, and their size is limited to 1. (In the words of mathematics: they fill the unit
# ball of the kernel's function space.)
#
# We need not search for the best function, because the square of the answer has a closed form with
# three averages. How alike are two real images $x, x'$? Two samples $y, y'$? A real image and a
# sample? [Bińkowski et al., 2018](https://arxiv.org/abs/1801.01401) use
#
# $$\mathrm{MMD}^2 = \mathbb{E}\,k(x, x') + \mathbb{E}\,k(y, y') - 2\,\mathbb{E}\,k(x, y),
# \qquad k(x, y) = \left(\tfrac{x^\top y}{d} + 1\right)^3$$
#
# If all real images have the features $(1, 1)$ and all samples $(1, -1)$, the three averages are 8,
# 8 and 1, so $\mathrm{MMD}^2 = 14$. If the samples have $(1, 1)$, too, all three are 8, and
# $\mathrm{MMD}^2 = 0$. A smaller value is better.
#
# What does this kernel see? The cube of a product contains products of up to three features, so the
# distance compares the moments of the two distributions up to the third: means, products of two
# features, and products of three. Two different distributions whose moments agree up to the third
# have distance zero.


# %%
def kernel(x, y):
    return (x @ y.T / x.shape[1] + 1) ** 3


def mean_between_different(x):
    k, n = kernel(x, x), len(x)
    return (k.sum() - np.trace(k)) / (n * (n - 1))  # no image is compared with itself


x, y = a[:1_000], b[:1_000]
by_hand = mean_between_different(x) + mean_between_different(y) - 2 * kernel(x, y).mean()
package = metrics.kernel_distance(x, y, num_subsets=1, subset_size=len(x)).mean
print(f"our lines {by_hand:.6f}, package {package:.6f}")

# %% [markdown]
# The code estimates the three averages and leaves out the comparison of an image with itself. This
# makes the estimate unbiased, so for two equal distributions it is zero on average, and often a
# little below zero. To save memory, the package averages over random subsets of at most 1,000
# images, as the paper does.
#
# **Predict.** We compare real images with other real images, so neither set is better. Will the
# Fréchet distance be larger with 100 images or with 5,000, or will it be the same? And the kernel
# distance?
#
# <details><summary>Answer</summary>
#
# The Fréchet distance is more than twenty times as large with 100 images. A covariance matrix of 64
# features has 2,080 different entries, and a hundred images are too few to estimate them. Every
# error in them counts as distance. The kernel distance varies more with few images, but it varies
# around zero.
#
# </details>

# %%
pool = images[5_000 : 5_000 + NUM_DRAWS * NUM_JUDGED]
draws = np.array_split(encoder(pool).features.astype("float64"), NUM_DRAWS)
sizes = [size for size in SAMPLE_SIZES if size <= len(draws[0])]
by_frechet = np.array([[frechet(a, draw[:size]) for size in sizes] for draw in draws])
by_kernel = np.array(
    [[metrics.kernel_distance(a, draw[:size], 20).mean for size in sizes] for draw in draws]
)

# %%
axes = two_axes()
for place, (name, values) in zip(
    axes, {"Fréchet distance": by_frechet, "kernel distance": by_kernel}.items(), strict=True
):
    lines = {"mean of 5 draws": values.mean(0), "largest": values.max(0), "smallest": values.min(0)}
    zero = {"equal distributions": 0.0}
    plots.curves(sizes, lines, "images in the draw", name, ax=place, xscale="log", reference=zero)
print("Fréchet", by_frechet.mean(0).round(2), "kernel", by_kernel.mean(0).round(2))
axes[0].figure

# %% [markdown]
# Figure 6.4. Real images against real images: the distance of 5 disjoint draws, against the number
# of images in a draw (logarithmic axis). Left: the Fréchet distance falls from 17.6 with 100 images
# to 0.6 with 5,000, although nothing became better. With 100 images even the smallest of the five
# draws is at 12, so this is not chance but a systematic error. Right: the kernel distance varies
# around zero at every size, and varies less with more images.
#
# **Never compare Fréchet distances of different numbers of samples.**

# %% [markdown]
# ## 5. Precision and recall
#
# One number cannot tell whether samples are *bad* or whether some kinds of sample are *missing*.
# [Sajjadi et al., 2018](https://arxiv.org/abs/1806.00035) therefore proposed to measure two things,
# and called them precision and recall. We use the version of [Kynkäänniemi et al.,
# 2019](https://arxiv.org/abs/1904.06991). They draw a ball around each real point, just large
# enough to reach its third nearest real neighbour. All balls together are an estimate of the region
# where real images lie.
#
# - **Precision** is the share of samples that lie inside this region.
# - **Recall** works the other way round. It draws balls around the samples, and is the share of
#   real points that lie inside those.
#
# Both lie between 0 and 1, and a larger value is better.
#
# In the plane we can look at both. Our real points lie on a circle. The samples only cover the
# upper half of the circle, and a quarter of them is moved away from it.


# %%
def ball_radii(points, k=3):
    """Distance from each point to its k-th nearest neighbour; the nearest is the point itself."""
    distances = np.linalg.norm(points[:, None] - points, axis=-1)
    return np.sort(distances, axis=1)[:, k]


def is_inside(points, centres, radii):
    distances = np.linalg.norm(points[:, None] - centres, axis=-1)  # (points, centres)
    return (distances <= radii).any(axis=1)


target = data.circle(60, seed=SEED)
angles = rng.uniform(0, np.pi, 60)
half = np.stack([np.cos(angles), np.sin(angles)], axis=1)
half[:15] += [0.0, 0.6]  # a quarter of the samples is moved up
good, found = is_inside(half, target, ball_radii(target)), is_inside(target, half, ball_radii(half))
print(f"our lines: precision {good.mean():.4f}, recall {found.mean():.4f}")
print(metrics.precision_recall(target, half))

# %%
axes = two_axes(4.4)
left, right = f"precision {good.mean():.2f}", f"recall {found.mean():.2f}"
draw_balls(axes[0], target, ball_radii(target), plots.REAL_COLOUR, half[good], half[~good], left)
draw_balls(axes[1], half, ball_radii(half), plots.FAKE_COLOUR, target[found], target[~found], right)
axes[0].figure

# %% [markdown]
# Figure 6.5. Left: the balls of the real points (blue) decide which samples are good. The quarter
# that was moved up lies outside all balls (squares), so precision is 0.75. Right: the balls of the
# samples (vermilion) decide which real points were found. The lower half was not, so recall is
# about one half. Notice that a ball is large where its neighbours are far away. Large balls forgive
# much, and we will meet them again in section 8.
#
# A single point far from all others has a huge ball. If it is a real point, samples far from most
# real images fall into its ball and raise precision. If it is a sample, it can raise recall. [Naeem
# et al., 2020](https://arxiv.org/abs/2002.09797) propose two variants, one against each problem.
# Both draw balls around real points only. For both, a larger value is better.
#
# - **Density** is meant to suffer less from outliers among the *real* images. Count, for each
#   sample, how many real balls it lies in. Take the mean over the samples and divide it by $k$, the
#   number of neighbours that defines the ball (the package uses $k = 5$ here). A sample that lies
#   in a single huge ball now counts little; a sample in a crowded place, where many balls overlap,
#   counts much. Density can exceed 1.
# - **Coverage** is meant to suffer less from outliers among the *samples*. It is the share of real
#   balls that contain at least one sample. The samples have no balls here, so a stray sample cannot
#   have a huge one.

# %% [markdown]
# ## 6. Sliced Wasserstein distance
#
# [Karras et al., 2018](https://arxiv.org/abs/1710.10196) need no classifier. They look at small
# patches of the images, at several scales. A *Laplacian pyramid* separates the scales: it splits an
# image into its fine detail and a smaller image with the rest.

# %%
fine, coarse = metrics.laplacian_pyramid(one_of_each, 2)
enlarged = coarse.repeat(2, axis=1).repeat(2, axis=2)  # 14 × 14 pixels, shown at 28 × 28
parts = np.concatenate([one_of_each[:8], fine[:8], enlarged[:8]])
large(plots.image_grid(parts, 8, row_labels=["image", "fine", "coarse"], scale=2))

# %% [markdown]
# Figure 6.6. Eight images (top), the fine level of their pyramid (middle), where grey is zero and
# only edges and texture remain, and the coarse level (bottom), which has 14 × 14 pixels and keeps
# shape and brightness.
#
# A patch has 7 × 7 pixels, so the patches of a level are two clouds of points in 49 dimensions: the
# real cloud and the cloud of the samples. The Wasserstein distance tells how far we must move the
# points of one cloud, on average, to turn it into the other. In one dimension it is easy: sort both
# sets of numbers, pair the first with the first and so on, and take the mean absolute difference.
# So we project both clouds on many random directions, and average. A smaller distance is better.
# ([Notebook 09](09_wasserstein.ipynb) has more on this distance.)
#
# Before that, the patches of each set are standardised: we subtract the mean of the whole set and
# divide by its standard deviation. This hides two faults. If all samples are too bright by the same
# amount, or have too much or too little contrast, the distance does not see it.


# %%
def patches(images, corners, size=7):
    cut = [images[:, row : row + size, column : column + size] for row, column in corners]
    flat = np.concatenate(cut).reshape(-1, size * size)
    return (flat - flat.mean()) / flat.std()


corners = rng.integers(0, 28 - 7 + 1, (16, 2))  # 16 patches of each image
directions = rng.normal(size=(49, 128))
directions /= np.linalg.norm(directions, axis=0)
u, v = (
    np.sort(patches(metrics.laplacian_pyramid(set_, 2)[0], corners) @ directions, axis=0)
    for set_ in (real, others)
)
settings = {"patches_per_image": 16, "num_directions": 128, "seed": SEED}
package = metrics.sliced_wasserstein(real, others, **settings)
print(f"fine level, times 1,000: our lines {1000 * np.abs(u - v).mean():.2f}, ", end="")
print(f"package {package.levels[28]:.2f}; mean of both levels {package.mean:.2f}")

# %% [markdown]
# The two values for the fine level differ a little, because the package draws other places and
# other directions. From now on we use the mean over both levels. This metric has blind spots by
# construction: it cannot see the brightness and the contrast of the whole set, and it cannot see
# anything larger than a patch, which at the coarse level is a quarter of the image.

# %% [markdown]
# ## 7. Images chosen to fool the metrics
#
# We now build eleven sets of images with known faults, and ask which metric notices which fault.
# This is what we will compare:
#
# | metric | looks at | better is |
# | --- | --- | --- |
# | classifier score | probabilities of the samples | larger, from 1 to 10 |
# | Fréchet distance | mean and covariance of the features | smaller, from 0 |
# | kernel distance | moments of the features, up to the third | smaller, around 0 for real images |
# | precision | samples near real images (features) | larger, from 0 to 1 |
# | recall | real images near samples (features) | larger, from 0 to 1 |
# | density | samples in crowded real places (features) | larger, from 0, about 1 for real images |
# | coverage | real images with a sample nearby (features) | larger, from 0 to 1 |
# | sliced Wasserstein distance | patches of pixels | smaller, from 0 |
# | copies | pixels of whole images | smaller, from 0 to 1 |

# %% tags=["setup"]
blurred = others
for axis in (1, 2, 1, 2):  # each pixel becomes the mean of itself and its neighbours, twice
    blurred = sum(np.roll(blurred, shift, axis) for shift in (-1, 0, 1)) / 3
boots = np.resize(others[labels[5_000:][:NUM_JUDGED] == 9], others.shape)
pixels = others.reshape(NUM_JUDGED, -1)

# %%
cases = {
    "other real images": others,
    "memorised": real,
    "50 images, repeated": np.resize(others[:50], others.shape),
    "one class": boots,
    "blurred": blurred,
    "a third is noise": np.where(np.arange(NUM_JUDGED).reshape(-1, 1, 1, 1) % 3, others, noise),
    "shuffled pixels": rng.permuted(pixels, axis=1).reshape(others.shape),
}
for step in NOISE_STEPS:
    cases[f"noise {step}"] = np.clip(others + rng.normal(0, step, others.shape), -1, 1)
cases["only noise"] = noise
shown = np.concatenate([samples[:8] for samples in cases.values()])
large(plots.image_grid(shown, 8, row_labels=list(cases), scale=2))

# %% [markdown]
# Figure 6.7. Eight images of each set. 'Memorised' is the very set `real` that we compare with. The
# set '50 images, repeated' contains fifty good images, each a hundred times. 'One class' has ankle
# boots only. In 'a third is noise' two thirds of the images are untouched, while 'noise 0.1' to
# 'noise 0.8' add noise of that standard deviation to every image.
#
# Two details of these sets will matter. First, '50 images, repeated' and 'one class' contain
# **duplicates**: the boots of `others` are about a tenth of its images, and each is repeated about
# ten times to fill the set. Second, pixels with noise are clipped to the range from −1 to 1. On the
# black background only noise upwards is left, so the background also becomes brighter on average,
# and the noise there is weaker than its name says.
#
# **Predict**: which metric will find a fault in the memorised images? Which metrics will hardly
# notice that 50 images are few? What will precision say about pure noise?
#
# <details><summary>Answer</summary>
#
# All metrics but one rate the memorised images at least as good as other real images: only a search
# for the nearest real image shows that they are copies. Precision does not notice at all that 50
# images are few. The classifier score, the Fréchet distance, the sliced Wasserstein distance and
# density notice it only a little. And precision rates pure noise at 0.99, *better* than real
# images. We will find out why.
#
# </details>
#
# We add a simple test for copies: for the first 1,000 images of a set, we find the nearest image in
# `real` by Euclidean distance over all pixels. `copies` is the share for which this distance is
# below 0.5. Together with the sliced Wasserstein distance it is the only metric here that looks at
# pixels.
#
# Why 0.5? An exact copy has distance 0. A copy whose 784 pixels are all off by about 0.018 (a
# hundredth of the range of pixel values, which no eye would notice) has distance $\sqrt{784} \cdot
# 0.018 \approx 0.5$. So the test also finds copies that are not quite exact. It is our choice, and
# it needs a check that different garments lie further apart: in the table below, not one of the
# other real images is counted as a copy.

# %%
scores = metrics.Scores(
    reference,
    [
        metrics.ClassifierScore,
        metrics.FrechetClassifierDistance,
        metrics.KernelClassifierDistance,
        metrics.ClassifierPrecisionRecall,
        metrics.ClassifierDensityCoverage,
    ],
)


def judged(samples):
    """All metrics of a set of images."""
    values = scores(samples)
    values["sliced_wasserstein"] = metrics.sliced_wasserstein(real, samples, **settings).mean
    distances = metrics.nearest_neighbours(samples[:1_000], real).distances
    values["copies"] = np.mean(distances < 0.5)
    return values


# %%
table = {name: judged(samples) for name, samples in cases.items()}
columns = list(table["only noise"])
values = np.array([[row[column] for column in columns] for row in table.values()])
heads = ["class. sc.", "Fréchet", "kernel", *columns[3:7], "sliced W.", "copies"]
print(f"{'':20}" + "".join(f"{head:>11}" for head in heads))
for name, row in zip(table, values, strict=True):
    print(f"{name:20}" + "".join(f"{value:11.3f}" for value in row))

# %% [markdown]
# Nine columns have nine units. To compare them, we put every value on one scale: **0 %** is the
# level of real images, the first row. **100 %** is the level of noise for the three distances, and
# for the other metrics the worst value that they can take. A value below 0 % means that the metric
# prefers this set to other real images. The scale is a choice: with another set at 100 %, all
# percentages of a column would change by the same factor.

# %%
worst = {"classifier_score": 1.0, "precision": 0.0, "recall": 0.0, "density": 0.0, "coverage": 0.0}
worst = worst | {"copies": 1.0}
hundred = np.array([worst.get(column, table["only noise"][column]) for column in columns])
percent = (100 * (values - values[0]) / (hundred - values[0])).round() + 0.0
texts = [[f"{value:.0f}" for value in row] for row in percent]
large(plots.heatmap(percent, list(table), heads, texts, value_range=(0, 100)))

# %% [markdown]
# Figure 6.8. How far each set is from the level of real images, in percent of the way to the value
# that we put at 100 %. Dark cells: the metric noticed the fault. White cells: it did not. Read the
# figure column by column, as a list of blind spots.
#
# - **Classifier score**: fifty images are enough for it (8 %), since they show all ten classes. It
#   shares this blind spot with the Fréchet distance (11 %), the sliced Wasserstein distance (10 %)
#   and density (12 %).
# - **Fréchet distance**: when a third of the images is noise, it covers only 7 % of the way to pure
#   noise. (The value itself, 24.5, is still about thirty times the 0.8 of real images. How small a
#   change looks depends on what we put at 100 %.) Section 7 ends with a figure that shows where the
#   7 % come from. One class alone is at 158 %, further away than noise.
# - **Kernel distance**: it has the same blind spots, the 50 images (18 %) and the third of noise
#   (11 %), and it reacts more strongly than the Fréchet distance to faults of every image: 31 %
#   against 11 % for noise 0.1, 51 % against 33 % for blur. It puts noise 0.8 and shuffled pixels
#   above pure noise, and the one class at 1271 %.
# - **Precision** is blind to fifty images and to one class, because it does not ask what is
#   missing. It is also blind to pure noise (−15 %), to shuffled pixels (−5 %) and to noise 0.8 (−13
#   %): it rates all three better than real images.
# - **Recall** does not mind that a third is noise, since the other two thirds still reach
#   everything. Yet it falls to 0.30 when we add a little noise (0.1) to every image, although all
#   ten classes and all variety are still there. So **a low recall does not simply mean 'missing
#   classes'**. It means that few real images have a sample nearby, and samples that are all a bit
#   wrong are not near.
# - Recall of 0.000 for the fifty images and for the one class, however, is **no finding about
#   variety**. These sets contain duplicates. The three nearest neighbours of a sample are then its
#   own copies, at distance 0, so its ball has radius 0 and contains no real image. Duplicates force
#   recall to 0 here, no matter how varied the images are.
# - **Density** never rises above 37 % (for blur) in any of our sets. Like precision, it is blind to
#   one class (−1 %), to noise 0.8 (3 %) and to pure noise (−3 %).
# - **Coverage** draws balls around real images only, so duplicates do it no harm: that fifty images
#   (96 %) and one class (89 %) reach few real images is a true finding. It misses the memorised
#   images and, like recall, the third of noise (5 %). And like recall it falls when every image is
#   a bit wrong (51 % for noise 0.1), so a low coverage alone does not mean missing kinds either.
# - **Sliced Wasserstein distance**: of all metrics it reacts most to the third of noise (43 %), and
#   apart from copies it reacts least to weak noise on every image (6 % for noise 0.1).
# - **Copies**: the only column that notices the memorised images, and it notices nothing else.

# %% [markdown]
# ### Why a third of noise costs so little
#
# Suppose a share $s$ of the samples is noise. The mean of all features then moves by $s$ times the
# difference between the mean of noise and the mean of real images. The Fréchet distance contains
# the *square* of this shift, so this part of the distance grows like $s^2$: with a third of noise,
# the part of the means is a ninth of what it is with noise alone.
#
# The second part of the distance compares the covariance matrices. While $s$ is small, these two
# matrices differ by an amount roughly proportional to $s$, and the distance between them grows
# roughly like the square of that amount. This is only a rule of thumb: it holds as long as the
# change is small compared with the variance of the real features, in every direction. So we expect
# the whole distance to grow roughly like the square while $s$ is small.
#
# **Predict** the distance for $s = 0.1$. Noise alone is at about 319.

# %%
seen_noise = encoder(noise).features.astype("float64")
shares = np.array([0.0, 0.1, 0.2, 0.33, 0.5, 0.7, 0.85, 1.0])
mixtures = []
for share in shares:
    count = round(share * len(b))
    mixtures.append(frechet(a, np.concatenate([b[count:], seen_noise[:count]])))
of_means = np.square(a.mean(0) - seen_noise.mean(0)).sum() * shares**2
lines = {"measured": mixtures, "shift of the mean alone": of_means}
lines["if it grew in proportion"] = mixtures[-1] * shares
figure = plots.curves(shares, lines, "share of noise", "Fréchet distance")
figure.set_size_inches(8, 4)
print(
    *(f"{share:.0%} noise: {value:.1f}" for share, value in zip(shares, mixtures, strict=True)),
    sep=", ",
)
large(figure)

# %% [markdown]
# Figure 6.9. The Fréchet distance against the share of noise among the samples. The measured line
# stays far below the straight line of proportion. With a tenth of noise the distance is 3.6, about
# a hundredth of the level of noise, and with a third it is 23.8, about 7 % of it, as in the table.
# The dashed line is the part of the means, exactly $s^2$ times their squared difference. The
# covariances add the rest. They cost most at the very end, from 163 to 319, when the last garments,
# and with them nearly all spread, disappear.
#
# How well does the rule of thumb hold? From 0 to 10 % of noise the distance rises by 2.8, and from
# 0 to 20 % by 9.5. Twice the share gives 3.4 times the rise, where an exact square would give 4
# times.
#
# A generator that fails completely on a few samples can therefore still get a good Fréchet
# distance. Look at the samples, too.

# %% [markdown]
# ## 8. Why precision takes noise for real
#
# Precision asks in which real balls the samples lie. So we count for each real image how many of
# 1,000 noise images lie in its ball.


# %%
def distances_between(x, y):
    """All distances, `(len(x), len(y))`, without a third axis in memory."""
    squares = (x**2).sum(1)[:, None] + (y**2).sum(1) - 2 * x @ y.T
    return np.sqrt(squares.clip(0))


radii = np.sort(distances_between(a, a), axis=1)[:, 3]
hits = (distances_between(seen_noise[:1_000], a) <= radii).sum(0)
print(f"spread of the features: real {np.sqrt(a.var(0).sum()):.1f}, noise", end=" ")
print(f"{np.sqrt(seen_noise.var(0).sum()):.1f}")
print(f"{np.count_nonzero(hits)} of {len(a):,} balls contain noise")
most = np.argsort(-hits)[:8]
print(f"share of real images with smaller balls: {np.mean(radii < radii[most].mean()):.0%}")
large(plots.image_grid(real[most], 8, labels=hits[most], scale=3), 110)

# %% [markdown]
# Figure 6.10. The eight real images whose balls contain the most noise images, and how many of
# 1,000 each contains: tops, bags and two pieces with a fine pattern, among others. The mean radius
# of these eight balls is larger than the radius of 95 % of all balls. A large ball means that the
# nearest neighbours are far away in features, so these images are unusual to the classifier,
# although their pictures alone do not show that. The classifier, on the other hand, was never
# taught what noise is, and maps all noise to nearly the same place: its features have a spread (the
# root of the sum of their variances) of 3.0, those of garments 17.1. That place happens to lie
# inside a few large balls: only 25 of the 5,000 balls contain any noise.
#
# Is precision to blame, or the classifier? We give precision two other ways to look at the images:
# a network with random weights, and the bare pixels.

# %%
views = {
    "our classifier": lambda x: encoder(x).features,
    "random network": lambda x: metrics.random_encoder(channels=1)(x).features,
    "pixels": lambda x: x.reshape(len(x), -1),
}
for name, view in views.items():
    parts = [view(images[:2_000]) for images in (real, others, noise)]
    garments, noisy = (metrics.precision_recall(parts[0], part).precision for part in parts[1:])
    print(f"{name:15} precision of real images {garments:.3f}, of noise {noisy:.3f}")

# %% [markdown]
# With a random network or with pixels the precision of noise is practically zero. So it is not
# precision alone that fails here, but precision *with this classifier*. A metric is only as good as
# the features that it uses.

# %% [markdown]
# ## 9. A run, followed by its distance
#
# We train the lecture's DCGAN again, now with two observers. The callback `Score` makes 2,000
# images from the same latents after every epoch, scores them, and keeps the best generator. The
# callback `TrainingDoctor` knows the symptoms of a failing run, and says nothing as long as it sees
# none of them.

# %%
gan = GAN(builders.dcgan_generator(), builders.dcgan_discriminator(), seed=SEED)
gan.compile("rmsprop", "rmsprop", steps_per_execution=25)
watched = metrics.Scores(reference, [metrics.FrechetClassifierDistance])
score = callbacks.Score(watched, num_images=NUM_WATCHED, seed=SEED)
doctor = callbacks.TrainingDoctor(images[:256])
batches = data.batches(images, BATCH_SIZE, SEED, steps_per_epoch=STEPS_PER_EPOCH)
history = gan.fit(batches, epochs=EPOCHS, callbacks=[score, doctor], verbose=0)
distances = history.history["frechet_classifier_distance"]
floor = watched(others[:NUM_WATCHED])["frechet_classifier_distance"]
print(f"before training {score.first['frechet_classifier_distance']:.0f}")
print(f"best {score.best_value:.1f} after epoch {score.best_epoch}, last {distances[-1]:.1f}")
print(f"floor for {NUM_WATCHED:,} images {floor:.1f}")
print("the doctor found", [finding.name for finding in doctor.findings])

# %%
axes = two_axes()
plots.losses(history, equilibrium={"log 2": np.log(2)}, ax=axes[0], title="losses")
epochs = np.arange(len(distances)) + 1
lines, floors = {"samples": distances}, {"other real images (floor)": floor}
plots.curves(epochs, lines, "epoch", "distance", ax=axes[1], reference=floors, title="Fréchet")
axes[0].figure

# %% [markdown]
# Figure 6.11. Left: the losses over 16 epochs of 125 steps. Right: the Fréchet classifier distance
# of 2,000 samples after each epoch; the dotted line is the level of real images. From epoch 8 on
# the losses are nearly flat, and the generator's loss ends higher than it began. If you only saw
# them, you could not say whether the samples improve. The distance can: it falls from 178 after the
# first epoch to about 90 after the eighth and 73 at the end. (The value before training, 334, is
# printed above and not drawn.)
#
# The level of real images for 2,000 images is printed as 0.8. It comes from a single draw, the
# first 2,000 images of `others`. In figure 6.4 this draw was one of five, and their mean at 2,000
# images was 1.11. Against distances of 73 and more, the difference does not matter.

# %%
latents = keras.random.normal((NUM_WATCHED, gan.latent_dim), seed=SEED + 1)
parts = np.array_split(latents, 20)
generator = score.best_generator()
samples = np.concatenate([generator(part) for part in parts])
print(*scores.report(samples), sep="\n")

# %% [markdown]
# These are 2,000 new samples of the best generator. (Its distance is 71.4 here and was 72.7 during
# training: the same generator and the same number of samples, but other latents.) Each line gives a
# value, then the level of real images and the level of noise for the same number of images. Keep
# all three together when you quote one. Precision (0.64, real images 0.86) is closer to the level
# of real images than recall (0.47, real images 0.87) and coverage (0.23, real images 0.81).
#
# It is tempting to say that this generator makes good garments of too few kinds. Let's check before
# we say so, class by class.

# %%
encoded = encoder(samples)
fake = encoded.features.astype("float64")
fake_radii = np.sort(distances_between(fake, fake), axis=1)[:, 3]
found = (distances_between(a, fake) <= fake_radii).any(axis=1)  # the real images that recall counts
share = np.bincount(encoded.probabilities.argmax(1), minlength=10) / len(samples)
print(f"{'class':12} share of samples   recall of the real images")
for number, name in enumerate(data.CLASS_NAMES):
    members = labels[: len(a)] == number
    print(f"{name:12} {share[number]:16.2f} {found[members].mean():27.2f}")

# %% [markdown]
# The classifier puts samples into all ten classes: the smallest share, of ankle boots, is still 5
# %. Be careful with this count. The classifier knows no answer 'none of these', so it must put
# every sample into one of the ten classes, and an ill-shaped blob gets a class too. A share of 5 %
# does not prove that these samples look like boots.
#
# Recall differs a lot between the classes, from 0.88 for trousers to 0.20 for bags and 0.19 for
# ankle boots. Two explanations fit a low recall. Either the generator makes only a few kinds of
# bag, or its bags are so flawed that none of them comes near a real one. The number alone cannot
# tell which it is. (Row 'noise 0.1' of figure 6.8 was a pure case of the second kind.) So we look
# at samples next. We take the first eight, without selecting. Eight images can show what flaws look
# like, but they are too few to decide between the two explanations.

# %%
found = metrics.nearest_neighbours(samples[:8], images).indices[:, 0]
best = nearest(encoder(samples[:8]).features, a, k=1)[:, 0]
pairs = np.concatenate([samples[:8], images[found], real[best]])
names = ["sample", "by pixels", "by features"]
large(plots.image_grid(pairs, 8, row_labels=names, scale=2))

# %% [markdown]
# Figure 6.12. Eight samples, and the real image nearest to each: by pixels among all 60,000
# training images, by features among the 5,000 images of `real` only. If the generator had memorised
# images, the first two rows would be equal. They are not, although the trousers in the fourth
# column come close. After 2,000 steps most of these samples have ragged edges, holes or stray
# specks that their neighbours do not have; the trousers look clean. The neighbours give you an idea
# of what a sample is an attempt at.
#
# ### A run that fails
#
# What does the doctor say when a run goes wrong? Here we set the generator's learning rate to zero,
# as might happen by a typing error. For this demonstration we leave the DCGAN and take the small
# dense networks, which train much faster; the fault would be the same.

# %%
players = (
    builders.dense_generator(output_shape=(28, 28, 1), output_activation="tanh"),
    builders.dense_discriminator((28, 28, 1)),
)
sick = GAN(*players, seed=SEED)
sick.compile(keras.optimizers.SGD(0.0), "rmsprop", steps_per_execution=25)
doctor = callbacks.TrainingDoctor(images[:256])
history = sick.fit(batches, epochs=8, callbacks=[doctor], verbose=0)

# %% [markdown]
# After one epoch the doctor names the player that does not move, and gives its learning rate as
# evidence. After four epochs it sees the consequence: the generator never moves, so the
# discriminator soon ranks every pair of a real and a generated image rightly.
#
# Read the second finding with care. The doctor says that the discriminator 'teaches the generator
# little or nothing', and yet it prints a gradient of about 11, which is not small. The advice is
# the same text for every saturated discriminator. In this run there is a gradient (the generator's
# usual loss does not vanish when the discriminator wins, see [notebook 02](02_game.ipynb)), but the
# generator is frozen: a learning rate of zero multiplies every gradient by zero. So the first
# finding is the cause and the second its consequence, and fewer steps for the discriminator would
# not help here. Always begin with the earliest finding, and compare the advice with the printed
# evidence.

# %% [markdown]
# ## 10. Asking people
#
# In the end, images are made for people. So why not ask them? In a **visual Turing test** people
# see real and generated images and say which are which. The error rate is the score: 50 % would
# mean that nobody can tell. Salimans et al. reported an error rate of 21.3 % for their samples of
# CIFAR-10.
#
# [HYPE](https://arxiv.org/abs/1904.01121) (Zhou et al., 2019) made a protocol of such tests, and
# its authors checked by bootstrap sampling that its rankings can be repeated. There are two
# versions. In one version the raters may look as long as they like, and the score is the error
# rate. In the other version an image is shown for a short time only, and this time is adapted to
# the rater's answers. The score is the time that a rater needs to tell real from generated images:
# the longer it is, the more real the samples look.
#
# People are slow, costly and differ from each other. And like precision, they judge whether the
# images that they see are good, not which images are missing.
#
# Try it yourself. To make it less easy, we pick the six samples with the highest **realism**
# (Kynkäänniemi et al.). To compute it for a sample, look at every real image $i$, whose ball has
# the radius $r_i$, and measure the distance $d_i$ from the sample to this image. The ratio $r_i /
# d_i$ is above 1 if the sample lies inside the ball, and it is larger the nearer the sample is to
# the centre. The realism of the sample is the largest of these ratios.
#
# One very large ball would make this ratio large for many samples, so the authors leave out the
# larger half of the balls, and so do we. Section 8 does not show that so many balls are bad: there,
# the eight balls that caught the most noise had on average a larger radius than 95 % of all balls.
# That is a case against the largest few percent, not against half of them.

# %%
small = radii <= np.median(radii)
realism = (radii[small] / distances_between(fake, a[small])).max(axis=1)
chosen = np.argsort(-realism)[:6]
candidates = np.concatenate([test_images[100:106], samples[chosen]])
order = np.random.default_rng(6).permutation(12)
print("realism of the six samples", realism[chosen].round(2), "median", np.median(realism).round(2))
large(plots.image_grid(candidates[order], 6, labels=range(1, 13), scale=3))

# %% [markdown]
# Figure 6.13. Six real images of the test set and six samples of the DCGAN, in random order. Which
# ones are real? Write down your guess.
#
# <details><summary>Answer</summary>
#
# The real images are 2, 4, 7, 9, 10 and 12. What gave the samples away? Number 6 has only one
# sleeve, number 8 has specks beside it, number 11 has a ragged ankle, and the surfaces of 1, 3 and
# 5 are blotchy. If some of them fooled you, remember that these six were chosen from 2,000 for the
# highest realism, which is between 1.39 and 1.64, while half of all samples have less than 0.66.
#
# </details>

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **6.1 Predict, then change.** A generator makes perfect images of nine classes and never makes
# trousers. Which metrics will notice? Write down your guess for precision, recall and the Fréchet
# distance. Then replace `mixed` by such a set. (The labels of `images` are in `labels`; the class
# number of trousers is 1. Take images from number 5,000 on, and as many as in `real`.)
#
# The check prints a fourth value, `classes_present`: the number of classes to which the classifier
# assigns at least 1 % of the samples. Ten is the best value here.

# %% tags=["exercise"]
mixed = real  # change me

# %% tags=["solution"]
later, later_labels = images[5_000:], labels[5_000:]
mixed = later[later_labels != 1][:NUM_JUDGED]

# %% tags=["check"]
reference = metrics.Reference(encoder, real, others, seed=SEED)
print(*metrics.Scores(reference).report(mixed), sep="\n")

# %% [markdown] tags=["solution"]
# Precision does not change (0.86), because every sample is a real image. Recall falls from 0.87 to
# 0.78, by about the share of trousers. The Fréchet distance rises to 32.7, a tenth of the level of
# noise and about as much as when we repeated 50 images. The last line counts the classes and finds
# nine. If you know what to look for, a simple count is the clearest metric of all.

# %% [markdown] tags=["exercise-text"]
# **6.2 Implement.** Write coverage, as section 5 describes it: the share of real points whose ball
# contains at least one sample. The ball of a point reaches to its fifth nearest real neighbour.


# %% tags=["exercise"]
def coverage(real_points, samples, k=5):
    return np.nan  # your lines


# %% tags=["solution"]
def coverage(real_points, samples, k=5):
    apart = np.linalg.norm(real_points[:, None] - real_points, axis=-1)
    radii = np.sort(apart, axis=1)[:, k]  # place 0 is the point itself
    to_samples = np.linalg.norm(real_points[:, None] - samples, axis=-1)
    return np.mean(to_samples.min(axis=1) <= radii)


# %% tags=["check"]
points, shifted = data.circle(300, seed=1), data.circle(300, seed=2) + [0.02, 0.0]
expected = metrics.density_coverage(points, shifted).coverage
print(f"expected {expected:.4f}, yours {coverage(points, shifted):.4f}")

# %% [markdown] tags=["exercise-text"]
# **6.3 Fool it.** The Fréchet distance knows only the mean and the covariance of the features. Make
# points in the plane that look nothing like a circle and still have the same mean and covariance,
# so that their distance to the circle is nearly zero. (Hint: what are the mean and the covariance
# of a circle of radius 1?)

# %% tags=["exercise"]
fooling = np.random.default_rng(SEED).normal(size=(20_000, 2))  # change me

# %% tags=["solution"]
fooling = np.random.default_rng(SEED).normal(0, np.sqrt(1 / 2), size=(20_000, 2))

# %% tags=["check"]
statistics = [metrics.gaussian_statistics(p) for p in (data.circle(20_000, seed=1), fooling)]
print(f"expected below 0.001, yours {metrics.frechet_distance(*statistics[0], *statistics[1]):.4f}")
print(metrics.precision_recall(data.circle(2_000, seed=1), fooling[:2_000]))

# %% [markdown] tags=["solution"]
# A circle of radius 1 has mean 0. Its variance is ½ along each axis, because $\cos^2$ is ½ on
# average. A cloud of normal points with standard deviation $\sqrt{1/2}$ has the same mean and
# variance, so its Fréchet distance is nearly zero. Precision sees the difference at once: only 4 %
# of the cloud lies near the circle. The features of images are not that simple, but the lesson
# holds: distributions with equal means and covariances need not be equal.

# %% [markdown]
# ## Take away
#
# - Quote a value together with the level of real images, the level of noise, the number of samples
#   and the network that computed the features.
# - Every metric has a blind spot. Combine a distance with precision and recall, search for copies,
#   and look at the samples.
# - In the second half of our run the losses stayed nearly flat, while the distance to the real
#   images still fell. A distance can show progress that the losses hide.
#
# **Limits.** Our classifier was trained on garments and knows nothing else, and `real` and `others`
# are among the images on which it was trained. Five thousand samples are few. The training run is a
# single run with one seed.
#
# **Next**: in [notebook 07](07_pathologies.ipynb) we make runs fail on purpose.
#
# **References.** Salimans et al. 2016, inception score,
# [arXiv:1606.03498](https://arxiv.org/abs/1606.03498) · Barratt and Sharma 2018, what is wrong with
# it, [arXiv:1801.01973](https://arxiv.org/abs/1801.01973) · Heusel et al. 2017, Fréchet Inception
# distance, [arXiv:1706.08500](https://arxiv.org/abs/1706.08500) · Bińkowski et al. 2018, kernel
# distance, [arXiv:1801.01401](https://arxiv.org/abs/1801.01401) · Sajjadi et al. 2018, precision
# and recall, [arXiv:1806.00035](https://arxiv.org/abs/1806.00035) · Kynkäänniemi et al. 2019,
# precision, recall and realism, [arXiv:1904.06991](https://arxiv.org/abs/1904.06991) · Naeem et al.
# 2020, density and coverage, [arXiv:2002.09797](https://arxiv.org/abs/2002.09797) · Karras et al.
# 2018, sliced Wasserstein distance, [arXiv:1710.10196](https://arxiv.org/abs/1710.10196) · Zhou et
# al. 2019, HYPE, [arXiv:1904.01121](https://arxiv.org/abs/1904.01121).
