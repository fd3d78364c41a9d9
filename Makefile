# Every target works by itself on a clean checkout: it installs what it needs, makes its own data and ends what it
# started. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --warn-undefined-variables

PYTHON := .venv/bin/python
# Nothing is written outside .venv and DATA_DIR: no cache in the home folder, no bytecode beside the sources.
PIP := $(PYTHON) -m pip --disable-pip-version-check --no-cache-dir --quiet install --no-compile --require-hashes
DATA_DIR ?= var
export DATA_DIR
# One more than processors: tests that wait for a portal or a browser leave theirs to others.
JOBS ?= $(shell echo $$(($$(nproc) + 1)))

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: install ## Start the portal (first time: install, load, demo). Ctrl-C ends it. PORT=8000 DATA_DIR=var
	@exec $(PYTHON) -m ceportal.supervise

.PHONY: reset
reset: ## Start over: remove what the portal has stored in DATA_DIR
	@deploy/reset.sh

.PHONY: install
install: .venv/run.stamp ## Install what `make run` needs
	@deploy/system-packages.sh run

.PHONY: install-dev
install-dev: .venv/dev.stamp ## Install what the tests and checks need
	@deploy/system-packages.sh test

.PHONY: test
test: install-dev ## The whole suite on SQLite and on PostgreSQL, with a real broker and a browser
	@exec $(PYTHON) -m tests.databases both -m "not deep" --numprocesses $(JOBS) --durations 25

.PHONY: test-deep
test-deep: install-dev ## What takes longer: full trial counts, long fuzzing (before a release). Goes on where it was broken off. DEEP="sqlite tests/oracle"
	@exec $(PYTHON) -m tests.databases.deep $(DEEP)
DEEP ?=

.PHONY: test-later
test-later: install-dev ## The suite as it will run so many days from now: a new year, a holiday, a leap day. DAYS=45, LATER_ON=both
	@deploy/system-packages.sh compiler
	@exec $(PYTHON) -m tests.another_day $(DAYS) $(LATER_ON) -m "not deep" --numprocesses $(JOBS)
DAYS ?= 45
LATER_ON ?= both

.PHONY: check
check: install-dev ## The fast guard: format, lint, import contracts, types, templates, migrations, settings
	@deploy/check.sh

.PHONY: mutants
mutants: install-dev .venv/mutants.stamp ## Rules made wrong one by one: do their tests notice? FILES="credits/rules/window.py …" for some
	@PYTHONPATH=$(CURDIR)/.venv/mutants exec $(PYTHON) -m tests.house.mutants $(FILES)
FILES ?=

.PHONY: clauses
clauses: install-dev ## Write docs/clauses.md: which test shows which clause of the documents kept
	@$(PYTHON) -m tests.clauses.table

.PHONY: asvs
asvs: install-dev ## Write docs/security/asvs.md: which test speaks to which requirement of OWASP ASVS 5.0.0
	@$(PYTHON) -m tests.security.asvs

.PHONY: policy
policy: install-dev ## Write docs/policy.md: which duty lets whom do what to whose
	@$(PYTHON) -m tests.security.policy

.PHONY: help-pictures
help-pictures: install-dev ## Take the pictures of the pages of help anew, from the demo: static/office/help
	@$(PYTHON) -m tests.help_pictures

.PHONY: sbom
sbom: .venv/audit.stamp ## List what the portal installs (CycloneDX): DATA_DIR/sbom.cdx.json
	@mkdir -p $(DATA_DIR)
	@PYTHONPATH=.venv/audit $(PYTHON) -m cyclonedx_py requirements --output-reproducible --output-file $(DATA_DIR)/sbom.cdx.json requirements.txt
	@echo "$(DATA_DIR)/sbom.cdx.json"

.PHONY: audit
audit: .venv/audit.stamp ## Ask an outside service for known vulnerabilities; says so where none answers
	@PYTHONPATH=.venv/audit $(PYTHON) -m tests.house.audit $(AUDIT)
AUDIT ?=

.PHONY: drill
drill: install-dev ## Lose everything, restore from the backup into an empty place, prove it whole: prints RPO and RTO
	@$(PYTHON) -m tests.drill sqlite
	@$(PYTHON) -m tests.drill postgresql

.PHONY: december
december: install-dev ## The last week of the year against a running portal: its peak, three times as much, nothing lost. DECEMBER_SECONDS=1800
	@$(PYTHON) -m tests.benches.december --seconds $(DECEMBER_SECONDS) --database postgresql
DECEMBER_SECONDS ?= 1800

.PHONY: simulate-province
simulate-province: install-dev ## What a province's last week asks of how many cores, by simulation from what `make december` measured. MEASURED=var/december.json for your own
	@$(PYTHON) -m tests.benches.province_load $(if $(MEASURED),--measurements $(MEASURED))

.PHONY: bench-pages
bench-pages: install-dev ## Every list and home page of every role at two sizes, in turns; what was laid down stays. ENTRIES=20000000, ON=postgresql or sqlite
	@$(PYTHON) -m tests.benches.province pages --large $(ENTRIES) --database $(ON)
ENTRIES ?= 20000000
ON ?= postgresql

.PHONY: bench-archive
bench-archive: install-dev ## An old year of a province archived and brought back, a new one opened: rows a second, what stays. ARCHIVE_ENTRIES=200000
	@$(PYTHON) -m tests.benches archive $(ARCHIVE_ENTRIES) --database both
