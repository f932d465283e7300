// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include <absl/status/statusor.h>
#include <absl/time/time.h>

namespace slowburn {

// Parses a Prometheus duration such as `30d`, `1h30m` or `500ms`: units y w d h m s ms, each at
// most once, largest first; a day is 24 h, a week 7 d, a year 365 d.  `0` alone is zero. Returns
// kInvalidArgument, with what was expected, for anything else or for more than 100 years.
absl::StatusOr<absl::Duration> ParseDuration(std::string_view text);

// Returns the shortest text in d, h, m, s, ms that parses back to `duration`: `30d`, `1h30m`, `0s`.
// What is below a millisecond is cut off; a negative duration begins with `-`.
// (Not FormatDuration: argument-dependent lookup would find absl's beside it.)
std::string DurationText(absl::Duration duration);

// As Prometheus prints a duration that is not negative: like DurationText, but whole years and
// whole weeks as such: `4w`, `1w`, `30d`.
std::string PrometheusDurationText(absl::Duration duration);

}  // namespace slowburn
