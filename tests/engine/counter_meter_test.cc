// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/counter_meter.h"

#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "engine/prometheus_json.h"
#include "tests/fakes/fake_prometheus.h"
#include "tests/reference/event_oracle.h"

namespace slowburn {
namespace {

constexpr std::int64_t kStart = 1'700'000'010'000;  // A multiple of 30 s.
constexpr SlotGrid kGrid = {30'000, 15'000};

Selector Select(const std::string& text) {
  return *ParseSelector(text);
}

CounterPlan Plan() {
  CounterPlan plan;
  plan.terms = {{.selector = Select("requests_total"), .total = 1},
                {.selector = Select(R"(requests_total{code=~"5.."})"), .bad = 1}};
  return plan;
}

CounterPlan GoodPlan(bool required) {
  CounterPlan plan;
  plan.terms = {{.selector = Select("requests_total"), .total = 1, .bad = 1},
                {.selector = Select("good_total"), .bad = -1, .required = required}};
  return plan;
}

Labels Series(const std::string& instance, const std::string& code) {
  return {{"__name__", "requests_total"}, {"job", "shop"}, {"instance", instance}, {"code", code}};
}

// Drives a meter over a fake store, slot by slot.
class Bench {
 public:
  explicit Bench(CounterPlan plan = Plan(), std::int64_t lookback_slots = 20,
                 bool deduplicated = false)
      : columns({10, 60, 120, 480}), meter(std::move(plan), kGrid, columns, deduplicated) {
    slot = kStart / kGrid.step_ms;
    for (std::int64_t k = slot - lookback_slots; k < slot; ++k) columns.Append(k);
    since_ms = kGrid.Horizon(slot - lookback_slots);
    meter.Begin(since_ms);
  }

  std::int64_t now_ms() const { return kGrid.TimeOf(slot); }

  // Moves to the next slot without reading it.
  void Miss() {
    columns.Append(slot);
    meter.MoveTo(slot++);
  }

  Telemetry::Counted Read() {
    columns.Append(slot);
    const std::int64_t from = *meter.sealed_ms() - meter.overlap_ms();
    std::vector<QueryResult> results;
    std::vector<CounterMeter::Found> found;
    for (std::size_t term = 0; term < meter.plan().terms.size(); ++term) {
      results.push_back(store.Range(meter.plan().terms[term].selector, from, now_ms()));
      for (const QueryResult::Series& series : results.back().series) {
        const Labels labels = *ParseLabels(series.labels_json);
        if (!meter.Matches(term, labels)) continue;
        const SeriesKey key = SeriesKeyOf(series.labels_json);
        found.push_back({term, meter.SeriesOf(term, labels, key), series.samples});
      }
    }
    const Telemetry::Counted counted = meter.Absorb(found, {from, slot, replica});
    meter.MoveTo(slot++);
    return counted;
  }

  // Reads every slot up to and with that of `until_ms`.
  void ReadUntil(std::int64_t until_ms) {
    while (now_ms() <= until_ms) Read();
  }

  WindowCounts Sealed(absl::Duration window, std::size_t group = 0) const {
    return meter.Read(group, window, WindowEnd::kSealed).counts;
  }

  WindowCounts Newest(absl::Duration window, std::size_t group = 0) const {
    return meter.Read(group, window, WindowEnd::kNewest).counts;
  }

