#!/usr/bin/env bash
# Checks where `slowburn generate` writes, and that what it writes is taken:  generate.sh SLOWBURN SOURCES
set -euo pipefail
slowburn=$1 sources=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "$*"; exit 1; }
examples=("$sources"/examples/getting-started.yaml "$sources"/examples/by-region.yaml "$sources"/examples/latency.yaml
  "$sources"/examples/probe.yaml "$sources"/examples/opaque-ratio.yaml "$sources"/examples/sloth/getting-started.yml)

"$slowburn" generate "${examples[@]}" >rules.yaml
"$slowburn" generate "${examples[@]}" -o written.yaml
cmp rules.yaml written.yaml || fail "-o writes something else than standard output gets"
[[ ! -e written.yaml.part ]] || fail "a part is left behind"
"$slowburn" generate "${examples[@]}" --output rules2.yaml
cmp rules.yaml rules2.yaml || fail "two runs differ"

# An error leaves the file as it was.
cat "$sources"/examples/getting-started.yaml >slo.yaml
sed 's/objective: .*/objective: 999/' slo.yaml >bad.yaml
code=0
"$slowburn" generate bad.yaml -o written.yaml 2>errors || code=$?
[[ $code == 1 ]] || fail "exit code $code for a file with an error"
grep -q '^bad.yaml:[0-9]*:[0-9]*: error: ' errors || fail "no place of the error: $(cat errors)"
cmp rules.yaml written.yaml || fail "an error changed the file"
code=0
"$slowburn" generate slo.yaml -o nowhere/rules.yaml 2>errors || code=$?
[[ $code == 1 ]] || fail "exit code $code for a file that can't be written"

"$slowburn" generate "${examples[@]}" --no-alerts >recordings.yaml
! grep -q 'alert: ' recordings.yaml || fail "--no-alerts leaves alerts"
"$slowburn" generate "${examples[@]}" --no-recordings >alerts.yaml
! grep -q 'record: ' alerts.yaml || fail "--no-recordings leaves recordings"
grep -q 'alert: ' alerts.yaml || fail "--no-recordings leaves no alerts"
"$slowburn" generate slo.yaml --label cluster=eu --label team=a >labels.yaml
grep -q 'cluster: eu' labels.yaml && grep -q 'team: a' labels.yaml || fail "--label does nothing"
"$slowburn" generate "$sources"/examples/sloth/getting-started.yml --default-window 28d >month.yaml
grep -q 'slo:sli_error:ratio_rate4w' month.yaml || fail "--default-window does nothing"

command -v promtool >/dev/null || { echo "SKIP: there is no promtool"; exit 77; }
for file in rules.yaml recordings.yaml alerts.yaml labels.yaml month.yaml; do
  promtool check rules "$file" || fail "promtool refuses $file"
done
