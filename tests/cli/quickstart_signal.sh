#!/usr/bin/env bash
# Ends the quick start half-way by a signal and checks that it ends its servers and removes its
# files (all but the files for a KILL, which it cannot see):  quickstart_signal.sh SCRIPT BIN SIGNAL
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/quickstart_lib.sh"
need_servers
declare -A codes=([INT]=130 [TERM]=143 [KILL]=137)

trap 'kill -KILL "$script" 2>/dev/null || true; rm -rf "$TMPDIR" "$TMPDIR.log"' EXIT
# One of them as on a terminal, if there can be one here: it shows its progress in another way then.
terminal=false
if [[ $3 == INT ]] && script -qec true /dev/null </dev/null >/dev/null 2>&1; then terminal=true; fi
# (A job in the background has INT ignored for good, unless told otherwise.)
if $terminal; then
  SHELL=/bin/bash env --default-signal=INT script -qefc "exec bash '$1' --bin '$2'" "$TMPDIR.log" \
    </dev/null >/dev/null 2>&1 &
else
  env --default-signal=INT bash "$1" --bin "$2" </dev/null >"$TMPDIR.log" 2>&1 &
fi
script=$!
until grep -qs 'Both SLOs are healthy' "$TMPDIR.log"; do
  kill -0 "$script" 2>/dev/null || { cat "$TMPDIR.log"; echo "it ended before the signal"; exit 1; }
  sleep 0.2
done
(($(left_processes | wc -l) >= 4)) || { echo "its servers can't be seen"; exit 1; }

target=$script
if $terminal; then target=$(tr -d " " <"/proc/$script/task/$script/children"); fi
kill "-$3" "$target"
code=0
wait "$script" || code=$?
((code == codes[$3])) || { cat "$TMPDIR.log"; echo "exit $code, want ${codes[$3]}"; exit 1; }
if [[ $3 == KILL ]]; then
  for ((tries = 0; tries < 100; ++tries)); do
    [[ -n $(left_processes) ]] || break
    sleep 0.1
  done
  rm -rf "${TMPDIR:?}"/*
fi
nothing_left
