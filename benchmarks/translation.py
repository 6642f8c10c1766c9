"""From one picture to another: what each part of pix2pix, CycleGAN, CUT and StarGAN is for.

    python benchmarks/translation.py --task earth --seeds 3
    python benchmarks/translation.py                  the tables of all results

Each game is a recipe of that name, with one part left out or not, and is judged on pictures that
it was not trained on:

- earth, emoji (pix2pix): mean absolute difference from the truth, in grey levels of 255, and the
  sliced Wasserstein distance of the translations from the true images;
- faces (CycleGAN, CUT, from one style to the other without pairs): share that the embedded
  classifier calls the wanted style, share of labels that it reads as before, and the mean absolute
  difference from the same face drawn in the other style, which no game has seen;
- attributes (StarGAN): share of faces that have the attribute that was asked for, and share of all
  other labels that are as before.

Beside the games stand what needs none: the input as it is, other pictures, and true twins. Every
run is a file in benchmarks/results/, and the tables, which notebooks 15 and 15b show, are
translation_TASK.md beside them.
"""

import argparse
import json
from pathlib import Path
import statistics
import time

from gan_tf import builders, data, metrics, recipes
from gan_tf.games import StarGAN
from gan_tf.recipes import translation
import keras
import numpy as np
import report

RESULTS = Path(__file__).with_name("results")
NUM_JUDGED = 1_000
TEST_SEED = 2_000_003  # of faces that neither are trained on nor shown
BOTH, L1, ADVERSARY = "L1 and adversary", "L1 alone", "adversary alone"
INPUT, OTHERS, TWINS = "the input itself", "other faces", "true twins"
CONTROLS = {"earth": (INPUT,), "emoji": (INPUT,)}
CONTROLS |= {"faces": (INPUT, OTHERS, TWINS), "attributes": (INPUT, TWINS)}
COLUMNS = {  # heading and decimals of each score
    "pairs": {"l1": ("L1, of 255", 1), "distance": ("sliced Wasserstein distance", 1)},
    "faces": {
        "style": ("toon", 3),
        "kept": ("labels kept", 3),
        "l1": ("L1 from the twin, of 255", 1),
    },
    "attributes": {"changed": ("as asked", 3), "kept": ("other labels kept", 3)},
}


class WithoutAdversary(StarGAN):
    """StarGAN whose generator need not pass for real."""

    def g_loss(self, batch):
        terms = super().g_loss(batch)
        return {**terms, "g_loss": 0.0 * terms["g_loss"]}


def games():
    """Dictionary from each task to functions of the seed, which give a recipe, by name."""

    def pairs(kind):
        weights = {BOTH: 100.0, L1: 100.0, ADVERSARY: 0.0}
        return {
            name: lambda seed, l1=l1: recipes.pix2pix(seed, kind, l1=l1)
            for name, l1 in weights.items()
        }

    def without(recipe, term):
        return lambda seed: recipe(seed, weights={term: 0.0})

    faces = {"CycleGAN": recipes.cyclegan, "CUT": recipes.cut}
    faces |= {f"CycleGAN without {t}": without(recipes.cyclegan, t) for t in ("cycle", "identity")}
    faces |= {f"CUT without {t}": without(recipes.cut, t) for t in ("contrast", "identity")}
    attributes = {"StarGAN": recipes.stargan, "without adversary": without_adversary}
    attributes |= {f"without {t}": without(recipes.stargan, t) for t in ("asked_class", "cycle")}
    attributes["without mask"] = without_mask
    return {
        "earth": pairs("earth"),
        "emoji": pairs("emoji"),
        "faces": faces,
        "attributes": attributes,
    }


def without_adversary(seed):
    """The recipe `stargan` without the critic's part in the generator's loss."""
    recipe = recipes.stargan(seed)
    return other_stargan(recipe, WithoutAdversary, recipe.gan.players, seed)


