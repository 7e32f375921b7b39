# Two commands matter: `make demo` and `make test`. Both set up what they need, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test browser thorough validation dictionary sample check lint types imports format lock ui bench clean help

help: ## What can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

demo: $(VENV)/.runtime ## A made-up programme through the real pipeline; prints where everything is
	$(BIN)/peerlift demo --into data

test: $(VENV)/.development ## All tests but the thorough ones and those that need a browser
	$(BIN)/python -m pytest -m "not browser and not thorough" --numprocesses auto --dist loadscope

browser: $(VENV)/.development ## Tests that drive the system's Chromium
	$(BIN)/python -m pytest -m browser

thorough: $(VENV)/.development ## Long runs whose bounded versions are part of `make test`
	$(BIN)/python -m pytest -m thorough

validation: $(VENV)/.development ## Write docs/validation.md: what the estimators claim, tried on made-up programmes
	PYTHONPATH=tests/support $(BIN)/python tests/simulation/validation.py

check: lint types imports ## Lint, types and import rules

lint: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.development
	$(BIN)/mypy

imports: $(VENV)/.development
	$(BIN)/lint-imports

format: $(VENV)/.development ## Put the code into its format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.development ## Write docs/benchmarks.md: what the estimators, a million answers and a demo run cost
	$(BIN)/python tests/benchmarks/document.py

dictionary: $(VENV)/.development ## Write data/README.md from the contracts and docs/formats.md from the readers
	$(BIN)/python -m pipelines.data_dictionary
	$(BIN)/python -m pipelines.formats_page

sample: $(VENV)/.runtime ## Write the small sample of made-up exports in data/sample
	$(BIN)/python -m pipelines.demo data/sample

ui: $(VENV)/.runtime ## Dagster's web interface on the programme in data/
	PEERLIFT_PROGRAMME=data DAGSTER_HOME="$$($(BIN)/peerlift --programme data where dagster)" $(BIN)/dagster dev

lock: $(VENV)/.development ## Pin the dependencies anew, with hashes
	$(BIN)/uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header -q -o requirements/runtime.lock
	$(BIN)/uv pip compile pyproject.toml --extra build --extra dev --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header -q -o requirements/development.lock
	$(BIN)/uv pip compile requirements/duckdb15.in --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header -q -o requirements/duckdb15.lock

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Peerlift needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.runtime: requirements/runtime.lock pyproject.toml | $(VENV)/.made
	$(PIP) install --quiet --require-hashes --only-binary :all: -r requirements/runtime.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.development: requirements/development.lock requirements/duckdb15.lock $(VENV)/.runtime
	$(PIP) install --quiet --require-hashes --only-binary :all: -r requirements/development.lock
	$(PIP) install --quiet --require-hashes --only-binary :all: --no-deps --target $(VENV)/duckdb15 -r requirements/duckdb15.lock
	touch $@

clean: ## Remove the environment and the demonstration
	rm -rf $(VENV)
