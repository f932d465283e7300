// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

#include <absl/time/time.h>

#include "rules/ratio.h"

namespace slowburn {

// The answer to a question that data may not be able to decide.
enum class Truth { kFalse, kTrue, kUnknown };

// `true`, `false`, `unknown`.
std::string_view ToString(Truth truth);

// Three-valued logic, Kleene's: unknown gives way only to what decides alone.
Truth And(Truth a, Truth b);
Truth Or(Truth a, Truth b);

// What is known of one window.
struct WindowCounts {
  std::int64_t bad = 0;    // In the SLO's unit of counting.
  std::int64_t total = 0;  // In the same unit; bad <= total.
  std::int64_t bad_ticks = 0;
  absl::Duration covered;  // Of the window, the part that is known.
  absl::Duration unknown;  // The part that is not.  Time before the first sample is in neither.

  bool operator==(const WindowCounts&) const = default;
};

// Whether the error ratio of the window exceeds `threshold` (strictly), exactly, in integers.
//
// Unknown time carries the traffic of the known part: kTrue if it would exceed even with all of
// that good, kFalse if it would not even with all of it bad, else kUnknown.  A window without
// events does not exceed when it is wholly known, else it is kUnknown.
Truth Exceeds(const WindowCounts& counts, Ratio threshold);

}  // namespace slowburn
