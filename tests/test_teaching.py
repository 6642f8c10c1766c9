"""What the pages for instructors say is in the notebooks: questions, answers, plans, names."""

from pathlib import Path
import re

from gan_tf import builders, callbacks, games, layers, losses, penalties
import pytest
from test_prose import decimals, is_known, known_numbers

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
POLLS = (DOCS / "polls.md").read_text("utf-8")
TEACHING = (DOCS / "teaching.md").read_text("utf-8")
CHEAT_SHEET = (DOCS / "cheat_sheet.md").read_text("utf-8")
NAMES = sorted(path.stem for path in (ROOT / "notebooks" / "src").glob("[0-9][0-9]*_*.py"))
MIN_POLLS = 3
POLL = re.compile(
    r"\*\*(?P<number>\d\d[a-z]?\.\d) (?P<question>.*?)\*\*\n\n"
    r"(?P<choices>(?:- \([a-c]\) [^\n]*\n)+)\n"
    r"<details><summary>Answer</summary>\n\n\*\*(?P<right>.*?)\*\* (?P<why>.*?)\n\n</details>",
    re.S,
)
PARTS = {
    "builders": builders,
    "callbacks": callbacks,
    "layers": layers,
    "losses": losses,
    "penalties": penalties,
}
every_notebook = pytest.mark.parametrize("name", NAMES)


def source_of(name):
    return (ROOT / "notebooks" / "src" / f"{name}.py").read_text("utf-8")


def number_of(name):
    """The number in a notebook's name, such as 05 or 15b."""
    return name.split("_")[0]


def chapter(text, name):
    """The part of a page that belongs to a notebook."""
    return re.search(rf"^## {number_of(name)}\. .*?(?=^## |\Z)", text, flags=re.M | re.S)[0]


@every_notebook
def test_polls_have_choices_a_right_one_and_a_sentence(name):
    part = chapter(POLLS, name)
    found = list(POLL.finditer(part))
    assert len(found) >= MIN_POLLS
    assert len(found) == part.count("<details>")
    assert [poll["number"] for poll in found] == [
        f"{number_of(name)}.{place}" for place in range(1, len(found) + 1)
    ]
    for poll in found:
        choices = re.findall(r"^- (\([a-c]\)) ", poll["choices"], flags=re.M)
        right = re.findall(r"\([a-c]\)", poll["right"])
        assert len(choices) >= 2
        assert right and set(right) <= set(choices), poll["number"]
        assert len(re.findall(r"[.!?](?:\s|$)", poll["why"])) == 1, poll["why"]


@every_notebook
def test_title_of_polls_is_that_of_the_notebook(name):
    title = re.search(r"^# # (.*)$", source_of(name), flags=re.M)[1]
    assert chapter(POLLS, name).startswith(f"## {title}\n")


@every_notebook
def test_numbers_in_polls_are_those_of_the_notebook(name):
    numbers = known_numbers(ROOT / "notebooks" / f"{name}.ipynb")
    numbers += known_numbers(ROOT / "notebooks" / "solutions" / f"{name}.ipynb")
    text = re.sub(r"\*\*\d\d[a-z]?\.\d ", "", chapter(POLLS, name))
    assert [number for number in decimals(text) if not is_known(number, numbers)] == []


@every_notebook
def test_figures_and_exercises_of_polls_exist(name):
    text, source = chapter(POLLS, name), source_of(name)
    for number in re.findall(r"figure (\d+[a-z]?\.\d+)", text):
        assert f"Figure {number}." in source, number
    for number in re.findall(r"exercise (\d+[a-z]?\.\d+)", text):
        assert re.search(rf"\*\*(?:Exercise )?{re.escape(number)}\b", source), number


def test_answers_are_not_always_the_same_letter():
    letters = re.findall(r"[abc]\)", " ".join(poll["right"] for poll in POLL.finditer(POLLS)))
    assert min(letters.count(f"{letter})") for letter in "abc") > len(letters) / 5


def rows_of_plans():
    """(week, cells) of all rows of the semester plans that name a notebook."""
    plans = re.search(r"## A semester with your lecture.*?(?=^## )", TEACHING, flags=re.M | re.S)[0]
    rows = [line.strip("| ").split(" | ") for line in plans.splitlines() if line.startswith("| ")]
    return [row for row in rows if "notebooks/" in row[1]]


def test_plans_name_sections_polls_and_exercises_that_exist():
    rows = rows_of_plans()
    assert len(rows) > 50
    numbers = {poll["number"] for poll in POLL.finditer(POLLS)}
    for row in rows:
        names = re.findall(r"\]\(\.\./notebooks/(\w+)\.ipynb\)", row[1])
        sources = "".join(source_of(name) for name in names)
        for first, last in re.findall(r"sections? (\d+)(?: (?:to|and) (\d+))?", row[1]):
            for section in {first, last} - {""}:
                assert f"\n# ## {section}. " in sources, row
        for poll in re.findall(r"poll (\d\d[a-z]?\.\d)", " ".join(row)):
            assert poll in numbers, row
        for exercise in re.findall(r"\b\d+[a-z]?\.\d\b", row[4]):
            assert re.search(rf"\*\*(?:Exercise )?{re.escape(exercise)}\b", sources), row


def test_five_plans_have_twelve_weeks():
    plans = re.findall(r"^### [A-E]\. .*?(?=^##|\Z)", TEACHING, flags=re.M | re.S)
    assert len(plans) == 5
    for plan in plans:
        weeks = [int(week) for week in re.findall(r"^\| (?:11, )?(\d+) \|", plan, flags=re.M)]
        assert weeks in (list(range(1, 13)), [*range(1, 11), 12])


def test_presets_of_the_lab_that_the_plans_name_exist():
    presets = (ROOT / "gan_tf" / "playground" / "presets.js").read_text("utf-8")
    named = set(re.findall(r"'(A [a-z ]+|The [a-z]+)'", TEACHING))
    assert len(named) >= 3
    for name in named:
        assert f'"{name}": {{ settings' in presets


def test_names_on_the_cheat_sheet_exist():
    code = re.findall(r"`([^`]+)`", CHEAT_SHEET)
    qualified = [part for text in code for part in re.findall(r"\b([a-z]+)\.([A-Za-z_0-9]+)", text)]
    assert len(qualified) > 12
    for module, name in qualified:
        assert hasattr(PARTS[module], name), (module, name)
    assert games.GAN is not None
    for name in re.findall(r'^\| `"(\w+)"`', CHEAT_SHEET, flags=re.M):
        assert losses.get(name) is not None


def test_calls_on_the_cheat_sheet_run():
    names = PARTS | {"GAN": lambda **options: games.GAN(*players(), **options)}
    calls = [text for text in re.findall(r"`([^`]+\([^`]*\))`", CHEAT_SHEET) if "rate" not in text]
    assert len(calls) >= 3
    for call in calls:
        eval(call, dict(names))


def players():
    return builders.point_generator(2), builders.point_discriminator()


def test_losses_on_the_cheat_sheet_are_all_that_the_package_names():
    shown = set(re.findall(r'^\| `"(\w+)"`', CHEAT_SHEET, flags=re.M))
    assert shown == set(losses._LOSSES)
