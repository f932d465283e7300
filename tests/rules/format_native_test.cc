// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/format_native.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "rules/alert_window.h"
#include "rules/load.h"
#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

std::vector<Slo> LoadGood(std::string_view name, const RuleDefaults& defaults = {}) {
  const std::string path = std::string(name) + ".good.yaml";
  const LoadResult result =
      LoadRules({{path, testing::ReadWhole(testing::TestdataFolder("native") / path)}}, defaults);
  CHECK(testing::AsText(result.diagnostics).empty());
  return result.slos;
}

LoadResult Load(std::string text, const RuleDefaults& defaults = {}) {
  return LoadRules({{"a.yaml", std::move(text)}}, defaults);
}

// A file of one SLO, `keys` being more lines of it, indented by four.
std::string OneSlo(const std::string& keys, const std::string& before = "") {
  return "version: slowburn/v1\nservice: shop\n" + before +
         "slos:\n  - name: a\n    objective: 99.9\n    sli: {probe: up}\n" + keys;
}

Slo LoadOne(const std::string& text, const RuleDefaults& defaults = {}) {
  LoadResult result = Load(text, defaults);
  INFO(testing::AsText(result.diagnostics));
  REQUIRE(result.slos.size() == 1);
  return std::move(result.slos[0]);
}

Selector Select(std::string_view text) {
  return ParseSelector(text).value();
}

TEST_CASE("ReadNative: reads every key", "[rules]") {
  const std::vector<Slo> slos = LoadGood("every-key");
  REQUIRE(slos.size() == 2);
  const Slo& slo = slos[0];
  CHECK(slo.Id() == "checkout/availability");
  CHECK(slo.description == "Requests answered without a server error.");
  CHECK(slo.owner == "shop");
  CHECK(slo.labels == Labels{{"area", "web"}, {"tier", "1"}});
  CHECK(slo.source == "default");
  CHECK(slo.objective == Ratio{999, 1000});
  CHECK(slo.window == absl::Hours(24 * 30));
  CHECK(slo.by == std::vector<std::string>{"region", "zone"});
  CHECK(slo.format == Format::kNative);
  CHECK(slo.defined_at == Position{"every-key.good.yaml", 13, 5});
  const auto& events = std::get<EventsSli>(slo.sli);
  CHECK(events.total == Select("http_requests_total{job=\"checkout\"}"));
  CHECK(events.bad == Select("http_requests_total{job=\"checkout\",code=~\"5..\"}"));
  CHECK(events.good == std::nullopt);
}

TEST_CASE("ReadNative: an SLO's alerts lie upon those of its file", "[rules]") {
  const std::vector<Slo> slos = LoadGood("every-key");
  REQUIRE(slos.size() == 2);
  const AlertPolicy& alerts = slos[0].alerts;
  CHECK(alerts.name == "CheckoutErrorBudgetBurn");
  CHECK(alerts.labels == Labels{{"channel", "#checkout"}});
  CHECK(alerts.annotations == Labels{{"runbook_url", "https://runbooks.example.org/checkout"},
                                     {"summary", "Checkout fails in {{ $labels.region }}"}});
  CHECK(alerts.page.labels == Labels{{"pager", "second"}, {"severity", "critical"}});
  CHECK(alerts.page.annotations == Labels{{"dashboard_url", "https://d.example.org"}});
  CHECK(alerts.ticket.labels == Labels{{"severity", "warning"}});
  CHECK(alerts.mode == AlertMode::kShadow);
  CHECK(alerts.no_data == NoDataPolicy{absl::Minutes(20), AlertClass::kPage});
  // The ticket tier is switched off.
  const Tier page = {AlertClass::kPage, {72, 5},          absl::Hours(1),
                     absl::Minutes(5),  absl::Duration(), absl::Duration()};
  CHECK(alerts.tiers == std::vector<Tier>{page});
}

TEST_CASE("ReadNative: what an SLO leaves out comes from the file's defaults", "[rules]") {
  const std::vector<Slo> slos = LoadGood("every-key");
  REQUIRE(slos.size() == 2);
  const Slo& slo = slos[1];
  CHECK(slo.window == absl::Hours(24 * 28));
  CHECK(slo.owner == "payments");
  CHECK(slo.objective == Ratio{19, 20});
  CHECK(slo.sli == Sli{LatencySli{Select("request_duration_ms_bucket{job=\"checkout\"}"),
                                  absl::Milliseconds(250), true}});
  CHECK(slo.alerts.name == "ErrorBudgetBurn");
  CHECK(slo.alerts.page.labels == Labels{{"pager", "first"}, {"severity", "critical"}});
  CHECK(slo.alerts.no_data == std::nullopt);
  CHECK(slo.alerts.mode == AlertMode::kLive);
  for (const Tier& tier : slo.alerts.tiers) CHECK(tier.alert_class == AlertClass::kPage);
  CHECK(slo.alerts.tiers.size() == 2);
}

