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

// Evaluates slot by slot, some missed and some for long, and calls `at_slot` with each group, its
// slot, and whether that is the last.
template <typename AtSlot>
void EvaluateSlots(Source& source, std::mt19937_64& random, std::int64_t until_ms,
                   const SlotGrid& grid, const AtSlot& at_slot) {
  Telemetry telemetry;
  Evaluator::Options options;
  options.grid = grid;
  Evaluator evaluator(options, source, telemetry);
  evaluator.SetSlos({{std::make_shared<const Slo>(TestSlo()), false}});
  const std::int64_t last = grid.SlotBefore(until_ms);
  for (std::int64_t slot = kStart / grid.step_ms; slot <= last; ++slot) {
    const auto snapshot = evaluator.Evaluate(slot).snapshot;
    INFO("slot " << slot << ' ' << snapshot->problem);
    REQUIRE(snapshot->readable);
    at_slot(snapshot->slos[0].groups[0], slot, slot == last);
    if (slot == last) return;
    // Missed slots: the next one reads them too.
    if (random() % 4 == 0) ++slot;
    if (random() % 150 == 0) slot += static_cast<std::int64_t>(random() % 200);
    slot = std::min(slot, last - 1);
  }
}

// The events of a group, of a weight each.
EventOracle::Sum EventsOf(const GroupStatus& group, double weight) {
  return {std::llround(group.bad_events / weight),
          std::llround((group.bad_events + group.good_events) / weight)};
}

}  // namespace

ReplayResult Replay(Source& source, const GroundTruth& truth, std::int64_t until_ms,
                    const SlotGrid& grid) {
  INFO("seed " << truth.options().seed);
  const std::int64_t since = CountedSince(grid);
  const double weight = truth.options().weight;
  EventOracle oracle(grid, since, 2 * truth.options().scrape_ms);
  truth.Fill(oracle, since - kFirstOverlapMs);
  std::mt19937_64 random(truth.options().seed);
  ReplayResult result;
  EvaluateSlots(source, random, until_ms, grid,
                [&](const GroupStatus& group, std::int64_t slot, bool last) {
                  if (!last && random() % 10 != 0) return;
                  result.until_ms = grid.Horizon(slot);
                  result.counted = EventsOf(group, weight);
                  result.shown = oracle.Count(0, INT64_MAX, result.until_ms);
                  REQUIRE(result.counted == result.shown);
                  REQUIRE(group.bad_events == static_cast<double>(result.shown.bad) * weight);
                  ++result.compared;
                });
  result.happened = truth.Events(since, result.until_ms);
  return result;
}

EventOracle::Sum Count(Source& source, const GroundTruth& truth, std::int64_t until_ms,
                       const SlotGrid& grid) {
  std::mt19937_64 random(truth.options().seed);
  EventOracle::Sum counted;
  EvaluateSlots(source, random, until_ms, grid, [&](const GroupStatus& group, std::int64_t, bool) {
    counted = EventsOf(group, truth.options().weight);
  });
  return counted;
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
