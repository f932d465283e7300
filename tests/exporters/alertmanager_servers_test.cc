// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/io/real_clock.h"
#include "tests/exporters/alertmanager_bench.h"
#include "tests/fakes/test_server.h"

// Deliveries to a real Alertmanager.
namespace slowburn {
namespace {

using nlohmann::json;

json AllShown(const TestServer& server) {
  const auto body = server.Get("/api/v2/alerts");
  return body ? json::parse(*body) : json::array();
}

// The alert of this name that a real Alertmanager shows; null without one.
json Shown(const TestServer& server, const std::string& name) {
  for (const json& alert : AllShown(server)) {
    if (alert["labels"]["alertname"] == name) return alert;
  }
  return nullptr;
}

// A worker that delivers to a real Alertmanager.
class RealBench {
 public:
  explicit RealBench(const TestServer& server)
      : worker(OptionsFor(server), board, RealClock(), telemetry) {
    SetLogLevel(LogLevel::kError);
    board.AddListener([this] { worker.Wake(); });
    worker.Start();
  }

  ~RealBench() { SetLogLevel(LogLevel::kInfo); }

  AlertmanagerWorker::Options OptionsFor(const TestServer& server) {
    auto options = Bench::OptionsFor(server.url(), absl::Seconds(20));
    options.keeper = &keeper;
    return options;
  }

  CountingTelemetry telemetry;
  FakeKeeper keeper;
  Board board;
  AlertmanagerWorker worker;
};

TEST_CASE("AlertmanagerWorker: delivers to a real Alertmanager", "[exporters]") {
  const auto server = TestServer::StartAlertmanager({});
  if (server == nullptr) {
    WARN("skipped: prometheus-alertmanager is not installed");
    return;
  }
  RealBench bench(*server);
  const absl::Time starts_at =
      absl::FromUnixSeconds(absl::ToUnixSeconds(RealClock().TimeNow())) - absl::Minutes(3);
  Alert good = Ours(Firing("good", starts_at));
  good.generator_url = "http://prometheus/graph?g0.expr=up";
  PublishAlerts(bench.board, {good, Ours(Firing("other", starts_at))});
  REQUIRE(WaitUntil([&] { return bench.telemetry.sent == 2; }));
  const json shown = Shown(*server, "good");
  REQUIRE_FALSE(shown.is_null());
  CHECK(shown["annotations"] == json{{"summary", "it burns"}});
  CHECK(shown["startsAt"] ==
        absl::FormatTime("%Y-%m-%dT%H:%M:%S.000Z", starts_at, absl::UTCTimeZone()));
  CHECK(shown["generatorURL"] == "http://prometheus/graph?g0.expr=up");

  // Resolved, seen gone, and then forgotten.
  PublishAlerts(bench.board, {Ours(Resolved("other", RealClock().TimeNow(), starts_at)), good});
  CHECK(WaitUntil([&] { return Shown(*server, "other").is_null(); }));
  PublishAlerts(bench.board, {good});
  CHECK(WaitUntil([&] {
    PublishAlerts(bench.board, {good});
    return bench.keeper.deliveries().size() == 1;
  }));
  CHECK_FALSE(Shown(*server, "good").is_null());
  CHECK(bench.telemetry.failed == 0);
}

TEST_CASE("AlertmanagerWorker: what a real Alertmanager objects to", "[exporters]") {
  const auto server = TestServer::StartAlertmanager({});
  if (server == nullptr) {
    WARN("skipped: prometheus-alertmanager is not installed");
    return;
  }

  struct Case {
    const char* name;
    std::function<void(Alert&)> change;
    bool arrives;
  };

  const Case cases[] = {
      {"label-name", [](Alert& alert) { alert.labels["bad-label"] = "x"; }, true},
      {"empty-label", [](Alert& alert) { alert.labels["empty"] = ""; }, true},
      {"annotation-name", [](Alert& alert) { alert.annotations["run book"] = "x"; }, true},
      {"no-utf8", [](Alert& alert) { alert.labels["x"] = alert.annotations["y"] = "\xff"; }, true},
      {"no-url", [](Alert& alert) { alert.generator_url = "not a url"; }, true},
      {"half-a-url", [](Alert& alert) { alert.generator_url = "http://host/%zz"; }, true},
      {"starts-never",
       [](Alert& alert) { alert.starts_at = alert.active_since = absl::InfinitePast(); }, true},
      {"starts-after-its-end",
       [](Alert& alert) { alert.starts_at = RealClock().TimeNow() + absl::Hours(1); }, true},
      {"long-label", [](Alert& alert) { alert.labels["x"] = std::string(65536, 'x'); }, true},
      {"no-labels", [](Alert& alert) { alert.labels.clear(); }, false},
      {"only-empty-labels",
       [](Alert& alert) {
         alert.labels = {{"a", ""}, {"b", ""}};
       },
       false},
  };
  RealBench bench(*server);
  const absl::Time starts_at = RealClock().TimeNow() - absl::Minutes(3);
  std::vector<Alert> alerts;
  std::int64_t refused = 0;
  for (const Case& c : cases) {
    Alert alert = Ours(Firing(c.name, starts_at));
    c.change(alert);
    alerts.push_back(alert);
    refused += c.arrives ? 0 : 1;
    for (int i = 0; i < 20; ++i) {
      alerts.push_back(Ours(Firing(fmt::format("good-{}-{}", c.name, i), starts_at)));
    }
  }
  PublishAlerts(bench.board, alerts);
  const auto good = static_cast<std::int64_t>(alerts.size()) - refused;
  CHECK(WaitUntil(
      [&] { return bench.telemetry.sent >= good && bench.telemetry.rejected >= refused; }));
  CHECK(bench.telemetry.sent == good);
  CHECK(bench.telemetry.rejected == refused);
  CHECK(bench.telemetry.failed == 0);
  CHECK(AllShown(*server).size() == static_cast<std::size_t>(good));
  for (const Case& c : cases) {
    INFO(c.name);
    CHECK(Shown(*server, c.name).is_null() != c.arrives);
  }
  std::size_t refusals = 0;
  for (const SavedEvent& event : bench.keeper.events()) refusals += event.to == "refused";
  CHECK(refusals == static_cast<std::size_t>(refused));
}

}  // namespace
}  // namespace slowburn
