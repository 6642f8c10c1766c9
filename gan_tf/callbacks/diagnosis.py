"""`TrainingDoctor`: names what goes wrong in a run, with its evidence and where it is explained."""

from collections import Counter, deque
from typing import NamedTuple

from gan_tf import checks
from gan_tf.callbacks.sampling import fixed_inputs, is_due, samples_of, undisturbed
import keras
import numpy as np
import tensorflow as tf

SATURATED = "discriminator saturated"
COLLAPSED = "generator collapsed"
OSCILLATION = "oscillation"
NOTHING_TRAINING = "nothing training"
NOT_A_NUMBER = "not a number"

ADVICE = {
    SATURATED: "It has won, and teaches the generator little or nothing: give it fewer steps, a "
    "lower rate, or smoothed labels. Notebook 07 shows it, and notebook 08 what helps.",
    COLLAPSED: "Many latents give the same few samples. Notebook 07 shows it, and notebook 08 what "
    "helps: minibatch discrimination, packing, a relativistic loss with R1 and R2.",
    OSCILLATION: "The players run in circles: lower both rates, let them fall, or add a penalty. "
    "Notebook 07 shows why, and notebook 08 what helps.",
    NOTHING_TRAINING: "Look at its learning rate, at `trainable`, and at its gradients. Notebook "
    "04 shows freezing, and notebook 07 gradients that vanish.",
    NOT_A_NUMBER: "Nothing after it can be trusted. Lower the learning rate first; `StopOnNaN` "
    "ends such a run at the step. Notebook 07 shows what rates do.",
}

# d_loss over that of a discriminator that guesses. Healthy: at least 0.68. Saturated: under 0.03.
MAX_SATURATED_LOSS = 0.05
# Share of pairs in which the real image scores higher. Healthy: at most 0.97. Saturated: 1.
MIN_SATURATED_AUC = 0.99
# Diversity of samples over that of real ones. Healthy: at least 0.35, but for a check or two early
# on. Of eight modes on a ring, one gives 0, two 0.14 to 0.21, three 0.3 to 0.45.
MAX_COLLAPSED_DIVERSITY = 0.3
# Distance from the first samples, in spreads of the data. One that never left: up to 0.03.
MIN_DISTANCE_TRAVELLED = 0.1
# Windows of `patience` checks in which circles must show. Small networks on a circle swing for up
# to 9 checks of 250 steps before they settle.
CIRCLING_WINDOWS = 4
# Median step of the samples' distribution between two checks, in spreads of the data. Healthy:
# at most 0.65 (dense networks on Fashion-MNIST; DCGAN 0.2, points 0.1). In circles: 1 to 6.
MIN_CIRCLING_STEP = 0.8
# Distance from the first to the last of these, over the path. In circles: up to 0.28; straight: 1.
MAX_CIRCLING_PROGRESS = 0.3
# Change of a player's weights over their size: float32 rounding.
STILL = 1e-7
# A learning rate below this share of its highest has come to its end, as a schedule wants.
ENDED_RATE = 0.01


class Finding(NamedTuple):
    """What the doctor saw.

    Attributes:
        name: One of the keys of `ADVICE`.
        epoch: Integer, after which epoch it was found, counted from 1.
        evidence: Sentence with the numbers.
        advice: What to do, and the notebook that explains it.
    """

    name: str
    epoch: int
    evidence: str
    advice: str

    def __str__(self):
        return f"Epoch {self.epoch}: {self.name}.\n  {self.evidence}\n  {self.advice}"


