#!/usr/bin/env bash
# The same SLOs for either side: rules.sh sloth|native SLOS
#
#   sloth   rules for Prometheus and vmalert with the names and the shape of those that Sloth makes of
#           such an SLO over 30 days: eight windows, seven series of metadata, two alerts
#   native  SLO files of slowburn as one stream of documents, ten SLOs each
set -euo pipefail
kind=${1:-} slos=${2:-}
[[ $kind =~ ^(sloth|native)$ && $slos =~ ^[1-9][0-9]*$ ]] || { echo "usage: $0 sloth|native SLOS" >&2; exit 2; }

# record NAME EXPRESSION [LABEL...]
record() {
  local name=$1 expression=$2 label
  shift 2
  printf '  - record: %s\n    expr: %s\n    labels:\n' "$name" "$expression"
  for label in "sloth_id: $id" "sloth_service: bench" "sloth_slo: $slo" "$@"; do
    printf '      %s\n' "$label"
  done
}

# burns WINDOW FACTOR: the half of a tier.
burns() {
  echo "max(slo:sli_error:ratio_rate$1{$match} > ($2 * 0.0009999999999999432)) without (sloth_window)"
}

# alert CLASS SHORT LONG FACTOR SHORT LONG FACTOR
alert() {
  cat <<END
  - alert: BenchErrors_$slo
    expr: ($(burns "$2" "$4") and $(burns "$3" "$4")) or ($(burns "$5" "$7") and $(burns "$6" "$7"))
    labels: {sloth_severity: $1}
    annotations:
      summary: '{{\$labels.sloth_service}} {{\$labels.sloth_slo}} SLO error budget burn rate is over expected.'
      title: ($1) {{\$labels.sloth_service}} {{\$labels.sloth_slo}} SLO error budget burn rate is too fast.
END
}

sloth() {
  local slo=$1 id=bench-$1 window match bad total budget
  match="sloth_id=\"$id\", sloth_service=\"bench\", sloth_slo=\"$slo\""
  total="http_requests_total{job=\"bench\",slo=\"$slo\""
  bad="$total,code=\"500\""
  budget="on(sloth_id, sloth_slo, sloth_service) group_left slo:error_budget:ratio{$match}"
  printf -- '- name: sloth-slo-sli-recordings-%s\n  rules:\n' "$id"
  for window in 5m 30m 1h 2h 6h 1d 3d; do
    record "slo:sli_error:ratio_rate$window" \
      "(sum(rate($bad}[$window]))) / (sum(rate($total}[$window])))" "sloth_window: $window"
  done
  record slo:sli_error:ratio_rate30d \
    "sum_over_time(slo:sli_error:ratio_rate5m{$match}[30d]) / ignoring (sloth_window) count_over_time(slo:sli_error:ratio_rate5m{$match}[30d])" \
    "sloth_window: 30d"
  printf -- '- name: sloth-slo-meta-recordings-%s\n  rules:\n' "$id"
  record slo:objective:ratio 'vector(0.9990000000000001)'
  record slo:error_budget:ratio 'vector(1-0.9990000000000001)'
  record slo:time_period:days 'vector(30)'
  record slo:current_burn_rate:ratio "slo:sli_error:ratio_rate5m{$match} / $budget"
  record slo:period_burn_rate:ratio "slo:sli_error:ratio_rate30d{$match} / $budget"
  record slo:period_error_budget_remaining:ratio "1 - slo:period_burn_rate:ratio{$match}"
  record sloth_slo_info 'vector(1)' 'sloth_mode: cli-gen-prom' 'sloth_objective: "99.9"' \
    'sloth_spec: prometheus/v1' 'sloth_version: bench'
  printf -- '- name: sloth-slo-alerts-%s\n  rules:\n' "$id"
  alert page 5m 1h 14.4 30m 6h 6
  alert ticket 2h 1d 3 6h 3d 1
}

native() {
  cat <<END
  - name: $1
    objective: 99.9
    sli:
      events:
        total: http_requests_total{job="bench",slo="$1"}
        bad: http_requests_total{job="bench",slo="$1",code="500"}
END
}

[[ $kind == native ]] || echo "groups:"
for ((i = 0; i < slos; ++i)); do
  if [[ $kind == native ]] && ((i % 10 == 0)); then
    printf -- '---\nversion: slowburn/v1\nservice: bench\nslos:\n'
  fi
  $kind "$(printf 's%03d' "$i")"
done
