// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/daemon.h"
#include "engine/state_keeper.h"
#include "engine/state_store.h"
#include "tests/engine/bench.h"
#include "tests/fakes/saved_source.h"

namespace slowburn {

inline constexpr char kRules[] = R"(version: slowburn/v1
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

  void SetFiles(SpecFiles files) {
    const MutexLock lock(&mutex_);
    files_ = std::move(files);
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
  explicit KeepingBench(MemoryStore::Disk& disk, std::function<SpecFiles()> read_windows = nullptr,
                        std::optional<Format> format = std::nullopt)
      : keeper(std::make_unique<MemoryStore>(disk), clock, telemetry),
        bench(false, {},
              {.format = format,
               .read_windows = std::move(read_windows),
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

}  // namespace slowburn
