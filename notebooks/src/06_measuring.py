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
# **Question.** Is it any good? So far our eyes decided. Can a number do it, which one, and when
# does it lie?
#
# **You will be able to** compute six metrics of generated images from their formulas, read each one
# between its floor and its ceiling, name a case that fools it, and watch a run by its distance
# instead of its losses.
#
# **Before this**: notebook 05 (the DCGAN and its samples), covariance matrices.
#
# **Lecture**: IIT Tirupati, *Deep Learning 9.1*, on evaluation.
#
# **Time of a full run**: about 8 minutes on two CPU cores. On a GPU it was not measured.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    print("Installing gan_tf")
    # %pip install --quiet --no-deps "gan_tf @ git+{{repository}}"

# %% tags=["setup"]
from gan_tf import GAN, builders, callbacks, capped, data, metrics, plots
import keras
import numpy as np

# %% [markdown] tags=["setup"]
# ## Settings
# Every number that is used below. `capped` is the number itself, unless a quick trial is asked for
# by an environment variable.

# %% tags=["setup"]
SEED = 0
NUM_JUDGED = capped(5_000, per_step=100)  # images of each set
SAMPLE_SIZES = (100, 200, 500, 1_000, 2_000, 5_000)
NOISE_STEPS = (0.1, 0.2, 0.4, 0.8)  # standard deviations; pixels lie in [-1, 1]
BATCH_SIZE, STEPS_PER_EPOCH, EPOCHS = 32, 125, 16  # 2,000 steps in all
NUM_WATCHED = 2_000  # samples scored after every epoch
keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)

# %% [markdown]
# | setting | this notebook (2 CPU cores) | longer (a GPU) |
# | --- | --- | --- |
# | steps of the DCGAN | 2,000 | 93,750: 50 epochs of 60,000 images |
# | samples judged | 5,000 | 50,000, as is usual in papers |

# %% tags=["setup"]
(images, labels), (test_images, test_labels) = data.load_fashion_mnist()
real, others = images[:NUM_JUDGED], images[5_000 : 5_000 + NUM_JUDGED]

# %% [markdown]
# Two sets of real images without a common member. Samples will be compared with `real`. The
# `others` play a perfect generator: whatever a metric says about them is the best that any
# generator can hope for, the **floor**. Uniform noise plays the worst one, the **ceiling**. A value
# means little without both, and without the number of images.

# %% [markdown]
# ## 1. An eye
#
# Pixels are poor witnesses: shift a shirt by two pixels and most of them change. Metrics look
# instead at the *features* that a trained classifier computes on its way to the answer. The usual
# eye is the Inception network, 92 MB from the web. Ours is a small classifier of Fashion-MNIST that
# comes with the package.

# %% tags=["setup"]
encoder = metrics.fashion_mnist_encoder()

# %%
features, probabilities = encoder(test_images)
print(f"{encoder.model.count_params():,} weights, {features.shape[1]} features")
print(f"right for {np.mean(probabilities.argmax(1) == test_labels):.2%} of the test images")


# %%
def nearest(queries, candidates, k=7):
    """Indices of the k candidates nearest to each query."""
    distances = np.square(queries[:, None] - candidates).sum(-1)  # (queries, candidates)
    return distances.argsort(1)[:, :k]


chosen = [13, 21, 44, 18]
by_features = nearest(features[chosen], features)
by_pixels = nearest(*(test_images.reshape(len(test_images), -1)[i] for i in (chosen, slice(None))))
rows = np.stack([by_pixels, by_features], axis=1).reshape(-1, 7)
plots.image_grid(test_images[rows.ravel()], 7, row_labels=["pixels", "features"] * 4, scale=2)

# %% [markdown]
# Figure 6.1. Four test images (left) and their six nearest neighbours, by distance between pixels
# and by distance between features. The sandal of the second pair is the clearest: by pixels its
# neighbours are mostly closed sneakers, by features mostly sandals. In the third pair features
# ignore what a shirt is like in brightness and keep to its cut.

# %% [markdown]
# ## 2. Inception score
#
# Salimans et al. 2016 ask two things of samples. A classifier should be *sure* of each one, so that
# $p(y \mid x)$ is peaked; and all samples together should show *all* classes, so that $p(y)$, the
# mean over the samples, is flat. Both at once make this large:
#
# $$\mathrm{IS} = \exp\, \mathbb{E}_x\, \mathrm{KL}\big(p(y \mid x) \,\|\, p(y)\big)$$

# %%
p = encoder(others).probabilities.astype("float64")
kl = (p * np.log(p / p.mean(0) + 1e-300)).sum(1)  # one number for each image
print(f"by hand      {np.exp(kl.mean()):.4f}")
print(f"the package  {metrics.inception_score(p, splits=1).mean:.4f}")

# %% [markdown]
# With ten classes it lies between 1 and 10. With another classifier than Inception it deserves
# another name; our objects call it `classifier_score`.
#
# **Predict**: which score does uniform noise get? And one single perfect image of each class,
# repeated for ever?

# %%
noise = rng.uniform(-1, 1, others.shape)
one_of_each = images[[np.flatnonzero(labels == number)[0] for number in range(10)]]
for name, samples in {"noise": noise, "one image of each class": one_of_each}.items():
    score = metrics.inception_score(encoder(samples).probabilities, splits=1).mean
    print(f"{name:24} {score:.2f}")

# %% [markdown]
# Noise gets 1.19, as it should: the classifier gives nearly the same answer to all of it. The ten
# images get 9.51, **more than the 8.84 of five thousand real ones**. This score never sees a real
# image, and cannot tell a generator with ten images from a good one. (Real garments are ambiguous:
# many a shirt could be a coat, and that costs them.)

# %% [markdown]
# ## 3. Fréchet distance
#
# Heusel et al. 2017 compare samples with real images. Fit a normal distribution to the features of
# each set, and take the distance between the two. In one dimension it is
# $(\mu_1 - \mu_2)^2 + (\sigma_1 - \sigma_2)^2$; in many,
#
# $$d^2 = |\mu_1 - \mu_2|^2 + \mathrm{tr}\big(C_1 + C_2 - 2\,(C_1 C_2)^{1/2}\big)$$

# %%
a, b = encoder(real).features.astype("float64"), encoder(others).features.astype("float64")
c_a, c_b = np.cov(a.T), np.cov(b.T)
roots = np.sqrt(np.linalg.eigvals(c_a @ c_b).real.clip(0))  # the trace of a root: sum of roots
distance = np.square(a.mean(0) - b.mean(0)).sum() + np.trace(c_a + c_b) - 2 * roots.sum()
exact = metrics.frechet_distance(a.mean(0), c_a, b.mean(0), c_b)
print(f"by hand {distance:.6f}, the package {exact:.6f}")

# %% [markdown]
# With Inception's features this is the FID. With ours it is a **Fréchet classifier distance**, and
# no FID from a paper may stand beside it. An object puts the floor and the ceiling there instead:

# %%
reference = metrics.Reference(encoder, real, others, seed=SEED)
frechet = metrics.FrechetClassifierDistance(reference)
for first in range(0, NUM_JUDGED, 500):  # samples may stream in, in batches
    frechet.update_state(others[first : first + 500] + 0.2)
print(*frechet.report(), sep="\n")

# %% [markdown]
# Real images, only brighter by a tenth of the range of pixel values, and yet at 92.5 on the way
# from 0.8 to 319. The eye does not care for what we would shrug off.
#
# **Predict.** Two sets of real images, none of them better than the other. Will their distance be
# larger with 100 images of each, or with 5,000, or will it be the same?

# %%
sizes = [size for size in SAMPLE_SIZES if size <= NUM_JUDGED]
by_size = [metrics.gaussian_statistics(b[:size]) for size in sizes]
whole = metrics.gaussian_statistics(a)
distances = [metrics.frechet_distance(*whole, *part) for part in by_size]
kernel = [metrics.kernel_distance(a, b[:size], seed=SEED).mean for size in sizes]
axes = plots.Figure(figsize=(9, 3.5), dpi=80, layout="constrained").subplots(1, 2)
plots.curves(sizes, {"Fréchet": distances}, "images", "distance", ax=axes[0], xscale="log")
plots.curves(sizes, {"kernel": kernel}, "images", "distance", ax=axes[1], xscale="log")

