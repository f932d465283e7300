// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/alertmanager.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "engine/io/http_client.h"
#include "engine/io/log.h"
#include "exporters/alertmanager_answer.h"
#include "exporters/alertmanager_entries.h"
#include "exporters/alertmanager_pace.h"
#include "exporters/alertmanager_reader.h"

namespace slowburn {
namespace {

constexpr std::size_t kMaxBatch = 256;
constexpr absl::Duration kMaxBackoff = absl::Seconds(30);
constexpr absl::Duration kMaxReadBackoff = absl::Minutes(5);
// Due times are of `Clock`, which may be simulated, so real waits only bound how late they are
// seen.
constexpr auto kStep = std::chrono::seconds(1);

using Batch = std::span<DeliveryEntry* const>;

}  // namespace

class AlertmanagerWorker::Impl {
 public:
  Impl(Options options, Board& board, Clock& clock, Telemetry& telemetry)
      : options_(std::move(options)),
        board_(board),
        clock_(clock),
        telemetry_(telemetry),
        client_(options_.http),
        name_(options_.name.empty() ? client_.display_url() : options_.name),
        table_({name_, options_.interval, options_.resend_delay, options_.keeper},
               options_.restored, clock.TimeNow()) {}

  void Start() {
    reader_ = std::make_unique<AlertmanagerReader>(options_.http, clock_, [this] { Notify(); });
    thread_ = std::thread([this] { Loop(); });
  }

  void Wake() {
    const std::lock_guard lock(mutex_);
    published_ = true;
    changed_.notify_all();
  }

  void Stop(absl::Duration bound) {
    if (!thread_.joinable()) return;
    {
      std::unique_lock lock(mutex_);
      stopping_ = true;
      changed_.notify_all();
      changed_.wait_for(lock, absl::ToChronoMilliseconds(bound), [&] { return ended_; });
    }
    client_.Cancel();
    thread_.join();
    reader_.reset();
  }

  std::optional<absl::Time> AcknowledgedAt(const std::string& alert_id) const {
    return table_.AcknowledgedAt(alert_id);
  }

  std::vector<SavedDelivery> Saved() const { return table_.Saved(); }

  const std::string& name() const { return name_; }

 private:
  void Notify() {
    const std::lock_guard lock(mutex_);
    read_ = true;
    changed_.notify_all();
  }

