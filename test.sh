#!/usr/bin/env bash
# The one test command. `./test.sh` installs what the tests need and runs every check; `./test.sh long` runs what takes hours.
set -eu
cd "$(dirname "$0")"
step() { printf '\n== %s\n' "$*"; }

step "format"
cargo fmt --all --check
step "lints"
cargo clippy --workspace --all-targets --locked -- -D warnings
step "tests"
cargo test --workspace --locked
