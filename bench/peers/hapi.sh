#!/usr/bin/env bash
# HAPI FHIR JPA server on PostgreSQL, under the workloads of `dmp bench`. DATABASE names a PostgreSQL database that is empty.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-5}; version=${HAPI_VERSION:-v8.8.0-1}; root=target/peers/hapi; port=${PORT:-18081}
: "${DATABASE:?write DATABASE=jdbc:postgresql://127.0.0.1:5432/hapi?user=…}"
if [ ! -d "$root" ]; then
    git clone --depth 1 --branch "image/$version" https://github.com/hapifhir/hapi-fhir-jpaserver-starter "$root"
    (cd "$root" && mvn -q -DskipTests package spring-boot:repackage -Pboot)
fi
log=$(mktemp)
java -jar "$root/target/ROOT.war" --server.port="$port" --spring.datasource.url="$DATABASE" \
    --spring.datasource.driverClassName=org.postgresql.Driver \
    --spring.jpa.properties.hibernate.dialect=ca.uhn.fhir.jpa.model.dialect.HapiFhirPostgresDialect >"$log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null; rm -f "$log"' EXIT
for _ in $(seq 300); do curl -sf "http://127.0.0.1:$port/fhir/metadata" >/dev/null && break; sleep 1; done
python3 bench/peers/drive.py "http://127.0.0.1:$port/fhir" "$server" --seconds "$seconds" --patients "${PATIENTS:-1000}" --documents "${DOCUMENTS:-200}"
