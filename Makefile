# A fresh machine needs Python >= 3.11 and make.
PYTHON ?= python3
# Any other Python has an environment of its own, so that going from one to the next rebuilds nothing.
VENV := .venv$(if $(filter-out python3,$(PYTHON)),-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])'))
BIN := $(VENV)/bin
PIP := -m pip install -qq --disable-pip-version-check
EDITABLE := --no-deps --no-build-isolation --editable .
# One more than there are processors, because tests also wait.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

.DEFAULT_GOAL := help
.PHONY: bench check clean completions demo help lowest requirements test test-quick

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-14s%s\n", $$1, $$2}' Makefile

# What the tool needs, and what installs it.
$(VENV)/.run-ready: requirements/run.txt requirements/build.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "imgshare needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python $(PIP) --require-hashes -r requirements/run.txt -r requirements/build.txt
	$(BIN)/python $(PIP) $(EDITABLE)
	touch $@

# And what the tests need.
$(VENV)/.ready: $(VENV)/.run-ready requirements/test.txt
	$(BIN)/python $(PIP) --require-hashes -r requirements/test.txt
	touch $@

.venv-check/.ready: requirements/check.txt
	$(PYTHON) -m venv --clear .venv-check
	.venv-check/bin/python $(PIP) --require-hashes -r $<
	touch $@

# What checks the manifests and workflows in docs/; it brings click, as the checks do.
.venv-schemas/.ready: requirements/schemas.txt
	$(PYTHON) -m venv --clear .venv-schemas
	.venv-schemas/bin/python $(PIP) --require-hashes -r $<
	touch $@

demo: $(VENV)/.run-ready  ## show the main commands, on a local test image service
	@PATH="$(CURDIR)/$(BIN):$$PATH" imgshare sandbox -- sh docs/demo.sh

# The tool starts some two thousand times, and faster with its bytecode.
PYTEST := -m pytest --numprocesses=$(WORKERS)
UNSET := env -u PYTHONDONTWRITEBYTECODE

test: $(VENV)/.ready .venv-schemas/.ready  ## run every test (the first run builds a real Keystone and Glance to test against)
	$(UNSET) $(BIN)/python $(PYTEST)

test-quick: $(VENV)/.ready .venv-schemas/.ready  ## run the tests that need no Keystone and Glance
	$(UNSET) $(BIN)/python $(PYTEST) -m "not cloud"

.venv-lowest/.ready: requirements/test.txt requirements/lowest.txt
	$(PYTHON) -m venv --clear .venv-lowest
	for name in test lowest; do \
	  .venv-lowest/bin/python $(PIP) --no-deps --require-hashes -r requirements/$$name.txt || exit; done
	.venv-lowest/bin/python $(PIP) $(EDITABLE)
	touch $@

lowest: .venv-lowest/.ready .venv-schemas/.ready  ## run every test with the lowest versions that pyproject.toml allows
	$(UNSET) .venv-lowest/bin/python $(PYTEST)

check: $(VENV)/.ready .venv-check/.ready  ## check format, lint, types and import layers
	.venv-check/bin/ruff format --check .
	.venv-check/bin/ruff check .
	.venv-check/bin/mypy --python-executable $(BIN)/python
	PYTHONPATH=. .venv-check/bin/lint-imports

bench: $(VENV)/.ready  ## run the benchmarks and write docs/benchmarks.md
	$(UNSET) $(BIN)/python -m bench

completions: $(VENV)/.run-ready  ## regenerate the shell completion scripts
	$(BIN)/imgshare completion bash > completions/imgshare.bash
	$(BIN)/imgshare completion zsh > completions/_imgshare
	$(BIN)/imgshare completion fish > completions/imgshare.fish
	$(BIN)/imgshare completion powershell > completions/imgshare.ps1

requirements:  ## update the pinned requirements (needs uv)
	for name in check schemas cloud peer-openstack peer-glance; do \
	  uv pip compile --quiet --upgrade --generate-hashes --universal --no-header --python-version 3.11 requirements/$$name.in -o requirements/$$name.txt || exit; done
	uv pip compile --quiet --upgrade --generate-hashes --universal --no-header --python-version 3.11 pyproject.toml -o requirements/run.txt
	uv pip compile --quiet --upgrade --generate-hashes --universal --no-header --python-version 3.11 requirements/test.in pyproject.toml -o requirements/test.txt
	uv pip compile --quiet --upgrade --generate-hashes --universal --no-header --python-version 3.11 requirements/build.in --constraint requirements/test.txt -o requirements/build.txt
	uv pip compile --quiet --upgrade --resolution lowest-direct --generate-hashes --universal --no-header --python-version 3.11 pyproject.toml -o requirements/lowest.txt

clean:  ## remove all generated files
	rm -rf .venv .venv-* .cache dist .hypothesis .*_cache