class TrainingDoctor(keras.callbacks.Callback):
    """Names what it sees go wrong in a run, and stays silent on a healthy one.

    - *discriminator saturated*: it tells real from fake nearly perfectly, and its loss is a few
      percent of that of one that guesses. A Wasserstein critic has no such loss and is left out.
    - *generator collapsed*: its samples are far less diverse than real ones, once they have left
      the place where they began.
    - *oscillation*: mean and spread of the samples keep moving by large steps and get nowhere.
      Circles that take longer than `4 * patience` checks are not seen.
    - *nothing training*: a player's weights do not move. One that did move, and whose learning
      rate has since fallen to its end, is left alone.
    - *not a number*: a loss, a weight or a sample is NaN or infinite.

    The first two must show in `patience` checks in a row, the third in `4 * patience`: young GANs
    swing, and an epoch should be a few hundred steps long. Nothing in the run changes: weights and
    random states stay as they are.

    Args:
        real_images: Float array `(at least num_images, ...)` like those that the `GAN` trains on.
        every: Integer >= 1. The doctor looks after each `every`-th epoch, and after the last.
        patience: Integer >= 1, checks in a row that must agree.
        verbose: Whether to print a finding when it is made.
        num_images: Integer >= 16, how many real images and samples are compared.
        seed: Integer, seeds the choice of real images and the latents.
        conditions: Dictionary of arrays with as many rows as `real_images`, for games that have
            conditions, such as `{"labels": …}` of these images.

    Attributes:
        findings: List of `Finding`, each name at most once in a run.

    Raises:
        ValueError: If an argument is out of range, or the images do not fit the model.

    Reference:
        Saturation: Arjovsky and Bottou 2017, section 2.2, arXiv:1701.04862. Collapse: Goodfellow
        2016, section 5.1.1, arXiv:1701.00160. Circles: Mescheder et al. 2018, arXiv:1801.04406.
        Diversity: Jalali et al. 2023, 'An Information-Theoretic Evaluation of Generative Models
        in Learning Multi-modal Distributions', NeurIPS.
    """

    def __init__(
        self,
        real_images,
        every=1,
        patience=3,
        verbose=True,
        num_images=256,
        seed=0,
        conditions=None,
    ):
        super().__init__()
        every, patience = checks.at_least(1, every=every, patience=patience)
        num_images = checks.at_least(16, num_images=num_images)
        seed = checks.seed(seed=seed)
        real_images = _checked_images(real_images, num_images)
        chosen = np.random.default_rng(seed).choice(len(real_images), num_images, replace=False)
        self.real_images = np.asarray(real_images[chosen], "float32")
        self.conditions = _chosen(conditions, chosen, len(real_images))
        self.every, self.patience, self.verbose = every, patience, verbose
        self.num_images, self.seed = num_images, seed
        self.findings = []
        self._spread = np.sqrt(np.sum(np.var(_rows(self.real_images), axis=0)))
        if not self._spread > 0:
            raise ValueError(
                "real_images must be finite and differ from each other. "
                f"Received: images whose spread is {self._spread}"
            )
        self._reach = 0.5 * mean_distance(self.real_images)
        self._real_number = effective_number(self.real_images, self._reach)

    def on_train_begin(self, logs=None):
        _check_model(self.model, self.real_images, self.conditions)
        self.findings = []
        self._in_a_row = Counter()
        self._inputs = fixed_inputs(self, self.num_images, self.model.generator)
        self._first = samples_of(self.model.generator, self._inputs)
        num_places = CIRCLING_WINDOWS * self.patience + 1
        self._places = deque([self._place(self._first)], num_places)
        self._players = [
            _Player(name, optimizer) for name, optimizer in self.model.optimizers.items()
        ]

    def on_epoch_end(self, epoch, logs=None):
        if not is_due(self, epoch):
            return
        samples = samples_of(self.model.generator, self._inputs)
        broken = self._not_a_number(samples, logs or {})
        if broken:
            self._report(NOT_A_NUMBER, epoch + 1, broken)
            return
        evidence = {
            NOTHING_TRAINING: self._nothing_training(),
            SATURATED: self._saturated(samples, logs["d_loss"]),
            COLLAPSED: self._collapsed(samples),
            OSCILLATION: self._oscillation(samples),
        }
        for name, seen in evidence.items():
            if seen:
                self._report(name, epoch + 1, seen)

    def state(self):
        """What was seen so far, for `fit(resume=...)`."""
        return {
            "findings": self.findings,
            "in_a_row": dict(self._in_a_row),
            "first": self._first,
            "places": list(self._places),
            "players": [_memory_of(player) for player in self._players],
        }

    def restore_state(self, state):
        """Goes on watching where a run that resumes was."""
        self.findings = [Finding(*finding) for finding in state["findings"]]
        self._in_a_row = Counter(state["in_a_row"])
        self._first = state["first"]
        self._places = deque(state["places"], self._places.maxlen)
        for player, values in zip(self._players, state["players"], strict=True):
            vars(player).update(values)

    def _report(self, name, epoch, evidence):
        if name in [finding.name for finding in self.findings]:
            return
        self.findings.append(Finding(name, epoch, evidence, ADVICE[name]))
        if self.verbose:
            print(f"\n{self.findings[-1]}")

    # What it looks for. Each gives the evidence, or None.

    def _not_a_number(self, samples, logs):
        """Reads the game's own losses alone: in the logs, NaN may stand for 'not measured'."""
        losses = {name: logs[name] for name in self.model.trackers if name in logs}
        seen = [f"{name} is {value}" for name, value in losses.items() if not np.isfinite(value)]
        arrays = {f"{player.name}'s weights": player.weights() for player in self._players}
        for name, values in {**arrays, "samples": samples}.items():
            count = np.sum(~np.isfinite(values))
            if count:
                seen.append(f"{count:,} of {values.size:,} numbers in the {name} are not finite")
        return f"{'; '.join(seen)}." if seen else None

    def _nothing_training(self):
        still = [player.name for player in self._players if player.has_stopped()]
        rates = [f"{player.rate:.1e}" for player in self._players if player.name in still]
        if not still:
            return None
        return (
            f"The weights of the {' and the '.join(still)} moved by less than {STILL:.0e} of their "
            f"size since the last check, at a learning rate of {' and '.join(rates)}."
        )

    def _saturated(self, samples, d_loss):
        guess = loss_of_guessing(self.model.game_loss)
        real, fake, gradient = self._scores(samples)
        auc = area_under_curve(real, fake)
        low = 0 <= d_loss <= MAX_SATURATED_LOSS * guess  # never where guessing costs nothing
        if not self._lasts(SATURATED, low and auc >= MIN_SATURATED_AUC):
            return None
        return (
            f"d_loss is {d_loss:.2g} where guessing gives {guess:.2g}; D says {real.mean():.3g} to "
            f"real and {fake.mean():.3g} to generated images and ranks {auc:.1%} of the pairs "
            f"rightly; the gradient of g_loss at a generated image is {gradient:.1e}."
        )

    def _collapsed(self, samples):
        number = effective_number(samples, self._reach)
        diversity = (number - 1) / (self._real_number - 1)
        moved = np.sqrt(np.mean(np.sum(_rows(samples - self._first) ** 2, axis=1))) / self._spread
        low = diversity <= MAX_COLLAPSED_DIVERSITY and moved >= MIN_DISTANCE_TRAVELLED
        if not self._lasts(COLLAPSED, low):
            return None
        distance = mean_distance(samples) / mean_distance(self.real_images)
        return (
            f"{self.num_images} samples are as diverse as {number:.1f} different ones, as many "
            f"real ones as {self._real_number:.1f}; two samples are {distance:.2f} times as far "
            "apart as two real ones."
        )

    def _oscillation(self, samples):
        self._places.append(self._place(samples))
        places = np.stack(self._places)
        steps = np.linalg.norm(np.diff(places, axis=0), axis=1)
        path, net = np.sum(steps), np.linalg.norm(places[-1] - places[0])
        large = min(np.median(steps), np.median(steps[-self.patience :])) >= MIN_CIRCLING_STEP
        if len(places) < self._places.maxlen or not large or net > MAX_CIRCLING_PROGRESS * path:
            return None
        return (
            f"In the last {len(steps)} checks the samples as a whole moved {path:.1f} times the "
            f"spread of the data, and ended {net:.1f} times it from where they began."
        )

    # What it measures.

    def _place(self, samples):
        """Mean and standard deviation of each pixel, in units of the data's spread."""
        rows = _rows(samples)
        return np.concatenate([rows.mean(axis=0), rows.std(axis=0)]) / self._spread

    def _scores(self, samples):
        """Scores of real images and of samples, and the norm of g_loss's gradient at a sample."""
        samples = tf.constant(samples)
        batch = tf.nest.map_structure(tf.convert_to_tensor, self.conditions or {})
        with undisturbed(self.model.discriminator), tf.GradientTape() as tape:
            tape.watch(samples)
            real = self.model.score(self.real_images, batch, training=False)
            fake = self.model.score(samples, batch, training=False)
            needs_real = getattr(self.model.game_loss, "needs_real_logits", False)
            loss = self.model.game_loss.generator(*([fake, real] if needs_real else [fake]))
        gradients = self.num_images * _rows(tape.gradient(loss, samples))
        scores = [np.asarray(keras.ops.cast(each, "float32")) for each in (real, fake)]
        return *scores, np.mean(np.linalg.norm(gradients, axis=1))

    def _lasts(self, name, seen):
        """Whether it was seen in enough checks in a row."""
        self._in_a_row[name] = self._in_a_row[name] + 1 if seen else 0
        return self._in_a_row[name] >= self.patience


