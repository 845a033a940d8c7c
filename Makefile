# make site: build the example site; make test: run the tests. Each sets up everything it needs in .venv.

NEEDS = Needs `make` and `python3` ≥ 3.11 with venv: on Debian or Ubuntu `sudo apt install make python3 python3-venv`, on macOS `xcode-select --install` and `brew install python`.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: site serve test lint browser picture clean

site: .venv/site.stamp ## build the example site into example-site/site
	$(BIN)/mkdocs build --strict -f example-site/mkdocs.yml

serve: .venv/site.stamp ## the example site with live reload
	$(BIN)/mkdocs serve -f example-site/mkdocs.yml

test: .venv/test.stamp ## all tests but those that need a browser
	$(BIN)/python -m pytest -n 2

browser: .venv/test.stamp ## the tests that need Chromium
	$(BIN)/python -m pytest --browser -m browser

lint: .venv/test.stamp ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

picture: site ## the README's moving picture, from the built site
	$(BIN)/python example-site/readme_picture.py

clean: ## remove what was built; the store of results stays
	rm -rf .venv dist example-site/site

.venv/bin/python:
	@$(PYTHON) -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo '$(NEEDS)'; exit 1; }
	$(PYTHON) -m venv .venv

.venv/site.stamp: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[site]'
	touch $@

.venv/test.stamp: .venv/site.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[site,test]'
	touch $@
