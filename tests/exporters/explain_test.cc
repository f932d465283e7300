// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/explain.h"

#include <regex>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "exporters/text.h"
#include "tests/fakes/golden.h"
#include "tests/fakes/sample_snapshot.h"

namespace slowburn {
namespace {

using Catch::Contains;
using Catch::StartsWith;
using nlohmann::json;

std::vector<Acknowledgement> Acks(const std::string&) {
  return {{"http://am-1.example.org:9093", SampleTime() - absl::Seconds(30)},
          {"http://am-2.example.org:9093", std::nullopt}};
}

std::string Explain(const Snapshot& snapshot, const std::string& id,
                    const std::string& group = "") {
  const auto text = ExplainText(snapshot, id, group, Acks);
  REQUIRE(text.ok());
  return *text;
}

// `text` with the lines that were wrapped joined again.
std::string Unwrapped(const std::string& text) {
  return std::regex_replace(text, std::regex("\n +"), " ");
}

// The sample with the one SLO `id` changed by `change`, which gets the SLO and its source.
template <typename Change>
Snapshot Changed(const std::string& id, Change change) {
  Snapshot snapshot = SampleSnapshot();
  for (auto& source : snapshot.sources) {
    SourceSnapshot copy = *source;
    for (SloStatus& status : copy.slos) {
      if (status.slo->Id() == id) change(status, copy);
    }
    source = std::make_shared<const SourceSnapshot>(std::move(copy));
  }
  return snapshot;
}

TEST_CASE("Explain: text of every kind of SLO", "[exporters]") {
  const Snapshot snapshot = SampleSnapshot();

  const struct {
    std::string id;
    const char* file;
  } cases[] = {
      {"checkout/availability", "availability"},
      {"checkout/latency", "latency"},
      {"search/freshness", "freshness"},
      {"payments/settlement", "settlement"},
      {"payments/refunds", "refunds"},
      {"vault/integrity", "integrity"},
      {HostileSloId(), "hostile"},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.file) {
      CheckGolden(std::string("tests/golden/explain_") + c.file + ".txt", Explain(snapshot, c.id));
    }
  }
}

TEST_CASE("Explain: the first line is the answer", "[exporters]") {
  const Snapshot snapshot = SampleSnapshot();

  const struct {
    const char* id;
    const char* group;
    const char* want;
  } cases[] = {
      {"checkout/availability", "region=eu",
       "checkout/availability [region=eu]: PAGE FIRING since 02:14:30Z (12 minutes): burning 25.1x "
       "over 1h\n  and 212x over 5m; the page needs both above 14.4x.\n"},
      {"checkout/availability", "region=ap",
       "checkout/availability [region=ap]: TICKET PENDING since 02:25:00Z (1 minute 30 seconds), "
       "and "},
      {"checkout/availability", "region=us",
       "checkout/availability [region=us]: OK: nearest is the ticket over 3d and 6h, at 20.8 % "
       "of "},
      {"payments/settlement", "",
       "payments/settlement: NO DATA since 02:19:30Z (7 minutes): the newest sample is 22 "
       "minutes "},
      {"search/freshness", "",
       "search/freshness: TICKET FIRING in shadow (nobody is told) since 2026-02-28T00:26:30Z "},
      {"vault/integrity", "", "vault/integrity: OK: this SLO has no tiers, "},
      {"payments/refunds", "",
       "PROBLEM: cannot be measured: the selector refunds_total{job=\"refnuds\"} has never "},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.id << c.group) {
      CHECK_THAT(Explain(snapshot, c.id, c.group), StartsWith(c.want));
    }
  }
}

TEST_CASE("Explain: a tier of one window shows it once", "[exporters]") {
  const auto snapshot = Changed("checkout/availability", [](SloStatus& status, SourceSnapshot&) {
    GroupStatus& group = status.groups[1];
    Tier tier = group.tiers[0].tier;
    tier.short_window = tier.long_window;
    group.tiers = {TierBetween(group, tier)};
  });
  const std::string text = Unwrapped(Explain(snapshot, "checkout/availability", "region=eu"));
  CHECK_THAT(text, Contains("burning 25.1x over 1h; the page needs above 14.4x."));
  CHECK_THAT(text, Contains("the window burns above 14.4: 25.1 over 1h Budget"));
}

TEST_CASE("Explain: the worst group comes first", "[exporters]") {
  const std::string text = Explain(SampleSnapshot(), "checkout/availability");
  const std::size_t eu = text.find("\n[region=eu]");
  const std::size_t ap = text.find("\n[region=ap]");
  const std::size_t us = text.find("\n[region=us]");
  CHECK(eu < ap);
  CHECK(ap < us);
  CHECK(us != std::string::npos);
}

TEST_CASE("Explain: one group alone", "[exporters]") {
  const std::string text = Explain(SampleSnapshot(), "checkout/availability", "region=us");
  CHECK_THAT(text, Contains("[region=us]") && !Contains("region=eu") && !Contains("region=ap"));
}

