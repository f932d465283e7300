// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/state_keeper.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "engine/io/log.h"
#include "engine/state_store.h"
#include "rules/duration.h"

namespace slowburn {
namespace {

constexpr absl::Duration kFirstBackoff = absl::Seconds(10);
constexpr absl::Duration kMaxBackoff = absl::Minutes(5);
constexpr absl::Duration kPruneEvery = absl::Minutes(1);
constexpr std::size_t kMostEvents = 10'000;
// Times to wait for are of `Clock`, which may be simulated, so real waits only bound how late they
// are seen.
constexpr auto kStep = std::chrono::milliseconds(500);

using DeliveryKey = std::pair<std::string, std::string>;  // Alertmanager and alert.

// What belongs to no source and is not on disk yet.
struct Loose {
  std::deque<SavedEvent> events;
  std::optional<std::vector<SavedDefinition>> definitions;
  std::map<DeliveryKey, std::optional<SavedDelivery>> deliveries;  // Absent: to be dropped.

  bool empty() const { return events.empty() && !definitions && deliveries.empty(); }

  void Add(SavedEvent event) {
    events.push_back(std::move(event));
    Trim();
  }

  // Puts what `older` holds before what is here, which takes precedence.
  void TakeBack(Loose older) {
    older.events.insert(older.events.end(), std::make_move_iterator(events.begin()),
                        std::make_move_iterator(events.end()));
    events = std::move(older.events);
    Trim();
    if (!definitions) definitions = std::move(older.definitions);
    deliveries.merge(older.deliveries);
  }

 private:
  void Trim() {
    if (events.size() <= kMostEvents) return;
    events.erase(events.begin(), events.end() - static_cast<std::ptrdiff_t>(kMostEvents));
  }
};

// How a source stands.
struct Lane {
  std::optional<SourceDelta> next;
  bool writing = false;
  bool lost = false;  // What was submitted last, or before; until a whole one is submitted.
};

// Waits between attempts that grow.
class Backoff {
 public:
  void Succeed() { *this = Backoff(); }

  void Fail(absl::Time now) {
    delay_ = std::clamp(2 * delay_, kFirstBackoff, kMaxBackoff);
    failed_ = now;
  }

  // A clock that was set back counts as time passed.
  bool Permits(absl::Time now) const { return now - failed_ >= delay_ || now < failed_; }

  absl::Duration delay() const { return delay_; }

 private:
  absl::Duration delay_ = absl::ZeroDuration();
  absl::Time failed_ = absl::InfinitePast();
};

}  // namespace

// Shared with the thread, which may have to be left behind.
class StateKeeper::Impl {
 public:
  Impl(std::unique_ptr<StateStore> store, Clock& clock, Telemetry& telemetry)
      : store_(std::move(store)), clock_(clock), telemetry_(telemetry) {}

  // The thread, which holds on to `self`.
  static void Run(std::shared_ptr<Impl> self) {
    bool last = false;
    while (!last) {
      Taken taken;
      {
        std::unique_lock lock(self->mutex_);
        self->changed_.wait_for(lock, kStep, [&] { return self->IsWanted(); });
        last = self->stopping_;
        if (self->abandoned_) return;
        if (!last && !self->backoff_.Permits(self->clock_.TimeNow())) continue;
        taken = self->Take();
      }
      if (!self->WriteAndTell(std::move(taken))) return;
    }
    const std::lock_guard lock(self->mutex_);
    self->ended_ = true;
    self->changed_.notify_all();
  }

  Turn TurnOf(const std::string& source) const {
    const std::lock_guard lock(mutex_);
    if (!backoff_.Permits(clock_.TimeNow())) return Turn::kBusy;
    const auto it = lanes_.find(source);
    if (it == lanes_.end()) return Turn::kNext;
    if (it->second.next || it->second.writing) return Turn::kBusy;
    return it->second.lost ? Turn::kWhole : Turn::kNext;
  }

