# `make play` and `make test` do all their own set-up.
.PHONY: play test test-slow check setup
BIN := .venv/bin

play:
	@./setup.sh run
	@$(BIN)/backflip play

setup:
	@./setup.sh dev

test: setup
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n logical --maxprocesses 8 --dist loadfile

test-slow: setup
	$(BIN)/python -m pytest -m slow

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
