#!/usr/bin/env bash
# What `alert` says to a user whose the state is not: no_permission.sh SLOWBURN
set -euo pipefail
work=$(mktemp -d)
trap 'chmod 700 "$work/state"; rm -rf "$work"' EXIT
cp "$1" "$work/slowburn"
mkdir "$work/state"
chmod 755 "$work"
chmod 000 "$work/state"
as=()
if ((EUID == 0)); then
  # Nothing is forbidden to root.
  command -v setpriv >/dev/null || exit 77
  as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
fi
code=0
"${as[@]}" "$work/slowburn" alert list --state "$work/state" >"$work/out" 2>&1 || code=$?
cat "$work/out"
[[ $code == 1 ]]
grep -q 'state/admin.sock: permission denied: only the user' "$work/out"
