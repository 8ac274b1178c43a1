#!/usr/bin/env bash
# Measures, and prints tables and (but for 'frames') one JSON object as the last line. All sides of a comparison run in alternating rounds of one run.
#   build/bench.sh [compare] [--quick] [--json FILE]      replicated grains on three silos beside a three-member etcd: durable 256-byte puts and linearizable gets
#                                                         (needs etcd on the PATH: apt-get install etcd-server; or --etcd PROGRAM)
#   build/bench.sh clustering [--rounds N] [--json FILE]  three silos with the membership table in their Raft group beside the same in PostgreSQL: cold start, rolling
#                                                         restart under load, kill -9 (needs PostgreSQL: apt-get install postgresql; --postgres-programs DIR)
#   build/bench.sh recovery [--megabytes N]               a silo that loses its disk gets a state of 500 MB back, and the writes meanwhile
#   build/bench.sh restart [--entries N]                  the start of a member with a million log entries behind it
#   build/bench.sh state-sizes                            a small operation on states of 1 KiB, 64 KiB and 1 MiB
#   build/bench.sh transports [--quick] [--json FILE] [--bytes N]
#                                                         the libp2p host beside sockets, SslStream and (with Node) js-libp2p; with --bytes also one transfer of
#                                                         N bytes and the memory of both processes meanwhile
#   build/bench.sh frames [--quick]                       a Noise frame, a Yamux frame, a round trip and the commit of a log entry, by BenchmarkDotNet
#   build/bench.sh reads [--rounds N] [--calls N] [--json FILE]
#                                                         a linearizable, a lease and a stale read of a replicated grain beside a call of an ordinary grain, on the
#                                                         same silo and on another, and of a stateless worker
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
project="$root/tests/Orleans.Replication.Benchmarks"
command=compare
case "${1:-}" in
  compare | clustering | recovery | restart | state-sizes | reads | transports | frames) command="$1"; shift ;;
esac

arguments=()
case "$command" in
  # The data lies beside the code and not in /tmp, which may be a memory disk: a put has to pay for its fsync.
  compare) arguments=(--work "$root/artifacts/bench") ;;
  clustering | recovery | restart | state-sizes | reads) arguments=(--work "$root/artifacts/$command") ;;
  transports)
    peer="$root/tests/Orleans.Replication.Libp2p.Tests/Interop/js"
    if command -v npm > /dev/null && [ ! -d "$peer/node_modules" ]; then
      npm ci --ignore-scripts --no-audit --no-fund --prefix "$peer" >&2
    fi
    ;;
esac

dotnet build "$project" -c Release -v q --nologo >&2
exec dotnet run -c Release --no-build --project "$project" -- "$command" ${arguments[@]+"${arguments[@]}"} "$@"
