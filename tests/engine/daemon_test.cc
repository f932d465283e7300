// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/daemon.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include <catch2/catch.hpp>

#include "engine/state_keeper.h"
#include "engine/state_store.h"
#include "tests/engine/bench.h"
#include "tests/fakes/saved_source.h"

namespace slowburn {
namespace {

constexpr char kRules[] = R"(version: slowburn/v1
service: shop
slos:
  - name: availability
    objective: 99.9
    sli:
      events: {total: requests_total, bad: 'requests_total{code=~"5.."}'}
)";

// Waits for `condition`, which another thread brings about, at most ten seconds.
template <typename Condition>
bool Eventually(Condition condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return condition();
}

// A source that answers nothing until it is cancelled.
class HangingSource : public FakePrometheus {
 public:
  std::vector<absl::StatusOr<QueryResult>> Run(std::span<const Query> queries) override {
    std::unique_lock lock(mutex_);
    cancelled_.wait(lock, [this] { return cancel_; });
    std::vector<absl::StatusOr<QueryResult>> results;
    for (std::size_t i = 0; i < queries.size(); ++i) {
      results.emplace_back(absl::CancelledError("cancelled"));
    }
    return results;
  }

  void Cancel() override {
    const std::lock_guard lock(mutex_);
    cancel_ = true;
    cancelled_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable cancelled_;
  bool cancel_ = false;
};

// A daemon over a fake store, with rule files in memory.
class DaemonBench {
 public:
  explicit DaemonBench(bool one_hangs = false, const Config& config = {},
                       Daemon::Options options = {})
      : clock(absl::FromUnixMillis(kStart)) {
    options.config = config;
    options.config.sources["default"].http.url = "http://fake";
    options.config.sources["hangs"].http.url = "http://fake";
    options.config.defaults.sources = {"default", "hangs"};
    options.poll = absl::Milliseconds(20);
    options.read_files = [this] {
      const MutexLock lock(&mutex_);
      return files_;
    };
    SetFile(kRules);
    auto source = std::make_unique<FakePrometheus>();
    for (std::int64_t at = kStart - 2 * 3600'000; at < kStart + 3600'000; at += 15'000) {
      source->Add(Series("a", "200"), at, static_cast<double>(at - kStart + 7200'000));
      // Failing from some minutes on.
      const std::int64_t bad = std::max<std::int64_t>(0, at - kStart - 120'000);
      source->Add(Series("a", "500"), at, static_cast<double>(bad));
    }
    std::map<std::string, std::unique_ptr<Source>> sources;
    sources["default"] = std::move(source);
    if (one_hangs) sources["hangs"] = std::make_unique<HangingSource>();
    daemon =
        std::make_unique<Daemon>(std::move(options), std::move(sources), board, clock, telemetry);
  }

  ~DaemonBench() { daemon->Stop(); }  // Its threads read the files here.

  void SetFile(const std::string& text) {
    const MutexLock lock(&mutex_);
    files_.files = {{"slos/shop.yaml", text}};
  }

  std::shared_ptr<const SourceSnapshot> Latest() const {
    const Snapshot snapshot = board.Read();
    return snapshot.sources.empty() ? nullptr : snapshot.sources[0];  // `default` is the first.
  }

  SimulatedClock clock;
  Board board;
  Telemetry telemetry;
  std::unique_ptr<Daemon> daemon;

 private:
  Mutex mutex_;
  SpecFiles files_ ABSL_GUARDED_BY(mutex_);
};

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

// A store in memory, which may hang.
class MemoryStore : public StateStore {
 public:
  // What outlives the store, as a disk does.
  struct Disk {
    std::mutex mutex;
    std::condition_variable changed;
    bool hangs = false;
    std::chrono::milliseconds slow{0};  // What a write takes.
    SavedSource source;
    std::vector<SavedDefinition> definitions;
    std::vector<SavedEvent> events;

    void Hang(bool on) {
      const std::lock_guard lock(mutex);
      hangs = on;
      changed.notify_all();
    }

    bool Has(const std::string& kind, const std::string& to) {
      const std::lock_guard lock(mutex);
      return std::any_of(events.begin(), events.end(), [&](const SavedEvent& event) {
        return event.kind == kind && event.to == to;
      });
    }
  };

  explicit MemoryStore(Disk& disk) : disk_(disk) {}

  absl::Status Write(const StateBatch& batch) override {
    std::unique_lock lock(disk_.mutex);
    disk_.changed.wait_for(lock, disk_.slow, [] { return false; });
    disk_.changed.wait(lock, [this] { return !disk_.hangs; });
    for (const SourceDelta& delta : batch.sources) {
      ApplyDelta(delta, disk_.source);
      disk_.events.insert(disk_.events.end(), delta.events.begin(), delta.events.end());
    }
    if (batch.definitions) disk_.definitions = *batch.definitions;
    disk_.events.insert(disk_.events.end(), batch.events.begin(), batch.events.end());
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Prune(absl::Time) override { return false; }

  std::int64_t bytes() const override { return 0; }

 private:
  Disk& disk_;
};

// A daemon that keeps its state on a disk in memory.
struct KeepingBench {
  explicit KeepingBench(MemoryStore::Disk& disk, std::optional<Format> format = std::nullopt)
      : keeper(std::make_unique<MemoryStore>(disk), clock, telemetry),
        bench(false, {},
              {.format = format,
               .keeper = &keeper,
               .definitions = disk.definitions,
               .restored = {{"default", disk.source}}}) {}

  // Until a page fires on the board; whether it does.
  bool RunUntilPage() {
    for (int i = 0; i < 20 && !Page(); ++i) {
      bench.clock.AdvanceTime(absl::Seconds(30));
      const absl::Time now = bench.clock.TimeNow();
      if (!Eventually([&] { return bench.Latest() && bench.Latest()->at == now; })) return false;
    }
    return Page().has_value();
  }

  std::optional<Alert> Page() const {
    const auto latest = bench.Latest();
    if (latest == nullptr) return std::nullopt;
    for (const Alert& alert : latest->alerts) {
      if (alert.alert_class == AlertClass::kPage && alert.state == AlertState::kFiring)
        return alert;
    }
    return std::nullopt;
  }

  SimulatedClock clock{absl::FromUnixMillis(kStart)};  // Of the keeper's pauses.
  Telemetry telemetry;
  StateKeeper keeper;
  DaemonBench bench;
};

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
  KeepingBench second(disk, Format::kSloth);
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

TEST_CASE("Daemon: does not start without an SLO", "[engine]") {
  DaemonBench bench;
  bench.SetFile("");
  const absl::Status status = bench.daemon->Start();
  CHECK(absl::IsFailedPrecondition(status));
}

}  // namespace
}  // namespace slowburn
