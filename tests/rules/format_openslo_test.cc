// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/format_openslo.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "rules/load.h"
#include "rules/plan.h"
#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

std::vector<Slo> LoadEveryKey(const RuleDefaults& defaults = {}) {
  const auto path = testing::TestdataFolder("openslo") / "every-key.good.yaml";
  LoadResult result = LoadRules({{"every-key.good.yaml", testing::ReadWhole(path)}}, defaults);
  REQUIRE(result.slos.size() == 6);
  return std::move(result.slos);
}

Selector Parsed(std::string_view selector) {
  return *ParseSelector(selector);
}

// An SLO `web/slo` with this under `spec`, on top of what it needs.
std::string SloText(std::string_view rest) {
  return fmt::format(
      "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: slo}}\nspec:\n"
      "  service: web\n  budgetingMethod: Occurrences\n  objectives: [{{target: 0.999}}]\n{}\n",
      rest);
}

constexpr std::string_view kRefersToSli = "  indicatorRef: sli\n  alertPolicies: []";
constexpr std::string_view kHasSli =
    "  indicator: {metadata: {name: x}, spec: {ratioMetric: {counter: true,\n"
    "    bad: {metricSource: {type: Prometheus, spec: {query: bad_total}}},\n"
    "    total: {metricSource: {type: Prometheus, spec: {query: all_total}}}}}}\n";

// An object of `kind` with this spec.
std::string ObjectText(std::string_view kind, std::string_view name, std::string_view spec) {
  return fmt::format("apiVersion: openslo/v1\nkind: {}\nmetadata: {{name: {}}}\nspec: {}\n", kind,
                     name, spec);
}

// An inline policy whose condition is of this severity and burn rate.
std::string PolicyText(std::string_view keys, std::string_view severity,
                       std::string_view threshold) {
  return fmt::format(
      "    - kind: AlertPolicy\n      metadata: {{name: p}}\n      spec:\n        {}\n"
      "        conditions: [{{kind: AlertCondition, metadata: {{name: c}}, spec: {{severity: {},\n"
      "          condition: {{kind: burnrate, op: gt, threshold: {}, lookbackWindow: 1h}}}}}}]\n"
      "        notificationTargets: [{{kind: AlertNotificationTarget, metadata: {{name: t}}, "
      "spec: {{target: x}}}}]\n",
      keys, severity, threshold);
}

LoadResult Load(const std::vector<std::string>& files, const RuleDefaults& defaults = {}) {
  std::vector<RuleFile> out;
  for (std::size_t i = 0; i < files.size(); ++i) {
    out.push_back({fmt::format("{}.yaml", i + 1), files[i]});
  }
  return LoadRules(out, defaults);
}

Slo LoadOne(const std::string& file, const RuleDefaults& defaults = {}) {
  LoadResult result = Load({file}, defaults);
  INFO(testing::AsText(result.diagnostics));
  REQUIRE(result.slos.size() == 1);
  return std::move(result.slos[0]);
}

TEST_CASE("ReadOpenSlo: the model has what the SLO says", "[rules]") {
  const Slo slo = LoadEveryKey()[0];
  CHECK(slo.Id() == "checkout/checkout-availability");
  CHECK(slo.format == Format::kOpenSlo);
  CHECK(slo.defined_at == Position{"every-key.good.yaml", 2, 1});
  CHECK(slo.description == "Requests answered without a server error.");
  CHECK(slo.objective == Ratio{999, 1000});
  CHECK(slo.window == absl::Hours(24 * 28));
  CHECK(slo.source == "default");
  CHECK(slo.owner == "payments");
  CHECK(slo.labels == Labels{{"_1st_tier", "1"},
                             {"app_kubernetes_io_name", "checkout"},
                             {"owner", "payments"},
                             {"teams", "payments,web"}});
}

TEST_CASE("ReadOpenSlo: what its queries become", "[rules]") {
  const std::vector<Slo> slos = LoadEveryKey();
  CHECK(slos[0].sli ==
        Sli{EventsSli{Parsed("http_requests_total{job=\"checkout\"}"), std::nullopt,
                      Parsed("http_requests_total{job=\"checkout\",code!~\"5..\"}")}});
  CHECK(slos[1].sli ==
        Sli{ExpressionSli{"sum(rate(search_seconds_count[{{.window}}])) - "
                          "sum(rate(search_seconds_bucket{le=\"0.5\"}[{{.window}}]))",
                          "sum(rate(search_seconds_count[{{.window}}]))"}});
  CHECK(slos[4].sli == Sli{RatioSli{"1 - avg_over_time(job_ok[{{.window}}])"}});
  CHECK(slos[5].sli == Sli{RatioSli{"1 - (sum(sum_over_time(jobs_done[{{.window}}]))) / "
                                    "(sum(sum_over_time(jobs[{{.window}}])))"}});
}

