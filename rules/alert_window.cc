// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/alert_window.h"

#include <cstdint>

#include <fmt/format.h>

#include "rules/duration.h"

namespace slowburn {
namespace {

// From here on the workbook's factors hold as they are: what is 14.4 for 30 d stays so for 28 d,
// because people know the number and the difference is below what any window measures.
constexpr absl::Duration kLongWindow = absl::Hours(28 * 24);

struct Pair {
  AlertClass alert_class;
  absl::Duration long_window;
  absl::Duration short_window;
  Ratio factor;  // For long windows.
  Ratio budget;  // For the others; zero: no such tier.
};

constexpr Pair kPairs[] = {
    {AlertClass::kPage, absl::Hours(1), absl::Minutes(5), {72, 5}, {1, 10}},
    {AlertClass::kPage, absl::Hours(6), absl::Minutes(30), {6, 1}, {1, 5}},
    {AlertClass::kTicket, absl::Hours(24), absl::Hours(2), {3, 1}, {2, 5}},
    {AlertClass::kTicket, absl::Hours(72), absl::Hours(6), {1, 1}, {0, 1}},
};

}  // namespace

std::vector<Tier> DefaultTiers(absl::Duration window) {
  std::vector<Tier> tiers;
  for (const Pair& pair : kPairs) {
    Tier tier;
    tier.alert_class = pair.alert_class;
    tier.long_window = pair.long_window;
    tier.short_window = pair.short_window;
    tier.factor = pair.factor;
    if (window < kLongWindow) {
      const auto factor = FactorFromBudget(pair.budget, window, pair.long_window);
      if (pair.budget.num == 0 || !factor.ok()) continue;
      tier.factor = *factor;
    }
    tiers.push_back(tier);
  }
  return tiers;
}

absl::StatusOr<Ratio> FactorFromBudget(Ratio budget, absl::Duration window,
                                       absl::Duration long_window) {
  const std::int64_t part = absl::ToInt64Nanoseconds(long_window);
  const std::int64_t whole = absl::ToInt64Nanoseconds(window);
  if (part <= 0 || whole <= 0) {
    return absl::InvalidArgumentError(fmt::format("windows of {} and {} have no length to compare",
                                                  DurationText(window), DurationText(long_window)));
  }
  return Multiply(budget, MakeRatio(whole, part));
}

}  // namespace slowburn
