// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "rules/duration.h"
#include "rules/load.h"
#include "rules/plan.h"
#include "rules/pyrra_windows.h"
#include "tests/conformance.h"
#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

std::vector<Slo> LoadIndicators() {
  const auto path = testing::TestdataFolder("pyrra") / "indicators.good.yaml";
  LoadResult loaded = LoadRules({{"pyrra.yaml", testing::ReadWhole(path)}}, {});
  REQUIRE(loaded.slos.size() == 4);
  return std::move(loaded.slos);
}

TEST_CASE("PyrraAlerts: windows and delays are Pyrra's to the minute", "[rules]") {
  const struct {
    const char* window;
    const char* alerts;  // short/long/for of each.
  } cases[] = {
      {"1d", "0s/2m/0s 1m/13m/1m 4m/51m/2m 13m/3h26m/6m"},
      {"3d", "1m/6m/0s 3m/39m/2m 13m/2h34m/6m 39m/10h17m/19m"},
      {"7d", "1m/15m/1m 8m/1h30m/4m 30m/6h/15m 1h30m/1d/45m"},
      {"14d", "3m/30m/1m 15m/3h/8m 1h/12h/30m 3h/2d/1h30m"},
      {"28d", "5m/1h/2m 30m/6h/15m 2h/1d/1h 6h/4d/3h"},
      {"30d", "5m/1h4m/2m 32m/6h26m/16m 2h9m/1d1h43m/1h4m 6h26m/4d6h51m/3h13m"},
      {"90d", "16m/3h13m/6m 1h36m/19h17m/48m 6h26m/3d5h9m/3h13m 19h17m/12d20h34m/9h39m"},
  };

  for (const auto& c : cases) {
    std::string got;
    for (const PyrraAlert& alert : PyrraAlerts(*ParseDuration(c.window))) {
      if (!got.empty()) got += ' ';
      got += DurationText(alert.short_window) + "/" + DurationText(alert.long_window) + "/" +
             DurationText(alert.for_duration);
    }
    CHECK(got == c.alerts);
  }
}

TEST_CASE("PyrraAbsentFor: is what the fastest alert would take", "[rules]") {
  const PyrraAlert fast = PyrraAlerts(absl::Hours(28 * 24)).front();
  CHECK(PyrraAbsentFor(MakeRatio(99, 100), fast) == absl::Minutes(10));
  CHECK(PyrraAbsentFor(MakeRatio(999, 1000), fast) == absl::Minutes(3));
}

TEST_CASE("ReadPyrra: each indicator is measured as exactly as it can be", "[rules]") {
  const std::vector<Slo> slos = LoadIndicators();
  CHECK(slos[0].Id() == "shop/errors");
  CHECK(slos[0].format == Format::kPyrra);
  CHECK(slos[0].window == absl::Hours(28 * 24));
  CHECK(slos[0].objective == MakeRatio(995, 1000));
  CHECK(slos[0].labels == Labels{{"team", "web"}});
  CHECK(std::get<EventsSli>(slos[0].sli).bad ==
        *ParseSelector(R"(orders_total{job="shop",code=~"5.."})"));
  CHECK(slos[1].Id() == "shop/latency");
  CHECK(slos[1].sli == Sli(LatencySli{*ParseSelector(R"(orders_seconds_bucket{job="shop"})"),
                                      absl::Milliseconds(50), false}));
  CHECK(slos[1].by == std::vector<std::string>{"handler"});
  CHECK(std::get<RatioSli>(slos[2].sli).error ==
        "1 - histogram_fraction(0, 0.2, sum by (method) "
        "(rate(orders_native_seconds{job=\"shop\"}[{{.window}}])))");
  CHECK(std::holds_alternative<ProbeSli>(slos[3].sli));
}