TEST_CASE("Explain: an alert is held while it can't be known to be over", "[exporters]") {
  const auto snapshot =
      Changed("checkout/availability", [](SloStatus& status, SourceSnapshot& source) {
        for (Alert& alert : source.alerts) alert.held = alert.state == AlertState::kFiring;
        for (TierStatus& tier : status.groups[1].tiers) {
          tier.verdict = {Truth::kUnknown, Truth::kUnknown};
          tier.reason = TierReason::kLongUnknown;
          tier.long_window.coverage = 0.4;
        }
      });
  const std::string text = Unwrapped(Explain(snapshot, "checkout/availability", "region=eu"));
  CHECK_THAT(text, Contains("held, as it cannot be known whether it is over: only 40 % of"));
}

TEST_CASE("Explain: an alert whose condition has ended says what it waits for", "[exporters]") {
  const auto snapshot = Changed("checkout/availability", [](SloStatus& status, SourceSnapshot&) {
    for (TierStatus& tier : status.groups[1].tiers) {
      tier.verdict = {Truth::kFalse, Truth::kTrue};
      tier.short_window.burn_rate = 0.5;
    }
  });
  const std::string text = Unwrapped(Explain(snapshot, "checkout/availability", "region=eu"));
  CHECK_THAT(text, Contains("no longer above, with ") && Contains("0.5x over "));
  CHECK_THAT(text, Contains("sealed data"));
}

TEST_CASE("Explain: an unknown SLO says why", "[exporters]") {
  const auto snapshot = Changed("checkout/latency", [](SloStatus& status, SourceSnapshot&) {
    status.groups[0].tiers[2].verdict.firing = Truth::kUnknown;
    status.groups[0].tiers[2].reason = TierReason::kLongUnknown;
    status.groups[0].tiers[2].long_window.coverage = 0.12;
  });
  CHECK_THAT(Explain(snapshot, "checkout/latency"),
             StartsWith("checkout/latency: UNKNOWN: only 12 % of the last 1d is known (ticket over "
                        "1d and 2h).\n"));
}

TEST_CASE("Explain: a source that can't be read and a stale definition come first", "[exporters]") {
  const std::string text = Explain(SampleSnapshot(), HostileSloId());
  CHECK_THAT(text, StartsWith("PROBLEM: source 'backup' could not be read at "));
  CHECK_THAT(text, Contains("\nPROBLEM: the definition is stale: "));
}

TEST_CASE("Explain: an objective is never rounded", "[exporters]") {
  const auto snapshot = Changed("checkout/latency", [](SloStatus& status, SourceSnapshot&) {
    Slo slo = *status.slo;
    slo.objective = MakeRatio(99999, 100000);
    status.slo = std::make_shared<const Slo>(slo);
  });
  CHECK_THAT(Explain(snapshot, "checkout/latency"),
             Contains("Objective 99.999 % over 30d: an error budget of 0.001 %"));
}

TEST_CASE("Explain: an overspent budget says by how much", "[exporters]") {
  const auto snapshot = Changed("checkout/latency", [](SloStatus& status, SourceSnapshot&) {
    status.groups[0].budget_remaining = -0.37;
    status.groups[0].time_to_exhaustion = absl::ZeroDuration();
  });
  const std::string text = Unwrapped(Explain(snapshot, "checkout/latency"));
  CHECK_THAT(text, Contains("Budget: overspent by 37 %") && !Contains("it ends in"));
}

TEST_CASE("Explain: lines keep to a hundred columns", "[exporters]") {
  const Snapshot snapshot = SampleSnapshot();
  for (const char* id : {"checkout/availability", "checkout/latency", "search/freshness",
                         "payments/settlement", "payments/refunds", "vault/integrity"}) {
    std::istringstream lines(Explain(snapshot, id));
    for (std::string line; std::getline(lines, line);) {
      INFO(line);
      CHECK(Columns(line) <= 100);
      CHECK(!line.ends_with(' '));
    }
  }
}

TEST_CASE("Explain: nothing users wrote steers the terminal", "[exporters]") {
  for (const char c : Explain(SampleSnapshot(), HostileSloId())) {
    CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
  }
}

TEST_CASE("Explain: an SLO or group that isn't there names those near it", "[exporters]") {
  const Snapshot snapshot = SampleSnapshot();
  const auto message = [&](const char* id, const char* group) {
    const auto text = ExplainText(snapshot, id, group, Acks);
    CHECK(absl::IsNotFound(text.status()));
    CHECK(ExplainJson(snapshot, id, group, Acks).status() == text.status());
    return std::string(text.status().message());
  };
  CHECK(message("checkout/availabilty", "") ==
        "no SLO 'checkout/availabilty'; did you mean checkout/availability?");
  CHECK(message("latency", "") == "no SLO 'latency'; did you mean checkout/latency?");
  CHECK(message("zzz", "") == "no SLO 'zzz' among 7");
  CHECK(message("checkout/availability", "region=ue") ==
        "checkout/availability has no group 'region=ue'; there is region=us, region=ap, region=eu");
  CHECK(message("checkout/latency", "region=eu") ==
        "checkout/latency has no groups, so none 'region=eu'");
  Snapshot nothing;
  nothing.rules = std::make_shared<const RulesStatus>();
  CHECK(ExplainText(nothing, "a/b", "", Acks).status().message() ==
        "no SLO 'a/b': none has been evaluated yet");
}

