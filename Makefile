# Everything a person or CI does here. On a machine with Python 3.11 or newer, git and make, each
# target does its own set-up: a virtual environment in .venv with pinned, hash-checked packages.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run-ready
DEV := $(VENV)/.dev-ready
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test unit full lint check fmt bench pin

help:  ## Show what there is to do
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

demo: $(RUN)  ## Show the whole system on this machine; ARGS=--once ends after one review
	$(BIN)/ai-review demo $(ARGS)

test: $(DEV)  ## Run the tests
	$(BIN)/pytest -n 2 $(ARGS)

UNIT := $(addprefix tests/,diff domain guard house intake planning reporting reviewing settings)

unit: $(DEV)  ## Run the tests of the pure core alone, in half a minute
	$(BIN)/pytest -n 2 -m "not full and not slow" $(UNIT) $(ARGS)

full: $(DEV)  ## Run the long tests too: a kill before, in and after every step
	$(BIN)/pytest -n 2 -m full $(ARGS)

lint: $(DEV)  ## Check style, types and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test full  ## All that CI does

fmt: $(DEV)  ## Put the code into the house's form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(DEV)  ## Print the benchmarks' figures
	$(BIN)/python -m benchmarks.parse
	$(BIN)/python -m benchmarks.receive
	$(BIN)/python -m benchmarks.selection
	$(BIN)/python -m benchmarks.cost
	$(BIN)/python -m benchmarks.latency

pin: $(DEV)  ## Choose the newest allowed packages anew (needs uv)
	uv pip compile pyproject.toml requirements/build.in --universal --generate-hashes \
	    --upgrade --no-emit-index-url --no-header --no-annotate -q -o requirements/run.txt
	uv pip compile pyproject.toml requirements/build.in --extra dev --universal --generate-hashes \
	    --upgrade --no-emit-index-url --no-header --no-annotate -q -o requirements/dev.txt

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "AI Review needs Python 3.11 or newer: set PYTHON=/path/to/it and try again."; exit 1; }
	@$(PYTHON) -c 'import sqlite3, sys; \
	    sys.exit(sys.version_info >= (3, 12) and sqlite3.sqlite_version_info < (3, 42))' || \
	    { echo "This Python has SQLite before 3.42, too old for Python 3.12 and newer: set PYTHON to another, or to 3.11."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN): $(BIN)/python requirements/run.txt pyproject.toml
	$(PIP) --require-hashes -r requirements/run.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): $(RUN) requirements/dev.txt
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@
