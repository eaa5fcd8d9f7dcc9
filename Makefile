# Every command of the project. The only prerequisites are a Rust toolchain, Python 3 and make.

PORT ?= 4566
VENV := .venv
PYTHON := $(VENV)/bin/python
TOOLS := $(VENV)/.tools

# The triple of this machine, named so that cargo and cargo-lambda build into one folder and compile each crate once.
export CARGO_BUILD_TARGET ?= $(shell rustc -vV | sed -n 's/^host: //p')
export PYTHONPATH := tests
export SAM_CLI_TELEMETRY := 0

.PHONY: run test build deploy pin fmt lint unit template e2e clean
.DEFAULT_GOAL := help

help: ## what there is
	@grep -E '^[a-z0-9]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 10

run: $(TOOLS) ## the whole of it on this machine: emulator, demo account, deployed API, until Ctrl-C
	@PORT=$(PORT) $(PYTHON) -m emulator

test: fmt lint unit template e2e ## all checks

fmt:
	cargo fmt --all --check

lint:
	cargo clippy --workspace --all-targets --locked -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --document-private-items --locked

unit:
	cargo test --workspace --locked

template: $(TOOLS)
	$(VENV)/bin/sam validate --lint --region us-east-1

e2e: $(TOOLS)
	$(PYTHON) -m pytest tests

build: $(TOOLS) ## the functions for AWS, in release
	env -u CARGO_BUILD_TARGET PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(VENV)/bin/sam build

deploy: build ## to your own AWS account
	$(VENV)/bin/sam deploy

# The tools, pinned, in the repo's own virtual environment; installed again only when the pins change.
$(TOOLS): tests/requirements.txt
	@echo "Installing the tools into $(VENV) (sam, cargo-lambda, the emulator) ..."
	@python3 -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt
	@touch $@

pin: ## tests/requirements.txt anew from requirements.in
	rm -rf target/pin && python3 -m venv target/pin
	target/pin/bin/pip install --quiet --disable-pip-version-check --requirement tests/requirements.in
	target/pin/bin/pip freeze > tests/requirements.txt

clean: ## everything that was built or installed
	rm -rf target $(VENV) .aws-sam
