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

# Processes with the folder in their command line, this test's own helpers aside.
left_processes() { grep -lsF "$TMPDIR" /proc/[0-9]*/cmdline | grep -v "/self/\|/$$/" || true; }

# Fails if a process or a file of the quick start is still there.
nothing_left() {
  local left
  left=$(left_processes)
  [[ -z $left ]] || { echo "still running:"; for file in $left; do tr '\0' ' ' <"$file"; echo; done; exit 1; }
  [[ -z $(ls -A "$TMPDIR") ]] || { echo "still there: $(ls -A "$TMPDIR")"; exit 1; }
}
