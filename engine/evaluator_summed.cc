// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/evaluator.h"
#include "engine/evaluator_running.h"

// How the evaluator measures SLOs of more series than anyone wants to read sample by sample.

namespace slowburn {

// Before an SLO is read for the first time: an answer with too many series would be the harm
// itself.
void Evaluator::CheckSizes(std::int64_t slot) {
  std::vector<Running*> unsized;
  std::vector<std::size_t> indices;
  for (const auto& running : running_) {
    if (!running->counter || running->sized) continue;
    unsized.push_back(running.get());
    indices.push_back(running->reader_index);
  }
  if (unsized.empty()) return;
  const auto counts = reader_.CountSeries(slot, indices);
  bool changed = false;
  for (std::size_t i = 0; i < unsized.size(); ++i) {
    Running& running = *unsized[i];
    if (!counts[i]) continue;
    running.sized = true;
    const CounterPlan plan = running.counter->plan();
    if (*counts[i] <= options_.max_series || !SummedMeter::Supports(plan)) continue;
    warnings_.push_back(fmt::format(
        "SLO {} matches {} series, more than evaluation.max_series ({}): its increments are "
        "computed by the source",
        running.slo->Id(), *counts[i], options_.max_series));
    const std::int64_t since = *running.counter->sealed_ms();
    running.counter.reset();
    MakeMeter(running, true);
    running.summed->Begin(since);
    changed = true;
  }
  if (changed) AssignReader();
}

void Evaluator::ReadSummed(std::int64_t slot) {
  for (const auto& running : running_) {
    if (!running->summed) continue;
    SummedMeter& meter = *running->summed;
    running->failure.clear();
    const std::vector<absl::StatusOr<QueryResult>> answers = source_.Run(meter.Queries(slot));
    std::vector<const QueryResult*> results;
    for (const absl::StatusOr<QueryResult>& answer : answers) {
      Hear(answer);
      if (answer.ok() && !answer->partial) {
        results.push_back(&*answer);
        continue;
      }
      running->failure =
          answer.ok() ? "the source answered in part" : std::string(answer.status().message());
      if (!answer.ok()) meter.Refused(answer.status());  // The next read asks otherwise.
    }
    running->read = running->failure.empty();
    if (!running->read) continue;
    telemetry_.OnCounted(options_.source_name, meter.Absorb(results, slot));
    if (!meter.IsBehind(slot)) continue;
    running->read = false;
    running->failure = kCatchingUp;
  }
}

}  // namespace slowburn
