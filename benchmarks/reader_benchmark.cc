// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "engine/counter_reader.h"

namespace slowburn {
namespace {

constexpr SlotGrid kGrid;
constexpr std::int64_t kFirstSlot = 56'666'667;
constexpr std::int64_t kSeriesPerSlo = 10;

// Answers each query with the same series, some 230 bytes of labels each, and five samples that end
// at its time; no parsing, no network.
class SameSeries : public Source {
 public:
  explicit SameSeries(std::int64_t slos) {
    for (std::int64_t slo = 0; slo < slos; ++slo) {
      for (std::int64_t i = 0; i < kSeriesPerSlo; ++i) {
        labels_.push_back(fmt::format(
            R"({{"__name__":"http_server_requests_total","cluster":"production-eu-1","code":"{}",)"
            R"("container":"application","instance":"10.0.{}.{}:8080","job":"service-{:05}",)"
            R"("namespace":"shop","pod":"service-{:05}-5d8f7c9b6-{:05}"}})",
            i % 2 == 0 ? 200 : 500, slo % 256, i / 2, slo, slo, i / 2));
      }
    }
  }

  std::vector<absl::StatusOr<QueryResult>> Run(std::span<const Query> queries) override {
    std::vector<absl::StatusOr<QueryResult>> results;
    for (const Query& query : queries) {
      if (!query.expr.starts_with("http_server")) {
        results.emplace_back(QueryResult());
        continue;
      }
      const std::int64_t now = absl::ToUnixMillis(query.at) / 15'000;
      samples_.clear();
      for (std::int64_t k = now - 4; k <= now; ++k) {
        samples_.push_back({k * 15'000, static_cast<double>(k % 1'000'000)});
      }
      QueryResult result;
      result.series.reserve(labels_.size());
      for (const std::string& labels : labels_) result.series.push_back({labels, samples_});
      results.emplace_back(std::move(result));
    }
    return results;
  }

  absl::StatusOr<std::vector<std::string>> LabelNames(const std::string&, absl::Time) override {
    return std::vector<std::string>{};
  }

  absl::StatusOr<std::vector<std::string>> LabelValues(const std::string&, const std::string&,
                                                       absl::Time) override {
    return std::vector<std::string>{};
  }

  std::optional<absl::Duration> ClockOffset() const override { return std::nullopt; }

  void Cancel() override {}

 private:
  std::vector<std::string> labels_;
  std::vector<Sample> samples_;
};

// A steady tick of the reader: the series of N SLOs, ten each, are routed and counted.
void BM_Route(benchmark::State& state) {
  const std::int64_t slos = state.range(0);
  SameSeries source(slos);
  Telemetry telemetry;
  Columns columns({10, 60, 120});
  CounterReader reader({"bench", kGrid, {.values = 1'000'000, .value_bytes = 1'000'000'000}},
                       source, telemetry);
  std::vector<std::unique_ptr<CounterMeter>> meters;
  std::vector<CounterMeter*> pointers;
  std::vector<std::size_t> all;
  std::int64_t slot = kFirstSlot;
  columns.Append(slot);
  for (std::int64_t i = 0; i < slos; ++i) {
    const Selector total =
        *ParseSelector(fmt::format(R"(http_server_requests_total{{job="service-{:05}"}})", i));
    CounterPlan plan;
    plan.terms = {{.selector = total, .total = 1},
                  {.selector = With(total, {"code", Matcher::Op::kEqual, "500"}), .bad = 1}};
    meters.push_back(std::make_unique<CounterMeter>(std::move(plan), kGrid, columns));
    meters.back()->Begin(kGrid.Horizon(slot));
    pointers.push_back(meters.back().get());
    all.push_back(all.size());
  }
  reader.SetMeters(std::move(pointers));
  columns.Append(++slot);
  reader.Read(slot, all);
  for (auto _ : state) {
    columns.Append(++slot);
    benchmark::DoNotOptimize(reader.Read(slot, all));
  }
  state.SetItemsProcessed(state.iterations() * slos * kSeriesPerSlo);
}

BENCHMARK(BM_Route)->Arg(100)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace slowburn
