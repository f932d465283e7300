#!/usr/bin/env bash
# Shows slowburn at work on this machine, in about two minutes once it is built: a demo service, a
# Prometheus, an Alertmanager and slowburn itself, all on free ports of 127.0.0.1 and in a temporary
# folder.  Breaks the service, waits for the page, mends it, waits for the page to go.
#
#   examples/quickstart.sh [--once] [--bin DIR] [--alerts FILE]
#
#   --once         end after that: exit code 0 if all of it happened (else stay up until Ctrl-C)
#   --bin DIR      use slowburn and demo_service from DIR; install and build nothing
#   --alerts FILE  keep the firing alerts, as Alertmanager's API shows them, in FILE
#
# On a bare Debian 12 run it as root: it installs what is missing and builds in build/.
# The SLOs are examples/getting-started.yaml and examples/sloth/getting-started.yml as they are.
# Their windows, 30 days and hours, are made short for the show by `defaults` in slowburn.yaml.
#
# shellcheck disable=SC2317  # Functions are called by traps, and by wait_for.
set -euo pipefail
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

usage() {
  echo "usage: $0 [--once] [--bin DIR] [--alerts FILE]" >&2
  exit 2
}
once=false bin="" keep_alerts=""
while (($#)); do
  case $1 in
    --once) once=true ;;
    --bin) bin=$(cd "${2:?--bin needs a folder}" && pwd) && shift ;;
    --alerts) keep_alerts=$(realpath -m "${2:?--alerts needs a file}") && shift ;;
    *) usage ;;
  esac
  shift
done

# ---- processes: each in a group of its own, ended by its id, whatever ends this script ----------

declare -A pids=()  # By name.
tmp=""

# Runs a command in the background.  A kill -9 of this script ends it too.
spawn() {
  local name=$1
  shift
  setsid setpriv --pdeathsig TERM "$@" </dev/null &
  pids[$name]=$!
}

serve() {
  spawn "$@" >"$tmp/$1.log" 2>&1
}

stop_all() {
  local pid tries
  for pid in "${pids[@]}"; do
    kill -TERM -- "-$pid" 2>/dev/null || kill -TERM "$pid" 2>/dev/null || true
  done
  for pid in "${pids[@]}"; do
    for ((tries = 0; tries < 100; ++tries)); do
      kill -0 -- "-$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL -- "-$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
}

