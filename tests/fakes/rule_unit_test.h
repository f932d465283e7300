// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slowburn {

// The values of one series at a fixed interval from time 0 on.
struct UnitTestSeries {
  std::string series;                         // `name{label="value"}`
  std::vector<std::optional<double>> values;  // Nothing where there is no sample.
};

// Whether an alert should fire.
struct UnitTestExpectation {
  std::int64_t seconds = 0;  // From time 0, a multiple of the evaluation interval.
  std::string matchers;      // Of ALERTS.
  bool firing = false;
};

// One run of rules over made-up series.
struct RuleUnitTest {
  std::int64_t scrape_seconds = 15;
  std::vector<UnitTestSeries> series;
  std::vector<UnitTestExpectation> expectations;
};

// What `promtool test rules` says of `tests`.
struct RuleUnitResult {
  bool passed = false;
  std::string output;
  std::vector<UnitTestExpectation> wrong;  // Those that turned out the other way.
};

// Evaluates the rule file `rules` with Prometheus's own engine every `interval_seconds`, its groups
// in the order in which they stand, over each of `tests`.  nullopt when there is no promtool.
std::optional<RuleUnitResult> RunRuleUnitTests(const std::string& rules,
                                               std::int64_t interval_seconds,
                                               const std::vector<RuleUnitTest>& tests);

}  // namespace slowburn
