// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/alertmanager_pool.h"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/alert_codec.h"
#include "engine/io/http_client_target.h"
#include "engine/io/resolve_host.h"
#include "tests/exporters/alertmanager_bench.h"

namespace slowburn {
namespace {

using Answer = FakeHttpServer::Answer;
using Request = FakeHttpServer::Request;
using Addresses = std::vector<std::string>;

// A name server that a test steers; shared with the pool's threads, which may outlive the test.
struct FakeDns {
  std::mutex mutex;
  std::map<std::string, absl::StatusOr<Addresses>> names;
  std::atomic<int> asked = 0;
  std::condition_variable changed;
  bool hangs = false;

  void Set(const std::string& name, absl::StatusOr<Addresses> addresses) {
    const std::lock_guard lock(mutex);
    names[name] = std::move(addresses);
  }

  void Hang(bool on) {
    const std::lock_guard lock(mutex);
    hangs = on;
    changed.notify_all();
  }

  absl::StatusOr<Addresses> Resolve(const std::string& name) {
    std::unique_lock lock(mutex);
    ++asked;
    changed.wait(lock, [&] { return !hangs; });
    const auto it = names.find(name);
    return it == names.end() ? absl::NotFoundError("unknown") : it->second;
  }
};

// A pool that delivers to `am.test`, whose addresses are of loopback and lead to one server.
class PoolBench {
 public:
  explicit PoolBench(const std::string& host = "am.test", std::vector<SavedDelivery> restored = {},
                     bool watchdog = false)
      : server(Fine), url(fmt::format("http://{}:{}", host, server.port())) {
    SetLogLevel(LogLevel::kError);
    for (SavedDelivery& saved : restored) {
      saved.alertmanager.insert(0, saved.alertmanager.empty() ? url : url + " ");
      keeper.SaveDelivery(saved);
    }
    AlertmanagerPool::Options options{.alertmanagers = {{.url = url, .timeout = absl::Seconds(2)}},
                                      .interval = absl::Seconds(30),
                                      .resend_delay = absl::Minutes(1),
                                      .keeper = &keeper,
                                      .restored = restored};
    options.resolve = [dns = dns](const std::string& name) { return dns->Resolve(name); };
    options.resolve_every = absl::Milliseconds(5);
    if (watchdog) {
      options.watchdog = {.interval = absl::Seconds(30), .sources = {"main"}, .began = kStart};
    }
    pool = std::make_unique<AlertmanagerPool>(std::move(options), board, clock, telemetry);
  }

  ~PoolBench() {
    dns->Hang(false);
    SetLogLevel(LogLevel::kInfo);
  }

  Addresses Names() const {
    Addresses names;
    for (const Acknowledgement& ack : pool->Acknowledgements("")) {
      names.push_back(ack.alertmanager);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  bool WaitForNames(const Addresses& suffixes) {
    Addresses want;
    for (const std::string& suffix : suffixes) want.push_back(url + suffix);
    return WaitUntil([&] { return Names() == want; });
  }

  std::size_t AckedBy(const std::string& id) const {
    std::size_t count = 0;
    for (const Acknowledgement& ack : pool->Acknowledgements(id)) count += ack.at.has_value();
    return count;
  }

  const std::shared_ptr<FakeDns> dns = std::make_shared<FakeDns>();
  SimulatedClock clock{kStart};
  CountingTelemetry telemetry;
  FakeKeeper keeper;
  Board board;
  FakeHttpServer server;
  std::string url;
  std::unique_ptr<AlertmanagerPool> pool;
};

TEST_CASE("AlertmanagerPool: every address of a name is served, as addresses come and go",
          "[exporters]") {
  PoolBench bench;
  bench.dns->Set("am.test", Addresses{"127.0.0.2", "127.0.0.1"});
  bench.pool->Start();
  REQUIRE(bench.WaitForNames({" (127.0.0.1)", " (127.0.0.2)"}));
  const Alert alert = Firing("a");
  PublishAlerts(bench.board, {alert});
  // The server listens on the first of them alone.
  REQUIRE(WaitUntil([&] { return bench.AckedBy(alert.Id()) == 1; }));
  CHECK(bench.server.requests()[0].Header("host") == bench.url.substr(7));
  CHECK(WaitUntil(
      [&] { return bench.telemetry.deliveries()[bench.url + " (127.0.0.2)"].pending == 1; }));

  // The one that is left is known by the url again, with what it was told.
  bench.dns->Set("am.test", Addresses{"127.0.0.1"});
  REQUIRE(bench.WaitForNames({""}));
  CHECK(bench.AckedBy(alert.Id()) == 1);
  CHECK(WaitUntil([&] { return bench.telemetry.deliveries().size() == 1; }));
  const auto kept = bench.keeper.deliveries();
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].alertmanager == bench.url);

