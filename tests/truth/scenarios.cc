// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/truth/scenarios.h"

#include "tests/truth/replay.h"

namespace slowburn {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;

TruthOptions Steady(std::uint64_t seed, std::int64_t to_ms) {
  return {.seed = seed, .from_ms = CountedSince(kGrid) - 30 * kMinute, .to_ms = to_ms};
}

// One gap every four hours.
std::vector<TruthSpan> Gaps(std::int64_t to_ms, std::int64_t length_ms) {
  std::vector<TruthSpan> gaps;
  for (std::int64_t at = kStart + 10 * kMinute + 7'000; at < to_ms; at += 4 * kHour) {
    gaps.push_back({at, at + length_ms});
  }
  return gaps;
}

}  // namespace

std::vector<Scenario> SingleFaults(std::uint64_t seed, std::int64_t to_ms) {
  const TruthOptions steady = Steady(seed, to_ms);
  std::vector<Scenario> all = {{"steady", steady},          {"jitter", steady},
                               {"restarts", steady},        {"gaps of 2m", steady},
                               {"gaps of 20m", steady},     {"births of series", steady},
                               {"churn of targets", steady}};
  all[1].options.jitter_ms = 5'000;
  all[1].options.failed_scrapes = 0.02;
  all[2].options.restart_ms = 2 * kHour;
  all[3].options.gaps = Gaps(to_ms, 2 * kMinute);
  all[4].options.gaps = Gaps(to_ms, 20 * kMinute);
  // Many quiet instances, whose errors are few.
  all[5].options.births = true;
  all[5].options.targets = 30;
  all[5].options.requests_per_second = 0.1;
  all[5].options.burst_ms = 12 * kHour;
  all[6].options.births = true;
  all[6].options.starts = true;
  all[6].options.life_ms = 40 * kMinute;
  all[6].options.targets = 10;
  return all;
}

Scenario AllFaults(std::uint64_t seed, std::int64_t to_ms) {
  TruthOptions options = Steady(seed, to_ms);
  options.targets = 6;
  options.jitter_ms = 3'000;
  options.failed_scrapes = 0.03;
  options.duplicates = 0.02;
  options.gaps = Gaps(to_ms, (2 + 9 * static_cast<std::int64_t>(seed % 3)) * kMinute);
  options.restart_ms = kHour;
  options.life_ms = 2 * kHour;
  options.births = true;
  options.late_ms = 10'000;
  if (seed % 2 == 0) options.weight = 0.375;
  return {"everything", options};
}

}  // namespace slowburn