TEST_CASE("ReadOpenSlo: rates of what is good are counted event by event", "[rules]") {
  const Slo slo = LoadOne(SloText(
      "  alertPolicies: []\n"
      "  indicator: {metadata: {name: x}, spec: {ratioMetric: {\n"
      "    good: {metricSource: {type: Prometheus, spec: {query: 'sum(rate(ok[{{.window}}]))'}}},\n"
      "    total: {metricSource: {type: Prometheus, spec: {query: "
      "'sum(rate(a[{{.window}}]))'}}}}}}"));
  const Plan plan = MakePlan(slo);
  const auto* counters = std::get_if<CounterPlan>(&plan);
  REQUIRE(counters != nullptr);
  CHECK(counters->terms.size() == 2);
}

TEST_CASE("ReadOpenSlo: objectives are SLOs, named after what they show", "[rules]") {
  const std::vector<Slo> slos = LoadEveryKey();
  CHECK(slos[1].Id() == "web/search-most-of-them");
  CHECK(slos[2].Id() == "web/search-nder-load");
  CHECK(slos[3].Id() == "web/search-2");
  CHECK(slos[1].objective == Ratio{9, 10});
  CHECK(slos[2].objective == Ratio{199, 200});
  CHECK(slos[3].objective == Ratio{999, 1000});
  CHECK(slos[2].defined_at.line == slos[1].defined_at.line + 1);
}

TEST_CASE("ReadOpenSlo: months are days, and no window is the default one", "[rules]") {
  RuleDefaults defaults;
  defaults.window = absl::Hours(24 * 7);
  const std::vector<Slo> slos = LoadEveryKey(defaults);
  CHECK(slos[1].window == absl::Hours(24 * 7));
  CHECK(slos[4].window == absl::Hours(24 * 30));
  CHECK(slos[5].window == absl::Hours(24 * 90));
  CHECK(LoadEveryKey()[1].window == absl::Hours(24 * 30));
}

TEST_CASE("ReadOpenSlo: conditions are tiers of one window", "[rules]") {
  const AlertPolicy alerts = LoadEveryKey()[0].alerts;
  REQUIRE(alerts.tiers.size() == 2);
  CHECK(alerts.tiers[0] == Tier{.alert_class = AlertClass::kPage,
                                .factor = {336, 25},
                                .long_window = absl::Hours(1),
                                .short_window = absl::Hours(1),
                                .for_duration = absl::Minutes(2),
                                .keep_firing_for = {}});
  CHECK(alerts.tiers[0].HasOneWindow());
  CHECK(alerts.tiers[1].alert_class == AlertClass::kTicket);
  CHECK(alerts.tiers[1].long_window == absl::Hours(72));
  CHECK(alerts.page.labels == Labels{{"openslo_targets", "oncall"}, {"severity", "page"}});
  CHECK(alerts.ticket.labels == Labels{{"openslo_targets", "tracker,oncall"}, {"severity", "low"}});
  CHECK(alerts.no_data == NoDataPolicy{absl::Minutes(15), AlertClass::kTicket});
}

TEST_CASE("ReadOpenSlo: without alertPolicies the defaults alert, if any", "[rules]") {
  RuleDefaults defaults;
  const std::string without = SloText(kHasSli);
  CHECK(LoadOne(without).alerts.tiers.empty());
  CHECK_THAT(testing::AsText(Load({without}).diagnostics),
             Catch::Contains("warning: an SLO without alertPolicies never alerts"));

  defaults.alerts.tiers = {TierSettings{.alert_class = AlertClass::kPage,
                                        .budget = std::nullopt,
                                        .burn_rate = Ratio{6, 1},
                                        .long_window = absl::Hours(6),
                                        .short_window = absl::Minutes(30),
                                        .for_duration = {},
                                        .keep_firing_for = {},
                                        .at = {}}};
  CHECK(LoadOne(without, defaults).alerts.tiers.size() == 1);
  CHECK(Load({without}, defaults).diagnostics.empty());

  const std::string none = SloText(fmt::format("{}  alertPolicies: []", kHasSli));
  CHECK(LoadOne(none, defaults).alerts.tiers.empty());
  CHECK(Load({none}).diagnostics.empty());

  const std::string own = SloText(fmt::format("{}  alertPolicies:\n{}", kHasSli,
                                              PolicyText("alertWhenBreaching: true", "page", "2")));
  const std::vector<Tier> tiers = LoadOne(own, defaults).alerts.tiers;
  REQUIRE(tiers.size() == 1);
  CHECK(tiers[0].factor == Ratio{2, 1});
}