  void Submit(SourceDelta delta) {
    const std::lock_guard lock(mutex_);
    Lane& lane = lanes_[delta.source];
    assert(!lane.next);
    if (lane.lost && !delta.whole) {
      // Lost since its turn: all but the events comes again.
      for (SavedEvent& event : delta.events) loose_.Add(std::move(event));
      return;
    }
    lane.lost = false;
    lane.next = std::move(delta);
    changed_.notify_all();
  }

  bool WaitFor(const std::string& source, absl::Duration bound) {
    std::unique_lock lock(mutex_);
    Lane& lane = lanes_[source];
    const auto settled = [&] { return (!lane.next && !lane.writing) || lane.lost; };
    return changed_.wait_for(lock, absl::ToChronoMilliseconds(bound), settled) && !lane.lost;
  }

  void LogEvent(SavedEvent event) {
    const std::lock_guard lock(mutex_);
    loose_.Add(std::move(event));
  }

  void SaveDefinitions(std::vector<SavedDefinition> all) {
    const std::lock_guard lock(mutex_);
    loose_.definitions = std::move(all);
  }

  void SaveDelivery(DeliveryKey key, std::optional<SavedDelivery> delivery) {
    const std::lock_guard lock(mutex_);
    loose_.deliveries.insert_or_assign(std::move(key), std::move(delivery));
  }

  // Whether the thread ended, within `bound`.
  bool Stop(absl::Duration bound) {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
    changed_.wait_for(lock, absl::ToChronoMilliseconds(bound), [this] { return ended_; });
    abandoned_ = !ended_;
    return ended_;
  }

 private:
  // What one write is made of.
  struct Taken {
    absl::Time at;
    StateBatch batch;
    bool prune = false;
  };

  bool IsWanted() const {
    if (stopping_) return true;
    return backoff_.Permits(clock_.TimeNow()) &&
           std::any_of(lanes_.begin(), lanes_.end(),
                       [](const auto& lane) { return lane.second.next.has_value(); });
  }

  Taken Take() {
    Taken taken;
    taken.at = clock_.TimeNow();
    taken.prune = more_to_prune_ || taken.at - pruned_ >= kPruneEvery || taken.at < pruned_;
    for (auto& [source, lane] : lanes_) {
      if (!lane.next) continue;
      taken.batch.sources.push_back(*std::exchange(lane.next, std::nullopt));
      lane.writing = true;
    }
    Loose loose = std::exchange(loose_, Loose());
    taken.batch.events.assign(std::make_move_iterator(loose.events.begin()),
                              std::make_move_iterator(loose.events.end()));
    taken.batch.definitions = std::move(loose.definitions);
    for (auto& [key, delivery] : loose.deliveries) {
      if (delivery) {
        taken.batch.deliveries.push_back(*std::move(delivery));
      } else {
        taken.batch.dropped_deliveries.push_back({key.first, key.second});
      }
    }
    return taken;
  }

  // Returns false when this was left behind meanwhile: clock and telemetry may be gone.
  bool WriteAndTell(Taken taken) {
    if (taken.batch.empty() && !taken.prune) return true;
    absl::Status status = taken.batch.empty() ? absl::OkStatus() : store_->Write(taken.batch);
    const bool written = status.ok();
    bool more_to_prune = false;
    if (written && taken.prune) {
      const absl::StatusOr<bool> pruned = store_->Prune(taken.at);
      status = pruned.status();
      more_to_prune = pruned.ok() && *pruned;
    }
    const std::lock_guard lock(mutex_);
    if (abandoned_) return false;
    const absl::Time now = clock_.TimeNow();
    if (taken.prune) {
      pruned_ = taken.at;
      more_to_prune_ = more_to_prune;
    }
    for (const SourceDelta& delta : taken.batch.sources) {
      Lane& lane = lanes_[delta.source];
      lane.writing = false;
      lane.lost = lane.lost || !written;
    }
    if (absl::IsDataLoss(status)) {
      for (auto& [source, lane] : lanes_) lane.lost = true;
      telemetry_.OnStateDamaged();
    }
    if (!written) TakeBack(std::move(taken.batch));
    NoteResult(status, now);
    telemetry_.OnStateWrite(status.ok(), now - taken.at, store_->bytes());
    changed_.notify_all();
    return true;
  }

