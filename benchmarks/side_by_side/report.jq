# From what each variant measured to what it costs above its baseline: see README.md.
# In: the results of side_by_side.sh.  Out: the document of --json.

def sum: add // 0;
def mean: sum / length;
def variance: mean as $mean | if length < 2 then 0 else map(. - $mean | . * .) | sum / (length - 1) end;
def round_to($digits): pow(10; $digits) as $unit | . * $unit | round / $unit;

. as $results |
[ $results[] | . as $of |
  ([$results[] | select(.variant == $of.baseline and .phase == $of.phase)][0]) as $base |
  (.cpu_ms | length) as $measured |
  ($slos * $measured) as $expected |
  . + {
    cpu_ms_per_tick: (.cpu_ms | mean | round_to(2)),
    cpu_ms_per_tick_deviation: (.cpu_ms | variance | sqrt | round_to(2)),
    peak_mib: ([.peak_kib[]] | sum / 1024 | round_to(1)),
  } +
  if .variant == .baseline then {} else {
    ms_per_slo_evaluation: (if .slo_evaluations > 0 then
      (((.cpu_ms | sum) - ($base.cpu_ms | sum)) / .slo_evaluations | round_to(4)) else null end),
    # Of the mean over ticks, from how much the ticks of both differ.
    standard_error_ms: (((.cpu_ms | variance) + ($base.cpu_ms | variance)) / $measured | sqrt / $slos | round_to(4)),
    startup_cpu_ms_above_baseline: (.startup_cpu_ms - $base.startup_cpu_ms | round_to(0)),
    wire_bytes_per_slo_evaluation: (if .slo_evaluations > 0 then
      ((.wire_bytes - $base.wire_bytes) / .slo_evaluations | round_to(0)) else null end),
    expected_slo_evaluations: $expected,
    # Groups of rules at the edges of the time that is measured may fall out of it or into it.  More
    # than that, and they were not counted over the time of which the CPU time is.
    did_its_work: (.missed == 0 and .failed == 0 and .right_answers == $slos and
      .slo_evaluations >= 0.95 * $expected and .slo_evaluations <= 1.05 * $expected),
  } end
] as $rows |
([$rows[] | {(.variant): .ms_per_slo_evaluation}] | add) as $cost |
def bar($name; $value; $bound; $met): if $value == null then empty else {$name, $value, $bound, $met} end;
# A cost that is lost in the noise is no cost to divide by.
def ratio($of; $by): if $of == null or $by == null then null elif $by <= 0 then null else $of / $by | round_to(1) end;
{
  $when, machine: {$cpu, $cores}, versions: {$prometheus, $victoria_metrics, $slowburn},
  $slos, series_per_slo: 10, $ticks, interval_seconds: $interval, scrape_seconds: 15, $history, $recorded,
  run_seconds: $seconds,
  variants: $rows,
  ratios: {a_to_c: ratio($cost.a; $cost.c), a_to_cm: ratio($cost.a; $cost.cm),
           b_to_c: ratio($cost.b; $cost.c), b_to_cm: ratio($cost.b; $cost.cm)},
} |
.bars = [
  bar("c, ms per SLO-evaluation"; $cost.c; 0.25; $cost.c <= 0.25),
  bar("a to c"; .ratios.a_to_c; 300; .ratios.a_to_c >= 300),
  bar("b to c"; .ratios.b_to_c; 100; .ratios.b_to_c >= 100)
] |
.good = (all(.bars[]; .met) and all(.variants[]; .did_its_work != false))
