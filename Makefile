# `make` alone says what there is. Everything a target needs is set up before it runs, once.

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := .venv/runtime
TEST_VENV := .venv/test
FONTS := static/vendor/hyperlegible.woff2 static/vendor/hyperlegible-ext.woff2 \
	$(addprefix fonts/,latin.ttf latin-bold.ttf arabic.ttf arabic-bold.ttf)
FONT_FILES := node_modules/@fontsource-variable/atkinson-hyperlegible-next/files
PRINT_LATIN := node_modules/@expo-google-fonts/atkinson-hyperlegible-next
PRINT_ARABIC := node_modules/@expo-google-fonts/noto-sans-arabic
BROWSER := .venv/bin/chromium
AXE := node_modules/axe-core/axe.min.js
CONTRACT := engage/contracts/grand-cahors.json
INSTANCE := $(or $(ENGAGE_INSTANCE),instance)
DEMO := $(INSTANCE)/.demo-ready

##@ Every day
.PHONY: run test lint bench
run: setup $(DEMO) ## Set up what is missing, open the demo neighbourhood, say where to look
	@ENGAGE_DEMO=1 exec .venv/bin/engage run

test: setup-tests ## Run every test (fewer: make test ARGS="-k vote tests/consultations")
	@.venv/bin/python -m pytest -n 2 --dist worksteal $(ARGS)

lint: $(TEST_VENV) ## Check style, types and import rules
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo

bench: setup-tests ## Measure what the project promises, each figure beside its bar
	@.venv/bin/python -m tests.bench $(ARGS)

##@ Now and then
.PHONY: setup setup-tests texts lock clean help
setup: $(VENV) $(FONTS) ## Set up what running needs, and no more

setup-tests: $(TEST_VENV) $(FONTS) $(AXE) $(BROWSER) ## Set up what testing needs, a browser included

texts: $(TEST_VENV) ## Collect the texts that people read into engage/translations/*.po
	@.venv/bin/pybabel --quiet extract -F pyproject.toml --no-location --sort-output -o .venv/messages.pot .
	@.venv/bin/pybabel --quiet update -i .venv/messages.pot -D messages -l ar -o engage/translations/ar.po \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

lock: $(VENV) ## Take the newest versions that pyproject.toml and package.json allow
	scripts/lock

clean: ## Remove what set-up made; the database and uploads in instance/ stay
	rm -rf .venv node_modules fonts static/vendor static/dist *.egg-info .*_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

help: ## Say what there is
	@awk -F ':.*## ' '/^##@/ { print "\n" substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

# The packages of .venv: stamps are newer than the locks that they were installed from.
$(VENV): requirements.lock pyproject.toml scripts/venv
	@scripts/venv requirements.lock
	@touch $@

$(TEST_VENV): requirements-test.lock $(VENV)
	@scripts/venv requirements-test.lock
	@touch $@

# Front-end parts come from npm and are copied, so that running needs no node_modules.
$(FONTS) &: package-lock.json | $(VENV)
	@echo "Fetching the fonts"
	@scripts/npm ci --omit=dev --omit=optional --ignore-scripts --silent
	@mkdir -p static/vendor fonts
	@cp $(FONT_FILES)/*-latin-wght-normal.woff2 static/vendor/hyperlegible.woff2
	@cp $(FONT_FILES)/*-latin-ext-wght-normal.woff2 static/vendor/hyperlegible-ext.woff2
	@cp $(PRINT_LATIN)/400Regular/*.ttf fonts/latin.ttf
	@cp $(PRINT_LATIN)/700Bold/*.ttf fonts/latin-bold.ttf
	@cp $(PRINT_ARABIC)/400Regular/*.ttf fonts/arabic.ttf
	@cp $(PRINT_ARABIC)/700Bold/*.ttf fonts/arabic-bold.ttf

$(AXE): package-lock.json | $(FONTS)
	@echo "Fetching the accessibility checker"
	@scripts/npm ci --omit=optional --ignore-scripts --silent
	@touch $@

$(BROWSER): package-lock.json scripts/browser $(TEST_VENV) $(AXE)
	@echo "Fetching a browser"
	@scripts/browser

# Opened again when its contract or migrations change, when the file is gone, and at each start
# when ENGAGE_DATABASE_URL names a database that no stamp here can know about.
FOUND := $(if $(ENGAGE_DATABASE_URL),,$(wildcard $(INSTANCE)/engage.db))
$(DEMO): $(CONTRACT) $(wildcard migrations/versions/*.py) $(if $(FOUND),,always) | $(VENV)
	@mkdir -p $(INSTANCE)
	@ENGAGE_DEMO=1 .venv/bin/engage init --contract $(CONTRACT) --demo
	@touch $@

.PHONY: always
always:
