// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/alert_window.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "rules/duration.h"

namespace slowburn {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);

std::vector<std::string> Printed(const std::vector<Tier>& tiers) {
  std::vector<std::string> out;
  for (const Tier& tier : tiers) {
    out.push_back(fmt::format("{} {}/{} {} {}", ToString(tier.alert_class), tier.factor.num,
                              tier.factor.den, DurationText(tier.long_window),
                              DurationText(tier.short_window)));
    CHECK(tier.for_duration == absl::ZeroDuration());
    CHECK(tier.keep_firing_for == absl::ZeroDuration());
  }
  return out;
}

TEST_CASE("AlertWindow: default tiers of windows of 28 d and more are the workbook's", "[rules]") {
  const std::vector<std::string> want = {"page 72/5 1h 5m", "page 6/1 6h 30m", "ticket 3/1 1d 2h",
                                         "ticket 1/1 3d 6h"};
  for (const int days : {28, 30, 31, 90, 365}) CHECK(Printed(DefaultTiers(days * kDay)) == want);
}

TEST_CASE("AlertWindow: default tiers of short windows follow the budget", "[rules]") {
  using Lines = std::vector<std::string>;
  CHECK(Printed(DefaultTiers(7 * kDay)) ==
        Lines{"page 84/5 1h 5m", "page 28/5 6h 30m", "ticket 14/5 1d 2h"});
  CHECK(Printed(DefaultTiers(14 * kDay)) ==
        Lines{"page 168/5 1h 5m", "page 56/5 6h 30m", "ticket 28/5 1d 2h"});
  CHECK(Printed(DefaultTiers(kDay)) ==
        Lines{"page 12/5 1h 5m", "page 4/5 6h 30m", "ticket 2/5 1d 2h"});
  CHECK(Printed(DefaultTiers(28 * kDay - absl::Hours(1))) ==
        Lines{"page 671/10 1h 5m", "page 671/30 6h 30m", "ticket 671/60 1d 2h"});
  CHECK(DefaultTiers(absl::ZeroDuration()).empty());
}

TEST_CASE("AlertWindow: the factor is exact", "[rules]") {
  CHECK(*FactorFromBudget({1, 50}, 30 * kDay, absl::Hours(1)) == Ratio{72, 5});
  CHECK(*FactorFromBudget({1, 20}, 30 * kDay, absl::Hours(6)) == Ratio{6, 1});
  CHECK(*FactorFromBudget({1, 10}, 30 * kDay, kDay) == Ratio{3, 1});
  CHECK(*FactorFromBudget({1, 10}, 28 * kDay, 3 * kDay) == Ratio{14, 15});
  CHECK(*FactorFromBudget({1, 10}, 7 * kDay, absl::Hours(1)) == Ratio{84, 5});
  CHECK(*FactorFromBudget({0, 1}, 7 * kDay, absl::Hours(1)) == Ratio{0, 1});
  CHECK(*FactorFromBudget({1, 1}, absl::Minutes(1), absl::Milliseconds(7)) == Ratio{60000, 7});
}

TEST_CASE("AlertWindow: the factor needs windows with a length", "[rules]") {
  using absl::StatusCode;
  CHECK(FactorFromBudget({1, 50}, kDay, absl::ZeroDuration()).status().code() ==
        StatusCode::kInvalidArgument);
  CHECK(FactorFromBudget({1, 50}, -kDay, kDay).status().code() == StatusCode::kInvalidArgument);
  CHECK(
      FactorFromBudget({999999999999999, 1}, 36500 * kDay, absl::Milliseconds(1)).status().code() ==
      StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace slowburn
