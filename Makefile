# Two commands a newcomer needs: make demo, make test. Needs Python 3.11 or newer and make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test check bench axe engines lighthouse faults catalogues lock clean

setup: .venv/ready

# No resolving: the lock is whole, and of a package wanted with an extra pip would ask for the newest, not the locked.
.venv/ready: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	touch $@

demo: setup ## load three municipalities and serve them on 127.0.0.1:$$PORT until interrupted
	$(BIN)/flask demo

check: setup ## the static gates
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check ## everything, the browser included
	tests/browser/install-chromium
	$(BIN)/python -m pytest --cov --cov-report=term --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

axe: setup ## every citizen page, in every language, in both schemes and three widths
	tests/browser/install-chromium
	TILFREDS_WHOLE=1 $(BIN)/python -m pytest --no-cov -q -s tests/browser/test_citizen.py -k every_page

faults: setup ## what breaks in the middle of sending, and a table of what became of every message
	$(BIN)/python -m tests.faults

bench: setup ## ratios in one run
	$(BIN)/python -m bench

engines: setup ## the citizen's whole journey in Chromium, Firefox ESR and WebKitGTK, and a browser that stays a minute
	tests/engines/install-browsers
	$(BIN)/python -m pytest --no-cov --quiet tests/engines/journey.py tests/engines/scanners.py

lighthouse: setup ## the citizen's page as Lighthouse sees it on a phone; needs Node.js 20 or newer and npm
	tests/browser/install-chromium chromium
	@command -v npm >/dev/null || { echo "make lighthouse needs Node.js 20 or newer with npm on the PATH." >&2; exit 1; }
	cd bench/lighthouse && npm ci --loglevel=error --no-progress
	$(BIN)/python -m bench.lighthouse

catalogues: setup ## a maintainer's tool: gather what the citizen's pages say, for translation, and compile what is translated
	$(BIN)/pybabel extract --mapping-file pyproject.toml --keywords later --no-location --sort-output --width 115 \
		--project Tilfreds --version 1 --copyright-holder 'the authors of Tilfreds' --output-file templates/languages/messages.pot survey templates/survey
	$(BIN)/pybabel update --input-file templates/languages/messages.pot --output-dir templates/languages \
		--no-fuzzy-matching --ignore-obsolete --width 115
	$(BIN)/pybabel compile --directory templates/languages

lock: setup ## a maintainer's tool: lock anew what pyproject.toml asks for
	$(BIN)/pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command "make lock" --quiet --upgrade --output-file requirements.txt

clean:
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage
