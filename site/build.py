"""Builds the web site of the course from the committed notebooks: runs nothing, fetches nothing.

`python site/build.py FOLDER` writes the site to a folder; without an argument it is build/site.
"""

import argparse
from pathlib import Path
import shutil
import subprocess
import sys
import time

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent

sys.dont_write_bytecode = True


def stage(work, root=ROOT):
    """Writes what Sphinx will read into the folder `work`."""
    from staging import course, notebooks, pages

    shutil.rmtree(work, ignore_errors=True)
    (work / "_static").mkdir(parents=True)
    whole = course.Course(root, work)
    for source in whole.sources:
        notebooks.write_page(source, whole)
    pages.write_pages(whole)


def run_sphinx(work, site):
    """Runs Sphinx; returns its warnings, and raises SystemExit if it wrote no site."""
    shutil.rmtree(site, ignore_errors=True)
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-c", str(FOLDER)]
    done = subprocess.run([*command, str(work), str(site)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"Sphinx failed, so there is no site:\n{done.stdout}{done.stderr}")
    return done.stderr


def build(site, root=ROOT):
    """Builds the site into a folder; returns the warnings of Sphinx."""
    from staging import tidying

    work = site.with_name(f"{site.name}-pages")
    stage(work, root)
    warnings = run_sphinx(work, site)
    tidying.tidy(site)
    return warnings


def main(arguments=None):
    """Reads the command line; returns 1 if Sphinx warned of something."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "site")
    site = parser.parse_args(arguments).folder.resolve()
    started = time.perf_counter()
    warnings = build(site)
    sizes = [path.stat().st_size for path in site.rglob("*") if path.is_file()]
    print(warnings, end="", file=sys.stderr)
    print(
        f"{site / 'index.html'}: {len(sizes)} files, {sum(sizes) / 1e6:.1f} MB, "
        f"{time.perf_counter() - started:.0f} s"
    )
    return int(bool(warnings))


if __name__ == "__main__":
    sys.exit(main())
