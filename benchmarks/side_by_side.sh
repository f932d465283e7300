#!/usr/bin/env bash
# What an evaluation of an SLO costs, side by side on one machine, in one run, over the same data:
#
#   z   Prometheus, scraping and nothing else: what the next three are compared with
#   a   Prometheus with the rules that Sloth generates: eight windows, metadata, two alerts
#   c   Prometheus and slowburn
#   cm  the same, with slowburn's own metrics scraped by that Prometheus every 15 s
#   zv  VictoriaMetrics, scraping and nothing else: what the next is compared with
#   b   VictoriaMetrics and vmalert with the rules of a
#
#   benchmarks/side_by_side.sh [--quick] [--slos N] [--history 3d] [--ticks K] [--warm-up K]
#                              [--recorded 30d] [--variants z,a,b,c,cm] [--together]
#                              [--bin DIR] [--json FILE] [--keep]
#
#   --quick      20 SLOs, 3 ticks, all variants at once: some three minutes, for a look
#   --slos N     SLOs of ten series each (100)
#   --history    how much past of the counters there is at the start, hours or days (3d)
#   --recorded   how much past of the recorded ratio, which the rule over 30 days reads (30d: what
#                there is once the rules have been running for the time of the SLO)
#   --ticks K    ticks of 30 s that are measured (10)
#   --warm-up K  ticks before that, at least (4); slowburn gets more until it has caught up
#   --variants   which (z,a,b,c,cm); what they are compared with runs beside them anyway
#   --together   all at the same time; else c and cm together, then a, then b
#   --bin DIR    slowburn and slowburn_side_by_side are there (build); the history is kept there too
#   --json FILE  all figures
#   --keep       leave the folder of the run, with logs and data
#
# Exit code: 0; 1 when a bar is missed, or a variant did not do its work; 2 usage.
# README.md beside this file says what is measured and how.
set -euo pipefail
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
parts=$root/benchmarks/side_by_side

