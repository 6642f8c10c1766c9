"""What README.md shows is true: its code runs, its files are there."""

from pathlib import Path
import re

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
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


@pytest.mark.slow
def test_its_code_runs(run_python, tmp_path, monkeypatch):
    """Capped; before the lecture's call stands what a student of the lecture has already."""
    package, measuring, lecture, resuming = re.findall(r"```python\n(.*?)```", README, flags=re.S)
    assert len(package.strip().splitlines()) <= 11
    assert "10_000" in measuring
    measuring = measuring.replace("10_000", "500")
    monkeypatch.setenv("GAN_TF_DATA", "embedded")
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "1")
    monkeypatch.setenv("KERAS_MAX_STEPS_PER_EPOCH", "2")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    printed = run_python(
        package + measuring + STUDENT + lecture + resuming + "print(len(gan.get_weights()))"
    )
    assert (tmp_path / "generator.keras").exists()
    assert printed.split()[-1].isdigit()
    assert list((tmp_path / "runs").rglob("checkpoint-*.gan_tf"))


def test_its_links_lead_somewhere():
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert len(links) > 8
    assert [link for link in links if not (ROOT / link).exists()] == []


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
