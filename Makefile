# All commands of the project. The only prerequisites are a Rust toolchain (with a C compiler), Python 3 and make.

PORT ?= 4566
CONFIG_ENV ?= default
VENV := .venv
PYTHON := $(VENV)/bin/python
TOOLS := $(VENV)/.tools
DENY_VERSION := 0.20.2
DENY := $(VENV)/cargo/bin/cargo-deny
MUTANTS_VERSION := 27.1.0
MUTANTS := $(VENV)/cargo/bin/cargo-mutants
CHECKOV_VERSION := 3.3.30
CHECKOV := $(VENV)/checkov/bin/checkov
AWS_CLI_VERSION := 1.46.3
AWS_CLI := $(VENV)/bin/aws

# Three processes share the end-to-end tests, each with an emulator of its own: on two cores, since tests also wait.
# (any_day.py has the same.)
SHARED := -n 3 --dist loadfile --no-loadscope-reorder

# The page. Cargo puts what `make web` builds into the binary of a function, so everything that compiles needs it.
WEB := functions/page/web
WEB_BUILT := $(WEB)/dist/index.html
WEB_PACKAGES := $(WEB)/node_modules/.package-lock.json
WEB_SOURCES := $(addprefix $(WEB)/,index.html package.json tsconfig.json vite.config.ts) $(shell find $(WEB)/src)
NPM := PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(VENV)/bin/npm --prefix $(WEB)

export PYTHONPATH := tests
export SAM_CLI_TELEMETRY := 0
# boto3 and sam read the region from AWS_DEFAULT_REGION only; version 2 of the AWS CLI prefers AWS_REGION.
ifdef AWS_REGION
export AWS_DEFAULT_REGION := $(AWS_REGION)
endif

.PHONY: help run page test fmt lint deny audit web web-test unit documents examples template secure e2e browser page-bench screenshots any-day frugal \
	soak load local mutants bench million build arm64 deploy verify pin clean
.DEFAULT_GOAL := help

help: ## show this list
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/\1\t\2/p' Makefile | expand -t 10

# `exec`, so that a SIGTERM to make also stops the emulator, not just the shell around it.
run: $(TOOLS) $(WEB_BUILT) ## run everything locally until Ctrl-C: emulator, demo account, deployed API
	@PORT=$(PORT) exec $(PYTHON) -m emulator

page: $(WEB_PACKAGES) ## serve the page with reload, while `make run` keeps the API up
	@test -f target/stack.json || { echo "The API is not up; start it with \`make run\`." >&2; exit 1; }
	@STRATOSCOPE_URL=$$($(PYTHON) -c 'import json; print(json.load(open("target/stack.json"))["url"])') $(NPM) run dev

test: fmt lint deny web-test unit template secure e2e browser frugal local ## run every check; each also has a target of its own

fmt: ## check the format of the Rust code
	cargo fmt --all --check
	cargo fmt --manifest-path tests/bench/Cargo.toml --check

lint: $(WEB_BUILT) ## run clippy and rustdoc, with warnings denied
	cargo clippy --workspace --all-targets --locked -- --deny warnings
	cargo clippy --manifest-path tests/bench/Cargo.toml --target-dir "$${CARGO_TARGET_DIR:-target}/bench" --locked -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --document-private-items --locked

deny: $(DENY) ## check the dependencies' licences, sources and duplicates
	$(DENY) check bans licenses sources

audit: $(DENY) ## check the dependencies for known vulnerabilities; fetches the RustSec database
	$(DENY) check advisories

web: $(WEB_BUILT) ## build the page, which cargo puts into the binary of a function

web-test: $(WEB_PACKAGES) ## check the page: types, format, unit tests, licences of its packages
	@$(NPM) run check
	@$(NPM) test
	@$(NPM) run licences

unit: $(WEB_BUILT) ## run the unit and adapter tests
	cargo test --workspace --locked

documents: $(WEB_BUILT) ## write what docs/ lists of the code anew; `make unit` fails where it is stale
	WRITE_DOCUMENTS=1 cargo test --workspace --locked document_tests

