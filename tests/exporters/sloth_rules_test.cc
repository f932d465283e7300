// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/sloth_rules.h"

#include <cmath>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "exporters/go_number.h"
#include "rules/duration.h"
#include "rules/load.h"
#include "tests/fakes/promtool.h"
#include "tests/fakes/yaml_values.h"
#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

SlothRules Make(std::string_view slos, const SlothRuleOptions& options = {}) {
  RuleDefaults defaults;
  defaults.for_rules = true;
  const LoadResult loaded = LoadRules(
      {{"f.yaml",
        fmt::format("version: slowburn/v1\nservice: shop\nowner: cart\nslos:\n{}", slos)}},
      defaults);
  INFO(testing::AsText(loaded.diagnostics));
  REQUIRE_FALSE(HasErrors(loaded.diagnostics));
  return MakeSlothRules(loaded.slos, options);
}

std::string Text(const Diagnostics& diagnostics) {
  return testing::AsText(diagnostics);
}

// The rules named `name`, recordings and alerts.
std::vector<PrometheusRule> Named(const SlothRules& rules, std::string_view name) {
  std::vector<PrometheusRule> out;
  for (const PrometheusRuleSet& set : rules.sets) {
    for (const PrometheusRuleGroup& group : set.groups) {
      for (const PrometheusRule& rule : group.rules) {
        if (rule.record == name || rule.alert == name) out.push_back(rule);
      }
    }
  }
  return out;
}

void CheckTaken(const SlothRules& rules) {
  const auto checked = RunPromtool("check rules {}", PrometheusRulesYaml(rules.sets));
  if (!checked) {
    WARN("SKIP: there is no promtool");
    return;
  }
  INFO(checked->output);
  CHECK(checked->exit_code == 0);
  // It exits well also where rules are alike, of which it says this.
  CHECK_THAT(checked->output, !Catch::Contains("lint error"));
}

TEST_CASE("Sloth rules: each kind of SLI is a query", "[exporters]") {
  struct Kind {
    const char* sli;
    const char* ratio;
  };

  const Kind kinds[] = {
      {"events: {total: all, bad: bad}",
       "((sum(rate(bad[5m])) or 0 * sum(rate(all[5m]))))\n/\n(sum(rate(all[5m])))\n"},
      {"events: {total: all, good: 'all{code=\"ok\"}'}",
       "(sum(rate(all[5m])) - (sum(rate(all{code=\"ok\"}[5m])) or 0 * sum(rate(all[5m]))))\n/\n"
       "(sum(rate(all[5m])))\n"},
      {"events: {total: all, good: good}",
       "(sum(rate(all[5m])) - sum(rate(good[5m])))\n/\n(sum(rate(all[5m])))\n"},
      {"probe: {gauge: up}",
       "(sum(count_over_time(up[5m])) - sum(sum_over_time(up[5m])))\n/\n"
       "(sum(count_over_time(up[5m])))\n"},
      {"ratio: {error: 'avg_over_time(e[{{.window}}])'}", "(avg_over_time(e[5m]))"},
  };
  for (const Kind& kind : kinds) {
    const SlothRules rules =
        Make(fmt::format("  - {{name: up, objective: 99.9, sli: {{{}}}}}\n", kind.sli));
    CHECK(rules.diagnostics.empty());
    const auto ratio = Named(rules, "slo:sli_error:ratio_rate5m");
    REQUIRE(ratio.size() == 1);
    CHECK(ratio[0].expr == kind.ratio);
    CheckTaken(rules);
  }
  const SlothRules latency =
      Make("  - {name: up, objective: 99.9, sli: {latency: {histogram: h, under: 300ms}}}\n");
  CHECK_THAT(Named(latency, "slo:sli_error:ratio_rate5m").at(0).expr,
             Catch::StartsWith("(sum(rate(h_bucket{le=\"+Inf\"}[5m])) - sum(rate(h_bucket{le=~"));
  CheckTaken(latency);
}

TEST_CASE("Sloth rules: groups, owner and own labels are on every series", "[exporters]") {
  const SlothRules rules = Make(
      "  - {name: up, objective: 99.9, labels: {tier: '1'}, by: [region, zone], sli: {events: "
      "{total:"
      " all, bad: bad}}}\n",
      {.labels = {{"tier", "2"}}});
  const auto ratio = Named(rules, "slo:sli_error:ratio_rate1h");
  REQUIRE(ratio.size() == 1);
  CHECK_THAT(ratio[0].expr, Catch::Contains("sum by (region, zone) (rate(all[1h]))"));
  CHECK(ratio[0].labels == Labels{{"owner", "cart"},
                                  {"sloth_id", "shop-up"},
                                  {"sloth_service", "shop"},
                                  {"sloth_slo", "up"},
                                  {"sloth_window", "1h"},
                                  {"tier", "2"}});
  // Exact, where no digits of Sloth's have to be met.
  CHECK(Named(rules, "slo:error_budget:ratio").at(0).expr == "vector(0.001)");
  CHECK(Named(rules, "sloth_slo_info").at(0).labels.at("sloth_objective") == "99.9");
  CHECK_THAT(Named(rules, "SLONoData").at(0).expr,
             Catch::Contains("unless") && Catch::Contains("(count_over_time(all[1h15m]))"));
  CheckTaken(rules);
}

