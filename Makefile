# Every target does its own set-up: an environment in .venv with the pinned versions. Another set:
# `make test CONSTRAINTS=constraints/colab.txt` works in .venv-colab and leaves .venv alone.

CONSTRAINTS ?= constraints/tested.txt
PYTHON ?=
NOTEBOOK ?=
PYTEST_ARGS ?=
SITE ?= build/site
SLIDES ?= build/slides
GRADING ?= build/grading

SET := $(basename $(notdir $(CONSTRAINTS)))
VENV := $(if $(filter tested,$(SET)),.venv,.venv-$(SET))
BIN := $(VENV)/bin
READY := $(VENV)/.ready
COURSE := -e ".[notebooks,dev,tfds]"

SITE_CONSTRAINTS := constraints/site.txt
SITE_VENV := .venv-site
SITE_BIN := $(SITE_VENV)/bin
SITE_READY := $(SITE_VENV)/.ready

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-site lab site slides grading grade bench notebooks refresh doctor lint clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

demo: $(READY)  ## train the circle GAN and a DCGAN, write pictures to outputs/ (2 minutes)
	@$(BIN)/python -m gan_tf demo

# Notebooks run with few epochs, few steps and no network; unit tests lift the caps for themselves
# (tests/conftest.py). Two processes, so one thread each does the arithmetic: more would wait for
# each other.
test: lint  ## lint, the web site where Chromium is there, unit tests, every notebook and solution
	@sh site/test_if_possible.sh "$(MAKE)" $(BIN)/python
	@KERAS_MAX_EPOCHS=1 KERAS_MAX_STEPS_PER_EPOCH=2 GAN_TF_OFFLINE=1 TF_CPP_MIN_LOG_LEVEL=3 \
	TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=2 OMP_NUM_THREADS=1 \
	PYDEVD_DISABLE_FILE_VALIDATION=1 \
	$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder \
	--nbval-lax --nbval-current-env tests notebooks $(PYTEST_ARGS)

test-site: $(SITE_READY)  ## build the web site and look at it in Chromium
	@$(SITE_BIN)/python -m pytest -n 2 site/tests $(PYTEST_ARGS)

site: $(SITE_READY)  ## make the web site from the notebooks, in build/site
	@$(SITE_BIN)/python site/build.py $(SITE)

slides: $(SITE_READY)  ## make slides of the notebooks, in build/slides (NOTEBOOK=05_dcgan: one)
	@$(SITE_BIN)/python site/make_slides.py $(SLIDES) $(NOTEBOOK)

NBGRADER = $(BIN)/python -c "import nbgrader" 2>/dev/null || \
	$(BIN)/python -m pip install --quiet -c $(CONSTRAINTS) -e ".[grading]"

grading: $(READY)  ## make assignments of the exercises for nbgrader, in build/grading
	@$(NBGRADER)
	@$(BIN)/python grading/grade.py prepare $(GRADING) $(NOTEBOOK)

grade: $(READY)  ## grade what was handed in to build/grading/submitted
	@$(NBGRADER)
	@$(BIN)/python grading/grade.py grade $(GRADING) $(NOTEBOOK)

lint: $(READY)  ## check style and format
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .

lab: $(READY)  ## open the notebooks in JupyterLab
	@$(BIN)/python -m jupyterlab notebooks

bench: $(READY)  ## measure the speed of training
	@$(BIN)/python benchmarks/speed.py

notebooks: $(READY)  ## rebuild the notebooks from notebooks/src
	@$(BIN)/python notebooks/build.py build $(NOTEBOOK)

refresh: $(READY)  ## run the notebooks in full and keep their outputs (NOTEBOOK=05_dcgan: one)
	@TF_CPP_MIN_LOG_LEVEL=3 $(BIN)/python notebooks/build.py execute $(NOTEBOOK)

doctor: $(READY)  ## look for known troubles and say what to do
	@$(BIN)/python -m gan_tf doctor

clean:  ## remove the environments and what was built
	rm -rf .venv .venv-* build dist .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The first line of a constraints file says for which Pythons it holds. The stamp is written last,
# so an interrupted set-up starts over. Arguments: constraints, environment, what to install, size.
define SET_UP
set -e; \
minors=$$(sed -n 's/^# Python 3\.\([0-9]*\) to 3\.\([0-9]*\).*/\1 \2/p' $(1) | head -n 1); \
oldest=$${minors% *}; newest=$${minors#* }; python=; seen=; \
for name in $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.12 python3.11 python3.10); do \
    "$$name" -c '' 2>/dev/null || continue; \
    "$$name" -c "import sys; sys.exit(not (3, $$oldest) <= sys.version_info[:2] <= (3, $$newest))" \
        || { seen="$$seen $$("$$name" -c 'import platform; print(platform.python_version())')"; continue; }; \
    "$$name" -c 'import ensurepip, venv' 2>/dev/null || { seen="$$seen $$name(without-venv)"; continue; }; \
    python="$$name"; break; \
done; \
if [ -z "$$python" ]; then \
    echo "$(1) needs Python 3.$$oldest to 3.$$newest with its venv module." >&2; \
    echo "Seen:$${seen:- none}. Install one, or name it: make PYTHON=/path/to/python3.$$newest" >&2; \
    case "$$seen" in *without-venv*) echo "Debian, Ubuntu: sudo apt install python3-venv" >&2;; esac; \
    exit 1; \
fi; \
rm -f $(2)/.ready; \
if ! $(2)/bin/python -m pip --version >/dev/null 2>&1; then \
    echo "Making $(2) with $$("$$python" --version)"; \
    "$$python" -m venv --clear $(2); \
fi; \
echo "Installing $(1) into $(2): $(4)"; \
$(2)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade -c $(1) pip; \
$(2)/bin/python -m pip install --quiet -c $(1) $(3); \
touch $(2)/.ready
endef

$(READY): pyproject.toml $(CONSTRAINTS)
	@$(call SET_UP,$(CONSTRAINTS),$(VENV),$(COURSE),almost 3 GB and a few minutes)

$(SITE_READY): pyproject.toml $(SITE_CONSTRAINTS)
	@$(call SET_UP,$(SITE_CONSTRAINTS),$(SITE_VENV),--group site,half a GB and half a minute)
