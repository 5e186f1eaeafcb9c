# From a fresh clone: `make brief` builds a brief, `make test` runs every test.
# PYTHON names another interpreter than python3; BRIEF another brief than small-caps.

PYTHON ?= python3
BRIEF ?=
RUN := .venv/bin/python -m

.PHONY: brief test soak bench clean

brief: ## Build a brief from the embedded sample; the last line is the path of its PDF.
	@PYTHON=$(PYTHON) scripts/setup.sh run
	@paths=$$($(RUN) reporter build $(BRIEF)) && printf '%s\n' "$$paths" | grep '\.pdf$$'

test: ## Set up, check style and types, run every test.
	@PYTHON=$(PYTHON) scripts/setup.sh test
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) pytest -n 2

soak: ## Run every test with many more examples of each property, and many more random briefs.
	@PYTHON=$(PYTHON) scripts/setup.sh test
	HYPOTHESIS_PROFILE=soak REPORTER_TRIALS=1000 $(RUN) pytest -n 2

bench: ## Measure a cold build, a panel from a database, an archive and delivery, and compare them.
	@PYTHON=$(PYTHON) scripts/setup.sh bench
	$(RUN) benchmarks.cold
	$(RUN) benchmarks.panel
	$(RUN) benchmarks.archive
	$(RUN) benchmarks.delivery

clean: ## Remove what the other targets made.
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
	find output -mindepth 1 -not -name .gitkeep -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
