// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler.h"

#include <algorithm>

namespace slowburn {

Scheduler::Due Scheduler::Next(absl::Time now) {
  const std::int64_t now_ms = absl::ToUnixMillis(now);
  const std::int64_t slot = now_ms / step_ms_;
  Due due;
  if (!last_ || slot > *last_) {
    due.slot = slot;
    if (last_) due.missed = slot - *last_ - 1;
    last_ = slot;
    return due;
  }
  due.wait = absl::Milliseconds(std::min((*last_ + 1) * step_ms_ - now_ms, step_ms_));
  return due;
}

}  // namespace slowburn