TEST_CASE("ReadOpenSlo: when policies alert", "[rules]") {
  const auto load = [](std::string_view keys, const RuleDefaults& defaults = {}) {
    return LoadOne(SloText(fmt::format("{}  alertPolicies:\n{}", kHasSli,
                                       PolicyText(keys, "Critical", "2"))),
                   defaults)
        .alerts;
  };
  const AlertPolicy breaching = load("alertWhenBreaching: true");
  CHECK(breaching.tiers.size() == 1);
  CHECK(breaching.no_data == std::nullopt);
  CHECK(breaching.page.labels.at("severity") == "Critical");

  const AlertPolicy no_data = load("alertWhenNoData: true");
  CHECK(no_data.tiers.empty());
  CHECK(no_data.no_data == NoDataPolicy{absl::Minutes(15), AlertClass::kPage});
  CHECK(no_data.page.labels.at("severity") == "Critical");

  RuleDefaults asked;
  asked.alerts.no_data.after = absl::Minutes(5);
  CHECK(load("alertWhenBreaching: true", asked).no_data.has_value());
  CHECK_FALSE(
      load("alertWhenBreaching: true\n        alertWhenNoData: false", asked).no_data.has_value());
}

TEST_CASE("ReadOpenSlo: files may refer to each other in any order", "[rules]") {
  const std::string slo =
      SloText("  indicatorRef: sli\n  alertPolicies: [{alertPolicyRef: policy}]");
  const std::string sli = ObjectText(
      "SLI", "sli",
      "{ratioMetric: {counter: true, bad: {metricSource: {metricSourceRef: eu, spec: {query: b}}},"
      " total: {metricSource: {metricSourceRef: eu, spec: {query: a}}}}}");
  const std::string source =
      ObjectText("DataSource", "eu", "{type: Prometheus, connectionDetails: {}}");
  const std::string policy =
      ObjectText("AlertPolicy", "policy",
                 "{alertWhenBreaching: true, conditions: [{conditionRef: c}],"
                 " notificationTargets: [{targetRef: t}]}");
  const std::string condition = ObjectText(
      "AlertCondition", "c",
      "{severity: page, condition: {kind: burnrate, op: gt, threshold: 14.4, lookbackWindow: 1h}}");
  const std::string target = ObjectText("AlertNotificationTarget", "t", "{target: x}");
  RuleDefaults defaults;
  defaults.sources = {"default", "eu"};
  std::vector<std::string> files = {slo, policy, sli, target, source, condition};
  std::sort(files.begin(), files.end());
  do {
    const LoadResult result = Load(files, defaults);
    REQUIRE(testing::AsText(result.diagnostics).empty());
    REQUIRE(result.slos.size() == 1);
    REQUIRE(result.slos[0].source == "eu");
    REQUIRE(result.slos[0].alerts.tiers.size() == 1);
    REQUIRE(result.slos[0].alerts.page.labels.at("openslo_targets") == "t");
  } while (std::next_permutation(files.begin(), files.end()));

  // Without any one of them, the SLO is left out, and the one beside it is not.
  files = {SloText(fmt::format("{}  alertPolicies: []", kHasSli)),
           slo,
           sli,
           source,
           policy,
           condition,
           target};
  files[0].replace(files[0].find("name: slo"), 9, "name: one");
  for (std::size_t i = 2; i < files.size(); ++i) {
    std::vector<std::string> some = files;
    some[i] = "# Nothing\n";
    const LoadResult result = Load(some, defaults);
    INFO(testing::AsText(result.diagnostics));
    CHECK(HasErrors(result.diagnostics));
    REQUIRE(result.slos.size() == 1);
    CHECK(result.slos[0].name == "one");
  }
}

