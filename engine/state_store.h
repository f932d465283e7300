// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "engine/saved_state.h"

namespace slowburn {

// What is written at once: all of it or nothing.
struct StateBatch {
  // Which delivery is no more.
  struct DroppedDelivery {
    std::string alertmanager;
    std::string alert_id;
  };

  std::vector<SourceDelta> sources;
  std::vector<SavedEvent> events;
  std::optional<std::vector<SavedDefinition>> definitions;  // All that there are.
  std::vector<SavedDelivery> deliveries;                    // New or changed.
  std::vector<DroppedDelivery> dropped_deliveries;          // Before `deliveries` are written.

  bool empty() const {
    return sources.empty() && events.empty() && !definitions && deliveries.empty() &&
           dropped_deliveries.empty();
  }
};

// Where the state is kept.  Thread-compatible: one caller at a time.
class StateStore {
 public:
  virtual ~StateStore() = default;

  // Writes `batch` in one transaction, on disk when it returns OK.  After an error nothing of it is
  // stored, and a later call may succeed:
  //   kResourceExhausted   no room
  //   kFailedPrecondition  the place does not take it: read-only, or in use by another process
  //   kUnavailable         the disk fails
  //   kDataLoss            what was stored is damaged and was set aside: all sources are wanted
  //                        whole
  //   kAborted             a delta that is not whole, to a file that lacks what came before it
  virtual absl::Status Write(const StateBatch& batch) = 0;

  // Removes a bounded part of what is too old at `now`, and gives room back.  Whether there is more
  // to do.  Errors as of Write.
  virtual absl::StatusOr<bool> Prune(absl::Time now) = 0;

  // What it takes on disk; 0 when that can't be told.
  virtual std::int64_t bytes() const = 0;
};

}  // namespace slowburn
