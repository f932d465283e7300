// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/truth/replay.h"

#include <cmath>
#include <random>

#include <catch2/catch.hpp>

#include "engine/io/prometheus_source.h"

namespace slowburn {
namespace {

// The first read reaches so far before the time that is counted from.
constexpr std::int64_t kFirstOverlapMs = 30'000;

}  // namespace

ReplayResult Replay(Source& source, const GroundTruth& truth, std::int64_t until_ms,
                    const SlotGrid& grid) {
  const std::int64_t since = CountedSince(grid);
  EventOracle oracle(grid, since, 2 * truth.options().scrape_ms);
  truth.Fill(oracle, since - kFirstOverlapMs);
  Telemetry telemetry;
  Evaluator::Options options;
  options.grid = grid;
  Evaluator evaluator(options, source, telemetry);
  evaluator.SetSlos({{std::make_shared<const Slo>(TestSlo()), false}});

  std::mt19937_64 random(truth.options().seed);
  ReplayResult result;
  const std::int64_t last = grid.SlotBefore(until_ms);
  for (std::int64_t slot = kStart / grid.step_ms; slot <= last; ++slot) {
    const auto snapshot = evaluator.Evaluate(slot).snapshot;
    INFO("seed " << truth.options().seed << ", slot " << slot << ' ' << snapshot->problem);
    REQUIRE(snapshot->readable);
    if (slot == last || random() % 10 == 0) {
      const GroupStatus& group = snapshot->slos[0].groups[0];
      const double weight = truth.options().weight;
      result.until_ms = grid.Horizon(slot);
      result.counted.bad = std::llround(group.bad_events / weight);
      result.counted.total = std::llround((group.bad_events + group.good_events) / weight);
      result.shown = oracle.Count(0, INT64_MAX, result.until_ms);
      REQUIRE(result.counted == result.shown);
      REQUIRE(group.bad_events == static_cast<double>(result.shown.bad) * weight);
      ++result.compared;
    }
    if (slot == last) break;
    // Missed slots: the next one reads them too.
    if (random() % 4 == 0) ++slot;
    if (random() % 150 == 0) slot += static_cast<std::int64_t>(random() % 200);
    slot = std::min(slot, last - 1);
  }
  result.happened = truth.Events(since, result.until_ms);
  return result;
}

ReplayResult ReplayFrom(const std::string& url, const GroundTruth& truth, std::int64_t until_ms) {
  SimulatedClock clock(absl::FromUnixMillis(kStart));
  Telemetry telemetry;
  SourceSettings settings;
  settings.http.url = url;
  const auto source = NewPrometheusSource("default", settings, clock, telemetry);
  return Replay(*source, truth, until_ms);
}

}  // namespace slowburn
