# Every target does the set-up it needs; the second time it is quick.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
RUN_PYTEST := $(BIN)/python -m pytest

.PHONY: help install demo test test-unit test-integration test-browser test-tryton check check-types check-rest format bench nightly clean
.DEFAULT_GOAL := help

help: ## Show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

install: $(STAMP) ## Install into .venv

# Bytecode is compiled at once, as pip does for a package: without it each run would spend 0.2 s on compiling.
# One stamp for everything: the tools are small, and a half-installed environment is the commonest broken build.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "contract-harness needs Python 3.11 or newer: make PYTHON=python3.11 ..."; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "This Python has no venv module. Fix: apt install python3-venv"; exit 2; }
	@echo "Installing into $(VENV) (first time about a minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@if command -v uv >/dev/null 2>&1; then VIRTUAL_ENV=$(VENV) uv pip install --quiet -c constraints.txt -e '.[test,check]'; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,check]'; fi
	@$(BIN)/python -m compileall -q harness synthetic
	@touch $@

demo: $(STAMP) ## Run the main job on a throw-away repository
	@$(BIN)/harness demo

test: test-unit test-integration test-browser ## Run all test layers

test-unit: $(STAMP) ## Pure rooms, golden files, rules, corpora sample
	@$(BIN)/python tests/layer.py unit 150 -n 2 --dist loadfile -m "not integration and not browser and not tryton and not slow"

# Most of these wait for running systems, so that there are more of them at a time than processors.
test-integration: $(STAMP) ## Tests that start processes
	@$(BIN)/python tests/layer.py integration 300 -n 4 --dist loadfile -m "integration and not tryton and not slow"

test-browser: $(STAMP) ## Pages in headless Chromium
	@$(BIN)/python tests/layer.py browser 90 -m "browser and not slow"

# Each of the two has a Tryton of its own.
test-tryton: $(STAMP) ## A real Tryton, installed and prepared the first time (about 100 s)
	@HARNESS_TRYTON_BUILD=1 $(BIN)/python tests/layer.py tryton 300 -n 2 --dist worksteal -m "tryton and not slow"

# Types take as long as all the rest, so that they are checked beside it.
check: $(STAMP) ## Format, lint, types, layers, dependencies, spelling
	@$(MAKE) --no-print-directory -j2 check-types check-rest
	@echo "check: all green"

check-types: $(STAMP)
	@$(BIN)/mypy

check-rest: $(STAMP)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/deptry .
	@$(BIN)/typos

format: $(STAMP) ## Put every file into the house format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(STAMP) ## Measure speed against peers, as ratios of the same run
	@$(BIN)/python tests/benchmarks/run.py

nightly: $(STAMP) ## The long tests
	@HYPOTHESIS_PROFILE=nightly $(RUN_PYTEST) -m slow

clean: ## Remove what the targets made
	rm -rf $(VENV) .cache reports/out .mypy_cache .ruff_cache .pytest_cache .hypothesis