TEST_CASE("ReadNative: the owner is the label owner whatever the labels say", "[rules]") {
  const auto of = [](const std::string& keys) { return LoadOne(OneSlo("    owner: us\n" + keys)); };
  CHECK(of("").alerts.labels == Labels{});  // Alerts carry the owner of the SLO as it is.
  CHECK(of("    labels: {owner: us}\n").alerts.labels == Labels{});
  CHECK(of("    labels: {owner: them}\n").alerts.labels == Labels{{"owner", "us"}});
  const LoadResult by = Load(OneSlo("    owner: us\n    by: [owner]\n"));
  CHECK_THAT(testing::AsText(by.diagnostics), Catch::Contains("owner is also set to one value"));
}

TEST_CASE("ReadNative: an empty label takes away what lies beneath", "[rules]") {
  RuleDefaults defaults;
  defaults.alerts.labels = {{"cluster", "one"}, {"zone", "two"}};
  defaults.alerts.annotations = {{"runbook_url", "x"}};
  const Slo slo = LoadOne(OneSlo(R"(    labels: {area: ""}
    alerts: {labels: {zone: ""}, annotations: {runbook_url: ""}, page: {labels: {severity: ""}}}
)",
                                 "labels: {area: web, tier: \"1\"}\n"),
                          defaults);
  CHECK(slo.labels == Labels{{"tier", "1"}});
  CHECK(slo.alerts.labels == Labels{{"cluster", "one"}});
  CHECK(slo.alerts.annotations == Labels{});
  CHECK(slo.alerts.page.labels == Labels{});
  CHECK(slo.alerts.ticket.labels == Labels{{"severity", "warning"}});
}

TEST_CASE("ReadNative: a burn rate may be a fraction", "[rules]") {
  const auto load = [](const std::string& rate) {
    return Load(OneSlo("    alerts: {tiers: [{class: page, burn_rate: " + rate +
                       ", long: 1h, short: 5m}]}\n"));
  };
  REQUIRE(load("10/3").slos.size() == 1);
  CHECK(load("10/3").slos[0].alerts.tiers[0].factor == Ratio{10, 3});
  CHECK(load("20/6").slos[0].alerts.tiers[0].factor == Ratio{10, 3});
  for (const std::string rate : {"0/3", "1/0", "1/", "/3", "1/3/5", "-1/3", "1 / 3", "1.5/3"}) {
    INFO(rate);
    CHECK(HasErrors(load(rate).diagnostics));
  }
}

TEST_CASE("ReadNative: reads every kind of SLI", "[rules]") {
  const std::vector<Slo> slos = LoadGood("kinds");
  REQUIRE(slos.size() == 8);
  const Sli want[] = {
      EventsSli{Select("a_total{x=\"1\"}"), std::nullopt, Select("a_total{x=\"1\",y=\"2\"}")},
      LatencySli{Select("a_seconds_bucket"), absl::Milliseconds(300), false},
      LatencySli{Select("a_milliseconds_bucket{x=\"1\"}"), absl::Seconds(2), true},
      LatencySli{Select("a_duration_bucket"), absl::Milliseconds(1500), true},
      ProbeSli{Select("probe_success{job=\"x\"}")},
      ProbeSli{Select("probe_success{job=\"x\"}")},
      RatioSli{"sum(rate(bad_total[{{.window}}]))\n/\nsum(rate(all_total[{{ .window }}]))"},
      ExpressionSli{"sum(rate(bad_total[{{.window}}]))", "sum(rate(all_total[{{.window}}]))"},
  };
  for (std::size_t i = 0; i < slos.size(); ++i) {
    INFO(slos[i].name);
    CHECK(slos[i].sli == want[i]);
  }
}

TEST_CASE("ReadNative: the default policy", "[rules]") {
  const Slo slo = LoadOne(OneSlo(""));
  CHECK(slo.window == absl::Hours(24 * 30));
  CHECK(slo.alerts.tiers == DefaultTiers(absl::Hours(24 * 30)));
  CHECK(slo.alerts.no_data == NoDataPolicy{});
  CHECK(slo.alerts.page.labels == Labels{{"severity", "critical"}});
  CHECK(slo.alerts.ticket.labels == Labels{{"severity", "warning"}});
  CHECK(slo.alerts.labels.empty());
}

