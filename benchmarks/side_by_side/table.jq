# The document of --json as text.
def pad($width): tostring | . + " " * ([$width - length, 0] | max);
def lead($width): (if . == null then "-" else tostring end) | " " * ([$width - length, 0] | max) + .;
def fixed($digits): if . == null then null else
  pow(10; $digits) as $unit | (. * $unit | round) as $n |
  (if $n < 0 then "-" else "" end) + ($n | fabs / $unit | floor | tostring) +
  (if $digits == 0 then "" else "." + ($n | fabs % $unit | tostring | "0" * ($digits - length) + .) end) end;

"", "\(.slos) SLOs of \(.series_per_slo) series, scrapes every \(.scrape_seconds) s, \(.ticks) ticks of \(.interval_seconds) s, \(.history) of history and \(.recorded) of recorded ratios; "
  + "\(.machine.cores) x \(.machine.cpu); Prometheus \(.versions.prometheus), VictoriaMetrics \(.versions.victoria_metrics), \(.versions.slowburn); \(.run_seconds) s in all.",
"",
(("" | pad(43)) + ("CPU ms/tick" | lead(19)) + ("ms/SLO-eval" | lead(20)) + ("SLO-evals" | lead(14)) + ("right" | lead(7))
  + ("peak MiB" | lead(10)) + ("wire B/SLO-eval" | lead(17)) + ("start-up ms" | lead(13))),
(.variants[] |
  ("\(.variant | pad(3)) \(.title)" | pad(43))
  + ("\(.cpu_ms_per_tick | fixed(1)) ± \(.cpu_ms_per_tick_deviation | fixed(1))" | lead(19))
  + (if .ms_per_slo_evaluation == null then null else "\(.ms_per_slo_evaluation | fixed(3)) ± \(.standard_error_ms | fixed(3))" end | lead(20))
  + (if .expected_slo_evaluations then "\(.slo_evaluations)/\(.expected_slo_evaluations)" else null end | lead(14))
  + (if .expected_slo_evaluations then .right_answers else null end | lead(7))
  + (.peak_mib | fixed(0) | lead(10)) + (.wire_bytes_per_slo_evaluation | lead(17))
  + (.startup_cpu_ms | fixed(0) | lead(13))),
"",
(.ratios | to_entries[] | select(.value != null) | "\(.key | gsub("_"; " ")): \(.value)"),
(.bars[] | "\(if .met then "met   " else "MISSED" end) \(.name): \(.value), bar \(.bound)"),
(.variants[] | select(.did_its_work == false) |
  "FAILED \(.variant): \(.slo_evaluations) of \(.expected_slo_evaluations) SLO-evaluations, \(.missed) missed, \(.failed) failed, \(.right_answers) right answers")
