# Needs make and Python 3.11 or newer, and no root. Everything it installs goes to .venv and
# node_modules; everything the portal keeps goes to var.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

HOST ?= 127.0.0.1
PORT ?= 8000

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
UV := $(shell uv --version >/dev/null 2>&1 && echo uv)
RUN := .venv/bin/python

# A stamp carries the checksum of what was installed, so a changed lock file installs again.
stamp = $(1)/.installed-$(2)-$(word 1,$(shell cksum < $(3)))
BASE := $(call stamp,.venv,base,requirements/base.txt)
DEV := $(call stamp,.venv,dev,requirements/dev.txt)
BENCH := $(call stamp,.venv,bench,requirements/bench.txt)
NODE := $(call stamp,node_modules,npm,package-lock.json)

.PHONY: help setup run test check bench soak format lock clean

help: ## list what make can do
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST)

setup: $(DEV) $(NODE) ## install everything that running, testing and checking need

run: $(BASE) $(NODE) ## start the portal with its demo on http://HOST:PORT
	@exec $(RUN) manage.py up --seed --host $(HOST) --port $(PORT)

test: $(DEV) $(NODE) ## run all tests on SQLite, and on PostgreSQL and Redis where they answer
	@$(RUN) -m tests.matrix

check: $(DEV) $(NODE) ## formatting, lint, types, import contracts, migrations, lock files
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(RUN) manage.py check --fail-level WARNING
	$(RUN) manage.py makemigrations --check --dry-run
	$(RUN) manage.py draw_state_machines --check
	@! grep -nE '^ *--(extra-)?index-url|^ *--find-links| @ |://' requirements/*.txt
	@! grep -n '"resolved"' package-lock.json

bench: $(BENCH) $(NODE) ## measure against other engines and bare SQL; needs PostgreSQL and Redis
	$(RUN) -m benchmarks.core --json
	$(RUN) -m benchmarks.two_step --json
	$(RUN) -m benchmarks.inbox --json
	$(RUN) -m benchmarks.live --json

soak: $(DEV) $(NODE) ## try the laws, races and crashes many times over
	HYPOTHESIS_PROFILE=soak $(RUN) -m tests.matrix

format: $(DEV) ## write the code as the formatter wants it
	.venv/bin/ruff check --fix-only --quiet .
	.venv/bin/ruff format .

lock: ## write requirements/*.txt and package-lock.json anew; needs uv
	for set in base dev bench node; do uv pip compile --quiet --upgrade --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" requirements/$$set.in -o requirements/$$set.txt \
		|| exit 1; done
	npm update --package-lock-only

clean: ## remove what was installed and cached; the portal's data in var stays
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One venv for all sets: each larger set contains the smaller ones at the same versions.
.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found. Install one, or name it: make PYTHON=/path/to/python3"; exit 1; }
	$(if $(UV),uv venv --quiet --python $(PYTHON) .venv,$(PYTHON) -m venv .venv)

define install
	$(if $(UV),uv pip install --quiet --python .venv --require-hashes -r $(1),\
		{ .venv/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv; } && \
		.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1))
endef

$(BASE): | .venv/bin/python
	$(call install,requirements/base.txt)
	@rm -f .venv/.installed-base-* && touch $@

$(DEV): | .venv/bin/python
	$(call install,requirements/dev.txt)
	@rm -f .venv/.installed-base-* .venv/.installed-dev-* && touch $(BASE) $@

$(BENCH): | $(DEV)
	$(call install,requirements/bench.txt)
	@rm -f .venv/.installed-bench-* && touch $@

# Node.js comes from PyPI where the machine has none.
$(NODE): | .venv/bin/python
	@if npm --version >/dev/null 2>&1; then npm=npm; else \
		$(call install,requirements/node.txt) && npm=.venv/bin/npm; fi && \
		PATH="$(CURDIR)/.venv/bin:$$PATH" $$npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
