// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/state_keeper.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include <catch2/catch.hpp>

#include "engine/clock.h"
#include "engine/state_store.h"
#include "tests/engine/state_bench.h"

namespace slowburn {
namespace {

using Turn = StateKeeper::Turn;

// Where a store in a test writes, and how it fares.  Outlives the store.
class Disk {
 public:
  absl::Status Write(const StateBatch& batch) {
    std::unique_lock lock(mutex_);
    ++tries_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !slow_; });
    if (!failure_.ok()) return failure_;
    written_.push_back(batch);
    changed_.notify_all();
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Prune() {
    const std::lock_guard lock(mutex_);
    ++prunes_;
    changed_.notify_all();
    return prunes_ < 3;
  }

  void SetSlow(bool slow) {
    const std::lock_guard lock(mutex_);
    slow_ = slow;
    changed_.notify_all();
  }

  void SetFailure(absl::Status failure) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
  }

  int prunes() const {
    const std::lock_guard lock(mutex_);
    return prunes_;
  }

  int tries() const {
    const std::lock_guard lock(mutex_);
    return tries_;
  }

  std::vector<StateBatch> written() const {
    const std::lock_guard lock(mutex_);
    return written_;
  }

  // Waits for what the keeper's thread brings about, at most ten seconds.
  template <typename Condition>
  bool Eventually(Condition condition) const {
    for (int i = 0; i < 1000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return condition();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<StateBatch> written_;
  int tries_ = 0;
  int prunes_ = 0;
  bool slow_ = false;
  absl::Status failure_;
};

class FakeStore : public StateStore {
 public:
  explicit FakeStore(std::shared_ptr<Disk> disk) : disk_(std::move(disk)) {}

  absl::Status Write(const StateBatch& batch) override { return disk_->Write(batch); }

  absl::StatusOr<bool> Prune(absl::Time) override { return disk_->Prune(); }

  std::int64_t bytes() const override { return 4096; }

 private:
  std::shared_ptr<Disk> disk_;
};

class CountingTelemetry : public Telemetry {
 public:
  void OnStateWrite(bool successful, absl::Duration, std::int64_t bytes) override {
    ++(successful ? good : bad);
    last_bytes = bytes;
  }

  void OnStateDamaged() override { ++damaged; }

  std::atomic<int> good = 0;
  std::atomic<int> bad = 0;
  std::atomic<int> damaged = 0;
  std::atomic<std::int64_t> last_bytes = 0;
};

class KeeperBench {
 public:
  std::shared_ptr<Disk> disk = std::make_shared<Disk>();
  SimulatedClock clock{StateTime()};
  CountingTelemetry telemetry;
  StateKeeper keeper{std::make_unique<FakeStore>(disk), clock, telemetry};

  SourceDelta Delta(const std::string& source, bool whole = false) const {
    SourceDelta delta;
    delta.source = source;
    delta.whole = whole;
    return delta;
  }

  // Waits for the turn of `source` to be `turn`.
  bool Reaches(const std::string& source, Turn turn) const {
    return disk->Eventually([&] { return keeper.TurnOf(source) == turn; });
  }
};

SavedEvent EventWith(const std::string& text) {
  SavedEvent event;
  event.at = StateTime();
  event.text = text;
  return event;
}

TEST_CASE("StateKeeper: without a store nothing is kept, at once", "[engine][state]") {
  SimulatedClock clock{StateTime()};
  Telemetry telemetry;
  StateKeeper keeper(nullptr, clock, telemetry);
  CHECK_FALSE(keeper.enabled());
  CHECK(keeper.TurnOf("a") == Turn::kBusy);
  keeper.Submit({});
  keeper.LogEvent({});
  CHECK_FALSE(keeper.WaitFor("a", absl::Hours(1)));
  keeper.Stop(absl::Hours(1));
}

TEST_CASE("StateKeeper: what was waited for is written", "[engine][state]") {
  KeeperBench bench;
  CHECK(bench.keeper.enabled());
  CHECK(bench.keeper.TurnOf("a") == Turn::kNext);
  bench.keeper.LogEvent(EventWith("loaded"));
  bench.keeper.SaveDefinitions({{"f", "t", {"a"}}});
  bench.keeper.SaveDelivery({"am", "1", "firing"});
  bench.keeper.SaveDelivery({"am", "2", "firing"});
  bench.keeper.DropDelivery("am", "1");
  bench.keeper.SaveDelivery({"am", "2", "resolved"});
  bench.keeper.Submit(bench.Delta("a"));
  REQUIRE(bench.keeper.WaitFor("a", absl::Seconds(10)));
  CHECK(bench.keeper.TurnOf("a") == Turn::kNext);
  const auto written = bench.disk->written();
  REQUIRE(written.size() == 1);
  CHECK(written[0].sources[0].source == "a");
  CHECK(written[0].events == std::vector{EventWith("loaded")});
  CHECK(written[0].definitions->size() == 1);
  REQUIRE(written[0].dropped_deliveries.size() == 1);
  CHECK(written[0].dropped_deliveries[0].alert_id == "1");
  CHECK(written[0].deliveries == std::vector<SavedDelivery>{{"am", "2", "resolved"}});
  CHECK(bench.telemetry.good == 1);
  CHECK(bench.telemetry.last_bytes == 4096);
}

TEST_CASE("StateKeeper: events need no delta to be written", "[engine][state]") {
  KeeperBench bench;
  bench.keeper.LogEvent(EventWith("alone"));
  CHECK(bench.disk->Eventually([&] { return bench.disk->written().size() == 1; }));
}

TEST_CASE("StateKeeper: a slow disk delays nobody", "[engine][state]") {
  KeeperBench bench;
  bench.disk->SetSlow(true);
  bench.keeper.Submit(bench.Delta("a"));
  REQUIRE(bench.disk->Eventually([&] { return bench.disk->tries() == 1; }));
  CHECK(bench.keeper.TurnOf("a") == Turn::kBusy);
  CHECK_FALSE(bench.keeper.WaitFor("a", absl::Milliseconds(20)));
  bench.keeper.Submit(bench.Delta("b"));  // Its own turn; it waits in the queue of one.
  CHECK(bench.keeper.TurnOf("b") == Turn::kBusy);
  bench.disk->SetSlow(false);
  CHECK(bench.keeper.WaitFor("a", absl::Seconds(10)));
  CHECK(bench.keeper.WaitFor("b", absl::Seconds(10)));
  CHECK(bench.disk->written().size() == 2);
}

TEST_CASE("StateKeeper: a failure is waited out, then all is wanted whole", "[engine][state]") {
  KeeperBench bench;
  bench.disk->SetFailure(absl::ResourceExhaustedError("disk full"));
  SourceDelta delta = bench.Delta("a");
  delta.events = {EventWith("1")};
  bench.keeper.LogEvent(EventWith("2"));
  bench.keeper.SaveDefinitions({{"f", "old", {"a"}}});
  bench.keeper.SaveDelivery({"am", "1", "firing"});
  bench.keeper.SaveDelivery({"am", "2", "firing"});
  bench.keeper.Submit(std::move(delta));
  CHECK_FALSE(bench.keeper.WaitFor("a", absl::Seconds(10)));
  CHECK(bench.keeper.TurnOf("a") == Turn::kBusy);
  CHECK(bench.keeper.TurnOf("b") == Turn::kBusy);
  bench.keeper.LogEvent(EventWith("3"));
  bench.keeper.SaveDelivery({"am", "2", "resolved"});
  bench.disk->SetFailure(absl::OkStatus());
  bench.clock.AdvanceTime(absl::Seconds(9));
  CHECK(bench.keeper.TurnOf("a") == Turn::kBusy);
  bench.clock.AdvanceTime(absl::Seconds(1));
  CHECK(bench.Reaches("a", Turn::kWhole));
  CHECK(bench.Reaches("b", Turn::kNext));
  bench.keeper.Submit(bench.Delta("a", true));
  REQUIRE(bench.keeper.WaitFor("a", absl::Seconds(10)));
  CHECK(bench.keeper.TurnOf("a") == Turn::kNext);
  CHECK(bench.telemetry.bad == 1);

  std::vector<std::string> texts;
  std::map<std::string, std::string> deliveries;
  std::string definition;
  for (const StateBatch& batch : bench.disk->written()) {
    for (const SavedEvent& event : batch.events) texts.push_back(event.text);
    for (const SavedDelivery& one : batch.deliveries) deliveries[one.alert_id] = one.state;
    if (batch.definitions) definition = batch.definitions->at(0).text;
  }
  CHECK(texts == std::vector<std::string>{"1", "2", "3"});
  CHECK(deliveries == std::map<std::string, std::string>{{"1", "firing"}, {"2", "resolved"}});
  CHECK(definition == "old");
}

TEST_CASE("StateKeeper: waits double up to five minutes", "[engine][state]") {
  KeeperBench bench;
  bench.disk->SetFailure(absl::UnavailableError("disk gone"));
  bench.keeper.LogEvent(EventWith("1"));
  REQUIRE(bench.disk->Eventually([&] { return bench.telemetry.bad == 1; }));
  int failures = 1;
  for (const int seconds : {10, 20, 40, 80, 160, 300, 300}) {
    CAPTURE(seconds);
    bench.clock.AdvanceTime(absl::Seconds(seconds) - absl::Milliseconds(1));
    CHECK(bench.keeper.TurnOf("a") == Turn::kBusy);
    bench.clock.AdvanceTime(absl::Milliseconds(1));
    ++failures;
    REQUIRE(bench.disk->Eventually([&] { return bench.telemetry.bad == failures; }));
  }
}

TEST_CASE("StateKeeper: a damaged file costs every source a whole delta", "[engine][state]") {
  KeeperBench bench;
  for (const char* source : {"a", "b"}) {
    bench.keeper.Submit(bench.Delta(source));
    REQUIRE(bench.keeper.WaitFor(source, absl::Seconds(10)));
  }
  bench.disk->SetFailure(absl::DataLossError("malformed"));
  bench.keeper.Submit(bench.Delta("a"));
  CHECK_FALSE(bench.keeper.WaitFor("a", absl::Seconds(10)));
  CHECK(bench.telemetry.damaged == 1);
  bench.disk->SetFailure(absl::OkStatus());
  bench.clock.AdvanceTime(absl::Seconds(10));
  CHECK(bench.Reaches("b", Turn::kWhole));
  // A delta that was made before it was lost is no use, but for its events.
  SourceDelta late = bench.Delta("b");
  late.events = {EventWith("kept")};
  bench.keeper.Submit(late);
  CHECK(bench.keeper.TurnOf("b") == Turn::kWhole);
  bench.keeper.Submit(bench.Delta("b", true));
  REQUIRE(bench.keeper.WaitFor("b", absl::Seconds(10)));
  CHECK(bench.keeper.TurnOf("a") == Turn::kWhole);
  std::vector<SavedEvent> events;
  for (const StateBatch& batch : bench.disk->written()) {
    events.insert(events.end(), batch.events.begin(), batch.events.end());
  }
  CHECK(events == late.events);
}

TEST_CASE("StateKeeper: keeps the latest events alone while it can't write", "[engine][state]") {
  KeeperBench bench;
  bench.disk->SetFailure(absl::ResourceExhaustedError("disk full"));
  bench.keeper.LogEvent(EventWith("first"));
  REQUIRE(bench.disk->Eventually([&] { return bench.telemetry.bad == 1; }));
  for (int i = 0; i < 25'000; ++i) bench.keeper.LogEvent(EventWith(std::to_string(i)));
  bench.disk->SetFailure(absl::OkStatus());
  bench.clock.AdvanceTime(absl::Seconds(10));
  REQUIRE(bench.disk->Eventually([&] { return bench.disk->written().size() == 1; }));
  const StateBatch batch = bench.disk->written()[0];
  REQUIRE(batch.events.size() == 10'000);
  CHECK(batch.events.front().text == "15000");
  CHECK(batch.events.back().text == "24999");
}

TEST_CASE("StateKeeper: prunes once a minute, and on while there is more", "[engine][state]") {
  KeeperBench bench;
  CHECK(bench.disk->Eventually([&] { return bench.disk->prunes() == 3; }));
  bench.clock.AdvanceTime(absl::Seconds(59));
  bench.keeper.Submit(bench.Delta("a"));
  REQUIRE(bench.keeper.WaitFor("a", absl::Seconds(10)));
  CHECK(bench.disk->prunes() == 3);
  bench.clock.AdvanceTime(absl::Seconds(1));
  CHECK(bench.disk->Eventually([&] { return bench.disk->prunes() == 4; }));
}

TEST_CASE("StateKeeper: stopping writes what is pending, failure or not", "[engine][state]") {
  KeeperBench bench;
  bench.disk->SetFailure(absl::UnavailableError("disk gone"));
  bench.keeper.LogEvent(EventWith("last words"));
  REQUIRE(bench.disk->Eventually([&] { return bench.telemetry.bad == 1; }));
  bench.disk->SetFailure(absl::OkStatus());
  bench.keeper.Stop(absl::Seconds(10));
  REQUIRE(bench.disk->written().size() == 1);
  CHECK(bench.disk->written()[0].events[0].text == "last words");
  bench.keeper.Stop(absl::Seconds(10));
}

TEST_CASE("StateKeeper: a disk that hangs does not keep it from stopping", "[engine][state]") {
  std::shared_ptr<Disk> disk;
  {
    KeeperBench bench;
    disk = bench.disk;
    disk->SetSlow(true);
    bench.keeper.Submit(bench.Delta("a"));
    REQUIRE(disk->Eventually([&] { return disk->tries() == 1; }));
    bench.keeper.Stop(absl::Milliseconds(20));
    CHECK_FALSE(bench.keeper.WaitFor("a", absl::Milliseconds(1)));
  }
  // Clock and telemetry are gone when it wakes up.
  disk->SetSlow(false);
  CHECK(disk->Eventually([&] { return disk->written().size() == 1 && disk.use_count() == 1; }));
}

}  // namespace
}  // namespace slowburn