TEST_CASE("ReadPyrra: the four alerts carry Pyrra's labels", "[rules]") {
  const AlertPolicy alerts = LoadIndicators()[0].alerts;
  CHECK(alerts.name == "ErrorBudgetBurn");
  CHECK(alerts.labels == Labels{{"job", "shop"}});
  CHECK(alerts.annotations == Labels{{"runbook", "https://runbooks.example.org/shop"}});
  REQUIRE(alerts.tiers.size() == 4);
  CHECK(ToString(alerts.tiers[0].Key()) == "page.fast");
  CHECK(ToString(alerts.tiers[3].Key()) == "ticket.long-term");
  CHECK(alerts.tiers[1].factor == Ratio{7, 1});
  CHECK(alerts.tiers[1].for_duration == absl::Minutes(15));
  CHECK(alerts.named.at("fast").labels ==
        Labels{{"exhaustion", "2d"}, {"long", "1h"}, {"severity", "critical"}, {"short", "5m"}});
  CHECK(alerts.named.at("long-term").labels ==
        Labels{{"exhaustion", "4w"}, {"long", "4d"}, {"severity", "warning"}, {"short", "6h"}});
  REQUIRE(alerts.no_data);
  CHECK(alerts.no_data->name == "SLOMetricAbsent");
  CHECK(alerts.no_data->alert_class == AlertClass::kPage);
  CHECK(alerts.no_data->after == absl::Minutes(6));  // 14 * 0.5 % of an hour, and two minutes.
}

TEST_CASE("ReadPyrra: alerting is named, ranked and switched off as the file says", "[rules]") {
  const std::vector<Slo> slos = LoadIndicators();
  CHECK(slos[1].alerts.name == "ShopIsSlow");
  CHECK_FALSE(slos[1].alerts.named.contains("fast"));  // It can never fire.
  CHECK(slos[1].alerts.named.at("medium").labels.at("severity") == "page");
  CHECK(slos[1].alerts.named.at("long-term").labels.at("severity") == "info");
  REQUIRE(slos[1].alerts.no_data);
  CHECK(slos[1].alerts.no_data->name == "ShopIsGone");
  CHECK(slos[1].alerts.no_data->labels == Labels{{"severity", "warning"}});
  CHECK(slos[1].alerts.no_data->alert_class == AlertClass::kTicket);
  CHECK_FALSE(slos[2].alerts.no_data);
  CHECK(slos[2].alerts.tiers.size() == 4);
  CHECK(slos[3].alerts.no_data);
  CHECK(slos[3].alerts.tiers.empty());
}

// An SLO of 99 % with this `alerting` and this indicator.
Slo LoadOne(const std::string& alerting, const std::string& indicator,
            const RuleDefaults& defaults = {}, const std::string& window = "28d") {
  const std::string text =
      "apiVersion: pyrra.dev/v1alpha1\nkind: ServiceLevelObjective\n"
      "metadata: {name: one, namespace: shop}\n"
      "spec:\n  target: \"99\"\n  window: " +
      window + "\n  alerting: " + alerting + "\n  indicator: " + indicator + "\n";
  LoadResult loaded = LoadRules({{"one.yaml", text}}, defaults);
  INFO(testing::AsText(loaded.diagnostics));
  REQUIRE(loaded.slos.size() == 1);
  return std::move(loaded.slos.front());
}

const std::string kRatio = "{ratio: {errors: {metric: e}, total: {metric: t}, grouping: [h, h]}}";

std::string LatencyAt(const std::string& le) {
  return "{latency: {success: {metric: 'h_bucket{le=\"" + le + "\"}'}, total: {metric: h_count}}}";
}

TEST_CASE("ReadPyrra: disabled is of burn rates alone, and wins", "[rules]") {
  const AlertPolicy alerts = LoadOne("{disabled: true, burnrates: true}", kRatio).alerts;
  CHECK(alerts.tiers.empty());
  CHECK(alerts.no_data);
}

TEST_CASE("ReadPyrra: a bound that is no duration is matched as it is written", "[rules]") {
  for (const char* le : {"1e12", "1e10", "+Inf", "1e-10", "0.1234567891"}) {
    INFO(le);
    const Sli sli = LoadOne("{}", LatencyAt(le)).sli;
    REQUIRE(std::holds_alternative<EventsSli>(sli));
    CHECK(std::get<EventsSli>(sli).good ==
          *ParseSelector(std::string("h_bucket{le=\"") + le + "\"}"));
  }
  for (const char* le : {"0.05", "0.3", "1", "1.0", "2.5", "1048576", "1e9"}) {
    INFO(le);
    CHECK(std::holds_alternative<LatencySli>(LoadOne("{}", LatencyAt(le)).sli));
  }
}

