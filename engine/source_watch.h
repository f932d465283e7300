// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/time/time.h>

#include "engine/alert.h"
#include "engine/alert_content.h"
#include "engine/snapshot.h"

namespace slowburn {

// What the alert that a source can't be read is called.
inline constexpr std::string_view kSourceDownAlertName = "SlowburnSourceDown";

// Raises one alert for a source that can't be read, where each of its SLOs would raise its own.
//
// It reads no clock.  Thread-compatible.
class SourceWatch {
 public:
  struct Options {
    std::string source;
    absl::Duration after = absl::Minutes(5);  // How long no read may succeed.
    std::string severity;                     // Label of the alert.
    AlertSurroundings around;
  };

  // What the source's SLOs suffer, for the alert's text.
  struct Extent {
    std::int64_t slos = 0;  // That can't be measured.
    std::int64_t held = 0;  // Firing alerts that nobody can judge.
  };

  explicit SourceWatch(Options options);

  // Takes the reads of an evaluation at `at`: OK if one of them succeeded, else the first failure.
  // An evaluation that read nothing tells nothing, and is not given here.
  void Note(const absl::Status& read, absl::Time at);

  // When the source was last out of reach: from the first read that failed to the first that
  // succeeded again.
  struct Outage {
    absl::Time from = absl::InfinitePast();
    absl::Time until = absl::InfinitePast();
  };

  const Outage& last_outage() const { return outage_; }

  // The alert as of the last `Note`, at `at`: pending, firing, or resolved less than 15 minutes
  // ago; else nullopt.
  std::optional<Alert> MakeAlert(const Extent& extent, absl::Time at) const;

  // Resolves the alert, which fires.
  void Release(absl::Time at);

  // Where the alert stands, to be kept over a restart.
  const AlertRecord& record() const { return record_; }

  void Restore(AlertRecord record) { record_ = std::move(record); }

 private:
  Options options_;
  AlertRecord record_;
  std::string problem_;  // Of the last read that failed.
  Outage outage_;
};

}  // namespace slowburn
