# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 06. Measuring
#
# {{badge}}
# {{page}}
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
# **Time of a full run**: about 6 minutes on one CPU core, less on two. We have not measured it on a
# GPU.

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
NUM_JUDGED = capped(2_000, per_step=100)  # images in each set
NUM_TRAINING = capped(60_000, per_step=1_000)  # training images that are searched for copies
NUM_TEST_DRAWS = 5  # disjoint sets of test images
NUM_DRAWS = 3  # sets with each fault
SAMPLE_SIZES = (100, 200, 500, 1_000, 2_000)
BRIGHTNESS = (0.05, 0.1, 0.2, 0.4)  # share of white mixed into every pixel
BLUR = (1, 2, 4, 8)  # how often each pixel is replaced by the mean of its 3 × 3 neighbourhood
NOISE = (0.1, 0.2, 0.4, 0.8)  # standard deviation; pixels lie in [-1, 1]
BATCH_SIZE, STEPS_PER_EPOCH, EPOCHS = 32, 125, 16  # 2,000 steps of the DCGAN
keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)


# %% tags=["setup"]
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


def draw_range(axes, x, values, label, colour, marker):
    """The mean of some draws, with a bar from the smallest to the largest of them."""
    mean = values.mean(axis=0)
    ends = np.abs([values.min(axis=0) - mean, values.max(axis=0) - mean])
    style = {"marker": marker, "markersize": 7, "capsize": 4}
    axes.errorbar(x, mean, ends, label=label, color=colour, **style)


# %% tags=["setup"]
(images, labels), (test_images, test_labels) = data.load_fashion_mnist()
images, labels = images[:NUM_TRAINING], labels[:NUM_TRAINING]
real = images[:NUM_JUDGED]
test_draws = [draw[:NUM_JUDGED] for draw in np.array_split(test_images, NUM_TEST_DRAWS)]
noise = rng.uniform(-1, 1, real.shape).astype("float32")
dice = [np.random.default_rng(SEED + number) for number in range(1, NUM_TEST_DRAWS)]
noise_draws = [noise, *(each.uniform(-1, 1, real.shape).astype("float32") for each in dice)]
encoder = metrics.fashion_mnist_encoder()
training = encoder(images)  # how the classifier sees all 60,000 images

# %% [markdown]
# We will compare every set of samples with `real`, which holds 2,000 training images. A value means
# little alone, so we always look at two **reference levels** beside it:
#
# - The **level of real images** is the value of real images that are not in `real`. We take 2,000
#   *test* images, and five disjoint draws of them, so that we see how much the value varies. Test
#   images play a very good generator: its images are real, and none is a training image.
# - The **level of noise** is the value of uniform noise.
#
# The package prints both levels beside a value. Its code and [notebook 05](05_dcgan.ipynb) call
# them 'floor' and 'ceiling'. Please read these words as levels to compare with, **not as bounds**:
# a copy of `real` can get better values than other real images, and some sets are further away than
# noise.
#
# ## 1. What looks at the images
#
# Distances between pixels are a poor measure of likeness: shift a shirt by two pixels and most of
# its pixels change. Most metrics therefore use a trained classifier. On its way to the answer, the
# classifier computes a few numbers for each image, its **features**, and we compare the features
# instead of the pixels. Papers mostly use the Inception network, which was trained on photographs.
# We use a small classifier of Fashion-MNIST that comes with the package.

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
plots.large(plots.diagram(boxes, [plots.Arrow(*pair.split()) for pair in names], 11.8, 3.6), 100)

# %% [markdown]
# Figure 6.1. How a metric looks at images. Real images and samples pass through the same trained
# classifier. The classifier score uses the probabilities of the ten classes, and only those of the
# samples. The distances and shares of sections 3 to 5 use the 64 features of both sets. Whatever
# the classifier does not see, none of them can see. (One metric, the sliced Wasserstein distance,
# will do without a classifier.)


# %%
def distances_between(x, y):
    """All Euclidean distances, `(len(x), len(y))`, by |x - y|² = |x|² + |y|² - 2xy."""
    squares = (x**2).sum(1)[:, None] + (y**2).sum(1) - 2 * x @ y.T
    return np.sqrt(squares.clip(0))


test = encoder(test_images)
print(f"{encoder.model.count_params():,} weights, {test.features.shape[1]} features")
print(f"right for {np.mean(test.probabilities.argmax(1) == test_labels):.1%} of the test images")
chosen = [13, 21, 44]
rows = []
for query in chosen:
    by_pixels = distances_between(test_images[[query]].reshape(1, -1), images.reshape(-1, 784))
    by_features = distances_between(test.features[[query]], training.features)
    for apart in (by_pixels, by_features):
        rows += [test_images[query], *images[apart[0].argsort()[:5]]]
names = ["pixels", "features"] * len(chosen)
plots.large(plots.image_grid(np.stack(rows), 6, row_labels=names, scale=2))

# %% [markdown]
# Figure 6.2. Three test images, in the first column, each shown twice. To the right of each stand
# its five nearest among all 60,000 training images: by the distance between pixels in the upper
# row, by the distance between features in the lower row. Dresses, sneakers and shirts find their
# like both ways, but the features care less about brightness: in the third column of the second
# row, and in the second and third columns of the last row, they find garments of the same type
# that are much darker. (That is the brightness of a garment. A brighter background is another
# matter, as section 8 will show.) The nearest sneaker is the same image both times: the training
# set holds a near twin of this test image.
#
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
# With ten classes the score lies between 1 and 10, and larger is better. The name 'Inception score'
# belongs to the Inception network. With our own classifier we call it the **classifier score**.


# %%
def classifier_score(p):
    kl = (p * np.log(p / p.mean(0) + 1e-300)).sum(1)  # one number for each image
    return np.exp(kl.mean())


p = encoder(test_draws[0]).probabilities.astype("float64")  # (2,000 images, 10 classes)
print(f"our lines {classifier_score(p):.4f}")
print(f"package   {metrics.inception_score(p, splits=1).mean:.4f}")

# %% [markdown]
# **Predict**: which score does uniform noise get? And which score do only ten images get, one of
# each class?

# %%
ten_images = [
    test_images[[rng.choice(np.flatnonzero(test_labels == number)) for number in range(10)]]
    for _ in range(100)
]
sets = {"test images": test_draws, "noise": [noise], "ten, at random": ten_images}
sets["ten, the surest"] = [test_images[test.probabilities.argmax(axis=0)]]
for name, draws in sets.items():
    found = [classifier_score(encoder(x).probabilities.astype("float64")) for x in draws]
    print(f"{name:15} mean {np.mean(found):.2f}, std {np.std(found):.2f} over {len(found)} draws")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Noise gets 1.19, close to the smallest possible value, because the classifier gives nearly the
