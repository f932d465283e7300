// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <random>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/io/prometheus_source.h"
#include "engine/summed_meter.h"
#include "tests/fakes/test_server.h"
#include "tests/truth/replay.h"
#include "tests/truth/scenarios.h"

namespace slowburn {
namespace {

constexpr std::int64_t kHour = 3600'000;

struct Compared {
  EventOracle::Sum counted;
  EventOracle::Sum shown;
  std::int64_t differing = 0;  // Reads after which the two differ.
};

// Counts the samples of `truth` by sums of a real server's, slots missed at random, and compares
// after each read with what an oracle that sees all samples counts.
Compared CountFrom(const std::string& url, const GroundTruth& truth, std::int64_t until_ms) {
  SimulatedClock clock(absl::FromUnixMillis(kStart));
  Telemetry telemetry;
  SourceSettings settings;
  settings.http.url = url;
  const auto source = NewPrometheusSource("default", settings, clock, telemetry);
  const std::int64_t since = CountedSince(kGrid);
  EventOracle oracle(kGrid, since, 30'000);
  truth.Fill(oracle, 0);
  CounterPlan plan;
  plan.terms = {{.selector = *ParseSelector("requests_total"), .total = 1},
                {.selector = *ParseSelector(R"(requests_total{code=~"5.."})"), .bad = 1}};
  Columns columns({10, 60, 120, 480});
  SummedMeter meter(plan, kGrid, columns);
  meter.Begin(since);
  std::mt19937 random(5);
  Compared result;
  for (std::int64_t slot = kStart / kGrid.step_ms; kGrid.TimeOf(slot) <= until_ms; ++slot) {
    columns.Append(slot);
    meter.MoveTo(slot);
    if (random() % 4 == 0) continue;
    do {
      const auto answers = source->Run(meter.Queries(slot));
      std::vector<const QueryResult*> results;
      for (const auto& answer : answers) {
        INFO(answer.status().ToString());
        REQUIRE(answer.ok());
        results.push_back(&*answer);
      }
      meter.Absorb(results, slot);
    } while (*meter.sealed_ms() < kGrid.Horizon(slot));
    const MeterGroup group = meter.group(0);
    result.counted.bad = std::llround(group.bad_events);
    result.counted.total = std::llround(group.total_events);
    result.shown = oracle.Count(0, INT64_MAX, kGrid.Horizon(slot));
    if (!(result.counted == result.shown)) ++result.differing;
  }
  return result;
}

// Counts every kind of fault from servers that `start` begins with its samples.
template <typename Start>
void CountAll(const Start& start) {
  const std::int64_t until = kStart + 3 * kHour;
  for (Scenario& scenario : SingleFaults(1, until + 60'000)) {
    scenario.options.starts = false;  // Sums do not ask when a process began.
    const GroundTruth truth(scenario.options);
    const auto server = start(truth);
    if (!server) {
      WARN("skipped: the server is not installed");
      return;
    }
    const Compared result = CountFrom(server->url(), truth, until);
    INFO(fmt::format("{}: {} of {} events, {} of {} errors, {} reads differ", scenario.name,
                     result.counted.total, result.shown.total, result.counted.bad, result.shown.bad,
                     result.differing));
    CHECK(result.shown.bad > 0);
    if (scenario.name == "gaps of 20m") {
      // What happened in it is lost, and nothing is made up: 20 minutes of four hours.
      CHECK(result.counted.total < result.shown.total);
      CHECK(result.counted.total > result.shown.total / 10 * 9);
    } else {
      CHECK(result.differing == 0);
    }
  }
}

TEST_CASE("Summed: a real Prometheus's sums are exact", "[truth]") {
  CountAll([](const GroundTruth& truth) {
    return TestServer::StartPrometheus({.openmetrics = truth.OpenMetrics()});
  });
}

TEST_CASE("Summed: a real VictoriaMetrics's sums are exact", "[truth]") {
  CountAll([](const GroundTruth& truth) {
    return TestServer::StartVictoriaMetrics({.samples = truth.ImportLines()});
  });
}

}  // namespace
}  // namespace slowburn
