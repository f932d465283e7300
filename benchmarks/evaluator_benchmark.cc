// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/canned_source.h"
#include <benchmark/benchmark.h>

#include "engine/evaluator.h"

namespace slowburn {
namespace {

constexpr std::int64_t kRegions = 5;  // Ten series an SLO.
constexpr std::int64_t kFirstSlot = 56'666'667;

// One evaluation of N SLOs of ten series each with the default tiers over 30 d, source excluded but
// for making its answers.
void BM_Evaluate(benchmark::State& state) {
  CannedSource source(kRegions);
  Telemetry telemetry;
  Evaluator::Options options;
  options.lookback = absl::Minutes(1);
  Evaluator evaluator(options, source, telemetry);
  evaluator.SetSlos(CannedSlos(state.range(0), {}));
  std::int64_t slot = kFirstSlot;
  evaluator.Evaluate(slot++);
  for (auto _ : state) {
    benchmark::DoNotOptimize(evaluator.Evaluate(slot++));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(BM_Evaluate)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace slowburn