leave() {
  local code=$?
  trap '' INT TERM HUP
  stop_all
  [[ -z $tmp ]] || rm -rf "$tmp"
  exit "$code"
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

die() {
  local log
  printf '\nquickstart: %s\n' "$1" >&2
  for log in ${tmp:+"$tmp"/*.log}; do
    printf '\n== last lines of %s\n' "${log##*/}" >&2
    tail -n 20 "$log" >&2
  done
  exit 1
}

# ---- waiting ------------------------------------------------------------------------------------

milliseconds() { echo $((${EPOCHREALTIME/./} / 1000)); }

# A line once a second on a terminal, over the one before; every five seconds elsewhere.
progress_every=5 progress_at=0 width=""
if [[ -t 1 ]]; then
  progress_every=1 width=$(stty size </dev/tty 2>/dev/null | cut -d' ' -f2) || true
  ((width > 20)) || width=80
fi
progress() {
  ((SECONDS >= progress_at + progress_every)) || return 0
  progress_at=$SECONDS
  local line
  line="  $1 $(burn_rates || true)"
  if [[ -n $width ]]; then printf '\r\033[K%s' "${line:0:width-1}"; else echo "$line"; fi
}

# wait_for SECONDS WHAT COMMAND...: until the command succeeds; what it printed is in $answer.
answer=""
wait_for() {
  local limit=$1 what=$2 name begin
  shift 2
  begin=$(milliseconds)
  until answer=$("$@" 2>/dev/null); do
    for name in "${!pids[@]}"; do
      kill -0 "${pids[$name]}" 2>/dev/null || die "$name has ended while we waited for $what"
    done
    (($(milliseconds) - begin < limit * 1000)) || die "no $what within $limit s"
    progress "$((($(milliseconds) - begin) / 1000)) s of at most $limit for $what"
    sleep 0.2
  done
  [[ -z $width ]] || printf '\r\033[K'
}

get() { curl -fsS --max-time 2 "$@"; }

# The burn rates of both SLOs, from slowburn's metrics, where they are there yet.
burn_rates() {
  [[ -n ${slowburn_url:-} ]] || return 0
  get "$slowburn_url/metrics" 2>/dev/null | awk '
    /^slowburn_slo_burn_rate\{/ && /window="10s"/ && match($0, /[{,]slo="[^"]*"/) {
      text = text sprintf(", %s %.1f", substr($0, RSTART + 6, RLENGTH - 7), $NF)
    }
    END { if (text) print "(burn rates: " substr(text, 3) ")" }'
}

scraped() {
  get "$prometheus_url/api/v1/query" --data-urlencode 'query=up{job="checkout"} == 1' |
    jq -e '.data.result | length == 1'
}

# Whether each of the two SLOs is measured and known not to burn.
healthy() { get "$slowburn_url/api/v1/slos" | jq -e '.data.slos | length == 2 and all(.state == "ok")'; }

alerts() { get "$alertmanager_url/api/v2/alerts"; }
page_of() { alerts | jq -e "map(select(.labels.slo == \"$1\" and .labels.slo_class == \"page\")) | .[0] // empty"; }
# All but the one that always fires.
no_alerts() { alerts | jq -e 'map(select(.labels.alertname != "SlowburnWatchdog")) | length == 0'; }

show_alert() {
  jq -r 'def lines: to_entries[] | "    \(.key)=\(.value | gsub("\n"; "\n        "))";
    "  labels", (.labels | lines), "  annotations", (.annotations | lines)' <<<"$1"
}

# A port that nobody listens on, below those that outgoing connections get.
free_port() {
  local port
  while port=$((20000 + RANDOM % 10000)); (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "127.0.0.1:$port"
}

# ---- install and build --------------------------------------------------------------------------

if [[ -z $bin ]]; then
  bin=$root/build
  "$root/tests/install.sh" build servers
  [[ -f $bin/CMakeCache.txt ]] || cmake -S "$root" -B "$bin" -G Ninja -DBUILD_TESTING=OFF
  spawn build cmake --build "$bin" --target slowburn demo_service
  wait "${pids[build]}" || die "the build failed"
  unset 'pids[build]'
fi
for command in curl jq prometheus prometheus-alertmanager "$bin/slowburn" "$bin/demo_service"; do
  command -v "$command" >/dev/null || die "there is no $command"
done

# ---- start --------------------------------------------------------------------------------------

tmp=$(mktemp -d -t slowburn-quickstart.XXXXXX)
prometheus=$(free_port) alertmanager=$(free_port) slowburn=$(free_port)
prometheus_url=http://$prometheus alertmanager_url=http://$alertmanager

echo "Starting a demo service, Prometheus, Alertmanager and slowburn."
serve demo_service "$bin/demo_service" --port-file "$tmp/demo.port"
wait_for 10 "the demo service's port" cat "$tmp/demo.port"
demo=127.0.0.1:$answer

cat >"$tmp/prometheus.yml" <<EOF
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - {job_name: checkout, static_configs: [{targets: ["$demo"]}]}
  - {job_name: slowburn, static_configs: [{targets: ["$slowburn"]}]}
EOF
cat >"$tmp/slowburn.yaml" <<EOF
evaluation: {interval: 1s, settle: 2s}
sources: {default: {prometheus: {url: "$prometheus_url", scrape_timeout: 1s}}}
alertmanagers: [{url: "$alertmanager_url"}]
rules: ["$root/examples/getting-started.yaml", "$root/examples/sloth/getting-started.yml"]
listen: $slowburn
web: {external_url: "http://$slowburn"}
defaults:
  window: 2h
  alerts:
    tiers:
      - {class: page, burn_rate: 14.4, long: 1m, short: 10s}
      - {class: ticket, burn_rate: 6, long: 5m, short: 20s}
EOF
serve prometheus prometheus --config.file="$tmp/prometheus.yml" \
  --storage.tsdb.path="$tmp/prometheus" --web.listen-address="$prometheus" --log.level=warn
serve alertmanager prometheus-alertmanager --cluster.listen-address= \
  --config.file="$root/examples/alertmanager/alertmanager.yml" \
  --storage.path="$tmp/alertmanager" --web.listen-address="$alertmanager" --log.level=warn
wait_for 30 "Prometheus" get "$prometheus_url/-/ready"
wait_for 30 "Alertmanager" get "$alertmanager_url/-/ready"
wait_for 30 "Prometheus to have scraped the service" scraped
serve slowburn "$bin/slowburn" run --config "$tmp/slowburn.yaml"
slowburn_url=http://$slowburn
wait_for 30 "slowburn" get "$slowburn_url/-/ready"
wait_for 60 "both SLOs to be measured and healthy" healthy
echo "Both SLOs are healthy: checkout/availability, in slowburn's format, and checkout/payments, in Sloth's."

# ---- break, page, mend, resolve -----------------------------------------------------------------

echo "Breaking the service: 30 % of requests fail."
get -d '' "http://$demo/break?errors=0.3" >/dev/null
broken_at=$(milliseconds)
wait_for 45 "the page for checkout/availability in Alertmanager" page_of availability
took=$(($(milliseconds) - broken_at))
page=$answer
explanation=$("$bin/slowburn" explain checkout/availability --server "$slowburn_url") ||
  die "slowburn explain failed: $explanation"
printf 'Paged %d.%d s after the first error.  Alertmanager has:\n' $((took / 1000)) $((took % 1000 / 100))
show_alert "$page"
printf '\n$ slowburn explain checkout/availability\n%s\n\n' "$explanation"
wait_for 45 "the page for checkout/payments in Alertmanager" page_of payments
printf 'Paged for the Sloth file too, with the labels that Sloth would give it:\n'
show_alert "$answer"
[[ -z $keep_alerts ]] || alerts >"$keep_alerts"

printf '\nMending the service.\n'
get -d '' "http://$demo/mend" >/dev/null
mended_at=$(milliseconds)
wait_for 90 "every alert to be gone from Alertmanager" no_alerts
took=$(($(milliseconds) - mended_at))
printf 'Resolved %d.%d s after the last error.\n' $((took / 1000)) $((took % 1000 / 100))
! $once || exit 0

cat <<EOF

All of it stays up until Ctrl-C:
  slowburn      $slowburn_url/
  why (not)     $slowburn_url/api/v1/slos/checkout/availability/explain
  metrics       $slowburn_url/metrics
  Prometheus    $prometheus_url/graph
  Alertmanager  $alertmanager_url/api/v2/alerts
  break again   curl -d '' 'http://$demo/break?errors=0.3'
  and mend      curl -d '' 'http://$demo/mend'
EOF
wait -n || true
die "a server has ended by itself"
