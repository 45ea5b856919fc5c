# `make demo` and `make test` set up everything they need in .venv, on any machine with Python 3.11+.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
RIVALS := $(VENV)/.rivals

.PHONY: demo test test-all lint coverage fixtures bench-read bench-rehearsal bench-accuracy fuzz clean

demo: $(READY)
	$(BIN)/backrun-fit compile fixtures/specs/*.yaml -o demo/workouts
	$(BIN)/backrun-fit rehearse fixtures/specs/long-run.yaml -o demo/long-run.fit --seed 1 >/dev/null
	$(BIN)/backrun-fit check demo/long-run.fit --units statute >demo/report.txt
	@cat demo/report.txt
	@echo
	@echo "Workouts for the watch: demo/workouts/*.fit (copy them to GARMIN/NEWFILES over USB)"
	@echo "Rehearsed run:          demo/long-run.fit"
	@echo "Report:                 demo/report.txt"

test: $(READY)
	$(BIN)/pytest -m "not slow"

test-all: $(READY)
	$(BIN)/pytest

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

coverage: $(READY)
	$(BIN)/pytest -q --cov --cov-report=term-missing:skip-covered

fixtures: $(READY)
	$(BIN)/python fixtures/regenerate.py

fuzz: $(READY)
	$(BIN)/python -m tests.fuzz

bench-read: $(RIVALS)
	$(BIN)/python -m tests.benchmarks.bench_read

bench-rehearsal: $(READY)
	$(BIN)/python -m tests.benchmarks.bench_rehearsal

bench-accuracy: $(RIVALS)
	$(BIN)/python -m tests.benchmarks.bench_accuracy

$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $(READY)

$(RIVALS): $(READY)
	$(BIN)/python -m pip install --quiet --editable '.[dev,bench]'
	touch $(RIVALS)

clean:
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
