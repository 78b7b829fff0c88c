# make lab opens the course; make test runs every check. The README gives the same as plain commands.
PYTHON ?= python3
PAGE ?= notebooks
BIN := .venv/bin

.PHONY: help ready ready-dev lab doctor test lint unit pages browser colab address bench refresh slides handouts answers wheels lock clean
help:
	@echo "make lab      open the course in JupyterLab (PORT=9000 chooses the port). What the first one installs:"
	@echo "              CPU=1 PyTorch without CUDA, WHEELS=folder from there, PYTORCH_MIRROR=address PyTorch from there"
	@echo "make doctor   look at what the course needs of this machine, and say what to do where something is wrong"
	@echo "make wheels   fill the folder wheels, from which 'make lab WHEELS=wheels' installs without a network"
	@echo "make test     all four of: make lint (ruff), make unit (unit tests), make pages (every page, executed and"
	@echo "              compared with what is stored), make browser (JupyterLab and published files in Chromium)"
	@echo "make refresh  execute the pages and store their outputs (PAGE=notebooks/NAME.ipynb: only that one,"
	@echo "              ANEW=1: also the outputs that differ from run to run)"
	@echo "make colab    the pages on the versions that Google Colab has (PAGE=notebooks/NAME.ipynb: only that one)"
	@echo "make address  take the course's public address from pyproject.toml to the README and the pages"
	@echo "make bench    measure pages, explorers and trainings (ten minutes; PARTS=pages: only those)"
	@echo "make slides, make handouts: each lesson as one HTML file in build/, to project or to print, no network needed"
	@echo "make answers  write the answer key and the glossary, from the questions and the list of terms"
	@echo "make lock     choose the exact versions anew; make clean removes the installation"

ready: .venv/.installed
	@$(BIN)/python -c "" 2>/dev/null || "$(PYTHON)" tools/install.py

ready-dev: .venv/.installed-dev
	@$(BIN)/python -c "" 2>/dev/null || "$(PYTHON)" tools/install.py dev

lab: ready
	@$(BIN)/python tools/lab.py $(PORT)

doctor:
	@"$(PYTHON)" tools/doctor.py

test: lint unit pages browser

lint: ready-dev
	@echo "== lint"
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

unit: ready-dev
	@echo "== unit tests"
	@$(BIN)/python -m pytest -q --durations=10 tests --ignore=tests/browser

pages: ready-dev
	@echo "== every page, executed and compared with its stored outputs"
	@$(BIN)/python -m pytest -q --durations=10 --nbval notebooks

browser: ready-dev
	@echo "== JupyterLab in a browser"
	@$(BIN)/python -m pytest -q -rs --durations=10 tests/browser

colab: ready-dev
	@echo "== pages and widgets on Google Colab's versions"
	@$(BIN)/python tools/colab.py $(filter-out notebooks notebooks/,$(PAGE))

address: ready
	@$(BIN)/python tools/address.py

bench: ready-dev
	@$(BIN)/python -m bench $(PARTS)

refresh: ready
	@$(BIN)/python tools/refresh.py $(if $(ANEW),--anew) $(filter-out notebooks notebooks/,$(PAGE))

slides handouts: ready
	@$(BIN)/python tools/publish.py $@

# The answer key and the glossary, from the exercises and the list of terms.
answers: ready
	@$(BIN)/python tools/answer_key.py
	@$(BIN)/python tools/glossary.py

wheels: ready-dev
	@"$(PYTHON)" tools/install.py wheels

lock:
	@"$(PYTHON)" tools/install.py lock

clean:
	rm -rf .venv build *.egg-info

# tools/install.py makes these stamps last, so that an interrupted installation starts again.
.venv/.installed .venv/.installed-dev: requirements.txt constraints.txt pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || { echo "There is no $(PYTHON) here: install Python 3.11 to 3.14, or say which one: make lab PYTHON=..."; exit 1; }
	@"$(PYTHON)" tools/check_python.py
	@"$(PYTHON)" tools/install.py $(if $(findstring -dev,$@),dev)
