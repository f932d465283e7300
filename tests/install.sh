#!/usr/bin/env bash
# Installs those Debian 12 packages of the groups named that are not there yet:
#   tests/install.sh build|servers|tests|fuzz...
# Asks nothing and needs root only when something is missing.
#
# The packages of servers start a system service at once and at each boot.  Neither happens here: a
# policy-rc.d refuses the start while the packages go in (and goes away after, also on an interrupt),
# and what was installed by this run is then disabled.  Services that were there are not touched.
set -euo pipefail
export LC_ALL=C PATH="${PATH:-}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

declare -A packages=(
  [build]="g++ cmake ninja-build pkg-config prometheus-cpp-dev libyaml-cpp-dev libfmt-dev libabsl-dev
    libcurl4-openssl-dev libsimdjson-dev nlohmann-json3-dev libspdlog-dev libcli11-dev libre2-dev
    libcpp-httplib-dev libxxhash-dev libsqlite3-dev"
  [servers]="prometheus prometheus-alertmanager curl jq"
  [tests]="catch2 libbenchmark-dev victoria-metrics python3-jsonschema"
  [fuzz]="clang libclang-rt-14-dev"
)
# Packages above that bring a service of the same name.
services="prometheus prometheus-alertmanager victoria-metrics"
policy=/usr/sbin/policy-rc.d
mark="# For the time of slowburn's tests/install.sh only."

installed() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

missing=()
for group in "$@"; do
  for package in ${packages[$group]:?"no group of packages is called $group"}; do
    installed "$package" || missing+=("$package")
  done
done
((${#missing[@]})) || exit 0
echo "Installing ${missing[*]}"
if ((EUID != 0)); then
  echo "$0: as root, please: apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

ours=false  # Whether policy-rc.d is.
put_back() {
  if $ours; then rm -f "$policy"; fi
  for service in "${missing[@]}"; do
    if [[ " $services " != *" $service "* ]] || ! installed "$service"; then continue; fi
    update-rc.d "$service" disable
    if [[ -d /run/systemd/system ]]; then systemctl --quiet disable --now "$service"; fi
  done
}
trap put_back EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

if [[ ! -e $policy ]] || grep -qxF "$mark" "$policy"; then
  ours=true
  printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
  chmod 755 "$policy"
fi

# A lock held by an unattended upgrade is waited for.
apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
    "$@" </dev/null
}
apt_get update
apt_get install --no-install-recommends "${missing[@]}" >/dev/null
