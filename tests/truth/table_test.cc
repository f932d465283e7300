// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <iostream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/io/prometheus_source.h"
#include "tests/fakes/test_server.h"
#include "tests/truth/replay.h"
#include "tests/truth/scenarios.h"

// The table of the README: how slowburn and increase() count one and the same day.

namespace slowburn {
namespace {

constexpr std::int64_t kTileMs = 5 * 60'000;
constexpr std::int64_t kDayMs = 24 * 3600'000;

// What increase() of `counter` sums up to over the day that ends at `until_ms`, in windows of
// `window_ms` side by side.
double Increase(const TestServer& server, const std::string& counter, std::int64_t until_ms,
                std::int64_t window_ms) {
  SimulatedClock clock(absl::FromUnixMillis(until_ms));
  Telemetry telemetry;
  const auto source = NewPrometheusSource(
      "main", {.http = {.url = server.url(), .timeout = absl::Minutes(1)}}, clock, telemetry);
  std::vector<Query> queries;
  for (std::int64_t at = until_ms - kDayMs + window_ms; at <= until_ms; at += window_ms) {
    queries.push_back(
        {fmt::format("sum(increase({}[{}ms]))", counter, window_ms), absl::FromUnixMillis(at)});
  }
  double sum = 0;
  for (const auto& result : source->Run(queries)) {
    INFO(result.status());
    REQUIRE(result.ok());
    if (!result->samples.empty()) sum += result->samples[0].value;
  }
  return sum;
}

std::string Error(double counted, std::int64_t happened) {
  const double error = std::round(counted - static_cast<double>(happened));
  return fmt::format(" {:+} ({:+.1f} %) |", error, 100 * error / static_cast<double>(happened));
}

TEST_CASE("Exactness: the table of the README", "[.truth-table]") {
  const std::int64_t until = CountedSince(kGrid) + kDayMs;
  std::string tables[2];
  for (Scenario& scenario : SingleFaults(1, until + 60'000)) {
    scenario.options.targets *= 3;
    const GroundTruth truth(scenario.options);
    const auto prometheus = TestServer::StartPrometheus({.openmetrics = truth.OpenMetrics()});
    const auto victoria = TestServer::StartVictoriaMetrics({.samples = truth.ImportLines()});
    if (!prometheus || !victoria) {
      WARN("skipped: the servers are not installed");
      return;
    }
    const ReplayResult result = ReplayFrom(prometheus->url(), truth, until);
    REQUIRE(result.until_ms == until);
    REQUIRE(ReplayFrom(victoria->url(), truth, until).counted == result.counted);
    for (const bool errors : {false, true}) {
      const auto pick = [errors](const EventOracle::Sum& sum) {
        return errors ? sum.bad : sum.total;
      };
      const std::int64_t happened = pick(result.happened);
      const std::string counter = errors ? "requests_total{code=\"500\"}" : "requests_total";
      std::string& row = tables[errors];
      row += fmt::format("| {} | {} |", scenario.name, happened);
      row += Error(static_cast<double>(pick(result.shown)), happened);
      row += Error(static_cast<double>(pick(result.counted)), happened);
      for (const TestServer* server : {prometheus.get(), victoria.get()}) {
        row += Error(Increase(*server, counter, until, kTileMs), happened);
        row += Error(Increase(*server, counter, until, kDayMs), happened);
      }
      row += '\n';
    }
  }
  for (const bool errors : {true, false}) {
    std::cout << fmt::format(
        "\n| fault | {} | samples prove | slowburn | Prometheus, 5m windows | Prometheus, 1d | "
        "VictoriaMetrics, 5m windows | VictoriaMetrics, 1d "
        "|\n|---|--:|--:|--:|--:|--:|--:|--:|\n{}",
        errors ? "errors" : "requests", tables[errors]);
  }
}

}  // namespace
}  // namespace slowburn
