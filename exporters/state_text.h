// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/time/time.h>

#include "engine/io/state_store.h"
#include "engine/saved_state.h"

namespace slowburn {

// What `slowburn state info` tells of a state.
struct StateReport {
  // When things were, of one source; absent where its heads can't tell.
  struct Times {
    std::optional<absl::Time> saved;   // The slot that was saved last.
    std::optional<absl::Time> oldest;  // Of its columns.
    std::optional<absl::Time> newest;
  };

  StateSummary summary;
  std::map<std::string, Times> times;  // By source.
  std::vector<SavedEvent> events;      // The latest, the latest first.
  absl::Status integrity;
};

// For people: file and integrity, a line for each source, what fires, the events.
std::string StateText(const StateReport& report);

// The same as one JSON object.  Times in RFC 3339; what is not known is null.
std::string StateJson(const StateReport& report);

}  // namespace slowburn