# same answer to all of it. Ten test images, one of each class and chosen at random, get 8.35 on
# average, nearly as much as 2,000 test images (8.67). If we choose the ten images about which the
# classifier is surest, they get 10.00, the largest score that there is.
#
# </details>
#
# **What fools it?** The score never looks at a real image, and a sample enters only through its
# probabilities $p(y \mid x)$. Whether a class is shown by one picture or by a thousand different
# ones makes no difference, so the score cannot see variety *within* a class. [Barratt and Sharma,
# 2018](https://arxiv.org/abs/1801.01973) discuss this and other weaknesses.
#
# ## 3. Fréchet distance
#
# [Heusel et al., 2017](https://arxiv.org/abs/1706.08500) fit a normal distribution to the
# features of each set, and take the distance between the two. Its square is what everyone calls
# the Fréchet distance. In one dimension, with means $\mu_1, \mu_2$ and standard deviations
# $\sigma_1, \sigma_2$, the square is
#
# $$d^2 = (\mu_1 - \mu_2)^2 + (\sigma_1 - \sigma_2)^2.$$

# %%
line = np.linspace(-5, 6, 300)


def bell(mean, std):
    return np.exp(-(((line - mean) / std) ** 2) / 2) / (std * np.sqrt(2 * np.pi))


axes = plots.panels(2, 5.0, 3.4)
for place, (mean, std) in zip(axes, ((1, 1), (0, 2)), strict=True):
    lines = {"real: mean 0, std 1": bell(0, 1), f"samples: mean {mean}, std {std}": bell(mean, std)}
    title = f"d² = (0 - {mean})² + (1 - {std})² = {mean**2 + (1 - std) ** 2}"
    plots.curves(line, lines, "feature", "density", ax=place, title=title)
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


a = training.features[:NUM_JUDGED].astype("float64")  # the features of `real`
b = [encoder(draw).features.astype("float64") for draw in test_draws]
statistics = [metrics.gaussian_statistics(x) for x in (a, b[0])]  # mean and covariance
package = metrics.frechet_distance(*statistics[0], *statistics[1])
print(f"our lines {frechet(a, b[0]):.6f}, package {package:.6f}")
reference = metrics.Reference(encoder, real, test_draws[0], seed=SEED)
distance = metrics.FrechetClassifierDistance(reference)
distance.update_state(test_draws[1])
print(*distance.report())

# %% [markdown]
# With the features of Inception this is the famous FID (Fréchet Inception distance). Ours is a
# **Fréchet classifier distance**, and the two must never stand side by side, because their
# features differ. A smaller distance is better, and 0 means that mean and covariance agree. The
# last line shows how the package prints a value with its two levels. (Here we judged another draw
# of test images. The package takes its level from one draw; we will use the mean of five.)
#
# ## 4. Kernel distance, and the number of samples
#
# A second way to compare two sets is to ask how alike their members are. A *kernel* $k(x, y)$
# measures how alike two feature vectors are. [Bińkowski et al.,
# 2018](https://arxiv.org/abs/1801.01401) multiply the two vectors, divide by the number of features
# $d$, add 1, and take the cube. Then they compare three averages: how alike are two real images $x,
# x'$, two samples $y, y'$, and a real image and a sample? The result is called the squared
# **maximum mean discrepancy** (MMD); with features of the Inception network, it is known as the
# kernel Inception distance (KID):
#
# $$\mathrm{MMD}^2 = \mathbb{E}\,k(x, x') + \mathbb{E}\,k(y, y') - 2\,\mathbb{E}\,k(x, y),
# \qquad k(x, y) = \left(\tfrac{x^\top y}{d} + 1\right)^3$$
#
# Suppose all real images have the features $(1, 1)$ and all samples $(1, -1)$. Then the three
# averages are 8, 8 and 1, so $\mathrm{MMD}^2 = 14$. If all have $(1, 1)$, the averages are all 8,
# and $\mathrm{MMD}^2 = 0$. A smaller value is better.


# %%
def kernel(x, y):
    base = x @ y.T / x.shape[1] + 1
    return base * base * base


def mean_of_pairs(x):
    k, n = kernel(x, x), len(x)
    return (k.sum() - np.trace(k)) / (n * (n - 1))  # no image is compared with itself


def kernel_distance(x, y):
    return mean_of_pairs(x) + mean_of_pairs(y) - 2 * kernel(x, y).mean()


x, y = a[:1_000], b[0][:1_000]
package = metrics.kernel_distance(x, y, num_subsets=1, subset_size=len(x)).mean
print(f"our lines {kernel_distance(x, y):.6f}, package {package:.6f}")

# %% [markdown]
# Because no image is compared with itself, the estimate is *unbiased*: for two equal distributions
# it is zero on average, and often a little below zero. (To save memory, the package averages over
# random subsets of at most 1,000 images, as the paper does.)
#
# **What fools it?** The cube of a product contains products of at most three features. So this
# distance compares the moments of two distributions up to the third, and nothing beyond. Let's
# build a case: tosses of a coin with the values −1 and 1 have mean 0, variance 1 and third moment
# 0, exactly like standard normal numbers.

# %%
normal = rng.normal(size=(NUM_DRAWS, 2_000, 1))
coins = rng.choice([-1.0, 1.0], size=(NUM_DRAWS, 2_000, 1))
shifted = normal[::-1] + 0.5
for name, others in {"normal + 0.5": shifted, "coins": coins}.items():
    found = [kernel_distance(*pair) for pair in zip(normal, others, strict=True)]
    print(f"kernel distance of normal numbers to {name:12}", np.round(found, 3))

# %% [markdown]
# The distance sees at once a shift by one half. (The middle pair is not independent: its second
# set is its first one, shifted.) It does not see that a coin has only two values: for coins it
# stays at zero. The Fréchet distance, which knows only the first two moments, has the same blind
# spot. (You will fool it in exercise 6.3.)
#
# **Predict.** We compare `real` with test images, so neither set is better. Will the Fréchet
# distance be larger with 100 test images or with 2,000, or will it be the same? And the kernel
# distance?

# %%
last = NUM_JUDGED * (1 + NUM_TEST_DRAWS)
seen = np.array_split(training.features[NUM_JUDGED:last].astype("float64"), NUM_TEST_DRAWS)
sizes = [size for size in SAMPLE_SIZES if size <= NUM_JUDGED]
axes = plots.panels(2, 5.0, 3.8)
measures = {"Fréchet distance": frechet, "kernel distance": kernel_distance}
for place, (name, measure) in zip(axes, measures.items(), strict=True):
    for draws, *style in ((b, "test", "#0072B2", "o"), (seen, "training", "#E69F00", "s")):
        found = np.array([[measure(a, draw[:size]) for size in sizes] for draw in draws])
        draw_range(place, sizes, found, f"{style[0]} images", *style[1:])
        means = ", ".join(f"{value:.2f}" for value in found.mean(0))
        print(f"{name:17} {style[0]:8} {means}; std {found[:, -1].std():.2f}")
    place.axhline(0, color="black", linewidth=1)
    place.set(xscale="log", xlabel="images in the draw", ylabel=name)
    place.legend()
