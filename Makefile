# Everything that is done to this repository, by name: `make help`.
# Needed: Python 3.11 or later and make. The rest is installed into .venv from pinned, hashed requirements.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
BENCH_VENV := .venv-bench
BENCH_STAMP := $(BENCH_VENV)/.installed
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate --no-strip-extras

CHECK := $(BIN)/limen check boundaries.yaml --format all --output reports/
DOCS := $(BIN)/python -m docs.generate
BENCH_PARTS := benchmarks benchmarks.controls_envelope benchmarks.controls_guard benchmarks.controls_ledger benchmarks.ledgers \
	benchmarks.packs benchmarks.secrets benchmarks.tls
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup --cov --cov-report=term

.PHONY: help check test bench lab service lint docs requirements format clean wheel

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

check: $(RUN_STAMP) ## Judge the reference system, boundaries.yaml, and write every report to reports/
	$(CHECK)

test: $(DEV_STAMP) ## Run the tests with branch coverage
	$(PYTEST)

bench: $(DEV_STAMP) $(BENCH_STAMP) ## Measure speed and memory and hold them against the gates and against other tools
	@# as pip does on installation; every peer is compiled, too
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m compileall -q src
	@# each measures its own part, the others too where one misses a gate
	@missed=0; for part in $(BENCH_PARTS); do echo "$(BIN)/python -m $$part"; $(BIN)/python -m $$part || missed=1; done; exit $$missed

lab: $(DEV_STAMP) ## Start servers with known defects on loopback, to probe them by hand; AREA=tls for one area
	$(BIN)/python -m tests.lab $(AREA)

service: $(DEV_STAMP) ## Run the worked service of examples/service, which enforces boundaries.yaml, on loopback
	$(BIN)/python -m examples.service

lint: $(DEV_STAMP) ## Check style, types, layers, dependencies, docstrings and, with opa and regal, the Rego
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --explicit-package-bases -p examples.service
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry src
	$(BIN)/interrogate --quiet src
	@sh .ci/lint-rego

docs: $(DEV_STAMP) ## Generate the reference parts of docs/ and the published schemas
	$(DOCS)

requirements: $(DEV_STAMP) ## Compile requirements/*.txt anew, with hashes, for every platform
	$(COMPILE) --upgrade pyproject.toml requirements/build.in -o requirements/run.txt
	$(COMPILE) --upgrade requirements/dev.in -o requirements/dev.txt
	$(COMPILE) --upgrade requirements/bench.in -o requirements/bench.txt

format: $(DEV_STAMP) ## Format Python and, with opa on PATH, Rego
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	@if command -v opa >/dev/null; then opa fmt --write rego; else echo "opa is not on PATH: Rego left as it is"; fi

wheel: $(DEV_STAMP) ## Build the wheel and the source archive into dist/
	$(BIN)/python -m hatchling build

clean: ## Remove what these targets made, the environments included
	rm -rf $(VENV) $(BENCH_VENV) build dist htmlcov .coverage .coverage.* .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Installed again only when what is to be installed changed.
$(RUN_STAMP): requirements/run.txt pyproject.toml src/limen/__init__.py
	@sh .ci/environment "$(PYTHON)" $(VENV)
	$(PIP) install --require-hashes -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(DEV_STAMP): $(RUN_STAMP) requirements/dev.txt
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

$(BENCH_STAMP): requirements/bench.txt
	@sh .ci/environment "$(PYTHON)" $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/bench.txt
	@touch $@