# %% [markdown]
# Figure 6.2. Left: the Fréchet distance of real images to real images falls with their number, from
# 16.8 with 100 images to 0.8 with 5,000 (the axis of images is logarithmic). Nothing became
# better. A covariance of 64 features that is estimated from few images is simply wrong. Right: the
# kernel distance, which comes next, wavers about zero, between -0.9 and 0.7, with any number; noise
# is at 68. **Never compare Fréchet distances of different numbers of samples.**

# %% [markdown]
# ## 4. Kernel distance
#
# Two distributions are the same if every function has the same mean under both. The maximum mean
# discrepancy takes all functions that a kernel $k$ can build, and has an unbiased estimate that is
# three means (Bińkowski et al. 2018):
#
# $$\mathrm{MMD}^2 = \mathbb{E}\,k(x, x') + \mathbb{E}\,k(y, y') - 2\,\mathbb{E}\,k(x, y),
# \qquad k(x, y) = \left(\tfrac{x^\top y}{d} + 1\right)^3$$


# %%
def kernel_of(x, y):
    return (x @ y.T / x.shape[1] + 1) ** 3


x, y = a[:1_000], b[:1_000]
n = len(x)
within = [(kernel_of(z, z).sum() - np.trace(kernel_of(z, z))) / (n * (n - 1)) for z in (x, y)]
by_hand = sum(within) - 2 * kernel_of(x, y).mean()  # a point is not compared with itself
package = metrics.kernel_distance(x, y, num_subsets=1, subset_size=n).mean
print(f"by hand {by_hand:.6f}, the package {package:.6f}")

# %% [markdown]
# The package averages over random subsets of 1,000, as the paper does, so that large sets cost
# little. By chance the value can be slightly below zero.

# %% [markdown]
# ## 5. Precision and recall
#
# One number cannot say whether samples are *ugly* or whether some are *missing*. Kynkäänniemi et
# al. 2019 draw a ball around each real point that reaches to its third nearest real neighbour.
# **Precision** is the share of samples in these balls; **recall** is the share of real points in
# the balls of the samples. In the plane we can look at them.

# %%
target = data.circle(60, seed=SEED)
angles = rng.uniform(0, np.pi, 60)
half = np.stack([np.cos(angles), np.sin(angles)], axis=1)
half[:15] += [0.0, 0.6]  # a quarter of the samples goes astray


def radii_of(points, k=3):
    """Distance from each point to its k-th nearest neighbour; the nearest is the point itself."""
    distances = np.linalg.norm(points[:, None] - points, axis=-1)
    return np.sort(distances, axis=1)[:, k]


def share_inside(points, centres, radii):
    distances = np.linalg.norm(points[:, None] - centres, axis=-1)  # (points, centres)
    return np.mean((distances <= radii).any(axis=1))


print("precision", round(share_inside(half, target, radii_of(target)), 4))
print("recall   ", round(share_inside(target, half, radii_of(half)), 4))
print(metrics.precision_recall(target, half))

# %%
plots.samples_2d(half, target, radii=radii_of(target), limits=(-1.5, 1.8))

# %% [markdown]
# Figure 6.3. Real points (blue dots) on a circle with their balls, and samples (vermilion crosses)
# on its upper half, a quarter of them moved up. Those that went astray lie outside of all balls:
# precision is 0.75. No sample is near the lower half: recall is 0.52. Where real points are few the
# balls are large, and forgive much; look at the left end. Remember that.
#
# Density and coverage (Naeem et al. 2020) mend two weaknesses: one stray *sample* makes a huge ball
# and spoils recall, so only real points get balls. **Coverage** is the share of real balls that
# hold a sample, **density** how many balls a sample lies in, divided by k.

# %% [markdown]
# ## 6. Sliced Wasserstein distance
#
# Karras et al. 2018 look at pixels after all, but at small patches, on several scales. A *Laplacian
# pyramid* splits an image into fine detail and what is left.

# %%
fine, coarse = metrics.laplacian_pyramid(one_of_each, 2)
enlarged = coarse.repeat(2, axis=1).repeat(2, axis=2)  # 14 × 14 pixels, shown at 28 × 28
parts = np.concatenate([one_of_each, fine, enlarged])
plots.image_grid(parts, 10, row_labels=["image", "fine, 28", "coarse, 14"], scale=2)

