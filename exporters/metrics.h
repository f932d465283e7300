// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "engine/snapshot.h"
#include "engine/telemetry.h"

namespace slowburn {

// Our own metrics, kept by prometheus-cpp, and the SLO series, written from the snapshot.
//
// Thread-safe.
class Metrics : public Telemetry {
 public:
  struct Options {
    std::string version;
    std::vector<std::string> sources;        // Pre-initialised to 0.
    std::vector<std::string> alertmanagers;  // Display urls, likewise.
    bool sloth = false;                      // Whether Sloth's series are asked for,
    std::string sloth_prefix = {};           // and what their names begin with.
  };

  explicit Metrics(Options options);
  ~Metrics() override;

  void OnEvaluation(std::string_view source, absl::Duration took, std::int64_t missed) override;
  void OnSourceRequest(std::string_view source, std::string_view code,
                       absl::Duration took) override;
  void OnSourceClockOffset(std::string_view source, absl::Duration offset) override;
  void OnCounted(std::string_view source, const Counted& counted) override;
  void OnNotificationsSent(std::string_view alertmanager, std::int64_t alerts,
                           absl::Duration took) override;
  void OnNotificationsFailed(std::string_view alertmanager, std::int64_t alerts) override;
  void OnNotificationsRejected(std::string_view alertmanager, std::int64_t alerts) override;
  void OnDelivery(std::string_view alertmanager, const Delivery& delivery) override;
  void OnAlertmanager(std::string_view alertmanager, bool there) override;
  void OnWatchdog(bool sent) override;
  void OnRulesLoaded(bool successful, std::int64_t loaded, std::int64_t invalid) override;
  void OnStateWrite(bool successful, absl::Duration took, std::int64_t bytes) override;
  void OnStateDamaged() override;

  // Whether Sloth's series are served, where they are asked for; not at first, without a prefix.
  void AllowSloth(bool allowed);

  // The whole exposition in the text format 0.0.4: our own metrics, then the SLOs of `snapshot`,
  // then the series of Sloth.
  std::string Expose(const Snapshot& snapshot) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The SLO series alone.  Families sorted by name, never NaN; what is unknown is absent.
std::string SloMetrics(const Snapshot& snapshot);

}  // namespace slowburn
