#!/usr/bin/env bash
# Measures replicated grains on three silos beside a three-member etcd: durable 256-byte puts and linearizable gets, alternating rounds.
#   build/bench.sh [--quick] [--json FILE]      (needs etcd on the PATH: apt-get install etcd-server; or --etcd PROGRAM)
# The last line of the output is one JSON object.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
project="$root/tests/Orleans.Replication.Benchmarks"
dotnet build "$project" -c Release -v q --nologo >&2
# The data lies beside the code and not in /tmp, which may be a memory disk: a put has to pay for its fsync.
exec dotnet run -c Release --no-build --project "$project" -- compare --work "$root/artifacts/bench" "$@"