TEST_CASE("ReadNative: a severity of the user's is kept", "[rules]") {
  const Slo all = LoadOne(OneSlo("    alerts: {labels: {severity: mine}}\n"));
  CHECK(all.alerts.labels == Labels{{"severity", "mine"}});
  CHECK(all.alerts.page.labels.empty());
  const Slo page = LoadOne(OneSlo("    alerts: {page: {labels: {severity: sev1}}}\n"));
  CHECK(page.alerts.page.labels == Labels{{"severity", "sev1"}});
  CHECK(page.alerts.ticket.labels == Labels{{"severity", "warning"}});
}

TEST_CASE("ReadNative: the three layers of defaults", "[rules]") {
  const ConfigResult config = LoadConfig("slowburn.yaml", R"(
sources: {eu: {prometheus: {url: "http://eu"}}}
alerting: {severities: {page: sev1}}
defaults:
  window: 28d
  alerts:
    name: Global
    labels: {a: global, b: global, c: global}
    ticket: false
    no_data: {after: 30m, class: page}
    tiers: [{class: page, budget: 10%, long: 1d, short: 2h}, {class: ticket, budget: 1%, long: 2d, short: 1h}]
)");
  CHECK(testing::AsText(config.diagnostics).empty());
  const std::string file = "defaults: {alerts: {name: File, labels: {b: file, c: file}}}\n";
  const Slo slo = LoadOne(OneSlo("    alerts: {labels: {c: slo}, no_data: {after: 5m}}\n", file),
                          config.config.defaults);
  CHECK(slo.window == absl::Hours(24 * 28));
  CHECK(slo.source == "eu");
  CHECK(slo.alerts.name == "File");
  CHECK(slo.alerts.labels == Labels{{"a", "global"}, {"b", "file"}, {"c", "slo"}});
  CHECK(slo.alerts.no_data == NoDataPolicy{absl::Minutes(5), AlertClass::kPage});
  CHECK(slo.alerts.page.labels == Labels{{"severity", "sev1"}});
  REQUIRE(slo.alerts.tiers.size() == 1);
  CHECK(slo.alerts.tiers[0].factor == Ratio{14, 5});  // 10 % of 28 d in 1 d.
}

TEST_CASE("ReadNative: a tier may have one window, if it says so", "[rules]") {
  const auto tier = [](std::string_view short_window) {
    return OneSlo(
        fmt::format("    alerts: {{tiers: [{{class: page, burn_rate: 6, long: 6h, "
                    "short: {}}}]}}\n",
                    short_window));
  };
  const std::vector<Tier> tiers = LoadOne(tier("none")).alerts.tiers;
  REQUIRE(tiers.size() == 1);
  CHECK(tiers[0].HasOneWindow());
  CHECK(tiers[0].short_window == absl::Hours(6));
  CHECK_FALSE(LoadOne(tier("30m")).alerts.tiers[0].HasOneWindow());
  CHECK_THAT(testing::AsText(LoadRules({{"f.yaml", tier("6h")}}, {}).diagnostics),
             Catch::Contains(
                 "error: short is as long as long (write `short: none` for one window alone)"));
}

TEST_CASE("ReadNative: several alerts of a class, by name", "[rules]") {
  const std::vector<Slo> slos = LoadGood("named");
  REQUIRE(slos.size() == 2);
  const AlertPolicy& alerts = slos[0].alerts;
  REQUIRE(alerts.tiers.size() == 3);
  CHECK(ToString(alerts.tiers[0].Key()) == "page.fast");
  CHECK(ToString(alerts.tiers[1].Key()) == "page.slow");
  CHECK(ToString(alerts.tiers[2].Key()) == "ticket");
  REQUIRE(alerts.named.size() == 1);
  CHECK(alerts.named.at("fast").labels == Labels{{"exhaustion", "2d"}});
  CHECK(alerts.named.at("fast").annotations == Labels{{"summary", "Fast: {{ $value }}"}});
  CHECK(
      alerts.no_data ==
      NoDataPolicy{absl::Minutes(15), AlertClass::kTicket, "CheckoutGone", {{"pager", "second"}}});
}

TEST_CASE("ReadNative: what named alerts carry lies in layers, and only where there are such",
          "[rules]") {
  RuleDefaults defaults;
  defaults.alerts.named = {{"fast", {{{"a", "1"}, {"b", "1"}}, {}}}, {"other", {{{"a", "1"}}, {}}}};
  defaults.alerts.no_data.labels = {{"a", "1"}, {"b", "1"}};
  const Slo slo = LoadOne(OneSlo(R"yaml(    alerts:
      named: {fast: {labels: {b: "", c: "2"}}}
      tiers: [{class: page, burn_rate: 10, long: 1h, short: 5m, alert: fast}]
      no_data: {labels: {b: "2"}}
)yaml"),
                          defaults);
  REQUIRE(slo.alerts.named.size() == 1);
  CHECK(slo.alerts.named.at("fast").labels == Labels{{"a", "1"}, {"c", "2"}});
  CHECK(slo.alerts.no_data->labels == Labels{{"a", "1"}, {"b", "2"}});
  CHECK(LoadOne(OneSlo(""), defaults).alerts.named.empty());
}

