// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace slowburn {

// The wall-aligned grid of evaluations: slot k is evaluated at k * step, and seals what happened
// until `settle` before that, as a sample becomes visible only when its scrape ends. All times are
// in milliseconds since the Unix epoch, in the source's clock.
struct SlotGrid {
  std::int64_t step_ms = 30'000;
  std::int64_t settle_ms = 15'000;

  std::int64_t TimeOf(std::int64_t slot) const { return slot * step_ms; }

  // The sealed horizon of `slot`: what its column holds.
  std::int64_t Horizon(std::int64_t slot) const { return slot * step_ms - settle_ms; }

  // The first slot whose column holds what happened at `at_ms`.
  std::int64_t SlotOf(std::int64_t at_ms) const {
    return FloorDivide(at_ms + settle_ms + step_ms - 1);
  }

  // The last slot whose horizon is at or before `at_ms`.
  std::int64_t SlotBefore(std::int64_t at_ms) const { return FloorDivide(at_ms + settle_ms); }

  bool operator==(const SlotGrid&) const = default;

 private:
  std::int64_t FloorDivide(std::int64_t ms) const {
    return ms >= 0 ? ms / step_ms : -((-ms + step_ms - 1) / step_ms);
  }
};

}  // namespace slowburn
