# Each verb sets up whatever it needs first, in .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test chaos fuzz audit e2e bench screenshots lint messages

run: .venv/installed
	@$(BIN)/python manage.py start $(ARGS)

# More processes than cores, as each waits for MongoDB half of its time.
test: .venv/installed-dev
	$(BIN)/pytest -n 4 $(ARGS)

# 20 people at a site on three members, all of which die in turn.
chaos: .venv/installed-dev
	@$(BIN)/python -m tests.chaos $(ARGS)

# The pages in a real browser; needs Debian's package chromium-headless-shell (or chromium).
e2e: .venv/installed-dev
	$(BIN)/pytest -m browser -n 2 $(ARGS) tests/browser

# Abuse in earnest: FUZZ_REQUESTS made-up requests, and every payload in every form.
fuzz: export FUZZ_REQUESTS ?= 20000
fuzz: .venv/installed-dev
	$(BIN)/pytest -n 2 $(ARGS) tests/abuse

# Known holes in the packages at their pinned versions; needs the internet.
audit: .venv/installed-dev
	$(BIN)/pip-audit --no-deps --disable-pip --strict -r requirements.txt

# How fast the pages are, beside other ways to make them; needs Debian's package wrk.
bench: .venv/installed-dev var/bench/.site/installed
	@$(BIN)/python -m benchmarks $(if $(QUICK),--quick) $(ARGS)

screenshots: .venv/installed-dev
	@$(BIN)/python -m tests.browser.screenshots $(ARGS)

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# The texts of the code into locale/, and locale/ compiled; both are committed, so that running needs
# no gettext.
KEYWORDS = gettext_lazy gettext_noop ngettext_lazy:1,2
messages: .venv/installed-dev
	@mkdir -p var
	$(BIN)/pybabel --quiet extract --mapping babel.cfg --keywords "$(KEYWORDS)" --no-location --output var/django.pot .
	$(BIN)/pybabel --quiet update --domain django --input-file var/django.pot --output-dir locale --locale es --no-fuzzy-matching --ignore-obsolete --no-wrap
	$(BIN)/pybabel compile --domain django --directory locale

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: requirements.txt | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# Beside the product's packages, which stay as they are.
var/bench/.site/installed: benchmarks/requirements.txt requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade --target $(@D) -r $<
	@touch $@
