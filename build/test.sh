#!/usr/bin/env bash
# Builds the solution and runs every test project, one after the other.
#   build/test.sh [--configuration Debug|Release] [--no-build]      (default: Release)
# Needs the .NET SDK. With Node as well, the tests against independent JavaScript peers run; without it they are skipped.
# The last line of the output is "N passed, N failed" or "N passed, N failed, N skipped". The exit code is 0 only when nothing failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The totals are read from the runner's summary, so it has to speak English, without colours.
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

configuration=Release
build=yes
while [ $# -gt 0 ]; do
  case "$1" in
    -c | --configuration) configuration="$2"; shift 2 ;;
    --no-build) build=no; shift ;;
    *) echo "usage: build/test.sh [--configuration Debug|Release] [--no-build]" >&2; exit 2 ;;
  esac
done

install_javascript_peers() {
  local manifest
  if ! command -v npm > /dev/null; then
    echo "Node is not installed: the tests against JavaScript peers are going to be skipped."
    return
  fi
  while IFS= read -r manifest; do
    npm ci --no-audit --no-fund --prefix "$(dirname "$manifest")"
  done < <(find tests -name package.json -not -path '*/node_modules/*' -not -path '*/bin/*' -not -path '*/obj/*')
}

install_javascript_peers
if [ "$build" = yes ]; then
  dotnet build Orleans.Replication.slnx --configuration "$configuration" --nologo --verbosity quiet
fi

passed=0
failed=0
skipped=0
broken=()
log="$(mktemp)"
explanations="$(mktemp)"
trap 'rm -f "$log" "$explanations"' EXIT

# The number behind a word of the last run's summary; nothing when the run ended without one.
count() {
  awk -v word="$1:" '/^Test run summary/ { inside = 1 } inside && $1 == word { value = $2 } END { print value }' "$log"
}

# The name of every failed test of the last run with what went wrong and where, without what the test printed meanwhile.
explain() {
  awk '/^failed / { inside = 1; lines = 0 }
       /^  (Standard|Error) output/ || /^[^ f]/ { inside = 0 }
       inside && lines++ < 30' "$log"
}

for project in tests/*/*.Tests.csproj tests/Orleans.Replication.Nemesis/*.csproj; do
  name="$(basename "$project" .csproj)"
  echo
  echo "== $name"
  status=0
  # What needs a second build is the business of build/mixed.sh, and no skipped test here.
  dotnet test --project "$project" --configuration "$configuration" --no-build --no-ansi --no-progress --filter-not-trait "Needs=an earlier build" 2>&1 | tee "$log" || status=$?
  failures="$(count failed)"
  passed=$((passed + $(count succeeded) + 0))
  skipped=$((skipped + $(count skipped) + 0))
  failed=$((failed + ${failures:-0}))
  if [ "$status" -ne 0 ]; then
    broken+=("$name")
    explain >> "$explanations"
    # A run that broke without a failed test (it crashed, or found no tests) must not pass for a green one.
    if [ "${failures:-0}" -eq 0 ]; then
      failed=$((failed + 1))
    fi
  fi
done

echo
if [ "${#broken[@]}" -gt 0 ]; then
  cat "$explanations"
  echo "Failed: ${broken[*]}"
fi
if [ "$skipped" -gt 0 ]; then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ]
