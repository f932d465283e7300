// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/io/prometheus_source.h"
#include "tests/fakes/test_server.h"
#include "tests/truth/replay.h"
#include "tests/truth/scenarios.h"

namespace slowburn {
namespace {

constexpr std::int64_t kHour = 3600'000;

// How many targets and seeds, and how long a time.
struct Size {
  int seeds = 1;
  int targets = 6;
  std::int64_t hours = 2;  // Of which one is read at once, at the beginning.
};

constexpr Size kShort = {.seeds = 2, .targets = 6, .hours = 6};
constexpr Size kLong = {.seeds = 4, .targets = 40, .hours = 25};

// Replays every scenario in `size` from servers that `start` begins with its samples.
template <typename Start>
void ReplayAll(const Size& size, const Start& start) {
  for (int seed = 1; seed <= size.seeds; ++seed) {
    const std::int64_t until = CountedSince(kGrid) + size.hours * kHour;
    Scenario scenario = AllFaults(static_cast<std::uint64_t>(seed), until + 60'000);
    scenario.options.targets = size.targets;
    const GroundTruth truth(scenario.options);
    const auto server = start(truth);
    if (!server) {
      WARN("skipped: the server is not installed");
      return;
    }
    const ReplayResult result = ReplayFrom(server->url(), truth, until);
    CHECK(result.compared > 15);
    CHECK(result.counted.bad > 0);
    // What no scrape could show is events before the first scrape of a process and after its last.
    CHECK(result.shown.total <= result.happened.total + result.happened.total / 100);
    CHECK(result.shown.total >= result.happened.total - result.happened.total / 10);
    UNSCOPED_INFO(fmt::format("{} samples of {} series: {} of {} events, {} of {} errors",
                              truth.sample_count(), truth.series_count(), result.counted.total,
                              result.happened.total, result.counted.bad, result.happened.bad));
  }
  SUCCEED("counted to the event");
}

// Counts what the server refused.
class RefusalCounter : public Telemetry {
 public:
  void OnSourceRequest(std::string_view, std::string_view code, absl::Duration) override {
    if (code == "422") ++refusals;
  }

  int refusals = 0;
};

std::unique_ptr<TestServer> Prometheus(const GroundTruth& truth) {
  return TestServer::StartPrometheus({.openmetrics = truth.OpenMetrics()});
}

std::unique_ptr<TestServer> VictoriaMetrics(const GroundTruth& truth) {
  return TestServer::StartVictoriaMetrics({.samples = truth.ImportLines()});
}

TEST_CASE("Exactness: a real Prometheus's samples are counted to the event", "[truth]") {
  ReplayAll(kShort, Prometheus);
}

TEST_CASE("Exactness: a real VictoriaMetrics's samples are counted to the event", "[truth]") {
  ReplayAll(kShort, VictoriaMetrics);
}

TEST_CASE("Exactness: a day of a real Prometheus", "[.long][truth]") {
  ReplayAll(kLong, Prometheus);
}

TEST_CASE("Exactness: a day of a real VictoriaMetrics", "[.long][truth]") {
  ReplayAll(kLong, VictoriaMetrics);
}

// VictoriaMetrics' limit on samples counts whole blocks of thousands of them, so that a shorter
// read is refused as well.
TEST_CASE("Exactness: a limit of a real Prometheus on samples", "[truth]") {
  const std::int64_t until = kStart + kHour;
  const GroundTruth truth(AllFaults(1, until + 60'000).options);
  // An hour has some 2900 samples; ten minutes are within the limit.
  const auto server = TestServer::StartPrometheus(
      {.openmetrics = truth.OpenMetrics(), .flags = {"--query.max-samples=700"}});
  if (!server) {
    WARN("skipped: the server is not installed");
    return;
  }
  SimulatedClock clock(absl::FromUnixMillis(kStart));
  RefusalCounter telemetry;
  const auto source =
      NewPrometheusSource("default", {.http = {.url = server->url()}}, clock, telemetry);
  Evaluator::Options options;
  options.grid = kGrid;
  Evaluator evaluator(options, *source, telemetry);
  evaluator.SetSlos({{std::make_shared<const Slo>(TestSlo()), false}});
  const std::int64_t since = CountedSince(kGrid);
  EventOracle oracle(kGrid, since, 2 * truth.options().scrape_ms);
  truth.Fill(oracle, since - 30'000);
  std::int64_t slot = kStart / kGrid.step_ms;
  Evaluator::Result result;
  for (const std::int64_t outage : {0, 70}) {
    telemetry.refusals = 0;
    slot += outage;
    for (int i = 0; i < 10; ++i) result = evaluator.Evaluate(slot++);
    CHECK(telemetry.refusals > 0);
    CHECK(result.snapshot->readable);
  }
  const GroupStatus& group = result.snapshot->slos[0].groups[0];
  const EventOracle::Sum want = oracle.Count(0, INT64_MAX, kGrid.Horizon(slot - 1));
  CHECK(group.bad_events == static_cast<double>(want.bad));
  CHECK(group.good_events == static_cast<double>(want.total - want.bad));
}

// Two stores that another scraper each filled; reads go to one, then to the other, by their time.
class Pair : public FakePrometheus {
 public:
  FakePrometheus replicas[2];

  std::vector<absl::StatusOr<QueryResult>> Run(std::span<const Query> queries) override {
    if (queries.empty()) return {};
    const int replica = static_cast<int>(absl::ToUnixMillis(queries[0].at) / 1'200'000 % 2);
    auto results = replicas[replica].Run(queries);
    for (auto& result : results) {
      if (result.ok()) result->replica = replica;
    }
    return results;
  }
};

TEST_CASE("Exactness: going over to another replica and back", "[truth]") {
  const std::int64_t until = CountedSince(kGrid) + 5 * kHour;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    TruthOptions options = SingleFaults(seed, until + 60'000).front().options;
    const GroundTruth truth(options);
    options.scraper = 1;
    const GroundTruth other(options);
    REQUIRE(truth.Events(0, INT64_MAX) == other.Events(0, INT64_MAX));
    Pair pair;
    truth.Fill(pair.replicas[0]);
    other.Fill(pair.replicas[1]);
    const EventOracle::Sum counted = Count(pair, truth, until);
    // No scraper sees the edges better than that.
    const std::int64_t since = CountedSince(kGrid);
    const EventOracle::Sum most = truth.Events(since - 30'000, until);
    const EventOracle::Sum least = truth.Events(since + 15'000, until - 30'000);
    CHECK(counted.total <= most.total);
    CHECK(counted.total >= least.total);
    CHECK(counted.bad <= most.bad);
    CHECK(counted.bad >= least.bad);
  }
}

void ReplaySeeds(std::uint64_t seeds) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const std::int64_t until = CountedSince(kGrid) + 4 * kHour;
    std::vector<Scenario> scenarios = SingleFaults(seed, until + 60'000);
    scenarios.push_back(AllFaults(seed, until + 60'000));
    for (const Scenario& scenario : scenarios) {
      INFO(scenario.name);
      const GroundTruth truth(scenario.options);
      FakePrometheus store;
      truth.Fill(store);
      CHECK(Replay(store, truth, until).counted.total > 0);
    }
  }
}

TEST_CASE("Exactness: every kind of fault", "[truth]") {
  ReplaySeeds(2);
}

TEST_CASE("Exactness: every kind of fault with many seeds", "[.long][truth]") {
  ReplaySeeds(100);
}

}  // namespace
}  // namespace slowburn
