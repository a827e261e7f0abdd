#!/usr/bin/env bash
# Helios FHIR Server from crates.io, on SQLite, under the workloads of `dmp bench`.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-5}; version=${HELIOS_VERSION:-0.2.7}; root=target/peers/helios
[ -x "$root/bin/hfs" ] || cargo install helios-hfs --version "$version" --locked --root "$root"
data=$(mktemp -d); port=${PORT:-18080}
HFS_SERVER_PORT=$port HFS_DATABASE_URL="$data/fhir.db" HFS_LOG_LEVEL=warn "$root/bin/hfs" >"$data/log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null; rm -rf "$data"' EXIT
for _ in $(seq 100); do curl -sf "http://127.0.0.1:$port/metadata" >/dev/null && break; sleep 0.2; done
python3 bench/peers/drive.py "http://127.0.0.1:$port" "$server" --seconds "$seconds" --patients "${PATIENTS:-1000}" --documents "${DOCUMENTS:-200}"
