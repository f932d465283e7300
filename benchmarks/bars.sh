#!/usr/bin/env bash
# Copyright 2026 The slowburn authors
# SPDX-License-Identifier: Apache-2.0
#
# Runs what has a bar to clear, and says which bars are met.  Exits 1 when one is not.
#
#   benchmarks/bars.sh [BUILD_FOLDER]
#
# It needs 6 GB of memory and some minutes, on a machine that does nothing else.
set -euo pipefail

build=${1:-build}
missed=0

# judge WHAT VALUE most|least BAR UNIT
judge() {
  local verdict
  verdict=$(awk -v value="$2" -v side="$3" -v bar="$4" \
    'BEGIN { print (side == "most" ? value + 0 <= bar + 0 : value + 0 >= bar + 0) ? "met" : "MISSED" }')
  [[ $verdict == met ]] || missed=1
  printf '%-6s  %-58s %10.4g %s  (at %s %s)\n' "$verdict" "$1" "$2" "$5" "$3" "$4"
}

# column NAME COLUMN: of the benchmark of that very name, one core's time or rate.
column() {
  "$build/slowburn_benchmarks" --benchmark_filter="^$1\$" --benchmark_format=csv 2>/dev/null |
    awk -F, -v want="$2" '
      /^name,/ { for (i = 1; i <= NF; ++i) if ($i == want) at = i }
      /^"/ && at { print $at; exit }'
}

# validate FORMAT: milliseconds of CPU to validate 10 000 SLOs, each in a file of its own.
# FORMAT is the `version` or `apiVersion` that they say.
validate() {
  local folder
  folder=$(mktemp -d)
  awk -v folder="$folder" -v format="$1" 'BEGIN {
    for (i = 0; i < 10000; ++i) {
      file = folder "/" i ".yaml"
      series = "http_requests_total{job=\"service-" i "\"}"
      bad = "http_requests_total{job=\"service-" i "\",code=~\"5..\"}"
      if (format ~ /pyrra/) {
        printf "apiVersion: %s\nkind: ServiceLevelObjective\n", format > file
        printf "metadata: {name: availability, namespace: service-%d}\n", i > file
        printf "spec:\n  target: \"99.9\"\n  window: 4w\n  indicator:\n    ratio:\n" > file
        printf "      errors: {metric: %c%s%c}\n", 39, bad, 39 > file
        printf "      total: {metric: %c%s%c}\n", 39, series, 39 > file
      } else if (format ~ /openslo/) {
        metric = "{metricSource: {type: Prometheus, spec: {query: %c%s%c}}}\n"
        printf "apiVersion: %s\nkind: SLO\nmetadata: {name: availability}\n", format > file
        printf "spec:\n  service: service-%d\n  indicator:\n    metadata: {name: a}\n    spec:\n", i > file
        printf "      ratioMetric:\n        counter: true\n" > file
        printf "        bad: " metric "        total: " metric, 39, bad, 39, 39, series, 39 > file
        printf "  timeWindow: [{duration: 28d, isRolling: true}]\n" > file
        printf "  budgetingMethod: Occurrences\n  objectives: [{target: 0.999}]\n" > file
        printf "  alertPolicies: []\n" > file
      } else {
        printf "version: %s\nservice: service-%d\nslos:\n", format, i > file
        printf "  - name: availability\n    objective: 99.9\n    sli:\n      events:\n" > file
      }
      if (format ~ /slowburn/) {
        printf "        total: %s\n        bad: %s\n", series, bad > file
      }
      if (format ~ /prometheus/) {
        printf "        error_query: sum(rate(%s[{{.window}}]))\n", bad > file
        printf "        total_query: sum(rate(%s[{{.window}}]))\n", series > file
        printf "    alerting: {name: Burn, labels: {category: availability}," > file
        printf " page_alert: {labels: {severity: critical}}," > file
        printf " ticket_alert: {labels: {severity: warning}}}\n" > file
      }
      close(file)
    }
  }'
  # A number of files that are wrong would be fast.
  "$build/slowburn" validate "$folder" 2>/dev/null | grep -q '10000 SLOs, 0 errors' || { echo inf; return; }
  local TIMEFORMAT='%U %S'
  { time "$build/slowburn" validate "$folder" >/dev/null; } 2>&1 | awk '{ print ($1 + $2) * 1000 }'
  rm -r "$folder"
}

rows='BM_Screen/rows:1000000/burning:1/isa'
portable=$(column "$rows:0" cpu_time)
fastest=$portable
for isa in 1 2; do
  time=$(column "$rows:$isa" cpu_time)
  # A processor without the instruction set reports no time.
  if [[ -n $time && $time != 0 ]]; then
    fastest=$(printf '%s\n%s\n' "$fastest" "$time" | sort -g | head -1)
  fi
done
judge 'windows of 1 000 000 series, 1 % burning' "$(awk "BEGIN { print $fastest / 1000 }")" most 15 ms
judge 'the same without vector instructions, ratio' "$(awk "BEGIN { print $portable / $fastest }")" most 2 times
judge '/metrics of 10 000 SLOs' "$(column 'BM_Metrics/slos:10000' cpu_time)" most 300 ms
judge 'the same with the series of Sloth' \
  "$(column 'BM_MetricsWithSloth/slos:10000' cpu_time)" most 300 ms
judge 'loading 10 000 SLOs, native' "$(column 'BM_Load/native/slos:10000' cpu_time)" most 2000 ms
judge 'loading 10 000 SLOs, Sloth' "$(column 'BM_Load/sloth/slos:10000' cpu_time)" most 2000 ms
judge 'validate, 10 000 files, native' "$(validate slowburn/v1)" most 2000 ms
judge 'validate, 10 000 files, Sloth' "$(validate prometheus/v1)" most 2000 ms
judge 'validate, 10 000 files, Pyrra' "$(validate pyrra.dev/v1alpha1)" most 2000 ms
judge 'validate, 10 000 files, OpenSLO' "$(validate openslo/v1)" most 2000 ms
judge 'samples read from JSON, millions' \
  "$(column 'BM_ParseQueryResponse/10000' items_per_second | awk '{ print $1 / 1e6 }')" least 5 'a second'
judge 'memory of an SLO series with 30 d of columns' \
  "$("$build/slowburn_memory" | awk '/30 d/ { for (i = 1; i <= NF; ++i) if ($i == "KB") print $(i - 1) }')" most 10 KB

exit $missed
