# Everything lives in .venv; the locks in requirements/ hold hashes and no address.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help run test lint lock pictures

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

run: .venv/run ## the bot: on Telegram when BOT_TOKEN is set (environment or .env), else the sandbox
	@exec $(BIN)/python -m bot start

test: .venv/dev ## all tests
	@$(BIN)/python -m pytest -n auto --dist worksteal

lint: .venv/dev ## ruff, mypy and the arrows between the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: .venv/run ## resolve the dependencies anew and write the locks
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --upgrade pyproject.toml --group build --output-file requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --upgrade pyproject.toml --group dev --output-file requirements/dev.txt

pictures: .venv/dev ## the README's pictures, taken from the sandbox's page (needs Debian's chromium)
	@$(BIN)/python docs/pictures.py

.venv/%: requirements/%.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "The module venv is missing. Install it: sudo apt-get install -y python3-venv"; exit 1; }
	@echo "Setting up .venv (once, about a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