class _Player:
    """Follows the weights that an optimizer moves."""

    def __init__(self, name, optimizer):
        self.name, self.optimizer = name, optimizer
        self.last, self.has_moved = self.weights(), False
        self.rate = self.highest_rate = self._rate()

    def weights(self):
        variables = self.optimizer._trainable_variables
        weights = [np.ravel(keras.ops.convert_to_numpy(variable)) for variable in variables]
        return np.concatenate(weights).astype("float64")

    def has_stopped(self):
        """Whether nothing moved since the last time, and not because a schedule came to its end."""
        last, self.last, self.rate = self.last, self.weights(), self._rate()
        self.highest_rate = max(self.highest_rate, self.rate)
        if np.linalg.norm(self.last - last) > STILL * np.linalg.norm(last):
            self.has_moved = True
            return False
        return not (self.has_moved and self.rate <= ENDED_RATE * self.highest_rate)

    def _rate(self):
        return float(keras.ops.convert_to_numpy(self.optimizer.learning_rate))


def _memory_of(player):
    """What a `_Player` remembers, without the optimizer that it follows."""
    return {name: value for name, value in vars(player).items() if name != "optimizer"}


def loss_of_guessing(game_loss):
    """The discriminator's loss if it says the same of every image: logit 0 or probability ½."""
    answers = [keras.ops.full((1, 1), answer) for answer in (0.0, 0.5)]
    return min(float(game_loss.discriminator(answer, answer)) for answer in answers)


