// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "engine/sample.h"

namespace slowburn {

// The last sample of a counter that has been counted.
struct Carried {
  std::int64_t at_ms = 0;
  std::int64_t value = 0;  // In the unit of counting.

  bool operator==(const Carried&) const = default;
};

// What a counter grew by between two of its samples.
struct Increment {
  std::int64_t from_ms = 0;  // Of the sample before.
  std::int64_t at_ms = 0;    // Of the sample that shows it.
  std::int64_t amount = 0;   // Never negative.
  bool reset = false;        // The counter began anew: what it lost before is not in `amount`.
};

// A scraped value in units of 2^-shift, or nullopt when it can't be counted: NaN, infinite,
// negative, or beyond 2^62 units.
std::optional<std::int64_t> Quantize(double value, int shift);

// Returns what the counter grew by from `last` to a later sample: the difference, or after a reset,
// which shows as a drop, the value itself.  Sums of increments do not depend on how the samples
// were split into reads.
inline Increment Between(const Carried& last, std::int64_t at_ms, std::int64_t value) {
  const bool reset = value < last.value;
  return {last.at_ms, at_ms, reset ? value : value - last.value, reset};
}

// Whether a drop from `last` is so small (to more than 7/8) that it is no restart but another
// replica's older view of the counter.
inline bool IsTinyDrop(const Carried& last, std::int64_t value) {
  return value < last.value && value > last.value - last.value / 8;
}

}  // namespace slowburn
