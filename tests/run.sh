#!/usr/bin/env bash
# Builds slowburn and runs its tests, from a fresh clone on a bare Debian 12 (as root, to install what
# is missing):  tests/run.sh [--all] [--fuzz-seconds N]
#
#   --all             also the unit tests under sanitizers (address with undefined behaviour, threads)
#                     and the tests labelled long
#   --fuzz-seconds N  how long each fuzz target runs (30)
#
# Build folders: build, build-fuzz, and with --all build-asan and build-tsan.  One run of ctest over
# all of them comes last; its exit code is this script's.
set -euo pipefail
export LC_ALL=C CMAKE_GENERATOR=Ninja PATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

usage() {
  echo "usage: $0 [--all] [--fuzz-seconds N]" >&2
  exit 2
}
all=false fuzz_seconds=30
while (($#)); do
  case $1 in
    --all) all=true ;;
    --fuzz-seconds)
      [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage
      fuzz_seconds=$2
      shift
      ;;
    *) usage ;;
  esac
  shift
done

tests/install.sh build servers tests fuzz

# The thread sanitizer of g++ 12 does not start under the address randomisation of newer kernels.
steady=()
if $all && setarch "$(uname -m)" -R true 2>/dev/null; then steady=(setarch "$(uname -m)" -R); fi

launcher=$(command -v ccache || true)
builds=()
# build FOLDER TARGET CMAKE_OPTION...
build() {
  local folder=$1 target=$2
  shift 2
  cmake -S . -B "$folder" -DSLOWBURN_WERROR=ON -DBUILD_TESTING=ON \
    -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher" "$@"
  "${steady[@]}" cmake --build "$folder" --target "$target"
  builds+=("\"$PWD/$folder\"")
}

build build all
build build-fuzz fuzzers -DCMAKE_CXX_COMPILER=clang++ -DSLOWBURN_FUZZ=ON \
  -DSLOWBURN_FUZZ_SECONDS="$fuzz_seconds"
if $all; then
  build build-asan slowburn_tests -DSLOWBURN_SANITIZE=address
  build build-tsan slowburn_tests -DSLOWBURN_SANITIZE=thread
  without=()
else
  without=(-LE long)
fi

mkdir -p build/suite
echo "subdirs(${builds[*]})" >build/suite/CTestTestfile.cmake
"${steady[@]}" ctest --test-dir build/suite --output-on-failure --no-tests=error -j"$(nproc)" "${without[@]}"