ARCHIVE_ENTRIES ?= 200000

.PHONY: bench-uploads
bench-uploads: install-dev ## 500 honest scans through the checks of uploads: how many are taken, how fast
	@$(PYTHON) -m tests.benches uploads

.PHONY: bench-rotate
bench-rotate: install-dev ## Both keys rotated over a million people at work, on SQLite and PostgreSQL. PEOPLE=1000000
	@$(PYTHON) -m tests.benches rotate --people $(PEOPLE) --database both
PEOPLE ?= 1000000

.PHONY: bench-audit
bench-audit: install-dev ## The trail sealed and verified over a million events, on SQLite and PostgreSQL. EVENTS=1000000
	@$(PYTHON) -m tests.benches audit $(EVENTS) --database both
EVENTS ?= 1000000

.PHONY: bench-roster
bench-roster: install-dev ## A roster checked and credited in the background: seconds, memory, progress; what is refused at once. ROWS=50000
	@$(PYTHON) -m tests.benches roster $(ROWS) --database both
ROWS ?= 50000

.PHONY: bench-sweep
bench-sweep: install-dev ## The sweep of overdue reviews and the inbox against how many wait, on both databases. WAITING=1000000
	@$(PYTHON) -m tests.benches sweep $(WAITING) --database both
WAITING ?= 1000000

.PHONY: bench-decide
bench-decide: install-dev ## What a decision costs in queries, and against the same without ledger and trail, on both databases
	@$(PYTHON) -m tests.benches decide --database both

.PHONY: bench-desk
bench-desk: install-dev ## The home of a province, the report, the lists and an export at two sizes, in turns. ENTRIES=20000000, ON=postgresql or sqlite
	@$(PYTHON) -m tests.benches.province desk --large $(ENTRIES) --database $(ON)

.PHONY: bench-fraud
bench-fraud: install-dev ## A synthetic year with fraud put in: all of it found, no false alarm among classmates. FRAUD_PEOPLE=10000
	@$(PYTHON) -m tests.benches fraud $(FRAUD_PEOPLE) --database both
FRAUD_PEOPLE ?= 10000

.PHONY: bench-certificates
bench-certificates: install-dev .venv/bench.stamp ## A sheet against plain WeasyPrint, its size, memory, and sheets a second through Celery. SHEETS=400
	@PYTHONPATH=.venv/bench $(PYTHON) -m tests.benches certificates $(SHEETS)
SHEETS ?= 400

.PHONY: bench-sheet-memory
bench-sheet-memory: install-dev ## The memory of a process that draws 10,000 sheets, one after the other
	@$(PYTHON) -m tests.benches sheet_memory

.PHONY: bench-ingest
bench-ingest: install-dev ## Batches over HTTP against the raw limit, other ways and a hundred times the entries (the provinces of bench-pages)
	@$(PYTHON) -m tests.benches.posting $(ARGS)
ARGS ?=

.PHONY: bench-hold
bench-hold: install-dev ## A leaked key: how soon it is out, and how soon what it sent counts no longer, on both databases. HOLD_ENTRIES=100000
	@$(PYTHON) -m tests.benches hold $(HOLD_ENTRIES) --database both
HOLD_ENTRIES ?= 100000

.PHONY: lock
lock: .venv/dev.stamp ## Pin requirements*.in anew
	@.venv/bin/uv pip compile $(LOCK_FLAGS) --upgrade requirements.in --output-file requirements.txt
	@.venv/bin/uv pip compile $(LOCK_FLAGS) --upgrade requirements-dev.in --output-file requirements-dev.txt
	@.venv/bin/uv pip compile $(LOCK_FLAGS) --upgrade requirements-mutants.in --output-file requirements-mutants.txt
	@.venv/bin/uv pip compile $(LOCK_FLAGS) --upgrade requirements-audit.in --output-file requirements-audit.txt
	@.venv/bin/uv pip compile $(LOCK_FLAGS) --upgrade requirements-bench.in --output-file requirements-bench.txt
LOCK_FLAGS := --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11

.PHONY: clean
clean: ## Remove the virtual environment and caches (the data stays)
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# A virtual environment that keeps its bytecode to itself. System packages first: python3-venv may be among them.
.venv/made.stamp: deploy/make-venv.sh
	@deploy/system-packages.sh run
	@deploy/make-venv.sh
	@touch $@

.venv/run.stamp: .venv/made.stamp requirements.txt
	@echo "Installing Python packages"
	@$(PIP) --requirement requirements.txt
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.txt
	@echo "Installing Python packages for tests and checks"
	@$(PIP) --requirement requirements.txt --requirement requirements-dev.txt
	@touch $@

.venv/mutants.stamp: .venv/dev.stamp requirements-mutants.txt
	@echo "Installing Python packages for rules made wrong"
	@$(PIP) --target .venv/mutants --upgrade --requirement requirements-mutants.txt
	@touch $@

.venv/bench.stamp: .venv/made.stamp requirements-bench.txt
	@echo "Installing what sheets are measured against"
	@$(PIP) --target .venv/bench --upgrade --requirement requirements-bench.txt
	@touch $@

.venv/audit.stamp: .venv/made.stamp requirements-audit.txt
	@echo "Installing what lists and audits packages"
	@$(PIP) --target .venv/audit --upgrade --requirement requirements-audit.txt
	@touch $@
