// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>

#include <absl/time/time.h>

namespace slowburn {

// Where the wall-clock time comes from.  Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual absl::Time TimeNow() = 0;
};

// A clock that moves only when told.  Thread-safe.
class SimulatedClock : public Clock {
 public:
  explicit SimulatedClock(absl::Time start) : millis_(absl::ToUnixMillis(start)) {}

  absl::Time TimeNow() override { return absl::FromUnixMillis(millis_); }

  void SetTime(absl::Time time) { millis_ = absl::ToUnixMillis(time); }

  void AdvanceTime(absl::Duration by) { millis_ += absl::ToInt64Milliseconds(by); }

 private:
  std::atomic<std::int64_t> millis_;
};

}  // namespace slowburn
