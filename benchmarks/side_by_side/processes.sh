# shellcheck shell=bash
# Processes in the background, each ended by its id whatever ends the script; waiting; HTTP.
# Uses $scratch, the folder of this run.

declare -A pids=()  # By name.

# spawn NAME COMMAND...: what it says goes to NAME.log.  A kill -9 of this script ends it too.
spawn() {
  local name=$1
  shift
  setsid setpriv --pdeathsig TERM "$@" </dev/null >"$scratch/$name.log" 2>&1 &
  pids[$name]=$!
}

# stop NAME...
stop() {
  local name pid tries
  for name in "$@"; do kill -TERM -- "-${pids[$name]}" 2>/dev/null || true; done
  for name in "$@"; do
    pid=${pids[$name]}
    for ((tries = 0; tries < 300; ++tries)); do
      kill -0 -- "-$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL -- "-$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    unset "pids[$name]"
  done
}

die() {
  printf '\nside_by_side: %s\n' "$1" >&2
  local log
  for log in "$scratch"/*.log; do
    [[ -s $log ]] || continue
    printf '\n== last lines of %s\n' "${log##*/}" >&2
    tail -n 5 "$log" >&2
  done
  exit 1
}

check_alive() {
  local name
  for name in "${!pids[@]}"; do
    kill -0 "${pids[$name]}" 2>/dev/null || die "$name has ended by itself"
  done
}

# wait_for SECONDS COMMAND...
wait_for() {
  local limit=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    check_alive
    ((SECONDS < limit)) || die "still failing: $*"
    sleep 0.2
  done
}

get() { curl -fsS --noproxy '*' --max-time 60 "$@"; }

# A port that nobody listens on, below those that outgoing connections get.
free_port() {
  local port
  while port=$((20000 + RANDOM % 10000)); (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "127.0.0.1:$port"
}

# sum_of METRIC [REGEX]: the sum of the samples of a metric in the text format on standard input
# whose line matches.
sum_of() {
  awk -v name="$1" -v match_line="${2:-.}" '
    { metric = $1; sub(/[{].*/, "", metric) }
    metric == name && $0 ~ match_line { sum += $NF }
    END { printf "%.0f\n", sum }'
}
