# The two commands that matter: make run, make test. The others are for those who change the program.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Two processes: most tests wait for a child process that checks an index.
TESTS := $(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder
READY := $(VENV)/.ready
RIVALS := .venv-rivals

.DEFAULT_GOAL := help
.PHONY: help run test lint check evaluate gate bench bench-rivals

help: ## say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 12

run: $(READY) ## install, ingest corpus/ and serve the page
	@$(BIN)/tourbot model
	@$(BIN)/python ingest.py || [ $$? -eq 1 ]
	@$(BIN)/python app.py

test: $(READY) ## install and run the tests
	@$(BIN)/tourbot model
	@$(TESTS) $(COVER)

lint: $(READY) ## style, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: COVER := --cov --cov-report=term-missing:skip-covered --cov-fail-under=90
check: lint test ## the same, then the tests with coverage

evaluate: $(READY) ## measure answers on the development questions
	@$(BIN)/tourbot model
	@$(BIN)/python ingest.py > /dev/null || [ $$? -eq 1 ]
	@$(BIN)/tourbot evaluate

gate: evaluate ## fail when the development questions are answered worse than before
	@$(BIN)/tourbot evaluate gate

bench: $(READY) ## measure speed and memory on the corpus
	@$(BIN)/tourbot model
	@$(BIN)/python ingest.py > /dev/null || [ $$? -eq 1 ]
	@$(BIN)/python benchmarks/answering.py

# Other data: make bench-rivals DATA="--data piaf-dev.json --distractors piaf-train.json"
DATA ?= --data evaluation/questions.jsonl
bench-rivals: $(READY) $(RIVALS)/.ready ## compare retrieval with other people's pipelines
	@$(BIN)/tourbot model
	@$(BIN)/python ingest.py > /dev/null || [ $$? -eq 1 ]
	@$(BIN)/python benchmarks/systems.py $(DATA) --rivals $(RIVALS)/bin/python

$(RIVALS)/.ready: benchmarks/rivals/requirements.txt
	@echo "Installing into $(RIVALS) (a few minutes the first time)"
	@test -x $(RIVALS)/bin/python || $(PYTHON) -m venv $(RIVALS)
	@$(RIVALS)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(READY): pyproject.toml constraints.txt
	@echo "Installing into $(VENV) (a few minutes the first time)"
	@$(PYTHON) -c 'import sys; sys.exit("tourbot needs Python 3.11 or newer; run: make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
