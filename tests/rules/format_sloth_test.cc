// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/format_sloth.h"

#include <catch2/catch.hpp>

#include "rules/alert_window.h"
#include "rules/load.h"
#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

std::vector<Slo> LoadEveryKey(const RuleDefaults& defaults = {}) {
  const auto path = testing::TestdataFolder("sloth") / "every-key.good.yaml";
  LoadResult result = LoadRules({{"every-key.good.yaml", testing::ReadWhole(path)}}, defaults);
  REQUIRE(result.slos.size() == 4);
  return std::move(result.slos);
}

TEST_CASE("ReadSloth: events become expressions, raw a ratio", "[rules]") {
  const std::vector<Slo> slos = LoadEveryKey();
  CHECK(slos[0].Id() == "shop/requests");
  CHECK(slos[0].format == Format::kSloth);
  CHECK(slos[0].objective == Ratio{999, 1000});
  CHECK(slos[0].window == absl::Hours(24 * 30));
  CHECK(slos[0].sli ==
        Sli{ExpressionSli{"sum(rate(http_requests_total{code=~\"5..\"}[{{.window}}]))",
                          "sum(rate(http_requests_total[{{.window}}]))"}});
  CHECK(slos[1].sli == Sli{RatioSli{"1 - avg_over_time(up[{{.window}}])"}});
}

TEST_CASE("ReadSloth: labels are as Go prints them", "[rules]") {
  const std::vector<Slo> slos = LoadEveryKey();
  CHECK(slos[0].labels == Labels{{"category", "web"},
                                 {"generated", "true"},
                                 {"owner", "myteam"},
                                 {"ratio", "0.2"},
                                 {"tier", "2"}});
  CHECK(slos[0].owner == "myteam");
}

TEST_CASE("ReadSloth: alerts carry what Sloth's own carry", "[rules]") {
  const AlertPolicy alerts = LoadEveryKey()[0].alerts;
  CHECK(alerts.name == "ShopErrors");
  CHECK(alerts.labels == Labels{{"channel", "shop"},
                                {"sloth_id", "shop-requests"},
                                {"sloth_service", "shop"},
                                {"sloth_slo", "requests"}});
  CHECK(alerts.page.labels == Labels{{"severity", "pageteam"}, {"sloth_severity", "page"}});
  CHECK(alerts.ticket.labels ==
        Labels{{"severity", "warning"}, {"slack", "#shop"}, {"sloth_severity", "ticket"}});
  CHECK(alerts.annotations == Labels{{"summary", "Too many errors"}});
  CHECK(alerts.page.annotations ==
        Labels{{"title",
                "(page) {{$labels.sloth_service}} {{$labels.sloth_slo}} SLO "
                "error budget burn rate is too fast."}});
  CHECK(alerts.ticket.annotations == Labels{{"title", "A ticket"}});
  CHECK(alerts.tiers == DefaultTiers(absl::Hours(24 * 30)));
  CHECK(alerts.no_data == std::nullopt);
}

TEST_CASE("ReadSloth: a disabled alert takes its tiers along", "[rules]") {
  const std::vector<Slo> slos = LoadEveryKey();
  REQUIRE(slos[1].alerts.tiers.size() == 2);
  CHECK(slos[1].alerts.tiers[0].alert_class == AlertClass::kTicket);
  CHECK(slos[1].alerts.ticket.annotations ==
        Labels{{"summary",
                "{{$labels.sloth_service}} {{$labels.sloth_slo}} SLO "
                "error budget burn rate is over expected."},
               {"title",
                "(ticket) {{$labels.sloth_service}} {{$labels.sloth_slo}} SLO "
                "error budget burn rate is too fast."}});
  CHECK(slos[2].alerts.tiers.empty());
}

TEST_CASE("ReadSloth: keys match whatever their case", "[rules]") {
  CHECK(std::holds_alternative<RatioSli>(LoadEveryKey()[3].sli));
}

TEST_CASE("ReadSloth: a label of slowburn's own is ignored", "[rules]") {
  CHECK_FALSE(LoadEveryKey()[3].alerts.labels.contains("service"));
}

TEST_CASE("ReadSloth: slowburn.yaml lies beneath", "[rules]") {
  const ConfigResult config = LoadConfig("slowburn.yaml", R"(
defaults:
  window: 28d
  alerts:
    labels: {channel: global, team: global}
    annotations: {title: A title, runbook_url: "https://r"}
    no_data: {after: 30m}
)");
  CHECK(testing::AsText(config.diagnostics).empty());
  const std::vector<Slo> slos = LoadEveryKey(config.config.defaults);
  CHECK(slos[0].window == absl::Hours(24 * 28));
  const AlertPolicy& alerts = slos[0].alerts;
  CHECK(alerts.labels.at("channel") == "shop");
  CHECK(alerts.labels.at("team") == "global");
  CHECK(alerts.annotations ==
        Labels{{"runbook_url", "https://r"}, {"summary", "Too many errors"}, {"title", "A title"}});
  CHECK(alerts.page.annotations.empty());
  CHECK(alerts.ticket.annotations == Labels{{"title", "A ticket"}});
  CHECK(alerts.no_data == NoDataPolicy{absl::Minutes(30), AlertClass::kTicket});
}

}  // namespace
}  // namespace slowburn