  void Loop() {
    // Often enough to look between two slots.
    const std::chrono::milliseconds step = std::min<std::chrono::milliseconds>(
        kStep, absl::ToChronoMilliseconds(options_.interval / 8));
    bool last = false;
    while (!last) {
      bool published = false;
      {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, step, [&] { return published_ || read_ || stopping_; });
        published = std::exchange(published_, false);
        read_ = false;
        last = stopping_;
      }
      if (published) table_.TakeBoard(board_.Read(), clock_.TimeNow());
      Step(clock_.TimeNow(), last);
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  void Step(absl::Time now, bool last) {
    TakeReading(now);
    if (options_.watchdog != nullptr) table_.TakePassing(options_.watchdog->AlertAt(now));
    const DeliveryTable::Due due = table_.TakeDue(now);
    Report();
    // News does not wait for a backoff that older failures began.
    if (due.news || last || backoff_.Permits(now)) DeliverAll(due);
    if (!last) Ask(due, now);
    Report();
  }

  void TakeReading(absl::Time now) {
    const auto result = reader_->Take();
    if (!result) return;
    if (!result->ok()) {
      read_backoff_.Fail(now);  // Who waits for a reading goes without until that has passed.
      if (!std::exchange(unreadable_, true)) {
        Log(LogLevel::kWarn, "can't read what Alertmanager has, trying on",
            {{"alertmanager", name_}, {"error", std::string(result->status().message())}});
      }
      return;
    }
    unreadable_ = false;
    read_backoff_.Succeed();
    const DeliveryTable::Found found = table_.TakeReading(**result, now);
    for (const std::string& id : found.resolved_by_peer) {
      Log(LogLevel::kInfo, "a peer has resolved an alert",
          {{"alertmanager", name_}, {"alert", id}});
      if (options_.on_peer_resolved) options_.on_peer_resolved(id);
    }
    for (const std::string& id : found.never_gone) {
      Log(LogLevel::kWarn, "Alertmanager still has an alert that was resolved",
          {{"alertmanager", name_}, {"alert", id}});
    }
  }

  // Begins a reading when anything waits for one.
  void Ask(const DeliveryTable::Due& due, absl::Time now) {
    if (read_backoff_.Permits(now)) {
      if (due.read_back || due.check) reader_->Ask(due.read_back);  // For all with one request.
    } else if (due.read_back) {
      table_.TakeNoReading();
    }
  }

  void DeliverAll(const DeliveryTable::Due& due) {
    const Batch all(due.batch);
    for (std::size_t begin = 0; begin < all.size(); begin += kMaxBatch) {
      if (!Deliver(all.subspan(begin, std::min(kMaxBatch, all.size() - begin)))) return;
    }
    for (DeliveryEntry* suspect : due.suspects) {
      if (!Deliver({&suspect, 1})) return;
    }
  }

  // Delivers `batch`, in halves where the receiver objects, until each alert is acknowledged or
  // known to be refused.  Returns false when the receiver fails: the rest then waits.
  bool Deliver(Batch batch) {
    const absl::Duration offset = difference_.applied();
    absl::StatusOr<HttpResponse> response = Post(batch);
    if (JudgeAnswer(response) == BatchVerdict::kAccepted && difference_.applied() != offset) {
      response = Post(batch);  // Its clock is another than it seemed: those times were wrong.
    }
    switch (JudgeAnswer(response)) {
      case BatchVerdict::kAccepted:
        Accept(batch, response->took);
        return true;
      case BatchVerdict::kFailed:
        if (response.status().code() == absl::StatusCode::kCancelled) return false;
        Fail(batch, DescribeAnswer(response));
        return false;
      case BatchVerdict::kRefused:
        break;
    }
    if (batch.size() == 1) {
      Refuse(*batch.front(), DescribeAnswer(response));
      return true;
    }
    const std::size_t half = batch.size() / 2;
    return Deliver(batch.first(half)) && Deliver(batch.subspan(half));
  }

  absl::StatusOr<HttpResponse> Post(Batch batch) {
    const absl::Time now = clock_.TimeNow();
    std::vector<PostableAlert> alerts;
    alerts.reserve(batch.size());
    for (const DeliveryEntry* entry : batch) {
      const absl::Time at = entry->IsResolved() ? now - difference_.ahead() : now;
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

  void Accept(Batch batch, absl::Duration took) {
    const absl::Time now = clock_.TimeNow();
    backoff_.Succeed();
    table_.Accept(batch, now);
    last_success_ = now;
    telemetry_.OnNotificationsSent(name_, static_cast<std::int64_t>(batch.size()), took);
    NoteReachable(now);
  }

  void Fail(Batch batch, const std::string& why) {
    const absl::Time now = clock_.TimeNow();
    backoff_.Fail(now);
    telemetry_.OnNotificationsFailed(name_, static_cast<std::int64_t>(batch.size()));
    if (std::exchange(failing_, true)) return;
    Log(LogLevel::kWarn, "Alertmanager does not take alerts, trying on",
        {{"alertmanager", name_}, {"alerts", fmt::format("{}", batch.size())}, {"error", why}});
    LogEvent({.at = now, .to = "failing", .text = fmt::format("{}: {}", name_, why)});
  }

  void Refuse(DeliveryEntry& entry, const std::string& why) {
    const absl::Time now = clock_.TimeNow();
    const bool again = entry.refused.has_value();
    backoff_.Succeed();
    table_.Refuse(entry, now);
    telemetry_.OnNotificationsRejected(name_, 1);
    NoteReachable(now);
    if (again) return;
    const Alert& alert = entry.alert;
    Log(LogLevel::kError, "Alertmanager refuses an alert",
        {{"alertmanager", name_}, {"alert", alert.Id()}, {"error", why}});
    LogEvent({.at = now,
              .slo_id = alert.slo_id,
              .group = alert.group_key,
              .alert_class = ToString(alert.Key()),
              .to = "refused",
              .text = fmt::format("{}: {}", name_, why)});
  }

  void NoteReachable(absl::Time now) {
    if (!std::exchange(failing_, false)) return;
    Log(LogLevel::kInfo, "Alertmanager takes alerts again", {{"alertmanager", name_}});
    LogEvent({.at = now, .from = "failing", .to = "working", .text = name_});
  }

  void LogEvent(SavedEvent event) {
    if (options_.keeper == nullptr) return;
    event.kind = "delivery";
    options_.keeper->LogEvent(std::move(event));
  }

  void Report() {
    const Telemetry::Delivery delivery{table_.pending(), last_success_, difference_.measured()};
    if (std::exchange(reported_, delivery) != delivery) telemetry_.OnDelivery(name_, delivery);
  }

  const Options options_;
  Board& board_;
  Clock& clock_;
  Telemetry& telemetry_;
  HttpClient client_;
  const std::string name_;

  std::mutex mutex_;  // Of the four below.
  std::condition_variable changed_;
  bool published_ = true;
  bool read_ = false;
  bool stopping_ = false;
  bool ended_ = false;

  // Of the thread alone, but for acknowledgements.
  DeliveryTable table_;
  ClockDifference difference_;
  Backoff backoff_{kMaxBackoff};
  Backoff read_backoff_{kMaxReadBackoff};
  bool failing_ = false;
  bool unreadable_ = false;
  std::optional<absl::Time> last_success_;
  std::optional<Telemetry::Delivery> reported_;

  std::unique_ptr<AlertmanagerReader> reader_;
  std::thread thread_;
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

void AlertmanagerWorker::Wake() {
  impl_->Wake();
}

void AlertmanagerWorker::Stop(absl::Duration bound) {
  impl_->Stop(bound);
}

std::optional<absl::Time> AlertmanagerWorker::AcknowledgedAt(const std::string& alert_id) const {
  return impl_->AcknowledgedAt(alert_id);
}

std::vector<SavedDelivery> AlertmanagerWorker::Saved() const {
  return impl_->Saved();
}

const std::string& AlertmanagerWorker::name() const {
  return impl_->name();
}

}  // namespace slowburn
