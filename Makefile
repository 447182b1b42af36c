# Slipway: the commands of every day. `make` alone lists them.

# Where rustup puts cargo, for shells that were not told.
export PATH := $(PATH):$(HOME)/.cargo/bin

target := $(or $(CARGO_TARGET_DIR),target)

.DEFAULT_GOAL := help
.PHONY: help run test check faults fuzz bench

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s  %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## build and start Slipway with a believable organisation in it (data in .slipway)
	@scripts/provide
	cargo build --profile quick
	@exec $(target)/quick/slipway serve --demo

test: ## everything that must hold: format, lints, all tests
	@scripts/provide browser
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	cargo test

check: test ## the same as test

faults: ## break everything around Slipway on purpose, some minutes long; one fault: make faults ONLY=NAME
	@scripts/provide faults
	cargo test --test faults -- $(ONLY) --test-threads=1 --nocapture

fuzz: ## send 100,000 careless and hostile requests (SLIPWAY_FUZZ_REQUESTS, SLIPWAY_FUZZ_SEED)
	@scripts/provide
	SLIPWAY_FUZZ_REQUESTS=$(or $(SLIPWAY_FUZZ_REQUESTS),100000) cargo test --test it fuzz::whatever -- --nocapture

bench: ## measure speed and scale, each figure against a limit measured in the same run (less: make bench releases=1000,100000)
	@scripts/provide
	cargo bench --bench load -- $(if $(releases),--releases $(releases))
