// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/slo_diff.h"

#include <functional>

#include <catch2/catch.hpp>

namespace slowburn {
namespace {

Selector Select(const char* text) {
  return *ParseSelector(text);
}

Slo SampleSlo() {
  Slo slo;
  slo.service = "shop";
  slo.name = "availability";
  slo.description = "Requests are answered.";
  slo.labels = {{"area", "eu"}, {"tier", "1"}};
  slo.source = "default";
  slo.objective = MakeRatio(999, 1000);
  slo.window = absl::Hours(24 * 30);
  slo.sli = EventsSli{Select("requests"), Select("errors"), std::nullopt};
  slo.by = {"region"};
  slo.alerts.labels = {{"team", "shop"}};
  slo.alerts.annotations = {{"runbook", "https://example.org/a"}};
  slo.alerts.page.labels = {{"severity", "critical"}};
  slo.alerts.page.annotations = {{"call", "us"}};
  slo.alerts.ticket.labels = {{"severity", "warning"}};
  slo.alerts.ticket.annotations = {{"queue", "us"}};
  slo.alerts.named["slow"].labels = {{"severity", "p2"}};
  slo.alerts.tiers = {{AlertClass::kPage, MakeRatio(144, 10), absl::Hours(1), absl::Minutes(5),
                       absl::ZeroDuration(), absl::ZeroDuration()},
                      {AlertClass::kTicket, MakeRatio(1, 1), absl::Hours(72), absl::Hours(6),
                       absl::ZeroDuration(), absl::ZeroDuration()}};
  slo.defined_at = {"a.yaml", 3, 5};
  return slo;
}

TEST_CASE("DescribeChange: names what changed", "[engine]") {
  struct Case {
    std::function<void(Slo&)> change;
    const char* want;
  };

  const Case cases[] = {
      {[](Slo&) {}, ""},
      {[](Slo& slo) {
         slo.defined_at = {"b.yaml", 9, 1};
       },
       ""},
      {[](Slo& slo) { slo.service = "store"; }, "service shop -> store"},
      {[](Slo& slo) { slo.name = "uptime"; }, "name availability -> uptime"},
      {[](Slo& slo) { slo.description = "Others."; }, "description changed"},
      {[](Slo& slo) { slo.owner = "ada"; }, "owner none -> ada"},
      {[](Slo& slo) { slo.labels["tier"] = "2"; }, "label tier 1 -> 2"},
      {[](Slo& slo) { slo.labels["zone"] = "a"; }, "label zone a added"},
      {[](Slo& slo) { slo.labels.erase("area"); }, "label area removed"},
      {[](Slo& slo) { slo.source = "eu"; }, "source default -> eu"},
      {[](Slo& slo) { slo.objective = MakeRatio(995, 1000); }, "objective 99.9 -> 99.5"},
      {[](Slo& slo) { slo.window = absl::Hours(24 * 28); }, "window 30d -> 28d"},
      {[](Slo& slo) { slo.sli = ProbeSli{Select("up")}; }, "sli changed"},
      {[](Slo& slo) { std::get<EventsSli>(slo.sli).bad = Select("faults"); }, "sli changed"},
      {[](Slo& slo) { slo.by = {}; }, "by region -> none"},
      {[](Slo& slo) {
         slo.by = {"region", "zone"};
       },
       "by region -> region zone"},
      {[](Slo& slo) { slo.format = Format::kSloth; }, "format slowburn -> sloth"},
      {[](Slo& slo) { slo.alerts.name = "Burn"; }, "alert name ErrorBudgetBurn -> Burn"},
      {[](Slo& slo) { slo.alerts.labels["team"] = "web"; }, "alert label team shop -> web"},
      {[](Slo& slo) { slo.alerts.annotations["runbook"] = "-"; },
       "alert annotation runbook changed"},
      {[](Slo& slo) { slo.alerts.annotations.clear(); }, "alert annotation runbook removed"},
      {[](Slo& slo) { slo.alerts.annotations["more"] = "-"; }, "alert annotation more added"},
      {[](Slo& slo) { slo.alerts.page.labels["severity"] = "sms"; },
       "page label severity critical -> sms"},
      {[](Slo& slo) { slo.alerts.page.annotations["call"] = "them"; },
       "page annotation call changed"},
      {[](Slo& slo) { slo.alerts.ticket.labels["severity"] = "none"; },
       "ticket label severity warning -> none"},
      {[](Slo& slo) { slo.alerts.ticket.annotations["queue"] = "them"; },
       "ticket annotation queue changed"},
      {[](Slo& slo) { slo.alerts.tiers[0].factor = MakeRatio(10, 1); },
       "tier page 1h/5m burn rate 14.4 -> 10"},
      {[](Slo& slo) { slo.alerts.tiers[0].for_duration = absl::Minutes(2); },
       "tier page 1h/5m for 0s -> 2m"},
      {[](Slo& slo) { slo.alerts.tiers[0].keep_firing_for = absl::Minutes(2); },
       "tier page 1h/5m keep_firing_for 0s -> 2m"},
      {[](Slo& slo) { slo.alerts.tiers[0].long_window = absl::Hours(2); },
       "tier page 1h/5m removed, tier page 2h/5m burn rate 14.4 added"},
      {[](Slo& slo) { slo.alerts.tiers[0].short_window = absl::Minutes(6); },
       "tier page 1h/5m removed, tier page 1h/6m burn rate 14.4 added"},
      {[](Slo& slo) { slo.alerts.tiers[1].alert_class = AlertClass::kPage; },
       "tier ticket 3d/6h removed, tier page 3d/6h burn rate 1 added"},
      {[](Slo& slo) { slo.alerts.tiers.pop_back(); }, "tier ticket 3d/6h removed"},
      {[](Slo& slo) { std::swap(slo.alerts.tiers[0], slo.alerts.tiers[1]); }, ""},
      {[](Slo& slo) { slo.alerts.no_data.reset(); }, "no_data ticket after 15m -> disabled"},
      {[](Slo& slo) { slo.alerts.no_data->after = absl::Minutes(5); },
       "no_data ticket after 15m -> ticket after 5m"},
      {[](Slo& slo) { slo.alerts.no_data->alert_class = AlertClass::kPage; },
       "no_data ticket after 15m -> page after 15m"},
      {[](Slo& slo) { slo.alerts.no_data->name = "Gone"; },
       "no_data ticket after 15m -> Gone ticket after 15m"},
      {[](Slo& slo) { slo.alerts.no_data->labels["severity"] = "info"; },
       "no_data label severity info added"},
      {[](Slo& slo) { slo.alerts.tiers[0].alert = "fast"; },
       "tier page 1h/5m removed, tier page.fast 1h/5m burn rate 14.4 added"},
      {[](Slo& slo) { slo.alerts.named["slow"].labels["severity"] = "sms"; },
       "slow label severity p2 -> sms"},
      {[](Slo& slo) { slo.alerts.named["slow"].annotations["call"] = "them"; },
       "slow annotation call added"},
      {[](Slo& slo) { slo.alerts.mode = AlertMode::kShadow; }, "mode live -> shadow"},
      {[](Slo& slo) {
         slo.objective = MakeRatio(995, 1000);
         slo.window = absl::Hours(24 * 28);
         slo.alerts.tiers[0].factor = MakeRatio(10, 1);
         slo.labels["tier"] = "2";
         slo.sli = ProbeSli{Select("up")};
       },
       "objective 99.9 -> 99.5, window 30d -> 28d, tier page 1h/5m burn rate 14.4 -> 10, "
       "label tier 1 -> 2, sli changed"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.want);
    Slo after = SampleSlo();
    c.change(after);
    CHECK(DescribeChange(SampleSlo(), after) == c.want);
  }
}

TEST_CASE("ConfigurationHash: tells any two sets of files apart", "[engine]") {
  const std::vector<std::vector<RuleFile>> sets = {
      {},
      {{"", ""}},
      {{"a.yaml", "x"}},
      {{"a.yaml", "y"}},
      {{"b.yaml", "x"}},
      {{"a.yam", "lx"}},
      {{"a.yaml", "x"}, {"b.yaml", "x"}},
      {{"b.yaml", "x"}, {"a.yaml", "x"}},
      {{"a.yaml", ""}, {"b.yaml", "xx"}},
  };
  for (std::size_t i = 0; i < sets.size(); ++i) {
    CHECK(ConfigurationHash(sets[i]).size() == 32);
    CHECK(ConfigurationHash(sets[i]) == ConfigurationHash(std::vector<RuleFile>(sets[i])));
    for (std::size_t j = 0; j < i; ++j) {
      CAPTURE(i, j);
      CHECK(ConfigurationHash(sets[i]) != ConfigurationHash(sets[j]));
    }
  }
  // It is stored, and compared after an upgrade.
  CHECK(ConfigurationHash({{"a.yaml", "x"}}) == "377f5a35c6d4f32059626f1cc0bcde75");
}

}  // namespace
}  // namespace slowburn
