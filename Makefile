# Needs Python 3.11 or newer, make and git; everything else is put into .venv.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes
# One version of each for every Python: what is tested on one is what all others see.
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements"
# These import no Django and are fully typed.
PURE := bounces/parsing bounces/handover.py diagnostics/checks diagnostics/scenarios diagnostics/checking.py \
	diagnostics/plans.py diagnostics/spf_tree.py diagnostics/subject.py network lists/verp.py lists/outgoing/backoff.py \
	lists/outgoing/posting.py lists/outgoing/signing.py lists/bands.py lists/counted.py lists/policy.py \
	lists/addresses.py lists/sending_facts.py lists/how_to_send.py lists/replaying.py \
	lists/importing/shapes.py lists/importing/rows.py lists/importing/formats.py \
	lists/importing/entries.py

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench bench-ingest bench-scale bench-webhooks bench-hot accuracy requirements clean

help: ## Show this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16
	@echo "Options: PORT=9000, HOST=0.0.0.0, PYTHON=python3.12, ARGS='-k words' (for test)"

run: .venv/base.stamp ## Run everything with a filled demo, and print where and how to log in
	@$(BIN)/python manage.py up --demo --host $(HOST) --port $(PORT)

test: .venv/dev.stamp ## Run the tests
	$(BIN)/python -m pytest $(ARGS)

lint: .venv/dev.stamp ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict $(PURE)

format: .venv/dev.stamp ## Put the code into the one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/dev.stamp ## Measure how fast bounces are parsed and SPF is evaluated
	$(BIN)/python -m benchmarks.parsing
	$(BIN)/python -m benchmarks.spf

bench-ingest: .venv/dev.stamp ## Measure bounces a second through the whole pipeline (DATABASE_URL)
	$(BIN)/python -m benchmarks.ingest

bench-scale: .venv/dev.stamp ## Measure pages at 10,000 and a million events (DATABASE_URL, SIZES)
	$(BIN)/python -m benchmarks.scale $(SIZES)

bench-webhooks: .venv/dev.stamp ## Measure webhook requests a second that are stored (DATABASE_URL)
	$(BIN)/python -m benchmarks.webhooks

bench-hot: .venv/dev.stamp ## Measure what workers at one campaign cost each other (DATABASE_URL)
	$(BIN)/python -m benchmarks.hot

accuracy: .venv/dev.stamp ## Measure how many bounces are read correctly
	$(BIN)/python -m benchmarks.accuracy

requirements: .venv/dev.stamp ## Pin the newest versions that requirements/*.in allow
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/$(COMPILE) --upgrade requirements/base.in -o requirements/base.txt
	$(BIN)/$(COMPILE) --upgrade requirements/dev.in -o requirements/dev.txt

clean: ## Delete .venv and caches; data/ stays
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "bounceadmin needs Python 3.11 or newer, and '$(PYTHON)' is not: try make PYTHON=python3.12"; \
		exit 1; }
	@echo "Making .venv ..."
	@$(PYTHON) -m venv .venv || { \
		rm -rf .venv; \
		echo "Python cannot make a virtual environment here; on Debian: apt-get install python3-venv"; \
		exit 1; }

.venv/base.stamp: requirements/base.txt | .venv/bin/python
	@echo "Installing what it needs ..."
	@$(PIP) -r requirements/base.txt
	@touch $@

.venv/dev.stamp: requirements/dev.txt | .venv/bin/python
	@echo "Installing what tests and checks need ..."
	@$(PIP) -r requirements/dev.txt
	@touch $@