examples: $(TOOLS) $(WEB_BUILT) ## record the examples of the interface description anew, from real responses
	WRITE_DOCUMENTS=1 $(PYTHON) -m pytest tests/e2e/test_description.py
	$(MAKE) documents

template: $(TOOLS) ## check template.yaml, SAM's translation of it, and the reader role for other accounts
	$(VENV)/bin/sam validate --lint --region us-east-1
	$(VENV)/bin/cfn-lint docs/reader-role.yaml
	$(PYTHON) -m pytest tests/test_*.py

# checkov skips a file that it can't parse and still succeeds, hence the check for parsing errors.
secure: $(CHECKOV) ## check both templates for insecure settings with checkov
	@mkdir -p target/secure
	@sed 's/Default: "false"/Default: "true"/' template.yaml > target/secure/template.yaml
	@found=$$($(CHECKOV) --config-file .checkov.yaml); status=$$?; echo "$$found"; \
		if echo "$$found" | grep -q "Parsing errors: [1-9]"; then exit 1; fi; exit $$status

e2e: $(TOOLS) $(AWS_CLI) $(WEB_BUILT) ## test the API end to end, deployed to an emulator that the tests start
	$(PYTHON) -m pytest $(SHARED) tests/e2e

browser: $(TOOLS) $(WEB_BUILT) ## test the deployed page in chromium; skipped without chromium, unless CI=true
	$(PYTHON) -m pytest -rs tests/browser

page-bench: $(TOOLS) $(WEB_BUILT) ## measure the page in Chromium; writes docs/performance.md
	PAGE_BENCH=1 $(PYTHON) -m pytest -rs tests/browser/test_speed.py

screenshots: $(TOOLS) $(WEB_BUILT) ## write docs/screenshots anew: each view of the page, in both themes and on a phone
	SCREENSHOTS=docs/screenshots $(PYTHON) -m pytest -rs tests/browser/test_screenshots.py

any-day: $(TOOLS) $(AWS_CLI) $(WEB_BUILT) ## run e2e on other dates and in other orders; DATES="2027-02-28 …", or --only for one per day
	$(PYTHON) -m any_day $(DATES)

frugal: $(TOOLS) $(WEB_BUILT) ## check the AWS calls and CPU instructions per response (the latter need valgrind; required if CI=true)
	$(PYTHON) -m pytest -rs tests/bench

soak: $(TOOLS) $(WEB_BUILT) ## send mixed calls with random faults to the deployed API for five minutes
	SOAK_SECONDS=$${SOAK_SECONDS:-300} $(PYTHON) -m pytest -rP tests/e2e/test_soak.py

load: $(TOOLS) $(WEB_BUILT) ## call the deployed API with 1, 10, 30 and 100 callers at once, and print who got what
	$(PYTHON) -m load

local: $(TOOLS) $(WEB_BUILT) ## run the functions with `sam local invoke` in Docker; skipped without Docker, unless CI=true
	$(PYTHON) -m pytest -rs tests/local

# In place, because a copy of the sources would compile the AWS SDKs again. cargo-mutants changes the sources while it
# runs and restores them afterwards, even on Ctrl-C: don't edit them meanwhile. insta and proptest are told not to
# record the failures of mutants.
mutants: $(MUTANTS) ## mutate PACKAGE; a unit test must catch each mutant; MUTANTS_ARGS="--shard 0/8" for a part
	@test -n "$(PACKAGE)" || { echo "Which package? For example: make mutants PACKAGE=authorizer" >&2; exit 2; }
	@mkdir -p target/mutants
	INSTA_UPDATE=no PROPTEST_DISABLE_FAILURE_PERSISTENCE=true PROPTEST_MAX_SHRINK_ITERS=0 \
		$(MUTANTS) mutants --in-place --package $(PACKAGE) --timeout 60 --output target/mutants $(MUTANTS_ARGS)

