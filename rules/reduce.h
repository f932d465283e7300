// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include <absl/status/statusor.h>

#include "rules/counter_sum.h"

namespace slowburn {

// A ratio of two sums that pair group by group.
struct CounterRatio {
  CounterSum errors;
  CounterSum total;
};

// Reads an expression that adds up the increments of counters over `{{.window}}`, and nothing else:
// `sum [by|without (..)] (rate|increase(selector[{{.window}}]))`, sums and differences of these,
// constant factors, sums of sums, and `or vector(0)`, which adds nothing to a count.
// Returns kUnimplemented, with the reason in words for the user, for any other expression.
absl::StatusOr<CounterSum> ReduceToSum(std::string_view query);

// Reads an expression that divides two such sums, such as `bad / total`, `1 - good / total` or
// `(total - good) / total`.  Returns as ReduceToSum does.
absl::StatusOr<CounterRatio> ReduceToRatio(std::string_view query);

}  // namespace slowburn
