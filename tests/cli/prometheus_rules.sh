#!/usr/bin/env bash
# Checks the rules that watch slowburn, and that each fires when it should:  prometheus_rules.sh FOLDER
set -euo pipefail
command -v promtool >/dev/null || { echo "SKIP: there is no promtool"; exit 77; }
promtool check rules "$1/slowburn.rules.yaml"
promtool test rules "$1/slowburn.rules_test.yaml"
for alert in $(sed -n 's/^ *- alert: //p' "$1/slowburn.rules.yaml"); do
  for what in fires "does not fire"; do
    grep -qF "name: $alert $what" "$1/slowburn.rules_test.yaml" || { echo "no test: $alert $what"; exit 1; }
  done
done
