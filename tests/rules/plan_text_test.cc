// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/plan_text.h"

#include <catch2/catch.hpp>

#include "rules/cost.h"

namespace slowburn {
namespace {

Slo With(Sli sli) {
  Slo slo;
  slo.service = "shop";
  slo.name = "a";
  slo.window = absl::Hours(24 * 30);
  slo.sli = std::move(sli);
  Tier page;
  page.long_window = absl::Hours(1);
  page.short_window = absl::Minutes(5);
  Tier ticket;
  ticket.long_window = absl::Hours(72);
  ticket.short_window = absl::Hours(1);
  slo.alerts.tiers = {page, ticket};
  return slo;
}

Selector Parsed(const char* text) {
  return *ParseSelector(text);
}

constexpr absl::Duration kInterval = absl::Seconds(30);

TEST_CASE("DescribePlan: says from which series an SLO is counted", "[rules]") {
  CHECK(
      DescribePlan(With(EventsSli{Parsed("t"), Parsed("t{code=\"500\"}"), {}}), kInterval) ==
      "shop/a: exact: each event is counted once, from raw samples\n"
      "  total: t\n"
      "  bad: t{code=\"500\"}\n"
      "  asks every 30s: t\n"
      "  costs the source, of 10 series: about 0.05 ms of CPU every 30s; 0.5 ms if asked alone\n");
  CHECK(
      DescribePlan(With(ProbeSli{Parsed("up")}), kInterval) ==
      "shop/a: exact: each sample is an event, from raw samples\n"
      "  total: up\n"
      "  asks every 30s: up\n"
      "  costs the source, of 10 series: about 0.05 ms of CPU every 30s; 0.5 ms if asked alone\n");
}

TEST_CASE("DescribePlan: says what is unusual about a term", "[rules]") {
  const struct {
    const char* ratio;
    const char* terms;
  } cases[] = {
      {"1 - sum(rate(g[{{.window}}])) / sum(rate(t[{{.window}}]))",
       "  total: t\n"
       "  good: g  (unknown without it)\n"},
      {"sum(rate(b[{{.window}}])) / (sum(rate(g[{{.window}}])) + sum(rate(b[{{.window}}])))",
       "  total: g  (unknown without it)\n"
       "  total: b  (all of it bad)\n"},
      {"sum(rate(b[{{.window}}])) / 2 / sum(rate(t[{{.window}}]))",
       "  total: t\n"
       "  bad: b  (each adds 0 to total, 1/2 to bad)\n"},
      {"sum(rate(b[{{.window}}])) / (sum(rate(t[{{.window}}])) - sum(rate(h[{{.window}}])))",
       "  total: t\n"
       "  total: h  (each adds -1 to total, 0 to bad; unknown without it)\n"
       "  bad: b\n"},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.ratio) {
      CHECK_THAT(DescribePlan(With(RatioSli{c.ratio}), kInterval), Catch::Contains(c.terms));
    }
  }
}

TEST_CASE("DescribePlan: says why an SLO is opaque, and what that asks", "[rules]") {
  CHECK(DescribePlan(With(RatioSli{"max_over_time(\n  (my_ratio # of errors\n)[{{.window}}:])"}),
                     kInterval) ==
        "shop/a: opaque: `max_over_time` is asked of the source; only sum(rate(..)) and "
        "sum(increase(..)) are counted\n"
        "  query: max_over_time(my_ratio[{{.window}}:])\n"
        "  asks: 5m every 30s, 1h every 1m, 3d every 1h12m\n"
        "  costs the source, of 10 series: about 2 ms of CPU every 30s\n");
}

TEST_CASE("DescribePlan: without tiers asks for the SLO's window", "[rules]") {
  Slo slo = With(RatioSli{"my_ratio[{{.window}}:]"});
  slo.alerts.tiers.clear();
  CHECK_THAT(DescribePlan(slo, kInterval), Catch::Contains("  asks: 30d every 12h\n"));
}

TEST_CASE("Cost: windows are asked for at evaluations, the short ones at each", "[rules]") {
  using Windows = std::vector<AskedWindow>;
  const Slo slo = With(RatioSli{"my_ratio{w=\"{{.window}}\"}"});
  CHECK(AskedWindows(slo, absl::Seconds(30)) == Windows{{absl::Minutes(5), absl::Seconds(30)},
                                                        {absl::Hours(1), absl::Minutes(1)},
                                                        {absl::Hours(72), absl::Minutes(72)}});
  CHECK(AskedWindows(slo, absl::Seconds(45)) == Windows{{absl::Minutes(5), absl::Seconds(45)},
                                                        {absl::Hours(1), absl::Seconds(45)},
                                                        {absl::Hours(72), absl::Minutes(72)}});
}

TEST_CASE("Cost: is what was measured", "[rules]") {
  // Two that can only be asked one by one.
  const Slo events = With(EventsSli{Parsed("t{x=\"1\"}"), Parsed("e{x=\"2\"}"), {}});
  const SourceCost counted = EstimateCost(events, MakePlan(events), kInterval);
  CHECK(counted.together_ms == Approx(0.10));
  CHECK(counted.alone_ms == Approx(1.05));

  // All windows of a Sloth rule at each evaluation, as its rules do.
  Slo sloth = With(RatioSli{"my_ratio{w=\"{{.window}}\"}"});
  sloth.alerts.tiers.clear();
  for (const absl::Duration window :
       {absl::Minutes(5), absl::Minutes(30), absl::Hours(1), absl::Hours(2), absl::Hours(6),
        absl::Hours(24), absl::Hours(72)}) {
    Tier tier;
    tier.short_window = window;
    tier.long_window = window;
    sloth.alerts.tiers.push_back(tier);
  }
  const Plan plan = MakePlan(sloth);
  const double every_time = EstimateCost(sloth, plan, absl::Hours(2)).alone_ms;
  CHECK(every_time == Approx(79).epsilon(0.1));
  CHECK(EstimateCost(sloth, plan, kInterval).alone_ms < every_time / 10);
  CHECK(EstimateCost(sloth, plan, kInterval).alone_ms > counted.alone_ms);
}

}  // namespace
}  // namespace slowburn
