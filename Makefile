# The front door: `make help` lists the targets. GNU make 3.81 (macOS) and a POSIX shell will do.

# The newest interpreter that is new enough; `make PYTHON=python3.12 …` chooses another. A name is
# tried by running it: a version manager leaves names on the PATH that do nothing.
PYTHON ?= $(shell for python in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& echo $$python && break; done)

VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
RUN := $(BIN)/python

# More arguments for pytest: make test ARGS="-k search -x"
ARGS ?=

# What is set in the caller's shell must not reach into .venv or change what a test means.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONWARNINGS PYTHONOPTIMIZE PYTHONSAFEPATH
unexport PYTEST_ADDOPTS PYTEST_PLUGINS MYPYPATH VIRTUAL_ENV
unexport PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV PIP_QUIET PIP_VERBOSE
export NO_COLOR := 1
export NO_MKDOCS_2_WARNING := 1
unexport FORCE_COLOR PY_COLORS CLICOLOR_FORCE

# A check prints one line when it passes, and all that its tool said when it does not.
step = @if out=$$( { $(2); } 2>&1 ); then printf '%-8s ok\n' $(1); \
	else printf '%s\n%-8s FAILED\n' "$$out" $(1); exit 1; fi

.DEFAULT_GOAL := help
.SUFFIXES:
.NOTPARALLEL:
.PHONY: help setup demo test test-all test-llama test-replies check check-format check-lint check-types check-imports \
	fix bench docs serve package clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) \
		| while IFS='|' read -r name what; do printf '  make %-10s  %s\n' "$$name" "$$what"; done

setup: $(VENV)/.setup-dev ## create .venv with the package and the tools for tests and checks

demo: $(VENV)/.setup-base ## set up what it needs to run, then show Holdfast at work
	@$(BIN)/holdfast demo

test: setup ## set up, then run the tests (ARGS="-k search" for some of them)
	@$(RUN) -m pytest --color=no $(ARGS)

test-all: setup ## the tests with the slow ones and many more random examples
	@$(RUN) -m pytest --color=no -m "not integration" --hypothesis-profile=thorough $(ARGS)

test-llama: setup $(VENV)/.setup-llama ## the tests with a real llama.cpp server
	@$(RUN) -m pytest --color=no tests/integration/test_llama_server.py $(ARGS)

test-replies: setup ## thousands of hostile replies of a language model, through the whole of add
	@$(RUN) -m pytest --color=no -m "not integration" tests/security/test_replies_to_add.py \
		tests/security/test_hostile_replies.py $(ARGS)

check: check-format check-lint check-types check-imports ## format, lint, types and import direction

check-format: setup
	$(call step,format,$(BIN)/ruff format --check --diff --quiet)

check-lint: setup
	$(call step,lint,$(BIN)/ruff check --quiet)

check-types: setup
	$(call step,types,$(BIN)/mypy)

check-imports: setup
	$(call step,imports,$(BIN)/lint-imports --no-logo)

fix: setup ## format the code and repair what the linter can repair
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format

bench: setup ## measure the speed of this machine and this version
	@$(RUN) -m benchmarks.speed

docs: $(VENV)/.setup-docs ## build the documentation into site/; a broken link or page fails
	$(call step,docs,$(BIN)/mkdocs build --strict && $(RUN) tools/check_site.py site)

serve: docs ## build the documentation and show it on http://127.0.0.1:8000
	@echo "The documentation is on http://127.0.0.1:8000 (Ctrl+C stops)"
	@$(RUN) -m http.server --bind 127.0.0.1 --directory site 8000 >/dev/null 2>&1

package: setup ## build the wheel into dist/ and check its content and size
	@rm -rf dist
	$(call step,build,$(RUN) -m build --quiet --outdir dist)
	@$(RUN) tools/check_wheel.py dist

clean: ## remove .venv and everything that was built
	@rm -rf $(VENV) build dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache .coverage
	@find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

# The package first, then each group of tools; a change of pyproject.toml installs them again.
$(VENV)/.setup-base: pyproject.toml tools/setup_venv.py
	@test -n "$(PYTHON)" || { echo "setup: no Python 3.11 or newer was found; install one," \
		"or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "setup: $(PYTHON) is not Python 3.11 or newer" >&2; exit 1; }
	@$(PYTHON) tools/setup_venv.py
	@touch $@

$(VENV)/.setup-%: $(VENV)/.setup-base
	@$(PYTHON) tools/setup_venv.py $*
	@touch $@
