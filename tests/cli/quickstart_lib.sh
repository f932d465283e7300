# shellcheck shell=bash
# Shared by the tests of the quick start: gives it a folder of its own for temporary files, by which
# what it leaves behind is found.
need_servers() {
  local tool
  for tool in prometheus prometheus-alertmanager curl jq setpriv; do
    command -v "$tool" >/dev/null || { echo "SKIP: there is no $tool"; exit 77; }
  done
}

TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

# The command lines of processes that have the folder in theirs.  The name goes to grep by a file, so
# that grep's own command line does not hold it.
left_processes() {
  local line
  for line in /proc/[0-9]*/cmdline; do
    tr '\0' ' ' <"$line" 2>/dev/null && echo
  done 2>/dev/null | grep -F -f <(echo "$TMPDIR") || true
}

# Fails if a process or a file of the quick start is still there.
nothing_left() {
  local left
  left=$(left_processes)
  [[ -z $left ]] || { echo "still running: $left"; exit 1; }
  [[ -z $(ls -A "$TMPDIR") ]] || { echo "still there: $(ls -A "$TMPDIR")"; exit 1; }
}
