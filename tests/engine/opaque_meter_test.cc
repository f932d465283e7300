// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/opaque_meter.h"

#include <algorithm>
#include <map>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/fakes/fake_prometheus.h"

namespace slowburn {
namespace {

constexpr SlotGrid kGrid = {30'000, 15'000};
constexpr std::int64_t kFirst = 1'700'000'010'000 / 30'000;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// The windows of the default tiers.
const std::vector<absl::Duration> kWindows = {absl::Minutes(5), absl::Minutes(30), absl::Hours(1),
                                              absl::Hours(2),   absl::Hours(6),    absl::Hours(24),
                                              absl::Hours(72)};

// Drives a meter, slot by slot.
class Bench {
 public:
  explicit Bench(std::vector<absl::Duration> windows = kWindows,
                 const std::string& query = "ratio[{{.window}}]")
      : columns({10, 60, 120, 480}),
        meter({query, ""}, std::move(windows), absl::Hours(24), {}, kGrid, columns) {}

  // Asks at one slot; `ratio` answers each window, or, without a value, gives no series.
  std::size_t Step(std::optional<double> ratio, WindowEnd end = WindowEnd::kNewest) {
    columns.Append(slot);
    const std::vector<Query> queries = meter.Queries(slot, end);
    const QueryResult result = VectorOf({}, ratio);
    const std::vector<const QueryResult*> results(queries.size(), &result);
    meter.Absorb(results, slot, end);
    meter.MoveTo(slot++);
    return queries.size();
  }

  // All queries of one slot fail.
  std::size_t Fail() {
    columns.Append(slot);
    const std::vector<const QueryResult*> results(meter.Due(slot).size(), nullptr);
    meter.Absorb(results, slot, WindowEnd::kNewest);
    meter.MoveTo(slot++);
    return results.size();
  }

  std::optional<double> Ratio(absl::Duration window, WindowEnd end = WindowEnd::kNewest) const {
    return meter.Read(0, window, end).ratio;
  }

