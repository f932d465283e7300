// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/watchdog.h"

#include <algorithm>

namespace slowburn {
namespace {

constexpr int kPatience = 3;  // Intervals.

Alert WatchdogAlert(const Labels& external_labels, absl::Time began) {
  Alert alert;
  alert.labels = {
      {"alertname", "SlowburnWatchdog"}, {"severity", "none"}, {"slo_class", "watchdog"}};
  alert.labels.insert(external_labels.begin(), external_labels.end());
  alert.annotations = {
      {"summary", "slowburn is well"},
      {"description",
       "This alert always fires while slowburn evaluates its SLOs and reaches this Alertmanager. "
       "Send it to a receiver that pages when it stops."}};
  alert.state = AlertState::kFiring;
  alert.alert_class = AlertClass::kTicket;  // Pages go first.
  alert.active_since = began;
  alert.starts_at = began;
  return alert;
}

bool IsSuccess(const SourceSnapshot& source) {
  return source.readable || std::any_of(source.slos.begin(), source.slos.end(),
                                        [](const SloStatus& slo) { return slo.problem.empty(); });
}

}  // namespace

Watchdog::Watchdog(Options options)
    : patience_(kPatience * options.interval),
      alert_(WatchdogAlert(options.external_labels, options.began)) {
  for (const std::string& source : options.sources) beats_[source].success = options.began;
}

void Watchdog::OnPublished(const Snapshot& snapshot, absl::Time now) {
  const MutexLock lock(&mutex_);
  for (const auto& source : snapshot.sources) {
    const auto it = beats_.find(source->source);
    if (it == beats_.end() || it->second.slot == source->at) continue;
    it->second.slot = source->at;
    if (IsSuccess(*source)) it->second.success = now;
  }
}

std::optional<Alert> Watchdog::AlertAt(absl::Time now) const {
  const MutexLock lock(&mutex_);
  for (const auto& [name, beat] : beats_) {
    if (now - beat.success > patience_) return std::nullopt;
  }
  return alert_;
}

}  // namespace slowburn
