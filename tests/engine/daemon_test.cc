// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/daemon.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>

#include <catch2/catch.hpp>

#include "tests/engine/daemon_bench.h"

namespace slowburn {
namespace {

TEST_CASE("Daemon: settles as its source or the configuration says", "[engine]") {
  struct Case {
    const char* name;
    std::optional<absl::Duration> of_all;
    std::optional<absl::Duration> of_source;
    absl::Duration want;
  };

  const Case cases[] = {
      {"neither", std::nullopt, std::nullopt, absl::Seconds(7 + 5)},  // The scrape timeout and 5 s.
      {"the configuration", absl::Seconds(40), std::nullopt, absl::Seconds(40)},
      {"the source", absl::Seconds(40), absl::Seconds(90), absl::Seconds(90)},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Config config;
      config.settle = c.of_all;
      config.sources["default"].scrape_timeout = absl::Seconds(7);
      config.sources["default"].settle = c.of_source;
      DaemonBench bench(false, config);
      REQUIRE(bench.daemon->Start().ok());
      REQUIRE(Eventually([&] { return bench.Latest() != nullptr; }));
      const auto snapshot = bench.Latest();
      CHECK(snapshot->at - snapshot->sealed_until == c.want);
    }
  }
}

TEST_CASE("Daemon: evaluates at once, and again at the next slot", "[engine]") {
  DaemonBench bench;
  CHECK_FALSE(bench.daemon->ready());
  REQUIRE(bench.daemon->Start().ok());
  REQUIRE(Eventually([&] { return bench.daemon->ready(); }));
  CHECK(bench.Latest()->at == absl::FromUnixMillis(kStart));
  CHECK(bench.Latest()->slos.size() == 1);
  CHECK(bench.daemon->healthy());
  bench.clock.AdvanceTime(absl::Seconds(30));
  CHECK(Eventually([&] { return bench.Latest()->at == absl::FromUnixMillis(kStart + 30'000); }));
  bench.daemon->Stop();
}

TEST_CASE("Daemon: a source that hangs delays no other, and nobody who reads", "[engine]") {
  DaemonBench bench(true);
  bench.SetFile(std::string(kRules) + R"(---
version: slowburn/v1
service: shop
source: hangs
slos:
  - name: slow
    objective: 99.9
    sli:
      events: {total: requests_total, bad: 'requests_total{code=~"5.."}'}
)");
  REQUIRE(bench.daemon->Start().ok());
  REQUIRE(Eventually([&] { return bench.Latest() != nullptr; }));
  CHECK(bench.board.Read().rules->loaded == 2);
  for (int i = 1; i <= 3; ++i) {
    bench.clock.AdvanceTime(absl::Seconds(30));
    REQUIRE(Eventually(
        [&] { return bench.Latest()->at == absl::FromUnixMillis(kStart + i * 30'000); }));
  }
  CHECK(bench.board.Read().sources.size() == 1);
  CHECK_FALSE(bench.daemon->ready());
  bench.daemon->Stop();
}

TEST_CASE("Daemon: a broken file leaves what runs, and says so", "[engine]") {
  DaemonBench bench;
  REQUIRE(bench.daemon->Start().ok());
  REQUIRE(Eventually([&] { return bench.daemon->ready(); }));
  bench.SetFile("version: slowburn/v1\nservice: [");
  // The polling thread notices by itself.
  REQUIRE(Eventually([&] { return bench.board.Read().rules->invalid == 1; }));
  CHECK(bench.board.Read().rules->loaded == 1);
  CHECK_FALSE(bench.board.Read().rules->last_load_successful);
  bench.clock.AdvanceTime(absl::Seconds(30));
  REQUIRE(Eventually([&] { return bench.Latest()->slos[0].stale_definition; }));
  bench.SetFile("");
  CHECK_FALSE(bench.daemon->Reload().ok());
  bench.SetFile(kRules);
  CHECK(bench.daemon->Reload().ok());
  bench.clock.AdvanceTime(absl::Seconds(30));
  CHECK(Eventually([&] { return !bench.Latest()->slos[0].stale_definition; }));
}

TEST_CASE("Daemon: a page is on disk before anyone is told", "[engine]") {
  MemoryStore::Disk disk;
  disk.slow = std::chrono::milliseconds(50);
  KeepingBench keeping(disk);
  std::atomic<bool> early = false;
  keeping.bench.board.AddListener([&] {
    if (keeping.Page() && !disk.Has("alert", "firing")) early = true;
  });
  REQUIRE(keeping.bench.daemon->Start().ok());
  REQUIRE(keeping.RunUntilPage());
  CHECK(disk.Has("alert", "firing"));
  CHECK_FALSE(early);
  CHECK(disk.Has("load", ""));
  CHECK(disk.Has("change", ""));
}

TEST_CASE("Daemon: a disk that hangs holds back no page", "[engine]") {
  MemoryStore::Disk disk;
  KeepingBench keeping(disk);
  REQUIRE(keeping.bench.daemon->Start().ok());
  disk.Hang(true);
  CHECK(keeping.RunUntilPage());
  CHECK_FALSE(disk.Has("alert", "firing"));
  disk.Hang(false);
}

TEST_CASE("Daemon: a restart goes on with what ran and what fired, also without its files",
          "[engine]") {
  MemoryStore::Disk disk;
  std::optional<absl::Time> starts_at;
  absl::Time stopped;
  {
    KeepingBench first(disk);
    REQUIRE(first.bench.daemon->Start().ok());
    REQUIRE(first.RunUntilPage());
    starts_at = first.Page()->starts_at;
    stopped = first.bench.clock.TimeNow();
    first.bench.daemon->Stop(absl::Seconds(10));
    first.keeper.Stop(absl::Seconds(10));
  }
  KeepingBench second(disk);
  second.bench.clock.SetTime(stopped + absl::Minutes(2));
  std::mutex mutex;
  std::vector<std::shared_ptr<const SourceSnapshot>> published;
  second.bench.board.AddListener([&] {
    const std::lock_guard lock(mutex);
    published.push_back(second.bench.Latest());
  });
  second.bench.SetFile("");  // An empty mount.
  REQUIRE(second.bench.daemon->Start().ok());
  REQUIRE(Eventually([&] { return second.bench.daemon->ready(); }));
  CHECK(second.bench.board.Read().rules->loaded == 1);
  CHECK_FALSE(second.bench.board.Read().rules->last_load_successful);
  REQUIRE(second.Page());
  CHECK(second.Page()->starts_at == starts_at);
  const std::lock_guard lock(mutex);
  REQUIRE(published.size() >= 2);
  CHECK(published[0]->slos.empty());  // It is told at once, before anything is read.
  REQUIRE(published[0]->alerts.size() == 1);
  CHECK(published[0]->alerts[0].starts_at == starts_at);
}

TEST_CASE("Daemon: a restart that asks for another format goes on with what ran", "[engine]") {
  MemoryStore::Disk disk;
  absl::Time stopped;
  {
    KeepingBench first(disk);
    REQUIRE(first.bench.daemon->Start().ok());
    REQUIRE(first.RunUntilPage());
    stopped = first.bench.clock.TimeNow();
    first.bench.daemon->Stop(absl::Seconds(10));
    first.keeper.Stop(absl::Seconds(10));
  }
  KeepingBench second(disk, nullptr, Format::kSloth);
  second.bench.clock.SetTime(stopped + absl::Minutes(2));
  REQUIRE(second.bench.daemon->Start().ok());
  REQUIRE(Eventually([&] { return second.bench.daemon->ready(); }));
  CHECK_FALSE(second.bench.board.Read().rules->last_load_successful);
  CHECK(second.Page());
}

TEST_CASE("Daemon: a restart within a slot does not evaluate it again", "[engine]") {
  MemoryStore::Disk disk;
  absl::Time stopped;
  {
    KeepingBench first(disk);
    REQUIRE(first.bench.daemon->Start().ok());
    REQUIRE(Eventually([&] { return first.bench.daemon->ready(); }));
    stopped = first.bench.clock.TimeNow();
    first.bench.daemon->Stop(absl::Seconds(10));
    first.keeper.Stop(absl::Seconds(10));
  }
  KeepingBench second(disk);
  second.bench.clock.SetTime(stopped);
  REQUIRE(second.bench.daemon->Start().ok());
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // In which it would have.
  CHECK_FALSE(second.bench.daemon->ready());
  second.bench.clock.AdvanceTime(absl::Seconds(30));
  REQUIRE(Eventually([&] { return second.bench.daemon->ready(); }));
  CHECK(second.bench.Latest()->at == stopped + absl::Seconds(30));
}

TEST_CASE("Daemon: an alert that is released ends at the next evaluation, and is written so",
          "[engine]") {
  MemoryStore::Disk disk;
  KeepingBench keeping(disk);
  REQUIRE(keeping.bench.daemon->Start().ok());
  CHECK(absl::IsNotFound(
      keeping.bench.daemon->Release("shop/availability/page", "released", "too early")));
  REQUIRE(keeping.RunUntilPage());
  CHECK(absl::IsNotFound(keeping.bench.daemon->Release("shop/availability/p", "released", "typo")));
  REQUIRE(keeping.bench.daemon->Release("shop/availability/page", "released", "known").ok());
  CHECK(keeping.Page());
  keeping.bench.clock.AdvanceTime(absl::Seconds(30));
  REQUIRE(Eventually([&] { return !keeping.Page(); }));
  CHECK(disk.Has("alert", "resolved"));
  const std::vector<Alert> alerts = keeping.bench.Latest()->alerts;
  CHECK(std::any_of(alerts.begin(), alerts.end(), [](const Alert& alert) {
    return alert.state == AlertState::kResolved && alert.annotations.contains("released");
  }));
}

TEST_CASE("Daemon: does not start without an SLO", "[engine]") {
  DaemonBench bench;
  bench.SetFile("");
  const absl::Status status = bench.daemon->Start();
  CHECK(absl::IsFailedPrecondition(status));
}

}  // namespace
}  // namespace slowburn
