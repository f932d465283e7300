# shellcheck shell=bash
# The past that every server starts with.  Most of it is made once and kept in $cache, up to a
# boundary of two hours; make_history adds what has happened since.
# Uses $helper, $slos, $history_seconds, $recorded_seconds, $cache, $scratch.

block_seconds=$((54 * 3600))  # As Prometheus would have made of it by itself, at its retention.
base_prometheus="" base_vm="" base_end=0
counters_from=0

# blocks FROM TO FOLDER: one pass of promtool for each block.
blocks() {
  local from=$1 to=$2 folder=$3 next text=$scratch/history.txt
  mkdir -p "$folder"
  for (( ; from < to; from = next)); do
    next=$(((from / block_seconds + 1) * block_seconds))
    ((next < to)) || next=$to
    "$helper" openmetrics "$slos" "$from" "$counters_from" "$next" >"$text"
    promtool tsdb create-blocks-from --max-block-duration="${block_seconds}s" openmetrics --quiet \
      "$text" "$folder" >"$scratch/promtool.log" 2>&1 || die "promtool refuses the history"
  done
  rm -f "$text"
}

merged() { (($(get "http://$1/metrics" | sum_of vm_active_force_merges) == 0)); }

# vm_import FROM TO FOLDER: into the store of a VictoriaMetrics that runs for as long as this takes.
vm_import() {
  local address
  address=$(free_port)
  spawn import victoria-metrics -storageDataPath="$3" -httpListenAddr="$address" -retentionPeriod=2
  wait_for 60 get "http://$address/health"
  "$helper" vm "$slos" "$1" "$counters_from" "$2" |
    curl -fsS --noproxy '*' -X POST -T - "http://$address/api/v1/import" || die "the import failed"
  get "http://$address/internal/force_flush"
  get "http://$address/internal/force_merge"  # Which goes on after the answer.
  wait_for 300 merged "$address"
  stop import
}

# The part that is kept.  A run within a few hours of another finds it there.
make_base() {
  local now from key old begin=$SECONDS
  now=$(date +%s)
  base_end=$((now / 7200 * 7200))
  for old in "$cache/prometheus-$slos-$history_seconds-$recorded_seconds-"*; do
    if [[ $old =~ -([0-9]+)$ ]] && ((BASH_REMATCH[1] > now - 4 * 3600)); then base_end=${BASH_REMATCH[1]}; fi
  done
  counters_from=$((base_end - history_seconds))
  from=$((base_end - recorded_seconds))
  ((from < counters_from)) || from=$counters_from
  key=$slos-$history_seconds-$recorded_seconds-$base_end
  base_prometheus=$cache/prometheus-$key base_vm=$cache/vm-$key
  for old in "$cache/prometheus-"* "$cache/vm-"*; do
    [[ $old == *-"$key" || ! -e $old ]] || rm -rf "$old"
  done
  if [[ ! -d $base_prometheus ]]; then
    blocks "$from" "$base_end" "$scratch/base"
    mv "$scratch/base" "$base_prometheus"
  fi
  if $with_vm && [[ ! -d $base_vm ]]; then
    vm_import "$from" "$base_end" "$scratch/base"
    mv "$scratch/base" "$base_vm"
  fi
  echo "History of $slos SLOs made or found in $((SECONDS - begin)) s."
}

# make_history prometheus|vm: the whole until now, in $scratch/history-prometheus or -vm.
make_history() {
  local folder=$scratch/history-$1 now
  rm -rf "$folder"
  if [[ $1 == prometheus ]]; then
    cp -al "$base_prometheus" "$folder"  # Blocks are never written to again.
    now=$(date +%s)
    blocks "$base_end" "$now" "$folder"
  else
    cp -r "$base_vm" "$folder"
    now=$(date +%s)
    vm_import "$base_end" "$now" "$folder"
  fi
}
