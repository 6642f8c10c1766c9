"""What README.md and docs show is true: their code runs, their files are there."""

from pathlib import Path
import re

import keras
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


@pytest.fixture
def capped(monkeypatch):
    """One epoch of two steps, on the data in the repository."""
    monkeypatch.setenv("GAN_TF_DATA", "embedded")
    keras.config.set_max_epochs(1)
    keras.config.set_max_steps_per_epoch(2)
    yield
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Limiting")  # Keras, of the caps
def test_its_code_runs(capped, capsys, tmp_path, monkeypatch):
    """Before the lecture's call stands what a student of the lecture has already."""
    package, measuring, lecture, resuming = re.findall(r"```python\n(.*?)```", README, flags=re.S)
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


def test_every_make_target_it_names_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"make ([a-z]+)\b", README)) - {"and", "finds"}:
        assert re.search(rf"^{target}:", makefile, flags=re.M), target


def test_no_placeholder_is_left():
    assert not re.search(r"\{\{\w+\}\}", README)
