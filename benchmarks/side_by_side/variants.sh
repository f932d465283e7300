# shellcheck shell=bash
# What is compared: how each variant starts, and what it says of itself.  See side_by_side.sh.
# Uses $scratch, $root, $bin, $exporter, $slos, $interval.

declare -A url=()  # Of each process, by VARIANT.ROLE.

# The same source with the same targets and nothing else.
baseline_of() {
  case $1 in
    zv | b) echo zv ;;
    *) echo z ;;
  esac
}

roles_of() {
  case $1 in
    z | a) echo prometheus ;;
    c | cm) echo prometheus slowburn ;;
    zv) echo victoria-metrics ;;
    b) echo victoria-metrics vmalert ;;
  esac
}

title_of() {
  case $1 in
    z) echo "Prometheus, scraping only" ;;
    a) echo "Prometheus with generated rules" ;;
    zv) echo "VictoriaMetrics, scraping only" ;;
    b) echo "VictoriaMetrics and vmalert, same rules" ;;
    c) echo "Prometheus and slowburn" ;;
    cm) echo "the same, slowburn's metrics scraped" ;;
  esac
}

# scrape_configs VARIANT
scrape_configs() {
  local instance
  printf 'scrape_configs:\n  - job_name: bench\n    scrape_interval: 15s\n    static_configs:\n'
  for instance in i0 i1 i2 i3 i4; do
    echo "      - {targets: [\"$exporter\"], labels: {instance: $instance, __metrics_path__: /$instance}}"
  done
  [[ $1 != cm ]] || cat <<END
  - job_name: slowburn
    scrape_interval: 15s
    static_configs: [{targets: ["${url[cm.slowburn]#http://}"]}]
END
}

start_prometheus() {
  local folder=$scratch/$1 name=$1.prometheus
  cp -al "$scratch/history-prometheus" "$folder/data"
  {
    echo "global: {evaluation_interval: ${interval}s}"
    [[ $1 != a ]] || echo "rule_files: ['$scratch/rules.yml']"
    scrape_configs "$1"
  } >"$folder/prometheus.yml"
  # Blocks stay as they are: a compaction that falls into one variant's time and not into another's
  # would be taken for its cost.
  spawn "$name" prometheus --config.file="$folder/prometheus.yml" --storage.tsdb.path="$folder/data" \
    --storage.tsdb.retention.time=40d --storage.tsdb.min-block-duration=2h \
    --storage.tsdb.max-block-duration=2h --web.listen-address="${url[$name]#http://}" --log.level=warn
  wait_for 60 get "${url[$name]}/-/ready"
}