axes[0].figure

# %% [markdown]
# Figure 6.4. Real images against real images. Markers show the mean of five disjoint draws, bars
# reach from the smallest draw to the largest, and the horizontal axis is logarithmic. Left: the
# Fréchet distance of test images falls from 17.0 with 100 images to 1.4 with 2,000, although
# nothing became better. A covariance matrix of 64 features has 2,080 different entries. A hundred
# images are too few to estimate them, and every error in them counts as distance. Right: the kernel
# distance varies around zero and varies less with more images. **Never compare Fréchet distances of
# different numbers of samples.**
#
# The figure also answers a second question. The classifier was trained on all 60,000 training
# images. Are test images therefore further from `real` than other training images are? No: at 2,000
# images both distances of the training images lie within the spread of the draws, so there is no
# difference that we can see.
#
# ## 5. Precision and recall
#
# One number cannot tell whether samples are *bad* or whether some kinds of sample are *missing*.
# [Sajjadi et al., 2018](https://arxiv.org/abs/1806.00035) therefore proposed to measure two things,
# precision and recall. We use the version of [Kynkäänniemi et al.,
# 2019](https://arxiv.org/abs/1904.06991). They draw a ball around each real point, just large
# enough to reach its third nearest real neighbour. All balls together are an estimate of the region
# where real images lie.
#
# - **Precision** is the share of samples that lie inside this region.
# - **Recall** works the other way round. It draws balls around the samples, and is the share of
#   real points that lie inside those.
#
# Both lie between 0 and 1, and a larger value is better. In the plane we can look at both. Our real
# points lie on a circle. The samples only cover its upper half, and a quarter of them is moved away
# from it.


# %%
def ball_radii(points, k=3):
    """Distance from each point to its k-th nearest neighbour; the nearest is the point itself."""
    return np.sort(distances_between(points, points), axis=1)[:, k]


def is_inside(points, centres, radii):
    return (distances_between(points, centres) <= radii).any(axis=1)


target = data.circle(60, seed=SEED).astype("float64")
angles = rng.uniform(0, np.pi, 60)
half = np.stack([np.cos(angles), np.sin(angles)], axis=1)
half[:15] += [0.0, 0.6]  # a quarter of the samples is moved up
good, found = is_inside(half, target, ball_radii(target)), is_inside(target, half, ball_radii(half))
print(f"our lines: precision {good.mean():.4f}, recall {found.mean():.4f}")
print(metrics.precision_recall(target, half))
axes = plots.panels(2, 5.0, 5.0)
left, right = f"precision {good.mean():.2f}", f"recall {found.mean():.2f}"
draw_balls(axes[0], target, ball_radii(target), plots.REAL_COLOUR, half[good], half[~good], left)
draw_balls(axes[1], half, ball_radii(half), plots.FAKE_COLOUR, target[found], target[~found], right)
axes[0].figure

# %% [markdown]
# Figure 6.5. Left: the balls of the real points (blue) decide which samples are good. The quarter
# that was moved up lies outside all balls (squares), so precision is 0.75. Right: the balls of the
# samples (vermilion) decide which real points were found. Most of the lower half was not, so recall
# is 0.47. Notice that a ball is large where its neighbours are far away. Large balls forgive much.
#
# **What fools them?** A single point far from all others has a huge ball. [Naeem et al.,
# 2020](https://arxiv.org/abs/2002.09797) propose two variants against this. Both draw balls around
# real points only.
#
# - **Density** counts, for each sample, in how many real balls it lies. It takes the mean over the
#   samples and divides by $k$, the number of neighbours that defines a ball. A sample in one huge
#   ball counts little, a sample in a crowded place counts much, and density can exceed 1.
# - **Coverage** is the share of real balls that contain at least one sample.
#
# We build two cases that pull precision and density apart. In the first, one real point is an
# outlier, and all samples lie in its huge ball, far from the circle. In the second, all samples
# crowd at the most crowded place of the circle.

# %%
with_outlier = np.concatenate([target, [[0.0, 3.0]]])
astray = rng.normal([0.0, 2.2], 0.1, size=(60, 2))
balls = (distances_between(target, target) <= ball_radii(target)).sum(axis=1)
crowd = target[balls.argmax()] + rng.normal(0, 0.001, size=(60, 2))
for name, points, samples in (("outlier", with_outlier, astray), ("crowd", target, crowd)):
    precision, recall = metrics.precision_recall(points, samples)
    density, coverage = metrics.density_coverage(points, samples, k=3)
    print(f"{name:8} precision {precision:.2f}, density {density:.2f}", end=", ")
    print(f"recall {recall:.2f}, coverage {coverage:.2f}")

# %% [markdown]
# In both cases precision is perfect. Density notices the outlier, since each sample lies in only
# one ball. But density *rewards* the crowd with a value above 1, because it does not ask what is
# missing. Recall and coverage do ask. Their own weakness is that they forgive any number of bad
# samples, as long as some good samples reach everything. We will meet such a case in section 9.
#
# ## 6. Sliced Wasserstein distance
#
# [Karras et al., 2018](https://arxiv.org/abs/1710.10196) need no classifier. They look at small
# patches of the images, at several scales. A *Laplacian pyramid* separates the scales: it splits an
# image into its fine detail and a smaller image with the rest.

# %%
shown = test_images[[np.flatnonzero(test_labels == number)[0] for number in range(8)]]
fine, coarse = metrics.laplacian_pyramid(shown, 2)
enlarged = coarse.repeat(2, axis=1).repeat(2, axis=2)  # 14 × 14 pixels, shown at 28 × 28
parts = np.concatenate([shown, fine, enlarged])
plots.large(plots.image_grid(parts, 8, row_labels=["image", "fine", "coarse"], scale=2))

# %% [markdown]
# Figure 6.6. Eight images (top), the fine level of their pyramid (middle), where grey is zero and
# only edges and texture remain, and the coarse level (bottom), which has 14 × 14 pixels and keeps
# shape and brightness.
#
# A patch has 7 × 7 pixels, so the patches of a level are two clouds of points in 49 dimensions: the
# real cloud and the cloud of the samples. The Wasserstein distance tells how far we must move the
# points of one cloud, on average, to turn it into the other ([notebook 09](09_wasserstein.ipynb)
# has more on it). In one dimension it is easy: sort both sets of numbers, pair the first with the
# first and so on, and take the mean absolute difference. So we project both clouds on many random
# directions, and average. A smaller distance is better.
#
# Before that, we subtract the mean of all patches of a set and divide by their standard deviation.


