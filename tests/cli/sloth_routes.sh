#!/usr/bin/env bash
# Checks that a page for a Sloth file, with the labels that slowburn sent in the quick start, goes
# where a routing tree written for Sloth sends it:  sloth_routes.sh ALERTS
# ALERTS is what GET /api/v2/alerts of Alertmanager gave.
set -euo pipefail
for tool in amtool jq; do
  command -v "$tool" >/dev/null || { echo "SKIP: there is no $tool"; exit 77; }
done
tree=$(dirname "$0")/sloth_routes.yml

# What the tree does with labels in Sloth's own form, to know that it tells one from the other.
route() { amtool config routes test --config.file="$tree" "$@" 2>/dev/null; }
sloth=(alertname=CheckoutPaymentsFailing sloth_id=checkout-payments sloth_service=checkout sloth_slo=payments
  owner=payments category=availability)
page=$(route "${sloth[@]}" sloth_severity=page severity=critical routing_key=payments)
ticket=$(route "${sloth[@]}" sloth_severity=ticket severity=warning "slack_channel=#payments")
[[ $page == payments-pager && $ticket == payments-slack ]] ||
  { echo "the tree sends Sloth's own page to $page and its ticket to $ticket"; exit 1; }

mapfile -t labels < <(jq -r '.[] | .labels | select(.sloth_slo == "payments" and .slo_class == "page")
  | to_entries[] | "\(.key)=\(.value)"' "$1")
((${#labels[@]})) || { echo "no page for the Sloth file in $1"; exit 1; }
printf '%s\n' "${labels[@]}"
got=$(route "${labels[@]}")
[[ $got == "$page" ]] || { echo "slowburn's page goes to $got, Sloth's to $page"; exit 1; }

# All that Sloth would have sent is there.
for label in "${sloth[@]}" sloth_severity=page severity=critical routing_key=payments; do
  printf '%s\n' "${labels[@]}" | grep -xF -- "$label" >/dev/null ||
    { echo "slowburn's page lacks $label"; exit 1; }
done
echo "to $got, as Sloth's"