  // Keeps what of a failed write does not come again by itself.
  void TakeBack(StateBatch batch) {
    Loose loose;
    for (SourceDelta& delta : batch.sources) {
      for (SavedEvent& event : delta.events) loose.Add(std::move(event));
    }
    for (SavedEvent& event : batch.events) loose.Add(std::move(event));
    loose.definitions = std::move(batch.definitions);
    for (StateBatch::DroppedDelivery& dropped : batch.dropped_deliveries) {
      loose.deliveries[{std::move(dropped.alertmanager), std::move(dropped.alert_id)}] =
          std::nullopt;
    }
    for (SavedDelivery& delivery : batch.deliveries) {
      DeliveryKey key = {delivery.alertmanager, delivery.alert_id};
      loose.deliveries.insert_or_assign(std::move(key), std::move(delivery));
    }
    loose_.TakeBack(std::move(loose));
  }

  // Says so when the result is another than before.
  void NoteResult(const absl::Status& status, absl::Time now) {
    if (status.ok()) {
      if (!problem_.empty()) Log(LogLevel::kInfo, "state is written again");
      problem_.clear();
      backoff_.Succeed();
      return;
    }
    backoff_.Fail(now);
    const std::string problem(status.message());
    if (std::exchange(problem_, problem) == problem) return;
    Log(LogLevel::kError, "state can't be written: all goes on in memory, and a restart loses it",
        {{"error", problem}, {"tried_again_in", DurationText(backoff_.delay())}});
  }

  const std::unique_ptr<StateStore> store_;  // Of the thread alone.
  Clock& clock_;
  Telemetry& telemetry_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Lane> lanes_;  // By source.
  Loose loose_;
  Backoff backoff_;
  std::string problem_;  // Of the last write; empty when it went well.
  absl::Time pruned_ = absl::InfinitePast();
  bool more_to_prune_ = false;
  bool stopping_ = false;
  bool ended_ = false;
  bool abandoned_ = false;
};

StateKeeper::StateKeeper(std::unique_ptr<StateStore> store, Clock& clock, Telemetry& telemetry) {
  if (store == nullptr) return;
  impl_ = std::make_shared<Impl>(std::move(store), clock, telemetry);
  thread_ = std::thread(&Impl::Run, impl_);
}

StateKeeper::~StateKeeper() {
  Stop(absl::Seconds(1));
}

bool StateKeeper::enabled() const {
  return impl_ != nullptr;
}

StateKeeper::Turn StateKeeper::TurnOf(const std::string& source) const {
  return impl_ ? impl_->TurnOf(source) : Turn::kBusy;
}

void StateKeeper::Submit(SourceDelta delta) {
  if (impl_) impl_->Submit(std::move(delta));
}

bool StateKeeper::WaitFor(const std::string& source, absl::Duration bound) {
  return impl_ && impl_->WaitFor(source, bound);
}

void StateKeeper::LogEvent(SavedEvent event) {
  if (impl_) impl_->LogEvent(std::move(event));
}

void StateKeeper::SaveDefinitions(std::vector<SavedDefinition> all) {
  if (impl_) impl_->SaveDefinitions(std::move(all));
}

void StateKeeper::SaveDelivery(SavedDelivery delivery) {
  if (!impl_) return;
  DeliveryKey key = {delivery.alertmanager, delivery.alert_id};
  impl_->SaveDelivery(std::move(key), std::move(delivery));
}

void StateKeeper::DropDelivery(std::string alertmanager, std::string alert_id) {
  if (impl_) {
    impl_->SaveDelivery({std::move(alertmanager), std::move(alert_id)}, std::nullopt);
  }
}

void StateKeeper::Stop(absl::Duration bound) {
  if (!thread_.joinable()) return;
  if (impl_->Stop(bound)) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

}  // namespace slowburn
