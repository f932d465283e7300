#!/usr/bin/env bash
# Runs the quick start once on built binaries, in as bare an environment as there is, and checks that
# it leaves nothing behind:  quickstart.sh SCRIPT BIN ALERTS
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/quickstart_lib.sh"
need_servers
out=$(mktemp -p /tmp)
trap 'rm -rf "$TMPDIR" "$out"' EXIT
code=0
env -i TMPDIR="$TMPDIR" bash "$1" --once --bin "$2" --alerts "$3" </dev/null | tee "$out" || code=$?
nothing_left
((code == 0)) || { echo "exit $code"; exit 1; }
for want in 'Paged [0-9]+\.[0-9] s after' 'slo=availability' 'sloth_slo=payments' 'slo_class=page' \
  'runbook_url=https://runbooks.example.org/checkout' '^checkout/availability: PAGE FIRING' \
  'Resolved [0-9]+\.[0-9] s after'; do
  grep -qE "$want" "$out" || { echo "it does not say $want"; exit 1; }
done
jq -e 'map(.labels.slo) | index("availability") and index("payments")' "$3" >/dev/null ||
  { echo "not both alerts in $3"; exit 1; }
