// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/alert_codec.h"
#include "exporters/alertmanager_entries.h"
#include "tests/exporters/alertmanager_bench.h"

// What outlives the process, resolutions that are looked for, and peers.
namespace slowburn {
namespace {

using Answer = FakeHttpServer::Answer;
using Request = FakeHttpServer::Request;
using nlohmann::json;

// An Alertmanager in memory: POST stores or resolves, GET shows.
class FakeAlertmanager {
 public:
  Answer operator()(const Request& request) {
    const std::lock_guard lock(mutex_);
    if (broken_reads && request.method == "GET") return {.status = 500};
    if (request.target == "/api/v2/status") return {.body = json{{"uptime", up_since}}.dump()};
    if (request.method == "GET") return {.body = Shown().dump()};
    for (const json& alert : json::parse(request.body)) {
      const std::string name = alert["labels"]["alertname"];
      const bool deaf = deaf_to.contains(name) && alert["endsAt"] <= now;
      if (!deaf) alerts_[name] = alert;
      if (!deaf) alerts_[name]["updatedAt"] = now;
    }
    return {};
  }

  // A peer tells that the alert fires at `at`.
  void PeerTells(const std::string& name, const std::string& at, const std::string& ends_at) {
    const std::lock_guard lock(mutex_);
    alerts_[name]["updatedAt"] = at;
    alerts_[name]["endsAt"] = ends_at;
  }

  void Forget(const std::string& name) {
    const std::lock_guard lock(mutex_);
    alerts_.erase(name);
  }

  void SetNow(absl::Time time) {
    const std::lock_guard lock(mutex_);
    now = Text(time);
  }

  static std::string Text(absl::Time time) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
  }

  std::atomic<bool> broken_reads = false;
  std::string up_since = "2026-11-21T00:00:00.000Z";
  std::string now = Text(kStart);
  std::set<std::string> deaf_to;  // Whose resolutions it does not heed.

 private:
  json Shown() const {
    json shown = json::array();
    for (const auto& [name, alert] : alerts_) {
      if (alert["endsAt"] > now) shown.push_back(alert);
    }
    return shown;
  }

  std::mutex mutex_;
  std::map<std::string, json> alerts_;
};

// A worker with a state, and an Alertmanager that remembers.
class Scene {
 public:
  explicit Scene(std::vector<SavedDelivery> restored = {})
      : bench([this](const Request& request) { return alertmanager(request); }, absl::Seconds(10),
              [&](AlertmanagerWorker::Options& options) {
                options.name = "am";
                options.keeper = &keeper;
                options.restored = std::move(restored);
                options.on_peer_resolved = [this](const std::string& id) {
                  const std::lock_guard lock(mutex_);
                  by_peer_.push_back(id);
                };
              }) {}

  void Step(absl::Duration by, std::vector<Alert> alerts) {
    bench.clock.AdvanceTime(by);
    alertmanager.SetNow(bench.clock.SimulatedClock::TimeNow());
    bench.Settle(std::move(alerts));
  }

  std::vector<std::string> by_peer() const {
    const std::lock_guard lock(mutex_);
    return by_peer_;
  }