usage() {
  sed -n 's/^#   \(benchmarks.*\)/usage: \1/p; s/^# \{30\}\(.*\)/      \1/p' "${BASH_SOURCE[0]}" >&2
  exit 2
}
slos=100 history=3d recorded=30d ticks=10 warm_up=4 variants=z,a,b,c,cm together=false
bin=$root/build json="" keep=false
readonly interval=30
while (($#)); do
  case $1 in
    --quick) slos=20 ticks=3 warm_up=2 together=true ;;
    --together) together=true ;;
    --keep) keep=true ;;
    --help)
      sed -n '2,/^set/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    --slos | --history | --recorded | --ticks | --warm-up | --variants | --bin | --json)
      (($# > 1)) || usage
      name=${1#--}
      printf -v "${name/-/_}" %s "$2"
      shift
      ;;
    *) usage ;;
  esac
  shift
done
[[ $slos =~ ^[1-9][0-9]{0,3}$ && $ticks =~ ^[1-9][0-9]*$ && $warm_up =~ ^[1-9][0-9]*$ ]] || usage
[[ $variants =~ ^(z|a|b|c|cm|zv)(,(z|a|b|c|cm|zv))*$ ]] || usage
# seconds_of 3d
seconds_of() {
  [[ $1 =~ ^([1-9][0-9]*)(h|d)$ ]] || usage
  if [[ $1 == *h ]]; then echo $((BASH_REMATCH[1] * 3600)); else echo $((BASH_REMATCH[1] * 86400)); fi
}
history_seconds=$(seconds_of "$history") || exit 2
recorded_seconds=$(seconds_of "$recorded") || exit 2
[[ -z $json ]] || json=$(realpath -m "$json")
bin=$(realpath "$bin") helper=$bin/slowburn_side_by_side
for command in prometheus promtool jq curl setpriv "$bin/slowburn" "$helper"; do
  command -v "$command" >/dev/null || { echo "side_by_side: there is no $command" >&2; exit 2; }
done
with_vm=false
if [[ ,$variants, == *,b,* || ,$variants, == *,zv,* ]]; then
  with_vm=true
  for command in victoria-metrics vmalert; do
    command -v "$command" >/dev/null ||
      { echo "side_by_side: there is no $command (Debian: victoria-metrics)" >&2; exit 2; }
  done
fi

# shellcheck source=benchmarks/side_by_side/processes.sh
source "$parts/processes.sh"
# shellcheck source=benchmarks/side_by_side/history.sh
source "$parts/history.sh"
# shellcheck source=benchmarks/side_by_side/variants.sh
source "$parts/variants.sh"

cache=$bin/side_by_side
mkdir -p "$cache"
scratch=$(mktemp -d "$cache/run.XXXXXX")
# shellcheck disable=SC2317  # Called by the trap.
leave() {
  local code=$?
  trap '' INT TERM HUP
  stop "${!pids[@]}"
  if $keep; then echo "Kept: $scratch" >&2; else rm -rf "$scratch"; fi
  exit "$code"
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# ---- measuring ----------------------------------------------------------------------------------

# CPU milliseconds that the processes of a variant have used, all together.
cpu_of() {
  local role ids=()
  for role in $(roles_of "$1"); do ids+=("${pids[$1.$role]}"); done
  "$helper" cpu "${ids[@]}" | awk '{ sum += $1 } END { printf "%.3f\n", sum / 1e6 }'
}

# Sleeps until N more ticks have ended.  Ticks are cut ten seconds before the slots of slowburn, so that an
# evaluation falls into one.
sleep_ticks() {
  local now=${EPOCHREALTIME/./} tick=$((interval * 1000000)) cut=$(((interval - 10) * 1000000)) left
  left=$((($1 - 1) * tick + tick - (now - cut) % tick))
  sleep "$((left / 1000000)).$(printf %06d $((left % 1000000)))"
  check_alive
}

# Warms up: as many ticks as were asked for, and more until slowburn knows no more past than time has
# brought, which is when its first reads are over.
warm_up_all() {
  local variant round behind after
  local -A known=()
  sleep_ticks 1  # What is left of the one that is under way does not count.
  for ((round = 0; round < 60; ++round)); do
    behind=false
    for variant in "$@"; do
      [[ $variant == c* ]] || continue
      after=$(known_seconds_of "$variant")
      ((after - ${known[$variant]:-0} <= slos * interval * 3 / 2)) || behind=true
      known[$variant]=$after
    done
    if ((round >= warm_up)) && ! $behind; then return 0; fi
    sleep_ticks 1
  done
  die "slowburn has not caught up"
}

peak_of() {
  local role
  for role in $(roles_of "$1"); do
    printf '%s %s\n' "$role" "$(awk '/^VmHWM/ { print $2 }' "/proc/${pids[$1.$role]}/status")"
  done | jq -Rn '[inputs / " " | {(.[0]): (.[1] | tonumber)}] | add'
}

# count_all WHEN VARIANT...: the counters of all at one moment, in VARIANT.WHEN.  Fails when that took
# so long, on a machine with other things to do, that they are not of the moment any more.
count_all() {
  local when=$1 begin=${EPOCHREALTIME/./} variant job jobs=()
  shift
  for variant in "$@"; do
    counters_of "$variant" >"$scratch/$variant.$when" &
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do wait "$job" || die "no counters of one of $*"; done
  ((${EPOCHREALTIME/./} - begin < 3000000))
}

# result_of VARIANT BASELINE_AND_VARIANTS CPU_MS STARTUP_CPU_MS STARTUP_SECONDS WALL_SECONDS: as JSON.
result_of() {
  jq -cn --arg variant "$1" --arg title "$(title_of "$1")" --arg baseline "$(baseline_of "$1")" \
    --arg phase "$2" --arg cpu "$3" --argjson startup "$4" --argjson startup_seconds "$5" --argjson wall "$6" \
    --arg before "$(<"$scratch/$1.before")" --arg after "$(<"$scratch/$1.after")" \
    --argjson peak "$(peak_of "$1")" --argjson right "$(right_answers_of "$1")" '
    def numbers: [splits("\\s+") | select(. != "") | tonumber];
    ([($after | numbers), ($before | numbers)] | transpose | map(.[0] - .[1])) as $counters |
    {$variant, $title, $baseline, $phase, cpu_ms: ($cpu | numbers), startup_cpu_ms: $startup,
     startup_seconds: $startup_seconds, wall_seconds: $wall, peak_kib: $peak,
     slo_evaluations: $counters[0], missed: $counters[1], failed: $counters[2],
     wire_bytes: $counters[3], right_answers: $right}'
}

# phase VARIANT...: runs them side by side and adds a line to results.json for each.
phase() {
  local variant role tick begin end now
  local -A cpu=() first=() last=() started=()
  if [[ " $* " == *" z "* ]]; then make_history prometheus; fi
  if [[ " $* " == *" zv "* ]]; then make_history vm; fi
  for variant in "$@"; do start_variant "$variant"; started[$variant]=$SECONDS; done
  echo "Running $*."
  warm_up_all "$@"
  # Asked for before the clock starts, as the answer costs the server something.
  until count_all before "$@"; do sleep_ticks 1; done
  begin=$SECONDS
  for variant in "$@"; do
    now=$(cpu_of "$variant")
    first[$variant]=$now last[$variant]=$now cpu[$variant]=""
  done
  tick=0
  until ((tick >= ticks)) && count_all after "$@"; do
    sleep_ticks 1
    ((++tick))
    for variant in "$@"; do
      now=$(cpu_of "$variant")
      cpu[$variant]+=" $(awk "BEGIN { print $now - ${last[$variant]} }")"
      last[$variant]=$now
    done
    end=$SECONDS
  done
  for variant in "$@"; do
    result_of "$variant" "$*" "${cpu[$variant]}" "${first[$variant]}" $((begin - started[$variant])) \
      $((end - begin)) >>"$scratch/results.json"
  done
  for variant in "$@"; do
    for role in $(roles_of "$variant" | tr ' ' '\n' | tac); do stop "$variant.$role"; done
    $keep || rm -rf "${scratch:?}/$variant"
  done
}

# ---- one run ------------------------------------------------------------------------------------

"$parts/rules.sh" sloth "$slos" >"$scratch/rules.yml"
"$parts/rules.sh" native "$slos" >"$scratch/slos.yaml"
spawn exporter "$helper" serve "$slos" "$scratch/exporter.port"
wait_for 10 test -s "$scratch/exporter.port"
exporter=127.0.0.1:$(<"$scratch/exporter.port")
begin=$SECONDS
make_base

# chosen VARIANT...: those of them that are asked for.
chosen() {
  local variant
  for variant in "$@"; do
    if [[ ,$variants, == *,"$variant",* ]]; then echo "$variant"; fi
  done
}
# Each group is a phase, in which what its variants are compared with runs beside them.
if $together; then groups=("c cm a b"); else groups=("c cm" a b); fi
for group in "${groups[@]}"; do
  # shellcheck disable=SC2086  # Words.
  mapfile -t members < <(chosen $group)
  ((${#members[@]})) || continue
  mapfile -t baselines < <(for variant in "${members[@]}"; do baseline_of "$variant"; done | sort -u)
  phase "${baselines[@]}" "${members[@]}"
done
if [[ ! -s $scratch/results.json ]]; then
  mapfile -t members < <(chosen z zv)
  phase "${members[@]}"
fi

jq -s --argjson slos "$slos" --argjson ticks "$ticks" --argjson interval "$interval" \
  --arg history "$history" --arg recorded "$recorded" --argjson seconds $((SECONDS - begin)) --arg when "$(date -u +%FT%TZ)" \
  --arg cpu "$(sed -n 's/^model name\s*: //p;' /proc/cpuinfo | head -n 1)" --argjson cores "$(nproc)" \
  --arg prometheus "$(prometheus --version 2>&1 | sed -n 's/^prometheus, version \([^ ]*\).*/\1/p')" \
  --arg slowburn "$("$bin/slowburn" version)" \
  --arg victoria_metrics "$(dpkg-query -W -f '${Version}' victoria-metrics 2>/dev/null || true)" \
  -f "$parts/report.jq" "$scratch/results.json" >"$scratch/report.json"
[[ -z $json ]] || cp "$scratch/report.json" "$json"
jq -r -f "$parts/table.jq" "$scratch/report.json"
jq -e .good "$scratch/report.json" >/dev/null