# %%
def patches(images, corners, size=7):
    down, right = (corner[..., None, None] for corner in corners)  # (images, patches, 1, 1)
    steps = np.arange(size)
    which = np.arange(len(images))[:, None, None, None]
    flat = images[which, down + steps[:, None], right + steps, 0].reshape(-1, size * size)
    return (flat - flat.mean()) / flat.std()


dice = np.random.default_rng(SEED)
corners = [dice.integers(28 - 7 + 1, size=(NUM_JUDGED, 16)) for _ in range(2)]
directions = dice.standard_normal((128, 49))
directions /= np.linalg.norm(directions, axis=1, keepdims=True)
u, v = (
    np.sort(patches(metrics.laplacian_pyramid(x, 2)[0], corners) @ directions.T, axis=0)
    for x in (real, test_draws[0])
)
settings = {"patches_per_image": 16, "num_directions": 128, "seed": SEED}
package = metrics.sliced_wasserstein(real, test_draws[0], **settings)
print(f"fine level, times 1,000: our lines {1000 * np.abs(u - v).mean():.3f}", end=", ")
print(f"package {package.levels[28]:.3f}; mean of both levels {package.mean:.3f}")

# %% [markdown]
# From now on we use the mean over both levels. This metric has two blind spots by construction. It
# cannot see the brightness and the contrast of the whole set, because these are divided out. And it
# cannot see anything larger than a patch, which at the coarse level is a quarter of the image.
#
# ## 7. A search for copies
#
# A generator that has memorised its training images would look perfect. To find copies, we look for
# the training image nearest to each sample, among all 60,000 and by features. How near is too near?
# Test images tell us, because nobody copied them. (A few still have a near twin among the training
# images, as figure 6.2 shows.) We call a sample a **copy** if it is nearer to a training image than
# 99 of 100 test images are. As a control we make the same search with the distance between pixels
# (there the first 2,000 test images set the limit). Which of the two finds more copies, if somebody
# has changed them a little?