TEST_CASE("Sloth rules: tiers that wait for other times are alerts of their own", "[exporters]") {
  const SlothRules rules = Make(R"(  - name: up
    objective: 99.9
    sli: {events: {total: all, bad: bad}}
    alerts:
      name: Burns
      no_data: {class: none}
      tiers:
        - {class: page, burn_rate: 14.4, long: 1h, short: 5m, for: 2m}
        - {class: page, burn_rate: 10, long: 2h, short: 10m, for: 2m}
        - {class: page, burn_rate: 6, long: 6h, short: 30m, for: 15m, keep_firing_for: 10m}
        - {class: ticket, burn_rate: 3, long: 1d, short: 2h}
)");
  const auto alerts = Named(rules, "Burns");
  REQUIRE(alerts.size() == 3);
  CHECK(alerts[0].for_duration == absl::Minutes(2));
  CHECK_THAT(alerts[0].expr, Catch::Contains("ratio_rate10m") && Catch::Contains(")\nor\n("));
  CHECK(alerts[0].labels.at("short") == "5m");
  CHECK(alerts[0].labels.at("severity") == "critical");
  CHECK(alerts[1].for_duration == absl::Minutes(15));
  CHECK(alerts[1].keep_firing_for == absl::Minutes(10));
  CHECK(alerts[1].labels.at("long") == "6h");
  CHECK_FALSE(alerts[2].labels.contains("long"));
  CHECK(alerts[2].labels.at("sloth_severity") == "ticket");
  CHECK(Named(rules, "SLONoData").empty());
  for (const char* window : {"5m", "10m", "30m", "1h", "2h", "6h", "1d", "30d"}) {
    CHECK(Named(rules, fmt::format("slo:sli_error:ratio_rate{}", window)).size() == 1);
  }
  CheckTaken(rules);
}

TEST_CASE("Sloth rules: alerts that have names are rules of their own, with their labels",
          "[exporters]") {
  const auto folder = testing::TestdataFolder("pyrra");
  const RuleFile file = {"pyrra.yaml", testing::ReadWhole(folder / "indicators.good.yaml")};
  RuleDefaults defaults;
  defaults.for_rules = true;
  const LoadResult loaded = LoadRules({file}, defaults);
  REQUIRE(loaded.slos.size() == 4);
  const SlothRules rules = MakeSlothRules({loaded.slos.front()}, {});
  const auto alerts = Named(rules, "ErrorBudgetBurn");
  REQUIRE(alerts.size() == 4);
  CHECK(alerts[1].for_duration == absl::Minutes(15));
  CHECK(alerts[1].labels.at("short") == "30m");
  CHECK(alerts[1].labels.at("exhaustion") == "4d");
  CHECK(alerts[2].labels.at("severity") == "warning");
  const auto absent = Named(rules, "SLOMetricAbsent");
  REQUIRE(absent.size() == 1);
  CHECK(absent[0].labels.at("severity") == "critical");
}

TEST_CASE("Sloth rules: alerts of SLOs and of names differ, and carry what is theirs",
          "[exporters]") {
  const SlothRules rules = Make(R"(  - &slo
    name: a
    objective: 99.9
    sli: {events: {total: all, bad: bad}}
    alerts:
      named: {fast: {annotations: {summary: "Fast: {{ $value }}"}}}
      tiers:
        - {class: page, burn_rate: 14, long: 1h, short: 5m, alert: fast}
        - {class: page, burn_rate: 7, long: 6h, short: 30m, alert: slow}
        - {class: ticket, burn_rate: 1, long: 4d, short: none}
  - {<<: *slo, name: b}
)");
  const auto alerts = Named(rules, "ErrorBudgetBurn");
  REQUIRE(alerts.size() == 6);
  CHECK(alerts[0].annotations.at("summary") == "Fast: {{ $value }}");
  CHECK(alerts[0].labels.at("long") == "1h");
  CHECK_THAT(alerts[1].annotations.at("summary"), Catch::Contains("burn rate is over expected"));
  CHECK(alerts[1].labels.at("long") == "6h");
  // One window alone is asked for once.
  CHECK_THAT(alerts[2].expr, Catch::Contains("ratio_rate4d") && !Catch::Contains("and"));
  CHECK(alerts[2].labels.at("sloth_slo") == "a");
  CHECK(alerts[5].labels.at("sloth_slo") == "b");
  CheckTaken(rules);
}

