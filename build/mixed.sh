#!/usr/bin/env bash
# Runs three silos of samples/KeyValue under load of which some are of an earlier commit's build, until each was upgraded in place (EarlierVersionTests).
#   build/mixed.sh [COMMIT]      (default: HEAD~1)
# The earlier build is made in a temporary git worktree, which is removed in the end. The environment is that of the other drills (NEMESIS_SEED).
# The output has the drill's summary, one line of JSON; the exit code is 0 only when the test passed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

commit="$(git rev-parse --verify "${1:-HEAD~1}^{commit}")"
folder="$(mktemp -d)"
trap 'git worktree remove --force "$folder/earlier" 2> /dev/null || true; rm -rf "$folder"' EXIT

git worktree add --quiet --detach "$folder/earlier" "$commit"
echo "The earlier build: $(git log -1 --format='%h %s' "$commit")"
# Only what runs is wanted of it; that it is without warnings was its own build's business.
dotnet build "$folder/earlier/samples/KeyValue" --configuration Release --nologo --verbosity quiet -p:RunAnalyzers=false
dotnet build tests/Orleans.Replication.Nemesis --configuration Release --nologo --verbosity quiet
NEMESIS_EARLIER="$folder/earlier/samples/KeyValue/bin/Release/net10.0/KeyValue.dll" \
  dotnet run --configuration Release --no-build --project tests/Orleans.Replication.Nemesis -- -class '*EarlierVersionTests' -explicit only -noColor