# %%
def nearest(queries, bank):
    """For each query the index of the nearest row of `bank`, and the distance to it."""
    found = []
    for part in np.array_split(queries, len(queries) // 100 + 1):
        apart = distances_between(part, bank)  # (about 100, 60,000)
        found.append(np.stack([apart.argmin(1), apart.min(1)]))
    index, distance = np.concatenate(found, axis=1)
    return index.astype(int), distance


def flat(images):
    return images.reshape(len(images), -1)


of_test = nearest(test.features, training.features)[1]
by_pixels = nearest(flat(test_draws[0]), flat(images))[1]
too_near, too_near_by_pixels = np.quantile(of_test, 0.01), np.quantile(by_pixels, 0.01)
print(f"test images: median distance {np.median(of_test):.2f}, a copy is below {too_near:.2f}")
print(f"  by pixels: median distance {np.median(by_pixels):.2f}", end=", ")
print(f"a copy is below {too_near_by_pixels:.2f}")

# %%
memorised = {"itself": real, "one pixel to the right": np.roll(real, 1, axis=2)}
memorised["with noise 0.1"] = real + rng.normal(0, 0.1, real.shape).astype("float32")
for name, samples in memorised.items():
    distance = nearest(encoder(samples).features, training.features)[1]
    by_pixels = nearest(flat(samples), flat(images))[1]
    print(f"`real` {name:22} median {np.median(distance):.2f}", end=", ")
    print(f"copies {np.mean(distance < too_near):.3f}", end="; by pixels: median ")
    print(f"{np.median(by_pixels):.2f}, copies {np.mean(by_pixels < too_near_by_pixels):.3f}")

# %% [markdown]
# **What fools it?** Both searches find every exact copy. If each copy is moved by a single pixel,
# neither search finds more than one in a hundred: such copies lie at about the same distance from
# the training images as test images do, or further away. If a little noise is added, the search
# by features is blind as well. The search by pixels finds all copies, but only just: this noise
# moves them by 2.80, and the limit is 3.04. So use both searches, and remember: when you find no
# copies, you only know that there are none *that these distances can see*. Look at the nearest
# images, too.
#
# ## 8. One fault at a time
#
# Now we damage test images a little, then more, and watch the metrics. We make the images paler by
# mixing white into every pixel, we blur them, or we add noise.


# %%
def paler(images, share):
    return (1 - share) * images + share


def blurred(images, times):
    for _ in range(times):
        images = np.array(keras.ops.average_pool(images, 3, strides=1, padding="same"))
    return images


def noisy(images, std):
    return np.clip(images + rng.normal(0, std, images.shape), -1, 1).astype("float32")


faults = {"paler": (paler, BRIGHTNESS), "blurred": (blurred, BLUR), "noisy": (noisy, NOISE)}


# %%
def distances_and_shares(samples):
    """Fréchet and sliced Wasserstein distance, precision and recall of some images."""
    features = encoder(samples).features.astype("float64")
    sliced = metrics.sliced_wasserstein(real, samples, **settings).mean
    return [frechet(a, features), sliced, *metrics.precision_recall(a, features)]


undamaged = [distances_and_shares(draw) for draw in test_draws[:NUM_DRAWS]]
measured = {}  # (draws, strengths, metrics)
for name, (damage, strengths) in faults.items():
    rows = [[distances_and_shares(damage(x, s)) for s in strengths] for x in test_draws[:NUM_DRAWS]]
    measured[name] = np.concatenate([np.array(undamaged)[:, None], rows], axis=1)
    titles = ("Fréchet", "sliced W.", "precision", "recall")
    for title, means in zip(titles, measured[name].mean(axis=0).T, strict=True):
        print(f"{name:8} {title:10}", " ".join(f"{mean:8.2f}" for mean in means))

# %%
figure = plots.Figure(figsize=(11.5, 7.6), dpi=110, layout="constrained")
axes = figure.subplots(3, 4, width_ratios=(1.6, 1, 1, 1))
example = test_images[[7]]
names = ("Fréchet distance", "sliced Wasserstein", "precision, recall")
for place, name in zip(axes[0, 1:], names, strict=True):
    place.set_title(name, fontsize=14)
for row, (name, (damage, strengths)) in zip(axes, faults.items(), strict=True):
    strip = np.concatenate([example, *(damage(example, s) for s in strengths)], axis=2)
    row[0].imshow(strip[0, ..., 0], cmap="gray", vmin=-1, vmax=1, interpolation="nearest")
    row[0].set_title(name, fontsize=14)
    row[0].set(yticks=[], xticks=np.arange(5) * 28 + 14)
    values, at = measured[name], range(5)
    draw_range(row[1], at, values[..., 0], "Fréchet", "#0072B2", "o")
    draw_range(row[2], at, values[..., 1], "sliced Wasserstein", "#009E73", "^")
    draw_range(row[3], at, values[..., 2], "precision", "#0072B2", "o")
    draw_range(row[3], at, values[..., 3], "recall", "#D55E00", "s")
    for place, top in zip(row[1:], (330, 200, 1.05), strict=True):
        place.set(xticks=at, ylim=(-0.03 * top, top))
    for place in row:
        place.set_xticklabels([0, *strengths], fontsize=12)
axes[1, 3].legend(fontsize=11, loc="center right")
figure

# %% [markdown]
# Figure 6.7. Three faults of growing strength: the share of white, the number of rounds of blur,
# and the standard deviation of the noise before pixels are clipped to the range from −1 to 1,
# which cuts off its negative half on the black background. Left: what they do to one test image.
# Right: what the metrics say about sets of such images. Markers show means of three draws; the
# bars (smallest to largest draw) are mostly hidden by them.
#
# - The **Fréchet distance** rises fast with every fault. A tenth of white is hard to see, but costs
#   98, about as much as two rounds of blur (103). One probable reason is the background, which is
#   no longer black: the classifier has never seen a grey one. A metric does not weigh faults as we
#   do.
# - The **sliced Wasserstein distance** is exactly blind to paler images: mixing in white changes
#   only the brightness and the contrast of the whole set. It reacts to noise, and more to our blur.
# - **Precision** has no clear direction. It never falls below 0.66, and for strong noise it rises
#   to 0.93, above the 0.86 of undamaged images.
# - **Recall** falls to zero for each of the three faults, although all kinds of image are still
#   there. So **a low recall does not simply mean 'missing kinds'**. It means that few real images
#   lie in the ball of a sample. Strongly blurred and noisy images show why: nearly all of them lie
#   in some real ball (their precision is 0.82 and 0.93), but hardly any real image lies in one of
#   theirs. Probably their features crowd together, so that their own balls are small.
#
# ## 9. Images chosen to fool the metrics
#
# We now build sets of images with known faults, and ask which metric notices which fault. Every set
# holds 2,000 *different* images. (With repeated images, the nearest neighbours of a sample would be
# its own copies, and with four copies of each image all balls would have radius 0. Recall would
# then be close to 0 whatever the images show.) We build each set three times, from other test
# images or with other random numbers; only real test images are drawn five times. (The draws of
# shoes overlap, because there are only 3,000 test images of shoes.)
#
# | metric | looks at | better is |
# | --- | --- | --- |
# | classifier score | probabilities of the samples | larger, from 1 to 10 |
# | Fréchet distance | mean and covariance of the features | smaller, from 0 |
# | kernel distance | moments of the features, up to the third | smaller, around 0 for real images |
# | sliced Wasserstein distance | patches of pixels | smaller, from 0 |
# | precision | samples near real images (features) | larger, from 0 to 1 |
# | recall | real images near samples (features) | larger, from 0 to 1 |
# | density | samples in crowded real places (features) | larger, about 1 for real images |
# | coverage | real images with a sample nearby (features) | larger, from 0 to 1 |
# | copies | samples very near a training image (features) | smaller, from 0 to 1 |


# %%
def look_alikes(number):
    """For each class one test image, and the test images of its class that are most like it."""
    dice, chosen = np.random.default_rng(number), []
    for label in range(10):
        members = np.flatnonzero(test_labels == label)
        centre = test.features[[dice.choice(members)]]
        order = distances_between(centre, test.features[members])[0].argsort()
        chosen.append(members[order[: NUM_JUDGED // 10]])
    return test_images[np.concatenate(chosen, axis=0)]


def only_shoes(number):
    shoes = np.flatnonzero(np.isin(test_labels, (5, 7, 9)))  # sandals, sneakers, ankle boots
    return test_images[np.random.default_rng(number).permutation(shoes)[:NUM_JUDGED]]


def third_of_noise(number):
    is_noise = np.arange(NUM_JUDGED).reshape(-1, 1, 1, 1) % 3 == 0
    return np.where(is_noise, noise_draws[number], test_draws[number])


def shuffled(number):
    return rng.permuted(test_draws[number].reshape(-1, 784), axis=1).reshape(real.shape)


# %%
cases = {
    "test images": test_draws,
    "memorised": [images[n * NUM_JUDGED :][:NUM_JUDGED] for n in range(1, NUM_DRAWS + 1)],
    "look-alikes": [look_alikes(number) for number in range(NUM_DRAWS)],
    "only shoes": [only_shoes(number) for number in range(NUM_DRAWS)],
    "a third is noise": [third_of_noise(number) for number in range(NUM_DRAWS)],
    "blurred twice": [blurred(draw, 2) for draw in test_draws[:NUM_DRAWS]],
    "noise 0.1": [noisy(draw, 0.1) for draw in test_draws[:NUM_DRAWS]],
    "shuffled pixels": [shuffled(number) for number in range(NUM_DRAWS)],
    "only noise": noise_draws[:NUM_DRAWS],
}
order = np.random.default_rng(SEED).permutation(NUM_JUDGED)[:8]
shown = np.concatenate([draws[0][order] for draws in cases.values()])
plots.large(plots.image_grid(shown, 8, row_labels=list(cases), scale=2))

# %% [markdown]
# Figure 6.8. Eight images of each set. 'Memorised' holds copies of training images. It plays a
# generator that has learnt 2,000 training images by heart. We copy images that are not in `real`:
# with `real` itself, the metrics would compare a set with itself, and find a Fréchet distance of
# 0 and a recall of 1. 'Look-alikes' holds, for each class, the 200 test images that are most like
# one test image of this class: a generator that makes all classes, but little variety within
# them. 'Only shoes' has sandals, sneakers and ankle boots. In 'a third is noise' the other two
# thirds are untouched, while 'noise 0.1' adds noise of that standard deviation to every image.
# 'Shuffled pixels' puts the pixels of every image into a random order.
#
# **Predict**: which metric will find a fault in the memorised images? Which metrics will like the
# look-alikes *better* than other real images? What will precision say about pure noise?
#
# Nine columns have nine units. To compare them, we put every value on one scale: **0 %** is the
# level of real images, the first row. **100 %** is the level of noise for the three distances,
# and for the other metrics the worst value that they can take. A value below 0 % means that the
# metric prefers this set to other real images.


# %%
def judged(samples):
    """All metrics of a set of images, in the order of the table above."""
    features, probabilities = encoder(samples)
    wide = features.astype("float64")
    return [
        classifier_score(probabilities.astype("float64")),
        frechet(a, wide),
        kernel_distance(a, wide),
        metrics.sliced_wasserstein(real, samples, **settings).mean,
        *metrics.precision_recall(a, wide),
        *metrics.density_coverage(a, wide),
        np.mean(nearest(features, training.features)[1] < too_near),
    ]


heads = ["class. score", "Fréchet", "kernel", "sliced W.", "precision", "recall", "density"]
heads += ["coverage", "copies"]

# %%
table = {name: np.array([judged(draw) for draw in draws]) for name, draws in cases.items()}
for columns in (slice(0, 4), slice(4, 9)):
    print(f"{'mean ± std':18}" + "".join(f"{head:>16}" for head in heads[columns]))
    for name, values in table.items():
        means = values.mean(0).round(3) + 0.0  # no minus before a zero
        both = zip(means[columns], values.std(0)[columns], strict=True)
        print(f"{name:18}" + "".join(f"{m:>9.2f} ± {s:4.2f}" for m, s in both))
level, spread = table["test images"].mean(0), table["test images"].std(0)
worst = table["only noise"].mean(0)
worst[[0, 4, 5, 6, 7, 8]] = [1.0, 0.0, 0.0, 0.0, 0.0, 1.0]
values = np.array([draws.mean(0) for name, draws in table.items() if name != "test images"])
percent = (100 * (values - level) / (worst - level)).round() + 0.0
unclear = np.abs(values - level) <= 2 * spread
texts = [
    [f"({p:.0f})" if u else f"{p:.0f}" for p, u in zip(*both, strict=True)]
    for both in zip(percent, unclear, strict=True)
]
plots.large(plots.heatmap(percent, list(table)[1:], heads, texts, value_range=(0, 100)))

# %% [markdown]
# Figure 6.9. How far each set is from the level of real images, in percent of the way to the
# value that we put at 100 %. The darker a cell, the more the metric minds the fault. Numbers in
# brackets differ from the level by at most two standard deviations of the five draws of test
# images: there is no difference that we can see. (The brackets leave out the spread of the set
# itself.) Read the figure column by column, as a list of blind spots. Percentages of different
# columns cannot be compared, because each 100 % is our choice.
#
# - **Classifier score**: it rates the look-alikes better than test images (−5 %). A lack of
#   variety within a class costs nothing, and equally large classes and images that are easier to
#   name may explain the gain.
# - **Fréchet distance**: the look-alikes (7 %) and the third of noise (8 %) cost no more than
#   weak noise on every image (11 %). It does notice them: their values, 24.6 and 25.5, are far
#   above the 1.4 of test images.
# - **Kernel distance**: only shoes is by far the worst set, at three times the level of pure
#   noise.
# - **Sliced Wasserstein distance**: the look-alikes (4 %) and weak noise (5 %) cost very little.
# - **Precision** rates five sets better than test images, even pure noise. It does not ask what
#   is missing, and we will see why noise pleases it.
# - **Recall** minds the look-alikes (59 %), but not the third of noise: the other two thirds
#   still reach everything.
# - **Density** rates the look-alikes best of all (−22 %): it likes samples in crowded places.
# - **Coverage** hardly minds the third of noise (4 %), and like recall it falls when every image
#   is a bit wrong (46 % for noise 0.1).
# - **Copies**: the only column that finds the memorised images. The others see no fault in them.
#   The classifier score is a little better, perhaps because the classifier was trained on these
#   images; the gain in sliced Wasserstein distance (10.16 ± 0.59 against 11.09 ± 0.33) is
#   unclear.
#
# ### Why a third of noise costs so little
#
# Suppose a share $s$ of the samples is noise. The mean of all features then moves by $s$ times the
# difference between the mean of noise and the mean of real images. The Fréchet distance contains
# the *square* of this shift, so this part of the distance grows like $s^2$: with a third of noise
# it is a ninth of what it is with noise alone. The covariance matrices add the rest.
#
# **Predict** the distance for $s = 0.1$, if noise alone is at 321.

# %%
seen_noises = [encoder(draw).features.astype("float64") for draw in noise_draws]
shares = np.array([0.0, 0.1, 0.2, 0.33, 0.5, 0.7, 0.85, 1.0])
mixtures = [
    [frechet(a, np.concatenate([x[n:], y[:n]])) for n in (shares * len(a)).astype(int)]
    for x, y in zip(b, seen_noises, strict=True)
]
seen_noise = seen_noises[0]
of_means = np.square(a.mean(0) - seen_noise.mean(0)).sum() * shares**2
axes = plots.panels(1, 8.0, 4.4)
draw_range(axes, shares, np.array(mixtures), "measured", "#0072B2", "o")
axes.plot(shares, of_means, "--", color="#D55E00", label="shift of the mean alone")
axes.plot(shares, mixtures[0][-1] * shares, ":", color="black", label="if it grew in proportion")
axes.set(xlabel="share of noise", ylabel="Fréchet distance")
axes.legend()
means = np.mean(mixtures, axis=0)
print(*(f"{s:.0%} noise: {d:.1f}" for s, d in zip(shares, means, strict=True)), sep=", ")
print(f"the shift of the means alone, at 100 % noise: {of_means[-1]:.1f}")
axes.figure

# %% [markdown]
# Figure 6.10. The Fréchet distance against the share of noise among the samples: mean, smallest
# and largest of five draws of test images. The measured line stays far below the line of
# proportion: with a tenth of noise the distance is 4.4, and with a third 24.8. The dashed line is
# the part of the means. The covariances add the rest, most of it at the very end, where the last
# garments disappear. So here a generator that fails completely on a few samples still gets a good
# Fréchet distance. One reason is that this classifier maps noise near the middle of the garments:
# the means are √87.5 apart, about half of the spread of garments (17.2, see below).
#
# ### Why precision takes noise for real
#
# Precision asks in which real balls the samples lie. So we count for each image of `real` how many
# of the 2,000 noise images lie in its ball.

# %%
radii = ball_radii(a)
hits = (distances_between(seen_noise, a) <= radii).sum(0)
print(f"spread of the features: real {np.sqrt(a.var(0).sum()):.1f}", end=", ")
print(f"noise {np.sqrt(seen_noise.var(0).sum()):.1f}")
print(f"{np.count_nonzero(hits)} of {len(a):,} balls contain noise")
most = np.argsort(-hits)[:8]
print(f"share of real images with smaller balls: {np.mean(radii < radii[most].mean()):.1%}")
plots.large(plots.image_grid(real[most], 8, labels=hits[most], scale=3), 110)

# %% [markdown]
# Figure 6.11. The eight images of `real` whose balls contain the most noise images, and how many
# of 2,000 each contains. Several have a fine pattern, and some are hard to name. The classifier
# was never taught what noise is, and maps all noise to nearly the same place: its features have a
# spread (the root of the sum of their variances) of 3.0, those of garments 17.2. Only 15 of the
# 2,000 balls contain any noise. These balls are large: the mean radius of the eight is larger
# than 93 % of all radii.
#
# Is precision to blame, or the classifier? We give precision two other ways to look at the images:
# a network with random weights, and the bare pixels. We do this three times, with other training
# images, other test images and other random weights.

# %%
random_networks = [metrics.random_encoder(channels=1, seed=seed) for seed in range(NUM_DRAWS)]
views = {
    "our classifier": lambda x, number: encoder(x).features,
    "random network": lambda x, number: random_networks[number](x).features,
    "pixels": lambda x, number: flat(x),
}
for name, view in views.items():
    found = []
    for number in range(NUM_DRAWS):
        some = images[number * NUM_JUDGED : (number + 1) * NUM_JUDGED]
        parts = [view(x, number) for x in (some, test_draws[number], noise_draws[number])]
        found.append([metrics.precision_recall(parts[0], x).precision for x in parts[1:]])
    garments, of_noise = np.array(found).T.round(3)
    print(f"{name:15} precision of test images {garments}, of noise {of_noise}")

# %% [markdown]
# With our classifier the precision of noise is above that of test images, whichever training images
# we take. With pixels it is zero, and with a random network it is far below the precision of test
# images, though one of the three networks lets 12 % of the noise pass. So it is not precision alone
# that fails here, but precision *with this classifier*. A metric is only as good as the features
# that it uses.
#
# ## 10. A run, followed by its distance
#
# We train the lecture's DCGAN again. The callback `Score` makes 2,000 images from the same latents
# after every epoch, scores them, and keeps the best generator.

# %%
gan = GAN(builders.dcgan_generator(), builders.dcgan_discriminator(), seed=SEED)
gan.compile("rmsprop", "rmsprop", steps_per_execution=25)
watched = metrics.Scores(reference, [metrics.FrechetClassifierDistance])
score = callbacks.Score(watched, num_images=NUM_JUDGED, seed=SEED)
batches = data.batches(images, BATCH_SIZE, SEED, steps_per_epoch=STEPS_PER_EPOCH)
history = gan.fit(batches, epochs=EPOCHS, callbacks=[score], verbose=0)
distances = history.history["frechet_classifier_distance"]
print(f"before training {score.first['frechet_classifier_distance']:.0f}")
print("after each epoch", *(f"{distance:.0f}" for distance in distances))
print(f"best {score.best_value:.1f} after epoch {score.best_epoch}")
axes = plots.panels(2, 5.4, 4.0)
plots.losses(history, equilibrium={"log 2": np.log(2)}, ax=axes[0], title="losses")
epochs, lines = np.arange(len(distances)) + 1, {"samples": distances}
floor = {"test images": level[1]}
plots.curves(epochs, lines, "epoch", "distance", ax=axes[1], reference=floor, title="Fréchet")
axes[0].figure

# %% [markdown]
# Figure 6.12. Left: the losses of the two players over 16 epochs of 125 steps. Right: the Fréchet
# distance of 2,000 samples after each epoch, and the level of test images (dotted, at 1.4). (An
# epoch has 4,000 images here, so the whole run is about one pass over the training set. The dotted
# line at log 2 is the loss of a discriminator that always answers ½.) From epoch 8 on, both losses
# are nearly flat, and the loss of the generator ends a little higher than it began. If you saw only
# the losses, you could not say whether the samples still improve. The distance can: it falls from
# 180 after the first epoch to 96 after the eighth and 70 after the fifteenth. Its path is not
# smooth, and the last epoch is at 73 again, so it is worth keeping the best generator. Before
# training the distance was 336 (not drawn): the first samples were further away than noise.
#
# Now we let the best generator make 2,000 new samples, and apply all metrics to them. **Predict**:
# to which of the sets in figure 6.9 will they be most alike?

# %%
latents = keras.random.normal((NUM_JUDGED, gan.latent_dim), seed=SEED + 1)
generator = score.best_generator()
samples = np.concatenate([generator(part) for part in np.array_split(latents, 20)])
for head, *values in zip(heads, judged(samples), level, spread, strict=True):
    print("{:12} samples {:7.2f}   test images {:5.2f} ± {:.2f}".format(head, *values))
seen = encoder(samples)
share = np.bincount(seen.probabilities.argmax(1), minlength=10) / len(samples)
fake = seen.features.astype("float64")
found = is_inside(test.features.astype("float64"), fake, ball_radii(fake))
control = is_inside(test.features.astype("float64"), a, radii)  # training images as samples
print(f"{'class':12} share of samples   recall of the test images   the same for `real`")
for number, name in enumerate(data.CLASS_NAMES):
    members = test_labels == number
    recalls = found[members].mean(), control[members].mean()
    print(f"{name:12} {share[number]:16.2f} {recalls[0]:27.2f} {recalls[1]:21.2f}")

# %% [markdown]
# The Fréchet distance of the new samples, 69, agrees with the 69.8 of the training run, although
# the latents are others. It lies between the test images with noise 0.1 (36) and those that we
# blurred twice (103). The sliced Wasserstein distance (25) is close to that of noise 0.1 (21),
# and the classifier score (5.24) to that of blur (5.37). Recall (0.46) and coverage (0.34) are
# closest to those of only shoes (0.45 and 0.31), and precision (0.64) is lower than for any set
# of figure 6.9. So it depends on the metric which set is most like the samples. The search finds
# practically no copies (0.00).
#
# Recall is about half the level of test images. Does this generator make only half of the
# garments that there are? Let's look at the single classes.
#
# The second table has a row for each class. (Its recall counts the 10,000 test images, not the
# 2,000 images of `real`.) The classifier finds all ten classes among the samples, with shares
# from 0.07 to 0.13, where 0.10 would be right. So no class seems to be missing, although the
# classifier has to give a shapeless blob a class, too. But recall differs a lot between the
# classes, from 0.78 for sneakers to 0.15 for bags. The last column is the control: if `real`
# plays the samples, recall is between 0.83 and 0.91 for every class. So for undamaged images
# recall puts no class at a disadvantage, and in this run the differences arise with the
# generator. (A varied class may be harder for any generator.)
#
# Several explanations fit the low recall of bags. The generator may make only a few kinds of bag,
# its bags may be so flawed that hardly any of them comes near a real one, or their features may
# crowd together, so that their balls are small. Recall cannot tell these apart, as we saw in
# section 8. So we look at samples: the first eight, without any selection.

# %%
by_pixels = nearest(flat(samples[:8]), flat(images))[0]
by_features = nearest(seen.features[:8], training.features)[0]
pairs = np.concatenate([samples[:8], images[by_pixels], images[by_features]])
names = ["sample", "by pixels", "by features"]
plots.large(plots.image_grid(pairs, 8, row_labels=names, scale=2))

# %% [markdown]
# Figure 6.13. Eight samples (top), and the training image nearest to each, by pixels (middle) and
# by features (bottom). No sample equals its neighbours, so we see no copies. But the samples have
# flaws that their neighbours don't have: two legs of different cloth (second column), a frayed edge
# (fourth), stripes in place of sleeves (sixth), and two shapes that only their neighbours let us
# take for bags (fifth and last). The pullovers in the first and seventh columns are better. Flawed
# bags speak for the second explanation, but two of them are too few to decide.
#
# So let us look at more bags. And let us measure what else a low or a high recall may come from:
# the size of the balls. A *bad* sample, far from all others, has a large ball, and such a ball can
# catch real images that the generator would never make. So **bad samples enlarge the balls of
# recall**. We call a sample good if it lies in the ball of a real image, so that precision counts
# it, and bad otherwise, and draw the balls of the good samples alone, too.


# %%
def mean_of(values, group):
    return values[group].sum() / max(1, group.sum())


bag = data.CLASS_NAMES.index("Bag")
is_bag = seen.probabilities.argmax(1) == bag
good, fake_radii = is_inside(fake, a, radii), ball_radii(fake)
for name, group in {"all": good | ~good, "bags": is_bag, "good": good, "bad": ~good}.items():
    print(f"{name:4} samples: precision {mean_of(good, group):.2f}", end=", ")
    print(f"mean radius of a ball {mean_of(fake_radii, group):.1f}")
alone = is_inside(test.features.astype("float64"), fake[good], fake_radii[good])
for name, inside in {"all": found, "good": alone}.items():
    print(f"recall by the balls of {name} samples {inside.mean():.2f}", end=", ")
    print(f"of bags {inside[test_labels == bag].mean():.2f}")
first = np.argsort(~is_bag, kind="stable")[:12]
bags = np.concatenate([samples[first], images[labels == bag][:12]])
plots.large(plots.image_grid(bags, 12, row_labels=["samples", "real bags"], scale=2))

# %% [markdown]
# Figure 6.14. The first twelve samples that the classifier takes for bags (top), and twelve real
# bags (bottom). The fifth sample is a bag. Most of the others have a bag's outline at best, several
# are shapeless, and hardly one has a handle.
#
# The numbers do not separate our three explanations. The balls of the bags are not smaller than
# those of all samples (mean radius 6.8 against 6.2), but we have not compared them with real
# bags. The precision of the bags (0.58) is a little below that of all samples (0.64), but
# precision cannot grade flaws: even noise got 0.98. The picture favours the second one, flaws.
#
# Bad samples do have larger balls (6.9 against 5.8), and without them recall of all 10,000 test
# images falls from 0.43 to 0.37. So a part of this recall was caught by bad samples.
#
# ## 11. Asking people
#
# In the end, images are made for people. So why not ask them? In a **visual Turing test** people
# see real and generated images and say which are which. The error rate is the score: 50 % would
# mean that nobody can tell. [Salimans et al., 2016](https://arxiv.org/abs/1606.03498) report an
# error rate of 21.3 % for their samples of CIFAR-10. HYPE ([Zhou et al.,
# 2019](https://arxiv.org/abs/1904.01121)) is a protocol of such tests. One version measures for how
# short a time people may see an image and still tell real from generated.
#
# People are slow, costly and differ from each other. And like precision, they judge whether the
# images that they see are good, not which images are missing.
#
# Try it yourself. To make it less easy, we pick the six samples with the highest **realism**
# ([Kynkäänniemi et al., 2019](https://arxiv.org/abs/1904.06991)). For a sample, we divide the
# radius of each real ball by the distance from the sample to its centre. Huge balls would spoil
# it, so the authors leave out the larger half of the balls, and so do we. The realism is the
# largest ratio that is left: it is above 1 exactly if the sample lies in one of the smaller
# balls.

# %%
small = radii <= np.median(radii)
realism = (radii[small] / distances_between(fake, a[small])).max(axis=1)
chosen = np.argsort(-realism)[:6]
candidates = np.concatenate([test_images[100:106], samples[chosen]])
order = np.random.default_rng(6).permutation(12)
print("realism of the six samples", realism[chosen].round(2), "median", np.median(realism).round(2))
plots.large(plots.image_grid(candidates[order], 6, labels=range(1, 13), scale=3))

# %% [markdown]
# Figure 6.15. Six test images and six samples of the DCGAN, in random order. Which ones are real?
# Write down your guess.
#
# <details><summary>Answer</summary>
#
# The real images are 2, 4, 7, 9, 10 and 12. What gives the samples away? Number 1 has a loose piece
# beside it, number 3 has faint streaks where sleeves might be, number 5 has a white patch on one
# shoulder only, number 6 has a pale trace below, and number 11 is ragged at the top. Number 8 is
# good. But the row of dots below number 4, which looks like a flaw, is in a real image. These six
# samples were chosen from 2,000: their realism lies between 1.33 and 1.59, while half of all
# samples have less than 0.66.
#
# </details>

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **6.1 Predict, then change.** A generator makes perfect images of nine classes and never makes
# trousers. Which metrics will notice? Write down your guess for precision, recall and the Fréchet
# distance. Then replace `mixed` by such a set. (Take test images, as many as in `real`. Their
# labels are in `test_labels`, and trousers have the number 1.)
#
# The check prints a fourth value, `classes_present`: the number of classes to which the classifier
# assigns at least 1 % of the samples. Ten is the best value here.

# %% tags=["exercise"]
mixed = real  # change me

# %% tags=["solution"]
mixed = test_images[test_labels != 1][:NUM_JUDGED]

# %% tags=["check"]
reference = metrics.Reference(encoder, real, test_draws[0], seed=SEED)
print(*metrics.Scores(reference).report(mixed), sep="\n")

# %% [markdown] tags=["solution"]
# Precision does not change (0.87), because every sample is a real image. Recall falls from 0.89 to
# 0.79, by about the share of trousers. The Fréchet distance rises to 32.0, a tenth of the level of
# noise. The last line counts the classes and finds nine. If you know what to look for, a simple
# count is the clearest metric of all.

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
# - Losses do not tell how good the samples are. In our run they were nearly flat from epoch 8 on,
#   while the Fréchet distance still fell from 96 to 70. Follow a distance, and keep the best
#   generator.
#
# **Limits.** Our classifier was trained on garments and knows nothing else. Two thousand samples
# are few, and `real` is one set of training images. The training run is a single run with one seed.
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
