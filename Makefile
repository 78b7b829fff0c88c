# make lab opens the course; make test runs every check. The README gives the same as plain commands.
PYTHON ?= python3
PAGE ?= notebooks
BIN := .venv/bin

.PHONY: help ready lab test lint unit pages browser bench refresh slides handouts answers clean
help:
	@echo "make lab      open the course in JupyterLab (PORT=9000 chooses the port, CPU=1 the small CPU-only PyTorch)"
	@echo "make test     lint, unit tests, every page re-executed and compared, JupyterLab in a browser"
	@echo "make refresh  execute the pages and store their outputs (PAGE=notebooks/NAME.ipynb: only that one,"
	@echo "              ANEW=1: also the outputs that differ from run to run)"
	@echo "make bench    measure how fast the explorers and the training are (a few minutes)"
	@echo "make slides, make handouts: each lesson as one HTML file in build/, to project or to print, no network needed"
	@echo "make lint     ruff only; make clean removes the installation"

ready: .venv/.installed
	@$(BIN)/python -c "" 2>/dev/null || { echo "The installation in .venv no longer works: run 'make clean' and try again."; exit 1; }

lab: ready
	@$(BIN)/python tools/lab.py $(PORT)

test: lint unit pages browser

lint: ready
	@echo "== lint"
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

unit: ready
	@echo "== unit tests"
	@$(BIN)/python -m pytest -q tests --ignore=tests/browser

pages: ready
	@echo "== every page, executed and compared with its stored outputs"
	@$(BIN)/python -m pytest -q --nbval notebooks

browser: ready
	@echo "== JupyterLab in a browser"
	@$(BIN)/python -m pytest -q -rs tests/browser

bench: ready
	@$(BIN)/python tools/bench.py

refresh: ready
	@$(BIN)/python tools/refresh.py $(if $(ANEW),--anew) $(filter-out notebooks notebooks/,$(PAGE))

slides handouts: ready
	@$(BIN)/python tools/publish.py $@

# The answer key and the glossary, from the exercises and the list of terms.
answers: ready
	@$(BIN)/python tools/answer_key.py
	@$(BIN)/python tools/glossary.py

clean:
	rm -rf .venv build *.egg-info

# The stamp is made last, so that an interrupted installation starts again.
.venv/.installed: requirements.txt pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || { echo "There is no $(PYTHON) here: install Python 3.11 to 3.14, or say which one: make lab PYTHON=..."; exit 1; }
	@"$(PYTHON)" tools/check_python.py
	@$(BIN)/python -c "" 2>/dev/null || { rm -rf .venv && "$(PYTHON)" -m venv .venv; }
	@if [ -z "$(CPU)" ] && [ "$$(uname -sm)" = "Linux x86_64" ] && [ ! -e /proc/driver/nvidia ] && ! $(BIN)/python -c "import torch" 2>/dev/null; then \
		echo "No NVIDIA GPU seen. Pip may now fetch PyTorch with CUDA, several GB; for the small CPU-only one press Ctrl-C and run: make lab CPU=1"; fi
	@if [ -n "$(CPU)" ]; then $(BIN)/python -m pip install -q uv && \
		$(BIN)/uv pip install -q --python $(BIN)/python --torch-backend=cpu "$$(grep '^torch==' requirements.txt)"; fi
	@echo "Installing the course into .venv, once; this takes a few minutes."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@