TEST_CASE("Sloth rules: a window that is the whole window is recorded once", "[exporters]") {
  const SlothRules rules = Make(R"(  - name: up
    objective: 99.9
    window: 7d
    sli: {events: {total: all, bad: bad}}
    alerts: {tiers: [{class: ticket, burn_rate: 2, long: 7d, short: 1d}]}
)");
  CHECK(Named(rules, "slo:sli_error:ratio_rate1w").size() == 1);
  CheckTaken(rules);
}

TEST_CASE("Sloth rules: shadow SLOs are measured, and page nobody", "[exporters]") {
  const SlothRules rules =
      Make("  - {name: up, objective: 99.9, sli: {probe: up}, alerts: {mode: shadow}}\n");
  CHECK(Named(rules, "ErrorBudgetBurn").empty());
  CHECK(Named(rules, "SLONoData").empty());
  CHECK(Named(rules, "slo:objective:ratio").size() == 1);
  CHECK_THAT(Text(rules.diagnostics),
             Catch::Contains("warning: shop/up: ") && Catch::Contains("shadow"));
}

TEST_CASE("Sloth rules: what can't be told apart is refused by name", "[exporters]") {
  const LoadResult loaded = LoadRules(
      {{"a.yaml",
        "version: slowburn/v1\nservice: a-b\nslos: [{name: c, objective: 99, sli: {probe: "
        "up}}]\n"},
       {"b.yaml",
        "version: slowburn/v1\nservice: a\nslos: [{name: b-c, objective: 99, sli: {probe: "
        "up}}]\n"}},
      {});
  REQUIRE(loaded.slos.size() == 2);
  const SlothRules rules = MakeSlothRules(loaded.slos, {});
  CHECK_THAT(Text(rules.diagnostics),
             Catch::Contains("b.yaml:3:8: error: a/b-c: ") && Catch::Contains("a-b/c too"));
  const SlothRules by = Make("  - {name: id, objective: 99.9, by: [sloth_id], sli: {probe: up}}\n");
  CHECK_THAT(Text(by.diagnostics),
             Catch::Contains("error: shop/id: ") && Catch::Contains("the label sloth_id"));
}

TEST_CASE("Sloth rules: plugins do what they say", "[exporters]") {
  const auto make = [](const std::string& plugin) {
    RuleDefaults defaults;
    defaults.for_rules = true;
    const LoadResult loaded =
        LoadRules({{"f.yaml",
                    "version: prometheus/v1\nservice: shop\nlabels: {team: a, cell: b}\n"
                    "slo_plugins: {chain: [" +
                        plugin +
                        "]}\nslos:\n  - {name: up, objective: 99, sli: {raw: {error_ratio_query: "
                        "'avg_over_time(e[{{.window}}])'}}, alerting: {name: Up}}\n"}},
                  defaults);
    INFO(Text(loaded.diagnostics));
    REQUIRE(loaded.slos.size() == 1);
    return MakeSlothRules(loaded.slos, {});
  };
  const SlothRules gone = make(
      "{id: sloth.dev/contrib/error_budget_exhausted_alert/v1, config: {threshold: 0.1, "
      "selector_labels: {x: y}}}");
  const auto alert = Named(gone, "ErrorBudgetExhausted");
  REQUIRE(alert.size() == 1);
  CHECK(alert[0].expr ==
        "slo:period_error_budget_remaining:ratio{cell=\"b\", sloth_id=\"shop-up\", "
        "sloth_service=\"shop\", sloth_slo=\"up\", team=\"a\", x=\"y\"} <= 0.1");
  CHECK(alert[0].for_duration == absl::Minutes(5));
  CheckTaken(gone);

  const SlothRules bare = make(
      "{id: sloth.dev/contrib/remove_labels/v1, config: {preserveLabels: [team], skipMetrics: "
      "['slo:objective:ratio']}}");
  const auto labels = [&](const char* record) {
    std::string out;
    const std::vector<PrometheusRule> rules = Named(bare, record);
    for (const auto& [name, value] : rules.at(0).labels) out += name + " ";
    return out;
  };
  CHECK(labels("slo:sli_error:ratio_rate5m") ==
        "sloth_id sloth_service sloth_slo sloth_window team ");
  CHECK(labels("slo:error_budget:ratio") == "sloth_id sloth_service sloth_slo team ");
  CHECK(labels("slo:objective:ratio") == "cell sloth_id sloth_service sloth_slo team ");
  CHECK_THAT(labels("sloth_slo_info"), Catch::Contains("cell"));

  const SlothRules full =
      make("{id: sloth.dev/core/sli_rules/v1, config: {disableOptimized: true}}");
  CHECK(Named(full, "slo:sli_error:ratio_rate30d").at(0).expr == "(avg_over_time(e[30d]))");
  CHECK_THAT(Text(make("{id: sloth.dev/contrib/denominator_corrected_rules/v1}").diagnostics),
             Catch::Contains("error: shop/up: ") && Catch::Contains("sli.events"));
}

