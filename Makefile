# Baton. `make` alone says what there is. All set-up happens here: Python 3.11 or newer and make are all a machine needs.
#   PYTHON=python3.12   the Python that makes the environment
#   VENV=.venv          where the environment lies
#   ARGS=...            goes to the command behind a target: make test ARGS='-k outbox'
PYTHON ?= python3
VENV ?= .venv
ARGS ?=
BIN := $(VENV)/bin
READY := $(VENV)/.synced
BOLD := $(shell test -t 1 && tput bold 2>/dev/null)
PLAIN := $(shell test -t 1 && tput sgr0 2>/dev/null)

# uv keeps what it fetched: with Baton's own cache when there is one, else where it always does, else (no HOME to write in) in the checkout.
ifndef UV_CACHE_DIR
ifdef BATON_CACHE
export UV_CACHE_DIR := $(abspath $(BATON_CACHE))/uv
else ifneq ($(shell c="$${XDG_CACHE_HOME:-$${HOME:+$$HOME/.cache}}"; test -n "$$c" && mkdir -p "$$c" 2>/dev/null && test -w "$$c" && echo yes),yes)
export UV_CACHE_DIR := $(CURDIR)/.baton/cache/uv
export PIP_NO_CACHE_DIR := 1
endif
endif
# Where no byte code is to lie beside the sources, it lies with what we keep: made anew at each start it costs 3 s of processor.
ifdef PYTHONDONTWRITEBYTECODE
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX ?= $(abspath $(or $(BATON_CACHE),.baton/cache))/bytecode
endif
# The system's certificates, so that a company's own are trusted too.
export UV_SYSTEM_CERTS ?= 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check up down faults bench lock

help: ## this list
	@printf '%s\n\n' '$(BOLD)Baton$(PLAIN): no referral is dropped at a hand-off, and nobody sees more of a person than their job needs.'
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@printf '\n%s\n' "ARGS='...' passes flags on, for example: make demo ARGS='--referrals 2000', make test ARGS='-k outbox'"

demo: $(READY) ## set up, walk 500 invented referrals through all four services, print what became of them
	@$(BIN)/baton demo $(ARGS)

test: $(READY) ## set up and run the whole test suite on real Kafka and PostgreSQL
	@$(BIN)/python -m pytest $(ARGS)

check: $(READY) ## ruff, mypy, who may import whom, the house rules, the contract lint
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.house.check
	$(BIN)/python -m contracts.lint

up: $(READY) ## keep the system running in the background; prints addresses and sign-in links
	@$(BIN)/baton up $(ARGS)

down: $(READY) ## stop what `make up` started in this folder
	@$(BIN)/baton down $(ARGS)

faults: $(READY) ## kill, freeze and cut a whole Baton under load; an outside checker looks for what is lost (ARGS=full)
	@$(BIN)/python -m tests.faults $(ARGS)

bench: $(READY) ## measure it beside the bare loop and the textbook version of the same run
	@$(BIN)/python -m tests.bench $(ARGS)

# One resolution: the runtime lock takes its versions from the development lock. ARGS=--upgrade moves versions.
LOCK := pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11
lock: $(BIN)/uv ## resolve both lock files again (ARGS=--upgrade for newer versions)
	UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv $(LOCK) $(ARGS) requirements-dev.in -o requirements-dev.lock
	@sed '/^-e /d' requirements-dev.lock > $(VENV)/requirements-dev.lock
	UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv $(LOCK) $(ARGS) --no-annotate -c $(VENV)/requirements-dev.lock requirements.in -o requirements.lock

# The environment. pip brings uv at the locked version, checked against its hash; uv brings everything else the same way, and builds
# us with the builder it carries, so nothing that is not in the lock is ever fetched.
NOT_FETCHED = { echo; \
	echo 'The packages could not be fetched. With a proxy: HTTPS_PROXY=... With a mirror: PIP_INDEX_URL=... UV_DEFAULT_INDEX=...'; \
	echo 'With a folder of wheels and no network: PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels UV_OFFLINE=1 UV_FIND_LINKS=/wheels'; \
	exit 1; } >&2

define BRING_UV
@awk '/^uv==/ {on = 1} on {print; if (!/\\$$/) exit}' requirements-dev.lock > $(VENV)/uv.lock
@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.lock || $(NOT_FETCHED)
endef

$(READY): requirements-dev.lock pyproject.toml | $(BIN)/pip
	@echo 'Bringing $(VENV) to requirements-dev.lock (the first time about 0.8 GB)'
	$(BRING_UV)
	@$(BIN)/uv pip sync --python $(BIN)/python requirements-dev.lock || $(NOT_FETCHED)
	@touch $@

$(BIN)/uv: | $(BIN)/pip
	$(BRING_UV)

$(BIN)/pip:
	@command -v $(PYTHON) >/dev/null || { echo 'Baton needs Python 3.11 or newer, and there is no $(PYTHON) here. Name one: make PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Baton needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo '$(PYTHON) cannot make environments: its ensurepip is missing. On Debian or Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