# %% [markdown]
# Figure 6.4. Ten images, the fine level of their pyramid, in which grey is zero and edges and
# texture remain, and the coarse level of 14 × 14 pixels, which keeps shape and brightness.
#
# The patches of a level are two clouds of points in 49 dimensions. Along *one* direction the
# Wasserstein distance of two clouds is exact: sort both, pair them off, take the mean difference.


# %%
def wasserstein_1d(u, v):
    return np.mean(np.abs(np.sort(u) - np.sort(v)))


u, v = rng.normal(0, 1, 5_000), rng.normal(0.5, 1, 5_000)
print(f"two normal distributions 0.5 apart: {wasserstein_1d(u, v):.3f}")
settings = {"patches_per_image": 16, "num_directions": 128, "seed": SEED}
print("real against real:", metrics.sliced_wasserstein(real, others, **settings))

# %% [markdown]
# Averaged over random directions it is the sliced Wasserstein distance, here times 1,000 and for
# each level. It needs no classifier, and sees no further than a patch of 7 × 7.

# %% [markdown]
# ## 7. Cases built to fool them
#
# Eight sets of images, each good in one way and bad in another, and noise added in steps.

# %%
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

# %%
shown = np.concatenate([samples[:10] for samples in cases.values()])
plots.image_grid(shown, 10, row_labels=list(cases), scale=1)

# %% [markdown]
# Figure 6.5. Ten images of each case. "Memorised" are the very images that we compare with; "50
# images" are fine images, but only fifty of them, each repeated a hundred times; "one class" are
# boots alone.
#
# **Predict**, before you go on: which metric will take the memorised images for perfect? Which will
# not notice that 50 images are few?

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
    nearest = metrics.nearest_neighbours(samples[:1_000], real).distances
    values["copies"] = np.mean(nearest < 0.5)  # share of images that are in `real`, nearly
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
# To read so many units at once, we put each value on one scale: **0 % is the floor**, what the
# other real images get, and **100 % is as bad as can be**: noise for the three distances, and for
# the scores the lowest value that they can take. A metric that *saw* what is wrong with a case is
# far from zero.

# %%
lowest = {"classifier_score": 1.0, "precision": 0.0, "recall": 0.0, "density": 0.0, "coverage": 0.0}
worst = np.array([lowest.get(column, table["only noise"][column]) for column in columns])
worst[columns.index("copies")] = 1.0
percent = (100 * (values - values[0]) / (worst - values[0])).clip(0).round()
texts = [[f"{value:.0f}" for value in row] for row in percent]
plots.heatmap(percent, list(table), heads, texts, value_range=(0, 100))

# %% [markdown]
# Figure 6.6. How far each metric is from its floor, in percent of the way to the worst; dark
# cells saw something, and more than 100 is worse than noise. Read it by columns, as a list of blind
# spots:
#
# - **Memorised** images are perfect for every metric but one. Only the search for the nearest real
#   image shows that nothing was invented.
# - The **classifier score** hardly minds that there are only 50 images (8 %): ten classes, all
#   sure.
# - The **Fréchet distance** moves by 7 % when a third of the images is noise. All noise looks alike
#   to the classifier, so it shifts mean and covariance a little, and no more.
# - **Precision** is blind to *noise itself*: 0 %. Measured, it is 0.99, better than real images.
#   Density falls for it, too; recall and coverage do not. More on this below.
# - **Recall** does not mind a third of noise, since the other two thirds reach everything.
# - The **sliced Wasserstein distance** alone looks at pixels. It sees the third of noise best (43
#   %), and weak noise on every image worst (6 %).
#
# One class alone, however perfect, is at 158 % for the Fréchet distance, farther than noise from
# all garments together.

# %% [markdown]
# Where does noise land, that precision should take it for real? We count, for each real image, how
# many of 1,000 images of noise lie in its ball.


# %%
def distances_between(x, y):
    """All distances, `(len(x), len(y))`, without a third axis in memory."""
    squares = (x**2).sum(1)[:, None] + (y**2).sum(1) - 2 * x @ y.T
    return np.sqrt(squares.clip(0))


