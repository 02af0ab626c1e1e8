# The two commands that matter: make run, make test. The others are for those who change the program.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Two processes: most tests wait for a child process that checks an index.
TESTS := $(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help run test check evaluate bench

help: ## say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 12

run: $(READY) ## install, ingest corpus/ and serve the page
	@$(BIN)/tourbot model
	@$(BIN)/python ingest.py || [ $$? -eq 1 ]
	@$(BIN)/python app.py

test: $(READY) ## install and run the tests
	@$(BIN)/tourbot model
	@$(TESTS)

check: $(READY) ## style, types, layers, tests with coverage
	@$(BIN)/tourbot model
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(TESTS) --cov --cov-report=term-missing:skip-covered --cov-fail-under=90

evaluate: $(READY) ## measure answers on the development questions
	@$(BIN)/tourbot model
	@$(BIN)/python ingest.py > /dev/null || [ $$? -eq 1 ]
	@$(BIN)/tourbot evaluate

bench: $(READY) ## measure speed and memory on the corpus
	@$(BIN)/tourbot model
	@$(BIN)/python ingest.py > /dev/null || [ $$? -eq 1 ]
	@$(BIN)/python benchmarks/answering.py

$(READY): pyproject.toml constraints.txt
	@echo "Installing into $(VENV) (a few minutes the first time)"
	@$(PYTHON) -c 'import sys; sys.exit("tourbot needs Python 3.11 or newer; run: make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