TEST_CASE("ReadNative: MetricsQL is taken where it is asked for", "[rules]") {
  const auto load = [](std::string_view language) {
    return Load(
        fmt::format("version: slowburn/v1\nservice: s\nslos:\n  - name: a\n"
                    "    objective: 99\n    sli:\n      ratio:\n"
                    "        error: 'sum(increase_pure(e[{{{{.window}}}}])) default 0'\n{}",
                    language));
  };
  CHECK(load("").slos.empty());
  CHECK(load("        language: promql\n").slos.empty());
  const LoadResult read = load("        language: metricsql\n");
  REQUIRE(read.slos.size() == 1);
  CHECK_THAT(testing::AsText(read.diagnostics), Catch::Contains("as MetricsQL it is not checked"));
}

TEST_CASE("ReadNative: a class or no_data that is off beneath can be switched on", "[rules]") {
  const std::string file = "defaults: {alerts: {page: false, no_data: {class: none}}}\n";
  CHECK(LoadOne(OneSlo("", file)).alerts.tiers.size() == 2);
  CHECK(LoadOne(OneSlo("", file)).alerts.no_data == std::nullopt);
  const Slo on =
      LoadOne(OneSlo("    alerts: {page: {disable: false}, no_data: {class: ticket}}\n", file));
  CHECK(on.alerts.tiers.size() == 4);
  CHECK(on.alerts.no_data == NoDataPolicy{});
}

TEST_CASE("ReadNative: an objective is read exactly", "[rules]") {
  struct Case {
    const char* text;
    Ratio want;
  };

  const Case cases[] = {
      {"99.9", {999, 1000}},
      {"99.9%", {999, 1000}},
      {"\"99.95\"", {1999, 2000}},
      {"50", {1, 2}},
      {"99.99999", {9999999, 10000000}},
      {"100", {1, 1}},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.text) {
      const Slo slo = LoadOne("{version: slowburn/v1, service: s, slos: [{name: a, objective: " +
                              std::string(c.text) + ", sli: {probe: up}}]}");
      CHECK(slo.objective == c.want);
    }
  }
}

TEST_CASE("ReadNative: an error in what SLOs share leaves all of them out", "[rules]") {
  const char* const shared[] = {
      "lables: {}\n",
      "labels: {slo: x}\n",
      "source: nowhere\n",
      "defaults: {window: soon}\n",
      "defaults: {alerts: {tiers: [{class: page}]}}\n",
      "service: again\n",
  };
  for (const char* const line : shared) {
    DYNAMIC_SECTION(line) {
      const LoadResult result = Load(OneSlo("", line) + "---\n" + OneSlo("    window: 28d\n"));
      CHECK(result.bad_files == std::vector<std::string>{"a.yaml"});
      REQUIRE(result.slos.size() == 1);  // That of the other document.
      CHECK(result.slos[0].window == absl::Hours(24 * 28));
    }
  }
}

TEST_CASE("ReadNative: a bad template is told where it stands", "[rules]") {
  const LoadResult result =
      Load(OneSlo("    alerts:\n      annotations:\n        text: \"{{ query \\\"up\\\" }}\"\n"));
  REQUIRE(result.diagnostics.size() == 1);
  CHECK(result.diagnostics[0].at == Position{"a.yaml", 9, 16});
  CHECK(result.slos.empty());
}

TEST_CASE("ReadNative: an error in a selector points at its character", "[rules]") {
  // The second byte of each of these letters is no column.
  const LoadResult result = Load(
      "{version: slowburn/v1, service: s, slos: [{name: a, objective: 99,\n"
      "sli: {probe: \"up{a='\\u00e4\xC3\xA4' b}}\"}}]}");
  REQUIRE(result.diagnostics.size() == 1);
  CHECK(result.diagnostics[0].at.line == 2);
  CHECK(result.diagnostics[0].at.column == 30);
}

TEST_CASE("ReadNative: sources are those of the configuration", "[rules]") {
  RuleDefaults defaults;
  defaults.sources = {"eu", "us"};
  CHECK_THAT(testing::AsText(Load(OneSlo(""), defaults).diagnostics),
             Catch::Contains("a.yaml:4:5: error: there is no source 'default' (known: eu, us)"));
  CHECK(LoadOne(OneSlo("    source: us\n"), defaults).source == "us");
  CHECK(LoadOne(OneSlo("", "source: eu\n"), defaults).source == "eu");
}

}  // namespace
}  // namespace slowburn