seen = encoder(noise[:1_000]).features.astype("float64")
radii = np.sort(distances_between(a, a), axis=1)[:, 3]
hits = (distances_between(seen, a) <= radii).sum(0)
print(f"spread of the features: real {np.sqrt(a.var(0).sum()):.1f}, noise", end=" ")
print(f"{np.sqrt(seen.var(0).sum()):.1f}; {np.count_nonzero(hits)} of {len(a):,} balls hold noise")
most = np.argsort(-hits)[:10]
print(f"share of real images with smaller balls: {np.mean(radii < radii[most].mean()):.0%}")
plots.image_grid(real[most], 10, labels=hits[most], scale=3)

# %% [markdown]
# Figure 6.7. The ten real images whose balls hold most of the noise, and how many of 1,000. Bags
# with fine patterns and speckled shirts: the garments that look most like noise. They are rare, so
# their neighbours are far and their balls larger than those of 95 % of the real images, like the
# large ones in figure 6.3. And the classifier, which was never taught what noise is, maps all of it
# close together (spread 3.1, where garments have 17.1), among them: 25 balls of 5,000 hold nearly
# all of it. Not precision alone is to blame, but precision with this eye.

# %% [markdown]
# ## 8. A run, watched by its distance
#
# The lecture's DCGAN again, now with two observers. `Score` makes 2,000 images from the same
# latents after every epoch, scores them, writes the values into the History, and keeps the
# generator that was best so far. `TrainingDoctor` knows the symptoms of a run that fails, and stays
# silent while all is well.

# %%
gan = GAN(builders.dcgan_generator(), builders.dcgan_discriminator(), seed=SEED)
gan.compile("rmsprop", "rmsprop", steps_per_execution=25)
watched = metrics.Scores(reference, [metrics.FrechetClassifierDistance])
score = callbacks.Score(watched, num_images=capped(NUM_WATCHED, per_step=100), seed=SEED)
doctor = callbacks.TrainingDoctor(images[:256])
batches = data.batches(images, BATCH_SIZE, SEED, steps_per_epoch=STEPS_PER_EPOCH)
history = gan.fit(batches, epochs=EPOCHS, callbacks=[score, doctor], verbose=0)
distances = history.history["frechet_classifier_distance"]
print(f"before training {score.first['frechet_classifier_distance']:.0f}")
print(f"best {score.best_value:.1f} after epoch {score.best_epoch}, last {distances[-1]:.1f}")
print("the doctor found", [finding.name for finding in doctor.findings])

# %%
axes = plots.Figure(figsize=(9, 3.5), dpi=80, layout="constrained").subplots(1, 2)
plots.losses(history, equilibrium={"log 2": np.log(2)}, ax=axes[0])
epochs = np.arange(len(distances)) + 1
plots.curves(epochs, {"distance": distances}, "epoch", "Fréchet classifier distance", ax=axes[1])

# %% [markdown]
# Figure 6.8. Left the losses, right the Fréchet classifier distance of 2,000 samples, both over 16
# epochs of 125 steps. The losses are flat from epoch 8 on, and g_loss at the end is higher than at
# the start. The distance falls from 333 before training to 178, 86 (epoch 7), and 75 at the end,
# where it still falls a little. It says what the losses do not: that the samples get better, and
# how fast.

# %%
generator = score.best_generator()
latents = keras.random.normal((NUM_JUDGED, gan.latent_dim), seed=SEED + 1)
samples = np.concatenate([generator(part) for part in np.array_split(latents, 20)])
print(*scores.report(samples), sep="\n")

# %% [markdown]
# Of 5,000 fresh samples the distance is 78.3, where real images have 0.8. Precision (0.66) is not
# far from that of real images (0.86), recall (0.40 of 0.87) and coverage (0.30 of 0.97) are: this
# generator makes passable garments, and too few kinds of them. A report prints what stands beside
# each value; keep the line together when you quote it.

