// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/io/log.h"
#include "exporters/alertmanager.h"
#include "tests/fakes/fake_http_server.h"

namespace slowburn {

// What tests of deliveries share.

inline const absl::Time kStart = absl::FromUnixSeconds(1795246200);  // 2026-11-21T07:30:00Z

inline Alert Firing(const std::string& name, absl::Time starts_at = kStart) {
  Alert alert;
  alert.labels = {{"alertname", name}, {"severity", "critical"}};
  alert.annotations = {{"summary", "it burns"}};
  alert.state = AlertState::kFiring;
  alert.active_since = starts_at;
  alert.starts_at = starts_at;
  return alert;
}

inline Alert Resolved(const std::string& name, absl::Time resolved_at,
                      absl::Time starts_at = kStart) {
  Alert alert = Firing(name, starts_at);
  alert.state = AlertState::kResolved;
  alert.resolved_at = resolved_at;
  return alert;
}

// As the engine makes it: with the label by which ours are found again.
inline Alert Ours(Alert alert) {
  alert.labels["slo_class"] = "page";
  return alert;
}

inline Alert Held(Alert alert) {
  alert.held = true;
  return Ours(std::move(alert));
}

// A simulated clock that tells how often it was read, and so how far its reader has come.
class WatchedClock : public SimulatedClock {
 public:
  using SimulatedClock::SimulatedClock;

  absl::Time TimeNow() override {
    ++reads_;
    return SimulatedClock::TimeNow();
  }

  int reads() const { return reads_; }

 private:
  std::atomic<int> reads_ = 0;
};

class CountingTelemetry : public Telemetry {
 public:
  void OnNotificationsSent(std::string_view, std::int64_t alerts, absl::Duration) override {
    sent += alerts;
  }

  void OnNotificationsFailed(std::string_view, std::int64_t alerts) override { failed += alerts; }

  void OnNotificationsRejected(std::string_view, std::int64_t alerts) override {
    rejected += alerts;
  }

  void OnDelivery(std::string_view alertmanager, const Delivery& delivery) override {
    const std::lock_guard lock(mutex_);
    deliveries_[std::string(alertmanager)] = delivery;
  }

  void OnAlertmanager(std::string_view alertmanager, bool there) override {
    const std::lock_guard lock(mutex_);
    if (there) {
      deliveries_[std::string(alertmanager)];
    } else {
      deliveries_.erase(std::string(alertmanager));
    }
  }

  void OnWatchdog(bool sent_now) override { watchdog = sent_now; }

  // By Alertmanager.
  std::map<std::string, Delivery> deliveries() const {
    const std::lock_guard lock(mutex_);
    return deliveries_;
  }

  std::atomic<std::int64_t> sent = 0;
  std::atomic<std::int64_t> failed = 0;
  std::atomic<std::int64_t> rejected = 0;
  std::atomic<bool> watchdog = false;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Delivery> deliveries_;
};

// A state in memory.
class FakeKeeper : public DeliveryKeeper {
 public:
  void LogEvent(SavedEvent event) override {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }

  void SaveDelivery(SavedDelivery delivery) override {
    const std::lock_guard lock(mutex_);
    deliveries_[{delivery.alertmanager, delivery.alert_id}] = std::move(delivery);
  }

  void DropDelivery(std::string alertmanager, std::string alert_id) override {
    const std::lock_guard lock(mutex_);
    deliveries_.erase({alertmanager, alert_id});
  }

  std::vector<SavedDelivery> deliveries() const {
    const std::lock_guard lock(mutex_);
    std::vector<SavedDelivery> all;
    for (const auto& [key, delivery] : deliveries_) all.push_back(delivery);
    return all;
  }

  std::vector<SavedEvent> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, SavedDelivery> deliveries_;
  std::vector<SavedEvent> events_;
};

inline bool WaitUntil(const std::function<bool()>& condition) {
  for (int i = 0; i < 30000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

inline void PublishAlerts(Board& board, std::vector<Alert> alerts,
                          const std::string& source = "main") {
  auto snapshot = std::make_shared<SourceSnapshot>();
  snapshot->source = source;
  snapshot->alerts = std::move(alerts);
  board.Publish(std::shared_ptr<const SourceSnapshot>(std::move(snapshot)));
}

// A worker, its board and clock, and the Alertmanager that it delivers to.
class Bench {
 public:
  using Request = FakeHttpServer::Request;
  using json = nlohmann::json;
  using Change = std::function<void(AlertmanagerWorker::Options&)>;

  explicit Bench(FakeHttpServer::Handler handler, absl::Duration timeout = absl::Seconds(10),
                 const Change& change = {})
      : server(std::move(handler)),
        worker(Changed(OptionsFor(server.url(), timeout), change), board, clock, telemetry) {
    SetLogLevel(LogLevel::kError);
    board.AddListener([this] { worker.Wake(); });
    worker.Start();
  }

  ~Bench() { SetLogLevel(LogLevel::kInfo); }

  static AlertmanagerWorker::Options OptionsFor(const std::string& url, absl::Duration timeout) {
    return {.http = {.url = url, .timeout = timeout},
            .interval = absl::Seconds(30),
            .resend_delay = absl::Minutes(1)};
  }

  void Publish(std::vector<Alert> alerts) {
    alerts_ = std::move(alerts);
    PublishAlerts(board, alerts_);
  }

  // Publishes, and waits until the worker has done all that it wants to at this moment.
  void Settle(std::vector<Alert> alerts) {
    alerts_ = std::move(alerts);
    Settle();
  }

  void Settle() {
    // A quiet round reads the clock twice: when it forgets and when it looks for what is due.  A
    // post reads it at most three times.  So many reads without a post are of quiet rounds.
    std::size_t posts_before = posts();
    int rounds = 0;
    for (int quiet = 0; quiet < 3; ++quiet) {
      REQUIRE(++rounds < 200);  // It posts without an end.
      const int reads_before = clock.reads();
      Publish(alerts_);
      REQUIRE(WaitUntil([&] { return clock.reads() >= reads_before + 2; }));
      if (std::exchange(posts_before, posts()) != posts()) quiet = -1;
    }
  }

  void Step(absl::Duration by) {
    clock.AdvanceTime(by);
    Settle();
  }

  std::vector<Request> Requests(const std::string& method) const {
    std::vector<Request> all = server.requests();
    std::erase_if(all, [&](const Request& request) { return request.method != method; });
    return all;
  }

  std::size_t posts() const { return Requests("POST").size(); }

  std::size_t gets() const { return Requests("GET").size(); }

  json Post(std::size_t index) const { return json::parse(Requests("POST").at(index).body); }

  // How often an alert of this name was posted.
  std::size_t PostsOf(const std::string& name) const {
    std::size_t count = 0;
    for (const Request& request : Requests("POST")) {
      for (const json& alert : json::parse(request.body)) {
        if (alert["labels"]["alertname"] == name) ++count;
      }
    }
    return count;
  }

  WatchedClock clock{kStart};
  CountingTelemetry telemetry;
  FakeKeeper keeper;
  Board board;
  FakeHttpServer server;
  AlertmanagerWorker worker;

 private:
  static AlertmanagerWorker::Options Changed(AlertmanagerWorker::Options options,
                                             const Change& change) {
    if (change) change(options);
    return options;
  }

  std::vector<Alert> alerts_;
};

inline FakeHttpServer::Answer Fine(const FakeHttpServer::Request&) {
  return {.status = 200};
}

}  // namespace slowburn
