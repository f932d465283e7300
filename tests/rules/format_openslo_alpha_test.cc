// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/format_openslo_alpha.h"

#include <catch2/catch.hpp>

#include "rules/load.h"
#include "rules/plan.h"
#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

std::vector<Slo> LoadEveryKey(const RuleDefaults& defaults = {}) {
  const auto path = testing::TestdataFolder("openslo-alpha") / "every-key.good.yaml";
  LoadResult result = LoadRules({{"every-key.good.yaml", testing::ReadWhole(path)}}, defaults);
  REQUIRE(result.slos.size() == 4);
  return std::move(result.slos);
}

TEST_CASE("ReadOpenSloAlpha: each objective is an SLO", "[rules]") {
  const std::vector<Slo> slos = LoadEveryKey();
  CHECK(slos[0].Id() == "shop/requests-0");
  CHECK(slos[1].Id() == "shop/requests-1");
  CHECK(slos[2].Id() == "shop/weekly-0");
  CHECK(slos[0].format == Format::kOpenSloAlpha);
  CHECK(slos[0].objective == Ratio{999, 1000});
  CHECK(slos[1].objective == Ratio{1, 2});
  CHECK(slos[2].objective == Ratio{1, 1});
  CHECK(slos[0].description == "Requests that are answered.");
  CHECK(slos[2].description == "Weekly");
}

TEST_CASE("ReadOpenSloAlpha: days and weeks roll", "[rules]") {
  const std::vector<Slo> slos = LoadEveryKey();
  CHECK(slos[0].window == absl::Hours(24 * 28));
  CHECK(slos[2].window == absl::Hours(24 * 14));
  CHECK(slos[3].window == absl::Hours(24 * 30));
  RuleDefaults defaults;
  defaults.window = absl::Hours(24 * 90);
  CHECK(LoadEveryKey(defaults)[0].window == absl::Hours(24 * 28));
  CHECK(LoadEveryKey(defaults)[3].window == absl::Hours(24 * 90));
}

TEST_CASE("ReadOpenSloAlpha: the error ratio is spelled as in Sloth's rules", "[rules]") {
  const std::vector<Slo> slos = LoadEveryKey();
  CHECK(
      slos[0].rules.error_query ==
      "\n  1 - (\n    (\n      sum(rate(http_requests_total{code!~\"5..\"}[{{.window}}]))\n    )\n"
      "    /\n    (\n      sum(rate(http_requests_total[{{.window}}]))\n    )\n  )\n");
  CHECK(std::get<RatioSli>(slos[0].sli).error + "\n" ==
        std::string_view(slos[0].rules.error_query).substr(3));
  CHECK(slos[1].rules.error_query ==
        "\n  1 - (\n    (\n      avg_over_time(up[{{.window}}])\n\n    )\n    /\n    (\n      1\n"
        "    )\n  )\n");
}

TEST_CASE("ReadOpenSloAlpha: what can be counted is", "[rules]") {
  const std::vector<Slo> slos = LoadEveryKey();
  const Plan plan = MakePlan(slos[0]);
  REQUIRE(std::holds_alternative<CounterPlan>(plan));
  CHECK(std::get<CounterPlan>(plan).terms.size() == 2);
  CHECK(std::holds_alternative<OpaquePlan>(MakePlan(slos[1])));
}

TEST_CASE("ReadOpenSloAlpha: has no alerts on the burn rate", "[rules]") {
  RuleDefaults defaults;
  TierSettings tier;
  tier.burn_rate = Ratio{7, 1};
  tier.long_window = absl::Hours(1);
  tier.short_window = absl::Minutes(5);
  defaults.alerts.tiers = {tier};
  defaults.alerts.no_data.after = absl::Minutes(30);
  for (const Slo& slo : LoadEveryKey(defaults)) {
    CHECK(slo.alerts.tiers.empty());
    CHECK(slo.alerts.no_data == NoDataPolicy{absl::Minutes(30), AlertClass::kTicket});
  }
  const AlertPolicy alerts = LoadEveryKey()[0].alerts;
  CHECK(alerts.tiers.empty());
  CHECK(alerts.no_data == std::nullopt);
  CHECK(alerts.labels == Labels{{"sloth_id", "shop-requests-0"},
                                {"sloth_service", "shop"},
                                {"sloth_slo", "requests-0"}});
}

// As Sloth, whose catalogue has to hold the window also of SLOs without alerts.
TEST_CASE("ReadOpenSloAlpha: AlertWindows that are given must have its window", "[rules]") {
  LoadOptions options;
  options.windows.emplace();
  const auto path = testing::TestdataFolder("openslo-alpha") / "every-key.good.yaml";
  const LoadResult loaded = LoadRules({{"a.yaml", testing::ReadWhole(path)}}, {}, options);
  CHECK(loaded.slos.empty());
  CHECK_THAT(testing::AsText(loaded.diagnostics),
             Catch::Contains("a.yaml:11:7: error: no AlertWindows are for SLOs of 28d"));
}

}  // namespace
}  // namespace slowburn
