#!/usr/bin/env bash
# Checks what benchmarks/side_by_side.sh measures with: side_by_side.sh SOURCE_FOLDER HELPER SLOWBURN
set -euo pipefail
for tool in promtool jq curl; do
  command -v "$tool" >/dev/null || { echo "SKIP: there is no $tool"; exit 77; }
done
parts=$1/benchmarks/side_by_side helper=$2 slowburn=$3
work=$(mktemp -d)
server=""
trap '[[ -z $server ]] || kill "$server"; rm -rf "$work"' EXIT
fail() {
  echo "$*"
  exit 1
}

# Either side accepts its rules, and they are of the shape that is announced.
"$parts/rules.sh" sloth 12 >"$work/rules.yml"
checked=$(promtool check rules "$work/rules.yml") || fail "$checked"
[[ $checked == *"SUCCESS: 204 rules"* ]] || fail "not 17 rules for each of 12 SLOs"
for window in 5m 30m 1h 2h 6h 1d 3d 30d; do
  (($(grep -c "record: slo:sli_error:ratio_rate$window\$" "$work/rules.yml") == 12)) || fail "rules over $window"
done
"$parts/rules.sh" native 12 >"$work/slos.yaml"
"$slowburn" validate --explain "$work/slos.yaml" >"$work/out"
(($(grep -c ': exact: ' "$work/out") == 12)) || fail "not 12 exact SLOs: $(cat "$work/out")"

# The exporter, which is what Prometheus takes.
"$helper" serve 3 "$work/port" &
server=$!
for ((i = 0; i < 100; ++i)); do [[ -s $work/port ]] && break || sleep 0.1; done
before=$(date +%s)
for instance in 0 1 2 3 4; do
  curl -fsS --noproxy '*' "http://127.0.0.1:$(<"$work/port")/i$instance" >"$work/i$instance"
  promtool check metrics <"$work/i$instance"
  (($(grep -c '^http_requests_total' "$work/i$instance") == 6)) || fail "$(cat "$work/i$instance")"
done
after=$(date +%s)
(("$("$helper" cpu "$server")" > 0)) || fail "the exporter has used no CPU time"

# History and exporter are one function of time: what is scraped lies between what history has of
# the moment before and of the moment after.
first=$((before / 15 * 15 - 60)) last=$((after / 15 * 15 + 60))
"$helper" openmetrics 3 "$first" "$first" "$last" >"$work/history"
for instance in 0 1 2 3 4; do
  awk -v instance="i$instance" -v before="$before" -v after="$after" '
    function key(labels) { match(labels, /code="[0-9]+"/); code = substr(labels, RSTART, RLENGTH)
                           match(labels, /slo="[^"]+"/); return code substr(labels, RSTART, RLENGTH) }
    FNR == NR { if (/^http/ && index($0, "instance=\"" instance "\"")) {
                  series = key($1)
                  if ($3 <= before) low[series] = $2
                  if ($3 >= after + 1 && !(series in high)) high[series] = $2 }
                next }
    /^http/ { series = key($1); ++seen
              if (!(low[series] <= $2 && $2 <= high[series])) { print series, low[series], $2, high[series]; bad = 1 } }
    END { exit bad || seen != 6 }' "$work/history" "$work/i$instance" || fail "i$instance does not join its history"
done

# Two pieces are the whole, in either format, and promtool takes them.
middle=$((first + 47))
for format in openmetrics vm; do
  "$helper" "$format" 3 "$first" "$first" "$middle" >"$work/piece1"
  "$helper" "$format" 3 "$first" "$first" "$last" >"$work/whole"
  "$helper" "$format" 3 "$middle" "$first" "$last" >"$work/piece2"
  if [[ $format == openmetrics ]]; then
    cmp <(cat "$work"/piece[12] | grep -v '^#' | sort) <(grep -v '^#' "$work/whole" | sort)
    promtool tsdb create-blocks-from openmetrics --quiet "$work/whole" "$work/blocks" || fail "promtool refuses it"
  else
    same='[.[] | (.metric | tostring) as $metric | [.values, .timestamps] | transpose[] | [$metric] + .] | sort'
    cmp <(jq -sc "$same" "$work"/piece[12]) <(jq -sc "$same" "$work/whole")
    jq -se 'length == 33 and all(.[]; (.values | length) == (.timestamps | length))' "$work/whole" >/dev/null ||
      fail "not 11 series for each of 3 SLOs"
  fi
done

# From variants' counters to costs: twice the evaluations at the same CPU time cost half; a variant
# that left evaluations out, failed, or had wrong answers is not good.
report() {
  jq -sc --argjson slos 10 --argjson ticks 2 --argjson interval 30 --argjson seconds 1 --argjson cores 1 \
    --arg history 3d --arg recorded 30d --arg when now --arg cpu a --arg prometheus a \
    --arg slowburn a --arg victoria_metrics a -f "$parts/report.jq" <<<"$1"
}
result() {
  jq -cn --arg variant "$1" --arg baseline "$2" --argjson cpu_ms "$3" --argjson changes "${4:-{\}}" '
    {$variant, title: $variant, $baseline, phase: "p", $cpu_ms, startup_cpu_ms: 5, peak_kib: {x: 1024}, slo_evaluations: 20,
     missed: 0, failed: 0, wire_bytes: 40, right_answers: 10} + $changes'
}
base=$(result z z '[10, 12]' '{"wire_bytes": 0}')
good="$base $(result a z '[1010, 1012]') $(result c z '[12, 14]')"
jq -e '(.variants[] | select(.variant == "a") | .ms_per_slo_evaluation == 100 and .wire_bytes_per_slo_evaluation == 2)
  and .ratios.a_to_c == 500 and .good' <<<"$(report "$good")" >/dev/null || fail "$(report "$good")"
table=$(jq -r -f "$parts/table.jq" <<<"$(report "$good")")
[[ $table == *"met    a to c: 500, bar 300"* ]] || fail "$table"
for change in '{"missed": 1}' '{"failed": 1}' '{"right_answers": 9}' '{"slo_evaluations": 18}' '{"slo_evaluations": 22}'; do
  jq -e '.good | not' <<<"$(report "$base $(result a z '[1010, 1012]') $(result c z '[12, 14]' "$change")")" >/dev/null ||
    fail "good with $change"
done
jq -e '.good | not' <<<"$(report "$base $(result c z '[16, 18]')")" >/dev/null || fail "0.6 ms meets the bar of 0.25 ms"
echo good
