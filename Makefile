# The usual tasks; `make` lists them. `.ci/run` does setup, test and lint in a fresh environment, and decides.
BIN = .venv/bin

.PHONY: help setup test lint format template figures benchmarks pictures

help:                ## list these tasks
	@sed -n 's/^\([a-z]*\): *## /  make \1\t/p' Makefile | expand -t 20

setup:               ## make .venv with all that development needs, and the git hooks where pre-commit is installed
	python3 -m venv .venv
	$(BIN)/pip install --quiet --editable ".[dev]"
	-command -v pre-commit > /dev/null && pre-commit install

test:                ## run all tests
	$(BIN)/python -m pytest

lint:                ## style, types, the order of imports, the template
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m grader.packing.template --check

format:              ## write code in the project's style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

template:            ## make student_template/ again from reference/
	$(BIN)/python -m grader.packing.template

figures:             ## measure README's figures again (hours)
	$(BIN)/python tests/proof/figures.py

benchmarks:          ## measure README's speed again
	$(BIN)/python -m tests.benchmarks

pictures:            ## make docs/*.png again (extras report and plot, Chromium)
	$(BIN)/python docs/screenshots.py