bench: $(TOOLS) $(WEB_BUILT) ## measure release binaries and their peers over a simulated AWS; writes docs/performance.md
	$(PYTHON) -m bench

million: $(TOOLS) $(WEB_BUILT) ## see how far release binaries get with a million resources; writes docs/performance.md
	$(PYTHON) -m bench --million

build: $(TOOLS) $(WEB_BUILT) ## build the functions for AWS in release mode
	@if command -v rustup >/dev/null; then rustup target add aarch64-unknown-linux-gnu; fi
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(VENV)/bin/sam build

arm64: build ## check that `make build` built each function for arm64 and for Lambda's C library
	$(PYTHON) -m pytest tests/release

deploy: $(TOOLS) ## deploy to your own AWS account; CONFIG_ENV=dev or prod from samconfig.toml
	$(PYTHON) -m preflight --config-env $(CONFIG_ENV)
	$(MAKE) build
	$(VENV)/bin/sam deploy --config-env $(CONFIG_ENV)

verify: $(TOOLS) ## check a deployment, read-only: STACK= REGION= [PAID=1] [JSON=1]; without both, that of `make run`
	@$(PYTHON) -m verify $(if $(STACK),--stack $(STACK)) $(if $(REGION),--region $(REGION)) \
		$(if $(PAID),--paid) $(if $(JSON),--json) $(ARGS)

# The pinned tools, in the repo's own virtual environment. They are reinstalled only when the pins change.
$(TOOLS): tests/requirements.txt
	@echo "Installing the tools into $(VENV): sam, cargo-lambda, the emulator ..."
	@python3 -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt
	@touch $@

# npm runs no scripts of the packages that it installs. Vite replaces `dist` with each build.
$(WEB_PACKAGES): $(WEB)/package-lock.json | $(TOOLS)
	@echo "Installing the packages of the page ..."
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(WEB_BUILT): $(WEB_SOURCES) $(WEB_PACKAGES)
	@$(NPM) run build

$(DENY): | $(TOOLS)
	@echo "Building cargo-deny $(DENY_VERSION) into $(VENV) ..."
	@env -u CARGO_TARGET_DIR CARGO_PROFILE_DEV_DEBUG=0 \
		cargo install --quiet --debug --locked --root $(VENV)/cargo cargo-deny@$(DENY_VERSION)

$(MUTANTS): | $(TOOLS)
	@echo "Building cargo-mutants $(MUTANTS_VERSION) into $(VENV) ..."
	@env -u CARGO_TARGET_DIR CARGO_PROFILE_DEV_DEBUG=0 \
		cargo install --quiet --debug --locked --root $(VENV)/cargo cargo-mutants@$(MUTANTS_VERSION)

# In an environment of its own, since each version wants one version of botocore.
$(AWS_CLI): | $(TOOLS)
	@echo "Installing the AWS CLI $(AWS_CLI_VERSION) into $(VENV) ..."
	@python3 -m venv $(VENV)/aws-cli
	@$(VENV)/aws-cli/bin/pip install --quiet --disable-pip-version-check awscli==$(AWS_CLI_VERSION)
	@ln -s ../aws-cli/bin/aws $@

# checkov needs other versions of some libraries than the tools do, so it has a virtual environment of its own.
$(CHECKOV): | $(TOOLS)
	@echo "Installing checkov $(CHECKOV_VERSION) into $(VENV) ..."
	@python3 -m venv $(VENV)/checkov
	@$(VENV)/checkov/bin/pip install --quiet --disable-pip-version-check checkov==$(CHECKOV_VERSION)

pin: ## regenerate tests/requirements.txt from tests/requirements.in
	rm -rf target/pin && python3 -m venv target/pin
	target/pin/bin/pip install --quiet --disable-pip-version-check --requirement tests/requirements.in
	target/pin/bin/pip freeze > tests/requirements.txt

clean: ## remove everything that was built or installed
	rm -rf target $(VENV) .aws-sam $(WEB)/dist $(WEB)/node_modules
