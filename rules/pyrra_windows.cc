// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/pyrra_windows.h"

#include <cstdint>

namespace slowburn {
namespace {

// As Go's Duration.Round(time.Minute).
absl::Duration RoundToMinute(absl::Duration duration) {
  return absl::Floor(duration + absl::Seconds(30), absl::Minutes(1));
}

// The `part`th part of `window`, as Go divides durations.
absl::Duration Part(absl::Duration window, std::int64_t part) {
  return RoundToMinute(absl::Nanoseconds(absl::ToInt64Nanoseconds(window) / part));
}

}  // namespace

std::array<PyrraAlert, 4> PyrraAlerts(absl::Duration window) {
  constexpr std::int64_t kDays = 28;
  constexpr std::int64_t kHours = 28 * 24;
  return {{
      {"fast",
       "critical",
       AlertClass::kPage,
       {14, 1},
       Part(window, kHours * 12),
       Part(window, kHours),
       Part(window, kHours * 30)},
      {"medium",
       "critical",
       AlertClass::kPage,
       {7, 1},
       Part(window, kHours * 2),
       Part(window, kDays * 4),
       Part(window, kHours * 4)},
      {"slow",
       "warning",
       AlertClass::kTicket,
       {2, 1},
       Part(window, kDays * 12),
       Part(window, kDays),
       Part(window, kHours)},
      {"long-term",
       "warning",
       AlertClass::kTicket,
       {1, 1},
       Part(window, kDays * 4),
       Part(window, 7),
       Part(window, kDays * 8)},
  }};
}

absl::Duration PyrraAbsentFor(Ratio objective, const PyrraAlert& fastest) {
  const double seconds =
      14 * (1 - objective.AsDouble()) * absl::ToDoubleSeconds(fastest.long_window);
  return RoundToMinute(absl::Seconds(static_cast<std::int64_t>(seconds)) + fastest.for_duration);
}

}  // namespace slowburn
