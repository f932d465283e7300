// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/summed_meter.h"

#include <charconv>
#include <limits>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/engine/bench.h"
#include "tests/fakes/fake_prometheus.h"

namespace slowburn {
namespace {

constexpr std::int64_t kFirst = kStart / kGrid.step_ms;

CounterPlan BadPlan(std::vector<std::string> by = {}) {
  CounterPlan plan;
  plan.terms = {{.selector = *ParseSelector("requests_total"), .total = 1},
                {.selector = *ParseSelector(R"(requests_total{code=~"5.."})"), .bad = 1}};
  plan.by = std::move(by);
  return plan;
}

CounterPlan GoodPlan(bool required) {
  CounterPlan plan;
  plan.terms = {{.selector = *ParseSelector("requests_total"), .total = 1, .bad = 1},
                {.selector = *ParseSelector("good_total"), .bad = -1, .required = required}};
  return plan;
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The span of the subquery or range that `expr` is about.
std::int64_t SpanOf(const std::string& expr) {
  const std::size_t bracket = expr.rfind('[') + 1;
  std::int64_t ms = 0;
  std::from_chars(expr.data() + bracket, expr.data() + expr.size(), ms);
  return expr.find("ms:") == std::string::npos ? ms : ms + 1;
}

// Drives a meter over a store that is scripted: totals grow by `total` and errors by `bad` a
// second, while they are there.
class Bench {
 public:
  explicit Bench(CounterPlan plan = BadPlan(), SlotGrid grid = kGrid, std::int64_t back = 10)
      : grid_(grid), columns({10, 60, 120, 480}), meter(std::move(plan), grid, columns) {
    slot = kStart / grid.step_ms;
    for (std::int64_t k = slot - back; k < slot; ++k) columns.Append(k);
    meter.Begin(grid.Horizon(slot - back));
    store.evaluate = [this](const std::string& expr, absl::Time at) { return Answer(expr, at); };
  }

  // Runs the queries of this slot, and takes their answers.
  Telemetry::Counted Read() {
    columns.Append(slot);
    const auto answers = store.Run(meter.Queries(slot));
    std::vector<const QueryResult*> results;
    for (const auto& answer : answers) results.push_back(&answer.value());
    const Telemetry::Counted counted = meter.Absorb(results, slot);
    meter.MoveTo(slot++);
    return counted;
  }

  void Miss() {
    columns.Append(slot);
    meter.MoveTo(slot++);
  }

  Reading Sealed(absl::Duration window) const { return meter.Read(0, window, WindowEnd::kSealed); }

  Reading Newest(absl::Duration window) const { return meter.Read(0, window, WindowEnd::kNewest); }

  std::optional<double> Answer(const std::string& expr, absl::Time at) const {
    const bool is_bad = Has(expr, "5..");
    const bool is_good = Has(expr, "good_total");
    if (expr.starts_with("max")) {
      const absl::Time newest = std::min(at, absl::FromUnixMillis(ends_ms));
      return absl::ToDoubleSeconds(newest - absl::UnixEpoch());
    }
    if (expr.starts_with("count")) return 7;
    const std::optional<double> rate = is_bad ? bad : is_good ? good : total;
    if (!rate) return std::nullopt;
    return *rate * static_cast<double>(SpanOf(expr)) / 1000;
  }

  SlotGrid grid_;
  std::optional<double> total = 10;
  std::optional<double> bad = 1;
  std::optional<double> good = 9;
  std::int64_t ends_ms = INT64_MAX / 2'000'000;  // The newest sample there ever is.
  FakePrometheus store;
  Columns columns;
  SummedMeter meter;
  std::int64_t slot = 0;
};

TEST_CASE("Summed: asks for tiles that end at the sealed horizons", "[engine]") {
  Bench bench(BadPlan({"region", "zone"}));
  for (int i = 0; i < 3; ++i) bench.Read();
  bench.store.asked.clear();
  bench.Read();
  REQUIRE(bench.store.asked.size() == 5);
  const std::vector<Query>& asked = bench.store.asked;
  const std::string now = "last_over_time(requests_total[5m])";
  const std::string before = "last_over_time(requests_total[5m] offset 15000ms)";
  CHECK(asked[0].expr ==
        fmt::format("sum by (region, zone) (sum_over_time(((({0} - {1}) >= 0) or "
                    "(({0} * 1 >= 0) and on (job, instance) {1}))[29999ms:15000ms]))",
                    now, before));
  CHECK(absl::ToUnixMillis(asked[0].at) == kGrid.Horizon(bench.slot - 1));
  CHECK(Has(asked[1].expr, R"(requests_total{code=~"5.."}[5m])"));
  CHECK(Has(asked[2].expr, "[14999ms:15000ms]"));
  CHECK(absl::ToUnixMillis(asked[2].at) == kGrid.TimeOf(bench.slot - 1));
  CHECK(asked[4].expr == "max by (region, zone) (timestamp(requests_total))");
}

TEST_CASE("Summed: its grid divides slots and horizons", "[engine]") {
  const struct {
    SlotGrid grid;
    std::int64_t want;
  } kCases[] = {{{30'000, 15'000}, 15'000}, {{30'000, 60'000}, 15'000}, {{60'000, 20'000}, 5'000},
                {{30'000, 12'500}, 2'500},  {{1'000, 3'000}, 1'000},    {{500, 250}, 1'000},
                {{30'000, 0}, 15'000}};

  for (const auto& c : kCases) {
    INFO(fmt::format("step {} settle {}", c.grid.step_ms, c.grid.settle_ms));
    Bench bench(BadPlan(), c.grid);
    CHECK(bench.meter.grid_ms() == c.want);
    for (int i = 0; i < 40; ++i) bench.Read();
    // All is counted once, whatever the slots.
    const std::int64_t sealed = *bench.meter.sealed_ms();
    CHECK(sealed <= c.grid.Horizon(bench.slot - 1));
    CHECK(sealed > c.grid.Horizon(bench.slot - 1) - c.want);
    const std::int64_t since = c.grid.Horizon(kStart / c.grid.step_ms - 10);
    const std::int64_t from = (since + c.want - 1) / c.want * c.want;
    CHECK(bench.meter.group(0).total_events ==
          Approx(10.0 * static_cast<double>(sealed - from) / 1000));
  }
}

TEST_CASE("Summed: counts what the tiles hold", "[engine]") {
  Bench bench;
  bench.Read();
  CHECK(bench.meter.group(0).total_events == 10 * 10 * 30);
  for (int i = 0; i < 20; ++i) bench.Read();
  const Reading sealed = bench.Sealed(absl::Minutes(5));
  CHECK(sealed.counts.total == 3000);
  CHECK(sealed.counts.bad == 300);
  CHECK(sealed.counts.covered == absl::Minutes(5));
  CHECK(sealed.counts.unknown == absl::ZeroDuration());
  CHECK(*sealed.ratio == 0.1);
  CHECK(!sealed.opaque);
  const Reading newest = bench.Newest(absl::Minutes(5));
  CHECK(newest.counts.total == 3150);  // From the column before, and what is open.
  CHECK(newest.counts.unknown == absl::ZeroDuration());
  CHECK(bench.meter.group(0).series == 7);
  CHECK(bench.meter.group(0).newest_ms == kGrid.TimeOf(bench.slot - 1));
  CHECK(bench.meter.UnmatchedTerms().empty());
}

TEST_CASE("Summed: a missed slot loses nothing", "[engine]") {
  Bench missing;
  Bench steady;
  for (int i = 0; i < 100; ++i) {
    steady.Read();
    if (i % 7 == 0 || i == 99) {
      missing.Read();
    } else {
      missing.Miss();
    }
  }
  CHECK(missing.meter.group(0).total_events == steady.meter.group(0).total_events);
  for (const absl::Duration window : {absl::Minutes(5), absl::Minutes(30)}) {
    CHECK(missing.Sealed(window).counts == steady.Sealed(window).counts);
    CHECK(missing.Newest(window).counts == steady.Newest(window).counts);
  }
}

TEST_CASE("Summed: a long way back is read in pieces", "[engine]") {
  Bench bench(BadPlan(), kGrid, 110);
  const std::int64_t since = *bench.meter.sealed_ms();
  for (int reads = 1; reads <= 5; ++reads) {
    CHECK(bench.meter.IsBehind(bench.slot));
    bench.store.asked.clear();
    bench.Read();
    CHECK(*bench.meter.sealed_ms() == since + reads * 20 * kGrid.step_ms);
    for (const Query& query : bench.store.asked) {
      CHECK(absl::ToUnixMillis(query.at) <= since + reads * 20 * kGrid.step_ms + kGrid.settle_ms);
    }
  }
  CHECK(bench.meter.IsBehind(bench.slot - 1));
  bench.Read();
  CHECK(!bench.meter.IsBehind(bench.slot - 1));
  CHECK(*bench.meter.sealed_ms() == kGrid.Horizon(bench.slot - 1));
  CHECK(bench.meter.group(0).total_events == 10 * 30 * (110 + 5));
}

TEST_CASE("Summed: terms that are absent", "[engine]") {
  const auto rate_over_5m = [](Bench& bench) {
    for (int i = 0; i < 20; ++i) bench.Read();
    return bench.Sealed(absl::Minutes(5));
  };
  SECTION("no bad series are no errors") {
    Bench bench;
    bench.bad = std::nullopt;
    const Reading reading = rate_over_5m(bench);
    CHECK(reading.counts.total == 3000);
    CHECK(reading.counts.bad == 0);
    CHECK(reading.counts.unknown == absl::ZeroDuration());
    CHECK(bench.meter.UnmatchedTerms() == std::vector<std::size_t>{1});
  }
  SECTION("no total is unknown whatever the errors") {
    Bench bench;
    rate_over_5m(bench);
    bench.total = std::nullopt;
    for (int i = 0; i < 5; ++i) bench.Read();
    const Reading reading = bench.Sealed(absl::Minutes(5));
    CHECK(reading.counts.total == 1500);
    CHECK(reading.counts.bad == 150);
    CHECK(reading.counts.unknown == absl::Seconds(150));
    CHECK(bench.Newest(absl::Minutes(5)).counts.unknown >= absl::Seconds(150));
  }
  SECTION("no good series that are part of the total is all bad") {
    Bench bench(GoodPlan(false));
    bench.good = std::nullopt;
    CHECK(*rate_over_5m(bench).ratio == 1);
  }
  SECTION("no good series that must be there is unknown") {
    Bench bench(GoodPlan(true));
    CHECK(*rate_over_5m(bench).ratio == Approx(0.1));
    bench.good = std::nullopt;
    for (int i = 0; i < 10; ++i) bench.Read();
    const Reading reading = bench.Sealed(absl::Minutes(5));
    CHECK(reading.counts.total == 0);
    CHECK(reading.counts.unknown == absl::Minutes(5));
  }
}

TEST_CASE("Summed: nothing is known before the total is there", "[engine]") {
  Bench bench;
  bench.total = std::nullopt;
  bench.bad = std::nullopt;
  for (int i = 0; i < 10; ++i) bench.Read();
  CHECK(bench.Sealed(absl::Minutes(5)).counts.covered == absl::ZeroDuration());
  bench.total = 10;
  for (int i = 0; i < 5; ++i) bench.Read();
  CHECK(bench.Sealed(absl::Minutes(5)).counts.covered == absl::Seconds(150));
}

TEST_CASE("Summed: data that ended is unknown from there on", "[engine]") {
  Bench bench;
  for (int i = 0; i < 20; ++i) bench.Read();
  bench.ends_ms = kGrid.TimeOf(bench.slot - 1);  // 3:45 before the last sealed horizon.
  bench.total = 0;  // The last value is still looked at for five minutes.
  for (int i = 0; i < 8; ++i) bench.Read();
  CHECK(bench.meter.group(0).newest_ms == bench.ends_ms);
  CHECK(bench.Sealed(absl::Minutes(5)).counts.unknown == absl::Seconds(225));
  CHECK(bench.Newest(absl::Minutes(5)).counts.unknown == absl::Seconds(240));
  bench.ends_ms = INT64_MAX / 2'000'000;
  bench.total = 10;
  bench.Read();
  CHECK(bench.Sealed(absl::Minutes(5)).counts.unknown == absl::Seconds(225));
}

TEST_CASE("Summed: what is good is taken off sealed totals only", "[engine]") {
  Bench bench(GoodPlan(false));
  for (int i = 0; i < 20; ++i) bench.Read();
  for (const Query& query : bench.store.asked) CHECK(!Has(query.expr, "[14999ms:"));
  CHECK(bench.Sealed(absl::Minutes(5)).counts.bad == 300);
  // Of the five minutes that end now, what is not sealed is unknown.
  CHECK(bench.Newest(absl::Minutes(5)).counts.unknown == kGrid.settle_ms * absl::Milliseconds(1));
}

TEST_CASE("Summed: fractions are counted to 2^-20", "[engine]") {
  Bench bench;
  for (int i = 0; i < 10; ++i) bench.Read();
  CHECK(bench.meter.unit() == 1);
  const double before = bench.meter.group(0).total_events;
  bench.total = 0.01;
  bench.bad = 0;
  for (int i = 0; i < 10; ++i) bench.Read();
  CHECK(bench.meter.unit() == 0x1p-20);
  CHECK(bench.meter.group(0).total_events == Approx(before + 3).margin(1e-4));
}

TEST_CASE("Summed: constants weigh the terms", "[engine]") {
  CounterPlan plan = BadPlan();
  plan.terms[0].total = 2;
  plan.terms[1].bad = 3;
  plan.units_per_event = 2;
  Bench bench(plan);
  for (int i = 0; i < 20; ++i) bench.Read();
  CHECK(bench.Sealed(absl::Minutes(5)).counts.total == 6000);
  CHECK(*bench.Sealed(absl::Minutes(5)).ratio == Approx(0.15));
  CHECK(bench.meter.group(0).total_events == 10 * 30 * 29);
}

TEST_CASE("Summed: a number that can't be counted leaves its tile unknown", "[engine]") {
  for (const double bad :
       {-1.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    Bench bench;
    for (int i = 0; i < 20; ++i) bench.Read();
    bench.bad = bad;
    CHECK(bench.Read().invalid > 0);
    CHECK(bench.Sealed(absl::Minutes(5)).counts.total == 2700);
    CHECK(bench.Sealed(absl::Minutes(5)).counts.unknown == absl::Seconds(30));
  }
}

TEST_CASE("Summed: a source that does not know the form is asked for increases", "[engine]") {
  Bench bench;
  CHECK(!bench.meter.Refused(absl::UnavailableError("")));
  CHECK(!bench.meter.Refused(absl::ResourceExhaustedError("")));
  CHECK(Has(bench.meter.Queries(bench.slot)[0].expr, "sum_over_time"));
  CHECK(bench.meter.Refused(absl::InvalidArgumentError("parse error")));
  CHECK(!bench.meter.Refused(absl::InvalidArgumentError("parse error")));
  for (int i = 0; i < 20; ++i) bench.Read();
  CHECK(bench.store.asked[0].expr == "sum(increase(requests_total[30000ms]))");
  CHECK(bench.Sealed(absl::Minutes(5)).counts.total == 3000);
  CHECK(bench.Sealed(absl::Minutes(5)).counts.bad == 300);
}

TEST_CASE("Summed: a bad moment counts once a while", "[engine]") {
  Bench bench;
  for (int i = 0; i < 20; ++i) bench.Read();
  CHECK(bench.Sealed(absl::Minutes(5)).counts.bad_ticks == 10);
  bench.bad = 0;
  for (int i = 0; i < 10; ++i) bench.Read();
  CHECK(bench.Sealed(absl::Minutes(5)).counts.bad_ticks == 0);
}

TEST_CASE("Summed: what it can count", "[engine]") {
  CHECK(SummedMeter::Supports(BadPlan()));
  CounterPlan nameless = BadPlan();
  nameless.terms[1].selector = *ParseSelector(R"({__name__=~"a|b"})");
  CHECK(!SummedMeter::Supports(nameless));
  CounterPlan probe;
  probe.terms = {{.selector = *ParseSelector("up"), .total = 1}};
  probe.probe = true;
  CHECK(!SummedMeter::Supports(probe));
}

TEST_CASE("Summed: groups are separate budgets", "[engine]") {
  Columns columns({10, 60});
  SummedMeter meter(BadPlan({"region"}), kGrid, columns);
  meter.Begin(kGrid.Horizon(kFirst - 1));
  FakePrometheus store;  // Stands for the answers: what has the value at the end of a tile.
  const auto feed = [&store](const std::string& region, std::int64_t slot, double value) {
    store.Add({{"region", region}}, kGrid.Horizon(slot), value);
  };
  std::int64_t slot = kFirst;
  const auto read = [&] {
    columns.Append(slot);
    std::vector<QueryResult> results;
    for (const Query& query : meter.Queries(slot)) {
      const std::int64_t at = absl::ToUnixMillis(query.at);
      const bool is_sum = query.expr.starts_with("sum") && !Has(query.expr, "5..");
      results.push_back(store.Range(*ParseSelector(R"({region!=""})"), is_sum ? at - 1 : at, at));
    }
    std::vector<const QueryResult*> pointers;
    for (const QueryResult& result : results) pointers.push_back(&result);
    meter.Absorb(pointers, slot);
    meter.MoveTo(slot++);
  };
  feed("eu", slot, 10);
  read();
  REQUIRE(meter.group_count() == 1);
  feed("eu", slot, 20);
  feed("us", slot, 1);
  read();
  REQUIRE(meter.group_count() == 2);
  CHECK(meter.group(0).key == "region=eu");
  CHECK(meter.group(0).total_events == 30);
  CHECK(meter.group(1).labels == Labels{{"region", "us"}});
  CHECK(meter.group(1).total_events == 1);
}

}  // namespace
}  // namespace slowburn
