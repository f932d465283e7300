#!/usr/bin/env bash
# Runs the quick start once on built binaries, in as bare an environment as there is, and checks that
# it leaves nothing behind:  quickstart.sh SCRIPT BIN ALERTS
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/quickstart_lib.sh"
need_servers
code=0
env -i TMPDIR="$TMPDIR" bash "$1" --once --bin "$2" --alerts "$3" </dev/null || code=$?
nothing_left
((code == 0)) || { echo "exit $code"; exit 1; }
jq -e 'map(.labels.slo) | index("availability") and index("latency")' "$3" >/dev/null ||
  { echo "not both alerts in $3"; exit 1; }