TEST_CASE("ReadOpenSlo: a document that looks like an SLO and is none is told", "[rules]") {
  const LoadResult result = LoadRules(
      {{"a.yaml", "apiVersion: openslo/v1\nmetadata: {name: a}\nspec: {}\n# kind: SLO\n"}}, {});
  CHECK_THAT(testing::AsText(result.diagnostics),
             Catch::StartsWith("a.yaml:1:1: error: the object has no kind"));
}

TEST_CASE("ReadOpenSlo: a name that is near is told with its kind", "[rules]") {
  const LoadResult result =
      Load({SloText("  indicatorRef: check-out\n  alertPolicies: []"),
            ObjectText("SLI", "checkout",
                       "{ratioMetric: {raw: {metricSource: {type: Prometheus, spec: "
                       "{query: 'x[{{.window}}]'}}}, rawType: failure}}"),
            ObjectText("AlertPolicy", "check-out",
                       "{alertWhenBreaching: true, conditions: [{conditionRef: x}], "
                       "notificationTargets: [{targetRef: x}]}")});
  CHECK_THAT(testing::AsText(result.diagnostics),
             Catch::StartsWith("1.yaml:8:17: error: there is no SLI 'check-out' (did you mean the "
                               "SLI checkout?)\n"));
}

TEST_CASE("ReadOpenSlo: of two objects of one kind and name the first counts", "[rules]") {
  const auto sli = [](std::string_view bad) {
    return ObjectText("SLI", "sli",
                      fmt::format("{{ratioMetric: {{counter: true, bad: {{metricSource: {{type: "
                                  "Prometheus, spec: {{query: {}}}}}}}, total: {{metricSource: "
                                  "{{type: Prometheus, spec: {{query: a}}}}}}}}}}",
                                  bad));
  };
  const LoadResult result = Load({SloText(kRefersToSli), sli("b"), sli("c")});
  CHECK(testing::AsText(result.diagnostics) ==
        "3.yaml:1:1: error: the SLI sli is defined twice (first at 2.yaml:1:1)\n");
  REQUIRE(result.slos.size() == 1);
  CHECK(std::get<EventsSli>(result.slos[0].sli).bad == Parsed("b"));
  CHECK(result.bad_files == std::vector<std::string>{"3.yaml"});
}

TEST_CASE("ReadOpenSlo: an SLI that is wrong takes its SLOs along, and no other", "[rules]") {
  const LoadResult result = Load({SloText(kRefersToSli), ObjectText("SLI", "sli", "{}")});
  CHECK(testing::AsText(result.diagnostics) ==
        "1.yaml:8:17: error: the SLI sli has an error (at 2.yaml:1:1)\n"
        "2.yaml:4:7: error: an SLI needs one of ratioMetric and thresholdMetric\n");
}

TEST_CASE("ReadOpenSlo: slices of time are bare numbers of minutes too", "[rules]") {
  std::string text = SloText(kHasSli);
  text.replace(text.find("Occurrences"), 11, "Timeslices");
  text.replace(text.find("{target: 0.999}"), 15,
               "{target: 0.9, timeSliceTarget: 0.9, timeSliceWindow: 5}");
  text += "  alertPolicies: []\n";
  CHECK(testing::AsText(Load({text}).diagnostics) ==
        "1.yaml:6:20: error: the budgetingMethod Timeslices is not supported yet (Occurrences "
        "is)\n");
}

TEST_CASE("ReadOpenSlo: the start of a calendar may go without quotes", "[rules]") {
  for (const std::string_view quote : {"", "\"", "'"}) {
    const std::string text = SloText(fmt::format(
        "{0}  alertPolicies: []\n  timeWindow: [{{duration: 1M, isRolling: false,\n"
        "    calendar: {{startTime: {1}2022-01-01 12:00:00{1}, timeZone: Europe/Berlin}}}}]",
        kHasSli, quote));
    CHECK(testing::AsText(Load({text}).diagnostics) ==
          "1.yaml:13:15: error: a calendar window is not supported yet (set isRolling: true)\n");
  }
}

TEST_CASE("ReadOpenSlo: the one source there is must be there", "[rules]") {
  RuleDefaults defaults;
  defaults.sources = {"eu", "us"};
  const LoadResult result =
      Load({SloText(fmt::format("{}  alertPolicies: []", kHasSli))}, defaults);
  CHECK(result.slos.empty());
  CHECK_THAT(testing::AsText(result.diagnostics), Catch::Contains("there is no source 'default'"));
}

}  // namespace
}  // namespace slowburn