def without_mask(seed):
    """The recipe `stargan` with a generator that paints the whole picture, as in the paper."""
    recipe = recipes.stargan(seed)
    generator = builders.resnet_generator(
        recipe.gan.data_shape,
        filters=(16, 32, 64),
        num_blocks=3,
        num_attributes=len(translation.ATTRIBUTES),
    )
    return other_stargan(recipe, StarGAN, {**recipe.gan.players, "generator": generator}, seed)


def other_stargan(recipe, kind, players, seed):
    """A recipe of StarGAN whose game is of this kind, with these players."""
    game = kind(*players.values(), recipe.gan.discriminator_steps, seed=seed)
    adams = {name: keras.optimizers.Adam(translation.STAR_RATE, 0.5, 0.999) for name in players}
    game.compile(optimizers=adams, steps_per_execution=25)
    return recipe._replace(gan=game)


def run(task, name, seed, epochs, folder):
    """Trains one game, judges it, and writes its result file."""
    keras.utils.set_random_seed(seed)
    recipe = games()[task][name](seed)
    start = time.process_time()
    train(recipe, epochs, adversary=name != L1)
    values = {"cpu_seconds": time.process_time() - start}
    values |= judge(task, lambda **inputs: recipe.gan.generate(len(first(inputs)), **inputs))
    write(folder, task, name, seed, epochs, values)
    return values


def train(recipe, epochs, adversary=True):
    """Plays a recipe's game; or, without an adversary, fits the generator to the truths alone."""
    if adversary:
        recipe.gan.fit(recipe.batches, epochs=epochs, verbose=0)
        return
    network = recipe.gan.generator
    adam = keras.optimizers.Adam(translation.PAIR_RATE, 0.5, 0.999)
    network.compile(adam, "mae", steps_per_execution=25)
    batches = recipe.batches.map(lambda batch: (batch["sketches"], batch["images"]))
    network.fit(batches, epochs=epochs, shuffle=False, verbose=0)


def run_control(task, name, seed, folder):
    """Judges what needs no game."""
    values = {"cpu_seconds": 0.0, **judge(task, controls(task, seed)[name])}
    write(folder, task, name, seed, 0, values)
    return values


def controls(task, seed):
    """Dictionary from names to functions that translate without having learnt anything."""

    def unchanged(**inputs):
        return first(inputs)

    def others(a):
        return data.faces(len(a), a.shape[1], "toon", seed=seed)[0]

    def twins_in_the_other_style(a):
        return data.faces(len(a), a.shape[1], "toon", TEST_SEED)[0]

    def twins(pictures, attributes):
        wanted = dict(zip(translation.ATTRIBUTES, attributes.T.astype("int64"), strict=True))
        return data.faces(len(pictures), pictures.shape[1], seed=TEST_SEED, **wanted)[0]

    real = twins_in_the_other_style if task == "faces" else twins
    return {INPUT: unchanged, OTHERS: others, TWINS: real}


def judge(task, translate):
    """Dict of the scores of a function that translates test pictures."""
    if task in translation.PAIRS:
        return judge_pairs(task, translate)
    return {"faces": judge_faces, "attributes": judge_attributes}[task](translate)


def judge_pairs(kind, translate):
    """How far translations are from the truth, each from its own and all from all."""
    if kind == "earth":
        sketches, truths = data.earth_pairs(64, "test", NUM_JUDGED)
    else:
        sketches, truths = (data.emoji(s, "test")[0] for s in ("fluent_flat", "fluent_3d"))
    made = translate(sketches=sketches)
    distance = metrics.sliced_wasserstein(truths, made).mean
    return {"l1": grey_levels(made, truths), "distance": distance}


def judge_faces(translate, size=32):
    """Whether faces are of the other style, the same people, and near their hidden twins."""
    faces, labels = data.faces(NUM_JUDGED, size, "facesjs", TEST_SEED, hat=False)
    twins = data.faces(NUM_JUDGED, size, "toon", TEST_SEED)[0]
    made = translate(a=faces)
    seen = metrics.face_classifier()(made)
    kept = [np.mean(seen[name] == labels[name]) for name in labels if name != "hat"]
    toon = np.mean(seen["style"] == data.FACE_STYLES.index("toon"))
    return {"style": toon, "kept": np.mean(kept), "l1": grey_levels(made, twins)}