TEST_CASE("Rule files: objects and namespaces are named after services", "[exporters]") {
  const SlothRules rules = Make("  - {name: up, objective: 99.9, sli: {probe: up}}\n");
  const nlohmann::json object = YamlValues(OperatorRulesYaml(rules.sets)).at(0);
  CHECK(object["metadata"]["name"] == "slo-shop");
  CHECK_FALSE(object["metadata"].contains("namespace"));
  CHECK(object["spec"]["groups"] == YamlValues(PrometheusRulesYaml(rules.sets)).at(0)["groups"]);
  const nlohmann::json mimir = YamlValues(MimirRulesYaml(rules.sets)).at(0);
  CHECK(mimir["namespace"] == "shop");
  CHECK(mimir["groups"] == object["spec"]["groups"]);
}

TEST_CASE("Rule files: any text reads back as it was", "[exporters]") {
  std::vector<std::string> texts = {"",
                                    " ",
                                    "a",
                                    "1",
                                    "true",
                                    "No",
                                    "~",
                                    "- a",
                                    "a: b",
                                    "a:b",
                                    "#x",
                                    "a #x",
                                    "{{$x}}",
                                    "a\nb",
                                    "a\nb\n",
                                    "a\n\nb\n",
                                    "\na\n",
                                    " a\nb",
                                    "a\nb\n\n",
                                    "a\n b\n",
                                    "\t",
                                    "a\tb\nc",
                                    "\"",
                                    "\\n",
                                    "2026-01-01",
                                    "é\nü",
                                    "0x1f",
                                    "a\xe2\x80\xa8"
                                    "b",
                                    "\x01",
                                    "a\r\nb",
                                    "a \nb",
                                    "|",
                                    ">",
                                    "*a",
                                    "&a"};
  std::mt19937 random(7);
  const std::string letters = "ab:# -\n\t\"'{}[],&*!|>%@`\\~1=.";
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (std::size_t n = random() % 12; n > 0; --n) text += letters[random() % letters.size()];
    texts.push_back(text);
  }
  for (const std::string& text : texts) {
    INFO(YamlScalar(text, 0));
    // As a value, and as a key where it can be one.
    const bool key = !text.empty() && text.find('\n') == std::string::npos;
    const std::string yaml = fmt::format("a:\n  the text: {}\n  {}: a value\n", YamlScalar(text, 4),
                                         key ? YamlScalar(text, 2) : "none");
    const auto values = YamlValues(yaml);
    REQUIRE(values.size() == 1);
    CHECK(values[0]["a"]["the text"] == text);
    CHECK(values[0]["a"].contains(key ? text : "none"));
  }
}

TEST_CASE("Go numbers: digits and exponents are Go's", "[exporters]") {
  // As `go run` prints them with %g.
  const std::pair<double, const char*> numbers[] = {{1e6, "1e+06"},
                                                    {123456789, "1.23456789e+08"},
                                                    {999999, "999999"},
                                                    {1e21, "1e+21"},
                                                    {0.0001, "0.0001"},
                                                    {0.00009999, "9.999e-05"},
                                                    {1234567.5, "1.2345675e+06"},
                                                    {30, "30"},
                                                    {0, "0"},
                                                    {14.4, "14.4"},
                                                    {(100 - 99.9) / 100, "0.0009999999999999432"},
                                                    {99.9 / 100, "0.9990000000000001"}};
  for (const auto& [value, text] : numbers) CHECK(GoNumber(value) == text);
  CHECK(GoFixed(99.9) == "99.9");
  CHECK(GoFixed(1e6) == "1000000");
}

TEST_CASE("Prometheus durations: whole weeks and years are told as such", "[rules]") {
  for (const auto& [days, text] :
       {std::pair(28, "4w"), std::pair(7, "1w"), std::pair(30, "30d"), std::pair(365, "1y"),
        std::pair(1, "1d"), std::pair(364, "52w")}) {
    CHECK(PrometheusDurationText(absl::Hours(24 * days)) == text);
    CHECK(*ParseDuration(text) == absl::Hours(24 * days));
  }
  CHECK(PrometheusDurationText(absl::Minutes(90)) == "1h30m");
}

}  // namespace
}  // namespace slowburn
