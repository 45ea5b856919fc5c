# `make demo` and `make test` set up everything they need in .venv, on any machine with Python 3.11+.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
USABLE := $(VENV)/.usable
READY := $(VENV)/.ready
RIVALS := $(VENV)/.rivals
MUTMUT := $(VENV)/.mutmut
# A rival that needs an older fit-tool than ours, in an environment of its own.
PACE2FIT := $(VENV)/.pace2fit-0.1.3
# What builds distributions and other environments, and what lists their parts and licences.
TOOLS := $(VENV)/.tools
LISTED := $(VENV)/.packaging/sbom

.PHONY: demo test test-all test-dist test-lowest dist sbom lint coverage docs docs-output fixtures bench bench-read bench-rehearsal bench-accuracy bench-alignment bench-compile bench-batch bench-damage pictures house fuzz fuzz-cost mutants clean

demo: $(USABLE)
	$(BIN)/backrun-fit compile fixtures/specs/*.yaml -o demo/workouts
	$(BIN)/backrun-fit rehearse fixtures/specs/long-run.yaml -o demo/long-run.fit --seed 1 >/dev/null
	$(BIN)/backrun-fit check demo/long-run.fit --units statute --html demo/report.html >demo/report.txt
	@cat demo/report.txt
	@echo
	@echo "Workouts for the watch: demo/workouts/*.fit (copy them to GARMIN/NEWFILES over USB)"
	@echo "Rehearsed run:          demo/long-run.fit"
	@echo "Report:                 demo/report.txt, and to look at: demo/report.html"

test: $(READY)
	$(BIN)/pytest -m "not slow and not packaging" -n auto --dist worksteal

test-all: $(READY)
	$(BIN)/pytest -m "not packaging" -n auto --dist worksteal

dist: $(TOOLS)/.ready
	rm -f dist/*.whl dist/*.tar.gz
	$(TOOLS)/bin/uv build --quiet --out-dir dist

test-dist: dist $(READY)
	$(BIN)/pytest -q -m packaging tests/packaging
	$(BIN)/python -m tests.packaging.suite dist/*.whl newest

test-lowest: dist $(READY)
	$(BIN)/python -m tests.packaging.suite dist/*.whl oldest --lowest

sbom: dist
	$(TOOLS)/bin/uv venv --quiet --clear --python $(PYTHON) $(LISTED)
	$(TOOLS)/bin/uv pip install --quiet --python $(LISTED)/bin/python dist/*.whl
	$(TOOLS)/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type library \
		--output-reproducible --output-file dist/sbom.cdx.json $(LISTED)/bin/python
	$(TOOLS)/bin/pip-licenses --python $(LISTED)/bin/python --from mixed --format markdown \
		--output-file dist/licences.md

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

coverage: $(READY)
	$(BIN)/pytest -q -m "not slow and not packaging" -n auto --dist worksteal --cov --cov-report=term-missing:skip-covered

# Strict: a warning is an error. Nothing is fetched.
docs: $(READY)
	$(BIN)/sphinx-build -q -W --keep-going -E docs build/docs
	@echo "The documentation: build/docs/index.html"

# What the commands on these pages print, written anew.
docs-output: $(READY)
	$(BIN)/python -m tests.docs_pages docs/tutorial.md docs/how-to/specs.md docs/reference/command-line.md

fixtures: $(READY)
	$(BIN)/python fixtures/regenerate.py

house: $(READY)
	$(BIN)/python -m tests.house

pictures: $(READY)
	$(BIN)/python -m tests.pictures

fuzz: $(READY)
	$(BIN)/python -m tests.fuzz

# What small inputs cost: the slope of each kind, then 20,000 inputs, or `make fuzz-cost COUNT=1000000`.
fuzz-cost: $(READY)
	$(BIN)/python -m tests.fuzz.cost $(COUNT)

bench: $(RIVALS) $(PACE2FIT)/.ready
	$(BIN)/python -m tests.benchmarks $(PACE2FIT)/bin/python

# All areas, or `make mutants AREAS="rules judge"`: tens of minutes each; what was caught stays caught.
mutants: $(MUTMUT)
	nice $(BIN)/python -m tests.mutation $(AREAS)

bench-read: $(RIVALS)
	$(BIN)/python -m tests.benchmarks.bench_read

bench-rehearsal: $(READY)
	$(BIN)/python -m tests.benchmarks.bench_rehearsal

bench-accuracy: $(RIVALS)
	$(BIN)/python -m tests.benchmarks.bench_accuracy

bench-damage: $(RIVALS)
	$(BIN)/python -m tests.benchmarks.bench_damage

bench-alignment: $(READY)
	$(BIN)/python -m tests.benchmarks.bench_alignment

bench-compile: $(READY) $(PACE2FIT)/.ready
	$(BIN)/python -m tests.benchmarks.bench_compile $(PACE2FIT)/bin/python

bench-batch: $(READY) $(PACE2FIT)/.ready
	$(BIN)/python -m tests.benchmarks.bench_batch $(PACE2FIT)/bin/python

# The package and what its reports need.
$(USABLE): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[report]'
	touch $(USABLE)

$(READY): $(USABLE)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $(READY)

$(TOOLS)/.ready: Makefile
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet 'uv>=0.11' 'cyclonedx-bom~=7.5' 'pip-licenses~=5.5'
	touch $@

$(RIVALS): $(READY)
	$(BIN)/python -m pip install --quiet --editable '.[dev,bench]'
	touch $(RIVALS)

$(MUTMUT): $(READY)
	$(BIN)/python -m pip install --quiet --editable '.[dev,mutation]'
	touch $(MUTMUT)

$(PACE2FIT)/.ready: | $(READY)
	$(PYTHON) -m venv $(PACE2FIT)
	$(PACE2FIT)/bin/python -m pip install --quiet pace2fit==0.1.3 fit-tool==0.9.15
	touch $@

clean:
	rm -rf $(VENV) demo dist build mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis
