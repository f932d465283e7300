// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/lint.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "rules/alert_window.h"
#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

constexpr AlertClass kPage = AlertClass::kPage;
constexpr AlertClass kTicket = AlertClass::kTicket;

Slo MakeSlo(Ratio objective, absl::Duration window) {
  Slo slo;
  slo.service = "shop";
  slo.name = "a";
  slo.objective = objective;
  slo.window = window;
  return slo;
}

const Slo kSlo = MakeSlo({999, 1000}, absl::Hours(720));

LintResult LintTiers(const Slo& slo, const std::vector<Tier>& tiers,
                     absl::Duration interval = absl::Seconds(30)) {
  ResolvedTiers resolved;
  resolved.tiers = tiers;
  for (std::size_t i = 0; i < tiers.size(); ++i) {
    resolved.at.push_back({"a", static_cast<int>(i) + 10, 1});
  }
  return Lint({.slo = slo,
               .tiers = resolved,
               .places = {{"a", 1, 1}, {"a", 2, 1}, {"a", 3, 1}, {}},
               .by = {},
               .interval = interval});
}

LintResult LintDefaults(const Slo& slo, absl::Duration interval = absl::Seconds(30)) {
  ResolvedTiers resolved;
  resolved.tiers = DefaultTiers(slo.window);
  resolved.defaults = true;
  return Lint({.slo = slo,
               .tiers = resolved,
               .places = {{"a", 1, 1}, {"a", 2, 1}, {"a", 3, 1}, {}},
               .by = {},
               .interval = interval});
}

Tier MakeTier(AlertClass alert_class, Ratio factor, absl::Duration long_window,
              absl::Duration short_window) {
  return {.alert_class = alert_class,
          .factor = factor,
          .long_window = long_window,
          .short_window = short_window,
          .for_duration = {},
          .keep_firing_for = {}};
}

TEST_CASE("Lint: the default tiers of usual SLOs give no word", "[rules]") {
  for (const Ratio objective :
       {Ratio{99, 100}, Ratio{95, 100}, Ratio{999, 1000}, Ratio{9995, 10000}}) {
    for (const int days : {7, 28, 30, 90}) {
      const LintResult result = LintDefaults(MakeSlo(objective, absl::Hours(24 * days)));
      CHECK(testing::AsText(result.diagnostics).empty());
      CHECK(result.tiers == DefaultTiers(absl::Hours(24 * days)));
    }
  }
}

TEST_CASE("Lint: a tier that can never fire is left out, to the last digit", "[rules]") {
  // At 90 % the burn rate is at most 10, which is not above 10.
  const Slo slo = MakeSlo({9, 10}, absl::Hours(720));
  const LintResult at =
      LintTiers(slo, {MakeTier(kPage, {10, 1}, absl::Hours(1), absl::Minutes(5))});
  CHECK(at.tiers.empty());
  CHECK_THAT(testing::AsText(at.diagnostics), Catch::Contains("a:10:1: warning: ") &&
                                                  Catch::Contains("it can never fire") &&
                                                  Catch::Contains("never alerts on its burn rate"));
  const LintResult below =
      LintTiers(slo, {MakeTier(kPage, {99999, 10000}, absl::Hours(1), absl::Minutes(5))});
  CHECK(below.tiers.size() == 1);
  CHECK(below.diagnostics.empty());
}

TEST_CASE("Lint: tells of windows that don't fit", "[rules]") {
  struct Case {
    const char* name;
    Tier tier;
    const char* want;
    bool error;
    std::size_t kept;
  };

  const Case cases[] = {
      {"short beyond long", MakeTier(kPage, {6, 1}, absl::Hours(1), absl::Hours(2)),
       "must be shorter than the long one", true, 0},
      {"long beyond the SLO's", MakeTier(kPage, {6, 1}, absl::Hours(721), absl::Hours(1)),
       "its long window exceeds the SLO's window of 30d", false, 0},
      {"short below one interval", MakeTier(kPage, {6, 1}, absl::Hours(1), absl::Seconds(29)),
       "less than one evaluation interval of 30s", true, 0},
      {"short below two intervals", MakeTier(kPage, {6, 1}, absl::Hours(1), absl::Seconds(59)),
       "less than two evaluation intervals of 30s", false, 1},
      {"a factor below 1", MakeTier(kTicket, {99, 100}, absl::Hours(72), absl::Hours(6)),
       "at a burn rate of 0.99, while the objective is met", false, 1},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const LintResult result = LintTiers(kSlo, {c.tier});
      CHECK_THAT(testing::AsText(result.diagnostics), Catch::Contains(c.want));
      CHECK(result.diagnostics.at(0).at == Position{"a", 10, 1});
      CHECK(HasErrors(result.diagnostics) == c.error);
      CHECK(result.tiers.size() == c.kept);
    }
  }
}

TEST_CASE("Lint: windows at the bounds fit", "[rules]") {
  const LintResult result =
      LintTiers(kSlo, {MakeTier(kTicket, {1, 1}, absl::Hours(720), absl::Minutes(1))});
  CHECK(testing::AsText(result.diagnostics).empty());
  CHECK(result.tiers.size() == 1);
}

TEST_CASE("Lint: a tier may have one window", "[rules]") {
  const Tier tier = MakeTier(kPage, {72, 5}, absl::Hours(1), absl::Hours(1));
  const LintResult result = LintTiers(kSlo, {tier});
  CHECK(testing::AsText(result.diagnostics).empty());
  CHECK(result.tiers == std::vector<Tier>{tier});
  CHECK_THAT(testing::AsText(LintTiers(kSlo, {tier}, absl::Minutes(45)).diagnostics),
             Catch::Contains("the window of 1h spans less than two"));
  CHECK_THAT(testing::AsText(LintTiers(kSlo, {tier, tier}).diagnostics),
             Catch::Contains("the tier page 1h adds nothing: page 1h fires"));
}

TEST_CASE("Lint: a tier of another alert implies nothing", "[rules]") {
  Tier quick = MakeTier(kTicket, {3, 1}, absl::Hours(24), absl::Hours(2));
  const Tier slow = MakeTier(kTicket, {1, 1}, absl::Hours(72), absl::Hours(6));
  quick.alert = "quick";
  CHECK(testing::AsText(LintTiers(kSlo, {quick, slow}).diagnostics).empty());
}

TEST_CASE("Lint: a tier that another one implies adds nothing", "[rules]") {
  const Tier day = MakeTier(kTicket, {3, 1}, absl::Hours(24), absl::Hours(2));
  const Tier three_days = MakeTier(kTicket, {1, 1}, absl::Hours(72), absl::Hours(6));
  const LintResult both = LintTiers(kSlo, {day, three_days});
  REQUIRE(both.diagnostics.size() == 1);
  CHECK(both.diagnostics[0].at.line == 10);
  CHECK_THAT(both.diagnostics[0].message, Catch::Contains("ticket 1d/2h adds nothing"));
  CHECK(both.tiers.size() == 2);  // Kept: it is the user's.

  SECTION("not one of another class") {
    Tier page = day;
    page.alert_class = kPage;
    CHECK(LintTiers(kSlo, {page, three_days}).diagnostics.empty());
  }
  SECTION("not one that waits less") {
    Tier waiting = three_days;
    waiting.for_duration = absl::Minutes(1);
    CHECK(LintTiers(kSlo, {day, waiting}).diagnostics.empty());
  }
  SECTION("not one that fires sooner") {
    Tier sooner = day;
    sooner.factor = {299, 100};
    CHECK(LintTiers(kSlo, {sooner, three_days}).diagnostics.empty());
  }
  SECTION("of two equal ones the later") {
    const LintResult equal = LintTiers(kSlo, {day, day});
    REQUIRE(equal.diagnostics.size() == 1);
    CHECK(equal.diagnostics[0].at.line == 11);
  }
}

TEST_CASE("Lint: short SLO windows keep the default tiers that fit", "[rules]") {
  const LintResult day = LintDefaults(MakeSlo({99, 100}, absl::Hours(24)));
  REQUIRE(day.tiers.size() == 1);
  CHECK(day.tiers[0].long_window == absl::Hours(1));
  REQUIRE(day.diagnostics.size() == 1);
  CHECK_THAT(day.diagnostics[0].message,
             Catch::Contains("default tiers are left out: page 6h/30m") &&
                 Catch::Contains("ticket 1d/2h"));

  const LintResult demo = LintDefaults(MakeSlo({99, 100}, absl::Hours(2)));
  CHECK(demo.tiers.empty());
  REQUIRE(demo.diagnostics.size() == 2);
  CHECK_THAT(demo.diagnostics[1].message, Catch::Contains("never alerts on its burn rate"));
  CHECK_FALSE(HasErrors(demo.diagnostics));
}

TEST_CASE("Lint: warns of an objective too strict for the interval", "[rules]") {
  // 10 % of the budget of 99.99 % in 30 d is 25.92 s of total failure.
  const Slo slo = MakeSlo({9999, 10000}, absl::Hours(720));
  CHECK(LintDefaults(slo, absl::Milliseconds(25919)).diagnostics.empty());
  const LintResult result = LintDefaults(slo, absl::Milliseconds(25920));
  REQUIRE(result.diagnostics.size() == 1);
  CHECK(result.diagnostics[0].at == Position{"a", 3, 1});
  CHECK_THAT(result.diagnostics[0].message, Catch::Contains("uses 10 % of the error budget"));
}

TEST_CASE("Lint: an objective of 100 leaves no tiers", "[rules]") {
  const LintResult result = LintDefaults(MakeSlo({1, 1}, absl::Hours(720)));
  CHECK(result.tiers.empty());
  CHECK(testing::AsText(result.diagnostics) ==
        "a:3:1: warning: an objective of 100 leaves no error budget, so no burn rate alerts\n");
}

TEST_CASE("Lint: an SLO without tiers by choice gives no word", "[rules]") {
  CHECK(LintTiers(kSlo, {}).diagnostics.empty());
}

TEST_CASE("Lint: by labels don't clash", "[rules]") {
  Slo slo = kSlo;
  slo.labels = {{"team", "a"}};
  slo.alerts.page.labels = {{"pager", "b"}};
  slo.alerts.named["fast"].labels = {{"exhaustion", "c"}};
  const auto lint_by = [&](const std::string& label) {
    return testing::AsText(Lint({.slo = slo,
                                 .tiers = {},
                                 .places = {{}, {}, {}, {{"a", 7, 8}}},
                                 .by = {label},
                                 .interval = absl::Seconds(30)})
                               .diagnostics);
  };
  CHECK(lint_by("region").empty());
  for (const char* const label :
       {"window", "severity", "result", "slo_service", "slo_group", "slo_class", "alertname",
        "team", "pager", "exhaustion", "9", "__a"}) {
    INFO(label);
    CHECK_THAT(lint_by(label), Catch::StartsWith("a:7:8: error: by: "));
  }
  for (const char* const label : {"slo", "service"}) {
    CHECK_THAT(lint_by(label), Catch::StartsWith("a:7:8: warning: by: ") &&
                                   Catch::Contains(fmt::format("exported_{}", label)));
  }
}

}  // namespace
}  // namespace slowburn
