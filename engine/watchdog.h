// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <absl/time/time.h>

#include "engine/mutex.h"
#include "engine/snapshot.h"

namespace slowburn {

// Decides whether the alert that always fires may go on firing: a dead-man receiver pages when it
// ends.  It ends when some source has had no successful evaluation for three intervals.
//
// An evaluation is successful when it was published and read anything at all: one SLO that cannot
// be read has alerts of its own.  Pure but for its memory; thread-safe.
class Watchdog {
 public:
  struct Options {
    Labels external_labels;
    absl::Duration interval;           // Between evaluations.
    std::vector<std::string> sources;  // All that are evaluated.
    absl::Time began;                  // When the process did; counts as a success of each source.
  };

  explicit Watchdog(Options options);

  // Takes note of what is on the board at `now`, in our clock.
  void OnPublished(const Snapshot& snapshot, absl::Time now);

  // The alert while all is well, else nullopt.
  std::optional<Alert> AlertAt(absl::Time now) const;

 private:
  struct Beat {
    absl::Time slot = absl::InfinitePast();
    absl::Time success;
  };

  const absl::Duration patience_;
  const Alert alert_;
  mutable Mutex mutex_;
  std::map<std::string, Beat> beats_ ABSL_GUARDED_BY(mutex_);  // By source.
};

}  // namespace slowburn