TEST_CASE("ReadPyrra: a histogram of milliseconds is told by its name", "[rules]") {
  const std::string indicator =
      "{latency: {success: {metric: 'h_milliseconds_bucket{le=\"50\"}'}, "
      "total: {metric: h_milliseconds_count}}}";
  const Sli sli = LoadOne("{}", indicator).sli;
  CHECK(sli ==
        Sli(LatencySli{*ParseSelector("h_milliseconds_bucket"), absl::Milliseconds(50), true}));
}

TEST_CASE("ReadPyrra: what slowburn.yaml switches off is off", "[rules]") {
  const ConfigResult config = LoadConfig("slowburn.yaml", R"(
defaults: {alerts: {ticket: {disable: true}, no_data: {class: none}}}
)");
  REQUIRE(testing::AsText(config.diagnostics).empty());
  const AlertPolicy alerts = LoadOne("{}", kRatio, config.config.defaults).alerts;
  REQUIRE(alerts.tiers.size() == 2);
  CHECK(ToString(alerts.tiers[1].Key()) == "page.medium");
  CHECK_FALSE(alerts.no_data);
}

TEST_CASE("ReadPyrra: a label that groups twice groups once", "[rules]") {
  CHECK(LoadOne("{}", kRatio).by == std::vector<std::string>{"h"});
}

TEST_CASE("ReadPyrra: the buckets of a histogram can't be groups", "[rules]") {
  const LoadResult loaded =
      LoadRules({{"le.yaml",
                  "apiVersion: pyrra.dev/v1alpha1\nkind: ServiceLevelObjective\n"
                  "metadata: {name: le, namespace: shop}\nspec:\n  target: \"99\"\n  window: 28d\n"
                  "  indicator:\n    latency:\n      success: {metric: 'h_bucket{le=\"1\"}'}\n"
                  "      total: {metric: h_count}\n      grouping: [le]\n"}},
                {});
  CHECK(loaded.slos.empty());
  CHECK_THAT(testing::AsText(loaded.diagnostics),
             Catch::StartsWith("le.yaml:11:17: error: grouping: le"));
}

TEST_CASE("ReadPyrra: windows span two evaluations at least", "[rules]") {
  RuleDefaults defaults;
  defaults.interval = absl::Minutes(5);
  const std::vector<Tier> tiers = LoadOne("{}", kRatio, defaults, "7d").alerts.tiers;
  REQUIRE(tiers.size() == 4);
  CHECK(tiers[0].short_window == absl::Minutes(10));  // Not 1m,
  CHECK(tiers[0].long_window == absl::Minutes(20));   // and not 15m.
  CHECK(tiers[2].short_window == absl::Minutes(30));
}

TEST_CASE("LoadRules: each of Pyrra's examples has its verdict", "[rules]") {
  const auto folder = ConformanceFolder();
  if (!folder.has_value()) {
    WARN("SKIP: no folder of conformance files; set SLOWBURN_CONFORMANCE to it");
    return;
  }

  const struct {
    const char* file;
    std::size_t slos;
    bool exact;  // All are counted event by event.
  } cases[] = {
      {"caddy-response-latency", 1, true},
      {"nginx", 2, true},
      {"parca-grpc-queryrange-errors", 1, true},
      {"prometheus-http", 1, true},
      {"prometheus-operator", 1, true},
      {"prometheus-probe-success", 1, true},
      {"pyrra-connect-errors", 1, true},
      {"pyrra-connect-latency", 1, false},
      {"pyrra-filesystem-errors", 1, true},
      {"pyrra-kubernetes-errors", 1, true},
      {"thanos-grpc", 1, true},
      {"thanos-http", 1, true},
  };

  for (const auto& c : cases) {
    INFO(c.file);
    const std::string name = std::string(c.file) + ".yaml";
    const LoadResult loaded = LoadRules({{name, testing::ReadWhole(*folder / "pyrra" / name)}}, {});
    INFO(testing::AsText(loaded.diagnostics));
    CHECK_FALSE(HasErrors(loaded.diagnostics));
    CHECK(loaded.slos.size() == c.slos);
    for (const Slo& slo : loaded.slos) {
      CHECK(std::holds_alternative<CounterPlan>(MakePlan(slo)) == c.exact);
      // At 90 % the fast one can never fire.
      CHECK(slo.alerts.tiers.size() == (slo.objective == MakeRatio(9, 10) ? 3 : 4));
      CHECK(slo.alerts.no_data);
    }
  }
}

}  // namespace
}  // namespace slowburn