# %%
found = metrics.nearest_neighbours(samples[:10], images).indices[:, 0]
best = nearest(encoder(samples[:10]).features, a, k=1)[:, 0]
pairs = np.concatenate([samples[:10], images[found], real[best]])
names = ["sample", "nearest pixels", "nearest features"]
plots.image_grid(pairs, 10, row_labels=names, scale=2)

# %% [markdown]
# Figure 6.9. Ten samples, the training image nearest to each by its pixels, and by its features. If
# the generator had learnt images by heart, the first two rows would be equal. They are not: after
# 2,000 steps there are torn edges and holes that no real garment has. Both neighbours show what the
# sample is an attempt at: trousers, a shirt, a sneaker.
#
# What does the doctor say of a run that fails? Here somebody set the generator's rate to zero:

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
# After one epoch it names the player that does not move, with the rate as evidence, and after three
# it sees the consequence: a discriminator that has nothing left to learn.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# **6.1 Predict, then change.** Half of the images are real, the other half is noise. Which of
# precision and recall will suffer, and by how much? Will the Fréchet distance be half of its
# ceiling? Write down three numbers first.

# %% tags=["exercise"]
mixed = real  # change me

# %% tags=["solution"]
noise = np.random.default_rng(SEED).uniform(-1, 1, others.shape)
mixed = np.concatenate([others[::2], noise[1::2]])

# %% tags=["check"]
reference = metrics.Reference(encoder, real, others, seed=SEED)
print(*metrics.Scores(reference).report(mixed), sep="\n")

# %% [markdown] tags=["solution"]
# Precision *rises* to 0.92, because noise counts as real here (figure 6.6), and recall stays at
# 0.86. The Fréchet distance is 49.9, a sixth of its ceiling, not half. With this eye, half a set of
# noise is less conspicuous to all of them than a little noise on each image: look at the images,
# too.

# %% [markdown] tags=["exercise-text"]
# **6.2 Implement.** Coverage, from the two formulas in section 5: the share of real points whose
# ball, to the fifth nearest real neighbour, holds at least one sample.


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
# **6.3 Fool it.** The Fréchet distance knows only the mean and the covariance of features. Make
# points in the plane that look nothing like a circle, and still have the same mean and covariance,
# so that their distance to it is nearly zero. (Hint: which mean and covariance has a circle of
# radius 1?)

# %% tags=["exercise"]
fooling = np.random.default_rng(SEED).normal(size=(20_000, 2))  # change me

# %% tags=["solution"]
fooling = np.random.default_rng(SEED).normal(0, np.sqrt(1 / 2), size=(20_000, 2))

# %% tags=["check"]
statistics = [metrics.gaussian_statistics(p) for p in (data.circle(20_000, seed=1), fooling)]
print(f"expected below 0.001, yours {metrics.frechet_distance(*statistics[0], *statistics[1]):.4f}")
print(metrics.precision_recall(data.circle(2_000, seed=1), fooling[:2_000]))

# %% [markdown] tags=["solution"]
# A circle of radius 1 has mean 0, and variance ½ along each axis ($\cos^2$ is ½ on average), as a
# cloud of standard deviation $\sqrt{1/2}$ has. Precision sees the difference at once. Features are
# not that simple, but the lesson holds: equal moments are not equal distributions.

# %% [markdown]
# ## Take away
#
# - A value is worth what stands beside it: floor, ceiling, number of samples, and the eye.
# - No metric saw everything; pair a distance with precision and recall, and look at the nearest
#   real images.
# - Losses do not say when to stop. A distance does.
#
# **Limits.** Our eye was trained on garments and knows nothing else; five thousand samples are few;
# one run, one seed.
#
# **Next**: notebook 07 makes runs fail on purpose.
#
# **References.** Salimans et al. 2016 (Inception score), arXiv:1606.03498 · Heusel et al. 2017
# (Fréchet Inception distance), arXiv:1706.08500 · Bińkowski et al. 2018 (kernel distance),
# arXiv:1801.01401 · Kynkäänniemi et al. 2019 (precision and recall), arXiv:1904.06991 · Naeem et
# al. 2020 (density and coverage), arXiv:2002.09797 · Karras et al. 2018 (sliced Wasserstein),
# arXiv:1710.10196 · Barratt and Sharma 2018 (what is wrong with the Inception score),
# arXiv:1801.01973.
