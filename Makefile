# Two commands do all the set-up: `make notes` and `make test`.
PYTHON ?= python3
SAMPLE ?= transcripts/tidal-turbines.vtt
BIN := .venv/bin
# One more than cores: many tests wait for servers and programs that they start.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
READY := .venv/.ready
DEV := .venv/.dev

.PHONY: notes test lint bench record help
help:
	@echo "make notes    make a study document from a sample transcript (SAMPLE=path for another)"
	@echo "make test     run the tests, offline"
	@echo "make lint     ruff, mypy and the import contract"
	@echo "make bench    ratios of one run: what got slower by more than a fifth"
	@echo "make record   ask the embedded model again and renew every recording"

$(READY): pyproject.toml requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

$(DEV): $(READY) requirements-dev.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

notes: $(READY)
	$(BIN)/studydoc make $(SAMPLE)

# Where the environment keeps Python from storing what it compiles, every worker and program would compile all anew.
test: $(DEV)
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n $(WORKERS)

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(DEV)
	$(BIN)/python -m benchmarks.regressions

record: $(DEV)
	$(BIN)/studydoc fixture record tests/fixtures --out .recorded
	$(BIN)/python -m tests.providers.test_cassettes
