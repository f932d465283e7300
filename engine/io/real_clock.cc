// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/real_clock.h"

#include <absl/time/clock.h>

namespace slowburn {
namespace {

class MachineClock : public Clock {
 public:
  absl::Time TimeNow() override { return absl::Now(); }
};

}  // namespace

Clock& RealClock() {
  static MachineClock clock;
  return clock;
}

}  // namespace slowburn
