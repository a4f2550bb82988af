# A fresh machine needs git, make, python3 (3.11 or later) and python3-venv; nothing else.
# `make` alone lists what there is.

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# Compiled modules are kept: without them every start of every program takes twice as long.
export PYTHONDONTWRITEBYTECODE :=

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed-stamp
# The fast part leaves out what it would only load: whole folders of slow tests, and plugins. Its
# two halves are two plain runs side by side: handing single tests out to workers, each of which
# has loaded all of them, would take a quarter more time.
SLOW_FOLDERS := tests/device/ui tests/hall tests/hub/web
FAST := -p no:schemathesis -p no:xdist $(addprefix --ignore=,$(SLOW_FOLDERS)) -m "not slow and not long and not system"
LENT := tests/hub/forecast tests/hub/replay
HUB_HALF := tests/hub $(addprefix --ignore=,$(LENT))
OTHER_HALF := $(filter-out tests/hub tests/conftest.py tests/__pycache__ $(SLOW_FOLDERS),$(wildcard tests/*)) $(LENT)
# A file's tests stay together: halls of one file share what they start. The longest files come
# first (tests/conftest.py). Half of their time they wait: three go on two cores.
SLOW := -n 3 --dist loadfile --no-loadscope-reorder -m "(slow or system) and not long"
# npm comes with some builds of node, and apart from others.
SYSTEM_PACKAGES := chromium fonts-noto-cjk mosquitto systemd

.PHONY: help install demo test test-fast test-long check bench docs system-deps clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

install: $(INSTALLED) ## make .venv with everything in it (only when something has changed)

$(INSTALLED): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not there: install python3 and python3-venv."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or later is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.11 …")'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "No virtual environment could be made: install python3-venv."; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[device,hub,dev]"
	@$(BIN)/python -m compileall -q -j 2 wire device hub bench
	@touch $@

# The program takes the place of the recipe's shell, so that Ctrl-C reaches it once.
demo: install ## a whole hall on this machine: http://127.0.0.1:8600
	@exec $(BIN)/hall-hub demo

test: install ## every test but the long ones
	@$(MAKE) test-fast
	@exec $(BIN)/pytest $(SLOW)

test-fast: install ## the tests that start no process, under 20 seconds
	@$(MAKE) -j2 --output-sync=target fast-hub fast-others

.PHONY: fast-hub fast-others

fast-hub:
	@exec $(BIN)/pytest $(FAST) $(HUB_HALF)

fast-others:
	@exec $(BIN)/pytest $(FAST) $(OTHER_HALF)

test-long: install ## the full numbers, with progress; this takes a while
	@$(MAKE) -j3 long-days long-halls long-cases

# Days are waited for, cases computed: side by side they take little more than the longest.
LONG := PYTHONUNBUFFERED=1 exec $(BIN)/pytest -m long -v -s

.PHONY: long-days long-halls long-cases

long-days:
	@$(LONG) tests/hall/test_ten_hours.py

long-halls:
	@$(LONG) tests/hall --ignore=tests/hall/test_ten_hours.py

long-cases:
	@$(LONG) tests --ignore=tests/hall

check: install ## style, types and the import rules of the house
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: install ## each figure beside its limit, measured in the same run
	@exec $(BIN)/python -m bench

docs: install ## write the generated documents again
	@exec $(BIN)/python -m docs.generate

system-deps: ## the system programs that some tests use (as root, Debian)
	@missing=$$(for name in $(SYSTEM_PACKAGES); do \
		[ "$$(dpkg-query -W -f '$${db:Status-Status}' $$name 2>/dev/null)" = installed ] || echo $$name; done; \
		command -v npm >/dev/null || echo npm); \
	if [ -z "$$missing" ]; then echo "All there: $(SYSTEM_PACKAGES) npm"; exit 0; fi; \
	if [ "$$(id -u)" != 0 ]; then echo "Not root. As root: apt-get install" $$missing; exit 1; fi; \
	export DEBIAN_FRONTEND=noninteractive; \
	apt-get update -q && apt-get install -q -y --no-install-recommends $$missing

clean: ## remove .venv and everything that tools left
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