start_slowburn() {
  local folder=$scratch/$1 name=$1.slowburn
  mkdir "$folder/slos"
  csplit -s -z -f "$folder/slos/" -b %03d.yaml "$scratch/slos.yaml" '/^---$/' '{*}'
  cat >"$folder/slowburn.yaml" <<END
evaluation: {interval: ${interval}s}
sources: {default: {prometheus: {url: "${url[$1.prometheus]}"}}}
rules: [slos]
listen: ${url[$name]#http://}
END
  spawn "$name" "$bin/slowburn" run --config "$folder/slowburn.yaml" --log-level warn
  wait_for 60 get "${url[$name]}/-/healthy"
}

start_victoria_metrics() {
  local folder=$scratch/$1 name=$1.victoria-metrics
  cp -r "$scratch/history-vm" "$folder/data"
  scrape_configs "$1" >"$folder/scrape.yml"
  spawn "$name" victoria-metrics -storageDataPath="$folder/data" -promscrape.config="$folder/scrape.yml" \
    -retentionPeriod=2 -httpListenAddr="${url[$name]#http://}" -loggerLevel=WARN
  wait_for 60 get "${url[$name]}/health"
}

start_vmalert() {
  local name=$1.vmalert source=${url[$1.victoria-metrics]}
  # Without its label on each result, so that they go on with the series of the history.
  spawn "$name" vmalert -rule="$scratch/rules.yml" -evaluationInterval="${interval}s" \
    -datasource.url="$source" -remoteWrite.url="$source" -notifier.url="http://$exporter" -disableAlertgroupLabel \
    -httpListenAddr="${url[$name]#http://}" -loggerLevel=WARN
  wait_for 60 get "${url[$name]}/health"
}

start_variant() {
  local role
  mkdir "$scratch/$1"
  for role in $(roles_of "$1"); do url[$1.$role]=http://$(free_port); done
  for role in $(roles_of "$1"); do "start_${role/-/_}" "$1"; done
}

# The counters of a variant as JSON: SLO-evaluations that were done, groups or slots that were left
# out, evaluations that failed, and bytes between the engine and its source:
#   Prometheus       bodies of its answers to API requests, as sent; the rules of a are inside of it
#   VictoriaMetrics  all that its HTTP listener has read and written
counters_of() {
  local rules_per_slo=17 text own
  case $1 in
    z | a | c | cm) text=$(get "${url[$1.prometheus]}/metrics") ;;
    zv | b) text=$(get "${url[$1.victoria-metrics]}/metrics") ;;
  esac
  case $1 in
    z | zv) echo 0 0 0 ;;
    a)
      echo $(($(sum_of prometheus_rule_evaluations_total <<<"$text") / rules_per_slo)) \
        "$(sum_of prometheus_rule_group_iterations_missed_total <<<"$text")" \
        "$(sum_of prometheus_rule_evaluation_failures_total <<<"$text")"
      ;;
    b)
      own=$(get "${url[b.vmalert]}/metrics")
      echo $(($(sum_of vmalert_execution_total <<<"$own") / rules_per_slo)) \
        "$(sum_of vmalert_iteration_missed_total <<<"$own")" \
        $(($(sum_of vmalert_execution_errors_total <<<"$own") +
          $(sum_of vmalert_remotewrite_dropped_rows_total <<<"$own")))
      ;;
    c | cm)
      own=$(get "${url[$1.slowburn]}/metrics")
      echo $(($(sum_of slowburn_evaluations_total <<<"$own") * $(sum_of slowburn_rules_loaded <<<"$own"))) \
        "$(sum_of slowburn_evaluations_missed_total <<<"$own")" \
        "$(sum_of slowburn_source_requests_total 'code="([345]|error)' <<<"$own")"
      ;;
  esac
  case $1 in
    z | a | c | cm) sum_of prometheus_http_response_size_bytes_sum 'handler="/api/' <<<"$text" ;;
    zv | b)
      echo $(($(sum_of vm_tcplistener_read_bytes_total 'name="http"' <<<"$text") +
        $(sum_of vm_tcplistener_written_bytes_total 'name="http"' <<<"$text")))
      ;;
  esac
}

# How many SLOs the variant has a right answer for, as of now: the error ratio that the exporter
# makes, in every window from 30 minutes on.  Of slowburn: in that of an hour, as it begins with one,
# and from samples of the last minute.
right_answers_of() {
  local query='count(abs({__name__=~"slo:sli_error:ratio_rate(30m|1h|2h|6h|1d|3d|30d)"} / 0.0005 - 1) < 0.1) / 7'
  case $1 in
    z | zv) echo 0 ;;
    a | b)
      get "${url[$1.$(roles_of "$1" | cut -d' ' -f1)]}/api/v1/query" --data-urlencode "query=$query" |
        jq -r '.data.result[0].value[1] // 0'
      ;;
    c | cm)
      get "${url[$1.slowburn]}/metrics" | awk '
        /^slowburn_slo_error_ratio[{].*window="1h"/ && $NF > 0.00045 && $NF < 0.00055 { ++right }
        /^slowburn_slo_data_age_seconds[{]/ && $NF < 60 { ++fresh }
        END { print (right < fresh ? right : fresh) + 0 }'
      ;;
  esac
}

# Seconds of past that slowburn knows, summed over SLOs; while it catches up they grow faster than time.
known_seconds_of() {
  get "${url[$1.slowburn]}/metrics" | awk '
    /^slowburn_slo_coverage_ratio[{].*window="30d"/ { sum += $NF }
    END { printf "%.0f\n", sum * 30 * 86400 }'
}
