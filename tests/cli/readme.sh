#!/usr/bin/env bash
# Checks what documents show: readme.sh SLOWBURN FILE.md...
#
#   ```yaml     SLO files, AlertWindows and slowburn.yaml are validated; a first line `# NAME.yaml` names the file
#   ```console  `$ slowburn validate`, `generate` and `version` are run, beside the named files, and must
#               print what follows, as must `promtool check` where there is one; of every other
#               `slowburn COMMAND`, command and flags must exist.  `slowburn run` must come up, with its
#               files, and go down when told; nobody answers it
set -euo pipefail
binary=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$(realpath "$binary")" "$work/slowburn"
export PATH="$work:$PATH"
fail() {
  echo "$*"
  exit 1
}

check_yaml() {
  local file=$1
  if grep -qE '^(version: "?(slowburn|prometheus)/v1"?|apiVersion: (pyrra.dev/v1alpha1|openslo/v1|openslo/v1alpha)|kind: PrometheusServiceLevel)$' "$file"; then
    slowburn validate "$file" >"$work/out" 2>&1 || fail "$(cat "$work/out" "$file")"
    grep -qE '[1-9][0-9]* SLO.* 0 errors, 0 warnings' "$work/out" || fail "$(cat "$work/out")"
  elif grep -q '^kind: AlertWindows$' "$file"; then
    slowburn validate "$file" >"$work/out" 2>&1 || fail "$(cat "$work/out" "$file")"
    grep -q ' 0 errors, 0 warnings' "$work/out" || fail "$(cat "$work/out")"
  elif grep -q '^sources:' "$file"; then
    printf '%s\n' 'version: slowburn/v1' 'service: a-service' \
      'slos: [{name: up, objective: 99, sli: {probe: up}}]' >"$work/any.yaml"
    slowburn validate --config "$file" "$work/any.yaml" >"$work/out" 2>&1 || fail "$(cat "$work/out" "$file")"
  else
    fail "neither SLOs nor slowburn.yaml: $(cat "$file")"
  fi
}

# Of `slowburn COMMAND --flag...`, whether it has that command and those flags.
check_usage() {
  local help flag
  # A second word is a command under the first, or an argument, which changes no help.
  [[ $1 =~ slowburn\ +([a-z]+)(\ +([a-z]+))? ]] || return 0
  help=$(slowburn "${BASH_REMATCH[1]}" ${BASH_REMATCH[3]:+"${BASH_REMATCH[3]}"} --help) || fail "no such command: $1"
  while read -r flag; do
    grep -qE -- "$flag( |,|$)" <<<"$help" || fail "no flag $flag: $1"
  done < <(grep -oE -- ' --[a-z-]+' <<<"$1")
}

check_console() {
  local line command="" want=""
  while IFS= read -r line; do
    if [[ $line == '$ '* ]]; then
      compare "$command" "$want"
      command=${line#\$ } want=""
    else
      want+=$line$'\n'
    fi
  done <"$1"
  compare "$command" "$want"
}

# No servers that may be there are asked, or told: theirs become ports where nobody listens.
come_up() {
  local code=0
  timeout --preserve-status -s TERM 2 ${1//:909[03]/:9} --listen 127.0.0.1:0 >../run.log 2>&1 || code=$?
  [[ $code == 0 || $code == 143 ]] || fail "$1: ended with $code: $(cat ../run.log)"
  grep -q listen ../run.log || fail "$1: did not come up: $(cat ../run.log)"
}

compare() {
  [[ -n $1 ]] || return 0
  check_usage "$1"
  [[ $1 != 'slowburn run'* ]] || { come_up "$1"; return; }
  [[ $1 =~ ^slowburn\ (validate|generate|version) || $1 == 'promtool check'* ]] || return 0
  [[ $1 != promtool* ]] || command -v promtool >/dev/null || return 0
  local got
  got=$(bash -c "$1" 2>&1) || true
  [[ $got == "${2%$'\n'}" ]] || fail "$1: prints"$'\n'"$got"$'\n'"and not"$'\n'"$2"
}

here=$PWD
for document in "$@"; do
  cd "$here"
  [[ -f $document ]] || fail "no $document"
  document=$(realpath "$document")
  folder=$(mktemp -d -p "$work")
  cd "$folder"
  # Each block as a file NUMBER.LANGUAGE.
  awk '/^```/ { if (file) { file = "" } else { file = sprintf("%03d.%s", ++n, substr($0, 4)); printf "" > file } next }
       file { print > file }' "$document"
  for block in *.yaml; do
    [[ -e $block ]] || continue
    check_yaml "$block"
    name=$(sed -nE '1 s/^# ([A-Za-z0-9_./-]+\.ya?ml)$/\1/p' "$block")
    [[ -z $name ]] || { mkdir -p "$(dirname "named/$name")" && cp "$block" "named/$name"; }
  done
  mkdir -p named
  cd named
  for block in ../*.console ../*.bash; do
    [[ -e $block ]] || continue
    if [[ $block == *.console ]]; then check_console "$block"; else
      while IFS= read -r line; do check_usage "$line"; done <"$block"
    fi
  done
  echo "$document: $(find .. -name '*.yaml' -path '../[0-9]*' | wc -l) yaml, $(find .. -name '*.console' | wc -l) console"
done
