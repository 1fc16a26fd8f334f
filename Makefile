# Everything a developer types. `make run` and `make test` are enough to begin.
PYTHON ?= python3
BIN := .venv/bin
SHORT := -n 4 --dist worksteal -m "not long" --durations=30

.DEFAULT_GOAL := help
.PHONY: help setup foreign engines run test coverage test-long mutants bench lint format lock screenshots docs clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/ready ## Make .venv from the lock

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Killcord needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Making .venv from requirements.lock; this takes a minute, once."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch .venv/ready

foreign: ## Make the environments of the foreign clients; the tests skip what cannot be made
	@for name in python fuzz node; do \
		$(MAKE) --no-print-directory .foreign/$$name/ready || \
			echo "The foreign client in .foreign/$$name cannot be installed here: its tests will be skipped."; \
	done

engines: ## Make the environments of other back-test engines and of Dask, for the long tests
	@for name in engines dask; do \
		$(MAKE) --no-print-directory .foreign/$$name/ready || \
			echo "The environment .foreign/$$name cannot be made here: its tests will be skipped."; \
	done

.foreign/node/ready: tests/foreign/node/package-lock.json
	@echo "Making .foreign/node from its lock."
	@rm -rf $(@D) && mkdir -p $(@D)
	@cp tests/foreign/node/package.json tests/foreign/node/package-lock.json tests/foreign/node/.npmrc $(@D)
	@npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

.foreign/%/ready: tests/foreign/%/requirements.lock
	@echo "Making .foreign/$* from its lock."
	@rm -rf .foreign/$* && $(PYTHON) -m venv .foreign/$*
	@.foreign/$*/bin/python -m pip install --quiet --require-hashes -r $<
	@touch $@

run: setup ## Open the console on the embedded venue
	@$(BIN)/killcord

# Downloads wait for the network while lint computes, so both run at once. Coverage is asked for by
# itself: where it counts lines and branches the tests cost twice the processor time
# (57 s for what takes 28 s without), and no test hangs on it.
test: ## Lint, types, layers and every test but the long ones (at most 10 minutes)
	@$(MAKE) --no-print-directory -j 2 lint foreign
	$(BIN)/python -m pytest $(SHORT)

coverage: setup foreign ## The tests of `make test` once more, and which lines and branches they reach
	$(BIN)/python -m pytest $(SHORT) --cov --cov-report=term:skip-covered

test-long: setup foreign engines ## The proofs that take minutes
	$(BIN)/python -m pytest -m long

mutants: setup .mutants/ready ## Break order, halt and gate in every small way; hours. GROUPS="send gate" for some
	.mutants/venv/bin/python tools/mutants.py $(GROUPS)

.mutants/ready: tests/mutants/requirements.txt
	@rm -rf .mutants && $(PYTHON) -m venv .mutants/venv
	@.mutants/venv/bin/python -m pip install --quiet --no-deps -r $<
	@.mutants/venv/bin/python tools/mutants.py --beside .venv
	@touch $@

bench: setup ## Speed: name, ours, baseline, ratio, goal; writes bench.json
	$(BIN)/python tests/bench/run.py

lint: setup ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## Format and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## Resolve the dependencies anew into requirements.lock (needs uv)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-strip-extras \
		--no-emit-index-url --no-emit-find-links --no-header --quiet --upgrade -o requirements.lock

screenshots: setup ## Draw the pictures of the docs from the running program
	$(BIN)/python tools/screenshots.py
	$(BIN)/python tools/lab_pictures.py

docs: setup ## Write the generated tables of docs/ from the code
	$(BIN)/python tools/reference.py

clean: ## Remove what can be made again
	rm -rf .venv .foreign .mutants .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis bench.json
