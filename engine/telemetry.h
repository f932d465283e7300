// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include <absl/time/time.h>

namespace slowburn {

// Where the engine reports on itself.  Implementations are thread-safe and never block.
//
// The engine knows no metrics library: exporters/metrics implements this.
class Telemetry {
 public:
  virtual ~Telemetry() = default;

  // One evaluation of a source's SLOs ended; `missed` slots before it were not evaluated in time.
  virtual void OnEvaluation(std::string_view /*source*/, absl::Duration /*took*/,
                            std::int64_t /*missed*/) {}

  // One request to a source ended; `code` is the HTTP status, or `error` when there was none.
  virtual void OnSourceRequest(std::string_view /*source*/, std::string_view /*code*/,
                               absl::Duration /*took*/) {}

  virtual void OnSourceClockOffset(std::string_view /*source*/, absl::Duration /*offset*/) {}

  // What one evaluation counted.
  struct Counted {
    std::int64_t samples = 0;     // Read and used.
    std::int64_t resets = 0;      // Counter resets.
    std::int64_t late = 0;        // Samples that came after their time was sealed.
    std::int64_t clamped = 0;     // Good above total, or negative: counted as the bound.
    std::int64_t invalid = 0;     // NaN, infinite or out of range.
    std::int64_t tiny_drops = 0;  // Of deduplicated counters, taken for no reset.
  };

  virtual void OnCounted(std::string_view /*source*/, const Counted& /*counted*/) {}

  // Alerts that one Alertmanager accepted, failed to take, or refused for good.
  virtual void OnNotificationsSent(std::string_view /*alertmanager*/, std::int64_t /*alerts*/,
                                   absl::Duration /*took*/) {}

  virtual void OnNotificationsFailed(std::string_view /*alertmanager*/, std::int64_t /*alerts*/) {}

  virtual void OnNotificationsRejected(std::string_view /*alertmanager*/, std::int64_t /*alerts*/) {
  }

  // How the delivery to one Alertmanager stands.
  struct Delivery {
    std::int64_t pending = 0;                // Alerts that it has not acknowledged as they are now.
    std::optional<absl::Time> last_success;  // When it last accepted any.
    std::optional<absl::Duration> clock_offset;  // Its clock minus ours.

    bool operator==(const Delivery&) const = default;
  };

  virtual void OnDelivery(std::string_view /*alertmanager*/, const Delivery& /*delivery*/) {}

  // An Alertmanager is delivered to from now on, or not any more.
  virtual void OnAlertmanager(std::string_view /*alertmanager*/, bool /*there*/) {}

  // Whether the alert that always fires is being sent; it is not while evaluations fail.
  virtual void OnWatchdog(bool /*sent*/) {}

  // A load of the rules ended.
  virtual void OnRulesLoaded(bool /*successful*/, std::int64_t /*loaded*/,
                             std::int64_t /*invalid*/) {}

  // A write of the state ended; `bytes` is what the state takes on disk.
  virtual void OnStateWrite(bool /*successful*/, absl::Duration /*took*/, std::int64_t /*bytes*/) {}

  // The state was found to be damaged, and was set aside.
  virtual void OnStateDamaged() {}
};

}  // namespace slowburn
