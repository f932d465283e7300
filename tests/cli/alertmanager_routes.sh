#!/usr/bin/env bash
# Checks where examples/alertmanager/alertmanager.yml sends alerts: alertmanager_routes.sh FILE
set -euo pipefail
command -v amtool >/dev/null || { echo "SKIP: there is no amtool"; exit 77; }
file=$1
amtool check-config "$file"

# routes RECEIVER LABEL=VALUE...
routes() {
  local receiver=$1
  shift
  amtool config routes test --config.file="$file" --verify.receivers="$receiver" "$@" 2>/dev/null ||
    { echo "$*: not to $receiver"; exit 1; }
}
routes pager alertname=ErrorBudgetBurn service=checkout slo=availability slo_class=page severity=critical
routes tickets alertname=ErrorBudgetBurn service=checkout slo=availability slo_class=ticket severity=warning
routes tickets alertname=ErrorBudgetBurn service=checkout slo=availability slo_class=no_data severity=warning
routes dead-man alertname=SlowburnWatchdog slo_class=watchdog severity=none