def area_under_curve(real_scores, fake_scores):
    """Share of pairs in which the real image scores higher, a tie counting half: AUC."""
    differences = real_scores.reshape(-1, 1) - fake_scores.reshape(1, -1)
    return float(np.mean(differences > 0) + 0.5 * np.mean(differences == 0))


def effective_number(images, reach):
    """How many different images there are, if those nearer than `reach` count as alike.

    1 if all images are the same, `num_images` if all are far apart, k for k tight, equal and
    distant groups: the mode count of Jalali et al., with a Gaussian kernel.
    """
    return float(1 / np.mean(np.exp(-squared_distances(images) / reach**2)))


def mean_distance(images):
    """Mean Euclidean distance between two different images of an array."""
    num_images = len(images)
    return float(np.sum(np.sqrt(squared_distances(images))) / (num_images * (num_images - 1)))


def squared_distances(images):
    """Squared Euclidean distances between all images of an array, `(num_images, num_images)`."""
    rows = _rows(images)
    norms = np.sum(rows**2, axis=1)
    distances = np.maximum(norms[:, None] + norms[None, :] - 2 * rows @ rows.T, 0)
    np.fill_diagonal(distances, 0)
    return distances


def _rows(images):
    return np.reshape(images, (len(images), -1)).astype("float64")


def _chosen(conditions, chosen, num_images):
    """The rows of conditions that belong to the chosen real images; None where there are none."""
    if conditions is None:
        return None
    rows = {key: np.asarray(values) for key, values in conditions.items()}
    for key, values in rows.items():
        if values.ndim == 0 or len(values) != num_images:
            raise ValueError(
                f"conditions must have a row for each of the {num_images} real_images. "
                f"Received: {key} of shape {values.shape}"
            )
    return {key: values[chosen] for key, values in rows.items()}


def _checked_images(real_images, num_images):
    images = np.asarray(real_images)
    if images.dtype.kind != "f" or images.ndim < 2:
        raise ValueError(
            "real_images must be an array of floats (num_images, ...), in the range on which the "
            f"game trains. Received: {images.dtype} of shape {images.shape}"
        )
    if len(images) < num_images:
        raise ValueError(
            f"real_images must hold at least num_images={num_images}. Received: {len(images)}. "
            f"Give more, or use num_images={len(images)}."
        )
    return images


def _check_model(model, real_images, conditions):
    if not hasattr(model, "game_loss"):
        raise ValueError(
            "TrainingDoctor watches a gan_tf.GAN, whose loss it has to know. "
            f"Received: {type(model).__name__}"
        )
    if conditions is None and set(model.keys) != {"images"}:
        raise ValueError(
            f"{type(model).__name__} scores images under conditions, so TrainingDoctor needs those "
            f"of real_images: conditions={{…}} with {[k for k in model.keys if k != 'images']}. "
            "Received: conditions=None"
        )
    made = tuple(model.generator.output_shape[1:])
    if made != real_images.shape[1:]:
        raise ValueError(
            "real_images must have the shape of what the generator makes. "
            f"Received: {real_images.shape[1:]}, generator makes {made}"
        )
