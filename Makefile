# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

PY := .venv/bin/python

# Each process compiles all that it imports, unless compiled code is kept. Not beside the sources,
# where environments in containers often forbid it.
export PYTHONPYCACHEPREFIX ?= $(CURDIR)/build/pycache
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test check units typed catalogue state-schema architecture catalogue-check payload bench kamcmd-compare conformance releases prove prove-state kills chaos soak bench-lab bench-fanout load lint screens docs pages build standalone sanity roles molecule matrix cuts ee bare fuzz mutate clean
.DEFAULT_GOAL := help

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: ## Make .venv and install what is missing
	@tools/setup.sh

demo: ## Change a fleet of lab servers with a playbook, and then find nothing to change
	@tools/setup.sh demo
	@$(PY) demo/run.py

# In the order of testpaths: xdist's own order puts files with few tests last, and those are slow.
# One worker more than there are processors: the tests of roles wait for hosts that boot.
test: setup ## Run everything: checks, SDK, collection, sanity, old Pythons
	@$(PY) -m pytest -n $$(($$(getconf _NPROCESSORS_ONLN) + 1)) --dist loadfile --no-loadscope-reorder $(ARGS)

check: setup ## Before a commit: lint, types, generated files, changelog, tests near the change
	@$(PY) tools/check.py $(ARGS)

units: setup ## Run the unit tests of the collection, or those given (ARGS=tests/unit/plugins/filter)
	@$(PY) -m pytest $(or $(ARGS),tests/unit)

typed: setup ## Make the typed layer's blocking operations from the asynchronous ones
	@$(PY) tools/typed.py

catalogue: setup ## Make the catalogue's small tables from its entries
	@$(PY) tools/catalogue.py

state-schema: setup ## Make the JSON Schema and the table of keys of desired state
	@$(PY) tools/state_schema.py

architecture: setup ## Draw the picture of the architecture from the imports
	@$(PY) tools/architecture.py

catalogue-check: setup ## Compare the catalogue with a Kamailio source tree (SOURCE=folder)
	@$(PY) tools/catalogue_check.py $(SOURCE)

payload: setup ## List what each module ships to a host, and its size (ARGS="--files kamailio_rpc")
	@$(PY) tools/payload.py $(ARGS)

bench: setup ## Measure codec, latency, fleets and plans (ARGS="--only fleet")
	@$(PY) bench/run.py $(ARGS)

kamcmd-compare: setup ## Compare pykamcmd with the installed kamcmd, to the byte
	@$(PY) -m tests.real.kamcmd_compare

conformance: setup ## Compare the lab server with the installed Kamailio, to the byte
	@$(PY) -m tests.conformance $(ARGS)

releases: setup ## All tests with a real Kamailio on 5.6, 6.0 and 6.1 (ARGS="--core forky")
	@$(PY) tools/releases.py $(ARGS)

prove: setup ## Make 20,000 runs of the engine while calls fail (ARGS="--real --runs 2000")
	@$(PY) -m tests.prove $(ARGS)

prove-state: setup ## Make 20,000 runs of whole states, there and back (ARGS="--real --runs 1000")
	@$(PY) -m tests.prove --state $(ARGS)

kills: setup ## Kill a change and its guardian at 200 random moments, and go back
	@$(PY) -m tests.prove.kills $(ARGS)

chaos: setup ## 100,000 calls while everything goes wrong (ARGS="--seed 2")
	@$(PY) -m tests.chaos $(ARGS)

soak: setup ## Mistreat the lab server, and look for what leaks
	@$(PY) -m tests.soak $(ARGS)

bench-lab: setup ## Measure the lab server beside the installed Kamailio
	@$(PY) bench/lab.py $(ARGS)

bench-fanout: setup ## Change 100 and 1,000 servers with Ansible in four ways; some 10 minutes
	@$(PY) bench/fanout.py $(ARGS)

load: setup ## Change a proxy with calls in progress, and count what they suffer (ARGS="--only htable")
	@$(PY) -m tests.load $(ARGS)

lint: setup ## Run the linters and the type checker only
	@$(PY) -m pytest tests/checks/test_lint.py

screens: setup ## Record the terminals of docs/cli/screens.md (ARGS="--look build/screens")
	@$(PY) tools/scenes.py $(ARGS)

docs: setup ## Build the documentation site in build/docs: guides, collection, library
	@$(PY) tools/docs.py

pages: setup ## Run the code in README and in every page under docs/ (ARGS="--write docs/lab.md")
	@$(PY) tools/pages.py $(ARGS)

build: setup ## Build wheels, sdist and collection artefact into dist/, checked as PyPI and Galaxy do
	@$(PY) tools/build.py --check $(ARGS)

standalone: setup ## Build kamrpc.pyz, a single file, and a Debian package into dist/
	@$(PY) tools/standalone.py

sanity: setup ## ansible-test sanity on the oldest and the newest ansible-core
	@$(PY) tools/ansible_test.py sanity oldest newest

roles: setup ## Run the roles in a folder, with a small service manager: all of it, in 3 minutes
	@ROLES=all $(PY) -m pytest tests/collection/test_role_*.py $(ARGS)

molecule: setup ## Try the roles on hosts of their own (ARGS="--distribution noble kamailio_ctl")
	@$(PY) tools/molecule.py $(ARGS)

matrix: setup ## Try the relay over each connection, with each interpreter and transport; needs root
	@$(PY) -m tests.matrix $(ARGS)

cuts: setup ## Kill ssh, sudo, relay and server at each step of a change; needs root (ARGS="--rounds 10")
	@$(PY) -m tests.matrix.cuts $(ARGS)

ee: setup ## Build the execution and the decision environment with podman, and try both (ARGS=debian)
	@$(PY) tools/ee.py $(ARGS)

bare: ## Run the demo and all tests in a bare Debian (ARGS="trixie demo"); needs root or sudo
	@tools/bare_root.sh $(ARGS)

fuzz: setup ## Fuzz every parser for a minute (ARGS="--seconds 600 --only framing")
	@$(PY) tools/fuzz.py $(ARGS)

mutate: setup ## Mutate the sources, and see that tests notice (ARGS="--minutes 20 PATH")
	@$(PY) tools/mutate.py $(ARGS)

clean: ## Remove everything that is generated
	@rm -rf .venv build dist tests/output .ruff_cache .mypy_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -prune -exec rm -rf {} +
