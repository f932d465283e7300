// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "rules/load.h"
#include "rules/plan.h"
#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

// A file of Sloth's with `chain` in the file and `own` in its SLO, and `error` as its error query.
LoadResult Load(std::string_view chain, std::string_view own = "", bool for_rules = true,
                std::string_view error = "sum(rate(bad[{{.window}}]))") {
  const std::string text = fmt::format(
      "version: prometheus/v1\nservice: shop\n{}slos:\n  - name: up\n    objective: 99\n{}"
      "    sli: {{events: {{error_query: '{}', total_query: 'sum(rate(all[{{{{.window}}}}]))'}}}}\n"
      "    alerting: {{name: Up}}\n",
      chain, own, error);
  RuleDefaults defaults;
  defaults.for_rules = for_rules;
  return LoadRules({{"f.yaml", text}}, defaults);
}

std::vector<SlothStep> Steps(std::string_view chain, std::string_view own = "") {
  LoadResult loaded = Load(chain, own);
  INFO(testing::AsText(loaded.diagnostics));
  REQUIRE(loaded.slos.size() == 1);
  return loaded.slos[0].rules.steps;
}

const std::string kRemove = "{id: sloth.dev/contrib/remove_labels/v1";
const std::string kInfo = "{id: sloth.dev/contrib/info_labels/v1, config: {labels: {a: b}}";

TEST_CASE("Sloth plugins: without any, Sloth's own steps are taken", "[rules]") {
  CHECK(Steps("") == DefaultSlothSteps());
  CHECK(Steps("slo_plugins: {chain: [{id: sloth.dev/core/debug/v1}]}\n") == DefaultSlothSteps());
}

TEST_CASE("Sloth plugins: priority decides what comes before Sloth's own", "[rules]") {
  const SlothStep info = SlothInfoLabels{{{"a", "b"}}, "sloth_slo_info"};
  const SlothStep remove = SlothRemoveLabels{};
  std::vector<SlothStep> want = {info};
  for (const SlothStep& step : DefaultSlothSteps()) want.push_back(step);
  want.push_back(remove);
  CHECK(Steps("slo_plugins: {chain: [" + kRemove + ", priority: 5}]}\n",
              "    plugins: {chain: [" + kInfo + ", priority: -1}]}\n") == want);
  // Of one priority, the file's come first.
  want = DefaultSlothSteps();
  want.push_back(remove);
  want.push_back(info);
  CHECK(Steps("slo_plugins: {chain: [" + kRemove + "}]}\n",
              "    plugins: {chain: [" + kInfo + "}]}\n") == want);
}

TEST_CASE("Sloth plugins: overridePrevious leaves out what came before", "[rules]") {
  const std::string own = "    plugins: {overridePrevious: true, chain: [" + kRemove + "}]}\n";
  CHECK(Steps("slo_plugins: {chain: [" + kInfo + "}]}\n", own) ==
        std::vector<SlothStep>{SlothRemoveLabels{}});
  CHECK(Steps("slo_plugins: {overridePrevious: true, chain: [{id: sloth.dev/core/sli_rules/v1, "
              "config: {disableOptimized: true}}]}\n") ==
        std::vector<SlothStep>{SlothSliRules{true}});
}

TEST_CASE("Sloth plugins: configurations are read", "[rules]") {
  const auto last = [](const std::string& plugin) {
    return Steps("slo_plugins: {chain: [" + plugin + "]}\n").back();
  };
  CHECK(last("{id: sloth.dev/contrib/rule_intervals/v1, config: {interval: {default: 5m, alert: "
             "1m}}}") ==
        SlothStep(SlothRuleIntervals{absl::Minutes(5), absl::Minutes(5), absl::Minutes(1)}));
  CHECK(last("{id: sloth.dev/contrib/remove_labels/v1, config: {preserveLabels: [a], skipMetrics: "
             "[b]}}") == SlothStep(SlothRemoveLabels{{"a"}, {"b"}}));
  CHECK(last("{id: sloth.dev/contrib/denominator_corrected_rules/v1}") ==
        SlothStep(SlothCorrectedRules{false}));
  const SlothExhaustedAlert want{.name = "Gone",
                                 .threshold = 0.25,
                                 .for_duration = absl::Minutes(1),
                                 .annotations = {{"a", "b"}},
                                 .selector_labels = {},
                                 .labels = {{"severity", "page"}}};
  CHECK(last("{id: sloth.dev/contrib/error_budget_exhausted_alert/v1, config: {threshold: 0.25, "
             "for: 1m, alert_name: Gone, annotations: {a: b}, alert_labels: {severity: page}}}") ==
        SlothStep(want));
  CHECK(last("{id: sloth.dev/contrib/error_budget_exhausted_alert/v1}") ==
        SlothStep(SlothExhaustedAlert{}));
}

TEST_CASE("Sloth plugins: what Sloth refuses is refused", "[rules]") {
  for (const char* plugin :
       {"{id: sloth.dev/contrib/info_labels/v1}", "{id: sloth.dev/contrib/rule_intervals/v1}",
        "{id: sloth.dev/contrib/rule_intervals/v1, config: {interval: {alert: 5m}}}",
        "{id: sloth.dev/contrib/error_budget_exhausted_alert/v1, config: {threshold: low}}"}) {
    const LoadResult loaded = Load(fmt::format("slo_plugins: {{chain: [{}]}}\n", plugin));
    INFO(plugin << "\n" << testing::AsText(loaded.diagnostics));
    CHECK(HasErrors(loaded.diagnostics));
    CHECK(loaded.slos.empty());
  }
}

TEST_CASE("Sloth plugins: what has no effect is told, in the engine and in rules", "[rules]") {
  const std::string chain = "slo_plugins: {chain: [" + kRemove + "}, {id: example.com/mine/v1}]}\n";
  const std::string engine = testing::AsText(Load(chain, "", false).diagnostics);
  CHECK_THAT(engine, Catch::Contains("remove_labels/v1 has no effect"));
  CHECK_THAT(engine, Catch::Contains("mine/v1 has no effect"));
  const std::string rules = testing::AsText(Load(chain).diagnostics);
  CHECK_THAT(rules, !Catch::Contains("remove_labels"));
  CHECK_THAT(rules, Catch::Contains("mine/v1 is Go code"));
}

TEST_CASE("Sloth plugins: MetricsQL is for files that say so, and opaque", "[rules]") {
  constexpr std::string_view kQuery = "1 - histogram_share(0.2, rate(h_bucket[{{.window}}]))";
  CHECK(HasErrors(Load("", "", false, kQuery).diagnostics));
  const std::string plugin = "{id: sloth.dev/contrib/validate_victoria_metrics/v1}";
  for (const bool own : {false, true}) {
    const LoadResult loaded =
        Load(own ? "" : "slo_plugins: {chain: [" + plugin + "]}\n",
             own ? "    plugins: {chain: [" + plugin + "]}\n" : "", false, kQuery);
    REQUIRE(loaded.slos.size() == 1);
    CHECK_THAT(testing::AsText(loaded.diagnostics),
               Catch::Contains("warning: error_query: ") && Catch::Contains("not checked"));
    const Plan plan = MakePlan(loaded.slos[0]);
    REQUIRE(std::holds_alternative<OpaquePlan>(plan));
    CHECK_THAT(std::get<OpaquePlan>(plan).query, Catch::Contains("histogram_share"));
  }
}

}  // namespace
}  // namespace slowburn
