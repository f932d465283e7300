// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/daemon.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/engine/bench.h"

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
  explicit DaemonBench(bool one_hangs = false, const Config& config = {})
      : clock(absl::FromUnixMillis(kStart)) {
    Daemon::Options options;
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

TEST_CASE("Daemon: does not start without an SLO", "[engine]") {
  DaemonBench bench;
  bench.SetFile("");
  const absl::Status status = bench.daemon->Start();
  CHECK(absl::IsFailedPrecondition(status));
}

}  // namespace
}  // namespace slowburn
