// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/alertmanager.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <span>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/io/http_client.h"
#include "engine/io/log.h"

namespace slowburn {
namespace {

constexpr std::size_t kMaxBatch = 256;
constexpr absl::Duration kFirstBackoff = absl::Seconds(1);
constexpr absl::Duration kMaxBackoff = absl::Seconds(30);
// Clocks that differ by less are taken for equal: both measurement and networks are that coarse.
constexpr absl::Duration kMinOffset = absl::Seconds(5);
// How long a resolution that nobody acknowledged is kept for; the receiver's own time has then long
// since ended the alert.
constexpr absl::Duration kMaxUnacknowledged = absl::Hours(24);
// Due times are of `Clock`, which may be simulated, so real waits only bound how late they are
// seen.
constexpr auto kStep = std::chrono::seconds(1);

// What has to be told of an alert: a change of it is news.
struct Phase {
  AlertState state = AlertState::kInactive;
  std::optional<absl::Time> starts_at;
  std::optional<absl::Time> resolved_at;

  bool operator==(const Phase&) const = default;
};

// What of an alert a receiver can object to, for good or until it changes.
struct Content {
  Labels labels;
  Labels annotations;
  std::string generator_url;
  AlertState state = AlertState::kInactive;

  bool operator==(const Content&) const = default;
};

// An alert and what was told of it.
struct Entry {
  Alert alert;
  bool on_board = false;
  bool tried = false;  // Since the phase began.
  std::optional<Phase> acked;
  absl::Time acked_at;
  std::optional<Content> refused;  // What the receiver refused last.
  absl::Time refused_at;

  Phase phase() const { return {alert.state, alert.starts_at, alert.resolved_at}; }

  Content content() const {
    return {alert.labels, alert.annotations, alert.generator_url, alert.state};
  }

  bool IsAcked() const { return acked == phase(); }
};

enum class Verdict {
  kAccepted,
  kRefused,  // Some alert of the batch, for what it is.
  kFailed,   // For a reason that is not in the alerts: to be tried again.
};

// Whether a 400 or 422 is of Alertmanager itself: a JSON string of what is wrong with some alerts,
// or an object with a code.  Something in front of it would answer otherwise.
bool IsRefusal(const HttpResponse& response) {
  if (response.status == 413) return true;
  if (response.status != 400 && response.status != 422) return false;
  const nlohmann::json body = nlohmann::json::parse(response.body, nullptr, false);
  return body.is_string() || (body.is_object() && body.contains("code"));
}

Verdict Judge(const absl::StatusOr<HttpResponse>& response) {
  if (!response.ok()) return Verdict::kFailed;
  if (response->status >= 200 && response->status < 300) return Verdict::kAccepted;
  return IsRefusal(*response) ? Verdict::kRefused : Verdict::kFailed;
}

std::string Describe(const absl::StatusOr<HttpResponse>& response) {
  constexpr std::size_t kMaxBody = 300;
  if (!response.ok()) return std::string(response.status().message());
  return fmt::format("HTTP {}: {}", response->status, response->body.substr(0, kMaxBody));
}

// The receiver's clock against ours, from its answers.
class ClockDifference {
 public:
  void Observe(absl::Duration difference) {
    measured_ = difference;
    // Times that were sent stay what they are unless they have become wrong.
    if (absl::AbsDuration(difference - applied_) <= kMinOffset) return;
    applied_ = absl::AbsDuration(difference) > kMinOffset ? difference : absl::ZeroDuration();
  }

  // What to add to our times.
  absl::Duration applied() const { return applied_; }

  // How far our times, with `applied`, may be ahead of the receiver's.
  absl::Duration ahead() const {
    return std::max(absl::ZeroDuration(), applied_ - measured_.value_or(applied_));
  }

 private:
  std::optional<absl::Duration> measured_;
  absl::Duration applied_ = absl::ZeroDuration();
};

// Waits between attempts that grow.
class Backoff {
 public:
  void Succeed() {
    delay_ = absl::ZeroDuration();
    next_ = absl::InfinitePast();
  }

  void Fail(absl::Time now) {
    delay_ = std::clamp(2 * delay_, kFirstBackoff, kMaxBackoff);
    // Many senders that lost one receiver must not all come back at the same moment.
    std::uniform_real_distribution<double> jitter(0.75, 1.0);
    next_ = now + delay_ * jitter(random_);
  }

  bool Permits(absl::Time now) const { return now >= next_; }

 private:
  absl::Duration delay_ = absl::ZeroDuration();
  absl::Time next_ = absl::InfinitePast();
  std::minstd_rand random_{std::random_device{}()};
};

// Wakes the worker.  Shared with the Board, which may outlive it.
struct Signal {
  std::mutex mutex;
  std::condition_variable changed;
  bool published = true;
  bool stopping = false;
  bool ended = false;
};

}  // namespace

class AlertmanagerWorker::Impl {
 public:
  Impl(Options options, Board& board, Clock& clock, Telemetry& telemetry)
      : options_(std::move(options)),
        board_(board),
        clock_(clock),
        telemetry_(telemetry),
        client_(options_.http) {
    board_.AddListener([signal = signal_] {
      const std::lock_guard lock(signal->mutex);
      signal->published = true;
      signal->changed.notify_all();
    });
  }

  void Start() {
    thread_ = std::thread([this] { Loop(); });
  }

  void Stop(absl::Duration bound) {
    if (!thread_.joinable()) return;
    {
      std::unique_lock lock(signal_->mutex);
      signal_->stopping = true;
      signal_->changed.notify_all();
      signal_->changed.wait_for(lock, absl::ToChronoMilliseconds(bound),
                                [&] { return signal_->ended; });
    }
    client_.Cancel();
    thread_.join();
  }

  std::optional<absl::Time> AcknowledgedAt(const std::string& alert_id) const {
    const std::lock_guard lock(acks_mutex_);
    const auto it = acks_.find(alert_id);
    if (it == acks_.end()) return std::nullopt;
    return it->second;
  }

  const std::string& url() const { return client_.display_url(); }

 private:
  using Batch = std::vector<Entry*>;

  void Loop() {
    bool last = false;
    while (!last) {
      bool published = false;
      {
        std::unique_lock lock(signal_->mutex);
        signal_->changed.wait_for(lock, kStep,
                                  [&] { return signal_->published || signal_->stopping; });
        published = std::exchange(signal_->published, false);
        last = signal_->stopping;
      }
      if (published) ReadBoard();
      DeliverDue(last);
    }
    const std::lock_guard lock(signal_->mutex);
    signal_->ended = true;
    signal_->changed.notify_all();
  }

  void ReadBoard() {
    for (auto& [id, entry] : entries_) entry.on_board = false;
    const Snapshot snapshot = board_.Read();
    for (const auto& source : snapshot.sources) {
      for (const Alert& alert : source->alerts) {
        const bool told =
            alert.state == AlertState::kFiring || alert.state == AlertState::kResolved;
        if (told && alert.mode == AlertMode::kLive) Update(alert);
      }
    }
    Forget(clock_.TimeNow());
  }

  void Update(const Alert& alert) {
    Entry& entry = entries_[alert.Id()];
    const Phase before = entry.phase();
    entry.alert = alert;
    entry.on_board = true;
    if (entry.phase() != before) entry.tried = false;
  }

  // Drops what is off the board, but for resolutions that nobody has heard of yet.  A firing alert
  // just goes: what took it away did not say that it is over, and its receiver's time will end it.
  void Forget(absl::Time now) {
    const std::lock_guard lock(acks_mutex_);
    std::erase_if(entries_, [&](const auto& item) {
      const Entry& entry = item.second;
      const bool unheard = entry.alert.state == AlertState::kResolved && !entry.IsAcked() &&
                           !entry.refused &&
                           now - entry.alert.resolved_at.value_or(now) < kMaxUnacknowledged;
      if (entry.on_board || unheard) return false;
      acks_.erase(item.first);
      return true;
    });
  }

  // Whether there is something to say of `entry`.
  bool IsDue(const Entry& entry, absl::Time now) const {
    // Values in annotations change all the time, so a refused alert has no claim to every one.
    if (entry.refused && (*entry.refused == entry.content() || !IsOld(entry.refused_at, now))) {
      return false;
    }
    return !entry.IsAcked() || IsOld(entry.acked_at, now);
  }

  // Whether a resend is due for what was told at `then`.  A clock that was set back counts as one.
  bool IsOld(absl::Time then, absl::Time now) const {
    return now - then >= options_.resend_delay || now < then;
  }

  void DeliverDue(bool at_any_cost) {
    const absl::Time now = clock_.TimeNow();
    Batch due;
    Batch suspects;
    bool news = false;
    for (auto& [id, entry] : entries_) {
      if (!IsDue(entry, now)) continue;
      (entry.refused ? suspects : due).push_back(&entry);
      news = !std::exchange(entry.tried, true) || news;
    }
    // News does not wait for a backoff that older failures began.
    if (!news && !at_any_cost && !backoff_.Permits(now)) return;
    std::stable_partition(due.begin(), due.end(), [](const Entry* entry) {
      return entry->alert.alert_class == AlertClass::kPage;
    });
    for (std::size_t begin = 0; begin < due.size(); begin += kMaxBatch) {
      const auto batch = std::span(due).subspan(begin, std::min(kMaxBatch, due.size() - begin));
      if (!Deliver(batch)) return;
    }
    for (Entry*& suspect : suspects) {
      if (!Deliver({&suspect, 1})) return;
    }
  }

  // Delivers `batch`, in halves where the receiver objects, until each alert is acknowledged or
  // known to be refused.  Returns false when the receiver fails: the rest then waits.
  bool Deliver(std::span<Entry* const> batch) {
    const absl::Duration offset = difference_.applied();
    absl::StatusOr<HttpResponse> response = Post(batch);
    if (Judge(response) == Verdict::kAccepted && difference_.applied() != offset) {
      response = Post(batch);  // Its clock is another than it seemed: those times were wrong.
    }
    switch (Judge(response)) {
      case Verdict::kAccepted:
        Accept(batch, response->took);
        return true;
      case Verdict::kFailed:
        if (response.status().code() == absl::StatusCode::kCancelled) return false;
        Fail(batch, Describe(response));
        return false;
      case Verdict::kRefused:
        break;
    }
    if (batch.size() == 1) {
      Refuse(*batch.front(), Describe(response));
      return true;
    }
    const std::size_t half = batch.size() / 2;
    return Deliver(batch.first(half)) && Deliver(batch.subspan(half));
  }

  absl::StatusOr<HttpResponse> Post(std::span<Entry* const> batch) {
    const absl::Time now = clock_.TimeNow();
    std::vector<PostableAlert> alerts;
    alerts.reserve(batch.size());
    for (const Entry* entry : batch) {
      const bool resolved = entry->alert.state == AlertState::kResolved;
      const absl::Time at = resolved ? now - difference_.ahead() : now;
      alerts.push_back(ToPostable(entry->alert, at, options_.interval, options_.resend_delay,
                                  difference_.applied()));
    }
    absl::StatusOr<HttpResponse> response = client_.Send({.method = "POST",
                                                          .path = "/api/v2/alerts",
                                                          .content_type = "application/json",
                                                          .body = AlertsJson(alerts)});
    if (response.ok() && response->date) {
      difference_.Observe(*response->date - (clock_.TimeNow() - response->body_took));
    }
    return response;
  }

  void Accept(std::span<Entry* const> batch, absl::Duration took) {
    const absl::Time now = clock_.TimeNow();
    backoff_.Succeed();
    for (Entry* entry : batch) {
      entry->acked = entry->phase();
      entry->acked_at = now;
      entry->refused.reset();
      const std::lock_guard lock(acks_mutex_);
      acks_[entry->alert.Id()] = now;
    }
    telemetry_.OnNotificationsSent(url(), static_cast<std::int64_t>(batch.size()), took);
    NoteReachable();
  }

  void Fail(std::span<Entry* const> batch, const std::string& why) {
    backoff_.Fail(clock_.TimeNow());
    telemetry_.OnNotificationsFailed(url(), static_cast<std::int64_t>(batch.size()));
    if (std::exchange(failing_, true)) return;
    Log(LogLevel::kWarn, "Alertmanager does not take alerts, trying on",
        {{"alertmanager", url()}, {"alerts", fmt::format("{}", batch.size())}, {"error", why}});
  }

  void Refuse(Entry& entry, const std::string& why) {
    const bool again = entry.refused.has_value();
    backoff_.Succeed();
    entry.refused = entry.content();
    entry.refused_at = clock_.TimeNow();
    telemetry_.OnNotificationsRejected(url(), 1);
    NoteReachable();
    if (again) return;
    Log(LogLevel::kError, "Alertmanager refuses an alert",
        {{"alertmanager", url()}, {"alert", entry.alert.Id()}, {"error", why}});
  }

  void NoteReachable() {
    if (!std::exchange(failing_, false)) return;
    Log(LogLevel::kInfo, "Alertmanager takes alerts again", {{"alertmanager", url()}});
  }

  const Options options_;
  Board& board_;
  Clock& clock_;
  Telemetry& telemetry_;
  HttpClient client_;
  const std::shared_ptr<Signal> signal_ = std::make_shared<Signal>();
  std::thread thread_;

  // Of the thread alone.
  std::map<std::string, Entry> entries_;  // By Alert::Id.
  ClockDifference difference_;
  Backoff backoff_;
  bool failing_ = false;

  mutable std::mutex acks_mutex_;
  std::map<std::string, absl::Time> acks_;
};

AlertmanagerWorker::AlertmanagerWorker(Options options, Board& board, Clock& clock,
                                       Telemetry& telemetry)
    : impl_(std::make_unique<Impl>(std::move(options), board, clock, telemetry)) {}

AlertmanagerWorker::~AlertmanagerWorker() {
  Stop(absl::ZeroDuration());
}

void AlertmanagerWorker::Start() {
  impl_->Start();
}

void AlertmanagerWorker::Stop(absl::Duration bound) {
  impl_->Stop(bound);
}

std::optional<absl::Time> AlertmanagerWorker::AcknowledgedAt(const std::string& alert_id) const {
  return impl_->AcknowledgedAt(alert_id);
}

const std::string& AlertmanagerWorker::url() const {
  return impl_->url();
}

}  // namespace slowburn
