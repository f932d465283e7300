// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "exporters/metrics.h"
#include "exporters/metrics_sloth.h"
#include "tests/fakes/sample_snapshot.h"

namespace slowburn {
namespace {

// The SLO series of `/metrics` for N SLOs with the default tiers.
void BM_Metrics(benchmark::State& state) {
  const Snapshot snapshot = ManySlos(static_cast<int>(state.range(0)));
  std::size_t bytes = 0;
  for (auto _ : state) {
    const std::string text = SloMetrics(snapshot);
    bytes = text.size();
    benchmark::DoNotOptimize(text.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["megabytes"] = static_cast<double>(bytes) / 1e6;
}

// The same with the series of Sloth.
void BM_MetricsWithSloth(benchmark::State& state) {
  const Snapshot snapshot = ManySlos(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    const std::string text = SloMetrics(snapshot) + SlothMetrics(snapshot, {.version = "1"});
    benchmark::DoNotOptimize(text.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(BM_MetricsWithSloth)->ArgName("slos")->Arg(10'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Metrics)->ArgName("slos")->Arg(100)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace slowburn
