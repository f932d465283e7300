// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "rules/load.h"
#include "rules/plan.h"

namespace slowburn {
namespace {

constexpr std::int64_t kSlosPerFile = 10;

std::string NativeFile(std::int64_t file) {
  std::string text =
      fmt::format("version: slowburn/v1\nservice: service-{}\nowner: team\nslos:\n", file);
  for (std::int64_t i = 0; i < kSlosPerFile; ++i) {
    text += fmt::format(
        R"(  - name: availability-{0}
    description: Requests answered without a server error.
    objective: 99.9
    sli:
      events:
        total: http_requests_total{{job="service-{1}",handler="h{0}"}}
        bad: http_requests_total{{job="service-{1}",handler="h{0}",code=~"5.."}}
)",
        i, file);
  }
  return text;
}

std::string SlothFile(std::int64_t file) {
  std::string text = fmt::format(
      "version: prometheus/v1\nservice: service-{}\nlabels:\n  owner: team\nslos:\n", file);
  for (std::int64_t i = 0; i < kSlosPerFile; ++i) {
    text += fmt::format(
        R"(  - name: availability-{0}
    objective: 99.9
    description: Requests answered without a server error.
    sli:
      events:
        error_query: sum(rate(http_requests_total{{job="service-{1}",handler="h{0}",code=~"5.."}}[{{{{.window}}}}]))
        total_query: sum(rate(http_requests_total{{job="service-{1}",handler="h{0}"}}[{{{{.window}}}}]))
    alerting:
      name: ErrorBudgetBurn
      labels:
        category: availability
      page_alert:
        labels:
          severity: critical
      ticket_alert:
        labels:
          severity: warning
)",
        i, file);
  }
  return text;
}

// Reading and planning N SLOs, ten to a file, from YAML in memory.
void BM_Load(benchmark::State& state, std::string (*text)(std::int64_t)) {
  std::vector<RuleFile> files;
  for (std::int64_t i = 0; i < state.range(0) / kSlosPerFile; ++i) {
    files.push_back({fmt::format("{}.yaml", i), text(i)});
  }
  for (auto _ : state) {
    const LoadResult loaded = LoadRules(files, RuleDefaults());
    if (loaded.slos.size() != static_cast<std::size_t>(state.range(0))) {
      state.SkipWithError("not every SLO was loaded");
      return;
    }
    for (const Slo& slo : loaded.slos) benchmark::DoNotOptimize(MakePlan(slo));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK_CAPTURE(BM_Load, native, NativeFile)
    ->ArgName("slos")
    ->Arg(100)
    ->Arg(10'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Load, sloth, SlothFile)
    ->ArgName("slos")
    ->Arg(100)
    ->Arg(10'000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace slowburn