def judge_attributes(translate, size=32):
    """Whether each attribute changes when it is asked to, and nothing else does."""
    faces, labels = data.faces(NUM_JUDGED, size, seed=TEST_SEED)
    before = np.stack([labels[name] for name in translation.ATTRIBUTES], axis=1)
    changed, kept = [], []
    for place, attribute in enumerate(translation.ATTRIBUTES):
        asked = before.copy()
        asked[:, place] = 1 - asked[:, place]
        made = translate(pictures=faces, attributes=asked.astype("float32"))
        seen = metrics.face_classifier()(made)
        changed.append(np.mean(seen[attribute] == asked[:, place]))
        kept += [np.mean(seen[n] == values) for n, values in labels.items() if n != attribute]
    return {"changed": np.mean(changed), "kept": np.mean(kept)}


def grey_levels(images, others):
    """Mean absolute difference of images in [-1, 1], in grey levels of 255."""
    return 127.5 * np.mean(np.abs(images - others))


def first(inputs):
    """The pictures among the inputs, which come first."""
    return next(iter(inputs.values()))


def write(folder, task, name, seed, epochs, values):
    facts = {"task": task, "name": name, "seed": seed, "epochs": epochs, "judged": NUM_JUDGED}
    rounded = {key: round(float(value), 4) for key, value in values.items()}
    folder.mkdir(parents=True, exist_ok=True)
    words = name.replace(" ", "-")
    path = folder / f"translation_{task}_{words}_{epochs}epochs_seed{seed}.json"
    path.write_text(json.dumps({**facts, **report.machine(), **rounded}, indent=1) + "\n", "utf-8")


def table(task, folder=RESULTS):
    """The results of a task as a markdown table, means and standard deviations over the seeds."""
    paths = sorted(folder.glob(f"translation_{task}_*.json"))
    found = [json.loads(path.read_text("utf-8")) for path in paths]
    scores = COLUMNS["pairs" if task in translation.PAIRS else task]
    lines = []
    for name in (*games()[task], *CONTROLS[task]):
        for epochs in sorted({each["epochs"] for each in found}, reverse=True):
            rows = [each for each in found if (each["name"], each["epochs"]) == (name, epochs)]
            lines += [cells(name, epochs, rows, scores)] if rows else []
    columns = ("game", "epochs", "seeds", *(heading for heading, _ in scores.values()), "CPU s")
    return report.markdown(columns, lines)


def cells(name, epochs, rows, scores):
    """One row of a table."""
    values = [
        report.mean_and_spread([row[key] for row in rows], digits)
        for key, (_, digits) in scores.items()
    ]
    cpu = f"{statistics.mean(row['cpu_seconds'] for row in rows):.0f}"
    return [name, str(epochs or "-"), str(len(rows)), *values, cpu]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", nargs="+", choices=tuple(games()), default=[])
    parser.add_argument("--game", nargs="+", help="only these, by the names of the table")
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=10, help="of 250 steps each")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder")
    options = parser.parse_args()
    if min(options.seeds, options.epochs) < 1:
        parser.error("seeds and epochs must be at least 1")
    for task in options.task:
        names = (*games()[task], *CONTROLS[task])
        unknown = sorted(set(options.game or ()) - set(names))
        if unknown:
            parser.error(f"the task {task} has the games {names}. Received: {unknown}")
        for name in options.game or names:
            for seed in range(options.first_seed, options.first_seed + options.seeds):
                is_control = name in CONTROLS[task]
                found = (
                    run_control(task, name, seed, options.results)
                    if is_control
                    else run(task, name, seed, options.epochs, options.results)
                )
                print(f"{task}, {name}, seed {seed}: {found}", flush=True)
    for task in games():
        text = table(task, options.results)
        (options.results / f"translation_{task}.md").write_text(text + "\n", "utf-8")
        print(f"{task}\n{text}\n")


if __name__ == "__main__":
    main()
