# Åtgärda. `make` alone lists what there is.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
# Read by tests/test_translations.py as well.
KEYWORDS := _ gettext ngettext:1,2 lazy_gettext _l N_ RuleBroken
LANGUAGES := en nb
CATALOGUES := $(LANGUAGES:%=tracker/translations/%/LC_MESSAGES/messages)
BYTECODE := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m compileall -qq -j 0

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | \
		awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

.PHONY: run
run: setup ## Start web and worker with a demo; PORT=8000 and INSTANCE_DIR=instance can be set
	@exec $(BIN)/flask --app wsgi serve --port $(PORT)

.PHONY: setup
setup: $(VENV)/ready compiled ## Set up what the product needs to run

.PHONY: test
test: browser office $(VENV)/ready-dev compiled ## Run all tests; ARGS="tests/web -k login" narrows
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

.PHONY: faults
faults: $(VENV)/ready-dev compiled ## Try to break the promise about reminders: kills, races, clocks, disks
	$(BIN)/python -W ignore -m tests.faults
	$(BIN)/python -m pytest -q -s tests/services/actions/test_races_many.py --racing-writes 10000

.PHONY: lint
lint: $(VENV)/ready-dev ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.PHONY: bench
bench: $(VENV)/ready-dev compiled ## Measure, and say what was measured
	PYTHONPATH=. $(BIN)/python -m bench

.PHONY: intervals
intervals: $(VENV)/ready-dev ## Simulate municipalities whose true effect is known: do the intervals hold?
	PYTHONPATH=. $(BIN)/python -m bench.effect_coverage

.PHONY: screenshots
screenshots: browser $(VENV)/ready-dev compiled ## Take README's pictures anew
	PYTHONPATH=. $(BIN)/python docs/screenshots.py

.PHONY: messages
messages: $(VENV)/ready-dev ## Bring new sentences of the source into the catalogues of the other languages
	$(BIN)/pybabel -q extract --ignore-dirs ".*" -F tracker/babel.cfg --no-default-keywords $(KEYWORDS:%=-k %) \
		--sort-by-file --add-location=file --project=atgarda -o $(VENV)/messages.pot .
	@for language in $(LANGUAGES); do \
		$(BIN)/pybabel -q update -i $(VENV)/messages.pot -d tracker/translations -l $$language \
			--init-missing --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date || exit 1; \
	done

.PHONY: sbom
sbom: $(VENV)/ready-dev ## Write the bill of materials of what runs (CycloneDX) to atgarda.cdx.json
	@$(BIN)/python requirements/sbom.py atgarda.cdx.json

.PHONY: audit
audit: $(VENV)/ready-dev ## List pinned packages with known faults; asks a public database
	@$(BIN)/python requirements/audit.py

.PHONY: lock
lock: ## Choose newest versions and pin them with hashes (needs uv)
	cd requirements && uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--upgrade --custom-compile-command "make lock" base.in -o base.txt
	cd requirements && uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--upgrade --custom-compile-command "make lock" dev.in -o dev.txt

.PHONY: clean
clean: ## Remove everything made here but the instance's data
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find tracker -name '*.mo' -delete

# ------------------------------------------------------------------ how the above comes about

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed; name it with: make PYTHON=/path/to/python3"; exit 1; }
	@# A Debian without python3-venv lacks ensurepip, a bare Python lacks pip: one of them is enough.
	@if $(PYTHON) -m pip --version >/dev/null 2>&1; then \
		$(PYTHON) -m venv --clear --without-pip $(VENV); \
	elif $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
		$(PYTHON) -m venv --clear $(VENV); \
	else \
		echo "Python has neither pip nor ensurepip: install python3-pip (or python3-venv)"; exit 1; fi

# Bytecode is made here, whatever the environment says: without it every start takes twice as long.
define install
	@echo "Installing requirements/$(1).txt …"
	@if $(PYTHON) -m pip --version >/dev/null 2>&1; then pip="$(PYTHON) -m pip --python $(BIN)/python"; \
	else pip="$(BIN)/python -m pip"; fi; \
	$$pip --disable-pip-version-check install --quiet --no-compile --no-deps --require-hashes \
		-r requirements/$(1).txt
	@$(BYTECODE) $(VENV)/lib || true
endef

$(VENV)/ready: requirements/base.txt | $(BIN)/python
	$(call install,base)
	@touch $@

$(VENV)/ready-dev: requirements/base.txt requirements/dev.txt | $(BIN)/python
	$(call install,dev)
	@touch $(VENV)/ready $@

.PHONY: compiled
compiled: $(CATALOGUES:%=%.mo)
	@$(BYTECODE) config.py wsgi.py tracker migrations

%.mo: %.po | $(VENV)/ready
	@$(BIN)/pybabel -q compile -i $< -o $@

# What the tests need of the system: $(1) the commands of which one will do, $(2) what to install,
# $(3) what it is for, $(4) what else will do where a system does not have $(2).
define packages
	@for name in $(1); do command -v $$name >/dev/null 2>&1 && exit 0; done; \
	if [ "$$(id -u)" = 0 ]; then as=""; else as="sudo -n"; fi; \
	get() { \
		$$as env DEBIAN_FRONTEND=noninteractive \
			apt-get -qq install -y --no-install-recommends "$$@" >/dev/null; \
	}; \
	if command -v apt-get >/dev/null 2>&1 && $$as true 2>/dev/null; then \
		echo "Installing $(strip $(2)) …"; \
		$$as apt-get -qq update && { get $(2)$(if $(4), || get $(4)); } && exit 0; \
	fi; \
	echo "$(strip $(3)): install the packages $(strip $(2))$(if $(4), (or $(strip $(4))))"; exit 1
endef

# The shell is the same Chromium without windows and menus, and takes a fifth less work.
.PHONY: browser
browser:
	$(call packages,chromium-headless-shell chromium chromium-browser google-chrome,\
		chromium-headless-shell libatomic1 fonts-dejavu-core,\
		The browser tests need Chromium,\
		chromium libatomic1 fonts-dejavu-core)

.PHONY: office
office:
	$(call packages,soffice libreoffice,libreoffice-writer-nogui,The tests of Word files need LibreOffice)
