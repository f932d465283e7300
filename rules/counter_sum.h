// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "rules/promql_operators.h"
#include "rules/rational.h"
#include "rules/selector.h"

namespace slowburn {

// One counter of a sum, and what each of its events adds.
struct WeightedCounter {
  Selector selector;
  Rational weight = {1, 1};
  bool zero_when_absent = false;  // By `or vector(0)`.

  bool operator==(const WeightedCounter&) const = default;
};

// What an expression adds up: the increments of counters over `{{.window}}`, each with a weight.
struct CounterSum {
  enum class Unit { kNone, kRate, kIncrease };     // None: it adds up nothing.
  enum class Grouping { kSeries, kBy, kWithout };  // Per series: not summed yet.

  std::vector<WeightedCounter> counters;  // In the order of the text; each selector once.
  Unit unit = Unit::kNone;
  Grouping grouping = Grouping::kBy;
  std::vector<std::string> labels;  // Sorted; those that are kept, or with kWithout are not.

  bool operator==(const CounterSum&) const = default;
};

// Each of these says in words for the user why it can't be done, as kUnimplemented.

// Whether an operator that pairs series as `matching` says pairs each group of `a` with the same
// group of `b`, and with no other, so that numbers of the source and counts agree.
absl::Status CanPair(const CounterSum& a, const CounterSum& b, const Matching& matching);

// a + b, for sums that CanPair.
absl::StatusOr<CounterSum> Plus(CounterSum a, const CounterSum& b);

absl::StatusOr<CounterSum> Times(CounterSum sum, Rational factor);

// The sum of `sum`'s groups by or without `labels`.
absl::StatusOr<CounterSum> Regrouped(CounterSum sum, CounterSum::Grouping grouping,
                                     std::vector<std::string> labels);

// The `le` of the one bucket that a selector names; nullopt when it names none, or +Inf.
std::optional<double> BoundOf(const Selector& selector);

// Whether each group has all of the counters or none: they are of one histogram.
bool AlwaysTogether(const CounterSum& sum);

// Whether each scrape that gives a series of `wide` gives one of `narrow` too where it gives any:
// `narrow` asks for more of the same series, or for a bucket of the histogram whose events `wide`
// counts.
bool GoesWith(const Selector& wide, const Selector& narrow);

// `(a, b)`, or `without (a, b)`.
std::string GroupingText(const CounterSum& sum);

// `(a, b)`
std::string Listed(const std::vector<std::string>& labels);

}  // namespace slowburn