  bench.dns->Set("am.test", absl::UnavailableError("name server is down"));
  const int asked = bench.dns->asked;
  CHECK(WaitUntil([&] { return bench.dns->asked > asked + 3; }));
  CHECK(bench.WaitForNames({""}));
}

TEST_CASE("AlertmanagerPool: a name that moves gets a new worker, which knows nothing was told",
          "[exporters]") {
  PoolBench bench("localhost");
  bench.dns->Set("localhost", Addresses{"127.0.0.1"});
  bench.pool->Start();
  const Alert alert = Firing("a");
  PublishAlerts(bench.board, {alert});
  REQUIRE(WaitUntil([&] { return bench.server.requests().size() == 1; }));
  // Until then the worker could as well be that of the second address.
  REQUIRE(WaitUntil([&] { return bench.dns->asked > 20; }));
  bench.dns->Set("localhost", Addresses{"127.0.0.9"});
  // It is told all again, though no resend is due, on a connection of its own.
  REQUIRE(bench.server.WaitForRequests(2));
  CHECK(bench.server.requests()[0].client_port != bench.server.requests()[1].client_port);
  CHECK(bench.Names() == Addresses{bench.url});
}

TEST_CASE("AlertmanagerPool: a name server that hangs blocks nobody", "[exporters]") {
  PoolBench bench("localhost");
  bench.dns->Hang(true);
  bench.pool->Start();
  PublishAlerts(bench.board, {Firing("a")});
  CHECK(bench.server.WaitForRequests(1));
  bench.pool->Stop(absl::Seconds(10));
}

TEST_CASE("AlertmanagerPool: resolutions of an address that is gone are told to those that came",
          "[exporters]") {
  const Alert resolved = Resolved("a", kStart - absl::Hours(1), kStart - absl::Hours(2));
  PoolBench bench("am.test", {{.alertmanager = "(127.0.0.7)",
                               .alert_id = resolved.Id(),
                               .state = "firing",
                               .alert = EncodeAlert(resolved)}});
  bench.dns->Set("am.test", Addresses{"127.0.0.1", "127.0.0.2"});
  bench.pool->Start();
  REQUIRE(bench.server.WaitForRequests(1));
  CHECK(bench.server.requests()[0].body.find("T06:30:00.000Z") != std::string::npos);
  CHECK(WaitUntil([&] {
    const auto kept = bench.keeper.deliveries();
    return std::none_of(kept.begin(), kept.end(), [](const SavedDelivery& saved) {
      return saved.alertmanager.ends_with("(127.0.0.7)");
    });
  }));
}

TEST_CASE("AlertmanagerPool: what was kept for an Alertmanager that is not configured is dropped",
          "[exporters]") {
  FakeKeeper keeper;
  keeper.SaveDelivery({.alertmanager = "http://old:9093", .alert_id = "x", .state = "firing"});
  WatchedClock clock(kStart);
  CountingTelemetry telemetry;
  Board board;
  AlertmanagerPool pool({.alertmanagers = {{.url = "http://127.0.0.1:9"}},
                         .interval = absl::Seconds(30),
                         .resend_delay = absl::Minutes(1),
                         .keeper = &keeper,
                         .restored = keeper.deliveries()},
                        board, clock, telemetry);
  CHECK(keeper.deliveries().empty());
}

TEST_CASE("AlertmanagerPool: sends the watchdog while evaluations succeed, and keeps none of it",
          "[exporters]") {
  PoolBench bench("localhost", {}, /*watchdog=*/true);
  bench.pool->Start();
  REQUIRE(bench.server.WaitForRequests(1));
  CHECK(bench.server.requests()[0].body.find("SlowburnWatchdog") != std::string::npos);
  CHECK(bench.server.requests()[0].body.find("\"startsAt\":\"2026-11-21T07:30:00.000Z\"") !=
        std::string::npos);
  CHECK(WaitUntil([&] { return bench.telemetry.watchdog && bench.telemetry.sent == 1; }));
  bench.clock.AdvanceTime(absl::Minutes(1));
  REQUIRE(bench.server.WaitForRequests(2));
  REQUIRE(WaitUntil([&] { return bench.telemetry.sent == 2; }));
  bench.clock.AdvanceTime(absl::Minutes(1));  // Nothing was evaluated for four intervals.
  CHECK(WaitUntil([&] { return !bench.telemetry.watchdog; }));
  PublishAlerts(bench.board, {Firing("a")});
  REQUIRE(bench.server.WaitForRequests(3));
  CHECK(bench.server.requests()[2].body.find("SlowburnWatchdog") == std::string::npos);
  bench.pool->Stop(absl::Seconds(10));
  CHECK(bench.server.requests().size() == 3);  // Not resolved: its receiver sees it end.
  for (const SavedDelivery& saved : bench.keeper.deliveries()) {
    CHECK(saved.alert_id.find("Watchdog") == std::string::npos);
  }
}

TEST_CASE("AlertmanagerPool: may go before the board's last publication", "[exporters]") {
  FakeHttpServer server(Fine);
  Board board;
  {
    WatchedClock clock(kStart);
    Telemetry telemetry;
    AlertmanagerPool pool({.alertmanagers = {{.url = server.url()}},
                           .interval = absl::Seconds(30),
                           .resend_delay = absl::Minutes(1)},
                          board, clock, telemetry);
  }
  PublishAlerts(board, {Firing("a")});
  CHECK(server.requests().empty());
}

TEST_CASE(
    "AlertmanagerPool: one that hangs of three keeps nothing of 10 000 alerts from the others",
    "[exporters]") {
  SetLogLevel(LogLevel::kError);
  FakeHttpServer dead([](const Request&) { return Answer{.delay = absl::Minutes(5)}; });
  FakeHttpServer first(Fine);
  FakeHttpServer second(Fine);
  SimulatedClock clock(kStart);
  CountingTelemetry telemetry;
  Board board;
  AlertmanagerPool pool({.alertmanagers = {{.url = dead.url(), .timeout = absl::Minutes(5)},
                                           {.url = first.url()},
                                           {.url = second.url()}},
                         .interval = absl::Seconds(30),
                         .resend_delay = absl::Minutes(1)},
                        board, clock, telemetry);
  pool.Start();
  std::vector<Alert> alerts;
  for (int i = 0; i < 10'000; ++i) alerts.push_back(Firing(fmt::format("a{:05}", i)));
  PublishAlerts(board, alerts);
  CHECK(WaitUntil([&] { return telemetry.sent == 20'000; }));
  CHECK(first.requests().size() == 40);
  CHECK(second.requests().size() == 40);
  CHECK(dead.requests().size() <= 1);
  pool.Stop(absl::Milliseconds(100));
  SetLogLevel(LogLevel::kInfo);
}

TEST_CASE("ResolveHost: knows this machine, and what is an address", "[engine]") {
  const auto addresses = ResolveHost("localhost");
  REQUIRE(addresses.ok());
  CHECK(IsAddress(addresses->front()));
  CHECK(ResolveHost("no-such-host.invalid").status().code() == absl::StatusCode::kUnavailable);
  for (const char* text : {"127.0.0.1", "::1", "[fe80::1]"}) CHECK(IsAddress(text));
  for (const char* text : {"localhost", "", "[]", "1.2.3", "am.example.org"}) {
    CHECK_FALSE(IsAddress(text));
  }
}

TEST_CASE("ParseTarget: an address leads the connection, under the url's own name", "[engine]") {
  struct Case {
    HttpSettings settings;
    const char* connect_to;
    const char* host_header;
  };

  const Case cases[] = {
      {{.url = "http://am:9093/p"}, "", ""},
      {{.url = "http://am:9093/p", .address = "10.0.0.1"}, "am:9093:10.0.0.1:9093", ""},
      {{.url = "https://am", .address = "fd00::1"}, "am:443:[fd00::1]:443", ""},
      {{.url = "https://am:1", .server_name = "n", .address = "10.0.0.1"},
       "n:1:10.0.0.1:1",
       "am:1"},
  };
  for (const Case& c : cases) {
    const HttpTarget target = ParseTarget(c.settings);
    CHECK(target.connect_to == c.connect_to);
    CHECK(target.host_header == c.host_header);
    CHECK(target.host == "am");
  }
}

}  // namespace
}  // namespace slowburn
