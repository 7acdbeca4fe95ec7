# The project's doors. A fresh machine needs Python >= 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One more than there are processors, because tests also wait.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

.DEFAULT_GOAL := help
.PHONY: help bench check clean completions demo help lowest quick requirements test

help:  ## show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "%-14s%s\n", $$1, $$2}' Makefile

$(VENV)/.ready: requirements/test.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "imgshare needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/test.txt
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv-check/.ready: requirements/check.txt
	$(PYTHON) -m venv --clear .venv-check
	.venv-check/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r $<
	touch $@

demo: $(VENV)/.ready  ## show the main job, against a service of its own
	@PATH="$(CURDIR)/$(BIN):$$PATH" imgshare sandbox -- sh docs/demo.sh

# The tool starts some two thousand times, and faster with its bytecode.
PYTEST := -m pytest --numprocesses=$(WORKERS)
UNSET := env -u PYTHONDONTWRITEBYTECODE

test: $(VENV)/.ready  ## run every test (the first run builds a real Keystone and Glance to test against)
	$(UNSET) $(BIN)/python $(PYTEST)

quick: $(VENV)/.ready  ## run the tests that need no real Keystone and Glance
	$(UNSET) $(BIN)/python $(PYTEST) -m "not cloud"

.venv-lowest/.ready: requirements/test.txt requirements/lowest.txt
	$(PYTHON) -m venv --clear .venv-lowest
	for name in test lowest; do \
	  .venv-lowest/bin/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements/$$name.txt || exit; done
	.venv-lowest/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

lowest: .venv-lowest/.ready  ## run every test with the lowest versions that pyproject.toml allows
	$(UNSET) .venv-lowest/bin/python $(PYTEST)

check: $(VENV)/.ready .venv-check/.ready  ## format, lint, types, layers
	.venv-check/bin/ruff format --check .
	.venv-check/bin/ruff check .
	.venv-check/bin/mypy --python-executable $(BIN)/python
	PYTHONPATH=. .venv-check/bin/lint-imports

bench: $(VENV)/.ready  ## measure against the budgets and the peers; writes docs/benchmarks.md
	$(UNSET) $(BIN)/python -m bench

completions: $(VENV)/.ready  ## write the shells' completion scripts anew
	$(BIN)/imgshare completion bash > completions/imgshare.bash
	$(BIN)/imgshare completion zsh > completions/_imgshare
	$(BIN)/imgshare completion fish > completions/imgshare.fish
	$(BIN)/imgshare completion powershell > completions/imgshare.ps1

requirements:  ## pin the requirements anew (needs uv)
	for name in check cloud peer-openstack peer-glance; do \
	  uv pip compile --quiet --upgrade --generate-hashes --universal --no-header --python-version 3.11 requirements/$$name.in -o requirements/$$name.txt || exit; done
	uv pip compile --quiet --upgrade --generate-hashes --universal --no-header --python-version 3.11 pyproject.toml -o requirements/run.txt
	uv pip compile --quiet --upgrade --generate-hashes --universal --no-header --python-version 3.11 requirements/test.in pyproject.toml -o requirements/test.txt
	uv pip compile --quiet --upgrade --resolution lowest-direct --generate-hashes --universal --no-header --python-version 3.11 pyproject.toml -o requirements/lowest.txt

clean:  ## remove everything that was made
	rm -rf .venv .venv-* .cache dist .hypothesis .*_cache