TEST_CASE("Explain: a pending alert and one in shadow ask for no acknowledgement", "[exporters]") {
  CHECK_THAT(Explain(SampleSnapshot(), "checkout/availability", "region=ap"),
             !Contains("Acknowledged"));
  CHECK_THAT(Explain(SampleSnapshot(), "search/freshness"), !Contains("Acknowledged"));
  CHECK_THAT(Explain(SampleSnapshot(), "checkout/availability", "region=eu"),
             Contains("Acknowledged by http://am-1.example.org:9093: at 2026-03-01T02:26:00Z") &&
                 Contains("Acknowledged by http://am-2.example.org:9093: never."));
}

TEST_CASE("ExplainJson: the same facts as numbers", "[exporters]") {
  const auto text = ExplainJson(SampleSnapshot(), "checkout/availability", "region=eu", Acks);
  REQUIRE(text.ok());
  const json explained = json::parse(*text);
  CHECK(explained["overall_state"] == "firing_page");
  CHECK(explained["source"]["at"] == "2026-03-01T02:26:30.000Z");
  CHECK(explained["source"]["sealed_until"] == "2026-03-01T02:26:15.000Z");
  CHECK(explained["definition"]["objective"] == 0.999);
  CHECK(explained["definition"]["plan"]["kind"] == "exact");
  CHECK(explained["problems"].empty());
  REQUIRE(explained["groups"].size() == 1);
  const json& group = explained["groups"][0];
  CHECK(group["group"] == "region=eu");
  CHECK(group["labels"]["region"] == "eu");
  CHECK(group["overall_state"] == "firing_page");
  CHECK_THAT(group["answer"].get<std::string>(), StartsWith("PAGE FIRING since 02:14:30Z"));
  CHECK(group["data_age_seconds"] == 14);
  CHECK(group["time_to_exhaustion_seconds"] == 42480);
  CHECK(group["tiers"].size() == 4);
  const json& tier = group["tiers"][0];
  CHECK(tier["class"] == "page");
  CHECK(tier["threshold"] == 14.4);
  CHECK(tier["long_window"]["bad"] == 312);
  CHECK(tier["long_window"]["total"] == 12440);
  CHECK(tier["long_window"]["burn_rate"].get<double>() == Approx(25.08).epsilon(1e-3));
  CHECK(tier["verdict"]["firing"] == "true");
  CHECK(tier["state"]["state"] == "firing");
  CHECK(group["nearest_tier"]["long"] == "1h");
  CHECK(group["nearest_tier"]["share_of_threshold"].get<double>() ==
        Approx(25.08 / 14.4).epsilon(1e-3));
  REQUIRE(group["alerts"].size() == 2);
  CHECK(group["alerts"][0]["starts_at"] == "2026-03-01T02:14:30.000Z");
  CHECK(group["alerts"][0]["acknowledged"][0]["at"] == "2026-03-01T02:26:00.000Z");
  CHECK(group["alerts"][0]["acknowledged"][1]["at"].is_null());
}

TEST_CASE("ExplainJson: what is unknown is null, and hostile text stays whole", "[exporters]") {
  const auto text = ExplainJson(SampleSnapshot(), HostileSloId(), HostileGroupKey(), Acks);
  REQUIRE(text.ok());
  const json explained = json::parse(*text);
  const json& group = explained["groups"][0];
  CHECK(group["budget_remaining"].is_null());
  CHECK(group["windows"][0]["error_ratio"].is_null());
  CHECK(group["nearest_tier"].is_null());
  CHECK(group["group"] == HostileGroupKey());
  CHECK(explained["definition"]["stale_definition"] == true);
  CHECK(explained["problems"].size() == 3);
}

TEST_CASE("ExplainJson: an opaque SLO has its reason and no counts", "[exporters]") {
  const auto text = ExplainJson(SampleSnapshot(), "search/freshness", "", Acks);
  REQUIRE(text.ok());
  const json explained = json::parse(*text);
  CHECK(explained["definition"]["plan"]["kind"] == "opaque");
  CHECK(explained["definition"]["plan"]["reason"] ==
        "a recording rule holds a ratio, not counts of events");
  CHECK(explained["groups"][0]["windows"][0]["bad"].is_null());
  CHECK(explained["groups"][0]["windows"][0]["error_ratio"] == 0.06);
}

}  // namespace
}  // namespace slowburn
