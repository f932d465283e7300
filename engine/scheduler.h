// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include <absl/time/time.h>

namespace slowburn {

// Decides when to evaluate: at once on start, then at each multiple of `step` of the clock it is
// told.
//
// It never goes back: after a step of the clock backwards it waits for the next new slot.
// Thread-compatible.
class Scheduler {
 public:
  explicit Scheduler(absl::Duration step) : step_ms_(absl::ToInt64Milliseconds(step)) {}

  // Slots until `slot` were evaluated by an earlier process.
  void StartAfter(std::int64_t slot) { last_ = slot; }

  struct Due {
    std::optional<std::int64_t> slot;  // To evaluate now.
    std::int64_t missed = 0;           // Slots since the last that were not evaluated in time.
    absl::Duration wait;               // Else: how long until the next, at most `step`.
  };

  // What is due at `now`.  A slot is due once.
  Due Next(absl::Time now);

 private:
  std::int64_t step_ms_;
  std::optional<std::int64_t> last_;
};

}  // namespace slowburn
