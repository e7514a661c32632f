# `make demo` and `make test` set up everything they need, inside this folder.
UV := .tools/bin/uv
BIN := .venv/bin
export UV_PROJECT_ENVIRONMENT := .venv
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test lint types imports check docs lock clean setup training

demo: .venv/.ready
	@$(BIN)/python -m copilot demo $(ARGS)

test: .venv/.ready-dev
	@$(BIN)/python -m pytest $(ARGS)

lint: .venv/.ready-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: .venv/.ready-dev
	@$(BIN)/basedpyright

imports: .venv/.ready-dev
	@$(BIN)/lint-imports

check: lint types imports test

docs: .venv/.ready-dev
	@$(BIN)/python -m scripts.generate_docs

setup: .venv/.ready-dev

# What training the networks needs on top: `make training`, then `python -m evals.training.tagger`.
training: .venv/.ready-dev requirements/training.txt
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/training.txt

$(UV):
	@echo "Installing uv into .tools/" >&2
	@python3 scripts/bootstrap.py

.venv/bin/python: | $(UV)
	@$(UV) venv --quiet --python 3.12 .venv

.venv/.ready: requirements/runtime.txt pyproject.toml | .venv/bin/python
	@test -e .venv/.ready-dev || { echo "Installing the pinned packages into .venv/" >&2; \
	  $(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/runtime.txt; }
	@touch $@

.venv/.ready-dev: requirements/dev.txt pyproject.toml | .venv/bin/python
	@echo "Installing the pinned packages into .venv/" >&2
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@ .venv/.ready

COMPILE = $(UV) pip compile --quiet --python-version 3.12 --universal --generate-hashes --no-header --no-annotate

lock: | $(UV)
	@$(COMPILE) requirements/uv.in -o requirements/uv.txt
	@$(COMPILE) pyproject.toml -o requirements/runtime.txt
	@$(COMPILE) pyproject.toml --group dev -o requirements/dev.txt
	@$(COMPILE) requirements/training.in -c requirements/dev.txt -o requirements/training.txt

clean:
	rm -rf .venv .tools .pytest_cache .ruff_cache .hypothesis