  // Waits for what comes of a reading, which is made on a thread of its own.
  bool Until(const std::function<bool()>& condition) {
    for (int i = 0; i < 1000; ++i) {
      bench.Settle();
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }

  bool WaitForReads(std::size_t count) {
    return Until([&] { return bench.gets() >= count; });
  }

  mutable std::mutex mutex_;
  std::vector<std::string> by_peer_;
  FakeKeeper keeper;
  FakeAlertmanager alertmanager;
  Bench bench;
};

TEST_CASE("AlertmanagerWorker: keeps what was told in the state", "[exporters]") {
  Scene scene;
  const Alert firing = Ours(Firing("a"));
  scene.Step({}, {firing});
  auto kept = scene.keeper.deliveries();
  REQUIRE(kept.size() == 1);
  CHECK(kept[0] == SavedDelivery{.alertmanager = "am",
                                 .alert_id = firing.Id(),
                                 .state = "firing",
                                 .starts_at = kStart,
                                 .acknowledged_at = kStart,
                                 .alert = EncodeAlert(firing)});
  scene.Step(absl::Minutes(1), {firing});
  CHECK(scene.keeper.deliveries()[0].acknowledged_at == kStart + absl::Minutes(1));

  scene.Step({}, {Ours(Resolved("a", kStart + absl::Minutes(1)))});
  // Once it was told and seen gone, the alert itself is not needed any more.
  REQUIRE(scene.Until([&] { return scene.keeper.deliveries()[0].alert.empty(); }));
  kept = scene.keeper.deliveries();
  CHECK(kept[0].state == "resolved");
  CHECK(kept[0].resolved_at == kStart + absl::Minutes(1));
  scene.Step({}, {});
  CHECK(scene.keeper.deliveries().empty());
}

TEST_CASE("AlertmanagerWorker: a restart keeps acknowledgements and resends at once",
          "[exporters]") {
  const Alert firing = Ours(Firing("a"));
  Scene scene({{.alertmanager = "am",
                .alert_id = firing.Id(),
                .state = "firing",
                .starts_at = kStart,
                .acknowledged_at = kStart - absl::Seconds(10),
                .alert = EncodeAlert(firing)}});
  CHECK(scene.bench.worker.AcknowledgedAt(firing.Id()) == kStart - absl::Seconds(10));
  scene.Step({}, {});  // The source is slow to publish.
  CHECK(scene.bench.posts() == 0);
  CHECK(scene.keeper.deliveries().size() == 1);
  scene.Step({}, {firing});
  CHECK(scene.bench.posts() == 1);
  scene.Step(absl::Seconds(59), {firing});
  CHECK(scene.bench.posts() == 1);
}

TEST_CASE("AlertmanagerWorker: a restart goes on to tell a resolution that is off the board",
          "[exporters]") {
  const Alert resolved = Ours(Resolved("a", kStart - absl::Hours(1), kStart - absl::Hours(2)));
  Scene scene({{.alertmanager = "am",
                .alert_id = resolved.Id(),
                .state = "firing",
                .starts_at = kStart - absl::Hours(2),
                .acknowledged_at = kStart - absl::Hours(1),
                .alert = EncodeAlert(resolved)},
               {.alertmanager = "am", .alert_id = "damaged", .state = "firing", .alert = "\xff"}});
  scene.Step({}, {});
  REQUIRE(scene.bench.posts() == 1);
  CHECK(scene.bench.Post(0)[0]["endsAt"] == "2026-11-21T06:30:00.000Z");
  CHECK(scene.Until([&] { return scene.keeper.deliveries().empty(); }));
}

TEST_CASE("AlertmanagerWorker: stopping tells what was restored", "[exporters]") {
  const Alert resolved = Ours(Resolved("a", kStart - absl::Hours(1), kStart - absl::Hours(2)));
  FakeHttpServer slow([](const Request&) { return Answer{.delay = absl::Milliseconds(200)}; });
  WatchedClock clock(kStart);
  CountingTelemetry telemetry;
  Board board;
  auto options = Bench::OptionsFor(slow.url(), absl::Seconds(30));
  options.restored = {{.alert_id = resolved.Id(), .alert = EncodeAlert(resolved)}};
  AlertmanagerWorker worker(options, board, clock, telemetry);
  std::vector<Alert> alerts;
  for (int i = 0; i < 600; ++i) alerts.push_back(Firing(fmt::format("a{:03}", i)));
  PublishAlerts(board, alerts);
  worker.Start();
  worker.Stop(absl::Seconds(60));
  CHECK(telemetry.sent == 601);
}

TEST_CASE("AlertmanagerWorker: looks whether resolutions are heeded, with one request for all",
          "[exporters]") {
  Scene scene;
  std::vector<Alert> firing;
  std::vector<Alert> resolved;
  for (int i = 0; i < 300; ++i) {
    firing.push_back(Ours(Firing(fmt::format("a{:03}", i))));
    resolved.push_back(Ours(Resolved(fmt::format("a{:03}", i), kStart + absl::Seconds(30))));
  }
  scene.Step({}, firing);
  CHECK(scene.bench.gets() == 0);
  scene.Step(absl::Seconds(30), resolved);
  REQUIRE(scene.WaitForReads(1));
  const std::size_t posts = scene.bench.posts();
  scene.Step(absl::Seconds(50), {});
  CHECK(scene.bench.posts() == posts);
  CHECK(scene.bench.gets() == 1);
}

TEST_CASE("AlertmanagerWorker: sends a resolution that is not heeded again, a few times",
          "[exporters]") {
  SetLogLevel(LogLevel::kError);
  Scene scene;
  scene.alertmanager.deaf_to = {"a"};
  scene.Step({}, {Ours(Firing("a"))});
  scene.Step(absl::Seconds(30), {Ours(Resolved("a", kStart + absl::Seconds(30)))});
  CHECK(scene.Until([&] { return scene.bench.posts() >= 3; }));
  // As long as it takes: looks are made on a thread of their own.
  for (int i = 0; i < 2000 && !scene.keeper.deliveries().empty(); ++i) {
    // A peer keeps it alive.
    scene.alertmanager.PeerTells("a", scene.alertmanager.now, "2026-11-22T00:00:00.000Z");
    scene.Step(absl::Seconds(15), {});
  }
  CHECK(scene.keeper.deliveries().empty());
  CHECK(scene.bench.posts() == 6);  // One fire, one resolution, and that four times more.
  CHECK(scene.bench.gets() == 5);
}

TEST_CASE("AlertmanagerWorker: a failed look is made again later", "[exporters]") {
  Scene scene;
  scene.alertmanager.broken_reads = true;
  scene.Step({}, {Ours(Resolved("a", kStart))});
  REQUIRE(scene.WaitForReads(1));
  scene.Step({}, {});
  CHECK(scene.bench.gets() == 1);
  CHECK(scene.keeper.deliveries().size() == 1);
  scene.alertmanager.broken_reads = false;
  scene.Step(absl::Seconds(2), {});
  CHECK(scene.Until([&] { return scene.keeper.deliveries().empty(); }));
  CHECK(scene.bench.posts() == 1);
}

TEST_CASE("AlertmanagerWorker: leaves a held alert to the peer that tells it, while it does",
          "[exporters]") {
  Scene scene;
  const Alert held = Held(Firing("a"));
  scene.Step({}, {held});
  CHECK(scene.bench.posts() == 1);  // News does not wait.
  CHECK(scene.bench.gets() == 0);
  scene.alertmanager.PeerTells("a", "2026-11-21T07:30:40.000Z", "2026-11-21T07:35:40.000Z");
  scene.Step(absl::Seconds(70), {held});  // Between two slots.
  REQUIRE(scene.WaitForReads(2));         // Alerts and status.
  scene.Step(absl::Seconds(29), {held});
  CHECK(scene.bench.posts() == 1);
  CHECK(scene.bench.gets() == 2);
  // The peer has fallen silent: what it told last is as old as what we would have.
  scene.Step(absl::Seconds(1), {held});
  CHECK(scene.Until([&] { return scene.bench.posts() == 2; }));
}

TEST_CASE("AlertmanagerWorker: adopts that a peer resolved a held alert", "[exporters]") {
  Scene scene;
  const Alert held = Held(Firing("a"));
  scene.Step({}, {held});
  scene.alertmanager.Forget("a");
  scene.Step(absl::Seconds(70), {held});
  REQUIRE(scene.Until([&] { return !scene.by_peer().empty(); }));
  CHECK(scene.by_peer() == std::vector<std::string>{held.Id()});
  scene.Step(absl::Minutes(5), {held});
  CHECK(scene.bench.posts() == 1);
  // Evidence of our own counts more.
  scene.Step({}, {Ours(Firing("a"))});
  CHECK(scene.bench.posts() == 2);
}

TEST_CASE("AlertmanagerWorker: resends a held alert when nothing follows from what is there",
          "[exporters]") {
  struct Case {
    const char* name;
    void (*change)(FakeAlertmanager&);
    absl::Duration wait = absl::Seconds(70);
  };

  const Case cases[] = {
      {"it is as we left it", [](FakeAlertmanager&) {}},
      {"Alertmanager has restarted since",
       [](FakeAlertmanager& alertmanager) {
         alertmanager.Forget("a");
         alertmanager.up_since = "2026-11-21T07:30:20.000Z";
       }},
      {"what we told has run out", [](FakeAlertmanager& alertmanager) { alertmanager.Forget("a"); },
       absl::Seconds(370)},
      {"it can't be read",
       [](FakeAlertmanager& alertmanager) {
         alertmanager.Forget("a");
         alertmanager.broken_reads = true;
       }},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      SetLogLevel(LogLevel::kError);
      Scene scene;
      const Alert held = Held(Firing("a"));
      scene.Step({}, {held});
      c.change(scene.alertmanager);
      scene.Step(c.wait, {held});
      CHECK(scene.Until([&] { return scene.bench.posts() == 2; }));
      CHECK(scene.bench.gets() >= 1);
      CHECK(scene.by_peer().empty());
    }
  }
}

TEST_CASE("AlertmanagerWorker: failures and refusals are events", "[exporters]") {
  std::atomic<int> status = 503;
  FakeKeeper keeper;
  Bench bench([&](const Request&) { return Answer{.status = status, .body = "\"bad\""}; },
              absl::Seconds(10),
              [&](AlertmanagerWorker::Options& options) {
                options.keeper = &keeper;
                options.name = "am";
              });
  SetLogLevel(LogLevel::kError);
  Alert alert = Firing("a");
  alert.slo_id = "shop/cart";
  bench.Settle({alert});
  bench.Step(absl::Seconds(2));
  status = 200;
  bench.Step(absl::Seconds(5));
  status = 400;
  bench.Step(absl::Minutes(1));
  const auto events = keeper.events();
  REQUIRE(events.size() == 3);
  CHECK(events[0].kind == "delivery");
  CHECK(events[0].to == "failing");
  CHECK(events[0].text == "am: HTTP 503: \"bad\"");
  CHECK(events[1].to == "working");
  CHECK(events[2].to == "refused");
  CHECK(events[2].slo_id == "shop/cart");
  CHECK(events[2].alert_class == "page");
}

TEST_CASE("AlertmanagerWorker: reports how the delivery stands", "[exporters]") {
  std::atomic<bool> up = false;
  Bench* self = nullptr;
  Bench bench([&](const Request&) {
    return Answer{.status = up ? 200 : 503,
                  .date = self->clock.SimulatedClock::TimeNow() - absl::Seconds(3)};
  });
  self = &bench;
  bench.Settle({Firing("a"), Firing("b")});
  const std::string url = bench.server.url();
  CHECK(bench.telemetry.deliveries()[url].pending == 2);
  CHECK_FALSE(bench.telemetry.deliveries()[url].last_success.has_value());
  up = true;
  bench.Step(absl::Seconds(1));
  const Telemetry::Delivery delivery = bench.telemetry.deliveries()[url];
  CHECK(delivery.pending == 0);
  CHECK(delivery.last_success == kStart + absl::Seconds(1));
  REQUIRE(delivery.clock_offset.has_value());
  CHECK(absl::AbsDuration(*delivery.clock_offset + absl::Seconds(3)) < absl::Seconds(1));
}

TEST_CASE("DeliveryTable: what nobody hears of is bounded", "[exporters]") {
  SetLogLevel(LogLevel::kError);
  FakeKeeper keeper;
  DeliveryTable table({"am", absl::Seconds(30), absl::Minutes(1), &keeper}, {}, kStart);
  absl::Time now = kStart;
  for (int round = 0; round < 25; ++round) {
    auto snapshot = std::make_shared<SourceSnapshot>();
    for (int i = 0; i < 1000; ++i) {
      snapshot->alerts.push_back(Resolved(fmt::format("a{}.{}", round, i), now));
    }
    now += absl::Minutes(1);
    Snapshot all;
    all.sources = {snapshot};
    table.TakeBoard(all, now);
    table.TakeBoard({}, now);
  }
  SetLogLevel(LogLevel::kInfo);
  CHECK(table.pending() <= 20'000);
  CHECK(table.pending() >= 10'000);
  CHECK(keeper.deliveries().size() == static_cast<std::size_t>(table.pending()));
  CHECK(table.TakeDue(now).batch.back()->alert.resolved_at > kStart);
}

}  // namespace
}  // namespace slowburn