  Columns columns;
  OpaqueMeter meter;
  std::int64_t slot = kFirst;
};

TEST_CASE("Opaque: a window is asked for once in 1/60 of its length", "[engine]") {
  const struct {
    absl::Duration window;
    std::int64_t period;
  } kCases[] = {{absl::Seconds(20), 1}, {absl::Minutes(5), 1}, {absl::Minutes(30), 1},
                {absl::Hours(1), 2},    {absl::Hours(2), 4},   {absl::Hours(6), 12},
                {absl::Hours(24), 48},  {absl::Hours(72), 144}};

  for (const auto& c : kCases) {
    INFO(absl::FormatDuration(c.window));
    Bench bench({c.window});
    CHECK(bench.Step(0.1) == 1);  // At once, then at its slots.
    for (std::int64_t i = 0; i < c.period; ++i) bench.Step(0.1);
    std::int64_t asked = 0;
    const std::int64_t slots = 10 * c.period;
    for (std::int64_t i = 0; i < slots; ++i) {
      asked += static_cast<std::int64_t>(bench.Step(0.1));
      CHECK(bench.Ratio(c.window) == 0.1);
    }
    CHECK(asked == 10);
  }
}

TEST_CASE("Opaque: many SLOs spread over the slots", "[engine]") {
  std::vector<std::unique_ptr<Bench>> benches;
  for (int i = 0; i < 100; ++i) {
    const std::string query = fmt::format("1 - job:ratio{{job=\"job{}\"}}[{{{{.window}}}}]", i);
    benches.push_back(std::make_unique<Bench>(kWindows, query));
    benches.back()->Step(0.0);
  }
  for (int i = 0; i < 144; ++i) {
    for (auto& bench : benches) bench->Step(0.0);
  }
  std::map<std::int64_t, std::size_t> by_slot;
  std::map<absl::Duration, std::map<std::int64_t, std::size_t>> by_window;
  for (int i = 0; i < 144; ++i) {
    for (auto& bench : benches) {
      for (const absl::Duration window : bench->meter.Due(bench->slot)) {
        ++by_slot[i];
        ++by_window[window][i % 12];
      }
      bench->Step(0.0);
    }
  }
  const double mean = 100.0 * (1 + 1 + 1.0 / 2 + 1.0 / 4 + 1.0 / 12 + 1.0 / 48 + 1.0 / 144);
  for (const auto& [slot, asked] : by_slot) CHECK(static_cast<double>(asked) < 1.2 * mean);
  // One window by itself, in twelfths of six hours' period.
  for (const absl::Duration window : {absl::Hours(6), absl::Hours(24), absl::Hours(72)}) {
    std::size_t sum = 0;
    for (const auto& [slot, asked] : by_window[window]) sum += asked;
    for (const auto& [slot, asked] : by_window[window]) {
      CHECK(static_cast<double>(asked) <= 2.5 * static_cast<double>(sum) / 12);
    }
  }
}

TEST_CASE("Opaque: a failed query is asked again at the next slot", "[engine]") {
  Bench bench({absl::Hours(6)});
  CHECK(bench.Fail() == 1);
  CHECK(bench.Fail() == 1);
  CHECK(bench.Step(0.1) == 1);
  while (bench.meter.Due(bench.slot).empty()) bench.Step(0.1);
  CHECK(bench.Fail() == 1);
  CHECK(bench.Ratio(absl::Hours(6)) == 0.1);  // What it knew stands.
  CHECK(bench.Fail() == 1);
  CHECK(bench.Step(0.2) == 1);
  CHECK(bench.Ratio(absl::Hours(6)) == 0.2);
  CHECK(bench.Step(0.3) == 0);
}

TEST_CASE("Opaque: a slot that was not evaluated is made up for", "[engine]") {
  Bench bench({absl::Hours(6)});
  bench.Step(0.1);
  while (bench.meter.Due(bench.slot).empty()) bench.Step(0.1);
  bench.columns.Append(bench.slot++);
  CHECK(bench.Step(0.2) == 1);
}

TEST_CASE("Opaque: an answer stands for its period and a slot, then nothing is known", "[engine]") {
  const struct {
    absl::Duration window;
    std::int64_t period;
  } kCases[] = {{absl::Minutes(5), 1}, {absl::Hours(1), 2}, {absl::Hours(6), 12}};

  for (const auto& c : kCases) {
    INFO(absl::FormatDuration(c.window));
    Bench bench({c.window});
    bench.Step(0.1);
    while (bench.meter.Due(bench.slot).empty()) bench.Step(0.1);
    bench.Step(0.1);
    const MeterGroup fresh = bench.meter.group(0);
    CHECK(fresh.newest_ms == kGrid.TimeOf(bench.slot - 1));
    for (std::int64_t i = 0; i < c.period + 1; ++i) {
      bench.Fail();
      CHECK(bench.Ratio(c.window) == 0.1);
    }
    bench.Fail();
    CHECK(!bench.Ratio(c.window));
    // Age counts from the end of the period that the last answer stands for.
    CHECK(bench.meter.group(0).newest_ms == *fresh.newest_ms + (c.period - 1) * kGrid.step_ms);
  }
}

TEST_CASE("Opaque: an answer without a number replaces the one before", "[engine]") {
  for (const std::optional<double> nothing : {std::optional<double>(), std::optional(kNaN)}) {
    Bench bench({absl::Minutes(5)});
    bench.Step(0.1);
    bench.Step(nothing);
    CHECK(!bench.Ratio(absl::Minutes(5)));
    CHECK(bench.meter.problem() == (nothing ? "" : "the expression gives no result"));
  }
}

TEST_CASE("Opaque: only what was asked at the sealed horizon resolves", "[engine]") {
  Bench bench({absl::Minutes(5), absl::Hours(6)});
  bench.Step(0.1);
  CHECK(bench.Ratio(absl::Minutes(5)) == 0.1);
  CHECK(!bench.Ratio(absl::Minutes(5), WindowEnd::kSealed));
  CHECK(bench.meter.Queries(bench.slot, WindowEnd::kSealed).at(0).at ==
        absl::FromUnixMillis(kGrid.Horizon(bench.slot)));
  bench.Step(0.2, WindowEnd::kSealed);
  CHECK(bench.Ratio(absl::Minutes(5)) == 0.2);
  CHECK(bench.Ratio(absl::Minutes(5), WindowEnd::kSealed) == 0.2);
  // The long window keeps its pace.
  int slots = 0;
  while (!bench.Ratio(absl::Hours(6), WindowEnd::kSealed) && slots < 100) {
    bench.Step(0.2, WindowEnd::kSealed);
    ++slots;
  }
  CHECK(slots <= 12);
}

TEST_CASE("Opaque: the budget is a mean over time and coverage its share", "[engine]") {
  // Every two slots, so a slot each is enough to tell time from counts.
  Bench bench({absl::Hours(1)});
  bench.Step(0.0);
  while (bench.meter.Due(bench.slot).empty()) bench.Step(0.0);
  for (int i = 0; i < 60; ++i) bench.Step(0.2);
  const Reading half_hour = bench.meter.Read(0, absl::Minutes(30), WindowEnd::kNewest);
  CHECK(*half_hour.ratio == Approx(0.2));
  CHECK(half_hour.counts.covered == absl::Minutes(30));
  CHECK(half_hour.counts.unknown == absl::ZeroDuration());
  SECTION("an hour without numbers is not covered") {
    for (int i = 0; i < 30; ++i) bench.Step(kNaN);
    for (int i = 0; i < 30; ++i) bench.Step(0.4);
    const Reading reading = bench.meter.Read(0, absl::Minutes(30), WindowEnd::kNewest);
    CHECK(absl::ToDoubleMinutes(reading.counts.covered) == Approx(15).margin(1));
    CHECK(*reading.ratio == Approx(0.4));
  }
  SECTION("a long silence does not stand for what came before it") {
    for (int i = 0; i < 40; ++i) bench.Fail();
    for (int i = 0; i < 20; ++i) bench.Step(0.4);
    const Reading reading = bench.meter.Read(0, absl::Minutes(30), WindowEnd::kNewest);
    CHECK(absl::ToDoubleMinutes(reading.counts.covered) == Approx(10).margin(1));
  }
}

TEST_CASE("Opaque: equal weight for equal time however often it is asked", "[engine]") {
  // A failed slot moves the next answer; the time of both still counts once.
  Bench bench({absl::Hours(6)});
  bench.Step(0.5);
  for (int i = 0; i < 240; ++i) {
    if (i % 7 == 0) {
      bench.Fail();
    } else {
      bench.Step(0.5);
    }
  }
  const Reading reading = bench.meter.Read(0, absl::Hours(2), WindowEnd::kNewest);
  CHECK(*reading.ratio == Approx(0.5));
  CHECK(reading.counts.covered <= absl::Hours(2));
  CHECK(reading.counts.covered >= absl::Hours(2) - 24 * absl::Seconds(30));
}

TEST_CASE("Opaque: several series for one group are told until they are gone", "[engine]") {
  Columns columns({10});
  OpaqueMeter meter({"ratio[{{.window}}]", ""}, {absl::Hours(6)}, absl::Hours(24), {"region"},
                    kGrid, columns);
  FakePrometheus store;
  store.Add({{"region", "eu"}, {"zone", "1"}}, 1'000, 0.1);
  store.Add({{"region", "eu"}, {"zone", "2"}}, 1'000, 0.2);
  store.Add({{"region", "us"}, {"zone", "1"}}, 1'000, 0.3);
  const QueryResult result = store.Range(*ParseSelector(R"({region!=""})"), 0, 1'000);
  const QueryResult* answer = &result;
  columns.Append(kFirst);
  meter.Absorb({&answer, 1}, kFirst, WindowEnd::kNewest);
  meter.MoveTo(kFirst);
  REQUIRE(meter.group_count() == 2);
  CHECK(meter.group(0).key == "region=eu");
  CHECK(!meter.Read(0, absl::Hours(6), WindowEnd::kNewest).ratio);
  CHECK(meter.Read(1, absl::Hours(6), WindowEnd::kNewest).ratio == 0.3);
  const std::string problem = "the expression gives several series for one group: aggregate them";
  CHECK(meter.problem() == problem);
  for (std::int64_t slot = kFirst + 1; meter.Due(slot).empty(); ++slot) {
    meter.Absorb({}, slot, WindowEnd::kNewest);
    CHECK(meter.problem() == problem);
  }
}

}  // namespace
}  // namespace slowburn