  FakePrometheus store;
  Columns columns;
  CounterMeter meter;
  std::int64_t slot = 0;
  std::int64_t since_ms = 0;
  int replica = 0;
};

// A counter that is scraped every 15 s from `from` to `to` and grows by `step`.
void Scrape(FakePrometheus& store, const Labels& labels, std::int64_t from, std::int64_t to,
            double first, double step) {
  double value = first;
  for (std::int64_t at = from; at <= to; at += 15'000) {
    store.Add(labels, at, value);
    value += step;
  }
}

TEST_CASE("Counter: counts a steady service exactly", "[engine]") {
  Bench bench;
  Scrape(bench.store, Series("a", "200"), kStart - 600'000, kStart + 900'000, 1000, 10);
  Scrape(bench.store, Series("a", "500"), kStart - 600'000, kStart + 900'000, 7, 1);
  bench.ReadUntil(kStart + 600'000);
  const WindowCounts counts = bench.Sealed(absl::Minutes(5));
  CHECK(counts.total == 20 * 11);
  CHECK(counts.bad == 20);
  CHECK(counts.covered == absl::Minutes(5));
  CHECK(counts.unknown == absl::ZeroDuration());
  // The newest window reaches 15 s past the sealed one and begins at the same column or the next.
  CHECK(bench.Newest(absl::Minutes(5)).total >= 20 * 11);
}

TEST_CASE("Counter: a new error series counts from its first value", "[engine]") {
  Bench bench;
  Scrape(bench.store, Series("a", "200"), kStart - 600'000, kStart + 900'000, 1000, 10);
  Scrape(bench.store, Series("a", "500"), kStart + 105'000, kStart + 900'000, 7, 0);
  bench.ReadUntil(kStart + 300'000);
  CHECK(bench.Sealed(absl::Minutes(5)).bad == 7);
}

TEST_CASE("Counter: a new target counts from its second value", "[engine]") {
  Bench bench;
  Scrape(bench.store, Series("a", "200"), kStart - 600'000, kStart + 900'000, 1000, 10);
  Scrape(bench.store, Series("b", "500"), kStart + 105'000, kStart + 900'000, 70'000, 1);
  bench.ReadUntil(kStart + 300'000);
  CHECK(bench.Sealed(absl::Minutes(5)).bad == 12);
}

TEST_CASE("Counter: a reset counts what there is since", "[engine]") {
  Bench bench;
  Scrape(bench.store, Series("a", "500"), kStart - 600'000, kStart + 90'000, 1000, 10);
  Scrape(bench.store, Series("a", "500"), kStart + 105'000, kStart + 900'000, 3, 10);
  bench.ReadUntil(kStart + 90'000);
  const std::int64_t before = bench.Sealed(absl::Hours(1)).total;
  bench.ReadUntil(kStart + 150'000);
  CHECK(bench.Sealed(absl::Hours(1)).total == before + 10 + 3 + 10 + 10);
}

TEST_CASE("Counter: a gap that a later sample bridges is known and exact", "[engine]") {
  Bench bench;
  const std::int64_t gap = 20 * 60'000;
  Scrape(bench.store, Series("a", "200"), kStart - 600'000, kStart + 60'000, 0, 10);
  Scrape(bench.store, Series("a", "200"), kStart + 60'000 + gap, kStart + 2 * gap, 44'000, 10);
  bench.ReadUntil(kStart + gap);
  CHECK(bench.Sealed(absl::Minutes(5)).covered == absl::ZeroDuration());
  CHECK(bench.Sealed(absl::Minutes(5)).total == 0);
  bench.ReadUntil(kStart + 60'000 + gap + 60'000);
  const WindowCounts counts = bench.Sealed(absl::Minutes(30));
  CHECK(counts.unknown == absl::ZeroDuration());
  // 37 increments in the window before the gap, where the counter stands at 440; 3 after it.
  CHECK(counts.total == 37 * 10 + (44'000 - 440) + 3 * 10);
}

TEST_CASE("Counter: a gap with a reset in it stays unknown", "[engine]") {
  Bench bench;
  const std::int64_t gap = 20 * 60'000;
  Scrape(bench.store, Series("a", "200"), kStart - 600'000, kStart + 60'000, 1000, 10);
  Scrape(bench.store, Series("a", "200"), kStart + 60'000 + gap, kStart + 2 * gap, 5, 10);
  bench.ReadUntil(kStart + 60'000 + gap + 60'000);
  const WindowCounts counts = bench.Sealed(absl::Minutes(30));
  CHECK(counts.unknown == absl::Minutes(20));
  CHECK(counts.total == 37 * 10 + 5 + 3 * 10);
}

TEST_CASE("Counter: what a missed or failed read did not see, the next one counts", "[engine]") {
  Bench bench;
  Scrape(bench.store, Series("a", "500"), kStart - 600'000, kStart + 1'800'000, 1000, 10);
  bench.ReadUntil(kStart + 60'000);
  for (int i = 0; i < 20; ++i) bench.Miss();
  // While nothing is read the windows know less, and say so.
  CHECK(bench.Newest(absl::Minutes(5)).covered < absl::Minutes(1));
  bench.Read();
  const WindowCounts counts = bench.Sealed(absl::Minutes(5));
  CHECK(counts.total == 200);
  CHECK(counts.unknown == absl::ZeroDuration());
  CHECK(bench.Sealed(absl::Minutes(10)).total == 400);
}

TEST_CASE("Counter: a sample that comes after its time was sealed is counted, and told",
          "[engine]") {
  Bench bench;
  Scrape(bench.store, Series("a", "200"), kStart - 600'000, kStart, 1000, 10);
  bench.store.Add(Series("a", "200"), kStart + 30'000, 1660, kStart + 65'000);
  Scrape(bench.store, Series("a", "200"), kStart + 75'000, kStart + 600'000, 1700, 10);
  bench.ReadUntil(kStart + 60'000);
  Telemetry::Counted counted;
  while (bench.now_ms() <= kStart + 300'000) counted.late += bench.Read().late;
  CHECK(counted.late == 1);
  CHECK(bench.Sealed(absl::Minutes(10)).total == 1850 - 1000 - 10 * 20);
}

TEST_CASE("Counter: an error never counts before the request that it belongs to", "[engine]") {
  CounterPlan plan = Plan();
  plan.terms[1].selector = Select("errors_total");
  Bench bench(std::move(plan));
  const Labels errors = {{"__name__", "errors_total"}, {"job", "shop"}, {"instance", "a"}};
  Scrape(bench.store, Series("a", "200"), kStart - 600'000, kStart + 285'000, 0, 10);
  Scrape(bench.store, errors, kStart - 600'000, kStart + 285'000, 0, 0);
  // The next scrape is seen of one term, and not yet of the other.
  bench.store.Add(Series("a", "200"), kStart + 295'000, 10'000, kStart + 310'000);
  bench.store.Add(errors, kStart + 295'000, 500);
  bench.ReadUntil(kStart + 300'000);
  CHECK(bench.Newest(absl::Minutes(5)).bad == 0);
  bench.Read();
  CHECK(bench.Newest(absl::Minutes(5)).bad == 500);
}

TEST_CASE("Counter: good events leave the rest as bad", "[engine]") {
  const auto good = [](const std::string& instance) {
    return Labels{{"__name__", "good_total"}, {"job", "shop"}, {"instance", instance}};
  };
  SECTION("when they are there") {
    Bench bench(GoodPlan(true));
    Scrape(bench.store, Series("a", "200"), kStart - 600'000, kStart + 900'000, 1000, 10);
    Scrape(bench.store, good("a"), kStart - 600'000, kStart + 900'000, 1000, 9);
    bench.ReadUntil(kStart + 300'000);
    CHECK(bench.Sealed(absl::Minutes(5)).bad == 20);
  }
  SECTION("but are unknown while they were never there") {
    Bench bench(GoodPlan(true));
    Scrape(bench.store, Series("a", "200"), kStart - 600'000, kStart + 900'000, 1000, 10);
    bench.ReadUntil(kStart + 300'000);
    CHECK(bench.Sealed(absl::Minutes(5)).bad == 0);
    CHECK(bench.Sealed(absl::Minutes(5)).covered == absl::ZeroDuration());
    CHECK(bench.meter.UnmatchedTerms() == std::vector<std::size_t>{1});
  }
  SECTION("and are none when they would be among the total's own") {
    Bench bench(GoodPlan(false));
    Scrape(bench.store, Series("a", "200"), kStart - 600'000, kStart + 900'000, 1000, 10);
    bench.ReadUntil(kStart + 300'000);
    CHECK(bench.Sealed(absl::Minutes(5)).bad == 200);
  }
  SECTION("and never make a negative count") {
    Bench bench(GoodPlan(true));
    Scrape(bench.store, Series("a", "200"), kStart - 600'000, kStart + 900'000, 1000, 10);
    Scrape(bench.store, good("a"), kStart - 600'000, kStart + 900'000, 1000, 11);
    bench.ReadUntil(kStart + 270'000);
    CHECK(bench.Read().clamped == 1);
    CHECK(bench.Sealed(absl::Minutes(5)).bad == 0);
  }
}

TEST_CASE("Counter: fractions are counted to 2^-20", "[engine]") {
  Bench bench;
  Scrape(bench.store, Series("a", "200"), kStart - 600'000, kStart + 60'000, 1000, 10);
  Scrape(bench.store, Series("a", "200"), kStart + 75'000, kStart + 900'000, 1450.25, 0.25);
  bench.ReadUntil(kStart + 315'000);
  const double events =
      static_cast<double>(bench.Sealed(absl::Minutes(10)).total) * bench.meter.unit();
  const std::int64_t since = kGrid.Horizon(bench.slot - 1) - 600'000;
  const std::int64_t whole = (kStart + 60'000 - since) / 15'000;
  CHECK(events == static_cast<double>(whole) * 10 + 10.25 + 0.25 * 14);
}

TEST_CASE("Counter: what is no number is left out and told", "[engine]") {
  Bench bench;
  Scrape(bench.store, Series("a", "200"), kStart - 600'000, kStart, 1000, 10);
  bench.store.Add(Series("a", "200"), kStart + 15'000, std::numeric_limits<double>::quiet_NaN());
  bench.store.Add(Series("a", "200"), kStart + 30'000, std::numeric_limits<double>::infinity());
  bench.store.Add(Series("a", "200"), kStart + 45'000, -5);
  bench.store.Add(Series("a", "200"), kStart + 60'000, 1500);
  Telemetry::Counted counted;
  while (bench.now_ms() <= kStart + 90'000) counted.invalid += bench.Read().invalid;
  CHECK(counted.invalid >= 3);
  CHECK(bench.Sealed(absl::Minutes(15)).total == 500);
}

TEST_CASE("Counter: a bucket is the same however its bound is written", "[engine]") {
  CounterPlan plan;
  plan.terms = {{.selector = Select(R"(h_bucket{le="+Inf"})"), .total = 1, .bad = 1},
                {.selector = Select(R"(h_bucket{le=~"1(\\.0*)?"})"), .bad = -1, .le = 1.0}};
  Bench bench(std::move(plan));
  const auto bucket = [](const char* le) {
    return Labels{{"__name__", "h_bucket"}, {"job", "a"}, {"instance", "a"}, {"le", le}};
  };
  Scrape(bench.store, bucket("+Inf"), kStart - 600'000, kStart + 900'000, 100'000, 10);
  // The server goes over to another spelling in the middle, and the process lives on.
  Scrape(bench.store, bucket("1"), kStart - 600'000, kStart + 120'000, 90'000, 9);
  Scrape(bench.store, bucket("1.0"), kStart + 135'000, kStart + 900'000, 90'000 + 49 * 9, 9);
  bench.ReadUntil(kStart + 330'000);
  CHECK(bench.Sealed(absl::Minutes(5)).total == 200);
  CHECK(bench.Sealed(absl::Minutes(5)).bad == 20);
}

TEST_CASE("Counter: a small drop is a reset, but where replicas are merged or take turns",
          "[engine]") {
  struct Case {
    const char* name;
    bool deduplicated;
    bool other_replica;
    double drop_to;
    std::int64_t want_drops;
    std::int64_t want_resets;
  };

  constexpr double kLast = 1000;
  const Case cases[] = {
      {"one server", false, false, 990, 0, 1},
      {"replicas are merged", true, false, 990, 1, 0},
      {"another replica answers", false, true, 990, 1, 0},
      {"merged, and a large drop", true, false, 800, 0, 1},
      {"another replica, and a large drop", false, true, 800, 0, 1},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Bench bench(Plan(), 20, c.deduplicated);
      const Labels labels = Series("a", "200");
      Scrape(bench.store, labels, kStart - 600'000, kStart - 15'000, 610, 10);  // To 1000.
      bench.ReadUntil(kStart);
      bench.Read();
      const double before = bench.meter.group(0).total_events;
      bench.replica = c.other_replica ? 1 : 0;
      bench.store.Add(labels, kStart + 15'000, c.drop_to);
      bench.store.Add(labels, kStart + 30'000, kLast + 7);
      Telemetry::Counted counted;
      for (int i = 0; i < 4; ++i) {
        const Telemetry::Counted read = bench.Read();
        counted.tiny_drops = std::max(counted.tiny_drops, read.tiny_drops);
        counted.resets = std::max(counted.resets, read.resets);
      }
      CHECK(counted.tiny_drops == c.want_drops);
      CHECK(counted.resets == c.want_resets);
      const double grown = c.want_drops > 0 ? 7 : c.drop_to + (kLast + 7 - c.drop_to);
      CHECK(bench.meter.group(0).total_events - before == grown);
    }
  }
}

TEST_CASE("Counter: groups are separate budgets", "[engine]") {
  CounterPlan plan = Plan();
  plan.by = {"region"};
  Bench bench(std::move(plan));
  CHECK(bench.meter.group_count() == 0);
  for (const char* region : {"eu", "us"}) {
    Labels labels = Series(region, "200");
    labels["region"] = region;
    Scrape(bench.store, labels, kStart - 600'000, kStart + 900'000, 0, region[0] == 'e' ? 1 : 2);
  }
  bench.ReadUntil(kStart + 300'000);
  REQUIRE(bench.meter.group_count() == 2);
  CHECK(bench.meter.group(0).key == "region=eu");
  CHECK(bench.Sealed(absl::Minutes(5), 0).total == 20);
  CHECK(bench.Sealed(absl::Minutes(5), 1).total == 40);
}

TEST_CASE("Counter: probes count samples, and a missing one is unknown", "[engine]") {
  CounterPlan plan;
  plan.terms = {{.selector = Select("probe_success"), .total = 1}};
  plan.probe = true;
  Bench bench(std::move(plan));
  const Labels labels = {{"__name__", "probe_success"}, {"job", "probe"}, {"instance", "x"}};
  Scrape(bench.store, labels, kStart - 600'000, kStart + 60'000, 1, 0);
  Scrape(bench.store, labels, kStart + 75'000, kStart + 120'000, 0, 0);
  Scrape(bench.store, labels, kStart + 420'000, kStart + 900'000, 1, 0);
  bench.ReadUntil(kStart + 480'000);
  const WindowCounts counts = bench.Sealed(absl::Minutes(10));
  CHECK(counts.bad == 4);
  CHECK(counts.unknown == absl::Minutes(5));
}

TEST_CASE("Counter: a bad moment counts once however many instances see it", "[engine]") {
  Bench bench;
  for (const char* instance : {"a", "b"}) {
    Scrape(bench.store, Series(instance, "200"), kStart - 600'000, kStart + 900'000, 0, 10);
    Scrape(bench.store, Series(instance, "500"), kStart - 600'000, kStart + 90'000, 0, 0);
    Scrape(bench.store, Series(instance, "500"), kStart + 105'000, kStart + 900'000, 3, 0);
  }
  bench.ReadUntil(kStart + 300'000);
  CHECK(bench.Sealed(absl::Minutes(10)).bad == 6);
  CHECK(bench.Sealed(absl::Minutes(10)).bad_ticks == 1);
}

struct World {
  FakePrometheus* store;
  EventOracle* oracle;
  std::mt19937 random;

  std::int64_t Below(std::int64_t n) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
  }
};

// One target over its life: a healthy series from the start, errors from some scrape on, restarts,
// and a gap; each sample visible after `delay`.
void LiveTarget(World& world, const std::string& instance, std::int64_t from, std::int64_t to,
                std::int64_t most_delay) {
  std::map<std::string, std::int64_t> values = {{"200", world.Below(100'000)}};
  // After the first read, which does not see what came before a gap that it begins in.
  const std::int64_t gap_at = std::max(from, kStart) + world.Below(to - std::max(from, kStart));
  const std::int64_t gap_until = gap_at + 300'000 + world.Below(1'200'000);
  const std::int64_t errors_from = from + world.Below(to - from);
  std::int64_t visible = 0;
  for (std::int64_t at = from; at <= to; at += 15'000) {
    if (world.Below(200) == 0) values = {{"200", 0}};
    values["200"] += world.Below(50);
    if (at >= errors_from && world.Below(4) == 0) values["503"] += world.Below(10);
    if (at > gap_at && at < gap_until) continue;
    // One scrape after the other: what comes later is never seen earlier.
    visible = std::max(visible, at + world.Below(most_delay + 1));
    for (const auto& [code, value] : values) {
      const Labels labels = Series(instance, code);
      world.store->Add(labels, at, static_cast<double>(value), visible);
      world.oracle->Add(instance, LabelsToString(labels), code == "503", at, value);
    }
  }
}

// Later than settling waits for, by less than the two scrape intervals that a read reaches back.
constexpr std::int64_t kLate = 44'000;

TEST_CASE("Counter: counts what an oracle with all samples counts", "[engine]") {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    const bool late = seed % 2 == 0;
    DYNAMIC_SECTION("seed " << seed << (late ? ", late samples" : "")) {
      Bench bench(Plan(), 40);
      EventOracle oracle(kGrid, bench.since_ms, 30'000);
      World world{&bench.store, &oracle, std::mt19937(seed)};
      const std::int64_t end = kStart + 3 * 3600'000;
      for (int i = 0; i < 5; ++i) {
        LiveTarget(world, "steady" + std::to_string(i), kStart - 1'800'000, end,
                   late ? kLate : 14'000);
      }
      for (int i = 0; i < 20; ++i) {
        const std::int64_t born = (kStart / 15'000 + world.Below(600)) * 15'000;
        LiveTarget(world, "pod" + std::to_string(i), born,
                   std::min(end, 60'000 + born + 600'000 + world.Below(1'200'000)),
                   late ? kLate : 14'000);
      }
      while (bench.now_ms() < end + 120'000) {
        if (world.Below(20) == 0) {
          for (std::int64_t misses = world.Below(15); misses > 0; --misses) bench.Miss();
        }
        bench.Read();
        if (late || world.Below(5) != 0) continue;
        const std::int64_t horizon = kGrid.Horizon(bench.slot - 1);
        for (const absl::Duration window :
             {absl::Minutes(5), absl::Minutes(30), absl::Hours(1), absl::Hours(4)}) {
          const WindowCounts got = bench.Sealed(window);
          const absl::Duration whole = got.covered + got.unknown;
          REQUIRE(whole >= window);
          REQUIRE(whole < window + std::max(absl::Seconds(30), window / 60));
          const EventOracle::Sum want =
              oracle.Count(horizon - absl::ToInt64Milliseconds(whole), horizon, horizon);
          REQUIRE(got.total == want.total);
          REQUIRE(got.bad == want.bad);
        }
      }
      const EventOracle::Sum want = oracle.Count(0, INT64_MAX, INT64_MAX);
      const MeterGroup got = bench.meter.group(0);
      CHECK(got.total_events == static_cast<double>(want.total));
      CHECK(got.bad_events == static_cast<double>(want.bad));
    }
  }
}

}  // namespace
}  // namespace slowburn
