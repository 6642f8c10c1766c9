"""What README.md and docs show is true: their code runs, their files are there."""

from pathlib import Path
import re

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted((ROOT / "docs").glob("*.md"))
FASTER = {"10_000": "300", "Score(scores)": "Score(scores, num_images=300)"}
STUDENT = """
import tensorflow as tf
batch_size, codings_size = 32, 100
generator, discriminator = gan.generator, builders.dcgan_discriminator(output_activation="sigmoid")
discriminator.compile(loss="binary_crossentropy", optimizer="rmsprop")
discriminator.trainable = False
gan = keras.Sequential([generator, discriminator])
gan.compile(loss="binary_crossentropy", optimizer="rmsprop")
dataset = tf.data.Dataset.from_tensor_slices(images[:64]).batch(batch_size, drop_remainder=True)
"""


def python_blocks(name):
    return re.findall(r"```python\n(.*?)```", (ROOT / name).read_text("utf-8"), flags=re.S)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Limiting")  # Keras, of the caps
def test_its_code_runs(capped, capsys, tmp_path, monkeypatch):
    """With that of the pages that continue it, in the order in which one would run it.

    Before the lecture's call stands what a student of the lecture has already.
    """
    package, lecture = python_blocks("README.md")
    (measuring,) = python_blocks("docs/performance.md")
    (resuming,) = python_blocks("docs/reliability.md")
    assert len(package.strip().splitlines()) <= 11
    for slow, fast in FASTER.items():
        assert slow in measuring
        measuring = measuring.replace(slow, fast)
    monkeypatch.chdir(tmp_path)
    exec(package + measuring + STUDENT + lecture + resuming, {})
    assert (tmp_path / "generator.keras").exists()
    assert "frechet_classifier_distance " in capsys.readouterr().out
    assert list((tmp_path / "runs").rglob("*.weights.h5"))


def test_the_code_of_the_page_on_data_runs():
    page = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    found = {}
    for code in re.findall(r"```python\n(.*?)```", page, flags=re.S):
        exec(code, found)
    assert set(found["labelled"].element_spec) == {"images", "labels"}
    assert len(found["unpaired"]) == 2_000 // 16


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{p.name}" for p in PAGES)])
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!http)([^)#]+)\)", text)
    assert len(links) > 8 or page != "README.md"
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


def test_every_notebook_is_in_its_table():
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert f"(notebooks/{path.name})" in README
        assert f"/blob/main/notebooks/{path.name})" in README


def cells(line):
    return [cell.strip() for cell in line.strip()[1:-1].split("|")]


def test_its_times_are_those_of_the_notebooks():
    rows = [cells(line) for line in README.splitlines() if "colab-badge.svg" in line]
    minutes = {re.search(r"notebooks/(\w+)\.ipynb", row[0])[1]: row[2] for row in rows}
    for name, time in minutes.items():
        text = (ROOT / "notebooks" / "src" / f"{name}.py").read_text("utf-8")
        assert re.search(r"full run\*\*: about (\d+ minutes?)", text)[1] == time, name
    total = sum(int(time.split()[0]) for time in minutes.values())
    assert f"| all of them | | {total} minutes | |" in README


def test_it_is_about_a_thousand_words():
    """Without code, badges and the addresses of links."""
    text = re.sub(r"```.*?```|\[!\[Open in Colab\].*?\)\]\(.*?\)", "", README, flags=re.S)
    words = re.findall(r"\S*\w\S*", re.sub(r"\]\([^)]*\)", "]", text))
    assert 900 < len(words) < 1_100


def test_speeds_are_those_of_the_results():
    """Each row of the page stands in the file whose link is above its table."""
    shown, known = 0, None
    for line in (ROOT / "docs" / "performance.md").read_text("utf-8").splitlines():
        link = re.search(r"\[all rows\]\(\.\./(.*?)\)", line)
        if link:
            lines = (ROOT / link[1]).read_text("utf-8").splitlines()
            known = [dict(zip(cells(lines[0]), cells(row), strict=True)) for row in lines[2:-2]]
        if line.startswith("| network | trained by"):
            columns = cells(line)
        elif known and line.startswith(("| dense", "| DCGAN")) and "ms" not in line:
            wanted = {"batch": "32", "precision": "float32"}
            wanted |= dict(zip(columns, cells(line), strict=True))
            assert any(wanted.items() <= row.items() for row in known), line
            shown += 1
    assert shown == 26


def test_what_the_page_on_teaching_expects_is_what_the_solutions_print():
    page = (ROOT / "docs" / "teaching.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+[a-z]?)\.\d \| .* \| (`.*`) \|$", page, flags=re.M)
    assert len(rows) >= 20
    for number, values in rows:
        (path,) = (ROOT / "notebooks" / "solutions").glob(f"{number.zfill(2)}_*.ipynb")
        printed = "".join(
            output.get("text", "")
            for cell in nbformat.read(path, as_version=4).cells
            for output in cell.get("outputs", ())
        )
        for value in re.findall(r"`(.*?)`", values):
            expected = rf"expected [a-z ]*{re.escape(value)}"
            assert re.search(expected, printed), (path.name, value)


def test_every_make_target_they_name_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = "\n".join([README, *(page.read_text("utf-8") for page in PAGES)])
    targets = set(re.findall(r"(?:`|^)make ([a-z]+)\b", text, flags=re.M))
    assert {"demo", "lab", "doctor", "test"} <= targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, flags=re.M), target


def test_no_placeholder_is_left():
    assert not re.search(r"\{\{\w+\}\}", README)
