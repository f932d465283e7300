// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "engine/columns.h"
#include "engine/slo_status.h"
#include "engine/window_edge.h"
#include "rules/alert_window.h"

namespace slowburn {
namespace {

constexpr std::int64_t kFirstSlot = 56'666'667;
constexpr SlotGrid kGrid;

// One row of columns, all of it known: what a counter meter does without its series.
class RowMeter : public Meter {
 public:
  RowMeter(Columns& columns, const std::int64_t& slot)
      : columns_(columns), slot_(slot), row_(columns.AddRow()) {}

  Columns::Row row() const { return row_; }

  std::size_t group_count() const override { return 1; }

  MeterGroup group(std::size_t) const override {
    MeterGroup group;
    group.newest_ms = kGrid.TimeOf(slot_) - 5000;
    group.series = 10;
    return group;
  }

  Reading Read(std::size_t, absl::Duration window, WindowEnd end) const override {
    const WindowEdge edge = EdgeOf(columns_, kGrid, slot_, window, end);
    const Counts then = edge.column ? columns_.At(*edge.column, row_) : Counts{};
    const Counts now = end == WindowEnd::kNewest ? columns_.Newest(row_) : columns_.Now(row_);
    Reading reading;
    reading.counts.bad = now.bad - then.bad;
    reading.counts.total = now.total - then.total;
    reading.counts.covered = absl::Milliseconds(edge.until_ms - edge.from_ms);
    if (reading.counts.total > 0) {
      reading.ratio =
          static_cast<double>(reading.counts.bad) / static_cast<double>(reading.counts.total);
    }
    return reading;
  }

  void Save(ByteWriter&, ByteWriter&) const override {}

  bool Restore(ByteReader&, ByteReader&) override { return true; }

  std::vector<std::size_t> rows() const override { return {row_}; }

 private:
  Columns& columns_;
  const std::int64_t& slot_;
  Columns::Row row_;
};

// One step of N healthy SLOs over a window of D days: a column appended, counts added, every window
// read, tiers judged, alerts advanced.
void BM_JudgeHealthy(benchmark::State& state) {
  Slo slo;
  slo.service = "bench";
  slo.name = "slo";
  slo.objective = MakeRatio(999, 1000);
  slo.window = absl::Hours(24 * state.range(1));
  slo.alerts.tiers = DefaultTiers(slo.window);
  std::vector<std::int64_t> windows = {absl::ToInt64Milliseconds(slo.window) / kGrid.step_ms};
  for (const Tier& tier : slo.alerts.tiers) {
    windows.push_back(absl::ToInt64Milliseconds(tier.long_window) / kGrid.step_ms);
    windows.push_back(absl::ToInt64Milliseconds(tier.short_window) / kGrid.step_ms);
  }
  Columns columns(windows);
  std::int64_t slot = kFirstSlot;
  std::vector<std::unique_ptr<RowMeter>> meters;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    meters.push_back(std::make_unique<RowMeter>(columns, slot));
  }
  const auto add = [&] {
    columns.Append(++slot);
    for (const auto& meter : meters) columns.Add(meter->row(), slot, {slot % 3, 3000, 1});
  };
  // The ladder at its full length: as it is after a whole window.
  columns.Append(slot);
  add();
  const std::int64_t longest = *std::max_element(windows.begin(), windows.end());
  columns.Reach(slot - longest - longest / 60);

  const SloJudge judge(slo);
  std::vector<GroupAlerts> alerts(meters.size());
  std::vector<GroupStatus> statuses(meters.size());
  for (auto _ : state) {
    add();
    EvaluationContext context;
    context.at = absl::FromUnixMillis(kGrid.TimeOf(slot));
    context.sealed_until = absl::FromUnixMillis(kGrid.Horizon(slot));
    context.running_since = absl::FromUnixMillis(kGrid.TimeOf(kFirstSlot));
    for (std::size_t i = 0; i < meters.size(); ++i) {
      statuses[i] = judge.Evaluate(*meters[i], 0, context, alerts[i]);
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["columns"] = static_cast<double>(columns.size());
}

BENCHMARK(BM_JudgeHealthy)
    ->ArgNames({"slos", "days"})
    ->ArgsProduct({{10, 100, 1000, 10'000, 100'000}, {30}})
    ->ArgsProduct({{1000}, {1, 7, 90, 365}})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace slowburn
